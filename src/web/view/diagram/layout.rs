//! Where everything stands: a grid that follows from the room and the kind of system alone, in
//! pixels of the screen. Numbers, faults and servers that come and go move nothing.
//!
//! Columns are tiers (users, edge, balance, web, memory, data, later). With one site the later
//! tiers stand below where the room is narrow; several sites are rows; on a phone everything
//! stands below one another.

use super::forms::{self, ROW, SQUARE};
use super::parts::{At, Column, Parts, column};
use super::shape::{Point, Rect};
use super::spread;
use crate::sim::kinds::Kind;

/// How the tiers are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All tiers in one row.
    Row,
    /// Memory and data below balancer and web tier.
    Square,
    /// Several sites, each a row.
    Sites,
    /// From top to bottom, for phones.
    Tall,
}

/// The room there is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels that may be filled; more is taken where it is too little.
    pub height: f64,
    /// Whether the screen is low, so that everything shall be as flat as it can be.
    pub tight: bool,
    /// How many times larger than the screen it is: who looks closely sees more in the same order.
    pub near: f64,
}

/// The places of the parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// The arrangement.
    pub form: Form,
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
    /// Least height of the drawing at this width.
    pub least: f64,
    /// Whether lines of text stand close.
    pub tight: bool,
    /// The users.
    pub users: Rect,
    /// The sites, around their machines.
    pub sites: Vec<Rect>,
    /// The cards of the parts, users apart.
    pub cards: Vec<(At, Rect)>,
    /// The line on which requests come in: its height, or on phones its distance from the left.
    pub axis: f64,
    /// Where the ways from all regions meet.
    pub junction: Point,
    /// Where ways to the sites part, behind the edge; `None` where there is only one way.
    pub hub: Option<Point>,
    /// The legend.
    pub legend: Rect,
    /// The names of the columns, with where each begins.
    pub heads: Vec<(Point, &'static str)>,
}

/// Narrowest drawing: 320 pixels of screen without the page's margins.
const NARROWEST: f64 = 264.0;

/// Narrowest room for several sites in rows: a frame of 640 pixels with its scroll bar.
const SPREAD: f64 = 604.0;

/// The grid for a room.
#[must_use]
pub fn grid(room: Room, parts: &Parts) -> Grid {
    let width = room.width.max(NARROWEST);
    let room = Room { width, ..room };
    // What is looked at closely keeps the order that it has from afar.
    let form = match width / room.near {
        seen if seen < if parts.is_spread() { SPREAD } else { SQUARE } => {
            return forms::tall(room, parts);
        }
        _ if parts.is_spread() => spread::sites,
        _ if width / room.near >= row_width(parts) => forms::row,
        _ => forms::square,
    };
    let grid = form(room, parts);
    if grid.least > room.height && !room.tight {
        return form(Room { tight: true, ..room }, parts);
    }
    grid
}

/// The narrowest room for all tiers of these parts in one row.
fn row_width(parts: &Parts) -> f64 {
    if parts.any(Column::Later) { ROW + 160.0 } else { ROW }
}

impl Grid {
    /// The row of a region in the users' card.
    #[must_use]
    pub fn region(&self, index: usize) -> Rect {
        let h = forms::region_height(self.form, self.tight);
        let y = self.users.y + forms::users_header(self.tight) + h * index as f64;
        Rect::new(self.users.x, y, self.users.w, h)
    }

    /// The card of a part.
    #[must_use]
    pub fn card(&self, at: At) -> Option<Rect> {
        self.cards.iter().find(|(other, _)| *other == at).map(|(_, rect)| *rect)
    }

