//! What can go wrong with a part.

use serde::{Deserialize, Serialize};

/// A fault that a visitor or a timeline puts on a part or one of its servers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Dead: refuses what comes, loses what it has.
    Kill,
    /// All work takes this many times as long.
    Slow(f64),
    /// This share of the calls is answered with an error, before any work.
    Errors(f64),
    /// Calls do not reach it.
    Cut,
    /// Calls take so many milliseconds more to reach it.
    Delay(f64),
    /// At one instant: it forgets all it holds in memory.
    Flush,
    /// At one instant: it forgets this share of what it holds.
    Purge(f64),
    /// At one instant: all that resolvers remember runs out.
    Expire,
    /// So many times the usual traffic.
    Spike(f64),
    /// At one instant: the release that is set is rolled out.
    Deploy,
}

impl Fault {
    /// Whether it happens at one instant rather than lasting.
    #[must_use]
    pub const fn is_instant(self) -> bool {
        matches!(self, Self::Flush | Self::Purge(_) | Self::Expire | Self::Deploy)
    }
}
