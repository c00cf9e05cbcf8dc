//! Capacity plan: the cheapest counts and sizes that meet goals, found by simulating. The search is
//! exact over its grid if more never hurts, and says how many runs it took.

mod axes;

use super::metric::Wanted;
use super::settle::{Estimate, Settled};
use super::sweep::Axis;
use super::unit::UNITS;
use crate::kinds::param::quoted;
use crate::scenario::{Problem, Scenario, link};
use crate::topology::Topology;
pub use axes::{check, usual_axes};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};

/// What a plan has to meet: a metric with a bound.
#[derive(Clone, Debug)]
pub struct Goal {
    /// The metric.
    pub wanted: Wanted,
    /// Whether the bound is the most; else it is the least.
    pub at_most: bool,
    /// The bound, in the metric's unit.
    pub bound: f64,
    text: String,
}

/// Goals where none are given: what the stages of the story are held to.
pub const USUAL_GOALS: [&str; 2] = ["p99<=1s", "errors<=0.1%"];

impl Goal {
    /// Reads a goal such as `p99<=200ms`, `errors<=0.1%` or `availability>=99.9%`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is not a goal such as p99<=200ms", quoted(text));
        let (at, sign) = ["<=", ">="]
            .iter()
            .find_map(|sign| text.find(sign).map(|at| (at, *sign)))
            .ok_or_else(wrong)?;
        let wanted = Wanted::read(&text[..at])?;
        let number = text[at + sign.len()..].trim();
        let fits =
            |unit: &&(&str, &str, f64)| unit.1 == wanted.metric.unit && number.ends_with(unit.0);
        let (number, scale) = match UNITS.iter().find(fits) {
            Some((end, _, scale)) => (number[..number.len() - end.len()].trim(), *scale),
            None => (number, 1.0),
        };
        let bound = number.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(wrong)?;
        let text = text.to_owned();
        Ok(Self { wanted, at_most: sign == "<=", bound: bound * scale, text })
    }

    /// The goal as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a run meets it: with the whole of its 95 % interval, so that no plan rests on luck.
    /// Where requests pile up, times and errors keep to no bound, however long that takes.
    #[must_use]
    pub fn is_met(&self, settled: &Settled) -> bool {
        let metric = self.wanted.metric;
        let grows = metric.unit == "s" || metric.key == "errors";
        if self.at_most && grows && settled.is_growing() {
            return false;
        }
        self.wanted.of(settled).is_some_and(|Estimate { value, half_width }| {
            let half = half_width.unwrap_or(0.0);
            if self.at_most { value + half <= self.bound } else { value - half >= self.bound }
        })
    }
}

/// What a search found, and how.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The settings that were searched.
    pub keys: Vec<String>,
    /// The cheapest that meet all goals; `None` where even the most does not.
    pub best: Option<Candidate>,
    /// Runs that were simulated.
    pub runs: usize,
    /// Combinations in the grid.
    pub combinations: usize,
    /// Whether the search stopped at its bound of runs before it had an answer.
    pub gave_up: bool,
    /// Every run made, in order.
    pub tried: Vec<Candidate>,
}

/// One combination, simulated.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    /// The settings' values.
    pub values: Vec<String>,
    /// Its cost as measured: by prices, and by use where a part is paid for by use.
    pub usd_per_month: f64,
    /// Its cost by prices alone.
    pub usd_by_price: f64,
    /// Whether it meets all goals.
    pub meets: bool,
    /// The goals' metrics.
    pub metrics: Vec<Option<Estimate>>,
    /// The link that brings it back.
    pub link: String,
}

/// Most runs of a search.
pub const MOST_RUNS: usize = 400;
/// Runs that are made side by side, whatever the machine, so that the count is always the same.
const ABREAST: usize = 4;
/// A search under way. It asks for runs and is told of their results.
pub struct Search<'a> {
    topology: &'a Topology,
    axes: &'a [Axis],
    goals: &'a [Goal],
    tried: BTreeMap<Vec<usize>, Candidate>,
    order: Vec<Vec<usize>>,
}

/// Carries out independent runs, many at once where it can; the results stand in order.
pub type Each<'a> = &'a dyn Fn(&[Topology]) -> Result<Vec<Settled>, String>;

