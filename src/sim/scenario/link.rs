//! The readable form of a scenario that stands in a page's address: `?stage=3#v=1&web.servers=6`.
//! The reader is total: it bounds what it reads, and names every problem at once.

use super::base::{self, Words};
use super::check;
use super::fault::seconds;
use super::migrate::{self, MODEL, Pairs};
use super::{Change, Check, MOST_FAULTS, PresentFault, Problem, Scenario};
use crate::kinds::param::quoted;
use crate::sorting;
use crate::units::{SimTime, Span};

pub use super::migrate::VERSION;
/// Keys that concern the page alone and may stand in any link.
pub const PAGE_KEYS: [&str; 10] =
    ["theme", "motion", "embed", "run", "stages", "controls", "lock", "panel", "links", "lang"];
/// Longest text that is read, in bytes: twice what is written for two lists of 500 servers and as
/// many faults as there may be.
pub const LONGEST: usize = 1 << 17;
/// Most pairs that are read: more than a scenario of all parts in all sites can have that differs
/// in every setting, which a test counts.
pub(super) const MOST_PAIRS: usize = 8_192;
/// Most problems that are named.
pub(super) const MOST_PROBLEMS: usize = 50;

/// A scenario read from a link, and what was wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What could be made of it.
    pub scenario: Scenario,
    /// What was ignored or changed.
    pub problems: Vec<Problem>,
    /// Keys that say nothing of a scenario: of later versions, of the page, or misspelt.
    pub unknown: Vec<String>,
    /// What is worth knowing though nothing is wrong: made with another revision of the model.
    pub notes: Vec<Problem>,
}

impl Reading {
    /// All that is wrong, keys included that neither a scenario nor the page knows.
    #[must_use]
    pub fn wrong(&self) -> Vec<Problem> {
        let strange = self.unknown.iter().filter(|key| !PAGE_KEYS.contains(&key.as_str()));
        let strange =
            strange.map(|key| Problem::new("link", format!("{} is not a key", quoted(key))));
        self.problems.iter().cloned().chain(strange).collect()
    }

    /// The same, and what is worth knowing.
    #[must_use]
    pub fn all_problems(&self) -> Vec<Problem> {
        let mut all = self.wrong();
        all.extend(self.notes.iter().cloned());
        all
    }
}

/// Writes the query part, without the question mark: what the scenario starts from.
#[must_use]
pub fn write_query(scenario: &Scenario) -> String {
    let words = Words::of(scenario);
    let mut pairs = Vec::new();
    let lists = [("add", &words.add), ("drop", &words.drop)];
    let one = [("stage", &words.stage), ("preset", &words.preset)];
    pairs.extend(one.into_iter().filter_map(|(k, v)| Some(format!("{k}={}", v.as_ref()?))));
    pairs.extend(words.parts.map(|parts| format!("parts={}", parts.join(","))));
    let said = lists.into_iter().filter(|(_, list)| !list.is_empty());
    pairs.extend(said.map(|(key, list)| format!("{key}={}", list.join(","))));
    pairs.extend(words.sites.map(|sites| format!("sites={sites}")));
    pairs.extend(words.timeline.map(|whose| format!("timeline={whose}")));
    pairs.join("&")
}

/// Writes the fragment, without its mark: the version and all that differs.
#[must_use]
pub fn write_fragment(scenario: &Scenario) -> String {
    let model = if MODEL == 1 { String::new() } else { format!("&m={MODEL}") };
    let mut text = format!("v={VERSION}{model}");
    for (key, value) in scenario.settings() {
        text.push_str(&format!("&{key}={value}"));
    }
    if !scenario.has_base_timeline() {
        for change in &scenario.changes {
            text.push_str(&format!("&at={}", write_change(change)));
        }
        for fault in PresentFault::write_all(&scenario.faults) {
            text.push_str(&format!("&fault={fault}"));
        }
    }
    for check in &scenario.checks {
        text.push_str(&format!("&check={}", check.write_for_link()));
    }
    if scenario.seed != 1 {
        text.push_str(&format!("&seed={}", scenario.seed));
    }
    text
}

/// Writes the whole link, from the question mark on.
#[must_use]
pub fn write(scenario: &Scenario) -> String {
    format!("?{}#{}", write_query(scenario), write_fragment(scenario))
}

/// Reads a link or any end of one: everything up to a question mark or hash is ignored, and each
/// key counts in the query and in the fragment alike. An address without either says nothing.
#[must_use]
pub fn read(link: &str) -> Reading {
    let mut problems = Vec::new();
    let mut text = link;
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        text = &text[..end];
        problems.push(Problem::new("link", format!("only the first {LONGEST} bytes were read")));
    }
    let nothing = if text.contains("://") { text.len() } else { 0 };
    let start = text.find(['?', '#']).map_or(nothing, |at| at + 1);
    let pairs: Pairs = text[start..]
        .split(['&', '#', '?'])
        .filter(|pair| !pair.is_empty())
        .take(MOST_PAIRS)
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect();
    let mut reading = read_pairs(pairs);
    problems.append(&mut reading.problems);
    reading.problems = problems;
    reading
}

