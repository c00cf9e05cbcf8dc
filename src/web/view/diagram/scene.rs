//! What is drawn, and the pieces every part is drawn with.

use super::Selection;
use super::fit::{self, Weight};
use super::glyph;
use super::layout::Grid;
use super::parts::{Home, Parts};
use super::shape::{Rect, px};
use super::state::{self, Trouble};
use super::wires::Wires;
use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::{PartView, Snapshot};
use crate::web::view::format;
use yew::prelude::*;

/// Size of names in pixels.
pub const NAME: f64 = 13.0;
/// Size of key numbers.
pub const KEY: f64 = 12.0;
/// Size of everything else: the smallest that is comfortable to read.
pub const SMALL: f64 = 11.0;

/// All that the drawing depends on.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Where everything stands.
    pub grid: &'a Grid,
    /// What there is.
    pub parts: &'a Parts,
    /// The lines between them.
    pub wires: &'a Wires,
    /// The settings.
    pub scenario: &'a Scenario,
    /// The figures.
    pub figures: &'a Snapshot,
    /// What is selected.
    pub selected: Option<Selection>,
}

impl Scene<'_> {
    /// The figures of a part, once there are any.
    #[must_use]
    pub fn view(&self, kind: Kind) -> Option<&PartView> {
        self.figures.part(kind.key())
    }

    /// Whether a balancer checks the servers of a part.
    #[must_use]
    pub fn checked(&self, kind: Kind) -> bool {
        kind == Kind::WebTier && self.parts.checks
    }

    /// Share of a part's calls that failed in the part itself and not in one behind it. A cache
    /// that fails is only a cache that does not have the value.
    #[must_use]
    pub fn own_failures(&self, kind: Kind) -> f64 {
        let failed = |kind| self.view(kind).map_or(0, |view| view.tally.failed);
        let behind = match kind {
            Kind::LoadBalancer => failed(Kind::WebTier),
            Kind::WebTier => failed(Kind::Database),
            _ => 0,
        };
        self.view(kind).map_or(0.0, |view| {
            let ended = (view.tally.good + view.tally.failed).max(1);
            view.tally.failed.saturating_sub(behind) as f64 / ended as f64
        })
    }

    /// What is wrong with a part.
    #[must_use]
    pub fn troubles(&self, kind: Kind) -> Vec<Trouble> {
        let failures = self.own_failures(kind);
        let Some(view) = self.view(kind) else {
            return Vec::new();
        };
        let mut troubles = state::troubles(view, self.checked(kind), failures);
        let is_primary_dead = view.servers.first().is_some_and(|primary| !primary.alive);
        if kind == Kind::Database && is_primary_dead && view.servers.len() > 1 {
            troubles.insert(0, Trouble { bad: true, text: "primary dead".to_owned() });
        }
        troubles
    }

    /// Rate and mean time of a part.
    #[must_use]
    pub fn key_line(&self, kind: Kind) -> Vec<String> {
        let Some(view) = self.view(kind) else {
            return vec!["–".to_owned()];
        };
        let rate = format::rate(view.rate);
        match view.latency.mean_s {
            Some(mean) => {
                let mean = format::duration(mean);
                vec![format!("{rate} · mean {mean}"), format!("{rate} · {mean}"), rate]
            }
            None => vec![rate],
        }
    }

    /// The share of look-ups that found the value, measured.
    #[must_use]
    pub fn hit_ratio(&self) -> Option<f64> {
        let all = self.figures.hits + self.figures.misses;
        (all > 0).then(|| self.figures.hits as f64 / all as f64)
    }

    /// Whether nothing in the site can answer.
    #[must_use]
    pub fn is_down(&self) -> bool {
        [Kind::LoadBalancer, Kind::WebTier].into_iter().any(|kind| {
            self.view(kind).is_some_and(|view| {
                !view.servers.is_empty() && view.servers.iter().all(|server| !server.alive)
            })
        })
    }

    /// The rectangle of the web tier's card: around the place of the data where the database
    /// lives on the same machine.
    #[must_use]
    pub fn machine(&self) -> Rect {
        if self.parts.is_one_machine() && self.parts.cache != Home::Own {
            self.grid.web.union(&self.grid.data)
        } else {
            self.grid.web
        }
    }

    /// Space between a card's edge and its text.
    #[must_use]
    pub fn pad(&self) -> f64 {
        if self.grid.tight { 9.0 } else { 12.0 }
    }
}

/// A line of text that begins at a place.
pub fn text(x: f64, y: f64, class: &'static str, content: String) -> Html {
    html! { <text x={px(x)} y={px(y)} class={class}>{ content }</text> }
}

/// A line of text that ends at a place.
pub fn text_end(x: f64, y: f64, class: &'static str, content: String) -> Html {
    html! { <text x={px(x)} y={px(y)} class={class} text-anchor="end">{ content }</text> }
}

/// A line of text around a place.
pub fn text_middle(x: f64, y: f64, class: &'static str, content: String) -> Html {
    html! { <text x={px(x)} y={px(y)} class={class} text-anchor="middle">{ content }</text> }
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
    let picture = glyph::SIZE + 5.0;
    let room = r.w - 2.0 * pad - picture;
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let name = fit::first(&names, room, NAME, Weight::Bold);
    let left = room - fit::width(&name, NAME, Weight::Bold) - 10.0;
    let setting = settings.iter().find(|s| fit::width(s, SMALL, Weight::Plain) <= left);
    let y = r.y + baseline;
    html! { <>
        { glyph::draw(kind, r.x + pad, y - 11.5) }
        { text(r.x + pad + picture, y, "dg-name", name) }
        if let Some(setting) = setting {
            { text_end(r.right() - pad, y, "dg-soft", setting.clone()) }
        }
    </> }
}

/// What is wrong, or a quiet word where nothing is.
pub fn trouble_line(x: f64, y: f64, room: f64, troubles: &[Trouble], quiet: &str) -> Html {
    let Some(worst) = troubles.first() else {
        return text(x, y, "dg-soft", fit::shorten(quiet, room, SMALL, Weight::Plain));
    };
    let class = if troubles.iter().any(|t| t.bad) { "dg-bad" } else { "dg-warn" };
    let wordings = [
        state::line(troubles),
        state::line(&troubles[..troubles.len().min(2)]),
        worst.text.clone(),
    ];
    text(x, y, class, fit::first(&wordings, room, SMALL, Weight::Bold))
}

/// Something that can be selected, by pointer or keyboard: its label says all that it shows.
pub struct Choice {
    /// What it selects.
    pub selection: Selection,
    /// The rectangle for the ring around it.
    pub ring: Rect,
    /// Its label.
    pub label: String,
    /// Whether the tabulator key stops here.
    pub stop: bool,
}

impl Choice {
    /// Draws it around its content.
    pub fn draw(self, scene: &Scene<'_>, content: Html) -> Html {
        let is_selected = scene.selected == Some(self.selection);
        let pressed = if is_selected { "true" } else { "false" };
        let stop = if self.stop { "0" } else { "-1" };
        html! {
            <g class={classes!("dg-pick", is_selected.then_some("sel"))} role="button" tabindex={stop}
                data-part={self.selection.write()} aria-pressed={pressed} aria-label={self.label}>
                { content }
                { rect(self.ring.inset(-2.0), "8", "dg-ring") }
            </g>
        }
    }
}
