//! The formulas against the simulation at parameters drawn at random: a simulator that is right is
//! right everywhere, not only where a reference value is known.

use crate::probe::{check, run_requests, textbook};
use millionth::sim::analysis::theory::{
    Mmc, md1_quantile, mg1_mean_time, mmck, network_mean_time, rotation_rate, sum_quantile,
};
use millionth::sim::rng::{Draw, Purpose, Stream};

/// Requests of each run.
const REQUESTS: f64 = 2e6;

/// One run: its name and what it is of, and what it should give.
struct Trial {
    name: String,
    parts: &'static str,
    settings: String,
    expected: Vec<(&'static str, f64)>,
    tolerance: f64,
}

/// Runs trials with parameters drawn from seeds that the message names.
fn try_all(name: &str, trials: u64, trial: impl Fn(&mut Draw) -> Trial) {
    let draws = Stream::new(2_024, trials, Purpose::Hash);
    for seed in 1..=trials {
        let mut draw = draws.at(seed);
        let trial = trial(&mut draw);
        let case = format!("{name} {}, seed {seed}", trial.name);
        let report = run_requests(&textbook(trial.parts, &trial.settings, seed), REQUESTS);
        let tolerance = |figure: &str| match figure {
            "p95" => 1.3 * trial.tolerance,
            "p99" => 2.0 * trial.tolerance,
            "busy" => 0.006,
            _ => trial.tolerance,
        };
        let expected = trial.expected.iter();
        let expected: Vec<(&str, f64, f64)> =
            expected.map(|&(figure, value)| (figure, value, tolerance(figure))).collect();
        check(&case, &report, &expected);
    }
}

/// Uniform between two bounds.
fn between(draw: &mut Draw, low: f64, high: f64) -> f64 {
    low + (high - low) * draw.unit()
}

/// Four standard errors of the mean time of M/M/1 over the requests of a run (Whitt 1989), more
/// for services that vary more, and half a per cent for the histogram and the empty start.
fn tolerance(rho: f64, scv: f64) -> f64 {
    let variance = (2.0 + rho * (5.0 - rho * (4.0 - rho))) / rho;
    let error = libm::sqrt(variance / REQUESTS) / (1.0 - rho);
    0.004 + 4.0 * error * f64::max(1.0, scv)
}

#[test]
fn one_backlog_and_any_number_of_servers() {
    try_all("M/M/c", 12, |draw| {
        let (servers, rho) = (1 + draw.below(24), between(draw, 0.2, 0.88));
        let ms = between(draw, 0.5, 200.0);
        let rate = rho * f64::from(servers) * 1e3 / ms;
        let queue = Mmc::new(rate, 1e3 / ms, servers).expect("has a steady state");
        let at = |p| queue.quantile(p).expect("has a steady state");
        let mean = queue.mean_time();
        Trial {
            name: format!("c {servers} rho {rho}"),
            parts: "clients,web",
            settings: format!("clients.rate={rate} web.slots={servers} web.service_ms={ms}"),
            expected: vec![("mean", mean), ("busy", rho), ("p95", at(0.95)), ("p99", at(0.99))],
            tolerance: tolerance(rho, 1.0),
        }
    });
}

#[test]
fn a_backlog_with_bounds_at_any_load() {
    try_all("M/M/c/K", 8, |draw| {
        let (servers, room) = (1 + draw.below(8), draw.below(30));
        let rho = between(draw, 0.7, 2.0);
        let rate = rho * f64::from(servers) * 100.0;
        let queue = mmck(rate, 100.0, servers, servers + room).expect("makes sense");
        let (refused, mean) = queue;
        let settings = format!("clients.rate={rate} web.slots={servers} web.backlog={room}");
        Trial {
            name: format!("c {servers} room {room} rho {rho}"),
            parts: "clients,web",
            settings,
            expected: vec![("failed", refused), ("mean", mean), ("busy", rho * (1.0 - refused))],
            // Refusals come in bunches: the rarer, the more their share varies.
            tolerance: 0.01 + 4.0 / libm::sqrt(refused * REQUESTS),
        }
    });
}

#[test]
fn one_server_and_any_law() {
    let laws = ["constant", "erlang", "lognormal", "hyperexponential"];
    try_all("M/G/1", 12, |draw| {
        let law = draw.below(4) as usize;
        let rho = between(draw, 0.2, 0.75);
        let scv = match law {
            0 => 0.0,
            1 => 1.0 / f64::from(1 + draw.below(9)),
            _ => between(draw, 1.0, 3.0),
        };
        let mean = mg1_mean_time(rho * 100.0, 0.01, scv).expect("has a steady state");
        let mut expected = vec![("mean", mean), ("busy", rho)];
        let at = |p| md1_quantile(rho * 100.0, 0.01, p).expect("has a steady state");
        if law == 0 {
            expected.extend([("p95", at(0.95)), ("p99", at(0.99))]);
        }
        Trial {
            name: format!("{} scv {scv} rho {rho}", laws[law]),
            parts: "clients,web",
            settings: format!(
                "clients.rate={} web.law={} web.scv={}",
                rho * 100.0,
                laws[law],
                scv.max(0.01)
            ),
            expected,
            tolerance: tolerance(rho, 1.5 * scv),
        }
    });
}

#[test]
fn rotation_over_any_number_of_servers() {
    try_all("E_n/M/1", 8, |draw| {
        let (servers, rho) = (2 + draw.below(12), between(draw, 0.3, 0.88));
        let rate = 100.0 * rho * f64::from(servers);
        let exit = rotation_rate(rate, 100.0, servers).expect("has a steady state");
        Trial {
            name: format!("n {servers} rho {rho}"),
            parts: "clients,lb,web",
            settings: format!("clients.rate={rate} web.servers={servers}"),
            expected: vec![
                ("mean", 1.0 / exit),
                ("p95", libm::log(20.0) / exit),
                ("p99", libm::log(100.0) / exit),
            ],
            tolerance: tolerance(rho, 1.0),
        }
    });
}

#[test]
fn shared_processors_of_any_size_and_law() {
    let laws = ["constant", "erlang", "lognormal", "hyperexponential"];
    try_all("M/G/c-PS", 8, |draw| {
        let (size, law) = (1u32 << draw.below(5), laws[draw.below(4) as usize]);
        let (rho, scv) = (between(draw, 0.3, 0.85), between(draw, 0.2, 4.0));
        let rate = 100.0 * rho * f64::from(size);
        let queue = Mmc::new(rate, 100.0, size).expect("has a steady state");
        Trial {
            name: format!("{size} cores {law} scv {scv} rho {rho}"),
            parts: "clients,web",
            settings: format!(
                "clients.rate={rate} web.discipline=shared web.size={size} web.slots=100000 \
                 web.sigma=0 web.kappa=0 web.law={law} web.scv={scv}"
            ),
            expected: vec![("mean", queue.mean_time()), ("busy", rho)],
            tolerance: tolerance(rho, 1.5),
        }
    });
}

#[test]
fn chains_of_three() {
    try_all("tandem", 8, |draw| {
        let rate = between(draw, 20.0, 200.0);
        let ms = [0; 3].map(|_| between(draw, 0.1, 0.85) * 1e3 / rate);
        let queues = ms.map(|ms| Mmc::new(rate, 1e3 / ms, 1).expect("has a steady state"));
        let exits = queues.map(|queue| queue.service - queue.arrivals);
        let at = |p| sum_quantile(&exits, p).expect("has a steady state");
        let load = queues.iter().map(Mmc::load).fold(0.0, f64::max);
        Trial {
            name: format!("{rate}/s through {ms:?} ms"),
            parts: "clients,lb,web,db",
            settings: format!(
                "clients.rate={rate} lb.service_ms={} lb.law=exponential web.service_ms={} \
                 web.queries=1 db.read_ms={}",
                ms[0], ms[1], ms[2]
            ),
            expected: vec![
                ("mean", network_mean_time(&queues.map(|queue| (1.0, queue)))),
                ("p95", at(0.95)),
                ("p99", at(0.99)),
            ],
            tolerance: tolerance(load, 1.0),
        }
    });
}
