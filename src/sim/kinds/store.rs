//! The bounded memory of a cache node: which keys it holds, which it gives up, what has expired,
//! and what has been written but not yet passed on.
//!
//! Every operation takes constant time, under LFU the logarithm of the entries. Memory: 32 bytes
//! an entry and 11 to 21 for finding it; LFU takes 20 more an entry, and 11 to 21 bytes for every
//! key ever asked for, because it counts those outside the cache too. It grows with what is held
//! and is kept for reuse.

pub mod chain;
pub mod ranking;
pub mod table;

use crate::units::SimTime;
use chain::{Chain, Linked, Links};
use ranking::Ranking;
use table::Table;

/// Which entry leaves when there is no room for a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eviction {
    /// The one not used for longest.
    Lru,
    /// The key asked for least often since the store began, whether it was held or not ("perfect
    /// LFU"); among equals the one not used for longest. A new entry whose key was asked for less
    /// often than all others is itself what leaves.
    Lfu,
    /// The one put in first.
    Fifo,
    /// Any, each as likely as the others.
    Random,
}

/// Names of the evictions, in the order of the setting that chooses one.
pub const EVICTIONS: &[(&str, &str)] = &[
    ("lru", "least recently used"),
    ("lfu", "least frequently used"),
    ("fifo", "first in, first out"),
    ("random", "random"),
];

impl Eviction {
    /// The eviction in this row of [`EVICTIONS`].
    #[must_use]
    pub const fn by_row(row: usize) -> Self {
        match row {
            0 => Self::Lru,
            1 => Self::Lfu,
            2 => Self::Fifo,
            _ => Self::Random,
        }
    }
}

/// What the store holds of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: u32,
    /// The version of its value.
    pub version: u32,
    /// When it is no longer valid; [`SimTime::NEVER`] without a limit.
    pub expires: SimTime,
    /// Whether it was written and the write not yet passed on.
    pub dirty: bool,
}

/// The answer to a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Held and valid.
    Hit(Entry),
    /// Was held until now, but no longer valid: it has left.
    Expired(Entry),
    /// Not held.
    Absent,
}

/// Number of the list in the order of use or insertion.
const ORDER: usize = 0;
/// Number of the list of dirty entries.
const DIRTY: usize = 1;

#[derive(Clone, Copy, Debug)]
struct Slot {
    key: u32,
    version: u32,
    expires: SimTime,
    links: [Links; 2],
}

impl Linked for Slot {
    #[inline]
    fn links(&self, list: usize) -> Links {
        self.links[list]
    }

    #[inline]
    fn links_mut(&mut self, list: usize) -> &mut Links {
        &mut self.links[list]
    }
}

/// The memory of one node.
#[derive(Clone, Debug)]
pub struct Store {
    capacity: usize,
    eviction: Eviction,
    /// The entries, without gaps: the last fills the place of one that leaves.
    slots: Vec<Slot>,
    /// The slot of each key.
    index: Table,
    /// The next to leave under LRU and FIFO comes first.
    order: Chain,
    /// The first to become dirty comes first.
    dirty: Chain,
    /// How often each key was asked for; empty but under LFU.
    counts: Table,
    /// The entries by those counts; empty but under LFU.
    ranking: Ranking,
    /// Uses so far, to tell the last.
    uses: u64,
}

impl Store {
    /// An empty store for so many entries. None is possible: then nothing is ever held.
    #[must_use]
    pub fn new(capacity: usize, eviction: Eviction) -> Self {
        Self {
            capacity,
            eviction,
            slots: Vec::new(),
            index: Table::new(),
            order: Chain::new(ORDER),
            dirty: Chain::new(DIRTY),
            counts: Table::new(),
            ranking: Ranking::default(),
            uses: 0,
        }
    }

    /// How many entries it holds, those expired but not asked for since among them.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many entries it may hold.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Which entry leaves for a new one.
    #[must_use]
    pub const fn eviction(&self) -> Eviction {
        self.eviction
    }

