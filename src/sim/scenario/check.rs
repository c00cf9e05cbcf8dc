//! What a scenario claims of itself, as plain data: `p99 of reads < 200 ms after 60 s`. Here is the
//! grammar, for files and links; what a metric is, and whether a claim holds, is known to
//! [`crate::analysis::check`].

use super::fault::seconds;
use crate::kinds::param::quoted;
use crate::units::{SimTime, Span};

/// How a figure is compared with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Less.
    Below,
    /// Less or the same.
    AtMost,
    /// More.
    Above,
    /// More or the same.
    AtLeast,
    /// The same.
    Is,
    /// Not the same.
    IsNot,
}

/// Signs in files, and the words for them, which need no escapes in links.
const SIGNS: [(Sign, &str, &str); 6] = [
    (Sign::AtMost, "<=", "at-most"),
    (Sign::AtLeast, ">=", "at-least"),
    (Sign::IsNot, "!=", "is-not"),
    (Sign::Below, "<", "below"),
    (Sign::Above, ">", "above"),
    (Sign::Is, "=", "is"),
];

/// A point of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub enum Moment {
    /// Simulated time since the run began.
    At(SimTime),
    /// A fault as in links, or the name of a setting that changes.
    Event(String),
}

/// The stretch of the run that a claim is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// All that is measured: the run without its warm-up.
    Whole,
    /// From a moment to the end; of a fault, from its end.
    After(Moment),
    /// From the end of the warm-up to a moment; of a fault, to its start.
    Before(Moment),
    /// Between two moments.
    Between(Moment, Moment),
    /// While a fault lasts.
    During(String),
}

/// A claim, understood as far as its words go.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Name of the metric, or of something that a part counts.
    pub metric: String,
    /// Part, class or region; empty for the whole system.
    pub of: String,
    /// How the figure is compared.
    pub sign: Sign,
    /// With what.
    pub bound: f64,
    /// The unit of that; empty where none is given.
    pub unit: String,
    /// When.
    pub phase: Phase,
}

/// Longest text of a claim, in bytes.
pub const LONGEST: usize = 200;
/// Most claims in a scenario.
pub const MOST: usize = 50;

impl Check {
    /// Reads a claim, in the form of files or of links.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("{} is longer than {LONGEST} bytes", quoted(text)));
        }
        let words = words(text);
        let check = Self::parse(&words).map_err(|what| format!("{}: {what}", quoted(text)))?;
        // Signs in words are longer: both forms have to be read again.
        let longest = check.write().len().max(check.write_for_link().len());
        if longest > LONGEST {
            return Err(format!("{} is too long to be written", quoted(text)));
        }
        Ok(check)
    }

    fn parse(words: &[String]) -> Result<Self, &'static str> {
        let place = words.iter().position(|word| sign(word).is_some());
        let place = place.ok_or("has no sign such as < or >=, as in p99 of reads < 200 ms")?;
        let (metric, of) = subject(&words[..place])?;
        let mut rest = words[place + 1..].iter().map(String::as_str).peekable();
        let (bound, mut unit) = rest.next().and_then(quantity).ok_or("has no number to keep to")?;
        if unit.is_empty() && rest.peek().is_some_and(|word| is_unit(word)) {
            unit = rest.next().unwrap_or_default().to_owned();
        }
        let rest: Vec<&str> = rest.collect();
        let phase = phase(&rest)?;
        let sign = sign(&words[place]).ok_or("has no sign")?;
        Ok(Self { metric, of, sign, bound, unit, phase })
    }

    /// Writes it as files have it.
    #[must_use]
    pub fn write(&self) -> String {
        let name = if self.metric.contains('.') {
            self.metric.clone()
        } else {
            self.metric.replace('_', " ")
        };
        self.with(&name, " ", self.sign.symbol(), &self.unit, " ")
    }

    /// Writes it as links have it: no character that an address would escape.
    #[must_use]
    pub fn write_for_link(&self) -> String {
        let unit = if self.unit == "%" { "pct" } else { &self.unit };
        let text = self.with(&self.metric, "", self.sign.word(), unit, " ");
        text.replace(' ', "+")
    }

    fn with(&self, name: &str, before_unit: &str, sign: &str, unit: &str, gap: &str) -> String {
        let mut text = name.to_owned();
        if !self.of.is_empty() {
            text.push_str(&format!("{gap}of{gap}{}", self.of));
        }
        text.push_str(&format!("{gap}{sign}{gap}{}", number(self.bound)));
        if !unit.is_empty() {
            text.push_str(&format!("{before_unit}{unit}"));
        }
        let moment = |moment: &Moment| match moment {
            Moment::At(at) => format!("{}{before_unit}s", at.seconds()),
            Moment::Event(event) => event.clone(),
        };
        match &self.phase {
            Phase::Whole => {}
            Phase::After(from) => text.push_str(&format!(" after {}", moment(from))),
            Phase::Before(to) => text.push_str(&format!(" before {}", moment(to))),
            Phase::Between(from, to) => {
                text.push_str(&format!(" from {} to {}", moment(from), moment(to)));
            }
            Phase::During(event) => text.push_str(&format!(" during {event}")),
        }
        text
    }
}

