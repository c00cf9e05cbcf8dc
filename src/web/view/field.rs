//! Fields: a slider with its number field, a choice, a switch, a text. Each keeps what is being
//! typed to itself until it is done, so that the figures' steady updates do not disturb it.

use super::format;
use crate::web::markup::prelude::*;
use crate::web::scale::Scale;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};

/// Moves the focus to an element.
pub fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    let element = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(id))
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// Moves the focus to a heading, and brings it to the top where it is out of sight or low.
pub fn show(id: &str) {
    let window = web_sys::window();
    let document = window.as_ref().and_then(web_sys::Window::document);
    let element = document.and_then(|document| document.get_element_by_id(id));
    if let (Some(element), Some(window)) = (element, window) {
        let height = window.inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
        let top = element.get_bounding_client_rect().top();
        if top < 0.0 || top > 0.4 * height {
            element.scroll_into_view();
        }
    }
    // What is in view stays where it is.
    focus(id);
}

/// Scrolls the story's panel to its beginning.
pub fn to_top() {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(panel) = document.and_then(|d| d.query_selector(".lesson").ok().flatten()) {
        panel.set_scroll_top(0);
    }
}

/// What a value has become by the keys that were pressed since it was drawn.
pub type Latest<T> = Rc<RefCell<T>>;

/// A value that keys change. On a slow machine several of them come between two drawings, and each
/// goes on from where the one before led.
#[hook]
pub fn use_latest<T: Clone + 'static>(drawn: &T) -> Latest<T> {
    let latest = use_mut_ref(|| drawn.clone());
    latest.replace(drawn.clone());
    latest
}

/// A new value, and whether the gesture that makes it is over.
pub type Change = Callback<(f64, bool)>;

/// What a slider needs.
#[derive(Properties, PartialEq)]
pub struct SliderProps {
    /// Identifier, for its label.
    pub id: AttrValue,
    /// The value.
    pub value: f64,
    /// How it runs.
    pub scale: Scale,
    /// The value in words.
    pub spoken: AttrValue,
    /// What happens on a change.
    pub on_change: Change,
}

/// A slider: the browser's own, on which arrow keys go along 1, 2, 5 where it runs by factors.
#[component]
pub fn Slider(props: &SliderProps) -> Html {
    let node = use_node_ref();
    let (scale, value) = (props.scale, props.value);
    let (position, last) = (scale.position(value), scale.last());
    {
        let node = node.clone();
        use_effect_with((position, last), move |&(position, last)| {
            if let Some(input) = node.cast::<HtmlElement>() {
                let share = 100.0 * f64::from(position) / f64::from(last.max(1));
                // Set on the object, since the policy allows no style in the text of the page.
                let _ = input.style().set_property("--fill", &format!("{share:.2}%"));
            }
        });
    }
    let moved = |done: bool| {
        let on_change = props.on_change.clone();
        move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            if let Ok(position) = input.value().parse::<u32>() {
                // A value between two positions stays what it is until the slider moves.
                let is_here = position == scale.position(value);
                on_change.emit((if is_here { value } else { scale.value(position) }, done));
            }
        }
    };
    let oninput = {
        let act = moved(false);
        Callback::from(move |event: InputEvent| act(event.into()))
    };
    let (onpointerdown, onpointercancel) = use_way_back(&node, scale, value, &props.on_change);
    let latest = use_latest(&value);
    let onkeydown = keys(scale, Rc::clone(&latest), props.on_change.clone());
    let onkeyup = {
        let on_change = props.on_change.clone();
        Callback::from(move |event: KeyboardEvent| {
            // Not the key that brought the focus here.
            if scale.has_own_keys() && step(&event.key()).is_some() {
                on_change.emit((*latest.borrow(), true));
            }
        })
    };
    html! {
        <input
            type="range" class="slider" ref={node} id={props.id.clone()}
            min="0" max={last.to_string()} step="1" value={position.to_string()}
            aria-valuetext={props.spoken.clone()}
            {oninput} onchange={Callback::from(moved(true))} {onkeydown} {onkeyup}
            {onpointerdown} {onpointercancel}
        />
    }
}

/// A finger that comes down moves the slider to it. Where it then scrolls the page, the browser takes
/// it away, and the slider goes back.
#[hook]
fn use_way_back(
    node: &NodeRef,
    scale: Scale,
    value: f64,
    on_change: &Change,
) -> (Callback<PointerEvent>, Callback<PointerEvent>) {
    let held = use_mut_ref(|| value);
    let (node, on_change) = (node.clone(), on_change.clone());
    let down = {
        let held = Rc::clone(&held);
        Callback::from(move |_: PointerEvent| *held.borrow_mut() = value)
    };
    let cancel = Callback::from(move |_: PointerEvent| {
        let before = *held.borrow();
        if let Some(input) = node.cast::<HtmlInputElement>() {
            input.set_value(&scale.position(before).to_string());
        }
        on_change.emit((before, true));
    });
    (down, cancel)
}

