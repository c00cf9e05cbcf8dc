//! How a slider runs over a setting: by steps, or by factors where the range is wide. Sliders
//! count in whole positions, so that the browser's own slider does the rest.

use crate::sim::kinds::param::{Domain, Param};

/// Positions for a factor of ten.
const PER_DECADE: f64 = 60.0;

/// A slider's scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Value at the left end.
    pub min: f64,
    /// Value at the right end.
    pub max: f64,
    whole: bool,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    /// Equal steps of this size.
    Steps(f64),
    /// Equal factors, from this value on; below it only the left end.
    Factors(f64),
}

impl Scale {
    /// The scale of a setting; `None` where it is no number.
    #[must_use]
    pub fn of(param: &Param) -> Option<Self> {
        let (min, max, logarithmic, whole) = match param.domain {
            Domain::Number { min, max, logarithmic } => (min, max, logarithmic, false),
            Domain::Count { min, max, logarithmic } => (min, max, logarithmic, true),
            _ => return None,
        };
        // Where the usual value lies in the first percents of the range, steps would jump over it.
        let wide = param.default > 0.0 && (max - min) / param.default >= 50.0;
        let shape = if logarithmic || wide {
            let low = if whole { 1.0 } else { param.default / 100.0 };
            Shape::Factors(if min > 0.0 { min } else { low.max(max * 1e-9) })
        } else if whole {
            Shape::Steps(1.0)
        } else {
            Shape::Steps(nice((max - min) / 100.0))
        };
        Some(Self { min, max, whole, shape })
    }

    /// A scale by factors over a part of the range.
    #[must_use]
    pub const fn factors(min: f64, max: f64) -> Self {
        Self { min, max, whole: false, shape: Shape::Factors(min) }
    }

    /// The number of the last position; the first is 0.
    #[must_use]
    pub fn last(&self) -> u32 {
        match self.shape {
            Shape::Steps(step) => libm::round((self.max - self.min) / step) as u32,
            Shape::Factors(low) => {
                let span = libm::ceil(libm::log10(self.max / low) * PER_DECADE) as u32;
                span + self.offset()
            }
        }
    }

    /// Where the range starts below the first factor, position 0 is that start.
    fn offset(&self) -> u32 {
        match self.shape {
            Shape::Factors(low) if self.min < low => 1,
            _ => 0,
        }
    }

    /// The position nearest to a value.
    #[must_use]
    pub fn position(&self, value: f64) -> u32 {
        let at = match self.shape {
            Shape::Steps(step) => (value - self.min) / step,
            // Values near the first factor are rounded to either side of it.
            Shape::Factors(low) if value < 0.9 * low => 0.0,
            Shape::Factors(low) => libm::log10(value / low) * PER_DECADE + f64::from(self.offset()),
        };
        (libm::round(at).max(0.0) as u32).min(self.last())
    }

    /// The value at a position, rounded to what a person would choose.
    #[must_use]
    pub fn value(&self, position: u32) -> f64 {
        if position == 0 {
            return self.min;
        }
        if position >= self.last() {
            return self.max;
        }
        let value = match self.shape {
            Shape::Steps(step) => {
                let raw = self.min + step * f64::from(position);
                tidy(raw, 6)
            }
            Shape::Factors(low) => {
                let decades = f64::from(position - self.offset()) / PER_DECADE;
                round_to_half_percents(low * libm::pow(10.0, decades))
            }
        };
        self.fit(value)
    }

