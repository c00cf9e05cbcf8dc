//! A cell: one server or several, filled from below by what is in use, with the number in it.

use super::cells;
use super::describe;
use super::fit::{self, Weight};
use super::parts::{self, At};
use super::pieces::{Choice, bar, rect, text_middle};
use super::scene::{KEY, SMALL, Scene};
use super::shape::{Rect, px};
use super::state::{Condition, Load};
use super::tier;
use crate::sim::kinds::Kind;
use crate::sim::region::REGIONS;
use crate::sim::snapshot::{PartView, ServerView};
use crate::web::markup::prelude::*;
use crate::web::view::format;

/// So many cells are stops of the tabulator key; among more, only one is, and arrow keys go on.
const STOPS: usize = 8;

/// Room beside name and number in a low cell.
const BESIDE: f64 = 5.0;

/// The widest code of a region.
const WIDEST: &str = "NAW";

/// All cells of a tier.
pub fn draw_all(scene: &Scene<'_>, at: At) -> Html {
    // Before there are figures, cells stand empty where they will be.
    let blank = PartView {
        servers: vec![
            ServerView { alive: true, healthy: true, slow: 1.0, ..Default::default() };
            scene.servers(at)
        ],
        ..PartView::default()
    };
    let view = scene.view(at).unwrap_or(&blank);
    let places = tier::cell_places(scene, at);
    let few = places.len() <= STOPS;
    let mine = super::choose(scene, at, None);
    let selected = scene.selected.filter(|s| (s.kind, s.site) == (mine.kind, mine.site));
    let selected = selected.and_then(|s| s.server);
    let stop = selected
        .and_then(|server| places.iter().position(|(group, _)| group.contains(&server)))
        .unwrap_or(0);
    let cells = places.iter().enumerate().map(|(i, (group, place))| {
        let sized = sized(scene, at, group[0], *place);
        let server = representative(scene, at, view, group, selected);
        let choice = Choice {
            selection: super::choose(scene, at, Some(server)),
            ring: *place,
            title: describe::cell_name(scene, at, group),
            label: describe::cell(scene, at, view, group),
            stop: few || i == stop,
            tip: group.len() > 1,
        };
        choice.draw(scene, content(scene, at, view, group, sized))
    });
    html! { <g>{ for cells }{ row_names(scene, at, &places) }</g> }
}

/// What the two low rows of shards' cells are, in a letter before each: primaries and replicas.
fn row_names(scene: &Scene<'_>, at: At, places: &[(Vec<usize>, Rect)]) -> Html {
    let (shards, copies) = parts::shards(scene.scenario, at);
    let [(_, first), (_, second), ..] = places else {
        return Html::default();
    };
    let is_low = first.x == second.x && first.h < 30.0;
    if at.kind != Kind::Database || shards < 2 || copies < 2 || !is_low {
        return Html::default();
    }
    // Between the card's edge and its cells there is room for small letters.
    let name = |r: &Rect, name: &'static str| {
        text_middle(r.x - 4.8, r.centre().1 + 3.0, "dg-row", name.to_owned())
    };
    html! { <>{ name(first, "P") }{ name(second, "R") }</> }
}

/// The server that a cell selects: the one selected already, else the first in trouble, else the
/// first.
fn representative(
    scene: &Scene<'_>,
    at: At,
    view: &PartView,
    group: &[usize],
    selected: Option<usize>,
) -> usize {
    let checked = scene.checked(at);
    let troubled = |i: &usize| Condition::of(&view.servers[*i], checked) != Condition::Sound;
    selected
        .filter(|server| group.contains(server))
        .or_else(|| group.iter().copied().find(troubled))
        .unwrap_or(group[0])
}

/// The place of a cell, lower for servers smaller than the largest.
fn sized(scene: &Scene<'_>, at: At, server: usize, place: Rect) -> Rect {
    if !parts::is_unequal(scene.scenario, at) {
        return place;
    }
    let of = |server| parts::vcpus(scene.scenario, at, server).unwrap_or(1.0);
    let servers = scene.view(at).map_or(1, |view| view.servers.len());
    let largest = (0..servers).map(of).fold(1.0, f64::max);
    let h = place.h * (0.6 + 0.4 * (of(server) / largest).sqrt());
    Rect::new(place.x, place.bottom() - h, place.w, h)
}

