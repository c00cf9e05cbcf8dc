//! How a balancer chooses a server: what it knows of the servers, and the nine algorithms.

use super::Kind;
use crate::rng::{Draw, Purpose, Stream};
use crate::run::requests::Request;
use crate::units::{SECOND, SimTime, Span};

/// The algorithms, in the order of [`Algorithm`].
pub const ALGORITHMS: &[(&str, &str)] = &[
    ("round-robin", "round robin"),
    ("sticky", "sticky round robin"),
    ("weighted", "weighted round robin"),
    ("ip-hash", "IP hash"),
    ("url-hash", "URL hash"),
    ("least-connections", "least connections"),
    ("least-time", "least response time"),
    ("random", "random"),
    ("two-choices", "power of two choices"),
];

/// Users remembered by sticky round robin: the table has a place for each of so many.
const STICKY_PLACES: usize = 1 << 20;

/// How a server is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// In turn.
    RoundRobin,
    /// In turn, and then the same for a user's later requests.
    Sticky,
    /// In turn, by weight, evenly spread.
    Weighted,
    /// By the user.
    IpHash,
    /// By the address asked for.
    UrlHash,
    /// Fewest requests open.
    LeastConnections,
    /// Shortest recent answer, times requests open.
    LeastTime,
    /// At random.
    Random,
    /// The one with fewer requests open of two at random.
    TwoChoices,
}

impl Algorithm {
    /// The algorithm at an index of [`ALGORITHMS`].
    #[must_use]
    pub const fn at(index: usize) -> Self {
        match index {
            0 => Self::RoundRobin,
            1 => Self::Sticky,
            2 => Self::Weighted,
            3 => Self::IpHash,
            4 => Self::UrlHash,
            5 => Self::LeastConnections,
            6 => Self::LeastTime,
            7 => Self::Random,
            _ => Self::TwoChoices,
        }
    }
}

/// What the balancer knows of a server.
#[derive(Clone, Copy, Debug)]
pub struct Backend {
    /// Whether its checks say that it is well.
    pub healthy: bool,
    /// Whether it is to get no more requests, well or not.
    pub draining: bool,
    /// New or back: one good check will do.
    pub is_new: bool,
    /// Checks in a row that contradict `healthy`.
    pub contrary: u32,
    /// The number of the check under way, 0 for none.
    pub check: u64,
    /// When that check began.
    pub checked: SimTime,
    /// Requests sent and not yet answered.
    pub open: u32,
    /// Its weight in the smooth rotation.
    pub weight: f64,
    /// Current weight of the smooth rotation.
    pub current: f64,
    /// Moving average of the time to a good answer, in nanoseconds.
    pub time: f64,
}

impl Backend {
    /// A server that nothing is known of.
    #[must_use]
    pub const fn new(weight: f64) -> Self {
        Self {
            healthy: true,
            draining: false,
            is_new: false,
            contrary: 0,
            check: 0,
            checked: SimTime::ZERO,
            open: 0,
            weight,
            current: 0.0,
            time: 0.0,
        }
    }

    /// Whether it is sent requests.
    #[inline]
    #[must_use]
    pub const fn is_up(&self) -> bool {
        self.healthy && !self.draining
    }

    /// Whether it may be sent requests; `open` where all are out.
    #[inline]
    const fn may(&self, open: bool) -> bool {
        (self.healthy || open) && !self.draining
    }
}

/// What a user's cookie says: the server, and until when.
#[derive(Clone, Copy, Debug)]
struct Cookie {
    server: u16,
    /// Whole seconds.
    until: u32,
}

/// The servers to choose from.
#[derive(Clone, Debug)]
pub struct Pool {
    /// How a server is chosen.
    pub algorithm: Algorithm,
    /// With every server out, choose among all of them.
    pub fail_open: bool,
    /// What is known of each server, those no longer in use included.
    pub backends: Vec<Backend>,
    /// How many are in use: the first ones.
    pub count: usize,
    /// How long a sticky user stays with a server.
    pub life: Span,
    next: usize,
    sticky: Vec<Cookie>,
    routes: Stream,
    hashes: Stream,
}

