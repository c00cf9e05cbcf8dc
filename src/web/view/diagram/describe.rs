//! The diagram in words, for those who listen: each part and each server with its state, its load
//! and what it is connected to.

use super::parts::{self, At, Column, column};
use super::scene::Scene;
use super::site;
use super::state::{self, Condition};
use super::tier;
use crate::sim::analysis::names;
use crate::sim::kinds::Kind;
use crate::sim::region::REGIONS;
use crate::sim::snapshot::{PartView, ServerView};
use crate::web::summary;
use crate::web::view::format;

/// The whole diagram in a sentence.
#[must_use]
pub fn whole(scene: &Scene<'_>) -> String {
    let mut names: Vec<&str> = scene.parts.global.iter().map(|kind| kind.label()).collect();
    for site in &scene.parts.sites {
        for kind in site.own.iter().chain(&site.guests) {
            if !names.contains(&kind.label()) {
                names.push(kind.label());
            }
        }
    }
    let sites: Vec<&str> = scene.parts.sites.iter().map(|site| site.name).collect();
    let sites = match sites[..] {
        [only] => only.to_owned(),
        _ => format!("{} sites: {}", sites.len(), sites.join(", ")),
    };
    let rate = format::spoken_rate(scene.figures.offered_rate());
    format!(
        "Diagram of the system in {sites}. Users, {}. Users make {rate}, of which {} fail.",
        names.join(", "),
        format::percent(scene.figures.users.error_share())
    )
}

/// What the users' card does not say in its own text.
#[must_use]
pub fn users(scene: &Scene<'_>) -> String {
    let figures = scene.figures;
    let lookups =
        if scene.parts.has("dns") { "They ask DNS for the address and send" } else { "They send" };
    let target = match &scene.parts.sites[..] {
        [site] => name(scene, At::new(site.front(), 0)),
        sites => {
            let of = |(i, site): (usize, &parts::Site)| {
                let share = site::share(scene, i as u8).unwrap_or(0.0);
                format!("{} {}", site.name, format::percent(share))
            };
            let split: Vec<String> = sites.iter().enumerate().map(of).collect();
            format!("the sites: {}", split.join(", "))
        }
    };
    format!(
        "{} at the busiest hour, {} of them fail. {lookups} requests to {target}",
        format::spoken_rate(figures.offered_rate()),
        format::percent(figures.users.error_share()),
    )
}

/// The name of a part as the diagram shows it, with its site where there are several.
#[must_use]
pub fn name(scene: &Scene<'_>, at: At) -> String {
    let site = scene.parts.site(at);
    let label = summary::name(at.kind, scene.scenario);
    match site.filter(|_| scene.parts.is_spread() && !at.kind.is_global()) {
        Some(site) => format!("{label} in {}", site.name),
        None => label.to_owned(),
    }
}

/// Who calls a part, and whom it calls.
fn connections(scene: &Scene<'_>, at: At) -> String {
    let Some(site) = scene.parts.site(at) else {
        return String::new();
    };
    let caller = match column(at.kind) {
        Some(Column::Memory | Column::Data | Column::Later) => Some(Kind::WebTier.label()),
        Some(Column::Web) if site.front() == Kind::LoadBalancer => Some(Kind::LoadBalancer.label()),
        Some(Column::Balance | Column::Web | Column::Edge) => Some(Kind::Clients.label()),
        _ => None,
    };
    let called: Vec<&str> = match at.kind {
        Kind::LoadBalancer => vec![Kind::WebTier.label()],
        Kind::WebTier => {
            let others = site.own.iter().chain(&site.guests).copied();
            others.filter(|kind| column(*kind) > Some(Column::Web)).map(Kind::label).collect()
        }
        _ => Vec::new(),
    };
    let caller = caller.map_or_else(String::new, |name| format!(" Called by {name}."));
    let called =
        if called.is_empty() { String::new() } else { format!(" Calls {}.", called.join(", ")) };
    format!("{caller}{called}")
}

