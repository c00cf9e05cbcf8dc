//! The database: lag and stale reads, failover and what it loses, connections and disk, shards and
//! what moves between them. Reference values first, then the laws under random faults.

use crate::database_sites::sites;
use crate::probe::{check, run_requests, topology};
use millionth::sim::analysis::theory::fanout;
use millionth::sim::engine::Engine;
use millionth::sim::scenario::{Scenario, link};
use millionth::sim::snapshot::{PartView, Snapshot};
use millionth::sim::units::{SimTime, Span};

/// Users who only ask the database: one query each, nobody gives up, no work on the way there.
pub const PLAIN: &str = "clients.static_share=0&clients.timeout_s=0&clients.retries=0&\
    web.service_ms=0.01&web.law=constant&web.discipline=slots&web.slots=100000&web.queries=1&\
    db.discipline=slots&db.law=exponential&db.joins=0";

/// The scenario of a link.
pub fn scenario(settings: &str, seed: u64) -> Scenario {
    let text = format!("?parts=clients,web,db&seed={seed}#{PLAIN}&{settings}");
    let reading = link::read(&text);
    assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
    reading.scenario
}

pub fn engine(settings: &str, seed: u64) -> Engine {
    Engine::new(topology(&scenario(settings, seed)))
}

/// The figures of the time until an instant.
pub fn watch(engine: &mut Engine, until: f64) -> Snapshot {
    let start = engine.sample();
    engine.run_until(SimTime::ZERO.after(Span::from_seconds(until)), u64::MAX);
    engine.check().unwrap_or_else(|law| panic!("{law}"));
    Snapshot::between(engine.topology(), &start, &engine.sample())
}

pub fn database(figures: &Snapshot) -> &PartView {
    figures.part("db").expect("there is a database")
}

pub fn count(figures: &Snapshot, name: &str) -> f64 {
    let found = database(figures).counters.iter().find(|(n, _)| n == name);
    found.unwrap_or_else(|| panic!("no counter {name}")).1 as f64
}

pub fn gauge(figures: &Snapshot, name: &str) -> f64 {
    let found = database(figures).gauges.iter().find(|(n, _)| n == name);
    found.unwrap_or_else(|| panic!("no gauge {name}")).1
}

pub fn near(name: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got / expected - 1.0).abs() <= tolerance, "{name}: {got}, expected {expected}");
}

pub fn failures(figures: &Snapshot, reason: &str) -> f64 {
    let of = figures.users.failures.iter().find(|failure| failure.reason == reason);
    of.map_or(0.0, |failure| failure.count as f64)
}

#[test]
fn a_replica_that_lags_answers_with_old_data() {
    // One key: the last write is younger than the lag with probability 1 - exp(-w lag).
    for (writes, lag, expected) in [(1.0, 0.1, 0.095_162_6), (5.0, 0.2, 0.632_120_6)] {
        let (rate, share): (f64, f64) = (200.0, 1.0 - writes / 200.0);
        let settings = format!(
            "clients.rate={rate}&clients.read_share={share}&clients.urls=1&clients.users=1&\
             db.replicas=1&db.lag_ms={}&db.apply_share=0&db.read_ms=0.01&db.write_ms=0.01&\
             db.connections=1000",
            lag * 1e3
        );
        let figures = watch(&mut engine(&settings, 1), 20_000.0);
        let reads = figures.classes.iter().find(|class| class.key == "read");
        let reads = reads.map_or(0.0, |class| class.tally.good as f64);
        near("stale", count(&figures, "stale_reads") / reads, expected, 0.02);
        near("own writes", count(&figures, "own_writes_unseen") / reads, expected, 0.02);
        near("longest lag", gauge(&figures, "longest_lag_s"), lag, 1e-6);
    }
}

#[test]
fn reads_of_the_primary_and_of_synchronous_replicas_are_never_old() {
    for how in ["db.reads=primary", "db.replication=sync", "db.replication=semi-sync&db.acks=2"] {
        let settings = format!(
            "clients.rate=300&clients.read_share=0.5&clients.urls=3&db.replicas=2&{how}&\
             db.read_ms=1&db.write_ms=1"
        );
        let figures = watch(&mut engine(&settings, 1), 200.0);
        assert_eq!((count(&figures, "stale_reads"), figures.users.failed), (0.0, 0), "{how}");
        assert!(count(&figures, "acknowledged_writes") > 25_000.0);
    }
}