impl Sign {
    /// As in files.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        SIGNS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// As in links.
    #[must_use]
    pub fn word(self) -> &'static str {
        SIGNS.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }

    /// Whether a figure keeps to a bound.
    #[must_use]
    pub fn holds(self, figure: f64, bound: f64) -> bool {
        match self {
            Self::Below => figure < bound,
            Self::AtMost => figure <= bound,
            Self::Above => figure > bound,
            Self::AtLeast => figure >= bound,
            Self::Is => figure == bound,
            Self::IsNot => figure != bound,
        }
    }
}

fn sign(word: &str) -> Option<Sign> {
    SIGNS.iter().find(|row| row.1 == word || row.2 == word).map(|row| row.0)
}

/// The words of a claim: signs stand apart, `+` is a gap, and two words of a sign are one.
fn words(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    for c in text.replace('≤', "<=").replace('≥', ">=").replace("==", "=").chars() {
        let is_sign = "<>=!".contains(c);
        let was_sign = spaced.ends_with(['<', '>', '=', '!']);
        if is_sign != was_sign && !(c == '=' && was_sign) {
            spaced.push(' ');
        }
        spaced.push(if c == '+' { ' ' } else { c });
    }
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split_whitespace() {
        match (words.last_mut(), word) {
            (Some(last), "most" | "least") if last == "at" => *last = format!("at-{word}"),
            (Some(last), "not") if last == "is" => "is-not".clone_into(last),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Before the sign: the metric, and of what.
fn subject(words: &[String]) -> Result<(String, String), &'static str> {
    let place = words.iter().position(|word| ["of", "in"].contains(&word.as_str()));
    let (name, of) = match place {
        None => (words, ""),
        Some(place) => match &words[place + 1..] {
            [of] => (&words[..place], of.as_str()),
            _ => return Err("needs one part, class or region after “of”"),
        },
    };
    let metric = name.join("_");
    let is_bad = |word: &str| word.is_empty() || ["of", "in"].contains(&word);
    if metric.split('_').any(is_bad) || !is_name(&metric) {
        return Err("does not begin with the name of a metric");
    }
    if !of.is_empty() && !is_name(of) {
        return Err("names no part, class or region");
    }
    Ok((metric, of.to_owned()))
}

/// Whether a text is made of the characters that names have.
fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c))
}

fn is_unit(word: &str) -> bool {
    let is_phase = ["after", "before", "from", "during", "to"].contains(&word);
    !is_phase
        && !word.is_empty()
        && word.chars().all(|c| c.is_ascii_alphabetic() || "%/".contains(c))
}

/// A number with the unit that sticks to it: `200ms`, `99.9%`.
fn quantity(word: &str) -> Option<(f64, String)> {
    let ends = (1..=word.len().min(40)).rev().filter(|&end| word.is_char_boundary(end));
    // The longest beginning that is a number; one that is a word (inf, nan) is none.
    let is_number = |end: &usize| {
        let head = &word[..*end];
        !head.contains(|c: char| c.is_ascii_alphabetic() && c != 'e') && head.parse::<f64>().is_ok()
    };
    let end = ends.into_iter().find(is_number)?;
    let number = word[..end].parse::<f64>().ok().filter(|x| x.is_finite())?;
    let unit = match &word[end..] {
        "pct" | "percent" => "%",
        unit => unit,
    };
    (unit.is_empty() || is_unit(unit)).then(|| (number, unit.to_owned()))
}

