//! The simulation, pure: no clock, no input or output, no browser, no threads. Lowest layer first;
//! a module uses only those above it in this list, which a test checks. (The empty lines keep the
//! formatter from sorting it.)

pub mod units;

pub mod sorting;

pub mod region;

pub mod rng;

pub mod law;

pub mod zipf;

pub mod histogram;

pub mod run;

pub mod kinds;

pub mod scenario;

pub mod topology;

pub mod traces;

pub mod engine;

pub mod business;

pub mod snapshot;

pub mod journal;

pub mod analysis;

pub mod session;
