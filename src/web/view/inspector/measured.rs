//! What was measured of a part or of one of its servers: now, and settled.

use crate::sim::analysis::names;
use crate::sim::kinds::Kind;
use crate::sim::snapshot::{PartView, ServerView};
use crate::sim::units::capital;
use crate::web::markup::prelude::*;
use crate::web::model::Model;
use crate::web::summary;
use crate::web::view::diagram::describe;
use crate::web::view::format::{dash, time};
use crate::web::view::{format, glossary, theory};

/// The table of a part, or of one of its servers.
pub fn measured(model: &Model, view: &PartView, server: Option<usize>) -> Html {
    let settled = model.settled.as_ref().and_then(|s| s.figures.part(&view.key));
    let now = server.and_then(|s| view.servers.get(s));
    let then = settled.and_then(|part| part.servers.get(server?));
    let (rows, never): (Vec<(String, String, String)>, Vec<String>) = match now {
        Some(now) => (server_rows(now, then), Vec::new()),
        None => {
            let (own, never) = own_rows(model, view, settled);
            (part_rows(view, settled).into_iter().chain(own).collect(), never)
        }
    };
    let caption = match (server, now) {
        (None, _) => "Measured".to_owned(),
        (Some(s), Some(_)) => {
            let place = summary::place_now(&model.scenario, view, s);
            format!("Measured, {}", place.unwrap_or_else(|| format!("server {}", s + 1)))
        }
        (Some(s), None) => format!("Measured of all: server {} is not there", s + 1),
    };
    html! {
        <>
        <table class="figures">
            <caption><h3>{ caption }</h3></caption>
            <thead>
                <tr><th scope="col"><span class="unseen">{ "Figure" }</span></th><th scope="col">{ "now" }</th><th scope="col">{ "settled" }</th></tr>
            </thead>
            <tbody class={classes!((!model.fresh).then_some("stale-last"))}>
                { for rows.into_iter().map(|(name, now, settled)| html! {
                    <tr><th scope="row">{ glossary::name(&name) }</th><td class="strong">{ now }</td><td>{ settled }</td></tr>
                }) }
            </tbody>
        </table>
        if !never.is_empty() { <p class="muted">{ format!("All zero: {}.", never.join(", ")) }</p> }
        { by_the_book(model, &view.key) }
        </>
    }
}

/// What theory says of the part's stations, where it was asked for.
fn by_the_book(model: &Model, key: &str) -> Html {
    let stations = model.insight.theory.iter().flat_map(|theory| &theory.stations);
    let stations: Vec<_> = stations.filter(|row| row.station.part == key).collect();
    if stations.is_empty() {
        return Html::default();
    }
    let item = |row: &&crate::sim::analysis::stations::Measured| {
        let s = &row.station;
        let measured = theory::sure(s.measured_s, row.half_s);
        let (name, model, book) = (&s.name, theory::model(&s.model), time(s.predicted_s));
        html! { <li>{ format!("{name}: {model} says {book}, measured {measured}") }</li> }
    };
    html! { <><h3>{ "By the book" }</h3><ul class="book">{ for stations.iter().map(item) }</ul></> }
}

