//! When users come: independently of each other or evenly, at a rate that may change over time and
//! come in bursts. The next arrival is where the integral of the rate since the last one reaches a
//! draw (exponential, or one), which is exact for any rate.

use super::pattern::Pattern;
use crate::law::exponential;
use crate::rng::Stream;
use crate::units::{SimTime, Span};

/// The draws of bursts lie far from those of arrivals.
const BURSTS: u64 = 1 << 62;
/// The draw of the first arrival.
const FIRST: u64 = u64::MAX;

/// Bursts of traffic: two levels that alternate, each for an exponential time. The mean over both
/// is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bursts {
    /// Traffic in a burst over that outside.
    pub factor: f64,
    /// Mean length of a burst, in seconds.
    pub on_s: f64,
    /// Mean time from one burst to the next, in seconds.
    pub off_s: f64,
}

impl Bursts {
    /// The level in a burst, or outside.
    fn level(&self, is_on: bool) -> f64 {
        let mean = (self.factor * self.on_s + self.off_s) / (self.on_s + self.off_s);
        if is_on { self.factor / mean } else { 1.0 / mean }
    }
}

/// Where the bursts have got to.
#[derive(Clone, Copy, Debug)]
struct Burst {
    /// How many times the level has changed.
    number: u64,
    is_on: bool,
    until: SimTime,
}

/// How many come: all that the rate depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// Nanoseconds from one request to the next at the usual rate.
    pub gap: f64,
    /// Whether users come independently of each other; otherwise evenly.
    pub is_poisson: bool,
    /// How the rate changes over time.
    pub pattern: Pattern,
    /// Bursts, if there are any.
    pub bursts: Option<Bursts>,
}

/// The arrivals of a run.
#[derive(Clone, Debug)]
pub struct Arrivals {
    flow: Flow,
    /// So many times the usual traffic, by a fault.
    spike: f64,
    /// The gap, if the rate is the same all the time.
    even: Option<f64>,
    burst: Burst,
    /// Integral of the rate from `since` to the next arrival.
    left: f64,
    since: SimTime,
    started: bool,
    draws: Stream,
}

/// How long it takes until the integral of a rate, which grows evenly, reaches `area`; `None` if it
/// never does.
fn reach(rate: f64, slope: f64, area: f64) -> Option<f64> {
    let square = rate * rate + 2.0 * slope * area;
    let sum = rate + libm::sqrt(square.max(0.0));
    (square >= 0.0 && sum > 0.0).then(|| 2.0 * area / sum)
}

impl Arrivals {
    /// Nobody comes yet.
    #[must_use]
    pub const fn new(draws: Stream) -> Self {
        let flow = Flow { gap: 0.0, is_poisson: true, pattern: Pattern::Steady, bursts: None };
        let burst = Burst { number: 0, is_on: false, until: SimTime::NEVER };
        let (left, since) = (0.0, SimTime::ZERO);
        Self { flow, spike: 1.0, even: None, burst, left, since, started: false, draws }
    }

    #[inline]
    fn unit(&self, number: u64) -> f64 {
        if self.flow.is_poisson { exponential(self.draws.at(number)) } else { 1.0 }
    }

    /// When the one after arrival `number`, which comes now, comes.
    #[inline(always)]
    pub fn after(&mut self, number: u64, now: SimTime) -> SimTime {
        let unit = self.unit(number);
        if let Some(gap) = self.even {
            return now.after(Span::from_nanos(gap * unit));
        }
        (self.left, self.since) = (unit, now);
        self.find()
    }

    /// Takes on how many come; says when the next one comes, who would have come at `arrival`.
    pub fn set(&mut self, flow: Flow, now: SimTime, arrival: SimTime) -> SimTime {
        if !self.started {
            self.started = true;
            self.flow = flow;
            self.begin_bursts(now);
            self.judge();
            return self.after(FIRST, now);
        }
        if flow == self.flow {
            return arrival;
        }
        self.settle(now, arrival);
        let are_new = flow.bursts != self.flow.bursts;
        self.flow = flow;
        if are_new {
            self.begin_bursts(now);
        }
        self.judge();
        self.find()
    }

    /// So many times the usual traffic from now on; says when the next one comes.
    pub fn spike(&mut self, factor: f64, now: SimTime, arrival: SimTime) -> SimTime {
        if factor == self.spike {
            return arrival;
        }
        self.settle(now, arrival);
        self.spike = factor;
        self.judge();
        self.find()
    }

