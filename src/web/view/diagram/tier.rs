//! A tier as a card with a cell for each server, and rooms for the parts that live on its machines.

use super::card;
use super::cell;
use super::cells;
use super::describe;
use super::facts;
use super::fit::{self, Weight};
use super::layout::Form;
use super::parts::{self, At, Site};
use super::pieces::{Choice, header, rect, text, text_end, trouble_line, trouble_words};
use super::scene::{KEY, SMALL, Scene};
use super::shape::Rect;
use crate::sim::analysis::names;
use crate::sim::kinds::Kind;
use crate::web::markup::prelude::*;

/// The inside of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// Field of the servers' cells.
    pub cells: Rect,
    /// Rooms of the parts on these machines.
    pub rooms: Vec<(Kind, Rect)>,
}

/// Height of a room with three lines of text.
const THREE_LINES: f64 = 64.0;

/// Divides a card: header, cells, rooms, two lines of text.
#[must_use]
pub fn inside(scene: &Scene<'_>, at: At, card: Rect) -> Inside {
    let (tight, pad) = (scene.grid.tight, scene.pad());
    let one = is_one_machine(scene, at);
    let guests = scene.parts.site(at).map_or_else(Vec::new, |site| site.guests.clone());
    let guests: Vec<Kind> = one.then_some(Kind::WebTier).into_iter().chain(guests).collect();
    let (top, foot) = if tight { (29.0, 41.0) } else { (36.0, 50.0) };
    // One machine has a line of its own for what its servers share.
    let top = if one { top + 15.0 } else { top };
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
        cells: Rect::new(body.x, body.y, body.w, cells_h),
        rooms: guests.iter().enumerate().map(|(i, &kind)| (kind, room(i))).collect(),
    }
}

/// Whether a machine holds web server and database.
fn is_one_machine(scene: &Scene<'_>, at: At) -> bool {
    scene.parts.site(at).is_some_and(Site::is_one_machine)
}

/// The field of the cells of a part, where it has one.
#[must_use]
pub fn field(scene: &Scene<'_>, at: At) -> Option<Rect> {
    let place = scene.grid.card(at)?;
    if is_host(scene, at, place) {
        Some(inside(scene, at, place).cells)
    } else {
        card::cells(scene, at, place)
    }
}

/// Whether a card shows the parts on its machines as rooms.
#[must_use]
pub fn is_host(scene: &Scene<'_>, at: At, place: Rect) -> bool {
    at.kind == Kind::WebTier
        && scene.grid.form != Form::Sites
        && place.h > 140.0
        && scene.parts.site(at).is_some_and(|site| !site.guests.is_empty())
}

/// The role of a server among those of its part: those with the same role are alike.
#[must_use]
pub fn role(scene: &Scene<'_>, at: At, server: usize) -> u8 {
    if let Some(view) = scene.view(at) {
        return names::role(view, server);
    }
    let (_, copies) = parts::shards(scene.scenario, at);
    u8::from(match at.kind {
        Kind::Queue => server > 0,
        Kind::Database => !server.is_multiple_of(copies),
        _ => false,
    })
}

/// All servers in groups, of which there are at most so many; none has servers of two roles.
#[must_use]
pub fn groups(scene: &Scene<'_>, at: At, most: usize) -> Vec<Vec<usize>> {
    let roles: Vec<u8> = (0..scene.servers(at)).map(|server| role(scene, at, server)).collect();
    cells::groups(&roles, most, busier(scene, at))
}

/// Where both are as busy but for this, figures stand with the replicas: chance moves no rows.
const CLEARLY: f64 = 0.1;

/// The role of the servers that figures are shown of where there is room for one: that which is
/// busier, and before anything is measured replicas, as they mostly are; of a queue the workers.
fn busier(scene: &Scene<'_>, at: At) -> u8 {
    let view = scene.view(at).filter(|_| scene.is_measured());
    let shown = match (view, view.and_then(describe::roles)) {
        (_, Some([one, other])) => other.1 + CLEARLY > one.1,
        (Some(view), None) => names::busy(view).0 == 1,
        (None, None) => true,
    };
    u8::from(at.kind == Kind::Queue || shown)
}

/// The cells of a tier: which servers, and where.
#[must_use]
pub fn cell_places(scene: &Scene<'_>, at: At) -> Vec<(Vec<usize>, Rect)> {
    let Some(area) = field(scene, at) else {
        return Vec::new();
    };
    let servers = scene.servers(at);
    let (shards, copies) = parts::shards(scene.scenario, at);
    if at.kind == Kind::Database && shards > 1 && servers == shards * copies {
        let primary = |first: usize| {
            (first..first + copies).find(|&i| role(scene, at, i) == 0).unwrap_or(first)
        };
        let primaries: Vec<usize> = (0..servers).step_by(copies).map(primary).collect();
        return cells::shards(area, &primaries, copies, busier(scene, at));
    }
    let groups = groups(scene, at, cells::most(area));
    let places = if at.kind == Kind::Database && groups.len() == servers {
        cells::arrange_data(area, groups.len())
    } else if at.kind.is_global() {
        // Edges show rates, which are longer than shares.
        cells::arrange_wide(area, groups.len(), 33.0)
    } else {
        cells::arrange(area, groups.len())
    };
    groups.into_iter().zip(places).collect()
}

