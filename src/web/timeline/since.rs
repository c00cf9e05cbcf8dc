//! Since when faults that are there to stay have been there in this run. A link has them from the
//! start, and so has the next run.

use super::mark::{Mark, marks_at, row_text, whose};
use crate::sim::analysis::names;
use crate::sim::journal::Line;
use crate::sim::kinds::Kind;
use crate::sim::kinds::behavior::Fault;
use crate::sim::run::log::Severity;
use crate::sim::scenario::{PresentFault, Scenario};
use crate::sim::snapshot::{PartView, Snapshot};
use crate::sim::units::{SimTime, Span};
use std::ops::Range;

/// Whether one fault makes what another makes, to the same servers or more.
fn covers(one: &PresentFault, other: &PresentFault) -> bool {
    (one.kind, one.fault) == (other.kind, other.fault)
        && (one.site.is_none() || one.site == other.site)
        && (one.server.is_none() || one.server == other.server)
}

/// What was broken and healed by hand when one scenario took the place of another, as lines of the
/// log: the engine tells what follows from it, and not every death is noticed by some part. Before
/// the clock has gone there is no such news, and what is planned is news when it comes.
#[must_use]
pub fn told(before: &Scenario, after: &Scenario, now: f64) -> Vec<Line> {
    if now <= 0.0 || before.kinds() != after.kinds() || before.sites != after.sites {
        return Vec::new();
    }
    let instant = SimTime::ZERO.after(Span::from_seconds(now));
    let present = |scenario: &Scenario| -> Vec<PresentFault> {
        scenario.faults.iter().copied().filter(|fault| fault.is_present(instant)).collect()
    };
    let sides = [(before, present(before)), (after, present(after))];
    let news = |from: usize, word: &str, severity: Severity| -> Vec<Line> {
        let ((scenario, these), (_, others)) = (&sides[from], &sides[1 - from]);
        let is_news = |fault: &&PresentFault| !others.iter().any(|other| covers(other, fault));
        let new: Vec<PresentFault> = these.iter().filter(is_news).copied().collect();
        let line = |row: &[PresentFault]| {
            let (part, server) = whose(scenario, row);
            let stays_in_part = from == 0
                && row.iter().any(|fault| others.iter().any(|other| covers(fault, other)));
            let part_of_it = if stays_in_part { " in part" } else { "" };
            let what = format!("{word}{part_of_it}: {}", row_text(row, scenario));
            Line { at_s: now, part, server, severity, what, numbers: Vec::new() }
        };
        new.chunk_by(PresentFault::goes_on).map(line).collect()
    };
    let mut lines = news(1, "begins", Severity::Warning);
    lines.extend(news(0, "ends", Severity::Info));
    lines
}

/// Whether all that a fault killed is alive: monitoring has had it replaced.
#[must_use]
pub fn is_replaced(fault: &PresentFault, shown: &Snapshot) -> bool {
    let is_site = fault.kind == Kind::Network;
    let is_meant = |part: &&PartView| {
        let site = names::site(&part.key);
        let is_there = fault.site.is_none_or(|wanted| site == wanted);
        match names::kind(&part.key) {
            Some(kind) if is_site => !kind.is_global() && is_there,
            kind => kind == Some(fault.kind) && (fault.kind.is_global() || is_there),
        }
    };
    let is_one = |index: usize| is_site || fault.server.is_none_or(|one| one == index);
    let mut found = false;
    for part in shown.parts.iter().filter(is_meant) {
        for (index, server) in part.servers.iter().enumerate() {
            if is_one(index) && !server.alive {
                return false;
            }
            found |= is_one(index);
        }
    }
    found && fault.fault == Fault::Kill
}

/// Faults that came while the run went on, and the second of each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Since {
    known: Vec<(PresentFault, f64)>,
    /// Faults for ever whose servers monitoring has replaced, and when that was seen.
    replaced: Vec<(PresentFault, f64)>,
    /// Places of faults that stay a mark of their own, whatever others come to stand beside them.
    alone: Range<usize>,
}

impl Since {
    /// One scenario took the place of another at a second of the run.
    pub fn follow(&mut self, before: &Scenario, after: &Scenario, now: f64) {
        for known in [&mut self.known, &mut self.replaced] {
            known.retain(|(known, _)| after.faults.contains(known));
        }
        let stays = |fault: &&PresentFault| fault.at == SimTime::ZERO && fault.lasts.is_none();
        let news = after.faults.iter().filter(stays).filter(|fault| !before.faults.contains(fault));
        self.known.extend(news.map(|fault| (*fault, now)));
    }

    /// The mark of this name stays one of its own while it is moved, and no other does.
    pub fn hold(&mut self, name: Option<&str>, scenario: &Scenario) {
        let marks = self.marks(scenario).into_iter();
        let mark = marks.filter(|mark| !mark.is_change).find(|mark| name == Some(&mark.name));
        self.alone = mark.map_or(0..0, |mark| mark.range());
    }

    /// A fault at this place stays a mark of its own.
    pub fn hold_place(&mut self, place: usize) {
        self.alone = place..place + 1;
    }

    /// The run has come to this moment: what was killed for ever may have been replaced.
    pub fn see(&mut self, scenario: &Scenario, shown: &Snapshot) {
        for fault in scenario.faults.iter().filter(|fault| fault.lasts.is_none()) {
            let is_known = self.replaced.iter().any(|(known, _)| known == fault);
            if !is_known && shown.at_s > self.begins(fault) && is_replaced(fault, shown) {
                self.replaced.push((*fault, shown.at_s));
            }
        }
    }

