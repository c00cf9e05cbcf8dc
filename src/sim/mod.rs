//! The simulation, pure: no clock, no input or output, no browser, no threads. Lowest layer first;
//! a module uses only those above it in this list, which a test checks.

pub mod analysis;
pub mod engine;
pub mod histogram;
pub mod kinds;
pub mod law;
pub mod region;
pub mod rng;
pub mod run;
pub mod scenario;
pub mod session;
pub mod snapshot;
pub mod topology;
pub mod units;
