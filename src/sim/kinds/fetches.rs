//! What a cache or an edge is fetching: which keys, since when, and which requests wait for the
//! fetch of another to bring the value (request coalescing).
//!
//! Memory is kept for reuse: nothing is allocated once the most there is under way has been seen.

use super::behavior::Ctx;
use super::store::table::Table;
use crate::run::calendar::Tag;
use crate::run::requests::RequestId;
use crate::units::{SimTime, Span};

/// Ends a list.
const END: u32 = u32::MAX;

/// A key being fetched.
#[derive(Clone, Copy, Debug)]
struct Fetch {
    /// By how many at once.
    running: u32,
    /// Since when the last of them.
    since: SimTime,
    /// The version it was given meanwhile, if that happened: what is older need not be kept.
    newest: Option<u32>,
    /// Those who wait, first come first.
    first: u32,
    last: u32,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    promise: Tag,
    next: u32,
}

/// The fetches under way.
#[derive(Clone, Debug, Default)]
pub struct Fetches {
    index: Table,
    fetches: Vec<Fetch>,
    unused: Vec<u32>,
    waiting: Vec<Waiting>,
    free: Vec<u32>,
}

impl Fetches {
    #[inline]
    fn of(&self, key: u32, now: SimTime, limit: Span) -> Option<&Fetch> {
        let fetch = &self.fetches[self.index.find(key)? as usize];
        (now.since(fetch.since) < limit).then_some(fetch)
    }

    /// Whether a fetch of the key is under way, begun less than `limit` ago, whose value will do
    /// for one who asks now.
    #[inline]
    #[must_use]
    pub fn is_under_way(&self, key: u32, now: SimTime, limit: Span) -> bool {
        self.of(key, now, limit).is_some_and(|fetch| fetch.newest.is_none())
    }

    /// How many requests wait.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.waiting.len() - self.free.len()
    }

    /// A fetch begins. True if the key was being fetched already, begun less than `limit` ago.
    pub fn begin(&mut self, key: u32, now: SimTime, limit: Span) -> bool {
        let is_copy = self.of(key, now, limit).is_some();
        if let Some(place) = self.index.find(key) {
            let fetch = &mut self.fetches[place as usize];
            (fetch.running, fetch.since) = (fetch.running + 1, now);
            return is_copy;
        }
        let fetch = Fetch { running: 1, since: now, newest: None, first: END, last: END };
        let place = match self.unused.pop() {
            Some(place) => {
                self.fetches[place as usize] = fetch;
                place
            }
            None => {
                self.fetches.push(fetch);
                self.fetches.len() as u32 - 1
            }
        };
        self.index.set(key, place);
        false
    }

    /// The request waits for the fetch of the key under way.
    pub fn wait(&mut self, ctx: &mut Ctx, key: u32, id: RequestId) {
        let Some(place) = self.index.find(key) else { return };
        let one = Waiting { promise: ctx.promise(id), next: END };
        let new = match self.free.pop() {
            Some(new) => {
                self.waiting[new as usize] = one;
                new
            }
            None => {
                self.waiting.push(one);
                self.waiting.len() as u32 - 1
            }
        };
        let fetch = &mut self.fetches[place as usize];
        if fetch.first == END {
            fetch.first = new;
        } else {
            self.waiting[fetch.last as usize].next = new;
        }
        fetch.last = new;
    }

    /// The key has this version now: what is being fetched may be older.
    pub fn outdate(&mut self, key: u32, version: u32) {
        if let Some(place) = self.index.find(key) {
            self.fetches[place as usize].newest = Some(version);
        }
    }

    /// One fetch of the key ends with this version, and those who waited go on by `tell`. `None` if
    /// none was under way; else whether the version is as new as any given to the key meanwhile.
    pub fn end(&mut self, key: u32, version: u32, tell: impl FnMut(Tag)) -> Option<bool> {
        let place = self.index.find(key)? as usize;
        self.tell(place, tell);
        let fetch = &mut self.fetches[place];
        fetch.running -= 1;
        let is_new = fetch.newest.is_none_or(|newest| version.wrapping_sub(newest) < 1 << 31);
        if fetch.running == 0 {
            self.index.remove(key);
            self.unused.push(place as u32);
        }
        Some(is_new)
    }

    /// As [`Self::end`], of all fetches of the key at once.
    pub fn end_all(&mut self, key: u32, version: u32, tell: impl FnMut(Tag)) -> Option<bool> {
        let place = self.index.find(key)? as usize;
        self.fetches[place].running = 1;
        self.end(key, version, tell)
    }

    /// Since when the last fetch of the key has been under way.
    #[must_use]
    pub fn since(&self, key: u32) -> Option<SimTime> {
        self.index.find(key).map(|place| self.fetches[place as usize].since)
    }

    /// Forgets all, and those who wait with it (their server died).
    pub fn clear(&mut self) {
        self.index.clear();
        self.fetches.clear();
        self.unused.clear();
        self.waiting.clear();
        self.free.clear();
    }

    fn tell(&mut self, place: usize, mut tell: impl FnMut(Tag)) {
        let fetch = &mut self.fetches[place];
        let mut next = core::mem::replace(&mut fetch.first, END);
        fetch.last = END;
        while next != END {
            let Waiting { promise, next: after } = self.waiting[next as usize];
            self.free.push(next);
            tell(promise);
            next = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Span = Span(100);

    #[test]
    fn copies_are_told_from_first_fetches_until_the_limit() {
        let mut fetches = Fetches::default();
        assert!(!fetches.begin(7, SimTime(0), LIMIT));
        assert!(fetches.begin(7, SimTime(99), LIMIT));
        assert!(!fetches.begin(7, SimTime(199), LIMIT), "the last began too long ago");
        assert!(!fetches.begin(8, SimTime(199), LIMIT));
        assert_eq!(fetches.end_all(7, 0, |_| {}), Some(true));
        assert_eq!(fetches.end_all(7, 0, |_| {}), None);
        assert!(fetches.is_under_way(8, SimTime(250), LIMIT));
        assert!(!fetches.is_under_way(8, SimTime(300), LIMIT));
    }

    #[test]
    fn what_a_write_has_overtaken_is_not_kept() {
        let mut fetches = Fetches::default();
        for _ in 0..2 {
            fetches.begin(1, SimTime(0), LIMIT);
        }
        fetches.outdate(1, 5);
        assert!(!fetches.is_under_way(1, SimTime(1), LIMIT), "nobody joins it");
        assert_eq!(fetches.end(1, 4, |_| {}), Some(false));
        assert_eq!(fetches.end(1, 5, |_| {}), Some(true));
        assert_eq!(fetches.since(1), None);
    }
}
