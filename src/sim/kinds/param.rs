//! One row per setting. The panel, the validation, the link, the file and the docs all read these
//! rows; nothing about a setting is written anywhere else.

use serde::Serialize;

/// A setting: its name in links and files, how it is shown, what it may be.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Param {
    /// Name within its part, as in `web.servers`.
    pub key: &'static str,
    /// Label shown to people.
    pub label: &'static str,
    /// Unit, empty for a plain number.
    pub unit: &'static str,
    /// What values it may take.
    pub domain: Domain,
    /// Value where a scenario says nothing: a number, the index of a choice, or 0 and 1.
    pub default: f64,
    /// What it means, in a sentence or two, with the source of the default where there is one.
    pub help: &'static str,
}

/// What values a setting may take.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    /// A real number between two bounds.
    Number {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Whether a slider moves over it by factors rather than by steps.
        logarithmic: bool,
    },
    /// A whole number between two bounds.
    Count {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Whether a slider moves over it by factors rather than by steps.
        logarithmic: bool,
    },
    /// One of several names: the name in links, and the name shown.
    Choice(&'static [(&'static str, &'static str)]),
    /// On or off.
    Switch,
    /// A list of numbers, each between two bounds; empty where the scenario says nothing.
    List {
        /// Smallest element.
        min: f64,
        /// Largest element.
        max: f64,
        /// Longest list.
        longest: usize,
    },
}

impl Param {
    const fn new(
        key: &'static str,
        label: &'static str,
        domain: Domain,
        default: f64,
        help: &'static str,
    ) -> Self {
        Self { key, label, unit: "", domain, default, help }
    }

    /// A row for a real number.
    #[must_use]
    pub const fn number(
        key: &'static str,
        label: &'static str,
        (min, default, max): (f64, f64, f64),
        help: &'static str,
    ) -> Self {
        Self::new(key, label, Domain::Number { min, max, logarithmic: false }, default, help)
    }

    /// A row for a whole number.
    #[must_use]
    pub const fn count(
        key: &'static str,
        label: &'static str,
        (min, default, max): (u32, u32, u32),
        help: &'static str,
    ) -> Self {
        let domain = Domain::Count { min: min as f64, max: max as f64, logarithmic: false };
        Self::new(key, label, domain, default as f64, help)
    }

    /// A row for a choice; the default is an index into `names`.
    #[must_use]
    pub const fn choice(
        key: &'static str,
        label: &'static str,
        names: &'static [(&'static str, &'static str)],
        default: usize,
        help: &'static str,
    ) -> Self {
        Self::new(key, label, Domain::Choice(names), default as f64, help)
    }

    /// A row for a switch.
    #[must_use]
    pub const fn switch(
        key: &'static str,
        label: &'static str,
        on: bool,
        help: &'static str,
    ) -> Self {
        Self::new(key, label, Domain::Switch, if on { 1.0 } else { 0.0 }, help)
    }

    /// A row for a list, empty by default.
    #[must_use]
    pub const fn list(
        key: &'static str,
        label: &'static str,
        (min, max, longest): (f64, f64, usize),
        help: &'static str,
    ) -> Self {
        Self::new(key, label, Domain::List { min, max, longest }, 0.0, help)
    }

    /// The same row with a unit.
    #[must_use]
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// The same row with a slider that moves by factors.
    #[must_use]
    pub const fn logarithmic(mut self) -> Self {
        self.domain = match self.domain {
            Domain::Number { min, max, .. } => Domain::Number { min, max, logarithmic: true },
            Domain::Count { min, max, .. } => Domain::Count { min, max, logarithmic: true },
            other => other,
        };
        self
    }

    /// The value where a scenario says nothing.
    #[must_use]
    pub const fn initial(&self) -> Value {
        match self.domain {
            Domain::List { .. } => Value::List(Vec::new()),
            _ => Value::Number(self.default),
        }
    }

