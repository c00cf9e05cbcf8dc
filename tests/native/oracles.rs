//! Textbook queues with known answers. Times are in units of the mean service, 10 ms, unless they
//! say otherwise; the tolerance of the mean is about four standard errors of a million requests,
//! that of p95 1.3 times and of p99 twice as wide.

use crate::probe::{SERVICE, check, run_requests, textbook};

/// Runs a case and checks mean, p95 and p99, given in mean services; 0 for one not known.
fn case(name: &str, parts: &str, settings: &str, requests: f64, times: [f64; 3], tolerance: f64) {
    let report = run_requests(&textbook(parts, settings, 1), requests);
    let figures = [("mean", 1.0), ("p95", 1.3), ("p99", 2.0)];
    let known = figures.iter().zip(times).filter(|(_, time)| *time > 0.0);
    let expected: Vec<(&str, f64, f64)> = known
        .map(|(&(figure, factor), time)| (figure, time * SERVICE, tolerance * factor))
        .collect();
    check(name, &report, &expected);
}

#[test]
fn one_server() {
    let (parts, p) = ("clients,web", "clients.rate=80");
    case("MM1-0.8", parts, p, 6e6, [5.0, 14.978_7, 23.025_9], 0.04);
    let report = run_requests(&textbook(parts, p, 2), 4e6);
    let expected = [("mean", 0.050, 0.04), ("p50", 0.034_657_4, 0.04), ("busy", 0.8, 0.005)];
    check("MM1-web", &report, &expected);
    check("MM1-web", &report, &[("wait", 0.040, 0.05), ("p95", 0.149_79, 0.052)]);
}

#[test]
fn several_servers_with_one_backlog() {
    for (name, settings, times, tolerance) in [
        ("MMc-4-0.8", "clients.rate=320 web.slots=4", [1.745_54, 4.738_02, 6.893_20], 0.025),
        ("MMc-8-0.9", "clients.rate=720 web.slots=8", [1.876_92, 4.925_15, 7.087_35], 0.04),
    ] {
        case(name, "clients,web", settings, 6e6, times, tolerance);
    }
}

#[test]
fn constant_service() {
    let settings = "clients.rate=80 web.law=constant";
    case("MD1-0.8", "clients,web", settings, 5e6, [3.0, 7.620_33, 11.355_9], 0.03);
}

#[test]
fn lognormal_service() {
    let settings = "clients.rate=70 web.law=lognormal web.scv=4";
    case("MLN1-0.7-scv4", "clients,web", settings, 12e6, [6.833_33, 26.571_4, 0.0], 0.07);
}

#[test]
fn processor_sharing_whatever_the_law() {
    for law in ["constant", "exponential", "lognormal web.scv=4", "hyperexponential web.scv=4"] {
        let settings = format!(
            "clients.rate=320 web.discipline=shared web.size=4 web.sigma=0 web.kappa=0 \
             web.slots=100000 web.law={law}"
        );
        case(law, "clients,web", &settings, 4e6, [1.745_54, 0.0, 0.0], 0.03);
    }
}

#[test]
fn bounded_backlogs_refuse_the_right_share() {
    let settings = "clients.rate=500 web.slots=4 web.backlog=16";
    let report = run_requests(&textbook("clients,web", settings, 1), 4e6);
    let expected = [("failed", 0.202_843, 0.02), ("mean", 4.082_14 * SERVICE, 0.02)];
    check("MMcK-4-20-5.0", &report, &expected);
    for law in ["constant", "exponential", "erlang web.scv=0.25", "hyperexponential web.scv=6"] {
        let settings = format!("clients.rate=800 web.slots=10 web.backlog=0 web.law={law}");
        let report = run_requests(&textbook("clients,web", &settings, 1), 2e6);
        check(law, &report, &[("failed", 0.121_661, 0.02), ("mean", SERVICE, 0.01)]);
    }
}

#[test]
fn servers_behind_a_balancer() {
    for (name, settings, times, tolerance) in [
        ("RR-4-0.8", "lb.algorithm=round-robin", [3.267_38, 0.0, 15.046_9], 0.025),
        ("JSQ-4-0.8", "lb.algorithm=least-connections", [1.952_79, 0.0, 0.0], 0.02),
        ("RANDOM-4-0.8", "lb.algorithm=random", [5.0, 14.978_7, 23.025_9], 0.04),
    ] {
        let settings = format!("clients.rate=320 web.servers=4 {settings}");
        case(name, "clients,lb,web", &settings, 5e6, times, tolerance);
    }
    let settings = "clients.rate=800 web.servers=10 lb.algorithm=two-choices";
    case("P2C-10-0.8", "clients,lb,web", settings, 6e6, [2.073_18, 0.0, 0.0], 0.015);
}

#[test]
fn queues_one_after_another() {
    let settings = "clients.rate=100 lb.service_ms=2 lb.law=exponential \
                    web.service_ms=6.666666667 web.queries=1 db.read_ms=5";
    let times = [3.25, 7.618_8, 10.858_6];
    case("TANDEM-web", "clients,lb,web,db", settings, 5e6, times, 0.02);
    let settings = "clients.rate=300 web.slots=4 web.queries=1 cache.op_ms=1 cache.hit=0.8 \
                    db.connections=2 db.read_ms=20";
    let times = [2.277_29, 0.0, 0.0];
    case("JACKSON-cache", "clients,web,cache,db", settings, 6e6, times, 0.015);
}
