//! The words of a command line, sorted: plain words, and options with their values. Knows which
//! options each command takes.

use crate::sim::kinds::param::quoted;
use crate::sim::scenario::Problem;
use lexopt::{Arg, Error, Parser, ValueExt};
use std::ops::RangeInclusive;

/// Options that stand with a value.
const VALUED: &[&str] = &[
    "set", "seed", "warmup", "duration", "metric", "csv", "over", "goal", "jobs", "check", "junit",
];
/// Options that stand alone.
const FLAGS: &[&str] = &["json", "link", "help", "version"];

/// Most runs at once.
const MOST_JOBS: u64 = 1_024;

fn known(options: &[&'static str], name: &str) -> Option<&'static str> {
    options.iter().find(|option| **option == name).copied()
}

fn is_option(name: &str) -> bool {
    known(VALUED, name).or_else(|| known(FLAGS, name)).is_some()
}

/// A command line.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Words that are no options, in order.
    pub plain: Vec<String>,
    options: Vec<(&'static str, String)>,
}

impl Words {
    /// Sorts the words; what cannot be understood is named and left out.
    pub fn read(arguments: &[String], problems: &mut Vec<Problem>) -> Self {
        let mut words = Self::default();
        let mut parser = Parser::from_args(arguments);
        loop {
            let next = match parser.next() {
                Ok(None) => return words,
                Ok(Some(Arg::Value(value))) => value.string().map(|word| words.plain.push(word)),
                Ok(Some(Arg::Short('h'))) => {
                    words.options.push(("help", String::new()));
                    Ok(())
                }
                Ok(Some(Arg::Short('V'))) => {
                    words.options.push(("version", String::new()));
                    Ok(())
                }
                Ok(Some(Arg::Long(name))) => match (known(VALUED, name), known(FLAGS, name)) {
                    (Some(option), _) => {
                        parser.value().and_then(ValueExt::string).and_then(|value| {
                            // `--csv --json` forgot the file: none shall be named so.
                            if value.strip_prefix("--").is_some_and(is_option) {
                                return Err(Error::MissingValue {
                                    option: Some(format!("--{option}")),
                                });
                            }
                            words.options.push((option, value));
                            Ok(())
                        })
                    }
                    (None, Some(option)) => {
                        words.options.push((option, String::new()));
                        Ok(())
                    }
                    (None, None) => Err(Arg::Long(name).unexpected()),
                },
                Ok(Some(other)) => Err(other.unexpected()),
                Err(error) => Err(error),
            };
            if let Err(error) = next {
                problems.push(Problem::new("arguments", error.to_string()));
            }
        }
    }

    /// Whether an option stands there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(option, _)| *option == name)
    }

    /// The values of an option, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let those = self.options.iter().filter(move |(option, _)| *option == name);
        those.map(|(_, value)| value.as_str())
    }

    /// The last value of an option: the later word counts.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&str> {
        let mut those = self.options.iter().rev().filter(|(option, _)| *option == name);
        those.next().map(|(_, value)| value.as_str())
    }

    /// The keys of the settings given with `--set`.
    pub fn sets(&self) -> impl Iterator<Item = &str> {
        self.all("set").filter_map(|set| set.split_once('=')).map(|(key, _)| key)
    }

    /// Names options that a command does not take.
    pub fn only(&self, command: &str, known: &[&str], problems: &mut Vec<Problem>) {
        for (option, _) in self.options.iter().filter(|(option, _)| !known.contains(option)) {
            let what = format!("millionth {command} does not take it");
            problems.push(Problem::new(format!("--{option}"), what));
        }
    }

    /// How many runs at once.
    pub fn jobs(&self, problems: &mut Vec<Problem>) -> Option<usize> {
        self.whole("jobs", 1..=MOST_JOBS, problems).map(|jobs| jobs as usize)
    }

    /// A whole number.
    pub fn whole(
        &self,
        name: &str,
        range: RangeInclusive<u64>,
        problems: &mut Vec<Problem>,
    ) -> Option<u64> {
        let text = self.last(name)?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = range.into_inner();
            let what = format!("{} is not a whole number from {least} to {most}", quoted(text));
            problems.push(Problem::new(format!("--{name}"), what));
        }
        number
    }
}
