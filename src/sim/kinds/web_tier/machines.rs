//! The machines of the web tier over time: they join, drain, leave, restart, warm up, and are paid
//! for.

use super::settings::{Setting, planned, scaling, servers, vcpus};
use super::{BOOTED, State, TICK, WARM};
use crate::kinds::behavior::{Ctx, Fault, Order, Surroundings};
use crate::kinds::param::Spec;
use crate::kinds::{Kind, load_balancer};
use crate::run::log::Severity;
use crate::units::{SECOND, SimTime, Span};
use std::collections::VecDeque;

/// What becomes of a server that is drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Leave,
    Restart,
}

/// Whether a server is in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    Serves,
    /// Gets no more requests; what it has at this instant is cut.
    Drains(SimTime, Then),
    Restarts,
}

/// One machine.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub vcpus: f64,
    /// Place of its release among all.
    pub release: usize,
    /// Requests whose slot was given back while they wait for other parts.
    pub away: u32,
    /// Requests in flight that it surely has memory for.
    pub safe: u32,
    pub duty: Duty,
    pub joined: SimTime,
    cold_until: SimTime,
}

/// All machines, those that have left included.
#[derive(Clone, Debug, Default)]
pub(super) struct Machines {
    pub all: Vec<Machine>,
    /// How many are in use: the first ones.
    pub count: usize,
    /// When those that boot will join.
    pub booting: VecDeque<SimTime>,
    /// vCPUs of each machine there may be.
    sizes: Vec<f64>,
    /// The number that was set when it was last obeyed.
    set: usize,
    drain: Span,
    pub restart: Span,
    warm_up: Span,
    boot_warm_up: Span,
    warm_speed: f64,
    next_tick: SimTime,
    price: f64,
    rate: f64,
    spent: f64,
    billed: SimTime,
    pub is_scaled: bool,
}

impl Machines {
    /// USD spent up to an instant.
    pub fn spent(&self, now: SimTime) -> f64 {
        self.spent + self.rate * now.since(self.billed).seconds() / 3_600.0
    }

    /// Pays for what was there since the last time, and sees what is there now. Servers that boot
    /// or drain are paid for.
    fn bill(&mut self, now: SimTime) {
        self.spent = self.spent(now);
        self.billed = now;
        let leaves = |m: &Machine| matches!(m.duty, Duty::Drains(_, Then::Leave));
        let there = self.all.iter().enumerate();
        let there = there.filter(|(i, m)| *i < self.count || leaves(m)).map(|(_, m)| m.vcpus);
        let boots = self.sizes.iter().skip(self.count).take(self.booting.len());
        self.rate = self.price * (there.sum::<f64>() + boots.sum::<f64>());
    }
}

impl State {
    /// Takes on the settings of machines, and as many machines as are to be.
    pub(super) fn set_up(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let now = ctx.now();
        let seconds = |row: Setting| Span::from_seconds(spec.number(row as usize));
        let balancer = around.spec(Kind::LoadBalancer);
        let m = &mut self.machines;
        m.drain = balancer.map_or(Span::ZERO, load_balancer::drain);
        m.restart = seconds(Setting::Restart);
        m.warm_up = seconds(Setting::WarmUp);
        m.boot_warm_up = seconds(Setting::BootWarmUp);
        m.warm_speed = spec.number(Setting::WarmSpeed as usize);
        m.price = spec.number(Setting::Price as usize);
        let most = servers(spec).max(planned(spec));
        m.sizes = (0..most).map(|index| vcpus(spec, index)).collect();
        for (machine, size) in m.all.iter_mut().zip(&m.sizes) {
            machine.vcpus = *size;
            machine.safe = self.memory.safe(*size, self.logins.home);
        }
        let set = spec.count(Setting::Servers as usize);
        let is_obeyed = !m.is_scaled || set != m.set;
        m.set = set;
        m.is_scaled = scaling(spec).is_some();
        let count = match scaling(spec) {
            Some((least, most)) if !is_obeyed => {
                m.booting.truncate(most.saturating_sub(m.count));
                m.count.clamp(least, most)
            }
            _ => {
                m.booting.clear();
                planned(spec)
            }
        };
        self.resize(ctx, count);
        self.machines.bill(now);
    }

    /// So many servers are in use from now on; those too many drain and leave.
    pub(super) fn resize(&mut self, ctx: &mut Ctx, count: usize) {
        let now = ctx.now();
        let m = &mut self.machines;
        let until = now.after(m.drain);
        for machine in m.all.iter_mut().take(m.count).skip(count) {
            if machine.duty != Duty::Restarts {
                machine.duty = Duty::Drains(until, Then::Leave);
            }
        }
        let leaves = m.count > count;
        let release = self.deployment.current;
        for index in m.count..count {
            let vcpus = m.sizes[index];
            let duty = Duty::Serves;
            let safe = self.memory.safe(vcpus, self.logins.home);
            let cold_until = SimTime::ZERO;
            let machine = Machine { vcpus, release, away: 0, safe, duty, joined: now, cold_until };
            match m.all.get_mut(index) {
                // Where the last machine is still there, it stays.
                Some(old) if matches!(old.duty, Duty::Drains(..)) => old.duty = Duty::Serves,
                Some(old) => {
                    *old = Machine { away: old.away, cold_until: old.cold_until, ..machine };
                }
                None => m.all.push(machine),
            }
        }
        m.count = count;
        self.tier.configure(ctx, &self.plans[..count]);
        self.machines.bill(now);
        self.publish(ctx);
        if leaves {
            self.begin_ticks(ctx);
        }
    }

