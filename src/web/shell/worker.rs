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

/// What the page posts.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub enum Order {
    /// Carry this out.
    Do(Command),
    /// Live figures have come: the next may be told. A page that draws slowly would else be buried
    /// under figures that wait for it.
    Heard,
}

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
    /// It was told to load another scenario and has done nothing: what it has taken for a large
    /// system it can never give back, so that a new worker is to take its place.
    Spent,
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
const SLICE_MS: f64 = 14.0;
/// The same while settled figures are waited for: as long as those of a change take, for a moving
/// slider would have them begun anew again and again.
const URGENT_MS: f64 = 80.0;
/// Memory above which another scenario begins in a new worker, in bytes: more than any stage takes
/// as it opens.
const SPENT: u32 = 48 << 20;

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
        match unpack::<Order>(&event.data()) {
            Some(Order::Do(Command::Load { .. })) if memory() > SPENT => hearing.post(&Post::Spent),
            Some(Order::Do(command)) => {
                let updates = hearing.driver.borrow_mut().command(command);
                hearing.say(updates);
                hearing.schedule();
            }
            Some(Order::Heard) => hearing.driver.borrow_mut().is_heard = true,
            None => {}
        }
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    host.post(&Post::Ready { build: crate::web::BUILD.to_owned() });
    true
}

/// Bytes that this program has taken.
fn memory() -> u32 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

impl Host {
    fn say(&self, updates: Vec<Update>) {
        if updates.iter().any(|update| matches!(update, Update::Live(_))) {
            self.driver.borrow_mut().is_heard = false;
        }
        if !updates.is_empty() {
            self.post(&Post::Said(updates));
        }
    }

    fn post(&self, post: &Post) {
        if let Some(value) = pack(post) {
            // Only a closed page refuses a message.
            let _ = self.scope.post_message(&value);
        }
    }

    fn schedule(self: &Rc<Self>) {
        let due = self.driver.borrow().due_ms();
        let budget_ms = if due == Some(0) { URGENT_MS } else { SLICE_MS };
        let host = Rc::clone(self);
        let timer = due.map(|ms| {
            Timeout::new(ms, move || {
                let updates = host.driver.borrow_mut().slice(budget_ms);
                host.say(updates);
                host.schedule();
            })
        });
        // Storing the new timer drops, and so cancels, the one before: also the one running now.
        let before = self.timer.replace(timer);
        drop(before);
    }
}
