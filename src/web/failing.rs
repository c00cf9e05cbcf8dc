//! What fails at the moment that is shown and not in the settled run: faults that were planned and
//! are in force, parts that are down, errors and backlogs beyond the settled ones.

use super::remedy::HURTS;
use super::view::format;
use super::{summary, timeline};
use crate::sim::analysis::availability::Availability;
use crate::sim::analysis::bottleneck::{down, trouble, window};
use crate::sim::analysis::names;
use crate::sim::analysis::settle::Settled;
use crate::sim::kinds::{Kind, clients};
use crate::sim::scenario::{PresentFault, Scenario};
use crate::sim::snapshot::Snapshot;

/// In sentences; none where the settled run tells as much.
#[must_use]
pub fn now(scenario: &Scenario, shown: &Snapshot, settled: Option<&Settled>) -> Vec<String> {
    let known = settled.map(|settled| &settled.figures);
    let mut said = in_force(scenario, shown);
    let dead = down(shown);
    if said.is_empty() && known.is_none_or(|known| down(known) != dead) {
        said.extend(dead);
    }
    let usual = settled.map_or(0.0, |settled| settled.error_share.value);
    let (good, failed) = (shown.users.good, shown.users.failed);
    // Clearly more than usual, whatever chance does to few requests.
    if Availability::counted(good, failed).high < 1.0 - usual - HURTS {
        let settled = settled.map_or_else(String::new, |settled| {
            format!("; {} {}", of_run(settled), format::percent(usual))
        });
        let share = format::percent(shown.users.error_share());
        said.push(format!("{share} of requests failed in the last {} s{settled}.", window(shown)));
    }
    // While the first requests fill an empty system, more come than go.
    let is_full = shown.at_s >= 2.0 * shown.window_s && shown.window_s >= LEAST_S;
    said.extend(settled.filter(|_| is_full).and_then(|settled| fuller(shown, settled)));
    if !said.is_empty() || is_full && known.is_none_or(|known| trouble(known, false).is_empty()) {
        said.extend(trouble(shown, true));
    }
    said.iter().map(|text| summary::as_drawn(text, scenario)).collect()
}

/// Simulated seconds that a live window has to have to tell what piles up.
const LEAST_S: f64 = 5.0;
/// Simulated seconds in which what piled up before a change may go away after it, on top of those
/// that the figures tell of.
const PATIENCE_S: f64 = 20.0;
/// A run waits this many times as long as the settled one when something from before weighs on it.
const LONGER: f64 = 3.0;
/// The traffic is the same within this share.
const ALIKE: f64 = 0.25;

/// What a run suffers that the settled one does not, though its traffic is the same and nothing is
/// broken now: it has not got over what came before. `None` where something else explains it, such
/// as a change at the second `changed_s` of which the figures still tell.
#[must_use]
pub fn lingering(
    scenario: &Scenario,
    shown: &Snapshot,
    settled: &Settled,
    changed_s: f64,
) -> Option<String> {
    let pattern = scenario.spec(Kind::Clients)?.count(clients::Setting::PatternChoice as usize);
    let is_usual = |now: f64, usual: f64| (now - usual).abs() <= ALIKE * usual;
    let (now, usual) = (shown.latency.p99_s?, settled.p99_s?.value);
    let from = shown.at_s - shown.window_s;
    // Of these the settled run may know nothing, and the figures still tell.
    let is_seen = |mark: &timeline::Mark| {
        mark.at <= shown.at_s
            && (mark.at > 0.0 || mark.lasts.is_some())
            && (mark.is_change || mark.is_instant || mark.end().is_none_or(|end| end > from))
    };
    let explained = pattern != 0
        || shown.at_s < 2.0 * shown.window_s
        || shown.window_s < LEAST_S
        || changed_s > from - PATIENCE_S
        || !settled.is_final()
        || !is_usual(shown.offered_rate(), settled.figures.offered_rate())
        || timeline::marks(scenario).iter().any(is_seen)
        || summary::passing(shown).is_some();
    (!explained && now > LONGER * usual).then(|| {
        let [now, usual] = [now, usual].map(format::duration);
        format!(
            "The traffic is as usual and nothing new is broken, yet p99 was {now} in the last \
             {} s (settled {usual}): this run has not got over what came before.",
            window(shown)
        )
    })
}

