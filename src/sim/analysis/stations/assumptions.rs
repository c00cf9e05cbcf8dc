//! Which assumptions of the textbook fail at a station, and why, with numbers.

use super::Queue;
use super::predict::Dispatch;
use crate::sim::analysis::bottleneck::number;
use crate::sim::kinds::Kind;
use crate::sim::kinds::behavior::Surroundings;
use crate::sim::snapshot::{PartView, Snapshot};
use crate::sim::topology::Topology;

/// The text of a setting by its full name; `None` where the scenario does not have it.
fn setting(topology: &Topology, key: &str) -> Option<String> {
    crate::sim::analysis::sweep::value_of(topology.scenario(), key)
}

/// How calls reach one of a part's servers.
pub fn dispatch(topology: &Topology, part: &PartView, servers: usize) -> Dispatch {
    let is_balanced = part.key == Kind::WebTier.key()
        && topology.seen_from(0).place(Kind::LoadBalancer).is_some();
    if servers < 2 || !is_balanced {
        return Dispatch::Chance;
    }
    let n = servers as u32;
    match setting(topology, "lb.algorithm").as_deref() {
        // Alike servers have alike weights: the smooth rotation is then a plain one.
        Some("round-robin" | "weighted") => Dispatch::Rotation(n),
        Some("least-connections" | "least-time" | "two-choices") => Dispatch::Shortest(n),
        _ => Dispatch::Chance,
    }
}

/// Places in the backlog of each of a part's servers.
pub fn room(topology: &Topology, part: &PartView) -> Option<u32> {
    setting(topology, &format!("{}.backlog", part.key))?.parse().ok()
}

/// Whether the part's slots are held while its calls wait for other parts.
pub fn holds_for_others(topology: &Topology, figures: &Snapshot, part: &PartView) -> bool {
    let holds = setting(topology, &format!("{}.hold", part.key)).is_some_and(|text| text == "on");
    let behind = figures.parts.iter().skip_while(|other| other.key != part.key).skip(1);
    holds && behind.into_iter().any(|other| other.rate > 0.0)
}

/// The mean time that a part's calls spend in it and not in the parts behind it, in seconds, by
/// Little's law: those inside, less those inside behind it and on the way there. `None` where other
/// parts than cache and database stand behind it.
pub fn own_time(topology: &Topology, figures: &Snapshot, part: &PartView) -> Option<f64> {
    let zone_ms: f64 = match setting(topology, "network.zone_ms") {
        Some(text) => text.parse().ok()?,
        None => 0.0,
    };
    let mut inside = part.mean_inside;
    let behind = figures.parts.iter().skip_while(|other| other.key != part.key).skip(1);
    for other in behind.filter(|other| other.rate > 0.0) {
        if ![Kind::Cache.key(), Kind::Database.key()].contains(&other.key.as_str()) {
            return None;
        }
        let on_the_way = if other.guest { 0.0 } else { other.rate * zone_ms / 1e3 };
        inside -= other.mean_inside + on_the_way;
    }
    (part.rate > 0.0).then(|| inside / part.rate)
}

/// All assumptions that fail, or hold only roughly.
pub fn failing(
    topology: &Topology,
    figures: &Snapshot,
    part: &PartView,
    queue: &Queue,
    (dispatch, held): (Dispatch, bool),
) -> Vec<String> {
    let mut fails = Vec::new();
    fails.extend(arrivals(topology, figures, part));
    let waited = queue.measured_wait_s.unwrap_or(0.0) > 0.01 * queue.service_s;
    if held && (waited || !queue.shared) {
        fails.push(
            "slots are held while waiting for other parts: the wait for a slot is longer than for \
             work alone"
                .to_owned(),
        );
    }
    if queue.shared && waited && !held {
        fails
            .push("not all share the cores: some wait for a slot, first come, first served".into());
    }
    if !topology.scenario().faults.is_empty() {
        fails.push("faults are present".to_owned());
    }
    match dispatch {
        Dispatch::Rotation(n) if queue.shared => fails.push(format!(
            "arrivals are not Poisson behind a rotation of {n}: they are more even, and the time \
             is shorter"
        )),
        Dispatch::Shortest(_) if queue.shared => fails.push(
            "arrivals are not Poisson: the balancer sends more to a server with less to do".into(),
        ),
        _ => {}
    }
    fails
}

/// What a queue without bounds does not know: overload, and refusals.
pub fn beyond(queue: &Queue) -> Vec<String> {
    let mut fails = Vec::new();
    let load = queue.load();
    if load >= 1.0 {
        fails.push(format!("overload: the load is {}, so there is no steady state", number(load)));
    }
    if queue.refused > 0.0 {
        let share = number(queue.refused * 100.0);
        fails.push(format!("a full backlog refused {share} % of what came"));
    }
    fails
}

/// What keeps arrivals from being Poisson.
fn arrivals(topology: &Topology, figures: &Snapshot, part: &PartView) -> Vec<String> {
    let mut fails = Vec::new();
    if let Some(law) = setting(topology, "clients.arrivals").filter(|law| law != "poisson") {
        fails.push(format!("users' requests are not Poisson but come at a {law} rate"));
    }
    if let Some(pattern) = setting(topology, "clients.pattern").filter(|text| text != "steady") {
        fails.push(format!("traffic varies over time ({pattern}): one load stands for many"));
    }
    let (attempts, users) = (figures.attempts, figures.users.arrived);
    if attempts as f64 > 1.001 * users as f64 {
        let share = number((1.0 - users as f64 / attempts as f64) * 100.0);
        fails.push(format!("{share} % of the attempts are retries, which come when it is busy"));
    }
    let front = topology.scenario().parts.get(topology.seen_from(0).front(0) as usize);
    let is_front = front.is_some_and(|front| front.kind.key() == part.key);
    let asked = figures.parts.iter().take_while(|other| other.key != part.key);
    let often = part.rate > 1.05 * asked.map(|other| other.rate).fold(0.0, f64::max);
    if !is_front && often && part.rate > 0.0 {
        fails.push(
            "a request comes several times, each time after its answer: taken as Poisson, which \
             is right on average in a network of such queues (BCMP)"
                .to_owned(),
        );
    }
    fails
}
