//! The memory of a cache node: its entries, what is being fetched for it, and the writes it has
//! acknowledged and not yet passed on (write-back).

use crate::kinds::fetches::Fetches;
use crate::kinds::store::table::Table;
use crate::kinds::store::{Eviction, Store};

/// What a cache has counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Look-ups that found the value.
    pub hits: u64,
    /// Look-ups that did not, those that no node carried out among them.
    pub misses: u64,
    /// Misses because no node carried the look-up out.
    pub unanswered: u64,
    /// Hits with a value older than the database's.
    pub stale: u64,
    /// Fetches from the database, whoever made them: reads behind the cache.
    pub fetches: u64,
    /// Of those, fetches of a key that was being fetched already (stampede copies).
    pub duplicates: u64,
    /// Misses that waited for another's fetch instead.
    pub coalesced: u64,
    /// Of those, misses that waited in vain and then fetched themselves.
    pub vain: u64,
    /// Entries put in.
    pub filled: u64,
    /// Entries forgotten because their value was written.
    pub dropped: u64,
    /// Entries that left for others.
    pub evicted: u64,
    /// Entries that had outlived their time when asked for.
    pub expired: u64,
    /// Writes acknowledged before the database had them.
    pub kept_back: u64,
    /// Writes of entries passed on to the database later, each the last of several.
    pub flushed: u64,
    /// Writes kept back that were passed on so.
    pub passed_on: u64,
    /// Of those, writes that the database did not take.
    pub came_back: u64,
    /// Acknowledged writes that died with a node.
    pub lost_writes: u64,
}

impl Counts {
    /// Checks that every look-up is accounted for, and every write that is `dirty` or was.
    ///
    /// # Errors
    /// The first law that is broken, with its figures.
    pub fn check(&self, dirty: u64) -> Result<(), String> {
        if self.fetches + self.coalesced != self.misses + self.vain {
            return Err(format!("cache: misses are fetched or wait for it: {self:?}"));
        }
        if self.kept_back + self.came_back != self.passed_on + self.lost_writes + dirty {
            return Err(format!("cache: writes are passed on, lost or {dirty} dirty: {self:?}"));
        }
        Ok(())
    }

    /// All, with their names in results.
    #[must_use]
    pub fn all(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("hits", self.hits),
            ("misses", self.misses),
            ("unanswered", self.unanswered),
            ("stale_reads", self.stale),
            ("fetches", self.fetches),
            ("duplicate_fetches", self.duplicates),
            ("coalesced", self.coalesced),
            ("coalesced_in_vain", self.vain),
            ("filled", self.filled),
            ("dropped", self.dropped),
            ("evicted", self.evicted),
            ("expired", self.expired),
            ("kept_back", self.kept_back),
            ("flushed", self.flushed),
            ("passed_on", self.passed_on),
            ("came_back", self.came_back),
            ("lost_writes", self.lost_writes),
        ]
    }
}

/// Writes kept back: how many of each key since it became dirty, who made the last one, and the
/// turn at which it is to be passed on.
#[derive(Clone, Debug, Default)]
pub struct KeptBack {
    writes: Table,
    writers: Table,
    turns: Table,
    turn: u32,
    sum: u64,
}

impl KeptBack {
    /// Adds writes of a key, the last by this user. If they are its first, their turn.
    pub fn add(&mut self, key: u32, writes: u32, user: u32) -> Option<u32> {
        self.sum += u64::from(writes);
        self.writers.set(key, user);
        if let Some(before) = self.writes.find(key) {
            self.writes.set(key, before.saturating_add(writes));
            return None;
        }
        self.writes.set(key, writes);
        self.turn = (self.turn + 1) & (u32::MAX >> 1);
        self.turns.set(key, self.turn);
        Some(self.turn)
    }

    /// Whether this turn of the key is still to come.
    #[must_use]
    pub fn is_due(&self, key: u32, turn: u32) -> bool {
        self.turns.find(key) == Some(turn)
    }

    /// Takes out the writes of a key, to pass them on, with who made the last one.
    pub fn take(&mut self, key: u32) -> (u32, u32) {
        self.turns.remove(key);
        let writes = self.writes.remove(key).unwrap_or(0);
        self.sum -= u64::from(writes);
        (writes, self.writers.remove(key).unwrap_or(key))
    }

    /// Writes not passed on.
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    fn clear(&mut self) {
        self.writes.clear();
        self.writers.clear();
        self.turns.clear();
        self.sum = 0;
    }
}

/// The memory of one node.
#[derive(Clone, Debug)]
pub struct Memory {
    /// The entries.
    pub store: Store,
    /// What is being fetched.
    pub fetches: Fetches,
    /// Writes not yet passed on.
    pub kept_back: KeptBack,
}

impl Memory {
    /// An empty memory.
    #[must_use]
    pub fn new(capacity: usize, eviction: Eviction) -> Self {
        let store = Store::new(capacity, eviction);
        Self { store, fetches: Fetches::default(), kept_back: KeptBack::default() }
    }

    /// Forgets all entries. Says how many acknowledged writes are lost with them.
    pub fn flush(&mut self) -> u64 {
        let lost = self.kept_back.sum();
        self.store.clear();
        self.kept_back.clear();
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_kept_back_are_counted_until_their_turn() {
        let mut kept = KeptBack::default();
        let turn = kept.add(5, 1, 7).expect("it is the first");
        assert_eq!((kept.add(5, 1, 8), kept.add(5, 1, 9)), (None, None));
        assert!(kept.is_due(5, turn));
        assert_eq!((kept.sum(), kept.take(5), kept.sum()), (3, (3, 9), 0));
        let next = kept.add(5, 2, 9).expect("it is clean again");
        assert!(!kept.is_due(5, turn) && kept.is_due(5, next));
    }

    #[test]
    fn a_flush_loses_what_was_kept_back() {
        let mut memory = Memory::new(4, Eviction::Lru);
        memory.store.put(1, 0, crate::units::SimTime::NEVER, 0);
        memory.kept_back.add(1, 7, 0);
        assert_eq!((memory.flush(), memory.flush(), memory.store.len()), (7, 0, 0));
    }
}
