//! A session drives a run for someone who watches: commands in, updates out. It is told how much
//! wall time has passed and how many events it may spend; it never asks. The page, the worker and
//! the tests all drive the same session.

mod ahead;
mod message;
mod questions;
mod references;

pub use message::{Command, Live, Question, Update};

use crate::analysis::settle::{FULL, QUICK, Settling};
use crate::engine::Engine;
use crate::journal;
use crate::kinds::{Kind, cache, database, web_tier};
use crate::run::meters::Sample;
use crate::scenario::{PresentFault, Problem, Scenario, link};
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use crate::units::{MILLISECOND, SECOND, SimTime, Span};
use questions::Questions;
use references::References;
use std::collections::VecDeque;

/// The sliding window of live figures.
const WINDOW: Span = Span(10 * SECOND);
/// Events of one step at most: a step that is too long for them ends early, as the clock shows.
const MOST_STEP_EVENTS: u64 = 20_000_000;
/// Steps in which it slides.
const SLICE: Span = Span(SECOND / 2);

/// A run with someone watching.
#[derive(Clone, Debug)]
pub struct Session {
    scenario: Scenario,
    engine: Engine,
    playing: bool,
    speed: f64,
    behind: bool,
    /// Simulated nanoseconds that wall time has granted and the run has not used.
    granted: f64,
    /// Until when the run goes as fast as it can.
    ahead: Option<SimTime>,
    samples: VecDeque<Sample>,
    settling: Option<Settling>,
    /// Whether the settled run under way is the quick one, whose figures are provisional.
    is_quick: bool,
    references: References,
    updates: Vec<Update>,
    /// Entries of the log that were told.
    told: u64,
    /// No live figures of this run were told yet.
    begins: bool,
    questions: Questions,
    /// Whether settled runs tell what theory says of them.
    with_theory: bool,
}

impl Session {
    /// A session with the scenario of a link, standing at time zero. A link that cannot run gives
    /// stage 1; the first updates say what was wrong.
    #[must_use]
    pub fn new(link: &str) -> Self {
        let (scenario, problems) = runnable(link);
        let engine = Engine::new(topology(&scenario));
        let mut session = Self {
            scenario,
            engine,
            playing: false,
            speed: 1.0,
            behind: false,
            granted: 0.0,
            ahead: None,
            samples: VecDeque::new(),
            settling: None,
            is_quick: true,
            references: References::default(),
            updates: Vec::new(),
            told: 0,
            begins: true,
            questions: Questions::default(),
            with_theory: false,
        };
        session.restart();
        session.tell_scenario(problems);
        session
    }

    /// The scenario as it stands.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The live run.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether other scenarios are still to be settled.
    #[must_use]
    pub fn has_references(&self) -> bool {
        !self.references.is_empty()
    }

