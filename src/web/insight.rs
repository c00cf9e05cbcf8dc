//! What the visitor asks of the system beside watching it: where requests spend their time, what
//! must not die, and how it was a while ago.

use super::compare;
use super::marks::{self, Mark};
use super::model::{Effect, Model};
use super::remedy::{self, Limit};
use super::summary;
use super::view::{diagram::trace::Hop, format};
use crate::sim::analysis::settle::Theory;
use crate::sim::analysis::spof::Tolls;
use crate::sim::region::REGIONS;
use crate::sim::scenario::Scenario;
use crate::sim::session::{Command, Question};
use crate::sim::traces::{Trace, Traces};
use std::rc::Rc;

/// Which of the traced requests is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// Nearest the median.
    #[default]
    Typical,
    /// Nearest the 99th percentile.
    Slow,
    /// One that failed.
    Failed,
}

/// The choices, with their words.
pub const CHOICES: [(Which, &str); 3] =
    [(Which::Typical, "typical"), (Which::Slow, "slow"), (Which::Failed, "failed")];

/// A class by its name in results; `None` for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(pub Option<&'static str>);

impl Default for Class {
    fn default() -> Self {
        Self(Some("read"))
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Msg {
    /// Trace requests.
    Trace,
    /// Look at another of those traced.
    Which(Which),
    /// Look at those of a class.
    Class(Class),
    /// Away with the traces.
    HideTraces,
    /// Try out what must not die.
    Threats,
    /// Away with the answer.
    HideThreats,
    /// Look back at a time of the run, in simulated seconds; `None` for back to now.
    Moment(Option<f64>),
    /// Compare with what is kept as A.
    Compare(compare::Msg),
    /// Do what would help.
    Remedy,
    /// Show what theory says of every settled run.
    Theory,
    /// Mark single points of failure in the diagram, or do not.
    Marks(bool),
}

/// What was asked and what is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Insight {
    /// Requests are being traced.
    pub tracing: bool,
    /// Those that were traced.
    pub traces: Option<Rc<Traces>>,
    /// The one that is looked at.
    pub which: Which,
    /// The class whose requests are looked at, else all: reads, which go the whole way.
    pub class: Class,
    /// Deaths are being tried.
    pub trying: bool,
    /// What they cost, as far as tried.
    pub tolls: Option<Rc<Tolls>>,
    /// Single points of failure, where the diagram marks them.
    pub marks: Option<Rc<Vec<Mark>>>,
    /// The time that is looked back at.
    pub moment: Option<f64>,
    /// Settled runs tell what theory says of them.
    pub with_theory: bool,
    /// What theory says of the last one.
    pub theory: Option<Rc<Theory>>,
    /// What limits the system, and what would help.
    pub limit: Limit,
    /// What is kept as A to compare with.
    pub kept: Option<compare::Kept>,
}

impl Insight {
    /// The system is another: what was said of the one before no longer holds, and what is marked
    /// is marked in this one.
    pub fn forget(&mut self, scenario: &Scenario) {
        self.marks = self.marks.as_ref().map(|_| Rc::new(marks::of(scenario)));
        (self.tracing, self.traces) = (false, None);
        (self.trying, self.tolls, self.moment) = (false, None, None);
        (self.limit, self.theory) = (Limit::default(), None);
    }

    /// Whether a panel shows what was asked for.
    #[must_use]
    pub const fn is_answering(&self) -> bool {
        self.traces.is_some() || self.kept.is_some() || self.trying
    }

    /// The engine begins anew, or is another: what it was asked and has not answered it never will.
    pub fn unanswered(&mut self) {
        self.tracing = false;
        if !is_tried(self) {
            (self.trying, self.tolls) = (false, None);
        }
    }

    /// The traces of the class that is looked at; all where it has none.
    #[must_use]
    pub fn of_class(&self) -> Option<&Traces> {
        let all = self.traces.as_deref()?;
        let own = all.classes.iter().find(|(class, _)| Some(class.as_str()) == self.class.0);
        Some(own.map_or(all, |(_, traces)| traces))
    }

    /// The trace that is looked at.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        let traces = self.of_class()?;
        match self.which {
            Which::Typical => traces.typical.as_ref(),
            Which::Slow => traces.slow.as_ref(),
            Which::Failed => traces.failed.as_ref(),
        }
    }

