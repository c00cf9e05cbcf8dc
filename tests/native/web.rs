//! The web tier and its balancer over time: sessions lost and kept, memory, autoscaling,
//! deployment, draining, the redundant pair.

use crate::probe::{run_requests, textbook, topology};
use millionth::sim::engine::Engine;
use millionth::sim::scenario::{PresentFault, Scenario, link};
use millionth::sim::snapshot::{PartView, Snapshot};
use millionth::sim::units::Span;

/// A running textbook queue of these parts, with settings and faults.
fn start(parts: &str, settings: &str, faults: &[&str]) -> Engine {
    Engine::new(topology(&with(textbook(parts, settings, 1), faults)))
}

fn with(mut scenario: Scenario, faults: &[&str]) -> Scenario {
    for fault in faults {
        scenario.fail(PresentFault::read(fault).expect("is a fault"));
    }
    assert_eq!(scenario.drop_faults_of_nothing(), []);
    scenario
}

/// The figures up to this second, with the laws checked at their end.
fn until(engine: &mut Engine, second: f64) -> Snapshot {
    let start = engine.sample();
    let span = Span::from_seconds(second - engine.now().seconds());
    engine.run_until(engine.now().after(span), u64::MAX);
    engine.check().unwrap_or_else(|law| panic!("{law}"));
    Snapshot::between(engine.topology(), &start, &engine.sample())
}

fn part<'a>(figures: &'a Snapshot, key: &str) -> &'a PartView {
    figures.part(key).unwrap_or_else(|| panic!("there is no part {key}"))
}

fn count(figures: &Snapshot, key: &str, name: &str) -> u64 {
    let counters = &part(figures, key).counters;
    counters.iter().find(|(counter, _)| counter == name).expect("is counted").1
}

fn gauge(figures: &Snapshot, key: &str, name: &str) -> f64 {
    let gauges = &part(figures, key).gauges;
    gauges.iter().find(|(gauge, _)| gauge == name).expect("is measured").1
}

fn failed(figures: &Snapshot, reason: &str) -> u64 {
    let of = figures.users.failures.iter().find(|failure| failure.reason == reason);
    of.map_or(0, |failure| failure.count)
}

fn logged(engine: &Engine, what: &str) -> Vec<f64> {
    let entries = engine.log().entries().filter(|entry| entry.what == what);
    entries.map(|entry| entry.at.seconds()).collect()
}

fn close(what: &str, got: f64, expected: f64, tolerance: f64) {
    let off = (got / expected - 1.0).abs();
    assert!(off <= tolerance, "{what}: {got}, expected {expected} within {tolerance}");
}

/// 2,000 users, each of whom asks every 10 s, on four servers.
const USERS: &str = "clients.rate=200 clients.users=2000 web.servers=4 web.slots=1000 \
                     web.service_ms=1 lb.check_s=1 lb.failures=1";

#[test]
fn sessions_in_memory_die_with_their_server_and_those_in_a_store_do_not() {
    let kill = &["kill.web.2@100for30"];
    let settings = format!("{USERS} lb.algorithm=sticky web.sessions=memory");
    let mut memory = start("clients,lb,web", &settings, kill);
    let before = until(&mut memory, 99.9);
    let (new, held) = (count(&before, "web", "first_logins"), 500.0);
    assert!((1_990..=2_000).contains(&new), "nearly all users have come: {new}");
    assert_eq!(count(&before, "web", "sessions_lost"), 0, "each stays where the session is");
    assert_eq!(gauge(&before, "web", "sessions_held"), new as f64);
    let after = until(&mut memory, 200.0);
    close("those of one server of four", count(&after, "web", "sessions_lost") as f64, held, 0.01);
    let again = count(&after, "web", "logins_again");
    assert_eq!(again, count(&after, "web", "sessions_lost"), "they log in once more each");

    let settings = format!("{USERS} web.sessions=store");
    let mut store = start("clients,lb,web,sessions", &settings, kill);
    let all = until(&mut store, 200.0);
    assert_eq!(count(&all, "sessions", "sessions_lost"), 0);
    assert_eq!(count(&all, "web", "logins_again"), 0);
    assert_eq!(part(&all, "sessions").tally.arrived, part(&all, "web").tally.good);
}

