//! The read-out of a chart: a place that follows the pointer, the finger or the arrow keys, with
//! the values there. The control is the browser's own slider, laid over the drawing unseen.

use crate::web::markup::prelude::*;
use std::rc::Rc;
use web_sys::HtmlInputElement;

/// The place that is read out: the number of a point, if any is.
pub type Cursor = UseStateHandle<Option<usize>>;

/// The control: `find` says which of `count` points lies at a distance from the left edge, `text`
/// what there is to read at one.
pub fn control(
    cursor: &Cursor,
    name: &str,
    count: usize,
    find: impl Fn(f64) -> Option<usize> + 'static,
    text: impl Fn(usize) -> String,
) -> Html {
    if count == 0 {
        return Html::default();
    }
    let at = cursor.unwrap_or(count - 1).min(count - 1);
    let find = Rc::new(find);
    let follow = |stays: bool| {
        let (cursor, find) = (cursor.clone(), Rc::clone(&find));
        Callback::from(move |event: PointerEvent| {
            // The pointer says where, not the thumb that nobody sees.
            if stays {
                event.prevent_default();
            }
            cursor.set(find(f64::from(event.offset_x())));
        })
    };
    let leave = {
        let cursor = cursor.clone();
        Callback::from(move |event: PointerEvent| {
            // What a finger has asked for stays when it is lifted.
            if event.pointer_type() == "mouse" {
                cursor.set(None);
            }
        })
    };
    let key = {
        let cursor = cursor.clone();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            cursor.set(input.value().parse().ok());
        })
    };
    let [focus, blur] = [Some(at), None].map(|to| {
        let cursor = cursor.clone();
        Callback::from(move |_: FocusEvent| cursor.set(to))
    });
    html! {
        <input type="range" class="plot-cursor" aria-label={format!("{name}, read out")} min="0"
            max={(count - 1).to_string()} step="1" value={at.to_string()} aria-valuetext={text(at)}
            onpointerdown={follow(true)} onpointermove={follow(false)} onpointerleave={leave}
            oninput={key} onfocus={focus} onblur={blur} />
    }
}
