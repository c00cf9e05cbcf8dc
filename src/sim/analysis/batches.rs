//! The statistics of batch means: how much of a run is warm-up, and how surely the mean of what is
//! left is known.

use crate::run::meters::Sample;

/// Fewest batches that an interval may rest on.
pub const FEWEST: usize = 5;

/// How many batches to throw away: the number that makes the standard error of the rest smallest
/// (the marginal standard error rule, MSER), at most half. Looked at for latency and for the number
/// of requests in the system, whichever takes longer.
pub fn warm_up(samples: &[Sample]) -> usize {
    let latencies: Vec<f64> = samples
        .windows(2)
        .map(|pair| {
            let (then, now) = (pair[0].meters.time(), pair[1].meters.time());
            now.since(&then).mean().unwrap_or(0.0)
        })
        .collect();
    let inside: Vec<f64> = samples
        .windows(2)
        .map(|pair| {
            let meters = &pair[1].meters;
            (meters.offered_in_all() - meters.endings().total()) as f64
        })
        .collect();
    // The first batch starts from an empty system and never counts.
    truncation(&latencies).max(truncation(&inside)).max(1)
}

fn truncation(values: &[f64]) -> usize {
    let n = values.len();
    let error = |skip: usize| {
        let rest = &values[skip..];
        let mean = rest.iter().sum::<f64>() / rest.len() as f64;
        let squares: f64 = rest.iter().map(|x| (x - mean) * (x - mean)).sum();
        squares / (rest.len() * rest.len()) as f64
    };
    (0..=n / 2).min_by(|&a, &b| error(a).total_cmp(&error(b))).unwrap_or(0)
}

/// Half-width of the 95 % confidence interval of the mean of these values, by Student's t.
#[must_use]
pub fn half_width(values: &[f64]) -> Option<f64> {
    let n = values.len();
    if n < FEWEST {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    Some(student_t(n - 1) * libm::sqrt(squares / (n - 1) as f64 / n as f64))
}

/// The 97.5 % point of Student's t with `degrees` of freedom, by the Cornish-Fisher expansion
/// (Abramowitz and Stegun 26.7.5), within 0.2 % from four degrees on.
fn student_t(degrees: usize) -> f64 {
    let (z, n) = (1.959_963_985_f64, degrees as f64);
    let (z3, z5) = (z * z * z, z * z * z * z * z);
    let z7 = z5 * z * z;
    z + (z3 + z) / (4.0 * n)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * n * n)
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_t_agrees_with_the_tables() {
        for (degrees, expected) in [(4, 2.776), (9, 2.262), (19, 2.093), (39, 2.023), (120, 1.980)]
        {
            let t = student_t(degrees);
            assert!((t / expected - 1.0).abs() < 2.5e-3, "{degrees}: {t}");
        }
    }

    #[test]
    fn a_transient_is_cut_and_a_steady_run_is_not() {
        let noise = |i: usize| ((i * 7919) % 13) as f64 / 13.0;
        let steady: Vec<f64> = (0..40).map(noise).collect();
        assert!(truncation(&steady) < 8, "{}", truncation(&steady));
        let rising: Vec<f64> =
            (0..40).map(|i| noise(i) + 5.0 * (i as f64 - 10.0).min(0.0)).collect();
        let cut = truncation(&rising);
        assert!((9..16).contains(&cut), "{cut}");
    }
}
