//! The lines along which requests flow: where they run. What is written beside them is in
//! `lines`.

use super::forms::SIDE;
use super::layout::{Form, Grid};
use super::parts::{At, Column, Parts, column};
use super::shape::{Curve, Point, Rect};
use crate::sim::kinds::Kind;

/// Which end of a label stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The beginning.
    Left,
    /// The middle.
    Middle,
    /// The end.
    Right,
}

/// A line to a part.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// The part that is called.
    pub to: At,
    /// The way.
    pub curve: Curve,
    /// Where its rate is written, and where the failed share.
    pub labels: [Point; 2],
    /// How labels stand there.
    pub side: Side,
    /// Room for the labels; 0 for none.
    pub room: f64,
}

/// All lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Wires {
    /// From each row of the users' card to where they meet; empty on phones.
    pub regions: Vec<Curve>,
    /// From there past the edge, where copies near the users stand beside the way, or where ways
    /// part to several sites.
    pub bridge: Option<Curve>,
    /// From where they meet to the copies near the users, and from there on to the sites.
    pub copies: Option<(Wire, Curve)>,
    /// To the first part of each site.
    pub fronts: Vec<Wire>,
    /// From the users to the name system.
    pub dns: Option<Curve>,
    /// Inside the sites.
    pub inner: Vec<Wire>,
    /// Between the databases of sites that stand next to each other.
    pub between: Vec<Wire>,
}

impl Wires {
    /// The lines of a system.
    #[must_use]
    pub fn of(grid: &Grid, parts: &Parts) -> Self {
        let is_tall = grid.form == Form::Tall;
        let rows = if is_tall { 0 } else { parts.rows.len() };
        let regions = (0..rows).map(|i| {
            let row = grid.region(i);
            Curve::across((row.right(), row.centre().1), grid.junction)
        });
        let bridge = grid.hub.map(|hub| Curve::across(grid.junction, hub));
        let mut inner = Vec::new();
        for (index, site) in parts.sites.iter().enumerate() {
            let wires = site.own.iter().map(|&kind| At::new(kind, index as u8));
            inner.extend(wires.filter_map(|at| inside(grid, parts, at)));
        }
        Self {
            regions: regions.collect(),
            bridge,
            copies: copies(grid),
            fronts: (0..parts.sites.len()).filter_map(|i| front(grid, parts, i as u8)).collect(),
            dns: dns(grid),
            inner,
            between: (1..parts.sites.len()).filter_map(|i| between(grid, i as u8)).collect(),
        }
    }
}

/// A line from left to right with its labels above and below.
fn level(to: At, a: Point, b: Point, x: f64, room: f64) -> Wire {
    let labels = [(x, b.1 - 8.0), (x, b.1 + 17.0)];
    Wire { to, curve: Curve::across(a, b), labels, side: Side::Middle, room }
}

/// A line from top to bottom with its labels on both sides, in the first `space` pixels.
fn upright(to: At, a: Point, b: Point, space: f64) -> Wire {
    let y = a.1 + 0.5 * space + 4.0;
    let labels = [(a.0 - 9.0, y), (a.0 + 9.0, y)];
    Wire { to, curve: Curve::down(a, b), labels, side: Side::Right, room: 76.0 }
}

fn dns(grid: &Grid) -> Option<Curve> {
    let (_, card) = grid.outside("dns")?;
    Some(if grid.form == Form::Tall {
        let x = card.centre().0;
        Curve::down((x, grid.users.bottom()), (x, card.y))
    } else {
        let y = (grid.users.y + 18.0).max(card.y + 18.0);
        Curve::across((grid.users.right(), y), (card.x, card.centre().1))
    })
}

/// The ways to and from the copies near the users.
fn copies(grid: &Grid) -> Option<(Wire, Curve)> {
    let (at, card) = grid.outside("cdn")?;
    if grid.form == Form::Tall {
        // From the users, past the names on the right.
        let x = grid
            .outside("dns")
            .map_or(0.3 * grid.width, |(_, dns)| 0.5 * (dns.right() + grid.axis.min(card.right())));
        let wire = upright(at, (x, grid.users.bottom()), (x, card.y), 26.0);
        // Its failures are written between it and the way to the names.
        let names = grid.outside("dns").map_or(0.0, |(_, dns)| dns.centre().0 + 8.0);
        let wire = Wire { room: (wire.labels[0].0 - names).clamp(0.0, 76.0), ..wire };
        let x = 0.3 * grid.width;
        return Some((wire, Curve::down((x, card.bottom()), (x, card.bottom() + 20.0))));
    }
    let hub = grid.hub?;
    let is_above = card.bottom() < grid.axis;
    let y = if is_above { card.bottom() - 22.0 } else { card.y + 22.0 };
    let (a, b) = ((grid.junction.0 - 6.0, grid.axis), (card.x, y));
    let wire =
        Wire { to: at, curve: Curve::across(a, b), labels: [b; 2], side: Side::Right, room: 0.0 };
    Some((wire, Curve::across((card.right(), y), (hub.0 + 8.0, hub.1))))
}

