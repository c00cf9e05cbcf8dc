//! The diagram as text: all that it shows as lists and a table, to be read, listened to or copied.

use super::describe;
use super::facts;
use super::guards;
use super::outage;
use super::parts::{At, RegionRow};
use super::scene::Scene;
use super::tier;
use super::users;
use super::wires::Wire;
use crate::sim::kinds::Kind;
use crate::sim::region::REGIONS;
use crate::web::marks::MEANING;
use crate::web::markup::prelude::*;
use crate::web::view::format;

/// More servers than so many are told together, a cell's worth at a time.
const SINGLE: usize = 12;

/// The whole diagram.
pub fn draw(scene: &Scene<'_>) -> Html {
    let of = |at: At| part(scene, at);
    let sites = scene.parts.sites.iter().enumerate();
    html! {
        <div class="dg-twin" tabindex="0" role="region" aria-label="The diagram as text">
            <p>{ describe::whole(scene) }</p>
            if !scene.marks.is_empty() {
                <p>{ MEANING }{ ". Here: " }
                    { scene.marks.iter().map(|mark| mark.name.as_str()).collect::<Vec<_>>().join(", ") }{ "." }</p>
            }
            <h3>{ "Users" }</h3>
            <p>{ describe::users(scene) }{ "." }</p>
            <ul>{ for scene.parts.rows.iter().map(|row| region(scene, row)) }</ul>
            if !scene.parts.global.is_empty() {
                <h3>{ "Outside the sites" }</h3>
                <ul>{ for scene.parts.global.iter().map(|&kind| of(At::new(kind, 0))) }</ul>
            }
            { for sites.map(|(index, site)| {
                let kinds = site.own.iter().chain(&site.guests);
                html! { <>
                    <h3>{ site.name }{ if scene.is_down(index as u8) { ": down" } else { "" } }</h3>
                    if scene.is_down(index as u8) { <p>{ costs(scene, index as u8) }</p> }
                    <ul>{ for kinds.map(|&kind| of(At::new(kind, index as u8))) }</ul>
                </> }
            }) }
            { lines(scene) }
        </div>
    }
}

fn costs(scene: &Scene<'_>, site: u8) -> String {
    let costs = outage::costs(scene, site).into_iter();
    let costs: Vec<String> = costs
        .map(|(number, words)| format!("{number} {}", words.first().map_or("", String::as_str)))
        .collect();
    format!("What the outage costs: {}.", costs.join(", "))
}

fn region(scene: &Scene<'_>, row: &RegionRow) -> Html {
    let rate = scene.rate(users::rate(scene.figures, row));
    let mean = users::mean(scene.figures, row);
    let mean = mean.map_or_else(String::new, |mean| format!(", mean {}", format::duration(mean)));
    let names: Vec<&str> = row.regions.iter().map(|&region| REGIONS[region].name).collect();
    html! { <li><b>{ names.join(", ") }</b>{ format!(": {rate}{mean}") }</li> }
}

/// A part with its servers, and the guard of the calls to it.
fn part(scene: &Scene<'_>, at: At) -> Html {
    let facts = facts::of(scene, at);
    let key = facts.key.first().filter(|_| scene.is_measured());
    // The mean time follows.
    let key = key.and_then(|key| key.split(" · mean ").next());
    let key = key.map_or_else(String::new, |key| format!("{key}; "));
    let servers = scene.view(at).map_or(0, |view| view.servers.len());
    let listed = (servers > 1).then(|| {
        let view = scene.view(at)?;
        let groups = tier::groups(scene, at, SINGLE);
        Some(html! {
            <ul>{ for groups.iter().map(|group| html! {
                <li>{ describe::cell_name(scene, at, group) }{ ": " }{ describe::cell(scene, at, view, group) }</li>
            }) }</ul>
        })
    });
    html! { <>
        <li>
            <b>{ describe::name(scene, at) }</b>{ ": " }{ key }{ describe::part(scene, at) }
            if let Some(list) = listed.flatten() { { list } }
        </li>
        if let Some(guard) = guards::of(scene, at) {
            <li><b>{ guards::title(scene, guard) }</b>{ format!(": {}", guards::state(scene, at)) }</li>
        }
    </> }
}

/// Who calls a part over a line.
fn caller(scene: &Scene<'_>, wire: &Wire) -> String {
    let from = match wire.to.kind {
        Kind::WebTier if scene.grid.front(wire.to.site) != scene.grid.card(wire.to) => {
            Kind::LoadBalancer
        }
        Kind::LoadBalancer | Kind::WebTier => Kind::Clients,
        _ => Kind::WebTier,
    };
    describe::name(scene, wire.to.beside(from))
}

/// The lines with their rates and failures.
fn lines(scene: &Scene<'_>) -> Html {
    let wires = scene.wires.fronts.iter().chain(&scene.wires.inner);
    let rows = wires.filter_map(|wire| {
        let view = scene.view(wire.to)?;
        Some(html! { <tr>
            <th scope="row">{ format!("{} → {}", caller(scene, wire), describe::name(scene, wire.to)) }</th>
            <td>{ scene.rate(view.rate) }</td>
            <td>{ format::percent(view.tally.error_share()) }</td>
        </tr> })
    });
    html! {
        <table class="figures">
            <caption><h3>{ "Lines" }</h3></caption>
            <thead><tr><th scope="col">{ "From → to" }</th><th scope="col">{ "Calls" }</th><th scope="col">{ "Failed" }</th></tr></thead>
            <tbody>{ for rows }</tbody>
        </table>
    }
}