impl<'a> Search<'a> {
    /// A search that has not begun. Goals and axes have been checked.
    #[must_use]
    pub const fn new(topology: &'a Topology, axes: &'a [Axis], goals: &'a [Goal]) -> Self {
        Self { topology, axes, goals, tried: BTreeMap::new(), order: Vec::new() }
    }

    /// Searches to the end, if more never hurts.
    ///
    /// First each setting's least value is found that meets the goals with all others at their
    /// most, by halving: nothing below it can be part of an answer. What is left is looked at in
    /// the order of its cost. Each part's settings are first tried with all others at their most:
    /// where that fails, nothing with as little of that part can be an answer. The first
    /// combination that meets the goals is the cheapest.
    ///
    /// # Errors
    /// The law that a run broke, which would be a defect of the simulator.
    pub fn run(mut self, each: Each<'_>) -> Result<Found, String> {
        let top: Vec<usize> = self.axes.iter().map(|axis| axis.values.len() - 1).collect();
        self.simulate(std::slice::from_ref(&top), each)?;
        if !self.has_met(&top) {
            return Ok(self.found(None, false));
        }
        let least = self.least(&top, each)?;
        let mut left = VecDeque::from(self.by_cost(&least, &top));
        let mut best: Option<Vec<usize>> = None;
        loop {
            let mut batch = Vec::new();
            while let Some(at) = left.pop_front() {
                if !self.is_hopeless(&at) {
                    batch.push(at);
                }
                if batch.len() == ABREAST {
                    break;
                }
            }
            if batch.is_empty() {
                return Ok(self.found(best.as_ref(), false));
            }
            let mut probes: Vec<Vec<usize>> =
                batch.iter().flat_map(|at| self.probes(at, &top)).collect();
            probes.retain(|at| !self.is_hopeless(at) && !self.is_safe(at));
            self.simulate(&probes, each)?;
            batch.retain(|at| !self.is_hopeless(at));
            self.simulate(&batch, each)?;
            let met = batch.into_iter().filter(|at| self.has_met(at));
            // Of equal ones the first.
            best = best.into_iter().chain(met).min_by(|a, b| self.cost(a).total_cmp(&self.cost(b)));
            if let Some(found) = &best {
                // By use, what is dearer by price may be cheaper: those that could be are tried.
                let limit = (self.cost(found) - self.least_use()) * (1.0 - 1e-9);
                left.retain(|at| self.scenario(at).monthly_usd() < limit);
            }
            if self.order.len() >= MOST_RUNS && !left.is_empty() {
                return Ok(self.found(best.as_ref(), best.is_none()));
            }
        }
    }

    /// What a combination that was simulated costs.
    fn cost(&self, at: &[usize]) -> f64 {
        self.tried.get(at).map_or(f64::INFINITY, |candidate| candidate.usd_per_month)
    }

    /// The least by which use made a combination dearer than its price, or the most by which it
    /// made one cheaper, so far.
    fn least_use(&self) -> f64 {
        let more = |c: &Candidate| c.usd_per_month - c.usd_by_price;
        self.tried.values().map(more).fold(f64::INFINITY, f64::min)
    }

    /// The least value of each setting that meets the goals with all others at their most.
    fn least(&mut self, top: &[usize], each: Each<'_>) -> Result<Vec<usize>, String> {
        let (mut low, mut high) = (vec![0; top.len()], top.to_vec());
        loop {
            let open: Vec<usize> = (0..top.len()).filter(|&axis| low[axis] < high[axis]).collect();
            if open.is_empty() {
                return Ok(low);
            }
            let middle = |&axis: &usize| {
                let mut at = top.to_vec();
                at[axis] = low[axis].midpoint(high[axis]);
                at
            };
            let batch: Vec<Vec<usize>> = open.iter().map(middle).collect();
            self.simulate(&batch, each)?;
            for (&axis, at) in open.iter().zip(&batch) {
                if self.has_met(at) {
                    high[axis] = at[axis];
                } else {
                    low[axis] = at[axis] + 1;
                }
            }
        }
    }

