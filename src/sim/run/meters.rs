//! What a run has counted and timed so far, all cumulative: any window is a difference of two
//! states. Reading changes nothing.

use super::requests::{CLASSES, FAILURES, Outcome, Request};
use crate::sim::histogram::Histogram;
use crate::sim::region;
use crate::sim::units::{SimTime, Span};

/// Number of ways to fail.
pub const REASONS: usize = FAILURES.len();

/// How calls ended: good ones and failures by reason, in the order of [`FAILURES`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// Answered well.
    pub good: u64,
    /// Failed, by reason.
    pub failed: [u64; REASONS],
}

impl Endings {
    /// Counts one.
    #[inline]
    pub const fn count(&mut self, outcome: Outcome) {
        match outcome.failure() {
            None => self.good += 1,
            Some(reason) => self.failed[reason] += 1,
        }
    }

    /// All failures.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// All endings.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.good + self.failures()
    }

    /// What was counted since `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut failed = self.failed;
        for (now, then) in failed.iter_mut().zip(earlier.failed) {
            *now -= then;
        }
        Self {
            good: self.good - earlier.good,
            failed,
        }
    }

    /// Adds all of `other`.
    pub fn add(&mut self, other: &Self) {
        self.good += other.good;
        for (mine, theirs) in self.failed.iter_mut().zip(other.failed) {
            *mine += theirs;
        }
    }
}

/// One part: calls that came, ended, and the time they spent inside.
#[derive(Clone, Debug, Default)]
pub struct NodeMeter {
    /// Calls that came in.
    pub arrived: u64,
    /// How they ended.
    pub endings: Endings,
    /// Calls inside now.
    pub inside: u64,
    /// Time in the part, of the calls that were answered well.
    pub time: Histogram,
    /// Nanoseconds spent inside by all calls that ended, modulo 2^64.
    pub spent: u64,
    /// Work done by its stations for the calls that ended, in nanoseconds, modulo 2^64.
    moments: u64,
}

impl NodeMeter {
    /// A call comes in.
    #[inline]
    pub const fn enter(&mut self, now: SimTime) {
        self.arrived += 1;
        self.inside += 1;
        self.moments = self.moments.wrapping_sub(now.0);
    }

    /// A call that came in at `entered` ends.
    #[inline]
    pub fn leave(&mut self, now: SimTime, entered: SimTime, outcome: Outcome) {
        self.inside -= 1;
        self.moments = self.moments.wrapping_add(now.0);
        let span = now.since(entered);
        self.spent = self.spent.wrapping_add(span.0);
        self.endings.count(outcome);
        if matches!(outcome, Outcome::Good) {
            self.time.record(span);
        }
    }

    /// The number inside, integrated over time up to `now`, in call-nanoseconds modulo 2^64.
    #[must_use]
    pub const fn area(&self, now: SimTime) -> u64 {
        self.moments.wrapping_add(self.inside.wrapping_mul(now.0))
    }
}

/// One class of requests, as users see it.
#[derive(Clone, Debug, Default)]
pub struct ClassMeter {
    /// Requests that users made.
    pub offered: u64,
    /// How they ended for the user, after all retries.
    pub endings: Endings,
    /// Time from the first attempt to the good answer.
    pub time: Histogram,
    /// Of that time, nanoseconds on the network (last attempt), summed.
    pub travelled: u64,
    /// Of that time, nanoseconds of work (last attempt), summed.
    pub served: u64,
}

/// One region, as its users see it.
#[derive(Clone, Debug, Default)]
pub struct RegionMeter {
    /// Requests that users made.
    pub offered: u64,
    /// How they ended for the user.
    pub endings: Endings,
    /// Time from the first attempt to the good answer.
    pub time: Histogram,
}

/// One server, cumulative: busy, waiting and core time are integrals up to the moment of reading.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServerMeter {
    /// Whether it is up.
    pub alive: bool,
    /// How many times as long its work takes.
    pub slow: f64,
    /// Whether it is on its way out: finishes its work and takes no more.
    pub leaving: bool,
    /// Its slots; `u32::MAX` for no limit.
    pub slots: u32,
    /// Slots in use.
    pub busy: u32,
    /// Requests waiting for a slot.
    pub backlog: u32,
    /// Effective cores of its processor, 0 where each slot works at full speed.
    pub cores: f64,
    /// Requests that came to it.
    pub arrived: u64,
    /// Requests that it refused.
    pub refused: u64,
    /// Slots in use, integrated over time, in nanoseconds modulo 2^64.
    pub busy_ns: u64,
    /// Requests waiting, integrated over time, in nanoseconds modulo 2^64.
    pub waiting_ns: u64,
    /// Core time used, in nanoseconds.
    pub core_ns: f64,
}

/// All meters of a run.
#[derive(Clone, Debug)]
pub struct Meters {
    /// By part, in the order of the engine.
    pub nodes: Vec<NodeMeter>,
    /// By class, in the order of [`CLASSES`].
    pub classes: [ClassMeter; CLASSES.len()],
    /// By region.
    pub regions: [RegionMeter; region::COUNT],
    /// Attempts that users sent, retries included.
    pub attempts: u64,
    /// Attempts that were answered after the user had given up: work for nothing.
    pub wasted: u64,
    /// Answers that found their way back cut off because a server between had died.
    pub orphaned: u64,
    /// Look-ups in caches that found the value.
    pub hits: u64,
    /// Look-ups in caches that did not.
    pub misses: u64,
}

impl Meters {
    /// Empty meters for so many parts.
    #[must_use]
    pub fn new(nodes: usize) -> Self {
        Self {
            nodes: vec![NodeMeter::default(); nodes],
            classes: Default::default(),
            regions: Default::default(),
            attempts: 0,
            wasted: 0,
            orphaned: 0,
            hits: 0,
            misses: 0,
        }
    }

    /// A user makes a request.
    #[inline]
    pub const fn offered(&mut self, class: usize, region: usize) {
        self.classes[class].offered += 1;
        self.regions[region].offered += 1;
    }

    /// A request is over for its user.
    #[inline]
    pub fn ended(&mut self, now: SimTime, request: &Request, outcome: Outcome) {
        let class = &mut self.classes[request.class as usize];
        let region = &mut self.regions[request.region as usize];
        class.endings.count(outcome);
        region.endings.count(outcome);
        if matches!(outcome, Outcome::Good) {
            let span = now.since(request.born);
            class.time.record(span);
            class.travelled = class.travelled.wrapping_add(request.travelled);
            class.served = class.served.wrapping_add(request.served);
            region.time.record(span);
        }
    }

    /// Time to a good answer, of all classes together.
    #[must_use]
    pub fn time(&self) -> Histogram {
        let mut all = self.classes[0].time.clone();
        for class in &self.classes[1..] {
            all.add(&class.time);
        }
        all
    }

    /// Requests that users made, of all classes together.
    #[must_use]
    pub fn offered_in_all(&self) -> u64 {
        self.classes.iter().map(|c| c.offered).sum()
    }

    /// How requests ended for users, of all classes together.
    #[must_use]
    pub fn endings(&self) -> Endings {
        let mut all = Endings::default();
        for class in &self.classes {
            all.add(&class.endings);
        }
        all
    }

    /// The integral of a part's number inside up to `now`, less the time of calls that ended: what
    /// the calls inside now have spent, if Little's law holds.
    #[must_use]
    pub fn unfinished(&self, node: usize, now: SimTime) -> Span {
        let meter = &self.nodes[node];
        Span(meter.area(now).wrapping_sub(meter.spent))
    }
}
