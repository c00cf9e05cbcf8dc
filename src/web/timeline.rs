//! The timeline as the page edits it: a mark for each fault and each change, and what moving,
//! adding or removing one makes of the scenario. Pure.

mod coming;
mod since;

use super::summary;
use super::view::format;
use crate::sim::analysis::settle::Settled;
use crate::sim::journal::Line;
use crate::sim::run::log::Severity;
use crate::sim::scenario::{Change, PresentFault, Scenario, link};
use crate::sim::session::Command;
use crate::sim::sorting;
use crate::sim::units::{SimTime, Span};
pub use coming::{before, crowd, is_to_come, next};
pub use since::{Since, told};

/// What is done to the timeline.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// A mark gets another time.
    Move {
        /// Name of the mark.
        name: String,
        /// Second at which it begins.
        at: f64,
        /// Seconds that it lasts; for ever for `None`.
        lasts: Option<f64>,
        /// False while it is being dragged.
        done: bool,
    },
    /// What moved a mark was let go.
    LetGo,
    /// A fault is added, as written in links.
    AddFault(String),
    /// A change of a setting is added, as written in links.
    AddChange(String),
    /// A mark is taken away.
    Remove(String),
    /// The mark whose times stand below the track.
    Pick(Option<String>),
    /// Opens or closes the form that adds one.
    Adding(bool),
}

/// What of the timeline is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Name of the mark whose times stand below the track.
    pub picked: Option<String>,
    /// Whether the form that adds one is open.
    pub adding: bool,
    /// Since when what is broken to stay has been so.
    pub since: Since,
}

/// A fault or a change on the track.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Names it among all marks; stays the same when it moves.
    pub name: String,
    /// Second at which it begins.
    pub at: f64,
    /// Seconds that it lasts; `None` for ever, or where it has no length.
    pub lasts: Option<f64>,
    /// Whether it happens at one instant, as some faults do.
    pub is_instant: bool,
    /// Whether it changes a setting, and so is no fault.
    pub is_change: bool,
    /// What it is, in words and without its time.
    pub text: String,
}

impl Mark {
    /// Its time in words.
    #[must_use]
    pub fn when(&self) -> String {
        let at = format::plain(self.at);
        match self.lasts {
            Some(lasts) => format!("at {at} s for {} s", format::plain(lasts)),
            None if self.is_instant => format!("at {at} s"),
            None if self.at == 0.0 => "from the start".to_owned(),
            None => format!("from {at} s on"),
        }
    }

    /// The second at which it ends, where it does.
    #[must_use]
    pub fn end(&self) -> Option<f64> {
        self.lasts.map(|lasts| self.at + lasts).or(self.is_instant.then_some(self.at))
    }
}

/// Longest time of a run that a mark can be given, in seconds: a week, as links allow.
pub const LONGEST_S: f64 = 604_800.0;

/// The marks of a scenario: faults in their order, then changes in the order of time.
#[must_use]
pub fn marks(scenario: &Scenario) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut add = |mut mark: Mark| {
        let same = marks.iter().filter(|other| other.name.split('#').next() == Some(&mark.name));
        mark.name = format!("{}#{}", mark.name, same.count());
        marks.push(mark);
    };
    for fault in &scenario.faults {
        let timeless = PresentFault { at: SimTime::ZERO, lasts: None, ..*fault };
        add(Mark {
            name: timeless.write(),
            at: fault.at.seconds(),
            lasts: fault.lasts.map(Span::seconds),
            is_instant: fault.fault.is_instant(),
            is_change: false,
            text: summary::fault_alone(&timeless, scenario),
        });
    }
    for change in &scenario.changes {
        add(Mark {
            name: format!("{}={}", change.key, change.value),
            at: change.at.seconds(),
            lasts: None,
            is_instant: false,
            is_change: true,
            text: change_text(change, scenario),
        });
    }
    marks
}

/// That a settled run does not count what is planned, in a sentence: it ended before that begins,
/// or threw it away with the warm-up. `None` where it counts all.
#[must_use]
pub fn uncounted(scenario: &Scenario, settled: &Settled) -> Option<String> {
    let (from, end) = (settled.warm_up_s, settled.warm_up_s + settled.seconds);
    let is_out = |mark: &Mark| mark.at >= end || mark.end().is_some_and(|over| over <= from);
    // What a setting was changed to holds from then on.
    let is_kept = |mark: &Mark| mark.is_change && mark.at < end;
    let is_any = marks(scenario).iter().any(|mark| is_out(mark) && !is_kept(mark));
    is_any.then(|| {
        let [from, end] = [from, end].map(libm::round);
        format!(
            "The settled run counts from {from} s to {end} s: what is planned before or after \
             that is not in its figures."
        )
    })
}

