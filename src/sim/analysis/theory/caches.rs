//! Caches: hit ratios of bounded memories, of entries that live for a time, and what writes and
//! expiries cost behind them. Requests are independent of each other ("independent reference
//! model") and Poisson where time matters; rates per second, times in seconds.

use crate::zipf::Zipf;

/// Items asked for alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// How many items.
    pub items: f64,
    /// The probability that a request is for one certain item of them.
    pub probability: f64,
}

/// The items of a Zipf law, the most popular first: the first 2,000 each alone, then together what
/// differs in rank by less than a thousandth, which changes no hit ratio by as much as 1e-6.
#[must_use]
pub fn popularity(law: &Zipf) -> Vec<Group> {
    let mut groups = Vec::new();
    let (mut start, mut below) = (0, 0.0);
    while start < law.items() {
        let end = (start + (start / 1_000).max(1)).min(law.items());
        let items = f64::from(end - start);
        let probability = if end - start == 1 {
            law.probability(start)
        } else {
            (law.share_of_first(end) - below) / items
        };
        groups.push(Group { items, probability });
        (start, below) = (end, if end >= 1_000 { law.share_of_first(end) } else { 0.0 });
    }
    groups
}

/// The characteristic time t, in requests, at which the items `held` at time p t, summed up, fill
/// the places; `None` where there are places for all items.
fn characteristic_time(groups: &[Group], places: f64, held: fn(f64) -> f64) -> Option<f64> {
    let filled = |t: f64| -> f64 {
        groups.iter().map(|group| group.items * held(group.probability * t)).sum()
    };
    let asked = groups.iter().filter(|group| group.probability > 0.0);
    let all: f64 = asked.map(|group| group.items).sum();
    // Near the end t grows beyond bounds; half a place in a million items is as good as all.
    if places >= all * (1.0 - 5e-7) {
        return None;
    }
    let (mut low, mut high) = (0.0, places.max(1.0));
    while filled(high) < places {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if filled(middle) < places {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(0.5 * (low + high))
}

/// The hit ratio of LRU with so many places, by Che's approximation: an item is held if it was
/// asked for within the characteristic time, hit_i = 1 - e^(-p_i t) with sum of hit_i = places.
/// Che, Tung and Wang, "Hierarchical web caching systems", IEEE JSAC 20(7) (2002).
#[must_use]
pub fn lru_hit_ratio(groups: &[Group], places: f64) -> f64 {
    let held = |x: f64| -libm::expm1(-x);
    let Some(t) = characteristic_time(groups, places, held) else {
        return 1.0;
    };
    groups.iter().map(|group| group.items * group.probability * held(group.probability * t)).sum()
}

/// The hit ratio of FIFO and of random eviction, which is the same (Gelenbe, "A unified approach to
/// the evaluation of a class of replacement algorithms", IEEE Trans. Computers 22(6), 1973): a set
/// of items is held in proportion to the product of their p. That is as if each were held on its
/// own with h_i = p_i t / (1 + p_i t), given that all places are taken; the fixed point is sum of
/// h_i = places, and what is given enters by the first terms of Edgeworth's series, with V the sum
/// of h (1 - h) and K that of h (1 - h) (1 - 2 h):
/// hit_i = h_i (1 + (1 - h_i) ((2 h_i - 1) + K / V) / (2 V)).
#[must_use]
pub fn fifo_hit_ratio(groups: &[Group], places: f64) -> f64 {
    let held = |x: f64| x / (1.0 + x);
    let Some(t) = characteristic_time(groups, places, held) else {
        return 1.0;
    };
    let (mut variance, mut third) = (0.0, 0.0);
    for group in groups {
        let h = held(group.probability * t);
        variance += group.items * h * (1.0 - h);
        third += group.items * h * (1.0 - h) * (1.0 - 2.0 * h);
    }
    let hit = |p: f64| {
        let h = held(p * t);
        let given = (1.0 - h) * ((2.0 * h - 1.0) + third / variance) / (2.0 * variance);
        (h * (1.0 + given)).clamp(0.0, 1.0)
    };
    groups.iter().map(|group| group.items * group.probability * hit(group.probability)).sum()
}

/// The hit ratio of perfect LFU once it has counted long enough: the most popular items are held.
/// `groups` has the most popular first.
#[must_use]
pub fn lfu_hit_ratio(groups: &[Group], places: f64) -> f64 {
    let mut left = places.max(0.0);
    let hits = groups.iter().map(|group| {
        let held = group.items.min(left);
        left -= held;
        held * group.probability
    });
    hits.sum()
}

/// The hit ratio of a key read at `reads` per second whose entry lives `ttl` seconds from when it
/// was put in: each miss is followed by r T hits on average, so r T / (1 + r T).
/// Jung, Berger and Balakrishnan, "Modeling TTL-based Internet caches", INFOCOM 2003.
#[must_use]
pub fn ttl_hit_ratio(reads: f64, ttl: f64) -> f64 {
    1.0 - 1.0 / (1.0 + reads * ttl)
}

/// Cache-aside where a write deletes the entry: the hit ratio of a key read at `reads` and written
/// at `writes` per second, both Poisson, whose entry lives `ttl` seconds if nothing writes. An
/// entry lives to the earlier of both, (1 - e^(-w T)) / w on average, and is read at rate r as
/// long: with a = r (1 - e^(-w T)) / w the hit ratio is a / (1 + a).
#[must_use]
pub fn invalidated_hit_ratio(reads: f64, writes: f64, ttl: f64) -> f64 {
    fetched_hit_ratio(reads, writes, ttl, 0.0)
}

/// The same where what is missing takes `fetch` seconds to come: all that is asked for meanwhile
/// misses too, whether it fetches or waits for a fetch under way: 1 + r d misses for each life L of
/// an entry, of 1 + r (d + L) look-ups.
#[must_use]
pub fn fetched_hit_ratio(reads: f64, writes: f64, ttl: f64, fetch: f64) -> f64 {
    let life = if writes > 0.0 { -libm::expm1(-writes * ttl) / writes } else { ttl };
    1.0 - stampede_reads(reads, fetch) / (1.0 + reads * (fetch + life))
}

/// Reads behind the cache for each expiry of a key read at `reads` per second, where fetching takes
/// `fetch` seconds and no one waits for another's fetch: the first, and all that come meanwhile,
/// 1 + r d, for any law of the fetch with this mean.
#[must_use]
pub fn stampede_reads(reads: f64, fetch: f64) -> f64 {
    1.0 + reads * fetch
}

/// Writes per second that reach the database from a key written at `writes` per second through a
/// write-back cache which passes it on `flush` seconds after the first write since:
/// one each T + 1/r, the wait for that first write included.
#[must_use]
pub fn write_back_rate(writes: f64, flush: f64) -> f64 {
    writes / (writes * flush + 1.0)
}

/// Writes of that key which a crash at any time loses, on average: T seconds of each T + 1/r are
/// dirty, with 1 write at their start and r per second more: r T (1 + r T / 2) / (1 + r T).
#[must_use]
pub fn write_back_loss(writes: f64, flush: f64) -> f64 {
    let during = writes * flush;
    during * (1.0 + 0.5 * during) / (1.0 + during)
}

#[cfg(test)]
mod tests;
