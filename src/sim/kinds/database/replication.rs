//! From a committed write to its acknowledgement and to the replicas: shipping, applying in order,
//! waiting for replicas, and what reads find there.

use super::latest::NOBODY;
use super::policy::Replication;
use super::settings::MOST_REPLICAS;
use super::shard::{Member, Record};
use super::{APPLY, COMMIT, State};
use crate::kinds::behavior::{Action, Ctx};
use crate::run::calendar::Tag;
use crate::run::requests::{Class, Outcome, RequestId, Wish};
use crate::units::Span;

/// Bits of a mark that hold the number of a write; the rest is its shard.
const MARK_BITS: u32 = 48;

/// The last acknowledged write of each user: shard and number in one word, 0 for none.
#[derive(Clone, Debug, Default)]
pub struct Marks(Vec<u64>);

impl Marks {
    const fn word(shard: usize, number: u64) -> u64 {
        ((shard as u64) << MARK_BITS) | number
    }

    fn set(&mut self, whose: u32, shard: usize, number: u64) {
        if whose == NOBODY {
            return;
        }
        let place = whose as usize;
        if place >= self.0.len() {
            self.0.resize((place + 1).max(self.0.len() * 3 / 2), 0);
        }
        self.0[place] = Self::word(shard, number);
    }

    /// The write is gone.
    pub fn clear(&mut self, whose: u32, shard: usize, number: u64) {
        if let Some(mark) = self.0.get_mut(whose as usize)
            && *mark == Self::word(shard, number)
        {
            *mark = 0;
        }
    }

    /// Whether a server of the shard that has applied so many writes lacks the last one.
    fn is_missing(&self, whose: u32, shard: usize, applied: u64) -> bool {
        let mark = self.0.get(whose as usize).copied().unwrap_or(0);
        mark >> MARK_BITS == shard as u64 && (mark & ((1 << MARK_BITS) - 1)) > applied
    }
}

