//! What is drawn: the system, its figures, and what follows from both for its parts.

use super::Selection;
use super::layout::Grid;
use super::notes;
use super::parts::{self, At, Parts};
use super::state::{self, Trouble};
use super::wires::Wires;
use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::{PartView, Snapshot, Tally};
use crate::web::marks::Mark;
use crate::web::view::format;

/// Size of names in pixels.
pub const NAME: f64 = 13.0;
/// Size of key numbers.
pub const KEY: f64 = 12.0;
/// Size of everything else: the smallest that is comfortable to read.
pub const SMALL: f64 = 11.0;

/// Whether nothing in a site can answer.
#[must_use]
pub fn is_down(figures: &Snapshot, parts: &Parts, site: u8) -> bool {
    [Kind::LoadBalancer, Kind::WebTier].into_iter().any(|kind| {
        figures.part(&At::new(kind, site).name(parts.sites.len())).is_some_and(|view| {
            !view.servers.is_empty() && view.servers.iter().all(|server| !server.alive)
        })
    })
}

/// All that the drawing depends on.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Where everything stands.
    pub grid: &'a Grid,
    /// What there is.
    pub parts: &'a Parts,
    /// The lines between them.
    pub wires: &'a Wires,
    /// The settings.
    pub scenario: &'a Scenario,
    /// The figures.
    pub figures: &'a Snapshot,
    /// What is selected.
    pub selected: Option<Selection>,
    /// Single points of failure, where they are to be marked.
    pub marks: &'a [Mark],
}

