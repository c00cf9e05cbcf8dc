//! Faults: what fails says why, health checks notice when they should, healing brings all back,
//! and what users have given up still costs.

use crate::probe::{figure, only, run_seconds, scenario, textbook, topology};
use millionth::sim::engine::Engine;
use millionth::sim::kinds::Kind;
use millionth::sim::kinds::behavior::Fault;
use millionth::sim::rng::{Purpose, Stream};
use millionth::sim::scenario::{PresentFault, Scenario, presets};
use millionth::sim::snapshot::Snapshot;
use millionth::sim::units::{SimTime, Span};

/// A stage without retries, so that every failure is seen.
fn stage(number: u8, settings: &[(&str, &str)]) -> Scenario {
    let mut scenario = presets::stage(number);
    for (key, value) in [("clients.retries", "0")].iter().chain(settings) {
        assert_eq!(scenario.set(key, value), Ok(None), "{key}");
    }
    scenario
}

/// The figures of the next so many seconds.
fn watch(engine: &mut Engine, seconds: f64) -> Snapshot {
    let start = engine.sample();
    let until = engine.now().after(Span::from_seconds(seconds));
    engine.run_until(until, u64::MAX);
    engine.check().unwrap_or_else(|law| panic!("{law}"));
    let end = engine.sample();
    Snapshot::between(engine.topology(), &start, &end)
}

/// Failures of users' requests by reason.
fn failed(figures: &Snapshot, reason: &str) -> u64 {
    let of = figures.users.failures.iter().find(|failure| failure.reason == reason);
    of.map_or(0, |failure| failure.count)
}

fn rates(figures: &Snapshot) -> Vec<f64> {
    let web = figures.part("web").expect("there is a web tier");
    web.servers.iter().map(|server| server.rate).collect()
}

/// The rate at which the busiest part of a stage would be half busy.
fn half_load(number: u8) -> String {
    let light = stage(number, &[("clients.rate", "20")]);
    let report = run_seconds(&light, 10.0, 2_000.0);
    let busy = report.result.figures.part("web").map_or(1.0, |web| web.utilisation);
    format!("{:.1}", 20.0 * 0.5 / busy)
}

#[test]
fn a_dead_server_of_four_hurts_until_the_health_check_notices() {
    for retries in ["0", "2"] {
        let settings = [("clients.rate", half_load(3)), ("clients.retries", retries.to_owned())];
        let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
        let mut engine = Engine::new(topology(&stage(3, &settings)));
        let before = watch(&mut engine, 60.0);
        assert_eq!(before.users.failed, 0);
        let web = before.part("web").expect("there is a web tier").utilisation;
        assert!((0.45..0.55).contains(&web), "half loaded: {web}");

        engine.hold(&only(Kind::WebTier, Some(1), Some(Fault::Kill)));
        // Two checks, 5 s apart, must fail: it takes 5 to 10 s, and requests on their way.
        let noticing = watch(&mut engine, 10.5);
        let (lost, refused) = (failed(&noticing, "lost"), failed(&noticing, "unavailable"));
        if retries == "0" {
            let share = refused as f64 / (before.offered_rate() / 4.0);
            assert!(lost < 20 && (4.5..10.5).contains(&share), "{share} s of a quarter failed");
        } else {
            // A retry finds another server, three times of four.
            let all = noticing.users.arrived / 20;
            assert!(noticing.attempts > noticing.users.arrived + all, "retried");
            assert!(lost + refused < all / 3, "{lost} lost, {refused} refused of {all}");
        }
        let after = watch(&mut engine, 60.0);
        assert_eq!(after.users.failed, 0, "{:?}", after.users);
        let [one, two, three, four] = rates(&after)[..] else { panic!("four servers") };
        // Only checks come to the dead server, and those are refused before they count.
        assert!(two < 0.5 && [one, three, four].iter().all(|rate| *rate > 40.0));

        engine.hold(&only(Kind::WebTier, Some(1), None));
        watch(&mut engine, 11.0);
        let healed = watch(&mut engine, 60.0);
        assert_eq!(healed.users.failed, 0);
        let rates = rates(&healed);
        let even = rates.iter().all(|rate| (rate / rates[0] - 1.0).abs() < 0.05);
        assert!(even, "after two good checks all get the same: {rates:?}");
        let news = |what: &str| {
            let of = engine.log().entries().filter(|entry| entry.what.starts_with(what));
            of.map(|entry| (entry.server, entry.at.seconds())).collect::<Vec<_>>()
        };
        let (out, back) = (news("fails its"), news("passes its"));
        assert!(matches!(out[..], [(Some(1), at)] if (65.0..70.5).contains(&at)), "{out:?}");
        assert!(matches!(back[..], [(Some(1), at)] if (130.0..142.0).contains(&at)), "{back:?}");
    }
}

