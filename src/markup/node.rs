//! What the macro reads, and the calls it writes for it.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Lit, Result, Token};

/// The marks of the fixed text; `crate::web::markup` reads the same ones. A mark stands before what
/// it names, and no name or text contains one.
mod mark {
    pub const OPEN: char = '\u{1}';
    pub const NAME: char = '\u{2}';
    pub const VALUE: char = '\u{3}';
    pub const TEXT: char = '\u{4}';
    pub const CLOSE: char = '\u{5}';
    pub const LIST: char = '\u{6}';
}

/// All of one `html!`.
pub struct Root(Vec<Node>);

enum Node {
    Element { tag: String, attributes: Vec<Attribute>, children: Vec<Node> },
    Fragment(Vec<Node>),
    Component(TokenStream),
    Text(String),
    Value(TokenStream),
    Each(TokenStream),
    If(Box<If>),
}

struct If {
    condition: Expr,
    then: Vec<Node>,
    or: Option<Vec<Node>>,
}

struct Attribute {
    name: String,
    label: TokenStream,
    value: Setting,
}

enum Setting {
    Fixed(String),
    Free(TokenStream),
    Absent,
}

impl Parse for Root {
    fn parse(input: ParseStream) -> Result<Self> {
        Ok(Self(children(input)?))
    }
}

impl Root {
    /// The calls that build it.
    pub fn calls(&self) -> TokenStream {
        let mut calls = Calls::default();
        self.0.iter().for_each(|node| calls.node(node));
        calls.finish()
    }
}

/// All nodes up to the end of `input`, or to a closing tag.
fn children(input: ParseStream) -> Result<Vec<Node>> {
    let mut nodes = Vec::new();
    while !(input.is_empty() || input.peek(Token![<]) && input.peek2(Token![/])) {
        nodes.push(node(input)?);
    }
    Ok(nodes)
}

fn node(input: ParseStream) -> Result<Node> {
    if input.peek(Token![if]) {
        return Ok(Node::If(Box::new(condition(input)?)));
    }
    if input.peek(syn::token::Brace) {
        let content;
        syn::braced!(content in input);
        if content.peek(Token![for]) {
            content.parse::<Token![for]>()?;
            return Ok(Node::Each(content.parse()?));
        }
        let value: TokenStream = content.parse()?;
        return Ok(match syn::parse2::<Lit>(value.clone()).map(fixed) {
            Ok(Some(text)) => Node::Text(text),
            _ => Node::Value(value),
        });
    }
    if input.peek(Lit) {
        let lit: Lit = input.parse()?;
        let span = lit.span();
        return fixed(lit).map(Node::Text).ok_or_else(|| syn::Error::new(span, "not a text"));
    }
    element(input)
}

/// A literal as it reads; none that contains a mark.
fn fixed(lit: Lit) -> Option<String> {
    let text = match lit {
        Lit::Str(text) => text.value(),
        Lit::Int(number) => number.base10_digits().to_owned(),
        Lit::Char(letter) => letter.value().to_string(),
        _ => return None,
    };
    (!text.contains(|letter| letter <= mark::LIST)).then_some(text)
}

fn condition(input: ParseStream) -> Result<If> {
    input.parse::<Token![if]>()?;
    let condition = Expr::parse_without_eager_brace(input)?;
    let then = block(input)?;
    let or = if input.peek(Token![else]) {
        input.parse::<Token![else]>()?;
        Some(if input.peek(Token![if]) { vec![node(input)?] } else { block(input)? })
    } else {
        None
    };
    Ok(If { condition, then, or })
}

fn block(input: ParseStream) -> Result<Vec<Node>> {
    let content;
    syn::braced!(content in input);
    let nodes = children(&content)?;
    if content.is_empty() { Ok(nodes) } else { Err(content.error("a closing tag too many")) }
}

