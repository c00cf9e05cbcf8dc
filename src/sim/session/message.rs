//! What a session is told and what it says: plain data that crosses to a worker and back.

use crate::analysis::settle::{Settled, Theory};
use crate::analysis::spof::Tolls;
use crate::journal::Line;
use crate::kinds::param::quoted;
use crate::scenario::{PresentFault, Problem, Scenario, link};
use crate::snapshot::Snapshot;
use crate::topology::Topology;
use crate::traces::Traces;
use serde::{Deserialize, Serialize};

/// What a session can be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Load the scenario of a link, and stand at time zero. Playing or pausing stays as it was.
    Load {
        /// The link, or its part from the question mark on.
        link: String,
    },
    /// Let time pass.
    Play,
    /// Let it stand.
    Pause,
    /// Go on by so many simulated milliseconds and stand.
    Step {
        /// Simulated milliseconds, at most a minute.
        ms: f64,
    },
    /// Let time pass as fast as it can be simulated until a moment, then at the speed asked for.
    /// Pausing, stepping and loading end that before.
    Ahead {
        /// Simulated seconds of the run at that moment; one that has passed is only played on from.
        to_s: f64,
    },
    /// Let so many simulated seconds pass in a second of wall time.
    Speed {
        /// 0.01 to 1,000.
        factor: f64,
    },
    /// Set these settings while running, all at once or none.
    Set {
        /// Full names, such as `web.servers`, each with its value as text.
        settings: Vec<(String, String)>,
    },
    /// Put a fault on a part.
    Fail {
        /// As in a link: `kill.web.2`.
        fault: String,
    },
    /// Take faults away.
    Heal {
        /// The part: `web` is that of all sites, `web2` that of the second.
        part: String,
        /// One server, counted from 0; all for `None`.
        server: Option<usize>,
    },
    /// Settle another scenario besides, to compare with; it stands apart from the run. A changed
    /// scenario makes it void: who still waits asks again.
    Reference {
        /// Its link, by which the answer is known.
        link: String,
    },
    /// Put these faults and changes in place of all that there are; the clock goes on.
    Timeline {
        /// As in a link: `kill.web.2@60for30`.
        faults: Vec<String>,
        /// As in a link: `120:web.servers=8`.
        changes: Vec<String>,
    },
    /// Ask a question that takes a while; a new one takes the place of the same asked before.
    Ask(Question),
    /// Wall time has passed.
    Advance {
        /// Milliseconds of wall time since the last time.
        wall_ms: f64,
        /// Events that may be spent now, live and settled run together.
        events: u64,
    },
}

impl Command {
    /// Sets one setting.
    #[must_use]
    pub fn set(key: &str, value: &str) -> Self {
        Self::Set { settings: vec![(key.to_owned(), value.to_owned())] }
    }

    /// Does to a scenario what a session does to its own, but for what happens at the instant at
    /// which its clock stands; other commands change nothing. Says what was brought into range.
    ///
    /// # Errors
    /// Every reason why it is refused; what has become of the scenario is then of no use.
    pub fn apply(&self, scenario: &mut Scenario) -> Result<Vec<Problem>, Vec<Problem>> {
        match self {
            Self::Load { link } => {
                let reading = link::read(link);
                Topology::build(&reading.scenario)?;
                *scenario = reading.scenario;
                Ok(reading.problems)
            }
            Self::Set { settings } => {
                let (topology, said) = Topology::with(scenario.clone(), settings)?;
                *scenario = topology.scenario().clone();
                // Faults of servers that are gone now have gone with them.
                scenario.drop_faults_of_nothing();
                Ok(said)
            }
            Self::Fail { fault } => match PresentFault::read(fault) {
                Ok(read) => {
                    scenario.fail(read);
                    let wrong = scenario.drop_faults_of_nothing();
                    if !wrong.is_empty() {
                        return Err(wrong);
                    }
                    Ok(read.ranged(fault).into_iter().collect())
                }
                Err(what) => Err(vec![Problem::new("fault", what)]),
            },
            Self::Heal { part, server } => {
                let healed = scenario.heal_named(part, *server);
                healed.map(|()| Vec::new()).map_err(|problem| vec![problem])
            }
            Self::Timeline { faults, changes } => {
                scenario.set_timeline(faults, changes)?;
                Topology::build(scenario)?;
                Ok(Vec::new())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Takes away all faults of a place: `web` is all servers of the web tier, `web.2` the second.
    ///
    /// # Errors
    /// When that is no place.
    pub fn heal(place: &str) -> Result<Self, Problem> {
        let (part, server) = match place.split_once('.') {
            None => (place, None),
            Some((part, number)) => {
                let server = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
                let wrong = || format!("{} is not such as web.2", quoted(place));
                (part, Some(server.ok_or_else(|| Problem::new("heal", wrong()))?))
            }
        };
        Ok(Self::Heal { part: part.to_owned(), server })
    }
}

/// A question about the system as it stands, answered beside the run. A changed scenario makes it
/// void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// Where do single requests spend their time?
    Traces,
    /// What must not die?
    Threats,
    /// What would theory say, here and of every system that this becomes?
    Theory,
    /// Never mind.
    Nothing,
}

/// What a session says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Update {
    /// A scenario was loaded or changed: the link that brings it back, and what was wrong with
    /// what was asked for.
    Scenario {
        /// The whole link from the question mark on.
        link: String,
        /// What was ignored or changed.
        problems: Vec<Problem>,
    },
    /// A command was refused; nothing has changed.
    Refused {
        /// Why, all reasons at once.
        problems: Vec<Problem>,
    },
    /// The live figures of the sliding window.
    Live(Box<Live>),
    /// Settled figures of the scenario as it stands.
    Settled(Box<Settled>),
    /// Settled figures of another scenario that was asked for.
    Reference {
        /// The link that was given.
        link: String,
        /// Its figures, complete.
        settled: Box<Settled>,
    },
    /// Theory beside the settled figures that came just before.
    Theory(Box<Theory>),
    /// Requests that were traced.
    Traced(Box<Traces>),
    /// What must not die, as far as it has been tried.
    Tolls(Box<Tolls>),
}

/// Live figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// Whether time passes.
    pub playing: bool,
    /// Simulated seconds in a second of wall time, as asked for.
    pub speed: f64,
    /// Whether the machine is too slow for this speed: simulated time falls behind, and says so.
    pub behind: bool,
    /// The simulated second to which time passes as fast as it can; `None` for all other times.
    pub ahead_s: Option<f64>,
    /// The figures of the window.
    pub figures: Snapshot,
    /// The last slice of half a simulated second alone, for charts.
    pub latest: Snapshot,
    /// The first of a run: what was logged before belongs to another.
    pub begins: bool,
    /// What happened since the last live figures.
    pub log: Vec<Line>,
}