#[test]
fn without_stickiness_a_session_in_memory_is_elsewhere_three_times_of_four() {
    let settings = format!("{USERS} lb.algorithm=round-robin web.sessions=memory web.login_ms=5");
    let mut engine = start("clients,lb,web", &settings, &[]);
    until(&mut engine, 100.0);
    let figures = until(&mut engine, 400.0);
    let lost = count(&figures, "web", "sessions_lost") as f64;
    close("lost", lost, 0.75 * figures.users.arrived as f64, 0.02);
    // 1 ms of work, and 5 ms of logging in for three of four; nobody waits.
    let mean = figures.latency.mean_s.expect("there are answers");
    close("time", mean, 0.001 + 0.75 * 0.005, 0.02);
}

#[test]
fn a_session_that_idles_out_is_expired_and_not_lost() {
    let settings = format!("{USERS} web.servers=1 web.sessions=memory web.session_idle_s=20");
    let mut engine = start("clients,web", &settings, &[]);
    until(&mut engine, 200.0);
    let figures = until(&mut engine, 600.0);
    assert_eq!(count(&figures, "web", "sessions_lost"), 0);
    // Users come at random, every 10 s on average: exp(-2) of their pauses exceed 20 s.
    let expired = count(&figures, "web", "sessions_expired") as f64;
    let share = expired / (figures.users.arrived - count(&figures, "web", "first_logins")) as f64;
    close("pauses over 20 s", share, 0.135_335, 0.03);
    // Held are those who came within the last 20 s.
    let held = gauge(&figures, "web", "sessions_held");
    close("held", held, 2_000.0 * (1.0 - 0.135_335), 0.03);
}

#[test]
fn a_store_keeps_sessions_through_a_death_only_with_a_copy() {
    let kill = &["kill.sessions.1@100for5"];
    for (settings, least, most) in [
        ("sessions.nodes=2", 950, 1_000),
        ("sessions.nodes=2 sessions.replicated=on", 0, 0),
        ("sessions.nodes=1 sessions.replicated=on", 1_950, 2_000),
    ] {
        let settings = format!("{USERS} web.sessions=store {settings}");
        let mut engine = start("clients,lb,web,sessions", &settings, kill);
        assert_eq!(count(&until(&mut engine, 100.0), "sessions", "sessions_lost"), 0);
        let dead = until(&mut engine, 105.0);
        // Nobody knows who the users of the dead node are.
        let expected = most as f64 / 2_000.0 * dead.users.arrived as f64;
        let refused = failed(&dead, "unavailable") as f64;
        assert!((refused - expected).abs() <= 0.1 * expected, "{settings}: {refused}");
        let lost = count(&until(&mut engine, 200.0), "sessions", "sessions_lost");
        assert!((least..=most).contains(&lost), "{settings}: {lost} lost");
    }
    let settings = format!("{USERS} web.sessions=store");
    let mut engine = start("clients,lb,web,sessions", &settings, &["flush.sessions@100"]);
    until(&mut engine, 100.0);
    let lost = count(&until(&mut engine, 200.0), "sessions", "sessions_lost");
    assert!((1_950..=2_000).contains(&lost), "flushed: {lost}");
}

#[test]
fn sticky_users_stay_away_from_a_server_that_is_back_until_their_cookies_run_out() {
    // Checks, one a second, come all the same.
    for (life, low, high) in [(3_600, 0.0, 0.006), (20, 0.2, 0.3)] {
        let settings = format!("{USERS} lb.algorithm=sticky lb.sticky_s={life}");
        let mut engine = start("clients,lb,web", &settings, &["kill.web.2@100for80"]);
        until(&mut engine, 250.0);
        let figures = until(&mut engine, 310.0);
        let web = part(&figures, "web");
        let share = web.servers[1].rate / web.rate;
        assert!((low..=high).contains(&share), "{life} s: {share}");
    }
    // Ten users on four servers: three, three, two and two.
    let settings = "clients.rate=1000 clients.users=10 web.servers=4 web.service_ms=0.01 \
                    lb.algorithm=sticky";
    let report = run_requests(&textbook("clients,lb,web", settings, 1), 2e5);
    let web = report.result.figures.part("web").expect("there is a web tier").clone();
    let fullest = web.servers.iter().map(|s| s.rate).fold(0.0, f64::max);
    close("the fullest", fullest / web.rate, 0.3, 0.02);
}

