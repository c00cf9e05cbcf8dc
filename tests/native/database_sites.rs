//! Databases of several sites: writes that travel, homes that are lost, reads that stay.

use crate::database::{PLAIN, failures, near, watch};
use crate::probe::topology;
use millionth::sim::engine::Engine;
use millionth::sim::scenario::link;
use millionth::sim::snapshot::Snapshot;

/// Two sites, NAE and NAW, 64 ms apart; all users come to the first.
pub fn sites(settings: &str, seed: u64) -> Engine {
    let text = format!(
        "?parts=clients,network,dns,lb,web,db&sites=2&seed={seed}#{PLAIN}&lb.check_s=0&{settings}"
    );
    let reading = link::read(&text);
    assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
    Engine::new(topology(&reading.scenario))
}

fn of(figures: &Snapshot, part: &str, name: &str) -> f64 {
    let part = figures.part(part).unwrap_or_else(|| panic!("no part {part}"));
    let counter = part.counters.iter().find(|(n, _)| n == name).map(|(_, count)| *count as f64);
    let gauge = part.gauges.iter().find(|(n, _)| n == name).map(|(_, x)| *x);
    counter.or(gauge).unwrap_or_else(|| panic!("no figure {name}"))
}

#[test]
fn writes_reach_the_other_site_half_a_round_trip_and_the_lag_later() {
    let settings = "clients.rate=100&clients.read_share=0&db.write_ms=1&db.apply_share=0";
    let figures = watch(&mut sites(settings, 1), 60.0);
    let (wrote, got) =
        (of(&figures, "db1", "acknowledged_writes"), of(&figures, "db2", "received_writes"));
    assert!(wrote > 5_000.0 && wrote - got < 60.0, "{got} of {wrote}");
    // NAE and NAW are 64 ms apart.
    near("lag", of(&figures, "db2", "longest_site_lag_s"), 0.232, 0.01);
    near("lag now", of(&figures, "db1", "site_lag_s"), 0.23, 0.15);
    assert_eq!(figures.users.failed, 0);
}

#[test]
fn the_loss_of_the_home_site_costs_the_writes_that_had_not_left_it() {
    // All users come to the first site, whose database alone dies; its web servers send writes to
    // the database of the other site once that is the home.
    let settings = "clients.rate=200&clients.read_share=0&db.write_ms=0.1&db.site_lag_ms=468&\
                    db.site_promote_s=60&fault=kill.db1@30for90";
    let (mut lost, runs) = (0.0, 20);
    for seed in 1..=runs {
        let mut engine = sites(settings, seed);
        let figures = watch(&mut engine, 115.0);
        lost += of(&figures, "db1", "site_lost_writes");
        near("rto", of(&figures, "db1", "rto_s"), 60.0, 1e-6);
        near("rpo", of(&figures, "db1", "rpo_s"), 0.5, 0.2);
        assert_eq!(of(&figures, "db1", "home"), 2.0);
        near("refused", failures(&figures, "no_primary"), 12_000.0, 0.04);
        assert!(of(&figures, "db2", "acknowledged_writes") > 4_000.0);
        let back = watch(&mut engine, 150.0);
        assert_eq!((of(&back, "db1", "home"), back.users.failed), (1.0, 0), "fails back");
        assert!(of(&back, "db1", "received_writes") > 6_000.0);
    }
    near("lost", lost / runs as f64, 100.0, 0.1);
}

#[test]
fn reads_are_local_and_writes_go_to_the_home() {
    // All users come to the first site; the second, 64 ms away, takes the writes. A read is old
    // when the last write is younger than the lag of 32 + 200 ms.
    let settings = "clients.rate=100&clients.read_share=0.98&clients.urls=1&clients.users=1&\
                    db.home=2&db.read_ms=0.01&db.write_ms=0.01&db.apply_share=0&\
                    network.last_mile=off&network.distance=0";
    let figures = watch(&mut sites(settings, 1), 20_000.0);
    let class = |key: &str| figures.classes.iter().find(|class| class.key == key);
    let (reads, writes) = (class("read").expect("reads"), class("write").expect("writes"));
    assert_eq!(of(&figures, "db1", "forwarded_writes"), writes.tally.arrived as f64);
    let stale = of(&figures, "db1", "stale_reads") / reads.tally.good as f64;
    near("stale", stale, 1.0 - libm::exp(-2.0 * 0.232), 0.02);
    let unseen = of(&figures, "db1", "own_writes_unseen") / reads.tally.good as f64;
    near("own writes", unseen, 1.0 - libm::exp(-2.0 * 0.232), 0.02);
    let (read, write) = (reads.latency.mean_s.unwrap_or(0.0), writes.latency.mean_s.unwrap_or(0.0));
    near("way to the home", write - read, 0.064, 0.02);
}
