//! The track: an SVG in which all places are shares of its width, so that it needs no measuring.
//! Each mark is a slider of its own to keyboards and screen readers.

use super::super::charts::use_width;
use super::super::diagram::fit::{self, Weight};
use super::super::field::{Latest, use_latest};
use super::super::format;
use crate::sim::sorting;
use crate::web::markup::prelude::*;
use crate::web::timeline::{LONGEST_S, Mark, Msg, end, step};
use std::rc::Rc;
use web_sys::{Element, PointerEvent};

/// Height of a row of marks: a target of 24 px and a gap.
const ROW: usize = 26;
/// Most rows; further marks share the last one, without their words.
const MOST_ROWS: usize = 6;
/// Most marks that are drawn; all of them are in the link.
const MOST_MARKS: usize = 60;
/// Space between a mark and its words, and behind them.
const BESIDE: f64 = 14.0;
/// Width of the track before it is measured.
const USUAL: f64 = 700.0;

/// What the track needs.
#[derive(Properties, PartialEq)]
pub struct TrackProps {
    /// All marks.
    pub marks: Rc<Vec<Mark>>,
    /// The clock, in simulated seconds.
    pub now: f64,
    /// The mark whose times are shown.
    pub picked: Option<String>,
    /// Where edits go.
    pub edit: Callback<Msg>,
}

/// A mark under the pointer.
#[derive(Clone, PartialEq)]
struct Drag {
    mark: Mark,
    /// Whether its end is dragged.
    is_end: bool,
    /// Second under the pointer when it began.
    from: f64,
    /// The track's length then: it must not change under the pointer.
    end: f64,
}

/// The track.
#[component]
pub fn Track(props: &TrackProps) -> Html {
    let node = use_node_ref();
    let drag = use_state_eq(|| None::<Drag>);
    let length = drag.as_ref().map_or_else(|| end(&props.marks, props.now), |drag| drag.end);
    let marks = &props.marks[..props.marks.len().min(MOST_MARKS)];
    let width = use_width(&node).unwrap_or(USUAL);
    let rows = rows(marks, length, width);
    let height = ROW * (rows.iter().map(|(row, _)| row + 1).max().unwrap_or(1));
    let second = {
        let node = node.clone();
        move |event: &PointerEvent, end: f64| {
            let rect = node.cast::<Element>()?.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            Some(share * end)
        }
    };
    let shift = {
        let (drag, edit, second) = (drag.clone(), props.edit.clone(), second.clone());
        move |event: &PointerEvent, done: bool| {
            let Some(drag) = (*drag).clone() else { return };
            let Some(to) = second(event, drag.end) else { return };
            let (at, lasts) = dragged(&drag, to);
            edit.emit(Msg::Move { name: drag.mark.name, at, lasts, done });
        }
    };
    let forget = {
        let (drag, edit) = (drag.clone(), props.edit.clone());
        Callback::from(move |_: PointerEvent| {
            if drag.is_some() {
                edit.emit(Msg::LetGo);
                drag.set(None);
            }
        })
    };
    let onpointermove = {
        let (shift, forget) = (shift.clone(), forget.clone());
        Callback::from(move |event: PointerEvent| match event.buttons() {
            // It was let go where nothing told of it, as outside of the window.
            0 => forget.emit(event),
            _ => shift(&event, false),
        })
    };
    let onpointerup = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            shift(&event, true);
            drag.set(None);
        })
    };
    let take = {
        let (node, drag, edit) = (node.clone(), drag.clone(), props.edit.clone());
        Callback::from(move |(event, mark, is_end): (PointerEvent, Mark, bool)| {
            event.stop_propagation();
            let Some(from) = second(&event, length) else { return };
            if let Some(track) = node.cast::<Element>() {
                // Without capture the mark still moves, as long as the pointer stays on the track.
                let _ = track.set_pointer_capture(event.pointer_id());
            }
            edit.emit(Msg::Pick(Some(mark.name.clone())));
            drag.set(Some(Drag { mark, is_end, from, end: length }));
        })
    };
    let item = |(mark, (row, is_told)): (&Mark, (usize, bool))| {
        html! {
            <Item key={mark.name.clone()} mark={mark.clone()} {row} {is_told} {length} {width}
                is_picked={props.picked.as_ref() == Some(&mark.name)}
                is_past={mark.end().is_some_and(|end| end < props.now)}
                take={take.clone()} edit={props.edit.clone()} />
        }
    };
    let over = props.marks.len() - marks.len();
    html! {
        <div class="track">
            <svg ref={node} width="100%" height={(height + 20).to_string()} role="group"
                aria-label={format!("Track of {} seconds, now {}", length, format::clock(props.now))}
                {onpointermove} {onpointerup} onpointercancel={forget.clone()} onlostpointercapture={forget}>
                { axis(length, height) }
                { clock(share(props.now, length), marks.is_empty(), height) }
                { for marks.iter().zip(rows.iter().copied()).map(item) }
            </svg>
            if over > 0 { <p class="muted">{ format!("{over} more marks are in the link.") }</p> }
        </div>
    }
}

