//! The headless command, `millionth`: arguments in, text and exit code out. It reads and writes
//! files, tells the time and runs things side by side only through what its caller hands in, so
//! that other hosts can run it too.

mod arguments;
mod checking;
mod converting;
mod insight;
mod killing;
mod listing;
mod many;
mod notices;
mod planning;
mod source;
mod sweeping;
mod table;
mod words;

use crate::sim::analysis::report::{self, Report};
use crate::sim::analysis::settle::{FULL, Settling};
use crate::sim::analysis::sweep;
use crate::sim::kinds::param::quoted;
use crate::sim::scenario::{Problem, link};
use crate::sim::topology::Topology;
use arguments::{Job, Order, Task};
use serde_json::{Value, json};

pub use arguments::{LONGEST_S, USUAL_PLAN};
pub use source::{known, reading};

/// What the command has to say, and how it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// Exit code: 0 done, 1 a check failed or the simulator broke a law of its own, 2 wrong input
    /// or a file that could not be written.
    pub code: u8,
}

/// Does work number 0, 1 .. of so many, at most so many at once.
pub type Each<'a> = &'a dyn Fn(usize, usize, &(dyn Fn(usize) + Sync));

/// What the command needs from the outside.
pub struct Host<'a> {
    /// Reads a file, or standard input for `-`.
    pub read: &'a dyn Fn(&str) -> Result<String, String>,
    /// Writes a file.
    pub write: &'a dyn Fn(&str, &str) -> Result<(), String>,
    /// Seconds on some clock that runs on.
    pub clock: &'a dyn Fn() -> f64,
    /// Hears the share of a long run that is done.
    pub tell: &'a dyn Fn(f64),
    /// Does independent work side by side, and tells how much of it is done.
    pub each: Each<'a>,
    /// How much can be done at once.
    pub cores: usize,
}

/// How the command is used.
pub const USAGE: &str = "\
Usage:
  millionth run SCENARIO [--metric M]... [--csv FILE] [--json]
  millionth settle SCENARIO [--json]
  millionth sweep SCENARIO --over RANGE... [--metric M]... [--jobs N] [--csv FILE | --json]
  millionth plan SCENARIO [--goal GOAL]... [--over RANGE]... [--jobs N] [--json]
  millionth theory SCENARIO [--json]
  millionth spof SCENARIO [--jobs N] [--json]
  millionth explain SCENARIO [--json]
  millionth check SCENARIO... [--check CLAIM]... [--junit FILE] [--jobs N] [--json]
  millionth convert SCENARIO [--json | --link]
  millionth params | metrics [--json]
  millionth schema
  millionth help | version

SCENARIO is stage-1 to stage-9, a preset such as retry-storm, a link (or its end from the question
mark on), a file with a scenario as JSON or with a link, or - for standard input.
  run      simulates it once and says every figure
  settle   says the settled figures of the page and embeds, and the hash that they show
  sweep    runs it at every point of a grid; several --over make the grid
  plan     finds the cheapest settings that meet all goals, by simulating
  theory   puts queueing theory beside what was measured, station by station
  spof     names single points of failure, and kills each part and server in the middle of a run
           to see what is lost at once (RTO, RPO) and what for good
  explain  says what limits it, what it costs and how available it is
  check    says whether each scenario keeps what it claims, in its file, its link or with --check
  convert  writes a link as a file, and a file, a stage or a preset as a link
  schema   is the JSON Schema of files
  params   lists all settings, metrics all figures that can be asked for

Every command that simulates takes, settle without the two times:
  --set KEY=VALUE  sets a setting, such as web.servers=6; may stand several times
  --seed N         the seed of all draws, a whole number
  --warmup S       simulated seconds thrown away before measuring, 60 unless told
  --duration S     simulated seconds measured, 300 unless told (spof: 60)
  --json           the whole result as JSON
Besides:
  --over RANGE     KEY=A..B:STEP, KEY=A..B:*FACTOR or KEY=a,b,c; for plan, each value has to cost
                   more than the one before; unless told, the counts and sizes of all tiers
  --metric M       such as p99, errors, p95.write, utilisation.db, counter.cache.stale_reads or
                   gauge.db.lag_s; see millionth metrics
  --goal GOAL      such as p99<=200ms, errors<=0.1% or availability>=99.9%; it is met with the
                   whole of its 95 % interval. Unless told: p99<=1s and errors<=0.1%
  --check CLAIM    such as 'p99 of reads < 200 ms after 60 s' or 'lost writes = 0'
  --junit FILE     the checks as JUnit XML
  --jobs N         runs at once, as many as there are cores unless told; the result is the same
  --csv FILE       the settings given and the metrics as CSV, - for standard output
Exit code: 0 done, 1 a check that failed or a defect of the simulator itself, 2 wrong input, or a
file that could not be written. A plan that finds nothing is done too.
";

/// Where everything stands that a line may say.
const HINT: &str = "millionth: see millionth help, and millionth params and millionth metrics\n";

/// Runs the command with these arguments, the program's name left out.
#[must_use]
pub fn run(arguments: &[String], host: &Host<'_>) -> Ending {
    let mut notices = Vec::new();
    let ended = match arguments::read(arguments, host.read, &mut notices) {
        Err(problems) => {
            let mut ending = refuse(&problems);
            ending.err.push_str(HINT);
            return ending;
        }
        Ok(Order::Help) => Ok(USAGE.to_owned()),
        Ok(Order::Version) => Ok(concat!("millionth ", env!("CARGO_PKG_VERSION"), "\n").to_owned()),
        Ok(Order::Params { json: true }) => Ok(listing::params_json()),
        Ok(Order::Params { json: false }) => Ok(listing::params_text()),
        Ok(Order::Metrics { json: true }) => Ok(listing::metrics_json()),
        Ok(Order::Metrics { json: false }) => Ok(listing::metrics_text()),
        Ok(Order::Text(text)) => Ok(text),
        Ok(Order::Check(checking)) => return end(checking::check(&checking, host), &notices),
        Ok(Order::Job(job)) => carry_out(&job, &notices, host),
    };
    end(ended.map(|out| Ending { out, err: String::new(), code: 0 }), &notices)
}

