//! The cache: answers a set share of reads in memory. What it does not have, the web tier fetches
//! from the database (cache-aside).

use super::Kind;
use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::{Param, Spec, settings};
use super::station::Admission;
use super::tier::{Machine, PLACES, Plan, Tier};
use crate::sim::law::{LAWS, Law};
use crate::sim::rng::{Purpose, Stream};
use crate::sim::run::calendar::LineId;
use crate::sim::run::meters::ServerMeter;
use crate::sim::run::requests::{Outcome, RequestId};
use crate::sim::units::{HOURS_PER_MONTH, Span};

/// Name in links and files.
pub const KEY: &str = "cache";
/// Name shown.
pub const LABEL: &str = "Cache";
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors"];

settings! {
    Place = Param::choice("place", "Place", PLACES, 0,
        "On machines of its own, or on the web servers, where it takes part of their vCPUs.");
    Hit = Param::number("hit", "Hit ratio", (0.0, 0.9, 1.0),
        "Share of look-ups that find the value. It is set here; the pools of a large key-value \
         store had 0.81 to 0.99.");
    Operation = Param::number("op_ms", "Work of a look-up", (0.0, 0.01, 1_000.0),
        "Mean time a node needs for one look-up: 10 us is 100,000 operations per second for one \
         thread. 0 takes no time and has no limit.").unit("ms");
    OperationLaw = Param::choice("law", "Law of the work", LAWS, 0,
        "How the work of look-ups varies around its mean.");
    Scv = Param::number("scv", "Variation of the work", (0.01, 1.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.")
        .logarithmic();
    Access = Param::number("access_ms", "Access time", (0.0, 0.0, 1_000.0),
        "A constant wait of a look-up that finds the value, besides its work and the round trip \
         inside the site.").unit("ms");
    Miss = Param::number("miss_ms", "Access time of a miss", (0.0, 0.0, 1_000.0),
        "The same for a look-up that finds nothing: there is no value to transfer.").unit("ms");
    Backlog = Param::count("backlog", "Places in the backlog", (0, 10_000, 1_000_000),
        "Look-ups that may wait; more are answered with nothing, which counts as a miss.")
        .logarithmic();
    Price = Param::number("price_node_hour", "Price of a node", (0.0, 0.206, 100.0),
        "USD per node and hour; a managed node of 13 GB. On the web servers it costs nothing.")
        .unit("USD/h");
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    1
}

/// A node by the hour, unless it lives on the web servers.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    if spec.count(Setting::Place as usize) == 1 {
        return 0.0;
    }
    spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}

const ACCESS: u8 = 0;
const LOOKUP: u8 = 1;

/// The cache of a run.
#[derive(Clone, Debug)]
pub struct State {
    tier: Tier,
    is_guest: bool,
    hit: f64,
    operation: Law,
    access: LineId,
    miss: LineId,
    lookups: Stream,
    services: Stream,
}

impl State {
    /// No node yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            tier: Tier::default(),
            is_guest: false,
            hit: 0.0,
            operation: Law::new(0, 0.0, 0.0),
            access: LineId::NOW,
            miss: LineId::NOW,
            lookups: Stream::new(seed, Kind::Cache as u64, Purpose::Lookup),
            services: Stream::new(seed, Kind::Cache as u64, Purpose::Service),
        }
    }

    fn look_up(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        // On the web servers, each server looks up in its own memory.
        let server = if self.is_guest { ctx.request(id).pick } else { 0 };
        let number = ctx.request(id).number;
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (LOOKUP, server);
        if !self.tier.is_alive(server as usize) {
            return Self::fail(ctx, id, Outcome::Unavailable);
        }
        if self.operation.mean() == 0.0 {
            return self.answer(ctx, id);
        }
        let work = self.operation.sample(self.services.at(number));
        match self.tier.offer(ctx, server as usize, id, work) {
            None => Self::fail(ctx, id, Outcome::Unavailable),
            Some(Admission::Refused) => Self::fail(ctx, id, Outcome::BacklogFull),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    /// A look-up that is not carried out finds nothing.
    fn fail(ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        ctx.request(id).hit = false;
        ctx.meters().misses += 1;
        Action::Reply(outcome)
    }

    fn answer(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let hit = ctx.request(id).hit;
        let meters = ctx.meters();
        if hit {
            meters.hits += 1;
        } else {
            meters.misses += 1;
        }
        Action::Reply(Outcome::Good)
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        self.is_guest = around.is_guest(Kind::Cache);
        self.hit = spec.number(Setting::Hit as usize);
        self.operation = Law::new(
            spec.count(Setting::OperationLaw as usize),
            spec.number(Setting::Operation as usize),
            spec.number(Setting::Scv as usize),
        );
        self.access = ctx.line(Span::from_millis(spec.number(Setting::Access as usize)));
        self.miss = ctx.line(Span::from_millis(spec.number(Setting::Miss as usize)));
        let room = spec.count(Setting::Backlog as usize) as u32;
        let plans: Vec<Plan> = if self.is_guest {
            let machines = ctx.machines();
            machines.into_iter().map(|machine| Plan { slots: u32::MAX, room, machine }).collect()
        } else {
            vec![Plan { slots: 1, room, machine: Machine::Slots }]
        };
        self.tier.configure(ctx, &plans);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let request = ctx.request(id);
        let is_there = self.lookups.at(request.number).unit() < self.hit;
        request.hit = is_there;
        ctx.frame(id).phase = ACCESS;
        let access = if is_there { self.access } else { self.miss };
        if ctx.resume_in_line(id, access) { self.look_up(ctx, id) } else { Action::Wait }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if ctx.frame(id).phase == ACCESS {
            return self.look_up(ctx, id);
        }
        let server = ctx.frame(id).server as usize;
        self.tier.release(ctx, server);
        self.answer(ctx, id)
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        self.tier.fault(ctx, server, fault);
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }
}
