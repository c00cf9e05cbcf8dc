//! The users' card: the regions they live in, with rate and mean time.

use super::describe;
use super::fit::{self, Weight};
use super::layout::Form;
use super::parts::RegionRow;
use super::pieces::{Choice, bar, header, rect, text, text_end};
use super::scene::{KEY, SMALL, Scene};
use super::shape::Rect;
use crate::sim::kinds::{Kind, clients};
use crate::sim::region::REGIONS;
use crate::sim::snapshot::{Group, Snapshot};
use crate::web::markup::prelude::*;
use crate::web::model::Selection;
use crate::web::view::format;

fn groups<'a>(figures: &'a Snapshot, row: &'a RegionRow) -> impl Iterator<Item = &'a Group> {
    let is_here = |group: &&Group| row.regions.iter().any(|&r| REGIONS[r].code == group.key);
    figures.regions.iter().filter(is_here)
}

/// Requests per second that users of a row made.
#[must_use]
pub fn rate(figures: &Snapshot, row: &RegionRow) -> f64 {
    let arrived: u64 = groups(figures, row).map(|group| group.tally.arrived).sum();
    if figures.window_s > 0.0 { arrived as f64 / figures.window_s } else { 0.0 }
}

/// Their mean time to a good answer, in seconds.
#[must_use]
pub fn mean(figures: &Snapshot, row: &RegionRow) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for group in groups(figures, row) {
        if let Some(mean) = group.latency.mean_s {
            sum += mean * group.latency.count as f64;
            count += group.latency.count;
        }
    }
    (count > 0).then(|| sum / count as f64)
}

/// The card.
pub fn draw(scene: &Scene<'_>) -> Html {
    let (r, pad) = (scene.grid.users, scene.pad());
    let figures = scene.figures;
    let y = r.y + if scene.grid.tight { 20.0 } else { 24.0 };
    let failed = figures.users.error_share();
    let title_w = 20.0 + fit::width("Users", 13.0, Weight::Bold);
    let room = r.w - 2.0 * pad - title_w - 8.0;
    let daily = format::count(scene.scenario.spec(Kind::Clients).map_or(0.0, clients::daily_users));
    let (class, right) = if failed > 0.0 {
        let share = format::percent(failed);
        let close = format!("✕{}", share.replace('\u{202f}', ""));
        ("dg-bad", vec![format!("✕\u{202f}{share} fail"), format!("✕\u{202f}{share}"), close])
    } else {
        ("dg-soft", vec![format!("{daily} a day"), daily])
    };
    let weight = if failed > 0.0 { Weight::Bold } else { Weight::Plain };
    let right = right.into_iter().find(|text| fit::width(text, SMALL, weight) <= room);
    let busiest = scene.parts.rows.iter().map(|row| rate(figures, row)).fold(0.0, f64::max);
    let rows = scene.parts.rows.iter().enumerate();
    let content = html! { <>
        { rect(r, "8", "dg-card") }
        { header(Kind::Clients, r, pad, y - r.y, &["Users"], &[]) }
        if let Some(right) = right { { text_end(r.right() - pad, y, class, right) } }
        { for rows.map(|(i, row)| region(scene, scene.grid.region(i), row, busiest)) }
    </> };
    let label = describe::users(scene);
    let selection = Selection { kind: Kind::Clients, site: None, server: None };
    Choice { selection, ring: r, title: "Users".to_owned(), label, stop: true, tip: false }
        .draw(scene, content)
}

fn region(scene: &Scene<'_>, r: Rect, row: &RegionRow, busiest: f64) -> Html {
    let pad = scene.pad();
    let per_second = rate(scene.figures, row);
    let share = if busiest > 0.0 { per_second / busiest } else { 0.0 };
    let rate = scene.rate(per_second);
    let mean = mean(scene.figures, row).map_or_else(|| "–".to_owned(), format::duration);
    let (left, right) = (r.x + pad, r.right() - pad);
    if scene.grid.form == Form::Tall {
        // One line: name, bar, rate, mean time.
        let y = r.y + 16.0;
        let (rate_x, mean_x) = (right - 58.0, right);
        let name_w = 0.42 * (right - left);
        let bar_x = left + name_w + 6.0;
        let track = Rect::new(bar_x, y - 6.0, (rate_x - 56.0 - bar_x).max(0.0), 4.0);
        return html! { <>
            { text(left, y, "dg-text", fit::first(&short(row), name_w, KEY, Weight::Plain)) }
            if track.w > 12.0 { { bar(track, share, "flow") } }
            { text_end(rate_x, y, "dg-num", rate) }
            { text_end(mean_x, y, "dg-soft", mean) }
        </> };
    }
    let upper = r.y + if scene.grid.tight { 12.0 } else { 15.0 };
    let lower = upper + if scene.grid.tight { 13.0 } else { 16.0 };
    let rate_w = fit::width(&rate, SMALL, Weight::Plain).max(34.0);
    let mean_w = fit::width(&mean, SMALL, Weight::Plain).max(44.0);
    let name = fit::first(&short(row), right - left - rate_w - 8.0, SMALL, Weight::Plain);
    let track = Rect::new(left, lower - 6.0, right - left - mean_w - 6.0, 4.0);
    html! { <>
        { text(left, upper, "dg-text", name) }
        { text_end(right, upper, "dg-num", rate) }
        { bar(track, share, "flow") }
        { text_end(right, lower, "dg-soft", mean) }
    </> }
}

/// A region's name, and shorter wordings of it: its code at last.
fn short(row: &RegionRow) -> Vec<String> {
    let name = &row.name;
    let mut wordings = vec![name.clone()];
    for (long, brief) in [
        ("North America", "N. America"),
        ("South America", "S. America"),
        ("South-East", "SE"),
        ("South Asia", "S. Asia"),
        ("East Asia", "E. Asia"),
        (" regions", ""),
    ] {
        if name.contains(long) {
            wordings.push(name.replace(long, brief));
        }
    }
    wordings.push(name.replace("North America", "N. Am."));
    wordings.push(
        name.replace("North America", "NA")
            .replace("South America", "S. Am.")
            .replace("South-East", "SE")
            .replace(" regions", ""),
    );
    if let [region] = row.regions[..] {
        wordings.push(REGIONS[region].code.to_owned());
    }
    wordings
}
