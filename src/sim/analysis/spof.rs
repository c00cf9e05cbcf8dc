//! Single points of failure: what must not die, by the structure of the system, and what happens
//! when each part and each server is killed in a run of its own.

use super::availability::Availability;
use super::bottleneck::server_name;
use super::report::{self, RunPlan};
use crate::sim::engine::Engine;
use crate::sim::kinds::behavior::Surroundings;
use crate::sim::kinds::{Kind, cache, database, dns, load_balancer, web_tier};
use crate::sim::run::requests::CLASSES;
use crate::sim::scenario::PresentFault;
use crate::sim::snapshot::Snapshot;
use crate::sim::topology::Topology;
use serde::Serialize;

/// What the structure says of a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every path of these classes leads through it: a single point of failure.
    Fatal,
    /// Some requests of a class need it, others do not.
    Partial,
    /// Another takes its place, or it can be done without.
    Survives,
    /// The structure says nothing; only killing it tells.
    Unknown,
}

/// One thing that can die.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
}

/// Good answers of a class, with all well and with something dead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassLoss {
    /// The class; `all` for all together.
    pub class: String,
    /// With all as the scenario has it.
    pub before: Availability,
    /// With it dead.
    pub after: Availability,
}

/// A death that was simulated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Confirmed {
    /// What died.
    pub threat: Threat,
    /// What became of each class that has requests, and of all.
    pub losses: Vec<ClassLoss>,
    /// Whether the run bears the structure out: classes said to be killed have no good answer, and
    /// without a class killed some are good in each.
    pub agrees: bool,
    /// Whether clearly fewer requests are answered than before: the intervals do not meet. What
    /// survives by structure may still be too little for the load.
    pub hurts: bool,
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
        let servers = topology.scenario().servers(part.kind);
        if servers == 0 {
            continue;
        }
        let mut one = |server: Option<usize>| {
            let (verdict, kills, why) = judge(topology, part.kind, server);
            let name = match server {
                Some(index) => server_name(view, index),
                None if part.kind == Kind::Network => "Site".to_owned(),
                None => part.kind.label().to_owned(),
            };
            let kills = kills.iter().map(|class| (*class).to_owned()).collect();
            all.push(Threat { part: view.key.clone(), server, name, verdict, kills, why });
        };
        one(None);
        if servers > 1 {
            (0..servers.min(MOST_SERVERS)).for_each(|server| one(Some(server)));
        }
    }
    all
}

const ALL: &[&str] = &["static", "read", "write"];
const DATA: &[&str] = &["read", "write"];
const WRITES: &[&str] = &["write"];

type Judgement = (Verdict, &'static [&'static str], String);

fn fatal(kills: &'static [&'static str], why: &str) -> Judgement {
    (Verdict::Fatal, kills, why.to_owned())
}

fn survives(why: impl Into<String>) -> Judgement {
    (Verdict::Survives, &[], why.into())
}

/// What the structure says of the death of a part or of one of its servers.
fn judge(topology: &Topology, kind: Kind, server: Option<usize>) -> Judgement {
    match kind {
        Kind::Network => judge_site(topology, server),
        Kind::LoadBalancer => fatal(ALL, "Every request comes through it."),
        Kind::WebTier => judge_web(topology, server),
        Kind::Database => judge_database(topology, server),
        Kind::Cache => survives("Look-ups fail and the database is asked instead."),
        Kind::Dns => {
            let share = number(topology, kind, dns::Setting::Lookups as usize) * 100.0;
            let why = format!(
                "{share:.0} % of requests look up the name; those whose resolver does not know it \
                 fail."
            );
            (Verdict::Partial, &[], why)
        }
        _ => (Verdict::Unknown, &[], "Its place in the system is not known here.".to_owned()),
    }
}

fn number(topology: &Topology, kind: Kind, row: usize) -> f64 {
    topology.seen_from(0).spec(kind).map_or(0.0, |spec| spec.number(row))
}

