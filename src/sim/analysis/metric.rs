//! The table of metrics: what can be asked for by name of a settled run, in sweeps, goals and CSV
//! lines. A metric is one row here.

use super::availability;
use super::cost;
use super::settle::{Estimate, Settled};
use crate::sim::engine::Engine;
use crate::sim::kinds::param::quoted;
use crate::sim::snapshot::{Latency, PartView, Snapshot, Tally};
use crate::sim::topology::Topology;

/// What a metric may be asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole system only.
    System,
    /// The whole system, or a class, a region or a part: `p99`, `p99.write`.
    Any,
    /// One part only: `utilisation.db`.
    Part,
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
}

/// A metric that was asked for, with the class, region or part where one was named.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The row.
    pub metric: &'static Metric,
    /// The class, region or part; empty for the system.
    pub of: String,
}

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
    row("cost", "USD/month", Scope::System, "What the system costs.", |_, p| {
        bare(Some(p.figures.usd_per_month))
    }),
    row("cost_per_million", "USD", Scope::System, "Cost of a million good answers.", |_, p| {
        bare(cost::per_million(p.figures.usd_per_month, p.figures.goodput()))
    }),
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
];

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
        let mut names: Vec<&str> = figures.parts.iter().map(|part| part.key.as_str()).collect();
        if self.metric.scope == Scope::Any {
            names.extend(figures.classes.iter().map(|class| class.key.as_str()));
            names.extend(crate::sim::region::REGIONS.iter().map(|region| region.code));
        }
        if self.of.is_empty() || names.contains(&self.of.as_str()) {
            return Ok(());
        }
        Err(format!("{}: there are {}", quoted(&self.name()), names.join(", ")))
    }

    /// The figure of a run, with its 95 % interval where there is one; `None` where there is no
    /// figure, such as a time where nothing was answered.
    #[must_use]
    pub fn of(&self, settled: &Settled) -> Option<Estimate> {
        let figures = &settled.figures;
        let part = figures.part(&self.of);
        let mut groups = figures.classes.iter().chain(&figures.regions);
        let (tally, latency) = if self.of.is_empty() {
            (&figures.users, &figures.latency)
        } else if let Some(part) = part {
            (&part.tally, &part.latency)
        } else {
            let group = groups.find(|group| group.key == self.of)?;
            (&group.tally, &group.latency)
        };
        let place = Place { figures, tally, latency, part, is_system: self.of.is_empty() };
        (self.metric.value)(settled, &place).filter(|estimate| estimate.value.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::presets;

    #[test]
    fn a_metric_is_of_the_system_or_of_what_there_is() {
        let topology = Topology::build(&presets::stage(3)).expect("a stage can run");
        for (text, expected) in [
            ("p99", None),
            ("p99.write", None),
            ("p99.EU", None),
            ("utilisation.web", None),
            ("cost.web", Some("cost is of the whole system")),
            ("utilisation", Some("utilisation needs a part, such as utilisation.web")),
            ("p98", Some("“p98” is not a metric")),
            ("utilisation.cdn", Some("“utilisation.cdn”: there are clients, network")),
            ("utilisation.EU", Some("“utilisation.EU”: there are clients, network")),
        ] {
            let read = Wanted::read(text).and_then(|wanted| wanted.check(&topology));
            match expected {
                None => assert_eq!(read, Ok(()), "{text}"),
                Some(said) => assert!(read.is_err_and(|e| e.contains(said)), "{text}"),
            }
        }
    }

    #[test]
    fn every_metric_has_a_unit_or_none_and_a_help() {
        let mut keys = std::collections::BTreeSet::new();
        for metric in METRICS {
            assert!(keys.insert(metric.key) && metric.help.len() > 15, "{}", metric.key);
        }
    }
}
