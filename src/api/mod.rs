//! What JavaScript asks of the simulation: texts in, JSON text out, all problems at once. Pure;
//! `exports` hands it over, and the files in `js` make a package of it: docs/javascript.md.

#[cfg(target_arch = "wasm32")]
mod exports;
mod session;

#[cfg(target_arch = "wasm32")]
pub use exports::start;
pub use session::Session;

use crate::headless::{self, LONGEST_S};
use crate::sim::analysis::report::{self, RunPlan};
use crate::sim::kinds::param::quoted;
use crate::sim::scenario::link::{self, Reading};
use crate::sim::scenario::{Problem, file, presets};
use crate::sim::topology::Topology;
use crate::sim::units::Span;
use serde_json::{Value, json};

/// All that is wrong with what was given.
type Problems = Vec<Problem>;

/// Reads a scenario: a stage or preset by name, a link, or a file's JSON.
///
/// # Errors
/// Why nothing can be read.
pub fn reading(text: &str) -> Result<Reading, Problems> {
    let text = text.trim();
    let (source, inside) =
        if text.starts_with('{') { ("-", Ok(text)) } else { (text, Err("there are none here")) };
    headless::reading(source, &|_| inside.map(ToOwned::to_owned).map_err(ToOwned::to_owned))
}

/// All that keeps a scenario from running, as JSON; an empty list where nothing does.
#[must_use]
pub fn validate(text: &str) -> String {
    let problems = reading(text).and_then(Topology::of).err().unwrap_or_default();
    json!(problems).to_string()
}

/// A scenario's link, from the question mark on.
///
/// # Errors
/// Every problem at once.
pub fn encode_link(text: &str) -> Result<String, Problems> {
    let mut problems = Vec::new();
    let known = headless::known(reading(text), &mut problems, &mut Vec::new());
    known.map(|scenario| link::write(&scenario)).ok_or(problems)
}

/// What a link says, as a file, and what was ignored or changed, as the page would name it.
#[must_use]
pub fn decode_link(text: &str) -> String {
    let reading = link::read(text);
    let problems = reading.all_problems();
    json!({ "scenario": file::write(&reading.scenario), "problems": problems }).to_string()
}

/// One run from rest, as `millionth run --json` says it, but for the time that it took.
///
/// # Errors
/// Every problem at once.
pub fn simulate(text: &str, options: &str, tell: impl FnMut(f64)) -> Result<String, Problems> {
    let Asked { topology, plan, notices } =
        Asked::read(text, options, &["settings", "seed", "warmup", "duration"])?;
    let ran = report::run(topology.clone(), plan, tell);
    let (report, _) = ran.map_err(|law| vec![Problem::new("simulator", law)])?;
    Ok(headless::result(&report, &topology, &notices).to_string())
}

/// What a seed has to be.
const SEEDS: &str = "is not a whole number from 0 to 2^64 - 1";

/// What is asked for.
struct Asked {
    topology: Topology,
    plan: RunPlan,
    notices: Problems,
}

impl Asked {
    /// Reads a scenario and an object of options, of which only `known` ones are taken.
    fn read(text: &str, options: &str, known: &[&str]) -> Result<Self, Problems> {
        let (mut problems, mut notices) = (Vec::new(), Vec::new());
        let known_scenario = headless::known(reading(text), &mut problems, &mut notices);
        // A wrong scenario must not hide what else is wrong: only settings have to wait for it.
        let is_known = known_scenario.is_some();
        let mut scenario = known_scenario.unwrap_or_else(|| presets::stage(1));
        let (mut plan, mut set) = (headless::USUAL_PLAN, Vec::new());
        let value = serde_json::from_str(options).unwrap_or_default();
        let Value::Object(options) = value else {
            problems.push(Problem::new("options", "is not an object"));
            return Err(problems);
        };
        for (key, value) in &options {
            match (key.as_str(), value) {
                (key, _) if !known.contains(&key) => {
                    problems.push(Problem::new("options", format!("{} is not one", quoted(key))));
                }
                ("settings", Value::Object(_)) if !is_known => {}
                ("settings", Value::Object(settings)) => set = file::settings(settings),
                ("settings", _) => problems.push(Problem::new("settings", "is not an object")),
                ("seed", value) => match file::plain(value).parse() {
                    Ok(seed) => scenario.seed = seed,
                    Err(_) => problems.push(Problem::new("seed", SEEDS)),
                },
                ("warmup", value) => plan.warm_up = time(key, value, 0.0, &mut problems),
                (_, value) => plan.duration = time(key, value, 0.001, &mut problems),
            }
        }
        match Topology::with(scenario, &set) {
            Ok((topology, said)) if said.is_empty() && problems.is_empty() => {
                return Ok(Self { topology, plan, notices });
            }
            Ok((_, wrong)) | Err(wrong) => problems.extend(wrong),
        }
        Err(problems)
    }
}

