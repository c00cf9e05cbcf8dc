//! From users to a site's front, through links: handshakes, the nearest site, failover, spikes,
//! retry budgets and the bill for bytes.

use crate::probe::topology;
use crate::wild;
use millionth::sim::engine::Engine;
use millionth::sim::kinds::Kind;
use millionth::sim::region::{AUDIENCE_SHARES, REGIONS};
use millionth::sim::scenario::link;
use millionth::sim::snapshot::Snapshot;
use millionth::sim::topology::Topology;
use millionth::sim::units::{SimTime, Span};

/// A web tier that answers everything in exactly 20 ms, and users who wait for ever.
const PLAIN: &str = "clients.timeout_s=0&clients.retries=0&clients.static_share=0\
    &clients.read_share=1&web.discipline=slots&web.slots=100000&web.law=constant\
    &web.service_ms=20&web.queries=0&web.backlog=1000000";

pub fn engine(query: &str, settings: &str) -> Engine {
    let bare = if query.contains("network") { "&network.last_mile=off" } else { "" };
    let reading = link::read(&format!("?{query}#{PLAIN}{bare}&{settings}"));
    assert_eq!(reading.all_problems(), [], "{settings}");
    Engine::new(topology(&reading.scenario))
}

/// The figures from one second to another.
pub fn window(engine: &mut Engine, from: f64, to: f64) -> Snapshot {
    let at = |seconds: f64| SimTime::ZERO.after(Span::from_seconds(seconds));
    engine.run_until(at(from), u64::MAX);
    let start = engine.sample();
    engine.run_until(at(to), u64::MAX);
    engine.check().unwrap_or_else(|law| panic!("{law}"));
    Snapshot::between(engine.topology(), &start, &engine.sample())
}

pub fn counter(figures: &Snapshot, part: &str, name: &str) -> f64 {
    let part = figures.part(part).expect("there is such a part");
    let found = part.counters.iter().find(|(other, _)| other == name);
    found.map(|(_, count)| *count as f64).expect("it is counted")
}

pub fn arrived(figures: &Snapshot, part: &str) -> f64 {
    figures.part(part).expect("there is such a part").tally.arrived as f64
}

fn mean_ms(figures: &Snapshot) -> f64 {
    1e3 * figures.latency.mean_s.expect("there are answers")
}

#[test]
fn a_first_byte_takes_the_round_trips_of_name_tcp_and_tls() {
    let cold = "dns.lookups=1&network.new_connections=1";
    for (what, settings, expected) in [
        ("cold, TLS 1.3", format!("{cold}&network.tls=1.3"), 290.0),
        ("cold, TLS 1.2", format!("{cold}&network.tls=1.2"), 370.0),
        ("cold, no TLS", format!("{cold}&network.tls=none"), 210.0),
        ("warm", "dns.lookups=0&network.new_connections=0".to_owned(), 100.0),
    ] {
        // 14 kB fit the first window: on an endless line they take no time of their own.
        let settings = format!(
            "clients.shares=1&clients.html_kb=14&network.rtt=80&dns.resolver_ms=30&dns.miss_ms=0\
             &{settings}"
        );
        let mut engine = engine("parts=clients,network,dns,web", &settings);
        let figures = window(&mut engine, 0.0, 60.0);
        let mean = mean_ms(&figures);
        assert!((mean - expected).abs() < 1e-6, "{what}: {mean}");
        let class = &figures.classes[1];
        let network = 1e3 * class.network_s.expect("there are answers");
        assert!((network + 20.0 - expected).abs() < 1e-6, "{what}: {network} on the network");
    }
}

#[test]
fn answers_take_the_time_of_their_bytes() {
    // 37 kB at 8 Mbit/s are 37 ms; on a new connection a round trip for the first 14.6 kB more
    // than their own time, for the window is not yet the line's.
    for (share, expected) in [(0.0, 80.0 + 20.0 + 37.0), (1.0, 240.0 + 20.0 + 80.0 + 22.4)] {
        let settings = format!(
            "clients.shares=1&clients.html_kb=37&network.rtt=80&network.bandwidth_mbps=8\
             &network.new_connections={share}"
        );
        let mut engine = engine("parts=clients,network,web", &settings);
        let figures = window(&mut engine, 0.0, 60.0);
        let mean = mean_ms(&figures);
        assert!((mean - expected).abs() < 1e-6, "{share}: {mean}, expected {expected}");
        let opened = counter(&figures, "clients", "new_connections");
        assert!((opened - share * arrived(&figures, "web")).abs() <= 40.0, "{opened}");
    }
}

