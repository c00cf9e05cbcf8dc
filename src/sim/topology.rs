//! The checked graph: which parts there are and how requests flow through them. The only way to
//! get something runnable.

use super::kinds::behavior::Surroundings;
use super::kinds::param::Spec;
use super::kinds::{Kind, cache, database, guard, network, web_tier};
use super::rng;
use super::scenario::link::Reading;
use super::scenario::{Change, PresentFault, Problem, Scenario};

/// A scenario that can run.
#[derive(Clone, Debug)]
pub struct Topology {
    scenario: Scenario,
}

/// A system as the parts of one site see it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    topology: &'a Topology,
    site: u8,
}

impl Topology {
    /// Checks a scenario, with all changes of its timeline.
    ///
    /// # Errors
    /// All problems at once.
    pub fn build(scenario: &Scenario) -> Result<Self, Vec<Problem>> {
        let topology = Self { scenario: scenario.clone() };
        let mut problems = topology.problems();
        if problems.is_empty() {
            let mut then = topology.clone();
            for change in &scenario.changes {
                then = then.changed(std::slice::from_ref(change));
                let wrong = then.problems();
                problems.extend(wrong.into_iter().map(|problem| {
                    let at = format!("at {} s: {}", change.at.seconds(), problem.at);
                    Problem::new(at, problem.what)
                }));
            }
            problems.dedup();
        }
        if problems.is_empty() { Ok(topology) } else { Err(problems) }
    }

    /// What a file says, or a link that has to be right; and what is worth knowing of it.
    ///
    /// # Errors
    /// All problems at once, of its words and of the whole.
    pub fn of(reading: Reading) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let wrong = reading.wrong();
        match wrong.is_empty() {
            true => Self::whole(&reading.scenario, reading.notes, true),
            false => Self::whole(&reading.scenario, wrong, false),
        }
    }

    /// The same of a scenario with these settings besides: names with their values as text. All
    /// are put before any is checked against the others. Says what was brought into range.
    ///
    /// # Errors
    /// All problems at once, of single settings and of the whole.
    pub fn with(
        mut scenario: Scenario,
        settings: &[(String, String)],
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let (mut said, mut is_refused) = (Vec::new(), false);
        for (key, value) in settings {
            let outcome = scenario.set(key, value);
            is_refused |= outcome.is_err();
            said.extend(outcome.unwrap_or_else(Some));
        }
        Self::whole(&scenario, said, !is_refused)
    }

    /// A scenario with what was said of its words, which were right or not.
    fn whole(
        scenario: &Scenario,
        mut said: Vec<Problem>,
        is_right: bool,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        match Self::build(scenario) {
            Ok(topology) if is_right => return Ok((topology, said)),
            Ok(_) => {}
            Err(wrong) => said.extend(wrong),
        }
        Err(said)
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let around = self.seen_from(0);
        for needed in [Kind::Clients, Kind::WebTier] {
            if around.place(needed).is_none() {
                problems.push(Problem::new("parts", format!("{} is missing", needed.key())));
            }
        }
        if self.scenario.sites > 1 {
            for needed in [Kind::Dns, Kind::Network] {
                if around.place(needed).is_none() {
                    let what = format!("several sites need {}", needed.key());
                    problems.push(Problem::new("sites", what));
                }
            }
        }
        for &(guard, ward) in guard::GUARDS {
            if around.place(guard).is_some() && around.place(ward).is_none() {
                let what = format!("there is no {} to guard", ward.key());
                problems.push(Problem::new(guard.key(), what));
            }
        }
        for site in 0..self.scenario.sites {
            problems.extend(self.problems_of(site));
        }
        problems.dedup();
        problems
    }

    fn problems_of(&self, site: u8) -> Vec<Problem> {
        let mut problems = Vec::new();
        let around = self.seen_from(site);
        if let Some(web) = around.spec(Kind::WebTier) {
            let shares = web.count(web_tier::Setting::Discipline as usize) == 0;
            for kind in [Kind::Cache, Kind::Database] {
                if around.is_guest(kind) && !shares {
                    let what = "on the web servers needs web.discipline=shared: there is no \
                                processor to share";
                    problems.push(Problem::new(format!("{}.place", kind.key()), what));
                }
            }
        }
        if let Some(web) = around.spec(Kind::WebTier) {
            let store = web_tier::Setting::Sessions as usize;
            if web.count(store) == 2 && around.place(Kind::Sessions).is_none() {
                let what = "store needs the part sessions";
                problems.push(Problem::new("web.sessions", what));
            }
            for kind in [Kind::Cache, Kind::Database] {
                if around.is_guest(kind) && web_tier::scaling(web).is_some() {
                    let what = "on the web servers it cannot follow web.autoscale: their number \
                                changes";
                    problems.push(Problem::new(format!("{}.place", kind.key()), what));
                }
            }
        }
        let wanted = around
            .spec(Kind::WebTier)
            .map_or(0, |web| web.count(web_tier::Setting::Queries as usize));
        for kind in [Kind::Cache, Kind::Database] {
            if around.place(kind).is_some() && wanted == 0 {
                let what = format!("web.queries is 0, so that {} is never asked", kind.key());
                problems.push(Problem::new(kind.key(), what));
            }
        }
        problems
    }

    /// The scenario it was built from.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The parts in the order of the engine: kind, and seed of the part's draws. The parts of the
    /// first site draw as if there were no other.
    pub fn parts(&self) -> impl Iterator<Item = (Kind, u64)> {
        let seed = self.scenario.seed;
        let parts = self.scenario.parts.iter();
        parts.map(move |part| (part.kind, rng::of_site(seed, part.site)))
    }

    /// How the system looks from a site.
    #[must_use]
    pub const fn seen_from(&self, site: u8) -> Seen<'_> {
        Seen { topology: self, site }
    }

    /// The same system with changed settings; a timeline's changes were checked when it was built.
    #[must_use]
    pub fn changed(mut self, changes: &[Change]) -> Self {
        for change in changes {
            // What does not fit was named when the change was read.
            let _ = self.scenario.set(&change.key, &change.value);
        }
        self
    }

    /// The same system with other faults.
    pub(super) fn set_faults(&mut self, faults: &[PresentFault]) {
        self.scenario.faults = faults.to_vec();
    }

    /// How many zones a site has.
    #[must_use]
    pub fn zones(&self, site: u8) -> usize {
        let network = self.scenario.spec_at(Kind::Network, site);
        network.map_or(1, |spec| spec.count(network::Setting::Zones as usize)).max(1)
    }
}

