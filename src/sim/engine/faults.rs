//! Faults and changes over time: what is wrong when, how servers die, get slow and heal, and what
//! becomes of the requests they have.

use super::Engine;
use crate::kinds::Kind;
use crate::kinds::behavior::{Behavior, Fault, NODE_TIMERS, Order, Surroundings};
use crate::rng::{Purpose, Stream};
use crate::run::calendar::Tag;
use crate::run::cpu::CpuId;
use crate::run::requests::{Class, Outcome, Request, RequestId};
use crate::run::{Action, Owner};
use crate::scenario::{Change, PresentFault};
use crate::topology::Topology;
use crate::units::SimTime;
use std::collections::BTreeSet;

/// The place of the engine's own timer.
pub const ENGINE: u8 = u8::MAX;

/// What is wrong on the way to a part, or with all its answers.
#[derive(Clone, Debug, Default, PartialEq)]
struct Trouble {
    is_cut: bool,
    /// Nanoseconds.
    delay: f64,
    /// Shares of errors: of one server, or of all.
    errors: Vec<(Option<usize>, f64)>,
}

/// What is wrong apart from dead and slow servers, and how far the timeline has come.
#[derive(Clone, Debug)]
pub struct Troubles {
    /// Whether anything is.
    pub any: bool,
    parts: Vec<Trouble>,
    /// Parts of which a server was slow when the faults were last put on.
    slow: Vec<bool>,
    draws: Stream,
    /// Faults that parts have ordered: the place, the server, until when.
    ordered: Vec<(u8, usize, SimTime)>,
    /// Sites that parts have ordered to fail, until when.
    ordered_sites: Vec<(u8, SimTime)>,
    /// Servers replaced by sound ones: the place, the server, when. Older faults are over.
    replaced: Vec<(u8, usize, SimTime)>,
    /// Up to when the timeline was followed; `None` before the start.
    passed: Option<SimTime>,
    /// Instant faults that have happened at that very time, so that they do not again.
    struck: Vec<PresentFault>,
}

impl Troubles {
    /// None yet.
    pub fn new(topology: &Topology) -> Self {
        let scenario = topology.scenario();
        Self {
            any: false,
            parts: vec![Trouble::default(); scenario.parts.len()],
            slow: vec![false; scenario.parts.len()],
            draws: Stream::new(scenario.seed, u64::from(ENGINE), Purpose::Lookup),
            ordered: Vec::new(),
            ordered_sites: Vec::new(),
            replaced: Vec::new(),
            passed: None,
            struck: Vec::new(),
        }
    }

    /// Nanoseconds more on the way to a part.
    #[inline]
    pub fn delay(&self, node: u8) -> f64 {
        if self.any { self.parts[node as usize].delay } else { 0.0 }
    }

    /// What a call of a part is answered at once, if it does not get through to it.
    pub fn answer(&self, node: u8, request: &Request) -> Option<Outcome> {
        let trouble = &self.parts[node as usize];
        if trouble.is_cut {
            return Some(Outcome::Unreachable);
        }
        let pick = request.pick as usize;
        let hit = |(server, _): &&(Option<usize>, f64)| server.is_none_or(|only| only == pick);
        let share = trouble.errors.iter().rev().find(hit)?.1;
        let number = request.number ^ (u64::from(node) << 56);
        (self.draws.at(number).unit() < share).then_some(Outcome::Error)
    }
}

