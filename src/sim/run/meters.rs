//! What a run has counted and timed so far, all cumulative: any window is a difference of two
//! states. Reading changes nothing.

use super::requests::{CLASSES, FAILURES, Outcome, Request};
use crate::histogram::Histogram;
use crate::region;
use crate::units::{SimTime, Span};

/// Number of ways to fail.
pub const REASONS: usize = FAILURES.len();

/// Most sites there may be.
pub const SITES: usize = 10;

/// How calls ended: good ones and failures by reason, in the order of [`FAILURES`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// Answered well.
    pub good: u64,
    /// Failed, by reason.
    pub failed: [u64; REASONS],
}

impl Endings {
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
        Self { good: self.good - earlier.good, failed }
    }

    /// Adds all of `other`.
    pub fn add(&mut self, other: &Self) {
        self.good += other.good;
        for (mine, theirs) in self.failed.iter_mut().zip(other.failed) {
            *mine += theirs;
        }
    }
}

/// What came somewhere and how it ended: at a part, for a class, for a region. A good ending is one
/// record in the histogram, and nothing is counted twice.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// Came.
    pub arrived: u64,
    /// Failed, by reason. Apart, so that what is counted all the time lies close together.
    pub failed: Box<[u64; REASONS]>,
    /// Time of those that ended well.
    pub time: Histogram,
}

impl Flow {
    /// How all that ended did so.
    #[must_use]
    pub fn endings(&self) -> Endings {
        Endings { good: self.time.count(), failed: *self.failed }
    }

    /// How many have come and not ended.
    #[must_use]
    pub fn inside(&self) -> u64 {
        self.arrived - self.endings().total()
    }

    /// One ends after so long.
    #[inline]
    fn end(&mut self, outcome: Outcome, span: Span) {
        match outcome.failure() {
            None => self.time.record(span),
            Some(reason) => self.failed[reason] += 1,
        }
    }
}

/// One part: calls that came, ended, and the time they spent inside. What is counted all the time
/// comes first and lies in one cache line.
#[derive(Clone, Debug, Default)]
#[repr(C, align(64))]
pub struct NodeMeter {
    /// Calls of the part, health checks left out.
    pub flow: Flow,
    /// Moments at which calls ended, less those at which they came, summed in nanoseconds modulo
    /// 2^64: with those inside, the integral of their number over time, modulo 2^64.
    moments: u64,
    /// Time that failed calls spent inside, in nanoseconds.
    failed_time: u128,
    checks: Checks,
}

/// Health checks at a part: kept apart, so that they do not mix with users' figures.
#[derive(Clone, Copy, Debug, Default)]
struct Checks {
    arrived: u64,
    ended: u64,
    /// Time spent by those that ended, in nanoseconds.
    time: u128,
}

impl NodeMeter {
    /// A call comes in; of a user, or a health check.
    #[inline]
    pub const fn enter(&mut self, now: SimTime, is_check: bool) {
        if is_check {
            self.checks.arrived += 1;
        } else {
            self.flow.arrived += 1;
        }
        self.moments = self.moments.wrapping_sub(now.0);
    }

    /// A call that came in at `entered` ends.
    #[inline]
    pub fn leave(&mut self, now: SimTime, entered: SimTime, outcome: Outcome, is_check: bool) {
        self.moments = self.moments.wrapping_add(now.0);
        let span = now.since(entered);
        if is_check {
            self.checks.ended += 1;
            self.checks.time += u128::from(span.0);
            return;
        }
        if !matches!(outcome, Outcome::Good) {
            self.failed_time += u128::from(span.0);
        }
        self.flow.end(outcome, span);
    }

    /// Calls inside, health checks included.
    #[must_use]
    pub fn inside(&self) -> u64 {
        self.flow.inside() + self.checks.arrived - self.checks.ended
    }

    /// The number inside, health checks included, integrated over time up to `now`, in
    /// call-nanoseconds.
    #[must_use]
    pub fn area(&self, now: SimTime) -> u128 {
        self.spent() + self.unfinished(now)
    }

    /// The integral of the number inside up to `now`, less the time of the calls that ended: what
    /// the calls inside now have spent, in nanoseconds, if Little's law holds. It is known modulo
    /// 2^64, which is enough: 584 years, where the most calls there may be would each be inside
    /// for an hour.
    #[must_use]
    pub fn unfinished(&self, now: SimTime) -> u128 {
        let area = self.moments.wrapping_add(self.inside().wrapping_mul(now.0));
        u128::from(area.wrapping_sub(self.spent() as u64))
    }

    /// Time of the calls that ended, in nanoseconds.
    fn spent(&self) -> u128 {
        self.flow.time.sum() + self.failed_time + self.checks.time
    }
}

/// One class of requests, as users see it.
#[derive(Clone, Debug, Default)]
pub struct ClassMeter {
    /// Requests that users made, and how they ended after all retries; the time is from the first
    /// attempt to the good answer.
    pub flow: Flow,
    /// Of that time, nanoseconds on the network (last attempt), summed.
    pub travelled: u64,
    /// Of that time, nanoseconds of work (last attempt), summed.
    pub served: u64,
}

