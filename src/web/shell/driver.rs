//! Runs a session in slices of wall time, in the worker and in the page alike: how many events a
//! slice may spend follows from how long the last ones took.

use super::clock;
use crate::sim::session::{Command, Session, Update};

/// Events in a millisecond, before anything was measured.
const FIRST_GUESS: f64 = 4_000.0;
/// Between two slices when nothing hurries, in milliseconds.
const CALM_MS: u32 = 25;
/// The same while no settled figures of the scenario as it stands have been told: then the long run
/// is waited for, since a short one of a crowd or of a failure would have nothing true to say.
const PROMPT_MS: u32 = 1;
/// Least time between two live updates: more could not be read, and each is drawn.
const TELL_MS: f64 = 100.0;

/// A session, and how fast this machine runs it.
pub struct Driver {
    session: Session,
    events_per_ms: f64,
    playing: bool,
    /// The settled run is not complete.
    settling: bool,
    /// Settled figures of the scenario as it stands have been told, provisional ones at least.
    has_told: bool,
    last_ms: f64,
    /// Updates that arose when the session was made.
    first: Vec<Update>,
    /// When live figures were last told.
    told_ms: f64,
    /// Whether those told last have come to whom they were told.
    pub is_heard: bool,
}

impl Driver {
    /// A session with the scenario of a link, standing.
    #[must_use]
    pub fn new(link: &str) -> Self {
        Self {
            session: Session::new(link),
            events_per_ms: FIRST_GUESS,
            playing: false,
            settling: true,
            has_told: false,
            last_ms: clock::now_ms(),
            first: Vec::new(),
            told_ms: f64::NEG_INFINITY,
            is_heard: true,
        }
    }

    /// Carries out a command.
    pub fn command(&mut self, command: Command) -> Vec<Update> {
        match &command {
            Command::Play | Command::Ahead { .. } => {
                self.playing = true;
                self.last_ms = clock::now_ms();
            }
            Command::Pause | Command::Step { .. } => self.playing = false,
            _ => {}
        }
        let updates = self.session.handle(command);
        self.note(&updates);
        updates
    }

    /// Works for about `budget_ms`: on the settled figures that are waited for, else on all that
    /// there is to do, with the wall time since that was last done.
    pub fn slice(&mut self, budget_ms: f64) -> Vec<Update> {
        let began = clock::now_ms();
        let events = (self.events_per_ms * budget_ms).clamp(1_000.0, 4e6) as u64;
        let (was_awaited, was_settling) = (self.session.is_awaited(), self.is_settling());
        let before = self.session.engine().events();
        let mut updates = std::mem::take(&mut self.first);
        if was_awaited {
            updates.extend(self.session.hasten(events));
        } else {
            let wall_ms = (began - self.last_ms).max(0.0);
            self.last_ms = began;
            let tells = self.is_heard && began - self.told_ms >= TELL_MS;
            updates.extend(self.session.advance(wall_ms, events, tells));
        }
        self.note(&updates);
        let took = clock::now_ms() - began;
        // A settled run under way uses up whatever is left over, so all were spent.
        let live = self.session.engine().events() - before;
        let is_short = was_awaited && !self.session.is_awaited();
        let goes_on = was_settling && self.is_settling() && !is_short;
        let spent = if goes_on { events } else { live };
        if took > 1.0 && spent * 4 > events {
            let measured = spent as f64 / took;
            let weight = if measured < self.events_per_ms { 0.6 } else { 0.3 };
            self.events_per_ms += weight * (measured - self.events_per_ms);
        }
        updates
    }

    /// Milliseconds until the next slice is due; `None` while there is nothing to do.
    #[must_use]
    pub fn due_ms(&self) -> Option<u32> {
        if self.session.is_awaited() || self.session.is_running_ahead() {
            Some(0)
        } else if self.settling && !self.has_told {
            Some(PROMPT_MS)
        } else if self.playing || self.is_settling() || self.session.is_asked() {
            Some(CALM_MS)
        } else {
            None
        }
    }

    fn is_settling(&self) -> bool {
        self.settling || self.session.has_references()
    }

    fn note(&mut self, updates: &[Update]) {
        for update in updates {
            match update {
                Update::Scenario { .. } => (self.settling, self.has_told) = (true, false),
                Update::Settled(settled) => {
                    (self.settling, self.has_told) = (!settled.complete, true);
                }
                Update::Live(_) => self.told_ms = clock::now_ms(),
                _ => {}
            }
        }
    }
}
