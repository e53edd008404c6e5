//! The memory that hashes are made in.
//!
//! A hash takes 19 MiB, page after page of which the kernel has to clear. So a thread keeps them for its next
//! hash, and a thread that has nothing to hash ends soon (`threads`).

use std::cell::RefCell;

use argon2::Block;

/// Allocations of this size are made apart from all others, and freed at once: glibc never raises its
/// threshold for that (`M_MMAP_THRESHOLD`, mallopt(3)) above 32 MiB, and keeps what is smaller for each
/// thread that ever was. What is not written to costs nothing.
const APART: usize = 33 * 1024 * 1024;

thread_local! {
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Runs a hash on so many blocks of this thread. What they contain is of no matter to it.
pub(super) fn lend<T>(count: usize, hash: impl FnOnce(&mut [Block]) -> T) -> T {
    BLOCKS.with_borrow_mut(|blocks| {
        if blocks.capacity() < count {
            // Nothing has to be copied.
            drop(std::mem::take(blocks));
            *blocks = Vec::with_capacity(count.max(APART.div_ceil(Block::SIZE)));
        }
        if blocks.len() < count {
            blocks.resize(count, Block::default());
        }
        hash(&mut blocks[..count])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_reused_by_the_next_hash() {
        let first = lend(8, |blocks| blocks.as_ptr());
        let second = lend(16, |blocks| (blocks.as_ptr(), blocks.len()));
        assert_eq!(second, (first, 16), "the same memory");
        let more = 2 * APART / Block::SIZE;
        assert_eq!(lend(more, |blocks| blocks.len()), more);
        assert_eq!(lend(8, |blocks| blocks.len()), 8);
    }
}
