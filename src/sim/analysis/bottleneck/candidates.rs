//! What could limit a system: each resource of each server with its load.

use super::{Bottleneck, Resource};
use crate::analysis::names;
use crate::kinds::behavior::Surroundings;
use crate::kinds::param::Spec;
use crate::kinds::{Kind, database, load_balancer, queue, web_tier};
use crate::snapshot::{PartView, ServerView, Snapshot, Tally};
use crate::topology::Topology;

/// How much there is of a resource, what comes, what of it is in use, and the calls that take it.
struct Use {
    resource: Resource,
    capacity: f64,
    load: f64,
    used: f64,
    calls: f64,
}

/// A part with its settings.
struct Place<'a> {
    topology: &'a Topology,
    figures: &'a Snapshot,
    part: &'a PartView,
    kind: Kind,
    spec: Option<&'a Spec>,
    /// Writes per second that a primary and a replica of a database apply.
    applied: [f64; 2],
}

/// All of them, in the order of parts and servers.
pub fn candidates(topology: &Topology, figures: &Snapshot) -> Vec<Bottleneck> {
    let mut all = Vec::new();
    for part in &figures.parts {
        let Some(kind) = names::kind(&part.key) else { continue };
        let spec = topology.scenario().spec_at(kind, names::site(&part.key));
        let applied = [0, 1].map(|role| names::applied(topology, part, role, figures.window_s));
        let place = Place { topology, figures, part, kind, spec, applied };
        for (index, server) in part.servers.iter().enumerate() {
            if server.alive && server.rate > 0.0 {
                let uses = place.uses(index, server);
                all.extend(uses.into_iter().filter(is_used).map(|u| place.bottleneck(index, &u)));
            }
        }
        let whole = [place.memory(), place.apply()];
        all.extend(whole.into_iter().flatten().filter(is_used).map(|u| place.bottleneck(0, &u)));
    }
    all
}

fn is_used(one: &Use) -> bool {
    one.capacity > 0.0 && one.load > 0.0 && one.calls > 0.0
}

