//! What is said to limit a system does limit it, and the sentences have the numbers.

use super::*;
use crate::analysis::settle::Settling;
use crate::scenario::link;
use crate::topology::Topology;
use crate::units::Span;

struct Run {
    topology: Topology,
    figures: Snapshot,
}

fn run(text: &str) -> Run {
    run_for(text, 20.0)
}

fn run_for(text: &str, batch_s: f64) -> Run {
    let reading = link::read(text);
    assert_eq!(reading.problems, [], "{text}");
    let topology = Topology::build(&reading.scenario).expect("can run");
    let mut run = Settling::with_batches(topology.clone(), Span::from_seconds(batch_s), 20);
    run.advance(u64::MAX);
    let figures = run.settled().expect("has batches enough").figures;
    Run { topology, figures }
}

impl Run {
    fn find(&self) -> Bottleneck {
        find(&self.topology, &self.figures).expect("something works")
    }

    fn said(&self) -> Vec<String> {
        explain(&self.topology, &self.figures)
    }
}

/// The load at which it is said to saturate is the load at which it does, in the mean of four runs,
/// whose heavy queries make 3 % of chance each. Without health checks, which take full servers out
/// of use in turn, so that the tier is no longer loaded evenly.
#[test]
fn the_extrapolated_load_is_where_the_system_is_full() {
    for base in ["stage=1#v=1", "stage=2#v=1", "stage=3#v=1&web.servers=3&lb.check_s=0"] {
        let at = |share: f64| {
            let (mut used, mut load) = (0.0, 0.0);
            for seed in 1..=4 {
                let base = format!("?seed={seed}&{base}");
                let found = run(&format!("{base}&clients.rate=40")).find();
                assert!(found.load < 0.9 && found.headroom > 0.0, "{found:?}");
                let rate = share * found.most_traffic;
                let full = run(&format!("{base}&clients.rate={rate}&clients.retries=0")).find();
                assert_eq!((&full.part, full.resource), (&found.part, found.resource), "{base}");
                (used, load) = (used + full.utilisation / 4.0, load + full.load / 4.0);
            }
            (used, load)
        };
        let (used, load) = at(0.9);
        assert!((used - 0.9).abs() < 0.05 && (load - 0.9).abs() < 0.05, "{base}: {used} {load}");
        let (used, load) = at(1.2);
        assert!(used > 0.97 && (load - 1.2).abs() < 0.06, "{base}: {used}, {load}");
    }
}

/// What waits in web servers has not come to the parts behind them, and its work there neither.
#[test]
fn the_capacity_is_told_while_a_backlog_grows() {
    for (base, calm, much) in [("stage=1#v=1", 50, 200), ("stage=3#v=1", 400, 1_200)] {
        let most = |rate: u32, batch_s: f64| {
            let each = (1..=4).map(|seed| {
                let text = format!("?seed={seed}&{base}&clients.rate={rate}");
                run_for(&text, batch_s).find().most_traffic / 4.0
            });
            each.sum::<f64>()
        };
        let (known, growing) = (most(calm, 10.0), most(much, 0.5));
        assert!((growing / known - 1.0).abs() < 0.06, "{base}: {growing} for {known}");
    }
}

#[test]
fn the_sentence_has_the_numbers() {
    let link = "?parts=clients,web,db#v=1&clients.rate=200&clients.static_share=0\
                &clients.read_share=0&clients.retries=0&web.queries=1&web.servers=1&web.size=8\
                &web.service_ms=1&db.write_ms=4.85&db.size=1&db.law=constant";
    let settled = run(link);
    let found = settled.find();
    assert_eq!((found.part.as_str(), found.resource), ("db", Resource::Processor));
    assert!((found.work_s - 4.85e-3).abs() < 1e-6, "{found:?}");
    assert!((found.most_calls - 1.0 / 4.85e-3).abs() < 0.1, "{found:?}");
    let said = settled.said().join(" ");
    assert!(said.contains("Database is at 9") && said.contains("needs 4.85 ms"), "{said}");
    assert!(said.contains("it saturates at 206"), "{said}");
}

