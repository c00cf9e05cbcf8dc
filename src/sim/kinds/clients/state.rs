//! The life of a user's request: look-up, way there, answer, patience, retries.

use super::arrivals::{Arrivals, Bursts, Flow};
use super::demand::{Demand, Sizes};
use super::pattern::{Pattern, Wave};
use super::places::Places;
use super::{ATTEMPT_SHIFT, Setting, shares};
use crate::kinds::Kind;
use crate::kinds::behavior::{ARRIVAL, Action, Behavior, Ctx, Fault, IMPATIENCE, Surroundings};
use crate::kinds::param::Spec;
use crate::rng::{Purpose, Stream};
use crate::run::calendar::LineId;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Outcome, Request, RequestId};
use crate::units::{SimTime, Span};

/// Phases of a request, from its user's side.
const NAME: u8 = 0;
const AWAY: u8 = 1;
const BACK: u8 = 2;
const PAUSE: u8 = 3;
const SETTING_OUT: u8 = 4;

/// So long what a retry budget has saved up may be used, in seconds: Finagle's default.
const BUDGET_LASTS: f64 = 10.0;

/// Retries that all users together may make: tokens saved up by requests.
#[derive(Clone, Copy, Debug, Default)]
struct Budget {
    /// Tokens that a request brings; none where there is no budget.
    share: Option<f64>,
    tokens: f64,
    most: f64,
}

/// The users of a run.
#[derive(Clone, Debug)]
pub struct State {
    seed: u64,
    arrivals: Arrivals,
    demand: Demand,
    sizes: Sizes,
    places: Places,
    retries: u8,
    backoff: f64,
    jitter: bool,
    patient: bool,
    budget: Budget,
    dns: Option<u8>,
    /// Whether a device that knows a name asks for it again: where there are several sites.
    asks_again: bool,
    number: u64,
    retried: u64,
    over_budget: u64,
    connections: u64,
    backoffs: Stream,
}

impl State {
    /// No users yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::Clients as u64, purpose);
        Self {
            seed,
            arrivals: Arrivals::new(stream(Purpose::Gap)),
            demand: Demand::new(stream(Purpose::Traits)),
            sizes: Sizes::NONE,
            places: Places::default(),
            retries: 0,
            backoff: 0.0,
            jitter: true,
            patient: false,
            budget: Budget::default(),
            dns: None,
            asks_again: false,
            number: 0,
            retried: 0,
            over_budget: 0,
            connections: 0,
            backoffs: stream(Purpose::Backoff),
        }
    }

    #[inline(always)]
    fn arrival(&mut self, ctx: &mut Ctx) -> Option<(RequestId, Action)> {
        let wish = self.demand.draw(self.number, ctx.now());
        let next = self.arrivals.after(self.number, ctx.now());
        self.number += 1;
        ctx.set_arrival(next);
        ctx.meters().offered(wish.class as usize, wish.region as usize);
        if let Some(share) = self.budget.share {
            self.budget.tokens = (self.budget.tokens + share).min(self.budget.most);
        }
        let Some(id) = ctx.begin(&wish, NAME) else {
            ctx.meters().turned_away(wish.class as usize, wish.region as usize);
            return None;
        };
        Some((id, self.attempt(ctx, id)))
    }

    /// Sends an attempt on its way: first to the name service, if there is one.
    #[inline(always)]
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

    #[inline(always)]
    fn send(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let Request { class, site, region, number, .. } = *ctx.request(id);
        let place = self.places.of(class, site);
        let way = place.ways[region as usize];
        if place.is_plain {
            ctx.frame(id).phase = AWAY;
            return Action::Call { to: place.to, way };
        }
        let ns = place.transport.there(number, ctx.delay(way).0 as f64);
        self.connections += u64::from(place.transport.is_new(number));
        ctx.frame(id).phase = SETTING_OUT;
        ctx.request(id).travelled += ns as u64;
        ctx.resume_after(id, ns);
        Action::Wait
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
        if outcome != Outcome::Good && self.may_retry(ctx.request(id).attempt) {
            self.pause(ctx, id);
            return Action::Wait;
        }
        ctx.ended(id, outcome);
        ctx.end(id);
        Action::Wait
    }

    /// Whether another attempt may follow this one; it is taken off the budget.
    fn may_retry(&mut self, attempt: u8) -> bool {
        if attempt >= self.retries {
            return false;
        }
        if self.budget.share.is_some() {
            if self.budget.tokens < 1.0 {
                self.over_budget += 1;
                return false;
            }
            self.budget.tokens -= 1.0;
        }
        self.retried += 1;
        true
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
        if !self.may_retry(request.attempt) {
            return ctx.ended(id, Outcome::TimedOut);
        }
        match ctx.begin_again(&request, PAUSE) {
            Some(again) => self.pause(ctx, again),
            None => ctx.ended(id, Outcome::SimulatorFull),
        }
    }

    /// An answer leaves the site for its user.
    #[inline(always)]
    fn come_back(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        ctx.frame(id).phase = BACK;
        let request = ctx.request(id);
        request.answer = outcome;
        let Request { class, site, region, number, user, .. } = *request;
        let place = self.places.of(class, site);
        let way = place.ways[region as usize];
        // A failure has no bytes to speak of.
        let is_good = outcome == Outcome::Good;
        let bytes = if is_good { self.sizes.of(class, user) } else { 0 };
        if let Some(site) = place.bill {
            ctx.meters().sent[site as usize] += bytes;
        }
        if place.is_plain {
            let is_there = ctx.travel(id, way);
            return if is_there { self.answered(ctx, id, outcome) } else { Action::Wait };
        }
        let ns = place.transport.back(number, ctx.delay(way).0 as f64, bytes as f64);
        ctx.request(id).travelled += ns as u64;
        ctx.resume_after(id, ns);
        Action::Wait
    }
}

