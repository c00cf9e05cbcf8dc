//! A queue at work: takes messages in, hands them to workers, and learns what became of them.

use super::messages::{Delivery, Messages};
use super::workers::{Scaling, Workers};
use super::{Setting, slots, vcpus};
use crate::kinds::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use crate::kinds::param::Spec;
use crate::kinds::station::Admission;
use crate::kinds::tier::{Machine, Plan, Tier};
use crate::kinds::{Kind, network};
use crate::law::Law;
use crate::rng::{Purpose, Stream};
use crate::run::calendar::LineId;
use crate::run::log::Severity;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Class, Frame, Outcome, RequestId};
use crate::units::{SimTime, Span};

/// Phases of a call from outside: on its way through the queue, being stored.
const PASSING: u8 = 0;
const STORING: u8 = 1;
/// Phases of a job: at work, and its queries, which count up.
const WORK: u8 = 2;
const QUERY: u8 = 128;
/// Timers.
const VISIBILITY: u32 = 0;
const SCALING: u32 = 1;
const BOOTED: u32 = 2;

/// The queue of a run.
#[derive(Clone, Debug)]
pub struct State {
    node: u8,
    broker: Tier,
    passing: Law,
    storing: LineId,
    capacity: u64,
    durable: bool,
    messages: Messages,
    workers: Workers,
    scaling: Scaling,
    job: Law,
    queries: u8,
    poison: f64,
    visibility: Span,
    database: Option<(u8, LineId)>,
    /// When to look for deliveries that take too long, and at the backlog.
    planned: [SimTime; 2],
    vcpus: f64,
    price: f64,
    call_price: f64,
    /// What was paid before the prices were last set, and the hours and calls that it was for.
    spent: f64,
    billed: (f64, f64),
    draws: Stream,
    poisons: Stream,
}

