//! A tier as a card with a cell for each server, and rooms for the parts that live on its machines.

use super::Selection;
use super::cell;
use super::cells;
use super::describe;
use super::fit::{self, Weight};
use super::parts::{self, Home};
use super::pieces::{Choice, header, rect, text, text_end, trouble_line};
use super::scene::{KEY, SMALL, Scene};
use super::shape::Rect;
use crate::sim::kinds::{Kind, database};
use crate::web::view::format;
use std::ops::Range;
use yew::prelude::*;

/// The inside of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// The card.
    pub card: Rect,
    /// Field of the servers' cells.
    pub cells: Rect,
    /// Rooms of the parts on these machines.
    pub rooms: Vec<(Kind, Rect)>,
}

/// The card of a kind that has machines of its own.
#[must_use]
pub fn card(scene: &Scene<'_>, kind: Kind) -> Rect {
    match kind {
        Kind::Cache => scene.grid.memory,
        Kind::Database => scene.grid.data,
        _ => scene.machine(),
    }
}

/// Height of a room with three lines of text.
const THREE_LINES: f64 = 64.0;

/// Divides a card: header, cells, rooms, two lines of text.
#[must_use]
pub fn inside(scene: &Scene<'_>, kind: Kind) -> Inside {
    let card = card(scene, kind);
    let (tight, pad) = (scene.grid.tight, scene.pad());
    let guests: Vec<Kind> = if kind == Kind::WebTier {
        let guest =
            [Kind::Cache, Kind::Database].into_iter().filter(|&k| scene.parts.home(k) == Home::Web);
        let web = scene.parts.is_one_machine().then_some(Kind::WebTier);
        web.into_iter().chain(guest).collect()
    } else {
        Vec::new()
    };
    let (top, foot) = if tight { (29.0, 41.0) } else { (36.0, 50.0) };
    // One machine has a line of its own for what its servers share.
    let top = if kind == Kind::WebTier && scene.parts.is_one_machine() { top + 15.0 } else { top };
    let body = Rect::new(card.x + pad, card.y + top, card.w - 2.0 * pad, card.h - top - foot);
    let (gap, count) = (6.0, guests.len() as f64);
    let beside = body.w >= 380.0 && guests.len() > 1;
    let stacked = |each: f64| count * each + (count - 1.0) * gap;
    let rooms_h = match (guests.len(), beside) {
        (0, _) => 0.0,
        (_, true) => (0.46 * body.h).min(76.0),
        (2.., false) if body.h - stacked(THREE_LINES) > 80.0 => stacked(THREE_LINES),
        (_, false) => stacked(if tight { 24.0 } else { 30.0 }),
    };
    let cells_h = body.h - rooms_h - if guests.is_empty() { 0.0 } else { gap + 3.0 };
    let rooms_y = body.bottom() - rooms_h;
    let room = |i: usize| {
        let i = i as f64;
        if beside {
            let w = (body.w - gap * (count - 1.0)) / count;
            Rect::new(body.x + i * (w + gap), rooms_y, w, rooms_h)
        } else {
            let h = (rooms_h - gap * (count - 1.0)) / count;
            Rect::new(body.x, rooms_y + i * (h + gap), body.w, h)
        }
    };
    Inside {
        card,
        cells: Rect::new(body.x, body.y, body.w, cells_h),
        rooms: guests.iter().enumerate().map(|(i, &kind)| (kind, room(i))).collect(),
    }
}

/// The cells of a tier: which servers, and where.
#[must_use]
pub fn cell_places(scene: &Scene<'_>, kind: Kind) -> Vec<(Range<usize>, Rect)> {
    let servers = scene.servers(kind);
    let groups = cells::groups(servers);
    let area = inside(scene, kind).cells;
    let places = if kind == Kind::Database {
        cells::arrange_data(area, groups.len())
    } else {
        cells::arrange(area, groups.len())
    };
    groups.into_iter().zip(places).collect()
}

fn names(scene: &Scene<'_>, kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::WebTier if scene.parts.is_one_machine() => &["Server"],
        Kind::WebTier => &["Web tier", "Web"],
        Kind::Database => &["Database", "Data"],
        _ => &["Cache"],
    }
}

/// What a tier is set to, in shorter and shorter wordings.
fn settings(scene: &Scene<'_>, kind: Kind) -> Vec<String> {
    match kind {
        Kind::WebTier => {
            let setting = parts::web_setting(scene.scenario);
            let size =
                setting.split('×').nth(1).map(|size| size.trim_matches('\u{202f}').to_owned());
            let mut wordings = vec![setting];
            wordings.extend(size);
            wordings
        }
        Kind::Database => {
            let model =
                parts::choice(scene.scenario, kind, database::Setting::DatabaseKind as usize);
            let size =
                parts::vcpus(scene.scenario, kind, 0).map_or_else(String::new, parts::vcpu_text);
            vec![format!("{model} · {size}"), model.to_owned(), size]
        }
        _ => hit_wordings(scene),
    }
}

