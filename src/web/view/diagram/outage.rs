//! What the outage of a site costs: requests that fail there, writes lost, time without writes, and
//! how much is still sent there.

use super::fit::{self, Weight};
use super::layout::Form;
use super::parts::{self, At};
use super::pieces::text;
use super::scene::{NAME, SMALL, Scene};
use super::site;
use super::spread;
use crate::sim::kinds::Kind;
use crate::web::markup::prelude::*;
use crate::web::view::format;

/// A cost: the number, and what it means in shorter and shorter wordings.
type Cost = (String, Vec<String>);

/// Whether the site takes, or took before its outage, the writes of all sites; or each its own.
fn took_writes(scene: &Scene<'_>, site: u8) -> bool {
    let at = At::new(Kind::Database, site);
    let number = f64::from(site) + 1.0;
    let wanted = parts::set(scene.scenario, At::new(Kind::Database, 0), "home");
    wanted.is_some_and(|home| home == 0.0 || home == number)
        || scene.gauge(at, "home") == Some(number)
}

/// What the outage of a site costs, from the figures of the live window and of its database.
#[must_use]
pub fn costs(scene: &Scene<'_>, site: u8) -> Vec<Cost> {
    let both = |long: &str, short: &str| vec![long.to_owned(), short.to_owned()];
    let mut costs = Vec::new();
    let front = scene.parts.sites.get(usize::from(site)).map(parts::Site::front);
    let view = front.and_then(|kind| scene.view(At::new(kind, site)));
    if let Some(view) = view.filter(|_| scene.is_measured()) {
        let failed = view.tally.failed as f64 / scene.figures.window_s;
        costs.push((format::rate(failed), both("tries fail here", "tries fail")));
    }
    let at = At::new(Kind::Database, site);
    if took_writes(scene, site) {
        if let Some(lost) = scene.gauge(at, "rpo_writes") {
            let age = scene.gauge(at, "rpo_s").unwrap_or(0.0);
            let words = format!("writes lost (RPO {})", format::duration(age));
            costs.push((format::count(lost), both(&words, "writes lost")));
        }
        if let Some(time) = scene.gauge(at, "rto_s") {
            let words = both("time without writes (RTO)", "no writes (RTO)");
            costs.push((format::duration(time), words));
        }
    } else if scene.view(at).is_some() {
        costs.push(("0".to_owned(), both("writes lost: home is elsewhere", "writes lost")));
    }
    if let Some(share) = site::share(scene, site) {
        let words = both("of all tries still sent here", "still sent here");
        costs.push((format::percent(share), words));
    }
    costs
}

/// The costs in one line, shorter and shorter, for where there is no room below the cards.
#[must_use]
pub fn line(scene: &Scene<'_>, site: u8) -> Vec<String> {
    let costs: Vec<String> = costs(scene, site)
        .into_iter()
        .map(|(number, words)| {
            format!("{number} {}", words.last().map_or("", |words| words.as_str()))
        })
        .collect();
    (1..=costs.len()).rev().map(|n| format!("down · {}", costs[..n].join(" · "))).collect()
}

/// The costs below the folded cards of a site that is down.
pub fn draw(scene: &Scene<'_>, index: usize) -> Html {
    let site = index as u8;
    let place = scene.grid.sites.get(index).filter(|_| scene.grid.form == Form::Sites);
    let Some(room) = place.and_then(|place| spread::unfolded(*place)) else {
        return Html::default();
    };
    let costs = costs(scene, site);
    let w = room.w / costs.len().max(1) as f64;
    let columns = costs.into_iter().enumerate().map(|(i, (number, words))| {
        let x = room.x + i as f64 * w;
        html! { <>
            { text(x, room.y + 30.0, "dg-cost", fit::shorten(&number, w - 8.0, NAME, Weight::Bold)) }
            { text(x, room.y + 44.0, "dg-soft", fit::first(&words, w - 8.0, SMALL, Weight::Plain)) }
        </> }
    });
    html! { <g>
        { text(room.x, room.y + 12.0, "dg-head", "What the outage costs".to_owned()) }
        { for columns }
    </g> }
}
