//! Shards: where a key lies, and how keys move when their number or placement changes while
//! requests go on.

use super::replication::begin_own;
use super::shard::{Member, Shard};
use super::{MIGRATION, MOVE, QUERY, REDIRECT, State};
use crate::kinds::behavior::{Action, Ctx};
use crate::kinds::ring::{Owners, Placement, share_moved};
use crate::kinds::tier::{Machine, Plan};
use crate::run::log::Severity;
use crate::run::requests::RequestId;
use crate::units::{SimTime, Span};

/// Keys are moved in batches of this many seconds, so that requests see them in small steps.
const BATCH_S: f64 = 0.1;
/// Of a larger catalogue the share of keys that move is counted on this many.
const COUNTED: u32 = 2_000_000;
/// Seconds until a batch is tried again whose servers were down.
const AGAIN_S: f64 = 1.0;

/// Keys on their way to other shards: those below the cursor are where they belong.
#[derive(Clone, Debug)]
pub struct Migration {
    new: Owners,
    placement: Placement,
    cursor: u32,
    /// The end of the batch under way.
    end: u32,
    /// Keys that move in this batch.
    batch: u32,
    /// Pieces of work under way.
    jobs: u32,
    /// A server died with its piece: the batch is done again.
    is_torn: bool,
    /// When the batch may end by the rate.
    due: SimTime,
    since: SimTime,
}

impl State {
    /// The shard that has a key now, and whether a caller who knows the old places goes astray.
    #[inline]
    pub(super) fn owner(&self, key: u32) -> (usize, bool) {
        let old = self.owners.owner(key);
        match &self.migration {
            Some(migration) if key < migration.cursor => {
                let new = migration.new.owner(key);
                (new, new != old)
            }
            _ => (old, false),
        }
    }

    /// A query looks for its shard; one for a key that has moved is sent on by the shard that had
    /// it.
    pub(super) fn find(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if self.sites.is_shared()
            && let Some(action) = self.abroad(ctx, id)
        {
            return action;
        }
        let request = ctx.request(id);
        let key = if self.policy.by_url { request.url } else { request.user };
        let (s, is_astray) = self.owner(key);
        let frame = ctx.frame(id);
        frame.phase = QUERY;
        if is_astray {
            self.counts.redirects += 1;
            frame.phase = REDIRECT;
            frame.server = self.shards[s].primary_server() as u16;
            if !ctx.resume_in_line(id, self.hop) {
                return Action::Wait;
            }
            ctx.frame(id).phase = QUERY;
        }
        self.query(ctx, id, s)
    }

    /// A query that was sent on has come to the shard that has its key.
    pub(super) fn found(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        ctx.frame(id).phase = QUERY;
        let s = self.shard_of(ctx, id);
        self.query(ctx, id, s)
    }

    /// The shard that has what a request is about.
    pub(super) fn shard_of(&self, ctx: &mut Ctx, id: RequestId) -> usize {
        let request = ctx.request(id);
        self.owner(if self.policy.by_url { request.url } else { request.user }).0
    }

    /// Whether every query goes to the one shard of the one site.
    fn is_plain(&self) -> bool {
        self.owners.nodes() == 1 && self.migration.is_none() && !self.sites.is_shared()
    }

    /// How many shards have keys.
    pub(super) fn in_use(&self) -> usize {
        let new = self.migration.as_ref().map_or(0, |migration| migration.new.nodes());
        self.owners.nodes().max(new)
    }

    /// Takes on so many servers in a shard, and the shards and placement that are set.
    pub(super) fn regroup(&mut self, ctx: &mut Ctx, group: usize) {
        let is_first = self.shards.is_empty();
        let wanted = self.policy.shards;
        if is_first {
            *self.owners = Owners::new(self.policy.placement, self.seed, wanted);
            self.placed = self.policy.placement;
        }
        let count = self.owners.nodes().max(self.shards.len()).max(wanted);
        let had = std::mem::replace(&mut self.group, group);
        for s in 0..self.shards.len() {
            self.resize(s, had);
        }
        for s in self.shards.len()..count {
            self.shards.push(Shard::new(s * group, group));
        }
        self.open_streams();
        self.set_servers(ctx);
        for s in 0..self.shards.len() {
            let (is_up, outage) =
                (self.tier.is_alive(self.shards[s].primary_server()), self.shards[s].outage);
            match (is_up, outage) {
                (false, None) => self.died(ctx, self.shards[s].primary_server()),
                (true, Some(_)) if had != group => self.resume_writes(ctx, s),
                _ => {}
            }
            self.settle(ctx, s);
            self.ship(ctx, s);
        }
        if self.migration.is_none() {
            self.begin_migration(ctx);
        }
        self.is_whole = self.is_plain();
    }

    /// A shard gets another number of servers: new ones begin with a copy of the data. Where there
    /// are several shards, servers change their places.
    fn resize(&mut self, s: usize, had: usize) {
        let group = self.group;
        if had == group {
            return;
        }
        let shard = &mut self.shards[s];
        shard.first = s * group;
        let head = shard.head();
        if shard.primary >= group {
            // A planned change-over loses nothing.
            shard.primary = 0;
            shard.outage = None;
            shard.keep_all();
            shard.members[0] = Member::new(head);
        }
        shard.members.resize(group, Member::new(head));
        if group == 1 && shard.peers.is_empty() {
            shard.forget_all();
        }
        if s > 0 {
            shard.members.iter_mut().for_each(|member| *member = Member::new(head));
        }
    }

