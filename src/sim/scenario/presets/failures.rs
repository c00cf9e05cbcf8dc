//! Presets of failures that people really have. Each runs from a sound system over a trigger into
//! the failure, by its timeline alone, and has a link under which it does not come to it. The
//! figures of each are held by a test (`tests/native/failures.rs`).

use super::{Preset, Start};
use crate::kinds::Kind;

/// A health check that waits in a full backlog for too long takes a sound server out, and the
/// others get its share: a failure of its own, which would hide the one to be seen.
const NO_CHECKS: (&str, &str) = ("lb.check_s", "0");

/// Users, balancer, web tier, database.
const PLAIN: &[Kind] = &[Kind::Clients, Kind::LoadBalancer, Kind::WebTier, Kind::Database];
/// The same with a cache.
const CACHED: &[Kind] =
    &[Kind::Clients, Kind::LoadBalancer, Kind::WebTier, Kind::Cache, Kind::Database];

/// Two web servers do 200 requests a second together; 140 are asked for. Each that fails is tried
/// three times more, so that four times as many come while nothing gets through: unless fewer than
/// 50 a second are asked for, that is more than can be done. The backlogs hold 5 s of work, users
/// wait for 2 s.
pub const RETRY_STORM: Preset = Preset {
    key: "retry-storm",
    name: "Retry storm",
    story: "At 60 s the database is slow for 20 s. It recovers, the system does not: each request \
            is tried four times, and all work is for users who have given up. It comes back only \
            when less than a quarter of what it can do is asked for, from 200 s on. A retry budget \
            of 20 % helps: it recovers by itself.",
    start: Start::Parts(PLAIN),
    sites: 1,
    settings: &[
        ("clients.rate", "140"),
        ("clients.static_share", "0"),
        ("clients.timeout_s", "2"),
        ("clients.retries", "3"),
        NO_CHECKS,
        ("web.servers", "2"),
        ("web.size", "1"),
        ("db.size", "4"),
    ],
    faults: &["slow20.db@60for20"],
    changes: &["200:clients.rate=30", "240:clients.rate=140"],
    remedy: "#clients.retry_budget=0.2",
};

/// Nine of ten requests are for one page, whose two queries take 0.1 s each. With 720 requests a
/// second for it, all 64 slots have asked the same before the first answer is there.
pub const CACHE_STAMPEDE: Preset = Preset {
    key: "cache-stampede",
    name: "Cache stampede",
    story: "Every 60 s the entry of one popular page runs out. All who ask for it then miss at \
            once and fetch the same value: every slot of the web tier waits for the database, and \
            others are refused. The start with an empty cache is the first time. Coalescing of \
            fetches helps: one fetches, the others wait for it.",
    start: Start::Parts(CACHED),
    sites: 1,
    settings: &[
        ("clients.rate", "800"),
        ("clients.static_share", "0"),
        ("clients.read_share", "1"),
        ("clients.urls", "10"),
        ("clients.hot_key_share", "0.9"),
        NO_CHECKS,
        ("web.servers", "4"),
        ("web.service_ms", "2"),
        ("cache.ratio", "emergent"),
        ("cache.ttl_s", "60"),
        ("db.law", "constant"),
        ("db.read_ms", "100"),
        ("db.joins", "0"),
    ],
    faults: &[],
    changes: &[],
    remedy: "#cache.coalesce=on",
};

/// The database does 100 misses a second. Traffic rises so slowly that the cache fills ahead of it.
pub const THUNDERING_HERD: Preset = Preset {
    key: "thundering-herd",
    name: "Thundering herd",
    story: "At 180 s all cache nodes are flushed. The database does 100 misses a second and gets \
            those of 600 requests a second, for addresses that all differ: web servers wait for \
            it, and most requests fail until the cache is full again. Flushing node after node, \
            30 s apart, helps.",
    start: Start::Parts(CACHED),
    sites: 1,
    settings: &[
        ("clients.rate", "100"),
        ("clients.static_share", "0"),
        ("clients.read_share", "1"),
        ("clients.urls", "5000"),
        ("clients.zipf", "0.6"),
        ("clients.pattern", "ramp"),
        ("clients.pattern_at_s", "20"),
        ("clients.pattern_s", "100"),
        ("clients.pattern_factor", "6"),
        NO_CHECKS,
        ("web.servers", "4"),
        ("web.service_ms", "2"),
        ("cache.ratio", "emergent"),
        ("cache.nodes", "4"),
        ("cache.ttl_s", "0"),
        ("db.size", "1"),
        ("db.read_ms", "5"),
        ("db.joins", "0"),
    ],
    faults: &["flush.cache@180"],
    changes: &[],
    remedy: "&timeline=own#fault=flush.cache.1@180&fault=flush.cache.2@210\
             &fault=flush.cache.3@240&fault=flush.cache.4@270",
};

