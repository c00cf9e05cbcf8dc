//! Processors whose cores are shared by the work on them: each piece of work gets an equal part,
//! one core at most. In virtual time every piece advances alike, so only the first to finish
//! needs an event.

use super::calendar::Tag;
use super::heap::{Event, Heap};
use super::requests::RequestId;
use crate::units::SimTime;

/// Which processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CpuId(pub u32);

impl CpuId {
    /// No processor.
    pub const NONE: Self = Self(u32::MAX);
}

/// One processor, in two cache lines.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Cpu {
    cores: f64,
    speed: f64,
    /// How fast each piece advances, in nanoseconds of work per nanosecond.
    rate: f64,
    /// Pieces of work, by the virtual time at which each ends: as its bits, which are in the order
    /// of the numbers where these are positive. Equal ends are in order of coming.
    pieces: Heap,
    virtual_now: f64,
    updated: SimTime,
    order: u64,
    /// Core-nanoseconds used up to `updated`.
    used: f64,
    /// Core-nanoseconds that could have been used up to `updated`.
    offered: f64,
    /// When the calendar will look at this processor next.
    pub due: SimTime,
}

impl Cpu {
    /// An idle processor. `cores` may be fractional: what vertical scaling yields.
    #[must_use]
    pub fn new(cores: f64) -> Self {
        Self {
            cores,
            speed: 1.0,
            rate: 1.0,
            pieces: Heap::default(),
            virtual_now: 0.0,
            updated: SimTime::ZERO,
            order: 0,
            used: 0.0,
            offered: 0.0,
            due: SimTime::NEVER,
        }
    }

    /// The rate that follows from how many pieces there are.
    #[inline]
    fn set_rate(&mut self) {
        let n = self.pieces.len() as f64;
        self.rate = if n <= self.cores { self.speed } else { self.speed * self.cores / n };
    }

    /// Cores at work. By comparison: in wasm `min` and `max` of numbers are calls of functions.
    #[inline]
    fn in_use(&self) -> f64 {
        let n = self.pieces.len() as f64;
        if n < self.cores { n } else { self.cores }
    }

    /// The virtual time at which the first piece ends; `None` without work.
    #[inline]
    fn first_end(&self) -> Option<f64> {
        (self.pieces.len() > 0).then(|| f64::from_bits(self.pieces.first().at.0))
    }

    /// Brings virtual time up to `now`.
    #[inline]
    fn advance(&mut self, now: SimTime) {
        let elapsed = (now.0 - self.updated.0) as f64;
        self.updated = now;
        self.offered += elapsed * self.cores;
        let n = self.pieces.len();
        if n == 0 {
            self.virtual_now = 0.0;
        } else {
            self.used += elapsed * self.in_use();
            self.virtual_now += elapsed * self.rate;
        }
    }

    /// When the first piece will end if nothing changes.
    #[inline]
    fn next_end(&self) -> SimTime {
        self.first_end().map_or(SimTime::NEVER, |end| {
            let work = end - self.virtual_now;
            let left = if work > 0.0 { work / self.rate } else { 0.0 };
            // Rounded up.
            let whole = left as u64;
            let more = u64::from((whole as f64) < left);
            SimTime(self.updated.0.saturating_add(whole.saturating_add(more)))
        })
    }

    /// Adds work; says when the processor must be looked at, if sooner than planned.
    #[inline]
    pub fn add(&mut self, now: SimTime, id: RequestId, work: f64) -> Option<SimTime> {
        self.advance(now);
        self.order += 1;
        let end = SimTime((self.virtual_now + work).to_bits());
        self.pieces.push(Event { at: end, tag: Tag::of(self.order, u64::from(id.0)) });
        self.set_rate();
        self.plan()
    }

    #[inline]
    fn plan(&mut self) -> Option<SimTime> {
        let next = self.next_end();
        (next < self.due).then(|| {
            self.due = next;
            next
        })
    }

    /// Called when the processor's clock is due: moves up to one finished piece out. When to look
    /// again is then in `due`.
    #[inline]
    pub fn look(&mut self, now: SimTime) -> Option<RequestId> {
        self.advance(now);
        self.due = SimTime::NEVER;
        let first = self.pieces.first().tag;
        // Virtual time is a sum of rounded steps: a thousandth of a nanosecond is no time.
        let is_done = self.first_end().is_some_and(|end| end <= self.virtual_now + 1e-3);
        if is_done {
            self.pieces.pop();
            self.set_rate();
        }
        self.plan();
        if !is_done && self.due == now {
            // Rounding must not make the clock stand still over unfinished work.
            self.due = SimTime(now.0 + 1);
        }
        is_done.then(|| first.request())
    }

    /// Changes cores and speed; says when to look, if sooner than planned.
    pub fn set(&mut self, now: SimTime, cores: f64, speed: f64) -> Option<SimTime> {
        self.advance(now);
        self.cores = cores;
        self.speed = speed;
        self.set_rate();
        self.plan()
    }

    /// Takes work away (its server died), all but what is kept. Says when to look, if sooner than
    /// planned.
    pub fn keep(&mut self, now: SimTime, kept: impl Fn(RequestId) -> bool) -> Option<SimTime> {
        self.advance(now);
        self.pieces.retain(|piece| kept(piece.tag.request()));
        self.set_rate();
        self.plan()
    }

    /// Effective cores.
    #[must_use]
    pub const fn cores(&self) -> f64 {
        self.cores
    }

    /// Core-nanoseconds that could have been used up to `now`.
    #[must_use]
    pub fn offered(&self, now: SimTime) -> f64 {
        self.offered + now.since(self.updated).0 as f64 * self.cores
    }

    /// Core-nanoseconds used up to `now`.
    #[must_use]
    pub fn used(&self, now: SimTime) -> f64 {
        let elapsed = now.since(self.updated).0 as f64;
        self.used + elapsed * self.in_use()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pieces_on_one_core_take_twice_as_long_and_one_alone_does_not() {
        let mut cpu = Cpu::new(1.0);
        assert_eq!(cpu.add(SimTime(0), RequestId(1), 100.0), Some(SimTime(100)));
        assert_eq!(cpu.add(SimTime(50), RequestId(2), 100.0), None, "later than planned: no event");
        assert_eq!((cpu.look(SimTime(100)), cpu.due), (None, SimTime(150)));
        assert_eq!((cpu.look(SimTime(150)), cpu.due), (Some(RequestId(1)), SimTime(200)));
        assert_eq!((cpu.look(SimTime(200)), cpu.due), (Some(RequestId(2)), SimTime::NEVER));
        assert_eq!(cpu.used(SimTime(300)), 200.0);
    }

    #[test]
    fn a_slower_processor_ends_later_and_one_with_more_cores_sooner() {
        let mut cpu = Cpu::new(2.0);
        cpu.add(SimTime(0), RequestId(1), 100.0);
        cpu.add(SimTime(0), RequestId(2), 100.0);
        cpu.add(SimTime(0), RequestId(3), 100.0);
        assert_eq!(cpu.set(SimTime(0), 3.0, 1.0), None);
        cpu.set(SimTime(0), 3.0, 0.5);
        assert_eq!((cpu.look(SimTime(100)), cpu.due), (None, SimTime(200)));
    }
}