    /// Whether a question is still to be answered.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.questions.is_asked() || (self.with_theory && self.settling.is_some())
    }

    /// Carries out a command; says what there is to say.
    pub fn handle(&mut self, command: Command) -> Vec<Update> {
        match command {
            Command::Load { link } => {
                let (scenario, problems) = runnable(&link);
                self.scenario = scenario;
                self.restart();
                self.tell_scenario(problems);
                self.tell_live();
            }
            Command::Play => self.playing = true,
            Command::Ahead { to_s } => self.aim(to_s),
            Command::Pause => {
                self.stand();
                self.tell_live();
            }
            Command::Step { ms } => {
                self.stand();
                let ns = ms.clamp(0.0, 60_000.0) * MILLISECOND as f64;
                self.run_to(self.engine.now().after(Span(ns as u64)), MOST_STEP_EVENTS);
                self.tell_live();
            }
            Command::Speed { factor } => {
                self.speed = if factor.is_finite() { factor.clamp(0.01, 1_000.0) } else { 1.0 };
                self.tell_live();
            }
            Command::Set { .. } | Command::Timeline { .. } => {
                let mut changed = self.scenario.clone();
                match command.apply(&mut changed) {
                    Ok(said) => {
                        if matches!(command, Command::Timeline { .. }) {
                            // What was aimed at may stand elsewhere now.
                            self.ahead = None;
                        }
                        self.take_on(changed, said);
                    }
                    Err(problems) => self.updates.push(Update::Refused { problems }),
                }
            }
            Command::Fail { fault } => match PresentFault::read(&fault) {
                Ok(read) => self.fail(read, read.ranged(&fault)),
                Err(what) => self.refuse("fault", what),
            },
            Command::Heal { part, server } => match self.scenario.heal_named(&part, server) {
                Ok(()) => {
                    self.engine.hold(&self.scenario.faults);
                    self.settle();
                    self.tell_scenario(Vec::new());
                    self.tell_live();
                }
                Err(problem) => self.refuse(&problem.at, problem.what),
            },
            Command::Reference { link } => match self.references.ask(link) {
                Ok(()) => {}
                Err(problems) => self.updates.push(Update::Refused { problems }),
            },
            Command::Ask(Question::Theory) => {
                // A run that is over is made again: what it was made of is not kept.
                self.with_theory = true;
                let again = || Settling::new(topology(&self.scenario), FULL);
                self.settling.get_or_insert_with(again);
            }
            Command::Ask(question) => self.questions.ask(question, &self.engine),
            Command::Advance { wall_ms, events } => return self.advance(wall_ms, events, true),
        }
        std::mem::take(&mut self.updates)
    }

    /// Lets wall time pass, as [`Command::Advance`]; says the live figures only where they are
    /// asked for, as they take longer to make than a short slice.
    pub fn advance(&mut self, wall_ms: f64, events: u64, tells: bool) -> Vec<Update> {
        self.work(wall_ms, events, tells);
        std::mem::take(&mut self.updates)
    }

    /// Whether no settled figures of the scenario as it stands have been told.
    #[must_use]
    pub const fn is_awaited(&self) -> bool {
        self.is_quick
    }

    /// Works for so many events on the settled figures that are waited for, and on nothing else;
    /// says them as soon as they are there.
    pub fn hasten(&mut self, events: u64) -> Vec<Update> {
        if self.is_quick {
            self.settle_on(events);
        }
        std::mem::take(&mut self.updates)
    }

    fn refuse(&mut self, at: &str, what: String) {
        self.updates.push(Update::Refused { problems: vec![Problem::new(at, what)] });
    }

    fn fail(&mut self, fault: PresentFault, said: Option<Problem>) {
        let mut failed = self.scenario.clone();
        // What happens at one instant happens now, and stands in the link at this time.
        let is_now = fault.fault.is_instant() && fault.at == SimTime::ZERO;
        let at = if is_now { self.engine.now() } else { fault.at };
        failed.fail(PresentFault { at, ..fault });
        let problems = failed.drop_faults_of_nothing();
        if !problems.is_empty() {
            return self.updates.push(Update::Refused { problems });
        }
        self.scenario = failed;
        self.engine.hold(&self.scenario.faults);
        self.settle();
        self.tell_scenario(said.into_iter().collect());
        self.tell_live();
    }

    /// Takes on a changed scenario of the same parts while running.
    fn take_on(&mut self, changed: Scenario, said: Vec<Problem>) {
        let moved = machines(&self.scenario) != machines(&changed);
        self.scenario = changed;
        self.engine.change(topology(&self.scenario));
        self.engine.hold(&self.scenario.faults);
        if moved {
            // Work is done elsewhere now: older samples are of other processors.
            self.samples.clear();
            self.samples.push_back(self.engine.sample());
        }
        self.settle();
        self.tell_scenario(said);
        self.tell_live();
    }

    /// Stands at time zero with the scenario as it is.
    fn restart(&mut self) {
        self.engine = Engine::new(topology(&self.scenario));
        self.samples.clear();
        self.samples.push_back(self.engine.sample());
        (self.granted, self.behind, self.ahead, self.told) = (0.0, false, None, 0);
        self.begins = true;
        self.settle();
    }

    /// Begins the settled run anew: a quick one first, for provisional figures at once.
    fn settle(&mut self) {
        self.questions = Questions::default();
        self.references.leave();
        let settling = Settling::new(topology(&self.scenario), QUICK);
        (self.settling, self.is_quick) = (Some(settling), true);
    }

    fn tell_scenario(&mut self, problems: Vec<Problem>) {
        self.updates.push(Update::Scenario { link: link::write(&self.scenario), problems });
    }

    fn tell_live(&mut self) {
        let now = self.engine.sample();
        let start = self.samples.front().unwrap_or(&now);
        let latest = self.samples.iter().rev().find(|s| now.at.since(s.at) >= SLICE);
        let topology = self.engine.topology();
        let live = Live {
            playing: self.playing,
            speed: self.speed,
            behind: self.behind,
            ahead_s: self.ahead.map(SimTime::seconds),
            figures: Snapshot::between(topology, start, &now),
            latest: Snapshot::between(topology, latest.unwrap_or(start), &now),
            begins: std::mem::take(&mut self.begins),
            log: journal::lines(topology, self.engine.log(), self.told),
        };
        self.told = self.engine.log().len();
        self.updates.push(Update::Live(Box::new(live)));
    }

    fn work(&mut self, wall_ms: f64, events: u64, tells: bool) {
        let mut left = events;
        // A changed setting shows in the settled figures first: they are what is waited for.
        if self.is_quick {
            left -= self.settle_on(left);
        } else {
            left -= self.references.hurry(left, &mut self.updates);
        }
        if let Some(target) = self.ahead {
            // What was asked and the settled run get on beside it.
            left -= self.hurry_to(target, left - left / 4, tells).min(left);
        } else if self.playing {
            let wall_ms = if wall_ms.is_finite() { wall_ms.clamp(0.0, 1_000.0) } else { 0.0 };
            self.granted += wall_ms * self.speed * MILLISECOND as f64;
            let target = self.engine.now().after(Span(self.granted as u64));
            let before = self.engine.now();
            left -= self.run_to(target, left).min(left);
            self.granted -= self.engine.now().since(before).0 as f64;
            // Time that the machine cannot simulate is not owed: the clock is slower, and says so.
            self.behind = self.granted > 50.0 * self.speed * MILLISECOND as f64;
            self.granted = self.granted.min(100.0 * self.speed * MILLISECOND as f64);
            if tells {
                self.tell_live();
            }
        }
        left -= self.questions.advance(left, &mut self.updates).min(left);
        left -= self.settle_on(left);
        if self.settling.is_none() {
            self.updates.extend(self.references.advance(left));
        }
    }

    /// Goes on with the settled run; says how many events were spent.
    fn settle_on(&mut self, events: u64) -> u64 {
        let Some(settling) = &mut self.settling else {
            return 0;
        };
        let spent = settling.advance(events).min(events);
        if settling.is_complete() {
            self.updates.extend(settling.settled().map(|s| Update::Settled(Box::new(s))));
            if self.with_theory && !self.is_quick {
                self.updates.push(Update::Theory(Box::new(settling.theory())));
            }
            let was_quick = std::mem::take(&mut self.is_quick);
            self.settling = was_quick.then(|| Settling::new(topology(&self.scenario), FULL));
        }
        spent
    }

    /// Runs the live engine, with samples on the way at whole slices of simulated time.
    fn run_to(&mut self, target: SimTime, events: u64) -> u64 {
        let mut spent = 0;
        while spent < events {
            let next = SimTime((self.engine.now().0 / SLICE.0 + 1) * SLICE.0);
            let (most, before) = (events - spent, spent);
            spent += self.engine.run_until(next.min(target), most);
            // At the instant itself more may be due: it is over when events are left unspent.
            if spent - before == most {
                break;
            }
            if self.engine.now() == next {
                self.samples.push_back(self.engine.sample());
                while self.samples.len() > (WINDOW.0 / SLICE.0) as usize + 1 {
                    self.samples.pop_front();
                }
            }
            if self.engine.now() >= target {
                break;
            }
        }
        spent
    }
}

/// Which machines do the work: where parts live, and whether slots share processors.
fn machines(scenario: &Scenario) -> Vec<f64> {
    let rows = [
        (Kind::WebTier, web_tier::Setting::Discipline as usize),
        (Kind::Cache, cache::Setting::Place as usize),
        (Kind::Database, database::Setting::Place as usize),
        (Kind::Database, database::Setting::Discipline as usize),
    ];
    let value = |(kind, row)| scenario.spec(kind).map(|spec| spec.number(row));
    rows.into_iter().filter_map(value).collect()
}

/// The topology of a scenario that the session has taken on, and so can run.
fn topology(scenario: &Scenario) -> Topology {
    Topology::build(scenario).expect("a session holds only scenarios that can run")
}

/// The scenario of a link if it can run, else stage 1; with all that was wrong.
fn runnable(text: &str) -> (Scenario, Vec<Problem>) {
    let link::Reading { scenario, mut problems, .. } = link::read(text);
    match Topology::build(&scenario) {
        Ok(_) => (scenario, problems),
        Err(more) => {
            problems.extend(more);
            (super::scenario::presets::stage(1), problems)
        }
    }
}

#[cfg(test)]
mod tests;
