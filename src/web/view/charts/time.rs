//! Lines over time, named where they end.

use super::axis::{apart, outline, round_top, trend};
use super::{Table, use_width};
use crate::web::view::diagram::fit::{self, Weight};
use crate::web::view::format;
use std::rc::Rc;
use yew::prelude::*;

/// What the chart shows.
#[derive(Properties)]
pub struct TimeChartProps {
    /// Of what.
    pub title: AttrValue,
    /// In which unit, or what the numbers are of.
    pub unit: AttrValue,
    /// Simulated seconds of the points.
    pub times_s: Rc<Vec<f64>>,
    /// Name and values of each line.
    pub lines: Rc<Vec<(AttrValue, Vec<Option<f64>>)>>,
    /// How a value is written.
    pub format: fn(f64) -> String,
}

impl PartialEq for TimeChartProps {
    fn eq(&self, other: &Self) -> bool {
        self.title == other.title
            && self.unit == other.unit
            && self.times_s == other.times_s
            && self.lines == other.lines
            && std::ptr::fn_addr_eq(self.format, other.format)
    }
}

const HEIGHT: f64 = 150.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 20.0;
/// Height of a label.
const LINE: f64 = 14.0;
/// Styles of lines in the style sheet.
const STYLES: [&str; 6] = ["line l0", "line l1", "line l2", "line l3", "line l4", "line l5"];

/// Where values and times lie in the chart.
struct Scale {
    left: f64,
    right: f64,
    from_s: f64,
    to_s: f64,
    top: f64,
}

impl Scale {
    fn x(&self, seconds: f64) -> f64 {
        let share = (seconds - self.from_s) / (self.to_s - self.from_s).max(1e-9);
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (value / self.top).clamp(0.0, 1.0) * (HEIGHT - TOP - BOTTOM)
    }
}

fn scale(props: &TimeChartProps, width: f64) -> Scale {
    let values = props.lines.iter().flat_map(|(_, values)| values.iter().copied().flatten());
    let top = round_top(values.filter(|x| x.is_finite()).fold(0.0, f64::max));
    let written = |text: &str| fit::width(text, 11.0, Weight::Plain);
    let names = props.lines.iter().map(|(name, _)| written(name)).fold(0.0, f64::max);
    let left = written(&(props.format)(top)).max(written(&(props.format)(0.5 * top))) + 8.0;
    Scale {
        left,
        right: width - names.min(0.3 * width) - 10.0,
        from_s: props.times_s.first().copied().unwrap_or(0.0),
        to_s: props.times_s.last().copied().unwrap_or(1.0),
        top,
    }
}

/// The chart.
#[component]
pub fn TimeChart(props: &TimeChartProps) -> Html {
    let node = use_node_ref();
    let width = use_width(&node);
    let said = sentence(props);
    html! {
        <figure class="plot">
            <figcaption>
                <span class="plot-title">{ &props.title }</span>
                <span class="plot-unit">{ &props.unit }</span>
            </figcaption>
            <div ref={node} class="plot-room">
                if let Some(width) = width {
                    <svg width={width.to_string()} height={HEIGHT.to_string()} role="img"
                        aria-label={format!("{}, {}. {said}", props.title, props.unit)}>
                        { drawing(props, &scale(props, width)) }
                    </svg>
                }
            </div>
            <p class="plot-say">{ &said }</p>
            { table(props) }
        </figure>
    }
}

fn drawing(props: &TimeChartProps, scale: &Scale) -> Html {
    let levels = [0.0, 0.5, 1.0].map(|share| {
        let y = scale.y(share * scale.top);
        html! { <>
            <path class="grid" d={format!("M{:.1} {y:.1}H{:.1}", scale.left, scale.right)} />
            <text x={format!("{:.1}", scale.left - 6.0)} y={format!("{:.1}", y + 4.0)} text-anchor="end">
                { (props.format)(share * scale.top) }
            </text>
        </> }
    });
    let y = format!("{:.1}", HEIGHT - 4.0);
    html! { <>
        { for levels }
        if !props.times_s.is_empty() {
            <text x={format!("{:.1}", scale.left)} y={y.clone()}>{ format!("{:.0}\u{202f}s", scale.from_s) }</text>
            <text x={format!("{:.1}", scale.right)} y={y} text-anchor="end">{ format!("{:.0}\u{202f}s", scale.to_s) }</text>
        }
        { for lines(props, scale) }
    </> }
}

fn lines(props: &TimeChartProps, scale: &Scale) -> Vec<Html> {
    let last: Vec<Option<f64>> = props.lines.iter().map(|(_, values)| newest(values)).collect();
    let ends: Vec<f64> = last.iter().map(|v| scale.y(v.unwrap_or(0.0))).collect();
    let places = apart(&ends, LINE, TOP, HEIGHT - BOTTOM);
    let drawn = props.lines.iter().enumerate().map(|(i, (name, values))| {
        let points = props.times_s.iter().zip(values).map(|(&t, value)| {
            value.filter(|x| x.is_finite()).map(|x| (scale.x(t), scale.y(x)))
        });
        let style = STYLES[i % STYLES.len()];
        let name = fit::shorten(name, 200.0, 11.0, Weight::Plain);
        html! { <>
            <path class={style} d={outline(points)} />
            if last[i].is_some() {
                <path class={classes!(style, "lead")} d={format!("M{:.1} {:.1}L{:.1} {:.1}", scale.right, ends[i], scale.right + 6.0, places[i])} />
                <text class="name" x={format!("{:.1}", scale.right + 9.0)} y={format!("{:.1}", places[i] + 4.0)}>{ name }</text>
            }
        </> }
    });
    drawn.collect()
}

fn newest(values: &[Option<f64>]) -> Option<f64> {
    values.iter().rev().copied().flatten().find(|x| x.is_finite())
}

/// What there is to see, in a sentence: where each line stands and where it is going.
fn sentence(props: &TimeChartProps) -> String {
    let parts: Vec<String> = props
        .lines
        .iter()
        .filter_map(|(name, values)| {
            let now = newest(values)?;
            Some(format!("{name} {}, {}", (props.format)(now), trend(values)))
        })
        .collect();
    if parts.is_empty() {
        "Nothing measured yet.".to_owned()
    } else {
        format!("{}.", parts.join("; "))
    }
}

fn table(props: &TimeChartProps) -> Html {
    let names = props.lines.iter().map(|(name, _)| name.clone());
    let columns: Vec<AttrValue> = std::iter::once(AttrValue::from("Time")).chain(names).collect();
    let (times, lines, write) = (Rc::clone(&props.times_s), Rc::clone(&props.lines), props.format);
    let rows = Callback::from(move |()| {
        let cell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), write);
        let row = |i: usize| {
            let values = lines.iter().map(|(_, values)| cell(values.get(i).copied().flatten()));
            std::iter::once(format::clock(times[i])).chain(values).collect::<Vec<String>>()
        };
        (0..times.len()).rev().map(row).collect()
    });
    html! { <Table caption={format!("{}, {}, newest first", props.title, props.unit)} {columns} {rows} /> }
}
