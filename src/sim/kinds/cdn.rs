//! The content delivery network: one edge in each region, which answers for files, and for reads of
//! anonymous users where that is set, and fetches from the nearest site what it does not have.
//!
//! Users reach the edge of their region over the last mile alone; a miss travels on to the site and
//! back. The hit ratio is set, or emerges from what is asked for, capacity and time to live. An
//! edge has no limit of its own. Edges keep connections to the sites open, so that a fetch opens
//! none.

mod edge;
mod origin;

use super::Kind;
use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::cache::RATIOS;
use super::clients::{self, Sizes};
use super::param::{Param, Spec, settings};
use super::store::EVICTIONS;
use super::tier::{Machine, Plan, Tier};
use crate::region;
use crate::rng::{Purpose, Stream};
use crate::run::meters::ServerMeter;
use crate::run::requests::{Class, Outcome, Request, RequestId};
use crate::units::Span;
use edge::Edge;
use origin::Origins;

/// Name in links and files.
pub const KEY: &str = "cdn";
/// Name shown.
pub const LABEL: &str = "CDN";
/// One in each site, or one outside all.
pub const PER_SITE: bool = false;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors", "purge"];

const OUTAGES: &[(&str, &str)] = &[("origin", "go to the site"), ("fail", "fail")];

settings! {
    Ratio = Param::choice("ratio", "Hit ratio from", RATIOS, 0,
        "Set: the sliders below. Emergent: from what users ask for, capacity, eviction and time \
         to live.");
    Hit = Param::number("hit", "Hit ratio of files", (0.0, 0.92, 1.0),
        "Share of requests for files that the edge answers; a retry finds what its first attempt \
         found. Wikimedia's CDN serves over 90 % of reads.");
    Reads = Param::number("reads", "Share of anonymous reads", (0.0, 0.0, 1.0),
        "Share of reads that are the same for all users and may be kept at the edge; the others \
         go through to the site. 0: reads do not come to the edge at all.");
    ReadHit = Param::number("read_hit", "Hit ratio of anonymous reads", (0.0, 0.5, 1.0),
        "Share of anonymous reads that the edge answers where the ratio is set. A choice.");
    Edge = Param::number("edge_ms", "Time at the edge", (0.0, 2.0, 1_000.0),
        "Time an edge takes for a request, hit or miss. Always the same. A choice within 0.5 to \
         10 ms.").unit("ms");
    Entries = Param::count("entries", "Capacity of an edge", (0, 100_000, 16_000_000),
        "Answers that an edge holds, files and reads together. A choice.")
        .unit("entries").logarithmic();
    Evict = Param::choice("eviction", "Eviction", EVICTIONS, 0,
        "Which entry leaves for a new one when the edge is full.");
    Ttl = Param::number("ttl_s", "Time to live of files", (0.0, 86_400.0, 1e8),
        "Seconds for which an edge keeps a file; 0 for no limit. A choice: a day, for files whose \
         address changes with their content.").unit("s");
    ReadTtl = Param::number("read_ttl_s", "Time to live of reads", (0.0, 60.0, 1e8),
        "Seconds for which an edge keeps the answer of an anonymous read, however old it gets; 0 \
         for no limit. A choice.").unit("s");
    Coalesce = Param::switch("coalesce", "Coalesce fetches", true,
        "On: of those who miss the same address at an edge at once, one fetches and the others \
         wait for it. Counts where the hit ratio emerges.");
    Outage = Param::choice("outage", "When an edge is down", OUTAGES, 0,
        "Users of its region go to the nearest site, or fail.");
    Pause = Param::number("pause_s", "Pause after a dead site", (0.0, 10.0, 600.0),
        "Seconds for which edges do not try a site that was not there. A choice.").unit("s");
    Prices = Param::list("prices", "Prices of regions", (0.0, 10.0, region::COUNT),
        "USD for a GB (10^9 bytes) sent to users of each region, in the order NAE, NAW, SA, EU, \
         AF, ME, SAS, SEA, EA, OC. Where the list ends, CloudFront's first 10 TB: 0.085 to 0.12.")
        .unit("USD/GB");
    RequestPrice = Param::number("price_requests", "Price of 10,000 requests", (0.0, 0.01, 10.0),
        "USD for 10,000 requests of users: 0.0075 to 0.01 at CloudFront.").unit("USD");
}

