//! What is computed from runs and beside them: settled numbers with intervals, theory, what limits
//! a system, what breaks it, what it costs, and what would happen if it were different.

pub mod availability;
pub mod batches;
pub mod bottleneck;
pub mod check;
pub mod comparisons;
pub mod cost;
pub mod metric;
pub mod names;
pub mod plan;
pub mod report;
pub mod settle;
pub mod spof;
pub mod stations;
pub mod sweep;
pub mod theory;
pub mod unit;
