//! Traces add up, and looking changes nothing.

use super::*;
use crate::scenario::link;
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use crate::traces::Spent;

fn traced(text: &str) -> (Engine, Tracer) {
    let topology = Topology::build(&link::read(text).scenario).expect("can run");
    let engine = Engine::new(topology);
    let mut tracer = Tracer::new(&engine);
    while !tracer.is_complete() {
        tracer.advance(50_000);
    }
    (engine, tracer)
}

/// All that a run has counted, as text.
fn figures(engine: &Engine) -> String {
    let start = Engine::new(engine.topology().clone()).sample();
    let all = Snapshot::between(engine.topology(), &start, &engine.sample());
    format!("{} {} {all:?}", engine.events(), engine.in_flight())
}

#[test]
fn hops_add_up_to_the_latency_and_a_run_looked_at_is_the_same_run() {
    for stage in [1, 3, 5, 6, 8, 9] {
        let (mut plain, tracer) = traced(&format!("?stage={stage}"));
        let looked = tracer.engine();
        plain.run_until(SimTime::NEVER, looked.events());
        assert_eq!(figures(&plain), figures(looked), "stage {stage}");
        let traces = tracer.traces();
        assert!(traces.traced >= 600, "stage {stage}: {}", traces.traced);
        for one in &tracer.done {
            let all = [Spent::Network, Spent::Wait, Spent::Work].map(|on| one.spent(on));
            let sum: f64 = all.iter().sum();
            let said = || format!("stage {stage}: {one:#?}");
            assert!((sum - one.latency_s).abs() < 1e-6, "{sum} {}", said());
            for hop in &one.hops {
                let inside = hop.from_s <= hop.to_s && hop.to_s <= one.latency_s + 1e-9;
                assert!(inside, "{}", said());
            }
        }
        let (p50, p99) = (traces.p50_s.expect("some are good"), traces.p99_s.expect("some"));
        assert!(p50 <= p99);
    }
}

#[test]
fn the_network_and_the_work_are_those_of_the_meters() {
    let (engine, tracer) = traced("?stage=3");
    let looked = tracer.engine();
    let figures = Snapshot::between(engine.topology(), &engine.sample(), &looked.sample());
    let read = figures.classes.iter().find(|group| group.key == "read").expect("there are reads");
    let good: Vec<&Trace> =
        tracer.done.iter().filter(|one| one.class == "read" && one.failure.is_none()).collect();
    for (on, measured) in [(Spent::Network, read.network_s), (Spent::Work, read.service_s)] {
        let mean = good.iter().map(|one| one.spent(on)).sum::<f64>() / good.len() as f64;
        let measured = measured.expect("there are good answers");
        assert!((mean / measured - 1.0).abs() < 0.15, "{on:?}: {mean} against {measured}");
    }
}

#[test]
fn a_failed_request_says_where_it_failed() {
    for (text, reason, part) in [
        ("?stage=3#fault=kill.db", "unavailable", "db"),
        ("?stage=1#clients.rate=600", "backlog_full", "web"),
    ] {
        let (_, tracer) = traced(text);
        let failed = tracer.traces().failed.expect("some fail");
        assert_eq!(failed.failure.as_deref(), Some(reason), "{failed:#?}");
        let hop = failed.hops.iter().rev().find(|hop| hop.failure.is_some() || hop.unfinished);
        assert_eq!(hop.map(|hop| hop.part.as_str()), Some(part), "{failed:#?}");
    }
}
