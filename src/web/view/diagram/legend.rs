//! The legend: what a moving dot stands for, and what a cell shows.

use super::cell;
use super::describe;
use super::fit::{self, Weight};
use super::flow::Flow;
use super::layout::{Form, Grid};
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

/// Something in the legend: its width with the space behind it, and how it is drawn from the
/// beginning of its line on.
type Item = (f64, Html);

fn width(text: &str) -> f64 {
    fit::width(text, SMALL, Weight::Plain)
}

fn words(x: f64, content: String) -> Html {
    text(x, 0.0, "dg-soft", content)
}

/// A dot as the canvas draws it: answers are smaller, and what failed has corners.
fn dot((class, word): (&'static str, &'static str)) -> Item {
    let radius = if class == ANSWER { 2.2 } else { 3.2 };
    let drawn = html! { <g class="dg-moves">
        if class == FAILED {
            <path {class} d="M4-8l4 4-4 4-4-4Z" />
        } else {
            <circle cx="4" cy="-4" r={px(radius)} {class} />
        }
        { words(12.0, word.to_owned()) }
    </g> };
    (width(word) + 24.0, drawn)
}

/// Where a sample of a cell stands in its line.
const SAMPLE: Rect = Rect::new(0.0, -10.0, 13.0, 12.0);

/// A small cell at a load, and its word.
fn load((used, load, word): (f64, &'static str, &str)) -> Item {
    let drawn = html! { <>
        { rect(SAMPLE, "2", "dg-cell") }
        { cell::filled(SAMPLE, used, "2", load) }
        { rect(SAMPLE.inset(0.5), "2", "dg-edge") }
        { words(18.0, word.to_owned()) }
    </> };
    (width(word) + 28.0, drawn)
}

/// A small cell in a state, and its word.
fn sample((state, word): (Condition, &str)) -> Item {
    let drawn = html! { <>{ cell::sample(SAMPLE, state) }{ words(18.0, word.to_owned()) }</> };
    (width(word) + 28.0, drawn)
}

fn wide(items: &[Item]) -> f64 {
    items.iter().map(|(width, _)| width).sum()
}

/// Items side by side.
fn line(mut x: f64, y: f64, items: Vec<Item>) -> Html {
    let item = |(width, drawn): Item| {
        let place = format!("translate({} {})", px(x), px(y));
        x += width;
        html! { <g transform={place}>{ drawn }</g> }
    };
    html! { <>{ for items.into_iter().map(item) }</> }
}

/// Items in lines of a width.
fn wrap(items: Vec<Item>, most: f64) -> Vec<Vec<Item>> {
    let mut lines: Vec<Vec<Item>> = Vec::new();
    for item in items {
        match lines.last_mut().filter(|line| wide(line) + item.0 <= most) {
            Some(line) => line.push(item),
            None => lines.push(vec![item]),
        }
    }
    lines
}

/// States of servers: a sample of each, and its word.
const STATES: [(Condition, &str); 4] = [
    (Condition::Dead, "dead"),
    (Condition::Unnoticed, "dead, not noticed"),
    (Condition::Distrusted, "in trouble"),
    (Condition::Draining, "draining"),
];

/// The parts that are drawn.
fn parts<'a>(scene: &Scene<'a>) -> impl Iterator<Item = At> + 'a {
    let sites = scene.parts.sites.iter().enumerate();
    let inside = sites.flat_map(|(i, site)| site.own.iter().map(move |&k| At::new(k, i as u8)));
    inside.chain(scene.parts.global.iter().map(|&kind| At::new(kind, 0)))
}

/// The states that are drawn now, and how cells are filled that have no limit.
fn drawn_states(scene: &Scene<'_>) -> Vec<Item> {
    let (mut there, mut by_rate) = (Vec::new(), false);
    for at in parts(scene) {
        let Some(view) = scene.view(at) else { continue };
        by_rate |= cell::is_endless(view);
        let all = state::conditions(view, scene.checked(at));
        for (group, _) in tier::cell_places(scene, at) {
            let own: Vec<Condition> = group.iter().map(|&i| all[i]).collect();
            there.push(cell::shown(&own));
        }
    }
    let states = STATES.into_iter().filter(|(state, _)| there.contains(state)).map(sample);
    // Edges are never full.
    states.chain(by_rate.then(|| load((0.6, "flow", "by rate")))).collect()
}

/// For how many servers a cell stands, where for several, longer and shorter.
fn about_cells(scene: &Scene<'_>) -> Vec<String> {
    let most = parts(scene).filter_map(|at| describe::cell_servers(scene, at)).max();
    most.map_or_else(Vec::new, |most| {
        vec![
            format!("a cell stands for up to {most} servers"),
            format!("a cell: up to {most} servers"),
        ]
    })
}

