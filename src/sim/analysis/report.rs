//! The result of a headless run: every figure there is, and a hash over what is deterministic.

use super::settle::{Settled, hash, settled};
use crate::engine::Engine;
use crate::journal::{self, Line};
use crate::run::meters::Sample;
use crate::scenario::{Scenario, file, link};
use crate::topology::Topology;
use crate::units::{SimTime, Span};
use serde::Serialize;

/// What a run is asked for besides its scenario.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RunPlan {
    /// Simulated time thrown away at the start.
    pub warm_up: Span,
    /// Simulated time measured after it.
    pub duration: Span,
}

/// Most lines of the log in a report.
const MOST_LINES: u64 = 200;
/// Batches that the measured time is cut into.
const BATCHES: u64 = 20;

/// The deterministic result of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The scenario as a link.
    pub link: String,
    /// The scenario as a file.
    pub scenario: serde_json::Value,
    /// Simulated seconds thrown away, and measured.
    pub warm_up_s: f64,
    /// See `warm_up_s`.
    pub duration_s: f64,
    /// Events carried out, warm-up included.
    pub events: u64,
    /// The figures, with intervals.
    pub result: Settled,
    /// Entries that the log got in all.
    pub log_entries: u64,
    /// The last of them, oldest first.
    pub log: Vec<Line>,
}

impl Report {
    /// The report as JSON text: the same bytes wherever it was made.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a report has only strings as keys")
    }

    /// A hash of the report's JSON (FNV-1a, 64 bits, in hexadecimal).
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.to_json())
    }
}

/// Runs a scenario from rest. `tell` hears the share that is done, now and then.
///
/// # Errors
/// The law that the run broke, which would be a defect of the simulator.
pub fn run(
    topology: Topology,
    plan: RunPlan,
    tell: impl FnMut(f64),
) -> Result<(Report, Engine), String> {
    run_watched(topology, plan, &[], &mut |_| {}, tell)
}

/// As [`run`], and `look` is shown a sample at each of the stops that lie in the run, in order of
/// time. That changes nothing in the run.
///
/// # Errors
/// As there.
pub fn run_watched(
    topology: Topology,
    plan: RunPlan,
    stops: &[SimTime],
    look: &mut dyn FnMut(&Sample),
    mut tell: impl FnMut(f64),
) -> Result<(Report, Engine), String> {
    let scenario: Scenario = topology.scenario().clone();
    let mut engine = Engine::new(topology);
    let end = SimTime::ZERO.after(Span(plan.warm_up.0.saturating_add(plan.duration.0)));
    let cuts: Vec<SimTime> = (0..=BATCHES)
        .map(|batch| {
            let at = u128::from(plan.duration.0) * u128::from(batch) / u128::from(BATCHES);
            SimTime::ZERO.after(Span(plan.warm_up.0.saturating_add(at as u64)))
        })
        .collect();
    let stops = stops.iter().filter(|stop| **stop <= end);
    let mut times: Vec<SimTime> = cuts.iter().chain(stops).copied().collect();
    times.sort_unstable();
    times.dedup();
    let mut samples: Vec<Sample> = Vec::new();
    for until in times {
        while engine.now() < until {
            engine.run_until(until, 1 << 20);
            tell(engine.now().seconds() / end.seconds());
        }
        let sample = engine.sample();
        look(&sample);
        if cuts.binary_search(&until).is_ok() {
            samples.push(sample);
        }
    }
    engine.check()?;
    let entries = engine.log().len();
    let from = entries.saturating_sub(MOST_LINES);
    let report = Report {
        log_entries: entries,
        log: journal::lines(engine.topology(), engine.log(), from),
        link: link::write(&scenario),
        scenario: file::write(&scenario),
        warm_up_s: plan.warm_up.seconds(),
        duration_s: plan.duration.seconds(),
        events: engine.events(),
        result: settled(engine.topology(), &samples, true),
    };
    Ok((report, engine))
}
