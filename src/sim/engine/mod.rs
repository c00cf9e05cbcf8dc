//! The engine: takes events from the calendar in order, tells the parts what happens, and carries
//! out what they ask for. It knows nothing of what any part is.

mod faults;
mod laws;
mod settings;
mod tracing;

use crate::kinds::Node;
use crate::kinds::behavior::{ARRIVAL, Behavior, Ctx, IMPATIENCE, NODE_TIMERS};
use crate::run::calendar::{LineId, Subject, Tag};
use crate::run::cpu::CpuId;
use crate::run::log::Log;
use crate::run::meters::{Meters, Sample};
use crate::run::requests::{Class, Outcome, RequestId};
use crate::run::{Action, Owner, Run};
use crate::topology::Topology;
use crate::units::SimTime;
use faults::Troubles;
use settings::Given;
pub use tracing::Tracer;

/// A system that runs.
#[derive(Clone, Debug)]
pub struct Engine {
    topology: Topology,
    nodes: Vec<Node>,
    ctx: Ctx,
    events: u64,
    troubles: Troubles,
    given: Given,
}

impl Engine {
    /// A system at rest, at time zero.
    #[must_use]
    pub fn new(topology: Topology) -> Self {
        let nodes: Vec<Node> = topology.parts().map(|(kind, seed)| Node::new(kind, seed)).collect();
        let ctx = Ctx { run: Run::new(nodes.len()), node: 0, site: 0 };
        let troubles = Troubles::new(&topology);
        let given = Given::new(&topology);
        let mut engine = Self { topology, nodes, ctx, events: 0, troubles, given };
        engine.configure();
        engine.pass_time();
        engine
    }