/// What is said of a machine with web server, cache and database.
fn shared_words(scene: &Scene<'_>, at: At) -> [String; 2] {
    let cpu = match parts::vcpus(scene.scenario, at, 0) {
        Some(vcpus) if vcpus != 1.0 => parts::vcpu_text(vcpus),
        _ => "One CPU".to_owned(),
    };
    [format!("{cpu}, shared by all three"), format!("{cpu} for all")]
}

/// The card with all that is in it.
pub fn draw(scene: &Scene<'_>, at: At, r: Rect) -> Html {
    let inside = inside(scene, at, r);
    let facts = facts::of(scene, at);
    let (pad, tight) = (scene.pad(), scene.grid.tight);
    let baseline = if tight { 19.0 } else { 23.0 };
    let (line, room) = (if tight { 15.0 } else { 17.0 }, r.w - 2.0 * pad);
    let last = r.bottom() - if tight { 9.0 } else { 12.0 };
    let troubles = scene.troubles(at);
    let key = fit::first(&card::key_numbers(scene, at, &facts), room, KEY, Weight::Plain);
    let is_bad = troubles.iter().any(|t| t.bad);
    let content = html! { <>
        { rect(r, "8", classes!("dg-card", is_bad.then_some("bad"))) }
        { header(at.kind, r, pad, baseline, facts.names, &facts.setting) }
        if is_one_machine(scene, at) {
            { text(r.x + pad, r.y + baseline + line, "dg-soft", fit::first(&shared_words(scene, at), room, SMALL, Weight::Plain)) }
        }
        if let Some((_, web)) = inside.rooms.iter().find(|(guest, _)| *guest == Kind::WebTier) {
            { room_content(scene, at, *web) }
        }
        { text(r.x + pad, last - line, "dg-key", key) }
        { trouble_line(r.x + pad, last, room, &troubles, if scene.is_measured() { "backlog 0" } else { "" }) }
    </> };
    let choice = Choice {
        selection: super::choose(scene, at, None),
        ring: r,
        title: describe::name(scene, at),
        label: describe::part(scene, at),
        stop: true,
        tip: false,
    };
    let guests = inside.rooms.iter().filter(|(guest, _)| *guest != Kind::WebTier);
    html! {
        <g>
            { choice.draw(scene, content) }
            { cell::draw_all(scene, at) }
            { for guests.map(|(guest, place)| room_choice(scene, at.beside(*guest), *place)) }
        </g>
    }
}

/// A room that can be selected.
fn room_choice(scene: &Scene<'_>, at: At, r: Rect) -> Html {
    let selection = super::choose(scene, at, None);
    let label = describe::part(scene, at);
    Choice { selection, ring: r, title: describe::name(scene, at), label, stop: true, tip: false }
        .draw(scene, room_content(scene, at, r))
}

/// A part on the machines of the web tier: name, key number, trouble.
fn room_content(scene: &Scene<'_>, at: At, r: Rect) -> Html {
    let kind = at.kind;
    let usual = facts::of(scene, at).names;
    let names: &[&str] = match kind {
        Kind::WebTier => &["Web server", "Web"],
        _ => usual,
    };
    let troubles = if kind == Kind::WebTier { Vec::new() } else { scene.troubles(at) };
    let mut key = scene.key_line(at);
    if kind == Kind::Cache {
        let rate = key.pop().unwrap_or_default();
        let hit = facts::hits(scene, at).swap_remove(0);
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
    let words = trouble_words(&troubles, left);
    html! { <>
        { frame }
        { header(kind, r, 8.0, y, names, &[]) }
        { text_end(r.right() - 8.0, r.y + y, if is_bad { "dg-bad" } else { "dg-warn" }, words) }
    </> }
}

#[cfg(test)]
mod tests {
    use super::super::scene::sample_in;
    use super::*;
    use crate::sim::scenario::link;
    use crate::sim::snapshot::Snapshot;

    #[test]
    fn how_full_a_machine_is_has_room_whatever_stands_beside_it() {
        for more in ["", "sessions", "queue", "sessions,queue", "cdn,lb,sessions,queue,monitor"] {
            let more = if more.is_empty() { String::new() } else { format!("&add={more}") };
            let scenario = link::read(&format!("?stage=1{more}")).scenario;
            for width in (264..1_500).step_by(13) {
                sample_in(f64::from(width), &scenario, &Snapshot::default(), |scene| {
                    let at = At::new(Kind::WebTier, 0);
                    let card = scene.grid.card(at).expect("is drawn");
                    let cells = inside(scene, at, card).cells;
                    assert!(cells.h >= cells::WRITTEN, "{more} at {width}: {cells:?}");
                    let mut others = scene.grid.cards.iter().filter(|(other, _)| *other != at);
                    assert!(!others.any(|(_, other)| other.overlaps(&card)), "{more} at {width}");
                });
            }
        }
    }
}
