//! What must add up in any run: look-ups, messages, users, costs; what setting a parameter and
//! setting it back must leave alone; and which ways to share work are better than which.

use crate::probe::{figure, run_requests, scenario, textbook, topology};
use crate::wild::{any_scenario, any_story, draws, happen, setting};
use millionth::sim::engine::Engine;
use millionth::sim::kinds::Kind;
use millionth::sim::scenario::link;
use millionth::sim::snapshot::{PartView, Snapshot};
use millionth::sim::topology::Topology;
use millionth::sim::units::{HOURS_PER_MONTH, SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A counter or gauge of a part, 0 where it has none of that name.
fn number(part: &PartView, name: &str) -> f64 {
    let counted = part.counters.iter().find(|(n, _)| n == name).map(|(_, count)| *count as f64);
    let measured = || part.gauges.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
    counted.or_else(measured).unwrap_or(0.0)
}

/// What is wrong with figures from the start of a run on, if anything.
fn wrong(engine: &Engine, figures: &Snapshot) -> Option<String> {
    let mut wrong = Vec::new();
    let mut adds_up = |what: &str, sum: f64, whole: f64| {
        if (sum - whole).abs() > 1e-9 * whole.abs() {
            wrong.push(format!("{what}: {sum} is not {whole}"));
        }
    };
    let sum = |of: &dyn Fn(&PartView) -> f64| figures.parts.iter().map(of).sum::<f64>();
    let users = &figures.users;
    let ended = users.good + users.failed + figures.waiting_users;
    adds_up("users", ended as f64, users.arrived as f64);
    for groups in [&figures.classes, &figures.regions] {
        let came: u64 = groups.iter().map(|group| group.tally.arrived).sum();
        let good: u64 = groups.iter().map(|group| group.latency.count).sum();
        adds_up("groups", came as f64, users.arrived as f64);
        adds_up("good of groups", good as f64, users.good as f64);
    }
    for (part, at) in figures.parts.iter().zip(&engine.topology().scenario().parts).skip(1) {
        let (tally, key) = (&part.tally, &part.key);
        // Checks of health are inside too, and not among what came.
        let ended = tally.good + tally.failed;
        let inside = (tally.arrived - ended).min(part.inside);
        adds_up(key, (ended + inside) as f64, tally.arrived as f64);
        let of = |name: &str| number(part, name);
        match at.kind {
            Kind::Queue => {
                let kept = of("depth") + of("in_flight");
                let gone = of("done") + of("dead_letters") + of("lost_messages");
                adds_up("messages", kept + gone, of("enqueued"));
            }
            Kind::Dns => {
                adds_up("names", of("hits") + of("misses") + of("coalesced"), of("lookups"));
            }
            Kind::Cdn => adds_up("fetches", of("fetches") + of("coalesced"), of("misses")),
            _ => {}
        }
    }
    let caches = |name: &str| {
        sum(&|part| if part.key.starts_with("cache") { number(part, name) } else { 0.0 })
    };
    adds_up("hits", caches("hits"), figures.hits as f64);
    adds_up("misses", caches("misses"), figures.misses as f64);
    adds_up("cost", sum(&|part| part.usd_per_month), figures.usd_per_month);
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

#[test]
fn what_is_counted_adds_up_and_no_cost_is_taken_back() {
    let (mut hits, mut misses, mut done, mut spent) = (0, 0, 0.0, 0.0);
    for seed in 1..=100 {
        let mut draw = draws(3).at(seed);
        let scenario = any_scenario(&mut draw, seed);
        let story = any_story(&scenario, &mut draw, 12);
        let mut engine = Engine::new(topology(&scenario));
        let start = engine.sample();
        let mut until = SimTime::ZERO;
        let mut paid = start.spent.clone();
        for (wait, happening) in &story {
            until = until.after(*wait);
            engine.run_until(until, u64::MAX);
            happen(&mut engine, happening);
            let now = engine.sample();
            let figures = Snapshot::between(engine.topology(), &start, &now);
            let said = || format!("seed {seed}\n{}\n{story:?}", link::write(&scenario));
            if let Some(wrong) = wrong(&engine, &figures) {
                panic!("{wrong} {}", said());
            }
            for (place, (then, now)) in paid.iter().zip(&now.spent).enumerate() {
                let back = then.zip(*now).is_some_and(|(then, now)| now < then * (1.0 - 1e-12));
                let key = &figures.parts[place].key;
                assert!(!back, "{key} has spent {then:?}, then {now:?} USD, {}", said());
            }
            paid.clone_from(&now.spent);
        }
        let figures = Snapshot::between(engine.topology(), &start, &engine.sample());
        (hits, misses) = (hits + figures.hits, misses + figures.misses);
        done += figures.parts.iter().map(|part| number(part, "done")).sum::<f64>();
        spent += paid.iter().flatten().sum::<f64>();
    }
    // What was never seen was not tested.
    assert!(hits > 3_000 && misses > 3_000, "{hits} hits, {misses} misses");
    assert!(done > 300.0 && spent > 0.0, "{done} jobs done for {spent} USD");
}

#[test]
fn the_bill_is_price_by_life_by_byte_and_by_request() {
    // Servers and workers come and go with the load; files are sent by edges and pages by the site.
    let settings = "clients.rate=60 clients.pattern=step clients.pattern_at_s=100 \
        clients.pattern_s=300 clients.pattern_factor=4 clients.static_share=0.4 \
        clients.job_share=0.3 web.autoscale=on web.servers=2 web.scale_period_s=10 web.boot_s=20 \
        web.price_vcpu_hour=0.05 web.size=2 web.service_ms=20 web.law=constant \
        web.scale_window_s=60 queue.target=10 queue.least=1 queue.workers=1 queue.most=10 \
        queue.period_s=5 \
        queue.boot_s=10 network.egress_usd_gb=0.09 monitor.price_host_month=15 monitor.heal=off \
        cdn.hit=0.9 dns.lookups=0.1";
    let parts = "clients,network,dns,cdn,lb,web,queue,monitor";
    let scenario = scenario(parts, settings, 1);
    let mut engine = Engine::new(topology(&scenario));
    let start = engine.sample();
    // USD of servers that stand or boot, summed in short steps.
    let (mut machines, mut least, mut most, step) = (0.0, f64::MAX, 0.0f64, 0.05);
    for _ in 0..(1_000.0 / step) as u32 {
        engine.run_until(engine.now().after(Span::from_seconds(step)), u64::MAX);
        let gauges = &engine.sample().gauges;
        let gauge = |name: &str| -> f64 {
            let all = gauges.iter().flatten();
            all.filter(|(n, _)| *n == name).map(|(_, value)| *value).sum()
        };
        let there = gauge("servers_in_service") + gauge("servers_booting");
        machines += there * 2.0 * 0.05 * step / 3_600.0;
        (least, most) = (least.min(there), most.max(there));
    }
    assert!(least <= 2.0 && most >= 4.0, "{least} to {most} servers");
    let figures = Snapshot::between(engine.topology(), &start, &engine.sample());
    let month = |key: &str| figures.part(key).map_or(f64::NAN, |part| part.usd_per_month);
    let months = 1_000.0 / 3_600.0 / HOURS_PER_MONTH;
    let near = |what: &str, paid: f64, expected: f64, tolerance: f64| {
        assert!((paid / expected - 1.0).abs() < tolerance, "{what}: {paid}, expected {expected}");
    };
    // A server that drains is paid for until it has left: a few seconds more than are seen.
    near("web", month("web") * months, machines, 0.02);
    let web = figures.part("web").expect("there is a web tier");
    // A page has 18 kB; what changes something, and a job, are answered with 6 kB.
    let bytes = [("read", 18e3), ("write", 6e3), ("job", 6e3)].map(|(key, bytes)| {
        let class = figures.classes.iter().find(|class| class.key == key);
        class.map_or(0.0, |class| class.tally.good as f64 * bytes)
    });
    let sent = bytes.iter().sum::<f64>() * 0.09 / 1e9;
    near("network", month("network") * months, sent, 0.02);
    assert!(web.tally.arrived > 10_000);
    // What costs by the month costs so, whatever happens.
    for (part, at) in figures.parts.iter().zip(&scenario.parts) {
        if [Kind::Clients, Kind::Dns, Kind::LoadBalancer].contains(&at.kind) {
            assert_eq!(part.usd_per_month, at.kind.monthly_usd(&at.spec), "{}", part.key);
        }
    }
    let whole: f64 = figures.parts.iter().map(|part| part.usd_per_month).sum();
    near("whole", figures.usd_per_month, whole, 1e-12);
}

/// Settings for which going there and back at once is an act in the model: entries that do not fit
/// are evicted, sessions go with their node, keys move, resolvers are forgotten, checks and chance
/// begin anew, a job that has begun goes on, a name that was told stays told.
const ACTS: &[&str] = &[
    "cache.entries",
    "cache.nodes",
    "cdn.entries",
    "chaos.server_mtbf_h",
    "chaos.site_mtbf_h",
    "chaos.speed_up",
    "db.home",
    "db.place",
    "db.placement",
    "db.replicas",
    "db.shards",
    "db.virtual_nodes",
    "dns.check_s",
    "dns.order",
    "dns.policy",
    "dns.resolvers",
    "dns.weights",
    "lb.check_s",
    "monitor.every_s",
    "network.distance",
    "network.rtt",
    "network.site",
    "queue.concurrency",
    "queue.workers",
    "sessions.capacity",
    "sessions.nodes",
    "web.autoscale",
    "web.servers",
    "web.sessions",
];

/// All that was counted. Sums of times are taken in other steps after a change, and differ in
/// their last digit.
fn counts(figures: &Snapshot) -> String {
    let groups = figures.classes.iter().chain(&figures.regions);
    let groups: Vec<_> = groups.map(|group| &group.tally).collect();
    let parts = figures.parts.iter();
    let parts = parts.map(|part| (&part.key, &part.tally, part.inside, &part.counters));
    let (attempts, waiting) = (figures.attempts, figures.waiting_users);
    format!("{:?} {groups:?} {:?} {attempts} {waiting}", figures.users, parts.collect::<Vec<_>>())
}

#[test]
fn a_setting_that_is_set_and_set_back_at_once_leaves_no_trace() {
    let (mut tried, mut broken) = (BTreeSet::new(), BTreeMap::new());
    for seed in 1..=120 {
        let mut draw = draws(4).at(seed);
        let mut scenario = any_scenario(&mut draw, seed);
        scenario.changes.clear();
        assert!(scenario.set("clients.rate", "200").is_ok());
        let told = |other: Option<&(String, String)>| {
            let mut engine = Engine::new(topology(&scenario));
            let empty = engine.sample();
            let at = |seconds: f64| SimTime::ZERO.after(Span::from_seconds(seconds));
            engine.run_until(at(1.0), u64::MAX);
            if let Some((key, value)) = other {
                let mut changed = scenario.clone();
                assert!(changed.set(key, value).is_ok(), "{key}={value}");
                engine.change(Topology::build(&changed).ok()?);
                engine.change(topology(&scenario));
            }
            engine.run_until(at(2.5), u64::MAX);
            engine.check().unwrap_or_else(|law| panic!("{law}"));
            Some(counts(&Snapshot::between(engine.topology(), &empty, &engine.sample())))
        };
        let undisturbed = told(None);
        for _ in 0..10 {
            let other = setting(&scenario, &mut draw);
            let Some(figures) = told(Some(&other)) else { continue };
            let key = other.0.replace(|c: char| c.is_ascii_digit(), "");
            if Some(figures) != undisturbed && !ACTS.contains(&key.as_str()) {
                broken.insert(key.clone(), format!("seed {seed}: {}={}", other.0, other.1));
            }
            tried.insert(key);
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(tried.len() > 300, "{} settings tried", tried.len());
}

#[test]
fn at_equal_load_the_ways_to_share_work_come_in_their_order() {
    for seed in 1..=12 {
        let mut draw = draws(6).at(seed);
        let servers = 3 + draw.below(8);
        let (load, ms) = (0.6 + 0.25 * draw.unit(), 1.0 + 50.0 * draw.unit());
        let rate = load * f64::from(servers) * 1e3 / ms;
        let mean = |parts: &str, settings: &str| {
            let settings = format!("clients.rate={rate} {settings}");
            figure(&run_requests(&textbook(parts, &settings, seed), 4e5), "mean")
        };
        let behind = |algorithm: &str| {
            let settings =
                format!("web.servers={servers} web.service_ms={ms} lb.algorithm={algorithm}");
            mean("clients,lb,web", &settings)
        };
        let times = [
            behind("random"),
            behind("round-robin"),
            behind("least-connections"),
            mean("clients,web", &format!("web.slots={servers} web.service_ms={ms}")),
            mean("clients,web", &format!("web.service_ms={}", ms / f64::from(servers))),
        ];
        let falls = times.windows(2).all(|pair| pair[0] > pair[1]);
        assert!(falls, "seed {seed}: {servers} servers at {load}: {times:?}");
    }
}
