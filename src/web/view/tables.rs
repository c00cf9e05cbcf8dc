//! Tables of figures: with headings that say what they mean; the metrics of tiers and of hosts.

use super::charts::Table;
use super::format::{dash, time};
use super::inspector::measured::{can_fill, state};
use super::{format, glossary};
use crate::sim::analysis::names;
use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::{PartView, Snapshot};
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
        let name = summary::part_name(&part.key, scenario);
        if matches!(names::kind(&part.key), Some(Kind::Network | Kind::Monitor)) {
            // No request calls it: one lies between all others, the other watches.
            let mut cells = vec![dash(); TIERS.len()];
            cells[0] = name;
            cells[TIERS.len() - 1] = format::usd(part.usd_per_month);
            return cells;
        }
        vec![
            name,
            format::rate(part.rate),
            format::percent(part.tally.error_share()),
            if part.servers.iter().any(can_fill) {
                format::percent(names::busy(part).1.min(1.0))
            } else {
                dash()
            },
            time(part.latency.p50_s),
            time(part.latency.p99_s),
            time(part.mean_wait_s),
            format::count(part.backlog as f64),
            format::usd(part.usd_per_month),
        ]
    };
    let is_seen =
        |part: &&PartView| part.rate > 0.0 || !part.servers.is_empty() || part.usd_per_month > 0.0;
    let mut rows: Vec<_> = figures.parts.iter().filter(is_seen).map(row).collect();
    let mut all = vec![String::new(); TIERS.len()];
    all[0] = "All".to_owned();
    all[TIERS.len() - 1] = format::usd(figures.usd_per_month);
    rows.push(all);
    let note = "Calls to other parts are in the times, and DNS counts requests that know the \
                address too; busy is the mean of those that do the same: of primaries and replicas \
                the busier, of balancers the one at work. \
                What traffic costs stands with the network. Each figure is of the live window.";
    table("Tiers", note, &TIERS, rows)
}

/// Hosts that the table has at most: more are read by nobody, and drawn anew with each figure.
const MOST_HOSTS: usize = 200;

/// The metrics of each host, made only when they are looked at.
pub fn hosts(figures: &Rc<Snapshot>, scenario: &Rc<Scenario>) -> Html {
    let count: usize = figures.parts.iter().map(|part| part.servers.len()).sum();
    let guests = figures.parts.iter().filter(|part| part.guest);
    let lodged = match guests.map(|part| part.servers.len()).sum::<usize>() {
        0 => String::new(),
        guests => format!(", {guests} of them on a machine of others"),
    };
    let (figures, scenario) = (Rc::clone(figures), Rc::clone(scenario));
    let rows = Callback::from(move |()| {
        let row = |(part, index)| host(part, index, &scenario);
        listed(&figures).into_iter().map(row).collect()
    });
    let columns: Vec<AttrValue> = HOSTS.into_iter().map(AttrValue::from).collect();
    let less = if count > MOST_HOSTS {
        format!(" The table has {MOST_HOSTS} of them, first those that are not up.")
    } else {
        String::new()
    };
    html! {
        <div class="card wide" id="hosts">
            <h3>{ "Hosts" }</h3>
            <p class="muted">{ format!("{count} servers, nodes, edges and workers{lodged}, each with its own figures.{less}") }</p>
            <Table caption="Hosts, live window" {columns} {rows} />
        </div>
    }
}

/// The hosts in the table, with the parts they are of: all as they stand, or of too many first those
/// that are not up.
fn listed(figures: &Snapshot) -> Vec<(&PartView, usize)> {
    let mut all = Vec::new();
    for part in &figures.parts {
        all.extend((0..part.servers.len()).map(|index| (part, index)));
    }
    if all.len() > MOST_HOSTS {
        let is_up = |&&(part, index): &&(&PartView, usize)| state(&part.servers[index]) == "up";
        let (down, up) = (all.iter().filter(|one| !is_up(one)), all.iter().filter(is_up));
        return down.chain(up).take(MOST_HOSTS).copied().collect();
    }
    all
}

fn host(part: &PartView, index: usize, scenario: &Scenario) -> Vec<String> {
    let server = &part.servers[index];
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::snapshot::ServerView;

    #[test]
    fn of_too_many_hosts_those_that_are_not_up_come_first() {
        let part = |key: &str, count: usize| PartView {
            key: key.to_owned(),
            servers: vec![
                ServerView { alive: true, healthy: true, ..ServerView::default() };
                count
            ],
            ..PartView::default()
        };
        let mut figures =
            Snapshot { parts: vec![part("lb", 1), part("web", 199)], ..Snapshot::default() };
        figures.parts[1].servers[50].alive = false;
        let of = |figures: &Snapshot| -> Vec<(String, usize)> {
            listed(figures).into_iter().map(|(part, index)| (part.key.clone(), index)).collect()
        };
        let all = of(&figures);
        assert_eq!((all.len(), &*all[0].0, all[51].1), (200, "lb", 50));
        figures.parts.push(part("queue", 300));
        figures.parts[2].servers[299].healthy = false;
        let some = of(&figures);
        let names: Vec<(&str, usize)> = some.iter().map(|(key, index)| (&**key, *index)).collect();
        assert_eq!(
            (names.len(), &names[..3]),
            (200, &[("web", 50), ("queue", 299), ("lb", 0)][..])
        );
    }
}
