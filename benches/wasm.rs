//! The workloads as a plain wasm module: no imports, two exports that Node calls and times.
#![expect(unsafe_code, reason = "exported names must not be mangled")]

mod workloads;

use workloads::{Bare, Round, WORKLOADS};

fn run(index: u32) -> Option<Round> {
    match (index as usize).checked_sub(1) {
        None => Some(Bare::run(WORKLOADS[2].2)),
        Some(workload) => (workload < WORKLOADS.len()).then(|| workloads::engine(workload)),
    }
}

/// Runs a workload, 0 for the bare loop; gives the requests done, 0 when there is no such workload.
#[unsafe(no_mangle)]
pub extern "C" fn requests(index: u32) -> f64 {
    run(index).map_or(0.0, |round| round.requests as f64)
}

/// The mean time of a workload in milliseconds, to show that the same work is done.
#[unsafe(no_mangle)]
pub extern "C" fn mean_ms(index: u32) -> f64 {
    run(index).map_or(0.0, |round| round.mean_ms)
}