/// Four shards, each at 60 %; then half of all requests are for one address.
pub const HOT_SHARD: Preset = Preset {
    key: "hot-shard",
    name: "Hot shard",
    story: "From 60 s on half of all requests are for one celebrity's key. Its shard is busy all \
            the time while the others idle; the web servers' slots wait for it, so that requests \
            for other keys fail as well. More shards do not help. A shard key that spreads the \
            celebrity's requests does: by user.",
    start: Start::Parts(PLAIN),
    sites: 1,
    settings: &[
        ("clients.rate", "400"),
        ("clients.static_share", "0"),
        ("clients.retries", "0"),
        NO_CHECKS,
        ("web.servers", "4"),
        ("web.service_ms", "1"),
        ("db.shards", "4"),
        ("db.shard_key", "url"),
        ("db.size", "1"),
        ("db.read_ms", "3"),
        ("db.write_ms", "6"),
        ("db.joins", "0"),
    ],
    faults: &[],
    changes: &["60:clients.hot_key_share=0.5"],
    remedy: "#db.shard_key=user",
};

/// Two servers do 484 requests a second; 200 are asked for, and then 800.
pub const AUTOSCALER_LATE: Preset = Preset {
    key: "autoscaler-late",
    name: "Autoscaler too late",
    story: "At 60 s there is four times the traffic at once. The autoscaler sees it a minute \
            later, and new servers take 90 s to boot and 30 s to warm up: until then requests \
            fail. It also orders too few, as no server is ever busier than all the time. Servers \
            held ready before the crowd comes help.",
    start: Start::Parts(PLAIN),
    sites: 1,
    settings: &[
        ("clients.rate", "200"),
        ("clients.static_share", "0"),
        ("clients.pattern", "step"),
        ("clients.pattern_at_s", "60"),
        ("clients.pattern_factor", "4"),
        ("clients.pattern_s", "0"),
        NO_CHECKS,
        ("web.servers", "2"),
        ("web.service_ms", "8"),
        ("web.autoscale", "on"),
        ("web.scale_min", "2"),
        ("db.size", "8"),
    ],
    faults: &[],
    changes: &[],
    remedy: "#web.scale_min=8",
};

/// Replicas apply 400 writes a second, one after another: 2.5 ms each. The burst has 640.
pub const REPLICA_LAG: Preset = Preset {
    key: "replica-lag",
    name: "Replica lag",
    story: "From 60 s to 120 s there are 640 writes a second. Replicas apply 400, one after \
            another, and fall behind by about 36 s; for half a minute after the burst nearly all \
            reads find old data. No request fails: only the counter of stale reads shows it. \
            Reads that go to the primary help, as long as it can take them.",
    start: Start::Parts(PLAIN),
    sites: 1,
    settings: &[
        ("clients.rate", "800"),
        ("clients.static_share", "0"),
        ("clients.urls", "1000"),
        ("web.servers", "4"),
        ("web.service_ms", "2"),
        ("web.queries", "1"),
        ("db.replicas", "2"),
        ("db.size", "8"),
        ("db.apply_share", "0.5"),
        ("db.joins", "0"),
    ],
    faults: &[],
    changes: &["60:clients.read_share=0.2", "120:clients.read_share=0.95"],
    remedy: "#db.reads=primary",
};

