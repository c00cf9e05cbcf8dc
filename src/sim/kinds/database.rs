//! The database: shards, each a primary that takes writes and replicas that share the reads. This
//! file is what the engine sees: where a query goes, what it costs, what becomes of it.

mod failover;
mod fan;
mod model;
mod policy;
mod replication;
mod report;
mod reshard;
mod settings;
mod shard;

use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::Spec;
use super::ring::{Owners, Placement};
use super::station::Admission;
use super::tier::{Machine, Plan, Tier};
use super::{Kind, clients, network};
use crate::sim::rng::{Purpose, Stream};
use crate::sim::run::calendar::LineId;
use crate::sim::run::meters::ServerMeter;
use crate::sim::run::requests::{Outcome, Request, RequestId};
use crate::sim::units::{SimTime, Span};
use failover::Toll;
use fan::Fan;
use model::Model;
pub use model::{KINDS, ROWS, apply_s};
use policy::Policy;
use replication::Marks;
use report::Counts;
use reshard::Migration;
pub use settings::{PARAMS, Setting, cores, monthly_usd, servers};
use shard::Shard;

/// Name in links and files.
pub const KEY: &str = "db";
/// Name shown.
pub const LABEL: &str = "Database";
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors"];

/// Phases of a query, and of requests of the database's own.
const QUERY: u8 = 0;
/// On the way from a shard that no longer has the key to the one that has it.
const REDIRECT: u8 = 1;
/// One shard's part of a query of several.
const CHILD: u8 = 2;
/// A replica applies a write.
const APPLY: u8 = 3;
/// Lost writes are written again.
const RECOVER: u8 = 4;
/// Keys are moved to another shard.
const MOVE: u8 = 5;
/// All its shards have answered; the second phase of a commit is under way.
const COMMIT: u8 = 6;
/// With any of these: at the disk.
const AT_DISK: u8 = 0x80;

/// Names of timers: below these numbers, that of a server whose log is looked at.
const PROMOTIONS: u32 = 1 << 16;
const MIGRATION: u32 = 1 << 17;

/// The draws of a database.
#[derive(Clone, Copy, Debug)]
struct Draws {
    services: Stream,
    routes: Stream,
    joins: Stream,
    applies: Stream,
    disks: Stream,
    connections: Stream,
    partners: Stream,
}

/// The database of a run.
#[derive(Clone, Debug)]
pub struct State {
    seed: u64,
    tier: Tier,
    disks: Tier,
    policy: Policy,
    model: Model,
    plan: Plan,
    /// Servers of a shard.
    group: usize,
    shards: Vec<Shard>,
    owners: Owners,
    migration: Option<Migration>,
    /// The placement of the owners.
    placed: Placement,
    /// Share of the keys that the last resharding moves.
    share_moved: f64,
    /// One shard has all the data and nothing moves.
    is_whole: bool,
    hop: LineId,
    fans: Vec<Fan>,
    free_fans: Vec<u32>,
    keys: Marks,
    users: Marks,
    toll: Toll,
    counts: Counts,
    draws: Draws,
}

