//! The lesson of the stages: each holds the traffic it is sized for with room to spare, and the
//! stage before it does not.

use crate::probe::{figure, run_seconds};
use millionth::sim::analysis::report::Report;
use millionth::sim::kinds::Kind;
use millionth::sim::kinds::clients::Setting;
use millionth::sim::scenario::{Scenario, presets};

/// What users put up with: 99 % of answers within a second, one failure in a thousand.
const GOAL_S: f64 = 1.0;
/// See `GOAL_S`.
const GOAL_FAILED: f64 = 1e-3;

/// A stage's parts under the traffic of another.
fn under(parts: u8, traffic: u8, seed: u64) -> Scenario {
    let mut scenario = presets::stage(parts);
    let rate =
        presets::stage(traffic).spec(Kind::Clients).map(|spec| spec.number(Setting::Rate as usize));
    let rate = rate.expect("there are users").to_string();
    assert_eq!(scenario.set("clients.rate", &rate), Ok(None));
    scenario.seed = seed;
    scenario
}

fn run(scenario: &Scenario) -> Report {
    run_seconds(scenario, 60.0, 600.0)
}

fn in_words(report: &Report) -> String {
    let parts = &report.result.figures.parts;
    let busiest = parts.iter().map(|part| part.utilisation).fold(0.0, f64::max);
    format!(
        "p99 {:.3} s, failed {:.4}, busiest part {busiest:.2}: {}",
        figure(report, "p99"),
        figure(report, "failed"),
        report.link
    )
}

fn holds(report: &Report) -> bool {
    figure(report, "p99") <= GOAL_S && figure(report, "failed") <= GOAL_FAILED
}

#[test]
fn each_stage_holds_its_own_traffic_with_room_to_spare() {
    for stage in presets::STAGES {
        for seed in 1..=3 {
            let report = run(&under(stage.number, stage.number, seed));
            assert!(holds(&report), "{}: {}", stage.name, in_words(&report));
            let parts = &report.result.figures.parts;
            let spare = parts.iter().all(|part| part.utilisation < 0.9);
            assert!(spare, "{}: {}", stage.name, in_words(&report));
        }
    }
}

#[test]
fn the_stage_before_does_not() {
    for stage in &presets::STAGES[1..] {
        for seed in 1..=3 {
            let report = run(&under(stage.number - 1, stage.number, seed));
            assert!(!holds(&report), "{}: {}", stage.name, in_words(&report));
        }
    }
}

#[test]
fn more_users_come_with_every_stage_and_each_costs_more() {
    for pair in presets::STAGES.windows(2) {
        assert!(pair[0].users < pair[1].users && pair[0].number + 1 == pair[1].number);
        let cost = |number| presets::stage(number).monthly_usd();
        assert!(cost(pair[0].number) < cost(pair[1].number), "{}", pair[1].name);
    }
}
