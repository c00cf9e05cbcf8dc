//! The timeline as the page edits it: a mark for each fault and each change, and what moving,
//! adding or removing one makes of the scenario. Pure.

mod coming;
mod mark;
mod since;

use crate::sim::analysis::settle::Settled;
use crate::sim::journal::Line;
use crate::sim::run::log::Severity;
use crate::sim::scenario::{Scenario, link};
use crate::sim::session::Command;
use crate::sim::sorting;
use crate::sim::units::{SimTime, Span};
pub use coming::{before, crowd, is_to_come, is_uneven, next};
use mark::whose;
pub use mark::{Mark, change_text, marks, row_text};
pub use since::{Since, is_replaced, told};

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

/// Longest time of a run that a mark can be given, in seconds: a week, as links allow.
pub const LONGEST_S: f64 = 604_800.0;

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

/// What of the plan came about after one second and until another, as lines of the log among
/// those that the engine wrote then. What is wrong from the start is no news.
#[must_use]
pub fn logged(scenario: &Scenario, after: f64, until: f64, lines: Vec<Line>) -> Vec<Line> {
    let mut all = Vec::new();
    for mark in marks(scenario) {
        let (part, server) = match mark.faults(scenario) {
            [] => {
                let key = &scenario.changes[mark.place - scenario.faults.len()].key;
                (key.split('.').next().unwrap_or_default().to_owned(), None)
            }
            faults => whose(scenario, faults),
        };
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

/// The command that gives a mark of a scenario another time.
#[must_use]
pub fn moved(scenario: &Scenario, mark: &Mark, at: f64, lasts: Option<f64>) -> Command {
    let mut scenario = scenario.clone();
    let bounded = |s: f64| if s.is_finite() { s.clamp(0.0, LONGEST_S) } else { 0.0 };
    let at = SimTime::ZERO.after(Span::from_seconds(bounded(at)));
    let faults = scenario.faults.len();
    for place in mark.range() {
        if let Some(fault) = scenario.faults.get_mut(place) {
            let lasts = lasts.map(|s| Span::from_seconds(bounded(s)));
            (fault.at, fault.lasts) = (at, lasts.filter(|_| !fault.fault.is_instant()));
        } else if let Some(change) = scenario.changes.get_mut(place - faults) {
            change.at = at;
        }
    }
    whole(&scenario)
}

/// The command that takes a mark of a scenario away.
#[must_use]
pub fn removed(scenario: &Scenario, mark: &Mark) -> Command {
    let (mut scenario, faults) = (scenario.clone(), scenario.faults.len());
    if mark.is_change {
        scenario.changes.remove(mark.place - faults);
    } else {
        scenario.faults.drain(mark.range());
    }
    whole(&scenario)
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

    fn after(scenario: &Scenario, command: &Command) -> String {
        let mut scenario = scenario.clone();
        crate::web::steps::apply(&mut scenario, command).expect("is allowed");
        link::write_fragment(&scenario)
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
        let of =
            |at: f64, word| format!("{at} web2.Some(3) {word}: Web server 3 in Europe is dead");
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
        let marks = marks(&scenario);
        let named = |name| marks.iter().find(|mark| mark.name == name).expect("is a mark");
        assert_eq!(
            after(&scenario, &moved(&scenario, named("kill.web.2#0"), 75.0, Some(10.0))),
            "v=1&at=20:web.servers=8&at=40:web.servers=9&fault=kill.web.2@75for10"
        );
        assert_eq!(
            after(&scenario, &moved(&scenario, named("web.servers=8#0"), 50.0, None)),
            "v=1&at=40:web.servers=9&at=50:web.servers=8&fault=kill.web.2@60for30"
        );
        assert_eq!(
            after(&scenario, &removed(&scenario, named("web.servers=9#0"))),
            "v=1&at=20:web.servers=8&fault=kill.web.2@60for30"
        );
        let added = added(&scenario, Some("flush.cache@9"), None);
        assert!(
            after(&scenario, &added).ends_with("&fault=kill.web.2@60for30&fault=flush.cache@9")
        );
    }

    #[test]
    fn the_same_of_servers_in_a_row_is_one_mark() {
        let scenario =
            scenario("?stage=5#fault=kill.web.2-4@60for30&fault=kill.web.6@60for30&fault=kill.db");
        let marks = marks(&scenario);
        let said: Vec<&str> = marks.iter().map(|mark| mark.text.as_str()).collect();
        assert_eq!(
            said,
            ["Web server 2 is dead, and 2 more", "Web server 6 is dead", "Database is dead"]
        );
        assert_eq!(
            after(&scenario, &moved(&scenario, &marks[0], 75.0, None)),
            "v=1&fault=kill.web.2-4@75&fault=kill.web.6@60for30&fault=kill.db"
        );
        assert_eq!(
            after(&scenario, &removed(&scenario, &marks[0])),
            "v=1&fault=kill.web.6@60for30&fault=kill.db"
        );
        let lines = logged(&scenario, 0.0, 60.0, Vec::new());
        let lines: Vec<_> = lines.iter().map(|line| (line.server, line.what.as_str())).collect();
        assert_eq!(
            lines,
            [
                (None, "begins: Web server 2 is dead, and 2 more"),
                (Some(6), "begins: Web server 6 is dead"),
            ]
        );
    }
}
