//! The arrangements of the grid for one site, and for phones.

use super::layout::{Form, Grid, Room, kinds_in};
use super::parts::{At, Column, Parts, Site};
use super::shape::Rect;
use crate::sim::kinds::Kind;

/// Narrowest room for all tiers in one row.
pub const ROW: f64 = 900.0;
/// Narrowest room for two rows; below is the arrangement for phones.
pub const SQUARE: f64 = 580.0;

/// One of two sizes, the first for low screens.
pub const fn pick(tight: bool, low: f64, high: f64) -> f64 {
    if tight { low } else { high }
}

/// Height of the header of the users' card.
pub const fn users_header(tight: bool) -> f64 {
    pick(tight, 32.0, 38.0)
}

/// Height of a region's row in the users' card.
pub const fn region_height(form: Form, tight: bool) -> f64 {
    match form {
        Form::Tall => 25.0,
        Form::Row | Form::Square | Form::Sites => pick(tight, 34.0, 44.0),
    }
}

/// Height of the names of the columns.
pub const HEAD: f64 = 16.0;

/// Height of the title of a site.
pub const fn site_title(tight: bool) -> f64 {
    pick(tight, 27.0, 34.0)
}

/// Height of the users' card.
pub fn users_height(form: Form, tight: bool, regions: usize) -> f64 {
    users_header(tight) + region_height(form, tight) * regions as f64 + 8.0
}

/// The drawing's height: what is asked for, but no less than needed and no more than looks good.
pub fn height(asked: f64, needed: f64, most: f64) -> f64 {
    asked.clamp(needed, needed * most)
}

/// The places of the tiers of one site.
struct Tiers {
    balancer: Rect,
    web: Rect,
    memory: Rect,
    data: Rect,
    later: Rect,
}

impl Tiers {
    /// Puts the parts of a site into them.
    fn fill(self, grid: &mut Grid, parts: &Parts) {
        let (site, gap) = (&parts.sites[0], if grid.tight { 7.0 } else { 10.0 });
        let web = if is_whole(grid.form, site) { self.web.union(&self.data) } else { self.web };
        grid.stack(&site.of(Column::Balance), 0, self.balancer, gap);
        grid.stack(&site.of(Column::Web), 0, web, gap);
        grid.stack(&site.of(Column::Memory), 0, self.memory, gap);
        grid.stack(&site.of(Column::Data), 0, self.data, gap);
        grid.stack(&site.of(Column::Later), 0, self.later, gap);
    }
}

/// Whether the machine that holds everything is as large as all of it: nothing else stands there.
fn is_whole(form: Form, site: &Site) -> bool {
    let is_free = form == Form::Row || !site.has(Column::Later);
    site.is_one_machine() && !site.has(Column::Memory) && is_free
}

/// A grid with users, one site and legend, without cards.
fn blank(form: Form, room: Room, [height, least]: [f64; 2], users: Rect, site: Rect) -> Grid {
    let (tight, width) = (room.tight, room.width);
    let margin = users.x;
    let legend = pick(tight, 22.0, 26.0);
    Grid {
        form,
        width,
        height,
        least,
        tight,
        users,
        sites: vec![site],
        cards: Vec::new(),
        axis: 0.0,
        junction: (0.0, 0.0),
        hub: None,
        legend: Rect::new(margin, height - margin - legend, width - 2.0 * margin, legend),
        heads: Vec::new(),
    }
}

/// All tiers in one row.
pub fn row(room: Room, parts: &Parts) -> Grid {
    let Room { width, tight, .. } = room;
    let margin = pick(tight, 10.0, 14.0);
    let legend = pick(tight, 22.0, 26.0);
    let later = parts.any(Column::Later);
    let more = width - if later { ROW + 160.0 } else { ROW };
    let (users_w, edge_w, balancer_w) =
        (130.0 + 0.1 * more, 120.0 + 0.05 * more, 112.0 + 0.06 * more);
    let (data_w, near, far) = (152.0 + 0.15 * more, 32.0 + 0.05 * more, 54.0 + 0.04 * more);
    let later_w = if later { 120.0 + 0.08 * more } else { 0.0 };
    let users_h = users_height(Form::Row, tight, parts.rows.len());
    let top = margin + HEAD;
    let needed = users_h.max(pick(tight, 272.0, 340.0)) + legend + top + margin + 4.0;
    let height = height(room.height, needed, 1.22 * room.near);
    let body = height - top - margin - legend - 4.0;

    let edge_x = margin + users_w + near;
    let site_x = edge_x + edge_w + near;
    let site = Rect::new(site_x, top, width - margin - site_x, body);
    let inner_y = top + site_title(tight);
    let inner_h = body - site_title(tight) - margin;
    let axis = inner_y + 0.5 * inner_h;

    let balancer_h = pick(tight, 96.0, 112.0);
    let balancer = Rect::new(site.x + margin, axis - 0.5 * balancer_h, balancer_w, balancer_h);
    let end = site.right() - margin;
    let later_x = end - later_w;
    let data_x = if later { later_x - 40.0 - data_w } else { end - data_w };
    let web_x = balancer.right() + far;
    let web = Rect::new(web_x, inner_y, data_x - far - web_x, inner_h);
    let data_h = 0.6 * inner_h;
    let memory_h = inner_h - data_h - margin;
    let users = Rect::new(margin, (axis - 0.5 * users_h).max(top), users_w, users_h);
    let mut grid = blank(Form::Row, room, [height, needed], users, site);
    let tiers = Tiers {
        balancer,
        web,
        memory: Rect::new(data_x, inner_y + data_h + margin, data_w, memory_h),
        data: Rect::new(data_x, inner_y, data_w, data_h),
        later: Rect::new(later_x, inner_y + 0.35 * inner_h, later_w, 0.65 * inner_h),
    };
    entrance(&mut grid, parts, Rect::new(edge_x, top, edge_w, body), axis);
    let mut heads = vec![
        (margin, "Users"),
        (edge_x, "Edge"),
        (balancer.x, "Balance"),
        (web.x, "Web"),
        (data_x, "Data, memory"),
    ];
    if later {
        heads.push((later_x, "Later"));
    }
    grid.name_columns(&heads, top);
    tiers.fill(&mut grid, parts);
    grid
}