#[test]
fn slots_held_for_a_slow_part_are_named_and_a_full_part_before_them() {
    let base = "?parts=clients,web,cache,db#v=1&clients.rate=50&clients.static_share=0\
                &clients.retries=0&web.slots=4&web.size=16&web.queries=1&cache.hit=0\
                &cache.access_ms=0&cache.miss_ms=60&db.size=16";
    let held = run(base);
    let found = held.find();
    assert_eq!((found.part.as_str(), found.resource), ("web", Resource::HeldSlots));
    let full = run("?stage=3#v=1&db.size=1&web.servers=16");
    let found = full.find();
    assert_eq!((found.part.as_str(), found.resource), ("db", Resource::Processor));
}

/// Web servers that wait for a full replica refuse most calls, and have time left.
#[test]
fn a_full_part_is_named_before_those_that_wait_for_it_and_refuse() {
    let base = "?stage=4#v=1&db.replicas=1&lb.check_s=0&clients.retries=0";
    let found = run(&format!("{base}&clients.rate=1500")).find();
    assert_eq!((found.name.as_str(), found.resource), ("Database replica 1", Resource::Processor));
    assert!(found.utilisation > 0.99 && found.headroom < -0.2, "{found:?}");
    // That much traffic does fill it, and no more.
    let near = run(&format!("{base}&clients.rate={}", 0.9 * found.most_traffic)).find();
    assert_eq!((near.name.as_str(), near.resource), ("Database replica 1", Resource::Processor));
    assert!((near.utilisation - 0.9).abs() < 0.05, "{near:?}");
}

#[test]
fn what_is_down_refused_or_grows_is_said() {
    let said = run("?stage=2#v=1&fault=kill.db").said();
    assert!(said[0].starts_with("Database is down") && said.len() >= 2, "{said:?}");
    let said = run("?stage=3&sites=2#v=1&fault=kill.network2").said();
    let down = "Load balancer, Web tier, Cache and Database of site 2 are down";
    assert!(said[0].starts_with(down) && !said[1].contains("down"), "{said:?}");
    let said = run("?stage=2#v=1&clients.rate=900&web.backlog=5").said();
    assert!(said.iter().any(|s| s.contains("refuses")), "{said:?}");
    let grows = "?stage=2#v=1&clients.rate=300&clients.timeout_s=0&web.backlog=1000000";
    let said = run(grows).said();
    assert!(said.iter().any(|s| s.contains("its backlog grows")), "{said:?}");
}

#[test]
fn numbers_have_three_digits_that_count() {
    for (x, text) in [(4.85, "4.85"), (206.2, "206"), (0.012_34, "0.0123"), (1e5, "100000")] {
        assert_eq!(number(x), text);
    }
}

/// One hot key on one of four shards, a slow disk, workers too few, replicas that cannot apply
/// what is written: each is named, with its numbers.
#[test]
fn every_resource_can_be_the_one_that_is_full() {
    let data = "?parts=clients,web,db#v=1&clients.rate=100&clients.static_share=0&web.size=16\
                &web.queries=1&web.service_ms=1&clients.retries=0&db.law=exponential";
    let hot = run(&format!(
        "{data}&clients.read_share=1&db.size=1&db.read_ms=5&db.joins=0&db.shards=4\
         &db.shard_key=url&clients.hot_key_share=0.6"
    ));
    let found = hot.find();
    assert_eq!((found.part.as_str(), found.resource), ("db", Resource::Processor));
    let others = found.others.expect("the others have less to do");
    assert!(found.load > 3.0 * others && others > 0.02, "{found:?}");
    let said = found.in_words(&hot.figures);
    assert!(said.contains("Database shard ") && said.contains("the others are at "), "{said}");
    let disk = run(&format!("{data}&clients.read_share=1&db.iops=125&db.disk_reads=1&db.size=16"));
    let found = disk.find();
    assert_eq!(found.resource, Resource::Disk);
    assert!((found.most_calls - 125.0).abs() < 4.0 && (found.load - 0.8).abs() < 0.06, "{found:?}");
    let apply = run(&format!(
        "{data}&clients.read_share=0&db.size=16&db.write_ms=5&db.apply_share=1.6&db.replicas=1"
    ));
    let found = apply.find();
    assert_eq!((found.resource, found.name.as_str()), (Resource::Apply, "Database replicas"));
    let said = apply.said().join(" ");
    assert!(said.contains("Database replicas are at ") && said.contains("they saturate"), "{said}");
    assert!(
        (found.most_calls - 125.0).abs() < 1e-6 && (found.load - 0.8).abs() < 0.06,
        "{found:?}"
    );
    let few = run(&format!(
        "{data}&clients.read_share=1&db.size=16&db.connections=1&db.read_ms=4\
        &db.joins=0"
    ));
    assert_eq!(few.find().resource, Resource::Connections, "{:?}", few.find());
}

