//! Guards: each policy does what it says, agrees with theory where there is one, and shows the
//! signature that it is known for.

use crate::probe::{run_seconds, scenario, textbook, topology};
use crate::wild::draws;
use millionth::sim::engine::Engine;
use millionth::sim::scenario::{PresentFault, Scenario, link};
use millionth::sim::snapshot::{PartView, Snapshot};
use millionth::sim::units::Span;

/// The scenario with a fault.
fn with(mut scenario: Scenario, fault: &str) -> Scenario {
    scenario.fail(PresentFault::read(fault).expect("is a fault"));
    assert_eq!(scenario.drop_faults_of_nothing(), []);
    scenario
}

/// The figures of the next so many seconds, with the laws checked at their end.
fn watch(engine: &mut Engine, seconds: f64) -> Snapshot {
    let start = engine.sample();
    let until = engine.now().after(Span::from_seconds(seconds));
    engine.run_until(until, u64::MAX);
    engine.check().unwrap_or_else(|law| panic!("{law}"));
    let end = engine.sample();
    Snapshot::between(engine.topology(), &start, &end)
}

fn part<'a>(figures: &'a Snapshot, key: &str) -> &'a PartView {
    figures.part(key).unwrap_or_else(|| panic!("there is no part {key}"))
}

/// What a part has counted under this name.
fn count(figures: &Snapshot, key: &str, name: &str) -> f64 {
    let counters = &part(figures, key).counters;
    let found = counters.iter().find(|(counter, _)| counter == name);
    found.unwrap_or_else(|| panic!("{key} counts no {name}")).1 as f64
}

/// What a part measures under this name.
fn gauge(figures: &Snapshot, key: &str, name: &str) -> f64 {
    let gauges = &part(figures, key).gauges;
    gauges.iter().find(|(gauge, _)| gauge == name).expect("is measured").1
}

/// Failures of users' requests for a reason, as a share.
fn failed(figures: &Snapshot, reason: &str) -> f64 {
    let of = figures.users.failures.iter().find(|failure| failure.reason == reason);
    of.map_or(0.0, |failure| failure.count as f64) / figures.users.arrived as f64
}

fn close(what: &str, got: f64, expected: f64, tolerance: f64) {
    let off = (got / expected - 1.0).abs();
    assert!(off <= tolerance, "{what}: {got}, expected {expected} within {tolerance}");
}

/// A database asked once by each request, that answers in 5 ms on average.
const ASKED: &str = "clients.rate=400 web.slots=1000 web.queries=1 web.service_ms=0.01 \
                     db.connections=1000 db.read_ms=5";

#[test]
fn retries_on_the_way_make_the_attempts_of_theory() {
    let settings = format!("{ASKED} to_db.retries=3 to_db.budget=0 to_db.backoff_ms=2");
    let scenario = textbook("clients,web,db,to_db", &settings, 1);
    let figures = run_seconds(&with(scenario, "errors0.5.db"), 10.0, 2_000.0).result.figures;
    let (db, guard) = (part(&figures, "db"), part(&figures, "to_db"));
    close("RETRY attempts", db.tally.arrived as f64 / guard.tally.arrived as f64, 1.875, 0.01);
    close("RETRY failures", figures.users.error_share(), 0.0625, 0.01);
    close(
        "RETRY counted",
        count(&figures, "to_db", "retries"),
        0.875 * guard.tally.arrived as f64,
        0.01,
    );
}

#[test]
fn retries_of_guards_one_inside_the_other_draw_anew() {
    // Each of two levels tries twice: 4 draws of the same share of errors in all.
    let settings = format!(
        "{ASKED} to_db.retries=1 to_db.budget=0 to_db.backoff_ms=0 to_web.retries=1 \
         to_web.budget=0 to_web.backoff_ms=0"
    );
    let scenario = textbook("clients,web,db,to_db,to_web", &settings, 1);
    let figures = run_seconds(&with(scenario, "errors0.5.db"), 10.0, 2_000.0).result.figures;
    close("failures", figures.users.error_share(), 0.0625, 0.01);
}

#[test]
fn a_call_times_out_when_it_says_and_its_work_is_wasted() {
    // Exponential work of 5 ms without waiting: more than 10 ms with probability exp(-2).
    let settings = format!("{ASKED} to_db.timeout_ms=10");
    let figures = run_seconds(&textbook("clients,web,db,to_db", &settings, 1), 10.0, 2_000.0);
    let figures = figures.result.figures;
    let expected = libm::exp(-2.0);
    close("timed out", failed(&figures, "call_timed_out"), expected, 0.01);
    close(
        "counted",
        count(&figures, "to_db", "timeouts") / figures.users.arrived as f64,
        expected,
        0.01,
    );
    close("wasted", figures.orphaned as f64 / figures.users.arrived as f64, expected, 0.01);
    let most = part(&figures, "to_db").latency.p999_s.expect("has answers");
    assert!((0.009..0.010_2).contains(&most), "{most}");
    // All the work is done nonetheless.
    close("busy", part(&figures, "db").mean_inside, 400.0 * 0.005, 0.01);
}

