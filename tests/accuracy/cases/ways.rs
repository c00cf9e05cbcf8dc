//! Cases of a request's whole way: queues one after another, and what the network adds. To come:
//! CONNECT, FANOUT-100, GEO, DNS-ttl.

use super::Tolerance::Relative;
use super::{Case, plain, time};
use millionth::sim::analysis::theory::{Mmc, network_mean_time, sum_quantile};

/// Spare rates of the tandem's three queues, per second.
const TANDEM: [f64; 3] = [400.0, 50.0, 100.0];

fn tandem(p: f64) -> f64 {
    sum_quantile(&TANDEM, p).unwrap_or(f64::NAN)
}

fn network() -> f64 {
    network_mean_time(&[
        (1.0, Mmc { arrivals: 300.0, service: 100.0, servers: 4 }),
        (1.0, Mmc { arrivals: 300.0, service: 1_000.0, servers: 1 }),
        (0.2, Mmc { arrivals: 60.0, service: 50.0, servers: 2 }),
    ])
}

/// The cases.
pub const CASES: &[Case] = &[
    Case::textbook(
        "TANDEM-web",
        "100/s through M/M/1 of 500/s, 150/s and 200/s",
        (
            "clients,lb,web,db",
            "clients.rate=100 lb.service_ms=2 lb.law=exponential web.service_ms=6.666666667 \
             web.queries=1 db.read_ms=5",
        ),
        &[
            time("mean", 0.02, || TANDEM.iter().map(|rate| 1.0 / rate).sum()),
            time("p95", 0.026, || tandem(0.95)),
            time("p99", 0.04, || tandem(0.99)),
        ],
    ),
    Case::textbook(
        "JACKSON-cache",
        "300/s to web M/M/4, cache M/M/1, of which 20 % to database M/M/2",
        (
            "clients,web,cache,db",
            "clients.rate=300 web.slots=4 web.queries=1 cache.op_ms=1 cache.hit=0.8 \
             db.connections=2 db.read_ms=20",
        ),
        &[
            time("mean", 0.015, network),
            plain("busy web", Relative(0.01), || 0.75),
            plain("busy cache", Relative(0.01), || 0.3),
            plain("busy db", Relative(0.01), || 0.6),
        ],
    ),
];
