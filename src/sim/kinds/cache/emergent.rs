//! A hit ratio that emerges: look-ups in real entries, fills, deletions, fetches and writes by the
//! strategies, and what happens at its time: leases that end, writes that are passed on.

use super::memory::Memory;
use super::{Setting, State, style};
use crate::kinds::behavior::{Action, Ctx, Surroundings};
use crate::kinds::param::Spec;
use crate::kinds::station::Admission;
use crate::kinds::store::{Eviction, Lookup};
use crate::kinds::{Kind, network, web_tier};
use crate::run::calendar::{LineId, Tag};
use crate::run::errand::Errand;
use crate::run::log::Severity;
use crate::run::requests::{Outcome, RequestId};
use crate::units::{SimTime, Span};

/// Phases of a call: at work on an errand, the errand counted from here.
const WORK: u8 = 2;
/// Waits for another's fetch.
const WAITING: u8 = 10;
/// The answer takes its time.
const ANSWER: u8 = 11;
/// Waits for the database to take a write.
pub(super) const WRITING: u8 = 12;
/// A request of the cache's own, which passes a write on.
pub(super) const FLUSH: u8 = 13;
/// Waits for the query with this number, counted from here.
const QUERY: u8 = 64;

/// Timers.
const LEASE: u32 = 0;
pub(super) const FLUSHES: u32 = 1;

const fn errand_of(phase: u8) -> Errand {
    match phase - WORK {
        1 => Errand::Fill,
        2 => Errand::Drop,
        3 => Errand::Write,
        4 => Errand::GiveUp,
        _ => Errand::LookUp,
    }
}

impl State {
    /// Takes on the settings that count where the hit ratio emerges.
    pub(super) fn configure_memory(
        &mut self,
        ctx: &mut Ctx,
        around: &dyn Surroundings,
        spec: &Spec,
        nodes: usize,
    ) {
        self.is_emergent = spec.count(Setting::Ratio as usize) == 1;
        self.style = style(spec);
        self.coalesces = spec.is_on(Setting::Coalesce as usize);
        self.capacity = spec.count(Setting::Entries as usize);
        self.eviction = Eviction::by_row(spec.count(Setting::Evict as usize));
        let ttl = Span::from_seconds(spec.number(Setting::Ttl as usize));
        self.ttl = (ttl > Span::ZERO).then_some(ttl);
        self.lease = if self.style.fetches {
            Span(u64::MAX)
        } else {
            Span::from_seconds(spec.number(Setting::Lease as usize))
        };
        self.flush_after = Span::from_seconds(spec.number(Setting::FlushAfter as usize));
        self.site = around.site();
        let zone = around.spec(Kind::Network).map_or_else(Default::default, network::zone);
        let is_near = around.is_guest(Kind::Database) && self.is_guest;
        let way = if is_near { LineId::NOW } else { ctx.line(zone) };
        self.database = around.place(Kind::Database).map(|to| (to, way));
        self.queries = around.spec(Kind::WebTier).map_or(0, web_tier::queries);
        if !self.is_emergent {
            return;
        }
        ctx.truth().keep();
        for node in 0..nodes.max(self.memories.len()) {
            if node == self.memories.len() {
                self.memories.push(Memory::new(self.capacity, self.eviction));
            }
            self.resize(ctx, node);
        }
    }

    /// Gives a node's memory the size and eviction that are set.
    fn resize(&mut self, ctx: &mut Ctx, node: usize) {
        let store = &mut self.memories[node].store;
        store.set_eviction(self.eviction);
        if store.capacity() == self.capacity {
            return;
        }
        let mut number = ctx.now().0;
        let mut dirty = Vec::new();
        let draws = self.evictions;
        let bits = || {
            number += 1;
            draws.at(number).bits()
        };
        let evicted = &mut self.counts.evicted;
        store.resize(self.capacity, bits, |entry| {
            *evicted += 1;
            dirty.extend(entry.dirty.then_some(entry.key));
        });
        for key in dirty {
            self.pass_on(ctx, node, key);
        }
    }

