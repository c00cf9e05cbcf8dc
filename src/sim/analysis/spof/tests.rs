//! What the structure says is borne out by killing, for every kind of part, and what a failover
//! costs is what theory says.

use super::*;
use crate::analysis::report::RunPlan;
use crate::scenario::link;
use crate::units::Span;

/// Threats of the parts named, all for none; each killed.
fn confirm(text: &str, parts: &[&str]) -> Vec<Confirmed> {
    let reading = link::read(text);
    assert_eq!(reading.problems, [], "{text}");
    let topology = Topology::build(&reading.scenario).expect("can run");
    let plan = RunPlan { warm_up: Span::from_seconds(20.0), duration: Span::from_seconds(15.0) };
    let before = run(&topology, None, plan).expect("no law is broken");
    let one = |threat: Threat| {
        let after = run(&topology, Some(&threat), plan).expect("no law is broken");
        compare(threat, &before, after)
    };
    let wanted = |threat: &Threat| parts.is_empty() || parts.contains(&threat.part.as_str());
    threats(&topology).into_iter().filter(wanted).map(one).collect()
}

fn fatal(rows: &[Confirmed]) -> Vec<String> {
    let those = rows.iter().filter(|row| row.threat.verdict == Verdict::Fatal);
    those.map(|row| format!("{}: {}", row.threat.name, row.threat.kills.join(" "))).collect()
}

/// That killing bears the structure out, and that exactly these are single points of failure.
fn check(text: &str, parts: &[&str], expected: &[&str]) -> Vec<Confirmed> {
    let rows = confirm(text, parts);
    assert_eq!(fatal(&rows), expected, "{text}");
    for row in &rows {
        assert_eq!(row.agrees, Some(true), "{text}: {row:?}");
    }
    rows
}

fn find<'a>(rows: &'a [Confirmed], name: &str) -> &'a Confirmed {
    rows.iter().find(|row| row.threat.name == name).expect(name)
}

#[test]
fn killing_each_part_bears_out_what_the_structure_says() {
    let (site, lb) = ("Site: static read write", "Load balancer: static read write");
    let (web, data) = ("Web tier: static read write", "Database: read write");
    let some = "Database: write";
    check("?stage=1", &[], &[site, web, some]);
    check("?stage=2#cache.hit=0", &[], &[site, web, data]);
    check("?stage=3", &[], &[site, lb, web, some]);
    check("?stage=3#db.replicas=2", &[], &[site, lb, web, some]);
    let off = "?stage=3#db.replicas=2&db.failover=off";
    check(off, &["db"], &[some, "Database primary: write"]);
}

#[test]
fn a_server_that_others_stand_in_for_costs_no_answers() {
    let rows = confirm("?stage=3#db.replicas=2&web.servers=6", &["web", "db", "cache"]);
    for name in ["Web server 1", "Web server 6", "Database replica 1", "Cache"] {
        let row = find(&rows, name);
        assert_eq!(row.threat.verdict, Verdict::Survives, "{name}");
        let all = row.losses.last().expect("there is a row for all");
        assert!(all.after.share > 0.999 && all.before.share > 0.999, "{row:?}");
    }
}

#[test]
fn without_a_balancer_only_the_first_server_counts() {
    let rows = confirm("?stage=2#web.servers=3", &["web"]);
    let verdicts: Vec<Verdict> = rows.iter().map(|r| r.threat.verdict).collect();
    use Verdict::{Fatal, Survives};
    assert_eq!(verdicts, [Fatal, Fatal, Survives, Survives]);
    assert!(rows.iter().all(|row| row.agrees == Some(true)), "{rows:?}");
}

/// With a lag of half a second, the writes of that time are lost, and none is taken for detection
/// and promotion.
#[test]
fn a_failover_costs_what_its_settings_say() {
    let text = "?stage=3#v=1&clients.rate=200&clients.static_share=0&clients.read_share=0.5\
                &web.queries=1&web.servers=8&db.size=8&db.replicas=1&db.lag_ms=500&db.detect_s=5\
                &db.promote_s=10&cache.hit=0.5&clients.retries=0";
    let rows = check(text, &["db"], &["Database: write"]);
    let minute = &find(&rows, "Database primary").minute;
    let (rto, rpo) = (minute.rto_s.expect("was out"), minute.rpo_s.expect("lost some"));
    assert!((rto - 15.0).abs() < 0.1 && (rpo - 0.5).abs() < 0.1, "{minute:?}");
    let count = |name: &str| {
        minute.counts.iter().find(|(known, _)| known == name).map_or(0.0, |(_, n)| *n as f64)
    };
    // 100 writes a second: 50 lost, 1,500 refused, and four standard deviations either way.
    assert!((count("lost_writes") - 50.0).abs() < 29.0, "{minute:?}");
    assert!((count("refused_writes") - 1_500.0).abs() < 160.0, "{minute:?}");
    assert!(minute.disturbed_s.is_some_and(|s| (15.0..=17.0).contains(&s)), "{minute:?}");
    assert!(minute.log.iter().any(|line| line.what.contains("promoted")), "{minute:?}");
    let replica = &find(&rows, "Database replica 1").minute;
    assert_eq!((replica.rto_s, replica.failed), (None, 0));
}