impl Engine {
    /// Follows the timeline up to now: changes settings, lets instant faults happen, and makes the
    /// faults of this moment the ones that are present. Plans the next time to do so.
    pub(super) fn pass_time(&mut self) {
        let now = self.ctx.run.now;
        let passed = self.troubles.passed.replace(now);
        // What is put on by hand at this very instant is new as well.
        let is_new = |at: SimTime| at <= now && passed.is_none_or(|passed| at >= passed);
        let scenario = self.topology.scenario();
        let is_due = |change: &&Change| is_new(change.at) && self.given.counts(change);
        let due: Vec<_> = scenario.changes.iter().filter(is_due).cloned().collect();
        let faults = scenario.faults.clone();
        if !due.is_empty() {
            self.topology = self.topology.clone().changed(&due);
            self.configure();
        }
        let present: Vec<PresentFault> =
            faults.iter().filter(|f| f.is_present(now)).copied().collect();
        self.befall(&present);
        self.troubles.struck.retain(|fault| is_new(fault.at));
        for fault in faults.iter().filter(|f| f.fault.is_instant() && is_new(f.at)) {
            if !self.troubles.struck.contains(fault) {
                self.troubles.struck.push(*fault);
                self.strike(fault);
            }
        }
        let ends = faults.iter().filter_map(PresentFault::end);
        let times = faults.iter().map(|f| f.at).chain(ends);
        let times = times.chain(self.topology.scenario().changes.iter().map(|c| c.at));
        let times = times.chain(self.troubles.ordered.iter().map(|(_, _, until)| *until));
        let times = times.chain(self.troubles.ordered_sites.iter().map(|(_, until)| *until));
        if let Some(next) = times.filter(|at| *at > now && *at < SimTime::NEVER).min() {
            let place = self.ctx.run.timers.place(Owner(ENGINE, 0));
            self.ctx.run.calendar.timer_at(next, NODE_TIMERS + place);
        }
        self.let_go();
    }

    /// Lets go on what faults and changes have launched.
    fn let_go(&mut self) {
        let mut next = 0;
        while let Some(&(id, action)) = self.ctx.run.launched.get(next) {
            next += 1;
            self.drive(id, action);
        }
        self.ctx.run.launched.clear();
    }

    /// An instant fault happens.
    fn strike(&mut self, fault: &PresentFault) {
        for place in 0..self.nodes.len() {
            let part = &self.topology.scenario().parts[place];
            if part.kind == fault.kind && fault.site.is_none_or(|site| site == part.site) {
                (self.ctx.node, self.ctx.site) = (place as u8, part.site);
                self.nodes[place].fault(&mut self.ctx, fault.server, Some(fault.fault));
            }
        }
    }

    /// Carries out what parts have ordered.
    pub(super) fn carry_out(&mut self) {
        if self.ctx.run.orders.is_empty() {
            return;
        }
        let now = self.ctx.run.now;
        let mut changed = false;
        for order in std::mem::take(&mut self.ctx.run.orders) {
            match order {
                Order::Kill { node, server, lasts } => {
                    self.troubles.ordered.push((node, server as usize, now.after(lasts)));
                    changed = true;
                }
                Order::KillSite { site, lasts } => {
                    self.troubles.ordered_sites.push((site, now.after(lasts)));
                    changed = true;
                }
                Order::Replace { node, server } => {
                    let server = server as usize;
                    self.troubles.ordered.retain(|(n, s, _)| (*n, *s) != (node, server));
                    self.troubles.replaced.retain(|(n, s, _)| (*n, *s) != (node, server));
                    self.troubles.replaced.push((node, server, now));
                    changed = true;
                }
                Order::Rename { old, new, depth } => self.rename(old, new, depth as usize),
                Order::Show { node } => {
                    let sample = self.sample();
                    self.ctx.node = node;
                    self.nodes[node as usize].look(&mut self.ctx, &sample);
                }
            }
        }
        if changed {
            self.troubles.ordered.retain(|(_, _, until)| *until > now);
            self.troubles.ordered_sites.retain(|(_, until)| *until > now);
            self.pass_time();
        }
        self.let_go();
        self.carry_out();
    }

    /// Tells the parts that have calls of a request of its new name.
    fn rename(&mut self, old: RequestId, new: RequestId, depth: usize) {
        for call in 1..depth {
            let node = self.ctx.run.requests.get(new).frames[call].node;
            self.ctx.node = node;
            self.nodes[node as usize].moved(&mut self.ctx, old, new, call);
        }
    }

    /// Takes on another list of faults while running.
    pub fn hold(&mut self, faults: &[PresentFault]) {
        self.topology.set_faults(faults);
        self.pass_time();
        self.carry_out();
    }

