//! One request that is traced: its calls as its record shows them after each event.

use crate::kinds::{Kind, clients, guard};
use crate::region::REGIONS;
use crate::run::Run;
use crate::run::calendar::Tag;
use crate::run::cpu::CpuId;
use crate::run::requests::{CLASSES, Request, RequestId};
use crate::traces::{Hop, Spent, Stretch, Trace};
use crate::units::SimTime;

/// Kind, name in links and servers of each part, in the order of the engine.
pub type Parts = Vec<(Kind, String, usize)>;

/// What goes on from one change of a record to the next.
#[derive(Clone, Copy, Debug)]
enum Doing {
    Spending(Spent),
    /// At a processor that is shared, for so much work in nanoseconds.
    Sharing(u64),
}

/// A call under way.
#[derive(Clone, Copy, Debug)]
struct Open {
    hop: usize,
    node: u8,
    entered: SimTime,
    arriving: bool,
}

/// What of a record is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    pending: Tag,
    cpu: CpuId,
    served: u64,
    travelled: u64,
    depth: u8,
    travelling: bool,
    number: u64,
    entered: SimTime,
}

impl Seen {
    fn of(request: &Request) -> Self {
        let top = (request.depth as usize).saturating_sub(1);
        Self {
            pending: request.pending,
            cpu: request.cpu,
            served: request.served,
            travelled: request.travelled,
            depth: request.depth,
            travelling: request.travelling,
            number: request.number,
            entered: request.entered.get(top).copied().unwrap_or_default(),
        }
    }
}

/// A request that is traced.
#[derive(Clone, Debug)]
pub struct Watch {
    id: RequestId,
    wish: u64,
    born: SimTime,
    class: usize,
    region: u8,
    attempts: u8,
    seen: Seen,
    since: SimTime,
    doing: Doing,
    open: Vec<Open>,
    hops: Vec<Hop>,
}

impl Watch {
    /// Begins to watch a user's request that has just begun.
    pub fn new(id: RequestId, run: &Run, parts: &Parts) -> Self {
        let request = run.requests.get(id);
        let mut watch = Self {
            id,
            wish: clients::wish(request.number),
            born: request.born,
            class: request.class as usize,
            region: request.region,
            attempts: 1,
            seen: Seen::of(request),
            since: run.now,
            doing: Doing::Spending(Spent::Wait),
            open: Vec::new(),
            hops: Vec::new(),
        };
        let blank = Seen { served: 0, travelled: 0, pending: Tag::NONE, ..watch.seen };
        watch.match_calls(request, run.now, parts, &|_| None);
        watch.doing = watch.doing_now(&blank, request, run, parts);
        watch
    }

    /// The place of its class among all.
    pub const fn class(&self) -> usize {
        self.class
    }

    /// Whether it is the wish of this request.
    pub const fn is_of(&self, request: &Request) -> bool {
        request.is_users() && clients::wish(request.number) == self.wish
    }

    /// Whether its record is as it was.
    pub fn is_as_before(&self, run: &Run) -> bool {
        let request = run.requests.get(self.id);
        self.goes_on(request) && Seen::of(request) == self.seen
    }

    /// Whether a record is the one in which its user waits for it.
    const fn goes_on(&self, request: &Request) -> bool {
        request.live && self.is_of(request) && !request.abandoned && request.floor == 0
    }

    /// Takes on what an event has changed; false when it is over for its user. `failed` says how a
    /// call of a part failed in this event.
    pub fn follow(
        &mut self,
        run: &Run,
        parts: &Parts,
        failed: &dyn Fn(u8) -> Option<&'static str>,
    ) -> bool {
        self.pass(run.now);
        if !self.goes_on(run.requests.get(self.id)) {
            // The user's side may go on in another record: a retry, or a caller cut loose.
            let other = run.requests.live().find(|(_, request)| self.goes_on(request));
            let Some((id, _)) = other else {
                let request = run.requests.get(self.id);
                let goes_on = request.live && self.is_of(request);
                for open in self.open.iter().skip(1) {
                    self.hops[open.hop].unfinished = goes_on;
                }
                self.close(0, run.now, failed);
                return false;
            };
            self.id = id;
        }
        let request = run.requests.get(self.id);
        self.attempts = self.attempts.max(request.attempt + 1);
        self.match_calls(request, run.now, parts, failed);
        let before = std::mem::replace(&mut self.seen, Seen::of(request));
        self.doing = self.doing_now(&before, request, run, parts);
        true
    }

