//! What the user asked for, as plain data: parts with their settings, faults, seed. A scenario says
//! nothing about how it runs; [`super::topology`] makes something runnable of it.

pub mod base;
pub mod check;
pub mod fault;
pub mod file;
mod heal;
pub mod link;
pub mod migrate;
pub mod presets;
pub mod schema;
mod timeline;

use super::kinds::param::{Param, Spec, Value, quoted};
use super::kinds::{Kind, cache, network};
use super::units::SimTime;
pub use base::Base;
pub use check::Check;
pub use fault::PresentFault;
use serde::Serialize;

/// One part with its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// The site it stands in, counted from 0; 0 for a part outside all sites.
    pub site: u8,
    /// Its settings.
    pub spec: Spec,
}

/// A setting that changes while the system runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub at: SimTime,
    /// Full name of the setting.
    pub key: String,
    /// Its new value as text.
    pub value: String,
}

/// Everything a run depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// What it starts from.
    pub base: Base,
    /// How many sites there are.
    pub sites: u8,
    /// The parts, in the order of [`Kind::ALL`], each kind at most once in a site.
    pub parts: Vec<Part>,
    /// Faults, from the start or later.
    pub faults: Vec<PresentFault>,
    /// Settings that change while the system runs, in order of time.
    pub changes: Vec<Change>,
    /// What it claims of itself; nothing of a run depends on that.
    pub checks: Vec<Check>,
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
/// Most changes in a scenario.
pub const MOST_CHANGES: usize = 200;
/// Most sites.
pub const MOST_SITES: u8 = 10;

impl Scenario {
    /// A scenario of these parts, all at their defaults, in one site.
    #[must_use]
    pub fn of(kinds: &[Kind]) -> Self {
        let base = Base::Parts;
        let (parts, faults, changes, checks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut scenario = Self { base, sites: 1, parts, faults, changes, checks, seed: 1 };
        scenario.set_kinds(kinds);
        scenario
    }

    /// The kinds of its parts, in the order of [`Kind::ALL`].
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let has = |kind: &&Kind| self.parts.iter().any(|part| part.kind == **kind);
        Kind::ALL.iter().filter(has).copied().collect()
    }

    /// Gives it the parts of these kinds and no others: new ones at their defaults.
    pub fn set_kinds(&mut self, kinds: &[Kind]) {
        let mut parts = Vec::new();
        for &kind in Kind::ALL.iter().filter(|kind| kinds.contains(kind)) {
            for site in 0..if kind.is_global() { 1 } else { self.sites } {
                let old = self.parts.iter().find(|part| part.kind == kind && part.site == site);
                let new = || Part { kind, site, spec: Spec::new(kind.params()) };
                parts.push(old.cloned().unwrap_or_else(new));
            }
        }
        self.parts = parts;
    }

    /// Gives it so many sites, at most [`MOST_SITES`]: new ones are made like the first, the
    /// region apart, which is the next one that has no site yet.
    pub fn set_sites(&mut self, sites: u8) {
        let before = self.sites;
        self.sites = sites.clamp(1, MOST_SITES);
        self.set_kinds(&self.kinds());
        for site in before..self.sites {
            let row = network::Setting::Site as usize;
            let regions: Vec<usize> = (0..site)
                .filter_map(|site| Some(self.spec_at(Kind::Network, site)?.count(row)))
                .collect();
            let region = network::next_region(&regions);
            for index in 0..self.parts.len() {
                let Part { kind, site: at, .. } = self.parts[index];
                if at != site || kind.is_global() {
                    continue;
                }
                if let Some(spec) = self.spec(kind).cloned() {
                    self.parts[index].spec = spec;
                }
                if kind == Kind::Network {
                    self.parts[index].spec.put(row, Value::Number(region as f64));
                }
            }
        }
    }

