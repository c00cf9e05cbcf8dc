//! `millionth convert`: a link as a file, and a file as a link.

use super::arguments::system;
use super::source::ReadFile;
use super::words::Words;
use crate::sim::scenario::{Problem, file, link};

/// Reads one form and writes the other; `--json` and `--link` choose one.
pub fn convert(
    words: &Words,
    read_file: ReadFile<'_>,
    problems: &mut Vec<Problem>,
    notices: &mut Vec<Problem>,
) -> String {
    let source = words.plain.get(1).map(String::as_str);
    let (scenario, _) = system(words, source, read_file, problems, notices);
    let is_link = source.is_some_and(|source| source.contains(['?', '#']));
    if words.has("json") && words.has("link") {
        problems.push(Problem::new("--json", "and --link exclude each other"));
    }
    if words.has("json") || (is_link && !words.has("link")) {
        format!("{:#}\n", file::write(&scenario))
    } else {
        format!("{}\n", link::write(&scenario))
    }
}
