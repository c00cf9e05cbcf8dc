//! Traces single requests through a copy of a running system. The copy does one event after the
//! other and the records of the requests are compared in between, so that the run itself has no
//! hook for it, and none of its figures can change.

mod watch;

use super::Engine;
use crate::kinds::behavior::Behavior;
use crate::run::requests::{FAILURES, RequestId};
use crate::traces::{Trace, Traces};
use crate::units::{SECOND, SimTime};
use watch::{Parts, Watch};

/// Requests that are traced at once.
const AT_ONCE: usize = 256;
/// Requests that make the sample.
const SAMPLE: usize = 600;
/// So many more may be traced until one of them fails.
const PATIENCE: u64 = 20_000;
/// Events spent at most.
const MOST_EVENTS: u64 = 2_000_000;
/// Events spent at most before tracing begins.
const MOST_WARM_UP: u64 = 1_000_000;
/// A system that has run for less is let run until then first: it is still filling.
const WARM_UP: SimTime = SimTime(10 * SECOND);

/// Failures so far, by part and of users' requests by class.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures {
    nodes: Vec<[u64; FAILURES.len()]>,
    classes: Vec<[u64; FAILURES.len()]>,
}

/// The reason that was counted more often than before.
fn newer(before: &[u64; FAILURES.len()], now: &[u64; FAILURES.len()]) -> Option<&'static str> {
    let at = before.iter().zip(now).position(|(before, now)| now > before)?;
    Some(FAILURES[at].1)
}

/// Traces under way.
#[derive(Clone, Debug)]
pub struct Tracer {
    engine: Engine,
    parts: Parts,
    watched: Vec<Watch>,
    done: Vec<Trace>,
    /// Requests traced to their end, those not kept included.
    traced: u64,
    began: Option<SimTime>,
    spent: u64,
    before: Failures,
}

impl Tracer {
    /// Begins to trace the requests that this system would get next if nothing changed.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        let engine = engine.clone();
        let scenario = engine.topology.scenario();
        let named = |part| scenario.name(part);
        let many = |place: usize| engine.nodes[place].servers(&engine.ctx).len();
        let parts: Parts = scenario
            .parts
            .iter()
            .enumerate()
            .map(|(place, part)| (part.kind, named(part), many(place)))
            .collect();
        Self {
            parts,
            watched: Vec::new(),
            done: Vec::new(),
            traced: 0,
            began: None,
            spent: 0,
            before: Failures::default(),
            engine,
        }
    }

    /// Goes on for so many events; says how many were spent.
    pub fn advance(&mut self, events: u64) -> u64 {
        let mut spent = 0;
        if self.began.is_none() {
            let most = events.min(MOST_WARM_UP.saturating_sub(self.spent));
            spent = self.engine.run_until(WARM_UP.max(self.engine.now()), most);
            self.spent += spent;
            if spent == most && most > 0 && self.spent < MOST_WARM_UP {
                return spent;
            }
            self.began = Some(self.engine.now());
            self.count();
        }
        while spent < events && !self.is_complete() {
            let place = self.engine.ctx.run.requests.next();
            if self.engine.run_until(SimTime::NEVER, 1) == 0 {
                self.spent = MOST_EVENTS;
                break;
            }
            spent += 1;
            self.spent += 1;
            self.look(place);
        }
        spent
    }

    /// Whether enough has been seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let is_full = self.done.len() >= SAMPLE
            && (self.done.iter().any(|one| one.failure.is_some()) || self.traced >= PATIENCE);
        self.spent >= MOST_EVENTS || is_full
    }

    /// What has been seen.
    #[must_use]
    pub fn traces(&self) -> Traces {
        let at_s = self.began.unwrap_or(SimTime::ZERO).seconds();
        Traces { traced: self.traced, ..Traces::of(at_s, &self.done) }
    }

    /// The state of the copy, for those who check that looking changes nothing.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Looks at all that is traced after an event.
    fn look(&mut self, place: RequestId) {
        let run = &self.engine.ctx.run;
        let mut index = 0;
        while let Some(watch) = self.watched.get_mut(index) {
            if watch.is_as_before(run) {
                index += 1;
                continue;
            }
            let meters = &run.meters;
            let failed = |node: u8| {
                let before = self.before.nodes.get(node as usize)?;
                newer(before, &meters.nodes[node as usize].flow.failed)
            };
            if watch.follow(run, &self.parts, &failed) {
                index += 1;
                continue;
            }
            let class = watch.class();
            let failure = newer(&self.before.classes[class], &meters.classes[class].flow.failed);
            let watch = self.watched.swap_remove(index);
            self.traced += 1;
            let is_first = failure.is_some() && !self.done.iter().any(|t| t.failure.is_some());
            if self.done.len() < SAMPLE || is_first {
                self.done.push(watch.end(run.now, failure));
            }
        }
        let fresh = self.fresh(place);
        self.watched.extend(fresh);
        self.count();
    }

    /// The request that has just begun at the place that was free, if it can be traced.
    fn fresh(&mut self, place: RequestId) -> Option<Watch> {
        let run = &self.engine.ctx.run;
        let is_free = self.watched.len() >= AT_ONCE || !run.requests.holds(place);
        let request = (!is_free).then(|| run.requests.get(place))?;
        let is_new = request.is_users() && request.attempt == 0 && request.born == run.now;
        let is_known = || self.watched.iter().any(|watch| watch.is_of(request));
        (is_new && !is_known()).then(|| Watch::new(place, run, &self.parts))
    }

    fn count(&mut self) {
        let meters = &self.engine.ctx.run.meters;
        self.before.nodes.clear();
        self.before.nodes.extend(meters.nodes.iter().map(|node| *node.flow.failed));
        self.before.classes.clear();
        self.before.classes.extend(meters.classes.iter().map(|class| *class.flow.failed));
    }
}

#[cfg(test)]
mod tests;
