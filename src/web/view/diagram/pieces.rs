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

/// The shortest wordings of a trouble: half a word says less than a short one, and a sign says that
/// something is wrong.
fn brief(text: &str) -> Vec<String> {
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
    if let Some(share) = text.strip_suffix(" fail here") {
        let bare = share.replace('\u{202f}', "");
        return vec![format!("{share} fail"), format!("✕\u{202f}{share}"), format!("✕{bare}")];
    }
    if let Some((rate, _)) = text.split_once(" refused") {
        return vec![format!("{rate} refused"), "refused".to_owned()];
    }
    let short = match text {
        text if text.ends_with("dead") => "dead",
        text if text.ends_with("letters") => "letters",
        text if text.ends_with("lost") => "lost",
        text if text.ends_with("draining") => "draining",
        text if text.starts_with("breaker") => "breaker",
        text => text.split(',').next().unwrap_or(text),
    };
    vec![short.to_owned()]
}

/// What is wrong, as much of it as there is room for, and no word of it cut.
pub fn trouble_words(troubles: &[Trouble], room: f64) -> String {
    let Some(worst) = troubles.first() else { return String::new() };
    let first = worst.text.split(" · ").next().unwrap_or_default().to_owned();
    let mut wordings = vec![
        state::line(troubles),
        state::line(&troubles[..troubles.len().min(2)]),
        worst.text.clone(),
        first,
    ];
    wordings.extend(brief(&worst.text));
    fit::whole(wordings, room, SMALL, Weight::Bold).unwrap_or_else(|| "✕".to_owned())
}

/// What is wrong, or a quiet word where nothing is.
pub fn trouble_line(x: f64, y: f64, room: f64, troubles: &[Trouble], quiet: &str) -> Html {
    if troubles.is_empty() {
        if quiet.is_empty() {
            return Html::default();
        }
        // That nothing is wrong needs no word where there is no room for one.
        let quiet = fit::whole(vec![quiet.to_owned()], room, SMALL, Weight::Plain);
        return text(x, y, "dg-soft", quiet.unwrap_or_default());
    }
    let class = if troubles.iter().any(|t| t.bad) { "dg-bad" } else { "dg-warn" };
    text(x, y, class, trouble_words(troubles, room))
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
pub fn words(html: &Html, found: &mut Vec<String>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_trouble_is_cut() {
        let said = |text: &str, room: f64| {
            let trouble = Trouble { bad: true, text: text.to_owned() };
            trouble_words(&[trouble], room).replace('\u{202f}', " ")
        };
        let failing = "57\u{202f}% fail here";
        assert_eq!(
            [120.0, 60.0, 52.0, 42.0, 20.0].map(|room| said(failing, room)),
            ["57 % fail here", "57 % fail", "✕ 57 %", "✕57%", "✕"]
        );
        for text in [
            "a primary dead",
            "3 dead · not noticed yet",
            "420\u{202f}/s refused by its guard",
            "breaker tries again",
            "backlog 2.6\u{202f}k",
            "celebrity: shard 12 · 98\u{202f}%",
            "replica 23\u{202f}s behind, the longest so far",
            "12 dead letters",
            "3 messages lost",
            "2 draining",
        ] {
            for room in [200.0, 100.0, 60.0, 40.0, 20.0] {
                let said = said(text, room);
                assert!(!said.contains('…') && !said.is_empty(), "{text} in {room}: {said}");
            }
        }
    }
}
