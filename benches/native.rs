//! `cargo run --release --example bench`: all workloads natively, interleaved with the bare loop.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

mod workloads;

use std::time::Instant;
use workloads::{Bare, Round, WORKLOADS};

const ROUNDS: usize = 7;

fn timed(run: impl Fn() -> Round) -> (f64, Round) {
    let start = Instant::now();
    let round = run();
    (round.requests as f64 / start.elapsed().as_secs_f64(), round)
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn main() {
    let mut rates = vec![Vec::new(); WORKLOADS.len() + 1];
    let mut means = vec![0.0; WORKLOADS.len() + 1];
    for _ in 0..ROUNDS {
        for (index, rates) in rates.iter_mut().enumerate() {
            let (rate, round) = timed(|| match index.checked_sub(1) {
                None => Bare::run(WORKLOADS[2].2),
                Some(workload) => workloads::engine(workload),
            });
            rates.push(rate);
            means[index] = round.mean_ms;
        }
    }
    let bare = median(&mut rates[0]);
    println!("native, median of {ROUNDS} interleaved rounds");
    println!("{:<22} {:>14} {:>10} {:>12}", "workload", "requests/s", "x bare W3", "mean ms");
    for (index, rates) in rates.iter_mut().enumerate() {
        let name = if index == 0 { "bare loop W3" } else { WORKLOADS[index - 1].0 };
        let rate = median(rates);
        println!("{name:<22} {rate:>14.0} {:>10.2} {:>12.4}", rate / bare, means[index]);
    }
}
