//! The row below the eight numbers: what can be asked of the system, the short form of an answer
//! that is drawn in the diagram, and the way back through the run.

use super::{Tell, field, format, glossary, icon, log, threats};
use crate::sim::run::requests::CLASSES;
use crate::sim::scenario::Base;
use crate::sim::scenario::presets::PRESETS;
use crate::sim::traces::Trace;
use crate::web::compare;
use crate::web::history::LONGEST;
use crate::web::insight::{self, CHOICES, Which};
use crate::web::lessons;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::summary;
use web_sys::HtmlInputElement;

fn button(name: &'static str, tell: &Tell, msg: insight::Msg) -> Html {
    let onclick = tell.reform(move |_: MouseEvent| Msg::Insight(msg));
    html! { <button type="button" class="quiet ask-for" {onclick}>{ name }</button> }
}

/// Moves the focus, and so the page, to a panel.
fn go_to(id: &'static str) -> Callback<MouseEvent> {
    Callback::from(move |_: MouseEvent| field::show(id))
}

/// The row.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let insight = &model.insight;
    if insight.moment.is_some() {
        return looking_back(model, tell);
    }
    let newest = model.history.times.last().copied();
    html! {
        <div class="asks" role="group" aria-label="Ask">
            if insight.marks.is_some() && !insight.trying {
                { button("Hide ◆ marks", tell, insight::Msg::Marks(false)) }
            }
            if insight.trying {
                <button type="button" class="quiet ask-for" onclick={go_to("threats")}>{ tried(model) }</button>
            } else {
                { button("What must not die?", tell, insight::Msg::Threats) }
            }
            if let Some(kept) = &insight.kept {
                <button type="button" class="quiet ask-for" title={format!("A is {}", kept.about())} onclick={go_to("beside")}>{ "✓ A kept · compare" }</button>
            } else {
                { button("Keep as A", tell, insight::Msg::Compare(compare::Msg::Keep)) }
            }
            // There from the beginning, so that the row does not grow once there is a past.
            <button type="button" class="quiet ask-for" id="look-back" data-next="#moment" disabled={model.history.past().len() < 2}
                onclick={tell.reform(move |_: MouseEvent| Msg::Insight(insight::Msg::Moment(newest)))}>{ "Look back" }</button>
            // Last, since the answer takes more room than the question: what stands before stays.
            if insight.traces.is_some() {
                { traced(model, tell) }
            } else if insight.tracing {
                <span class="muted">{ "Following requests …" }</span>
                { button("Stop", tell, insight::Msg::HideTraces) }
            } else {
                <button type="button" class="quiet ask-for" id="follow" onclick={tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::Trace))}>{ "Follow a request" }</button>
            }
            { log::alert_line(model) }
        </div>
    }
}

/// Where the story does not stand beside the diagram: how it begins, and the way to it.
pub fn story(model: &Model) -> Html {
    let lead = match (model.stage().and_then(lessons::lesson), model.scenario.base) {
        (_, Base::Stage(1)) => lessons::LEAD,
        (Some(lesson), _) => lesson.new,
        (_, Base::Preset(place)) => PRESETS[usize::from(place)].story,
        _ => "",
    };
    // Two sentences say what it is about.
    let first = lead.match_indices(". ").nth(1).map_or(lead, |(end, _)| &lead[..=end]);
    html! {
        <p class="story">
            <strong>{ summary::base_name(&model.scenario) }{ ". " }</strong>
            { glossary::text(first) }{ " " }
            <button type="button" class="quiet link" onclick={go_to("lesson-title")}>
                { if model.stage().is_some() { "On to the story and challenge ↓" } else { "On to the story ↓" } }
            </button>
        </p>
    }
}

/// How far the trying of deaths has come.
fn tried(model: &Model) -> String {
    match &model.insight.tolls {
        Some(tolls) if tolls.rows.len() == tolls.of => {
            let fatal = threats::singles(tolls, &model.scenario);
            format!("{fatal} must not die")
        }
        Some(tolls) => format!("Trying {} of {} …", tolls.rows.len() + 1, tolls.of),
        None => "Trying …".to_owned(),
    }
}

