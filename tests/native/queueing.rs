//! The queue: who waits for what, what comes twice and what is lost, against theory and to the
//! single message.

use crate::probe::{run_seconds, textbook, topology};
use millionth::sim::engine::Engine;
use millionth::sim::scenario::{PresentFault, Scenario, link};
use millionth::sim::snapshot::Snapshot;
use millionth::sim::units::Span;

/// Every request is a job for the queue; nothing else takes time.
const JOBS: &str = "clients.job_share=1 web.slots=100000 web.service_ms=0.01 queue.enqueue_ms=0 \
                    queue.throughput=0 queue.concurrency=1";

fn jobs(settings: &str) -> Scenario {
    textbook("clients,web,queue", &format!("{JOBS} {settings}"), 1)
}

fn with(mut scenario: Scenario, fault: &str) -> Scenario {
    scenario.fail(PresentFault::read(fault).expect("is a fault"));
    assert_eq!(scenario.drop_faults_of_nothing(), []);
    scenario
}

/// The figures of the next so many seconds, with the laws checked at their end.
fn watch(engine: &mut Engine, seconds: f64) -> Snapshot {
    let start = engine.sample();
    let until = engine.now().after(Span::from_seconds(seconds));
    engine.run_until(until, u64::MAX);
    engine.check().unwrap_or_else(|law| panic!("{law}"));
    let end = engine.sample();
    Snapshot::between(engine.topology(), &start, &end)
}

/// What the queue has counted under this name.
fn count(figures: &Snapshot, name: &str) -> u64 {
    let queue = figures.part("queue").expect("there is a queue");
    queue.counters.iter().find(|(counter, _)| counter == name).expect("is counted").1
}

/// What the queue measures under this name.
fn gauge(figures: &Snapshot, name: &str) -> f64 {
    let queue = figures.part("queue").expect("there is a queue");
    queue.gauges.iter().find(|(gauge, _)| gauge == name).expect("is measured").1
}

fn close(what: &str, got: f64, expected: f64, tolerance: f64) {
    let off = (got / expected - 1.0).abs();
    assert!(off <= tolerance, "{what}: {got}, expected {expected} within {tolerance}");
}

#[test]
fn messages_wait_for_workers_as_erlang_says() {
    // M/M/4 at 80 %: the wait is 0.74554 services, of 10 ms; two workers of two are four.
    for layout in ["queue.workers=4", "queue.workers=2 queue.concurrency=2"] {
        let scenario = jobs(&format!("clients.rate=320 queue.job_ms=10 {layout}"));
        let figures = run_seconds(&scenario, 100.0, 8_000.0).result.figures;
        let wait = count(&figures, "waited_us") as f64 / count(&figures, "delivered") as f64;
        close(layout, wait / 1e6, 0.007_455_4, 0.03);
        let servers = &figures.part("queue").expect("there is a queue").servers;
        assert!(servers[1..].iter().all(|w| (w.utilisation / 0.8 - 1.0).abs() < 0.01));
    }
}

#[test]
fn users_wait_for_the_acknowledgement_and_not_for_the_job() {
    let settings = "clients.rate=10 clients.job_share=1 web.slots=1000 web.service_ms=0.01 \
                    web.job_ms=200 queue.job_ms=200 queue.workers=10";
    let mean = |parts: &str| {
        let report = run_seconds(&textbook(parts, settings, 1), 10.0, 1_000.0);
        report.result.mean_s.expect("has answers").value
    };
    // 5 ms to store and 0.05 ms to pass; in line the job itself.
    close("queue", mean("clients,web,queue"), 0.005_06, 0.01);
    close("in line", mean("clients,web"), 0.200_01, 0.03);
}

#[test]
fn a_backlog_grows_and_goes_at_the_difference_of_the_rates() {
    // SPIKE: 1,000 a second against 600, and against 1,500 from 180 s on.
    let mut scenario = jobs(
        "clients.rate=1000 clients.arrivals=constant web.law=constant queue.job_ms=10 \
         queue.law=constant queue.workers=6",
    );
    let change = link::read_change("180:queue.workers=15").expect("is a change");
    scenario.plan(change).expect("the setting exists");
    let mut engine = Engine::new(topology(&scenario));
    let full = watch(&mut engine, 179.999);
    assert!((gauge(&full, "depth") - 72_000.0).abs() <= 10.0, "{}", gauge(&full, "depth"));
    // The next to be delivered came when 600 a second had been done up to now.
    close("age", gauge(&full, "oldest_s"), 72.0, 0.001);
    let nearly = watch(&mut engine, 143.0);
    assert!((gauge(&nearly, "depth") - 500.0).abs() <= 20.0, "{}", gauge(&nearly, "depth"));
    let gone = watch(&mut engine, 1.1);
    assert!(gauge(&gone, "depth") <= 2.0, "{}", gauge(&gone, "depth"));
}

#[test]
fn a_full_queue_refuses() {
    let scenario = jobs("clients.rate=100 queue.workers=0 queue.capacity=250");
    let mut engine = Engine::new(topology(&scenario));
    let figures = watch(&mut engine, 10.0);
    assert_eq!((gauge(&figures, "depth"), count(&figures, "enqueued")), (250.0, 250));
    let refused = figures.users.failures.iter().find(|f| f.reason == "backlog_full");
    assert_eq!(refused.map(|f| f.count), Some(figures.users.failed));
    assert!(figures.users.failed > 500);
}

