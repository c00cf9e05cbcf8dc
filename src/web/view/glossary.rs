//! Terms where they are used, each with its meaning at hand, and the dialog of all of them.

use super::Tell;
use super::icon::{self, icon};
use super::overlay::use_dialog;
use crate::sim::kinds::Kind;
use crate::sim::kinds::param::Param;
use crate::sim::sorting;
use crate::web::glossary::{self, Piece};
use crate::web::lessons::story;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use web_sys::{Element, HtmlElement, HtmlInputElement};

/// A text whose marked terms say what they mean.
pub fn text(text: &'static str) -> Html {
    let piece = |piece| match piece {
        Piece::Plain(text) => html! { { text } },
        Piece::Term { before, shown, after, term } => {
            html! { <Word {before} {shown} {after} {term} /> }
        }
    };
    html! { <>{ for glossary::pieces(text).into_iter().map(piece) }</> }
}

/// The name of a figure, which says what it means where the glossary knows it.
pub fn name(shown: &str) -> Html {
    let shown = shown.to_owned();
    match glossary::find(&shown) {
        Some(term) => html! { <Word {shown} {term} /> },
        None => html! { { shown } },
    }
}

/// What a term in a text needs.
#[derive(Properties, PartialEq)]
pub struct WordProps {
    /// What stands before it without a space.
    #[prop_or_default]
    pub before: &'static str,
    /// As the text calls it.
    pub shown: AttrValue,
    /// What stands after it without a space.
    #[prop_or_default]
    pub after: &'static str,
    /// What it is.
    pub term: &'static glossary::Term,
}

/// A term in a text: pointed at, focused or tapped it says what it means; Escape takes that away.
#[component]
pub fn Word(props: &WordProps) -> Html {
    let open = use_state_eq(|| false);
    let (word, meaning) = (use_node_ref(), use_node_ref());
    {
        let (word, meaning) = (word.clone(), meaning.clone());
        use_effect_with(*open, move |&open| {
            if let (true, Some(word), Some(meaning)) =
                (open, word.cast::<Element>(), meaning.cast::<HtmlElement>())
            {
                place(&word, &meaning);
            }
        });
    }
    let set = |to: bool| {
        let open = open.clone();
        move || open.set(to)
    };
    let (show, hide, tap, leave, escape) =
        (set(true), set(false), set(true), set(false), set(false));
    let is_open = *open;
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        // Where nothing is told, Escape is for what is around.
        if event.key() == "Escape" && is_open {
            event.stop_propagation();
            escape();
        }
    });
    let id = format!("meaning-{}", props.term.name.replace(' ', "-"));
    html! {
        <span class="term" onmouseenter={Callback::from(move |_| show())}
            onmouseleave={Callback::from(move |_| hide())} {onkeydown}>
            { props.before }
            <button type="button" class="term-word" ref={word}
                aria-describedby={(*open).then(|| id.clone())}
                onfocus={let show = set(true); Callback::from(move |_| show())}
                onblur={Callback::from(move |_| leave())}
                onclick={Callback::from(move |_| tap())}>{ &props.shown }</button>
            { props.after }
            if *open {
                <span class="meaning" role="tooltip" {id} ref={meaning}>{ meaning_of(props.term) }</span>
            }
        </span>
    }
}

/// Puts the meaning below its word, or above where there is no room, inside the window.
fn place(word: &Element, meaning: &HtmlElement) {
    let (word, own) = (word.get_bounding_client_rect(), meaning.get_bounding_client_rect());
    let Some(root) = word_root(meaning) else { return };
    let (width, height) = (f64::from(root.client_width()), f64::from(root.client_height()));
    let left = word.left().min(width - own.width() - 8.0).max(8.0);
    let below = word.bottom() + 2.0;
    let top = if below + own.height() > height { word.top() - own.height() - 2.0 } else { below };
    // Set on the object, since the policy allows no style in the text of the page.
    let _ = meaning.style().set_property("left", &format!("{left}px"));
    let _ = meaning.style().set_property("top", &format!("{top}px"));
}

