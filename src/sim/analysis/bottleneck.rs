//! What limits a system: the server that is full first, at what load, and why, in a sentence with
//! numbers. The load is extrapolated in a straight line: work is taken to grow with traffic.

use super::cost::label;
use crate::sim::kinds::{Kind, database};
use crate::sim::snapshot::{PartView, ServerView, Snapshot};
use serde::Serialize;

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
}

/// What limits a system.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bottleneck {
    /// The part's name in links.
    pub part: String,
    /// The server, counted from 0; `None` where all of the part's are loaded alike: the figures are
    /// then their mean.
    pub server: Option<usize>,
    /// The server's name for people, such as "Database primary".
    pub name: String,
    /// What it runs out of.
    pub resource: Resource,
    /// Share in use, 0 to 1.
    pub utilisation: f64,
    /// Work that comes, over what it can do: above 1 it is overloaded.
    pub load: f64,
    /// What a call takes of the resource, in seconds of one core or slot; calls to parts on the
    /// same machine included.
    pub work_s: f64,
    /// Calls per second that come to it.
    pub calls: f64,
    /// Calls per second at which it is full.
    pub most_calls: f64,
    /// Requests per second of users at which it is full, by a straight line.
    pub most_traffic: f64,
    /// Traffic that fits in besides today's, as a share of today's; negative when overloaded.
    pub headroom: f64,
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
pub fn find(figures: &Snapshot) -> Option<Bottleneck> {
    let all = level(&candidates(figures), figures.window_s);
    let most = |held: bool| {
        let those = all.iter().filter(|b| (b.resource == Resource::HeldSlots) == held);
        those.reduce(|a, b| if b.load > a.load { b } else { a })
    };
    let (own, held) = (most(false), most(true));
    match (own, held) {
        // Slots held for a part that is full itself are that part's doing.
        (Some(own), Some(held)) if own.load >= NEARLY_FULL || own.load >= held.load => Some(own),
        (own, held) => held.or(own),
    }
    .cloned()
}

fn candidates(figures: &Snapshot) -> Vec<Bottleneck> {
    let mut all = Vec::new();
    for part in &figures.parts {
        for (index, server) in part.servers.iter().enumerate() {
            if !server.alive || server.rate <= 0.0 {
                continue;
            }
            let mut add = |resource, capacity: f64, load: f64, used: f64| {
                if capacity > 0.0 && load > 0.0 {
                    all.push(bottleneck(figures, part, index, (resource, capacity, load, used)));
                }
            };
            let own = offered(figures, part, index);
            match (server.cores, server.slots) {
                (Some(_), _) if part.guest => {}
                (Some(cores), _) => {
                    add(Resource::Processor, cores, own / cores, server.utilisation);
                }
                (None, Some(slots)) => {
                    let slots = f64::from(slots);
                    add(Resource::Slots, slots, own / slots, server.utilisation);
                }
                (None, None) => {}
            }
            if let (Some(slots), Some(used)) = (server.slots, server.slots_used) {
                add(Resource::HeldSlots, f64::from(slots), used, used);
            }
        }
    }
    all
}

/// Takes servers of a part that are loaded alike as one: which of them is first is chance.
fn level(all: &[Bottleneck], window_s: f64) -> Vec<Bottleneck> {
    let mut leveled: Vec<Bottleneck> = Vec::new();
    for one in all {
        let alike: Vec<&Bottleneck> =
            all.iter().filter(|b| b.part == one.part && b.resource == one.resource).collect();
        let mean = |of: &dyn Fn(&Bottleneck) -> f64| {
            alike.iter().map(|b| of(b)).sum::<f64>() / alike.len() as f64
        };
        let load = mean(&|b| b.load);
        // Calls come and vary by chance, the less so the more of them there were.
        let chance = 4.0 * libm::sqrt(VARIATION / (mean(&|b| b.calls) * window_s));
        if alike.len() == 1 || alike.iter().any(|b| b.load > (ALIKE + chance) * load) {
            leveled.push(one.clone());
        } else if alike[0].server == one.server {
            let most_traffic = one.most_traffic * one.load / load;
            let traffic = one.most_traffic / (1.0 + one.headroom);
            leveled.push(Bottleneck {
                server: None,
                name: label(&one.part).to_owned(),
                utilisation: mean(&|b| b.utilisation),
                work_s: mean(&|b| b.work_s),
                calls: mean(&|b| b.calls),
                most_calls: mean(&|b| b.calls) / load,
                load,
                most_traffic,
                headroom: most_traffic / traffic - 1.0,
                ..one.clone()
            });
        }
    }
    leveled
}

