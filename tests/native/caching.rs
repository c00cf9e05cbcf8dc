//! Caches: what is counted adds up, what each strategy promises, and what faults of the cache do.
//! Hit ratios, stampedes and lost writes are among the cases of theory.

use crate::probe::{run_seconds, textbook, topology};
use millionth::sim::engine::Engine;
use millionth::sim::scenario::{PresentFault, Scenario};
use millionth::sim::snapshot::{PartView, Snapshot};
use millionth::sim::units::Span;

/// A cache whose hit ratio emerges, before a database that answers at once, one query a request.
const BASE: &str = "web.queries=1 web.service_ms=0.01 web.law=constant web.slots=100000 \
    cache.op_ms=0 cache.ratio=emergent cache.ttl_s=0 db.connections=100000 db.law=constant \
    db.read_ms=0.001 db.write_ms=0.001 clients.urls=1";

/// [`BASE`] with these settings.
fn cached(settings: &str, seed: u64) -> Scenario {
    textbook("clients,web,cache,db", &format!("{BASE} {settings}"), seed)
}

/// A counter or gauge of a part.
pub fn number(figures: &Snapshot, part: &str, name: &str) -> f64 {
    let view: &PartView = figures.part(part).expect("the part is there");
    let counted = view.counters.iter().find(|(n, _)| n == name).map(|(_, count)| *count as f64);
    let measured = || view.gauges.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
    counted.or_else(measured).unwrap_or_else(|| panic!("{part} has no {name}"))
}

/// Share of the look-ups of a part that found the value.
pub fn hit_ratio_of(figures: &Snapshot, part: &str) -> f64 {
    let (hits, misses) = (number(figures, part, "hits"), number(figures, part, "misses"));
    hits / (hits + misses)
}

fn hit_ratio(figures: &Snapshot) -> f64 {
    hit_ratio_of(figures, "cache")
}

/// The figures of the next so many seconds.
pub fn watch(engine: &mut Engine, seconds: f64) -> Snapshot {
    let start = engine.sample();
    let until = engine.now().after(Span::from_seconds(seconds));
    engine.run_until(until, u64::MAX);
    engine.check().unwrap_or_else(|law| panic!("{law}"));
    let end = engine.sample();
    Snapshot::between(engine.topology(), &start, &end)
}

/// Fails unless a figure is as near as that to what is expected.
pub fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{what} is {got}, expected {expected}");
}

#[test]
fn one_fetches_for_all_where_fetches_are_coalesced() {
    let settings = "clients.rate=200 db.read_ms=50 cache.ttl_s=1";
    for strategy in ["aside", "read-through"] {
        let together =
            cached(&format!("{settings} cache.strategy={strategy} cache.coalesce=on"), 1);
        let figures = run_seconds(&together, 10.0, 400.0).result.figures;
        assert_eq!(number(&figures, "cache", "duplicate_fetches"), 0.0);
        let each = number(&figures, "cache", "coalesced") / number(&figures, "cache", "fetches");
        near("those who wait for each fetch", each, 10.0, 0.5);
    }
}

#[test]
fn every_read_behind_the_cache_is_a_miss() {
    for (strategy, coalesce) in [
        ("aside", "off"),
        ("aside", "on"),
        ("read-through", "on"),
        ("write-through", "off"),
        ("write-back", "on"),
        ("write-around", "off"),
    ] {
        let settings = format!(
            "clients.rate=500 clients.urls=300 clients.read_share=0.9 web.queries=3 \
             cache.nodes=3 cache.entries=60 cache.ttl_s=5 db.read_ms=4 db.write_ms=4 \
             cache.strategy={strategy} cache.coalesce={coalesce} cache.flush_s=2"
        );
        let mut engine = Engine::new(topology(&cached(&settings, 3)));
        let figures = watch(&mut engine, 300.0);
        let of = |name| number(&figures, "cache", name);
        let class = |key| figures.classes.iter().find(|class| class.key == key);
        let reads = class("read").map_or(0, |class| class.tally.arrived) as f64;
        // What is under way at the end is counted at one end only.
        near(strategy, of("hits") + of("misses"), reads, 5.0);
        let fetches = of("misses") - of("coalesced") + of("coalesced_in_vain");
        assert_eq!(of("fetches"), fetches, "{strategy}");
        assert!(of("duplicate_fetches") < fetches);
        let writes = class("write").map_or(0, |class| class.tally.arrived) as f64;
        let direct = if strategy == "write-back" { 2.0 } else { 3.0 };
        let database = figures.part("db").map_or(0, |db| db.tally.arrived) as f64;
        // What was kept back is a write like any once it is passed on.
        near(strategy, database, 3.0 * fetches + direct * writes + of("flushed"), 60.0);
        if strategy == "write-back" {
            near("all writes", of("kept_back"), writes, 5.0);
        }
        assert!(of("entries") <= 180.0 && of("hits") > 0.2 * reads, "{strategy}");
    }
}

/// The share of hits that are stale, where ten keys are each written once a second, the cache is
/// 5 ms from the web tier and entries live 5 s.
fn stale(settings: &str) -> f64 {
    let settings = format!(
        "clients.rate=100 clients.urls=10 clients.read_share=0.9 cache.ttl_s=5 db.read_ms=20 \
         db.write_ms=20 db.law=exponential network.zone_ms=5 {settings}"
    );
    let scenario = textbook("clients,network,web,cache,db", &format!("{BASE} {settings}"), 1);
    let figures = run_seconds(&scenario, 10.0, 2_000.0).result.figures;
    number(&figures, "cache", "stale_reads") / number(&figures, "cache", "hits")
}

