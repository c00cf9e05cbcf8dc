//! Files: what is saved under which name, and the reader of what is opened: a scenario as JSON, a
//! picture that carries its scenario, or a link as text. Pure, total and bounded; a file that is
//! wrong anywhere changes nothing, and every problem is named.

use crate::sim::scenario::{Problem, Scenario, file, link};
use crate::sim::topology::Topology;

/// What happens with files.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// Something is to be saved.
    Save(Export),
    /// A file is to be chosen and opened.
    Choose,
    /// A file was chosen or dropped: its name and text, or why it could not be read.
    Opened(String, Result<String, String>),
    /// Something could not be saved, and why.
    Failed(String),
}

/// What can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The diagram, with its scenario inside.
    Svg,
    /// The diagram in twice its pixels.
    Png,
    /// The live run over time.
    Csv,
    /// The scenario.
    Json,
}

impl Export {
    /// All of them, with what the menu says.
    pub const ALL: [(Self, &str); 4] = [
        (Self::Svg, "Diagram as SVG, scenario inside"),
        (Self::Png, "Diagram as PNG"),
        (Self::Csv, "The run as CSV: the newest 240 points"),
        (Self::Json, "Scenario as JSON"),
    ];

    /// What can be given as text, by the end of its file's name.
    #[must_use]
    pub fn of_text(end: &str) -> Option<Self> {
        [Self::Svg, Self::Csv, Self::Json].into_iter().find(|export| export.end() == end)
    }

    const fn end(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The name of its file.
    #[must_use]
    pub fn file_name(self, scenario: &Scenario) -> String {
        let query = link::write_query(scenario);
        let base = query.split('&').next().unwrap_or_default().replace([',', '='], "-");
        let base: String = base.chars().take(40).collect();
        format!("millionth-{base}.{}", self.end())
    }
}

/// Longest file that is read, in bytes: a large picture. The scenario inside has its own bound.
pub const LONGEST: usize = 4 << 20;
/// What stands before the scenario in a picture.
const BEFORE: &str = "<metadata id=\"millionth\">";
/// What stands after it.
const AFTER: &str = "</metadata>";

/// A scenario as the text of a file.
#[must_use]
pub fn json(scenario: &Scenario) -> String {
    format!("{:#}\n", file::write(scenario))
}

/// The scenario of a file, and what is worth knowing of it.
///
/// # Errors
/// Every problem of it; whoever opened it wants to know.
pub fn read(text: &str) -> Result<(Scenario, Vec<Problem>), Vec<Problem>> {
    let wrong = |what: &str| Err(vec![Problem::new("file", what)]);
    if text.len() > LONGEST {
        return wrong("is too long");
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    let reading = if text.starts_with('{') {
        file::reading(text)?
    } else if text.contains("<svg") {
        let Some(inside) = inside(text) else {
            return wrong("is a picture that has no scenario inside");
        };
        file::reading(&unescaped(inside))?
    } else if text.lines().count() == 1 && text.contains(['?', '#']) {
        link::read(text)
    } else {
        return wrong(
            "is no scenario: a JSON file, a link, or a picture saved here as SVG is read; \
             one saved as PNG carries none",
        );
    };
    Topology::of(reading).map(|(topology, notes)| (topology.scenario().clone(), notes))
}

/// What a picture carries.
fn inside(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(BEFORE)?;
    rest.split_once(AFTER).map(|(inside, _)| inside)
}

/// Undoes what XML escapes in text; the ampersand last, so that nothing is undone twice.
fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_opens_again_as_file_and_inside_a_picture() {
        for link in [
            "?stage=1",
            "?stage=9#fault=kill.network2@60for30&at=120:web1.servers=8&seed=7",
            "?parts=clients,web,lb&sites=1#lb.weights=1,2",
            "?stage=5&add=queue&drop=cdn#web.servers=12",
        ] {
            let scenario = link::read(link).scenario;
            let json = json(&scenario);
            assert_eq!(read(&json), Ok((scenario.clone(), vec![])), "{json}");
            let escaped = json.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let picture = format!("<svg xmlns=\"x\">{BEFORE}{escaped}{AFTER}<rect/></svg>");
            assert_eq!(read(&picture), Ok((scenario.clone(), vec![])));
            let address = format!("https://a.example/{}\n", link::write(&scenario));
            assert_eq!(read(&address), Ok((scenario, vec![])));
        }
    }

    #[test]
    fn what_another_revision_of_the_model_made_opens_with_a_notice() {
        let file = r#"{"v":1,"m":2,"stage":3}"#;
        let picture = format!("<svg>{BEFORE}{file}{AFTER}</svg>");
        for text in [file, &picture, "?stage=3#v=1&m=2"] {
            let (scenario, notes) = read(text).expect("can be read");
            assert_eq!(link::write(&scenario), "?stage=3#v=1");
            assert!(notes[0].what.contains("numbers may differ"), "{notes:?}");
        }
    }

    #[test]
    fn hostile_and_foreign_files_are_refused_in_words() {
        let deep = "[".repeat(100_000);
        let nested = format!("{{\"v\":1,\"stage\":{deep}");
        let huge = "x".repeat(LONGEST + 1);
        let bomb = format!("<svg>{BEFORE}{}{AFTER}</svg>", "&amp;".repeat(500_000));
        let script = format!("<svg>{BEFORE}<script>alert(1)</script>{AFTER}</svg>");
        for text in [
            "",
            "{",
            "{}",
            "hello",
            "<svg></svg>",
            "<svg><metadata id=\"millionth\">",
            "\u{0}\u{1}",
            "{\"v\":1,\"stage\":99}",
            "{\"v\":1,\"stage\":1,\"moon\":2}",
            "?stage=77",
            "?stage=1&x=1",
            "{\"v\":1,\"parts\":[\"web\"]}",
            &deep,
            &nested,
            &huge,
            &bomb,
            &script,
        ] {
            let problems = read(text).expect_err(&text.chars().take(60).collect::<String>());
            assert!(!problems.is_empty());
        }
    }

    #[test]
    fn a_file_is_named_after_what_it_starts_from() {
        let scenario = link::read("?stage=3&add=queue").scenario;
        assert_eq!(Export::Svg.file_name(&scenario), "millionth-stage-3.svg");
    }
}