#[test]
fn workers_edges_sites_and_growing_tiers_have_their_words() {
    let jobs = "?parts=clients,web,queue#v=1&clients.rate=50&clients.static_share=0\
                &clients.job_share=1&web.size=16&web.queries=0&web.service_ms=1&queue.workers=2\
                &queue.concurrency=4&queue.job_ms=200";
    let busy = run(jobs);
    let found = busy.find();
    assert_eq!((found.part.as_str(), found.resource), ("queue", Resource::Workers));
    assert!((found.load - 1.25).abs() < 0.08, "10 s of work for 8 jobs at once: {found:?}");
    let said = busy.said().join(" ");
    assert!(said.contains("more come than workers take") && said.contains("Workers"), "{said}");
    let edges = run("?stage=3&add=cdn#clients.rate=100").said().join(" ");
    assert!(edges.contains("The edges answer "), "{edges}");
    let sites = run("?stage=3&sites=2#clients.rate=200&web2.servers=1");
    let found = sites.find();
    assert_eq!((found.part.as_str(), found.name.as_str()), ("web2", "Web tier of site 2"));
    let grows = "?parts=clients,lb,web#v=1&clients.rate=60&clients.static_share=0&web.queries=0\
                 &web.size=1&web.service_ms=10&web.autoscale=on&web.scale_max=5&lb.check_s=0";
    let found = run(grows).find();
    assert_eq!(found.grows_to, Some(5));
    assert!((found.most_traffic - 500.0).abs() < 25.0, "{found:?}");
    // What those that run cannot take is no room to spare, however many there may be.
    let said = |load: f64| Bottleneck { load, ..found.clone() }.in_words(&Snapshot::default());
    assert!(said(0.9).ends_with(" % more than today."), "{}", said(0.9));
    let late = " % more than today. Until they run, it is overloaded.";
    assert!(said(1.1).ends_with(late), "{}", said(1.1));
}

#[test]
fn what_grows_with_the_load_hides_no_part_that_does_not() {
    let sandbox = run("?preset=sandbox#v=1&db2.replicas=3");
    let found = sandbox.find();
    assert!(found.part.starts_with("db") && found.grows_to.is_none(), "{found:?}");
    let most =
        |traffic: f64| run(&format!("?preset=sandbox#v=1&db2.replicas=3&clients.rate={traffic}"));
    let full = most(1.25 * found.most_traffic);
    let [before, after] = [&sandbox, &full].map(|run| run.figures.users.error_share());
    assert!(before < 0.001 && after > 0.01, "{before} {after}, {found:?}");
    // Servers that are overloaded limit until there are more of them.
    let grows = |load: f64| Bottleneck { load, growth: 5.0, headroom: 4.0, ..found.clone() };
    assert_eq!([grows(0.9).room(), grows(1.1).room()], [4.0, 0.0]);
}

/// More servers may run than do, but the database takes no more for that.
#[test]
fn servers_that_are_still_to_come_promise_no_more_than_other_parts_can_do() {
    let base = "?preset=autoscaler-late#v=1&clients.pattern=steady";
    let late = run(&format!("{base}&clients.rate=800&web.boot_s=3600"));
    let found = late.find();
    assert!(found.part == "web" && found.load > 1.0, "{found:?}");
    let said = late.said().join(" ");
    assert!(said.contains(" There Database is full first."), "{said}");
    let failing = |share: f64| {
        let rate = share * found.most_traffic;
        let all = run(&format!("{base}&web.servers=20&web.autoscale=off&clients.rate={rate}"));
        all.figures.users.error_share()
    };
    let shares = [0.9, 1.2].map(failing);
    assert!(shares[0] < 0.01 && shares[1] > 0.05, "{shares:?} {found:?}");
}

