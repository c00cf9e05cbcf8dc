//! Many independent runs side by side: the results stand in order, whatever was done first.

use super::{Failure, Host};
use crate::sim::analysis::report::{self, RunPlan};
use crate::sim::analysis::settle::Settled;
use crate::sim::topology::Topology;
use std::sync::OnceLock;

/// The settled figures of each run, all of the same length.
pub fn settle<'t>(
    runs: &[&'t Topology],
    plan: RunPlan,
    jobs: Option<usize>,
    host: &Host<'_>,
) -> Result<Vec<Settled>, Failure> {
    let cells: Vec<OnceLock<Result<Settled, String>>> =
        runs.iter().map(|_| OnceLock::new()).collect();
    let work = |number: usize| {
        let topology: &'t Topology = runs[number];
        let ran = report::run(topology.clone(), plan, |_| {});
        // Each number is given once: the cell is empty.
        let _ = cells[number].set(ran.map(|(report, _)| report.result));
    };
    (host.each)(runs.len(), jobs.unwrap_or(host.cores).max(1), &work);
    let of = |cell: OnceLock<Result<Settled, String>>| {
        let done = cell.into_inner().unwrap_or_else(|| Err("a run was not made".to_owned()));
        done.map_err(Failure::Law)
    };
    cells.into_iter().map(of).collect()
}
