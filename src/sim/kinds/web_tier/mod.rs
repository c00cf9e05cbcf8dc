//! The web tier: servers that do their own work and then call cache and database, holding a slot
//! while they wait, or giving it back.

mod autoscale;
mod calls;
mod deploy;
mod figures;
mod machines;
mod memory;
mod sessions;
mod settings;

use super::behavior::{Action, Behavior, Ctx, Fault, Order, Surroundings};
use super::cache::style::Style;
use super::param::Spec;
use super::station::Admission;
use super::tier::{Machine, Plan, Tier};
use super::{Kind, cache, load_balancer, network};
use crate::law::Law;
use crate::rng::{Purpose, Stream};
use crate::run::calendar::LineId;
use crate::run::log::Severity;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Class, Outcome, Request, RequestId};
use crate::units::{SimTime, Span};
use autoscale::Scaler;
pub use autoscale::wanted;
use deploy::Deployment;
use machines::Machines;
use memory::Memory;
use sessions::{Home, Logins};
pub use settings::{
    PARAMS, Setting, cores, monthly_usd, planned, queries, scaling, servers, vcpus,
};

/// Name in links and files.
pub const KEY: &str = "web";
/// Name shown.
pub const LABEL: &str = "Web tier";
/// Most servers.
pub const MOST: u32 = 500;
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors", "deploy"];

/// Phases of a call: at work, or waiting for another part. Queries count up from `QUERY`.
const WORK: u8 = 0;
const CACHE: u8 = 1;
const QUERY: u8 = 2;
/// Waiting for the cache to take a value or to forget one: the last call of a request.
const REMIND: u8 = 247;
/// Waiting for the cache to take a write.
const THROUGH: u8 = 248;
/// Waiting for the cache to learn that a value will not come.
const GIVE_UP: u8 = 249;
/// Asking the session store, logging in, handing a job to the queue.
const SESSION: u8 = 250;
const LOGIN: u8 = 251;
const ENQUEUE: u8 = 252;
/// Timers: what drains and rolls, the metric period, servers that have booted, or are warm, and
/// backlogs that were full.
const TICK: u32 = 0;
const MEASURE: u32 = 1;
const BOOTED: u32 = 2;
const WARM: u32 = 3;
const REFUSES: u32 = 4;

/// A full backlog refuses no more once it has refused nothing for so long.
const CALM: Span = Span(10_000_000_000);
/// Time a health check takes a server, in nanoseconds: a choice, as for a small static page.
const PROBE_WORK: f64 = 100_000.0;

/// The web servers of a run.
#[derive(Clone, Debug)]
pub struct State {
    tier: Tier,
    service: Law,
    static_work: f64,
    holds: bool,
    queries: u8,
    cache: Option<(u8, LineId)>,
    style: Style,
    database: Option<(u8, LineId)>,
    store: Option<(u8, LineId)>,
    queue: Option<(u8, LineId)>,
    draws: Stream,
    site: u8,
    /// What each server shall be, those that autoscaling may add included.
    plans: Vec<Plan>,
    machines: Machines,
    scaler: Scaler,
    deployment: Deployment,
    /// Whether a server has a bad release.
    is_bad: bool,
    errors: Stream,
    logins: Logins,
    memory: Memory,
    out_of_memory: u64,
    /// While backlogs are full: when one last refused a call.
    refused: Option<SimTime>,
    job: Law,
    jobs: Stream,
}

