//! The JSON form of a scenario, for files and headless runs. It says the same as a link.

use super::base::{self, Words};
use super::{PresentFault, Problem, Scenario, link};
use crate::sim::kinds::param::{Domain, Param, Value as Setting, quoted};
use serde_json::{Map, Value, json};

/// Longest file that is read, in bytes.
pub const LONGEST: usize = 1 << 20;

/// Writes a scenario as JSON.
#[must_use]
pub fn write(scenario: &Scenario) -> Value {
    let mut object = Map::new();
    object.insert("v".into(), json!(link::VERSION));
    let words = Words::of(scenario);
    let number = |text: &String| json!(text.parse::<u8>().unwrap_or_default());
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(key.into(), value);
        }
    };
    put("stage", words.stage.as_ref().map(number));
    put("preset", words.preset.map(|key| json!(key)));
    put("parts", words.parts.map(|parts| json!(parts)));
    put("add", (!words.add.is_empty()).then(|| json!(words.add)));
    put("drop", (!words.drop.is_empty()).then(|| json!(words.drop)));
    put("sites", words.sites.as_ref().map(number));
    put("timeline", words.timeline.map(|whose| json!(whose)));
    let is_own = !scenario.has_base_timeline();
    let changes = scenario.changes.iter().filter(|_| is_own).map(link::write_change);
    let changes: Vec<String> = changes.collect();
    put("at", (!changes.is_empty()).then(|| json!(changes)));
    let mut settings = Map::new();
    for (key, text) in scenario.settings() {
        settings.insert(key, Value::String(text));
    }
    for (key, value) in &mut settings {
        if let (Ok((_, _, param)), Value::String(text)) = (scenario.locate(key), &*value) {
            *value = typed(param, text);
        }
    }
    object.insert("settings".into(), Value::Object(settings));
    let faults = scenario.faults.iter().filter(|_| is_own).map(PresentFault::write);
    let faults: Vec<String> = faults.collect();
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
    let mut scenario = words(&object, &mut problems).scenario(&mut problems);
    for (key, value) in &object {
        match (key.as_str(), value) {
            (key, _) if base::KEYS.contains(&key) || key == "at" => {}
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
    plan(&mut scenario, object.get("at"), &mut problems);
    problems.extend(scenario.drop_faults_of_nothing());
    if problems.is_empty() { Ok(scenario) } else { Err(problems) }
}

/// Plans the changes of a file, once all its settings are set.
fn plan(scenario: &mut Scenario, changes: Option<&Value>, problems: &mut Vec<Problem>) {
    let changes = match changes {
        None => return,
        Some(Value::Array(changes)) => changes,
        Some(_) => return problems.push(Problem::new("at", "is not a list")),
    };
    for change in changes {
        match link::read_change(&plain(change)) {
            Ok(change) => problems.extend(scenario.plan(change).err()),
            Err(what) => problems.push(Problem::new("at", what)),
        }
    }
}

/// The words of a file that say what the scenario starts from.
fn words(object: &Map<String, Value>, problems: &mut Vec<Problem>) -> Words {
    let said = ["stage", "preset", "parts"].iter().filter(|key| object.contains_key(**key));
    if said.count() != 1 {
        problems.push(Problem::new("stage", "one of stage, preset or parts is needed"));
    }
    let mut list = |name: &str| match object.get(name) {
        None => None,
        Some(Value::Array(names)) => Some(names.iter().map(plain).collect::<Vec<_>>()),
        Some(_) => {
            problems.push(Problem::new(name, "is not a list"));
            None
        }
    };
    Words {
        parts: list("parts"),
        add: list("add").unwrap_or_default(),
        drop: list("drop").unwrap_or_default(),
        stage: object.get("stage").map(plain),
        preset: object.get("preset").map(plain),
        sites: object.get("sites").map(plain),
        timeline: object.get("timeline").map(plain),
    }
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
        let text = r#"{"v":2,"stage":77,"faults":["x"],"moon":1,
            "settings":{"web.servers":"many","web.size":3}}"#;
        let said: Vec<String> =
            read(text).expect_err("is wrong").iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 6, "{said:?}");
        assert!(read("[]").is_err() && read("{").is_err() && read("").is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
