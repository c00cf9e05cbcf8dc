//! Single points of failure as the diagram marks them: what the structure says, whatever the load.

use crate::sim::analysis::names;
use crate::sim::analysis::spof::{self, Threat, Verdict};
use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::topology::Topology;
use crate::web::summary;

/// What the mark means.
pub const MEANING: &str = "◆ SPOF: single point of failure, without it a class of requests fails";

/// A part to be marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its name in links.
    pub part: String,
    /// Its name for people, and that of the one server that must not die.
    pub name: String,
    /// What the mark says: "◆ SPOF", "◆ SPOF: primary".
    pub text: String,
}

/// Whether one death, of a single server or of what has only one, fails a class of requests. A tier
/// of several servers is needed as a whole, but no single point.
#[must_use]
pub fn is_single(threat: &Threat, scenario: &Scenario) -> bool {
    let is_one = || {
        let part = scenario.find(&threat.part);
        part.is_ok_and(|(kind, site)| kind == Kind::Network || scenario.servers_at(kind, site) <= 1)
    };
    threat.verdict == Verdict::Fatal && (threat.server.is_some() || is_one())
}

/// All of them.
#[must_use]
pub fn of(scenario: &Scenario) -> Vec<Mark> {
    let Ok(topology) = Topology::build(scenario) else {
        return Vec::new();
    };
    let mut marks: Vec<Mark> = Vec::new();
    let threats = spof::threats(&topology);
    for threat in threats.iter().filter(|threat| is_single(threat, scenario)) {
        let kind = names::kind(&threat.part).map_or("", Kind::label);
        let which = threat.name.split(" of site").next().unwrap_or_default();
        let which = which.strip_prefix(kind).unwrap_or_default().trim();
        let text = match (threat.server, which) {
            (None, _) | (_, "") => "◆ SPOF".to_owned(),
            _ => format!("◆ SPOF: {which}"),
        };
        let name = summary::as_drawn(&threat.name, scenario);
        match marks.iter_mut().find(|mark| mark.part == threat.part) {
            // One server says more than the whole; of several it is said that there are some.
            Some(mark) if mark.text == "◆ SPOF" => {
                (mark.text, mark.name) = (text, name);
            }
            Some(mark) => mark.text = "◆ SPOF: each server".to_owned(),
            None => marks.push(Mark { part: threat.part.clone(), name, text }),
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;

    fn marked(address: &str) -> Vec<String> {
        let marks = of(&link::read(address).scenario);
        marks.iter().map(|mark| format!("{} {}", mark.part, mark.text)).collect()
    }

    #[test]
    fn only_what_is_single_is_marked() {
        assert_eq!(marked("?stage=1"), ["network ◆ SPOF", "web ◆ SPOF", "db ◆ SPOF"]);
        assert_eq!(marked("?stage=3"), ["network ◆ SPOF", "lb ◆ SPOF", "db ◆ SPOF"]);
        let pair = "?stage=3#lb.pair=on&db.replicas=2";
        assert_eq!(marked(pair), ["network ◆ SPOF"], "each has a stand-in");
        let off = "?stage=3#lb.pair=on&db.replicas=2&db.failover=off";
        assert_eq!(marked(off), ["network ◆ SPOF", "db ◆ SPOF: primary"]);
    }
}