#[test]
fn lag_grows_without_bound_when_applying_is_slower_than_writing() {
    // Ten connections write 800 times a second; one process applies 500.
    let settings = "clients.rate=800&clients.read_share=0&db.replicas=1&db.write_ms=10&\
                    db.connections=20&db.lag_ms=100&db.law=constant&db.apply_share=";
    let slow = watch(&mut engine(&format!("{settings}0.2"), 1), 100.0);
    near("behind", gauge(&slow, "lag_writes"), 300.0 * 100.0, 0.02);
    near("lag", gauge(&slow, "lag_s"), 100.0 * 0.375, 0.02);
    let quick = watch(&mut engine(&format!("{settings}0.1"), 1), 100.0);
    assert!(gauge(&quick, "lag_s") < 0.2, "{}", gauge(&quick, "lag_s"));
    // The work of applying: 800 a second of 1 ms each.
    let replica = &database(&quick).servers[1];
    near("busy", replica.utilisation * 20.0, 0.8, 0.01);
}

#[test]
fn a_failover_loses_what_had_not_left_the_primary() {
    let settings = "clients.rate=200&clients.read_share=0&db.replicas=2&db.lag_ms=500&\
                    db.detect_s=20&db.promote_s=40&db.write_ms=0.1&fault=kill.db.1@30";
    let (mut lost, mut refused, runs) = (0.0, 0.0, 100);
    for seed in 1..=runs {
        let figures = watch(&mut engine(settings, seed), 100.0);
        let this = count(&figures, "lost_writes");
        assert!((60.0..140.0).contains(&this), "seed {seed}: {this} lost");
        lost += this;
        refused += failures(&figures, "no_primary");
        assert_eq!(count(&figures, "failovers"), 1.0);
        near("time without writes", gauge(&figures, "rto_s"), 60.0, 1e-9);
        near("recovery point", gauge(&figures, "rpo_s"), 0.5, 0.2);
        assert!(database(&figures).servers[1].is_primary);
    }
    near("lost", lost / runs as f64, 100.0, 0.04);
    near("refused", refused / runs as f64, 12_000.0, 0.005);
    let synchronous = format!("{settings}&db.replication=sync");
    let figures = watch(&mut engine(&synchronous, 1), 100.0);
    assert_eq!(count(&figures, "lost_writes"), 0.0);
    near("refused", failures(&figures, "no_primary"), 12_000.0, 0.05);
}

#[test]
fn the_old_primary_comes_back_as_a_replica_and_brings_what_was_lost_if_asked_to() {
    for recover in ["off", "on"] {
        let settings = format!(
            "clients.rate=200&clients.read_share=0.5&db.replicas=1&db.lag_ms=500&db.detect_s=5&\
             db.promote_s=5&db.write_ms=0.1&db.read_ms=0.1&db.recover={recover}&\
             fault=kill.db.1@30for30"
        );
        let mut engine = engine(&settings, 3);
        let figures = watch(&mut engine, 59.0);
        let lost = count(&figures, "lost_writes");
        assert!(lost > 20.0, "{lost} lost");
        assert_eq!(failures(&figures, "unavailable"), 0.0, "the other reads");
        let after = watch(&mut engine, 90.0);
        let back = if recover == "on" { lost } else { 0.0 };
        assert_eq!(count(&after, "recovered_writes"), back);
        let servers = &database(&after).servers;
        assert!(servers[1].is_primary && !servers[0].is_primary && servers[0].alive);
        assert!(servers[0].rate > 40.0 && gauge(&after, "lag_s") < 0.7, "{:?}", servers[0]);
        assert_eq!(after.users.failed, 0);
    }
}

#[test]
fn a_primary_that_is_back_before_it_is_missed_goes_on_and_loses_nothing() {
    let settings = "clients.rate=200&clients.read_share=0&db.replicas=1&db.write_ms=0.1&\
                    fault=kill.db.1@30for5";
    let figures = watch(&mut engine(settings, 1), 60.0);
    assert_eq!((count(&figures, "lost_writes"), count(&figures, "failovers")), (0.0, 0.0));
    near("time without writes", gauge(&figures, "rto_s"), 5.0, 1e-9);
    assert!(database(&figures).servers[0].is_primary);
}

