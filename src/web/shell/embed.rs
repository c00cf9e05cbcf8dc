//! The browser's side of an embed: hears and tells the page around, and knows whether it is seen.

use super::{clock, page};
use crate::web::embed::{self, News};
use crate::web::model::{Model, Msg};
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Window};
use yew::Callback;

/// The page around a frame; silent where there is none.
#[derive(Default)]
pub struct Host {
    parent: Option<Window>,
    news: RefCell<News>,
    timer: RefCell<Option<Timeout>>,
}

/// Why nothing is to be seen of the page: each is on or off by itself.
#[derive(Default)]
struct Away {
    tab: Cell<bool>,
    scrolled: Cell<bool>,
    slide: Cell<bool>,
}

impl Away {
    fn any(&self) -> bool {
        self.tab.get() || self.scrolled.get() || self.slide.get()
    }
}

impl Host {
    /// Starts to listen.
    #[must_use]
    pub fn start(tell: &Callback<Msg>) -> Self {
        let away = Rc::new(Away::default());
        watch_tab(&away, tell);
        let window = page::window().filter(|_| page::is_framed());
        let Some(window) = window else {
            return Self::default();
        };
        watch_scroll(&away, tell);
        let parent = window.parent().ok().flatten();
        if let Some(parent) = &parent {
            hear(&window, parent.clone(), away, tell.clone());
        }
        watch_height();
        Self { parent, ..Self::default() }
    }

    /// Tells the page around what is new.
    pub fn follow(&self, model: &Model, again: impl FnOnce() + 'static) {
        if self.parent.is_none() {
            return;
        }
        let (told, wait_ms) = self.news.borrow_mut().of(model, clock::now_ms());
        for text in told {
            post(&text);
        }
        if let Some(wait_ms) = wait_ms
            && self.timer.borrow().is_none()
        {
            self.timer.replace(Some(Timeout::new(wait_ms.ceil() as u32, again)));
        } else if wait_ms.is_none() {
            self.timer.replace(None);
        }
    }

    /// Forgets the timer that has just run.
    pub fn rung(&self) {
        self.timer.replace(None);
    }
}

/// Posts a message to the page around, whoever it is: there are no secrets in it.
pub fn post(text: &str) {
    let parent = page::window().filter(|_| page::is_framed());
    let parent = parent.and_then(|window| window.parent().ok().flatten());
    if let (Some(parent), Ok(value)) = (parent, js_sys::JSON::parse(text)) {
        // A page that is going away hears nothing more.
        let _ = parent.post_message(&value, "*");
    }
}

/// Hears the page around, and no one else.
fn hear(window: &Window, parent: Window, away: Rc<Away>, tell: Callback<Msg>) {
    page::on(window, "message", move |event: Event| {
        let Ok(event) = event.dyn_into::<MessageEvent>() else {
            return;
        };
        let is_parent = event.source().is_some_and(|source| js_sys::Object::is(&source, &parent));
        if !is_parent {
            return;
        }
        let data = event.data();
        // reveal.js says in plain words when its slide is shown.
        match data.as_string().as_deref() {
            Some("slide:start") => away.slide.set(false),
            Some("slide:stop") => away.slide.set(true),
            text => {
                let text = text.map(str::to_owned).or_else(|| {
                    js_sys::JSON::stringify(&data).ok().and_then(|text| text.as_string())
                });
                if let Some(message) = text.as_deref().and_then(embed::read) {
                    tell.emit(Msg::Host(Box::new(message)));
                }
                return;
            }
        }
        tell.emit(Msg::Hidden(away.any()));
    });
}

/// Knows when the tab is hidden.
fn watch_tab(away: &Rc<Away>, tell: &Callback<Msg>) {
    if let Some(document) = page::window().and_then(|window| window.document()) {
        let (away, tell, seen) = (Rc::clone(away), tell.clone(), document.clone());
        let look = move || {
            away.tab.set(seen.hidden());
            tell.emit(Msg::Hidden(away.any()));
        };
        // It may have been opened behind another one.
        if document.hidden() {
            look();
        }
        page::on(&document, "visibilitychange", move |_| look());
    }
}

/// Knows when the frame is scrolled out of sight.
fn watch_scroll(away: &Rc<Away>, tell: &Callback<Msg>) {
    let (away, tell) = (Rc::clone(away), tell.clone());
    let seen = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let last = entries.pop().dyn_into::<web_sys::IntersectionObserverEntry>();
        if let Ok(last) = last {
            away.scrolled.set(!last.is_intersecting());
            tell.emit(Msg::Hidden(away.any()));
        }
    });
    let observer = web_sys::IntersectionObserver::new(seen.as_ref().unchecked_ref());
    if let (Ok(observer), Some(root)) = (observer, page::element("app")) {
        observer.observe(&root);
    }
    // As long as the page.
    seen.forget();
}

/// Tells how high a frame has to be to show all of it.
fn watch_height() {
    let Some(root) = page::element("app") else {
        return;
    };
    let measured = root.clone();
    let last = Cell::new(0.0);
    let grown = Closure::<dyn FnMut()>::new(move || {
        let height = measured.get_bounding_client_rect().height().ceil();
        if (height - last.replace(height)).abs() >= 1.0 {
            post(&embed::height(height));
        }
    });
    if let Ok(observer) = web_sys::ResizeObserver::new(grown.as_ref().unchecked_ref()) {
        observer.observe(&root);
    }
    // As long as the page.
    grown.forget();
}
