//! What limits the system, in numbers, and the change that would help: computed from the load of
//! what is full first, and tried in a settled run of its own before anyone has to believe it.

use super::compare::{self, Go, Row};
use super::model::{Effect, Model, Selection};
use super::steps;
use super::summary;
use crate::sim::analysis::bottleneck::{self, Bottleneck, Resource};
use crate::sim::analysis::settle::Settled;
use crate::sim::kinds::{Kind, tier};
use crate::sim::scenario::{PresentFault, Scenario, link};
use crate::sim::session::Command;
use crate::sim::snapshot::{PartView, Snapshot};
use crate::sim::topology::Topology;
use crate::sim::units::SimTime;
use std::rc::Rc;

/// From this load on a change is worth trying.
const WORTH: f64 = 0.75;
/// From this share of failed requests on, what is dead is missed.
const HURTS: f64 = 0.01;
/// The load that a change aims at.
const TARGET: f64 = 0.7;

/// What limits the system, and what would help.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limit {
    /// What limits it and why, in sentences.
    pub why: String,
    /// The change that would help, where one is needed and known.
    pub remedy: Option<Rc<Remedy>>,
}

/// A change that would help.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// In a few words: "Web tier: Servers 4 → 6".
    pub what: String,
    /// The system with it.
    pub scenario: Scenario,
    /// The load of what limits: as it is, and by a straight line with the change; `None` where what
    /// is dead comes back.
    pub load: Option<(f64, f64)>,
    /// The link under which its settled run is known.
    pub link: String,
}

/// Settled figures have come: says what limits, and has the change that would help tried once they
/// are complete.
pub fn settled(model: &mut Model) -> Option<Effect> {
    let settled = model.settled.clone()?;
    let topology = Topology::build(&model.scenario).ok()?;
    let why = bottleneck::explain(&topology, &settled.figures).join(" ");
    let why = summary::as_drawn(&why, &model.scenario);
    let may_change = !model.options.restricts() && settled.complete;
    let remedy = may_change.then(|| best(&model.scenario, &topology, &settled.figures)).flatten();
    let link = remedy.as_ref().map(|remedy| remedy.link.clone());
    model.insight.limit = Limit { why, remedy: remedy.map(Rc::new) };
    model.references.ask(&link?).map(Effect::Send)
}

/// Does what would help, as one step.
pub fn apply(model: &mut Model, go: Go) -> Vec<Effect> {
    let Some(remedy) = model.insight.limit.remedy.clone() else {
        return Vec::new();
    };
    go(model, remedy.what.clone(), &remedy.scenario, false)
}

/// What the settled run with the change showed beside the one without it: the rows that tell.
#[must_use]
pub fn tried(model: &Model, remedy: &Remedy) -> Option<Vec<Row>> {
    let now: &Settled = model.settled.as_deref().filter(|_| model.fresh)?;
    let then = model.references.get(&remedy.link)?;
    let rows = compare::rows((&model.scenario, now), (&remedy.scenario, then));
    let tells = ["p99", "Errors", "Goodput", "Cost a month"];
    Some(rows.into_iter().filter(|row| tells.contains(&row.name)).collect())
}

/// What would help most. Where a part is dead and requests fail, more of another does not.
fn best(scenario: &Scenario, topology: &Topology, figures: &Snapshot) -> Option<Remedy> {
    let is_dead = |part: &&PartView| {
        !part.servers.is_empty() && part.servers.iter().all(|server| !server.alive)
    };
    let dead = figures.parts.iter().find(is_dead);
    match dead.filter(|_| figures.users.error_share() > HURTS) {
        Some(part) => healed(scenario, &part.key),
        None => remedy(scenario, figures, &bottleneck::find(topology, figures)?),
    }
}