impl State {
    /// The work of a write is done: it is committed, and acknowledged now or when replicas have it.
    pub(super) fn commit(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> Action {
        let request = ctx.request(id);
        let (key, user) = (request.url, request.user);
        // By the key: settings may have given the server to another shard since.
        let s = if self.is_whole { 0 } else { self.shard_of(ctx, id) };
        if self.log_write(ctx, s, Record::new(ctx.now(), key, user), Some(id)) {
            self.tier.release(ctx, server);
            return Action::Reply(Outcome::Good);
        }
        Action::Wait
    }

    /// A shard commits a write; says whether it is acknowledged at once. If not, the request waits.
    pub(super) fn log_write(
        &mut self,
        ctx: &mut Ctx,
        s: usize,
        record: Record,
        id: Option<RequestId>,
    ) -> bool {
        if self.group == 1 && !self.sites.is_shared() {
            self.shards[s].commit_alone();
            ctx.truth().change(record.key);
            return true;
        }
        let number = self.shards[s].commit(record);
        let is_now = self.needed(s) == 0 && self.shards[s].waits.is_empty();
        if is_now {
            self.acknowledge(ctx, s, number);
        } else {
            let promise = id.map_or(Tag::NONE, |id| ctx.promise(id));
            self.shards[s].waits.push_back((number, promise));
        }
        self.ship(ctx, s);
        is_now
    }

    /// All writes of a shard up to this number are acknowledged.
    pub(super) fn acknowledge(&mut self, ctx: &mut Ctx, s: usize, number: u64) {
        while self.shards[s].acked < number {
            let shard = &mut self.shards[s];
            let record = shard.keep_next();
            let done = shard.acked;
            let Some(record) = record else { continue };
            let Record { key, user, is_remote, .. } = record;
            self.shards[s].changed(key);
            self.users.set(user, s, done);
            if key != NOBODY && !is_remote {
                ctx.truth().change(key);
            }
            if self.sites.is_shared() {
                self.publish(ctx, s, done, record);
            }
        }
        self.feed_all(ctx, s);
    }

    /// How many replicas must have a write before it is acknowledged.
    fn needed(&self, s: usize) -> usize {
        match self.policy.replication {
            Replication::Asynchronous => 0,
            Replication::Semi(acks) => acks.min(self.replicas_up(s)),
            Replication::Synchronous => self.replicas_up(s),
        }
    }

    /// The replicas of a shard that count for acknowledgements: those that are up and have caught
    /// up since.
    fn in_sync(&self, s: usize) -> impl Iterator<Item = &Member> {
        let shard = &self.shards[s];
        let members = shard.members.iter().enumerate();
        members.filter_map(move |(m, member)| {
            let is_up = m != shard.primary && self.tier.is_alive(shard.first + m);
            (is_up && member.is_synced).then_some(member)
        })
    }

    fn replicas_up(&self, s: usize) -> usize {
        self.in_sync(s).count()
    }

    /// The number up to which enough replicas have all writes.
    fn replicated(&self, s: usize) -> u64 {
        let needed = self.needed(s);
        if needed == 0 {
            return self.shards[s].head();
        }
        let mut applied = [0; MOST_REPLICAS as usize];
        let mut count = 0;
        for (place, member) in applied.iter_mut().zip(self.in_sync(s)) {
            *place = member.applied;
            count += 1;
        }
        let applied = &mut applied[..count];
        applied.sort_unstable();
        applied[count - needed]
    }

    /// Tells those whose writes enough replicas have by now.
    pub(super) fn settle(&mut self, ctx: &mut Ctx, s: usize) {
        if self.shards[s].waits.is_empty() {
            return;
        }
        let have = self.replicated(s);
        while let Some(&(number, promise)) = self.shards[s].waits.front() {
            if number > have {
                return;
            }
            self.shards[s].waits.pop_front();
            self.acknowledge(ctx, s, number);
            self.answer(ctx, promise, Outcome::Good);
        }
    }

    /// Answers a write that has waited for replicas.
    fn answer(&mut self, ctx: &mut Ctx, promise: Tag, outcome: Outcome) {
        let Some(id) = ctx.kept(promise) else { return };
        let frame = *ctx.frame(id);
        // A write to two keys has given back its connections before.
        if frame.phase != COMMIT {
            self.tier.release(ctx, frame.server as usize);
        }
        ctx.launch(id, Action::Reply(outcome));
    }

    /// The primary is gone, and with it the hope of those who wait for its replicas. Those that it
    /// worked for have died with it.
    pub(super) fn drop_waits(&mut self, ctx: &mut Ctx, s: usize) {
        while let Some((_, promise)) = self.shards[s].waits.pop_front() {
            self.answer(ctx, promise, Outcome::Lost);
        }
    }

    /// Lets all replicas of a shard look at its log.
    pub(super) fn ship(&mut self, ctx: &mut Ctx, s: usize) {
        for m in 0..self.shards[s].members.len() {
            self.follow(ctx, s, m);
        }
    }

    /// A replica applies what has reached it, one write after another, or waits for what has not.
    pub(super) fn follow(&mut self, ctx: &mut Ctx, s: usize, m: usize) {
        let server = self.shards[s].first + m;
        let now = ctx.now();
        loop {
            let shard = &mut self.shards[s];
            if m == shard.primary || !self.tier.is_alive(server) {
                return;
            }
            let head = shard.head();
            let arrives = shard.record(shard.members[m].applied).map(|r| r.at);
            let member = &mut shard.members[m];
            if member.applying.is_some() {
                return;
            }
            if member.applied >= head.min(member.limit) {
                member.is_synced |= member.applied >= head;
                return;
            }
            let due = arrives.map_or(now, |at| at.after(self.policy.ship));
            if due > now {
                member.is_synced = true;
                if member.armed != due {
                    member.armed = due;
                    ctx.wake_at(due, server as u32);
                }
                return;
            }
            let number = member.applied;
            let work = self.apply_work(s, number);
            if work > 0.0 || self.policy.disk_ns > 0.0 {
                return self.apply(ctx, s, m, work);
            }
            self.applied(ctx, s, m);
        }
    }

    /// Work to apply the write after the first `number` ones.
    fn apply_work(&self, s: usize, number: u64) -> f64 {
        let name = number.wrapping_add((s as u64) << 40);
        self.work_applied(name)
    }

    /// Work to apply the write whose draw has this name, which came from elsewhere.
    pub(super) fn work_applied(&self, name: u64) -> f64 {
        let work = self.model.write.sample(self.draws.applies.at(name)) * self.model.write_factor;
        self.policy.apply_share * work
    }

    fn apply(&mut self, ctx: &mut Ctx, s: usize, m: usize, work: f64) {
        let server = self.shards[s].first + m;
        let Some(id) = begin_own(ctx, APPLY, server, 0) else {
            // The simulator is full: later.
            let later = ctx.now().after(Span::from_seconds(1.0));
            return ctx.wake_at(later, server as u32);
        };
        self.shards[s].members[m].applying = Some(id);
        self.tier.put_ahead(ctx, server, id, work);
    }

    /// The work of applying a write is done.
    pub(super) fn has_applied(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) {
        self.tier.release(ctx, server);
        ctx.end(id);
        let (s, m) = self.locate(server);
        // Settings may have made another server of it since.
        let known = self.shards.get(s).and_then(|shard| shard.members.get(m));
        if known.is_some_and(|member| member.applying == Some(id)) {
            self.shards[s].members[m].applying = None;
            let shard = &self.shards[s];
            if m != shard.primary && shard.members[m].applied < shard.head() {
                self.applied(ctx, s, m);
            }
            self.follow(ctx, s, m);
        }
    }

    /// A replica has one write more.
    fn applied(&mut self, ctx: &mut Ctx, s: usize, m: usize) {
        let now = ctx.now();
        let shard = &mut self.shards[s];
        let at = shard.record(shard.members[m].applied).map(|r| r.at);
        let member = &mut shard.members[m];
        member.applied += 1;
        let took = at.map_or(Span::ZERO, |at| now.since(at));
        member.worst = member.worst.max(took);
        self.settle(ctx, s);
        let shard = &self.shards[s];
        let member = &shard.members[m];
        let has_all = member.applied >= member.limit.min(shard.head());
        if has_all && shard.outage.is_some_and(|outage| outage.due <= now) {
            self.promote(ctx, s);
        }
    }

    /// A read is answered by a server that may lack writes: counts what it does not see. Says
    /// whether the value is old.
    pub(super) fn judge(&mut self, s: usize, m: usize, key: u32, user: u32) -> bool {
        let applied = self.shards[s].members[m].applied;
        let is_stale = self.shards[s].lacks(m, key);
        self.counts.stale_reads += u64::from(is_stale);
        self.counts.own_writes_unseen += u64::from(self.users.is_missing(user, s, applied));
        is_stale
    }
}

/// Begins a request of the database's own at one of its servers.
pub(super) fn begin_own(ctx: &mut Ctx, phase: u8, server: usize, note: u64) -> Option<RequestId> {
    let wish =
        Wish { number: note, user: NOBODY, url: NOBODY, class: Class::Probe, region: 0, site: 0 };
    let id = ctx.begin(&wish, phase)?;
    let request = ctx.request(id);
    (request.note, request.writing) = (note, false);
    ctx.frame(id).server = server as u16;
    Some(id)
}
