//! Cases of replicas and shards: what is stale, what a failover loses, what waits for the slowest,
//! and which keys move. One query makes a request, and nothing takes time but what is named.

use super::Tolerance::{Absolute, Exact, Relative};
use super::windows::{engine, failures, number, part, until};
use super::{Case, Figure, Sample, Unit, plain, time};
use millionth::sim::analysis::theory::{fanout, recovery};
use millionth::sim::scenario::Scenario;
use millionth::sim::snapshot::Snapshot;

/// Users who only ask the database, and the settings of one case.
macro_rules! asked {
    ($settings:literal) => {
        concat!(
            "?parts=clients,web,db#v=1&clients.static_share=0&clients.timeout_s=0\
             &clients.retries=0&web.service_ms=0.01&web.law=constant&web.discipline=slots\
             &web.slots=100000&web.queries=1&db.discipline=slots&db.law=exponential&db.joins=0",
            $settings
        )
    };
}

/// Stale reads among the reads of a single key.
fn stale(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    let rate = 50.0;
    let figures = until(&mut engine(scenario), requests / rate);
    let reads = figures.classes.iter().find(|class| class.key == "read");
    let reads = reads.map_or(f64::NAN, |class| class.tally.good as f64);
    let of = |name| number(&figures, "db", name) / reads;
    let values = vec![of("stale_reads"), of("own_writes_unseen")];
    Sample { values, requests: figures.users.arrived }
}

/// A failover: what was lost and refused, and how long nobody could write.
fn failover(_: &Case, scenario: &Scenario, seconds: f64) -> Sample {
    let figures = until(&mut engine(scenario), seconds);
    let of = |name| number(&figures, "db", name);
    let values = vec![of("lost_writes"), failures(&figures, "no_primary"), of("rto_s")];
    Sample { values, requests: figures.users.arrived }
}

/// The share of all keys that went elsewhere, and of those the share that went to a shard which was
/// there before. The eleventh is added after a second.
fn moved(_: &Case, scenario: &Scenario, seconds: f64) -> Sample {
    let mut engine = engine(scenario);
    let during = until(&mut engine, seconds);
    let after = until(&mut engine, seconds + 20.0);
    let share = number(&during, "db", "share_moved");
    let counted = number(&during, "db", "moved_keys") / 1e5;
    assert_eq!(number(&during, "db", "resharded"), 1.0, "{seconds} s are too short");
    assert_eq!((after.users.failed, number(&after, "db", "redirects")), (0, 0.0));
    assert!((counted - share).abs() < 1e-9, "{counted} are moved of {share}");
    let arrived = during.users.arrived + after.users.arrived;
    Sample { values: vec![share], requests: arrived }
}

/// The fullest shard's share of the requests of many users over the mean.
fn fullest(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    let rate = 10_000.0;
    let figures: Snapshot = until(&mut engine(scenario), requests / rate);
    let rates = part(&figures, "db").servers.iter().map(|server| server.rate);
    let (fullest, sum) =
        rates.fold((0.0, 0.0), |(most, sum), rate| (f64::max(most, rate), sum + rate));
    Sample { values: vec![10.0 * fullest / sum], requests: figures.users.arrived }
}

/// A case of a key moved when the eleventh shard comes.
const fn added(name: &'static str, scenario: &'static str, figures: &'static [Figure]) -> Case {
    Case::of(name, "the keys that move from 10 to 11 shards", scenario, figures)
        .efforts((60, 15.0), (200, 15.0))
        .measured(moved)
}

macro_rules! placed {
    ($placement:literal) => {
        concat!(
            asked!(
                "&clients.rate=20&clients.users=100000&db.shards=10&db.key_kb=1&db.move_mb_s=10\
                 &db.move_ms=0.001&db.write_ms=1&at=1:db.shards=11&db.placement="
            ),
            $placement
        )
    };
}

const LOST: Figure = plain("writes lost", Absolute(4.0), || recovery::failover_lost(200.0, 0.5));
const REFUSED: Figure =
    plain("writes refused", Relative(0.005), || recovery::failover_refused(200.0, 20.0, 40.0));
const WITHOUT: Figure =
    Figure { name: "without writes", unit: Unit::Seconds, reference: || 60.0, tolerance: Exact };

/// The cases.
pub const CASES: &[Case] = &[
    Case::of(
        "FANOUT-100",
        "a join waits for the slowest of 100 shards of 10 ms",
        asked!(
            "&clients.rate=20&clients.read_share=1&db.shards=100&db.joins=1&db.join_cost=1\
             &db.read_ms=10&db.connections=1000"
        ),
        &[
            time("mean", 0.01, || fanout::slowest_mean(100, 0.01)),
            time("p99", 0.01, || fanout::slowest_quantile(100, 0.01, 0.99).unwrap_or(f64::NAN)),
        ],
    )
    .efforts((2, 6e4), (10, 1e5)),
    Case::of(
        "STALE-replica",
        "a replica 0.1 s behind, a key written once a second",
        asked!(
            "&clients.rate=50&clients.read_share=0.98&clients.urls=1&clients.users=1\
             &db.replicas=1&db.lag_ms=100&db.apply_share=0&db.read_ms=0.01&db.write_ms=0.01\
             &db.connections=1000"
        ),
        &[
            plain("stale reads", Relative(0.02), || recovery::stale_share(1.0, 0.1)),
            plain("own writes unseen", Relative(0.02), || recovery::stale_share(1.0, 0.1)),
        ],
    )
    .measured(stale)
    .efforts((2, 1.5e6), (10, 3e6)),
    Case::of(
        "FAILOVER",
        "200 writes/s, lag 0.5 s, detection 20 s, promotion 40 s",
        asked!(
            "&clients.rate=200&clients.read_share=0&db.replicas=2&db.lag_ms=500&db.detect_s=20\
             &db.promote_s=40&db.write_ms=0.1&fault=kill.db.1@30"
        ),
        &[LOST, REFUSED, WITHOUT],
    )
    .measured(failover)
    .efforts((100, 100.0), (400, 100.0)),
    Case::of(
        "FAILOVER synchronous",
        "the same with synchronous replicas",
        asked!(
            "&clients.rate=200&clients.read_share=0&db.replicas=2&db.replication=sync\
             &db.lag_ms=500&db.detect_s=20&db.promote_s=40&db.write_ms=0.1&fault=kill.db.1@30"
        ),
        &[plain("writes lost", Exact, || 0.0), REFUSED, WITHOUT],
    )
    .measured(failover)
    .efforts((20, 100.0), (100, 100.0)),
    added(
        "HASH-add modulo",
        placed!("modulo"),
        &[plain("share moved", Absolute(0.003), || 10.0 / 11.0)],
    ),
    added(
        "HASH-add consistent",
        placed!("consistent"),
        &[plain("share moved", Absolute(0.003), || 1.0 / 11.0)],
    ),
    added(
        "HASH-add directory",
        placed!("directory"),
        &[plain("share moved", Absolute(0.003), || 1.0 / 11.0)],
    ),
    Case::of(
        "RING-10-100",
        "10 shards of 100 virtual nodes each",
        asked!(
            "&clients.rate=10000&clients.users=1000000&clients.read_share=1&db.shards=10\
             &db.placement=consistent&db.virtual_nodes=100&db.read_ms=0.01&db.connections=1000"
        ),
        &[plain("fullest/mean", Relative(0.01), || 1.159_43)],
    )
    .measured(fullest)
    .efforts((200, 5e4), (1_000, 1e5)),
];
