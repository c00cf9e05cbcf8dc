//! What an address says of the page rather than of the scenario, as one table: the reader, the
//! writer, the documents and the builder of the share dialog follow it.

use super::Theme;
use crate::sim::kinds::Kind;
use crate::sim::kinds::param::quoted;
use crate::sim::scenario::presets::STAGES;

/// One option of an address.
pub struct Row {
    /// Its key.
    pub key: &'static str,
    /// Its values in words.
    pub values: &'static str,
    /// The value that holds unless another is told.
    pub usual: &'static str,
    /// What the builder calls it.
    pub label: &'static str,
    /// What it does.
    pub help: &'static str,
}

const fn row([key, values, usual, label]: [&'static str; 4], help: &'static str) -> Row {
    Row { key, values, usual, label, help }
}

/// The values of a row that is on or off.
const FLAG: &str = "0 or 1";

/// All of them, in the order in which they are written.
pub const ROWS: &[Row] = &[
    row(
        ["theme", "auto, light or dark", "auto", "Colours"],
        "the colours; auto follows the reader's system",
    ),
    row(["motion", FLAG, "1", "Requests move"], "0 keeps requests from moving"),
    row(["embed", FLAG, "0", "In a frame"], "1 leaves out what surrounds the diagram"),
    row(["run", FLAG, "1", "It runs at once"], "0 waits until the reader presses play"),
    row(
        ["stages", "a stage, or a range such as 1-4", "all; in an embed none", "Stages"],
        "the stages a reader may go to",
    ),
    row(
        ["controls", "settings, parts, faults; or none", "all", "Readers may change"],
        "all that a reader may change: web.servers is one setting, web all of the web tier, \
         faults lets servers be killed and healed",
    ),
    row(
        ["lock", FLAG, "0", "Locked"],
        "1 lets the reader look, play and pause, and change nothing",
    ),
    row(
        [
            "panel",
            "of numbers, time, settings, lesson, charts; or none",
            "all; in an embed numbers,time,settings",
            "Beside the diagram",
        ],
        "what stands beside the diagram",
    ),
    row(
        ["links", FLAG, "1", "A link leads to the whole page"],
        "0 leaves out the links that lead out of an embed",
    ),
    row(
        ["lang", "auto or en", "auto", "Language"],
        "the language of the page, which so far is English alone; another one is named as a \
         problem, and English is shown",
    ),
];

/// The languages that the page speaks.
const LANGUAGES: [&str; 1] = ["en"];

/// The row of a key.
#[must_use]
pub fn row_of(key: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.key == key)
}

/// What can stand beside the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The strip of numbers.
    Numbers,
    /// Time and traffic.
    Time,
    /// The settings.
    Settings,
    /// The stage's lesson.
    Lesson,
    /// Charts, tables and the log.
    Charts,
}

impl Panel {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Numbers, Self::Time, Self::Settings, Self::Lesson, Self::Charts];

    /// Its name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Time => "time",
            Self::Settings => "settings",
            Self::Lesson => "lesson",
            Self::Charts => "charts",
        }
    }
}

/// What an address says of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `theme=light` or `theme=dark`; the visitor's own choice otherwise.
    pub theme: Option<Theme>,
    /// `motion=0` keeps requests from moving.
    pub motion: bool,
    /// `embed=1` leaves out what surrounds the diagram.
    pub embed: bool,
    /// `run=0` waits for the visitor to press play.
    pub run: bool,
    /// `stages=1-4`: the first and the last stage a visitor may go to.
    pub stages: Option<(u8, u8)>,
    /// `controls=web.servers,faults`: all that a visitor may change.
    pub controls: Option<Vec<String>>,
    /// `lock=1`: nothing can be changed.
    pub lock: bool,
    /// `panel=numbers,time`: what stands beside the diagram.
    pub panel: Option<Vec<Panel>>,
    /// `links=0` leaves out what leads out of a frame.
    pub links: bool,
    /// `lang=en`: the language; the reader's own where the page speaks it.
    pub lang: Option<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            theme: None,
            motion: true,
            embed: false,
            run: true,
            stages: None,
            controls: None,
            lock: false,
            panel: None,
            links: true,
            lang: None,
        }
    }
}

