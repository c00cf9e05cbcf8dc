//! What the moving dots need to know: the ways, and how often a dot takes each, from the measured
//! rates. A dot that comes to a stop fails there, or calls others, or goes back as an answer.

use super::cells;
use super::layout::Form;
use super::parts::At;
use super::scene::Scene;
use super::shape::{Curve, Point, Rect};
use super::state::Condition;
use super::tier;
pub use super::track::Track;
use super::users;
use super::wires::Wire;
use crate::sim::kinds::Kind;
use crate::web::view::charts::axis::round_up;

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
    /// Whether nobody is there to tell them so: they fall, and go back otherwise.
    pub is_mute: bool,
    /// Share of the answers from here that are failures of others, or come too late.
    pub bad: f64,
    /// Ways on, of which a dot takes one.
    pub on: Vec<Hop>,
    /// Calls made from here; the dot itself goes back.
    pub calls: Vec<Hop>,
}

impl Stop {
    /// A part as it answers. What failed in one of several servers that died is told by nobody.
    fn of(scene: &Scene<'_>, at: At) -> Self {
        let view = scene.view(at);
        let fails = scene.own_failures(at);
        let all = view.map_or(0.0, |view| view.tally.error_share());
        let is_mute = view.is_some_and(|view| view.servers.iter().any(|server| !server.alive));
        let bad = ((all - fails) / (1.0 - fails).max(1e-9)).clamp(0.0, 1.0);
        Self { fails, is_mute, bad, ..Self::default() }
    }
}

/// The ways and how often each is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// All ways.
    pub tracks: Vec<Track>,
    /// All stops; the first is where dots begin.
    pub stops: Vec<Stop>,
    /// The parts' cards: a dot that only passes one is behind it.
    pub cards: Vec<Rect>,
    /// Dots that begin in a second.
    pub dots_per_second: f64,
    /// Requests that a dot stands for.
    pub requests_per_dot: f64,
}

/// Most dots that begin in a second: with these, there are rarely more on their way than are drawn,
/// so that each stands for as many requests as the legend says.
const MOST_DOTS: f64 = 8.0;

/// A round number of requests that is not smaller, at least one.
fn round_number(x: f64) -> f64 {
    round_up(x.max(1.0), &[1.0, 2.0, 5.0, 10.0])
}

impl Flow {
    /// The flow of what is drawn, at so many simulated seconds in a second.
    #[must_use]
    pub fn of(scene: &Scene<'_>, speed: f64) -> Self {
        let entering = (0..scene.parts.sites.len() as u8).map(|site| scene.entering(site)).sum();
        let lookups = scene.lookups();
        let copies = scene.wires.copies.as_ref().map_or(0.0, |(wire, _)| scene.calls(wire.to));
        let direct = (f64::max(entering, 0.0) - scene.fetched()).max(0.0);
        let per_second = (direct + copies + lookups) * speed;
        let requests_per_dot = round_number(per_second / MOST_DOTS);
        let mut flow = Self {
            dots_per_second: per_second / requests_per_dot,
            requests_per_dot,
            stops: vec![Stop::default()],
            cards: scene.grid.cards.iter().map(|(_, card)| *card).collect(),
            ..Self::default()
        };
        flow.begin(scene, [direct, copies, lookups]);
        flow
    }

    /// Whether a place on a track is behind a card that the track only passes.
    #[must_use]
    pub fn hides(&self, track: &Track, (x, y): Point) -> bool {
        let (end_x, end_y) = track.at(f64::INFINITY);
        let point = Rect::new(x, y, 0.0, 0.0);
        let end = Rect::new(end_x, end_y, 0.0, 0.0);
        let passes = |card: &Rect| card.overlaps(&point) && !card.inset(-4.0).overlaps(&end);
        self.cards.iter().any(passes)
    }

    fn track(&mut self, track: Track) -> usize {
        self.tracks.push(track);
        self.tracks.len() - 1
    }

    fn stop(&mut self, stop: Stop) -> usize {
        self.stops.push(stop);
        self.stops.len() - 1
    }

    /// A hop along a curve to a stop.
    fn hop(&mut self, share: f64, curve: &Curve, stop: usize) -> Hop {
        let track = self.track(Track::along(curve, &[]));
        Hop { share, track, stop }
    }

