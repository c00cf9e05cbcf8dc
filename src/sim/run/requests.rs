//! The requests in flight: a slab of fixed records, so that the run loop never allocates.

use super::calendar::Tag;
use super::cpu::CpuId;
use super::errand::Errand;
pub use super::outcome::{CLASSES, Class, FAILURES, Outcome};
use crate::units::SimTime;

/// Which request, by its place in the slab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u32);

impl RequestId {
    /// No request.
    pub const NONE: Self = Self(u32::MAX);
}

/// At most this many requests are in flight; past it, arrivals fail with the reason `simulator
/// full`, which says that the machine simulating is too small and not the system simulated. They
/// take a third of a gigabyte: a page holds up to five such systems (the live run, the settled one,
/// and copies that answer questions), and a program of wasm four gigabytes.
pub const MOST_IN_FLIGHT: usize = 1 << 20;

/// Deepest nesting of calls. The deepest there is: clients, CDN, balancer, web tier, cache,
/// database, database of another site, and the guards of these calls, which is 13. A power of two,
/// so that the place of a call in a record is a mask away.
pub const DEPTH: usize = 16;
const _: () = assert!(DEPTH.is_power_of_two(), "calls are found by a mask");

/// One call under way: at which part, at which of its servers.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Frame {
    /// The part's place in the engine.
    pub node: u8,
    /// How far the part has got with it; the part's own business.
    pub phase: u8,
    /// The server of the part that has it.
    pub server: u16,
}

const NO_FRAME: Frame = Frame { node: 0, phase: 0, server: 0 };

/// A request in flight: one attempt of one user's wish, or a part's own. The order of its fields is
/// that of cache lines: what every event looks at, the calls, when they came in, and what is looked
/// at once or twice.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Request {
    /// The calendar's tag of the event that goes on with it; others are stale.
    pub pending: Tag,
    /// Names its draws: the wish's number, changed by the attempt.
    pub number: u64,
    /// Nanoseconds of work done for it.
    pub served: u64,
    /// Nanoseconds on the network.
    pub travelled: u64,
    /// The user.
    pub user: u32,
    /// The address asked for: the key of what is cached, stored and changed.
    pub url: u32,
    /// The processor that works on it, if its cores are shared.
    pub cpu: CpuId,
    /// The server chosen by the balancer.
    pub pick: u16,
    /// How many calls are under way.
    pub depth: u8,
    /// Calls below this depth are gone: their server died. The answer has nowhere to go.
    pub floor: u8,
    /// On the way to the part of its top call.
    pub travelling: bool,
    /// Whether the record is in use.
    pub live: bool,
    /// What it asks for.
    pub class: Class,
    /// The site that serves it.
    pub site: u8,
    /// The user's region.
    pub region: u8,
    /// 0 for the first attempt.
    pub attempt: u8,
    /// How the last call answered, while the answer travels.
    pub answer: Outcome,
    /// What the caller wants of a cache.
    pub errand: Errand,
    /// Whether the cache had what was asked for.
    pub hit: bool,
    /// Whether its user's device knows the address of the site.
    pub named: bool,
    /// Whether the query under way changes data.
    pub writing: bool,
    /// Whether the web server's slot was given back while the request waits for another part.
    pub slot_given_back: bool,
    /// The user has given up; what goes on is wasted.
    pub abandoned: bool,
    /// The calls under way, the first `depth` of them.
    pub frames: [Frame; DEPTH],
    /// When each of them came in.
    pub entered: [SimTime; DEPTH],
    /// When the user first asked.
    pub born: SimTime,
    /// When this attempt began.
    pub began: SimTime,
    /// When the balancer sent it on.
    pub sent: SimTime,
    /// Work it brings to the station where it waits, in nanoseconds.
    pub work: f64,
    /// The request behind it in a backlog.
    pub behind: RequestId,
    /// Neighbours among the attempts that users wait for, oldest first.
    pub older: RequestId,
    /// See `older`.
    pub younger: RequestId,
    /// The version of what it read, in the sense of [`super::truth`].
    pub version: u32,
    /// The name of the request this one is made for, if that waits for it.
    pub parent: Tag,
    /// A part's own note for a request of its own.
    pub note: u64,
}

