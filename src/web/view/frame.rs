//! What is different in an embed: a narrow head in place of the top bar, and the settings that its
//! author left to the visitor.

use super::icon::{self, icon};
use super::setting::setting;
use super::{Tell, top_bar};
use crate::sim::scenario::presets::STAGES;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::route::{self, Options};
use crate::web::summary;

/// The head: play, the stages that may be visited, undo, theme, and the way to the whole page.
pub fn head(model: &Model, tell: &Tell) -> Html {
    let options = &model.options;
    html! {
        <header class="frame-head">
            { play(model, tell) }
            <h1 class="brand">{ summary::base_name(&model.scenario) }</h1>
            if options.stages.is_some() {
                <nav aria-label="Stages"><ol class="frame-stages">
                    { for STAGES.iter().map(|known| known.number).filter(|&n| options.may_visit(n)).map(|n| stage(model, n, tell)) }
                </ol></nav>
            }
            <div class="tools">
                { top_bar::steps(model, tell) }
                if options.theme.is_none() { { top_bar::theme(model, tell) } }
                <button type="button" class="quiet" onclick={tell.reform(|_| Msg::Help(true))}
                    aria-label="Help and settings" title="Help and settings">{ "?" }</button>
                if options.links { { whole(model) } }
            </div>
        </header>
    }
}

/// Play and pause, where the clock's own are not there.
pub fn play(model: &Model, tell: &Tell) -> Html {
    let (shape, name) = if model.playing { (icon::PAUSE, "Pause") } else { (icon::PLAY, "Play") };
    html! {
        <button type="button" class="quiet frame-play" onclick={tell.reform(|_| Msg::TogglePlay)}
            aria-label={format!("{name} the run")} title={name}>{ icon(shape) }</button>
    }
}

fn stage(model: &Model, number: u8, tell: &Tell) -> Html {
    let here = model.stage() == Some(number);
    let name = STAGES.iter().find(|known| known.number == number).map_or("", |known| known.name);
    let onclick = tell.reform(move |_: MouseEvent| Msg::Stage(number));
    html! {
        <li key={number}>
            <button type="button" class={classes!("quiet", here.then_some("here"))} {onclick}
                aria-current={here.then_some("step")} aria-label={format!("Stage {number}: {name}")} title={name}>
                { number }
            </button>
        </li>
    }
}

/// The same system in the whole page, with everything that can be changed.
fn whole(model: &Model) -> Html {
    let options = Options { motion: model.options.motion, ..Options::default() };
    html! {
        <a class="quiet" href={route::write(&model.scenario, &options)} target="_blank" rel="noopener">
            { "Open in a new tab" }
        </a>
    }
}

/// The settings that the address names, in its order; all settings of a part that it names. Those
/// of one site stand under its name.
pub fn settings(model: &Model, controls: &[String], tell: &Tell) -> Html {
    let scenario = &model.scenario;
    let group = |control: &String| {
        let (name, wanted) = control.split_once('.').unwrap_or((control, ""));
        let Ok((kind, site)) = scenario.find(name) else {
            return Html::default();
        };
        let is_offered = |key: &&str| {
            (wanted.is_empty() || *key == wanted) && model.options.may_set(&format!("{name}.{key}"))
        };
        let keys = kind.params().iter().map(|param| param.key).filter(is_offered);
        let place = site.filter(|_| scenario.sites > 1).map(|_| summary::part_name(name, scenario));
        html! {
            <>
                if let Some(place) = place { <h3>{ place }</h3> }
                <div class="settings">{ for keys.map(|key| setting(scenario, name, key, tell)) }</div>
            </>
        }
    };
    html! { <>{ for controls.iter().map(group) }</> }
}