    /// The ways that begin at the users.
    fn begin(&mut self, scene: &Scene<'_>, [direct, copies, lookups]: [f64; 3]) {
        let wires = scene.wires;
        let all = (direct + copies + lookups).max(1e-9);
        if let Some(curve) = &wires.dns {
            let stop = self.stop(Stop::of(scene, At::new(Kind::Dns, 0)));
            let hop = self.hop(lookups / all, curve, stop);
            self.stops[0].on.push(hop);
        }
        let entry = self.stop(Stop::default());
        let rows = &scene.parts.rows;
        let offered: f64 = rows.iter().map(|row| users::rate(scene.figures, row)).sum();
        let asked = (direct + copies) / all;
        for (curve, row) in wires.regions.iter().zip(rows) {
            let share = users::rate(scene.figures, row) / offered.max(1e-9) * asked;
            let hop = self.hop(share, curve, entry);
            self.stops[0].on.push(hop);
        }
        if scene.grid.form == Form::Tall {
            let at = scene.grid.junction;
            let track = self.track(Track::through(&[(at.0, at.1 - 10.0), at]));
            self.stops[0].on.push(Hop { share: asked, track, stop: entry });
        }
        let hub = if let Some(curve) = &wires.bridge {
            let hub = self.stop(Stop::default());
            let hop = self.hop(direct, curve, hub);
            self.stops[entry].on.push(hop);
            hub
        } else {
            entry
        };
        for wire in &wires.fronts {
            self.site(scene, hub, wire);
        }
        if let Some((wire, on)) = wires.copies.as_ref().filter(|_| scene.grid.form != Form::Tall) {
            self.copies(scene, [entry, hub], wire, on);
        }
    }

    /// The ways to the copies near the users, of which some go on to a site.
    fn copies(&mut self, scene: &Scene<'_>, [entry, hub]: [usize; 2], wire: &Wire, on: &Curve) {
        let rate = scene.calls(wire.to);
        let stop = self.stop(Stop::of(scene, wire.to));
        let fetch = self.hop(scene.fetched() / rate.max(1e-9), on, hub);
        self.stops[stop].calls.push(fetch);
        let hop = self.hop(rate, &wire.curve, stop);
        self.stops[entry].on.push(hop);
    }

    /// The way into a site.
    fn site(&mut self, scene: &Scene<'_>, from: usize, wire: &Wire) {
        let share = scene.calls(wire.to);
        let curve = if scene.grid.form == Form::Tall && scene.parts.is_spread() {
            // Along the rail first.
            Curve::down(scene.grid.junction, wire.curve.start())
        } else {
            wire.curve
        };
        if wire.to.kind != Kind::LoadBalancer {
            return self.servers(scene, from, &curve, share, wire.to);
        }
        let balancer = self.stop(Stop::of(scene, wire.to));
        let hop = self.hop(share, &curve, balancer);
        self.stops[from].on.push(hop);
        let web = wire.to.beside(Kind::WebTier);
        if let Some(inner) = scene.wires.inner.iter().find(|inner| inner.to == web) {
            self.servers(scene, balancer, &inner.curve, 1.0, web);
        }
    }

    /// The ways to each cell of web servers, by what each received. Dead servers that the balancer
    /// still sends to have what failed for want of a server.
    fn servers(&mut self, scene: &Scene<'_>, from: usize, curve: &Curve, weight: f64, web: At) {
        let Some(view) = scene.view(web) else {
            return;
        };
        let places = tier::cell_places(scene, web);
        let checked = scene.checked(web);
        let all_in_all = Stop::of(scene, web);
        let fails = all_in_all.fails;
        let is_pit = |i: usize| {
            let condition = Condition::of(&view.servers[i], checked);
            matches!(condition, Condition::Unnoticed | Condition::Dead)
        };
        let pits = (0..view.servers.len()).filter(|&i| is_pit(i)).count() as f64;
        let late = scene.figures.wasted as f64 / scene.figures.attempts.max(1) as f64;
        let bad = 1.0 - (1.0 - all_in_all.bad) * (1.0 - late);
        let calls = self.calls(scene, web, view.rate);
        let all_in_all = Stop { bad, calls, ..all_in_all };
        if places.is_empty() {
            let stop = self.stop(all_in_all);
            let hop = self.hop(weight, curve, stop);
            return self.stops[from].on.push(hop);
        }
        let first_y = places.first().map_or(0.0, |(_, place)| place.y);
        let all: f64 = view.servers.iter().map(|s| s.rate).sum();
        for (group, place) in places {
            let pit = group.iter().filter(|&&i| is_pit(i)).count() as f64;
            let rate: f64 = group.iter().map(|&i| view.servers[i].rate).sum();
            let lost = if pits > 0.0 { fails * pit / pits } else { 0.0 };
            let served = if all > 0.0 { rate / all } else { 0.0 };
            let kept = if pits > 0.0 { (1.0 - fails) * served } else { served };
            let share = lost + kept;
            let fails = if pits > 0.0 { lost / share.max(1e-9) } else { fails };
            let is_mute = pit > 0.0;
            let stop = self.stop(Stop { fails, is_mute, ..all_in_all.clone() });
            // On a phone the line comes from above, where the words are: past them on the right.
            let card = scene.grid.card(web).filter(|_| scene.grid.form == Form::Tall);
            let end = curve.end();
            let side = card.map_or(end, |card| (card.right() - 10.0, end.1));
            // Past the first row from above: the last may end where no cell is.
            let is_above = card.is_some_and(|_| place.y > first_y);
            let track = self.track(Track::along(curve, &lane(side, place, is_above)));
            self.stops[from].on.push(Hop { share: weight * share, track, stop });
        }
    }

