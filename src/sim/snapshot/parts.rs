//! The figures of parts and of their servers.

use super::{Latency, Tally, rate};
use crate::kinds::Kind;
use crate::kinds::behavior::Surroundings;
use crate::run::meters::{Sample, ServerMeter};
use crate::topology::Topology;
use crate::units::HOURS_PER_MONTH;
use serde::{Deserialize, Serialize};

/// One server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServerView {
    /// Whether it is up.
    pub alive: bool,
    /// Whether the balancer sends it requests; true where nobody checks.
    pub healthy: bool,
    /// How many times as long its work takes, 1 when sound.
    pub slow: f64,
    /// On its way out: finishes its work and takes no more.
    pub leaving: bool,
    /// Slots; `None` for no limit.
    pub slots: Option<u32>,
    /// Slots in use now.
    pub busy: u32,
    /// Requests waiting now.
    pub backlog: u32,
    /// Effective cores of the processor; `None` where each slot works at full speed.
    pub cores: Option<f64>,
    /// Share of the processor, or of the slots where there is none, in use over the window.
    pub utilisation: f64,
    /// Share of the slots in use over the window; `None` without a limit.
    pub slots_used: Option<f64>,
    /// Mean backlog over the window.
    pub mean_backlog: f64,
    /// Requests per second that came.
    pub rate: f64,
    /// Requests per second that it refused because its backlog was full.
    pub refused: f64,
    /// Mean work of the services begun, in seconds of one core or slot; `None` without any.
    pub work_s: Option<f64>,
    /// Its squared coefficient of variation.
    pub work_scv: Option<f64>,
    /// Of a database server: takes the writes of its shard.
    pub is_primary: bool,
    /// Age of the oldest write that a replica has not applied now, in seconds.
    pub lag_s: f64,
    /// Share of the window in which its disk was at work; `None` without a limit.
    pub disk: Option<f64>,
    /// What its disk did over the window; `None` without a limit.
    pub disk_io: Option<DiskView>,
}

/// What the disk of a server did over a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiskView {
    /// Calls per second that came to it.
    pub rate: f64,
    /// Mean work of a call, in seconds; `None` without any.
    pub work_s: Option<f64>,
    /// Its squared coefficient of variation.
    pub work_scv: Option<f64>,
    /// Mean number of calls waiting for it.
    pub mean_backlog: f64,
}

/// One part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PartView {
    /// Its name in links: `web`, `db`.
    pub key: String,
    /// Calls that came and how they ended.
    pub tally: Tally,
    /// Calls per second that came.
    pub rate: f64,
    /// Calls inside now.
    pub inside: u64,
    /// Calls inside, mean over the window.
    pub mean_inside: f64,
    /// Time in the part of calls answered well, calls to other parts included.
    pub latency: Latency,
    /// Mean utilisation of its servers that are up.
    pub utilisation: f64,
    /// Requests waiting now at all its servers.
    pub backlog: u64,
    /// Mean wait in the backlog of those admitted, in seconds.
    pub mean_wait_s: Option<f64>,
    /// Lives on the web servers' machines.
    pub guest: bool,
    /// What it counted under names of its own.
    pub counters: Vec<(String, u64)>,
    /// What it measures under names of its own, at the end of the window.
    pub gauges: Vec<(String, f64)>,
    /// Cost in USD per month.
    pub usd_per_month: f64,
    /// Its servers.
    pub servers: Vec<ServerView>,
}

