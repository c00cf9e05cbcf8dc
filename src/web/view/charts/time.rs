//! Lines over time, named where they end.

use super::axis::{apart, outline, round_top, trend};
use super::{Table, cursor, use_width};
use crate::web::markup::prelude::*;
use crate::web::view::diagram::fit::{self, Weight};
use crate::web::view::format;
use std::rc::Rc;

/// What the chart shows.
#[derive(Clone, Properties)]
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
    /// What happened, by simulated seconds, in order.
    pub events: Rc<Vec<(f64, String)>>,
}

impl PartialEq for TimeChartProps {
    fn eq(&self, other: &Self) -> bool {
        self.title == other.title
            && self.unit == other.unit
            && self.times_s == other.times_s
            && self.lines == other.lines
            && self.events == other.events
            && std::ptr::fn_addr_eq(self.format, other.format)
    }
}

const HEIGHT: f64 = 162.0;
/// Room for the words of events.
const TOP: f64 = 22.0;
const BOTTOM: f64 = 20.0;
/// Height of a label.
const LINE: f64 = 14.0;
/// Styles of lines in the style sheet.
const STYLES: [&str; 6] = ["line l0", "line l1", "line l2", "line l3", "line l4", "line l5"];

/// Where values and times lie in the chart.
#[derive(Clone)]
struct Scale {
    left: f64,
    right: f64,
    from_s: f64,
    to_s: f64,
    top: f64,
    /// Width of the names on the right.
    names: f64,
}

