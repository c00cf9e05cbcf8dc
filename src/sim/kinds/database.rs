//! The database: a primary that takes writes, and replicas that share the reads.

use super::Kind;
use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::{Param, Spec, settings};
use super::station::Admission;
use super::tier::{self, DISCIPLINES, Machine, PLACES, Plan, SIZES, Tier};
use crate::sim::law::{LAWS, Law};
use crate::sim::rng::{Purpose, Stream};
use crate::sim::run::meters::ServerMeter;
use crate::sim::run::requests::{Outcome, RequestId};
use crate::sim::units::HOURS_PER_MONTH;

/// Name in links and files.
pub const KEY: &str = "db";
/// Name shown.
pub const LABEL: &str = "Database";
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors"];

/// Kinds of database.
const KINDS: &[(&str, &str)] = &[("relational", "relational"), ("nosql", "NoSQL")];

settings! {
    Place = Param::choice("place", "Place", PLACES, 0,
        "On a machine of its own, or on the first web server, where it takes part of its vCPUs.");
    DatabaseKind = Param::choice("kind", "Kind", KINDS, 0,
        "Relational: joins and transactions, times for reads and writes as set. NoSQL: the other \
         pair of times counts, and a join becomes several reads.");
    Replicas = Param::count("replicas", "Read replicas", (0, 0, 50),
        "Copies that share the reads, chosen at random; with none the primary reads too. Writes \
         reach them at once and at no cost: lag is not modelled yet.");
    Size = Param::choice("size", "Size of a server", SIZES, 1,
        "vCPUs of each database server.");
    Read = Param::number("read_ms", "Work of a read", (0.001, 1.2, 10_000.0),
        "Mean time one vCPU needs for a query of a relational database. Stack Overflow 2016: \
         1.20 ms.").unit("ms").logarithmic();
    Write = Param::number("write_ms", "Work of a write", (0.001, 5.0, 10_000.0),
        "Mean time one vCPU is kept by a write with its commit, relational. Two I/Os on a network \
         disk, 1 to 10 ms.").unit("ms").logarithmic();
    NosqlRead = Param::number("nosql_read_ms", "Work of a read, NoSQL", (0.001, 0.6, 10_000.0),
        "Mean time one vCPU needs for a look-up by key. A choice: half a query, with no plan and \
         no transaction.").unit("ms").logarithmic();
    NosqlWrite = Param::number("nosql_write_ms", "Work of a write, NoSQL", (0.001, 1.5, 10_000.0),
        "Mean time one vCPU is kept by a write that is acknowledged before it is on disk. A \
         choice.").unit("ms").logarithmic();
    Joins = Param::number("joins", "Share of reads that join", (0.0, 0.1, 1.0),
        "Share of queries that put several tables together.");
    JoinCost = Param::number("join_cost", "Cost of a join", (1.0, 2.0, 100.0),
        "Work of a joining query in a relational database, in plain queries. A choice.");
    JoinReads = Param::number("join_reads", "Reads for a join, NoSQL", (1.0, 6.0, 100.0),
        "Look-ups by key that replace a join where the database has none. A choice.");
    ServiceLaw = Param::choice("law", "Law of the work", LAWS, 3,
        "How the work of queries varies around its mean.");
    Scv = Param::number("scv", "Variation of the work", (0.01, 4.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.")
        .logarithmic();
    Discipline = Param::choice("discipline", "Discipline", DISCIPLINES, 0,
        "Shared: all connections in use share the vCPUs, one vCPU each at most. Slots: each works \
         at full speed.");
    Connections = Param::count("connections", "Connections of a server", (1, 100, 100_000),
        "Queries a server works on at once. PostgreSQL allows 100 by default.").logarithmic();
    Backlog = Param::count("backlog", "Places in the backlog", (0, 1_000, 1_000_000),
        "Queries that may wait for a connection at a server; more are refused.").logarithmic();
    Sigma = Param::number("sigma", "Contention", (0.0, 0.03, 1.0),
        "Sigma of the Universal Scalability Law: the share of work that only one vCPU can do.");
    Kappa = Param::number("kappa", "Coherence", (0.0, 0.0005, 0.1),
        "Kappa of the Universal Scalability Law: what each pair of vCPUs costs in agreement.");
    Price = Param::number("price_vcpu_hour", "Price of a vCPU", (0.0, 0.0855, 10.0),
        "USD for a vCPU and hour of a managed server: 2 vCPU with 8 GB cost 0.171 in one zone.")
        .unit("USD/h");
}

/// Effective cores of each server.
#[must_use]
pub fn cores(spec: &Spec) -> f64 {
    tier::speed_up(
        tier::vcpus(spec.count(Setting::Size as usize)),
        spec.number(Setting::Sigma as usize),
        spec.number(Setting::Kappa as usize),
    )
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    1 + spec.count(Setting::Replicas as usize)
}

/// All servers by the hour, unless they live on a web server.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    if spec.count(Setting::Place as usize) == 1 {
        return 0.0;
    }
    let vcpus = tier::vcpus(spec.count(Setting::Size as usize));
    let servers = 1.0 + spec.number(Setting::Replicas as usize);
    servers * vcpus * spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}

