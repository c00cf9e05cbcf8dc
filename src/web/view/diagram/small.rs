//! The cards without cells: name system and balancer; and the site around the machines.

use super::Selection;
use super::describe;
use super::fit::{self, Weight};
use super::forms::site_title;
use super::layout::Form;
use super::parts;
use super::pieces::{Choice, bar, header, rect, text, text_end, trouble_line};
use super::scene::{NAME, SMALL, Scene};
use super::shape::Rect;
use super::state::Load;
use crate::sim::kinds::{Kind, dns, load_balancer};
use crate::web::view::format;
use yew::prelude::*;

/// The name system.
pub fn dns(scene: &Scene<'_>) -> Html {
    let (r, pad) = (scene.grid.dns, scene.pad());
    let room = r.w - 2.0 * pad;
    let (x, step) = (r.x + pad, if scene.grid.tight { 15.0 } else { 17.0 });
    let ttl = scene.scenario.spec(Kind::Dns).map_or(0.0, |s| s.number(dns::Setting::Ttl as usize));
    let rate = scene.view(Kind::Dns).and_then(|view| view.servers.first()).map(|s| s.rate);
    let rate = scene.rate(rate.unwrap_or(0.0));
    let asked = [format!("{rate} look-ups"), format!("{rate} asked"), rate];
    let troubles = scene.troubles(Kind::Dns);
    let y = r.y + if scene.grid.tight { 19.0 } else { 22.0 };
    let content = html! { <>
        { rect(r, "8", classes!("dg-card", (!troubles.is_empty()).then_some("bad"))) }
        { header(Kind::Dns, r, pad, y - r.y, &["DNS"], &[]) }
        { text(x, y + step, "dg-soft", fit::shorten(&format!("TTL {ttl}\u{202f}s"), room, SMALL, Weight::Plain)) }
        if troubles.is_empty() {
            { text(x, y + 2.0 * step, "dg-num", fit::first(&asked, room, SMALL, Weight::Plain)) }
        } else {
            { trouble_line(x, y + 2.0 * step, room, &troubles, "") }
        }
    </> };
    let selection = Selection { kind: Kind::Dns, server: None };
    let label = describe::part(scene, Kind::Dns);
    Choice { selection, ring: r, title: "DNS".to_owned(), label, stop: true }.draw(scene, content)
}

/// The load balancer.
pub fn balancer(scene: &Scene<'_>) -> Html {
    let (r, pad, kind) = (scene.grid.balancer, scene.pad(), Kind::LoadBalancer);
    let room = r.w - 2.0 * pad;
    let algorithm =
        parts::choice(scene.scenario, kind, load_balancer::Setting::AlgorithmChoice as usize);
    let most = if scene.grid.form == Form::Tall { 1 } else { 2 };
    let mut lines = fit::wrap(algorithm, room, SMALL, most);
    if lines.len() < most {
        lines.push(fit::first(&checks(scene), room, SMALL, Weight::Plain));
    }
    let troubles = scene.troubles(kind);
    let used = scene.view(kind).filter(|_| scene.is_measured()).map(|view| view.utilisation);
    let (top, step) = if scene.grid.tight { (19.0, 14.0) } else { (23.0, 15.0) };
    let bottom = r.bottom() - if scene.grid.tight { 9.0 } else { 12.0 };
    let track = Rect::new(r.x + pad, bottom - 19.0, room, 4.0);
    let busy = used.map_or_else(
        || "not measured".to_owned(),
        |used| format!("{} in use", format::percent(used)),
    );
    let load = Load::of(used.unwrap_or(0.0)).class();
    let lines = lines.into_iter().enumerate();
    let content = html! { <>
        { rect(r, "8", classes!("dg-card", troubles.iter().any(|t| t.bad).then_some("bad"))) }
        { header(kind, r, pad, top, &["Load balancer", "Balancer"], &[]) }
        { for lines.map(|(i, line)| text(r.x + pad, r.y + top + 1.0 + step * (i + 1) as f64, "dg-soft", line)) }
        { bar(track, used.unwrap_or(0.0), load) }
        { trouble_line(r.x + pad, bottom, room, &troubles, &busy) }
    </> };
    let selection = Selection { kind, server: None };
    let label = describe::part(scene, kind);
    Choice { selection, ring: r, title: "Load balancer".to_owned(), label, stop: true }
        .draw(scene, content)
}

/// How often the balancer checks the servers.
fn checks(scene: &Scene<'_>) -> [String; 2] {
    if !scene.parts.checks {
        return ["no health checks".to_owned(), "no checks".to_owned()];
    }
    let row = load_balancer::Setting::Interval as usize;
    let every = scene.scenario.spec(Kind::LoadBalancer).map_or(0.0, |s| s.number(row));
    let every = format!("{every}\u{202f}s");
    [format!("checks every {every}"), format!("check {every}")]
}

/// The site: a frame around all machines with its place and what comes in.
pub fn site(scene: &Scene<'_>) -> Html {
    let (r, pad) = (scene.grid.site, scene.pad() + 2.0);
    let down = scene.is_down();
    let y = r.y + 0.5 * site_title(scene.grid.tight) + 5.0;
    let room = r.w - 2.0 * pad;
    let name = fit::shorten(scene.parts.site, room, NAME, Weight::Bold);
    let left = room - fit::width(&name, NAME, Weight::Bold) - 12.0;
    let rate = scene.view(scene.parts.front()).map_or(0.0, |view| view.rate);
    let (rate, cost) = (scene.rate(rate), format::usd(scene.scenario.monthly_usd()));
    // On phones the way in runs through the title.
    let left =
        if scene.grid.form == Form::Tall { left - (r.right() - scene.grid.axis()) } else { left };
    let (class, wordings) = if down {
        ("dg-bad", vec!["down: nothing answers".to_owned(), "down".to_owned()])
    } else {
        (
            "dg-soft",
            vec![
                format!("{rate} come in · {cost} a month"),
                format!("{rate} · {cost} a month"),
                rate,
            ],
        )
    };
    let end =
        if scene.grid.form == Form::Tall { scene.grid.axis() - 12.0 } else { r.right() - pad };
    let words = fit::first(&wordings, left, SMALL, Weight::Plain);
    html! {
        <g class={classes!("dg-site", down.then_some("down"))}>
            { rect(r, "12", "dg-ground") }
            { text(r.x + pad, y, "dg-name", name) }
            { text_end(end, y, class, words) }
        </g>
    }
}