/// Two sites at two thirds of what they can do: one of them cannot take the sum.
pub const FAILOVER_OVERLOAD: Preset = Preset {
    key: "failover-overload",
    name: "Failover overload",
    story: "At 60 s the balancer of the first of two sites dies. The name service notices, users \
            move as their resolvers forget the old address, and the other site gets 4/3 of what it \
            can do: it fails its own health checks and is left out in its turn. Sites that can \
            each carry the sum help.",
    start: Start::Parts(&[
        Kind::Clients,
        Kind::Network,
        Kind::Dns,
        Kind::LoadBalancer,
        Kind::WebTier,
        Kind::Database,
    ]),
    sites: 2,
    settings: &[
        ("clients.rate", "400"),
        ("clients.static_share", "0"),
        // Half in North America, half in Europe, where the sites stand.
        ("clients.shares", "50,0,0,50"),
        ("network1.site", "NAE"),
        ("network2.site", "EU"),
        ("dns.ttl_s", "30"),
        ("web.servers", "3"),
        ("web.size", "1"),
        ("db.size", "8"),
    ],
    faults: &["kill.lb1@60"],
    changes: &[],
    remedy: "#web.servers=6",
};

/// 120 of 300 requests a second ask the database, which then does 25.
pub const SLOW_DEPENDENCY: Preset = Preset {
    key: "slow-dependency",
    name: "Slow dependency",
    story: "From 60 s to 180 s the database is 50 times as slow. Requests that wait for it hold \
            all slots of the web servers, so that even static files, which need no database, fail. \
            A time-out, a circuit breaker or a bulkhead on calls to the database helps: files are \
            served as before, and only what needs the database fails.",
    start: Start::Parts(&[
        Kind::Clients,
        Kind::LoadBalancer,
        Kind::WebTier,
        Kind::Database,
        Kind::ToDatabase,
    ]),
    sites: 1,
    settings: &[
        ("clients.rate", "300"),
        ("clients.retries", "0"),
        ("web.servers", "2"),
        ("web.service_ms", "5"),
        ("db.size", "4"),
    ],
    faults: &["slow50.db@60for120"],
    changes: &[],
    remedy: "#to_db.timeout_ms=200",
};

/// Four servers do 400 requests a second, eight do 800; 480 are asked for.
pub const STICKY_IMBALANCE: Preset = Preset {
    key: "sticky-imbalance",
    name: "Sticky imbalance",
    story: "At 60 s traffic grows to more than the four servers can do, and at 90 s four more \
            are added. They stay idle: each user sticks to the server of the first request, where \
            the session lives, and one in six requests is refused as before. Sessions in a store \
            help: then any server can serve any user.",
    start: Start::Parts(&[
        Kind::Clients,
        Kind::LoadBalancer,
        Kind::WebTier,
        Kind::Sessions,
        Kind::Database,
    ]),
    sites: 1,
    settings: &[
        ("clients.rate", "250"),
        ("clients.static_share", "0"),
        ("clients.users", "5000"),
        ("clients.retries", "0"),
        ("lb.algorithm", "sticky"),
        NO_CHECKS,
        ("web.servers", "4"),
        ("web.size", "1"),
        ("web.backlog", "64"),
        ("web.sessions", "memory"),
        ("db.size", "8"),
    ],
    faults: &[],
    changes: &["60:clients.rate=480", "90:web.servers=8"],
    remedy: "#lb.algorithm=least-connections&web.sessions=store",
};

/// A release that answers half of the requests with an error.
pub const BAD_DEPLOY: Preset = Preset {
    key: "bad-deploy",
    name: "Bad deploy",
    story: "At 60 s a release goes to all ten servers at once: none serves until they have \
            restarted, and then half of all requests fail until a good release comes at 180 s. A \
            canary with automatic roll-back helps: one server gets the release, and within \
            seconds of its first errors the old one is back.",
    start: Start::Parts(PLAIN),
    sites: 1,
    settings: &[
        ("clients.rate", "300"),
        ("clients.static_share", "0"),
        ("clients.retries", "0"),
        ("web.servers", "10"),
        ("web.size", "1"),
        ("web.deploy", "all"),
        ("web.bad_errors", "0.5"),
        ("db.size", "4"),
    ],
    faults: &["deploy.web@60", "deploy.web@180"],
    changes: &["170:web.bad_errors=0"],
    remedy: "#web.deploy=canary&web.rollback=on",
};
