//! The domain name system: resolvers that remember the site's address for a while, and the name
//! service behind them.

use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::{Param, Spec, settings};
use super::{Kind, clients};
use crate::sim::law::Law;
use crate::sim::region;
use crate::sim::rng::{Purpose, Stream};
use crate::sim::run::calendar::LineId;
use crate::sim::run::meters::ServerMeter;
use crate::sim::run::requests::{Outcome, RequestId};
use crate::sim::units::{SimTime, Span};

/// Name in links and files.
pub const KEY: &str = "dns";
/// Name shown.
pub const LABEL: &str = "DNS";
/// One in each site, or one outside all.
pub const PER_SITE: bool = false;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors", "expire"];

settings! {
    Lookups = Param::number("lookups", "Share that looks up the name", (0.0, 0.1, 1.0),
        "Share of requests that begin a visit: the device does not know the address yet and asks \
         its resolver. A choice: ten requests a visit.");
    Ttl = Param::number("ttl_s", "Time to live", (0.0, 300.0, 86_400.0),
        "How long a resolver remembers the address. 60 s where it should change quickly, 300 s \
         for ordinary records.").unit("s");
    Resolvers = Param::count("resolvers", "Resolvers in each region", (1, 100, 10_000),
        "Resolvers that users of a region ask, each with a memory of its own; a user always asks \
         the same one.").logarithmic();
    Resolver = Param::number("resolver_ms", "Answer from a resolver", (0.0, 15.0, 1_000.0),
        "The round trip from the user to the resolver. Typical of public resolvers, 5 to 30 ms.")
        .unit("ms");
    Miss = Param::number("miss_ms", "Asking the name service", (0.0, 130.0, 5_000.0),
        "Mean further time where the resolver does not know the address; lognormal with squared \
         coefficient of variation 1. Google Public DNS found 130 ms.").unit("ms");
    Price = Param::number("price_month", "Price", (0.0, 0.5, 1_000.0),
        "USD per month for the zone.").unit("USD");
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    1
}

/// The zone by the month.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    spec.number(Setting::Price as usize)
}

/// How long a resolver asks a name service that does not answer, in nanoseconds.
const GIVE_UP: f64 = 5e9;
const ASKING: u8 = 0;
const ANSWERED: u8 = 1;
const NO_ANSWER: u8 = 2;

/// The resolvers of a run.
#[derive(Clone, Debug)]
pub struct State {
    lookups: f64,
    ttl: Span,
    resolvers: u32,
    answer: LineId,
    miss: Law,
    alive: bool,
    slow: f64,
    /// Until when each resolver knows the address, region by region.
    known_until: Vec<SimTime>,
    asks: Stream,
    places: Stream,
    misses: Stream,
    hit_count: u64,
    miss_count: u64,
}

impl State {
    /// No resolver knows anything.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::Dns as u64, purpose);
        Self {
            lookups: 0.0,
            ttl: Span::ZERO,
            resolvers: 1,
            answer: LineId::NOW,
            miss: Law::new(0, 0.0, 0.0),
            alive: true,
            slow: 1.0,
            known_until: Vec::new(),
            asks: stream(Purpose::Lookup),
            places: stream(Purpose::Hash),
            misses: stream(Purpose::Service),
            hit_count: 0,
            miss_count: 0,
        }
    }

    /// The resolver that a request's user asks.
    fn resolver(&self, ctx: &mut Ctx, id: RequestId) -> usize {
        let request = ctx.request(id);
        let (region, user) = (u32::from(request.region), request.user);
        let place = self.places.at(u64::from(user)).below(self.resolvers);
        (region * self.resolvers + place) as usize
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, _: &dyn Surroundings, spec: &Spec) {
        self.lookups = spec.number(Setting::Lookups as usize);
        self.ttl = Span::from_seconds(spec.number(Setting::Ttl as usize));
        let resolvers = spec.count(Setting::Resolvers as usize) as u32;
        if resolvers != self.resolvers || self.known_until.is_empty() {
            self.resolvers = resolvers;
            self.known_until = vec![SimTime::ZERO; resolvers as usize * region::COUNT];
        }
        self.answer = ctx.line(Span::from_millis(spec.number(Setting::Resolver as usize)));
        self.miss = Law::new(3, spec.number(Setting::Miss as usize), 1.0);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let number = ctx.request(id).number;
        // Whether a device knows the address does not change because an attempt failed.
        if self.asks.at(clients::wish(number)).unit() >= self.lookups {
            return Action::Reply(Outcome::Good);
        }
        ctx.frame(id).phase = ASKING;
        if ctx.travel(id, self.answer) { self.resume(ctx, id) } else { Action::Wait }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let resolver = self.resolver(ctx, id);
        let phase = ctx.frame(id).phase;
        match phase {
            ASKING if ctx.now() < self.known_until[resolver] => {
                self.hit_count += 1;
                Action::Reply(Outcome::Good)
            }
            ASKING => {
                self.miss_count += 1;
                let number = ctx.request(id).number;
                let (phase, ns) = if self.alive {
                    (ANSWERED, self.slow * self.miss.sample(self.misses.at(number)))
                } else {
                    (NO_ANSWER, GIVE_UP)
                };
                ctx.frame(id).phase = phase;
                ctx.request(id).travelled += ns as u64;
                ctx.resume_after(id, ns);
                Action::Wait
            }
            ANSWERED => {
                self.known_until[resolver] = ctx.now().after(self.ttl);
                Action::Reply(Outcome::Good)
            }
            _ => Action::Reply(Outcome::Unavailable),
        }
    }

    fn fault(&mut self, _: &mut Ctx, _: Option<usize>, fault: Option<Fault>) {
        match fault {
            Some(Fault::Kill) => self.alive = false,
            Some(Fault::Slow(factor)) => self.slow = factor,
            None => (self.alive, self.slow) = (true, 1.0),
            _ => {}
        }
    }

    fn servers(&self, _: &Ctx) -> Vec<ServerMeter> {
        vec![ServerMeter {
            alive: self.alive,
            slow: self.slow,
            arrived: self.hit_count + self.miss_count,
            refused: self.miss_count,
            ..ServerMeter::default()
        }]
    }
}
