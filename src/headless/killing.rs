//! `millionth spof`: what must not die, by structure and by killing everything in turn.

use super::arguments::Job;
use super::sweeping::columns;
use super::{Failure, Host, many};
use crate::sim::analysis::bottleneck::number;
use crate::sim::analysis::spof::{self, Confirmed, MINUTE_S, Threat, Verdict};
use crate::sim::journal::Line;
use crate::sim::scenario::link;
use serde_json::json;

/// Kills everything in turn.
pub fn spof(job: &Job, host: &Host<'_>) -> Result<String, Failure> {
    let threats = spof::threats(&job.topology);
    // The first run is the one in which nothing dies.
    let one = |run: usize| {
        let threat = run.checked_sub(1).and_then(|at| threats.get(at));
        spof::run(&job.topology, threat, job.plan)
    };
    let mut killed = many::each(threats.len() + 1, &one, job.jobs, host)?.into_iter();
    let Some(before) = killed.next() else { return Ok(String::new()) };
    let pair = |(threat, after): (&Threat, _)| spof::compare(threat.clone(), &before, after);
    let rows: Vec<Confirmed> = threats.iter().zip(killed).map(pair).collect();
    if job.json {
        let value = json!({
            "link": link::write(job.topology.scenario()),
            "warm_up_s": job.plan.warm_up.seconds(),
            "duration_s": job.plan.duration.seconds(),
            "rows": rows,
        });
        return Ok(format!("{value:#}\n"));
    }
    Ok(in_words(job, &rows))
}

fn in_words(job: &Job, rows: &[Confirmed]) -> String {
    let classes = rows.first().map_or(&[][..], |row| row.losses.as_slice());
    let mut head = vec!["dead".to_owned(), "by structure".to_owned()];
    head.extend(classes.iter().map(|loss| format!("{} good", loss.class)));
    head.push("why".to_owned());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows.iter().map(after)).collect();
    let head = ["dead", "first minute good", "failed", "disturbed", "RTO", "RPO", "counted"];
    let head = head.map(ToOwned::to_owned).to_vec();
    let costs: Vec<Vec<String>> = std::iter::once(head).chain(rows.iter().map(minute)).collect();
    let before: Vec<String> = classes
        .iter()
        .map(|loss| format!("{} {:.2} %", loss.class, loss.before.share * 100.0))
        .collect();
    format!(
        "{}\neach killed {} s into a run of its own; {} s measured once {MINUTE_S} s, or the time \
         that the structure needs, have passed\ngood answers with nothing dead: {}\n\n{}\nthe \
         first {MINUTE_S} s, and what failover lost until things had settled\n\n{}{}",
        link::write(job.topology.scenario()),
        job.plan.warm_up.seconds(),
        job.plan.duration.seconds(),
        before.join(", "),
        columns(&lines),
        columns(&costs),
        log(rows)
    )
}

/// What is left once things have settled.
fn after(row: &Confirmed) -> Vec<String> {
    let verdict = match row.threat.verdict {
        Verdict::Fatal => format!("FATAL: {}", row.threat.kills.join(" ")),
        Verdict::Partial => "partial".to_owned(),
        Verdict::Survives => "survives".to_owned(),
        Verdict::Unknown => "unknown".to_owned(),
    };
    let mut line = vec![row.threat.name.clone(), verdict];
    line.extend(row.losses.iter().map(|loss| format!("{:.2} %", loss.after.share * 100.0)));
    let survives = row.threat.verdict == Verdict::Survives;
    let comment = match (row.agrees, &row.fails_as) {
        (Some(false), _) => " NOT BORNE OUT by the run.".to_owned(),
        (None, _) => " The run was too short to tell.".to_owned(),
        _ if survives && row.overloads => " But what is left does not carry the load.".to_owned(),
        (_, Some(reason)) if survives => format!(" But some still fail, most as {reason}."),
        _ => String::new(),
    };
    line.push(format!("{}{comment}", row.threat.why));
    line
}

/// What the change cost.
fn minute(row: &Confirmed) -> Vec<String> {
    let minute = &row.minute;
    let seconds = |s: Option<f64>| s.map_or_else(|| "-".to_owned(), |s| format!("{} s", number(s)));
    let counts: Vec<String> =
        minute.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let disturbed = match minute.disturbed_s {
        None => format!("more than {} s", number(minute.settled_s)),
        Some(s) => format!("{} s", number(s)),
    };
    vec![
        row.threat.name.clone(),
        format!("{:.2} %", minute.all.share * 100.0),
        minute.failed.to_string(),
        disturbed,
        seconds(minute.rto_s),
        seconds(minute.rpo_s),
        counts.join(", "),
    ]
}

/// The log of those deaths in which a database was without writes.
fn log(rows: &[Confirmed]) -> String {
    let mut text = String::new();
    for row in rows.iter().filter(|row| row.minute.rto_s.is_some()) {
        text.push_str(&format!("\n{}: log\n", row.threat.name));
        text.extend(row.minute.log.iter().map(entry));
    }
    text
}

/// A line of the log.
pub fn entry(line: &Line) -> String {
    let server = line.server.map_or_else(String::new, |server| format!(".{server}"));
    let numbers: String =
        line.numbers.iter().map(|(name, x)| format!(" {name}={}", number(*x))).collect();
    let severity = format!("{:?}", line.severity).to_lowercase();
    format!("{:>10.3} s  {severity:<8}{}{server}: {}{numbers}\n", line.at_s, line.part, line.what)
}
