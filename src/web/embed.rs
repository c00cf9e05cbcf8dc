//! What an embed and the page around it say to each other, as JSON text. Pure: `shell::embed`
//! carries it. docs/protocol.md describes it.

use super::files::Export;
use super::lessons;
use super::model::{Model, Place};
use super::summary;
use crate::sim::analysis::settle::Settled;
use crate::sim::kinds::param::quoted;
use crate::sim::scenario::{Problem, Scenario, file, link, presets};
use crate::sim::session::Command;
use crate::sim::snapshot::Snapshot;
use crate::sim::topology::Topology;
use serde_json::{Map, Value, json};

/// Stands in every message as `ns`.
pub const NAMESPACE: &str = "millionth";
/// Stands in every message as `v`.
pub const VERSION: u64 = 1;
/// Longest message that is read, in bytes of JSON.
pub const LONGEST: usize = 1 << 17;
/// Longest `id` that is given back, in bytes.
const LONGEST_ID: usize = 64;
/// Most settings in one message.
const MOST_SETTINGS: usize = 200;
/// Shortest time between two messages of figures, in milliseconds.
pub const METRICS_MS: f64 = 250.0;

/// What the page around asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Another scenario, from time zero; and what was wrong with it.
    Load(Box<Scenario>, Vec<Problem>),
    /// Settings, faults and their ends, all or none.
    Act(Vec<Command>),
    /// Let time pass.
    Play,
    /// Let it stand.
    Pause,
    /// The scenario as it was loaded, from time zero.
    Reset,
    /// A stage as it is at first.
    Stage(u8),
    /// How things stand.
    Get,
    /// What could be saved, as text.
    Export(Export),
}

/// A message of the page around.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Given back with the answer.
    pub id: Option<Value>,
    /// What is asked for, or all that is wrong with it.
    pub order: Result<Order, Vec<Problem>>,
}

/// Reads a message; `None` when it is not meant for us.
#[must_use]
pub fn read(text: &str) -> Option<Message> {
    if text.len() > LONGEST {
        let ours = text.contains(NAMESPACE);
        let what = format!("is longer than {LONGEST} bytes");
        return ours.then(|| Message { id: None, order: refuse("message", what) });
    }
    let Ok(Value::Object(message)) = serde_json::from_str(text) else {
        return None;
    };
    if message.get("ns").and_then(Value::as_str) != Some(NAMESPACE) {
        return None;
    }
    let is_short = |id: &&Value| match id {
        Value::String(text) => text.len() <= LONGEST_ID,
        id => id.is_number(),
    };
    let id = message.get("id").filter(is_short).cloned();
    Some(Message { id, order: order(&message) })
}

fn refuse<T>(at: &str, what: impl Into<String>) -> Result<T, Vec<Problem>> {
    Err(vec![Problem::new(at, what)])
}

fn order(message: &Map<String, Value>) -> Result<Order, Vec<Problem>> {
    if message.get("v").and_then(Value::as_u64) != Some(VERSION) {
        return refuse("v", format!("version {VERSION} of messages is read here"));
    }
    let text = |key: &str| message.get(key).and_then(Value::as_str);
    match text("type").unwrap_or_default() {
        "load" => load(message),
        "set" => set(message),
        "play" => Ok(Order::Play),
        "pause" => Ok(Order::Pause),
        "reset" => Ok(Order::Reset),
        "get" => Ok(Order::Get),
        "export" => match text("format").and_then(Export::of_text) {
            Some(export) => Ok(Order::Export(export)),
            None => refuse("format", "is not one of json, csv, svg"),
        },
        "stage" => match message.get("stage").and_then(Value::as_u64) {
            Some(stage @ 1..) if stage <= presets::STAGES.len() as u64 => {
                Ok(Order::Stage(stage as u8))
            }
            _ => refuse("stage", format!("is not from 1 to {}", presets::STAGES.len())),
        },
        "fault" => match (text("fault"), text("heal")) {
            (Some(fault), None) => Ok(Order::Act(vec![Command::Fail { fault: fault.to_owned() }])),
            (None, Some(place)) => match Command::heal(place) {
                Ok(command) => Ok(Order::Act(vec![command])),
                Err(problem) => Err(vec![problem]),
            },
            _ => refuse("fault", "needs either fault, such as kill.web.2, or heal, such as web.2"),
        },
        other => refuse("type", format!("{} is not one of {TYPES}", quoted(other))),
    }
}