/// The time to which a drag has brought a mark: whole steps, not before the start.
fn dragged(drag: &Drag, to: f64) -> (f64, Option<f64>) {
    let (mark, step) = (&drag.mark, step(drag.end));
    let by = to - drag.from;
    let round = |x: f64| libm::round(x / step) * step;
    if drag.is_end {
        let length = mark.lasts.unwrap_or(drag.end - mark.at) + by;
        return (mark.at, Some(round(length).max(step)));
    }
    (
        if by.abs() < step / 2.0 { mark.at } else { round(mark.at + by).clamp(0.0, drag.end) },
        mark.lasts,
    )
}

/// The words of a mark, as far as the track has room beside it.
fn label(mark: &Mark, length: f64, width: f64) -> String {
    let share = (mark.at / length).clamp(0.0, 1.0);
    let share = if label_is_left(mark, length) { share } else { 1.0 - share };
    fit::shorten(&mark.text, share * width - BESIDE, 11.0, Weight::Bold)
}

/// The row of each mark, on a track so many pixels wide: the first in which neither its bar nor its
/// words meet another. Whether its words are shown: not where no row has room for them.
fn rows(marks: &[Mark], length: f64, width: f64) -> Vec<(usize, bool)> {
    let mut order: Vec<usize> = (0..marks.len()).collect();
    sorting::by_number(&mut order, |&mark| marks[mark].at);
    let (mut taken, mut rows) = (Vec::<f64>::new(), vec![(0, true); marks.len()]);
    for index in order {
        let mark = &marks[index];
        let words = fit::width(&label(mark, length, width), 11.0, Weight::Bold);
        let words = (words + 2.0 * BESIDE) / width * length;
        let is_left = label_is_left(mark, length);
        let begin = if is_left { mark.at - words } else { mark.at };
        let end = mark.end().unwrap_or(length).max(if is_left { mark.at } else { mark.at + words });
        let free = taken.iter().position(|taken| *taken <= begin);
        let is_told = free.is_some() || taken.len() < MOST_ROWS;
        let row = free.unwrap_or_else(|| taken.len().min(MOST_ROWS - 1));
        match taken.get_mut(row) {
            Some(taken) => *taken = end.max(*taken),
            None => taken.push(end),
        }
        rows[index] = (row, is_told);
    }
    rows
}

/// Near the right end a label stands before its mark.
fn label_is_left(mark: &Mark, length: f64) -> bool {
    mark.at > 0.7 * length
}

fn share(seconds: f64, length: f64) -> String {
    format!("{:.3}%", 100.0 * (seconds / length).clamp(0.0, 1.0))
}

