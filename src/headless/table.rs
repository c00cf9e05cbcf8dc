//! The result of a run as text for a terminal.

use crate::sim::analysis::availability;
use crate::sim::analysis::bottleneck::count;
use crate::sim::analysis::names;
use crate::sim::analysis::report::Report;
use crate::sim::analysis::settle::{Estimate, Settled};
use crate::sim::run::requests::FAILURES;
use crate::sim::scenario::Problem;
use crate::sim::snapshot::{Latency, Snapshot};

/// Lines of the log that are shown.
const SHOWN: usize = 12;

/// The result of a run.
#[must_use]
pub fn result(report: &Report, notices: &[Problem], wall_s: f64, per_s: f64) -> String {
    format!(
        "{}\n{}{}\nresult_hash {}\n{wall_s:.2} s, {per_s:.0} requests simulated per second\n",
        report.link,
        settled(&report.result, notices),
        log(report),
        report.hash()
    )
}

/// Settled figures, and what is worth knowing of them.
#[must_use]
pub fn settled(settled: &Settled, notices: &[Problem]) -> String {
    let figures = &settled.figures;
    let intervals = settled
        .goodput
        .half_width
        .map_or_else(String::new, |_| format!(", 95 % intervals from {} batches", settled.batches));
    let mut text = format!(
        "{} s measured after {} s of warm-up{intervals}\n\n",
        settled.seconds, settled.warm_up_s
    );
    let known = settled.reservations().into_iter().map(ToOwned::to_owned);
    for known in known.chain(notices.iter().map(ToString::to_string)) {
        text.push_str(&format!("{}\n\n", wrap(&known, 100).join("\n")));
    }
    text.push_str(&users(settled));
    let times = [
        ("mean", settled.mean_s),
        ("p50", settled.p50_s),
        ("p95", settled.p95_s),
        ("p99", settled.p99_s),
    ];
    for (name, estimate) in times {
        text.push_str(&format!(
            "{name:<12}{}\n",
            or_none(&estimate.map_or_else(String::new, interval_ms))
        ));
    }
    if let Some(why) = times.iter().find_map(|(_, estimate)| settled.why_alone(*estimate)) {
        text.push_str(&(wrap(&format!("Where there is {why}."), 100).join("\n") + "\n"));
    }
    text.push_str(&format!("cost        ${:.2} per month\n\n", figures.usd_per_month));
    text.push_str(&parts(figures));
    text.push_str(&groups(figures));
    text.push_str(&named(figures));
    text
}

fn users(settled: &Settled) -> String {
    let (figures, goodput, errors) = (&settled.figures, settled.goodput, settled.error_share);
    // What batches without failures cannot tell, their number does.
    let errors = if errors.half_width.is_some() { availability::errors(settled) } else { errors };
    let percent = |share: f64| format!("{:.3}", share * 100.0);
    let mut text = format!(
        "traffic     {:.2} requests/s, about {:.0} daily users\n",
        figures.offered_rate(),
        figures.daily_users
    );
    text.push_str(&format!(
        "goodput     {:.2}{} requests/s\n",
        goodput.value,
        goodput.interval(f64::INFINITY, |x| format!("{x:.2}"))
    ));
    text.push_str(&format!(
        "errors      {}{} %\n",
        percent(errors.value),
        errors.interval(1.0, percent)
    ));
    for failure in &figures.users.failures {
        let shown = FAILURES.iter().find(|(_, name, _)| *name == failure.reason);
        let shown = shown.map_or(failure.reason.as_str(), |(_, _, words)| words);
        text.push_str(&format!("  {shown}: {}\n", failure.count));
    }
    if figures.wasted > 0 {
        text.push_str(&format!("  answered after the user gave up: {}\n", figures.wasted));
    }
    text
}

fn interval_ms(estimate: Estimate) -> String {
    let ms = |s: f64| format!("{:.3}", s * 1e3);
    format!("{}{} ms", ms(estimate.value), estimate.interval(f64::INFINITY, ms))
}

fn parts(figures: &Snapshot) -> String {
    let width = width(figures);
    let mut text = format!(
        "{:<width$}{:>9}{:>8}{:>9}{:>9}{:>11}{:>11}{:>9}\n",
        "part", "calls/s", "used %", "inside", "backlog", "mean ms", "p99 ms", "failed"
    );
    for part in figures.parts.iter().filter(|part| part.tally.arrived > 0) {
        let label = names::label(&part.key);
        let backlog: f64 = part.servers.iter().map(|server| server.mean_backlog).sum();
        text.push_str(&format!(
            "{label:<width$}{:>9.1}{:>8.1}{:>9.2}{:>9.2}{}{}{:>9}\n",
            part.rate,
            names::busy(part).1 * 100.0,
            part.mean_inside,
            backlog + 0.0,
            cell(part.latency.mean_s),
            cell(part.latency.p99_s),
            part.tally.failed,
        ));
    }
    text
}

/// Room for the names of parts.
fn width(figures: &Snapshot) -> usize {
    let names = figures.parts.iter().map(|part| names::label(&part.key).len() + 2);
    names.max().unwrap_or(0).max(14)
}

/// What parts count and measure under names of their own, where it is not zero.
fn named(figures: &Snapshot) -> String {
    let (mut text, width) = (String::new(), width(figures));
    for part in &figures.parts {
        let counted = part.counters.iter().filter(|(_, count)| *count > 0);
        let counted = counted.map(|(name, count)| format!("{name}={count}"));
        let measured = part.gauges.iter().filter(|(_, value)| *value != 0.0);
        let measured = measured.map(|(name, value)| format!("{name}={}", count(*value)));
        let all: Vec<String> = counted.chain(measured).collect();
        for (number, line) in wrap(&all.join(" "), 84).iter().enumerate() {
            let name = if number == 0 { names::label(&part.key) } else { String::new() };
            if !line.is_empty() {
                text.push_str(&format!("{name:<width$}{line}\n"));
            }
        }
    }
    if text.is_empty() { text } else { format!("\ncounted, and measured at the end\n{text}") }
}

/// The last lines of the log.
fn log(report: &Report) -> String {
    let skip = report.log.len().saturating_sub(SHOWN);
    let lines: String = report.log[skip..].iter().map(super::killing::entry).collect();
    match report.log_entries {
        0 => String::new(),
        all => format!("\nlog, the last {} of {all} entries\n{lines}", report.log.len() - skip),
    }
}

fn groups(figures: &Snapshot) -> String {
    let mut text = format!(
        "\n{:<14}{:>9}{:>9}{:>11}{:>11}{:>11}\n",
        "for", "requests", "failed", "mean ms", "p95 ms", "p99 ms"
    );
    for group in figures.classes.iter().chain(&figures.regions).filter(|g| g.tally.arrived > 0) {
        let Latency { mean_s, p95_s, p99_s, .. } = group.latency;
        text.push_str(&format!(
            "{:<14}{:>9}{:>9}{}{}{}\n",
            group.key,
            group.tally.arrived,
            group.tally.failed,
            cell(mean_s),
            cell(p95_s),
            cell(p99_s)
        ));
    }
    text
}

fn cell(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| format!("{:>11}", "-"), |s| format!("{:>11.3}", s * 1e3))
}

/// A dash for nothing.
#[must_use]
pub fn or_none(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// Breaks a text into lines of at most `width` characters, at its spaces.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.len() + 1 + word.len() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
