//! The state of the page and the only way it changes: a message in, effects out. Pure.

mod edit;
mod place;
mod selection;
mod update;

pub use place::{Cause, Place};
pub use selection::Selection;
pub use update::update;

use super::history::History;
use super::insight::{self, Insight};
use super::lessons::story::{self, Story};
use super::references::References;
use super::route::options::{Options, Panel};
use super::route::{self, Theme};
use super::steps::Steps;
use super::{embed, files, parts, share, timeline};
use crate::sim::analysis::settle::Settled;
use crate::sim::journal::Line;
use crate::sim::scenario::{Base, Problem, Scenario, link, presets};
use crate::sim::session::{Command, Live, Update};
use crate::sim::snapshot::Snapshot;
use std::rc::Rc;

/// What happens to the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The engine can be talked to.
    EngineReady(Place),
    /// The engine said something.
    Engine(Box<Update>),
    /// A setting: full name, text, and whether the gesture is over.
    Set {
        /// Full name.
        key: String,
        /// Value as text.
        text: String,
        /// False while a slider is being dragged.
        done: bool,
    },
    /// Several changes as one step, named.
    Act(String, Vec<Command>),
    /// The timeline of faults and changes.
    Timeline(timeline::Msg),
    /// Parts and sites come or go.
    Parts(parts::Msg),
    /// Files are saved and opened.
    Files(files::Msg),
    /// In the story: a prediction, its run, the glossary.
    Story(story::Msg),
    /// Another stage.
    Stage(u8),
    /// A preset, by its place.
    Preset(usize),
    /// The stage as it was at first.
    ResetStage,
    /// The page as it was at first.
    ResetAll,
    /// Time zero again.
    Restart,
    /// A step back.
    Undo,
    /// A step forth.
    Redo,
    /// Play or pause.
    TogglePlay,
    /// A tenth of a second, then pause.
    Step,
    /// As fast as can be to this second of the run, then on.
    Ahead(f64),
    /// Simulated seconds in a second.
    Speed(f64),
    /// Another part in the inspector.
    Select(Option<Selection>),
    /// A part that was chosen by the keyboard: the focus goes to the inspector.
    Enter(Selection),
    /// Whether what the inspector changes holds for all sites.
    AllSites(bool),
    /// Opens or closes the settings at hand.
    AtHand(bool),
    /// They stay as they are, since something is done in them.
    KeepAtHand,
    /// A metric whose meaning is asked for.
    Explain(Option<usize>),
    /// The address changed from outside.
    Address(String),
    /// The page around this frame asks for something.
    Host(Box<embed::Message>),
    /// News for the page around is due.
    Rung,
    /// A key of the page was pressed.
    Key {
        /// As the browser names it.
        key: String,
        /// With Ctrl or the command key.
        command: bool,
        /// With Shift.
        shift: bool,
    },
    /// The page cannot be seen, or is seen again.
    Hidden(bool),
    /// The visitor's system prefers rest, or a dark page.
    Prefers(Preferences),
    /// The other theme.
    ToggleTheme,
    /// This theme, or for `None` the system's.
    ChooseTheme(Option<Theme>),
    /// Whether requests may move.
    Motion(bool),
    /// The notice was read.
    DismissNotice,
    /// The help dialog.
    Help(bool),
    /// Shortcuts of single keys.
    Shortcuts(bool),
    /// The share dialog.
    Share(share::Msg),
    /// About traces, threats, comparisons and looking back.
    Insight(insight::Msg),
    /// What is drawn so far is painted, so the next layer can follow.
    Painted,
    /// Ask for a new seed.
    NewSeed,
    /// A seed.
    Seed(u64),
}

/// Single keys and what they do, as the help dialog lists them.
pub const KEYS: &[(&str, &str)] = &[
    (" ", "play or pause"),
    (".", "go on by a tenth of a second"),
    ("[", "slower"),
    ("]", "faster"),
    ("r", "restart the run"),
    ("t", "light or dark"),
    ("?", "this help"),
];

