//! What is to happen when, and two ways to find the soonest: a heap for any number of things, and
//! clocks for a few that each have one time, which changes often.

use super::calendar::Tag;
use crate::units::SimTime;

/// One pending event: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub at: SimTime,
    pub tag: Tag,
}

pub(super) const LAST: Event = Event { at: SimTime::NEVER, tag: Tag::NONE };

impl Event {
    /// The order of events. Two events never have the same tag. Without branches: in a heap they
    /// would be guessed wrong half of the time.
    #[inline]
    pub(super) const fn comes_before(self, other: Self) -> bool {
        (self.at.0 < other.at.0)
            | ((self.at.0 == other.at.0) & (self.tag.order() < other.tag.order()))
    }
}

impl Event {
    /// The same order with branches: where a search steps over many that come before.
    #[inline]
    pub(super) const fn is_before(self, other: Self) -> bool {
        self.at.0 < other.at.0 || (self.at.0 == other.at.0 && self.tag.order() < other.tag.order())
    }
}

/// A binary heap of events, smallest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Heap {
    events: Vec<Event>,
}

impl Heap {
    /// All events, the first one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    #[inline]
    pub(super) fn first(&self) -> Event {
        self.events.first().copied().unwrap_or(LAST)
    }

    #[inline]
    pub(super) fn push(&mut self, event: Event) {
        let hole = self.events.len();
        self.events.push(event);
        Self::rise(&mut self.events, hole, event);
    }

    /// Replaces the first event by another. The hole goes down to the bottom, one comparison a
    /// level, and the event up from there: it seldom has far to go, as most are put late, and the
    /// way down has no branch that could be guessed wrong.
    #[inline(never)]
    pub(super) fn replace_first(&mut self, event: Event) {
        let events = &mut self.events[..];
        let mut hole = 0;
        while let Some([first, second]) = events.get(2 * hole + 1..2 * hole + 3) {
            let is_second = second.comes_before(*first);
            let next = if is_second { *second } else { *first };
            events[hole] = next;
            hole = 2 * hole + 1 + usize::from(is_second);
        }
        if let Some(&only) = events.get(2 * hole + 1) {
            events[hole] = only;
            hole = 2 * hole + 1;
        }
        Self::rise(events, hole, event);
    }

    /// Puts an event where a hole is, or above.
    #[inline]
    fn rise(events: &mut [Event], mut hole: usize, event: Event) {
        while hole > 0 {
            let parent = (hole - 1) / 2;
            if events[parent].comes_before(event) {
                break;
            }
            events[hole] = events[parent];
            hole = parent;
        }
        events[hole] = event;
    }

    #[inline]
    pub(super) fn pop(&mut self) {
        if let Some(last) = self.events.pop()
            && !self.events.is_empty()
        {
            self.replace_first(last);
        }
    }

    /// How many there are.
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.events.len()
    }

    /// Keeps those for which this holds.
    pub(super) fn retain(&mut self, kept: impl Fn(&Event) -> bool) {
        let all = std::mem::take(&mut self.events);
        for event in all.into_iter().filter(kept) {
            self.push(event);
        }
    }
}

/// Clocks, each set to one event or to none, and set again and again: those that are set stand in
/// order, soonest last, as the one that changes is mostly the soonest, and few are set at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct Clocks {
    set: Vec<Event>,
    /// What each clock is set to; [`LAST`] for nothing.
    each: Vec<Event>,
}

/// Up to so many clocks that are set, stepping over them is quicker than a search.
const FEW: usize = 48;

impl Clocks {
    /// The soonest of all.
    #[inline]
    pub(super) fn first(&self) -> Event {
        self.set.last().copied().unwrap_or(LAST)
    }

    /// Sets a clock; to [`LAST`] for nothing.
    #[inline(never)]
    pub(super) fn set(&mut self, clock: usize, event: Event) {
        if clock >= self.each.len() {
            self.each.resize(clock + 1, LAST);
        }
        let before = std::mem::replace(&mut self.each[clock], event);
        if before.tag == self.first().tag {
            self.set.pop();
        } else if before != LAST {
            let place = self.set.partition_point(|other| before.comes_before(*other));
            self.set.remove(place);
        }
        if event == LAST {
            return;
        }
        let mut place = self.set.len();
        if place > FEW {
            place = self.set.partition_point(|other| event.comes_before(*other));
            return self.set.insert(place, event);
        }
        self.set.push(event);
        let set = &mut self.set[..];
        while place > 0 && set[place - 1].is_before(event) {
            set[place] = set[place - 1];
            place -= 1;
        }
        set[place] = event;
    }

    /// How many are set.
    pub(super) const fn len(&self) -> usize {
        self.set.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn the_soonest_of_clocks_is_known_whatever_they_are_set_to() {
        let draws = Stream::new(5, 0, Purpose::Gap);
        let mut clocks = Clocks::default();
        let mut events = [LAST; 150];
        for step in 0..5_000 {
            let mut draw = draws.at(step);
            let place = draw.below(150) as usize;
            let is_none = draw.below(4) < if step < 2_000 { 1 } else { 3 };
            let at = SimTime(u64::from(draw.below(50)));
            events[place] = if is_none { LAST } else { Event { at, tag: Tag::of(step, 0) } };
            clocks.set(place, events[place]);
            assert_eq!(Some(clocks.first()), events.iter().min().copied());
            assert_eq!(clocks.len(), events.iter().filter(|event| **event != LAST).count());
        }
    }
}
