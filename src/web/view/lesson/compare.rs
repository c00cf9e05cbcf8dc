//! Settled figures side by side, always in sight: the stage before under the same users, before the
//! last step, and now; on a low or narrow screen as one line that opens. All are measured.

use super::super::format;
use super::super::format::{dash, time};
use crate::sim::analysis::names;
use crate::sim::analysis::settle::{Estimate, Settled};
use crate::sim::kinds::Kind;
use crate::sim::scenario::{Scenario, link};
use crate::web::lessons::challenge::{self, Figure};
use crate::web::markup::prelude::*;
use crate::web::model::Model;
use crate::web::summary;
use std::rc::Rc;

/// A figure's name, and how it is read off.
type Row = (&'static str, fn(&Settled) -> String);

/// How full the database is; where one machine holds all, it is that.
const DATA: &str = "Busiest DB";

const ROWS: [Row; 6] = [
    ("p50", |s| least(s, time(s.p50_s.map(|e| e.value)))),
    ("p99", |s| least(s, time(s.p99_s.map(|e| e.value)))),
    ("Errors", errors),
    ("Answered", |s| format::rate(s.goodput.value)),
    (DATA, database),
    ("Cost/month", |s| format::usd_brief(s.figures.usd_per_month)),
];

/// The row of what the stage is about, in place of the database.
fn of_stage(stage: Option<u8>) -> Row {
    match stage {
        Some(2 | 3 | 6) => ("Web busy", |s| said(s, Figure::Busy(Kind::WebTier))),
        Some(5) => ("Static p50", |s| said(s, Figure::Class("static", false))),
        Some(7) => ("Reads p50", |s| said(s, Figure::Class("read", false))),
        Some(8) => ("Jobs p99", |s| said(s, Figure::Class("job", true))),
        _ => ROWS[OWN],
    }
}

/// A figure of a question, as its answer has it.
fn said(settled: &Settled, figure: Figure) -> String {
    match (figure.of(settled), figure) {
        (Some(used), Figure::Busy(_)) => whole(used),
        (value, _) => least(settled, value.map_or_else(dash, |value| figure.write(value))),
    }
}

/// The place of the row that each stage has of its own.
const OWN: usize = 4;

/// The rows as the line has room for them: what goals are of and what limits come first.
const BRIEF: [usize; 6] = [1, 2, OWN, 0, 3, 5];

/// What goes on growing is at least as much.
fn least(settled: &Settled, text: String) -> String {
    if settled.is_growing() { format!("≥\u{a0}{text}") } else { text }
}

/// The share of errors; where the interval is wider than that, its bound, as everywhere.
fn errors(settled: &Settled) -> String {
    let Estimate { value, half_width } = settled.error_share;
    match half_width.filter(|half| settled.is_final() && *half > value) {
        Some(half) => format::percent_within(value, half),
        None => least(settled, format::percent(value)),
    }
}

/// How busy the busiest server of any database is: it is what limits, not the mean of all.
fn database(settled: &Settled) -> String {
    let parts = settled.figures.parts.iter();
    let databases = parts.filter(|part| names::kind(&part.key) == Some(Kind::Database));
    let busy = databases.flat_map(|part| &part.servers).map(|server| server.utilisation);
    busy.reduce(f64::max).map_or_else(dash, whole)
}

/// A share in whole per cent.
fn whole(share: f64) -> String {
    format::percent(libm::round(share * 1e2) / 1e2)
}

/// A column: its head, and the text of each row.
struct Column {
    head: String,
    title: String,
    settled: Option<Rc<Settled>>,
}

impl Column {
    /// Its head; first figures are about right.
    fn head(&self) -> String {
        let is_first = self.settled.as_ref().is_some_and(|settled| !settled.complete);
        format!("{}{}", if is_first { "≈ " } else { "" }, self.head)
    }

    fn text(&self, of: fn(&Settled) -> String) -> String {
        self.settled.as_ref().map_or_else(|| "…".to_owned(), |settled| of(settled))
    }
}

/// Whether a scenario is what the question asks for that is open now.
fn answers(model: &Model, scenario: &Scenario) -> bool {
    let seed = model.scenario.seed;
    model.stage().is_some_and(|stage| {
        *model.scenario == Scenario { seed, ..challenge::trouble(stage) }
            && *scenario == Scenario { seed, ..challenge::solution(stage) }
    })
}

/// The table.
pub fn view(model: &Model) -> Html {
    let mut columns = Vec::new();
    let (stage, embed) = (model.stage(), model.options.embed);
    // In a frame nothing is measured besides what stands there.
    let earlier = challenge::stage_before(&model.scenario).filter(|_| !embed);
    if let (Some(stage), Some(link)) = (stage, &earlier) {
        columns.push(Column {
            head: format!("Stage\u{a0}{}, these\u{a0}users", stage - 1),
            title: "The stage before under the same users".to_owned(),
            settled: model.references.first(link).cloned(),
        });
    }
    let before = model.before.as_ref().map(|before| (before, link::write(&before.scenario)));
    let before = before.filter(|(before, link)| {
        // The stage before already stands beside; and what answers a question is no help to it.
        earlier.as_ref() != Some(link) && !answers(model, &before.scenario)
    });
    if let (Some((before, link)), Some(what)) = (before, model.steps.last_done()) {
        // What was done in haste may have been measured in full by now.
        let known = model.references.get(&link);
        columns.push(Column {
            head: "Before this step".to_owned(),
            title: format!("Before the last step: {what}"),
            settled: Some(Rc::clone(known.unwrap_or(&before.settled))),
        });
    }
    // Alone, today's figures say no more than the eight numbers.
    if columns.is_empty() {
        return Html::default();
    }
    columns.push(Column {
        head: "Now".to_owned(),
        title: "The system as it stands".to_owned(),
        settled: model.settled.clone().filter(|_| model.fresh),
    });
    let server = summary::name(Kind::WebTier, &model.scenario);
    let data = if server == Kind::WebTier.label() { DATA } else { "Server busy" };
    let name = |name: &'static str| if name == DATA { data } else { name };
    let head = |column: &Column| {
        html! { <th scope="col" title={column.title.clone()}>{ column.head() }</th> }
    };
    let mut rows = ROWS;
    rows[OWN] = of_stage(stage);
    let row = |(named, text): &Row| {
        html! {
            <tr>
                <th scope="row">{ name(named) }</th>
                { for columns.iter().map(|column| html! { <td>{ column.text(*text) }</td> }) }
            </tr>
        }
    };
    let last = &columns[columns.len() - 2..];
    let both = |of: &dyn Fn(&Column) -> String| format!("{} → {}", of(&last[0]), of(&last[1]));
    let figure = |place: usize| {
        let (named, text) = rows[place];
        html! { <span>{ name(named) }{ " " }<b>{ both(&|column| column.text(text)) }</b></span> }
    };
    // There the table stands where the story ends.
    let kept = (!embed).then_some("kept");
    html! {
        <div class={classes!("compare", kept)} id="compare">
            <details class="brief">
                <summary>
                    <span>{ both(&Column::head) }</span>
                    { for BRIEF.into_iter().map(figure) }
                </summary>
            </details>
            <table class="figures">
                <caption class="unseen">{ "Settled figures side by side" }</caption>
                <thead>
                    <tr><th scope="col">{ "Settled" }</th>{ for columns.iter().map(head) }</tr>
                </thead>
                <tbody>{ for rows.iter().map(row) }</tbody>
            </table>
        </div>
    }
}