fn content(scene: &Scene<'_>, at: At, view: &PartView, group: &[usize], r: Rect) -> Html {
    let servers = || group.iter().map(|&i| &view.servers[i]);
    let conditions: Vec<Condition> =
        servers().map(|s| Condition::of(s, scene.checked(at))).collect();
    let dead = conditions.iter().filter(|c| c.is_dead()).count();
    if dead == group.len() {
        return cross(r, conditions.contains(&Condition::Unnoticed));
    }
    // What has no limit of its own shows its rate, beside that of the busiest one.
    let endless = is_endless(view);
    let used = if endless {
        let busiest = view.servers.iter().map(|s| s.rate).fold(1e-9, f64::max);
        servers().map(|s| s.rate).fold(0.0, f64::max) / busiest
    } else {
        describe::utilisation(view, group)
    };
    let troubled = conditions.iter().copied().find(|c| *c != Condition::Sound);
    let note = note(scene, at, group, &conditions);
    // Codes of regions are small where there is little room.
    let least = if at.kind == Kind::Cdn { 26.0 } else { 30.0 };
    let (below, class) = if r.h < 30.0 { (10.0, "dg-code") } else { (14.0, "dg-note") };
    let named = matches!(at.kind, Kind::Database | Kind::Cdn);
    let mut short = note.last().cloned().filter(|_| named && r.h < least);
    let (x, middle) = r.centre();
    let note = note
        .into_iter()
        .find(|text| r.h >= least && fit::width(text, SMALL, Weight::Plain) <= r.w - 4.0);
    let lag = lag(scene, at, group).filter(|_| r.h >= 30.0);
    // A higher cell has the lag in words as well.
    let behind = lag.filter(|_| note.is_some() && r.h >= 62.0).and_then(|lag| {
        let lag = format::duration(lag);
        fit::whole(vec![format!("{lag} behind"), lag], r.w - 4.0, SMALL, Weight::Plain)
    });
    let y = match (&note, &behind) {
        (Some(_), Some(_)) => middle - 8.0,
        (Some(_), None) => middle + 5.0 - 0.5 * below,
        _ => middle + 4.5,
    };
    let number = if endless && scene.is_measured() {
        let rate = format::rate(servers().map(|s| s.rate).sum());
        let bare = |rate: &str| {
            rate.trim_end_matches("/s").trim_end_matches('\u{202f}').replace('\u{202f}', "")
        };
        // Of all cells alike, the one with most to say tells whether the unit has room.
        let most = view.servers.iter().map(|s| format::rate(s.rate * group.len() as f64));
        let most = most.chain(["999\u{202f}/s".to_owned()]).max_by_key(|rate| rate.chars().count());
        let most = most.unwrap_or_default();
        // The name of an edge is more than the unit: where all have room for it, all have it.
        let named = format!("{WIDEST} {}", bare(&most));
        short = short.filter(|_| fit::width(&named, SMALL, Weight::Bold) <= r.w - BESIDE);
        let bare = bare(&rate);
        let whole = if short.is_some() { bare.clone() } else { rate };
        let few = format::few(servers().map(|s| s.rate).sum());
        written([whole, bare, few], &most, r)
    } else {
        number(scene.is_measured().then_some(used), r)
    };
    // In a low cell its name stands before the number, both smaller.
    let named = short.zip(number.as_deref()).and_then(|(short, number)| {
        let wordings = vec![format!("{short} · {number}"), format!("{short} {number}")];
        fit::whole(wordings, r.w - BESIDE, SMALL, Weight::Bold)
    });
    let (number, font) = match named {
        Some(named) => (Some(named), "dg-in named"),
        None => (number, "dg-in"),
    };
    // What is as wide as the cell stands beside the gauge at its left.
    let is_wide = |text: &String| fit::width(text, KEY, Weight::Plain) > r.w - 9.0;
    let beside = if number.as_ref().is_some_and(is_wide) { 1.5 } else { 0.0 };
    html! { <>
        { fill(r, used, troubled, endless) }
        if let Some(lag) = lag { { lag_bar(r, lag) } }
        if let Some(behind) = behind { { text_middle(x, y + 27.0, "dg-note", behind) } }
        if let Some(number) = number {
            { text_middle(x + beside, y, font, number) }
        }
        if let Some(note) = note {
            { text_middle(x, y + below, class, note) }
        }
    </> }
}

/// Whether the servers of a part have neither processors nor slots that could fill up.
pub fn is_endless(view: &PartView) -> bool {
    view.servers.len() > 1 && view.servers.iter().all(|s| s.cores.is_none() && s.slots.is_none())
}

