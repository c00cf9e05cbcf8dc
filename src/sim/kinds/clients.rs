//! The users: who asks for what, when, from where; how long they wait and how often they try.

use super::behavior::{ARRIVAL, Action, Behavior, Ctx, Fault, IMPATIENCE, Surroundings};
use super::param::{Param, Spec, settings};
use super::{Kind, network};
use crate::sim::law::exponential;
use crate::sim::region::{self, AUDIENCE_SHARES, AUDIENCES};
use crate::sim::rng::{Purpose, Stream};
use crate::sim::run::calendar::LineId;
use crate::sim::run::meters::ServerMeter;
use crate::sim::run::requests::{Class, Outcome, RequestId, Wish};
use crate::sim::units::{SECONDS_PER_DAY, Span};

/// Name in links and files.
pub const KEY: &str = "clients";
/// Name shown.
pub const LABEL: &str = "Users";
/// One in each site, or one outside all.
pub const PER_SITE: bool = false;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["spike"];

const ARRIVALS: &[(&str, &str)] = &[("poisson", "Poisson"), ("constant", "constant rate")];

settings! {
    Rate = Param::number("rate", "Traffic", (0.01, 100.0, 1_000_000.0),
        "Requests per second that users make, retries not counted, at the busiest hour.")
        .unit("req/s").logarithmic();
    PerUser = Param::number("per_user", "Requests of a user and day", (1.0, 125.0, 10_000.0),
        "Turns requests per second into daily users: a choice between 50 dynamic requests and \
         about 200 with the files a browser does not have yet.").logarithmic();
    Peak = Param::number("peak", "Peak to mean", (1.0, 2.5, 10.0),
        "The busiest hour's rate over the day's mean: 2.5 in one time zone, 1.7 for an audience \
         all over the world.");
    Arrivals = Param::choice("arrivals", "Arrivals", ARRIVALS, 0,
        "Poisson: users do not know of each other. Constant: one request every 1/rate.");
    StaticShare = Param::number("static_share", "Share of static files", (0.0, 0.6, 1.0),
        "Share of requests for files: pictures, style sheets, scripts.");
    ReadShare = Param::number("read_share", "Share of reads", (0.0, 0.95, 1.0),
        "Share of the dynamic requests that only read. 20 reads for each write are common.");
    Audience = Param::choice("audience", "Audience", AUDIENCES, 0,
        "Where users live: a Western product, or all Internet users of the world.");
    Shares = Param::list("shares", "Shares of regions", (0.0, 1e9, region::COUNT),
        "Users of each region in any unit, in the order NAE, NAW, SA, EU, AF, ME, SAS, SEA, EA, \
         OC; used instead of the audience where given.");
    Users = Param::count("users", "Distinct users", (1, 100_000, 16_000_000),
        "How many different users there are, for stickiness and hashing: each request comes from \
         one of them, all alike.").logarithmic();
    Urls = Param::count("urls", "Distinct addresses", (1, 10_000, 16_000_000),
        "How many different addresses are asked for, all alike, for hashing by address.")
        .logarithmic();
    Timeout = Param::number("timeout_s", "Patience", (0.0, 10.0, 600.0),
        "Seconds a user waits for an attempt before giving it up; the work under way goes on and \
         is wasted. 0 waits for ever.").unit("s");
    Retries = Param::count("retries", "Retries", (0, 2, 10),
        "Further attempts after one that failed or was given up.");
    Backoff = Param::number("backoff_ms", "Back-off", (0.0, 100.0, 60_000.0),
        "Longest wait before the first retry; it doubles with each further one.").unit("ms");
    Jitter = Param::switch("jitter", "Full jitter", true,
        "On: the wait before a retry is uniform between nothing and the back-off, so that clients \
         do not come back all at once. Off: it is the back-off.");
}

/// Daily users whose busiest hour makes this traffic.
#[must_use]
pub fn daily_users(spec: &Spec) -> f64 {
    let per_second = spec.number(Setting::PerUser as usize) * spec.number(Setting::Peak as usize)
        / SECONDS_PER_DAY;
    spec.number(Setting::Rate as usize) / per_second
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    0
}

/// Users cost nothing.
#[must_use]
pub const fn monthly_usd(_: &Spec) -> f64 {
    0.0
}

/// Share of each region's users, adding up to 1.
#[must_use]
pub fn shares(spec: &Spec) -> [f64; region::COUNT] {
    let listed = spec.list(Setting::Shares as usize);
    let mut shares = AUDIENCE_SHARES[spec.count(Setting::Audience as usize).min(1)];
    if listed.iter().sum::<f64>() > 0.0 {
        shares = [0.0; region::COUNT];
        shares[..listed.len()].copy_from_slice(listed);
    }
    let sum: f64 = shares.iter().sum();
    shares.map(|share| share / sum)
}

