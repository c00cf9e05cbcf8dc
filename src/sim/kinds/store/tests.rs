//! The store against a plain list that does the same, and its hit ratios against theory.

use super::*;
use crate::analysis::theory::caches;
use crate::rng::{Draw, Purpose, Stream};
use crate::units::{SECOND, Span};
use crate::zipf::Zipf;
use std::collections::BTreeMap;

const ALL: [Eviction; 4] = [Eviction::Lru, Eviction::Lfu, Eviction::Fifo, Eviction::Random];

fn draws(number: u64) -> impl FnMut() -> Draw {
    let stream = Stream::new(17, number, Purpose::Lookup);
    let mut next = 0;
    move || {
        next += 1;
        stream.at(next)
    }
}

/// The hit ratio of a store that is filled on a miss, over `asked` look-ups after a tenth of them.
fn hit_ratio(law: &Zipf, capacity: usize, eviction: Eviction, asked: u64) -> f64 {
    let mut store = Store::new(capacity, eviction);
    let mut draws = draws(u64::from(law.items()));
    let (warm, mut hits) = (asked / 10, 0u64);
    for number in 0..warm + asked {
        let mut draw = draws();
        let key = law.sample(&mut draw);
        if let Lookup::Hit(entry) = store.get(key, SimTime(number)) {
            assert_eq!((entry.key, entry.version), (key, key ^ 5));
            hits += u64::from(number >= warm);
        } else {
            store.put(key, key ^ 5, SimTime::NEVER, draw.bits());
        }
        assert!(store.len() <= capacity);
    }
    hits as f64 / asked as f64
}

#[test]
fn a_thousand_items_by_zipf_in_a_hundred_places_have_the_reference_values() {
    let law = Zipf::new(1_000, 1.0);
    let expected = [0.576_500, 0.692_993, 0.520_813, 0.520_813];
    for (eviction, expected) in ALL.into_iter().zip(expected) {
        let measured = hit_ratio(&law, 100, eviction, 4_000_000);
        assert!((measured - expected).abs() < 0.002, "{eviction:?}: {measured}, not {expected}");
    }
}

#[test]
fn hit_ratios_are_those_of_theory_at_any_size_and_exponent() {
    let stream = Stream::new(99, 0, Purpose::Traits);
    for seed in 0..8 {
        let mut draw = stream.at(seed);
        let law = Zipf::new(100 + draw.below(20_000), 1.6 * draw.unit());
        let places = 1 + (f64::from(law.items()) * (0.02 + 0.6 * draw.unit())) as usize;
        let groups = caches::popularity(&law);
        for eviction in ALL {
            let expected = match eviction {
                Eviction::Lru => caches::lru_hit_ratio(&groups, places as f64),
                Eviction::Lfu => law.share_of_first(places as u32),
                Eviction::Fifo | Eviction::Random => caches::fifo_hit_ratio(&groups, places as f64),
            };
            let measured = hit_ratio(&law, places, eviction, 1_500_000);
            // Perfect LFU needs time to tell apart what is asked for nearly as often.
            let tolerance = if eviction == Eviction::Lfu { 0.02 } else { 0.003 };
            let case = format!("{eviction:?}: {places} of {law:?}: {measured}, not {expected}");
            assert!((measured - expected).abs() < tolerance, "{case}");
        }
    }
}

#[test]
fn entries_that_live_for_a_time_or_until_written_are_hit_as_often_as_theory_says() {
    // Reads a second, writes a second, time to live in seconds.
    let cases = [(1.0, 0.0, 10.0, 0.909_091), (10.0, 1.0, 1.0, 0.863_410)];
    let others = [(3.0, 0.5, 4.0), (0.2, 2.0, 1.5), (50.0, 0.0, 0.1)];
    let others = others.map(|(r, w, t)| (r, w, t, caches::invalidated_hit_ratio(r, w, t)));
    for (reads, writes, ttl, expected) in cases.into_iter().chain(others) {
        let mut store = Store::new(10, Eviction::Lru);
        let mut draws = draws(3);
        let (mut now, mut asked, mut hits) = (SimTime::ZERO, 0, 0);
        while asked < 1_000_000 {
            let mut draw = draws();
            let gap = -libm::log1p(-draw.unit()) / (reads + writes);
            now = now.after(Span::from_seconds(gap));
            if draw.unit() * (reads + writes) < writes {
                store.remove(1);
                continue;
            }
            asked += 1;
            match store.get(1, now) {
                Lookup::Hit(_) => hits += 1,
                _ => assert_eq!(store.put(1, 0, now.after(Span::from_seconds(ttl)), 0), None),
            }
        }
        let measured = f64::from(hits) / f64::from(asked);
        assert!((measured - expected).abs() < 0.002, "{reads} {writes} {ttl}: {measured}");
    }
}