/// The request that is drawn in the diagram, in short.
fn traced(model: &Model, tell: &Tell) -> Html {
    let sum = model.insight.trace().map_or_else(
        || "None of them failed.".to_owned(),
        |trace: &Trace| insight::in_words(trace, &model.scenario),
    );
    // In few words, so that what it failed of has room.
    let short =
        sum.replacen(" after ", ": ", 1).replace(" on the", "").replace("worked on", "work");
    html! {
        <>
            { choice(model, tell, "row") }
            <span class="asks-said" title={sum}>{ short }</span>
            <button type="button" class="quiet ask-for" onclick={go_to("traces")}>{ "Hop by hop" }</button>
            <button type="button" class="quiet" aria-label="Stop following" data-next="#follow" onclick={tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::HideTraces))}>{ icon::icon(icon::CLOSE) }</button>
        </>
    }
}

/// Which of the traced requests is looked at: native radio buttons, so that arrow keys move.
pub fn choice(model: &Model, tell: &Tell, place: &'static str) -> Html {
    let Some(traces) = model.insight.of_class() else {
        return Html::default();
    };
    let known = model.insight.traces.iter().flat_map(|traces| &traces.classes);
    let known = known.map(|(class, _)| {
        (AttrValue::from(class.clone()), AttrValue::from(summary::class_name(class).to_owned()))
    });
    let classes: Vec<(AttrValue, AttrValue)> =
        std::iter::once(("".into(), "All requests".into())).chain(known).collect();
    let value = model.insight.class.0.unwrap_or_default();
    let value = if classes.iter().any(|(class, _)| *class == value) { value } else { "" };
    let on_choose = tell.reform(|text: String| {
        let known = CLASSES.iter().map(|(_, class)| *class).find(|class| *class == text);
        Msg::Insight(insight::Msg::Class(insight::Class(known)))
    });
    let one = |(which, name): (Which, &'static str)| {
        let is_there = match which {
            Which::Typical => traces.typical.is_some(),
            Which::Slow => traces.slow.is_some(),
            Which::Failed => traces.failed.is_some(),
        };
        let onchange = tell.reform(move |_: Event| Msg::Insight(insight::Msg::Which(which)));
        html! {
            <label class="segment">
                <input type="radio" name={format!("which-{place}")} checked={model.insight.which == which} disabled={!is_there} {onchange} />
                <span>{ name }</span>
            </label>
        }
    };
    html! {
        <>
            <label class="unseen" for={format!("class-{place}")}>{ "Requests of which class" }</label>
            <field::Choice id={format!("class-{place}")} choices={classes} {value} {on_choose} />
            <span class="segments" role="radiogroup" aria-label="Which request">{ for CHOICES.into_iter().map(one) }</span>
        </>
    }
}

/// The way back through the run: a slider over the moments that are kept.
fn looking_back(model: &Model, tell: &Tell) -> Html {
    let times: std::rc::Rc<[f64]> = model.history.past().into();
    let at = model.insight.moment.unwrap_or_default();
    let place = times.partition_point(|time| *time <= at).saturating_sub(1);
    let known = std::rc::Rc::clone(&times);
    let oninput = tell.reform(move |event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        let place = input.value().parse::<usize>().unwrap_or(0);
        Msg::Insight(insight::Msg::Moment(known.get(place).copied()))
    });
    let said = format::clock(times.get(place).copied().unwrap_or(at));
    html! {
        <div class="asks back" key="back" role="group" aria-label="Looking back">
            <label for="moment"><strong>{ "Looking back at " }{ said.clone() }</strong></label>
            <input type="range" class="slider" id="moment" min="0" max={times.len().saturating_sub(1).to_string()} step="1"
                value={place.to_string()} aria-valuetext={format!("{said} of the run")} {oninput} />
            if model.history.times.len() == LONGEST || times.len() < model.history.times.len() {
                <span class="muted" id="kept">{ format!("the newest {} points are kept", times.len()) }</span>
            }
            <button type="button" class="plain" data-next="#look-back" onclick={tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::Moment(None)))}>{ "Back to live" }</button>
        </div>
    }
}
