//! Millionth: a web system grows from its first user to its millionth, simulated request by request.
pub mod sim;
