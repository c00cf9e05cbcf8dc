//! A query at its shard: which server takes it, what it costs, what of it the disk does.

use super::model::Model;
use super::shard::Shard;
use super::{AT_DISK, CHILD, State};
use crate::kinds::behavior::{Action, Ctx};
use crate::kinds::station::Admission;
use crate::run::requests::{Outcome, Request, RequestId};

impl State {
    /// The number that names the draws of a query: each of a request's own, told apart by the phase
    /// of the caller.
    #[inline]
    pub(super) fn number(request: &Request) -> u64 {
        let caller = request.caller().phase;
        request.number.wrapping_add(u64::from(caller) << 48)
    }

    /// A replica for a read, or the primary where no replica is up.
    #[inline]
    pub(super) fn reader(&self, shard: &Shard, number: u64) -> usize {
        let replicas = self.group - 1;
        if replicas == 0 || self.policy.reads_primary {
            return shard.primary_server();
        }
        let mut draw = self.draws.routes.at(number);
        let replica = |place: usize| shard.first + place + usize::from(place >= shard.primary);
        let first = replica(draw.below(replicas as u32) as usize);
        if self.tier.is_alive(first) {
            return first;
        }
        let is_up = |server: &usize| self.tier.is_alive(*server);
        let up = || (0..replicas).map(replica).filter(is_up);
        let count = up().count() as u32;
        let place = if count > 0 { draw.below(count) as usize } else { 0 };
        up().nth(place).unwrap_or_else(|| shard.primary_server())
    }

    /// A query reaches its shard.
    #[inline]
    pub(super) fn query(&mut self, ctx: &mut Ctx, id: RequestId, s: usize) -> Action {
        let request = ctx.request(id);
        let (writing, number) = (request.writing, Self::number(request));
        let service = self.draws.services.at(number);
        let shard = &self.shards[s];
        let (server, work) = if writing {
            if self.model.transactions > 0.0 && self.is_double(number) {
                return self.write_two(ctx, id, s, number);
            }
            if shard.outage.is_some() {
                return self.refusal(s, true);
            }
            let work = self.model.write.sample(service) * self.model.write_factor;
            (shard.primary_server(), work)
        } else {
            let mut work = self.model.read.sample(service);
            let Model { joins, ranges, .. } = *self.model;
            if joins.0 > 0.0 || ranges.0 > 0.0 {
                let place = self.draws.joins.at(number).unit();
                if place < joins.0 {
                    if self.model.is_joined && self.in_use() > 1 {
                        return self.ask_all(ctx, id, number);
                    }
                    work *= joins.1;
                } else if place < joins.0 + ranges.0 {
                    work *= ranges.1;
                }
            }
            (self.reader(shard, number), work)
        };
        let action = self.admit(ctx, id, server, work, number);
        action.unwrap_or_else(|| self.refusal(s, writing))
    }

    /// Gives a server the work of a query; `None` when it is down.
    #[inline]
    pub(super) fn admit(
        &mut self,
        ctx: &mut Ctx,
        id: RequestId,
        server: usize,
        work: f64,
        number: u64,
    ) -> Option<Action> {
        ctx.frame(id).server = server as u16;
        let share = self.policy.new_connections;
        let is_new = share > 0.0 && self.draws.connections.at(number).unit() < share;
        let work = if is_new { work + self.policy.connect_ns } else { work };
        Some(match self.tier.offer(ctx, server, id, work)? {
            Admission::Refused if self.policy.has_no_backlog => {
                Action::Reply(Outcome::ConnectionLimit)
            }
            Admission::Refused => Action::Reply(Outcome::BacklogFull),
            Admission::Started | Admission::Queued => Action::Wait,
        })
    }

    /// A query's work is done: what it needs of the disk is left.
    #[inline]
    pub(super) fn worked(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> Action {
        if self.policy.disk_ns > 0.0 {
            let request = ctx.request(id);
            let number = Self::number(request) ^ ((server as u64) << 40);
            let operations = if request.writing {
                self.policy.disk_writes * self.model.write_factor
            } else {
                let misses = self.draws.disks.at(number).unit() < self.policy.disk_reads;
                f64::from(u8::from(misses))
            };
            if self.send_to_disk(ctx, id, server, operations) {
                return Action::Wait;
            }
        }
        self.done(ctx, id, server)
    }

    /// Sends a request to the disk of its server for so many operations; says whether it is there.
    pub(super) fn send_to_disk(
        &mut self,
        ctx: &mut Ctx,
        id: RequestId,
        server: usize,
        operations: f64,
    ) -> bool {
        let work = operations * self.policy.disk_ns;
        if work == 0.0 || !self.disks.is_alive(server) {
            return false;
        }
        let is_there = self.disks.offer(ctx, server, id, work).is_some();
        if is_there {
            ctx.frame(id).phase |= AT_DISK;
        }
        is_there
    }

    /// A server has done the work of applying a write: its disk has its part.
    pub(super) fn apply_to_disk(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> bool {
        let operations = self.policy.disk_writes * self.model.write_factor;
        self.policy.disk_ns > 0.0 && self.send_to_disk(ctx, id, server, operations)
    }

    /// A query is done but for what a write needs of replicas.
    #[inline]
    pub(super) fn done(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> Action {
        if ctx.frame(id).phase == CHILD {
            return self.child_done(ctx, id, server);
        }
        if ctx.request(id).writing {
            return self.commit(ctx, id, server);
        }
        self.tier.release(ctx, server);
        let is_stale = self.group > 1 && self.is_old(ctx, id, server);
        if ctx.truth().is_kept() {
            let url = ctx.request(id).url;
            let version = if self.sites.is_shared() {
                self.look_up(ctx, id, is_stale)
            } else {
                ctx.truth().version(url)
            };
            ctx.request(id).version = version.wrapping_sub(u32::from(is_stale));
        }
        Action::Reply(Outcome::Good)
    }

    /// Whether a server answers a read with an old value.
    #[inline]
    fn is_old(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> bool {
        let (s, m) = self.locate(server);
        let Some(shard) = self.shards.get(s) else { return false };
        let Some(member) = shard.members.get(m) else { return false };
        if member.applied >= shard.acked {
            return false;
        }
        let request = ctx.request(id);
        let (url, user) = (request.url, request.user);
        self.judge(s, m, url, user)
    }
}