    /// Asks for a key, which counts as a use of it. An expired entry leaves.
    #[inline]
    pub fn get(&mut self, key: u32, now: SimTime) -> Lookup {
        self.uses += 1;
        let counted = (self.eviction == Eviction::Lfu).then(|| self.counts.count(key));
        let Some(slot) = self.index.find(key) else {
            return Lookup::Absent;
        };
        if self.slots[slot as usize].expires <= now {
            return Lookup::Expired(self.detach(slot));
        }
        match counted {
            Some(uses) => {
                self.ranking.used(slot, uses, self.uses);
                self.order.renew(&mut self.slots, slot);
            }
            None => self.touch(slot),
        }
        Lookup::Hit(self.entry(slot))
    }

    /// What is held of a key, expired or not; not a use of it.
    #[must_use]
    pub fn peek(&self, key: u32) -> Option<Entry> {
        self.index.find(key).map(|slot| self.entry(slot))
    }

    /// Puts in a value, or a new one for a key that is held, which stays as dirty as it was. That
    /// is a use to LRU, and to LFU one that does not count. Returns the entry that left for it: one
    /// chosen with `bits` under random eviction; the new one itself where LFU does not admit it or
    /// nothing can be held.
    #[inline]
    pub fn put(&mut self, key: u32, version: u32, expires: SimTime, bits: u64) -> Option<Entry> {
        self.uses += 1;
        if let Some(slot) = self.index.find(key) {
            let held = &mut self.slots[slot as usize];
            (held.version, held.expires) = (version, expires);
            self.touch(slot);
            return None;
        }
        let mut evicted = None;
        if self.slots.len() >= self.capacity {
            let out = self.victim(bits).filter(|slot| self.admits(key, *slot));
            let Some(slot) = out else {
                return Some(Entry { key, version, expires, dirty: false });
            };
            evicted = Some(self.detach(slot));
        }
        let slot = self.slots.len() as u32;
        self.slots.push(Slot { key, version, expires, links: [Links::NONE; 2] });
        self.index.set(key, slot);
        self.order.push(&mut self.slots, slot);
        if self.eviction == Eviction::Lfu {
            self.ranking.push(self.counts.find(key).unwrap_or(0), self.uses);
        }
        evicted
    }

    /// Gives a key that is held a new value and time to live, which is no use of it.
    pub fn renew(&mut self, key: u32, version: u32, expires: SimTime) {
        if let Some(slot) = self.index.find(key) {
            let held = &mut self.slots[slot as usize];
            (held.version, held.expires) = (version, expires);
        }
    }

    /// Takes out all keys but those to keep.
    pub fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        // From the back: what fills the place of one that leaves has been looked at.
        for slot in (0..self.slots.len()).rev() {
            if !keep(self.slots[slot].key) {
                self.detach(slot as u32);
            }
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: u32) -> Option<Entry> {
        self.index.find(key).map(|slot| self.detach(slot))
    }