    /// Names the columns that begin at these places, above everything.
    pub fn name_columns(&mut self, columns: &[(f64, &'static str)], top: f64) {
        self.heads = columns.iter().map(|&(x, name)| ((x, top - 6.0), name)).collect();
    }

    /// The card of a part outside all sites, by the name of its kind.
    #[must_use]
    pub fn outside(&self, key: &str) -> Option<(At, Rect)> {
        self.cards.iter().copied().find(|(at, _)| at.kind.key() == key && at.kind.is_global())
    }

    /// The card that requests to a site meet first.
    #[must_use]
    pub fn front(&self, site: u8) -> Option<Rect> {
        let of = |kind| self.card(At::new(kind, site));
        of(Kind::LoadBalancer).or_else(|| of(Kind::WebTier))
    }

    /// Puts cards of kinds into a place, one below the other or side by side, with a gap.
    pub fn stack(&mut self, kinds: &[Kind], site: u8, place: Rect, gap: f64) {
        let n = kinds.len() as f64;
        // Rows are compared by looking down a column.
        let below = self.form == Form::Sites || place.h >= place.w * 0.72;
        let side = |length: f64| (length - gap * (n - 1.0)) / n;
        for (i, &kind) in kinds.iter().enumerate() {
            let i = i as f64;
            let rect = if below {
                let h = side(place.h);
                Rect::new(place.x, place.y + i * (h + gap), place.w, h)
            } else {
                let w = side(place.w);
                Rect::new(place.x + i * (w + gap), place.y, w, place.h)
            };
            self.cards.push((At::new(kind, site), rect));
        }
    }

    /// Puts the parts outside all sites into the edge's column: names on top, copies near the users
    /// above or below the axis, onlookers at the bottom.
    pub fn edge(&mut self, parts: &Parts, place: Rect) {
        let (gap, dns_h) =
            (if self.tight { 8.0 } else { 14.0 }, if self.tight { 58.0 } else { 70.0 });
        // Among several sites it shows how it splits the requests.
        let dns_h = if parts.is_spread() { dns_h + 32.0 } else { dns_h };
        let mut top = place.y;
        if parts.has("dns") {
            self.cards.push((At::new(Kind::Dns, 0), Rect::new(place.x, top, place.w, dns_h)));
            top += dns_h + gap;
        }
        let watchers = parts.outside(Column::Watch);
        let each = if self.tight { 58.0 } else { 66.0 };
        let bottom = place.bottom() - (each + gap) * watchers.len() as f64;
        for (i, &kind) in watchers.iter().enumerate() {
            let y = bottom + gap + (each + gap) * i as f64;
            self.cards.push((At::new(kind, 0), Rect::new(place.x, y, place.w, each)));
        }
        for kind in parts.outside(Column::Edge).into_iter().filter(|kind| *kind != Kind::Dns) {
            // Room for the rate of the line between the card and the axis.
            let (above, below) = (self.axis - 28.0 - top, bottom - self.axis - 28.0);
            let rect = if above > below {
                let h = above.min(240.0);
                Rect::new(place.x, self.axis - 28.0 - h, place.w, h)
            } else {
                Rect::new(place.x, self.axis + 28.0, place.w, below.min(240.0))
            };
            self.cards.push((At::new(kind, 0), rect));
        }
    }
}

/// The kinds of a site in a column, in the order of the table of kinds.
#[must_use]
pub fn kinds_in(kinds: &[Kind], wanted: Column) -> Vec<Kind> {
    kinds.iter().copied().filter(|&kind| column(kind) == Some(wanted)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::{Scenario, link, presets};

    /// Everything that there is, in so many sites.
    fn all(sites: u8) -> Parts {
        let mut scenario = Scenario::of(Kind::ALL);
        scenario.set_sites(sites);
        Parts::of(&scenario)
    }

    fn check(grid: &Grid, what: &str) {
        let mut cards = vec![("users", grid.users), ("legend", grid.legend)];
        cards.extend(grid.cards.iter().map(|(at, rect)| (at.kind.key(), *rect)));
        for (i, (name, part)) in cards.iter().enumerate() {
            assert!(part.w > 38.0 && part.h > 15.0, "{what}: {name} {part:?}");
            assert!(part.x >= 0.0 && part.right() <= grid.width + 0.1, "{what}: {name} {part:?}");
            assert!(part.y >= 0.0 && part.bottom() <= grid.height + 0.1, "{what}: {name} {part:?}");
            let other = cards[..i].iter().find(|(_, other)| other.inset(0.1).overlaps(part));
            assert!(other.is_none(), "{what}: {name} covers {other:?}");
        }
        for (at, rect) in grid.cards.iter().filter(|(at, _)| !at.kind.is_global()) {
            let site = grid.sites[usize::from(at.site)].inset(-0.1);
            let is_wide = rect.x >= site.x && rect.right() <= site.right();
            let is_inside = is_wide && rect.y >= site.y && rect.bottom() <= site.bottom();
            assert!(is_inside, "{what}: {at:?} {rect:?}");
        }
        assert!(grid.region(5).bottom() <= grid.users.bottom());
    }

    #[test]
    fn in_every_room_all_parts_stand_inside_and_none_covers_another() {
        for sites in [1, 2, 3, 10] {
            let parts = all(sites);
            for width in (200..1_800).step_by(23) {
                for (height, tight) in
                    [(380.0, true), (380.0, false), (600.0, false), (900.0, false)]
                {
                    let room = Room { width: f64::from(width), height, tight, near: 1.0 };
                    let grid = grid(room, &parts);
                    check(&grid, &format!("{sites} sites, {width}x{height}"));
                }
            }
        }
    }

    #[test]
    fn from_stage_to_stage_the_columns_stay_where_they_are() {
        for width in [620.0, 784.0, 1_000.0, 1_400.0] {
            let room = Room { width, height: 600.0, tight: false, near: 1.0 };
            for (stages, what) in [(1..=6, "one site"), (7..=9, "several")] {
                let grids = stages.map(|n| grid(room, &Parts::of(&presets::stage(n))));
                let grids: Vec<Grid> = grids.collect();
                for grid in &grids {
                    let last = &grids[grids.len() - 1].heads;
                    assert!(grid.heads.iter().all(|h| last.contains(h)), "{what} at {width}");
                    // Only a column in which nothing stands yet has no heading.
                    let mut missing = last.iter().filter(|h| !grid.heads.contains(h));
                    assert!(missing.all(|h| h.1 == "Later"), "{what} at {width}");
                    assert_eq!(grid.sites, grids[0].sites, "{what} at {width}");
                    assert_eq!(grid.front(0).map(|r| r.y > 0.0), Some(true));
                }
            }
        }
    }

    #[test]
    fn a_part_more_moves_no_other() {
        let with = Parts::of(&presets::stage(3));
        let bare = Parts::of(&link::read("?stage=3&drop=lb").scenario);
        for width in [600.0, 780.0, 1_000.0, 1_400.0] {
            let room = Room { width, height: 600.0, tight: false, near: 1.0 };
            let (with, bare) = (grid(room, &with), grid(room, &bare));
            for (at, rect) in &bare.cards {
                assert_eq!(with.card(*at), Some(*rect), "{at:?} at {width}");
            }
        }
    }
}
