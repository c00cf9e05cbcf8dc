//! The lines along which requests flow: where they run and what is written beside them.

use super::fit::{self, Weight};
use super::layout::{Form, Grid};
use super::parts::{Home, Parts};
use super::pieces::{text, text_end, text_middle};
use super::scene::{SMALL, Scene};
use super::shape::{Curve, Point, px};
use crate::sim::kinds::Kind;
use crate::sim::snapshot::Tally;
use crate::web::view::format;
use yew::prelude::*;

/// Which end of a label stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Middle,
    Right,
}

/// A line from part to part.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// The part that is called.
    pub to: Kind,
    /// The way.
    pub curve: Curve,
    /// Where its rate is written, and where the failed share.
    labels: [Point; 2],
    side: Side,
    /// Room for the labels.
    room: f64,
}

/// All lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Wires {
    /// From each row of the users' card to where they meet; empty on phones.
    pub regions: Vec<Curve>,
    /// From there to the first part of the site.
    pub trunk: Wire,
    /// From the users to the name system.
    pub dns: Option<Curve>,
    /// From the balancer to the web tier, and from there to its helpers.
    pub inner: Vec<Wire>,
}

impl Wires {
    /// The lines of a system.
    #[must_use]
    pub fn of(grid: &Grid, parts: &Parts) -> Self {
        let is_tall = grid.form == Form::Tall;
        let junction = grid.junction();
        let front = if parts.balancer { grid.balancer } else { grid.web };
        let rows = if is_tall { 0 } else { parts.rows.len() };
        let regions = (0..rows).map(|i| {
            let row = grid.region(i);
            Curve::across((row.right(), row.centre().1), junction)
        });
        let trunk = if is_tall {
            let end = (grid.axis(), front.y);
            upright(parts.front(), junction, end, grid.site.y - junction.1)
        } else {
            let x = 0.5 * (junction.0 + grid.site.x);
            level(
                parts.front(),
                junction,
                (front.x, grid.axis()),
                x,
                grid.site.x - junction.0 - 6.0,
            )
        };
        let dns = parts.dns.then(|| {
            if is_tall {
                let (x, y) = (grid.dns.centre().0, grid.users.bottom());
                Curve::down((x, y), (x, grid.dns.y))
            } else {
                let y = (grid.users.y + 18.0).max(grid.dns.y + 18.0);
                Curve::across((grid.users.right(), y), (grid.dns.x, grid.dns.centre().1))
            }
        });
        Self { regions: regions.collect(), trunk, dns, inner: inner(grid, parts) }
    }
}

/// A line from left to right with its labels above and below.
fn level(to: Kind, a: Point, b: Point, x: f64, room: f64) -> Wire {
    let labels = [(x, b.1 - 8.0), (x, b.1 + 17.0)];
    Wire { to, curve: Curve::across(a, b), labels, side: Side::Middle, room }
}

/// A line from top to bottom with its labels on both sides, in the first `space` pixels.
fn upright(to: Kind, a: Point, b: Point, space: f64) -> Wire {
    let y = a.1 + 0.5 * space + 4.0;
    let labels = [(a.0 - 9.0, y), (a.0 + 9.0, y)];
    Wire { to, curve: Curve::down(a, b), labels, side: Side::Right, room: 76.0 }
}

/// A line between two heights of cards that stand side by side.
fn beside(to: Kind, from: f64, until: f64, y: f64) -> Wire {
    level(to, (from, y), (until, y), 0.5 * (from + until), until - from - 4.0)
}

/// A line between two cards that stand one below the other.
fn below(to: Kind, from: f64, until: f64, x: f64) -> Wire {
    upright(to, (x, from), (x, until), until - from)
}

/// The lines inside the site.
fn inner(grid: &Grid, parts: &Parts) -> Vec<Wire> {
    let mut wires = Vec::new();
    if parts.balancer {
        let (balancer, web, axis) = (grid.balancer, grid.web, grid.axis());
        wires.push(match grid.form {
            Form::Tall => below(Kind::WebTier, balancer.bottom(), web.y, axis),
            _ => beside(Kind::WebTier, balancer.right(), web.x, axis),
        });
    }
    if parts.cache == Home::Own {
        wires.push(to_memory(grid));
    }
    if parts.database == Home::Own {
        wires.push(to_data(grid));
    }
    wires
}

