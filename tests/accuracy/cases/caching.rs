//! Cases of caches: hit ratios, stampedes, and writes kept back. The database answers at once where
//! it does not say otherwise; one query makes a request.

use super::Tolerance::{Absolute, Relative};
use super::{Case, Sample, plain};
use crate::probe;
use millionth::sim::analysis::theory::caches::{
    fifo_hit_ratio, invalidated_hit_ratio, lfu_hit_ratio, lru_hit_ratio, popularity,
    stampede_reads, ttl_hit_ratio, write_back_loss, write_back_rate,
};
use millionth::sim::engine::Engine;
use millionth::sim::scenario::{PresentFault, Scenario};
use millionth::sim::snapshot::Snapshot;
use millionth::sim::units::Span;
use millionth::sim::zipf::Zipf;

const PARTS: &str = "clients,web,cache,db";

/// What all cases share, and the settings of one.
macro_rules! cached {
    ($settings:literal) => {
        concat!(
            "web.queries=1 web.service_ms=0.01 web.law=constant web.slots=100000 cache.op_ms=0 \
             cache.ratio=emergent cache.ttl_s=0 db.connections=100000 db.law=constant \
             db.read_ms=0.001 db.write_ms=0.001 clients.urls=1 ",
            $settings
        )
    };
}

/// A counter of the cache.
fn count(figures: &Snapshot, name: &str) -> f64 {
    let cache = figures.part("cache").expect("there is a cache");
    let found = cache.counters.iter().find(|(known, _)| known == name);
    found.map_or(f64::NAN, |(_, count)| *count as f64)
}

/// A figure of the cache over a run of so many requests.
fn over(scenario: &Scenario, requests: f64, figure: fn(&Snapshot) -> f64) -> Sample {
    let report = probe::run_requests(scenario, requests);
    Sample { values: vec![figure(&report.result.figures)], requests: report.result.requests }
}

fn hit_ratio(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    over(scenario, requests, |figures| {
        let hits = count(figures, "hits");
        hits / (hits + count(figures, "misses"))
    })
}

/// Reads behind the cache for each expiry.
fn stampede(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    over(scenario, requests, |figures| {
        let fetches = count(figures, "fetches");
        fetches / (fetches - count(figures, "duplicate_fetches"))
    })
}

/// Writes per second that reach the database.
fn passed_on(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    over(scenario, requests, |figures| count(figures, "flushed") / figures.window_s)
}

/// Writes lost in each crash, the crashes at times that have nothing to do with the writes: 71 s
/// apart on average, at most 122 s.
fn lost(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    let mut scenario = scenario.clone();
    let (mut at, crashes) = (0.0, (requests / (5.0 * 71.0)).min(950.0) as u32);
    for crash in 0..crashes {
        at += 20.0 + 102.0 * (f64::from(crash) * 0.618_033_988_75).fract();
        let fault = PresentFault::read(&format!("kill.cache.1@{at:.3}for0.001"));
        scenario.fail(fault.expect("it is a fault"));
    }
    let mut engine = Engine::new(probe::topology(&scenario));
    let start = engine.sample();
    engine.run_until(engine.now().after(Span::from_seconds(at + 1.0)), u64::MAX);
    let figures = Snapshot::between(engine.topology(), &start, &engine.sample());
    let lost = count(&figures, "lost_writes") / f64::from(crashes.max(1));
    Sample { values: vec![lost], requests: figures.users.arrived }
}

/// A tenth of a thousand items asked for by Zipf's law.
fn tenth(law: fn(&[millionth::sim::analysis::theory::caches::Group], f64) -> f64) -> f64 {
    law(&popularity(&Zipf::new(1_000, 1.0)), 100.0)
}

const ITEMS: &str = "1,000 items by Zipf 1, 100 places";

