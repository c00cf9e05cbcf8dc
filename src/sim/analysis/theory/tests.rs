//! The formulas against reference values computed elsewhere (mean service 1 unless said), and
//! against each other where one is a special case of another.

use super::*;

pub fn check(cases: &[(&str, Option<f64>, f64)]) {
    for (name, got, expected) in cases {
        let got = got.unwrap_or(f64::NAN);
        assert!((got / expected - 1.0).abs() < 4e-6, "{name}: {got}, expected {expected}");
    }
}

fn queue(arrivals: f64, service: f64, servers: u32) -> Mmc {
    Mmc::new(arrivals, service, servers).expect("has a steady state")
}

#[test]
fn queues_of_one_and_several_servers_have_the_reference_values() {
    let (one, four, eight) = (queue(0.8, 1.0, 1), queue(3.2, 1.0, 4), queue(7.2, 1.0, 8));
    let web = queue(80.0, 100.0, 1);
    check(&[
        ("M/M/1 T", Some(one.mean_time()), 5.0),
        ("M/M/1 Wq", Some(one.mean_wait()), 4.0),
        ("M/M/1 p50", one.quantile(0.5), 3.465_74),
        ("M/M/1 p95", one.quantile(0.95), 14.978_7),
        ("M/M/1 p99", one.quantile(0.99), 23.025_9),
        ("80/s at 10 ms T", Some(web.mean_time()), 0.05),
        ("80/s at 10 ms p95", web.quantile(0.95), 0.149_787),
        ("80/s at 10 ms p99", web.quantile(0.99), 0.230_259),
        ("M/M/4 waits", Some(four.wait_probability()), 0.596_433),
        ("M/M/4 Wq", Some(four.mean_wait()), 0.745_541),
        ("M/M/4 T", Some(four.mean_time()), 1.745_541),
        ("M/M/4 p95", four.quantile(0.95), 4.738_02),
        ("M/M/4 p99", four.quantile(0.99), 6.893_20),
        ("M/M/8 waits", Some(eight.wait_probability()), 0.701_533),
        ("M/M/8 T", Some(eight.mean_time()), 1.876_92),
        ("M/M/8 p95", eight.quantile(0.95), 4.925_15),
        ("M/M/8 p99", eight.quantile(0.99), 7.087_35),
        ("Erlang B", Some(erlang_b(10, 8.0)), 0.121_661),
    ]);
}

#[test]
fn other_laws_bounded_backlogs_rotation_and_chains_have_the_reference_values() {
    let (refused, accepted) = mmck(5.0, 1.0, 4, 20).expect("makes sense");
    let rotation = rotation_rate(3.2, 1.0, 4);
    let chain = [400.0, 50.0, 100.0];
    let visits = [
        (1.0, queue(300.0, 100.0, 4)),
        (1.0, queue(300.0, 1_000.0, 1)),
        (0.2, queue(300.0 * 0.2, 50.0, 2)),
    ];
    let tandem = [500.0, 150.0, 200.0].map(|service| (1.0, queue(100.0, service, 1)));
    check(&[
        ("M/D/1 T", mg1_mean_time(0.8, 1.0, 0.0), 3.0),
        ("M/D/1 p95", md1_quantile(0.8, 1.0, 0.95), 7.620_33),
        ("M/D/1 p99", md1_quantile(0.8, 1.0, 0.99), 11.355_9),
        ("lognormal T", mg1_mean_time(0.7, 1.0, 4.0), 6.833_33),
        ("M/M/4/20 refused", Some(refused), 0.202_843),
        ("M/M/4/20 T", Some(accepted), 4.082_14),
        ("rotation T", rotation.map(|rate| 1.0 / rate), 3.267_38),
        ("rotation p99", rotation.map(|rate| libm::log(100.0) / rate), 15.046_9),
        ("tandem T", Some(network_mean_time(&tandem)), 0.0325),
        ("tandem p95", sum_quantile(&chain, 0.95), 0.076_188),
        ("tandem p99", sum_quantile(&chain, 0.99), 0.108_586),
        ("with cache T", Some(network_mean_time(&visits)), 0.022_772_9),
        ("attempts", Some(retries(0.5, 3).0), 1.875),
        ("fail in the end", Some(retries(0.5, 3).1), 0.0625),
        ("three in series", Some(in_series(&[0.99; 3])), 0.970_299),
        ("two in parallel", Some(in_parallel(&[0.99; 2])), 0.999_9),
        ("two of three", Some(k_of_n(2, 3, 0.99)), 0.999_702),
    ]);
}

