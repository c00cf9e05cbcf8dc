//! The workloads as a plain wasm module: no imports, exports that JavaScript calls and times.
#![expect(unsafe_code, reason = "exported names must not be mangled")]

mod bare;
#[expect(dead_code, reason = "instructions are counted natively")]
mod workloads;

use std::cell::{Cell, LazyCell};
use workloads::Workload;

thread_local! {
    static WORKLOADS: LazyCell<Vec<Workload>> = const { LazyCell::new(workloads::all) };
    static MEAN_MS: Cell<f64> = const { Cell::new(0.0) };
}

/// How many workloads there are; they are numbered from 1, and 0 is the bare loop.
#[unsafe(no_mangle)]
pub extern "C" fn workloads() -> u32 {
    WORKLOADS.with(|workloads| workloads.len() as u32)
}

/// Where the name of a workload stands in memory.
#[unsafe(no_mangle)]
pub extern "C" fn name(index: u32) -> *const u8 {
    WORKLOADS.with(|workloads| workloads[index as usize - 1].name.as_ptr())
}

/// How many bytes the name of a workload has.
#[unsafe(no_mangle)]
pub extern "C" fn name_length(index: u32) -> u32 {
    WORKLOADS.with(|workloads| workloads[index as usize - 1].name.len() as u32)
}

/// Runs a round of a workload; gives the requests that came to their end.
#[unsafe(no_mangle)]
pub extern "C" fn run(index: u32) -> f64 {
    let round = WORKLOADS.with(|workloads| match index.checked_sub(1) {
        None => bare::Bare::run(workloads::REQUESTS),
        Some(index) => workloads[index as usize].run(),
    });
    MEAN_MS.set(round.mean_ms);
    round.requests as f64
}

/// The mean time of the last round in milliseconds: everywhere the same, if the same work is done.
#[unsafe(no_mangle)]
pub extern "C" fn mean_ms() -> f64 {
    MEAN_MS.get()
}