/// The work of services begun: moments from which its mean and variation follow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    /// Services begun.
    pub count: u64,
    /// Their work in nanoseconds, summed.
    pub sum: f64,
    /// The squares of their work, summed.
    pub squares: f64,
}

impl Work {
    /// Counts a service with so many nanoseconds of work.
    #[inline]
    pub const fn add(&mut self, work: f64) {
        self.count += 1;
        self.sum += work;
        self.squares += work * work;
    }

    /// What was begun since `earlier`.
    #[must_use]
    pub const fn since(&self, earlier: &Self) -> Self {
        Self {
            count: self.count - earlier.count,
            sum: self.sum - earlier.sum,
            squares: self.squares - earlier.squares,
        }
    }

    /// Mean work in seconds; `None` where nothing was begun.
    #[must_use]
    pub fn mean_s(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64 / 1e9)
    }

    /// Squared coefficient of variation of the work; `None` where there was none.
    #[must_use]
    pub fn scv(&self) -> Option<f64> {
        let n = self.count as f64;
        (self.sum > 0.0).then(|| (self.squares * n / (self.sum * self.sum) - 1.0).max(0.0))
    }
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
    /// Work of the services begun.
    pub work: Work,
    /// Slots in use, integrated over time, in nanoseconds.
    pub busy_ns: u128,
    /// Requests waiting, integrated over time, in nanoseconds.
    pub waiting_ns: u128,
    /// Core time used, in nanoseconds.
    pub core_ns: f64,
    /// Core time that could have been used, in nanoseconds.
    pub offered_ns: f64,
    /// Of a database server: takes the writes of its shard.
    pub is_primary: bool,
    /// Age of the oldest write that a replica has not applied, in nanoseconds.
    pub lag_ns: u64,
    /// Whether it has a disk with a limit.
    pub has_disk: bool,
    /// Time its disk was at work, in nanoseconds.
    pub disk_ns: u128,
    /// Calls that came to its disk.
    pub disk_arrived: u64,
    /// Work of the disk's services begun.
    pub disk_work: Work,
    /// Calls waiting for the disk, integrated over time, in nanoseconds.
    pub disk_waiting_ns: u128,
}

/// The state of all counters at one instant. Two of them make any window.
#[derive(Clone, Debug)]
pub struct Sample {
    /// When.
    pub at: SimTime,
    /// All meters.
    pub meters: Meters,
    /// Time integral of the number inside each part, in nanoseconds.
    pub areas: Vec<u128>,
    /// The servers of each part.
    pub servers: Vec<Vec<ServerMeter>>,
    /// For a part that checks the health of others' servers: whom it sends requests to.
    pub health: Vec<Vec<bool>>,
    /// What each part has counted under names of its own.
    pub counters: Vec<Vec<(&'static str, u64)>>,
    /// What each part measures under names of its own.
    pub gauges: Vec<Vec<(&'static str, f64)>>,
    /// What each part has cost so far in USD; `None` for one that costs the same all the time.
    pub spent: Vec<Option<f64>>,
}

/// All meters of a run.
#[derive(Clone, Debug)]
pub struct Meters {
    /// By part, in the order of the engine.
    pub nodes: Vec<NodeMeter>,
    /// By class, in the order of [`CLASSES`].
    pub classes: [ClassMeter; CLASSES.len()],
    /// By region.
    pub regions: [Flow; region::COUNT],
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
    /// Bytes that each site has sent to users.
    pub sent: [u64; SITES],
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
            sent: [0; SITES],
        }
    }

    /// A user makes a request.
    #[inline]
    pub const fn offered(&mut self, class: usize, region: usize) {
        self.classes[class].flow.arrived += 1;
        self.regions[region].arrived += 1;
    }

    /// A request fails at once because the simulator is full.
    pub fn turned_away(&mut self, class: usize, region: usize) {
        self.attempts += 1;
        self.classes[class].flow.end(Outcome::SimulatorFull, Span::ZERO);
        self.regions[region].end(Outcome::SimulatorFull, Span::ZERO);
    }

    /// A request is over for its user.
    #[inline]
    pub fn ended(&mut self, now: SimTime, request: &Request, outcome: Outcome) {
        let span = now.since(request.born);
        let class = &mut self.classes[request.class as usize];
        class.flow.end(outcome, span);
        if matches!(outcome, Outcome::Good) {
            class.travelled = class.travelled.wrapping_add(request.travelled);
            class.served = class.served.wrapping_add(request.served);
        }
        self.regions[request.region as usize].end(outcome, span);
    }

    /// Time to a good answer, of all classes together.
    #[must_use]
    pub fn time(&self) -> Histogram {
        let mut all = self.classes[0].flow.time.clone();
        for class in &self.classes[1..] {
            all.add(&class.flow.time);
        }
        all
    }

    /// Requests that users made, of all classes together.
    #[must_use]
    pub fn offered_in_all(&self) -> u64 {
        self.classes.iter().map(|class| class.flow.arrived).sum()
    }

    /// How requests ended for users, of all classes together.
    #[must_use]
    pub fn endings(&self) -> Endings {
        let mut all = Endings::default();
        for class in &self.classes {
            all.add(&class.flow.endings());
        }
        all
    }
}
