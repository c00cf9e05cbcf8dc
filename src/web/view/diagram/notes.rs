//! Troubles that only some kinds have: a guard that lets nothing pass, a shard that is hotter than
//! the others, messages given up, a replica that falls behind.

use super::parts::{self, At};
use super::scene::Scene;
use super::state::Trouble;
use crate::sim::kinds::Kind;
use crate::web::view::format;

/// What is wrong with a part beyond what any part can have, worst first.
#[must_use]
pub fn of(scene: &Scene<'_>, at: At) -> Vec<Trouble> {
    let mut troubles = guard(scene, at);
    match at.kind.key() {
        "db" => troubles.extend(hot_shard(scene, at).into_iter().chain(behind(scene, at))),
        "queue" => troubles.extend(given_up(scene, at)),
        _ => {}
    }
    troubles
}

/// What the guard of the calls to a part refuses, and whether its breaker is open.
fn guard(scene: &Scene<'_>, at: At) -> Vec<Trouble> {
    let Some(guard) = Kind::by_key(&format!("to_{}", at.kind.key())).map(|kind| at.beside(kind))
    else {
        return Vec::new();
    };
    let circuit = scene.gauge(guard, "circuit_open").unwrap_or(0.0);
    let refused: f64 = ["refused_open", "rate_limited", "shed", "bulkhead_refused"]
        .into_iter()
        .filter_map(|name| scene.counted(guard, name))
        .sum();
    let mut troubles = Vec::new();
    if circuit >= 1.0 {
        troubles.push(Trouble { bad: true, text: "breaker open".to_owned() });
    } else if circuit > 0.0 {
        troubles.push(Trouble { bad: false, text: "breaker tries again".to_owned() });
    }
    if refused > 0.0 {
        let text = format!("{} refused by its guard", format::rate(refused));
        troubles.push(Trouble { bad: true, text });
    }
    troubles
}

/// A shard is called hot from this utilisation on.
const HOT: f64 = 0.85;
/// And when it has at least so many times the mean of the others.
const ABOVE: f64 = 1.5;

/// The shard that is much busier than the others, with the reason if there is a celebrity.
fn hot_shard(scene: &Scene<'_>, at: At) -> Option<Trouble> {
    let (shards, copies) = parts::shards(scene.scenario, at);
    let view = scene.view(at).filter(|_| shards > 1 && scene.is_measured())?;
    let loads: Vec<f64> = view
        .servers
        .chunks(copies)
        .map(|shard| shard.iter().map(|server| server.utilisation).fold(0.0, f64::max))
        .collect();
    let (hottest, load) = loads.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let others = (loads.iter().sum::<f64>() - load) / (loads.len() as f64 - 1.0).max(1.0);
    if loads.len() < 2 || load < HOT || load < ABOVE * others {
        return None;
    }
    let users = At::new(Kind::Clients, 0);
    let famous = ["hot_key_share", "hot_user_share"]
        .into_iter()
        .any(|key| parts::set(scene.scenario, users, key).is_some_and(|share| share > 0.0));
    let why = if famous { "celebrity" } else { "hot" };
    let text = format!("{why}: shard {} · {}", hottest + 1, format::percent(load));
    Some(Trouble { bad: true, text })
}

/// Replicas so many seconds behind are worth a word.
const LATE_S: f64 = 1.0;

/// How far the last replica is behind, once it matters.
fn behind(scene: &Scene<'_>, at: At) -> Option<Trouble> {
    let lag = scene.gauge(at, "lag_s").filter(|lag| *lag > LATE_S)?;
    let longest = scene.gauge(at, "longest_lag_s").unwrap_or(lag);
    let is_growing = lag >= 0.95 * longest;
    let growing = if is_growing { ", the longest so far" } else { "" };
    let text = format!("replica {} behind{growing}", format::duration(lag));
    Some(Trouble { bad: is_growing, text })
}

/// Messages that were given up or lost in the window.
fn given_up(scene: &Scene<'_>, at: At) -> Vec<Trouble> {
    let Some(view) = scene.view(at).filter(|_| scene.is_measured()) else {
        return Vec::new();
    };
    let count = |name: &str| {
        view.counters.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count)
    };
    [("dead_letters", "dead letters"), ("lost_messages", "messages lost")]
        .into_iter()
        .map(|(name, words)| (count(name), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| {
            let text = format!("{} {words}", format::count(count as f64));
            Trouble { bad: true, text }
        })
        .collect()
}
