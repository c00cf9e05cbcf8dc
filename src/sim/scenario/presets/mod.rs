//! The stages of the story, each sized so that the stage before fails at its user count and it
//! holds; and presets besides them.

mod failures;

use super::{Base, PresentFault, Scenario, link};
use crate::kinds::{Kind, clients};
use std::sync::OnceLock;

/// A stage: what it is called, how many daily users it serves, what it adds to the stage before.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// Its number.
    pub number: u8,
    /// Short name.
    pub name: &'static str,
    /// Daily users it is sized for.
    pub users: f64,
    /// What it has to meet, besides what every stage has to: a metric and its bound.
    pub goals: &'static [&'static str],
    /// New parts.
    add: &'static [Kind],
    /// How many sites.
    sites: u8,
    /// Settings that differ from the stage before.
    settings: &'static [(&'static str, &'static str)],
}

/// What every stage has to meet: 99 % of answers within a second, one failure in a thousand.
pub const GOALS: &[&str] = &["p99<=1s", "errors<=0.1%"];

/// All stages. Each is the one before with something new; web servers have one vCPU each, and pages
/// make eight queries.
pub const STAGES: &[Stage] = &[
    Stage {
        number: 1,
        name: "Single server",
        users: 20_000.0,
        goals: &[],
        add: &[Kind::Clients, Kind::Network, Kind::Dns, Kind::WebTier, Kind::Cache, Kind::Database],
        sites: 1,
        settings: &[
            ("web.size", "1"),
            ("web.queries", "8"),
            ("cache.place", "web"),
            ("cache.hit", "0.5"),
            ("db.place", "web"),
            ("network.egress_usd_gb", "0.09"),
        ],
    },
    Stage {
        number: 2,
        name: "Separate database",
        users: 50_000.0,
        goals: &[],
        add: &[],
        sites: 1,
        settings: &[("db.place", "own"), ("db.size", "2")],
    },
    Stage {
        number: 3,
        name: "Load balancer",
        users: 150_000.0,
        goals: &[],
        add: &[Kind::LoadBalancer],
        sites: 1,
        settings: &[("web.servers", "4")],
    },
    Stage {
        number: 4,
        name: "Replication",
        users: 250_000.0,
        goals: &[],
        add: &[],
        sites: 1,
        settings: &[("web.servers", "6"), ("db.replicas", "2")],
    },
    Stage {
        number: 5,
        name: "Cache and CDN",
        users: 400_000.0,
        goals: &["p50.static<=60ms"],
        add: &[Kind::Cdn],
        sites: 1,
        // Sessions are in the servers' memory now, so that users stick to servers. Those of the
        // hour are 20,000: each comes back every half a minute or so.
        settings: &[
            ("web.servers", "9"),
            ("web.sessions", "memory"),
            ("web.login_ms", "20"),
            ("lb.algorithm", "sticky"),
            ("cache.place", "own"),
            ("cache.nodes", "2"),
            ("cache.ratio", "emergent"),
            ("cache.ttl_s", "60"),
            ("clients.zipf", "1"),
            ("clients.users", "20000"),
        ],
    },
    Stage {
        number: 6,
        name: "Stateless web tier",
        users: 600_000.0,
        goals: &[],
        add: &[Kind::Sessions],
        sites: 1,
        settings: &[
            ("web.sessions", "store"),
            ("lb.algorithm", "least-connections"),
            ("lb.pair", "on"),
            ("web.servers", "14"),
            ("web.autoscale", "on"),
            ("web.scale_min", "4"),
            ("web.scale_max", "40"),
            ("web.scale_period_s", "15"),
        ],
    },
    Stage {
        number: 7,
        name: "Data centers",
        users: 700_000.0,
        goals: &["p50.read<=150ms"],
        add: &[],
        sites: 3,
        // The whole world uses it now.
        settings: &[
            ("clients.audience", "world"),
            ("clients.peak", "1.7"),
            ("dns.ttl_s", "60"),
            ("network2.site", "EU"),
            ("network3.site", "EA"),
            ("web1.servers", "4"),
            ("web2.servers", "8"),
            ("web3.servers", "6"),
        ],
    },
    Stage {
        number: 8,
        name: "Messaging and tools",
        users: 800_000.0,
        goals: &["p99.job<=600ms"],
        add: &[Kind::Queue, Kind::Monitor],
        sites: 3,
        // Users post, comment and like, and some of what they post are photos to be processed.
        settings: &[
            ("clients.read_share", "0.6"),
            ("clients.job_share", "0.04"),
            ("queue.workers", "8"),
        ],
    },
    Stage {
        number: 9,
        name: "Sharding",
        users: 1_000_000.0,
        goals: &[],
        add: &[],
        sites: 3,
        settings: &[("db.shards", "4"), ("db.replicas", "1"), ("web2.servers", "10")],
    },
];