const TYPES: &str = "load, set, play, pause, reset, stage, fault, get, export";

fn load(message: &Map<String, Value>) -> Result<Order, Vec<Problem>> {
    match (message.get("link"), message.get("scenario")) {
        (Some(Value::String(text)), None) => {
            let reading = link::read(text);
            let problems = reading.all_problems();
            Ok(Order::Load(Box::new(reading.scenario), problems))
        }
        (None, Some(scenario @ Value::Object(_))) => {
            let (topology, notes) = Topology::of(file::reading(&scenario.to_string())?)?;
            Ok(Order::Load(Box::new(topology.scenario().clone()), notes))
        }
        _ => refuse("load", "needs either link, a text, or scenario, an object"),
    }
}

/// Either `key` and `value`, or `settings` with several of them.
fn set(message: &Map<String, Value>) -> Result<Order, Vec<Problem>> {
    match (message.get("key"), message.get("value"), message.get("settings")) {
        (Some(Value::String(key)), Some(value), None) => {
            Ok(Order::Act(vec![Command::set(key, &file::plain(value))]))
        }
        (None, None, Some(Value::Object(settings))) if settings.len() <= MOST_SETTINGS => {
            Ok(Order::Act(vec![Command::Set { settings: file::settings(settings) }]))
        }
        (None, None, Some(Value::Object(_))) => {
            refuse("settings", format!("has more than {MOST_SETTINGS}"))
        }
        _ => refuse("set", "needs either key and value, or settings, an object"),
    }
}

/// A message to the page around.
#[must_use]
pub fn write(kind: &str, id: Option<&Value>, mut content: Value) -> String {
    if let Value::Object(fields) = &mut content {
        fields.insert("ns".into(), json!(NAMESPACE));
        fields.insert("v".into(), json!(VERSION));
        fields.insert("type".into(), json!(kind));
        if let Some(id) = id {
            fields.insert("id".into(), id.clone());
        }
    }
    content.to_string()
}

/// The message with what could be saved.
#[must_use]
pub fn exported(id: Option<&Value>, name: &str, text: &str) -> String {
    write("export", id, json!({ "name": name, "text": text }))
}

/// The message that names problems.
#[must_use]
pub fn error(id: Option<&Value>, problems: &[Problem]) -> String {
    write("error", id, json!({ "problems": problems }))
}

/// The message that says how high a frame has to be to show all, in CSS pixels.
#[must_use]
pub fn height(pixels: f64) -> String {
    write("height", None, json!({ "height": pixels }))
}

/// The message that says how things stand.
#[must_use]
pub fn state(model: &Model, id: Option<&Value>) -> String {
    let mut content = standing(model);
    content["at_s"] = json!(model.live.figures.at_s);
    write("state", id, content)
}

fn standing(model: &Model) -> Value {
    json!({
        "link": model.link,
        "stage": model.stage(),
        "playing": model.playing,
        "hidden": model.hidden,
        "speed": model.speed,
    })
}

/// The message with the figures: live ones of the sliding window, and settled ones.
#[must_use]
pub fn metrics(model: &Model) -> String {
    let live = model.has_run().then(|| figures(&model.live.figures));
    let settled = model.settled.as_ref().filter(|_| model.fresh);
    let settled = settled.map(|figures| settled_figures(figures, &model.result_hash));
    write(
        "metrics",
        None,
        json!({
            "at_s": model.live.figures.at_s, "behind": model.live.behind,
        "live": live, "settled": settled,
        }),
    )
}

