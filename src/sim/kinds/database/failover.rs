//! Death and return of servers: who takes writes meanwhile, what is lost, and how the old primary
//! comes back.

use super::latest::NOBODY;
use super::replication::begin_own;
use super::shard::{Outage, Record, Shard};
use super::{PROMOTIONS, RECOVER, State};
use crate::kinds::behavior::{Action, Ctx};
use crate::run::calendar::Tag;
use crate::run::log::Severity;
use crate::run::requests::{Outcome, RequestId};
use crate::units::{SimTime, Span};

/// What the last outage of a primary cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Toll {
    /// Writes lost.
    pub lost: u64,
    /// Age of the oldest of them when the primary died.
    pub rpo: Span,
    /// Time without writes.
    pub rto: Span,
}

impl State {
    /// A server has died.
    pub(super) fn died(&mut self, ctx: &mut Ctx, server: usize) {
        self.fail_children(ctx, server);
        let (s, m) = self.locate(server);
        if s >= self.shards.len() || m >= self.shards[s].members.len() {
            return;
        }
        let now = ctx.now();
        let ship = self.policy.ship;
        let shard = &mut self.shards[s];
        shard.members[m].applying = None;
        shard.members[m].is_synced = false;
        let applied = shard.members[m].applied;
        if m != shard.primary {
            let limit = &mut shard.members[m].limit;
            if shard.outage.is_some() {
                *limit = applied.min(*limit);
            }
            self.settle(ctx, s);
            return self.inspect_site(ctx);
        }
        let shipped = shard.shipped(now, ship);
        for other in 0..shard.members.len() {
            let is_up = self.tier.is_alive(shard.first + other);
            let member = &mut shard.members[other];
            member.limit = if is_up { shipped.max(member.applied) } else { member.applied };
        }
        if shard.outage.is_none() {
            let detected = now.after(self.policy.detect);
            let due = detected.after(self.policy.promote);
            shard.outage = Some(Outage { since: now, detected, due });
            let may_promote = self.policy.failover && shard.members.len() > 1;
            if may_promote {
                ctx.wake_at(due, PROMOTIONS + s as u32);
            }
            Ctx::log(ctx, Severity::Error, Some(server), "primary died: no writes", &[]);
        }
        self.drop_waits(ctx, s);
        self.inspect_site(ctx);
    }

    /// A server is back.
    pub(super) fn healed(&mut self, ctx: &mut Ctx, server: usize) {
        let (s, m) = self.locate(server);
        if s >= self.shards.len() || m >= self.shards[s].members.len() {
            return;
        }
        let now = ctx.now();
        if let Some(outage) = self.shards[s].outage {
            let waits = self.policy.failover && now >= outage.detected && self.has_heir(s);
            if m == self.shards[s].primary && !waits {
                self.resume_writes(ctx, s);
            } else if now >= outage.due && self.policy.failover {
                // Once all that come back at this instant are there.
                ctx.wake_at(now, PROMOTIONS + s as u32);
            }
        }
        self.recover(ctx, s, m);
        self.follow(ctx, s, m);
        self.inspect_site(ctx);
    }

    /// Whether some replica could take the primary's place.
    fn has_heir(&self, s: usize) -> bool {
        let shard = &self.shards[s];
        let is_up = |m: usize| m != shard.primary && self.tier.is_alive(shard.first + m);
        (0..shard.members.len()).any(is_up)
    }

    /// The same primary takes writes again: all that it had is still there.
    pub(super) fn resume_writes(&mut self, ctx: &mut Ctx, s: usize) {
        self.end_outage(ctx, s, 0, Span::ZERO);
        self.acknowledge(ctx, s, self.shards[s].head());
        let server = self.shards[s].primary_server();
        let seconds = self.toll.rto.0 as f64 / 1e9;
        let numbers = [("seconds_without_writes", seconds)];
        Ctx::log(ctx, Severity::Info, Some(server), "primary is back", &numbers);
        self.ship(ctx, s);
    }

    fn end_outage(&mut self, ctx: &Ctx, s: usize, lost: u64, rpo: Span) {
        let shard = &mut self.shards[s];
        let Some(outage) = shard.outage.take() else { return };
        let rto = ctx.now().since(outage.since);
        for member in &mut shard.members {
            member.limit = u64::MAX;
        }
        // With another site in its place, writes went on there; that toll is known.
        if !self.sites.was_home {
            self.toll = Toll { lost, rpo, rto };
            self.counts.writeless_ns += rto.0;
        }
    }