/// Work that comes to a server's machine in a second, in seconds of a core or slot: its own and its
/// guests'.
fn offered(figures: &Snapshot, host: &PartView, index: usize) -> f64 {
    let work = |server: &ServerView| server.rate * server.work_s.unwrap_or(0.0);
    let server = &host.servers[index];
    let mut sum = work(server);
    if server.cores.is_some() && is_host(figures, host) {
        for guest in figures.parts.iter().filter(|part| part.guest) {
            if guest.servers.len() == host.servers.len() {
                sum += work(&guest.servers[index]);
            } else if index == 0 {
                sum += guest.servers.iter().map(work).sum::<f64>();
            }
        }
    }
    sum * server.slow.max(1.0)
}

/// Whether guests live on this part's machines: those of the web servers.
fn is_host(figures: &Snapshot, part: &PartView) -> bool {
    part.key == Kind::WebTier.key() && figures.parts.iter().any(|other| other.guest)
}

fn bottleneck(
    figures: &Snapshot,
    part: &PartView,
    index: usize,
    (resource, capacity, load, utilisation): (Resource, f64, f64, f64),
) -> Bottleneck {
    let server = &part.servers[index];
    let users = &figures.users;
    // Without the retries that come with trouble, this much of the load is left.
    let calm = users.arrived as f64 / (figures.attempts.max(users.arrived).max(1)) as f64;
    let most_traffic = figures.offered_rate() / (load * calm);
    Bottleneck {
        part: part.key.clone(),
        server: Some(index),
        name: server_name(part, index),
        resource,
        utilisation,
        load,
        work_s: load * capacity / server.rate,
        calls: server.rate,
        most_calls: server.rate / load,
        most_traffic,
        headroom: most_traffic / figures.offered_rate().max(1e-12) - 1.0,
    }
}

/// A server's name for people: the part's where it is alone.
#[must_use]
pub fn server_name(part: &PartView, index: usize) -> String {
    let label = label(&part.key);
    match (part.servers.len(), index) {
        (0 | 1, _) => label.to_owned(),
        (_, 0) if part.key == database::KEY => format!("{label} primary"),
        (_, replica) if part.key == database::KEY => format!("{label} replica {replica}"),
        (_, other) => format!("{label} server {}", other + 1),
    }
}

/// The explanation: which part is down, or what limits the system and by how much, and what is
/// refused or grows already.
#[must_use]
pub fn explain(figures: &Snapshot) -> Vec<String> {
    let mut said = Vec::new();
    for part in figures.parts.iter().filter(|part| is_down(part)) {
        said.push(format!(
            "{} is down: all its servers are dead, and {:.1} % of all requests fail.",
            label(&part.key),
            figures.users.error_share() * 100.0
        ));
    }
    match find(figures) {
        Some(found) => said.push(found.in_words(figures)),
        None => said.push("No server has any work to do.".to_owned()),
    }
    said.extend(trouble(figures));
    said
}

fn is_down(part: &PartView) -> bool {
    !part.servers.is_empty() && part.servers.iter().all(|server| !server.alive)
}