/// Speeds to choose from: simulated seconds in a second.
pub const SPEEDS: &[f64] = &[0.01, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 300.0];

/// What the visitor's system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Prefers a dark page.
    pub dark: bool,
    /// Prefers that nothing moves.
    pub still: bool,
}

/// What the shell shall do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell the engine.
    Send(Command),
    /// Show this behind the path in the address bar; `push` makes Back lead here.
    Address {
        /// From the question mark on.
        text: String,
        /// A new entry of the history.
        push: bool,
    },
    /// Put this theme on the page, or leave it to the system, and keep that for the next visit.
    Theme(Option<Theme>),
    /// Copy a text, which stands in the share dialog.
    Copy(String),
    /// Save a file: the diagram where `text` is its scenario or empty, else the text.
    Save {
        /// What.
        export: files::Export,
        /// Name of the file.
        name: String,
        /// What it holds, or carries.
        text: String,
    },
    /// Let the visitor choose a file.
    ChooseFile,
    /// Tell the page around this frame.
    Answer(String),
    /// Give it the diagram that carries a text, under a name.
    AnswerPicture {
        /// Of the message that asked.
        id: Option<serde_json::Value>,
        /// Name of the file.
        name: String,
        /// The scenario.
        text: String,
    },
    /// Draw a seed.
    DrawSeed,
    /// Bring what has this identifier into view where it lies outside, once it is there.
    Reveal(&'static str),
    /// The same, and the focus goes to the inspector's heading.
    Enter,
}

/// The figures before the last step, to compare with.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// Its settled figures.
    pub settled: Rc<Settled>,
    /// Their cost and parts.
    pub scenario: Rc<Scenario>,
}

/// All that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What is simulated.
    pub scenario: Rc<Scenario>,
    /// What the address, or the page around, gave at first.
    pub home: Rc<Scenario>,
    /// Its link; figures belong to it only where they were made under the same.
    pub link: String,
    /// The last live figures.
    pub live: Rc<Live>,
    /// The last settled figures.
    pub settled: Option<Rc<Settled>>,
    /// The hash of them: the same link gives the same one wherever it is opened.
    pub result_hash: String,
    /// Whether they are of the scenario as it stands.
    pub fresh: bool,
    /// Settled figures received so far.
    pub settled_seq: u32,
    /// What was settled before the last step.
    pub before: Option<Before>,
    /// Where the visitor stands in the story.
    pub story: Story,
    /// Settled figures of other scenarios, to compare with.
    pub references: References,
    /// The charts' points.
    pub history: History,
    /// What was asked of the system, and what is looked back at.
    pub insight: Insight,
    /// What was done.
    pub steps: Steps,
    /// What of the timeline is looked at.
    pub timeline: timeline::State,
    /// Whether time passes.
    pub playing: bool,
    /// The simulated second that is come to as fast as possible, while time passes.
    pub ahead: Option<f64>,
    /// Simulated seconds in a second.
    pub speed: f64,
    /// The page cannot be seen: nothing runs.
    pub hidden: bool,
    /// The inspector's part.
    pub selected: Option<Selection>,
    /// Whether what the inspector changes holds for all sites.
    pub all_sites: bool,
    /// Whether the settings at hand are open, as far as the visitor said so.
    pub at_hand: Option<bool>,
    /// What happened in the live run, oldest first.
    pub log: Rc<Vec<Line>>,
    /// The metric being explained.
    pub explained: Option<usize>,
    /// What was wrong with the last thing asked for.
    pub notice: Vec<Problem>,
    /// The address's options.
    pub options: Options,
    /// The visitor's own theme.
    pub theme: Option<Theme>,
    /// The visitor's system.
    pub prefers: Preferences,
    /// Whether the help dialog is open.
    pub help: bool,
    /// Whether single keys act.
    pub shortcuts: bool,
    /// Where the engine runs.
    pub place: Place,
    /// How much of the page is drawn: it comes in layers, from the top.
    pub layers: u8,
    /// What is read out.
    pub said: String,
    /// The share dialog.
    pub share: share::State,
    /// The link that the engine's figures belong to.
    engine_link: String,
}

