//! The formulas of caches, names, replicas, shards, retries and workers against the simulation at
//! parameters drawn at random: a simulator that is right is right everywhere.

use crate::cases::ways::still_old;
use crate::cases::windows::{engine, number, run_to, until};
use millionth::sim::analysis::theory::caches::{
    invalidated_hit_ratio, stampede_reads, ttl_hit_ratio, write_back_rate,
};
use millionth::sim::analysis::theory::recovery::{dns_still_old, stale_share};
use millionth::sim::analysis::theory::{Mmc, fanout, retries};
use millionth::sim::rng::{Draw, Purpose, Stream};
use millionth::sim::scenario::{Scenario, link};
use millionth::sim::snapshot::Snapshot;

/// Users who wait for ever, a web tier that takes no time to speak of, one query a request.
const PLAIN: &str = "clients.timeout_s=0&clients.retries=0&clients.static_share=0\
    &web.discipline=slots&web.slots=100000&web.law=constant&web.service_ms=0.01&web.queries=1\
    &web.backlog=1000000&cache.op_ms=0&cache.ratio=emergent&db.discipline=slots&db.joins=0\
    &db.connections=100000&db.law=constant&network.last_mile=off";

fn scenario(parts: &str, settings: &str, seed: u64) -> Scenario {
    let mine = |pair: &&str| parts.split(',').any(|part| pair.split('.').next() == Some(part));
    let plain: Vec<&str> = PLAIN.split('&').filter(mine).collect();
    let text = format!("?parts={parts}#{}&{settings}&seed={seed}", plain.join("&"));
    let reading = link::read(&text);
    assert_eq!(reading.all_problems(), [], "{text}");
    reading.scenario
}

/// The figures of so many requests, a twentieth before them thrown away.
fn figures(scenario: &Scenario, rate: f64, requests: f64) -> Snapshot {
    let mut engine = engine(scenario);
    run_to(&mut engine, 0.05 * requests / rate);
    until(&mut engine, 1.05 * requests / rate)
}

fn draws(test: u64, trials: u64) -> impl Iterator<Item = (u64, Draw)> {
    let stream = Stream::new(2_025, test, Purpose::Hash);
    (1..=trials).map(move |seed| (seed, stream.at(seed)))
}

fn between(draw: &mut Draw, low: f64, high: f64) -> f64 {
    low + (high - low) * draw.unit()
}

/// As likely in each octave.
fn scaled(draw: &mut Draw, low: f64, high: f64) -> f64 {
    low * libm::pow(high / low, draw.unit())
}

fn near(what: &str, got: f64, expected: f64, most: f64) {
    assert!((got - expected).abs() <= most, "{what}: {got}, expected {expected} within {most}");
}

fn hit_ratio(figures: &Snapshot) -> f64 {
    let of = |name| number(figures, "cache", name);
    of("hits") / (of("hits") + of("misses"))
}

#[test]
fn entries_that_expire_or_are_deleted() {
    for (seed, mut draw) in draws(1, 10) {
        let (reads, ttl) = (scaled(&mut draw, 0.2, 50.0), scaled(&mut draw, 0.2, 20.0));
        let writes = if seed % 2 == 0 { scaled(&mut draw, 0.05, 5.0) } else { 0.0 };
        let rate = reads + writes;
        let settings = format!(
            "clients.urls=1&clients.rate={rate}&clients.read_share={}&cache.ttl_s={ttl}\
             &db.read_ms=0.001&db.write_ms=0.001",
            reads / rate
        );
        let scenario = scenario("clients,web,cache,db", &settings, seed);
        let expected = match writes {
            0.0 => ttl_hit_ratio(reads, ttl),
            writes => invalidated_hit_ratio(reads, writes, ttl),
        };
        let got = hit_ratio(&figures(&scenario, rate, 6e5));
        near(
            &format!("seed {seed}: {reads} reads, {writes} writes, {ttl} s"),
            got,
            expected,
            0.003,
        );
    }
}

