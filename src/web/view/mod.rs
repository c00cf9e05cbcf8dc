//! The model as elements. Nothing here acts on the browser but the fields' own small state.

pub mod asks;
pub mod charts;
pub mod compare;
pub mod diagram;
pub mod field;
pub mod files;
pub mod format;
pub mod frame;
pub mod glossary;
pub mod held;
pub mod icon;
pub mod inspector;
pub mod lesson;
pub mod limits;
pub mod log;
pub mod overlay;
pub mod results;
pub mod setting;
pub mod share;
pub mod strip;
pub mod tables;
pub mod theory;
pub mod threats;
pub mod timeline;
pub mod top_bar;
pub mod traces;
pub mod transport;

use crate::sim::scenario::Base;
use crate::sim::snapshot::Snapshot;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::route::options::Panel;
use crate::web::summary;
use diagram::Diagram;
use held::{Held, Place};
use inspector::Structure;
use std::rc::Rc;

/// Where messages go.
pub type Tell = Callback<Msg>;

/// How many layers the page has. Each is drawn once the one above it is painted, so that the first stands soon and
/// no task is long: what is below the diagram, the inspector, the details, the dialogs.
pub const LAYERS: u8 = 5;

/// The whole page, as far as it is to be drawn, with what is held as it was where nothing is due.
pub fn page(model: &Model, held: &Held, tell: &Tell) -> Html {
    let figures = Rc::new(model.figures().clone());
    let options = &model.options;
    let is_drawn = |layer| model.layers >= layer;
    let is_due = held.is_due();
    let head = || if options.embed { frame::head(model, tell) } else { top_bar::view(model, tell) };
    let head = held.show(Place::Head, is_due.then(head));
    let lesson = || {
        if !options.shows(Panel::Lesson) {
            return Html::default();
        }
        held.show(Place::Lesson, is_due.then(|| lesson::view(model, tell)))
    };
    let numbers = || {
        if !options.shows(Panel::Numbers) {
            return Html::default();
        }
        strip::view(model, &figures, tell)
    };
    let inspector =
        || held.show(Place::Inspector, is_due.then(|| inspector::view(model, &figures, tell)));
    let results =
        || held.show(Place::Results, is_due.then(|| results::view(model, &figures, tell)));
    let over = || held.show(Place::Over, is_due.then(|| over(model, tell)));
    let class = classes!(
        "page",
        options.embed.then_some("embed"),
        options.shows(Panel::Lesson).then_some("with-lesson"),
        (!model.has_panel()).then_some("no-panel")
    );
    let page = html! {
        <div {class}>
            <a class="skip" href="#diagram" onclick={skip()}>{ "Skip to the diagram" }</a>
            { head }
            { overlay::notice(model, tell) }
            if !options.shows(Panel::Numbers) { { log::alert_line(model) } }
            <main class="layout" id="main">
                // What is read and reached one after another follows what is seen so: in a frame
                // the diagram comes first.
                if !options.embed { { lesson() }{ numbers() } }
                { stage(model, &figures, tell) }
                if options.shows(Panel::Time) {
                    if is_drawn(2) { { transport::view(model, tell) } } else { <section class="transport card" /> }
                }
                if options.embed { { numbers() } }
                if is_drawn(3) {
                    { inspector() }
                } else if model.has_panel() {
                    <aside class="inspector card" />
                }
                if options.embed { { lesson() } }
                if is_drawn(4) { { results() } }
            </main>
            if is_drawn(LAYERS) { { over() } }
        </div>
    };
    held.rest();
    page
}

/// What lies over the page when it is asked for, and what is read out.
fn over(model: &Model, tell: &Tell) -> Html {
    html! {
        <>
            { overlay::help(model, tell) }
            { share::dialog(model, tell) }
            { glossary::dialog(model, tell) }
            { overlay::live_region(model) }
        </>
    }
}

/// The skip link moves the focus itself: a fragment in the address would be a scenario.
fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        field::focus("diagram");
    })
}

fn stage(model: &Model, figures: &Rc<Snapshot>, tell: &Tell) -> Html {
    let selected = model.selected;
    let on_select = tell.reform(Msg::Select);
    html! {
        <section class="stage card" id="diagram" tabindex="-1" aria-labelledby="diagram-title">
            <h2 class="unseen" id="diagram-title">{ "Diagram" }</h2>
            <p class="unseen" id="summary">{ summary::paragraph(&model.scenario, figures) }</p>
            // Who builds something of their own adds to it where they see it.
            if model.scenario.base == Base::Preset(0) && !model.options.restricts() && !model.options.embed {
                <Structure scenario={Rc::clone(&model.scenario)} tell={tell.clone()} brief=true />
            }
            <div class="board">
            <Diagram
                scenario={Rc::clone(&model.scenario)}
                figures={Rc::clone(figures)}
                {selected}
                {on_select}
                on_enter={tell.reform(Msg::Enter)}
                trace={model.insight.way()}
                marks={model.insight.marks.clone()}
                playing={model.playing && !model.hidden && model.insight.moment.is_none()}
                moving={model.moving() && model.insight.moment.is_none()}
                speed={model.speed}
            />
            </div>
        </section>
    }
}