fn element(input: ParseStream) -> Result<Node> {
    let open: Token![<] = input.parse()?;
    if input.peek(Token![>]) {
        input.parse::<Token![>]>()?;
        let inner = children(input)?;
        close(input, "")?;
        return Ok(Node::Fragment(inner));
    }
    if is_component(input) {
        return component(open, input);
    }
    let tag = dashed(input)?.0;
    let mut attributes = Vec::new();
    while !input.peek(Token![>]) && !input.peek(Token![/]) {
        attributes.push(attribute(input)?);
    }
    let mut inner = Vec::new();
    if input.peek(Token![/]) {
        input.parse::<Token![/]>()?;
        input.parse::<Token![>]>()?;
    } else {
        input.parse::<Token![>]>()?;
        inner = children(input)?;
        close(input, &tag)?;
    }
    Ok(Node::Element { tag, attributes, children: inner })
}

/// Whether the name of a type follows: its last word begins with a capital letter.
fn is_component(input: ParseStream) -> bool {
    let ahead = input.fork();
    let mut last = String::new();
    while let Ok(word) = Ident::parse_any(&ahead) {
        last = word.to_string();
        if ahead.parse::<Token![::]>().is_err() {
            break;
        }
    }
    last.starts_with(char::is_uppercase)
}

/// A component, as it stands, for Yew's macro.
fn component(open: Token![<], input: ParseStream) -> Result<Node> {
    let mut tokens = open.to_token_stream();
    loop {
        if input.peek(Token![/]) && input.peek2(Token![>]) {
            input.parse::<Token![/]>()?.to_tokens(&mut tokens);
            input.parse::<Token![>]>()?.to_tokens(&mut tokens);
            return Ok(Node::Component(tokens));
        }
        if input.peek(Token![>]) {
            return Err(input.error("a component of the page has no children"));
        }
        input.parse::<TokenTree>()?.to_tokens(&mut tokens);
    }
}

fn close(input: ParseStream, tag: &str) -> Result<()> {
    input.parse::<Token![<]>()?;
    input.parse::<Token![/]>()?;
    let span = input.span();
    let name = if input.peek(Token![>]) { String::new() } else { dashed(input)?.0 };
    input.parse::<Token![>]>()?;
    if name == tag { Ok(()) } else { Err(syn::Error::new(span, format!("closes <{tag}>"))) }
}

/// A name that may contain dashes, and its first word.
fn dashed(input: ParseStream) -> Result<(String, Ident)> {
    let first = Ident::parse_any(input)?;
    let mut name = first.unraw().to_string();
    while input.peek(Token![-]) {
        input.parse::<Token![-]>()?;
        let next = Ident::parse_any(input)?;
        name = format!("{name}-{next}");
    }
    Ok((name, first))
}

fn attribute(input: ParseStream) -> Result<Attribute> {
    if input.peek(syn::token::Brace) {
        let content;
        syn::braced!(content in input);
        let (name, word) = dashed(&content)?;
        let label = word.to_token_stream();
        return Ok(Attribute { name, value: Setting::Free(label.clone()), label });
    }
    let (name, word) = dashed(input)?;
    let label = word.to_token_stream();
    input.parse::<Token![=]>()?;
    let value = if input.peek(syn::token::Brace) {
        let group: Group = input.parse()?;
        debug_assert_eq!(group.delimiter(), Delimiter::Brace);
        match syn::parse2::<Lit>(group.stream()).map(|lit| setting(lit, &name)) {
            Ok(Some(value)) => value,
            _ => Setting::Free(group.stream()),
        }
    } else {
        let lit: Lit = input.parse()?;
        let span = lit.span();
        setting(lit, &name).ok_or_else(|| syn::Error::new(span, "not a value"))?
    };
    Ok(Attribute { name, label, value })
}

