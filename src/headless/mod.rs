//! The headless command, `millionth`: arguments in, text and exit code out. It reads files and
//! tells the time only through what its caller hands in, so that other hosts can run it too.

mod arguments;
mod table;

use crate::sim::analysis::report::{self, Report, RunPlan};
use crate::sim::kinds::Kind;
use crate::sim::kinds::param::Domain;
use crate::sim::scenario::Problem;
use crate::sim::topology::Topology;
use arguments::{Order, RunOrder};
use serde_json::json;

/// What the command has to say, and how it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// Exit code: 0 done, 1 the simulator broke a law of its own, 2 wrong input.
    pub code: u8,
}

/// What the command needs from the outside.
pub struct Host<'a> {
    /// Reads a file, or standard input for `-`.
    pub read: &'a dyn Fn(&str) -> Result<String, String>,
    /// Seconds on some clock that runs on.
    pub clock: &'a dyn Fn() -> f64,
    /// Hears the share of a long run that is done.
    pub tell: &'a dyn Fn(f64),
}

/// How the command is used.
pub const USAGE: &str = "\
Usage:
  millionth run SCENARIO [--set KEY=VALUE]... [--seed N] [--warmup S] [--duration S] [--json]
  millionth params [--json]
  millionth help

SCENARIO is stage-1 to stage-3, a link (or its end from the question mark on), a file with a
scenario as JSON or with a link, or - for standard input.
  --set KEY=VALUE  sets a setting, such as web.servers=6; may stand several times
  --seed N         the seed of all draws, a whole number
  --warmup S       simulated seconds thrown away before measuring, 60 unless told
  --duration S     simulated seconds measured, 300 unless told
  --json           the whole result as JSON
Exit code: 0 done, 2 wrong input, 1 a defect of the simulator itself.
";

/// Runs the command with these arguments, the program's name left out.
#[must_use]
pub fn run(arguments: &[String], host: &Host<'_>) -> Ending {
    match arguments::read(arguments, host.read) {
        Err(problems) => refuse(&problems),
        Ok(Order::Help) => done(USAGE.to_owned()),
        Ok(Order::Params { json: true }) => done(params_json()),
        Ok(Order::Params { json: false }) => done(params_text()),
        Ok(Order::Run(order)) => simulate(&order, host),
    }
}

const fn done(out: String) -> Ending {
    Ending { out, err: String::new(), code: 0 }
}

fn refuse(problems: &[Problem]) -> Ending {
    let lines: Vec<String> =
        problems.iter().map(|problem| format!("millionth: {problem}\n")).collect();
    Ending { out: String::new(), err: lines.concat(), code: 2 }
}

fn simulate(order: &RunOrder, host: &Host<'_>) -> Ending {
    let topology = match Topology::build(&order.scenario) {
        Ok(topology) => topology,
        Err(problems) => return refuse(&problems),
    };
    let plan = RunPlan { warm_up: order.warm_up, duration: order.duration };
    let start = (host.clock)();
    match report::run(topology, plan, host.tell) {
        Err(law) => {
            let err = format!("millionth: a defect of the simulator, please report it: {law}\n");
            Ending { out: String::new(), err, code: 1 }
        }
        Ok((report, engine)) => {
            let wall_s = (host.clock)() - start;
            let per_s = engine.meters().offered_in_all() as f64 / wall_s.max(1e-9);
            let out = if order.json {
                result_json(&report, wall_s, per_s)
            } else {
                table::result(&report, wall_s, per_s)
            };
            done(out)
        }
    }
}

fn result_json(report: &Report, wall_s: f64, per_s: f64) -> String {
    let value = json!({
        "result_hash": report.hash(),
        "report": report,
        "timing": { "wall_s": wall_s, "requests_per_s": per_s },
    });
    format!("{value:#}\n")
}

