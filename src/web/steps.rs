//! What the visitor did, step by step, and the way back. A step is a scenario before and after;
//! going from one to the other keeps the clock running wherever the parts are the same.

use crate::sim::kinds::Kind;
use crate::sim::scenario::link::{self, LONGEST};
use crate::sim::scenario::{Problem, Scenario};
use crate::sim::session::Command;
use crate::web::view::format;
use std::rc::Rc;

/// Most steps that can be undone.
const MOST: usize = 200;

/// A scenario to go back to, and what was done to it then. Kept as its link: scenarios of several
/// sites are large, and there are many steps.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    link: String,
    /// In a few words: "Servers 4 → 6".
    what: String,
}

impl Step {
    fn new(scenario: &Scenario, what: String) -> Self {
        Self { link: link::write(scenario), what }
    }

    fn scenario(&self) -> Rc<Scenario> {
        Rc::new(link::read(&self.link).scenario)
    }
}

/// Steps that can be undone, and undone steps that can be done again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// The setting that is being dragged: its step is still open.
    open: Option<Gesture>,
}

/// A step that is still being made.
#[derive(Clone, Debug, PartialEq)]
struct Gesture {
    name: String,
    before: Rc<Scenario>,
    /// What could be done again when it began, and can be if it comes to nothing.
    undone: Vec<Step>,
}

impl Steps {
    /// Notes a step. Further ones with the same `gesture` belong to it until [`Steps::close`].
    /// Says whether it is a new one.
    pub fn push(&mut self, before: &Rc<Scenario>, what: String, gesture: Option<&str>) -> bool {
        let undone = std::mem::take(&mut self.undone);
        if gesture.is_some_and(|gesture| self.before_gesture(gesture).is_some())
            && let Some(last) = self.done.last_mut()
        {
            last.what = what;
            return false;
        }
        self.open = gesture.map(|name| Gesture {
            name: name.to_owned(),
            before: Rc::clone(before),
            undone,
        });
        if self.done.len() == MOST {
            self.done.remove(0);
        }
        self.done.push(Step::new(before, what));
        true
    }

    /// The slider was let go.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// The slider was let go. Says whether all is as it was before: then there is no step.
    pub fn end(&mut self, now: &Scenario) -> bool {
        let Some(open) = self.open.take().filter(|open| *open.before == *now) else {
            return false;
        };
        self.undone = open.undone;
        self.done.pop().is_some()
    }

    /// The scenario before the last open step, to name what a drag changed in all.
    #[must_use]
    pub fn before_gesture(&self, gesture: &str) -> Option<&Rc<Scenario>> {
        self.open.as_ref().filter(|open| open.name == gesture).map(|open| &open.before)
    }

    /// Takes the last step back.
    pub fn undo(&mut self, now: &Rc<Scenario>) -> Option<Rc<Scenario>> {
        self.close();
        let step = self.done.pop()?;
        let before = step.scenario();
        self.undone.push(Step::new(now, step.what));
        Some(before)
    }

    /// Does the last undone step again.
    pub fn redo(&mut self, now: &Rc<Scenario>) -> Option<Rc<Scenario>> {
        self.close();
        let step = self.undone.pop()?;
        let after = step.scenario();
        self.done.push(Step::new(now, step.what));
        Some(after)
    }

    /// What undo would take back.
    #[must_use]
    pub fn last_done(&self) -> Option<&str> {
        self.done.last().map(|step| step.what.as_str())
    }

    /// What redo would do again.
    #[must_use]
    pub fn last_undone(&self) -> Option<&str> {
        self.undone.last().map(|step| step.what.as_str())
    }
}

/// A value as it is read: with long decimals, its first four digits.
fn in_words(text: String) -> String {
    match text.parse() {
        Ok(x) if text.len() > 7 && text.contains('.') => format::digits(x, 4),
        _ => text,
    }
}

/// A changed setting in a few words: "Servers 4 → 6".
#[must_use]
pub fn named(before: &Scenario, after: &Scenario, key: &str) -> String {
    let text = |scenario: &Scenario| {
        let (part, row, param) = scenario.locate(key).ok()?;
        Some((param.label, in_words(param.write(scenario.parts[part].spec.value(row)))))
    };
    match (text(before), text(after)) {
        (Some((label, a)), Some((_, b))) => format!("{label} {a} → {b}"),
        _ => key.to_owned(),
    }
}

/// Does to a scenario what a session does to its own on this command.
///
/// # Errors
/// Every reason why a session would refuse it, or that no link would hold the result: page and
/// engine talk in links. The scenario is then as it was.
pub fn apply(scenario: &mut Scenario, command: &Command) -> Result<Vec<Problem>, Vec<Problem>> {
    let mut changed = scenario.clone();
    let said = command.apply(&mut changed)?;
    let length = link::write(&changed).len();
    if length > LONGEST {
        let what = format!("it would be {length} characters long, of which {LONGEST} are read");
        return Err(vec![Problem::new("link", what)]);
    }
    *scenario = changed;
    Ok(said)
}