    /// Makes the servers of all shards that have or get keys.
    fn set_servers(&mut self, ctx: &mut Ctx) {
        let servers = self.in_use().max(self.policy.shards) * self.group;
        self.tier.configure(ctx, &vec![self.plan; servers]);
        if self.policy.disk_ns > 0.0 {
            let disk = Plan { slots: 1, room: u32::MAX, machine: Machine::Slots };
            self.disks.configure(ctx, &vec![disk; servers]);
        }
    }

    /// Begins to move keys if the shards or the placement are not those that are set.
    fn begin_migration(&mut self, ctx: &mut Ctx) {
        let (wanted, placement) = (self.policy.shards, self.policy.placement);
        if self.owners.nodes() == wanted && self.placed == placement {
            return;
        }
        let new = if self.placed == placement {
            self.owners.resized(wanted)
        } else {
            Owners::new(placement, self.seed, wanted)
        };
        self.share_moved = share_moved(&self.owners, &new, self.policy.keys.min(COUNTED));
        let now = ctx.now();
        let numbers = [
            ("from_shards", self.owners.nodes() as f64),
            ("to_shards", wanted as f64),
            ("share_moved", self.share_moved),
        ];
        // The same shards, but each with other keys: their number says nothing.
        if self.owners.nodes() == wanted {
            Ctx::log(ctx, Severity::Info, None, "keys are placed anew", &numbers[2..]);
        } else {
            Ctx::log(ctx, Severity::Info, None, "resharding begins", &numbers);
        }
        self.migration = Some(Box::new(Migration {
            new,
            placement,
            cursor: 0,
            end: 0,
            batch: 0,
            jobs: 0,
            is_torn: false,
            due: now,
            since: now,
        }));
        self.is_whole = false;
        ctx.wake_at(now, MIGRATION);
    }

    /// Goes on with moving keys: ends the batch under way and begins the next.
    pub(super) fn migrate(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        let Some(migration) = &mut self.migration else { return };
        if migration.jobs > 0 || now < migration.due {
            return;
        }
        if migration.is_torn {
            migration.end = migration.cursor;
            migration.is_torn = false;
        } else {
            self.counts.moved_keys += u64::from(migration.batch);
            migration.cursor = migration.end;
        }
        migration.batch = 0;
        if migration.cursor >= self.policy.keys {
            return self.end_migration(ctx);
        }
        self.move_batch(ctx);
    }

    /// The keys of the next batch: both ends of each move have work with it.
    fn move_batch(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        let Some(migration) = &self.migration else { return };
        let most = (self.policy.move_rate * BATCH_S).clamp(1.0, 1e6) as u32;
        let mut work = vec![0u32; self.shards.len()];
        let (mut key, mut batch) = (migration.cursor, 0);
        while key < self.policy.keys && batch < most {
            let (from, to) = (self.owners.owner(key), migration.new.owner(key));
            if from != to {
                batch += 1;
                work[from] += 1;
                work[to] += 1;
            }
            key += 1;
        }
        let is_open = |s: usize| work[s] == 0 || self.takes_writes(&self.shards[s]);
        let due = if (0..work.len()).all(is_open) {
            now.after(Span::from_seconds(f64::from(batch) / self.policy.move_rate))
        } else {
            work.fill(0);
            (key, batch) = (migration.cursor, 0);
            now.after(Span::from_seconds(AGAIN_S))
        };
        let mut jobs = 0;
        for (s, keys) in work.into_iter().enumerate().filter(|(_, keys)| *keys > 0) {
            let ns = f64::from(keys) * self.policy.move_ns;
            let server = self.shards[s].primary_server();
            if ns > 0.0
                && let Some(id) = begin_own(ctx, MOVE, server, 0)
            {
                self.tier.put_ahead(ctx, server, id, ns);
                jobs += 1;
            }
        }
        if let Some(migration) = &mut self.migration {
            (migration.end, migration.batch, migration.jobs, migration.due) =
                (key, batch, jobs, due);
        }
        ctx.wake_at(due, MIGRATION);
    }

    /// One end of a batch is done.
    pub(super) fn has_moved(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) {
        self.tier.release(ctx, server);
        ctx.end(id);
        if let Some(migration) = &mut self.migration {
            migration.jobs -= 1;
        }
        self.migrate(ctx);
    }

    /// A server has died with its end of a batch.
    pub(super) fn lose_moves(&mut self, ctx: &mut Ctx, server: usize) {
        let node = ctx.node();
        let live = ctx.run.requests.live();
        let dying = live.filter(|(_, r)| {
            let frame = &r.frames[0];
            let is_move = (frame.node, frame.phase) == (node, MOVE);
            r.depth == 1 && is_move && frame.server as usize == server
        });
        let lost = dying.count() as u32;
        if let Some(migration) = self.migration.as_mut().filter(|_| lost > 0) {
            migration.jobs -= lost;
            migration.is_torn = true;
            ctx.wake_at(ctx.now().after(Span::from_seconds(AGAIN_S)), MIGRATION);
        }
    }

    fn end_migration(&mut self, ctx: &mut Ctx) {
        let Some(migration) = self.migration.take() else { return };
        let seconds = ctx.now().since(migration.since).0 as f64 / 1e9;
        *self.owners = migration.new;
        self.placed = migration.placement;
        Ctx::log(ctx, Severity::Info, None, "resharding is done", &[("seconds", seconds)]);
        self.set_servers(ctx);
        // What was set meanwhile comes next.
        self.begin_migration(ctx);
        self.is_whole = self.is_plain();
    }

    /// Share of the keys that are where they belong.
    pub(super) fn progress(&self) -> f64 {
        self.migration
            .as_ref()
            .map_or(1.0, |m| f64::from(m.cursor) / f64::from(self.policy.keys.max(1)))
    }
}