/// What is said of a machine with web server, cache and database.
fn shared_words() -> [String; 2] {
    ["One CPU, shared by all three".to_owned(), "One CPU for all".to_owned()]
}

fn hit_wordings(scene: &Scene<'_>) -> Vec<String> {
    let hit = scene.hit_ratio().map_or_else(|| "–".to_owned(), format::percent);
    vec![format!("hit {hit}"), hit]
}

/// The card with all that is in it.
pub fn draw(scene: &Scene<'_>, kind: Kind) -> Html {
    let inside = inside(scene, kind);
    let (r, pad, tight) = (inside.card, scene.pad(), scene.grid.tight);
    let baseline = if tight { 19.0 } else { 23.0 };
    let (line, room) = (if tight { 15.0 } else { 17.0 }, r.w - 2.0 * pad);
    let last = r.bottom() - if tight { 9.0 } else { 12.0 };
    let troubles = scene.troubles(kind);
    let servers = scene.servers(kind);
    let mut key = scene.key_line(kind);
    if let Some(unit) = describe::cell_unit(servers) {
        key.insert(0, format!("{} · {unit}", key.first().cloned().unwrap_or_default()));
    }
    let key = fit::first(&key, room, KEY, Weight::Plain);
    let is_bad = troubles.iter().any(|t| t.bad);
    let content = html! { <>
        { rect(r, "8", classes!("dg-card", is_bad.then_some("bad"))) }
        { header(kind, r, pad, baseline, names(scene, kind), &settings(scene, kind)) }
        if kind == Kind::WebTier && scene.parts.is_one_machine() {
            { text(r.x + pad, r.y + baseline + line, "dg-soft", fit::first(&shared_words(), room, SMALL, Weight::Plain)) }
        }
        if let Some((_, web)) = inside.rooms.iter().find(|(guest, _)| *guest == Kind::WebTier) {
            { room_content(scene, Kind::WebTier, *web) }
        }
        { text(r.x + pad, last - line, "dg-key", key) }
        { trouble_line(r.x + pad, last, room, &troubles, if scene.is_measured() { "backlog 0" } else { "" }) }
    </> };
    let selection = Selection { kind, server: None };
    let choice = Choice {
        selection,
        ring: r,
        title: describe::name(scene, kind).to_owned(),
        label: describe::part(scene, kind),
        stop: true,
    };
    let guests = inside.rooms.iter().filter(|(guest, _)| *guest != Kind::WebTier);
    html! {
        <g>
            { choice.draw(scene, content) }
            { cell::draw_all(scene, kind) }
            { for guests.map(|(guest, place)| room_choice(scene, *guest, *place)) }
        </g>
    }
}

/// A room that can be selected.
fn room_choice(scene: &Scene<'_>, kind: Kind, r: Rect) -> Html {
    let selection = Selection { kind, server: None };
    let label = describe::part(scene, kind);
    Choice { selection, ring: r, title: describe::name(scene, kind).to_owned(), label, stop: true }
        .draw(scene, room_content(scene, kind, r))
}

/// A part on the machines of the web tier: name, key number, trouble.
fn room_content(scene: &Scene<'_>, kind: Kind, r: Rect) -> Html {
    let names: &[&str] = match kind {
        Kind::WebTier => &["Web server", "Web"],
        Kind::Database => &["Database", "Data"],
        _ => &["Cache"],
    };
    let troubles = if kind == Kind::WebTier { Vec::new() } else { scene.troubles(kind) };
    let mut key = scene.key_line(kind);
    if kind == Kind::Cache {
        let rate = key.pop().unwrap_or_default();
        let hit = hit_wordings(scene).swap_remove(0);
        key = vec![format!("{hit} · {rate}"), hit];
    }
    let is_bad = troubles.iter().any(|t| t.bad);
    let frame = rect(r, "6", classes!("dg-room", is_bad.then_some("bad")));
    let inner = r.w - 18.0;
    if r.h >= THREE_LINES {
        let key = fit::first(&key, inner, KEY, Weight::Plain);
        return html! { <>
            { frame }
            { header(kind, r, 9.0, 21.0, names, &[]) }
            { text(r.x + 9.0, r.y + 40.0, "dg-key", key) }
            { trouble_line(r.x + 9.0, r.y + 57.0, inner, &troubles, "") }
        </> };
    }
    let y = 0.5 * r.h + 4.5;
    if troubles.is_empty() {
        return html! { <>{ frame }{ header(kind, r, 8.0, y, names, &key) }</> };
    }
    let left = inner - fit::width(names[0], 13.0, Weight::Bold) - 24.0;
    let wordings = [super::state::line(&troubles), troubles[0].text.clone()];
    let words = fit::first(&wordings, left, SMALL, Weight::Bold);
    html! { <>
        { frame }
        { header(kind, r, 8.0, y, names, &[]) }
        { text_end(r.right() - 8.0, r.y + y, if is_bad { "dg-bad" } else { "dg-warn" }, words) }
    </> }
}
