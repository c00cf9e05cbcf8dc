//! What a visitor sees when the program itself is broken: what failed, and the link of the
//! scenario. It stands in the page's own HTML, since Yew may be what failed; and what its buttons
//! do needs nothing of the app.

use super::{address_bar, embed, page};
use crate::sim::scenario::Problem;
use wasm_bindgen::JsValue;

/// The field with the link.
const LINK: &str = "panic-link";

/// Shows each panic in the page's panel, and on the console.
pub fn show_in_page() {
    on_click("panic-reload", || {
        if let Some(window) = page::window() {
            // A page that may not be loaded again stays as it is.
            let _ = window.location().reload();
        }
    });
    on_click("panic-copy", || {
        let is_copied = page::copy_by_selection(LINK);
        say(
            "panic-said",
            if is_copied { "Copied." } else { "Selected: press Ctrl+C, on a Mac ⌘C." },
        );
    });
    yew::set_custom_panic_hook(Box::new(|info| {
        let text = info.to_string();
        web_sys::console::error_1(&JsValue::from_str(&text));
        embed::post(&crate::web::embed::error(None, &[Problem::new("program", &text)]));
        // What fails after that fails because of it.
        let Some(panel) = page::element("panic").filter(|panel| panel.has_attribute("hidden"))
        else {
            return;
        };
        say("panic-what", &text);
        let address = address_bar::newest();
        say(LINK, &address);
        if let Some(link) = page::element("panic-open") {
            // Its own address, so that it leads nowhere else.
            let _ = link.set_attribute("href", &address);
        }
        // Nothing is left to be done if even this fails.
        let _ = panel.remove_attribute("hidden");
    }));
}

fn on_click(id: &str, mut act: impl FnMut() + 'static) {
    if let Some(button) = page::element(id) {
        page::on(&button, "click", move |_| act());
    }
}

fn say(id: &str, text: &str) {
    if let Some(element) = page::element(id) {
        element.set_text_content(Some(text));
    }
}