/// Phases of a request, from its user's side.
const NAME: u8 = 0;
const AWAY: u8 = 1;
const BACK: u8 = 2;
const PAUSE: u8 = 3;
/// The attempt stands in this byte of a request's number, so that a retry draws anew.
const ATTEMPT_SHIFT: u32 = 56;
/// From this bit up to the attempt's a guard changes the number for a retry of its own.
pub const HOP_SHIFT: u32 = 40;

/// The number of a user's wish: the same for all its attempts and all retries on the way.
#[must_use]
pub const fn wish(number: u64) -> u64 {
    number & ((1 << HOP_SHIFT) - 1)
}

/// Turns 32 random bits into a number of [0, 1).
const WORD: f64 = 1.0 / (1u64 << 32) as f64;

/// Turns 32 random bits into a number below `n`.
#[inline]
const fn scale(bits: u64, n: u32) -> u32 {
    ((bits * n as u64) >> 32) as u32
}

/// The users of a run.
#[derive(Clone, Debug)]
pub struct State {
    gap: f64,
    is_poisson: bool,
    static_share: f64,
    dynamic_reads: f64,
    /// Upper ends of the regions' parts of [0, 1).
    regions: [f64; region::COUNT],
    users: u32,
    urls: u32,
    retries: u8,
    backoff: f64,
    jitter: bool,
    patient: bool,
    ways: [LineId; region::COUNT],
    front: u8,
    dns: Option<u8>,
    number: u64,
    started: bool,
    gaps: Stream,
    traits: Stream,
    backoffs: Stream,
}

