//! Writes that go to the cache: through it to the database at once (write-through), or kept back
//! and passed on later, so that many writes of a key cost the database one (write-back).

use super::State;
use super::emergent::{FLUSH, FLUSHES, WRITING};
use crate::kinds::behavior::{Action, Ctx};
use crate::run::requests::{Class, Outcome, Request, RequestId, Wish};
use crate::units::SimTime;

/// Names the draws of writes passed on; users' requests are far from having such numbers.
const OWN_NUMBERS: u64 = 1 << 54;

impl State {
    /// A write: kept back, or passed on at once.
    pub(super) fn write(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        ctx.request(id).answer = Outcome::Good;
        if self.style.keeps_back && self.keep_back(ctx, id) {
            return Action::Reply(Outcome::Good);
        }
        let Some((to, way)) = self.database else { return Action::Reply(Outcome::Good) };
        ctx.frame(id).phase = WRITING;
        ctx.request(id).writing = true;
        Action::Call { to, way }
    }

    /// Holds a write that the database gets later. False if there is no room for it.
    fn keep_back(&mut self, ctx: &mut Ctx, id: RequestId) -> bool {
        let (node, key) = Self::place(ctx, id);
        let (now, current) = (ctx.now(), ctx.truth().version(key));
        let user = ctx.request(id).user;
        let bits = self.evictions.at(ctx.request(id).number).bits();
        let memory = &mut self.memories[node];
        // It does not expire before it is passed on.
        let left = memory.store.put(key, current, SimTime::NEVER, bits);
        if !memory.store.mark_dirty(key) {
            return false;
        }
        self.counts.kept_back += 1;
        if let Some(turn) = memory.kept_back.add(key, 1, user) {
            self.plan_flush(ctx, now.after(self.flush_after), node, key, turn);
        }
        if let Some(entry) = left {
            self.counts.evicted += 1;
            if entry.dirty {
                self.pass_on(ctx, node, entry.key);
            }
        }
        true
    }

    fn plan_flush(&mut self, ctx: &mut Ctx, at: SimTime, node: usize, key: u32, turn: u32) {
        if self.flushes.is_empty() {
            ctx.wake_at(at, FLUSHES);
        }
        self.flushes.push_back((at, node as u16, key, turn));
    }

    /// Sends the writes of an entry to the database, which need only the last value.
    pub(super) fn pass_on(&mut self, ctx: &mut Ctx, node: usize, key: u32) {
        let (writes, user) = self.memories[node].kept_back.take(key);
        let Some((to, way)) = self.database else { return };
        let number = OWN_NUMBERS + self.flush_number;
        let (class, site) = (Class::Write, self.site);
        let wish = Wish { number, user, url: key, class, region: 0, site };
        let Some(id) = ctx.begin(&wish, FLUSH) else {
            self.counts.lost_writes += u64::from(writes);
            return;
        };
        self.flush_number += 1;
        self.counts.passed_on += u64::from(writes);
        let request = ctx.request(id);
        (request.writing, request.note) = (true, u64::from(writes));
        ctx.frame(id).server = node as u16;
        ctx.launch(id, Action::Call { to, way });
    }

    /// A write that went through the cache is answered.
    pub(super) fn written(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let (node, key) = Self::place(ctx, id);
        if outcome == Outcome::Good {
            let version = ctx.truth().version(key);
            self.memories[node].fetches.outdate(key, version);
            self.keep(ctx, id, version);
        } else {
            // Whether the database has it is not known.
            self.forget_value(ctx, node, key);
        }
        ctx.request(id).answer = outcome;
        Action::Reply(outcome)
    }

    /// A write that was kept back is answered.
    pub(super) fn flushed(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let (node, key) = Self::place(ctx, id);
        let Request { note, user, .. } = *ctx.request(id);
        let (writes, now) = (note as u32, ctx.now());
        ctx.end(id);
        let memory = &mut self.memories[node];
        let held = memory.store.peek(key);
        if outcome == Outcome::Good {
            self.counts.flushed += 1;
            let version = ctx.truth().version(key);
            memory.fetches.outdate(key, version);
            if let Some(entry) = held {
                let ttl = self.ttl.filter(|_| !entry.dirty);
                let expires = ttl.map_or(SimTime::NEVER, |ttl| now.after(ttl));
                memory.store.renew(key, version, expires);
            }
            return Action::Wait;
        }
        self.counts.came_back += u64::from(writes);
        if memory.store.mark_dirty(key) {
            // It is tried again after the same interval.
            if let Some(turn) = memory.kept_back.add(key, writes, user) {
                self.plan_flush(ctx, now.after(self.flush_after), node, key, turn);
            }
        } else {
            self.counts.lost_writes += u64::from(writes);
        }
        Action::Wait
    }

    /// Passes on what is due.
    pub(super) fn flush_due(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        while let Some(&(_, node, key, turn)) = self.flushes.front().filter(|f| f.0 <= now) {
            self.flushes.pop_front();
            let memory = &mut self.memories[node as usize];
            if memory.kept_back.is_due(key, turn) {
                memory.store.mark_clean(key);
                self.pass_on(ctx, node as usize, key);
            }
        }
        if let Some(next) = self.flushes.front() {
            ctx.wake_at(next.0.max(now), FLUSHES);
        }
    }
}
