//! Random scenarios that can run, and random things that happen to them while they run.

use crate::probe::scenario;
use millionth::sim::engine::Engine;
use millionth::sim::kinds::Kind;
use millionth::sim::kinds::behavior::Fault;
use millionth::sim::kinds::guard::GUARDS;
use millionth::sim::kinds::param::{Domain, Param};
use millionth::sim::rng::{Draw, Purpose, Stream};
use millionth::sim::scenario::{Change, PresentFault, Scenario};
use millionth::sim::topology::Topology;
use millionth::sim::units::{SimTime, Span};

/// Ends of the ranges of settings whose full range would make a run of a few thousand events see
/// nothing, or a test take minutes.
const NARROWER: &[(&str, f64, f64)] = &[
    ("clients.rate", 20.0, 3_000.0),
    ("clients.users", 1.0, 2_000.0),
    ("clients.timeout_s", 0.0, 3.0),
    ("clients.backoff_ms", 0.0, 500.0),
    ("lb.drain_s", 0.0, 3.0),
    ("lb.takeover_s", 0.0, 2.0),
    ("lb.sticky_s", 1.0, 5.0),
    ("web.scale_period_s", 1.0, 3.0),
    ("web.scale_max", 1.0, 10.0),
    ("web.scale_min", 1.0, 10.0),
    ("web.scale_window_s", 0.0, 5.0),
    ("web.cooldown_s", 0.0, 5.0),
    ("web.boot_s", 0.0, 2.0),
    ("web.boot_warm_s", 0.0, 2.0),
    ("web.warm_s", 0.0, 2.0),
    ("web.restart_s", 0.0, 2.0),
    ("web.pause_s", 0.0, 2.0),
    ("web.watch_s", 0.0, 3.0),
    ("web.rollback_window_s", 1.0, 3.0),
    ("web.batch", 1.0, 3.0),
    ("web.session_idle_s", 1.0, 5.0),
    ("web.login_ms", 0.0, 50.0),
    ("web.job_ms", 0.01, 50.0),
    ("web.memory_mb", 0.0, 1_000.0),
    ("web.memory_request_mb", 0.0, 100.0),
    ("web.memory_session_kb", 0.0, 5_000.0),
    ("sessions.capacity", 1.0, 500.0),
    ("sessions.idle_s", 1.0, 5.0),
    ("sessions.op_ms", 0.0, 5.0),
    ("sessions.backlog", 0.0, 50.0),
    ("clients.retries", 0.0, 4.0),
    ("dns.ttl_s", 0.0, 5.0),
    ("dns.resolvers", 1.0, 100.0),
    ("lb.service_ms", 0.0, 2.0),
    ("lb.latency_ms", 0.0, 20.0),
    ("lb.check_s", 0.0, 2.0),
    ("lb.check_timeout_s", 0.01, 2.0),
    ("lb.backlog", 0.0, 200.0),
    ("web.servers", 1.0, 12.0),
    ("web.service_ms", 0.01, 40.0),
    ("web.static_ms", 0.001, 2.0),
    ("web.backlog", 0.0, 60.0),
    ("web.slots", 0.0, 30.0),
    ("web.queries", 0.0, 5.0),
    ("cache.op_ms", 0.0, 1.0),
    ("cache.access_ms", 0.0, 5.0),
    ("cache.backlog", 0.0, 50.0),
    ("cache.nodes", 1.0, 5.0),
    ("cache.entries", 0.0, 300.0),
    ("cache.ttl_s", 0.0, 2.0),
    ("cache.lease_s", 0.01, 1.0),
    ("cache.flush_s", 0.001, 0.5),
    ("cdn.entries", 0.0, 300.0),
    ("cdn.ttl_s", 0.0, 2.0),
    ("cdn.read_ttl_s", 0.0, 2.0),
    ("cdn.edge_ms", 0.0, 20.0),
    ("cdn.pause_s", 0.0, 1.0),
    ("clients.urls", 1.0, 1_000.0),
    ("clients.job_share", 0.0, 0.5),
    ("queue.capacity", 1.0, 200.0),
    ("queue.enqueue_ms", 0.0, 20.0),
    ("queue.throughput", 0.0, 2_000.0),
    ("queue.workers", 0.0, 8.0),
    ("queue.concurrency", 0.0, 8.0),
    ("queue.job_ms", 0.01, 200.0),
    ("queue.queries", 0.0, 3.0),
    ("queue.visibility_s", 0.01, 1.0),
    ("queue.attempts", 1.0, 6.0),
    ("queue.target", 0.0, 20.0),
    ("queue.least", 0.0, 4.0),
    ("queue.most", 1.0, 12.0),
    ("queue.period_s", 0.1, 1.0),
    ("queue.boot_s", 0.0, 1.0),
    ("queue.cooling_s", 0.0, 2.0),
    ("db.replicas", 0.0, 4.0),
    ("db.read_ms", 0.01, 20.0),
    ("db.write_ms", 0.01, 20.0),
    ("db.nosql_read_ms", 0.01, 20.0),
    ("db.nosql_write_ms", 0.01, 20.0),
    ("db.joins", 0.0, 1.0),
    ("db.connections", 1.0, 20.0),
    ("db.backlog", 0.0, 50.0),
    ("db.kv_read_ms", 0.01, 20.0),
    ("db.kv_write_ms", 0.01, 20.0),
    ("db.document_read_ms", 0.01, 20.0),
    ("db.document_write_ms", 0.01, 20.0),
    ("db.graph_read_ms", 0.01, 20.0),
    ("db.graph_write_ms", 0.01, 20.0),
    ("db.column_read_ms", 0.01, 20.0),
    ("db.column_write_ms", 0.01, 20.0),
    ("db.connect_ms", 0.0, 5.0),
    ("db.iops", 0.0, 5_000.0),
    ("db.lag_ms", 0.0, 500.0),
    ("db.apply_share", 0.0, 2.0),
    ("db.detect_s", 0.0, 1.0),
    ("db.promote_s", 0.0, 1.0),
    ("db.shards", 1.0, 5.0),
    ("db.acks", 1.0, 3.0),
    ("db.key_kb", 1.0, 50.0),
    ("db.move_mb_s", 1.0, 50.0),
    ("db.move_ms", 0.0, 5.0),
    ("db.site_promote_s", 0.0, 1.0),
    ("db.site_lag_ms", 0.0, 300.0),
    ("clients.hot_key_share", 0.0, 0.5),
    ("clients.pattern_at_s", 0.0, 5.0),
    ("clients.pattern_factor", 0.0, 4.0),
    ("clients.pattern_s", 0.0, 5.0),
    ("clients.pattern_fall_s", 0.001, 5.0),
    ("clients.day_hours_per_s", 0.0, 10.0),
    ("clients.burst_factor", 1.0, 5.0),
    ("clients.burst_on_s", 0.01, 3.0),
    ("clients.burst_off_s", 0.01, 3.0),
    ("network.rtt", 0.0, 200.0),
    ("dns.resolver_ms", 0.0, 100.0),
    ("dns.miss_ms", 0.0, 300.0),
    ("dns.visit_s", 0.0, 5.0),
    ("dns.check_s", 0.0, 2.0),
    ("dns.check_timeout_s", 0.01, 1.0),
    ("monitor.every_s", 1.0, 2.0),
    ("monitor.looks", 1.0, 2.0),
    ("monitor.boot_s", 0.0, 2.0),
    ("monitor.for_a_s", 0.0, 2.0),
    ("monitor.for_b_s", 0.0, 2.0),
    ("monitor.for_c_s", 0.0, 2.0),
    ("monitor.above_a", 0.0, 200.0),
    ("monitor.above_b", 0.0, 0.5),
    ("monitor.above_c", 0.0, 1.0),
    ("chaos.speed_up", 0.0, 3.0),
    ("chaos.server_mtbf_h", 0.002, 0.02),
    ("chaos.server_mttr_s", 0.001, 3.0),
    ("chaos.site_mtbf_h", 0.0, 0.01),
    ("chaos.site_mttr_s", 0.001, 3.0),
];

