//! Memory of the web servers: the process, its requests in flight, its users' sessions.

use super::State;
use super::sessions::Home;
use super::settings::Setting;
use crate::kinds::behavior::Ctx;
use crate::kinds::param::Spec;

/// What takes how much memory, in MB.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    base: f64,
    per_request: f64,
    per_session: f64,
    per_vcpu: f64,
    pub dies: bool,
}

impl Memory {
    /// The memory of these settings.
    pub fn new(spec: &Spec) -> Self {
        let number = |row: Setting| spec.number(row as usize);
        Self {
            base: number(Setting::Base),
            per_request: number(Setting::PerRequest),
            per_session: number(Setting::PerSession) / 1e3,
            per_vcpu: number(Setting::Memory) * 1e3,
            dies: spec.count(Setting::OnFull as usize) == 1,
        }
    }

    /// MB used with so many requests in flight and sessions held.
    #[inline]
    pub fn used(&self, requests: u32, sessions: u32) -> f64 {
        self.base + self.per_request * f64::from(requests) + self.per_session * f64::from(sessions)
    }

    /// Requests that a machine of so many vCPUs surely has memory for: with sessions in memory it
    /// depends on them.
    pub fn safe(&self, vcpus: f64, home: Home) -> u32 {
        let left = self.size(vcpus) - self.base;
        if home == Home::Memory || left < 0.0 {
            return 0;
        }
        (left / self.per_request.max(1e-6)) as u32
    }

    /// MB of a machine of so many vCPUs.
    #[inline]
    pub fn size(&self, vcpus: f64) -> f64 {
        self.per_vcpu * vcpus
    }
}

impl State {
    /// MB that a server uses with so many requests more.
    pub(super) fn memory_used(&self, ctx: &Ctx, server: usize, more: u32) -> f64 {
        let (busy, _) = self.tier.load(server);
        let held = match self.logins.home {
            Home::Memory => ctx.sessions_at(self.place(server)),
            Home::None | Home::Store => 0,
        };
        self.memory.used(busy + self.machines.all[server].away + more, held)
    }

    /// Whether a server that is up has no memory for one more request.
    #[cold]
    pub(super) fn is_full(&self, ctx: &Ctx, server: usize) -> bool {
        let size = self.memory.size(self.machines.all[server].vcpus);
        self.tier.is_alive(server) && self.memory_used(ctx, server, 1) > size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kind;

    #[test]
    fn it_is_the_sum_of_process_requests_and_sessions() {
        let memory = Memory::new(&Spec::new(Kind::WebTier.params()));
        assert_eq!(memory.used(0, 0), 300.0);
        assert_eq!(memory.used(100, 10_000), 300.0 + 200.0 + 500.0);
        assert_eq!(memory.size(2.0), 8_000.0);
    }
}
