//! A guard at work: what becomes of a call on its way to the part and back.

use super::Setting;
use super::breaker::{self, Breaker, Rules};
use super::calls::{Call, Line, Note, name};
use super::hedge::Pairs;
use super::limit::{Bulkhead, RateLimit, is_shed};
use super::retry::Retry;
use crate::kinds::Kind;
use crate::kinds::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use crate::kinds::param::Spec;
use crate::rng::{Purpose, Stream};
use crate::run::calendar::{LineId, Tag};
use crate::run::log::Severity;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Class, Outcome, Request, RequestId};
use crate::units::Span;

/// How often each policy acted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) timeouts: u64,
    pub(super) retries: u64,
    pub(super) over_budget: u64,
    pub(super) opened: u64,
    pub(super) refused_open: u64,
    pub(super) rate_limited: u64,
    pub(super) shed: u64,
    pub(super) bulkhead_refused: u64,
    pub(super) hedges: u64,
    pub(super) hedge_wins: u64,
}

/// Timers.
const TIMEOUT: u32 = 0;
const HEDGING: u32 = 1;

/// A guard of a run.
#[derive(Clone, Debug)]
pub struct Guard {
    pub(super) ward: Kind,
    pub(super) node: u8,
    pub(super) to: u8,
    pub(super) retry: Retry,
    pub(super) breaker: Breaker,
    pub(super) limit: RateLimit,
    pub(super) bulkhead: Bulkhead,
    pub(super) shed_open: f64,
    pub(super) shed_age: f64,
    pub(super) paying: f64,
    pub(super) payers: Stream,
    /// Calls that may time out, or whose age matters.
    pub(super) open: Line,
    /// Calls for which no second request was sent yet.
    pub(super) single: Line,
    pub(super) pairs: Pairs,
    pub(super) serial: u64,
    pub(super) counts: Counts,
}

impl Guard {
    /// A guard that passes all on.
    #[must_use]
    pub fn new(seed: u64, guard: Kind, ward: Kind) -> Self {
        Self {
            ward,
            node: 0,
            to: 0,
            retry: Retry::new(seed, guard),
            breaker: Breaker::default(),
            limit: RateLimit::default(),
            bulkhead: Bulkhead::default(),
            shed_open: 0.0,
            shed_age: 0.0,
            paying: 0.0,
            // Who pays is the same for all guards of all sites.
            payers: Stream::new(0, Kind::Clients as u64, Purpose::Hash),
            open: Line::default(),
            single: Line::default(),
            pairs: Pairs::default(),
            serial: 0,
            counts: Counts::default(),
        }
    }

    /// Whether the call may be made now: if it is one to try for the breaker, or why not.
    fn admit(&mut self, ctx: &mut Ctx, id: RequestId) -> Result<bool, Outcome> {
        let now = ctx.now();
        let Request { class, user, .. } = *ctx.request(id);
        if self.breaker.rules.is_on {
            let before = self.breaker.state();
            if self.breaker.refuses(now) {
                self.counts.refused_open += 1;
                return Err(Outcome::CircuitOpen);
            }
            if matches!(before, breaker::State::Open(_)) {
                ctx.log(Severity::Info, None, "circuit half open", &[]);
            }
        }
        if !self.limit.admits(now, user) {
            self.counts.rate_limited += 1;
            return Err(Outcome::RateLimited);
        }
        let pressure = self.pressure(ctx);
        let is_paying = || self.payers.at(u64::from(user)).unit() < self.paying;
        if pressure >= 1.0 && is_shed(class, is_paying(), pressure) {
            self.counts.shed += 1;
            return Err(Outcome::Shed);
        }
        if !self.bulkhead.has_room(class) {
            self.counts.bulkhead_refused += 1;
            return Err(Outcome::BulkheadFull);
        }
        Ok(self.breaker.rules.is_on && self.breaker.enter())
    }

    /// The calls open and the age of the oldest, as multiples of those at which shedding begins.
    fn pressure(&mut self, ctx: &mut Ctx) -> f64 {
        let mut pressure: f64 = 0.0;
        if self.shed_open > 0.0 {
            pressure = self.bulkhead.open() as f64 / self.shed_open;
        }
        if self.shed_age > 0.0 {
            drop_ended(&mut self.open, ctx);
            if let Some(oldest) = self.open.first() {
                pressure = pressure.max(ctx.now().since(oldest.started).0 as f64 / self.shed_age);
            }
        }
        pressure
    }

