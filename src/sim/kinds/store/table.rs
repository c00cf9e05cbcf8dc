//! A table from keys to numbers: open addressing with linear probing, at most three quarters full.
//!
//! Memory: 8 bytes a cell, so 11 to 21 bytes a key once it has grown; it never shrinks.

/// Marks a cell without a key. No number in the table is as large.
const EMPTY: u32 = u32::MAX;
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

#[derive(Clone, Copy, Debug)]
struct Cell {
    key: u32,
    value: u32,
}

const FREE: Cell = Cell { key: 0, value: EMPTY };

/// The table.
#[derive(Clone, Debug)]
pub struct Table {
    /// A power of two of them, at least 8.
    cells: Vec<Cell>,
    used: usize,
}

impl Table {
    /// A table without keys.
    #[must_use]
    pub fn new() -> Self {
        Self { cells: vec![FREE; 8], used: 0 }
    }

    /// Where the search for a key begins: the highest bits of its product with the golden ratio,
    /// which lay keys that follow each other far apart.
    #[inline]
    fn home(&self, key: u32) -> usize {
        let shift = 64 - self.cells.len().trailing_zeros();
        (u64::from(key).wrapping_mul(GOLDEN) >> shift) as usize
    }

    /// The cell of a key, or the free one in which it would go.
    #[inline]
    fn cell(&self, key: u32) -> usize {
        let mask = self.cells.len() - 1;
        let mut at = self.home(key);
        while self.cells[at].value != EMPTY && self.cells[at].key != key {
            at = (at + 1) & mask;
        }
        at
    }

    /// The number of a key.
    #[inline]
    #[must_use]
    pub fn find(&self, key: u32) -> Option<u32> {
        let value = self.cells[self.cell(key)].value;
        (value != EMPTY).then_some(value)
    }

    /// Sets the number of a key, new or known.
    #[inline]
    pub fn set(&mut self, key: u32, value: u32) {
        debug_assert_ne!(value, EMPTY, "marks free cells");
        let at = self.cell(key);
        let fresh = self.cells[at].value == EMPTY;
        self.cells[at] = Cell { key, value };
        if fresh {
            self.used += 1;
            self.grow();
        }
    }

    /// Adds one to the number of a key, which begins at 0 and stops below `u32::MAX`.
    #[inline]
    pub fn count(&mut self, key: u32) -> u32 {
        let at = self.cell(key);
        let cell = &mut self.cells[at];
        if cell.value == EMPTY {
            self.set(key, 1);
            return 1;
        }
        cell.value = (cell.value + 1).min(EMPTY - 1);
        cell.value
    }

    /// Takes a key out and gives its number.
    pub fn remove(&mut self, key: u32) -> Option<u32> {
        let mask = self.cells.len() - 1;
        let mut hole = self.cell(key);
        let value = self.cells[hole].value;
        if value == EMPTY {
            return None;
        }
        // What stands behind moves up, unless that would put it before its home.
        let mut next = (hole + 1) & mask;
        while self.cells[next].value != EMPTY {
            let home = self.home(self.cells[next].key);
            if (next.wrapping_sub(home) & mask) >= (next.wrapping_sub(hole) & mask) {
                self.cells[hole] = self.cells[next];
                hole = next;
            }
            next = (next + 1) & mask;
        }
        self.cells[hole] = FREE;
        self.used -= 1;
        Some(value)
    }

    /// Takes all keys out; the memory is kept.
    pub fn clear(&mut self) {
        if self.used > 0 {
            self.cells.fill(FREE);
            self.used = 0;
        }
    }

    fn grow(&mut self) {
        if 4 * self.used <= 3 * self.cells.len() {
            return;
        }
        let twice = vec![FREE; 2 * self.cells.len()];
        let before = core::mem::replace(&mut self.cells, twice);
        for cell in before.into_iter().filter(|cell| cell.value != EMPTY) {
            let at = self.cell(cell.key);
            self.cells[at] = cell;
        }
    }
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};
    use std::collections::BTreeMap;

    #[test]
    fn the_table_does_as_a_map_does() {
        let (mut table, mut map) = (Table::new(), BTreeMap::new());
        let stream = Stream::new(3, 0, Purpose::Hash);
        for step in 0..300_000 {
            let mut draw = stream.at(step);
            // Few keys and many by turns, some of them next to each other and some at the ends.
            let range = if step / 20_000 % 2 == 0 { 50 } else { 5_000 };
            let key = match draw.below(4) {
                0 => u32::MAX - draw.below(range),
                1 => draw.below(range).wrapping_mul(0x0100_0000),
                _ => draw.below(range),
            };
            match draw.below(4) {
                0 => {
                    table.set(key, step as u32);
                    map.insert(key, step as u32);
                }
                1 => {
                    let count = map.entry(key).or_insert(0);
                    *count += 1;
                    assert_eq!(table.count(key), *count);
                }
                _ => assert_eq!(table.remove(key), map.remove(&key), "step {step}"),
            }
            assert_eq!(table.used, map.len());
            let other = draw.below(range);
            assert_eq!(table.find(other), map.get(&other).copied(), "step {step}");
            if step % 70_000 == 0 {
                table.clear();
                map.clear();
            }
        }
        for key in 0..5_000 {
            assert_eq!(table.find(key), map.get(&key).copied());
        }
    }

    #[test]
    fn counts_stop_at_the_top() {
        let mut table = Table::new();
        table.set(7, EMPTY - 2);
        assert_eq!([table.count(7), table.count(7)], [EMPTY - 1, EMPTY - 1]);
    }
}
