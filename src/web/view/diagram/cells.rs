//! Servers as cells: how many stand in one cell, and where each cell stands.

use super::shape::Rect;
use std::ops::Range;

/// Most cells; more servers share cells.
const MOST_CELLS: usize = 32;
/// Numbers of places that a field of cells may have: a server more takes a place that was waiting.
const PLACES: [usize; 9] = [1, 2, 4, 6, 8, 12, 16, 24, MOST_CELLS];
/// Widest and highest cell.
const WIDEST: f64 = 110.0;
const HIGHEST: f64 = 92.0;
/// Least height of a cell with a number in it.
pub const WRITTEN: f64 = 14.0;
/// Space between cells.
pub const GAP: f64 = 5.0;

/// Least width and height of a cell, with the gap beside it: "100" has room in it.
const SMALLEST: (f64, f64) = (31.0, WRITTEN + GAP);

/// Most cells that an area holds.
#[must_use]
pub fn most(area: Rect) -> usize {
    let along = |side: f64, least: f64| libm::floor((side + GAP) / least).max(1.0);
    let room = (along(area.w, SMALLEST.0) * along(area.h, SMALLEST.1)) as usize;
    PLACES.into_iter().rfind(|&places| places <= room).unwrap_or(1)
}

/// How many servers stand in one cell, of which there are at most so many.
#[must_use]
pub fn per_cell(servers: usize, most: usize) -> usize {
    servers.div_ceil(most).next_power_of_two()
}

/// The servers of each cell.
#[must_use]
pub fn groups(servers: usize, most: usize) -> Vec<Range<usize>> {
    let step = per_cell(servers, most);
    (0..servers).step_by(step).map(|first| first..(first + step).min(servers)).collect()
}

/// Cells of shards: the primary of each with its replicas below it, or all of a shard as one cell
/// where there is little room; several shards share one where there is still less.
#[must_use]
pub fn shards(area: Rect, shards: usize, copies: usize) -> Vec<(Range<usize>, Rect)> {
    let each = per_cell(shards, most(area));
    let blocks = arrange(area, shards.div_ceil(each));
    let mut places = Vec::new();
    for (block, place) in blocks.into_iter().enumerate() {
        let first = block * each;
        let range = first * copies..((first + each).min(shards)) * copies;
        let replicas = copies - 1;
        let w = (place.w - 2.0 * (replicas as f64 - 1.0)) / (replicas.max(1)) as f64;
        if each > 1 || replicas == 0 || place.h < 25.0 || w < 9.0 {
            places.push((range, place));
            continue;
        }
        let h = 0.62 * (place.h - 2.0);
        places.push((range.start..range.start + 1, Rect::new(place.x, place.y, place.w, h)));
        for replica in 0..replicas {
            let x = place.x + replica as f64 * (w + 2.0);
            let y = place.y + h + 2.0;
            let server = range.start + 1 + replica;
            places.push((server..server + 1, Rect::new(x, y, w, place.h - h - 2.0)));
        }
    }
    places
}

/// Places for so many cells in an area, filled row by row. The places are those of the next larger
/// field, so that one cell more moves none of the others as long as there is a place.
#[must_use]
pub fn arrange(area: Rect, cells: usize) -> Vec<Rect> {
    let places = PLACES.iter().copied().find(|&n| n >= cells).unwrap_or(cells.max(1));
    arrange_in(area, cells, places, 0.0)
}

/// Places for cells of which there will never be more, at least so wide where the area allows it.
#[must_use]
pub fn arrange_wide(area: Rect, cells: usize, least: f64) -> Vec<Rect> {
    arrange_in(area, cells, cells.max(1), least)
}

fn arrange_in(area: Rect, cells: usize, places: usize, least: f64) -> Vec<Rect> {
    let size = |columns: usize| {
        let rows = places.div_ceil(columns);
        let side = |length: f64, n: usize| (length - GAP * (n as f64 - 1.0)) / n as f64;
        (side(area.w, columns).min(WIDEST), side(area.h, rows).min(HIGHEST), rows)
    };
    if cells == 1 {
        let h = area.h.min(1.2 * HIGHEST);
        return vec![Rect::new(area.x, area.y + 0.5 * (area.h - h), area.w, h)];
    }
    // The columns that give the largest cells, a little wider than high, with few empty places.
    let widest = (1..=places).rev().find(|&columns| size(columns).0 >= least).unwrap_or(places);
    // A number has to have room above all, if need be without its unit.
    let widest = (widest..=places).find(|&columns| size(columns).1 >= WRITTEN).unwrap_or(widest);
    let columns = (1..=widest)
        .filter(|&columns| size(columns).0 > 0.0 && size(columns).1 > 0.0)
        .max_by(|&a, &b| {
            let rate = |columns| {
                let (w, h, rows) = size(columns);
                let wasted = (rows * columns - places) as f64 / places as f64;
                w.min(1.5 * h) * h.min(w) * (1.0 - wasted)
            };
            rate(a).total_cmp(&rate(b))
        })
        .unwrap_or(places);
    let (w, h, rows) = size(columns);
    let top = area.y + 0.5 * (area.h - rows as f64 * (h + GAP) + GAP);
    (0..cells)
        .map(|i| {
            let (row, column) = ((i / columns) as f64, (i % columns) as f64);
            Rect::new(area.x + column * (w + GAP), top + row * (h + GAP), w, h)
        })
        .collect()
}