fn word_root(element: &HtmlElement) -> Option<Element> {
    element.owner_document()?.document_element()
}

fn meaning_of(term: &'static glossary::Term) -> Html {
    html! {
        <>
            <strong>{ term.shown() }</strong>
            if !term.unit.is_empty() { <span class="muted">{ format!(" in {}", term.unit) }</span> }
            { ". " }{ term.text }
            if !term.source.is_empty() { <span class="muted">{ " " }{ term.source }</span> }
        </>
    }
}

/// The dialog of all terms.
pub fn dialog(model: &Model, tell: &Tell) -> Html {
    html! { <Glossary open={model.story.glossary} tell={tell.clone()} /> }
}

/// What the dialog needs.
#[derive(Properties, PartialEq)]
pub struct GlossaryProps {
    /// Whether it is shown.
    pub open: bool,
    /// Where messages go.
    pub tell: Tell,
}

/// All terms, and all settings that a search finds.
#[component]
pub fn Glossary(props: &GlossaryProps) -> Html {
    let node = use_dialog(props.open);
    let search = use_state_eq(String::new);
    let close = props.tell.reform(|_: MouseEvent| Msg::Story(story::Msg::Glossary(false)));
    let onclose = props.tell.reform(|_: Event| Msg::Story(story::Msg::Glossary(false)));
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| {
            search.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    html! {
        <dialog class="help glossary" ref={node} {onclose} aria-labelledby="glossary-title">
            <div class="help-head">
                <h2 id="glossary-title">{ "Glossary" }</h2>
                <button type="button" class="quiet" onclick={close} aria-label="Close">{ icon(icon::CLOSE) }</button>
            </div>
            <label class="line">
                { "Search" }
                <input type="search" class="entry" id="glossary-search" value={(*search).clone()} {oninput} />
            </label>
            if props.open { { found(search.trim()) } }
        </dialog>
    }
}

fn found(search: &str) -> Html {
    let ranked = glossary::all().filter_map(|term| Some((term.rank(search)?, term)));
    let mut terms: Vec<(usize, &'static glossary::Term)> = ranked.collect();
    sorting::by(&mut terms, |a, b| {
        let names = [a, b].map(|(_, term)| term.name.to_ascii_lowercase());
        a.0.cmp(&b.0).then_with(|| names[0].cmp(&names[1]))
    });
    let settings = if search.is_empty() { Vec::new() } else { glossary::settings(search) };
    let term = |(_, term): &(usize, &'static glossary::Term)| {
        html! {
            <>
                <dt>
                    { term.shown() }
                    if !term.also.is_empty() {
                        <span class="muted">{ format!(" ({})", term.also.replace(',', ", ")) }</span>
                    }
                </dt>
                <dd>{ meaning_in_list(term) }</dd>
            </>
        }
    };
    let setting = |(kind, row): &(Kind, &'static Param)| {
        html! {
            <>
                <dt>{ row.label }<span class="muted">{ format!(" ({}) {}", kind.label(), row.unit) }</span></dt>
                <dd>{ row.help }</dd>
            </>
        }
    };
    let counted = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    html! {
        <>
            <p class="muted" role="status">
                { counted(terms.len(), "term") }
                if search.is_empty() { { "; a search finds settings too" } }
                else { { format!(", {}", counted(settings.len(), "setting")) } }
                if terms.is_empty() && settings.is_empty() { { ": try a part of the word, or another" } }
            </p>
            <dl class="terms">
                { for terms.iter().map(term) }
                { for settings.iter().take(40).map(setting) }
            </dl>
        </>
    }
}

fn meaning_in_list(term: &'static glossary::Term) -> Html {
    html! {
        <>
            { term.text }
            if !term.source.is_empty() { <span class="muted">{ " " }{ term.source }</span> }
            if !term.unit.is_empty() { <span class="muted">{ format!(" Unit: {}.", term.unit) }</span> }
        </>
    }
}
