//! The arrangement of several sites: each a row, with a column for each tier, so that the eye
//! compares sites by looking down a column.

use super::forms::{height, pick, users_height};
use super::layout::{Form, Grid, Room};
use super::parts::{Column, Parts, Site};
use super::shape::Rect;

/// Height of the title of a site.
pub const TITLE: f64 = 22.0;
/// Rows at least so high have a way of its own for each line between columns.
const ROOMY: f64 = 76.0;

/// The columns of a site, with their shares of the width.
const COLUMNS: [(Column, f64); 5] = [
    (Column::Balance, 0.74),
    (Column::Web, 1.35),
    (Column::Memory, 1.05),
    (Column::Data, 1.3),
    (Column::Later, 0.9),
];

/// Several sites below one another.
pub fn sites(room: Room, parts: &Parts) -> Grid {
    let Room { width, tight, .. } = room;
    let (margin, legend) = (pick(tight, 8.0, 12.0), pick(tight, 22.0, 26.0));
    let users_w = (0.15 * width).clamp(112.0, 176.0);
    let edge_w = (0.115 * width).clamp(88.0, 150.0);
    let (near, fan) = ((0.026 * width).clamp(12.0, 34.0), (0.062 * width).clamp(44.0, 74.0));
    let (n, gap) =
        (parts.sites.len() as f64, if tight || parts.sites.len() > 3 { 6.0 } else { 10.0 });
    let each = match parts.sites.len() {
        ..=3 => 112.0,
        4 | 5 => 88.0,
        _ => 66.0,
    };
    let users_h = users_height(Form::Sites, true, parts.rows.len());
    let tower = n * each + (n - 1.0) * gap;
    let needed = users_h.max(tower) + legend + 2.0 * margin + 4.0;
    let height = height(room.height, needed, 2.6);
    let body = height - 2.0 * margin - legend - 4.0;
    let axis = margin + 0.5 * body;
    let edge = Rect::new(margin + users_w + near, margin, edge_w, body);
    let site_x = edge.right() + fan;
    let h = (body - gap * (n - 1.0)) / n;
    let site =
        |i: usize| Rect::new(site_x, margin + i as f64 * (h + gap), width - margin - site_x, h);
    let mut grid = Grid {
        form: Form::Sites,
        width,
        height,
        least: needed,
        tight: true,
        users: Rect::new(margin, (axis - 0.5 * users_h).max(margin), users_w, users_h),
        sites: (0..parts.sites.len()).map(site).collect(),
        cards: Vec::new(),
        axis,
        junction: (edge.x, axis),
        hub: Some((edge.right() + 4.0, axis)),
        legend: Rect::new(margin, height - margin - legend, width - 2.0 * margin, legend),
    };
    grid.edge(parts, edge);
    let shown: Vec<(Column, f64)> = COLUMNS
        .into_iter()
        .filter(|(column, _)| *column != Column::Balance || parts.any(Column::Balance))
        .filter(|(column, _)| *column != Column::Later || parts.any(Column::Later))
        .filter(|(column, _)| *column != Column::Memory || parts.any(Column::Memory))
        .collect();
    for (index, place) in grid.sites.clone().into_iter().enumerate() {
        row(&mut grid, &parts.sites[index], index as u8, place, &shown);
    }
    grid
}

/// Puts a site's parts into its row.
fn row(grid: &mut Grid, site: &Site, index: u8, place: Rect, shown: &[(Column, f64)]) {
    let (pad, gap) = (8.0, (0.035 * place.w).clamp(10.0, 30.0));
    let inner =
        Rect::new(place.x + pad, place.y + TITLE, place.w - 2.0 * pad, place.h - TITLE - pad);
    let sum: f64 = shown.iter().map(|(_, share)| share).sum();
    let unit = (inner.w - gap * (shown.len() as f64 - 1.0)) / sum;
    let roomy = inner.h >= ROOMY;
    // Below memory and data a line runs to what stands behind them.
    let foot = if roomy && site.has(Column::Later) { 14.0 } else { 0.0 };
    let mut x = inner.x;
    for &(column, share) in shown {
        let (w, kinds) = (share * unit, site.of(column));
        let mut place = Rect::new(x, inner.y, w, inner.h);
        x += w + gap;
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
