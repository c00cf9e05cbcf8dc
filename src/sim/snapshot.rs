//! What an observer may see of a run between two instants: plain figures, ready to be shown, sent
//! or written. Made of two samples; making it changes nothing.

use super::histogram::Histogram;
use super::kinds::behavior::Surroundings;
use super::kinds::{Kind, clients};
use super::region::REGIONS;
use super::run::meters::{Endings, Flow, Sample, ServerMeter};
use super::run::requests::{CLASSES, FAILURES};
use super::topology::Topology;
use super::units::HOURS_PER_MONTH;
use serde::{Deserialize, Serialize};

/// Latencies of good answers, in seconds; `None` where there were none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Good answers.
    pub count: u64,
    /// Mean.
    pub mean_s: Option<f64>,
    /// Median.
    pub p50_s: Option<f64>,
    /// 90th percentile.
    pub p90_s: Option<f64>,
    /// 95th percentile.
    pub p95_s: Option<f64>,
    /// 99th percentile.
    pub p99_s: Option<f64>,
    /// 99.9th percentile.
    pub p999_s: Option<f64>,
}

impl Latency {
    /// The figures of a histogram.
    #[must_use]
    pub fn of(histogram: &Histogram) -> Self {
        let at = |p| histogram.quantile(p);
        Self {
            count: histogram.count(),
            mean_s: histogram.mean(),
            p50_s: at(0.5),
            p90_s: at(0.9),
            p95_s: at(0.95),
            p99_s: at(0.99),
            p999_s: at(0.999),
        }
    }
}

/// Failures with one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Name of the reason in results: `backlog_full`, `unavailable`, `lost`, `timed_out` or
    /// `simulator_full`.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// How many came, and how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Came.
    pub arrived: u64,
    /// Were answered well.
    pub good: u64,
    /// Failed, all reasons.
    pub failed: u64,
    /// Failures by reason; reasons that did not occur are left out.
    pub failures: Vec<Failure>,
}

impl Tally {
    fn between(then: &Flow, now: &Flow) -> Self {
        Self::of(now.arrived - then.arrived, &now.endings().since(&then.endings()))
    }

    fn of(arrived: u64, endings: &Endings) -> Self {
        let reasons = FAILURES.iter().zip(endings.failed).filter(|(_, count)| *count > 0);
        let failures =
            reasons.map(|((_, name, _), count)| Failure { reason: (*name).to_owned(), count });
        Self {
            arrived,
            good: endings.good,
            failed: endings.failures(),
            failures: failures.collect(),
        }
    }

    /// Failed share of all that ended; 0 when nothing ended.
    #[must_use]
    pub fn error_share(&self) -> f64 {
        let ended = self.good + self.failed;
        if ended == 0 { 0.0 } else { self.failed as f64 / ended as f64 }
    }
}

/// A class or a region, as its users see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Name in results: `read`, or a region's code.
    pub key: String,
    /// Requests that users made, and how they ended for them after all retries.
    pub tally: Tally,
    /// Time from the first attempt to the good answer.
    pub latency: Latency,
    /// Of the mean: time on the network, in seconds. Classes only.
    pub network_s: Option<f64>,
    /// Of the mean: work done, in seconds. Classes only.
    pub service_s: Option<f64>,
    /// Of the mean: the rest, waiting for slots, for a share of a processor, for a retry.
    pub waiting_s: Option<f64>,
}

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
    /// Of a database server: takes the writes of its shard.
    pub is_primary: bool,
    /// Age of the oldest write that a replica has not applied now, in seconds.
    pub lag_s: f64,
    /// Share of the window in which its disk was at work; `None` without a limit.
    pub disk: Option<f64>,
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

/// All figures of a window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// End of the window, in simulated seconds.
    pub at_s: f64,
    /// Length of the window in simulated seconds.
    pub window_s: f64,
    /// Daily users that the traffic stands for.
    pub daily_users: f64,
    /// Requests that users made, and how they ended for them.
    pub users: Tally,
    /// Time from the first attempt to the good answer, all classes.
    pub latency: Latency,
    /// Users waiting for an answer now, or about to try again.
    pub waiting_users: u64,
    /// Attempts sent, retries included.
    pub attempts: u64,
    /// Attempts answered after the user had given up.
    pub wasted: u64,
    /// Answers cut off by the death of a server on their way.
    pub orphaned: u64,
    /// Look-ups that found the value in the cache.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Cost in USD per month.
    pub usd_per_month: f64,
    /// By class.
    pub classes: Vec<Group>,
    /// By region.
    pub regions: Vec<Group>,
    /// By part, in the order in which a request meets them.
    pub parts: Vec<PartView>,
    /// Distribution of latencies for drawing: lower edge, upper edge in seconds, count.
    pub bars: Vec<(f64, f64, u64)>,
}

