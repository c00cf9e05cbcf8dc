//! The web tier: servers that do their own work and then call cache and database, holding a slot
//! while they wait, or giving it back.

use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::cache::style::Style;
use super::param::{Param, Spec, settings};
use super::station::Admission;
use super::tier::{self, DISCIPLINES, Machine, Plan, SIZES, Tier};
use super::{Kind, cache, network};
use crate::sim::law::{LAWS, Law};
use crate::sim::rng::{Purpose, Stream};
use crate::sim::run::calendar::LineId;
use crate::sim::run::errand::Errand;
use crate::sim::run::meters::ServerMeter;
use crate::sim::run::requests::{Class, Outcome, RequestId};
use crate::sim::units::HOURS_PER_MONTH;

/// Name in links and files.
pub const KEY: &str = "web";
/// Name shown.
pub const LABEL: &str = "Web tier";
/// Most servers.
pub const MOST: u32 = 500;
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors"];

settings! {
    Servers = Param::count("servers", "Servers", (1, 1, MOST),
        "How many web servers there are. Without a balancer only the first is reached.")
        .logarithmic();
    Size = Param::choice("size", "Size of a server", SIZES, 1,
        "Vertical scaling: more vCPUs in each machine, at a price, up to a ceiling set by the \
         Universal Scalability Law.");
    Sizes = Param::list("sizes", "Unequal sizes", (1.0, 96.0, MOST as usize),
        "vCPUs of each server in turn where they differ; servers past the list have the common \
         size.").unit("vCPU");
    Service = Param::number("service_ms", "Work of a dynamic request", (0.01, 10.0, 10_000.0),
        "Mean time one vCPU needs for a read or a write, without cache and database. Stack \
         Overflow needed 7.7 ms for a mean request in 2016, 19 to 23 ms for a question page.")
        .unit("ms").logarithmic();
    ServiceLaw = Param::choice("law", "Law of the work", LAWS, 3,
        "How the work of requests varies around its mean.");
    Scv = Param::number("scv", "Variation of the work", (0.01, 1.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.")
        .logarithmic();
    StaticWork = Param::number("static_ms", "Work of a static file", (0.001, 0.1, 1_000.0),
        "Time one vCPU needs to serve a file. Always the same. A choice within 0.05 to 0.3 ms.")
        .unit("ms").logarithmic();
    Discipline = Param::choice("discipline", "Discipline", DISCIPLINES, 0,
        "Shared: all slots in use share the vCPUs, one vCPU each at most. Slots: each slot works \
         at full speed and the size sets only the price.");
    Slots = Param::count("slots", "Slots of a server", (0, 0, 100_000),
        "Requests a server works on at once. 0 means eight for each vCPU.").logarithmic();
    Backlog = Param::count("backlog", "Places in the backlog", (0, 512, 1_000_000),
        "Requests that may wait at a server for a slot; more are refused. Default from common \
         listen backlogs, 128 to 4,096.").logarithmic();
    Hold = Param::switch("hold", "Hold the slot while waiting", true,
        "On: a request keeps its slot while it waits for cache and database (a thread for each \
         request), so that a slow dependency exhausts the slots. Off: the slot is given back.");
    Queries = Param::count("queries", "Queries of a request", (0, 2, 100),
        "Database queries that a dynamic request makes, one after another; 0 for a site without \
         data. Stack Overflow made 2.4 in 2016.");
    Sigma = Param::number("sigma", "Contention", (0.0, 0.03, 1.0),
        "Sigma of the Universal Scalability Law: the share of work that only one vCPU can do.");
    Kappa = Param::number("kappa", "Coherence", (0.0, 0.0005, 0.1),
        "Kappa of the Universal Scalability Law: what each pair of vCPUs costs in agreement.");
    Price = Param::number("price_vcpu_hour", "Price of a vCPU", (0.0, 0.048, 10.0),
        "USD for a vCPU and hour: 2 vCPU with 8 GB cost 0.096 on demand in US East.")
        .unit("USD/h");
}

/// vCPUs of the server at this place.
#[must_use]
pub fn vcpus(spec: &Spec, index: usize) -> f64 {
    let listed = spec.list(Setting::Sizes as usize).get(index).copied();
    listed.unwrap_or_else(|| tier::vcpus(spec.count(Setting::Size as usize)))
}

/// Effective cores of the server at this place: its vCPUs' speed-up.
#[must_use]
pub fn cores(spec: &Spec, index: usize) -> f64 {
    let (sigma, kappa) = (Setting::Sigma as usize, Setting::Kappa as usize);
    tier::speed_up(vcpus(spec, index), spec.number(sigma), spec.number(kappa))
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    spec.count(Setting::Servers as usize)
}

/// Queries of a dynamic request.
#[must_use]
pub fn queries(spec: &Spec) -> u8 {
    spec.count(Setting::Queries as usize) as u8
}

/// All servers by the hour.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    let vcpus: f64 = (0..spec.count(Setting::Servers as usize)).map(|i| vcpus(spec, i)).sum();
    vcpus * spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}

/// Phases of a call: at work, or waiting for another part. Queries count up from `QUERY`.
const WORK: u8 = 0;
const CACHE: u8 = 1;
const QUERY: u8 = 2;
/// Waiting for the cache to take a value or to forget one: the last call of a request.
const REMIND: u8 = 128;
/// Waiting for the cache to take a write.
const THROUGH: u8 = 129;
/// Waiting for the cache to learn that a value will not come.
const GIVE_UP: u8 = 130;
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
    draws: Stream,
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
            draws: Stream::new(seed, Kind::WebTier as u64, Purpose::Service),
        }
    }

    /// The next thing a dynamic request needs after its work.
    fn next_call(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let is_read = ctx.request(id).class == Class::Read;
        match self.cache {
            Some((to, way)) if is_read && self.queries > 0 => {
                ctx.frame(id).phase = CACHE;
                ctx.request(id).answer = Outcome::Good;
                Action::Call { to, way }
            }
            _ => self.query(ctx, id, 0),
        }
    }

    /// The query with this number, or the end.
    fn query(&mut self, ctx: &mut Ctx, id: RequestId, number: u8) -> Action {
        match self.database {
            Some((to, way)) if number < self.queries => {
                ctx.frame(id).phase = QUERY + number;
                // A write reads what it needs first; its last query changes the data.
                let request = ctx.request(id);
                request.writing = request.class == Class::Write && number + 1 == self.queries;
                if request.writing && self.style.writes {
                    return self.errand(ctx, id, THROUGH, Errand::Write);
                }
                Action::Call { to, way }
            }
            _ => self.remind(ctx, id),
        }
    }

    /// Sends the request to the cache once more.
    fn errand(&mut self, ctx: &mut Ctx, id: RequestId, phase: u8, errand: Errand) -> Action {
        let Some((to, way)) = self.cache else { return self.finish(ctx, id, Outcome::Good) };
        ctx.frame(id).phase = phase;
        let request = ctx.request(id);
        (request.errand, request.answer) = (errand, Outcome::Good);
        Action::Call { to, way }
    }

    /// All queries are answered: the cache takes what was read, or forgets what was written.
    fn remind(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        match ctx.request(id).class {
            Class::Read if self.style.fills => self.errand(ctx, id, REMIND, Errand::Fill),
            Class::Write if self.style.drops => self.errand(ctx, id, REMIND, Errand::Drop),
            _ => self.finish(ctx, id, Outcome::Good),
        }
    }

    /// The cache has taken a write, or has not.
    fn written(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        match self.database {
            // Without a node to go through, the database is asked itself.
            Some((to, way))
                if outcome == Outcome::Unavailable && ctx.request(id).answer == Outcome::Good =>
            {
                ctx.frame(id).phase = QUERY + self.queries - 1;
                Action::Call { to, way }
            }
            _ => self.finish(ctx, id, outcome),
        }
    }

    /// A query has failed: whoever waits for its value at the cache is told first.
    fn failed(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if !self.style.leases || ctx.request(id).class != Class::Read {
            return self.finish(ctx, id, outcome);
        }
        let action = self.errand(ctx, id, GIVE_UP, Errand::GiveUp);
        ctx.request(id).answer = outcome;
        action
    }

    fn finish(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if !ctx.request(id).slot_given_back {
            let server = ctx.frame(id).server as usize;
            self.tier.release(ctx, server);
        }
        Action::Reply(outcome)
    }
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
        let plans: Vec<Plan> = (0..spec.count(Setting::Servers as usize))
            .map(|index| Plan {
                slots: match spec.count(Setting::Slots as usize) {
                    0 => (8.0 * vcpus(spec, index)) as u32,
                    slots => slots as u32,
                },
                room: spec.count(Setting::Backlog as usize) as u32,
                machine: if shared { Machine::Own(cores(spec, index)) } else { Machine::Slots },
            })
            .collect();
        self.tier.configure(ctx, &plans);
        ctx.host(self.tier.cpus());
        let zone = around.spec(Kind::Network).map_or_else(Default::default, network::zone);
        let mut way = |kind: Kind| {
            let to = around.place(kind)?;
            let line = if around.is_guest(kind) { LineId::NOW } else { ctx.line(zone) };
            Some((to, line))
        };
        self.cache = way(Kind::Cache);
        self.database = way(Kind::Database);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let request = ctx.request(id);
        let server = request.pick;
        request.slot_given_back = false;
        let work = match request.class {
            Class::Static => self.static_work,
            Class::Probe => PROBE_WORK,
            Class::Read | Class::Write | Class::Job => {
                let number = request.number;
                self.service.sample(self.draws.at(number))
            }
        };
        let frame = ctx.frame(id);
        (frame.server, frame.phase) = (server, WORK);
        match self.tier.offer(ctx, server as usize, id, work) {
            None => Action::Reply(Outcome::Unavailable),
            Some(Admission::Refused) => Action::Reply(Outcome::BacklogFull),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if matches!(ctx.request(id).class, Class::Static | Class::Probe) {
            return self.finish(ctx, id, Outcome::Good);
        }
        if !self.holds {
            let server = ctx.frame(id).server as usize;
            self.tier.release(ctx, server);
            ctx.request(id).slot_given_back = true;
        }
        self.next_call(ctx, id)
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let phase = ctx.frame(id).phase;
        match phase {
            CACHE if outcome == Outcome::Good && (ctx.request(id).hit || self.style.fetches) => {
                self.finish(ctx, id, Outcome::Good)
            }
            // The database has failed the cache.
            CACHE if outcome != Outcome::Good && ctx.request(id).answer == outcome => {
                self.finish(ctx, id, outcome)
            }
            // A cache that fails is a cache that does not have the value.
            CACHE => self.query(ctx, id, 0),
            REMIND => self.finish(ctx, id, Outcome::Good),
            THROUGH => self.written(ctx, id, outcome),
            GIVE_UP => {
                let outcome = ctx.request(id).answer;
                self.finish(ctx, id, outcome)
            }
            _ if outcome != Outcome::Good => self.failed(ctx, id, outcome),
            phase => self.query(ctx, id, phase - QUERY + 1),
        }
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        self.tier.fault(ctx, server, fault);
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }
}