/// What a wide drawing of a system and its figures has, for a test.
#[cfg(test)]
pub fn sample<T>(scenario: &Scenario, figures: &Snapshot, see: impl Fn(&Scene<'_>) -> T) -> T {
    sample_in(1_100.0, scenario, figures, see)
}

/// The same of a drawing so wide.
#[cfg(test)]
pub fn sample_in<T>(
    width: f64,
    scenario: &Scenario,
    figures: &Snapshot,
    see: impl Fn(&Scene<'_>) -> T,
) -> T {
    let parts = Parts::of(scenario);
    let room = super::Room { width, height: 600.0, tight: false, near: 1.0 };
    let grid = super::layout::grid(room, &parts);
    let wires = Wires::of(&grid, &parts);
    let (parts, grid, wires) = (&parts, &grid, &wires);
    see(&Scene { grid, parts, wires, scenario, figures, selected: None, marks: &[] })
}

impl Scene<'_> {
    /// The figures of a part, once there are any.
    #[must_use]
    pub fn view(&self, at: At) -> Option<&PartView> {
        self.figures.part(&at.name(self.parts.sites.len()))
    }

    /// Whether the figures rest on any time at all.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.figures.window_s > 0.0
    }

    /// A rate in writing, once it is measured.
    #[must_use]
    pub fn rate(&self, per_second: f64) -> String {
        if self.is_measured() { format::rate(per_second) } else { "–".to_owned() }
    }

    /// Calls per second of a part.
    #[must_use]
    pub fn calls(&self, at: At) -> f64 {
        self.view(at).map_or(0.0, |view| view.rate)
    }

    /// Requests per second that come into a site.
    #[must_use]
    pub fn entering(&self, site: u8) -> f64 {
        let front = self.parts.sites.get(usize::from(site)).map(parts::Site::front);
        front.map_or(0.0, |kind| self.calls(At::new(kind, site)))
    }

    /// Share of the requests into all sites that fail.
    #[must_use]
    pub fn failing(&self) -> f64 {
        let fronts = self.parts.sites.iter().enumerate();
        let fronts = fronts.map(|(i, site)| At::new(site.front(), i as u8));
        let mut all = Tally::default();
        for view in fronts.filter_map(|front| self.view(front)) {
            (all.good, all.failed) = (all.good + view.tally.good, all.failed + view.tally.failed);
        }
        all.error_share()
    }

    /// Look-ups of names per second.
    #[must_use]
    pub fn lookups(&self) -> f64 {
        let dns = self.view(At::new(Kind::Dns, 0));
        if let Some(rate) = self.counted(At::new(Kind::Dns, 0), "lookups") {
            return rate;
        }
        dns.and_then(|view| view.servers.first()).map_or(0.0, |server| server.rate)
    }

    /// Requests per second that the copies near the users fetch from the sites.
    #[must_use]
    pub fn fetched(&self) -> f64 {
        let cdn = self.parts.global.iter().find(|kind| kind.key() == "cdn");
        let cdn = cdn.map(|&kind| At::new(kind, 0));
        cdn.and_then(|cdn| self.counted(cdn, "fetches").or_else(|| self.counted(cdn, "misses")))
            .unwrap_or(0.0)
    }

    /// Something that a part measures under a name of its own.
    #[must_use]
    pub fn gauge(&self, at: At, name: &str) -> Option<f64> {
        let view = self.view(at).filter(|_| self.is_measured())?;
        view.gauges.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// How often in a second a part counted something under a name of its own.
    #[must_use]
    pub fn counted(&self, at: At, name: &str) -> Option<f64> {
        let view = self.view(at).filter(|_| self.is_measured())?;
        let counter = view.counters.iter().find(|(known, _)| known == name);
        counter.map(|(_, count)| *count as f64 / self.figures.window_s)
    }

    /// How many servers a part has; before there are figures, how many it is set to have.
    #[must_use]
    pub fn servers(&self, at: At) -> usize {
        let planned = parts::servers(self.scenario, at);
        self.view(at).map_or(planned, |view| view.servers.len())
    }

    /// Whether a balancer checks the servers of a part.
    #[must_use]
    pub fn checked(&self, at: At) -> bool {
        at.kind == Kind::WebTier && self.parts.site(at).is_some_and(|site| site.checks)
    }

    /// Share of a part's calls that failed in the part itself and not in one behind it. A cache
    /// that fails is only a cache that does not have the value.
    #[must_use]
    pub fn own_failures(&self, at: At) -> f64 {
        let failed = |kind| self.view(at.beside(kind)).map_or(0, |view| view.tally.failed);
        let behind = match at.kind {
            Kind::LoadBalancer => failed(Kind::WebTier),
            Kind::WebTier => failed(Kind::Database),
            kind if kind.is_global() && kind != Kind::Dns => {
                let fronts = self.parts.sites.iter().enumerate();
                let fronts = fronts.map(|(i, site)| At::new(site.front(), i as u8));
                fronts.filter_map(|front| self.view(front)).map(|view| view.tally.failed).sum()
            }
            _ => 0,
        };
        self.view(at).map_or(0.0, |view| {
            let ended = (view.tally.good + view.tally.failed).max(1);
            view.tally.failed.saturating_sub(behind) as f64 / ended as f64
        })
    }

    /// What is wrong with a part.
    #[must_use]
    pub fn troubles(&self, at: At) -> Vec<Trouble> {
        let Some(view) = self.view(at) else {
            return Vec::new();
        };
        let mut conditions = state::conditions(view, self.checked(at));
        if let Some(hosts) = self.view(at.beside(Kind::WebTier)).filter(|_| view.guest) {
            // What is dead because its machine is dead is told once, of the machine.
            let mut hosts = hosts.servers.iter();
            conditions.retain(|_| hosts.next().is_none_or(|host| host.alive));
        }
        let dead = self.dead_primaries(at, view, &conditions);
        let shards = parts::shards(self.scenario, at).0;
        // What is told in words of its own is not told twice.
        for &(place, is_missed) in dead.iter().rev() {
            if !is_missed || shards == 1 {
                conditions.remove(place);
            }
        }
        let mut troubles = state::troubles(view, &conditions, self.own_failures(at));
        troubles.extend(notes::of(self, at));
        troubles.extend(self.mark(at).map(|mark| Trouble { bad: false, text: mark.text.clone() }));
        let missed = dead.iter().filter(|(_, is_missed)| *is_missed).count();
        let text = match (missed, shards) {
            (0, _) => String::new(),
            (_, 1) => "primary dead".to_owned(),
            (1, _) => "a primary dead".to_owned(),
            (n, _) => format!("{n} primaries dead"),
        };
        if missed > 0 {
            troubles.insert(0, Trouble { bad: true, text });
        }
        let text = match dead.len() - missed {
            0 => return troubles,
            1 => "old primary dead".to_owned(),
            n => format!("{n} old primaries dead"),
        };
        troubles.push(Trouble { bad: false, text });
        troubles
    }

    /// The mark of a part, where it is marked.
    #[must_use]
    pub fn mark(&self, at: At) -> Option<&Mark> {
        let name = at.name(self.parts.sites.len());
        self.marks.iter().find(|mark| mark.part == name)
    }

    /// The dead primaries of a database, in order: which server, and whether it is missed. It is not
    /// once another has taken its place.
    fn dead_primaries(
        &self,
        at: At,
        view: &PartView,
        conditions: &[state::Condition],
    ) -> Vec<(usize, bool)> {
        let (_, copies) = parts::shards(self.scenario, at);
        let all = conditions.iter().all(|condition| condition.is_dead());
        let mut dead = Vec::new();
        if at.kind != Kind::Database || copies < 2 || all || conditions.len() != view.servers.len()
        {
            return dead;
        }
        for first in (0..conditions.len()).step_by(copies) {
            let mut group = first..conditions.len().min(first + copies);
            let primary = group.find(|&i| view.servers[i].is_primary).unwrap_or(first);
            if conditions[primary].is_dead() {
                dead.push((primary, true));
            } else if conditions[first].is_dead() {
                dead.push((first, false));
            }
        }
        dead
    }

    /// Rate and mean time of a part.
    #[must_use]
    pub fn key_line(&self, at: At) -> Vec<String> {
        let Some(view) = self.view(at).filter(|_| self.is_measured()) else {
            return vec!["not measured yet".to_owned(), "–".to_owned()];
        };
        let rate = format::rate(view.rate);
        match view.latency.mean_s {
            Some(mean) => {
                let mean = format::duration(mean);
                vec![format!("{rate} · mean {mean}"), format!("{rate} · {mean}"), rate]
            }
            None => vec![rate],
        }
    }

    /// The share of look-ups of a part that found what they asked for, measured.
    #[must_use]
    pub fn hit_ratio(&self, at: At) -> Option<f64> {
        let view = self.view(at)?;
        let count = |name: &str| view.counters.iter().find(|(known, _)| known == name);
        let (hits, misses) = match (count("hits"), count("misses")) {
            (Some((_, hits)), Some((_, misses))) => (*hits, *misses),
            // A cache that counts nothing of its own is counted by the run, all sites together.
            _ if at.kind == Kind::Cache => (self.figures.hits, self.figures.misses),
            _ => return None,
        };
        (hits + misses > 0).then(|| hits as f64 / (hits + misses) as f64)
    }

    /// Whether nothing in a site can answer.
    #[must_use]
    pub fn is_down(&self, site: u8) -> bool {
        is_down(self.figures, self.parts, site)
    }

    /// Space between a card's edge and its text.
    #[must_use]
    pub fn pad(&self) -> f64 {
        if self.grid.tight { 9.0 } else { 12.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;
    use crate::sim::snapshot::ServerView;

    #[test]
    fn a_dead_primary_is_missed_until_another_takes_its_place() {
        let said = |address: &str, servers: &[(bool, bool)]| {
            let server = |&(alive, is_primary): &(bool, bool)| ServerView {
                alive,
                is_primary,
                slow: 1.0,
                healthy: true,
                ..ServerView::default()
            };
            let servers = servers.iter().map(server).collect();
            let part = PartView { key: "db".to_owned(), servers, ..PartView::default() };
            let figures = Snapshot { parts: vec![part], ..Snapshot::default() };
            let scenario = link::read(address).scenario;
            let troubles =
                sample(&scenario, &figures, |scene| scene.troubles(At::new(Kind::Database, 0)));
            let bad: Vec<bool> = troubles.iter().map(|trouble| trouble.bad).collect();
            (state::line(&troubles), bad)
        };
        let one = |servers: &[(bool, bool)]| said("?stage=4", servers);
        let (up, replica, down, old) = ((true, true), (true, false), (false, true), (false, false));
        assert_eq!(one(&[up, replica, replica]), (String::new(), vec![]));
        assert_eq!(one(&[down, replica, replica]), ("primary dead".to_owned(), vec![true]));
        assert_eq!(one(&[old, up, replica]), ("old primary dead".to_owned(), vec![false]));
        assert_eq!(one(&[replica, down, replica]).0, "primary dead", "the second as well");
        assert_eq!(one(&[old, down, replica]), ("primary dead · 1 dead".to_owned(), vec![true; 2]));
        let of = ("1 dead · old primary dead".to_owned(), vec![true, false]);
        assert_eq!(one(&[old, up, old]), of, "a replica is dead too");
        let two = said("?stage=4#db.shards=2&db.replicas=1", &[down, replica, old, up]);
        assert_eq!(two.0, "a primary dead · 1 dead · old primary dead");
    }
}
