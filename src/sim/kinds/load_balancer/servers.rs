//! What a balancer learns of the web servers that come and go, and of the other of its pair.

use super::settings::Setting;
use super::{State, TAKE_OVER};
use crate::kinds::balancing::Backend;
use crate::kinds::behavior::Ctx;
use crate::kinds::param::Spec;
use crate::kinds::web_tier;
use crate::run::log::Severity;
use crate::units::{SimTime, Span};

impl State {
    /// Knows the servers that there are or may be, with their weights.
    pub(super) fn weigh(&mut self, ctx: &mut Ctx, spec: &Spec, web: &Spec) {
        for place in 0..web_tier::servers(web).max(web_tier::planned(web)) {
            let listed = spec.list(Setting::Weights as usize).get(place).copied();
            let weight = listed.unwrap_or_else(|| web_tier::vcpus(web, place));
            match self.pool.backends.get_mut(place) {
                Some(backend) => backend.weight = weight,
                None => self.pool.backends.push(Backend::new(weight)),
            }
        }
        let node = ctx.node();
        let fleet = ctx.fleet(self.site);
        fleet.balancer = Some(node);
        let scaled = web_tier::scaling(web).and(fleet.count);
        let count = scaled.unwrap_or_else(|| web_tier::planned(web));
        let draining = fleet.draining.clone();
        self.learn(ctx, count, &draining);
    }

    /// So many servers are there from now on, some of them draining; those that join, or are back,
    /// begin anew.
    pub(super) fn learn(&mut self, ctx: &mut Ctx, count: usize, draining: &[bool]) {
        // What is there from the start is well until a check says otherwise.
        let proves = self.proves && self.interval != Span::ZERO && ctx.now() > SimTime::ZERO;
        let before = self.pool.count;
        self.pool.count = count.min(self.pool.backends.len());
        for place in 0..self.pool.count {
            let backend = &mut self.pool.backends[place];
            let is_out = draining.get(place).copied().unwrap_or(false);
            let joins = place >= before || (backend.draining && !is_out);
            backend.draining = is_out;
            if joins {
                (backend.healthy, backend.is_new) = (!proves, proves);
                (backend.contrary, backend.current, backend.time) = (0, 0.0, 0.0);
            }
        }
    }

    /// The active one of a pair may have died, or both, or one of them may be back.
    pub(super) fn watch_pair(&mut self, ctx: &mut Ctx) {
        if self.balancers > 1 && !self.tier.is_alive(self.active) {
            ctx.wake_at(ctx.now().after(self.takeover), TAKE_OVER);
        }
    }

    /// The other takes over, if it is alive and the active one is still dead.
    pub(super) fn take_over(&mut self, ctx: &mut Ctx) {
        let other = 1 - self.active.min(1);
        let is_due = self.balancers > 1 && !self.tier.is_alive(self.active);
        if is_due && self.tier.is_alive(other) {
            self.active = other;
            self.takeovers += 1;
            ctx.log(Severity::Warning, Some(other), "balancer took over", &[]);
        }
    }
}
