//! Cases of single queues: one or several servers, every law, bounded backlogs, shared cores. A
//! service takes 10 ms in the mean.

use super::Tolerance::Relative;
use super::{Case, Figure, plain, time};
use millionth::sim::analysis::theory::{Mmc, erlang_b, md1_quantile, mg1_mean_time, mmck};

const ONE: Mmc = Mmc { arrivals: 80.0, service: 100.0, servers: 1 };
const FOUR: Mmc = Mmc { arrivals: 320.0, service: 100.0, servers: 4 };
const EIGHT: Mmc = Mmc { arrivals: 720.0, service: 100.0, servers: 8 };

const PARTS: &str = "clients,web";

fn at(queue: Mmc, p: f64) -> f64 {
    queue.quantile(p).unwrap_or(f64::NAN)
}

/// Bounded backlog of 4 servers and 16 places to wait.
fn bounded() -> (f64, f64) {
    mmck(500.0, 100.0, 4, 20).unwrap_or((f64::NAN, f64::NAN))
}

const SHARING: &[Figure] = &[time("mean", 0.03, || FOUR.mean_time())];
const LOSS: &[Figure] =
    &[plain("failed", Relative(0.02), || erlang_b(10, 8.0)), time("mean", 0.01, || 0.01)];

/// Processor sharing of four cores under some law.
const fn sharing(name: &'static str, settings: &'static str) -> Case {
    Case::textbook(name, "processor sharing of 4 cores, load 0.8", (PARTS, settings), SHARING)
}

/// Ten connections and no backlog under some law.
const fn loss(name: &'static str, settings: &'static str) -> Case {
    let case =
        Case::textbook(name, "10 connections, 8 erlang, no backlog", (PARTS, settings), LOSS);
    case.efforts((2, 1e6), (10, 2e6))
}

/// The cases.
pub const CASES: &[Case] = &[
    Case::textbook(
        "MM1-0.8",
        "M/M/1, load 0.8",
        (PARTS, "clients.rate=80"),
        &[
            time("mean", 0.04, || ONE.mean_time()),
            time("wait", 0.05, || ONE.mean_wait()),
            time("p50", 0.04, || at(ONE, 0.5)),
            time("p95", 0.052, || at(ONE, 0.95)),
            time("p99", 0.08, || at(ONE, 0.99)),
            plain("busy web", Relative(0.005), || 0.8),
            plain("inside web", Relative(0.04), || 4.0),
        ],
    )
    .efforts((2, 3e6), (10, 4e6)),
    Case::textbook(
        "MM1-web",
        "80/s at 10 ms",
        (PARTS, "clients.rate=80 web.service_ms=10"),
        &[
            time("mean", 0.04, || 0.05),
            time("p95", 0.052, || 0.149_787),
            time("p99", 0.08, || 0.230_259),
        ],
    ),
    Case::textbook(
        "MMc-4-0.8",
        "M/M/4, load 0.8",
        (PARTS, "clients.rate=320 web.slots=4"),
        &[
            time("mean", 0.025, || FOUR.mean_time()),
            time("wait", 0.025, || FOUR.mean_wait()),
            time("p95", 0.033, || at(FOUR, 0.95)),
            time("p99", 0.05, || at(FOUR, 0.99)),
        ],
    ),
    Case::textbook(
        "MMc-8-0.9",
        "M/M/8, load 0.9",
        (PARTS, "clients.rate=720 web.slots=8"),
        &[
            time("mean", 0.04, || EIGHT.mean_time()),
            time("p95", 0.052, || at(EIGHT, 0.95)),
            time("p99", 0.08, || at(EIGHT, 0.99)),
        ],
    )
    .efforts((2, 3e6), (10, 4e6)),
    Case::textbook(
        "MD1-0.8",
        "constant service, load 0.8",
        (PARTS, "clients.rate=80 web.law=constant"),
        &[
            time("mean", 0.03, || mg1_mean_time(80.0, 0.01, 0.0).unwrap_or(f64::NAN)),
            time("p95", 0.039, || md1_quantile(80.0, 0.01, 0.95).unwrap_or(f64::NAN)),
            time("p99", 0.06, || md1_quantile(80.0, 0.01, 0.99).unwrap_or(f64::NAN)),
        ],
    ),
    Case::textbook(
        "MLN1-0.7-scv4",
        "lognormal service of scv 4, load 0.7",
        (PARTS, "clients.rate=70 web.law=lognormal web.scv=4"),
        &[
            time("mean", 0.07, || mg1_mean_time(70.0, 0.01, 4.0).unwrap_or(f64::NAN)),
            time("p95", 0.091, || 0.265_714),
        ],
    )
    .efforts((2, 5e6), (10, 6e6)),
    Case::textbook(
        "MMcK-4-20-5.0",
        "4 servers, 20 places, offered 5 erlang",
        (PARTS, "clients.rate=500 web.slots=4 web.backlog=16"),
        &[plain("failed", Relative(0.02), || bounded().0), time("mean", 0.02, || bounded().1)],
    ),
    loss("ERLB-10-8 constant", "clients.rate=800 web.slots=10 web.backlog=0 web.law=constant"),
    loss("ERLB-10-8 exponential", "clients.rate=800 web.slots=10 web.backlog=0"),
    loss(
        "ERLB-10-8 Erlang",
        "clients.rate=800 web.slots=10 web.backlog=0 web.law=erlang web.scv=0.25",
    ),
    loss(
        "ERLB-10-8 hyperexponential",
        "clients.rate=800 web.slots=10 web.backlog=0 web.law=hyperexponential web.scv=6",
    ),
    sharing(
        "PS4-0.8 constant",
        "clients.rate=320 web.discipline=shared web.size=4 web.sigma=0 web.kappa=0 \
         web.slots=100000 web.law=constant",
    ),
    sharing(
        "PS4-0.8 exponential",
        "clients.rate=320 web.discipline=shared web.size=4 web.sigma=0 web.kappa=0 \
         web.slots=100000 web.law=exponential",
    ),
    sharing(
        "PS4-0.8 lognormal",
        "clients.rate=320 web.discipline=shared web.size=4 web.sigma=0 web.kappa=0 \
         web.slots=100000 web.law=lognormal web.scv=4",
    ),
    sharing(
        "PS4-0.8 hyperexponential",
        "clients.rate=320 web.discipline=shared web.size=4 web.sigma=0 web.kappa=0 \
         web.slots=100000 web.law=hyperexponential web.scv=4",
    ),
];
