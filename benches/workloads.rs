//! The workloads of the benchmark: W1 to W3 and every preset, run in slices as the page runs them.
//! Shared by the native and the wasm benchmark.

use millionth::sim::engine::Engine;
use millionth::sim::scenario::{link, presets};
use millionth::sim::topology::Topology;
use millionth::sim::units::SimTime;

/// A queue of one server: M/M/1 at load 0.8.
const W1: &str = "?parts=clients,web#clients.rate=80&clients.static_share=0&clients.read_share=1\
    &clients.timeout_s=0&web.discipline=slots&web.slots=1&web.service_ms=10&web.law=exponential\
    &web.queries=0&web.backlog=1000000";
/// Least connections over four servers at load 0.8.
const W2: &str = "?parts=clients,lb,web#clients.rate=320&clients.static_share=0\
    &clients.read_share=1&clients.timeout_s=0&lb.algorithm=least-connections&lb.latency_ms=0\
    &lb.service_ms=0&lb.check_s=0&web.servers=4&web.discipline=slots&web.slots=1\
    &web.service_ms=10&web.law=exponential&web.queries=0&web.backlog=1000000";
/// The reference: balancer 0.2 ms, rotation over 8 servers of 4 slots (8 ms, load 0.8), cache that
/// answers 80 % in 0.5 ms, else one of 3 database replicas of 8 slots (6 ms).
const W3: &str = "?parts=clients,lb,web,cache,db#clients.rate=3200&clients.static_share=0\
    &clients.read_share=1&clients.timeout_s=0&lb.latency_ms=0.2&lb.service_ms=0&lb.check_s=0\
    &web.servers=8&web.slots=4&web.discipline=slots&web.service_ms=8&web.law=exponential\
    &web.queries=1&web.hold=off&web.backlog=1000000&cache.hit=0.8&cache.op_ms=0\
    &cache.access_ms=0.5&cache.miss_ms=0&db.replicas=3&db.discipline=slots&db.connections=8\
    &db.read_ms=6&db.law=exponential&db.joins=0&db.backlog=1000000";

/// Requests of a round of W1 to W3 and of the bare loop.
pub const REQUESTS: u64 = 2_000_000;
/// Events of a round of a preset, 0.3 s or so. Events and not requests, because a system in
/// overload may take any number of them for a request; and not wall time, so that every machine
/// and both targets do the same work, to the same mean.
const EVENTS: u64 = 3_000_000;
/// Events between two looks at the clock in the page. Short slices matter in wasm: an engine
/// changes to better code only when a function is called again.
const SLICE: u64 = 1 << 14;

/// How long a round is.
#[derive(Clone, Copy, Debug)]
enum Length {
    Requests(u64),
    Events(u64),
}

/// One workload: its name, its scenario as a link, how long a round is.
#[derive(Clone, Debug)]
pub struct Workload {
    pub name: String,
    link: String,
    length: Length,
}

/// What a round gave: requests that came to their end, their mean time in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub requests: u64,
    pub mean_ms: f64,
}

/// Every workload, the reference third.
pub fn all() -> Vec<Workload> {
    let known = [("W1 one server", W1), ("W2 least connections", W2), ("W3 reference", W3)];
    let known = known.map(|(name, link)| (name.to_owned(), link.to_owned()));
    let length = |length| move |(name, link)| Workload { name, link, length };
    let known = known.into_iter().map(length(Length::Requests(REQUESTS)));
    known.chain(presets().into_iter().map(length(Length::Events(EVENTS)))).collect()
}

/// The name and the link of every stage and preset that a visitor can choose.
fn presets() -> Vec<(String, String)> {
    let stages = presets::STAGES.iter().map(|stage| stage.number);
    let stages = stages.map(|number| (format!("stage {number}"), format!("?stage={number}")));
    let others = presets::PRESETS.iter().map(|preset| preset.key);
    stages.chain(others.map(|key| (key.to_owned(), format!("?preset={key}")))).collect()
}

impl Workload {
    /// The same workload with rounds of so many requests.
    pub fn of_requests(self, requests: u64) -> Self {
        Self { length: Length::Requests(requests), ..self }
    }

    /// Runs a round from rest.
    pub fn run(&self) -> Round {
        let reading = link::read(&self.link);
        assert!(reading.all_problems().is_empty(), "{}: {:?}", self.name, reading.problems);
        let topology = Topology::build(&reading.scenario).expect("the workloads are valid");
        let mut engine = Engine::new(topology);
        loop {
            let ended = engine.meters().endings().total();
            let (left, slice) = match self.length {
                Length::Requests(requests) => (requests.saturating_sub(ended), SLICE),
                Length::Events(events) => {
                    let left = events.saturating_sub(engine.events());
                    (left, left.min(SLICE))
                }
            };
            // Nothing happens any more where there is no traffic.
            if left == 0 || engine.run_until(SimTime(u64::MAX), slice) == 0 {
                break;
            }
        }
        let mean = engine.meters().time().mean().unwrap_or(0.0);
        Round { requests: engine.meters().endings().total(), mean_ms: mean * 1e3 }
    }
}
