//! A fault of a scenario: what is wrong, where, when, for how long, and its text in links:
//! `kill.web.2`, `slow5.db@60`, `errors0.2.web@60for30`, `flush.cache@90`, `kill.db2` (site 2).

use super::{MOST_FAULTS, Problem, Scenario};
use crate::kinds::Kind;
use crate::kinds::behavior::Fault;
use crate::kinds::param::quoted;
use crate::units::{SimTime, Span};

/// A fault on a part, or on one of its servers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PresentFault {
    /// The part.
    pub kind: Kind,
    /// The site, counted from 0; all sites for `None`.
    pub site: Option<u8>,
    /// One of its servers, counted from 0; all of them for `None`.
    pub server: Option<usize>,
    /// What is wrong.
    pub fault: Fault,
    /// From when on.
    pub at: SimTime,
    /// For how long; for ever for `None`.
    pub lasts: Option<Span>,
}

/// Longest time of a timeline, in seconds: a week.
const LONGEST_S: f64 = 604_800.0;

impl Fault {
    /// Whether it befalls single servers, or all servers of a part.
    #[must_use]
    pub const fn is_of_servers(self) -> bool {
        matches!(self, Self::Kill | Self::Slow(_))
    }

    /// The word for it in links.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Slow(_) => "slow",
            Self::Errors(_) => "errors",
            Self::Cut => "cut",
            Self::Delay(_) => "delay",
            Self::Flush => "flush",
            Self::Purge(_) => "purge",
            Self::Expire => "expire",
            Self::Spike(_) => "spike",
            Self::Deploy => "deploy",
        }
    }

    /// Its number, for a fault that has one.
    #[must_use]
    pub const fn number(self) -> Option<f64> {
        match self {
            Self::Slow(x) | Self::Errors(x) | Self::Delay(x) | Self::Purge(x) | Self::Spike(x) => {
                Some(x)
            }
            _ => None,
        }
    }

    /// The fault of a word and a number; the number is brought into range.
    fn of(word: &str, number: Option<f64>) -> Option<Self> {
        match (word, number) {
            ("kill", None) => Some(Self::Kill),
            ("slow", Some(x)) => Some(Self::Slow(x.clamp(1.0, 1_000.0))),
            ("errors", Some(x)) => Some(Self::Errors(x.clamp(0.0, 1.0))),
            ("cut", None) => Some(Self::Cut),
            ("delay", Some(x)) => Some(Self::Delay(x.clamp(0.0, 60_000.0))),
            ("flush", None) => Some(Self::Flush),
            ("purge", None) => Some(Self::Purge(1.0)),
            ("purge", Some(x)) => Some(Self::Purge(x.clamp(0.0, 1.0))),
            ("expire", None) => Some(Self::Expire),
            ("spike", Some(x)) => Some(Self::Spike(x.clamp(0.0, 1_000.0))),
            ("deploy", None) => Some(Self::Deploy),
            _ => None,
        }
    }
}

impl PresentFault {
    /// The instant at which it ends, if it does.
    #[must_use]
    pub fn end(&self) -> Option<SimTime> {
        self.lasts.map(|lasts| self.at.after(lasts))
    }

    /// Whether it is present at an instant. An instant fault never is: it happens.
    #[must_use]
    pub fn is_present(&self, now: SimTime) -> bool {
        !self.fault.is_instant() && self.at <= now && self.end().is_none_or(|end| now < end)
    }

