//! What the user asked for, as plain data: parts with their settings, faults, seed. A scenario says
//! nothing about how it runs; [`super::topology`] makes something runnable of it.

pub mod file;
pub mod link;
pub mod presets;

use super::kinds::behavior::Fault;
use super::kinds::param::{Param, Spec, Value, quoted};
use super::kinds::{Kind, cache};
use serde::Serialize;

/// What a scenario starts from, before its own settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// One of the stages, by its number.
    Stage(u8),
    /// Only the parts named, all at their defaults.
    Parts,
}

/// One part with its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// Its settings.
    pub spec: Spec,
}

/// A fault that is present: on a part, or on one of its servers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PresentFault {
    /// The part.
    pub kind: Kind,
    /// One of its servers, counted from 0; all of them for `None`.
    pub server: Option<usize>,
    /// What is wrong.
    pub fault: Fault,
}

/// Everything a run depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it starts from.
    pub base: Base,
    /// The parts, in the order of [`Kind::ALL`], each kind at most once.
    pub parts: Vec<Part>,
    /// Faults present from the start.
    pub faults: Vec<PresentFault>,
    /// Seed of all draws.
    pub seed: u64,
}

/// Something wrong, or changed, in what a user gave: where, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Problem {
    /// The setting or place.
    pub at: String,
    /// What is wrong with it.
    pub what: String,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at: at.into(), what: what.into() }
    }
}

impl core::fmt::Display for Problem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Most faults in a scenario.
pub const MOST_FAULTS: usize = 1_000;

impl Scenario {
    /// A scenario of these parts, all at their defaults.
    #[must_use]
    pub fn of(kinds: &[Kind]) -> Self {
        let chosen = Kind::ALL.iter().filter(|kind| kinds.contains(kind));
        let parts = chosen.map(|&kind| Part { kind, spec: Spec::new(kind.params()) }).collect();
        Self { base: Base::Parts, parts, faults: Vec::new(), seed: 1 }
    }

    /// The scenario without its own changes: the stage, or its parts at their defaults.
    #[must_use]
    pub fn origin(&self) -> Self {
        match self.base {
            Base::Stage(number) => presets::stage(number),
            Base::Parts => Self::of(&self.parts.iter().map(|part| part.kind).collect::<Vec<_>>()),
        }
    }

    /// The settings of a part, if the scenario has it.
    #[must_use]
    pub fn spec(&self, kind: Kind) -> Option<&Spec> {
        self.parts.iter().find(|part| part.kind == kind).map(|part| &part.spec)
    }

    /// Finds a setting by its full name, such as `web.servers`.
    ///
    /// # Errors
    /// A sentence when the scenario has no such part or the part no such setting.
    pub fn locate(&self, key: &str) -> Result<(usize, usize, &'static Param), String> {
        let unknown = || format!("there is no setting {}", quoted(key));
        let (part_key, setting_key) = key.split_once('.').ok_or_else(unknown)?;
        let kind = Kind::by_key(part_key).ok_or_else(unknown)?;
        let row = kind.row(setting_key).ok_or_else(unknown)?;
        let part = self.parts.iter().position(|part| part.kind == kind);
        let part = part.ok_or_else(|| format!("this scenario has no part {part_key}"))?;
        Ok((part, row, &kind.params()[row]))
    }

    /// Sets a setting from text. A value out of range is brought into range and named.
    ///
    /// # Errors
    /// The problem, when nothing was set.
    pub fn set(&mut self, key: &str, text: &str) -> Result<Option<Problem>, Problem> {
        let named = |what| Problem::new(quoted_key(key), what);
        let (part, row, param) = self.locate(key).map_err(named)?;
        let (value, said) = param.read(text).map_err(named)?;
        self.parts[part].spec.put(row, value);
        Ok(said.map(|what| {
            named(format!("{what}; the nearest is {}", param.write(self.value(part, row))))
        }))
    }

    fn value(&self, part: usize, row: usize) -> &Value {
        self.parts[part].spec.value(row)
    }

    /// The settings that differ from the origin's, by full name and text.
    #[must_use]
    pub fn changes(&self) -> Vec<(String, String)> {
        let origin = self.origin();
        let mut changes = Vec::new();
        for part in &self.parts {
            for (row, param) in part.kind.params().iter().enumerate() {
                let value = part.spec.value(row);
                if origin.spec(part.kind).is_none_or(|spec| spec.value(row) != value) {
                    changes
                        .push((format!("{}.{}", part.kind.key(), param.key), param.write(value)));
                }
            }
        }
        changes
    }