/// A store as one would write it down: entries in a list, looked through from end to end.
struct Plain {
    capacity: usize,
    eviction: Eviction,
    /// In order of insertion, with the number of the last use.
    entries: Vec<(Entry, u64)>,
    dirty: Vec<u32>,
    counts: BTreeMap<u32, u32>,
    uses: u64,
}

impl Plain {
    fn find(&self, key: u32) -> Option<usize> {
        self.entries.iter().position(|(entry, _)| entry.key == key)
    }

    fn count(&self, key: u32) -> u32 {
        self.counts.get(&key).copied().unwrap_or(0)
    }

    fn victim(&self) -> Option<usize> {
        let all = 0..self.entries.len();
        match self.eviction {
            Eviction::Lru => all.min_by_key(|i| self.entries[*i].1),
            Eviction::Lfu => {
                all.min_by_key(|i| (self.count(self.entries[*i].0.key), self.entries[*i].1))
            }
            _ => all.min(),
        }
    }

    fn take(&mut self, at: usize) -> Entry {
        let mut entry = self.entries.remove(at).0;
        entry.dirty = self.dirty.contains(&entry.key);
        self.dirty.retain(|key| *key != entry.key);
        entry
    }

    fn get(&mut self, key: u32, now: SimTime) -> Lookup {
        self.uses += 1;
        if self.eviction == Eviction::Lfu {
            *self.counts.entry(key).or_insert(0) += 1;
        }
        match self.find(key) {
            None => Lookup::Absent,
            Some(at) if self.entries[at].0.expires <= now => Lookup::Expired(self.take(at)),
            Some(at) => {
                self.entries[at].1 = self.uses;
                let dirty = self.dirty.contains(&key);
                Lookup::Hit(Entry { dirty, ..self.entries[at].0 })
            }
        }
    }

    fn put(&mut self, key: u32, version: u32, expires: SimTime) -> Option<Entry> {
        self.uses += 1;
        let new = Entry { key, version, expires, dirty: false };
        if let Some(at) = self.find(key) {
            self.entries[at] = (new, self.uses);
            return None;
        }
        let mut left = None;
        if self.entries.len() >= self.capacity {
            let Some(at) = self.victim() else {
                return Some(new);
            };
            let held = self.entries[at].0.key;
            if self.eviction == Eviction::Lfu && self.count(held) > self.count(key) {
                return Some(new);
            }
            left = Some(self.take(at));
        }
        self.entries.push((new, self.uses));
        left
    }
}

/// One step of a random walk through everything a store can do, on both.
fn step(store: &mut Store, plain: &mut Plain, draw: &mut Draw, now: SimTime) {
    let key = draw.below(40) * draw.below(3);
    match draw.below(12) {
        0..=4 => assert_eq!(store.get(key, now), plain.get(key, now)),
        5..=7 => {
            let version = draw.below(9);
            let life = if draw.below(3) == 0 { 1 << 30 } else { u64::from(draw.below(90)) };
            let expires = now.after(Span(life * SECOND / 10));
            let left = store.put(key, version, expires, 0);
            assert_eq!(left, plain.put(key, version, expires));
        }
        8 => {
            let removed = plain.find(key).map(|at| plain.take(at));
            assert_eq!(store.remove(key), removed);
        }
        9 => {
            let held = plain.find(key).is_some();
            assert_eq!(store.mark_dirty(key), held);
            if held && !plain.dirty.contains(&key) {
                plain.dirty.push(key);
            }
        }
        10 => {
            assert_eq!(store.mark_clean(key), plain.dirty.contains(&key));
            plain.dirty.retain(|other| *other != key);
        }
        _ if draw.below(20) == 0 => {
            plain.capacity = draw.below(24) as usize;
            let (mut gone, mut expected) = (Vec::new(), Vec::new());
            store.resize(plain.capacity, || 0, |entry| gone.push(entry));
            while plain.entries.len() > plain.capacity {
                let at = plain.victim().expect("is over its capacity");
                expected.push(plain.take(at));
            }
            assert_eq!(gone, expected);
        }
        _ if draw.below(300) == 0 => {
            store.clear();
            let (capacity, eviction) = (plain.capacity, plain.eviction);
            *plain = Plain { capacity, ..Plain::new(eviction) };
        }
        _ => {}
    }
}

