//! `millionth theory`, `spof` and `explain`: what is computed from runs, in words and as JSON.

use super::arguments::Job;
use super::sweeping::columns;
use super::{Failure, Host, once};
use crate::sim::analysis::bottleneck::{self, number};
use crate::sim::analysis::comparisons::{self, Comparison};
use crate::sim::analysis::settle::Settled;
use crate::sim::analysis::spof::{self, Verdict};
use crate::sim::analysis::stations::{self, Station};
use crate::sim::analysis::{availability, cost};
use crate::sim::topology::Topology;
use serde_json::{Value, json};

/// What is computed from a run's figures, for its JSON.
pub fn json(topology: &Topology, settled: &Settled) -> Value {
    let figures = &settled.figures;
    let availability = availability::of(settled);
    json!({
        "bottleneck": bottleneck::find(topology, figures),
        "explanation": bottleneck::explain(topology, figures),
        "availability": availability,
        "nines": availability.nines(),
        "cost": cost::of(figures),
        "stations": stations::of(topology, figures),
        "comparisons": comparisons::of(topology, figures),
    })
}

/// The explanation, availability and cost, after a run's table.
pub fn in_short(topology: &Topology, settled: &Settled) -> String {
    let mut text = String::from("\n");
    for sentence in bottleneck::explain(topology, &settled.figures) {
        text.push_str(&super::table::wrap(&sentence, 100).join("\n"));
        text.push('\n');
    }
    text.push_str(&format!("availability {}\n", availability::of(settled).in_words()));
    text
}

/// What limits it, how available it is, what must not die by its structure, and what it costs.
pub fn explain(job: &Job, host: &Host<'_>) -> Result<String, Failure> {
    let report = once(job, host)?;
    let threats = spof::threats(&job.topology);
    if job.json {
        let mut value = json(&job.topology, &report.result);
        value["link"] = json!(report.link);
        value["single_points_of_failure"] = json!(threats);
        return Ok(format!("{value:#}\n"));
    }
    let mut text = format!("{}\n{}\n", report.link, in_short(&job.topology, &report.result));
    for threat in threats.iter().filter(|threat| threat.verdict == Verdict::Fatal) {
        let kills = threat.kills.join(", ");
        text.push_str(&format!(
            "single point of failure: {} ({kills}). {}\n",
            threat.name, threat.why
        ));
    }
    let head = ["cost", "USD/h", "USD/month", "USD per million good answers", "share"];
    let mut lines = vec![head.map(ToOwned::to_owned).to_vec()];
    for row in cost::of(&report.result.figures) {
        let million = row.usd_per_million.map_or_else(|| "-".to_owned(), |x| format!("{x:.4}"));
        lines.push(vec![
            row.label,
            format!("{:.4}", row.usd_per_hour),
            format!("{:.2}", row.usd_per_month),
            million,
            format!("{:.0} %", row.share * 100.0),
        ]);
    }
    Ok(text + "\n" + &columns(&lines))
}

/// Theory beside measurement.
pub fn theory(job: &Job, host: &Host<'_>) -> Result<String, Failure> {
    let report = once(job, host)?;
    let rows = stations::of(&job.topology, &report.result.figures);
    let shares = comparisons::of(&job.topology, &report.result.figures);
    if job.json {
        let value = json!({ "link": report.link, "stations": rows, "comparisons": shares });
        return Ok(format!("{value:#}\n"));
    }
    let head = [
        "station",
        "calls/s",
        "work ms",
        "scv",
        "servers",
        "load",
        "theory ms",
        "measured ms",
        "off",
        "model",
    ];
    let mut lines = vec![head.map(ToOwned::to_owned).to_vec()];
    lines.extend(rows.iter().map(line));
    let mut text = format!("{}\n\n{}", report.link, columns(&lines));
    if !shares.is_empty() {
        let head = ["share", "theory", "measured", "off", "model"].map(ToOwned::to_owned).to_vec();
        let lines: Vec<Vec<String>> =
            std::iter::once(head).chain(shares.iter().map(share)).collect();
        text.push_str(&format!("\n{}", columns(&lines)));
    }
    let stations = rows.iter().map(|row| (&row.name, &row.fails));
    let compared = shares.iter().map(|row| (&row.name, &row.fails));
    for (name, fails) in stations.chain(compared).filter(|(_, fails)| !fails.is_empty()) {
        text.push_str(&format!("\n{name}: where theory does not hold\n"));
        for reason in fails {
            text.push_str(&format!("  - {}\n", super::table::wrap(reason, 94).join("\n    ")));
        }
    }
    Ok(text)
}

fn share(row: &Comparison) -> Vec<String> {
    let bound = if row.at_most { "at most " } else { "" };
    vec![
        row.name.clone(),
        format!("{bound}{:.2} %", row.predicted * 100.0),
        format!("{:.2} %", row.measured * 100.0),
        format!("{:+.2} points", row.difference * 100.0),
        row.model.clone(),
    ]
}

fn line(row: &Station) -> Vec<String> {
    let none = || "-".to_owned();
    let ms = |s: Option<f64>| s.map_or_else(none, |s| number(s * 1e3));
    let predicted = match (row.predicted_s, row.at_most_s) {
        (Some(low), Some(high)) => format!("{} to {}", number(low * 1e3), number(high * 1e3)),
        (predicted, _) => ms(predicted),
    };
    vec![
        row.name.clone(),
        number(row.arrivals),
        number(row.service_s * 1e3),
        format!("{:.2}", row.scv),
        row.servers.map_or_else(none, bottleneck::count),
        format!("{:.3}", row.load),
        predicted,
        ms(row.measured_s),
        row.difference.map_or_else(none, |off| format!("{:+.1} %", off * 100.0)),
        row.model.clone(),
    ]
}
