//! Doubly linked lists through the slots of a store: one in the order of use, one of what is dirty.

/// Ends a list.
const END: u32 = u32::MAX;
/// Stands in place of both neighbours where a slot is in no list.
const OUT: u32 = u32::MAX - 1;

/// The neighbours of a slot in a list.
#[derive(Clone, Copy, Debug)]
pub struct Links {
    before: u32,
    after: u32,
}

impl Links {
    /// In no list.
    pub const NONE: Self = Self { before: OUT, after: OUT };
}

/// What a slot offers to lists: the links of list number `N`.
pub trait Linked {
    /// The links of one of its lists.
    fn links(&self, list: usize) -> Links;
    /// The same, to be changed.
    fn links_mut(&mut self, list: usize) -> &mut Links;
}

/// A list through slots; `list` says which of their links are its own.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    list: usize,
    first: u32,
    last: u32,
}

impl Chain {
    /// An empty list.
    #[must_use]
    pub const fn new(list: usize) -> Self {
        Self { list, first: END, last: END }
    }

    /// The slot at the front.
    #[inline]
    #[must_use]
    pub fn first(&self) -> Option<u32> {
        (self.first != END).then_some(self.first)
    }

    /// The slot behind another.
    #[must_use]
    pub fn after(&self, slots: &[impl Linked], slot: u32) -> Option<u32> {
        let after = slots[slot as usize].links(self.list).after;
        (after != END).then_some(after)
    }

    /// Whether a slot is in the list.
    #[inline]
    #[must_use]
    pub fn holds(&self, slot: &impl Linked) -> bool {
        slot.links(self.list).before != OUT
    }

    /// Puts a slot at the back that is not in the list.
    #[inline]
    pub fn push(&mut self, slots: &mut [impl Linked], slot: u32) {
        *slots[slot as usize].links_mut(self.list) = Links { before: self.last, after: END };
        let last = core::mem::replace(&mut self.last, slot);
        self.lead(slots, last, slot);
    }

    /// Takes a slot out, if it is in.
    #[inline]
    pub fn remove(&mut self, slots: &mut [impl Linked], slot: u32) {
        let links = slots[slot as usize].links(self.list);
        if links.before == OUT {
            return;
        }
        self.lead(slots, links.before, links.after);
        self.follow(slots, links.after, links.before);
        *slots[slot as usize].links_mut(self.list) = Links::NONE;
    }

    /// Puts a slot of the list at its back.
    #[inline]
    pub fn renew(&mut self, slots: &mut [impl Linked], slot: u32) {
        if self.last != slot {
            self.remove(slots, slot);
            self.push(slots, slot);
        }
    }

    /// Says that what stands in `slot` now stood elsewhere before, with its links.
    #[inline]
    pub fn moved(&mut self, slots: &mut [impl Linked], slot: u32) {
        let links = slots[slot as usize].links(self.list);
        if links.before != OUT {
            self.lead(slots, links.before, slot);
            self.follow(slots, links.after, slot);
        }
    }

    /// Lets `after` come behind `slot`, or first.
    #[inline]
    fn lead(&mut self, slots: &mut [impl Linked], slot: u32, after: u32) {
        match slot {
            END => self.first = after,
            _ => slots[slot as usize].links_mut(self.list).after = after,
        }
    }

    /// Lets `before` come in front of `slot`, or last.
    #[inline]
    fn follow(&mut self, slots: &mut [impl Linked], slot: u32, before: u32) {
        match slot {
            END => self.last = before,
            _ => slots[slot as usize].links_mut(self.list).before = before,
        }
    }
}