impl Place<'_> {
    fn uses(&self, index: usize, server: &ServerView) -> Vec<Use> {
        let calls = server.rate;
        if self.kind == Kind::Queue && index > 0 {
            return self.worker(server).into_iter().collect();
        }
        let mut uses = Vec::new();
        let mut add = |resource, capacity: f64, load: f64, used: f64| {
            uses.push(Use { resource, capacity, load, used, calls });
        };
        // Applying does not count as a call: its work comes on top.
        let applied = self.applied[usize::from(names::role(self.part, index) > 0)];
        let applying = applied * server.work_s.unwrap_or(0.0) * server.slow.max(1.0);
        let own = offered(self.figures, self.part, index) + applying;
        // What has kept it busy has come to it, however slow it was then and is no more.
        let used = server.utilisation;
        match (server.cores, server.slots) {
            (Some(_), _) if self.part.guest => {}
            (Some(cores), _) => add(Resource::Processor, cores, (own / cores).max(used), used),
            (None, Some(slots)) => {
                let slots = f64::from(slots);
                add(Resource::Slots, slots, (own / slots).max(used), used);
            }
            (None, None) => {}
        }
        if let (Some(slots), Some(used)) = (server.slots, server.slots_used) {
            let is_database = self.kind == Kind::Database;
            let held = if is_database { Resource::Connections } else { Resource::HeldSlots };
            add(held, f64::from(slots), used, used);
        }
        if let (Some(io), Some(used)) = (&server.disk_io, server.disk) {
            let load = io.rate * io.work_s.unwrap_or(0.0);
            uses.push(Use { resource: Resource::Disk, capacity: 1.0, load, used, calls: io.rate });
        }
        uses
    }

    /// A worker: all messages taken in, shared by the slots of all workers.
    fn worker(&self, server: &ServerView) -> Option<Use> {
        let (used, slots) = (server.slots_used?, f64::from(server.slots?));
        let [came, went] = ["enqueued", "delivered"].map(|name| names::counter(self.part, name));
        let (came, went) = (came? as f64, went? as f64);
        let waits = names::gauge(self.part, "depth")? > 0.0 && went > 0.0;
        let load = if waits { used * (came / went).max(1.0) } else { used };
        let calls = server.rate * load / used.max(1e-12);
        Some(Use { resource: Resource::Workers, capacity: slots, load, used, calls })
    }

    /// The fullest web server's memory, past what the bare process takes.
    fn memory(&self) -> Option<Use> {
        let spec = self.spec.filter(|_| self.kind == Kind::WebTier)?;
        let number = |row: web_tier::Setting| spec.number(row as usize);
        let base = number(web_tier::Setting::Base);
        let size = number(web_tier::Setting::Memory) * 1e3 * web_tier::vcpus(spec, 0);
        let used = names::gauge(self.part, "memory_max_mb")?;
        let load = (used - base).max(0.0) / (size - base).max(1e-9);
        let calls = self.part.servers.first()?.rate;
        let capacity = (size - base).max(0.0);
        Some(Use { resource: Resource::Memory, capacity, load, used: used / size, calls })
    }

    /// Share of the web servers' work that is for logging in users anew who should find the server
    /// that has their session, and do not in trouble.
    fn logins(&self) -> f64 {
        let around = self.topology.seen_from(names::site(&self.part.key));
        let is_sticky = around.spec(Kind::LoadBalancer).is_some_and(load_balancer::keeps_users);
        let lost = names::counter(self.part, "sessions_lost").unwrap_or(0);
        let Some(spec) = self.spec.filter(|_| self.kind == Kind::WebTier && is_sticky && lost > 0)
        else {
            return 0.0;
        };
        let login_s = spec.number(web_tier::Setting::Login as usize) / 1e3;
        let work = |s: &ServerView| (s.rate - s.refused) * s.work_s.unwrap_or(0.0);
        let all = self.figures.window_s * self.part.servers.iter().map(work).sum::<f64>();
        (lost as f64 * login_s / all.max(1e-12)).min(1.0)
    }

    /// A replica's applying of writes, where all shards get as many.
    fn apply(&self) -> Option<Use> {
        let has_replicas = self.kind == Kind::Database && names::group(self.part) > 1;
        let spec = self.spec.filter(|_| has_replicas)?;
        let calls = self.applied[1];
        let load = calls * database::apply_s(spec);
        Some(Use { resource: Resource::Apply, capacity: 1.0, load, used: load.min(1.0), calls })
    }

    /// How many servers do the same now, and how many there may be, where the number follows the
    /// load.
    fn growth(&self, resource: Resource) -> Option<(usize, usize)> {
        let spec = self.spec?;
        let up = |from: usize| {
            let servers = self.part.servers.iter().skip(from);
            servers.filter(|server| server.alive && !server.leaving).count()
        };
        match self.kind {
            Kind::WebTier => web_tier::scaling(spec).map(|(_, most)| (up(0), most)),
            Kind::Queue if resource == Resource::Workers => {
                queue::scaling(spec).map(|(_, most)| (up(1), most))
            }
            _ => None,
        }
    }

    fn bottleneck(&self, index: usize, one: &Use) -> Bottleneck {
        let Use { resource, capacity, load, used, calls } = *one;
        let growth = self.growth(resource).filter(|(now, most)| *now > 0 && most > now);
        let more = growth.map_or(1.0, |(now, most)| most as f64 / now as f64);
        // What the web servers refuse comes to them, but to none of the parts behind them.
        let reach = if is_behind_web(self.kind) { admitted(self.figures, self.part) } else { 1.0 };
        let logins = if resource == Resource::Processor { self.logins() } else { 0.0 };
        let asked = load * calm(self.figures) * (1.0 - logins) / reach;
        let most_traffic = self.figures.offered_rate() / asked * more;
        let is_whole = matches!(resource, Resource::Memory | Resource::Apply);
        let name = match resource {
            Resource::Apply => names::role_label(self.part, 1),
            Resource::Memory => names::label(&self.part.key),
            _ => names::server(self.part, index),
        };
        Bottleneck {
            part: self.part.key.clone(),
            server: (!is_whole).then_some(index),
            name,
            resource,
            utilisation: used,
            load,
            asked,
            logins,
            work_s: load * capacity / calls,
            calls,
            most_calls: calls / load,
            most_traffic,
            headroom: most_traffic / self.figures.offered_rate().max(1e-12) - 1.0,
            alike: 1,
            others: None,
            grows_to: growth.map(|(_, most)| most),
            growth: more,
            full_before: None,
            role: names::role(self.part, index),
        }
    }
}

