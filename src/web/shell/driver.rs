//! Runs a session in slices of wall time, in the worker and in the page alike: how many events a
//! slice may spend follows from how long the last ones took.

use super::clock;
use crate::sim::session::{Command, Session, Update};

/// Events in a millisecond, before anything was measured.
const FIRST_GUESS: f64 = 4_000.0;
/// Between two slices when nothing hurries, in milliseconds.
const CALM_MS: u32 = 50;

/// A session, and how fast this machine runs it.
pub struct Driver {
    session: Session,
    events_per_ms: f64,
    playing: bool,
    /// The settled run is not complete.
    settling: bool,
    /// No settled figures of the scenario as it stands have been told.
    awaited: bool,
    last_ms: f64,
    /// Updates that arose when the session was made.
    first: Vec<Update>,
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
            awaited: true,
            last_ms: clock::now_ms(),
            first: Vec::new(),
        }
    }

    /// Carries out a command.
    pub fn command(&mut self, command: Command) -> Vec<Update> {
        match &command {
            Command::Play => {
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

    /// Lets the wall time since the last slice pass, and works for about `budget_ms`.
    pub fn slice(&mut self, budget_ms: f64) -> Vec<Update> {
        let began = clock::now_ms();
        let wall_ms = (began - self.last_ms).max(0.0);
        self.last_ms = began;
        let events = (self.events_per_ms * budget_ms).clamp(1_000.0, 4e6) as u64;
        let (was_settling, before) = (self.is_settling(), self.session.engine().events());
        let mut updates = std::mem::take(&mut self.first);
        updates.extend(self.session.handle(Command::Advance { wall_ms, events }));
        self.note(&updates);
        let took = clock::now_ms() - began;
        // A settled run under way uses up whatever is left over, so all were spent.
        let live = self.session.engine().events() - before;
        let spent = if was_settling && self.is_settling() { events } else { live };
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
        if self.awaited {
            Some(0)
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
                Update::Scenario { .. } => (self.settling, self.awaited) = (true, true),
                Update::Settled(settled) => {
                    (self.settling, self.awaited) = (!settled.complete, false);
                }
                _ => {}
            }
        }
    }
}
