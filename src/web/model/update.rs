//! The only way the model changes: a message in, effects out.

mod hear;
mod host;

use super::{Before, Effect, Model, Msg, Place, SPEEDS, Selection, edit, runnable};
use crate::sim::scenario::{Problem, Scenario, link, presets};
use crate::sim::session::{Command, Question};
use crate::web::compare;
use crate::web::insight;
use crate::web::lessons::story;
use crate::web::route;
use crate::web::share;
use crate::web::steps::{self, Steps};
use crate::web::timeline;
use crate::web::view::format;
use std::rc::Rc;

/// Takes on a message; says what is to be done outside.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    host::guarded(model, msg)
}

fn act(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Host(message) => host::obey(model, *message),
        Msg::EngineReady(place) => ready(model, place),
        Msg::Engine(said) => hear::hear(model, *said),
        Msg::Set { key, text, done } => set(model, &key, &text, done),
        Msg::Timeline(msg) => edit::timeline(model, msg),
        Msg::Parts(msg) => edit::parts(model, msg),
        Msg::Files(msg) => edit::files(model, msg),
        Msg::Act(what, commands) => change(model, what, commands, false),
        Msg::Story(msg) => story::update(model, msg, change),
        Msg::Stage(number) => stage(model, number),
        Msg::Preset(place) => {
            let what = presets::PRESETS[place].name.to_owned();
            go(model, what, &presets::preset(place), true)
        }
        Msg::ResetStage => {
            let target = model.origin();
            go(model, "Reset of the stage".to_owned(), &target, false)
        }
        Msg::ResetAll => reset_all(model),
        Msg::Restart => {
            model.insight.unanswered();
            vec![Effect::Send(Command::Load { link: model.link.clone() })]
        }
        Msg::Undo => {
            let what = model.steps.last_done().map(|what| format!("Undo: {what}"));
            travel(model, what, Steps::undo)
        }
        Msg::Redo => {
            let what = model.steps.last_undone().map(|what| format!("Redo: {what}"));
            travel(model, what, Steps::redo)
        }
        Msg::TogglePlay => {
            model.ahead = None;
            play(model, !model.playing)
        }
        Msg::Step => {
            (model.playing, model.ahead) = (false, None);
            vec![Effect::Send(Command::Step { ms: 100.0 })]
        }
        Msg::Ahead(to_s) => {
            model.ahead = Some(to_s);
            model.said = format!("Running ahead to {} s", format::plain(to_s));
            play(model, true)
        }
        Msg::Speed(factor) => {
            model.speed = factor;
            vec![Effect::Send(Command::Speed { factor })]
        }
        Msg::Address(address) => visit(model, &address),
        Msg::Hidden(hidden) => hide(model, hidden),
        Msg::ToggleTheme => {
            let theme = Some(model.shown_theme().other());
            update(model, Msg::ChooseTheme(theme))
        }
        Msg::ChooseTheme(theme) => {
            (model.theme, model.options.theme) = (theme, None);
            vec![Effect::Theme(theme), address(model, false)]
        }
        Msg::Motion(on) => {
            model.options.motion = on;
            vec![address(model, false)]
        }
        Msg::Seed(seed) => {
            let mut target = (*model.scenario).clone();
            target.seed = seed;
            go(model, format!("Seed {seed}"), &target, false)
        }
        Msg::Key { key, command, shift } => press(model, &key, command, shift),
        Msg::Share(msg) => share::update(model, msg),
        Msg::Insight(msg) => insight::update(model, msg, go),
        Msg::NewSeed => vec![Effect::DrawSeed],
        Msg::Painted => {
            model.layers += 1;
            vec![]
        }
        other => look(model, &other),
    }
}

/// Messages that change only what is looked at.
fn look(model: &mut Model, msg: &Msg) -> Vec<Effect> {
    match *msg {
        Msg::Select(selected) => {
            model.selected = selected;
            return selected.map_or_else(Vec::new, |_| vec![Effect::Reveal("inspector")]);
        }
        Msg::Enter(at) => {
            model.selected = Some(at);
            return vec![Effect::Enter];
        }
        Msg::AllSites(all) => model.all_sites = all,
        Msg::AtHand(open) => {
            model.at_hand = Some(open);
            if open {
                return vec![Effect::Reveal("inspector")];
            }
        }
        Msg::KeepAtHand => model.at_hand = Some(true),
        Msg::Explain(metric) => model.explained = metric.filter(|_| metric != model.explained),
        Msg::Prefers(prefers) => model.prefers = prefers,
        Msg::DismissNotice => model.notice.clear(),
        Msg::Help(open) => model.help = open,
        Msg::Shortcuts(on) => model.shortcuts = on,
        _ => {}
    }
    Vec::new()
}

