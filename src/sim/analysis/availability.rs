//! Availability: the share of requests that were answered well, with a 95 % interval that does not
//! claim too much, and in nines.

use super::settle::{Estimate, Settled};
use serde::{Deserialize, Serialize};

/// The 97.5 % point of the normal law.
const Z: f64 = 1.959_963_985;

/// Availability of a run: good answers over all requests that ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Availability {
    /// The share that was answered well.
    pub share: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Availability {
    /// The share of `good` among `good` and `failed`, with Wilson's interval, which holds for small
    /// shares and for none at all. Requests are taken as independent.
    #[must_use]
    pub fn counted(good: u64, failed: u64) -> Self {
        let n = (good + failed) as f64;
        if n == 0.0 {
            return Self { share: 1.0, low: 0.0, high: 1.0 };
        }
        let share = good as f64 / n;
        let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let spread = libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
        let half = Z * spread / (1.0 + Z * Z / n);
        let low = if good == 0 { 0.0 } else { (middle - half).max(0.0) };
        let high = if failed == 0 { 1.0 } else { (middle + half).min(1.0) };
        Self { share, low, high }
    }

    /// Nines: -log10(1 - share), 3 for 99.9 %. Where nothing failed, those of the interval's lower
    /// end: at least so many.
    #[must_use]
    pub fn nines(&self) -> f64 {
        let share = if self.share < 1.0 { self.share } else { self.low };
        nines(share)
    }

    /// In words: "99.95 % (99.93 % to 99.96 %), 3.3 nines".
    #[must_use]
    pub fn in_words(&self) -> String {
        let percent = |share: f64| {
            if share >= 1.0 {
                return "100 %".to_owned();
            }
            // As many digits as tell the share from 100 %.
            let digits = (nines(share).min(9.0) as usize).saturating_sub(1).clamp(2, 8);
            format!("{:.digits$} %", share * 100.0)
        };
        let least = if self.share < 1.0 { "" } else { "at least " };
        format!(
            "{} (95 % interval {} to {}), {least}{:.1} nines",
            percent(self.share),
            percent(self.low),
            percent(self.high),
            self.nines()
        )
    }
}

/// Nines of a share; 16, all that a number of this kind can hold, for 1.
#[must_use]
pub fn nines(share: f64) -> f64 {
    if share >= 1.0 { 16.0 } else { (0.0 - libm::log10(1.0 - share)).max(0.0) }
}

/// Availability of a settled run. Failures come in bunches, which the batches' interval knows and
/// Wilson's does not; where few or none failed it is the other way round: the wider of the two.
#[must_use]
pub fn of(settled: &Settled) -> Availability {
    let users = &settled.figures.users;
    let counted = Availability::counted(users.good, users.failed);
    let half = settled.error_share.half_width.unwrap_or(0.0);
    Availability {
        share: counted.share,
        low: counted.low.min(counted.share - half).max(0.0),
        high: counted.high.max(counted.share + half).min(1.0),
    }
}

/// The failed share, with the half-width of that interval on its wider side.
#[must_use]
pub fn errors(settled: &Settled) -> Estimate {
    let Availability { share, low, high } = of(settled);
    let half = (share - low).max(high - share);
    Estimate { value: settled.error_share.value, half_width: Some(half) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference values of Wilson's interval: Agresti and Coull (1998), and the rule of three's
    /// neighbour n / (n + z^2) where nothing failed.
    #[test]
    fn the_interval_is_wilsons() {
        let tenth = Availability::counted(9, 1);
        assert!((tenth.low - 0.595_85).abs() < 1e-4 && (tenth.high - 0.982_12).abs() < 1e-4);
        let none = Availability::counted(1_000, 0);
        assert!((none.low - 1_000.0 / (1_000.0 + Z * Z)).abs() < 1e-12 && none.high == 1.0);
        let all = Availability::counted(0, 50);
        assert!(all.low == 0.0 && (all.high - Z * Z / (50.0 + Z * Z)).abs() < 1e-12);
    }

    #[test]
    fn nines_are_counted_and_never_endless() {
        for (good, failed, expected) in [(999, 1, 3.0), (9, 1, 1.0), (99_999, 1, 5.0)] {
            let got = Availability::counted(good, failed).nines();
            assert!((got - expected).abs() < 1e-5, "{got}");
        }
        let perfect = Availability::counted(1_000_000, 0);
        assert!((5.0..6.0).contains(&perfect.nines()), "{}", perfect.nines());
        assert!(perfect.in_words().contains("at least 5.4 nines"), "{}", perfect.in_words());
    }
}