/// Erlang's loss formula.
fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b))
}

#[test]
fn a_server_out_of_memory_refuses_as_a_loss_system_of_so_many_places() {
    // 400 MB, of which the process takes 300 and each request 2: 50 at once.
    let settings = "clients.rate=60 web.slots=1000 web.service_ms=1000 web.size=1 \
                    web.memory_gb_vcpu=0.4";
    let mut engine = start("clients,web", settings, &[]);
    until(&mut engine, 100.0);
    let figures = until(&mut engine, 5_100.0);
    let share = failed(&figures, "out_of_memory") as f64 / figures.users.arrived as f64;
    close("refused", share, erlang_b(50, 60.0), 0.03);
    assert!(gauge(&figures, "web", "memory_max_mb") <= 400.0);
    let mut dying = start("clients,web", &format!("{settings} web.on_full=die"), &[]);
    let figures = until(&mut dying, 60.0);
    assert!(failed(&figures, "lost") >= 50 && failed(&figures, "unavailable") > 500);
}

/// Four servers of one slot behind a balancer without checks, so that loads are exact.
const FOUR: &str = "clients.arrivals=constant web.law=constant web.servers=4 web.autoscale=on";

#[test]
fn autoscaling_orders_what_the_rule_says_and_waits_for_it() {
    let mut engine = start("clients,lb,web", &format!("{FOUR} clients.rate=352"), &[]);
    let at_first = until(&mut engine, 59.0);
    assert_eq!(gauge(&at_first, "web", "servers_in_service"), 4.0);
    until(&mut engine, 61.0);
    let ordered = until(&mut engine, 149.0);
    assert_eq!(gauge(&ordered, "web", "servers_in_service"), 4.0, "they boot for 90 s");
    assert_eq!(gauge(&ordered, "web", "servers_booting"), 2.0, "0.88 x 4 / 0.6 is 5.87");
    let joined = until(&mut engine, 151.0);
    assert_eq!(gauge(&joined, "web", "servers_in_service"), 6.0);
    let later = until(&mut engine, 900.0);
    assert_eq!(gauge(&later, "web", "servers_in_service"), 6.0, "0.587 is near enough to 0.6");
    assert_eq!(logged(&engine, "scaling out"), [60.0]);
    assert_eq!(failed(&later, "lost"), 0);
    // Six servers are paid for, those of the boot included.
    let usd = |figures: &Snapshot| part(figures, "web").usd_per_month;
    close("cost while booting", usd(&ordered), 1.5 * usd(&at_first), 1e-9);
    close("cost", usd(&later), 1.5 * usd(&at_first), 1e-9);
}

#[test]
fn autoscaling_lags_behind_a_spike_by_period_and_boot() {
    let spike = &["spike2.clients@100for300"];
    let machines = format!("{FOUR} clients.rate=200 web.scale_window_s=300");
    let containers = format!("{machines} web.scale_period_s=15 web.boot_s=5 web.boot_warm_s=0");
    let mut slow = start("clients,lb,web", &machines, spike);
    let mut quick = start("clients,lb,web", &containers, spike);
    let early = until(&mut slow, 205.0);
    assert_eq!(gauge(&early, "web", "servers_in_service"), 4.0, "100 s of the spike without help");
    let peak = until(&mut slow, 399.0);
    assert!(gauge(&peak, "web", "servers_in_service") >= 7.0, "400 / 100 / 0.6 is 6.7");
    let helped = until(&mut quick, 160.0);
    assert!(gauge(&helped, "web", "servers_in_service") >= 6.0);
    let quick_peak = until(&mut quick, 399.0);
    let time = |figures: &Snapshot| figures.latency.mean_s.expect("there are answers");
    assert!(time(&peak) > 5.0 * time(&quick_peak), "{} {}", time(&peak), time(&quick_peak));
    // After the spike the servers stay for the window, then leave; nothing is lost by it.
    let window = until(&mut quick, 690.0);
    assert!(gauge(&window, "web", "servers_in_service") >= 6.0);
    let calm = until(&mut quick, 900.0);
    assert_eq!(gauge(&calm, "web", "servers_in_service"), 4.0, "200 / 100 / 0.6 is 3.3");
    assert_eq!((window.users.failed, calm.users.failed), (0, 0));
}

