//! The bar on top: the stages of the story, undo and redo, theme, help and link.

use super::field::Choice;
use super::icon::{self, icon};
use super::{Tell, files, format};
use crate::sim::scenario::Base;
use crate::sim::scenario::presets::{PRESETS, STAGES, Stage};
use crate::web::model::{Model, Msg};
use crate::web::route::Theme;
use yew::prelude::*;

/// The bar.
pub fn view(model: &Model, tell: &Tell) -> Html {
    html! {
        <header class="top">
            <h1 class="brand">{ "Millionth" }</h1>
            if !model.options.embed {
                <nav class="rail" aria-label="Stages">
                    <ol>{ for STAGES.iter().map(|known| stage(model, known, tell)) }</ol>
                    { presets(model, tell) }
                </nav>
            }
            <div class="tools">
                if model.options.embed { { play(model, tell) } }
                { step("Undo", icon::UNDO, model.steps.last_done(), tell.reform(|_| Msg::Undo)) }
                { step("Redo", icon::REDO, model.steps.last_undone(), tell.reform(|_| Msg::Redo)) }
                { theme(model, tell) }
                <button type="button" class="quiet" onclick={tell.reform(|_| Msg::Help(true))}
                    aria-label="Help and settings" title="Help and settings">{ "?" }</button>
                if !model.options.embed { { files::menu(tell) } }
                <button type="button" class="main" onclick={tell.reform(|_| Msg::CopyLink)}>
                    { if model.copied.as_ref() == Some(&model.link) { "Copied" } else { "Copy link" } }
                </button>
            </div>
        </header>
    }
}

fn stage(model: &Model, known: &Stage, tell: &Tell) -> Html {
    let number = known.number;
    let here = model.stage() == Some(number);
    let passed = model.stage().is_some_and(|now| number <= now);
    let onclick = tell.reform(move |_: MouseEvent| Msg::Stage(number));
    html! {
        <li key={number}>
            <button type="button" class={classes!("rail-stage", here.then_some("here"))}
                aria-current={here.then_some("step")} {onclick}>
                <span class={classes!("rail-number", passed.then_some("passed"))}>{ number }</span>
                <span class="rail-text">
                    <span class="rail-name">{ known.name }</span>
                    <span class="rail-users">{ format::count(known.users) }{ " users" }</span>
                </span>
            </button>
        </li>
    }
}

/// In a low frame the controls of time stand below what is seen first: play is here as well.
fn play(model: &Model, tell: &Tell) -> Html {
    let (shape, name) = if model.playing { (icon::PAUSE, "Pause") } else { (icon::PLAY, "Play") };
    html! {
        <button type="button" class="quiet low-only" onclick={tell.reform(|_| Msg::TogglePlay)}
            aria-label={name} title={name}>{ icon(shape) }</button>
    }
}

/// The other scenarios: the sandbox, and failures that people have.
fn presets(model: &Model, tell: &Tell) -> Html {
    let choices: Vec<(AttrValue, AttrValue)> = std::iter::once(("".into(), "More …".into()))
        .chain(PRESETS.iter().enumerate().map(|(i, p)| (i.to_string().into(), p.name.into())))
        .collect();
    let value = match model.scenario.base {
        Base::Preset(place) => place.to_string(),
        Base::Stage(_) | Base::Parts => String::new(),
    };
    let choosing = tell.clone();
    let on_choose = Callback::from(move |text: String| {
        if let Ok(place) = text.parse() {
            choosing.emit(Msg::Preset(place));
        }
    });
    html! {
        <div class="rail-more">
            <label class="unseen" for="more">{ "Sandbox and failures" }</label>
            <Choice id="more" {choices} {value} {on_choose} />
        </div>
    }
}

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

fn theme(model: &Model, tell: &Tell) -> Html {
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
