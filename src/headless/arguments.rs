//! Understands the command line: what is asked for, or everything that is wrong with it.

use super::checking::{self, Checking};
use super::converting;
use super::source::{self, ReadFile};
use super::words::Words;
use crate::sim::analysis::metric::Wanted;
use crate::sim::analysis::plan::{self, Goal};
use crate::sim::analysis::report::RunPlan;
use crate::sim::analysis::sweep::{self, Axis, Point};
use crate::sim::kinds::param::quoted;
use crate::sim::scenario::{Problem, Scenario, presets, schema};
use crate::sim::topology::Topology;
use crate::sim::units::{SECOND, Span};

/// What is asked for.
#[derive(Debug)]
pub enum Order {
    /// How the command is used.
    Help,
    /// Which version this is.
    Version,
    /// The table of settings.
    Params {
        /// As JSON.
        json: bool,
    },
    /// The table of metrics.
    Metrics {
        /// As JSON.
        json: bool,
    },
    /// Something to be said as it is: a converted scenario, or the schema of files.
    Text(String),
    /// Scenarios whose claims are to be checked.
    Check(Checking),
    /// Something to be simulated.
    Job(Box<Job>),
}

/// Something to be simulated, in a form.
#[derive(Debug)]
pub struct Job {
    /// What is asked of it.
    pub task: Task,
    /// The system.
    pub topology: Topology,
    /// Simulated time of each run.
    pub plan: RunPlan,
    /// The result as JSON.
    pub json: bool,
    /// Settings given with `--set`, and their values as the scenario writes them.
    pub sets: Vec<(String, String)>,
    /// Metrics asked for.
    pub metrics: Vec<Wanted>,
    /// Where the CSV goes: a file, or `-` for standard output.
    pub csv: Option<String>,
    /// How many runs at once; `None` for as many as the machine has cores.
    pub jobs: Option<usize>,
}

/// What is asked of a system.
#[derive(Debug)]
pub enum Task {
    /// One run.
    Run,
    /// The run that the page settles, to its end.
    Settle,
    /// A grid of runs.
    Sweep {
        /// What is swept.
        axes: Vec<Axis>,
        /// The runs.
        points: Vec<Point>,
    },
    /// The cheapest counts that meet goals.
    Plan {
        /// What is to be met.
        goals: Vec<Goal>,
        /// What may be changed; empty for the tiers' counts and sizes.
        axes: Vec<Axis>,
    },
    /// Theory beside measurement.
    Theory,
    /// Single points of failure.
    Spof,
    /// What limits it, in sentences.
    Explain,
}

/// Unless told otherwise: a minute for the system to settle, and five to measure.
pub const USUAL_PLAN: RunPlan =
    RunPlan { warm_up: Span(60 * SECOND), duration: Span(300 * SECOND) };
/// Where many servers are killed, a run of each is shorter.
const SPOF_DURATION_S: f64 = 60.0;
/// Longest time that may be asked for: a simulated week.
pub const LONGEST_S: f64 = 604_800.0;

/// Options that every job takes.
const COMMON: &[&str] = &["set", "seed", "warmup", "duration", "json"];
/// The command whose run is as long as it has to be.
const SETTLE: &str = "settle";
/// Commands that simulate, with the options that each takes besides.
const JOBS: &[(&str, &[&str])] = &[
    ("run", &["metric", "csv"]),
    (SETTLE, &[]),
    ("sweep", &["over", "metric", "csv", "jobs"]),
    ("plan", &["goal", "over", "jobs"]),
    ("theory", &[]),
    ("spof", &["jobs"]),
    ("explain", &[]),
];

