//! Where a scenario comes from: a name, a link, a file or standard input; or all that is wrong.

use crate::sim::kinds::param::quoted;
use crate::sim::scenario::link::{self, Reading};
use crate::sim::scenario::{Problem, Scenario, file, presets};
use crate::sim::topology::Topology;

/// Reads a file, or standard input for `-`.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// What was read, if nothing of it is wrong; what is worth knowing of it goes to the notices.
/// Whoever runs headless wants to know of every problem, also of those that the page passes over.
pub fn known(
    reading: Result<Reading, Vec<Problem>>,
    problems: &mut Vec<Problem>,
    notices: &mut Vec<Problem>,
) -> Option<Scenario> {
    match reading {
        Ok(reading) if reading.wrong().is_empty() => {
            notices.extend(reading.notes);
            return Some(reading.scenario);
        }
        Ok(reading) => problems.extend(Topology::of(reading).err().into_iter().flatten()),
        Err(wrong) => problems.extend(wrong),
    }
    None
}

/// Reads a stage, a link, a file or standard input.
///
/// # Errors
/// Why nothing can be read.
pub fn reading(source: &str, read_file: ReadFile<'_>) -> Result<Reading, Vec<Problem>> {
    // What has more than a number after it may be a file, such as stage-3.json.
    let number = source.strip_prefix("stage-").filter(|text| text.parse::<u64>().is_ok());
    if let Some(number) = number {
        return Ok(link::read(&format!("?stage={number}")));
    }
    if presets::PRESETS.iter().any(|preset| preset.key == source) {
        return Ok(link::read(&format!("?preset={source}")));
    }
    if source.contains(['?', '#']) || is_address(source) {
        return address(source);
    }
    let text = read_file(source).map_err(|what| {
        let what = match source {
            "-" => what,
            _ => format!("is no stage, no preset and no link, and as a file: {what}"),
        };
        vec![Problem::new(quoted(source), what)]
    })?;
    // Some editors put a mark of the byte order before all else.
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['?', '#']) || is_address(text) {
        address(text)
    } else {
        file::reading(text)
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn address(text: &str) -> Result<Reading, Vec<Problem>> {
    if !text.contains(['?', '#']) {
        let what = format!("{} says nothing: what begins with ? or # is missing", quoted(text));
        return Err(vec![Problem::new("link", what)]);
    }
    if text.contains(char::is_control) {
        return Err(vec![Problem::new("link", "has more than one line")]);
    }
    Ok(link::read(text))
}