/// What a literal sets an attribute to.
fn setting(lit: Lit, name: &str) -> Option<Setting> {
    match lit {
        Lit::Bool(is) if is.value => Some(Setting::Fixed(name.to_owned())),
        // Of a field, this is a state and no attribute that may be absent.
        Lit::Bool(is) if name == "checked" => Some(Setting::Free(is.into_token_stream())),
        Lit::Bool(_) => Some(Setting::Absent),
        lit => fixed(lit).map(Setting::Fixed),
    }
}

/// The variable that the calls go to; what stands between them cannot see it.
pub fn variable() -> Ident {
    Ident::new("markup", Span::mixed_site())
}

/// Braces where more than an expression stands.
fn braced(value: &TokenStream) -> TokenStream {
    match syn::parse2::<Expr>(value.clone()) {
        Ok(_) => value.clone(),
        Err(_) => quote!({ #value }),
    }
}

/// Calls as they come, and the fixed text that goes before the next.
#[derive(Default)]
struct Calls {
    written: TokenStream,
    text: String,
}

impl Calls {
    fn node(&mut self, node: &Node) {
        let markup = variable();
        match node {
            Node::Element { tag, attributes, children } => {
                self.text.push(mark::OPEN);
                self.text.push_str(tag);
                attributes.iter().for_each(|attribute| self.attribute(attribute));
                self.nodes(children);
            }
            Node::Fragment(children) => {
                self.text.push(mark::LIST);
                self.nodes(children);
            }
            Node::Text(text) => {
                self.text.push(mark::TEXT);
                self.text.push_str(text);
            }
            Node::Value(value) => {
                let value = braced(value);
                self.call(quote_spanned!(value.span()=> #markup.child(#value);));
            }
            Node::Component(tokens) => self.call(quote!(#markup.child(::yew::html! { #tokens });)),
            Node::Each(values) => {
                self.text.push(mark::LIST);
                self.call(quote!(for each in #values { #markup.child(each); }));
                self.text.push(mark::CLOSE);
            }
            Node::If(choice) => {
                self.text.push(mark::LIST);
                self.flush();
                let If { condition, then, or } = &**choice;
                let inner = |nodes: &[Node]| {
                    let mut calls = Calls::default();
                    nodes.iter().for_each(|node| calls.node(node));
                    calls.finish()
                };
                let then = inner(then);
                let or = or.as_deref().map(inner).map(|or| quote!(else { #or }));
                self.written.extend(quote!(if #condition { #then } #or));
                self.text.push(mark::CLOSE);
            }
        }
    }

    fn nodes(&mut self, children: &[Node]) {
        children.iter().for_each(|node| self.node(node));
        self.text.push(mark::CLOSE);
    }

    fn attribute(&mut self, Attribute { name, label, value }: &Attribute) {
        let markup = variable();
        let free = match value {
            Setting::Absent => return,
            Setting::Fixed(value) if name == "key" => quote!(#value),
            Setting::Fixed(value) => {
                self.text.push(mark::NAME);
                self.text.push_str(name);
                self.text.push(mark::VALUE);
                self.text.push_str(value);
                return;
            }
            Setting::Free(value) => braced(value),
        };
        let at = free.span();
        match name.as_str() {
            "key" => self.call(quote_spanned!(at=> #markup.key(#free);)),
            "ref" => self.call(quote_spanned!(at=> #markup.reference(#free);)),
            event if event.starts_with("on") => self.call(quote_spanned! {at=>
                #markup.listen(::yew::html::#label::Wrapper::__macro_new(#free));
            }),
            name => {
                self.text.push(mark::NAME);
                self.text.push_str(name);
                self.call(quote_spanned!(at=> #markup.set(#free);));
            }
        }
    }

    fn call(&mut self, call: TokenStream) {
        self.flush();
        self.written.extend(call);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let (markup, text) = (variable(), std::mem::take(&mut self.text));
            self.written.extend(quote!(#markup.text(#text);));
        }
    }

    fn finish(mut self) -> TokenStream {
        self.flush();
        self.written
    }
}