    /// Whether both are of one sort: both about dead or slow servers, or the same word.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        (self.fault.is_of_servers() && other.fault.is_of_servers())
            || self.fault.word() == other.fault.word()
    }

    /// Writes it the way [`PresentFault::read`] reads it, servers and sites counted from 1.
    #[must_use]
    pub fn write(&self) -> String {
        self.write_for(1)
    }

    /// Writes faults in their order the way [`PresentFault::read_all`] reads them: the same of
    /// servers in a row as one, since a tier of hundreds without one would be hundreds of texts.
    #[must_use]
    pub fn write_all(faults: &[Self]) -> Vec<String> {
        faults.chunk_by(Self::goes_on).map(|row| row[0].write_for(row.len())).collect()
    }

    /// Whether another is the same of the next server.
    #[must_use]
    pub fn goes_on(&self, other: &Self) -> bool {
        let next = self.server.map(|server| server + 1);
        next.is_some() && *other == Self { server: next, ..*self }
    }

    /// Writes it for so many servers in a row, of which it is the first's.
    #[must_use]
    pub fn write_for(&self, servers: usize) -> String {
        let number = self.fault.number().map_or_else(String::new, |x| x.to_string());
        let site = self.site.map_or_else(String::new, |site| (site + 1).to_string());
        let server = self.server.map_or_else(String::new, |server| match servers {
            1 => format!(".{}", server + 1),
            _ => format!(".{}-{}", server + 1, server + servers),
        });
        let at = if self.at == SimTime::ZERO && self.lasts.is_none() {
            String::new()
        } else {
            format!("@{}", self.at.seconds())
        };
        let lasts = self.lasts.map_or_else(String::new, |span| format!("for{}", span.seconds()));
        let (word, key) = (self.fault.word(), self.kind.key());
        format!("{word}{number}.{key}{site}{server}{at}{lasts}")
    }

    /// Reads a fault.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{} is not a fault such as kill.web.2 or slow5.db@60for30", quoted(text));
        Self::parse(text).filter(|(_, servers)| *servers == 1).map(|it| it.0).ok_or_else(wrong)
    }

    /// Reads a fault, or the same of several servers in a row: `kill.web.2-9`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read_all(text: &str) -> Result<Vec<Self>, String> {
        let Some((first, servers)) = Self::parse(text) else {
            return Self::read(text).map(|fault| vec![fault]);
        };
        let of = |n: usize| Self { server: first.server.map(|server| server + n), ..first };
        Ok((0..servers).map(of).collect())
    }

    /// Says where its number is not that of the text it was read from: it was out of range.
    #[must_use]
    pub fn ranged(&self, text: &str) -> Option<Problem> {
        let (word, number) = (self.fault.word(), self.fault.number()?);
        let end = text.find(&format!(".{}", self.kind.key()))?;
        let asked = text.get(word.len()..end)?.parse::<f64>().ok()?;
        let what = || format!("{} is out of range; the nearest is {word}{number}", quoted(text));
        (asked != number).then(|| Problem::new("fault", what()))
    }

    /// A fault, and how many servers in a row have it.
    fn parse(text: &str) -> Option<(Self, usize)> {
        let (text, time) = text.split_once('@').map_or((text, None), |(a, b)| (a, Some(b)));
        let (at, lasts) = match time.map(|time| time.split_once("for").unwrap_or((time, ""))) {
            None => (0.0, None),
            Some((at, "")) => (seconds(at)?, None),
            Some((at, lasts)) => (seconds(at)?, Some(seconds(lasts)?)),
        };
        // A number may itself contain a point: the part begins at the first letter after one.
        let mut points = text.match_indices('.').map(|(at, _)| at);
        let is_part = |at: &usize| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
        let point = points.find(is_part)?;
        let (what, place) = (&text[..point], &text[point + 1..]);
        let word = what.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = match &what[word.len()..] {
            "" => None,
            number => Some(number.parse::<f64>().ok().filter(|x| x.is_finite())?),
        };
        let fault = Fault::of(word, number)?;
        let (name, server) = match place.split_once('.') {
            None => (place, None),
            Some((name, server)) => {
                (name, Some(server.split_once('-').unwrap_or((server, server))))
            }
        };
        let key = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let site = match &name[key.len()..] {
            "" => None,
            site => Some(site.parse::<u8>().ok()?.checked_sub(1)?),
        };
        let number = |text: &str| usize::from(text.parse::<u16>().ok()?).checked_sub(1);
        let (server, servers) = match server {
            Some((first, last)) => {
                let first = number(first)?;
                (Some(first), number(last)?.checked_sub(first)? + 1)
            }
            None => (None, 1),
        };
        if servers > MOST_FAULTS {
            return None;
        }
        let at = SimTime::ZERO.after(Span::from_seconds(at));
        let lasts = lasts.filter(|_| !fault.is_instant()).map(Span::from_seconds);
        Some((Self { kind: Kind::by_key(key)?, site, server, fault, at, lasts }, servers))
    }
}