fn ready(model: &mut Model, place: Place) -> Vec<Effect> {
    model.place = place;
    model.engine_link.clear();
    model.insight.unanswered();
    let mut effects = vec![
        Effect::Send(Command::Load { link: model.link.clone() }),
        Effect::Send(Command::Speed { factor: model.speed }),
    ];
    if model.playing && !model.hidden {
        effects.push(Effect::Send(going(model)));
    }
    if model.insight.with_theory {
        effects.push(Effect::Send(Command::Ask(Question::Theory)));
    }
    effects.extend(compare::missing(model).map(Effect::Send));
    if let Some(notice) = place.notice() {
        // In place of what was said when it failed the first time.
        model.notice.retain(|known| known.at != notice.at);
        model.notice.push(notice);
    }
    if !model.notice.is_empty() {
        // What was wrong in the address is put right there too.
        effects.push(address(model, false));
    }
    effects
}

/// Takes on a changed scenario: notes the step, marks what is settled as old.
pub(super) fn adopt(model: &mut Model, scenario: Scenario, what: String, gesture: Option<&str>) {
    // Another stage or preset is no change of this system.
    let is_same = model.scenario.base == scenario.base;
    let settled = model.settled.clone().filter(|_| model.fresh && is_same);
    let before = settled.map(|settled| Before { settled, scenario: Rc::clone(&model.scenario) });
    let is_new = model.steps.push(&model.scenario, what.clone(), gesture);
    if is_new {
        model.before = before;
    }
    model.history.note(model.live.figures.at_s, what, is_new);
    stand(model, scenario);
}

/// Shows a scenario without noting a step.
fn stand(model: &mut Model, scenario: Scenario) {
    model.selected = model.selected.and_then(|old| {
        scenario.spec(old.kind)?;
        let whole = Selection::of(old.kind, &scenario);
        // A site that is gone gives way to the first.
        let site =
            whole.site.map(|first| old.site.filter(|s| *s < scenario.sites).unwrap_or(first));
        let servers = scenario.servers_at(old.kind, site);
        Some(Selection { site, server: old.server.filter(|&s| s < servers), ..whole })
    });
    let now = model.live.figures.at_s;
    hear::note(model, &timeline::told(&model.scenario, &scenario, now));
    model.timeline.since.follow(&model.scenario, &scenario, now);
    model.link = link::write(&scenario);
    model.scenario = Rc::new(scenario);
    model.fresh = false;
    model.insight.forget(&model.scenario);
}

pub(super) fn address(model: &Model, push: bool) -> Effect {
    Effect::Address {
        text: route::write(&model.scenario, &model.options),
        push: push && !model.options.embed,
    }
}

fn set(model: &mut Model, key: &str, text: &str, done: bool) -> Vec<Effect> {
    let command = Command::set(key, text);
    // What was wrong before is over: who goes on has read it.
    model.notice.clear();
    // From where the drag began: faults of servers that were away on its way are there again.
    let mut scenario = (**model.steps.before_gesture(key).unwrap_or(&model.scenario)).clone();
    let outcome = steps::apply(&mut scenario, &command);
    match outcome {
        Err(problems) => {
            model.notice = problems;
            let_go(model, done);
            Vec::new()
        }
        Ok(problems) => {
            let is_same = scenario == *model.scenario;
            if !problems.is_empty() {
                model.notice = problems;
            }
            let before = model.steps.before_gesture(key).unwrap_or(&model.scenario);
            let gone = before.faults.len().saturating_sub(scenario.faults.len());
            if done && gone > 0 {
                let what = match gone {
                    1 => "a fault went with the server it was of".to_owned(),
                    _ => format!("{gone} faults went with the servers they were of"),
                };
                model.notice.push(Problem::new(key, what));
            }
            if is_same {
                let_go(model, done);
                return Vec::new();
            }
            let before = model.steps.before_gesture(key).unwrap_or(&model.scenario);
            let what = steps::named(before, &scenario, key);
            let commands = match scenario.faults == after(&model.scenario, &command).faults {
                true => vec![command],
                false => steps::between(&model.scenario, &scenario),
            };
            adopt(model, scenario, what, Some(key));
            let_go(model, done);
            let mut effects: Vec<Effect> = commands.into_iter().map(Effect::Send).collect();
            effects.push(address(model, false));
            effects
        }
    }
}

/// A control was let go, perhaps where it stood before.
fn let_go(model: &mut Model, done: bool) {
    if done && model.steps.end(&model.scenario) {
        model.before = None;
    }
}

/// What the engine makes of a scenario by a command alone.
fn after(scenario: &Scenario, command: &Command) -> Scenario {
    let mut scenario = scenario.clone();
    // Refused, it leaves the scenario as it is.
    let _ = steps::apply(&mut scenario, command);
    scenario
}