    /// Makes a try of the call.
    fn attempt(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let is_trial = match self.admit(ctx, id) {
            Ok(is_trial) => is_trial,
            Err(outcome) => return self.answer(ctx, id, outcome),
        };
        self.serial += 1;
        let now = ctx.now();
        let frame = ctx.frame(id);
        frame.server = Note::of(self.serial, Note(frame.server).retries(), is_trial).0;
        let request = ctx.request(id);
        self.bulkhead.enter(request.class);
        let depth = request.depth - 1;
        let (class, name) = (request.class, name(request, depth as usize));
        let call = Call { started: now, id, depth, name };
        if (self.open.limit > Span::ZERO || self.shed_age > 0.0) && self.open.push(call) {
            plan(&mut self.open, ctx, TIMEOUT);
        }
        let is_safe = matches!(class, Class::Static | Class::Read);
        if self.single.limit > Span::ZERO && is_safe && self.single.push(call) {
            plan(&mut self.single, ctx, HEDGING);
        }
        Action::Call { to: self.to, way: LineId::NOW }
    }

    /// A try is over for its caller: answers, or tries again.
    pub(super) fn settle(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let now = ctx.now();
        let note = Note(ctx.frame(id).server);
        let Request { class, number, .. } = *ctx.request(id);
        self.bulkhead.leave(class);
        if let Some(turn) = self.breaker.leave(now, note.is_trial(), outcome == Outcome::Good) {
            self.counts.opened += u64::from(turn.opened);
            let (severity, what) = if turn.opened {
                (Severity::Error, "circuit opened")
            } else {
                (Severity::Info, "circuit closed")
            };
            let numbers = [("calls", turn.calls as f64), ("failed", turn.failed as f64)];
            ctx.log(severity, None, what, &numbers);
        }
        let may = note.retries() < self.retry.most
            && (self.retry.writes || !matches!(class, Class::Write | Class::Job));
        if outcome == Outcome::Good || !may || ctx.is_crowded() {
            return self.answer(ctx, id, outcome);
        }
        if !self.retry.spend() {
            self.counts.over_budget += 1;
            return self.answer(ctx, id, outcome);
        }
        self.counts.retries += 1;
        let next = note.retries() + 1;
        let change = self.retry.bits(number, note.retries()) ^ self.retry.bits(number, next);
        // A number of its own ends the try: what waits for its time-out no longer knows it.
        self.serial += 1;
        ctx.frame(id).server = Note::of(self.serial, next, false).0;
        ctx.request(id).number ^= change;
        let wait = self.retry.wait(number ^ change, next);
        if wait == 0.0 {
            return self.attempt(ctx, id);
        }
        ctx.resume_after(id, wait);
        Action::Wait
    }

    /// Answers the caller, with the request's number as it was.
    fn answer(&self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let retries = Note(ctx.frame(id).server).retries();
        let request = ctx.request(id);
        request.number ^= self.retry.bits(request.number, retries);
        Action::Reply(outcome)
    }

    /// Takes the callers of a call away from it, wherever it is; what was called goes on.
    pub(super) fn take(ctx: &mut Ctx, id: RequestId, depth: u8) -> RequestId {
        if ctx.request(id).depth == depth + 1 {
            ctx.request(id).pending = Tag::NONE;
            return id;
        }
        ctx.cut(id, depth as usize + 1)
    }

    /// The oldest call has waited for too long.
    fn expire(&mut self, ctx: &mut Ctx, call: Call) {
        let told = Self::take(ctx, call.id, call.depth);
        self.forget_second(ctx, told);
        self.counts.timeouts += 1;
        let action = self.settle(ctx, told, Outcome::CallTimedOut);
        ctx.launch(told, action);
    }
}

/// Takes calls that are over away from the head of a line.
fn drop_ended(line: &mut Line, ctx: &mut Ctx) {
    let node = ctx.node();
    while line.first().is_some_and(|call| !call.is_open(ctx.request(call.id), node)) {
        line.pop();
    }
}

/// Plans to look at a line when its first call has waited for long enough.
fn plan(line: &mut Line, ctx: &mut Ctx, timer: u32) {
    if let Some(due) = line.plan(ctx.now()) {
        ctx.wake_at(due, timer);
    }
}

