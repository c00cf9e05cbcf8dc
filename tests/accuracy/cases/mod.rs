//! The cases of theory: each a scenario in the public format, what is measured in it, the value
//! that theory gives and how near the simulation has to come. One table for two uses: the native
//! tests run the cases with few requests, `make accuracy` with many, into `docs/accuracy.md`.
//!
//! A new case is one row of a `CASES` table below; its name leaves [`MISSING`].

pub mod balancing;
pub mod caching;
pub mod database;
pub mod failures;
pub mod intervals;
pub mod queues;
pub mod ways;
pub mod windows;

use crate::probe;
use millionth::sim::analysis::batches::half_width_of_independent;
use millionth::sim::analysis::report::Report;
use millionth::sim::scenario::{Scenario, link};
use std::collections::BTreeMap;

/// What there is a table for: its heading, and its cases.
pub const AREAS: &[(&str, &[Case])] = &[
    ("Queues", queues::CASES),
    ("Balancing", balancing::CASES),
    ("The way of a request", ways::CASES),
    ("Caching", caching::CASES),
    ("Database", database::CASES),
    ("Failures and scaling", failures::CASES),
    ("Settled runs", intervals::CASES),
];

/// Cases that shall come, with the part of the system that each waits for.
pub const MISSING: &[&str] = &[];

/// One case.
#[derive(Clone, Copy)]
pub struct Case {
    /// Its name, the same in all documents; one of several variants has a word after it.
    pub name: &'static str,
    /// What it is, in words.
    pub setting: &'static str,
    /// Its scenario without the seed: a link, from the question mark on.
    scenario: Text,
    /// What is measured.
    pub figures: &'static [Figure],
    /// How much a test runs.
    pub test: Effort,
    /// How much `make accuracy` runs.
    pub accuracy: Effort,
    measure: Measure,
}

/// Measures the case's figures, in their order, in one scenario with about so many requests; a case
/// of another nature may read the number as it likes.
type Measure = fn(&Case, &Scenario, f64) -> Sample;

#[derive(Clone, Copy)]
enum Text {
    /// Parts and settings, with all that makes a textbook queue set first.
    Textbook(&'static str, &'static str),
    /// A link.
    Link(&'static str),
}

/// Independent runs, each with its own seed, and about so many requests in each.
#[derive(Clone, Copy)]
pub struct Effort {
    pub seeds: u64,
    pub requests: f64,
}

/// What one run gave.
pub struct Sample {
    /// A value for each figure of the case.
    pub values: Vec<f64>,
    /// Requests that they rest on.
    pub requests: u64,
}

/// One figure of a case.
#[derive(Clone, Copy)]
pub struct Figure {
    /// Its name; [`probe::figure`] lists those of a report.
    pub name: &'static str,
    /// How it is shown.
    pub unit: Unit,
    /// What theory says, in seconds where it is a time.
    pub reference: fn() -> f64,
    /// How far from it the mean over the seeds may be.
    pub tolerance: Tolerance,
}

/// How a figure is shown.
#[derive(Clone, Copy)]
pub enum Unit {
    /// A time; held in seconds.
    Milliseconds,
    /// A time; held in seconds.
    Seconds,
    /// A share or a plain number.
    Plain,
}

/// How far from its reference a figure may be.
#[derive(Clone, Copy)]
pub enum Tolerance {
    /// As a share of the reference.
    Relative(f64),
    /// In the figure's own unit.
    Absolute(f64),
    /// Not at all, rounding apart.
    Exact,
}

/// A time in a report, with its tolerance as a share; that of p95 is about 1.3 times the mean's,
/// that of p99 twice.
pub const fn time(name: &'static str, tolerance: f64, reference: fn() -> f64) -> Figure {
    let (unit, tolerance) = (Unit::Milliseconds, Tolerance::Relative(tolerance));
    Figure { name, unit, reference, tolerance }
}

/// A share, a ratio or a count.
pub const fn plain(name: &'static str, tolerance: Tolerance, reference: fn() -> f64) -> Figure {
    Figure { name, unit: Unit::Plain, reference, tolerance }
}

impl Case {
    const fn new(
        name: &'static str,
        setting: &'static str,
        scenario: Text,
        figures: &'static [Figure],
    ) -> Self {
        let test = Effort { seeds: 2, requests: 1.5e6 };
        let accuracy = Effort { seeds: 10, requests: 3e6 };
        Self { name, setting, scenario, figures, test, accuracy, measure: of_report }
    }

