//! The buttons of the diagram: closer, farther, all of it, and the diagram as text.

use super::gestures::Gestures;
use super::zoom::Zoom;
use crate::web::markup::prelude::*;

/// The buttons, at the foot of the diagram.
pub fn draw(gestures: &Gestures, as_text: &UseStateHandle<bool>) -> Html {
    let by = |factor: f64| {
        let gestures = gestures.clone();
        Callback::from(move |_: MouseEvent| gestures.by(factor))
    };
    let fit = {
        let gestures = gestures.clone();
        Callback::from(move |_: MouseEvent| gestures.fit())
    };
    let toggle = {
        let as_text = as_text.clone();
        Callback::from(move |_: MouseEvent| as_text.set(!*as_text))
    };
    let zoom = *gestures.zoom;
    let percent = format!("{:.0}\u{202f}%", zoom.factor * 100.0);
    // Where the words of a button stay, a sign says that it is on.
    let (pressed, sign, title) = if **as_text {
        ("true", "✓ ", "Back to the drawing")
    } else {
        ("false", "", "The whole diagram as text and tables")
    };
    html! {
        <div class="dg-tools" role="group" aria-label="Diagram view">
            if !**as_text {
                <button type="button" class="quiet" title="Closer: key +, or Ctrl and the wheel" aria-label="Zoom in"
                    disabled={zoom.factor >= Zoom::MOST} onclick={by(Zoom::STEP)}>{ "+" }</button>
                <button type="button" class="quiet" title="Farther: key −" aria-label="Zoom out"
                    disabled={!zoom.is_in()} onclick={by(1.0 / Zoom::STEP)}>{ "−" }</button>
                <button type="button" class="quiet dg-fit" title="All of it: key 0" aria-label={format!("Zoom {percent}, show all")}
                    disabled={!zoom.is_in()} onclick={fit}>{ percent }</button>
            }
            <button type="button" class="quiet dg-as-text" {title} aria-pressed={pressed}
                onclick={toggle}>{ sign }{ "As text" }</button>
        </div>
    }
}
