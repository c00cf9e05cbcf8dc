//! What each stage offers to try: buttons that act, and once done offer the way back.

use crate::sim::kinds::Kind;
use crate::sim::kinds::balancing::ALGORITHMS;
use crate::sim::scenario::{Base, PresentFault, Scenario, link};
use crate::sim::session::Command;

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

/// What a button is about.
enum Offer {
    /// So many times the stage's traffic.
    Traffic(f64),
    /// Settings and their other values; what the button says, there and back.
    Switch(&'static [(&'static str, &'static str)], &'static str, &'static str),
    /// A lasting fault; what the button says, there and back.
    Fault(&'static str, &'static str, &'static str),
    /// Something that happens at once, after these settings.
    Event(&'static [(&'static str, &'static str)], &'static str, &'static str),
    /// The next algorithm of the balancer.
    NextAlgorithm,
    /// Without a part, or with it again.
    Without(Kind, &'static str, &'static str),
}

use Offer::{Event, Fault, NextAlgorithm, Switch, Traffic, Without};

/// What the stages offer, in their order.
const OFFERS: &[&[Offer]] = &[
    &[
        Traffic(3.0),
        Fault("kill.web", "Kill the machine", "Bring the machine back"),
        Switch(&[("web.size", "4")], "Scale up to 4 vCPU", "Back to 1 vCPU"),
        Switch(&[("web.size", "96")], "The ceiling: 96 vCPU", "Back to 1 vCPU"),
        Switch(&[("db.place", "own")], "Give the database a machine", "All on one machine"),
    ],
    &[
        Traffic(3.0),
        Switch(&[("web.size", "2")], "Web server: 2 vCPU", "Web server: 1 vCPU"),
        Switch(&[("db.size", "4")], "Database: 4 vCPU", "Database: 2 vCPU"),
        Switch(&[("db.kind", "nosql")], "Switch to NoSQL", "Back to relational"),
        Fault("kill.db", "Kill the database", "Bring the database back"),
    ],
    &[
        Traffic(2.0),
        Fault("kill.web.2", "Kill web server 2", "Bring web server 2 back"),
        Switch(&[("web.servers", "8")], "Double the servers to 8", "Back to 4 servers"),
        Switch(
            &[("web.sizes", "2,1,1,1")],
            "Unequal servers: 2, 1, 1, 1 vCPU",
            "Equal servers again",
        ),
        NextAlgorithm,
        Fault("kill.db", "Kill the database", "Bring the database back"),
    ],
    &[
        Traffic(2.0),
        Fault("kill.db.2", "Kill a replica", "Bring the replica back"),
        Fault("kill.db.1", "Kill the primary", "Bring the old primary back"),
        Switch(&[("db.lag_ms", "5000")], "Let replicas lag by 5 s", "Lag of 100 ms again"),
        Switch(&[("db.replication", "sync")], "Synchronous replication", "Asynchronous again"),
        Switch(&[("db.failover", "off")], "No failover", "Failover again"),
        Switch(&[("db.replicas", "0")], "Without replicas", "Two replicas again"),
    ],
    &[
        Traffic(2.0),
        Event(&[], "flush.cache", "Flush the cache"),
        Fault("kill.cache.1", "Kill a cache node", "Bring the cache node back"),
        Fault("kill.cdn.4", "Take edge Europe down", "Bring edge Europe back"),
        Event(&[], "purge.cdn", "Purge the CDN"),
        Switch(&[("cdn.hit", "0.5")], "CDN hit ratio: 50 %", "CDN hit ratio: 92 %"),
        Switch(&[("cache.strategy", "write-back")], "Switch to write-back", "Back to cache-aside"),
        Fault("kill.web.2", "Kill web server 2: sessions die", "Bring web server 2 back"),
    ],
    &[
        Fault("spike4.clients", "Flash crowd: × 4", "The crowd has gone"),
        Switch(
            &[("clients.pattern", "daily"), ("clients.day_hours_per_s", "0.1")],
            "Run the daily wave",
            "Steady traffic again",
        ),
        Switch(&[("web.autoscale", "off")], "No autoscaling", "Autoscaling again"),
        Fault("kill.web.2", "Kill web server 2: no session dies", "Bring web server 2 back"),
        Switch(
            &[("web.sessions", "memory"), ("lb.algorithm", "sticky")],
            "Sessions in the servers' memory",
            "Sessions in the store again",
        ),
        Fault("kill.lb.1", "Kill the active balancer", "Bring the balancer back"),
    ],
    &[
        Fault("kill.network2", "Take Europe down", "Bring Europe back"),
        Fault("kill.network1", "Take the home site down", "Bring the home site back"),
        Switch(&[("dns.ttl_s", "600")], "TTL of 10 minutes", "TTL of 60 s again"),
        Switch(
            &[("dns.policy", "weighted")],
            "Split evenly, not by distance",
            "Nearest site again",
        ),
        Switch(&[("dns.check_s", "0")], "No checks of sites", "Checks of sites again"),
        Event(&[("web.bad_errors", "0.2")], "deploy.web", "Deploy a bad release"),
        Switch(&[("web.rollback", "on")], "Roll back by itself", "No roll-back"),
    ],
    &[
        Without(Kind::Queue, "Jobs in line, without the queue", "Jobs in the queue again"),
        Fault("spike3.clients", "Spike: × 3", "Traffic as it was"),
        Fault("kill.queue", "Kill all workers", "Bring the workers back"),
        Switch(&[("queue.workers", "16")], "Double the workers", "Eight workers again"),
        Switch(
            &[("queue.target", "20")],
            "Workers scale with the backlog",
            "As many workers always",
        ),
        Fault("kill.web2.2", "Kill web server 2 in Europe", "Bring it back"),
        Switch(&[("monitor.heal", "off")], "No self-healing", "Self-healing again"),
    ],
    &[
        Traffic(2.0),
        Switch(&[("db.shards", "5")], "Add a shard", "Four shards again"),
        Switch(&[("db.placement", "modulo")], "Place keys by modulo", "Consistent hashing again"),
        Switch(&[("clients.hot_user_share", "0.1")], "Make a celebrity", "No celebrity"),
        Switch(&[("db.denormalised", "on")], "Denormalise", "Joins again"),
        Fault("kill.db1.1", "Kill a shard's primary", "Bring the primary back"),
        Switch(&[("db.shards", "1")], "Back to one primary", "Four shards again"),
    ],
];

/// What the stage offers to try, given how things stand.
#[must_use]
pub fn tries(scenario: &Scenario) -> Vec<Try> {
    let Base::Stage(number) = scenario.base else {
        return Vec::new();
    };
    let offers = OFFERS.get(usize::from(number) - 1).copied().unwrap_or(&[]);
    offers.iter().map(|offer| offered(scenario, offer)).collect()
}

fn offered(scenario: &Scenario, offer: &Offer) -> Try {
    match *offer {
        Traffic(factor) => traffic(scenario, factor),
        Switch(settings, there, back) => switch(scenario, settings, there, back),
        Fault(fault, there, back) => self::fault(scenario, fault, there, back),
        Event(settings, fault, label) => Try {
            label: label.to_owned(),
            commands: settings
                .iter()
                .flat_map(|(key, value)| set(key, value))
                .chain([Command::Fail { fault: fault.to_owned() }])
                .collect(),
            is_back: false,
        },
        NextAlgorithm => next_algorithm(scenario),
        Without(kind, there, back) => without(scenario, kind, there, back),
    }
}

fn text(scenario: &Scenario, key: &str) -> Option<String> {
    let (part, row, param) = scenario.locate(key).ok()?;
    Some(param.write(scenario.parts[part].spec.value(row)))
}

fn set(key: &str, value: &str) -> Vec<Command> {
    vec![Command::Set { key: key.to_owned(), value: value.to_owned() }]
}

/// Settings' other values, or the stage's own where they have them already.
fn switch(scenario: &Scenario, settings: &[(&str, &str)], there: &str, back: &str) -> Try {
    let is_back = settings.iter().all(|(key, value)| text(scenario, key).as_deref() == Some(value));
    let origin = scenario.origin();
    let commands = settings.iter().flat_map(|(key, value)| {
        let home = text(&origin, key).unwrap_or_default();
        set(key, if is_back { &home } else { value })
    });
    let label = if is_back { back } else { there };
    Try { label: label.to_owned(), commands: commands.collect(), is_back }
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

/// A lasting fault, or its end where it is present.
fn fault(scenario: &Scenario, fault: &str, there: &str, back: &str) -> Try {
    let wanted = PresentFault::read(fault).expect("lessons name faults that can be read");
    let is_it = |f: &&PresentFault| {
        f.kind == wanted.kind
            && f.is_like(&wanted)
            && (f.site == wanted.site || f.site.is_none())
            && (f.server == wanted.server || f.server.is_none())
    };
    let present = scenario.faults.iter().find(is_it);
    let commands = match present {
        None => vec![Command::Fail { fault: fault.to_owned() }],
        Some(present) => {
            let site = present.site.map_or_else(String::new, |site| (site + 1).to_string());
            let part = format!("{}{site}", present.kind.key());
            vec![Command::Heal { part, server: None }]
        }
    };
    let label = if present.is_some() { back } else { there };
    Try { label: label.to_owned(), commands, is_back: present.is_some() }
}

/// The scenario without a part, or with it as the stage has it.
fn without(scenario: &Scenario, kind: Kind, there: &str, back: &str) -> Try {
    let mut target = scenario.clone();
    let mut kinds = scenario.kinds();
    let is_back = !kinds.contains(&kind);
    if is_back {
        kinds.push(kind);
        target.set_kinds(&kinds);
        let home = scenario.base.scenario();
        for part in target.parts.iter_mut().filter(|part| part.kind == kind) {
            if let Some(spec) = home.as_ref().and_then(|home| home.spec_at(kind, part.site)) {
                part.spec = spec.clone();
            }
        }
    } else {
        kinds.retain(|other| *other != kind);
        target.set_kinds(&kinds);
    }
    let label = if is_back { back } else { there };
    let commands = vec![Command::Load { link: link::write(&target) }];
    Try { label: label.to_owned(), commands, is_back }
}

/// Goes round the algorithms, so that they can be compared one after another.
fn next_algorithm(scenario: &Scenario) -> Try {
    let now = text(scenario, "lb.algorithm").unwrap_or_default();
    let at = ALGORITHMS.iter().position(|(key, _)| *key == now);
    let (key, label) = ALGORITHMS[(at.unwrap_or(0) + 1) % ALGORITHMS.len()];
    Try {
        label: format!("Next algorithm: {label}"),
        commands: set("lb.algorithm", key),
        is_back: false,
    }
}
