//! What the structure of a system says of a death: which classes fail with it, what takes its
//! place, and after what time.

mod around;

use crate::kinds::behavior::Surroundings;
use crate::kinds::param::Spec;
use crate::kinds::{
    Kind, cache, cdn, clients, database, dns, load_balancer, queue, sessions, web_tier,
};
use crate::region::COUNT;
use crate::run::requests::CLASSES;
use crate::topology::Topology;
pub use around::replaced_s;
use serde::{Deserialize, Serialize};

/// What the structure says of a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Another takes its place, or it can be done without.
    Survives,
    /// The structure says nothing; only killing it tells.
    Unknown,
    /// Some requests of a class need it, others do not.
    Partial,
    /// Every path of these classes leads through it: a single point of failure.
    Fatal,
}

/// A verdict with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Classes of which every request fails with it.
    pub kills: Vec<&'static str>,
    /// Why, in sentences.
    pub why: String,
    /// Seconds from the death until this holds.
    pub settles_s: f64,
}

/// All classes of users' requests.
const ALL: &[&str] = &["static", "read", "write", "job"];
/// Those that are more than a file.
const DYNAMIC: &[&str] = &["read", "write", "job"];
const WRITES: &[&str] = &["write"];
const JOBS: &[&str] = &["job"];

fn fatal(kills: &[&'static str], why: impl Into<String>) -> Judgement {
    let (kills, why) = (kills.to_vec(), why.into());
    Judgement { verdict: Verdict::Fatal, kills, why, settles_s: 0.0 }
}

fn partial(why: impl Into<String>) -> Judgement {
    let (kills, why) = (Vec::new(), why.into());
    Judgement { verdict: Verdict::Partial, kills, why, settles_s: 0.0 }
}

fn survives(why: impl Into<String>) -> Judgement {
    Judgement { verdict: Verdict::Survives, ..partial(why) }
}

impl Judgement {
    const fn after(mut self, seconds: f64) -> Self {
        self.settles_s = seconds;
        self
    }
}

/// The servers of a part that die: all of them, one, or those of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// All.
    All,
    /// The one at this place.
    One(usize),
    /// Every so manieth from a place on: first place, number of zones.
    Zone(usize, usize),
}

impl Dead {
    fn has(self, server: usize) -> bool {
        match self {
            Self::All => true,
            Self::One(only) => server == only,
            Self::Zone(first, zones) => server % zones == first,
        }
    }
}

/// A system, and the site that the dead stand in.
struct Judge<'a> {
    topology: &'a Topology,
    site: u8,
}

/// What the structure says of the death of servers of a part.
pub fn judge(topology: &Topology, kind: Kind, site: u8, dead: Dead) -> Judgement {
    let judge = Judge { topology, site };
    let mut said = judge.of_site(kind, dead);
    if topology.scenario().sites > 1 && !kind.is_global() {
        said = judge.among_sites(said);
    }
    judge.with_edges(kind, &mut said);
    let clients = topology.scenario().spec(Kind::Clients);
    let shares = clients.map_or([1.0; CLASSES.len()], clients::class_shares);
    let is_asked = |class: &&str| {
        CLASSES.iter().zip(shares).any(|((_, name), share)| name == class && share > 0.0)
    };
    said.kills.retain(is_asked);
    judge.with_monitor(kind, &mut said);
    said
}

