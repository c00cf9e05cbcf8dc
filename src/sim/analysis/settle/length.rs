//! How long a settled run is: so many events as can be foreseen, and long enough for what is
//! planned to happen and to play out.

use crate::kinds::behavior::Fault;
use crate::kinds::{Kind, clients};
use crate::scenario::{PresentFault, Scenario, presets};
use crate::sorting;
use crate::units::{SimTime, Span};

/// What a failure's preset shows is over within this time: its run is as long, and all of it
/// counts.
const COURSE_S: f64 = 300.0;
/// Events of one request, roughly, for planning.
const EVENTS_PER_REQUEST: f64 = 12.0;
/// A settled run takes no more simulated time than this (two simulated hours).
const LONGEST_S: f64 = 7_200.0;
/// Where spikes and changes bring more traffic than there is at the beginning, a run may have so
/// many times the events that are planned.
const SLACK: f64 = 4.0;

/// How long a settled run shall be.
#[derive(Clone, Copy, Debug)]
pub struct Length {
    /// Batches that it is cut into.
    pub(super) batches: usize,
    /// Events planned, as far as they can be foreseen.
    events: f64,
    /// How many they may become for what happens in the run to play out.
    most: f64,
    /// Least simulated seconds: patience, checks and retries need their time to play out.
    shortest_s: f64,
}

/// Long enough for numbers to be settled: a second or less of a fast machine.
pub const FULL: Length = Length { batches: 40, events: 8e6, most: 8e6, shortest_s: 20.0 };
/// Short enough to answer a moving slider, at stage 9 too, where a request has twice as many events
/// as planned; its figures are provisional.
pub const QUICK: Length = Length { batches: 12, events: 1.2e5, most: 2e5, shortest_s: 0.5 };

/// The length of the run of one scenario.
pub(super) struct Planned {
    /// In simulated seconds.
    pub seconds: f64,
    /// Whether a quick run would end before all that is planned has happened and played out.
    pub is_too_short: bool,
    /// Whether the run is the course of a failure, from its start on.
    pub is_course: bool,
}

impl Length {
    pub(super) fn planned(self, scenario: &Scenario) -> Planned {
        let lasting = |events| events / EVENTS_PER_REQUEST / rate_at(scenario, 0.0).max(1e-3);
        let needed = played_out(scenario);
        let waits = if needed <= lasting(self.most) { needed } else { 0.0 };
        let is_course = is_course(scenario);
        let least = if is_course { needed } else { lasting(self.events) };
        let seconds = least.max(waits).max(self.shortest_s).min(LONGEST_S);
        let most = SLACK * self.most / EVENTS_PER_REQUEST;
        let seconds = seconds.min(until(scenario, most).max(self.shortest_s));
        let is_too_short = self.batches < FULL.batches && seconds < needed;
        Planned { seconds, is_too_short, is_course }
    }
}

/// Simulated seconds that a run has to last to tell what becomes of failures and planned changes;
/// none where nothing happens. A crowd or a wave is never over in a short run.
fn played_out(scenario: &Scenario) -> f64 {
    let ends = |fault: &PresentFault| {
        fault.at.seconds() + fault.lasts.map_or(0.0, Span::seconds) + FULL.shortest_s
    };
    let changed = scenario.changes.iter().map(|change| change.at.seconds() + FULL.shortest_s);
    let others = match is_course(scenario) {
        true => COURSE_S,
        false if is_steady(scenario) => 0.0,
        false => f64::INFINITY,
    };
    scenario.faults.iter().map(ends).chain(changed).fold(others, f64::max)
}

/// Whether the traffic has no pattern over time.
fn is_steady(scenario: &Scenario) -> bool {
    let pattern = clients::Setting::PatternChoice as usize;
    scenario.spec(Kind::Clients).is_none_or(|spec| spec.count(pattern) == 0)
}

/// Whether it is a failure as its preset has it, on a timeline of some minutes: what the system
/// comes to in the end says nothing of it.
fn is_course(scenario: &Scenario) -> bool {
    let is_planned = !scenario.changes.is_empty()
        || !is_steady(scenario)
        || scenario.faults.iter().any(|fault| fault.at > SimTime::ZERO);
    is_planned && presets::is_failure(scenario.base)
}