#[test]
fn a_connection_limit_without_a_backlog_is_erlangs_loss() {
    // 8 erlang on 10 connections.
    let settings = "clients.rate=800&clients.read_share=1&db.read_ms=10&db.connections=10&\
                    db.backlog=0";
    let figures = watch(&mut engine(settings, 1), 1_000.0);
    let share = failures(&figures, "connection_limit") / figures.users.arrived as f64;
    near("refused", share, 0.121_661, 0.02);
    assert_eq!(failures(&figures, "connection_limit"), figures.users.failed as f64);
}

#[test]
fn connections_and_reads_of_many_rows_cost_their_work() {
    let settings = "clients.rate=100&clients.read_share=1&db.read_ms=1&db.connections=100";
    let work = |more: &str| {
        let figures = watch(&mut engine(&format!("{settings}&{more}"), 1), 500.0);
        database(&figures).servers[0].utilisation
    };
    near("plain", work("") * 100.0, 0.1, 0.03);
    near("connections", work("db.new_connections=0.5&db.connect_ms=5") * 100.0, 0.35, 0.03);
    near("many rows", work("db.ranges=0.5&db.range_cost=5") * 100.0, 0.3, 0.05);
    // As many whatever share joins: 0.1 x 20 + 0.2 x 5 + 0.7 plain reads.
    let both = "db.ranges=0.1&db.range_cost=20&db.joins=0.2&db.join_cost=5";
    near("and joins", work(both) * 100.0, 0.37, 0.03);
    let kind = "db.kind=column&db.column_read_ms=2&db.ranges=1&db.column_range_cost=4";
    near("of its kind", work(kind) * 100.0, 0.8, 0.03);
}

#[test]
fn a_synchronous_replica_that_comes_back_does_not_hold_up_writes_while_it_catches_up() {
    // Each write is 2 ms of work, half of it to apply: 30 s of writes take 6 s to catch up with.
    let settings = "clients.rate=200&clients.read_share=0&db.replicas=2&db.replication=sync&\
                    db.write_ms=2&db.apply_share=0.5&db.law=constant&fault=kill.db.3@30for30";
    let mut engine = engine(settings, 1);
    watch(&mut engine, 60.0);
    let catching_up = watch(&mut engine, 64.0);
    assert!(gauge(&catching_up, "lag_writes") > 100.0);
    let longest = catching_up.latency.p999_s.unwrap_or(1.0);
    assert!(longest < 0.05, "{longest} s");
    let after = watch(&mut engine, 90.0);
    assert!(gauge(&after, "lag_writes") < 10.0 && after.users.failed == 0);
}

#[test]
fn a_disk_has_so_many_operations_a_second_and_no_more() {
    let settings = "clients.rate=500&clients.read_share=0.6&db.iops=1000&db.disk_reads=0.5&\
                    db.read_ms=0.1&db.write_ms=0.1&db.disk_writes=";
    let light = watch(&mut engine(&format!("{settings}2"), 1), 200.0);
    // 300 reads of which half miss, and 200 writes of two operations.
    near("disk", database(&light).servers[0].disk.unwrap_or(0.0), 0.55, 0.02);
    assert_eq!(light.users.failed, 0);
    let heavy = watch(&mut engine(&format!("{settings}10"), 1), 200.0);
    near("disk", database(&heavy).servers[0].disk.unwrap_or(0.0), 1.0, 0.01);
    assert!(heavy.users.failed > 0, "the backlog is full");
}

#[test]
fn a_join_waits_for_the_slowest_of_all_shards() {
    let settings = "clients.rate=20&clients.read_share=1&db.shards=100&db.joins=1&\
                    db.join_cost=1&db.read_ms=10&db.connections=1000";
    let settings = format!("{PLAIN}&{settings}").replace('&', " ");
    let report = run_requests(&crate::probe::scenario("clients,web,db", &settings, 1), 200_000.0);
    let expected = [("mean", 0.051_873_8, 0.01), ("p99", 0.092_053_7, 0.01)];
    check("FANOUT-100", &report, &expected);
    near("formula", fanout::slowest_mean(100, 10.0), 51.873_8, 1e-6);
}

