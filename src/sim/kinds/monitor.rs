//! Monitoring and automation: looks at all meters at regular times, raises alerts by rules, and has
//! dead machines replaced by sound ones. It sees no more than it measures: a machine is known to be
//! dead, and an alert is raised, only after as many looks as it takes. Without monitoring, nobody
//! notices but the users.

mod dead;

use super::Kind;
use super::behavior::{Action, Behavior, Ctx, Fault, Order, Surroundings};
use super::param::{Param, Spec, settings};
use crate::histogram::Histogram;
use crate::run::log::Severity;
use crate::run::meters::{Sample, ServerMeter};
use crate::run::requests::{Outcome, RequestId};
use crate::units::{HOURS_PER_MONTH, SimTime, Span};
use dead::{Dead, Watched};

/// Name in links and files.
pub const KEY: &str = "monitor";
/// Name shown.
pub const LABEL: &str = "Monitoring";
/// One in each site, or one outside all.
pub const PER_SITE: bool = false;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &[];

/// What a rule can be about: name in links, name shown.
pub const METRICS: &[(&str, &str)] = &[
    ("none", "no rule"),
    ("p99_ms", "99th percentile of latency, ms"),
    ("mean_ms", "mean latency, ms"),
    ("errors", "failed share of requests"),
    ("rate", "requests per second"),
    ("utilisation", "highest utilisation of a server"),
    ("backlog", "longest backlog of a server"),
    ("dead", "dead servers"),
    ("gauge", "highest gauge of the named sort"),
];

/// Sorts of gauges that parts show, for a rule about one of them.
pub const GAUGES: &[(&str, &str)] = &[
    ("lag_s", "replication lag, s"),
    ("memory_share", "memory in use, share"),
    ("oldest_s", "age of the oldest message, s"),
    ("depth", "messages waiting"),
    ("disk_backlog", "calls waiting for disks"),
];

settings! {
    Every = Param::number("every_s", "Metric period", (1.0, 15.0, 3_600.0),
        "Seconds from one look at all meters to the next: 15 s for containers, 60 s for machines \
         are common.").unit("s");
    Heal = Param::switch("heal", "Self-healing", true,
        "On: a machine that was dead at so many looks in a row is replaced by a sound one.");
    Looks = Param::count("looks", "Looks until dead", (1, 2, 10),
        "Looks in a row that must find a machine dead before it is replaced.");
    Boot = Param::number("boot_s", "Boot delay", (0.0, 90.0, 3_600.0),
        "Seconds until the machine that replaces a dead one is usable: a virtual machine with its \
         software starts in 60 to 180 s.").unit("s");
    Metric1 = Param::choice("rule_a", "Rule A", METRICS, 1, "What the first alert is about.");
    Above1 = Param::number("above_a", "Rule A above", (0.0, 1_000.0, 1e9),
        "The alert is raised when the metric stays above this.").logarithmic();
    For1 = Param::number("for_a_s", "Rule A for", (0.0, 30.0, 3_600.0),
        "Seconds the metric must stay above before the alert is raised.").unit("s");
    Metric2 = Param::choice("rule_b", "Rule B", METRICS, 3, "What the second alert is about.");
    Above2 = Param::number("above_b", "Rule B above", (0.0, 0.01, 1e9),
        "The alert is raised when the metric stays above this.").logarithmic();
    For2 = Param::number("for_b_s", "Rule B for", (0.0, 30.0, 3_600.0),
        "Seconds the metric must stay above before the alert is raised.").unit("s");
    Metric3 = Param::choice("rule_c", "Rule C", METRICS, 5, "What the third alert is about.");
    Above3 = Param::number("above_c", "Rule C above", (0.0, 0.9, 1e9),
        "The alert is raised when the metric stays above this.").logarithmic();
    For3 = Param::number("for_c_s", "Rule C for", (0.0, 60.0, 3_600.0),
        "Seconds the metric must stay above before the alert is raised.").unit("s");
    Sort = Param::choice("gauge", "Gauge of rules", GAUGES, 0,
        "The sort of gauge that a rule about a gauge means; the highest of all parts counts.");
    Revenue = Param::number("revenue_user_day", "Revenue of a user and day", (0.0, 0.18, 1_000.0),
        "USD that a satisfied daily user brings in a day: 0.18 from advertising, Meta 2023.")
        .unit("USD").logarithmic();
    Tolerated = Param::number("tolerated_ms", "Tolerated latency", (0.0, 200.0, 60_000.0),
        "An answer within this time satisfies fully; past it satisfaction falls. A choice.")
        .unit("ms");
    Scale = Param::number("scale_ms", "Scale of impatience", (1.0, 10_000.0, 1e6),
        "Satisfaction falls as exp(-excess / scale): 10 s is 1 % for each 100 ms at first, as the \
         often quoted Amazon figure has it. An error satisfies nobody.").unit("ms").logarithmic();
    Price = Param::number("price_host_month", "Price of a monitored server", (0.0, 15.0, 1_000.0),
        "USD per month and server watched, of a hosted service; a choice.").unit("USD");
}

