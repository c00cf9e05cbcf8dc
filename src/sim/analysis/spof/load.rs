//! Whether what is left carries the load: how soon it answers, whether requests pile up, how busy
//! it is, and how many fail for want of capacity.

use crate::analysis::availability::Availability;
use crate::run::meters::Sample;
use crate::run::requests::{FAILURES, Outcome};
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use serde::{Deserialize, Serialize};

/// An answer that takes longer, in seconds, is late: what stages are held to.
pub const LATE_S: f64 = 1.0;
/// Most of the answers that may be late, and of the requests that may fail, by the same goals.
const LATE: f64 = 0.01;
const REFUSED: f64 = 0.001;
/// Of all requests that came so many may be left unanswered beyond those at the beginning.
const PILE: f64 = 0.05;
/// A server that is busy for so much of the time may be short of what it needs, or is.
const BUSY: f64 = 0.9;
const FULL: f64 = 0.97;

/// How a system does under its load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Good answers that were not late, of those at the end of the time looked at.
    pub prompt: Availability,
    /// Requests that did not fail for want of capacity, of those that ended then.
    pub taken: Availability,
    /// Requests left inside beyond those at the beginning, as a share of all that came.
    pub left: f64,
    /// How busy the busiest server was at the end, 0 to 1: its processor, slots or disk.
    pub busiest: f64,
}

impl Load {
    /// From `start` to `now`; `from` is where its end begins.
    pub(super) fn between(
        topology: &Topology,
        start: &Sample,
        from: &Sample,
        now: &Sample,
    ) -> Self {
        let times = now.meters.time().since(&from.meters.time());
        let is_soon = |(seconds, _): &(f64, u64)| *seconds <= LATE_S;
        let soon: u64 = times.cells().filter(is_soon).map(|(_, count)| count).sum();
        let ended = now.meters.endings().since(&from.meters.endings());
        let refusals = FAILURES.iter().zip(&ended.failed);
        let refusals = refusals.filter(|((outcome, ..), _)| is_capacity(*outcome));
        let refused: u64 = refusals.map(|(_, count)| count).sum();
        let inside = |sample: &Sample| {
            sample.meters.offered_in_all() as f64 - sample.meters.endings().total() as f64
        };
        let came = now.meters.offered_in_all() - start.meters.offered_in_all();
        Self {
            prompt: Availability::counted(soon, times.count() - soon),
            taken: Availability::counted(ended.total() - refused, refused),
            left: (inside(now) - inside(start)) / came.max(1) as f64,
            busiest: busiest(&Snapshot::between(topology, from, now)),
        }
    }

    /// Whether a server is short of what it needs, or near it, that was not before.
    pub(super) fn is_busier(&self, usual: &Self) -> bool {
        self.busiest > BUSY && self.busiest > usual.busiest + 0.02
    }

    /// Whether it is clearly too much, and more than it was before. Answers that are late while no
    /// server is short of anything have been elsewhere first.
    #[must_use]
    pub fn exceeds(&self, usual: &Self) -> bool {
        let late = self.prompt.high < usual.prompt.low.min(1.0 - LATE) && self.busiest > FULL;
        let refused = self.taken.high < usual.taken.low.min(1.0 - REFUSED);
        late || refused || (self.left > PILE && usual.left <= PILE)
    }
}

/// Whether requests that end like this wanted for capacity, and not for a way to who answers.
fn is_capacity(outcome: Outcome) -> bool {
    use Outcome::{BadRelease, Error, Lost, NoPrimary, Unavailable, Unreachable};
    !matches!(outcome, Unavailable | Lost | Unreachable | NoPrimary | Error | BadRelease)
}

fn busiest(figures: &Snapshot) -> f64 {
    let servers = figures.parts.iter().flat_map(|part| &part.servers).filter(|s| s.alive);
    let most = |s: &crate::snapshot::ServerView| {
        s.utilisation.max(s.slots_used.unwrap_or(0.0)).max(s.disk.unwrap_or(0.0))
    };
    servers.map(most).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::plan::{Goal, USUAL_GOALS};

    #[test]
    fn what_is_too_much_is_what_stages_are_held_to() {
        let bounds = USUAL_GOALS.map(|text| Goal::read(text).expect("it is a goal").bound);
        assert_eq!(bounds, [LATE_S, REFUSED]);
    }

    #[test]
    fn late_answers_of_busy_servers_refusals_and_piles_are_too_much() {
        let counted = Availability::counted;
        let usual = Load {
            prompt: counted(10_000, 0),
            taken: counted(10_000, 0),
            left: 0.001,
            busiest: 0.7,
        };
        assert!(!usual.exceeds(&usual));
        let late = Load { prompt: counted(9_000, 1_000), busiest: 1.0, ..usual };
        assert!(late.exceeds(&usual) && !late.exceeds(&late));
        assert!(!Load { busiest: 0.2, ..late }.exceeds(&usual), "they tried elsewhere first");
        assert!(Load { taken: counted(9_900, 100), ..usual }.exceeds(&usual));
        assert!(Load { left: 0.1, ..usual }.exceeds(&usual));
    }
}
