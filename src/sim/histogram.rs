//! A high dynamic range histogram of durations: 128 buckets an octave, so that every percentile is
//! within 0.8 % of the recorded value. Our own, because the engine records several times per
//! request and takes differences of histograms for its sliding window.

use super::units::Span;

/// Buckets an octave, as a power of two.
const BITS: u32 = 7;
const SUB: u64 = 1 << BITS;
/// Durations at or above 2^42 ns (73 minutes) count in the last bucket.
const TOP: u32 = 42;
/// Where the sum carries.
const CARRY: u64 = 1 << 63;
const BUCKETS: usize = ((TOP - BITS + 1) as usize) << BITS;

/// What exponent and fraction of 2^BITS are more than its bucket.
const FIRST_OCTAVE: u64 = (f64::MAX_EXP as u64 - 1 + BITS as u64 - 1) << BITS;

/// Counts of durations by bucket, with their exact sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Box<[u64; BUCKETS]>,
    count: u64,
    /// The sum is `low` + `high` x 2^63: one addition and a branch never taken.
    low: u64,
    high: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), count: 0, low: 0, high: 0 }
    }
}

/// The bucket of a value: from 2^BITS on, octave and bucket within it are the exponent and the
/// first bits of the fraction of the value as a floating-point number. (From 2^53 on the value
/// would be rounded, but there all is one bucket.)
#[inline]
const fn bucket(value: u64) -> usize {
    if value < SUB {
        return value as usize;
    }
    let number = (value as i64 as f64).to_bits() >> (f64::MANTISSA_DIGITS - 1 - BITS);
    let index = number.wrapping_sub(FIRST_OCTAVE);
    // What is too large for the clock's sign is negative, and so too large here.
    if index < BUCKETS as u64 { index as usize } else { BUCKETS - 1 }
}

/// Smallest value of a bucket, and how many values it covers.
const fn range(index: usize) -> (u64, u64) {
    let octave = (index >> BITS) as u32;
    let sub = index as u64 & (SUB - 1);
    if octave == 0 { (sub, 1) } else { ((SUB + sub) << (octave - 1), 1 << (octave - 1)) }
}

impl Histogram {
    /// Records one duration.
    #[inline]
    pub fn record(&mut self, span: Span) {
        // `bucket` is below BUCKETS by construction; the mask-free index keeps its bounds check.
        self.counts[bucket(span.0)] += 1;
        self.count += 1;
        self.low += span.0 & (CARRY - 1);
        if self.low >= CARRY {
            self.low -= CARRY;
            self.high += 1;
        }
    }

    /// How many durations were recorded.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The exact sum of all durations, in nanoseconds.
    #[must_use]
    pub const fn sum(&self) -> u128 {
        self.low as u128 + self.high as u128 * CARRY as u128
    }

    /// The exact mean in seconds, or `None` when nothing was recorded.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum() as f64 / self.count as f64 / 1e9)
    }

    /// The `p` quantile in seconds by nearest rank, ceil(p n), spread evenly within its bucket;
    /// `None` when nothing was recorded.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let rank = (libm::ceil(p * self.count as f64) as u64).clamp(1, self.count);
        let mut below = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            if below + count >= rank {
                let (low, width) = range(index);
                let within = (rank - below) as f64 - 0.5;
                return Some((low as f64 + width as f64 * within / count as f64) / 1e9);
            }
            below += count;
        }
        None
    }

    /// The middle of each bucket in use in seconds, with its count, shortest first.
    pub fn cells(&self) -> impl Iterator<Item = (f64, u64)> {
        let used = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        used.map(|(index, &count)| {
            let (low, width) = range(index);
            ((low as f64 + 0.5 * width as f64) / 1e9, count)
        })
    }

    /// Adds all of `other`.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts.iter()) {
            *mine += theirs;
        }
        self.count += other.count;
        self.put_sum(self.sum() + other.sum());
    }

    /// What was recorded since `earlier`, an older state of this histogram.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut counts = self.counts.clone();
        for (now, then) in counts.iter_mut().zip(earlier.counts.iter()) {
            *now -= then;
        }
        let mut between = Self { counts, count: self.count - earlier.count, low: 0, high: 0 };
        between.put_sum(self.sum() - earlier.sum());
        between
    }

    const fn put_sum(&mut self, sum: u128) {
        self.low = (sum % CARRY as u128) as u64;
        self.high = (sum / CARRY as u128) as u64;
    }

    /// Counts in bars whose edges double every `per_octave` bars, from the first to the last bar in
    /// use: (lower edge in seconds, upper edge in seconds, count). For drawing.
    #[must_use]
    pub fn bars(&self, per_octave: u32) -> Vec<(f64, f64, u64)> {
        let group = (SUB as usize / per_octave as usize).max(1);
        let mut bars: Vec<(f64, f64, u64)> = Vec::new();
        for start in (0..BUCKETS).step_by(group) {
            let count: u64 = self.counts[start..start + group].iter().sum();
            let (last, width) = range(start + group - 1);
            bars.push((range(start).0 as f64 / 1e9, (last + width) as f64 / 1e9, count));
        }
        let first = bars.iter().position(|b| b.2 > 0).unwrap_or(bars.len());
        let end = bars.iter().rposition(|b| b.2 > 0).map_or(first, |i| i + 1);
        bars[first..end].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_tile_the_range_and_are_within_one_percent() {
        let mut next = 0;
        for index in 0..BUCKETS {
            let (low, width) = range(index);
            assert_eq!(low, next, "bucket {index}");
            assert_eq!(bucket(low), index);
            assert_eq!(bucket(low + width - 1), index);
            assert!(width as f64 <= 1.0 + low as f64 / 128.0, "bucket {index} is {width} wide");
            next = low + width;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_nearest_rank() {
        let mut h = Histogram::default();
        for i in 1..=100 {
            h.record(Span(i));
        }
        // Values below 128 have a bucket each, whose middle is half a nanosecond up.
        for (p, expected) in [(0.01, 1.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            assert_eq!(h.quantile(p), Some((expected + 0.5) / 1e9), "p {p}");
        }
        assert_eq!(h.mean(), Some(50.5e-9));
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn a_difference_is_what_came_between() {
        let mut h = Histogram::default();
        h.record(Span(1_000));
        let before = h.clone();
        h.record(Span(5_000_000));
        let between = h.since(&before);
        assert_eq!((between.count(), between.sum()), (1, 5_000_000));
        assert!((between.quantile(0.5).unwrap_or(0.0) / 5e-3 - 1.0).abs() < 0.01);
    }
}