fn axis(length: f64, height: usize) -> Html {
    let y = height.to_string();
    let tick = |quarter: u32| {
        let at = length * f64::from(quarter) / 4.0;
        let (x, anchor) = (share(at, length), ["start", "middle", "middle", "middle", "end"]);
        html! {
            <>
                <line x1={x.clone()} x2={x.clone()} y1={height.to_string()} y2={(height + 4).to_string()} class="track-line" />
                <text {x} y={(height + 16).to_string()} text-anchor={anchor[quarter as usize]} class="track-tick">{ spell(at) }</text>
            </>
        }
    };
    html! {
        <g aria-hidden="true">
            <line x1="0" x2="100%" y1={y.clone()} y2={y} class="track-line" />
            { for (0..=4).map(tick) }
        </g>
    }
}

/// A time of the axis in few letters.
fn spell(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 3_600.0 => (s / 3_600.0, "h"),
        s if s >= 120.0 => (s / 60.0, "min"),
        s => (s, "s"),
    };
    format!("{} {unit}", libm::round(value * 100.0) / 100.0)
}

/// The clock's line; it begins below the words of the first marks.
fn clock(x: String, bare: bool, height: usize) -> Html {
    let top = if bare { "0" } else { "11" };
    html! {
        <line class="track-now" x1={x.clone()} x2={x} y1={top} y2={(height + 4).to_string()} pointer-events="none" />
    }
}

/// What a mark needs.
#[derive(Properties, PartialEq)]
struct ItemProps {
    mark: Mark,
    row: usize,
    /// Its words are always shown.
    is_told: bool,
    length: f64,
    /// Of the track, in pixels.
    width: f64,
    is_picked: bool,
    /// The clock has passed it.
    is_past: bool,
    take: Callback<(PointerEvent, Mark, bool)>,
    edit: Callback<Msg>,
}

/// A mark on the track.
#[component]
fn Item(props: &ItemProps) -> Html {
    let ItemProps { mark, row, length, .. } = props;
    let latest = use_latest(mark);
    let grab = |is_end: bool| {
        let (take, mark) = (props.take.clone(), mark.clone());
        Callback::from(move |event: PointerEvent| take.emit((event, mark.clone(), is_end)))
    };
    let pick = {
        let (edit, name) = (props.edit.clone(), mark.name.clone());
        Callback::from(move |_: FocusEvent| edit.emit(Msg::Pick(Some(name.clone()))))
    };
    let class = classes!(
        "mark",
        mark.is_change.then_some("change"),
        props.is_picked.then_some("picked"),
        props.is_past.then_some("past"),
        (!props.is_told).then_some("crowded")
    );
    let has_bar = !mark.is_instant && !mark.is_change;
    let width = share(mark.end().unwrap_or(*length) - mark.at, *length);
    let (x, anchor) = if label_is_left(mark, *length) { ("-14", "end") } else { ("14", "start") };
    let shape = if mark.is_change { "M-7 6h14v14h-14z" } else { "M0 4 9 13 0 22-9 13z" };
    html! {
        <svg x={share(mark.at, *length)} y={(row * ROW).to_string()} width="100%" height={ROW.to_string()} overflow="visible">
            <g {class} role="slider" tabindex="0" aria-label={mark.text.clone()} aria-valuemin="0"
                aria-valuemax={format::plain(LONGEST_S)} aria-valuenow={format::plain(mark.at)} aria-valuetext={mark.when()}
                data-mark={mark.name.clone()} onfocus={pick}
                onkeydown={keys(&latest, *length, &props.edit)} onkeyup={props.edit.reform(|_: KeyboardEvent| Msg::LetGo)} onpointerdown={grab(false)}>
                if has_bar {
                    <rect class="mark-bar" x="0" y="11" width={width.clone()} height="5" />
                }
                // Below the diamond, which wins where both lie; its right side is always free.
                if has_bar {
                    <svg x={width} overflow="visible" onpointerdown={grab(true)} class="mark-end">
                        <rect class="mark-hit" x="-12" y="0" width="36" height="26" />
                        if mark.lasts.is_some() {
                            <rect class="mark-shape" x="-2" y="10" width="4" height="8" />
                        }
                    </svg>
                }
                <rect class="mark-hit" x="-13" y="0" width="26" height="26" />
                <path class="mark-shape" d={shape} />
                <text class="mark-label" {x} y="7" text-anchor={anchor}>{ label(mark, *length, props.width) }</text>
            </g>
        </svg>
    }
}