    /// A case of textbook queues; parts and settings as in [`probe::textbook`].
    pub const fn textbook(
        name: &'static str,
        setting: &'static str,
        (parts, settings): (&'static str, &'static str),
        figures: &'static [Figure],
    ) -> Self {
        Self::new(name, setting, Text::Textbook(parts, settings), figures)
    }

    /// A case of any scenario, given as a link.
    pub const fn of(
        name: &'static str,
        setting: &'static str,
        scenario: &'static str,
        figures: &'static [Figure],
    ) -> Self {
        Self::new(name, setting, Text::Link(scenario), figures)
    }

    /// The same case with so many seeds and requests of each, in tests and for the accuracy table.
    pub const fn efforts(self, test: (u64, f64), accuracy: (u64, f64)) -> Self {
        let test = Effort { seeds: test.0, requests: test.1 };
        let accuracy = Effort { seeds: accuracy.0, requests: accuracy.1 };
        Self { test, accuracy, ..self }
    }

    /// The same case, measured by a function of its own and not from the report of a run.
    pub const fn measured(self, measure: Measure) -> Self {
        Self { measure, ..self }
    }

    /// The scenario as a link, without its seed.
    pub fn link(&self) -> String {
        match self.scenario {
            Text::Link(link) => link.to_owned(),
            Text::Textbook(parts, settings) => {
                let mine =
                    |pair: &&str| parts.split(',').any(|p| pair.split('.').next() == Some(p));
                let pairs = probe::TEXTBOOK.split_whitespace().chain(settings.split_whitespace());
                let pairs = pairs.filter(mine).filter_map(|pair| pair.split_once('='));
                let pairs: BTreeMap<&str, &str> = pairs.collect();
                let pairs = pairs.iter().map(|(key, value)| format!("&{key}={value}"));
                format!("?parts={parts}#v=1{}", pairs.collect::<String>())
            }
        }
    }

    /// One run.
    pub fn run(&self, seed: u64, requests: f64) -> Sample {
        let text = format!("{}&seed={seed}", self.link());
        let reading = link::read(&text);
        assert!(reading.all_problems().is_empty(), "{}: {:?}", self.name, reading.all_problems());
        let sample = (self.measure)(self, &reading.scenario, requests);
        assert_eq!(sample.values.len(), self.figures.len(), "{}", self.name);
        sample
    }

    /// How each figure compares with its reference, over the runs of several seeds.
    pub fn verdicts(&self, samples: &[Sample]) -> Vec<Verdict> {
        let verdict = |(at, figure): (usize, &Figure)| {
            let values: Vec<f64> = samples.iter().map(|sample| sample.values[at]).collect();
            let measured = values.iter().sum::<f64>() / values.len() as f64;
            let reference = (figure.reference)();
            let most = match figure.tolerance {
                Tolerance::Relative(share) => share * reference.abs(),
                Tolerance::Absolute(most) => most,
                Tolerance::Exact => 1e-9 * reference.abs(),
            };
            let holds = (measured - reference).abs() <= most;
            Verdict { reference, measured, half_width: half_width_of_independent(&values), holds }
        };
        self.figures.iter().enumerate().map(verdict).collect()
    }
}

/// A figure beside its reference.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    pub reference: f64,
    pub measured: f64,
    /// Half of the 95 % interval, from how the seeds differ.
    pub half_width: Option<f64>,
    pub holds: bool,
}

impl Figure {
    /// The beginning of the figure's row in `docs/accuracy.md`: what does not depend on any run.
    pub fn row(&self, case: &Case) -> String {
        let reference = self.show((self.reference)());
        format!("| {} | {} | {} | {reference} |", case.name, case.setting, self.name)
    }

    /// A value in the figure's unit.
    pub fn show(&self, value: f64) -> String {
        let (scale, unit) = match self.unit {
            Unit::Milliseconds => (1e3, " ms"),
            Unit::Seconds => (1.0, " s"),
            Unit::Plain => (1.0, ""),
        };
        let value = value * scale;
        // Six significant digits, as in the tables of theory.
        let digits = 5.0 - libm::floor(libm::log10(value.abs().max(1e-3)));
        format!("{value:.*}{unit}", digits.clamp(0.0, 8.0) as usize)
    }
}

/// The figures of a case from the report of a run; see [`probe::figure`] for their names.
fn of_report(case: &Case, scenario: &Scenario, requests: f64) -> Sample {
    sample(case, &probe::run_requests(scenario, requests))
}

/// The figures of a case from a report.
pub fn sample(case: &Case, report: &Report) -> Sample {
    let values = case.figures.iter().map(|figure| probe::figure(report, figure.name)).collect();
    Sample { values, requests: report.result.requests }
}
