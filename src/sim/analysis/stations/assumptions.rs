//! Which assumptions of the textbook fail at a station, and why, with numbers.

use super::Queue;
use super::predict::{Dispatch, NEAR};
use crate::analysis::bottleneck::number;
use crate::analysis::names;
use crate::kinds::behavior::Surroundings;
use crate::kinds::{Kind, guard};
use crate::scenario::{PresentFault, Scenario};
use crate::snapshot::{PartView, Snapshot};
use crate::topology::Topology;
use crate::units::Span;

/// A queue has at times so many times as many waiting as on average, or so many standard deviations
/// more inside: the share of time that it has more is a few in ten thousand.
const SPREAD: f64 = 8.0;

/// The text of a setting by its full name; `None` where the scenario does not have it.
fn setting(topology: &Topology, key: &str) -> Option<String> {
    crate::analysis::sweep::value_of(topology.scenario(), key)
}

/// How calls reach one of a part's servers.
pub fn dispatch(topology: &Topology, part: &PartView, servers: usize) -> Dispatch {
    let balancer = names::beside(&part.key, Kind::LoadBalancer);
    let is_balanced = names::kind(&part.key) == Some(Kind::WebTier);
    if servers < 2 || !is_balanced {
        return Dispatch::Chance;
    }
    let n = servers as u32;
    match setting(topology, &format!("{balancer}.algorithm")).as_deref() {
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
    holds && behind(figures, part).any(|other| other.rate > 0.0)
}

/// The parts of the same site that a request meets after this one.
fn behind<'a>(figures: &'a Snapshot, part: &'a PartView) -> impl Iterator<Item = &'a PartView> {
    let after = figures.parts.iter().skip_while(|other| other.key != part.key).skip(1);
    let site = names::site(&part.key);
    let is_guard = |key: &str| key.starts_with("to_");
    after.filter(move |other| names::site(&other.key) == site && !is_guard(&other.key))
}

/// The mean time that a part's calls spend in it and not in the parts behind it, in seconds, by
/// Little's law: those inside, less those inside behind it and on the way there. `None` where other
/// parts than cache and database stand behind it, or a database that others call too: the databases
/// of other sites, and a cache that passes writes on later.
pub fn own_time(topology: &Topology, figures: &Snapshot, part: &PartView) -> Option<f64> {
    let network = names::beside(&part.key, Kind::Network);
    let zone_ms: f64 = match setting(topology, &format!("{network}.zone_ms")) {
        Some(text) => text.parse().ok()?,
        None => 0.0,
    };
    let mut inside = part.mean_inside;
    for other in behind(figures, part).filter(|other| other.rate > 0.0) {
        let plain = [Kind::Cache, Kind::Sessions, Kind::Database];
        let kind = names::kind(&other.key).filter(|kind| plain.contains(kind))?;
        let passed_on = names::counter(other, "passed_on").is_some_and(|count| count > 0);
        if passed_on || (kind == Kind::Database && topology.scenario().sites > 1) {
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
    fails.extend(arrivals(topology, figures));
    if comes_back(topology, figures, part) {
        let taken = match is_right_on_average(queue) {
            true => "which is right on average in a network of such queues (BCMP)",
            false => "which is right on average only where work is exponential or cores are shared",
        };
        fails.push(format!(
            "a request comes several times, each time after its answer: taken as Poisson, {taken}"
        ));
    }
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
    fails.extend(general(topology, figures, part));
    if (0..2).any(|role| names::applied(topology, part, role, figures.window_s) > 0.0)
        && (names::group(part) > 1 || topology.scenario().sites > 1)
    {
        fails.push(
            "writes are applied one after another, beside the queries: more evenly than by chance"
                .to_owned(),
        );
    }
    let replication = setting(topology, &format!("{}.replication", part.key));
    if names::group(part) > 1 && replication.is_some_and(|text| text != "async") {
        fails.push("writes keep their connection until replicas have them".to_owned());
    }
    if names::kind(&part.key) == Some(Kind::WebTier) && is_scaled(topology, part) {
        fails.push("the number of servers follows the load: one number stands for many".into());
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

fn is_scaled(topology: &Topology, part: &PartView) -> bool {
    setting(topology, &format!("{}.autoscale", part.key)).is_some_and(|text| text == "on")
}

/// Whether any fault is in force while the figures are taken.
pub fn has_faults(scenario: &Scenario, figures: &Snapshot) -> bool {
    let from = figures.at_s - figures.window_s;
    let is_over = |fault: &PresentFault| {
        let lasts = fault.lasts.or(fault.fault.is_instant().then_some(Span::ZERO));
        lasts.is_some_and(|span| fault.at.after(span).seconds() <= from)
    };
    scenario.faults.iter().any(|fault| fault.at.seconds() < figures.at_s && !is_over(fault))
}

/// Whether any setting has been changed by the time the figures are of.
pub fn has_changes(scenario: &Scenario, figures: &Snapshot) -> bool {
    scenario.changes.iter().any(|change| change.at.seconds() < figures.at_s)
}

/// What fails at every station of a run: faults, changes, bursts, guards that act.
pub fn general(topology: &Topology, figures: &Snapshot, part: &PartView) -> Vec<String> {
    let mut fails = Vec::new();
    let scenario = topology.scenario();
    if has_faults(scenario, figures) {
        fails.push("faults are present".to_owned());
    }
    if has_changes(scenario, figures) {
        fails.push("settings change while it runs".to_owned());
    }
    let chaos = figures.part(Kind::Chaos.key());
    let count = |name: &str| chaos.and_then(|part| names::counter(part, name)).unwrap_or(0);
    let failures = count("server_failures") + count("site_outages");
    if failures > 0 {
        fails.push(format!("machines failed at random, {failures} times"));
    }
    let bursts = setting(topology, "clients.burst_factor").and_then(|text| text.parse().ok());
    if let Some(factor) = bursts.filter(|factor: &f64| *factor > 1.0) {
        fails.push(format!("traffic comes in bursts of {} times as much", number(factor)));
    }
    let guard = names::kind(&part.key).and_then(guard::of);
    let guard = guard.and_then(|guard| figures.part(&names::beside(&part.key, guard)));
    if let Some(guard) = guard {
        let acted = guard.counters.iter().filter(|(_, count)| *count > 0);
        let acted: Vec<String> = acted.map(|(name, count)| format!("{name} {count}")).collect();
        if !acted.is_empty() {
            fails.push(format!("its guard acts: {}", acted.join(", ")));
        }
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
fn arrivals(topology: &Topology, figures: &Snapshot) -> Vec<String> {
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
    fails
}

/// Whether one request calls the part several times. A cache in between answers some of the calls,
/// which makes them fewer and not more by chance.
pub fn comes_back(topology: &Topology, figures: &Snapshot, part: &PartView) -> bool {
    let scenario = topology.scenario();
    let site = names::site(&part.key);
    let front = scenario.parts.get(topology.seen_from(site).front(site) as usize);
    let is_front = front.is_some_and(|front| scenario.name(front) == part.key);
    let asked = figures.parts.iter().take_while(|other| other.key != part.key);
    let asked = asked.filter(|other| names::site(&other.key) == site);
    let often = part.rate > 1.05 * asked.map(|other| other.rate).fold(0.0, f64::max);
    let queries =
        setting(topology, &format!("{}.queries", names::beside(&part.key, Kind::WebTier)));
    let queries: f64 = queries.and_then(|text| text.parse().ok()).unwrap_or(0.0);
    let is_queried = matches!(names::kind(&part.key), Some(Kind::Cache | Kind::Database));
    !is_front && part.rate > 0.0 && (often || (is_queried && queries > 1.0))
}

/// Whether a queue is of those whose mean is right in a network of queues, where calls come back:
/// shared cores, or exponential work first come, first served.
pub fn is_right_on_average(queue: &Queue) -> bool {
    queue.shared || (queue.scv - 1.0).abs() < NEAR
}

/// Most calls that a part can have inside: its callers hold a slot of theirs for each. `None` where
/// nothing bounds them.
fn most_inside(topology: &Topology, figures: &Snapshot, part: &PartView) -> Option<f64> {
    let kind = names::kind(&part.key)?;
    if !matches!(kind, Kind::Cache | Kind::Sessions | Kind::Database) {
        return None;
    }
    // Databases are also called from other sites.
    let is_caller = |other: &&PartView| {
        let is_near = kind == Kind::Database || names::site(&other.key) == names::site(&part.key);
        is_near && matches!(names::kind(&other.key), Some(Kind::WebTier | Kind::Queue))
    };
    let mut most = 0.0;
    for caller in figures.parts.iter().filter(is_caller) {
        let is_web = names::kind(&caller.key) == Some(Kind::WebTier);
        if is_web && setting(topology, &format!("{}.hold", caller.key)).as_deref() != Some("on") {
            return None;
        }
        // The first of a queue is its broker.
        let servers = caller.servers.iter().skip(usize::from(!is_web)).filter(|s| s.alive);
        for server in servers {
            most += f64::from(server.slots?);
        }
    }
    (most > 0.0).then_some(most)
}

/// That so few can be at these servers at once that the textbook's endless crowd tells little: the
/// bound lies within what theory's number inside comes to now and then.
pub fn few(
    topology: &Topology,
    figures: &Snapshot,
    part: &PartView,
    (queue, servers, mean_s): (&Queue, usize, f64),
) -> Option<String> {
    let most = most_inside(topology, figures, part)?;
    let calls = queue.arrivals * servers as f64;
    let (inside, waiting) = (calls * mean_s, calls * (mean_s - queue.service_s).max(0.0));
    let reach = inside + SPREAD * waiting.max(libm::sqrt(inside));
    (most < reach).then(|| {
        format!(
            "callers hold a slot while they wait, so that at most {most:.0} calls are here at \
             once; theory has {} on average and at times far more, so that its wait is too long",
            number(inside)
        )
    })
}
