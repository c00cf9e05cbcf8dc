//! Theory beside what was measured, for every station and every hit ratio, with the reason where the
//! textbook's assumptions fail.

use super::{Tell, field, format, glossary};
use crate::sim::analysis::comparisons::Comparison;
use crate::sim::analysis::settle::Theory as Figures;
use crate::sim::analysis::stations::Measured;
use crate::web::insight;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use std::rc::Rc;

/// The panel: a button until it was asked for.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let insight = &model.insight;
    let onclick = tell.reform(|_: MouseEvent| {
        field::focus("theory");
        Msg::Insight(insight::Msg::Theory)
    });
    html! {
        <section class="card wide" id="theory" tabindex="-1" aria-labelledby="theory-title">
            <div class="panel-head">
                <h3 id="theory-title">{ "Theory beside measured" }</h3>
                if !insight.with_theory {
                    <button type="button" class="plain" {onclick}>{ "Compare with theory" }</button>
                }
            </div>
            <p class="muted">{ "Arrivals and work are measured; what a textbook's queue would make of them stands beside \
                what the settled run measured, ± half of its 95 % confidence interval." }</p>
            { match &insight.theory {
                Some(theory) => html! { <Theory theory={Rc::clone(theory)} /> },
                None if insight.with_theory => html! { <p role="status">{ "Being measured …" }</p> },
                None => Html::default(),
            } }
        </section>
    }
}

/// What the tables show.
#[derive(Properties)]
pub struct TheoryProps {
    /// The figures.
    pub theory: Rc<Figures>,
}

impl PartialEq for TheoryProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.theory, &other.theory)
    }
}

/// Both tables, made anew only with new figures.
#[component]
pub fn Theory(props: &TheoryProps) -> Html {
    let Figures { stations, shares } = &*props.theory;
    html! {
        <>
            <div class="table-room" role="region" tabindex="0" aria-label="Stations">
                <table class="figures theory-table">
                    <caption class="unseen">{ "Stations: theory beside measured" }</caption>
                    <thead><tr>
                        <th scope="col">{ "Station" }</th><th scope="col">{ "By the book" }</th>
                        <th scope="col">{ glossary::name("Load") }</th>
                        <th scope="col">{ "Wait, theory" }</th><th scope="col">{ "measured" }</th>
                        <th scope="col">{ "Time, theory" }</th><th scope="col">{ "measured" }</th>
                        <th scope="col">{ "Differs by" }</th><th scope="col">{ "Where its assumptions fail" }</th>
                    </tr></thead>
                    <tbody>{ for stations.iter().map(station) }</tbody>
                </table>
            </div>
            if !shares.is_empty() {
                <div class="table-room" role="region" tabindex="0" aria-label="Shares">
                    <table class="figures theory-table">
                        <caption class="unseen">{ "Shares: theory beside measured" }</caption>
                        <thead><tr>
                            <th scope="col">{ "Share" }</th><th scope="col">{ "By the book" }</th>
                            <th scope="col">{ "Theory" }</th><th scope="col">{ "measured" }</th>
                            <th scope="col">{ "Where its assumptions fail" }</th>
                        </tr></thead>
                        <tbody>{ for shares.iter().map(share) }</tbody>
                    </table>
                </div>
            }
        </>
    }
}

/// A time with half of its interval.
pub fn sure(seconds: Option<f64>, half: Option<f64>) -> String {
    match (seconds, half) {
        (None, _) => "–".to_owned(),
        (Some(seconds), Some(half)) => format::duration_within(seconds, half),
        (Some(seconds), None) => format::duration(seconds),
    }
}

/// Signs as they are typed, and as they are written.
const SIGNS: [(&str, &str); 5] =
    [(" x ", " × "), (" - ", " − "), ("(-", "(−"), ("k-K", "k–K"), ("n-C", "n–C")];

/// The name of a model as people write it: what a fraction of a server is, true signs of arithmetic,
/// and dashes between two authors.
pub fn model(name: &str) -> String {
    let cores = name.strip_prefix("M/G/").and_then(|rest| rest.strip_suffix(", processor sharing"));
    match cores.filter(|cores| cores.contains('.')) {
        Some(cores) => format!("M/G/PS, {cores} effective cores shared by all"),
        None => SIGNS.iter().fold(name.to_owned(), |name, (from, to)| name.replace(from, to)),
    }
}

fn station(row: &Measured) -> Html {
    let s = &row.station;
    let time = |seconds: Option<f64>| sure(seconds, None);
    let predicted = match s.at_most_s {
        Some(most) => format!("{} to {}", time(s.predicted_s), format::duration(most)),
        None if s.predicted_s.is_none() => "no steady state".to_owned(),
        None => time(s.predicted_s),
    };
    let difference = s.difference.map_or_else(
        || "–".to_owned(),
        |share| format!("{}{}", if share < 0.0 { "−" } else { "+" }, format::percent(share.abs())),
    );
    let exact = if s.exact { "" } else { ", approximate" };
    html! {
        <tr>
            <th scope="row">{ &s.name }</th>
            <td class="words">{ model(&s.model) }{ exact }</td>
            <td>{ format::percent(s.load) }</td>
            <td>{ time(s.predicted_wait_s) }</td>
            <td class="strong">{ sure(s.measured_wait_s, row.wait_half_s) }</td>
            <td>{ predicted }</td>
            <td class="strong">{ sure(s.measured_s, row.half_s) }</td>
            <td>{ difference }</td>
            <td class="words">{ reasons(&s.fails) }</td>
        </tr>
    }
}

fn share(share: &Comparison) -> Html {
    let most = if share.at_most { "at most " } else { "" };
    html! {
        <tr>
            <th scope="row">{ &share.name }</th>
            <td class="words">{ model(&share.model) }{ if share.exact { "" } else { ", approximate" } }</td>
            <td>{ format!("{most}{}", format::percent(share.predicted)) }</td>
            <td class="strong">{ format::percent(share.measured) }</td>
            <td class="words">{ reasons(&share.fails) }</td>
        </tr>
    }
}

fn reasons(fails: &[String]) -> String {
    if fails.is_empty() { "nowhere".to_owned() } else { fails.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::model;

    #[test]
    fn models_are_written_as_people_write_them() {
        let shared = "M/G/PS, 1.94 effective cores shared by all";
        assert_eq!(model("M/G/1.94, processor sharing"), shared);
        assert_eq!(model("M/G/4, processor sharing"), "M/G/4, processor sharing");
        assert_eq!(model("M/G/1, Pollaczek-Khinchine"), "M/G/1, Pollaczek–Khinchine");
        assert_eq!(model("M/G/4, Allen-Cunneen"), "M/G/4, Allen–Cunneen");
        assert_eq!(model("1 - exp(-writes x lag)"), "1 − exp(−writes × lag)");
    }
}
