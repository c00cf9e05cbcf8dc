//! One request hop by hop: a waterfall on one scale, waiting, work and network apart, and the same
//! as a table.

use super::charts::{Table, use_width};
use super::diagram::fit::{self, Weight};
use super::{Tell, asks, format};
use crate::sim::region::REGIONS;
use crate::sim::traces::{Hop, Spent, Trace, Traces};
use crate::web::insight::{self, reason_text};
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::summary;
use std::rc::Rc;

/// Height of a hop.
const ROW: f64 = 22.0;
const FOOT: f64 = 18.0;
/// Most hops that are drawn; the table has all.
const MOST: usize = 40;

/// The panel; nothing where nothing was asked for.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let Some(traces) = model.insight.of_class() else {
        return Html::default();
    };
    let hide = tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::HideTraces));
    let again = tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::Trace));
    html! {
        <section class="card wide" id="traces" tabindex="-1" aria-labelledby="traces-title">
            <div class="panel-head" data-next="#follow">
                <h3 id="traces-title">{ "Where a request spends its time" }</h3>
                { asks::choice(model, tell, "panel") }
                <button type="button" class="plain" onclick={again}>{ "Follow others" }</button>
                <button type="button" class="quiet" onclick={hide}>{ "Close" }</button>
            </div>
            <p class="muted">{ sample(traces) }</p>
            if let Some(trace) = model.insight.trace() {
                <p>{ about(trace) }{ " " }{ insight::in_words(trace, &model.scenario) }</p>
                <Waterfall trace={Rc::new(trace.clone())} names={names(trace, model)} />
            }
        </section>
    }
}

/// What the requests that are shown stand for.
fn sample(traces: &Traces) -> String {
    let failed = match traces.failures {
        0 => "none failed".to_owned(),
        one => format!("{} failed", format::grouped(one as f64)),
    };
    format!(
        "{} requests followed from {} on, as they come next if nothing changes: {failed}, median {}, \
         p99 {}. Typical is one about the median that spent its time as those do, slow one about p99.",
        format::grouped(traces.traced as f64),
        format::clock(traces.at_s),
        format::time(traces.p50_s),
        format::time(traces.p99_s),
    )
}

fn about(trace: &Trace) -> String {
    let region = REGIONS.iter().find(|region| region.code == trace.region);
    let class = summary::class_name(&trace.class);
    format!("{class}, from {}.", region.map_or("", |region| region.name))
}

#[derive(Properties, PartialEq)]
struct WaterfallProps {
    trace: Rc<Trace>,
    /// What each hop met.
    names: Vec<String>,
}

/// What each hop met, by what it is now.
fn names(trace: &Trace, model: &Model) -> Vec<String> {
    let name = |hop: &Hop| {
        let part = summary::part_brief(&hop.part, &model.scenario);
        match (hop.depth, hop.server, model.live.figures.part(&hop.part)) {
            (0, ..) => "User".to_owned(),
            (_, Some(server), Some(view)) => {
                summary::numbered_now(&part, &model.scenario, view, server as usize - 1)
            }
            _ => part,
        }
    };
    trace.hops.iter().map(name).collect()
}

const fn class(on: Spent) -> &'static str {
    match on {
        Spent::Network => "on-network",
        Spent::Wait => "on-wait",
        Spent::Work => "on-work",
    }
}

#[component]
fn Waterfall(props: &WaterfallProps) -> Html {
    let node = use_node_ref();
    let width = use_width(&node);
    let trace = &props.trace;
    let hops = trace.hops.len().min(MOST);
    let height = ROW * hops as f64 + FOOT;
    html! {
        <figure class="plot waterfall">
            <ul class="waterfall-key">
                <li><span class="swatch on-network" />{ "network" }</li>
                <li><span class="swatch on-wait" />{ "waiting" }</li>
                <li><span class="swatch on-work" />{ "worked on" }</li>
            </ul>
            <div ref={node} class="plot-room free">
                if let Some(width) = width {
                    <svg width={width.to_string()} height={height.to_string()} role="img"
                        aria-label={format!("{} hops over {}; the table below has each.", trace.hops.len(), format::duration(trace.latency_s))}>
                        { drawing(props, width, height) }
                    </svg>
                }
            </div>
            if trace.hops.len() > MOST {
                <p class="muted">{ format!("The first {MOST} of {} hops.", trace.hops.len()) }</p>
            }
            { table(props) }
        </figure>
    }
}