#[test]
fn stampedes() {
    for (seed, mut draw) in draws(2, 8) {
        let (fetch, copies) = (scaled(&mut draw, 0.01, 0.2), scaled(&mut draw, 2.0, 40.0));
        let (reads, ttl) = (copies / fetch, scaled(&mut draw, 0.3, 2.0));
        let settings = format!(
            "clients.urls=1&clients.rate={reads}&clients.read_share=1&cache.ttl_s={ttl}\
             &db.read_ms={}",
            1e3 * fetch
        );
        let scenario = scenario("clients,web,cache,db", &settings, seed);
        let figures = figures(&scenario, reads, 8e5);
        let of = |name| number(&figures, "cache", name);
        let each = of("fetches") / (of("fetches") - of("duplicate_fetches"));
        let expected = stampede_reads(reads, fetch);
        let expiries = 8e5 / reads / (ttl + fetch + 1.0 / reads);
        let error = libm::sqrt(copies / expiries);
        near(&format!("seed {seed}: {reads}/s, {fetch} s"), each, expected, 4.5 * error + 0.01);
    }
}

#[test]
fn writes_kept_back() {
    for (seed, mut draw) in draws(3, 6) {
        let (writes, flush) = (scaled(&mut draw, 0.5, 100.0), scaled(&mut draw, 0.2, 20.0));
        let settings = format!(
            "clients.urls=1&clients.rate={writes}&clients.read_share=0&cache.strategy=write-back\
             &cache.flush_s={flush}&cache.ttl_s=0&db.write_ms=0.001"
        );
        let scenario = scenario("clients,web,cache,db", &settings, seed);
        let figures = figures(&scenario, writes, 4e5);
        let got = number(&figures, "cache", "flushed") / figures.window_s;
        let expected = write_back_rate(writes, flush);
        // The only chance is in the pause until the next first write.
        near(&format!("seed {seed}: {writes}/s, {flush} s"), got, expected, 0.02 * expected);
    }
}

#[test]
fn stale_reads_at_replicas() {
    for (seed, mut draw) in draws(4, 8) {
        let (writes, lag) = (scaled(&mut draw, 0.3, 5.0), scaled(&mut draw, 0.03, 1.0));
        let rate = 40.0 * writes;
        let settings = format!(
            "clients.rate={rate}&clients.read_share=0.975&clients.urls=1&clients.users=1\
             &db.replicas={}&db.lag_ms={}&db.apply_share=0&db.read_ms=0.01&db.write_ms=0.01",
            1 + draw.below(4),
            1e3 * lag
        );
        let scenario = scenario("clients,web,db", &settings, seed);
        let figures = figures(&scenario, rate, 1.6e6);
        let reads = figures.classes.iter().find(|class| class.key == "read");
        let reads = reads.map_or(f64::NAN, |class| class.tally.good as f64);
        let got = number(&figures, "db", "stale_reads") / reads;
        let expected = stale_share(writes, lag);
        let what = format!("seed {seed}: {writes}/s, {lag} s");
        // 40,000 writes; each that is alone makes its lag stale.
        near(&what, got, expected, 0.025 * expected);
    }
}

#[test]
fn the_slowest_of_many() {
    for (seed, mut draw) in draws(5, 6) {
        let (shards, ms) = (2 + draw.below(60), scaled(&mut draw, 1.0, 20.0));
        let settings = format!(
            "clients.rate=20&clients.read_share=1&db.shards={shards}&db.joins=1&db.join_cost=1\
             &db.law=exponential&db.read_ms={ms}"
        );
        let scenario = scenario("clients,web,db", &settings, seed);
        let figures = figures(&scenario, 20.0, 4e4);
        let what = format!("seed {seed}: {shards} shards of {ms} ms");
        // The web tier takes 0.01 ms before.
        let (mean, p99) = (figures.latency.mean_s, figures.latency.p99_s);
        let (mean, p99) = (1e3 * mean.unwrap_or(0.0) - 0.01, 1e3 * p99.unwrap_or(0.0) - 0.01);
        let expected = fanout::slowest_mean(shards, ms);
        near(&what, mean, expected, 0.015 * expected);
        let expected = fanout::slowest_quantile(shards, ms, 0.99).expect("there are answers");
        near(&what, p99, expected, 0.03 * expected);
    }
}

