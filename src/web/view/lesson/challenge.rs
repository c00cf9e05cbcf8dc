//! The challenge of a stage: the goal and how it stands, the prediction, the action, the answer.

use super::super::field::focus;
use super::super::{Tell, glossary};
use crate::sim::analysis::settle::Settled;
use crate::sim::scenario::Scenario;
use crate::web::compare;
use crate::web::lessons::challenge::{self, Challenge, Question, counts};
use crate::web::lessons::{self, story};
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};

const TITLE: &str = "challenge-title";

/// Where the answer is to come.
const WAITS: &str = "Measuring: the answer comes …";

/// Where the visitor stands in the challenge of a stage.
pub struct Place {
    /// The stage's users are on the system that fails them.
    in_trouble: bool,
    /// The challenge was taken up.
    is_begun: bool,
    /// It was taken up, and answered with what the stage brings.
    has_acted: bool,
    /// It was answered, and its goal was reached, whatever is tried since.
    pub is_done: bool,
    /// What stands there is still built as the stage before.
    pub is_as_before: bool,
}

/// Where the visitor stands in the challenge of a stage.
pub fn place(model: &Model, stage: u8) -> Place {
    let seed = model.scenario.seed;
    let is_begun = model.story.under_way.is_some_and(|(known, _)| known == stage);
    let has_acted = is_begun && Scenario { seed, ..challenge::solution(stage) } == *model.scenario;
    let in_trouble = challenge::is_trouble(&model.scenario, stage);
    Place {
        in_trouble,
        is_begun,
        has_acted,
        is_done: model.story.has_acted(stage) && !in_trouble && model.story.has_reached(stage),
        is_as_before: challenge::is_as_before(&model.scenario),
    }
}

/// The challenge; once it is met, the way on stands in it.
pub fn view(model: &Model, stage: u8, place: &Place, onward: Html, tell: &Tell) -> Html {
    let Some(own) = challenge::challenge(stage) else {
        return Html::default();
    };
    let seed = model.scenario.seed;
    let Place { in_trouble, is_begun, has_acted, .. } = *place;
    // The answer stays while other things are tried, until the challenge begins again.
    let acted = has_acted || model.story.has_acted(stage) && !in_trouble;
    let runs = story::runs(model, stage).filter(|_| acted);
    // The button that was pressed goes away: the focus stays with the challenge.
    let begin = tell.reform(move |_: MouseEvent| {
        focus(TITLE);
        Msg::Story(story::Msg::Begin(stage))
    });
    let begins = model.may_reach(&challenge::trouble(stage));
    let may_act = model.may_reach(&Scenario { seed, ..challenge::solution(stage) });
    // A challenge that can be neither begun nor met is none.
    if !begins && !in_trouble && !is_begun {
        return Html::default();
    }
    html! {
        <section class="challenge" aria-labelledby={TITLE}>
            <h3 id={TITLE} tabindex="-1">{ "Challenge" }</h3>
            <p>
                { challenge::trouble_text(stage) }
                { if stage > 1 { ", without what this stage adds." } else { "." } }
            </p>
            if begins {
                <button type="button" class={if is_begun || in_trouble { "plain" } else { "main" }} id="challenge-begin" onclick={begin} disabled={in_trouble}>
                    { if is_begun || in_trouble { "↺ Begin it again" } else { "▸ Let them come" } }
                </button>
            }
            { goals(model, stage, in_trouble, acted && runs.is_none()) }
            // The question stays until its answer takes its place: nothing moves away from below the pointer.
            if let Some(runs) = runs {
                { answer(model, stage, runs, &own.question) }
            } else if (in_trouble || is_begun) && may_act {
                { predict(model, stage, own, acted, tell) }
                if acted && !has_acted { <p class="muted">{ WAITS }</p> }
            }
            if (in_trouble || is_begun) && may_act {
                { action(model, stage, own, place, runs.is_some(), tell) }
            }
            { onward }
        </section>
    }
}

