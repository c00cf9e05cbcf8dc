//! `millionth sweep`: a grid of runs, as a table, as CSV or as JSON.

use super::arguments::Job;
use super::{Failure, Host, deliver, many};
use crate::sim::analysis::bottleneck::number;
use crate::sim::analysis::metric::Wanted;
use crate::sim::analysis::settle::Estimate;
use crate::sim::analysis::sweep::{self, Axis, Point, Row};
use crate::sim::scenario::link;
use crate::sim::topology::Topology;
use serde_json::json;

/// Runs every point; the results stand in the order of the grid.
pub fn sweep(
    job: &Job,
    axes: &[Axis],
    points: &[Point],
    host: &Host<'_>,
) -> Result<String, Failure> {
    let runs: Vec<&Topology> = points.iter().map(|point| &point.topology).collect();
    let settled = many::settle(&runs, job.plan, job.jobs, host)?;
    let fixed: Vec<String> = job.sets.iter().map(|(_, value)| value.clone()).collect();
    let rows: Vec<Row> = points
        .iter()
        .zip(&settled)
        .map(|(point, settled)| {
            let values = fixed.iter().chain(&point.values).cloned().collect();
            sweep::row(values, &job.metrics, settled)
        })
        .collect();
    let keys: Vec<&str> = job.sets.iter().map(|(key, _)| key.as_str()).collect();
    let keys: Vec<&str> = keys.into_iter().chain(axes.iter().map(|a| a.key.as_str())).collect();
    if job.json {
        return Ok(as_json(job, &keys, &rows));
    }
    let text = || table(job, &keys, &rows);
    match &job.csv {
        None => Ok(text()),
        Some(target) => {
            let lines: String = rows.iter().map(sweep::csv_line).collect();
            deliver(sweep::csv_head(&keys, &job.metrics) + &lines, target, text, host)
        }
    }
}

fn as_json(job: &Job, keys: &[&str], rows: &[Row]) -> String {
    let metrics: Vec<serde_json::Value> = job
        .metrics
        .iter()
        .map(|wanted| json!({ "key": wanted.name(), "unit": wanted.metric.unit }))
        .collect();
    let value = json!({
        "link": link::write(job.topology.scenario()),
        "warm_up_s": job.plan.warm_up.seconds(),
        "duration_s": job.plan.duration.seconds(),
        "keys": keys,
        "metrics": metrics,
        "points": rows,
    });
    format!("{value:#}\n")
}

fn table(job: &Job, keys: &[&str], rows: &[Row]) -> String {
    let mut lines = vec![keys.iter().map(|key| (*key).to_owned()).collect::<Vec<String>>()];
    lines[0].extend(job.metrics.iter().map(heading));
    for row in rows {
        let figures = job.metrics.iter().zip(&row.metrics).map(|(of, metric)| figure(of, *metric));
        lines.push(row.values.iter().cloned().chain(figures).collect());
    }
    let text = format!(
        "{}\n{} points, each {} s measured after {} s of warm-up, ± 95 % intervals\n\n",
        link::write(job.topology.scenario()),
        rows.len(),
        job.plan.duration.seconds(),
        job.plan.warm_up.seconds(),
    );
    text + &columns(&lines)
}

fn heading(wanted: &Wanted) -> String {
    let unit = wanted.metric.unit;
    let unit = unit.split(',').next().unwrap_or_default();
    if unit.is_empty() { wanted.name() } else { format!("{} [{unit}]", wanted.name()) }
}

fn figure(wanted: &Wanted, estimate: Option<Estimate>) -> String {
    let Some(known) = estimate else {
        return "-".to_owned();
    };
    let (value, interval) = (known.value, known.interval(wanted.metric.most(), number));
    if value == 0.0 {
        return format!("0{interval}");
    }
    // As many digits as the interval leaves certain, and four at least.
    let order = libm::floor(libm::log10(value.abs().max(1e-9)));
    let digits = (3.0 - order).clamp(0.0, 9.0) as usize;
    format!("{value:.digits$}{interval}")
}

/// The metrics of one run, a line each.
#[must_use]
pub fn metrics(wanted: &[Wanted], row: &Row) -> String {
    let line = |(wanted, metric): (&Wanted, &Option<Estimate>)| {
        vec![heading(wanted), figure(wanted, *metric)]
    };
    let lines: Vec<Vec<String>> = wanted.iter().zip(&row.metrics).map(line).collect();
    columns(&lines)
}

/// Lines of cells, each column as wide as its widest.
#[must_use]
pub fn columns(lines: &[Vec<String>]) -> String {
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    let cells = |at: usize| lines.iter().filter_map(move |line| line.get(at));
    let widths: Vec<usize> =
        (0..count).map(|at| cells(at).map(|c| c.chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let padded = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        let joined = padded.collect::<Vec<_>>().join("  ");
        text.push_str(joined.trim_end());
        text.push('\n');
    }
    text
}
