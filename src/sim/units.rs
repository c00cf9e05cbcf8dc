//! Quantities: simulated time in whole nanoseconds, and how numbers are written for people.

use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: u64 = 1_000_000;
/// Hours in the month that prices refer to.
pub const HOURS_PER_MONTH: f64 = 730.0;
/// Seconds in a day.
pub const SECONDS_PER_DAY: f64 = 86_400.0;

/// An instant of simulated time: nanoseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimTime(pub u64);

/// A length of simulated time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub u64);

impl SimTime {
    /// The start of every run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const NEVER: Self = Self(u64::MAX);

    /// The instant `span` later, or [`SimTime::NEVER`] past the end of the clock (584 years).
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Seconds since the run began.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of so many nanoseconds, rounded; negative and NaN give zero or less than one.
    #[inline]
    #[must_use]
    pub const fn from_nanos(ns: f64) -> Self {
        // By way of i64, which machines convert to in one instruction; 292 years are enough.
        Self((ns + 0.5) as i64 as u64)
    }

    /// A span of so many milliseconds, rounded to the nanosecond; negative and NaN give zero.
    #[must_use]
    pub fn from_millis(ms: f64) -> Self {
        Self((ms * MILLISECOND as f64 + 0.5) as u64)
    }

    /// A span of so many seconds, rounded to the nanosecond; negative and NaN give zero.
    #[must_use]
    pub fn from_seconds(s: f64) -> Self {
        Self((s * SECOND as f64 + 0.5) as u64)
    }

    /// The span in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }

    /// The span in milliseconds.
    #[must_use]
    pub fn millis(self) -> f64 {
        self.0 as f64 / MILLISECOND as f64
    }
}

/// A text with a capital at its beginning.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_round_to_the_nanosecond_and_never_go_below_zero() {
        assert_eq!(Span::from_millis(0.5), Span(500_000));
        assert_eq!(Span::from_seconds(-3.0), Span::ZERO);
        assert_eq!(Span::from_millis(f64::NAN), Span::ZERO);
        assert_eq!(SimTime(5).since(SimTime(9)), Span::ZERO);
    }
}
