//! Deaths tried out quickly beside a run that is watched: each on a copy of it, for a short time
//! that is told. Longer runs, which also wait for things to settle, are [`super::run`]'s.

use super::{Threat, threats};
use crate::analysis::availability::Availability;
use crate::engine::Engine;
use crate::run::meters::Sample;
use crate::scenario::PresentFault;
use crate::snapshot::Snapshot;
use crate::units::{SECOND, SimTime, Span};
use serde::{Deserialize, Serialize};

/// A system that has run for less is let run until then first: it is still filling.
const WARM_UP: SimTime = SimTime(10 * SECOND);
/// Time after the death that is looked at.
const WINDOW: Span = Span(10 * SECOND);
/// Events of one trial at most: a trial of much traffic is shorter, and says so.
const MOST_EVENTS: u64 = 600_000;

/// What one death did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Toll {
    /// What died, and what the structure says.
    pub threat: Threat,
    /// Servers of its part that are like it, itself included.
    pub alike: usize,
    /// Good answers of all requests that ended after the death; none where none ended.
    pub good: Option<Availability>,
    /// Simulated seconds that were looked at.
    pub window_s: f64,
}

/// What has been tried so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tolls {
    /// Those tried, in the order in which a request meets them.
    pub rows: Vec<Toll>,
    /// How many there are to try.
    pub of: usize,
    /// Good answers with nothing more dead than now, over the same time.
    pub before: Option<Availability>,
}

/// Trials under way.
#[derive(Clone, Debug)]
pub struct Trying {
    base: Engine,
    spent: u64,
    /// What is still to be tried, the next one last.
    left: Vec<(Threat, usize)>,
    trial: Option<Trial>,
    tolls: Tolls,
}

#[derive(Clone, Debug)]
struct Trial {
    engine: Engine,
    start: Sample,
    until: SimTime,
    spent: u64,
    /// What died; nothing in the trial that the others are compared with.
    threat: Option<(Threat, usize)>,
}

impl Trying {
    /// Begins to try out what can die in this system.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        let mut left = distinct(threats(engine.topology()));
        count_those_there_are(engine, &mut left);
        left.reverse();
        let tolls = Tolls { of: left.len(), ..Tolls::default() };
        Self { base: engine.clone(), spent: 0, left, trial: None, tolls }
    }

    /// What has been tried so far.
    #[must_use]
    pub const fn tolls(&self) -> &Tolls {
        &self.tolls
    }

    /// Whether all has been tried.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.trial.is_none() && self.tolls.rows.len() == self.tolls.of
    }

    /// Goes on for so many events; says how many were spent.
    pub fn advance(&mut self, events: u64) -> u64 {
        let mut spent = 0;
        if self.base.now() < WARM_UP && self.spent < MOST_EVENTS {
            spent = self.base.run_until(WARM_UP, events.min(MOST_EVENTS - self.spent));
            self.spent += spent;
            if self.base.now() < WARM_UP && self.spent < MOST_EVENTS {
                return spent;
            }
        }
        while spent < events && !self.is_complete() {
            let mut trial = self.trial.take().unwrap_or_else(|| self.begin());
            let most = (events - spent).min(MOST_EVENTS - trial.spent);
            let used = trial.engine.run_until(trial.until, most);
            (spent, trial.spent) = (spent + used, trial.spent + used);
            if used == most && trial.spent < MOST_EVENTS {
                self.trial = Some(trial);
            } else {
                self.end(trial);
            }
        }
        spent
    }

    /// The next trial: first one in which nothing dies.
    fn begin(&mut self) -> Trial {
        let mut engine = self.base.clone();
        let threat = self.tolls.before.is_some().then(|| self.left.pop()).flatten();
        if let Some((threat, _)) = &threat {
            let mut scenario = engine.topology().scenario().clone();
            let server = threat.server.map_or_else(String::new, |at| format!(".{}", at + 1));
            if let Ok(fault) = PresentFault::read(&format!("kill.{}{server}", threat.part)) {
                scenario.fail(fault);
                engine.hold(&scenario.faults);
            }
        }
        let (start, until) = (engine.sample(), engine.now().after(WINDOW));
        Trial { engine, start, until, spent: 0, threat }
    }

    fn end(&mut self, trial: Trial) {
        let now = trial.engine.sample();
        let ended = now.meters.endings().since(&trial.start.meters.endings());
        let good = Availability::counted(ended.good, ended.failures());
        match trial.threat {
            None => self.tolls.before = Some(good),
            Some((threat, alike)) => self.tolls.rows.push(Toll {
                threat,
                alike,
                good: (ended.total() > 0).then_some(good),
                window_s: now.at.since(trial.start.at).seconds(),
            }),
        }
    }
}

/// Where all servers of a part are alike, as many are as there are now: some may have come and gone
/// by themselves.
fn count_those_there_are(engine: &Engine, threats: &mut [(Threat, usize)]) {
    let now = engine.sample();
    let figures = Snapshot::between(engine.topology(), &now, &now);
    let is_server = |threat: &Threat, part: &str| threat.server.is_some() && threat.part == part;
    for part in &figures.parts {
        let mut servers = threats.iter_mut().filter(|(threat, _)| is_server(threat, &part.key));
        if let (Some((_, alike)), None) = (servers.next(), servers.next()) {
            *alike = part.servers.len();
        }
    }
}

/// One of each sort: of the servers of a part of which the structure says the same for the same
/// reason, the first. A primary and a replica can both be missed, but not for one reason.
fn distinct(all: Vec<Threat>) -> Vec<(Threat, usize)> {
    let mut kept: Vec<(Threat, usize)> = Vec::new();
    for threat in all {
        let is_like = |known: &Threat| {
            let one = |threat: &Threat| {
                let says = (threat.verdict, threat.kills.clone(), threat.why.clone());
                (threat.part.clone(), threat.server.is_some(), says)
            };
            one(known) == one(&threat)
        };
        match kept.iter_mut().find(|(known, _)| is_like(known)) {
            Some((_, alike)) => *alike += 1,
            None => kept.push((threat, 1)),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Kind, web_tier};
    use crate::scenario::link;
    use crate::topology::Topology;

    #[test]
    fn servers_that_came_and_went_by_themselves_are_counted_as_they_are() {
        let scenario = link::read("?stage=6#clients.rate=700").scenario;
        let mut engine = Engine::new(Topology::build(&scenario).expect("it runs"));
        while engine.now() < SimTime(300 * SECOND) {
            engine.run_until(SimTime(300 * SECOND), 1_000_000);
        }
        let now = engine.sample();
        let figures = Snapshot::between(engine.topology(), &now, &now);
        let there = figures.part("web").expect("there is a web tier").servers.len();
        let trying = Trying::new(&engine);
        let (_, alike) = trying
            .left
            .iter()
            .find(|(threat, _)| threat.part == "web" && threat.server.is_some())
            .expect("servers die");
        assert_eq!(*alike, there);
        let set = scenario.spec(Kind::WebTier).expect("it has one");
        assert_ne!(there, set.count(web_tier::Setting::Servers as usize));
    }
}
