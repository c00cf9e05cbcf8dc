//! Adding and removing parts and sites: what each would make of the scenario, and why not where the
//! rules of what can run say no. Pure.

use super::summary;
use crate::sim::kinds::param::Value;
use crate::sim::kinds::{Kind, clients, network, web_tier};
use crate::sim::region::COUNT;
use crate::sim::scenario::{MOST_SITES, Scenario};
use crate::sim::topology::Topology;

/// The web tier's sessions in a store.
const STORE: f64 = 2.0;

/// A change of the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Msg {
    /// A part at its defaults, one in each site.
    Add(Kind),
    /// A part of all sites goes.
    Remove(Kind),
    /// So many sites.
    Sites(u8),
}

impl Msg {
    /// What it does, in a few words.
    #[must_use]
    pub fn text(self, scenario: &Scenario) -> String {
        match self {
            Self::Add(kind) => format!("Add {}", summary::name(kind, scenario)),
            Self::Remove(kind) => format!("Remove {}", summary::name(kind, scenario)),
            Self::Sites(sites) => format!("Sites {} → {sites}", scenario.sites),
        }
    }

    /// The scenario after it; faults and changes of what is no more have gone.
    ///
    /// # Errors
    /// Why it cannot be, in words.
    pub fn on(self, scenario: &Scenario) -> Result<Scenario, String> {
        let mut target = scenario.clone();
        let mut kinds = scenario.kinds();
        match self {
            Self::Add(kind) => kinds.push(kind),
            Self::Remove(Kind::Clients) => return Err("nobody would ask for anything".to_owned()),
            Self::Remove(Kind::WebTier) => return Err("nothing would answer".to_owned()),
            Self::Remove(Kind::Dns | Kind::Network) if scenario.sites > 1 => {
                return Err("several sites need it".to_owned());
            }
            Self::Remove(kind) => kinds.retain(|other| *other != kind),
            Self::Sites(0) => return Err("there is at least one site".to_owned()),
            Self::Sites(sites) if sites > MOST_SITES => {
                return Err(format!("there are at most {MOST_SITES} sites"));
            }
            Self::Sites(sites) => {
                target.set_sites(sites);
                let own = scenario.base.scenario();
                let copied = target.clone();
                (scenario.sites..sites).for_each(|site| settle(&mut target, own.as_ref(), site));
                // What the preset has there need not go with what the others are set to now.
                if Topology::build(&target).is_err() {
                    target = copied;
                    (scenario.sites..sites).for_each(|site| settle(&mut target, None, site));
                }
            }
        }
        if !matches!(self, Self::Sites(_)) {
            target.set_kinds(&kinds);
        }
        if self == Self::Add(Kind::Sessions) {
            // What it is added for.
            for part in target.parts.iter_mut().filter(|part| part.kind == Kind::WebTier) {
                part.spec.put(web_tier::Setting::Sessions as usize, Value::Number(STORE));
            }
        }
        target.prune_timeline();
        match Topology::build(&target) {
            Ok(_) => Ok(target),
            Err(problems) if problems.iter().any(|one| one.at == "web.sessions") => {
                Err("the web tier keeps its sessions in it".to_owned())
            }
            // Further ones follow from the first.
            Err(problems) => Err(problems.first().map_or_else(String::new, ToString::to_string)),
        }
    }
}

/// Why nothing ever asks a part that is there, in words: what sends something to it is not set so.
#[must_use]
pub fn idle(scenario: &Scenario, kind: Kind) -> Option<&'static str> {
    let count = |of: Kind, row: usize| scenario.spec(of).map(|spec| spec.number(row));
    match kind {
        Kind::Queue if count(Kind::Clients, clients::Setting::JobShare as usize) == Some(0.0) => {
            Some("Nothing asks it: the users’ Share of jobs is 0.")
        }
        Kind::Sessions
            if count(Kind::WebTier, web_tier::Setting::Sessions as usize) != Some(STORE) =>
        {
            Some("Nothing asks it: the web tier’s Sessions are not set to “store”.")
        }
        _ => None,
    }
}

/// Gives a new site its place: the first of the stage's or preset's own sites that is not there, as
/// it is there; else the region most of whose users are farthest from all sites.
fn settle(target: &mut Scenario, own: Option<&Scenario>, site: u8) {
    let home = |scenario: &Scenario, site| scenario.spec_at(Kind::Network, site).map(network::home);
    let taken: Vec<usize> = (0..site).filter_map(|site| home(target, site)).collect();
    let is_free = |own: &Scenario, from| home(own, from).is_some_and(|at| !taken.contains(&at));
    let from = own.and_then(|own| (0..own.sites).find(|from| is_free(own, *from)).zip(Some(own)));
    let shares = target.spec(Kind::Clients).map_or([0.0; COUNT], clients::shares);
    let away = |region: usize| {
        let ways = (0..site).filter_map(|site| target.spec_at(Kind::Network, site));
        ways.fold(f64::MAX, |ms, spec| network::round_trip_ms(spec, region).min(ms))
    };
    let (mut best, mut most) = (None, 0.0);
    for region in (0..COUNT).filter(|region| !taken.contains(region)) {
        let gain = shares[region] * away(region);
        if gain > most {
            (best, most) = (Some(region), gain);
        }
    }
    for part in target.parts.iter_mut().filter(|part| part.site == site && !part.kind.is_global()) {
        if let Some((from, own)) = from {
            if let Some(spec) = own.spec_at(part.kind, from) {
                part.spec = spec.clone();
            }
        } else if let (Kind::Network, Some(region)) = (part.kind, best) {
            part.spec.put(network::Setting::Site as usize, Value::Number(region as f64));
        }
    }
}