/// The figures of the part at a place of the engine.
pub(super) fn part(
    topology: &Topology,
    place: usize,
    earlier: &Sample,
    later: &Sample,
) -> PartView {
    let scenario_part = &topology.scenario().parts[place];
    let kind = scenario_part.kind;
    let span = later.at.since(earlier.at).0 as f64;
    let (a, b) = (&earlier.meters.nodes[place], &later.meters.nodes[place]);
    let around = topology.seen_from(scenario_part.site);
    let judge = around.place_at(Kind::LoadBalancer, scenario_part.site);
    let judged = judge.map(|judge| &later.health[judge as usize]);
    let judged = judged.filter(|judged| kind == Kind::WebTier && !judged.is_empty());
    let servers: Vec<ServerView> = later.servers[place]
        .iter()
        .enumerate()
        .map(|(index, now)| {
            let healthy = judged.and_then(|judged| judged.get(index)).copied().unwrap_or(true);
            server(earlier.servers[place].get(index), now, span, healthy)
        })
        .collect();
    let up = servers.iter().filter(|s| s.alive && !s.leaving);
    let utilisations: Vec<f64> = up.map(|s| s.utilisation).collect();
    let admitted: u64 = later.servers[place].iter().map(|s| s.arrived - s.refused).sum::<u64>()
        - earlier.servers[place].iter().map(|s| s.arrived - s.refused).sum::<u64>();
    let waited: f64 = servers.iter().map(|s| s.mean_backlog * span / 1e9).sum();
    let is_gone = |s: &ServerView| s.leaving && s.busy == 0 && s.backlog == 0;
    let servers: Vec<ServerView> = servers.into_iter().filter(|s| !is_gone(s)).collect();
    let area = later.areas[place].wrapping_sub(earlier.areas[place]);
    PartView {
        key: topology.scenario().name(scenario_part),
        tally: Tally::between(&a.flow, &b.flow),
        rate: rate(b.flow.arrived - a.flow.arrived, span / 1e9),
        inside: b.inside(),
        mean_inside: if span > 0.0 { area as f64 / span } else { 0.0 },
        latency: Latency::of(&b.flow.time.since(&a.flow.time)),
        utilisation: utilisations.iter().sum::<f64>() / utilisations.len().max(1) as f64,
        backlog: servers.iter().map(|s| u64::from(s.backlog)).sum(),
        mean_wait_s: (admitted > 0).then(|| waited / admitted as f64),
        guest: topology.seen_from(scenario_part.site).is_guest(kind),
        counters: counters(&earlier.counters[place], &later.counters[place]),
        gauges: later.gauges[place].iter().map(|(n, x)| ((*n).to_owned(), *x)).collect(),
        usd_per_month: usd_per_month(topology, place, earlier, later),
        servers,
    }
}

fn counters(then: &[(&str, u64)], now: &[(&str, u64)]) -> Vec<(String, u64)> {
    let before = |name: &str| then.iter().find(|(n, _)| *n == name).map_or(0, |(_, count)| *count);
    now.iter().map(|(name, count)| ((*name).to_owned(), count - before(name))).collect()
}

/// What a part costs in a month at the pace of the window, or by its price where that is all.
pub(super) fn usd_per_month(
    topology: &Topology,
    place: usize,
    earlier: &Sample,
    later: &Sample,
) -> f64 {
    let hours = later.at.since(earlier.at).seconds() / 3_600.0;
    let part = &topology.scenario().parts[place];
    match (earlier.spent[place], later.spent[place]) {
        (Some(then), Some(now)) if hours > 0.0 => (now - then) / hours * HOURS_PER_MONTH,
        _ => part.kind.monthly_usd(&part.spec),
    }
}

fn server(
    earlier: Option<&ServerMeter>,
    now: &ServerMeter,
    span: f64,
    healthy: bool,
) -> ServerView {
    let blank = ServerMeter::default();
    let then = earlier.unwrap_or(&blank);
    let over = |ns: f64| if span > 0.0 { ns / span } else { 0.0 };
    let busy = over(now.busy_ns.wrapping_sub(then.busy_ns) as f64);
    let slots = (now.slots != u32::MAX).then_some(now.slots);
    let slots_used = slots.map(|slots| (busy / f64::from(slots.max(1))).min(1.0));
    let cores = (now.cores > 0.0).then_some(now.cores);
    let work = now.work.since(&then.work);
    let offered = now.offered_ns - then.offered_ns;
    let processor =
        cores.map(|_| if offered > 0.0 { (now.core_ns - then.core_ns) / offered } else { 0.0 });
    let disk_work = now.disk_work.since(&then.disk_work);
    let disk_io = || DiskView {
        rate: rate(now.disk_arrived - then.disk_arrived, span / 1e9),
        work_s: disk_work.mean_s(),
        work_scv: disk_work.scv(),
        mean_backlog: over(now.disk_waiting_ns.wrapping_sub(then.disk_waiting_ns) as f64),
    };
    ServerView {
        alive: now.alive,
        healthy,
        slow: now.slow,
        leaving: now.leaving,
        slots,
        busy: now.busy,
        backlog: now.backlog,
        cores,
        utilisation: processor.or(slots_used).unwrap_or(0.0),
        slots_used,
        mean_backlog: over(now.waiting_ns.wrapping_sub(then.waiting_ns) as f64),
        rate: rate(now.arrived - then.arrived, span / 1e9),
        // A part without slots, such as DNS, has nothing to refuse for.
        refused: slots.map_or(0.0, |slots| {
            if slots == 0 { 0.0 } else { rate(now.refused - then.refused, span / 1e9) }
        }),
        work_s: work.mean_s(),
        work_scv: work.scv(),
        is_primary: now.is_primary,
        lag_s: now.lag_ns as f64 / 1e9,
        disk: now.has_disk.then(|| over(now.disk_ns.wrapping_sub(then.disk_ns) as f64)),
        disk_io: now.has_disk.then(disk_io),
    }
}
