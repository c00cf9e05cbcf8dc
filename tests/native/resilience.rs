//! Guards: each policy does what it says, agrees with theory where there is one, and shows the
//! signature that it is known for.

use crate::probe::{run_seconds, scenario, textbook, topology};
use millionth::sim::engine::Engine;
use millionth::sim::scenario::{PresentFault, Scenario};
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
    let expected = (-2.0f64).exp();
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
