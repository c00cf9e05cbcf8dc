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
use crate::web::markup::prelude::*;
use crate::web::view::format;

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

/// A line of whose calls a share fails: in it, as wide as that.
fn line_of(curve: &Curve, rate: f64, failed: f64) -> Html {
    html! { <>
        { line(curve, rate, if failed > FAILS { "fails" } else { "" }) }
        if failed > 0.0 {
            <path class="dg-lost" d={curve.path()} stroke-width={px((weight(rate) * failed).max(1.5))} />
        }
    </> }
}

/// A line to a part: in it, as wide as their share, the calls that fail, with a mark where no label
/// says it; dashed and crossed out where nothing of the part is up.
fn line_to(scene: &Scene<'_>, wire: &Wire, curve: &Curve) -> Html {
    let view = scene.view(wire.to);
    let rate = view.map_or(0.0, |view| view.rate);
    let failed = share_of(scene, wire);
    let is_cut = view.is_some_and(|view| {
        !view.servers.is_empty() && view.servers.iter().all(|server| !server.alive)
    });
    // The way to one of several sites is written beside: its mark stands where it runs level.
    let is_written = wire.room > 0.0 && wire.side == Side::Right && scene.parts.is_spread();
    let (x, y) = curve.at(if is_written { 0.93 } else { 0.5 });
    let cross = format!("M{0} {1}l8 8m0-8l-8 8", px(x - 4.0), px(y - 4.0));
    let mark = format!("M{} {}l5 5-5 5-5-5Z", px(x), px(y - 5.0));
    html! { <>
        if is_cut { { line(curve, rate, "cut") } } else { { line_of(curve, rate, failed) } }
        if is_cut { <path class="dg-cross" d={cross} /> }
        else if failed > 0.0 && wire.room <= 0.0 { <path class="dg-mark" d={mark} /> }
    </> }
}

fn label(at: Point, side: Side, class: &'static str, content: String) -> Html {
    match side {
        Side::Left => text(at.0, at.1, class, content),
        Side::Middle => text_middle(at.0, at.1, class, content),
        Side::Right => text_end(at.0, at.1, class, content),
    }
}

/// Where a larger share fails than this, the line itself says it.
const FAILS: f64 = 0.2;

/// The failed share in writing, where there is one.
fn failed_label(share: f64, at: Point, side: Side, room: f64) -> Html {
    if share <= 0.0 {
        return Html::default();
    }
    let share = format::percent(share);
    let sign = format!("✕\u{202f}{share}");
    let wordings = vec![format!("{sign} fail"), sign, format!("✕{share}"), "✕".to_owned()];
    let words = fit::whole(wordings, room, SMALL, Weight::Bold);
    words.map_or_else(Html::default, |words| label(at, side, "dg-rate dg-bad", words))
}

/// The failed share of the calls on a wire.
fn share_of(scene: &Scene<'_>, wire: &Wire) -> f64 {
    scene.view(wire.to).map_or(0.0, |view| view.tally.error_share())
}

/// The rate beside a line, and the failed share where there is one.
fn labels(scene: &Scene<'_>, wire: &Wire, rate: Vec<String>) -> Html {
    if wire.room <= 0.0 {
        return Html::default();
    }
    let rate = fit::whole(rate, wire.room, SMALL, Weight::Plain);
    // Beside an upright line the two stand on both of its sides.
    let is_upright = wire.labels[0].1 == wire.labels[1].1;
    let other = if is_upright && wire.side == Side::Right { Side::Left } else { wire.side };
    html! { <>
        if let Some(rate) = rate { { label(wire.labels[0], wire.side, "dg-rate", rate) } }
        { failed_label(share_of(scene, wire), wire.labels[1], other, wire.room) }
    </> }
}

/// What is written beside lines stands over all of them.
fn labelled(scene: &Scene<'_>, wires: &[Wire]) -> Html {
    let rate = |wire: &Wire| labels(scene, wire, vec![scene.rate(scene.calls(wire.to))]);
    html! { <>
        { for wires.iter().map(|wire| line_to(scene, wire, &wire.curve)) }
        { for wires.iter().map(rate) }
    </> }
}

