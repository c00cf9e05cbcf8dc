//! The messages of a queue: which wait, which are with workers, and what became of each. A message
//! is done when its job is first done; what happens to it after that is a duplicate.

use crate::run::requests::{Request, Wish};
use crate::units::SimTime;
use std::collections::{BTreeSet, VecDeque};

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Waits for a worker.
    Waiting,
    /// With a worker, and hidden from the others.
    InFlight,
    /// Done, given up, or lost: kept only while a worker still has it.
    Settled,
}

/// A message.
#[derive(Clone, Copy, Debug)]
struct Message {
    wish: Wish,
    enqueued: SimTime,
    place: Place,
    /// Deliveries so far.
    attempts: u32,
    /// Workers that have it.
    holders: u32,
    /// Tells apart the messages that use this slot one after another.
    generation: u32,
    /// The queue lost its memory while a worker had it: it cannot be delivered again.
    forgotten: bool,
}

/// Names one delivery of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message's slot.
    pub slot: u32,
    /// Which delivery of it, from 1.
    pub attempt: u32,
}

impl Delivery {
    /// As a note of the request that does the job.
    #[must_use]
    pub const fn note(self) -> u64 {
        self.slot as u64 | ((self.attempt as u64) << 32)
    }

    /// The delivery of a note.
    #[must_use]
    pub const fn of(note: u64) -> Self {
        Self { slot: note as u32, attempt: (note >> 32) as u32 }
    }
}

/// What was counted, in messages unless it says otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Taken in.
    pub enqueued: u64,
    /// Handed to workers, in deliveries.
    pub delivered: u64,
    /// Time from being taken in to the first delivery, summed, in nanoseconds.
    pub waited: u64,
    /// Done.
    pub done: u64,
    /// Became visible again after a delivery, in deliveries.
    pub redelivered: u64,
    /// Jobs done for a message that was settled already.
    pub duplicates: u64,
    /// Given up after too many deliveries.
    pub dead: u64,
    /// Lost with the queue's memory.
    pub lost: u64,
}

/// A delivery that may take too long.
#[derive(Clone, Copy, Debug)]
struct Hidden {
    since: SimTime,
    delivery: Delivery,
    generation: u32,
}

/// All messages.
#[derive(Clone, Debug, Default)]
pub struct Messages {
    slots: Vec<Message>,
    free: Vec<u32>,
    /// Never delivered, oldest first.
    fresh: VecDeque<u32>,
    /// To be delivered again, oldest first, before the others.
    again: BTreeSet<(SimTime, u32)>,
    /// Deliveries in the order in which they were made.
    hidden: VecDeque<Hidden>,
    in_flight: u64,
    /// Most deliveries of a message.
    pub most_attempts: u32,
    /// What was counted.
    pub counts: Counts,
}

