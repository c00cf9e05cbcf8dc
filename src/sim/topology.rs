//! The checked graph: which parts there are and how requests flow through them. The only way to
//! get something runnable.

use super::kinds::behavior::Surroundings;
use super::kinds::param::Spec;
use super::kinds::{Kind, cache, database, web_tier};
use super::scenario::{Problem, Scenario};

/// A scenario that can run.
#[derive(Clone, Debug)]
pub struct Topology {
    scenario: Scenario,
}

impl Topology {
    /// Checks a scenario.
    ///
    /// # Errors
    /// All problems at once.
    pub fn build(scenario: &Scenario) -> Result<Self, Vec<Problem>> {
        let topology = Self { scenario: scenario.clone() };
        let mut problems = Vec::new();
        for needed in [Kind::Clients, Kind::WebTier] {
            if topology.place(needed).is_none() {
                problems.push(Problem::new("parts", format!("{} is missing", needed.key())));
            }
        }
        if let Some(web) = topology.spec(Kind::WebTier) {
            let shares = web.count(web_tier::Setting::Discipline as usize) == 0;
            for kind in [Kind::Cache, Kind::Database] {
                if topology.is_guest(kind) && !shares {
                    let what = "on the web servers needs web.discipline=shared: there is no \
                                processor to share";
                    problems.push(Problem::new(format!("{}.place", kind.key()), what));
                }
            }
        }
        let wanted = topology
            .spec(Kind::WebTier)
            .map_or(0, |web| web.count(web_tier::Setting::Queries as usize));
        for kind in [Kind::Cache, Kind::Database] {
            if topology.place(kind).is_some() && wanted == 0 {
                let what = format!("web.queries is 0, so that {} is never asked", kind.key());
                problems.push(Problem::new(kind.key(), what));
            }
        }
        if problems.is_empty() { Ok(topology) } else { Err(problems) }
    }

    /// The scenario it was built from.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The kinds of its parts, in the order of the engine.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.scenario.parts.iter().map(|part| part.kind)
    }
}

impl Surroundings for Topology {
    fn place(&self, kind: Kind) -> Option<u8> {
        self.scenario.parts.iter().position(|part| part.kind == kind).map(|place| place as u8)
    }

    fn spec(&self, kind: Kind) -> Option<&Spec> {
        self.scenario.spec(kind)
    }

    fn front(&self) -> u8 {
        let front = self.place(Kind::LoadBalancer).or_else(|| self.place(Kind::WebTier));
        front.unwrap_or_default()
    }

    fn is_guest(&self, kind: Kind) -> bool {
        let row = match kind {
            Kind::Cache => cache::Setting::Place as usize,
            Kind::Database => database::Setting::Place as usize,
            _ => return false,
        };
        self.spec(kind).is_some_and(|spec| spec.count(row) == 1)
    }
}