fn milliseconds(seconds: Option<f64>) -> Option<f64> {
    seconds.map(|s| s * 1e3)
}

fn figures(figures: &Snapshot) -> Value {
    let latency = &figures.latency;
    let busiest = summary::busiest(figures)
        .map(|(part, _, load)| json!({ "part": part.key, "utilisation": load }));
    json!({
        "daily_users": figures.daily_users,
        "offered_per_s": figures.offered_rate(),
        "throughput_per_s": figures.throughput(),
        "goodput_per_s": figures.goodput(),
        "error_share": figures.users.error_share(),
        "mean_ms": milliseconds(latency.mean_s),
        "p50_ms": milliseconds(latency.p50_s),
        "p95_ms": milliseconds(latency.p95_s),
        "p99_ms": milliseconds(latency.p99_s),
        "busiest": busiest,
        "usd_per_month": figures.usd_per_month,
    })
}

fn settled_figures(settled: &Settled, hash: &str) -> Value {
    let mut content = figures(&settled.figures);
    let half = |estimate: Option<crate::sim::analysis::settle::Estimate>| {
        milliseconds(estimate.and_then(|estimate| estimate.half_width))
    };
    content["complete"] = json!(settled.complete);
    content["growing"] = json!(settled.is_growing());
    content["changing"] = json!(settled.changing);
    content["result_hash"] = json!(hash);
    content["p50_ms_half_width"] = json!(half(settled.p50_s));
    content["p95_ms_half_width"] = json!(half(settled.p95_s));
    content["p99_ms_half_width"] = json!(half(settled.p99_s));
    content
}

/// The message of how the stage's goals stand, once its figures have settled.
fn goal(model: &Model) -> Option<String> {
    let stage = model.stage()?;
    let settled = model.settled.as_deref().filter(|settled| model.fresh && settled.complete)?;
    let goals = lessons::goals(stage, Some(settled));
    let is_met = goals.iter().all(|goal| goal.is_met == Some(true));
    let goals: Vec<Value> =
        goals.iter().map(|goal| json!({ "text": goal.text, "met": goal.is_met })).collect();
    Some(write("goal", None, json!({ "stage": stage, "met": is_met, "goals": goals })))
}

/// What was told last, so that only news is told.
#[derive(Debug, Default)]
pub struct News {
    place: Option<Place>,
    standing: Value,
    goal: Option<String>,
    metrics: String,
    metrics_ms: f64,
}

impl News {
    /// What is to be told now, and after how many milliseconds to ask again at the latest.
    pub fn of(&mut self, model: &Model, now_ms: f64) -> (Vec<String>, Option<f64>) {
        let mut told = Vec::new();
        if model.place == Place::Starting {
            return (told, None);
        }
        let before = self.place.replace(model.place);
        if before.is_none() {
            self.metrics_ms = now_ms - METRICS_MS;
            let is_here = matches!(model.place, Place::Page(_));
            let place = if is_here { "page" } else { "worker" };
            let content = json!({ "build": super::BUILD, "engine": place, "link": model.link });
            told.push(write("ready", None, content));
            if !model.notice.is_empty() {
                told.push(error(None, &model.notice));
            }
        } else if before != self.place
            && let Some(failed) = model.place.notice()
        {
            told.push(error(None, &[failed]));
        }
        let standing = standing(model);
        if standing != self.standing {
            self.standing = standing;
            told.push(state(model, None));
        }
        let goal = goal(model);
        if goal.is_some() && goal != self.goal {
            told.extend(goal.clone());
            self.goal = goal;
        }
        let wait = METRICS_MS - (now_ms - self.metrics_ms);
        let metrics = metrics(model);
        if metrics == self.metrics {
            return (told, None);
        }
        if wait > 0.0 {
            return (told, Some(wait));
        }
        (self.metrics, self.metrics_ms) = (metrics.clone(), now_ms);
        told.push(metrics);
        (told, None)
    }
}

#[cfg(test)]
mod tests;
