//! Autoscaling: how many servers are wanted by the rule of Kubernetes' Horizontal Pod Autoscaler,
//! and when the number follows.

use super::machines::Duty;
use super::settings::{Setting, scaling};
use super::{MEASURE, State};
use crate::kinds::behavior::Ctx;
use crate::kinds::param::Spec;
use crate::run::log::Severity;
use crate::run::meters::ServerMeter;
use crate::units::{SimTime, Span};
use std::collections::VecDeque;

/// Servers wanted for the mean `utilisation` of those `ready`, with `others` ordered but not ready:
/// ceil(servers x utilisation / target), unless within the tolerance of the target. Scaling up,
/// those not ready count as idle, so that they are not ordered twice.
#[must_use]
pub fn wanted(ready: usize, others: usize, utilisation: f64, target: f64, tolerance: f64) -> usize {
    let current = ready + others;
    let ratio = utilisation / target;
    if ready == 0 {
        return current;
    }
    // A hair less, so that 4 x 0.9 / 0.6 is 6 however it rounds.
    let up = |servers: f64| libm::ceil(servers - 1e-9) as usize;
    if others == 0 || ratio <= 1.0 {
        let is_near = (ratio - 1.0).abs() <= tolerance;
        return if is_near { current } else { up(ratio * ready as f64) };
    }
    let diluted = ratio * ready as f64 / current as f64;
    if diluted - 1.0 <= tolerance { current } else { up(diluted * current as f64) }
}

/// When the number of servers follows the load.
#[derive(Clone, Debug, Default)]
pub(super) struct Scaler {
    limits: Option<(usize, usize)>,
    target: f64,
    tolerance: f64,
    period: Span,
    window: Span,
    cooldown: Span,
    boot: Span,
    next: SimTime,
    /// When it looked last, and what the servers had done by then.
    looked: SimTime,
    before: Vec<ServerMeter>,
    /// What was wanted when, within the scale-down window.
    advice: VecDeque<(SimTime, usize)>,
    acted: Option<SimTime>,
    pub added: u64,
    pub removed: u64,
}

impl State {
    /// Takes on the settings of autoscaling.
    pub(super) fn set_scaler(&mut self, ctx: &mut Ctx, spec: &Spec) {
        let seconds = |row: Setting| Span::from_seconds(spec.number(row as usize));
        let period = seconds(Setting::Period);
        let s = &mut self.scaler;
        let was_on = s.limits.is_some();
        s.limits = scaling(spec);
        s.target = spec.number(Setting::Target as usize);
        s.tolerance = spec.number(Setting::Tolerance as usize);
        (s.window, s.cooldown) = (seconds(Setting::Window), seconds(Setting::Cooldown));
        s.boot = seconds(Setting::Boot);
        let is_new = !was_on || s.period != period;
        s.period = period;
        if s.limits.is_none() {
            (s.advice, s.acted) = (VecDeque::new(), None);
        } else if is_new {
            (s.looked, s.before) = (ctx.now(), self.tier.view(ctx));
            s.next = ctx.now().after(period);
            ctx.wake_at(s.next, MEASURE);
        }
    }

    /// Mean utilisation of the servers that were in service since the last look, and how many.
    fn utilisation(&mut self, ctx: &Ctx) -> (f64, usize) {
        let now = ctx.now();
        let span = now.since(self.scaler.looked).0 as f64;
        let view = self.tier.view(ctx);
        let (mut sum, mut ready) = (0.0, 0);
        let used = self.machines.all.iter().take(self.machines.count);
        for ((machine, after), before) in used.zip(&view).zip(&self.scaler.before) {
            let is_ready = after.alive && machine.duty == Duty::Serves;
            if !is_ready || !before.alive || machine.joined > self.scaler.looked {
                continue;
            }
            let offered = after.offered_ns - before.offered_ns;
            let slots = f64::from(after.slots.max(1)) * span;
            sum += if offered > 0.0 {
                (after.core_ns - before.core_ns) / offered
            } else {
                after.busy_ns.wrapping_sub(before.busy_ns) as f64 / slots
            };
            ready += 1;
        }
        (self.scaler.before, self.scaler.looked) = (view, now);
        (if ready > 0 { sum / ready as f64 } else { 0.0 }, ready)
    }

    /// A metric period is over.
    pub(super) fn measure(&mut self, ctx: &mut Ctx) {
        let now = ctx.now();
        let Some((least, most)) = self.scaler.limits.filter(|_| now == self.scaler.next) else {
            return;
        };
        self.scaler.next = now.after(self.scaler.period);
        ctx.wake_at(self.scaler.next, MEASURE);
        let (utilisation, ready) = self.utilisation(ctx);
        let booting = self.machines.booting.len();
        let current = self.machines.count + booting;
        let s = &mut self.scaler;
        let advised = wanted(ready, current - ready, utilisation, s.target, s.tolerance);
        let advised = advised.clamp(least, most);
        s.advice.push_back((now, advised));
        while s.advice.front().is_some_and(|(at, _)| now.since(*at) > s.window) {
            s.advice.pop_front();
        }
        if s.acted.is_some_and(|at| now < at.after(s.cooldown)) {
            return;
        }
        let highest = s.advice.iter().map(|(_, n)| *n).max().unwrap_or(advised);
        let desired = if advised < current { highest.min(current) } else { advised };
        if desired != current {
            s.acted = Some(now);
            let numbers =
                [("from", current as f64), ("to", desired as f64), ("utilisation", utilisation)];
            self.scale(ctx, desired, &numbers);
        }
    }

    fn scale(&mut self, ctx: &mut Ctx, desired: usize, numbers: &[(&'static str, f64)]) {
        let current = self.machines.count + self.machines.booting.len();
        if desired > current {
            self.scaler.added += (desired - current) as u64;
            ctx.log(Severity::Info, None, "scaling out", numbers);
            return self.boot(ctx, desired - current, self.scaler.boot);
        }
        self.scaler.removed += (current - desired) as u64;
        ctx.log(Severity::Info, None, "scaling in", numbers);
        let count = self.machines.count;
        self.machines.booting.truncate(desired.saturating_sub(count));
        self.resize(ctx, desired.min(count));
    }
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn the_rule_is_that_of_the_horizontal_pod_autoscaler() {
        assert_eq!(wanted(4, 0, 0.9, 0.6, 0.1), 6, "HPA");
        assert_eq!(wanted(4, 2, 0.9, 0.6, 0.1), 6, "those that boot are not ordered twice");
        assert_eq!(wanted(4, 2, 1.0, 0.5, 0.1), 8);
        assert_eq!(wanted(10, 0, 0.65, 0.6, 0.1), 10, "within the tolerance");
        assert_eq!(wanted(10, 0, 0.67, 0.6, 0.1), 12);
        assert_eq!(wanted(10, 0, 0.3, 0.6, 0.1), 5);
        assert_eq!(wanted(3, 0, 0.0, 0.6, 0.1), 0, "the least is the caller's business");
        assert_eq!(wanted(0, 3, 0.0, 0.6, 0.1), 3, "nothing measured, nothing changed");
    }
}
