//! Who is logged in where: one table of all users' sessions, each held at one place, in the memory
//! of a web server or of a node of a session store. Users are looked up in constant time, and a
//! place forgets in the order of last use.

use crate::units::{SimTime, Span};

/// Most sessions held, those left behind at other places included; past it the oldest of a place
/// give way.
pub const MOST: usize = 1 << 24;
const NONE: u32 = u32::MAX;
/// In the index: the user was seen before and has no session now.
const GONE: u32 = u32::MAX - 1;

/// What a place finds of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The session.
    Here,
    /// Nothing: this run has not seen the user before.
    New,
    /// Nothing: the session was idle for too long, or had to make room.
    Expired,
    /// Nothing, though the user has a session: it is at another place, or its place forgot it.
    Lost,
}

/// A session, in the list of its place.
#[derive(Clone, Copy, Debug)]
struct Entry {
    user: u32,
    place: u16,
    /// Whether it is the user's latest; others were left behind.
    is_latest: bool,
    epoch: u32,
    older: u32,
    younger: u32,
    last: SimTime,
}

/// Where sessions are held.
#[derive(Clone, Copy, Debug)]
struct Place {
    oldest: u32,
    youngest: u32,
    /// Counts how often the place has forgotten all; sessions of earlier epochs are gone.
    epoch: u32,
    held: u32,
    most: u32,
    idle: Span,
}

const EMPTY: Place =
    Place { oldest: NONE, youngest: NONE, epoch: 0, held: 0, most: u32::MAX, idle: Span::ZERO };

/// The sessions of all users at all places.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    entries: Vec<Entry>,
    free: Vec<u32>,
    /// By user, the number of the latest entry; [`NONE`] for one never seen. Users are numbered
    /// without gaps, so that this is one look at memory where a table of hashes takes several.
    index: Vec<u32>,
    places: Vec<Place>,
    /// The place that was looked through last for what has idled out.
    swept: usize,
}

impl Sessions {
    /// Makes a place ready: how long a session may be idle, and how many there is room for.
    pub fn prepare(&mut self, place: u16, idle: Span, most: u32) {
        let place = place as usize;
        if self.places.len() <= place {
            self.places.resize(place + 1, EMPTY);
        }
        (self.places[place].idle, self.places[place].most) = (idle, most.max(1));
    }

    /// How many sessions a place holds, those left behind there included.
    #[must_use]
    pub fn held(&self, place: u16) -> u32 {
        self.places.get(place as usize).map_or(0, |p| p.held)
    }

    /// A place loses all it holds.
    pub fn forget(&mut self, place: u16) {
        if let Some(p) = self.places.get_mut(place as usize) {
            p.epoch += 1;
            p.held = 0;
        }
    }

    /// A user comes to a place, which has been made ready: says what it finds, and has the user's
    /// session from now on.
    pub fn visit(&mut self, user: u32, place: u16, now: SimTime) -> Found {
        self.expire(place, now);
        // The places take turns besides, so that one that nobody visits forgets as well.
        self.swept = (self.swept + 1) % self.places.len();
        self.expire(self.swept as u16, now);
        let found = match self.index.get(user as usize).copied().unwrap_or(NONE) {
            NONE => Found::New,
            GONE => Found::Expired,
            number => {
                let Entry { place: at, epoch, last, .. } = self.entries[number as usize];
                let home = self.places[at as usize];
                if now.since(last) > home.idle {
                    self.drop_entry(number);
                    Found::Expired
                } else if home.epoch != epoch {
                    self.drop_entry(number);
                    Found::Lost
                } else if at == place {
                    self.unlink(number);
                    self.link(number, now);
                    return Found::Here;
                } else {
                    // The other place does not know, and keeps it until it has idled out.
                    self.entries[number as usize].is_latest = false;
                    Found::Lost
                }
            }
        };
        self.make_room(place);
        self.insert(user, place, now);
        found
    }

    /// Forgets what has been idle for too long at a place.
    fn expire(&mut self, place: u16, now: SimTime) {
        let Place { idle, .. } = self.places[place as usize];
        loop {
            let oldest = self.places[place as usize].oldest;
            if oldest == NONE || now.since(self.entries[oldest as usize].last) <= idle {
                return;
            }
            self.drop_entry(oldest);
        }
    }

    fn make_room(&mut self, place: u16) {
        loop {
            let Place { oldest, held, most, .. } = self.places[place as usize];
            let is_full = held >= most || self.entries.len() - self.free.len() >= MOST;
            if !is_full || oldest == NONE {
                return;
            }
            self.drop_entry(oldest);
        }
    }