/// Arrow keys move a mark, with Shift they change its length; Page keys go by tens; Delete takes it
/// away.
fn keys(mark: &Latest<Mark>, length: f64, edit: &Callback<Msg>) -> Callback<KeyboardEvent> {
    let (mark, edit, step) = (Rc::clone(mark), edit.clone(), step(length));
    Callback::from(move |event: KeyboardEvent| {
        let mark = &mut *mark.borrow_mut();
        let name = mark.name.clone();
        let by = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => step,
            "ArrowLeft" | "ArrowDown" => -step,
            "PageUp" => 10.0 * step,
            "PageDown" => -10.0 * step,
            "Home" => -mark.at,
            "Delete" | "Backspace" => {
                event.prevent_default();
                return edit.emit(Msg::Remove(name));
            }
            _ => return,
        };
        event.prevent_default();
        let can_last = !mark.is_instant && !mark.is_change;
        if event.shift_key() && can_last {
            mark.lasts = Some((mark.lasts.unwrap_or(length - mark.at) + by).max(step));
        } else {
            mark.at = (mark.at + by).max(0.0);
        }
        edit.emit(Msg::Move { name, at: mark.at, lasts: mark.lasts, done: false });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(name: &str, at: f64, lasts: Option<f64>) -> Mark {
        let (name, text) = (name.to_owned(), "Web server 2 is dead".to_owned());
        Mark { name, at, lasts, text, ..Mark::default() }
    }

    #[test]
    fn marks_that_meet_stand_in_rows() {
        let marks = [mark("a", 0.0, Some(30.0)), mark("b", 10.0, Some(5.0)), mark("c", 80.0, None)];
        assert_eq!(rows(&marks, 120.0, 700.0), [(0, true), (1, true), (0, true)]);
        let close = [mark("a", 0.0, Some(5.0)), mark("b", 40.0, Some(5.0))];
        assert_eq!(rows(&close, 120.0, 700.0)[1].0, 0);
        assert_eq!(rows(&close, 120.0, 300.0)[1].0, 1, "its words meet the other's");
        let many: Vec<Mark> = (0..50).map(|i| mark("x", f64::from(i) / 100.0, None)).collect();
        let many = rows(&many, 120.0, 700.0);
        assert_eq!(many.iter().map(|(row, _)| *row).max(), Some(MOST_ROWS - 1));
        assert_eq!(many.iter().filter(|(_, is_told)| *is_told).count(), MOST_ROWS);
        let long = Mark { text: "Web server 2 ".repeat(9), ..mark("a", 60.0, None) };
        assert!(fit::width(&label(&long, 120.0, 300.0), 11.0, Weight::Bold) <= 136.0);
    }

    #[test]
    fn a_drag_goes_by_steps_and_stops_at_the_start() {
        let drag =
            |is_end| Drag { mark: mark("a", 20.0, Some(30.0)), is_end, from: 21.0, end: 120.0 };
        assert_eq!(dragged(&drag(false), 31.4), (30.0, Some(30.0)));
        assert_eq!(dragged(&drag(false), -50.0), (0.0, Some(30.0)));
        assert_eq!(dragged(&drag(false), 21.2), (20.0, Some(30.0)), "a click moves nothing");
        assert_eq!(dragged(&drag(true), 26.0), (20.0, Some(35.0)));
        assert_eq!(dragged(&drag(true), -90.0), (20.0, Some(1.0)));
    }
}
