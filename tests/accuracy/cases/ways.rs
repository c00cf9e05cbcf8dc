//! Cases of a request's whole way: queues one after another, and what the network adds.

use super::Tolerance::{Absolute, Exact, Relative};
use super::windows::{engine, number, part, run_to, until};
use super::{Case, Figure, Sample, Unit, plain, time};
use millionth::sim::analysis::theory::recovery::dns_still_old;
use millionth::sim::analysis::theory::{Mmc, network_mean_time, sum_quantile};
use millionth::sim::region::{AUDIENCE_SHARES, REGIONS};
use millionth::sim::scenario::{Scenario, link};

/// Spare rates of the tandem's three queues, per second.
const TANDEM: [f64; 3] = [400.0, 50.0, 100.0];

fn tandem(p: f64) -> f64 {
    sum_quantile(&TANDEM, p).unwrap_or(f64::NAN)
}

fn network() -> f64 {
    network_mean_time(&[
        (1.0, Mmc { arrivals: 300.0, service: 100.0, servers: 4 }),
        (1.0, Mmc { arrivals: 300.0, service: 1_000.0, servers: 1 }),
        (0.2, Mmc { arrivals: 60.0, service: 50.0, servers: 2 }),
    ])
}

/// A web tier that answers everything in exactly 20 ms, users who wait for ever, and the settings
/// of one case.
macro_rules! plainly {
    ($query:literal, $settings:literal) => {
        concat!(
            "?",
            $query,
            "#v=1&clients.timeout_s=0&clients.retries=0&clients.static_share=0\
             &clients.read_share=1&web.discipline=slots&web.slots=100000&web.law=constant\
             &web.service_ms=20&web.queries=0&web.backlog=1000000&network.last_mile=off",
            $settings
        )
    };
}

/// The first byte: 14 kB are within the first window, so that they take no time of their own.
macro_rules! connected {
    ($settings:literal) => {
        concat!(
            plainly!(
                "parts=clients,network,dns,web",
                "&clients.shares=1&clients.html_kb=14&clients.rate=100&network.rtt=80\
                 &dns.resolver_ms=30&dns.miss_ms=0"
            ),
            $settings
        )
    };
}

/// The mean of all answers, without rounding.
fn mean(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    let figures = until(&mut engine(scenario), requests / 100.0);
    let values = vec![figures.latency.mean_s.unwrap_or(f64::NAN)];
    Sample { values, requests: figures.users.good }
}

/// The mean round trip, weighted with the shares of the regions, then with those who came.
fn round_trips(_: &Case, scenario: &Scenario, requests: f64) -> Sample {
    let mut engine = engine(scenario);
    run_to(&mut engine, 5.0);
    let figures = until(&mut engine, 5.0 + requests / 2_000.0);
    let shares = figures.regions.iter().map(|group| {
        let region = REGIONS.iter().position(|region| region.code == group.key);
        let share = AUDIENCE_SHARES[1][region.expect("is a region")] / 100.0;
        share * (1e3 * group.latency.mean_s.unwrap_or(f64::NAN) - 20.0)
    });
    let came = 1e3 * figures.latency.mean_s.unwrap_or(f64::NAN) - 20.0;
    Sample { values: vec![shares.sum(), came], requests: figures.users.good }
}

/// Changes of a record in a run.
const CHANGES: u32 = 13;

/// The share of look-ups in each quarter of the life of an answer, and in all of it, that got the
/// address as it was before the record changed, where resolvers ask every `cycle` seconds for an
/// answer that lives `life` seconds; and requests. Changes come at thirteen places of the cycle,
/// far from each other in turn.
pub fn still_old(scenario: &Scenario, cycle: f64, life: f64) -> ([f64; 5], u64) {
    let mut scenario = scenario.clone();
    let at = |change: u32| cycle * (10.0 + 21.0 / 13.0 * f64::from(change));
    for change in 0..CHANGES {
        let order = ["2,1", "1,2"][change as usize % 2];
        let planned = link::read_change(&format!("{}:dns.order={order}", at(change)));
        scenario.plan(planned.expect("is a change")).expect("the setting exists");
    }
    let mut engine = engine(&scenario);
    let (mut old, mut all, mut requests) = ([0.0; 5], [0.0; 5], 0);
    for change in 0..CHANGES {
        let stays = if change % 2 == 0 { "web1" } else { "web2" };
        run_to(&mut engine, at(change));
        for quarter in 0..4 {
            let end = at(change) + 0.25 * life * (quarter as f64 + 1.0);
            let figures = until(&mut engine, end);
            let came = |key| part(&figures, key).tally.arrived as f64;
            let (astray, there, both) =
                (number(&figures, "dns", "misrouted"), came(stays), came("web1") + came("web2"));
            assert!((astray - there).abs() <= 0.01 * both + 60.0, "{astray} of {there}");
            for sum in [quarter, 4] {
                old[sum] += there;
                all[sum] += both;
            }
            requests += figures.users.arrived;
        }
    }
    (core::array::from_fn(|sum| old[sum] / all[sum]), requests)
}