    /// Its way through the diagram.
    #[must_use]
    pub fn way(&self) -> Option<Rc<Vec<Hop>>> {
        let trace = self.trace()?;
        let region = REGIONS.iter().position(|region| region.code == trace.region);
        let hop = |hop: &crate::sim::traces::Hop| Hop {
            part: hop.part.clone(),
            server: if hop.depth == 0 { region } else { hop.server.map(|s| s as usize - 1) },
            failed: hop.failure.is_some() || hop.unfinished,
        };
        Some(Rc::new(trace.hops.iter().map(hop).collect()))
    }
}

/// Takes on what is asked for; `go` leads to a scenario as one step.
pub fn update(model: &mut Model, msg: Msg, go: compare::Go) -> Vec<Effect> {
    let ask = |question: Question| vec![Effect::Send(Command::Ask(question))];
    let insight = &mut model.insight;
    match msg {
        Msg::Trace => {
            insight.tracing = true;
            return ask(Question::Traces);
        }
        Msg::Which(which) => {
            insight.which = which;
            say_trace(model);
        }
        Msg::Class(class) => {
            insight.class = class;
            look_at_any(insight);
            say_trace(model);
        }
        Msg::HideTraces => (insight.tracing, insight.traces) = (false, None),
        Msg::Threats => {
            (insight.trying, insight.tolls) = (true, None);
            insight.marks = Some(Rc::new(marks::of(&model.scenario)));
            return ask(Question::Threats);
        }
        Msg::HideThreats => {
            let was_trying = insight.trying && !is_tried(insight);
            (insight.trying, insight.tolls) = (false, None);
            if was_trying {
                let mut effects = ask(Question::Nothing);
                if insight.tracing {
                    // That ended with it.
                    effects.extend(ask(Question::Traces));
                }
                return effects;
            }
        }
        Msg::Compare(msg) => return compare::update(model, msg, go),
        Msg::Marks(on) => insight.marks = on.then(|| Rc::new(marks::of(&model.scenario))),
        Msg::Theory => {
            insight.with_theory = true;
            return ask(Question::Theory);
        }
        Msg::Remedy => return remedy::apply(model, go),
        Msg::Moment(at) => insight.moment = at.filter(|_| !model.history.times.is_empty()),
    }
    Vec::new()
}

/// Whether all deaths have been tried.
fn is_tried(insight: &Insight) -> bool {
    insight.tolls.as_ref().is_some_and(|tolls| tolls.rows.len() == tolls.of)
}

/// The traces have come.
pub fn traced(model: &mut Model, traces: Rc<Traces>) {
    if !std::mem::take(&mut model.insight.tracing) {
        return;
    }
    model.insight.traces = Some(traces);
    look_at_any(&mut model.insight);
    say_trace(model);
}

/// Looks at one that is there.
fn look_at_any(insight: &mut Insight) {
    if insight.trace().is_none() {
        let has_failed = insight.of_class().is_some_and(|traces| traces.failed.is_some());
        insight.which = if has_failed { Which::Failed } else { Which::Typical };
    }
}

/// Says the trace that is looked at.
fn say_trace(model: &mut Model) {
    if let Some(trace) = model.insight.trace() {
        model.said = in_words(trace, &model.scenario);
    }
}

/// A trace in a sentence: what it came to, and where most of it went.
#[must_use]
pub fn in_words(trace: &Trace, scenario: &Scenario) -> String {
    use crate::sim::traces::Spent;
    let [network, wait, work] =
        [Spent::Network, Spent::Wait, Spent::Work].map(|on| format::duration(trace.spent(on)));
    let waits = |hop: &&crate::sim::traces::Hop| hop.spent(Spent::Wait);
    let longest = trace.hops.iter().max_by(|a, b| waits(a).total_cmp(&waits(b)));
    let longest = longest.filter(|hop| hop.spent(Spent::Wait) > 0.2 * trace.latency_s);
    let longest = longest.map_or_else(String::new, |hop| {
        let name = summary::part_name(&hop.part, scenario);
        format!(" It waited longest at {name}: {}.", format::duration(hop.spent(Spent::Wait)))
    });
    let took = format::duration(trace.latency_s);
    let ended = match &trace.failure {
        None => format!("Answered after {took}"),
        Some(reason) => format!("Failed after {took}, {}", reason_text(reason)),
    };
    let tries =
        if trace.attempts > 1 { format!(", {} tries", trace.attempts) } else { String::new() };
    format!("{ended}{tries}: {network} on the network, {wait} waiting, {work} worked on.{longest}")
}

/// A reason of failure in words.
#[must_use]
pub fn reason_text(reason: &str) -> &str {
    let known = crate::sim::run::requests::FAILURES.iter().find(|(_, name, _)| *name == reason);
    known.map_or(reason, |(_, _, text)| text)
}
