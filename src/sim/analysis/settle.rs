//! Settled numbers: a run of its own beside the live one, cut into batches of equal length; the
//! warm-up is found and removed, and what varies from batch to batch gives 95 % intervals.

use super::comparisons::{self, Comparison};
use super::stations::{self, Measured};
use crate::engine::Engine;
use crate::histogram::Histogram;
use crate::kinds::{Kind, clients};
use crate::run::meters::{Endings, Sample};
use crate::scenario::{PresentFault, Scenario};
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use crate::units::{SimTime, Span};
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

/// A figure with the half-width of its 95 % confidence interval, if that can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Half of the interval's width.
    pub half_width: Option<f64>,
}

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
    /// Whether the run was as long as planned; until then the figures are provisional.
    pub complete: bool,
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

/// More of its requests than this a run at rest does not leave unanswered.
const PILE: f64 = 0.05;

impl Settled {
    /// Whether requests pile up in a run that was cut short: times and errors are then the least
    /// that they come to.
    #[must_use]
    pub fn is_growing(&self) -> bool {
        let users = &self.figures.users;
        let left = users.arrived.saturating_sub(users.good + users.failed) as f64;
        !self.complete && left > PILE * users.arrived as f64
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

/// Fewest batches that an interval may rest on.
const FEWEST: usize = 5;
/// Events of one request, roughly, for planning.
const EVENTS_PER_REQUEST: f64 = 12.0;
/// A settled run takes no more simulated time than this (two simulated hours).
const LONGEST_S: f64 = 7_200.0;

/// How long a settled run shall be.
#[derive(Clone, Copy, Debug)]
pub struct Length {
    /// Batches that it is cut into.
    batches: usize,
    /// Events planned, as far as they can be foreseen.
    events: f64,
    /// Least simulated seconds: patience, checks and retries need their time to play out.
    shortest_s: f64,
}

/// Long enough for numbers to be settled: a second or less of a fast machine.
pub const FULL: Length = Length { batches: 40, events: 8e6, shortest_s: 20.0 };
/// Short enough to answer a moving slider, at stage 9 too, where a request has twice as many events
/// as planned; its figures are provisional.
pub const QUICK: Length = Length { batches: 12, events: 2e5, shortest_s: 0.5 };

/// A settled run under way.
#[derive(Clone, Debug)]
pub struct Settling {
    engine: Engine,
    batch: Span,
    batches: usize,
    is_full: bool,
    /// Whether it ends before all that is planned has happened and played out: it tells nothing.
    is_too_short: bool,
    samples: Vec<Sample>,
}

/// Simulated seconds that a run has to last to tell what becomes of failures and planned changes;
/// none where nothing happens. A crowd or a wave is never over in a short run.
fn played_out(scenario: &Scenario) -> f64 {
    let ends = |fault: &PresentFault| {
        fault.at.seconds() + fault.lasts.map_or(0.0, Span::seconds) + FULL.shortest_s
    };
    let pattern = clients::Setting::PatternChoice as usize;
    let is_steady = scenario.spec(Kind::Clients).is_none_or(|spec| spec.count(pattern) == 0);
    let changed = scenario.changes.iter().map(|change| change.at.seconds() + FULL.shortest_s);
    let others = if is_steady { 0.0 } else { f64::INFINITY };
    scenario.faults.iter().map(ends).chain(changed).fold(others, f64::max)
}

impl Settling {
    /// Begins a settled run of about this length.
    #[must_use]
    pub fn new(topology: Topology, length: Length) -> Self {
        let clients = topology.scenario().spec(Kind::Clients);
        let rate = clients.map_or(1.0, |spec| spec.number(clients::Setting::Rate as usize));
        let seconds = length.events / EVENTS_PER_REQUEST / rate.max(1e-3);
        let seconds = seconds.max(length.shortest_s).min(LONGEST_S);
        let batch = Span::from_seconds(seconds / length.batches as f64);
        let is_full = length.batches == FULL.batches;
        let is_too_short = !is_full && seconds < played_out(topology.scenario());
        Self { is_full, is_too_short, ..Self::with_batches(topology, batch, length.batches) }
    }

    /// Begins a settled run of so many batches of this length.
    #[must_use]
    pub fn with_batches(topology: Topology, batch: Span, batches: usize) -> Self {
        let engine = Engine::new(topology);
        let samples = vec![engine.sample()];
        Self { engine, batch, batches, is_full: true, is_too_short: false, samples }
    }

    /// Whether the run is as long as planned.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.samples.len() > self.batches
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
                self.samples.push(self.engine.sample());
            }
        }
        spent
    }

    /// Theory beside what was measured so far.
    #[must_use]
    pub fn theory(&self) -> Theory {
        let (topology, first) = (self.engine.topology(), warm_up(&self.samples));
        let samples = &self.samples[first.min(self.samples.len() - 1)..];
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
        if batches < FEWEST || self.is_too_short {
            return None;
        }
        let first = warm_up(&self.samples);
        Some(settled(
            self.engine.topology(),
            &self.samples[first..],
            self.is_full && self.is_complete(),
        ))
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
    let times: Vec<Histogram> = samples
        .windows(2)
        .map(|pair| pair[1].meters.time().since(&pair[0].meters.time()))
        .collect();
    let interval = |value: Option<f64>, of: &dyn Fn(&Histogram) -> Option<f64>| {
        let each: Vec<f64> = times.iter().filter_map(of).collect();
        value.map(|value| Estimate { value, half_width: half_width(&each) })
    };
    let per_batch = |of: &dyn Fn(&Sample, &Sample) -> f64| -> Vec<f64> {
        samples.windows(2).map(|pair| of(pair[0], pair[1])).collect()
    };
    let goodputs = per_batch(&|a, b| {
        let good = b.meters.endings().good - a.meters.endings().good;
        good as f64 / b.at.since(a.at).seconds()
    });
    // A batch in which nothing ended has no share, rather than none that failed.
    let ended = samples.windows(2).map(|p| p[1].meters.endings().since(&p[0].meters.endings()));
    let share = |ended: Endings| ended.failures() as f64 / ended.total() as f64;
    let errors: Vec<f64> = ended.filter(|ended| ended.total() > 0).map(share).collect();
    let latency = &figures.latency;
    Settled {
        requests: figures.users.arrived,
        batches: times.len(),
        warm_up_s: first.at.seconds(),
        seconds: figures.window_s,
        complete,
        mean_s: interval(latency.mean_s, &Histogram::mean),
        p50_s: interval(latency.p50_s, &|h| h.quantile(0.5)),
        p95_s: interval(latency.p95_s, &|h| h.quantile(0.95)),
        p99_s: interval(latency.p99_s, &|h| h.quantile(0.99)),
        goodput: Estimate { value: figures.goodput(), half_width: half_width(&goodputs) },
        error_share: Estimate {
            value: figures.users.error_share(),
            half_width: half_width(&errors),
        },
        figures,
    }
}

