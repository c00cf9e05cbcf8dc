//! Troubles that only some kinds have: a guard that lets nothing pass, a shard that is hotter than
//! the others, messages given up, a replica that falls behind.

use super::guards;
use super::parts::{self, At};
use super::scene::Scene;
use super::state::Trouble;
use crate::sim::analysis::names;
use crate::sim::kinds::Kind;
use crate::web::summary;
use crate::web::view::format;

/// What is wrong with a part beyond what any part can have, worst first.
#[must_use]
pub fn of(scene: &Scene<'_>, at: At) -> Vec<Trouble> {
    let mut troubles = guard(scene, at);
    match at.kind.key() {
        "db" => {
            let own = hot_shard(scene, at).into_iter().chain(behind(scene, at));
            troubles.extend(own.chain(unshielded(scene, at)));
        }
        "queue" => troubles.extend(given_up(scene, at)),
        _ => {}
    }
    troubles
}

/// What the guard of the calls to a part refuses, and whether its breaker is open.
#[must_use]
pub fn guard(scene: &Scene<'_>, at: At) -> Vec<Trouble> {
    let Some(guard) = guards::of(scene, at) else {
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

/// That much is asked of it because the cache before it is still filling.
fn unshielded(scene: &Scene<'_>, at: At) -> Option<Trouble> {
    let is_full = names::busy(scene.view(at)?).1 > HOT;
    let is_cold = scene
        .view(at.beside(Kind::Cache))
        .is_some_and(|cache| summary::is_cold(scene.figures, cache));
    (is_full && is_cold).then(|| Trouble { bad: false, text: "cache cold".to_owned() })
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
            let number =
                if count < 1_000 { count.to_string() } else { format::count(count as f64) };
            Trouble { bad: true, text: format!("{number} {words}") }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::outage;
    use super::super::scene::sample;
    use super::*;
    use crate::sim::scenario::link;
    use crate::sim::snapshot::{PartView, ServerView, Snapshot, Tally};

    /// What is said of a database, or of the outage of the first site, with these figures.
    fn told(address: &str, parts: Vec<PartView>) -> (Vec<String>, Vec<String>) {
        let scenario = link::read(address).scenario;
        let figures = Snapshot { window_s: 10.0, parts, ..Snapshot::default() };
        sample(&scenario, &figures, |scene| {
            let notes = of(scene, At::new(Kind::Database, 0)).into_iter().map(|t| t.text);
            let costs = outage::costs(scene, 0).into_iter();
            let costs = costs.map(|(number, words)| format!("{number} {}", words[0]));
            let plain = |text: String| text.replace('\u{202f}', " ");
            (notes.map(plain).collect(), costs.map(plain).collect())
        })
    }

    fn part(key: &str, loads: &[f64]) -> PartView {
        let server =
            |&utilisation: &f64| ServerView { alive: true, utilisation, ..Default::default() };
        let servers = loads.iter().map(server).collect();
        PartView { key: key.to_owned(), servers, ..PartView::default() }
    }

    #[test]
    fn a_hot_shard_is_named_with_its_reason() {
        let hot = part("db1", &[0.1, 0.1, 0.98, 0.2, 0.1, 0.1, 0.2, 0.1]);
        let even = part("db1", &[0.95; 8]);
        assert_eq!(told("?stage=9", vec![hot.clone()]).0, ["hot: shard 2 · 98 %"]);
        assert_eq!(
            told("?stage=9#clients.hot_user_share=0.4", vec![hot]).0,
            ["celebrity: shard 2 · 98 %"]
        );
        assert!(told("?stage=9", vec![even]).0.is_empty(), "all are as busy");
    }

    #[test]
    fn a_full_database_behind_a_cold_cache_says_why() {
        let mut cache = part("cache", &[0.1]);
        cache.gauges = vec![("entries".to_owned(), 100.0)];
        cache.counters = vec![("filled".to_owned(), 90)];
        let told = |load, cache: &PartView| {
            let database = PartView { utilisation: load, ..part("db", &[load]) };
            told("?stage=5", vec![database, cache.clone()]).0
        };
        assert_eq!(told(0.9, &cache), ["cache cold"]);
        assert!(told(0.5, &cache).is_empty(), "it is not full");
        cache.counters.clear();
        assert!(told(0.9, &cache).is_empty(), "it has filled");
    }

    #[test]
    fn an_open_breaker_is_told_where_it_guards() {
        let mut guard = part("to_db", &[]);
        guard.gauges = vec![("circuit_open".to_owned(), 1.0)];
        guard.counters = vec![("refused_open".to_owned(), 420)];
        let (notes, _) = told("?stage=4&add=to_db", vec![guard]);
        assert_eq!(notes, ["breaker open", "42 /s refused by its guard"]);
    }

    #[test]
    fn an_outage_costs_what_was_measured() {
        let mut front = part("lb1", &[0.0]);
        front.tally = Tally { failed: 3_320, ..Tally::default() };
        front.rate = 332.0;
        let mut data = part("db1", &[0.0; 3]);
        data.gauges = [("home", 1.0), ("rpo_writes", 12.0), ("rpo_s", 0.25), ("rto_s", 6.0)]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec();
        let mut other = part("lb2", &[0.1]);
        other.rate = 668.0;
        let (_, costs) = told("?stage=7", vec![front, data, other]);
        let expected = [
            "332 /s tries fail here",
            "12 writes lost (RPO 250 ms)",
            "6.0 s time without writes (RTO)",
            "33 % of all tries still sent here",
        ];
        assert_eq!(costs, expected);
    }
}