/// Reads the command line; what is worth knowing of its scenarios goes to the notices.
///
/// # Errors
/// Every problem at once.
pub fn read(
    arguments: &[String],
    read_file: ReadFile<'_>,
    notices: &mut Vec<Problem>,
) -> Result<Order, Vec<Problem>> {
    let mut problems = Vec::new();
    let words = Words::read(arguments, &mut problems);
    let command = words.plain.first().map(String::as_str);
    if words.has("help") || command == Some("help") {
        return Ok(Order::Help);
    }
    if words.has("version") || command == Some("version") {
        return Ok(Order::Version);
    }
    let (order, used) = match command {
        None => {
            problems.push(Problem::new("arguments", "a command is needed"));
            (None, 0)
        }
        Some(command @ ("params" | "metrics")) => {
            words.only(command, &["json"], &mut problems);
            let json = words.has("json");
            let is_params = command == "params";
            (Some(if is_params { Order::Params { json } } else { Order::Metrics { json } }), 1)
        }
        Some("schema") => {
            words.only("schema", &["json"], &mut problems);
            (Some(Order::Text(format!("{:#}\n", schema::schema()))), 1)
        }
        Some("convert") => {
            words.only("convert", &["set", "seed", "json", "link"], &mut problems);
            (Some(Order::Text(converting::convert(&words, read_file, &mut problems, notices))), 2)
        }
        Some("check") => {
            words.only("check", &[COMMON, &["check", "junit", "jobs"]].concat(), &mut problems);
            let checking = checking::read(&words, read_file, &mut problems, notices);
            (Some(Order::Check(checking)), words.plain.len())
        }
        Some(command) => match JOBS.iter().find(|(name, _)| *name == command) {
            Some((_, more)) => {
                let common = if command == SETTLE { &["set", "seed", "json"] } else { COMMON };
                words.only(command, &[common, more].concat(), &mut problems);
                let job = job(command, &words, read_file, &mut problems, notices);
                (job.map(|job| Order::Job(Box::new(job))), 2)
            }
            None => {
                let what = format!("{} is not a command", quoted(command));
                problems.push(Problem::new("arguments", what));
                (None, words.plain.len())
            }
        },
    };
    let rest = words.plain.iter().skip(used);
    problems.extend(
        rest.map(|word| Problem::new("arguments", format!("{} is too much", quoted(word)))),
    );
    match order {
        Some(order) if problems.is_empty() => Ok(order),
        _ => Err(problems),
    }
}

fn job(
    command: &str,
    words: &Words,
    read_file: ReadFile<'_>,
    problems: &mut Vec<Problem>,
    notices: &mut Vec<Problem>,
) -> Option<Job> {
    let source = words.plain.get(1).map(String::as_str);
    let (scenario, is_known) = system(words, source, read_file, problems, notices);
    let topology = match Topology::build(&scenario) {
        Ok(topology) => Some(topology),
        Err(wrong) => {
            problems.extend(wrong);
            None
        }
    };
    let mut metrics: Vec<Wanted> = read_all("metric", words, problems, Wanted::read);
    if let Some(topology) = topology.as_ref().filter(|_| is_known) {
        let wrong = metrics.iter().filter_map(|wanted| wanted.check(topology).err());
        problems.extend(wrong.map(|what| Problem::new("--metric", what)));
    }
    if metrics.is_empty() && (command == "sweep" || words.has("csv")) {
        let usual = ["p50", "p99", "goodput", "errors", "cost"];
        metrics = usual.iter().filter_map(|key| Wanted::read(key).ok()).collect();
    }
    let plan = run_plan(command, words, problems);
    let jobs = words.jobs(problems);
    let task = task(command, words, &scenario, is_known, problems);
    let mut sets: Vec<(String, String)> = Vec::new();
    for key in words.sets() {
        if !sets.iter().any(|(known, _)| known == key) {
            sets.extend(sweep::value_of(&scenario, key).map(|value| (key.to_owned(), value)));
        }
    }
    let (json, csv) = (words.has("json"), words.last("csv").map(ToOwned::to_owned));
    Some(Job { task, topology: topology?, plan, json, sets, metrics, csv, jobs })
}

/// How long a run shall be.
pub fn run_plan(command: &str, words: &Words, problems: &mut Vec<Problem>) -> RunPlan {
    let usual = USUAL_PLAN.duration;
    let duration = if command == "spof" { Span::from_seconds(SPOF_DURATION_S) } else { usual };
    RunPlan {
        warm_up: seconds(words, "warmup", USUAL_PLAN.warm_up, 0.0, problems),
        duration: seconds(words, "duration", duration, 0.001, problems),
    }
}