impl Model {
    /// The page at this address.
    #[must_use]
    pub fn new(address: &str, prefers: Preferences, theme: Option<Theme>) -> Self {
        let route = route::read(address);
        let mut problems = route.reading.all_problems();
        let scenario = runnable(route.reading.scenario, &mut problems);
        Self {
            link: link::write(&scenario),
            home: Rc::new(scenario.clone()),
            scenario: Rc::new(scenario),
            live: Rc::default(),
            settled: None,
            result_hash: String::new(),
            fresh: false,
            settled_seq: 0,
            before: None,
            story: Story::default(),
            references: References::default(),
            history: History::default(),
            insight: Insight::default(),
            steps: Steps::default(),
            timeline: timeline::State::default(),
            playing: route.options.run,
            ahead: None,
            speed: 1.0,
            hidden: false,
            selected: None,
            all_sites: false,
            at_hand: None,
            log: Rc::default(),
            explained: None,
            notice: problems,
            share: share::State::new(address, &route.options),
            options: route.options,
            theme,
            prefers,
            help: false,
            shortcuts: true,
            place: Place::Starting,
            layers: 1,
            said: String::new(),
            engine_link: String::new(),
        }
    }

    /// The moment that is looked back at; else the live window once something has run; before
    /// that the settled figures.
    #[must_use]
    pub fn figures(&self) -> &Snapshot {
        if let Some(past) = self.insight.moment.and_then(|at| self.history.at(at)) {
            return &past.figures;
        }
        match &self.settled {
            Some(settled) if !self.has_run() => &settled.figures,
            _ => &self.live.figures,
        }
    }

    /// Whether live figures exist.
    #[must_use]
    pub fn has_run(&self) -> bool {
        self.live.figures.window_s > 0.0
    }

    /// Whether requests may move.
    #[must_use]
    pub const fn moving(&self) -> bool {
        self.options.motion && !self.prefers.still
    }

    /// The theme that is seen.
    #[must_use]
    pub fn shown_theme(&self) -> Theme {
        let system = if self.prefers.dark { Theme::Dark } else { Theme::Light };
        self.options.theme.or(self.theme).unwrap_or(system)
    }

    /// The stage, if the scenario starts from one.
    #[must_use]
    pub fn stage(&self) -> Option<u8> {
        match self.scenario.base {
            Base::Stage(number) => Some(number),
            Base::Preset(_) | Base::Parts => None,
        }
    }

    /// Whether a panel stands beside the diagram: of the selected part, or with what is wanted
    /// most. Several sites need the room, so that it stays closed there until it is asked for; what
    /// the address leaves to the visitor always stands there.
    #[must_use]
    pub fn has_panel(&self) -> bool {
        let names = self.options.controls.iter().flatten();
        let is_chosen = names.into_iter().any(|name| name != "faults");
        let usual = || self.at_hand.unwrap_or(self.scenario.sites == 1);
        let at_hand = || (is_chosen || usual()) && !self.options.lock;
        self.options.shows(Panel::Settings) && (self.selected.is_some() || at_hand())
    }

    /// Where the stage's reset leads: in a frame to what its author gave, of the same stage.
    #[must_use]
    pub fn origin(&self) -> Scenario {
        let is_home = self.options.embed && self.home.base == self.scenario.base;
        let base = || self.scenario.base.scenario().unwrap_or_else(|| self.scenario.origin());
        if is_home { (*self.home).clone() } else { base() }
    }
}

/// A scenario that can run: this one, or stage 1 and the reasons why.
fn runnable(scenario: Scenario, problems: &mut Vec<Problem>) -> Scenario {
    match crate::sim::topology::Topology::build(&scenario) {
        Ok(_) => scenario,
        Err(more) => {
            problems.extend(more);
            presets::stage(1)
        }
    }
}