/// What a user, or a part, wants: all that a request is when it begins.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Names its draws.
    pub number: u64,
    /// The user.
    pub user: u32,
    /// The address asked for.
    pub url: u32,
    /// What it asks for.
    pub class: Class,
    /// The user's region.
    pub region: u8,
    /// The site that serves it.
    pub site: u8,
}

const BLANK: Request = Request {
    number: 0,
    born: SimTime::ZERO,
    began: SimTime::ZERO,
    sent: SimTime::ZERO,
    pending: Tag::NONE,
    work: 0.0,
    served: 0,
    travelled: 0,
    behind: RequestId::NONE,
    older: RequestId::NONE,
    younger: RequestId::NONE,
    user: 0,
    url: 0,
    cpu: CpuId::NONE,
    version: 0,
    pick: 0,
    site: 0,
    class: Class::Read,
    region: 0,
    attempt: 0,
    depth: 0,
    answer: Outcome::Good,
    errand: Errand::LookUp,
    hit: false,
    named: false,
    writing: false,
    slot_given_back: false,
    abandoned: false,
    travelling: false,
    floor: 0,
    live: false,
    parent: Tag::NONE,
    note: 0,
    frames: [NO_FRAME; DEPTH],
    entered: [SimTime::ZERO; DEPTH],
};

const _: () = assert!(size_of::<Request>() == 320, "a record fills five cache lines");

impl Request {
    /// Makes a record a fresh request, begun now by the part at `node`. Only what a later reader
    /// may see is written: this runs once per request.
    #[inline]
    fn renew(&mut self, wish: &Wish, now: SimTime, node: u8, phase: u8) {
        (self.number, self.user, self.url) = (wish.number, wish.user, wish.url);
        (self.class, self.region, self.site) = (wish.class, wish.region, wish.site);
        (self.born, self.began) = (now, now);
        (self.served, self.travelled) = (0, 0);
        (self.older, self.younger) = (RequestId::NONE, RequestId::NONE);
        (self.pick, self.attempt, self.depth, self.floor) = (0, 0, 1, 0);
        (self.abandoned, self.travelling, self.live) = (false, false, true);
        (self.named, self.parent, self.errand) = (false, Tag::NONE, Errand::LookUp);
        self.frames[0] = Frame { node, phase, server: 0 };
        self.entered[0] = now;
    }

    /// Whether it is a user's, not a part's own.
    #[must_use]
    pub const fn is_users(&self) -> bool {
        self.frames[0].node == 0
    }

    /// The call under way on top.
    #[inline]
    #[must_use]
    pub const fn top(&self) -> &Frame {
        &self.frames[(self.depth as usize).wrapping_sub(1) % DEPTH]
    }

    /// The call under way on top.
    #[inline]
    pub const fn top_mut(&mut self) -> &mut Frame {
        &mut self.frames[(self.depth as usize).wrapping_sub(1) % DEPTH]
    }

    /// A call of the part at a place begins.
    #[inline]
    pub const fn call(&mut self, node: u8, now: SimTime) {
        let depth = self.depth as usize % DEPTH;
        self.frames[depth] = Frame { node, phase: 0, server: 0 };
        self.entered[depth] = now;
        self.depth += 1;
    }

    /// The call on top has reached its part.
    #[inline]
    pub const fn reach(&mut self, now: SimTime) {
        self.travelling = false;
        self.entered[(self.depth as usize).wrapping_sub(1) % DEPTH] = now;
    }

    /// The call on top is over: which part had it, and since when.
    #[inline]
    pub const fn leave(&mut self) -> (u8, SimTime) {
        self.depth = self.depth.wrapping_sub(1);
        let depth = self.depth as usize % DEPTH;
        (self.frames[depth].node, self.entered[depth])
    }