fn wave(spec: &Spec) -> Wave {
    let number = |row: Setting| spec.number(row as usize);
    let (height, begins) = (number(Setting::DayHeight), number(Setting::DayBegins));
    Wave::new(height, begins, number(Setting::DaySpeed), &shares(spec))
}

/// How many come, as the settings say.
pub(super) fn flow(spec: &Spec) -> Flow {
    let number = |row: Setting| spec.number(row as usize);
    let span = |row: Setting| Span::from_seconds(number(row));
    let at = SimTime::ZERO.after(span(Setting::PatternAt));
    let (lasts, factor) = (span(Setting::PatternLasts), number(Setting::PatternFactor));
    let pattern = match spec.count(Setting::PatternChoice as usize) {
        0 => Pattern::Steady,
        1 => Pattern::Ramp { at, lasts, factor },
        2 => Pattern::Step { at, lasts, factor },
        3 => Pattern::Flash { at, lasts, factor, fall: span(Setting::PatternFall) },
        _ => Pattern::Daily(wave(spec)),
    };
    let factor = number(Setting::BurstFactor);
    let (on_s, off_s) = (number(Setting::BurstOn), number(Setting::BurstOff));
    Flow {
        gap: 1e9 / number(Setting::Rate),
        is_poisson: spec.count(Setting::Arrivals as usize) == 0,
        pattern,
        bursts: (factor > 1.0).then_some(Bursts { factor, on_s, off_s }),
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let flow = flow(spec);
        let wave = match flow.pattern {
            Pattern::Daily(wave) => Some(wave),
            _ => None,
        };
        self.demand.configure(spec, wave);
        self.sizes = Sizes::new(spec);
        self.retries = spec.count(Setting::Retries as usize) as u8;
        self.backoff = spec.number(Setting::Backoff as usize) * 1e6;
        self.jitter = spec.is_on(Setting::Jitter as usize);
        let share = spec.number(Setting::RetryBudget as usize);
        self.budget.share = (share > 0.0).then_some(share);
        let rate = spec.number(Setting::Rate as usize);
        self.budget.most = f64::max(BUDGET_LASTS * share * rate, 1.0);
        let patience = Span::from_seconds(spec.number(Setting::Timeout as usize));
        self.patient = patience > Span::ZERO;
        ctx.set_patience(patience);
        self.places.configure(ctx, around, self.seed);
        self.dns = around.place(Kind::Dns);
        self.asks_again = around.sites() > 1;
        let next = self.arrivals.set(flow, ctx.now(), ctx.arrival());
        ctx.set_arrival(next);
    }

    #[inline(never)]
    fn arrive(&mut self, _: &mut Ctx, _: RequestId) -> Action {
        // Nobody calls the users.
        Action::Reply(Outcome::Unavailable)
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        match ctx.frame(id).phase {
            PAUSE => self.attempt(ctx, id),
            SETTING_OUT => {
                ctx.frame(id).phase = AWAY;
                let Request { class, site, .. } = *ctx.request(id);
                Action::Call { to: self.places.of(class, site).to, way: LineId::NOW }
            }
            _ => {
                let outcome = ctx.request(id).answer;
                self.answered(ctx, id, outcome)
            }
        }
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if ctx.frame(id).phase == NAME {
            if outcome == Outcome::Good {
                ctx.request(id).named = !self.asks_again;
                return self.send(ctx, id);
            }
            return self.answered(ctx, id, outcome);
        }
        if ctx.is_crowded() {
            return self.answered(ctx, id, outcome);
        }
        self.come_back(ctx, id, outcome)
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

    fn fault(&mut self, ctx: &mut Ctx, _: Option<usize>, fault: Option<Fault>) {
        if let Some(Fault::Spike(factor)) = fault {
            let next = self.arrivals.spike(factor, ctx.now(), ctx.arrival());
            ctx.set_arrival(next);
        }
    }

    fn servers(&self, _: &Ctx) -> Vec<ServerMeter> {
        Vec::new()
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("retries", self.retried),
            ("retries_over_budget", self.over_budget),
            ("new_connections", self.connections),
        ]
    }

    fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        vec![("offered_per_s", self.arrivals.rate(ctx.now()))]
    }
}