/// The number in a cell, as far as there is room.
fn number(used: Option<f64>, r: Rect) -> Option<String> {
    let Some(used) = used else {
        return Some("–".to_owned());
    };
    let percent = libm::round(used * 100.0);
    let bare = percent.to_string();
    written([format!("{bare}\u{202f}%"), bare.clone(), bare], "100\u{202f}%", r)
}

/// The wording with its unit where the longest one has room, so that all cells of a tier look alike;
/// else the first of the others that has.
fn written(wordings: [String; 3], longest: &str, r: Rect) -> Option<String> {
    let fits = |text: &str, free| fit::width(text, KEY, Weight::Plain) <= r.w - free;
    let bare = usize::from(!fits(longest, 9.0));
    let mut able = wordings.into_iter().skip(bare);
    able.find(|text| r.h >= cells::WRITTEN && fits(text, 3.0))
}

/// A word below the number, in shorter and shorter wordings.
fn note(scene: &Scene<'_>, at: At, group: &[usize], conditions: &[Condition]) -> Vec<String> {
    if conditions.len() > 1 {
        let dead = conditions.iter().filter(|c| c.is_dead()).count();
        return if dead > 0 {
            vec![format!("{dead} dead"), format!("✕{dead}")]
        } else {
            let wordings = |role: &str| vec![role.to_owned(), role[..1].to_ascii_uppercase()];
            describe::role(scene, at, group).map_or_else(Vec::new, wordings)
        };
    }
    match conditions.first() {
        Some(Condition::Sound) if parts::is_unequal(scene.scenario, at) => {
            let vcpus = parts::vcpus(scene.scenario, at, group[0]);
            vcpus.map_or_else(Vec::new, |n| vec![parts::vcpu_text(n), format!("{n}")])
        }
        Some(Condition::Sound) if at.kind == Kind::Database => database_note(scene, at, group[0]),
        Some(Condition::Sound) if at.kind == Kind::Cdn => {
            REGIONS.get(group[0]).map_or_else(Vec::new, |region| vec![region.code.to_owned()])
        }
        Some(Condition::Slow(_)) => {
            let words = conditions[0].words();
            let factor = words.split(' ').next().unwrap_or_default().to_owned();
            vec![words, factor]
        }
        Some(Condition::Distrusted) => vec!["out".to_owned()],
        Some(Condition::Draining) => vec!["draining".to_owned(), "ends".to_owned()],
        _ => Vec::new(),
    }
}

/// Which copy of the data a database's server has. After a failover the primary is another one.
fn database_note(scene: &Scene<'_>, at: At, server: usize) -> Vec<String> {
    let (shards, copies) = parts::shards(scene.scenario, at);
    let (shard, copy) = (server / copies + 1, server % copies);
    let view = scene.view(at).and_then(|view| view.servers.get(server));
    let is_primary = view.map_or(copy == 0, |server| server.is_primary);
    match (shards > 1, copies > 1, copy) {
        (false, false, _) => Vec::new(),
        (false, true, _) if is_primary => vec!["primary".to_owned(), "prim.".to_owned()],
        (false, true, 0) => vec!["old primary".to_owned(), "old".to_owned()],
        (false, true, n) => vec![format!("replica {n}"), format!("r{n}")],
        (true, ..) if is_primary => vec![format!("shard {shard}"), format!("s{shard}")],
        (true, _, 0) => vec!["old primary".to_owned(), "old".to_owned()],
        (true, _, n) => vec![format!("replica {n}"), format!("r{n}")],
    }
}

/// Seconds of lag at the right end of its bar; each tenth part of it is a third of the bar less.
const LONGEST_LAG_S: f64 = 10.0;
/// Lags from here on are late.
const LATE_S: f64 = 1.0;

/// How far a replica is behind its primary, in seconds; `None` for all other servers.
fn lag(scene: &Scene<'_>, at: At, group: &[usize]) -> Option<f64> {
    let (_, copies) = parts::shards(scene.scenario, at);
    let view = scene.view(at).filter(|_| copies > 1 && group.len() == 1 && scene.is_measured())?;
    let server = view.servers.get(group[0])?;
    (server.alive && !server.is_primary).then_some(server.lag_s)
}

/// The lag along the upper edge of a replica's cell, as a bar that grows by factors.
fn lag_bar(r: Rect, lag: f64) -> Html {
    let share = (1.0 + libm::log10((lag / LONGEST_LAG_S).max(1e-9)) / 3.0).clamp(0.0, 1.0);
    let class = if lag > LATE_S { "hi" } else { "flow" };
    bar(Rect::new(r.x + 3.0, r.y + 3.0, r.w - 6.0, 3.0), share, class)
}

