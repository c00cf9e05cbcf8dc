//! Theory beside measurement for what is no queue: hit ratios of caches and edges, and the share of
//! reads that are stale behind replicas. Sources of the formulas: [`theory`](super::theory).

use super::names;
use super::stations::{has_changes, has_faults};
use super::theory::caches::{
    Group, fetched_hit_ratio, fifo_hit_ratio, lfu_hit_ratio, lru_hit_ratio, popularity,
};
use super::theory::recovery::stale_share;
use crate::kinds::param::Spec;
use crate::kinds::{Kind, cache, cdn, clients, database, network};
use crate::region::{COUNT, ROUND_TRIP_MS};
use crate::run::requests::CLASSES;
use crate::snapshot::{PartView, Snapshot};
use crate::sorting;
use crate::topology::Topology;
use crate::zipf::Zipf;
use serde::{Deserialize, Serialize};

/// A share that theory predicts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The part's name in links.
    pub part: String,
    /// What it is, for people: "hit ratio of the cache".
    pub name: String,
    /// The formula.
    pub model: String,
    /// Whether the formula is exact under its assumptions, rather than an approximation.
    pub exact: bool,
    /// The share that theory says, 0 to 1; where `at_most`, no more than this.
    pub predicted: f64,
    /// Whether only a bound is known.
    pub at_most: bool,
    /// The share that was measured.
    pub measured: f64,
    /// Measured less predicted; 0 below a bound.
    pub difference: f64,
    /// Assumptions that do not hold, or not quite, with numbers.
    pub fails: Vec<String>,
}

/// A formula's answer, and whether it is only an upper bound.
struct Ratio {
    model: String,
    exact: bool,
    value: f64,
    at_most: bool,
}

/// What happens to the entries of a memory.
struct Memory {
    /// Entries there is room for.
    places: f64,
    /// How entries leave, by the row of [`EVICTIONS`](crate::kinds::store::EVICTIONS).
    eviction: usize,
    /// Look-ups per second, and writes that make it forget.
    reads: f64,
    writes: f64,
    /// Seconds that an entry lives; 0 for no limit.
    ttl: f64,
    /// Seconds that it takes to fetch what is missing.
    fetch: f64,
}

/// Groups of this share in all requests.
type Popular = Vec<Group>;

/// All that can be compared.
#[must_use]
pub fn of(topology: &Topology, figures: &Snapshot) -> Vec<Comparison> {
    let mut all = Vec::new();
    for part in &figures.parts {
        let kind = names::kind(&part.key);
        all.extend(match kind {
            Some(Kind::Cache) => of_cache(topology, figures, part),
            Some(Kind::Cdn) => of_edges(topology, figures, part),
            Some(Kind::Database) => of_replicas(topology, figures, part),
            _ => None,
        });
    }
    all
}

/// How popular addresses are, the most popular first.
fn popular(topology: &Topology) -> Popular {
    let Some(spec) = topology.scenario().spec(Kind::Clients) else { return Vec::new() };
    let number = |row: clients::Setting| spec.number(row as usize);
    let urls = spec.count(clients::Setting::Urls as usize) as u32;
    let (exponent, hot) = (number(clients::Setting::Zipf), number(clients::Setting::HotKey));
    let alike = Group { items: f64::from(urls), probability: 1.0 / f64::from(urls) };
    let mut groups = match exponent {
        0.0 => vec![alike],
        _ => popularity(&Zipf::new(urls, exponent)),
    };
    if hot > 0.0 {
        groups.iter_mut().for_each(|group| group.probability *= 1.0 - hot);
        let first = groups[0];
        groups[0].items -= 1.0;
        groups.insert(0, Group { items: 1.0, probability: first.probability + hot });
        groups.retain(|group| group.items > 0.0);
    }
    groups
}

