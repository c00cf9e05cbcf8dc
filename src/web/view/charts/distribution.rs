//! How latencies are spread: a histogram over a logarithmic scale of time, with percentiles.

use super::axis::apart;
use super::{Table, cursor, use_width};
use crate::sim::sorting;
use crate::web::markup::prelude::*;
use crate::web::view::diagram::fit::{self, Weight};
use crate::web::view::format;
use std::rc::Rc;

/// Another distribution, drawn as an outline over the first.
#[derive(Clone, PartialEq)]
pub struct Against {
    /// Its name.
    pub name: AttrValue,
    /// The name of the first.
    pub own: AttrValue,
    /// Its bars.
    pub bars: Bars,
}

/// Lower and upper edge in seconds, and count, of each bar.
type Bars = Rc<Vec<(f64, f64, u64)>>;

/// What the chart shows.
#[derive(Properties, PartialEq)]
pub struct DistributionProps {
    /// Of what.
    #[prop_or(AttrValue::Static("Distribution of latency"))]
    pub title: AttrValue,
    /// What it is compared with: shares of all answers then, else their number.
    #[prop_or_default]
    pub against: Option<Against>,
    /// Its bars.
    pub bars: Bars,
    /// Names and seconds of percentiles.
    pub marks: Rc<Vec<(AttrValue, f64)>>,
}

const HEIGHT: f64 = 190.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 22.0;
const SIDE: f64 = 12.0;

/// Times over the width of the chart.
#[derive(Clone)]
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

fn scale(props: &DistributionProps, width: f64) -> Scale {
    let all = || props.against.iter().flat_map(|other| other.bars.iter()).chain(&*props.bars);
    let low = all().map(|bar| bar.0).fold(f64::INFINITY, f64::min).max(1e-7);
    let high = all().map(|bar| bar.1).fold(low * 10.0, f64::max);
    let other = props.against.as_ref().map_or(0.0, |other| densest(&other.bars));
    Scale { width, low, high, densest: densest(&props.bars).max(other) }
}

/// The highest density, of shares of all.
fn densest(bars: &[(f64, f64, u64)]) -> f64 {
    bars.iter().map(density).fold(0.0, f64::max) / total(bars)
}

fn total(bars: &[(f64, f64, u64)]) -> f64 {
    bars.iter().map(|bar| bar.2).sum::<u64>().max(1) as f64
}

/// The chart.
#[component]
pub fn Distribution(props: &DistributionProps) -> Html {
    let node = use_node_ref();
    let width = use_width(&node);
    let said = sentence(props);
    let cursor = use_state_eq(|| None);
    let scale = width.map(|width| scale(props, width));
    let spans = Rc::new(spans(props));
    let at = cursor.filter(|at| *at < spans.len());
    let control = scale.clone().map(|scale| {
        let spans = Rc::clone(&spans);
        let known = Rc::clone(&spans);
        let find = move |x: f64| {
            let after = spans.partition_point(|span| scale.x(span.0) <= x);
            (!spans.is_empty()).then(|| after.saturating_sub(1))
        };
        cursor::control(&cursor, &props.title, known.len(), find, |at| reading(props, known[at]))
    });
    html! {
        <figure class="plot">
            <figcaption>
                <span class="plot-title">{ &props.title }</span>
                <span class="plot-unit">{ "good answers, logarithmic" }</span>
                if let Some(other) = &props.against { { key(other) } }
            </figcaption>
            <div ref={node} class="plot-room tall">
                if let (Some(width), Some(scale)) = (width.filter(|_| !spans.is_empty()), &scale) {
                    <svg width={width.to_string()} height={HEIGHT.to_string()} role="img"
                        aria-label={format!("{}. {said}", props.title)}>
                        { drawing(props, scale) }
                        if let Some(at) = at { { hair(scale, spans[at]) } }
                    </svg>
                }
                { control.unwrap_or_default() }
            </div>
            <p class={classes!("plot-say", at.map(|_| "reading"))}>{ at.map_or(said, |at| reading(props, spans[at])) }</p>
            { table(props) }
        </figure>
    }
}

/// Which is which: bars, and a dashed outline.
fn key(other: &Against) -> Html {
    html! {
        <span class="plot-key">
            <svg width="22" height="12" aria-hidden="true"><path class="other" d="M1 10V4h20v6" /></svg>{ &other.name }
            <svg width="22" height="12" aria-hidden="true"><rect class="bar" x="1" y="2" width="20" height="9" /></svg>{ &other.own }
        </span>
    }
}

/// The outline over the bars.
fn outline(other: &Against, scale: &Scale, height: impl Fn(f64) -> f64) -> Html {
    use std::fmt::Write;
    let floor = HEIGHT - BOTTOM;
    let all = total(&other.bars);
    let mut path = String::new();
    for (place, bar) in other.bars.iter().enumerate() {
        let y = floor - height(density(bar) / all);
        let start =
            if place == 0 { format!("M{:.1} {floor}", scale.x(bar.0)) } else { String::new() };
        // A string takes everything that is written to it.
        let _ = write!(path, "{start}V{y:.1}H{:.1}", scale.x(bar.1));
    }
    if !path.is_empty() {
        path.push_str(&format!("V{floor}"));
    }
    html! { <path class="other" d={path} /> }
}

