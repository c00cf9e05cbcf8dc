//! The session store: keeps users' sessions outside the web servers, so that any server can serve
//! any user and may die without anyone having to log in again. Each dynamic request asks it.

use super::Kind;
use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::{Param, Spec, settings};
use super::station::Admission;
use super::tier::{Machine, Plan, Tier};
use crate::law::{LAWS, Law};
use crate::rng::{Purpose, Stream};
use crate::run::calendar::LineId;
use crate::run::log::Severity;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Class, Outcome, RequestId};
use crate::run::sessions::Found;
use crate::units::{HOURS_PER_MONTH, Span};

/// Name in links and files.
pub const KEY: &str = "sessions";
/// Name shown.
pub const LABEL: &str = "Session store";
/// Most nodes.
pub const MOST: u32 = 64;
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors", "flush"];

settings! {
    Nodes = Param::count("nodes", "Nodes", (1, 1, MOST),
        "Nodes of the store; each user's session lives on one of them, chosen by the user's \
         number.");
    Replicated = Param::switch("replicated", "Keep a copy", false,
        "On: the next node has a copy of each session and answers while the first is dead; both \
         must be dead at once for sessions to be lost. Copying takes no work here.");
    Operation = Param::number("op_ms", "Work of a look-up", (0.0, 0.01, 1_000.0),
        "Mean time a node needs to find a session and note its use: 10 us is 100,000 operations \
         per second for one thread, as for the cache. 0 has no limit.").unit("ms");
    OperationLaw = Param::choice("law", "Law of the work", LAWS, 0,
        "How the work of look-ups varies around its mean.");
    Scv = Param::number("scv", "Variation of the work", (0.01, 1.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.")
        .logarithmic();
    RoundTrip = Param::number("access_ms", "Access time", (0.0, 0.0, 1_000.0),
        "A constant wait of each look-up, besides its work and the way inside the site.")
        .unit("ms");
    Backlog = Param::count("backlog", "Places in the backlog", (0, 10_000, 1_000_000),
        "Look-ups that may wait at a node; more are refused, and their requests fail.")
        .logarithmic();
    Capacity = Param::count("capacity", "Sessions of a node", (1, 260_000, 16_000_000),
        "Room of a node; past it the session unused for longest gives way. 13 GB of 50 kB each: \
         a choice, as for a managed cache node.").logarithmic();
    Idle = Param::number("idle_s", "Session ends after", (1.0, 1_800.0, 604_800.0),
        "Seconds without a request after which a session is over: 30 minutes are usual, a \
         choice.").unit("s").logarithmic();
    Price = Param::number("price_node_hour", "Price of a node", (0.0, 0.206, 100.0),
        "USD per node and hour; a managed cache node of 13 GB. A copy needs no node of its own.")
        .unit("USD/h");
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    spec.count(Setting::Nodes as usize)
}

/// All nodes by the hour.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    servers(spec) as f64 * spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}

const ACCESS: u8 = 0;
const LOOKUP: u8 = 1;
/// Places of stores in the table of sessions begin here, after those of all web servers.
const PLACES: u16 = 10_000;

/// The session store of a run.
#[derive(Clone, Debug)]
pub struct State {
    tier: Tier,
    site: u8,
    nodes: usize,
    replicated: bool,
    operation: Law,
    access: LineId,
    services: Stream,
    new: u64,
    expired: u64,
    lost: u64,
}

impl State {
    /// No node yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            tier: Tier::default(),
            site: 0,
            nodes: 1,
            replicated: false,
            operation: Law::new(0, 0.0, 0.0),
            access: LineId::NOW,
            services: Stream::new(seed, Kind::Sessions as u64, Purpose::Service),
            new: 0,
            expired: 0,
            lost: 0,
        }
    }

    /// Place of a node's sessions in the table of all.
    const fn place(&self, node: usize) -> u16 {
        PLACES + self.site as u16 * MOST as u16 + node as u16
    }

    /// The node whose sessions a user's is among, and the one that answers for it.
    fn nodes_of(&self, user: u32) -> (usize, usize) {
        let home = user as usize % self.nodes;
        let next = (home + 1) % self.nodes;
        let is_covered = self.replicated && !self.tier.is_alive(home);
        (home, if is_covered { next } else { home })
    }

    fn look_up(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let user = ctx.request(id).user;
        let (_, server) = self.nodes_of(user);
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (LOOKUP, server as u16);
        if !self.tier.is_alive(server) {
            return Action::Reply(Outcome::Unavailable);
        }
        if self.operation.mean() == 0.0 {
            return self.answer(ctx, id);
        }
        let work = self.operation.sample(self.services.at(ctx.request(id).number));
        match self.tier.offer(ctx, server, id, work) {
            None => Action::Reply(Outcome::Unavailable),
            Some(Admission::Refused) => Action::Reply(Outcome::BacklogFull),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    /// Says in `hit` whether the user need not log in. A run begins in the middle of a day: users
    /// that it has not seen are logged in already.
    fn answer(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let now = ctx.now();
        let request = *ctx.request(id);
        if request.class == Class::Probe {
            return Action::Reply(Outcome::Good);
        }
        let place = self.place(self.nodes_of(request.user).0);
        let found = ctx.sessions().visit(request.user, place, now);
        self.new += u64::from(found == Found::New);
        self.expired += u64::from(found == Found::Expired);
        self.lost += u64::from(found == Found::Lost);
        ctx.request(id).hit = matches!(found, Found::Here | Found::New);
        Action::Reply(Outcome::Good)
    }

    /// The sessions of a node that has just died are gone, unless another node has the copy.
    fn lose(&self, ctx: &mut Ctx, dead: usize) {
        let before = (dead + self.nodes - 1) % self.nodes;
        let next = (dead + 1) % self.nodes;
        if !self.replicated || !self.tier.is_alive(next) {
            ctx.sessions().forget(self.place(dead));
        }
        if self.replicated && !self.tier.is_alive(before) {
            ctx.sessions().forget(self.place(before));
        }
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        self.site = around.site();
        self.nodes = servers(spec);
        self.replicated = spec.is_on(Setting::Replicated as usize) && self.nodes > 1;
        self.operation = Law::new(
            spec.count(Setting::OperationLaw as usize),
            spec.number(Setting::Operation as usize),
            spec.number(Setting::Scv as usize),
        );
        self.access = ctx.line(Span::from_millis(spec.number(Setting::RoundTrip as usize)));
        let room = spec.count(Setting::Backlog as usize) as u32;
        self.tier
            .configure(ctx, &vec![Plan { slots: 1, room, machine: Machine::Slots }; self.nodes]);
        self.tier.expect(ctx, self.operation.constant());
        let idle = Span::from_seconds(spec.number(Setting::Idle as usize));
        let most = spec.count(Setting::Capacity as usize) as u32;
        for node in 0..self.nodes {
            let place = self.place(node);
            ctx.sessions().prepare(place, idle, most);
        }
    }

    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let user = ctx.request(id).user;
        let (_, server) = self.nodes_of(user);
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (ACCESS, server as u16);
        if !self.tier.is_alive(server) {
            return Action::Reply(Outcome::Unavailable);
        }
        if ctx.resume_in_line(id, self.access) { self.look_up(ctx, id) } else { Action::Wait }
    }

    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if ctx.frame(id).phase == ACCESS {
            return self.look_up(ctx, id);
        }
        let server = ctx.frame(id).server as usize;
        self.tier.release(ctx, server);
        self.answer(ctx, id)
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        let concerned = |node: &usize| server.is_none_or(|only| only == *node);
        if fault == Some(Fault::Flush) {
            ctx.log(Severity::Warning, None, "sessions flushed", &[]);
            for node in 0..self.nodes {
                let place = self.place(node);
                ctx.sessions().forget(place);
            }
        }
        let alive: Vec<bool> = (0..self.nodes).map(|node| self.tier.is_alive(node)).collect();
        self.tier.fault(ctx, server, fault);
        if fault == Some(Fault::Kill) {
            for node in (0..self.nodes).filter(concerned).filter(|node| alive[*node]) {
                self.lose(ctx, node);
            }
        }
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("first_logins", self.new),
            ("sessions_expired", self.expired),
            ("sessions_lost", self.lost),
        ]
    }

    fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        let held = (0..self.nodes).map(|node| ctx.sessions_at(self.place(node)));
        vec![("sessions_held", held.map(f64::from).sum())]
    }
}
