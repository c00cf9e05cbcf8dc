//! Queries that take more than one shard: joins ask all of them and wait for the slowest; a write
//! to two keys goes to both their shards, in two phases where the database has transactions and
//! the shards are not the same.

use super::replication::begin_own;
use super::shard::Record;
use super::{AT_DISK, CHILD, COMMIT, State};
use crate::kinds::behavior::{Action, Ctx};
use crate::run::calendar::Tag;
use crate::run::requests::{Outcome, RequestId};

/// A query in several parts, of which the first two are told apart.
#[derive(Clone, Copy, Debug)]
pub struct Fan {
    /// Parts under way.
    left: u32,
    /// They are writes.
    writing: bool,
    /// Whom to tell.
    promise: Tag,
    /// How the worst part ended.
    worst: Outcome,
    /// Which of the first two parts went well, as bits.
    good: u8,
}

/// Both parts of a write to two keys.
pub const BOTH: u8 = 3;
/// No server would take a request of several down.
pub const NO_SERVER: u16 = u16::MAX;
/// Where the number of a part stands in a request's note, and in the number of its draws.
const PART_NOTE: u32 = 32;
const PART_DRAW: u32 = 36;

impl State {
    /// A join asks all shards and waits for the slowest answer.
    pub(super) fn ask_all(&mut self, ctx: &mut Ctx, id: RequestId, number: u64) -> Action {
        self.counts.fan_outs += 1;
        let fan = self.open(ctx, id);
        for part in 0..self.in_use() {
            let number = number.wrapping_add((part as u64 + 1) << PART_DRAW);
            let work = self.model.read.sample(self.draws.services.at(number));
            let server = self.reader(&self.shards[part], number);
            self.send(ctx, fan, part, server, work * self.model.joins.1, number);
        }
        self.close(ctx, fan);
        Action::Wait
    }

    /// Whether a write changes a second key.
    pub(super) fn is_double(&self, number: u64) -> bool {
        self.draws.partners.at(number).unit() < self.model.transactions
    }

    /// The second key of such a write, and its shard.
    fn partner(&self, number: u64) -> (u32, usize) {
        let mut draw = self.draws.partners.at(number);
        let _ = draw.unit();
        let key = draw.below(self.policy.keys);
        (key, self.owner(key).0)
    }

    /// A write to two keys goes to both their shards.
    pub(super) fn write_two(
        &mut self,
        ctx: &mut Ctx,
        id: RequestId,
        s: usize,
        number: u64,
    ) -> Action {
        let shards = [s, self.partner(number).1];
        let closed = shards.into_iter().find(|s| !self.takes_writes(&self.shards[*s]));
        if let (true, Some(closed)) = (self.model.is_atomic, closed) {
            return self.refusal(closed, true);
        }
        let fan = self.open(ctx, id);
        ctx.frame(id).phase = COMMIT;
        for (part, s) in shards.into_iter().enumerate() {
            let number = number.wrapping_add((part as u64 + 1) << PART_DRAW);
            let work = self.model.write.sample(self.draws.services.at(number));
            let server = self.shards[s].primary_server();
            self.send(ctx, fan, part, server, work * self.model.write_factor, number);
        }
        self.close(ctx, fan);
        Action::Wait
    }

    /// Both shards have done their part of a write, or those of the bits; the rest ended so.
    pub(super) fn commit_two(
        &mut self,
        ctx: &mut Ctx,
        id: RequestId,
        good: u8,
        worst: Outcome,
    ) -> Action {
        let request = ctx.request(id);
        let (url, user, number) = (request.url, request.user, Self::number(request));
        let (other, second) = self.partner(number);
        let first = self.shard_of(ctx, id);
        let other = if self.policy.by_url { other } else { url };
        let at = ctx.now();
        let mut is_now = true;
        let parts = [(first, url, 1), (second, other, 2)];
        let all_open = parts.iter().all(|(s, ..)| self.takes_writes(&self.shards[*s]));
        if self.model.is_atomic && !all_open {
            return self.refusal(first, true);
        }
        self.counts.torn_writes += u64::from(good == 1 || good == 2);
        for (s, key, bit) in parts {
            if good & bit > 0 && self.takes_writes(&self.shards[s]) {
                // The caller waits for the first part's replicas.
                let waits = (bit == 1).then_some(id);
                is_now &= self.log_write(ctx, s, Record::new(at, key, user), waits) || bit != 1;
            }
        }
        if is_now || worst != Outcome::Good { Action::Reply(worst) } else { Action::Wait }
    }

