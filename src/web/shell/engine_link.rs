//! Hides where the engine runs: in a worker, or in the page where a worker cannot start. Both
//! drive the same session with the same commands.

use super::driver::Driver;
use super::page;
use super::worker::{Post, pack, unpack};
use crate::sim::session::{Command, Update};
use crate::web::model::{Msg, Place};
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
    /// Closures that the worker calls live as long as it may call them.
    hearers: RefCell<Vec<Hearer>>,
    timer: RefCell<Option<Timeout>>,
    /// Tells that the page's own engine is ready; no other timer may take its place.
    ready: RefCell<Option<Timeout>>,
    is_due: Cell<bool>,
}

type Hearer = Closure<dyn FnMut(Event)>;

enum Engine {
    Starting(Worker),
    Worker(Worker),
    Page(Box<Driver>),
    None,
}

impl EngineLink {
    /// Starts the engine; [`Msg::EngineReady`] comes when it can be talked to.
    #[must_use]
    pub fn start(tell: Callback<Msg>) -> Self {
        let link = Self::new(tell);
        link.state.start();
        link
    }

    /// The engine in the page, without trying a worker.
    #[must_use]
    pub fn in_page(tell: Callback<Msg>) -> Self {
        let link = Self::new(tell);
        link.state.run_here();
        link
    }

    fn new(tell: Callback<Msg>) -> Self {
        Self {
            state: Rc::new(State {
                tell,
                engine: RefCell::new(Engine::None),
                hearers: RefCell::default(),
                timer: RefCell::default(),
                ready: RefCell::default(),
                is_due: Cell::new(false),
            }),
        }
    }

    /// Tells the engine something. Before it is ready nothing is heard; what stands then is told
    /// when it is.
    pub fn send(&self, command: Command) {
        self.state.send(command);
    }
}

/// A worker of the page's own program; `None` where none can start, as in a sandboxed frame.
fn start_worker() -> Option<Worker> {
    // Trunk preloads the page's script, and so tells its name.
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
            Some(worker) => {
                self.stop();
                self.listen(worker);
            }
            None => self.run_here(),
        }
    }

    /// Ends the worker, if there is one.
    fn stop(&self) {
        if let Engine::Starting(worker) | Engine::Worker(worker) = &*self.engine.borrow() {
            worker.set_onmessage(None);
            worker.set_onerror(None);
            worker.terminate();
        }
    }

    fn listen(self: &Rc<Self>, worker: Worker) {
        let state = Rc::clone(self);
        let hear = Hearer::new(move |event: Event| {
            let post = event
                .dyn_into::<MessageEvent>()
                .ok()
                .and_then(|event| unpack::<Post>(&event.data()));
            state.hear(post);
        });
        let state = Rc::clone(self);
        let fail = Hearer::new(move |event: Event| {
            // Handled here: it need not stand on the console too.
            event.prevent_default();
            state.run_here();
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        // One of those there were may be calling this: they stay.
        self.hearers.borrow_mut().extend([hear, fail]);
        *self.engine.borrow_mut() = Engine::Starting(worker);
        let state = Rc::clone(self);
        let timer = Timeout::new(PATIENCE_MS, move || {
            let is_late = matches!(*state.engine.borrow(), Engine::Starting(_));
            if is_late {
                state.run_here();
            }
        });
        self.timer.replace(Some(timer));
    }

    /// Hears the worker; `None` is something this build does not understand.
    fn hear(self: &Rc<Self>, post: Option<Post>) {
        match post {
            Some(Post::Said(updates)) => self.pass_on(updates),
            Some(Post::Spent) => self.start(),
            Some(Post::Ready { build }) if build == crate::web::BUILD => {
                let engine = self.engine.replace(Engine::None);
                if let Engine::Starting(worker) = engine {
                    self.engine.replace(Engine::Worker(worker));
                    self.tell.emit(Msg::EngineReady(Place::Worker));
                }
            }
            _ => self.run_here(),
        }
    }

    /// Gives up the worker and runs the engine in the page.
    fn run_here(self: &Rc<Self>) {
        if matches!(*self.engine.borrow(), Engine::Page(_)) {
            return;
        }
        self.stop();
        self.engine.replace(Engine::Page(Box::new(Driver::new(""))));
        // Not at once: whoever starts the link has to hold it before the answer comes.
        let state = Rc::clone(self);
        let timer = Timeout::new(0, move || {
            state.tell.emit(Msg::EngineReady(Place::Page));
        });
        self.ready.replace(Some(timer));
    }

    fn send(self: &Rc<Self>, command: Command) {
        let mut said = Vec::new();
        match &mut *self.engine.borrow_mut() {
            Engine::Worker(worker) => {
                if let Some(value) = pack(&command) {
                    // A message of plain data can be posted to any worker that lives.
                    let _ = worker.post_message(&value);
                }
            }
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

impl Drop for State {
    fn drop(&mut self) {
        self.stop();
    }
}