impl State {
    /// No servers yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            tier: Tier::default(),
            service: Law::new(0, 0.0, 0.0),
            static_work: 0.0,
            holds: true,
            queries: 0,
            cache: None,
            style: Style::default(),
            database: None,
            store: None,
            queue: None,
            draws: Stream::new(seed, Kind::WebTier as u64, Purpose::Service),
            site: 0,
            plans: Vec::new(),
            machines: Machines::default(),
            scaler: Scaler::default(),
            deployment: Deployment::default(),
            is_bad: false,
            errors: Stream::new(seed, Kind::WebTier as u64, Purpose::Release),
            logins: Logins::default(),
            memory: Memory::default(),
            out_of_memory: 0,
            refused: None,
            job: Law::new(1, 0.0, 1.0),
            jobs: Stream::new(seed, Kind::WebTier as u64, Purpose::Job),
        }
    }

    #[inline]
    fn finish(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let server = ctx.frame(id).server as usize;
        if ctx.request(id).slot_given_back {
            self.take_back(ctx, id, server);
        } else {
            self.tier.release(ctx, server);
        }
        if self.deployment.is_on() && is_dynamic(ctx.request(id).class) {
            self.deployment.note(self.machines.all[server].release, outcome);
        }
        Action::Reply(outcome)
    }

    /// The slot is free while the request waits for others.
    #[inline(always)]
    fn give_back(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) {
        self.tier.release(ctx, server);
        ctx.request(id).slot_given_back = true;
        self.machines.all[server].away += 1;
    }

    /// The request no longer waits for others without a slot.
    #[inline]
    fn take_back(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) {
        ctx.request(id).slot_given_back = false;
        self.machines.all[server].away -= 1;
    }

    /// Whether a server may have no memory for one more request: a quick look.
    #[inline]
    fn is_crowded(&self, server: usize) -> bool {
        let machine = &self.machines.all[server];
        self.tier.load(server).0 + machine.away >= machine.safe
    }

    /// A server that is up has no memory for one more request.
    #[cold]
    fn run_out(&mut self, ctx: &mut Ctx, server: usize) -> Action {
        self.out_of_memory += 1;
        if self.memory.dies {
            let lasts = self.machines.restart.max(Span(1));
            let node = ctx.node();
            ctx.order(Order::Kill { node, server: server as u16, lasts });
            ctx.log(Severity::Error, Some(server), "out of memory: the server restarts", &[]);
        }
        Action::Reply(Outcome::OutOfMemory)
    }

    /// A full backlog refuses a request: the first one is told in the log.
    #[cold]
    fn refuse(&mut self, ctx: &mut Ctx) -> Action {
        if self.refused.is_none() {
            ctx.log(Severity::Error, None, "backlog full: calls are refused", &[]);
            ctx.wake_at(ctx.now().after(CALM), REFUSES);
        }
        self.refused = Some(ctx.now());
        Action::Reply(Outcome::BacklogFull)
    }

    /// Some time after a backlog was full: tells the log once it is no more.
    #[cold]
    fn refuses_still(&mut self, ctx: &mut Ctx) {
        let Some(until) = self.refused.map(|last| last.after(CALM)) else { return };
        if until > ctx.now() {
            return ctx.wake_at(until, REFUSES);
        }
        self.refused = None;
        ctx.log(Severity::Info, None, "no call is refused any more", &[]);
    }

    /// Work of a dynamic request at a server, in nanoseconds.
    #[inline]
    fn work_of(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> f64 {
        let Request { number, user, class, .. } = *ctx.request(id);
        let mut work = self.service.sample(self.draws.at(number));
        if class == Class::Job && self.queue.is_none() {
            work += self.job.sample(self.jobs.at(number));
        }
        if self.is_bad {
            work *= self.deployment.releases[self.machines.all[server].release].slowdown;
        }
        if self.logins.home == Home::Memory
            && self.tier.is_alive(server)
            && self.tier.has_room(server)
        {
            work += self.recognise(ctx, user, server);
        }
        work
    }

    /// Whether a bad release answers this request with an error.
    #[cold]
    fn is_spoilt(&self, ctx: &mut Ctx, id: RequestId, server: usize) -> bool {
        let release = self.deployment.releases[self.machines.all[server].release];
        self.errors.at(ctx.request(id).number).unit() < release.errors
    }
}