fn time(key: &str, value: &Value, least: f64, problems: &mut Problems) -> Span {
    match value.as_f64() {
        Some(s) if (least..=LONGEST_S).contains(&s) => Span::from_seconds(s),
        _ => {
            let what = format!("is not a number of seconds from {least} to {LONGEST_S}");
            problems.push(Problem::new(key, what));
            Span::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(problems: &Problems) -> Vec<&str> {
        problems.iter().map(|problem| problem.at.as_str()).collect()
    }

    #[test]
    fn a_run_is_that_of_the_command() {
        let options =
            r#"{"seed": "7", "warmup": 1, "duration": 2, "settings": {"web.servers": 6}}"#;
        let said = simulate("stage-3", options, |_| {}).expect("can run");
        let words = ["run", "stage-3", "--seed", "7", "--set", "web.servers=6", "--warmup", "1"];
        let words = words.iter().chain(&["--duration", "2", "--json"]);
        let words: Vec<String> = words.map(|word| (*word).to_owned()).collect();
        let host = headless::Host {
            read: &|_| Err(String::new()),
            write: &|_, _| Ok(()),
            clock: &|| 0.0,
            tell: &|_| {},
            each: &|_, _, _| {},
            cores: 1,
        };
        let value = |text: &str| serde_json::from_str::<Value>(text).expect("is JSON");
        let mut command = value(&headless::run(&words, &host).out);
        command.as_object_mut().expect("is an object").remove("timing");
        assert_eq!(value(&said), command);
        assert!(value(&said)["result_hash"].is_string());
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let options = r#"{"moon": 1, "seed": -1, "warmup": "long", "duration": 0,
            "settings": {"web.moon": 1, "web.servers": 0}}"#;
        let problems = simulate("stage-3", options, |_| {}).expect_err("all is wrong");
        let mut at = at(&problems);
        at.sort_unstable();
        let expected = ["duration", "options", "seed", "warmup", "web.moon", "web.servers"];
        assert_eq!(at, expected);
        let options = r#"{"seed": 1.5, "duration": -1, "settings": {"web.servers": 0}}"#;
        let problems = simulate("stage-77", options, |_| {}).expect_err("all is wrong");
        assert_eq!(self::at(&problems), ["stage", "duration", "seed"]);
        let whole = r#"{"seed": -1, "settings": {"web.moon": 1, "web.queries": 0}}"#;
        let problems = simulate("stage-1", whole, |_| {}).expect_err("all is wrong");
        assert_eq!(self::at(&problems), ["seed", "web.moon", "cache", "db"]);
        assert!(encode_link("stage-77").is_err() && encode_link("moon").is_err());
        assert_eq!(validate("retry-storm"), "[]");
        assert!(
            validate(r#"{"stage": 3, "settings": {"web.servers": 0}}"#).contains("web.servers")
        );
    }

    #[test]
    fn what_another_revision_of_the_model_made_runs_with_a_notice() {
        for text in [r#"{"v": 1, "m": 2, "stage": 1}"#, "?stage=1#v=1&m=2"] {
            assert_eq!((validate(text).as_str(), encode_link(text).is_ok()), ("[]", true));
            let said = simulate(text, r#"{"warmup": 1, "duration": 2}"#, |_| {}).expect("can run");
            let said: Value = serde_json::from_str(&said).expect("is JSON");
            assert_eq!(said["notices"][0]["at"], "m");
            let session = Session::open(text, "{}").expect("can run");
            assert!(session.notices().contains("numbers may differ"));
        }
    }

    #[test]
    fn links_and_files_are_made_of_each_other() {
        let link = "?stage=3#v=1&web.servers=6&fault=kill.web.2@60for30";
        let said: Value = serde_json::from_str(&decode_link(link)).expect("is JSON");
        assert_eq!(said["problems"], json!([]));
        assert_eq!(encode_link(&said["scenario"].to_string()), Ok(link.to_owned()));
    }

    #[test]
    fn the_element_and_its_document_know_all_options_of_the_page() {
        let element = include_str!("js/millionth-sim.js");
        let document = include_str!("../../docs/embedding.md");
        for key in link::PAGE_KEYS.iter().filter(|key| **key != "embed") {
            assert!(element.contains(&format!("'{key}'")), "the element lacks {key}");
            assert!(document.contains(&format!("`{key}`")), "the document lacks {key}");
        }
    }
}
