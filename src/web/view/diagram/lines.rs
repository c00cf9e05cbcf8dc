//! The lines as they are drawn: as wide as their rate, with what is written beside them.

use super::fit::{self, Weight};
use super::layout::Form;
use super::parts::At;
use super::pieces::{text, text_end, text_middle};
use super::scene::{SMALL, Scene};
use super::shape::{Curve, Point, px};
use super::site;
use super::wires::{Side, Wire};
use crate::sim::kinds::Kind;
use crate::sim::snapshot::Tally;
use crate::web::view::format;
use yew::prelude::*;

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

/// Whether so many fail that the line itself says it.
fn class(tally: Option<&Tally>) -> &'static str {
    if tally.map_or(0.0, Tally::error_share) > 0.2 { "fails" } else { "" }
}

/// The rate beside a line, and the failed share where there is one.
fn labels(scene: &Scene<'_>, wire: &Wire, rate: &[String]) -> Html {
    if wire.room <= 0.0 {
        return Html::default();
    }
    let tally = scene.view(wire.to).map(|view| &view.tally);
    let rate = fit::first(rate, wire.room, SMALL, Weight::Plain);
    let share = tally.map_or(0.0, Tally::error_share);
    let failed = (share > 0.0).then(|| {
        let share = format::percent(share);
        let wordings =
            [format!("✕\u{202f}{share} fail"), format!("✕\u{202f}{share}"), format!("✕{share}")];
        fit::first(&wordings, wire.room, SMALL, Weight::Bold)
    });
    // Beside an upright line the two stand on both of its sides.
    let is_upright = wire.labels[0].1 == wire.labels[1].1;
    let other = if is_upright && wire.side == Side::Right { Side::Left } else { wire.side };
    html! { <>
        { label(wire.labels[0], wire.side, "dg-rate", rate) }
        if let Some(failed) = failed {
            { label(wire.labels[1], other, "dg-rate dg-bad", failed) }
        }
    </> }
}

fn labelled(scene: &Scene<'_>, wire: &Wire) -> Html {
    let per_second = scene.calls(wire.to);
    html! { <>
        { line(&wire.curve, per_second, class(scene.view(wire.to).map(|view| &view.tally))) }
        { labels(scene, wire, &[scene.rate(per_second)]) }
    </> }
}

/// The way to a site: with its share where there are several.
fn front(scene: &Scene<'_>, wire: &Wire) -> Html {
    let rate = scene.rate(scene.calls(wire.to));
    let share = site::share(scene, wire.to.site).filter(|_| scene.parts.is_spread());
    let words = match share {
        Some(share) => vec![format!("{rate} · {}", format::percent(share)), rate],
        None => vec![rate],
    };
    let per_second = scene.calls(wire.to);
    html! { <>
        { line(&wire.curve, per_second, class(scene.view(wire.to).map(|view| &view.tally))) }
        { labels(scene, wire, &words) }
    </> }
}

/// Changes on their way between the databases of two sites, with how late they are.
fn between(scene: &Scene<'_>, wire: &Wire) -> Html {
    let lag = |site: u8| scene.gauge(At::new(Kind::Database, site), "site_lag_s");
    let lag = lag(wire.to.site).or_else(|| lag(wire.to.site - 1)).filter(|lag| *lag > 0.0);
    let words = lag.map(|lag| format!("lag {}", format::duration(lag)));
    html! { <>
        <path class="dg-sync" d={wire.curve.path()} />
        if let Some(words) = words {
            { label(wire.labels[0], wire.side, "dg-rate dg-soft", fit::shorten(&words, wire.room, SMALL, Weight::Plain)) }
        }
    </> }
}

/// All lines.
pub fn draw(scene: &Scene<'_>) -> Html {
    let wires = scene.wires;
    let regions = wires
        .regions
        .iter()
        .zip(&scene.parts.rows)
        .map(|(curve, row)| line(curve, super::users::rate(scene.figures, row), ""));
    let entering: f64 = (0..scene.parts.sites.len() as u8).map(|site| scene.entering(site)).sum();
    let fetched = scene.fetched();
    let rail = scene.grid.form == Form::Tall && scene.parts.is_spread();
    html! {
        <g>
            if let Some(curve) = &wires.dns { { line(curve, scene.lookups(), "asks") } }
            { for regions }
            if rail { { line(&rail_of(scene), entering, "") } }
            if let Some(curve) = &wires.bridge { { line(curve, (entering - fetched).max(0.0), "") } }
            if let Some((wire, on)) = &wires.copies {
                { line(&wire.curve, scene.calls(wire.to), class(scene.view(wire.to).map(|view| &view.tally))) }
                { line(on, fetched, "") }
            }
            { for wires.fronts.iter().map(|wire| front(scene, wire)) }
            { for wires.inner.iter().map(|wire| labelled(scene, wire)) }
            { for wires.between.iter().map(|wire| between(scene, wire)) }
        </g>
    }
}

/// On phones: the way along the right edge, down to the last site.
fn rail_of(scene: &Scene<'_>) -> Curve {
    let end = scene.grid.sites.last().map_or(0.0, |site| site.y + 14.0);
    Curve::down(scene.grid.junction, (scene.grid.axis, end))
}
