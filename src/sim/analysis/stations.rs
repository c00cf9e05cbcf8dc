//! Theory beside measurement: for each station of a run, what a textbook queue with its arrivals
//! and its work would do, what was measured, and which of the textbook's assumptions fail.
//!
//! Arrivals and work are measured; the waits that follow from them are predicted. Sources of the
//! formulas: [`theory`](super::theory).

mod assumptions;
mod measured;
mod predict;
mod special;

use super::names;
use crate::kinds::Kind;
use crate::snapshot::{PartView, ServerView, Snapshot};
use crate::topology::Topology;
pub use assumptions::{has_changes, has_faults};
pub use measured::{Measured, measured};
use serde::{Deserialize, Serialize};

/// A station: one server of a part, or all of them where they are loaded alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Station {
    /// The part's name in links.
    pub part: String,
    /// The server, counted from 0; `None` where the part's are alike and these are their means.
    pub server: Option<usize>,
    /// Its name for people.
    pub name: String,
    /// Servers that are taken as one row.
    pub alike: usize,
    /// Arrivals per second at one of them.
    pub arrivals: f64,
    /// Mean work of a call, in seconds of one slot or core.
    pub service_s: f64,
    /// Squared coefficient of variation of the work.
    pub scv: f64,
    /// Slots that work, or cores that are shared; `None` without a limit.
    pub servers: Option<f64>,
    /// Load: arrivals x service / servers, guests' work on the same machine included.
    pub load: f64,
    /// The textbook's queue.
    pub model: String,
    /// Whether the formula is exact under its assumptions, rather than an approximation.
    pub exact: bool,
    /// Predicted mean wait before work begins, in seconds; none where cores are shared.
    pub predicted_wait_s: Option<f64>,
    /// Predicted mean time, work included, in seconds. `None` without a steady state.
    pub predicted_s: Option<f64>,
    /// Where only bounds are known: the mean time is no more than this, and no less than
    /// `predicted_s`.
    pub at_most_s: Option<f64>,
    /// Measured mean wait for a slot, in seconds.
    pub measured_wait_s: Option<f64>,
    /// Measured mean time, in seconds, without that in other parts; `None` where those cannot be
    /// told apart.
    pub measured_s: Option<f64>,
    /// Measured over predicted time, less 1; 0 between the bounds where only those are known.
    pub difference: Option<f64>,
    /// Assumptions that do not hold, or not quite, with numbers.
    pub fails: Vec<String>,
}

/// Servers whose arrivals and machines are within this share of each other are shown as one.
const ALIKE: f64 = 0.1;

/// All stations of a run that did any work, in the order in which a request meets them.
#[must_use]
pub fn of(topology: &Topology, figures: &Snapshot) -> Vec<Station> {
    grouped(topology, figures, &are_alike)
}

/// All stations, with the servers taken as one that `alike` says.
fn grouped(
    topology: &Topology,
    figures: &Snapshot,
    alike: &dyn Fn(&PartView, &[usize]) -> bool,
) -> Vec<Station> {
    let mut stations = Vec::new();
    for part in &figures.parts {
        stations.extend(special::workers(topology, figures, part));
        // Edges have no limit: nothing waits there.
        if names::kind(&part.key) == Some(Kind::Cdn) {
            continue;
        }
        let works = |s: &ServerView| s.alive && s.rate > 0.0 && s.work_s.is_some_and(|w| w > 0.0);
        let servers: Vec<usize> =
            (0..part.servers.len()).filter(|&index| works(&part.servers[index])).collect();
        for group in by_role(part, &servers) {
            if group.len() > 1 && alike(part, &group) {
                stations.push(station(topology, figures, part, &group));
            } else {
                let each = group.chunks(1);
                stations.extend(each.map(|one| station(topology, figures, part, one)));
            }
        }
        stations.extend(special::disks(topology, figures, part));
    }
    stations
}

/// Servers that do the same, the first role first.
fn by_role(part: &PartView, servers: &[usize]) -> Vec<Vec<usize>> {
    let mut roles: Vec<u8> = servers.iter().map(|&index| names::role(part, index)).collect();
    roles.sort_unstable();
    roles.dedup();
    let of = |role: &u8| -> Vec<usize> {
        servers.iter().copied().filter(|&index| names::role(part, index) == *role).collect()
    };
    roles.iter().map(of).collect()
}

fn are_alike(part: &PartView, servers: &[usize]) -> bool {
    let first = &part.servers[servers[0]];
    servers.iter().map(|&index| &part.servers[index]).all(|other| {
        (other.cores, other.slots) == (first.cores, first.slots)
            && other.slow == first.slow
            && (other.rate / first.rate - 1.0).abs() < ALIKE
    })
}