/// Refusals, and backlogs that grow: at the last part on the way, where they begin.
fn trouble(figures: &Snapshot) -> Vec<String> {
    let mut said = Vec::new();
    let refused = |part: &PartView| part.servers.iter().map(|s| s.refused).sum::<f64>();
    if let Some(part) = figures.parts.iter().rev().find(|part| refused(part) > 0.0) {
        let name = label(&part.key);
        said.push(format!(
            "{name} refuses {} of {} calls per second: its backlog is full.",
            number(refused(part)),
            number(part.rate)
        ));
    }
    let growth = |part: &PartView| {
        let tally = &part.tally;
        let more = tally.arrived as f64 - (tally.good + tally.failed) as f64;
        // What is inside varies by chance like the square root of what comes.
        let chance = 4.0 * libm::sqrt(tally.arrived as f64) + 0.005 * tally.arrived as f64;
        (more > chance && figures.window_s > 0.0).then(|| more / figures.window_s)
    };
    let grows = |part: &PartView| growth(part).map(|growth| (label(&part.key).to_owned(), growth));
    if let Some((name, growth)) = figures.parts.iter().rev().find_map(grows) {
        said.push(format!(
            "At {name} {} calls per second more come than go: its backlog grows.",
            number(growth)
        ));
    }
    said
}

impl Bottleneck {
    /// The explanation in a sentence or two with numbers.
    #[must_use]
    pub fn in_words(&self, figures: &Snapshot) -> String {
        let Self { name, work_s, calls, most_calls, most_traffic, .. } = self;
        let part = figures.part(&self.part);
        let server = part.and_then(|part| part.servers.get(self.server.unwrap_or(0)));
        let each = match (self.server, part) {
            (None, Some(part)) => format!(" on each of its {} servers", part.servers.len()),
            _ => String::new(),
        };
        let used = self.utilisation * 100.0;
        let ms = number(work_s * 1e3);
        let takes = match self.resource {
            Resource::Processor => {
                let cores = server.and_then(|server| server.cores).unwrap_or(1.0);
                let cores = if (cores - 1.0).abs() < 1e-9 {
                    String::new()
                } else {
                    format!(" of {} effective cores", number(cores))
                };
                let guests = match part {
                    Some(part) if is_host(figures, part) => ", with all that lives on it,",
                    _ => "",
                };
                format!("is at {used:.0} % of its CPU: a call{guests} needs {ms} ms{cores}")
            }
            Resource::Slots => {
                let slots = server.and_then(|server| server.slots).unwrap_or(1);
                let slots =
                    if slots == 1 { "its slot".into() } else { format!("its {slots} slots") };
                format!("is at {used:.0} % of {slots}: a call needs {ms} ms of one")
            }
            Resource::HeldSlots => {
                let slots = server.and_then(|server| server.slots).unwrap_or(1);
                format!(
                    "has {used:.0} % of its {slots} slots taken: a call holds one for {ms} ms, \
                     most of it waiting for other parts"
                )
            }
        };
        let calls = number(*calls);
        let verb = if self.load >= 1.0 { "it can serve" } else { "it saturates at" };
        let traffic = format!(
            "that is {} requests per second of users if work grows in step with traffic (now {})",
            number(*most_traffic),
            number(figures.offered_rate()),
        );
        let room = if self.headroom >= 0.0 {
            format!("{:.0} % more than today", self.headroom * 100.0)
        } else {
            format!("{:.0} % less than users ask for", -self.headroom * 100.0)
        };
        format!(
            "{name} {takes} and {calls} arrive per second{each}; {verb} {}. {}, {room}.",
            number(*most_calls),
            capital(&traffic)
        )
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A number with three digits that count, in full from a hundred on.
#[must_use]
pub fn number(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let order = libm::floor(libm::log10(x.abs()));
    let digits = (2.0 - order).clamp(0.0, 9.0) as usize;
    format!("{x:.digits$}")
}

/// As [`number`], and whole numbers as such.
#[must_use]
pub fn count(x: f64) -> String {
    if libm::round(x) == x { format!("{x}") } else { number(x) }
}

#[cfg(test)]
mod tests;
