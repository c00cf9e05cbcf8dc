//! Hides where the engine runs: in a worker, or in the page where a worker cannot start or fails
//! again. Both drive the same session with the same commands.

use super::driver::Driver;
use super::page;
use super::worker::{Order, Post, pack, unpack};
use crate::sim::session::{Command, Update};
use crate::web::model::{Cause, Msg, Place};
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

/// How long a worker may take to load before the page runs the engine itself, in milliseconds.
const PATIENCE_MS: u32 = 15_000;
/// Work of the page's own engine in one go, in milliseconds: what a frame can spare.
const SLICE_MS: f64 = 4.0;
/// Between two goes, in milliseconds: a frame.
const FRAME_MS: u32 = 16;

/// The way to the engine.
#[derive(Clone)]
pub struct EngineLink {
    state: Rc<State>,
}

struct State {
    tell: Callback<Msg>,
    engine: RefCell<Engine>,
    /// Workers that failed after they had answered.
    failures: Cell<u32>,
    /// Whether the worker that is starting stands for one that failed.
    is_again: Cell<bool>,
    timer: RefCell<Option<Timeout>>,
    /// Tells that the page's own engine is ready; no other timer may take its place.
    ready: RefCell<Option<Timeout>>,
    is_due: Cell<bool>,
}

type Hearer = Closure<dyn FnMut(Event)>;

/// A worker with what hears it: they end together.
struct Line {
    worker: Worker,
    _hearers: [Hearer; 2],
}

