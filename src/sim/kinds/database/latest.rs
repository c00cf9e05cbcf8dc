//! Which keys of a shard have acknowledged writes that some server may lack.

use crate::kinds::store::table::Table;

/// The key or user of a write that is about none.
pub const NOBODY: u32 = u32::MAX;

/// The last acknowledged write to each key that some server may not have applied.
#[derive(Clone, Debug, Default)]
pub struct Latest(Table);

impl Latest {
    /// Numbers are kept without what lies above: two that are compared are never so far apart.
    const LOW: u32 = u32::MAX >> 1;

    const fn low(number: u64) -> u32 {
        number as u32 & Self::LOW
    }

    /// A write to a key is acknowledged.
    #[inline]
    pub fn set(&mut self, key: u32, number: u64) {
        if key != NOBODY {
            self.0.set(key, Self::low(number));
        }
    }

    /// All servers have this write, or it is lost: nothing is lacked but what came later.
    pub fn forget(&mut self, key: u32, number: u64) {
        if self.0.find(key) == Some(Self::low(number)) {
            self.0.remove(key);
        }
    }

    /// Whether the last write to a key is none of the first `applied` ones.
    #[inline]
    #[must_use]
    pub fn is_missing(&self, key: u32, applied: u64) -> bool {
        let last = self.0.find(key);
        last.is_some_and(|last| {
            let ahead = last.wrapping_sub(Self::low(applied)) & Self::LOW;
            ahead != 0 && ahead <= Self::LOW / 2
        })
    }

    /// Nobody lacks anything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_write_to_a_key_is_known_however_many_there_were() {
        let mut latest = Latest::default();
        for number in [5, (1 << 31) - 1, 1 << 31, (1 << 40) + 3] {
            latest.set(7, number);
            let missing = [1, 0].map(|fewer| latest.is_missing(7, number - fewer));
            assert_eq!((missing, latest.is_missing(7, number + 9)), ([true, false], false));
        }
    }
}
