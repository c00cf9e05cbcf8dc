//! Settings that change while the system runs: by the timeline, and by hand. What was set last
//! counts, whoever set it.

use super::Engine;
use crate::kinds::param::Value;
use crate::scenario::{Change, Scenario};
use crate::topology::Topology;
use crate::units::SimTime;

/// The scenario as it was given, without what its timeline has changed since.
#[derive(Clone, Debug)]
pub struct Given {
    scenario: Scenario,
    /// Changes that were past when the same setting was set by hand.
    overruled: Vec<Change>,
}

impl Given {
    /// The scenario of a system at rest.
    pub fn new(topology: &Topology) -> Self {
        Self { scenario: topology.scenario().clone(), overruled: Vec::new() }
    }

    /// Another scenario is given: what differs was set by hand.
    fn replace(&mut self, scenario: &Scenario, now: SimTime) {
        for change in scenario.changes.iter().filter(|change| change.at <= now) {
            let is_old = values(&self.scenario, change) == values(scenario, change);
            if !is_old && !self.overruled.contains(change) {
                self.overruled.push(change.clone());
            }
        }
        self.scenario = scenario.clone();
    }

    /// Whether a change of the timeline still counts.
    pub fn counts(&self, change: &Change) -> bool {
        !self.overruled.contains(change)
    }
}

/// The values of the settings that a change is about.
fn values<'a>(scenario: &'a Scenario, change: &Change) -> Vec<&'a Value> {
    let found = scenario.locate_all(&change.key);
    let (parts, row) = found.map_or((Vec::new(), 0), |(parts, row, _)| (parts, row));
    parts.into_iter().map(|part| scenario.parts[part].spec.value(row)).collect()
}

impl Engine {
    /// Takes on changed settings and faults of the same parts while running.
    pub fn change(&mut self, topology: Topology) {
        debug_assert!(self.topology.parts().eq(topology.parts()), "parts stay while running");
        let now = self.ctx.run.now;
        self.given.replace(topology.scenario(), now);
        let changes = topology.scenario().changes.iter();
        let past = changes.filter(|change| change.at <= now && self.given.counts(change));
        let past: Vec<_> = past.cloned().collect();
        self.topology = topology.changed(&past);
        self.configure();
        self.pass_time();
        self.carry_out();
    }
}