impl State {
    /// No queue yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            node: 0,
            broker: Tier::default(),
            passing: Law::new(0, 0.0, 0.0),
            storing: LineId::NOW,
            capacity: 0,
            durable: true,
            messages: Messages::default(),
            workers: Workers::default(),
            scaling: Scaling::default(),
            job: Law::new(0, 0.0, 0.0),
            queries: 0,
            poison: 0.0,
            visibility: Span::ZERO,
            database: None,
            planned: [SimTime::NEVER; 2],
            vcpus: 0.0,
            price: 0.0,
            call_price: 0.0,
            spent: 0.0,
            billed: (0.0, 0.0),
            draws: Stream::new(seed, Kind::Queue as u64, Purpose::Service),
            poisons: Stream::new(seed, Kind::Queue as u64, Purpose::Lookup),
        }
    }

    /// Hours of workers and calls of the queue so far.
    fn used(&self, now: SimTime) -> (f64, f64) {
        let counts = &self.messages.counts;
        let calls = counts.enqueued + counts.delivered + counts.done + counts.dead;
        (self.workers.hours(now), calls as f64)
    }

    /// USD so far: later prices do not change what was paid.
    fn bill(&self, now: SimTime) -> f64 {
        let (hours, calls) = self.used(now);
        let workers = (hours - self.billed.0) * self.vcpus * self.price;
        self.spent + workers + (calls - self.billed.1) * self.call_price / 1e6
    }

    /// Stores a message and acknowledges it.
    fn store(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if self.messages.waiting() >= self.capacity {
            return Action::Reply(Outcome::BacklogFull);
        }
        let now = ctx.now();
        self.messages.enqueue(now, ctx.request(id));
        self.dispatch(ctx);
        Action::Reply(Outcome::Good)
    }

    /// Hands messages to workers while there are both.
    fn dispatch(&mut self, ctx: &mut Ctx) {
        if !self.broker.is_alive(0) {
            return;
        }
        let now = ctx.now();
        while let Some(wish) = self.messages.next() {
            let Some((worker, slow)) = self.workers.take(now) else { break };
            let begun = ctx.begin(&wish, WORK);
            let delivered = begun.and_then(|id| Some((id, self.messages.deliver(now)?)));
            let Some((id, delivery)) = delivered else {
                // The simulator is full: the next event tries again.
                self.workers.release(now, worker);
                break;
            };
            let work = self.job.sample(self.draws.at(wish.number)) * slow;
            let request = ctx.request(id);
            request.note = delivery.note();
            request.frames[0].server = worker as u16 + 1;
            request.served += Span::from_nanos(work).0;
            ctx.resume_after(id, work);
        }
        self.plan(ctx);
    }

    /// Plans to look for deliveries that take too long.
    fn plan(&mut self, ctx: &mut Ctx) {
        if let Some(since) = self.messages.hidden_since() {
            let due = since.after(self.visibility).max(ctx.now());
            if due < self.planned[0] {
                self.planned[0] = due;
                ctx.wake_at(due, VISIBILITY);
            }
        }
    }

    /// What a job does after its work and its queries so far.
    fn go_on(&mut self, ctx: &mut Ctx, id: RequestId, query: u8) -> Action {
        match self.database {
            Some((to, way)) if query < self.queries => {
                ctx.frame(id).phase = QUERY + query;
                ctx.request(id).writing = true;
                Action::Call { to, way }
            }
            _ => self.finish(ctx, id, true),
        }
    }

    /// A job is over, well or not.
    fn finish(&mut self, ctx: &mut Ctx, id: RequestId, is_good: bool) -> Action {
        let request = ctx.request(id);
        let (worker, delivery) = (request.frames[0].server, Delivery::of(request.note));
        self.workers.release(ctx.now(), worker as usize - 1);
        ctx.end(id);
        if is_good {
            self.messages.complete(delivery);
        } else {
            self.messages.fail(delivery);
        }
        self.dispatch(ctx);
        Action::Wait
    }

    /// Looks at the backlog: more workers boot, those not needed go.
    fn scale(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        let before = self.workers.wanted();
        let messages = self.messages.waiting() + self.messages.in_flight();
        let wish = self.scaling.wish(now, messages);
        if wish != before {
            let ready = now.after(self.scaling.boot);
            self.workers.set(now, wish, ready);
            let numbers =
                [("from", before as f64), ("to", wish as f64), ("messages", messages as f64)];
            ctx.log(Severity::Info, None, "workers scaled", &numbers);
            ctx.wake_at(ready, BOOTED);
        }
        self.planned[1] = now.after(self.scaling.period);
        ctx.wake_at(self.planned[1], SCALING);
    }

    /// A worker dies with what it has: nobody tells the queue.
    fn lose_worker(&mut self, ctx: &Ctx, worker: usize) {
        let has = |frame: &Frame| frame.node == self.node && frame.server as usize == worker + 1;
        for (_, request) in ctx.run.requests.live() {
            if request.floor == 0 && has(&request.frames[0]) {
                self.messages.abandon(Delivery::of(request.note));
            }
        }
        self.workers.kill(ctx.now(), worker);
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let number = |row: Setting| spec.number(row as usize);
        let seconds = |row: Setting| Span::from_seconds(number(row));
        let now = ctx.now();
        self.node = ctx.node();
        self.capacity = number(Setting::Capacity) as u64;
        self.durable = spec.is_on(Setting::Durable as usize);
        let throughput = number(Setting::Throughput);
        self.passing = Law::new(0, if throughput > 0.0 { 1e3 / throughput } else { 0.0 }, 0.0);
        self.storing = ctx.line(Span::from_millis(number(Setting::Enqueue)));
        let plan = Plan { slots: 1, room: self.capacity as u32, machine: Machine::Slots };
        self.broker.configure(ctx, &[plan]);
        self.broker.expect(ctx, self.passing.constant());
        let law = spec.count(Setting::JobLaw as usize);
        self.job = Law::new(law, number(Setting::Job), number(Setting::Scv));
        self.queries = number(Setting::Queries) as u8;
        self.poison = number(Setting::Poison);
        self.visibility = seconds(Setting::Visibility);
        self.messages.most_attempts = number(Setting::Attempts) as u32;
        self.workers.slots = slots(spec);
        self.workers.look_again();
        self.scaling.target = number(Setting::Target);
        self.scaling.period = seconds(Setting::Period);
        self.scaling.boot = seconds(Setting::Boot);
        self.scaling.cooling = seconds(Setting::Cooling);
        self.scaling.range = (number(Setting::Least) as usize, number(Setting::Most) as usize);
        if self.scaling.target == 0.0 {
            self.planned[1] = SimTime::NEVER;
            self.workers.set(now, number(Setting::Servers) as usize, now);
        } else if self.planned[1] == SimTime::NEVER {
            let (least, most) = self.scaling.range;
            let start = (number(Setting::Servers) as usize).clamp(least, most.max(least));
            self.workers.set(now, start, now);
            self.planned[1] = now.after(self.scaling.period);
            ctx.wake_at(self.planned[1], SCALING);
        }
        (self.spent, self.billed) = (self.bill(now), self.used(now));
        (self.vcpus, self.price) = (vcpus(spec), number(Setting::Price));
        self.call_price = number(Setting::CallPrice);
        let zone = around.spec(Kind::Network).map_or_else(Default::default, network::zone);
        let is_near = around.is_guest(Kind::Database);
        self.database = around.place(Kind::Database).map(|to| {
            let way = if is_near { LineId::NOW } else { ctx.line(zone) };
            (to, way)
        });
        self.dispatch(ctx);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if !self.broker.is_alive(0) {
            return Action::Reply(Outcome::Unavailable);
        }
        if ctx.request(id).class == Class::Probe {
            return Action::Reply(Outcome::Good);
        }
        ctx.frame(id).phase = PASSING;
        if self.passing.mean() == 0.0 {
            ctx.frame(id).phase = STORING;
            let is_now = ctx.resume_in_line(id, self.storing);
            return if is_now { self.store(ctx, id) } else { Action::Wait };
        }
        match self.broker.offer(ctx, 0, id, self.passing.mean()) {
            None => Action::Reply(Outcome::Unavailable),
            Some(Admission::Refused) => Action::Reply(Outcome::BacklogFull),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        match ctx.frame(id).phase {
            PASSING => {
                self.broker.release(ctx, 0);
                ctx.frame(id).phase = STORING;
                let is_now = ctx.resume_in_line(id, self.storing);
                if is_now { self.store(ctx, id) } else { Action::Wait }
            }
            STORING => self.store(ctx, id),
            _ => {
                let number = ctx.request(id).number;
                let is_poison = self.poisons.at(number).unit() < self.poison;
                if is_poison { self.finish(ctx, id, false) } else { self.go_on(ctx, id, 0) }
            }
        }
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if outcome != Outcome::Good {
            return self.finish(ctx, id, false);
        }
        let query = ctx.frame(id).phase - QUERY + 1;
        self.go_on(ctx, id, query)
    }

    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        let now = ctx.now();
        match timer {
            VISIBILITY if self.planned[0] == now => {
                self.planned[0] = SimTime::NEVER;
                let is_due = |since: SimTime| since.after(self.visibility) <= now;
                while self.messages.hidden_since().is_some_and(is_due) {
                    self.messages.reveal();
                }
                self.dispatch(ctx);
            }
            SCALING if self.planned[1] == now => self.scale(ctx),
            BOOTED => {
                self.workers.look_again();
                self.dispatch(ctx);
            }
            _ => {}
        }
        None
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        if server.is_none_or(|only| only == 0) {
            let was_alive = self.broker.is_alive(0);
            self.broker.fault(ctx, Some(0), fault);
            if was_alive && !self.broker.is_alive(0) && !self.durable {
                self.messages.forget();
            }
        }
        for worker in 0..self.workers.len() {
            if server.is_some_and(|only| only != worker + 1) {
                continue;
            }
            match fault {
                Some(Fault::Kill) => self.lose_worker(ctx, worker),
                Some(Fault::Slow(factor)) => self.workers.slow(worker, factor),
                None => self.workers.heal(worker),
                Some(_) => {}
            }
        }
        if fault.is_none() {
            self.dispatch(ctx);
        }
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.broker.view(ctx).into_iter().chain(self.workers.view(ctx.now())).collect()
    }

    fn check(&self) -> Result<(), String> {
        self.messages.check()
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        let counts = &self.messages.counts;
        vec![
            ("enqueued", counts.enqueued),
            ("delivered", counts.delivered),
            ("waited_us", counts.waited / 1_000),
            ("done", counts.done),
            ("redelivered", counts.redelivered),
            ("duplicates", counts.duplicates),
            ("dead_letters", counts.dead),
            ("lost_messages", counts.lost),
        ]
    }

    fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        let oldest = self.messages.oldest();
        vec![
            ("depth", self.messages.waiting() as f64),
            ("in_flight", self.messages.in_flight() as f64),
            ("oldest_s", oldest.map_or(0.0, |at| ctx.now().since(at).seconds())),
            ("workers", self.workers.ready(ctx.now()) as f64),
            ("workers_wanted", self.workers.wanted() as f64),
        ]
    }

    fn spent_usd(&self, ctx: &Ctx) -> Option<f64> {
        Some(self.bill(ctx.now()))
    }
}