#[test]
fn a_time_out_holds_whatever_the_guards_within_do() {
    // The database does not answer in time; its guard gives up and tries again, ten times over.
    let settings = format!(
        "{ASKED} db.law=constant to_db.timeout_ms=10 to_db.retries=10 to_db.budget=0 \
         to_db.backoff_ms=0 to_web.timeout_ms=35"
    );
    let scenario = textbook("clients,web,db,to_db,to_web", &settings, 1);
    let figures = run_seconds(&with(scenario, "slow1000.db"), 5.0, 50.0).result.figures;
    assert_eq!(figures.users.good, 0);
    assert!(failed(&figures, "call_timed_out") > 0.99, "{:?}", figures.users);
    let calls = figures.users.arrived as f64;
    close("time", part(&figures, "to_web").mean_inside / (calls / 50.0), 0.035, 0.001);
    // Nobody tells the web server that its caller has left: it goes on, for nothing.
    close("tries", part(&figures, "db").tally.arrived as f64 / calls, 11.0, 0.01);
}

#[test]
fn users_give_up_on_time_whatever_the_guards_do() {
    let settings = format!(
        "{ASKED} clients.timeout_s=0.05 to_db.timeout_ms=30 to_db.retries=5 to_db.budget=0 \
         to_db.backoff_ms=0"
    );
    let scenario = textbook("clients,web,db,to_db", &settings, 1);
    let figures = run_seconds(&with(scenario, "slow1000.db"), 5.0, 50.0).result.figures;
    assert!(failed(&figures, "timed_out") > 0.97, "{:?}", figures.users);
    close("wasted", figures.wasted as f64, figures.users.failed as f64, 0.02);
    close("waiting", figures.waiting_users as f64, 400.0 * 0.05, 0.5);
}

#[test]
fn a_bulkhead_refuses_the_share_of_erlang() {
    // Two calls open on average, four allowed: Erlang B of 4 servers and 2 erlangs.
    let settings = format!("{ASKED} to_db.slots=4");
    let figures = run_seconds(&textbook("clients,web,db,to_db", &settings, 1), 10.0, 2_000.0);
    close("refused", failed(&figures.result.figures, "bulkhead_full"), 0.095_238, 0.02);
}

#[test]
fn a_bulkhead_keeps_a_slow_part_from_taking_all_slots() {
    let settings = "clients.rate=200 clients.static_share=0.5 clients.timeout_s=5 web.slots=40 \
                    web.hold=on web.backlog=20 web.static_ms=1 web.queries=1 db.read_ms=5 \
                    db.connections=100";
    let statics = |extra: &str| {
        let settings = format!("{settings} {extra}");
        let scenario = textbook("clients,web,db,to_db", &settings, 1);
        let figures = run_seconds(&with(scenario, "slow1000.db"), 20.0, 60.0).result.figures;
        let class = figures.classes.iter().find(|class| class.key == "static");
        class.map_or(1.0, |class| class.tally.error_share())
    };
    let (without, with) = (statics(""), statics("to_db.slots=20"));
    assert!(without > 0.5, "files fail with the database: {without}");
    assert!(with < 0.001, "files do not care: {with}");
}

#[test]
fn a_rate_limit_lets_its_rate_through() {
    let of = |extra: &str| {
        let settings = format!("{ASKED} clients.users=10 {extra}");
        let scenario = textbook("clients,web,db,to_web", &settings, 1);
        let figures = run_seconds(&scenario, 10.0, 500.0).result.figures;
        let guard = part(&figures, "to_web").tally.clone();
        assert!((count(&figures, "to_web", "rate_limited") - guard.failed as f64).abs() < 1.0);
        guard.good as f64 / 500.0
    };
    close("in all", of("to_web.rate=100"), 100.0, 0.005);
    close("of ten users", of("to_web.rate=10 to_web.rate_per=user"), 100.0, 0.005);
    close("more than comes", of("to_web.rate=1000 to_web.burst=50"), 400.0, 0.01);
}

