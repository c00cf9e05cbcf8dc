//! Beside the stages: the sandbox, the failures that people have with their remedies, and what is to
//! be kept of the story.

use super::super::Tell;
use crate::sim::scenario::presets::{self, PRESETS};
use crate::sim::scenario::{Base, Scenario, link};
use crate::sim::session::Command;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::timeline;

/// The panel of a scenario that is no stage's; what is planned stands above all that leads elsewhere.
pub fn view(model: &Model, planned: Html, tell: &Tell) -> Html {
    let Base::Preset(place) = model.scenario.base else {
        return html! {
            <>
                <p class="eyebrow">{ "Own scenario" }</p>
                <h2 id="lesson-title" tabindex="-1">{ "Parts of your own" }</h2>
                <p>{ "A link can name any parts: ?parts=clients,web. Stages tell a story from there." }</p>
                { planned }
                { failures(model, None, tell) }
            </>
        };
    };
    let place = usize::from(place);
    let preset = &PRESETS[place];
    let is_sandbox = preset.key == "sandbox";
    html! {
        <>
            <p class="eyebrow">
                { if is_sandbox { "Build your own" } else { "A failure that people really have" } }
            </p>
            <h2 id="lesson-title" tabindex="-1">{ preset.name }</h2>
            <p>{ preset.story }</p>
            { planned }
            if is_sandbox { { beginnings(model, place, tell) } } else { { remedy(model, place, tell) } }
            { failures(model, Some(place), tell) }
        </>
    }
}

/// The stages that something of one's own is begun with, and what each is then.
const BEGINNINGS: [(u8, &str); 3] = [
    (1, "One server"),
    (6, "One site: balancer, caches, replicas"),
    (9, "Three sites with shards"),
];

/// What the sandbox is begun with, the system of a stage: in full at first.
fn beginnings(model: &Model, place: usize, tell: &Tell) -> Html {
    let item = |&(stage, name): &(u8, &'static str)| {
        let target = Scenario { base: Base::Preset(place as u8), ..presets::stage(stage) };
        let is_here = *model.scenario == target;
        let commands = vec![Command::Load { link: link::write(&target) }];
        if !is_here && !model.may_do(&commands) {
            return Html::default();
        }
        let act = tell.reform(move |_: MouseEvent| Msg::Act(name.to_owned(), commands.clone()));
        choice(name, is_here, act)
    };
    html! {
        <>
            <h3>{ "Begin with" }</h3>
            <ul class="tries">{ for BEGINNINGS.iter().map(item) }</ul>
        </>
    }
}

/// One of several systems, of which one may be there already.
fn choice(name: &'static str, is_here: bool, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <li>
            <button type="button" class="try" {onclick} aria-current={is_here.then_some("true")}>
                <span class="sign" aria-hidden="true">{ if is_here { "●" } else { "▸" } }</span>
                { name }
            </button>
        </li>
    }
}

/// Whether the failure of a preset has yet to begin: to watch it is the thing to do.
pub fn is_to_come(model: &Model) -> bool {
    matches!(model.scenario.base, Base::Preset(_))
        && timeline::is_to_come(&model.scenario, model.live.figures.at_s)
}

/// What is set otherwise where the failure does not come about.
fn remedy(model: &Model, place: usize, tell: &Tell) -> Html {
    let (origin, remedied) =
        (presets::preset(place), link::read(&presets::remedied(place)).scenario);
    let is_on = *model.scenario == remedied;
    let words = words(&origin, &remedied);
    let (label, target) = if is_on {
        ("↺ Without the remedy, from the start".to_owned(), &origin)
    } else {
        ("▸ With the remedy, from the start".to_owned(), &remedied)
    };
    let commands = vec![Command::Load { link: link::write(target) }];
    let may_act = model.may_do(&commands);
    let what = if is_on { "Without the remedy" } else { "With the remedy" };
    let class = if is_to_come(model) { "plain act" } else { "main act" };
    let act = tell.reform(move |_: MouseEvent| Msg::Act(what.to_owned(), commands.clone()));
    html! {
        <section class="challenge" aria-labelledby="remedy-title">
            <h3 id="remedy-title">{ "What helps" }</h3>
            <ul>{ for words.into_iter().map(|text| html! { <li>{ text }</li> }) }</ul>
            if may_act { <button type="button" {class} id="remedy" onclick={act}>{ label }</button> }
            <p class="muted">{ "Watch the charts below as the run goes through its timeline." }</p>
        </section>
    }
}

/// The settings and faults in which a remedy differs, in words.
fn words(origin: &Scenario, remedied: &Scenario) -> Vec<String> {
    let before = origin.settings();
    let settings = remedied.settings().into_iter().filter(|setting| !before.contains(setting));
    let mut words: Vec<String> = settings
        .map(|(key, value)| match remedied.locate(&key) {
            Ok((part, _, param)) => {
                format!("{}: {} {value}", remedied.parts[part].kind.label(), param.label)
            }
            Err(_) => format!("{key} {value}"),
        })
        .collect();
    let faults = remedied.faults.iter().filter(|fault| !origin.faults.contains(fault));
    words.extend(faults.map(|fault| crate::web::summary::fault_text(fault, remedied)));
    words
}

/// All failures, to choose from where any may be chosen.
fn failures(model: &Model, here: Option<usize>, tell: &Tell) -> Html {
    if model.options.restricts() {
        return Html::default();
    }
    let item = |(place, preset): (usize, &presets::Preset)| {
        let onclick = tell.reform(move |_: MouseEvent| Msg::Preset(place));
        choice(preset.name, here == Some(place), onclick)
    };
    let all = PRESETS.iter().enumerate().filter(|(_, preset)| preset.key != "sandbox");
    html! {
        <>
            <h3>{ "Failures that people really have" }</h3>
            <ul class="tries">{ for all.map(item) }</ul>
        </>
    }
}

/// What is to be kept of the story: each with the stage that shows it.
const TAKEAWAYS: [(&str, &str, u8); 5] = [
    ("Grow step by step", "Start small; add a part when the one before is the limit.", 2),
    ("Have two of everything", "No part may be the only one of its kind.", 4),
    ("Decouple", "Stateless servers and queues let parts grow, fail and change alone.", 8),
    ("Monitor", "What is measured is found by you before users find it.", 8),
    ("Automate", "Scaling, healing and deploying have to work at night, too.", 6),
];

/// Key takeaways, after the last stage.
pub fn takeaways(model: &Model, tell: &Tell) -> Html {
    let item = |&(name, text, stage): &(&'static str, &'static str, u8)| {
        let see = format!("See it in stage {stage}");
        html! {
            <li>
                <strong>{ name }{ ". " }</strong>{ text }{ " " }
                { super::into_stage(model, stage, "quiet link", see, tell) }
            </li>
        }
    };
    html! {
        <>
            <h3>{ "Key takeaways" }</h3>
            <ul class="takeaways">{ for TAKEAWAYS.iter().map(item) }</ul>
        </>
    }
}

/// The way on from the last stage; an ending once its goal is reached.
pub fn ending(model: &Model, is_met: bool, tell: &Tell) -> Html {
    html! {
        <>
            if is_met {
                <p class="answer"><strong>{ "A million users a day. " }</strong>
                    { "You came all the way from one server. What to keep of it stands below." }</p>
            }
            if !model.options.restricts() {
                <button type="button" class={super::way_on(is_met)} onclick={tell.reform(|_: MouseEvent| Msg::Preset(0))}>
                    { "The sandbox: build your own →" }
                </button>
            }
        </>
    }
}
