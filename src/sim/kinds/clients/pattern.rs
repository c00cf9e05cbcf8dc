//! How traffic changes over time: a factor on the usual rate, made of straight pieces, so that the
//! next arrival under it can be found exactly.

use crate::region::{COUNT, REGIONS};
use crate::units::{SimTime, Span};
use core::f64::consts::TAU;

/// Names of the patterns, in the order of the setting that chooses one.
pub const PATTERNS: &[(&str, &str)] = &[
    ("steady", "steady"),
    ("ramp", "ramp"),
    ("step", "step"),
    ("flash", "flash crowd"),
    ("daily", "daily wave"),
];

/// Pieces of an hour of the daily wave: a curve drawn straight for five minutes at a time is never
/// 0.004 % of the mean off.
const PIECES_PER_HOUR: f64 = 12.0;
/// Pieces in which a crowd's leaving falls to 1/e: never 0.02 % of the crowd off.
const PIECES_PER_FALL: u64 = 32;
/// After so many times the length in which it falls to 1/e, a crowd is gone (6e-6 are left).
const GONE: u64 = 12;
/// The hour of the day, by users' own clocks, at which there is most traffic.
const BUSIEST_HOUR: f64 = 20.0;

/// A stretch of time over which the factor changes evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// When it begins.
    pub start: SimTime,
    /// When it ends; [`SimTime::NEVER`] for the last.
    pub end: SimTime,
    /// The factor when it begins.
    pub first: f64,
    /// How much the factor grows in a nanosecond.
    pub slope: f64,
}

impl Piece {
    const fn flat(start: SimTime, end: SimTime, factor: f64) -> Self {
        Self { start, end, first: factor, slope: 0.0 }
    }

    fn straight(start: SimTime, length: Span, first: f64, last: f64) -> Self {
        let slope = (last - first) / length.0 as f64;
        Self { start, end: start.after(length), first, slope }
    }

    /// The factor at an instant of the piece.
    #[must_use]
    pub fn factor(&self, at: SimTime) -> f64 {
        self.first + self.slope * at.since(self.start).0 as f64
    }
}

/// The daily wave: in each region traffic is 1 + height x cos of the hour since its evening peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// How far traffic rises above its mean, and falls below it, as a share.
    pub height: f64,
    /// Hour of the day by UTC at time zero.
    pub begins_h: f64,
    /// Length of a piece.
    step: Span,
    /// Amplitude of the wave of all regions together, and the angle of its crest.
    all: f64,
    crest: f64,
}

/// The angle of an hour of the day.
fn angle(hour: f64) -> f64 {
    TAU * hour / 24.0
}

impl Wave {
    /// The wave of an audience, at so many hours of the day in a simulated second.
    #[must_use]
    pub fn new(height: f64, begins_h: f64, hours_per_s: f64, shares: &[f64; COUNT]) -> Self {
        let (mut across, mut up) = (0.0, 0.0);
        for (share, region) in shares.iter().zip(&REGIONS) {
            let crest = angle(BUSIEST_HOUR - region.clock_h);
            across += share * libm::cos(crest);
            up += share * libm::sin(crest);
        }
        let step = Span::from_nanos(1e9 / (PIECES_PER_HOUR * hours_per_s)).0.max(1);
        let all = height * libm::sqrt(across * across + up * up);
        Self { height, begins_h, step: Span(step), all, crest: libm::atan2(up, across) }
    }

    /// Hour of the day by UTC.
    fn hour(&self, at: SimTime) -> f64 {
        let day = 24 * PIECES_PER_HOUR as u64 * self.step.0;
        self.begins_h + (at.0 % day) as f64 / self.step.0 as f64 / PIECES_PER_HOUR
    }

    /// Traffic of the busiest hour over the day's mean.
    #[must_use]
    pub const fn peak(&self) -> f64 {
        1.0 + self.all
    }

    /// Traffic of all regions together over what it is when they are busiest.
    fn factor(&self, at: SimTime) -> f64 {
        let swing = libm::cos(angle(self.hour(at)) - self.crest);
        (1.0 + self.all * swing) / self.peak()
    }

    /// Traffic of a region over the most that any region has.
    #[must_use]
    pub fn of_region(&self, region: usize, at: SimTime) -> f64 {
        let since = self.hour(at) + REGIONS[region].clock_h - BUSIEST_HOUR;
        (1.0 + self.height * libm::cos(angle(since))) / (1.0 + self.height)
    }
}

/// How traffic changes over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pattern {
    /// Not at all.
    Steady,
    /// From the usual to `factor` times as much, evenly, and then it stays.
    Ramp {
        /// When it begins.
        at: SimTime,
        /// How long it rises.
        lasts: Span,
        /// How much there is then.
        factor: f64,
    },
    /// `factor` times the usual at once, for so long; zero is for ever.
    Step {
        /// When it begins.
        at: SimTime,
        /// For how long.
        lasts: Span,
        /// How much there is then.
        factor: f64,
    },
    /// Rises evenly to `factor` times the usual and then falls off: to 1/e in `fall`.
    Flash {
        /// When it begins.
        at: SimTime,
        /// How long it rises.
        lasts: Span,
        /// How much there is at the most.
        factor: f64,
        /// In what time the crowd falls to 1/e of itself.
        fall: Span,
    },
    /// Up and down with the hours of each region's day.
    Daily(Wave),
}

impl Pattern {
    /// The piece in which an instant lies; at a border, the later one.
    #[must_use]
    pub fn piece(&self, now: SimTime) -> Piece {
        let (zero, never) = (SimTime::ZERO, SimTime::NEVER);
        match *self {
            Self::Steady => Piece::flat(zero, never, 1.0),
            Self::Ramp { at, .. } | Self::Step { at, .. } | Self::Flash { at, .. } if now < at => {
                Piece::flat(zero, at, 1.0)
            }
            Self::Step { at, lasts: Span::ZERO, factor } => Piece::flat(at, never, factor),
            Self::Step { at, lasts, factor } => {
                let end = at.after(lasts);
                if now < end { Piece::flat(at, end, factor) } else { Piece::flat(end, never, 1.0) }
            }
            Self::Ramp { at, lasts, factor } | Self::Flash { at, lasts, factor, .. }
                if now < at.after(lasts) =>
            {
                Piece::straight(at, lasts, 1.0, factor)
            }
            Self::Ramp { at, lasts, factor } => Piece::flat(at.after(lasts), never, factor),
            Self::Flash { at, lasts, factor, fall } => leaving(at.after(lasts), factor, fall, now),
            Self::Daily(wave) => {
                let start = SimTime(now.0 / wave.step.0 * wave.step.0);
                let end = start.after(wave.step);
                Piece::straight(start, wave.step, wave.factor(start), wave.factor(end))
            }
        }
    }
}

/// The piece of a crowd's leaving, which begins at `top`.
fn leaving(top: SimTime, factor: f64, fall: Span, now: SimTime) -> Piece {
    let step = (fall.0 / PIECES_PER_FALL).max(1);
    let number = now.since(top).0 / step;
    let start = top.after(Span(number * step));
    if number >= GONE * PIECES_PER_FALL {
        return Piece::flat(start, SimTime::NEVER, 1.0);
    }
    let left =
        |number: u64| 1.0 + (factor - 1.0) * libm::exp(-(number as f64) / PIECES_PER_FALL as f64);
    let last = if number + 1 == GONE * PIECES_PER_FALL { 1.0 } else { left(number + 1) };
    Piece::straight(start, Span(step), left(number), last)
}
