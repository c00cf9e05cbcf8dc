//! The Zipf law of popularity: the item of rank k is asked for in proportion to k^-s.
//!
//! Drawn exactly, without tables, by rejection-inversion: Hoermann and Derflinger,
//! "Rejection-inversion to generate variates from monotone discrete distributions", ACM TOMACS 6(3)
//! (1996). All mathematics is that of `libm`, so that every machine draws the same items.

use super::rng::Draw;

/// Most items of a catalogue.
pub const MOST_ITEMS: u32 = 16_000_000;
/// Largest exponent.
pub const STEEPEST: f64 = 4.0;

/// Ranks whose weights are added up one by one; what lies beyond is integrated.
const HEAD: u32 = 1_024;

/// A Zipf law over `items` items, numbered from 0, the most popular.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zipf {
    items: u32,
    exponent: f64,
    /// The integral of the weights where the first item begins, its whole weight before 1.5.
    first: f64,
    /// The integral of the weights half an item past the last.
    last: f64,
    /// An inverted point this close below its item needs no further test.
    sure: f64,
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
        let mut law =
            Self { items, exponent, first: 0.0, last: 0.0, sure: 0.0, head: 0.0, norm: 0.0 };
        law.first = law.integral(1.5) - 1.0;
        law.last = law.integral(f64::from(items) + 0.5);
        law.sure = 2.0 - law.inverse(law.integral(2.5) - law.weight(2.0));
        law.head = (1..HEAD).map(|rank| law.weight(f64::from(rank))).sum();
        law.norm = law.weight_below(items);
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
        if self.exponent == 0.0 {
            return draw.below(self.items);
        }
        loop {
            let u = self.last + draw.unit() * (self.first - self.last);
            let x = self.inverse(u);
            let rank = ((x + 0.5) as u32).clamp(1, self.items);
            let k = f64::from(rank);
            if k - x <= self.sure || u >= self.integral(k + 0.5) - self.weight(k) {
                return rank - 1;
            }
        }
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

    /// The sum of the weights of the ranks 1 to `count`: the first one by one, the others by the
    /// formula of Euler and Maclaurin, whose next term lies below 1e-19 of the sum.
    fn weight_below(&self, count: u32) -> f64 {
        if count < HEAD {
            return (1..=count).map(|rank| self.weight(f64::from(rank))).sum();
        }
        let (s, low, high) = (self.exponent, f64::from(HEAD), f64::from(count));
        let (at_low, at_high) = (self.weight(low), self.weight(high));
        let slope = at_low / low - at_high / high;
        let third = at_low / (low * low * low) - at_high / (high * high * high);
        self.head
            + (self.integral(high) - self.integral(low))
            + 0.5 * (at_low + at_high)
            + s / 12.0 * slope
            - s * (s + 1.0) * (s + 2.0) / 720.0 * third
    }

    /// x^-s.
    fn weight(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }

    /// The integral of the weights from 1 to x: (x^(1-s) - 1) / (1-s), or ln x where s is 1.
    fn integral(&self, x: f64) -> f64 {
        let log = libm::log(x);
        log * expm1_over((1.0 - self.exponent) * log)
    }

    /// The x up to which the integral is `u`.
    #[inline]
    fn inverse(&self, u: f64) -> f64 {
        let t = f64::max(u * (1.0 - self.exponent), -1.0);
        libm::exp(u * log1p_over(t))
    }
}

/// ln(1 + t) / t, and its limit near 0.
#[inline]
fn log1p_over(t: f64) -> f64 {
    if t.abs() > 1e-8 { libm::log1p(t) / t } else { 1.0 - t * (0.5 - t / 3.0) }
}

/// (e^t - 1) / t, and its limit near 0.
#[inline]
fn expm1_over(t: f64) -> f64 {
    if t.abs() > 1e-8 { libm::expm1(t) / t } else { 1.0 + t * (0.5 + t / 6.0) }
}

#[cfg(test)]
mod tests;
