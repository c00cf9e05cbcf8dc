//! Getting to a moment of the run: as fast as it can be simulated, and nothing is left out.

use super::Session;
use crate::units::{SECOND, SimTime, Span};

/// Latest moment that can be aimed at, in simulated seconds: a week, as in links.
const LATEST_S: f64 = 604_800.0;
/// Most that time passes in one go: figures are noted all along, however few events there are.
const REACH: Span = Span(500 * SECOND);

impl Session {
    /// Whether the run is on its way to a moment as fast as it can.
    #[must_use]
    pub const fn is_running_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    /// Plays, up to a simulated second as fast as it can.
    pub(super) fn aim(&mut self, to_s: f64) {
        let to_s = if to_s.is_finite() { to_s.clamp(0.0, LATEST_S) } else { 0.0 };
        let target = SimTime::ZERO.after(Span::from_seconds(to_s));
        (self.playing, self.granted, self.behind) = (true, 0.0, false);
        self.ahead = Some(target).filter(|target| *target > self.engine.now());
        self.tell_live();
    }

    /// Lets time stand.
    pub(super) fn stand(&mut self) {
        (self.playing, self.granted, self.behind, self.ahead) = (false, 0.0, false, None);
    }

    /// Spends so many events on getting to a moment; says how many it took. Being there is always
    /// told, so that the clock shows it.
    pub(super) fn hurry_to(&mut self, target: SimTime, events: u64, tells: bool) -> u64 {
        let reach = target.min(self.engine.now().after(REACH));
        let spent = self.run_to(reach, events);
        // At the instant itself more may be due: it is over when events are left unspent.
        let is_there = self.engine.now() >= target && spent < events;
        if is_there {
            self.ahead = None;
        }
        if tells || is_there {
            self.tell_live();
        }
        spent
    }
}