    /// Reads a value from text: a number, the name of a choice, `on` or `off`, or numbers separated
    /// by commas. A value out of range is brought into range, with a sentence that says so.
    ///
    /// # Errors
    /// A sentence when the text is no value of this setting at all.
    pub fn read(&self, text: &str) -> Result<(Value, Option<String>), String> {
        match self.domain {
            Domain::Choice(names) => {
                let index = names.iter().position(|(name, _)| *name == text);
                index.map(|i| (Value::Number(i as f64), None)).ok_or_else(|| {
                    let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                    format!("{} is not one of {}", quoted(text), names.join(", "))
                })
            }
            Domain::Switch => match text {
                "on" | "true" | "1" => Ok((Value::Number(1.0), None)),
                "off" | "false" | "0" => Ok((Value::Number(0.0), None)),
                _ => Err(format!("{} is neither on nor off", quoted(text))),
            },
            Domain::Number { .. } | Domain::Count { .. } => {
                let number = read_number(text)?;
                Ok(self.fit(Value::Number(number)))
            }
            Domain::List { longest, .. } => {
                if text.is_empty() {
                    return Ok((Value::List(Vec::new()), None));
                }
                let mut numbers = Vec::new();
                for item in text.split(',').take(longest + 1) {
                    numbers.push(read_number(item)?);
                }
                Ok(self.fit(Value::List(numbers)))
            }
        }
    }

    /// Brings a value into range; the sentence says what was changed.
    #[must_use]
    pub fn fit(&self, value: Value) -> (Value, Option<String>) {
        match (self.domain, value) {
            (Domain::Number { min, max, .. }, Value::Number(x)) => {
                let fitted = x.clamp(min, max);
                (Value::Number(fitted), (fitted != x).then(|| out_of_range(x, min, max)))
            }
            (Domain::Count { min, max, .. }, Value::Number(x)) => {
                let fitted = libm::round(x.clamp(min, max));
                (Value::Number(fitted), (fitted != x).then(|| out_of_range(x, min, max)))
            }
            (Domain::Choice(names), Value::Number(x)) => {
                (Value::Number(libm::round(x.clamp(0.0, names.len() as f64 - 1.0))), None)
            }
            (Domain::Switch, Value::Number(x)) => {
                (Value::Number(if x == 0.0 { 0.0 } else { 1.0 }), None)
            }
            (Domain::List { min, max, longest }, Value::List(mut items)) => {
                let mut said = None;
                if items.len() > longest {
                    items.truncate(longest);
                    said = Some(format!("only the first {longest} numbers count"));
                }
                for item in &mut items {
                    let fitted = item.clamp(min, max);
                    if fitted != *item {
                        said = Some(out_of_range(*item, min, max));
                    }
                    *item = fitted;
                }
                (Value::List(items), said)
            }
            (_, value) => (self.initial(), Some(format!("{value:?} is of another kind"))),
        }
    }

    /// Writes a value the way [`Param::read`] reads it.
    #[must_use]
    pub fn write(&self, value: &Value) -> String {
        match (self.domain, value) {
            (Domain::Choice(names), Value::Number(x)) => {
                names.get(*x as usize).map_or_else(String::new, |(name, _)| (*name).to_owned())
            }
            (Domain::Switch, Value::Number(x)) => (if *x == 0.0 { "off" } else { "on" }).to_owned(),
            (_, Value::Number(x)) => write_number(*x),
            (_, Value::List(items)) => {
                items.iter().map(|x| write_number(*x)).collect::<Vec<_>>().join(",")
            }
        }
    }

    /// The range in words, for help texts.
    #[must_use]
    pub fn range_text(&self) -> String {
        match self.domain {
            Domain::Number { min, max, .. } => format!("{min} to {max}"),
            Domain::Count { min, max, .. } => format!("{min} to {max}, whole"),
            Domain::Choice(names) => {
                names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | ")
            }
            Domain::Switch => "on | off".to_owned(),
            Domain::List { min, max, longest } => {
                format!("up to {longest} numbers of {min} to {max}, separated by commas")
            }
        }
    }
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, the index of a choice, or 0 and 1 for off and on.
    Number(f64),
    /// A list of numbers.
    List(Vec<f64>),
}