#[test]
fn one_formula_is_a_special_case_of_another() {
    let pair = queue(1.6, 1.0, 2);
    check(&[
        ("M/M/1 of M/G/1", mg1_mean_time(0.9, 1.0, 1.0), 10.0),
        ("M/M/1 of M/M/c", Some(queue(0.9, 1.0, 1).mean_time()), 10.0),
        ("rotation of one", rotation_rate(0.9, 1.0, 1), 0.1),
        ("B is M/M/c/c", mmck(8.0, 1.0, 10, 10).map(|(b, _)| b), erlang_b(10, 8.0)),
        ("M/M/1/K of many", mmck(0.8, 1.0, 1, 2_000).map(|(_, t)| t), 5.0),
        ("no loss of digits", mmck(500.0, 1.0, 1, 5_000).map(|(b, _)| b), 0.998),
        ("Allen-Cunneen", Some(allen_cunneen_mean_wait(&pair, 1.0, 1.0)), pair.mean_wait()),
        ("sum of one", sum_quantile(&[2.0], 0.9), libm::log(10.0) / 2.0),
        ("sum of equals", sum_quantile(&[1.0, 1.0], 0.95), 4.743_865),
        ("nearly equals", sum_quantile(&[1.0, 1.0 + 1e-9], 0.95), 4.743_865),
        ("rates that meet", queue(3.0, 1.0, 4).quantile(0.99), 6.006_308),
        ("one of n", Some(k_of_n(1, 4, 0.3)), in_parallel(&[0.3; 4])),
        ("all of n", Some(k_of_n(4, 4, 0.3)), in_series(&[0.3; 4])),
    ]);
}

/// The median of M/D/1 at small loads is the service alone; at large loads the tail is that of the
/// exponential with the root of lambda (e^(x d) - 1) = x, from which the 99 % point follows.
#[test]
fn constant_service_has_the_right_limits() {
    assert_eq!(md1_quantile(0.3, 1.0, 0.5).map(|t| (t * 1e6) as u64), Some(1_000_000));
    for rho in [0.7, 0.9, 0.97] {
        let (mut low, mut high) = (1e-9, 10.0);
        for _ in 0..200 {
            let x: f64 = 0.5 * (low + high);
            if rho * libm::expm1(x) < x {
                low = x;
            } else {
                high = x;
            }
        }
        let at = |p| md1_quantile(rho, 1.0, p).expect("has a steady state");
        let (slope, expected) = ((at(0.999) - at(0.99)) / libm::log(10.0), 1.0 / low);
        assert!((slope / expected - 1.0).abs() < 2e-3, "{rho}: {slope}, expected {expected}");
    }
}

#[test]
fn what_has_no_steady_state_has_no_answer() {
    assert_eq!(Mmc::new(4.0, 1.0, 4), None);
    assert_eq!(Mmc::new(0.0, 1.0, 4), None);
    assert_eq!(Mmc::new(f64::NAN, 1.0, 4), None);
    assert_eq!(erlang_c(2, 2.0), None);
    assert_eq!(mg1_mean_time(1.0, 1.0, 0.0), None);
    assert_eq!(md1_quantile(1.2, 1.0, 0.5), None);
    assert_eq!(rotation_rate(4.0, 1.0, 4), None);
    assert_eq!(mmck(1.0, 1.0, 4, 3), None);
    assert_eq!(sum_quantile(&[1.0, 0.0], 0.5), None);
    assert_eq!(sum_quantile(&[], 0.5), None);
    assert_eq!(queue(0.5, 1.0, 1).quantile(1.0), None);
}
