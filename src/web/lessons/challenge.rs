//! The challenge of each stage: its users meet the system of the stage before, which fails them; a
//! prediction; the lesson's action; and the answer, judged by what both runs measured.

use crate::sim::analysis::names;
use crate::sim::analysis::settle::Settled;
use crate::sim::kinds::{Kind, clients};
use crate::sim::scenario::presets::{self, STAGES};
use crate::sim::scenario::{Base, Scenario, link};
use crate::web::view::format;

/// How many times the traffic of stage 1 its challenge is; there is no stage before it.
const MORE: f64 = 2.5;

/// A stage's challenge in words.
#[derive(Clone, Copy, Debug)]
pub struct Challenge {
    /// The lesson's action.
    pub action: &'static str,
    /// What is asked before it.
    pub question: Question,
}

/// What is to be predicted of the action.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The question.
    pub text: &'static str,
    /// The figure that answers it.
    pub figure: Figure,
    /// Whether what counts is the figure after the action over that before it.
    pub is_ratio: bool,
    /// The answers, each with the bound that what counts stays below.
    pub choices: [(&'static str, f64); 3],
    /// Why it is so.
    pub why: &'static str,
}

/// A settled figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// p99 of all answers.
    P99,
    /// A percentile of a class: its name, and whether it is the 99th, else the median.
    Class(&'static str, bool),
    /// Good answers per second.
    Goodput,
    /// How busy the busiest part of this kind is.
    Busy(Kind),
}

impl Figure {
    /// Its value in a settled run.
    #[must_use]
    pub fn of(self, settled: &Settled) -> Option<f64> {
        let figures = &settled.figures;
        match self {
            Self::P99 => settled.p99_s.map(|p99| p99.value),
            Self::Class(key, is_p99) => {
                let class = figures.classes.iter().find(|class| class.key == key)?;
                if is_p99 { class.latency.p99_s } else { class.latency.p50_s }
            }
            Self::Goodput => Some(settled.goodput.value),
            Self::Busy(kind) => {
                let parts =
                    figures.parts.iter().filter(|part| names::kind(&part.key) == Some(kind));
                parts.map(|part| part.utilisation).reduce(f64::max)
            }
        }
    }

    /// The value as text.
    #[must_use]
    pub fn write(self, value: f64) -> String {
        match self {
            Self::P99 | Self::Class(..) => format::duration(value),
            Self::Goodput => format::rate(value),
            Self::Busy(_) => format::percent(value),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::P99 => "p99".to_owned(),
            Self::Class(key, is_p99) => {
                format!("{} of a {key}", if is_p99 { "p99" } else { "Median" })
                    .replace("a static", "a static file")
            }
            Self::Goodput => "Good answers".to_owned(),
            Self::Busy(kind) => format!("{} busy", kind.label()),
        }
    }
}

impl Question {
    /// Which answer the figures of both runs give.
    #[must_use]
    pub fn answer(&self, before: &Settled, after: &Settled) -> Option<usize> {
        let after = self.figure.of(after)?;
        let counts = if self.is_ratio { after / self.figure.of(before)? } else { after };
        self.choices.iter().position(|(_, bound)| counts < *bound)
    }
}

/// The challenge of a stage.
#[must_use]
pub fn challenge(stage: u8) -> Option<&'static Challenge> {
    super::texts::CHALLENGES.get(usize::from(stage).checked_sub(1)?)
}

/// The stage's users on the system of the stage before; on stage 1 two and a half times its own,
/// as many as stage 2 is for.
#[must_use]
pub fn trouble(stage: u8) -> Scenario {
    let home = presets::stage(stage);
    let mut scenario = if stage <= 1 { home.clone() } else { presets::stage(stage - 1) };
    for part in scenario.parts.iter_mut().filter(|part| part.kind == Kind::Clients) {
        part.spec.clone_from(home.spec(Kind::Clients).unwrap_or(&part.spec.clone()));
    }
    scenario.base = Base::Stage(stage);
    if stage <= 1 {
        let rate = (super::rate(&home) * MORE).to_string();
        scenario.set("clients.rate", &rate).expect("every stage has users");
    }
    scenario
}

/// Whether a scenario is what the challenge begins with.
#[must_use]
pub fn is_trouble(scenario: &Scenario, stage: u8) -> bool {
    *scenario == Scenario { seed: scenario.seed, ..trouble(stage) }
}

/// Whether a scenario is still built as the stage before its own, whatever was changed since: it
/// differs less from that one.
#[must_use]
pub fn is_as_before(scenario: &Scenario) -> bool {
    let Base::Stage(stage @ 2..) = scenario.base else {
        return false;
    };
    let apart = |stage: u8| {
        let home = presets::stage(stage);
        let mut own = Scenario { base: Base::Stage(stage), ..scenario.clone() };
        for part in own.parts.iter_mut().filter(|part| part.kind == Kind::Clients) {
            part.spec.clone_from(home.spec(Kind::Clients).unwrap_or(&part.spec.clone()));
        }
        link::write(&own).len()
    };
    apart(stage - 1) < apart(stage)
}