/// The way to the first part of a site.
fn front(grid: &Grid, parts: &Parts, site: u8) -> Option<Wire> {
    let card = grid.front(site)?;
    let kind = parts.sites.get(usize::from(site))?.front();
    let (to, frame) = (At::new(kind, site), *grid.sites.get(usize::from(site))?);
    let start = grid.hub.unwrap_or(grid.junction);
    if grid.form == Form::Tall {
        if !parts.is_spread() {
            let (start, end) = (grid.junction, (grid.axis, card.y));
            // What it passes covers it.
            let over = grid.outside("cdn").map_or(frame.y, |(_, cdn)| cdn.y);
            return Some(upright(to, start, end, over - start.1));
        }
        let y = frame.y + 14.0;
        let curve = Curve::across((grid.axis, y), (frame.right() - 2.0, y));
        return Some(Wire { to, curve, labels: [(0.0, 0.0); 2], side: Side::Right, room: 0.0 });
    }
    if !parts.is_spread() {
        if grid.hub.is_some() {
            // The label has the room above the way past the edge.
            let wire =
                level(to, start, (card.x, grid.axis), frame.x - 5.0, frame.x - grid.junction.0);
            // The way from the copies comes in on the other side of it.
            let from_above = grid.outside("cdn").is_some_and(|(_, cdn)| cdn.y < grid.axis);
            let y = grid.axis;
            let [near, far] = if from_above { [17.0, 31.0] } else { [-8.0, -22.0] };
            let labels = [near, far].map(|dy| (frame.x - 5.0, y + dy));
            return Some(Wire { side: Side::Right, labels, ..wire });
        }
        let x = 0.5 * (start.0 + frame.x);
        return Some(level(to, start, (card.x, grid.axis), x, frame.x - start.0 - 6.0));
    }
    let y = card.centre().1;
    // The label stands on the side of the line that it does not come from.
    let is_lower = y > grid.axis + 30.0;
    let (upper, lower) = if is_lower { (y + 15.0, y + 29.0) } else { (y - 8.0, y - 22.0) };
    let x = frame.x - 5.0;
    Some(Wire {
        to,
        curve: Curve::early(start, (card.x, y)),
        labels: [(x, upper), (x, lower)],
        side: Side::Right,
        // Among many sites lines would run through it; their titles say the rate as well.
        room: if parts.sites.len() > 5 { 0.0 } else { x - start.0 + 3.0 },
    })
}

/// The way to a part inside a site, from the part that calls it.
fn inside(grid: &Grid, parts: &Parts, to: At) -> Option<Wire> {
    let card = grid.card(to)?;
    let web = grid.card(to.beside(Kind::WebTier))?;
    let tier = column(to.kind)?;
    let site = *grid.sites.get(usize::from(to.site))?;
    if tier == Column::Balance {
        return None;
    }
    if tier == Column::Web {
        let balancer = grid.card(to.beside(Kind::LoadBalancer))?;
        return Some(match grid.form {
            Form::Tall if parts.is_spread() => return None,
            Form::Tall => upright(
                to,
                (grid.axis, balancer.bottom()),
                (grid.axis, web.y),
                web.y - balancer.bottom(),
            ),
            _ => {
                let y = balancer.centre().1.clamp(web.y + 8.0, web.bottom() - 8.0);
                beside(to, balancer, web, y, web.x - balancer.right())
            }
        });
    }
    match grid.form {
        Form::Tall if parts.is_spread() => None,
        Form::Tall => Some(down_the_side(grid, to, web, card, site)),
        Form::Square => Some(below(to, web, card, tier)),
        Form::Row | Form::Sites => {
            let y = lane(grid, parts, to, card)?.clamp(web.y + 8.0, web.bottom() - 6.0);
            // What stands before it covers the line, unless it ends well above.
            let before = grid.cards.iter().filter(|(at, rect)| {
                at.site == to.site
                    && !at.kind.is_global()
                    && rect.right() <= card.x
                    && rect.bottom() > y - 20.0
            });
            let covered = before.map(|(_, rect)| rect.right()).fold(web.right(), f64::max);
            Some(beside(to, web, card, y, card.x - covered))
        }
    }
}

/// A line at a height between two cards that stand side by side; its label stands before its end.
fn beside(to: At, from: Rect, until: Rect, y: f64, free: f64) -> Wire {
    let wire = level(
        to,
        (from.right(), y),
        (until.x, y),
        until.x - 0.5 * free.min(64.0),
        free.min(64.0) - 4.0,
    );
    if wire.room < 34.0 { Wire { room: 0.0, ..wire } } else { wire }
}

