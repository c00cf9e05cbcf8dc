//! What edges hold, where their hit ratio emerges: look-ups, fetches from the sites, purges.

use super::{FETCH, Setting, State, WAITING};
use crate::kinds::behavior::{Action, Ctx};
use crate::kinds::fetches::Fetches;
use crate::kinds::param::Spec;
use crate::kinds::store::{Eviction, Lookup, Store};
use crate::region;
use crate::run::calendar::Tag;
use crate::run::requests::{Class, Outcome, Request, RequestId};
use crate::units::{SimTime, Span};

/// The memory of an edge.
#[derive(Clone, Debug)]
pub struct Edge {
    /// What it holds.
    pub store: Store,
    /// What it fetches.
    pub fetches: Fetches,
}

impl State {
    /// Takes on the settings that count where the hit ratio emerges.
    pub(super) fn configure_memory(&mut self, ctx: &mut Ctx, spec: &Spec) {
        if !self.is_emergent {
            return;
        }
        ctx.truth().keep();
        let capacity = spec.count(Setting::Entries as usize);
        let eviction = Eviction::by_row(spec.count(Setting::Evict as usize));
        if self.edges.is_empty() {
            let edge = Edge { store: Store::new(capacity, eviction), fetches: Fetches::default() };
            self.edges = vec![edge; region::COUNT];
        }
        let (mut number, draws) = (ctx.now().0, self.evictions);
        for Edge { store, .. } in &mut self.edges {
            store.set_eviction(eviction);
            let bits = || {
                number += 1;
                draws.at(number).bits()
            };
            store.resize(capacity, bits, |_| self.counts.evicted += 1);
        }
    }

    /// The name of an answer at the edge: the same address is a file and a read.
    fn key(ctx: &mut Ctx, id: RequestId) -> u32 {
        let request = ctx.request(id);
        request.url << 1 | u32::from(request.class == Class::Read)
    }

    pub(super) fn look(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let (key, now, url) = (Self::key(ctx, id), ctx.now(), ctx.request(id).url);
        let Edge { store, fetches } = &mut self.edges[ctx.frame(id).server as usize];
        if let Lookup::Hit(entry) = store.get(key, now) {
            self.counts.hits += 1;
            // Files do not change: a new one has a new address.
            let is_read = ctx.request(id).class == Class::Read;
            self.counts.stale += u64::from(is_read && entry.version != ctx.truth().version(url));
            return self.serve(ctx, id);
        }
        self.counts.misses += 1;
        if self.coalesces && fetches.is_under_way(key, now, Span(u64::MAX)) {
            self.counts.coalesced += 1;
            ctx.frame(id).phase = WAITING;
            fetches.wait(ctx, key, id);
            return Action::Wait;
        }
        self.counts.fetches += 1;
        self.counts.duplicates += u64::from(fetches.begin(key, now, Span(u64::MAX)));
        // What is fetched is current, unless the site says otherwise.
        ctx.request(id).version = ctx.truth().version(url);
        self.go(ctx, id, FETCH)
    }

    /// A fetch is over: its value is kept, and those who waited for it are answered as it is.
    pub(super) fn fetched(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) {
        let (key, now) = (Self::key(ctx, id), ctx.now());
        let (version, number) = (ctx.request(id).version, ctx.request(id).number);
        let region = ctx.request(id).region as usize;
        let is_read = ctx.request(id).class == Class::Read;
        let (sizes, mut shared, mut bytes) = (self.sizes, 0, 0);
        let tell = |promise: Tag| {
            if let Some(id) = ctx.kept(promise) {
                let Request { class, user, .. } = *ctx.request(id);
                (shared, bytes) = (shared + 1, bytes + sizes.of(class, user));
                ctx.launch(id, Action::Reply(outcome));
            }
        };
        let Edge { store, fetches } = &mut self.edges[region];
        fetches.end(key, version, tell);
        if outcome == Outcome::Good {
            let ttl = self.ttls[usize::from(is_read)];
            let expires = if ttl == Span::ZERO { SimTime::NEVER } else { now.after(ttl) };
            let bits = self.evictions.at(number).bits();
            let left = store.put(key, version, expires, bits);
            self.counts.evicted += u64::from(left.is_some_and(|entry| entry.key != key));
            self.charge(region, f64::from(shared), bytes);
        }
    }

    /// Edges forget a share of what they hold.
    pub(super) fn purge(&mut self, only: Option<usize>, share: f64, now: SimTime) {
        let draws = self.lookups;
        for (number, Edge { store, .. }) in self.edges.iter_mut().enumerate() {
            if only.is_some_and(|only| only != number) {
                continue;
            }
            let before = store.len();
            // Which ones has nothing to do with how much they are asked for.
            let salt = (now.0 ^ (number as u64) << 56).wrapping_mul(2).wrapping_add(1);
            let stays = |key: u32| draws.at(u64::from(key).wrapping_mul(salt)).unit() >= share;
            store.retain(stays);
            self.counts.purged += (before - store.len()) as u64;
        }
    }
}
