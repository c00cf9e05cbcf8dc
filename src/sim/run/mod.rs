//! The state of a run that parts act on: calendar, requests in flight, processors, meters.

pub mod calendar;
pub mod cpu;
pub mod errand;
pub mod fleet;
mod heap;
pub mod homes;
pub mod log;
pub mod meters;
pub mod outcome;
pub mod requests;
pub mod sessions;
pub mod timers;
pub mod truth;

use super::units::{SimTime, Span};
use calendar::{Calendar, LineId, Subject, Tag};
use cpu::{Cpu, CpuId};
use fleet::Fleet;
use homes::Homes;
use log::Log;
use meters::Meters;
use requests::{Outcome, Request, RequestId, Requests};
use sessions::Sessions;
pub use timers::Owner;
use timers::Timers;
use truth::Truth;

/// What should follow for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Call the part at this place, after the delay of a line.
    Call {
        /// Place of the part in the engine.
        to: u8,
        /// The way there.
        way: LineId,
    },
    /// Answer whoever called.
    Reply(Outcome),
    /// Nothing now: an event or another request will go on with it.
    Wait,
}

/// What a part asks the engine to do to the system, once the event under way is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Kill a server of the part at this place for so long.
    Kill {
        /// Place of the part.
        node: u8,
        /// Which of its servers.
        server: u16,
        /// For how long.
        lasts: Span,
    },
    /// Let a site fail for so long.
    KillSite {
        /// Which site.
        site: u8,
        /// For how long.
        lasts: Span,
    },
    /// Put a sound machine in the place of a server, whatever was wrong with it.
    Replace {
        /// Place of the part.
        node: u8,
        /// Which of its servers.
        server: u16,
    },
    /// Tell the parts whose calls these are that a request goes on under another name.
    Rename {
        /// The name so far.
        old: RequestId,
        /// The name from now on.
        new: RequestId,
        /// How many calls go on under it.
        depth: u8,
    },
    /// Show the part at this place a sample of all meters.
    Show {
        /// Place of the part.
        node: u8,
    },
}

/// The state of a run, without the parts themselves.
#[derive(Clone, Debug)]
pub struct Run {
    /// Now.
    pub now: SimTime,
    /// Pending events.
    pub calendar: Calendar,
    /// Requests in flight.
    pub requests: Requests,
    /// Processors with shared cores.
    pub cpus: Vec<Cpu>,
    /// Whom timers wake.
    pub timers: Timers,
    /// Requests that parts let go on besides the one in hand.
    pub launched: Vec<(RequestId, Action)>,
    /// What parts ask the engine to do to the system.
    pub orders: Vec<Order>,
    /// Whether anything was launched or ordered since the engine last looked.
    pub has_more: bool,
    /// What happened, in words.
    pub log: Log,
    /// What the data is.
    pub truth: Truth,
    /// What the databases of all sites know of each other.
    pub homes: Homes,
    /// What was counted.
    pub meters: Meters,
    /// When the next user's request arrives: kept outside the calendar, as it always exists.
    pub arrival: SimTime,
    /// Attempts that users wait for.
    pub patience: Patience,
    /// Machines of the web servers, site by site, on which other parts may be guests.
    pub hosts: Vec<Vec<Option<CpuId>>>,
    /// What the web tier of each site says of its servers.
    pub fleets: Vec<Fleet>,
    /// Who is logged in where.
    pub sessions: Sessions,
}

impl Run {
    /// An empty run of so many parts.
    #[must_use]
    pub fn new(nodes: usize) -> Self {
        Self {
            now: SimTime::ZERO,
            calendar: Calendar::default(),
            requests: Requests::default(),
            cpus: Vec::new(),
            timers: Timers::default(),
            launched: Vec::new(),
            orders: Vec::new(),
            has_more: false,
            log: Log::default(),
            truth: Truth::default(),
            homes: Homes::default(),
            meters: Meters::new(nodes),
            arrival: SimTime::NEVER,
            patience: Patience::default(),
            hosts: Vec::new(),
            fleets: Vec::new(),
            sessions: Sessions::default(),
        }
    }

    /// A request goes on with this action besides the one in hand, at the same instant.
    pub fn launch(&mut self, id: RequestId, action: Action) {
        self.launched.push((id, action));
        self.has_more = true;
    }

    /// Asks the engine to do something to the system once the event under way is over.
    pub fn order(&mut self, order: Order) {
        self.orders.push(order);
        self.has_more = true;
    }

    /// The request goes on after a line's delay.
    #[inline(always)]
    pub fn resume_in_line(&mut self, id: RequestId, line: LineId) {
        let (tag, _) = self.calendar.after(self.now, line, id);
        self.requests.get_mut(id).pending = tag;
    }

    /// The request goes on after a line's delay, which it spends on the network.
    #[inline(always)]
    pub fn travel_in_line(&mut self, id: RequestId, line: LineId) {
        let (tag, delay) = self.calendar.after(self.now, line, id);
        let request = self.requests.get_mut(id);
        request.pending = tag;
        request.travelled += delay.0;
    }

    /// The request goes on after so many nanoseconds.
    #[inline(always)]
    pub fn resume_after(&mut self, id: RequestId, ns: f64) {
        let at = self.now.after(Span::from_nanos(ns));
        let tag = self.calendar.at(at, id);
        self.requests.get_mut(id).pending = tag;
    }

