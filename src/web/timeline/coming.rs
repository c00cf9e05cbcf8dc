//! What is yet to come of what is planned, and how far the run is brought to see it begin.

use super::{Mark, marks};
use crate::sim::kinds::Kind;
use crate::sim::kinds::clients::{Setting, pattern::PATTERNS};
use crate::sim::kinds::fault::Fault;
use crate::sim::scenario::Scenario;

/// Seconds before something planned to which the run is brought, so that it is seen to begin.
const LEAD_S: f64 = 5.0;

/// The second to which the run can be brought to see what is planned for another begin; `None` once
/// it is there.
#[must_use]
pub fn before(at: f64, now: f64) -> Option<f64> {
    Some(at - LEAD_S).filter(|to| *to > now)
}

/// The change of traffic that the users' pattern makes once. It is told like a mark, and set where
/// the pattern is.
#[must_use]
pub fn crowd(scenario: &Scenario) -> Option<Mark> {
    let spec = scenario.spec(Kind::Clients)?;
    let number = |row: Setting| spec.number(row as usize);
    let is_step = match PATTERNS[spec.count(Setting::PatternChoice as usize)].0 {
        "ramp" | "flash" => false,
        "step" => true,
        _ => return None,
    };
    Some(Mark {
        name: String::new(),
        at: number(Setting::PatternAt),
        lasts: Some(number(Setting::PatternLasts)).filter(|s| is_step && *s > 0.0),
        is_change: true,
        text: format!("Traffic goes to {} times the usual", number(Setting::PatternFactor)),
        ..Mark::default()
    })
}

/// Whether users come in other numbers at other times: by their pattern, or as planned.
#[must_use]
pub fn is_uneven(scenario: &Scenario) -> bool {
    let spec = scenario.spec(Kind::Clients);
    spec.is_some_and(|spec| spec.count(Setting::PatternChoice as usize) > 0)
        || scenario.changes.iter().any(|change| change.key.starts_with("clients."))
        || scenario.faults.iter().any(|fault| matches!(fault.fault, Fault::Spike(_)))
}

/// Seconds at which what is planned begins; where nothing is, that of the users' pattern.
fn begins(scenario: &Scenario) -> Vec<f64> {
    let mut all = marks(scenario);
    all.retain(|mark| mark.at > 0.0);
    if all.is_empty() {
        all.extend(crowd(scenario));
    }
    all.into_iter().map(|mark| mark.at).collect()
}

/// The second at which the next of what is planned begins; `None` when nothing more is.
#[must_use]
pub fn next(scenario: &Scenario, now: f64) -> Option<f64> {
    begins(scenario).into_iter().filter(|at| *at > now).reduce(f64::min)
}

/// Whether what is planned has yet to begin: nothing has come of it so far.
#[must_use]
pub fn is_to_come(scenario: &Scenario, now: f64) -> bool {
    let all = begins(scenario);
    !all.is_empty() && all.iter().all(|at| now < *at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;

    #[test]
    fn the_run_is_brought_to_just_before_what_comes_next() {
        let planned = "?stage=3#fault=kill.db@90&fault=kill.web.2&at=60:web.servers=8";
        let scenario = link::read(planned).scenario;
        let to = |now| next(&scenario, now).and_then(|at| before(at, now));
        assert_eq!([0.0, 54.9, 60.0].map(to), [Some(55.0), Some(55.0), Some(85.0)]);
        assert_eq!([55.0, 59.0, 85.0, 90.0].map(to), [None; 4], "it begins soon, or has begun");
        let coming = |now| is_to_come(&scenario, now);
        assert_eq!([0.0, 59.9, 60.0, 99.0].map(coming), [true, true, false, false]);
    }

    #[test]
    fn what_comes_in_other_numbers_is_known() {
        let of = |link: &str| is_uneven(&link::read(link).scenario);
        assert!(!of("?stage=3#at=60:web.servers=8&fault=kill.db"));
        let uneven = ["clients.pattern=daily", "at=60:clients.rate=30", "fault=spike3.clients@9"];
        for link in uneven {
            assert!(of(&format!("?stage=3#{link}")), "{link}");
        }
    }

    #[test]
    fn a_crowd_is_run_ahead_to_where_nothing_else_is_planned() {
        let crowd = "?stage=3#clients.pattern=step&clients.pattern_at_s=90";
        let planned = format!("{crowd}&fault=kill.db@200");
        let of = |link: &str| {
            (next(&link::read(link).scenario, 0.0), is_to_come(&link::read(link).scenario, 100.0))
        };
        assert_eq!(of(crowd), (Some(90.0), false));
        assert_eq!(of(&planned), (Some(200.0), true));
        assert_eq!(of("?stage=3#clients.pattern=daily&fault=kill.db"), (None, false));
        let said = super::crowd(&link::read(crowd).scenario).expect("there is one");
        assert_eq!(
            (said.text.as_str(), said.lasts),
            ("Traffic goes to 5 times the usual", Some(120.0))
        );
    }
}
