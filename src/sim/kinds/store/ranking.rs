//! The slots of a store by how often they were asked for: a heap of four children a node, least
//! used on top, the longest unused first among equals.
//!
//! Memory: 20 bytes a slot.

const CHILDREN: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    uses: u32,
    /// The number of the last use among all.
    last: u64,
    slot: u32,
}

/// The heap. Slots are numbered from 0 without gaps.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    nodes: Vec<Node>,
    /// Where in the heap each slot stands.
    place: Vec<u32>,
}

impl Ranking {
    /// The slot used least, and how often.
    #[inline]
    #[must_use]
    pub fn least(&self) -> Option<(u32, u32)> {
        self.nodes.first().map(|node| (node.slot, node.uses))
    }

    /// Adds the slot with the next number.
    pub fn push(&mut self, uses: u32, last: u64) {
        let at = self.nodes.len();
        self.nodes.push(Node { uses, last, slot: at as u32 });
        self.place.push(at as u32);
        self.rise(at);
    }

    /// Notes a use of a slot: how many there were, and the number of this one among all.
    #[inline]
    pub fn used(&mut self, slot: u32, uses: u32, last: u64) {
        let at = self.place[slot as usize] as usize;
        self.nodes[at] = Node { uses, last, slot };
        self.settle(at);
    }

    /// Notes a use that does not count.
    #[inline]
    pub fn touched(&mut self, slot: u32, last: u64) {
        let uses = self.nodes[self.place[slot as usize] as usize].uses;
        self.used(slot, uses, last);
    }

    /// Takes a slot out; the one with the highest number gets its number.
    pub fn remove(&mut self, slot: u32) {
        let at = self.place[slot as usize] as usize;
        self.nodes.swap_remove(at);
        if at < self.nodes.len() {
            self.place[self.nodes[at].slot as usize] = at as u32;
            self.settle(at);
        }
        self.place.swap_remove(slot as usize);
        if let Some(&at) = self.place.get(slot as usize) {
            self.nodes[at as usize].slot = slot;
        }
    }

    /// Takes all slots out.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.place.clear();
    }

    #[inline]
    fn settle(&mut self, at: usize) {
        let at = self.sink(at);
        self.rise(at);
    }

    fn rise(&mut self, mut at: usize) {
        let node = self.nodes[at];
        while at > 0 {
            let parent = (at - 1) / CHILDREN;
            if self.nodes[parent] <= node {
                break;
            }
            self.put(at, self.nodes[parent]);
            at = parent;
        }
        self.put(at, node);
    }

    fn sink(&mut self, mut at: usize) -> usize {
        let node = self.nodes[at];
        loop {
            let first = at * CHILDREN + 1;
            let children = first..(first + CHILDREN).min(self.nodes.len());
            let Some(least) = children.min_by_key(|child| self.nodes[*child]) else {
                break;
            };
            if node <= self.nodes[least] {
                break;
            }
            self.put(at, self.nodes[least]);
            at = least;
        }
        self.put(at, node);
        at
    }

    #[inline]
    fn put(&mut self, at: usize, node: Node) {
        self.nodes[at] = node;
        self.place[node.slot as usize] = at as u32;
    }
}
