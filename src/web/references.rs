//! Settled figures of scenarios other than the one that is watched, by their links: asked for once,
//! kept for as long as they may be wanted again.

use crate::sim::analysis::settle::Settled;
use crate::sim::session::Command;
use std::rc::Rc;

/// Most that are kept.
const MOST: usize = 24;

/// What is known, and what was asked for: `None` until it is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct References {
    known: Vec<(String, Option<Rc<Settled>>)>,
}

impl References {
    /// The figures of a link, once they have come.
    #[must_use]
    pub fn get(&self, link: &str) -> Option<&Rc<Settled>> {
        self.known.iter().find(|(known, _)| known == link)?.1.as_ref()
    }

    /// What to tell the engine so that the figures of a link come; nothing where that is done.
    pub fn ask(&mut self, link: &str) -> Option<Command> {
        if self.known.iter().any(|(known, _)| known == link) {
            return None;
        }
        self.make_room();
        self.known.push((link.to_owned(), None));
        Some(Command::Reference { link: link.to_owned() })
    }

    /// The oldest gives way to a new one.
    fn make_room(&mut self) {
        if self.known.len() == MOST {
            self.known.remove(0);
        }
    }

    /// The figures have come.
    pub fn learn(&mut self, link: String, settled: Rc<Settled>) {
        self.known.retain(|(known, _)| *known != link);
        self.make_room();
        self.known.push((link, Some(settled)));
    }

    /// Another engine: what the one before was asked for does not come any more.
    pub fn restart(&mut self) {
        self.known.retain(|(_, settled)| settled.is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_asked_for_once_and_again_of_another_engine() {
        let mut references = References::default();
        assert!(references.ask("?stage=1").is_some() && references.ask("?stage=1").is_none());
        references.restart();
        assert!(references.ask("?stage=1").is_some());
        references.learn("?stage=1".to_owned(), Rc::default());
        references.restart();
        assert!(references.get("?stage=1").is_some() && references.ask("?stage=1").is_none());
        (0..100).for_each(|seed| references.learn(format!("?stage=2#seed={seed}"), Rc::default()));
        assert!(references.known.len() == MOST && references.get("?stage=1").is_none());
    }
}
