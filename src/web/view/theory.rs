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
            if let Some(theory) = &insight.theory { <p id="theory-sum"><strong>{ sum(theory) }</strong></p> }
            <p class="muted">{ "Arrivals and work are measured; what a textbook's queue would make of them stands beside \
                what the settled run measured, ± half of its 95 % confidence interval." }</p>
            { match &insight.theory {
                Some(theory) => html! { <Theory theory={Rc::clone(theory)} /> },
                None if insight.with_theory => html! { <p>{ "Being measured: with many users this takes a while …" }</p> },
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
                        <th scope="col">{ "Station" }</th><th scope="col">{ "Differs by" }</th>
                        <th scope="col">{ glossary::name("Load") }</th>
                        <th scope="col">{ "Wait, theory" }</th><th scope="col">{ "measured" }</th>
                        <th scope="col">{ "Time, theory" }</th><th scope="col">{ "measured" }</th>
                        <th scope="col">{ "Where its assumptions fail" }</th><th scope="col">{ "By the book" }</th>
                    </tr></thead>
                    <tbody>{ for stations.iter().map(station) }</tbody>
                </table>
            </div>
            if !shares.is_empty() {
                <div class="table-room" role="region" tabindex="0" aria-label="Shares">
                    <table class="figures theory-table">
                        <caption class="unseen">{ "Shares: theory beside measured" }</caption>
                        <thead><tr>
                            <th scope="col">{ "Share" }</th>
                            <th scope="col">{ "Theory" }</th><th scope="col">{ "measured" }</th>
                            <th scope="col">{ "Where its assumptions fail" }</th><th scope="col">{ "By the book" }</th>
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

/// What differs by no more than this, of a time or of all, agrees with theory.
const AGREES: f64 = 0.05;

/// How many agree with theory, and which do not and by how much.
fn sum(theory: &Figures) -> String {
    let (mut off, mut silent) = (Vec::new(), 0);
    for Measured { station, half_s, .. } in &theory.stations {
        let Some(difference) = station.difference else {
            silent += 1;
            continue;
        };
        // Or by no more than chance.
        let chance = half_s.zip(station.measured_s).map_or(0.0, |(half, s)| half / s.max(1e-12));
        if difference.abs() > AGREES.max(chance) {
            let than = if difference < 0.0 { "less" } else { "longer" };
            let by = format::percent(difference.abs());
            off.push(format!("{} takes {by} {than}", station.name));
        }
    }
    for share in &theory.shares {
        if share.difference.abs() > AGREES {
            let [measured, said] = [share.measured, share.predicted].map(format::percent);
            off.push(format!("{} is {measured} and not {said}", share.name));
        }
    }
    let all = theory.stations.len() + theory.shares.len() - silent;
    let agree = all - off.len();
    let within = AGREES * 100.0;
    let mut text =
        format!("{agree} of {all} figures agree with theory, within {within} % or the interval.");
    if !off.is_empty() {
        text.push_str(&format!(" {}.", off.join("; ")));
    }
    if silent > 0 {
        text.push_str(&format!(" Of {silent} more theory and measurement cannot be compared."));
    }
    text
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
            <td>{ difference }</td>
            <td>{ format::percent(s.load) }</td>
            <td>{ time(s.predicted_wait_s) }</td>
            <td class="strong">{ sure(s.measured_wait_s, row.wait_half_s) }</td>
            <td>{ predicted }</td>
            <td class="strong">{ sure(s.measured_s, row.half_s) }</td>
            <td class="words">{ reasons(&s.fails) }</td>
            <td class="words">{ model(&s.model) }{ exact }</td>
        </tr>
    }
}

fn share(share: &Comparison) -> Html {
    let most = if share.at_most { "at most " } else { "" };
    html! {
        <tr>
            <th scope="row">{ &share.name }</th>
            <td>{ format!("{most}{}", format::percent(share.predicted)) }</td>
            <td class="strong">{ format::percent(share.measured) }</td>
            <td class="words">{ reasons(&share.fails) }</td>
            <td class="words">{ model(&share.model) }{ if share.exact { "" } else { ", approximate" } }</td>
        </tr>
    }
}

fn reasons(fails: &[String]) -> String {
    if fails.is_empty() { "nowhere".to_owned() } else { fails.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Figures, Measured, model, sum};
    use crate::sim::analysis::{comparisons, settle::Settling, stations};
    use crate::sim::scenario::link;
    use crate::sim::topology::Topology;
    use crate::sim::units::Span;

    #[test]
    fn models_are_written_as_people_write_them() {
        let shared = "M/G/PS, 1.94 effective cores shared by all";
        assert_eq!(model("M/G/1.94, processor sharing"), shared);
        assert_eq!(model("M/G/4, processor sharing"), "M/G/4, processor sharing");
        assert_eq!(model("M/G/1, Pollaczek-Khinchine"), "M/G/1, Pollaczek–Khinchine");
        assert_eq!(model("M/G/4, Allen-Cunneen"), "M/G/4, Allen–Cunneen");
        assert_eq!(model("1 - exp(-writes x lag)"), "1 − exp(−writes × lag)");
    }

    #[test]
    fn what_agrees_and_what_does_not_is_said_first() {
        let scenario = link::read("?stage=4#clients.retries=0").scenario;
        let topology = Topology::build(&scenario).expect("can run");
        let mut run = Settling::with_batches(topology.clone(), Span::from_seconds(2.0), 10);
        run.advance(u64::MAX);
        let figures = run.settled().expect("has batches enough").figures;
        let own = |difference| {
            let mut station = stations::of(&topology, &figures).remove(0);
            (station.name, station.difference) = ("Web tier".to_owned(), difference);
            Measured { station, wait_half_s: None, half_s: None }
        };
        let mut stale: Comparison = comparisons::of(&topology, &figures).remove(0);
        stale.name = "Stale share".to_owned();
        (stale.predicted, stale.measured, stale.difference) = (0.2, 0.5, 0.3);
        let said = |stations: &[Option<f64>], shares: &[Comparison]| {
            let stations = stations.iter().map(|difference| own(*difference)).collect();
            sum(&Figures { stations, shares: shares.to_vec() }).replace('\u{202f}', " ")
        };
        let of = "figures agree with theory, within 5 % or the interval.";
        assert_eq!(said(&[Some(0.02), Some(-0.05)], &[]), format!("2 of 2 {of}"));
        let off = "Web tier takes 23 % longer; Web tier takes 8.0 % less; Stale share is 50 % and not 20 %.";
        assert_eq!(said(&[Some(0.23), Some(-0.08)], &[stale]), format!("0 of 3 {of} {off}"));
        let none = "Of 1 more theory and measurement cannot be compared.";
        assert_eq!(said(&[Some(0.0), None], &[]), format!("1 of 1 {of} {none}"));
    }
}