#[test]
fn jitter_widens_and_keeps_the_mean() {
    let settings = "clients.shares=1&clients.rate=2000&network.rtt=80&network.jitter=0.25";
    let figures = window(&mut engine("parts=clients,network,web", settings), 1.0, 100.0);
    let mean = mean_ms(&figures);
    assert!((mean - 100.0).abs() < 0.25, "{mean}");
    // Both ways are lognormal: their sum has a deviation of 40 sqrt(2 (exp(0.0625) - 1)) ms.
    let p99 = 1e3 * figures.latency.p99_s.expect("there are answers");
    assert!((135.0..150.0).contains(&p99), "{p99}");
}

#[test]
fn the_nearest_site_gives_the_worlds_mean_round_trip() {
    for (sites, regions, expected) in [
        (1, "NAE", 147.304),
        (2, "NAE EU", 103.050),
        (3, "NAE EU EA", 60.240),
        (3, "NAE EU SEA", 59.277),
        (4, "NAE EU EA SAS", 35.361),
        (6, "NAE NAW EU EA SEA SA", 31.229),
    ] {
        let places = regions.split(' ').enumerate();
        let places = places.map(|(i, region)| match sites {
            1 => format!("&network.site={region}"),
            _ => format!("&network{}.site={region}", i + 1),
        });
        let settings = format!(
            "clients.audience=world&clients.rate=2000&dns.lookups=0.2&dns.resolver_ms=0\
             &dns.miss_ms=0&dns.policy=nearest{}",
            places.collect::<String>()
        );
        let query = format!("parts=clients,network,dns,web&sites={sites}");
        let figures = window(&mut engine(&query, &settings), 5.0, 100.0);
        let (mut weighted, mut counted) = (0.0, 0.0);
        for group in &figures.regions {
            let region = REGIONS.iter().position(|r| r.code == group.key).expect("is a region");
            let round_trip = 1e3 * group.latency.mean_s.expect("someone lives there") - 20.0;
            weighted += AUDIENCE_SHARES[1][region] / 100.0 * round_trip;
            counted += group.tally.arrived as f64;
        }
        assert!((weighted - expected).abs() < 5e-4, "{regions}: {weighted}");
        let mean = mean_ms(&figures) - 20.0;
        // By those who came, as far as chance goes: 190,000 with a deviation of 90 ms at most.
        assert!((mean - expected).abs() < 4.5 * 90.0 / libm::sqrt(counted), "{regions}: {mean}");
    }
}

#[test]
fn a_dead_site_is_found_after_three_checks() {
    let mut sum = 0.0;
    for tenth in 0..10 {
        let dies = 100.5 + f64::from(tenth);
        let settings =
            format!("clients.rate=1&dns.check_s=10&dns.failures=3&fault=kill.web2@{dies}");
        let mut engine = engine("parts=clients,network,dns,web&sites=2", &settings);
        let figures = window(&mut engine, 0.0, 140.0);
        let found = engine.log().entries().find(|entry| entry.what == "site no longer named");
        let found = found.expect("it is found");
        assert_eq!(found.numbers, [("site", 2.0)]);
        let after = found.at.seconds() - dies;
        assert!((20.0..30.5).contains(&after), "{after} s");
        sum += after;
        let dns = figures.part("dns").expect("there is a name service");
        let well: Vec<f64> = dns.gauges.iter().skip(1).map(|(_, well)| *well).collect();
        assert_eq!(well, [1.0, 0.0]);
    }
    // Half an interval, two more, and the way of the check: 0.3 s.
    assert!((sum / 10.0 / 25.0 - 1.0).abs() < 0.02, "{}", sum / 10.0);
}

#[test]
fn when_no_site_is_left_users_are_sent_to_all_and_the_log_says_so() {
    let settings = "clients.rate=10&dns.policy=nearest&dns.check_s=10&dns.failures=3\
                    &fault=kill.web2@50&fault=kill.web1@100for60";
    let mut engine = engine("parts=clients,network,dns,web&sites=2", settings);
    window(&mut engine, 0.0, 240.0);
    let said: Vec<&str> = engine
        .log()
        .entries()
        .filter(|entry| entry.what.contains("site"))
        .map(|entry| entry.what)
        .collect();
    let none = "no site passes its checks, users are sent to all";
    assert_eq!(said, ["site no longer named", none, "site named again"]);
}

