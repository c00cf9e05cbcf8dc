//! What limits a system: the server that is full first, at what load, and why, in a sentence with
//! numbers. The load is extrapolated in a straight line: work is taken to grow with traffic.

mod candidates;
mod words;

use super::names;
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use candidates::candidates;
use serde::Serialize;
pub use words::{count, down, explain, number, trouble, window};

/// What a server can run out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Cores of its processor.
    Processor,
    /// Slots, each at work.
    Slots,
    /// Slots, most of the time waiting for other parts.
    HeldSlots,
    /// Connections of a database, each kept for as long as its query takes.
    Connections,
    /// The disk of a database server.
    Disk,
    /// Workers behind a queue.
    Workers,
    /// Memory of a web server, that of the bare process left out.
    Memory,
    /// A replica's turn to apply writes, one after another.
    Apply,
}

impl Resource {
    /// Whether it is kept while other work is waited for.
    const fn is_held(self) -> bool {
        matches!(self, Self::HeldSlots | Self::Connections | Self::Memory)
    }
}

/// What limits a system.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bottleneck {
    /// The part's name in links.
    pub part: String,
    /// The server, counted from 0; `None` where all that do the same are loaded alike: the figures
    /// are then their mean.
    pub server: Option<usize>,
    /// The server's name for people, such as "Database primary".
    pub name: String,
    /// What it runs out of.
    pub resource: Resource,
    /// Share in use, 0 to 1.
    pub utilisation: f64,
    /// Work that comes, over what it can do: above 1 it is overloaded.
    pub load: f64,
    /// The load if nothing was tried again, nothing refused before it and nobody logged in anew for
    /// trouble's sake: what users ask for.
    #[serde(skip)]
    pub asked: f64,
    /// Share of its work that is for such log-ins.
    #[serde(skip)]
    pub logins: f64,
    /// What a call takes of the resource, in seconds of one core, slot or disk, or MB of memory;
    /// calls to parts on the same machine included.
    pub work_s: f64,
    /// Calls per second that come to it.
    pub calls: f64,
    /// Calls per second at which it is full.
    pub most_calls: f64,
    /// Requests per second of users at which it is full, by a straight line; with all servers that
    /// autoscaling may add.
    pub most_traffic: f64,
    /// Traffic that fits in besides today's, as a share of today's; negative when overloaded.
    pub headroom: f64,
    /// How many servers are taken as one.
    pub alike: usize,
    /// For one that is loaded more than the others: the mean utilisation of those.
    pub others: Option<f64>,
    /// How many servers there may be, where their number follows the load.
    pub grows_to: Option<usize>,
    /// How many times as many servers there may be as there are.
    #[serde(skip)]
    pub growth: f64,
    /// What is full before all of those servers have enough to do, where something is.
    pub full_before: Option<String>,
    /// What the servers do, where a part has some of several sorts: see `names::role`.
    #[serde(skip)]
    pub role: u8,
}

impl Bottleneck {
    /// The load that it comes to when all servers run that there may be; the load itself where they
    /// come too late for it.
    fn presses(&self) -> f64 {
        if self.load >= 1.0 { self.load } else { self.load / self.growth }
    }

    /// Itself among all: more servers than run take more traffic, but no more than other parts do.
    fn among(&self, all: &[Self]) -> Self {
        let others = all.iter().filter(|b| self.grows_to.is_some() && b.part != self.part);
        let least = others
            .filter(|b| !b.resource.is_held() && b.most_traffic < self.most_traffic)
            .reduce(|a, b| if b.most_traffic < a.most_traffic { b } else { a });
        let Some(Self { most_traffic, headroom, name, .. }) = least else {
            return self.clone();
        };
        let (most_traffic, headroom) = (*most_traffic, *headroom);
        Self { most_traffic, headroom, full_before: Some(name.clone()), ..self.clone() }
    }

