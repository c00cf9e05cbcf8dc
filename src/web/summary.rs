//! What the figures say in words: the busiest part, and the state of all of it in a paragraph for
//! those who do not see the diagram.

mod place;

use super::view::format;
use crate::sim::analysis::names;
use crate::sim::analysis::settle::Settled;
use crate::sim::kinds::behavior::Fault;
use crate::sim::kinds::param::{Domain, Param, Spec, Value};
use crate::sim::kinds::{Kind, database, network};
use crate::sim::region::REGIONS;
use crate::sim::scenario::{Base, PresentFault, Scenario, presets};
use crate::sim::snapshot::{PartView, Snapshot};
pub use place::{numbered, numbered_now, place, place_now};

/// The part whose servers are used most, their role, and how much. Parts on another's machine are
/// seen there.
#[must_use]
pub fn busiest(figures: &Snapshot) -> Option<(&PartView, u8, f64)> {
    let own = figures.parts.iter().filter(|part| !part.guest && !part.servers.is_empty());
    let used = own.map(|part| {
        let (role, used) = names::busy(part);
        (part, role, used)
    });
    used.max_by(|a, b| a.2.total_cmp(&b.2))
}

/// The name of a class of requests, by its name in results.
#[must_use]
pub fn class_name(key: &str) -> &str {
    match key {
        "static" => "Static files",
        "read" => "Reads",
        "write" => "Writes",
        "job" => "Jobs",
        other => other,
    }
}

/// A part's name as people say it: a web tier that holds the database is the one machine of all.
#[must_use]
pub fn name(kind: Kind, scenario: &Scenario) -> &'static str {
    let is_guest = |spec: &Spec| spec.count(database::Setting::Place as usize) == 1;
    let is_one = kind == Kind::WebTier && scenario.spec(Kind::Database).is_some_and(is_guest);
    if is_one { "Server" } else { kind.label() }
}

/// The name in words of a part that figures and links call `web2`: with its site where there are
/// several.
#[must_use]
pub fn part_name(key: &str, scenario: &Scenario) -> String {
    let Ok((kind, site)) = scenario.find(key) else {
        return key.to_owned();
    };
    match site {
        Some(site) => format!("{} {}", name(kind, scenario), site_name(scenario, site)),
        None => name(kind, scenario).to_owned(),
    }
}

/// The same in few letters: the site by the code of its region.
#[must_use]
pub fn part_brief(key: &str, scenario: &Scenario) -> String {
    match scenario.find(key) {
        Ok((kind, Some(site))) => {
            let full = site_name(scenario, site);
            let code = REGIONS.iter().find(|region| region.name == full).map_or("", |r| r.code);
            format!("{} {code}", name(kind, scenario))
        }
        _ => part_name(key, scenario),
    }
}

/// The name of a site: that of its region.
#[must_use]
pub fn site_name(scenario: &Scenario, site: u8) -> &'static str {
    let row = network::Setting::Site as usize;
    let region = scenario.spec_at(Kind::Network, site).map_or(0, |spec| spec.count(row));
    REGIONS[region.min(REGIONS.len() - 1)].name
}

/// A text of the analysis with the names that the diagram has: sites by their regions, and the
/// server for the web tier where it holds all; and its large numbers as the page writes them.
#[must_use]
pub fn as_drawn(text: &str, scenario: &Scenario) -> String {
    let mut text = text.replace(Kind::WebTier.label(), name(Kind::WebTier, scenario));
    // From the last, so that site 1 does not take the beginning of site 12.
    for site in (0..scenario.sites).rev() {
        let region = site_name(scenario, site);
        text = text.replace(&format!(" of site {}", site + 1), &format!(" in {region}"));
        // A zone.
        text = text.replace(&format!("Site {}, ", site + 1), &format!("{region}, "));
    }
    rounded(&text)
}

/// A text with its large whole numbers rounded; those of four digits and shares only in groups.
fn rounded(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[at..].find(|c| !is_part(c)).map_or(rest.len(), |length| at + length);
        let number = rest[at..end].trim_end_matches('.');
        let after = &rest[at + number.len()..];
        said.push_str(&rest[..at]);
        match number.parse::<f64>() {
            Ok(x) if x >= 1e4 && !after.trim_start().starts_with('%') => {
                said.push_str(&format::count(x));
            }
            Ok(x) if x >= 1e3 => said.push_str(&format::grouped(x)),
            _ => said.push_str(number),
        }
        rest = after;
    }
    said + rest
}