fn to_data(grid: &Grid) -> Wire {
    let (web, data) = (grid.web, grid.data);
    match grid.form {
        Form::Row => {
            let y = grid.axis().clamp(data.y + 24.0, data.bottom() - 24.0);
            beside(Kind::Database, web.right(), data.x, y)
        }
        Form::Square => below(Kind::Database, web.bottom(), data.y, data.centre().0),
        Form::Tall => below(Kind::Database, web.bottom(), data.y, grid.axis()),
    }
}

fn to_memory(grid: &Grid) -> Wire {
    let (web, memory) = (grid.web, grid.memory);
    let (from, x) = match grid.form {
        Form::Row => return beside(Kind::Cache, web.right(), memory.x, memory.centre().1),
        Form::Square => ((web.x + 22.0, web.bottom()), memory.x + 0.62 * memory.w),
        // Past the data, near the right edge of the site.
        Form::Tall => {
            let x = 0.5 * (web.right() + grid.site.right());
            ((x, web.bottom() - 8.0), x - 16.0)
        }
    };
    let mut wire = upright(Kind::Cache, from, (x, memory.y), 0.0);
    let y = memory.y - 10.0;
    wire.labels = match grid.form {
        Form::Tall => [(x - 10.0, y), (x - 140.0, y)],
        _ => [(x - 10.0, y), (x - 84.0, y - 15.0)],
    };
    wire
}

/// How wide a line is for a rate: it grows with the logarithm.
fn weight(per_second: f64) -> f64 {
    (2.0 + 2.2 * libm::log10(1.0 + per_second.max(0.0))).min(14.0)
}

/// One line: a wide pale band, whose width is the rate, around a thin strong line.
fn line(curve: &Curve, per_second: f64, class: &'static str) -> Html {
    let path = curve.path();
    html! {
        <g class={classes!("dg-wire", class, (per_second <= 0.0).then_some("idle"))}>
            <path class="dg-band" d={path.clone()} stroke-width={px(weight(per_second))} />
            <path class="dg-core" d={path} />
        </g>
    }
}

fn label(at: Point, side: Side, class: &'static str, content: String) -> Html {
    match side {
        Side::Left => text(at.0, at.1, class, content),
        Side::Middle => text_middle(at.0, at.1, class, content),
        Side::Right => text_end(at.0, at.1, class, content),
    }
}

/// A line with its rate, and the failed share where there is one.
fn labelled(scene: &Scene<'_>, wire: &Wire, per_second: f64, tally: Option<&Tally>) -> Html {
    let rate = fit::shorten(&scene.rate(per_second), wire.room, SMALL, Weight::Plain);
    let share = tally.map_or(0.0, Tally::error_share);
    let failed = (share > 0.0).then(|| {
        let share = format::percent(share);
        let wordings =
            [format!("✕\u{202f}{share} fail"), format!("✕\u{202f}{share}"), format!("✕{share}")];
        fit::first(&wordings, wire.room, SMALL, Weight::Bold)
    });
    let other = if wire.side == Side::Right { Side::Left } else { wire.side };
    html! { <>
        { line(&wire.curve, per_second, if share > 0.2 { "fails" } else { "" }) }
        { label(wire.labels[0], wire.side, "dg-rate", rate) }
        if let Some(failed) = failed {
            { label(wire.labels[1], other, "dg-rate dg-bad", failed) }
        }
    </> }
}

/// All lines.
pub fn draw(scene: &Scene<'_>) -> Html {
    let wires = scene.wires;
    let rate = |kind| scene.view(kind).map_or(0.0, |view| view.rate);
    let looked_up = scene.view(Kind::Dns).and_then(|view| view.servers.first());
    let regions = wires
        .regions
        .iter()
        .zip(&scene.parts.rows)
        .map(|(curve, row)| line(curve, super::users::rate(scene.figures, row), ""));
    html! {
        <g>
            if let Some(curve) = &wires.dns {
                { line(curve, looked_up.map_or(0.0, |server| server.rate), "asks") }
            }
            { for regions }
            { for std::iter::once(&wires.trunk).chain(&wires.inner).map(|wire| {
                labelled(scene, wire, rate(wire.to), scene.view(wire.to).map(|view| &view.tally))
            }) }
        </g>
    }
}
