//! What is worth knowing of a run though nothing is wrong: how what is planned lies beside the time
//! that was measured.

use crate::sim::analysis::settle::Settled;
use crate::sim::scenario::{PresentFault, Problem, Scenario};
use crate::sim::units::SimTime;

/// Most faults and changes that are named; the rest is counted.
const NAMED: usize = 5;

/// Where what is planned lies beside the time that was measured: what is over before is not in the
/// figures, and what comes or goes within makes them a mean of two systems.
#[must_use]
pub fn planned(scenario: &Scenario, settled: &Settled) -> Vec<Problem> {
    // The course of a failure is measured as a whole, and says so.
    if settled.is_course() {
        return Vec::new();
    }
    let (from, to) = (settled.warm_up_s, settled.warm_up_s + settled.seconds);
    // What is in force all the time that was measured needs no word.
    let place = |begin: f64, end: f64| match () {
        () if end <= from => Some(0),
        () if begin >= to => Some(2),
        () if begin <= from && end >= to => None,
        () => Some(1),
    };
    let mut places: [Vec<String>; 3] = Default::default();
    let faults = scenario.faults.chunk_by(PresentFault::goes_on).map(|row| {
        let (begin, end) = (row[0].at.seconds(), row[0].end().map(SimTime::seconds));
        let instant = row[0].fault.is_instant().then_some(begin);
        (begin, instant.or(end), row[0].write_for(row.len()))
    });
    let changes = scenario.changes.iter().map(|change| {
        let at = change.at.seconds();
        (at, None, format!("at={at}:{}", change.key))
    });
    for (begin, end, name) in faults.chain(changes) {
        if let Some(place) = place(begin, end.unwrap_or(f64::INFINITY)) {
            places[place].push(name);
        }
    }
    let [before, within, after] = places;
    let said = [
        (before, format!("over before the measuring began at {from:.1} s: no figure is of it")),
        (
            within,
            format!(
                "within what was measured, from {from:.1} s to {to:.1} s: the figures are of the \
                 time with it and of the time without, and their intervals take it for chance"
            ),
        ),
        (after, format!("after the measuring ended at {to:.1} s: no figure is of it")),
    ];
    let said = said.into_iter().filter(|(names, _)| !names.is_empty());
    said.map(|(names, what)| {
        let rest = names.len().saturating_sub(NAMED);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        Problem::new(names[..names.len() - rest].join(", ") + &more, what)
    })
    .collect()
}
