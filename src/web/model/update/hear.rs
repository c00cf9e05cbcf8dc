//! What the engine says, as the page takes it on.

use super::address;
use crate::sim::journal::Line;
use crate::sim::scenario::{PresentFault, Scenario, link};
use crate::sim::session::Update;
use crate::sim::units::SimTime;
use crate::web::compare;
use crate::web::history::History;
use crate::web::insight;
use crate::web::lessons::story;
use crate::web::model::{Effect, Model};
use crate::web::remedy;
use crate::web::summary;
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
        Update::Live(live) => {
            let live = Rc::from(live);
            model.history.push(&live);
            if live.figures.at_s == 0.0 {
                (model.history, model.log) = (History::default(), Rc::default());
                model.insight.moment = None;
            }
            note(model, &live.log);
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
            return effects;
        }
    }
    Vec::new()
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
    let waits = |fault: &PresentFault| fault.fault.is_instant() && fault.at == SimTime::ZERO;
    if !model.scenario.faults.iter().any(waits) || lasting(&theirs) != lasting(&model.scenario) {
        return Vec::new();
    }
    model.link = link::write(&theirs);
    model.scenario = Rc::new(theirs);
    vec![address(model, false)]
}

/// Keeps what happened, the newest so many lines.
fn note(model: &mut Model, lines: &[Line]) {
    if lines.is_empty() {
        return;
    }
    let log = Rc::make_mut(&mut model.log);
    log.extend_from_slice(lines);
    let over = log.len().saturating_sub(MOST_LINES);
    log.drain(..over);
}