const RULES: [(Setting, Setting, Setting); 3] = [
    (Setting::Metric1, Setting::Above1, Setting::For1),
    (Setting::Metric2, Setting::Above2, Setting::For2),
    (Setting::Metric3, Setting::Above3, Setting::For3),
];
/// What the log says of an alert, by the place of its rule: that it is raised, with the metric and
/// what this is above; that it is over; and that it ends with its rule.
pub const ALERTS: [[&str; 3]; 3] = [
    ["alert A raised", "alert A over", "alert A over, its rule was changed"],
    ["alert B raised", "alert B over", "alert B over, its rule was changed"],
    ["alert C raised", "alert C over", "alert C over, its rule was changed"],
];
/// Timers from here on put a sound machine in place of a dead one.
const REPLACE: u32 = 1;

/// The rules that are set: the place of each, what the log calls its metric, above what, and for
/// how many seconds.
#[must_use]
pub fn rules(spec: &Spec) -> Vec<(usize, &'static str, f64, f64)> {
    let set = RULES.iter().enumerate();
    set.filter(|(_, (metric, ..))| spec.count(*metric as usize) > 0)
        .map(|(place, (metric, above, lasts))| {
            let name = METRICS[spec.count(*metric as usize)].1;
            (place, name, spec.number(*above as usize), spec.number(*lasts as usize))
        })
        .collect()
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    0
}

/// Priced by the servers it watches, which it knows only while running.
#[must_use]
pub const fn monthly_usd(_: &Spec) -> f64 {
    0.0
}

/// A rule and how it stands.
#[derive(Clone, Copy, Debug, Default)]
struct Rule {
    metric: usize,
    above: f64,
    lasts: Span,
    since: Option<SimTime>,
    is_raised: bool,
}

/// The monitoring of a run.
#[derive(Clone, Debug, Default)]
pub struct State {
    every: Span,
    next: SimTime,
    heals: bool,
    looks: u32,
    boot: Span,
    rules: [Rule; 3],
    gauge: usize,
    price: f64,
    watched: Vec<Watched>,
    dead: Vec<Dead>,
    /// Servers to replace, by the number of their timer.
    orders: Vec<(u8, u16)>,
    last: Option<Box<(Histogram, u64, u64, SimTime)>>,
    usages: Vec<Vec<ServerMeter>>,
    spent: f64,
    hosts: usize,
    paid: SimTime,
    raised: u64,
    replaced: u64,
}

impl State {
    /// Nothing was seen yet.
    #[must_use]
    pub fn new(_: u64) -> Self {
        Self::default()
    }

