//! Whether a scenario keeps what it claims: each claim is measured over its own stretch of one run,
//! with its interval, and the first moment at which it broke is found.

use super::metric::Wanted;
use super::names;
use super::report::{self, Report, RunPlan};
use super::settle::{Estimate, Settled, settled};
use super::unit;
use crate::engine::Engine;
use crate::kinds::Kind;
use crate::run::meters::Sample;
use crate::scenario::check::{Check, Moment, Phase};
use crate::scenario::{PresentFault, Scenario};
use crate::snapshot::{PartView, Snapshot};
use crate::topology::Topology;
use crate::units::{MILLISECOND, SimTime, Span};
use serde::Serialize;

/// A claim that can be measured: its metric exists and its time lies in the run.
#[derive(Clone, Debug)]
pub struct Claim {
    check: Check,
    wanted: Wanted,
    /// The metric's unit in that of the claim: what a figure is divided by to be shown.
    scale: f64,
    unit: String,
    from: SimTime,
    to: SimTime,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The claim, as files have it.
    pub check: String,
    /// Whether the figure keeps to the bound.
    pub holds: bool,
    /// Whether the bound lies within the figure's 95 % interval: a longer run would tell better.
    pub close: bool,
    /// The sign and the bound, with the unit.
    pub expected: String,
    /// The figure in the unit of the bound; `None` where there was nothing to measure.
    pub measured: Option<Estimate>,
    /// The most that the figure can be, in that unit.
    #[serde(skip)]
    pub most: f64,
    /// The unit of the bound and of the figure.
    pub unit: String,
    /// Where the stretch begins, in simulated seconds.
    pub from_s: f64,
    /// Where it ends.
    pub to_s: f64,
    /// The first slice of the stretch that broke it: from when to when, in simulated seconds.
    pub broke_s: Option<(f64, f64)>,
}

/// Slices of a stretch, in which the first moment of a breach is looked for.
const SLICES: u64 = 100;
/// Slices in a batch, of which there are twenty: they give the interval.
const SLICES_PER_BATCH: u64 = 5;

impl Claim {
    /// Makes a claim measurable in a run of this system.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn new(check: &Check, topology: &Topology, plan: RunPlan) -> Result<Self, String> {
        let named = |what: String| format!("“{}”: {what}", check.write());
        let wanted = wanted(check, topology).map_err(named)?;
        let (scale, unit) = unit::scale(&check.unit, &wanted).map_err(named)?;
        let (from, to) = stretch(&check.phase, topology.scenario(), plan).map_err(named)?;
        let end = end(plan);
        if to > end || from >= end {
            let (to, end) = (to.max(from).seconds(), end.seconds());
            return Err(named(format!("needs {to} s, and the run ends at {end} s (--duration)")));
        }
        if to.since(from) < Span(MILLISECOND) {
            return Err(named("its time is over before it begins".to_owned()));
        }
        Ok(Self { check: check.clone(), wanted, scale, unit, from, to })
    }

    /// The end of a slice; of the one before the first, the beginning.
    fn stop(&self, slice: u64) -> SimTime {
        let length = u128::from(self.to.since(self.from).0);
        self.from.after(Span((length * u128::from(slice) / u128::from(SLICES)) as u64))
    }

    fn figure(&self, settled: &Settled) -> Option<Estimate> {
        let shown = |x: f64| x / self.scale;
        self.wanted.of(settled).map(|Estimate { value, half_width }| Estimate {
            value: shown(value),
            half_width: half_width.map(shown),
        })
    }

    fn holds(&self, figure: f64) -> bool {
        self.check.sign.holds(figure, self.check.bound)
    }
}

fn end(plan: RunPlan) -> SimTime {
    SimTime::ZERO.after(plan.warm_up).after(plan.duration)
}

/// The metric that a claim names: one of the table, or what a part counts or measures.
fn wanted(check: &Check, topology: &Topology) -> Result<Wanted, String> {
    let (metric, of) = (&check.metric, &check.of);
    let full = |metric: &str, of: &str| {
        if of.is_empty() { metric.to_owned() } else { format!("{metric}.{of}") }
    };
    let singular = of.strip_suffix('s').unwrap_or(of);
    let mut wrong = String::new();
    for of in [of.as_str(), singular] {
        match Wanted::read(&full(metric, of)).and_then(|w| w.check(topology).map(|()| w)) {
            Ok(wanted) => return Ok(wanted),
            Err(what) if wrong.is_empty() => wrong = what,
            Err(_) => {}
        }
    }
    let sample = Engine::new(topology.clone()).sample();
    let figures = Snapshot::between(topology, &sample, &sample);
    let is_of = |part: &&PartView| {
        let kind = names::kind(&part.key).map(Kind::key);
        of.is_empty() || part.key == *of || kind == Some(of.as_str())
    };
    let mut found: Vec<String> = Vec::new();
    for part in figures.parts.iter().filter(is_of) {
        // A part of a site is meant only where it was named; else all of its kind.
        let kind = names::kind(&part.key).filter(|_| *of != part.key);
        let of = kind.map_or_else(|| part.key.clone(), |kind| kind.key().to_owned());
        let has = [
            ("counter", names::counter(part, metric).is_some()),
            ("gauge", names::gauge(part, metric).is_some()),
        ];
        found.extend(has.iter().filter(|(_, has)| *has).map(|(w, _)| format!("{w}.{of}.{metric}")));
    }
    found.dedup();
    match &found[..] {
        [] => Err(wrong),
        [one] => Wanted::read(one),
        several => Err(format!("say which is meant: {}", several.join(", "))),
    }
}

