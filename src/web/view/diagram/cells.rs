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

/// The servers of each cell, of which there are at most so many: none holds servers of two roles.
/// Where there is one only, it has those of the role that is busier. Servers are told by their role.
#[must_use]
pub fn groups(roles: &[u8], most: usize, busier: u8) -> Vec<Vec<usize>> {
    let count = roles.len();
    let of = |wanted: Option<u8>, cells: usize| {
        let is_one = |&i: &usize| wanted.is_none_or(|role| roles[i] == role);
        let servers: Vec<usize> = (0..count).filter(is_one).collect();
        chunks(&servers, per_cell(servers.len(), cells))
    };
    let first = roles.iter().filter(|role| **role == 0).count();
    if count <= most || first == 0 || first == count {
        return of(None, most);
    }
    if most < 2 {
        return of(Some(busier), 1);
    }
    // At least one cell for each role, and the others where most servers are.
    let own = (most * first / count).max(1);
    let mut all = of(Some(0), own);
    all.extend(of(Some(1), most - own));
    all
}

fn chunks(servers: &[usize], each: usize) -> Vec<Vec<usize>> {
    servers.chunks(each).map(<[usize]>::to_vec).collect()
}

/// Height of a row of cells without numbers, with the other one above or below it.
const ROWS: f64 = 25.0;
/// Space between the rows of a shard.
const NEAR: f64 = 2.0;
/// Width of a cell with a number of two digits.
const DIGITS: f64 = 19.0;

