//! What a part is to the engine: it is told what happens and only asks for what should follow. It
//! sees itself and a narrow [`Ctx`]; the engine acts.

use super::Kind;
use super::param::Spec;
use super::tier::Machine;
pub use crate::sim::run::Action;
use crate::sim::run::calendar::LineId;
use crate::sim::run::cpu::{Cpu, CpuId};
use crate::sim::run::meters::{Meters, ServerMeter};
use crate::sim::run::requests::{Frame, Outcome, Request, RequestId, Wish};
use crate::sim::run::{Owner, Run};
use crate::sim::units::{SimTime, Span};
use serde::{Deserialize, Serialize};

/// A fault that a visitor or a timeline puts on a part or one of its servers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Dead: refuses what comes, loses what it has.
    Kill,
    /// All work takes this many times as long.
    Slow(f64),
}

/// What a part may know of the others when it is configured.
pub trait Surroundings {
    /// The settings of another part, if there is one.
    fn spec(&self, kind: Kind) -> Option<&Spec>;
    /// The place of another part in the engine, if there is one.
    fn place(&self, kind: Kind) -> Option<u8>;
    /// The part that users' requests reach first.
    fn front(&self) -> u8;
    /// Whether a part lives on the web servers' machines.
    fn is_guest(&self, kind: Kind) -> bool;
}

/// How a part behaves.
pub trait Behavior {
    /// Takes on its settings, at the start and whenever one changes while running.
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec);
    /// A call comes in.
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action;
    /// A wait or a piece of work that the part asked for is over.
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action;
    /// A part that it called has answered.
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let _ = (ctx, id);
        Action::Reply(outcome)
    }
    /// A timer is due. A request that the part begins is given back, with what should follow.
    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        let _ = (ctx, timer);
        None
    }
    /// One of the servers, or the whole part for `None`, gets a fault, or is healed for `None`.
    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>);
    /// What an observer may see of its servers.
    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter>;
    /// For a part that checks the health of others' servers: which it sends requests to.
    fn health(&self) -> Vec<bool> {
        Vec::new()
    }
}

/// What a part may see and do. The engine owns it for the whole run, so that handing it to a part
/// costs one pointer.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub(in crate::sim) run: Run,
    /// The part whose turn it is to begin requests or set timers.
    pub(in crate::sim) node: u8,
}

/// Timers with these names are the engine's calls to the clients.
pub const ARRIVAL: u32 = u32::MAX;
/// See [`ARRIVAL`].
pub const IMPATIENCE: u32 = u32::MAX - 1;