/// The stretch of time of a phase.
fn stretch(
    phase: &Phase,
    scenario: &Scenario,
    plan: RunPlan,
) -> Result<(SimTime, SimTime), String> {
    let (start, end) = (SimTime::ZERO.after(plan.warm_up), end(plan));
    let begin = |moment: &Moment| match moment {
        Moment::At(at) => Ok(*at),
        Moment::Event(name) => event(name, scenario).map(|(from, _)| from),
    };
    let over = |moment: &Moment| match moment {
        Moment::At(at) => Ok(*at),
        Moment::Event(name) => {
            event(name, scenario)?.1.ok_or_else(|| format!("{name} never ends: say during {name}"))
        }
    };
    Ok(match phase {
        Phase::Whole => (start, end),
        Phase::After(moment) => (over(moment)?, end),
        Phase::Before(moment) => (start, begin(moment)?),
        Phase::Between(from, to) => (over(from)?, begin(to)?),
        Phase::During(name) => {
            let (from, to) = event(name, scenario)?;
            if to == Some(from) {
                return Err(format!("{name} happens at an instant: say after {name}"));
            }
            (from, to.unwrap_or(end))
        }
    })
}

/// When the first event of this name begins and ends: a fault of the timeline with or without its
/// time, or a change of a setting.
fn event(name: &str, scenario: &Scenario) -> Result<(SimTime, Option<SimTime>), String> {
    let bare =
        |fault: &PresentFault| PresentFault { at: SimTime::ZERO, lasts: None, ..*fault }.write();
    let is = |fault: &&PresentFault| {
        let text = fault.write();
        text == name || bare(fault) == name || text.split("for").next() == Some(name)
    };
    let first = scenario.faults.iter().filter(is).min_by_key(|fault| fault.at);
    if let Some(fault) = first {
        let end = if fault.fault.is_instant() { Some(fault.at) } else { fault.end() };
        return Ok((fault.at, end));
    }
    if let Some(change) = scenario.changes.iter().find(|change| change.key == name) {
        return Ok((change.at, Some(change.at)));
    }
    let faults = scenario.faults.iter().map(bare);
    let known: Vec<String> = faults.chain(scenario.changes.iter().map(|c| c.key.clone())).collect();
    let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
    Err(format!("{name} does not happen; on the timeline there is {known}"))
}

/// A claim being measured.
struct Watch<'a> {
    claim: &'a Claim,
    slice: u64,
    first: Option<Sample>,
    last: Option<Sample>,
    batches: Vec<Sample>,
    broke: Option<(SimTime, SimTime)>,
}

impl Watch<'_> {
    /// Looks at a sample of the run, if one of the claim's slices ends there.
    fn look(&mut self, topology: &Topology, sample: &Sample) {
        if self.slice > SLICES || sample.at != self.claim.stop(self.slice) {
            return;
        }
        // What is counted adds up over the stretch; all else is that of the slice alone.
        let counts = self.claim.wanted.metric.key == "counter";
        let start = if counts { self.first.as_ref() } else { self.last.as_ref() };
        if let (Some(start), None) = (start, self.broke) {
            let figure = self.claim.figure(&settled(topology, &[start, sample], false));
            let from = self.last.as_ref().map_or(start.at, |last| last.at);
            if figure.is_some_and(|figure| !self.claim.holds(figure.value)) {
                self.broke = Some((from, sample.at));
            }
        }
        if self.slice.is_multiple_of(SLICES_PER_BATCH) {
            self.batches.push(sample.clone());
        }
        if self.first.is_none() {
            self.first = Some(sample.clone());
        }
        self.last = Some(sample.clone());
        self.slice += 1;
    }

    fn verdict(&self, topology: &Topology) -> Verdict {
        let claim = self.claim;
        let figures = settled(topology, &self.batches, true);
        let measured = claim.figure(&figures);
        let holds = measured.is_some_and(|figure| claim.holds(figure.value));
        let off = measured.map(|figure| (figure.value - claim.check.bound).abs());
        let half = measured.and_then(|figure| figure.half_width);
        let seconds = |(from, to): (SimTime, SimTime)| (from.seconds(), to.seconds());
        let expected =
            format!("{} {}{}", claim.check.sign.symbol(), claim.check.bound, gap(&claim.unit));
        Verdict {
            check: claim.check.write(),
            holds,
            close: off.zip(half).is_some_and(|(off, half)| off <= half),
            expected,
            measured,
            most: claim.wanted.metric.most() / claim.scale,
            unit: claim.unit.clone(),
            from_s: claim.from.seconds(),
            to_s: claim.to.seconds(),
            broke_s: self.broke.filter(|_| !holds).map(seconds),
        }
    }
}

/// A unit to stand after a number.
#[must_use]
pub fn gap(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" {unit}") }
}

/// Runs a system once and judges all claims by it.
///
/// # Errors
/// The law that the run broke, which would be a defect of the simulator.
pub fn run(
    topology: &Topology,
    plan: RunPlan,
    claims: &[Claim],
    tell: impl FnMut(f64),
) -> Result<(Vec<Verdict>, Report), String> {
    let watch = |claim| Watch {
        claim,
        slice: 0,
        first: None,
        last: None,
        batches: Vec::new(),
        broke: None,
    };
    let mut watches: Vec<Watch<'_>> = claims.iter().map(watch).collect();
    let slices = |claim: &Claim| (0..=SLICES).map(|k| claim.stop(k)).collect::<Vec<_>>();
    let stops: Vec<SimTime> = claims.iter().flat_map(slices).collect();
    let mut look = |sample: &Sample| {
        for watch in &mut watches {
            watch.look(topology, sample);
        }
    };
    let (report, _) = report::run_watched(topology.clone(), plan, &stops, &mut look, tell)?;
    Ok((watches.iter().map(|watch| watch.verdict(topology)).collect(), report))
}

#[cfg(test)]
mod tests;
