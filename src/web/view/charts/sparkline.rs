//! A small line of the last minutes beside a number.

use super::axis::{outline, trend};
use crate::web::markup::prelude::*;
use std::rc::Rc;

/// What the line shows.
#[derive(Properties, PartialEq)]
pub struct SparklineProps {
    /// Values over time.
    pub values: Rc<Vec<Option<f64>>>,
    /// Of what.
    pub label: AttrValue,
}

const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 28.0;
/// Points that fit; of more, the newest are shown.
const LONGEST: usize = 120;

/// The line; it stretches to the room that it is given.
#[component]
pub fn Sparkline(props: &SparklineProps) -> Html {
    let newest = props.values.len().saturating_sub(LONGEST);
    let values = &props.values[newest..];
    let there = || values.iter().copied().flatten().filter(|x| x.is_finite());
    let (low, high) =
        (there().fold(f64::INFINITY, f64::min), there().fold(f64::NEG_INFINITY, f64::max));
    // A line that hardly moves is drawn in the middle and does not pretend to jump.
    let span = (high - low).max(0.1 * high.abs()).max(1e-12);
    let base = 0.5 * (high + low) - 0.5 * span;
    let step = WIDTH / (values.len().max(2) - 1) as f64;
    let points = values.iter().enumerate().map(|(i, value)| {
        let value = value.filter(|x| x.is_finite())?;
        Some((i as f64 * step, HEIGHT - 3.0 - (value - base) / span * (HEIGHT - 6.0)))
    });
    let path = outline(points);
    html! {
        <svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" role="img"
            aria-label={format!("{}, {}", props.label, trend(values))}>
            <path d={path} vector-effect="non-scaling-stroke" />
        </svg>
    }
}