/// Cells of shards, of which the primaries are given: the primary of each with its replicas below
/// it; where there is less room, cells for the primaries of several shards and for their replicas,
/// or for the busier of the two only. None holds primaries and replicas.
#[must_use]
pub fn shards(
    area: Rect,
    primaries: &[usize],
    copies: usize,
    busier: u8,
) -> Vec<(Vec<usize>, Rect)> {
    let replicas = |shards: Range<usize>| {
        let all = shards.start * copies..shards.end * copies;
        all.filter(|i| primaries[i / copies] != *i).collect::<Vec<usize>>()
    };
    let count = primaries.len();
    let blocks = arrange(area, count);
    let low = blocks.first().is_some_and(|block| block.h < ROWS);
    if copies == 1 || low || per_cell(count, most(area)) > 1 {
        let (w, h) = (0.5 * (area.w - GAP), 0.5 * (area.h - GAP));
        let bands = if copies == 1 {
            vec![(0, area)]
        } else if h >= WRITTEN {
            vec![(0, Rect { h, ..area }), (1, Rect { y: area.bottom() - h, h, ..area })]
        } else if w >= SMALLEST.0 - GAP {
            vec![(0, Rect { w, ..area }), (1, Rect { x: area.right() - w, w, ..area })]
        } else {
            vec![(busier, area)]
        };
        let mut places = Vec::new();
        for (role, band) in bands {
            let each = per_cell(count, most(band));
            for (i, place) in arrange(band, count.div_ceil(each)).into_iter().enumerate() {
                let some = i * each..((i + 1) * each).min(count);
                let servers = if role == 0 { primaries[some].to_vec() } else { replicas(some) };
                places.push((servers, place));
            }
        }
        return places;
    }
    let mut places = Vec::new();
    for (shard, place) in blocks.into_iter().enumerate() {
        let room = place.h - NEAR;
        // The lower of the two rows, which has numbers as well where there is room.
        let least = (0.38 * room).max(WRITTEN.min(0.5 * room));
        // Without numbers in both rows they stand in that which limits.
        let (other, is_upper) = if room >= 2.0 * WRITTEN {
            (least, true)
        } else {
            (room - (0.62 * room).max(WRITTEN), busier == 0)
        };
        let h = if is_upper { room - other } else { other };
        places.push((vec![primaries[shard]], Rect { h, ..place }));
        let others = replicas(shard..shard + 1);
        let row = Rect::new(place.x, place.y + h + NEAR, place.w, room - h);
        let w = (row.w - NEAR * (others.len() as f64 - 1.0)) / others.len() as f64;
        if w < DIGITS && others.len() > 1 {
            places.push((others, row));
            continue;
        }
        for (i, server) in others.into_iter().enumerate() {
            places.push((vec![server], Rect { x: row.x + i as f64 * (w + NEAR), w, ..row }));
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
            let groups = groups(&vec![0; servers], MOST_CELLS, 0);
            assert!(groups.len() <= MOST_CELLS);
            assert_eq!(groups.concat(), (0..servers).collect::<Vec<_>>());
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
    fn no_cell_holds_servers_of_two_roles() {
        // One broker with workers; a primary that is not the first.
        for (servers, special) in [(2, 0), (9, 0), (16, 3), (40, 0)] {
            let roles: Vec<u8> = (0..servers).map(|i| u8::from(i != special)).collect();
            for most in [2, 4, 8, MOST_CELLS] {
                let groups = groups(&roles, most, 1);
                assert!(groups.len() <= most, "{servers} in {most}: {groups:?}");
                let is_pure = |group: &Vec<usize>| group.len() == 1 || !group.contains(&special);
                assert!(groups.iter().all(is_pure), "{groups:?}");
                let mut all = groups.concat();
                all.sort_unstable();
                assert_eq!(all, (0..servers).collect::<Vec<_>>());
            }
            assert_eq!(groups(&roles, 1, 0), [[special]]);
            assert_eq!(groups(&roles, 1, 1)[0].len(), servers - 1);
        }
    }

    #[test]
    fn shards_stand_apart_and_each_server_once() {
        let small = Rect::new(0.0, 0.0, 90.0, 20.0);
        let tiny = Rect::new(0.0, 0.0, 50.0, 20.0);
        let large = Rect::new(0.0, 0.0, 300.0, 200.0);
        for (shards, copies) in [(2, 1), (4, 3), (16, 2), (64, 4)] {
            // Somewhere another has taken the place of the first.
            let primaries: Vec<usize> =
                (0..shards).map(|shard| shard * copies + (shard % 3).min(copies - 1)).collect();
            for area in [AREA, small, tiny, large, Rect::new(0.0, 0.0, 128.0, 27.0)] {
                for busier in [0, 1] {
                    let cells = super::shards(area, &primaries, copies, busier);
                    let mut servers: Vec<usize> =
                        cells.iter().flat_map(|(servers, _)| servers.clone()).collect();
                    servers.sort_unstable();
                    if area == tiny && copies > 1 {
                        assert_eq!(servers.contains(&primaries[0]), busier == 0);
                    } else {
                        assert_eq!(servers, (0..shards * copies).collect::<Vec<_>>());
                    }
                    for (i, (servers, cell)) in cells.iter().enumerate() {
                        let is_one = |i: &usize| primaries.contains(i);
                        let mixed = servers.iter().any(is_one) && !servers.iter().all(is_one);
                        assert!(!mixed, "{shards}x{copies}: {servers:?}");
                        assert!(cell.w > 3.0 && cell.h > 3.0, "{shards}x{copies}: {cell:?}");
                        assert!(cell.right() <= area.right() + 0.1, "{cell:?}");
                        assert!(cell.bottom() <= area.bottom() + 0.1, "{cell:?}");
                        assert!(!cells[..i].iter().any(|(_, other)| other.overlaps(cell)));
                    }
                }
            }
        }
    }

    #[test]
    fn the_row_that_limits_has_numbers() {
        let rows = |h: f64, busier: u8| {
            let area = Rect::new(0.0, 0.0, 128.0, h);
            let cells = shards(area, &[0, 2, 4, 6], 2, busier);
            [cells[0].1.h >= WRITTEN, cells[1].1.h >= WRITTEN]
        };
        assert_eq!([rows(27.0, 0), rows(27.0, 1)], [[true, false], [false, true]]);
        assert_eq!([rows(31.0, 0), rows(31.0, 1)], [[true; 2]; 2]);
    }
}
