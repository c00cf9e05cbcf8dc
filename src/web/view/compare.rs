//! A beside B: figures with their intervals, the latencies of both in one chart, and what differs in
//! the settings.

use super::charts::{Against, Distribution};
use super::{Tell, glossary};
use crate::sim::analysis::settle::Settled;
use crate::sim::scenario::{Scenario, link};
use crate::web::compare::{self, Kept, Row};
use crate::web::insight;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use std::rc::Rc;

/// The panel; nothing where nothing is kept.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let Some(kept) = &model.insight.kept else {
        return Html::default();
    };
    let scenario = Rc::clone(&model.scenario);
    // First figures until the others have come.
    let mut kept = kept.clone();
    if kept.settled.is_none() {
        kept.settled = model.references.first(&link::write(&kept.scenario)).cloned();
    }
    let opens = model.may_reach(&kept.scenario);
    let first = || model.settled.clone().filter(|_| model.fresh);
    let settled = compare::figures(model).or_else(first);
    html! {
        <Compare {kept} {scenario} {settled} {opens} tell={tell.clone()} />
    }
}

/// What the panel shows.
#[derive(Properties)]
pub struct CompareProps {
    /// A.
    pub kept: Kept,
    /// B.
    pub scenario: Rc<Scenario>,
    /// B's settled figures, first ones too, once they are known.
    pub settled: Option<Rc<Settled>>,
    /// Whether the visitor may go to A.
    pub opens: bool,
    /// Where messages go.
    pub tell: Tell,
}

impl PartialEq for CompareProps {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |a: &Option<Rc<Settled>>, b: &Option<Rc<Settled>>| match (a, b) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        Rc::ptr_eq(&self.kept.scenario, &other.kept.scenario)
            && self.kept.at_s == other.kept.at_s
            && is_same(&self.kept.settled, &other.kept.settled)
            && Rc::ptr_eq(&self.scenario, &other.scenario)
            && self.opens == other.opens
            && is_same(&self.settled, &other.settled)
    }
}

/// The panel.
#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let button = |name: &'static str, msg: compare::Msg| {
        let act = move |_: MouseEvent| Msg::Insight(insight::Msg::Compare(msg));
        html! { <button type="button" class="plain" onclick={props.tell.reform(act)}>{ name }</button> }
    };
    let differs = compare::differences(&props.kept.scenario, &props.scenario);
    let (a, b) = (props.kept.settled.as_deref(), props.settled.as_deref());
    let is_early = |side: Option<&Settled>| side.is_none_or(|settled| !settled.complete);
    let early = match (is_early(a), is_early(b)) {
        (true, true) => "A and B are being measured …",
        (true, false) => "A is being measured …",
        (false, true) => "B is being measured …",
        (false, false) => "",
    };
    html! {
        <section class="card wide" id="beside" tabindex="-1" aria-labelledby="beside-title" aria-describedby="beside-a">
            <div class="panel-head" data-next=".asks button:not(.story)">
                <h3 id="beside-title">{ "A beside B" }</h3>
                if props.opens {
                    { button("Swap A and B", compare::Msg::Swap) }
                    { button("Open A", compare::Msg::Open) }
                }
                { button("Keep B as A", compare::Msg::Keep) }
                { button("Drop A", compare::Msg::Drop) }
            </div>
            <p id="beside-a"><strong>{ "A" }</strong>{ format!(" is {}. ", props.kept.about()) }<strong>{ "B" }</strong>{ " is the system as it stands." }</p>
            <p class="muted">{ "Settled figures; ± is half of the 95 % \
                confidence interval. Where the intervals overlap, chance alone could make the difference." }</p>
            <h4>{ "What differs" }</h4>
            if differs.is_empty() {
                <p>{ "Nothing yet: change anything." }</p>
            } else {
                <ul class="differs">{ for differs.iter().map(|text| html! { <li>{ text }</li> }) }</ul>
            }
            <p>{ early }</p>
            { for [("A", a), ("B", b)].into_iter().flat_map(|(name, side)| {
                let known = side.map_or_else(Vec::new, Settled::reservations);
                known.into_iter().map(move |known| html! { <p>{ format!("{name}: {known}") }</p> })
            }) }
            if let Some((a, b)) = a.zip(b) {
                { figures(&compare::rows((&props.kept.scenario, a), (&props.scenario, b))) }
                { latencies(a, b) }
            }
        </section>
    }
}

fn figures(rows: &[Row]) -> Html {
    let row = |row: &Row| {
        let [a, b] = &row.texts;
        html! {
            <tr>
                <th scope="row">{ glossary::name(row.name) }</th>
                <td>{ a }</td>
                <td class="strong">{ b }</td>
                <td>{ &row.difference }</td>
                <td class={row.finding.class()}>{ row.finding.words() }</td>
            </tr>
        }
    };
    html! {
        <div class="table-room" role="region" tabindex="0" aria-label="Figures of A and B">
            <table class="figures beside-table">
                <caption class="unseen">{ "Settled figures of A and B" }</caption>
                <thead><tr>
                    <th scope="col">{ "Settled" }</th><th scope="col">{ "A" }</th><th scope="col">{ "B, now" }</th>
                    <th scope="col">{ "B − A" }</th><th scope="col">{ "Intervals" }</th>
                </tr></thead>
                <tbody>{ for rows.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

fn latencies(a: &Settled, b: &Settled) -> Html {
    let mark = |name: &str, value: Option<f64>| Some((AttrValue::from(name.to_owned()), value?));
    let of = |settled: &Settled,
              of: fn(&Settled) -> Option<crate::sim::analysis::settle::Estimate>| {
        of(settled).map(|estimate| estimate.value)
    };
    let marks = [
        mark("A p50", of(a, |s| s.p50_s)),
        mark("A p99", of(a, |s| s.p99_s)),
        mark("B p50", of(b, |s| s.p50_s)),
        mark("B p99", of(b, |s| s.p99_s)),
    ];
    let marks: Vec<(AttrValue, f64)> = marks.into_iter().flatten().collect();
    html! {
        <Distribution title="Latencies of A and B" bars={Rc::new(b.figures.bars.clone())} marks={Rc::new(marks)}
            against={Against { name: "A".into(), own: "B".into(), bars: Rc::new(a.figures.bars.clone()) }} />
    }
}
