//! Faults: how servers die, get slow and heal, and what becomes of the requests they have.

use super::Engine;
use crate::sim::kinds::Kind;
use crate::sim::kinds::behavior::{Behavior, Fault, Surroundings};
use crate::sim::run::Action;
use crate::sim::run::calendar::Tag;
use crate::sim::run::requests::{Class, Frame, Outcome, Request, RequestId};
use crate::sim::scenario::PresentFault;
use std::collections::BTreeSet;

impl Engine {
    /// Makes these faults the ones that are present, and no others: servers die, heal, get slow or
    /// quick again as it takes. Dead is what any fault kills; the last slowness counts.
    pub fn hold(&mut self, faults: &[PresentFault]) {
        let kinds: Vec<Kind> = self.topology.kinds().collect();
        for (place, kind) in kinds.into_iter().enumerate() {
            if matches!(kind, Kind::Clients | Kind::Network) {
                continue;
            }
            let servers = self.nodes[place].servers(&self.ctx);
            let kills = |f: &&PresentFault| f.fault == Fault::Kill;
            let is_dead = |server| faults.iter().filter(kills).any(|f| self.hits(f, kind, server));
            let dead: Vec<bool> = (0..servers.len()).map(is_dead).collect();
            let newly: Vec<bool> = servers.iter().zip(&dead).map(|(s, &d)| s.alive && d).collect();
            // One look at all requests finds the victims of all servers that die now.
            let victims =
                if newly.contains(&true) { self.victims(place as u8, &newly) } else { Vec::new() };
            self.cancel(&victims);
            for (server, is) in servers.iter().enumerate() {
                let node = &mut self.nodes[place];
                match (is.alive, dead[server]) {
                    (true, true) => node.fault(&mut self.ctx, Some(server), Some(Fault::Kill)),
                    (false, false) => node.fault(&mut self.ctx, Some(server), None),
                    _ => {}
                }
                let slow = Fault::Slow(slowness(faults, kind, server));
                node.fault(&mut self.ctx, Some(server), Some(slow));
            }
            for (id, depth) in victims {
                self.lose(id, depth);
            }
        }
    }

    /// Whether a fault is one of this server or of the machine it lives on.
    fn hits(&self, fault: &PresentFault, kind: Kind, server: usize) -> bool {
        let machine = match kind {
            // The database lives on the first web server, with all its replicas.
            Kind::Database => 0,
            _ => server,
        };
        let (place, number) = if self.topology.is_guest(kind) && fault.kind == Kind::WebTier {
            (Kind::WebTier, machine)
        } else {
            (kind, server)
        };
        fault.kind == place && fault.server.is_none_or(|only| only == number)
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
                cpus.extend(request.cpu.take());
            }
        }
        for cpu in cpus {
            let requests = &run.requests;
            let kept = |id| requests.get(id).cpu == Some(cpu);
            let due = run.cpus[cpu.0 as usize].keep(run.now, kept);
            run.look_at(cpu, due);
        }
    }

    /// A server that had the request has died. If it waited there for another part, that part goes
    /// on for nobody, and the callers learn of the loss at once.
    fn lose(&mut self, id: RequestId, depth: usize) {
        let request = *self.ctx.run.requests.get(id);
        if depth + 1 == request.depth as usize {
            return self.drive(id, Action::Reply(Outcome::Lost));
        }
        let Frame { node, entered, .. } = request.frames[depth];
        // What a part began itself, such as a health check, never came in there.
        if depth > 0 {
            let meter = &mut self.ctx.run.meters.nodes[node as usize];
            let is_check = request.class == Class::Probe;
            meter.leave(self.ctx.run.now, entered, Outcome::Lost, is_check);
        }
        self.ctx.run.patience.remove(&mut self.ctx.run.requests, id);
        self.ctx.run.requests.get_mut(id).floor = depth as u8 + 1;
        if depth == request.floor as usize {
            return;
        }
        let callers = Request {
            depth: depth as u8,
            travelling: false,
            pending: Tag::NONE,
            cpu: None,
            older: RequestId::NONE,
            younger: RequestId::NONE,
            ..request
        };
        let caller = callers.top().node;
        let told = self.ctx.run.requests.split_off(callers);
        let action = self.nodes[caller as usize].returned(&mut self.ctx, told, Outcome::Lost);
        self.drive(told, action);
    }
}

/// How many times as long a server's work takes: the last fault that says so counts.
fn slowness(faults: &[PresentFault], kind: Kind, server: usize) -> f64 {
    let own = faults.iter().filter(|f| f.kind == kind && f.server.is_none_or(|s| s == server));
    let mut slow = own.filter_map(|f| match f.fault {
        Fault::Slow(factor) => Some(factor),
        Fault::Kill => None,
    });
    slow.next_back().unwrap_or(1.0)
}
