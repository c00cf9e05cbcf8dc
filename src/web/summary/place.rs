//! What one server of a part is called, as it is drawn: by what it is there, or by its number.

use crate::sim::analysis::names;
use crate::sim::kinds::{Kind, database};
use crate::sim::region::REGIONS;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::PartView;

/// What a server is among those of its part, as it is drawn: of a queue the first is the broker,
/// which the workers take from; of a database it is the copy of the data that it began with.
/// Servers of other parts have numbers alone.
#[must_use]
pub fn place(
    scenario: &Scenario,
    (kind, site): (Kind, Option<u8>),
    server: usize,
) -> Option<String> {
    match kind {
        Kind::Queue if server == 0 => Some("the broker".to_owned()),
        Kind::Queue => Some(format!("worker {server}")),
        Kind::Cdn => REGIONS.get(server).map(|region| format!("edge in {}", region.name)),
        Kind::Database => {
            let spec = scenario.spec_at(kind, site.unwrap_or(0))?;
            let count = |setting: database::Setting| spec.count(setting as usize);
            let copies = 1 + count(database::Setting::Replicas);
            let (shard, copy) = (server / copies + 1, server % copies);
            match (count(database::Setting::Shards), copy) {
                (0 | 1, 0) if copies == 1 => None,
                (0 | 1, 0) => Some("primary".to_owned()),
                (0 | 1, copy) => Some(format!("replica {copy}")),
                (_, 0) if copies == 1 => Some(format!("shard {shard}")),
                (_, 0) => Some(format!("shard {shard} primary")),
                (_, copy) => Some(format!("shard {shard} replica {copy}")),
            }
        }
        _ => None,
    }
}

/// The same of the figures of a part: after a failover another copy of the data is the primary.
#[must_use]
pub fn place_now(scenario: &Scenario, view: &PartView, server: usize) -> Option<String> {
    let at = scenario.find(&view.key).ok()?;
    if at.0 == Kind::Database && server < view.servers.len() {
        let member = names::member(view, server).trim().to_owned();
        return (!member.is_empty()).then_some(member);
    }
    place(scenario, at, server)
}

/// A part and one of its servers: "Web server 2", "Queue and workers, worker 1".
#[must_use]
pub fn numbered(part: &str, scenario: &Scenario, at: (Kind, Option<u8>), server: usize) -> String {
    with_place(part, at.0, place(scenario, at, server), server)
}

/// The same, where what it is there is known: a number where it is nothing of its own.
fn with_place(part: &str, kind: Kind, place: Option<String>, server: usize) -> String {
    let number = server + 1;
    match (place, part.strip_prefix(kind.label())) {
        (Some(place), _) => format!("{part}, {place}"),
        // The name of a site comes last.
        (None, Some(site)) => format!("{} {number}{site}", names::one(kind)),
        (None, None) => format!("{part} {number}"),
    }
}

/// A part and one of its servers as they are now, of the part's figures.
#[must_use]
pub fn numbered_now(part: &str, scenario: &Scenario, view: &PartView, server: usize) -> String {
    let kind = names::kind(&view.key).unwrap_or(Kind::Clients);
    with_place(part, kind, place_now(scenario, view, server), server)
}
