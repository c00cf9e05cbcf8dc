//! The content delivery network: how long hits and misses take, what the hit ratio of an edge comes
//! to, purges, outages of edges and of sites, and what it costs.

use crate::caching::{hit_ratio_of, near, number, watch};
use crate::probe::{run_seconds, scenario, topology};
use millionth::sim::engine::Engine;
use millionth::sim::scenario::{PresentFault, Scenario};
use millionth::sim::snapshot::Snapshot;

/// Users of Europe ask for files at a site in North America East: 20 ms of last mile, 2 ms at the
/// edge, 92 ms between the regions and 0.1 ms of work.
fn files(settings: &str) -> Scenario {
    let base = "clients.shares=0,0,0,1 clients.static_share=1 clients.rate=1000 \
                clients.timeout_s=0 clients.retries=0 web.queries=0 web.servers=1 web.size=64";
    scenario("clients,network,cdn,web", &format!("{base} {settings}"), 1)
}

fn with_fault(mut scenario: Scenario, fault: &str) -> Engine {
    scenario.fail(PresentFault::read(fault).expect("it is a fault"));
    Engine::new(topology(&scenario))
}

fn hits(figures: &Snapshot) -> f64 {
    hit_ratio_of(figures, "cdn")
}

#[test]
fn a_hit_takes_the_last_mile_and_a_miss_the_way_to_the_site_besides() {
    for (ratio, expected) in [("1", 0.022), ("0", 0.114_1), ("0.92", 0.022 + 0.08 * 0.092_1)] {
        let report = run_seconds(&files(&format!("cdn.hit={ratio}")), 10.0, 500.0);
        let mean = report.result.mean_s.map_or(0.0, |mean| mean.value);
        near("mean", mean, expected, 0.01 * expected);
        let wanted: f64 = ratio.parse().expect("it is a number");
        near("hit ratio", hits(&report.result.figures), wanted, 0.002);
    }
}

#[test]
fn the_hit_ratio_of_an_edge_is_that_of_theory() {
    let zipf = "clients.urls=1000 clients.zipf=1 cdn.ratio=emergent cdn.entries=100 cdn.edge_ms=0 \
                network.distance=0 cdn.ttl_s=0";
    for (eviction, expected) in [("lru", 0.576_5), ("fifo", 0.520_8), ("lfu", 0.693)] {
        let scenario = files(&format!("{zipf} cdn.eviction={eviction}"));
        let figures = run_seconds(&scenario, 500.0, 800.0).result.figures;
        near(eviction, hits(&figures), expected, 0.003);
        assert_eq!(number(&figures, "cdn", "entries"), 100.0);
    }
    // r T / (1 + r T), with the 92 ms of a fetch in which all miss: they wait for the first.
    let ttl = "clients.urls=1000 cdn.ratio=emergent cdn.ttl_s=10";
    let figures = run_seconds(&files(ttl), 100.0, 1_000.0).result.figures;
    let fetches = number(&figures, "cdn", "misses") - number(&figures, "cdn", "coalesced");
    let all = number(&figures, "cdn", "misses") + number(&figures, "cdn", "hits");
    near("fetches", fetches / all, 1.0 / 11.092, 0.001);
    assert_eq!(number(&figures, "cdn", "duplicate_fetches"), 0.0);
    let web = figures.part("web").map_or(0, |web| web.tally.arrived) as f64;
    near("only fetches reach the site", web, fetches, 20.0);
    let figures = run_seconds(&files(&format!("{ttl} cdn.coalesce=off")), 100.0, 1_000.0);
    let figures = figures.result.figures;
    let first = number(&figures, "cdn", "misses") - number(&figures, "cdn", "duplicate_fetches");
    near("copies of a fetch", number(&figures, "cdn", "misses") / first, 1.092, 0.01);
}

#[test]
fn a_purge_takes_its_share_of_entries() {
    for (fault, share) in [("purge.cdn@30", 1.0), ("purge0.3.cdn@30", 0.3), ("purge.cdn.1@30", 0.0)]
    {
        let settings = "clients.urls=1000 cdn.ratio=emergent";
        let mut engine = with_fault(files(settings), fault);
        watch(&mut engine, 29.0);
        let before = watch(&mut engine, 1.0);
        assert_eq!(hits(&before), 1.0);
        let after = watch(&mut engine, 20.0);
        let misses = number(&after, "cdn", "misses") - number(&after, "cdn", "coalesced");
        near(fault, misses, 1_000.0 * share, 60.0);
    }
}

#[test]
fn users_of_a_dead_edge_go_to_the_site_or_fail() {
    let mut engine = with_fault(files("cdn.hit=1"), "kill.cdn.4@10for10");
    watch(&mut engine, 11.0);
    let dead = watch(&mut engine, 8.0);
    assert_eq!((dead.users.failed, number(&dead, "cdn", "hits")), (0, 0.0));
    near("all fall back", number(&dead, "cdn", "fallback"), dead.users.arrived as f64, 30.0);
    // What the site answers is not on the edge's bill.
    assert_eq!(dead.part("cdn").map(|cdn| cdn.usd_per_month), Some(0.0));
    let mean = dead.classes[0].latency.mean_s.unwrap_or_default();
    near("without the edge's time", mean, 0.112_1, 0.001);
    watch(&mut engine, 2.0);
    assert_eq!(hits(&watch(&mut engine, 5.0)), 1.0);

    let mut engine = with_fault(files("cdn.hit=1 cdn.outage=fail"), "kill.cdn.4@10for10");
    watch(&mut engine, 11.0);
    let dead = watch(&mut engine, 8.0);
    assert_eq!(dead.users.good, 0);
    // Another region's edge is nobody's here.
    let mut engine = with_fault(files("cdn.hit=1"), "kill.cdn.1");
    assert_eq!(hits(&watch(&mut engine, 10.0)), 1.0);
}

