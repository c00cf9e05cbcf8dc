//! The few icons of the controls, drawn so that they look alike everywhere.

use crate::web::markup::prelude::*;

/// Shapes on a field of 16 by 16.
pub const PLAY: &str = "M5 3.2v9.6L13 8z";
/// Two bars.
pub const PAUSE: &str = "M4.5 3h2.4v10H4.5zM9.1 3h2.4v10H9.1z";
/// A bar after an arrow.
pub const STEP: &str = "M4 3.2v9.6L10.4 8zM11 3h1.8v10H11z";
/// An arrow back.
pub const UNDO: &str = "M6.7 2.4 2 6.4l4.7 4V7.9c3.4-.2 5.4 1 6.8 4.2.3-4.6-2.3-7.2-6.8-7.4z";
/// An arrow forth.
pub const REDO: &str = "M9.3 2.4 14 6.4l-4.7 4V7.9c-3.4-.2-5.4 1-6.8 4.2-.3-4.6 2.3-7.2 6.8-7.4z";
/// A moon.
pub const MOON: &str = "M13.6 10.2A6 6 0 0 1 5.8 2.4a6 6 0 1 0 7.8 7.8z";
/// A sun.
pub const SUN: &str = "M8 4.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM7.3 1h1.4v2.3H7.3zM7.3 12.7h1.4V15H7.3z\
    M1 7.3h2.3v1.4H1zM12.7 7.3H15v1.4h-2.3zM2.6 3.6l1-1 1.6 1.6-1 1zM10.8 11.8l1-1 1.6 1.6-1 1z\
    M12.4 2.6l1 1-1.6 1.6-1-1zM4.2 10.8l1 1-1.6 1.6-1-1z";
/// A cross.
pub const CLOSE: &str =
    "M4.1 3 8 6.9 11.9 3 13 4.1 9.1 8l3.9 3.9-1.1 1.1L8 9.1 4.1 13 3 11.9 6.9 8 3 4.1z";

/// An icon. It says nothing to those who listen: the button around it has a name.
pub fn icon(shape: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d={shape} fill="currentColor" />
        </svg>
    }
}