    /// Requests per second now.
    #[must_use]
    pub fn rate(&self, now: SimTime) -> f64 {
        let burst = self.burst_at(now);
        self.level(&burst) * self.flow.pattern.piece(now).factor(now) * 1e9
    }

    fn judge(&mut self) {
        let is_even = self.flow.pattern == Pattern::Steady && self.flow.bursts.is_none();
        self.even = (is_even && self.spike > 0.0).then(|| self.flow.gap / self.spike);
    }

    /// Takes note of how much of the way to the next arrival is left.
    fn settle(&mut self, now: SimTime, arrival: SimTime) {
        match self.even {
            Some(gap) => self.left = arrival.since(now).0 as f64 / gap,
            None => self.left = (self.left - self.area(now)).max(0.0),
        }
        self.since = now;
    }

    /// The rate per nanosecond, but for the pattern.
    fn level(&self, burst: &Burst) -> f64 {
        let level = self.flow.bursts.map_or(1.0, |bursts| bursts.level(burst.is_on));
        self.spike * level / self.flow.gap
    }

    /// Bursts begin anew, as if they had gone on for long.
    fn begin_bursts(&mut self, now: SimTime) {
        self.burst = Burst { number: 0, is_on: false, until: SimTime::NEVER };
        if let Some(bursts) = self.flow.bursts {
            let share = bursts.on_s / (bursts.on_s + bursts.off_s);
            self.burst.is_on = self.draws.at(BURSTS - 1).unit() < share;
            self.burst.until = now.after(self.length(&bursts, &self.burst));
        }
    }

    /// How long the level stays.
    fn length(&self, bursts: &Bursts, burst: &Burst) -> Span {
        let mean = if burst.is_on { bursts.on_s } else { bursts.off_s };
        Span(Span::from_seconds(mean * exponential(self.draws.at(BURSTS + burst.number))).0.max(1))
    }

    /// The bursts after the next change of their level.
    fn next_burst(&self, burst: &Burst) -> Burst {
        let next = Burst { number: burst.number + 1, is_on: !burst.is_on, ..*burst };
        let length = self.flow.bursts.map_or(Span(u64::MAX), |b| self.length(&b, &next));
        Burst { until: burst.until.after(length), ..next }
    }

    fn burst_at(&self, now: SimTime) -> Burst {
        let mut burst = self.burst;
        while burst.until <= now && burst.until < SimTime::NEVER {
            burst = self.next_burst(&burst);
        }
        burst
    }

    /// Walks over the pieces of the rate from `since` on: gives the integral up to `until`, or the
    /// instant at which it reaches `left` if that comes first.
    fn walk(&self, until: SimTime, left: f64) -> (f64, Option<SimTime>) {
        let (mut at, mut area) = (self.since, 0.0);
        let mut burst = self.burst;
        while at < until {
            let piece = self.flow.pattern.piece(at);
            let end = piece.end.min(burst.until).min(until);
            let level = self.level(&burst);
            let (rate, slope) = (level * piece.factor(at), level * piece.slope);
            if left < f64::INFINITY
                && let Some(ns) = reach(rate, slope, (left - area).max(0.0))
            {
                let there = at.after(Span::from_nanos(ns));
                if there <= end {
                    return (left, Some(there));
                }
            }
            if end == SimTime::NEVER {
                break;
            }
            let length = end.since(at).0 as f64;
            area += length * (rate + 0.5 * slope * length);
            at = end;
            if burst.until <= at {
                burst = self.next_burst(&burst);
            }
        }
        (area, None)
    }

    /// The integral of the rate from `since` up to an instant.
    fn area(&mut self, now: SimTime) -> f64 {
        let area = if self.spike > 0.0 { self.walk(now, f64::INFINITY).0 } else { 0.0 };
        self.burst = self.burst_at(now);
        area
    }

    /// When the next one comes.
    fn find(&mut self) -> SimTime {
        if let Some(gap) = self.even {
            return self.since.after(Span::from_nanos(gap * self.left));
        }
        if self.spike == 0.0 {
            return SimTime::NEVER;
        }
        self.burst = self.burst_at(self.since);
        self.walk(SimTime::NEVER, self.left).1.unwrap_or(SimTime::NEVER)
    }
}
