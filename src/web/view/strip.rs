//! The strip of eight numbers: live value, its last minutes as a line, and the settled value with
//! its interval below. Each can be asked what it means.

use super::charts::Sparkline;
use super::format::{dash, time};
use super::{Panel, Tell, asks, field, format, glossary};
use crate::sim::analysis::settle::{Estimate, Settled};
use crate::sim::analysis::{availability, cost};
use crate::sim::snapshot::Snapshot;
use crate::web::history::{History, Series};
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::timeline;
use std::rc::Rc;

/// One of the eight numbers.
struct Metric {
    key: &'static str,
    name: &'static str,
    value: fn(&Model, &Snapshot) -> String,
    settled: fn(&Model, &Settled) -> String,
    series: fn(&History) -> &Series,
    mood: fn(&Snapshot) -> &'static str,
    help: &'static str,
}

/// Metrics whose second figure is another one than the first, and not what that settles at.
const OTHER: [&str; 4] = ["users", "offered", "availability", "cost"];

const METRICS: &[Metric] = &[
    Metric {
        key: "users",
        name: "Daily users",
        value: |_, figures| format::count(figures.daily_users),
        settled: |model, settled| {
            // Where users come and go, what the long run tells is the mean of it.
            let what = if timeline::is_uneven(&model.scenario) { "mean" } else { "peak" };
            format!("{what} {}", format::rate(settled.figures.offered_rate()))
        },
        series: |history| &history.users,
        mood: |_| "",
        help: "People a day whose busiest hour makes this traffic: requests per second × 86,400 s \
               ÷ (requests of a user and day × peak to mean). Both are settings of the users. Below: the \
               requests per second that a long run settles at.",
    },
    Metric {
        key: "offered",
        name: "Requests",
        value: |_, figures| format::rate(figures.offered_rate()),
        settled: |model, _| {
            let figures = model.figures();
            let wishes = (figures.users.arrived as f64).max(1.0);
            format!("{:.2} tries", figures.attempts as f64 / wishes)
        },
        series: |history| &history.offered,
        mood: |_| "",
        help: "Requests that users made per second, each counted once however often it was retried. \
               Below: how often each is tried.",
    },
    Metric {
        key: "goodput",
        name: "Goodput",
        value: |_, figures| format::rate(figures.goodput()),
        settled: |_, settled| {
            estimate(settled.is_final(), Some(settled.goodput), format::rate, format::rate_within)
        },
        series: |history| &history.goodput,
        mood: |_| "",
        help: "Requests per second answered well before their user gave up. What falls below the \
               requests made is lost to errors, or still waits; above them it is while a backlog drains.",
    },
    Metric {
        key: "p50",
        name: "p50",
        value: |_, figures| time(figures.latency.p50_s),
        settled: |_, settled| {
            estimate(settled.is_final(), settled.p50_s, format::duration, format::duration_within)
        },
        series: |history| &history.p50,
        mood: |_| "",
        help: "Median latency: half of the good answers came sooner. From the first attempt to the \
               answer, network and retries included, as the user feels it. Measured, not modelled.",
    },
    Metric {
        key: "p99",
        name: "p99",
        value: |_, figures| time(figures.latency.p99_s),
        settled: |_, settled| {
            estimate(settled.is_final(), settled.p99_s, format::duration, format::duration_within)
        },
        series: |history| &history.p99,
        mood: |figures| match figures.latency.p99_s {
            Some(p99) if p99 > 3.0 => "bad",
            Some(p99) if p99 > 1.0 => "warn",
            _ => "",
        },
        help: "Latency that 99 of 100 good answers stayed within. It grows long before the median \
               does: watch it as a part comes near 100 % busy. Marked above 1 s, and above 3 s.",
    },
    Metric {
        key: "errors",
        name: "Errors",
        value: |_, figures| format::percent(figures.users.error_share()),
        settled: |_, settled| {
            let share = Some(settled.error_share);
            estimate(settled.is_final(), share, format::percent, format::percent_within)
        },
        series: |history| &history.errors,
        mood: |figures| match figures.users.error_share() {
            share if share > 0.01 => "bad",
            share if share > 0.001 => "warn",
            _ => "",
        },
        help: "Share of requests that ended badly after all retries: refused, timed out, or lost \
               with a dead server. Marked above 0.1 %, and above 1 %. The reasons stand below.",
    },
    Metric {
        key: "availability",
        name: "Availability",
        value: |_, figures| {
            if figures.users.good + figures.users.failed == 0 {
                return dash();
            }
            format::percent(1.0 - figures.users.error_share())
        },
        settled: |_, settled| {
            let counted = availability::of(settled);
            let more = if counted.share < 1.0 { "" } else { "+" };
            format!("{:.1}{more} nines", counted.nines())
        },
        series: |history| &history.good,
        mood: |figures| match figures.users.error_share() {
            share if share > 0.01 => "bad",
            share if share > 0.001 => "warn",
            _ => "",
        },
        help: "Share of requests that were answered well. Below, in nines: 99.9 % is three, and each \
               nine more is a tenth of the failures; with a plus where none failed, so that it is at \
               least so many. Measured over the run, not a promise for a year.",
    },
    Metric {
        key: "cost",
        name: "Cost a month",
        value: |_, figures| format::usd_brief(figures.usd_per_month),
        settled: |_, settled| {
            let each = cost::per_million(settled.figures.usd_per_month, settled.goodput.value);
            each.map_or_else(dash, |each| format!("{} per\u{a0}M", format::usd(each)))
        },
        series: |history| &history.usd,
        mood: |_| "",
        help: "Machines, balancer, DNS, CDN, queue, monitoring and traffic to users by the byte, at \
               list prices, on demand, for 730 hours all as busy as this: a bill with quiet hours is \
               lower. Storage, traffic between sites and staff are not in it. Below: per million \
               good answers.",
    },
];

