//! What the system consists of, from the scenario alone: this decides the grid, and changes only
//! when the user changes something.

use crate::sim::kinds::{Kind, clients, database, load_balancer, network, tier, web_tier};
use crate::sim::region::{COUNT, REGIONS};
use crate::sim::scenario::Scenario;
use crate::sim::sorting;

/// Most rows of regions; what is more stands together in the last.
const MOST_ROWS: usize = 6;

/// A part: what it is, and the site it stands in, counted from 0; 0 outside all sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// What it is.
    pub kind: Kind,
    /// Its site.
    pub site: u8,
}

impl At {
    /// A part of a site.
    #[must_use]
    pub const fn new(kind: Kind, site: u8) -> Self {
        Self { kind, site }
    }

    /// Another part of the same site.
    #[must_use]
    pub const fn beside(self, kind: Kind) -> Self {
        Self { kind, site: self.site }
    }

    /// Its name in results, among so many sites.
    #[must_use]
    pub fn name(self, sites: usize) -> String {
        if sites == 1 || self.kind.is_global() {
            self.kind.key().to_owned()
        } else {
            format!("{}{}", self.kind.key(), self.site + 1)
        }
    }
}

/// The tier that a part belongs to: its column in the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Who asks.
    Users,
    /// Between users and sites: names and copies near the users.
    Edge,
    /// Looks on, or breaks things, beside the way of requests.
    Watch,
    /// Spreads requests.
    Balance,
    /// Answers them.
    Web,
    /// Memory that is asked first.
    Memory,
    /// Where data is kept.
    Data,
    /// Work that waits for later, and whatever else a site has.
    Later,
}

/// The column of a kind; `None` for what is not drawn as a part.
#[must_use]
pub fn column(kind: Kind) -> Option<Column> {
    Some(match kind.key() {
        "network" => return None,
        // Guards stand on the lines to what they guard.
        key if key.starts_with("to_") => return None,
        "clients" => Column::Users,
        "dns" | "cdn" => Column::Edge,
        "lb" => Column::Balance,
        "web" => Column::Web,
        "cache" | "sessions" => Column::Memory,
        "db" => Column::Data,
        _ if kind.is_global() => Column::Watch,
        _ => Column::Later,
    })
}

/// A row of the users' card: one region, or what is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionRow {
    /// Name shown.
    pub name: String,
    /// The regions, by their place in [`REGIONS`].
    pub regions: Vec<usize>,
}

/// A site, as far as the drawing's order depends on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Name of the region in which it stands.
    pub name: &'static str,
    /// Parts on machines of their own.
    pub own: Vec<Kind>,
    /// Parts on the web servers' machines.
    pub guests: Vec<Kind>,
    /// Whether a balancer checks the servers' health.
    pub checks: bool,
}

impl Site {
    /// Whether it has a part on machines of its own in a column.
    #[must_use]
    pub fn has(&self, wanted: Column) -> bool {
        self.own.iter().any(|&kind| column(kind) == Some(wanted))
    }

    /// Its parts in a column.
    #[must_use]
    pub fn of(&self, wanted: Column) -> Vec<Kind> {
        self.own.iter().copied().filter(|&kind| column(kind) == Some(wanted)).collect()
    }

    /// The part that requests meet first.
    #[must_use]
    pub fn front(&self) -> Kind {
        if self.own.contains(&Kind::LoadBalancer) { Kind::LoadBalancer } else { Kind::WebTier }
    }

    /// Whether one machine holds web server and database.
    #[must_use]
    pub fn is_one_machine(&self) -> bool {
        self.guests.contains(&Kind::Database)
    }
}

/// The system, as far as the drawing's order depends on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// Rows of the users' card, in the order of their share.
    pub rows: Vec<RegionRow>,
    /// Parts outside all sites, users apart.
    pub global: Vec<Kind>,
    /// The sites.
    pub sites: Vec<Site>,
}

