//! A small picture for each kind of part, so that kinds are told by name and shape and not by hue.

use super::shape::px;
use crate::sim::kinds::Kind;
use crate::web::markup::prelude::*;

/// Width and height of a picture.
pub const SIZE: f64 = 14.0;

/// Outlines in a square of 14 pixels.
fn outline(kind: Kind) -> &'static str {
    match kind.key() {
        // A head and shoulders.
        "clients" => {
            "M7 6.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM1.8 13c0-2.6 2.3-4.4 5.2-4.4s5.2 1.8 5.2 4.4"
        }
        // A globe.
        "dns" | "network" => {
            "M7 1.2a5.8 5.8 0 1 0 0 11.6 5.8 5.8 0 0 0 0-11.6ZM1.2 7h11.6M7 1.2c-4 3.6-4 8 0 11.6 4-3.6 4-8 0-11.6Z"
        }
        // A middle with points around it.
        "cdn" => {
            "M7 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 5V1.5M7 9v3.5M5.2 6 2 4.2M8.8 6 12 4.2M5.2 8 2 9.8M8.8 8l3.2 1.8"
        }
        // One way becomes three.
        "lb" => "M1 7h4m0 0 3.2-4.3h4.3M5 7h7.5M5 7l3.2 4.3h4.3",
        // A window.
        "web" => {
            "M1.5 3.2c0-.8.5-1.2 1.2-1.2h8.6c.7 0 1.2.4 1.2 1.2v7.6c0 .8-.5 1.2-1.2 1.2H2.7c-.7 0-1.2-.4-1.2-1.2ZM1.5 5.2h11"
        }
        // A flash.
        "cache" => "M8 1 2.8 8h3.7L5.8 13l5.4-7.2H7.4Z",
        // A card with a name.
        "sessions" => {
            "M1.5 3.5c0-.6.4-1 1-1h9c.6 0 1 .4 1 1v7c0 .6-.4 1-1 1h-9c-.6 0-1-.4-1-1ZM4.6 7a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4ZM3 9.4c.3-1.6 2.9-1.6 3.2 0M8.3 5.6h2.4M8.3 8.2h2.4"
        }
        // A drum.
        "db" => {
            "M2 3.3c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2Zm0 0v7.4c0 1.1 2.2 2 5 2s5-.9 5-2V3.3M2 7c0 1.1 2.2 2 5 2s5-.9 5-2"
        }
        // Things in a row.
        "queue" => "M1 4h3v6H1ZM5.5 4h3v6h-3ZM10 4h3v6h-3Z",
        // A pulse.
        "monitor" => "M1 7.5h3L5.8 3l2.6 8 1.7-3.5H13",
        // A dice.
        "chaos" => {
            "M2 3.2C2 2.5 2.5 2 3.2 2h7.6c.7 0 1.2.5 1.2 1.2v7.6c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2ZM4.7 4.7h.1M9.2 9.2h.1M7 7h.1"
        }
        // A box.
        _ => {
            "M2 3.2C2 2.5 2.5 2 3.2 2h7.6c.7 0 1.2.5 1.2 1.2v7.6c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2Z"
        }
    }
}

/// The picture of a kind with its upper left corner at a place.
pub fn draw(kind: Kind, x: f64, y: f64) -> Html {
    let place = format!("translate({} {})", px(x), px(y));
    html! { <path class="dg-glyph" transform={place} d={outline(kind)} /> }
}