/// The names of the numbers.
pub fn names() -> impl Iterator<Item = &'static str> {
    METRICS.iter().map(|metric| metric.name)
}

/// A figure, with its interval where that can be told: "378 ± 6 ms". A first estimate has none: it
/// is of too short a run for the spread of its parts to say how far off the whole is.
fn estimate(
    is_complete: bool,
    estimate: Option<Estimate>,
    alone: fn(f64) -> String,
    within: fn(f64, f64) -> String,
) -> String {
    match estimate {
        None => dash(),
        Some(Estimate { value, half_width: Some(half) }) if is_complete => within(value, half),
        Some(estimate) => alone(estimate.value),
    }
}

/// The strip.
pub fn view(model: &Model, figures: &Rc<Snapshot>, tell: &Tell) -> Html {
    let tiles = METRICS.iter().enumerate();
    let explained = model.explained.and_then(|index| METRICS.get(index));
    let close = tell.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(metric) = explained
        {
            // Also from within what was told.
            field::focus(&format!("tile-{}", metric.key));
            close.emit(Msg::Explain(None));
        }
    });
    html! {
        <section class="strip" aria-labelledby="strip-title" {onkeydown}>
            <h2 class="unseen" id="strip-title">{ "Key numbers" }</h2>
            if model.options.shows(Panel::Lesson) { { asks::story(model) } }
            <ul class="tiles">{ for tiles.map(|(i, metric)| tile(model, figures, (i, metric), tell)) }</ul>
            { asks::view(model, tell) }
            <p class="explained card" id="explained" hidden={explained.is_none()}>
                if let Some(metric) = explained {
                    <strong>{ glossary::name(metric.name) }{ ". " }</strong>{ metric.help }
                    { " Behind an arrow: what a long run settles at, with its interval where it has one; behind ≈ a first estimate of it, behind ≥ and ≤ one that goes on growing or falling." }
                    if let Some(uncounted) = uncounted(model) { { " " }{ uncounted } }
                    if let Some(why) = alone(model, metric) { { " Settled: " }{ why }{ "." } }
                }
            </p>
        </section>
    }
}

/// What is planned and not in the settled figures.
pub fn uncounted(model: &Model) -> Option<String> {
    let settled = model.settled.as_ref().filter(|_| model.fresh)?;
    timeline::uncounted(&model.scenario, settled)
}

/// Why a percentile has no interval where the mean has one.
fn alone(model: &Model, metric: &Metric) -> Option<&'static str> {
    let settled = model.settled.as_ref().filter(|settled| model.fresh && settled.is_final())?;
    settled.why_alone(match metric.key {
        "p50" => settled.p50_s,
        "p99" => settled.p99_s,
        _ => None,
    })
}

fn tile(
    model: &Model,
    figures: &Snapshot,
    (index, metric): (usize, &'static Metric),
    tell: &Tell,
) -> Html {
    let onclick = tell.reform(move |_: MouseEvent| Msg::Explain(Some(index)));
    let (state, settled) = settled(model, metric);
    let other = OTHER.contains(&metric.key).then_some("other");
    let is_open = model.explained == Some(index);
    let p99 = (metric.key == "p99").then_some(model.settled.as_ref()).flatten();
    let raw = p99.and_then(|settled| settled.p99_s).map(|p99| p99.value.to_string());
    html! {
        <li key={metric.key}>
            <button type="button" class={classes!("tile", (metric.mood)(figures))} {onclick}
                id={format!("tile-{}", metric.key)}
                aria-expanded={is_open.to_string()} aria-controls="explained"
                data-settled-seq={model.settled_seq.to_string()}
                data-settled={raw} data-fresh={model.fresh.to_string()}
                data-result-hash={model.result_hash.clone()}>
                <span class="tile-name">{ metric.name }</span>
                <span class="tile-spark">
                    <Sparkline values={Rc::clone((metric.series)(&model.history))} label={metric.name} />
                </span>
                <span class="tile-value">{ (metric.value)(model, figures) }</span>
                <span class={classes!("tile-settled", state, other)}>{ settled }</span>
            </button>
        </li>
    }
}

/// What stands before a figure of a run that was cut short, or that goes on growing: about as much,
/// or in a growing overload at least (at most) as much.
fn about(settled: &Settled, metric: &str) -> &'static str {
    match metric {
        "p50" | "p99" | "errors" if settled.is_growing() => "≥",
        "availability" if settled.is_growing() => "≤",
        _ => "≈",
    }
}

/// The line below the value: how sure it is, and whether it is of the scenario as it stands.
fn settled(model: &Model, metric: &Metric) -> (&'static str, String) {
    match &model.settled {
        None => ("waiting", "settling …".to_owned()),
        Some(settled) => {
            let text = (metric.settled)(model, settled);
            match (model.fresh, settled.complete) {
                (false, _) => ("stale", text),
                (true, false) => {
                    ("provisional", format!("{}\u{a0}{text}", about(settled, metric.key)))
                }
                (true, true) if settled.is_growing() => match about(settled, metric.key) {
                    "≈" => ("", text),
                    bound => ("", format!("{bound}\u{a0}{text}")),
                },
                (true, true) => ("", text),
            }
        }
    }
}
