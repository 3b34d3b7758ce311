//! Dice that fall the same way for the same seed.

use std::{cell::Cell, time::Duration};

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and every seed is a good one.
#[derive(Debug)]
pub(super) struct Chance(Cell<u64>);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    fn next(&self) -> u64 {
        let mut mixed = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(mixed);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Dice of their own, so that one part's throws don't shift another's.
    pub(super) fn fork(&self) -> Self {
        Self::new(self.next())
    }

    /// A number from 0 up to but without `end`.
    pub(super) fn below(&self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(super) fn one_in(&self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub(super) fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A time of less than so many milliseconds.
    pub(super) fn millis(&self, end: usize) -> Duration {
        Duration::from_millis(self.below(end) as u64)
    }
}
