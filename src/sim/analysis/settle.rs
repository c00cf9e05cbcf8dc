//! Settled numbers: a run of its own beside the live one, cut into batches of equal length; the
//! warm-up is found and removed, and what varies from batch to batch gives 95 % intervals.

mod length;
mod rest;

pub use super::batches::Estimate;
use super::batches::{FEWEST, moving, warm_up};
use super::comparisons::{self, Comparison};
use super::stations::{self, Measured};
use crate::engine::Engine;
use crate::histogram::Histogram;
use crate::run::meters::Sample;
use crate::run::requests::{FAILURES, Outcome};
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use crate::units::{SimTime, Span};
use length::Planned;
pub use length::{FULL, Length, QUICK};
pub use rest::Changing;
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// Figures of a run with the warm-up removed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// Requests that the figures rest on.
    pub requests: u64,
    /// Batches that the figures rest on.
    pub batches: usize,
    /// Simulated seconds thrown away as warm-up.
    pub warm_up_s: f64,
    /// Simulated seconds that the figures rest on.
    pub seconds: f64,
    /// Whether the run was as long as planned, or as it could be; until then the figures are
    /// provisional.
    pub complete: bool,
    /// Whether more requests were in flight than the simulator holds: a settled run ends there.
    pub full: bool,
    /// What of the system was not at rest while it was measured.
    pub changing: Vec<Changing>,
    /// Mean time to a good answer, in seconds.
    pub mean_s: Option<Estimate>,
    /// Its median.
    pub p50_s: Option<Estimate>,
    /// Its 95th percentile.
    pub p95_s: Option<Estimate>,
    /// Its 99th percentile.
    pub p99_s: Option<Estimate>,
    /// Good answers per second.
    pub goodput: Estimate,
    /// Failed share of all requests that ended.
    pub error_share: Estimate,
    /// All figures of the same stretch of the run, without intervals.
    pub figures: Snapshot,
}

/// A run at rest does not leave more of its requests unanswered than it began with, but for this
/// share: of a run that was cut short, and of a long one.
const PILE: [f64; 2] = [0.05, 0.01];

impl Settled {
    /// Whether requests pile up, or did until the simulator was full: times and errors are then the
    /// least that they come to, and the longer the run, the more they are.
    #[must_use]
    pub fn is_growing(&self) -> bool {
        let users = &self.figures.users;
        let left = users.arrived.saturating_sub(users.good + users.failed) as f64;
        // An empty system fills first, to as many as Little's law has in it at rest.
        let mean = self.mean_s.filter(|_| self.warm_up_s == 0.0);
        let at_rest = mean.map_or(0.0, |mean| self.goodput.value * mean.value);
        let share = PILE[usize::from(self.complete)];
        self.full || left - at_rest > share * users.arrived as f64
    }

    /// Whether its figures are what the system comes to, with intervals that say how surely.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.complete && !self.is_growing() && self.changing.is_empty()
    }

    /// A hash of all figures: the same wherever the same run was made.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&serde_json::to_string(self).expect("figures have only strings as keys"))
    }
}

/// A hash of a text (FNV-1a, 64 bits, in hexadecimal).
pub(super) fn hash(text: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

/// Theory beside what a settled run measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Theory {
    /// Waits and times of stations.
    pub stations: Vec<Measured>,
    /// Hit ratios, and shares of stale reads.
    pub shares: Vec<Comparison>,
}

/// What the failures are called that the simulator makes where it holds no more.
const FULL_UP: &str = FAILURES[Outcome::SimulatorFull as usize - 1].1;
/// How many times as long a run may become as planned.
const LONGER: usize = 4;

/// A settled run under way.
#[derive(Clone, Debug)]
pub struct Settling {
    engine: Engine,
    batch: Span,
    batches: usize,
    /// How many batches it may become, to wait for what scales by itself, for a rest that is twice
    /// as long as the warm-up, and until enough is known.
    most: usize,
    is_full: bool,
    /// Whether it would end before all that is planned has happened and played out: it is not made.
    is_too_short: bool,
    /// Whether all of it counts, as the course of a failure.
    is_course: bool,
    /// Whether the simulator held no more: what is measured from there on is of its making.
    is_overfull: bool,
    samples: Vec<Sample>,
}

impl Settling {
    /// Begins a settled run of about this length.
    #[must_use]
    pub fn new(topology: Topology, length: Length) -> Self {
        let Planned { seconds, is_too_short, is_course } = length.planned(topology.scenario());
        let batch = Span::from_seconds(seconds / length.batches as f64);
        let is_full = length.batches == FULL.batches;
        let most = length.batches * if is_full && !is_course { LONGER } else { 1 };
        Self {
            most,
            is_full,
            is_too_short,
            is_course,
            ..Self::with_batches(topology, batch, length.batches)
        }
    }

