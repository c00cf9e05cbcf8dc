//! Questions about the system that take a while: answered in slices, on copies of the live run.

use super::message::{Question, Update};
use crate::analysis::spof::Trying;
use crate::engine::{Engine, Tracer};

/// An event that is looked at takes about as long as so many others.
const LOOKING: u64 = 4;

/// What is being asked.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    tracer: Option<Box<Tracer>>,
    trying: Option<Box<Trying>>,
}

impl Questions {
    /// Takes on a question about this system.
    pub fn ask(&mut self, question: Question, engine: &Engine) {
        match question {
            Question::Traces => self.tracer = Some(Box::new(Tracer::new(engine))),
            Question::Threats => self.trying = Some(Box::new(Trying::new(engine))),
            // The settled run answers it.
            Question::Theory => {}
            Question::Nothing => *self = Self::default(),
        }
    }

    /// Whether one is still to be answered.
    pub const fn is_asked(&self) -> bool {
        self.tracer.is_some() || self.trying.is_some()
    }

    /// Works on them for about so many events; says how many were spent.
    pub fn advance(&mut self, events: u64, updates: &mut Vec<Update>) -> u64 {
        let mut spent = 0;
        if let Some(tracer) = &mut self.tracer {
            spent = LOOKING * tracer.advance(events / LOOKING);
            if tracer.is_complete() {
                updates.push(Update::Traced(Box::new(tracer.traces())));
                self.tracer = None;
            }
        }
        if let Some(trying) = &mut self.trying {
            let known = trying.tolls().rows.len();
            spent += trying.advance(events.saturating_sub(spent));
            let tolls = trying.tolls();
            if tolls.rows.len() > known || trying.is_complete() {
                updates.push(Update::Tolls(Box::new(tolls.clone())));
            }
            if trying.is_complete() {
                self.trying = None;
            }
        }
        spent
    }
}