/// The scenario with the settings and the seed of the line, and whether it could be read. A wrong
/// scenario must not hide what else is wrong: the rest is read against stage 1.
pub fn system(
    words: &Words,
    source: Option<&str>,
    read_file: ReadFile<'_>,
    problems: &mut Vec<Problem>,
    notices: &mut Vec<Problem>,
) -> (Scenario, bool) {
    let reading = match source {
        None => Err(vec![Problem::new("arguments", "a scenario is needed")]),
        Some(source) => source::reading(source, read_file),
    };
    let known = source::known(reading, problems, notices);
    let is_known = known.is_some();
    let mut scenario = known.unwrap_or_else(|| presets::stage(1));
    for set in words.all("set") {
        match set.split_once('=') {
            None => {
                problems.push(Problem::new("--set", format!("{} is not KEY=VALUE", quoted(set))));
            }
            Some((key, value)) => match scenario.set(key, value) {
                Ok(said) => problems.extend(said),
                Err(_) if !is_known => {}
                Err(problem) => problems.push(problem),
            },
        }
    }
    if let Some(seed) = words.whole("seed", 0..=u64::MAX, problems) {
        scenario.seed = seed;
    }
    (scenario, is_known)
}

fn task(
    command: &str,
    words: &Words,
    scenario: &Scenario,
    is_known: bool,
    problems: &mut Vec<Problem>,
) -> Task {
    let axes: Vec<Axis> = read_all("over", words, problems, Axis::read);
    let mut points = Vec::new();
    if !axes.is_empty() && is_known {
        // What can be planned can be swept: the same values must be right.
        let checked = match command {
            "plan" => sweep::check(scenario, &axes)
                .and_then(|()| Topology::build(scenario))
                .and_then(|topology| plan::check(&topology, &axes))
                .map(|()| Vec::new()),
            _ => sweep::points(scenario, &axes),
        };
        points = checked.unwrap_or_else(|wrong| {
            problems.extend(wrong);
            Vec::new()
        });
    }
    match command {
        "sweep" => {
            if !words.has("over") {
                problems.push(Problem::new("--over", "is needed, such as web.servers=2..8"));
            }
            for axis in &axes {
                if words.sets().any(|key| key == axis.key) {
                    let what = "stands with --set and with --over";
                    problems.push(Problem::new(axis.key.as_str(), what));
                }
            }
            if words.has("json") && words.has("csv") {
                problems.push(Problem::new("--json", "and --csv exclude each other"));
            }
            Task::Sweep { axes, points }
        }
        "plan" => {
            let goals = read_all("goal", words, problems, Goal::read);
            if let Some(topology) = Topology::build(scenario).ok().filter(|_| is_known) {
                let wrong = goals.iter().filter_map(|goal| goal.wanted.check(&topology).err());
                problems.extend(wrong.map(|what| Problem::new("--goal", what)));
            }
            Task::Plan { goals, axes }
        }
        SETTLE => Task::Settle,
        "theory" => Task::Theory,
        "spof" => Task::Spof,
        "explain" => Task::Explain,
        _ => Task::Run,
    }
}

/// Reads all values of an option; those that are wrong are named and left out.
fn read_all<T>(
    name: &str,
    words: &Words,
    problems: &mut Vec<Problem>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Vec<T> {
    let mut good = Vec::new();
    for text in words.all(name) {
        match read(text) {
            Ok(value) => good.push(value),
            Err(what) => problems.push(Problem::new(format!("--{name}"), what)),
        }
    }
    good
}

fn seconds(
    words: &Words,
    name: &str,
    default: Span,
    least: f64,
    problems: &mut Vec<Problem>,
) -> Span {
    let Some(text) = words.last(name) else {
        return default;
    };
    match text.parse::<f64>() {
        Ok(s) if (least..=LONGEST_S).contains(&s) => Span::from_seconds(s),
        _ => {
            let what =
                format!("{} is not a number of seconds from {least} to {LONGEST_S}", quoted(text));
            problems.push(Problem::new(format!("--{name}"), what));
            Span::ZERO
        }
    }
}