    /// All combinations from `least` up to `top`, cheapest first.
    fn by_cost(&self, least: &[usize], top: &[usize]) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for axis in 0..top.len() {
            let longer = |at: Vec<usize>| {
                (least[axis]..=top[axis]).map(move |value| {
                    let mut at = at.clone();
                    at.push(value);
                    at
                })
            };
            all = all.into_iter().flat_map(longer).collect();
        }
        let cost = |at: &Vec<usize>| self.scenario(at).monthly_usd();
        let mut costed: Vec<(f64, Vec<usize>)> =
            all.into_iter().map(|at| (cost(&at), at)).collect();
        costed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        costed.into_iter().map(|(_, at)| at).collect()
    }

    /// One part's settings of a combination, with all others at their most; for each part.
    fn probes(&self, at: &[usize], top: &[usize]) -> Vec<Vec<usize>> {
        let part = |axis: &Axis| axis.key.split('.').next().unwrap_or_default().to_owned();
        let mut parts: Vec<String> = self.axes.iter().map(part).collect();
        parts.dedup();
        let probe = |name: &String| {
            let own = |axis: usize| part(&self.axes[axis]) == *name;
            (0..at.len()).map(|axis| if own(axis) { at[axis] } else { top[axis] }).collect()
        };
        parts.iter().map(probe).collect()
    }

    /// Whether something with no less of anything has failed already.
    fn is_hopeless(&self, at: &[usize]) -> bool {
        self.tried.iter().any(|(other, candidate)| !candidate.meets && covers(other, at))
    }

    /// Whether something with no more of anything has met the goals already.
    fn is_safe(&self, at: &[usize]) -> bool {
        self.tried.iter().any(|(other, candidate)| candidate.meets && covers(at, other))
    }

    fn has_met(&self, at: &[usize]) -> bool {
        self.tried.get(at).is_some_and(|candidate| candidate.meets)
    }

    fn scenario(&self, at: &[usize]) -> Scenario {
        let mut scenario = self.topology.scenario().clone();
        for (axis, &value) in self.axes.iter().zip(at) {
            let set = scenario.set(&axis.key, &axis.values[value]);
            debug_assert!(set.is_ok(), "the values of a search can be set");
        }
        scenario.drop_faults_of_nothing();
        scenario
    }

    /// Simulates those that have not been.
    fn simulate(&mut self, batch: &[Vec<usize>], each: Each<'_>) -> Result<(), String> {
        let mut fresh: Vec<Vec<usize>> = Vec::new();
        for at in batch.iter().filter(|at| !self.tried.contains_key(*at)) {
            if !fresh.contains(at) {
                fresh.push(at.clone());
            }
        }
        let in_words = |problems: Vec<Problem>| {
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        let runs: Result<Vec<Topology>, _> =
            fresh.iter().map(|at| Topology::build(&self.scenario(at))).collect();
        let runs = runs.map_err(in_words)?;
        let settled = each(&runs)?;
        for (at, (run, settled)) in fresh.into_iter().zip(runs.iter().zip(settled)) {
            let values = self.axes.iter().zip(&at).map(|(axis, &value)| axis.values[value].clone());
            let candidate = Candidate {
                values: values.collect(),
                usd_per_month: settled.figures.usd_per_month,
                usd_by_price: run.scenario().monthly_usd(),
                meets: self.goals.iter().all(|goal| goal.is_met(&settled)),
                metrics: self.goals.iter().map(|goal| goal.wanted.of(&settled)).collect(),
                link: link::write(run.scenario()),
            };
            self.order.push(at.clone());
            self.tried.insert(at, candidate);
        }
        Ok(())
    }

    fn found(&self, best: Option<&Vec<usize>>, gave_up: bool) -> Found {
        Found {
            keys: self.axes.iter().map(|axis| axis.key.clone()).collect(),
            best: best.and_then(|at| self.tried.get(at)).cloned(),
            runs: self.order.len(),
            combinations: self.axes.iter().map(|axis| axis.values.len()).product(),
            gave_up,
            tried: self.order.iter().filter_map(|at| self.tried.get(at)).cloned().collect(),
        }
    }
}

/// Whether one combination has no less of anything than another.
fn covers(more: &[usize], less: &[usize]) -> bool {
    more.iter().zip(less).all(|(more, less)| more >= less)
}

#[cfg(test)]
mod tests;
