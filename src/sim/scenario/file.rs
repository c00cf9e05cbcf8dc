//! The JSON form of a scenario, for files and headless runs. It says the same as a link.

use super::base::Words;
use super::link::Reading;
use super::migrate::{MODEL, Pairs, VERSION};
use super::{Check, PresentFault, Problem, Scenario, base, link};
use crate::kinds::param::{Domain, Param, Value as Setting, quoted};
use serde_json::{Map, Value, json};

/// Longest file that is read, in bytes.
pub const LONGEST: usize = 1 << 20;

/// Writes a scenario as JSON.
#[must_use]
pub fn write(scenario: &Scenario) -> Value {
    let mut object = Map::new();
    object.insert("v".into(), json!(VERSION));
    if MODEL > 1 {
        object.insert("m".into(), json!(MODEL));
    }
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
    if !scenario.checks.is_empty() {
        let checks: Vec<String> = scenario.checks.iter().map(Check::write).collect();
        object.insert("checks".into(), json!(checks));
    }
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

/// Lists of a file, and the key that stands for each of their items in links.
const LISTS: [(&str, &str); 3] = [("at", "at"), ("faults", "fault"), ("checks", "check")];

/// Reads a scenario from JSON text. Unlike a link, a file that is wrong anywhere is refused:
/// whoever wrote it wants to know.
///
/// # Errors
/// Every problem of the file at once.
pub fn read(text: &str) -> Result<Scenario, Vec<Problem>> {
    let reading = reading(text)?;
    if reading.problems.is_empty() { Ok(reading.scenario) } else { Err(reading.problems) }
}

/// The same, with all that is wrong and what is worth knowing though nothing is.
///
/// # Errors
/// Why nothing can be read of it.
pub fn reading(text: &str) -> Result<Reading, Vec<Problem>> {
    if text.len() > LONGEST {
        return Err(vec![Problem::new("file", format!("is longer than {LONGEST} bytes"))]);
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| vec![Problem::new("file", format!("is not JSON: {error}"))])?;
    let Value::Object(object) = value else {
        return Err(vec![Problem::new("file", "is not a JSON object")]);
    };
    let mut problems = Vec::new();
    let pairs = pairs(&object, &mut problems);
    if pairs.len() > link::MOST_PAIRS {
        let what = format!("says more than {} things", link::MOST_PAIRS);
        return Err(vec![Problem::new("file", what)]);
    }
    let mut reading = link::read_pairs(pairs);
    problems.append(&mut reading.problems);
    problems.truncate(link::MOST_PROBLEMS);
    Ok(Reading { problems, ..reading })
}

/// What a file says, as the pairs that a link would say it with.
fn pairs(object: &Map<String, Value>, problems: &mut Vec<Problem>) -> Pairs {
    if !["stage", "preset", "parts"].iter().any(|key| object.contains_key(*key)) {
        problems.push(Problem::new("stage", "one of stage, preset or parts is needed"));
    }
    let mut pairs = Vec::new();
    for (key, value) in object {
        let list = LISTS.iter().find(|(list, _)| list == key);
        match (key.as_str(), value, list) {
            ("settings", Value::Object(settings), _) => {
                for (key, value) in settings {
                    let is_name = key.contains('.');
                    if is_name {
                        pairs.push((key.clone(), plain(value)));
                    } else {
                        let what = "is not a setting: one has the name of its part before a point";
                        problems.push(Problem::new(quoted(key), what));
                    }
                }
            }
            (_, Value::Array(items), Some((_, key))) => {
                pairs.extend(items.iter().map(|item| ((*key).to_owned(), plain(item))));
            }
            ("parts" | "add" | "drop", Value::Array(_), _) => {
                pairs.push((key.clone(), plain(value)));
            }
            // A word about it for editors and for people.
            ("$schema" | "title" | "description", Value::String(_), _) => {}
            ("settings" | "parts" | "add" | "drop" | "$schema" | "title" | "description", ..)
            | (.., Some(_)) => {
                problems.push(Problem::new(key.as_str(), "is of the wrong type"));
            }
            ("v" | "m" | "seed", ..) => pairs.push((key.clone(), plain(value))),
            (key, ..) if base::KEYS.contains(&key) => pairs.push((key.to_owned(), plain(value))),
            (key, ..) => problems.push(Problem::new(quoted(key), "is not a field of a scenario")),
        }
    }
    pairs
}

/// The settings of an object, as text.
#[must_use]
pub fn settings(object: &Map<String, Value>) -> Pairs {
    object.iter().map(|(key, value)| (key.clone(), plain(value))).collect()
}

/// A JSON value as the text that a setting reads.
#[must_use]
pub fn plain(value: &Value) -> String {
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
        for (text, what) in [
            (r#"{"v":1}"#, "stage: one of stage, preset or parts is needed"),
            (r#"{"v":1,"stage":3,"title":3}"#, "title: is of the wrong type"),
            (r#"{"v":1,"stage":3,"parts":3}"#, "parts: is of the wrong type"),
            (r#"{"v":1,"stage":3,"at":"60:web.servers=8"}"#, "at: is of the wrong type"),
        ] {
            let said = read(text).expect_err("is wrong");
            assert!(said.iter().any(|problem| problem.to_string() == what), "{said:?}");
        }
        // What is cut short would give problems of its own: it is not read at all.
        let many = vec![r#""kill.web.2""#; 9_000].join(",");
        let said = read(&format!(r#"{{"v":1,"faults":[{many}],"stage":3}}"#)).expect_err("is long");
        assert_eq!(said, [Problem::new("file", "says more than 8192 things")]);
        let later = reading(r#"{"v":1,"m":2,"stage":3}"#).expect("can be read");
        assert_eq!(later.notes[0].at, "m");
        assert!(read("[]").is_err() && read("{").is_err() && read("").is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