    /// Tells the others what servers there are, and the balancer if anything has changed.
    pub(super) fn publish(&mut self, ctx: &mut Ctx) {
        let used = &self.machines.all[..self.machines.count];
        let draining: Vec<bool> = used.iter().map(|m| m.duty != Duty::Serves).collect();
        let numbers = used.iter().map(|m| m.release as u32 + 1);
        let oldest = numbers.clone().min().unwrap_or(1);
        let newest = numbers.max().unwrap_or(1);
        self.is_bad = used.iter().any(|m| self.deployment.releases[m.release].is_bad());
        let count = self.machines.count;
        let fleet = ctx.fleet(self.site);
        let is_new = fleet.count.is_some_and(|before| before != count)
            || (fleet.count.is_some() && fleet.draining != draining);
        (fleet.count, fleet.draining, fleet.releases) = (Some(count), draining, (oldest, newest));
        if is_new {
            ctx.tell_balancer(self.site);
        }
    }

    /// Orders so many more servers.
    pub(super) fn boot(&mut self, ctx: &mut Ctx, more: usize, delay: Span) {
        let due = ctx.now().after(delay);
        self.machines.booting.extend(std::iter::repeat_n(due, more));
        ctx.wake_at(due, BOOTED);
        self.machines.bill(ctx.now());
    }

    /// Servers that have booted join.
    pub(super) fn booted(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        let m = &mut self.machines;
        let before = m.count;
        let ready = m.booting.iter().filter(|due| **due <= now).count().min(m.sizes.len() - before);
        m.booting.retain(|due| *due > now);
        if ready == 0 {
            return;
        }
        self.resize(ctx, before + ready);
        let warm_up = self.machines.boot_warm_up;
        (before..before + ready).for_each(|server| self.chill(ctx, server, warm_up));
        let numbers = [("joined", ready as f64), ("servers", (before + ready) as f64)];
        ctx.log(Severity::Info, None, "new servers in service", &numbers);
    }

    /// A server works at reduced speed for a while.
    fn chill(&mut self, ctx: &mut Ctx, server: usize, lasts: Span) {
        if lasts == Span::ZERO {
            return;
        }
        let until = ctx.now().after(lasts);
        self.machines.all[server].cold_until = until;
        self.tier.set_cold(ctx, server, 1.0 / self.machines.warm_speed);
        ctx.wake_at(until, WARM);
    }

    /// Servers whose warm-up is over work at full speed.
    pub(super) fn warmed(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        for server in 0..self.machines.all.len() {
            let until = &mut self.machines.all[server].cold_until;
            if *until != SimTime::ZERO && *until <= now {
                *until = SimTime::ZERO;
                self.tier.set_cold(ctx, server, 1.0);
            }
        }
    }

    /// Looks once a second at what drains and rolls, from this very instant on.
    pub(super) fn begin_ticks(&mut self, ctx: &mut Ctx) {
        self.machines.next_tick = ctx.now();
        ctx.wake_at(ctx.now(), TICK);
    }

    /// Once a second, while anything drains or rolls.
    pub(super) fn tick(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        // An older row of ticks may still run.
        if now != self.machines.next_tick {
            return;
        }
        self.roll(ctx);
        for server in 0..self.machines.all.len() {
            let Duty::Drains(until, then) = self.machines.all[server].duty else { continue };
            let (busy, backlog) = self.tier.load(server);
            let left = busy + backlog + self.machines.all[server].away;
            if left == 0 || now >= until {
                match then {
                    Then::Leave => self.leave(ctx, server, left),
                    Then::Restart => self.restart(ctx, server),
                }
            }
        }
        let drains = |m: &Machine| matches!(m.duty, Duty::Drains(..));
        if self.deployment.is_on() || self.machines.all.iter().any(drains) {
            self.machines.next_tick = now.after(Span(SECOND));
            ctx.wake_at(self.machines.next_tick, TICK);
        }
    }

    /// A drained server is gone; what it still has is cut.
    fn leave(&mut self, ctx: &mut Ctx, server: usize, left: u32) {
        self.machines.all[server].duty = Duty::Serves;
        let place = self.place(server);
        ctx.sessions().forget(place);
        self.machines.bill(ctx.now());
        if left > 0 {
            let node = ctx.node();
            ctx.order(Order::Kill { node, server: server as u16, lasts: Span(1) });
        }
        ctx.log(Severity::Info, Some(server), "server left", &[("cut", f64::from(left))]);
    }

    /// A server stops and comes back, with the release that is rolled out.
    pub(super) fn restart(&mut self, ctx: &mut Ctx, server: usize) {
        let machine = &mut self.machines.all[server];
        machine.duty = Duty::Restarts;
        machine.release = self.deployment.next_release(ctx.now().after(self.machines.restart));
        let (node, lasts) = (ctx.node(), self.machines.restart.max(Span(1)));
        ctx.order(Order::Kill { node, server: server as u16, lasts });
        self.publish(ctx);
    }

    /// A fault of servers: what dies forgets, what returns is cold.
    pub(super) fn befall(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        let known = self.machines.all.len();
        let concerned = |s: &usize| server.is_none_or(|only| only == *s);
        let alive: Vec<bool> = match fault {
            Some(Fault::Kill) | None => (0..known).map(|s| self.tier.is_alive(s)).collect(),
            _ => Vec::new(),
        };
        self.tier.fault(ctx, server, fault);
        for server in (0..alive.len()).filter(concerned) {
            if alive[server] && fault == Some(Fault::Kill) {
                self.machines.all[server].away = 0;
                let place = self.place(server);
                ctx.sessions().forget(place);
            } else if !alive[server] && fault.is_none() {
                if self.machines.all[server].duty == Duty::Restarts {
                    self.machines.all[server].duty = Duty::Serves;
                    self.publish(ctx);
                }
                let warm_up = self.machines.warm_up;
                self.chill(ctx, server, warm_up);
            }
        }
    }
}
