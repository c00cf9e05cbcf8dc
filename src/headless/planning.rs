//! `millionth plan`: the cheapest settings that meet the goals, and how they were found.

use super::arguments::Job;
use super::sweeping::columns;
use super::{Failure, Host, many};
use crate::sim::analysis::bottleneck::number;
use crate::sim::analysis::plan::{Candidate, Found, Goal, Search, USUAL_GOALS, usual_axes};
use crate::sim::analysis::settle::Estimate;
use crate::sim::analysis::sweep::Axis;
use crate::sim::topology::Topology;
use serde_json::json;

/// Searches, and says what was found.
pub fn plan(job: &Job, goals: &[Goal], axes: &[Axis], host: &Host<'_>) -> Result<String, Failure> {
    let usual = USUAL_GOALS.iter().filter_map(|goal| Goal::read(goal).ok());
    let goals: Vec<Goal> = if goals.is_empty() { usual.collect() } else { goals.to_vec() };
    let axes = if axes.is_empty() { usual_axes(&job.topology) } else { axes.to_vec() };
    let failed = std::cell::Cell::new(None);
    let each = |runs: &[Topology]| {
        let runs: Vec<&Topology> = runs.iter().collect();
        many::settle(&runs, job.plan, job.jobs, host).map_err(|failure| {
            failed.set(Some(failure));
            String::new()
        })
    };
    let found = Search::new(&job.topology, &axes, &goals).run(&each);
    let found = found.map_err(|what| failed.take().unwrap_or(Failure::Law(what)))?;
    let texts: Vec<&str> = goals.iter().map(Goal::text).collect();
    if job.json {
        let value = json!({
            "goals": texts,
            "warm_up_s": job.plan.warm_up.seconds(),
            "duration_s": job.plan.duration.seconds(),
            "found": found,
        });
        return Ok(format!("{value:#}\n"));
    }
    Ok(in_words(&found, &goals, &texts, job))
}

fn in_words(found: &Found, goals: &[Goal], texts: &[&str], job: &Job) -> String {
    let made = format!(
        "{} of {} combinations were simulated, each {} s after {} s of warm-up",
        found.runs,
        found.combinations,
        job.plan.duration.seconds(),
        job.plan.warm_up.seconds()
    );
    let goals_text = texts.join(", ");
    let Some(best) = &found.best else {
        let why = if found.gave_up {
            "The search stopped at its bound of runs without an answer"
        } else {
            "Nothing in the range meets them, not even the most of everything; --over widens it"
        };
        return format!("goals: {goals_text}\n{why}.\n{made}.\n{}", table(found, goals));
    };
    let settings = found.keys.iter().zip(&best.values);
    let settings: Vec<String> = settings.map(|(key, value)| format!("{key}={value}")).collect();
    format!(
        "goals: {goals_text}\ncheapest: {} for ${:.2} per month\n{}\n{made}. The answer is the \
         cheapest if more never hurts.\n\n{}",
        settings.join(" "),
        best.usd_per_month,
        best.link,
        table(found, goals)
    )
}

fn table(found: &Found, goals: &[Goal]) -> String {
    let mut head = found.keys.clone();
    head.push("USD/month".to_owned());
    head.extend(goals.iter().map(|goal| goal.wanted.name()));
    head.push("goals".to_owned());
    let line = |tried: &Candidate| {
        let mut line = tried.values.clone();
        line.push(format!("{:.2}", tried.usd_per_month));
        line.extend(goals.iter().zip(&tried.metrics).map(|(goal, metric)| {
            let write = |figure: Estimate| {
                number(figure.value) + &figure.interval(goal.wanted.metric.most(), number)
            };
            metric.map_or_else(|| "-".to_owned(), write)
        }));
        line.push((if tried.meets { "met" } else { "missed" }).to_owned());
        line
    };
    let lines: Vec<Vec<String>> =
        std::iter::once(head).chain(found.tried.iter().map(line)).collect();
    columns(&lines)
}
