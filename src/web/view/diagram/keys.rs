//! The key space of a sharded database: how the calls are spread over the shards, or how far keys
//! have moved while shards are added.

use super::facts;
use super::fit::{self, Weight};
use super::parts::{self, At};
use super::pieces::{bar, rect, text, text_middle};
use super::scene::{SMALL, Scene};
use super::shape::Rect;
use super::state::Load;
use crate::sim::kinds::Kind;
use crate::web::markup::prelude::*;
use crate::web::view::format;

/// Height of the key space, with the gap above it.
const HEIGHT: f64 = 19.0;
/// Least height of the cells' field of a card that shows its key space as well.
const ROOMY: f64 = 84.0;

/// The place of the key space at the foot of a card's body; `None` where there are no shards, or no
/// room.
#[must_use]
pub fn place(scene: &Scene<'_>, at: At, body: Rect) -> Option<Rect> {
    let (shards, _) = parts::shards(scene.scenario, at);
    let is_shown = at.kind == Kind::Database && shards > 1 && body.h >= ROOMY;
    is_shown.then(|| Rect::new(body.x, body.bottom() - HEIGHT + 5.0, body.w, HEIGHT - 5.0))
}

/// What is left of a card's body for its cells.
#[must_use]
pub fn above(scene: &Scene<'_>, at: At, body: Rect) -> Rect {
    match place(scene, at, body) {
        Some(_) => Rect::new(body.x, body.y, body.w, body.h - HEIGHT),
        None => body,
    }
}

/// How keys find their shard, in a word.
fn placement(scene: &Scene<'_>, at: At, shards: usize) -> String {
    match parts::set(scene.scenario, at, "placement") {
        Some(0.0) => format!("key mod {shards}"),
        Some(1.0) => "ring".to_owned(),
        _ => "table".to_owned(),
    }
}

/// The key space.
pub fn draw(scene: &Scene<'_>, at: At, r: Rect) -> Html {
    let (shards, copies) = parts::shards(scene.scenario, at);
    let Some(view) = scene.view(at).filter(|_| scene.is_measured()) else {
        return Html::default();
    };
    let name = placement(scene, at, shards);
    let y = r.y + 11.0;
    let moved = scene.gauge(at, "resharded").filter(|moved| *moved > 0.0 && *moved < 1.0);
    if let Some(moved) = moved {
        let words = format!("{} moved", format::percent(moved));
        let w = fit::width(&words, SMALL, Weight::Plain) + 8.0;
        let track = Rect::new(r.x + w, r.y + 4.0, (r.w - w).max(0.0), 6.0);
        return html! { <>{ text(r.x, y, "dg-soft", words) }{ bar(track, moved, "flow") }</> };
    }
    let w = fit::width(&name, SMALL, Weight::Plain) + 8.0;
    let rates: Vec<f64> = view
        .servers
        .chunks(copies)
        .map(|shard| shard.iter().map(|server| server.rate).sum())
        .collect();
    let all = rates.iter().sum::<f64>().max(1e-9);
    let mut x = r.x + w;
    let pieces = rates.iter().enumerate().map(|(i, rate)| {
        let piece_w = rate / all * (r.w - w);
        let piece = Rect::new(x, r.y, (piece_w - 2.0).max(0.0), r.h);
        x += piece_w;
        let servers = view.servers.iter().skip(i * copies).take(copies);
        let used = servers.map(|server| server.utilisation).fold(0.0, f64::max);
        let class = if Load::of(used) == Load::High { "hi" } else { "flow" };
        let share = facts::brief(rate / all);
        let wordings = [format!("{} · {share}", i + 1), (i + 1).to_string()];
        let fits = |words: &&String| fit::width(words, SMALL, Weight::Plain) <= piece.w - 4.0;
        let words = wordings.iter().find(fits).cloned();
        html! { <>
            { rect(piece, "2", classes!("dg-fill", class)) }
            if let Some(words) = words { { text_middle(piece.centre().0, y, "dg-note", words) } }
        </> }
    });
    html! { <>{ text(r.x, y, "dg-soft", name) }{ for pieces }</> }
}