impl Pool {
    /// No servers yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::LoadBalancer as u64, purpose);
        Self {
            algorithm: Algorithm::RoundRobin,
            fail_open: false,
            backends: Vec::new(),
            count: 0,
            life: Span::ZERO,
            next: 0,
            sticky: Vec::new(),
            routes: stream(Purpose::Route),
            hashes: stream(Purpose::Hash),
        }
    }

    /// The servers in use.
    #[must_use]
    pub fn known(&self) -> &[Backend] {
        &self.backends[..self.count]
    }

    /// The next healthy server in rotation.
    #[inline(always)]
    fn healthy_from(&self, next: usize) -> Option<usize> {
        // Servers may have gone since the last turn.
        let start = if next < self.count { next } else { 0 };
        let first = |open: bool| {
            let may = |place: &usize| self.backends[*place].may(open);
            (start..self.count).find(may).or_else(|| (0..start).find(may))
        };
        first(false).or_else(|| if self.fail_open { first(true) } else { None })
    }

    #[inline]
    fn fails_open(&self) -> bool {
        self.fail_open && !self.known().iter().any(Backend::is_up)
    }

    #[inline(always)]
    fn rotate(&mut self) -> Option<usize> {
        let place = self.healthy_from(self.next)?;
        self.next = if place + 1 >= self.count { 0 } else { place + 1 };
        Some(place)
    }

    /// The healthy server with the lowest score, which is no less than zero; the rotation decides
    /// between equals.
    #[inline]
    fn lowest(&mut self, score: impl Fn(&Backend) -> f64) -> Option<usize> {
        let first = self.rotate()?;
        let open = self.fails_open();
        let (mut best, mut lowest) = (first, score(&self.backends[first]));
        let (before, after) = self.known().split_at(first);
        let after = after.iter().zip(first..).skip(1);
        for (backend, place) in after.chain(before.iter().zip(0..)) {
            if lowest == 0.0 {
                break;
            }
            if backend.may(open) && score(backend) < lowest {
                (best, lowest) = (place, score(backend));
            }
        }
        Some(best)
    }

    /// Smooth weighted rotation: everyone gains its weight, the highest pays the sum.
    fn weighted(&mut self) -> Option<usize> {
        let open = self.fails_open();
        let mut sum = 0.0;
        let mut best: Option<usize> = None;
        for place in 0..self.count {
            let backend = &mut self.backends[place];
            if !backend.may(open) {
                continue;
            }
            backend.current += backend.weight;
            sum += backend.weight;
            let current = backend.current;
            if best.is_none_or(|b| current > self.backends[b].current) {
                best = Some(place);
            }
        }
        self.backends[best?].current -= sum;
        best
    }

    fn sticky(&mut self, user: u32, now: SimTime) -> Option<usize> {
        if self.sticky.is_empty() {
            self.sticky = vec![Cookie { server: u16::MAX, until: 0 }; STICKY_PLACES];
        }
        let place = user as usize % STICKY_PLACES;
        let Cookie { server, until } = self.sticky[place];
        let (known, second) = (server as usize, (now.0 / SECOND) as u32);
        if known < self.count && second <= until && self.backends[known].may(self.fails_open()) {
            return Some(known);
        }
        let chosen = self.rotate()?;
        let until = second.saturating_add((self.life.0 / SECOND) as u32);
        self.sticky[place] = Cookie { server: chosen as u16, until };
        Some(chosen)
    }

    /// One of the healthy servers but `but`, each with the same chance. Where all are healthy the
    /// first draw decides, and where the one drawn is not, a second among those that are.
    fn drawn(&self, draw: &mut Draw, but: Option<usize>) -> Option<usize> {
        let others = self.count - usize::from(but.is_some());
        let nth = draw.below(others as u32) as usize;
        let place = nth + usize::from(but.is_some_and(|but| nth >= but));
        if others > 0 && self.backends[place].is_up() {
            return Some(place);
        }
        let open = self.fails_open();
        let is_up = |i: &usize| self.backends[*i].may(open) && Some(*i) != but;
        let up = (0..self.count).filter(is_up).count();
        (0..self.count).filter(is_up).nth(draw.below(up as u32) as usize)
    }

    /// The one with fewer open requests of two different servers at random.
    fn two_choices(&self, number: u64) -> Option<usize> {
        let mut draw = self.routes.at(number);
        let first = self.drawn(&mut draw, None)?;
        let Some(second) = self.drawn(&mut draw, Some(first)) else {
            return Some(first);
        };
        let fewer = self.backends[second].open < self.backends[first].open;
        Some(if fewer { second } else { first })
    }

    /// Chooses a server for a request; `None` when there is none to send it to.
    #[inline]
    pub fn choose(&mut self, request: &Request, now: SimTime) -> Option<usize> {
        let Request { number, user, url, .. } = *request;
        match self.algorithm {
            Algorithm::RoundRobin => self.rotate(),
            Algorithm::Sticky => self.sticky(user, now),
            Algorithm::Weighted => self.weighted(),
            Algorithm::IpHash => self.drawn(&mut self.hashes.at(u64::from(user)), None),
            Algorithm::UrlHash => self.drawn(&mut self.hashes.at(!u64::from(url)), None),
            Algorithm::LeastConnections => self.lowest(|b| f64::from(b.open)),
            Algorithm::LeastTime => {
                // A server that nothing is known of counts as a usual one.
                let known = || self.known().iter().map(|b| b.time).filter(|&time| time > 0.0);
                let usual = known().sum::<f64>() / known().count().max(1) as f64;
                self.lowest(|b| {
                    let time = if b.time > 0.0 { b.time } else { usual };
                    time * f64::from(b.open + 1)
                })
            }
            Algorithm::Random => self.drawn(&mut self.routes.at(number), None),
            Algorithm::TwoChoices => self.two_choices(number),
        }
    }
}
