//! The table of metrics: what can be asked for by name of a settled run, in sweeps, goals and CSV
//! lines. A metric is one row here.

use super::availability;
use super::cost;
use super::names;
use super::settle::{Estimate, Settled};
use crate::business::Business;
use crate::engine::Engine;
use crate::kinds::Kind;
use crate::kinds::param::quoted;
use crate::snapshot::{Latency, PartView, Snapshot, Tally};
use crate::topology::Topology;
use crate::units::HOURS_PER_MONTH;

/// What a metric may be asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole system only.
    System,
    /// The whole system, or a class, a region or a part: `p99`, `p99.write`.
    Any,
    /// The whole system, or a part: `cost.web`.
    Whole,
    /// One part only: `utilisation.db`.
    Part,
    /// Something that a part counts or measures under a name of its own: `gauge.db.lag_s`.
    Named,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name.
    pub key: &'static str,
    /// Its unit; empty for a plain number.
    pub unit: &'static str,
    /// What it means.
    pub help: &'static str,
    /// What it may be asked of.
    pub scope: Scope,
    value: fn(&Settled, &Place<'_>) -> Option<Estimate>,
}

/// What a metric is asked of, looked up in the figures.
struct Place<'a> {
    figures: &'a Snapshot,
    tally: &'a Tally,
    latency: &'a Latency,
    part: Option<&'a PartView>,
    is_system: bool,
    /// As it was asked for.
    of: &'a str,
}

impl Metric {
    /// The most that it can be.
    #[must_use]
    pub fn most(&self) -> f64 {
        if self.unit == SHARE { 1.0 } else { f64::INFINITY }
    }
}

/// A metric that was asked for, with the class, region or part where one was named.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The row.
    pub metric: &'static Metric,
    /// The class, region or part; empty for the system.
    pub of: String,
}

/// Metrics that monitoring tells.
const BUSINESS: [&str; 4] = ["satisfaction", "retained_users", "revenue", "lost_revenue"];
const SHARE: &str = "share, 0 to 1";

/// All metrics.
pub const METRICS: &[Metric] = &[
    row("mean", "s", Scope::Any, "Mean time to a good answer; of a part, time spent in it.", mean),
    row("p50", "s", Scope::Any, "Median of that time.", |s, p| known(p, s.p50_s, p.latency.p50_s)),
    row("p90", "s", Scope::Any, "Its 90th percentile.", |_, p| bare(p.latency.p90_s)),
    row("p95", "s", Scope::Any, "Its 95th percentile.", |s, p| known(p, s.p95_s, p.latency.p95_s)),
    row("p99", "s", Scope::Any, "Its 99th percentile.", |s, p| known(p, s.p99_s, p.latency.p99_s)),
    row("p999", "s", Scope::Any, "Its 99.9th percentile.", |_, p| bare(p.latency.p999_s)),
    row("traffic", "req/s", Scope::Any, "Requests that came, retries not counted.", |_, p| {
        bare(Some(per_second(p.tally.arrived, p.figures)))
    }),
    row("goodput", "req/s", Scope::Any, "Good answers within the users' patience.", goodput),
    row("throughput", "req/s", Scope::System, "Good answers, wanted or not.", |_, p| {
        bare(Some(p.figures.throughput()))
    }),
    row("errors", SHARE, Scope::Any, "Failed share of all that ended.", errors),
    row("availability", SHARE, Scope::Any, "Good share of all that ended.", |s, p| {
        errors(s, p).map(|e| Estimate { value: 1.0 - e.value, ..e })
    }),
    row(
        "nines",
        "",
        Scope::System,
        "Availability in nines: 3 for 99.9 %. None failed: at least \
         so many, by the interval's lower end.",
        |s, _| bare(Some(availability::of(s).nines())),
    ),
    row("attempts", "per request", Scope::System, "Attempts sent, retries included.", |_, p| {
        ratio(p.figures.attempts, p.figures.users.arrived)
    }),
    row("wasted", "req/s", Scope::System, "Answers that came after the user gave up.", |_, p| {
        bare(Some(per_second(p.figures.wasted, p.figures)))
    }),
    row("hit_ratio", SHARE, Scope::System, "Look-ups that found the value in a cache.", |_, p| {
        ratio(p.figures.hits, p.figures.hits + p.figures.misses)
    }),
    row("cost", "USD/month", Scope::Whole, "What the system or a part costs.", |_, p| {
        bare(Some(p.part.map_or(p.figures.usd_per_month, |part| part.usd_per_month)))
    }),
    row("cost_per_hour", "USD/h", Scope::Whole, "The same for an hour.", |_, p| {
        let month = p.part.map_or(p.figures.usd_per_month, |part| part.usd_per_month);
        bare(Some(month / HOURS_PER_MONTH))
    }),
    row("cost_per_million", "USD", Scope::Whole, "Cost of a million good answers.", |_, p| {
        let month = p.part.map_or(p.figures.usd_per_month, |part| part.usd_per_month);
        bare(cost::per_million(month, p.figures.goodput()))
    }),
    row(
        "rto",
        "s",
        Scope::System,
        "Recovery time: seconds without writes of the last outage of a database's primary, the \
         longest of all databases; 0 where there was none.",
        |_, p| bare(named(p.figures, "db", "rto_s", &highest)),
    ),
    row(
        "rpo",
        "s",
        Scope::System,
        "Recovery point: age of the oldest acknowledged write that the last failover lost, the \
         highest of all databases.",
        |_, p| bare(named(p.figures, "db", "rpo_s", &highest)),
    ),
    row(
        "satisfaction",
        SHARE,
        Scope::System,
        "Mean satisfaction of users with a request, by the settings of the part monitor.",
        |_, p| business(p, |b| b.satisfaction),
    ),
    row(
        "retained_users",
        "users",
        Scope::System,
        "Daily users that such a service keeps.",
        |_, p| business(p, |b| b.retained_users),
    ),
    row("revenue", "USD/day", Scope::System, "What those users bring in a day.", |_, p| {
        business(p, |b| b.revenue_per_day)
    }),
    row(
        "lost_revenue",
        "USD/day",
        Scope::System,
        "What full satisfaction would bring on top.",
        |_, p| business(p, |b| b.lost_per_day),
    ),
    row("utilisation", SHARE, Scope::Part, "Mean over its servers that are up.", |_, p| {
        bare(p.part.map(|part| part.utilisation))
    }),
    row("hottest", SHARE, Scope::Part, "Utilisation of its busiest server.", |_, p| {
        let used = |part: &PartView| part.servers.iter().map(|s| s.utilisation).fold(0.0, f64::max);
        bare(p.part.map(used))
    }),
    row("backlog", "requests", Scope::Part, "Mean number waiting at all its servers.", |_, p| {
        bare(p.part.map(|part| part.servers.iter().map(|s| s.mean_backlog).sum()))
    }),
    row("wait", "s", Scope::Part, "Mean wait for a slot.", |_, p| {
        bare(p.part.and_then(|part| part.mean_wait_s))
    }),
    row("inside", "requests", Scope::Part, "Mean number inside.", |_, p| {
        bare(p.part.map(|part| part.mean_inside))
    }),
    row(
        "counter",
        "",
        Scope::Named,
        "What a part has counted under this name in the time measured; with several sites of all \
         of them together, unless one is named (cache2).",
        |_, p| {
            let (part, name) = p.of.split_once('.')?;
            bare(named(p.figures, part, name, &total))
        },
    ),
    row(
        "gauge",
        "",
        Scope::Named,
        "What a part measures under this name at the end, in the unit that the name ends with; \
         with several sites the highest, unless one is named.",
        |_, p| {
            let (part, name) = p.of.split_once('.')?;
            bare(named(p.figures, part, name, &highest))
        },
    ),
];