/// What a part is set to, in words.
fn setting(scene: &Scene<'_>, at: At) -> String {
    let Some(site) = scene.parts.site(at) else {
        return String::new();
    };
    if site.guests.contains(&at.kind) {
        return "on the web servers: ".to_owned();
    }
    if at.kind != Kind::WebTier {
        return String::new();
    }
    let machine = if site.is_one_machine() {
        ", one machine with web server, cache and database"
    } else {
        ""
    };
    format!("{}{machine}: ", parts::web_setting(scene.scenario, at))
}

/// What a part's card does not say in its own text: state, what is in use, connections.
#[must_use]
pub fn part(scene: &Scene<'_>, at: At) -> String {
    let kind = at.kind;
    let (setting, connections) = (setting(scene, at), connections(scene, at));
    let Some(view) = scene.view(at) else {
        return format!("{setting}no figures yet.{connections}");
    };
    let troubles = scene.troubles(at);
    let state = if troubles.is_empty() { "sound".to_owned() } else { state::line(&troubles) };
    let used = if kind == Kind::Dns || view.guest || view.servers.is_empty() {
        String::new()
    } else {
        format!(", {}", in_use(view))
    };
    let mean = view.latency.mean_s.filter(|_| kind != Kind::Dns);
    let mean = mean.map_or_else(String::new, |s| format!(", mean time {}", format::duration(s)));
    let hit = scene.hit_ratio(at);
    let hit =
        hit.map_or_else(String::new, |share| format!(", hit ratio {}", format::percent(share)));
    let own: String = view
        .gauges
        .iter()
        .take(6)
        .map(|(name, value)| {
            let words = summary::site_words(&format::words(name), scene.scenario);
            format!(", {words} {}", format::gauge(name, *value))
        })
        .collect();
    let is_told = troubles.iter().any(|trouble| trouble.text.starts_with("backlog "));
    let backlog = if is_told { String::new() } else { format!(", backlog {}", view.backlog) };
    format!("{setting}{state}{used}{mean}{hit}{backlog}{own}.{connections}")
}

/// The name of a server of a part.
#[must_use]
pub fn server_name(scene: &Scene<'_>, at: At, server: usize) -> String {
    let number = server + 1;
    let place = scene.parts.site(at).filter(|_| scene.parts.is_spread() && !at.kind.is_global());
    let place = place.map_or_else(String::new, |site| format!(" in {}", site.name));
    let (shards, copies) = parts::shards(scene.scenario, at);
    // After a failover the primary is another one than the first.
    let view = scene.view(at).and_then(|view| view.servers.get(server));
    let is_primary = view.map_or(server.is_multiple_of(copies), |server| server.is_primary);
    let of_shard = match shards {
        1 => "Database".to_owned(),
        _ => format!("Shard {}", server / copies + 1),
    };
    let name = match (at.kind.key(), server % copies) {
        ("web", ..) if scene.parts.site(at).is_some_and(parts::Site::is_one_machine) => {
            format!("Server {number}")
        }
        ("db", _) if is_primary => format!("{of_shard} primary"),
        ("db", 0) => format!("{of_shard} old primary"),
        ("db", replica) => format!("{of_shard} replica {replica}"),
        ("web" | "cache" | "sessions", ..) => format!("{} {number}", names::one(at.kind)),
        // The first is the broker, which the workers take from.
        ("queue", ..) if server == 0 => "Queue".to_owned(),
        ("queue", ..) => format!("Worker {server}"),
        ("cdn", ..) => {
            let region = REGIONS.get(server).map_or("", |region| region.name);
            format!("CDN edge {number} {region}")
        }
        _ if scene.servers(at) > 1 => format!("{} {number}", at.kind.label()),
        _ => at.kind.label().to_owned(),
    };
    format!("{name}{place}")
}