#[test]
fn failover_is_slow_and_partial() {
    let run = |overstay: &str| {
        let settings = format!(
            "clients.rate=1000&clients.users=20000&dns.policy=failover&dns.ttl_s=60&dns.visit_s=30\
             &dns.overstay={overstay}&dns.resolvers=20&fault=kill.network1@100for400"
        );
        engine("parts=clients,network,dns,web&sites=2", &settings)
    };
    let failed = |figures: &Snapshot| figures.users.failed as f64 / figures.users.arrived as f64;
    let mut strict = run("0");
    assert_eq!(window(&mut strict, 50.0, 99.0).users.failed, 0);
    assert!(failed(&window(&mut strict, 101.0, 118.0)) > 0.99);
    let shares = [130.0, 150.0, 170.0, 190.0].map(|from| {
        let figures = window(&mut strict, from, from + 15.0);
        let astray = counter(&figures, "dns", "misrouted") / figures.users.arrived as f64;
        assert!((astray - failed(&figures)).abs() < 0.01, "{astray} {}", failed(&figures));
        failed(&figures)
    });
    assert!(shares[0] > 0.5 && shares[0] < 0.999, "{shares:?}");
    assert!(shares.windows(2).all(|pair| pair[1] < pair[0]), "{shares:?}");
    // Found within 30 s, kept for 60 s by resolvers, and for 30 s by devices.
    assert_eq!(window(&mut strict, 222.0, 300.0).users.failed, 0);
    let mut lax = run("0.3");
    let late = failed(&window(&mut lax, 222.0, 300.0));
    assert!((0.05..0.4).contains(&late), "{late}");
    // Back again: the first site is named once it has passed its checks.
    let back = window(&mut strict, 640.0, 660.0);
    assert_eq!((back.users.failed, arrived(&back, "web2")), (0, 0.0));
}

#[test]
fn weights_split_the_traffic() {
    let settings = "clients.rate=2000&dns.policy=weighted&dns.weights=90,10&dns.ttl_s=5\
        &dns.resolvers=1000&dns.visit_s=5";
    let mut engine = engine("parts=clients,network,dns,web&sites=2", settings);
    let figures = window(&mut engine, 20.0, 200.0);
    let share = arrived(&figures, "web2") / figures.users.arrived as f64;
    assert!((share - 0.1).abs() < 0.006, "{share}");
}

#[test]
fn a_spike_leaves_a_backlog_that_takes_its_time() {
    // 6 slots of 10 ms against 1,000 requests a second, 15 slots from 180 s on.
    let settings = "clients.arrivals=constant&clients.rate=1000&web.service_ms=10&web.slots=6\
        &at=180:web.slots=15";
    let mut engine = engine("parts=clients,web", settings);
    let backlog = |figures: &Snapshot| figures.part("web").map_or(0, |web| web.backlog);
    let most = backlog(&window(&mut engine, 179.0, 179.999_9));
    assert!(most.abs_diff(72_000) <= 7, "{most}");
    assert!(backlog(&window(&mut engine, 180.0, 323.9)) > 0);
    assert_eq!(backlog(&window(&mut engine, 323.9, 324.1)), 0);
}

#[test]
fn a_spike_by_fault_or_by_pattern_multiplies_the_rate() {
    let by_fault = "clients.arrivals=constant&clients.rate=100&fault=spike3.clients@10for10";
    let by_step = "clients.arrivals=constant&clients.rate=100&clients.pattern=step\
        &clients.pattern_at_s=10&clients.pattern_s=10&clients.pattern_factor=3";
    for settings in [by_fault, by_step] {
        let mut engine = engine("parts=clients,web", settings);
        let counts = [0.0, 10.0, 20.0].map(|from| {
            let to = from + 10.0;
            window(&mut engine, from + 0.001, to + 0.001).users.arrived
        });
        assert_eq!(counts, [1_000, 3_000, 1_000], "{settings}");
    }
}