#[test]
fn a_pair_shards_sessions_and_zones_are_judged_and_borne_out() {
    let rows = check(
        "?stage=3#lb.pair=on&db.shards=2&clients.rate=100",
        &["lb", "db"],
        &["Load balancer: static read write", "Database: write"],
    );
    assert_eq!(find(&rows, "Load balancer 1").threat.verdict, Verdict::Survives);
    let shard = find(&rows, "Database shard 2");
    assert_eq!(shard.threat.verdict, Verdict::Partial);
    let write = shard.losses.iter().find(|loss| loss.class == "write").expect("users write");
    assert!((write.after.share - 0.5).abs() < 0.1, "half of the keys: {write:?}");
    let store = "?stage=3&add=sessions#web.sessions=store&clients.rate=100&sessions.nodes=3";
    let rows = check(store, &["sessions"], &["Session store: read write"]);
    assert_eq!(find(&rows, "Session node 2").threat.verdict, Verdict::Partial);
    let copies = format!("{store}&sessions.replicated=on");
    let rows = check(&copies, &["sessions"], &["Session store: read write"]);
    assert_eq!(find(&rows, "Session node 2").threat.verdict, Verdict::Survives);
    let zones = "?stage=3#network.zones=2&clients.rate=100&lb.pair=on&db.replicas=1";
    check(zones, &["network"], &["Site: static read write"]);
    let zones = "?stage=3#network.zones=2&clients.rate=100";
    check(zones, &["network"], &["Site: static read write", "Site, zone 1: static read write"]);
}

#[test]
fn edges_and_queues_are_judged_and_borne_out() {
    let base = "?stage=3&add=cdn,queue#clients.rate=100&clients.job_share=0.2&web.servers=6";
    let rows = check(
        base,
        &["lb", "cdn", "queue"],
        &["Load balancer: read write job", "Queue and workers: job", "Queue: job"],
    );
    assert_eq!(find(&rows, "Worker 1").threat.verdict, Verdict::Survives);
    let failing = format!("{base}&cdn.outage=fail");
    let rows = check(&failing, &["cdn"], &["CDN: static"]);
    assert_eq!(find(&rows, "Edge in Europe").threat.verdict, Verdict::Partial);
}

#[test]
fn other_sites_stand_in_if_the_name_service_leads_there() {
    let base = "?stage=3&sites=2#clients.rate=100&dns.ttl_s=30&dns.overstay=0&dns.visit_s=10\
                &dns.lookups=0.5";
    let rows = check(base, &["network1", "lb2", "web2"], &[]);
    let site = find(&rows, "Site 1");
    assert_eq!(site.threat.verdict, Verdict::Survives);
    assert!(site.losses.last().is_some_and(|all| all.after.share > 0.98), "{site:?}");
    assert!(site.minute.all.share < 0.9, "{:?}", site.minute);
    let one = format!("{base}&dns.policy=one");
    check(&one, &["network1", "lb2"], &["Site 1: static read write"]);
    let blind = format!("{base}&dns.check_s=0");
    let rows = check(&blind, &["lb2"], &[]);
    assert_eq!(find(&rows, "Load balancer of site 2").threat.verdict, Verdict::Partial);
}

/// Devices keep an address for a visit that they got from a resolver which had kept it for its time
/// to live; those who overstay go on being led to what is dead, while the rest has plenty to spare.
#[test]
fn who_is_led_to_a_dead_site_is_told_from_a_rest_that_is_too_small() {
    let text = "?stage=7#v=1&clients.rate=200";
    let rows = confirm(text, &["network2"]);
    let site = find(&rows, "Site 2");
    assert!(site.threat.why.contains("within 120 s. 5 % of resolvers"), "{}", site.threat.why);
    assert!(site.hurts && !site.overloads, "{site:?}");
    assert_eq!(site.fails_as.as_deref(), Some("unavailable"), "{site:?}");
    let rows = confirm(&format!("{text}&dns.overstay=0"), &["network2"]);
    let site = find(&rows, "Site 2");
    assert!(!site.hurts && !site.threat.why.contains("overstay"), "{site:?}");
    assert_eq!(site.losses.last().map(|all| all.after.share), Some(1.0), "{site:?}");
}

#[test]
fn what_is_left_may_be_too_little() {
    let rows = confirm("?stage=5", &["cache"]);
    assert!(find(&rows, "Cache node 1").overloads, "{rows:?}");
    let idle = confirm("?stage=5#clients.rate=700", &["cache"]);
    assert!(!find(&idle, "Cache node 1").overloads, "{idle:?}");
}

#[test]
fn what_monitoring_replaces_is_dead_until_then() {
    let rows =
        check("?stage=3&add=monitor#clients.rate=100", &["web"], &["Web tier: static read write"]);
    let whole = find(&rows, "Web tier");
    assert!(whole.threat.why.contains("after about 120 s"), "{}", whole.threat.why);
    assert!(whole.minute.all.share < 0.01, "{:?}", whole.minute);
}
