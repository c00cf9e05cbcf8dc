//! The JSON form of a scenario, for files and headless runs. It says the same as a link.

use super::{Base, PresentFault, Problem, Scenario, link, presets};
use crate::sim::kinds::Kind;
use crate::sim::kinds::param::{Domain, Param, Value as Setting, quoted};
use serde_json::{Map, Value, json};

/// Longest file that is read, in bytes.
pub const LONGEST: usize = 1 << 20;

/// Writes a scenario as JSON.
#[must_use]
pub fn write(scenario: &Scenario) -> Value {
    let mut object = Map::new();
    object.insert("v".into(), json!(link::VERSION));
    match scenario.base {
        Base::Stage(number) => object.insert("stage".into(), json!(number)),
        Base::Parts => {
            let keys: Vec<&str> = scenario.parts.iter().map(|part| part.kind.key()).collect();
            object.insert("parts".into(), json!(keys))
        }
    };
    let mut settings = Map::new();
    for (key, text) in scenario.changes() {
        settings.insert(key, Value::String(text));
    }
    for (key, value) in &mut settings {
        if let (Ok((_, _, param)), Value::String(text)) = (scenario.locate(key), &*value) {
            *value = typed(param, text);
        }
    }
    object.insert("settings".into(), Value::Object(settings));
    let faults: Vec<String> = scenario.faults.iter().map(PresentFault::write).collect();
    object.insert("faults".into(), json!(faults));
    object.insert("seed".into(), json!(scenario.seed));
    Value::Object(object)
}

/// A setting's text as the JSON type a reader expects.
fn typed(param: &Param, text: &str) -> Value {
    match (param.domain, param.read(text)) {
        (Domain::Switch, Ok((Setting::Number(x), _))) => json!(x != 0.0),
        (Domain::Choice(_), _) => json!(text),
        (_, Ok((Setting::Number(x), _))) => json!(x),
        (_, Ok((Setting::List(items), _))) => json!(items),
        (_, Err(_)) => json!(text),
    }
}

/// Reads a scenario from JSON text. Unlike a link, a file that is wrong anywhere is refused:
/// whoever wrote it wants to know.
///
/// # Errors
/// Every problem of the file at once.
pub fn read(text: &str) -> Result<Scenario, Vec<Problem>> {
    if text.len() > LONGEST {
        return Err(vec![Problem::new("file", format!("is longer than {LONGEST} bytes"))]);
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| vec![Problem::new("file", format!("is not JSON: {error}"))])?;
    let Value::Object(object) = value else {
        return Err(vec![Problem::new("file", "is not a JSON object")]);
    };
    let mut problems = Vec::new();
    let mut scenario = base(&object, &mut problems);
    for (key, value) in &object {
        match (key.as_str(), value) {
            ("stage" | "parts", _) => {}
            ("v", value) => {
                if value.as_u64() != Some(u64::from(link::VERSION)) {
                    let what = format!("this program reads version {}", link::VERSION);
                    problems.push(Problem::new("v", what));
                }
            }
            ("seed", value) => match value.as_u64() {
                Some(seed) => scenario.seed = seed,
                None => problems.push(Problem::new("seed", "is not a whole number")),
            },
            ("settings", Value::Object(settings)) => {
                for (key, value) in settings {
                    let problem = match scenario.set(key, &plain(value)) {
                        Ok(said) => said,
                        Err(problem) => Some(problem),
                    };
                    problems.extend(problem);
                }
            }
            ("faults", Value::Array(faults)) => {
                for fault in faults {
                    match PresentFault::read(&plain(fault)) {
                        Ok(fault) => scenario.fail(fault),
                        Err(what) => problems.push(Problem::new("faults", what)),
                    }
                }
            }
            ("settings" | "faults", _) => {
                problems.push(Problem::new(key.as_str(), "is of the wrong type"));
            }
            (key, _) => problems.push(Problem::new(quoted(key), "is not a field of a scenario")),
        }
    }
    problems.extend(scenario.drop_faults_of_nothing());
    if problems.is_empty() { Ok(scenario) } else { Err(problems) }
}

fn base(object: &Map<String, Value>, problems: &mut Vec<Problem>) -> Scenario {
    match (object.get("stage"), object.get("parts")) {
        (Some(_), Some(_)) => {
            problems.push(Problem::new("stage", "and parts exclude each other"));
        }
        (Some(stage), None) => {
            let number = stage.as_u64().filter(|n| (1..=presets::STAGES.len() as u64).contains(n));
            if let Some(number) = number {
                return presets::stage(number as u8);
            }
            let what = format!("is not a stage from 1 to {}", presets::STAGES.len());
            problems.push(Problem::new("stage", what));
        }
        (None, Some(Value::Array(keys))) => {
            let mut kinds = Vec::new();
            for key in keys {
                match Kind::by_key(&plain(key)) {
                    Some(kind) => kinds.push(kind),
                    None => {
                        let what = format!("there is no part {}", quoted(&plain(key)));
                        problems.push(Problem::new("parts", what));
                    }
                }
            }
            return Scenario::of(&kinds);
        }
        _ => problems.push(Problem::new("stage", "or a list of parts is needed")),
    }
    presets::stage(1)
}

/// A JSON value as the text that a setting reads.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(on) => (if *on { "on" } else { "off" }).to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_a_link_say_the_same() {
        let scenario = link::read(
            "?stage=3#web.servers=6&web.sizes=1,2&web.hold=off&lb.algorithm=random\
             &fault=kill.web.2&seed=7",
        )
        .scenario;
        let text = write(&scenario).to_string();
        assert_eq!(read(&text), Ok(scenario), "{text}");
    }

    #[test]
    fn a_wrong_file_is_refused_with_every_problem() {
        let text = r#"{"v":2,"stage":9,"faults":["x"],"moon":1,
            "settings":{"web.servers":"many","web.size":3}}"#;
        let said: Vec<String> =
            read(text).expect_err("is wrong").iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 6, "{said:?}");
        assert!(read("[]").is_err() && read("{").is_err() && read("").is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
