//! The timeline under the transport: a track over the run's time with the clock, a mark for each
//! fault and change that pointer and keys move, its times as fields, and the form that adds one.

mod form;
mod track;

use super::Tell;
use super::field::Number;
use super::transport::{ahead, resets};
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::timeline::{LONGEST_S, Mark, Msg as Edit};
use form::AddForm;
use std::rc::Rc;
use track::Track;

/// The timeline.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let marks = Rc::new(model.timeline.since.marks(&model.scenario));
    let edit = tell.reform(Msg::Timeline);
    let now = model.live.figures.at_s;
    let picked = &model.timeline.picked;
    let mark = marks.iter().find(|mark| Some(&mark.name) == picked.as_ref());
    let adding = model.timeline.adding;
    let toggle = edit.reform(move |_: MouseEvent| Edit::Adding(!adding));
    html! {
        <div class="timeline" role="group" aria-labelledby="timeline-title">
            <div class="timeline-head">
                <h3 id="timeline-title">{ "Timeline" }</h3>
                <span class="muted">{ hint(&marks) }</span>
                { resets(model, tell) }
                <button type="button" class="plain" id="timeline-add" onclick={toggle} aria-expanded={adding.to_string()}
                    aria-controls="timeline-form">{ "Add fault or change" }</button>
            </div>
            <Track marks={Rc::clone(&marks)} {now} picked={picked.clone()} edit={edit.clone()} />
            if let Some(mark) = mark { { times(mark, &edit, ahead(model, Some(mark.at), ".timeline-times button:last-child", false, tell)) } }
            if adding {
                <AddForm scenario={Rc::clone(&model.scenario)} live={Rc::clone(&model.live)} {now} {edit} />
            }
        </div>
    }
}

fn hint(marks: &[Mark]) -> String {
    match marks.len() {
        0 => "nothing is planned".to_owned(),
        1 => "1 mark: drag it, or use arrow keys".to_owned(),
        many => format!("{many} marks: drag them, or use arrow keys"),
    }
}

/// The times of the picked mark as fields, for exact values and for those who do not drag.
fn times(mark: &Mark, edit: &Callback<Edit>, ahead: Html) -> Html {
    let (at, lasts) = (mark.at, mark.lasts);
    let set = |name: &str| {
        let (name, edit) = (name.to_owned(), edit.clone());
        move |at: f64, lasts: Option<f64>| {
            edit.emit(Edit::Move { name: name.clone(), at, lasts, done: true });
        }
    };
    let (begin, length, ever) = (set(&mark.name), set(&mark.name), set(&mark.name));
    let on_begin = Callback::from(move |(at, _): (f64, bool)| begin(at, lasts));
    let on_length = Callback::from(move |(s, _): (f64, bool)| length(at, Some(s)));
    let on_ever = Callback::from(move |_: Event| {
        let next = if lasts.is_some() { None } else { Some(60.0) };
        ever(at, next);
    });
    let name = mark.name.clone();
    let remove = edit.reform(move |_: MouseEvent| Edit::Remove(name.clone()));
    let close = edit.reform(|_: MouseEvent| Edit::Pick(None));
    html! {
        <div class="timeline-times" role="group" data-next="#timeline-add" aria-label={format!("Times of: {}", mark.text)}>
            <strong>{ mark.text.clone() }</strong>
            <span class="measure">{ "at" }
                <Number label="Begins at, in seconds" value={at} min={0.0} max={LONGEST_S} on_change={on_begin} />
                <span class="unit">{ "s" }</span>
            </span>
            if !mark.is_instant && !mark.is_change {
                if let Some(lasts) = lasts {
                    <span class="measure">{ "for" }
                        <Number label="Lasts, in seconds" value={lasts} min={0.0} max={LONGEST_S} on_change={on_length} />
                        <span class="unit">{ "s" }</span>
                    </span>
                }
                <label class="measure">
                    <input type="checkbox" role="switch" class="switch" checked={lasts.is_none()} onchange={on_ever} />
                    { "for ever" }
                </label>
                if let Some(replaced) = mark.replacement() { <span class="muted">{ replaced }</span> }
            }
            { ahead }
            <button type="button" class="danger" onclick={remove}>{ "Remove" }</button>
            <button type="button" class="plain" onclick={close}>{ "Done" }</button>
        </div>
    }
}