/// CloudFront's price list, first 10 TB of a month, in USD/GB, in the order of the regions.
const PRICES: [f64; region::COUNT] =
    [0.085, 0.085, 0.110, 0.085, 0.110, 0.110, 0.109, 0.120, 0.114, 0.114];

/// The edges, one in each region, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    region::COUNT
}

/// Nothing by the month: bytes and requests are paid for.
#[must_use]
pub const fn monthly_usd(_: &Spec) -> f64 {
    0.0
}

/// Phases of a call: at work at the edge; at a site for an entry, or only passing through; on the
/// way back from there; waiting for another's fetch.
const EDGE: u8 = 0;
const FETCH: u8 = 1;
const PASS: u8 = 2;
const FETCHED: u8 = 3;
const PASSED: u8 = 4;
const WAITING: u8 = 5;
/// In place of an edge, where it is down.
const NO_EDGE: u16 = u16::MAX;

/// What it has counted.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    hits: u64,
    misses: u64,
    fetches: u64,
    coalesced: u64,
    duplicates: u64,
    passed: u64,
    fallback: u64,
    rerouted: u64,
    stale: u64,
    purged: u64,
    evicted: u64,
}

/// The edges of a run.
#[derive(Clone, Debug)]
pub struct State {
    tier: Tier,
    work: f64,
    is_emergent: bool,
    hit: f64,
    reads: f64,
    read_hit: f64,
    ttls: [Span; 2],
    coalesces: bool,
    falls_back: bool,
    pause: Span,
    edges: Vec<Edge>,
    origins: Origins,
    prices: [f64; region::COUNT],
    request_price: f64,
    sizes: Sizes,
    bytes: u64,
    spent: f64,
    counts: Counts,
    lookups: Stream,
    evictions: Stream,
}