    /// The scenario without its own changes, but with its parts and sites.
    #[must_use]
    pub fn origin(&self) -> Self {
        let mut origin = self.base.scenario().unwrap_or_else(|| Self::of(&self.kinds()));
        origin.set_kinds(&self.kinds());
        origin.set_sites(self.sites);
        origin
    }

    /// The settings of a part, if the scenario has it: the first site's.
    #[must_use]
    pub fn spec(&self, kind: Kind) -> Option<&Spec> {
        self.parts.iter().find(|part| part.kind == kind).map(|part| &part.spec)
    }

    /// The settings of a part of a site, or of one outside all sites.
    #[must_use]
    pub fn spec_at(&self, kind: Kind, site: u8) -> Option<&Spec> {
        let is = |part: &&Part| part.kind == kind && (kind.is_global() || part.site == site);
        self.parts.iter().find(is).map(|part| &part.spec)
    }

    /// The name of a part in links and results: with the number of its site where there are
    /// several.
    #[must_use]
    pub fn name(&self, part: &Part) -> String {
        if self.sites == 1 || part.kind.is_global() {
            return part.kind.key().to_owned();
        }
        format!("{}{}", part.kind.key(), part.site + 1)
    }

    /// Finds the parts meant by a name: `web` is all web tiers, `web2` that of the second site.
    ///
    /// # Errors
    /// A sentence when there is none.
    pub fn find(&self, name: &str) -> Result<(Kind, Option<u8>), String> {
        let key = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let kind = Kind::by_key(key).ok_or_else(|| format!("there is no part {}", quoted(name)))?;
        let absent = || format!("this scenario has no part {}", quoted(name));
        if !self.parts.iter().any(|part| part.kind == kind) {
            return Err(absent());
        }
        match &name[key.len()..] {
            "" => Ok((kind, None)),
            number => match number.parse::<u8>() {
                Ok(site) if (1..=self.sites).contains(&site) && !kind.is_global() => {
                    Ok((kind, Some(site - 1)))
                }
                _ => Err(absent()),
            },
        }
    }

    /// Finds a setting by its full name, such as `web.servers`, or `web2.servers` for that of the
    /// second site: the parts that have it, and its row.
    ///
    /// # Errors
    /// A sentence when the scenario has no such part or the part no such setting.
    pub fn locate_all(&self, key: &str) -> Result<(Vec<usize>, usize, &'static Param), String> {
        let unknown = || format!("there is no setting {}", quoted(key));
        let (name, setting) = key.split_once('.').ok_or_else(unknown)?;
        let kind_key = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let row = Kind::by_key(kind_key).and_then(|kind| kind.row(setting)).ok_or_else(unknown)?;
        let (kind, site) = self.find(name)?;
        let is = |part: &Part| part.kind == kind && site.is_none_or(|site| part.site == site);
        let parts = (0..self.parts.len()).filter(|&index| is(&self.parts[index]));
        Ok((parts.collect(), row, &kind.params()[row]))
    }

    /// The first part of [`Self::locate_all`].
    ///
    /// # Errors
    /// As there.
    pub fn locate(&self, key: &str) -> Result<(usize, usize, &'static Param), String> {
        self.locate_all(key).map(|(parts, row, param)| (parts[0], row, param))
    }

    /// Sets a setting from text. A value out of range is brought into range and named.
    ///
    /// # Errors
    /// The problem, when nothing was set.
    pub fn set(&mut self, key: &str, text: &str) -> Result<Option<Problem>, Problem> {
        let named = |what| Problem::new(quoted_key(key), what);
        let (parts, row, param) = self.locate_all(key).map_err(named)?;
        let (value, said) = param.read(text).map_err(named)?;
        for &part in &parts {
            self.parts[part].spec.put(row, value.clone());
        }
        Ok(said.map(|what| named(format!("{what}; the nearest is {}", param.write(&value)))))
    }

