//! Builds the elements that `html!` describes: reads the fixed text that the macro writes and takes
//! the values between. Made for size: one call for a value, none for what is fixed.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;
use yew::html::IntoPropValue;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Key, Listener, VList, VTag, VText};
use yew::{AttrValue, Html, NodeRef};

/// The marks of the fixed text, as `millionth_markup` writes them.
mod mark {
    pub const OPEN: u8 = 1;
    pub const NAME: u8 = 2;
    pub const VALUE: u8 = 3;
    pub const TEXT: u8 = 4;
    pub const CLOSE: u8 = 5;
    pub const LIST: u8 = 6;
}

/// Elements on the way: a pointer, so that a view spends no program on it.
pub struct Markup(Box<Building>);

#[derive(Default)]
struct Building {
    /// The open ones, the innermost last; a list has no tag.
    open: Vec<(Option<VTag>, Vec<Html>)>,
    /// What stands outside of all.
    outer: Vec<Html>,
    // Of the innermost, until its first child or its end.
    names: Vec<&'static str>,
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
}

impl Markup {
    /// Nothing yet.
    #[inline(never)]
    pub fn begin() -> Self {
        Self(Box::default())
    }

    /// Takes in fixed text.
    #[inline(never)]
    pub fn text(&mut self, text: &'static str) {
        self.0.read(text);
    }

    /// The value of the attribute named last.
    #[inline(never)]
    pub fn set<V: Value>(&mut self, value: V) {
        let value = value.of(self.0.names.last().copied().unwrap_or_default());
        self.0.value(value);
    }

    /// The key of the innermost element among its neighbours.
    #[inline(never)]
    pub fn key<K: Into<Key>>(&mut self, key: K) {
        if let Some((Some(tag), _)) = self.0.open.last_mut() {
            tag.key = Some(key.into());
        }
    }

    /// What shall name the innermost element once it is on the page.
    #[inline(never)]
    pub fn reference<R: IntoPropValue<NodeRef>>(&mut self, reference: R) {
        if let Some((Some(tag), _)) = self.0.open.last_mut() {
            tag.node_ref = reference.into_prop_value();
        }
    }

    /// What the innermost element listens with.
    #[inline(never)]
    pub fn listen(&mut self, listener: Option<Rc<dyn Listener>>) {
        self.0.listeners.push(listener);
    }

    /// A child of the innermost element.
    #[inline(never)]
    pub fn child<C: Child>(&mut self, child: C) {
        let child = child.node();
        self.0.add(child);
    }

    /// All that was built.
    #[inline(never)]
    pub fn done(mut self) -> Html {
        match self.0.outer.len() {
            1 => self.0.outer.remove(0),
            _ => VList::with_children(self.0.outer, None).into(),
        }
    }
}

impl Building {
    /// A mark, then what it names up to the next mark.
    fn read(&mut self, text: &'static str) {
        let mut rest = text;
        while let Some(&mark) = rest.as_bytes().first() {
            let end = rest[1..].bytes().position(|byte| byte < 7).map_or(rest.len(), |at| at + 1);
            let name = &rest[1..end];
            rest = &rest[end..];
            match mark {
                mark::OPEN => self.enter(Some(VTag::new(name))),
                mark::LIST => self.enter(None),
                mark::NAME => self.names.push(name),
                mark::VALUE => self.value(Some(AttrValue::Static(name))),
                mark::TEXT => self.add(VText::new(name).into()),
                mark::CLOSE => self.leave(),
                _ => unreachable!("the macro writes no other mark"),
            }
        }
    }

    fn value(&mut self, value: Option<AttrValue>) {
        let name = self.names.last().copied().unwrap_or_default();
        // Of an input, these are properties of the element and no attributes.
        if let ("value" | "checked", Some((Some(tag), _))) = (name, self.open.last_mut())
            && let "input" | "textarea" = tag.tag()
        {
            self.names.pop();
            match name {
                "value" => tag.set_value(value),
                _ => tag.set_checked(value.is_some()),
            }
            return;
        }
        self.values.push(value.map(AttributeOrProperty::Attribute));
    }

    fn enter(&mut self, tag: Option<VTag>) {
        self.seal();
        self.open.push((tag, Vec::new()));
    }

    fn leave(&mut self) {
        self.seal();
        let Some((tag, children)) = self.open.pop() else { return };
        let node = match tag {
            Some(mut tag) => {
                if !children.is_empty() {
                    tag.add_children(children);
                }
                tag.into()
            }
            None => VList::with_children(children, None).into(),
        };
        self.add(node);
    }

    fn add(&mut self, node: Html) {
        self.seal();
        self.open.last_mut().map_or(&mut self.outer, |(_, children)| children).push(node);
    }

