//! What the page around an embed asks for, and what the visitor of one may not do.

use super::{act, change, edit, go, play};
use crate::sim::scenario::{Problem, Scenario, presets};
use crate::sim::session::Command;
use crate::sim::topology::Topology;
use crate::web::embed::{self, Message, Order};
use crate::web::files::Export;
use crate::web::model::{Effect, Model, Msg};
use crate::web::route::Options;
use crate::web::steps::{self, Steps};
use serde_json::Value;
use std::rc::Rc;

impl Model {
    /// Whether the visitor may go to another scenario: what leads elsewhere is not offered.
    #[must_use]
    pub fn may_reach(&self, target: &Scenario) -> bool {
        !self.options.restricts() || permits(&self.options, &self.scenario, target)
    }

    /// Whether the visitor may do all this at once.
    #[must_use]
    pub fn may_do(&self, commands: &[Command]) -> bool {
        if !self.options.restricts() {
            return true;
        }
        let mut target = (*self.scenario).clone();
        let is_done = commands.iter().all(|command| steps::apply(&mut target, command).is_ok());
        is_done && permits(&self.options, &self.scenario, &target)
    }
}

/// Takes on a message, unless it would change what the address keeps from the visitor: then all
/// stays, and that is said. What the author's page or address asks for is always done.
pub fn guarded(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let is_free = !model.options.restricts()
        || matches!(msg, Msg::Engine(_) | Msg::EngineReady(_) | Msg::Host(_) | Msg::Address(_))
        // What a key does comes by here as a message of its own.
        || matches!(msg, Msg::Key { .. })
        // They lead only to where the visitor has been; and the way back to the author's own.
        || (!model.options.lock && matches!(msg, Msg::Undo | Msg::Redo | Msg::ResetStage));
    if is_free {
        let is_address = matches!(msg, Msg::Address(_));
        let effects = act(model, msg);
        if is_address {
            model.home = Rc::clone(&model.scenario);
        }
        return effects;
    }
    let before = model.clone();
    let effects = act(model, msg);
    if Rc::ptr_eq(&before.scenario, &model.scenario)
        || permits(&model.options, &before.scenario, &model.scenario)
    {
        return effects;
    }
    *model = before;
    let what = "is kept as it is by the link that led here";
    model.notice = vec![Problem::new("This", what)];
    Vec::new()
}

/// Whether a visitor may go from one scenario to another.
fn permits(options: &Options, before: &Scenario, after: &Scenario) -> bool {
    let commands = steps::between(before, after);
    // What its settings alone make of it: faults of a server go with it.
    let mut set = before.clone();
    for command in commands.iter().filter(|command| matches!(command, Command::Set { .. })) {
        // What is refused on the way leaves the faults as they were: they count as changed.
        let _ = steps::apply(&mut set, command);
    }
    commands.iter().all(|command| match command {
        Command::Set { settings } => settings.iter().all(|(key, _)| options.may_set(key)),
        Command::Timeline { faults, changes } => {
            let (before, planned) = set.timeline();
            *changes == planned && (*faults == before || options.may_break())
        }
        // Of all that takes a new start, only a stage as it is at first.
        _ => (1..=presets::STAGES.len() as u8)
            .any(|stage| options.may_visit(stage) && *after == presets::stage(stage)),
    })
}

/// Does what the page around asks for, and answers.
pub fn obey(model: &mut Model, message: Message) -> Vec<Effect> {
    let id = message.id;
    let shown = std::mem::take(&mut model.notice);
    let (before, home) = (Rc::clone(&model.scenario), Rc::clone(&model.home));
    let is_asked = id.is_some() || matches!(message.order, Ok(Order::Get));
    let mut effects = match message.order {
        Ok(Order::Export(export)) => {
            model.notice = shown;
            return self::export(model, export, id);
        }
        Ok(order) => carry_out(model, order),
        Err(problems) => {
            model.notice = problems;
            Vec::new()
        }
    };
    let problems = std::mem::replace(&mut model.notice, shown);
    let is_changed = !Rc::ptr_eq(&before, &model.scenario);
    if is_changed {
        // What the author did is not the visitor's to undo.
        model.steps = Steps::default();
    }
    // What was brought into range or passed over in a link is said, and that it is done.
    let is_done = problems.is_empty() || is_changed || !Rc::ptr_eq(&home, &model.home);
    if !problems.is_empty() {
        let asked = id.as_ref().filter(|_| !is_done);
        effects.push(Effect::Answer(embed::error(asked, &problems)));
    }
    if is_done && is_asked {
        effects.push(Effect::Answer(embed::state(model, id.as_ref())));
    }
    effects
}

fn carry_out(model: &mut Model, order: Order) -> Vec<Effect> {
    const WHAT: &str = "Asked for by the page around";
    match order {
        Order::Load(scenario, problems) => load(model, &scenario, problems),
        Order::Act(commands) => change(model, WHAT.to_owned(), commands, false),
        Order::Play => play(model, true),
        Order::Pause => play(model, false),
        Order::Reset => {
            let home = Rc::clone(&model.home);
            load(model, &home, Vec::new())
        }
        Order::Stage(number) => go(model, format!("Stage {number}"), &presets::stage(number), true),
        Order::Get | Order::Export(_) => {
            vec![Effect::Answer(embed::metrics(model))]
        }
    }
}

/// Gives what could be saved.
fn export(model: &Model, export: Export, id: Option<Value>) -> Vec<Effect> {
    let name = export.file_name(&model.scenario);
    match edit::content(model, export) {
        Err(why) => vec![Effect::Answer(embed::error(id.as_ref(), &[why]))],
        Ok(text) if export == Export::Svg => vec![Effect::AnswerPicture { id, name, text }],
        Ok(text) => vec![Effect::Answer(embed::exported(id.as_ref(), &name, &text))],
    }
}

/// Another scenario from time zero; one that cannot run is refused.
fn load(model: &mut Model, scenario: &Scenario, problems: Vec<Problem>) -> Vec<Effect> {
    if let Err(wrong) = Topology::build(scenario) {
        model.notice = problems;
        model.notice.extend(wrong);
        return Vec::new();
    }
    model.home = Rc::new(scenario.clone());
    let mut effects = go(model, "Loaded by the page around".to_owned(), scenario, false);
    effects.push(Effect::Send(Command::Load { link: model.link.clone() }));
    model.notice = problems;
    effects
}
