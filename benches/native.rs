//! `cargo run --release --example bench`: all workloads natively, in rounds interleaved with the
//! bare loop; prints what it measured as JSON for `tools/bench.mjs`. With a number of requests,
//! `bench 30000`, it carries out one short round of W3 and nothing else, for counting instructions;
//! with a word besides, `bench 30000 sandbox`, of the first workload with that word in its name.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

mod bare;
mod workloads;

use bare::Bare;
use serde_json::json;
use std::time::Instant;
use workloads::Round;

/// Place of the reference among the workloads.
const REFERENCE: usize = 2;

fn timed(run: impl Fn() -> Round) -> (f64, Round) {
    let start = Instant::now();
    let round = run();
    (round.requests as f64 / start.elapsed().as_secs_f64(), round)
}

fn main() {
    let workloads = workloads::all();
    if let Some(requests) = std::env::args().nth(1) {
        let requests = requests.parse().expect("a number of requests");
        let named = std::env::args().nth(2).map(|word| {
            workloads.iter().find(|workload| workload.name.contains(&word)).expect("a workload")
        });
        let round = named.unwrap_or(&workloads[REFERENCE]).clone().of_requests(requests).run();
        println!("{}", json!({ "requests": round.requests, "mean_ms": round.mean_ms }));
        return;
    }
    let rounds = std::env::var("ROUNDS").map_or(7, |text| text.parse().expect("a number"));
    let mut rates = vec![Vec::new(); workloads.len() + 1];
    let mut means = vec![0.0; workloads.len() + 1];
    for _ in 0..rounds {
        for (index, rates) in rates.iter_mut().enumerate() {
            let (rate, round) = timed(|| match index.checked_sub(1) {
                None => Bare::run(workloads::REQUESTS),
                Some(index) => workloads[index].run(),
            });
            rates.push(rate);
            means[index] = round.mean_ms;
        }
    }
    let names: Vec<&str> = workloads.iter().map(|workload| workload.name.as_str()).collect();
    println!("{}", json!({ "names": names, "rates": rates, "means": means }));
}
