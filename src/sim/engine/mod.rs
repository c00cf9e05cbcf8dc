//! The engine: takes events from the calendar in order, tells the parts what happens, and carries
//! out what they ask for. It knows nothing of what any part is.

mod faults;
mod laws;

use crate::sim::kinds::Node;
use crate::sim::kinds::behavior::{ARRIVAL, Behavior, Ctx, IMPATIENCE, NODE_TIMERS};
use crate::sim::run::calendar::{LineId, Subject, Tag};
use crate::sim::run::meters::{Meters, ServerMeter};
use crate::sim::run::requests::{Class, Frame, Outcome, RequestId};
use crate::sim::run::{Action, Owner, Run};
use crate::sim::topology::Topology;
use crate::sim::units::SimTime;

/// A system that runs.
#[derive(Clone, Debug)]
pub struct Engine {
    topology: Topology,
    nodes: Vec<Node>,
    ctx: Ctx,
    events: u64,
}

/// The state of all counters at one instant. Two of them make any window.
#[derive(Clone, Debug)]
pub struct Sample {
    /// When.
    pub at: SimTime,
    /// All meters.
    pub meters: Meters,
    /// Time integral of the number inside each part, in nanoseconds.
    pub areas: Vec<u128>,
    /// The servers of each part.
    pub servers: Vec<Vec<ServerMeter>>,
    /// For a part that checks the health of others' servers: whom it sends requests to.
    pub health: Vec<Vec<bool>>,
}

impl Engine {
    /// A system at rest, at time zero.
    #[must_use]
    pub fn new(topology: Topology) -> Self {
        let seed = topology.scenario().seed;
        let nodes: Vec<Node> = topology.kinds().map(|kind| Node::new(kind, seed)).collect();
        let ctx = Ctx { run: Run::new(nodes.len()), node: 0 };
        let mut engine = Self { topology, nodes, ctx, events: 0 };
        engine.configure();
        let faults = engine.topology.scenario().faults.clone();
        engine.hold(&faults);
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

    /// Takes on changed settings of the same parts while running.
    pub fn change(&mut self, topology: Topology) {
        debug_assert!(self.topology.kinds().eq(topology.kinds()), "parts stay while running");
        self.topology = topology;
        self.configure();
    }

    fn configure(&mut self) {
        self.ctx.run.calendar.retire_idle_lines();
        for (place, node) in self.nodes.iter_mut().enumerate() {
            let spec = &self.topology.scenario().parts[place].spec;
            self.ctx.node = place as u8;
            node.configure(&mut self.ctx, &self.topology, spec);
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
            let (at, what) = if *arrival <= patience.due {
                (*arrival, ARRIVAL)
            } else {
                (patience.due, IMPATIENCE)
            };
            if let Some((now, tag)) = self.ctx.run.calendar.take_by(at.min(until)) {
                self.ctx.run.now = now;
                self.happen(tag);
            } else if at <= until {
                self.ctx.run.now = at;
                self.ctx.node = 0;
                if let Some((id, action)) = self.nodes[0].wake(&mut self.ctx, what) {
                    self.drive(id, action);
                }
            } else {
                return spent;
            }
        }
        most
    }

    #[inline]
    fn happen(&mut self, tag: Tag) {
        match tag.subject() {
            Subject::Request(id) => {
                let request = self.ctx.run.requests.get_mut(id);
                if request.pending == tag {
                    let action = if request.travelling {
                        request.travelling = false;
                        let frame = request.top_mut();
                        frame.entered = self.ctx.run.now;
                        let node = frame.node;
                        self.enter(id, node)
                    } else {
                        let node = request.top().node;
                        self.nodes[node as usize].resume(&mut self.ctx, id)
                    };
                    self.drive(id, action);
                }
            }
            Subject::Timer(timer) => self.tick(timer),
        }
    }

    #[inline(never)]
    fn tick(&mut self, timer: u32) {
        if timer < NODE_TIMERS {
            let cpu = super::run::cpu::CpuId(timer);
            let (finished, again) = self.ctx.run.cpus[timer as usize].look(self.ctx.run.now);
            self.ctx.run.look_at(cpu, again);
            if let Some(id) = finished {
                let request = self.ctx.run.requests.get_mut(id);
                request.cpu = None;
                let node = request.top().node;
                let action = self.nodes[node as usize].resume(&mut self.ctx, id);
                self.drive(id, action);
            }
        } else if let Some(&Owner(node, name)) =
            self.ctx.run.timers.get((timer - NODE_TIMERS) as usize)
        {
            self.ctx.node = node;
            if let Some((id, action)) = self.nodes[node as usize].wake(&mut self.ctx, name) {
                self.drive(id, action);
            }
        }
    }

    /// Carries out what parts ask for until the request waits for something.
    #[inline]
    fn drive(&mut self, id: RequestId, mut action: Action) {
        loop {
            action = match action {
                Action::Wait => return,
                Action::Call { to, way } => {
                    let request = self.ctx.run.requests.get_mut(id);
                    let depth = request.depth as usize;
                    request.frames[depth] = Frame {
                        entered: self.ctx.run.now,
                        node: to,
                        phase: 0,
                        found: false,
                        server: 0,
                    };
                    request.depth += 1;
                    if way == LineId::NOW {
                        self.enter(id, to)
                    } else {
                        request.travelling = true;
                        request.travelled += self.ctx.run.calendar.delay(way).0;
                        self.ctx.run.resume_in_line(id, way);
                        return;
                    }
                }
                Action::Reply(outcome) => match self.leave(id, outcome) {
                    Some(node) => self.nodes[node as usize].returned(&mut self.ctx, id, outcome),
                    None => return,
                },
            };
        }
    }

    /// The request comes into the part of its top call.
    #[inline]
    fn enter(&mut self, id: RequestId, node: u8) -> Action {
        let is_check = self.ctx.run.requests.get(id).class == Class::Probe;
        self.ctx.run.meters.nodes[node as usize].enter(self.ctx.run.now, is_check);
        self.nodes[node as usize].arrive(&mut self.ctx, id)
    }

    /// The request leaves the part of its top call; says which part waits for the answer, if it is
    /// still there.
    #[inline]
    fn leave(&mut self, id: RequestId, outcome: Outcome) -> Option<u8> {
        let request = self.ctx.run.requests.get_mut(id);
        let Frame { node, entered, .. } = *request.top();
        request.depth -= 1;
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
        let mut servers = Vec::new();
        let mut health = Vec::new();
        for node in &self.nodes {
            servers.push(node.servers(&self.ctx));
            health.push(node.health());
        }
        Sample { at: now, meters: self.ctx.run.meters.clone(), areas, servers, health }
    }
}