/// Text from outside, shortened and in quotes, fit to stand in a sentence.
#[must_use]
pub fn quoted(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    let dots = if text.chars().count() > 40 { "…" } else { "" };
    format!("“{short}{dots}”")
}

/// Longest text of a number, in bytes.
const LONGEST_NUMBER: usize = 40;

/// A number as text that can be read again: with an exponent where it would be too long.
fn write_number(x: f64) -> String {
    let text = x.to_string();
    if text.len() <= LONGEST_NUMBER { text } else { format!("{x:e}") }
}

fn read_number(text: &str) -> Result<f64, String> {
    if text.len() > LONGEST_NUMBER {
        return Err(format!("{} is too long for a number", quoted(text)));
    }
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("{} is not a number", quoted(text))),
    }
}

fn out_of_range(x: f64, min: f64, max: f64) -> String {
    format!("{x} is outside {min} to {max}")
}

/// The values of all settings of one part, in the order of its kind's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    values: Vec<Value>,
}

impl Spec {
    /// All settings at their defaults.
    #[must_use]
    pub fn new(params: &[Param]) -> Self {
        Self { values: params.iter().map(Param::initial).collect() }
    }

    /// The value at a row.
    #[must_use]
    pub fn value(&self, row: usize) -> &Value {
        &self.values[row]
    }

    /// Puts a value at a row; the caller has fitted it.
    pub fn put(&mut self, row: usize, value: Value) {
        self.values[row] = value;
    }

    /// The number at a row; 0 for a list.
    #[must_use]
    pub fn number(&self, row: usize) -> f64 {
        match &self.values[row] {
            Value::Number(x) => *x,
            Value::List(_) => 0.0,
        }
    }

    /// The whole number, or the index of the choice, at a row.
    #[must_use]
    pub fn count(&self, row: usize) -> usize {
        self.number(row) as usize
    }

    /// Whether the switch at a row is on.
    #[must_use]
    pub fn is_on(&self, row: usize) -> bool {
        self.number(row) != 0.0
    }

    /// The list at a row; empty for a number.
    #[must_use]
    pub fn list(&self, row: usize) -> &[f64] {
        match &self.values[row] {
            Value::Number(_) => &[],
            Value::List(items) => items,
        }
    }
}

/// Declares the settings of a kind: an enum that names the rows, and the rows themselves.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident = $param:expr;)*) => {
        /// Names of the rows of [`PARAMS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Setting { $(#[doc = "Row of the setting; its help says what it means."] $name),* }
        /// The settings of this kind.
        pub const PARAMS: &[$crate::kinds::param::Param] = &[$($param),*];
    };
}
pub(crate) use settings;

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Param = Param::count("size", "Size", (1, 2, 8), "");
    const SHARE: Param = Param::number("share", "Share", (0.0, 0.5, 1.0), "");
    const COLOUR: Param = Param::choice("colour", "", &[("red", "Red"), ("blue", "Blue")], 0, "");
    const WEIGHTS: Param = Param::list("weights", "", (1.0, 9.0, 3), "");

    #[test]
    fn reading_is_total_and_names_what_is_wrong() {
        let cases: [(Param, &str, &str); 9] = [
            (SIZE, "4", "4"),
            (SIZE, "99", "8; 99 is outside 1 to 8"),
            (SIZE, "x", "“x” is not a number"),
            (SIZE, "nan", "“nan” is not a number"),
            (SHARE, "0.25", "0.25"),
            (COLOUR, "blue", "blue"),
            (COLOUR, "<b>", "“<b>” is not one of red, blue"),
            (WEIGHTS, "5,1,1", "5,1,1"),
            (WEIGHTS, "5,1,1,1", "5,1,1; only the first 3 numbers count"),
        ];
        for (param, text, expected) in cases {
            let got = match param.read(text) {
                Ok((value, None)) => param.write(&value),
                Ok((value, Some(said))) => format!("{}; {said}", param.write(&value)),
                Err(said) => said,
            };
            assert_eq!(got, expected);
        }
    }
}