    /// The time since the last change goes to the call on top.
    fn pass(&mut self, now: SimTime) {
        let span = now.since(self.since).0;
        let from = std::mem::replace(&mut self.since, now);
        let Some(top) = self.open.last() else { return };
        if span == 0 {
            return;
        }
        let (from_s, to_s) = (self.after(from), self.after(now));
        let own = &mut self.hops[top.hop].own;
        let mut add = |from_s: f64, to_s: f64, on: Spent| match own.last_mut() {
            Some(last) if last.on == on && last.to_s == from_s => last.to_s = to_s,
            _ if to_s > from_s => own.push(Stretch { from_s, to_s, on }),
            _ => {}
        };
        match self.doing {
            Doing::Spending(on) => add(from_s, to_s, on),
            Doing::Sharing(work) => {
                // Alone it would have taken its work; the rest is what others' shares cost it.
                let work_s = (work.min(span)) as f64 / 1e9;
                add(from_s, to_s - work_s, Spent::Wait);
                add(to_s - work_s, to_s, Spent::Work);
            }
        }
    }

    /// Closes calls that are over, opens those that have begun.
    fn match_calls(
        &mut self,
        request: &Request,
        now: SimTime,
        parts: &Parts,
        failed: &dyn Fn(u8) -> Option<&'static str>,
    ) {
        let depth = request.depth as usize;
        let is_same = |(place, open): (usize, &Open)| {
            place < depth
                && request.frames[place].node == open.node
                && (request.entered[place] == open.entered || open.arriving)
        };
        let kept = self.open.iter().enumerate().take_while(|&one| is_same(one)).count();
        self.close(kept, now, failed);
        for place in 0..depth {
            let (frame, entered) = (request.frames[place], request.entered[place]);
            let arriving = place + 1 == depth && request.travelling;
            if place >= self.open.len() {
                let hop = Hop {
                    part: parts[frame.node as usize].1.clone(),
                    server: None,
                    depth: place as u8,
                    from_s: self.after(now),
                    to_s: 0.0,
                    own: Vec::new(),
                    failure: None,
                    unfinished: false,
                };
                self.open.push(Open { hop: self.hops.len(), node: frame.node, entered, arriving });
                self.hops.push(hop);
            }
            let open = &mut self.open[place];
            (open.entered, open.arriving) = (entered, arriving);
            let servers = parts[frame.node as usize].2;
            if servers > 1 && !arriving && (frame.server as usize) < servers {
                self.hops[open.hop].server = Some(frame.server + 1);
            }
        }
    }

    /// Closes the calls from this depth on.
    fn close(&mut self, from: usize, now: SimTime, failed: &dyn Fn(u8) -> Option<&'static str>) {
        let now_s = self.after(now);
        for open in self.open.drain(from.min(self.open.len())..) {
            let hop = &mut self.hops[open.hop];
            hop.to_s = now_s;
            hop.failure = failed(open.node).map(ToOwned::to_owned);
        }
    }

    fn doing_now(&self, before: &Seen, request: &Request, run: &Run, parts: &Parts) -> Doing {
        let is_due = request.pending != Tag::NONE;
        if request.travelling || (is_due && request.travelled > before.travelled) {
            return Doing::Spending(Spent::Network);
        }
        if request.cpu != CpuId::NONE {
            let work = request.served.saturating_sub(before.served);
            return if work > 0 { Doing::Sharing(work) } else { self.doing };
        }
        if request.served > before.served {
            return Doing::Spending(Spent::Work);
        }
        // A constant time of the part itself is work; users and guards only wait.
        let kind = parts[request.top().node as usize].0;
        let is_guard = guard::GUARDS.iter().any(|(guard, _)| *guard == kind);
        let waits = kind == Kind::Clients || is_guard;
        let is_own = is_due && !waits && run.calendar.holds(request.pending);
        Doing::Spending(if is_own { Spent::Work } else { Spent::Wait })
    }

    fn after(&self, now: SimTime) -> f64 {
        now.since(self.born).seconds()
    }

    /// All of it, once it is over.
    pub fn end(self, now: SimTime, failure: Option<&str>) -> Trace {
        let latency_s = self.after(now);
        Trace {
            class: CLASSES.get(self.class).map_or("", |(_, name)| name).to_owned(),
            region: REGIONS.get(self.region as usize).map_or("", |r| r.code).to_owned(),
            began_s: self.born.seconds(),
            latency_s,
            attempts: self.attempts,
            failure: failure.map(ToOwned::to_owned),
            hops: self.hops,
        }
    }
}