    /// Puts a fault in place of any at the same place; one of a whole part in place of all its
    /// servers' own.
    pub fn fail(&mut self, fault: PresentFault) {
        self.forget(fault.kind, fault.server);
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    fn forget(&mut self, kind: Kind, server: Option<usize>) {
        self.faults.retain(|f| f.kind != kind || (server.is_some() && f.server != server));
    }

    /// Takes away the faults at a place; those of all servers with the part's own. A fault of the
    /// whole part stays with the servers that are not healed.
    pub fn heal(&mut self, kind: Kind, server: Option<usize>) {
        let servers = self.spec(kind).map_or(0, |spec| kind.servers(spec));
        let whole = self.faults.iter().find(|f| f.kind == kind && f.server.is_none()).copied();
        if let (Some(whole), Some(healed)) = (whole, server) {
            self.faults.retain(|f| *f != whole);
            let others = (0..servers).filter(|&other| other != healed);
            for other in others.take(MOST_FAULTS) {
                self.faults.retain(|f| f.kind != kind || f.server != Some(other));
                self.faults.push(PresentFault { server: Some(other), ..whole });
            }
        }
        self.forget(kind, server);
    }

    /// Takes away faults of servers that do not exist; says which.
    pub fn drop_faults_of_nothing(&mut self) -> Vec<Problem> {
        let (kept, dropped): (Vec<_>, Vec<_>) = std::mem::take(&mut self.faults)
            .into_iter()
            .partition(|fault| self.servers(fault.kind) > fault.server.unwrap_or(0));
        self.faults = kept;
        let says = |fault: PresentFault| format!("{}: there is no such server", fault.write());
        dropped.into_iter().map(|fault| Problem::new("fault", says(fault))).collect()
    }

    /// How many servers a part has that faults may name; 0 for a part that is not there. A cache on
    /// the web servers has a piece on each of them.
    #[must_use]
    pub fn servers(&self, kind: Kind) -> usize {
        let count = |kind: Kind| self.spec(kind).map_or(0, |spec| kind.servers(spec));
        let place = cache::Setting::Place as usize;
        let is_guest = kind == Kind::Cache && self.spec(kind).is_some_and(|c| c.count(place) == 1);
        count(if is_guest { Kind::WebTier } else { kind })
    }

    /// What the system costs, in USD per month.
    #[must_use]
    pub fn monthly_usd(&self) -> f64 {
        self.parts.iter().map(|part| part.kind.monthly_usd(&part.spec)).sum()
    }
}

/// A key from outside, fit to be shown.
fn quoted_key(key: &str) -> String {
    key.chars().filter(char::is_ascii_graphic).take(60).collect()
}

impl PresentFault {
    /// Writes it the way [`PresentFault::read`] reads it: `kill.web.2` (servers counted from 1) or
    /// `slow5.db`.
    #[must_use]
    pub fn write(&self) -> String {
        let what = match self.fault {
            Fault::Kill => "kill".to_owned(),
            Fault::Slow(factor) => format!("slow{factor}"),
        };
        let server = self.server.map_or_else(String::new, |s| format!(".{}", s + 1));
        format!("{what}.{}{server}", self.kind.key())
    }

    /// Reads a fault.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is not a fault such as kill.web.2 or slow5.db", quoted(text));
        // A factor may itself contain a point: the part begins at the first letter after one.
        let split = text.match_indices('.').map(|(at, _)| at);
        let at = split
            .into_iter()
            .find(|at| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic()))
            .ok_or_else(wrong)?;
        let (what, place) = (&text[..at], &text[at + 1..]);
        let (kind, server) = match place.split_once('.') {
            None => (place, None),
            Some((kind, server)) => (kind, Some(server.parse::<u16>().map_err(|_| wrong())?)),
        };
        let kind = Kind::by_key(kind).ok_or_else(wrong)?;
        let server = match server {
            Some(0) => return Err(wrong()),
            other => other.map(|s| usize::from(s) - 1),
        };
        let fault = if what == "kill" {
            Fault::Kill
        } else {
            let factor = what.strip_prefix("slow").and_then(|f| f.parse::<f64>().ok());
            let factor = factor.filter(|f| f.is_finite()).ok_or_else(wrong)?;
            Fault::Slow(factor.clamp(1.0, 1_000.0))
        };
        Ok(Self { kind, server, fault })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_written_as_they_are_read() {
        for text in ["kill.web.2", "slow5.db", "slow2.5.web.1", "kill.dns"] {
            assert_eq!(PresentFault::read(text).map(|f| f.write()), Ok(text.to_owned()));
        }
        for text in ["", "kill", "kill.web.0", "kill.moon", "slowx.db", "é.é"] {
            assert!(PresentFault::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn healing_one_server_leaves_the_others_dead() {
        let mut scenario = presets::stage(3);
        scenario.fail(PresentFault::read("kill.web").expect("is a fault"));
        scenario.heal(Kind::WebTier, Some(1));
        let left: Vec<String> = scenario.faults.iter().map(PresentFault::write).collect();
        assert_eq!(left, ["kill.web.1", "kill.web.3", "kill.web.4"]);
    }

    #[test]
    fn only_what_differs_from_the_origin_is_a_change() {
        let mut scenario = presets::stage(3);
        assert_eq!(scenario.changes(), []);
        assert_eq!(scenario.set("web.servers", "6"), Ok(None));
        assert_eq!(scenario.changes(), [("web.servers".to_owned(), "6".to_owned())]);
        let said = scenario.set("web.servers", "1e9").expect("is brought into range");
        assert_eq!(
            said.expect("says so").what,
            "1000000000 is outside 1 to 500; the nearest is 500"
        );
        assert!(scenario.set("web.moon", "1").is_err());
    }
}