fn drawing(props: &WaterfallProps, width: f64, height: f64) -> Html {
    let trace = &props.trace;
    let hops = &trace.hops[..trace.hops.len().min(MOST)];
    let names = &props.names[..hops.len()];
    let indent = |hop: &Hop| 8.0 * f64::from(hop.depth.min(8));
    let widest = names
        .iter()
        .zip(hops)
        .map(|(name, hop)| indent(hop) + fit::width(name, 12.0, Weight::Plain))
        .fold(0.0, f64::max);
    let left = (24.0 + widest + 10.0).min(0.45 * width);
    let right = width - 66.0;
    let scale = (right - left) / trace.latency_s.max(1e-9);
    let x = |seconds: f64| left + seconds.min(trace.latency_s) * scale;
    let rows = hops.iter().enumerate().map(|(i, hop)| {
        let y = ROW * i as f64;
        let stretches = hop.own.iter().map(|one| {
            let (a, b) = (x(one.from_s), x(one.to_s));
            html! { <rect class={class(one.on)} x={format!("{a:.1}")} y={format!("{:.1}", y + 5.0)} width={format!("{:.1}", (b - a).max(0.7))} height="12" /> }
        });
        let (a, b) = (x(hop.from_s), x(hop.to_s));
        let failed = hop.failure.is_some() || hop.unfinished;
        let label = fit::shorten(&names[i], left - 30.0 - indent(hop), 12.0, Weight::Plain);
        html! { <>
            <text class="hop-number" x="18" y={format!("{:.1}", y + 15.0)} text-anchor="end">{ i + 1 }</text>
            <text x={format!("{:.1}", 24.0 + indent(hop))} y={format!("{:.1}", y + 15.0)}>{ label }</text>
            <path class={classes!("hop-span", failed.then_some("failed"))} d={format!("M{a:.1} {:.1}H{:.1}", y + 11.0, b.max(a + 0.7))} />
            { for stretches }
            <text x={format!("{:.1}", (b + 6.0).min(width - 62.0))} y={format!("{:.1}", y + 15.0)}>
                { if failed { format!("✕ {}", format::duration(hop.to_s - hop.from_s)) } else { format::duration(hop.to_s - hop.from_s) } }
            </text>
        </> }
    });
    let foot = format!("{:.1}", height - 4.0);
    html! { <>
        { for [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| html! {
            <path class="grid" d={format!("M{:.1} 0V{:.1}", left + share * (right - left), height - FOOT)} />
        }) }
        { for rows }
        <text x={format!("{left:.1}")} y={foot.clone()}>{ "0" }</text>
        <text x={format!("{right:.1}")} y={foot} text-anchor="end">{ format::duration(trace.latency_s) }</text>
    </> }
}

fn table(props: &WaterfallProps) -> Html {
    let (trace, names) = (Rc::clone(&props.trace), props.names.clone());
    let rows = Callback::from(move |()| {
        let row = |(i, hop): (usize, &Hop)| {
            let [network, wait, work] = [Spent::Network, Spent::Wait, Spent::Work]
                .map(|on| format::duration(hop.spent(on)));
            let ended = match &hop.failure {
                Some(reason) => reason_text(reason).to_owned(),
                None if hop.unfinished => "still under way".to_owned(),
                None if hop.depth == 0 => {
                    trace.failure.as_deref().map_or("answered", reason_text).to_owned()
                }
                None => "answered".to_owned(),
            };
            vec![
                format!("{}. {}", i + 1, names[i]),
                format::duration(hop.from_s),
                format::duration(hop.to_s - hop.from_s),
                network,
                wait,
                work,
                ended,
            ]
        };
        trace.hops.iter().enumerate().map(row).collect()
    });
    let columns = ["Hop", "Sent at", "Took", "Network", "Waiting", "Worked on", "Outcome"];
    let columns: Vec<AttrValue> = columns.into_iter().map(AttrValue::from).collect();
    html! { <Table caption="Hops in order; own time of each, that of the calls it made left out" {columns} {rows} /> }
}