    /// The call that made the one on top.
    #[inline]
    #[must_use]
    pub const fn caller(&self) -> &Frame {
        &self.frames[(self.depth as usize).saturating_sub(2) % DEPTH]
    }
}

/// Records of a chunk: 80 kB. A power of two, so that a place in it is a mask away.
const CHUNK: usize = 256;

/// Apart, and without the number: it is called from wherever a record is looked at.
#[cold]
#[inline(never)]
fn unknown() -> ! {
    panic!("there was never such a request")
}

/// The slab, in chunks that stay where they are: an overloaded system's records are most of what it
/// takes, and a larger block to move them to would be as much again.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    chunks: Vec<Box<[Request; CHUNK]>>,
    /// Records in use or free; the others were never used.
    begun: usize,
    free: Vec<u32>,
}

impl Requests {
    /// Begins a request; `None` when the slab is full.
    #[inline]
    pub fn begin(&mut self, wish: &Wish, now: SimTime, node: u8, phase: u8) -> Option<RequestId> {
        let id = match self.free.pop() {
            Some(place) => RequestId(place),
            None if self.begun < MOST_IN_FLIGHT => self.grow(),
            None => return None,
        };
        self.get_mut(id).renew(wish, now, node, phase);
        Some(id)
    }

    /// A record that was never used.
    #[cold]
    fn grow(&mut self) -> RequestId {
        if self.begun.is_multiple_of(CHUNK) {
            let blank = vec![BLANK; CHUNK].into_boxed_slice();
            self.chunks.extend(<Box<[Request; CHUNK]>>::try_from(blank));
        }
        self.begun += 1;
        RequestId(self.begun as u32 - 1)
    }

    /// Stores a request that splits off one already counted. It may be one too many: whoever is
    /// told of it lets it go at once if the simulator [is crowded](Self::is_crowded).
    pub fn split_off(&mut self, request: Request) -> RequestId {
        let place = self.free.pop().map(RequestId);
        let id = place.unwrap_or_else(|| self.grow());
        *self.get_mut(id) = request;
        id
    }

    /// Whether there is no room for one more.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.len() >= MOST_IN_FLIGHT
    }

    /// Whether there is one more than there is room for.
    #[must_use]
    pub const fn is_crowded(&self) -> bool {
        self.len() > MOST_IN_FLIGHT
    }

    /// Frees a record.
    #[inline]
    pub fn remove(&mut self, id: RequestId) {
        let record = self.get_mut(id);
        debug_assert!(record.live, "a request ends once");
        record.live = false;
        record.pending = Tag::NONE;
        self.free.push(id.0);
    }

    /// Whether there is a live request of this name.
    #[must_use]
    pub fn holds(&self, id: RequestId) -> bool {
        (id.0 as usize) < self.begun && self.get(id).live
    }

    /// The record of a request.
    #[inline]
    #[must_use]
    pub fn get(&self, id: RequestId) -> &Request {
        let place = id.0 as usize;
        match self.chunks.get(place / CHUNK) {
            Some(chunk) => &chunk[place % CHUNK],
            None => unknown(),
        }
    }

    /// The record of a request.
    #[inline]
    pub fn get_mut(&mut self, id: RequestId) -> &mut Request {
        let place = id.0 as usize;
        match self.chunks.get_mut(place / CHUNK) {
            Some(chunk) => &mut chunk[place % CHUNK],
            None => unknown(),
        }
    }

    /// The place of the request that begins next.
    #[must_use]
    pub fn next(&self) -> RequestId {
        RequestId(self.free.last().copied().unwrap_or(self.begun as u32))
    }

    /// All requests in flight, in the order of the slab.
    pub fn live(&self) -> impl Iterator<Item = (RequestId, &Request)> {
        let numbered = self.chunks.iter().flat_map(|chunk| chunk.iter()).enumerate();
        numbered.filter(|(_, r)| r.live).map(|(i, r)| (RequestId(i as u32), r))
    }

    /// How many requests are in flight.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.begun - self.free.len()
    }

    /// Whether none is in flight.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
