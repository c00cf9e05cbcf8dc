//! Scales of charts: round numbers, places of labels, lines through points.

use crate::sim::sorting;

/// The smallest of 1, 2, 2.5, 5, 10, ... that is not below a number.
#[must_use]
pub fn round_top(x: f64) -> f64 {
    round_up(x, &[1.0, 2.0, 2.5, 5.0, 10.0])
}

/// The smallest of these steps, times a power of ten, that is not below a number.
#[must_use]
pub fn round_up(x: f64, steps: &[f64]) -> f64 {
    if x <= 0.0 || !x.is_finite() {
        return 1.0;
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(x)));
    let step = steps.iter().find(|step| *step * power >= x * 0.999);
    step.unwrap_or(&10.0) * power
}

/// Moves labels apart so that each has its height, keeping their order and staying in the range.
#[must_use]
pub fn apart(wanted: &[f64], height: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    sorting::by_number(&mut order, |&i| wanted[i]);
    let mut places = wanted.to_vec();
    let mut least = low;
    for &i in &order {
        places[i] = places[i].max(least);
        least = places[i] + height;
    }
    let mut most = high;
    for &i in order.iter().rev() {
        places[i] = places[i].min(most);
        most = places[i] - height;
    }
    places
}

/// An outline through the points that there are; gaps stay gaps.
#[must_use]
pub fn outline(points: impl Iterator<Item = Option<(f64, f64)>>) -> String {
    use std::fmt::Write;
    let mut path = String::new();
    let mut pen_down = false;
    for point in points {
        if let Some((x, y)) = point {
            // A string takes everything that is written to it.
            let _ = write!(path, "{}{x:.1} {y:.1}", if pen_down { "L" } else { "M" });
        }
        pen_down = point.is_some();
    }
    path
}

/// Points of a series that tell where it is going: of some twelve seconds.
const RECENT: usize = 24;

/// Where a series is going: the last third of its newest values, and the newest one, against the
/// first third.
#[must_use]
pub fn trend(values: &[Option<f64>]) -> &'static str {
    let newest = &values[values.len().saturating_sub(RECENT)..];
    let there: Vec<f64> = newest.iter().copied().flatten().filter(|x| x.is_finite()).collect();
    let third = there.len() / 3;
    if third == 0 {
        return "just begun";
    }
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&there[..third]), mean(&there[there.len() - third..]));
    // What is over is not on its way, whatever the means say.
    let newest = there[there.len() - 1];
    if last > 1.2 * first && newest > first {
        "rising"
    } else if last < first / 1.2 && newest < first {
        "falling"
    } else {
        "steady"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_labels_do_not_touch() {
        assert_eq!(
            [0.0, 0.7, 1.0, 1.1, 2.2, 30.0, 999.0].map(round_top),
            [1.0, 1.0, 1.0, 2.0, 2.5, 50.0, 1000.0]
        );
        assert_eq!(apart(&[50.0, 52.0, 51.0], 10.0, 0.0, 100.0), [50.0, 70.0, 60.0]);
        assert_eq!(apart(&[98.0, 99.0], 10.0, 0.0, 100.0), [90.0, 100.0]);
        let points = [Some((0.0, 1.0)), Some((1.0, 2.0)), None, Some((3.0, 4.0))];
        assert_eq!(outline(points.into_iter()), "M0.0 1.0L1.0 2.0M3.0 4.0");
        let rising: Vec<Option<f64>> = (1..10).map(|i| Some(f64::from(i))).collect();
        assert_eq!(
            (trend(&rising), trend(&[Some(1.0); 9]), trend(&[])),
            ("rising", "steady", "just begun")
        );
        let stopped: Vec<Option<f64>> =
            (0..60).map(|i| Some(if i < 30 { 9.0 } else { 0.0 })).collect();
        assert_eq!(trend(&stopped), "steady", "it fell long ago");
        let over = [0.0, 0.0, 0.0, 0.0, 9.0, 0.0].map(Some);
        assert_eq!(trend(&over), "steady", "it came and went");
    }
}
