//! The legend: what a moving dot stands for, and what a cell shows.

use super::cell;
use super::fit::{self, Weight};
use super::flow::Flow;
use super::layout::Form;
use super::parts::At;
use super::pieces::{rect, text};
use super::scene::{SMALL, Scene};
use super::shape::{Rect, px};
use super::state::{self, Condition};
use super::tier;
use crate::web::marks::MEANING;
use crate::web::markup::prelude::*;
use crate::web::view::format;

/// Width of the buttons of the view, with the space before them.
const TOOLS: f64 = 184.0;

const ANSWER: &str = "dg-dot back";
const FAILED: &str = "dg-dot failed";

/// Sentences about the dots, shorter and shorter.
fn about_dots(scene: &Scene<'_>, flow: Option<&Flow>) -> Vec<String> {
    if !scene.marks.is_empty() {
        return vec![MEANING.to_owned(), MEANING.split(',').next().unwrap_or_default().to_owned()];
    }
    let Some(flow) = flow else {
        return vec![
            "Numbers at lines are requests per second".to_owned(),
            "At lines: requests per second".to_owned(),
            "Rates per second".to_owned(),
        ];
    };
    let requests = flow.requests_per_dot;
    let (number, word) =
        (format::grouped(requests), if requests == 1.0 { "request" } else { "requests" });
    vec![
        format!("A moving dot stands for about {number} {word}"),
        format!("A dot is about {number} {word}"),
        format!("Dot ≈ {number} {word}"),
    ]
}

/// A dot as the canvas draws it: answers are smaller, and what failed has corners.
fn dot(x: f64, y: f64, class: &'static str, word: &'static str) -> Html {
    let (x, y, radius) = (x + 4.0, y - 4.0, if class == ANSWER { 2.2 } else { 3.2 });
    html! { <>
        if class == FAILED {
            <path class={class} d={format!("M{} {}l4 4-4 4-4-4Z", px(x), px(y - 4.0))} />
        } else {
            <circle cx={px(x)} cy={px(y)} r={px(radius)} class={class} />
        }
        { text(x + 8.0, y + 4.0, "dg-soft", word.to_owned()) }
    </> }
}

/// A small cell at a load.
fn sample(x: f64, y: f64, used: f64, load: &'static str) -> Html {
    let r = Rect::new(x, y - 10.0, 13.0, 12.0);
    html! { <>
        { rect(r, "2", "dg-cell") }
        { cell::filled(r, used, "2", load) }
        { rect(r.inset(0.5), "2", "dg-edge") }
    </> }
}

/// States of servers: a sample of each, and its word.
const STATES: [(Condition, &str); 4] = [
    (Condition::Dead, "dead"),
    (Condition::Unnoticed, "dead, not noticed"),
    (Condition::Distrusted, "in trouble"),
    (Condition::Draining, "draining"),
];

/// The states that are drawn now.
fn drawn_states(scene: &Scene<'_>) -> Vec<(Condition, &'static str)> {
    let sites = scene.parts.sites.iter().enumerate();
    let inside = sites.flat_map(|(i, site)| site.own.iter().map(move |&k| At::new(k, i as u8)));
    let outside = scene.parts.global.iter().map(|&kind| At::new(kind, 0));
    let mut there = Vec::new();
    for at in inside.chain(outside) {
        let Some(view) = scene.view(at) else { continue };
        let all = state::conditions(view, scene.checked(at));
        for (range, _) in tier::cell_places(scene, at) {
            there.push(cell::shown(&all[range]));
        }
    }
    STATES.into_iter().filter(|(state, _)| there.contains(state)).collect()
}

/// The legend; with a flow where dots may move.
pub fn draw(scene: &Scene<'_>, flow: Option<&Flow>) -> Html {
    let r = scene.grid.legend;
    // The buttons of the view stand at its end.
    let r = Rect::new(r.x, r.y, r.w - if scene.grid.form == Form::Tall { 0.0 } else { TOOLS }, r.h);
    let lines = scene.grid.form == Form::Tall;
    let y = if lines { r.y + 12.0 } else { r.bottom() - 5.0 };
    let width = |text: &str| fit::width(text, SMALL, Weight::Plain);
    let dots: [(&str, &str); 3] =
        [("dg-dot", "on its way"), (ANSWER, "answer"), (FAILED, "failed")];
    let dots_w: f64 = dots.iter().map(|(_, word)| width(word) + 24.0).sum();
    let loads =
        [(0.4, "lo", "to 60\u{202f}%"), (0.75, "mid", "to 85\u{202f}%"), (0.95, "hi", "above")];
    let loads_w: f64 =
        width("In use:") + 6.0 + loads.iter().map(|(.., word)| width(word) + 28.0).sum::<f64>();
    let mut states = drawn_states(scene);
    let states_w = |states: &[(Condition, &str)]| -> f64 {
        states.iter().map(|(_, word)| width(word) + 28.0).sum()
    };
    // The shortest sentence about the dots keeps its room.
    let most = if lines { r.w } else { r.w - loads_w - 110.0 };
    while states_w(&states) > most {
        states.pop();
    }
    let left = if lines { r.w } else { r.w - loads_w - states_w(&states) - 16.0 };
    let about = about_dots(scene, flow);
    let with_dots =
        flow.is_some() && !lines && left > dots_w + width(about.last().map_or("", |t| t)) + 14.0;
    let about = fit::first(
        &about,
        left - if with_dots { dots_w + 14.0 } else { 0.0 },
        SMALL,
        Weight::Plain,
    );
    let (mut x, dots_y) = if lines { (r.x, y + 20.0) } else { (r.x + width(&about) + 14.0, y) };
    let dots = dots.into_iter().map(|(class, word)| {
        let drawn = dot(x, dots_y, class, word);
        x += width(word) + 24.0;
        drawn
    });
    let (mut load_x, mut load_y) = if lines {
        (r.x, y + if flow.is_some() { 40.0 } else { 20.0 })
    } else {
        (r.right() - loads_w - states_w(&states), y)
    };
    let words = text(load_x, load_y, "dg-soft", "In use:".to_owned());
    load_x += width("In use:") + 6.0;
    let loads = loads.into_iter().map(|(used, load, word)| {
        let drawn = html! { <>{ sample(load_x, load_y, used, load) }{ text(load_x + 18.0, load_y, "dg-soft", word.to_owned()) }</> };
        load_x += width(word) + 28.0;
        drawn
    });
    let loads: Vec<Html> = loads.collect();
    if lines {
        (load_x, load_y) = (r.x, load_y + 20.0);
    }
    let states = states.into_iter().map(|(state, word)| {
        let r = Rect::new(load_x, load_y - 10.0, 13.0, 12.0);
        load_x += width(word) + 28.0;
        html! { <>{ cell::sample(r, state) }{ text(r.x + 18.0, load_y, "dg-soft", word.to_owned()) }</> }
    });
    html! {
        <g>
            { text(r.x, y, "dg-soft", about) }
            if with_dots || (lines && flow.is_some()) { { for dots } }
            { words }
            { for loads }
            { for states }
        </g>
    }
}