#[test]
fn strategies_keep_their_promises_about_old_values() {
    assert_eq!(stale("cache.strategy=write-through"), 0.0);
    assert_eq!(stale("cache.strategy=write-back"), 0.0);
    // Of the T seconds of an entry, those after the first of w writes a second are stale.
    let life: f64 = 5.0;
    let expected = 1.0 - (1.0 - libm::exp(-life)) / life;
    near("write-around", stale("cache.strategy=write-around"), expected, 0.02);
}

#[test]
fn until_a_deletion_arrives_the_old_value_is_read() {
    // 5 ms of the second after each write.
    for settings in ["cache.coalesce=on", "cache.coalesce=off", "cache.strategy=read-through"] {
        near(settings, stale(settings), 0.005, 0.001);
    }
}

#[test]
fn the_keys_of_a_dead_node_miss_until_it_is_back_and_filled() {
    let settings = "clients.rate=1000 clients.urls=2000 cache.nodes=4";
    let mut scenario = cached(settings, 1);
    let fault = PresentFault::read("kill.cache.2@60for60").expect("it is a fault");
    scenario.fail(fault);
    let mut engine = Engine::new(topology(&scenario));
    watch(&mut engine, 50.0);
    near("filled", hit_ratio(&watch(&mut engine, 10.0)), 1.0, 0.0);
    let dead = watch(&mut engine, 60.0);
    near("without a node of four", hit_ratio(&dead), 0.75, 0.06);
    assert_eq!(number(&dead, "cache", "unanswered"), number(&dead, "cache", "misses"));
    assert_eq!(dead.users.failed, 0);
    let share = number(&dead, "cache", "misses") / dead.users.arrived as f64;
    // Its keys come back one by one as they are asked for: each misses once.
    let back = watch(&mut engine, 60.0);
    near("refilled", number(&back, "cache", "misses"), share * 2_000.0, 20.0);
    near("after", hit_ratio(&watch(&mut engine, 10.0)), 1.0, 0.0);
}

#[test]
fn a_flush_sends_all_to_the_database() {
    let settings = "clients.rate=1000 clients.urls=500 cache.nodes=2 db.read_ms=5";
    for (fault, share) in [("flush.cache@30", 1.0), ("flush.cache.1@30", 0.5)] {
        let mut scenario = cached(settings, 1);
        scenario.fail(PresentFault::read(fault).expect("it is a fault"));
        let mut engine = Engine::new(topology(&scenario));
        watch(&mut engine, 29.9);
        let full = watch(&mut engine, 0.1);
        assert_eq!(number(&full, "cache", "misses"), 0.0);
        let after = watch(&mut engine, 20.0);
        let first =
            number(&after, "cache", "fetches") - number(&after, "cache", "duplicate_fetches");
        near(fault, first, share * 500.0, 60.0 * (2.0 - 2.0 * share));
    }
}

#[test]
fn a_failing_fetch_disappoints_those_who_wait_and_holds_nobody_up() {
    for strategy in ["aside", "read-through"] {
        let settings = format!(
            "clients.rate=200 db.read_ms=50 cache.ttl_s=1 cache.coalesce=on \
             cache.strategy={strategy}"
        );
        let mut scenario = cached(&settings, 1);
        let fault = PresentFault::read("kill.db@20.3for5").expect("it is a fault");
        scenario.fail(fault);
        let mut engine = Engine::new(topology(&scenario));
        let figures = watch(&mut engine, 60.0);
        assert!(figures.users.failed > 500, "{strategy}: the database is gone");
        let after = watch(&mut engine, 20.0);
        assert_eq!(after.users.failed, 0, "{strategy}");
        assert!(hit_ratio(&after) > 0.9);
        assert!(number(&after, "cache", "waiting") < 40.0);
    }
}

#[test]
fn guards_before_the_cache_repeat_what_was_asked_of_it() {
    // Calls of a dead cache are tried again until it is back: writes stay writes.
    let settings = "clients.rate=1000 clients.read_share=0.5 cache.strategy=write-through \
                    to_cache.retries=5 to_cache.backoff_ms=400 to_cache.budget=0";
    let parts = "clients,web,to_cache,cache,db";
    let mut scenario = textbook(parts, &format!("{BASE} {settings}"), 1);
    scenario.fail(PresentFault::read("kill.cache@20for0.3").expect("it is a fault"));
    let mut engine = Engine::new(topology(&scenario));
    let figures = watch(&mut engine, 60.0);
    assert_eq!(figures.users.failed, 0);
    assert_eq!(number(&figures, "cache", "stale_reads"), 0.0);
    assert!(number(&figures, "cache", "unanswered") > 100.0);
    let writes = figures.classes.iter().find(|class| class.key == "write");
    let writes = writes.map_or(0, |class| class.tally.arrived) as f64;
    let database = figures.part("db").map_or(0, |db| db.tally.arrived) as f64;
    near("what reaches the database", database, writes, 20.0);
}
