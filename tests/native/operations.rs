//! Monitoring, automation and random failures: what is noticed when, and what it changes.

use crate::probe::topology;
use millionth::sim::engine::Engine;
use millionth::sim::journal;
use millionth::sim::scenario::link;
use millionth::sim::snapshot::Snapshot;
use millionth::sim::units::{SimTime, Span};

fn at(seconds: f64) -> SimTime {
    SimTime::ZERO.after(Span::from_seconds(seconds))
}

fn run(link: &str, seconds: f64) -> Engine {
    let reading = link::read(link);
    assert_eq!(reading.all_problems(), [], "{link}");
    let mut engine = Engine::new(topology(&reading.scenario));
    engine.run_until(at(seconds), u64::MAX);
    engine.check().expect("laws hold");
    engine
}

fn log(engine: &Engine) -> Vec<String> {
    let lines = journal::lines(engine.topology(), engine.log(), 0);
    lines.iter().map(|line| format!("{} {} {}", line.at_s, line.part, line.what)).collect()
}

#[test]
fn a_dead_machine_is_found_at_the_second_look_and_replaced_after_the_boot_delay() {
    let base =
        "?parts=clients,lb,web,monitor#web.servers=2&fault=kill.web.2@100&monitor.every_s=15";
    let engine = run(&format!("{base}&monitor.boot_s=90"), 400.0);
    // Looks at 105 and 120; replaced 90 s later.
    let log = log(&engine);
    assert!(log.contains(&"120 web found dead".to_owned()), "{log:?}");
    assert!(log.contains(&"210 web replaced".to_owned()), "{log:?}");
    assert!(engine.sample().servers[2].iter().all(|server| server.alive));
    let engine = run(&format!("{base}&monitor.heal=off"), 400.0);
    assert!(engine.sample().servers[2].iter().any(|server| !server.alive));
}

#[test]
fn a_dead_machine_speaks_for_the_guests_that_died_with_it() {
    // Web, cache and database on one machine.
    let base = "?stage=1&add=monitor#v=1&monitor.rule_a=none&monitor.rule_b=none\
                &monitor.rule_c=dead&monitor.for_c_s=0";
    let told = |fault: &str, above: u32| {
        let engine = run(&format!("{base}&monitor.above_c={above}&fault={fault}"), 300.0);
        let sample = engine.sample();
        assert!(sample.servers.iter().flatten().all(|server| server.alive), "{fault}");
        let counts = sample.counters.iter().flatten();
        let replaced = counts.filter(|(name, _)| *name == "servers_replaced").map(|(_, n)| *n);
        let lines = log(&engine).into_iter();
        let lines = lines.filter(|line| !line.contains("primary")).collect::<Vec<_>>();
        (lines, replaced.sum::<u64>())
    };
    let (lines, replaced) = told("kill.web@100", 1);
    assert_eq!(
        (lines, replaced),
        (vec!["120 web found dead".into(), "210 web replaced".into()], 1)
    );
    let (lines, _) = told("kill.web@100", 0);
    assert_eq!(lines.iter().filter(|line| line.contains("alert C raised")).count(), 1, "{lines:?}");
    // A process that dies on a sound machine is found and replaced for itself.
    let (lines, replaced) = told("kill.cache@100", 1);
    let own = vec!["120 cache found dead".to_owned(), "210 cache replaced".to_owned()];
    assert_eq!((lines, replaced), (own, 1));
}

#[test]
fn an_alert_is_raised_when_its_metric_stays_above_for_long_enough_and_ends() {
    let engine = run(
        "?parts=clients,web,monitor#fault=kill.web@100for60&monitor.heal=off&monitor.every_s=10\
         &monitor.rule_a=none&monitor.rule_c=none&monitor.rule_b=errors&monitor.above_b=0.5\
         &monitor.for_b_s=20&clients.retries=0",
        300.0,
    );
    // Above at the looks of 110, 120, 130: raised after 20 s; the look of 170 sees none failed.
    let log = log(&engine);
    assert!(log.contains(&"130 monitor alert B raised".to_owned()), "{log:?}");
    assert!(log.contains(&"170 monitor alert B over".to_owned()), "{log:?}");
}

/// What the log says of alerts, with the second at which it says so.
fn alerts(engine: &Engine) -> Vec<String> {
    let all = log(engine).into_iter().filter(|line| line.contains("alert"));
    all.map(|line| line.replace("monitor alert ", "")).collect()
}

#[test]
fn two_rules_about_one_metric_are_raised_and_over_each_by_itself() {
    // Half of a server is busy, then nearly all of it, then half of it again.
    let engine = run(
        "?parts=clients,web,monitor#monitor.every_s=10&clients.rate=100&clients.static_share=0\
         &web.law=constant&monitor.rule_c=none\
         &monitor.rule_a=utilisation&monitor.above_a=0.3&monitor.for_a_s=20\
         &monitor.rule_b=utilisation&monitor.above_b=0.7&monitor.for_b_s=20\
         &at=60:clients.rate=170&at=120:clients.rate=100",
        200.0,
    );
    assert_eq!(alerts(&engine), ["40 A raised", "90 B raised", "130 B over"]);
    let gauges = engine.sample().gauges[2].clone();
    assert!(gauges.contains(&("alerts_firing", 1.0)), "{gauges:?}");
}