impl Judge<'_> {
    fn spec(&self, kind: Kind) -> Option<&Spec> {
        self.topology.scenario().spec_at(kind, self.site)
    }

    fn number(&self, kind: Kind, row: usize) -> f64 {
        self.spec(kind).map_or(0.0, |spec| spec.number(row))
    }

    fn is_on(&self, kind: Kind, row: usize) -> bool {
        self.spec(kind).is_some_and(|spec| spec.is_on(row))
    }

    fn servers(&self, kind: Kind) -> usize {
        self.topology.scenario().servers_at(kind, Some(self.site))
    }

    /// Whether all servers of a part are among the dead.
    fn all_of(&self, kind: Kind, dead: Dead) -> bool {
        let servers = self.servers(kind);
        (0..servers).all(|server| dead.has(server))
    }

    /// What it means for those who are led to this site.
    fn of_site(&self, kind: Kind, dead: Dead) -> Judgement {
        match kind {
            Kind::Network => self.network(dead),
            Kind::Dns => self.names(),
            Kind::Cdn => self.edges(dead),
            Kind::LoadBalancer => self.balancer(dead),
            Kind::WebTier => self.web(dead),
            Kind::Cache => self.cache(),
            Kind::Sessions => self.sessions(dead),
            Kind::Database => self.database(dead),
            Kind::Queue => self.queue(dead),
            _ => Judgement {
                verdict: Verdict::Unknown,
                ..partial("Its place in the system is not known here.")
            },
        }
    }

    /// The whole site, or one of its zones: the worst of what dies there.
    fn network(&self, dead: Dead) -> Judgement {
        let zones = self.topology.zones(self.site);
        let zone = match dead {
            Dead::One(zone) if zones > 1 => zone,
            _ if self.topology.scenario().sites == 1 => {
                return fatal(ALL, "Everything stands in this one site.");
            }
            _ => return fatal(ALL, "Everything of this site is gone."),
        };
        let there = Kind::ALL.iter().filter(|kind| !kind.is_global() && **kind != Kind::Network);
        let there = there.filter(|kind| self.spec(**kind).is_some());
        let hit = there.filter(|kind| self.servers(**kind) > zone);
        let mut worst = survives("Each tier has servers in other zones, or can be done without.");
        for &kind in hit {
            let said = self.of_site(kind, Dead::Zone(zone, zones));
            let settles_s = worst.settles_s.max(said.settles_s);
            let is_worse = (said.verdict, said.kills.len()) > (worst.verdict, worst.kills.len());
            if is_worse {
                worst = Judgement { why: format!("{}: {}", kind.label(), said.why), ..said };
            }
            worst.settles_s = settles_s;
        }
        worst
    }

    fn names(&self) -> Judgement {
        let number = |row: dns::Setting| self.number(Kind::Dns, row as usize);
        let (share, ttl) = (number(dns::Setting::Lookups), number(dns::Setting::Ttl));
        if share <= 0.0 {
            return survives("No request looks up the name.");
        }
        if share >= 1.0 {
            return fatal(ALL, "Every request looks up the name, and resolvers forget it.")
                .after(ttl);
        }
        let share = share * 100.0;
        partial(format!(
            "{share:.0} % of requests look up the name; those whose resolver does not know it fail."
        ))
    }

    fn edges(&self, dead: Dead) -> Judgement {
        if self.number(Kind::Cdn, cdn::Setting::Outage as usize) == 0.0 {
            return survives("Users of its region go to the nearest site, which has more to do.");
        }
        let kills: &[&str] = if self.number(Kind::Cdn, cdn::Setting::Reads as usize) > 0.0 {
            &["static", "read"]
        } else {
            &["static"]
        };
        let users = self.topology.scenario().spec(Kind::Clients).map(clients::shares);
        let users = users.unwrap_or([0.0; COUNT]);
        let share: f64 = (0..COUNT).filter(|edge| dead.has(*edge)).map(|edge| users[edge]).sum();
        match share {
            _ if share > 0.999 => fatal(kills, "Users' requests for them go to the edges first."),
            _ if share < 1e-9 => survives("No users live in its region."),
            _ => partial(format!("{:.1} % of the users live in its region.", share * 100.0)),
        }
    }

    fn balancer(&self, dead: Dead) -> Judgement {
        if self.all_of(Kind::LoadBalancer, dead) {
            return fatal(ALL, "Every request comes through it.");
        }
        let after = self.number(Kind::LoadBalancer, load_balancer::Setting::Takeover as usize);
        let why = if dead.has(0) {
            format!("Where it is in use the other of the pair takes over after {after} s.")
        } else {
            format!("It stands by; had it taken over, the first would do so after {after} s.")
        };
        survives(why).after(after)
    }

    fn web(&self, dead: Dead) -> Judgement {
        let servers = self.servers(Kind::WebTier);
        let planned = self.spec(Kind::WebTier).map_or(servers, web_tier::planned);
        let left = (0..planned).filter(|server| !dead.has(*server)).count();
        let has_balancer = self.topology.seen_from(self.site).place(Kind::LoadBalancer).is_some();
        if left == 0 {
            return fatal(ALL, "Every request is answered here, and there is no other server.");
        }
        if !has_balancer {
            return if dead.has(0) {
                fatal(ALL, "Without a balancer only the first server is reached.")
            } else {
                survives("Without a balancer it is never reached.")
            };
        }
        if dead.has(0) && self.topology.seen_from(self.site).is_guest(Kind::Database) {
            return self.without_data("The database lives on this machine.", 0.0);
        }
        let number = |row: load_balancer::Setting| self.number(Kind::LoadBalancer, row as usize);
        let checks = number(load_balancer::Setting::Interval);
        let of = format!("{} of {planned}", planned - left);
        if checks == 0.0 {
            return partial(format!("{of}, and no health check: the balancer goes on sending."));
        }
        let failures = number(load_balancer::Setting::Failures);
        let after = checks * failures + number(load_balancer::Setting::CheckTimeout);
        let sessions = match self.number(Kind::WebTier, web_tier::Setting::Sessions as usize) {
            1.0 => " Users whose sessions were in its memory must log in again.",
            _ => "",
        };
        survives(format!(
            "{of}: the balancer sends to the others once {failures} checks have failed.{sessions}"
        ))
        .after(after)
    }

    fn cache(&self) -> Judgement {
        let spec = self.spec(Kind::Cache);
        let style = spec.map(cache::style).unwrap_or_default();
        let kept = if style.keeps_back {
            let seconds = self.number(Kind::Cache, cache::Setting::FlushAfter as usize);
            format!(" Writes of the last {seconds} s that it alone has are lost.")
        } else {
            String::new()
        };
        survives(format!("Look-ups fail and the database is asked instead.{kept}"))
    }

    fn sessions(&self, dead: Dead) -> Judgement {
        if self.number(Kind::WebTier, web_tier::Setting::Sessions as usize) < 2.0 {
            return survives("The web tier does not ask it.");
        }
        let nodes = self.servers(Kind::Sessions);
        let gone = (0..nodes).filter(|node| dead.has(*node)).count();
        if gone == nodes {
            return fatal(DYNAMIC, "Without it nobody knows who a user is.");
        }
        let has_copies = self.is_on(Kind::Sessions, sessions::Setting::Replicated as usize);
        let next_too = (0..nodes).any(|node| dead.has(node) && dead.has((node + 1) % nodes));
        if has_copies && !next_too {
            return survives("The next node has a copy of its sessions and answers for it.");
        }
        partial(format!("{gone} of {nodes} nodes: the requests of its users fail."))
    }

    fn database(&self, dead: Dead) -> Judgement {
        let number = |row: database::Setting| self.number(Kind::Database, row as usize);
        let shards = number(database::Setting::Shards) as usize;
        let group = 1 + number(database::Setting::Replicas) as usize;
        let servers = |shard: usize| shard * group..(shard + 1) * group;
        let gone = |shard: &usize| servers(*shard).all(|server| dead.has(server));
        let headless = |shard: &usize| dead.has(shard * group);
        let lost = (0..shards).filter(gone).count();
        let without_primary = (0..shards).filter(headless).count();
        let reads_primary = number(database::Setting::Reads) > 0.0;
        let fails_over = self.is_on(Kind::Database, database::Setting::Failover as usize);
        let after = number(database::Setting::Detect) + number(database::Setting::Promote);
        match (lost, without_primary) {
            (0, 0) => survives("The other servers answer its reads."),
            _ if lost == shards && self.topology.scenario().sites > 1 => {
                self.without_data("Nothing else in this site has the data.", 0.0)
            }
            _ if lost == shards => self.without_data("Nothing else has the data.", 0.0),
            (1.., _) => partial(format!("{lost} of {shards} shards: nothing else has their data.")),
            _ if fails_over => {
                survives(format!("A replica is promoted after {after} s without writes."))
                    .after(after + 5.0)
            }
            (_, n) if n < shards => partial(format!(
                "{n} of {shards} shards take no writes until the primary is back: failover is off."
            )),
            _ if reads_primary => {
                self.without_data("Only the primary answers, failover is off.", 0.0)
            }
            _ => fatal(WRITES, "Only the primary takes writes, and failover is off."),
        }
    }

    fn queue(&self, dead: Dead) -> Judgement {
        let jobs = self.topology.scenario().spec(Kind::Clients).map(clients::class_shares);
        let share = jobs.map_or(0.0, |shares| shares[CLASSES.len() - 1]);
        if share == 0.0 {
            return survives("No request asks for a job.");
        }
        if dead.has(0) {
            let durable = self.is_on(Kind::Queue, queue::Setting::Durable as usize);
            let lost = if durable { "" } else { " Messages that wait are lost." };
            return fatal(JOBS, format!("Jobs are handed over here.{lost}"));
        }
        let workers = self.servers(Kind::Queue) - 1;
        let left = (1..=workers).filter(|server| !dead.has(*server)).count();
        match left {
            0 => survives("Jobs are still taken in, but none is done: the backlog grows."),
            _ => survives(format!(
                "{} of {workers} workers: its jobs are delivered again to the others.",
                workers - left
            )),
        }
    }

    /// What needs data dies, unless a cache has some of the values.
    fn without_data(&self, why: &str, settles_s: f64) -> Judgement {
        if self.number(Kind::WebTier, web_tier::Setting::Queries as usize) == 0.0 {
            return survives("No request asks for data.");
        }
        let Some(spec) = self.spec(Kind::Cache) else { return fatal(DYNAMIC, why) };
        let kills: &[&str] = match cache::style(spec).keeps_back {
            // Its first queries read the database all the same, if there are several.
            true if self.number(Kind::WebTier, web_tier::Setting::Queries as usize) == 1.0 => JOBS,
            _ => &["write", "job"],
        };
        let is_guest = self.topology.seen_from(self.site).is_guest(Kind::Cache);
        let is_emergent = spec.count(cache::Setting::Ratio as usize) == 1;
        let hit = spec.number(cache::Setting::Hit as usize);
        // A dead machine takes its piece of the cache with it, the others have theirs.
        let share = match (is_emergent, is_guest) {
            (true, _) => "those in the cache".to_owned(),
            (false, _) if hit == 0.0 => return fatal(DYNAMIC, why),
            _ => format!("{:.0} %", hit * 100.0),
        };
        fatal(kills, format!("{why} Reads that the cache answers, {share}, go on."))
            .after(settles_s)
    }
}
