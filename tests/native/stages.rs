//! The lesson of the stages: each meets its goals under the traffic it is sized for with room to
//! spare, and the stage before it, under the same traffic, does not.

use crate::probe::run_seconds;
use millionth::sim::analysis::plan::Goal;
use millionth::sim::analysis::report::Report;
use millionth::sim::kinds::Kind;
use millionth::sim::scenario::{Scenario, presets};

/// A stage's parts under the users of another: what they ask for, how often, from where.
fn under(parts: u8, users: u8, seed: u64) -> Scenario {
    let mut scenario = presets::stage(parts);
    let users = presets::stage(users).spec(Kind::Clients).cloned().expect("there are users");
    let clients = scenario.parts.iter_mut().find(|part| part.kind == Kind::Clients);
    clients.expect("there are users").spec = users;
    scenario.seed = seed;
    scenario
}

fn run(scenario: &Scenario) -> Report {
    run_seconds(scenario, 120.0, 180.0)
}

/// The goals of a stage that a run misses, with what it says instead.
fn missed(stage: &presets::Stage, report: &Report) -> Vec<String> {
    let goals = presets::GOALS.iter().chain(stage.goals);
    let goals = goals.map(|text| (text, Goal::read(text).expect("stages have goals")));
    let missed = goals.filter(|(_, goal)| !goal.is_met(&report.result));
    missed.map(|(text, goal)| format!("{text}: {:?}", goal.wanted.of(&report.result))).collect()
}

#[test]
fn each_stage_meets_its_goals_with_room_to_spare() {
    for stage in presets::STAGES {
        for seed in 1..=2 {
            let report = run(&under(stage.number, stage.number, seed));
            let missed = missed(stage, &report);
            assert!(missed.is_empty(), "{}, seed {seed}: {missed:?}", stage.name);
            for part in &report.result.figures.parts {
                let full = part.utilisation > 0.9;
                assert!(!full, "{}: {} {}", stage.name, part.key, part.utilisation);
            }
        }
    }
}

#[test]
fn the_stage_before_misses_them() {
    for stage in &presets::STAGES[1..] {
        for seed in 1..=2 {
            let report = run(&under(stage.number - 1, stage.number, seed));
            let missed = missed(stage, &report);
            assert!(!missed.is_empty(), "{}, seed {seed}", stage.name);
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

/// What happens to a stage when something fails at 60 s, over the two minutes from then on: the
/// counters of all parts together by name, and the share of good answers.
fn after(link: &str, counter: &str) -> (u64, f64) {
    let reading = millionth::sim::scenario::link::read(link);
    assert_eq!(reading.all_problems(), [], "{link}");
    let report = run_seconds(&reading.scenario, 60.0, 120.0);
    let figures = &report.result.figures;
    let counters = figures.parts.iter().flat_map(|part| &part.counters);
    let count = counters.filter(|(name, _)| name == counter).map(|(_, count)| count).sum();
    (count, 1.0 - figures.users.error_share())
}

#[test]
fn a_primary_with_replicas_is_replaced_and_one_without_is_not() {
    // One run in so many has half as many errors again: the mean of four.
    let mean = |stage: u32, failovers: u64| {
        let share = |seed: u32| {
            let link = format!("?stage={stage}&seed={seed}#v=1&fault=kill.db.1@70");
            let (count, good) = after(&link, "failovers");
            assert_eq!(count, failovers, "{link}");
            good
        };
        (1..=4).map(share).sum::<f64>() / 4.0
    };
    let (good, bad) = (mean(4, 1), mean(3, 0));
    // 30 s without writes, which are 2 % of requests, against no data at all.
    assert!(good > 0.97 && bad < good - 0.03, "{good} {bad}");
}

#[test]
fn sessions_in_memory_die_with_their_server_and_those_in_a_store_do_not() {
    let (lost, _) = after("?stage=5#v=1&fault=kill.web.3@70", "sessions_lost");
    let (none, _) = after("?stage=6#v=1&fault=kill.web.3@70", "sessions_lost");
    assert!(lost > 1_000 && none == 0, "{lost} {none}");
}

#[test]
fn servers_follow_the_load_with_autoscaling() {
    // Twice the traffic within a minute; two minutes later the new servers are there.
    let rise = "clients.pattern=ramp&clients.pattern_factor=2&clients.pattern_at_s=0\
                &clients.pattern_s=60";
    let later = |link: &str| {
        let reading = millionth::sim::scenario::link::read(&format!("{link}&{rise}"));
        assert_eq!(reading.all_problems(), [], "{link}");
        run_seconds(&reading.scenario, 200.0, 60.0).result.figures.users.error_share()
    };
    let (with, without) = (later("?stage=6#v=1"), later("?stage=6#v=1&web.autoscale=off"));
    assert!(without > 0.05 && with < 0.5 * without, "{with} {without}");
}

#[test]
fn the_other_sites_carry_on_when_one_is_out() {
    let (_, good) = after("?stage=7#v=1&fault=kill.network3@70", "");
    let (_, bad) = after("?stage=6#v=1&fault=kill.network@70", "");
    // A third of the users wait for checks and resolvers; a CDN goes on with what it has.
    assert!(good > 0.8 && bad < good - 0.15, "{good} {bad}");
}