fn station(topology: &Topology, figures: &Snapshot, part: &PartView, servers: &[usize]) -> Station {
    let queue = Queue::of(topology, figures, part, servers);
    let dispatch = assumptions::dispatch(topology, part, servers.len());
    let prediction = predict::time(&queue, dispatch, assumptions::room(topology, part));
    let held = assumptions::holds_for_others(topology, figures, part);
    let own_time = || {
        let is_whole = servers.len() == part.servers.len();
        is_whole.then(|| assumptions::own_time(topology, figures, part)).flatten()
    };
    let measured_s = if held { own_time() } else { queue.measured_s };
    let mut fails = assumptions::failing(topology, figures, part, &queue, (dispatch, held));
    if !prediction.bounded {
        fails.extend(assumptions::beyond(&queue));
    }
    let few = prediction.mean_s.and_then(|mean_s| {
        assumptions::few(topology, figures, part, (&queue, servers.len(), mean_s))
    });
    let is_network = assumptions::is_right_on_average(&queue)
        || !assumptions::comes_back(topology, figures, part);
    let exact = prediction.exact && few.is_none() && is_network;
    fails.extend(few);
    let difference = prediction.mean_s.zip(measured_s).map(|(low, got)| {
        let high = prediction.at_most_s.unwrap_or(low);
        got / got.clamp(low.min(high), high.max(low)) - 1.0
    });
    let index = servers[0];
    let is_alone = servers.len() == 1;
    Station {
        part: part.key.clone(),
        server: is_alone.then_some(index),
        name: if is_alone {
            names::server(part, index)
        } else {
            let role = names::role(part, index);
            format!("{}, each of {}", names::role_label(part, role), servers.len())
        },
        alike: servers.len(),
        arrivals: queue.arrivals,
        service_s: queue.service_s,
        scv: queue.scv,
        servers: queue.servers,
        load: queue.load(),
        model: prediction.model,
        exact,
        predicted_wait_s: prediction.wait_s,
        predicted_s: prediction.mean_s,
        at_most_s: prediction.at_most_s,
        measured_wait_s: queue.measured_wait_s,
        measured_s,
        difference,
        fails,
    }
}

/// What theory needs to know of a station.
#[derive(Clone, Copy, Debug)]
struct Queue {
    /// Arrivals per second.
    arrivals: f64,
    /// Mean work in seconds.
    service_s: f64,
    /// Its squared coefficient of variation.
    scv: f64,
    /// Slots that work, or cores that are shared.
    servers: Option<f64>,
    /// Whether cores are shared.
    shared: bool,
    /// Arrivals of all that share the cores, and their mean work.
    machine: (f64, f64),
    /// Share of arrivals that were refused.
    refused: f64,
    measured_wait_s: Option<f64>,
    measured_s: Option<f64>,
}

impl Queue {
    fn of(topology: &Topology, figures: &Snapshot, part: &PartView, servers: &[usize]) -> Self {
        let all: Vec<&ServerView> = servers.iter().map(|&index| &part.servers[index]).collect();
        let n = all.len() as f64;
        let mean = |of: &dyn Fn(&ServerView) -> f64| all.iter().map(|s| of(s)).sum::<f64>() / n;
        let first = all[0];
        // Writes that a server applies are work like any other, though nobody calls.
        let role = names::role(part, servers[0]);
        let applied = names::applied(topology, part, role, figures.window_s);
        let arrivals = mean(&|s| s.rate) + applied;
        let admitted = mean(&|s| s.rate - s.refused) + applied;
        let own_slow = if first.cores.is_some() && !part.guest { first.slow.max(1.0) } else { 1.0 };
        let work = |s: &ServerView| s.work_s.unwrap_or(0.0) * own_slow;
        let service_s = mean(&work);
        let waiting = mean(&|s| s.mean_backlog);
        // A query keeps its connection while it is at the disk, which is a station of its own.
        let at_disk =
            |s: &ServerView| s.disk.unwrap_or(0.0) + s.disk_io.map_or(0.0, |io| io.mean_backlog);
        let busy = first.slots.and_then(|slots| {
            let used: Option<f64> = all.iter().map(|s| s.slots_used).sum();
            used.map(|used| used / n * f64::from(slots) - mean(&at_disk))
        });
        let machine = if first.cores.is_some() {
            let (calls, work) = machine(figures, part, servers[0], own_slow);
            (calls + applied, work)
        } else {
            (arrivals, service_s)
        };
        let per_call = |number: f64| (admitted > 0.0).then(|| number / admitted);
        Self {
            arrivals,
            service_s,
            scv: mean(&|s| s.work_scv.unwrap_or(0.0)),
            servers: first.cores.or(first.slots.map(f64::from)),
            shared: first.cores.is_some(),
            machine,
            refused: (arrivals - admitted) / arrivals,
            measured_wait_s: per_call(waiting),
            measured_s: busy.and_then(|busy| per_call(busy + waiting)),
        }
    }

    fn load(&self) -> f64 {
        self.servers.map_or(0.0, |servers| self.machine.0 * self.machine.1 / servers)
    }
}

/// Arrivals per second and mean work of all that is done on a server's processor: that of the part,
/// of its host and of the host's other guests.
fn machine(figures: &Snapshot, part: &PartView, index: usize, slow: f64) -> (f64, f64) {
    let host = figures.part(&names::beside(&part.key, Kind::WebTier));
    let site = names::site(&part.key);
    let is_there = |p: &&PartView| names::site(&p.key) == site;
    let shares = figures.parts.iter().filter(is_there).any(|p| p.guest);
    let is_host = host.is_some_and(|host| host.key == part.key);
    let server = &part.servers[index];
    let own = (server.rate, server.rate * server.work_s.unwrap_or(0.0) * slow);
    let Some(host) = host.filter(|_| shares && (part.guest || is_host)) else {
        return (own.0, own.1 / own.0.max(1e-12));
    };
    // A guest with as many servers as the host has one on each machine, else all on the first.
    let on_each = part.servers.len() == host.servers.len();
    let place = if on_each { index } else { 0 };
    let (mut calls, mut work) = (0.0, 0.0);
    let there = figures.parts.iter().filter(is_there);
    for other in there.filter(|other| other.guest || other.key == host.key) {
        let one_each = other.servers.len() == host.servers.len();
        for (number, server) in other.servers.iter().enumerate() {
            if if one_each { number == place } else { place == 0 } {
                calls += server.rate;
                work += server.rate * server.work_s.unwrap_or(0.0);
            }
        }
    }
    let slow = host.servers.get(place).map_or(1.0, |server| server.slow.max(1.0));
    (calls, work * slow / calls.max(1e-12))
}

#[cfg(test)]
mod tests;