/// The words of a figure that a part has for each site: "site 1 healthy", by the name of the site.
#[must_use]
pub fn site_words(words: &str, scenario: &Scenario) -> String {
    let number = words.strip_prefix("site ").and_then(|rest| rest.split_once(' '));
    match number.and_then(|(number, rest)| Some((number.parse::<u8>().ok()?, rest))) {
        Some((number, rest)) if number > 0 => {
            format!("{} {rest}", site_name(scenario, number - 1))
        }
        _ => words.to_owned(),
    }
}

/// While a cache is cold, this share or more of its entries came within so many seconds.
const COLD: f64 = 0.25;
const COLD_S: f64 = 10.0;

/// Whether a cache of these figures is still filling: much of what it has is new.
#[must_use]
pub fn is_cold(figures: &Snapshot, cache: &PartView) -> bool {
    let count = |name| names::counter(cache, name).unwrap_or(0) as f64;
    let entries = names::gauge(cache, "entries").unwrap_or(0.0);
    let gone = count("dropped") + count("evicted") + count("expired");
    let windows = (figures.window_s / COLD_S).max(1.0);
    entries > 0.0 && count("filled") - gone > COLD * entries * windows
}

/// The share of look-ups that find something, while any cache is still filling.
#[must_use]
pub fn cold_hits(figures: &Snapshot) -> Option<f64> {
    let caches = || figures.parts.iter().filter(|p| names::kind(&p.key) == Some(Kind::Cache));
    let count = |name: &str| caches().filter_map(|part| names::counter(part, name)).sum::<u64>();
    let (hits, misses) = (count("hits") as f64, count("misses") as f64);
    (hits + misses > 0.0 && caches().any(|part| is_cold(figures, part)))
        .then(|| hits / (hits + misses))
}

/// What passes by itself, in a word: data that is being moved between shards, or cold caches.
#[must_use]
pub fn passing(figures: &Snapshot) -> Option<&'static str> {
    let moved = |part: &PartView| names::gauge(part, "resharded").unwrap_or(0.0);
    if figures.parts.iter().any(|part| moved(part) > 0.0 && moved(part) < 1.0) {
        return Some("data is moving");
    }
    cold_hits(figures).map(|_| "caches are cold")
}

/// Whether more is answered than comes: what had piled up is being worked off.
#[must_use]
pub fn drains(figures: &Snapshot) -> bool {
    let (came, answered) = (figures.offered_rate(), figures.goodput());
    figures.window_s > 0.0 && (answered - came) * figures.window_s > 100.0 && answered > 1.1 * came
}

/// A setting's value as people read it: choices by their shown names, with the unit.
#[must_use]
pub fn value_text(param: &Param, value: &Value) -> String {
    let text = param.write(value);
    match param.domain {
        Domain::Choice(names) => {
            let named = names.iter().find(|(name, _)| *name == text);
            named.map_or(text, |(_, label)| (*label).to_owned())
        }
        Domain::List { .. } if text.is_empty() => "all alike".to_owned(),
        _ if param.unit.is_empty() => text,
        _ => format!("{text}\u{202f}{}", param.unit),
    }
}

/// What the scenario starts from: "Stage 3, Load balancer".
#[must_use]
pub fn base_name(scenario: &Scenario) -> String {
    match scenario.base {
        Base::Stage(number) => presets::STAGES
            .iter()
            .find(|stage| stage.number == number)
            .map_or_else(String::new, |stage| format!("Stage {number}, {}", stage.name)),
        Base::Preset(place) => presets::PRESETS[place as usize].name.to_owned(),
        Base::Parts => "Own parts".to_owned(),
    }
}

/// A fault in words: "Web server 2 is dead", with its time where it has one.
#[must_use]
pub fn fault_text(fault: &PresentFault, scenario: &Scenario) -> String {
    let at = fault.at.seconds();
    let from = if at > 0.0 {
        format!(" from {} s on", libm::round(at * 10.0) / 10.0)
    } else {
        String::new()
    };
    let text = fault_alone(fault, scenario);
    if fault.fault.is_instant() && at > 0.0 {
        return format!("{text} at {} s", libm::round(at * 10.0) / 10.0);
    }
    format!("{text}{from}")
}

