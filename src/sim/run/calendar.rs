//! The calendar: pending events in total order of (time, sequence). Events after a constant delay
//! wait in first-in-first-out lines, of which only the heads are compared; processors have a clock
//! each, which is set again and again; the rest is in a heap.

use super::heap::{Clocks, Event, Heap, LAST};
use super::requests::RequestId;
use crate::units::{SimTime, Span};
use std::collections::VecDeque;

/// Names a scheduled event once and for all: its sequence number and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(u64);

/// Bits of a tag that say what an event is for; the rest is the sequence number, enough for
/// 10^12 events, days of running at full speed.
const SUBJECT_BITS: u32 = 24;
const SUBJECT_MASK: u64 = (1 << SUBJECT_BITS) - 1;
/// Subjects from here on are timers, not requests.
const FIRST_TIMER: u64 = 1 << 23;

impl Tag {
    /// The tag of no event.
    pub const NONE: Self = Self(u64::MAX);

    /// The tag with this number, of an event for this subject.
    #[inline]
    pub(super) const fn of(sequence: u64, subject: u64) -> Self {
        Self((sequence << SUBJECT_BITS) | subject)
    }

    /// Its place in the order of tags.
    #[inline]
    pub(super) const fn order(self) -> u64 {
        self.0
    }

    /// The request of a tag that is for one.
    #[inline]
    pub(super) const fn request(self) -> RequestId {
        RequestId((self.0 & SUBJECT_MASK) as u32)
    }

    /// What the event is for.
    #[inline]
    #[must_use]
    pub const fn subject(self) -> Subject {
        let subject = self.0 & SUBJECT_MASK;
        if subject < FIRST_TIMER {
            Subject::Request(RequestId(subject as u32))
        } else {
            Subject::Timer((subject - FIRST_TIMER) as u32)
        }
    }
}

/// What an event is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Go on with this request.
    Request(RequestId),
    /// Wake whoever set this timer.
    Timer(u32),
}

/// A line of events with one constant delay.
#[derive(Clone, Debug)]
struct Line {
    delay: Span,
    events: VecDeque<Event>,
}

/// The delay of a line that is not in use.
const IDLE: Span = Span(u64::MAX);

/// Which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineId(u16);

impl LineId {
    /// The line of no delay at all: nothing waits in it.
    pub const NOW: Self = Self(u16::MAX);
}

/// The pending events of a run.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    sequence: u64,
    heap: Heap,
    /// The top of the heap was taken and not yet replaced: the next push may fill the hole.
    hole: bool,
    lines: Vec<Line>,
    /// Lines that are not empty, by their heads: few, so kept sorted, soonest last.
    heads: Vec<(Event, u16)>,
    /// When each processor is to be looked at.
    clocks: Clocks,
}

impl Calendar {
    /// The line for a constant delay; the same delay always gives the same line.
    pub fn line(&mut self, delay: Span) -> LineId {
        if delay == Span::ZERO {
            return LineId::NOW;
        }
        if let Some(found) = self.lines.iter().position(|line| line.delay == delay) {
            return LineId(found as u16);
        }
        if let Some(idle) = self.lines.iter().position(|line| line.delay == IDLE) {
            self.lines[idle].delay = delay;
            return LineId(idle as u16);
        }
        self.lines.push(Line { delay, events: VecDeque::new() });
        LineId(self.lines.len() as u16 - 1)
    }

    /// Lets lines in which nothing waits be used for other delays. Call only when every holder of a
    /// line is about to ask for its lines anew.
    pub fn retire_idle_lines(&mut self) {
        for line in self.lines.iter_mut().filter(|line| line.events.is_empty()) {
            line.delay = IDLE;
        }
    }

    /// The delay of a line.
    #[must_use]
    pub fn delay(&self, line: LineId) -> Span {
        self.lines.get(line.0 as usize).map_or(Span::ZERO, |l| l.delay)
    }

    #[inline]
    const fn next_tag(&mut self, subject: u64) -> Tag {
        self.sequence += 1;
        Tag::of(self.sequence, subject)
    }

    /// A name for a wait of the request that no event of the calendar ends.
    pub const fn name(&mut self, id: RequestId) -> Tag {
        self.next_tag(id.0 as u64)
    }

    /// Schedules the request at an instant.
    #[inline(always)]
    pub fn at(&mut self, at: SimTime, id: RequestId) -> Tag {
        let tag = self.next_tag(id.0 as u64);
        self.push(Event { at, tag });
        tag
    }

    /// Schedules a timer at an instant.
    pub fn timer_at(&mut self, at: SimTime, timer: u32) -> Tag {
        let tag = self.next_tag(FIRST_TIMER + u64::from(timer));
        self.push(Event { at, tag });
        tag
    }