/// The end of what keeps a part dead: its own faults, or those of the machines it lives on or of
/// its site. What is planned stays planned.
fn healed(scenario: &Scenario, part: &str) -> Option<Remedy> {
    let (kind, site) = scenario.find(part).ok()?;
    let (now, planned): (Vec<PresentFault>, Vec<PresentFault>) =
        scenario.faults.iter().partition(|f| f.at == SimTime::ZERO && f.lasts.is_none());
    [kind, Kind::WebTier, Kind::Network].into_iter().find_map(|of| {
        let mut target = Scenario { faults: now.clone(), ..scenario.clone() };
        target.heal(of, site, None);
        if target.faults == now {
            return None;
        }
        target.faults.extend_from_slice(&planned);
        let key = Selection { kind: of, site, server: None }.name();
        let what = format!("{}: heal it", summary::part_name(&key, scenario));
        Some(Remedy { what, link: link::write(&target), scenario: target, load: None })
    })
}

/// The first change that can be made.
fn remedy(scenario: &Scenario, figures: &Snapshot, found: &Bottleneck) -> Option<Remedy> {
    if found.load < WORTH {
        return None;
    }
    changes(scenario, figures, found).into_iter().find_map(|change| {
        let key = format!("{}.{}", found.part, change.key);
        let (part, row, param) = scenario.locate(&key).ok()?;
        let mut target = scenario.clone();
        steps::apply(&mut target, &Command::Set { key, value: change.value.clone() }).ok()?;
        let before = param.write(scenario.parts[part].spec.value(row));
        let after = param.write(target.parts[part].spec.value(row));
        if before == after {
            return None;
        }
        let name = summary::part_name(&found.part, scenario);
        let what = format!("{name}: {} {before} → {after}", param.label);
        let load = Some((found.load, found.load * change.factor));
        Some(Remedy { what, link: link::write(&target), scenario: target, load })
    })
}

/// A setting, its new value, and the load after over the load before.
struct Change {
    key: &'static str,
    value: String,
    factor: f64,
}

/// So many of a thing, in place of so many, that the load is what it shall be.
fn more(key: &'static str, now: usize, load: f64) -> Change {
    let wanted = (libm::ceil(now as f64 * load / TARGET) as usize).max(now + 1);
    Change { key, value: wanted.to_string(), factor: now as f64 / wanted as f64 }
}

/// What could be changed, the most natural first; what cannot be set here is passed over.
fn changes(scenario: &Scenario, figures: &Snapshot, found: &Bottleneck) -> Vec<Change> {
    let name = scenario.find(&found.part);
    let (Ok((kind, site)), Some(part)) = (name, figures.part(&found.part)) else {
        return Vec::new();
    };
    let spec = scenario.spec_at(kind, site.unwrap_or(0));
    let number = |key: &str| {
        let row = kind.row(key)?;
        spec.map(|spec| spec.number(row))
    };
    let count = |key: &str| number(key).map_or(0, |value| value as usize);
    let load = found.load;
    let slots = part.servers.first().and_then(|server| server.slots).unwrap_or(1) as usize;
    let (sigma, kappa) = (number("sigma").unwrap_or(0.0), number("kappa").unwrap_or(0.0));
    let speed = |size: usize| tier::speed_up(tier::vcpus(size), sigma, kappa);
    let bigger = || larger(count("size"), load, speed);
    match (kind, found.resource) {
        (Kind::WebTier, Resource::HeldSlots) => vec![more("slots", slots, load)],
        (Kind::WebTier, _) if scenario.spec(Kind::LoadBalancer).is_none() => {
            bigger().into_iter().collect()
        }
        (Kind::WebTier, _) => {
            let key = if found.grows_to.is_some() { "scale_max" } else { "servers" };
            vec![more(key, count(key), load)]
        }
        (Kind::Database, Resource::Connections) => vec![more("connections", slots, load)],
        (Kind::Database, Resource::Disk) => vec![more("iops", count("iops"), load)],
        (Kind::Database, _) if found.name.contains("replica") => {
            vec![more("replicas", count("replicas"), load)]
        }
        (Kind::Database, _) => {
            bigger().into_iter().chain([more("shards", count("shards"), load)]).collect()
        }
        (Kind::Queue, _) => vec![more("workers", count("workers"), load)],
        (Kind::Cache | Kind::Sessions, _) => vec![more("nodes", count("nodes"), load)],
        _ => Vec::new(),
    }
}