fn names(_: &Case, scenario: &Scenario, _: f64) -> Sample {
    let (shares, requests) = still_old(scenario, 61.0, 60.0);
    Sample { values: shares.to_vec(), requests }
}

/// A first byte in so many milliseconds, to the nanosecond.
const fn connect(name: &'static str, link: &'static str, figures: &'static [Figure]) -> Case {
    Case::of(name, "name 30 ms, round trip 80 ms, server 20 ms, 14 kB", link, figures)
        .measured(mean)
        .efforts((1, 5e3), (3, 1e5))
}

const fn first_byte(reference: fn() -> f64) -> Figure {
    Figure { name: "first byte", unit: Unit::Milliseconds, reference, tolerance: Exact }
}

/// The cases.
pub const CASES: &[Case] = &[
    Case::textbook(
        "TANDEM-web",
        "100/s through M/M/1 of 500/s, 150/s and 200/s",
        (
            "clients,lb,web,db",
            "clients.rate=100 lb.service_ms=2 lb.law=exponential web.service_ms=6.666666667 \
             web.queries=1 db.read_ms=5",
        ),
        &[
            time("mean", 0.02, || TANDEM.iter().map(|rate| 1.0 / rate).sum()),
            time("p95", 0.026, || tandem(0.95)),
            time("p99", 0.04, || tandem(0.99)),
        ],
    ),
    Case::textbook(
        "JACKSON-cache",
        "300/s to web M/M/4, cache M/M/1, of which 20 % to database M/M/2",
        (
            "clients,web,cache,db",
            "clients.rate=300 web.slots=4 web.queries=1 cache.op_ms=1 cache.hit=0.8 \
             db.connections=2 db.read_ms=20",
        ),
        &[
            time("mean", 0.015, network),
            plain("busy web", Relative(0.01), || 0.75),
            plain("busy cache", Relative(0.01), || 0.3),
            plain("busy db", Relative(0.01), || 0.6),
        ],
    ),
    connect(
        "CONNECT cold, TLS 1.3",
        connected!("&dns.lookups=1&network.new_connections=1&network.tls=1.3"),
        &[first_byte(|| 0.290)],
    ),
    connect(
        "CONNECT cold, TLS 1.2",
        connected!("&dns.lookups=1&network.new_connections=1&network.tls=1.2"),
        &[first_byte(|| 0.370)],
    ),
    connect(
        "CONNECT warm",
        connected!("&dns.lookups=0&network.new_connections=0"),
        &[first_byte(|| 0.100)],
    ),
    Case::of(
        "GEO",
        "users of the world, each at the nearest of NAE, EU, EA",
        plainly!(
            "parts=clients,network,dns,web&sites=3",
            "&clients.audience=world&clients.rate=2000&dns.lookups=0.2&dns.resolver_ms=0\
             &dns.miss_ms=0&dns.policy=nearest&network1.site=NAE&network2.site=EU&network3.site=EA"
        ),
        &[
            // The reference has five digits.
            plain("round trip by shares, ms", Absolute(5e-4), || 60.240),
            plain("round trip of those who came, ms", Relative(0.02), || 60.240),
        ],
    )
    .measured(round_trips)
    .efforts((1, 2e5), (10, 1e6)),
    Case::of(
        "DNS-ttl",
        "a look-up/s of each resolver, answers live 60 s, the record changes",
        plainly!(
            "parts=clients,network,dns,web&sites=2",
            "&clients.shares=1&clients.rate=2000&clients.users=400000&dns.lookups=1\
             &dns.resolvers=2000&dns.ttl_s=60&dns.resolver_ms=0&dns.miss_ms=0\
             &dns.policy=failover&dns.check_s=0&dns.overstay=0&network.distance=0"
        ),
        &[
            plain("old address, 0 to 15 s", Relative(0.02), || dns_still_old(1.0, 60.0, 7.5)),
            plain("old address, 15 to 30 s", Relative(0.02), || dns_still_old(1.0, 60.0, 22.5)),
            plain("old address, 30 to 45 s", Relative(0.03), || dns_still_old(1.0, 60.0, 37.5)),
            plain("old address, 45 to 60 s", Absolute(0.008), || dns_still_old(1.0, 60.0, 52.5)),
            plain("old address, 0 to 60 s", Relative(0.02), || dns_still_old(1.0, 60.0, 30.0)),
        ],
    )
    .measured(names)
    .efforts((1, 0.0), (10, 0.0)),
];
