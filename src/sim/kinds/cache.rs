//! The cache: nodes that keep values in memory. Its hit ratio is set, or emerges from what is asked
//! for: capacity, eviction, time to live and the strategy.
//!
//! A look-up is for the address of a request; its value is what all queries of the request give.
//! Keys are spread over the nodes by consistent hashing; the keys of a dead node miss until it is
//! back, empty. On the web servers, each server keeps a cache of its own and knows only of its own
//! writes. A value has a version, so that reads older than the database are counted exactly.

mod emergent;
pub mod memory;
pub mod style;
mod writes;

use super::Kind;
use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::clients;
use super::param::{Param, Spec, settings};
use super::ring::{Owners, Placement};
use super::station::Admission;
use super::store::{EVICTIONS, Eviction};
use super::tier::{Machine, PLACES, Plan, Tier};
use crate::law::{LAWS, Law};
use crate::rng::{Purpose, Stream};
use crate::run::calendar::LineId;
use crate::run::errand::Errand;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Outcome, RequestId};
use crate::units::{HOURS_PER_MONTH, SimTime, Span};
use memory::{Counts, Memory};
use std::collections::VecDeque;
use style::{STRATEGIES, Style};

/// Name in links and files.
pub const KEY: &str = "cache";
/// Name shown.
pub const LABEL: &str = "Cache";
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors", "flush"];

/// Where the hit ratio comes from, in caches and at edges.
pub const RATIOS: &[(&str, &str)] = &[("set", "set"), ("emergent", "from what is asked for")];

settings! {
    Place = Param::choice("place", "Place", PLACES, 0,
        "On machines of its own, or on the web servers, where it takes part of their vCPUs.");
    Hit = Param::number("hit", "Hit ratio", (0.0, 0.9, 1.0),
        "Share of look-ups that find the value; a retry finds what its first attempt found. It is \
         set here; the pools of a large key-value store had 0.81 to 0.99.");
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
    Nodes = Param::count("nodes", "Nodes", (1, 1, 64),
        "Machines that share the keys by consistent hashing. On the web servers each server has a \
         cache of its own instead.");
    Ratio = Param::choice("ratio", "Hit ratio from", RATIOS, 0,
        "Set: the slider above. Emergent: from what users ask for and the settings below, which \
         count only then.");
    Strategy = Param::choice("strategy", "Strategy", STRATEGIES, 0,
        "Who fetches what is not there, and what becomes of writes. Cache-aside: the web tier \
         fills, and deletes after a write. Read-through: the cache fetches. Write-through: writes \
         go through cache and database. Write-back: the cache acknowledges and writes later. \
         Write-around: writes leave the entry as it is.");
    Entries = Param::count("entries", "Capacity of a node", (0, 100_000, 16_000_000),
        "Values that a node holds: by default a tenth of a catalogue of a million.")
        .unit("entries").logarithmic();
    Evict = Param::choice("eviction", "Eviction", EVICTIONS, 0,
        "Which entry leaves for a new one when the node is full.");
    Ttl = Param::number("ttl_s", "Time to live", (0.0, 300.0, 1e6),
        "Seconds from when a value is put in until it is no longer valid; 0 for no limit. A \
         choice.").unit("s");
    Coalesce = Param::switch("coalesce", "Coalesce fetches", false,
        "On: of those who miss the same key at once, one fetches and the others wait for it. Off: \
         all fetch (a stampede).");
    Lease = Param::number("lease_s", "Lease", (0.01, 10.0, 600.0),
        "Cache-aside: seconds for which one who went to fetch a key is waited for. 10 s at \
         Facebook (Nishtala et al., Scaling Memcache, NSDI 2013).").unit("s");
    FlushAfter = Param::number("flush_s", "Flush interval", (0.001, 1.0, 3_600.0),
        "Write-back: seconds from the first write of an entry until the database gets it. Until \
         then it dies with the node. A choice.").unit("s").logarithmic();
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    spec.count(Setting::Nodes as usize)
}

/// What the cache asks of whoever uses it.
#[must_use]
pub fn style(spec: &Spec) -> Style {
    if spec.count(Setting::Ratio as usize) == 0 {
        return Style::default();
    }
    let strategy = spec.count(Setting::Strategy as usize);
    Style::by_row(strategy, spec.is_on(Setting::Coalesce as usize))
}

/// Nodes by the hour, unless they live on the web servers.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    if spec.count(Setting::Place as usize) == 1 {
        return 0.0;
    }
    let nodes = spec.number(Setting::Nodes as usize);
    nodes * spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}

