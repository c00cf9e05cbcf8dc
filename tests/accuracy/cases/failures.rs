//! Cases of what fails, is tried again, is noticed and is scaled.

use super::Tolerance::{Absolute, Exact, Relative};
use super::windows::{number, part, run_to, until};
use super::{Case, Figure, Sample, Unit, plain};
use crate::probe::{only, topology};
use millionth::sim::analysis::theory::{self, recovery};
use millionth::sim::engine::Engine;
use millionth::sim::kinds::Kind;
use millionth::sim::kinds::behavior::Fault;
use millionth::sim::rng::{Purpose, Stream};
use millionth::sim::scenario::Scenario;
use millionth::sim::units::{SimTime, Span};

/// The cases.
pub const CASES: &[Case] = &[
    Case::of(
        "RETRY",
        "one of two servers dead and unnoticed: an attempt fails with 0.5, 3 retries",
        "?parts=clients,lb,web#v=1&clients.rate=100&clients.timeout_s=0&clients.retries=3\
         &clients.backoff_ms=5&clients.static_share=0&clients.read_share=1&lb.algorithm=random\
         &lb.check_s=0&lb.latency_ms=0&lb.service_ms=0&web.servers=2&web.queries=0\
         &web.discipline=slots&web.service_ms=0.01&fault=kill.web.2",
        &[
            plain("attempts", Relative(0.01), || theory::retries(0.5, 3).0),
            plain("failed", Relative(0.01), || theory::retries(0.5, 3).1),
        ],
    )
    .efforts((2, 1e6), (10, 2e6)),
    Case::textbook(
        "HEALTH",
        "a check every 10 s, out after 3 failures: from death to notice",
        ("clients,lb,web", "clients.rate=1 web.servers=4 lb.check_s=10 lb.failures=3"),
        &[Figure {
            name: "until noticed",
            unit: Unit::Seconds,
            reference: || 25.0,
            tolerance: Relative(0.02),
        }],
    )
    .efforts((400, 60.0), (5_000, 60.0))
    .measured(detection),
    Case::of(
        "SPIKE",
        "1,000/s to 6 slots of 10 ms, to 15 from 180 s on, all constant",
        "?parts=clients,web#v=1&clients.static_share=0&clients.read_share=1&clients.timeout_s=0\
         &clients.retries=0&clients.arrivals=constant&clients.rate=1000&web.discipline=slots\
         &web.law=constant&web.service_ms=10&web.slots=6&web.queries=0&web.backlog=1000000\
         &at=180:web.slots=15",
        &[
            // Slots that begin one after another put a few requests more or fewer there.
            plain("backlog at 180 s", Absolute(10.0), || {
                recovery::backlog_after(1_000.0, 600.0, 180.0)
            }),
            Figure {
                name: "until it is gone",
                unit: Unit::Seconds,
                reference: || {
                    recovery::drain_seconds(72_000.0, 1_000.0, 1_500.0).unwrap_or(f64::NAN)
                },
                tolerance: Absolute(0.05),
            },
        ],
    )
    .efforts((1, 0.0), (1, 0.0))
    .measured(spike),
    Case::textbook(
        "HPA",
        "4 servers 90 % busy, 60 % wanted",
        (
            "clients,lb,web",
            "clients.rate=360 clients.arrivals=constant web.law=constant web.servers=4 \
             web.autoscale=on",
        ),
        &[plain("servers", Exact, || {
            recovery::replicas_wanted(4, 0.9, 0.6).map_or(f64::NAN, f64::from)
        })],
    )
    .efforts((1, 900.0), (1, 3_600.0))
    .measured(scaled),
    Case::of(
        "AVAIL",
        "three servers that run 9.9 s and are repaired in 0.1 s",
        "?parts=clients,lb,web,chaos#v=1&clients.rate=0.01&lb.check_s=0&web.servers=3\
         &chaos.speed_up=1&chaos.server_mtbf_h=0.00275&chaos.server_mttr_s=0.1\
         &chaos.site_mtbf_h=0",
        &[
            plain("3 of 3", Absolute(0.001), || theory::in_series(&[0.99; 3])),
            plain("1 of 2", Absolute(0.000_09), || theory::in_parallel(&[0.99; 2])),
            plain("2 of 3", Absolute(0.000_15), || theory::k_of_n(2, 3, 0.99)),
        ],
    )
    .efforts((2, 1.5e5), (6, 1.5e5))
    .measured(available),
];

/// The backlog after 180 s, and how much later it is gone.
fn spike(_: &Case, scenario: &Scenario, _: f64) -> Sample {
    let mut engine = Engine::new(topology(scenario));
    let backlog = |engine: &mut Engine, second: f64| part(&until(engine, second), "web").backlog;
    let most = backlog(&mut engine, 179.999_9);
    let mut gone = 300.0;
    while backlog(&mut engine, gone) > 0 {
        gone += 0.01;
    }
    let requests = engine.meters().offered_in_all();
    Sample { values: vec![most as f64, gone - 180.0], requests }
}

/// Servers in service in the end.
fn scaled(_: &Case, scenario: &Scenario, seconds: f64) -> Sample {
    let mut engine = Engine::new(topology(scenario));
    run_to(&mut engine, 59.0);
    let figures = until(&mut engine, seconds);
    let values = vec![number(&figures, "web", "servers_in_service")];
    Sample { values, requests: figures.users.arrived }
}

/// At how many of so many instants three servers were all up, one of the first two was, and two of
/// the three were. Instants 0.5 s apart know little of each other: repairs take 0.1 s.
fn available(_: &Case, scenario: &Scenario, instants: f64) -> Sample {
    let mut engine = Engine::new(topology(scenario));
    let mut up = [0u32; 3];
    let step = Span::from_seconds(0.5);
    for _ in 0..instants as u32 {
        engine.run_until(engine.now().after(step), u64::MAX);
        let alive: Vec<bool> = engine.sample().servers[2].iter().map(|s| s.alive).collect();
        let count = alive.iter().filter(|alive| **alive).count();
        let holds = [count == 3, alive[0] || alive[1], count >= 2];
        up.iter_mut().zip(holds).for_each(|(sum, holds)| *sum += u32::from(holds));
    }
    let values = up.map(|count| f64::from(count) / instants).to_vec();
    Sample { values, requests: engine.meters().offered_in_all() }
}

/// Seconds from the death of one of four servers, at a random time after so many seconds, until
/// the balancer sends it nothing more.
fn detection(_: &Case, scenario: &Scenario, seconds: f64) -> Sample {
    let (interval, failures) = (10.0, 3.0);
    let mut draw = Stream::new(5, 3, Purpose::Hash).at(scenario.seed);
    let mut engine = Engine::new(topology(scenario));
    let killed = SimTime::ZERO.after(Span::from_seconds(seconds + interval * draw.unit()));
    engine.run_until(killed, u64::MAX);
    let victim = draw.below(4) as usize;
    engine.hold(&only(Kind::WebTier, Some(victim), Some(Fault::Kill)));
    let step = Span::from_seconds(interval / 50.0);
    while engine.sample().health[1][victim] {
        engine.run_until(engine.now().after(step), u64::MAX);
    }
    // It happened somewhere in the last step.
    let took = engine.now().since(killed).seconds() - step.seconds() / 2.0;
    let (least, most) = (interval * (failures - 1.0), interval * failures);
    let range = least - step.seconds()..most + step.seconds();
    assert!(range.contains(&took), "seed {}: {took} s", scenario.seed);
    Sample { values: vec![took], requests: engine.meters().offered_in_all() }
}