    /// Gives the innermost element its attributes and listeners, if that is still to do.
    fn seal(&mut self) {
        let Some((Some(tag), _)) = self.open.last_mut() else { return };
        if !self.names.is_empty() {
            let values = self.values.drain(..).collect();
            tag.set_attributes(Attributes::Dynamic { keys: kept(&self.names), values });
            self.names.clear();
        }
        if !self.listeners.is_empty() {
            tag.set_listeners(self.listeners.drain(..).collect());
        }
    }
}

/// Names of the attributes of an element.
type Names = &'static [&'static str];

/// The same names as a list that is never freed, made once for each list of names: Yew compares
/// attributes fast if the lists are one and the same. There are as many as kinds of elements.
fn kept(names: &[&'static str]) -> Names {
    thread_local! {
        static KEPT: RefCell<[Vec<Names>; 64]> =
            const { RefCell::new([const { Vec::new() }; 64]) };
    }
    let bytes = names.iter().flat_map(|name| name.bytes());
    let sum = bytes.fold(0_usize, |sum, byte| sum.wrapping_mul(31) ^ usize::from(byte));
    KEPT.with_borrow_mut(|kept| {
        let near = &mut kept[sum % 64];
        if let Some(same) = near.iter().find(|list| **list == names) {
            return *same;
        }
        let list: Names = Box::leak(names.into());
        near.push(list);
        list
    })
}

/// What an attribute can be set to.
pub trait Value {
    /// As text; nothing leaves the attribute out.
    fn of(self, name: &'static str) -> Option<AttrValue>;
}

impl Value for bool {
    fn of(self, name: &'static str) -> Option<AttrValue> {
        self.then_some(AttrValue::Static(name))
    }
}

impl Value for &'static str {
    fn of(self, _: &'static str) -> Option<AttrValue> {
        Some(AttrValue::Static(self))
    }
}

impl Value for String {
    fn of(self, _: &'static str) -> Option<AttrValue> {
        Some(AttrValue::from(self))
    }
}

impl Value for AttrValue {
    fn of(self, _: &'static str) -> Option<AttrValue> {
        Some(self)
    }
}

impl Value for &AttrValue {
    fn of(self, _: &'static str) -> Option<AttrValue> {
        Some(self.clone())
    }
}

impl Value for Classes {
    fn of(self, _: &'static str) -> Option<AttrValue> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

impl<V: Value> Value for Option<V> {
    fn of(self, name: &'static str) -> Option<AttrValue> {
        self.and_then(|value| value.of(name))
    }
}

/// What an element can contain.
pub trait Child {
    /// As a node, always one.
    fn node(self) -> Html;
}

impl Child for Html {
    fn node(self) -> Html {
        self
    }
}

impl Child for String {
    fn node(self) -> Html {
        VText::new(self).into()
    }
}

impl Child for AttrValue {
    fn node(self) -> Html {
        VText::new(self).into()
    }
}

impl Child for &str {
    fn node(self) -> Html {
        VText::new(self.to_owned()).into()
    }
}

impl Child for &String {
    fn node(self) -> Html {
        VText::new(self.clone()).into()
    }
}

impl Child for &AttrValue {
    fn node(self) -> Html {
        VText::new(self.clone()).into()
    }
}

impl Child for usize {
    fn node(self) -> Html {
        VText::new(self.to_string()).into()
    }
}

impl Child for u8 {
    fn node(self) -> Html {
        usize::from(self).node()
    }
}

impl<C: Child> Child for Option<C> {
    fn node(self) -> Html {
        self.map_or_else(Html::default, Child::node)
    }
}

impl Child for Vec<Html> {
    fn node(self) -> Html {
        VList::with_children(self, None).into()
    }
}

/// Names of style, separated by spaces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classes(AttrValue);

impl Classes {
    /// These and one more; an empty one changes nothing.
    #[must_use]
    #[inline(never)]
    pub fn and<C: Into<Classes>>(self, more: C) -> Self {
        let Classes(more) = more.into();
        match (self.0.is_empty(), more.is_empty()) {
            (_, true) => self,
            (true, false) => Self(more),
            (false, false) => Self(format!("{} {more}", self.0).into()),
        }
    }
}

impl From<&'static str> for Classes {
    fn from(name: &'static str) -> Self {
        Self(AttrValue::Static(name))
    }
}

impl From<String> for Classes {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl<C: Into<Classes>> From<Option<C>> for Classes {
    fn from(name: Option<C>) -> Self {
        name.map_or_else(Self::default, Into::into)
    }
}

/// Names of style put together: `classes!("card", is_open.then_some("open"))`.
macro_rules! classes {
    ($($name:expr),* $(,)?) => { $crate::web::markup::Classes::default()$(.and($name))* };
}

/// What each view uses.
pub mod prelude {
    pub use super::Classes;
    pub(crate) use classes;
    pub use millionth_markup::html;
    pub use yew::events::*;
    pub use yew::functional::*;
    pub use yew::{AttrValue, Callback, Html, NodeRef, Properties, TargetCast};
}
