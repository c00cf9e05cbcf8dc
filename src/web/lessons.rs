//! The story: what each stage says, and what it offers to try.

use crate::sim::kinds::Kind;
use crate::sim::scenario::{Base, Scenario};
use crate::sim::session::Command;

/// The text of a stage.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// What is new here.
    pub new: &'static str,
    /// What the stage before could not do.
    pub before: &'static str,
    /// What breaks here, on purpose.
    pub breaks: &'static str,
}

/// The lessons, in the order of the stages.
const LESSONS: &[Lesson] = &[
    Lesson {
        new: "One machine runs everything: web server, cache and database. DNS tells each visitor \
              its address, and every request goes straight to it.",
        before: "This is where every product starts: cheap, simple, quick to change.",
        breaks: "All three share one vCPU, so queries slow down pages and pages slow down queries. \
                 And it is a single point of failure: when the machine dies, everything is gone.",
    },
    Lesson {
        new: "The database moves to a machine of its own. Web tier and data tier can now be sized \
              apart, and the kind of database can be chosen for its work.",
        before: "On one machine, more memory for data meant more of everything, at the price of \
                 everything.",
        breaks: "There is still one web server. It fills up first, and when it dies nobody gets an \
                 answer, however well the database is.",
    },
    Lesson {
        new: "A load balancer takes all requests at one public address and hands them to several \
              web servers at private ones. It checks their health and leaves out those that fail.",
        before: "With one web server there was no failover, and growing meant a bigger machine, up \
                 to the biggest that is sold.",
        breaks: "The database is now the limit and the single point of failure: every web server \
                 waits for the same one.",
    },
];

/// The lesson of a stage.
#[must_use]
pub fn lesson(stage: u8) -> Option<&'static Lesson> {
    LESSONS.get(usize::from(stage).checked_sub(1)?)
}

/// Something to try: a button that acts. Once done, it offers the way back.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// What the button says.
    pub label: String,
    /// What it does.
    pub commands: Vec<Command>,
    /// Whether it takes back what was tried.
    pub is_back: bool,
}

/// What the stage offers to try, given how things stand.
#[must_use]
pub fn tries(scenario: &Scenario) -> Vec<Try> {
    let stage = match scenario.base {
        Base::Stage(number) => number,
        Base::Preset(_) | Base::Parts => return Vec::new(),
    };
    let mut tries = vec![traffic(scenario, if stage == 3 { 2.0 } else { 3.0 })];
    match stage {
        1 => tries.extend([
            kill(scenario, Kind::WebTier, None, "the machine"),
            switch(scenario, "web.size", "4", "Scale up to 4 vCPU", "Back to 1 vCPU"),
            switch(scenario, "web.size", "96", "The ceiling: 96 vCPU", "Back to 1 vCPU"),
        ]),
        2 => tries.extend([
            switch(scenario, "web.size", "2", "Web server: 2 vCPU", "Web server: 1 vCPU"),
            switch(scenario, "db.size", "4", "Database: 4 vCPU", "Database: 2 vCPU"),
            switch(scenario, "db.kind", "nosql", "Switch to NoSQL", "Back to relational"),
            kill(scenario, Kind::Database, None, "the database"),
        ]),
        _ => tries.extend([
            kill(scenario, Kind::WebTier, Some(1), "web server 2"),
            switch(scenario, "web.servers", "8", "Double the servers to 8", "Back to 4 servers"),
            switch(
                scenario,
                "web.sizes",
                "2,1,1,1",
                "Unequal servers: 2, 1, 1, 1 vCPU",
                "Equal servers again",
            ),
            next_algorithm(scenario),
            kill(scenario, Kind::Database, None, "the database"),
        ]),
    }
    tries
}

fn text(scenario: &Scenario, key: &str) -> Option<String> {
    let (part, row, param) = scenario.locate(key).ok()?;
    Some(param.write(scenario.parts[part].spec.value(row)))
}

fn set(key: &str, value: &str) -> Vec<Command> {
    vec![Command::Set { key: key.to_owned(), value: value.to_owned() }]
}

/// A setting's other value, or the stage's own where it has it already.
fn switch(scenario: &Scenario, key: &str, value: &str, there: &str, back: &str) -> Try {
    let is_back = text(scenario, key).as_deref() == Some(value);
    let home = text(&scenario.origin(), key).unwrap_or_default();
    let (label, value) = if is_back { (back, home.as_str()) } else { (there, value) };
    Try { label: label.to_owned(), commands: set(key, value), is_back }
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
    Try { label, commands: set("clients.rate", &to.to_string()), is_back }
}

fn kill(scenario: &Scenario, kind: Kind, server: Option<usize>, what: &str) -> Try {
    let is_back = scenario
        .faults
        .iter()
        .any(|fault| fault.kind == kind && (fault.server == server || fault.server.is_none()));
    let place = server.map_or_else(String::new, |s| format!(".{}", s + 1));
    if is_back {
        Try {
            label: format!("Bring {what} back"),
            commands: vec![Command::Heal { part: kind.key().to_owned(), server: None }],
            is_back,
        }
    } else {
        Try {
            label: format!("Kill {what}"),
            commands: vec![Command::Fail { fault: format!("kill.{}{place}", kind.key()) }],
            is_back,
        }
    }
}

/// Goes round the algorithms, so that they can be compared one after another.
fn next_algorithm(scenario: &Scenario) -> Try {
    use crate::sim::kinds::balancing::ALGORITHMS;
    let now = text(scenario, "lb.algorithm").unwrap_or_default();
    let at = ALGORITHMS.iter().position(|(key, _)| *key == now);
    let (key, label) = ALGORITHMS[(at.unwrap_or(0) + 1) % ALGORITHMS.len()];
    Try {
        label: format!("Next algorithm: {label}"),
        commands: set("lb.algorithm", key),
        is_back: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::presets;
    use crate::web::steps;

    #[test]
    fn everything_to_try_can_be_done_and_taken_back() {
        for stage in presets::STAGES {
            assert!(lesson(stage.number).is_some(), "stage {}", stage.number);
            let home = presets::stage(stage.number);
            for (index, offered) in tries(&home).iter().enumerate() {
                let mut scenario = home.clone();
                for command in &offered.commands {
                    assert_eq!(steps::apply(&mut scenario, command), Ok(vec![]), "{offered:?}");
                }
                assert_ne!(scenario, home, "{offered:?}");
                let back = &tries(&scenario)[index];
                if back.is_back {
                    for command in &back.commands {
                        assert_eq!(steps::apply(&mut scenario, command), Ok(vec![]), "{back:?}");
                    }
                    assert_eq!(scenario, home, "{offered:?}");
                }
            }
        }
    }
}