/// The same for settings of all guards, which are mostly off: some ends are most likely.
const GUARDS_NARROWER: &[(&str, f64, f64)] = &[
    ("timeout_ms", 0.0, 60.0),
    ("retries", 0.0, 4.0),
    ("backoff_ms", 0.0, 40.0),
    ("window_s", 0.1, 3.0),
    ("least_calls", 1.0, 20.0),
    ("pause_s", 0.1, 1.0),
    ("trials", 1.0, 8.0),
    ("rate", 0.0, 800.0),
    ("burst", 1.0, 20.0),
    ("shed_open", 0.0, 40.0),
    ("shed_ms", 0.0, 60.0),
    ("slots", 0.0, 40.0),
    ("hedge_ms", 0.0, 30.0),
];

/// The draws of a test.
pub fn draws(test: u64) -> Stream {
    Stream::new(test, 77, Purpose::Hash)
}

/// A random value of a setting, as text.
fn value(key: &str, param: &Param, draw: &mut Draw) -> String {
    let mut guards = GUARDS_NARROWER.iter().filter(|_| key.starts_with("to_"));
    let of_guard = guards.find(|(name, ..)| *name == param.key);
    let narrower = NARROWER.iter().find(|(name, ..)| *name == key).or(of_guard);
    match param.domain {
        Domain::Switch => ["on", "off"][draw.below(2) as usize].to_owned(),
        Domain::Choice(names) => names[draw.below(names.len() as u32) as usize].0.to_owned(),
        Domain::List { min, max, .. } => {
            let items = (0..draw.below(5)).map(|_| min + draw.unit() * (max.min(50.0) - min));
            items.map(|x| format!("{x:.2}")).collect::<Vec<_>>().join(",")
        }
        Domain::Number { min, max, .. } | Domain::Count { min, max, .. } => {
            let (low, high) = narrower.map_or((min, max), |(_, low, high)| (*low, *high));
            // Squared, so that small values are as likely as large ones, and the ends now and then.
            let share =
                [draw.unit() * draw.unit(), 0.0, 1.0][[0, 0, 0, 0, 1, 2][draw.below(6) as usize]];
            let x = low + share * (high - low);
            let is_count = matches!(param.domain, Domain::Count { .. });
            if is_count { format!("{x:.0}") } else { format!("{x:.4}") }
        }
    }
}