    /// The calls that a web server makes for a request, on average.
    fn calls(&mut self, scene: &Scene<'_>, web: At, web_rate: f64) -> Vec<Hop> {
        let mut calls = Vec::new();
        let mine = |wire: &&Wire| wire.to.site == web.site && wire.to != web;
        for wire in scene.wires.inner.iter().filter(mine) {
            if web_rate <= 0.0 {
                continue;
            }
            let share = scene.calls(wire.to) / web_rate;
            let stop = self.stop(Stop::of(scene, wire.to));
            calls.push(self.hop(share, &wire.curve, stop));
        }
        calls
    }
}

/// From the edge of the card to a cell: between the cells, past all text, and into it from below or
/// above.
fn lane(from: Point, cell: Rect, is_above: bool) -> [Point; 4] {
    let (edge, out) = if is_above { (cell.y, -1.0) } else { (cell.bottom(), 1.0) };
    let (x, y) = (from.0 + 5.0, edge + out * 0.5 * cells::GAP);
    [(x, from.1), (x, y), (cell.centre().0, y), (cell.centre().0, edge - out * 4.0)]
}

#[cfg(test)]
mod tests {
    use super::super::scene::sample;
    use super::*;
    use crate::sim::scenario::presets;
    use crate::sim::snapshot::{PartView, ServerView, Snapshot, Tally};

    #[test]
    fn dots_are_not_seen_while_they_pass_a_card() {
        let cards = vec![Rect::new(0.0, 20.0, 40.0, 20.0), Rect::new(0.0, 60.0, 40.0, 20.0)];
        let flow = Flow { cards, ..Flow::default() };
        let seen = |end: f64| {
            let track = Track::through(&[(20.0, 0.0), (20.0, end)]);
            [10.0, 30.0, 50.0, end].map(|y| !flow.hides(&track, (20.0, y)))
        };
        assert_eq!(seen(60.0), [true, false, true, true], "past the first, to the second");
        assert_eq!(seen(70.0), [true, false, true, true], "into the second");
        assert_eq!(seen(34.0)[..2], [true, true], "into the first");
    }

    #[test]
    fn of_the_answers_on_a_line_as_many_fail_as_it_says() {
        let tally = |good, failed| Tally { good, failed, ..Tally::default() };
        let part = |key: &str, tally: Tally, alive: bool| PartView {
            key: key.to_owned(),
            servers: vec![ServerView { alive, ..ServerView::default() }],
            tally,
            ..PartView::default()
        };
        // Of 100 requests 10 are refused by the web server and 50 fail at the database.
        let told = |alive| {
            let parts = vec![part("web", tally(40, 60), alive), part("db", tally(50, 50), true)];
            let figures = Snapshot { parts, ..Snapshot::default() };
            sample(&presets::stage(2), &figures, |scene| Stop::of(scene, At::new(Kind::WebTier, 0)))
        };
        let stop = told(true);
        assert!((stop.fails + (1.0 - stop.fails) * stop.bad - 0.6).abs() < 1e-9);
        assert!(stop.fails > 0.0 && !stop.is_mute && told(false).is_mute);
    }

    #[test]
    fn a_dot_stands_for_a_round_number_of_requests() {
        let rounded = [0.3, 1.2, 4.0, 51.0, 1000.0].map(round_number);
        assert_eq!(rounded, [1.0, 2.0, 5.0, 100.0, 1000.0]);
    }
}