/// One server.
fn server(scene: &Scene<'_>, at: At, index: usize, view: &ServerView) -> String {
    let condition = Condition::of(view, scene.checked(at));
    let state = match condition {
        Condition::Sound => "sound".to_owned(),
        Condition::Unnoticed => "dead, not noticed yet, still sent requests".to_owned(),
        Condition::Out => "dead, taken out by the balancer, receives nothing".to_owned(),
        Condition::Dead => "dead, receives nothing".to_owned(),
        Condition::Distrusted => "up, but out until the balancer trusts it again".to_owned(),
        Condition::Slow(factor) => format!("{} times slower", state::factor_text(factor)),
        Condition::Draining => "draining, takes no new requests".to_owned(),
    };
    let size = parts::vcpus(scene.scenario, at, index)
        .map_or_else(String::new, |vcpus| format!("{}, ", parts::vcpu_text(vcpus)));
    // What has neither processor nor slots cannot fill up.
    let is_endless = view.cores.is_none() && view.slots.is_none();
    let used = format!("{} in use, ", format::percent(view.utilisation));
    let used = if is_endless { String::new() } else { used };
    format!("{size}{state}: {used}{}, backlog {}", format::spoken_rate(view.rate), view.backlog)
}

/// What the servers of a cell of a database are, where it has primaries and replicas.
#[must_use]
pub fn role(scene: &Scene<'_>, at: At, group: &[usize]) -> Option<&'static str> {
    let (_, copies) = parts::shards(scene.scenario, at);
    let is_primary = tier::role(scene, at, group[0]) == 0;
    (at.kind == Kind::Database && copies > 1).then_some(if is_primary {
        "primaries"
    } else {
        "replicas"
    })
}

/// The name of a cell: that of its server, or which servers or shards it stands for.
#[must_use]
pub fn cell_name(scene: &Scene<'_>, at: At, group: &[usize]) -> String {
    let (first, last) = (group[0], group[group.len() - 1]);
    if group.len() < 2 {
        return server_name(scene, at, first);
    }
    let (shards, copies) = parts::shards(scene.scenario, at);
    let which = match (at.kind, role(scene, at, group)) {
        (Kind::Queue, _) => numbers("worker", first, last),
        (_, Some(role)) if shards > 1 => {
            format!("{role} of {}", numbers("shard", first / copies + 1, last / copies + 1))
        }
        (_, Some(role)) => {
            format!("{} {role}, {}", group.len(), numbers("server", first + 1, last + 1))
        }
        _ if shards > 1 => numbers("shard", first + 1, last + 1),
        _ => numbers("server", first + 1, last + 1),
    };
    format!("{}, {which}", name(scene, at))
}

/// Things with their numbers: "server 3", "servers 3 to 5".
fn numbers(unit: &str, first: usize, last: usize) -> String {
    if first == last { format!("{unit} {first}") } else { format!("{unit}s {first} to {last}") }
}

/// What a cell with one server or several does not say in its own text.
#[must_use]
pub fn cell(scene: &Scene<'_>, at: At, view: &PartView, group: &[usize]) -> String {
    let servers = || group.iter().map(|&i| &view.servers[i]);
    if scene.view(at).is_none() {
        return "no figures yet".to_owned();
    }
    if let [only] = *group {
        return server(scene, at, only, &view.servers[only]);
    }
    let conditions: Vec<Condition> =
        servers().map(|s| Condition::of(s, scene.checked(at))).collect();
    let dead = conditions.iter().filter(|c| c.is_dead()).count();
    let mut state = if dead == 0 { "all up".to_owned() } else { format!("{dead} dead") };
    let other = conditions.iter().filter(|c| !c.is_dead() && **c != Condition::Sound).count();
    if other > 0 {
        state = format!("{state}, {other} not sound");
    }
    let rate: f64 = servers().map(|s| s.rate).sum();
    let backlog: u64 = servers().map(|s| u64::from(s.backlog)).sum();
    format!(
        "{state}: {} in use, {}, backlog {backlog}",
        format::percent(utilisation(view, group)),
        format::spoken_rate(rate)
    )
}

/// Mean utilisation of those of these servers that are up.
#[must_use]
pub fn utilisation(view: &PartView, group: &[usize]) -> f64 {
    let up = group.iter().map(|&i| &view.servers[i]).filter(|s| s.alive);
    up.clone().map(|s| s.utilisation).sum::<f64>() / up.count().max(1) as f64
}

/// How busy the primaries of a database are and how busy its replicas, as `names::used` has it;
/// `None` of what has not both.
#[must_use]
pub fn roles(view: &PartView) -> Option<[(&'static str, f64); 2]> {
    if names::kind(&view.key) != Some(Kind::Database) {
        return None;
    }
    let of = |role: u8, one: &'static str, several: &'static str| {
        let used = names::used(view, role)?;
        let own = |&(index, server): &(usize, &ServerView)| {
            server.alive && !server.leaving && names::role(view, index) == role
        };
        let count = view.servers.iter().enumerate().filter(own).count();
        Some((if count == 1 { one } else { several }, used))
    };
    Some([of(0, "primary", "primaries")?, of(1, "replica", "replicas")?])
}

/// Which of a database's servers are the busier ones.
#[must_use]
pub fn limiting(view: &PartView) -> Option<&'static str> {
    roles(view).map(|[one, other]| if other.1 > one.1 { other.0 } else { one.0 })
}

/// How busy a part is, in words.
fn in_use(view: &PartView) -> String {
    match roles(view) {
        Some(roles) => {
            let [one, other] =
                roles.map(|(role, used)| format!("{role} {}", format::percent(used)));
            format!("{one} and {other} in use")
        }
        None => format!("{} in use", format::percent(names::busy(view).1)),
    }
}

/// For how many servers a cell of a part stands, where that is more than its name tells.
#[must_use]
pub fn cell_servers(scene: &Scene<'_>, at: At) -> Option<usize> {
    let (shards, copies) = parts::shards(scene.scenario, at);
    // The replicas of one shard are below its primary.
    let is_shard =
        |group: &[usize]| shards > 1 && group[0] / copies == group[group.len() - 1] / copies;
    let places = tier::cell_places(scene, at);
    let groups = places.iter().filter(|(group, _)| group.len() > 1 && !is_shard(group));
    groups.map(|(group, _)| group.len()).max()
}

#[cfg(test)]
mod tests {
    use super::super::scene::sample;
    use super::*;
    use crate::sim::scenario::link;
    use crate::sim::snapshot::Snapshot;

    #[test]
    fn a_database_is_as_busy_as_its_primary_and_its_replicas_are() {
        let server = |is_primary, utilisation| ServerView {
            alive: true,
            is_primary,
            utilisation,
            ..ServerView::default()
        };
        let servers = vec![server(true, 0.05), server(false, 0.7), server(false, 0.8)];
        let key = "db".to_owned();
        let mut view = PartView { key, utilisation: 0.4, servers, ..PartView::default() };
        assert_eq!(in_use(&view), "primary 5.0\u{202f}% and replicas 75\u{202f}% in use");
        assert_eq!(limiting(&view), Some("replicas"));
        view.servers[0].utilisation = 0.9;
        assert_eq!(limiting(&view), Some("primary"));
        view.servers = vec![server(false, 0.3), server(false, 0.5)];
        assert_eq!(limiting(&view), None);
        assert_eq!(in_use(&view), "40\u{202f}% in use", "who is alike counts alike");
    }

    #[test]
    fn a_cell_of_several_says_which_they_are() {
        let named = |address: &str, kind: Kind, group: &[usize]| {
            let scenario = link::read(address).scenario;
            sample(&scenario, &Snapshot::default(), |scene| {
                cell_name(scene, At::new(kind, 0), group)
            })
        };
        let sharded = "?stage=4#db.shards=4&db.replicas=2";
        for (expected, address, kind, group) in [
            ("Database, primaries of shards 1 to 3", sharded, Kind::Database, &[0, 3, 6][..]),
            ("Database, replicas of shard 2", sharded, Kind::Database, &[4, 5]),
            (
                "Database, 2 replicas, servers 2 to 3",
                "?stage=4#db.replicas=3",
                Kind::Database,
                &[1, 2],
            ),
            ("Web tier, servers 3 to 5", "?stage=4", Kind::WebTier, &[2, 3, 4]),
            ("Queue and workers, workers 4 to 7", "?stage=4&add=queue", Kind::Queue, &[4, 5, 6, 7]),
            ("Queue", "?stage=4&add=queue", Kind::Queue, &[0]),
        ] {
            assert_eq!(named(address, kind, group), expected);
        }
    }
}