#[test]
fn an_alert_ends_with_its_rule_and_is_raised_anew_by_the_new_one() {
    let link = |settings: &str| {
        format!(
            "?parts=clients,web,monitor#fault=kill.web@100&monitor.heal=off&monitor.every_s=10\
             &monitor.rule_a=none&monitor.rule_c=none&clients.retries=0\
             &monitor.for_b_s=20{settings}"
        )
    };
    let change = |settings: &str| {
        let mut engine = run(&link(""), 145.0);
        engine.change(topology(&link::read(&link(settings)).scenario));
        engine.run_until(at(200.0), u64::MAX);
        alerts(&engine)
    };
    let (raised, ended) = ("130 B raised", "145 B over, its rule was changed");
    assert_eq!(change("&clients.retries=1"), [raised], "the rule is the same");
    assert_eq!(change("&monitor.above_b=0.5"), [raised, ended, "170 B raised"], "anew");
    assert_eq!(change("&monitor.above_b=2"), [raised, ended], "never");
    assert_eq!(change("&monitor.rule_b=none"), [raised, ended], "no rule");
    assert_eq!(change("&monitor.rule_b=dead"), [raised, ended, "170 B raised"], "another");
    // It has failed since 110: the longer time is over at the look of 160.
    assert_eq!(change("&monitor.for_b_s=50"), [raised, ended, "160 B raised"], "longer");
}

#[test]
fn random_failures_leave_the_availability_that_their_means_say() {
    let cases = [
        // One machine that runs 99 s and is repaired in 1 s: 0.99.
        ("?parts=clients,web,chaos#web.law=constant", 0.99),
        // The same where cache and database live on it.
        ("?parts=clients,web,cache,db,chaos#cache.place=web&db.place=web&web.law=constant", 0.99),
        // Nothing fails without speed.
        ("?parts=clients,web,chaos#web.law=constant&chaos.speed_up=0", 1.0),
    ];
    for (link, expected) in cases {
        let engine = run(
            &format!(
                "{link}&chaos.speed_up=1&chaos.server_mtbf_h=0.0275&chaos.server_mttr_s=1\
                 &chaos.site_mtbf_h=0&clients.rate=10&clients.retries=0&web.service_ms=0.1"
            )
            .replace("chaos.speed_up=0&chaos.speed_up=1", "chaos.speed_up=0"),
            200_000.0,
        );
        let endings = engine.meters().endings();
        let measured = endings.good as f64 / endings.total() as f64;
        // 2,000 failures: the standard error of the share is near 0.01 / sqrt(1,000).
        assert!((measured - expected).abs() < 0.001, "{link}: {measured}, expected {expected}");
    }
}

#[test]
fn business_figures_follow_what_users_get() {
    let figures = |link: &str| {
        let reading = link::read(link);
        let mut engine = Engine::new(topology(&reading.scenario));
        let start = engine.sample();
        engine.run_until(at(200.0), u64::MAX);
        let end = engine.sample();
        let snapshot = Snapshot::between(engine.topology(), &start, &end);
        snapshot.business.expect("monitoring tells")
    };
    let well = figures("?parts=clients,web,monitor#clients.rate=20");
    let ill = figures("?parts=clients,web,monitor#clients.rate=20&fault=kill.web@100");
    assert!(well.satisfaction > 0.99 && ill.satisfaction < 0.6, "{well:?} {ill:?}");
    assert!(ill.lost_per_day > 10.0 * well.lost_per_day, "{well:?} {ill:?}");
}

#[test]
fn a_full_backlog_is_told_once_when_it_begins_and_once_when_it_ends_to_refuse() {
    let engine = run("?stage=1#fault=spike9.clients@100for60", 400.0);
    let log = log(&engine);
    let said: Vec<&String> = log.iter().filter(|line| line.contains("refused")).collect();
    let [begins, ends] = said[..] else { panic!("{log:?}") };
    assert!(begins.starts_with("1") && begins.ends_with("web backlog full: calls are refused"));
    assert!(ends.ends_with("web no call is refused any more"), "{ends}");
    let at = |line: &str| line.split(' ').next().and_then(|at| at.parse::<f64>().ok());
    assert!(at(begins) > Some(100.0) && at(ends) > Some(170.0), "{begins}, {ends}");
}

#[test]
fn what_lives_on_another_machine_is_watched_with_that() {
    // A web server with cache and database on it; four with a cache each, balancer and database.
    for (link, machines) in [("?stage=1&add=monitor", 1.0), ("?stage=3&add=monitor", 6.0)] {
        let engine = run(link, 60.0);
        let sample = engine.sample();
        let gauges = sample.gauges.iter().flatten();
        let watched = gauges.filter(|(name, _)| *name == "servers_watched").map(|(_, value)| value);
        assert_eq!(watched.copied().collect::<Vec<f64>>(), [machines], "{link}");
    }
}
