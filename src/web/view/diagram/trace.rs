//! One request's way, drawn over the diagram: the parts that it met are numbered in order, and the
//! lines that it took stand out.

use super::fit::{self, Weight};
use super::parts::{self, At};
use super::pieces::{rect, text_middle};
use super::scene::{SMALL, Scene};
use super::shape::{Curve, Rect};
use super::tier;
use crate::sim::kinds::Kind;
use crate::web::markup::prelude::*;

/// A part that a request met. Its number is its place in the list, counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// Name of the part as in results: `clients`, `dns`, `lb`, `web2`, `db`.
    pub part: String,
    /// Its server, counted from 0; of `clients` the region, by its place in
    /// [`REGIONS`](crate::sim::region::REGIONS). `None` where it is not known.
    pub server: Option<usize>,
    /// Whether the request failed here.
    pub failed: bool,
}

/// The part of a name.
fn part_of(name: &str) -> Option<At> {
    let chosen = super::read(name)?;
    Some(At::new(chosen.kind, chosen.place()))
}

/// The card of a part; rooms on other machines have that of their machines.
fn card(scene: &Scene<'_>, at: At) -> Option<Rect> {
    if at.kind == Kind::Clients {
        return Some(scene.grid.users);
    }
    scene.grid.card(at).or_else(|| scene.grid.card(at.beside(Kind::WebTier)))
}

/// The row of a region in the users' card.
fn row(scene: &Scene<'_>, region: usize) -> Option<usize> {
    scene.parts.rows.iter().position(|row| row.regions.contains(&region))
}

/// The lines from one part to the next, whichever of the two asked the other; a line of its own
/// where the diagram has none.
fn between(scene: &Scene<'_>, a: &Hop, b: &Hop) -> Vec<Curve> {
    let (Some(first), Some(second)) = (part_of(&a.part), part_of(&b.part)) else {
        return Vec::new();
    };
    let wires = scene.wires;
    let users = [a, b].into_iter().find(|hop| hop.part == Kind::Clients.key());
    let is = |kind: Kind| first.kind == kind || second.kind == kind;
    let cdn = first.kind.key() == "cdn" || second.kind.key() == "cdn";
    if users.is_some() && is(Kind::Dns) {
        return wires.dns.into_iter().collect();
    }
    let front = wires.fronts.iter().find(|wire| wire.to == first || wire.to == second);
    let mut curves = Vec::new();
    if let Some(users) = users {
        let row = users.server.and_then(|region| row(scene, region)).unwrap_or(0);
        curves.extend(wires.regions.get(row));
        curves.extend(if cdn { None } else { wires.bridge });
    }
    if let Some((to, on)) = wires.copies.as_ref().filter(|_| cdn) {
        curves.push(if users.is_some() { to.curve } else { *on });
    }
    if let Some(front) = front.filter(|_| users.is_some() || cdn) {
        curves.push(front.curve);
    }
    if !curves.is_empty() || users.is_some() {
        return curves;
    }
    let inner = wires.inner.iter().chain(&wires.between);
    let pair = |wire: &&super::wires::Wire| {
        (wire.to == second || wire.to == first) && first.kind != second.kind
            || first.kind == second.kind
                && wire.to == if first.site > second.site { first } else { second }
    };
    let web = At::new(Kind::WebTier, first.site);
    // The line to the web tier is that from its balancer.
    let from_web = first == web || second == web;
    let balanced = is(Kind::LoadBalancer);
    let found = inner.filter(pair).find(|wire| !from_web || (wire.to == web) == balanced);
    if let Some(wire) = found {
        return vec![wire.curve];
    }
    match (card(scene, first), card(scene, second)) {
        (Some(from), Some(to)) if from != to => vec![Curve::across(from.centre(), to.centre())],
        _ => Vec::new(),
    }
}

/// The numbers of the visits to one place, as many as there is room for.
fn numbers(visits: &[usize], room: f64) -> String {
    // Visits one after the other are told by the first and the last.
    let follows = |a: &usize, b: &usize| a + 1 == *b;
    let all: Vec<String> = visits
        .chunk_by(follows)
        .flat_map(|run| match run {
            [first, .., last] if run.len() > 2 => vec![format!("{first}–{last}")],
            _ => run.iter().map(ToString::to_string).collect(),
        })
        .collect();
    let [first, last] = [visits.first(), visits.last()].map(|visit| visit.copied().unwrap_or(0));
    let ends = format!("{first}…{last}");
    let wordings = vec![all.join(", "), ends];
    fit::whole(wordings, room, SMALL, Weight::Bold).unwrap_or_else(|| first.to_string())
}