fn params_json() -> String {
    let rows: Vec<serde_json::Value> = rows()
        .map(|(kind, param)| {
            let default = param.write(&param.initial());
            let mut row = json!({
                "key": format!("{}.{}", kind.key(), param.key),
                "part": kind.label(),
                "label": param.label,
                "unit": param.unit,
                "range": param.range_text(),
                "default": default,
                "help": param.help,
            });
            if let Domain::Number { min, max, .. } | Domain::Count { min, max, .. } = param.domain {
                row["min"] = json!(min);
                row["max"] = json!(max);
            }
            row
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(rows))
}

fn params_text() -> String {
    let mut text = String::new();
    for (kind, param) in rows() {
        let unit = if param.unit.is_empty() { String::new() } else { format!(" {}", param.unit) };
        text.push_str(&format!(
            "{}.{}\n  {}; {}{unit}; default {}\n",
            kind.key(),
            param.key,
            param.label,
            param.range_text(),
            table::or_none(&param.write(&param.initial())),
        ));
        for line in table::wrap(param.help, 92) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

fn rows() -> impl Iterator<Item = (Kind, &'static crate::sim::kinds::param::Param)> {
    Kind::ALL.iter().flat_map(|&kind| kind.params().iter().map(move |param| (kind, param)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_with(line: &str, file: &str) -> Ending {
        let arguments: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
        let read = |path: &str| match path {
            "file.json" | "-" => Ok(file.to_owned()),
            _ => Err("there is no such file".to_owned()),
        };
        run(&arguments, &Host { read: &read, clock: &|| 0.0, tell: &|_| {} })
    }

    #[test]
    fn every_form_of_a_scenario_gives_the_same_result() {
        let hash = |line: &str, file: &str| {
            let ending = run_with(line, file);
            assert_eq!((ending.code, ending.err.as_str()), (0, ""), "{line}");
            let value: serde_json::Value = serde_json::from_str(&ending.out).expect("is JSON");
            value["result_hash"].as_str().expect("is text").to_owned()
        };
        let rest = "--warmup 5 --duration 10 --json";
        let first = hash(&format!("run stage-2 --set web.size=4 {rest}"), "");
        let others = [
            (format!("run ?stage=2#web.size=4 {rest}"), ""),
            (format!("run https://a.example/?stage=2#v=1&web.size=4 {rest}"), ""),
            (format!("run file.json {rest}"), r#"{"stage":2,"settings":{"web.size":"4"}}"#),
            (format!("run - {rest}"), "?stage=2#web.size=4"),
        ];
        for (line, file) in others {
            assert_eq!(hash(&line, file), first, "{line}");
        }
        assert_ne!(hash(&format!("run stage-2 --set web.size=4 --seed 2 {rest}"), ""), first);
    }

    #[test]
    fn wrong_input_is_refused_with_every_problem_and_exit_code_2() {
        let cases = [
            ("", "", "no command"),
            ("fly", "", "“fly” is not a command"),
            ("run", "", "a scenario is needed"),
            ("run stage-9", "", "“9” is not a stage"),
            ("run stage-1 --moon", "", "--moon"),
            ("run nowhere.json", "", "there is no such file"),
            ("run file.json", "{", "is not JSON"),
            ("run stage-1 --set web.servers=0 --set x --seed q --duration -1", "", "web.servers"),
            ("run ?stage=1#web.moon=1", "", "web.moon"),
            ("run file.json", r#"{"parts":["web"]}"#, "clients is missing"),
            ("run ?stge=3#web.servers=4", "", "“stge” is not a key"),
            ("params extra", "", "extra"),
        ];
        for (line, file, expected) in cases {
            let ending = run_with(line, file);
            assert_eq!(ending.code, 2, "{line}");
            assert!(
                ending.out.is_empty() && ending.err.contains(expected),
                "{line}: {}",
                ending.err
            );
        }
        let ending = run_with("run stage-1 --set web.servers=0 --set x --seed q --duration -1", "");
        assert_eq!(ending.err.lines().count(), 4, "{}", ending.err);
    }

    #[test]
    fn the_table_of_settings_names_every_setting() {
        let (text, json) = (run_with("params", "").out, run_with("params --json", "").out);
        for (kind, param) in rows() {
            let key = format!("{}.{}", kind.key(), param.key);
            assert!(text.contains(&key) && json.contains(&key), "{key}");
        }
        assert!(run_with("help", "").out.contains("millionth run"));
    }
}
