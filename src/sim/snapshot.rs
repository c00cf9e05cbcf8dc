//! What an observer may see of a run between two instants: plain figures, ready to be shown, sent
//! or written. Made of two samples; making it changes nothing.

mod parts;

use super::business::Business;
use super::histogram::Histogram;
use super::kinds::{Kind, clients};
use super::region::REGIONS;
use super::run::meters::{Endings, Flow, Sample};
use super::run::requests::{CLASSES, FAILURES};
use super::topology::Topology;
pub use parts::{DiskView, PartView, ServerView};
use parts::{part, usd_per_month};
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
    /// What it means for the business, where monitoring tells.
    pub business: Option<Business>,
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
            business: topology.scenario().spec(Kind::Monitor).map(|monitor| {
                let users = spec.map_or(0.0, clients::daily_users);
                Business::of(monitor, users, &all, endings.failures())
            }),
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
