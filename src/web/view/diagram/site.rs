//! The sites: a frame around the machines of each with its place, what comes in, and what it
//! means when nothing in it answers.

use super::fit::{self, Weight};
use super::forms::site_title;
use super::layout::Form;
use super::outage;
use super::parts::At;
use super::pieces::{rect, text, text_end};
use super::scene::{NAME, SMALL, Scene};
use super::shape::Rect;
use super::spread;
use crate::sim::kinds::Kind;
use crate::web::markup::prelude::*;
use crate::web::view::format;

/// All sites.
pub fn draw(scene: &Scene<'_>) -> Html {
    let sites = scene.grid.sites.iter().enumerate();
    html! { <>{ for sites.map(|(index, place)| frame(scene, index as u8, *place)) }</> }
}

/// What comes into a site as a share of what comes into all of them.
#[must_use]
pub fn share(scene: &Scene<'_>, site: u8) -> Option<f64> {
    let all: f64 = (0..scene.parts.sites.len() as u8).map(|site| scene.entering(site)).sum();
    (all > 0.0).then(|| scene.entering(site) / all)
}

/// What is said of a site, in shorter and shorter wordings, and whether it is bad.
fn words(scene: &Scene<'_>, site: u8) -> (bool, Vec<String>) {
    let rate = scene.rate(scene.entering(site));
    let part = share(scene, site).filter(|_| scene.parts.is_spread()).map(format::percent);
    if scene.is_down(site) {
        let still = part.map_or_else(Vec::new, |part| {
            vec![
                format!("down: nothing answers · {part} of all tries still come here"),
                format!("down · still sent {part}"),
            ]
        });
        let is_told = scene.grid.form == Form::Sites
            && scene
                .grid
                .sites
                .get(usize::from(site))
                .is_some_and(|r| spread::unfolded(*r).is_some());
        let still = if is_told { still } else { outage::line(scene, site) };
        let short = ["down: nothing answers", "down"].map(str::to_owned);
        return (true, still.into_iter().chain(short).collect());
    }
    let home = scene.gauge(At::new(Kind::Database, site), "home") == Some(f64::from(site) + 1.0);
    if let Some(part) = part.clone().filter(|_| home) {
        let rate = rate.clone();
        return (
            false,
            vec![
                format!("home, takes all writes · {rate} · {part} of what reaches the sites"),
                format!("home · {rate} · {part}"),
                format!("home · {part}"),
            ],
        );
    }
    if let Some(part) = part {
        return (
            false,
            vec![
                format!("{rate} · {part} of what reaches the sites"),
                format!("{rate} · {part}"),
                rate,
            ],
        );
    }
    let cost = format::usd(scene.figures.usd_per_month.max(scene.scenario.monthly_usd()));
    (
        false,
        vec![format!("{rate} come in · {cost} a month"), format!("{rate} · {cost} a month"), rate],
    )
}

fn frame(scene: &Scene<'_>, site: u8, r: Rect) -> Html {
    let is_row = scene.grid.form == Form::Sites;
    let pad = if is_row { 9.0 } else { scene.pad() + 2.0 };
    let title = if is_row { spread::TITLE } else { site_title(scene.grid.tight) };
    let y = r.y + 0.5 * title + if is_row { 4.5 } else { 5.0 };
    let room = r.w - 2.0 * pad;
    let name = scene.parts.sites.get(usize::from(site)).map_or("", |site| site.name);
    let name = match scene.mark(At::new(Kind::Network, site)) {
        Some(mark) => format!("{name} {}", mark.text),
        None => name.to_owned(),
    };
    let name = fit::shorten(&name, room, NAME, Weight::Bold);
    let left = room - fit::width(&name, NAME, Weight::Bold) - 12.0;
    // On phones the way in runs through the title.
    let is_crossed = scene.grid.form == Form::Tall && !scene.parts.is_spread();
    let left = if is_crossed { left - (r.right() - scene.grid.axis) } else { left };
    // And in a row that to the data, but for the first.
    let left = if is_row && site > 0 { left - (r.right() - spread::crossing(r)) } else { left };
    let (is_down, wordings) = words(scene, site);
    let said =
        fit::first(&wordings, left, SMALL, if is_down { Weight::Bold } else { Weight::Plain });
    let class = if is_down { "dg-bad" } else { "dg-soft" };
    let end = if is_crossed { scene.grid.axis - 12.0 } else { r.right() - pad };
    html! {
        <g class={classes!("dg-site", is_down.then_some("down"))}>
            { rect(r, "12", "dg-ground") }
            { text(r.x + pad, y, "dg-name", name.clone()) }
            if is_row {
                // At the name, so that the right is free for the lines between sites.
                { text(r.x + pad + fit::width(&name, NAME, Weight::Bold) + 10.0, y, class, said) }
            } else {
                { text_end(end, y, class, said) }
            }
            if is_down { { outage::draw(scene, usize::from(site)) } }
        </g>
    }
}