/// The height of the line to a part in a row of cards, past those that stand before it.
fn lane(grid: &Grid, parts: &Parts, to: At, card: Rect) -> Option<f64> {
    let site = parts.site(to)?;
    let memory: Vec<Rect> =
        site.of(Column::Memory).iter().filter_map(|&kind| grid.card(to.beside(kind))).collect();
    let is_between = |rect: &&Rect| rect.right() <= card.x;
    match column(to.kind)? {
        Column::Data => Some(match memory.iter().filter(is_between).collect::<Vec<_>>()[..] {
            [] if grid.form == Form::Row => grid.axis.clamp(card.y + 24.0, card.bottom() - 24.0),
            [only] if card.bottom() - only.bottom() > 12.0 => 0.5 * (only.bottom() + card.bottom()),
            [one, other, ..] if other.y > one.bottom() => 0.5 * (one.bottom() + other.y),
            _ => card.centre().1,
        }),
        Column::Later => {
            let data = grid.card(to.beside(Kind::Database));
            let foot = data.map_or(card.bottom(), |data| data.bottom());
            Some(if card.bottom() - foot > 8.0 { card.bottom() - 6.0 } else { card.centre().1 })
        }
        _ => Some(card.centre().1),
    }
}

/// A line from the web tier to a part below it.
fn below(to: At, web: Rect, card: Rect, tier: Column) -> Wire {
    if tier != Column::Memory {
        let x = card.centre().0;
        let wire = upright(to, (x, web.bottom()), (x, card.y), card.y - web.bottom());
        // The line to what stands beside it has labels too.
        return Wire { room: wire.room.min(0.5 * card.w - 3.0), ..wire };
    }
    // Memory stands to the left: the second card of it is met from its side.
    let start = (web.x + 22.0, web.bottom());
    let gap = card.y - web.bottom();
    if gap > 64.0 {
        // Down between the columns.
        let y = card.centre().1;
        let start = (web.x, web.bottom() - 14.0);
        return Wire {
            to,
            curve: Curve::gap(start, (card.right(), y)),
            labels: [(0.0, 0.0); 2],
            side: Side::Right,
            room: 0.0,
        };
    }
    let x = card.x + 0.62 * card.w;
    let mut wire = upright(to, start, (x, card.y), 0.0);
    // Low, where the way to its neighbour is still high.
    let y = card.y - 5.0;
    wire.labels = [(x - 10.0, y), (x - 10.0, y - 14.0)];
    wire
}

/// On a phone: down from the web tier; past what stands between, near the right edge.
fn down_the_side(grid: &Grid, to: At, web: Rect, card: Rect, site: Rect) -> Wire {
    if card.y - web.bottom() < 40.0 {
        return upright(to, (grid.axis, web.bottom()), (grid.axis, card.y), card.y - web.bottom());
    }
    // What it passes leaves room for it.
    let x = 0.5 * (web.right() - SIDE + site.right());
    let end = x.min(card.right()) - 16.0;
    let mut wire = upright(to, (x, web.bottom() - 8.0), (end, card.y), 0.0);
    wire.curve = wire.curve.falling(card.y - web.bottom() - 26.0);
    let y = card.y - 10.0;
    wire.labels = [(end - 10.0, y), (end - 140.0, y)];
    wire
}

/// The way of changes from one site's database to the next one's.
fn between(grid: &Grid, site: u8) -> Option<Wire> {
    if grid.form != Form::Sites {
        return None;
    }
    let to = At::new(Kind::Database, site);
    let (above, below) = (grid.card(At::new(Kind::Database, site - 1))?, grid.card(to)?);
    let frame = grid.sites.get(usize::from(site))?;
    let x = above.centre().0;
    let y = 0.5 * (above.bottom() + below.y) + 4.0;
    Some(Wire {
        to,
        curve: Curve::down((x, above.bottom()), (x, below.y)),
        labels: [(x + 8.0, y); 2],
        side: Side::Left,
        // Between two sites nothing else is written.
        room: frame.right() - x - 20.0,
    })
}

#[cfg(test)]
mod tests {
    use super::super::layout::{self, Room};
    use super::*;
    use crate::sim::scenario::presets;

    #[test]
    fn on_a_phone_calls_are_seen_beside_what_they_pass() {
        let parts = Parts::of(&presets::stage(6));
        let room = Room { width: 380.0, height: 600.0, tight: false, near: 1.0 };
        let grid = layout::grid(room, &parts);
        let data = grid.card(At::new(Kind::Database, 0)).expect("there is data");
        for wire in &Wires::of(&grid, &parts).inner {
            for t in 0..=20 {
                let (x, y) = wire.curve.at(f64::from(t) / 20.0);
                let is_beside = x > data.right() || y <= data.y + 0.1 || y >= data.bottom() - 0.1;
                assert!(is_beside, "{:?} at {x} {y}", wire.to);
            }
        }
    }

    #[test]
    fn on_a_phone_no_call_seems_to_come_from_the_names() {
        for stage in [5, 9] {
            let parts = Parts::of(&presets::stage(stage));
            for width in [300.0, 380.0, 560.0] {
                let room = Room { width, height: 600.0, tight: false, near: 1.0 };
                let grid = layout::grid(room, &parts);
                let (wire, _) = copies(&grid).expect("there are copies near the users");
                let (_, dns) = grid.outside("dns").expect("and names");
                assert_eq!(wire.curve.start().1, grid.users.bottom());
                assert!(wire.curve.start().0 > dns.right() + 8.0, "stage {stage} at {width}");
                assert!(wire.curve.start().0 < grid.axis - 8.0, "stage {stage} at {width}");
            }
        }
    }
}