impl Options {
    /// Takes on a pair of an address; what is no option of the page is passed over.
    ///
    /// # Errors
    /// A sentence when the value says nothing.
    pub fn take(&mut self, key: &str, value: &str) -> Result<(), String> {
        let flag = || match value {
            "0" => Ok(false),
            "1" => Ok(true),
            _ => Err(format!("{} is neither 0 nor 1", quoted(value))),
        };
        match key {
            "theme" => {
                self.theme = Theme::by_name(value);
                if self.theme.is_none() && value != "auto" {
                    return Err(format!("{} is not auto, light or dark", quoted(value)));
                }
            }
            "motion" => self.motion = flag()?,
            "embed" => self.embed = flag()?,
            "run" => self.run = flag()?,
            "lock" => self.lock = flag()?,
            "links" => self.links = flag()?,
            "stages" => self.stages = Some(read_stages(value)?),
            "lang" => {
                self.lang = LANGUAGES.into_iter().find(|lang| *lang == value);
                if self.lang.is_none() && value != "auto" {
                    return Err(format!("{} is not auto or en", quoted(value)));
                }
            }
            "controls" => {
                let (good, bad) = list(value).partition::<Vec<_>, _>(|name| is_control(name));
                self.controls = Some(good.into_iter().map(str::to_owned).collect());
                return refuse(&bad, "a setting, a part or faults");
            }
            "panel" => {
                let named = |name: &str| Panel::ALL.into_iter().find(|p| p.name() == name);
                self.panel = Some(list(value).filter_map(named).collect());
                let bad: Vec<&str> = list(value).filter(|name| named(name).is_none()).collect();
                return refuse(&bad, "a panel");
            }
            _ => {}
        }
        Ok(())
    }

    /// The value of an option as an address writes it; none where it is as usual.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<String> {
        let joined = |names: Vec<&str>| {
            if names.is_empty() { "none".to_owned() } else { names.join(",") }
        };
        match key {
            "theme" => self.theme.map(|theme| theme.name().to_owned()),
            "motion" => (!self.motion).then(|| "0".to_owned()),
            "embed" => self.embed.then(|| "1".to_owned()),
            "run" => (!self.run).then(|| "0".to_owned()),
            "lock" => self.lock.then(|| "1".to_owned()),
            "links" => (!self.links).then(|| "0".to_owned()),
            "lang" => self.lang.map(str::to_owned),
            "stages" => self.stages.map(|(first, last)| {
                if first == last { first.to_string() } else { format!("{first}-{last}") }
            }),
            "controls" => {
                let names = self.controls.as_ref();
                names.map(|names| joined(names.iter().map(String::as_str).collect()))
            }
            "panel" => {
                let panels = self.panel.as_ref();
                panels.map(|panels| joined(panels.iter().map(|panel| panel.name()).collect()))
            }
            _ => None,
        }
    }

    /// Writes the options that are not as usual, each with an ampersand before it.
    #[must_use]
    pub fn write(&self) -> String {
        let pairs = ROWS.iter().filter_map(|row| Some((row.key, self.value(row.key)?)));
        pairs.map(|(key, value)| format!("&{key}={value}")).collect()
    }

    /// The same with another value of one of them; an empty one is as usual.
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Self {
        let mut options = Self::default();
        let others = ROWS.iter().filter(|row| row.key != key);
        let others = others.filter_map(|row| Some((row.key, self.value(row.key)?)));
        let one = (!value.is_empty()).then(|| (key, value.to_owned()));
        for (key, value) in others.chain(one) {
            // A value that says nothing leaves the option as usual, as in an address.
            drop(options.take(key, &value));
        }
        options
    }

    /// Whether anything is kept from the visitor.
    #[must_use]
    pub const fn restricts(&self) -> bool {
        self.lock || self.controls.is_some() || self.stages.is_some()
    }

    /// Whether the visitor may change a setting; its part may have the number of its site.
    #[must_use]
    pub fn may_set(&self, key: &str) -> bool {
        let (name, setting) = key.split_once('.').unwrap_or((key, ""));
        let part = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let is = |control: &String| match control.split_once('.') {
            Some((of, what)) => what == setting && (of == name || of == part),
            None => *control == name || *control == part,
        };
        !self.lock && self.controls.as_ref().is_none_or(|controls| controls.iter().any(is))
    }

    /// Whether the visitor may kill, slow and heal.
    #[must_use]
    pub fn may_break(&self) -> bool {
        let named = |controls: &Vec<String>| controls.iter().any(|control| control == "faults");
        !self.lock && self.controls.as_ref().is_none_or(named)
    }

    /// Whether the visitor may go to a stage.
    #[must_use]
    pub fn may_visit(&self, stage: u8) -> bool {
        match self.stages {
            Some((first, last)) => (first..=last).contains(&stage),
            None => !self.lock && self.controls.is_none(),
        }
    }

    /// Whether something stands beside the diagram.
    #[must_use]
    pub fn shows(&self, panel: Panel) -> bool {
        match &self.panel {
            Some(panels) => panels.contains(&panel),
            None => !self.embed || !matches!(panel, Panel::Lesson | Panel::Charts),
        }
    }
}