/// A random setting of a part of the scenario, of all sites or one: its name and a value.
pub fn setting(scenario: &Scenario, draw: &mut Draw) -> (String, String) {
    let part = &scenario.parts[draw.below(scenario.parts.len() as u32) as usize];
    let params = part.kind.params();
    let param = &params[draw.below(params.len() as u32) as usize];
    let value = value(&format!("{}.{}", part.kind.key(), param.key), param, draw);
    let name = match draw.below(3) {
        0 => scenario.name(part),
        _ => part.kind.key().to_owned(),
    };
    (format!("{name}.{}", param.key), value)
}

/// Parts that a scenario may do without.
const OPTIONAL: [Kind; 10] = [
    Kind::Network,
    Kind::Dns,
    Kind::Cdn,
    Kind::LoadBalancer,
    Kind::Cache,
    Kind::Database,
    Kind::Sessions,
    Kind::Queue,
    Kind::Monitor,
    Kind::Chaos,
];

/// A random scenario that can run: some of the parts in up to three sites, about a third of the
/// settings changed, and a timeline of faults and changes.
pub fn any_scenario(draw: &mut Draw, seed: u64) -> Scenario {
    let mut keys = vec!["clients", "web"];
    keys.extend(OPTIONAL.iter().filter(|_| draw.below(3) > 0).map(|kind| kind.key()));
    for (guard, ward) in GUARDS {
        if keys.contains(&ward.key()) && draw.below(3) == 0 {
            keys.push(guard.key());
        }
    }
    let mut made = scenario(&keys.join(","), "", seed);
    if keys.contains(&"network") && keys.contains(&"dns") {
        made.set_sites(1 + draw.below(3) as u8);
    }
    if keys.contains(&"queue") {
        assert_eq!(made.set("clients.job_share", "0.3"), Ok(None));
    }
    if keys.contains(&"chaos") {
        assert_eq!(made.set("chaos.speed_up", "1"), Ok(None));
        assert_eq!(made.set("chaos.server_mtbf_h", "0.005"), Ok(None));
        assert_eq!(made.set("chaos.server_mttr_s", "1"), Ok(None));
    }
    // Half of all caches and edges hold real entries.
    for key in ["cache", "cdn"] {
        if keys.contains(&key) && draw.below(2) == 0 {
            assert_eq!(made.set(&format!("{key}.ratio"), "emergent"), Ok(None));
        }
    }
    let rows: usize = made.parts.iter().map(|part| part.kind.params().len()).sum();
    for _ in 0..rows / 3 {
        let (key, value) = setting(&made, draw);
        let mut changed = made.clone();
        let said = changed.set(&key, &value);
        assert!(said.is_ok(), "{key}={value}: {said:?}");
        made = changed;
    }
    for (key, needed) in [
        ("web.discipline", "shared"),
        ("web.queries", "2"),
        ("web.sessions", "none"),
        ("web.autoscale", "off"),
    ] {
        if Topology::build(&made).is_err() {
            assert_eq!(made.set(key, needed), Ok(None));
        }
    }
    plan(&mut made, draw);
    made
}

