//! What a system costs: by part, by the hour and month, and for a million good answers.

use super::names;
use crate::snapshot::Snapshot;
use crate::sorting;
use crate::units::HOURS_PER_MONTH;
use serde::Serialize;

/// Seconds in the month that prices refer to.
const SECONDS_PER_MONTH: f64 = HOURS_PER_MONTH * 3_600.0;

/// The cost of a part, or of the whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// The part's name in links; empty for the whole.
    pub part: String,
    /// The name shown.
    pub label: String,
    /// USD per hour.
    pub usd_per_hour: f64,
    /// USD per month of 730 hours.
    pub usd_per_month: f64,
    /// USD for a million good answers at the measured goodput; `None` without any.
    pub usd_per_million: Option<f64>,
    /// Share of the whole; 0 where nothing costs anything.
    pub share: f64,
}

/// The cost of each part that costs anything, dearest first, and of the whole at the end.
#[must_use]
pub fn of(figures: &Snapshot) -> Vec<Cost> {
    let goodput = figures.goodput();
    let whole = figures.usd_per_month;
    let row = |part: &str, label: &str, month: f64| Cost {
        part: part.to_owned(),
        label: label.to_owned(),
        usd_per_hour: month / HOURS_PER_MONTH,
        usd_per_month: month,
        usd_per_million: per_million(month, goodput),
        share: if whole > 0.0 { month / whole } else { 0.0 },
    };
    let paid = figures.parts.iter().filter(|part| part.usd_per_month > 0.0);
    let mut rows: Vec<Cost> =
        paid.map(|part| row(&part.key, &names::label(&part.key), part.usd_per_month)).collect();
    sorting::by_number(&mut rows, |row| -row.usd_per_month);
    rows.push(row("", "all", whole));
    rows
}

/// USD for a million good answers, at so many per second all month; `None` without any.
#[must_use]
pub fn per_million(usd_per_month: f64, goodput: f64) -> Option<f64> {
    (goodput > 0.0).then(|| usd_per_month / (goodput * SECONDS_PER_MONTH) * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::settle::Settling;
    use crate::scenario::link;
    use crate::topology::Topology;
    use crate::units::Span;

    #[test]
    fn the_parts_add_up_to_the_whole() {
        let text = "?stage=3&add=cdn,queue,monitor,sessions&sites=2#clients.rate=100\
                    &clients.job_share=0.1&web.sessions=store&cache.place=own&web.autoscale=on\
                    &web.scale_min=4&network.egress_usd_gb=0.09";
        let reading = link::read(text);
        assert_eq!(reading.problems, []);
        let topology = Topology::build(&reading.scenario).expect("can run");
        let mut run = Settling::with_batches(topology, Span::from_seconds(5.0), 20);
        run.advance(u64::MAX);
        let figures = run.settled().expect("has batches enough").figures;
        let rows = of(&figures);
        let (whole, parts) = rows.split_last().expect("the whole is a row");
        let sum: f64 = parts.iter().map(|row| row.usd_per_month).sum();
        assert!((sum / whole.usd_per_month - 1.0).abs() < 1e-12, "{rows:?}");
        // By use: bytes of edges and sites, messages, servers watched, web servers while they run.
        for part in ["cdn", "network2", "queue1", "monitor", "web1", "sessions2", "db1", "dns"] {
            assert!(parts.iter().any(|row| row.part == part), "{part}: {rows:?}");
        }
        assert!(parts.iter().any(|row| row.label == "Web tier of site 1"), "{rows:?}");
        assert!(parts.windows(2).all(|pair| pair[0].usd_per_month >= pair[1].usd_per_month));
        let million = whole.usd_per_million.expect("requests were answered");
        let hourly = figures.goodput() * 3_600.0 * million / 1e6;
        assert!((hourly / whole.usd_per_hour - 1.0).abs() < 1e-9, "{million}");
    }
}
