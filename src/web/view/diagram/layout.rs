//! Where everything stands: a grid that follows from the room and the kind of system alone, in
//! pixels of the screen. Numbers, faults and servers that come and go move nothing.
//!
//! Wide: columns are tiers (users, edge, balance, web, data), with the memory tier waiting below or
//! beside the data. Where the room is narrower the data stands below the web tier, and on a phone
//! everything stands below one another.

use super::forms::{self, ROW, SQUARE};
use super::shape::{Point, Rect};

/// How the tiers are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All tiers in one row.
    Row,
    /// Memory and data below balancer and web tier.
    Square,
    /// From top to bottom, for phones.
    Tall,
}

/// What the drawing has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Rows of users' regions.
    pub regions: usize,
    /// Whether there is a balancer. Only phones give away its place when there is none.
    pub balancer: bool,
    /// Whether there is a cache on machines of its own. Only phones give away its place.
    pub memory: bool,
    /// Whether there is a database. Only phones give away its place.
    pub data: bool,
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
    /// The domain name system.
    pub dns: Rect,
    /// The site, around all machines.
    pub site: Rect,
    /// The load balancer.
    pub balancer: Rect,
    /// The web tier.
    pub web: Rect,
    /// The cache on machines of its own.
    pub memory: Rect,
    /// The database on machines of its own.
    pub data: Rect,
    /// The legend.
    pub legend: Rect,
}

/// Narrowest drawing: 320 pixels of screen without the page's margins.
const NARROWEST: f64 = 264.0;

/// The grid for a room.
#[must_use]
pub fn grid(room: Room, needs: Needs) -> Grid {
    let width = room.width.max(NARROWEST);
    let room = Room { width, ..room };
    let form = if width >= ROW {
        forms::row
    } else if width >= SQUARE {
        forms::square
    } else {
        return forms::tall(room, needs);
    };
    let grid = form(room, needs);
    if grid.least > room.height && !room.tight {
        return form(Room { tight: true, ..room }, needs);
    }
    grid
}

impl Grid {
    /// The row of a region in the users' card.
    #[must_use]
    pub fn region(&self, index: usize) -> Rect {
        let h = forms::region_height(self.form, self.tight);
        let y = self.users.y + forms::users_header(self.tight) + h * index as f64;
        Rect::new(self.users.x, y, self.users.w, h)
    }

    /// The line on which requests come into the site: its height, or on phones its distance from
    /// the left.
    #[must_use]
    pub fn axis(&self) -> f64 {
        match self.form {
            Form::Row | Form::Square => self.balancer.y + 0.5 * self.balancer.h,
            Form::Tall => 0.74 * self.width,
        }
    }

    /// Where the ways from all regions meet.
    #[must_use]
    pub fn junction(&self) -> Point {
        match self.form {
            Form::Row | Form::Square => (self.dns.x + 0.3 * self.dns.w, self.axis()),
            Form::Tall => (self.axis(), self.users.bottom()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Needs = Needs { regions: 6, balancer: true, memory: true, data: true };

    fn parts(grid: &Grid) -> [Rect; 7] {
        let Grid { users, dns, balancer, web, memory, data, legend, .. } = *grid;
        [users, dns, balancer, web, memory, data, legend]
    }

    #[test]
    fn in_every_room_all_parts_stand_inside_and_none_covers_another() {
        for width in (200..1_800).step_by(7) {
            for (height, tight) in [(300.0, true), (380.0, false), (600.0, false), (900.0, false)] {
                let grid = grid(Room { width: f64::from(width), height, tight }, ALL);
                let parts = parts(&grid);
                for (i, part) in parts.iter().enumerate() {
                    assert!(part.w > 70.0 && part.h > 15.0, "{width}: {i} {part:?}");
                    assert!(part.x >= 0.0 && part.right() <= grid.width, "{width}: {i} {part:?}");
                    assert!(part.y >= 0.0 && part.bottom() <= grid.height, "{width}: {i} {part:?}");
                    let covers = parts[..i].iter().any(|other| other.overlaps(part));
                    assert!(!covers, "{width}x{height}: {i} {part:?}");
                }
                for machine in &parts[2..6] {
                    assert_eq!(grid.site.union(machine), grid.site, "{width}x{height}");
                }
                assert!(grid.region(5).bottom() <= grid.users.bottom());
            }
        }
    }

    #[test]
    fn a_part_more_moves_no_other() {
        for width in [600.0, 780.0, 1_000.0, 1_400.0] {
            let room = Room { width, height: 600.0, tight: false };
            let bare = Needs { balancer: false, memory: false, data: false, ..ALL };
            assert_eq!(grid(room, ALL), grid(room, bare));
        }
        let phone = Room { width: 358.0, height: 400.0, tight: false };
        let without = grid(phone, Needs { memory: false, ..ALL });
        let with = grid(phone, ALL);
        assert_eq!((with.web, with.data), (without.web, without.data));
    }
}