#[test]
fn a_retry_budget_bounds_the_storm() {
    for (budget, attempts) in [("0", 4.0), ("0.2", 1.2), ("1.5", 2.5), ("5", 4.0)] {
        let settings = format!(
            "clients.rate=200&clients.retries=3&clients.backoff_ms=1&clients.retry_budget={budget}\
             &fault=errors1.web"
        );
        let figures = window(&mut engine("parts=clients,web", &settings), 20.0, 100.0);
        let got = figures.attempts as f64 / figures.users.arrived as f64;
        assert!((got - attempts).abs() < 0.02, "{budget}: {got}");
        let refused = counter(&figures, "clients", "retries_over_budget");
        assert_eq!(refused > 0.0, attempts < 4.0, "{budget}: {refused}");
    }
}

#[test]
fn bytes_are_paid_where_they_leave() {
    let settings = "clients.rate=1000&clients.arrivals=constant&network.egress_usd_gb=0.09\
        &network2.site=EU";
    let mut engine = engine("parts=clients,network,dns,web&sites=2", settings);
    let figures = window(&mut engine, 10.0, 110.0);
    let usd = |key: &str| figures.part(key).map_or(0.0, |part| part.usd_per_month);
    // 18 kB each: 1.62 USD a second for a million pages a second.
    let expected = 1_000.0 * 18_000.0 / 1e9 * 0.09 * 730.0 * 3_600.0;
    let sum = usd("network1") + usd("network2");
    assert!((sum / expected - 1.0).abs() < 1e-3, "{sum}, expected {expected}");
    let share = arrived(&figures, "web2") / figures.users.arrived as f64;
    assert!((usd("network2") / sum - share).abs() < 1e-3);
}

#[test]
fn the_laws_hold_with_several_sites_whatever_happens() {
    let (mut told, mut checks, mut joined, mut failed) = (0, 0.0, 0.0, 0);
    for seed in 1..=150 {
        let mut draw = wild::draws(9).at(seed);
        let mut scenario = wild::any_scenario(&mut draw, seed);
        let kinds = scenario.kinds();
        if !(kinds.contains(&Kind::Dns) && kinds.contains(&Kind::Network)) {
            continue;
        }
        scenario.set_sites(2 + (seed % 3) as u8);
        assert_eq!(scenario.set("dns.check_s", "0.3"), Ok(None));
        if Topology::build(&scenario).is_err() {
            continue;
        }
        told += 1;
        let story = wild::any_story(&scenario, &mut draw, 20);
        let run = |slice: u64| {
            let mut engine = Engine::new(topology(&scenario));
            let start = engine.sample();
            let mut until = SimTime::ZERO;
            for (wait, happening) in &story {
                until = until.after(*wait);
                while engine.run_until(until, slice) == slice {}
                wild::happen(&mut engine, happening);
                let law = engine.check();
                law.unwrap_or_else(|law| panic!("seed {seed}: {law}\n{}", link::write(&scenario)));
            }
            Snapshot::between(engine.topology(), &start, &engine.sample())
        };
        let figures = run(u64::MAX);
        assert_eq!(figures, run(61), "seed {seed}: in slices");
        checks += counter(&figures, "dns", "site_checks");
        joined += counter(&figures, "dns", "coalesced");
        failed += figures.users.failed;
    }
    // What was never seen was not tested.
    assert!(
        told > 20 && checks > 300.0 && joined > 100.0 && failed > 1_000,
        "{told} {checks} {joined} {failed}"
    );
}

#[test]
fn files_go_to_the_edge_over_the_last_mile_and_are_on_its_bill() {
    let settings = "clients.static_share=1&clients.shares=0,0,0,1&network.last_mile=on\
        &network.new_connections=1&network.egress_usd_gb=0.09&cdn.hit=1&cdn.edge_ms=2\
        &dns.lookups=0&clients.rate=100";
    let mut engine = engine("parts=clients,network,dns,cdn,web&sites=2", settings);
    let figures = window(&mut engine, 0.0, 60.0);
    // Three round trips of the 20 ms to the edge, and its work.
    let mean = mean_ms(&figures);
    assert!((mean - 62.0).abs() < 1e-6, "{mean}");
    assert_eq!(arrived(&figures, "web1") + arrived(&figures, "web2"), 0.0);
    assert_eq!(counter(&figures, "dns", "directed"), 0.0);
    assert!(figures.part("network1").is_some_and(|network| network.usd_per_month == 0.0));
}