/// What the stage has to meet, what was measured, and whether that meets it; `is_asked` while what
/// it is compared with is still being measured. Who stands in its trouble has begun.
fn goals(model: &Model, stage: u8, in_trouble: bool, is_asked: bool) -> Html {
    let settled = model.settled.as_deref().filter(|settled| model.fresh && settled.complete);
    let is_tried = in_trouble || model.story.is_tried(stage);
    let item = |goal: lessons::Standing| {
        let (class, words) = match goal.is_met {
            _ if !is_tried => ("", ""),
            None => ("muted", "…"),
            Some(true) => ("good", "✓ met"),
            Some(false) => ("bad", "✕ missed"),
        };
        html! {
            <li>
                <span>{ goal.text }</span>
                <span class="muted">{ goal.measured.unwrap_or_default() }</span>
                <span class={class}>{ words }</span>
            </li>
        }
    };
    let standing = match settled.map(|settled| lessons::are_met(stage, settled)) {
        _ if !is_tried => ("muted", "not begun yet"),
        None => ("muted", "being measured …"),
        Some(true) if !counts(&model.scenario, stage) => ("muted", "with fewer users"),
        Some(true) if is_asked => ("muted", "comparing with before …"),
        Some(true) if model.story.has_reached(stage) => ("good", "✓ reached"),
        Some(true) => ("good", "✓ met"),
        Some(false) => ("bad", "✕ missed"),
    };
    html! {
        <>
            <p class="goal-head" id="goal">
                <strong>{ "Goal" }</strong>
                <span class={standing.0}>{ standing.1 }</span>
            </p>
            <ul class="goals">{ for lessons::goals(stage, settled).into_iter().map(item) }</ul>
            if is_tried {
                <p class="muted">{ glossary::text("{Settled figures} decide; {live|live figures} ones take a while to get there.") }</p>
            }
        </>
    }
}

/// The question with its answers, until the action is done.
fn predict(model: &Model, stage: u8, own: &Challenge, acted: bool, tell: &Tell) -> Html {
    let predicted = model.story.predicted(stage);
    let choice = |(place, (text, _)): (usize, &(&'static str, f64))| {
        let onchange = tell.reform(move |_: Event| Msg::Story(story::Msg::Predict(place)));
        html! {
            <label class="choice">
                <input type="radio" name="predict" checked={predicted == Some(place)} {onchange} />
                { *text }
            </label>
        }
    };
    html! {
        <fieldset class="predict" disabled={acted}>
            <legend><strong>{ "Predict. " }</strong>{ own.question.text }</legend>
            { for own.question.choices.iter().enumerate().map(choice) }
        </fieldset>
    }
}

/// The action, or where something else was done the way to what it brings about; what it changes.
/// Once done it stays where it is, so that nothing else moves when the way back is offered in it.
fn action(
    model: &Model,
    stage: u8,
    own: &Challenge,
    place: &Place,
    is_answered: bool,
    tell: &Tell,
) -> Html {
    let Place { in_trouble, has_acted, .. } = *place;
    let seed = model.scenario.seed;
    let from = if has_acted { challenge::trouble(stage) } else { (*model.scenario).clone() };
    let changes =
        compare::done(&Scenario { seed, ..from }, &Scenario { seed, ..challenge::solution(stage) });
    let act = tell.reform(|_: MouseEvent| {
        focus(TITLE);
        Msg::Story(story::Msg::Act)
    });
    let is_main = in_trouble && model.story.predicted(stage).is_some();
    let text = match has_acted {
        true => format!("✓ {}", own.action),
        _ if in_trouble || place.is_as_before => format!("▸ {}", own.action),
        _ => format!("↺ {}", challenge::solved_text(stage)),
    };
    html! {
        <>
            <button type="button" class={if is_main { "main act" } else { "plain act" }}
                id="challenge-act" disabled={has_acted} onclick={act}>
                { text }
            </button>
            <details>
                // In place: nothing below it moves.
                <summary>
                    { match (has_acted, is_answered) {
                        (true, false) => WAITS.to_owned(),
                        (true, true) => format!("What it changed: {}", changes.len()),
                        _ => format!("What it changes: {}", changes.len()),
                    } }
                </summary>
                <ul class="differs">{ for changes.iter().map(|text| html! { <li>{ text }</li> }) }</ul>
            </details>
        </>
    }
}

/// What both runs measured, and whether the prediction was right.
fn answer(model: &Model, stage: u8, runs: [&Settled; 2], question: &Question) -> Html {
    let [before, after] = runs;
    let right = question.answer(before, after);
    let text = |place: usize| question.choices[place].0;
    let verdict = match (model.story.predicted(stage), right) {
        (Some(said), Some(right)) if said == right => {
            html! { <strong class="good">{ format!("✓ “{}”: right.", text(right)) }</strong> }
        }
        (Some(said), Some(right)) => html! {
            <strong class="bad">
                { format!("✕ Not “{}” but “{}”.", text(said), text(right)) }
            </strong>
        },
        (None, Some(right)) => html! { <strong>{ format!("{}.", text(right)) }</strong> },
        (_, None) => html! { <strong>{ "Nothing was answered, so nothing can be said." }</strong> },
    };
    let figure = question.figure;
    let write = |run| figure.of(run).map_or_else(|| "none".to_owned(), |x| figure.write(x));
    html! {
        <p class="answer" id="answer">
            { verdict }
            { format!(" {}: {} without it, {} with it. {}", figure.name(), write(before), write(after), question.why) }
        </p>
    }
}
