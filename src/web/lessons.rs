//! The story: what each stage says, what it offers to try, and what it has to meet.

pub mod challenge;
mod offers;
pub mod story;
mod texts;
mod tries;

use crate::sim::analysis::plan::Goal;
use crate::sim::analysis::settle::{Estimate, Settled};
use crate::sim::kinds::{Kind, clients};
use crate::sim::scenario::Scenario;
use crate::sim::scenario::presets::{GOALS, STAGES};
use crate::web::view::format;
pub use tries::{NEXT, Try, tries};

/// The text of a stage.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// What is new here.
    pub new: &'static str,
    /// What the stage before could not do.
    pub before: &'static str,
    /// What breaks here, on purpose.
    pub breaks: &'static str,
}

/// The lesson of a stage.
#[must_use]
pub fn lesson(stage: u8) -> Option<&'static Lesson> {
    texts::LESSONS.get(usize::from(stage).checked_sub(1)?)
}

/// What all of it is about: with this the first stage begins.
pub const LEAD: &str = "A web system grows here from its first user to its millionth, in nine \
                        stages. Each number is measured.";

/// A goal of a stage, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The goal in words.
    pub text: String,
    /// What was measured; `None` before anything settled.
    pub measured: Option<String>,
    /// Whether it is met; `None` before anything settled.
    pub is_met: Option<bool>,
}

/// The goals of a stage, and how they stand in settled figures.
#[must_use]
pub fn goals(stage: u8, settled: Option<&Settled>) -> Vec<Standing> {
    let own = STAGES.iter().find(|known| known.number == stage).map_or(&[][..], |s| s.goals);
    let read = |text: &&str| Goal::read(text).ok();
    let standing = |goal: Goal| Standing {
        measured: settled.map(|settled| measured(&goal, settled)),
        is_met: settled.map(|settled| goal.is_met(settled)),
        text: in_words(goal.text()),
    };
    GOALS.iter().chain(own).filter_map(read).map(standing).collect()
}

/// Whether settled figures meet all goals of a stage.
#[must_use]
pub fn are_met(stage: u8, settled: &Settled) -> bool {
    goals(stage, Some(settled)).iter().all(|goal| goal.is_met == Some(true))
}

/// Requests per second that a scenario's users make.
fn rate(scenario: &Scenario) -> f64 {
    scenario.spec(Kind::Clients).map_or(0.0, |spec| spec.number(clients::Setting::Rate as usize))
}

/// What a settled run has for a goal, with its interval as the strip has it; nothing was answered
/// where it has none.
fn measured(goal: &Goal, settled: &Settled) -> String {
    let is_share = goal.wanted.metric.key == "errors";
    let text = |Estimate { value, half_width }| match (
        half_width.filter(|_| settled.is_final()),
        is_share,
    ) {
        (Some(half), true) => format::percent_within(value, half),
        // A bound alone would not say why the goal is met or missed.
        (Some(half), false) if half > value => format!("≈\u{a0}{}", format::duration(value)),
        (Some(half), false) => format::duration_within(value, half),
        (None, true) => format::percent(value),
        (None, false) => format::duration(value),
    };
    let known = if is_share { Some(settled.error_share) } else { goal.wanted.of(settled) };
    known.map_or_else(|| "none".to_owned(), text)
}

/// `p99.read<=150ms` as people say it.
fn in_words(goal: &str) -> String {
    let (name, bound) = goal.split_once("<=").unwrap_or((goal, ""));
    let (metric, of) = name.split_once('.').unwrap_or((name, ""));
    let of = match of {
        "static" => " of static files",
        "read" => " of reads",
        "write" => " of writes",
        "job" => " of jobs",
        _ => "",
    };
    let digits = bound.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = &bound[digits.len()..];
    format!("{metric}{of} ≤ {digits}\u{202f}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::presets;
    use crate::web::steps;

    #[test]
    fn everything_to_try_can_be_done_and_taken_back() {
        for stage in STAGES {
            assert!(lesson(stage.number).is_some(), "stage {}", stage.number);
            let home = presets::stage(stage.number);
            let all = tries(&home);
            assert!(all.len() >= 5, "stage {}", stage.number);
            for (index, offered) in all.iter().enumerate() {
                let mut scenario = home.clone();
                for command in &offered.commands {
                    assert_eq!(steps::apply(&mut scenario, command), Ok(vec![]), "{offered:?}");
                }
                assert_ne!(scenario, home, "{offered:?}");
                let back = &tries(&scenario)[index];
                if back.is_back {
                    for command in &back.commands {
                        assert_eq!(steps::apply(&mut scenario, command), Ok(vec![]), "{back:?}");
                    }
                    assert_eq!(scenario, home, "{offered:?}");
                }
            }
        }
    }

    #[test]
    fn every_stage_has_goals_that_can_be_read() {
        for stage in STAGES {
            let goals = goals(stage.number, None);
            assert!(goals.iter().all(|goal| goal.measured.is_none()));
            assert_eq!(goals.len(), GOALS.len() + stage.goals.len());
            assert!(goals.iter().all(|goal| goal.is_met.is_none()));
        }
        let error_share = Estimate { value: 0.0035, half_width: Some(0.0045) };
        let settled = Settled { error_share, complete: true, ..Settled::default() };
        let all = goals(9, Some(&settled));
        let errors = all.into_iter().find(|goal| goal.text.starts_with("errors"));
        let errors = errors.and_then(|goal| goal.measured);
        assert_eq!(errors.map(|text| text.replace('\u{202f}', " ")).as_deref(), Some("≤ 0.8 %"));
        let p99_s = Some(Estimate { value: 1.3, half_width: Some(2.7) });
        let wide = goals(1, Some(&Settled { p99_s, complete: true, ..Settled::default() }));
        let p99 = wide[0].measured.as_deref().map(|text| text.replace(['\u{202f}', '\u{a0}'], " "));
        assert_eq!((p99.as_deref(), wide[0].is_met), (Some("≈ 1.3 s"), Some(false)));
        assert_eq!(in_words("p50.read<=150ms").replace('\u{202f}', " "), "p50 of reads ≤ 150 ms");
    }
}