/// Four servers, half loaded, that take 0.1 s for a request.
const RELEASE: &str = "clients.rate=100 web.servers=4 web.slots=5 web.service_ms=100 \
                       lb.check_s=1 lb.drain_s=10 web.restart_s=5 web.pause_s=5 web.watch_s=20";

#[test]
fn a_rolling_deployment_loses_nothing_and_one_at_once_loses_what_is_there() {
    let deploy = &["deploy.web@60"];
    let mut rolling = start("clients,lb,web", RELEASE, deploy);
    let during = until(&mut rolling, 90.0);
    assert_eq!(gauge(&during, "web", "release_oldest"), 1.0);
    assert_eq!(gauge(&during, "web", "release_newest"), 2.0);
    let all = until(&mut rolling, 300.0);
    assert_eq!((during.users.failed, all.users.failed), (0, 0));
    assert_eq!(gauge(&all, "web", "servers_on_newest"), 4.0);
    assert_eq!(count(&all, "web", "deployments"), 1);
    let mut dead = start("clients,lb,web", RELEASE, &["kill.web.2@30"]);
    assert_eq!(gauge(&until(&mut dead, 40.0), "web", "servers_on_newest"), 3.0);

    let mut at_once = start("clients,lb,web", &format!("{RELEASE} web.deploy=all"), deploy);
    let all = until(&mut at_once, 300.0);
    // About ten are at work; for 5 s, and until the checks find the servers well, nobody answers.
    assert!((3..=25).contains(&failed(&all, "lost")), "{:?}", all.users);
    let out = failed(&all, "unavailable") as f64 / 100.0;
    assert!((4.5..6.5).contains(&out), "{out} s without a server");
}

#[test]
fn a_bad_release_hurts_until_it_is_rolled_back() {
    let deploy = &["deploy.web@60"];
    let bad = format!("{RELEASE} web.bad_errors=0.5");
    let mut kept = start("clients,lb,web", &bad, deploy);
    until(&mut kept, 300.0);
    let after = until(&mut kept, 500.0);
    close("errors", failed(&after, "bad_release") as f64, 0.5 * after.users.arrived as f64, 0.05);
    let mut harm = Vec::new();
    for strategy in ["all", "rolling", "canary web.canary_share=0.25"] {
        let settings = format!("{bad} web.rollback=on web.deploy={strategy}");
        let mut engine = start("clients,lb,web", &settings, deploy);
        let during = until(&mut engine, 300.0);
        assert_eq!(count(&during, "web", "rollbacks"), 1, "{strategy}");
        harm.push(failed(&during, "bad_release"));
        let after = until(&mut engine, 400.0);
        assert_eq!(after.users.failed, 0, "{strategy}: the old release is back");
        assert_eq!(gauge(&after, "web", "release_newest"), 1.0, "{strategy}");
    }
    assert!(harm.iter().all(|errors| (1..200).contains(errors)), "{harm:?}");
    let slow = format!("{RELEASE} web.bad_slowdown=1.5 web.law=constant");
    let mut engine = start("clients,lb,web", &slow, deploy);
    until(&mut engine, 300.0);
    let figures = until(&mut engine, 400.0);
    close("slow", figures.latency.p50_s.expect("there are answers"), 0.15, 0.02);
}

