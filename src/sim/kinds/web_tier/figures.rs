//! What the web tier shows under names of its own.

use super::State;
use super::machines::Duty;
use crate::kinds::behavior::Ctx;

impl State {
    /// What it has counted, cumulative.
    pub(super) fn counted(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("logins_again", self.logins.again),
            ("first_logins", self.logins.new),
            ("sessions_expired", self.logins.expired),
            ("sessions_lost", self.logins.lost),
            ("out_of_memory", self.out_of_memory),
            ("servers_ordered", self.scaler.added),
            ("servers_removed", self.scaler.removed),
            ("deployments", self.deployment.finished),
            ("rollbacks", self.deployment.rolled_back),
        ]
    }

    /// What it measures now.
    pub(super) fn measured(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        let used = || (0..self.machines.count).filter(|server| self.tier.is_alive(*server));
        let memory = || used().map(|server| self.memory_used(ctx, server, 0));
        let share = |server: usize| {
            let size = self.memory.size(self.machines.all[server].vcpus);
            self.memory_used(ctx, server, 0) / size
        };
        let serves = used().filter(|server| self.machines.all[*server].duty == Duty::Serves);
        let held = (0..self.machines.all.len()).map(|server| ctx.sessions_at(self.place(server)));
        let fleets = ctx.fleets().iter().map(|fleet| fleet.releases);
        let oldest = fleets.clone().map(|(oldest, _)| oldest).min().unwrap_or(1);
        let newest = fleets.map(|(_, newest)| newest).max().unwrap_or(1);
        let own = ctx.fleets().get(self.site as usize).map_or((1, 1), |fleet| fleet.releases);
        let release = |server: &usize| self.machines.all[*server].release as u32 + 1;
        let on_newest = used().filter(|server| release(server) == newest);
        vec![
            ("servers_in_service", serves.count() as f64),
            ("servers_booting", self.machines.booting.len() as f64),
            ("sessions_held", held.map(f64::from).sum()),
            ("memory_mean_mb", memory().sum::<f64>() / used().count().max(1) as f64),
            ("memory_max_mb", memory().fold(0.0, f64::max)),
            ("memory_share", used().map(share).fold(0.0, f64::max)),
            ("release_oldest", f64::from(own.0)),
            ("release_newest", f64::from(own.1)),
            ("servers_on_newest", on_newest.count() as f64),
            ("releases_between_sites", f64::from(newest - oldest)),
        ]
    }
}