/// Reads what a link or a file says, of any version.
pub(super) fn read_pairs(mut pairs: Pairs) -> Reading {
    let mut problems = Vec::new();
    let notes = migrate::migrate(&mut pairs, &mut problems).into_iter().collect();
    let mut unknown = Vec::new();
    let mut scenario = words(&pairs).scenario(&mut problems);
    for (key, value) in &pairs {
        let outcome = match key.as_str() {
            key if base::KEYS.contains(&key) => Ok(None),
            // Keys of later versions and of the page itself are none of a scenario's business.
            key if !OWN_KEYS.contains(&key) && !key.contains('.') => {
                if unknown.len() < MOST_PROBLEMS {
                    unknown.push(key.to_owned());
                }
                Ok(None)
            }
            key => take(&mut scenario, key, value),
        };
        if let Ok(Some(problem)) | Err(problem) = outcome
            && problems.len() < MOST_PROBLEMS
        {
            problems.push(problem);
        }
    }
    problems.extend(scenario.drop_faults_of_nothing());
    problems.truncate(MOST_PROBLEMS);
    let mut named = Vec::new();
    problems.retain(|problem| {
        !named.contains(problem) && {
            named.push(problem.clone());
            true
        }
    });
    sorting::by(&mut unknown, Ord::cmp);
    unknown.dedup();
    Reading { scenario, problems, unknown, notes }
}

/// Keys besides those of settings and of what a scenario starts from.
const OWN_KEYS: [&str; 4] = ["at", "fault", "check", "seed"];

/// Takes one pair into a scenario; says what was brought into range.
fn take(scenario: &mut Scenario, key: &str, value: &str) -> Result<Option<Problem>, Problem> {
    let named = |what| Problem::new(key, what);
    match key {
        "at" => return scenario.plan(read_change(value).map_err(named)?),
        "seed" => {
            let wrong = |_| named(format!("{} is not a whole number", quoted(value)));
            scenario.seed = value.parse::<u64>().map_err(wrong)?;
        }
        "fault" => {
            let faults = PresentFault::read_all(value).map_err(named)?;
            let said = faults.first().and_then(|fault| fault.ranged(value));
            if scenario.faults.len() + faults.len() > MOST_FAULTS {
                return Err(named(format!("only {MOST_FAULTS} faults are read")));
            }
            faults.into_iter().for_each(|fault| scenario.fail(fault));
            return Ok(said);
        }
        "check" if scenario.checks.len() >= check::MOST => {
            return Err(named(format!("only {} checks are read", check::MOST)));
        }
        "check" => {
            let check = Check::read(value).map_err(named)?;
            if !scenario.checks.contains(&check) {
                scenario.checks.push(check);
            }
        }
        key => return scenario.set(key, value),
    }
    Ok(None)
}

/// The words of a link that say what the scenario starts from.
fn words(pairs: &[(String, String)]) -> Words {
    let last = |name: &str| pairs.iter().rev().find(|(key, _)| key == name).map(|(_, v)| v.clone());
    let list = |name: &str| {
        let names = last(name)?;
        Some(names.split(',').filter(|n| !n.is_empty()).take(100).map(ToOwned::to_owned).collect())
    };
    Words {
        stage: last("stage"),
        preset: last("preset"),
        parts: list("parts"),
        add: list("add").unwrap_or_default(),
        drop: list("drop").unwrap_or_default(),
        sites: last("sites"),
        timeline: last("timeline"),
    }
}

/// Writes a change the way [`read_change`] reads it.
#[must_use]
pub fn write_change(change: &Change) -> String {
    format!("{}:{}={}", change.at.seconds(), change.key, change.value)
}

/// Reads a change of a setting at a time: `60:web.servers=8`.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn read_change(text: &str) -> Result<Change, String> {
    let read = || {
        let (at, set) = text.split_once(':')?;
        let (key, value) = set.split_once('=')?;
        let at = SimTime::ZERO.after(Span::from_seconds(seconds(at)?));
        Some(Change { at, key: key.to_owned(), value: value.to_owned() })
    };
    read().ok_or_else(|| format!("{} is not a change such as 60:web.servers=8", quoted(text)))
}

