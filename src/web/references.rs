//! Settled figures of scenarios other than the one that is watched, by their links: kept for as
//! long as they may be wanted again.

use crate::sim::analysis::settle::Settled;
use crate::sim::session::Command;
use crate::web::history;
use std::rc::Rc;

/// Most that are kept.
const MOST: usize = 24;
/// Of large systems fewer: so many servers in all, of about 220 bytes each.
const MOST_SERVERS: usize = 15_000;
/// What is wanted at once, however large: of A, of the system as it stands, of what would help, and
/// of the stage before.
const FEWEST: usize = 4;

/// What is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct References {
    known: Vec<(String, Rc<Settled>)>,
}

impl References {
    /// The figures of a link, once its settled run is complete.
    #[must_use]
    pub fn get(&self, link: &str) -> Option<&Rc<Settled>> {
        self.first(link).filter(|settled| settled.complete)
    }

    /// The figures of a link, provisional ones too.
    #[must_use]
    pub fn first(&self, link: &str) -> Option<&Rc<Settled>> {
        Some(&self.known.iter().find(|(known, _)| known == link)?.1)
    }

    /// What to tell the engine so that the figures of a link come; nothing where they are known.
    /// The engine does what it is asked for twice only once.
    #[must_use]
    pub fn ask(&self, link: &str) -> Option<Command> {
        self.get(link).is_none().then(|| Command::Reference { link: link.to_owned() })
    }

    /// The figures have come; the oldest give way. Provisional ones do not replace others.
    pub fn learn(&mut self, link: String, settled: Rc<Settled>) {
        if !settled.complete && self.get(&link).is_some() {
            return;
        }
        self.known.retain(|(known, _)| *known != link);
        self.known.push((link, settled));
        while self.known.len() > MOST || (self.known.len() > FEWEST && self.is_large()) {
            self.known.remove(0);
        }
    }

    fn is_large(&self) -> bool {
        let servers = self.known.iter().map(|(_, settled)| history::servers(&settled.figures));
        servers.sum::<usize>() > MOST_SERVERS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::snapshot::{PartView, ServerView, Snapshot};

    #[test]
    fn a_link_is_asked_for_until_its_figures_are_complete() {
        let mut references = References::default();
        assert!(references.ask("?stage=1").is_some());
        references.learn("?stage=1".to_owned(), Rc::default());
        assert!(references.first("?stage=1").is_some() && references.get("?stage=1").is_none());
        assert!(references.ask("?stage=1").is_some());
        let complete = Rc::new(Settled { complete: true, ..Settled::default() });
        references.learn("?stage=1".to_owned(), Rc::clone(&complete));
        references.learn("?stage=1".to_owned(), Rc::default());
        assert!(references.get("?stage=1").is_some() && references.ask("?stage=1").is_none());
        (0..100).for_each(|seed| references.learn(format!("?seed={seed}"), Rc::clone(&complete)));
        assert!(references.known.len() == MOST && references.get("?stage=1").is_none());
    }

    #[test]
    fn of_large_systems_few_are_kept() {
        let of = |servers: usize| {
            let servers = vec![ServerView::default(); servers];
            let parts = vec![PartView { servers, ..PartView::default() }];
            let figures = Snapshot { parts, ..Snapshot::default() };
            Rc::new(Settled { figures, complete: true, ..Settled::default() })
        };
        let mut references = References::default();
        let mut learn = |servers: usize| {
            (0..MOST).for_each(|seed| references.learn(format!("?seed={seed}"), of(servers)));
            references.known.len()
        };
        assert_eq!(learn(MOST_SERVERS / MOST), MOST);
        assert_eq!(learn(MOST_SERVERS / 10), 10);
        assert_eq!(learn(MOST_SERVERS), FEWEST, "no less, or they would be asked for again");
    }
}
