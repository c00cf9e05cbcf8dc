//! Laws of service times and delays: a mean, a shape, and how a length of time is drawn from them.

use super::rng::Draw;
use rand_distr::{Distribution, Exp1, StandardNormal};

/// The shape of a distribution whose mean is stated apart from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Always the mean.
    Constant,
    /// Exponential: squared coefficient of variation 1.
    Exponential,
    /// Sum of `k` exponential phases: squared coefficient of variation 1 / k.
    Erlang(u32),
    /// Lognormal, given by the deviation of its logarithm.
    Lognormal {
        /// Standard deviation of the logarithm; the squared coefficient of variation is
        /// exp(sigma^2) - 1.
        sigma: f64,
    },
    /// Two exponential branches of equal load ("balanced means").
    Hyperexponential {
        /// Probability of the first, faster branch.
        first: f64,
    },
}

/// Names of the laws, in the order of the setting that chooses one.
pub const LAWS: &[(&str, &str)] = &[
    ("constant", "constant"),
    ("exponential", "exponential"),
    ("erlang", "Erlang-k"),
    ("lognormal", "lognormal"),
    ("hyperexponential", "hyperexponential"),
];

/// A law: mean in nanoseconds and shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law {
    mean: f64,
    shape: Shape,
}

impl Law {
    /// The law with index `law` of [`LAWS`], a mean in milliseconds and a squared coefficient of
    /// variation `scv`. The constant and exponential laws ignore `scv`; Erlang takes
    /// k = round(1 / scv), 1 to 100; the hyperexponential law needs scv of at least 1.
    #[must_use]
    pub fn new(law: usize, mean_ms: f64, scv: f64) -> Self {
        let shape = match law {
            0 => Shape::Constant,
            1 => Shape::Exponential,
            2 => Shape::Erlang((1.0 / scv.max(0.01) + 0.5) as u32),
            3 => Shape::Lognormal { sigma: libm::sqrt(libm::log1p(scv.max(0.0))) },
            _ => {
                let scv = scv.max(1.0);
                Shape::Hyperexponential {
                    first: 0.5 * (1.0 + libm::sqrt((scv - 1.0) / (scv + 1.0))),
                }
            }
        };
        Self { mean: mean_ms.max(0.0) * 1e6, shape }
    }

    /// The mean in nanoseconds.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// What is always drawn, if it is always the same.
    #[must_use]
    pub fn constant(&self) -> Option<f64> {
        (self.shape == Shape::Constant).then_some(self.mean)
    }

    /// The squared coefficient of variation: variance over squared mean.
    #[must_use]
    pub fn scv(&self) -> f64 {
        match self.shape {
            Shape::Constant => 0.0,
            Shape::Exponential => 1.0,
            Shape::Erlang(k) => 1.0 / f64::from(k.max(1)),
            Shape::Lognormal { sigma } => libm::expm1(sigma * sigma),
            Shape::Hyperexponential { first } => 0.5 / first + 0.5 / (1.0 - first) - 1.0,
        }
    }

    /// Draws a length in nanoseconds.
    #[inline]
    #[must_use]
    pub fn sample(&self, draw: Draw) -> f64 {
        match self.shape {
            Shape::Constant => self.mean,
            Shape::Exponential => self.mean * exponential(draw),
            _ => self.mean * self.unusual(draw),
        }
    }

    /// The rarer shapes, kept out of the hot path.
    #[inline(never)]
    fn unusual(&self, mut draw: Draw) -> f64 {
        match self.shape {
            Shape::Erlang(k) => {
                let k = k.max(1);
                let mut sum = 0.0;
                for _ in 0..k {
                    let phase: f64 = Exp1.sample(&mut draw);
                    sum += phase;
                }
                sum / f64::from(k)
            }
            Shape::Lognormal { sigma } => {
                let z: f64 = StandardNormal.sample(&mut draw);
                exp(sigma * z - 0.5 * sigma * sigma)
            }
            Shape::Hyperexponential { first } => {
                let share = if draw.unit() < first { first } else { 1.0 - first };
                let e: f64 = Exp1.sample(&mut draw);
                0.5 * e / share
            }
            Shape::Constant | Shape::Exponential => 1.0,
        }
    }
}

/// e to the power of `x`, within 1e-14 of it where `x` is at most 700 in size: half the time of
/// `libm::exp`, which rounds the last bit right and divides for it. By additions and products
/// alone, so that it is the same to the bit everywhere.
fn exp(x: f64) -> f64 {
    // Added to a number, it leaves the nearest whole one in the last bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);
    let shifted = x * core::f64::consts::LOG2_E + WHOLE;
    let twos = shifted - WHOLE;
    let r = (x - twos * LN_2.0) - twos * LN_2.1;
    // The series up to r^11 / 11!, in pairs that do not wait for each other; r is 0.35 at most.
    let (r2, pair) = (r * r, |even: f64, odd: f64| 1.0 / even + r * (1.0 / odd));
    let r4 = r2 * r2;
    let low = pair(1.0, 1.0) + r2 * pair(2.0, 6.0);
    let middle = pair(24.0, 120.0) + r2 * pair(720.0, 5_040.0);
    let high = pair(40_320.0, 362_880.0) + r2 * pair(3_628_800.0, 39_916_800.0);
    let series = low + r4 * (middle + r4 * high);
    let exponent = (shifted.to_bits() << 52).wrapping_add(1_023 << 52);
    series * f64::from_bits(exponent)
}

/// An exponential variate of mean 1, by the ziggurat of `rand_distr`.
#[inline]
#[must_use]
pub fn exponential(mut draw: Draw) -> f64 {
    Exp1.sample(&mut draw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn powers_of_e_are_those_of_the_library() {
        for step in -70_000..=70_000 {
            let x = f64::from(step) * 0.01;
            let (mine, theirs) = (exp(x), libm::exp(x));
            assert!((mine / theirs - 1.0).abs() < 1e-14, "e^{x}: {mine}, not {theirs}");
        }
    }

    #[test]
    fn every_law_has_the_mean_and_the_variation_it_states() {
        for (law, scv) in [(0, 0.0), (1, 1.0), (2, 0.25), (3, 1.0), (3, 4.0), (4, 1.0), (4, 4.0)] {
            let law_at = Law::new(law, 3.0, scv);
            let stream = Stream::new(11, law as u64, Purpose::Service);
            let n = 400_000;
            let (mut sum, mut squares) = (0.0, 0.0);
            for i in 0..n {
                let x = law_at.sample(stream.at(i)) / 1e6;
                sum += x;
                squares += x * x;
            }
            let mean = sum / n as f64;
            let measured = squares / n as f64 / (mean * mean) - 1.0;
            assert!((mean / 3.0 - 1.0).abs() < 0.015, "{} scv {scv}: mean {mean}", LAWS[law].0);
            assert!((measured - scv).abs() < 0.08 * (1.0 + scv), "{} {measured}", LAWS[law].0);
            assert!((law_at.scv() - scv).abs() < 1e-9, "{}: {}", LAWS[law].0, law_at.scv());
        }
    }
}
