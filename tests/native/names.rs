//! Names: how long they outlive a change, whenever that comes, and who asks for them.

use crate::edge::{arrived, counter, engine, window};

#[test]
fn names_outlive_a_change_as_theory_says() {
    // The first ones come before any answer that was kept from the beginning has lived its time.
    let (first, gap, changes) = (15.0, 61.0 * 21.0 / 13.0, 13);
    let orders = ["2,1", "1,2"];
    let plan = (0..changes).map(|i| {
        format!("&at={}:dns.order={}", first + gap * f64::from(i), orders[i as usize % 2])
    });
    let settings = format!(
        "clients.shares=1&clients.rate=2000&clients.users=400000&dns.lookups=1&dns.resolvers=2000\
         &dns.ttl_s=60&dns.resolver_ms=0&dns.miss_ms=0&dns.policy=failover&dns.check_s=0\
         &dns.overstay=0&network.distance=0{}",
        plan.collect::<String>()
    );
    let mut engine = engine("parts=clients,network,dns,web&sites=2", &settings);
    let mut old = [0.0; 4];
    let mut all = [0.0; 4];
    for change in 0..changes {
        let (stays, goes) = if change % 2 == 0 { ("web1", "web2") } else { ("web2", "web1") };
        for part in 0..4 {
            let from = first + gap * f64::from(change) + 15.0 * part as f64;
            let figures = window(&mut engine, from, from + 15.0);
            old[part] += arrived(&figures, stays);
            all[part] += arrived(&figures, stays) + arrived(&figures, goes);
            let misrouted = counter(&figures, "dns", "misrouted");
            assert!((misrouted - arrived(&figures, stays)).abs() <= 60.0, "{misrouted}");
            // 2,000 resolvers, each with its own age.
            let share = arrived(&figures, stays) / 30_000.0;
            let expected = (60.0 - 15.0 * part as f64 - 7.5) / 61.0;
            assert!((share - expected).abs() < 0.04, "{change}, {part}: {share}");
        }
    }
    // lambda (T - t) / (1 + lambda T) for lambda 1/s and T 60 s, over a quarter of it.
    for part in 0..4 {
        let expected = (60.0 - 15.0 * part as f64 - 7.5) / 61.0;
        let share = old[part] / all[part];
        assert!((share - expected).abs() < 0.02 * expected.max(0.4), "{part}: {share}");
    }
    let share = old.iter().sum::<f64>() / all.iter().sum::<f64>();
    assert!((share / (30.0 / 61.0) - 1.0).abs() < 0.02, "{share}");
}

#[test]
fn an_outage_does_not_depend_on_when_the_run_began() {
    // Found in 20 to 30 s; then 1,000 resolvers, each asked six times a minute, drain evenly over
    // 300 s: 150 s x 30/31 on average, and 3 s either way by chance. Nine requests of ten belong to
    // a visit, half of whose time is over, and go where the resolver sent it when it began.
    let outage = |at: f64, visit: f64| {
        let settings = format!(
            "clients.shares=1&clients.rate=1000&clients.users=1000000&dns.policy=failover\
             &dns.overstay=0&dns.visit_s={visit}&dns.resolvers=1000&fault=kill.web1@{at}"
        );
        let mut engine = engine("parts=clients,network,dns,web&sites=2", &settings);
        let mut failed = |from: f64, to: f64| {
            let users = window(&mut engine, at + from, at + to).users;
            users.failed as f64 / users.arrived as f64
        };
        let parts: Vec<f64> =
            (0..10).map(|i| failed(f64::from(i) * 45.0, f64::from(i + 1) * 45.0)).collect();
        assert!(parts.windows(2).all(|pair| pair[0] - pair[1] < 0.25), "a cliff: {parts:?}");
        parts.iter().sum::<f64>() * 45.0
    };
    for (at, visit) in [(5.0, 0.0), (60.0, 0.0), (130.0, 60.0), (200.0, 0.0), (200.0, 60.0)] {
        let (seconds, expected) = (outage(at, visit), 25.0 + 145.2 + 0.9 * 0.5 * visit);
        assert!((seconds - expected).abs() < 12.0, "dead at {at} s: {seconds}, not {expected}");
    }
}

#[test]
fn a_resolver_asks_once_for_all_who_want_to_know() {
    let settings = "clients.shares=1&clients.rate=1000&dns.lookups=1&dns.resolvers=1\
        &dns.ttl_s=3600&fault=expire.dns@20";
    let mut engine = engine("parts=clients,network,dns,web", settings);
    for (from, misses) in [(0.0, 0.0), (10.0, 0.0), (19.0, 1.0)] {
        let figures = window(&mut engine, from, from + 9.0);
        let count = |name| counter(&figures, "dns", name);
        assert_eq!(count("misses"), misses, "from {from} s");
        assert_eq!(count("lookups"), count("hits") + count("misses") + count("coalesced"));
        assert!((count("coalesced") > 0.0) == (misses > 0.0), "{}", count("coalesced"));
        assert_eq!(figures.users.failed, 0);
    }
}
