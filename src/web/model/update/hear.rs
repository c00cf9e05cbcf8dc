//! What the engine says, as the page takes it on.

use super::address;
use crate::sim::journal::Line;
use crate::sim::scenario::{PresentFault, Scenario, link};
use crate::sim::session::{Live, Update};
use crate::sim::units::SimTime;
use crate::web::compare;
use crate::web::history::History;
use crate::web::insight;
use crate::web::lessons::story;
use crate::web::model::{Effect, Model};
use crate::web::remedy;
use crate::web::summary;
use crate::web::timeline;
use crate::web::view::format::clock;
use crate::web::view::log::alerts;
use std::rc::Rc;

/// Most lines of the log that are kept.
const MOST_LINES: usize = 1_000;

/// Takes on what the engine says.
pub(super) fn hear(model: &mut Model, said: Update) -> Vec<Effect> {
    match said {
        Update::Scenario { link, .. } => {
            model.engine_link = link;
            return follow_instants(model);
        }
        Update::Refused { problems } => model.notice = problems,
        Update::Live(mut live) => {
            let log = std::mem::take(&mut live.log);
            let known_s = if live.begins { 0.0 } else { model.live.figures.at_s };
            let log = timeline::logged(&model.scenario, known_s, live.figures.at_s, log);
            let live = model.history.push(live);
            if live.figures.at_s == 0.0 {
                model.history = History::default();
                model.insight.moment = None;
            }
            if live.begins {
                model.log = Rc::default();
                model.timeline.since = timeline::Since::default();
            }
            note(model, &log);
            come(model, &live);
            // Another list of faults may be still on its way to the engine.
            if model.engine_link == model.link {
                model.timeline.since.see(&model.scenario, &live.figures);
            }
            model.live = live;
        }
        Update::Traced(_) | Update::Tolls(_) if model.engine_link != model.link => {}
        Update::Theory(_) if model.engine_link != model.link => {}
        Update::Theory(mut theory) => {
            let stations = theory.stations.iter_mut().map(|row| &mut row.station.name);
            for name in stations.chain(theory.shares.iter_mut().map(|share| &mut share.name)) {
                *name = summary::as_drawn(name, &model.scenario);
            }
            model.insight.theory = Some(Rc::from(theory));
        }
        Update::Traced(traces) => insight::traced(model, Rc::from(traces)),
        Update::Tolls(tolls) => model.insight.tolls = Some(Rc::from(tolls)),
        Update::Reference { link, settled } => {
            model.references.learn(link, Rc::from(settled));
            compare::learn(model);
            story::learned(model);
        }
        // What was settled for a scenario that is no more would be a lie about this one.
        Update::Settled(_) if model.engine_link != model.link => {}
        Update::Settled(settled) => {
            let is_complete = settled.complete;
            if is_complete {
                model.said = summary::settled(&settled);
            }
            model.result_hash = settled.hash();
            model.settled = Some(Rc::from(settled));
            (model.fresh, model.settled_seq) = (true, model.settled_seq + 1);
            let mut effects = story::settled(model);
            compare::learn(model);
            effects.extend(remedy::settled(model));
            // Of all that waits to be settled the first gives way, and that may be A.
            effects.extend(compare::missing(model).filter(|_| is_complete).map(Effect::Send));
            return effects;
        }
    }
    Vec::new()
}

/// Follows the engine on its way to a moment. Out of sight it stands, and goes on when it is seen.
fn come(model: &mut Model, live: &Live) {
    let at_s = live.figures.at_s;
    let was_going = model.live.ahead_s.is_some();
    let is_over = was_going || live.begins || model.ahead.is_some_and(|to| at_s >= to);
    match live.ahead_s {
        Some(to) if model.playing => model.ahead = Some(to),
        None if is_over && !model.hidden => {
            if was_going && !live.begins {
                model.said = format!("The clock is at {}", clock(at_s));
            }
            model.ahead = None;
        }
        _ => {}
    }
}

/// What happens at one instant happened when the engine heard of it: its time is the engine's.
fn follow_instants(model: &mut Model) -> Vec<Effect> {
    let lasting = |scenario: &Scenario| {
        let mut scenario = scenario.clone();
        scenario.faults.retain(|fault| !fault.fault.is_instant());
        scenario
    };
    if model.engine_link == model.link {
        return Vec::new();
    }
    let theirs = link::read(&model.engine_link).scenario;
    // Only what was asked for just now waits for its time; another list is still on its way.
    let waits = |fault: &&PresentFault| fault.fault.is_instant() && fault.at == SimTime::ZERO;
    let ours = &model.scenario.faults;
    let mut waiting = ours.iter().filter(waits).peekable();
    if waiting.peek().is_none() || lasting(&theirs) != lasting(&model.scenario) {
        return Vec::new();
    }
    // An answer to an earlier message has the same settings, and what happens at once not yet.
    let alike = |faults: &[PresentFault], wanted: &PresentFault| {
        faults.iter().filter(|fault| PresentFault { at: wanted.at, ..**fault } == *wanted).count()
    };
    if !waiting.all(|fault| alike(&theirs.faults, fault) >= alike(ours, fault)) {
        return Vec::new();
    }
    let mut news = theirs.clone();
    news.changes.clear();
    news.faults.retain(|fault| !model.scenario.faults.contains(fault));
    // While the clock stands, nothing more is heard of this moment.
    let lines = timeline::logged(&news, 0.0, model.live.figures.at_s, Vec::new());
    note(model, &lines);
    model.link = link::write(&theirs);
    model.scenario = Rc::new(theirs);
    vec![address(model, false)]
}