/// The smallest larger machine on which the load is what it shall be, else the fastest.
fn larger(size: usize, load: f64, speed: impl Fn(usize) -> f64) -> Option<Change> {
    let sizes = size + 1..tier::SIZES.len();
    let enough = sizes.clone().find(|&other| load * speed(size) / speed(other) <= TARGET);
    let then = enough.or_else(|| sizes.max_by(|&a, &b| speed(a).total_cmp(&speed(b))))?;
    let factor = speed(size) / speed(then);
    // A still larger one may be slower: then there is nothing to gain.
    (factor < 1.0).then(|| Change { key: "size", value: tier::SIZES[then].0.to_owned(), factor })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::analysis::settle::{FULL, Settling};

    fn settled(scenario: &Scenario) -> Settled {
        let topology = Topology::build(scenario).expect("can run");
        let mut settling = Settling::new(topology, FULL);
        while !settling.is_complete() {
            settling.advance(1_000_000);
        }
        settling.settled().expect("it is complete")
    }

    /// What is offered, and the load before, as foreseen and as measured with it; of what is healed
    /// the share of errors before and after.
    fn offered(link: &str) -> Option<(String, Vec<f64>)> {
        let scenario = link::read(link).scenario;
        let topology = Topology::build(&scenario).expect("can run");
        let figures = settled(&scenario).figures;
        let remedy = best(&scenario, &topology, &figures)?;
        let after = settled(&remedy.scenario).figures;
        let Some((before, foreseen)) = remedy.load else {
            return Some((remedy.what, [figures, after].map(|f| f.users.error_share()).into()));
        };
        let found = bottleneck::find(&topology, &figures)?;
        let part = after.part(&found.part).expect("it is still there");
        Some((remedy.what, vec![before, foreseen, part.utilisation]))
    }

    #[test]
    fn what_is_offered_does_what_is_foreseen() {
        let cases = [
            ("?stage=2#v=1&clients.rate=220", "Size of a server"),
            ("?stage=3#v=1&web.servers=3&clients.rate=680", "Servers 3 →"),
        ];
        for (link, expected) in cases {
            let (what, loads) = offered(link).expect(link);
            let [before, foreseen, measured] = loads[..] else { panic!("{link}: {loads:?}") };
            assert!(what.contains(expected), "{link}: {what}");
            assert!(before > WORTH && foreseen <= TARGET + 1e-9, "{link}: {before} {foreseen}");
            assert!((measured / foreseen - 1.0).abs() < 0.15, "{link}: {foreseen} {measured}");
        }
        assert_eq!(offered("?stage=2#v=1&clients.rate=10"), None, "nothing is needed");
    }

    #[test]
    fn what_is_dead_is_healed_before_anything_grows() {
        for (link, expected) in [
            ("?stage=3#v=1&fault=kill.db", "Database: heal it"),
            ("?stage=3#v=1&fault=kill.network", "Network: heal it"),
        ] {
            let (what, errors) = offered(link).expect(link);
            assert_eq!(what, expected, "{link}");
            assert!(errors[0] > 0.2 && errors[1] < 0.01, "{link}: {errors:?}");
        }
        let planned = link::read("?stage=3#fault=kill.db&fault=kill.db@60for30").scenario;
        let healed = healed(&planned, "db").expect("it is dead by a fault");
        assert_eq!(healed.link, "?stage=3#v=1&fault=kill.db@60for30");
        let unharmed = link::read("?stage=3").scenario;
        assert_eq!(super::healed(&unharmed, "db"), None, "dead by itself: nothing to heal");
    }
}