/// Requests per second at a second of the run, as far as settings, changes and spikes decide it.
fn rate_at(scenario: &Scenario, second: f64) -> f64 {
    let clients = scenario.spec(Kind::Clients);
    let first = clients.map_or(1.0, |spec| spec.number(clients::Setting::Rate as usize));
    let changed = scenario.changes.iter().filter(|change| change.at.seconds() <= second);
    let rates = changed.filter(|change| change.key == "clients.rate");
    let rate = rates.max_by_key(|change| change.at).and_then(|change| change.value.parse().ok());
    let spikes = scenario.faults.iter().filter(|fault| {
        let begin = fault.at.seconds();
        let end = fault.lasts.map_or(f64::INFINITY, |lasts| begin + lasts.seconds());
        (begin..end).contains(&second)
    });
    spikes.fold(rate.unwrap_or(first), |rate, fault| match fault.fault {
        Fault::Spike(factor) => rate * factor,
        _ => rate,
    })
}

/// The second until which so many requests come.
fn until(scenario: &Scenario, mut requests: f64) -> f64 {
    let begins = scenario.faults.iter().map(|fault| fault.at.seconds());
    let ends = scenario
        .faults
        .iter()
        .filter_map(|fault| fault.lasts.map(|lasts| fault.at.seconds() + lasts.seconds()));
    let changes = scenario.changes.iter().map(|change| change.at.seconds());
    let mut edges: Vec<f64> = begins.chain(ends).chain(changes).collect();
    sorting::by_number(&mut edges, |edge| *edge);
    edges.push(f64::INFINITY);
    let mut from = 0.0;
    for to in edges {
        let rate = rate_at(scenario, from).max(1e-3);
        if requests <= rate * (to - from) {
            return from + requests / rate;
        }
        requests -= rate * (to - from);
        from = to;
    }
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::link;

    fn seconds(length: Length, address: &str) -> (f64, bool) {
        let planned = length.planned(&link::read(address).scenario);
        (libm::round(10.0 * planned.seconds) / 10.0, planned.is_too_short)
    }

    #[test]
    fn a_run_has_the_events_that_are_planned_whatever_traffic_comes_later() {
        assert_eq!(seconds(FULL, "?stage=1#clients.rate=1000"), (666.7, false));
        assert_eq!(seconds(QUICK, "?stage=1#clients.rate=1000"), (10.0, false));
        // A spike for a while is in it, and one that stays for ever bounds it: of 66,667 requests
        // 60 come before.
        let address = "?stage=1#clients.rate=1000&fault=spike3.clients@60for30";
        assert_eq!(seconds(FULL, address), (666.7, false));
        let address = "?stage=1#clients.rate=1&fault=spike1000.clients@60";
        assert_eq!(seconds(QUICK, address), (126.6, false));
        let address = "?stage=1#clients.rate=1&at=60:clients.rate=20000&fault=spike2.clients@61";
        assert_eq!(seconds(QUICK, address), (62.2, true), "20,000 in a second, then 40,000");
        assert_eq!(seconds(FULL, address), (127.2, false));
    }

    #[test]
    fn the_run_of_a_failure_is_its_course() {
        let course = |address: &str| {
            let planned = FULL.planned(&link::read(address).scenario);
            (planned.seconds, planned.is_course)
        };
        assert_eq!(course("?preset=retry-storm"), (300.0, true));
        assert_eq!(course("?preset=autoscaler-late"), (300.0, true));
        assert_eq!(course("?preset=bad-deploy#fault=kill.web.2@400for60"), (480.0, true));
        let (seconds, is_course) = course("?preset=cache-stampede");
        assert!(seconds > 800.0 && !is_course, "nothing is planned: {seconds}");
        assert!(!course("?stage=3#fault=kill.web.2@60for30").1);
        assert!(!course("?preset=sandbox#at=60:clients.rate=10").1);
    }

    #[test]
    fn a_wave_is_in_no_short_run() {
        let address = "?stage=1#clients.pattern=daily";
        assert!(seconds(QUICK, address).1 && !seconds(FULL, address).1);
    }
}
