//! Sharing: what the dialog holds and does. What is shared is the scenario as it stands, with
//! options of its own, in one of the [`forms`]. Pure.

pub mod forms;

use super::files::Export;
use super::model::{Effect, Model};
use super::route::{self, Options};
use super::summary;
use crate::sim::scenario::Scenario;
use forms::{FORMS, Form, Shared};

/// What is done in the dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// Opens or closes it.
    Open(bool),
    /// Another form, by its place.
    Form(usize),
    /// What the frame is called.
    Title(String),
    /// Width and height of the frame, in CSS pixels.
    Size(f64, f64),
    /// An option of the address; an empty value is as usual.
    Option(&'static str, String),
    /// Shows or hides how it will look.
    Preview(bool),
    /// Copies the text.
    Copy,
    /// Whether it could be copied; else it is selected.
    Copied(bool),
}

/// Smallest and largest side of a frame, in CSS pixels.
pub const SIDES: (f64, f64) = (200.0, 4_000.0);
/// Usual sizes of a frame: in a text, on a slide, on a phone.
pub const SIZES: [(u32, u32); 3] = [(640, 400), (800, 500), (320, 568)];
/// Longest title, in characters.
const LONGEST_TITLE: usize = 120;

/// What the dialog holds.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Whether it is open.
    pub open: bool,
    /// Place of the form.
    pub form: usize,
    /// The title, where the author gave one.
    pub title: Option<String>,
    /// Width and height of the frame, in CSS pixels.
    pub size: (u32, u32),
    /// What readers may see and change.
    pub options: Options,
    /// Whether it is shown how it will look.
    pub preview: bool,
    /// The text that was to be copied last, and whether it could be.
    pub outcome: Option<(String, bool)>,
    /// The page's address up to its question mark.
    base: String,
}

impl State {
    /// The dialog of the page at this address.
    #[must_use]
    pub fn new(address: &str, options: &Options) -> Self {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        Self {
            open: false,
            form: 0,
            title: None,
            size: SIZES[0],
            options: options.clone(),
            preview: false,
            outcome: None,
            base: address[..end].to_owned(),
        }
    }

    /// The form.
    #[must_use]
    pub fn form(&self) -> &'static Form {
        &FORMS[self.form]
    }

    /// The options of what is shared: a frame is an embed.
    #[must_use]
    pub fn shared_options(&self) -> Options {
        Options { embed: self.form().is_frame, ..self.options.clone() }
    }

    /// What stands behind the page's path.
    #[must_use]
    pub fn end(&self, scenario: &Scenario) -> String {
        route::write(scenario, &self.shared_options())
    }

    /// The title.
    #[must_use]
    pub fn title(&self, scenario: &Scenario) -> String {
        self.title.clone().unwrap_or_else(|| summary::base_name(scenario))
    }

    /// The text to paste, and the length of the address in it, in characters.
    #[must_use]
    pub fn text(&self, scenario: &Scenario) -> (String, usize) {
        let address = format!("{}{}", self.base, self.end(scenario));
        let shared = Shared {
            address: &address,
            title: &self.title(scenario),
            picture: &Export::Svg.file_name(scenario),
            size: self.size,
        };
        ((self.form().write)(&shared), address.chars().count())
    }
}

/// Takes on what is done in the dialog.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let share = &mut model.share;
    match msg {
        Msg::Open(open) => (share.open, share.outcome) = (open, None),
        Msg::Form(place) => share.form = place.min(FORMS.len() - 1),
        Msg::Title(title) => share.title = Some(plain(&title)).filter(|title| !title.is_empty()),
        Msg::Size(width, height) => {
            let side = |pixels: f64| pixels.max(SIDES.0).min(SIDES.1) as u32;
            share.size = (side(width), side(height));
        }
        Msg::Option(key, value) => share.options = share.options.with(key, &value),
        Msg::Preview(open) => {
            share.preview = open;
            if open {
                return vec![Effect::Reveal("share-preview")];
            }
        }
        Msg::Copy => return vec![Effect::Copy(share.text(&model.scenario).0)],
        Msg::Copied(done) => share.outcome = Some((share.text(&model.scenario).0, done)),
    }
    Vec::new()
}