    /// Makes these faults the ones that are present, and no others: servers die, heal, get slow or
    /// quick again as it takes. Dead is what any fault kills; the last slowness counts.
    fn befall(&mut self, faults: &[PresentFault]) {
        let now = self.ctx.run.now;
        for place in 0..self.nodes.len() {
            let servers = self.nodes[place].servers(&self.ctx);
            let kills: Vec<&PresentFault> =
                faults.iter().filter(|f| f.fault == Fault::Kill).collect();
            let part = &self.topology.scenario().parts[place];
            let is_out = |&(site, until): &(u8, SimTime)| {
                site == part.site && until > now && !part.kind.is_global()
            };
            let out = self.troubles.ordered_sites.iter().any(is_out);
            let is_dead = |server| out || kills.iter().any(|f| self.hits(f, place, server));
            let mut dead: Vec<bool> = (0..servers.len()).map(is_dead).collect();
            for &(node, which, until) in &self.troubles.ordered {
                if node as usize == place && until > now && which < dead.len() {
                    dead[which] = true;
                }
            }
            let newly: Vec<bool> = servers.iter().zip(&dead).map(|(s, &d)| s.alive && d).collect();
            // One look at all requests finds the victims of all servers that die now.
            let victims =
                if newly.contains(&true) { self.victims(place as u8, &newly) } else { Vec::new() };
            self.cancel(&victims);
            self.ctx.node = place as u8;
            self.ctx.site = self.topology.scenario().parts[place].site;
            let is_slow = faults.iter().any(|f| matches!(f.fault, Fault::Slow(_)));
            let was_slow = std::mem::replace(&mut self.troubles.slow[place], is_slow);
            for (server, is) in servers.iter().enumerate() {
                let slow = (is_slow || was_slow)
                    .then(|| Fault::Slow(self.slowness(faults, place, server)));
                let node = &mut self.nodes[place];
                match (is.alive, dead[server]) {
                    (true, true) => node.fault(&mut self.ctx, Some(server), Some(Fault::Kill)),
                    (false, false) => node.fault(&mut self.ctx, Some(server), None),
                    _ => {}
                }
                // With hundreds of servers, most faults are about one of them.
                if slow.is_some() {
                    node.fault(&mut self.ctx, Some(server), slow);
                }
            }
            self.trouble(faults, place);
            for (id, depth) in victims {
                self.lose(id, depth);
            }
        }
        self.troubles.any = self.troubles.parts.iter().any(|t| *t != Trouble::default());
    }

    /// Sets what is wrong on the way to a part, and how much traffic there is.
    fn trouble(&mut self, faults: &[PresentFault], place: usize) {
        let part = &self.topology.scenario().parts[place];
        let kind = part.kind;
        let mut trouble = Trouble::default();
        let mut spike = 1.0;
        let own = |f: &&PresentFault| f.kind == kind && f.site.is_none_or(|s| s == part.site);
        for fault in faults.iter().filter(own) {
            match fault.fault {
                Fault::Cut => trouble.is_cut = true,
                Fault::Delay(ms) => trouble.delay += ms * 1e6,
                Fault::Errors(share) => trouble.errors.push((fault.server, share)),
                Fault::Spike(factor) => spike *= factor,
                _ => {}
            }
        }
        self.troubles.parts[place] = trouble;
        if kind == Kind::Clients {
            self.nodes[place].fault(&mut self.ctx, None, Some(Fault::Spike(spike)));
        }
    }

