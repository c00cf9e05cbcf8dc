//! A part as a card of its own: name, state, how much is in use, key number. What it shows falls
//! with its room: cells, then a bar, then a number beside the name.

use super::cell;
use super::cells::WRITTEN;
use super::describe;
use super::facts::{self, Body, Facts};
use super::fit::{self, Weight};
use super::keys;
use super::parts::At;
use super::pieces::{Choice, bar, header, rect, text, text_end, trouble_line};
use super::scene::{KEY, NAME, SMALL, Scene};
use super::shape::Rect;
use super::state::{self, Load, Trouble};
use crate::sim::analysis::names;
use crate::web::markup::prelude::*;

/// Least height of a field of cells, with the space below it.
const CELLS: f64 = WRITTEN + BELOW;
/// Space below a field of cells.
const BELOW: f64 = 3.0;
/// Least height of a card with more than one line.
const TWO_LINES: f64 = 40.0;

/// Where the lines and the body of a card stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Baseline of the header, below the card's upper edge.
    header: f64,
    /// Baselines of the lines below it.
    lines: Vec<f64>,
    /// Place of the body.
    pub body: Option<Rect>,
    /// Baseline of the key numbers.
    key: Option<f64>,
    /// Baseline of what is wrong.
    last: Option<f64>,
}

/// Divides a card: what matters most finds its place first.
fn plan(r: Rect, tight: bool, facts: &Facts) -> Plan {
    let (top, foot, line, pad) =
        if tight { (18.0, 8.0, 14.0, 9.0) } else { (23.0, 12.0, 16.0, 12.0) };
    let mut plan = Plan { header: top, lines: vec![], body: None, key: None, last: None };
    if r.h < TWO_LINES {
        plan.header = 0.5 * r.h + 4.5;
        return plan;
    }
    let head = top + if tight { 8.0 } else { 10.0 };
    let mut left = r.h - head - foot;
    let mut bottom = r.bottom() - foot;
    // A text takes its height above its baseline.
    let mut take = |bottom: &mut f64| {
        let baseline = *bottom;
        *bottom -= line;
        left -= line;
        baseline
    };
    plan.last = Some(take(&mut bottom));
    let body = match facts.body {
        Body::Empty => 0.0,
        Body::Use => 6.0,
        Body::Cells => CELLS,
        Body::Queue | Body::Split => 10.0,
    };
    if !facts.key.is_empty() && r.h - head - foot - 2.0 * line >= body {
        plan.key = Some(take(&mut bottom));
    }
    let mut y = r.y + head;
    let used = r.bottom() - bottom;
    let mut left = r.h - head - used;
    for _ in &facts.lines {
        let wanted = if facts.body == Body::Cells { 2.0 * body } else { body };
        // Without a body the line may stand closer to the last one.
        let close = if facts.body == Body::Empty { 8.0 } else { 0.0 };
        if left - line + close < wanted {
            break;
        }
        plan.lines.push(y + line - 5.0);
        y += line;
        left -= line;
    }
    let (x, w) = (r.x + pad, r.w - 2.0 * pad);
    plan.body = match facts.body {
        Body::Empty => None,
        Body::Use if left >= 6.0 => Some(Rect::new(x, bottom - 4.0, w, 4.0)),
        Body::Split if left >= 8.0 => Some(Rect::new(x, bottom - 4.0, w, 4.0)),
        Body::Cells | Body::Queue if left >= 8.0 => Some(Rect::new(x, y, w, left - BELOW)),
        _ => None,
    };
    plan
}

/// The cells' field of a card, where it has one.
#[must_use]
pub fn cells(scene: &Scene<'_>, at: At, r: Rect) -> Option<Rect> {
    let facts = facts::of(scene, at);
    let body = plan(r, scene.grid.tight, &facts).body?;
    match facts.body {
        Body::Cells if body.h >= WRITTEN => Some(keys::above(scene, at, body)),
        Body::Queue if body.h >= 17.0 + WRITTEN => {
            Some(Rect::new(body.x, body.y + 14.0, body.w, body.h - 14.0))
        }
        _ => None,
    }
}