/// Several commands as one step; nothing happens when one of them is refused.
pub(super) fn change(
    model: &mut Model,
    what: String,
    commands: Vec<Command>,
    push: bool,
) -> Vec<Effect> {
    let mut scenario = (*model.scenario).clone();
    let (mut problems, mut is_refused) = (Vec::new(), false);
    for command in &commands {
        let said = steps::apply(&mut scenario, command);
        is_refused |= said.is_err();
        problems.extend(said.unwrap_or_else(|said| said));
    }
    model.notice = problems;
    if is_refused {
        return Vec::new();
    }
    model.steps.close();
    if scenario == *model.scenario {
        return Vec::new();
    }
    adopt(model, scenario, what, None);
    let mut effects: Vec<Effect> = commands.into_iter().map(Effect::Send).collect();
    effects.push(address(model, push));
    effects
}

pub(super) fn go(model: &mut Model, what: String, target: &Scenario, push: bool) -> Vec<Effect> {
    let commands = steps::between(&model.scenario, target);
    change(model, what, commands, push)
}

fn stage(model: &mut Model, number: u8) -> Vec<Effect> {
    if model.stage() == Some(number) {
        return Vec::new();
    }
    let what = format!("Stage {number}");
    go(model, what, &presets::stage(number), true)
}

fn reset_all(model: &mut Model) -> Vec<Effect> {
    (model.selected, model.explained, model.speed) = (None, None, 1.0);
    let mut effects = vec![Effect::Send(Command::Speed { factor: 1.0 })];
    effects.extend(go(model, "Reset of everything".to_owned(), &presets::stage(1), true));
    effects
}

fn travel(
    model: &mut Model,
    what: Option<String>,
    way: fn(&mut Steps, &Rc<Scenario>) -> Option<Rc<Scenario>>,
) -> Vec<Effect> {
    let now = Rc::clone(&model.scenario);
    let Some(target) = way(&mut model.steps, &now) else {
        return Vec::new();
    };
    let was_swap = compare::is_swap(what.as_deref());
    model.history.note(model.live.figures.at_s, what.unwrap_or_default(), true);
    let commands = steps::between(&now, &target);
    model.before = None;
    model.notice = edit::left_behind(model, &commands);
    stand(model, (*target).clone());
    let asked = compare::traveled(model, &now, was_swap);
    let mut effects: Vec<Effect> = commands.into_iter().map(Effect::Send).collect();
    effects.extend(asked.map(Effect::Send));
    effects.push(address(model, false));
    effects
}

fn play(model: &mut Model, playing: bool) -> Vec<Effect> {
    model.playing = playing;
    // Out of sight nothing runs, whoever asked for it; it goes on when it is seen again.
    let command = if playing && !model.hidden { going(model) } else { Command::Pause };
    vec![Effect::Send(command)]
}

/// What makes time pass, as it is to pass now.
fn going(model: &Model) -> Command {
    model.ahead.map_or(Command::Play, |to_s| Command::Ahead { to_s })
}

fn hide(model: &mut Model, hidden: bool) -> Vec<Effect> {
    if std::mem::replace(&mut model.hidden, hidden) == hidden || !model.playing {
        return Vec::new();
    }
    let command = if hidden { Command::Pause } else { going(model) };
    vec![Effect::Send(command)]
}

fn press(model: &mut Model, key: &str, command: bool, shift: bool) -> Vec<Effect> {
    let faster = |up: bool| {
        let at = SPEEDS.iter().position(|&s| s >= model.speed).unwrap_or(0);
        let next = if up { at + 1 } else { at.saturating_sub(1) };
        Msg::Speed(SPEEDS[next.min(SPEEDS.len() - 1)])
    };
    let msg = match key {
        "z" | "Z" if command && shift => Msg::Redo,
        "y" if command => Msg::Redo,
        "z" | "Z" if command => Msg::Undo,
        _ if command || !model.shortcuts => return Vec::new(),
        _ if model.help || model.share.open || model.story.glossary => return Vec::new(),
        " " => Msg::TogglePlay,
        "." => Msg::Step,
        "[" => faster(false),
        "]" => faster(true),
        "r" => Msg::Restart,
        "t" => Msg::ToggleTheme,
        "?" => Msg::Help(true),
        _ => return Vec::new(),
    };
    update(model, msg)
}

/// The address changed by Back, Forward or by hand.
fn visit(model: &mut Model, text: &str) -> Vec<Effect> {
    let route = route::read(text);
    let mut problems = route.reading.all_problems();
    let scenario = runnable(route.reading.scenario, &mut problems);
    model.options = route.options;
    if scenario == *model.scenario {
        let is_right = problems.is_empty();
        model.notice = problems;
        return if is_right { Vec::new() } else { vec![address(model, false)] };
    }
    let mut effects = go(model, "Another link".to_owned(), &scenario, false);
    if problems.is_empty() {
        // The address is already there.
        effects.retain(|effect| !matches!(effect, Effect::Address { .. }));
    }
    model.notice = problems;
    effects
}