    /// Whether a fault is one of this server, of the machine it lives on, of its zone or its site.
    fn hits(&self, fault: &PresentFault, place: usize, server: usize) -> bool {
        let part = &self.topology.scenario().parts[place];
        let (kind, site) = (part.kind, part.site);
        if kind.is_global() && fault.kind == Kind::Network && kind != Kind::Network {
            return false;
        }
        if fault.site.is_some_and(|only| only != site) {
            return false;
        }
        let replaced = self.troubles.replaced.iter();
        let mut replaced = replaced.filter(|(n, s, _)| (*n as usize, *s) == (place, server));
        if replaced.any(|(_, _, at)| fault.at <= *at) {
            return false;
        }
        let machine = match kind {
            // The database lives on the first web server, with all its replicas.
            Kind::Database => 0,
            _ => server,
        };
        if fault.kind == Kind::Network {
            // A zone has every so manieth server of each tier.
            let zones = self.topology.zones(site);
            return fault.server.is_none_or(|zone| server % zones == zone);
        }
        let around = self.topology.seen_from(site);
        let (of, number) = if around.is_guest(kind) && fault.kind == Kind::WebTier {
            (Kind::WebTier, machine)
        } else {
            (kind, server)
        };
        fault.kind == of && fault.server.is_none_or(|only| only == number)
    }

    /// How many times as long a server's work takes: the last fault that says so counts.
    fn slowness(&self, faults: &[PresentFault], place: usize, server: usize) -> f64 {
        let part = &self.topology.scenario().parts[place];
        let own = faults.iter().filter(|f| f.kind == part.kind && self.hits(f, place, server));
        let mut slow = own.filter_map(|f| match f.fault {
            Fault::Slow(factor) => Some(factor),
            _ => None,
        });
        slow.next_back().unwrap_or(1.0)
    }

    /// Requests that these servers have, with the depth of their calls.
    fn victims(&self, place: u8, dying: &[bool]) -> Vec<(RequestId, usize)> {
        let has = |request: &Request| {
            let inside = request.depth as usize - usize::from(request.travelling);
            (request.floor as usize..inside).find(|&depth| {
                let frame = &request.frames[depth];
                frame.node == place && dying.get(frame.server as usize) == Some(&true)
            })
        };
        self.ctx.run.requests.live().filter_map(|(id, r)| Some((id, has(r)?))).collect()
    }

    /// Takes back whatever would go on with requests whose top call is lost.
    fn cancel(&mut self, victims: &[(RequestId, usize)]) {
        let run = &mut self.ctx.run;
        let mut cpus = BTreeSet::new();
        for &(id, depth) in victims {
            let request = run.requests.get_mut(id);
            if depth + 1 == request.depth as usize {
                request.pending = Tag::NONE;
                let cpu = std::mem::replace(&mut request.cpu, CpuId::NONE);
                cpus.extend((cpu != CpuId::NONE).then_some(cpu));
            }
        }
        for cpu in cpus {
            let requests = &run.requests;
            let kept = |id| requests.get(id).cpu == cpu;
            let due = run.cpus[cpu.0 as usize].keep(run.now, kept);
            run.look_at(cpu, due);
        }
    }

    /// A server that had the request has died. If it waited there for another part, that part goes
    /// on for nobody, and the callers learn of the loss at once.
    fn lose(&mut self, id: RequestId, depth: usize) {
        let request = *self.ctx.run.requests.get(id);
        if depth + 1 == request.depth as usize && depth > 0 {
            return self.drive(id, Action::Reply(Outcome::Lost));
        }
        // What a part began itself, such as a health check, never came in there.
        if depth == 0 {
            self.ctx.run.patience.remove(&mut self.ctx.run.requests, id);
            if request.depth == 1 {
                return self.ctx.run.requests.remove(id);
            }
            self.ctx.run.requests.get_mut(id).floor = 1;
            return;
        }
        let node = request.frames[depth].node;
        let meter = &mut self.ctx.run.meters.nodes[node as usize];
        let is_check = request.class == Class::Probe;
        meter.leave(self.ctx.run.now, request.entered[depth], Outcome::Lost, is_check);
        if depth == request.floor as usize {
            self.ctx.run.requests.get_mut(id).floor = depth as u8 + 1;
            return;
        }
        let told = self.ctx.run.cut(id, depth);
        self.ctx.run.requests.get_mut(id).floor = depth as u8 + 1;
        let caller = self.ctx.run.requests.get(told).top().node;
        self.ctx.node = caller;
        let action = self.nodes[caller as usize].returned(&mut self.ctx, told, Outcome::Lost);
        self.drive(told, action);
    }
}
