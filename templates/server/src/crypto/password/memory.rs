//! The memory that hashes are made in.
//!
//! A hash takes 19 MiB. Allocators keep what is given back, on Linux once for each thread that ever hashed;
//! after a storm of sign-ins a server would hold hundreds of MiB for good. So memory is handed from one hash
//! to the next, and a moment after the last one all of it goes back to the operating system.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::Block;

/// How long memory waits for the next hash.
const PATIENCE: Duration = Duration::from_millis(500);

/// Allocations of this size are made apart from all others, and freed at once: glibc never raises its
/// threshold for that (`M_MMAP_THRESHOLD`, mallopt(3)) above 32 MiB. What is not written to costs nothing.
const APART: usize = 33 * 1024 * 1024;

/// Memory between two hashes. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Idle>>);

#[derive(Default)]
struct Idle {
    blocks: Vec<Vec<Block>>,
    /// How often memory was given back.
    hashes: u64,
    /// Whether somebody sees to it that it is freed.
    watched: bool,
}

impl Memory {
    /// Runs a hash on so many blocks. What they contain is of no matter to it. Belongs on a thread of a
    /// runtime that may block.
    pub(super) fn lend<T>(&self, count: usize, hash: impl FnOnce(&mut [Block]) -> T) -> T {
        let kept = self.lock().blocks.pop();
        let mut blocks = kept.unwrap_or_else(|| {
            let apart = APART.div_ceil(Block::SIZE);
            Vec::with_capacity(count.max(apart))
        });
        if blocks.len() < count {
            blocks.resize(count, Block::default());
        }
        let outcome = hash(&mut blocks[..count]);
        self.give_back(blocks);
        outcome
    }

    fn give_back(&self, blocks: Vec<Block>) {
        let mut idle = self.lock();
        idle.blocks.push(blocks);
        idle.hashes += 1;
        if !std::mem::replace(&mut idle.watched, true) {
            tokio::spawn(self.clone().free_when_idle());
        }
    }

    /// Frees everything when nothing was hashed for a while.
    async fn free_when_idle(self) {
        let mut before = None;
        loop {
            let blocks = {
                let mut idle = self.lock();
                if before == Some(idle.hashes) {
                    idle.watched = false;
                    Some(std::mem::take(&mut idle.blocks))
                } else {
                    before = Some(idle.hashes);
                    None
                }
            };
            if blocks.is_some() {
                return;
            }
            tokio::time::sleep(PATIENCE).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_goes_from_hash_to_hash_and_is_freed_after_the_last() {
        let memory = Memory::default();
        let first = memory.lend(8, |blocks| blocks.as_ptr());
        let second = memory.lend(16, |blocks| (blocks.as_ptr(), blocks.len()));
        assert_eq!(second, (first, 16), "the same memory");
        memory.lend(8, |_| memory.lend(8, |_| ()));
        assert_eq!(memory.lock().blocks.len(), 2, "one for each at a time");
        while memory.lock().watched {
            tokio::time::sleep(PATIENCE / 10).await;
        }
        assert!(memory.lock().blocks.is_empty());
        assert_eq!(memory.lend(8, |blocks| blocks.len()), 8, "and so on");
    }
}
