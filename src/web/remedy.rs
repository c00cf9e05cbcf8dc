//! What limits the system, in numbers, and the change that would help: computed from the load of
//! what is full first, and tried in a settled run of its own before anyone has to believe it.

use super::compare::{self, Finding, Go, Row};
use super::model::{Effect, Model, Selection};
use super::steps;
use super::summary;
use crate::sim::analysis::bottleneck::{self, Bottleneck, Resource};
use crate::sim::analysis::names;
use crate::sim::analysis::settle::Settled;
use crate::sim::kinds::param::{Domain, Spec};
use crate::sim::kinds::{Kind, queue, tier, web_tier};
use crate::sim::scenario::{PresentFault, Scenario, link};
use crate::sim::session::Command;
use crate::sim::snapshot::{PartView, Snapshot};
use crate::sim::topology::Topology;
use crate::sim::units::SimTime;
use std::rc::Rc;

/// From this load on a change is worth trying.
const WORTH: f64 = 0.75;
/// From this share of failed requests on, what is dead is missed, and what fails is told.
pub const HURTS: f64 = 0.01;
/// The load that a change aims at.
const TARGET: f64 = 0.7;
/// The row of a comparison that tells what it costs.
const COST: &str = "Cost a month";
/// Retries for so many requests, where they alone make an overload: a usual budget.
const BUDGET: f64 = 0.2;

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
    /// The load of what limits, without retries: as it is, and by a straight line with the change;
    /// `None` where what is dead comes back, or fewer try again.
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
    let tells = ["p99", "Errors", "Goodput", COST];
    Some(rows.into_iter().filter(|row| tells.contains(&row.name)).collect())
}

/// Whether nothing got better with the change, though both were measured.
#[must_use]
pub fn is_vain(rows: &[Row]) -> bool {
    let is_no_better = |row: &Row| match row.finding {
        Finding::Same | Finding::Overlap => true,
        Finding::Apart { better, .. } => better != Some(true) || row.name == COST,
        _ => row.name == COST,
    };
    !rows.is_empty() && rows.iter().all(is_no_better)
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
        let ended: Vec<_> = now.iter().filter(|fault| !target.faults.contains(fault)).collect();
        let what = match ended[..] {
            [only] => summary::fault_alone(only, scenario),
            _ => summary::part_name(&Selection { kind: of, site, server: None }.name(), scenario),
        };
        target.faults.extend_from_slice(&planned);
        let what = format!("{what}: heal it");
        Some(Remedy { what, link: link::write(&target), scenario: target, load: None })
    })
}

/// The first change that can be made.
fn remedy(scenario: &Scenario, figures: &Snapshot, found: &Bottleneck) -> Option<Remedy> {
    if found.load < WORTH {
        return None;
    }
    if found.asked < WORTH {
        return calmed(scenario);
    }
    let (kind, site) = scenario.find(&found.part).ok()?;
    let spec = scenario.spec_at(kind, site.unwrap_or(0))?;
    let place = Place { kind, spec, part: figures.part(&found.part)?, found };
    let is_balanced = scenario.spec(Kind::LoadBalancer).is_some();
    place.changes(is_balanced).into_iter().flatten().find_map(|change| {
        let key = format!("{}.{}", found.part, change.key);
        let (part, row, param) = scenario.locate(&key).ok()?;
        let mut target = scenario.clone();
        steps::apply(&mut target, &Command::set(&key, &change.value)).ok()?;
        let before = param.write(scenario.parts[part].spec.value(row));
        let after = param.write(target.parts[part].spec.value(row));
        if before == after {
            return None;
        }
        let name = summary::part_name(&found.part, scenario);
        let what = format!("{name}: {} {before} → {after}", param.label);
        let load = Some((found.asked, found.asked * change.factor));
        Some(Remedy { what, link: link::write(&target), scenario: target, load })
    })
}

/// Fewer retries, where there would be no overload without them.
fn calmed(scenario: &Scenario) -> Option<Remedy> {
    let (part, row, param) = scenario.locate("clients.retry_budget").ok()?;
    let before = scenario.parts[part].spec.number(row);
    if before > 0.0 && before <= BUDGET {
        return None;
    }
    let mut target = scenario.clone();
    target.set("clients.retry_budget", &BUDGET.to_string()).ok()?;
    let what = format!("Users: {} {before} → {BUDGET}", param.label);
    Some(Remedy { what, link: link::write(&target), scenario: target, load: None })
}

/// A setting, its new value, and the load after over the load before.
struct Change {
    key: &'static str,
    value: String,
    factor: f64,
}

/// What limits, with the settings of its part.
struct Place<'a> {
    kind: Kind,
    spec: &'a Spec,
    part: &'a PartView,
    found: &'a Bottleneck,
}