/// Whether it asks for more than a file.
const fn is_dynamic(class: Class) -> bool {
    matches!(class, Class::Read | Class::Write | Class::Job)
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let (law, mean, scv) = (Setting::ServiceLaw, Setting::Service, Setting::Scv);
        self.service = Law::new(
            spec.count(law as usize),
            spec.number(mean as usize),
            spec.number(scv as usize),
        );
        self.static_work = spec.number(Setting::StaticWork as usize) * 1e6;
        self.holds = spec.is_on(Setting::Hold as usize);
        self.queries = queries(spec);
        self.style = around.spec(Kind::Cache).map(cache::style).unwrap_or_default();
        let shared = spec.count(Setting::Discipline as usize) == 0;
        self.plans = (0..servers(spec).max(planned(spec)))
            .map(|index| Plan {
                slots: match spec.count(Setting::Slots as usize) {
                    0 => (8.0 * vcpus(spec, index)) as u32,
                    slots => slots as u32,
                },
                room: spec.count(Setting::Backlog as usize) as u32,
                machine: if shared { Machine::Own(cores(spec, index)) } else { Machine::Slots },
            })
            .collect();
        self.site = around.site();
        self.memory = Memory::new(spec);
        self.logins.configure(spec);
        let drain = around.spec(Kind::LoadBalancer).map_or(Span::ZERO, load_balancer::drain);
        self.deployment.configure(spec, drain);
        self.job = Law::new(1, spec.number(Setting::Job as usize), 1.0);
        self.set_up(ctx, around, spec);
        self.set_scaler(ctx, spec);
        ctx.host(self.tier.cpus());
        let zone = around.spec(Kind::Network).map_or_else(Default::default, network::zone);
        let mut way = |kind: Kind| {
            let to = around.place(kind)?;
            let line = if around.is_guest(kind) { LineId::NOW } else { ctx.line(zone) };
            Some((to, line))
        };
        self.cache = way(Kind::Cache);
        self.database = way(Kind::Database);
        let is_asked = self.logins.home == Home::Store;
        self.store = is_asked.then(|| way(Kind::Sessions)).flatten();
        self.queue = Kind::by_key("queue").and_then(way);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let request = ctx.request(id);
        let server = request.pick;
        request.slot_given_back = false;
        let class = request.class;
        let place = server as usize;
        if self.is_crowded(place) && self.is_full(ctx, place) {
            return self.run_out(ctx, place);
        }
        let work = match class {
            Class::Static => self.static_work,
            Class::Probe => PROBE_WORK,
            Class::Read | Class::Write | Class::Job => self.work_of(ctx, id, place),
        };
        let frame = ctx.frame(id);
        (frame.server, frame.phase) = (server, WORK);
        match self.tier.offer(ctx, place, id, work) {
            None => Action::Reply(Outcome::Unavailable),
            Some(Admission::Refused) => self.refuse(ctx),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if !is_dynamic(ctx.request(id).class) {
            return self.finish(ctx, id, Outcome::Good);
        }
        let server = ctx.frame(id).server as usize;
        let is_first = ctx.frame(id).phase == WORK;
        if self.is_bad && is_first && self.is_spoilt(ctx, id, server) {
            return self.finish(ctx, id, Outcome::BadRelease);
        }
        if !self.holds {
            self.give_back(ctx, id, server);
        }
        if is_first && self.store.is_some() {
            return self.ask_store(ctx, id);
        }
        self.next_call(ctx, id)
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        self.answered(ctx, id, outcome)
    }

    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        match timer {
            TICK => self.tick(ctx),
            MEASURE => self.measure(ctx),
            BOOTED => self.booted(ctx),
            REFUSES => self.refuses_still(ctx),
            _ => self.warmed(ctx),
        }
        None
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        if fault == Some(Fault::Deploy) {
            return self.deploy(ctx);
        }
        self.befall(ctx, server, fault);
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        self.counted()
    }

    fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        self.measured(ctx)
    }

    fn spent_usd(&self, ctx: &Ctx) -> Option<f64> {
        self.machines.is_scaled.then(|| self.machines.spent(ctx.now()))
    }
}