impl State {
    /// No server yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::Database as u64, purpose);
        let more = |purpose| Stream::new(seed, 0x100 + Kind::Database as u64, purpose);
        let spec = Spec::new(PARAMS);
        let policy = Policy::new(&spec, Span::ZERO, |_| 1);
        Self {
            seed,
            tier: Tier::default(),
            disks: Tier::default(),
            policy,
            model: Model::new(&spec),
            plan: Plan { slots: 1, room: 0, machine: Machine::Slots },
            group: 1,
            shards: Vec::new(),
            owners: Owners::new(policy.placement, seed, 1),
            migration: None,
            placed: policy.placement,
            share_moved: 0.0,
            is_whole: true,
            hop: LineId::NOW,
            fans: Vec::new(),
            free_fans: Vec::new(),
            keys: Marks::default(),
            users: Marks::default(),
            toll: Toll::default(),
            counts: Counts::default(),
            draws: Draws {
                services: stream(Purpose::Service),
                routes: stream(Purpose::Route),
                joins: stream(Purpose::Join),
                applies: more(Purpose::Service),
                disks: more(Purpose::Lookup),
                connections: more(Purpose::Route),
                partners: more(Purpose::Join),
            },
        }
    }

    /// The shard of a server, and its place there.
    #[inline]
    fn locate(&self, server: usize) -> (usize, usize) {
        if self.shards.len() == 1 {
            (0, server)
        } else {
            (server / self.group, server % self.group)
        }
    }

    /// The number that names the draws of a query: each of a request's own, told apart by the phase
    /// of the caller.
    #[inline]
    fn number(request: &Request) -> u64 {
        let caller = request.frames[(request.depth as usize).saturating_sub(2)].phase;
        request.number.wrapping_add(u64::from(caller) << 48)
    }

    /// A replica for a read, or the primary where no replica is up.
    #[inline]
    fn reader(&self, shard: &Shard, number: u64) -> usize {
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
        let up: Vec<usize> =
            (0..replicas).map(replica).filter(|&i| self.tier.is_alive(i)).collect();
        if up.is_empty() {
            shard.primary_server()
        } else {
            up[draw.below(up.len() as u32) as usize]
        }
    }

    /// A query reaches its shard.
    #[inline]
    fn query(&mut self, ctx: &mut Ctx, id: RequestId, s: usize) -> Action {
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
            let Model { joins, ranges, .. } = self.model;
            if joins.0 > 0.0 || ranges.0 > 0.0 {
                let mut draw = self.draws.joins.at(number);
                if joins.0 > 0.0 && draw.unit() < joins.0 {
                    if self.model.is_joined && self.owners.nodes() > 1 {
                        return self.ask_all(ctx, id, number);
                    }
                    work *= joins.1;
                } else if ranges.0 > 0.0 && draw.unit() < ranges.0 {
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
    fn admit(
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
    fn worked(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> Action {
        if self.policy.disk_ns > 0.0 {
            let request = ctx.request(id);
            let number = Self::number(request) ^ ((server as u64) << 40);
            let operations = if request.writing {
                self.policy.disk_writes * self.model.write_factor
            } else {
                let misses = self.draws.disks.at(number).unit() < self.policy.disk_reads;
                f64::from(u8::from(misses))
            };
            let work = operations * self.policy.disk_ns;
            if work > 0.0 && self.disks.offer(ctx, server, id, work).is_some() {
                ctx.frame(id).phase |= AT_DISK;
                return Action::Wait;
            }
        }
        self.done(ctx, id, server)
    }

    /// A query is done but for what a write needs of replicas.
    #[inline]
    fn done(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> Action {
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
            let version = ctx.truth().version(url);
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

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        self.model = Model::new(spec);
        let zone = around.spec(Kind::Network).map_or_else(Default::default, network::zone);
        let users = around.spec(Kind::Clients);
        self.policy = Policy::new(spec, zone, |by_url| {
            let row = if by_url { clients::Setting::Urls } else { clients::Setting::Users };
            users.map_or(1, |users| users.count(row as usize) as u32)
        });
        self.hop = ctx.line(self.policy.zone);
        let machine = match ctx.machines().first() {
            Some(&host) if around.is_guest(Kind::Database) => host,
            _ if spec.count(Setting::Discipline as usize) == 0 => Machine::Own(cores(spec)),
            _ => Machine::Slots,
        };
        self.plan = Plan {
            slots: spec.count(Setting::Connections as usize) as u32,
            room: spec.count(Setting::Backlog as usize) as u32,
            machine,
        };
        self.regroup(ctx, 1 + spec.count(Setting::Replicas as usize));
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if self.is_whole {
            return self.query(ctx, id, 0);
        }
        self.find(ctx, id)
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let frame = *ctx.frame(id);
        let server = frame.server as usize;
        match frame.phase {
            QUERY | CHILD => return self.worked(ctx, id, server),
            REDIRECT => {
                ctx.frame(id).phase = QUERY;
                let shard = server / self.group;
                return self.query(ctx, id, shard);
            }
            APPLY => self.has_applied(ctx, id, server),
            RECOVER => self.has_recovered(ctx, id, server),
            MOVE => self.has_moved(ctx, id, server),
            COMMIT => return self.commit_two(ctx, id, fan::BOTH, Outcome::Good),
            phase => {
                self.disks.release(ctx, server);
                ctx.frame(id).phase = phase & !AT_DISK;
                return self.done(ctx, id, server);
            }
        }
        Action::Wait
    }

    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        match timer {
            MIGRATION => self.migrate(ctx),
            _ if timer >= PROMOTIONS => self.promote(ctx, (timer - PROMOTIONS) as usize),
            server => {
                let (s, m) = self.locate(server as usize);
                if self.shards.get(s).is_some_and(|shard| m < shard.members.len()) {
                    self.shards[s].members[m].armed = SimTime::NEVER;
                    self.follow(ctx, s, m);
                }
            }
        }
        None
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        self.tier.fault(ctx, server, fault);
        self.disks.fault(ctx, server, fault);
        match (server, fault) {
            (Some(server), Some(Fault::Kill)) => self.died(ctx, server),
            (Some(server), None) => self.healed(ctx, server),
            _ => {}
        }
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.meters(ctx)
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        self.counted()
    }

    fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        self.measured(ctx)
    }

    fn check(&self) -> Result<(), String> {
        self.shards.iter().try_for_each(Shard::law)
    }
}