/// The way in: the edge's column, and where lines meet and part.
fn entrance(grid: &mut Grid, parts: &Parts, edge: Rect, axis: f64) {
    grid.axis = axis;
    let wide = parts.has("cdn");
    grid.junction = (if wide { edge.x } else { edge.x + 0.3 * edge.w }, axis);
    grid.hub = wide.then_some((edge.right() + 4.0, axis));
    grid.edge(parts, edge);
}

/// Memory and data below balancer and web tier.
pub fn square(room: Room, parts: &Parts) -> Grid {
    let Room { width, tight, .. } = room;
    let margin = pick(tight, 8.0, 12.0);
    let legend = pick(tight, 20.0, 26.0);
    let more = width - 600.0;
    let (users_w, edge_w, balancer_w) =
        (116.0 + 0.12 * more, 98.0 + 0.08 * more, 106.0 + 0.09 * more);
    let (near, far) = (20.0 + 0.05 * more, 48.0 + 0.04 * more);
    let users_h = users_height(Form::Square, tight, parts.rows.len());
    let (upper, between, lower) =
        (pick(tight, 138.0, 200.0), pick(tight, 28.0, 44.0), pick(tight, 80.0, 124.0));
    // Beside other parts, what the machine holds and how full it is still has room.
    let is_part = parts.sites[0].is_one_machine() && !is_whole(Form::Square, &parts.sites[0]);
    let upper = if is_part { pick(tight, 204.0, 240.0) } else { upper };
    let title = site_title(tight);
    let tower = title + upper + between + lower + margin;
    let top = margin + HEAD;
    let needed = users_h.max(tower) + legend + top + margin + 4.0;
    let height = height(room.height, needed, 1.28 * room.near);
    let body = height - top - margin - legend - 4.0;
    let spare = body - tower;

    let edge_x = margin + users_w + near;
    let site_x = edge_x + edge_w + near;
    let site = Rect::new(site_x, top, width - margin - site_x, body);
    let inner_y = top + title;
    let upper = upper + 0.55 * spare;
    let axis = inner_y + 0.5 * upper;
    let balancer_h = pick(tight, 96.0, 112.0);
    let balancer = Rect::new(site.x + margin, axis - 0.5 * balancer_h, balancer_w, balancer_h);
    let web_x = balancer.right() + far;
    let web = Rect::new(web_x, inner_y, site.right() - margin - web_x, upper);
    let lower_y = web.bottom() + between;
    let lower = site.bottom() - margin - lower_y;
    let users = Rect::new(margin, (axis - 0.5 * users_h).max(top), users_w, users_h);
    let mut grid = blank(Form::Square, room, [height, needed], users, site);
    let later_w = if parts.any(Column::Later) { 0.42 * web.w } else { 0.0 };
    let data_w = web.w - later_w - if later_w > 0.0 { 12.0 } else { 0.0 };
    let tiers = Tiers {
        balancer,
        web,
        memory: Rect::new(balancer.x, lower_y, web.x - 16.0 - balancer.x, lower),
        data: Rect::new(web.x, lower_y, data_w, lower),
        later: Rect::new(web.right() - later_w, lower_y, later_w, lower),
    };
    entrance(&mut grid, parts, Rect::new(edge_x, top, edge_w, body), axis);
    // Two tiers share a column: its head names both.
    let right = if later_w > 0.0 { "Web, data, later" } else { "Web, data" };
    let heads =
        [(margin, "Users"), (edge_x, "Edge"), (balancer.x, "Balance, memory"), (web.x, right)];
    grid.name_columns(&heads, top);
    tiers.fill(&mut grid, parts);
    grid
}