/// What a preset starts from.
#[derive(Clone, Copy, Debug)]
enum Start {
    /// A stage, by its number.
    Stage(u8),
    /// Bare parts at their defaults.
    Parts(&'static [Kind]),
}

/// A preset besides the stages: a failure that people really have, or the sandbox.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name in links.
    pub key: &'static str,
    /// Its name shown.
    pub name: &'static str,
    /// What triggers it, what is to be seen, and what helps, in a few sentences.
    pub story: &'static str,
    /// What it starts from.
    start: Start,
    /// How many sites there are.
    sites: u8,
    /// Settings that differ.
    settings: &'static [(&'static str, &'static str)],
    /// Faults on its timeline.
    faults: &'static [&'static str],
    /// Changes on its timeline.
    changes: &'static [&'static str],
    /// The end of the link under which it does not come to the failure, after the preset's name.
    pub remedy: &'static str,
}

const SANDBOX: Preset = Preset {
    key: "sandbox",
    name: "Sandbox",
    story: "A system of your own: change every setting, add parts and sites, and take them \
            away.",
    start: Start::Stage(9),
    sites: 3,
    settings: &[],
    faults: &[],
    changes: &[],
    remedy: "",
};

/// All presets besides the stages.
pub const PRESETS: &[Preset] = &[
    SANDBOX,
    failures::RETRY_STORM,
    failures::CACHE_STAMPEDE,
    failures::THUNDERING_HERD,
    failures::HOT_SHARD,
    failures::AUTOSCALER_LATE,
    failures::REPLICA_LAG,
    failures::FAILOVER_OVERLOAD,
    failures::SLOW_DEPENDENCY,
    failures::STICKY_IMBALANCE,
    failures::BAD_DEPLOY,
];

/// The scenario of the preset at this place of [`PRESETS`]; of the last for a place past it.
///
/// # Panics
/// Never: what presets name exists, which a test proves.
#[must_use]
pub fn preset(place: usize) -> Scenario {
    let place = place.min(PRESETS.len() - 1);
    let preset = &PRESETS[place];
    let mut scenario = match preset.start {
        Start::Stage(number) => stage(number),
        Start::Parts(kinds) => Scenario::of(kinds),
    };
    scenario.set_sites(preset.sites);
    for (key, text) in preset.settings {
        scenario.set(key, text).expect("presets name settings that exist");
    }
    for text in preset.faults {
        scenario.fail(PresentFault::read(text).expect("presets name faults that exist"));
    }
    for text in preset.changes {
        let change = link::read_change(text).expect("presets name changes that exist");
        scenario.plan(change).expect("presets change settings that exist");
    }
    scenario.base = Base::Preset(place as u8);
    scenario
}

/// Whether a scenario starts from a preset that shows a failure.
#[must_use]
pub fn is_failure(base: Base) -> bool {
    matches!(base, Base::Preset(place) if !PRESETS[usize::from(place)].remedy.is_empty())
}

/// The link of the preset at this place of [`PRESETS`] with what helps against its failure.
#[must_use]
pub fn remedied(place: usize) -> String {
    let preset = &PRESETS[place.min(PRESETS.len() - 1)];
    format!("?preset={}{}", preset.key, preset.remedy)
}