/// The part that the mark at a place is about, as the log calls it, and which of its servers.
fn whose(scenario: &Scenario, place: usize) -> (String, Option<u16>) {
    let Some(fault) = scenario.faults.get(place) else {
        let key = &scenario.changes[place - scenario.faults.len()].key;
        return (key.split('.').next().unwrap_or_default().to_owned(), None);
    };
    let mut part = fault.kind.key().to_owned();
    if let Some(site) = fault.site
        && scenario.sites > 1
        && !fault.kind.is_global()
    {
        part.push_str(&(site + 1).to_string());
    }
    (part, fault.server.map(|server| server as u16 + 1))
}

/// What of the plan came about after one second and until another, as lines of the log among
/// those that the engine wrote then. What is wrong from the start is no news.
#[must_use]
pub fn logged(scenario: &Scenario, after: f64, until: f64, lines: Vec<Line>) -> Vec<Line> {
    let mut all = Vec::new();
    for (place, mark) in marks(scenario).into_iter().enumerate() {
        let (part, server) = whose(scenario, place);
        let mut add = |at_s: f64, word: &str, severity: Severity| {
            if at_s > after && at_s <= until {
                let what = format!("{word}: {}", mark.text);
                let (part, numbers) = (part.clone(), Vec::new());
                all.push(Line { at_s, part, server, severity, what, numbers });
            }
        };
        if mark.is_change {
            add(mark.at, "changes", Severity::Info);
        } else if mark.is_instant {
            add(mark.at, "happens", Severity::Warning);
        } else {
            add(mark.at, "begins", Severity::Warning);
            add(mark.end().unwrap_or(f64::NAN), "ends", Severity::Info);
        }
    }
    // What follows from it is written at the same instant.
    all.extend(lines);
    sorting::by_number(&mut all, |line| line.at_s);
    all
}

/// A change in words: "Web tier: Servers 8".
#[must_use]
pub fn change_text(change: &Change, scenario: &Scenario) -> String {
    let part = change.key.split('.').next().unwrap_or_default();
    let label = scenario.locate(&change.key).map_or("", |(_, _, param)| param.label);
    format!("{}: {label} {}", summary::part_name(part, scenario), change.value)
}

/// The second at the right end of the track: round, with room behind the clock and all marks.
#[must_use]
pub fn end(marks: &[Mark], now: f64) -> f64 {
    const ROUND: [f64; 12] = [
        120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0, 86_400.0,
        259_200.0, LONGEST_S,
    ];
    let last = marks.iter().map(|mark| mark.end().unwrap_or(mark.at)).fold(now, f64::max);
    ROUND.into_iter().find(|end| *end >= last * 1.1).unwrap_or(LONGEST_S)
}

/// The seconds by which marks move on a track of this length.
#[must_use]
pub fn step(end: f64) -> f64 {
    const STEPS: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 600.0, 3_600.0];
    STEPS.into_iter().find(|step| *step >= end / 300.0).unwrap_or(3_600.0)
}

/// The command that gives a mark another time; `None` when there is no such mark.
#[must_use]
pub fn moved(scenario: &Scenario, name: &str, at: f64, lasts: Option<f64>) -> Option<Command> {
    let place = marks(scenario).iter().position(|mark| mark.name == name)?;
    let mut scenario = scenario.clone();
    let bounded = |s: f64| if s.is_finite() { s.clamp(0.0, LONGEST_S) } else { 0.0 };
    let at = SimTime::ZERO.after(Span::from_seconds(bounded(at)));
    let faults = scenario.faults.len();
    if let Some(fault) = scenario.faults.get_mut(place) {
        let lasts = lasts.map(|s| Span::from_seconds(bounded(s)));
        (fault.at, fault.lasts) = (at, lasts.filter(|_| !fault.fault.is_instant()));
    } else {
        scenario.changes[place - faults].at = at;
    }
    Some(whole(&scenario))
}

/// The command that takes a mark away.
#[must_use]
pub fn removed(scenario: &Scenario, name: &str) -> Option<Command> {
    let place = marks(scenario).iter().position(|mark| mark.name == name)?;
    let (mut scenario, faults) = (scenario.clone(), scenario.faults.len());
    if place < faults {
        scenario.faults.remove(place);
    } else {
        scenario.changes.remove(place - faults);
    }
    Some(whole(&scenario))
}

/// The command that adds a fault or a change, as written in links.
#[must_use]
pub fn added(scenario: &Scenario, fault: Option<&str>, change: Option<&str>) -> Command {
    let (mut faults, mut changes) = scenario.timeline();
    faults.extend(fault.map(str::to_owned));
    changes.extend(change.map(str::to_owned));
    Command::Timeline { faults, changes }
}