impl Scenario {
    /// Takes away faults of what does not exist or cannot fail so; says which.
    pub fn drop_faults_of_nothing(&mut self) -> Vec<Problem> {
        let faults = std::mem::take(&mut self.faults);
        let mut problems = Vec::new();
        for fault in faults {
            match self.refuses(&fault) {
                None => self.faults.push(fault),
                Some(why) => {
                    problems.push(Problem::new("fault", format!("{}: {why}", fault.write())));
                }
            }
        }
        problems
    }

    fn refuses(&self, fault: &PresentFault) -> Option<&'static str> {
        let servers = self.servers_at(fault.kind, fault.site);
        if !self.parts.iter().any(|part| part.kind == fault.kind) {
            return Some("there is no such part");
        }
        if fault.site.is_some_and(|site| site >= self.sites || fault.kind.is_global()) {
            return Some("there is no such site");
        }
        if !fault.kind.can(fault.fault) {
            return Some("this part cannot fail so");
        }
        // Errors of one web server and the flush of one cache node are known besides death.
        let is_of_one = match fault.fault {
            Fault::Errors(_) => fault.kind == Kind::WebTier,
            Fault::Flush => fault.kind == Kind::Cache,
            other => other.is_of_servers(),
        };
        let is_named = fault.server.is_some() || fault.fault.is_of_servers();
        if is_named && (servers <= fault.server.unwrap_or(0) || !is_of_one) {
            return Some("there is no such server");
        }
        None
    }
}

/// Seconds of a timeline.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let short = (text.len() <= 40).then_some(text)?;
    short.parse::<f64>().ok().filter(|s| (0.0..=LONGEST_S).contains(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_written_as_they_are_read() {
        let good = [
            "kill.web.2",
            "slow5.db",
            "slow2.5.web.1",
            "kill.dns",
            "kill.db2@60",
            "errors0.25.web@60for30",
            "cut.cache@0for1.5",
            "flush.cache@90",
            "spike3.clients@10for5",
            "kill.network2.1",
        ];
        for text in good {
            assert_eq!(PresentFault::read(text).map(|f| f.write()), Ok(text.to_owned()));
        }
        let bad = [
            "",
            "kill",
            "kill.web.0",
            "kill.moon",
            "slowx.db",
            "é.é",
            "kill5.web",
            "slow.db",
            "kill.web@",
            "kill.web@-1",
            "kill.web@1forx",
            "kill.web0",
            "kill.web@1for99999999",
            "kill.web.3-2",
            "kill.web.0-2",
            "kill.web.1-",
            "kill.web.1-2-3",
            "kill.web.1-2000",
        ];
        for text in bad {
            assert!(PresentFault::read(text).is_err(), "{text}");
            assert!(PresentFault::read_all(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_same_of_servers_in_a_row_is_one_text() {
        let all = |texts: &[&str]| -> Vec<PresentFault> {
            texts.iter().flat_map(|text| PresentFault::read_all(text).expect(text)).collect()
        };
        for texts in [
            &["kill.web.1", "kill.web.3-500", "slow5.web.501"][..],
            &["kill.web2.1-2@60for30", "kill.web2.3@60", "kill.web"],
            &["kill.web.2", "kill.web.1"],
        ] {
            let faults = all(texts);
            assert_eq!(PresentFault::write_all(&faults), texts);
        }
        assert_eq!(all(&["kill.web.3-500"]).len(), 498);
        assert!(PresentFault::read("kill.web.1-2").is_err(), "one fault is one server's");
    }
}