/// A site, or one of its zones.
fn judge_site(topology: &Topology, zone: Option<usize>) -> Judgement {
    match (topology.scenario().sites, zone) {
        (_, Some(_)) => (Verdict::Unknown, &[], "It has some servers of each tier.".to_owned()),
        (1, None) => fatal(ALL, "Everything stands in this one site."),
        (sites, None) => survives(format!("1 of {sites} sites: the name service leads elsewhere.")),
    }
}

fn judge_web(topology: &Topology, server: Option<usize>) -> Judgement {
    let servers = topology.scenario().servers(Kind::WebTier);
    let Some(index) = server.filter(|_| servers > 1) else {
        return fatal(ALL, "Every request is answered here, and there is no other server.");
    };
    if topology.seen_from(0).place(Kind::LoadBalancer).is_none() {
        return if index == 0 {
            fatal(ALL, "Without a balancer only the first server is reached.")
        } else {
            survives("Without a balancer it is never reached.")
        };
    }
    if index == 0 && topology.seen_from(0).is_guest(Kind::Database) {
        return fatal_for_data(topology, "The database lives on this machine.");
    }
    let checks = number(topology, Kind::LoadBalancer, load_balancer::Setting::Interval as usize);
    if checks == 0.0 {
        let why = format!("1 of {servers}, and no health check: the balancer goes on sending.");
        return (Verdict::Partial, &[], why);
    }
    survives(format!("1 of {servers}: the balancer sends to the others once checks have failed."))
}

fn judge_database(topology: &Topology, server: Option<usize>) -> Judgement {
    let replicas = number(topology, Kind::Database, database::Setting::Replicas as usize);
    match server {
        Some(index) if index > 0 => survives("The other servers answer its reads."),
        Some(_) if replicas > 0.0 => fatal(WRITES, "Only the primary takes writes."),
        _ => fatal_for_data(topology, "Nothing else has the data."),
    }
}

/// Reads and writes die, unless a cache has some of the values.
fn fatal_for_data(topology: &Topology, why: &str) -> Judgement {
    if number(topology, Kind::WebTier, web_tier::Setting::Queries as usize) == 0.0 {
        return survives("No request asks for data.");
    }
    let hit = number(topology, Kind::Cache, cache::Setting::Hit as usize);
    if topology.seen_from(0).place(Kind::Cache).is_some() && hit > 0.0 {
        let why = format!("{why} Reads that the cache answers, {:.0} %, go on.", hit * 100.0);
        return (Verdict::Fatal, WRITES, why);
    }
    fatal(DATA, why)
}

/// The system with this dead from the start; `None` for all as it is.
///
/// # Errors
/// A sentence when the fault cannot be put there.
pub fn with_dead(topology: &Topology, threat: Option<&Threat>) -> Result<Topology, String> {
    let mut scenario = topology.scenario().clone();
    if let Some(Threat { part, server, .. }) = threat {
        let server = server.map_or_else(String::new, |index| format!(".{}", index + 1));
        scenario.fail(PresentFault::read(&format!("kill.{part}{server}"))?);
    }
    let in_words = |problems: Vec<crate::sim::scenario::Problem>| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    Topology::build(&scenario).map_err(in_words)
}

/// The figures of a run with this dead.
///
/// # Errors
/// The law that the run broke, which would be a defect of the simulator.
pub fn run(
    topology: &Topology,
    threat: Option<&Threat>,
    plan: RunPlan,
) -> Result<Snapshot, String> {
    let dead = with_dead(topology, threat)?;
    report::run(dead, plan, |_| {}).map(|(report, _)| report.result.figures)
}

