//! Each textbook queue, written as a scenario, is recognised and agrees with what is measured; and
//! what breaks an assumption is named.

use super::predict::shared_time;
use super::*;
use crate::analysis::settle::Settling;
use crate::analysis::theory::Mmc;
use crate::scenario::link;
use crate::units::Span;

/// A queue of a web tier alone, or of all parts named.
const QUEUE: &str = "#v=1&clients.timeout_s=0&clients.retries=0&clients.static_share=0\
    &clients.read_share=1&web.discipline=slots&web.slots=1&web.backlog=1000000&web.queries=0\
    &web.hold=off&web.service_ms=10&web.law=exponential";

fn stations(parts: &str, settings: &str, seconds: f64) -> Vec<Station> {
    let reading = link::read(&format!("?parts={parts}{QUEUE}{settings}"));
    assert_eq!(reading.problems, [], "{settings}");
    let topology = Topology::build(&reading.scenario).expect("can run");
    let mut run = Settling::with_batches(topology.clone(), Span::from_seconds(seconds / 40.0), 40);
    run.advance(u64::MAX);
    let figures = run.settled().expect("has batches enough").figures;
    of(&topology, &figures)
}

#[test]
fn every_textbook_queue_is_recognised_and_agrees() {
    let lb = "&lb.service_ms=0&lb.latency_ms=0&lb.check_s=0";
    for (parts, settings, model, tolerance) in [
        ("clients,web", "&clients.rate=80", "M/M/1, Erlang C", 0.05),
        ("clients,web", "&clients.rate=320&web.slots=4", "M/M/4, Erlang C", 0.04),
        ("clients,web", "&clients.rate=80&web.law=constant", "M/G/1, Poll", 0.04),
        ("clients,web", "&clients.rate=70&web.law=lognormal&web.scv=2", "M/G/1, Poll", 0.08),
        ("clients,web", "&clients.rate=320&web.slots=4&web.law=constant", "M/G/4, Allen", 0.06),
        ("clients,web", "&clients.rate=500&web.slots=4&web.backlog=16", "M/M/4/20", 0.02),
        (
            "clients,web",
            "&clients.rate=100&web.discipline=shared&web.size=2&web.slots=100000\
          &web.law=lognormal&web.scv=2",
            "M/G/1.94, processor sharing",
            0.03,
        ),
        ("clients,lb,web", "&clients.rate=320&web.servers=4", "E4/M/1", 0.04),
        ("clients,lb,web", "&clients.rate=320&web.servers=4&lb.algorithm=random", "M/M/1", 0.05),
        (
            "clients,lb,web",
            "&clients.rate=320&web.servers=4&lb.algorithm=two-choices",
            "between one backlog for all 4",
            0.0,
        ),
    ] {
        let balanced = parts.contains("lb");
        let settings = format!("{settings}{}", if balanced { lb } else { "" });
        let all = stations(parts, &settings, 4_000.0);
        let web = all.iter().find(|s| s.part == "web").expect("the web tier works");
        assert!(web.model.starts_with(model), "{settings}: {web:?}");
        let difference = web.difference.expect("both are known");
        assert!(difference.abs() <= tolerance, "{settings}: {web:?}");
        assert_eq!(web.fails, Vec::<String>::new(), "{settings}");
    }
}

#[test]
fn parts_on_one_machine_share_its_processor() {
    let settings = "&clients.rate=50&web.discipline=shared&web.size=1&web.slots=100000\
        &web.law=lognormal&web.scv=1&web.queries=1&db.place=web&db.read_ms=5&db.joins=0\
        &db.law=constant&db.connections=100000";
    let all = stations("clients,web,db", settings, 4_000.0);
    assert_eq!(all.len(), 2, "{all:?}");
    for station in &all {
        assert!((station.load - 0.75).abs() < 0.02, "{station:?}");
        assert!(station.difference.is_some_and(|d| d.abs() < 0.04), "{station:?}");
    }
}

#[test]
fn what_breaks_an_assumption_is_named() {
    for (settings, expected) in [
        ("&clients.rate=120", "overload"),
        ("&clients.rate=50&clients.arrivals=constant", "not Poisson"),
        ("&clients.rate=80&clients.timeout_s=0.05&clients.retries=2", "are retries"),
        ("&clients.rate=90&web.backlog=3&web.law=constant", "refused"),
        ("&clients.rate=50&fault=slow1.5.web", "faults are present"),
    ] {
        let all = stations("clients,web", settings, 400.0);
        let said = all[0].fails.join("; ");
        assert!(said.contains(expected), "{settings}: {said}");
    }
    let unseen = "&clients.rate=50&fault=slow1.5.web@0.1for0.1&fault=kill.web@900";
    assert_eq!(
        stations("clients,web", unseen, 400.0)[0].fails,
        [""; 0],
        "not while it is measured"
    );
    let held = "&clients.rate=50&web.hold=on&web.queries=2&web.slots=10&db.discipline=slots";
    let all = stations("clients,web,db", held, 400.0);
    assert!(all[0].fails.iter().any(|s| s.contains("held")), "{:?}", all[0].fails);
    assert!(all[1].fails.iter().any(|s| s.contains("several times")), "{:?}", all[1].fails);
}