/// How the command ends, notices first.
fn end(ended: Result<Ending, Failure>, notices: &[Problem]) -> Ending {
    let ending = match ended {
        Ok(ending) => ending,
        Err(Failure::Law(law)) => {
            let err = format!("millionth: a defect of the simulator, please report it: {law}\n");
            Ending { out: String::new(), err, code: 1 }
        }
        Err(Failure::Unwritten { out, problem }) => Ending { out, ..refuse(&[problem]) },
    };
    Ending { err: lines(notices) + &ending.err, ..ending }
}

/// Why a job could not be done.
enum Failure {
    /// The simulator broke a law of its own.
    Law(String),
    /// A file could not be written; what was found out is said all the same.
    Unwritten {
        /// For standard output.
        out: String,
        /// What is wrong with the file.
        problem: Problem,
    },
}

fn refuse(problems: &[Problem]) -> Ending {
    Ending { out: String::new(), err: lines(problems), code: 2 }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("millionth: {problem}\n")).collect()
}

fn carry_out(job: &Job, notices: &[Problem], host: &Host<'_>) -> Result<String, Failure> {
    match &job.task {
        Task::Run => simulate(job, notices, host),
        Task::Settle => Ok(settle(job, notices)),
        Task::Sweep { axes, points } => sweeping::sweep(job, axes, points, host),
        Task::Plan { goals, axes } => planning::plan(job, goals, axes, host),
        Task::Theory => insight::theory(job, host),
        Task::Spof => killing::spof(job, host),
        Task::Explain => insight::explain(job, host),
    }
}

/// One run of the job's scenario.
fn once(job: &Job, host: &Host<'_>) -> Result<Report, Failure> {
    let ran = report::run(job.topology.clone(), job.plan, host.tell);
    ran.map(|(report, _)| report).map_err(Failure::Law)
}

/// Where a CSV goes: what is left for standard output.
fn deliver(
    csv: String,
    target: &str,
    text: impl FnOnce() -> String,
    host: &Host<'_>,
) -> Result<String, Failure> {
    if target == "-" {
        return Ok(csv);
    }
    write("csv", target, &csv, text(), host)
}

/// Writes the file of an option; what else there is to say is said even where that fails.
fn write(
    option: &str,
    target: &str,
    content: &str,
    out: String,
    host: &Host<'_>,
) -> Result<String, Failure> {
    match (host.write)(target, content) {
        Ok(()) => Ok(out),
        Err(what) => {
            let problem = Problem::new(format!("--{option} {}", quoted(target)), what);
            Err(Failure::Unwritten { out, problem })
        }
    }
}

fn simulate(job: &Job, notices: &[Problem], host: &Host<'_>) -> Result<String, Failure> {
    let start = (host.clock)();
    let report = once(job, host)?;
    let wall_s = (host.clock)() - start;
    let warm_share = 1.0 + report.warm_up_s / report.duration_s;
    let per_s = report.result.requests as f64 * warm_share / wall_s.max(1e-9);
    let values = job.sets.iter().map(|(_, value)| value.clone()).collect();
    let row = sweep::row(values, &job.metrics, &report.result);
    let text = || {
        if job.json {
            result_json(&report, &job.topology, notices, (wall_s, per_s))
        } else if job.metrics.is_empty() {
            table::result(
                &report,
                &notices::planned(job.topology.scenario(), &report.result),
                wall_s,
                per_s,
            ) + &insight::in_short(&job.topology, &report.result)
        } else {
            sweeping::metrics(&job.metrics, &row)
        }
    };
    match &job.csv {
        None => Ok(text()),
        Some(target) => {
            let keys: Vec<&str> = job.sets.iter().map(|(key, _)| key.as_str()).collect();
            let csv = sweep::csv_head(&keys, &job.metrics) + &sweep::csv_line(&row);
            deliver(csv, target, text, host)
        }
    }
}

/// The run that the page settles, and the hash that it shows.
fn settle(job: &Job, notices: &[Problem]) -> String {
    let settling = Settling::through(job.topology.clone(), FULL);
    let settled = settling.settled().expect("a complete run has enough batches");
    let (hash, link) = (settled.hash(), link::write(job.topology.scenario()));
    let planned = notices::planned(job.topology.scenario(), &settled);
    if job.json {
        let notices = [notices, &planned].concat();
        let value =
            json!({ "result_hash": hash, "link": link, "result": settled, "notices": notices });
        return format!("{value:#}\n");
    }
    format!("{link}\n{}\nresult_hash {hash}\n", table::settled(&settled, &planned))
}

fn result_json(
    report: &Report,
    topology: &Topology,
    notices: &[Problem],
    (wall_s, per_s): (f64, f64),
) -> String {
    let mut value = result(report, topology, notices);
    value["timing"] = json!({ "wall_s": wall_s, "requests_per_s": per_s });
    format!("{value:#}\n")
}

/// All that a run says, but for the time that it took; with what is worth knowing of its scenario.
#[must_use]
pub fn result(report: &Report, topology: &Topology, notices: &[Problem]) -> Value {
    let planned = notices::planned(topology.scenario(), &report.result);
    let notices = [notices, &planned].concat();
    json!({
        "notices": notices,
        "result_hash": report.hash(),
        "report": report,
        "analysis": insight::json(topology, &report.result),
    })
}

#[cfg(test)]
mod tests;
