//! The statistics of batch means: how much of a run is warm-up, and how surely the mean of what is
//! left is known.

use crate::histogram::Histogram;
use crate::run::meters::Sample;
use serde::{Deserialize, Serialize};

/// Fewest batches that an interval may rest on; of a quantile, fewest that what is beyond it may
/// come from.
pub const FEWEST: usize = 5;
/// What moves by less than this share is not worth a longer run.
const SMALL: f64 = 0.02;
/// Values that are more alike than this are too few to tell how much alike they are.
const MOST_ALIKE: f64 = 0.9;
/// An interval never rests on fewer independent values than this.
const FEWEST_INDEPENDENT: f64 = 4.0;

/// A figure with the half-width of its 95 % confidence interval, if that can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Half of the interval's width.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// A share or a mean over all batches: of each, how much it weighs and what it has. `None`
    /// where nothing has weight.
    #[must_use]
    pub fn over(batches: &[(f64, f64)]) -> Option<Self> {
        let all: f64 = batches.iter().map(|(weight, _)| weight).sum();
        let value = batches.iter().map(|(weight, has)| weight * has).sum::<f64>() / all;
        let each = all / batches.len() as f64;
        let apart: Vec<f64> =
            batches.iter().map(|(weight, has)| weight / each * (has - value)).collect();
        let has_enough = batches.iter().filter(|(weight, _)| *weight > 0.0).count() >= FEWEST;
        let half_width = has_enough.then(|| half_width(&apart)).flatten();
        (all > 0.0).then_some(Self { value, half_width })
    }

    /// Whether its interval is wider to either side than the share itself, and worth a longer run.
    #[must_use]
    pub fn is_vague(self) -> bool {
        self.half_width.is_some_and(|half| half > self.value.max(SMALL))
    }

    /// Its interval in words, to stand after it: " ± 0.2", or " (0 to 0.8)" where one of its ends
    /// would be what no such figure is, less than nothing or more than `most`.
    pub fn interval(self, most: f64, write: impl Fn(f64) -> String) -> String {
        let Some(half) = self.half_width else { return String::new() };
        let (low, high) = (self.value - half, self.value + half);
        if low < 0.0 || high > most {
            return format!(" ({} to {})", write(low.max(0.0)), write(high.min(most)));
        }
        format!(" ± {}", write(half))
    }

    /// The mean of all durations of these batches. Where waits are long by chance they also vary
    /// more, and where they are short less: the interval is that of the mean's logarithm, to the
    /// second order, as far as it reaches to its wider side.
    #[must_use]
    pub fn mean(batches: &[Histogram]) -> Option<Self> {
        let of = |batch: &Histogram| (batch.count() as f64, batch.mean().unwrap_or(0.0));
        let plain = Self::over(&batches.iter().map(of).collect::<Vec<_>>())?;
        let wider = |half: f64| half * (1.0 + half / (2.0 * plain.value.max(f64::MIN_POSITIVE)));
        Some(Self { half_width: plain.half_width.map(wider), ..plain })
    }

    /// The `p` quantile of all their durations. A batch alone may be too short to have one of its
    /// own; how surely the share within this one is known tells what quantile it may be (Woodruff,
    /// "Confidence intervals for medians and other position measures", JASA 47, 1952).
    #[must_use]
    pub fn quantile(batches: &[Histogram], p: f64) -> Option<Self> {
        let mut whole = Histogram::default();
        batches.iter().for_each(|batch| whole.add(batch));
        let value = whole.quantile(p)?;
        let of =
            |batch: &Histogram| (batch.count() as f64, batch.share_within(value).unwrap_or(0.0));
        let each: Vec<(f64, f64)> = batches.iter().map(of).collect();
        let share = Self::over(&each)?;
        let wide = |half: f64| {
            let [low, high] = [p - half, p + half].map(|p| whole.quantile(p).unwrap_or(value));
            (value - low).max(high - value)
        };
        // Where a few batches have all that is beyond it, others would have had more, or none.
        let beyond = |(count, within): &(f64, f64)| count * (1.0 - within);
        let squares: f64 = each.iter().map(|one| beyond(one) * beyond(one)).sum();
        let all: f64 = each.iter().map(beyond).sum();
        let told = share.half_width.filter(|_| all * all >= FEWEST as f64 * squares);
        Some(Self { value, half_width: told.map(wide) })
    }
}

