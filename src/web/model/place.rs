//! Where the engine runs, and in words why there.

use crate::sim::scenario::Problem;

/// Where the engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It has not answered yet.
    Starting,
    /// In a worker.
    Worker,
    /// In a worker that took the place of one that had failed.
    Again,
    /// In the page.
    Page(Cause),
}

/// Why the page runs the engine itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No worker can start here.
    Shut,
    /// The worker did not answer in time.
    Late,
    /// What the worker said is not of this version.
    Other,
    /// The worker failed, and so did the one in its place.
    Failed,
}

impl Place {
    /// In a sentence, for the help.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Starting => "The engine is starting.",
            Self::Worker => "The engine runs in a worker of its own.",
            Self::Again => {
                "The engine runs in a worker of its own, started anew after one had failed."
            }
            Self::Page(Cause::Shut) => {
                "The engine runs in the page itself, since a worker cannot start here; it is \
                 slower."
            }
            Self::Page(Cause::Late) => {
                "The engine runs in the page itself, since a worker did not start in time; it is \
                 slower. Loading the page again tries anew."
            }
            Self::Page(Cause::Other) => {
                "The engine runs in the page itself, since the worker is of another version; it is \
                 slower. Loading the page again brings both to the same."
            }
            Self::Page(Cause::Failed) => {
                "The engine runs in the page itself, since its worker failed twice; it is slower. \
                 Loading the page again tries anew."
            }
        }
    }

    /// What there is to be told at once: the run that was watched is lost.
    #[must_use]
    pub fn notice(self) -> Option<Problem> {
        let what = match self {
            Self::Again => "a new one was started",
            Self::Page(Cause::Failed) => "the page runs it itself now, more slowly",
            _ => return None,
        };
        let text = format!("it failed, and {what}: the same system, from time zero");
        Some(Problem::new("engine", &text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::session::Command;
    use crate::web::model::{Effect, Model, Msg, Preferences, update};

    #[test]
    fn an_engine_that_failed_goes_on_with_the_same_system_and_says_so() {
        let mut model = Model::new("?stage=3", Preferences::default(), None);
        update(&mut model, Msg::EngineReady(Place::Worker));
        assert!(model.notice.is_empty());
        let set = Msg::Set { key: "web.servers".to_owned(), text: "6".to_owned(), done: true };
        update(&mut model, set);
        for place in [Place::Again, Place::Page(Cause::Failed)] {
            let effects = update(&mut model, Msg::EngineReady(place));
            let load = Command::Load { link: "?stage=3#v=1&web.servers=6".to_owned() };
            assert_eq!(effects.first(), Some(&Effect::Send(load)));
            let [notice] = &model.notice[..] else { panic!("{:?}", model.notice) };
            assert!(notice.to_string().starts_with("engine: it failed, and "), "{notice}");
        }
        for cause in [Cause::Shut, Cause::Late, Cause::Other] {
            assert_eq!(Place::Page(cause).notice(), None, "nothing was lost");
        }
    }
}