/// The database of a run.
#[derive(Clone, Debug)]
pub struct State {
    tier: Tier,
    replicas: u32,
    read: Law,
    write: Law,
    joins: f64,
    join_factor: f64,
    services: Stream,
    routes: Stream,
    join_draws: Stream,
}

impl State {
    /// No server yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::Database as u64, purpose);
        Self {
            tier: Tier::default(),
            replicas: 0,
            read: Law::new(0, 0.0, 0.0),
            write: Law::new(0, 0.0, 0.0),
            joins: 0.0,
            join_factor: 1.0,
            services: stream(Purpose::Service),
            routes: stream(Purpose::Route),
            join_draws: stream(Purpose::Join),
        }
    }

    /// A replica for a read, or the primary where no replica is up.
    #[inline]
    fn reader(&self, number: u64) -> usize {
        if self.replicas == 0 {
            return 0;
        }
        let mut draw = self.routes.at(number);
        let first = 1 + draw.below(self.replicas) as usize;
        if self.tier.is_alive(first) {
            return first;
        }
        let up: Vec<usize> =
            (1..=self.replicas as usize).filter(|&i| self.tier.is_alive(i)).collect();
        if up.is_empty() { 0 } else { up[draw.below(up.len() as u32) as usize] }
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let is_relational = spec.count(Setting::DatabaseKind as usize) == 0;
        let (read, write, join) = if is_relational {
            (Setting::Read, Setting::Write, Setting::JoinCost)
        } else {
            (Setting::NosqlRead, Setting::NosqlWrite, Setting::JoinReads)
        };
        let law = |mean: Setting| {
            let scv = spec.number(Setting::Scv as usize);
            Law::new(spec.count(Setting::ServiceLaw as usize), spec.number(mean as usize), scv)
        };
        (self.read, self.write) = (law(read), law(write));
        self.joins = spec.number(Setting::Joins as usize);
        self.join_factor = spec.number(join as usize);
        self.replicas = spec.count(Setting::Replicas as usize) as u32;
        let machine = match ctx.machines().first() {
            Some(&host) if around.is_guest(Kind::Database) => host,
            _ if spec.count(Setting::Discipline as usize) == 0 => Machine::Own(cores(spec)),
            _ => Machine::Slots,
        };
        let plan = Plan {
            slots: spec.count(Setting::Connections as usize) as u32,
            room: spec.count(Setting::Backlog as usize) as u32,
            machine,
        };
        self.tier.configure(ctx, &vec![plan; 1 + self.replicas as usize]);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        // Each query of a request draws anew: the caller's phase tells which it is.
        let request = ctx.request(id);
        let (writing, depth) = (request.writing, request.depth as usize);
        let caller = request.frames[depth.saturating_sub(2)].phase;
        let number = request.number.wrapping_add(u64::from(caller) << 48);
        let (server, work) = if writing {
            (0, self.write.sample(self.services.at(number)))
        } else {
            let mut work = self.read.sample(self.services.at(number));
            if self.joins > 0.0 && self.join_draws.at(number).unit() < self.joins {
                work *= self.join_factor;
            }
            (self.reader(number), work)
        };
        ctx.frame(id).server = server as u16;
        match self.tier.offer(ctx, server, id, work) {
            None => Action::Reply(Outcome::Unavailable),
            Some(Admission::Refused) => Action::Reply(Outcome::BacklogFull),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let server = ctx.frame(id).server as usize;
        self.tier.release(ctx, server);
        if ctx.truth().is_kept() {
            let (now, request) = (ctx.now(), ctx.request(id));
            let (key, writing) = (request.url, request.writing);
            if writing {
                ctx.truth().change(key, now);
            }
            ctx.request(id).version = ctx.truth().version(key);
        }
        Action::Reply(Outcome::Good)
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        self.tier.fault(ctx, server, fault);
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }
}
