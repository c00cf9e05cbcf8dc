//! Single points of failure: what must not die, by the structure of the system, and what happens
//! when each part and each server is killed in the middle of a run of its own: what the first
//! minute costs, and what is left after it.

mod judge;
mod killing;
mod load;
mod trying;

use super::availability::Availability;
use super::names;
use crate::engine::Engine;
use crate::kinds::{Kind, queue, web_tier};
use crate::run::requests::CLASSES;
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use judge::{Dead, judge};
pub use judge::{Judgement, Verdict};
pub use killing::{Killed, MINUTE_S, Minute, run};
pub use load::{LATE_S, Load};
use serde::{Deserialize, Serialize};
pub use trying::{Toll, Tolls, Trying};

/// One thing that can die.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threat {
    /// The part's name in links.
    pub part: String,
    /// The server, counted from 0; the whole part for `None`.
    pub server: Option<usize>,
    /// Its name for people.
    pub name: String,
    /// What the structure says.
    pub verdict: Verdict,
    /// Classes of which every request fails with it.
    pub kills: Vec<String>,
    /// Why, in a sentence.
    pub why: String,
    /// Seconds from the death until what the structure says holds.
    pub settles_s: f64,
    /// Seconds until monitoring has it replaced at the soonest, if it does.
    pub replaced_s: Option<f64>,
}

/// Good answers of a class, with all well and with something dead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassLoss {
    /// The class; `all` for all together.
    pub class: String,
    /// With all as the scenario has it.
    pub before: Availability,
    /// With it dead, once things have settled.
    pub after: Availability,
}

/// A death that was simulated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Confirmed {
    /// What died.
    pub threat: Threat,
    /// What became of each class that has requests, and of all.
    pub losses: Vec<ClassLoss>,
    /// What the change itself cost.
    pub minute: Minute,
    /// Whether the run bears the structure out: classes said to be killed have no good answer, and
    /// of each other class some are good. `None` where the run was too short to tell.
    pub agrees: Option<bool>,
    /// Whether clearly fewer requests are answered than before: the intervals do not meet.
    pub hurts: bool,
    /// How most of those fail then.
    pub fails_as: Option<String>,
    /// Whether what is left is too little for the load: it refuses, is late, or requests pile up.
    pub overloads: bool,
}

/// Most servers of a part that are killed one by one; the others are like the last.
pub const MOST_SERVERS: usize = 32;
/// A class counts as dead below this share of good answers: a request may slip through.
const DEAD: f64 = 0.01;

/// All that can die, in the order in which a request meets it: each part, and where it has several
/// servers each of them.
#[must_use]
pub fn threats(topology: &Topology) -> Vec<Threat> {
    let sample = Engine::new(topology.clone()).sample();
    let figures = Snapshot::between(topology, &sample, &sample);
    let mut all = Vec::new();
    for (part, view) in topology.scenario().parts.iter().zip(&figures.parts) {
        let servers = match part.kind {
            // Of those that may come and go, the ones of the start.
            Kind::WebTier => web_tier::planned(&part.spec),
            Kind::Queue if queue::scaling(&part.spec).is_some() => view.servers.len(),
            kind => topology.scenario().servers_at(kind, Some(part.site)),
        };
        if servers == 0 {
            continue;
        }
        let mut one = |server: Option<usize>| {
            let dead = server.map_or(Dead::All, Dead::One);
            let said = judge(topology, part.kind, part.site, dead);
            let name = match server {
                Some(index) => names::server(view, index),
                None if view.key == Kind::Network.key() => "Site".to_owned(),
                None => names::label(&view.key),
            };
            all.push(Threat {
                part: view.key.clone(),
                server,
                name,
                verdict: said.verdict,
                kills: said.kills.iter().map(|class| (*class).to_owned()).collect(),
                why: said.why,
                settles_s: said.settles_s,
                replaced_s: judge::replaced_s(topology, part.kind),
            });
        };
        one(None);
        if servers > 1 {
            (0..servers.min(MOST_SERVERS)).for_each(|server| one(Some(server)));
        }
    }
    all
}

/// Good answers of each class that has requests.
fn by_class(figures: &Snapshot) -> impl Iterator<Item = (&'static str, Availability)> + '_ {
    CLASSES.iter().filter_map(|(_, class)| {
        let group = figures.classes.iter().find(|group| group.key == *class)?;
        let tally = &group.tally;
        let counted = || Availability::counted(tally.good, tally.failed);
        (tally.arrived > 0).then(|| (*class, counted()))
    })
}

/// Compares a run in which something was killed with one where nothing was, of the same seed.
#[must_use]
pub fn compare(threat: Threat, well: &Killed, killed: Killed) -> Confirmed {
    let Killed { figures, minute, load } = killed;
    let before = &well.figures;
    let after: Vec<(&str, Availability)> = by_class(&figures).collect();
    let mut losses: Vec<ClassLoss> = Vec::new();
    for (class, before) in by_class(before) {
        if let Some((_, after)) = after.iter().find(|(name, _)| *name == class) {
            losses.push(ClassLoss { class: class.to_owned(), before, after: *after });
        }
    }
    let agrees = agrees(&threat, &losses, &minute);
    let all = |figures: &Snapshot| Availability::counted(figures.users.good, figures.users.failed);
    let (before, after) = (all(before), all(&figures));
    losses.push(ClassLoss { class: "all".to_owned(), before, after });
    let hurts = after.high < before.low;
    let most = figures.users.failures.iter().max_by_key(|failure| failure.count);
    Confirmed {
        threat,
        losses,
        minute,
        agrees,
        hurts,
        fails_as: most.filter(|_| hurts).map(|failure| failure.reason.clone()),
        overloads: load.exceeds(&well.load),
    }
}

/// Whether exactly the classes that should be dead are. What monitoring replaces is dead only until
/// then, so that the time right after the kill is looked at.
fn agrees(threat: &Threat, losses: &[ClassLoss], minute: &Minute) -> Option<bool> {
    let is_killed = |class: &str| threat.kills.iter().any(|killed| killed == class);
    let is_dead = |class: &str, share: f64| (share < DEAD) == is_killed(class);
    if threat.replaced_s.is_some() && !threat.kills.is_empty() {
        let early = minute.classes.iter().filter(|(class, _)| is_killed(class));
        return Some(early.into_iter().all(|(class, share)| is_dead(class, share.share)));
    }
    if minute.settled_s < threat.settles_s {
        return None;
    }
    Some(losses.iter().all(|loss| is_dead(&loss.class, loss.after.share)))
}

#[cfg(test)]
mod tests;
