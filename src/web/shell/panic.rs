//! What a visitor sees when the program itself is broken: what failed, and the link of the
//! scenario. It stands in the page's own HTML, since Yew may be what failed.

use super::{embed, page};
use crate::sim::scenario::Problem;
use wasm_bindgen::JsValue;

/// Shows each panic in the page's panel, and on the console.
pub fn show_in_page() {
    yew::set_custom_panic_hook(Box::new(|info| {
        let text = info.to_string();
        web_sys::console::error_1(&JsValue::from_str(&text));
        if let Some(line) = page::element("panic-what") {
            line.set_text_content(Some(&text));
        }
        if let Some(link) = page::element("panic-link") {
            let address = page::address();
            link.set_text_content(Some(&address));
            // Its own address, so that it leads nowhere else.
            let _ = link.set_attribute("href", &address);
        }
        embed::post(&crate::web::embed::error(None, &[Problem::new("program", &text)]));
        if let Some(panel) = page::element("panic") {
            // Nothing is left to be done if even this fails.
            let _ = panel.remove_attribute("hidden");
        }
    }));
}
