//! What stands below the first screen: what was asked for, and where details are shown charts over
//! time, the distribution of latencies, the log, and tables.

use super::charts::{Distribution, TimeChart};
use super::format::time;
use super::limits;
use super::log::{Log, alert_table, business};
use super::tables::{self, table};
use super::{Tell, compare, format, log, theory, threats, traces};
use crate::sim::region::REGIONS;
use crate::sim::run::requests::FAILURES;
use crate::sim::snapshot::{Group, Snapshot};
use crate::sim::sorting;
use crate::web::history::{History, Series};
use crate::web::markup::prelude::*;
use crate::web::model::Model;
use crate::web::route::options::Panel;
use crate::web::summary;
use std::rc::Rc;

/// Most lines in a chart.
const MOST_LINES: usize = 6;

type Lines = Rc<Vec<(AttrValue, Vec<Option<f64>>)>>;

/// All of it; where there are no details, what was asked for alone.
pub fn view(model: &Model, figures: &Rc<Snapshot>, tell: &Tell) -> Html {
    let is_detailed = model.options.shows(Panel::Charts);
    if !is_detailed && !model.insight.is_answering() {
        return Html::default();
    }
    html! {
        <section class="results" aria-labelledby="results-title">
            <h2 id="results-title">{ if is_detailed { "In detail" } else { "Answers" } }</h2>
            { traces::view(model, tell) }
            { compare::view(model, tell) }
            { threats::view(model, tell) }
            if is_detailed { { details(model, figures, tell) } }
        </section>
    }
}

fn details(model: &Model, figures: &Rc<Snapshot>, tell: &Tell) -> Html {
    html! {
        <>
            <div class="charts">
                { charts(model) }
                { distribution(figures) }
            </div>
            <div class="events">
                <Log lines={Rc::clone(&model.log)} scenario={Rc::clone(&model.scenario)} />
                { alert_table(&model.log, &model.live.figures, &model.scenario) }
                { business(figures.business) }
            </div>
            <div class="tables">
                { by_class(figures) }
                { by_region(figures) }
                { by_reason(figures) }
            </div>
            { tables::tiers(figures, &model.scenario) }
            { tables::hosts(figures, &model.scenario) }
            { theory::view(model, tell) }
            <div class="card wide">{ limits::limits() }</div>
        </>
    }
}

fn lines(named: &[(&str, &Series)]) -> Lines {
    let line = |(name, series): &(&str, &Series)| {
        (AttrValue::from((*name).to_owned()), (***series).clone())
    };
    Rc::new(named.iter().map(line).collect())
}

fn charts(model: &Model) -> Html {
    let history: &History = &model.history;
    let traffic = lines(&[
        ("made", &history.offered),
        ("good", &history.goodput),
        ("failed", &history.failed),
    ]);
    let latency = lines(&[("p50", &history.p50), ("p95", &history.p95), ("p99", &history.p99)]);
    // What lives on another's machine is as busy as that.
    let is_guest = |key: &str| model.live.figures.part(key).is_some_and(|part| part.guest);
    let mut parts: Vec<(String, &Series)> = history
        .parts
        .iter()
        .filter(|(key, _)| !is_guest(key))
        .map(|(key, series)| (summary::part_brief(key, &model.scenario), series))
        .collect();
    // Lines are told apart as long as they are few: the busiest ones.
    let busy = |series: &Series| series.last().copied().flatten().unwrap_or(0.0);
    if parts.len() > MOST_LINES {
        sorting::by_number(&mut parts, |part| -busy(part.1));
        parts.truncate(MOST_LINES);
    }
    let parts: Vec<(&str, &Series)> = parts.iter().map(|(name, s)| (name.as_str(), *s)).collect();
    let times = || Rc::clone(&history.times);
    let events = Rc::new(events(model));
    html! {
        <>
            <div class="card chart"><TimeChart title="Requests" unit="per second" times_s={times()} lines={traffic} format={format::rate as fn(f64) -> String} events={Rc::clone(&events)} /></div>
            <div class="card chart"><TimeChart title="Latency" unit="of good answers" times_s={times()} lines={latency} format={format::duration as fn(f64) -> String} events={Rc::clone(&events)} /></div>
            <div class="card chart"><TimeChart title="Busy" unit="share of processors or slots" times_s={times()} lines={lines(&parts)} format={format::percent as fn(f64) -> String} events={Rc::clone(&events)} /></div>
        </>
    }
}

