//! The diagram in words, for those who listen: each part and each server with its state, its load
//! and what it is connected to.

use super::cells;
use super::parts::{self, Home};
use super::scene::Scene;
use super::state::{self, Condition};
use crate::sim::kinds::Kind;
use crate::sim::snapshot::{PartView, ServerView};
use crate::web::view::format;
use std::ops::Range;

/// The whole diagram in a sentence.
#[must_use]
pub fn whole(scene: &Scene<'_>) -> String {
    let names: Vec<&str> =
        [Kind::Dns, Kind::LoadBalancer, Kind::WebTier, Kind::Cache, Kind::Database]
            .into_iter()
            .filter(|&kind| scene.parts.home(kind) != Home::None)
            .map(Kind::label)
            .collect();
    let rate = format::spoken_rate(scene.figures.offered_rate());
    format!(
        "Diagram of the system in {}: users, {}. Users make {rate}, of which {} fail.",
        scene.parts.site,
        names.join(", "),
        format::percent(scene.figures.users.error_share())
    )
}

/// What the users' card does not say in its own text.
#[must_use]
pub fn users(scene: &Scene<'_>) -> String {
    let figures = scene.figures;
    let lookups =
        if scene.parts.dns { "They ask DNS for the address and send" } else { "They send" };
    format!(
        "{} at the busiest hour, {} of them fail. {lookups} requests to {}",
        format::spoken_rate(figures.offered_rate()),
        format::percent(figures.users.error_share()),
        name(scene, scene.parts.front())
    )
}

