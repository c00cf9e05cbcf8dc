//! The log: what happened to the system, with time, part, severity and numbers. Bounded: the oldest
//! entries give way, and how many did is known.

use crate::units::SimTime;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Most entries kept.
pub const MOST: usize = 2_000;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Info,
    /// Worth a look.
    Warning,
    /// Users notice.
    Error,
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at: SimTime,
    /// Place of the part in the engine.
    pub node: u8,
    /// Which of its servers, counted from 0; `None` for the whole part.
    pub server: Option<u16>,
    /// How bad it is.
    pub severity: Severity,
    /// What happened, in a few words.
    pub what: &'static str,
    /// Its numbers with their names.
    pub numbers: Vec<(&'static str, f64)>,
}

/// All entries, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    dropped: u64,
}

impl Log {
    /// Adds an entry.
    pub fn add(&mut self, entry: Entry) {
        if self.entries.len() == MOST {
            self.entries.pop_front();
            self.dropped += 1;
        }
        self.entries.push_back(entry);
    }

    /// The entries that are kept, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many entries were ever added: names a place in the log.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.dropped + self.entries.len() as u64
    }

    /// Whether nothing was ever added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_give_way_and_are_counted() {
        let mut log = Log::default();
        for second in 0..MOST as u64 + 5 {
            log.add(Entry {
                at: SimTime(second),
                node: 0,
                server: None,
                severity: Severity::Info,
                what: "something happened",
                numbers: vec![],
            });
        }
        assert_eq!((log.len(), log.entries().count()), (MOST as u64 + 5, MOST));
        assert_eq!(log.entries().next().map(|entry| entry.at), Some(SimTime(5)));
    }
}
