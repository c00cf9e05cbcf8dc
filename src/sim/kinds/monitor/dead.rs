//! What monitoring finds dead. A machine speaks for the guests that died with it: one line, one
//! replacement and one in the count of the dead, however many parts live on it.

use super::{REPLACE, State};
use crate::kinds::Kind;
use crate::kinds::behavior::Ctx;
use crate::run::log::Severity;
use crate::run::meters::Sample;

/// A server that was found dead.
#[derive(Clone, Copy, Debug)]
pub struct Dead {
    pub node: u8,
    pub server: u16,
    pub looks: u32,
    pub is_ordered: bool,
    /// Whether it is a guest whose machine was dead too: that one speaks for both.
    pub is_spoken_for: bool,
}

/// A part that is watched.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    pub node: u8,
    pub kind: Kind,
    /// Where the machines are that it is a guest on.
    pub host: Option<u8>,
}

impl Watched {
    /// Whether a server of it is a guest on a machine that is dead.
    fn died_with_machine(self, server: usize, sample: &Sample) -> bool {
        // As `Engine::hits` has it.
        let machine = if self.kind == Kind::Database { 0 } else { server };
        let machine = self.host.and_then(|host| sample.servers[host as usize].get(machine));
        machine.is_some_and(|machine| !machine.alive)
    }
}

impl State {
    /// Finds dead machines, and orders new ones for those dead at enough looks in a row.
    pub(super) fn find_dead(&mut self, ctx: &mut Ctx, sample: &Sample) {
        let mut dead = Vec::new();
        for &watched in &self.watched {
            let node = watched.node;
            for (index, meter) in sample.servers[node as usize].iter().enumerate() {
                if meter.alive || meter.leaving {
                    continue;
                }
                let server = index as u16;
                let known = self.dead.iter().find(|d| (d.node, d.server) == (node, server));
                let new = Dead { node, server, looks: 0, is_ordered: false, is_spoken_for: false };
                let mut found = known.copied().unwrap_or(new);
                found.looks += 1;
                found.is_spoken_for = watched.died_with_machine(index, sample);
                if found.looks == self.looks && !found.is_spoken_for {
                    ctx.log_of(node, Severity::Error, Some(index), "found dead", &[]);
                }
                if self.heals && found.looks >= self.looks && !found.is_ordered {
                    found.is_ordered = true;
                    self.orders.push((node, server));
                    let timer = REPLACE + self.orders.len() as u32 - 1;
                    ctx.wake_at(ctx.now().after(self.boot), timer);
                }
                dead.push(found);
            }
        }
        self.dead = dead;
    }
}
