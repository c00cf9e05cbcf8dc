//! Users' devices: each keeps the site it has found for as long as a visit.

use crate::units::{SimTime, Span};

/// Bits of an entry that name the site; the rest is until when, in ticks.
const SITE_BITS: u32 = 4;
/// Length of a tick in nanoseconds: 10 ms, so that a month fits.
const TICK: u64 = 10_000_000;
const LAST_TICK: u64 = (1 << (32 - SITE_BITS)) - 1;

/// What all devices know.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    entries: Vec<u32>,
}

impl Devices {
    /// Makes room for so many users.
    pub fn resize(&mut self, users: usize) {
        self.entries.resize(users, 0);
    }

    /// The site that a user's device knows now.
    #[must_use]
    pub fn known(&self, user: u32, now: SimTime) -> Option<u8> {
        let entry = self.entries.get(user as usize).copied().unwrap_or(0);
        let is_on = now.0 / TICK < u64::from(entry >> SITE_BITS);
        is_on.then_some((entry & ((1 << SITE_BITS) - 1)) as u8)
    }

    /// A user's device has found a site at an instant, and keeps it for so long.
    pub fn learn(&mut self, user: u32, site: u8, found: SimTime, keeps: Span) {
        if let Some(entry) = self.entries.get_mut(user as usize) {
            let until = (found.after(keeps).0 / TICK).min(LAST_TICK);
            *entry = (until as u32) << SITE_BITS | u32::from(site);
        }
    }
}