    /// The headroom; of servers that are overloaded that of those that run, for until more do they
    /// are what limits.
    fn room(&self) -> f64 {
        let growth = if self.load >= 1.0 { self.growth } else { 1.0 };
        (1.0 + self.headroom) / growth - 1.0
    }
}

/// From this load of its own work on a server is the limit, whatever slots are held elsewhere.
const NEARLY_FULL: f64 = 0.9;
/// Servers of a part within this factor of their mean load are loaded alike.
const ALIKE: f64 = 1.05;
/// Variance of a call's work and of its coming, in squares of the mean: that of work with a squared
/// coefficient of variation of 4.
const VARIATION: f64 = 5.0;

/// The server that is full first; `None` where no work was done.
#[must_use]
pub fn find(topology: &Topology, figures: &Snapshot) -> Option<Bottleneck> {
    let all = level(&candidates(topology, figures), figures);
    // More may come to a server than it can do, and yet it is not busy with it: it refuses most of
    // it while its slots are held for a part that is.
    let is_busy = |b: &Bottleneck| b.presses().min(b.utilisation) >= NEARLY_FULL;
    let is_any_busy = all.iter().any(|b| !b.resource.is_held() && is_busy(b));
    let most = |held: bool| {
        let those = all.iter().filter(|b| b.resource.is_held() == held);
        those
            .filter(|b| held || !is_any_busy || is_busy(b))
            .reduce(|a, b| if b.room() < a.room() { b } else { a })
    };
    let (own, held) = (most(false), most(true));
    match (own, held) {
        // Slots held for a part that is full itself are that part's doing.
        (Some(own), Some(held)) if is_busy(own) || own.presses() >= held.presses() => Some(own),
        (own, held) => held.or(own),
    }
    .map(|found| found.among(&all))
}

/// Takes servers that do the same and are loaded alike, or all together have too much, as one:
/// which of them is first is chance.
fn level(all: &[Bottleneck], figures: &Snapshot) -> Vec<Bottleneck> {
    let mut leveled: Vec<Bottleneck> = Vec::new();
    for one in all {
        let is_peer = |b: &&Bottleneck| {
            b.part == one.part && b.resource == one.resource && b.role == one.role
        };
        let peers: Vec<&Bottleneck> = all.iter().filter(is_peer).collect();
        let mean = |of: &dyn Fn(&Bottleneck) -> f64| {
            peers.iter().map(|b| of(b)).sum::<f64>() / peers.len() as f64
        };
        let load = mean(&|b| b.load);
        // Calls come and vary by chance, the less so the more of them there were.
        let chance = 4.0 * libm::sqrt(VARIATION / (mean(&|b| b.calls) * figures.window_s));
        // Which of several gets how much says nothing once all together have too much.
        let is_unlike = load < 1.0 && peers.iter().any(|b| b.load > (ALIKE + chance) * load);
        if peers.len() == 1 || is_unlike {
            let rest = (peers.len() - 1) as f64;
            let used: f64 = peers.iter().map(|b| b.utilisation).sum();
            let others = (rest > 0.0).then(|| (used - one.utilisation) / rest);
            leveled.push(Bottleneck { others, ..one.clone() });
        } else if peers[0].server == one.server {
            let most_traffic = one.most_traffic * one.load / load;
            let traffic = one.most_traffic / (1.0 + one.headroom);
            let part = figures.part(&one.part);
            leveled.push(Bottleneck {
                server: None,
                name: part.map_or_else(String::new, |part| names::role_label(part, one.role)),
                utilisation: mean(&|b| b.utilisation),
                work_s: mean(&|b| b.work_s),
                calls: mean(&|b| b.calls),
                most_calls: mean(&|b| b.calls) / load,
                asked: one.asked * load / one.load,
                load,
                most_traffic,
                headroom: most_traffic / traffic - 1.0,
                alike: peers.len(),
                ..one.clone()
            });
        }
    }
    leveled
}

#[cfg(test)]
mod tests;