impl Seen<'_> {
    /// The kind whose part is called in place of another's: its guard, where there is one.
    fn door(&self, kind: Kind, site: u8) -> Option<u8> {
        let part = self.place_at(kind, site)?;
        let guard = guard::of(kind).and_then(|guard| self.place_at(guard, site));
        Some(guard.unwrap_or(part))
    }
}

impl Surroundings for Seen<'_> {
    fn spec(&self, kind: Kind) -> Option<&Spec> {
        self.spec_at(kind, self.site)
    }

    fn place(&self, kind: Kind) -> Option<u8> {
        self.door(kind, self.site)
    }

    fn spec_at(&self, kind: Kind, site: u8) -> Option<&Spec> {
        self.topology.scenario.spec_at(kind, site)
    }

    fn place_at(&self, kind: Kind, site: u8) -> Option<u8> {
        let mut parts = self.topology.scenario.parts.iter();
        let is_it = parts.position(|p| p.kind == kind && (kind.is_global() || p.site == site));
        is_it.map(|place| place as u8)
    }

    fn front(&self, site: u8) -> u8 {
        let front = self.door(Kind::LoadBalancer, site).or_else(|| self.door(Kind::WebTier, site));
        front.unwrap_or_default()
    }

    fn is_guest_at(&self, kind: Kind, site: u8) -> bool {
        let row = match kind {
            Kind::Cache => cache::Setting::Place as usize,
            Kind::Database => database::Setting::Place as usize,
            _ => return false,
        };
        self.spec_at(kind, site).is_some_and(|spec| spec.count(row) == 1)
    }

    fn site(&self) -> u8 {
        self.site
    }

    fn sites(&self) -> u8 {
        self.topology.scenario.sites
    }
}
