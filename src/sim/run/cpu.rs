//! Processors whose cores are shared by the work on them: each piece of work gets an equal part,
//! one core at most. In virtual time every piece advances alike, so only the first to finish
//! needs an event.

use super::requests::RequestId;
use crate::sim::units::SimTime;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Which processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CpuId(pub u32);

impl CpuId {
    /// No processor.
    pub const NONE: Self = Self(u32::MAX);
}

/// A piece of work: ends when the virtual time of its processor reaches `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    end: f64,
    order: u64,
    id: RequestId,
}

impl Eq for Piece {}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Piece {
    /// Reversed: the heap gives the piece that ends first; equal ends in order of coming.
    fn cmp(&self, other: &Self) -> Ordering {
        other.end.total_cmp(&self.end).then(other.order.cmp(&self.order))
    }
}

/// One processor.
#[derive(Clone, Debug)]
pub struct Cpu {
    cores: f64,
    speed: f64,
    pieces: BinaryHeap<Piece>,
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
            pieces: BinaryHeap::new(),
            virtual_now: 0.0,
            updated: SimTime::ZERO,
            order: 0,
            used: 0.0,
            offered: 0.0,
            due: SimTime::NEVER,
        }
    }

    /// How fast each piece advances now, in nanoseconds of work per nanosecond.
    fn rate(&self) -> f64 {
        let n = self.pieces.len() as f64;
        if n <= self.cores { self.speed } else { self.speed * self.cores / n }
    }

    /// Brings virtual time up to `now`.
    fn advance(&mut self, now: SimTime) {
        let elapsed = (now.0 - self.updated.0) as f64;
        self.updated = now;
        self.offered += elapsed * self.cores;
        if self.pieces.is_empty() {
            self.virtual_now = 0.0;
        } else {
            self.used += elapsed * self.cores.min(self.pieces.len() as f64);
            self.virtual_now += elapsed * self.rate();
        }
    }

    /// When the first piece will end if nothing changes.
    fn next_end(&self) -> SimTime {
        self.pieces.peek().map_or(SimTime::NEVER, |first| {
            let left = (first.end - self.virtual_now).max(0.0);
            SimTime(self.updated.0.saturating_add(libm::ceil(left / self.rate()) as u64))
        })
    }

    /// Adds work; says when the processor must be looked at, if sooner than planned.
    pub fn add(&mut self, now: SimTime, id: RequestId, work: f64) -> Option<SimTime> {
        self.advance(now);
        self.order += 1;
        self.pieces.push(Piece { end: self.virtual_now + work, order: self.order, id });
        self.plan()
    }

    fn plan(&mut self) -> Option<SimTime> {
        let next = self.next_end();
        (next < self.due).then(|| {
            self.due = next;
            next
        })
    }

    /// Called when the calendar looks at the processor: moves up to one finished piece out and
    /// says when to look again. A look that is not the planned one does nothing.
    pub fn look(&mut self, now: SimTime) -> (Option<RequestId>, Option<SimTime>) {
        if now != self.due {
            return (None, None);
        }
        self.advance(now);
        self.due = SimTime::NEVER;
        // Virtual time is a sum of rounded steps: a thousandth of a nanosecond is no time.
        let done = self.pieces.peek().is_some_and(|first| first.end <= self.virtual_now + 1e-3);
        let finished = if done { self.pieces.pop().map(|piece| piece.id) } else { None };
        let again = self.plan();
        // Rounding must not make the clock stand still over unfinished work.
        let again =
            again.map(|at| if finished.is_none() && at == now { SimTime(now.0 + 1) } else { at });
        if let Some(at) = again {
            self.due = at;
        }
        (finished, again)
    }

    /// Changes cores and speed; says when to look, if sooner than planned.
    pub fn set(&mut self, now: SimTime, cores: f64, speed: f64) -> Option<SimTime> {
        self.advance(now);
        self.cores = cores;
        self.speed = speed;
        self.plan()
    }

    /// Takes work away (its server died), all but what is kept. Says when to look, if sooner than
    /// planned.
    pub fn keep(&mut self, now: SimTime, kept: impl Fn(RequestId) -> bool) -> Option<SimTime> {
        self.advance(now);
        self.pieces.retain(|piece| kept(piece.id));
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
        self.used + elapsed * self.cores.min(self.pieces.len() as f64)
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
        assert_eq!(cpu.look(SimTime(100)), (None, Some(SimTime(150))));
        assert_eq!(cpu.look(SimTime(150)), (Some(RequestId(1)), Some(SimTime(200))));
        assert_eq!(cpu.look(SimTime(170)), (None, None), "not the planned look");
        assert_eq!(cpu.look(SimTime(200)), (Some(RequestId(2)), None));
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
        assert_eq!(cpu.look(SimTime(100)), (None, Some(SimTime(200))));
    }
}
