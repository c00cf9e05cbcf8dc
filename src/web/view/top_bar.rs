//! The bar on top: the stages of the story, undo and redo, theme, help and link.

use super::field::Choice;
use super::icon::{self, icon};
use super::{Tell, files, format, frame};
use crate::sim::scenario::Base;
use crate::sim::scenario::presets::{PRESETS, STAGES, Stage};
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::route::Theme;
use crate::web::route::options::Panel;
use crate::web::share;

/// The bar.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let is_restricted = model.options.restricts();
    html! {
        <header class="top">
            <h1 class="brand">{ "Millionth" }</h1>
                <nav class="rail" aria-label="Stages">
                    <ol>
                        { for STAGES.iter().map(|known| stage(model, known, tell)) }
                        if !is_restricted { { sandbox(model, tell) } }
                    </ol>
                    if !is_restricted { { failures(model, tell) } }
                </nav>
            <div class="tools">
                if !model.options.shows(Panel::Time) { { frame::play(model, tell) } }
                { steps(model, tell) }
                { theme(model, tell) }
                <button type="button" class="quiet" onclick={tell.reform(|_| Msg::Help(true))}
                    aria-label="Help and settings" title="Help and settings">{ "?" }</button>
                { files::menu(!is_restricted, tell) }
                <button type="button" class="main" onclick={tell.reform(|_| Msg::Share(share::Msg::Open(true)))}
                    aria-haspopup="dialog">{ "Share" }</button>
            </div>
        </header>
    }
}

fn stage(model: &Model, known: &Stage, tell: &Tell) -> Html {
    let number = known.number;
    let here = model.stage() == Some(number);
    let passed = model.stage().is_none_or(|now| number <= now);
    let reached = model.story.has_reached(number);
    let onclick = tell.reform(move |_: MouseEvent| Msg::Stage(number));
    html! {
        <li key={number}>
            <button type="button" class={classes!("rail-stage", here.then_some("here"))}
                aria-current={here.then_some("step")} {onclick} disabled={!here && !model.options.may_visit(number)}>
                <span class={classes!("rail-number", passed.then_some("passed"))}>{ number }</span>
                if reached { <span class="rail-reached" aria-hidden="true">{ "✓" }</span> }
                <span class="rail-text">
                    <span class="rail-name">{ known.name }</span>
                    <span class="rail-users">{ format::count(known.users) }{ " users" }</span>
                    if reached { <span class="unseen">{ "goal reached" }</span> }
                </span>
            </button>
        </li>
    }
}

/// The tenth stop: no story any more, but everything to build with.
fn sandbox(model: &Model, tell: &Tell) -> Html {
    let here = model.scenario.base == Base::Preset(0);
    let onclick = tell.reform(|_: MouseEvent| Msg::Preset(0));
    html! {
        <li key="sandbox">
            <button type="button" class={classes!("rail-stage", "sandbox", here.then_some("here"))}
                aria-current={here.then_some("step")} {onclick}>
                <span class={classes!("rail-number", here.then_some("passed"))}>{ "∞" }</span>
                <span class="rail-text">
                    <span class="rail-name">{ PRESETS[0].name }</span>
                    <span class="rail-users">{ "build your own" }</span>
                </span>
            </button>
        </li>
    }
}

/// The failures that people really have.
fn failures(model: &Model, tell: &Tell) -> Html {
    let known = PRESETS.iter().enumerate().skip(1);
    let choices: Vec<(AttrValue, AttrValue)> = std::iter::once(("".into(), "Failures …".into()))
        .chain(known.map(|(place, preset)| (place.to_string().into(), preset.name.into())))
        .collect();
    let value = match model.scenario.base {
        Base::Preset(place) if place > 0 => place.to_string(),
        Base::Preset(_) | Base::Stage(_) | Base::Parts => String::new(),
    };
    let choosing = tell.clone();
    let on_choose = Callback::from(move |text: String| {
        if let Ok(place) = text.parse() {
            choosing.emit(Msg::Preset(place));
        }
    });
    html! {
        <div class="rail-more">
            <label class="unseen" for="more">{ "Failures that people really have" }</label>
            <Choice id="more" {choices} {value} {on_choose} />
        </div>
    }
}

/// Undo and redo, where anything can be changed.
pub fn steps(model: &Model, tell: &Tell) -> Html {
    html! {
        if !model.options.lock {
            { step("Undo", icon::UNDO, model.steps.last_done(), tell.reform(|_| Msg::Undo)) }
            { step("Redo", icon::REDO, model.steps.last_undone(), tell.reform(|_| Msg::Redo)) }
        }
    }
}

/// Undo or redo.
fn step(
    name: &'static str,
    shape: &'static str,
    what: Option<&str>,
    onclick: Callback<MouseEvent>,
) -> Html {
    let text = what.map_or_else(|| name.to_owned(), |what| format!("{name}: {what}"));
    html! {
        <button type="button" class="quiet" {onclick} disabled={what.is_none()}
            aria-label={text.clone()} title={text}>
            { icon(shape) }
            <span class="word">{ name }</span>
        </button>
    }
}

/// The switch between light and dark.
pub fn theme(model: &Model, tell: &Tell) -> Html {
    let (shape, name) = match model.shown_theme() {
        Theme::Light => (icon::MOON, "Dark theme"),
        Theme::Dark => (icon::SUN, "Light theme"),
    };
    html! {
        <button type="button" class="quiet" onclick={tell.reform(|_| Msg::ToggleTheme)}
            aria-label={name} title={name}>
            { icon(shape) }
        </button>
    }
}
