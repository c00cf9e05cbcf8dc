//! The macro `html!` of the views: the syntax of Yew's, compiled for size. What is fixed becomes
//! one text of marks and names, what is not a call for each value; `crate::web::markup` reads both
//! and builds the same elements. Yew's own macro builds each element in place, at some 380 bytes of
//! program each: 38 kB more to load, compressed.

mod node;

use proc_macro::TokenStream;
use quote::quote;
use syn::parse_macro_input;

/// Builds elements: `html! { <p class="note">{ text }</p> }`.
///
/// - A child is an element, a text in quotes, `{ value }`, `{ for values }`, a choice by `if` and
///   `else`, a fragment `<> … </>`, or a component without children, which Yew's own macro builds.
/// - An attribute is `name="text"`, `name={value}`, `{name}`, or `name=true`; `on…` listens; `key`
///   and `ref` are as in Yew.
#[proc_macro]
pub fn html(input: TokenStream) -> TokenStream {
    let root = parse_macro_input!(input as node::Root);
    let (markup, calls) = (node::variable(), root.calls());
    quote! {{
        let mut #markup = crate::web::markup::Markup::begin();
        #calls
        #markup.done()
    }}
    .into()
}