impl Line {
    fn post(&self, order: &Order) {
        if let Some(value) = pack(order) {
            // A message of plain data can be posted to any worker that lives.
            let _ = self.worker.post_message(&value);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

enum Engine {
    Starting(Line),
    Worker(Line),
    Page(Box<Driver>),
    None,
}

impl EngineLink {
    /// Starts the engine; [`Msg::EngineReady`] comes when it can be talked to.
    #[must_use]
    pub fn start(tell: Callback<Msg>) -> Self {
        let state = Rc::new(State {
            tell,
            engine: RefCell::new(Engine::None),
            failures: Cell::new(0),
            is_again: Cell::new(false),
            timer: RefCell::default(),
            ready: RefCell::default(),
            is_due: Cell::new(false),
        });
        state.start();
        Self { state }
    }

    /// Tells the engine something. Before it is ready nothing is heard; what stands then is told
    /// when it is.
    pub fn send(&self, command: Command) {
        self.state.send(command);
    }
}

/// A worker of the page's own program; `None` where none can start, as in a sandboxed frame.
fn start_worker() -> Option<Worker> {
    // The page's script is told to the browser beforehand, and so to us: see Trunk.toml.
    let preload = page::window()?.document()?.query_selector("link[rel=modulepreload]").ok()??;
    let script = preload.get_attribute("href")?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let address = format!("./worker_loader.js?v={}", crate::web::BUILD);
    let worker = Worker::new_with_options(&address, &options).ok()?;
    let program = js_sys::Array::of2(&JsValue::from_str(&script), &wasm_bindgen::module());
    worker.post_message(&program).ok()?;
    Some(worker)
}

impl State {
    /// Starts a worker, in place of the one there is.
    fn start(self: &Rc<Self>) {
        match start_worker() {
            Some(worker) => self.listen(worker),
            None => self.run_here(Cause::Shut),
        }
    }

    fn listen(self: &Rc<Self>, worker: Worker) {
        let state = Rc::downgrade(self);
        let hear = Hearer::new(move |event: Event| {
            let post = event
                .dyn_into::<MessageEvent>()
                .ok()
                .and_then(|event| unpack::<Post>(&event.data()));
            if let Some(state) = state.upgrade() {
                state.hear(post);
            }
        });
        let state = Rc::downgrade(self);
        let fail = Hearer::new(move |event: Event| {
            // Handled here: it need not stand on the console too.
            event.prevent_default();
            if let Some(state) = state.upgrade() {
                state.fail();
            }
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        // A hearer of the worker there was may be calling this: it lives until it returns.
        self.take(Engine::Starting(Line { worker, _hearers: [hear, fail] }));
        let state = Rc::downgrade(self);
        let timer = Timeout::new(PATIENCE_MS, move || {
            if let Some(state) = state.upgrade()
                && matches!(*state.engine.borrow(), Engine::Starting(_))
            {
                state.run_here(Cause::Late);
            }
        });
        self.timer.replace(Some(timer));
    }

    /// Another engine, and the end of the one there was.
    fn take(&self, engine: Engine) {
        let before = self.engine.replace(engine);
        drop(before);
    }

    /// Hears the worker; `None` is something this build does not understand.
    fn hear(self: &Rc<Self>, post: Option<Post>) {
        match post {
            Some(Post::Said(updates)) => {
                let is_live = updates.iter().any(|update| matches!(update, Update::Live(_)));
                self.pass_on(updates);
                if let Engine::Worker(line) = &*self.engine.borrow()
                    && is_live
                {
                    line.post(&Order::Heard);
                }
            }
            Some(Post::Spent) => self.start(),
            Some(Post::Ready { build }) if build == crate::web::BUILD => {
                let engine = self.engine.replace(Engine::None);
                if let Engine::Starting(line) = engine {
                    self.engine.replace(Engine::Worker(line));
                    let place = if self.is_again.take() { Place::Again } else { Place::Worker };
                    self.tell.emit(Msg::EngineReady(place));
                }
            }
            _ => self.run_here(Cause::Other),
        }
    }

    /// The worker has failed: one that had run gets a second chance, since what it failed of may
    /// have been its own memory.
    fn fail(self: &Rc<Self>) {
        let has_run = matches!(*self.engine.borrow(), Engine::Worker(_));
        let failures = self.failures.get() + u32::from(has_run);
        self.failures.set(failures);
        match failures {
            0 => self.run_here(Cause::Shut),
            1 if has_run => {
                self.is_again.set(true);
                self.start();
            }
            _ => self.run_here(Cause::Failed),
        }
    }

    /// Gives up the worker and runs the engine in the page.
    fn run_here(self: &Rc<Self>, cause: Cause) {
        if matches!(*self.engine.borrow(), Engine::Page(_)) {
            return;
        }
        self.take(Engine::Page(Box::new(Driver::new(""))));
        // Not at once: whoever starts the link has to hold it before the answer comes.
        let state = Rc::downgrade(self);
        let timer = Timeout::new(0, move || {
            if let Some(state) = state.upgrade() {
                state.tell.emit(Msg::EngineReady(Place::Page(cause)));
            }
        });
        self.ready.replace(Some(timer));
    }

    fn send(self: &Rc<Self>, command: Command) {
        let mut said = Vec::new();
        match &mut *self.engine.borrow_mut() {
            Engine::Worker(line) => line.post(&Order::Do(command)),
            Engine::Page(driver) => said = driver.command(command),
            Engine::Starting(_) | Engine::None => {}
        }
        self.pass_on(said);
        self.schedule();
    }

    /// The next go of the page's own engine.
    fn schedule(self: &Rc<Self>) {
        let due = match &*self.engine.borrow() {
            Engine::Page(driver) => driver.due_ms(),
            _ => None,
        };
        // A go that is already due must not be put off by each new command.
        if due.is_none() || self.is_due.replace(true) {
            return;
        }
        let state = Rc::clone(self);
        let timer = Some({
            Timeout::new(FRAME_MS, move || {
                state.is_due.set(false);
                let said = match &mut *state.engine.borrow_mut() {
                    Engine::Page(driver) => driver.slice(SLICE_MS),
                    _ => Vec::new(),
                };
                state.pass_on(said);
                state.schedule();
            })
        });
        let before = self.timer.replace(timer);
        drop(before);
    }

    fn pass_on(&self, updates: Vec<Update>) {
        for update in updates {
            self.tell.emit(Msg::Engine(Box::new(update)));
        }
    }
}