/// Keeps what happened, the newest so many lines; and of the alerts that are not over what raised
/// them, however long ago.
pub(super) fn note(model: &mut Model, lines: &[Line]) {
    if lines.is_empty() {
        return;
    }
    let log = Rc::make_mut(&mut model.log);
    log.extend_from_slice(lines);
    let over = log.len().saturating_sub(MOST_LINES);
    if over == 0 {
        return;
    }
    let mut places = 0..;
    let firing = alerts(log);
    log.retain(|_| places.next().is_some_and(|place| place >= over || firing.contains(&place)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kinds::monitor::ALERTS;
    use crate::sim::run::log::Severity;
    use crate::sim::session::{Command, Live, Session};
    use crate::web::model::{Msg, Preferences, update};

    fn line(second: u32, what: &str, rule: &str) -> Line {
        Line {
            at_s: f64::from(second),
            part: "monitor".to_owned(),
            server: None,
            severity: Severity::Error,
            what: what.to_owned(),
            numbers: vec![(rule.to_owned(), 1.0)],
        }
    }

    #[test]
    fn an_alert_that_is_not_over_stays_however_much_happens() {
        let mut model = Model::new("?stage=8", Preferences::default(), None);
        let [[errors, errors_over, _], [rate, rate_over, _], _] = ALERTS;
        let early = [line(1, errors, "errors"), line(2, rate, "rate"), line(3, rate_over, "rate")];
        note(&mut model, &early);
        for second in 0..3_000 {
            note(&mut model, &[line(10 + second, "scaling out", "servers")]);
        }
        assert_eq!((alerts(&model.log), model.log.len()), (vec![0], MOST_LINES + 1));
        assert_eq!(model.log[0], early[0]);
        note(
            &mut model,
            &[line(4_000, errors_over, "errors"), line(4_001, "scaling in", "servers")],
        );
        assert_eq!((alerts(&model.log), model.log.len()), (vec![], MOST_LINES));
    }

    #[test]
    fn what_is_broken_from_the_start_is_in_the_log_until_the_next_run() {
        let address = "?stage=3#fault=kill.db@0for30";
        let mut model = Model::new(address, Preferences::default(), None);
        let mut session = Session::new(address);
        let mut logged = |model: &mut Model, command| {
            for update in session.handle(command) {
                hear(model, update);
            }
            model.log.iter().map(|line| line.what.clone()).collect::<Vec<_>>()
        };
        let load = |link: &str| Command::Load { link: link.to_owned() };
        let died = ["primary died: no writes"];
        assert_eq!(logged(&mut model, load(address)), died);
        assert_eq!(logged(&mut model, Command::Speed { factor: 1.0 }), died, "still at zero");
        assert_eq!(logged(&mut model, load(address)), died, "once");
        assert_eq!(logged(&mut model, load("?stage=3")), [""; 0]);
    }

    /// The page hears what a session says to a command.
    fn tell(model: &mut Model, session: &mut Session, command: Command) {
        session.handle(command).into_iter().for_each(|said| drop(hear(model, said)));
    }

    /// What goes to the engine.
    fn sent(effects: Vec<Effect>) -> impl Iterator<Item = Command> {
        effects.into_iter().filter_map(|effect| match effect {
            Effect::Send(command) => Some(command),
            _ => None,
        })
    }

    #[test]
    fn what_is_done_at_once_while_the_clock_stands_is_logged_once_at_its_time() {
        let mut model = Model::new("?stage=5&run=0", Preferences::default(), None);
        let mut session = Session::new("?stage=5");
        let mut tell = |model: &mut Model, command| tell(model, &mut session, command);
        tell(&mut model, Command::Step { ms: 500.0 });
        let flush = vec![Command::Fail { fault: "flush.cache".to_owned() }];
        for command in sent(update(&mut model, Msg::Act("Flush".to_owned(), flush))) {
            tell(&mut model, command);
        }
        let logged = |model: &Model| -> Vec<(f64, String)> {
            model.log.iter().map(|line| (line.at_s, line.what.clone())).collect()
        };
        let once = [(model.live.figures.at_s, "happens: Cache is flushed".to_owned())];
        assert_eq!(logged(&model), once);
        assert!(once[0].0 > 0.0);
        tell(&mut model, Command::Step { ms: 500.0 });
        assert_eq!(logged(&model), once);
    }

    #[test]
    fn what_happens_at_once_after_a_setting_has_changed_is_followed_to_its_time() {
        let mut model = Model::new("?stage=5", Preferences::default(), None);
        let mut session = Session::new("?stage=5");
        let mut tell = |model: &mut Model, command| tell(model, &mut session, command);
        tell(&mut model, Command::Step { ms: 500.0 });
        let commands = vec![
            Command::set("cdn.ratio", "emergent"),
            Command::Fail { fault: "purge.cdn".to_owned() },
        ];
        for command in sent(update(&mut model, Msg::Act("Purge".to_owned(), commands))) {
            tell(&mut model, command);
        }
        assert_eq!(model.engine_link, model.link, "figures of the engine are of this scenario");
        assert!(model.link.contains(".cdn@"), "{}", model.link);
    }

    #[test]
    fn a_run_that_goes_on_keeps_its_log() {
        let mut model = Model::new("?stage=8", Preferences::default(), None);
        note(&mut model, &[line(0, ALERTS[0][0], "errors")]);
        hear(&mut model, Update::Live(Box::default()));
        assert_eq!(model.log.len(), 1);
        let begins = Live { begins: true, ..Live::default() };
        hear(&mut model, Update::Live(Box::new(begins)));
        assert_eq!(model.log.len(), 0);
    }
}
