//! Deaths tried out quickly beside a run that is watched: each on a copy of it, for a short time
//! that is told. A short look tells what fails; where a server has become busy, a longer one tells
//! whether it carries the load. Runs of a set length are [`super::run`]'s.

use super::{Load, Threat, Verdict, threats};
use crate::analysis::availability::Availability;
use crate::engine::Engine;
use crate::run::meters::Sample;
use crate::scenario::PresentFault;
use crate::snapshot::Snapshot;
use crate::units::{SECOND, SimTime, Span};
use serde::{Deserialize, Serialize};

/// A system that has run for less is let run until then first: it is still filling.
const WARM_UP: SimTime = SimTime(10 * SECOND);
/// Time after the death that is looked at, once what the structure says has come about.
const STEP: Span = Span(10 * SECOND);
/// So much longer where a server has become busy: a backlog takes its time to grow.
const LONGER: Span = Span(3 * STEP.0);
/// Longest time that is waited for what the structure says, in seconds.
const LONGEST_S: f64 = 60.0;
/// Events of one trial at most: a trial of much traffic is shorter, and says so.
const MOST_EVENTS: u64 = 1_600_000;

/// What one death did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Toll {
    /// What died, and what the structure says.
    pub threat: Threat,
    /// Servers of its part that are like it, itself included.
    pub alike: usize,
    /// Good answers of all requests that ended after the death; none where none ended.
    pub good: Option<Availability>,
    /// How what was left did; none where that ended before it could be judged.
    pub load: Option<Load>,
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
    /// How the system does then.
    pub usual: Load,
}

impl Tolls {
    /// Whether one death left too much for the rest.
    #[must_use]
    pub fn overloads(&self, toll: &Toll) -> bool {
        toll.load.is_some_and(|load| load.exceeds(&self.usual))
    }
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
    /// Where its present step began, and where that ends.
    from: Sample,
    until: SimTime,
    /// The earliest and the latest end.
    least: SimTime,
    most: SimTime,
    spent: u64,
    /// What died; nothing in the trial that the others are compared with.
    threat: Option<(Threat, usize)>,
}

impl Trial {
    /// How it does so far: of all of it, and of its last step.
    fn load(&self, now: &Sample) -> Load {
        Load::between(self.engine.topology(), &self.start, &self.from, now)
    }

    /// A step is over: whether another follows.
    fn goes_on(&mut self, usual: &Load) -> bool {
        let now = self.engine.sample();
        let goes_on =
            self.until < self.least || self.until < self.most && self.load(&now).is_busier(usual);
        if goes_on {
            (self.from, self.until) = (now, self.until.after(STEP));
        }
        goes_on
    }
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
            let is_out = trial.spent >= MOST_EVENTS;
            if !is_out && (used == most || trial.goes_on(&self.tolls.usual)) {
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
        let start = engine.sample();
        let until = engine.now().after(STEP);
        // Of what fails by its structure no more is to be known, and what takes longer to come
        // about is not waited for.
        let short =
            |threat: &Threat| threat.verdict == Verdict::Fatal || threat.settles_s > LONGEST_S;
        let (least, most) = match &threat {
            None => (until.after(LONGER), until.after(LONGER)),
            Some((threat, _)) if short(threat) => (until, until),
            Some((threat, _)) => {
                let settled = until.after(Span::from_seconds(threat.settles_s));
                (settled, settled.after(LONGER))
            }
        };
        Trial { engine, from: start.clone(), start, until, least, most, spent: 0, threat }
    }

    fn end(&mut self, trial: Trial) {
        let now = trial.engine.sample();
        let ended = now.meters.endings().since(&trial.start.meters.endings());
        let good = Availability::counted(ended.good, ended.failures());
        let load = trial.load(&now);
        let window_s = now.at.since(trial.start.at).seconds();
        match trial.threat {
            None => (self.tolls.before, self.tolls.usual) = (Some(good), load),
            Some((threat, alike)) => self.tolls.rows.push(Toll {
                alike,
                good: (ended.total() > 0).then_some(good),
                load: (window_s >= settled_s(&threat)).then_some(load),
                window_s,
                threat,
            }),
        }
    }
}

/// Seconds after which what is left may be judged: what was held back until others took over has to
/// drain first.
fn settled_s(threat: &Threat) -> f64 {
    let drains = if threat.settles_s > 0.0 { 2.0 * STEP.seconds() } else { 0.0 };
    threat.settles_s + drains
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

    /// Each of these settles at errors or times far beyond what it was, minutes after the death.
    #[test]
    fn what_the_rest_does_not_carry_is_seen_and_what_it_carries_too() {
        let tried = |stage: u8| {
            let scenario = link::read(&format!("?stage={stage}")).scenario;
            let engine = Engine::new(Topology::build(&scenario).expect("it runs"));
            let mut trying = Trying::new(&engine);
            while !trying.is_complete() {
                trying.advance(50_000);
            }
            trying.tolls().clone()
        };
        let find = |tolls: &Tolls, part: &str, server: Option<usize>| {
            let is_it = |toll: &&Toll| toll.threat.part == part && toll.threat.server == server;
            let toll = tolls.rows.iter().find(is_it).expect(part).clone();
            assert_eq!(toll.threat.verdict, Verdict::Survives, "{toll:?}");
            (tolls.overloads(&toll), toll)
        };
        let (four, five) = (tried(4), tried(5));
        for (tolls, part, server) in
            [(&four, "cache", None), (&four, "db", Some(1)), (&five, "cache", Some(0))]
        {
            let (overloads, toll) = find(tolls, part, server);
            assert!(overloads && toll.window_s > 30.0, "{toll:?}");
        }
        let cut = Threat { settles_s: 35.0, ..find(&four, "cache", None).1.threat };
        assert_eq!(settled_s(&cut), 55.0, "what a failover held back drains first");
        let (overloads, toll) = find(&four, "web", Some(0));
        assert!(!overloads, "{toll:?} {:?}", four.usual);
    }

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