fn whole(scenario: &Scenario) -> Command {
    let mut changes = scenario.changes.clone();
    sorting::by(&mut changes, |a, b| a.at.cmp(&b.at));
    let (faults, _) = scenario.timeline();
    Command::Timeline { faults, changes: changes.iter().map(link::write_change).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(link: &str) -> Scenario {
        link::read(link).scenario
    }

    fn after(scenario: &Scenario, command: Option<Command>) -> String {
        let mut scenario = scenario.clone();
        let command = command.expect("there is such a mark");
        crate::web::steps::apply(&mut scenario, &command).expect("is allowed");
        link::write_fragment(&scenario)
    }

    #[test]
    fn marks_say_what_happens_and_when() {
        let scenario = scenario(
            "?stage=5#fault=kill.web.2@60for30&fault=flush.cache@90&fault=kill.db&fault=kill.web.2\
             &at=120:web.servers=8",
        );
        let said: Vec<String> = marks(&scenario)
            .iter()
            .map(|mark| format!("{} | {} {}", mark.name, mark.text, mark.when()))
            .collect();
        assert_eq!(
            said,
            [
                "kill.web.2#0 | Web tier 2 is dead at 60 s for 30 s",
                "flush.cache#0 | Cache is flushed at 90 s",
                "kill.db#0 | Database is dead from the start",
                "kill.web.2#1 | Web tier 2 is dead from the start",
                "web.servers=8#0 | Web tier: Servers 8 from 120 s on",
            ]
        );
        assert_eq!((end(&marks(&scenario), 0.0), end(&[], 290.0)), (300.0, 600.0));
    }

    #[test]
    fn figures_that_do_not_count_what_is_planned_say_so() {
        let settled = Settled { warm_up_s: 99.6, seconds: 900.0, ..Settled::default() };
        let said = |what: &str| uncounted(&scenario(&format!("?stage=3#{what}")), &settled);
        let counts = "The settled run counts from 100 s to 1000 s: what is planned before or after \
                      that is not in its figures.";
        for what in ["fault=kill.db@1000", "fault=slow9.db@60for30", "at=1000:web.servers=8"] {
            assert_eq!(said(what).as_deref(), Some(counts), "{what}");
        }
        for what in ["", "fault=kill.db", "fault=kill.db@60for60", "at=60:web.servers=8"] {
            assert_eq!(said(what), None, "{what}");
        }
    }

    #[test]
    fn what_is_planned_is_logged_once_and_before_what_follows_from_it() {
        let scenario = scenario(
            "?stage=7#fault=kill.web2.3@60for30&fault=kill.db&fault=flush.cache@70\
             &at=90:web.servers=8",
        );
        let logged = |after, until, at_s| {
            let (part, what) = ("web2".to_owned(), "of the engine".to_owned());
            let (severity, numbers) = (Severity::Info, Vec::new());
            let line = Line { at_s, part, server: None, severity, what, numbers };
            let lines = logged(&scenario, after, until, vec![line]);
            let row =
                |line: Line| format!("{} {}.{:?} {}", line.at_s, line.part, line.server, line.what);
            lines.into_iter().map(row).collect::<Vec<_>>()
        };
        let own = |at: f64| format!("{at} web2.None of the engine");
        assert_eq!(logged(0.0, 59.0, 3.0), [own(3.0)], "what is so from the start is no news");
        let of = |at: f64, word| format!("{at} web2.Some(3) {word}: Web tier 3 in Europe is dead");
        assert_eq!(logged(59.0, 60.0, 60.0), [of(60.0, "begins"), own(60.0)]);
        assert_eq!(
            logged(60.0, 95.0, 85.0),
            [
                "70 cache.None happens: Cache is flushed".to_owned(),
                own(85.0),
                of(90.0, "ends"),
                "90 web.None changes: Web tier: Servers 8".to_owned(),
            ]
        );
    }

    #[test]
    fn a_mark_is_moved_and_taken_away() {
        let scenario =
            scenario("?stage=5#fault=kill.web.2@60for30&at=20:web.servers=8&at=40:web.servers=9");
        assert_eq!(
            after(&scenario, moved(&scenario, "kill.web.2#0", 75.0, Some(10.0))),
            "v=1&at=20:web.servers=8&at=40:web.servers=9&fault=kill.web.2@75for10"
        );
        assert_eq!(
            after(&scenario, moved(&scenario, "web.servers=8#0", 50.0, None)),
            "v=1&at=40:web.servers=9&at=50:web.servers=8&fault=kill.web.2@60for30"
        );
        assert_eq!(
            after(&scenario, removed(&scenario, "web.servers=9#0")),
            "v=1&at=20:web.servers=8&fault=kill.web.2@60for30"
        );
        let added = added(&scenario, Some("flush.cache@9"), None);
        assert!(
            after(&scenario, Some(added))
                .ends_with("&fault=kill.web.2@60for30&fault=flush.cache@9")
        );
        assert_eq!(moved(&scenario, "kill.moon#0", 1.0, None), None);
    }
}