    fn insert(&mut self, user: u32, place: u16, now: SimTime) {
        let epoch = self.places[place as usize].epoch;
        let entry =
            Entry { user, place, is_latest: true, epoch, older: NONE, younger: NONE, last: now };
        let number = match self.free.pop() {
            Some(number) => {
                self.entries[number as usize] = entry;
                number
            }
            None => {
                self.entries.push(entry);
                self.entries.len() as u32 - 1
            }
        };
        self.places[place as usize].held += 1;
        self.link(number, now);
        let user = user as usize;
        if self.index.len() <= user {
            self.index.resize((user + 1).next_power_of_two(), NONE);
        }
        self.index[user] = number;
    }

    /// Puts an entry at the young end of its place's list.
    fn link(&mut self, number: u32, now: SimTime) {
        let place = self.entries[number as usize].place as usize;
        let older = std::mem::replace(&mut self.places[place].youngest, number);
        let entry = &mut self.entries[number as usize];
        (entry.older, entry.younger, entry.last) = (older, NONE, now);
        match older {
            NONE => self.places[place].oldest = number,
            older => self.entries[older as usize].younger = number,
        }
    }

    fn unlink(&mut self, number: u32) {
        let Entry { place, older, younger, .. } = self.entries[number as usize];
        match older {
            NONE => self.places[place as usize].oldest = younger,
            older => self.entries[older as usize].younger = younger,
        }
        match younger {
            NONE => self.places[place as usize].youngest = older,
            younger => self.entries[younger as usize].older = older,
        }
    }

    fn drop_entry(&mut self, number: u32) {
        self.unlink(number);
        let Entry { user, place, epoch, is_latest, .. } = self.entries[number as usize];
        let place = &mut self.places[place as usize];
        place.held -= u32::from(place.epoch == epoch);
        if is_latest {
            self.index[user as usize] = GONE;
        }
        self.free.push(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};
    use std::collections::BTreeMap;

    const IDLE: Span = Span(1_000);

    fn table(places: u16, most: u32) -> Sessions {
        let mut table = Sessions::default();
        (0..places).for_each(|place| table.prepare(place, IDLE, most));
        table
    }

    #[test]
    fn a_session_is_found_where_it_is_and_nowhere_else() {
        let mut table = table(2, u32::MAX);
        assert_eq!(table.visit(7, 0, SimTime(1)), Found::New);
        assert_eq!(table.visit(7, 0, SimTime(2)), Found::Here);
        assert_eq!(table.visit(7, 1, SimTime(3)), Found::Lost);
        assert_eq!((table.held(0), table.held(1)), (1, 1), "the first keeps what it has");
        table.forget(1);
        assert_eq!(table.visit(7, 1, SimTime(4)), Found::Lost);
        assert_eq!(table.visit(7, 1, SimTime(1_004)), Found::Here, "just not too long");
        assert_eq!(table.visit(7, 1, SimTime(2_005)), Found::Expired);
    }

    #[test]
    fn a_full_place_forgets_who_was_away_longest() {
        let mut table = table(1, 2);
        for (user, at) in [(1, 1), (2, 2), (1, 3), (3, 4)] {
            table.visit(user, 0, SimTime(at));
        }
        assert_eq!(table.held(0), 2);
        assert_eq!(table.visit(1, 0, SimTime(5)), Found::Here);
        assert_eq!(table.visit(2, 0, SimTime(6)), Found::Expired);
    }

    /// The same by a list of who was where, against thousands of random visits.
    #[test]
    fn it_agrees_with_a_plain_list() {
        let draws = Stream::new(3, 1, Purpose::Hash);
        let mut table = table(3, u32::MAX);
        let mut plain: BTreeMap<u32, (u16, SimTime, u32)> = BTreeMap::new();
        let mut epochs = [0u32; 3];
        for step in 0..60_000u64 {
            let mut draw = draws.at(step);
            let now = SimTime(step * 2);
            let (user, place) = (draw.below(2_000), draw.below(3) as u16);
            if draw.below(500) == 0 {
                table.forget(place);
                epochs[place as usize] += 1;
            }
            let expected = match plain.get(&user) {
                None => Found::New,
                Some((_, last, _)) if now.since(*last) > IDLE => Found::Expired,
                Some((at, _, epoch)) if *at == place && epochs[place as usize] == *epoch => {
                    Found::Here
                }
                Some(_) => Found::Lost,
            };
            assert_eq!(table.visit(user, place, now), expected, "step {step}");
            plain.insert(user, (place, now, epochs[place as usize]));
        }
        assert!(table.entries.len() < 2_000, "what is gone makes room: {}", table.entries.len());
    }
}
