//! The macro builds what Yew's own builds from the same text.

use super::prelude::*;
use yew::Properties;

/// A node as text: tags, attributes by name, keys, children.
fn text(node: &Html) -> String {
    match node {
        Html::VTag(tag) => {
            let mut attributes: Vec<String> =
                tag.attributes.iter().map(|(name, value)| format!(" {name}={value:?}")).collect();
            attributes.sort();
            let value = tag.value().map(|value| format!(" value:{value}")).unwrap_or_default();
            let checked = tag.checked().map(|is| format!(" checked:{is}")).unwrap_or_default();
            let key = tag.key.as_ref().map(|key| format!(" key:{key}")).unwrap_or_default();
            let inner = tag.children().map(text).unwrap_or_default();
            format!("<{}{}{value}{checked}{key}>{inner}</>", tag.tag(), attributes.concat())
        }
        Html::VList(list) => list.iter().map(text).collect(),
        Html::VText(known) => known.text.to_string(),
        Html::VComp(_) => "component".to_owned(),
        _ => "else".to_owned(),
    }
}

/// Both macros on the same text: the nodes as text.
macro_rules! same {
    ($($markup:tt)*) => {{
        let ours = text(&html! { $($markup)* });
        assert_eq!(ours, text(&::yew::html! { $($markup)* }));
        ours
    }};
}

#[test]
fn elements_and_texts() {
    assert_eq!(same! { <p class="note">{ "a & b < c" }</p> }, r#"<p class="note">a & b < c</>"#);
    same! { <><p /><p>{ "two" }</p></> };
    same! {};
    same! { <svg viewBox="0 0 1 1"><path d="M0 0" stroke-width="2" /></svg> };
    same! { <label for="more" aria-label="More">{ 'x' }{ 3 }</label> };
    same! { <p>{ "a mark \u{5} in it" }</p> };
    same! { <div><ol><li><b>{ "deep" }</b>{ " and " }<i /></li></ol></div> };
}

#[test]
fn values() {
    let (text, none, id) = (String::from("two"), None::<String>, AttrValue::from("three"));
    let name = "four";
    same! {
        <p id={id.clone()} title={text.clone()} lang={none.clone()} {name}>
            { &text }{ name }{ &id }
        </p>
    };
    same! { <li key={7}>{ Some("there") }{ None::<Html> }{ 5_usize }{ 6_u8 }</li> };
    same! { <li key="k">{ { let sum = 2 + 3; sum.to_string() } }</li> };
}

#[test]
fn attributes_that_are_there_or_not() {
    for is in [true, false] {
        let found = same! { <button disabled={is} hidden=true>{ is.to_string() }</button> };
        assert_eq!(found.contains("disabled"), is);
        same! { <details open={!is} /> };
        same! { <option value="v" selected={is}>{ "name" }</option> };
    }
}

#[test]
fn fields_have_properties() {
    let value = String::from("typed");
    same! { <input type="text" value={value.clone()} /> };
    same! { <input type="checkbox" checked={true} /> };
    same! { <input type="checkbox" checked={false} name="n" /> };
    same! { <textarea readonly=true value={value.clone()} /> };
    same! { <progress value="1" max={Some("2")} /> };
}

#[test]
fn choices_and_lists() {
    for x in [Some(1), None] {
        same! {
            <div>
                if let Some(x) = x { <b>{ x.to_string() }</b><i /> } else { { "none" } }
                if x.is_some() { { "some" } }
                if x.is_none() { <u /> } else if x == Some(1) { { "one" } } else { <s /> }
                { for (0..3).map(|i| ::yew::html! { <li key={i}>{ i.to_string() }</li> }) }
            </div>
        };
    }
}

#[test]
fn a_choice_is_one_child_whatever_it_is() {
    let count = |is: bool| match html! { <p>if is { <b /><b /> }<i /></p> } {
        Html::VTag(tag) => match tag.children() {
            Some(Html::VList(list)) => list.len(),
            _ => 0,
        },
        _ => 0,
    };
    assert_eq!(
        (count(true), count(false)),
        (2, 2),
        "what follows would lose its place on the page"
    );
}

#[test]
fn classes_are_joined() {
    let class = |here: bool| classes!("stop", here.then_some("here"), String::from("last"), "");
    let of = |here| text(&html! { <p class={class(here)} /> });
    assert_eq!(of(true), r#"<p class="stop here last"></>"#);
    assert_eq!(of(false), r#"<p class="stop last"></>"#);
    assert_eq!(text(&html! { <p class={classes!(None::<&'static str>)} /> }), "<p></>");
}

#[derive(Properties, PartialEq)]
struct NoteProps {
    word: &'static str,
}

#[component]
fn Note(props: &NoteProps) -> Html {
    html! { <p>{ props.word }</p> }
}

#[test]
fn components_and_listeners() {
    let onclick = Callback::from(|_: MouseEvent| ());
    same! {
        <div onclick={onclick.clone()} onkeydown={|_: KeyboardEvent| ()}>
            <Note key="a" word="b" />
        </div>
    };
}

#[test]
fn names_of_attributes_are_kept_once() {
    let names = |which: bool| {
        let node = if which {
            html! { <a href="x" id={AttrValue::from("1")} /> }
        } else {
            html! { <b href="y" id="2" /> }
        };
        match node {
            Html::VTag(tag) => match &tag.attributes {
                yew::virtual_dom::Attributes::Dynamic { keys, .. } => keys.as_ptr(),
                _ => std::ptr::null(),
            },
            _ => std::ptr::null(),
        }
    };
    assert_eq!(names(true), names(false));
    assert!(!names(true).is_null());
}
