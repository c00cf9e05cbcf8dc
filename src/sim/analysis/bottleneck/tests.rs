//! What is said to limit a system does limit it, and the sentences have the numbers.

use super::*;
use crate::sim::analysis::settle::{Settled, Settling};
use crate::sim::scenario::link;
use crate::sim::topology::Topology;
use crate::sim::units::Span;

fn run(text: &str) -> Settled {
    let topology = Topology::build(&link::read(text).scenario).expect("can run");
    let mut run = Settling::with_batches(topology, Span::from_seconds(5.0), 20);
    run.advance(u64::MAX);
    run.settled().expect("has batches enough")
}

/// The load at which it is said to saturate is the load at which it does. Without health checks,
/// which take full servers out of use in turn, so that the tier is no longer loaded evenly.
#[test]
fn the_extrapolated_load_is_where_the_system_is_full() {
    for base in ["?stage=1#v=1", "?stage=2#v=1", "?stage=3#v=1&web.servers=3&lb.check_s=0"] {
        let half = run(&format!("{base}&clients.rate=40"));
        let found = find(&half.figures).expect("something works");
        assert!(found.load < 0.9 && found.headroom > 0.0, "{found:?}");
        let at = |share: f64| {
            let rate = share * found.most_traffic;
            let settled = run(&format!("{base}&clients.rate={rate}&clients.retries=0"));
            let full = find(&settled.figures).expect("something works");
            assert_eq!((&full.part, full.resource), (&found.part, found.resource), "{base}");
            (full.utilisation, full.load)
        };
        let (used, load) = at(0.9);
        assert!((used - 0.9).abs() < 0.05 && (load - 0.9).abs() < 0.05, "{base}: {used} {load}");
        let (used, load) = at(1.2);
        assert!(used > 0.97 && (load - 1.2).abs() < 0.06, "{base}: {used}, {load}");
    }
}

#[test]
fn the_sentence_has_the_numbers() {
    let link = "?parts=clients,web,db#v=1&clients.rate=200&clients.static_share=0\
                &clients.read_share=0&clients.retries=0&web.queries=1&web.servers=1&web.size=8\
                &web.service_ms=1&db.write_ms=4.85&db.size=1&db.law=constant";
    let settled = run(link);
    let found = find(&settled.figures).expect("something works");
    assert_eq!((found.part.as_str(), found.resource), ("db", Resource::Processor));
    assert!((found.work_s - 4.85e-3).abs() < 1e-6, "{found:?}");
    assert!((found.most_calls - 1.0 / 4.85e-3).abs() < 0.1, "{found:?}");
    let said = explain(&settled.figures).join(" ");
    assert!(said.contains("Database is at 9") && said.contains("needs 4.85 ms"), "{said}");
    assert!(said.contains("it saturates at 206"), "{said}");
}

#[test]
fn slots_held_for_a_slow_part_are_named_and_a_full_part_before_them() {
    let base = "?parts=clients,web,cache,db#v=1&clients.rate=50&clients.static_share=0\
                &clients.retries=0&web.slots=4&web.size=16&web.queries=1&cache.hit=0\
                &cache.access_ms=0&cache.miss_ms=60&db.size=16";
    let held = run(base);
    let found = find(&held.figures).expect("something works");
    assert_eq!((found.part.as_str(), found.resource), ("web", Resource::HeldSlots));
    let full = run("?stage=3#v=1&db.size=1&web.servers=16");
    let found = find(&full.figures).expect("something works");
    assert_eq!((found.part.as_str(), found.resource), ("db", Resource::Processor));
}

#[test]
fn what_is_down_refused_or_grows_is_said() {
    let said = explain(&run("?stage=2#v=1&fault=kill.db").figures);
    assert!(said[0].starts_with("Database is down") && said.len() >= 2, "{said:?}");
    let said = explain(&run("?stage=2#v=1&clients.rate=900&web.backlog=5").figures);
    assert!(said.iter().any(|s| s.contains("refuses")), "{said:?}");
    let grows = "?stage=2#v=1&clients.rate=300&clients.timeout_s=0&web.backlog=1000000";
    let said = explain(&run(grows).figures);
    assert!(said.iter().any(|s| s.contains("its backlog grows")), "{said:?}");
}

#[test]
fn numbers_have_three_digits_that_count() {
    for (x, text) in [(4.85, "4.85"), (206.2, "206"), (0.012_34, "0.0123"), (1e5, "100000")] {
        assert_eq!(number(x), text);
    }
}