impl Memory {
    /// The hit ratio of these items: by how entries leave for others, or end by themselves, or the
    /// lesser of both where they do both.
    fn ratio(&self, groups: &[Group]) -> Ratio {
        let items: f64 = groups.iter().map(|group| group.items).sum();
        let ends = self.ttl > 0.0 || self.writes > 0.0;
        let is_full = self.places < items;
        let by_time = || {
            let one = |group: &Group| {
                let (reads, writes) = (self.reads, self.writes);
                let ttl = if self.ttl > 0.0 { self.ttl } else { f64::INFINITY };
                let p = group.probability;
                group.items * p * fetched_hit_ratio(reads * p, writes * p, ttl, self.fetch)
            };
            groups.iter().map(one).sum::<f64>()
        };
        if !is_full {
            let (model, value) = match ends {
                true => ("entries end by time and writes (Jung)", by_time()),
                false => ("all there is fits in", 1.0),
            };
            return Ratio { model: model.to_owned(), exact: true, value, at_most: false };
        }
        let (model, value) = match self.eviction {
            0 => ("LRU, Che", lru_hit_ratio(groups, self.places)),
            1 => ("LFU, once it knows", lfu_hit_ratio(groups, self.places)),
            2 => ("FIFO", fifo_hit_ratio(groups, self.places)),
            _ => ("random eviction", fifo_hit_ratio(groups, self.places)),
        };
        if !ends {
            return Ratio { model: model.to_owned(), exact: false, value, at_most: false };
        }
        let time = by_time();
        let model = format!("at most {model} and what time and writes leave");
        // Where one of both does next to nothing the other is all.
        let at_most = value.min(time) > 0.0 && (1.0 - value.max(time)) > 1e-3;
        Ratio { model, exact: false, value: value.min(time), at_most }
    }
}

fn compare(
    part: &PartView,
    what: &str,
    ratio: Ratio,
    measured: f64,
    fails: Vec<String>,
) -> Comparison {
    let Ratio { model, exact, value, at_most } = ratio;
    let difference = if at_most { (measured - value).max(0.0) } else { measured - value };
    Comparison {
        part: part.key.clone(),
        name: format!("{what}, {}", names::label(&part.key)),
        model,
        exact,
        predicted: value,
        at_most,
        measured,
        difference,
        fails,
    }
}

/// Hits among look-ups.
fn hits(part: &PartView) -> Option<(f64, f64)> {
    let count = |name: &str| names::counter(part, name).map(|count| count as f64);
    let (hits, misses) = (count("hits")?, count("misses")?);
    let all = hits + misses;
    (all > 0.0).then(|| (hits / all, all))
}

fn of_cache(topology: &Topology, figures: &Snapshot, part: &PartView) -> Option<Comparison> {
    let (measured, lookups) = hits(part)?;
    let spec = topology.scenario().spec_at(Kind::Cache, names::site(&part.key))?;
    let number = |row: cache::Setting| spec.number(row as usize);
    let mut fails = general(topology, figures);
    if let Some(unanswered) = names::counter(part, "unanswered").filter(|count| *count > 0) {
        fails.push(format!("{unanswered} look-ups were not carried out and count as misses"));
    }
    let what = "Hit ratio";
    if spec.count(cache::Setting::Ratio as usize) == 0 {
        let value = number(cache::Setting::Hit);
        let ratio = Ratio { model: "as set".to_owned(), exact: true, value, at_most: false };
        return Some(compare(part, what, ratio, measured, fails));
    }
    let style = cache::style(spec);
    let servers = part.servers.iter().filter(|server| server.alive).count().max(1) as f64;
    let written = writes(figures, part).unwrap_or(0.0);
    let reads = lookups / figures.window_s;
    // On the web servers each has a memory of its own that sees its share of what is asked for.
    let (pieces, nodes) = if part.guest { (servers, 1.0) } else { (1.0, servers) };
    let memory = Memory {
        places: number(cache::Setting::Entries) * nodes,
        eviction: spec.count(cache::Setting::Evict as usize),
        reads: reads / pieces,
        writes: if style.drops { written / pieces } else { 0.0 },
        ttl: number(cache::Setting::Ttl),
        fetch: fetch_s(topology, figures, part),
    };
    if nodes > 1.0 {
        fails.push(format!("the {nodes} nodes do not have quite equal shares of the keys"));
    }
    if style.writes {
        fails.push("writes put entries in too, and begin their time to live anew".to_owned());
    }
    if part.guest && written > 0.0 {
        fails.push("each server forgets only what it has written itself".to_owned());
    }
    fails.extend(filling(part, memory.places * pieces, &popular(topology), pieces));
    let ratio = memory.ratio(&popular(topology));
    Some(compare(part, what, ratio, measured, fails))
}

