//! A kill in the middle of a run: the first minute after it, and what is left when all that takes
//! its time has been done.

use super::super::availability::Availability;
use super::super::names;
use super::super::report::RunPlan;
use super::{Load, Threat, by_class};
use crate::engine::Engine;
use crate::journal::{self, Line};
use crate::run::log::Severity;
use crate::run::meters::Sample;
use crate::scenario::{PresentFault, Problem};
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use crate::units::{SimTime, Span};
use serde::Serialize;

/// The time after a kill that is told apart, in seconds.
pub const MINUTE_S: f64 = 60.0;
/// Longest time that is waited for things to settle, in seconds.
const LONGEST_S: f64 = 900.0;
/// Failures above the usual share by which a second counts as disturbed.
const DISTURBED: f64 = 0.01;
/// Most lines of the log that are kept.
const MOST_LINES: usize = 8;

/// What a kill costs until things have settled.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Minute {
    /// Good answers of all requests that ended within the first minute.
    pub all: Availability,
    /// The same by class, up to when monitoring could have replaced the dead, if that is sooner.
    pub classes: Vec<(String, Availability)>,
    /// Requests that failed in the first minute.
    pub failed: u64,
    /// Seconds from the kill to the end of the last second in which clearly more than usual
    /// failed: what users see of the recovery time. `None` where that still goes on.
    pub disturbed_s: Option<f64>,
    /// Recovery time of databases: seconds without writes. `None` where none was without.
    pub rto_s: Option<f64>,
    /// Recovery point of databases: age of the oldest write lost, in seconds.
    pub rpo_s: Option<f64>,
    /// What was lost, refused or had to be done again, by counter, all parts together.
    pub counts: Vec<(String, u64)>,
    /// What the log said, informations left out.
    pub log: Vec<Line>,
    /// Seconds from the kill to when things count as settled.
    pub settled_s: f64,
}

/// A run with a kill.
#[derive(Clone, Debug, Default)]
pub struct Killed {
    /// The figures once things had settled.
    pub figures: Snapshot,
    /// The time before that.
    pub minute: Minute,
    /// How what was left did.
    pub load: Load,
}

/// Counters that say what a death costs.
const TOLLS: [&str; 6] = [
    "lost_writes",
    "site_lost_writes",
    "refused_writes",
    "sessions_lost",
    "lost_messages",
    "redelivered",
];

/// The system with this killed at an instant; `None` for all as it is.
fn with_kill(topology: &Topology, threat: Option<&Threat>, at: Span) -> Result<Topology, String> {
    let mut scenario = topology.scenario().clone();
    if let Some(Threat { part, server, .. }) = threat {
        let server = server.map_or_else(String::new, |index| format!(".{}", index + 1));
        let fault = format!("kill.{part}{server}@{}", at.seconds());
        scenario.fail(PresentFault::read(&fault)?);
    }
    let in_words = |problems: Vec<Problem>| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    Topology::build(&scenario).map_err(in_words)
}

/// A run of the warm-up, then the kill, then until things have settled, then the time measured.
///
/// # Errors
/// The law that the run broke, which would be a defect of the simulator.
pub fn run(topology: &Topology, threat: Option<&Threat>, plan: RunPlan) -> Result<Killed, String> {
    let topology = with_kill(topology, threat, plan.warm_up)?;
    let mut engine = Engine::new(topology);
    let kill = SimTime::ZERO.after(plan.warm_up);
    let start = engine.sample();
    // All that is due at the instant itself comes after it.
    advance(&mut engine, SimTime(kill.0.saturating_sub(1)));
    let known = engine.log().len();
    let before = engine.sample();
    let settles = threat.map_or(0.0, |threat| threat.settles_s);
    let waits = settles.clamp(MINUTE_S, LONGEST_S);
    let replaced = threat.and_then(|threat| threat.replaced_s).unwrap_or(MINUTE_S);
    let usual = failed_share(&start, &before);
    let (mut last, mut minute, mut early) = (before.clone(), before.clone(), before.clone());
    let mut disturbed = 0.0;
    let seconds = libm::ceil(waits) as u64;
    for second in 1..=seconds {
        let passed = second as f64;
        advance(&mut engine, kill.after(Span::from_seconds(passed)));
        let now = engine.sample();
        if failed_share(&last, &now) > usual + DISTURBED {
            disturbed = passed;
        }
        if passed <= MINUTE_S {
            minute = now.clone();
        }
        if passed <= MINUTE_S.min(replaced) {
            early = now.clone();
        }
        last = now;
    }
    let whole = Snapshot::between(engine.topology(), &before, &last);
    let first = Snapshot::between(engine.topology(), &before, &minute);
    let early = Snapshot::between(engine.topology(), &before, &early);
    let lines = journal::lines(engine.topology(), engine.log(), known);
    let told = lines.into_iter().filter(|line| line.severity > Severity::Info).take(MOST_LINES);
    let minute = Minute {
        all: Availability::counted(first.users.good, first.users.failed),
        classes: by_class(&early).map(|(class, share)| (class.to_owned(), share)).collect(),
        failed: first.users.failed,
        disturbed_s: (disturbed < seconds as f64).then_some(disturbed),
        rto_s: highest(&whole, "rto_s").filter(|s| *s > 0.0),
        rpo_s: highest(&whole, "rto_s").filter(|s| *s > 0.0).and_then(|_| highest(&whole, "rpo_s")),
        counts: tolls(&whole),
        log: told.collect(),
        settled_s: seconds as f64,
    };
    advance(&mut engine, last.at.after(plan.duration));
    engine.check()?;
    let now = engine.sample();
    let figures = Snapshot::between(engine.topology(), &last, &now);
    let load = Load::between(engine.topology(), &last, &last, &now);
    Ok(Killed { figures, minute, load })
}

fn advance(engine: &mut Engine, until: SimTime) {
    while engine.now() < until {
        engine.run_until(until, 1 << 20);
    }
}

/// Failed share of all that ended between two samples.
fn failed_share(then: &Sample, now: &Sample) -> f64 {
    let ended = now.meters.endings().since(&then.meters.endings());
    if ended.total() == 0 { 0.0 } else { ended.failures() as f64 / ended.total() as f64 }
}

/// The highest of a gauge over all parts.
fn highest(figures: &Snapshot, name: &str) -> Option<f64> {
    figures.parts.iter().filter_map(|part| names::gauge(part, name)).reduce(f64::max)
}

fn tolls(figures: &Snapshot) -> Vec<(String, u64)> {
    let sum = |name: &str| -> u64 {
        figures.parts.iter().filter_map(|part| names::counter(part, name)).sum()
    };
    let counted = TOLLS.iter().map(|name| ((*name).to_owned(), sum(name)));
    counted.filter(|(_, count)| *count > 0).collect()
}
