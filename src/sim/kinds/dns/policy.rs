//! What the name service answers: which site, for which region, by which policy and by whose
//! health; and what it answered before it last changed its mind.

use crate::region::COUNT;
use crate::units::SimTime;

/// Names of the policies, in the order of the setting that chooses one.
pub const POLICIES: &[(&str, &str)] = &[
    ("nearest", "nearest"),
    ("one", "one address"),
    ("weighted", "weighted split"),
    ("failover", "failover"),
];

/// How a site is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The site with the shortest round trip.
    #[default]
    Nearest,
    /// The first site of the order, well or not.
    One,
    /// At random, by weight.
    Weighted,
    /// The first site of the order that is well.
    Failover,
}

impl Policy {
    /// The policy with this index of [`POLICIES`].
    #[must_use]
    pub const fn at(index: usize) -> Self {
        match index {
            0 => Self::Nearest,
            1 => Self::One,
            2 => Self::Weighted,
            _ => Self::Failover,
        }
    }
}

/// All that an answer depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// The policy.
    pub policy: Policy,
    /// All sites in the order of preference.
    pub order: Vec<u8>,
    /// Weights of the sites.
    pub weights: Vec<f64>,
    /// Round trips from each region to each site, in milliseconds.
    pub distances: Vec<[f64; COUNT]>,
    /// Which sites are well, as far as is known.
    pub healthy: Vec<bool>,
}

/// All sites, those listed first (counted from 1), then the others.
#[must_use]
pub fn order(listed: &[f64], sites: u8) -> Vec<u8> {
    let listed = listed.iter().map(|&number| (number as usize).wrapping_sub(1));
    let mut order = Vec::new();
    for site in listed.chain(0..sites as usize) {
        if site < sites as usize && !order.contains(&(site as u8)) {
            order.push(site as u8);
        }
    }
    order
}

/// The weights of the sites: all alike where none is given, nothing where the list ends.
#[must_use]
pub fn weights(listed: &[f64], sites: u8) -> Vec<f64> {
    let is_given = listed.iter().take(sites as usize).sum::<f64>() > 0.0;
    let weight = |site| if is_given { listed.get(site).copied().unwrap_or(0.0) } else { 1.0 };
    (0..sites as usize).map(weight).collect()
}

impl Rules {
    /// Whether a site may be named: well, or all are out, so that it makes no difference.
    fn may(&self, site: u8) -> bool {
        self.healthy[site as usize] || !self.healthy.contains(&true)
    }

    /// The site named to a region; `unit` of [0, 1) decides where chance does.
    #[must_use]
    pub fn answer(&self, region: usize, unit: f64) -> u8 {
        let mut well = self.order.iter().copied().filter(|&site| self.may(site));
        let first = self.order.first().copied().unwrap_or_default();
        match self.policy {
            Policy::One => first,
            Policy::Failover => well.next().unwrap_or(first),
            Policy::Nearest => {
                let far = |site: &u8| self.distances[*site as usize][region];
                let by = |a: &u8, b: &u8| far(a).total_cmp(&far(b)).then(a.cmp(b));
                well.min_by(by).unwrap_or(first)
            }
            Policy::Weighted => {
                let weight = |site: u8| self.weights[site as usize];
                let sum: f64 = well.clone().map(weight).sum();
                let mut left = unit * sum;
                let hit = well.clone().find(|&site| {
                    left -= weight(site);
                    left < 0.0
                });
                hit.or_else(|| well.next()).unwrap_or(first)
            }
        }
    }

    /// Whether a site would no longer be named to a region.
    #[must_use]
    pub fn is_wrong(&self, region: usize, site: u8) -> bool {
        match self.policy {
            Policy::Weighted => !self.may(site) || self.weights[site as usize] == 0.0,
            _ => self.answer(region, 0.0) != site,
        }
    }
}

/// The rules now, and those before them.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    now: Rules,
    before: Rules,
    changed: Option<SimTime>,
}

impl Zone {
    /// The rules now.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.now
    }

    /// Takes on other rules.
    pub fn set(&mut self, rules: Rules, now: SimTime) {
        if self.now.order.is_empty() {
            // The first ones have held for long.
            self.now = rules;
        } else if rules != self.now {
            self.before = std::mem::replace(&mut self.now, rules);
            self.changed = Some(now);
        }
    }

    /// A site is found well or not.
    pub fn judge(&mut self, site: usize, well: bool, now: SimTime) {
        let mut rules = self.now.clone();
        rules.healthy[site] = well;
        self.set(rules, now);
    }

    /// What was answered at an instant.
    #[must_use]
    pub fn answer_at(&self, when: SimTime, region: usize, unit: f64) -> u8 {
        let is_old = self.changed.is_some_and(|changed| when < changed);
        let rules = if is_old { &self.before } else { &self.now };
        rules.answer(region, unit)
    }
}
