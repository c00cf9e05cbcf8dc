//! Tables of figures: with headings that say what they mean; the metrics of tiers and of hosts.

use super::charts::Table;
use super::format::{dash, time};
use super::inspector::measured::state;
use super::{format, glossary};
use crate::sim::analysis::names;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::{PartView, ServerView, Snapshot};
use crate::web::markup::prelude::*;
use crate::web::summary;
use std::rc::Rc;

/// A table with a heading; the first column names the row.
pub fn table(title: &str, note: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Html {
    let head = |name: &&str| html! { <th scope="col">{ glossary::name(name) }</th> };
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let name = cells.next().unwrap_or_default();
        html! {
            <tr><th scope="row">{ name }</th>{ for cells.map(|cell| html! { <td>{ cell }</td> }) }</tr>
        }
    };
    html! {
        <div class="card wide" role="region" tabindex="0" aria-label={title.to_owned()}>
            <table class="figures">
                <caption><h3>{ title.to_owned() }</h3><span class="muted">{ note.to_owned() }</span></caption>
                <thead><tr>{ for columns.iter().map(head) }</tr></thead>
                <tbody>{ for rows.into_iter().map(row) }</tbody>
            </table>
        </div>
    }
}

/// Names of the columns of tiers and of hosts.
pub const TIERS: [&str; 9] =
    ["Tier", "Calls", "Failed", "Busy", "p50", "p99", "Wait", "Backlog", "Cost a month"];
/// See [`TIERS`].
pub const HOSTS: [&str; 8] =
    ["Host", "State", "Busy", "Slots in use", "Calls", "Refused", "Backlog", "Disk"];

/// The metrics of each tier.
pub fn tiers(figures: &Snapshot, scenario: &Scenario) -> Html {
    let row = |part: &PartView| {
        vec![
            summary::part_name(&part.key, scenario),
            format::rate(part.rate),
            format::percent(part.tally.error_share()),
            format::percent(part.utilisation.min(1.0)),
            time(part.latency.p50_s),
            time(part.latency.p99_s),
            time(part.mean_wait_s),
            format::count(part.backlog as f64),
            format::usd(part.usd_per_month),
        ]
    };
    let seen = figures.parts.iter().filter(|part| part.rate > 0.0 || !part.servers.is_empty());
    let note = "Calls to other parts are in the times, and DNS counts requests that know the \
                address too; each figure is of the live window.";
    table("Tiers", note, &TIERS, seen.map(row).collect())
}

/// The metrics of each host, made only when they are looked at.
pub fn hosts(figures: &Rc<Snapshot>, scenario: &Rc<Scenario>) -> Html {
    let count: usize = figures.parts.iter().map(|part| part.servers.len()).sum();
    let (figures, scenario) = (Rc::clone(figures), Rc::clone(scenario));
    let rows = Callback::from(move |()| {
        let of_part = |part: &PartView| -> Vec<Vec<String>> {
            let row = |(index, server): (usize, &ServerView)| host(part, index, server, &scenario);
            part.servers.iter().enumerate().map(row).collect()
        };
        figures.parts.iter().flat_map(of_part).collect()
    });
    let columns: Vec<AttrValue> = HOSTS.into_iter().map(AttrValue::from).collect();
    html! {
        <div class="card wide" id="hosts">
            <h3>{ "Hosts" }</h3>
            <p class="muted">{ format!("{count} servers, nodes, edges and workers, each with its own figures.") }</p>
            <Table caption="Hosts, live window" {columns} {rows} />
        </div>
    }
}

fn host(part: &PartView, index: usize, server: &ServerView, scenario: &Scenario) -> Vec<String> {
    let share = |share: Option<f64>| share.map_or_else(dash, format::percent);
    vec![
        summary::as_drawn(&names::server(part, index), scenario),
        state(server).to_owned(),
        format::percent(server.utilisation.min(1.0)),
        share(server.slots_used),
        format::rate(server.rate),
        format::rate(server.refused),
        format::count(f64::from(server.backlog)),
        share(server.disk),
    ]
}
