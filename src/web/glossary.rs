//! What every term, metric and unit on the page means, in plain words: one table. Settings are
//! looked up in the table of parameters.

mod terms;

use crate::sim::kinds::Kind;
use crate::sim::kinds::param::Param;

/// A term: its name, what else it is called, plain words, and the formula or source where there is
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its name.
    pub name: &'static str,
    /// Other names, separated by commas; none for an empty text.
    pub also: &'static str,
    /// What it is and why it matters.
    pub text: &'static str,
    /// Its unit, empty for none.
    pub unit: &'static str,
    /// The formula, or where it comes from; empty where the words say it all.
    pub source: &'static str,
}

impl Term {
    /// Its name as people read it; in results it may be written with underscores.
    #[must_use]
    pub fn shown(&self) -> String {
        self.name.replace('_', " ")
    }

    fn is_called(&self, name: &str) -> bool {
        let mut names = std::iter::once(self.name).chain(self.also.split(','));
        names.any(|own| own.trim().eq_ignore_ascii_case(name))
    }

    /// How well a search finds it, the best first: as one of its names, at the beginning of a word
    /// of them or else of its text, anywhere. `None` for not at all.
    #[must_use]
    pub fn rank(&self, search: &str) -> Option<usize> {
        let names = format!("{} {}", self.name, self.also).to_ascii_lowercase();
        let search = search.to_ascii_lowercase();
        let begins = |text: &str| {
            let mut words = text.match_indices(search.as_str());
            words.any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
        };
        let text = self.text.to_ascii_lowercase();
        [
            !search.is_empty() && self.is_called(&search),
            begins(&names),
            begins(&text),
            names.contains(&search) || text.contains(&search),
        ]
        .into_iter()
        .position(|found| found)
    }
}

/// All terms.
pub fn all() -> impl Iterator<Item = &'static Term> {
    terms::TERMS.into_iter().flatten()
}

/// The term of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Term> {
    all().find(|term| term.is_called(name))
}

/// The settings that a search finds, by the part that has them.
#[must_use]
pub fn settings(search: &str) -> Vec<(Kind, &'static Param)> {
    let all = Kind::ALL.iter().flat_map(|&kind| kind.params().iter().map(move |row| (kind, row)));
    all.filter(|(_, row)| contains(row.label, search) || contains(row.help, search)).collect()
}

