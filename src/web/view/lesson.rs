//! The story's panel: what this stage is about, its challenge, what to try, what limits the system
//! now, and figures to compare.

mod challenge;
mod compare;
mod flow;
mod limit;
mod presets;

use super::strip::uncounted;
use super::transport::ahead;
use super::{Tell, field, format, glossary};
use crate::sim::scenario::presets::STAGES;
use crate::sim::sorting;
use crate::web::lessons::{self, challenge as challenges, story};
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::timeline;

/// The panel.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let at = model.stage().map(|stage| challenge::place(model, stage));
    let is_met = at.as_ref().is_some_and(|at| at.is_done);
    html! {
        <aside class="lesson card" aria-labelledby="lesson-title">
            <button type="button" class="quiet link glossary-open" id="glossary-open"
                onclick={tell.reform(|_: MouseEvent| Msg::Story(story::Msg::Glossary(true)))}>
                { "Glossary" }
            </button>
            { story(model, at.as_ref(), is_met, tell) }
            { limit::view(model, tell) }
            if model.stage().is_some_and(is_last) { { presets::takeaways(model, tell) } }
            if !is_met { { next(model, false, tell) } }
            { compare::view(model) }
        </aside>
    }
}

/// What is planned on the timeline, and whether it is still to come.
fn planned(model: &Model, tell: &Tell) -> Html {
    let now = model.live.figures.at_s;
    let scenario = &model.scenario;
    let mut marks = timeline::marks(scenario);
    marks.extend(timeline::crowd(scenario));
    marks.retain(|mark| mark.at > 0.0);
    if marks.is_empty() {
        return Html::default();
    }
    sorting::by_number(&mut marks, |mark| mark.at);
    let item = |mark: timeline::Mark| {
        let passed = (mark.at <= now).then_some("muted");
        let lasts = mark.lasts.map_or_else(String::new, |s| format!(" for {s} s"));
        html! {
            <li class={classes!(passed)}>
                <span>{ format!("{} s", mark.at) }</span><span>{ mark.text }{ lasts }</span>
            </li>
        }
    };
    html! {
        <>
            <h3 id="planned" tabindex="-1">{ "On the timeline" }</h3>
            <ul class="planned">{ for marks.into_iter().take(12).map(item) }</ul>
            { ahead(model, timeline::next(scenario, now), "#planned", presets::is_to_come(model), tell) }
            if let Some(uncounted) = uncounted(model) { <p class="muted">{ uncounted }</p> }
        </>
    }
}

/// The story of the stage; the way on stands in its challenge once that is met.
fn story(model: &Model, at: Option<&challenge::Place>, is_met: bool, tell: &Tell) -> Html {
    let stage = model.stage();
    let known = STAGES.iter().find(|known| Some(known.number) == stage);
    let (Some(known), Some(lesson), Some(at)) = (known, stage.and_then(lessons::lesson), at) else {
        return presets::view(model, planned(model, tell), tell);
    };
    let onward = if is_met { next(model, true, tell) } else { Html::default() };
    html! {
        <>
            <p class="eyebrow">
                if at.is_as_before {
                    { format!("Stage {} · still as stage {}", known.number, known.number - 1) }
                } else {
                    { format!("Stage {} · {} users a day", known.number, format::count(known.users)) }
                }
            </p>
            <h2 id="lesson-title" tabindex="-1">{ known.name }</h2>
            if known.number == 1 {
                <p class="lead">{ lessons::LEAD }</p>
            }
            <p>{ glossary::text(lesson.new) }</p>
            <h3>{ "Why" }</h3>
            <p>{ glossary::text(lesson.before) }</p>
            { challenge::view(model, known.number, at, onward, tell) }
            { tries(model, at.is_as_before, tell) }
            if known.number == 1 { { flow::view(model, tell) } }
            <h3>{ "What breaks here" }</h3>
            <p>{ glossary::text(lesson.breaks) }</p>
            { planned(model, tell) }
        </>
    }
}

/// A button that leads into a stage: with its users where they may come, else to the stage as it
/// is; nothing where the visitor may not go there.
fn into_stage(model: &Model, stage: u8, class: &'static str, text: String, tell: &Tell) -> Html {
    let msg = if model.may_reach(&challenges::trouble(stage)) {
        Msg::Story(story::Msg::Begin(stage))
    } else if model.options.may_visit(stage) {
        Msg::Stage(stage)
    } else {
        return Html::default();
    };
    let go = tell.reform(move |_: MouseEvent| {
        field::to_top();
        field::show("lesson-title");
        msg.clone()
    });
    html! { <button type="button" class={classes!(class)} onclick={go}>{ text }</button> }
}

fn is_last(stage: u8) -> bool {
    usize::from(stage) == STAGES.len()
}

/// The way on stands out once it is the thing to do.
const fn way_on(is_met: bool) -> &'static str {
    if is_met { "main next" } else { "plain next" }
}

/// The way on: the next stage's users, or after the last the sandbox.
fn next(model: &Model, is_met: bool, tell: &Tell) -> Html {
    let Some(stage) = model.stage() else {
        return Html::default();
    };
    let Some(next) = STAGES.get(usize::from(stage)) else {
        return presets::ending(model, is_met, tell);
    };
    let text = format!("Stage {}: {} users come →", next.number, format::count(next.users));
    let button = into_stage(model, next.number, way_on(is_met), text, tell);
    if button == Html::default() {
        return button;
    }
    html! { <><h3>{ "What comes next" }</h3>{ button }</> }
}

/// What to try; it acts on what the stage brings, and waits for that.
fn tries(model: &Model, is_as_before: bool, tell: &Tell) -> Html {
    let mut offered = lessons::tries(&model.scenario);
    offered.retain(|offered| model.may_do(&offered.commands));
    if offered.is_empty() {
        return Html::default();
    }
    let last = model.steps.last_done();
    // What is to be seen is true of one change alone, and of the one that was done last.
    let is_alone = offered.iter().filter(|offered| offered.is_back).count() == 1;
    let item = |offered: lessons::Try| {
        let sign = if offered.is_back { "↺" } else { "▸" };
        // What cannot be taken back is done when it was the last thing done.
        let is_next = |label: &str| label.starts_with(lessons::NEXT);
        let is_done = offered.is_back && is_alone
            || last.is_some_and(|last| {
                last == offered.label || is_next(last) && is_next(&offered.label)
            });
        let look = offered.look;
        let label = offered.label.clone();
        let onclick = tell
            .reform(move |_: MouseEvent| Msg::Act(offered.label.clone(), offered.commands.clone()));
        html! {
            <li>
                <button type="button" class="try" {onclick}>
                    <span class="sign" aria-hidden="true">{ sign }</span>{ label }
                </button>
                if is_done { <p class="look">{ look }</p> }
            </li>
        }
    };
    html! {
        <>
            <h3>{ "Try it" }</h3>
            if is_as_before {
                <p class="muted tries">{ "Once this stage is built: what to try here acts on it." }</p>
            } else {
                <ul class="tries">{ for offered.into_iter().map(item) }</ul>
            }
        </>
    }
}