impl Parts {
    /// The parts of a scenario.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let kinds = scenario.kinds();
        let drawn = |kind: &Kind| column(*kind).is_some_and(|column| column != Column::Users);
        let global = kinds.iter().copied().filter(|kind| kind.is_global() && drawn(kind));
        Self {
            rows: rows(scenario),
            global: global.collect(),
            sites: (0..scenario.sites).map(|index| site(scenario, &kinds, index)).collect(),
        }
    }

    /// Whether there are several sites.
    #[must_use]
    pub fn is_spread(&self) -> bool {
        self.sites.len() > 1
    }

    /// Whether there is a part outside all sites.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.global.iter().any(|kind| kind.key() == key)
    }

    /// The parts outside all sites in a column.
    #[must_use]
    pub fn outside(&self, wanted: Column) -> Vec<Kind> {
        self.global.iter().copied().filter(|&kind| column(kind) == Some(wanted)).collect()
    }

    /// Whether any site has a part in a column.
    #[must_use]
    pub fn any(&self, wanted: Column) -> bool {
        self.sites.iter().any(|site| site.has(wanted))
    }

    /// The site of a part.
    #[must_use]
    pub fn site(&self, at: At) -> Option<&Site> {
        self.sites.get(usize::from(at.site))
    }

    /// Whether a part lives on machines of its own.
    #[must_use]
    pub fn is_own(&self, at: At) -> bool {
        self.site(at).is_some_and(|site| site.own.contains(&at.kind))
    }
}

fn site(scenario: &Scenario, kinds: &[Kind], index: u8) -> Site {
    let spec = |kind: Kind| scenario.spec_at(kind, index);
    let is_guest = |kind: Kind| {
        let row = kind.row("place");
        row.and_then(|row| spec(kind).map(|s| s.count(row) == 1)).unwrap_or(false)
    };
    let mine: Vec<Kind> =
        kinds.iter().copied().filter(|kind| !kind.is_global() && column(*kind).is_some()).collect();
    let interval = load_balancer::Setting::Interval as usize;
    let region = network::Setting::Site as usize;
    let region = spec(Kind::Network).map_or(0, |s| s.count(region));
    Site {
        name: REGIONS[region.min(COUNT - 1)].name,
        guests: mine.iter().copied().filter(|&kind| is_guest(kind)).collect(),
        own: mine.iter().copied().filter(|&kind| !is_guest(kind)).collect(),
        checks: spec(Kind::LoadBalancer).is_some_and(|s| s.number(interval) > 0.0),
    }
}

/// The regions with users, most users first; those that find no row of their own share the last.
fn rows(scenario: &Scenario) -> Vec<RegionRow> {
    let shares = scenario.spec(Kind::Clients).map_or([0.0; COUNT], clients::shares);
    let mut order: Vec<usize> = (0..COUNT).filter(|&region| shares[region] > 0.0).collect();
    sorting::by_number(&mut order, |&region| -shares[region]);
    let own = if order.len() > MOST_ROWS { MOST_ROWS - 1 } else { order.len() };
    let mut rows: Vec<RegionRow> = order[..own]
        .iter()
        .map(|&region| RegionRow { name: REGIONS[region].name.to_owned(), regions: vec![region] })
        .collect();
    if own < order.len() {
        let name = format!("{} more regions", order.len() - own);
        rows.push(RegionRow { name, regions: order[own..].to_vec() });
    }
    rows
}

/// A number of vCPUs in words: "4 vCPU", "1.5 vCPU".
#[must_use]
pub fn vcpu_text(vcpus: f64) -> String {
    format!("{vcpus}\u{202f}vCPU")
}

/// Servers and sizes of a web tier, from the scenario: "4 × 1 vCPU".
#[must_use]
pub fn web_setting(scenario: &Scenario, at: At) -> String {
    let Some(spec) = scenario.spec_at(Kind::WebTier, at.site) else {
        return String::new();
    };
    let servers = spec.count(web_tier::Setting::Servers as usize);
    if is_unequal(scenario, at) {
        return format!("{servers} unequal");
    }
    let vcpus = vcpu_text(web_tier::vcpus(spec, 0));
    format!("{servers}\u{202f}×\u{202f}{vcpus}")
}

