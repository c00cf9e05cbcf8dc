//! Keeps the address bar: follows the controls a little behind, and hears when the address changes
//! from outside.

use super::page;
use crate::web::model::Msg;
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use yew::Callback;

/// How long the controls must rest before the address follows, in milliseconds.
const REST_MS: u32 = 300;

thread_local! {
    /// What is still to be shown behind the path.
    static WAITING: RefCell<Option<(String, Timeout)>> = const { RefCell::new(None) };
}

/// Shows this behind the path: soon, or at once as a new entry of the history.
pub fn show(text: String, push: bool) {
    if push {
        // What was still to be shown belongs to the entry that is left.
        newest();
        write(&text, true);
        return;
    }
    let timer = Timeout::new(REST_MS, || {
        newest();
    });
    WAITING.set(Some((text, timer)));
}

/// The page's whole address, with what waited to be shown, which it shows at once.
pub fn newest() -> String {
    let address = page::address();
    let Some((text, _)) = WAITING.take() else {
        return address;
    };
    write(&text, false);
    let path = address.split(['?', '#']).next().unwrap_or_default();
    format!("{path}{text}")
}

/// Tells when the address changes from outside.
pub fn listen(tell: &Callback<Msg>) {
    let Some(window) = page::window() else {
        return;
    };
    for event in ["popstate", "hashchange"] {
        let tell = tell.clone();
        page::on(&window, event, move |_| {
            // What waits is of the address that was left.
            WAITING.set(None);
            tell.emit(Msg::Address(page::address()));
        });
    }
}

fn write(text: &str, push: bool) {
    let Some(history) = page::window().and_then(|window| window.history().ok()) else {
        return;
    };
    // A browser may refuse when asked too often; the address then lags behind, no more.
    let _ = if push {
        history.push_state_with_url(&JsValue::NULL, "", Some(text))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(text))
    };
}