#[test]
fn detection_takes_from_the_failures_less_one_to_the_failures_in_intervals() {
    for (interval, failures) in [(5.0, 2), (2.0, 1)] {
        let settings =
            format!("clients.rate=1 web.servers=4 lb.check_s={interval} lb.failures={failures}");
        let (mut sum, runs) = (0.0, 60);
        let draws = Stream::new(5, failures, Purpose::Hash);
        for seed in 1..=runs {
            let mut draw = draws.at(seed);
            let mut engine = Engine::new(topology(&textbook("clients,lb,web", &settings, seed)));
            let at = Span::from_seconds(60.0 + interval * draw.unit());
            let killed = SimTime::ZERO.after(at);
            engine.run_until(killed, u64::MAX);
            let victim = draw.below(4) as usize;
            engine.hold(&only(Kind::WebTier, Some(victim), Some(Fault::Kill)));
            let step = Span::from_seconds(interval / 50.0);
            while engine.sample().health[1][victim] {
                engine.run_until(engine.now().after(step), u64::MAX);
            }
            let took = engine.now().since(killed).seconds() - step.seconds() / 2.0;
            let (least, most) = (interval * (failures - 1) as f64, interval * failures as f64);
            let range = least - step.seconds()..most + step.seconds();
            assert!(range.contains(&took), "{interval} s, {failures}, seed {seed}: {took} s");
            sum += took;
        }
        let (mean, expected) = (sum / runs as f64, interval * (failures as f64 - 0.5));
        // The standard error of 60 uniform draws is 0.037 of the interval.
        let off = (mean - expected).abs() / interval;
        assert!(off < 0.12, "{interval} s, {failures} failures: mean {mean}, expected {expected}");
    }
}

#[test]
fn a_server_that_hangs_is_noticed_though_checks_come_faster_than_they_run_out() {
    for (interval, timeout) in [(1.0, 3.0), (5.0, 2.0), (0.2, 2.0)] {
        let settings = format!(
            "clients.rate=40 web.servers=4 lb.check_s={interval} lb.check_timeout_s={timeout}"
        );
        let mut engine = Engine::new(topology(&textbook("clients,lb,web", &settings, 1)));
        engine.hold(&only(Kind::WebTier, Some(1), Some(Fault::Slow(1_000.0))));
        watch(&mut engine, 1.0 + 3.0 * (interval + timeout));
        let health = engine.sample().health.swap_remove(1);
        assert_eq!(health, [true, false, true, true], "every {interval} s, {timeout} s each");
    }
}

#[test]
fn whatever_dies_fails_requests_with_its_reason_and_heals() {
    for (number, kind, reason, least) in [
        (1, Kind::WebTier, "unavailable", 1.0),
        (2, Kind::WebTier, "unavailable", 1.0),
        (3, Kind::WebTier, "unavailable", 1.0),
        (3, Kind::LoadBalancer, "unavailable", 1.0),
        // Static files, and what the cache has, do not need the database.
        (1, Kind::Database, "unavailable", 0.18),
        (2, Kind::Database, "unavailable", 0.18),
        (3, Kind::Database, "unavailable", 0.18),
        // One in ten looks the name up, and resolvers have forgotten it after 5 s.
        (3, Kind::Dns, "unavailable", 0.1),
    ] {
        let name = format!("stage {number}: {}", kind.key());
        let mut engine = Engine::new(topology(&stage(number, &[("dns.ttl_s", "5")])));
        assert_eq!(watch(&mut engine, 60.0).users.failed, 0, "{name}");
        engine.hold(&only(kind, None, Some(Fault::Kill)));
        watch(&mut engine, 20.0);
        let dead = watch(&mut engine, 60.0);
        let share = failed(&dead, reason) as f64 / dead.users.arrived as f64;
        assert!((least * 0.9..=least * 1.25).contains(&share), "{name}: {share} failed");
        assert_eq!(failed(&dead, reason), dead.users.failed, "{name}: {:?}", dead.users);
        engine.hold(&only(kind, None, None));
        watch(&mut engine, 30.0);
        let healed = watch(&mut engine, 60.0);
        assert_eq!(healed.users.failed, 0, "{name}: {:?}", healed.users);
        assert!(healed.users.good > 0, "{name}");
    }
}

#[test]
fn trying_again_does_not_find_a_name_that_nobody_knows() {
    for retries in ["0", "2"] {
        // Resolvers have forgotten it within 5 s.
        let settings = [("clients.retries", retries), ("dns.ttl_s", "5")];
        let mut engine = Engine::new(topology(&stage(3, &settings)));
        engine.hold(&only(Kind::Dns, None, Some(Fault::Kill)));
        watch(&mut engine, 60.0);
        let dead = watch(&mut engine, 60.0);
        let share = failed(&dead, "unavailable") as f64 / dead.users.arrived as f64;
        assert!((0.09..0.11).contains(&share), "{retries} retries: {share} failed");
    }
}

#[test]
fn look_ups_that_a_cache_refuses_are_misses() {
    for (cache, fault) in [("op_ms=20 cache.backlog=0", None), ("op_ms=1", Some(Fault::Kill))] {
        let settings = format!("clients.static_share=0 clients.read_share=1 cache.{cache}");
        let mut engine = Engine::new(topology(&scenario("clients,web,cache,db", &settings, 1)));
        engine.hold(&only(Kind::Cache, None, fault));
        let figures = watch(&mut engine, 60.0);
        let cache = figures.part("cache").expect("there is a cache");
        assert_eq!(figures.hits + figures.misses, cache.tally.good + cache.tally.failed);
    }
}

