//! Reads the command line: what is asked for, or everything that is wrong with it.

use crate::sim::kinds::param::quoted;
use crate::sim::scenario::{Problem, Scenario, file, link, presets};
use crate::sim::units::Span;
use lexopt::{Arg, Parser, ValueExt};

/// What is asked for.
#[derive(Debug)]
pub enum Order {
    /// How the command is used.
    Help,
    /// The table of settings.
    Params {
        /// As JSON.
        json: bool,
    },
    /// A run.
    Run(RunOrder),
}

/// A run to be made.
#[derive(Debug)]
pub struct RunOrder {
    /// Of what.
    pub scenario: Scenario,
    /// Simulated time thrown away.
    pub warm_up: Span,
    /// Simulated time measured.
    pub duration: Span,
    /// The result as JSON.
    pub json: bool,
}

/// Unless told otherwise: a minute for the system to settle ...
const WARM_UP_S: f64 = 60.0;
/// ... and five to measure.
const DURATION_S: f64 = 300.0;
/// Longest time that may be asked for: a simulated week.
const LONGEST_S: f64 = 604_800.0;

type ReadFile<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// What stood on the line, not yet understood.
#[derive(Default)]
struct Words {
    plain: Vec<String>,
    sets: Vec<String>,
    seed: Option<String>,
    warm_up: Option<String>,
    duration: Option<String>,
    json: bool,
    help: bool,
}

/// Reads the command line.
///
/// # Errors
/// Every problem at once.
pub fn read(arguments: &[String], read_file: ReadFile<'_>) -> Result<Order, Vec<Problem>> {
    let mut problems = Vec::new();
    let words = words(arguments, &mut problems);
    if words.help {
        return Ok(Order::Help);
    }
    let mut plain = words.plain.iter().map(String::as_str);
    let order = match plain.next() {
        None => {
            problems.push(Problem::new("arguments", "no command; see millionth help"));
            None
        }
        Some("help") => return Ok(Order::Help),
        Some("params") => Some(Order::Params { json: words.json }),
        Some("run") => run(&words, plain.next(), read_file, &mut problems).map(Order::Run),
        Some(other) => {
            let what = format!("{} is not a command; see millionth help", quoted(other));
            problems.push(Problem::new("arguments", what));
            None
        }
    };
    problems.extend(
        plain.map(|word| Problem::new("arguments", format!("{} is too much", quoted(word)))),
    );
    match order {
        Some(order) if problems.is_empty() => Ok(order),
        _ => Err(problems),
    }
}

fn words(arguments: &[String], problems: &mut Vec<Problem>) -> Words {
    let mut words = Words::default();
    let mut parser = Parser::from_args(arguments);
    loop {
        let next = match parser.next() {
            Ok(None) => return words,
            Ok(Some(Arg::Value(value))) => value.string().map(|word| words.plain.push(word)),
            Ok(Some(Arg::Long("set"))) => text(&mut parser).map(|set| words.sets.push(set)),
            Ok(Some(Arg::Long("seed"))) => text(&mut parser).map(|seed| words.seed = Some(seed)),
            Ok(Some(Arg::Long("warmup"))) => text(&mut parser).map(|s| words.warm_up = Some(s)),
            Ok(Some(Arg::Long("duration"))) => text(&mut parser).map(|s| words.duration = Some(s)),
            Ok(Some(Arg::Long("json"))) => {
                words.json = true;
                Ok(())
            }
            Ok(Some(Arg::Long("help") | Arg::Short('h'))) => {
                words.help = true;
                Ok(())
            }
            Ok(Some(other)) => Err(other.unexpected()),
            Err(error) => Err(error),
        };
        if let Err(error) = next {
            problems.push(Problem::new("arguments", error.to_string()));
        }
    }
}

fn text(parser: &mut Parser) -> Result<String, lexopt::Error> {
    parser.value()?.string()
}

fn run(
    words: &Words,
    source: Option<&str>,
    read_file: ReadFile<'_>,
    problems: &mut Vec<Problem>,
) -> Option<RunOrder> {
    let scenario = match source {
        None => Err(vec![Problem::new("arguments", "a scenario is needed; see millionth help")]),
        Some(source) => scenario(source, read_file),
    };
    // A wrong scenario must not hide what else is wrong: the rest is read against stage 1.
    let is_known = scenario.is_ok();
    let mut scenario = scenario.unwrap_or_else(|wrong| {
        problems.extend(wrong);
        presets::stage(1)
    });
    for set in &words.sets {
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
    if let Some(seed) = &words.seed {
        match seed.parse() {
            Ok(seed) => scenario.seed = seed,
            Err(_) => {
                let what = format!("{} is not a whole number", quoted(seed));
                problems.push(Problem::new("--seed", what));
            }
        }
    }
    let warm_up = seconds("--warmup", words.warm_up.as_deref(), WARM_UP_S, 0.0, problems);
    let duration = seconds("--duration", words.duration.as_deref(), DURATION_S, 0.001, problems);
    Some(RunOrder { scenario, warm_up, duration, json: words.json })
}

fn seconds(
    name: &str,
    given: Option<&str>,
    default: f64,
    least: f64,
    problems: &mut Vec<Problem>,
) -> Span {
    let Some(text) = given else {
        return Span::from_seconds(default);
    };
    match text.parse::<f64>() {
        Ok(s) if (least..=LONGEST_S).contains(&s) => Span::from_seconds(s),
        _ => {
            let what =
                format!("{} is not a number of seconds from {least} to {LONGEST_S}", quoted(text));
            problems.push(Problem::new(name, what));
            Span::ZERO
        }
    }
}

/// A stage, a link, a file or standard input. Whoever runs headless wants to know of every problem,
/// also of those that the page would pass over with a notice.
fn scenario(source: &str, read_file: ReadFile<'_>) -> Result<Scenario, Vec<Problem>> {
    if let Some(number) = source.strip_prefix("stage-") {
        return strictly(&format!("?stage={number}"));
    }
    if source.contains(['?', '#']) {
        return strictly(source);
    }
    let text = read_file(source).map_err(|what| vec![Problem::new(quoted(source), what)])?;
    let text = text.trim();
    if text.starts_with(['?', '#']) || text.starts_with("http") {
        strictly(text)
    } else {
        file::read(text)
    }
}

fn strictly(text: &str) -> Result<Scenario, Vec<Problem>> {
    let reading = link::read(text);
    let problems = reading.all_problems();
    if problems.is_empty() { Ok(reading.scenario) } else { Err(problems) }
}
