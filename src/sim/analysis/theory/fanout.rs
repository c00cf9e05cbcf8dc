//! Fan-out: a request that waits for the slowest of several answers. Dean and Barroso, "The tail at
//! scale", CACM 56(2) (2013); the formulas are those of order statistics (David and Nagaraja,
//! *Order Statistics*, 2003).

/// What a single answer may miss so that all of `n` independent ones keep `p`: 1 - p^(1/n), without
/// loss of digits where n is large. The p-quantile of the slowest is that of one at the rest.
fn missed_by_one(n: u32, p: f64) -> f64 {
    -libm::expm1(libm::log(p) / f64::from(n.max(1)))
}

/// The sum of 1/k for k to n; beyond 1,000 by its asymptotic series, exact to 1e-16.
#[must_use]
pub fn harmonic(n: u32) -> f64 {
    /// Euler's constant.
    const GAMMA: f64 = 0.577_215_664_901_532_9;
    if n <= 1_000 {
        return (1..=n).rev().map(|k| 1.0 / f64::from(k)).sum();
    }
    let n = f64::from(n);
    libm::log(n) + GAMMA + 1.0 / (2.0 * n) - 1.0 / (12.0 * n * n)
}

/// The mean of the slowest of `n` independent exponential answers with this mean: m times the
/// harmonic number of n.
#[must_use]
pub fn slowest_mean(n: u32, mean: f64) -> f64 {
    mean * harmonic(n)
}

/// The p-quantile of the slowest of `n` independent exponential answers with this mean:
/// -m ln(1 - p^(1/n)); `None` outside of 0 < p < 1 and without answers.
#[must_use]
pub fn slowest_quantile(n: u32, mean: f64, p: f64) -> Option<f64> {
    (n > 0 && p > 0.0 && p < 1.0).then(|| -mean * libm::log(missed_by_one(n, p)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn a_hundred_answers_have_the_reference_values() {
        check(&[
            ("mean", Some(slowest_mean(100, 10.0)), 51.873_8),
            ("p99", slowest_quantile(100, 10.0, 0.99), 92.053_7),
            ("one answer", slowest_quantile(1, 10.0, 0.99), 46.051_7),
            ("one answer's mean", Some(slowest_mean(1, 10.0)), 10.0),
        ]);
        assert_eq!(slowest_quantile(0, 1.0, 0.5), None);
        assert_eq!(slowest_quantile(3, 1.0, 1.0), None);
    }

    #[test]
    fn sums_of_reciprocals_are_those_made_one_by_one() {
        for n in [1, 2, 999, 1_000, 1_001, 5_000, 3_000_000] {
            let sum: f64 = (1..=n).rev().map(|k| 1.0 / f64::from(k)).sum();
            assert!((harmonic(n) / sum - 1.0).abs() < 1e-13, "{n}");
        }
    }

    #[test]
    fn the_slowest_of_many_drawn_answers_is_as_slow_as_the_formulas_say() {
        for trial in 0..6 {
            let mut draw = Stream::new(2, trial, Purpose::Service).at(0);
            let (n, mean, p) = (1 + draw.below(60), 0.1 + draw.unit(), 0.5 + 0.45 * draw.unit());
            let quantile = slowest_quantile(n, mean, p).expect("makes sense");
            let (mut sum, mut within, mut levels) = (0.0, 0, 0);
            let rounds = 100_000;
            for _ in 0..rounds {
                let most = (0..n).map(|_| draw.unit()).fold(0.0, f64::max);
                let slowest = -mean * libm::log1p(-most);
                sum += slowest;
                within += u32::from(slowest <= quantile);
                levels += u32::from(most <= 1.0 - missed_by_one(n, p));
            }
            let measured = sum / f64::from(rounds);
            let expected = slowest_mean(n, mean);
            assert!((measured / expected - 1.0).abs() < 0.012, "{n}: {measured}, {expected}");
            for share in [within, levels].map(|count| f64::from(count) / f64::from(rounds)) {
                assert!((share - p).abs() < 0.007, "{n}: {share}, not {p}");
            }
        }
    }
}
