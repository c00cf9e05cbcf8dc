//! What a scenario starts from: a stage, another preset, or bare parts; and how it is read from the
//! few words of a link or file.

use super::{Problem, Scenario, presets};
use crate::kinds::Kind;
use crate::kinds::param::quoted;

/// What a scenario starts from, before its own settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// One of the stages, by its number.
    Stage(u8),
    /// Another preset, by its place in [`presets::PRESETS`].
    Preset(u8),
    /// Only the parts named, all at their defaults.
    Parts,
}

impl Base {
    /// The scenario it stands for, unless that depends on the parts named.
    #[must_use]
    pub fn scenario(self) -> Option<Scenario> {
        match self {
            Self::Stage(number) => Some(presets::stage(number)),
            Self::Preset(place) => Some(presets::preset(place as usize)),
            Self::Parts => None,
        }
    }
}

/// The words of a link or file that say what a scenario starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Number of a stage.
    pub stage: Option<String>,
    /// Key of a preset.
    pub preset: Option<String>,
    /// Names of parts.
    pub parts: Option<Vec<String>>,
    /// Names of parts added to the stage or preset.
    pub add: Vec<String>,
    /// Names of parts taken away from it.
    pub drop: Vec<String>,
    /// How many sites.
    pub sites: Option<String>,
    /// Whose faults and changes: `own` instead of those of the preset, which count by default.
    pub timeline: Option<String>,
}

/// Says that a scenario has none of its preset's faults and changes but those it names.
const OWN: &str = "own";

/// Names that concern what a scenario starts from, in links and files.
pub const KEYS: [&str; 7] = ["stage", "preset", "parts", "add", "drop", "sites", "timeline"];

impl Words {
    /// The words that a scenario starts from.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let mut words = Self::default();
        let name = |kind: &Kind| kind.key().to_owned();
        let mine = scenario.kinds();
        match scenario.base {
            Base::Stage(number) => words.stage = Some(number.to_string()),
            Base::Preset(place) => {
                words.preset = Some(presets::PRESETS[place as usize].key.to_owned());
            }
            Base::Parts => words.parts = Some(mine.iter().map(name).collect()),
        }
        let origin = scenario.base.scenario();
        if let Some(origin) = &origin {
            let theirs = origin.kinds();
            words.add = mine.iter().filter(|kind| !theirs.contains(kind)).map(name).collect();
            words.drop = theirs.iter().filter(|kind| !mine.contains(kind)).map(name).collect();
        }
        if scenario.sites != origin.as_ref().map_or(1, |origin| origin.sites) {
            words.sites = Some(scenario.sites.to_string());
        }
        if origin.is_some_and(|origin| origin.has_timeline()) && !scenario.has_base_timeline() {
            words.timeline = Some(OWN.to_owned());
        }
        words
    }

    /// The scenario that the words stand for, as far as they can be understood.
    pub fn scenario(&self, problems: &mut Vec<Problem>) -> Scenario {
        let mut scenario = self.origin(problems);
        let mut kinds = scenario.kinds();
        for kind in named("add", &self.add, problems) {
            if kinds.contains(&kind) {
                problems.push(Problem::new("add", format!("{} is there already", kind.key())));
            }
            kinds.push(kind);
        }
        for kind in named("drop", &self.drop, problems) {
            if !kinds.contains(&kind) {
                problems.push(Problem::new("drop", format!("{} is not there", kind.key())));
            }
            kinds.retain(|k| *k != kind);
        }
        scenario.set_kinds(&kinds);
        if let Some(text) = &self.sites {
            match text.parse::<u8>() {
                Ok(sites) if (1..=super::MOST_SITES).contains(&sites) => scenario.set_sites(sites),
                _ => problems.push(Problem::new(
                    "sites",
                    format!("{} is not a number from 1 to {}", quoted(text), super::MOST_SITES),
                )),
            }
        }
        self.keep_timeline(&mut scenario, problems);
        scenario
    }

    /// Leaves of the timeline of what it starts from what shall stay.
    fn keep_timeline(&self, scenario: &mut Scenario, problems: &mut Vec<Problem>) {
        match self.timeline.as_deref() {
            None => {}
            Some(OWN) => (scenario.faults, scenario.changes) = (Vec::new(), Vec::new()),
            Some(other) => {
                let what = format!("{} is not {OWN}", quoted(other));
                problems.push(Problem::new("timeline", what));
            }
        }
        let changes = std::mem::take(&mut scenario.changes);
        for change in changes {
            match scenario.locate_all(&change.key) {
                Ok(_) => scenario.changes.push(change),
                Err(what) => problems.push(Problem::new("at", what)),
            }
        }
    }

    fn origin(&self, problems: &mut Vec<Problem>) -> Scenario {
        let said = [self.parts.is_some(), self.preset.is_some(), self.stage.is_some()];
        if said.into_iter().filter(|said| *said).count() > 1 {
            let what = "only one of parts, preset and stage counts, the first of them that is said";
            problems.push(Problem::new("stage", what));
        }
        if let Some(parts) = &self.parts {
            return Scenario::of(&named("parts", parts, problems));
        }
        if let Some(key) = &self.preset {
            if let Some(place) = presets::PRESETS.iter().position(|preset| preset.key == *key) {
                return presets::preset(place);
            }
            let keys: Vec<&str> = presets::PRESETS.iter().map(|preset| preset.key).collect();
            let what = format!("{} is not one of {}", quoted(key), keys.join(", "));
            problems.push(Problem::new("preset", what));
            return presets::stage(1);
        }
        let stages = presets::STAGES.len();
        let Some(text) = &self.stage else {
            return presets::stage(1);
        };
        match text.parse::<u8>() {
            Ok(number) if (1..=stages).contains(&(number as usize)) => presets::stage(number),
            _ => {
                let what = format!("{} is not a stage from 1 to {stages}", quoted(text));
                problems.push(Problem::new("stage", what));
                presets::stage(1)
            }
        }
    }
}

impl Scenario {
    fn has_timeline(&self) -> bool {
        !self.faults.is_empty() || !self.changes.is_empty()
    }

    /// Whether it has a timeline, and that is the very one of what it starts from.
    pub(super) fn has_base_timeline(&self) -> bool {
        let is_same = |base: Self| base.faults == self.faults && base.changes == self.changes;
        self.has_timeline() && self.base.scenario().is_some_and(is_same)
    }
}

fn named(word: &str, names: &[String], problems: &mut Vec<Problem>) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for name in names.iter().take(2 * Kind::ALL.len()) {
        match Kind::by_key(name) {
            Some(kind) => kinds.push(kind),
            None => {
                problems.push(Problem::new(word, format!("there is no part {}", quoted(name))));
            }
        }
    }
    kinds
}