/// A figure's name, and how it is read off.
type Row<T> = (&'static str, fn(&T) -> String);

fn part_rows(now: &PartView, settled: Option<&PartView>) -> Vec<(String, String, String)> {
    // Users are called by nobody: all there is of them is their own.
    if names::kind(&now.key) == Some(Kind::Clients) {
        return Vec::new();
    }
    let rows: [Row<PartView>; 8] = [
        (BUSY, |p| format::percent(names::busy(p).1.min(1.0))),
        ("Calls", |p| format::rate(p.rate)),
        ("Failed", |p| format::percent(p.tally.error_share())),
        (WAIT, |p| time(p.mean_wait_s)),
        ("p50 in it", |p| time(p.latency.p50_s)),
        ("p99 in it", |p| time(p.latency.p99_s)),
        ("Requests inside, mean", |p| format::count(p.mean_inside)),
        ("Cost a month", |p| format::usd(p.usd_per_month)),
    ];
    let text =
        |part: Option<&PartView>, text: fn(&PartView) -> String| part.map_or_else(dash, text);
    let mut all: Vec<_> =
        rows.iter().map(|&(name, of)| (name.to_owned(), of(now), text(settled, of))).collect();
    all.insert(4, ("In the backlog".to_owned(), format::count(now.backlog as f64), dash()));
    if !now.servers.iter().any(can_fill) {
        all.retain(|(name, ..)| name != BUSY && name != WAIT);
    } else if let Some(roles) = describe::roles(now) {
        // The mean of those that write and those that only read limits nobody.
        let then = settled.and_then(describe::roles);
        for (index, (role, used)) in roles.into_iter().enumerate() {
            let then = then.map_or_else(dash, |then| format::percent(then[index].1.min(1.0)));
            all.insert(
                1 + index,
                (format!("{BUSY}, {role}"), format::percent(used.min(1.0)), then),
            );
        }
    }
    all
}

/// Figures of what can be full.
const BUSY: &str = "Busy";
const WAIT: &str = "Wait for a slot";

/// Whether a server has a processor or slots that can be full.
pub const fn can_fill(server: &ServerView) -> bool {
    server.cores.is_some() || matches!(server.slots, Some(1..))
}

/// What the part itself counts and measures, counters as rates, and the names of what is zero now
/// and was in the settled run.
fn own_rows(
    model: &Model,
    now: &PartView,
    settled: Option<&PartView>,
) -> (Vec<(String, String, String)>, Vec<String>) {
    let seconds = model.figures().window_s;
    let settled_s = model.settled.as_ref().map_or(0.0, |settled| settled.figures.window_s);
    let rate = |count: u64, seconds: f64| {
        if seconds > 0.0 { format::rate(count as f64 / seconds) } else { dash() }
    };
    let (mut rows, mut never) = (Vec::new(), Vec::new());
    for (name, value) in &now.gauges {
        let then = settled.and_then(|part| part.gauges.iter().find(|(known, _)| known == name));
        // Where no data moves, all of it has.
        if name == "resharded" && *value == 1.0 {
            continue;
        }
        // Whether something is so is no number.
        let counts = !name.ends_with("healthy");
        if counts && *value == 0.0 && then.is_none_or(|(_, value)| *value == 0.0) {
            never.push(named(name));
            continue;
        }
        let then = then.map_or_else(dash, |(_, value)| format::gauge(name, *value));
        let words = summary::site_words(&named(name), &model.scenario);
        rows.push((capital(&words), format::gauge(name, *value), then));
    }
    // Sums of times are parts of means, and say nothing as a rate.
    let is_time = |name: &str| name.ends_with("_us") || name.ends_with("_ms");
    for (name, count) in now.counters.iter().filter(|(name, _)| !is_time(name)) {
        let then = settled.and_then(|part| part.counters.iter().find(|(known, _)| known == name));
        if *count == 0 && then.is_none_or(|(_, count)| *count == 0) {
            never.push(named(name));
            continue;
        }
        let then = then.map_or_else(dash, |(_, count)| rate(*count, settled_s));
        rows.push((capital(&named(name)), rate(*count, seconds), then));
    }
    (rows, never)
}

/// A part's own name of a figure in words.
fn named(name: &str) -> String {
    let plain = match name {
        "rpo_writes" => "lost in the last failover",
        "rpo_s" => "RPO",
        "rto_s" => "RTO",
        "lag_writes" => "writes behind",
        "misrouted_share" => "share misrouted of late",
        "kilobytes" => "kilobytes sent",
        "coalesced" => "joined a fetch under way",
        "coalesced_in_vain" => "joined in vain, asked again",
        _ => return format::words(name),
    };
    plain.to_owned()
}

fn server_rows(now: &ServerView, settled: Option<&ServerView>) -> Vec<(String, String, String)> {
    let rows: [Row<ServerView>; 5] = [
        (BUSY, |s| if can_fill(s) { format::percent(s.utilisation.min(1.0)) } else { dash() }),
        ("Calls", |s| format::rate(s.rate)),
        ("Slots in use", |s| s.slots_used.map_or_else(dash, format::percent)),
        ("Mean backlog", |s| format::count(s.mean_backlog)),
        ("State", |s| state(s).to_owned()),
    ];
    let text =
        |server: Option<&ServerView>, of: fn(&ServerView) -> String| server.map_or_else(dash, of);
    rows.iter().map(|&(name, of)| (name.to_owned(), of(now), text(settled, of))).collect()
}

/// How a server is, in a word.
pub fn state(server: &ServerView) -> &'static str {
    match server {
        s if !s.alive => "dead",
        s if !s.healthy => "out",
        s if s.leaving => "leaving",
        s if s.slow > 1.0 => "slow",
        _ => "up",
    }
}
