//! The run as a table for other programs: one line for each moment that is kept, of which there are
//! the newest [`super::history::LONGEST`], half a simulated second or more apart, in plain units.

use super::history::History;
use crate::sim::snapshot::Snapshot;
use std::fmt::Write;

/// A column's name, with its unit, and how it is read off the half second before its time.
type Column = (&'static str, fn(&Snapshot) -> Option<f64>);

const COLUMNS: [Column; 13] = [
    ("time_s", |f| Some(f.at_s)),
    ("window_s", |f| Some(f.window_s)),
    ("daily_users", |f| Some(f.daily_users)),
    ("requests_per_s", |f| Some(f.offered_rate())),
    ("goodput_per_s", |f| Some(f.goodput())),
    ("throughput_per_s", |f| Some(f.throughput())),
    ("failed", |f| Some(f.users.failed as f64)),
    ("error_share", |f| (f.users.good + f.users.failed > 0).then(|| f.users.error_share())),
    ("mean_s", |f| f.latency.mean_s),
    ("p50_s", |f| f.latency.p50_s),
    ("p95_s", |f| f.latency.p95_s),
    ("p99_s", |f| f.latency.p99_s),
    ("usd_per_month", |f| Some(f.usd_per_month)),
];

/// The moments that are kept, oldest first: the columns of the whole system, then for each part its
/// calls per second, its utilisation and its backlog. What was not measured is left empty. By
/// RFC 4180, with a line for the names.
#[must_use]
pub fn of(history: &History) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for live in history.moments.iter() {
        for part in &live.latest.parts {
            if !parts.contains(&part.key.as_str()) {
                parts.push(&part.key);
            }
        }
    }
    let mut names: Vec<String> = COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect();
    for part in &parts {
        names.extend(["calls_per_s", "busy", "backlog"].map(|what| format!("{part}.{what}")));
    }
    let mut text = names.join(",") + "\r\n";
    for (place, live) in history.moments.iter().enumerate() {
        let busy = |key: &str| {
            let series = history.parts.iter().find(|(known, _)| known == key);
            series.and_then(|(_, series)| series[place])
        };
        line(&mut text, &live.latest, &parts, busy);
    }
    text
}

fn line(text: &mut String, figures: &Snapshot, parts: &[&str], busy: impl Fn(&str) -> Option<f64>) {
    let mut cells: Vec<Option<f64>> = COLUMNS.iter().map(|(_, of)| of(figures)).collect();
    for key in parts {
        let (part, busy) = (figures.part(key), busy(key));
        cells.push(part.map(|part| part.rate));
        cells.push(busy);
        cells.push(part.filter(|_| busy.is_some()).map(|part| part.backlog as f64));
    }
    for (i, cell) in cells.into_iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        // A string takes everything that is written to it.
        let _ = match cell.filter(|value| value.is_finite()) {
            Some(value) => write!(text, "{comma}{value}"),
            None => write!(text, "{comma}"),
        };
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::session::{Command, Session, Update};
    use crate::web::files::Export;
    use crate::web::history::LONGEST;

    #[test]
    fn the_menu_says_how_much_of_the_run_is_saved() {
        let said = Export::ALL.iter().find(|(export, _)| *export == Export::Csv);
        let said = said.map_or("", |(_, text)| *text);
        assert!(said.ends_with(&format!("the newest {LONGEST} points")), "{said}");
    }

    #[test]
    fn each_moment_is_a_line_with_a_cell_for_each_name() {
        let mut session = Session::new("?stage=3");
        let mut history = History::default();
        for _ in 0..4 {
            for update in session.handle(Command::Step { ms: 500.0 }) {
                if let Update::Live(live) = update {
                    history.push(live);
                }
            }
        }
        let text = of(&history);
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(rows.len(), 5, "{text}");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{text}");
        let column = |name: &str| rows[0].iter().position(|known| *known == name);
        let busy = column("web.busy").expect("the web tier has a column");
        let busy: f64 = rows[4][busy].parse().expect("it is a number");
        assert!(busy > 0.0 && busy < 1.0, "{busy}");
        assert_eq!(rows[4][0], "2");
        let users = column("clients.busy").expect("users have a column");
        assert_eq!(rows[4][users], "", "users have no servers to be busy");
    }
}