/// A title in one line, and not longer than a title.
fn plain(title: &str) -> String {
    let spaced = title.chars().map(|c| if c.is_control() { ' ' } else { c });
    spaced.take(LONGEST_TITLE).collect::<String>().trim().to_owned()
}

/// A list of names as an address writes it, with one of them added or taken away.
#[must_use]
pub fn toggled(names: &[&str], name: &str) -> String {
    let mut left: Vec<&str> = names.iter().copied().filter(|other| *other != name).collect();
    if left.len() == names.len() {
        left.push(name);
    }
    if left.is_empty() { "none".to_owned() } else { left.join(",") }
}

#[cfg(test)]
mod reach;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::model::{Preferences, update as step};

    fn page(address: &str) -> Model {
        Model::new(address, Preferences::default(), None)
    }

    fn shared(model: &mut Model, msgs: Vec<Msg>) -> String {
        for msg in msgs {
            assert_eq!(step(model, crate::web::model::Msg::Share(msg)), []);
        }
        model.share.text(&model.scenario).0
    }

    #[test]
    fn the_link_has_the_options_of_the_page_and_those_that_are_ticked() {
        let mut model = page("https://a.example/m/?stage=3&lock=1#v=1&web.servers=6");
        let text = shared(&mut model, vec![Msg::Open(true)]);
        assert_eq!(text, "https://a.example/m/?stage=3&lock=1#v=1&web.servers=6");
        let ticked = [("lock", ""), ("controls", "web.servers,faults"), ("panel", "numbers")];
        let ticked = ticked.map(|(key, value)| Msg::Option(key, value.to_owned()));
        let text = shared(&mut model, ticked.to_vec());
        let expected = "https://a.example/m/?stage=3&controls=web.servers,faults&panel=numbers\
                        #v=1&web.servers=6";
        assert_eq!(text, expected);
        assert_eq!(model.options.write(), "&lock=1", "the page itself stays as it is");
        let text = shared(&mut model, vec![Msg::Form(FORMS.len() - 1)]);
        assert_eq!(text, expected.replace("?stage=3", "?stage=3&embed=1"));
    }

    #[test]
    fn titles_and_sizes_are_bounded() {
        let mut model = page("https://a.example/");
        let long = format!(" a\nb{}", "é".repeat(500));
        shared(&mut model, vec![Msg::Title(long), Msg::Size(-3.0, f64::INFINITY)]);
        let title = model.share.title(&model.scenario);
        assert!(title.starts_with("a bé") && title.chars().count() < LONGEST_TITLE, "{title}");
        assert_eq!(model.share.size, (200, 4_000));
        shared(&mut model, vec![Msg::Title("\u{0}  ".into()), Msg::Size(f64::NAN, 300.0)]);
        assert_eq!(model.share.title(&model.scenario), "Stage 1, Single server");
    }

    #[test]
    fn what_was_copied_is_said_of_that_text_alone() {
        let mut model = page("https://a.example/?stage=2");
        let copy = |model: &mut Model, msg| step(model, crate::web::model::Msg::Share(msg));
        let text = "https://a.example/?stage=2#v=1".to_owned();
        assert_eq!(copy(&mut model, Msg::Copy), [Effect::Copy(text.clone())]);
        copy(&mut model, Msg::Copied(false));
        assert_eq!(model.share.outcome, Some((text, false)));
        copy(&mut model, Msg::Open(false));
        assert_eq!(model.share.outcome, None);
    }

    #[test]
    fn names_are_added_and_taken_away() {
        assert_eq!(toggled(&[], "web"), "web");
        assert_eq!(toggled(&["web", "db"], "web"), "db");
        assert_eq!(toggled(&["web"], "web"), "none");
    }
}