fn contains(text: &str, search: &str) -> bool {
    text.to_ascii_lowercase().contains(&search.to_ascii_lowercase())
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Plain text.
    Plain(&'a str),
    /// A term, and what no line may part from it.
    Term {
        /// What stands before it without a space: "(".
        before: &'a str,
        /// How the text calls it.
        shown: &'a str,
        /// What stands after it without a space: ",".
        after: &'a str,
        /// What it is.
        term: &'static Term,
    },
}

/// Cuts a text at its marks: `{word}` is a term of that name, `{words|term}` one called otherwise
/// here.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((plain, marked)) = rest.split_once('{') {
        let (mark, left) = marked.split_once('}').unwrap_or((marked, ""));
        let (shown, name) = mark.split_once('|').unwrap_or((mark, mark));
        let Some(term) = find(name) else {
            pieces.extend([Piece::Plain(plain), Piece::Plain(shown)]);
            rest = left;
            continue;
        };
        let (plain, before) = plain.split_at(plain.rfind(' ').map_or(0, |space| space + 1));
        let (after, left) = left.split_at(left.find([' ', '{']).unwrap_or(left.len()));
        pieces.extend([Piece::Plain(plain), Piece::Term { before, shown, after, term }]);
        rest = left;
    }
    pieces.push(Piece::Plain(rest));
    pieces.retain(|piece| *piece != Piece::Plain(""));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::analysis::metric::METRICS;
    use crate::sim::scenario::presets::STAGES;
    use crate::web::lessons;
    use crate::web::view::{strip, tables};

    /// The concepts of the notes that the story is made from.
    const CONCEPTS: &str = "DNS, IP address, HTTP, HTML, JSON, web application, \
        mobile application, \
        web tier, data tier, single point of failure, redundancy, relational database, NoSQL, \
        ACID, join, key-value store, document store, graph store, column store, vertical scaling, \
        horizontal scaling, load balancer, private address, round robin, sticky round robin, \
        weighted round robin, IP hash, URL hash, least connections, least response time, fault \
        tolerance, high availability, elasticity, replication, primary, replica, failover, \
        promotion, cache, cache-aside, read-through, write-through, write-back, write-around, TTL, \
        stale data, eviction, LRU, LFU, FIFO, expiration, consistency, CDN, edge, origin, cache \
        invalidation, static file, GeoDNS, session, stateful, stateless, sticky sessions, session \
        store, autoscaling, data center, data synchronization, traffic redirection, disaster \
        recovery, deployment, message queue, producer, consumer, worker, decoupling, load \
        leveling, logging, metrics, host metrics, aggregated metrics, business metrics, daily \
        users, retention, revenue, automation, continuous integration, monitoring, self-healing, \
        sharding, shard, sharding key, resharding, consistent hashing, hotspot, celebrity problem, \
        denormalisation, cost, latency, throughput";

    #[test]
    fn every_concept_of_the_notes_has_an_entry() {
        let missing: Vec<&str> =
            CONCEPTS.split(',').map(str::trim).filter(|name| find(name).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn a_search_finds_names_first_and_words_before_what_lies_within_them() {
        let of = |name: &str, search: &str| find(name).expect("it is a term").rank(search);
        assert_eq!(of("TTL", "ttl"), Some(0));
        assert_eq!(of("hotspot", "hot"), Some(1));
        assert!(of("settled figures", "ttl") > of("TTL", "ttl"));
        assert_eq!(of("TTL", "no such word"), None);
        assert!(all().all(|term| term.rank("") == all().next().and_then(|first| first.rank(""))));
        assert!(["percentile", "saturation", "waterfall"].map(find).iter().all(Option::is_some));
    }

    #[test]
    fn every_metric_and_kind_has_an_entry_and_every_setting_is_found() {
        let metrics = METRICS.iter().map(|metric| metric.key).chain(strip::names());
        let kinds = Kind::ALL.iter().map(|kind| kind.label());
        let missing: Vec<&str> = metrics.chain(kinds).filter(|name| find(name).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let columns = tables::TIERS.iter().chain(&tables::HOSTS);
        let plain = ["Tier", "Host", "State", "Disk"];
        let missing: Vec<_> =
            columns.filter(|name| find(name).is_none() && !plain.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        for kind in Kind::ALL {
            for row in kind.params() {
                let found = settings(row.label);
                let is_there = found.iter().any(|(k, r)| k == kind && r.key == row.key);
                assert!(is_there, "{}", row.label);
                assert!(!row.help.is_empty(), "{}", row.label);
            }
        }
    }

    #[test]
    fn what_stands_at_a_term_without_a_space_stays_with_it() {
        let term = |name| find(name).expect("it is a term");
        let (before, after, shown) = ("(", "),", "copies");
        let replica = Piece::Term { before, shown, after, term: term("replica") };
        let ttl = Piece::Term { before: "", shown: "TTL", after: ":", term: term("TTL") };
        let text = "Two ({copies|replica}), {TTL}: ten {no such word}.";
        let plain = Piece::Plain;
        let want = [
            plain("Two "),
            replica,
            plain(" "),
            ttl,
            plain(" ten "),
            plain("no such word"),
            plain("."),
        ];
        assert_eq!(pieces(text), want);
    }

    #[test]
    fn no_term_is_there_twice_and_every_mark_leads_to_one() {
        for (place, term) in all().enumerate() {
            let names = std::iter::once(term.name).chain(term.also.split(','));
            for name in names.map(str::trim).filter(|name| !name.is_empty()) {
                let first = all().position(|other| other.is_called(name));
                assert_eq!(first, Some(place), "{name}");
            }
        }
        for stage in STAGES {
            let lesson = lessons::lesson(stage.number).expect("every stage has a lesson");
            let texts = [lesson.new, lesson.before, lesson.breaks];
            let marks: usize = texts.iter().map(|text| text.matches('{').count()).sum();
            let is_term = |piece: &&Piece| matches!(piece, Piece::Term { .. });
            let terms: usize =
                texts.iter().map(|text| pieces(text).iter().filter(is_term).count()).sum();
            assert_eq!(terms, marks, "stage {}", stage.number);
            assert!(marks >= 3, "stage {}", stage.number);
        }
    }
}
