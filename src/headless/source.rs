//! Where a scenario comes from: a name, a link, a file or standard input; or all that is wrong.

use crate::sim::kinds::param::quoted;
use crate::sim::scenario::link::{self, Reading};
use crate::sim::scenario::{Problem, Scenario, file, presets};

/// Reads a file, or standard input for `-`.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// A stage, a link, a file or standard input. Whoever runs headless wants to know of every problem,
/// also of those that the page would pass over with a notice.
///
/// # Errors
/// Every problem at once.
pub fn scenario(source: &str, read_file: ReadFile<'_>) -> Result<Scenario, Vec<Problem>> {
    // What has more than a number after it may be a file, such as stage-3.json.
    let number = source.strip_prefix("stage-").filter(|text| text.parse::<u64>().is_ok());
    if let Some(number) = number {
        return strictly(&format!("?stage={number}"));
    }
    if presets::PRESETS.iter().any(|preset| preset.key == source) {
        return strictly(&format!("?preset={source}"));
    }
    if source.contains(['?', '#']) || is_address(source) {
        return strictly(source);
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
        strictly(text)
    } else {
        file::reading(text).and_then(whole)
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn strictly(text: &str) -> Result<Scenario, Vec<Problem>> {
    if !text.contains(['?', '#']) {
        let what = format!("{} says nothing: what begins with ? or # is missing", quoted(text));
        return Err(vec![Problem::new("link", what)]);
    }
    whole(link::read(text))
}

/// The scenario, if nothing at all is to be said of it.
fn whole(reading: Reading) -> Result<Scenario, Vec<Problem>> {
    let problems = reading.all_problems();
    if problems.is_empty() { Ok(reading.scenario) } else { Err(problems) }
}