/// A slot that is held bounds what is behind it: at one query at a time the database never waits.
#[test]
fn few_callers_at_once_are_named_and_theory_is_not_exact_then() {
    let few = "&clients.rate=70&web.hold=on&web.service_ms=2&web.law=constant&web.queries=1\
        &db.discipline=slots&db.connections=1&db.law=exponential&db.joins=0&db.read_ms=10";
    let database = |settings: &str| {
        let all = stations("clients,web,db", &format!("{few}{settings}"), 1_000.0);
        all.into_iter().find(|s| s.part == "db").expect("the database works")
    };
    for settings in ["", "&db.discipline=shared&db.size=1", "&web.slots=8"] {
        let db = database(settings);
        assert!(!db.exact && db.fails.iter().any(|s| s.contains("at once")), "{settings}: {db:?}");
    }
    let many = database("&web.slots=100");
    assert!(many.exact && many.fails.is_empty(), "{many:?}");
    assert!(many.difference.is_some_and(|off| off.abs() < 0.1), "{many:?}");
}

/// Also where a cache answers most of the queries, so that fewer come than there are requests.
#[test]
fn queries_of_one_request_are_named_behind_a_cache() {
    let settings = "&clients.rate=40&web.queries=4&web.slots=1000&db.discipline=slots\
        &db.connections=1&db.law=constant&db.joins=0&db.read_ms=10&cache.hit=0.8";
    let all = stations("clients,web,cache,db", settings, 400.0);
    let db = all.iter().find(|s| s.part == "db").expect("the database works");
    assert!(db.fails.iter().any(|s| s.contains("several times")) && !db.exact, "{db:?}");
}

/// The web tier's own time is told from that in cache and database, also where it holds its slots:
/// as long as none are short the processor is what counts.
#[test]
fn the_time_of_a_part_is_told_from_that_behind_it() {
    let settings = "&clients.rate=70&web.hold=on&web.queries=2&web.discipline=shared&web.size=1\
        &web.slots=1000&db.size=4&cache.hit=0.5&network.distance=0&network.last_mile=off";
    let all = stations("clients,network,web,cache,db", settings, 4_000.0);
    let web = all.iter().find(|s| s.part == "web").expect("the web tier works");
    assert!(web.difference.is_some_and(|d| d.abs() < 0.05), "{web:?}");
    assert_eq!(web.fails, Vec::<String>::new());
}

#[test]
fn shared_cores_are_a_queue_of_several_servers_and_between_whole_numbers_lie_between() {
    for (lambda, cores) in [(0.7, 1), (3.2, 4), (50.0, 64)] {
        let exact = Mmc::new(lambda, 1.0, cores).expect("has a steady state").mean_time();
        let shared = shared_time(lambda, 1.0, f64::from(cores)).expect("has a steady state");
        assert!((shared / exact - 1.0).abs() < 1e-9, "{cores}: {shared}, {exact}");
    }
    let at = |cores| shared_time(1.5, 1.0, cores).expect("has a steady state");
    assert!(at(2.0) < at(1.9) && at(1.9) < at(1.7), "{} {} {}", at(2.0), at(1.9), at(1.7));
    assert_eq!(shared_time(2.0, 1.0, 2.0), None);
}