/// How many batches to throw away: those at the beginning that lie outside of all that the second
/// half of the run shows, at most that half. Looked at for latency, for the number of requests in
/// the system and for the share that fails, whichever takes longest.
///
/// A rule that looks for the least error of what is left (MSER) would also remove a beginning that
/// was only high by chance: busy batches vary more than quiet ones, and means come out low.
pub fn warm_up(samples: &[Sample]) -> usize {
    // The first batch starts from an empty system and never counts.
    unlike_the_rest(samples, 0.0).max(1)
}

/// How many batches at the beginning are unlike the second half by more than may be left in.
pub fn moving(samples: &[Sample]) -> usize {
    unlike_the_rest(samples, SMALL)
}

fn unlike_the_rest(samples: &[Sample], margin: f64) -> usize {
    let pairs = || samples.windows(2).map(|pair| (&pair[0].meters, &pair[1].meters));
    let latencies: Vec<f64> =
        pairs().map(|(a, b)| b.time().since(&a.time()).mean().unwrap_or(0.0)).collect();
    let inside: Vec<f64> =
        pairs().map(|(_, b)| (b.offered_in_all() - b.endings().total()) as f64).collect();
    let failing: Vec<f64> = pairs()
        .map(|(a, b)| b.endings().since(&a.endings()))
        .map(|ended| ended.failures() as f64 / ended.total().max(1) as f64)
        .collect();
    let strange = [latencies, inside, failing].map(|values| strangers(&values, margin));
    strange.into_iter().fold(0, usize::max)
}

/// How many values at the beginning the second half has nothing like, within this share of them.
fn strangers(values: &[f64], margin: f64) -> usize {
    let (first, second) = values.split_at(values.len() / 2);
    let least = (1.0 - margin) * second.iter().copied().fold(f64::INFINITY, f64::min);
    let most = (1.0 + margin) * second.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    first.iter().take_while(|value| !(least..=most).contains(*value)).count()
}

/// Half-width of the 95 % confidence interval of the mean of independent values, by Student's t.
#[must_use]
pub fn half_width_of_independent(values: &[f64]) -> Option<f64> {
    (values.len() >= FEWEST).then(|| half_width_where(values, values.len() as f64))
}

/// The same of values that follow each other, such as those of batches: where each is like the one
/// before, as in an autoregressive process of order one, fewer of them would say as much.
#[must_use]
pub fn half_width(values: &[f64]) -> Option<f64> {
    if values.len() < FEWEST {
        return None;
    }
    let (n, mean) = (values.len() as f64, mean(values));
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let products: f64 = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    let found = if squares > 0.0 { products / squares } else { 0.0 };
    // What is found in so few is too low, by about this (Marriott and Pope 1954).
    let alike = (found + (1.0 + 3.0 * found.max(0.0)) / n).clamp(0.0, MOST_ALIKE);
    Some(half_width_where(values, n * (1.0 - alike) / (1.0 + alike)))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The half-width where the values say as much as so many independent ones.
fn half_width_where(values: &[f64], independent: f64) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let variance = squares / (values.len() - 1) as f64 / independent;
    student_t(independent.max(FEWEST_INDEPENDENT) - 1.0) * libm::sqrt(variance)
}

