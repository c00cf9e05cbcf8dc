//! What is drawn: the system, its figures, and what follows from both for its parts.

use super::Selection;
use super::layout::Grid;
use super::parts::{self, Home, Parts};
use super::shape::Rect;
use super::state::{self, Trouble};
use super::wires::Wires;
use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::{PartView, Snapshot};
use crate::web::view::format;

/// Size of names in pixels.
pub const NAME: f64 = 13.0;
/// Size of key numbers.
pub const KEY: f64 = 12.0;
/// Size of everything else: the smallest that is comfortable to read.
pub const SMALL: f64 = 11.0;

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
}

impl Scene<'_> {
    /// The figures of a part, once there are any.
    #[must_use]
    pub fn view(&self, kind: Kind) -> Option<&PartView> {
        self.figures.part(kind.key())
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

    /// How many servers a tier has; before there are figures, how many it is set to have.
    #[must_use]
    pub fn servers(&self, kind: Kind) -> usize {
        let planned = parts::servers(self.scenario, kind);
        self.view(kind).map_or(planned, |view| view.servers.len())
    }

    /// Whether a balancer checks the servers of a part.
    #[must_use]
    pub fn checked(&self, kind: Kind) -> bool {
        kind == Kind::WebTier && self.parts.checks
    }

    /// Share of a part's calls that failed in the part itself and not in one behind it. A cache
    /// that fails is only a cache that does not have the value.
    #[must_use]
    pub fn own_failures(&self, kind: Kind) -> f64 {
        let failed = |kind| self.view(kind).map_or(0, |view| view.tally.failed);
        let behind = match kind {
            Kind::LoadBalancer => failed(Kind::WebTier),
            Kind::WebTier => failed(Kind::Database),
            _ => 0,
        };
        self.view(kind).map_or(0.0, |view| {
            let ended = (view.tally.good + view.tally.failed).max(1);
            view.tally.failed.saturating_sub(behind) as f64 / ended as f64
        })
    }

    /// What is wrong with a part.
    #[must_use]
    pub fn troubles(&self, kind: Kind) -> Vec<Trouble> {
        let Some(view) = self.view(kind) else {
            return Vec::new();
        };
        let mut conditions = state::conditions(view, self.checked(kind));
        if let Some(hosts) = self.view(Kind::WebTier).filter(|_| view.guest) {
            // What is dead because its machine is dead is told once, of the machine.
            let mut hosts = hosts.servers.iter();
            conditions.retain(|_| hosts.next().is_none_or(|host| host.alive));
        }
        let is_primary_dead = conditions.first().is_some_and(|primary| primary.is_dead());
        let is_primary = kind == Kind::Database && conditions.len() > 1 && is_primary_dead;
        if is_primary {
            conditions.remove(0);
        }
        let mut troubles = state::troubles(view, &conditions, self.own_failures(kind));
        if is_primary {
            troubles.insert(0, Trouble { bad: true, text: "primary dead".to_owned() });
        }
        troubles
    }

    /// Rate and mean time of a part.
    #[must_use]
    pub fn key_line(&self, kind: Kind) -> Vec<String> {
        let Some(view) = self.view(kind).filter(|_| self.is_measured()) else {
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

    /// The share of look-ups that found the value, measured.
    #[must_use]
    pub fn hit_ratio(&self) -> Option<f64> {
        let all = self.figures.hits + self.figures.misses;
        (all > 0).then(|| self.figures.hits as f64 / all as f64)
    }

    /// Whether nothing in the site can answer.
    #[must_use]
    pub fn is_down(&self) -> bool {
        [Kind::LoadBalancer, Kind::WebTier].into_iter().any(|kind| {
            self.view(kind).is_some_and(|view| {
                !view.servers.is_empty() && view.servers.iter().all(|server| !server.alive)
            })
        })
    }

    /// The rectangle of the web tier's card: around the place of the data where the database
    /// lives on the same machine.
    #[must_use]
    pub fn machine(&self) -> Rect {
        if self.parts.is_one_machine() && self.parts.cache != Home::Own {
            self.grid.web.union(&self.grid.data)
        } else {
            self.grid.web
        }
    }

    /// Space between a card's edge and its text.
    #[must_use]
    pub fn pad(&self) -> f64 {
        if self.grid.tight { 9.0 } else { 12.0 }
    }
}
