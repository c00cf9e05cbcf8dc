//! A small picture for each kind of part, so that kinds are told by name and shape and not by hue.

use super::shape::px;
use crate::sim::kinds::Kind;
use yew::prelude::*;

/// Width and height of a picture.
pub const SIZE: f64 = 14.0;

/// Outlines in a square of 14 pixels.
const fn outline(kind: Kind) -> &'static str {
    match kind {
        // A head and shoulders.
        Kind::Clients => {
            "M7 6.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM1.8 13c0-2.6 2.3-4.4 5.2-4.4s5.2 1.8 5.2 4.4"
        }
        // A globe.
        Kind::Dns | Kind::Network => {
            "M7 1.2a5.8 5.8 0 1 0 0 11.6 5.8 5.8 0 0 0 0-11.6ZM1.2 7h11.6M7 1.2c-4 3.6-4 8 0 11.6 4-3.6 4-8 0-11.6Z"
        }
        // One way becomes three.
        Kind::LoadBalancer => "M1 7h4m0 0 3.2-4.3h4.3M5 7h7.5M5 7l3.2 4.3h4.3",
        // A window.
        Kind::WebTier => {
            "M1.5 3.2c0-.8.5-1.2 1.2-1.2h8.6c.7 0 1.2.4 1.2 1.2v7.6c0 .8-.5 1.2-1.2 1.2H2.7c-.7 0-1.2-.4-1.2-1.2ZM1.5 5.2h11"
        }
        // A flash.
        Kind::Cache => "M8 1 2.8 8h3.7L5.8 13l5.4-7.2H7.4Z",
        // A drum.
        Kind::Database => {
            "M2 3.3c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2Zm0 0v7.4c0 1.1 2.2 2 5 2s5-.9 5-2V3.3M2 7c0 1.1 2.2 2 5 2s5-.9 5-2"
        }
        // A pulse.
        Kind::Monitor => "M1 7.5h3L5.8 3l2.6 8 1.7-3.5H13",
        // A dice.
        Kind::Chaos => {
            "M2 3.2C2 2.5 2.5 2 3.2 2h7.6c.7 0 1.2.5 1.2 1.2v7.6c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2ZM4.7 4.7h.1M9.2 9.2h.1M7 7h.1"
        }
    }
}

/// The picture of a kind with its upper left corner at a place.
pub fn draw(kind: Kind, x: f64, y: f64) -> Html {
    let place = format!("translate({} {})", px(x), px(y));
    html! { <path class="dg-glyph" transform={place} d={outline(kind)} /> }
}
