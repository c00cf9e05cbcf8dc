//! The log as people read it: each entry with the name of its part and its numbers, as plain data.

use super::run::log::{Log, Severity};
use super::topology::Topology;
use serde::{Deserialize, Serialize};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When, in simulated seconds.
    pub at_s: f64,
    /// Name of the part.
    pub part: String,
    /// Which of its servers, counted from 1; `None` for the whole part.
    pub server: Option<u16>,
    /// How bad it is.
    pub severity: Severity,
    /// What happened.
    pub what: String,
    /// Its numbers with their names.
    pub numbers: Vec<(String, f64)>,
}

/// The entries of the log after the first `known` ones, as far as they are kept, oldest first.
#[must_use]
pub fn lines(topology: &Topology, log: &Log, known: u64) -> Vec<Line> {
    let parts = &topology.scenario().parts;
    let new = (log.len() - known.min(log.len())) as usize;
    let skip = log.entries().count().saturating_sub(new);
    let entries = log.entries().skip(skip);
    entries
        .map(|entry| Line {
            at_s: entry.at.seconds(),
            part: parts
                .get(entry.node as usize)
                .map_or_else(String::new, |part| topology.scenario().name(part)),
            server: entry.server.map(|server| server + 1),
            severity: entry.severity,
            what: entry.what.to_owned(),
            numbers: entry.numbers.iter().map(|(name, x)| ((*name).to_owned(), *x)).collect(),
        })
        .collect()
}
