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
    /// Whether the lesson's action was done in it: the answer comes, whatever is tried meanwhile.
    has_acted: bool,
    /// Stages whose goal was missed by what their challenge begins with, one bit each.
    failed: u16,
    /// Stages whose goal was reached after their challenge had missed it.
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

    /// Whether the challenge of a stage was begun: before, a goal that is met is no success of
    /// anyone, and one that a failure breaks is none that was missed.
    #[must_use]
    pub fn is_tried(&self, stage: u8) -> bool {
        self.under_way.is_some_and(|(known, _)| known == stage) || self.has_reached(stage)
    }

    /// Whether this stage's challenge is under way, and the lesson's action was done in it.
    #[must_use]
    pub fn has_acted(&self, stage: u8) -> bool {
        self.has_acted && self.under_way.is_some_and(|(known, _)| known == stage)
    }

    /// What was predicted in this stage's challenge.
    #[must_use]
    pub fn predicted(&self, stage: u8) -> Option<usize> {
        self.under_way.filter(|(known, _)| *known == stage)?.1
    }

    /// The goal of a stage was measured, perhaps on what its challenge begins with. It is reached
    /// from there alone: who doubles the traffic, or kills a server, and takes that back has solved
    /// nothing.
    pub fn note(&mut self, stage: u8, is_met: bool, is_trouble: bool) {
        let bit = 1 << stage;
        let is_begun = self.under_way.is_some_and(|(known, _)| known == stage);
        if !is_met {
            self.failed |= if is_trouble { bit } else { 0 };
        } else if is_begun && self.failed & bit != 0 {
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
            (model.story.under_way, model.story.has_acted) = (Some((stage, None)), false);
            let trouble = challenge::trouble(stage);
            let mut commands = steps::between(&model.scenario, &trouble);
            // Shards that are put together on the way would be a trouble of their own.
            let moves = |c: &Command| {
                let Command::Set { settings } = c else { return false };
                settings.iter().any(|(key, _)| key.ends_with(".shards"))
            };
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
            let is_trouble = challenge::is_trouble(&model.scenario, stage);
            let what =
                if is_trouble { own.action.to_owned() } else { challenge::solved_text(stage) };
            let mut effects = change(model, what, commands, false);
            // By its link one comes into the middle of a challenge.
            let predicted = model.story.predicted(stage);
            model.story.under_way = Some((stage, predicted));
            model.story.has_acted = true;
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
        let is_trouble = challenge::is_trouble(&model.scenario, stage);
        model.story.note(stage, is_met, is_trouble);
        if is_trouble || model.story.is_tried(stage) {
            model.said.push_str(if is_met { " The goal is met." } else { " The goal is missed." });
        }
    }
    // Who has gone on to something else before the answer came gets it all the same.
    let both = model.story.has_acted(stage).then(|| links(model, stage));
    let before = challenge::stage_before(&model.scenario).filter(|_| !model.options.embed);
    let links = both.into_iter().flatten().chain(before);
    links.filter_map(|link| model.references.ask(&link)).map(Effect::Send).collect()
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
    if solution != *model.scenario && !model.story.has_acted {
        return;
    }
    if let Some(both) = runs(model, stage) {
        let [before, after] = both.map(|run| super::are_met(stage, run));
        model.story.note(stage, before, true);
        model.story.note(stage, after, false);
    }
}

/// The links of a stage's challenge without and with its action.
fn links(model: &Model, stage: u8) -> [String; 2] {
    let seed = model.scenario.seed;
    let both = [challenge::trouble(stage), challenge::solution(stage)];
    both.map(|scenario| link::write(&Scenario { seed, ..scenario }))
}

/// Both settled runs of a stage's challenge, once they are known: without and with its action.
#[must_use]
pub fn runs(model: &Model, stage: u8) -> Option<[&Settled; 2]> {
    let [before, after] = links(model, stage).map(|link| model.references.get(&link));
    Some([&**before?, &**after?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::model::{Msg as PageMsg, Preferences, update};

    #[test]
    fn a_goal_is_reached_only_after_it_was_missed() {
        let mut story = Story::default();
        story.note(3, true, false);
        assert!(!story.has_reached(3) && !story.is_tried(3));
        story.note(3, false, false);
        assert!(!story.is_tried(3), "broken without it, it is as little begun");
        story.note(4, true, false);
        story.note(3, true, false);
        assert!(!story.has_reached(3), "its challenge was not begun");
        story.under_way = Some((3, None));
        story.note(3, true, false);
        assert!(!story.has_reached(3), "what was broken and mended is no success");
        story.note(3, false, true);
        story.note(3, true, false);
        assert!(story.has_reached(3) && !story.has_reached(4));
        story.note(3, false, false);
        assert!(story.has_reached(3), "what was reached stays reached");
        story.under_way = Some((5, None));
        assert!(story.is_tried(5));
    }

    #[test]
    fn the_answer_comes_whatever_is_tried_meanwhile() {
        let model = || Model::new("?stage=8", Preferences::default(), None);
        let mut model = model();
        let act = |model: &mut Model, msg| drop(update(model, msg));
        act(&mut model, PageMsg::Story(Msg::Begin(8)));
        act(&mut model, PageMsg::Story(Msg::Act));
        assert!(model.story.has_acted(8));
        let kill = Command::Fail { fault: "kill.web.1".to_owned() };
        act(&mut model, PageMsg::Act("Kill".to_owned(), vec![kill]));
        // Both are asked for until they are known.
        model.settled = Some(Rc::default());
        let asked = |effects: Vec<Effect>| {
            let is_asked =
                |effect: &Effect| matches!(effect, Effect::Send(Command::Reference { .. }));
            effects.iter().filter(|effect| is_asked(effect)).count()
        };
        assert_eq!(asked(settled(&mut model)), 3, "and the one before under these users");
        for link in links(&model, 8) {
            assert!(runs(&model, 8).is_none());
            let settled = Settled { complete: true, ..Settled::default() };
            model.references.learn(link, Rc::new(settled));
        }
        assert!(runs(&model, 8).is_some());
        act(&mut model, PageMsg::Story(Msg::Begin(8)));
        assert!(!model.story.has_acted(8), "it is asked anew");
    }
}
