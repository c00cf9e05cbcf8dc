//! Cases of balancers: what each way to choose a server does to the queues behind it. A service
//! takes 10 ms in the mean.

use super::Tolerance::{Exact, Relative};
use super::{Case, Sample, plain, time};
use crate::probe;
use millionth::sim::analysis::theory::{Mmc, rotation_rate};
use millionth::sim::engine::Engine;
use millionth::sim::scenario::Scenario;
use millionth::sim::units::{MILLISECOND, SimTime};

const PARTS: &str = "clients,lb,web";
const ONE: Mmc = Mmc { arrivals: 80.0, service: 100.0, servers: 1 };

/// The rate of the time behind a rotation over four servers.
fn rotation() -> f64 {
    rotation_rate(320.0, 100.0, 4).unwrap_or(f64::NAN)
}

/// The cases.
pub const CASES: &[Case] = &[
    Case::textbook(
        "RR-4-0.8",
        "rotation over 4 servers, load 0.8",
        (PARTS, "clients.rate=320 web.servers=4 lb.algorithm=round-robin"),
        &[
            time("mean", 0.025, || 1.0 / rotation()),
            time("p99", 0.05, || libm::log(100.0) / rotation()),
        ],
    ),
    Case::textbook(
        "RANDOM-4-0.8",
        "random choice of 4 servers, load 0.8: 4 x M/M/1",
        (PARTS, "clients.rate=320 web.servers=4 lb.algorithm=random"),
        &[
            time("mean", 0.04, || ONE.mean_time()),
            time("p95", 0.052, || ONE.quantile(0.95).unwrap_or(f64::NAN)),
            time("p99", 0.08, || ONE.quantile(0.99).unwrap_or(f64::NAN)),
        ],
    )
    .efforts((2, 2e6), (10, 4e6)),
    Case::textbook(
        "JSQ-4-0.8",
        "least connections over 4 servers, load 0.8",
        (PARTS, "clients.rate=320 web.servers=4 lb.algorithm=least-connections"),
        &[time("mean", 0.02, || 0.019_527_9)],
    ),
    Case::textbook(
        "P2C-10-0.8",
        "power of two choices over 10 servers, load 0.8",
        (PARTS, "clients.rate=800 web.servers=10 lb.algorithm=two-choices"),
        &[time("mean", 0.015, || 0.020_731_8)],
    )
    .efforts((2, 2e6), (10, 4e6)),
    Case::textbook(
        "SWRR-5:1:1",
        "smooth weighted rotation, a a b a c a a again and again",
        (
            PARTS,
            "clients.rate=100 clients.arrivals=constant web.service_ms=1 web.law=constant \
             web.servers=3 lb.algorithm=weighted lb.weights=5,1,1",
        ),
        &[plain("choices as foretold", Exact, || 1.0)],
    )
    .efforts((1, 21.0), (5, 700.0))
    .measured(smooth_rotation),
    Case::textbook(
        "IPHASH-1000-10",
        "1,000 equal users hashed to 10 servers",
        (
            PARTS,
            "clients.rate=10000 clients.users=1000 web.servers=10 web.service_ms=0.01 \
             lb.algorithm=ip-hash",
        ),
        &[plain("fullest/mean", Relative(0.01), || 1.156_64)],
    )
    .efforts((200, 1e5), (1_000, 1e5))
    .measured(|_, scenario, requests| {
        let report = probe::run_requests(scenario, requests);
        let web = report.result.figures.part("web").expect("there is a web tier");
        let rates = web.servers.iter().map(|server| server.rate);
        let fullest = rates.clone().fold(0.0, f64::max);
        let mean = rates.sum::<f64>() / web.servers.len() as f64;
        Sample { values: vec![fullest / mean], requests: report.result.requests }
    }),
];

/// The share of choices that are those of the smooth rotation.
fn smooth_rotation(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    let order = order(scenario, requests as u64);
    let right = order.chars().zip("aabacaa".chars().cycle()).filter(|(got, is)| got == is);
    let values = vec![right.count() as f64 / order.len() as f64];
    Sample { values, requests: order.len() as u64 }
}

/// Place of the web tier among clients, balancer, web tier.
const WEB: usize = 2;

/// Which servers the first requests go to, seen from outside: a request comes every 10 ms.
pub fn order(scenario: &Scenario, requests: u64) -> String {
    let mut engine = Engine::new(probe::topology(scenario));
    let mut before: Vec<u64> = Vec::new();
    let mut order = String::new();
    for n in 1..=requests {
        engine.run_until(SimTime(n * 10 * MILLISECOND), u64::MAX);
        let now: Vec<u64> = engine.sample().servers[WEB].iter().map(|s| s.arrived).collect();
        let came = |i: &usize| now[*i] == before.get(*i).unwrap_or(&0) + 1;
        let servers: Vec<usize> = (0..now.len()).filter(came).collect();
        assert_eq!(servers.len(), 1, "request {n}: {before:?} then {now:?}");
        order.push((b'a' + servers[0] as u8) as char);
        before = now;
    }
    order
}