impl Ctx {
    /// Now.
    #[inline]
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.run.now
    }

    /// The record of a request.
    #[inline]
    pub fn request(&mut self, id: RequestId) -> &mut Request {
        self.run.requests.get_mut(id)
    }

    /// The part's own call of a request: the one on top.
    #[inline]
    pub fn frame(&mut self, id: RequestId) -> &mut Frame {
        self.run.requests.get_mut(id).top_mut()
    }

    /// [`Behavior::resume`] for the request after so many nanoseconds.
    #[inline]
    pub fn resume_after(&mut self, id: RequestId, ns: f64) {
        self.run.resume_after(id, ns);
    }

    /// [`Behavior::resume`] for the request after the delay of a line; true if that is now.
    #[inline]
    #[must_use]
    pub fn resume_in_line(&mut self, id: RequestId, line: LineId) -> bool {
        if line == LineId::NOW {
            return true;
        }
        self.run.resume_in_line(id, line);
        false
    }

    /// The request spends the delay of a line on the network, then [`Behavior::resume`]; true if
    /// that is now.
    #[inline]
    #[must_use]
    pub fn travel(&mut self, id: RequestId, line: LineId) -> bool {
        let delay = self.run.calendar.delay(line);
        self.run.requests.get_mut(id).travelled += delay.0;
        self.resume_in_line(id, line)
    }

    /// [`Behavior::resume`] for the request when a processor has done so much work for it.
    #[inline]
    pub fn run_on(&mut self, cpu: CpuId, id: RequestId, work: f64) {
        self.run.run_on(cpu, id, work);
    }

    /// Begins a request of the part's own; `None` when the simulator is full.
    #[inline]
    pub fn begin(&mut self, wish: &Wish, phase: u8) -> Option<RequestId> {
        self.run.requests.begin(wish, self.run.now, self.node, phase)
    }

    /// Begins another attempt of a request of the part's own, in its first call and in this phase;
    /// `None` when the simulator is full.
    pub fn begin_again(&mut self, request: &Request, phase: u8) -> Option<RequestId> {
        if self.run.requests.is_full() {
            return None;
        }
        let mut again = Request { depth: 1, travelling: false, cpu: None, ..*request };
        again.frames[0].phase = phase;
        Some(self.run.requests.split_off(again))
    }

    /// Whether more requests are in flight than the simulator holds.
    #[must_use]
    pub const fn is_crowded(&self) -> bool {
        self.run.requests.is_crowded()
    }

    /// Ends a request of the part's own.
    #[inline]
    pub fn end(&mut self, id: RequestId) {
        self.run.requests.remove(id);
    }

    /// The line of a constant delay.
    pub fn line(&mut self, delay: Span) -> LineId {
        self.run.calendar.line(delay)
    }

    /// The delay of a line.
    #[must_use]
    pub fn delay(&self, line: LineId) -> Span {
        self.run.calendar.delay(line)
    }

    /// A new processor with so many cores.
    pub fn add_cpu(&mut self, cores: f64) -> CpuId {
        let cpu = CpuId(self.run.cpus.len() as u32);
        self.run.cpus.push(Cpu::new(cores));
        cpu
    }

    /// Changes a processor.
    pub fn set_cpu(&mut self, cpu: CpuId, cores: f64, speed: f64) {
        let due = self.run.cpus[cpu.0 as usize].set(self.run.now, cores, speed);
        self.run.look_at(cpu, due);
    }

    /// A processor.
    #[must_use]
    pub fn cpu(&self, cpu: CpuId) -> &Cpu {
        &self.run.cpus[cpu.0 as usize]
    }

    /// Makes the part's processors known to guests.
    pub fn host(&mut self, cpus: Vec<Option<CpuId>>) {
        self.run.hosts = cpus;
    }

    /// The machines on which a guest may work: those of the web servers.
    #[must_use]
    pub fn machines(&self) -> Vec<Machine> {
        let hosts = self.run.hosts.iter();
        hosts.map(|cpu| cpu.map_or(Machine::Slots, Machine::Guest)).collect()
    }

    /// [`Behavior::wake`] with this name at an instant. Names are the part's own.
    pub fn wake_at(&mut self, at: SimTime, timer: u32) {
        let owner = Owner(self.node, timer);
        let found = self.run.timers.iter().position(|t| *t == owner);
        let place = found.unwrap_or_else(|| {
            self.run.timers.push(owner);
            self.run.timers.len() - 1
        });
        self.run.calendar.timer_at(at, NODE_TIMERS + place as u32);
    }

    /// When the next user's request arrives.
    #[inline]
    pub const fn set_arrival(&mut self, at: SimTime) {
        self.run.arrival = at;
    }

    /// When the next user's request arrives.
    #[must_use]
    pub const fn arrival(&self) -> SimTime {
        self.run.arrival
    }

    /// A user begins to wait for an attempt.
    #[inline]
    pub fn be_patient(&mut self, id: RequestId) {
        self.run.patience.add(&mut self.run.requests, id);
    }

    /// A user no longer waits for an attempt.
    #[inline]
    pub fn stop_waiting(&mut self, id: RequestId) {
        self.run.patience.remove(&mut self.run.requests, id);
    }

    /// Changes how long users wait; zero for for ever.
    pub fn set_patience(&mut self, limit: Span) {
        self.run.patience.set(&self.run.requests, limit);
    }

    /// The attempt that has been waited for longest.
    #[must_use]
    pub const fn longest_awaited(&self) -> RequestId {
        self.run.patience.oldest()
    }

    /// The meters.
    #[inline]
    pub const fn meters(&mut self) -> &mut Meters {
        &mut self.run.meters
    }

    /// Counts a request as over for its user.
    #[inline]
    pub fn ended(&mut self, id: RequestId, outcome: Outcome) {
        self.run.meters.ended(self.run.now, self.run.requests.get(id), outcome);
    }
}

/// Timers below this number look at processors; parts' timers follow.
pub const NODE_TIMERS: u32 = 1 << 20;
