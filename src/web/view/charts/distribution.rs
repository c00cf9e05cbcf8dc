//! How latencies are spread: a histogram over a logarithmic scale of time, with percentiles.

use super::axis::apart;
use super::{Table, use_width};
use crate::web::view::diagram::fit::{self, Weight};
use crate::web::view::format;
use std::rc::Rc;
use yew::prelude::*;

/// What the chart shows.
#[derive(Properties, PartialEq)]
pub struct DistributionProps {
    /// Lower and upper edge in seconds, and count, of each bar.
    pub bars: Rc<Vec<(f64, f64, u64)>>,
    /// Names and seconds of percentiles.
    pub marks: Rc<Vec<(AttrValue, f64)>>,
}

const HEIGHT: f64 = 190.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 22.0;
const SIDE: f64 = 12.0;

/// Times over the width of the chart.
struct Scale {
    width: f64,
    low: f64,
    high: f64,
    densest: f64,
}

impl Scale {
    fn x(&self, seconds: f64) -> f64 {
        let span = libm::log10(self.high) - libm::log10(self.low);
        let share = (libm::log10(seconds.max(1e-9)) - libm::log10(self.low)) / span.max(1e-9);
        SIDE + share.clamp(0.0, 1.0) * (self.width - 2.0 * SIDE)
    }
}

/// Count of a bar by the width that it has on the scale.
fn density(&(low, high, count): &(f64, f64, u64)) -> f64 {
    count as f64 / libm::log10(high / low.max(1e-9)).max(1e-9)
}

fn scale(bars: &[(f64, f64, u64)], width: f64) -> Scale {
    let low = bars.iter().map(|bar| bar.0).fold(f64::INFINITY, f64::min).max(1e-7);
    let high = bars.iter().map(|bar| bar.1).fold(low * 10.0, f64::max);
    Scale { width, low, high, densest: bars.iter().map(density).fold(0.0, f64::max) }
}

/// The chart.
#[component]
pub fn Distribution(props: &DistributionProps) -> Html {
    let node = use_node_ref();
    let width = use_width(&node);
    let said = sentence(props);
    html! {
        <figure class="plot">
            <figcaption>
                <span class="plot-title">{ "Distribution of latency" }</span>
                <span class="plot-unit">{ "good answers, logarithmic" }</span>
            </figcaption>
            <div ref={node} class="plot-room tall">
                if let Some(width) = width.filter(|_| !props.bars.is_empty()) {
                    <svg width={width.to_string()} height={HEIGHT.to_string()} role="img"
                        aria-label={format!("Distribution of latency. {said}")}>
                        { drawing(props, &scale(&props.bars, width)) }
                    </svg>
                }
            </div>
            <p class="plot-say">{ said }</p>
            { table(props) }
        </figure>
    }
}

fn drawing(props: &DistributionProps, scale: &Scale) -> Html {
    let floor = HEIGHT - BOTTOM;
    let bars = props.bars.iter().filter(|bar| bar.2 > 0).map(|bar| {
        let (a, b) = (scale.x(bar.0), scale.x(bar.1));
        let h = (density(bar) / scale.densest.max(1e-9) * (floor - TOP)).max(1.0);
        html! {
            <rect class="bar" x={format!("{a:.1}")} y={format!("{:.1}", floor - h)}
                width={format!("{:.1}", (b - a - 0.8).max(0.8))} height={format!("{h:.1}")} />
        }
    });
    html! { <>
        { for bars }
        <path class="grid" d={format!("M{SIDE} {floor}H{:.1}", scale.width - SIDE)} />
        { for ticks(scale) }
        { marks(props, scale) }
    </> }
}

/// Times at the foot: powers of ten, with halves where there is much room.
fn ticks(scale: &Scale) -> Vec<Html> {
    let (first, last) =
        (libm::floor(libm::log10(scale.low)) as i32, libm::ceil(libm::log10(scale.high)) as i32);
    let decades = libm::log10(scale.high / scale.low).max(0.1);
    let steps: &[f64] =
        if (scale.width - 2.0 * SIDE) / decades > 260.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let times = (first..=last)
        .flat_map(|power| steps.iter().map(move |step| step * libm::pow(10.0, f64::from(power))));
    let y = HEIGHT - 6.0;
    let inside = times.filter(|t| *t >= scale.low * 0.999 && *t <= scale.high * 1.001);
    let drawn =
        inside.filter_map(|t| {
            let (x, text) = (scale.x(t), format::duration(t));
            let half = 0.5 * fit::width(&text, 11.0, Weight::Plain);
            let fits = x - half >= 0.0 && x + half <= scale.width;
            fits.then(|| html! { <>
            <path class="tick" d={format!("M{x:.1} {:.1}v4", HEIGHT - BOTTOM)} />
            <text x={format!("{x:.1}")} y={y.to_string()} text-anchor="middle">{ text }</text>
        </> })
        });
    drawn.collect()
}

/// Percentiles: upright lines, with names above that keep apart.
fn marks(props: &DistributionProps, scale: &Scale) -> Html {
    let texts: Vec<String> =
        props.marks.iter().map(|(name, s)| format!("{name} {}", format::duration(*s))).collect();
    let widest =
        texts.iter().map(|text| fit::width(text, 11.0, Weight::Bold)).fold(0.0, f64::max) + 8.0;
    let wanted: Vec<f64> = props.marks.iter().map(|(_, s)| scale.x(*s)).collect();
    let half = 0.5 * widest;
    let places = apart(&wanted, widest, half, (scale.width - half).max(half));
    let drawn = texts.into_iter().enumerate().map(|(i, text)| {
        let (x, place) = (wanted[i], places[i]);
        html! { <>
            <path class="mark" d={format!("M{place:.1} 19L{x:.1} 30V{:.1}", HEIGHT - BOTTOM)} />
            <text class="name" x={format!("{place:.1}")} y="14" text-anchor="middle">{ text }</text>
        </> }
    });
    html! { <g>{ for drawn }</g> }
}

/// What there is to see, in a sentence.
fn sentence(props: &DistributionProps) -> String {
    let count: u64 = props.bars.iter().map(|bar| bar.2).sum();
    if count == 0 {
        return "No good answers in the window.".to_owned();
    }
    let marks: Vec<String> =
        props.marks.iter().map(|(name, s)| format!("{name} {}", format::duration(*s))).collect();
    let most = props.bars.iter().max_by(|a, b| density(a).total_cmp(&density(b)));
    let most = most.map_or_else(String::new, |bar| {
        format!("; most often {} to {}", format::duration(bar.0), format::duration(bar.1))
    });
    format!("{} good answers: {}{most}.", format::count(count as f64), marks.join(", "))
}

fn table(props: &DistributionProps) -> Html {
    let bars = Rc::clone(&props.bars);
    let rows = Callback::from(move |()| {
        let all: u64 = bars.iter().map(|bar| bar.2).sum();
        let row = |&(low, high, count): &(f64, f64, u64)| {
            let span = format!("{} to {}", format::duration(low), format::duration(high));
            vec![
                span,
                format::grouped(count as f64),
                format::percent(count as f64 / all.max(1) as f64),
            ]
        };
        bars.iter().filter(|bar| bar.2 > 0).map(row).collect()
    });
    let columns: Vec<AttrValue> =
        ["Latency", "Answers", "Share"].into_iter().map(AttrValue::from).collect();
    html! { <Table caption="Good answers by latency" {columns} {rows} /> }
}
