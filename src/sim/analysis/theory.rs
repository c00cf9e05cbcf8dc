//! Queueing theory.