    fn open(&mut self, ctx: &mut Ctx, id: RequestId) -> u32 {
        ctx.frame(id).server = NO_SERVER;
        let writing = ctx.request(id).writing;
        let promise = ctx.promise(id);
        // One part more than there are, until all are sent.
        let fan = Fan { left: 1, writing, promise, worst: Outcome::Good, good: 0 };
        if let Some(place) = self.free_fans.pop() {
            self.fans[place as usize] = fan;
            return place;
        }
        self.fans.push(fan);
        self.fans.len() as u32 - 1
    }

    /// Gives a server a part of a query, whose draws have this number.
    fn send(
        &mut self,
        ctx: &mut Ctx,
        fan: u32,
        part: usize,
        server: usize,
        work: f64,
        number: u64,
    ) {
        let note = u64::from(fan) | ((part as u64) << PART_NOTE);
        let Some(child) = begin_own(ctx, CHILD, server, note) else {
            self.fans[fan as usize].worst = Outcome::SimulatorFull;
            return;
        };
        let one = &mut self.fans[fan as usize];
        one.left += 1;
        let request = ctx.request(child);
        (request.number, request.writing) = (number, one.writing);
        let refused = match self.admit(ctx, child, server, work, number) {
            Some(Action::Reply(outcome)) => Some(outcome),
            Some(_) => None,
            None => {
                let (s, _) = self.locate(server);
                let lacks_primary = self.shards[s].outage.is_some() && self.group > 1;
                Some(if lacks_primary { Outcome::NoPrimary } else { Outcome::Unavailable })
            }
        };
        if let Some(outcome) = refused {
            ctx.end(child);
            self.part_ended(ctx, note, outcome);
        }
    }

    /// All parts are sent.
    fn close(&mut self, ctx: &mut Ctx, fan: u32) {
        let one = &mut self.fans[fan as usize];
        one.left -= 1;
        if one.left == 0 {
            self.ended(ctx, fan);
        }
    }

    /// A part's work is done.
    pub(super) fn child_done(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> Action {
        self.tier.release(ctx, server);
        let note = ctx.request(id).note;
        ctx.end(id);
        self.part_ended(ctx, note, Outcome::Good);
        Action::Wait
    }

    fn part_ended(&mut self, ctx: &mut Ctx, note: u64, outcome: Outcome) {
        let (fan, part) = (note as u32, (note >> PART_NOTE) as u32);
        let one = &mut self.fans[fan as usize];
        if outcome == Outcome::Good {
            one.good |= if part < 2 { 1 << part } else { 0 };
        } else {
            one.worst = outcome;
        }
        one.left -= 1;
        if one.left == 0 {
            self.ended(ctx, fan);
        }
    }

    /// All parts have ended.
    fn ended(&mut self, ctx: &mut Ctx, fan: u32) {
        let Fan { promise, worst, good, .. } = self.fans[fan as usize];
        self.free_fans.push(fan);
        let Some(id) = ctx.kept(promise) else { return };
        if ctx.frame(id).phase != COMMIT {
            return ctx.launch(id, Action::Reply(worst));
        }
        if self.model.is_atomic && good != BOTH {
            return ctx.launch(id, Action::Reply(worst));
        }
        // One shard commits both keys by itself.
        if self.model.is_atomic && self.spans_shards(ctx, id) {
            self.counts.two_phase_commits += 1;
            if !ctx.resume_in_line(id, self.hop) {
                return;
            }
        }
        let action = self.commit_two(ctx, id, good, worst);
        ctx.launch(id, action);
    }

    /// Whether the keys of a write to two lie in two shards.
    fn spans_shards(&self, ctx: &mut Ctx, id: RequestId) -> bool {
        let number = Self::number(ctx.request(id));
        self.shard_of(ctx, id) != self.partner(number).1
    }

    /// A server has died with its parts of queries, and with the keys it moved.
    pub(super) fn fail_children(&mut self, ctx: &mut Ctx, server: usize) {
        let node = ctx.node();
        let on_it = |frame: &crate::run::requests::Frame| {
            frame.node == node && frame.server as usize == server && frame.phase & !AT_DISK == CHILD
        };
        let live = ctx.run.requests.live();
        let dying = live.filter(|(_, r)| r.depth == 1 && on_it(&r.frames[0]));
        let notes: Vec<u64> = dying.map(|(_, request)| request.note).collect();
        for note in notes {
            self.part_ended(ctx, note, Outcome::Lost);
        }
        self.lose_moves(ctx, server);
    }
}
