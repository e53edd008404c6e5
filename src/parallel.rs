//! Work on other threads: divided among the cores, where the result does not depend on how many there are, or with room for a
//! deep call stack.

use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread::{self, Builder, Scope, ScopedJoinHandle};

/// With fewer pieces than this for each core, one core is faster.
const PIECES: usize = 32;

/// Input that nests deeply is read and printed by functions that call themselves as deeply. Only what is used of it is ever taken from the system.
const STACK: usize = 256 * 1024 * 1024;

/// Makes `count` pieces, in their order.
pub(crate) fn map<T: Send>(count: usize, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let parts = cores.min(count / PIECES).max(1);
    let range = |part: usize| -> Range<usize> { count * part / parts..count * (part + 1) / parts };
    let make = &make;
    thread::scope(|scope| {
        let others =
            (1..parts).map(|part| spawn(scope, move || range(part).map(make).collect::<Vec<T>>()));
        let others: Vec<_> = others.collect();
        let mut all: Vec<T> = range(0).map(make).collect();
        for other in others {
            all.extend(join(other));
        }
        all
    })
}

/// Does two things at once.
pub(crate) fn both<A, B: Send>(
    one: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let other = spawn(scope, other);
        (one(), join(other))
    })
}

/// Does something on a thread whose stack has room for what nests deeply.
pub(crate) fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| join(spawn(scope, work)))
}

fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    let builder = Builder::new().stack_size(STACK);
    builder
        .spawn_scoped(scope, work)
        .expect("the system has room for a thread")
}

fn join<T>(handle: ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_their_order() {
        for count in [0, 1, PIECES - 1, 2 * PIECES, 1_000] {
            assert_eq!(map(count, |piece| piece), (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    #[should_panic(expected = "the last piece")]
    fn a_panic_is_passed_on() {
        map(10 * PIECES, |piece| {
            assert!(piece < 10 * PIECES - 1, "the last piece");
        });
    }
}
