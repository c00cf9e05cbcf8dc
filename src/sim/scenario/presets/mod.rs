//! The stages of the story, each sized so that the stage before fails at its user count and it
//! holds; and presets besides them.

mod failures;

use super::{Base, PresentFault, Scenario, link};
use crate::sim::kinds::Kind;

/// What a stage is called and how many daily users it serves.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// Its number.
    pub number: u8,
    /// Short name.
    pub name: &'static str,
    /// Daily users it is sized for.
    pub users: f64,
}

/// All stages so far.
pub const STAGES: &[Stage] = &[
    Stage { number: 1, name: "Single server", users: 20_000.0 },
    Stage { number: 2, name: "Separate database", users: 50_000.0 },
    Stage { number: 3, name: "Load balancer", users: 150_000.0 },
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
    story: "Every part and every setting: build your own system.",
    start: Start::Stage(3),
    sites: 1,
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
    for (key, text) in preset.settings {
        scenario.set(key, text).expect("presets name settings that exist");
    }
    // Sites are made like the first, as it is by now.
    scenario.set_sites(preset.sites);
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

/// The link of the preset at this place of [`PRESETS`] with what helps against its failure.
#[must_use]
pub fn remedied(place: usize) -> String {
    let preset = &PRESETS[place.min(PRESETS.len() - 1)];
    format!("?preset={}{}", preset.key, preset.remedy)
}

/// Requests per second in the busiest hour for so many daily users, by the default habits: 125
/// requests a day, peak 2.5 times the mean.
const RATE_PER_USER: f64 = 125.0 * 2.5 / 86_400.0;

/// The parts of stage 3; the stages before have no balancer, which stands first.
const PARTS: &[Kind] = &[
    Kind::LoadBalancer,
    Kind::Clients,
    Kind::Network,
    Kind::Dns,
    Kind::WebTier,
    Kind::Cache,
    Kind::Database,
];

/// What all stages share: one vCPU in each web server, pages that make eight queries, and a small
/// cache in the web server's own memory that answers half of the reads.
const COMMON: &[(&str, &str)] =
    &[("web.size", "1"), ("web.queries", "8"), ("cache.place", "web"), ("cache.hit", "0.5")];

/// The scenario of a stage; a number that is none gives the nearest stage.
///
/// # Panics
/// Never: the settings named here exist, which a test proves.
#[must_use]
pub fn stage(number: u8) -> Scenario {
    let index = (number.clamp(1, STAGES.len() as u8) - 1) as usize;
    let stage = &STAGES[index];
    let (kinds, settings): (&[Kind], &[(&str, &str)]) = match stage.number {
        1 => (&PARTS[1..], &[("db.place", "web")]),
        2 => (&PARTS[1..], &[("db.size", "2")]),
        _ => (PARTS, &[("web.servers", "4"), ("db.size", "2")]),
    };
    let mut scenario = Scenario::of(kinds);
    let rate = libm::round(stage.users * RATE_PER_USER);
    let users = stage.users.to_string();
    let common = [("clients.rate", rate.to_string()), ("clients.users", users)];
    for (key, text) in common {
        scenario.set(key, &text).expect("presets name settings that exist");
    }
    for (key, text) in COMMON.iter().chain(settings) {
        scenario.set(key, text).expect("presets name settings that exist");
    }
    scenario.base = Base::Stage(stage.number);
    scenario
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;
    use crate::sim::topology::Topology;

    #[test]
    fn every_stage_is_what_it_says() {
        for known in STAGES {
            let scenario = stage(known.number);
            assert_eq!(scenario.base, Base::Stage(known.number));
            assert_eq!(scenario.origin(), scenario);
            let clients = scenario.spec(Kind::Clients).expect("there are users");
            let users = crate::sim::kinds::clients::daily_users(clients);
            assert!((users / known.users - 1.0).abs() < 0.02, "{}: {users}", known.name);
        }
        for place in 0..PRESETS.len() {
            let scenario = preset(place);
            assert_eq!(scenario.settings(), [], "{}", PRESETS[place].key);
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