/// What the lesson's action makes of it.
#[must_use]
pub fn solution(stage: u8) -> Scenario {
    if stage > 1 {
        return presets::stage(stage);
    }
    let mut scenario = trouble(1);
    scenario.set("web.size", "4").expect("every stage has a web tier");
    scenario
}

/// The system of the stage before under the users as they are set now: what to compare with. None
/// before stage 1.
#[must_use]
pub fn stage_before(now: &Scenario) -> Option<String> {
    let Base::Stage(stage @ 2..) = now.base else {
        return None;
    };
    let mut scenario = trouble(stage);
    for part in scenario.parts.iter_mut().filter(|part| part.kind == Kind::Clients) {
        part.spec.clone_from(now.spec(Kind::Clients)?);
    }
    scenario.seed = now.seed;
    Some(link::write(&scenario))
}

/// What solves it, in words, for who has gone another way.
#[must_use]
pub fn solved_text(stage: u8) -> String {
    let what = if stage > 1 { format!("stage {stage}") } else { "4 vCPU".to_owned() };
    format!("Back to {what}")
}

/// What the challenge begins with, in words.
#[must_use]
pub fn trouble_text(stage: u8) -> String {
    let users = trouble(stage).spec(Kind::Clients).map_or(0.0, clients::daily_users);
    let users = format::count(libm::round(users / 1e3) * 1e3);
    let before = stage.checked_sub(2).and_then(|place| STAGES.get(usize::from(place)));
    match before {
        Some(before) => {
            format!("{users} users a day meet stage {}: {}", before.number, before.name)
        }
        None => format!("Two and a half times the traffic: {users} users a day"),
    }
}

/// Whether a scenario serves at least as many requests as the challenge asks for, without being
/// spared: the goal counts.
#[must_use]
pub fn counts(scenario: &Scenario, stage: u8) -> bool {
    super::rate(scenario) >= super::rate(&trouble(stage)) * 0.999
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::analysis::bottleneck;
    use crate::sim::analysis::settle::{FULL, Settling};
    use crate::sim::scenario::PresentFault;
    use crate::sim::topology::Topology;
    use crate::web::lessons::goals;

    fn settled(scenario: &Scenario) -> Settled {
        let topology = Topology::build(scenario).expect("challenges can run");
        Settling::through(topology, FULL).settled().expect("it is complete")
    }

    #[test]
    fn every_challenge_misses_the_goal_until_the_action_and_has_an_answer() {
        for stage in STAGES.iter().map(|stage| stage.number) {
            let (trouble, solution) = (trouble(stage), solution(stage));
            for scenario in [&trouble, &solution] {
                assert_eq!(link::read(&link::write(scenario)).scenario, *scenario, "{stage}");
                assert!(counts(scenario, stage), "{stage}");
            }
            let (before, after) = (settled(&trouble), settled(&solution));
            let is_met =
                |settled| goals(stage, Some(settled)).iter().all(|g| g.is_met == Some(true));
            assert!(!is_met(&before), "stage {stage} is met without its part");
            assert!(is_met(&after), "stage {stage} is not met");
            let question = &challenge(stage).expect("every stage has one").question;
            let bounds = question.choices.map(|(_, bound)| bound);
            assert!(bounds.is_sorted() && bounds[2] == f64::INFINITY, "{stage}");
            assert!(question.answer(&before, &after).is_some(), "{stage}");
            if stage == 9 {
                // What its text says was full, and what nearly was.
                let topology = Topology::build(&trouble).expect("challenges can run");
                let found = bottleneck::find(&topology, &before.figures).expect("it works");
                assert_eq!(
                    (found.name.as_str(), found.load > 1.0),
                    ("Database replicas of site 2", true)
                );
                let primary = before.figures.part("db1").expect("a site").servers[0].utilisation;
                assert!((0.9..1.0).contains(&primary), "{primary}");
            }
        }
    }

    #[test]
    fn what_is_built_as_the_stage_before_stays_so_whatever_else_is_changed() {
        for stage in STAGES.iter().map(|stage| stage.number) {
            let mut before = trouble(stage);
            let mut own = presets::stage(stage);
            assert_eq!((is_as_before(&before), is_as_before(&own)), (stage > 1, false), "{stage}");
            for scenario in [&mut before, &mut own] {
                scenario.set("clients.rate", "1234").expect("there are users");
                scenario.set("db.size", "4").expect("there is a database");
                scenario.fail(PresentFault::read("kill.db").expect("it is a fault"));
            }
            assert_eq!((is_as_before(&before), is_as_before(&own)), (stage > 1, false), "{stage}");
        }
    }

    #[test]
    fn what_to_compare_with_follows_the_users() {
        let mut now = presets::stage(3);
        assert_eq!(stage_before(&now), Some(link::write(&trouble(3))));
        now.set("clients.rate", "1000").expect("there are users");
        now.set("web.servers", "9").expect("there are servers");
        let before = stage_before(&now).expect("there is a stage before");
        assert!(before.contains("clients.rate=1000") && !before.contains("web.servers=9"));
        assert_eq!(stage_before(&presets::stage(1)), None);
    }
}