#[test]
fn what_a_dying_machine_has_is_lost_and_guests_die_with_it() {
    let mut engine = Engine::new(topology(&stage(1, &[("clients.rate", "100")])));
    let mut lost = 0;
    for _ in 0..20 {
        watch(&mut engine, 20.0);
        engine.hold(&only(Kind::WebTier, None, Some(Fault::Kill)));
        let dead = watch(&mut engine, 1.0);
        lost += failed(&dead, "lost");
        for guest in ["cache", "db"] {
            let part = dead.part(guest).expect("is a guest");
            assert!(part.servers.iter().all(|server| !server.alive), "{guest}");
            assert_eq!(part.inside, 0, "{guest}");
        }
        engine.hold(&only(Kind::WebTier, None, None));
    }
    assert!(lost > 10, "{lost} lost in 20 deaths");
}

#[test]
fn a_slow_machine_works_so_many_times_as_long() {
    for (discipline, factor) in [("slots", 5.0), ("shared", 5.0), ("shared", 2.5)] {
        let settings = format!(
            "clients.rate=10 web.law=constant web.discipline={discipline} web.size=1 web.slots=1"
        );
        let mut engine = Engine::new(topology(&textbook("clients,web", &settings, 1)));
        let mean = |engine: &mut Engine| {
            watch(engine, 5.0);
            watch(engine, 2_000.0).part("web").map_or(0.0, |web| web.utilisation)
        };
        let sound = mean(&mut engine);
        engine.hold(&only(Kind::WebTier, Some(0), Some(Fault::Slow(factor))));
        let slow = mean(&mut engine);
        engine.hold(&only(Kind::WebTier, Some(0), None));
        let healed = mean(&mut engine);
        let name = format!("{discipline} {factor}: {sound}, {slow}, {healed}");
        assert!((sound / 0.1 - 1.0).abs() < 0.05 && (healed / 0.1 - 1.0).abs() < 0.05, "{name}");
        assert!((slow / (0.1 * factor) - 1.0).abs() < 0.05, "{name}");
    }
}

#[test]
fn what_users_gave_up_still_costs() {
    // Half of exponential services of 10 ms take longer than 7 ms; the rest is for nothing.
    let settings = "clients.rate=1000 clients.timeout_s=0.006931472 web.slots=1000";
    let report = run_seconds(&textbook("clients,web", settings, 1), 1.0, 200.0);
    let figures = &report.result.figures;
    let gone = figures.wasted as f64 / figures.users.arrived as f64;
    assert!((gone - 0.5).abs() < 0.005, "{gone} wasted");
    assert!((figure(&report, "failed") - 0.5).abs() < 0.005);
    let busy = figures.part("web").map_or(0.0, |web| web.utilisation * 1_000.0);
    assert!((busy / 10.0 - 1.0).abs() < 0.02, "all the work is done all the same: {busy}");
    let longest = figures.latency.p999_s.unwrap_or(1.0);
    assert!(longest <= 0.007, "no good answer came too late: {longest}");
}

#[test]
fn a_dependency_that_slows_down_exhausts_the_slots_that_wait_for_it() {
    let run = |hold: &str, fault: Option<Fault>| {
        let settings = format!(
            "clients.rate=50 clients.timeout_s=0 clients.static_share=0 clients.read_share=1 \
             web.service_ms=1 web.slots=8 web.size=1 web.queries=1 web.hold={hold} \
             web.backlog=20 db.read_ms=20 db.joins=0 db.discipline=slots"
        );
        let mut engine = Engine::new(topology(&scenario("clients,web,db", &settings, 1)));
        engine.hold(&only(Kind::Database, None, fault));
        watch(&mut engine, 60.0);
        watch(&mut engine, 60.0).part("web").map_or(0, |web| web.tally.failed)
    };
    let slow = Some(Fault::Slow(10.0));
    assert_eq!(run("on", None), 0);
    assert!(run("on", slow) > 100, "held slots run out");
    assert_eq!(run("off", slow), 0, "slots given back do not");
}

#[test]
fn an_instant_fault_happens_once_even_if_another_begins_later() {
    // All servers restart a second after the release is there: the timeline is looked at again.
    let settings = "web.servers=3 web.deploy=all clients.rate=10";
    let mut scenario = scenario("clients,lb,web,cache,db", settings, 1);
    for fault in ["deploy.web@10", "flush.cache@10", "slow2.db@12for3"] {
        scenario.fail(PresentFault::read(fault).expect("is a fault"));
    }
    let mut engine = Engine::new(topology(&scenario));
    watch(&mut engine, 100.0);
    let begun = |what: &str| engine.log().entries().filter(|entry| entry.what == what).count();
    assert_eq!(begun("deployment begins"), 1);
    assert_eq!(begun("deployment refused: another is under way"), 0);
}
