//! What the name system counts: look-ups, and requests that go to a site which would no longer be
//! named.

use crate::run::meters::SITES;

/// Weight of a request in the moving share of those that go astray.
const RECENT: f64 = 0.005;
/// Names of the sites' health among the gauges.
const HEALTH: [&str; SITES] = [
    "site_1_healthy",
    "site_2_healthy",
    "site_3_healthy",
    "site_4_healthy",
    "site_5_healthy",
    "site_6_healthy",
    "site_7_healthy",
    "site_8_healthy",
    "site_9_healthy",
    "site_10_healthy",
];

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Look-ups that the resolver knew the answer to.
    pub hits: u64,
    /// Look-ups for which the resolver asked the name service.
    pub misses: u64,
    /// Look-ups that waited for the answer to another's.
    pub joined: u64,
    sent: u64,
    astray: u64,
    /// Moving share of requests that go astray.
    share: f64,
}

impl Counts {
    /// All look-ups.
    #[must_use]
    pub const fn lookups(&self) -> u64 {
        self.hits + self.misses + self.joined
    }

    /// A request is sent to a site, maybe one that would no longer be named.
    pub fn direct(&mut self, is_wrong: bool) {
        self.sent += 1;
        self.astray += u64::from(is_wrong);
        self.share += RECENT * (f64::from(u8::from(is_wrong)) - self.share);
    }

    /// All of it by name, with the checks of sites made.
    #[must_use]
    pub fn counters(&self, checks: u64) -> Vec<(&'static str, u64)> {
        vec![
            ("lookups", self.lookups()),
            ("hits", self.hits),
            ("misses", self.misses),
            ("coalesced", self.joined),
            ("directed", self.sent),
            ("misrouted", self.astray),
            ("site_checks", checks),
        ]
    }

    /// How it is now, with the health of the sites.
    #[must_use]
    pub fn gauges(&self, healthy: &[bool]) -> Vec<(&'static str, f64)> {
        let mut gauges = vec![("misrouted_share", self.share)];
        let healthy = healthy.iter().zip(HEALTH);
        gauges.extend(healthy.map(|(&well, name)| (name, f64::from(u8::from(well)))));
        gauges
    }
}