/// A fault in words, without the time at which it begins.
#[must_use]
pub fn fault_alone(fault: &PresentFault, scenario: &Scenario) -> String {
    let until = fault.lasts.map_or_else(String::new, |span| format!(" for {} s", span.seconds()));
    if (fault.kind, fault.fault) == (Kind::Network, Fault::Kill) {
        // Who loses the network of a site loses the site.
        let place = match (fault.site, scenario.sites) {
            (None, 2..) => "Every site",
            (site, _) => site_name(scenario, site.unwrap_or(0)),
        };
        let zone = fault.server.map_or_else(String::new, |zone| format!(", zone {}", zone + 1));
        return format!("{place}{zone} is down{until}");
    }
    let part = name(fault.kind, scenario);
    let part = match fault.server {
        Some(server) => numbered(part, scenario, (fault.kind, fault.site), server),
        None => part.to_owned(),
    };
    let what = match fault.fault {
        Fault::Kill => "is dead".to_owned(),
        Fault::Slow(factor) => format!("is {factor} times as slow"),
        Fault::Errors(share) => format!("answers {} with errors", format::percent(share)),
        Fault::Cut => "is cut off".to_owned(),
        Fault::Delay(ms) => format!("is reached {ms} ms late"),
        Fault::Spike(factor) => format!("send {factor} times the usual traffic"),
        Fault::Flush => "is flushed".to_owned(),
        Fault::Purge(share) => format!("is purged of {}", format::percent(share)),
        Fault::Expire => "is forgotten by resolvers".to_owned(),
        Fault::Deploy => "gets a new release".to_owned(),
    };
    let site = fault.site.filter(|_| scenario.sites > 1);
    let site = site.map_or_else(String::new, |s| format!(" in {}", site_name(scenario, s)));
    format!("{part}{site} {what}{until}")
}

/// The whole state in a paragraph.
#[must_use]
pub fn paragraph(scenario: &Scenario, figures: &Snapshot) -> String {
    let mut text = format!(
        "{}. {} daily users make {}.",
        base_name(scenario),
        format::spoken(figures.daily_users),
        format::spoken_rate(figures.offered_rate()),
    );
    if let Some(p99) = figures.latency.p99_s {
        text.push_str(&format!(" 99 percent are answered within {}.", format::duration(p99)));
    }
    let errors = format::percent(figures.users.error_share());
    text.push_str(&format!(" Errors: {errors}."));
    if let Some(passing) = passing(figures) {
        text.push_str(&format!(" For a while yet {passing}."));
    }
    for fault in scenario.faults.iter().take(5) {
        text.push_str(&format!(" {}.", fault_text(fault, scenario)));
    }
    if let Some((part, role, load)) = busiest(figures) {
        let label = as_drawn(&names::role_label(part, role), scenario);
        text.push_str(&format!(" Busiest: {label}, {}.", format::percent(load)));
    }
    text.push_str(&format!(" Cost: {} per month.", format::usd(figures.usd_per_month)));
    text
}