/// The card.
pub fn draw(scene: &Scene<'_>, at: At, r: Rect) -> Html {
    let facts = facts::of(scene, at);
    let plan = plan(r, scene.grid.tight, &facts);
    let (pad, troubles) = (scene.pad(), scene.troubles(at));
    let room = r.w - 2.0 * pad;
    let is_bad = troubles.iter().any(|t| t.bad);
    let x = r.x + pad;
    let lines = plan.lines.iter().zip(&facts.lines);
    let fits = |words: &&String| fit::width(words, SMALL, Weight::Plain) <= room;
    let lines = lines.filter_map(|(y, words)| Some((*y, words.iter().find(fits)?.clone())));
    let lines = lines.map(|(y, words)| text(x, y, "dg-soft", words));
    let content = html! { <>
        { rect(r, "8", classes!("dg-card", is_bad.then_some("bad"))) }
        { head(scene, at, r, &plan, &facts, &troubles) }
        { for lines }
        { body(scene, at, &plan, facts.body) }
        if let Some(y) = plan.key { { text(x, y, "dg-key", fit::first(&key_numbers(scene, at, &facts), room, KEY, Weight::Plain)) } }
        if let Some(y) = plan.last { { last(scene, at, (x, y, room), &plan, &facts, &troubles) } }
    </> };
    let has_cells = cells(scene, at, r).is_some();
    // Whose the only bar is.
    let role = scene.view(at).filter(|_| !has_cells).and_then(describe::limiting);
    let mut title = describe::name(scene, at);
    if let Some(role) = role {
        title.push_str(", ");
        title.push_str(role);
    }
    let choice = Choice {
        selection: super::choose(scene, at, None),
        ring: r,
        title,
        label: describe::part(scene, at),
        stop: true,
        tip: role.is_some(),
    };
    html! { <g>
        { choice.draw(scene, content) }
        if has_cells { { cell::draw_all(scene, at) } }
    </g> }
}

/// The key numbers, and what a cell stands for.
pub fn key_numbers(scene: &Scene<'_>, at: At, facts: &Facts) -> Vec<String> {
    let mut key = facts.key.clone();
    if let Some(each) = describe::cell_servers(scene, at) {
        let first = key.first().cloned().unwrap_or_default();
        key.insert(0, format!("{first} · a cell is up to {each} servers"));
    }
    key
}

/// The last line: what is wrong, else the key numbers where they have no line of their own.
fn last(
    scene: &Scene<'_>,
    at: At,
    (x, y, room): (f64, f64, f64),
    plan: &Plan,
    facts: &Facts,
    troubles: &[Trouble],
) -> Html {
    let has_key = plan.key.is_some() || facts.key.is_empty();
    if !troubles.is_empty() || has_key {
        let quiet = fit::first(&facts.quiet, room, SMALL, Weight::Plain);
        return trouble_line(x, y, room, troubles, &quiet);
    }
    text(x, y, "dg-key", fit::first(&key_numbers(scene, at, facts), room, KEY, Weight::Plain))
}