    /// The value of a rule's metric over the time since the last look.
    fn measure(&self, metric: usize, sample: &Sample) -> Option<f64> {
        let servers =
            || self.watched.iter().flat_map(|watched| &sample.servers[watched.node as usize]);
        let highest = |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::max);
        let last = self.last.as_deref();
        match METRICS[metric].0 {
            "p99_ms" | "mean_ms" => {
                let (time, ..) = last?;
                let time = sample.meters.time().since(time);
                let at = if metric == 1 { time.quantile(0.99) } else { time.mean() };
                at.map(|s| s * 1e3)
            }
            "errors" => {
                let (time, failed, ..) = last?;
                let ended = sample.meters.endings();
                let failed = ended.failures() - failed;
                let all = ended.good - time.count() + failed;
                (all > 0).then(|| failed as f64 / all as f64)
            }
            "rate" => {
                let (_, _, offered, at) = last?;
                let seconds = sample.at.since(*at).seconds();
                Some((sample.meters.offered_in_all() - offered) as f64 / seconds.max(1e-9))
            }
            "utilisation" => {
                let (.., at) = last?;
                let span = sample.at.since(*at).0 as f64;
                let pairs = self.watched.iter().flat_map(|&Watched { node, .. }| {
                    let then = self.usages.get(node as usize).into_iter().flatten();
                    then.zip(&sample.servers[node as usize])
                });
                highest(&mut pairs.filter_map(|(then, now)| utilisation(then, now, span)))
            }
            "backlog" => highest(&mut servers().map(|s| f64::from(s.backlog))),
            "dead" => Some(self.dead.iter().filter(|d| !d.is_spoken_for).count() as f64),
            "gauge" => {
                let sort = GAUGES[self.gauge].0;
                let all = sample.gauges.iter().flatten().filter(|(name, _)| *name == sort);
                highest(&mut all.map(|(_, value)| *value))
            }
            _ => None,
        }
    }

    fn judge(&mut self, ctx: &mut Ctx, sample: &Sample) {
        for (index, [raised, over, _]) in ALERTS.into_iter().enumerate() {
            let Rule { metric, above, lasts, .. } = self.rules[index];
            let value = self.measure(metric, sample);
            let rule = &mut self.rules[index];
            match value.filter(|value| *value > above) {
                Some(value) => {
                    let since = *rule.since.get_or_insert(sample.at);
                    if !rule.is_raised && sample.at.since(since) >= lasts {
                        rule.is_raised = true;
                        self.raised += 1;
                        let numbers = [(METRICS[metric].1, value), ("above", above)];
                        ctx.log(Severity::Error, None, raised, &numbers);
                    }
                }
                None => {
                    rule.since = None;
                    if std::mem::take(&mut rule.is_raised) {
                        let numbers = value.map(|value| (METRICS[metric].1, value));
                        ctx.log(Severity::Info, None, over, numbers.as_slice());
                    }
                }
            }
        }
    }

    /// What watching has cost up to now, in USD.
    fn owed(&self, now: SimTime) -> f64 {
        let hours = now.since(self.paid).seconds() / 3_600.0;
        self.spent + hours * self.hosts as f64 * self.price / HOURS_PER_MONTH
    }

    fn pay(&mut self, now: SimTime) {
        (self.spent, self.paid) = (self.owed(now), now);
    }
}

