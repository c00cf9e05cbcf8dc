//! The page. `model`, `route` and the small modules beside them are pure: no browser type occurs in
//! them. `view` turns the model into elements; `shell` alone acts on the browser.

pub mod compare;
pub mod csv;
pub mod embed;
pub mod failing;
pub mod files;
pub mod glossary;
pub mod history;
pub mod insight;
pub mod lessons;
pub mod marks;
pub mod markup;
pub mod model;
pub mod parts;
pub mod references;
pub mod remedy;
pub mod route;
pub mod scale;
pub mod share;
pub mod shell;
pub mod steps;
pub mod summary;
pub mod timeline;
pub mod view;

/// Names this build: the page and its worker must agree on it.
pub const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("MILLIONTH_BUILD"));
