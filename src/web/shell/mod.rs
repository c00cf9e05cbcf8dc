//! The only part of the page that acts on the browser: it mounts the app, talks to the engine,
//! keeps the address bar, and performs what the model asks for.

pub mod address_bar;
pub mod app;
pub mod clock;
pub mod driver;
pub mod embed;
pub mod engine_link;
pub mod export;
pub mod focus;
pub mod page;
pub mod panic;
pub mod particles;
pub mod worker;

/// Starts the page in the element with the identifier `app`.
pub fn start() {
    panic::show_in_page();
    if let Some(root) = page::element("app") {
        // By the second frame the first picture is certainly on the screen.
        page::after_paint(move || page::after_paint(move || mount(root)));
    }
}

/// Puts the page in an element, in place of what is there.
pub fn mount(root: web_sys::Element) {
    root.set_inner_html("");
    yew::Renderer::<app::App>::with_root(root).render();
}
