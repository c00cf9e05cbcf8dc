//! `make memory`: what a run holds in memory as simulated time goes by, counted at the allocator:
//! an hour at 10,000 requests per second and ten minutes at 1,000,000. Fails where anything grows
//! after the warm-up. With a number, `memory 0.01`, that share of each run.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod counting;

use counting::{held, most};
use millionth::sim::engine::Engine;
use millionth::sim::scenario::link;
use millionth::sim::topology::Topology;
use millionth::sim::units::{SimTime, Span};
use std::process::ExitCode;

/// Share of a run that is its warm-up.
const WARM_UP: u32 = 12;
/// Growth after the warm-up that is a fuller moment and no leak, in bytes.
const SLACK: usize = 64 << 10;

/// The reference workload of the benchmark at any rate: services last as the load of 0.8 allows.
fn reference(rate: f64) -> String {
    let share = 3_200.0 / rate;
    format!(
        "?parts=clients,lb,web,cache,db#clients.rate={rate}&clients.static_share=0\
         &clients.read_share=1&lb.latency_ms=0.2&lb.service_ms=0&web.servers=8&web.slots=4\
         &web.discipline=slots&web.service_ms={}&web.law=exponential&web.queries=1&web.hold=off\
         &cache.hit=0.8&cache.op_ms=0&cache.access_ms=0.5&db.replicas=3&db.discipline=slots\
         &db.connections=8&db.read_ms={}&db.law=exponential&db.joins=0",
        f64::max(8.0 * share, 0.01),
        f64::max(6.0 * share, 0.001)
    )
}

/// One run of so many seconds, watched sixty times; whether it grew.
fn watch(name: &str, rate: f64, seconds: f64) -> bool {
    let reading = link::read(&reference(rate));
    assert!(reading.all_problems().is_empty(), "{name}: {:?}", reading.problems);
    let topology = Topology::build(&reading.scenario).expect("the workload is valid");
    let mut engine = Engine::new(topology);
    most();
    let (mut warm, mut early, mut peak) = (0, 0, 0);
    for step in 1..=60u32 {
        let until = SimTime::ZERO.after(Span::from_seconds(seconds * f64::from(step) / 60.0));
        engine.run_until(until, u64::MAX);
        if step <= 60 / WARM_UP {
            early = early.max(most());
            warm = held();
        } else {
            peak = peak.max(most());
        }
    }
    let end = held();
    let kib = |bytes: usize| bytes as f64 / 1_024.0;
    println!(
        "{name}: {} requests; held {:.0} KiB after the warm-up, {:.0} KiB at the end; at most \
         {:.0} KiB in the warm-up, {:.0} KiB after it",
        engine.meters().offered_in_all(),
        kib(warm),
        kib(end),
        kib(early),
        kib(peak)
    );
    end > warm + SLACK || peak > early + SLACK
}

fn main() -> ExitCode {
    let share = std::env::args().nth(1);
    let share = share.map_or(1.0, |text| text.parse().expect("a share of the full runs"));
    let grew = [
        watch("an hour at 10,000/s", 1e4, 3_600.0 * share),
        watch("ten minutes at 1,000,000/s", 1e6, 600.0 * share),
    ];
    ExitCode::from(u8::from(grew.contains(&true)))
}