impl Behavior for Guard {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let number = |row: Setting| spec.number(row as usize);
        let is_on = |row: Setting| spec.is_on(row as usize);
        self.node = ctx.node();
        self.to = around.place_at(self.ward, around.site()).unwrap_or_default();
        self.retry.most = number(Setting::Retries) as u16;
        self.retry.backoff = number(Setting::Backoff) * 1e6;
        self.retry.jitter = is_on(Setting::Jitter);
        self.retry.writes = is_on(Setting::RetryWrites);
        self.retry.budget = number(Setting::Budget);
        self.breaker.set(Rules {
            is_on: is_on(Setting::BreakerOn),
            share: number(Setting::FailureShare),
            window: Span::from_seconds(number(Setting::Window)),
            least: number(Setting::LeastCalls) as u64,
            pause: Span::from_seconds(number(Setting::Pause)),
            trials: number(Setting::Trials) as u64,
        });
        let (rate, burst) = (number(Setting::Rate), number(Setting::Burst));
        self.limit.set(rate, burst, number(Setting::RateScope) == 1.0);
        self.bulkhead.most = number(Setting::Slots) as u64;
        self.bulkhead.per_class = number(Setting::SlotScope) == 1.0;
        self.shed_open = number(Setting::ShedOpen);
        self.shed_age = number(Setting::ShedAge) * 1e6;
        self.paying = number(Setting::Paying);
        self.open.limit = Span::from_millis(number(Setting::Timeout));
        if self.open.limit == Span::ZERO && self.shed_age == 0.0 {
            self.open.clear();
        }
        self.single.limit = Span::from_millis(number(Setting::Hedge));
        if self.single.limit == Span::ZERO {
            self.single.clear();
        }
        plan(&mut self.open, ctx, TIMEOUT);
        plan(&mut self.single, ctx, HEDGING);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let request = ctx.request(id);
        // To the part behind, a guard looks as its caller does.
        let depth = request.depth as usize - 1;
        let phase = request.frames[depth.saturating_sub(1)].phase;
        let is_probe = request.class == Class::Probe;
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (phase, 0);
        if is_probe {
            return Action::Call { to: self.to, way: LineId::NOW };
        }
        self.retry.earn();
        self.attempt(ctx, id)
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        self.attempt(ctx, id)
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let request = ctx.request(id);
        if request.class == Class::Probe {
            return Action::Reply(outcome);
        }
        if request.depth == 1 {
            self.second_returned(ctx, id, outcome);
            return Action::Wait;
        }
        if Note(request.top().server).is_hedged() {
            let name = name(request, request.depth as usize - 1);
            if outcome == Outcome::Good {
                self.forget_second(ctx, id);
            } else if let Some(first) = self.pairs.get(name) {
                first.id = id;
                first.waits = ctx.promise(id);
                return Action::Wait;
            }
        }
        self.settle(ctx, id, outcome)
    }

    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        let now = ctx.now();
        let line = if timer == TIMEOUT { &mut self.open } else { &mut self.single };
        if !line.is_planned(now) {
            return None;
        }
        loop {
            let line = if timer == TIMEOUT { &mut self.open } else { &mut self.single };
            drop_ended(line, ctx);
            let Some(&call) = line.first().filter(|_| line.due().is_some_and(|due| due <= now))
            else {
                plan(line, ctx, timer);
                return None;
            };
            line.pop();
            if timer == TIMEOUT { self.expire(ctx, call) } else { self.hedge(ctx, call) }
        }
    }

    fn fault(&mut self, _: &mut Ctx, _: Option<usize>, _: Option<Fault>) {}

    fn servers(&self, _: &Ctx) -> Vec<ServerMeter> {
        Vec::new()
    }

    fn moved(&mut self, ctx: &mut Ctx, old: RequestId, new: RequestId, depth: usize) {
        let request = ctx.request(new);
        let (name, latest) = (name(request, depth), request.entered[depth + 1]);
        self.open.rename(old, new, name, latest);
        self.single.rename(old, new, name, latest);
        if let Some(first) = self.pairs.get(name).filter(|first| first.id == old) {
            first.id = new;
        }
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        let counts = &self.counts;
        vec![
            ("timeouts", counts.timeouts),
            ("retries", counts.retries),
            ("retries_over_budget", counts.over_budget),
            ("opened", counts.opened),
            ("refused_open", counts.refused_open),
            ("rate_limited", counts.rate_limited),
            ("shed", counts.shed),
            ("bulkhead_refused", counts.bulkhead_refused),
            ("hedges", counts.hedges),
            ("hedge_wins", counts.hedge_wins),
        ]
    }

    fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        let circuit = match self.breaker.state() {
            breaker::State::Closed => 0.0,
            breaker::State::HalfOpen { .. } => 0.5,
            breaker::State::Open(_) => 1.0,
        };
        let oldest = self.open.iter().find(|call| call.is_open(ctx.seen(call.id), self.node));
        let age = oldest.map_or(0.0, |call| ctx.now().since(call.started).seconds());
        let open = self.bulkhead.open() as f64;
        vec![("circuit_open", circuit), ("open_calls", open), ("oldest_call_s", age)]
    }
}
