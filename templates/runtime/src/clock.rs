//! Where the time comes from.
//!
//! The rule kept here: nothing else in the server asks the operating system for the time of day.
//! So every expiry, every grace period and every key rotation can be tested to the millisecond.
//!
//! A clock may be set while the server runs: by hand, by a time service, after the machine slept.
//! Dates follow it at once, since others compare theirs with them. A *duration* does not: whether a
//! token was replaced half a minute ago does not depend on who sets which clock, and if it did, setting
//! one five minutes forward would turn every answer that got lost just then into a theft. So a clock
//! remembers what it skipped ([`Clock::between`]).

use std::ops::Range;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// What a clock may be off by, in milliseconds, before it counts as set.
const STEP_MS: i64 = 1_000;

/// How many steps are remembered. What is asked about lies a few minutes back at most.
const STEPS: usize = 8;

/// A source of the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;

    /// How many milliseconds passed from when this clock showed `earlier` to when it showed `later`:
    /// their difference, less what the clock skipped in between because it was set forward. Negative
    /// if `earlier` is the later one, as it may be after the clock was set back.
    fn between(&self, earlier: i64, later: i64) -> i64 {
        later.saturating_sub(earlier)
    }
}

/// The clock of the machine. Clones remember the same.
#[derive(Debug, Clone, Default)]
pub struct SystemClock(Arc<Mutex<Watch>>);

/// A clock beside a stopwatch.
#[derive(Debug, Default)]
struct Watch {
    /// What both showed when they were last looked at.
    seen: Option<(Instant, i64)>,
    skipped: Skipped,
}

impl SystemClock {
    /// A clock that has not been looked at yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn look(&self) -> std::sync::MutexGuard<'_, Watch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        let mut watch = self.look();
        let (instant, shown) = (Instant::now(), time_of_day());
        if let Some((before, then)) = watch.seen.replace((instant, shown)) {
            let passed = milliseconds(instant.duration_since(before));
            watch.skipped.note(then.saturating_add(passed), shown);
        }
        shown
    }

    fn between(&self, earlier: i64, later: i64) -> i64 {
        self.look().skipped.between(earlier, later)
    }
}

fn time_of_day() -> i64 {
    // A clock before 1970 is a broken one; at zero every token is issued in the past and none is
    // taken for expired too late.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, milliseconds)
}

pub(crate) fn milliseconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The times that a clock never showed, because it was set forward; the latest last.
#[derive(Debug, Default)]
pub(crate) struct Skipped(Vec<Range<i64>>);

impl Skipped {
    /// A clock that should show `expected` shows `shown`.
    pub(crate) fn note(&mut self, expected: i64, shown: i64) {
        if shown >= expected.saturating_add(STEP_MS) {
            if self.0.len() == STEPS {
                self.0.remove(0);
            }
            self.0.push(expected..shown);
        } else if shown.saturating_add(STEP_MS) <= expected {
            // It was set back: what lies ahead of it will be shown after all.
            self.0.retain_mut(|skipped| {
                skipped.end = skipped.end.min(shown);
                !skipped.is_empty()
            });
        }
    }

    /// [`Clock::between`].
    pub(crate) fn between(&self, earlier: i64, later: i64) -> i64 {
        let skipped = |range: &Range<i64>| {
            let (start, end) = (range.start.max(earlier), range.end.min(later));
            end.saturating_sub(start).max(0)
        };
        let skipped: i64 = self.0.iter().map(skipped).sum();
        later.saturating_sub(earlier).saturating_sub(skipped)
    }
}

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `now` (milliseconds since the epoch).
    pub fn new(now: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now)))
    }

    /// Sets the time.
    pub fn set(&self, now: i64) {
        self.0.store(now, Ordering::SeqCst);
    }

    /// Moves the time on.
    pub fn advance(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES: i64 = 60_000;

    #[test]
    fn what_a_clock_skips_is_no_time_that_passed() {
        let mut skipped = Skipped::default();
        skipped.note(1_000, 1_000 + STEP_MS - 1);
        assert_eq!(skipped.between(0, 10_000), 10_000, "small corrections pass");
        let after = 10_000 + 5 * MINUTES;
        skipped.note(10_000, after);
        for (earlier, later, passed) in [
            (0, 10_000, 10_000),
            (9_000, after, 1_000),
            (9_000, after + 2_000, 3_000),
            (10_000 + MINUTES, after + 2_000, 2_000),
            (after, after + 7, 7),
            (after + 7, after, -7),
        ] {
            assert_eq!(skipped.between(earlier, later), passed, "{earlier} {later}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_shows_what_it_had_skipped() {
        let mut skipped = Skipped::default();
        skipped.note(10_000, 10_000 + 5 * MINUTES);
        skipped.note(11_000 + 5 * MINUTES, 11_000);
        assert_eq!(skipped.between(9_000, 11_000 + MINUTES), 1_000 + MINUTES);
        skipped.note(11_000, 5_000);
        assert_eq!(skipped.0, []);
    }

    #[test]
    fn only_the_latest_steps_are_kept() {
        let mut skipped = Skipped::default();
        for step in 0..100 {
            skipped.note(step * 10_000, step * 10_000 + 5_000);
        }
        assert_eq!(skipped.0.len(), STEPS);
        assert_eq!(skipped.between(990_000, 996_000), 1_000);
    }

    #[test]
    fn the_clock_of_the_machine_advances() {
        let clock = SystemClock::new();
        let (one, two) = (clock.now(), clock.now());
        assert!(two - one < STEP_MS && clock.between(one, two) == two - one);
    }
}
