//! The whole page. No worker's files lie beside these tests, so that it runs the engine itself.

use millionth::sim::session::{Command, Session, Update};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Document, Element, HtmlElement};

fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("a page")
}

/// Waits for an element that fits a selector.
async fn found(selector: &str) -> Element {
    for _ in 0..2_000 {
        if let Ok(Some(element)) = document().query_selector(selector) {
            return element;
        }
        let promise = js_sys::Promise::new(&mut |go, _| {
            let window = web_sys::window().expect("a page");
            window.set_timeout_with_callback_and_timeout_and_arguments_0(&go, 20).expect("a timer");
        });
        wasm_bindgen_futures::JsFuture::from(promise).await.expect("time passes");
    }
    panic!("{selector} is not found");
}

async fn click(selector: &str) {
    found(selector).await.unchecked_into::<HtmlElement>().click();
}

fn address() -> String {
    let location = web_sys::window().expect("a page").location();
    location.search().expect("a query") + &location.hash().expect("a fragment")
}

/// The settled 99th percentile of a link, as a session finds it.
fn settled_p99(link: &str) -> String {
    let mut session = Session::new(link);
    loop {
        for update in session.handle(Command::Advance { wall_ms: 0.0, events: 1_000_000 }) {
            if let Update::Settled(settled) = update
                && settled.complete
            {
                return settled.p99_s.expect("answers came").value.to_string();
            }
        }
    }
}

#[wasm_bindgen_test]
async fn the_page_boots_settles_and_follows_what_is_done() {
    let place = document().create_element("div").expect("an element");
    document().body().expect("a body").append_child(&place).expect("room");
    millionth::web::shell::mount(place);

    found("#tile-p99[data-fresh='true'] .tile-settled:not(.provisional)").await;
    let shown = found("#tile-p99").await.get_attribute("data-settled");
    assert_eq!(shown, Some(settled_p99("?stage=1")), "the page finds what a session finds");

    click(".rail li:nth-child(2) button").await;
    assert!(found("#lesson-title").await.text_content().is_some());
    found(".rail li:nth-child(2) [aria-current='step']").await;
    assert_eq!(address(), "?stage=2#v=1", "a new stage is a new entry at once");

    click(".tries li:last-child button").await;
    found("[aria-label='Undo: Kill the database']").await;
    click("[aria-label='Undo: Kill the database']").await;
    found("[aria-label='Undo: Stage 2']").await;
    click("[aria-label='Undo: Stage 2']").await;
    found(".rail li:nth-child(1) [aria-current='step']").await;
}
