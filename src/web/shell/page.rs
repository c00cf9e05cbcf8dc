//! Small things of the browser's page, each guarded: in a sandboxed frame many of them fail.

use crate::web::model::Preferences;
use crate::web::route::Theme;
use gloo_timers::callback::Timeout;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, EventTarget, HtmlElement, Storage, Window};

/// How long a page that is not painted waits before it goes on, in milliseconds.
const UNPAINTED_MS: u32 = 1_000;

/// Where the theme is kept.
const THEME: &str = "millionth.theme";

/// The window; there is always one in a page.
#[must_use]
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// An element by its identifier.
#[must_use]
pub fn element(id: &str) -> Option<Element> {
    window()?.document()?.get_element_by_id(id)
}

/// The page's whole address.
#[must_use]
pub fn address() -> String {
    window().and_then(|window| window.location().href().ok()).unwrap_or_default()
}

/// Acts once what stands in the page already has been painted, so that the visitor has something to
/// look at while the program makes the rest. In a hidden tab, or a frame out of sight, nothing is
/// painted: then a little later.
pub fn after_paint(act: impl FnOnce() + 'static) {
    let waiting = Rc::new(Cell::new(Some(act)));
    let go = Rc::new(move || {
        if let Some(act) = waiting.take() {
            act();
        }
    });
    let later = Rc::clone(&go);
    Timeout::new(UNPAINTED_MS, move || later()).forget();
    // The frame's own callbacks run before it is painted, a timer of theirs after it.
    let frame = Closure::once_into_js(move || Timeout::new(0, move || go()).forget());
    if let Some(window) = window() {
        // Without frames the timer above acts.
        let _ = window.request_animation_frame(frame.unchecked_ref());
    }
}

/// Whether the page stands in another page's frame.
#[must_use]
pub fn is_framed() -> bool {
    window().is_some_and(|window| match window.parent() {
        Ok(Some(parent)) => !js_sys::Object::is(&parent, &window),
        _ => true,
    })
}

/// Whether the page stands in a frame without an origin of its own, as sandboxed frames are.
#[must_use]
pub fn is_sandboxed() -> bool {
    let origin = js_sys::Reflect::get(&js_sys::global(), &"origin".into());
    is_framed() && origin.is_ok_and(|origin| origin.as_string().as_deref() == Some("null"))
}

/// What the visitor's system prefers.
#[must_use]
pub fn preferences() -> Preferences {
    let matches = |query: &str| {
        let list = window().and_then(|window| window.match_media(query).ok().flatten());
        list.is_some_and(|list| list.matches())
    };
    Preferences {
        dark: matches("(prefers-color-scheme: dark)"),
        still: matches("(prefers-reduced-motion: reduce)"),
    }
}

/// Storage, where there is any; in frames none is used, since two of them must not meet in it.
fn storage() -> Option<Storage> {
    if is_framed() {
        return None;
    }
    window()?.local_storage().ok().flatten()
}

/// The theme of an earlier visit.
#[must_use]
pub fn kept_theme() -> Option<Theme> {
    let name = storage()?.get_item(THEME).ok()??;
    Theme::by_name(&name)
}

/// Keeps a theme for the next visit, where that is possible; `None` is the system's.
pub fn keep_theme(theme: Option<Theme>) {
    if let Some(storage) = storage() {
        // A full or forbidden storage forgets; the page goes on.
        let _ = match theme {
            Some(theme) => storage.set_item(THEME, theme.name()),
            None => storage.remove_item(THEME),
        };
    }
}

/// Puts a theme on the page; `None` leaves it to the visitor's system.
pub fn show_theme(theme: Option<Theme>) {
    let root = window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element());
    if let Some(root) = root {
        let outcome = match theme {
            Some(theme) => root.set_attribute("data-theme", theme.name()),
            None => root.remove_attribute("data-theme"),
        };
        debug_assert!(outcome.is_ok(), "the attribute's name is valid");
    }
}

/// Brings an element into view where it lies outside. Says whether it is there.
pub fn reveal(id: &str) -> bool {
    let (Some(element), Some(window)) = (element(id), window()) else {
        return false;
    };
    let height = window.inner_height().ok().and_then(|h| h.as_f64());
    let top = element.get_bounding_client_rect().top();
    if height.is_some_and(|height| top < 0.0 || top > height - 120.0) {
        element.scroll_into_view();
    }
    // Another part's panel begins at its top.
    element.set_scroll_top(0);
    true
}

/// Whether a key pressed at this element, alone or with Ctrl, is meant for it alone.
#[must_use]
pub fn takes_key(target: Option<EventTarget>, key: &str, command: bool) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let name = element.tag_name();
    let kind = element.get_attribute("type");
    let is_written = match name.as_str() {
        "TEXTAREA" => true,
        "INPUT" => !matches!(kind.as_deref(), Some("range" | "checkbox" | "radio" | "button")),
        _ => element.is_content_editable(),
    };
    if command {
        // Only where something is written is there something of its own to undo.
        return is_written;
    }
    // Space presses what has the focus, where that can be pressed.
    let is_pressed = matches!(name.as_str(), "BUTTON" | "SUMMARY" | "A")
        || element.get_attribute("role").as_deref() == Some("button");
    is_written || matches!(name.as_str(), "INPUT" | "SELECT") || (key == " " && is_pressed)
}

/// Selects a field's text and copies it the old way, which works in many places where the clipboard
/// is closed to us. Says whether it did.
#[must_use]
pub fn copy_by_selection(id: &str) -> bool {
    let copy = || -> Option<bool> {
        let field = element(id)?.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
        field.focus().ok()?;
        field.select();
        let document = window()?.document()?;
        document.dyn_ref::<web_sys::HtmlDocument>()?.exec_command("copy").ok()
    };
    copy().unwrap_or(false)
}

/// Hears an event for as long as the page lives.
pub fn on(target: &EventTarget, event: &str, mut act: impl FnMut(Event) + 'static) {
    let hear = Closure::<dyn FnMut(Event)>::new(move |event: Event| act(event));
    let outcome = target.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
    debug_assert!(outcome.is_ok(), "listening needs no permission");
    hear.forget();
}
