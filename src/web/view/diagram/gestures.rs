//! What the visitor does to look closer: the wheel with Ctrl, a pinch, a drag, buttons and keys. The
//! plain wheel and one finger up or down belong to the page and are left to it.

use super::super::field::{Latest, use_latest};
use super::zoom::Zoom;
use crate::web::markup::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, Element};

/// Pixels that a pointer moves before it drags.
const SLACK: f64 = 5.0;
/// Share of what is seen that a key moves.
const STRIDE: f64 = 0.2;

/// Pointers that are down, and whether they have dragged.
#[derive(Default)]
pub struct Hand {
    /// Each pointer's number, and where it was last.
    down: Vec<(i32, (f64, f64))>,
    /// Pixels gone since the first came down.
    gone: f64,
}

impl Hand {
    /// Whether the click that follows is only the end of a drag.
    pub fn has_dragged(&self) -> bool {
        self.gone > SLACK
    }
}

/// What changes the view from event handlers.
#[derive(Clone)]
pub struct Gestures {
    /// What is seen.
    pub zoom: UseStateHandle<Zoom>,
    /// The pointers.
    pub hand: Rc<RefCell<Hand>>,
    /// What will be seen once it is drawn anew.
    latest: Latest<Zoom>,
    node: NodeRef,
}

/// Gestures on an element.
#[hook]
pub fn use_gestures(node: &NodeRef) -> Gestures {
    let zoom = use_state_eq(Zoom::default);
    let hand = use_mut_ref(Hand::default);
    let latest = use_latest(&*zoom);
    let gestures = Gestures { zoom, hand, latest, node: node.clone() };
    let on = gestures.clone();
    use_effect_with(node.clone(), move |node| {
        let element = node.cast::<Element>();
        let frame = element.clone();
        // Yew listens to wheels passively, which cannot keep the browser from zooming the page.
        let wheel = Closure::<dyn FnMut(WheelEvent)>::new(move |event: WheelEvent| {
            let (Some(element), true) = (&frame, event.ctrl_key()) else { return };
            event.prevent_default();
            let at = shares(element, f64::from(event.client_x()), f64::from(event.client_y()));
            let notches = (event.delta_y() / 100.0).clamp(-2.0, 2.0);
            on.look(on.seen().by(libm::pow(Zoom::STEP, -notches), at));
        });
        let options = AddEventListenerOptions::new();
        options.set_passive(false);
        if let Some(element) = &element {
            // Fails for no known type of event.
            let _ = element.add_event_listener_with_callback_and_add_event_listener_options(
                "wheel",
                wheel.as_ref().unchecked_ref(),
                &options,
            );
        }
        move || {
            if let Some(element) = element {
                let listener = wheel.as_ref().unchecked_ref();
                let _ = element.remove_event_listener_with_callback("wheel", listener);
            }
        }
    });
    gestures
}

/// A place of the screen as shares of an element's width and height.
fn shares(element: &Element, x: f64, y: f64) -> (f64, f64) {
    let place = element.get_bounding_client_rect();
    let share = |x: f64, start: f64, length: f64| ((x - start) / length.max(1.0)).clamp(0.0, 1.0);
    (share(x, place.left(), place.width()), share(y, place.top(), place.height()))
}

fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    libm::hypot(a.0 - b.0, a.1 - b.1)
}

impl Gestures {
    fn seen(&self) -> Zoom {
        *self.latest.borrow()
    }

    fn look(&self, zoom: Zoom) {
        self.latest.replace(zoom);
        self.zoom.set(zoom);
    }

    /// By a factor around the middle of the screen.
    pub fn by(&self, factor: f64) {
        self.look(self.seen().by(factor, (0.5, 0.5)));
    }

    /// All of it again.
    pub fn fit(&self) {
        self.look(Zoom::default());
    }