    fn begins(&self, fault: &PresentFault) -> f64 {
        let known = self.known.iter().find(|(known, _)| known == fault);
        known.map_or(fault.at.seconds(), |(_, at)| *at)
    }

    /// The marks of a scenario as this run has them.
    #[must_use]
    pub fn marks(&self, scenario: &Scenario) -> Vec<Mark> {
        let mut marks = marks_at(scenario, &self.alone, |fault| self.begins(fault));
        let replaced = |fault: &PresentFault| {
            self.replaced.iter().find(|(known, _)| known == fault).map(|(_, at)| *at)
        };
        for mark in marks.iter_mut().filter(|mark| !mark.is_change) {
            let all: Option<Vec<f64>> = mark.faults(scenario).iter().map(replaced).collect();
            mark.replaced = all.and_then(|all| all.into_iter().reduce(f64::max));
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;
    use crate::sim::session::{Command, Session, Update};

    #[test]
    fn a_mark_ends_where_monitoring_has_replaced_what_was_killed_for_ever() {
        let address = "?preset=sandbox#v=1&fault=kill.web3@5&fault=kill.db@9for300";
        let scenario = link::read(address).scenario;
        let (mut since, mut session) = (Since::default(), Session::new(address));
        let mut after = |seconds: u32| {
            for _ in 0..seconds {
                for update in session.handle(Command::Step { ms: 1_000.0 }) {
                    if let Update::Live(live) = update {
                        since.see(&scenario, &live.figures);
                    }
                }
            }
            since.marks(&scenario)
        };
        let [web, _] = &after(20)[..] else { panic!("two marks") };
        assert_eq!((web.end(), web.when()), (None, "from 5 s on".to_owned()));
        let [web, database] = &after(120)[..] else { panic!("two marks") };
        let replaced = web.end().expect("it was replaced");
        assert!((20.0..140.0).contains(&replaced), "{replaced}");
        assert_eq!(database.end(), Some(309.0), "its time is planned");
        assert_eq!(web.when(), format!("from 5 s on, replaced at {replaced} s"));
    }

    #[test]
    fn what_was_broken_in_the_run_stands_where_that_was_done() {
        let scenario = |faults: &str| link::read(&format!("?stage=3#{faults}")).scenario;
        let steps = [
            (scenario("fault=kill.db"), 0.0),
            (scenario("fault=kill.db&fault=kill.web.2"), 10.0),
            (scenario("fault=kill.db&fault=kill.web.2&fault=slow5.web.1@60"), 20.0),
        ];
        let mut since = Since::default();
        for [(before, _), (after, now)] in [[&steps[0], &steps[1]], [&steps[1], &steps[2]]] {
            since.follow(before, after, *now);
        }
        let at = |since: &Since| since.marks(&steps[2].0).iter().map(|m| m.at).collect::<Vec<_>>();
        assert_eq!(at(&since), [0.0, 10.0, 60.0]);
        let row = scenario("fault=kill.web.1-3");
        let mut by_hand = Since::default();
        by_hand.follow(&scenario("fault=kill.web.1-2"), &row, 9.0);
        let names: Vec<_> = by_hand.marks(&row).into_iter().map(|m| (m.name, m.at)).collect();
        let known = |name: &str, at| (name.to_owned(), at);
        assert_eq!(names, [known("kill.web.1-2#0", 0.0), known("kill.web.3#0", 9.0)]);
        since.follow(&steps[2].0, &steps[0].0, 30.0);
        since.follow(&steps[0].0, &steps[2].0, 40.0);
        assert_eq!(at(&since), [0.0, 40.0, 60.0], "it was healed, and broken again");
    }

    #[test]
    fn what_is_done_by_hand_is_in_the_log() {
        let scenario = |faults: &str| link::read(&format!("?stage=3#{faults}")).scenario;
        let (sound, broken) = (scenario(""), scenario("fault=kill.web.2&fault=slow5.web.1@60"));
        let lines = |before: &Scenario, after: &Scenario, now| {
            let lines = told(before, after, now).into_iter();
            lines.map(|l| format!("{} {} {:?} {}", l.at_s, l.part, l.server, l.what)).collect()
        };
        let (none, one): (Vec<String>, Vec<String>) =
            (lines(&sound, &broken, 0.0), lines(&sound, &broken, 9.0));
        assert_eq!(none, [""; 0], "what is so from the start is no news");
        assert_eq!(
            one,
            ["9 web Some(2) begins: Web server 2 is dead"],
            "what is planned comes later"
        );
        let healed: Vec<String> = lines(&broken, &sound, 12.0);
        assert_eq!(healed, ["12 web Some(2) ends: Web server 2 is dead"]);
        let late: Vec<String> = lines(&broken, &scenario("fault=kill.web.2"), 70.0);
        assert_eq!(
            late,
            ["70 web Some(1) ends: Web server 1 is 5 times as slow"],
            "it was planned"
        );
        let all = scenario("fault=kill.web");
        let more: Vec<String> = lines(&scenario("fault=kill.web.2"), &all, 9.0);
        assert_eq!(more, ["9 web None begins: Web tier is dead"], "number 2 was and is dead");
        let less: Vec<String> = lines(&all, &scenario("fault=kill.web.2"), 9.0);
        assert_eq!(less, ["9 web None ends in part: Web tier is dead"]);
    }
}