fn phase(words: &[&str]) -> Result<Phase, &'static str> {
    const WRONG: &str = "ends with what is no time, such as after 60 s or during kill.web.2";
    match words {
        [] => Ok(Phase::Whole),
        ["after", rest @ ..] => moment(rest).map(Phase::After).ok_or(WRONG),
        ["before", rest @ ..] => moment(rest).map(Phase::Before).ok_or(WRONG),
        ["during", event] if is_event(event) => Ok(Phase::During((*event).to_owned())),
        ["from", rest @ ..] => {
            let place = rest.iter().position(|word| *word == "to").ok_or(WRONG)?;
            let (from, to) = (moment(&rest[..place]), moment(&rest[place + 1..]));
            from.zip(to).map(|(from, to)| Phase::Between(from, to)).ok_or(WRONG)
        }
        _ => Err(WRONG),
    }
}

fn is_event(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.contains('.') && is_name(word)
}

fn moment(words: &[&str]) -> Option<Moment> {
    let (word, apart) = match words {
        [word] => (*word, ""),
        [word, unit] => (*word, *unit),
        _ => return None,
    };
    if is_event(word) && apart.is_empty() {
        return Some(Moment::Event(word.to_owned()));
    }
    let (number, stuck) = quantity(word)?;
    let factor = match (stuck.as_str(), apart) {
        ("" | "s", "") | ("", "s") => 1.0,
        ("ms", "") | ("", "ms") => 1e-3,
        ("min", "") | ("", "min") => 60.0,
        ("h", "") | ("", "h") => 3_600.0,
        _ => return None,
    };
    let at = seconds(&(number * factor).to_string())?;
    Some(Moment::At(SimTime::ZERO.after(Span::from_seconds(at))))
}

/// A number that reads back the same, with an exponent where it would be too long.
fn number(x: f64) -> String {
    let text = x.to_string();
    if text.len() <= 20 { text } else { format!("{x:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_written_as_they_are_read_in_both_forms() {
        let cases = [
            (
                "p99 of reads < 200 ms after 60 s",
                "p99 of reads < 200 ms after 60 s",
                "p99+of+reads+below+200ms+after+60s",
            ),
            ("lost writes=0", "lost writes = 0", "lost_writes+is+0"),
            ("availability>=99.9 %", "availability >= 99.9 %", "availability+at-least+99.9pct"),
            (
                "errors in EU at most 1% from 1 min to 120s",
                "errors of EU <= 1 % from 60 s to 120 s",
                "errors+of+EU+at-most+1pct+from+60s+to+120s",
            ),
            (
                "counter.db.lost_writes is not 3 during kill.web.2",
                "counter.db.lost_writes != 3 during kill.web.2",
                "counter.db.lost_writes+is-not+3+during+kill.web.2",
            ),
            (
                "goodput ≥ 400 req/s before kill.db@60",
                "goodput >= 400 req/s before kill.db@60",
                "goodput+at-least+400req/s+before+kill.db@60",
            ),
        ];
        for (text, file, link) in cases {
            let check = Check::read(text).unwrap_or_else(|what| panic!("{what}"));
            assert_eq!((check.write().as_str(), check.write_for_link().as_str()), (file, link));
            assert_eq!(Check::read(file).as_ref(), Ok(&check));
            assert_eq!(Check::read(link).as_ref(), Ok(&check));
        }
    }

    #[test]
    fn what_is_no_claim_is_named() {
        let wrong = [
            "",
            "p99",
            "< 3",
            "p99 <",
            "p99 < fast",
            "p99 < inf",
            "p99 < 3 ms sometimes",
            "p99 < 3 ms after",
            "p99 < 3 ms from 4 s",
            "p99 < 3 ms after 9999999999 s",
            "p99 of < 3",
            "p99 of a b < 3",
            "p99 << 3",
            "<b>x</b> = 3",
            "p99 < 3 ms during 4",
            "é < 3",
        ];
        for text in wrong {
            assert!(Check::read(text).is_err(), "{text}");
        }
        assert!(Check::read(&"x".repeat(LONGEST + 1)).is_err());
        assert!(Check::read(&format!("{}>200", "x".repeat(LONGEST - 4))).is_err());
    }
}