#[test]
fn joined_data_asks_all_and_denormalised_data_one_at_the_price_of_writes() {
    let settings = "clients.rate=100&clients.read_share=0.5&db.shards=4&db.joins=1&\
                    db.join_cost=2&db.read_ms=1&db.write_ms=1&db.denormalised=";
    let busy = |figures: &Snapshot| -> f64 {
        let servers = &database(figures).servers;
        servers.iter().map(|server| server.utilisation * 100.0).sum()
    };
    let joined = watch(&mut engine(&format!("{settings}off"), 1), 300.0);
    near("work", busy(&joined), 50.0 * 4.0 * 0.002 + 50.0 * 0.001, 0.03);
    let copied = watch(&mut engine(&format!("{settings}on&db.write_factor=3"), 1), 300.0);
    near("work", busy(&copied), 50.0 * 0.001 + 50.0 * 0.003, 0.03);
    assert_eq!(count(&copied, "fan_outs"), 0.0);
}

#[test]
fn adding_a_shard_moves_the_share_that_the_placement_says() {
    for (placement, expected) in [("modulo", 10.0 / 11.0), ("consistent", 1.0 / 11.0)] {
        let (mut sum, runs) = (0.0, 12);
        for seed in 1..=runs {
            let settings = format!(
                "clients.rate=200&clients.users=100000&db.shards=10&db.placement={placement}&\
                 db.key_kb=1&db.move_mb_s=10&db.move_ms=0.001&db.write_ms=1&at=1:db.shards=11"
            );
            let mut engine = engine(&settings, seed);
            let figures = watch(&mut engine, 15.0);
            let share = gauge(&figures, "share_moved");
            assert_eq!(count(&figures, "moved_keys"), libm::round(share * 1e5), "all are moved");
            assert_eq!((gauge(&figures, "resharded"), gauge(&figures, "shards")), (1.0, 11.0));
            assert!(count(&figures, "redirects") > 0.0);
            let after = watch(&mut engine, 60.0);
            assert_eq!((after.users.failed, count(&after, "redirects")), (0, 0.0));
            let rates: Vec<f64> = database(&after).servers.iter().map(|s| s.rate).collect();
            assert!(rates.len() == 11 && rates[10] > 9.0, "the new one is used: {rates:?}");
            sum += share;
        }
        let (mean, off) = (sum / runs as f64, if placement == "modulo" { 0.003 } else { 0.01 });
        assert!((mean - expected).abs() < off, "{placement}: {mean}, expected {expected}");
    }
}

#[test]
fn moving_keys_takes_its_time_and_its_work() {
    // 100,000 users, 1/2 of them move, 5,000 a second, each 0.1 ms of work at both ends.
    let settings = "clients.rate=10&clients.users=100000&db.placement=directory&db.key_kb=10&\
                    db.move_mb_s=50&db.move_ms=0.1&db.read_ms=0.01&db.write_ms=0.01&\
                    db.connections=1&at=5:db.shards=2";
    let mut engine = engine(settings, 1);
    watch(&mut engine, 6.0);
    let moving = watch(&mut engine, 12.0);
    for server in &database(&moving).servers {
        near("work", server.utilisation, 0.5, 0.03);
    }
    near("progress", gauge(&moving, "resharded"), 0.7, 0.05);
    let done = watch(&mut engine, 16.0);
    assert_eq!(gauge(&done, "resharded"), 1.0);
    assert!(done.users.failed == 0 && count(&done, "redirects") > 0.0);
}

#[test]
fn one_shard_of_many_gets_all_the_traffic_of_one_key() {
    let settings = "clients.rate=200&clients.urls=1&db.shard_key=url&db.shards=8&db.read_ms=1&\
                    db.write_ms=1";
    let figures = watch(&mut engine(settings, 1), 60.0);
    let hot = database(&figures).servers.iter().filter(|server| server.rate > 0.0).count();
    assert_eq!(hot, 1);
}

#[test]
fn writes_to_two_keys_commit_together_or_come_apart() {
    let settings = "clients.rate=100&clients.read_share=0&db.shards=2&db.transactions=1&\
                    db.failover=off&db.write_ms=2&fault=kill.db.2@100for50&db.kind=";
    for (kind, torn) in [("relational", false), ("key-value", true)] {
        let figures = watch(&mut engine(&format!("{settings}{kind}"), 1), 200.0);
        assert_eq!(count(&figures, "torn_writes") > 1_000.0, torn, "{kind}");
        assert!(torn || count(&figures, "torn_writes") == 0.0);
        assert_eq!(count(&figures, "two_phase_commits") > 0.0, !torn, "{kind}");
        assert!(figures.users.failed > 2_000, "{:?}", figures.users);
    }
}