    /// The checked scenario that runs.
    #[must_use]
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Now.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.ctx.run.now
    }

    /// Events carried out so far.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Requests in flight, those given up included.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.ctx.run.requests.len()
    }

    /// The meters so far.
    #[must_use]
    pub const fn meters(&self) -> &Meters {
        &self.ctx.run.meters
    }

    /// What happened to the system so far.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.ctx.run.log
    }

    fn configure(&mut self) {
        self.ctx.run.calendar.retire_idle_lines();
        for (place, node) in self.nodes.iter_mut().enumerate() {
            let part = &self.topology.scenario().parts[place];
            (self.ctx.node, self.ctx.site) = (place as u8, part.site);
            node.configure(&mut self.ctx, &self.topology.seen_from(part.site), &part.spec);
        }
    }

    /// Runs until an instant or until so many events were spent, whichever comes first; says how
    /// many were spent. The clock stands at the instant if it was reached.
    pub fn run_until(&mut self, until: SimTime, most: u64) -> u64 {
        let mut spent = 0;
        while spent < most {
            // Small slices: the machine's compiler changes tiers only between calls.
            let slice = self.slice(until, (most - spent).min(4_096));
            spent += slice;
            if slice < 4_096 && spent < most {
                self.ctx.run.now = self.ctx.run.now.max(until);
                break;
            }
        }
        self.events += spent;
        spent
    }

    /// The hot loop: up to `most` events no later than `until`.
    #[inline(never)]
    fn slice(&mut self, until: SimTime, most: u64) -> u64 {
        for spent in 0..most {
            // At the same instant events come first, then arrivals, then the end of patience.
            let Run { arrival, patience, .. } = &self.ctx.run;
            let at = (*arrival).min(patience.due);
            if let Some((now, tag)) = self.ctx.run.calendar.take_by(at.min(until)) {
                self.ctx.run.now = now;
                match tag.subject() {
                    Subject::Request(id) => self.happen(tag, id),
                    Subject::Timer(timer) => self.tick(timer),
                }
            } else if at <= until {
                self.come(at);
            } else {
                return spent;
            }
            if self.ctx.run.has_more {
                self.follow_up();
            }
        }
        most
    }

    /// A user comes, or one's patience ends.
    #[inline(never)]
    fn come(&mut self, at: SimTime) {
        let run = &mut self.ctx.run;
        let what = if run.arrival <= run.patience.due { ARRIVAL } else { IMPATIENCE };
        // A patience that was made shorter may have run out before now.
        run.now = run.now.max(at);
        self.ctx.node = 0;
        if let Some((id, action)) = self.nodes[0].wake(&mut self.ctx, what) {
            self.go(id, action, false);
        }
    }

    /// Lets go on what parts launched besides the request in hand, then carries out orders.
    #[inline(never)]
    fn follow_up(&mut self) {
        let mut next = 0;
        while let Some(&(id, action)) = self.ctx.run.launched.get(next) {
            next += 1;
            self.drive(id, action);
        }
        self.ctx.run.launched.clear();
        self.carry_out();
        self.ctx.run.has_more = false;
    }

    /// An event of a request: it reaches the part it was sent to, or what its part had it wait for
    /// is over.
    #[inline(always)]
    fn happen(&mut self, tag: Tag, id: RequestId) {
        let request = self.ctx.run.requests.get_mut(id);
        if request.pending != tag {
            return;
        }
        let enters = request.travelling;
        let mut action = Action::Wait;
        if enters {
            request.reach(self.ctx.run.now);
        } else {
            let node = request.top().node;
            self.ctx.node = node;
            action = self.nodes[node as usize].resume(&mut self.ctx, id);
        }
        self.go(id, action, enters);
    }

    /// A processor or a part has something to do.
    #[inline(never)]
    fn tick(&mut self, timer: u32) {
        if timer < NODE_TIMERS {
            if let Some(id) = self.ctx.run.look(CpuId(timer)) {
                let request = self.ctx.run.requests.get_mut(id);
                request.cpu = CpuId::NONE;
                let node = request.top().node;
                self.ctx.node = node;
                let action = self.nodes[node as usize].resume(&mut self.ctx, id);
                self.drive(id, action);
            }
        } else if let Some(Owner(node, name)) = self.ctx.run.timers.owner(timer - NODE_TIMERS) {
            if node == faults::ENGINE {
                return self.pass_time();
            }
            self.ctx.node = node;
            if let Some((id, action)) = self.nodes[node as usize].wake(&mut self.ctx, name) {
                self.drive(id, action);
            }
        }
    }

    /// Carries out what parts ask for until the request waits for something.
    #[inline(never)]
    fn drive(&mut self, id: RequestId, action: Action) {
        self.go(id, action, false);
    }

    /// Carries out what parts ask for until the request waits for something; with `enters` it first
    /// comes into the part of its top call, and the action does not count. Inlined wherever the hot
    /// loop needs it, and each way into a part stands in it once.
    #[inline(always)]
    fn go(&mut self, id: RequestId, mut action: Action, mut enters: bool) {
        loop {
            if enters {
                enters = false;
                action = self.enter(id);
            }
            match action {
                Action::Wait => return,
                Action::Call { to, way } => {
                    let request = self.ctx.run.requests.get_mut(id);
                    request.call(to, self.ctx.run.now);
                    if self.troubles.any {
                        let extra = self.troubles.delay(to);
                        if extra > 0.0 {
                            return self.call_late(id, way, extra);
                        }
                    }
                    if way != LineId::NOW {
                        let (tag, delay) = self.ctx.run.calendar.after(self.ctx.run.now, way, id);
                        request.pending = tag;
                        request.travelling = true;
                        request.travelled += delay.0;
                        return;
                    }
                    enters = true;
                }
                Action::Reply(outcome) => {
                    let Some(node) = self.leave(id, outcome) else { return };
                    self.ctx.node = node;
                    action = self.nodes[node as usize].returned(&mut self.ctx, id, outcome);
                }
            }
        }
    }

    /// A call on a link with a delay on top.
    #[cold]
    fn call_late(&mut self, id: RequestId, way: LineId, extra: f64) {
        let ns = self.ctx.run.calendar.delay(way).0 as f64 + extra;
        let request = self.ctx.run.requests.get_mut(id);
        request.travelling = true;
        request.travelled += ns as u64;
        self.ctx.run.resume_after(id, ns);
    }

    /// The request comes into the part of its top call.
    #[inline(always)]
    fn enter(&mut self, id: RequestId) -> Action {
        let request = self.ctx.run.requests.get(id);
        let (node, is_check) = (request.top().node, request.class == Class::Probe);
        self.ctx.run.meters.nodes[node as usize].enter(self.ctx.run.now, is_check);
        if self.troubles.any
            && let Some(outcome) = self.troubles.answer(node, self.ctx.run.requests.get(id))
        {
            return Action::Reply(outcome);
        }
        self.ctx.node = node;
        self.nodes[node as usize].arrive(&mut self.ctx, id)
    }

    /// The request leaves the part of its top call; says which part waits for the answer, if it is
    /// still there.
    #[inline(always)]
    fn leave(&mut self, id: RequestId, outcome: Outcome) -> Option<u8> {
        let request = self.ctx.run.requests.get_mut(id);
        let (node, entered) = request.leave();
        let is_orphan = request.depth <= request.floor && request.floor > 0;
        let (below, is_check) = (request.top().node, request.class == Class::Probe);
        let meter = &mut self.ctx.run.meters.nodes[node as usize];
        meter.leave(self.ctx.run.now, entered, outcome, is_check);
        if is_orphan {
            self.ctx.run.meters.orphaned += 1;
            self.ctx.run.requests.remove(id);
            return None;
        }
        Some(below)
    }

    /// The state of all counters now. Taking it changes nothing in the run.
    #[must_use]
    pub fn sample(&self) -> Sample {
        let now = self.ctx.run.now;
        let areas = self.ctx.run.meters.nodes.iter().map(|node| node.area(now)).collect();
        let of = |node: &Node| node.servers(&self.ctx);
        Sample {
            at: now,
            meters: self.ctx.run.meters.clone(),
            areas,
            servers: self.nodes.iter().map(of).collect(),
            health: self.nodes.iter().map(Node::health).collect(),
            counters: self.nodes.iter().map(Node::counters).collect(),
            gauges: self.nodes.iter().map(|node| node.gauges(&self.ctx)).collect(),
            spent: self.nodes.iter().map(|node| node.spent_usd(&self.ctx)).collect(),
        }
    }
}
