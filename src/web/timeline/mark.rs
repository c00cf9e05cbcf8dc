//! What stands on the track: a mark for each fault and each change, the same fault of servers in a
//! row as one.

use crate::sim::scenario::{Change, PresentFault, Scenario};
use crate::sim::units::{SimTime, Span};
use crate::web::summary;
use crate::web::view::format;
use std::ops::Range;

/// A fault or a change on the track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// Names it among all marks; stays the same while it is picked and moves.
    pub name: String,
    /// Second at which it begins.
    pub at: f64,
    /// Seconds that it lasts; `None` for ever, or where it has no length.
    pub lasts: Option<f64>,
    /// Second of this run at which monitoring had replaced all that it killed for ever.
    pub replaced: Option<f64>,
    /// Whether it happens at one instant, as some faults do.
    pub is_instant: bool,
    /// Whether it changes a setting, and so is no fault.
    pub is_change: bool,
    /// What it is, in words and without its time.
    pub text: String,
    /// Its place among the faults of the scenario and the changes behind them.
    pub(in crate::web) place: usize,
    /// How many it stands for: the same fault of servers in a row is one mark.
    pub(in crate::web) count: usize,
}

impl Mark {
    /// Its time in words.
    #[must_use]
    pub fn when(&self) -> String {
        let at = format::plain(self.at);
        let when = match self.lasts {
            Some(lasts) => format!("at {at} s for {} s", format::plain(lasts)),
            None if self.is_instant => format!("at {at} s"),
            None if self.at == 0.0 => "from the start".to_owned(),
            None => format!("from {at} s on"),
        };
        self.replacement().map_or(when.clone(), |replaced| format!("{when}, {replaced}"))
    }

    /// That monitoring has made good what it broke, where it has.
    #[must_use]
    pub fn replacement(&self) -> Option<String> {
        self.replaced.map(|at| format!("replaced at {} s", format::plain(libm::round(at))))
    }

    /// The places of the faults that it stands for.
    pub(super) const fn range(&self) -> Range<usize> {
        self.place..self.place + self.count
    }

    /// Whether it begins with the fault at this place of the scenario.
    #[must_use]
    pub const fn is_fault_at(&self, place: usize) -> bool {
        !self.is_change && self.place == place
    }

    /// The faults that it stands for.
    #[must_use]
    pub fn faults<'a>(&self, scenario: &'a Scenario) -> &'a [PresentFault] {
        scenario.faults.get(self.range()).unwrap_or_default()
    }

    /// The second at which it ends, where it does.
    #[must_use]
    pub fn end(&self) -> Option<f64> {
        let instant = self.is_instant.then_some(self.at);
        self.lasts.map(|lasts| self.at + lasts).or(self.replaced).or(instant)
    }
}

/// The marks of a scenario: faults in their order, then changes in the order of time.
#[must_use]
pub fn marks(scenario: &Scenario) -> Vec<Mark> {
    marks_at(scenario, &(0..0), |fault| fault.at.seconds())
}

/// The same, where the seconds at which faults begin are known otherwise, and some faults are in a
/// mark of their own.
pub(super) fn marks_at(
    scenario: &Scenario,
    alone: &Range<usize>,
    second: impl Fn(&PresentFault) -> f64,
) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut place = 0;
    let mut add = |mut mark: Mark| {
        let same = marks.iter().filter(|other| other.name.split('#').next() == Some(&mark.name));
        mark.name = format!("{}#{}", mark.name, same.count());
        mark.place = place;
        place += mark.count;
        marks.push(mark);
    };
    let faults = &scenario.faults;
    let is_one = |at: usize| {
        let [a, b] = [&faults[at - 1], &faults[at]];
        at != alone.start && at != alone.end && a.goes_on(b) && second(a) == second(b)
    };
    let mut first = 0;
    for end in 1..=faults.len() {
        if end < faults.len() && is_one(end) {
            continue;
        }
        let row = &faults[first..end];
        first = end;
        let timeless = PresentFault { at: SimTime::ZERO, lasts: None, ..row[0] };
        add(Mark {
            name: timeless.write_for(row.len()),
            at: second(&row[0]),
            lasts: row[0].lasts.map(Span::seconds),
            replaced: None,
            is_instant: row[0].fault.is_instant(),
            is_change: false,
            text: row_text(row, scenario),
            place: 0,
            count: row.len(),
        });
    }
    for change in &scenario.changes {
        add(Mark {
            name: format!("{}={}", change.key, change.value),
            at: change.at.seconds(),
            lasts: None,
            replaced: None,
            is_instant: false,
            is_change: true,
            text: change_text(change, scenario),
            place: 0,
            count: 1,
        });
    }
    marks
}

/// The same fault of servers in a row in words, without its time.
#[must_use]
pub fn row_text(row: &[PresentFault], scenario: &Scenario) -> String {
    let timeless = PresentFault { at: SimTime::ZERO, lasts: None, ..row[0] };
    let text = summary::fault_alone(&timeless, scenario);
    if row.len() > 1 { format!("{text}, and {} more", row.len() - 1) } else { text }
}

/// The part that faults of one row are about, as the log calls it, and its server, where it is one.
pub(super) fn whose(scenario: &Scenario, faults: &[PresentFault]) -> (String, Option<u16>) {
    let fault = &faults[0];
    let mut part = fault.kind.key().to_owned();
    if let Some(site) = fault.site
        && scenario.sites > 1
        && !fault.kind.is_global()
    {
        part.push_str(&(site + 1).to_string());
    }
    (part, fault.server.filter(|_| faults.len() == 1).map(|server| server as u16 + 1))
}

/// A change in words: "Web tier: Servers 8".
#[must_use]
pub fn change_text(change: &Change, scenario: &Scenario) -> String {
    let part = change.key.split('.').next().unwrap_or_default();
    let label = scenario.locate(&change.key).map_or("", |(_, _, param)| param.label);
    format!("{}: {label} {}", summary::part_name(part, scenario), change.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;
    use crate::web::timeline::end;

    #[test]
    fn marks_say_what_happens_and_when() {
        let scenario = link::read(
            "?stage=5#fault=kill.web.2@60for30&fault=flush.cache@90&fault=kill.db&fault=kill.web.2\
             &at=120:web.servers=8",
        )
        .scenario;
        let said: Vec<String> = marks(&scenario)
            .iter()
            .map(|mark| format!("{} | {} {}", mark.name, mark.text, mark.when()))
            .collect();
        assert_eq!(
            said,
            [
                "kill.web.2#0 | Web server 2 is dead at 60 s for 30 s",
                "flush.cache#0 | Cache is flushed at 90 s",
                "kill.db#0 | Database is dead from the start",
                "kill.web.2#1 | Web server 2 is dead from the start",
                "web.servers=8#0 | Web tier: Servers 8 from 120 s on",
            ]
        );
        assert_eq!((end(&marks(&scenario), 0.0), end(&[], 290.0)), (300.0, 600.0));
    }
}