#[test]
fn what_an_edge_does_not_hold_it_does_not_hold_for_a_retry_either() {
    // The site is dead: what fails is what the edge does not hold, however often it is tried.
    for retries in [0, 2] {
        let settings = format!("cdn.hit=0.9 clients.backoff_ms=5 clients.retries={retries}");
        let figures = watch(&mut with_fault(files(&settings), "kill.web"), 100.0);
        near(&settings, figures.users.error_share(), 0.1, 0.004);
    }
}

#[test]
fn bytes_and_requests_are_paid_for_where_users_are() {
    let settings = "clients.shares=0,0,0,1,0,0,0,1 cdn.hit=0.5 clients.rate=100";
    let figures = run_seconds(&files(settings), 10.0, 2_000.0).result.figures;
    let requests = 100.0 * 730.0 * 3_600.0;
    let gigabytes = requests * 37e-6;
    let expected = gigabytes * (0.085 + 0.12) / 2.0 + requests / 1e4 * 0.01;
    let cost = figures.part("cdn").map_or(0.0, |cdn| cdn.usd_per_month);
    near("USD a month", cost, expected, 0.02 * expected);
    near("kB", number(&figures, "cdn", "kilobytes"), 37.0 * 200_000.0, 37.0 * 2_000.0);
}

#[test]
fn an_answer_has_one_size_whoever_bills_it() {
    // Reads of web clients are pages, those of apps JSON: kept at an edge, waited for, or passed.
    let base = "clients.static_share=0 clients.read_share=0.9 clients.urls=50 cdn.read_ttl_s=1";
    for more in ["cdn.reads=1 cdn.read_hit=1", "cdn.reads=0.5", "cdn.reads=1 cdn.ratio=emergent"] {
        for phones in [0.0, 0.4, 1.0] {
            let settings = format!("{base} clients.mobile_share={phones} {more}");
            let figures = run_seconds(&files(&settings), 5.0, 100.0).result.figures;
            let of = |name| number(&figures, "cdn", name);
            let reads = of("hits") + of("misses") + of("passed");
            let expected = reads * (18.0 - 12.0 * phones);
            near(&settings, of("kilobytes"), expected, 0.01 * expected);
        }
    }
}

#[test]
fn anonymous_reads_are_answered_at_the_edge_and_get_old() {
    let settings = "clients.shares=0,0,0,1 clients.static_share=0 clients.read_share=0.9 \
                    clients.rate=200 clients.urls=20 clients.retries=0 web.queries=1 \
                    cdn.ratio=emergent cdn.reads=0.5 cdn.read_ttl_s=5 web.size=64 db.size=64 \
                    web.service_ms=1";
    let scenario = scenario("clients,network,cdn,web,db", settings, 1);
    let figures = run_seconds(&scenario, 20.0, 1_000.0).result.figures;
    let of = |name| number(&figures, "cdn", name);
    // The other half of the reads goes through; writes do not come here.
    near("passed", of("passed"), 90_000.0, 2_000.0);
    near("looked up", of("hits") + of("misses"), 90_000.0, 2_000.0);
    // 4.5 anonymous reads a second of each address, which lives 5 s and is written once a second.
    assert!(hits(&figures) > 0.9, "{}", hits(&figures));
    let expected = 1.0 - (1.0 - libm::exp(-5.0)) / 5.0;
    near("stale", of("stale_reads") / of("hits"), expected, 0.03);
}

#[test]
fn edges_leave_a_site_that_is_not_there() {
    let settings = "clients.static_share=1 clients.rate=500 clients.retries=0 cdn.hit=0 \
                    clients.shares=0,0,0,1 web.queries=0 web.size=64";
    let mut scenario = scenario("clients,network,dns,cdn,web", settings, 1);
    scenario.set_sites(2);
    scenario.set("network2.site", "EU").expect("it is a setting");
    scenario.fail(PresentFault::read("kill.web2@20for40").expect("it is a fault"));
    let mut engine = Engine::new(topology(&scenario));
    watch(&mut engine, 10.0);
    let near_site = watch(&mut engine, 9.0);
    assert_eq!(near_site.part("web1").map(|web| web.tally.arrived), Some(0));
    watch(&mut engine, 2.0);
    let away = watch(&mut engine, 30.0);
    // One of them tries the near site again each 10 s, and is sent on.
    assert_eq!(away.users.failed, 0);
    assert!((1.0..30.0).contains(&number(&away, "cdn", "rerouted")));
    near("all at the far site", away.part("web1").map_or(0.0, |web| web.rate), 500.0, 15.0);
    watch(&mut engine, 20.0);
    let back = watch(&mut engine, 10.0);
    assert_eq!(back.part("web1").map(|web| web.tally.arrived), Some(0));
}