impl Plain {
    fn new(eviction: Eviction) -> Self {
        let (entries, dirty, counts) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { capacity: 12, eviction, entries, dirty, counts, uses: 0 }
    }
}

#[test]
fn the_store_does_as_a_plain_list_does() {
    for eviction in [Eviction::Lru, Eviction::Lfu, Eviction::Fifo] {
        let (mut store, mut plain) = (Store::new(12, eviction), Plain::new(eviction));
        let mut draws = draws(eviction as u64);
        for number in 0..300_000 {
            step(&mut store, &mut plain, &mut draws(), SimTime(number * SECOND / 10));
            let dirty: Vec<u32> = store.dirty().map(|entry| entry.key).collect();
            assert_eq!((dirty, store.len()), (plain.dirty.clone(), plain.entries.len()));
            for (entry, _) in &plain.entries {
                let dirty = plain.dirty.contains(&entry.key);
                assert_eq!(store.peek(entry.key), Some(Entry { dirty, ..*entry }));
            }
        }
    }
}

#[test]
fn random_eviction_takes_each_entry_as_often() {
    let mut store = Store::new(10, Eviction::Random);
    let mut draws = draws(1);
    let mut stays = [0u32; 3];
    for key in 0..200_000u32 {
        if let Some(left) = store.put(key, 0, SimTime::NEVER, draws().bits()) {
            // How long an entry stays is geometric: 1, 2, 3 puts with 0.1, 0.09, 0.081.
            if let Some(stay) = stays.get_mut((key - left.key - 1) as usize) {
                *stay += 1;
            }
        }
    }
    for (stay, expected) in stays.into_iter().zip([0.1, 0.09, 0.081]) {
        let share = f64::from(stay) / 2e5;
        assert!((share - expected).abs() < 0.003, "{share}, not {expected}");
    }
}

#[test]
fn the_eviction_changes_while_running_and_keeps_the_order() {
    let never = SimTime::NEVER;
    for (from, to) in [(Eviction::Lru, Eviction::Lfu), (Eviction::Lfu, Eviction::Lru)] {
        let mut store = Store::new(3, from);
        for key in [1, 2, 3] {
            store.get(key, SimTime::ZERO);
            store.put(key, 0, never, 0);
        }
        store.get(1, SimTime::ZERO);
        store.set_eviction(to);
        assert_eq!(store.eviction(), to);
        let left = [4, 5, 6].map(|key| store.put(key, 0, never, 0).map(|entry| entry.key));
        let by_use = [Some(2), Some(3), Some(1)];
        assert_eq!(left, by_use, "{from:?} to {to:?}");
    }
}

#[test]
fn a_store_without_room_holds_nothing() {
    for eviction in ALL {
        let mut store = Store::new(0, eviction);
        let left = store.put(1, 2, SimTime::NEVER, 0).map(|entry| (entry.key, entry.version));
        assert_eq!((left, store.is_empty(), store.capacity()), (Some((1, 2)), true, 0));
        assert_eq!(store.get(1, SimTime::ZERO), Lookup::Absent);
    }
}

#[test]
fn names_and_evictions_are_in_the_same_order() {
    let by_row: Vec<Eviction> = (0..EVICTIONS.len()).map(Eviction::by_row).collect();
    assert_eq!(by_row, ALL);
    let names: Vec<&str> = EVICTIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["lru", "lfu", "fifo", "random"]);
}
