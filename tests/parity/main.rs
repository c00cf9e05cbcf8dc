//! The same runs natively, in Node and in Chromium: every one must give the recorded bytes.
//! `MILLIONTH_RECORD=1 cargo test --test parity` records them anew; look at the difference before
//! committing it, for it means that every published number may have changed.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use millionth::sim::analysis::report::{self, Report, RunPlan};
use millionth::sim::scenario::link;
use millionth::sim::session::{Command, Session, Update};
use millionth::sim::topology::Topology;
use millionth::sim::units::Span;

const SEEDS: [u64; 5] = [1, 2, 3, 42, 18_446_744_073_709_551_615];

/// What is run: each stage, and each law, algorithm and fault at least once.
const LINKS: [&str; 8] = [
    "?stage=1",
    "?stage=2",
    "?stage=3",
    "?stage=1#clients.rate=400",
    "?stage=2#db.kind=nosql&db.law=hyperexponential&web.law=erlang&web.scv=0.25&web.hold=off",
    "?stage=3#lb.algorithm=two-choices&fault=kill.web.2&fault=slow5.web.3",
    "?stage=3#lb.algorithm=least-time&web.sizes=1,2,4&web.law=exponential&clients.timeout_s=0.3",
    "?stage=3#lb.algorithm=sticky&clients.rate=2000&db.replicas=2&web.discipline=shared",
];

fn report(link: &str, seed: u64) -> Report {
    let reading = link::read(&format!("{link}&seed={seed}"));
    assert_eq!(reading.problems, [], "{link}");
    let topology = Topology::build(&reading.scenario).expect("the links can run");
    let plan = RunPlan { warm_up: Span::from_seconds(5.0), duration: Span::from_seconds(20.0) };
    report::run(topology, plan, |_| {}).unwrap_or_else(|law| panic!("{link}: {law}")).0
}

fn table() -> String {
    let mut text = String::new();
    for link in LINKS {
        for seed in SEEDS {
            let report = report(link, seed);
            let users = &report.result.figures.users;
            text.push_str(&format!(
                "{} seed {seed} offered {} failed {} events {} link {link}\n",
                report.hash(),
                users.arrived,
                users.failed,
                report.events
            ));
        }
    }
    text
}

#[test]
fn every_run_gives_the_recorded_bytes() {
    let table = table();
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/golden.txt");
        std::fs::write(path, &table).expect("the record can be written");
        return;
    }
    assert_eq!(table, include_str!("golden.txt"));
}

#[test]
fn a_session_watched_closely_gives_the_figures_of_one_left_alone() {
    for stage in 1..=3 {
        let figures = |steps: u32| {
            let mut session = Session::new(&format!("?stage={stage}&seed=5"));
            let mut last = None;
            for _ in 0..steps {
                for update in session.handle(Command::Step { ms: 12_000.0 / f64::from(steps) }) {
                    if let Update::Live(live) = update {
                        last = Some(live.figures);
                    }
                }
            }
            serde_json::to_string(&last).expect("figures can be written")
        };
        assert_eq!(figures(1), figures(1_000), "stage {stage}");
    }
}
