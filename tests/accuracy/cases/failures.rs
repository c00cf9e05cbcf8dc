//! Cases of what fails, is tried again, is noticed and is scaled. To come: FAILOVER, SPIKE, HPA,
//! AVAIL.

use super::Tolerance::Relative;
use super::{Case, Figure, Sample, Unit, plain};
use crate::probe::{only, topology};
use millionth::sim::analysis::theory;
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
];

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