/// The 97.5 % point of Student's t with `degrees` of freedom, by the Cornish-Fisher expansion
/// (Abramowitz and Stegun 26.7.5), within 0.2 % from four degrees on and 1 % from three.
fn student_t(degrees: f64) -> f64 {
    let (z, n) = (1.959_963_985_f64, degrees);
    let (z3, z5) = (z * z * z, z * z * z * z * z);
    let z7 = z5 * z * z;
    z + (z3 + z) / (4.0 * n)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * n * n)
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;

    #[test]
    fn students_t_agrees_with_the_tables() {
        let known = [(4, 2.776), (9, 2.262), (19, 2.093), (39, 2.023), (120, 1.980)];
        for (degrees, expected) in known {
            let t = student_t(f64::from(degrees));
            assert!((t / expected - 1.0).abs() < 2.5e-3, "{degrees}: {t}");
        }
        assert!((student_t(3.0) / 3.182 - 1.0).abs() < 0.01, "{}", student_t(3.0));
    }

    fn noise(i: usize) -> f64 {
        ((i * 7919) % 13) as f64 / 13.0
    }

    #[test]
    fn a_beginning_unlike_the_rest_is_cut_and_a_steady_run_is_not() {
        let steady: Vec<f64> = (0..40).map(noise).collect();
        assert_eq!(strangers(&steady, 0.0), 0);
        let rising: Vec<f64> =
            (0..40).map(|i| noise(i) + 5.0 * (i as f64 - 10.0).min(0.0)).collect();
        assert_eq!(strangers(&rising, 0.0), 10);
        // A failure that is over: no batch of it is like what comes after.
        let failing: Vec<f64> =
            (0..40).map(|i| if i < 14 { 0.2 + noise(i) } else { 0.0 }).collect();
        assert_eq!(strangers(&failing, 0.0), 14);
        let never: Vec<f64> = (0..40).map(f64::from).collect();
        assert_eq!(strangers(&never, 0.0), 20, "at most the first half");
    }

    #[test]
    fn an_interval_in_words_has_no_end_that_cannot_be() {
        let told = |value, half_width, most| {
            Estimate { value, half_width }.interval(most, |x| format!("{x:.1}"))
        };
        assert_eq!(told(50.0, Some(5.4), 100.0), " ± 5.4");
        assert_eq!(told(99.9, Some(5.4), 100.0), " (94.5 to 100.0)");
        assert_eq!(told(99.9, Some(5.4), f64::INFINITY), " ± 5.4");
        assert_eq!(told(0.4, Some(0.5), 100.0), " (0.0 to 0.9)");
        assert_eq!(told(0.4, None, 100.0), "");
    }

    #[test]
    fn the_interval_of_a_mean_reaches_as_far_as_that_of_its_logarithm() {
        let batches: Vec<Histogram> = (0..40)
            .map(|i| {
                let mut times = Histogram::default();
                times.record(Span(1_000_000 + 500_000 * (i * 7 % 5)));
                times
            })
            .collect();
        let mean = Estimate::mean(&batches).expect("there are durations");
        let each: Vec<f64> = batches.iter().filter_map(Histogram::mean).collect();
        let half = half_width(&each).expect("they are enough");
        let expected = mean.value * (libm::exp(half / mean.value) - 1.0);
        let found = mean.half_width.expect("they are enough");
        assert!(found > half && (found / expected - 1.0).abs() < 0.01, "{found} {half} {expected}");
    }

    #[test]
    fn a_quantile_has_an_interval_where_many_batches_tell_of_it() {
        let batch = |slow: u64| {
            let mut times = Histogram::default();
            (1..=1_000).for_each(|i| times.record(Span(i * 1_000)));
            (0..slow).for_each(|_| times.record(Span(2_000_000)));
            times
        };
        let p99 = |slow: &dyn Fn(u64) -> u64| {
            let batches: Vec<Histogram> = (0..40).map(|i| batch(slow(i))).collect();
            Estimate::quantile(&batches, 0.99).expect("there are durations")
        };
        let spread = p99(&|i| i * 7 % 3);
        let half = spread.half_width.expect("all batches have what is beyond");
        assert!((0.985e-3..0.995e-3).contains(&spread.value), "{spread:?}");
        assert!(half < 0.01 * spread.value, "{spread:?}");
        let once = p99(&|i| if i == 20 { 600 } else { 0 });
        assert_eq!(once.half_width, None, "all that was slow came at once: {once:?}");
    }

    #[test]
    fn values_that_follow_each_other_say_less_than_independent_ones() {
        let apart: Vec<f64> = (0..40).map(noise).collect();
        let mut together = apart.clone();
        together.sort_by(f64::total_cmp);
        let [apart, together] =
            [apart, together].map(|values| half_width(&values).expect("they are enough"));
        // Sorted, no two neighbours differ by much: at most two independent values in 40.
        assert!(together > 4.0 * apart, "{together} {apart}");
        assert_eq!(half_width(&[1.0; 8]), Some(0.0));
        assert_eq!(half_width(&[1.0; 4]), None);
    }
}