impl State {
    /// No users yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::Clients as u64, purpose);
        Self {
            gap: 0.0,
            is_poisson: true,
            static_share: 0.0,
            dynamic_reads: 0.0,
            regions: [1.0; region::COUNT],
            users: 1,
            urls: 1,
            retries: 0,
            backoff: 0.0,
            jitter: true,
            patient: false,
            ways: [LineId::NOW; region::COUNT],
            front: 0,
            dns: None,
            number: 0,
            started: false,
            gaps: stream(Purpose::Gap),
            traits: stream(Purpose::Traits),
            backoffs: stream(Purpose::Backoff),
        }
    }

    /// Nanoseconds from arrival `number` to the next.
    #[inline]
    fn gap_after(&self, number: u64) -> Span {
        let unit = if self.is_poisson { exponential(self.gaps.at(number)) } else { 1.0 };
        Span::from_nanos(self.gap * unit)
    }

    /// Who comes, and for what.
    #[inline]
    fn draw(&self) -> Wish {
        let mut draw = self.traits.at(self.number);
        let (kind, who) = (draw.bits(), draw.bits());
        let class = f64::from((kind >> 32) as u32) * WORD;
        let user = scale(who >> 32, self.users);
        // Users are numbered region by region: each lives in one, and the shares are exact.
        let place = (f64::from(user) + 0.5) / f64::from(self.users);
        let last = region::COUNT - 1;
        Wish {
            number: self.number,
            class: if class < self.static_share {
                Class::Static
            } else if class < self.static_share + self.dynamic_reads {
                Class::Read
            } else {
                Class::Write
            },
            region: self.regions.iter().position(|&end| place < end).unwrap_or(last) as u8,
            user,
            url: scale(who & u64::from(u32::MAX), self.urls),
            site: 0,
        }
    }

    #[inline]
    fn arrival(&mut self, ctx: &mut Ctx) -> Option<(RequestId, Action)> {
        let wish = self.draw();
        let gap = self.gap_after(self.number);
        self.number += 1;
        ctx.set_arrival(ctx.now().after(gap));
        ctx.meters().offered(wish.class as usize, wish.region as usize);
        let Some(id) = ctx.begin(&wish, NAME) else {
            ctx.meters().turned_away(wish.class as usize, wish.region as usize);
            return None;
        };
        Some((id, self.attempt(ctx, id)))
    }

    /// Sends an attempt on its way: first to the name service, if there is one.
    #[inline]
    fn attempt(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        ctx.meters().attempts += 1;
        ctx.request(id).began = ctx.now();
        if self.patient {
            ctx.be_patient(id);
        }
        match self.dns {
            // What was found out for an attempt is known to the next.
            Some(to) if !ctx.request(id).named => {
                ctx.frame(id).phase = NAME;
                Action::Call { to, way: LineId::NOW }
            }
            _ => self.send(ctx, id),
        }
    }

    #[inline]
    fn send(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        ctx.frame(id).phase = AWAY;
        let way = self.ways[ctx.request(id).region as usize];
        Action::Call { to: self.front, way }
    }

    /// The answer has reached its user, or the user's patience its end.
    #[inline]
    fn answered(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if ctx.request(id).abandoned {
            ctx.meters().wasted += 1;
            ctx.end(id);
            return Action::Wait;
        }
        ctx.stop_waiting(id);
        if ctx.is_crowded() {
            // The death of a server has made two of one: its work goes on without its user.
            ctx.ended(id, Outcome::SimulatorFull);
            ctx.end(id);
            return Action::Wait;
        }
        if outcome != Outcome::Good && ctx.request(id).attempt < self.retries {
            self.pause(ctx, id);
            return Action::Wait;
        }
        ctx.ended(id, outcome);
        ctx.end(id);
        Action::Wait
    }

    /// Waits before the next attempt.
    fn pause(&mut self, ctx: &mut Ctx, id: RequestId) {
        let request = ctx.request(id);
        let longest = self.backoff * (1u64 << request.attempt.min(40)) as f64;
        let number = request.number;
        request.attempt += 1;
        request.number = number.wrapping_add(1 << ATTEMPT_SHIFT);
        (request.served, request.travelled) = (0, 0);
        ctx.frame(id).phase = PAUSE;
        let share = if self.jitter { self.backoffs.at(number).unit() } else { 1.0 };
        ctx.resume_after(id, longest * share);
    }

    /// Users whose patience has run out give up; the work under way goes on without them.
    fn give_up(&mut self, ctx: &mut Ctx) {
        let id = ctx.longest_awaited();
        ctx.stop_waiting(id);
        let request = *ctx.request(id);
        ctx.request(id).abandoned = true;
        if request.attempt >= self.retries {
            return ctx.ended(id, Outcome::TimedOut);
        }
        match ctx.begin_again(&request, PAUSE) {
            Some(again) => self.pause(ctx, again),
            None => ctx.ended(id, Outcome::SimulatorFull),
        }
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let before = self.gap;
        self.gap = 1e9 / spec.number(Setting::Rate as usize);
        self.is_poisson = spec.count(Setting::Arrivals as usize) == 0;
        self.static_share = spec.number(Setting::StaticShare as usize);
        self.dynamic_reads = (1.0 - self.static_share) * spec.number(Setting::ReadShare as usize);
        let mut end = 0.0;
        self.regions = shares(spec).map(|share| {
            end += share;
            end
        });
        self.users = spec.count(Setting::Users as usize) as u32;
        self.urls = spec.count(Setting::Urls as usize) as u32;
        self.retries = spec.count(Setting::Retries as usize) as u8;
        self.backoff = spec.number(Setting::Backoff as usize) * 1e6;
        self.jitter = spec.is_on(Setting::Jitter as usize);
        let patience = Span::from_seconds(spec.number(Setting::Timeout as usize));
        self.patient = patience > Span::ZERO;
        ctx.set_patience(patience);
        for region in 0..region::COUNT {
            let way = around.spec(Kind::Network).map(|network| network::one_way(network, region));
            self.ways[region] = ctx.line(way.unwrap_or_default());
        }
        self.front = around.front(0);
        self.dns = around.place(Kind::Dns);
        if self.started {
            // A new rate stretches what is left of the gap under way.
            let left = ctx.arrival().since(ctx.now()).0 as f64;
            ctx.set_arrival(ctx.now().after(Span::from_nanos(left * self.gap / before)));
        } else {
            self.started = true;
            ctx.set_arrival(ctx.now().after(self.gap_after(u64::MAX)));
        }
    }

    #[inline(never)]
    fn arrive(&mut self, _: &mut Ctx, _: RequestId) -> Action {
        // Nobody calls the users.
        Action::Reply(Outcome::Unavailable)
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if ctx.frame(id).phase == PAUSE {
            return self.attempt(ctx, id);
        }
        let outcome = ctx.request(id).answer;
        self.answered(ctx, id, outcome)
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if ctx.frame(id).phase == NAME {
            if outcome == Outcome::Good {
                ctx.request(id).named = true;
                return self.send(ctx, id);
            }
            return self.answered(ctx, id, outcome);
        }
        if ctx.is_crowded() {
            return self.answered(ctx, id, outcome);
        }
        ctx.frame(id).phase = BACK;
        let request = ctx.request(id);
        request.answer = outcome;
        let way = self.ways[request.region as usize];
        if ctx.travel(id, way) { self.answered(ctx, id, outcome) } else { Action::Wait }
    }

    #[inline(never)]
    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        if timer == ARRIVAL {
            return self.arrival(ctx);
        }
        if timer == IMPATIENCE {
            self.give_up(ctx);
        }
        None
    }

    fn fault(&mut self, _: &mut Ctx, _: Option<usize>, _: Option<Fault>) {}

    fn servers(&self, _: &Ctx) -> Vec<ServerMeter> {
        Vec::new()
    }
}
