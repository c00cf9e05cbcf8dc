//! A circuit breaker: watches what share of the calls fails, and when it is too large lets none
//! through for a while, then a few to try.

use crate::units::{SimTime, Span};

/// Parts of the sliding window: it moves on by one part at a time.
const PARTS: u64 = 10;

/// How a breaker is set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rules {
    /// Whether there is one.
    pub is_on: bool,
    /// Share of failures at which it opens.
    pub share: f64,
    /// How far back it looks.
    pub window: Span,
    /// Calls in the window below which it does not judge.
    pub least: u64,
    /// How long it stays open.
    pub pause: Span,
    /// Calls let through to try.
    pub trials: u64,
}

/// What it lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// All calls.
    #[default]
    Closed,
    /// A few, to try.
    HalfOpen {
        /// Let through so far.
        sent: u64,
        /// Of these answered.
        answered: u64,
        /// Of these failed.
        failed: u64,
    },
    /// None up to an instant.
    Open(SimTime),
}

/// A change of state, with what it is based on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Whether it has opened; else it has closed.
    pub opened: bool,
    /// Calls looked at.
    pub calls: u64,
    /// Of these failed.
    pub failed: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    calls: u64,
    failed: u64,
}

/// A breaker.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    /// How it is set.
    pub rules: Rules,
    state: State,
    cells: [Cell; PARTS as usize],
    /// Number of the newest part of the window.
    newest: u64,
}

impl Breaker {
    /// Takes on rules; one that is switched off forgets what it has seen.
    pub fn set(&mut self, rules: Rules) {
        if rules.window != self.rules.window || !rules.is_on {
            self.clear();
        }
        if !rules.is_on {
            self.state = State::Closed;
        }
        self.rules = rules;
    }

    /// What it lets through now.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether it refuses a call now; one that was open for long enough begins to try.
    pub fn refuses(&mut self, now: SimTime) -> bool {
        match self.state {
            State::Closed => false,
            State::Open(until) if now < until => true,
            State::Open(_) => {
                self.state = State::HalfOpen { sent: 0, answered: 0, failed: 0 };
                false
            }
            State::HalfOpen { sent, .. } => sent >= self.rules.trials,
        }
    }

    /// A call is let through; true if it is one to try.
    pub const fn enter(&mut self) -> bool {
        if let State::HalfOpen { sent, .. } = &mut self.state {
            *sent += 1;
            return true;
        }
        false
    }

    /// A call that was let through has ended; says if that changes the state.
    pub fn leave(&mut self, now: SimTime, is_trial: bool, is_good: bool) -> Option<Turn> {
        if !self.rules.is_on {
            return None;
        }
        match &mut self.state {
            State::Closed => self.judge(now, is_good),
            State::HalfOpen { sent, answered, failed } if is_trial => {
                *answered += 1;
                *failed += u64::from(!is_good);
                let (calls, failed) = (*answered, *failed);
                if calls < *sent || *sent < self.rules.trials {
                    return None;
                }
                let opened = failed as f64 >= self.rules.share * calls as f64;
                self.turn(now, opened);
                Some(Turn { opened, calls, failed })
            }
            // Begun before it opened: says nothing new.
            State::HalfOpen { .. } | State::Open(_) => None,
        }
    }

    fn judge(&mut self, now: SimTime, is_good: bool) -> Option<Turn> {
        let part = now.0 / (self.rules.window.0 / PARTS).max(1);
        let passed = (part - self.newest).min(PARTS);
        for step in 1..=passed {
            self.cells[((self.newest + step) % PARTS) as usize] = Cell::default();
        }
        if passed == PARTS {
            self.cells = Default::default();
        }
        self.newest = part;
        let cell = &mut self.cells[(part % PARTS) as usize];
        cell.calls += 1;
        cell.failed += u64::from(!is_good);
        if is_good {
            return None;
        }
        let calls = self.cells.iter().map(|cell| cell.calls).sum::<u64>();
        let failed = self.cells.iter().map(|cell| cell.failed).sum::<u64>();
        let opens = calls >= self.rules.least && failed as f64 >= self.rules.share * calls as f64;
        opens.then(|| {
            self.turn(now, true);
            Turn { opened: true, calls, failed }
        })
    }

    fn turn(&mut self, now: SimTime, opened: bool) {
        self.clear();
        self.state = if opened { State::Open(now.after(self.rules.pause)) } else { State::Closed };
    }

    fn clear(&mut self) {
        self.cells = Default::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SECOND;

    fn breaker() -> Breaker {
        let mut breaker = Breaker::default();
        breaker.set(Rules {
            is_on: true,
            share: 0.5,
            window: Span(10 * SECOND),
            least: 20,
            pause: Span(5 * SECOND),
            trials: 3,
        });
        breaker
    }

    /// One call a tenth of a second, answered at once.
    fn call(breaker: &mut Breaker, tenth: u64, is_good: bool) -> Option<Turn> {
        let now = SimTime(tenth * SECOND / 10);
        assert!(!breaker.refuses(now), "at {tenth} tenths");
        let is_trial = breaker.enter();
        breaker.leave(now, is_trial, is_good)
    }

    #[test]
    fn it_opens_at_the_share_once_it_has_seen_enough() {
        let mut breaker = breaker();
        for tenth in 0..19 {
            assert_eq!(call(&mut breaker, tenth, false), None, "too few calls");
        }
        let turn = call(&mut breaker, 19, false).expect("twenty have failed");
        assert_eq!(turn, Turn { opened: true, calls: 20, failed: 20 });
        assert!(breaker.refuses(SimTime(6 * SECOND)));
    }

    #[test]
    fn what_lies_before_the_window_is_forgotten() {
        let mut breaker = breaker();
        for tenth in 0..19 {
            assert_eq!(call(&mut breaker, tenth, false), None);
        }
        for tenth in 120..139 {
            assert_eq!(call(&mut breaker, tenth, tenth < 130), None, "nine of nineteen");
        }
        assert_eq!(
            call(&mut breaker, 139, false),
            Some(Turn { opened: true, calls: 20, failed: 10 })
        );
    }

    #[test]
    fn it_tries_a_few_and_closes_or_opens_again() {
        for is_well in [true, false] {
            let mut breaker = breaker();
            (0..20).for_each(|tenth| _ = call(&mut breaker, tenth, false));
            assert_eq!(call(&mut breaker, 70, is_well), None);
            assert_eq!(call(&mut breaker, 71, is_well), None);
            let now = SimTime(8 * SECOND);
            assert!(!breaker.refuses(now) && breaker.enter());
            assert!(breaker.refuses(now), "three are on their way");
            let turn = breaker.leave(now, true, is_well).expect("all have answered");
            assert_eq!(turn.opened, !is_well);
            assert_eq!(breaker.state() == State::Closed, is_well);
        }
    }
}
