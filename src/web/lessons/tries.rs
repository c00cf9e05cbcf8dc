//! What each stage offers to try: buttons that act, and once done offer the way back.

use super::offers::OFFERS;
use super::offers::Offer::{self, Event, Fault, NextAlgorithm, Switch, Traffic, Without};
use crate::sim::kinds::Kind;
use crate::sim::kinds::balancing::ALGORITHMS;
use crate::sim::scenario::{Base, PresentFault, Scenario, link};
use crate::sim::session::Command;

/// Something to try: a button that acts. Once done, it offers the way back.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// What the button says.
    pub label: String,
    /// What it does.
    pub commands: Vec<Command>,
    /// Whether it takes back what was tried.
    pub is_back: bool,
    /// What is to be seen once it is done.
    pub look: &'static str,
}

/// How the label of going round begins, which is another label once it is done.
pub const NEXT: &str = "Next algorithm: ";

/// What the stage offers to try, given how things stand.
#[must_use]
pub fn tries(scenario: &Scenario) -> Vec<Try> {
    let Base::Stage(number) = scenario.base else {
        return Vec::new();
    };
    let offers = OFFERS.get(usize::from(number) - 1).copied().unwrap_or(&[]);
    offers.iter().map(|(offer, look)| Try { look, ..offered(scenario, offer) }).collect()
}

fn offered(scenario: &Scenario, offer: &Offer) -> Try {
    match *offer {
        Traffic(factor) => traffic(scenario, factor),
        Switch(settings, there, back) => switch(scenario, settings, there, back),
        Fault(fault, there, back) => self::fault(scenario, fault, there, back),
        Event(settings, fault, label) => Try {
            label: label.to_owned(),
            commands: settings
                .iter()
                .map(|(key, value)| Command::set(key, value))
                .chain([Command::Fail { fault: fault.to_owned() }])
                .collect(),
            is_back: false,
            look: "",
        },
        NextAlgorithm => next_algorithm(scenario),
        Without(kind, there, back) => without(scenario, kind, there, back),
    }
}

fn text(scenario: &Scenario, key: &str) -> Option<String> {
    let (part, row, param) = scenario.locate(key).ok()?;
    Some(param.write(scenario.parts[part].spec.value(row)))
}

/// Settings' other values, or the stage's own where they have them already.
fn switch(scenario: &Scenario, settings: &[(&str, &str)], there: &str, back: &str) -> Try {
    let is_back = settings.iter().all(|(key, value)| text(scenario, key).as_deref() == Some(value));
    let origin = scenario.origin();
    let settings = settings.iter().map(|(key, value)| {
        let home = || text(&origin, key).unwrap_or_default();
        ((*key).to_owned(), if is_back { home() } else { (*value).to_owned() })
    });
    let commands = vec![Command::Set { settings: settings.collect() }];
    let label = if is_back { back } else { there };
    Try { label: label.to_owned(), commands, is_back, look: "" }
}

fn traffic(scenario: &Scenario, factor: f64) -> Try {
    let rate = |scenario: &Scenario| -> f64 {
        text(scenario, "clients.rate").and_then(|text| text.parse().ok()).unwrap_or(1.0)
    };
    let home = rate(&scenario.origin());
    let is_back = rate(scenario) >= home * factor * 0.999;
    let (label, to) = if is_back {
        ("Traffic as it was".to_owned(), home)
    } else {
        (format!("Traffic × {factor}"), home * factor)
    };
    Try { label, commands: vec![Command::set("clients.rate", &to.to_string())], is_back, look: "" }
}

/// Lasting faults, or their end where the first is present.
fn fault(scenario: &Scenario, faults: &str, there: &str, back: &str) -> Try {
    let wanted: Vec<PresentFault> = faults
        .split('&')
        .map(|one| PresentFault::read(one).expect("lessons name faults that can be read"))
        .collect();
    let is_one = |f: &PresentFault, wanted: &PresentFault| {
        f.kind == wanted.kind
            && f.is_like(wanted)
            && (f.site == wanted.site || f.site.is_none())
            && (f.server == wanted.server || f.server.is_none())
    };
    let is_there = wanted.first().is_some_and(|one| scenario.faults.iter().any(|f| is_one(f, one)));
    let commands = if is_there {
        // These alone: what else is broken is not this one's to mend.
        let mut mended = scenario.clone();
        mended.faults.retain(|f| !wanted.iter().any(|one| is_one(f, one)));
        let (faults, changes) = mended.timeline();
        vec![Command::Timeline { faults, changes }]
    } else {
        faults.split('&').map(|one| Command::Fail { fault: one.to_owned() }).collect()
    };
    let label = if is_there { back } else { there };
    Try { label: label.to_owned(), commands, is_back: is_there, look: "" }
}

/// The scenario without a part, or with it as the stage has it.
fn without(scenario: &Scenario, kind: Kind, there: &str, back: &str) -> Try {
    let mut target = scenario.clone();
    let mut kinds = scenario.kinds();
    let is_back = !kinds.contains(&kind);
    if is_back {
        kinds.push(kind);
        target.set_kinds(&kinds);
        let home = scenario.base.scenario();
        for part in target.parts.iter_mut().filter(|part| part.kind == kind) {
            if let Some(spec) = home.as_ref().and_then(|home| home.spec_at(kind, part.site)) {
                part.spec = spec.clone();
            }
        }
    } else {
        kinds.retain(|other| *other != kind);
        target.set_kinds(&kinds);
    }
    let label = if is_back { back } else { there };
    let commands = vec![Command::Load { link: link::write(&target) }];
    Try { label: label.to_owned(), commands, is_back, look: "" }
}

/// Goes round the algorithms, so that they can be compared one after another.
fn next_algorithm(scenario: &Scenario) -> Try {
    let now = text(scenario, "lb.algorithm").unwrap_or_default();
    let at = ALGORITHMS.iter().position(|(key, _)| *key == now);
    let (key, label) = ALGORITHMS[(at.unwrap_or(0) + 1) % ALGORITHMS.len()];
    Try {
        label: format!("{NEXT}{label}"),
        commands: vec![Command::set("lb.algorithm", key)],
        is_back: false,
        look: "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;

    #[test]
    fn a_fault_is_mended_alone() {
        let scenario = link::read("?stage=4#fault=kill.db.1&fault=kill.db.2@60").scenario;
        let one = fault(&scenario, "kill.db.2", "Kill", "Bring back");
        assert!(one.is_back);
        let [Command::Timeline { faults, .. }] = &one.commands[..] else {
            panic!("{:?}", one.commands);
        };
        assert_eq!(faults[..], ["kill.db.1"]);
    }
}
