//! The calls that a guard has open, in the order in which they were made: who has waited for how
//! long. Calls that are over stay in the list until they come first.

use crate::kinds::clients::HOP_SHIFT;
use crate::run::requests::{Request, RequestId};
use crate::units::{SimTime, Span};
use std::collections::VecDeque;

/// Bits of a request's number that are changed for a further try, so that it draws anew.
const HOP_BITS: u64 = 0xFFFF << HOP_SHIFT;

/// Names one try of a call for good, whatever record it is in: when the guard was called, for what,
/// and which of its tries it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// When the guard was called.
    pub entered: SimTime,
    /// The request's number without the bits of tries.
    pub number: u64,
    /// Number of the guard's try, modulo 1024.
    pub serial: u16,
}

/// What a guard keeps of a call in its frame's place for a server: it has no servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Note(pub u16);

impl Note {
    /// Bits of the number of tries.
    const SERIAL: u16 = (1 << 10) - 1;
    const TRIAL: u16 = 1 << 10;
    const HEDGED: u16 = 1 << 11;
    const RETRIES: u32 = 12;

    /// The try with this number after so many retries.
    #[must_use]
    pub const fn of(serial: u64, retries: u16, is_trial: bool) -> Self {
        let trial = if is_trial { Self::TRIAL } else { 0 };
        Self((serial as u16 & Self::SERIAL) | trial | (retries << Self::RETRIES))
    }

    /// Number of the try, modulo 1024.
    #[must_use]
    pub const fn serial(self) -> u16 {
        self.0 & Self::SERIAL
    }

    /// Retries before it.
    #[must_use]
    pub const fn retries(self) -> u16 {
        self.0 >> Self::RETRIES
    }

    /// Whether a circuit breaker let it through to try.
    #[must_use]
    pub const fn is_trial(self) -> bool {
        self.0 & Self::TRIAL != 0
    }

    /// Whether a second request is under way for it.
    #[must_use]
    pub const fn is_hedged(self) -> bool {
        self.0 & Self::HEDGED != 0
    }

    /// With or without a second request.
    #[must_use]
    pub const fn hedged(self, is: bool) -> Self {
        Self(if is { self.0 | Self::HEDGED } else { self.0 & !Self::HEDGED })
    }
}

/// The name of the try that the request's call at this depth is at.
#[must_use]
pub fn name(request: &Request, depth: usize) -> Name {
    Name {
        entered: request.entered[depth],
        number: request.number & !HOP_BITS,
        serial: Note(request.frames[depth].server).serial(),
    }
}

/// An open call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// When the try began.
    pub started: SimTime,
    /// The record it is in.
    pub id: RequestId,
    /// Depth of the guard's frame there.
    pub depth: u8,
    /// Its name.
    pub name: Name,
}

impl Call {
    /// Whether the record still has this try, at the guard at `node`.
    #[must_use]
    pub fn is_open(&self, request: &Request, node: u8) -> bool {
        let depth = self.depth as usize;
        request.live
            && request.floor <= self.depth
            && depth < request.depth as usize
            && request.frames[depth].node == node
            && name(request, depth) == self.name
    }
}

/// Open calls, oldest first, and since when the oldest may wait.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// How long each may wait; zero for ever.
    pub limit: Span,
    calls: VecDeque<Call>,
    /// When it will be looked at next.
    planned: Option<SimTime>,
}

impl Line {
    /// A call is made; true if it is the only one.
    pub fn push(&mut self, call: Call) -> bool {
        self.calls.push_back(call);
        self.calls.len() == 1
    }

    /// The oldest.
    #[must_use]
    pub fn first(&self) -> Option<&Call> {
        self.calls.front()
    }

    /// All, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter()
    }

    /// Takes the oldest away.
    pub fn pop(&mut self) {
        self.calls.pop_front();
    }

    /// When the oldest has waited for long enough; `None` where there is nothing to wait for.
    #[must_use]
    pub fn due(&self) -> Option<SimTime> {
        let first = self.calls.front().filter(|_| self.limit > Span::ZERO)?;
        Some(first.started.after(self.limit))
    }

    /// When to look at it next, if that is sooner than planned.
    pub fn plan(&mut self, now: SimTime) -> Option<SimTime> {
        let due = self.due()?.max(now);
        let is_sooner = self.planned.is_none_or(|planned| due < planned);
        is_sooner.then(|| *self.planned.insert(due))
    }

    /// Whether it was planned to look at it now; it no longer is.
    pub fn is_planned(&mut self, now: SimTime) -> bool {
        self.planned.take_if(|planned| *planned == now).is_some()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.calls.clear();
    }

    /// A call goes on in another record. It was made no earlier than the guard was called and no
    /// later than what it called came in.
    pub fn rename(&mut self, old: RequestId, new: RequestId, name: Name, latest: SimTime) {
        let end = self.calls.partition_point(|call| call.started <= latest);
        for call in self.calls.range_mut(..end).rev() {
            if call.started < name.entered {
                return;
            }
            if call.id == old && call.name == name {
                call.id = new;
                return;
            }
        }
    }
}
