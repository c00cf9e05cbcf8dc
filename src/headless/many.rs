//! Many independent runs side by side: the results stand in order, whatever was done first.

use super::{Failure, Host};
use crate::sim::analysis::report::{self, RunPlan};
use crate::sim::analysis::settle::Settled;
use crate::sim::topology::Topology;
use std::sync::OnceLock;

/// The settled figures of each run, all of the same length.
pub fn settle(
    runs: &[&Topology],
    plan: RunPlan,
    jobs: Option<usize>,
    host: &Host<'_>,
) -> Result<Vec<Settled>, Failure> {
    let one = |number: usize| {
        let topology: &Topology = runs[number];
        report::run(topology.clone(), plan, |_| {}).map(|(report, _)| report.result)
    };
    each(runs.len(), &one, jobs, host)
}

/// The results of numbered work.
pub fn each<T: Send + Sync>(
    count: usize,
    one: &(dyn Fn(usize) -> Result<T, String> + Sync),
    jobs: Option<usize>,
    host: &Host<'_>,
) -> Result<Vec<T>, Failure> {
    let cells: Vec<OnceLock<Result<T, String>>> = (0..count).map(|_| OnceLock::new()).collect();
    let work = |number: usize| {
        // Each number is given once: the cell is empty.
        let _ = cells[number].set(one(number));
    };
    (host.each)(count, jobs.unwrap_or(host.cores).max(1), &work);
    let of = |cell: OnceLock<Result<T, String>>| {
        let done = cell.into_inner().unwrap_or_else(|| Err("a run was not made".to_owned()));
        done.map_err(Failure::Law)
    };
    cells.into_iter().map(of).collect()
}