    /// The settings that differ from the origin's, by full name and text: one name for all sites
    /// where they are alike.
    #[must_use]
    pub fn settings(&self) -> Vec<(String, String)> {
        let origin = self.origin();
        let mut settings = Vec::new();
        for kind in self.kinds() {
            let of = |scenario: &Self, row: usize| -> Vec<Value> {
                let parts = scenario.parts.iter().filter(|part| part.kind == kind);
                parts.map(|part| part.spec.value(row).clone()).collect()
            };
            for (row, param) in kind.params().iter().enumerate() {
                let (mine, theirs) = (of(self, row), of(&origin, row));
                if mine == theirs {
                    continue;
                }
                let text = |value: &Value| param.write(value);
                if mine.iter().all(|value| *value == mine[0]) {
                    settings.push((format!("{}.{}", kind.key(), param.key), text(&mine[0])));
                    continue;
                }
                for (site, value) in mine.iter().enumerate() {
                    if theirs.get(site) != Some(value) {
                        let key = format!("{}{}.{}", kind.key(), site + 1, param.key);
                        settings.push((key, text(value)));
                    }
                }
            }
        }
        settings
    }

    /// Plans a change of a setting. A value out of range is brought into range and named.
    ///
    /// # Errors
    /// The problem, when nothing was planned.
    pub fn plan(&mut self, mut change: Change) -> Result<Option<Problem>, Problem> {
        if self.changes.len() >= MOST_CHANGES {
            return Err(Problem::new("at", format!("only {MOST_CHANGES} changes are read")));
        }
        let mut then = self.clone();
        let said = then.set(&change.key, &change.value)?;
        if let (Some(_), Ok((part, row, param))) = (&said, then.locate(&change.key)) {
            change.value = param.write(then.parts[part].spec.value(row));
        }
        let place = self.changes.partition_point(|c| c.at <= change.at);
        self.changes.insert(place, change);
        Ok(said)
    }

    /// Puts a fault in place of any of its sort at the same place and time; one of a whole part in
    /// place of all its servers' own.
    pub fn fail(&mut self, fault: PresentFault) {
        if fault.at == SimTime::ZERO && !fault.fault.is_instant() {
            self.forget(&fault);
        }
        if self.faults.len() < MOST_FAULTS && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Takes away the faults that this one stands in place of.
    fn forget(&mut self, new: &PresentFault) {
        self.faults.retain(|f| {
            f.kind != new.kind
                || f.at != new.at
                || !f.is_like(new)
                || (new.site.is_some() && f.site != new.site)
                || (new.server.is_some() && f.server != new.server)
        });
    }

    /// How many servers a part has that faults may name, of a site; for `None` of the site that has
    /// the most; 0 for a part that is not there. Of servers that come and go it is as many as there
    /// may be. A cache on the web servers has a piece on each of them.
    #[must_use]
    pub fn servers_at(&self, kind: Kind, site: Option<u8>) -> usize {
        let Some(site) = site else {
            let of = |site| self.servers_at(kind, Some(site));
            return (0..self.sites).map(of).max().unwrap_or(0);
        };
        let place = cache::Setting::Place as usize;
        let is_guest = |spec: &Spec| kind == Kind::Cache && spec.count(place) == 1;
        match self.spec_at(kind, site) {
            Some(spec) if is_guest(spec) => self.servers_at(Kind::WebTier, Some(site)),
            spec => spec.map_or(0, |spec| kind.servers(spec)),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_the_origin_is_a_change() {
        let mut scenario = presets::stage(3);
        assert_eq!(scenario.settings(), []);
        assert_eq!(scenario.set("web.servers", "6"), Ok(None));
        assert_eq!(scenario.settings(), [("web.servers".to_owned(), "6".to_owned())]);
        let said = scenario.set("web.servers", "1e9").expect("is brought into range");
        assert_eq!(
            said.expect("says so").what,
            "1000000000 is outside 1 to 500; the nearest is 500"
        );
        assert!(scenario.set("web.moon", "1").is_err());
    }
}