/// What a server refuses would have come to its guests too; servers that health checks take out in
/// turn are one tier; and what is only tried again is not what users ask for.
#[test]
fn an_overload_is_told_as_it_would_be_without_refusals_and_retries() {
    let calm = run("?stage=1#v=1").find();
    let full = run("?stage=1#v=1&clients.rate=208");
    let found = full.find();
    assert!((found.work_s / calm.work_s - 1.0).abs() < 0.04, "{calm:?} {found:?}");
    let answered = full.figures.goodput();
    assert!((found.most_traffic / answered - 1.0).abs() < 0.06, "{answered} {found:?}");
    assert!((found.asked - 208.0 / found.most_traffic).abs() < 0.03, "{found:?}");
    let tier = run("?stage=4#v=1&clients.rate=1806");
    let found = tier.find();
    assert_eq!((found.server, found.alike, found.name.as_str()), (None, 6, "Web tier"));
    assert!(found.load > 2.0 && found.utilisation < 0.9 && found.asked < 1.4, "{found:?}");
    let said = tier.said().join(" ");
    assert!(said.contains("Health checks keep servers that are overloaded out"), "{said}");
    let storm = run("?stage=3#v=1&fault=kill.db").find();
    assert!(storm.load > 1.0 && storm.headroom > 0.0, "{storm:?}");
    let said = storm.in_words(&Snapshot::default());
    assert!(said.ends_with(" % more than today, were it not for the retries."), "{said}");
    let spared = Bottleneck { load: 0.75, headroom: -0.2, ..storm };
    let said = spared.in_words(&Snapshot::default());
    assert!(said.contains("20 % less than users ask for. It is not full, as much of"), "{said}");
}

/// Users whose server was taken out for being full have to log in at another, which fills that; and
/// what edges answer is not tried again. Neither is what users ask for.
#[test]
fn an_overload_is_told_as_it_would_be_if_no_session_were_lost() {
    let calm = run("?stage=5#v=1").find();
    let full = run("?stage=5#v=1&clients.rate=2350");
    let found = full.find();
    assert!(found.work_s > 1.2 * calm.work_s && found.load > 2.0, "{found:?}");
    assert!((found.most_traffic / calm.most_traffic - 1.0).abs() < 0.06, "{calm:?} {found:?}");
    assert!(found.headroom < 0.0 && found.logins > 0.2, "{found:?}");
    let said = full.said().join(" ");
    assert!(said.contains("of its work, which logs in users anew"), "{said}");
}

/// A window that ends with the fault tells of the time with it.
#[test]
fn a_part_that_was_slow_is_told_as_it_was() {
    let slow = |lasts: f64| {
        // Twenty batches of 20 s end at 400 s, with the shorter fault.
        let fault = format!("fault=slow50.db@10for{lasts}");
        let base = "?parts=clients,lb,web,db#v=1&clients.retries=0&web.servers=2&web.service_ms=5";
        run(&format!("{base}&db.size=4&clients.rate=300&{fault}")).find()
    };
    let [still, no_more] = [1_000.0, 390.0].map(slow);
    assert!(still.part == "db" && still.utilisation > 0.99, "{still:?}");
    assert_eq!((&no_more.part, no_more.resource), (&still.part, still.resource), "{no_more:?}");
    assert!((no_more.most_traffic / still.most_traffic - 1.0).abs() < 0.05, "{no_more:?}");
}

/// What is full for a while and has room on average promises nothing for that while.
#[test]
fn a_mean_over_good_times_and_bad_says_that_it_is_one() {
    let mean = "This is the mean of all the time: for some of it more came than could be done";
    for (fault, is_said) in [("", false), ("&fault=spike6.clients@320for15", true)] {
        let run = run(&format!("?stage=1#v=1{fault}"));
        let found = run.find();
        assert!(found.load < 0.9 && found.headroom > 0.0, "{found:?}");
        let said = run.said().join(" ");
        assert_eq!(said.contains(mean), is_said, "{said}");
    }
}
