//! `make accuracy`: measures every case of theory with many requests and seeds, on all cores, and
//! writes `docs/accuracy.md`. With a word, `cargo run --release --example accuracy -- MM1`, only
//! the cases whose name has it are measured, and the other rows stay as they were.
#![expect(clippy::print_stderr, reason = "a long run says how far it is")]

#[allow(dead_code, reason = "some of it is for the tests")]
mod cases;
#[path = "../native/probe.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod probe;

use cases::{AREAS, Case, Figure, MISSING, Sample, Tolerance, Verdict};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/accuracy.md");

const HEAD: &str = "\
# Accuracy: the simulation beside theory

Written by `make accuracy`; nothing here is written by hand. Each case is a scenario in the public
format, listed below the tables, so that `millionth run` shows the same. Its reference comes from
the formulas of queueing theory in `src/sim/analysis/theory.rs`, or is a number known from
elsewhere. The measured value is the mean over independent seeds, each started empty with its first
twentieth thrown away; the interval is that of Student's t over the seeds. A figure has to come as
near to its reference as the tolerance says. Of intervals that are right, one in twenty does not
hold the reference. Every case has the seeds 1, 2, and so on, thus the same arrivals: the errors of
different cases are not independent of each other. The native tests check the same table with fewer
requests.
";

/// The samples of each case, its seeds shared out among all cores.
fn measure(chosen: &[&Case]) -> Vec<Vec<Sample>> {
    let seeds = |(index, case): (usize, &&Case)| {
        (1..=case.accuracy.seeds).map(move |seed| (index, seed)).collect::<Vec<_>>()
    };
    let work: Vec<(usize, u64)> = chosen.iter().enumerate().flat_map(seeds).collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(&(index, seed)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let case = chosen[index];
                    if seed == 1 {
                        eprintln!("{}", case.name);
                    }
                    let sample = case.run(seed, case.accuracy.requests);
                    done.lock().expect("no thread panics with it").insert((index, seed), sample);
                }
            });
        }
    });
    let mut samples: Vec<Vec<Sample>> = chosen.iter().map(|_| Vec::new()).collect();
    for ((index, _), sample) in done.into_inner().expect("no thread panics with it") {
        samples[index].push(sample);
    }
    samples
}

fn row(case: &Case, figure: &Figure, verdict: Verdict, samples: &[Sample]) -> String {
    let Verdict { reference, measured, half_width, holds } = verdict;
    let (error, tolerance) = match figure.tolerance {
        Tolerance::Relative(share) => {
            let percent = 100.0 * (measured / reference - 1.0);
            (format!("{percent:+.2} %"), format!("{} %", round(share * 100.0)))
        }
        Tolerance::Absolute(most) => (format!("{:+.5}", measured - reference), format!("{most}")),
        Tolerance::Exact => (format!("{:+.1e}", measured - reference), "exact".to_owned()),
    };
    let error = if holds { error } else { format!("**{error}, too far**") };
    let interval = half_width.map_or_else(
        || "-".to_owned(),
        |half| format!("{} to {}", figure.show(measured - half), figure.show(measured + half)),
    );
    let requests: u64 = samples.iter().map(|sample| sample.requests).sum();
    format!(
        "{} {} | {error} | {tolerance} | {interval} | {} | {} |",
        figure.row(case),
        figure.show(measured),
        samples.len(),
        grouped(requests)
    )
}

/// A number without the digits that come from counting in base 2.
fn round(x: f64) -> f64 {
    libm::round(x * 1e6) / 1e6
}

/// A whole number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

/// The whole page: rows measured now, and of the page as it was those that were not.
fn page(new: &BTreeMap<String, String>, old: &str) -> String {
    let mut text = HEAD.to_owned();
    for (heading, cases) in AREAS.iter().filter(|(_, cases)| !cases.is_empty()) {
        text.push_str(&format!(
            "\n## {heading}\n\n| case | what | figure | reference | measured | error | tolerance \
             | 95 % interval | seeds | requests |\n|---|---|---|---:|---:|---:|---:|---|---:|---:|\
             \n"
        ));
        for case in *cases {
            for figure in case.figures {
                let start = figure.row(case);
                let kept = || old.lines().find(|line| line.starts_with(&start)).map(str::to_owned);
                if let Some(row) = new.get(&start).cloned().or_else(kept) {
                    text.push_str(&format!("{row}\n"));
                }
            }
        }
    }
    if !MISSING.is_empty() {
        text.push_str("\n## Not yet\n\nCases whose part of the model is not there: ");
        text.push_str(&format!("{}.\n", MISSING.join(", ")));
    }
    text.push_str("\n## Scenarios\n\n");
    for case in AREAS.iter().flat_map(|(_, cases)| *cases) {
        text.push_str(&format!("- {}: `{}`\n", case.name, case.link()));
    }
    text
}

fn main() -> ExitCode {
    let word = std::env::args().nth(1).unwrap_or_default();
    let all = AREAS.iter().flat_map(|(_, cases)| *cases);
    let chosen: Vec<&Case> = all.filter(|case| case.name.contains(&word)).collect();
    if chosen.is_empty() {
        eprintln!("accuracy: no case has “{word}” in its name");
        return ExitCode::from(2);
    }
    let mut rows = BTreeMap::new();
    let mut far = Vec::new();
    for (case, samples) in chosen.iter().zip(measure(&chosen)) {
        for (figure, verdict) in case.figures.iter().zip(case.verdicts(&samples)) {
            rows.insert(figure.row(case), row(case, figure, verdict, &samples));
            if !verdict.holds {
                far.push(format!("{} {}: {verdict:?}", case.name, figure.name));
            }
        }
    }
    let old = std::fs::read_to_string(PATH).unwrap_or_default();
    std::fs::write(PATH, page(&rows, &old)).expect("docs can be written");
    far.iter().for_each(|line| eprintln!("too far: {line}"));
    ExitCode::from(u8::from(!far.is_empty()))
}
