//! A tier: like servers side by side, each a station on a machine of its own or on the machine of
//! another part. Web tier, cache and database are tiers.

use super::behavior::{Ctx, Fault};
use super::station::{Admission, Discipline, Station};
use crate::run::cpu::{Cpu, CpuId};
use crate::run::meters::ServerMeter;
use crate::run::requests::RequestId;

/// Choices of a discipline.
pub const DISCIPLINES: &[(&str, &str)] =
    &[("shared", "slots share the vCPUs"), ("slots", "each slot at full speed")];
/// Places of a part.
pub const PLACES: &[(&str, &str)] = &[("own", "own machines"), ("web", "on the web servers")];
/// Sizes of a machine, in vCPUs.
pub const SIZES: &[(&str, &str)] = &[
    ("1", "1 vCPU"),
    ("2", "2 vCPU"),
    ("4", "4 vCPU"),
    ("8", "8 vCPU"),
    ("16", "16 vCPU"),
    ("32", "32 vCPU"),
    ("64", "64 vCPU"),
    ("96", "96 vCPU"),
];

/// vCPUs of a size of [`SIZES`].
#[must_use]
pub fn vcpus(size: usize) -> f64 {
    [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 96.0][size.min(7)]
}

/// Speed-up of `n` vCPUs by the Universal Scalability Law (Gunther): n / (1 + sigma (n - 1) +
/// kappa n (n - 1)).
#[must_use]
pub fn speed_up(n: f64, sigma: f64, kappa: f64) -> f64 {
    n / (1.0 + sigma * (n - 1.0).max(0.0) + kappa * n * (n - 1.0).max(0.0))
}

/// Where the work of a server is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Machine {
    /// Each slot works at full speed.
    Slots,
    /// A processor of its own with so many effective cores, shared by the slots.
    Own(f64),
    /// The processor of another part.
    Guest(CpuId),
}

/// What one server shall be.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Slots; `u32::MAX` for no limit.
    pub slots: u32,
    /// Places in the backlog.
    pub room: u32,
    /// Where its work is done.
    pub machine: Machine,
}

/// One server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Slots and backlog.
    pub station: Station,
    /// Whether it is up.
    pub alive: bool,
    own: Option<CpuId>,
    cores: f64,
    slow: f64,
    /// Its work takes this many times as long while it warms up, 1 when warm.
    cold: f64,
    arrived: u64,
    refused: u64,
    wanted: bool,
    /// Core time used and offered on processors it has left, less what the present one had then:
    /// with what the present one has, what the server had.
    before: (f64, f64),
}

/// The servers of a part.
#[derive(Clone, Debug, Default)]
pub struct Tier {
    servers: Vec<Server>,
}

impl Tier {
    /// Makes the servers as planned. Those no longer planned take no new work and finish theirs.
    pub fn configure(&mut self, ctx: &mut Ctx, plans: &[Plan]) {
        for (index, plan) in plans.iter().enumerate() {
            if index == self.servers.len() {
                self.servers.push(Server {
                    station: Station::new(plan.slots, plan.room, Discipline::Slots),
                    alive: true,
                    own: None,
                    cores: 0.0,
                    slow: 1.0,
                    cold: 1.0,
                    arrived: 0,
                    refused: 0,
                    wanted: true,
                    before: (0.0, 0.0),
                });
            }
            let server = &mut self.servers[index];
            server.wanted = true;
            server.station.slots = plan.slots;
            server.station.room = plan.room;
            let had = server.core_time(ctx);
            server.station.discipline = match plan.machine {
                Machine::Slots => Discipline::Slots,
                Machine::Guest(cpu) => Discipline::Shared(cpu),
                Machine::Own(cores) => {
                    server.cores = cores;
                    let cpu = *server.own.get_or_insert_with(|| ctx.add_cpu(cores));
                    Discipline::Shared(cpu)
                }
            };
            let has = server.core_time(ctx);
            server.before.0 += had.0 - has.0;
            server.before.1 += had.1 - has.1;
            server.pace(ctx);
            server.station.fill(ctx);
        }
        for server in self.servers.iter_mut().skip(plans.len()) {
            server.wanted = false;
        }
    }

    /// Expects most requests to bring work of this many nanoseconds, if they are all alike.
    pub fn expect(&mut self, ctx: &mut Ctx, work: Option<f64>) {
        for server in &mut self.servers {
            server.station.expect(ctx, work);
        }
    }

    /// Offers work to a server.
    #[inline(always)]
    pub fn offer(
        &mut self,
        ctx: &mut Ctx,
        server: usize,
        id: RequestId,
        work: f64,
    ) -> Option<Admission> {
        let server = &mut self.servers[server];
        if !server.alive {
            return None;
        }
        server.arrived += 1;
        let admission = server.station.offer(ctx, id, work);
        server.refused += u64::from(admission == Admission::Refused);
        Some(admission)
    }

    /// Offers more work for a request that has come before and given its slot back.
    pub fn offer_again(
        &mut self,
        ctx: &mut Ctx,
        server: usize,
        id: RequestId,
        work: f64,
    ) -> Admission {
        self.servers[server].station.offer(ctx, id, work)
    }

