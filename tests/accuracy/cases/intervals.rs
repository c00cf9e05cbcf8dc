//! Cases of what settled runs say of themselves: whether their mean is where theory has it, and
//! how often their 95 % intervals do not hold what theory says. Each seed is one settled run, as
//! the page makes it and `millionth settle`.

use super::Tolerance::Absolute;
use super::{Case, Figure, Sample, plain, time};
use crate::probe::topology;
use millionth::sim::analysis::settle::{Estimate, FULL, Settling};
use millionth::sim::analysis::theory::Mmc;
use millionth::sim::scenario::Scenario;

/// Services of a second: a settled run of two simulated hours has 3,600 to 6,480 requests, and one
/// whose warm-up takes long becomes longer.
const HALF: Mmc = Mmc { arrivals: 0.5, service: 1.0, servers: 1 };
const MORE: Mmc = Mmc { arrivals: 0.7, service: 1.0, servers: 1 };
const MOST: Mmc = Mmc { arrivals: 0.9, service: 1.0, servers: 1 };

/// How often a figure has an interval that does not hold what theory says, and how far from one in
/// twenty that may be.
const fn outside(name: &'static str, tolerance: f64) -> Figure {
    plain(name, Absolute(tolerance), || 0.05)
}

const MEAN: &str = "mean outside its interval";
const P99: &str = "p99 outside its interval";

/// The cases.
pub const CASES: &[Case] = &[
    Case::textbook(
        "SETTLED-0.5",
        "settled runs of M/M/1 of 1 s, load 0.5",
        ("clients,web", "clients.rate=0.5 web.service_ms=1000"),
        &[time("mean", 0.015, || HALF.mean_time()), outside(MEAN, 0.04), outside(P99, 0.05)],
    )
    .efforts((500, 0.0), (2_000, 0.0))
    .measured(|_, scenario, _| settled(scenario, HALF)),
    Case::textbook(
        "SETTLED-0.7",
        "settled runs of M/M/1 of 1 s, load 0.7",
        ("clients,web", "clients.rate=0.7 web.service_ms=1000"),
        &[time("mean", 0.02, || MORE.mean_time()), outside(MEAN, 0.04), outside(P99, 0.06)],
    )
    .efforts((500, 0.0), (2_000, 0.0))
    .measured(|_, scenario, _| settled(scenario, MORE)),
    // A backlog rises and falls about as slowly as batches follow each other; of its highest there
    // are too few for an interval of p99 in most runs.
    Case::textbook(
        "SETTLED-0.9",
        "settled runs of M/M/1 of 1 s, load 0.9",
        ("clients,web", "clients.rate=0.9 web.service_ms=1000"),
        &[time("mean", 0.04, || MOST.mean_time()), outside(MEAN, 0.1), outside(P99, 0.05)],
    )
    .efforts((500, 0.0), (2_000, 0.0))
    .measured(|_, scenario, _| settled(scenario, MOST)),
];

/// One settled run: its mean, and whether theory is outside of its intervals.
fn settled(scenario: &Scenario, queue: Mmc) -> Sample {
    let run = Settling::through(topology(scenario), FULL).settled().expect("it is complete");
    let outside = |found: Option<Estimate>, known: f64| {
        let found = found.expect("requests were answered");
        let misses = found.half_width.is_some_and(|half| (found.value - known).abs() > half);
        f64::from(u8::from(misses))
    };
    let mean = run.mean_s.expect("requests were answered").value;
    let p99 = queue.quantile(0.99).unwrap_or(f64::NAN);
    let values = vec![mean, outside(run.mean_s, queue.mean_time()), outside(run.p99_s, p99)];
    Sample { values, requests: run.requests }
}