#[test]
fn what_matters_least_is_shed_first() {
    // A hundred servers' worth of work for sixty: the guard sheds until it fits.
    let settings = "clients.rate=1000 clients.static_share=0.4 clients.read_share=0.5 \
                    web.slots=6 web.service_ms=10 web.static_ms=10 web.backlog=1000 \
                    to_web.paying_share=0.1";
    for policy in ["to_web.shed_open=50", "to_web.shed_ms=80"] {
        let settings = format!("{settings} {policy}");
        let scenario = textbook("clients,web,to_web", &settings, 1);
        let figures = run_seconds(&scenario, 10.0, 100.0).result.figures;
        let shares: Vec<f64> = ["static", "read", "write"]
            .iter()
            .filter_map(|key| figures.classes.iter().find(|class| class.key == *key))
            .map(|class| class.tally.error_share())
            .collect();
        let [files, reads, writes] = shares[..] else { panic!("three classes: {shares:?}") };
        assert!(files > 0.5 && files > reads + 0.1, "{policy}: {shares:?}");
        assert!(reads > writes + 0.1 && writes < 0.3, "{policy}: {shares:?}");
        close(policy, figures.goodput(), 600.0, 0.03);
    }
}

#[test]
fn a_second_request_cuts_the_tail_at_the_price_of_theory() {
    // X is exponential with mean 5 ms; a second request after 5 ms goes out with probability
    // exp(-1), wins half of these (what is left of the first is as long as the second), and
    // P(T > t) = exp(-(2t - 5) / 5) beyond 5 ms.
    let run = |extra: &str| {
        let settings = format!("{ASKED} {extra}");
        let scenario = textbook("clients,web,db,to_db", &settings, 1);
        run_seconds(&scenario, 10.0, 2_000.0).result.figures
    };
    let p99 = |figures: &Snapshot| part(figures, "to_db").latency.p99_s.expect("has answers");
    let (alone, hedged) = (run(""), run("to_db.hedge_ms=5"));
    close("p99 alone", p99(&alone), 0.005 * libm::log(100.0), 0.02);
    close("p99 hedged", p99(&hedged), 0.002_5 * (1.0 + libm::log(100.0)), 0.02);
    let calls = part(&hedged, "to_db").tally.arrived as f64;
    let share = libm::exp(-1.0);
    close("extra load", part(&hedged, "db").tally.arrived as f64 / calls, 1.0 + share, 0.01);
    close("sent", count(&hedged, "to_db", "hedges") / calls, share, 0.01);
    close("won", count(&hedged, "to_db", "hedge_wins") / calls, share / 2.0, 0.02);
    assert_eq!(hedged.users.failed, 0);
}

#[test]
fn a_second_request_makes_up_for_a_first_that_fails_late() {
    // Both fail with probability 1/2, but only a first that is slow has a second: a failure at
    // once is answered at once.
    let settings = format!("{ASKED} to_web.hedge_ms=2 web.service_ms=4 web.law=constant");
    let scenario = textbook("clients,web,db,to_web", &settings, 1);
    let figures = run_seconds(&with(scenario, "errors0.5.db"), 10.0, 1_000.0).result.figures;
    close("all are hedged", count(&figures, "to_web", "hedges") / 400_000.0, 1.0, 0.01);
    close("both fail", figures.users.error_share(), 0.25, 0.01);
}

#[test]
fn a_breaker_opens_spares_the_part_and_recovers() {
    let settings = format!("{ASKED} to_db.breaker=on");
    let scenario = with(textbook("clients,web,db,to_db", &settings, 1), "errors1.db@20for20");
    let mut engine = Engine::new(topology(&scenario));
    let before = watch(&mut engine, 20.0);
    assert_eq!((before.users.failed, gauge(&before, "to_db", "circuit_open")), (0, 0.0));
    // Half of the last ten seconds must fail: it takes five. Then ten trials every five seconds.
    let failing = watch(&mut engine, 20.0);
    assert_eq!(gauge(&failing, "to_db", "circuit_open"), 1.0);
    let errors = failed(&failing, "error") * failing.users.arrived as f64;
    assert!((1_800.0..2_300.0).contains(&errors), "{errors} reached the database");
    assert!(failed(&failing, "circuit_open") > 0.7, "{:?}", failing.users);
    assert!((3.0..=4.0).contains(&count(&failing, "to_db", "opened")));
    let recovering = watch(&mut engine, 6.0);
    assert!(recovering.users.failed > 0 && failed(&recovering, "error") == 0.0);
    let after = watch(&mut engine, 20.0);
    assert_eq!((after.users.failed, gauge(&after, "to_db", "circuit_open")), (0, 0.0));
    let said: Vec<&str> = engine.log().entries().map(|entry| entry.what).collect();
    assert!(said.starts_with(&["circuit opened", "circuit half open"]), "{said:?}");
    assert_eq!(said.last(), Some(&"circuit closed"));
}

