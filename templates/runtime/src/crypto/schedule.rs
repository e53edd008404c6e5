//! When signing keys are replaced: arithmetic without keys.
//!
//! A key signs for one interval. Its successor is made a minute before that interval ends, and is
//! published at once, but the older key goes on signing for that minute; so a verifier has
//! the new key before the first token signed with it. A key verifies until the last token that
//! it may have signed has expired.
//!
//! An operator may make a successor at any time. It is published and waits in the same way, which is
//! enough only if no copy of the published keys is older than that minute: hence
//! [`Schedule::max_age_seconds`].

/// How early a successor is made, in milliseconds: for so long two keys overlap.
pub const OVERLAP_MS: i64 = 60_000;

/// The times in the life of rotating keys, all in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// How long a key signs.
    pub interval_ms: i64,
    /// How long a token is valid.
    pub access_validity_ms: i64,
}

impl Schedule {
    /// Whether a new key is due, given when the newest was made.
    pub fn is_due(&self, newest_created: Option<i64>, now: i64) -> bool {
        newest_created.is_none_or(|created| now >= created + self.interval_ms - OVERLAP_MS)
    }

    /// Which key signs, given when each was made (newest first): the newest that is known for a
    /// minute and not at the end of its interval; failing that, the oldest that is not at the end of
    /// its interval, which is the best known one; failing that, the newest.
    pub fn signing(&self, created: &[i64], now: i64) -> Option<usize> {
        let lasts = |created: &i64| now < created + self.interval_ms;
        let is_settled = |created: &i64| now >= created + OVERLAP_MS && lasts(created);
        let first = (!created.is_empty()).then_some(0);
        let settled = created.iter().position(is_settled);
        settled.or(created.iter().rposition(lasts)).or(first)
    }

    /// Which key of those that are not replaced on schedule signs, given when each was made (newest
    /// first): the newest that is known for a minute; failing that, the oldest.
    pub fn signing_fixed(&self, created: &[i64], now: i64) -> Option<usize> {
        let is_settled = |created: &i64| now >= created + OVERLAP_MS;
        let settled = created.iter().position(is_settled);
        settled.or(created.len().checked_sub(1))
    }

    /// Whether tokens of a key still count.
    pub fn verifies(&self, created: i64, now: i64) -> bool {
        created >= self.expired_before(now)
    }

    /// Keys made before this time can be forgotten.
    pub fn expired_before(&self, now: i64) -> i64 {
        now - self.interval_ms - 2 * self.access_validity_ms
    }

    /// For how many seconds the published keys may be cached: until a new one is due, and never for
    /// longer than a new key waits before it signs.
    pub fn max_age_seconds(&self, newest_created: i64, now: i64) -> u64 {
        let left = (newest_created + self.interval_ms - OVERLAP_MS - now) / 1000;
        u64::try_from(left.min(OVERLAP_MS / 1000))
            .unwrap_or(0)
            .max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const SCHEDULE: Schedule = Schedule {
        interval_ms: 168 * HOUR,
        access_validity_ms: HOUR,
    };

    #[test]
    fn a_successor_is_due_a_minute_early() {
        let end = SCHEDULE.interval_ms - OVERLAP_MS;
        assert!(SCHEDULE.is_due(None, 0));
        assert!(!SCHEDULE.is_due(Some(0), end - 1));
        assert!(SCHEDULE.is_due(Some(0), end));
    }

    #[test]
    fn the_older_key_signs_during_the_overlap() {
        let second = SCHEDULE.interval_ms - OVERLAP_MS;
        let signing = |now| SCHEDULE.signing(&[second, 0], now);
        assert_eq!(signing(second), Some(1));
        assert_eq!(signing(second + OVERLAP_MS - 1), Some(1));
        assert_eq!(signing(second + OVERLAP_MS), Some(0));
        assert_eq!(
            SCHEDULE.signing(&[0], 5),
            Some(0),
            "the very first signs at once"
        );
        assert_eq!(
            SCHEDULE.signing(&[5 * HOUR * 168, 0], 5 * HOUR * 168),
            Some(0),
            "after a pause"
        );
        assert_eq!(
            SCHEDULE.signing(&[50_000, 20_000, 0], 59_999),
            Some(2),
            "replaced twice in its first minute"
        );
        assert_eq!(SCHEDULE.signing(&[50_000, 20_000, 0], 60_000), Some(2));
        assert_eq!(SCHEDULE.signing(&[50_000, 20_000, 0], 80_000), Some(1));
        assert_eq!(SCHEDULE.signing(&[], 0), None);
    }

    #[test]
    fn a_key_verifies_as_long_as_its_tokens_live() {
        let last = SCHEDULE.interval_ms + 2 * HOUR;
        assert!(SCHEDULE.verifies(0, last));
        assert!(!SCHEDULE.verifies(0, last + 1));
    }

    #[test]
    fn a_fixed_key_that_was_replaced_signs_until_the_new_one_is_known() {
        let signing = |now| SCHEDULE.signing_fixed(&[1_000 * HOUR, 0], now);
        assert_eq!(signing(1_000 * HOUR + OVERLAP_MS - 1), Some(1));
        assert_eq!(signing(1_000 * HOUR + OVERLAP_MS), Some(0));
        assert_eq!(SCHEDULE.signing_fixed(&[5], 5), Some(0), "the very first");
        assert_eq!(SCHEDULE.signing_fixed(&[], 5), None);
    }

    #[test]
    fn caches_end_when_a_successor_is_due_or_could_sign() {
        assert_eq!(SCHEDULE.max_age_seconds(0, 0), 60);
        assert_eq!(SCHEDULE.max_age_seconds(0, 604_700_000), 40);
        assert_eq!(SCHEDULE.max_age_seconds(0, 604_739_500), 1);
        assert_eq!(SCHEDULE.max_age_seconds(0, 999_999_999_999), 1);
    }
}
