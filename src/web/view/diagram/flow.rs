//! What the moving dots need to know: the ways, and how often a dot takes each, from the measured
//! rates. A dot that comes to a stop fails there, or calls others, or goes back as an answer.

use super::cells;
use super::layout::Form;
use super::parts::Home;
use super::scene::Scene;
use super::shape::{Curve, Point, Rect};
use super::state::Condition;
use super::tier;
pub use super::track::Track;
use super::users;
use crate::sim::kinds::Kind;

/// A way that a dot may take, and where it comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hop {
    /// Dots that take it for each dot at its beginning.
    pub share: f64,
    /// Which of the tracks.
    pub track: usize,
    /// Which of the stops it leads to.
    pub stop: usize,
}

/// A place where dots arrive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stop {
    /// Share of the dots that fail here.
    pub fails: f64,
    /// Share of the answers from here that come too late.
    pub late: f64,
    /// Ways on, of which a dot takes one.
    pub on: Vec<Hop>,
    /// Calls made from here; the dot itself goes back.
    pub calls: Vec<Hop>,
}

/// The ways and how often each is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// All ways.
    pub tracks: Vec<Track>,
    /// All stops; the first is where dots begin.
    pub stops: Vec<Stop>,
    /// Dots that begin in a second.
    pub dots_per_second: f64,
    /// Requests that a dot stands for.
    pub requests_per_dot: f64,
}

/// Most dots that begin in a second.
const MOST_DOTS: f64 = 16.0;

/// The next of 1, 2, 5, 10, ... that is not smaller.
fn round_up(x: f64) -> f64 {
    if x <= 1.0 {
        return 1.0;
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(x)));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * power >= x * 0.999);
    step.unwrap_or(10.0) * power
}

impl Flow {
    /// The flow of what is drawn, at so many simulated seconds in a second.
    #[must_use]
    pub fn of(scene: &Scene<'_>, speed: f64) -> Self {
        let front = scene.parts.front();
        let rate = scene.view(front).map_or(0.0, |view| view.rate);
        let lookups = scene.view(Kind::Dns).and_then(|view| view.servers.first());
        let lookups = lookups.map_or(0.0, |server| server.rate);
        let per_second = (rate + lookups) * speed;
        let requests_per_dot = round_up(per_second / MOST_DOTS);
        let mut flow = Self {
            dots_per_second: per_second / requests_per_dot,
            requests_per_dot,
            stops: vec![Stop::default()],
            ..Self::default()
        };
        flow.begin(scene, rate, lookups);
        flow
    }

    fn track(&mut self, track: Track) -> usize {
        self.tracks.push(track);
        self.tracks.len() - 1
    }

    fn stop(&mut self, stop: Stop) -> usize {
        self.stops.push(stop);
        self.stops.len() - 1
    }

    /// The ways that begin at the users.
    fn begin(&mut self, scene: &Scene<'_>, rate: f64, lookups: f64) {
        let all = (rate + lookups).max(1e-9);
        if let Some(curve) = &scene.wires.dns {
            let stop = self.stop(Stop { fails: scene.own_failures(Kind::Dns), ..Stop::default() });
            let track = self.track(Track::along(curve, &[]));
            self.stops[0].on.push(Hop { share: lookups / all, track, stop });
        }
        let entry = self.stop(Stop::default());
        let rows = &scene.parts.rows;
        let offered: f64 = rows.iter().map(|row| users::rate(scene.figures, row)).sum();
        for (curve, row) in scene.wires.regions.iter().zip(rows) {
            let share = users::rate(scene.figures, row) / offered.max(1e-9) * rate / all;
            let track = self.track(Track::along(curve, &[]));
            self.stops[0].on.push(Hop { share, track, stop: entry });
        }
        if scene.grid.form == Form::Tall {
            let at = scene.wires.trunk.curve.start();
            let track = self.track(Track::through(&[(at.0, at.1 - 10.0), at]));
            self.stops[0].on.push(Hop { share: rate / all, track, stop: entry });
        }
        let trunk = &scene.wires.trunk.curve;
        if scene.parts.balancer {
            let fails = scene.own_failures(Kind::LoadBalancer);
            let balancer = self.stop(Stop { fails, ..Stop::default() });
            let track = self.track(Track::along(trunk, &[]));
            self.stops[entry].on.push(Hop { share: 1.0, track, stop: balancer });
            if let Some(wire) = scene.wires.inner.iter().find(|wire| wire.to == Kind::WebTier) {
                self.servers(scene, balancer, &wire.curve);
            }
        } else {
            self.servers(scene, entry, trunk);
        }
    }

    /// The ways to each cell of web servers, by what each received. Dead servers that the balancer
    /// still sends to have what failed for want of a server.
    fn servers(&mut self, scene: &Scene<'_>, from: usize, curve: &Curve) {
        let Some(view) = scene.view(Kind::WebTier) else {
            return;
        };
        let places = tier::cell_places(scene, Kind::WebTier);
        let checked = scene.checked(Kind::WebTier);
        let fails = scene.own_failures(Kind::WebTier);
        let is_pit = |i: usize| {
            let condition = Condition::of(&view.servers[i], checked);
            matches!(condition, Condition::Unnoticed | Condition::Dead)
        };
        let pits = (0..view.servers.len()).filter(|&i| is_pit(i)).count() as f64;
        let late = scene.figures.wasted as f64 / scene.figures.attempts.max(1) as f64;
        let calls = self.calls(scene, view.rate);
        let all: f64 = view.servers.iter().map(|s| s.rate).sum();
        for (range, place) in places {
            let pit = range.clone().filter(|&i| is_pit(i)).count() as f64;
            let rate: f64 = range.clone().map(|i| view.servers[i].rate).sum();
            let lost = if pits > 0.0 { fails * pit / pits } else { 0.0 };
            let served = if all > 0.0 { rate / all } else { 0.0 };
            let kept = if pits > 0.0 { (1.0 - fails) * served } else { served };
            let share = lost + kept;
            let fails = if pits > 0.0 { lost / share.max(1e-9) } else { fails };
            let stop = self.stop(Stop { fails, late, calls: calls.clone(), ..Stop::default() });
            let track = self.track(Track::along(curve, &lane(curve.end(), place)));
            self.stops[from].on.push(Hop { share, track, stop });
        }
    }

    /// The calls that a web server makes for a request, on average.
    fn calls(&mut self, scene: &Scene<'_>, web_rate: f64) -> Vec<Hop> {
        let mut calls = Vec::new();
        for wire in scene.wires.inner.iter().filter(|wire| wire.to != Kind::WebTier) {
            if scene.parts.home(wire.to) != Home::Own || web_rate <= 0.0 {
                continue;
            }
            let share = scene.view(wire.to).map_or(0.0, |view| view.rate) / web_rate;
            let fails = scene.own_failures(wire.to);
            let stop = self.stop(Stop { fails, ..Stop::default() });
            let track = self.track(Track::along(&wire.curve, &[]));
            calls.push(Hop { share, track, stop });
        }
        calls
    }
}

/// From the edge of the card to a cell: between the cells, past all text, and into it from below.
fn lane(from: Point, cell: Rect) -> [Point; 4] {
    let (x, y) = (from.0 + 5.0, cell.bottom() + 0.5 * cells::GAP);
    [(x, from.1), (x, y), (cell.centre().0, y), (cell.centre().0, cell.bottom() - 4.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_stands_for_a_round_number_of_requests() {
        let rounded = [0.3, 1.2, 4.0, 51.0, 1000.0].map(round_up);
        assert_eq!(rounded, [1.0, 2.0, 5.0, 100.0, 1000.0]);
    }
}