/// On a phone: room for the ways that pass a tier on its right.
pub const SIDE: f64 = 12.0;

/// From top to bottom, for phones.
pub fn tall(room: Room, parts: &Parts) -> Grid {
    let (width, margin) = (room.width, 8.0);
    // Ways to several sites run along the right edge.
    let rail = if parts.is_spread() { 18.0 } else { 0.0 };
    let inner = width - 2.0 * margin - rail;
    let users = Rect::new(margin, margin, inner, users_height(Form::Tall, true, parts.rows.len()));
    let room = Room { tight: true, ..room };
    let mut grid = blank(Form::Tall, room, [0.0, 0.0], users, users);
    grid.sites.clear();
    grid.axis = if rail > 0.0 { width - margin - 0.5 * rail } else { 0.74 * width };
    grid.junction = (grid.axis, users.bottom());
    let mut y = users.bottom() + 26.0;
    let mut wide: Vec<Kind> = parts.outside(Column::Edge);
    if wide.first() == Some(&Kind::Dns) {
        wide.remove(0);
        let h = if parts.is_spread() { 92.0 } else { 62.0 };
        grid.cards.push((At::new(Kind::Dns, 0), Rect::new(margin, y, 0.46 * inner, h)));
        y += h + 20.0;
    }
    for kind in wide {
        grid.cards.push((At::new(kind, 0), Rect::new(margin, y, inner, 104.0)));
        y += 104.0 + 20.0;
    }
    for site in 0..parts.sites.len() {
        y = if parts.is_spread() {
            small_site(&mut grid, parts, site, Rect::new(margin, y, inner, 0.0))
        } else {
            whole_site(&mut grid, parts, Rect::new(margin, y, inner, 0.0))
        } + 10.0;
    }
    let watchers = kinds_in(&parts.global, Column::Watch);
    if !watchers.is_empty() {
        grid.stack(&watchers, 0, Rect::new(margin, y, inner, 56.0), 10.0);
        y += 66.0;
    }
    // Three lines, and the buttons of the view below them.
    grid.legend = Rect::new(margin, y - 2.0, inner, 104.0);
    grid.height = grid.legend.bottom() + margin;
    grid.least = grid.height;
    grid
}

/// The only site on a phone: its tiers below one another. Gives its lower edge.
fn whole_site(grid: &mut Grid, parts: &Parts, place: Rect) -> f64 {
    let (margin, gap) = (place.x, 34.0);
    let (x, w) = (2.0 * margin, place.w - 2.0 * margin);
    let mut y = place.y + site_title(true);
    let site = &parts.sites[0];
    let has = |column: Column| !site.of(column).is_empty();
    let behind: &[Column] = match (has(Column::Memory), has(Column::Later)) {
        (_, true) => &[Column::Data, Column::Memory],
        (true, _) => &[Column::Data],
        _ => &[],
    };
    for (column, h) in [
        (Column::Balance, 72.0),
        (Column::Web, if site.is_one_machine() { 330.0 } else { 184.0 }),
        (Column::Data, 112.0),
        (Column::Memory, 92.0),
        (Column::Later, 92.0),
    ] {
        let kinds = site.of(column);
        if !kinds.is_empty() {
            // Ways to what stands below the data pass it on the right.
            let side = if behind.contains(&column) { SIDE } else { 0.0 };
            grid.stack(&kinds, 0, Rect::new(x, y, w - side, h), 10.0);
            y += h + gap;
        }
    }
    grid.sites.push(Rect::new(place.x, place.y, place.w, y - gap + margin - place.y));
    y - gap + margin
}

/// One of several sites on a phone: balancer and web tier across, the others two by two. Gives its lower
/// edge.
fn small_site(grid: &mut Grid, parts: &Parts, index: usize, place: Rect) -> f64 {
    let (pad, gap) = (8.0, 8.0);
    let (x, w) = (place.x + pad, place.w - 2.0 * pad);
    let half = 0.5 * (w - gap);
    let mut y = place.y + site_title(true);
    let mut left = true;
    for &kind in &parts.sites[index].own {
        let at = At::new(kind, index as u8);
        let across = match kind {
            Kind::LoadBalancer => Some(68.0),
            Kind::WebTier => Some(92.0),
            _ => None,
        };
        if let Some(h) = across {
            grid.cards.push((at, Rect::new(x, y, w, h)));
            y += h + gap;
            continue;
        }
        let column = if left { x } else { x + half + gap };
        grid.cards.push((at, Rect::new(column, y, half, 74.0)));
        if !left {
            y += 74.0 + gap;
        }
        left = !left;
    }
    let bottom = if left { y - gap } else { y + 74.0 } + pad;
    grid.sites.push(Rect::new(place.x, place.y, place.w, bottom - place.y));
    bottom
}