/// Whether a key moves a slider up, and whether far.
fn step(key: &str) -> Option<(bool, bool)> {
    match key {
        "ArrowRight" | "ArrowUp" => Some((true, false)),
        "ArrowLeft" | "ArrowDown" => Some((false, false)),
        "PageUp" => Some((true, true)),
        "PageDown" => Some((false, true)),
        _ => None,
    }
}

fn keys(scale: Scale, latest: Latest<f64>, on_change: Change) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let Some((up, far)) = step(&event.key()) else {
            return;
        };
        if scale.has_own_keys() {
            event.prevent_default();
            let next = scale.next(*latest.borrow(), up, far);
            latest.replace(next);
            on_change.emit((next, false));
        }
    })
}

/// What a number field needs.
#[derive(Properties, PartialEq)]
pub struct NumberProps {
    /// Name for those who do not see the label beside it.
    pub label: AttrValue,
    /// The value.
    pub value: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// What happens when a value was entered.
    pub on_change: Change,
}

/// A number field: takes the value over when it is done.
#[component]
pub fn Number(props: &NumberProps) -> Html {
    let take = {
        let on_change = props.on_change.clone();
        Callback::from(move |text: String| {
            if let Ok(value) = text.trim().parse::<f64>() {
                on_change.emit((value, true));
            }
        })
    };
    html! {
        <Text
            kind="number" label={props.label.clone()} value={format::plain(props.value)}
            min={format::plain(props.min)} max={format::plain(props.max)} on_done={take}
        />
    }
}

/// What a text field needs.
#[derive(Properties, PartialEq)]
pub struct TextProps {
    /// Type of the input element.
    #[prop_or("text".into())]
    pub kind: AttrValue,
    /// Identifier, where a label names it.
    #[prop_or_default]
    pub id: Option<AttrValue>,
    /// Name, where none does.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// The value.
    pub value: String,
    /// Smallest number.
    #[prop_or_default]
    pub min: Option<AttrValue>,
    /// Largest number.
    #[prop_or_default]
    pub max: Option<AttrValue>,
    /// Shown while it is empty.
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// What happens when a text was entered.
    pub on_done: Callback<String>,
}

/// A field that keeps what is being typed until it is done.
#[component]
pub fn Text(props: &TextProps) -> Html {
    let draft = use_state_eq(|| None::<String>);
    let read =
        |event: &Event| event.target_dyn_into::<HtmlInputElement>().map(|input| input.value());
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| draft.set(read(&event)))
    };
    let onchange = {
        let (draft, on_done) = (draft.clone(), props.on_done.clone());
        Callback::from(move |event: Event| {
            if let Some(text) = read(&event) {
                on_done.emit(text);
            }
            draft.set(None);
        })
    };
    let onblur = {
        let draft = draft.clone();
        Callback::from(move |_: FocusEvent| draft.set(None))
    };
    let value = (*draft).clone().unwrap_or_else(|| props.value.clone());
    let step = (props.kind == "number").then_some("any");
    html! {
        <input
            type={props.kind.clone()} class="entry" id={props.id.clone()}
            aria-label={props.label.clone()} {value} {step} autocomplete="off"
            min={props.min.clone()} max={props.max.clone()} placeholder={props.hint.clone()}
            {oninput} {onchange} {onblur}
        />
    }
}

/// What a choice needs.
#[derive(Properties, PartialEq)]
pub struct ChoiceProps {
    /// Identifier, for its label.
    pub id: AttrValue,
    /// The choices: value and text.
    pub choices: Vec<(AttrValue, AttrValue)>,
    /// The chosen value.
    pub value: AttrValue,
    /// What happens when another is chosen.
    pub on_choose: Callback<String>,
}

/// A choice among several.
#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let node = use_node_ref();
    {
        // What was chosen and refused must not stay shown, so the element is told each time.
        let (node, value) = (node.clone(), props.value.clone());
        use_effect(move || {
            let select = node.cast::<HtmlSelectElement>();
            if let Some(select) = select.filter(|select| select.value() != *value) {
                select.set_value(&value);
            }
        });
    }
    let onchange = props
        .on_choose
        .reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
    let option = |(value, text): &(AttrValue, AttrValue)| {
        html! {
            <option value={value.clone()} selected={*value == props.value}>{ text.clone() }</option>
        }
    };
    html! {
        <select class="entry" id={props.id.clone()} ref={node} {onchange}>
            { for props.choices.iter().map(option) }
        </select>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_is_moved_by_its_own_keys_alone() {
        assert_eq!(step("ArrowUp"), Some((true, false)));
        assert_eq!(step("PageDown"), Some((false, true)));
        assert_eq!(["Tab", "Shift", " ", "Enter"].map(step), [None; 4]);
    }
}