/// The legend of what is drawn, in its place on the screen, however closely that is looked at;
/// with a flow where dots may move.
pub fn draw(scene: &Scene<'_>, far: &Grid, flow: Option<&Flow>) -> Html {
    let r = far.legend;
    let about = about_dots(scene, flow);
    let is_moving = flow.is_some() && scene.marks.is_empty();
    let about_class = if is_moving { "dg-soft dg-moves" } else { "dg-soft" };
    let dots: Vec<Item> =
        [("dg-dot", "on its way"), (ANSWER, "answer"), (FAILED, "failed")].map(dot).into();
    let mut loads: Vec<Item> = vec![(width("In use:") + 6.0, words(0.0, "In use:".to_owned()))];
    loads.extend(
        [(0.4, "lo", "to 60\u{202f}%"), (0.75, "mid", "to 85\u{202f}%"), (0.95, "hi", "above")]
            .map(load),
    );
    let (mut states, cells) = (drawn_states(scene), about_cells(scene));
    let has_cells = !cells.is_empty();
    // Where there is room for it, with the space behind it.
    let say = |room: f64| {
        let said = fit::whole(cells.clone(), room - 14.0, SMALL, Weight::Plain);
        said.map(|said| (width(&said) + 14.0, words(0.0, said)))
    };
    if far.form == Form::Tall {
        let about = fit::first(&about, r.w, SMALL, Weight::Plain);
        let mut lines = vec![vec![(0.0, text(0.0, 0.0, about_class, about))]];
        lines.extend(flow.map(|_| dots));
        lines.push(loads);
        states.extend(say(r.w));
        lines.extend(wrap(states, r.w));
        // The buttons of the view stand below.
        let pitch = if lines.len() > 4 { 16.0 } else { 20.0 };
        let lines = lines.into_iter().enumerate();
        return html! { <g>{ for lines.map(|(i, items)| line(r.x, r.y + 12.0 + pitch * i as f64, items)) }</g> };
    }
    // The buttons of the view stand at its end.
    let r = Rect::new(r.x, r.y, r.w - TOOLS, r.h);
    // The shortest sentence about the dots keeps its room.
    let shortest = width(about.last().map_or("", |text| text)) + 16.0;
    let mut dots = if flow.is_some() { dots } else { Vec::new() };
    let left = r.w - wide(&loads) - wide(&states) - wide(&dots);
    let said = say(left - shortest);
    let is_one = left >= shortest && said.is_some() == has_cells;
    // In two lines the dots stand in the second where the first is full. What failed is told at
    // any width.
    let is_free = |dots: &[Item], taken: f64| wide(dots) + taken <= r.w;
    let mut is_first = is_one || is_free(&dots, wide(&loads) + 16.0 + shortest);
    if !is_first && !is_free(&dots, wide(&states)) {
        dots.drain(..dots.len().saturating_sub(1));
        is_first = !is_free(&dots, wide(&states));
    }
    let beside = if is_first { 0.0 } else { wide(&dots) };
    let said = if is_one { said } else { say(r.w - wide(&states) - beside) };
    if let Some(said) = said {
        states.insert(0, said);
    }
    // A second line begins in the margin below, so that nothing else moves.
    let (y, below) = if is_one {
        loads.append(&mut states);
        (r.bottom() - 5.0, 0.0)
    } else {
        (r.bottom() - 11.0, r.bottom() + 3.0)
    };
    let loads_w = wide(&loads);
    let room = r.w - loads_w - 16.0 - if is_first { wide(&dots) } else { 0.0 };
    let about = fit::whole(about, room, SMALL, Weight::Plain).unwrap_or_default();
    // Beside the dots, where those stand there too.
    let left = if is_first { r.x } else { r.x + wide(&dots) };
    let states_x = (r.right() - wide(&states).max(loads_w)).max(left);
    let (dots_x, dots_y) = match is_first {
        true if about.is_empty() => (r.x, y),
        true => (r.x + width(&about) + 14.0, y),
        false => (r.x, below),
    };
    html! {
        <g>
            { text(r.x, y, about_class, about) }
            { line(dots_x, dots_y, dots) }
            { line(r.right() - loads_w, y, loads) }
            { line(states_x, below, states) }
        </g>
    }
}

#[cfg(test)]
mod tests {
    use super::super::pieces;
    use super::super::scene::sample_in;
    use super::*;
    use crate::sim::kinds::Kind;
    use crate::sim::scenario::link;
    use crate::sim::snapshot::{PartView, ServerView, Snapshot};

    #[test]
    fn what_a_failed_dot_is_stands_at_every_width() {
        let scenario = link::read("?stage=9").scenario;
        let server = |i: u32| ServerView {
            alive: i > 3,
            healthy: i != 2 && i != 5,
            leaving: i == 6,
            slow: 1.0,
            ..ServerView::default()
        };
        let mut parts = Vec::new();
        for site in 1..=3 {
            let servers: Vec<ServerView> = (0..12).map(server).collect();
            let key = format!("{}{site}", Kind::WebTier.key());
            parts.push(PartView { key, servers, ..PartView::default() });
        }
        let figures = Snapshot { window_s: 10.0, parts, ..Snapshot::default() };
        for requests_per_dot in [1.0, 200_000.0] {
            let flow = Flow { requests_per_dot, ..Flow::default() };
            for width in (264..1_500).step_by(7) {
                sample_in(f64::from(width), &scenario, &figures, |scene| {
                    let mut said = Vec::new();
                    pieces::words(&draw(scene, scene.grid, Some(&flow)), &mut said);
                    assert!(said.iter().any(|word| word == "failed"), "{width}: {said:?}");
                    assert!(!said.iter().any(|word| word.contains('…')), "{width}: {said:?}");
                    let mut still = Vec::new();
                    pieces::words(&draw(scene, scene.grid, None), &mut still);
                    assert!(!still.iter().any(|word| word == "failed"), "nothing moves");
                });
            }
        }
    }
}