/// Writes per second of the web tier beside a cache: those that the database there acknowledges or
/// hands on to the site that takes all writes, without those that came to it from elsewhere.
fn writes(figures: &Snapshot, part: &PartView) -> Option<f64> {
    let database = figures.part(&names::beside(&part.key, Kind::Database))?;
    let count = |part: &PartView, name: &str| names::counter(part, name).unwrap_or(0) as f64;
    let site = f64::from(names::site(&part.key)) + 1.0;
    let others = figures.parts.iter().filter(|other| other.key != database.key);
    let handed_on = match names::gauge(database, "home") {
        Some(home) if home == site => others.map(|other| count(other, "forwarded_writes")).sum(),
        _ => 0.0,
    };
    let acknowledged = names::counter(database, "acknowledged_writes")? as f64;
    let own = acknowledged - handed_on + count(database, "forwarded_writes");
    (figures.window_s > 0.0).then(|| own.max(0.0) / figures.window_s)
}

/// Mean seconds from a miss to the entry: the answer on its way, the database's time, and the way
/// back into the cache.
fn fetch_s(topology: &Topology, figures: &Snapshot, part: &PartView) -> f64 {
    let database = figures.part(&names::beside(&part.key, Kind::Database));
    let time = |part: &PartView| if part.rate > 0.0 { part.mean_inside / part.rate } else { 0.0 };
    let zone = topology.scenario().spec_at(Kind::Network, names::site(&part.key));
    let way = zone.map_or(0.0, |spec| spec.number(network::Setting::Zone as usize) / 1e3);
    let way = |part: &PartView| if part.guest { 0.0 } else { way };
    database.map_or(0.0, |database| way(database) + time(database)) + way(part) + time(part)
}

/// That it is not full yet.
fn filling(part: &PartView, places: f64, groups: &[Group], pieces: f64) -> Option<String> {
    let items: f64 = groups.iter().map(|group| group.items).sum::<f64>() * pieces;
    let (holds, most) = (names::gauge(part, "entries")?, places.min(items));
    (holds < 0.98 * most).then(|| {
        format!("it holds {holds:.0} entries of {most:.0}: not full, or they end before it is")
    })
}

/// What no formula here knows of.
fn general(topology: &Topology, figures: &Snapshot) -> Vec<String> {
    let scenario = topology.scenario();
    let mut fails = Vec::new();
    if has_faults(scenario, figures) || has_changes(scenario, figures) {
        fails.push("faults or changes of settings: one ratio stands for several".to_owned());
    }
    let pattern = Kind::Clients.row("pattern").zip(scenario.spec(Kind::Clients));
    if pattern.is_some_and(|(row, spec)| spec.count(row) != 0) {
        fails.push("traffic varies over time".to_owned());
    }
    fails
}

fn of_edges(topology: &Topology, figures: &Snapshot, part: &PartView) -> Option<Comparison> {
    let (measured, lookups) = hits(part)?;
    let spec = topology.scenario().spec(Kind::Cdn)?;
    let clients = topology.scenario().spec(Kind::Clients)?;
    let number = |row: cdn::Setting| spec.number(row as usize);
    if spec.count(cdn::Setting::Ratio as usize) == 0 {
        return None;
    }
    let groups = edge_groups(spec, clients, &popular(topology));
    let (files, reads) = (number(cdn::Setting::Ttl), number(cdn::Setting::ReadTtl));
    let mut fails = general(topology, figures);
    if number(cdn::Setting::Reads) > 0.0 && (files - reads).abs() > 0.0 {
        fails.push("files and reads live for different times: taken for the shorter".to_owned());
    }
    let shares = clients::shares(clients);
    let asked: Vec<f64> = shares.iter().copied().filter(|share| *share > 0.0).collect();
    let either = |ttl: f64, other: f64| if ttl > 0.0 { ttl.min(other) } else { other };
    let ttl = match number(cdn::Setting::Reads) {
        0.0 => files,
        _ => either(files, if reads > 0.0 { reads } else { f64::INFINITY }),
    };
    let mut sum = Ratio { model: String::new(), exact: false, value: 0.0, at_most: false };
    for share in &asked {
        let memory = Memory {
            places: number(cdn::Setting::Entries),
            eviction: spec.count(cdn::Setting::Evict as usize),
            reads: share * lookups / figures.window_s,
            writes: 0.0,
            ttl: if ttl.is_finite() { ttl } else { 0.0 },
            fetch: 0.0,
        };
        let ratio = memory.ratio(&groups);
        sum.value += share * ratio.value;
        (sum.model, sum.at_most) = (ratio.model, sum.at_most || ratio.at_most);
    }
    if sum.model.contains("time") {
        fails.push("what is missing takes time to come, and misses until then: taken as 0".into());
    }
    let pieces = asked.len() as f64;
    fails.extend(filling(part, number(cdn::Setting::Entries) * pieces, &groups, pieces));
    Some(compare(part, "Hit ratio", sum, measured, fails))
}