#[test]
fn a_write_to_two_keys_takes_two_phases_where_they_lie_in_two_shards() {
    // A directory deals keys evenly; the second phase is a round trip of 10 ms.
    for shards in [1.0, 2.0, 4.0, 16.0] {
        let settings = format!(
            "clients.rate=50&clients.read_share=0&db.transactions=1&db.law=constant&db.write_ms=2&\
             db.placement=directory&db.shards={shards}&network.zone_ms=10&network.distance=0&\
             network.last_mile=off"
        );
        let text = format!("?parts=clients,network,web,db#{PLAIN}&{settings}");
        let reading = link::read(&text);
        assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
        let mut engine = Engine::new(topology(&reading.scenario));
        let figures = watch(&mut engine, 400.0);
        let share = count(&figures, "two_phase_commits") / figures.users.good as f64;
        let expected = 1.0 - 1.0 / shards;
        assert!((share - expected).abs() < 0.013, "{shards} shards: {share}");
        let mean = 1e3 * figures.latency.mean_s.unwrap_or_default();
        assert!((mean - 12.01 - 10.0 * share).abs() < 0.25, "{shards} shards: {mean} ms");
        assert_eq!(figures.users.failed, 0);
    }
}

#[test]
fn every_acknowledged_write_is_applied_in_flight_or_lost_whatever_dies() {
    use crate::wild::draws;
    let (mut failovers, mut lost, mut recovered, mut stale) = (0.0, 0.0, 0.0, 0.0);
    for seed in 1..=60 {
        let mut draw = draws(31).at(seed);
        let pick = |draw: &mut millionth::sim::rng::Draw, of: &[&str]| {
            of[draw.below(of.len() as u32) as usize].to_owned()
        };
        let (replicas, shards) = (1 + draw.below(3), 1 + draw.below(3));
        let mut settings = format!(
            "clients.rate=300&clients.read_share=0.5&clients.urls=200&db.detect_s=1&\
             db.promote_s=1&db.write_ms=2&db.read_ms=1&db.replicas={replicas}&\
             db.shards={shards}&db.replication={}&db.recover={}&db.lag_ms={}&\
             db.apply_share={}&db.transactions={}&\
             db.discipline={}&db.connections={}&at=9:db.shards={}&at=14:db.replication={}",
            pick(&mut draw, &["async", "sync", "semi-sync"]),
            pick(&mut draw, &["on", "off"]),
            draw.below(1_000),
            draw.unit(),
            pick(&mut draw, &["0", "0.3"]),
            pick(&mut draw, &["shared", "slots"]),
            2 + draw.below(20),
            1 + draw.below(4),
            pick(&mut draw, &["async", "sync", "semi-sync"]),
        );
        for _ in 0..8 {
            let server = 1 + draw.below(shards * (1 + replicas));
            let at = 20.0 * draw.unit();
            settings += &format!("&fault=kill.db.{server}@{at:.2}for{:.2}", 8.0 * draw.unit());
        }
        let several = draw.below(3) == 0;
        let mut engine = if several { sites(&settings, seed) } else { engine(&settings, seed) };
        let start = engine.sample();
        for step in 1..=400 {
            engine.run_until(
                SimTime::ZERO.after(Span::from_millis(75.0 * f64::from(step))),
                u64::MAX,
            );
            engine.check().unwrap_or_else(|law| panic!("seed {seed}: {law}\n{settings}"));
        }
        let figures = Snapshot::between(engine.topology(), &start, &engine.sample());
        let parts = || figures.parts.iter().filter(|part| part.key.starts_with("db"));
        let sum = |name: &str| -> f64 {
            let counters = parts().flat_map(|part| &part.counters);
            counters.filter(|(n, _)| n == name).map(|(_, count)| *count as f64).sum()
        };
        let writes = figures.classes.iter().find(|class| class.key == "write");
        let told = writes.map_or(0.0, |class| class.tally.good as f64);
        assert!(sum("acknowledged_writes") >= told, "seed {seed}: {told} were told");
        // Nothing is behind when nothing is wrong any more.
        let last = watch(&mut engine, 60.0);
        assert!(last.users.good > 5_000, "seed {seed}: {:?}\n{settings}", last.users);
        failovers += sum("failovers");
        lost += sum("lost_writes");
        recovered += sum("recovered_writes");
        stale += sum("stale_reads");
    }
    let seen = [failovers, lost, recovered, stale];
    assert!(seen.iter().all(|count| *count > 20.0), "what was never seen was not tested: {seen:?}");
}