/// The commands that lead from one scenario to another: settings and timeline alone where that is
/// possible, so that the clock goes on; else all at once.
#[must_use]
pub fn between(now: &Scenario, target: &Scenario) -> Vec<Command> {
    gently(now, target).unwrap_or_else(|| vec![Command::Load { link: link::write(target) }])
}

fn gently(now: &Scenario, target: &Scenario) -> Option<Vec<Command>> {
    let kinds = |scenario: &Scenario| -> Vec<Kind> {
        scenario.parts.iter().map(|part| part.kind).collect()
    };
    if now.base != target.base || now.seed != target.seed || kinds(now) != kinds(target) {
        return None;
    }
    let mut settings = Vec::new();
    for (a, b) in now.parts.iter().zip(&target.parts) {
        for (row, param) in b.kind.params().iter().enumerate() {
            if a.spec.value(row) != b.spec.value(row) {
                let key = format!("{}.{}", target.name(b), param.key);
                settings.push((key, param.write(b.spec.value(row))));
            }
        }
    }
    let mut commands = Vec::new();
    if !settings.is_empty() {
        commands.push(Command::Set { settings });
    }
    if now.faults != target.faults || now.changes != target.changes {
        let (faults, changes) = target.timeline();
        commands.push(Command::Timeline { faults, changes });
    }
    // Settings and timeline may depend on each other, so that a state on the way could be refused.
    let mut trial = now.clone();
    for command in &commands {
        command.apply(&mut trial).ok()?;
    }
    (trial == *target).then_some(commands)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(link: &str) -> Scenario {
        link::read(link).scenario
    }

    #[test]
    fn the_way_from_one_scenario_to_another_arrives() {
        let links = [
            "?stage=3",
            "?stage=3#web.servers=6&fault=kill.web.2",
            "?stage=3#web.servers=6&fault=slow5.db&fault=kill.web.2&fault=slow3.web",
            "?stage=2#db.kind=nosql",
            "?stage=2#cache.place=own&db.place=own&web.discipline=slots",
            "?stage=3#seed=4",
            "?stage=3&sites=2#web2.servers=6&fault=kill.web2.1",
            "?stage=3&sites=2#web.servers=5&fault=kill.web",
            "?stage=3#web.servers=6&fault=kill.web.6@60for30&at=20:web.servers=5",
            "?stage=3#at=30:web.servers=5&fault=flush.cache@90",
        ];
        for from in links {
            for to in links {
                let (mut now, target) = (scenario(from), scenario(to));
                for command in between(&now, &target) {
                    assert!(apply(&mut now, &command).is_ok(), "{from} {to} {command:?}");
                }
                assert_eq!(now, target, "{from} {to}");
            }
        }
        let same_parts = between(&scenario(links[0]), &scenario(links[2]));
        assert!(same_parts.iter().all(|c| !matches!(c, Command::Load { .. })));
    }

    #[test]
    fn one_drag_is_one_step() {
        let mut steps = Steps::default();
        let (a, b) = (Rc::new(scenario("?stage=1")), Rc::new(scenario("?stage=2")));
        assert!(steps.push(&a, "one".into(), Some("x")));
        assert!(!steps.push(&b, "two".into(), Some("x")));
        steps.close();
        assert!(steps.push(&b, "three".into(), Some("x")));
        assert_eq!(steps.undo(&b), Some(Rc::clone(&b)));
        assert_eq!(steps.last_done(), Some("two"));
        assert_eq!(steps.undo(&b), Some(Rc::clone(&a)));
        assert_eq!(steps.undo(&b), None);
        assert_eq!(steps.redo(&a), Some(Rc::clone(&b)));
        assert!(!steps.end(&a), "no slider is held");
        steps.push(&b, "there and back".into(), Some("x"));
        assert!(steps.end(&b), "nothing was done");
        assert_eq!(steps.last_done(), Some("two"));
        assert_eq!(steps.undo(&b), Some(Rc::clone(&a)));
        steps.push(&a, "there and back".into(), Some("x"));
        assert_eq!(steps.last_undone(), None);
        assert!(steps.end(&a));
        assert_eq!(steps.last_undone(), Some("two"), "what was undone can still be done again");
    }

    #[test]
    fn a_change_is_told_in_few_digits() {
        let told = |a: &str, b: &str| {
            let of = |value: &str| scenario(&format!("?stage=3#clients.rate={value}"));
            named(&of(a), &of(b), "clients.rate")
        };
        assert_eq!(told("543", "446.5277777777778"), "Traffic 543 → 446.5");
        assert_eq!(told("0.0123456", "122974.75"), "Traffic 0.01235 → 122975");
        assert_eq!(told("72.25", "0.5"), "Traffic 72.25 → 0.5");
        assert_eq!(told("1", "1229745"), "Traffic 1 → 1000000");
    }
}