#[test]
fn attempts_that_fail() {
    for (seed, mut draw) in draws(6, 8) {
        let (failure, most) = (between(&mut draw, 0.05, 0.8), draw.below(6));
        let settings = format!(
            "clients.rate=200&clients.retries={most}&clients.backoff_ms={}\
             &fault=errors{failure}.web",
            draw.below(50)
        );
        let settings = format!("{settings}&web.queries=0");
        let scenario = scenario("clients,web", &settings, seed);
        let figures = figures(&scenario, 200.0, 4e5);
        let attempts = figures.attempts as f64 / figures.users.arrived as f64;
        let (expected, failed) = retries(failure, most);
        let what = format!("seed {seed}: {failure}, {most} retries");
        near(&what, attempts, expected, 0.01 * expected);
        let error = libm::sqrt(failed * (1.0 - failed) / 4e5);
        near(&what, figures.users.error_share(), failed, 4.5 * error + 1e-4);
    }
}

#[test]
fn messages_that_wait_for_workers() {
    for (seed, mut draw) in draws(7, 8) {
        let (workers, load) = (1 + draw.below(12), between(&mut draw, 0.3, 0.85));
        let ms = scaled(&mut draw, 1.0, 200.0);
        let rate = load * f64::from(workers) * 1e3 / ms;
        let each = if workers % 2 == 0 { 2 } else { 1 };
        let settings = format!(
            "clients.rate={rate}&clients.read_share=1&clients.job_share=1&web.queries=0\
             &queue.enqueue_ms=0&queue.throughput=0&queue.concurrency={each}\
             &queue.workers={}&queue.job_ms={ms}&queue.law=exponential",
            workers / each
        );
        let scenario = scenario("clients,web,queue", &settings, seed);
        let figures = figures(&scenario, rate, 1e6);
        let of = |name| number(&figures, "queue", name);
        let wait = of("waited_us") / of("delivered") / 1e3;
        let queue = Mmc::new(rate, 1e3 / ms, workers).expect("has a steady state");
        let expected = 1e3 * queue.mean_wait();
        let variance = (2.0 + load * (5.0 - load * (4.0 - load))) / load;
        let error = libm::sqrt(variance / 1e6) / (1.0 - load) / queue.wait_probability();
        let what = format!("seed {seed}: {workers} workers at {load}");
        near(&what, wait, expected, (0.005 + 4.5 * error) * expected + 0.001);
    }
}

#[test]
fn names_after_a_change() {
    for (seed, mut draw) in draws(8, 4) {
        let (lookups, ttl) = (scaled(&mut draw, 0.3, 3.0), scaled(&mut draw, 10.0, 60.0));
        let resolvers = 1_500.0;
        let settings = format!(
            "clients.shares=1&clients.rate={}&clients.users=300000&clients.read_share=1\
             &dns.lookups=1&dns.resolvers={resolvers}&dns.ttl_s={ttl}&dns.resolver_ms=0\
             &dns.miss_ms=0&dns.policy=failover&dns.check_s=0&dns.overstay=0&network.distance=0\
             &web.queries=0",
            lookups * resolvers
        );
        let text = "clients,network,dns,web&sites=2";
        let plain =
            PLAIN.split('&').filter(|pair| !pair.starts_with("cache") && !pair.starts_with("db"));
        let text =
            format!("?parts={text}#{}&{settings}&seed={seed}", plain.collect::<Vec<_>>().join("&"));
        let reading = link::read(&text);
        assert_eq!(reading.all_problems(), [], "{text}");
        let (shares, _) = still_old(&reading.scenario, ttl + 1.0 / lookups, ttl);
        for (quarter, share) in shares.iter().enumerate().take(4) {
            let since = ttl * (0.125 + 0.25 * quarter as f64);
            let what = format!("seed {seed}: {lookups}/s, {ttl} s, quarter {quarter}");
            near(&what, *share, dns_still_old(lookups, ttl, since), 0.015);
        }
        let what = format!("seed {seed}: {lookups}/s, {ttl} s");
        near(&what, shares[4], dns_still_old(lookups, ttl, 0.5 * ttl), 0.012);
    }
}