/// The header; in a card of one line with how much is in use, or what is wrong.
fn head(
    scene: &Scene<'_>,
    at: At,
    r: Rect,
    plan: &Plan,
    facts: &Facts,
    troubles: &[Trouble],
) -> Html {
    if plan.last.is_some() {
        return header(at.kind, r, scene.pad(), plan.header, facts.names, &facts.setting);
    }
    let used =
        scene.view(at).filter(|_| scene.is_measured()).map(|view| names::busy(view).1.min(1.0));
    let shortest = facts.names.last().map_or(0.0, |name| fit::width(name, NAME, Weight::Bold));
    let left = r.w - 2.0 * scene.pad() - shortest - 8.0;
    let (class, words) = match troubles.first() {
        Some(worst) => {
            let class = if worst.bad { "dg-bad" } else { "dg-warn" };
            (class, vec![state::line(troubles), worst.text.clone(), "✕".to_owned()])
        }
        None if facts.body == Body::Empty => ("dg-soft", facts.quiet.clone()),
        None if facts.body == Body::Queue => ("dg-num", facts.key.iter().rev().cloned().collect()),
        // Of memory it matters more how often it helps than how busy it is.
        None if facts.setting.first().is_some_and(|words| words.contains("hit")) => {
            ("dg-num", facts.setting.clone())
        }
        None => ("dg-num", used.map_or_else(Vec::new, |used| vec![facts::brief(used)])),
    };
    let words = words.into_iter().find(|text| fit::width(text, SMALL, Weight::Bold) <= left);
    let taken = words.as_ref().map_or(0.0, |text| fit::width(text, SMALL, Weight::Bold) + 6.0);
    let y = r.y + plan.header;
    html! { <>
        { header(at.kind, Rect::new(r.x, r.y, r.w - taken, r.h), scene.pad(), plan.header, facts.names, &[]) }
        if let Some(words) = words { { text_end(r.right() - scene.pad(), y, class, words) } }
        if let Some(used) = used.filter(|_| facts.body != Body::Empty && r.h >= 30.0) {
            { bar(Rect::new(r.x + scene.pad(), r.bottom() - 6.0, r.w - 2.0 * scene.pad(), 3.0), used, Load::of(used).class()) }
        }
    </> }
}

/// What stands between header and last lines, cells apart.
fn body(scene: &Scene<'_>, at: At, plan: &Plan, body: Body) -> Html {
    let Some(place) = plan.body else {
        return Html::default();
    };
    let view = scene.view(at).filter(|_| scene.is_measured());
    let used = view.map_or(0.0, |view| names::busy(view).1);
    match body {
        Body::Use => bar(place, used, Load::of(used).class()),
        Body::Split => split(scene, Rect::new(place.x, place.y - 3.0, place.w, 7.0)),
        // What waits, on a scale of factors: a tenth of the bar for each doubling.
        Body::Queue => {
            let waiting = scene.gauge(at, "depth").unwrap_or(0.0);
            let share = (libm::log2(1.0 + waiting) / 16.0).min(1.0);
            let class = if share > 0.7 {
                "hi"
            } else if share > 0.4 {
                "mid"
            } else {
                "lo"
            };
            bar(Rect::new(place.x, place.y + 2.0, place.w, 7.0), share, class)
        }
        Body::Cells if place.h < WRITTEN => {
            // What cannot fill up has its rate, below.
            if view.is_some_and(cell::is_endless) {
                return Html::default();
            }
            let number = view.map_or_else(String::new, |_| facts::brief(used));
            let w = place.w - fit::width(&number, SMALL, Weight::Bold) - 6.0;
            html! { <>
                { bar(Rect::new(place.x, place.bottom() - 6.0, w, 5.0), used, Load::of(used).class()) }
                { text_end(place.right(), place.bottom(), "dg-num", number) }
            </> }
        }
        Body::Cells => {
            keys::place(scene, at, place).map_or_else(Html::default, |r| keys::draw(scene, at, r))
        }
        _ => Html::default(),
    }
}

/// A bar with a piece for each site, as wide as its share of the requests.
fn split(scene: &Scene<'_>, r: Rect) -> Html {
    let mut x = r.x;
    let pieces = (0..scene.parts.sites.len() as u8).map(|index| {
        let w = super::site::share(scene, index).unwrap_or(0.0) * r.w;
        let piece = Rect::new(x, r.y, (w - 1.5).max(0.0), r.h);
        x += w;
        let class = if scene.is_down(index) { "hi" } else { "flow" };
        rect(piece, "1.5", classes!("dg-full", class))
    });
    html! { <>{ rect(r, "2", "dg-bar") }{ for pieces }</> }
}