/// Compares a run with something dead with one where nothing died, of the same seed.
#[must_use]
pub fn compare(threat: Threat, before: &Snapshot, after: &Snapshot) -> Confirmed {
    let mut losses = Vec::new();
    for (_, class) in CLASSES {
        let of = |figures: &Snapshot| {
            let group = figures.classes.iter().find(|group| group.key == class)?;
            let tally = &group.tally;
            (tally.arrived > 0).then(|| Availability::counted(tally.good, tally.failed))
        };
        if let (Some(before), Some(after)) = (of(before), of(after)) {
            losses.push(ClassLoss { class: class.to_owned(), before, after });
        }
    }
    let killed = |loss: &&ClassLoss| threat.kills.contains(&loss.class);
    let agrees = losses.iter().all(|loss| (loss.after.share < DEAD) == killed(&loss));
    let all = |figures: &Snapshot| Availability::counted(figures.users.good, figures.users.failed);
    let (before, after) = (all(before), all(after));
    losses.push(ClassLoss { class: "all".to_owned(), before, after });
    Confirmed { threat, losses, agrees, hurts: after.high < before.low }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;
    use crate::sim::units::Span;

    fn confirm(text: &str) -> Vec<Confirmed> {
        let topology = Topology::build(&link::read(text).scenario).expect("can run");
        let plan =
            RunPlan { warm_up: Span::from_seconds(30.0), duration: Span::from_seconds(30.0) };
        let before = run(&topology, None, plan).expect("no law is broken");
        let one = |threat: Threat| {
            let after = run(&topology, Some(&threat), plan).expect("no law is broken");
            compare(threat, &before, &after)
        };
        threats(&topology).into_iter().map(one).collect()
    }

    fn fatal(rows: &[Confirmed]) -> Vec<String> {
        let those = rows.iter().filter(|row| row.threat.verdict == Verdict::Fatal);
        those.map(|row| format!("{}: {}", row.threat.name, row.threat.kills.join(" "))).collect()
    }

    #[test]
    fn killing_each_part_bears_out_what_the_structure_says() {
        for (link, expected) in [
            ("?stage=1", &["Web tier: static read write", "Database: write"][..]),
            ("?stage=2#cache.hit=0", &["Web tier: static read write", "Database: read write"]),
            (
                "?stage=3",
                &[
                    "Load balancer: static read write",
                    "Web tier: static read write",
                    "Database: write",
                ],
            ),
            (
                "?stage=3#db.replicas=2",
                &[
                    "Load balancer: static read write",
                    "Web tier: static read write",
                    "Database: write",
                    "Database primary: write",
                ],
            ),
        ] {
            let rows = confirm(link);
            let site = ["Site: static read write".to_owned()];
            let expected: Vec<String> =
                site.into_iter().chain(expected.iter().map(|row| (*row).to_owned())).collect();
            assert_eq!(fatal(&rows), expected, "{link}");
            for row in &rows {
                assert!(row.agrees, "{link}: {row:?}");
            }
        }
    }

    #[test]
    fn a_server_that_others_stand_in_for_costs_no_answers() {
        let rows = confirm("?stage=3#db.replicas=2&web.servers=6");
        for name in ["Web tier server 1", "Web tier server 6", "Database replica 1", "Cache"] {
            let row = rows.iter().find(|row| row.threat.name == name).expect(name);
            assert_eq!(row.threat.verdict, Verdict::Survives, "{name}");
            let all = row.losses.last().expect("there is a row for all");
            assert!(all.after.share > 0.999 && all.before.share > 0.999, "{row:?}");
        }
    }

    #[test]
    fn without_a_balancer_only_the_first_server_counts() {
        let rows = confirm("?stage=2#web.servers=3");
        let verdicts: Vec<Verdict> =
            rows.iter().filter(|r| r.threat.part == "web").map(|r| r.threat.verdict).collect();
        use Verdict::{Fatal, Survives};
        assert_eq!(verdicts, [Fatal, Fatal, Survives, Survives]);
        assert!(rows.iter().all(|row| row.agrees), "{rows:?}");
    }
}
