//! The story's panel: what this stage is about, what to try, what the last step changed, and what
//! limits the system now.

use super::{Tell, format};
use crate::sim::analysis::settle::Settled;
use crate::sim::scenario::Base;
use crate::sim::scenario::presets::{PRESETS, STAGES};
use crate::web::lessons;
use crate::web::model::{Model, Msg};
use crate::web::summary;
use yew::prelude::*;

/// The panel.
pub fn view(model: &Model, tell: &Tell) -> Html {
    // A live window that is still filling says little about what limits.
    let settled = model.settled.as_ref().filter(|_| model.fresh);
    let limit = settled.map_or_else(
        || "Being measured anew …".to_owned(),
        |settled| summary::limit(&model.scenario, &settled.figures),
    );
    html! {
        <aside class="lesson card" aria-labelledby="lesson-title">
            { story(model) }
            { before(model) }
            { tries(model, tell) }
            { goals(model) }
            { planned(model) }
            <h3>{ "What limits it now" }</h3>
            <p>{ limit }</p>
        </aside>
    }
}

/// What is planned on the timeline, and whether it is still to come.
fn planned(model: &Model) -> Html {
    let now = model.live.figures.at_s;
    let scenario = &model.scenario;
    let mut items: Vec<(f64, String)> = Vec::new();
    for fault in scenario.faults.iter().filter(|fault| fault.at.seconds() > 0.0) {
        items.push((fault.at.seconds(), summary::fault_alone(fault, scenario)));
    }
    for change in &scenario.changes {
        let label = scenario.locate(&change.key).map_or("", |(.., param)| param.label);
        let part = change.key.split('.').next().unwrap_or_default();
        let part = summary::part_name(part, scenario);
        items.push((change.at.seconds(), format!("{part}: {label} {}", change.value)));
    }
    if items.is_empty() {
        return Html::default();
    }
    items.sort_by(|a, b| a.0.total_cmp(&b.0));
    let item = |(at, what): (f64, String)| {
        let passed = (at <= now).then_some("muted");
        html! { <li class={classes!(passed)}><span>{ format!("{at} s") }</span><span>{ what }</span></li> }
    };
    html! {
        <>
            <h3>{ "On the timeline" }</h3>
            <ul class="planned">{ for items.into_iter().take(12).map(item) }</ul>
        </>
    }
}

/// What the stage has to meet, and whether it does.
fn goals(model: &Model) -> Html {
    let Some(stage) = model.stage() else {
        return Html::default();
    };
    let settled = model.settled.as_deref().filter(|settled| model.fresh && settled.complete);
    let item = |goal: lessons::Standing| {
        let (class, words) = match goal.is_met {
            None => ("muted", "…"),
            Some(true) => ("good", "✓ met"),
            Some(false) => ("bad", "✕ missed"),
        };
        html! { <li><span>{ goal.text }</span><span class={class}>{ words }</span></li> }
    };
    html! {
        <>
            <h3>{ "Goal" }</h3>
            <ul class="goals">{ for lessons::goals(stage, settled).into_iter().map(item) }</ul>
        </>
    }
}

fn story(model: &Model) -> Html {
    let stage = model.stage();
    let known = STAGES.iter().find(|known| Some(known.number) == stage);
    let (Some(known), Some(lesson)) = (known, stage.and_then(lessons::lesson)) else {
        if let Base::Preset(place) = model.scenario.base {
            let preset = &PRESETS[usize::from(place)];
            return html! {
                <>
                    <p class="eyebrow">{ if preset.key == "sandbox" { "Build your own" } else { "A failure that people have" } }</p>
                    <h2 id="lesson-title">{ preset.name }</h2>
                    <p>{ preset.story }</p>
                </>
            };
        }
        return html! {
            <>
                <p class="eyebrow">{ "Own scenario" }</p>
                <h2 id="lesson-title">{ "Parts of your own" }</h2>
                <p>{ "A link can name any parts: ?parts=clients,web. Stages tell a story from there." }</p>
            </>
        };
    };
    html! {
        <>
            <p class="eyebrow">{ format!("Stage {}", known.number) }</p>
            <h2 id="lesson-title">{ known.name }</h2>
            <p>{ lesson.new }</p>
            <h3>{ "Why" }</h3>
            <p>{ lesson.before }</p>
            <h3>{ "What breaks here" }</h3>
            <p>{ lesson.breaks }</p>
        </>
    }
}

fn tries(model: &Model, tell: &Tell) -> Html {
    let offered = lessons::tries(&model.scenario);
    if offered.is_empty() {
        return Html::default();
    }
    let item = |offered: lessons::Try| {
        let sign = if offered.is_back { "↺" } else { "▸" };
        let label = offered.label.clone();
        let onclick = tell
            .reform(move |_: MouseEvent| Msg::Act(offered.label.clone(), offered.commands.clone()));
        html! {
            <li>
                <button type="button" class="try" {onclick}>
                    <span class="sign" aria-hidden="true">{ sign }</span>{ label }
                </button>
            </li>
        }
    };
    html! {
        <>
            <h3>{ "Try it" }</h3>
            <ul class="tries">{ for offered.into_iter().map(item) }</ul>
        </>
    }
}

/// A figure's name, and how it is read off.
type Row = (&'static str, fn(&Settled) -> String);

/// What the last step changed: settled figures before and after it, both measured.
fn before(model: &Model) -> Html {
    let (Some(before), Some(now), Some(what)) =
        (&model.before, &model.settled, model.steps.last_done())
    else {
        return Html::default();
    };
    let rows: [Row; 5] = [
        ("p50", |s| time(s.p50_s.map(|e| e.value))),
        ("p99", |s| time(s.p99_s.map(|e| e.value))),
        ("Good answers", |s| format::rate(s.goodput.value)),
        ("Errors", |s| format::percent(s.error_share.value)),
        ("Cost a month", |s| format::usd(s.figures.usd_per_month)),
    ];
    let row = |(name, text): &Row| {
        let after = if model.fresh { text(now) } else { "…".to_owned() };
        html! {
            <tr>
                <th scope="row">{ *name }</th>
                <td>{ text(&before.settled) }</td>
                <td class="strong">{ after }</td>
            </tr>
        }
    };
    html! {
        <table class="figures">
            <caption><h3>{ "Before and after" }</h3><span class="muted">{ what.to_owned() }</span></caption>
            <thead>
                <tr><th scope="col">{ "Settled" }</th><th scope="col">{ "before" }</th><th scope="col">{ "now" }</th></tr>
            </thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}

fn time(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "–".to_owned(), format::duration)
}