/// The cases.
pub const CASES: &[Case] = &[
    Case::textbook(
        "CACHE-1000-100-1.0 LRU",
        ITEMS,
        (PARTS, cached!("clients.rate=1000 clients.urls=1000 clients.zipf=1 cache.entries=100")),
        &[plain("hit ratio", Absolute(0.002), || tenth(lru_hit_ratio))],
    )
    .measured(hit_ratio)
    .efforts((1, 1e6), (10, 3e6)),
    Case::textbook(
        "CACHE-1000-100-1.0 FIFO",
        ITEMS,
        (
            PARTS,
            cached!(
                "clients.rate=1000 clients.urls=1000 clients.zipf=1 cache.entries=100 \
                 cache.eviction=fifo"
            ),
        ),
        &[plain("hit ratio", Absolute(0.002), || tenth(fifo_hit_ratio))],
    )
    .measured(hit_ratio)
    .efforts((1, 1e6), (10, 3e6)),
    Case::textbook(
        "CACHE-1000-100-1.0 random",
        ITEMS,
        (
            PARTS,
            cached!(
                "clients.rate=1000 clients.urls=1000 clients.zipf=1 cache.entries=100 \
                 cache.eviction=random"
            ),
        ),
        &[plain("hit ratio", Absolute(0.002), || tenth(fifo_hit_ratio))],
    )
    .measured(hit_ratio)
    .efforts((1, 1e6), (10, 3e6)),
    Case::textbook(
        "CACHE-1000-100-1.0 LFU",
        ITEMS,
        (
            PARTS,
            cached!(
                "clients.rate=1000 clients.urls=1000 clients.zipf=1 cache.entries=100 \
                 cache.eviction=lfu"
            ),
        ),
        &[plain("hit ratio", Absolute(0.002), || tenth(lfu_hit_ratio))],
    )
    .measured(hit_ratio)
    .efforts((2, 2e6), (10, 4e6)),
    Case::textbook(
        "TTL-1-10",
        "1 read/s of a key that lives 10 s",
        (PARTS, cached!("clients.rate=1 cache.ttl_s=10")),
        &[plain("hit ratio", Absolute(0.002), || ttl_hit_ratio(1.0, 10.0))],
    )
    .measured(hit_ratio)
    .efforts((1, 4e5), (10, 1e6)),
    Case::textbook(
        "CACHEASIDE-inval",
        "10 reads/s of a key that lives 1 s, 1 write/s deletes it",
        (PARTS, cached!("clients.rate=11 clients.read_share=0.90909090909 cache.ttl_s=1")),
        &[plain("hit ratio", Absolute(0.002), || invalidated_hit_ratio(10.0, 1.0, 1.0))],
    )
    .measured(hit_ratio)
    .efforts((1, 7e5), (10, 1e6)),
    Case::textbook(
        "STAMPEDE",
        "200 reads/s of one key, fetched in 50 ms",
        (PARTS, cached!("clients.rate=200 db.read_ms=50 cache.ttl_s=1")),
        &[plain("reads for each expiry", Relative(0.03), || stampede_reads(200.0, 0.05))],
    )
    .measured(stampede)
    .efforts((1, 8e5), (10, 2e6)),
    Case::textbook(
        "WRITEBACK",
        "5 writes/s of a key, passed on 10 s after the first",
        (
            PARTS,
            cached!(
                "clients.rate=5 clients.read_share=0 cache.strategy=write-back cache.flush_s=10"
            ),
        ),
        &[plain("database writes/s", Relative(0.03), || write_back_rate(5.0, 10.0))],
    )
    .measured(passed_on)
    .efforts((1, 5e5), (10, 1e6)),
    Case::textbook(
        "WRITEBACK crash",
        "the same, and the node dies now and then",
        (
            PARTS,
            cached!(
                "clients.rate=5 clients.read_share=0 cache.strategy=write-back cache.flush_s=10"
            ),
        ),
        &[plain("writes lost", Relative(0.03), || write_back_loss(5.0, 10.0))],
    )
    .measured(lost)
    .efforts((2, 3e5), (10, 3.3e5)),
];