    /// Forgets everything, dirty entries and counts of uses included.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.index.clear();
        self.counts.clear();
        self.ranking.clear();
        self.order = Chain::new(ORDER);
        self.dirty = Chain::new(DIRTY);
    }

    /// Notes that the value of a key was written here and not passed on. False if it is not held.
    pub fn mark_dirty(&mut self, key: u32) -> bool {
        let slot = self.index.find(key);
        if let Some(slot) = slot.filter(|slot| !self.is_dirty(*slot)) {
            self.dirty.push(&mut self.slots, slot);
        }
        slot.is_some()
    }

    /// Notes that the write of a key was passed on. False if there was none to pass on.
    pub fn mark_clean(&mut self, key: u32) -> bool {
        let slot = self.index.find(key).filter(|slot| self.is_dirty(*slot));
        if let Some(slot) = slot {
            self.dirty.remove(&mut self.slots, slot);
        }
        slot.is_some()
    }

    /// The dirty entries, the first to become so first. (Take the first and mark it clean to pass
    /// on one after another.)
    pub fn dirty(&self) -> impl Iterator<Item = Entry> + '_ {
        let after = |slot: &u32| self.dirty.after(&self.slots, *slot);
        core::iter::successors(self.dirty.first(), after).map(|slot| self.entry(slot))
    }

    /// Changes how many entries there may be. Those too many leave one after another as for new
    /// ones, and are handed to `left`; random eviction takes `bits` for each.
    pub fn resize(
        &mut self,
        capacity: usize,
        mut bits: impl FnMut() -> u64,
        mut left: impl FnMut(Entry),
    ) {
        self.capacity = capacity;
        while self.slots.len() > capacity {
            if let Some(slot) = self.victim(bits()) {
                left(self.detach(slot));
            }
        }
    }

    /// Changes which entry leaves for a new one. The order so far is kept: of use from LRU and LFU,
    /// of insertion from FIFO and random. LFU begins to count at 0.
    pub fn set_eviction(&mut self, eviction: Eviction) {
        if eviction == self.eviction {
            return;
        }
        self.eviction = eviction;
        self.counts.clear();
        self.ranking.clear();
        if eviction == Eviction::Lfu {
            for _ in 0..self.slots.len() {
                self.ranking.push(0, 0);
            }
            let mut next = self.order.first();
            while let Some(slot) = next {
                self.uses += 1;
                self.ranking.used(slot, 0, self.uses);
                next = self.order.after(&self.slots, slot);
            }
        }
    }

    #[inline]
    fn entry(&self, slot: u32) -> Entry {
        let Slot { key, version, expires, .. } = self.slots[slot as usize];
        Entry { key, version, expires, dirty: self.is_dirty(slot) }
    }

    #[inline]
    fn is_dirty(&self, slot: u32) -> bool {
        self.dirty.holds(&self.slots[slot as usize])
    }

    /// A use that LFU does not count.
    #[inline]
    fn touch(&mut self, slot: u32) {
        match self.eviction {
            Eviction::Lru => self.order.renew(&mut self.slots, slot),
            Eviction::Lfu => {
                self.ranking.touched(slot, self.uses);
                self.order.renew(&mut self.slots, slot);
            }
            Eviction::Fifo | Eviction::Random => {}
        }
    }

    /// The next to leave.
    #[inline]
    fn victim(&self, bits: u64) -> Option<u32> {
        match self.eviction {
            Eviction::Lru | Eviction::Fifo => self.order.first(),
            Eviction::Lfu => self.ranking.least().map(|(slot, _)| slot),
            Eviction::Random => {
                let any = ((bits >> 32) * self.slots.len() as u64) >> 32;
                (!self.slots.is_empty()).then_some(any as u32)
            }
        }
    }

    /// Whether an entry leaves for a new key: under LFU not if it was used more often.
    #[inline]
    fn admits(&self, key: u32, victim: u32) -> bool {
        let least = self.ranking.least().filter(|(slot, _)| *slot == victim);
        least.is_none_or(|(_, uses)| uses <= self.counts.find(key).unwrap_or(0))
    }

    /// Takes a slot out; the last slot takes its place.
    fn detach(&mut self, slot: u32) -> Entry {
        let entry = self.entry(slot);
        self.order.remove(&mut self.slots, slot);
        self.dirty.remove(&mut self.slots, slot);
        self.index.remove(entry.key);
        if self.eviction == Eviction::Lfu {
            self.ranking.remove(slot);
        }
        self.slots.swap_remove(slot as usize);
        if let Some(moved) = self.slots.get(slot as usize) {
            self.index.set(moved.key, slot);
            self.order.moved(&mut self.slots, slot);
            self.dirty.moved(&mut self.slots, slot);
        }
        entry
    }
}

#[cfg(test)]
mod tests;
