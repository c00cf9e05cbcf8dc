//! The balancer's algorithms: exact orders, shares, and which is better than which.

use crate::cases::balancing::order;
use crate::probe::{check, figure, run_requests, textbook};
use millionth::sim::analysis::theory;

#[test]
fn rotations_keep_their_exact_order() {
    let constant = "clients.rate=100 clients.arrivals=constant web.service_ms=1 web.law=constant";
    for (settings, expected) in [
        ("web.servers=3 lb.algorithm=round-robin", "abcabcabcabcabcabcabc"),
        ("web.servers=3 lb.algorithm=weighted web.sizes=4,2,1", "abacabaabacabaabacaba"),
        ("web.servers=3 lb.algorithm=weighted lb.weights=1,1,1", "abcabcabcabcabcabcabc"),
        ("web.servers=1 lb.algorithm=weighted", "aaaaaaaaaaaaaaaaaaaaa"),
    ] {
        let scenario = textbook("clients,lb,web", &format!("{constant} {settings}"), 1);
        assert_eq!(order(&scenario, 21), expected, "{settings}");
    }
}

/// How often the balancer chose each server, over so many requests.
fn shares(settings: &str, seed: u64, requests: f64) -> Vec<f64> {
    let report = run_requests(&textbook("clients,lb,web", settings, seed), requests);
    let web = report.result.figures.part("web").expect("there is a web tier");
    let sum: f64 = web.servers.iter().map(|s| s.rate).sum();
    web.servers.iter().map(|s| s.rate / sum).collect()
}

#[test]
fn each_user_and_each_address_stays_where_the_hash_puts_it() {
    for (key, algorithm) in [("users", "ip-hash"), ("users", "sticky"), ("urls", "url-hash")] {
        let settings = format!(
            "clients.rate=1000 clients.{key}=1 web.servers=7 web.service_ms=0.01 \
             lb.algorithm={algorithm}"
        );
        for seed in 1..=5 {
            let shares = shares(&settings, seed, 1e3);
            let all = shares.iter().filter(|share| **share == 1.0).count();
            assert_eq!(all, 1, "{algorithm}, seed {seed}: {shares:?}");
        }
    }
}

#[test]
fn equal_servers_get_equal_shares() {
    for algorithm in ["round-robin", "sticky", "weighted", "ip-hash", "url-hash"]
        .into_iter()
        .chain(["least-connections", "least-time", "random", "two-choices"])
    {
        let settings = format!(
            "clients.rate=240 clients.users=1000000 clients.urls=1000000 web.servers=4 \
             lb.algorithm={algorithm}"
        );
        let shares = shares(&settings, 1, 4e5);
        let off = shares.iter().map(|share| (share - 0.25).abs()).fold(0.0, f64::max);
        assert!(off < 0.005, "{algorithm}: {shares:?}");
    }
}

#[test]
fn healthy_servers_share_what_a_dead_one_leaves() {
    for algorithm in ["round-robin", "sticky", "weighted", "ip-hash", "url-hash"]
        .into_iter()
        .chain(["least-connections", "least-time", "random", "two-choices"])
    {
        let settings = format!(
            "clients.rate=180 clients.users=1000000 clients.urls=1000000 web.servers=4 \
             lb.check_s=1 lb.algorithm={algorithm}"
        );
        let mut scenario = textbook("clients,lb,web", &settings, 1);
        scenario.fail(millionth::sim::scenario::PresentFault::read("kill.web.2").expect("is one"));
        let report = run_requests(&scenario, 2e5);
        let web = report.result.figures.part("web").expect("there is a web tier");
        let rates: Vec<f64> = [0, 2, 3].iter().map(|i| web.servers[*i].rate / 61.0).collect();
        let off = rates.iter().map(|rate| (rate - 1.0).abs()).fold(0.0, f64::max);
        assert!(off < 0.03, "{algorithm}: {rates:?}");
    }
}

#[test]
fn better_algorithms_are_better_in_the_known_order() {
    let mean = |seed, settings: &str| {
        let settings = format!("clients.rate=320 {settings}");
        figure(&run_requests(&textbook("clients,lb,web", &settings, seed), 2e6), "mean")
    };
    for seed in 1..=3 {
        let random = mean(seed, "web.servers=4 lb.algorithm=random");
        let rotation = mean(seed, "web.servers=4 lb.algorithm=round-robin");
        let shortest = mean(seed, "web.servers=4 lb.algorithm=least-connections");
        let shared = mean(seed, "web.slots=4");
        let fast = mean(seed, "web.service_ms=2.5");
        let order = [random, rotation, shortest, shared, fast];
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "seed {seed}: {order:?}");
    }
}

/// One of two servers is dead and nobody notices: every attempt fails with probability 0.5.
#[test]
fn retries_multiply_attempts_and_save_requests() {
    let settings = "clients.rate=100 web.servers=2 web.service_ms=0.01 lb.algorithm=random";
    for retries in [0, 1, 2] {
        let settings = format!("{settings} clients.retries={retries} clients.backoff_ms=5");
        let mut scenario = textbook("clients,lb,web", &settings, 1);
        scenario.fail(millionth::sim::scenario::PresentFault::read("kill.web.2").expect("is one"));
        let (attempts, failed) = theory::retries(0.5, retries);
        let report = run_requests(&scenario, 1e6);
        let expected = [("attempts", attempts, 0.01), ("failed", failed, 0.02)];
        check(&format!("RETRY {retries}"), &report, &expected);
    }
}
