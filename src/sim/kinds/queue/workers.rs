//! The workers of a queue: which are there, how busy each is, and how many there should be.

use crate::run::meters::ServerMeter;
use crate::units::{SimTime, Span};
use std::collections::VecDeque;

/// One worker.
#[derive(Clone, Debug)]
struct Worker {
    alive: bool,
    wanted: bool,
    /// Takes no job before.
    ready: SimTime,
    slow: f64,
    busy: u32,
    taken: u64,
    /// Moments at which jobs ended less those at which they began, modulo 2^128.
    moments: u128,
}

/// How the number of workers follows the backlog.
#[derive(Clone, Debug, Default)]
pub struct Scaling {
    /// Messages, waiting or in flight, for each worker; 0 for a fixed number of workers.
    pub target: f64,
    /// Time between two looks.
    pub period: Span,
    /// Time until a new worker takes jobs.
    pub boot: Span,
    /// How far back a larger wish keeps workers.
    pub cooling: Span,
    /// Fewest and most workers.
    pub range: (usize, usize),
    wishes: VecDeque<(SimTime, usize)>,
}

impl Scaling {
    /// How many workers there should be for so many messages: as many as any wish of late.
    pub fn wish(&mut self, now: SimTime, messages: u64) -> usize {
        let (least, most) = self.range;
        let wish = libm::ceil(messages as f64 / self.target.max(1e-9)) as usize;
        self.wishes.push_back((now, wish.clamp(least, most.max(least))));
        while self.wishes.front().is_some_and(|(at, _)| at.after(self.cooling) < now) {
            self.wishes.pop_front();
        }
        self.wishes.iter().map(|(_, wish)| *wish).max().unwrap_or(least)
    }
}

/// All workers.
#[derive(Clone, Debug, Default)]
pub struct Workers {
    workers: Vec<Worker>,
    /// Jobs that each does at once.
    pub slots: u32,
    turn: usize,
    /// None was free when asked last, and nothing has happened since that frees one.
    is_full: bool,
    /// Worker-nanoseconds paid for, up to `counted`.
    paid: u128,
    counted: SimTime,
}

impl Workers {
    /// Workers that are there or on their way.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.workers.iter().filter(|w| w.wanted).count()
    }

    /// Workers that take jobs now.
    #[must_use]
    pub fn ready(&self, now: SimTime) -> usize {
        self.workers.iter().filter(|w| w.takes(now)).count()
    }

    /// Makes them so many; new ones take jobs from an instant on. Those not wanted finish what
    /// they have.
    pub fn set(&mut self, now: SimTime, count: usize, ready: SimTime) {
        self.pay(now);
        self.is_full = false;
        for place in 0..count {
            match self.workers.get_mut(place) {
                Some(worker) if !worker.wanted => (worker.wanted, worker.ready) = (true, ready),
                Some(_) => {}
                None => self.workers.push(Worker {
                    alive: true,
                    wanted: true,
                    ready,
                    slow: 1.0,
                    busy: 0,
                    taken: 0,
                    moments: 0,
                }),
            }
        }
        for worker in self.workers.iter_mut().skip(count) {
            worker.wanted = false;
        }
    }

    /// A worker with a free slot, the next in turn: its place, and how slow it is. It takes a job.
    pub fn take(&mut self, now: SimTime) -> Option<(usize, f64)> {
        if self.is_full {
            return None;
        }
        let count = self.workers.len();
        let free = |place: &usize| {
            let worker = &self.workers[*place];
            worker.takes(now) && worker.busy < self.slots
        };
        let found = (0..count).map(|step| (self.turn + step) % count).find(free);
        self.is_full = found.is_none();
        let place = found?;
        self.turn = place + 1;
        let worker = &mut self.workers[place];
        worker.busy += 1;
        worker.taken += 1;
        worker.moments = worker.moments.wrapping_sub(u128::from(now.0));
        Some((place, worker.slow))
    }

    /// A worker is through with a job.
    pub fn release(&mut self, now: SimTime, place: usize) {
        self.pay(now);
        let worker = &mut self.workers[place];
        worker.busy -= 1;
        worker.moments = worker.moments.wrapping_add(u128::from(now.0));
        (self.turn, self.is_full) = (place, false);
    }

    /// A worker dies.
    pub fn kill(&mut self, now: SimTime, place: usize) {
        self.pay(now);
        let worker = &mut self.workers[place];
        worker.alive = false;
        let ended = u128::from(now.0) * u128::from(worker.busy);
        worker.moments = worker.moments.wrapping_add(ended);
        worker.busy = 0;
    }

    /// Workers may have become free by themselves: those that have booted.
    pub const fn look_again(&mut self) {
        self.is_full = false;
    }

    /// A worker is well again.
    pub fn heal(&mut self, place: usize) {
        self.is_full = false;
        (self.workers[place].alive, self.workers[place].slow) = (true, 1.0);
    }

    /// A worker's jobs from now on take so many times as long.
    pub fn slow(&mut self, place: usize, factor: f64) {
        self.workers[place].slow = factor;
    }

    /// How many there have ever been.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.workers.len()
    }

    fn running(&self) -> usize {
        self.workers.iter().filter(|w| w.wanted || w.busy > 0).count()
    }

    fn pay(&mut self, now: SimTime) {
        self.paid = self.paid_until(now);
        self.counted = now;
    }

    fn paid_until(&self, now: SimTime) -> u128 {
        self.paid + u128::from(now.since(self.counted).0) * self.running() as u128
    }

    /// Hours of all workers so far, those booting and those finishing included.
    #[must_use]
    pub fn hours(&self, now: SimTime) -> f64 {
        self.paid_until(now) as f64 / 3.6e12
    }

    /// What an observer may see.
    pub fn view(&self, now: SimTime) -> impl Iterator<Item = ServerMeter> {
        self.workers.iter().map(move |worker| ServerMeter {
            alive: worker.alive,
            slow: worker.slow,
            leaving: !worker.wanted,
            slots: self.slots,
            busy: worker.busy,
            arrived: worker.taken,
            busy_ns: worker.moments.wrapping_add(u128::from(now.0) * u128::from(worker.busy)),
            ..ServerMeter::default()
        })
    }
}

impl Worker {
    fn takes(&self, now: SimTime) -> bool {
        self.alive && self.wanted && self.ready <= now
    }
}