fn drawing(props: &DistributionProps, scale: &Scale) -> Html {
    let floor = HEIGHT - BOTTOM;
    let height = |density: f64| density / scale.densest.max(1e-9) * (floor - TOP);
    let all = total(&props.bars);
    // One shape: each element costs whenever figures come.
    let bar = |bar: &(f64, f64, u64)| {
        let (a, b) = (scale.x(bar.0), scale.x(bar.1));
        let (h, width) = (height(density(bar) / all).max(1.0), (b - a - 0.8).max(0.8));
        format!("M{a:.1} {floor}v-{h:.1}h{width:.1}v{h:.1}z")
    };
    let bars: String = props.bars.iter().filter(|bar| bar.2 > 0).map(bar).collect();
    html! { <>
        <path class="bar" d={bars} />
        if let Some(other) = &props.against { { outline(other, scale, height) } }
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
    if let Some(other) = &props.against {
        let side = |name: &AttrValue, bars: &Bars| {
            let marks = props.marks.iter().filter(|(mark, _)| mark.starts_with(name.as_str()));
            let marks: Vec<String> = marks
                .map(|(mark, s)| format!("{} {}", &mark[name.len()..].trim(), format::duration(*s)))
                .collect();
            format!("{name}: {}{}", marks.join(", "), most_often(bars))
        };
        let (a, b) = (side(&other.name, &other.bars), side(&other.own, &props.bars));
        return format!("{a}. {b}. Shares of all good answers.");
    }
    let count: u64 = props.bars.iter().map(|bar| bar.2).sum();
    if count == 0 {
        return "No good answers in the window.".to_owned();
    }
    let marks: Vec<String> =
        props.marks.iter().map(|(name, s)| format!("{name} {}", format::duration(*s))).collect();
    let (count, most) = (format::count(count as f64), most_often(&props.bars));
    format!("{count} good answers: {}{most}.", marks.join(", "))
}

fn most_often(bars: &[(f64, f64, u64)]) -> String {
    let most = bars.iter().max_by(|a, b| density(a).total_cmp(&density(b)));
    most.map_or_else(String::new, |bar| {
        format!("; most often {} to {}", format::duration(bar.0), format::duration(bar.1))
    })
}

/// Edges of all bars in which there is any answer; both distributions stand on the same grid.
fn spans(props: &DistributionProps) -> Vec<(f64, f64)> {
    let other = props.against.iter().flat_map(|other| other.bars.iter());
    let all = props.bars.iter().chain(other).filter(|bar| bar.2 > 0);
    let mut spans: Vec<(f64, f64)> = all.map(|bar| (bar.0, bar.1)).collect();
    sorting::by_number(&mut spans, |span| span.0);
    spans.dedup();
    spans
}

fn span_text((low, high): (f64, f64)) -> String {
    format!("{} to {}", format::duration(low), format::duration(high))
}

fn count(bars: &[(f64, f64, u64)], low: f64) -> f64 {
    bars.iter().find(|bar| bar.0 == low).map_or(0.0, |bar| bar.2 as f64)
}

fn share(bars: &[(f64, f64, u64)], low: f64) -> String {
    format::percent(count(bars, low) / total(bars))
}

/// What is read out at a bar.
fn reading(props: &DistributionProps, span: (f64, f64)) -> String {
    let (text, own) = (span_text(span), share(&props.bars, span.0));
    match &props.against {
        None => {
            let count = count(&props.bars, span.0);
            let answers = if count == 1.0 { "answer" } else { "answers" };
            format!("{text}: {} {answers}, {own}.", format::grouped(count))
        }
        Some(other) => {
            format!("{text}: {} {}, {} {own}.", other.name, share(&other.bars, span.0), other.own)
        }
    }
}

fn hair(scale: &Scale, (low, high): (f64, f64)) -> Html {
    let x = 0.5 * (scale.x(low) + scale.x(high));
    html! { <path class="hair" d={format!("M{x:.1} {TOP}V{:.1}", HEIGHT - BOTTOM)} /> }
}

fn table(props: &DistributionProps) -> Html {
    let (spans, bars, against) = (spans(props), Rc::clone(&props.bars), props.against.clone());
    let names = match &against {
        Some(other) => ["Latency".into(), other.name.clone(), other.own.clone()],
        None => ["Latency", "Answers", "Share"].map(AttrValue::from),
    };
    let rows = Callback::from(move |()| {
        let row = |&span: &(f64, f64)| {
            let first = match &against {
                Some(other) => share(&other.bars, span.0),
                None => format::grouped(count(&bars, span.0)),
            };
            vec![span_text(span), first, share(&bars, span.0)]
        };
        spans.iter().map(row).collect()
    });
    html! { <Table caption="Good answers by latency" columns={names.to_vec()} {rows} /> }
}