/// Places for the servers of a database: the primary wider than the replicas beside it.
#[must_use]
pub fn arrange_data(area: Rect, cells: usize) -> Vec<Rect> {
    let h = area.h.min(HIGHEST);
    let y = area.y + 0.5 * (area.h - h);
    if cells < 2 {
        return vec![Rect::new(area.x, y, area.w, h)];
    }
    let primary_w = (0.4 * area.w).clamp(30.0, 120.0);
    let mut places = vec![Rect::new(area.x, y, primary_w, h)];
    let x = places[0].right() + GAP;
    let rest = Rect::new(x, y, area.right() - x, h);
    let replicas = cells - 1;
    let each = (rest.w - GAP * (replicas as f64 - 1.0)) / replicas as f64;
    if each >= 30.0 {
        let beside = |i: usize| Rect::new(x + i as f64 * (each + GAP), y, each, h);
        places.extend((0..replicas).map(beside));
    } else {
        places.extend(arrange(rest, replicas));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect::new(10.0, 20.0, 180.0, 70.0);

    #[test]
    fn every_server_has_a_cell_within_the_area_and_no_two_overlap() {
        for servers in [1, 2, 3, 4, 5, 9, 12, 30, 31, 60, 500] {
            let groups = groups(servers, MOST_CELLS);
            assert!(groups.len() <= MOST_CELLS);
            assert_eq!(groups.iter().map(ExactSizeIterator::len).sum::<usize>(), servers);
            for cells in [arrange(AREA, groups.len()), arrange_data(AREA, groups.len())] {
                assert_eq!(cells.len(), groups.len());
                for (i, cell) in cells.iter().enumerate() {
                    assert!(cell.w > 4.0 && cell.h > 4.0, "{servers}: {cell:?}");
                    assert!(cell.x >= 9.9 && cell.right() <= 190.1, "{servers}: {cell:?}");
                    assert!(cell.y >= 19.9 && cell.bottom() <= 90.1, "{servers}: {cell:?}");
                    assert!(!cells[..i].iter().any(|other| other.overlaps(cell)));
                }
            }
        }
        assert_eq!([30, 32, 33, 60, 500].map(|n| per_cell(n, MOST_CELLS)), [1, 1, 2, 2, 16]);
    }

    #[test]
    fn as_many_cells_stand_in_an_area_as_have_room_for_their_numbers() {
        for (w, h, most) in [(64.0, 17.0, 2), (64.0, 36.0, 4), (124.0, 41.0, 8), (20.0, 9.0, 1)] {
            let area = Rect::new(0.0, 0.0, w, h);
            assert_eq!(super::most(area), most, "{w} x {h}");
            let cells = arrange(area, most);
            assert!(most == 1 || cells.iter().all(|c| c.h >= WRITTEN && c.w >= 26.0), "{cells:?}");
        }
    }

    #[test]
    fn low_cells_are_narrower_so_that_their_numbers_have_room() {
        let low = arrange_wide(Rect::new(0.0, 0.0, 109.0, 36.0), 5, 50.0);
        assert!(low.iter().all(|cell| cell.h >= WRITTEN), "{low:?}");
        let high = arrange_wide(Rect::new(0.0, 0.0, 109.0, 60.0), 5, 50.0);
        assert!(high.iter().all(|cell| cell.w >= 50.0), "{high:?}");
    }

    #[test]
    fn a_server_more_moves_no_other() {
        let (seven, eight) = (arrange(AREA, 7), arrange(AREA, 8));
        assert_eq!(seven[..], eight[..7]);
    }

    #[test]
    fn shards_stand_apart_and_each_server_once() {
        for (shards, copies) in [(2, 1), (4, 3), (16, 2), (64, 4)] {
            for area in [AREA, Rect::new(0.0, 0.0, 90.0, 20.0), Rect::new(0.0, 0.0, 300.0, 200.0)] {
                let cells = super::shards(area, shards, copies);
                let servers: Vec<usize> =
                    cells.iter().flat_map(|(range, _)| range.clone()).collect();
                assert_eq!(servers, (0..shards * copies).collect::<Vec<_>>());
                for (i, (_, cell)) in cells.iter().enumerate() {
                    assert!(cell.w > 3.0 && cell.h > 3.0, "{shards}x{copies}: {cell:?}");
                    assert!(!cells[..i].iter().any(|(_, other)| other.overlaps(cell)));
                }
            }
        }
    }
}