    /// A call comes in: work first, then the errand.
    #[inline(never)]
    pub(super) fn receive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let server = self.node(ctx, id);
        let request = ctx.request(id);
        let errand = request.errand;
        let number = request.number ^ (errand as u64) << 48;
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (WORK + errand as u8, server);
        let is_there = self.tier.is_alive(server as usize) && self.is_emergent;
        let refused = if !is_there {
            Outcome::Unavailable
        } else if self.operation.mean() == 0.0 {
            return self.act(ctx, id, errand);
        } else {
            let work = self.operation.sample(self.services.at(number));
            match self.tier.offer(ctx, server as usize, id, work) {
                Some(Admission::Started | Admission::Queued) => return Action::Wait,
                Some(Admission::Refused) => Outcome::BacklogFull,
                None => Outcome::Unavailable,
            }
        };
        if errand == Errand::LookUp { self.fail(ctx, id, refused) } else { Action::Reply(refused) }
    }

    /// A wait or a piece of work is over.
    pub(super) fn go_on(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let frame = *ctx.frame(id);
        if frame.phase == ANSWER {
            return Action::Reply(Outcome::Good);
        }
        self.tier.release(ctx, frame.server as usize);
        self.act(ctx, id, errand_of(frame.phase))
    }

    fn act(&mut self, ctx: &mut Ctx, id: RequestId, errand: Errand) -> Action {
        match errand {
            Errand::LookUp => self.look(ctx, id),
            Errand::Fill => self.fill(ctx, id),
            Errand::Drop => self.drop_value(ctx, id),
            Errand::Write => self.write(ctx, id),
            Errand::GiveUp => {
                let (node, key) = Self::place(ctx, id);
                self.disappoint(ctx, node, key);
                Action::Reply(Outcome::Good)
            }
        }
    }

    /// The node that has a request, and its key.
    pub(super) fn place(ctx: &mut Ctx, id: RequestId) -> (usize, u32) {
        let node = ctx.frame(id).server as usize;
        (node, ctx.request(id).url)
    }

    /// Answers well after the delay of a line.
    fn answer_after(ctx: &mut Ctx, id: RequestId, line: LineId) -> Action {
        ctx.frame(id).phase = ANSWER;
        if ctx.resume_in_line(id, line) { Action::Reply(Outcome::Good) } else { Action::Wait }
    }

    fn look(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let (node, key) = Self::place(ctx, id);
        let found = self.memories[node].store.get(key, ctx.now());
        let hit = matches!(found, Lookup::Hit(_));
        self.count(ctx, hit);
        ctx.request(id).hit = hit;
        let current = ctx.truth().version(key);
        match found {
            Lookup::Hit(entry) => {
                // What is not yet passed on is newer than the database.
                self.counts.stale += u64::from(!entry.dirty && entry.version != current);
                ctx.request(id).version = entry.version;
                return Self::answer_after(ctx, id, self.access);
            }
            Lookup::Expired(_) => self.counts.expired += 1,
            Lookup::Absent => {}
        }
        // What is fetched is current, unless the database says otherwise.
        ctx.request(id).version = current;
        let now = ctx.now();
        let fetches = &mut self.memories[node].fetches;
        if self.coalesces && fetches.is_under_way(key, now, self.lease) {
            self.counts.coalesced += 1;
            ctx.frame(id).phase = WAITING;
            fetches.wait(ctx, key, id);
            return Action::Wait;
        }
        self.begin_fetch(ctx, node, key);
        if self.style.fetches {
            ctx.request(id).answer = Outcome::Good;
            return self.query(ctx, id, 0);
        }
        Self::answer_after(ctx, id, self.miss)
    }

    fn begin_fetch(&mut self, ctx: &mut Ctx, node: usize, key: u32) {
        let now = ctx.now();
        self.counts.fetches += 1;
        let is_copy = self.memories[node].fetches.begin(key, now, self.lease);
        self.counts.duplicates += u64::from(is_copy);
        if self.style.leases {
            let end = now.after(self.lease);
            if self.leases.is_empty() {
                ctx.wake_at(end, LEASE);
            }
            self.leases.push_back((end, node as u16, key));
        }
    }

    /// The cache's own query with this number for what it does not have, or the end of its fetch.
    fn query(&mut self, ctx: &mut Ctx, id: RequestId, number: u8) -> Action {
        match self.database {
            Some((to, way)) if number < self.queries => {
                ctx.frame(id).phase = QUERY + number;
                ctx.request(id).writing = false;
                Action::Call { to, way }
            }
            _ => self.fetched(ctx, id, Outcome::Good),
        }
    }

    /// A fetch of the cache's own is over: those who waited for it are answered as this one is.
    fn fetched(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let (node, key) = Self::place(ctx, id);
        let version = ctx.request(id).version;
        let line = self.access;
        let tell = |promise| Self::share(ctx, promise, version, outcome, line);
        let is_new = self.memories[node].fetches.end(key, version, tell);
        if outcome != Outcome::Good {
            ctx.request(id).answer = outcome;
            return Action::Reply(outcome);
        }
        if is_new == Some(true) {
            self.keep(ctx, id, version);
        }
        Self::answer_after(ctx, id, line)
    }

    /// One who waited for another's fetch is answered as that one was.
    fn share(ctx: &mut Ctx, promise: Tag, version: u32, outcome: Outcome, line: LineId) {
        let Some(id) = ctx.kept(promise) else { return };
        let request = ctx.request(id);
        (request.hit, request.version, request.answer) = (true, version, outcome);
        let action = match outcome {
            Outcome::Good => Self::answer_after(ctx, id, line),
            failure => Action::Reply(failure),
        };
        if action != Action::Wait {
            ctx.launch(id, action);
        }
    }

    /// What a caller went to fetch will not come: those who wait for it fetch themselves.
    fn disappoint(&mut self, ctx: &mut Ctx, node: usize, key: u32) {
        let (counts, miss) = (&mut self.counts, self.miss);
        let tell = |promise| {
            let Some(id) = ctx.kept(promise) else { return };
            ctx.request(id).hit = false;
            counts.vain += 1;
            counts.fetches += 1;
            if Self::answer_after(ctx, id, miss) != Action::Wait {
                ctx.launch(id, Action::Reply(Outcome::Good));
            }
        };
        self.memories[node].fetches.end_all(key, 0, tell);
    }

    /// The caller brings what it has fetched.
    fn fill(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let (node, key) = Self::place(ctx, id);
        let version = ctx.request(id).version;
        let line = self.access;
        let tell = |promise| Self::share(ctx, promise, version, Outcome::Good, line);
        let is_new = self.memories[node].fetches.end_all(key, version, tell);
        // A lease that has ended, or a value that has changed since, is no leave to fill.
        if !self.style.leases || is_new == Some(true) {
            self.keep(ctx, id, version);
        }
        Action::Reply(Outcome::Good)
    }

    /// Puts in a value that was fetched or written through.
    pub(super) fn keep(&mut self, ctx: &mut Ctx, id: RequestId, version: u32) {
        let (node, key) = Self::place(ctx, id);
        let now = ctx.now();
        let store = &mut self.memories[node].store;
        if self.style.writes
            && let Some(held) = store.peek(key)
            && (held.dirty || held.version.wrapping_sub(version).wrapping_sub(1) < 1 << 31)
        {
            return;
        }
        let expires = self.ttl.map_or(SimTime::NEVER, |ttl| now.after(ttl));
        let bits = self.evictions.at(ctx.request(id).number).bits();
        let left = store.put(key, version, expires, bits);
        let is_in = left.is_none_or(|entry| entry.key != key);
        self.counts.filled += u64::from(is_in);
        if let Some(entry) = left.filter(|_| is_in) {
            self.counts.evicted += 1;
            if entry.dirty {
                self.pass_on(ctx, node, entry.key);
            }
        }
    }

    fn drop_value(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let (node, key) = Self::place(ctx, id);
        self.forget_value(ctx, node, key);
        Action::Reply(Outcome::Good)
    }

    pub(super) fn forget_value(&mut self, ctx: &mut Ctx, node: usize, key: u32) {
        let memory = &mut self.memories[node];
        self.counts.dropped += u64::from(memory.store.remove(key).is_some());
        if self.style.fetches || self.style.leases {
            memory.fetches.outdate(key, ctx.truth().version(key));
        }
    }

    /// The database has answered.
    pub(super) fn told(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let phase = ctx.frame(id).phase;
        match phase {
            FLUSH => self.flushed(ctx, id, outcome),
            WRITING => self.written(ctx, id, outcome),
            _ if outcome != Outcome::Good => self.fetched(ctx, id, outcome),
            phase => self.query(ctx, id, phase - QUERY + 1),
        }
    }

    /// A timer is due.
    pub(super) fn on_time(&mut self, ctx: &mut Ctx, timer: u32) {
        let now = ctx.now();
        if timer == LEASE {
            while let Some(&(at, node, key)) = self.leases.front().filter(|lease| lease.0 <= now) {
                self.leases.pop_front();
                let since = self.memories[node as usize].fetches.since(key);
                if since.is_some_and(|since| since.after(self.lease) <= at) {
                    self.disappoint(ctx, node as usize, key);
                }
            }
            if let Some(next) = self.leases.front() {
                ctx.wake_at(next.0.max(now), LEASE);
            }
        } else {
            self.flush_due(ctx);
        }
    }

    /// A node, or all, have lost their memory; a dead one also those who waited there.
    pub(super) fn forget(&mut self, ctx: &mut Ctx, server: Option<usize>, is_dead: bool) {
        let mut lost = 0;
        for (node, memory) in self.memories.iter_mut().enumerate() {
            if server.is_none_or(|only| only == node) {
                lost += memory.flush();
                if is_dead {
                    memory.fetches.clear();
                }
            }
        }
        self.counts.lost_writes += lost;
        if lost > 0 {
            let numbers = [("writes", lost as f64)];
            let what = "acknowledged writes lost with the cache";
            Ctx::log(ctx, Severity::Error, server, what, &numbers);
        }
    }
}