/// Where the figures are from that the moment is compared with.
#[must_use]
pub const fn of_run(settled: &Settled) -> &'static str {
    if settled.complete { "in the settled run" } else { "in the first estimate" }
}

/// A group of servers is full from this use on, and was not below the other.
const FULL: [f64; 2] = [0.97, 0.9];

/// The fullest servers of those that the settled run did not have full.
fn fuller(shown: &Snapshot, settled: &Settled) -> Option<String> {
    let mut fullest = None;
    let mut most = FULL[0];
    for part in shown.parts.iter().filter(|part| !part.guest) {
        let Some(before) = settled.figures.part(&part.key) else { continue };
        for role in [0, 1] {
            let used = names::used(part, role).zip(names::used(before, role));
            let Some((now, then)) = used else { continue };
            if now >= most && then < FULL[1] {
                (fullest, most) = (Some((part, role, now, then)), now);
            }
        }
    }
    let (part, role, now, then) = fullest?;
    let [now, then] = [now, then].map(|used| format::percent(libm::round(used * 100.0) / 100.0));
    Some(format!(
        "{}: {now} in use in the last {} s; {} {then}.",
        names::role_label(part, role),
        window(shown),
        of_run(settled)
    ))
}

/// Planned faults that have begun and are not over. Those from the start are in the settled run.
fn in_force(scenario: &Scenario, shown: &Snapshot) -> Vec<String> {
    let now = shown.at_s;
    let is_on = |mark: &timeline::Mark| {
        let is_time = mark.at <= now && mark.end().is_none_or(|end| now < end);
        mark.at > 0.0 && !mark.is_instant && is_time
    };
    let mut said = Vec::new();
    for mark in timeline::marks(scenario).into_iter().filter(is_on) {
        let when = match mark.end() {
            Some(end) => format!("until second {}.", format::plain(end)),
            None => format!("since second {}.", format::plain(mark.at)),
        };
        let mut faults = mark.faults(scenario).to_vec();
        faults.retain(|fault| !timeline::is_replaced(fault, shown));
        for row in faults.chunk_by(PresentFault::goes_on) {
            said.push(format!("{} {when}", timeline::row_text(row, scenario)));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::analysis::settle::{FULL, Settling};
    use crate::sim::scenario::link;
    use crate::sim::session::{Command, Session, Update};
    use crate::sim::topology::Topology;

    /// What is said after each of these seconds of a live run, of which nothing is settled yet.
    fn said(address: &str, seconds: &[u32]) -> Vec<String> {
        let scenario = link::read(address).scenario;
        let mut session = Session::new(address);
        let quiet = Settled { complete: true, ..Settled::default() };
        let mut all = Vec::new();
        for second in 1..=seconds.iter().copied().max().unwrap_or(0) {
            let updates = session.handle(Command::Step { ms: 1_000.0 });
            let live = updates.into_iter().rev().find_map(|update| match update {
                Update::Live(live) => Some(live),
                _ => None,
            });
            if seconds.contains(&second) {
                let figures = live.expect("a step shows how it is").figures;
                all.push(now(&scenario, &figures, Some(&quiet)).join(" "));
            }
        }
        all
    }

    #[test]
    fn what_is_planned_is_said_while_it_is_in_force() {
        let said = said("?stage=3#fault=kill.db@20for10", &[15, 25, 60]);
        let during = "Database is dead until second 30. ";
        assert_eq!((said[0].as_str(), said[2].as_str()), ("", ""), "{said:?}");
        assert!(said[1].starts_with(during), "{said:?}");
        assert!(
            said[1].contains("failed in the last 10 s; in the settled run 0\u{202f}%."),
            "{said:?}"
        );
    }

    #[test]
    fn what_monitoring_replaced_is_no_longer_said_to_be_dead() {
        let said = said("?preset=sandbox#v=1&fault=kill.web3@5", &[20, 140]);
        assert!(said[0].contains("is dead since second 5."), "{said:?}");
        assert!(!said[1].contains("is dead"), "{said:?}");
        let site = self::said("?preset=sandbox#v=1&fault=kill.network1@10", &[20, 140]);
        assert!(site[0].contains("is down since second 10."), "{site:?}");
        assert!(!site[1].contains("is down"), "{site:?}");
    }

    #[test]
    fn what_is_full_now_and_was_not_is_said() {
        let scenario = link::read("?stage=4").scenario;
        let figures = |address: &str| {
            let mut session = Session::new(address);
            let updates = (0..30).flat_map(|_| session.handle(Command::Step { ms: 1_000.0 }));
            let updates: Vec<Update> = updates.collect();
            let live = updates.into_iter().rev().find_map(|update| match update {
                Update::Live(live) => Some(live.figures),
                _ => None,
            });
            live.expect("a step shows how it is")
        };
        let known = figures("?stage=4#lb.check_s=0");
        let settled = Settled { figures: known, complete: true, ..Settled::default() };
        assert_eq!(now(&scenario, &settled.figures, Some(&settled)), [""; 0]);
        let full = now(&scenario, &figures("?stage=4#lb.check_s=0&web.servers=3"), Some(&settled))
            .join(" ");
        assert!(
            full.contains("Web tier: 100\u{202f}% in use in the last 10 s; in the settled run 62"),
            "{full}"
        );
        let estimate = Settled { complete: false, ..settled };
        let full = now(&scenario, &figures("?stage=4#lb.check_s=0&web.servers=3"), Some(&estimate));
        assert!(full.join(" ").contains("in the last 10 s; in the first estimate 62"), "{full:?}");
    }

    #[test]
    fn what_goes_on_after_the_fault_is_over_is_said() {
        let storm = "?preset=retry-storm";
        let said = said(storm, &[50, 150]);
        assert_eq!(said[0], "");
        assert!(!said[1].contains("until") && said[1].contains("of requests failed"), "{said:?}");
    }

    #[test]
    fn what_a_run_has_not_got_over_is_told_from_what_is_at_rest() {
        let address = "?stage=8";
        let scenario = link::read(address).scenario;
        let settling = Settling::through(Topology::build(&scenario).expect("it runs"), FULL);
        let settled = settling.settled().expect("it is over");
        let mut session = Session::new(address);
        let mut after = |commands: &[Command], seconds: u32| {
            let steps = (0..seconds).map(|_| Command::Step { ms: 1_000.0 });
            let all = commands.iter().cloned().chain(steps).collect::<Vec<_>>();
            let updates = all.into_iter().flat_map(|one| session.handle(one));
            let live = updates.filter_map(|update| match update {
                Update::Live(live) => Some(live.figures),
                _ => None,
            });
            let figures = live.last().expect("a step shows how it is");
            lingering(&scenario, &figures, &settled, 145.0)
        };
        assert_eq!(after(&[], 120), None, "it is as it settles");
        let spike = Command::Fail { fault: "spike3.clients".to_owned() };
        assert_eq!(after(&[spike], 25), None, "the traffic explains it");
        let over = Command::Heal { part: "clients".to_owned(), server: None };
        assert_eq!(after(&[over], 20), None, "the change explains it");
        let said = after(&[], 15).expect("the backlog is still there");
        assert!(said.contains("has not got over"), "{said}");
    }

    #[test]
    fn what_the_settled_run_has_as_well_is_not_said() {
        let scenario = link::read("?stage=3#fault=kill.db").scenario;
        let mut session = Session::new("?stage=3#fault=kill.db");
        let mut figures = None;
        for _ in 0..30 {
            for update in session.handle(Command::Step { ms: 1_000.0 }) {
                if let Update::Live(live) = update {
                    figures = Some(live.figures);
                }
            }
        }
        let figures = figures.expect("it has run");
        let mut settled = Settled { figures: figures.clone(), ..Settled::default() };
        settled.error_share.value = figures.users.error_share();
        assert_eq!(now(&scenario, &figures, Some(&settled)), [""; 0]);
        let unknown = now(&scenario, &figures, None);
        assert!(unknown[0].starts_with("Database is down") && unknown.len() > 1, "{unknown:?}");
    }
}
