//! The browser's clock, in the page and in a worker alike.

use wasm_bindgen::JsCast;

/// Milliseconds since some instant that stays the same.
#[must_use]
pub fn now_ms() -> f64 {
    let global = js_sys::global();
    let performance = match global.dyn_ref::<web_sys::Window>() {
        Some(window) => window.performance(),
        None => global
            .dyn_ref::<web_sys::DedicatedWorkerGlobalScope>()
            .and_then(|scope| scope.performance()),
    };
    performance.map_or_else(js_sys::Date::now, |performance| performance.now())
}
