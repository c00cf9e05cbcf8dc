//! What is computed from runs and beside them: settled numbers with intervals, and theory.

pub mod report;
pub mod settle;
pub mod theory;