/// The kinds that are not there yet, each with the reason why it cannot be added, if it cannot.
#[must_use]
pub fn missing(scenario: &Scenario) -> Vec<(Kind, Option<String>)> {
    let there = scenario.kinds();
    let missing = Kind::ALL.iter().filter(|kind| !there.contains(kind));
    missing.map(|&kind| (kind, Msg::Add(kind).on(scenario).err())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;

    fn scenario(link: &str) -> Scenario {
        link::read(link).scenario
    }

    #[test]
    fn parts_come_and_go_with_what_belongs_to_them() {
        let five = scenario("?stage=5#fault=flush.cache@9&fault=kill.web.1&at=5:cache.hit=0.5");
        let less = Msg::Remove(Kind::Cache).on(&five).expect("the database can do it alone");
        assert_eq!(less.spec(Kind::Cache), None);
        assert_eq!(less.timeline(), (vec!["kill.web.1".to_owned()], vec![]));
        assert_eq!(link::read(&link::write(&less)).scenario, less);
        let back = Msg::Add(Kind::Cache).on(&less).expect("there is room");
        assert_eq!(back.kinds(), five.kinds());
    }

    #[test]
    fn a_part_that_is_added_is_used_or_says_what_would_use_it() {
        let one = scenario("?stage=1");
        let store = Msg::Add(Kind::Sessions).on(&one).expect("there is room");
        assert!(link::write(&store).contains("&web.sessions=store"), "{}", link::write(&store));
        assert_eq!(idle(&store, Kind::Sessions), None);
        let unused = scenario("?stage=6#web.sessions=memory");
        assert!(idle(&unused, Kind::Sessions).is_some_and(|why| why.contains("store")));
        let queue = Msg::Add(Kind::Queue).on(&one).expect("there is room");
        assert!(idle(&queue, Kind::Queue).is_some_and(|why| why.contains("jobs")));
        assert_eq!(idle(&scenario("?stage=8"), Kind::Queue), None);
    }

    #[test]
    fn what_cannot_run_is_refused_in_words() {
        let one = scenario("?stage=1");
        let why = Msg::Remove(Kind::WebTier).on(&one).expect_err("nothing would answer");
        assert_eq!(why, "nothing would answer");
        let six = scenario("?stage=6");
        let why = Msg::Remove(Kind::Sessions).on(&six).expect_err("the web tier needs it");
        assert_eq!(why, "the web tier keeps its sessions in it");
        let why =
            Msg::Remove(Kind::Dns).on(&scenario("?stage=7")).expect_err("GeoDNS leads to sites");
        assert_eq!(why, "several sites need it");
        assert!(Msg::Sites(11).on(&one).is_err() && Msg::Sites(0).on(&one).is_err());
        let bare = scenario("?parts=clients,web");
        assert!(Msg::Sites(2).on(&bare).expect_err("no names").contains("several sites need dns"));
        for (kind, why) in missing(&bare) {
            let added = Msg::Add(kind).on(&bare);
            assert_eq!(added.is_ok(), why.is_none(), "{}", kind.key());
        }
        let three = Msg::Sites(3).on(&scenario("?stage=5")).expect("has names and a network");
        assert_eq!((three.sites, link::read(&link::write(&three)).scenario), (3, three.clone()));
    }

    #[test]
    fn a_new_site_is_one_of_the_preset_itself_or_stands_where_most_users_are_far() {
        let sandbox = scenario("?preset=sandbox");
        let two = Msg::Sites(2).on(&sandbox).expect("one goes");
        assert_eq!(Msg::Sites(3).on(&two).expect("it comes back"), sandbox);
        let homes = |scenario: &Scenario| -> Vec<usize> {
            let home = |site| network::home(scenario.spec_at(Kind::Network, site).expect("is set"));
            (0..scenario.sites).map(home).collect()
        };
        let one = Msg::Sites(1).on(&sandbox).expect("two go");
        let five = Msg::Sites(5).on(&one).expect("names and a network");
        assert_eq!(homes(&five)[..3], homes(&sandbox));
        let held = scenario("?stage=7#web.sessions=memory");
        let held = Msg::Remove(Kind::Sessions).on(&held).expect("sessions are with the servers");
        let back = Msg::Sites(2).on(&held).and_then(|two| Msg::Sites(3).on(&two));
        assert_eq!(back.expect("as the other sites are").sites, 3);
        let worldwide = scenario("?stage=5#clients.audience=worldwide");
        let two = Msg::Sites(2).on(&worldwide).expect("has names");
        let shares = clients::shares(two.spec(Kind::Clients).expect("always"));
        let first = homes(&two);
        assert!(first[1] != first[0] && shares[first[1]] > 0.1, "{first:?}: {shares:?}");
        let there = two.spec_at(Kind::Network, 0).expect("is set");
        let gain = |region: usize| shares[region] * network::round_trip_ms(there, region);
        assert!((0..COUNT).all(|region| gain(region) <= gain(first[1])), "{first:?}: {shares:?}");
        assert_eq!(link::read(&link::write(&five)).scenario, five);
    }
}