#[test]
fn sites_drift_apart_while_a_release_goes_from_one_to_the_next() {
    let text = |settings: &str| {
        let reading = link::read(&format!(
            "?stage=3&sites=2#web.site_pause_s=200&web.restart_s=5&web.pause_s=1&web.watch_s=20\
             &lb.drain_s=5&clients.rate=100{settings}"
        ));
        assert_eq!(reading.all_problems(), []);
        Engine::new(topology(&with(reading.scenario, &["deploy.web@60"])))
    };
    let mut engine = text("");
    let between = until(&mut engine, 250.0);
    assert_eq!(gauge(&between, "web1", "release_oldest"), 2.0);
    assert_eq!(gauge(&between, "web2", "release_newest"), 1.0);
    assert_eq!(gauge(&between, "web1", "releases_between_sites"), 1.0);
    let after = until(&mut engine, 450.0);
    assert_eq!(gauge(&after, "web2", "releases_between_sites"), 0.0);
    // What was rolled back at the first site does not reach the second.
    let mut withheld = text("&web.bad_errors=0.5&web.rollback=on");
    until(&mut withheld, 450.0);
    assert_eq!(logged(&withheld, "release rolled back").len(), 1);
    assert_eq!(logged(&withheld, "release withheld: rolled back elsewhere"), [260.0]);
}

#[test]
fn the_second_of_a_pair_takes_over() {
    let settings = "clients.rate=100 web.servers=4 web.service_ms=1 lb.takeover_s=3";
    let kill = &["kill.lb.1@50"];
    let mut pair = start("clients,lb,web", &format!("{settings} lb.pair=on"), kill);
    let all = until(&mut pair, 100.0);
    close("seconds without", failed(&all, "unavailable") as f64 / 100.0, 3.0, 0.15);
    assert_eq!(count(&all, "lb", "takeovers"), 1);
    assert_eq!(until(&mut pair, 200.0).users.failed, 0);
    let mut alone = start("clients,lb,web", settings, kill);
    until(&mut alone, 100.0);
    assert_eq!(until(&mut alone, 200.0).users.good, 0, "a single point of failure");
    // The first comes back and stands by; when the second dies, it takes over again.
    let kills = &["kill.lb.1@50for20", "kill.lb.2@100"];
    let mut twice = start("clients,lb,web", &format!("{settings} lb.pair=on"), kills);
    assert_eq!(count(&until(&mut twice, 150.0), "lb", "takeovers"), 2);
    assert_eq!(until(&mut twice, 250.0).users.failed, 0);
}

#[test]
fn a_server_that_is_taken_away_finishes_what_it_has() {
    let leaves = |drain: &str| {
        let settings = format!(
            "clients.rate=20 web.servers=4 web.slots=50 web.service_ms=2000 lb.drain_s={drain}"
        );
        let mut engine = start("clients,lb,web", &settings, &[]);
        until(&mut engine, 60.0);
        let mut scenario = engine.topology().scenario().clone();
        assert_eq!(scenario.set("web.servers", "2"), Ok(None));
        engine.change(topology(&scenario));
        let figures = until(&mut engine, 120.0);
        assert_eq!(part(&figures, "web").servers.len(), 2, "the others are gone");
        figures.users.failed
    };
    assert_eq!(leaves("60"), 0, "two seconds are needed, sixty given");
    let cut = leaves("0");
    assert!((8..=35).contains(&cut), "about twenty were there: {cut}");
}

#[test]
fn a_server_that_returns_works_at_half_speed_for_a_while() {
    let settings = "clients.rate=10 web.law=constant web.slots=100 web.warm_s=30";
    let mut engine = start("clients,web", settings, &["kill.web.1@50for1"]);
    let time = |figures: &Snapshot| figures.latency.mean_s.expect("there are answers");
    close("before", time(&until(&mut engine, 50.0)), 0.01, 1e-6);
    until(&mut engine, 51.0);
    close("cold", time(&until(&mut engine, 80.9)), 0.02, 1e-6);
    until(&mut engine, 81.1);
    close("warm", time(&until(&mut engine, 120.0)), 0.01, 1e-6);
}

#[test]
fn a_job_done_in_line_takes_its_work_more() {
    let settings = "clients.rate=20 clients.job_share=0.5 web.slots=1000 web.law=constant";
    let mut engine = start("clients,web", settings, &[]);
    let figures = until(&mut engine, 5_000.0);
    let job = figures.classes.iter().find(|class| class.key == "job").expect("there are jobs");
    close("a job", job.latency.mean_s.expect("there are answers"), 0.21, 0.02);
}