    /// The request goes on when a processor has done its work.
    #[inline]
    pub fn run_on(&mut self, cpu: CpuId, id: RequestId, work: f64) {
        let request = self.requests.get_mut(id);
        (request.pending, request.cpu) = (Tag::NONE, cpu);
        let due = self.cpus[cpu.0 as usize].add(self.now, id, work);
        self.look_at(cpu, due);
    }

    /// The request waits until someone [keeps the promise](Self::kept) of this name.
    pub fn promise(&mut self, id: RequestId) -> Tag {
        let tag = self.calendar.name(id);
        self.requests.get_mut(id).pending = tag;
        tag
    }

    /// The request that waits under this name, which now no longer waits; `None` when it is gone.
    pub fn kept(&mut self, promise: Tag) -> Option<RequestId> {
        let Subject::Request(id) = promise.subject() else { return None };
        let waits = self.requests.holds(id) && self.requests.get(id).pending == promise;
        waits.then(|| {
            self.requests.get_mut(id).pending = Tag::NONE;
            id
        })
    }

    /// Cuts a request in two below the call at `depth`: that call and what it called go on for
    /// nobody; the callers, given back, have its answer to come from elsewhere. The user's patience
    /// goes with the callers.
    pub fn cut(&mut self, id: RequestId, depth: usize) -> RequestId {
        let request = *self.requests.get(id);
        let callers = Request {
            depth: depth as u8,
            travelling: false,
            pending: Tag::NONE,
            cpu: CpuId::NONE,
            ..request
        };
        let told = self.requests.split_off(callers);
        self.patience.replace(&mut self.requests, id, told);
        self.requests.get_mut(id).floor = depth as u8;
        self.order(Order::Rename { old: id, new: told, depth: depth as u8 });
        told
    }

    /// Looks at a processor whose clock is due; gives the request whose work is done, if one's is.
    #[inline]
    pub fn look(&mut self, cpu: CpuId) -> Option<RequestId> {
        let state = &mut self.cpus[cpu.0 as usize];
        let finished = state.look(self.now);
        match state.due {
            SimTime::NEVER => self.calendar.stop_clock(cpu.0),
            due => self.calendar.set_clock(cpu.0, due),
        }
        finished
    }

    /// Plans a look at a processor. Its clock has the processor's number.
    #[inline]
    pub fn look_at(&mut self, cpu: CpuId, due: Option<SimTime>) {
        if let Some(at) = due {
            self.calendar.set_clock(cpu.0, at);
        }
    }
}

/// The attempts that users wait for, oldest first, as a list through the requests themselves: all
/// wait equally long, so only the oldest needs watching, and an answer costs two links.
#[derive(Clone, Debug)]
pub struct Patience {
    /// How long users wait.
    pub limit: Span,
    oldest: RequestId,
    youngest: RequestId,
    /// When the oldest attempt runs out.
    pub due: SimTime,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            limit: Span::ZERO,
            oldest: RequestId::NONE,
            youngest: RequestId::NONE,
            due: SimTime::NEVER,
        }
    }
}

impl Patience {
    /// Whether users give up at all.
    #[inline]
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.limit.0 > 0
    }

    /// A user begins to wait.
    #[inline]
    pub fn add(&mut self, requests: &mut Requests, id: RequestId) {
        if !self.is_on() {
            return;
        }
        let older = self.youngest;
        let request = requests.get_mut(id);
        request.older = older;
        request.younger = RequestId::NONE;
        self.youngest = id;
        if older == RequestId::NONE {
            self.oldest = id;
            self.plan(requests);
        } else {
            requests.get_mut(older).younger = id;
        }
    }

    /// A user no longer waits. Does nothing for one who is not in the list.
    #[inline(always)]
    pub fn remove(&mut self, requests: &mut Requests, id: RequestId) {
        let Request { older, younger, .. } = *requests.get(id);
        let is_oldest = self.oldest == id;
        if older == RequestId::NONE && !is_oldest {
            return;
        }
        if younger == RequestId::NONE {
            self.youngest = older;
        } else {
            requests.get_mut(younger).older = older;
        }
        if is_oldest {
            self.oldest = younger;
            self.plan(requests);
        } else {
            requests.get_mut(older).younger = younger;
        }
        let request = requests.get_mut(id);
        (request.older, request.younger) = (RequestId::NONE, RequestId::NONE);
    }

    /// A request takes the place of another in the list, if that is in it.
    pub fn replace(&mut self, requests: &mut Requests, old: RequestId, new: RequestId) {
        let Request { older, younger, .. } = *requests.get(old);
        if older == RequestId::NONE && self.oldest != old {
            return;
        }
        let links = requests.get_mut(new);
        (links.older, links.younger) = (older, younger);
        match older {
            RequestId::NONE => self.oldest = new,
            other => requests.get_mut(other).younger = new,
        }
        match younger {
            RequestId::NONE => self.youngest = new,
            other => requests.get_mut(other).older = new,
        }
        let left = requests.get_mut(old);
        (left.older, left.younger) = (RequestId::NONE, RequestId::NONE);
    }

    /// Changes how long users wait, those who wait already included if they gave a limit.
    pub fn set(&mut self, requests: &Requests, limit: Span) {
        self.limit = limit;
        self.plan(requests);
    }

    #[inline]
    fn plan(&mut self, requests: &Requests) {
        self.due = if self.oldest == RequestId::NONE || !self.is_on() {
            SimTime::NEVER
        } else {
            requests.get(self.oldest).began.after(self.limit)
        };
    }

    /// Who waits longest.
    #[inline]
    #[must_use]
    pub const fn oldest(&self) -> RequestId {
        self.oldest
    }
}
