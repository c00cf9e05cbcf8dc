//! Keeps the address bar: follows the controls a little behind, and hears when the address changes
//! from outside.

use super::page;
use crate::web::model::Msg;
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::Callback;

/// How long the controls must rest before the address follows, in milliseconds.
const REST_MS: u32 = 300;

/// The address bar of this page.
#[derive(Clone, Default)]
pub struct AddressBar {
    waiting: Rc<RefCell<Option<(String, Timeout)>>>,
}

impl AddressBar {
    /// Shows this behind the path: soon, or at once as a new entry of the history.
    pub fn show(&self, text: String, push: bool) {
        if push {
            // What was still to be shown belongs to the entry that is left.
            self.flush();
            write(&text, true);
            return;
        }
        let waiting = Rc::clone(&self.waiting);
        let timer = Timeout::new(REST_MS, move || {
            let due = waiting.borrow_mut().take();
            if let Some((text, _)) = due {
                write(&text, false);
            }
        });
        self.waiting.replace(Some((text, timer)));
    }

    /// Shows at once what waits to be shown.
    pub fn flush(&self) {
        let due = self.waiting.borrow_mut().take();
        if let Some((text, _)) = due {
            write(&text, false);
        }
    }

    /// Forgets what waits: the address was changed from outside.
    fn forget(&self) {
        self.waiting.replace(None);
    }

    /// Tells when the address changes from outside.
    pub fn listen(&self, tell: Callback<Msg>) {
        let bar = self.clone();
        let hear = Closure::<dyn FnMut()>::new(move || {
            bar.forget();
            tell.emit(Msg::Address(page::address()));
        });
        if let Some(window) = page::window() {
            for event in ["popstate", "hashchange"] {
                let outcome =
                    window.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
                debug_assert!(outcome.is_ok(), "listening needs no permission");
            }
        }
        // As long as the page.
        hear.forget();
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
