//! What differs in the settings of two systems.

use crate::sim::kinds::Kind;
use crate::sim::scenario::{Change, Scenario};
use crate::web::summary;
use crate::web::timeline;

/// What differs in the settings, each in a few words, A before B.
#[must_use]
pub fn differences(a: &Scenario, b: &Scenario) -> Vec<String> {
    listed(a, b, ["only in A", "only in B"])
}

/// What a scenario changes of what it starts from.
pub fn changes(scenario: &Scenario) -> Vec<String> {
    let origin = scenario.origin();
    let base = scenario.base.scenario();
    let parts = base.map_or_else(Vec::new, |base| done(&base, &origin));
    parts.into_iter().chain(done(&origin, scenario)).collect()
}

/// What is done to get from one scenario to another, each change in a few words.
#[must_use]
pub fn done(before: &Scenario, after: &Scenario) -> Vec<String> {
    listed(before, after, ["taken away", "added"])
}

/// What differs, with the words for what only one of both has.
fn listed(a: &Scenario, b: &Scenario, [only_a, only_b]: [&str; 2]) -> Vec<String> {
    let mut said = Vec::new();
    if a.sites != b.sites {
        said.push(format!("Sites: {} → {}", a.sites, b.sites));
    }
    for &kind in Kind::ALL {
        match (a.spec(kind).is_some(), b.spec(kind).is_some()) {
            (true, true) => said.extend(of_kind(kind, a, b)),
            (true, false) => said.push(format!("{}: {only_a}", summary::name(kind, a))),
            (false, true) => said.push(format!("{}: {only_b}", summary::name(kind, b))),
            (false, false) => {}
        }
    }
    let events = |scenario: &Scenario| -> Vec<String> {
        let faults = scenario.faults.iter().map(|fault| summary::fault_text(fault, scenario));
        let change = |change: &Change| {
            format!("{} at {} s", timeline::change_text(change, scenario), change.at.seconds())
        };
        faults.chain(scenario.changes.iter().map(change)).collect()
    };
    let (in_a, in_b) = (events(a), events(b));
    let only = |own: &[String], other: &[String], words: &str| -> Vec<String> {
        let those = own.iter().filter(|text| !other.contains(text));
        those.map(|text| format!("{text}: {words}")).collect()
    };
    said.extend(only(&in_a, &in_b, only_a));
    said.extend(only(&in_b, &in_a, only_b));
    if a.seed != b.seed {
        said.push(format!("Seed: {} → {}", a.seed, b.seed));
    }
    said
}

/// The settings of a part that differ; told once where they do so in all sites alike.
fn of_kind(kind: Kind, a: &Scenario, b: &Scenario) -> Vec<String> {
    let sites = if kind.is_global() { 1 } else { a.sites.min(b.sites) };
    let mut said = Vec::new();
    for (row, param) in kind.params().iter().enumerate() {
        let at = |site: u8| {
            let value = |scenario: &Scenario| {
                scenario
                    .spec_at(kind, site)
                    .map_or_else(String::new, |s| summary::value_text(param, s.value(row)))
            };
            (value(a), value(b))
        };
        let all: Vec<(String, String)> = (0..sites).map(at).collect();
        let is_alike = all.iter().all(|pair| *pair == all[0]);
        for (site, (before, after)) in (0..sites).zip(&all) {
            if before == after || (is_alike && site > 0) {
                continue;
            }
            let place = if is_alike || sites == 1 {
                String::new()
            } else {
                format!(" {}", summary::site_name(b, site))
            };
            let name = summary::name(kind, b);
            said.push(format!("{name}{place}: {} {before} → {after}", param.label));
        }
    }
    said
}
