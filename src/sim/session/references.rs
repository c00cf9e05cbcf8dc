//! Scenarios settled besides the one that is watched, one after another: the other side of a
//! comparison, until the one that is watched changes. Who still waits then asks again.

use super::Update;
use crate::analysis::settle::{FULL, QUICK, Settled, Settling};
use crate::scenario::{Problem, link};
use crate::topology::Topology;
use std::collections::VecDeque;

/// Most that wait; the one asked for first gives way.
const MOST: usize = 4;

/// A server busier than this may be on its way into an overload that a short run does not show: of
/// such a system no provisional figures are told.
const BUSIEST: f64 = 0.9;

fn is_at_ease(settled: &Settled) -> bool {
    let mut servers = settled.figures.parts.iter().flat_map(|part| &part.servers);
    servers.all(|server| server.utilisation <= BUSIEST)
}

/// What is still to be settled.
#[derive(Clone, Debug, Default)]
pub struct References {
    waiting: VecDeque<(String, Topology)>,
    under_way: Option<(String, Box<Settling>)>,
    /// What was under way when it was last left, as far as it came.
    left: Option<(String, Box<Settling>)>,
    /// Quick runs, for provisional figures long before those of all that waits.
    quick: VecDeque<(String, Box<Settling>)>,
}

impl References {
    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.quick.is_empty() && self.waiting.is_empty() && self.under_way.is_none()
    }

    /// Leaves all that was asked for.
    pub fn leave(&mut self) {
        self.waiting.clear();
        self.quick.clear();
        self.left = self.under_way.take().or_else(|| self.left.take());
    }

    /// Asks for the settled figures of a link.
    ///
    /// # Errors
    /// Why its scenario cannot run.
    pub fn ask(&mut self, text: String) -> Result<(), Vec<Problem>> {
        let is_known = |known: &String| *known == text;
        let is_asked = self.waiting.iter().any(|(known, _)| is_known(known))
            || self.under_way.as_ref().is_some_and(|(known, _)| is_known(known));
        if is_asked {
            return Ok(());
        }
        let topology = Topology::build(&link::read(&text).scenario)?;
        if self.waiting.len() == MOST {
            self.waiting.pop_front();
        }
        if self.quick.len() == MOST {
            self.quick.pop_front();
        }
        let quick = Settling::new(topology.clone(), QUICK);
        self.quick.push_back((text.clone(), Box::new(quick)));
        self.waiting.push_back((text, topology));
        Ok(())
    }

    /// Goes on with the quick runs; says how many events were spent.
    pub fn hurry(&mut self, events: u64, updates: &mut Vec<Update>) -> u64 {
        let Some((_, settling)) = self.quick.front_mut() else {
            return 0;
        };
        let spent = settling.advance(events).min(events);
        if settling.is_complete()
            && let Some((link, settling)) = self.quick.pop_front()
            && let Some(settled) = settling.settled()
            && is_at_ease(&settled)
        {
            updates.push(Update::Reference { link, settled: Box::new(settled) });
        }
        spent
    }

    /// Goes on for so many events; the figures when one is settled.
    pub fn advance(&mut self, events: u64) -> Option<Update> {
        if self.under_way.is_none() {
            let (link, topology) = self.waiting.pop_front()?;
            let left = self.left.take_if(|(known, _)| *known == link);
            let anew = || (link, Box::new(Settling::new(topology, FULL)));
            self.under_way = Some(left.unwrap_or_else(anew));
        }
        let (_, settling) = self.under_way.as_mut()?;
        settling.advance(events);
        if !settling.is_complete() {
            return None;
        }
        let (link, settling) = self.under_way.take()?;
        let settled = Box::new(settling.settled()?);
        Some(Update::Reference { link, settled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Command, Session};

    /// Advances until the session is done with everything, or for too long.
    fn heard(session: &mut Session) -> Vec<Update> {
        let mut heard = Vec::new();
        for _ in 0..400 {
            heard.extend(session.handle(Command::Advance { wall_ms: 10.0, events: 400_000 }));
            let is_complete = |u: &Update| matches!(u, Update::Settled(s) if s.complete);
            if !session.has_references() && heard.iter().any(is_complete) {
                break;
            }
        }
        heard
    }

    #[test]
    fn of_an_overloaded_system_nothing_provisional_is_told() {
        // Stage 4 under the traffic of stage 5: a short run's p99 is a third of what it comes to.
        let mut session = Session::new("?stage=1");
        session.handle(Command::Reference { link: "?stage=4#clients.rate=1447".to_owned() });
        let told: Vec<bool> = heard(&mut session)
            .into_iter()
            .filter_map(|update| match update {
                Update::Reference { settled, .. } => Some(settled.complete),
                _ => None,
            })
            .collect();
        assert_eq!(told, [true]);
    }

    #[test]
    fn what_no_one_waits_for_any_more_is_left_and_goes_on_for_who_asks_again() {
        let ask = || Command::Reference { link: "?stage=2".to_owned() };
        let own = heard(&mut Session::new("?stage=2")).into_iter().find_map(|u| match u {
            Update::Settled(settled) if settled.complete => Some(settled),
            _ => None,
        });
        let mut session = Session::new("?stage=1");
        let complete = |update: Update| match update {
            Update::Reference { settled, .. } if settled.complete => Some(settled),
            _ => None,
        };
        let work = |session: &mut Session, is_over: fn(&Session) -> bool| {
            let (mut told, mut slices) = (Vec::new(), 0);
            while !is_over(session) && slices < 4_000 {
                let slice = Command::Advance { wall_ms: 10.0, events: 10_000 };
                told.extend(session.handle(slice).into_iter().filter_map(complete));
                slices += 1;
            }
            (told, slices)
        };
        // Until most of it is done: how much there is, another session has told.
        let is_done = |session: &Session| !session.has_references();
        let mut other = session.clone();
        other.handle(ask());
        let (_, all) = work(&mut other, is_done);
        session.handle(ask());
        for _ in 0..all * 3 / 4 {
            session.handle(Command::Advance { wall_ms: 10.0, events: 10_000 });
        }
        assert!(session.has_references());
        session.handle(Command::Load { link: "?stage=1&seed=2".to_owned() });
        assert!(!session.has_references(), "nothing is left to do but its own run");
        let is_settled = |session: &Session| session.settling.is_none();
        assert_eq!(work(&mut session, is_settled).0, []);
        session.handle(ask());
        let (told, rest) = work(&mut session, is_done);
        assert_eq!(told, [own.expect("it settles")]);
        assert!(rest < all / 2, "{rest} of {all}: it is not begun anew");
    }

    #[test]
    fn a_reference_is_the_settled_run_of_its_link_and_changes_nothing_else() {
        let link = "?stage=2#v=1&web.size=2".to_owned();
        let mut alone = Session::new(&link);
        let own = heard(&mut alone).into_iter().find_map(|update| match update {
            Update::Settled(settled) if settled.complete => Some(settled),
            _ => None,
        });
        let mut session = Session::new("?stage=1");
        let before = session.scenario().clone();
        for _ in 0..2 {
            session.handle(Command::Reference { link: link.clone() });
        }
        let references: Vec<_> = heard(&mut session)
            .into_iter()
            .filter_map(|update| match update {
                Update::Reference { link, settled } => Some((link, settled)),
                _ => None,
            })
            .collect();
        let [(_, first), last] = &references[..] else { panic!("{}", references.len()) };
        assert!(!first.complete, "the first figures are provisional");
        assert_eq!(*last, (link, own.expect("it settles")));
        assert_eq!(session.scenario(), &before);
        let bad = "?parts=clients#v=1".to_owned();
        let said = session.handle(Command::Reference { link: bad });
        assert!(matches!(&said[..], [Update::Refused { .. }]), "{said:?}");
    }
}