/// How many batches to throw away: the number that makes the standard error of the rest smallest
/// (the marginal standard error rule, MSER), at most half. Looked at for latency and for the number
/// of requests in the system, whichever takes longer.
fn warm_up(samples: &[Sample]) -> usize {
    let latencies: Vec<f64> = samples
        .windows(2)
        .map(|pair| {
            let (then, now) = (pair[0].meters.time(), pair[1].meters.time());
            now.since(&then).mean().unwrap_or(0.0)
        })
        .collect();
    let inside: Vec<f64> = samples
        .windows(2)
        .map(|pair| {
            let meters = &pair[1].meters;
            (meters.offered_in_all() - meters.endings().total()) as f64
        })
        .collect();
    // The first batch starts from an empty system and never counts.
    truncation(&latencies).max(truncation(&inside)).max(1)
}

fn truncation(values: &[f64]) -> usize {
    let n = values.len();
    let error = |skip: usize| {
        let rest = &values[skip..];
        let mean = rest.iter().sum::<f64>() / rest.len() as f64;
        let squares: f64 = rest.iter().map(|x| (x - mean) * (x - mean)).sum();
        squares / (rest.len() * rest.len()) as f64
    };
    (0..=n / 2).min_by(|&a, &b| error(a).total_cmp(&error(b))).unwrap_or(0)
}

/// Half-width of the 95 % confidence interval of the mean of these values, by Student's t.
#[must_use]
pub fn half_width(values: &[f64]) -> Option<f64> {
    let n = values.len();
    if n < FEWEST {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    Some(student_t(n - 1) * libm::sqrt(squares / (n - 1) as f64 / n as f64))
}

/// The 97.5 % point of Student's t with `degrees` of freedom, by the Cornish-Fisher expansion
/// (Abramowitz and Stegun 26.7.5), within 0.2 % from four degrees on.
fn student_t(degrees: usize) -> f64 {
    let (z, n) = (1.959_963_985_f64, degrees as f64);
    let (z3, z5) = (z * z * z, z * z * z * z * z);
    let z7 = z5 * z * z;
    z + (z3 + z) / (4.0 * n)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * n * n)
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_t_agrees_with_the_tables() {
        for (degrees, expected) in [(4, 2.776), (9, 2.262), (19, 2.093), (39, 2.023), (120, 1.980)]
        {
            let t = student_t(degrees);
            assert!((t / expected - 1.0).abs() < 2.5e-3, "{degrees}: {t}");
        }
    }

    #[test]
    fn a_transient_is_cut_and_a_steady_run_is_not() {
        let noise = |i: usize| ((i * 7919) % 13) as f64 / 13.0;
        let steady: Vec<f64> = (0..40).map(noise).collect();
        assert!(truncation(&steady) < 8, "{}", truncation(&steady));
        let rising: Vec<f64> =
            (0..40).map(|i| noise(i) + 5.0 * (i as f64 - 10.0).min(0.0)).collect();
        let cut = truncation(&rising);
        assert!((9..16).contains(&cut), "{cut}");
    }

    fn quick(text: &str) -> Option<Settled> {
        let scenario = crate::scenario::link::read(text).scenario;
        let mut settling = Settling::new(Topology::build(&scenario).expect("it is valid"), QUICK);
        while !settling.is_complete() {
            settling.advance(100_000);
        }
        settling.settled()
    }

    #[test]
    fn a_first_estimate_says_where_the_overload_has_not_played_out() {
        // In the long run a third of the requests fails; within half a second none has.
        let growing = |text: &str| quick(text).map(|settled| settled.is_growing());
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
            assert!(quick(text).is_none(), "{text}");
        }
        for text in ["?stage=3#fault=kill.web.2", "?stage=1#fault=kill.web@1for5"] {
            assert!(quick(text).is_some(), "{text}");
        }
    }
}
