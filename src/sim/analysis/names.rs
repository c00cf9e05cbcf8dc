//! Names of parts and servers for people, from their names in links: "Web tier of site 2",
//! "Database shard 3 primary".

use crate::kinds::{Kind, database};
use crate::region::REGIONS;
use crate::snapshot::PartView;
use crate::topology::Topology;

/// What a name in links stands for: the kind, and the site counted from 0 where it has a number.
#[must_use]
pub fn parse(key: &str) -> Option<(Kind, Option<u8>)> {
    let word = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let site = key[word.len()..].parse::<u8>().ok().and_then(|number| number.checked_sub(1));
    Kind::by_key(word).map(|kind| (kind, site))
}

/// The kind of a part.
#[must_use]
pub fn kind(key: &str) -> Option<Kind> {
    parse(key).map(|(kind, _)| kind)
}

/// The site of a part, counted from 0; the first for a part outside all sites.
#[must_use]
pub fn site(key: &str) -> u8 {
    parse(key).and_then(|(_, site)| site).unwrap_or(0)
}

/// A part of another kind in the same site: its name in links.
#[must_use]
pub fn beside(key: &str, kind: Kind) -> String {
    match parse(key) {
        Some((_, Some(site))) if !kind.is_global() => format!("{}{}", kind.key(), site + 1),
        _ => kind.key().to_owned(),
    }
}

/// The name of a part.
#[must_use]
pub fn label(key: &str) -> String {
    match parse(key) {
        None => key.to_owned(),
        Some((Kind::Network, Some(site))) => format!("Site {}", site + 1),
        Some((kind, site)) => with_site(kind.label(), site),
    }
}

/// A name with its site, where sites have numbers.
#[must_use]
pub fn with_site(name: &str, site: Option<u8>) -> String {
    match site {
        Some(site) => format!("{name} of site {}", site + 1),
        None => name.to_owned(),
    }
}

/// The value of a gauge.
#[must_use]
pub fn gauge(part: &PartView, name: &str) -> Option<f64> {
    part.gauges.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
}

/// The count of a counter over the window.
#[must_use]
pub fn counter(part: &PartView, name: &str) -> Option<u64> {
    part.counters.iter().find(|(known, _)| known == name).map(|(_, count)| *count)
}

/// Servers of each shard of a database.
#[must_use]
pub fn group(part: &PartView) -> usize {
    let shards = gauge(part, "shards").map_or(1, |shards| shards as usize).max(1);
    (part.servers.len() / shards).max(1)
}

/// The name of a server; the part's where it is alone.
#[must_use]
pub fn server(part: &PartView, index: usize) -> String {
    let Some((kind, site)) = parse(&part.key) else { return part.key.clone() };
    let number = index + 1;
    let name = kind.label();
    let name = match (kind, part.servers.len()) {
        (Kind::Queue, _) if index == 0 => "Queue".to_owned(),
        (Kind::Queue, _) => format!("Worker {index}"),
        (Kind::Cdn, _) => format!("Edge in {}", REGIONS.get(index).map_or("", |r| r.name)),
        (Kind::Network, _) => {
            let zone = format!("zone {number}");
            return match site {
                Some(site) => format!("Site {}, {zone}", site + 1),
                None => format!("Site, {zone}"),
            };
        }
        (_, 0 | 1) => return label(&part.key),
        (Kind::Database, _) => format!("{name}{}", member(part, index)),
        (Kind::Cache, _) if part.guest => format!("{name} on web server {number}"),
        _ => format!("{} {number}", one(kind)),
    };
    with_site(&name, site)
}

/// What one of the servers of a part is called, before its number.
#[must_use]
pub fn one(kind: Kind) -> &'static str {
    match kind {
        Kind::WebTier => "Web server",
        Kind::Cache => "Cache node",
        Kind::Sessions => "Session node",
        _ => kind.label(),
    }
}

/// The place of a database server, after a space: its shard where there are several, and what it is
/// there.
#[must_use]
pub fn member(part: &PartView, index: usize) -> String {
    let group = group(part);
    let shard = match part.servers.len() > group {
        true => format!(" shard {}", index / group + 1),
        false => String::new(),
    };
    let is_primary = part.servers.get(index).is_some_and(|server| server.is_primary);
    match (group, index % group) {
        (1, _) => shard,
        (_, 0) if !is_primary => format!("{shard} old primary"),
        (_, place) if !is_primary => format!("{shard} replica {place}"),
        _ => format!("{shard} primary"),
    }
}

/// Writes per second that a database server of this role applies though nobody calls it, where all
/// shards get as many: a replica those of its primary, a primary those of other sites. 0 where
/// applying takes no work.
#[must_use]
pub fn applied(topology: &Topology, part: &PartView, role: u8, window_s: f64) -> f64 {
    let spec = topology.scenario().spec_at(Kind::Database, site(&part.key));
    let is_database = kind(&part.key) == Some(Kind::Database);
    let takes_work = spec.is_some_and(|spec| database::apply_s(spec) > 0.0);
    if !is_database || !takes_work || window_s <= 0.0 {
        return 0.0;
    }
    let shards = gauge(part, "shards").unwrap_or(1.0).max(1.0);
    let count = |name: &str| counter(part, name).unwrap_or(0) as f64;
    let own = if role == 0 { 0.0 } else { count("acknowledged_writes") };
    (own + count("received_writes")) / window_s / shards
}