    /// The most advanced replica becomes the primary, once it has applied all that has reached it.
    pub(super) fn promote(&mut self, ctx: &mut Ctx, s: usize) {
        let shard = &self.shards[s];
        let Some(outage) = shard.outage else { return };
        if !self.policy.failover || ctx.now() < outage.due {
            return;
        }
        if self.tier.is_alive(shard.primary_server()) {
            // It is back before another has taken its place, and nobody has more than it.
            return self.resume_writes(ctx, s);
        }
        let is_up = |m: &usize| *m != shard.primary && self.tier.is_alive(shard.first + *m);
        let heirs = (0..shard.members.len()).filter(is_up);
        // Of equally advanced ones the first: it comes last in reverse.
        let heir = heirs.rev().max_by_key(|m| shard.members[*m].limit);
        let Some(heir) = heir else { return };
        let member = &shard.members[heir];
        if member.applied < member.limit.min(shard.head()) {
            // It is asked again with each write that it applies.
            return self.follow(ctx, s, heir);
        }
        self.take_over(ctx, s, heir, outage.since);
    }

    fn take_over(&mut self, ctx: &mut Ctx, s: usize, heir: usize, since: SimTime) {
        self.drop_waits(ctx, s);
        let shard = &mut self.shards[s];
        let (old, had) = (shard.primary, shard.acked);
        let head = shard.members[heir].applied;
        let oldest = if had > head { shard.behind_since(head) } else { None };
        let users = &mut self.users;
        shard.primary = heir;
        shard.cut_back(head, |number, Record { user, .. }| users.clear(user, s, number));
        let lost = had - shard.acked;
        shard.members[heir].applied = shard.head();
        shard.members[old].spare = lost;
        shard.count.lost += lost;
        let rpo = oldest.map_or(Span::ZERO, |at| since.since(at));
        self.acknowledge(ctx, s, self.shards[s].head());
        self.end_outage(ctx, s, lost, rpo);
        self.counts.failovers += 1;
        let numbers = [
            ("lost_writes", lost as f64),
            ("rpo_s", rpo.0 as f64 / 1e9),
            ("seconds_without_writes", self.toll.rto.0 as f64 / 1e9),
        ];
        let server = self.shards[s].primary_server();
        Ctx::log(ctx, Severity::Warning, Some(server), "replica promoted to primary", &numbers);
        self.recover(ctx, s, old);
        self.ship(ctx, s);
    }

    /// An old primary that is back has its lost writes written again.
    fn recover(&mut self, ctx: &mut Ctx, s: usize, m: usize) {
        let shard = &self.shards[s];
        let spare = shard.members[m].spare;
        let server = shard.primary_server();
        let is_up = self.tier.is_alive(shard.first + m) && self.tier.is_alive(server);
        if spare == 0 || m == shard.primary || !is_up || shard.outage.is_some() {
            return;
        }
        self.shards[s].members[m].spare = 0;
        if !self.policy.recover {
            return;
        }
        if let Some(id) = begin_own(ctx, RECOVER, server, spare) {
            let work = spare as f64 * self.model.write.mean() * self.model.write_factor;
            self.tier.put_ahead(ctx, server, id, work);
        }
    }

    /// The lost writes of an old primary are written again.
    pub(super) fn has_recovered(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) {
        let writes = ctx.request(id).note;
        self.tier.release(ctx, server);
        ctx.end(id);
        let (s, _) = self.locate(server);
        let now = ctx.now();
        // Without replicas there is nobody any more to have lost them to.
        let Some(shard) = self.shards.get_mut(s).filter(|shard| shard.members.len() > 1) else {
            return;
        };
        for _ in 0..writes {
            shard.commit(Record::new(now, NOBODY, NOBODY));
        }
        let head = shard.head();
        if shard.waits.is_empty() {
            self.acknowledge(ctx, s, head);
        } else {
            // After those that wait already; nobody waits for these.
            shard.waits.push_back((head, Tag::NONE));
        }
        let numbers = [("recovered_writes", writes as f64)];
        Ctx::log(ctx, Severity::Info, Some(server), "lost writes recovered", &numbers);
        self.ship(ctx, s);
    }

    /// Why a query at a server that is down fails.
    pub(super) fn refusal(&mut self, s: usize, is_write: bool) -> Action {
        let has_replicas = self.shards[s].members.len() > 1 || self.sites.is_shared();
        if is_write {
            self.counts.refused_writes += 1;
        }
        let about_primary = is_write || self.policy.reads_primary;
        Action::Reply(match has_replicas && about_primary {
            true => Outcome::NoPrimary,
            false => Outcome::Unavailable,
        })
    }

    /// Whether a shard takes writes.
    pub(super) fn takes_writes(&self, shard: &Shard) -> bool {
        shard.outage.is_none() && self.tier.is_alive(shard.primary_server())
    }
}