impl State {
    /// No edges yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::Cdn as u64, purpose);
        Self {
            tier: Tier::default(),
            work: 0.0,
            is_emergent: false,
            hit: 0.0,
            reads: 0.0,
            read_hit: 0.0,
            ttls: [Span::ZERO; 2],
            coalesces: true,
            falls_back: true,
            pause: Span::ZERO,
            edges: Vec::new(),
            origins: Origins::default(),
            prices: PRICES,
            request_price: 0.0,
            sizes: Sizes::NONE,
            bytes: 0,
            spent: 0.0,
            counts: Counts::default(),
            lookups: stream(Purpose::Lookup),
            evictions: stream(Purpose::Eviction),
        }
    }

    /// The edge has worked on a request: it answers, waits or goes on to a site.
    fn answer(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let request = ctx.request(id);
        // What was not there is not there for the next attempt either.
        let mut draw = self.lookups.at(clients::wish(request.number));
        let (first, second) = (draw.unit(), draw.unit());
        let hit = match request.class {
            Class::Static => self.hit,
            Class::Read if second < self.reads => self.read_hit,
            _ => {
                self.counts.passed += 1;
                return self.go(ctx, id, PASS);
            }
        };
        if self.is_emergent {
            return self.look(ctx, id);
        }
        if first < hit {
            self.counts.hits += 1;
            return self.serve(ctx, id);
        }
        self.counts.misses += 1;
        self.counts.fetches += 1;
        self.go(ctx, id, PASS)
    }

    /// Goes on to a site: for a file the nearest that answers, else the one it is meant for.
    fn go(&mut self, ctx: &mut Ctx, id: RequestId, phase: u8) -> Action {
        let (region, class) = (ctx.request(id).region as usize, ctx.request(id).class);
        if class == Class::Static {
            ctx.request(id).site = self.origins.nearest(ctx, region);
        }
        ctx.frame(id).phase = phase;
        let (to, way) = self.origins.way(ctx.request(id).site, region);
        Action::Call { to, way }
    }

    /// The answer of a site has reached the edge.
    fn back(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let (phase, request) = (ctx.frame(id).phase, ctx.request(id));
        let (site, outcome, class) = (request.site, request.answer, request.class);
        let can_turn = self.origins.note(ctx.now(), site, outcome, self.pause);
        if can_turn && class == Class::Static {
            self.counts.rerouted += 1;
            return self.go(ctx, id, if phase == FETCHED { FETCH } else { PASS });
        }
        if phase == FETCHED {
            self.fetched(ctx, id, outcome);
        }
        if outcome == Outcome::Good { self.serve(ctx, id) } else { Action::Reply(outcome) }
    }

    /// Answers, at the price of its bytes where an edge does it.
    fn serve(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if ctx.frame(id).server != NO_EDGE {
            let Request { class, user, region, .. } = *ctx.request(id);
            self.charge(region as usize, 1.0, self.sizes.of(class, user));
        }
        Action::Reply(Outcome::Good)
    }

    /// Puts answers to a region's users on the bill, with their bytes.
    fn charge(&mut self, region: usize, answers: f64, bytes: u64) {
        self.bytes += bytes;
        self.spent += bytes as f64 * 1e-9 * self.prices[region] + answers * self.request_price;
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let number = |row: Setting| spec.number(row as usize);
        self.work = number(Setting::Edge) * 1e6;
        self.is_emergent = spec.count(Setting::Ratio as usize) == 1;
        (self.hit, self.reads) = (number(Setting::Hit), number(Setting::Reads));
        self.read_hit = number(Setting::ReadHit);
        self.ttls = [Setting::Ttl, Setting::ReadTtl].map(|row| Span::from_seconds(number(row)));
        self.coalesces = spec.is_on(Setting::Coalesce as usize);
        self.falls_back = spec.count(Setting::Outage as usize) == 0;
        self.pause = Span::from_seconds(number(Setting::Pause));
        self.prices = PRICES;
        let listed = spec.list(Setting::Prices as usize);
        self.prices[..listed.len()].copy_from_slice(listed);
        self.request_price = number(Setting::RequestPrice) / 10_000.0;
        self.sizes = around.spec(Kind::Clients).map_or(Sizes::NONE, Sizes::new);
        self.origins.configure(ctx, around);
        let plan = Plan { slots: u32::MAX, room: 0, machine: Machine::Slots };
        self.tier.configure(ctx, &[plan; region::COUNT]);
        self.configure_memory(ctx, spec);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let edge = ctx.request(id).region;
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (EDGE, u16::from(edge));
        if self.work == 0.0 && self.tier.is_alive(edge as usize) {
            return self.answer(ctx, id);
        }
        if self.tier.offer(ctx, edge as usize, id, self.work).is_some() {
            return Action::Wait;
        }
        if !self.falls_back {
            return Action::Reply(Outcome::Unavailable);
        }
        self.counts.fallback += 1;
        ctx.frame(id).server = NO_EDGE;
        self.go(ctx, id, PASS)
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if ctx.frame(id).phase != EDGE {
            return self.back(ctx, id);
        }
        let edge = ctx.frame(id).server as usize;
        self.tier.release(ctx, edge);
        self.answer(ctx, id)
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let frame = ctx.frame(id);
        frame.phase = if frame.phase == FETCH { FETCHED } else { PASSED };
        let request = ctx.request(id);
        request.answer = outcome;
        let (_, way) = self.origins.way(request.site, request.region as usize);
        if ctx.travel(id, way) { self.back(ctx, id) } else { Action::Wait }
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        self.tier.fault(ctx, server, fault);
        match fault {
            Some(Fault::Purge(share)) => self.purge(server, share, ctx.now()),
            Some(Fault::Kill) => {
                // It comes back empty, and those who waited there are gone.
                for (number, edge) in self.edges.iter_mut().enumerate() {
                    if server.is_none_or(|only| only == number) {
                        edge.store.clear();
                        edge.fetches.clear();
                    }
                }
            }
            _ => {}
        }
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }

    fn check(&self) -> Result<(), String> {
        let Counts { misses, fetches, coalesced, .. } = self.counts;
        if misses != fetches + coalesced {
            return Err(format!("cdn: {misses} misses, {fetches} fetches, {coalesced} wait"));
        }
        Ok(())
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        let counts = &self.counts;
        vec![
            ("hits", counts.hits),
            ("misses", counts.misses),
            ("fetches", counts.fetches),
            ("coalesced", counts.coalesced),
            ("duplicate_fetches", counts.duplicates),
            ("passed", counts.passed),
            ("fallback", counts.fallback),
            ("rerouted", counts.rerouted),
            ("stale_reads", counts.stale),
            ("purged", counts.purged),
            ("evicted", counts.evicted),
            ("kilobytes", self.bytes / 1_000),
        ]
    }

    fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        let entries: usize = self.edges.iter().map(|edge| edge.store.len()).sum();
        let waiting: usize = self.edges.iter().map(|edge| edge.fetches.waiting()).sum();
        let out = self.origins.out(ctx.now());
        vec![("entries", entries as f64), ("waiting", waiting as f64), ("sites_out", out as f64)]
    }

    fn spent_usd(&self, _: &Ctx) -> Option<f64> {
        Some(self.spent)
    }
}