    /// The next value for a key: along 1, 2, 5, 10, or single steps where factors are finer.
    /// `far` goes by tens.
    #[must_use]
    pub fn next(&self, value: f64, up: bool, far: bool) -> f64 {
        match self.shape {
            Shape::Steps(step) => {
                let step = step * if far { 10.0 } else { 1.0 };
                self.fit(tidy(value + if up { step } else { -step }, 6))
            }
            Shape::Factors(_) if self.whole && !far && (value < 10.0 || (value == 10.0 && !up)) => {
                self.fit(value + if up { 1.0 } else { -1.0 })
            }
            Shape::Factors(low) if !up && value <= low => self.min,
            Shape::Factors(low) if up && value < low => low,
            Shape::Factors(_) if far => {
                self.fit(tidy(if up { value * 10.0 } else { value / 10.0 }, 3))
            }
            Shape::Factors(_) => self.fit(one_two_five(value, up)),
        }
    }

    fn fit(&self, value: f64) -> f64 {
        let value = if self.whole { libm::round(value) } else { value };
        value.clamp(self.min, self.max)
    }

    /// Whether keys go by [`Scale::next`] rather than by single positions.
    #[must_use]
    pub const fn has_own_keys(&self) -> bool {
        matches!(self.shape, Shape::Factors(_))
    }
}

/// The next of 1, 2, 5, 10 … above or below.
fn one_two_five(value: f64, up: bool) -> f64 {
    let exponent = libm::floor(libm::log10(value)) as i32;
    let ladder = (exponent - 1..=exponent + 1)
        .flat_map(|e| [1.0, 2.0, 5.0].map(|m| tidy(m * libm::pow(10.0, f64::from(e)), 3)));
    let (above, below) = (value * (1.0 + 1e-9), value * (1.0 - 1e-9));
    if up {
        ladder.filter(|&x| x > above).fold(f64::INFINITY, f64::min)
    } else {
        ladder.filter(|&x| x < below).fold(0.0, f64::max)
    }
}

/// The step of 1, 2 or 5 times a power of ten at or below a size.
fn nice(size: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(size) + 1e-9));
    let lead = [5.0, 2.0].into_iter().find(|&m| size >= m * power * 0.999).unwrap_or(1.0);
    tidy(lead * power, 6)
}

/// Two digits, and a third that is 0 or 5.
fn round_to_half_percents(x: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(x)) - 2.0);
    tidy(libm::round(x / power / 5.0) * 5.0 * power, 4)
}

/// Without the dust that powers of ten leave behind.
fn tidy(x: f64, significant: usize) -> f64 {
    format!("{x:.*e}", significant - 1).parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kinds::Kind;

    #[test]
    fn every_slider_reaches_both_ends_and_keeps_its_order() {
        for kind in Kind::ALL {
            for param in kind.params() {
                let name = format!("{}.{}", kind.key(), param.key);
                let Some(scale) = Scale::of(param) else {
                    continue;
                };
                assert_eq!(scale.value(0), scale.min, "{name}");
                assert_eq!(scale.value(scale.last()), scale.max, "{name}");
                assert!((5..=1_023).contains(&scale.last()), "{name}: {}", scale.last());
                let mut before = scale.min;
                for position in 0..=scale.last() {
                    let value = scale.value(position);
                    assert!(value >= before, "{name} at {position}: {value} after {before}");
                    before = value;
                    let back = scale.value(scale.position(value));
                    let near = (0.04 * value.abs()).max(if scale.whole { 1.0 } else { 0.0 });
                    assert!((back - value).abs() <= near, "{name}: {value} {back}");
                }
            }
        }
    }

    #[test]
    fn keys_go_along_one_two_five_and_get_everywhere() {
        let scale = Scale::factors(1.0, 1e6);
        let mut value = 1.0;
        let mut seen = vec![value];
        while value < 1e3 {
            value = scale.next(value, true, false);
            seen.push(value);
        }
        assert_eq!(seen, [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3]);
        assert_eq!(scale.next(362.0, true, false), 500.0);
        assert_eq!(scale.next(362.0, false, false), 200.0);
        assert_eq!(scale.next(362.0, true, true), 3_620.0);
        assert_eq!(scale.next(1e6, true, false), 1e6);
        assert_eq!(scale.next(1.0, false, false), 1.0);
    }
}
