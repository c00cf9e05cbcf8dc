//! The same runs natively, in Node and in Chromium: every one must give the recorded bytes.
//! `MILLIONTH_RECORD=1 cargo test --test parity` records them anew; look at the difference before
//! committing it, for it means that every published number may have changed.

mod forms;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use millionth::sim::analysis::report::{self, Report, RunPlan};
use millionth::sim::scenario::link;
use millionth::sim::session::{Command, Session, Update};
use millionth::sim::topology::Topology;
use millionth::sim::units::Span;

const SEEDS: [u64; 5] = [1, 2, 3, 42, 18_446_744_073_709_551_615];

/// What is run, and for how many seconds after a quarter as many of warm-up: every stage, each law,
/// algorithm and fault of the first three at least once, then all parts in several sites with what
/// happens on a timeline. Short where there is much traffic, for wasm runs them all too.
const LINKS: [(f64, &str); 18] = [
    (20.0, "?stage=1"),
    (20.0, "?stage=2"),
    (20.0, "?stage=3"),
    (4.0, "?stage=4"),
    (4.0, "?stage=5"),
    (3.0, "?stage=6"),
    (3.0, "?stage=7"),
    (3.0, "?stage=8"),
    (3.0, "?stage=9"),
    (20.0, "?stage=1#clients.rate=400"),
    (
        20.0,
        "?stage=2#db.kind=nosql&db.law=hyperexponential&web.law=erlang&web.scv=0.25&web.hold=off",
    ),
    (20.0, "?stage=3#lb.algorithm=two-choices&fault=kill.web.2&fault=slow5.web.3"),
    (
        20.0,
        "?stage=3#lb.algorithm=least-time&web.sizes=1,2,4&web.law=exponential\
         &clients.timeout_s=0.3",
    ),
    (20.0, "?stage=3#lb.algorithm=sticky&clients.rate=2000&db.replicas=2&web.discipline=shared"),
    (8.0, EVERYTHING),
    (
        12.0,
        "?parts=clients,network,lb,web,db,monitor#clients.rate=300&web.servers=4&web.autoscale=on\
         &web.scale_period_s=2&web.boot_s=1&web.bad_errors=0.4&web.rollback=on&web.restart_s=0.5\
         &web.pause_s=0.5&web.watch_s=2&db.replicas=2&db.replication=semi-sync&db.detect_s=1\
         &db.promote_s=1&monitor.every_s=1&fault=deploy.web@5&fault=kill.db.1@7for4",
    ),
    (
        8.0,
        "?parts=clients,lb,web,cache,db,queue,to_db,to_web#clients.rate=300&clients.zipf=1.1\
         &clients.job_share=0.2&clients.pattern=flash&clients.pattern_at_s=4&cache.ratio=emergent\
         &cache.entries=200&cache.eviction=lfu&cache.ttl_s=1&cache.coalesce=on&queue.target=5\
         &queue.least=1&queue.period_s=1&queue.boot_s=1&queue.visibility_s=0.3&db.shards=2\
         &db.transactions=0.2&db.joins=0.3&to_db.retries=2&to_db.timeout_ms=30&to_web.rate=250\
         &to_web.shed_open=40&fault=flush.cache@5&fault=kill.queue.2@3for2&at=4:db.shards=3",
    ),
    (
        8.0,
        "?parts=clients,network,dns,cdn,web,db&sites=2#clients.rate=200&clients.mobile_share=0.3\
         &network.jitter=0.2&network.new_connections=0.3&network.bandwidth_mbps=50\
         &network.egress_usd_gb=0.09&dns.policy=weighted&dns.weights=70,30&dns.ttl_s=2\
         &cdn.ratio=emergent&cdn.reads=0.2&cdn.read_ttl_s=1&db.home=0&fault=purge0.5.cdn@4\
         &fault=expire.dns@5&fault=delay30.db2@3for3&fault=cut.db1@6for1",
    ),
];

/// All kinds of parts in three sites, each with something to do.
const EVERYTHING: &str = "?parts=clients,network,dns,cdn,lb,web,cache,db,sessions,queue,monitor,\
    chaos,to_lb,to_web,to_cache,to_db,to_queue,to_sessions,to_cdn&sites=3#clients.rate=300\
    &clients.job_share=0.1&clients.zipf=0.8&web.sessions=store&web.servers=3&web.queries=2\
    &cache.ratio=emergent&cache.strategy=write-back&cache.flush_s=0.5&cdn.ratio=emergent\
    &db.replicas=1&db.shards=2&db.detect_s=0.5&db.promote_s=0.5&db.site_promote_s=1\
    &chaos.speed_up=1&chaos.server_mtbf_h=0.005&chaos.server_mttr_s=0.5&chaos.site_mtbf_h=0.01\
    &chaos.site_mttr_s=0.5&monitor.every_s=1&dns.check_s=1&dns.ttl_s=1&to_db.retries=2\
    &to_db.timeout_ms=50&to_web.breaker=on&to_cache.hedge_ms=1&to_lb.rate=500&to_queue.slots=50\
    &fault=kill.network2@5for2&fault=spike3.clients@6for1&fault=errors0.2.db1@4for2\
    &fault=slow3.cache@3for3&at=5:web1.servers=5&at=7:db.shards=3";

fn report(seconds: f64, link: &str, seed: u64) -> Report {
    let reading = link::read(&format!("{link}&seed={seed}"));
    assert_eq!(reading.problems, [], "{link}");
    let topology = Topology::build(&reading.scenario).expect("the links can run");
    let (warm_up, duration) = (Span::from_seconds(0.25 * seconds), Span::from_seconds(seconds));
    let plan = RunPlan { warm_up, duration };
    report::run(topology, plan, |_| {}).unwrap_or_else(|law| panic!("{link}: {law}")).0
}

fn table() -> String {
    let mut text = String::new();
    for (seconds, link) in LINKS {
        for seed in SEEDS {
            let report = report(seconds, link, seed);
            let users = &report.result.figures.users;
            text.push_str(&format!(
                "{} seed {seed} offered {} failed {} events {} link {link}\n",
                report.hash(),
                users.arrived,
                users.failed,
                report.events
            ));
        }
    }
    text
}

#[test]
fn every_run_gives_the_recorded_bytes() {
    let table = table();
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/golden.txt");
        std::fs::write(path, &table).expect("the record can be written");
        return;
    }
    assert_eq!(table, include_str!("golden.txt"));
}

#[test]
fn a_session_watched_closely_gives_the_figures_of_one_left_alone() {
    for (stage, length) in [(1, 12_000.0), (2, 12_000.0), (3, 12_000.0), (9, 2_500.0)] {
        let figures = |steps: u32| {
            let mut session = Session::new(&format!("?stage={stage}&seed=5"));
            let mut last = None;
            for _ in 0..steps {
                for update in session.handle(Command::Step { ms: length / f64::from(steps) }) {
                    if let Update::Live(live) = update {
                        last = Some(live.figures);
                    }
                }
            }
            serde_json::to_string(&last).expect("figures can be written")
        };
        assert_eq!(figures(1), figures(1_000), "stage {stage}");
    }
}