#[test]
fn retries_without_a_budget_keep_an_outage_alive() {
    // Room for 400 calls a second, 300 come; five times as slow for ten seconds. Each call that
    // times out is tried up to three times more: 1,200 a second, for ever, unless a budget says no.
    let goodput = |budget: &str| {
        let settings = format!(
            "clients.rate=300 web.slots=100000 web.queries=1 web.service_ms=0.01 \
             db.connections=4 db.read_ms=10 to_db.timeout_ms=200 to_db.retries=3 \
             to_db.budget={budget}"
        );
        let scenario = textbook("clients,web,db,to_db", &settings, 1);
        let mut engine = Engine::new(topology(&with(scenario, "slow5.db@20for10")));
        let before = watch(&mut engine, 20.0);
        assert!(before.users.error_share() < 0.001, "{:?}", before.users);
        watch(&mut engine, 100.0);
        let after = watch(&mut engine, 20.0);
        1.0 - after.users.error_share()
    };
    let (storm, calm) = (goodput("0"), goodput("0.1"));
    assert!(storm < 0.02, "the storm goes on long after its cause: {storm}");
    assert!(calm > 0.999, "a tenth of retries leaves room to recover: {calm}");
}

#[test]
fn no_call_is_forgotten_whatever_the_guards_and_the_faults_do() {
    let parts = "clients,lb,web,cache,db,queue,to_lb,to_web,to_cache,to_db,to_queue";
    let names = ["to_lb", "to_web", "to_cache", "to_db", "to_queue"];
    let mut acted = std::collections::BTreeMap::new();
    let mut wasted = 0;
    for seed in 1..=40 {
        let mut draw = draws(9).at(seed);
        let mut settings = "clients.rate=400 clients.static_share=0.2 clients.job_share=0.3 \
                            clients.timeout_s=0.4 web.servers=4 web.queries=2 db.replicas=2 \
                            queue.visibility_s=0.5 queue.job_ms=30 queue.queries=1 lb.check_s=1"
            .to_owned();
        for name in names {
            let policies = [
                format!(" {name}.timeout_ms={}", 1 + draw.below(60)),
                format!(" {name}.retries=2 {name}.backoff_ms={}", draw.below(2) * 20),
                format!(" {name}.breaker=on {name}.pause_s=0.5 {name}.window_s=2"),
                format!(" {name}.slots={}", 5 + draw.below(40)),
                format!(" {name}.shed_open={} {name}.shed_ms=50", 5 + draw.below(40)),
                format!(" {name}.hedge_ms={}", 1 + draw.below(15)),
                format!(" {name}.rate={}", 200 + draw.below(600)),
            ];
            settings.extend(policies.iter().filter(|_| draw.below(2) == 0).cloned());
        }
        let mut scenario = scenario(parts, &settings, seed);
        let faults =
            ["kill.web.2", "kill.db", "slow20.db", "errors0.4.db", "kill.lb", "kill.cache"];
        let faults = faults.into_iter().chain(["delay30.web", "kill.queue.2", "cut.queue"]);
        for fault in faults {
            let (at, lasts) = (draw.unit() * 10.0, draw.unit() * 2.0);
            scenario = with(scenario, &format!("{fault}@{at:.3}for{lasts:.3}"));
        }
        let change = link::read_change("12:clients.rate=0.01").expect("is a change");
        scenario.plan(change).expect("the setting exists");
        let mut engine = Engine::new(topology(&scenario));
        let end = engine.now().after(Span::from_seconds(12.0));
        while engine.run_until(end, 400) == 400 {
            let law = engine.check();
            assert_eq!(law, Ok(()), "seed {seed}: {}", link::write(&scenario));
        }
        let figures = watch(&mut engine, 0.0);
        assert!(figures.waiting_users < 500);
        // With nobody left, all that was waited for has come back, or nobody waits for it.
        let rest = watch(&mut engine, 60.0);
        for name in names {
            let (open, inside) = (gauge(&rest, name, "open_calls"), part(&rest, name).inside);
            let inside = inside as f64;
            assert!(open <= inside, "seed {seed}: {name} has {open} open, {inside} inside");
        }
        let all = Snapshot::between(
            engine.topology(),
            &Engine::new(engine.topology().clone()).sample(),
            &engine.sample(),
        );
        wasted += all.orphaned;
        for counter in names.iter().flat_map(|name| &part(&all, name).counters) {
            *acted.entry(counter.0.clone()).or_insert(0) += counter.1;
        }
    }
    assert!(wasted > 1_000 && acted.len() == 10, "{wasted} {acted:?}");
    assert!(acted.values().all(|count| *count > 100 || *count == acted["opened"]), "{acted:?}");
    assert!(acted["opened"] > 10, "{acted:?}");
}
