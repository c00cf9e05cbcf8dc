//! Measured hit ratios and stale shares are those of theory where its assumptions hold, and what
//! breaks one is named.

use super::*;
use crate::analysis::settle::Settling;
use crate::scenario::link;
use crate::units::Span;

fn compare_all(text: &str, seconds: f64) -> Vec<Comparison> {
    let reading = link::read(text);
    assert_eq!(reading.problems, [], "{text}");
    let topology = Topology::build(&reading.scenario).expect("can run");
    let mut run = Settling::with_batches(topology.clone(), Span::from_seconds(seconds / 20.0), 20);
    run.advance(u64::MAX);
    let figures = run.settled().expect("has batches enough").figures;
    of(&topology, &figures)
}

const CACHE: &str = "?parts=clients,web,cache,db#v=1&clients.rate=500&clients.static_share=0\
    &clients.read_share=1&clients.urls=2000&clients.zipf=0.8&web.servers=1&web.size=16\
    &web.service_ms=1&web.queries=1&db.size=16&db.read_ms=0.1&cache.ratio=emergent\
    &cache.ttl_s=0";

#[test]
fn emergent_hit_ratios_are_those_of_the_formulas() {
    for (settings, model, tolerance) in [
        ("&cache.entries=200", "LRU, Che", 0.01),
        ("&cache.entries=200&cache.eviction=fifo", "FIFO", 0.01),
        ("&cache.entries=200&cache.eviction=random", "random eviction", 0.01),
        ("&cache.entries=200&cache.eviction=lfu", "LFU, once it knows", 0.02),
        ("&cache.entries=5000&cache.ttl_s=5", "entries end by time and writes (Jung)", 0.01),
        ("&cache.entries=100&cache.nodes=4", "LRU, Che", 0.02),
        (
            "&cache.entries=5000&cache.ttl_s=20&clients.read_share=0.9",
            "entries end by time and writes (Jung)",
            0.01,
        ),
    ] {
        let all = compare_all(&format!("{CACHE}{settings}"), 200.0);
        let [found] = &all[..] else { panic!("{settings}: {all:?}") };
        assert_eq!(found.model, model, "{settings}");
        assert!(found.difference.abs() < tolerance, "{settings}: {found:?}");
        let expected = if settings.contains("nodes") { 1 } else { 0 };
        let is_short = settings.contains("ttl");
        assert!(found.fails.len() == expected || is_short, "{settings}: {found:?}");
    }
}

/// A fetch takes 100 ms: what is asked for meanwhile misses too, whether it waits for it or not.
#[test]
fn the_time_of_a_fetch_counts() {
    let slow = "&clients.urls=1000&clients.zipf=0.9&cache.entries=5000&cache.ttl_s=10\
                &db.read_ms=100&db.law=constant&db.joins=0&db.discipline=slots\
                &db.connections=10000&web.slots=10000";
    for coalesce in ["off", "on"] {
        let all = compare_all(&format!("{CACHE}{slow}&cache.coalesce={coalesce}"), 400.0);
        assert!((all[0].predicted - 0.8586).abs() < 0.001, "{coalesce}: {all:?}");
        assert!(all[0].exact && all[0].difference.abs() < 0.002, "{coalesce}: {all:?}");
    }
}

#[test]
fn what_only_bounds_is_said_and_what_is_set_is_compared() {
    let both = compare_all(&format!("{CACHE}&cache.entries=200&cache.ttl_s=5"), 100.0);
    assert!(both[0].at_most && both[0].measured < both[0].predicted, "{both:?}");
    assert_eq!(both[0].difference, 0.0);
    let set = compare_all(&format!("{CACHE}&cache.ratio=set&cache.hit=0.7"), 50.0);
    assert!(set[0].exact && set[0].difference.abs() < 0.01, "{set:?}");
    let cold = compare_all(&format!("{CACHE}&cache.entries=2000&clients.rate=5"), 50.0);
    assert!(cold[0].fails.iter().any(|why| why.contains("not full")), "{cold:?}");
}

#[test]
fn edges_keep_what_che_says() {
    let text = "?parts=clients,network,cdn,web#v=1&clients.rate=500&clients.static_share=1\
                &clients.urls=2000&clients.zipf=0.8&web.size=16&web.queries=0\
                &clients.shares=1,0,0,1\
                &cdn.ratio=emergent&cdn.entries=200&cdn.ttl_s=0";
    let all = compare_all(text, 200.0);
    assert_eq!(all[0].model, "LRU, Che");
    assert!(all[0].difference.abs() < 0.015, "{all:?}");
}

/// Ten keys written to each second: a lag of 100 ms leaves 1 - e^-0.1 of the reads stale.
#[test]
fn replicas_are_as_stale_as_their_lag_makes_them() {
    let text = "?parts=clients,web,db#v=1&clients.rate=500&clients.static_share=0\
                &clients.read_share=0.98&clients.urls=10&web.size=16&web.service_ms=1&web.queries=1\
                &db.replicas=2&db.size=16&db.lag_ms=100&db.apply_share=0";
    let all = compare_all(text, 200.0);
    assert!((all[0].predicted - 0.095).abs() < 0.004, "{all:?}");
    assert!(all[0].difference.abs() < 0.004 && all[0].fails.is_empty(), "{all:?}");
}

/// A shard has the writes of its own users; joins are not judged.
#[test]
fn shards_are_as_stale_as_their_share_of_the_writes_makes_them() {
    let text = "?parts=clients,web,db#v=1&clients.rate=500&clients.static_share=0\
                &clients.read_share=0.98&clients.urls=10&web.size=16&web.service_ms=1&web.queries=1\
                &db.replicas=2&db.size=16&db.lag_ms=100&db.apply_share=0&db.shards=4";
    for settings in ["", "&db.joins=0.5", "&db.joins=0"] {
        let all = compare_all(&format!("{text}{settings}"), 200.0);
        assert!((all[0].predicted - 0.0247).abs() < 0.002, "{settings}: {all:?}");
        assert!(all[0].difference.abs() < 0.002, "{settings}: {all:?}");
    }
}

/// One site takes all writes: the others forget what their own users write, and hear of the rest
/// after the lag between sites.
#[test]
fn sites_forget_what_they_write_and_are_as_stale_as_the_way_between_them_makes_them() {
    let of = |link: &str, what: &str| {
        let all = compare_all(link, 200.0);
        all.into_iter().filter(|one| one.name.starts_with(what)).collect::<Vec<_>>()
    };
    let hits = of("?stage=8#clients.rate=900", "Hit ratio, Cache");
    assert_eq!(hits.len(), 3, "{hits:?}");
    for one in hits {
        assert!(one.predicted > 0.3 && one.difference.abs() < 0.02, "{one:?}");
    }
    for link in ["?stage=8#clients.rate=900", "?stage=9"] {
        let stale = of(link, "Stale share of reads");
        assert_eq!(stale.len(), 3, "{stale:?}");
        for one in stale {
            assert!(one.predicted > 0.1 && one.difference.abs() < 0.03, "{link}: {one:?}");
        }
    }
}