/// The scenario of a stage; a number that is none gives the nearest stage.
///
/// # Panics
/// Never: the settings named here exist, which a test proves.
#[must_use]
pub fn stage(number: u8) -> Scenario {
    // The page asks for them with each picture, and many settings are read to make one.
    static MADE: [OnceLock<Scenario>; STAGES.len()] = [const { OnceLock::new() }; STAGES.len()];
    let number = number.clamp(1, STAGES.len() as u8);
    MADE[number as usize - 1].get_or_init(|| make(number)).clone()
}

/// Makes a stage from the ones before it.
fn make(number: u8) -> Scenario {
    let mut scenario = Scenario::of(&[]);
    for stage in &STAGES[..number as usize] {
        let mut kinds = scenario.kinds();
        kinds.extend(stage.add);
        scenario.set_kinds(&kinds);
        scenario.set_sites(stage.sites);
        for (key, text) in stage.settings {
            scenario.set(key, text).expect("presets name settings that exist");
        }
    }
    let stage = &STAGES[number as usize - 1];
    // The traffic that so many daily users make in their busiest hour.
    let clients = scenario.spec(Kind::Clients).expect("every stage has users");
    let per_user = clients.number(clients::Setting::Rate as usize) / clients::daily_users(clients);
    let mut traffic = vec![("clients.rate", libm::round(stage.users * per_user))];
    if number < 5 {
        traffic.push(("clients.users", stage.users));
    }
    for (key, value) in traffic {
        scenario.set(key, &value.to_string()).expect("presets name settings that exist");
    }
    scenario.base = Base::Stage(number);
    scenario
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;
    use crate::topology::Topology;

    #[test]
    fn every_stage_is_what_it_says() {
        for known in STAGES {
            let scenario = stage(known.number);
            assert_eq!(scenario.base, Base::Stage(known.number));
            assert_eq!(scenario.origin(), scenario);
            let clients = scenario.spec(Kind::Clients).expect("there are users");
            let users = clients::daily_users(clients);
            assert!((users / known.users - 1.0).abs() < 0.02, "{}: {users}", known.name);
        }
        for (place, known) in PRESETS.iter().enumerate() {
            assert_eq!(preset(place).settings(), [], "{}", known.key);
        }
        assert_eq!(stage(0), stage(1));
        assert_eq!(stage(200), stage(STAGES.len() as u8));
    }
    #[test]
    fn every_preset_can_run_with_and_without_its_remedy_and_is_read_back() {
        for (place, preset) in PRESETS.iter().enumerate() {
            let (origin, key) = (super::preset(place), preset.key);
            assert_eq!(link::write(&origin), format!("?preset={key}#v=1"));
            let remedied = link::read(&remedied(place));
            assert_eq!(remedied.all_problems(), [], "{key}");
            assert_eq!(remedied.scenario != origin, key != "sandbox");
            for mut scenario in [origin, remedied.scenario] {
                assert_eq!(scenario.drop_faults_of_nothing(), [], "{key}");
                let topology = Topology::build(&scenario);
                assert!(topology.is_ok(), "{key}: {:?}", topology.err());
                let text = link::write(&scenario);
                let reading = link::read(&text);
                assert_eq!((reading.scenario, reading.problems), (scenario.clone(), vec![]));
                let text = file::write(&scenario).to_string();
                assert_eq!(file::read(&text), Ok(scenario), "{text}");
            }
        }
    }

    #[test]
    fn a_preset_with_another_timeline_says_so() {
        let text = "?preset=retry-storm&timeline=own#v=1&fault=kill.web.1@30";
        let reading = link::read(text);
        assert_eq!((reading.problems, reading.scenario.changes.len()), (vec![], 0));
        assert_eq!(link::write(&reading.scenario), text);
        let added = link::read("?preset=retry-storm#fault=kill.web.1@30").scenario;
        assert_eq!((added.changes.len(), added.faults.len()), (2, 2));
        assert_eq!(link::read(&link::write(&added)).scenario, added);
        let said = link::read("?preset=retry-storm&drop=db&timeline=mine").problems;
        let said: Vec<String> = said.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "timeline: \u{201c}mine\u{201d} is not own",
                "fault: slow20.db@60for20: there is no such part",
            ]
        );
    }
}