/// Share of a server's processor, or of its slots, in use between two looks.
fn utilisation(then: &ServerMeter, now: &ServerMeter, span: f64) -> Option<f64> {
    let offered = now.offered_ns - then.offered_ns;
    if now.cores > 0.0 {
        return (offered > 0.0).then(|| (now.core_ns - then.core_ns) / offered);
    }
    let busy = now.busy_ns.wrapping_sub(then.busy_ns) as f64;
    (now.slots != u32::MAX && span > 0.0).then(|| busy / span / f64::from(now.slots.max(1)))
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let seconds = |setting: Setting| Span::from_seconds(spec.number(setting as usize));
        let every = seconds(Setting::Every);
        let is_new = every != self.every;
        self.every = every;
        self.heals = spec.is_on(Setting::Heal as usize);
        self.looks = spec.count(Setting::Looks as usize) as u32;
        self.boot = seconds(Setting::Boot);
        let gauge = spec.count(Setting::Sort as usize);
        let is_other_gauge = std::mem::replace(&mut self.gauge, gauge) != gauge;
        for (place, (metric, above, lasts)) in RULES.into_iter().enumerate() {
            let (metric, above) = (spec.count(metric as usize), spec.number(above as usize));
            let (old, lasts) = (self.rules[place], seconds(lasts));
            let is_about_other = (metric, above) != (old.metric, old.above)
                || (is_other_gauge && METRICS[metric].0 == "gauge");
            let is_new = is_about_other || lasts != old.lasts;
            if is_new && old.is_raised {
                ctx.log(Severity::Info, None, ALERTS[place][2], &[]);
            }
            self.rules[place] = Rule {
                metric,
                above,
                lasts,
                since: old.since.filter(|_| !is_about_other),
                is_raised: old.is_raised && !is_new,
            };
        }
        self.watched.clear();
        for site in 0..around.sites() {
            let kinds = Kind::ALL.iter().filter(|kind| !kind.is_global());
            let has_servers = |kind: &&Kind| **kind != Kind::Network;
            let host = |&kind: &Kind| {
                let is_guest = around.is_guest_at(kind, site);
                around.place_at(Kind::WebTier, site).filter(|_| is_guest)
            };
            let watched = |kind: &Kind| {
                let node = around.place_at(*kind, site)?;
                Some(Watched { node, kind: *kind, host: host(kind) })
            };
            self.watched.extend(kinds.filter(has_servers).filter_map(watched));
        }
        self.pay(ctx.now());
        self.price = spec.number(Setting::Price as usize);
        if is_new {
            self.next = ctx.now().after(every);
            ctx.wake_at(self.next, 0);
        }
    }

    fn arrive(&mut self, _: &mut Ctx, _: RequestId) -> Action {
        Action::Reply(Outcome::Unavailable)
    }

    fn resume(&mut self, _: &mut Ctx, _: RequestId) -> Action {
        Action::Reply(Outcome::Unavailable)
    }

    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        if timer >= REPLACE {
            let (node, server) = self.orders[(timer - REPLACE) as usize];
            // It may have come back by itself meanwhile.
            let is = |dead: &&Dead| (dead.node, dead.server) == (node, server);
            if let Some(dead) = self.dead.iter().find(is) {
                ctx.order(Order::Replace { node, server });
                if !dead.is_spoken_for {
                    self.replaced += 1;
                    ctx.log_of(node, Severity::Info, Some(server as usize), "replaced", &[]);
                }
                self.dead.retain(|dead| !is(&dead));
            }
            return None;
        }
        // The period may have changed since the timer was set.
        if ctx.now() == self.next {
            self.next = ctx.now().after(self.every);
            ctx.wake_at(self.next, 0);
            ctx.order(Order::Show { node: ctx.node() });
        }
        None
    }

    fn look(&mut self, ctx: &mut Ctx, sample: &Sample) {
        self.find_dead(ctx, sample);
        self.judge(ctx, sample);
        self.pay(sample.at);
        let servers = |node: u8| sample.servers[node as usize].iter().filter(|s| !s.leaving);
        let own = self.watched.iter().filter(|watched| watched.host.is_none());
        self.hosts = own.map(|watched| servers(watched.node).count()).sum();
        let meters = &sample.meters;
        let (failed, offered) = (meters.endings().failures(), meters.offered_in_all());
        self.last = Some(Box::new((meters.time(), failed, offered, sample.at)));
        self.usages.clone_from(&sample.servers);
    }

    fn fault(&mut self, _: &mut Ctx, _: Option<usize>, _: Option<Fault>) {}

    fn servers(&self, _: &Ctx) -> Vec<ServerMeter> {
        Vec::new()
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        vec![("alerts_raised", self.raised), ("servers_replaced", self.replaced)]
    }

    fn gauges(&self, _: &Ctx) -> Vec<(&'static str, f64)> {
        let firing = self.rules.iter().filter(|rule| rule.is_raised).count();
        vec![("alerts_firing", firing as f64), ("servers_watched", self.hosts as f64)]
    }

    fn spent_usd(&self, ctx: &Ctx) -> Option<f64> {
        Some(self.owed(ctx.now()))
    }
}