/// Settled figures as one sentence to be heard.
#[must_use]
pub fn settled(settled: &Settled) -> String {
    let p99 =
        settled.p99_s.map_or_else(|| "none answered".to_owned(), |p99| format::duration(p99.value));
    let least = if settled.is_growing() { "at least " } else { "" };
    format!(
        "Settled: p99 {least}{p99}, errors {least}{}, {} answered well.",
        format::percent(settled.error_share.value),
        format::spoken_rate(settled.goodput.value),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;
    use crate::sim::session::{Command, Session, Update};

    #[test]
    fn places_are_named_as_they_are_drawn() {
        let named = |text, address| as_drawn(text, &link::read(address).scenario);
        let text = "Web tier of site 2, and site 1";
        assert_eq!(named(text, "?stage=7"), "Web tier in Europe, and site 1");
        assert_eq!(named("Web tier is full", "?stage=1"), "Server is full");
        let text = "2284920 arrive. It saturates at 1418, 28.5 of 999; 12345 % more than 10000.";
        let said = "2.28 M arrive. It saturates at 1 418, 28.5 of 999; 12 345 % more than 10 k.";
        assert_eq!(named(text, "?stage=1").replace('\u{202f}', " "), said);
        let scenario = link::read("?stage=7").scenario;
        assert_eq!(site_words("site 2 healthy", &scenario), "Europe healthy");
        assert_eq!(site_words("sites out", &scenario), "sites out");
        let text = |fault| {
            let scenario = link::read("?stage=8").scenario;
            fault_alone(&PresentFault::read(fault).expect("is a fault"), &scenario)
        };
        assert_eq!(text("kill.web.2"), "Web server 2 is dead");
        assert_eq!(text("kill.queue.1"), "Queue and workers, the broker is dead");
        assert_eq!(text("kill.queue.3"), "Queue and workers, worker 2 is dead");
        assert_eq!(text("kill.db.2"), "Database, replica 1 is dead");
        let of_shards =
            |server| place(&link::read("?stage=9").scenario, (Kind::Database, None), server);
        assert_eq!(of_shards(3).as_deref(), Some("shard 2 replica 1"));
        assert_eq!(of_shards(4).as_deref(), Some("shard 3 primary"));
        let sites = ["kill.network2", "kill.network", "kill.network2.1"].map(text);
        assert_eq!(sites, ["Europe is down", "Every site is down", "Europe, zone 1 is down"]);
    }

    #[test]
    fn a_backlog_drains_while_more_is_answered_than_comes() {
        let mut session = Session::new("?stage=1#clients.rate=216");
        let mut drained = |command| {
            let updates = session.handle(command);
            updates.iter().any(|update| matches!(update, Update::Live(l) if drains(&l.figures)))
        };
        let step = || Command::Step { ms: 20_000.0 };
        assert!(!drained(step()) && !drained(step()));
        drained(Command::set("web.size", "4"));
        assert!((0..20).any(|_| drained(Command::Step { ms: 500.0 })));
        assert!(!drained(step()) && !drained(step()));
    }

    #[test]
    fn caches_are_cold_at_first_and_after_a_flush() {
        assert_eq!(passing(&Snapshot::default()), None);
        let database = |moved| PartView {
            gauges: vec![("resharded".to_owned(), moved)],
            ..PartView::default()
        };
        let moving =
            |moved| passing(&Snapshot { parts: vec![database(moved)], ..Snapshot::default() });
        assert_eq!([0.0, 0.4, 1.0].map(moving), [None, Some("data is moving"), None]);
        let mut session = Session::new("?stage=5");
        let mut after = |seconds: usize| {
            let mut hit = None;
            for _ in 0..seconds {
                for update in session.handle(Command::Step { ms: 1_000.0 }) {
                    if let Update::Live(live) = update {
                        hit = cold_hits(&live.figures);
                    }
                }
            }
            hit
        };
        let cold = after(4).expect("nothing is in them");
        assert!((0.1..0.7).contains(&cold), "{cold}");
        assert_eq!(after(56), None, "they have filled");
    }

    #[test]
    fn caches_that_lose_what_is_written_and_settled_ones_are_not_cold() {
        let mut session = Session::new("?stage=9");
        let live = session.handle(Command::Step { ms: 40_000.0 }).into_iter().find_map(|update| {
            let Update::Live(live) = update else { return None };
            Some(live.figures)
        });
        let figures = live.expect("a step is told");
        let filled = |part| names::counter(part, "filled").unwrap_or(0);
        let cache = figures.parts.iter().max_by_key(|part| filled(part)).expect("there are parts");
        assert!(filled(cache) as f64 > COLD * names::gauge(cache, "entries").expect("a cache"));
        assert_eq!(cold_hits(&figures), None, "what is put in again is not new");
        // A window ten times as long, in which ten times as much came.
        let mut cache = cache.clone();
        for (_, count) in &mut cache.counters {
            *count *= 10;
        }
        let long = Snapshot { window_s: 10.0 * figures.window_s, ..Snapshot::default() };
        assert!(!is_cold(&long, &cache) && !is_cold(&figures, &PartView::default()));
    }
}
