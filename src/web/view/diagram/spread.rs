//! The arrangement of several sites: each a row, with a column for each tier, so that the eye
//! compares sites by looking down a column.

use super::fit::{self, Weight};
use super::forms::{HEAD, height, pick, users_height};
use super::layout::{Form, Grid, Room};
use super::parts::{Column, Parts, Site};
use super::scene::SMALL;
use super::shape::Rect;

/// Height of the title of a site.
pub const TITLE: f64 = 22.0;
/// Rows at least so high have a way of its own for each line between columns.
const ROOMY: f64 = 76.0;

/// The columns of a site, with their shares of the width, in wide and in narrow rooms, and their
/// names, long and short. All are always there, so that what is added grows into a place that was
/// waiting.
const COLUMNS: [(Column, [f64; 2], [&str; 2]); 5] = [
    (Column::Balance, [0.74, 0.72], ["Balance", "LB"]),
    (Column::Web, [1.35, 1.14], ["Web"; 2]),
    (Column::Memory, [1.05, 1.13], ["Memory", "Mem."]),
    (Column::Data, [1.3, 1.25], ["Data"; 2]),
    (Column::Later, [0.9, 1.14], ["Later"; 2]),
];
/// Sites that are not as wide as this have narrow columns, each just as wide as its parts' names.
const NARROW: f64 = 460.0;

/// Several sites below one another.
pub fn sites(room: Room, parts: &Parts) -> Grid {
    let Room { width, tight, .. } = room;
    let (margin, legend) = (pick(tight, 8.0, 12.0), pick(tight, 22.0, 26.0));
    // In a frame of someone's page, among others, everything is as small as it can be read.
    let is_small = width < 700.0;
    let users_w = (0.15 * width).clamp(112.0, 176.0);
    let edge_w = (0.115 * width).clamp(if is_small { 80.0 } else { 88.0 }, 150.0);
    let fan = (0.062 * width).clamp(if is_small { 38.0 } else { 44.0 }, 74.0);
    let near = if is_small { 10.0 } else { (0.026 * width).clamp(12.0, 34.0) };
    let (n, gap) =
        (parts.sites.len() as f64, if tight || parts.sites.len() > 3 { 6.0 } else { 10.0 });
    let each = match parts.sites.len() {
        ..=3 if is_small => 92.0,
        ..=3 => 112.0,
        4 | 5 => 88.0,
        _ => 66.0,
    };
    let users_h = users_height(Form::Sites, true, parts.rows.len());
    let tower = n * each + (n - 1.0) * gap;
    let top = margin + HEAD;
    let needed = users_h.max(tower) + legend + top + margin + 4.0;
    let height = height(room.height, needed, 2.6 * room.near);
    let body = height - top - margin - legend - 4.0;
    let axis = top + 0.5 * body;
    let edge = Rect::new(margin + users_w + near, top, edge_w, body);
    let site_x = edge.right() + fan;
    let h = (body - gap * (n - 1.0)) / n;
    let site = |i: usize| Rect::new(site_x, top + i as f64 * (h + gap), width - margin - site_x, h);
    let mut grid = Grid {
        form: Form::Sites,
        width,
        height,
        least: needed,
        tight: true,
        users: Rect::new(margin, (axis - 0.5 * users_h).max(top), users_w, users_h),
        sites: (0..parts.sites.len()).map(site).collect(),
        cards: Vec::new(),
        axis,
        junction: (edge.x, axis),
        hub: Some((edge.right() + 4.0, axis)),
        legend: Rect::new(margin, height - margin - legend, width - 2.0 * margin, legend),
        heads: Vec::new(),
    };
    grid.edge(parts, edge);
    for (index, place) in grid.sites.clone().into_iter().enumerate() {
        row(&mut grid, &parts.sites[index], index as u8, place);
    }
    let mut heads = vec![(margin, "Users"), (edge.x, "Edge")];
    let (columns, _) = columns(grid.sites[0]);
    for (&(column, x, w), (.., [long, short])) in columns.iter().zip(COLUMNS) {
        // A place that waits has no name yet.
        if parts.sites.iter().any(|site| !site.of(column).is_empty()) {
            heads.push((x, if fit::width(long, SMALL, Weight::Bold) <= w { long } else { short }));
        }
    }
    grid.name_columns(&heads, top);
    grid
}