impl Scale {
    fn x(&self, seconds: f64) -> f64 {
        let share = (seconds - self.from_s) / (self.to_s - self.from_s).max(1e-9);
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// The point at a distance from the left edge.
    fn nearest(&self, x: f64, times_s: &[f64]) -> Option<usize> {
        let share = (x - self.left) / (self.right - self.left).max(1e-9);
        let seconds = self.from_s + share.clamp(0.0, 1.0) * (self.to_s - self.from_s);
        let after = times_s.partition_point(|time| *time < seconds);
        let far = |at: &usize| (times_s[*at] - seconds).abs();
        (after.saturating_sub(1)..(after + 1).min(times_s.len()))
            .min_by(|a, b| far(a).total_cmp(&far(b)))
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (value / self.top).clamp(0.0, 1.0) * (HEIGHT - TOP - BOTTOM)
    }
}

fn scale(props: &TimeChartProps, width: f64) -> Scale {
    let values = props.lines.iter().flat_map(|(_, values)| values.iter().copied().flatten());
    let top = round_top(values.filter(|x| x.is_finite()).fold(0.0, f64::max));
    let written = |text: &str| fit::width(text, 11.0, Weight::Plain);
    let names = props.lines.iter().map(|line| written(&name(line))).fold(0.0, f64::max);
    let names = names.min(0.35 * width);
    let left = written(&(props.format)(top)).max(written(&(props.format)(0.5 * top))) + 8.0;
    Scale {
        left,
        right: width - names - 10.0,
        from_s: props.times_s.first().copied().unwrap_or(0.0),
        to_s: props.times_s.last().copied().unwrap_or(1.0),
        top,
        names,
    }
}

/// The chart.
#[component]
pub fn TimeChart(props: &TimeChartProps) -> Html {
    let node = use_node_ref();
    let width = use_width(&node);
    let said = sentence(props);
    let cursor = use_state_eq(|| None);
    let scale = width.map(|width| scale(props, width));
    let count = props.times_s.len();
    let at = cursor.filter(|at| *at < count);
    let control = scale.clone().map(|scale| {
        let times = Rc::clone(&props.times_s);
        let find = move |x: f64| scale.nearest(x, &times);
        cursor::control(&cursor, &props.title, count, find, |at| reading(props, at))
    });
    html! {
        <figure class="plot">
            <figcaption>
                <span class="plot-title">{ &props.title }</span>
                <span class="plot-unit">{ &props.unit }</span>
            </figcaption>
            <div ref={node} class="plot-room">
                if let (Some(width), Some(scale)) = (width, &scale) {
                    <svg width={width.to_string()} height={HEIGHT.to_string()} role="img"
                        aria-label={format!("{}, {}. {said}", props.title, props.unit)}>
                        { drawing(props, scale) }
                        if let Some(at) = at { { hair(props, scale, at) } }
                    </svg>
                }
                { control.unwrap_or_default() }
            </div>
            <p class={classes!("plot-say", at.map(|_| "reading"))}>{ at.map_or(said, |at| reading(props, at)) }</p>
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
        { for marks(&props.events, scale) }
        { for lines(props, scale) }
    </> }
}

/// Room in which the words of an event say something.
const WORDS: f64 = 60.0;

/// Where the words of each event stand: their place, whether they end there, and the words. Where
/// events crowd only the first has any; the others are read out at their time.
fn words<'a>(inside: &[(f64, &'a str)], left: f64, right: f64) -> Vec<Option<(f64, bool, String)>> {
    let mut taken = left;
    let place = |(i, &(x, text)): (usize, &(f64, &'a str))| {
        let next = inside.get(i + 1).map_or(right, |(next, _)| *next);
        let room = |to: f64| fit::shorten(text, to - x - 6.0, 11.0, Weight::Plain);
        let wanted = fit::width(text, 11.0, Weight::Plain) + 8.0;
        let before = x - taken;
        let said = if x < taken {
            None
        } else if next - x >= wanted.min(WORDS) {
            Some((x + 3.0, false, room(next)))
        } else if right - x >= wanted.min(WORDS) {
            // The next ones give way.
            let mut later = inside[i + 1..].iter().map(|(other, _)| *other);
            let to = later.find(|other| other - x >= 2.0 * WORDS).unwrap_or(right);
            Some((x + 3.0, false, room(to)))
        } else if before >= wanted.min(WORDS) {
            let text = fit::shorten(text, before - 6.0, 11.0, Weight::Plain);
            Some((x - 3.0, true, text))
        } else {
            None
        };
        taken = match &said {
            Some((at, false, text)) => at + fit::width(text, 11.0, Weight::Plain) + 2.0,
            Some(_) => x,
            None => taken.max(x),
        };
        said
    };
    inside.iter().enumerate().map(place).collect()
}

/// What happened: upright lines, with words as far as there is room.
fn marks(events: &[(f64, String)], scale: &Scale) -> Vec<Html> {
    let inside: Vec<(f64, &str)> = events
        .iter()
        .filter(|(at, _)| (scale.from_s..=scale.to_s).contains(at))
        .map(|(at, text)| (scale.x(*at), text.as_str()))
        .collect();
    let drawn = words(&inside, scale.left, scale.right).into_iter().zip(&inside).map(|(words, (x, _))| {
        // A line without words stays below those of the others.
        let top = if words.is_some() { 4.0 } else { 16.0 };
        html! { <>
            <path class="event" d={format!("M{x:.1} {top}V{:.1}", HEIGHT - BOTTOM)} />
            if let Some((at, is_end, words)) = words {
                <text class="event-name" x={format!("{at:.1}")} y="12" text-anchor={if is_end { "end" } else { "start" }}>{ words }</text>
            }
        </> }
    });
    drawn.collect()
}

/// The cross-hair: where the values stand that are read out.
fn hair(props: &TimeChartProps, scale: &Scale, at: usize) -> Html {
    let x = scale.x(props.times_s[at]);
    let values = props.lines.iter().filter_map(|(_, values)| values.get(at).copied().flatten());
    let dots = values.filter(|x| x.is_finite()).map(|value| {
        html! { <circle class="hair-dot" cx={format!("{x:.1}")} cy={format!("{:.1}", scale.y(value))} r="3" /> }
    });
    html! { <><path class="hair" d={format!("M{x:.1} {TOP}V{:.1}", HEIGHT - BOTTOM)} />{ for dots }</> }
}

/// What is read out at a point: its time, its values, and what happened since the one before.
fn reading(props: &TimeChartProps, at: usize) -> String {
    let Some(&now) = props.times_s.get(at) else {
        return String::new();
    };
    let value = |(name, values): &(AttrValue, Vec<Option<f64>>)| {
        let value = values.get(at).copied().flatten();
        format!("{name} {}", value.map_or_else(|| "–".to_owned(), props.format))
    };
    let values: Vec<String> = props.lines.iter().map(value).collect();
    let happened = happened(props, at).iter().map(|text| format!(". {text}")).collect::<String>();
    format!("At {}: {}{happened}.", format::clock(now), values.join(", "))
}

/// What happened between the point before and this one.
fn happened(props: &TimeChartProps, at: usize) -> Vec<&str> {
    let before = at.checked_sub(1).map_or(f64::NEG_INFINITY, |before| props.times_s[before]);
    let those =
        props.events.iter().filter(|(when, _)| *when > before && *when <= props.times_s[at]);
    those.map(|(_, text)| text.as_str()).collect()
}

/// Seconds between two points that a line never crosses, unless all are so far apart.
const GAP_S: f64 = 5.0;

/// Whether nothing was measured between a point and the one before: the run was brought ahead.
fn is_gap(times_s: &[f64], at: usize) -> bool {
    let before = |at: usize| times_s[at] - times_s[at - 1];
    at > 1 && before(at) > GAP_S.max(4.0 * before(at - 1))
}

fn lines(props: &TimeChartProps, scale: &Scale) -> Vec<Html> {
    let last: Vec<Option<f64>> = props.lines.iter().map(|(_, values)| current(values)).collect();
    let ends: Vec<f64> = last.iter().map(|v| scale.y(v.unwrap_or(0.0))).collect();
    let places = apart(&ends, LINE, TOP, HEIGHT - BOTTOM);
    let drawn = props.lines.iter().enumerate().map(|(i, line)| {
        let points = props.times_s.iter().zip(&line.1).enumerate().flat_map(|(at, (&t, value))| {
            let point = value.filter(|x| x.is_finite()).map(|x| (scale.x(t), scale.y(x)));
            is_gap(&props.times_s, at).then_some(None).into_iter().chain([point])
        });
        let style = STYLES[i % STYLES.len()];
        let name = fit::shorten(&name(line), scale.names, 11.0, Weight::Plain);
        html! { <>
            <path class={style} d={outline(points)} />
            if newest(&line.1).is_some() {
                if last[i].is_some() {
                    <path class={classes!(style, "lead")} d={format!("M{:.1} {:.1}L{:.1} {:.1}", scale.right, ends[i], scale.right + 6.0, places[i])} />
                }
                <text class="name" x={format!("{:.1}", scale.right + 9.0)} y={format!("{:.1}", places[i] + 4.0)}>{ name }</text>
            }
        </> }
    });
    drawn.collect()
}

fn newest(values: &[Option<f64>]) -> Option<f64> {
    values.iter().rev().copied().flatten().find(|x| x.is_finite())
}

/// The newest value, unless nothing was measured in the last points.
fn current(values: &[Option<f64>]) -> Option<f64> {
    newest(&values[values.len().saturating_sub(4)..])
}

/// A line's name; with a dash while it has no value.
fn name((name, values): &(AttrValue, Vec<Option<f64>>)) -> String {
    if current(values).is_some() { name.to_string() } else { format!("{name} –") }
}

/// What there is to see, in a sentence: where each line stands and where it is going.
fn sentence(props: &TimeChartProps) -> String {
    let parts: Vec<String> = props
        .lines
        .iter()
        .filter_map(|(name, values)| {
            let last = newest(values)?;
            let is_now = current(values).is_some();
            let going = if is_now { trend(values) } else { "and none since" };
            Some(format!("{name} {}, {going}", (props.format)(last)))
        })
        .collect();
    if props.times_s.is_empty() {
        "Nothing measured yet: play, and it is drawn here.".to_owned()
    } else if parts.is_empty() {
        "Nothing to measure so far: there was no answer.".to_owned()
    } else {
        format!("{}.", parts.join("; "))
    }
}

fn table(props: &TimeChartProps) -> Html {
    let names = props.lines.iter().map(|(name, _)| name.clone());
    let columns = std::iter::once(AttrValue::from("Time")).chain(names);
    let columns: Vec<AttrValue> = columns.chain(["What happened".into()]).collect();
    let shown = props.clone();
    let rows = Callback::from(move |()| {
        let cell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), shown.format);
        let row = |i: usize| {
            let values =
                shown.lines.iter().map(|(_, values)| cell(values.get(i).copied().flatten()));
            let time = std::iter::once(format::clock(shown.times_s[i]));
            time.chain(values).chain([happened(&shown, i).join("; ")]).collect::<Vec<String>>()
        };
        (0..shown.times_s.len()).rev().map(row).collect()
    });
    html! { <Table caption={format!("{}, {}, newest first", props.title, props.unit)} {columns} {rows} /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_not_drawn_as_if_it_were() {
        let times = [0.5, 1.0, 51.0, 51.5, 52.0, 58.0];
        let gaps: Vec<usize> = (0..times.len()).filter(|at| is_gap(&times, *at)).collect();
        assert_eq!(gaps, [2, 5]);
        let fast = [10.0, 20.0, 30.0, 40.0];
        assert!(!(0..fast.len()).any(|at| is_gap(&fast, at)), "all points are as far apart");
        let mut values = vec![Some(0.3); 9];
        assert_eq!(
            (current(&values), name(&("p50".into(), values.clone()))),
            (Some(0.3), "p50".into())
        );
        values.extend([None; 5]);
        assert_eq!(
            (current(&values), name(&("p50".into(), values.clone()))),
            (None, "p50 –".into())
        );
        assert_eq!(newest(&values), Some(0.3));
    }

    #[test]
    fn words_of_events_never_meet() {
        for places in
            [&[10.0, 200.0][..], &[10.0, 14.0, 20.0, 150.0], &[280.0, 290.0, 296.0], &[5.0; 4]]
        {
            let events: Vec<(f64, &str)> =
                places.iter().map(|x| (*x, "Web server 2 is dead")).collect();
            let said = words(&events, 0.0, 300.0);
            let spans: Vec<(f64, f64)> = said
                .iter()
                .flatten()
                .map(|(at, is_end, text)| {
                    let w = fit::width(text, 11.0, Weight::Plain);
                    if *is_end { (at - w, *at) } else { (*at, at + w) }
                })
                .collect();
            assert!(!spans.is_empty());
            assert!(spans.iter().all(|(from, to)| *from >= 0.0 && *to <= 300.0), "{spans:?}");
            assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
        }
        let crowd = words(&[(10.0, "One more"), (12.0, "Two more")], 0.0, 300.0);
        assert_eq!(crowd.iter().flatten().count(), 1, "all but the first are left out");
    }
}
