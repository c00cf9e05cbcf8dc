//! The size of an element on the screen and of what it stands in, kept current.

use crate::web::markup::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver};

/// The size of an element, in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub width: i32,
    /// Height of what it stands in.
    pub height: i32,
    /// Height of the window.
    pub window: i32,
}

fn measure(element: &Element) -> Size {
    let window = web_sys::window().and_then(|w| w.inner_height().ok()).and_then(|h| h.as_f64());
    Size {
        width: element.client_width(),
        height: element.parent_element().map_or(0, |parent| parent.client_height()),
        window: window.unwrap_or(900.0) as i32,
    }
}

/// The size of the element of a reference, once it is known; changes draw anew.
#[hook]
pub fn use_size(node: &NodeRef) -> Option<Size> {
    let size = use_state_eq(|| None);
    let (setter, node) = (size.setter(), node.clone());
    use_effect_with((), move |()| {
        let element = node.cast::<Element>();
        if let Some(element) = &element {
            setter.set(Some(measure(element)));
        }
        let observed = element.clone();
        // The answer waits for the next frame: a change of size inside the report of one is an error.
        let tell = Closure::<dyn FnMut()>::new(move || {
            let (observed, setter) = (observed.clone(), setter.clone());
            let later = Closure::once_into_js(move || {
                if let Some(element) = observed.filter(|element| element.is_connected()) {
                    setter.set(Some(measure(&element)));
                }
            });
            if let Some(window) = web_sys::window() {
                // Without frames nothing is seen either.
                let _ = window.request_animation_frame(later.unchecked_ref());
            }
        });
        let observer = ResizeObserver::new(tell.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
            if let Some(parent) = element.parent_element() {
                observer.observe(&parent);
            }
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(tell);
        }
    });
    *size
}

/// Gives an element a least height. A style attribute would be against the page's security policy,
/// a style set by the program is not.
pub fn reserve(node: &NodeRef, height: f64) {
    if let Some(element) = node.cast::<HtmlElement>() {
        // An element without a style has no height to reserve.
        let _ = element.style().set_property("min-height", &format!("{height:.0}px"));
    }
}
