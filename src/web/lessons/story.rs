//! Where the visitor stands in the story: what was predicted, and which goals were missed and then
//! reached, by settled figures.

use super::challenge;
use crate::sim::analysis::settle::Settled;
use crate::sim::scenario::{Scenario, link};
use crate::sim::session::Command;
use crate::web::model::{Effect, Model};
use crate::web::steps;
use std::rc::Rc;

/// What the visitor does in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Begins the challenge of a stage.
    Begin(u8),
    /// Predicts: an answer by its place.
    Predict(usize),
    /// The lesson's action.
    Act,
    /// Opens or closes the glossary.
    Glossary(bool),
    /// A client whose way to the answer is shown: an app, else a browser.
    App(bool),
}

/// Where the visitor stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// The stage whose challenge is under way, and what was predicted there.
    pub under_way: Option<(u8, Option<usize>)>,
    /// Stages whose goal was missed, one bit each.
    missed: u16,
    /// Stages whose goal was reached after it had been missed.
    reached: u16,
    /// Whether the glossary is open.
    pub glossary: bool,
    /// Whether the way of an app is shown.
    pub app: bool,
}

impl Story {
    /// Whether the goal of a stage was reached after it had been missed.
    #[must_use]
    pub const fn has_reached(&self, stage: u8) -> bool {
        self.reached >> stage & 1 == 1
    }

    /// Whether the challenge of a stage was begun, or its goal missed without that: before, a
    /// goal that is met is no success of anyone.
    #[must_use]
    pub fn is_tried(&self, stage: u8) -> bool {
        self.under_way.is_some_and(|(known, _)| known == stage)
            || (self.missed | self.reached) >> stage & 1 == 1
    }

    /// What was predicted in this stage's challenge.
    #[must_use]
    pub fn predicted(&self, stage: u8) -> Option<usize> {
        self.under_way.filter(|(known, _)| *known == stage)?.1
    }

    /// The goal of a stage was measured. It is reached in its challenge alone: who doubles the
    /// traffic and takes that back has solved nothing.
    pub fn note(&mut self, stage: u8, is_met: bool) {
        let bit = 1 << stage;
        let is_begun = self.under_way.is_some_and(|(known, _)| known == stage);
        if !is_met {
            self.missed |= bit;
        } else if is_begun && self.missed & bit != 0 {
            self.reached |= bit;
        }
    }
}

/// Takes on what the visitor does; `go` leads to a scenario as one step.
pub fn update(
    model: &mut Model,
    msg: Msg,
    change: fn(&mut Model, String, Vec<Command>, bool) -> Vec<Effect>,
) -> Vec<Effect> {
    match msg {
        Msg::Begin(stage) => {
            let is_new = model.stage() != Some(stage);
            model.story.under_way = Some((stage, None));
            let trouble = challenge::trouble(stage);
            let mut commands = steps::between(&model.scenario, &trouble);
            // Shards that are put together on the way would be a trouble of their own.
            let moves =
                |c: &Command| matches!(c, Command::Set { key, .. } if key.ends_with(".shards"));
            if commands.iter().any(moves) {
                commands = vec![Command::Load { link: link::write(&trouble) }];
            }
            change(model, challenge::trouble_text(stage), commands, is_new)
        }
        Msg::Predict(answer) => {
            if let Some(stage) = model.stage() {
                model.story.under_way = Some((stage, Some(answer)));
            }
            Vec::new()
        }
        Msg::Act => {
            let stage = model.stage();
            let Some((stage, own)) = stage.and_then(|s| Some((s, challenge::challenge(s)?))) else {
                return Vec::new();
            };
            let seed = model.scenario.seed;
            let target = Scenario { seed, ..challenge::solution(stage) };
            let commands = steps::between(&model.scenario, &target);
            let mut effects = change(model, own.action.to_owned(), commands, false);
            // Who acts before the trouble is measured still gets both runs.
            let trouble = Scenario { seed, ..challenge::trouble(stage) };
            let command = model.references.ask(&link::write(&trouble));
            effects.extend(command.map(Effect::Send));
            effects
        }
        Msg::Glossary(open) => {
            model.story.glossary = open;
            Vec::new()
        }
        Msg::App(app) => {
            model.story.app = app;
            Vec::new()
        }
    }
}

/// Settled figures of the scenario as it stands have come: keeps them to compare with, notes the
/// goal once they are complete, and asks for the stage before under the same users.
pub fn settled(model: &mut Model) -> Vec<Effect> {
    let Some(figures) = model.settled.clone() else {
        return Vec::new();
    };
    model.references.learn(model.link.clone(), Rc::clone(&figures));
    let Some(stage) = model.stage() else {
        return Vec::new();
    };
    if figures.complete && challenge::counts(&model.scenario, stage) {
        let is_met = super::are_met(stage, &figures);
        model.story.note(stage, is_met);
        if model.story.is_tried(stage) {
            model.said.push_str(if is_met { " The goal is met." } else { " The goal is missed." });
        }
    }
    if model.options.embed {
        return Vec::new();
    }
    let before = challenge::stage_before(&model.scenario);
    let command = before.and_then(|link| model.references.ask(&link));
    command.into_iter().map(Effect::Send).collect()
}

/// Settled figures of another scenario have come: notes the goal of the challenge under way once
/// both of its runs are known.
pub fn learned(model: &mut Model) {
    let Some((stage, _)) = model.story.under_way else {
        return;
    };
    // What would have helped was not done yet: both runs may be known from earlier.
    let mut solution = challenge::solution(stage);
    solution.seed = model.scenario.seed;
    if solution != *model.scenario {
        return;
    }
    if let Some([before, after]) = runs(model, stage) {
        let met = [before, after].map(|run| super::are_met(stage, run));
        for is_met in met {
            model.story.note(stage, is_met);
        }
    }
}

/// Both settled runs of a stage's challenge, once they are known: without and with its action.
#[must_use]
pub fn runs(model: &Model, stage: u8) -> Option<[&Settled; 2]> {
    let known = |mut scenario: Scenario| {
        scenario.seed = model.scenario.seed;
        model.references.get(&link::write(&scenario)).map(|settled| &**settled)
    };
    Some([known(challenge::trouble(stage))?, known(challenge::solution(stage))?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_reached_only_after_it_was_missed() {
        let mut story = Story::default();
        story.note(3, true);
        assert!(!story.has_reached(3) && !story.is_tried(3));
        story.note(3, false);
        assert!(story.is_tried(3) && !story.is_tried(4));
        story.note(4, true);
        story.note(3, true);
        assert!(!story.has_reached(3), "its challenge was not begun");
        story.under_way = Some((3, None));
        story.note(3, true);
        assert!(story.has_reached(3) && !story.has_reached(4));
        story.note(3, false);
        assert!(story.has_reached(3), "what was reached stays reached");
        story.under_way = Some((5, None));
        assert!(story.is_tried(5));
    }
}
