//! The database: shards, each a primary that takes writes and replicas that share the reads. This
//! file is what the engine sees: where a query goes, what it costs, what becomes of it.

mod failover;
mod fan;
mod home;
mod latest;
mod model;
mod policy;
mod query;
mod replication;
mod report;
mod reshard;
mod settings;
mod shard;
mod sites;

use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::Spec;
use super::ring::{Owners, Placement};
use super::tier::{Machine, Plan, Tier};
use super::{Kind, clients, network};
use crate::rng::{Purpose, Stream};
use crate::run::calendar::LineId;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Outcome, RequestId};
use crate::units::{SimTime, Span};
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
use sites::Sites;

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
/// At the home site.
const AWAY: u8 = 7;
/// A write on its way to another site, begun here.
const SHIP: u8 = 8;
/// A write of another site is applied here.
const RECEIVE: u8 = 9;
/// With any of these: at the disk.
const AT_DISK: u8 = 0x80;

/// Names of timers: below these numbers, that of a server whose log is looked at.
const PROMOTIONS: u32 = 1 << 16;
const MIGRATION: u32 = 1 << 17;
const SITE: u32 = MIGRATION + 1;
const STREAMS: u32 = 1 << 18;

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
    policy: Box<Policy>,
    model: Box<Model>,
    plan: Plan,
    /// Servers of a shard.
    group: usize,
    shards: Vec<Shard>,
    owners: Box<Owners>,
    migration: Option<Box<Migration>>,
    /// The placement of the owners.
    placed: Placement,
    /// Share of the keys that the last resharding moves.
    share_moved: f64,
    /// One shard has all the data and nothing moves.
    is_whole: bool,
    hop: LineId,
    fans: Vec<Fan>,
    free_fans: Vec<u32>,
    users: Marks,
    sites: Box<Sites>,
    toll: Toll,
    counts: Box<Counts>,
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
            policy: Box::new(policy),
            model: Box::new(Model::new(&spec)),
            plan: Plan { slots: 1, room: 0, machine: Machine::Slots },
            group: 1,
            shards: Vec::new(),
            owners: Box::new(Owners::new(policy.placement, seed, 1)),
            migration: None,
            placed: policy.placement,
            share_moved: 0.0,
            is_whole: true,
            hop: LineId::NOW,
            fans: Vec::new(),
            free_fans: Vec::new(),
            users: Marks::default(),
            sites: Box::default(),
            toll: Toll::default(),
            counts: Box::default(),
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
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        *self.model = Model::new(spec);
        let zone = around.spec(Kind::Network).map_or_else(Default::default, network::zone);
        let users = around.spec(Kind::Clients);
        *self.policy = Policy::new(spec, zone, |by_url| {
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
        self.join_sites(ctx, around);
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
        if frame.phase == QUERY {
            return self.worked(ctx, id, server);
        }
        let mut phase = frame.phase;
        if phase & AT_DISK > 0 {
            self.disks.release(ctx, server);
            phase &= !AT_DISK;
            ctx.frame(id).phase = phase;
            if phase == QUERY || phase == CHILD {
                return self.done(ctx, id, server);
            }
        } else if (phase == APPLY || phase == RECEIVE) && self.apply_to_disk(ctx, id, server) {
            return Action::Wait;
        }
        match phase {
            REDIRECT => return self.found(ctx, id),
            APPLY => self.has_applied(ctx, id, server),
            RECEIVE => return self.has_received(ctx, id, server),
            RECOVER => self.has_recovered(ctx, id, server),
            MOVE => self.has_moved(ctx, id, server),
            COMMIT => return self.commit_two(ctx, id, fan::BOTH, Outcome::Good),
            _ => return self.worked(ctx, id, server),
        }
        Action::Wait
    }

    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        self.answered(ctx, id, outcome)
    }

    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        match timer {
            MIGRATION => self.migrate(ctx),
            SITE => self.replace_home(ctx),
            _ if timer >= STREAMS => self.stream(ctx, (timer - STREAMS) as usize),
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
