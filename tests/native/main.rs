//! Native tests of the simulation: textbook queues through the public scenario format, laws over
//! many random scenarios, faults, the stages' lesson, and the order of the modules.

mod balancing;
mod database;
mod faults;
mod formulas;
mod laws;
mod layers;
mod live;
mod oracles;
mod probe;
mod stages;
mod tidiness;
mod wild;