/// What happened while the charts' points were taken: what the visitor did, what was planned, and
/// what the system's own log says.
fn events(model: &Model) -> Vec<(f64, String)> {
    let from = model.history.times.first().copied().unwrap_or(0.0);
    let scenario = &model.scenario;
    let edits = model.history.edits.iter().cloned();
    let logged = model.log.iter().map(|line| (line.at_s, log::what(line, scenario)));
    let all = edits.chain(logged);
    let mut all: Vec<(f64, String)> = all.filter(|(at, _)| *at >= from).collect();
    sorting::by_number(&mut all, |item| item.0);
    all
}

fn distribution(figures: &Snapshot) -> Html {
    let latency = &figures.latency;
    let marks = [("p50", latency.p50_s), ("p95", latency.p95_s), ("p99", latency.p99_s)];
    let marks: Vec<(AttrValue, f64)> = marks
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name.into(), value)))
        .collect();
    html! {
        <div class="card chart">
            <Distribution bars={Rc::new(figures.bars.clone())} marks={Rc::new(marks)} />
        </div>
    }
}

fn share(part: u64, whole: u64) -> String {
    format::percent(part as f64 / whole.max(1) as f64)
}

fn by_class(figures: &Snapshot) -> Html {
    let row = |group: &Group| {
        vec![
            summary::class_name(&group.key).to_owned(),
            share(group.tally.arrived, figures.users.arrived),
            time(group.latency.mean_s),
            time(group.network_s),
            time(group.waiting_s),
            time(group.service_s),
            time(group.latency.p99_s),
            format::percent(group.tally.error_share()),
        ]
    };
    table(
        "By class",
        "Mean latency is network, waiting and work; waiting includes sharing a processor.",
        &["Class", "Share", "Mean", "Network", "Waiting", "Work", "p99", "Errors"],
        figures.classes.iter().map(row).collect(),
    )
}

fn by_region(figures: &Snapshot) -> Html {
    let row = |group: &Group| {
        let region = REGIONS.iter().find(|region| region.code == group.key);
        vec![
            region.map_or_else(String::new, |region| region.name.to_owned()),
            share(group.tally.arrived, figures.users.arrived),
            time(group.latency.p50_s),
            time(group.latency.p99_s),
            format::percent(group.tally.error_share()),
        ]
    };
    table(
        "By region",
        "Distance is part of every latency.",
        &["Region", "Share", "p50", "p99", "Errors"],
        figures.regions.iter().map(row).collect(),
    )
}

fn by_reason(figures: &Snapshot) -> Html {
    let row = |failure: &crate::sim::snapshot::Failure| {
        let known = FAILURES.iter().find(|(_, name, _)| *name == failure.reason);
        let name = known.map_or(failure.reason.as_str(), |(_, _, text)| text);
        let per_second = failure.count as f64 / figures.window_s.max(1e-9);
        vec![
            name.to_owned(),
            format::count(failure.count as f64),
            format::rate(per_second),
            share(failure.count, figures.users.good + figures.users.failed),
        ]
    };
    let mut rows: Vec<Vec<String>> = figures.users.failures.iter().map(row).collect();
    if rows.is_empty() {
        let none = ["none", "0", "0 /s", "0 %"];
        rows.push(none.map(|text| text.replace(' ', "\u{202f}")).to_vec());
    }
    table(
        "Errors by reason",
        "After all retries, as users met them.",
        &["Reason", "Number", "Rate", "Of all"],
        rows,
    )
}
