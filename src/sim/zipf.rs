//! The Zipf law of popularity: the item of rank k is asked for in proportion to k^-s.
//!
//! Drawn exactly and in constant time. The ranks are cut into blocks of which the last is asked for
//! nearly as often as the first; a block is drawn by the alias method (Walker 1977; Vose, "A linear
//! algorithm for generating random numbers with a given distribution", IEEE Trans. Software Eng.
//! 17(9), 1991), and a rank in it by rejection, which seldom needs a power. All mathematics is that
//! of `libm`, so that every machine draws the same items. Memory: at most 40 kB.

use super::rng::Draw;

/// Most items of a catalogue.
pub const MOST_ITEMS: u32 = 16_000_000;
/// Largest exponent.
pub const STEEPEST: f64 = 4.0;

/// Ranks whose weights are added up one by one; what lies beyond is integrated.
const HEAD: u32 = 1_024;

/// A block is this part of its first rank long.
const FINENESS: u32 = 64;

/// Ranks next to each other.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Block {
    /// The first rank, from 1.
    first: u32,
    /// How many ranks.
    ranks: u32,
    /// The weight of the last in that of the first: below, every rank is accepted.
    sure: f64,
}

/// A cell of the alias table: all are as likely, and each is shared by two blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    /// The part of the cell, in 2^-64, that belongs to the block with its number.
    own: u64,
    /// The block to which the rest belongs.
    other: u32,
}

/// A Zipf law over `items` items, numbered from 0, the most popular.
#[derive(Clone, Debug, PartialEq)]
pub struct Zipf {
    items: u32,
    exponent: f64,
    blocks: Vec<Block>,
    cells: Vec<Cell>,
    /// Sum of the weights of the ranks below [`HEAD`].
    head: f64,
    /// Sum of all weights.
    norm: f64,
}

impl Zipf {
    /// The law over `items` items (1 to [`MOST_ITEMS`]) with this exponent: 0 makes all alike, 1 is
    /// Zipf's own, at most [`STEEPEST`].
    #[must_use]
    pub fn new(items: u32, exponent: f64) -> Self {
        let items = items.clamp(1, MOST_ITEMS);
        let exponent = if exponent.is_nan() { 0.0 } else { exponent.clamp(0.0, STEEPEST) };
        let (blocks, cells) = (Vec::new(), Vec::new());
        let mut law = Self { items, exponent, blocks, cells, head: 0.0, norm: 0.0 };
        law.head = law.one_by_one(1, HEAD - 1);
        law.norm = law.weight_below(items);
        let mut first = 1;
        let mut weights = Vec::new();
        while first <= items {
            let ranks = (first / FINENESS).max(1).min(items - first + 1);
            let last = first + ranks - 1;
            let sure = law.weight(f64::from(last)) / law.weight(f64::from(first));
            law.blocks.push(Block { first, ranks, sure });
            weights.push(match first {
                HEAD.. => law.integrated(first, last),
                _ => law.one_by_one(first, last),
            });
            first += ranks;
        }
        law.cells = alias(&weights);
        law
    }

    /// How many items there are.
    #[must_use]
    pub const fn items(&self) -> u32 {
        self.items
    }

    /// The exponent.
    #[must_use]
    pub const fn exponent(&self) -> f64 {
        self.exponent
    }

    /// Draws an item, 0 being the most popular.
    #[inline]
    #[must_use]
    pub fn sample(&self, draw: &mut Draw) -> u32 {
        let (at, part) = split(draw.bits(), self.cells.len() as u32);
        let cell = self.cells[at as usize];
        let block = if part < cell.own { at } else { cell.other };
        let Block { first, ranks, sure } = self.blocks[block as usize];
        if ranks == 1 {
            return first - 1;
        }
        loop {
            let (further, part) = split(draw.bits(), ranks);
            let u = (part >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
            if u < sure || u < self.fall(first, first + further) {
                return first - 1 + further;
            }
        }
    }

    /// The weight of a rank in that of one before it.
    #[inline(never)]
    fn fall(&self, first: u32, rank: u32) -> f64 {
        self.weight(f64::from(rank) / f64::from(first))
    }

    /// The probability of an item; zero for one that does not exist.
    #[must_use]
    pub fn probability(&self, item: u32) -> f64 {
        if item < self.items { self.weight(f64::from(item) + 1.0) / self.norm } else { 0.0 }
    }

    /// The probability of the `count` most popular items together.
    #[must_use]
    pub fn share_of_first(&self, count: u32) -> f64 {
        self.weight_below(count.min(self.items)) / self.norm
    }

    /// The sum of the weights of the ranks 1 to `count`.
    fn weight_below(&self, count: u32) -> f64 {
        match count {
            HEAD.. => self.head + self.integrated(HEAD, count),
            _ => self.one_by_one(1, count),
        }
    }

    /// The sum of the weights of ranks, last included.
    fn one_by_one(&self, first: u32, last: u32) -> f64 {
        (first..=last).map(|rank| self.weight(f64::from(rank))).sum()
    }

    /// The same by the formula of Euler and Maclaurin: from [`HEAD`] on the next term is below
    /// 1e-15 of the sum.
    fn integrated(&self, first: u32, last: u32) -> f64 {
        let (s, low, high) = (self.exponent, f64::from(first), f64::from(last));
        let (at_low, at_high) = (self.weight(low), self.weight(high));
        // The integral of x^-s: low^(1-s) ((high / low)^(1-s) - 1) / (1-s), or a logarithm.
        let log = libm::log(high / low);
        let integral = low * at_low * log * expm1_over((1.0 - s) * log);
        let slope = at_low / low - at_high / high;
        let third = at_low / (low * low * low) - at_high / (high * high * high);
        integral + 0.5 * (at_low + at_high) + s / 12.0 * slope
            - s * (s + 1.0) * (s + 2.0) / 720.0 * third
    }

    /// x^-s.
    fn weight(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }
}

/// A number below `n` from 64 random bits, and what is left of them, in 2^-64.
#[inline]
const fn split(bits: u64, n: u32) -> (u32, u64) {
    let product = bits as u128 * n as u128;
    ((product >> 64) as u32, product as u64)
}

/// The alias table for these weights, by Vose: cells that are not full are filled up from blocks
/// that have more than one cell's part.
fn alias(weights: &[f64]) -> Vec<Cell> {
    let sum: f64 = weights.iter().sum();
    let scale = weights.len() as f64 / sum;
    let mut parts: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
    let all = 0..weights.len();
    // A block that is never short has its cell for itself.
    let mut cells: Vec<Cell> =
        all.clone().map(|block| Cell { own: u64::MAX, other: block as u32 }).collect();
    let (mut short, mut over): (Vec<usize>, Vec<usize>) =
        all.partition(|block| parts[*block] < 1.0);
    while let (Some(poor), Some(&rich)) = (short.pop(), over.last()) {
        // Converting to whole numbers stops at the largest.
        let own = (parts[poor] * (1u64 << 32) as f64 * (1u64 << 32) as f64) as u64;
        cells[poor] = Cell { own, other: rich as u32 };
        parts[rich] -= 1.0 - parts[poor];
        if parts[rich] < 1.0 {
            over.pop();
            short.push(rich);
        }
    }
    cells
}

/// (e^t - 1) / t, and its limit near 0.
#[inline]
fn expm1_over(t: f64) -> f64 {
    if t.abs() > 1e-8 { libm::expm1(t) / t } else { 1.0 + t * (0.5 + t / 6.0) }
}

#[cfg(test)]
mod tests;