/// One figure of the parts of this name: of that one, or with several sites of all of the kind.
type Gather<'a> = &'a dyn Fn(&[&PartView], &str) -> Option<f64>;

fn named(figures: &Snapshot, part: &str, name: &str, gather: Gather<'_>) -> Option<f64> {
    let is_meant = |view: &&PartView| {
        let kind = names::kind(&view.key).map(Kind::key);
        view.key == part || (kind == Some(part) && figures.part(part).is_none())
    };
    let parts: Vec<&PartView> = figures.parts.iter().filter(is_meant).collect();
    gather(&parts, name)
}

fn total(parts: &[&PartView], name: &str) -> Option<f64> {
    let counts: Vec<u64> = parts.iter().filter_map(|part| names::counter(part, name)).collect();
    (!counts.is_empty()).then(|| counts.iter().sum::<u64>() as f64)
}

fn highest(parts: &[&PartView], name: &str) -> Option<f64> {
    parts.iter().filter_map(|part| names::gauge(part, name)).reduce(f64::max)
}

fn business(place: &Place<'_>, of: fn(&Business) -> f64) -> Option<Estimate> {
    bare(place.figures.business.as_ref().map(of))
}

const fn row(
    key: &'static str,
    unit: &'static str,
    scope: Scope,
    help: &'static str,
    value: fn(&Settled, &Place<'_>) -> Option<Estimate>,
) -> Metric {
    Metric { key, unit, help, scope, value }
}

fn bare(value: Option<f64>) -> Option<Estimate> {
    value.map(|value| Estimate { value, half_width: None })
}

/// The system's figure with its interval; of a class, region or part the figure alone.
fn known(place: &Place<'_>, system: Option<Estimate>, own: Option<f64>) -> Option<Estimate> {
    if place.is_system { system } else { bare(own) }
}

fn mean(settled: &Settled, place: &Place<'_>) -> Option<Estimate> {
    known(place, settled.mean_s, place.latency.mean_s)
}

fn goodput(settled: &Settled, place: &Place<'_>) -> Option<Estimate> {
    known(place, Some(settled.goodput), Some(per_second(place.tally.good, place.figures)))
}

fn errors(settled: &Settled, place: &Place<'_>) -> Option<Estimate> {
    let ended = place.tally.good + place.tally.failed;
    let own = (ended > 0).then(|| place.tally.error_share());
    known(place, own.map(|_| availability::errors(settled)), own)
}

fn per_second(count: u64, figures: &Snapshot) -> f64 {
    if figures.window_s > 0.0 { count as f64 / figures.window_s } else { 0.0 }
}

fn ratio(part: u64, whole: u64) -> Option<Estimate> {
    bare((whole > 0).then(|| part as f64 / whole as f64))
}

impl Wanted {
    /// Reads a metric's name.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let (key, of) = text.split_once('.').unwrap_or((text, ""));
        let metric = METRICS.iter().find(|metric| metric.key == key).ok_or_else(|| {
            let keys: Vec<&str> = METRICS.iter().map(|metric| metric.key).collect();
            format!("{} is not a metric; there are {}", quoted(text), keys.join(", "))
        })?;
        match (metric.scope, of.is_empty()) {
            (Scope::System, false) => Err(format!("{key} is of the whole system")),
            (Scope::Part, true) => Err(format!("{key} needs a part, such as {key}.web")),
            (Scope::Named, _) if !of.contains('.') => {
                Err(format!("{key} needs a part and a name, such as gauge.db.lag_s"))
            }
            _ => Ok(Self { metric, of: of.to_owned() }),
        }
    }

    /// The name as it was asked for.
    #[must_use]
    pub fn name(&self) -> String {
        let dot = if self.of.is_empty() { "" } else { "." };
        format!("{}{dot}{}", self.metric.key, self.of)
    }

    /// Says what is wrong with asking for it in this system; nothing has to run for that.
    ///
    /// # Errors
    /// A sentence that names what there is.
    pub fn check(&self, topology: &Topology) -> Result<(), String> {
        let sample = Engine::new(topology.clone()).sample();
        let figures = Snapshot::between(topology, &sample, &sample);
        if self.metric.scope == Scope::Named {
            return self.check_name(&figures);
        }
        if BUSINESS.contains(&self.metric.key) && figures.business.is_none() {
            return Err(format!("{} needs the part monitor", self.metric.key));
        }
        let mut names: Vec<&str> = figures.parts.iter().map(|part| part.key.as_str()).collect();
        if self.metric.scope == Scope::Any {
            names.extend(figures.classes.iter().map(|class| class.key.as_str()));
            names.extend(crate::region::REGIONS.iter().map(|region| region.code));
        }
        if self.of.is_empty() || names.contains(&self.of.as_str()) {
            return Ok(());
        }
        Err(format!("{}: there are {}", quoted(&self.name()), names.join(", ")))
    }

    /// Whether the part has something of this name; if not, what it has.
    fn check_name(&self, figures: &Snapshot) -> Result<(), String> {
        let (part, name) = self.of.split_once('.').unwrap_or((&self.of, ""));
        let is_counter = self.metric.key == "counter";
        let gather: Gather<'_> = if is_counter { &total } else { &highest };
        if named(figures, part, name, gather).is_some() {
            return Ok(());
        }
        let mut known: Vec<String> = Vec::new();
        for view in &figures.parts {
            let own: Vec<&String> = match is_counter {
                true => view.counters.iter().map(|(name, _)| name).collect(),
                false => view.gauges.iter().map(|(name, _)| name).collect(),
            };
            known.extend(own.iter().map(|name| format!("{}.{name}", view.key)));
        }
        let is_of_part = |full: &&String| {
            names::kind(full.split('.').next().unwrap_or("")).map(Kind::key)
                == Some(part.trim_end_matches(|c: char| c.is_ascii_digit()))
        };
        let of_part: Vec<String> = known.iter().filter(is_of_part).cloned().collect();
        let shown = if of_part.is_empty() { known } else { of_part };
        Err(format!("{}: there are {}", quoted(&self.name()), shown.join(", ")))
    }

    /// The figure of a run, with its 95 % interval where there is one; `None` where there is no
    /// figure, such as a time where nothing was answered.
    #[must_use]
    pub fn of(&self, settled: &Settled) -> Option<Estimate> {
        let figures = &settled.figures;
        let part = figures.part(&self.of);
        let mut groups = figures.classes.iter().chain(&figures.regions);
        let (tally, latency) = if self.of.is_empty() || self.metric.scope == Scope::Named {
            (&figures.users, &figures.latency)
        } else if let Some(part) = part {
            (&part.tally, &part.latency)
        } else {
            let group = groups.find(|group| group.key == self.of)?;
            (&group.tally, &group.latency)
        };
        let place =
            Place { figures, tally, latency, part, is_system: self.of.is_empty(), of: &self.of };
        (self.metric.value)(settled, &place).filter(|estimate| estimate.value.is_finite())
    }
}

#[cfg(test)]
mod tests;
