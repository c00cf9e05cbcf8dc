//! The pieces that every part is drawn with: text, rectangles, bars, headers, and what can be
//! selected.

use super::fit::{self, Weight};
use super::glyph;
use super::scene::{NAME, SMALL, Scene};
use super::shape::{Rect, px};
use super::state::{self, Trouble};
use crate::sim::kinds::Kind;
use crate::web::markup::prelude::*;
use crate::web::model::Selection;

/// Text on the drawing ends with a space, which is not drawn: pieces of text that stand side by
/// side are then words of their own for those who listen.
///
/// A line of text that begins at a place.
pub fn text(x: f64, y: f64, class: &'static str, content: String) -> Html {
    html! { <text x={px(x)} y={px(y)} class={class}>{ content + " " }</text> }
}

/// A line of text that ends at a place.
pub fn text_end(x: f64, y: f64, class: &'static str, content: String) -> Html {
    html! { <text x={px(x)} y={px(y)} class={class} text-anchor="end">{ content + " " }</text> }
}

/// A line of text around a place.
pub fn text_middle(x: f64, y: f64, class: &'static str, content: String) -> Html {
    html! { <text x={px(x)} y={px(y)} class={class} text-anchor="middle">{ content + " " }</text> }
}

/// A rectangle with round corners.
pub fn rect(r: Rect, radius: &'static str, class: impl Into<Classes>) -> Html {
    let class: Classes = class.into();
    html! { <rect x={px(r.x)} y={px(r.y)} width={px(r.w)} height={px(r.h)} rx={radius} class={class} /> }
}

/// A bar that is full to a share.
pub fn bar(r: Rect, share: f64, class: &'static str) -> Html {
    let full = Rect::new(r.x, r.y, r.w * share.clamp(0.0, 1.0), r.h);
    html! { <>{ rect(r, "2", "dg-bar") }{ rect(full, "2", classes!("dg-full", class)) }</> }
}

/// Picture and name on the left and setting on the right, as far as there is room.
pub fn header(
    kind: Kind,
    r: Rect,
    pad: f64,
    baseline: f64,
    names: &[&str],
    settings: &[String],
) -> Html {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    // Where there is no room for both, the name says more than the picture.
    let shortest = names.last().map_or(0.0, |name| fit::width(name, NAME, Weight::Bold));
    let picture = glyph::SIZE + 5.0;
    let picture = if shortest + picture > r.w - 2.0 * pad { 0.0 } else { picture };
    let room = r.w - 2.0 * pad - picture;
    let name = fit::first(&names, room, NAME, Weight::Bold);
    let left = room - fit::width(&name, NAME, Weight::Bold) - 10.0;
    let setting = settings.iter().find(|s| fit::width(s, SMALL, Weight::Plain) <= left);
    let y = r.y + baseline;
    html! { <>
        if picture > 0.0 { { glyph::draw(kind, r.x + pad, y - 11.5) } }
        { text(r.x + pad + picture, y, "dg-name", name) }
        if let Some(setting) = setting {
            { text_end(r.right() - pad, y, "dg-soft", setting.clone()) }
        }
    </> }
}

/// Room for a sign, but for no word.
const TINY: f64 = 28.0;

/// The shortest wordings of a trouble: half a word says less than a short one.
fn brief(text: &str, room: f64) -> Vec<String> {
    let words = |short: &str| vec![short.to_owned()];
    if room < TINY {
        return words("✕");
    }
    if let Some((_, shard)) = text.split_once(": shard ") {
        let number = shard.split(' ').next().unwrap_or_default();
        return vec![format!("hot shard {number}"), "hot".to_owned()];
    }
    if let Some(count) = text.strip_prefix("backlog ") {
        return vec![format!("{count} wait"), "waits".to_owned()];
    }
    if let Some((lag, _)) = text.trim_start_matches("replica ").split_once(" behind") {
        return vec![format!("{lag} behind"), format!("lag {lag}")];
    }
    match text {
        text if text.ends_with("dead") => words("dead"),
        text if text.ends_with("letters") => words("dead letters"),
        text => words(text.split(',').next().unwrap_or(text)),
    }
}

/// What is wrong, or a quiet word where nothing is.
pub fn trouble_line(x: f64, y: f64, room: f64, troubles: &[Trouble], quiet: &str) -> Html {
    let Some(worst) = troubles.first() else {
        if quiet.is_empty() {
            return Html::default();
        }
        // That nothing is wrong needs no word where there is no room for one.
        let quiet = fit::whole(vec![quiet.to_owned()], room, SMALL, Weight::Plain);
        return text(x, y, "dg-soft", quiet.unwrap_or_default());
    };
    let class = if troubles.iter().any(|t| t.bad) { "dg-bad" } else { "dg-warn" };
    let first = worst.text.split(" · ").next().unwrap_or_default().to_owned();
    let wordings = [
        state::line(troubles),
        state::line(&troubles[..troubles.len().min(2)]),
        worst.text.clone(),
        first,
    ];
    let wordings: Vec<String> = wordings.into_iter().chain(brief(&worst.text, room)).collect();
    text(x, y, class, fit::first(&wordings, room, SMALL, Weight::Bold))
}

/// Something that can be selected, by pointer or keyboard: its label says all that it shows.
pub struct Choice {
    /// What it selects.
    pub selection: Selection,
    /// The rectangle for the ring around it.
    pub ring: Rect,
    /// Its name.
    pub title: String,
    /// What is said of it beyond the text that it shows.
    pub label: String,
    /// Whether the tabulator key stops here.
    pub stop: bool,
    /// Whether the pointer is told its name: what is drawn does not say it.
    pub tip: bool,
}

impl Choice {
    /// Its label: name, all text that is seen, word by word, so that what one reads can be said to
    /// choose it, and what is said beyond that.
    fn words(&self, content: &Html) -> String {
        let mut seen = Vec::new();
        words(content, &mut seen);
        let seen = seen.join(" ");
        if seen.is_empty() {
            format!("{}: {}", self.title, self.label)
        } else if seen.starts_with(&self.title) {
            format!("{seen}. {}", self.label)
        } else {
            format!("{}: {seen}. {}", self.title, self.label)
        }
    }

    /// Draws it around its content.
    pub fn draw(self, scene: &Scene<'_>, content: Html) -> Html {
        let is_selected = scene.selected == Some(self.selection);
        let pressed = if is_selected { "true" } else { "false" };
        let stop = if self.stop { "0" } else { "-1" };
        let label = self.words(&content);
        html! {
            <g class={classes!("dg-pick", is_selected.then_some("sel"))} role="button" tabindex={stop}
                data-part={super::write(self.selection)} aria-pressed={pressed} aria-label={label}>
                if self.tip { <title>{ self.title }</title> }
                { content }
                { rect(self.ring.inset(-2.0), "8", "dg-ring") }
            </g>
        }
    }
}

/// All text in a piece of the drawing.
fn words(html: &Html, found: &mut Vec<String>) {
    match html {
        Html::VText(text) => found.push(text.text.trim().to_owned()),
        Html::VTag(tag) => {
            if let Some(children) = tag.children() {
                words(children, found);
            }
        }
        Html::VList(list) => list.iter().for_each(|child| words(child, found)),
        _ => {}
    }
}
