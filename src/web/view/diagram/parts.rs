//! What the system consists of, from the scenario alone: this decides the grid, and changes only
//! when the user changes something.

use super::layout::Needs;
use crate::sim::kinds::{Kind, clients, database, load_balancer, network, tier, web_tier};
use crate::sim::region::{COUNT, REGIONS};
use crate::sim::scenario::Scenario;

/// Most rows of regions; what is more stands together in the last.
const MOST_ROWS: usize = 6;

/// Where a part lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Nowhere: the scenario does not have it.
    None,
    /// On machines of its own.
    Own,
    /// On the web servers' machines.
    Web,
}

/// A row of the users' card: one region, or what is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionRow {
    /// Name shown.
    pub name: String,
    /// The regions, by their place in [`REGIONS`].
    pub regions: Vec<usize>,
}

/// The system, as far as the drawing's order depends on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// Rows of the users' card, in the order of their share.
    pub rows: Vec<RegionRow>,
    /// Whether there is a name system.
    pub dns: bool,
    /// Whether there is a balancer.
    pub balancer: bool,
    /// Whether the balancer checks the servers' health.
    pub checks: bool,
    /// Home of the cache.
    pub cache: Home,
    /// Home of the database.
    pub database: Home,
    /// Name of the region in which the site stands.
    pub site: &'static str,
}

impl Parts {
    /// The parts of a scenario.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let has = |kind| scenario.spec(kind).is_some();
        let home = |kind: Kind| match (scenario.spec(kind), kind.row("place")) {
            (None, _) => Home::None,
            (Some(spec), Some(row)) if spec.count(row) == 1 => Home::Web,
            _ => Home::Own,
        };
        let interval = load_balancer::Setting::Interval as usize;
        let checks = scenario.spec(Kind::LoadBalancer).is_some_and(|s| s.number(interval) > 0.0);
        let site = network::Setting::Site as usize;
        let site = scenario.spec(Kind::Network).map_or(0, |s| s.count(site));
        Self {
            rows: rows(scenario),
            dns: has(Kind::Dns),
            balancer: has(Kind::LoadBalancer),
            checks,
            cache: home(Kind::Cache),
            database: home(Kind::Database),
            site: REGIONS[site.min(COUNT - 1)].name,
        }
    }

    /// What the grid has to hold.
    #[must_use]
    pub fn needs(&self) -> Needs {
        Needs {
            regions: self.rows.len(),
            balancer: self.balancer,
            memory: self.cache == Home::Own,
            data: self.database != Home::None,
        }
    }

    /// The part that users' requests meet first.
    #[must_use]
    pub const fn front(&self) -> Kind {
        if self.balancer { Kind::LoadBalancer } else { Kind::WebTier }
    }

    /// Whether one machine holds web server and database.
    #[must_use]
    pub fn is_one_machine(&self) -> bool {
        self.database == Home::Web
    }

    /// Where a part lives.
    #[must_use]
    pub fn home(&self, kind: Kind) -> Home {
        match kind {
            Kind::Cache => self.cache,
            Kind::Database => self.database,
            Kind::Dns if !self.dns => Home::None,
            Kind::LoadBalancer if !self.balancer => Home::None,
            _ => Home::Own,
        }
    }
}

/// The regions with users, most users first; those that find no row of their own share the last.
fn rows(scenario: &Scenario) -> Vec<RegionRow> {
    let shares = scenario.spec(Kind::Clients).map_or([0.0; COUNT], clients::shares);
    let mut order: Vec<usize> = (0..COUNT).filter(|&region| shares[region] > 0.0).collect();
    order.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]).then(a.cmp(&b)));
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

/// Servers and sizes of the web tier, from the scenario: "4 × 1 vCPU".
#[must_use]
pub fn web_setting(scenario: &Scenario) -> String {
    let Some(spec) = scenario.spec(Kind::WebTier) else {
        return String::new();
    };
    let servers = spec.count(web_tier::Setting::Servers as usize);
    if is_unequal(scenario) {
        return format!("{servers} unequal");
    }
    let vcpus = vcpu_text(web_tier::vcpus(spec, 0));
    format!("{servers}\u{202f}×\u{202f}{vcpus}")
}

/// Whether web servers differ in size.
#[must_use]
pub fn is_unequal(scenario: &Scenario) -> bool {
    scenario.spec(Kind::WebTier).is_some_and(|spec| {
        let servers = spec.count(web_tier::Setting::Servers as usize);
        let first = web_tier::vcpus(spec, 0);
        (1..servers).any(|server| web_tier::vcpus(spec, server) != first)
    })
}

/// vCPUs of a server, as set.
#[must_use]
pub fn vcpus(scenario: &Scenario, kind: Kind, server: usize) -> Option<f64> {
    let spec = scenario.spec(kind)?;
    match kind {
        Kind::WebTier => Some(web_tier::vcpus(spec, server)),
        Kind::Database => Some(tier::vcpus(spec.count(database::Setting::Size as usize))),
        _ => None,
    }
}

/// How many servers a tier is set to have.
#[must_use]
pub fn servers(scenario: &Scenario, kind: Kind) -> usize {
    let count = |row: usize| scenario.spec(kind).map_or(0, |spec| spec.count(row));
    match kind {
        Kind::WebTier => count(web_tier::Setting::Servers as usize),
        Kind::Database => 1 + count(database::Setting::Replicas as usize),
        _ => 1,
    }
}

/// The name shown of the choice of a setting.
#[must_use]
pub fn choice(scenario: &Scenario, kind: Kind, row: usize) -> &'static str {
    use crate::sim::kinds::param::Domain;
    let chosen = scenario.spec(kind).map_or(0, |spec| spec.count(row));
    match kind.params().get(row).map(|param| param.domain) {
        Some(Domain::Choice(names)) => names.get(chosen).map_or("", |(_, name)| name),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::presets;

    #[test]
    fn the_stages_differ_in_what_they_say() {
        let [one, two, three] = [1, 2, 3].map(|n| Parts::of(&presets::stage(n)));
        assert!(one.is_one_machine() && !two.is_one_machine());
        assert_eq!((one.front(), three.front()), (Kind::WebTier, Kind::LoadBalancer));
        assert_eq!((two.cache, two.database), (Home::Web, Home::Own));
        assert_eq!((three.rows.len(), three.checks), (6, true));
        assert_eq!(three.rows[5].name, "5 more regions");
        let names: Vec<usize> = three.rows.iter().flat_map(|r| r.regions.clone()).collect();
        assert_eq!(names.len(), 10, "every region with users has a row");
        assert_eq!(web_setting(&presets::stage(3)).replace('\u{202f}', " "), "4 × 1 vCPU");
    }
}
