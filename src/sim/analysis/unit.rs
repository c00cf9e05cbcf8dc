//! Units in which people state a bound, and what they are in a metric's own.

use super::metric::Wanted;
use crate::kinds::param::quoted;

/// Units that may follow a number, the metric's unit, and how many of that one of them is.
pub const UNITS: &[(&str, &str, f64)] = &[
    ("ms", "s", 1e-3),
    ("us", "s", 1e-6),
    ("min", "s", 60.0),
    ("s", "s", 1.0),
    ("%", "share, 0 to 1", 1e-2),
];

/// How many of a metric's own unit one of this unit is, and the unit to show figures in.
///
/// # Errors
/// A sentence when the metric is not measured in it.
pub fn scale(unit: &str, wanted: &Wanted) -> Result<(f64, String), String> {
    // What parts measure under names of their own says its unit at the end of the name.
    let own = if wanted.of.ends_with("_s") { "s" } else { wanted.metric.unit };
    let shown = if own.starts_with("share") { "" } else { own };
    if unit.is_empty() || unit == own || own.split(['/', ' ']).next() == Some(unit) {
        return Ok((1.0, shown.to_owned()));
    }
    let known: Vec<&(&str, &str, f64)> = UNITS.iter().filter(|row| row.1 == own).collect();
    if let Some((_, _, factor)) = known.iter().find(|row| row.0 == unit) {
        return Ok((*factor, unit.to_owned()));
    }
    let mut names: Vec<&str> = known.iter().map(|row| row.0).collect();
    if names.is_empty() {
        names.push(if own.is_empty() { "plain numbers" } else { own });
    }
    let what = format!("{} is not measured in {}", wanted.name(), quoted(unit));
    Err(format!("{what}, but in {}", names.join(", ")))
}