/// What is left of the calls to sites without the retries that come with trouble. What edges answer
/// is not tried again.
fn calm(figures: &Snapshot) -> f64 {
    let edges = figures.part(Kind::Cdn.key());
    let count = |name| edges.and_then(|edges| names::counter(edges, name)).unwrap_or(0);
    let to_sites = figures.attempts.saturating_sub(count("hits") + count("coalesced"));
    let retries = figures.attempts.saturating_sub(figures.users.arrived).min(to_sites);
    1.0 - retries as f64 / to_sites.max(1) as f64
}

/// Whether calls come from web servers alone.
const fn is_behind_web(kind: Kind) -> bool {
    matches!(kind, Kind::Cache | Kind::Sessions | Kind::Database | Kind::Queue)
}

/// Share of the calls to these servers that they take, where so many more wait in a second.
fn taken<'a>(servers: impl Iterator<Item = &'a ServerView>, piled: f64) -> f64 {
    let [came, refused] =
        servers.fold([0.0; 2], |[came, refused], s| [came + s.rate, refused + s.refused]);
    let gone = refused + piled;
    if came > gone { 1.0 - gone / came } else { 1.0 }
}

/// Share of the calls to web servers that come past them to this part. What piles up in this part
/// has come to it.
fn admitted(figures: &Snapshot, part: &PartView) -> f64 {
    let is_web = |p: &&PartView| names::kind(&p.key) == Some(Kind::WebTier);
    let webs = || figures.parts.iter().filter(is_web);
    let piled = webs().map(|web| grown(figures, web)).sum::<f64>() - grown(figures, part);
    taken(webs().flat_map(|web| &web.servers), piled.max(0.0))
}

/// By how many calls in a second there are more inside a part at the end than at the beginning.
fn grown(figures: &Snapshot, part: &PartView) -> f64 {
    let Tally { arrived, good, failed, .. } = part.tally;
    (arrived as f64 - (good + failed) as f64) / figures.window_s.max(1e-9)
}

/// Work that comes to a server's machine in a second, in seconds of a core or slot: its own and its
/// guests', to whom would also come what it refuses.
fn offered(figures: &Snapshot, host: &PartView, index: usize) -> f64 {
    let work = |server: &ServerView| server.rate * server.work_s.unwrap_or(0.0);
    let server = &host.servers[index];
    let mut behind = 0.0;
    if server.cores.is_some() {
        for guest in guests(figures, host) {
            if guest.servers.len() == host.servers.len() {
                behind += work(&guest.servers[index]);
            } else if index == 0 {
                behind += guest.servers.iter().map(work).sum::<f64>();
            }
        }
    }
    let inside: f64 = guests(figures, host).map(|guest| grown(figures, guest)).sum();
    let piled = (grown(figures, host) - inside).max(0.0) / host.servers.len() as f64;
    (work(server) + behind / taken(std::iter::once(server), piled)) * server.slow.max(1.0)
}

/// The parts that live on this part's machines, if it is a web tier.
pub fn guests<'a>(figures: &'a Snapshot, host: &'a PartView) -> impl Iterator<Item = &'a PartView> {
    let is_web = names::kind(&host.key) == Some(Kind::WebTier);
    let site = names::site(&host.key);
    figures.parts.iter().filter(move |p| is_web && p.guest && names::site(&p.key) == site)
}

/// Whether guests live on this part's machines: those of the web servers.
pub fn is_host(figures: &Snapshot, part: &PartView) -> bool {
    guests(figures, part).next().is_some()
}

/// Whether users meet edges first.
pub fn has_edges(topology: &Topology) -> bool {
    topology.seen_from(0).place(Kind::Cdn).is_some()
}