impl Place<'_> {
    fn number(&self, key: &str) -> f64 {
        self.kind.row(key).map_or(0.0, |row| self.spec.number(row))
    }

    /// More of a thing than `now`, so that the load is what it shall be, or as near to that as the
    /// setting goes. `fixed` of the load stays however many there are.
    fn more_than(&self, key: &'static str, now: f64, fixed: f64) -> Option<Change> {
        let divided = self.found.asked - fixed;
        let most = match self.kind.params()[self.kind.row(key)?].domain {
            Domain::Count { max, .. } | Domain::Number { max, .. } => max,
            _ => return None,
        };
        let wanted = libm::ceil(now * divided / (TARGET - fixed)).max(now + 1.0).min(most);
        let is_more = fixed < TARGET && wanted > now && wanted > self.number(key);
        let factor = (fixed + divided * now / wanted) / self.found.asked;
        is_more.then(|| Change { key, value: wanted.to_string(), factor })
    }

    fn more(&self, key: &'static str) -> Option<Change> {
        self.more_than(key, self.number(key), 0.0)
    }

    /// More servers than run, where their number follows the load between bounds: a higher bound.
    fn more_running(&self, key: &'static str, first: usize) -> Option<Change> {
        let servers = self.part.servers.iter().skip(first);
        let running = servers.filter(|server| server.alive && !server.leaving).count();
        self.more_than(key, running as f64, 0.0)
    }

    fn more_slots(&self, key: &'static str) -> Option<Change> {
        let slots = self.part.servers.first().and_then(|server| server.slots);
        self.more_than(key, f64::from(slots.unwrap_or(1)), 0.0)
    }

    /// More replicas: they share the reads, but each of them applies every write.
    fn more_replicas(&self) -> Option<Change> {
        let servers = self.part.servers.iter().enumerate();
        let replicas = servers.filter(|&(i, s)| s.alive && names::role(self.part, i) > 0);
        let reads: Vec<f64> = replicas
            .map(|(_, s)| {
                s.rate * s.work_s.unwrap_or(0.0) * s.slow.max(1.0) / s.cores.unwrap_or(1.0)
            })
            .collect();
        let mean = reads.iter().sum::<f64>() / reads.len().max(1) as f64;
        let writes = (self.found.load - mean).max(0.0) * self.found.asked / self.found.load;
        self.more_than("replicas", self.number("replicas"), writes)
    }

    /// The smallest larger machine on which the load is what it shall be, else the fastest.
    fn larger(&self) -> Option<Change> {
        let (size, load) = (self.number("size") as usize, self.found.asked);
        let (sigma, kappa) = (self.number("sigma"), self.number("kappa"));
        let speed = |size: usize| tier::speed_up(tier::vcpus(size), sigma, kappa);
        let sizes = size + 1..tier::SIZES.len();
        let enough = sizes.clone().find(|&other| load * speed(size) / speed(other) <= TARGET);
        let then = enough.or_else(|| sizes.max_by(|&a, &b| speed(a).total_cmp(&speed(b))))?;
        let factor = speed(size) / speed(then);
        // A still larger one may be slower: then there is nothing to gain.
        (factor < 1.0).then(|| Change {
            key: "size",
            value: tier::SIZES[then].0.to_owned(),
            factor,
        })
    }

    /// What could be changed, the most natural first.
    fn changes(&self, is_balanced: bool) -> [Option<Change>; 2] {
        let is_scaled = |scaling: Option<(usize, usize)>| scaling.is_some();
        match (self.kind, self.found.resource) {
            (Kind::WebTier, Resource::HeldSlots) => [self.more_slots("slots"), None],
            (Kind::WebTier, _) if !is_balanced => [self.larger(), None],
            (Kind::WebTier, _) if is_scaled(web_tier::scaling(self.spec)) => {
                [self.more_running("scale_max", 0), None]
            }
            (Kind::WebTier, _) => [self.more("servers"), None],
            (Kind::Database, Resource::Connections) => [self.more_slots("connections"), None],
            (Kind::Database, Resource::Disk) => [self.more("iops"), None],
            // One after another, as fast on any machine; a shard gets its part of the writes.
            (Kind::Database, Resource::Apply) => [self.more("shards"), None],
            (Kind::Database, _) if self.found.role > 0 => [self.more_replicas(), self.larger()],
            (Kind::Database, _) => [self.larger(), self.more("shards")],
            (Kind::Queue, Resource::Workers) if is_scaled(queue::scaling(self.spec)) => {
                [self.more_running("most", 1), None]
            }
            (Kind::Queue, Resource::Workers) => [self.more("workers"), None],
            (Kind::Queue, _) => [self.more("throughput"), None],
            (Kind::Cache | Kind::Sessions, _) => [self.more("nodes"), None],
            _ => [None, None],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::analysis::settle::{FULL, Settling};

    fn settled(scenario: &Scenario) -> Settled {
        let topology = Topology::build(scenario).expect("can run");
        Settling::through(topology, FULL).settled().expect("it is complete")
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
        let topology = Topology::build(&remedy.scenario).expect("can run");
        // Of a database the servers differ; elsewhere something else may be fuller now.
        let then = bottleneck::find(&topology, &after).filter(|then| then.part == found.part);
        let part = after.part(&found.part).expect("it is still there");
        let measured = then.map_or(part.utilisation, |then| then.asked);
        Some((remedy.what, vec![before, foreseen, measured]))
    }

    #[test]
    fn what_is_offered_does_what_is_foreseen() {
        let web = "?parts=clients,lb,web#v=1&clients.static_share=0&clients.retries=0&lb.check_s=0\
                   &web.queries=0&web.size=1&web.service_ms=10&web.servers=6";
        let data = "?parts=clients,web,db#v=1&clients.static_share=0&clients.retries=0&web.size=16\
                    &web.queries=1&web.service_ms=1&db.size=1&db.joins=0&db.read_ms=3";
        let jobs = "?parts=clients,web,queue#v=1&clients.static_share=0&clients.rate=50\
                    &clients.job_share=1&web.size=16&web.queries=0&web.service_ms=1\
                    &queue.concurrency=4&queue.workers=3";
        let cases = [
            ("?stage=2#v=1", "&clients.rate=220", "Size of a server"),
            // For what users ask, not for what they ask again and again.
            ("?stage=1#v=1", "&clients.rate=208", "Size of a server"),
            ("?stage=3#v=1&db.size=16", "&clients.rate=1100", "Servers 4 → 7"),
            ("?stage=3#v=1", "&web.servers=3&clients.rate=680", "Servers 3 →"),
            (web, "&clients.rate=400&web.autoscale=on&web.scale_max=3", "Most servers 3 →"),
            (data, "&clients.rate=300&db.replicas=1&db.apply_share=0.5", "Read replicas 1 →"),
            (jobs, "&queue.job_ms=200", "Workers 3 →"),
            (jobs, "&queue.job_ms=200&queue.target=2&queue.most=3", "Most workers 3 →"),
            (jobs, "&queue.throughput=60&queue.job_ms=20", "Most messages 60 →"),
        ];
        for (base, more, expected) in cases {
            let link = &format!("{base}{more}");
            let (what, loads) = offered(link).expect(link);
            let [before, foreseen, measured] = loads[..] else { panic!("{link}: {loads:?}") };
            assert!(what.contains(expected), "{link}: {what}");
            assert!(before > WORTH && foreseen <= TARGET + 1e-9, "{link}: {before} {foreseen}");
            assert!((measured / foreseen - 1.0).abs() < 0.15, "{link}: {foreseen} {measured}");
        }
        assert_eq!(offered("?stage=2#v=1&clients.rate=10"), None, "nothing is needed");
    }

    #[test]
    fn what_retries_alone_make_is_not_met_with_servers() {
        let scenario = link::read("?stage=3").scenario;
        let figures = settled(&scenario).figures;
        let topology = Topology::build(&scenario).expect("can run");
        let found = bottleneck::find(&topology, &figures).expect("something works");
        let found = Bottleneck { load: 2.0, asked: 0.6, ..found };
        let offered = remedy(&scenario, &figures, &found).expect("there is something to do");
        assert_eq!((&*offered.what, offered.load), ("Users: Retry budget 0 → 0.2", None));
        let scenario = link::read(&offered.link).scenario;
        assert_eq!(remedy(&scenario, &figures, &found), None, "it is done");
    }

    #[test]
    fn what_is_dead_is_healed_before_anything_grows() {
        for (link, expected) in [
            ("?stage=3#v=1&fault=kill.db", "Database is dead: heal it"),
            ("?stage=3#v=1&fault=kill.network", "North America East is down: heal it"),
            (
                "?stage=3#v=1&fault=kill.web.1&fault=kill.web.2&fault=kill.web.3&fault=kill.web.4",
                "Web tier: heal it",
            ),
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

    #[test]
    fn what_made_nothing_better_is_no_help() {
        let row = |name, finding| Row {
            name,
            texts: [String::new(), String::new()],
            difference: String::new(),
            finding,
        };
        let apart = |better| Finding::Apart { higher: true, better };
        let dearer = row(COST, apart(Some(true)));
        assert!(is_vain(&[row("p99", Finding::Overlap), row("Errors", apart(None)), dearer]));
        assert!(!is_vain(&[row("p99", Finding::Overlap), row("Errors", apart(Some(true)))]));
        assert!(!is_vain(&[row("p99", Finding::Early), row("Errors", Finding::Same)]), "not known");
        assert!(!is_vain(&[]));
    }
}