/// The cell, filled from below, with a strong gauge at its left side, which no text crosses.
fn fill(r: Rect, used: f64, troubled: Option<Condition>, endless: bool) -> Html {
    let load = if endless { "flow" } else { Load::of(used).class() };
    let state = match troubled {
        Some(Condition::Draining) => "leaving",
        Some(_) => "odd",
        None => "",
    };
    html! { <>
        { rect(r, "4", "dg-cell") }
        { filled(r, used, "4", load) }
        { rect(r.inset(0.5), "4", classes!("dg-edge", state)) }
    </> }
}

/// The state that a cell with servers in these conditions shows: a sound one where it shows none, and
/// a distrusted one for all that only has another outline.
pub fn shown(conditions: &[Condition]) -> Condition {
    if conditions.iter().all(|c| c.is_dead()) {
        let sent = conditions.contains(&Condition::Unnoticed);
        return if sent { Condition::Unnoticed } else { Condition::Dead };
    }
    match conditions.iter().find(|c| **c != Condition::Sound) {
        None => Condition::Sound,
        Some(Condition::Draining) => Condition::Draining,
        Some(_) => Condition::Distrusted,
    }
}

/// A small cell in a state, for the legend.
pub fn sample(r: Rect, state: Condition) -> Html {
    if state.is_dead() {
        return cross(r, state == Condition::Unnoticed);
    }
    fill(r, 0.4, Some(state), false)
}

/// What is in use of a cell: a tint, and a gauge where even the least can be seen.
pub fn filled(r: Rect, used: f64, rounding: &'static str, load: &'static str) -> Html {
    let h = (r.h * used.clamp(0.0, 1.0)).max(1.5);
    let y = r.bottom() - h;
    html! { <>
        { rect(Rect::new(r.x, y, r.w, h), rounding, classes!("dg-fill", load)) }
        { rect(Rect::new(r.x, y, 3.0, h), "1.5", classes!("dg-full", load)) }
    </> }
}

/// A dead server: dashed, with a cross; tinted as long as requests are still sent to it.
fn cross(r: Rect, unnoticed: bool) -> Html {
    let (x, y) = r.centre();
    let s = (0.22 * r.w.min(r.h)).clamp(4.0, 8.0);
    let (a, b, c, d) = (px(x - s), px(y - s), px(x + s), px(y + s));
    html! { <>
        { rect(r.inset(0.75), "4", classes!("dg-dead", unnoticed.then_some("sent"))) }
        <path class="dg-cross" d={format!("M{a} {b}L{c} {d}M{c} {b}L{a} {d}")} />
    </> }
}

#[cfg(test)]
mod tests {
    use super::super::{pieces, scene};
    use super::*;
    use crate::sim::scenario::link;
    use crate::sim::snapshot::Snapshot;

    #[test]
    fn a_cell_shows_the_state_that_the_legend_names() {
        use Condition::{Dead, Distrusted, Draining, Out, Slow, Sound, Unnoticed};
        for (servers, expected) in [
            (&[Sound, Sound][..], Sound),
            (&[Out, Dead], Dead),
            (&[Out, Unnoticed], Unnoticed),
            (&[Sound, Dead], Distrusted),
            (&[Slow(5.0)], Distrusted),
            (&[Draining], Draining),
        ] {
            assert_eq!(shown(servers), expected, "{servers:?}");
        }
    }

    #[test]
    fn low_rows_of_shards_say_what_they_are() {
        let named = |address: &str| {
            let scenario = link::read(address).scenario;
            scene::sample(&scenario, &Snapshot::default(), |scene| {
                let mut said = Vec::new();
                pieces::words(&draw_all(scene, At::new(Kind::Database, 0)), &mut said);
                ["P", "R"].map(|name| said.iter().any(|word| word == name))
            })
        };
        assert_eq!(named("?stage=9"), [true, true]);
        assert_eq!(named("?stage=7"), [false, false]);
    }

    #[test]
    fn an_edge_says_which_region_it_is_in() {
        let scenario = link::read("?stage=5").scenario;
        scene::sample(&scenario, &Snapshot::default(), |scene| {
            let mut said = Vec::new();
            pieces::words(&draw_all(scene, At::new(Kind::Cdn, 0)), &mut said);
            let is_said = |code: &str| said.iter().any(|word| word.contains(code));
            assert!(["NAE", "SA", "EU"].into_iter().all(is_said), "{said:?}");
        });
    }
}
