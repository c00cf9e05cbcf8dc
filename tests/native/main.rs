//! Native tests of the simulation: textbook queues through the public scenario format, laws over
//! many random scenarios, faults, the stages' lesson, and the order of the modules.

mod balancing;
mod caching;
#[allow(dead_code, reason = "some of it is for the accuracy table")]
#[path = "../accuracy/cases/mod.rs"]
mod cases;
mod claims;
mod database;
mod database_sites;
mod edge;
mod edges;
mod failures;
mod faults;
mod first_paint;
mod formulas;
mod identities;
mod laws;
mod layers;
mod links;
mod live;
mod memory;
mod names;
mod operations;
mod oracles;
mod probe;
mod queueing;
mod random_parts;
mod reference;
mod resilience;
mod shards;
mod stages;
mod tidiness;
mod web;
mod wild;