    /// A pointer comes down.
    pub fn down(&self, event: &PointerEvent) {
        let mut hand = self.hand.borrow_mut();
        hand.down.retain(|(id, _)| *id != event.pointer_id());
        if hand.down.is_empty() {
            hand.gone = 0.0;
        }
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        hand.down.push((event.pointer_id(), at));
    }

    /// A pointer is lifted, or taken by the page for its own scrolling.
    pub fn up(&self, event: &PointerEvent) {
        self.hand.borrow_mut().down.retain(|(id, _)| *id != event.pointer_id());
    }

    /// A pointer moves: one drags what is seen, two pinch it.
    pub fn moves(&self, event: &PointerEvent) {
        // It was let go where nothing told of it, as outside of the window.
        if event.buttons() == 0 {
            return self.up(event);
        }
        let mut hand = self.hand.borrow_mut();
        let to = (f64::from(event.client_x()), f64::from(event.client_y()));
        let known = hand.down.iter().position(|(id, _)| *id == event.pointer_id());
        let (Some(index), Some(element)) = (known, self.node.cast::<Element>()) else { return };
        let from = std::mem::replace(&mut hand.down[index].1, to);
        hand.gone += distance(from, to);
        if hand.gone <= SLACK {
            return;
        }
        let place = element.get_bounding_client_rect();
        let (w, h) = (place.width().max(1.0), place.height().max(1.0));
        let mut zoom = self.seen();
        if let [(_, a), (_, b)] = hand.down[..] {
            let other = if index == 0 { b } else { a };
            let (before, after) = (distance(from, other), distance(to, other));
            let at = shares(&element, 0.5 * (a.0 + b.0), 0.5 * (a.1 + b.1));
            zoom = zoom.by(after / before.max(1.0), at);
            zoom = zoom.moved((0.5 * (from.0 - to.0) / w, 0.5 * (from.1 - to.1) / h));
        } else if zoom.is_in() {
            // Follow the pointer when it leaves; a pointer that is gone needs no following. What
            // follows is the drawing, which is the one that listens.
            if let Some(drawing) = element.first_element_child() {
                let _ = drawing.set_pointer_capture(event.pointer_id());
            }
            zoom = zoom.moved(((from.0 - to.0) / w, (from.1 - to.1) / h));
        }
        self.look(zoom);
    }

    /// Keys: closer, farther, all of it, and arrows where only a part is seen. Says whether it was
    /// one of them.
    pub fn key(&self, key: &str) -> bool {
        let (x, y) = match key {
            "+" | "=" => {
                self.by(Zoom::STEP);
                return true;
            }
            "-" => {
                self.by(1.0 / Zoom::STEP);
                return true;
            }
            "0" => {
                self.fit();
                return true;
            }
            "ArrowLeft" => (-STRIDE, 0.0),
            "ArrowRight" => (STRIDE, 0.0),
            "ArrowUp" => (0.0, -STRIDE),
            "ArrowDown" => (0.0, STRIDE),
            _ => return false,
        };
        let zoom = self.seen();
        if zoom.is_in() {
            self.look(zoom.moved((x, y)));
        }
        zoom.is_in()
    }

    /// What has got the focus is brought into view where only a part is seen.
    pub fn reveal(&self, element: &Element) {
        let Some(frame) = self.node.cast::<Element>().filter(|_| self.zoom.is_in()) else {
            return;
        };
        let (seen, it) = (frame.get_bounding_client_rect(), element.get_bounding_client_rect());
        let middle = (0.5 * (it.left() + it.right()), 0.5 * (it.top() + it.bottom()));
        let inside = |x: f64, from: f64, to: f64| x > from + 20.0 && x < to - 20.0;
        if !inside(middle.0, seen.left(), seen.right())
            || !inside(middle.1, seen.top(), seen.bottom())
        {
            let x = (middle.0 - seen.left()) / seen.width().max(1.0) - 0.5;
            let y = (middle.1 - seen.top()) / seen.height().max(1.0) - 0.5;
            self.look(self.seen().moved((x, y)));
        }
    }
}