#[test]
fn a_job_longer_than_its_visibility_is_done_twice() {
    let scenario = jobs(
        "clients.rate=10 queue.workers=50 queue.job_ms=300 queue.law=constant \
         queue.visibility_s=0.2",
    );
    let mut engine = Engine::new(topology(&scenario));
    let figures = watch(&mut engine, 200.0);
    let (done, twice) = (count(&figures, "done"), count(&figures, "duplicates"));
    assert!(done > 1_500 && done - twice < 15, "{done} done, {twice} twice");
    assert!(count(&figures, "redelivered") >= done && count(&figures, "dead_letters") == 0);
}

#[test]
fn the_jobs_of_a_dead_worker_come_back() {
    let scenario = jobs(
        "clients.rate=20 clients.arrivals=constant queue.workers=2 queue.concurrency=100 \
         queue.job_ms=1000 queue.law=constant queue.visibility_s=5",
    );
    let mut engine = Engine::new(topology(&with(scenario, "kill.queue.2@30for10")));
    let before = watch(&mut engine, 29.999);
    let had = before.part("queue").expect("there is a queue").servers[1].busy;
    assert!(had >= 9, "{had} jobs on the worker");
    let after = watch(&mut engine, 30.0);
    let back = count(&after, "redelivered");
    assert!(back.abs_diff(u64::from(had)) <= 1, "{had} were at work, {back} came back");
    assert_eq!((count(&after, "duplicates"), count(&after, "lost_messages")), (0, 0));
    assert!((count(&after, "done") as f64 - 600.0).abs() < 5.0);
}

#[test]
fn what_always_fails_ends_with_the_dead_letters() {
    let scenario = jobs(
        "clients.rate=200 queue.workers=100 queue.poison=0.1 queue.attempts=3 queue.job_ms=50",
    );
    let mut engine = Engine::new(topology(&scenario));
    let figures = watch(&mut engine, 500.0);
    let (dead, all) = (count(&figures, "dead_letters") as f64, count(&figures, "enqueued") as f64);
    close("dead letters", dead / all, 0.1, 0.03);
    close("deliveries", count(&figures, "delivered") as f64 / all, 0.9 + 0.3, 0.01);
}

#[test]
fn a_durable_queue_outlives_its_death() {
    for (durable, lost) in [("on", 0), ("off", 1)] {
        let scenario = jobs(&format!(
            "clients.rate=100 clients.arrivals=constant web.law=constant queue.workers=0 \
             queue.durable={durable}"
        ));
        let mut engine = Engine::new(topology(&with(scenario, "kill.queue.1@10for1")));
        let before = watch(&mut engine, 9.999);
        let waited = gauge(&before, "depth");
        let after = watch(&mut engine, 10.0);
        // While it is dead a hundred are refused; one may come in between.
        let gone = count(&after, "lost_messages") as f64;
        assert!((gone - f64::from(lost) * waited).abs() <= 1.0, "{durable}: {gone} of {waited}");
        assert!(after.users.failed.abs_diff(100) <= 2, "{:?}", after.users);
    }
}

#[test]
fn workers_follow_the_backlog() {
    // 100 jobs a second of 0.2 s keep 20 slots busy; eight slots and eight messages a worker.
    let scenario = jobs(
        "clients.rate=100 queue.concurrency=8 queue.job_ms=200 queue.workers=1 queue.target=8 \
         queue.boot_s=20 queue.cooling_s=60",
    );
    let mut engine = Engine::new(topology(&scenario));
    let early = watch(&mut engine, 15.0);
    assert!(gauge(&early, "depth") > 500.0 && gauge(&early, "workers") == 1.0);
    watch(&mut engine, 400.0);
    let settled = watch(&mut engine, 200.0);
    let workers = gauge(&settled, "workers");
    assert!((3.0..=5.0).contains(&workers), "{workers}");
    assert!(gauge(&settled, "oldest_s") < 1.0);
    let cost = settled.part("queue").expect("there is a queue").usd_per_month;
    let calls = 100.0 * 3.0 * 0.4e-6 * 730.0 * 3_600.0;
    let of_workers = (cost - calls) / (2.0 * 0.048 * 730.0);
    assert!((2.9..=5.1).contains(&of_workers), "{of_workers} workers paid for");
}

#[test]
fn jobs_write_to_the_database() {
    let settings = format!(
        "{JOBS} clients.rate=100 queue.workers=100 queue.job_ms=10 queue.queries=3 web.queries=1 \
         db.connections=1000 db.write_ms=1"
    );
    let scenario = textbook("clients,web,db,queue", &settings, 1);
    let figures = run_seconds(&scenario, 10.0, 200.0).result.figures;
    let asked = figures.part("db").expect("there is a database").tally.arrived as f64;
    // Each job is asked for with one query, and writes three times when it is done.
    close("queries", asked / count(&figures, "done") as f64, 4.0, 0.01);
}