/// Whether web servers of a site differ in size.
#[must_use]
pub fn is_unequal(scenario: &Scenario, at: At) -> bool {
    at.kind == Kind::WebTier
        && scenario.spec_at(Kind::WebTier, at.site).is_some_and(|spec| {
            let servers = spec.count(web_tier::Setting::Servers as usize);
            let first = web_tier::vcpus(spec, 0);
            (1..servers).any(|server| web_tier::vcpus(spec, server) != first)
        })
}

/// vCPUs of a server, as set.
#[must_use]
pub fn vcpus(scenario: &Scenario, at: At, server: usize) -> Option<f64> {
    let spec = scenario.spec_at(at.kind, at.site)?;
    match at.kind {
        Kind::WebTier => Some(web_tier::vcpus(spec, server)),
        Kind::Database => Some(tier::vcpus(spec.count(database::Setting::Size as usize))),
        _ => None,
    }
}

/// How many servers a part is set to have.
#[must_use]
pub fn servers(scenario: &Scenario, at: At) -> usize {
    scenario.servers_at(at.kind, Some(at.site))
}

/// Shards of a database, and servers of each: a primary and its replicas.
#[must_use]
pub fn shards(scenario: &Scenario, at: At) -> (usize, usize) {
    let count = |key: &str, least: usize| {
        let spec = scenario.spec_at(at.kind, at.site).filter(|_| at.kind == Kind::Database);
        spec.and_then(|spec| at.kind.row(key).map(|row| spec.count(row))).unwrap_or(least)
    };
    (count("shards", 1).max(1), 1 + count("replicas", 0))
}

/// The text of a setting, by its name; empty where the part has none of it.
#[must_use]
pub fn set(scenario: &Scenario, at: At, key: &str) -> Option<f64> {
    let spec = scenario.spec_at(at.kind, at.site)?;
    Some(spec.number(at.kind.row(key)?))
}

/// The name shown of the choice of a setting.
#[must_use]
pub fn choice(scenario: &Scenario, at: At, key: &str) -> &'static str {
    use crate::sim::kinds::param::Domain;
    let Some(row) = at.kind.row(key) else {
        return "";
    };
    let chosen = scenario.spec_at(at.kind, at.site).map_or(0, |spec| spec.count(row));
    match at.kind.params()[row].domain {
        Domain::Choice(names) => names.get(chosen).map_or("", |(_, name)| name),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::{link, presets};

    #[test]
    fn the_stages_differ_in_what_they_say() {
        let [one, two, three] = [1, 2, 3].map(|n| Parts::of(&presets::stage(n)));
        assert!(one.sites[0].is_one_machine() && !two.sites[0].is_one_machine());
        assert_eq!(
            (one.sites[0].front(), three.sites[0].front()),
            (Kind::WebTier, Kind::LoadBalancer)
        );
        assert_eq!(two.sites[0].guests, [Kind::Cache]);
        assert_eq!((three.rows.len(), three.sites[0].checks), (6, true));
        assert_eq!(three.rows[5].name, "5 more regions");
        let names: Vec<usize> = three.rows.iter().flat_map(|r| r.regions.clone()).collect();
        assert_eq!(names.len(), 10, "every region with users has a row");
        let web = At::new(Kind::WebTier, 0);
        assert_eq!(web_setting(&presets::stage(3), web).replace('\u{202f}', " "), "4 × 1 vCPU");
    }

    #[test]
    fn sites_have_their_own_parts_under_their_own_names() {
        let scenario = link::read("?stage=3&sites=3#web2.servers=6").scenario;
        let parts = Parts::of(&scenario);
        assert_eq!(parts.sites.len(), 3);
        let web = At::new(Kind::WebTier, 1);
        assert_eq!((web.name(3), servers(&scenario, web)), ("web2".to_owned(), 6));
        assert_eq!(At::new(Kind::Dns, 0).name(3), "dns");
    }
}
