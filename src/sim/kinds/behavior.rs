//! What a part is to the engine: it is told what happens and only asks for what should follow. It
//! sees itself and a narrow [`Ctx`]; the engine acts.

use super::Kind;
pub use super::fault::Fault;
use super::param::Spec;
use super::tier::Machine;
use crate::run::calendar::{LineId, Tag};
use crate::run::cpu::{Cpu, CpuId};
use crate::run::log::{Entry, Severity};
use crate::run::meters::{Meters, Sample, ServerMeter};
use crate::run::requests::{Frame, Outcome, Request, RequestId, Wish};
use crate::run::truth::Truth;
pub use crate::run::{Action, Order};
use crate::run::{Owner, Run};
use crate::units::{SimTime, Span};

/// What a part may know of the others when it is configured. The parts of its own site and those
/// outside all sites are meant, unless a site is named.
pub trait Surroundings {
    /// The settings of another part, if there is one.
    fn spec(&self, kind: Kind) -> Option<&Spec>;
    /// The place in the engine to call another part at, if there is one.
    fn place(&self, kind: Kind) -> Option<u8>;
    /// The settings of a part of a site.
    fn spec_at(&self, kind: Kind, site: u8) -> Option<&Spec>;
    /// The place of a part of a site.
    fn place_at(&self, kind: Kind, site: u8) -> Option<u8>;
    /// The part of a site that requests reach first.
    fn front(&self, site: u8) -> u8;
    /// Whether a part of a site lives on the web servers' machines.
    fn is_guest_at(&self, kind: Kind, site: u8) -> bool;
    /// The same of the part's own site.
    fn is_guest(&self, kind: Kind) -> bool {
        self.is_guest_at(kind, self.site())
    }
    /// The part's own site, counted from 0; 0 for a part outside all sites.
    fn site(&self) -> u8;
    /// How many sites there are.
    fn sites(&self) -> u8;
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
    /// A request that has a call of the part at this depth, cut in two below it, goes on under
    /// another name, which a part that keeps names must know.
    fn moved(&mut self, ctx: &mut Ctx, old: RequestId, new: RequestId, depth: usize) {
        let _ = (ctx, old, new, depth);
    }
    /// What an observer may see of its servers.
    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter>;
    /// For a part that checks the health of others' servers: which it sends requests to.
    fn health(&self) -> Vec<bool> {
        Vec::new()
    }
    /// What it has counted under names of its own, cumulative, always the same names in the same
    /// order.
    fn counters(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
    /// What it measures under names of its own, now, always the same names in the same order.
    fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        let _ = ctx;
        Vec::new()
    }
    /// What it has cost so far in USD, for a part whose cost depends on what it does; a part that
    /// costs the same all the time says nothing.
    fn spent_usd(&self, ctx: &Ctx) -> Option<f64> {
        let _ = ctx;
        None
    }
    /// Checks the laws of its own, such as that no write is lost uncounted.
    ///
    /// # Errors
    /// The first law that is broken, with its figures.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
    /// Gets the sample it has asked for with [`Order::Show`].
    fn look(&mut self, ctx: &mut Ctx, sample: &Sample) {
        let _ = (ctx, sample);
    }
}

/// What a part may see and do. The engine owns it for the whole run, so that handing it to a part
/// costs one pointer.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub(crate) run: Run,
    /// The part whose turn it is.
    pub(crate) node: u8,
    /// The site of the part that is configured.
    pub(crate) site: u8,
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

    /// The record of a request, for an observer.
    #[must_use]
    pub fn seen(&self, id: RequestId) -> &Request {
        self.run.requests.get(id)
    }

    /// The place of the part whose turn it is.
    #[must_use]
    pub const fn node(&self) -> u8 {
        self.node
    }

    /// A request goes on with this action besides the one in hand, at the same instant.
    pub fn launch(&mut self, id: RequestId, action: Action) {
        self.run.launch(id, action);
    }

    /// The request waits until someone [keeps the promise](Self::kept) of this name.
    pub fn promise(&mut self, id: RequestId) -> Tag {
        self.run.promise(id)
    }

    /// The request that waits under this name, which now no longer waits: whoever asks goes on with
    /// it by [`Self::launch`]. `None` when it is gone.
    pub fn kept(&mut self, promise: Tag) -> Option<RequestId> {
        self.run.kept(promise)
    }

    /// Cuts a request in two below the call at `depth`: that call and what it called go on for
    /// nobody, and what they answer is dropped. Given back are the callers, to whom the caller
    /// answers with [`Self::launch`].
    pub fn cut(&mut self, id: RequestId, depth: usize) -> RequestId {
        self.run.cut(id, depth)
    }

    /// Whether there is a live request of this name.
    #[must_use]
    pub fn holds(&self, id: RequestId) -> bool {
        self.run.requests.holds(id)
    }

    /// Asks the engine to do something to the system once the event under way is over.
    pub fn order(&mut self, order: Order) {
        self.run.order(order);
    }

    /// Writes an entry of the part into the log.
    pub fn log(
        &mut self,
        severity: Severity,
        server: Option<usize>,
        what: &'static str,
        numbers: &[(&'static str, f64)],
    ) {
        self.log_of(self.node, severity, server, what, numbers);
    }

    /// Writes an entry about another part into the log.
    pub fn log_of(
        &mut self,
        node: u8,
        severity: Severity,
        server: Option<usize>,
        what: &'static str,
        numbers: &[(&'static str, f64)],
    ) {
        let server = server.map(|server| server as u16);
        let (at, numbers) = (self.run.now, numbers.to_vec());
        self.run.log.add(Entry { at, node, server, severity, what, numbers });
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
        if line == LineId::NOW {
            return true;
        }
        self.run.travel_in_line(id, line);
        false
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
        let mut again =
            Request { depth: 1, travelling: false, cpu: CpuId::NONE, floor: 0, ..*request };
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
        let site = self.site as usize;
        if self.run.hosts.len() <= site {
            self.run.hosts.resize(site + 1, Vec::new());
        }
        self.run.hosts[site] = cpus;
    }

    /// The machines on which a guest may work: those of the web servers.
    #[must_use]
    pub fn machines(&self) -> Vec<Machine> {
        let hosts = self.run.hosts.get(self.site as usize);
        let hosts = hosts.into_iter().flatten();
        hosts.map(|cpu| cpu.map_or(Machine::Slots, Machine::Guest)).collect()
    }

    /// [`Behavior::wake`] with this name at an instant. Names are the part's own.
    pub fn wake_at(&mut self, at: SimTime, timer: u32) {
        let place = self.run.timers.place(Owner(self.node, timer));
        self.run.calendar.timer_at(at, NODE_TIMERS + place);
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

    /// What the data is.
    #[inline]
    pub const fn truth(&mut self) -> &mut Truth {
        &mut self.run.truth
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