/// Space between a site's frame and its cards.
const PAD: f64 = 8.0;

/// The columns of a site: which, where and how wide; and the room below its title.
fn columns(place: Rect) -> (Vec<(Column, f64, f64)>, Rect) {
    let is_narrow = place.w < NARROW;
    let gap = if is_narrow { 7.0 } else { (0.035 * place.w).clamp(10.0, 30.0) };
    let inner =
        Rect::new(place.x + PAD, place.y + TITLE, place.w - 2.0 * PAD, place.h - TITLE - PAD);
    let share = |shares: [f64; 2]| shares[usize::from(is_narrow)];
    let sum: f64 = COLUMNS.iter().map(|&(_, shares, _)| share(shares)).sum();
    let unit = (inner.w - gap * (COLUMNS.len() as f64 - 1.0)) / sum;
    let mut x = inner.x;
    let columns = COLUMNS.iter().map(|&(column, shares, _)| {
        let w = share(shares) * unit;
        let placed = (column, x, w);
        x += w + gap;
        placed
    });
    (columns.collect(), inner)
}

/// Puts a site's parts into its row.
fn row(grid: &mut Grid, site: &Site, index: u8, place: Rect) {
    let (columns, inner) = columns(place);
    let roomy = inner.h >= ROOMY;
    // Below memory and data a line runs to what stands behind them.
    let foot = if roomy { 14.0 } else { 0.0 };
    for (column, x, w) in columns {
        let kinds = site.of(column);
        let mut place = Rect::new(x, inner.y, w, inner.h);
        match column {
            Column::Balance => {
                let h = inner.h.min(104.0);
                place = Rect::new(place.x, inner.y + 0.5 * (inner.h - h), w, h);
            }
            Column::Memory if roomy => {
                place.h -= foot;
                if kinds.len() == 1 {
                    place.h *= 0.62;
                }
            }
            Column::Data => place.h -= foot,
            _ => {}
        }
        grid.stack(&kinds, index, place, if roomy { 14.0 } else { 5.0 });
    }
}

/// Least height below a site's title in which it can say what its outage costs.
const FOLDED: f64 = 102.0;
/// What is left of the height of the cards of a site that is down.
const FOLD: f64 = 0.5;

/// Folds the cards of sites that are down, one bit for each site, so that there is room to say what
/// the outage costs.
pub fn fold(grid: &mut Grid, down: u16) {
    if grid.form != Form::Sites {
        return;
    }
    for (at, card) in &mut grid.cards {
        let is_down = !at.kind.is_global() && down & (1 << at.site) != 0;
        let Some(place) = grid.sites.get(usize::from(at.site)).filter(|_| is_down) else {
            continue;
        };
        let (_, inner) = columns(*place);
        if inner.h >= FOLDED {
            card.y = inner.y + FOLD * (card.y - inner.y);
            card.h *= FOLD;
        }
    }
}

/// Where the lines between the data of the sites cross a site: the middle of that column.
#[must_use]
pub fn crossing(place: Rect) -> f64 {
    let (columns, _) = columns(place);
    let data = columns.iter().find(|(column, ..)| *column == Column::Data);
    data.map_or(place.right(), |(_, x, w)| x + 0.5 * w)
}

/// The room that the folded cards of a site leave; `None` where they are not folded.
#[must_use]
pub fn unfolded(place: Rect) -> Option<Rect> {
    let (_, inner) = columns(place);
    let used = FOLD * inner.h + 4.0;
    let w = crossing(place) - 8.0 - inner.x;
    (inner.h >= FOLDED).then(|| Rect::new(inner.x, inner.y + used, w, inner.h - used))
}
