//! The worker's side: a driver that hears commands and posts updates. Both cross as bytes, which
//! take a third of the code that objects with named fields would: both sides are one program.

use super::driver::Driver;
use crate::sim::session::{Command, Update};
use gloo_timers::callback::Timeout;
use js_sys::Uint8Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// What the worker posts.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub enum Post {
    /// It hears commands from now on.
    Ready {
        /// The build it is of.
        build: String,
    },
    /// What the session says.
    Said(Vec<Update>),
}

/// What crosses between page and worker, as bytes; plain data can always be written.
#[must_use]
pub fn pack(value: &impl Serialize) -> Option<Uint8Array> {
    let bytes = postcard::to_allocvec(value).ok()?;
    Some(Uint8Array::from(bytes.as_slice()))
}

/// What has crossed; `None` for what this build does not understand.
#[must_use]
pub fn unpack<T: DeserializeOwned>(data: &JsValue) -> Option<T> {
    let bytes = data.dyn_ref::<Uint8Array>()?.to_vec();
    postcard::from_bytes(&bytes).ok()
}

/// Work in one slice, in milliseconds: short, so that a new setting never waits long.
const SLICE_MS: f64 = 28.0;

struct Host {
    scope: DedicatedWorkerGlobalScope,
    driver: RefCell<Driver>,
    timer: RefCell<Option<Timeout>>,
}

/// Hears and answers until the page goes away. Does nothing, and says `false`, where it is not in a
/// worker.
#[must_use]
pub fn serve() -> bool {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return false;
    };
    let host = Rc::new(Host {
        scope: scope.clone(),
        driver: RefCell::new(Driver::new("")),
        timer: RefCell::new(None),
    });
    let hearing = Rc::clone(&host);
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(command) = unpack::<Command>(&event.data()) {
            let updates = hearing.driver.borrow_mut().command(command);
            hearing.post(&Post::Said(updates));
            hearing.schedule();
        }
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    host.post(&Post::Ready { build: crate::web::BUILD.to_owned() });
    true
}

impl Host {
    fn post(&self, post: &Post) {
        if matches!(post, Post::Said(updates) if updates.is_empty()) {
            return;
        }
        if let Some(value) = pack(post) {
            // Only a closed page refuses a message.
            let _ = self.scope.post_message(&value);
        }
    }

    fn schedule(self: &Rc<Self>) {
        let due = self.driver.borrow().due_ms();
        let host = Rc::clone(self);
        let timer = due.map(|ms| {
            Timeout::new(ms, move || {
                let updates = host.driver.borrow_mut().slice(SLICE_MS);
                host.post(&Post::Said(updates));
                host.schedule();
            })
        });
        // Storing the new timer drops, and so cancels, the one before: also the one running now.
        let before = self.timer.replace(timer);
        drop(before);
    }
}
