//! The loss of the home site, another site in its place, and the way back.

use super::failover::Toll;
use super::shard::Shard;
use super::sites::AGAIN;
use super::{SITE, State};
use crate::kinds::behavior::Ctx;
use crate::run::log::Severity;
use crate::units::{SimTime, Span};

impl State {
    /// Looks whether all data of this site has a server, after one died or came back.
    pub(super) fn inspect_site(&mut self, ctx: &mut Ctx) {
        if !self.sites.is_shared() {
            return;
        }
        let has_none = |s: usize| {
            let shard = &self.shards[s];
            (0..shard.members.len()).all(|m| !self.tier.is_alive(shard.first + m))
        };
        let is_lost = (0..self.in_use().min(self.shards.len())).any(has_none);
        let mine = self.sites.mine;
        ctx.run.homes.set_up(mine, !is_lost);
        match (self.sites.lost_since, is_lost) {
            (None, true) => self.site_lost(ctx),
            (Some(since), false) => self.site_back(ctx, since),
            _ => {}
        }
    }

    fn site_lost(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        self.sites.lost_since = Some(now);
        for shard in &mut self.shards {
            for p in 0..shard.peers.len() {
                let left = shard.shipped(now, self.sites.others[p].lag);
                let peer = &mut shard.peers[p];
                peer.limit = left.max(peer.applied);
            }
        }
        Ctx::log(ctx, Severity::Error, None, "the database of the site is lost", &[]);
        if ctx.run.homes.home == Some(self.sites.mine) {
            ctx.wake_at(now.after(self.sites.promotion), SITE);
        }
    }

    /// The database is back: another site has its place, or not yet.
    fn site_back(&mut self, ctx: &mut Ctx, since: SimTime) {
        self.sites.lost_since = None;
        let home = ctx.run.homes.home;
        let was_replaced = home.is_some() && self.sites.was_home;
        self.sites.was_home = false;
        for s in 0..self.shards.len() {
            let shard = &mut self.shards[s];
            let end = shard.acked;
            for peer in &mut shard.peers {
                if was_replaced && !self.policy.recover {
                    // What had not left is not wanted any more.
                    peer.applied = peer.applied.max(end);
                }
                peer.limit = u64::MAX;
            }
            self.feed_all(ctx, s);
        }
        if home == Some(self.sites.mine) {
            self.toll = Toll { rto: ctx.now().since(since), ..Toll::default() };
        }
        Ctx::log(ctx, Severity::Info, None, "the database of the site is back", &[]);
    }

    /// The home has been gone for long enough: the site that has most of its data takes its place.
    pub(super) fn replace_home(&mut self, ctx: &mut Ctx) {
        let (now, mine) = (ctx.now(), self.sites.mine);
        if ctx.run.homes.home != Some(mine) {
            return self.fail_back(ctx);
        }
        let Some(since) = self.sites.lost_since else { return self.fail_back(ctx) };
        if now < since.after(self.sites.promotion) {
            return;
        }
        let has =
            |p: usize| -> u64 { self.shards.iter().map(|s| s.peers[p].limit.min(s.acked)).sum() };
        let up = |p: &usize| ctx.run.homes.is_up(self.sites.others[*p].site);
        let heirs = (0..self.sites.others.len()).filter(up);
        let Some(heir) = heirs.rev().max_by_key(|p| has(*p)) else {
            return ctx.wake_at(now.after(AGAIN), SITE);
        };
        let lost: u64 = self.shards.iter().map(|shard| shard.missing(heir).0).sum();
        let oldest = self.shards.iter().filter_map(|shard| shard.missing(heir).1).min();
        let rpo = oldest.map_or(Span::ZERO, |at| since.since(at));
        let rto = now.since(since);
        self.toll = Toll { lost, rpo, rto };
        self.counts.site_lost_writes += lost;
        self.counts.site_failovers += 1;
        self.counts.writeless_ns += rto.0;
        self.sites.was_home = true;
        let other = self.sites.others[heir];
        ctx.run.homes.home = Some(other.site);
        let numbers = [
            ("site", f64::from(other.site) + 1.0),
            ("lost_writes", lost as f64),
            ("rpo_s", rpo.0 as f64 / 1e9),
            ("seconds_without_writes", rto.0 as f64 / 1e9),
        ];
        Ctx::log(ctx, Severity::Warning, None, "another site takes the writes", &numbers);
        // The new home looks for the return of the old one.
        let me = std::mem::replace(&mut ctx.node, other.place);
        ctx.wake_at(now.after(AGAIN), SITE);
        ctx.node = me;
    }

    /// A site that takes the writes in place of the home gives them back to it once that is back
    /// and has all that it could have.
    fn fail_back(&mut self, ctx: &mut Ctx) {
        let (now, mine) = (ctx.now(), self.sites.mine);
        let wanted = ctx.run.homes.wanted.flatten();
        let stands_in = ctx.run.homes.home == Some(mine) && wanted != Some(mine);
        let Some(wanted) = wanted.filter(|_| stands_in && self.sites.fails_back) else { return };
        let there = self.sites.others.iter().position(|other| other.site == wanted);
        let Some(p) = there else { return };
        let lag = self.sites.others[p].lag;
        let has_all = |shard: &Shard| {
            let sent = shard.shipped(now, lag).min(shard.acked);
            // One may be on its way.
            shard.peers[p].applied + 1 >= sent
        };
        if !ctx.run.homes.is_up(wanted) || !self.shards.iter().all(has_all) {
            return ctx.wake_at(now.after(AGAIN), SITE);
        }
        ctx.run.homes.home = Some(wanted);
        let numbers = [("site", f64::from(wanted) + 1.0)];
        Ctx::log(ctx, Severity::Info, None, "the home site takes the writes again", &numbers);
    }
}