/// Undoes percent-encoding; what is not valid stays as it stands.
#[must_use]
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let hex = hex.and_then(|two| core::str::from_utf8(two).ok());
        match (bytes[at], hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::presets;
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn a_link_says_only_what_differs_and_brings_it_back() {
        let mut scenario = presets::stage(3);
        for (key, value) in
            [("web.servers", "6"), ("lb.algorithm", "two-choices"), ("web.sizes", "1,2,4")]
        {
            assert_eq!(scenario.set(key, value), Ok(None));
        }
        scenario.fail(PresentFault::read("kill.web.2").expect("is a fault"));
        scenario.seed = 9;
        let text = write(&scenario);
        assert_eq!(
            text,
            "?stage=3#v=1&lb.algorithm=two-choices&web.servers=6&web.sizes=1,2,4\
             &fault=kill.web.2&seed=9"
        );
        assert_eq!(
            read(&text),
            Reading {
                scenario: scenario.clone(),
                problems: vec![],
                unknown: vec![],
                notes: vec![]
            }
        );
        let encoded = format!("https://a.example/x/{}", text.replace(',', "%2C").replace('#', "&"));
        assert_eq!(read(&encoded).scenario, scenario);
    }

    #[test]
    fn the_longest_links_and_the_smallest_numbers_come_back() {
        let mut scenario = presets::stage(3);
        let list: Vec<String> = (0..500).map(|i| (1.0 + f64::from(i) / 7.0).to_string()).collect();
        for (key, value) in [("web.servers", "500"), ("clients.timeout_s", "1e-50")] {
            assert_eq!(scenario.set(key, value), Ok(None));
        }
        for key in ["web.sizes", "lb.weights"] {
            assert_eq!(scenario.set(key, &list.join(",")), Ok(None));
        }
        for server in 1..=500 {
            for fault in ["kill.web", "slow2.718281828459045.cache"] {
                let fault = format!("{fault}.{server}");
                scenario.fail(PresentFault::read(&fault).expect("is a fault"));
            }
        }
        let text = write(&scenario);
        assert!(text.len() < LONGEST / 2, "{}", text.len());
        let expected = Reading { scenario, problems: vec![], unknown: vec![], notes: vec![] };
        assert_eq!(read(&text), expected);
    }

    #[test]
    fn problems_are_named_all_at_once() {
        let reading =
            read("?stage=77#v=8&web.servers=-3&web.moon=1&lb.latency_ms=1&fault=x&seed=q&later=1");
        let said: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "v: is 8: version 1 is read here, and what is newer is passed over",
                "stage: “77” is not a stage from 1 to 9",
                "web.servers: -3 is outside 1 to 500; the nearest is 1",
                "web.moon: there is no setting “web.moon”",
                "lb.latency_ms: this scenario has no part “lb”",
                "fault: “x” is not a fault such as kill.web.2 or slow5.db@60for30",
                "seed: “q” is not a whole number",
            ]
        );
    }

    #[test]
    fn what_is_planned_out_of_range_is_brought_into_it_and_named() {
        let reading = read("?stage=3#at=9:web.servers=900&fault=errors5.web.1@9&fault=slow0.5.db");
        let said: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
        let expected = [
            "web.servers: 900 is outside 1 to 500; the nearest is 500",
            "fault: “errors5.web.1@9” is out of range; the nearest is errors1",
            "fault: “slow0.5.db” is out of range; the nearest is slow1",
        ];
        assert_eq!(said, expected);
        let text = write(&reading.scenario);
        assert!(text.ends_with("at=9:web.servers=500&fault=errors1.web.1@9&fault=slow1.db"));
        for good in ["slow2.50.web.1", "errors0.25.web@60for30", "purge.cdn", "purge0.3.cdn"] {
            assert_eq!(
                PresentFault::read(good).map(|fault| fault.ranged(good)),
                Ok(None),
                "{good}"
            );
        }
    }

    #[test]
    fn an_address_alone_is_no_complaint() {
        for address in ["https://a.example/", "http://127.0.0.1:8080/index.html", ""] {
            assert_eq!(read(address).all_problems(), [], "{address}");
        }
        assert_eq!(read("web.moon=1").problems.len(), 1);
        let two = read("?stage=2&preset=retry-storm").problems;
        assert!(two.len() == 1 && two[0].what.contains("only one of"), "{two:?}");
    }

    #[test]
    fn any_text_at_all_is_read_without_panic_and_what_is_written_reads_back() {
        let good =
            "?stage=3#v=1&web.servers=6&web.sizes=1,2&fault=kill.web.2&seed=9&clients.rate=450";
        let draws = Stream::new(5, 0, Purpose::Hash);
        for i in 0..20_000 {
            let mut draw = draws.at(i);
            let mut bytes = good.as_bytes().to_vec();
            for _ in 0..=draw.below(4) {
                let place = draw.below(bytes.len() as u32) as usize;
                match draw.below(4) {
                    0 => bytes.truncate(place.max(1)),
                    1 => bytes[place] = draw.below(256) as u8,
                    2 => bytes.insert(place, b"=&#?%.,9e"[draw.below(9) as usize]),
                    _ => bytes.rotate_left(place),
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            let reading = read(&text);
            let again = read(&write(&reading.scenario));
            assert_eq!(again.problems, [], "{text}");
            assert_eq!(again.scenario, reading.scenario, "{text}");
        }
    }
}
