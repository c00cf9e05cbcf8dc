//! The three arrangements of the grid.

use super::layout::{Form, Grid, Needs, Room};
use super::shape::Rect;

/// Narrowest room for all tiers in one row.
pub const ROW: f64 = 900.0;
/// Narrowest room for two rows; below is the arrangement for phones.
pub const SQUARE: f64 = 580.0;

/// One of two sizes, the first for low screens.
const fn pick(tight: bool, low: f64, high: f64) -> f64 {
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
        Form::Row | Form::Square => pick(tight, 34.0, 44.0),
    }
}

/// Height of the title of a site.
pub const fn site_title(tight: bool) -> f64 {
    pick(tight, 27.0, 34.0)
}

fn users_height(form: Form, tight: bool, regions: usize) -> f64 {
    users_header(tight) + region_height(form, tight) * regions as f64 + 8.0
}

/// The drawing's height: what is asked for, but no less than needed and no more than looks good.
fn height(asked: f64, needed: f64, most: f64) -> f64 {
    asked.clamp(needed, needed * most)
}

/// All tiers in one row.
pub fn row(room: Room, needs: Needs) -> Grid {
    let Room { width, tight, .. } = room;
    let margin = pick(tight, 10.0, 14.0);
    let legend = pick(tight, 22.0, 26.0);
    let more = width - ROW;
    let (users_w, edge_w, balancer_w) =
        (150.0 + 0.1 * more, 100.0 + 0.05 * more, 112.0 + 0.06 * more);
    let (data_w, near, far) = (152.0 + 0.15 * more, 32.0 + 0.05 * more, 54.0 + 0.04 * more);
    let users_h = users_height(Form::Row, tight, needs.regions);
    let needed = users_h.max(pick(tight, 272.0, 340.0)) + legend + 2.0 * margin + 4.0;
    let height = height(room.height, needed, 1.22);
    let body = height - 2.0 * margin - legend - 4.0;

    let edge_x = margin + users_w + near;
    let site_x = edge_x + edge_w + near;
    let site = Rect::new(site_x, margin, width - margin - site_x, body);
    let inner_y = margin + site_title(tight);
    let inner_h = body - site_title(tight) - margin;
    let axis = inner_y + 0.5 * inner_h;

    let balancer_h = pick(tight, 96.0, 112.0);
    let balancer = Rect::new(site.x + margin, axis - 0.5 * balancer_h, balancer_w, balancer_h);
    let data_x = site.right() - margin - data_w;
    let web_x = balancer.right() + far;
    let web = Rect::new(web_x, inner_y, data_x - far - web_x, inner_h);
    let data_h = 0.6 * inner_h;
    let memory_h = inner_h - data_h - margin;
    Grid {
        form: Form::Row,
        width,
        height,
        least: needed,
        tight,
        users: Rect::new(margin, (axis - 0.5 * users_h).max(margin), users_w, users_h),
        dns: Rect::new(edge_x, margin, edge_w, pick(tight, 62.0, 70.0)),
        site,
        balancer,
        web,
        memory: Rect::new(data_x, inner_y + data_h + margin, data_w, memory_h),
        data: Rect::new(data_x, inner_y, data_w, data_h),
        legend: Rect::new(margin, height - margin - legend, width - 2.0 * margin, legend),
    }
}

/// Memory and data below balancer and web tier.
pub fn square(room: Room, needs: Needs) -> Grid {
    let Room { width, tight, .. } = room;
    let margin = pick(tight, 8.0, 12.0);
    let legend = pick(tight, 20.0, 26.0);
    let more = width - 600.0;
    let (users_w, edge_w, balancer_w) =
        (130.0 + 0.12 * more, 84.0 + 0.08 * more, 106.0 + 0.09 * more);
    let (near, far) = (20.0 + 0.05 * more, 48.0 + 0.04 * more);
    let users_h = users_height(Form::Square, tight, needs.regions);
    let (upper, between, lower) =
        (pick(tight, 148.0, 200.0), pick(tight, 32.0, 44.0), pick(tight, 92.0, 124.0));
    let title = site_title(tight);
    let tower = title + upper + between + lower + margin;
    let needed = users_h.max(tower) + legend + 2.0 * margin + 4.0;
    let height = height(room.height, needed, 1.28);
    let body = height - 2.0 * margin - legend - 4.0;
    let spare = body - tower;

    let edge_x = margin + users_w + near;
    let site_x = edge_x + edge_w + near;
    let site = Rect::new(site_x, margin, width - margin - site_x, body);
    let inner_y = margin + title;
    let upper = upper + 0.55 * spare;
    let axis = inner_y + 0.5 * upper;
    let balancer_h = pick(tight, 96.0, 112.0);
    let balancer = Rect::new(site.x + margin, axis - 0.5 * balancer_h, balancer_w, balancer_h);
    let web_x = balancer.right() + far;
    let web = Rect::new(web_x, inner_y, site.right() - margin - web_x, upper);
    let lower_y = web.bottom() + between;
    let lower = site.bottom() - margin - lower_y;
    Grid {
        form: Form::Square,
        width,
        height,
        least: needed,
        tight,
        users: Rect::new(margin, (axis - 0.5 * users_h).max(margin), users_w, users_h),
        dns: Rect::new(edge_x, margin, edge_w, pick(tight, 58.0, 70.0)),
        site,
        balancer,
        web,
        memory: Rect::new(balancer.x, lower_y, web.x - 16.0 - balancer.x, lower),
        data: Rect::new(web.x, lower_y, web.w, lower),
        legend: Rect::new(margin, height - margin - legend, width - 2.0 * margin, legend),
    }
}

/// From top to bottom, for phones.
pub fn tall(room: Room, needs: Needs) -> Grid {
    let (width, margin, gap) = (room.width, 8.0, 34.0);
    let inner = width - 2.0 * margin;
    let users = Rect::new(margin, margin, inner, users_height(Form::Tall, true, needs.regions));
    let dns = Rect::new(margin, users.bottom() + 26.0, 0.46 * inner, 62.0);
    let site_y = dns.bottom() + 20.0;
    let (x, w) = (2.0 * margin, inner - 2.0 * margin);
    let mut y = site_y + site_title(true);
    let mut place = |wanted: bool, h: f64| {
        let rect = Rect::new(x, y, w, h);
        if wanted {
            y += h + gap;
        }
        rect
    };
    let balancer = place(needs.balancer, 72.0);
    let web = place(true, 184.0);
    let data = place(needs.data, 112.0);
    let memory = place(needs.memory, 92.0);
    let site = Rect::new(margin, site_y, inner, y - gap + margin - site_y);
    let legend = Rect::new(margin, site.bottom() + 8.0, inner, 60.0);
    Grid {
        form: Form::Tall,
        width,
        height: legend.bottom() + margin,
        least: legend.bottom() + margin,
        tight: true,
        users,
        dns,
        site,
        balancer,
        web,
        memory,
        data,
        legend,
    }
}