/// What a server does among those of its part: those with the same role are alike.
#[must_use]
pub fn role(part: &PartView, index: usize) -> u8 {
    match kind(&part.key) {
        Some(Kind::Queue) => u8::from(index > 0),
        Some(Kind::Database) => {
            let is_alone = group(part) == 1;
            u8::from(!is_alone && !part.servers.get(index).is_some_and(|s| s.is_primary))
        }
        _ => 0,
    }
}

/// How busy a part is with what limits it, and the role of the servers that are: of a database or a
/// queue those of one sort that do more, of balancers the one at work. Means of all that are up.
#[must_use]
pub fn busy(part: &PartView) -> (u8, f64) {
    if let Some(at_work) = gauge(part, "active_balancer") {
        let server = part.servers.get((at_work as usize).wrapping_sub(1));
        return (0, server.map_or(part.utilisation, |server| server.utilisation));
    }
    match [used(part, 0).unwrap_or(0.0), used(part, 1).unwrap_or(0.0)] {
        [first, second] if second > first => (1, second),
        [first, _] => (0, first),
    }
}

/// The mean use of the servers of one role that are up and not on their way out; `None` where none
/// is.
#[must_use]
pub fn used(part: &PartView, wanted: u8) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for (index, server) in part.servers.iter().enumerate() {
        if server.alive && !server.leaving && role(part, index) == wanted {
            (sum, count) = (sum + server.utilisation, count + 1.0);
        }
    }
    (count > 0.0).then(|| sum / count)
}

/// The role of servers as a group: "Database primaries", "Workers".
#[must_use]
pub fn role_label(part: &PartView, role: u8) -> String {
    let Some((kind, site)) = parse(&part.key) else { return part.key.clone() };
    let name = match (kind, role) {
        (Kind::Queue, 0) => "Queue".to_owned(),
        (Kind::Queue, _) => "Workers".to_owned(),
        (Kind::Database, 0) if group(part) == 1 => database::LABEL.to_owned(),
        (Kind::Database, 0) if part.servers.len() == group(part) => {
            format!("{} primary", database::LABEL)
        }
        (Kind::Database, 0) => format!("{} primaries", database::LABEL),
        (Kind::Database, _) => format!("{} replicas", database::LABEL),
        _ => return label(&part.key),
    };
    with_site(&name, site)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::scenario::link;
    use crate::snapshot::{ServerView, Snapshot};

    #[test]
    fn names_have_site_shard_and_place() {
        let text = "?stage=3&add=queue&sites=2#v=1&db.shards=2&db.replicas=1&network.zones=2\
                    &lb.pair=on";
        let reading = link::read(text);
        assert_eq!(reading.problems, []);
        let topology = Topology::build(&reading.scenario).expect("can run");
        let sample = Engine::new(topology.clone()).sample();
        let figures = Snapshot::between(&topology, &sample, &sample);
        for (key, index, expected) in [
            ("db1", 0, "Database shard 1 primary of site 1"),
            ("db2", 3, "Database shard 2 replica 1 of site 2"),
            ("web2", 3, "Web server 4 of site 2"),
            ("cache1", 1, "Cache on web server 2 of site 1"),
            ("lb1", 1, "Load balancer 2 of site 1"),
            ("queue2", 0, "Queue of site 2"),
            ("queue2", 2, "Worker 2 of site 2"),
            ("network2", 1, "Site 2, zone 2"),
            ("dns", 0, "DNS"),
        ] {
            assert_eq!(server(figures.part(key).expect(key), index), expected);
        }
        assert_eq!((label("web2"), label("web")), ("Web tier of site 2".into(), "Web tier".into()));
        assert_eq!((label("network2"), site("web2"), site("dns")), ("Site 2".into(), 1, 0));
        assert_eq!(
            (beside("db2", Kind::WebTier), beside("db", Kind::Dns)),
            ("web2".into(), "dns".into())
        );
    }

    #[test]
    fn a_part_is_as_busy_as_those_of_its_servers_that_limit_it() {
        let server = |utilisation| ServerView { alive: true, utilisation, ..ServerView::default() };
        let part = |key: &str, used: &[f64], gauges: &[(&str, f64)]| PartView {
            key: key.to_owned(),
            servers: used.iter().map(|used| server(*used)).collect(),
            gauges: gauges.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
            ..PartView::default()
        };
        let mut data = part("db1", &[0.05, 0.7, 0.8], &[("shards", 1.0)]);
        data.servers[0].is_primary = true;
        assert_eq!(busy(&data), (1, 0.75), "replicas do more than the primary");
        assert_eq!(used(&data, 0), Some(0.05));
        data.servers[2].leaving = true;
        assert_eq!(used(&data, 1), Some(0.7), "who leaves gets no more work");
        data.servers[0].alive = false;
        assert_eq!(used(&data, 0), None);
        let pair = part("lb", &[0.0, 0.02], &[("active_balancer", 2.0)]);
        assert_eq!(busy(&pair), (0, 0.02), "its idle fellow does not count");
        assert_eq!(busy(&part("web", &[0.2, 0.4], &[])), (0, 0.300_000_000_000_000_04));
    }
}