/// The words of a list; `none` is the empty one.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "none").take(100)
}

fn refuse(bad: &[&str], what: &str) -> Result<(), String> {
    match bad.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} is not {what}", quoted(first))),
    }
}

/// Whether a word names a setting, a part, or faults.
fn is_control(word: &str) -> bool {
    let (name, setting) = word.split_once('.').unwrap_or((word, ""));
    let kind = Kind::by_key(name.trim_end_matches(|c: char| c.is_ascii_digit()));
    match kind {
        Some(kind) => setting.is_empty() || kind.row(setting).is_some(),
        None => word == "faults",
    }
}

fn read_stages(value: &str) -> Result<(u8, u8), String> {
    let (first, last) = value.split_once('-').unwrap_or((value, value));
    let last_of_all = STAGES.len() as u8;
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if 1 <= first && first <= last && last <= last_of_all => {
            Ok((first, last))
        }
        _ => Err(format!("{} is not a range of stages such as 1-4", quoted(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link::PAGE_KEYS;

    #[test]
    fn links_know_all_options_as_the_pages() {
        let keys: Vec<&str> = ROWS.iter().map(|row| row.key).collect();
        assert_eq!(keys, PAGE_KEYS);
    }

    #[test]
    fn a_visitor_may_do_what_the_controls_name() {
        let mut options = Options::default();
        assert!(options.may_set("web.servers") && options.may_break() && options.may_visit(9));
        assert_eq!(options.take("controls", "web.servers,db,faults"), Ok(()));
        assert!(options.may_set("web2.servers") && options.may_set("db.size"));
        assert!(!options.may_set("web.size") && options.may_break() && !options.may_visit(2));
        assert_eq!(options.take("stages", "2-4"), Ok(()));
        assert!(options.may_visit(2) && !options.may_visit(5));
        assert_eq!(options.take("lock", "1"), Ok(()));
        assert!(!options.may_set("web.servers") && !options.may_break());
    }

    #[test]
    fn one_option_is_changed_and_the_others_stay() {
        let mut options = Options::default();
        for (key, value, written) in [
            ("lock", "1", "&lock=1"),
            ("theme", "dark", "&theme=dark&lock=1"),
            ("stages", "2-4", "&theme=dark&stages=2-4&lock=1"),
            ("lang", "en", "&theme=dark&stages=2-4&lock=1&lang=en"),
            ("lang", "auto", "&theme=dark&stages=2-4&lock=1"),
            ("stages", "9-1", "&theme=dark&lock=1"),
            ("controls", "none", "&theme=dark&controls=none&lock=1"),
            ("lock", "", "&theme=dark&controls=none"),
            ("theme", "auto", "&controls=none"),
        ] {
            options = options.with(key, value);
            assert_eq!(options.write(), written);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut options = Options::default();
        for (key, value, said) in [
            ("theme", "pink", "“pink” is not auto, light or dark"),
            ("lock", "yes", "“yes” is neither 0 nor 1"),
            ("stages", "4-1", "“4-1” is not a range of stages such as 1-4"),
            ("stages", "1-99", "“1-99” is not a range of stages such as 1-4"),
            ("controls", "web.moon,web.servers", "“web.moon” is not a setting, a part or faults"),
            ("panel", "<b>", "“<b>” is not a panel"),
            ("lang", "de", "“de” is not auto or en"),
        ] {
            assert_eq!(options.take(key, value), Err(said.to_owned()));
        }
        assert_eq!(options.controls, Some(vec!["web.servers".to_owned()]));
    }
}