impl Messages {
    /// Messages that wait.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        (self.fresh.len() + self.again.len()) as u64
    }

    /// Messages that are with workers.
    #[must_use]
    pub const fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Checks that every message taken in is somewhere, once.
    ///
    /// # Errors
    /// The figures that do not add up.
    pub fn check(&self) -> Result<(), String> {
        let Counts { enqueued, done, dead, lost, .. } = self.counts;
        let (waiting, in_flight) = (self.waiting(), self.in_flight);
        if enqueued == done + dead + lost + waiting + in_flight {
            return Ok(());
        }
        Err(format!(
            "{enqueued} enqueued, {done} done, {dead} dead, {lost} lost, {waiting} waiting, \
             {in_flight} in flight"
        ))
    }

    /// When the message that has waited longest was taken in.
    #[must_use]
    pub fn oldest(&self) -> Option<SimTime> {
        let again = self.again.first().map(|(at, _)| *at);
        let fresh = self.fresh.front().map(|&slot| self.slots[slot as usize].enqueued);
        again.into_iter().chain(fresh).min()
    }

    /// Takes in a message of a request.
    pub fn enqueue(&mut self, now: SimTime, request: &Request) {
        let Request { number, user, url, class, region, site, .. } = *request;
        let generation = self.free.last().map_or(0, |&s| self.slots[s as usize].generation + 1);
        let message = Message {
            wish: Wish { number, user, url, class, region, site },
            enqueued: now,
            place: Place::Waiting,
            attempts: 0,
            holders: 0,
            generation,
            forgotten: false,
        };
        let slot = if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = message;
            slot
        } else {
            self.slots.push(message);
            self.slots.len() as u32 - 1
        };
        self.fresh.push_back(slot);
        self.counts.enqueued += 1;
    }

    /// The job that would be delivered next.
    #[must_use]
    pub fn next(&self) -> Option<Wish> {
        let again = self.again.first().map(|(_, slot)| *slot);
        let slot = again.or_else(|| self.fresh.front().copied())?;
        Some(self.slots[slot as usize].wish)
    }

    /// Delivers that job.
    pub fn deliver(&mut self, now: SimTime) -> Option<Delivery> {
        let again = self.again.pop_first().map(|(_, slot)| slot);
        let slot = again.or_else(|| self.fresh.pop_front())?;
        let message = &mut self.slots[slot as usize];
        message.place = Place::InFlight;
        message.attempts += 1;
        message.holders += 1;
        if message.attempts == 1 {
            self.counts.waited += now.since(message.enqueued).0;
        }
        let delivery = Delivery { slot, attempt: message.attempts };
        let generation = message.generation;
        self.in_flight += 1;
        self.counts.delivered += 1;
        self.drop_settled();
        self.hidden.push_back(Hidden { since: now, delivery, generation });
        Some(delivery)
    }

    /// Takes away deliveries that can no longer take too long, up to the first that can.
    fn drop_settled(&mut self) {
        while self.hidden.front().is_some_and(|first| !self.is_hidden(first)) {
            self.hidden.pop_front();
        }
    }

    fn is_hidden(&self, hidden: &Hidden) -> bool {
        let message = &self.slots[hidden.delivery.slot as usize];
        message.generation == hidden.generation
            && message.place == Place::InFlight
            && message.attempts == hidden.delivery.attempt
    }

    /// When the delivery was made that has been under way for longest.
    pub fn hidden_since(&mut self) -> Option<SimTime> {
        self.drop_settled();
        self.hidden.front().map(|first| first.since)
    }

    /// That delivery has taken too long: its message becomes visible again.
    pub fn reveal(&mut self) {
        if let Some(first) = self.hidden.pop_front() {
            self.show(first.delivery.slot);
        }
    }

    /// A message that was in flight waits again, or is given up.
    fn show(&mut self, slot: u32) {
        let message = &mut self.slots[slot as usize];
        self.in_flight -= 1;
        if message.forgotten {
            self.counts.lost += 1;
        } else if message.attempts >= self.most_attempts {
            self.counts.dead += 1;
        } else {
            message.place = Place::Waiting;
            self.again.insert((message.enqueued, slot));
            self.counts.redelivered += 1;
            return;
        }
        message.place = Place::Settled;
        self.tidy(slot);
    }

    /// A worker has done the job.
    pub fn complete(&mut self, delivery: Delivery) {
        let slot = delivery.slot;
        let message = &mut self.slots[slot as usize];
        message.holders -= 1;
        match message.place {
            Place::Settled => self.counts.duplicates += 1,
            place => {
                if place == Place::InFlight {
                    self.in_flight -= 1;
                } else {
                    // It took longer than it could stay hidden, and no other had begun.
                    self.again.remove(&(message.enqueued, slot));
                }
                message.place = Place::Settled;
                self.counts.done += 1;
            }
        }
        self.tidy(slot);
    }

    /// A worker has failed at the job, and says so: the message is visible again at once.
    pub fn fail(&mut self, delivery: Delivery) {
        let message = &mut self.slots[delivery.slot as usize];
        message.holders -= 1;
        if message.place == Place::InFlight && message.attempts == delivery.attempt {
            return self.show(delivery.slot);
        }
        self.tidy(delivery.slot);
    }

    /// A worker that had the job died: nobody says so.
    pub fn abandon(&mut self, delivery: Delivery) {
        self.slots[delivery.slot as usize].holders -= 1;
        self.tidy(delivery.slot);
    }

    /// The queue loses its memory: what waits is gone, what is with workers cannot come back.
    pub fn forget(&mut self) {
        let again = std::mem::take(&mut self.again).into_iter().map(|(_, slot)| slot);
        let waiting: Vec<u32> = again.chain(std::mem::take(&mut self.fresh)).collect();
        self.counts.lost += waiting.len() as u64;
        for slot in waiting {
            self.slots[slot as usize].place = Place::Settled;
            self.tidy(slot);
        }
        for message in self.slots.iter_mut().filter(|m| m.place == Place::InFlight) {
            message.forgotten = true;
        }
    }

    /// Frees the slot of a message that is settled and that no worker has.
    fn tidy(&mut self, slot: u32) {
        let message = &mut self.slots[slot as usize];
        if message.place == Place::Settled && message.holders == 0 {
            message.generation = message.generation.wrapping_add(1);
            self.free.push(slot);
        }
    }
}