impl Snapshot {
    /// The figures of the window between two samples of the same run.
    #[must_use]
    pub fn between(topology: &Topology, earlier: &Sample, later: &Sample) -> Self {
        let seconds = later.at.since(earlier.at).seconds();
        let (then, now) = (&earlier.meters, &later.meters);
        let mut all = Histogram::default();
        let mut classes = Vec::new();
        for (index, (_, name)) in CLASSES.iter().enumerate() {
            let (a, b) = (&then.classes[index], &now.classes[index]);
            let time = b.flow.time.since(&a.flow.time);
            all.add(&time);
            let part = |b: u64, a: u64| {
                (time.count() > 0).then(|| b.wrapping_sub(a) as f64 / time.count() as f64 / 1e9)
            };
            let (network, service) = (part(b.travelled, a.travelled), part(b.served, a.served));
            let rest = |mean: f64| mean - network.unwrap_or(0.0) - service.unwrap_or(0.0);
            classes.push(Group {
                key: (*name).to_owned(),
                tally: Tally::between(&a.flow, &b.flow),
                latency: Latency::of(&time),
                network_s: network,
                service_s: service,
                waiting_s: time.mean().map(|mean| rest(mean).max(0.0)),
            });
        }
        let regions = REGIONS.iter().zip(then.regions.iter().zip(&now.regions));
        let regions = regions.map(|(region, (a, b))| Group {
            key: region.code.to_owned(),
            tally: Tally::between(a, b),
            latency: Latency::of(&b.time.since(&a.time)),
            ..Group::default()
        });
        let endings = now.endings().since(&then.endings());
        let offered = now.offered_in_all();
        let spec = topology.scenario().spec(Kind::Clients);
        Self {
            at_s: later.at.seconds(),
            window_s: seconds,
            daily_users: spec.map_or(0.0, clients::daily_users),
            users: Tally::of(offered - then.offered_in_all(), &endings),
            latency: Latency::of(&all),
            waiting_users: offered - now.endings().total(),
            attempts: now.attempts - then.attempts,
            wasted: now.wasted - then.wasted,
            orphaned: now.orphaned - then.orphaned,
            hits: now.hits - then.hits,
            misses: now.misses - then.misses,
            usd_per_month: (0..now.nodes.len())
                .map(|place| usd_per_month(topology, place, earlier, later))
                .sum(),
            classes,
            regions: regions.filter(|group| group.tally.arrived > 0).collect(),
            parts: (0..now.nodes.len())
                .map(|place| part(topology, place, earlier, later))
                .collect(),
            bars: all.bars(8),
        }
    }

    /// Requests per second that users made.
    #[must_use]
    pub fn offered_rate(&self) -> f64 {
        rate(self.users.arrived, self.window_s)
    }

    /// Good answers per second within the users' patience.
    #[must_use]
    pub fn goodput(&self) -> f64 {
        rate(self.users.good, self.window_s)
    }

    /// Good answers per second that came back to users' devices, wanted or not.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        rate(self.users.good + self.wasted, self.window_s)
    }

    /// The part with this name.
    #[must_use]
    pub fn part(&self, key: &str) -> Option<&PartView> {
        self.parts.iter().find(|part| part.key == key)
    }
}

fn rate(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}

fn part(topology: &Topology, place: usize, earlier: &Sample, later: &Sample) -> PartView {
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
fn usd_per_month(topology: &Topology, place: usize, earlier: &Sample, later: &Sample) -> f64 {
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
    let offered = now.offered_ns - then.offered_ns;
    let processor =
        cores.map(|_| if offered > 0.0 { (now.core_ns - then.core_ns) / offered } else { 0.0 });
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
        is_primary: now.is_primary,
        lag_s: now.lag_ns as f64 / 1e9,
        disk: now.has_disk.then(|| over(now.disk_ns.wrapping_sub(then.disk_ns) as f64)),
    }
}