/// The lines of a request's way, to be drawn under the parts, as all lines are.
pub fn trace_lines(scene: &Scene<'_>, hops: &[Hop]) -> Html {
    let mut paths: Vec<String> = Vec::new();
    for pair in hops.windows(2) {
        for path in between(scene, &pair[0], &pair[1]).iter().map(Curve::path) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    let lines = paths.into_iter().map(|d| html! { <path class="dg-hop" {d} /> });
    html! { <g class="dg-trace">{ for lines }</g> }
}

/// The stations of a request's way, to be drawn over the parts. Parts that are not drawn are left
/// out.
pub fn trace_overlay(scene: &Scene<'_>, hops: &[Hop]) -> Html {
    // One badge for each place, with the numbers of all visits to it.
    let mut badges: Vec<(Rect, Vec<usize>, bool)> = Vec::new();
    let mut cells: Vec<Rect> = Vec::new();
    for (i, hop) in hops.iter().enumerate() {
        let Some(at) = part_of(&hop.part) else { continue };
        let Some(place) = card(scene, at) else { continue };
        match badges.iter_mut().find(|(known, ..)| *known == place) {
            Some((_, visits, failed)) => {
                visits.push(i + 1);
                *failed |= hop.failed;
            }
            None => badges.push((place, vec![i + 1], hop.failed)),
        }
        if let Some(server) = hop.server.filter(|_| at.kind != Kind::Clients) {
            let places = tier::cell_places(scene, at);
            cells.extend(places.iter().find(|(group, _)| group.contains(&server)).map(|(_, r)| *r));
        }
    }
    let badge = |(place, visits, failed): &(Rect, Vec<usize>, bool)| {
        let words = numbers(visits, place.w - 2.0);
        let w = (fit::width(&words, SMALL, Weight::Bold) + 12.0).max(20.0);
        // On the right: above the left corner stands the name of the column. In a low drawing the
        // title of the site ends just above, and the card's own words begin just below.
        let (up, h) = if scene.grid.tight { (6.5, 12.0) } else { (9.0, 18.0) };
        let x = (place.right() - 6.0 - w).max(place.x - 5.0);
        let pill = Rect::new(x, place.y - up, w, h);
        html! { <g class={classes!("dg-badge", failed.then_some("failed"))}>
            { rect(pill, "6", "dg-pill") }
            { text_middle(pill.centre().0, pill.centre().1 + 4.0, "dg-count", words) }
        </g> }
    };
    html! {
        <g class="dg-trace" role="img" aria-label={spoken(scene, hops)}>
            { for cells.iter().map(|r| rect(r.inset(-1.5), "5", "dg-met")) }
            { for badges.iter().map(badge) }
        </g>
    }
}

/// The way in words.
fn spoken(scene: &Scene<'_>, hops: &[Hop]) -> String {
    let of = |(i, hop): (usize, &Hop)| {
        let name = part_of(&hop.part).map_or_else(
            || hop.part.clone(),
            |at| match hop
                .server
                .filter(|_| at.kind != Kind::Clients && parts::servers(scene.scenario, at) > 1)
            {
                Some(server) => super::describe::server_name(scene, at, server),
                None => super::describe::name(scene, at),
            },
        );
        format!("{} {name}{}", i + 1, if hop.failed { ", failed" } else { "" })
    };
    let all: Vec<String> = hops.iter().enumerate().map(of).collect();
    format!("The way of one request: {}", all.join("; "))
}

#[cfg(test)]
mod tests {
    use super::super::scene::sample;
    use super::*;
    use crate::sim::scenario::presets;
    use crate::sim::snapshot::Snapshot;

    fn hop(part: &str) -> Hop {
        Hop { part: part.to_owned(), ..Hop::default() }
    }

    #[test]
    fn a_way_follows_the_lines_of_the_diagram() {
        for (stage, names) in [
            (1, vec!["clients", "dns", "clients", "web", "db", "web", "clients"]),
            (3, vec!["clients", "lb", "web", "db", "web", "lb", "clients"]),
            (9, vec!["clients", "cdn", "lb2", "web2", "sessions2", "web2", "db2", "db1"]),
        ] {
            let hops: Vec<Hop> = names.iter().map(|name| hop(name)).collect();
            sample(&presets::stage(stage), &Snapshot::default(), |scene| {
                for pair in hops.windows(2) {
                    let here = card(scene, part_of(&pair[0].part).expect("a part"));
                    let there = card(scene, part_of(&pair[1].part).expect("a part"));
                    let lines = between(scene, &pair[0], &pair[1]);
                    assert_eq!(lines.is_empty(), here == there, "stage {stage}: {pair:?}");
                }
            });
        }
        assert_eq!(numbers(&[1, 4, 9], 90.0), "1, 4, 9");
        assert_eq!(numbers(&[1, 4, 9], 30.0), "1…9");
        assert_eq!(numbers(&[2, 4, 6], 20.0), "2", "no number is cut");
        assert_eq!(numbers(&[2, 3, 5, 6, 7, 8, 11], 90.0), "2, 3, 5–8, 11");
    }
}