    /// A settled run of about this length from its beginning to its end.
    #[must_use]
    pub fn through(topology: Topology, length: Length) -> Self {
        let mut run = Self::new(topology, length);
        run.advance(u64::MAX);
        run
    }

    /// Begins a settled run of so many batches of this length.
    #[must_use]
    pub fn with_batches(topology: Topology, batch: Span, batches: usize) -> Self {
        let engine = Engine::new(topology);
        let samples = vec![engine.sample()];
        Self {
            engine,
            batch,
            batches,
            most: batches,
            is_full: true,
            is_too_short: false,
            is_course: false,
            is_overfull: false,
            samples,
        }
    }

    /// Whether the run is as long as planned, or as it can be.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_too_short || self.is_overfull || self.samples.len() > self.batches
    }

    /// Goes on for so many events; says how many were spent.
    pub fn advance(&mut self, events: u64) -> u64 {
        let mut spent = 0;
        while spent < events && !self.is_complete() {
            let end = SimTime(self.batch.0 * self.samples.len() as u64);
            let (most, before) = (events - spent, spent);
            spent += self.engine.run_until(end, most);
            // At the instant itself more may be due: the batch ends when nothing is left.
            if spent - before < most {
                self.take();
            }
        }
        spent
    }

    /// A batch is over. One in which the simulator was full tells of that and not of the system.
    fn take(&mut self) {
        let sample = self.engine.sample();
        let turned_away = Outcome::SimulatorFull.failure();
        self.is_overfull = turned_away.is_some_and(|i| sample.meters.endings().failed[i] > 0);
        if !self.is_overfull || self.samples.len() == 1 {
            self.samples.push(sample);
        }
        let is_over = self.samples.len() > self.batches && self.batches < self.most;
        let is_short = || self.last_scaling() > self.batches / 2 || self.is_moving();
        if is_over && (is_short() || self.is_vague()) {
            self.batches = (self.batches + FULL.batches / 2).min(self.most);
        }
    }

    /// Whether the warm-up took so much of the run that the rest tells little of what comes after.
    fn is_moving(&self) -> bool {
        moving(&self.samples) > self.batches / 3
    }

    /// Whether next to nothing is known of the failures: it may have tipped over in the middle.
    fn is_vague(&self) -> bool {
        settled(self.engine.topology(), self.kept(), true).error_share.is_vague()
    }

    /// The number of the last batch in which servers or workers came or went.
    fn last_scaling(&self) -> usize {
        let mut pairs = self.samples.windows(2);
        pairs.rposition(|pair| rest::is_scaling(&pair[0], &pair[1])).map_or(0, |place| place + 1)
    }

    /// Theory beside what was measured so far.
    #[must_use]
    pub fn theory(&self) -> Theory {
        let (topology, samples) = (self.engine.topology(), self.kept());
        let figures = Snapshot::between(topology, &samples[0], &samples[samples.len() - 1]);
        Theory {
            stations: stations::measured(topology, samples),
            shares: comparisons::of(topology, &figures),
        }
    }

    /// The figures so far; `None` before enough batches are through, and where the run is too short
    /// for what happens in it.
    #[must_use]
    pub fn settled(&self) -> Option<Settled> {
        let batches = self.samples.len() - 1;
        if (batches < FEWEST && !self.is_overfull) || self.is_too_short {
            return None;
        }
        let complete = self.is_full && self.is_complete();
        let mut figures = settled(self.engine.topology(), self.kept(), complete);
        figures.full = self.is_overfull;
        if self.is_course {
            return Some(rest::of_course(figures));
        }
        // What else changed says why.
        let is_unexplained = figures.changing.is_empty() && !self.is_overfull;
        if complete && is_unexplained && self.is_moving() {
            figures.changing.push(Changing::Figures);
        }
        Some(figures)
    }

    /// The samples after the warm-up, and after all scaling where enough are left: of a run that
    /// was over at once and of a failure's course, all of it.
    fn kept(&self) -> &[Sample] {
        if self.is_course {
            return &self.samples;
        }
        let last = self.samples.len().saturating_sub(2);
        let scaled = self.last_scaling();
        let scaled = if scaled <= self.batches / 2 { scaled } else { 0 };
        &self.samples[warm_up(&self.samples).max(scaled).min(last)..]
    }
}