/// Puts faults and changes on the timeline of the first ten seconds.
fn plan(scenario: &mut Scenario, draw: &mut Draw) {
    for _ in 0..draw.below(5) {
        let at = SimTime::ZERO.after(Span::from_seconds(10.0 * draw.unit()));
        let lasts = (draw.below(4) > 0).then(|| Span::from_seconds(4.0 * draw.unit()));
        let fault = any_fault(scenario, draw);
        scenario.fail(PresentFault {
            at,
            lasts: lasts.filter(|_| !fault.fault.is_instant()),
            ..fault
        });
    }
    scenario.drop_faults_of_nothing();
    for _ in 0..draw.below(4) {
        let at = SimTime::ZERO.after(Span::from_seconds(10.0 * draw.unit()));
        let (key, value) = match draw.below(4) {
            // Keys that move are rare among all settings.
            0 => ("db.shards".to_owned(), format!("{}", 1 + draw.below(4))),
            _ => setting(scenario, draw),
        };
        let mut planned = scenario.clone();
        let said = planned.plan(Change { at, key, value });
        if said.is_ok() && Topology::build(&planned).is_ok() {
            *scenario = planned;
        }
    }
}

/// Any fault that can befall some part, from the start of time on and for ever.
fn any_fault(scenario: &Scenario, draw: &mut Draw) -> PresentFault {
    loop {
        let part = &scenario.parts[draw.below(scenario.parts.len() as u32) as usize];
        let kind = part.kind;
        let share = draw.unit();
        let faults = [
            Fault::Kill,
            Fault::Slow(1.0 + 9.0 * share),
            Fault::Errors(share),
            Fault::Cut,
            Fault::Delay(200.0 * share),
            Fault::Flush,
            Fault::Purge(share),
            Fault::Expire,
            Fault::Spike(4.0 * share),
            Fault::Deploy,
        ];
        let can: Vec<Fault> = faults.into_iter().filter(|fault| kind.can(*fault)).collect();
        if can.is_empty() {
            continue;
        }
        let fault = can[draw.below(can.len() as u32) as usize];
        let of_one = fault.is_of_servers() || matches!(fault, Fault::Flush | Fault::Purge(_));
        let one = of_one && draw.below(3) > 0;
        return PresentFault {
            kind,
            site: (draw.below(2) == 0 && !kind.is_global()).then_some(part.site),
            server: one.then(|| draw.below(5) as usize),
            fault,
            at: SimTime::ZERO,
            lasts: None,
        };
    }
}

/// Something that happens at an instant.
#[derive(Clone, Debug)]
pub enum Happening {
    /// Nothing.
    Nothing,
    /// The scenario's settings are these from now on.
    Change(Box<Scenario>),
    /// A fault.
    Fault(PresentFault),
    /// The end of all faults of a kind, or of all.
    Repair(Option<Kind>),
}

/// A random story: after how long what happens, step by step.
pub fn any_story(start: &Scenario, draw: &mut Draw, steps: usize) -> Vec<(Span, Happening)> {
    let mut scenario = start.clone();
    let mut story = Vec::new();
    for _ in 0..steps {
        let wait = Span::from_seconds(1.2 * draw.unit() * draw.unit());
        let kind = scenario.parts[draw.below(scenario.parts.len() as u32) as usize].kind;
        let happening = match draw.below(8) {
            0..=2 => Happening::Fault(any_fault(&scenario, draw)),
            3 => Happening::Repair((draw.below(2) == 0).then_some(kind)),
            4 | 5 => {
                let (key, value) = setting(&scenario, draw);
                let mut changed = scenario.clone();
                assert!(changed.set(&key, &value).is_ok(), "{key}={value}");
                if Topology::build(&changed).is_ok() {
                    scenario = changed;
                }
                Happening::Change(Box::new(scenario.clone()))
            }
            _ => Happening::Nothing,
        };
        story.push((wait, happening));
    }
    story
}

/// Lets it happen.
pub fn happen(engine: &mut Engine, happening: &Happening) {
    let mut faults = engine.topology().scenario().faults.clone();
    match happening {
        Happening::Nothing => {}
        Happening::Change(scenario) => engine.change(crate::probe::topology(scenario)),
        Happening::Fault(fault) => {
            let at = if fault.fault.is_instant() { engine.now() } else { fault.at };
            faults.push(PresentFault { at, ..*fault });
            engine.hold(&faults);
        }
        Happening::Repair(kind) => {
            faults.retain(|fault| kind.is_some_and(|kind| kind != fault.kind));
            engine.hold(&faults);
        }
    }
}
