//! A station: slots that work or wait on others, and a bounded backlog before them. Shared by the
//! web tier, the balancer, the cache and the database.

use super::behavior::Ctx;
use crate::run::calendar::LineId;
use crate::run::cpu::CpuId;
use crate::run::meters::Work;
use crate::run::requests::RequestId;
use crate::units::Span;

/// What became of a request that came to a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It has a slot and is being worked on.
    Started,
    /// It waits in the backlog.
    Queued,
    /// The backlog is full.
    Refused,
}

/// How the work of a slot is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// Each slot works at full speed, first come, first served.
    Slots,
    /// The slots share the cores of this processor.
    Shared(CpuId),
}

/// Slots and backlog of one server.
#[derive(Clone, Debug)]
pub struct Station {
    /// Slots; `u32::MAX` for no limit.
    pub slots: u32,
    /// Places in the backlog.
    pub room: u32,
    /// How the work is carried out.
    pub discipline: Discipline,
    /// Work takes this many times as long (a fault), 1 when sound.
    pub slowdown: f64,
    /// Work that most requests bring, if there is one, and the line in which they wait for its end.
    usual: (f64, LineId),
    /// Work of the services begun so far.
    pub work: Work,
    busy: u32,
    head: RequestId,
    tail: RequestId,
    waiting: u32,
    gauge: Gauge,
}

/// Cumulative figures of a station, kept as sums so that a change costs one addition: the integral
/// of a number n over time is `moments` + n x now.
#[derive(Clone, Copy, Debug, Default)]
struct Gauge {
    busy_moments: u128,
    waiting_moments: u128,
}

/// What a station has done up to some instant. Differences of two give any window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Slots in use, integrated over time, in slot-nanoseconds.
    pub busy: u128,
    /// Backlog, integrated over time, in request-nanoseconds.
    pub waiting: u128,
}

impl Station {
    /// An empty station.
    #[must_use]
    pub fn new(slots: u32, room: u32, discipline: Discipline) -> Self {
        Self {
            slots,
            room,
            discipline,
            slowdown: 1.0,
            usual: (f64::NAN, LineId::NOW),
            work: Work::default(),
            busy: 0,
            head: RequestId::NONE,
            tail: RequestId::NONE,
            waiting: 0,
            gauge: Gauge::default(),
        }
    }

    /// Slots in use.
    #[must_use]
    pub const fn busy(&self) -> u32 {
        self.busy
    }

    /// Requests in the backlog.
    #[must_use]
    pub const fn backlog(&self) -> u32 {
        self.waiting
    }

    /// Expects most requests to bring work of this many nanoseconds: their ends come in the order
    /// of their beginnings, and need not be sorted.
    pub fn expect(&mut self, ctx: &mut Ctx, work: Option<f64>) {
        let line = ctx.line(Span::from_nanos(work.unwrap_or(0.0)));
        let is_wait = line != LineId::NOW;
        self.usual = (work.filter(|_| is_wait).unwrap_or(f64::NAN), line);
    }

    /// Offers a request with `work` nanoseconds of work.
    #[inline(always)]
    pub fn offer(&mut self, ctx: &mut Ctx, id: RequestId, work: f64) -> Admission {
        if self.busy < self.slots {
            self.take(ctx, id, work);
            return Admission::Started;
        }
        if self.waiting >= self.room {
            return Admission::Refused;
        }
        let now = ctx.now().0;
        let request = ctx.request(id);
        request.work = work;
        request.behind = RequestId::NONE;
        if self.waiting == 0 {
            self.head = id;
        } else {
            ctx.request(self.tail).behind = id;
        }
        self.tail = id;
        self.waiting += 1;
        self.gauge.waiting_moments = self.gauge.waiting_moments.wrapping_sub(u128::from(now));
        Admission::Queued
    }

    /// Offers work of the server's own: it is never refused and goes before the backlog.
    pub fn put_ahead(&mut self, ctx: &mut Ctx, id: RequestId, work: f64) {
        if self.busy < self.slots {
            return self.take(ctx, id, work);
        }
        let now = ctx.now().0;
        let head = self.head;
        let request = ctx.request(id);
        request.work = work;
        request.behind = if self.waiting == 0 { RequestId::NONE } else { head };
        if self.waiting == 0 {
            self.tail = id;
        }
        self.head = id;
        self.waiting += 1;
        self.gauge.waiting_moments = self.gauge.waiting_moments.wrapping_sub(u128::from(now));
    }

    /// Gives back a slot; the next of the backlog takes it.
    #[inline(always)]
    pub fn release(&mut self, ctx: &mut Ctx) {
        if self.waiting > 0 && self.busy <= self.slots {
            // From hand to hand: as many are in use as before.
            let (id, work) = self.next(ctx);
            self.work.add(work);
            return self.go_on(ctx, id, work);
        }
        self.busy -= 1;
        let now = u128::from(ctx.now().0);
        self.gauge.busy_moments = self.gauge.busy_moments.wrapping_add(now);
    }

    /// Lets the backlog move up, after slots were added.
    pub fn fill(&mut self, ctx: &mut Ctx) {
        while self.waiting > 0 && self.busy < self.slots {
            let (id, work) = self.next(ctx);
            self.take(ctx, id, work);
        }
    }

    /// The first of the backlog leaves it.
    #[inline(always)]
    fn next(&mut self, ctx: &mut Ctx) -> (RequestId, f64) {
        let (now, id) = (u128::from(ctx.now().0), self.head);
        let request = ctx.request(id);
        self.head = request.behind;
        self.waiting -= 1;
        self.gauge.waiting_moments = self.gauge.waiting_moments.wrapping_add(now);
        (id, request.work)
    }

    #[inline(always)]
    fn take(&mut self, ctx: &mut Ctx, id: RequestId, work: f64) {
        self.busy += 1;
        self.work.add(work);
        self.gauge.busy_moments = self.gauge.busy_moments.wrapping_sub(u128::from(ctx.now().0));
        self.go_on(ctx, id, work);
    }

    /// More work for a request that has its slot.
    #[inline(always)]
    pub fn go_on(&mut self, ctx: &mut Ctx, id: RequestId, work: f64) {
        let work = work * self.slowdown;
        ctx.request(id).served += Span::from_nanos(work).0;
        match self.discipline {
            Discipline::Slots if work == self.usual.0 => ctx.run.resume_in_line(id, self.usual.1),
            Discipline::Slots => ctx.resume_after(id, work),
            Discipline::Shared(cpu) => ctx.run_on(cpu, id, work),
        }
    }

    /// Forgets all work, after the engine has taken the requests away (the server died).
    pub fn clear(&mut self, now: u64) {
        let gauge = &mut self.gauge;
        gauge.busy_moments =
            gauge.busy_moments.wrapping_add(u128::from(now) * u128::from(self.busy));
        gauge.waiting_moments =
            gauge.waiting_moments.wrapping_add(u128::from(now) * u128::from(self.waiting));
        (self.busy, self.waiting, self.head, self.tail) = (0, 0, RequestId::NONE, RequestId::NONE);
    }

    /// What was done up to `now`.
    #[must_use]
    pub const fn usage(&self, now: u64) -> Usage {
        Usage {
            busy: self.gauge.busy_moments.wrapping_add(now as u128 * self.busy as u128),
            waiting: self.gauge.waiting_moments.wrapping_add(now as u128 * self.waiting as u128),
        }
    }
}