/// Disks, workers, nodes of cache and session store, replicas that also apply writes.
#[test]
fn stations_of_every_kind_agree_with_their_queue() {
    let data = "&clients.rate=100&web.discipline=shared&web.size=16&web.slots=100000\
                &web.service_ms=1&web.queries=1&db.size=16&db.connections=10000&db.joins=0";
    let nodes = "&clients.rate=600&clients.urls=100000&web.discipline=shared&web.size=96\
                 &web.slots=100000&web.service_ms=0.1&web.queries=1&db.size=96";
    for (parts, settings, name, model, tolerance) in [
        (
            "clients,web,db",
            format!("{data}&db.iops=200&db.disk_reads=1&db.law=exponential"),
            "Disk of Database",
            "M/G/1, Pollaczek-Khinchine",
            0.06,
        ),
        (
            "clients,web,queue",
            "&clients.rate=40&clients.job_share=1&web.discipline=shared&web.slots=1000\
             &web.size=16&web.job_ms=1&queue.workers=2&queue.concurrency=5&queue.job_ms=200"
                .to_owned(),
            "Workers",
            "M/M/10, Erlang C",
            0.06,
        ),
        (
            "clients,web,cache,db",
            format!("{nodes}&cache.nodes=2&cache.op_ms=2&cache.law=exponential"),
            "Cache",
            "M/M/1, Erlang C",
            0.06,
        ),
        (
            "clients,web,sessions",
            format!(
                "{nodes}&web.queries=0&web.sessions=store&sessions.nodes=2&sessions.op_ms=2\
                 &sessions.law=constant"
            )
            .replace("&web.queries=1", "")
            .replace("&db.size=96", ""),
            "Session store",
            "M/G/1, Pollaczek-Khinchine",
            0.06,
        ),
        (
            "clients,web,db",
            format!(
                "{data}&clients.read_share=0.5&db.size=1&db.replicas=1&db.read_ms=6\
                 &db.write_ms=6&db.apply_share=0.5&db.law=exponential&db.lag_ms=0"
            ),
            "Database replica",
            "M/G/1, processor sharing",
            // Applied one after another, writes come more evenly than by chance.
            0.1,
        ),
        (
            "clients,web,db",
            format!("{data}&db.size=1&db.read_ms=4&db.iops=200&db.disk_reads=1"),
            "Database",
            "M/G/1, processor sharing",
            0.06,
        ),
    ] {
        let all = stations(parts, &settings, 1_500.0);
        let those: Vec<&Station> = all.iter().filter(|s| s.name.starts_with(name)).collect();
        assert!(!those.is_empty(), "{settings}: {all:?}");
        for found in those {
            assert_eq!(found.model, model, "{settings}");
            let off = found.difference.expect("both are known");
            assert!(off.abs() < tolerance && found.load > 0.2, "{settings}: {found:?}");
        }
    }
}

#[test]
fn several_sites_have_their_own_stations_and_what_acts_is_named() {
    let text = "?stage=3&sites=2&add=to_db#v=1&clients.rate=200&web.queries=2&lb.check_s=0\
                &to_db.timeout_ms=5&clients.burst_factor=3&at=2:web.service_ms=11";
    let reading = link::read(text);
    assert_eq!(reading.problems, []);
    let topology = Topology::build(&reading.scenario).expect("can run");
    let mut run = Settling::with_batches(topology.clone(), Span::from_seconds(1.0), 20);
    run.advance(u64::MAX);
    let all = of(&topology, &run.settled().expect("has batches enough").figures);
    for name in ["Web tier of site 1, each of 4", "Web tier of site 2, each of 4"] {
        assert!(all.iter().any(|station| station.name == name), "{name}: {all:?}");
    }
    let database = all.iter().find(|s| s.part == "db2").expect("works");
    let said = database.fails.join("; ");
    for what in ["its guard acts: timeouts", "bursts of 3.00", "settings change"] {
        assert!(said.contains(what), "{what}: {said}");
    }
}

/// Where others call the database behind held slots too, what is inside it says nothing of the time
/// that the web tier's own calls spend there: nothing is shown in place of something wrong.
#[test]
fn own_time_is_not_read_off_a_database_that_others_call_too() {
    let held = "&web.hold=on&web.slots=1000&web.queries=1&web.discipline=shared&clients.rate=100\
                &clients.read_share=0.5&lb.check_s=0";
    let back = "&cache.ratio=emergent&cache.strategy=write-back&cache.ttl_s=1";
    for (parts, settings, is_known) in [
        ("clients,lb,web,cache,db", "&cache.ratio=emergent&cache.ttl_s=1", true),
        ("clients,lb,web,cache,db", back, false),
        ("clients,network,dns,lb,web,db", "", true),
        ("clients,network,dns,lb,web,db&sites=2", "&network2.site=EU", false),
    ] {
        let all = stations(parts, &format!("{held}{settings}"), 400.0);
        let webs = all.iter().filter(|s| s.part.starts_with("web"));
        for web in webs.inspect(|web| assert!(web.predicted_s.is_some(), "{web:?}")) {
            assert_eq!(web.measured_s.is_some(), is_known, "{parts} {settings}: {web:?}");
            assert!(web.difference.is_none_or(|off| off.abs() < 0.05), "{settings}: {web:?}");
        }
    }
}
