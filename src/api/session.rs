//! A run that is watched and changed step by step. Unlike the page's, it is told simulated time.

use super::{Asked, Problems, time};
use crate::sim::journal::Line;
use crate::sim::scenario::{Problem, file, link};
use crate::sim::session::{self, Command, Live, Update};
use crate::sim::units::{MILLISECOND, SimTime};
use serde_json::{Value, json};

/// Longest step of a session, in milliseconds.
const LONGEST_STEP_MS: f64 = 60_000.0;

/// A run under way.
pub struct Session {
    inner: session::Session,
    live: Live,
    /// What happened since it was last asked for.
    log: Vec<Line>,
    notices: Problems,
}

impl Session {
    /// A run that stands at time zero.
    ///
    /// # Errors
    /// Every problem of the scenario and the options at once.
    pub fn open(scenario: &str, options: &str) -> Result<Self, Problems> {
        let asked = Asked::read(scenario, options, &["settings", "seed"])?;
        let inner = session::Session::new(&link::write(asked.topology.scenario()));
        let (live, log, notices) = (Live::default(), Vec::new(), asked.notices);
        let mut session = Self { inner, live, log, notices };
        session.tell(Command::Step { ms: 0.0 })?;
        Ok(session)
    }

    /// Lets so many simulated seconds pass, in whole milliseconds.
    ///
    /// # Errors
    /// When that is no length of time.
    pub fn run(&mut self, seconds: f64) -> Result<(), Problems> {
        let mut problems = Vec::new();
        let span = time("run", &json!(seconds), 0.001, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut left_ms = (span.0 / MILLISECOND) as f64;
        while left_ms > 0.0 {
            let ms = left_ms.min(LONGEST_STEP_MS);
            let until = self.now().0 + ms as u64 * MILLISECOND;
            // A step that would take too many events ends early, and is gone on with.
            while self.now().0 < until {
                let before = self.now();
                let ms = (until - before.0) as f64 / MILLISECOND as f64;
                self.tell(Command::Step { ms })?;
                if self.now() == before {
                    break;
                }
            }
            left_ms -= ms;
        }
        Ok(())
    }

    /// Gives settings, by their full names in a JSON object, their values. Returns what was
    /// changed about them.
    ///
    /// # Errors
    /// All that is wrong with them; then nothing has changed.
    pub fn set(&mut self, settings: &str) -> Result<Problems, Problems> {
        match serde_json::from_str(settings) {
            Ok(Value::Object(settings)) => {
                self.tell(Command::Set { settings: file::settings(&settings) })
            }
            _ => Err(vec![Problem::new("settings", "is not an object")]),
        }
    }

    /// Puts a fault on a part, as in a link.
    ///
    /// # Errors
    /// Why it is refused; then nothing has changed.
    pub fn fault(&mut self, fault: &str) -> Result<Problems, Problems> {
        self.tell(Command::Fail { fault: fault.to_owned() })
    }

    /// Heals `web`, or of it `web.2`.
    ///
    /// # Errors
    /// Why it is refused; then nothing has changed.
    pub fn heal(&mut self, place: &str) -> Result<Problems, Problems> {
        self.tell(Command::heal(place).map_err(|problem| vec![problem])?)
    }

    /// The figures of the last ten simulated seconds, and what happened since they were last asked
    /// for, as JSON.
    pub fn snapshot(&mut self) -> String {
        let log = std::mem::take(&mut self.log);
        json!({ "link": self.link(), "figures": self.live.figures, "log": log }).to_string()
    }

    /// What is worth knowing of its scenario though nothing was wrong, as JSON.
    #[must_use]
    pub fn notices(&self) -> String {
        json!(self.notices).to_string()
    }

    /// The link of the scenario as it stands.
    #[must_use]
    pub fn link(&self) -> String {
        link::write(self.inner.scenario())
    }

    /// How much simulated time has passed.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.inner.engine().now()
    }

    fn tell(&mut self, command: Command) -> Result<Problems, Problems> {
        let mut said = Vec::new();
        for update in self.inner.handle(command) {
            match update {
                Update::Refused { problems } => return Err(problems),
                Update::Scenario { problems, .. } => said.extend(problems),
                Update::Live(mut live) => {
                    self.log.append(&mut live.log);
                    self.live = *live;
                }
                _ => {}
            }
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(session: &mut Session) -> Value {
        serde_json::from_str(&session.snapshot()).expect("is JSON")
    }

    #[test]
    fn a_session_runs_is_changed_and_tells() {
        let mut session = Session::open("stage-3", r#"{"seed": 5}"#).expect("can run");
        session.run(20.0).expect("goes on");
        assert_eq!(session.now().seconds(), 20.0);
        assert_eq!(session.set(r#"{"web.servers": 6}"#), Ok(Vec::new()));
        assert_eq!(session.fault("kill.web.2"), Ok(Vec::new()));
        session.run(70.5).expect("goes on");
        let said = figures(&mut session);
        assert_eq!(said["link"], "?stage=3#v=1&web.servers=6&fault=kill.web.2&seed=5");
        assert_eq!(said["figures"]["at_s"], 90.5);
        assert_eq!(session.heal("web.2"), Ok(Vec::new()));
        assert_eq!(session.link(), "?stage=3#v=1&web.servers=6&seed=5");
        assert_eq!(session.fault("deploy.web"), Ok(Vec::new()));
        session.run(1.0).expect("goes on");
        assert_eq!(figures(&mut session)["log"][0]["what"], "deployment begins");
        assert_eq!(figures(&mut session)["log"], json!([]));
        let said = session.fault("errors5.web").expect("is brought into range");
        assert_eq!((said[0].at.as_str(), session.notices().as_str()), ("fault", "[]"));
        for problem in [
            session.set(r#"{"web.moon": 1}"#),
            session.set("3"),
            session.fault("kill.moon"),
            session.heal("web.two"),
            session.run(-1.0).map(|()| Vec::new()),
        ] {
            assert_eq!(problem.map_err(|problems| problems.len()), Err(1));
        }
    }

    #[test]
    fn settings_that_need_each_other_are_set_together_or_not_at_all() {
        let mut session = Session::open("stage-1", "{}").expect("can run");
        let slots = r#""web.discipline": "slots""#;
        let own = r#""cache.place": "own", "db.place": "own""#;
        let wrong = session.set(&format!(r#"{{{slots}, "cache.place": "own", "web.moon": 1}}"#));
        let wrong = wrong.expect_err("the database is where nothing is shared");
        let at: Vec<&str> = wrong.iter().map(|problem| problem.at.as_str()).collect();
        assert_eq!((at, session.link().as_str()), (vec!["web.moon", "db.place"], "?stage=1#v=1"));
        assert_eq!(session.set(&format!("{{{slots}, {own}}}")), Ok(Vec::new()));
        assert!(session.link().contains("web.discipline=slots"), "{}", session.link());
    }
}