    /// Sets the clock with this number, its timer, to an instant.
    #[inline]
    pub fn set_clock(&mut self, clock: u32, at: SimTime) {
        let tag = self.next_tag(FIRST_TIMER + u64::from(clock));
        self.clocks.set(clock as usize, Event { at, tag });
    }

    /// Stops a clock.
    #[inline]
    pub fn stop_clock(&mut self, clock: u32) {
        self.clocks.set(clock as usize, LAST);
    }

    #[inline(always)]
    fn push(&mut self, event: Event) {
        if self.hole {
            self.hole = false;
            self.heap.replace_first(event);
        } else {
            self.heap.push(event);
        }
    }

    /// Puts the request at the end of a line; says how long that is.
    #[inline(always)]
    pub fn after(&mut self, now: SimTime, line: LineId, id: RequestId) -> (Tag, Span) {
        let tag = self.next_tag(u64::from(id.0));
        let Line { delay, events } = &mut self.lines[line.0 as usize];
        let delay = *delay;
        let event = Event { at: now.after(delay), tag };
        let was_empty = events.is_empty();
        events.push_back(event);
        if was_empty {
            self.insert_head(event, line.0);
        }
        (tag, delay)
    }

    #[inline]
    fn insert_head(&mut self, event: Event, line: u16) {
        let mut place = self.heads.len();
        self.heads.push((event, line));
        while place > 0 && self.heads[place - 1].0.is_before(event) {
            self.heads[place] = self.heads[place - 1];
            place -= 1;
        }
        self.heads[place] = (event, line);
    }

    /// Takes the next event, if it is due by `limit`. A clock that is due has to be set or stopped
    /// by whoever takes it.
    #[inline]
    pub fn take_by(&mut self, limit: SimTime) -> Option<(SimTime, Tag)> {
        if self.hole {
            self.hole = false;
            self.heap.pop();
        }
        let (mut first, clock) = (self.heap.first(), self.clocks.first());
        let is_clock = clock.comes_before(first);
        first = if is_clock { clock } else { first };
        if let Some(&(head, line)) = self.heads.last()
            && head.comes_before(first)
        {
            if head.at > limit {
                return None;
            }
            self.heads.pop();
            let events = &mut self.lines[line as usize].events;
            events.pop_front();
            if let Some(&next) = events.front() {
                self.insert_head(next, line);
            }
            return Some((head.at, head.tag));
        }
        if first.at > limit || first.tag == Tag::NONE {
            return None;
        }
        self.hole = !is_clock;
        Some((first.at, first.tag))
    }

    /// Whether an event of this tag is pending: false for the name of a wait. A search, for those
    /// who only look.
    #[must_use]
    pub fn holds(&self, tag: Tag) -> bool {
        let in_lines = self.lines.iter().flat_map(|line| &line.events);
        // A hole at the top is an event that was taken.
        let in_heap = self.heap.iter().skip(usize::from(self.hole));
        in_heap.chain(in_lines).any(|event| event.tag == tag)
    }

    /// How many events are pending.
    #[must_use]
    pub fn len(&self) -> usize {
        let in_lines: usize = self.lines.iter().map(|l| l.events.len()).sum();
        self.heap.len() - usize::from(self.hole) + in_lines + self.clocks.len()
    }

    /// Whether nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};

    /// Random pushes to heap and lines, interleaved with takes, against a sorted list.
    #[test]
    fn events_come_in_order_of_time_and_then_of_scheduling() {
        let draws = Stream::new(3, 0, Purpose::Gap);
        let mut calendar = Calendar::default();
        let lines = [5, 50, 500].map(|d| calendar.line(Span(d)));
        let mut expected: Vec<(u64, u64, u32)> = Vec::new();
        let (mut now, mut scheduled) = (0, 0u32);
        for step in 0..20_000 {
            let mut draw = draws.at(step);
            if draw.below(100) < 55 {
                let kind = draw.below(6) as usize;
                let id = RequestId(scheduled);
                let at = if kind < 3 {
                    calendar.after(SimTime(now), lines[kind], id);
                    now + [5, 50, 500][kind]
                } else {
                    let at = now + u64::from(draw.below(300));
                    calendar.at(SimTime(at), id);
                    at
                };
                expected.push((at, step, scheduled));
                scheduled += 1;
            } else if let Some(&first) = expected.iter().min() {
                expected.retain(|e| *e != first);
                assert_eq!(calendar.take_by(SimTime(first.0.saturating_sub(1))), None);
                let (at, tag) = calendar.take_by(SimTime::NEVER).expect("something is pending");
                assert_eq!(
                    (at, tag.subject()),
                    (SimTime(first.0), Subject::Request(RequestId(first.2)))
                );
                now = first.0;
            }
            assert_eq!(calendar.len(), expected.len());
        }
    }
}
