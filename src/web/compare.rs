//! Two configurations side by side: one that is kept as A, and B, the system as it stands.

mod differences;
mod figures;

use super::model::{Effect, Model};
use super::summary;
use super::view::format;
use crate::sim::analysis::settle::Settled;
use crate::sim::scenario::{Scenario, link};
use crate::sim::session::Command;
pub use differences::{differences, done};
pub use figures::{Finding, Row, rows};
use std::rc::Rc;

/// What is done with A.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Keep the system as it stands as A.
    Keep,
    /// A becomes the system as it stands, and that becomes A.
    Swap,
    /// Go back to A, and keep it as A.
    Open,
    /// Compare no more.
    Drop,
}

/// What is kept as A.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The system.
    pub scenario: Rc<Scenario>,
    /// Its settled figures, once they are known.
    pub settled: Option<Rc<Settled>>,
    /// When it was kept, in simulated seconds.
    pub at_s: f64,
}

/// Most changes that are told of what is kept.
const MOST_CHANGES: usize = 4;

impl Kept {
    /// What it is, in words: what it starts from, when it was kept, and what it changes.
    #[must_use]
    pub fn about(&self) -> String {
        let changes = differences::changes(&self.scenario);
        let more = changes.len().saturating_sub(MOST_CHANGES);
        let told = changes[..changes.len() - more].join("; ");
        let changes = match (changes.len(), more) {
            (0, _) => "with nothing changed".to_owned(),
            (_, 0) => format!("with {told}"),
            (_, more) => format!("with {told}; and {more} more"),
        };
        let (base, at) = (summary::base_name(&self.scenario), format::clock(self.at_s));
        format!("{base}, {changes}; kept at {at}")
    }
}

/// The step that exchanges A and B, by its name.
const SWAP: &str = "Swap with A";

/// How the page goes to a scenario as one step.
pub type Go = fn(&mut Model, String, &Scenario, bool) -> Vec<Effect>;

/// Takes on what is done with A.
pub fn update(model: &mut Model, msg: Msg, go: Go) -> Vec<Effect> {
    let target = model.insight.kept.as_ref().map(|kept| Rc::clone(&kept.scenario));
    match (msg, target) {
        (Msg::Keep, _) => {
            let kept = now(model);
            model.said = format!("A is {}. Change anything to compare it.", kept.about());
            model.insight.kept = Some(kept);
            let command = model.references.ask(&model.link);
            return command.into_iter().map(Effect::Send).collect();
        }
        (Msg::Drop, _) => model.insight.kept = None,
        (Msg::Open, Some(target)) => return go(model, "Open A".to_owned(), &target, false),
        (Msg::Swap, Some(target)) => {
            let other = now(model);
            let mut effects = go(model, SWAP.to_owned(), &target, false);
            if *model.scenario == *target {
                model.insight.kept = Some(other);
                effects.extend(missing(model).map(Effect::Send));
            }
            return effects;
        }
        (Msg::Open | Msg::Swap, None) => {}
    }
    Vec::new()
}

/// Asks for the figures of A where they are not known yet.
pub fn missing(model: &Model) -> Option<Command> {
    let kept = model.insight.kept.as_ref().filter(|kept| kept.settled.is_none())?;
    let link = link::write(&kept.scenario);
    model.references.ask(&link)
}

/// The system as it stands, as something to keep.
fn now(model: &Model) -> Kept {
    Kept {
        scenario: Rc::clone(&model.scenario),
        settled: figures(model),
        at_s: model.live.figures.at_s,
    }
}

/// The settled figures of the system as it stands: known at once where it stood like this before.
#[must_use]
pub fn figures(model: &Model) -> Option<Rc<Settled>> {
    let own = model.settled.as_ref().filter(|settled| model.fresh && settled.complete);
    own.or_else(|| model.references.get(&model.link)).cloned()
}

/// Whether a step on the way back or forth, as it is called, is an exchange with A.
#[must_use]
pub fn is_swap(what: Option<&str>) -> bool {
    what.is_some_and(|what| what.ends_with(SWAP))
}

/// Undo and redo of an exchange exchange A as well: `before` is where they came from. Gives what is
/// to be asked then.
pub fn traveled(model: &mut Model, before: &Rc<Scenario>, was_swap: bool) -> Option<Command> {
    let settled = model.references.get(&link::write(before)).cloned();
    if let Some(kept) = &mut model.insight.kept
        && was_swap
        && *kept.scenario == *model.scenario
    {
        *kept = Kept { scenario: Rc::clone(before), settled, at_s: model.live.figures.at_s };
    }
    missing(model)
}

/// Settled figures have come: perhaps those of A.
pub fn learn(model: &mut Model) {
    if let Some(kept) = model.insight.kept.as_mut().filter(|kept| kept.settled.is_none()) {
        kept.settled = model.references.get(&link::write(&kept.scenario)).cloned();
    }
}

#[cfg(test)]
mod tests;