/// The name of a part as the diagram shows it.
#[must_use]
pub fn name(scene: &Scene<'_>, kind: Kind) -> &'static str {
    if kind == Kind::WebTier && scene.parts.is_one_machine() { "Server" } else { kind.label() }
}

/// Who calls a part, and whom it calls.
fn connections(scene: &Scene<'_>, kind: Kind) -> String {
    let caller = match kind {
        Kind::Cache | Kind::Database => Some(name(scene, Kind::WebTier)),
        Kind::WebTier if scene.parts.balancer => Some(Kind::LoadBalancer.label()),
        Kind::Dns | Kind::LoadBalancer | Kind::WebTier => Some(Kind::Clients.label()),
        Kind::Clients | Kind::Network | Kind::Monitor | Kind::Chaos => None,
    };
    let mut called = Vec::new();
    if kind == Kind::LoadBalancer {
        called.push(name(scene, Kind::WebTier));
    }
    if kind == Kind::WebTier {
        for helper in [Kind::Cache, Kind::Database] {
            if scene.parts.home(helper) != Home::None {
                called.push(helper.label());
            }
        }
    }
    let caller = caller.map_or_else(String::new, |name| format!(" Called by {name}."));
    let called =
        if called.is_empty() { String::new() } else { format!(" Calls {}.", called.join(" and ")) };
    format!("{caller}{called}")
}

/// What a part is set to, in words.
fn setting(scene: &Scene<'_>, kind: Kind) -> String {
    match kind {
        Kind::WebTier => {
            let machine = if scene.parts.is_one_machine() {
                ", one machine with web server, cache and database"
            } else {
                ""
            };
            format!("{}{machine}: ", parts::web_setting(scene.scenario))
        }
        Kind::Database | Kind::Cache if scene.parts.home(kind) == Home::Web => {
            "on the web servers: ".to_owned()
        }
        _ => String::new(),
    }
}

/// What a part's card does not say in its own text: state, what is in use, connections.
#[must_use]
pub fn part(scene: &Scene<'_>, kind: Kind) -> String {
    let (setting, connections) = (setting(scene, kind), connections(scene, kind));
    let Some(view) = scene.view(kind) else {
        return format!("{setting}no figures yet.{connections}");
    };
    let troubles = scene.troubles(kind);
    let state = if troubles.is_empty() { "sound".to_owned() } else { state::line(&troubles) };
    let used = if kind == Kind::Dns || view.guest {
        String::new()
    } else {
        format!(", {} in use", format::percent(view.utilisation))
    };
    let mean = view.latency.mean_s.filter(|_| kind != Kind::Dns);
    let mean = mean.map_or_else(String::new, |s| format!(", mean time {}", format::duration(s)));
    let hit = scene.hit_ratio().filter(|_| kind == Kind::Cache);
    let hit =
        hit.map_or_else(String::new, |share| format!(", hit ratio {}", format::percent(share)));
    format!("{setting}{state}{used}{mean}{hit}, backlog {}.{connections}", view.backlog)
}

/// The name of a server of a part.
#[must_use]
fn server_name(scene: &Scene<'_>, kind: Kind, server: usize) -> String {
    match kind {
        Kind::WebTier if scene.parts.is_one_machine() => format!("Server {}", server + 1),
        Kind::WebTier => format!("Web server {}", server + 1),
        Kind::Database if server == 0 => "Database primary".to_owned(),
        Kind::Database => format!("Database replica {server}"),
        Kind::Cache => format!("Cache node {}", server + 1),
        _ => kind.label().to_owned(),
    }
}

/// One server.
fn server(scene: &Scene<'_>, kind: Kind, index: usize, view: &ServerView) -> String {
    let condition = Condition::of(view, scene.checked(kind));
    let state = match condition {
        Condition::Sound => "sound".to_owned(),
        Condition::Unnoticed => "dead, not noticed yet, still sent requests".to_owned(),
        Condition::Out => "dead, taken out by the balancer, receives nothing".to_owned(),
        Condition::Dead => "dead, receives nothing".to_owned(),
        Condition::Distrusted => "up, but out until the balancer trusts it again".to_owned(),
        Condition::Slow(factor) => format!("{} times slower", state::factor_text(factor)),
        Condition::Draining => "draining, takes no new requests".to_owned(),
    };
    let size = parts::vcpus(scene.scenario, kind, index)
        .map_or_else(String::new, |vcpus| format!("{}, ", parts::vcpu_text(vcpus)));
    format!(
        "{size}{state}: {} in use, {}, backlog {}",
        format::percent(view.utilisation),
        format::spoken_rate(view.rate),
        view.backlog
    )
}

/// The name of a cell: that of its server, or of its first and last.
#[must_use]
pub fn cell_name(scene: &Scene<'_>, kind: Kind, range: &Range<usize>) -> String {
    let first = server_name(scene, kind, range.start);
    if range.len() > 1 { format!("{first} to {}", range.end) } else { first }
}

/// What a cell with one server or several does not say in its own text.
#[must_use]
pub fn cell(scene: &Scene<'_>, kind: Kind, view: &PartView, range: &Range<usize>) -> String {
    let servers = &view.servers[range.clone()];
    if scene.view(kind).is_none() {
        return "no figures yet".to_owned();
    }
    if let [only] = servers {
        return server(scene, kind, range.start, only);
    }
    let conditions: Vec<Condition> =
        servers.iter().map(|s| Condition::of(s, scene.checked(kind))).collect();
    let dead = conditions.iter().filter(|c| c.is_dead()).count();
    let mut state = if dead == 0 { "all up".to_owned() } else { format!("{dead} dead") };
    let other = conditions.iter().filter(|c| !c.is_dead() && **c != Condition::Sound).count();
    if other > 0 {
        state = format!("{state}, {other} not sound");
    }
    let rate: f64 = servers.iter().map(|s| s.rate).sum();
    let backlog: u64 = servers.iter().map(|s| u64::from(s.backlog)).sum();
    format!(
        "{state}: {} in use, {}, backlog {backlog}",
        format::percent(utilisation(servers)),
        format::spoken_rate(rate)
    )
}

/// Mean utilisation of the servers that are up.
#[must_use]
pub fn utilisation(servers: &[ServerView]) -> f64 {
    let up = servers.iter().filter(|s| s.alive);
    up.clone().map(|s| s.utilisation).sum::<f64>() / up.count().max(1) as f64
}

/// What a cell of a tier stands for, where it stands for several servers.
#[must_use]
pub fn cell_unit(servers: usize) -> Option<String> {
    let each = cells::per_cell(servers);
    (each > 1).then(|| format!("a cell is {each} servers"))
}
