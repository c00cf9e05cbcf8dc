//! A high dynamic range histogram of durations: 128 buckets an octave, so that every percentile is
//! within 0.8 % of the recorded value. Our own, because the engine records several times per
//! request, takes differences of histograms for its sliding window, and keeps a hundred states of
//! each.

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

/// Bits of a packed word that count; those above are the bucket.
const COUNT_BITS: u32 = 48;
const COUNT: u64 = (1 << COUNT_BITS) - 1;
const _: () = assert!(BUCKETS <= 1 << (64 - COUNT_BITS), "a bucket fits into a packed word");

/// Counts of durations by bucket, with their exact sum. One that durations are recorded in has all
/// buckets (36 kB); a copy, a difference and an empty one have only those in use, a tenth of them
/// where all goes well, as nearly all that are kept are only read.
#[derive(Debug, Default)]
pub struct Histogram {
    /// A count for each bucket; or, where there are fewer words, packed ones: bucket and count, in
    /// the order of the buckets.
    words: Box<[u64]>,
    count: u64,
    /// The sum is `low` + `high` x 2^63: one addition and a branch never taken.
    low: u64,
    high: u64,
}

impl Clone for Histogram {
    /// Packed.
    fn clone(&self) -> Self {
        if self.words.len() < BUCKETS {
            return Self { words: self.words.clone(), ..*self };
        }
        Self { words: pack(self.used()), ..*self }
    }
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.sum() == other.sum() && self.used().eq(other.used())
    }
}

/// Packed words of buckets and their counts.
fn pack(used: impl Iterator<Item = (usize, u64)>) -> Box<[u64]> {
    let mut words: Vec<u64> =
        used.map(|(index, count)| ((index as u64) << COUNT_BITS) | count).collect();
    if words.len() == BUCKETS {
        // All are in use, so that each stands at its place.
        words.iter_mut().for_each(|word| *word &= COUNT);
    }
    words.into_boxed_slice()
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
        self.all()[bucket(span.0)] += 1;
        self.count += 1;
        self.low += span.0 & (CARRY - 1);
        if self.low >= CARRY {
            self.low -= CARRY;
            self.high += 1;
        }
    }

    /// The counts of all buckets, from now on kept so.
    #[inline]
    fn all(&mut self) -> &mut [u64; BUCKETS] {
        if self.words.len() != BUCKETS {
            self.unpack();
        }
        (&mut *self.words).try_into().expect("all buckets are there")
    }

    #[cold]
    #[inline(never)]
    fn unpack(&mut self) {
        let mut all = vec![0; BUCKETS].into_boxed_slice();
        self.used().for_each(|(index, count)| all[index] = count);
        self.words = all;
    }

    /// The buckets in use with their counts, shortest first.
    fn used(&self) -> impl Iterator<Item = (usize, u64)> {
        let has_all = self.words.len() == BUCKETS;
        self.words.iter().enumerate().filter_map(move |(place, &word)| match has_all {
            true => (word > 0).then_some((place, word)),
            false => Some(((word >> COUNT_BITS) as usize, word & COUNT)),
        })
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
        for (index, count) in self.used() {
            if below + count >= rank {
                let (low, width) = range(index);
                let within = (rank - below) as f64 - 0.5;
                return Some((low as f64 + width as f64 * within / count as f64) / 1e9);
            }
            below += count;
        }
        None
    }

    /// The share of durations that are no longer than so many seconds, those of a bucket spread
    /// evenly within it; `None` when nothing was recorded.
    #[must_use]
    pub fn share_within(&self, seconds: f64) -> Option<f64> {
        let nanos = seconds * 1e9;
        let within = |(index, count): (usize, u64)| {
            let (low, width) = range(index);
            count as f64 * ((nanos - low as f64) / width as f64).clamp(0.0, 1.0)
        };
        (self.count > 0).then(|| self.used().map(within).sum::<f64>() / self.count as f64)
    }

    /// The middle of each bucket in use in seconds, with its count, shortest first.
    pub fn cells(&self) -> impl Iterator<Item = (f64, u64)> {
        self.used().map(|(index, count)| {
            let (low, width) = range(index);
            ((low as f64 + 0.5 * width as f64) / 1e9, count)
        })
    }

    /// Adds all of `other`.
    pub fn add(&mut self, other: &Self) {
        let all = self.all();
        other.used().for_each(|(index, count)| all[index] += count);
        self.count += other.count;
        self.put_sum(self.sum() + other.sum());
    }

    /// What was recorded since `earlier`, an older state of this histogram.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut before = earlier.used().peekable();
        let used = self.used().filter_map(|(index, count)| {
            let then = before.next_if(|(known, _)| *known == index).map_or(0, |(_, then)| then);
            (count > then).then(|| (index, count - then))
        });
        let (words, count) = (pack(used), self.count - earlier.count);
        let mut between = Self { words, count, low: 0, high: 0 };
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
        let mut counts: Vec<u64> = Vec::new();
        let first = self.used().next().map_or(0, |(index, _)| index / group);
        for (index, count) in self.used() {
            counts.resize(index / group - first + 1, 0);
            counts[index / group - first] += count;
        }
        let bar = |(place, count): (usize, u64)| {
            let start = (first + place) * group;
            let (last, width) = range(start + group - 1);
            (range(start).0 as f64 / 1e9, (last + width) as f64 / 1e9, count)
        };
        counts.into_iter().enumerate().map(bar).collect()
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
        // Within a bucket the durations are spread evenly: half of what is there at its middle.
        assert_eq!(h.share_within(51.0 / 1e9), Some(0.5));
        assert_eq!(h.quantile(0.5).and_then(|s| h.share_within(s)), Some(0.495));
        assert_eq!((h.share_within(0.0), h.share_within(1.0)), (Some(0.0), Some(1.0)));
        assert_eq!(Histogram::default().share_within(1.0), None);
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

    #[test]
    fn a_copy_is_small_and_goes_on_as_if_it_were_none() {
        let mut h = Histogram::default();
        assert_eq!(h.words.len(), 0, "one in which nothing happens takes nothing");
        (1..=1_000).for_each(|i| h.record(Span(i * 1_000)));
        let mut copy = h.clone();
        assert_eq!(copy, h);
        assert!(copy.words.len() < BUCKETS / 5, "{} words", copy.words.len());
        assert_eq!(copy.quantile(0.9), h.quantile(0.9));
        assert_eq!(copy.bars(8), h.bars(8));
        (1..=1_000).for_each(|i| {
            h.record(Span(i * 7_000));
            copy.record(Span(i * 7_000));
        });
        assert_eq!(copy, h);
        let mut twice = h.clone();
        twice.add(&copy);
        assert_eq!(twice.since(&copy), h);
        assert_ne!(twice, h);
    }

    #[test]
    fn bars_tile_what_is_in_use() {
        let mut h = Histogram::default();
        [3, 1_000, 1_001, 70_000].into_iter().for_each(|ns| h.record(Span(ns)));
        let bars = h.bars(8);
        assert_eq!(bars.iter().map(|bar| bar.2).sum::<u64>(), 4);
        assert!(bars.windows(2).all(|pair| pair[0].1 == pair[1].0), "{bars:?}");
        assert!(bars[0].2 > 0 && bars[bars.len() - 1].2 > 0, "{bars:?}");
        assert_eq!(Histogram::default().bars(8), []);
    }
}
