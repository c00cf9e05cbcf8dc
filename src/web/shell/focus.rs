//! Keeps the focus in the page: where the control that has it goes away or can no longer be used,
//! the next sensible one takes it, so that who uses the keyboard stays where they were.

use super::page;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement};

/// Says on a control, or around some, where the focus goes once it is lost there: selectors,
/// separated by commas, of which the first that leads anywhere counts.
const NEXT: &str = "data-next";
/// What a keyboard can reach.
const CONTROLS: &str = "a[href], button:enabled, input:enabled, select:enabled, \
                        textarea:enabled, summary, [tabindex='0']";

/// What has the focus.
struct Held {
    element: Element,
    /// What it stands in, inmost first, and how many controls come before it there.
    around: Vec<(Element, u32)>,
}

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// Notes from now on what has the focus, and looks after it whenever something was done.
pub fn listen() {
    let Some(window) = page::window() else {
        return;
    };
    page::on(&window, "focusin", |event| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        HELD.set(element.map(hold));
    });
    for done in ["click", "keyup"] {
        // What a part of the page keeps to itself is drawn anew without the app.
        page::on(&window, done, |_| page::after_paint(keep));
    }
}

fn hold(element: Element) -> Held {
    let mut around = Vec::new();
    let mut next = element.parent_element();
    while let Some(one) = next {
        next = one.parent_element();
        let before = controls(&one).iter().take_while(|control| **control != element).count();
        around.push((one, before as u32));
    }
    Held { element, around }
}

fn controls(around: &Element) -> Vec<Element> {
    let Ok(found) = around.query_selector_all(CONTROLS) else {
        return Vec::new();
    };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// Gives the focus to what comes next, if it is lost.
pub fn keep() {
    let Some(document) = page::window().and_then(|window| window.document()) else {
        return;
    };
    let active = document.active_element();
    let is_free = active.is_none() || active == document.body().map(Into::into);
    let lost = HELD.with_borrow_mut(|held| {
        let element = &held.as_ref()?.element;
        let is_off = !element.is_connected() || element.matches(":disabled").unwrap_or(false);
        let is_stuck = is_off && active.as_ref() == Some(element);
        if !(is_free || is_stuck) {
            return None;
        }
        // It was left for no other, as by a click beside it, where it could still be used.
        let is_gone = is_off || !is_seen(element);
        held.take().filter(|_| is_gone)
    });
    if let Some(lost) = lost {
        pass_on(&document, &lost);
    }
}

/// Whether an element takes any room on the page.
fn is_seen(element: &Element) -> bool {
    element.get_client_rects().length() > 0
}

fn pass_on(document: &Document, lost: &Held) {
    let takes = |element: &Element| {
        // Elements of a drawing have this method as well.
        let _ = element.unchecked_ref::<HtmlElement>().focus();
        document.active_element().as_ref() == Some(element)
    };
    let led = |by: &Element| {
        let all = by.get_attribute(NEXT).unwrap_or_default();
        let mut found = all.split(',').filter_map(|one| document.query_selector(one).ok()?);
        found.any(|element| takes(&element))
    };
    if led(&lost.element) {
        return;
    }
    for (around, before) in &lost.around {
        let mut known = if around.is_connected() { controls(around) } else { Vec::new() };
        known.retain(is_seen);
        let nearest = known.get(*before as usize).or(known.last());
        if nearest.is_some_and(takes) || led(around) {
            return;
        }
    }
}