/// The figures of the run between the first and the last of these samples, with intervals from the
/// batches between them.
#[must_use]
pub fn settled(topology: &Topology, samples: &[impl Borrow<Sample>], complete: bool) -> Settled {
    let samples: Vec<&Sample> = samples.iter().map(Borrow::borrow).collect();
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Settled::default();
    };
    let figures = Snapshot::between(topology, first, last);
    let pairs = || samples.windows(2).map(|pair| (pair[0], pair[1]));
    let times: Vec<Histogram> =
        pairs().map(|(a, b)| b.meters.time().since(&a.meters.time())).collect();
    let goodput: Vec<(f64, f64)> = pairs()
        .map(|(a, b)| {
            let good = b.meters.endings().good - a.meters.endings().good;
            let seconds = b.at.since(a.at).seconds();
            (seconds, good as f64 / seconds)
        })
        .collect();
    let errors: Vec<(f64, f64)> = pairs()
        .map(|(a, b)| b.meters.endings().since(&a.meters.endings()))
        .map(|ended| (ended.total() as f64, ended.failures() as f64 / ended.total().max(1) as f64))
        .collect();
    Settled {
        requests: figures.users.arrived,
        batches: times.len(),
        warm_up_s: first.at.seconds(),
        seconds: figures.window_s,
        complete,
        full: figures.users.failures.iter().any(|failure| failure.reason == FULL_UP),
        changing: rest::changing(&samples),
        mean_s: Estimate::mean(&times),
        p50_s: Estimate::quantile(&times, 0.5),
        p95_s: Estimate::quantile(&times, 0.95),
        p99_s: Estimate::quantile(&times, 0.99),
        goodput: Estimate::over(&goodput).unwrap_or_default(),
        error_share: Estimate::over(&errors).unwrap_or_default(),
        figures,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, length: Length) -> Option<Settled> {
        let scenario = crate::scenario::link::read(text).scenario;
        Settling::through(Topology::build(&scenario).expect("it is valid"), length).settled()
    }

    #[test]
    fn a_first_estimate_says_where_the_overload_has_not_played_out() {
        // In the long run a third of the requests fails; within half a second none has.
        let growing = |text: &str| run(text, QUICK).map(|settled| settled.is_growing());
        assert_eq!(growing("?stage=9#clients.rate=20000"), Some(true));
        for stage in 1..=9 {
            assert_eq!(growing(&format!("?stage={stage}")), Some(false), "stage {stage}");
        }
        // A full server refuses at once: nothing grows on.
        assert_eq!(growing("?stage=1#clients.rate=300"), Some(false));
    }

    #[test]
    fn a_first_estimate_is_told_only_when_what_happens_has_played_out() {
        for text in [
            "?stage=9#fault=kill.db1.1",
            "?stage=3#fault=kill.web.2@60",
            "?stage=3#at=60:web.servers=8",
            "?stage=6#clients.pattern=flash",
        ] {
            assert!(run(text, QUICK).is_none(), "{text}");
        }
        for text in ["?stage=3#fault=kill.web.2", "?stage=1#fault=kill.web@1for5"] {
            assert!(run(text, QUICK).is_some(), "{text}");
        }
    }

    #[test]
    fn what_goes_on_growing_says_so_when_the_run_is_over_too() {
        let said = |text: &str| {
            let settled = run(text, FULL).expect("it is settled");
            assert!(settled.complete, "{text}");
            settled.reservations().join(" ")
        };
        // Who waits for ever, in a room without end, waits the longer the longer the run.
        let endless = "#clients.rate=900&clients.timeout_s=0&clients.retries=0&web.backlog=1000000";
        let said_of = said(&format!("?stage=3{endless}"));
        assert!(said_of.contains("and more the longer the run"), "{said_of}");
        assert_eq!((said("?stage=1#clients.rate=300"), said("?stage=3")), ("".into(), "".into()));
    }

    #[test]
    fn an_empty_system_that_fills_does_not_pile_up() {
        let from_zero = |text: &str| {
            let scenario = crate::scenario::link::read(text).scenario;
            let mut engine = Engine::new(Topology::build(&scenario).expect("it is valid"));
            let mut samples = vec![engine.sample()];
            engine.run_until(SimTime::ZERO.after(Span::from_seconds(5.0)), u64::MAX);
            samples.push(engine.sample());
            settled(engine.topology(), &samples, true).is_growing()
        };
        assert!(!from_zero("?stage=3"));
        let endless =
            "#clients.rate=2000&clients.timeout_s=0&clients.retries=0&web.backlog=1000000";
        assert!(from_zero(&format!("?stage=3{endless}")));
    }

    #[test]
    fn a_run_ends_where_the_simulator_is_full() {
        let text = "?stage=1#clients.rate=1000000&clients.timeout_s=0&clients.retries=0&\
                    web.backlog=1000000";
        let settled = run(text, FULL).expect("it is settled");
        assert!(settled.complete && settled.full && settled.is_growing());
        assert!(settled.seconds > 0.0 && settled.batches < 40, "{}", settled.batches);
        let failures = &settled.figures.users.failures;
        assert!(failures.iter().all(|failure| failure.reason != FULL_UP), "{failures:?}");
        assert!(settled.reservations()[0].contains("than the simulator holds"));
    }
}