const ACCESS: u8 = 0;
const LOOKUP: u8 = 1;
/// Points of each node on the ring: enough that their shares differ by little.
const VIRTUAL_NODES: usize = 128;

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
    seed: u64,
    /// Who has which key, where there are several nodes.
    owners: Option<Box<Owners>>,
    counts: Counts,
    is_emergent: bool,
    style: Style,
    coalesces: bool,
    capacity: usize,
    eviction: Eviction,
    /// How long entries live.
    ttl: Option<Span>,
    lease: Span,
    flush_after: Span,
    memories: Vec<Memory>,
    database: Option<(u8, LineId)>,
    queries: u8,
    site: u8,
    /// When leases end: at a node, of a key.
    leases: VecDeque<(SimTime, u16, u32)>,
    /// When writes kept back are to be passed on: at a node, of a key, in its turn.
    flushes: VecDeque<(SimTime, u16, u32, u32)>,
    /// How many times entries were passed on, which names the draws of their writes.
    flush_number: u64,
    evictions: Stream,
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
            seed,
            owners: None,
            counts: Counts::default(),
            is_emergent: false,
            style: Style::default(),
            coalesces: false,
            capacity: 0,
            eviction: Eviction::Lru,
            ttl: None,
            lease: Span::ZERO,
            flush_after: Span::ZERO,
            memories: Vec::new(),
            database: None,
            queries: 0,
            site: 0,
            leases: VecDeque::new(),
            flushes: VecDeque::new(),
            flush_number: 0,
            evictions: Stream::new(seed, Kind::Cache as u64, Purpose::Eviction),
        }
    }

    /// The node for a request.
    #[inline]
    fn node(&self, ctx: &mut Ctx, id: RequestId) -> u16 {
        // On the web servers, each server looks up in its own memory.
        match &self.owners {
            _ if self.is_guest => ctx.request(id).pick,
            None => 0,
            Some(owners) => owners.owner(ctx.request(id).url) as u16,
        }
    }

    #[inline(always)]
    fn look_up(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let server = self.node(ctx, id);
        let number = ctx.request(id).number;
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (LOOKUP, server);
        if !self.tier.is_alive(server as usize) {
            return self.fail(ctx, id, Outcome::Unavailable);
        }
        if self.operation.mean() == 0.0 {
            return self.answer(ctx, id);
        }
        let work = self.operation.sample(self.services.at(number));
        match self.tier.offer(ctx, server as usize, id, work) {
            None => self.fail(ctx, id, Outcome::Unavailable),
            Some(Admission::Refused) => self.fail(ctx, id, Outcome::BacklogFull),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    /// A look-up that is not carried out finds nothing.
    fn fail(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        ctx.request(id).hit = false;
        self.count(ctx, false);
        self.counts.unanswered += 1;
        self.counts.fetches += 1;
        Action::Reply(outcome)
    }

    fn answer(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let hit = ctx.request(id).hit;
        self.count(ctx, hit);
        self.counts.fetches += u64::from(!hit);
        Action::Reply(Outcome::Good)
    }

    /// Counts a look-up.
    #[inline]
    fn count(&mut self, ctx: &mut Ctx, hit: bool) {
        let meters = ctx.meters();
        if hit {
            meters.hits += 1;
            self.counts.hits += 1;
        } else {
            meters.misses += 1;
            self.counts.misses += 1;
        }
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
            let nodes = spec.count(Setting::Nodes as usize);
            vec![Plan { slots: 1, room, machine: Machine::Slots }; nodes]
        };
        self.tier.configure(ctx, &plans);
        self.tier.expect(ctx, self.operation.constant());
        let placement = Placement::Consistent { virtual_nodes: VIRTUAL_NODES };
        self.owners = (!self.is_guest && plans.len() > 1)
            .then(|| Box::new(Owners::new(placement, self.seed, plans.len())));
        self.configure_memory(ctx, around, spec, plans.len());
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let request = ctx.request(id);
        if self.is_emergent || request.errand != Errand::LookUp {
            return self.receive(ctx, id);
        }
        // What was not there is not there for the next attempt either.
        let is_there = self.lookups.at(clients::wish(request.number)).unit() < self.hit;
        request.hit = is_there;
        ctx.frame(id).phase = ACCESS;
        let access = if is_there { self.access } else { self.miss };
        if ctx.resume_in_line(id, access) { self.look_up(ctx, id) } else { Action::Wait }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        match ctx.frame(id).phase {
            ACCESS => return self.look_up(ctx, id),
            LOOKUP => {}
            _ => return self.go_on(ctx, id),
        }
        let server = ctx.frame(id).server as usize;
        self.tier.release(ctx, server);
        self.answer(ctx, id)
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        self.told(ctx, id, outcome)
    }

    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        self.on_time(ctx, timer);
        None
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        self.tier.fault(ctx, server, fault);
        if matches!(fault, Some(Fault::Kill | Fault::Flush)) {
            self.forget(ctx, server, fault == Some(Fault::Kill));
        }
    }

    fn check(&self) -> Result<(), String> {
        let dirty = self.memories.iter().map(|memory| memory.kept_back.sum());
        self.counts.check(dirty.sum())
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        self.counts.all()
    }

    fn gauges(&self, _: &Ctx) -> Vec<(&'static str, f64)> {
        let sum = |of: fn(&Memory) -> f64| self.memories.iter().map(of).sum();
        vec![
            ("entries", sum(|memory| memory.store.len() as f64)),
            ("dirty_writes", sum(|memory| memory.kept_back.sum() as f64)),
            ("waiting", sum(|memory| memory.fetches.waiting() as f64)),
        ]
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }
}