    /// Whether a server has a slot or a place in its backlog free.
    #[must_use]
    pub fn has_room(&self, server: usize) -> bool {
        let Station { slots, room, .. } = self.servers[server].station;
        let (busy, backlog) = self.load(server);
        busy < slots || backlog < room
    }

    /// Gives a server work of its own, which is never refused and does not count as having come.
    pub fn put_ahead(&mut self, ctx: &mut Ctx, server: usize, id: RequestId, work: f64) {
        self.servers[server].station.put_ahead(ctx, id, work);
    }

    /// Gives back a slot of a server.
    #[inline(always)]
    pub fn release(&mut self, ctx: &mut Ctx, server: usize) {
        self.servers[server].station.release(ctx);
    }

    /// More work for a request that has its slot.
    pub fn go_on(&mut self, ctx: &mut Ctx, server: usize, id: RequestId, work: f64) {
        self.servers[server].station.go_on(ctx, id, work);
    }

    /// From now on a server's work takes so many times as long, while it warms up.
    pub fn set_cold(&mut self, ctx: &mut Ctx, server: usize, times: f64) {
        let server = &mut self.servers[server];
        server.cold = times;
        server.pace(ctx);
    }

    /// Slots of a server in use, and requests in its backlog.
    #[inline]
    #[must_use]
    pub fn load(&self, server: usize) -> (u32, u32) {
        let station = &self.servers[server].station;
        (station.busy(), station.backlog())
    }

    /// Whether the server at this place is up.
    #[must_use]
    pub fn is_alive(&self, index: usize) -> bool {
        self.servers.get(index).is_some_and(|s| s.alive)
    }

    /// How many servers are planned.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.servers.iter().filter(|s| s.wanted).count()
    }

    /// Processors of its own, for guests: those of the servers that are planned.
    #[must_use]
    pub fn cpus(&self) -> Vec<Option<CpuId>> {
        self.servers.iter().filter(|s| s.wanted).map(|s| s.own).collect()
    }

    /// Puts a fault on one server or on all, or heals.
    pub fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        let all = self.servers.len();
        let concerned = server.map_or(0..all, |only| only.min(all)..(only + 1).min(all));
        for server in &mut self.servers[concerned] {
            match fault {
                Some(Fault::Kill) => {
                    server.alive = false;
                    server.station.clear(ctx.now().0);
                }
                Some(Fault::Slow(factor)) => server.slow = factor,
                None => (server.alive, server.slow) = (true, 1.0),
                Some(_) => {}
            }
            server.pace(ctx);
        }
    }

    /// What an observer may see.
    #[must_use]
    pub fn view(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        let now = ctx.now();
        // Servers that are gone stay in their places, so that two views can be compared.
        let seen = self.servers.iter();
        seen.map(|s| {
            let usage = s.station.usage(now.0);
            let cpu = match s.station.discipline {
                Discipline::Shared(cpu) => Some(ctx.cpu(cpu)),
                Discipline::Slots => None,
            };
            ServerMeter {
                alive: s.alive,
                slow: s.slow * s.cold,
                leaving: !s.wanted,
                slots: s.station.slots,
                busy: s.station.busy(),
                backlog: s.station.backlog(),
                cores: cpu.map_or(0.0, Cpu::cores),
                arrived: s.arrived,
                refused: s.refused,
                work: s.station.work,
                busy_ns: usage.busy,
                waiting_ns: usage.waiting,
                core_ns: s.core_time(ctx).0,
                offered_ns: s.core_time(ctx).1,
                ..ServerMeter::default()
            }
        })
        .collect()
    }
}

impl Server {
    /// Core time used and offered so far, in nanoseconds, on all processors it has worked on.
    fn core_time(&self, ctx: &Ctx) -> (f64, f64) {
        let (now, before) = (ctx.now(), self.before);
        match self.station.discipline {
            Discipline::Slots => before,
            Discipline::Shared(cpu) => {
                let cpu = ctx.cpu(cpu);
                (before.0 + cpu.used(now), before.1 + cpu.offered(now))
            }
        }
    }

    /// Applies the fault's slowness where the work is done.
    fn pace(&mut self, ctx: &mut Ctx) {
        match (self.station.discipline, self.own) {
            (Discipline::Shared(cpu), Some(own)) if cpu == own => {
                ctx.set_cpu(own, self.cores, 1.0 / (self.slow * self.cold));
                self.station.slowdown = 1.0;
            }
            _ => self.station.slowdown = self.slow * self.cold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_cores_help_less_and_less_and_then_hurt() {
        assert_eq!(speed_up(1.0, 0.03, 0.0005), 1.0);
        assert_eq!(speed_up(4.0, 0.0, 0.0), 4.0);
        let gains: Vec<f64> = (0..SIZES.len()).map(|s| speed_up(vcpus(s), 0.03, 0.0005)).collect();
        assert!(gains[3] > gains[2] && gains[4] > gains[3], "{gains:?}");
        assert!(gains[7] < gains[6], "96 vCPUs are slower than 64: {gains:?}");
    }
}