/// The rate beside the way to a site: with its share where there are several.
fn front(scene: &Scene<'_>, wire: &Wire) -> Html {
    let rate = scene.rate(scene.calls(wire.to));
    let share = site::share(scene, wire.to.site).filter(|_| scene.parts.is_spread());
    let words = match share {
        Some(share) => {
            // The legend says the unit.
            let bare = rate.trim_end_matches("/s").trim_end_matches('\u{202f}').to_owned();
            vec![format!("{rate} · {}", format::percent(share)), rate, bare]
        }
        // On a phone there is no room between the two lines; the site's title says it.
        None if scene.grid.form == Form::Tall && scene.wires.copies.is_some() => Vec::new(),
        None => vec![rate],
    };
    labels(scene, wire, words)
}

/// Lags up to so many seconds are the way between sites; above, a backlog of writes grows.
const LATE_S: f64 = 1.0;

/// Changes on their way between the databases of two sites, with how late they are. The mark on
/// the line is where the last change has got to: it falls behind as the lag grows.
fn between(scene: &Scene<'_>, wire: &Wire) -> Html {
    let sites = 0..scene.parts.sites.len() as u8;
    let all = |name: &str| -> Option<f64> {
        let of = sites.clone().filter_map(|i| scene.gauge(At::new(Kind::Database, i), name));
        of.reduce(f64::max)
    };
    let lag = all("site_lag_s").unwrap_or(0.0);
    let is_dead = |site: u8| {
        let view = scene.view(At::new(Kind::Database, site));
        view.is_some_and(|view| view.servers.iter().all(|server| !server.alive))
    };
    let is_cut = is_dead(wire.to.site) || is_dead(wire.to.site - 1);
    let is_late = lag > LATE_S;
    let class = if is_cut || is_late { "dg-rate dg-bad" } else { "dg-rate dg-soft" };
    let words = match (scene.is_measured(), is_cut) {
        (false, _) => Vec::new(),
        (true, true) => vec!["copies cut".to_owned(), "cut".to_owned()],
        (true, false) => {
            let lag = format::duration(lag);
            vec![format!("copies lag {lag}"), format!("lag {lag}")]
        }
    };
    let (x, y) = wire.curve.at(1.0 - (lag / LATE_S).min(1.0));
    let (mx, my) = wire.curve.at(0.5);
    html! { <>
        <path class={classes!("dg-sync", (is_cut || is_late).then_some("late"))} d={wire.curve.path()} />
        if is_cut {
            <path class="dg-cross" d={format!("M{0} {1}l8 8m0-8l-8 8", px(mx - 4.0), px(my - 4.0))} />
        } else {
            <path class="dg-head-mark" d={format!("M{} {}l4 4-4 4-4-4Z", px(x), px(y - 4.0))} />
        }
        if !words.is_empty() {
            { label(wire.labels[0], wire.side, class, fit::first(&words, wire.room, SMALL, Weight::Bold)) }
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
    let failed = scene.failing();
    let fetched = scene.fetched();
    let is_tall = scene.grid.form == Form::Tall;
    let rail = is_tall && scene.parts.is_spread();
    let copies = wires.copies.as_ref().map(|(wire, _)| wire);
    // Right of the way to the copies near the users.
    let (x, y) = scene.grid.junction;
    let room = x - 18.0 - copies.map_or(0.5 * x, |wire| wire.labels[0].0 + 9.0);
    let heads = scene.grid.heads.iter();
    html! {
        <g>
            { for heads.map(|&((x, y), name)| text(x, y, "dg-head", name.to_owned())) }
            if let Some(curve) = &wires.dns { { line(curve, scene.lookups(), "asks") } }
            { for regions }
            if rail {
                { line_of(&rail_of(scene), entering, failed) }
                { failed_label(failed, (x - 9.0, y + 17.0), Side::Right, room) }
            }
            if let Some(curve) = &wires.bridge { { line_of(curve, (entering - fetched).max(0.0), failed) } }
            if let Some((wire, on)) = &wires.copies {
                { line_to(scene, wire, &wire.curve) }
                if is_tall { { failed_label(share_of(scene, wire), wire.labels[0], wire.side, wire.room) } }
                { line(on, fetched, "") }
            }
            { for wires.fronts.iter().map(|wire| line_to(scene, wire, &wire.curve)) }
            { for wires.fronts.iter().map(|wire| front(scene, wire)) }
            { labelled(scene, &wires.inner) }
            { for wires.between.iter().map(|wire| between(scene, wire)) }
        </g>
    }
}

/// On phones: the way along the right edge, down to the last site.
fn rail_of(scene: &Scene<'_>) -> Curve {
    let end = scene.grid.sites.last().map_or(0.0, |site| site.y + 14.0);
    Curve::down(scene.grid.junction, (scene.grid.axis, end))
}