/// Files and reads of the same address are different entries.
fn edge_groups(spec: &Spec, clients: &Spec, groups: &[Group]) -> Popular {
    let classes = clients::class_shares(clients);
    let share = |name: &str| {
        CLASSES.iter().position(|(_, class)| *class == name).map_or(0.0, |at| classes[at])
    };
    let files = share("static");
    let reads = share("read") * spec.number(cdn::Setting::Reads as usize);
    let mut all: Popular = Vec::new();
    for part in [files, reads].into_iter().filter(|part| *part > 0.0) {
        let times = part / (files + reads);
        let scaled = groups.iter();
        all.extend(scaled.map(|g| Group { probability: g.probability * times, ..*g }));
    }
    sorting::by_number(&mut all, |group| -group.probability);
    all
}

/// Seconds that a write is on its way from the site that takes them all to a database elsewhere.
fn from_home(topology: &Topology, part: &PartView) -> Option<f64> {
    let home = names::gauge(part, "home").filter(|home| *home > 0.0)? as u8 - 1;
    let region = |site: u8| {
        let spec = topology.scenario().spec_at(Kind::Network, site)?;
        Some(spec.count(network::Setting::Site as usize).min(COUNT - 1))
    };
    let ends = (region(home)?, region(names::site(&part.key))?);
    Some(0.5 * f64::from(ROUND_TRIP_MS[ends.0][ends.1]) / 1e3)
}

fn of_replicas(topology: &Topology, figures: &Snapshot, part: &PartView) -> Option<Comparison> {
    let spec = topology.scenario().spec_at(Kind::Database, names::site(&part.key))?;
    let count = |row: database::Setting| spec.count(row as usize);
    let is_plain = count(database::Setting::Replicas) > 0
        && count(database::Setting::Reads) == 0
        && count(database::Setting::Replication) == 0;
    let replicas = (0..part.servers.len()).filter(|server| names::role(part, *server) == 1);
    let rate: f64 = replicas.map(|server| part.servers[server].rate).sum();
    let stale = names::counter(part, "stale_reads")? as f64;
    if !is_plain || rate <= 0.0 || figures.window_s <= 0.0 {
        return None;
    }
    let count = |name: &str| names::counter(part, name).map(|count| count as f64);
    let (own, received) = (count("acknowledged_writes")?, count("received_writes").unwrap_or(0.0));
    let shards = names::gauge(part, "shards").unwrap_or(1.0).max(1.0);
    // What users write to an address lies with them: a shard has those of its own users.
    let by_user = spec.count(database::Setting::ShardKey as usize) == 0;
    let own = if by_user { own / shards } else { own };
    // A join asks every shard, and counts as no stale read.
    let reads = rate * figures.window_s - count("fan_outs").unwrap_or(0.0) * shards;
    let lag = |row: database::Setting| spec.number(row as usize) / 1e3;
    let late = lag(database::Setting::Lag) + database::apply_s(spec);
    // What is written elsewhere is on its way between sites first.
    let away = from_home(topology, part);
    let later = late + lag(database::Setting::SiteLag) + away.unwrap_or(0.0);
    let pending = (own * late + received * later) / figures.window_s;
    let one = |g: &Group| g.items * g.probability * stale_share(pending * g.probability, 1.0);
    let value = popular(topology).iter().map(one).sum();
    let mut fails = general(topology, figures);
    let now = names::gauge(part, "lag_s").unwrap_or(0.0);
    if now > 2.0 * late {
        fails.push(format!(
            "replicas are {now:.2} s behind, not {late:.2} s: they cannot keep up with the writes"
        ));
    }
    if received > 0.0 && away.is_none() {
        fails.push("writes of other sites take their way besides".to_owned());
    }
    let served = topology.scenario().kinds().contains(&Kind::Cache);
    if served {
        fails.push(
            "a cache answers the other reads: those that come are of less popular keys, or follow \
             a write that made it forget"
                .into(),
        );
    }
    let model = "1 - exp(-writes of the key x lag), over all keys".to_owned();
    let ratio = Ratio { model, exact: true, value, at_most: false };
    (reads > 0.0).then(|| compare(part, "Stale share of reads", ratio, stale / reads, fails))
}

#[cfg(test)]
mod tests;
