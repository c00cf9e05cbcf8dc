//! What the web tier of a site says of its servers to others, above all to the balancer: how many
//! there are, which are on their way out, which releases they run.

use super::behavior::{Ctx, NODE_TIMERS};
use crate::run::Owner;
use crate::run::fleet::Fleet;
use crate::run::sessions::Sessions;

/// The timer that tells a balancer to look at the fleet again.
pub const LEARN: u32 = 1;

impl Ctx {
    /// What the web tier of a site says of its servers.
    pub fn fleet(&mut self, site: u8) -> &mut Fleet {
        let site = site as usize;
        if self.run.fleets.len() <= site {
            self.run.fleets.resize(site + 1, Fleet::default());
        }
        &mut self.run.fleets[site]
    }

    /// The same of all sites.
    #[must_use]
    pub fn fleets(&self) -> &[Fleet] {
        &self.run.fleets
    }

    /// The balancer of a site, if there is one, looks at the fleet at this very instant.
    pub fn tell_balancer(&mut self, site: u8) {
        if let Some(node) = self.fleet(site).balancer {
            let place = self.run.timers.place(Owner(node, LEARN));
            let now = self.run.now;
            self.run.calendar.timer_at(now, NODE_TIMERS + place);
        }
    }

    /// Who is logged in where.
    pub const fn sessions(&mut self) -> &mut Sessions {
        &mut self.run.sessions
    }

    /// How many sessions a place holds.
    #[must_use]
    pub fn sessions_at(&self, place: u16) -> u32 {
        self.run.sessions.held(place)
    }
}
