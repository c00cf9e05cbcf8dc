//! What cases of their own nature are measured with: an engine watched from one second to another,
//! and what its parts counted meanwhile.

use crate::probe::topology;
use millionth::sim::engine::Engine;
use millionth::sim::scenario::Scenario;
use millionth::sim::snapshot::{PartView, Snapshot};
use millionth::sim::units::{SimTime, Span};

/// A scenario that runs.
pub fn engine(scenario: &Scenario) -> Engine {
    Engine::new(topology(scenario))
}

/// Runs to this second.
pub fn run_to(engine: &mut Engine, second: f64) {
    engine.run_until(SimTime::ZERO.after(Span::from_seconds(second)), u64::MAX);
}

/// The figures from now on to this second; the laws are checked at its end.
pub fn until(engine: &mut Engine, second: f64) -> Snapshot {
    let start = engine.sample();
    run_to(engine, second);
    engine.check().unwrap_or_else(|law| panic!("{law}"));
    Snapshot::between(engine.topology(), &start, &engine.sample())
}

/// A part by its name.
pub fn part<'a>(figures: &'a Snapshot, key: &str) -> &'a PartView {
    figures.part(key).unwrap_or_else(|| panic!("there is no part {key}"))
}

/// What a part counted or measures under a name of its own.
pub fn number(figures: &Snapshot, key: &str, name: &str) -> f64 {
    let part = part(figures, key);
    let counted = part.counters.iter().find(|(n, _)| n == name).map(|(_, count)| *count as f64);
    let measured = || part.gauges.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
    counted.or_else(measured).unwrap_or_else(|| panic!("{key} has no {name}"))
}

/// Users' failures for this reason.
pub fn failures(figures: &Snapshot, reason: &str) -> f64 {
    let of = figures.users.failures.iter().find(|failure| failure.reason == reason);
    of.map_or(0.0, |failure| failure.count as f64)
}
