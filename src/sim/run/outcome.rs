//! What requests ask for, and how they end.

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Class {
    /// A file: picture, style sheet, script.
    Static,
    /// Reads data.
    #[default]
    Read,
    /// Changes data.
    Write,
    /// Asks for slow work, such as the processing of a photo.
    Job,
    /// A part's own: a health check, a copy to a replica, a refill. Not a user's request.
    Probe,
}

/// The classes that users send, with the names used in results.
pub const CLASSES: [(Class, &str); 4] = [
    (Class::Static, "static"),
    (Class::Read, "read"),
    (Class::Write, "write"),
    (Class::Job, "job"),
];

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    /// Answered.
    Good,
    /// A full backlog refused it.
    BacklogFull,
    /// No healthy server was there to take it.
    Unavailable,
    /// The server that had it died.
    Lost,
    /// The user gave up waiting.
    TimedOut,
    /// More requests in flight than the simulator holds.
    SimulatorFull,
    /// The part answered with an error.
    Error,
    /// A link on the way was cut.
    Unreachable,
    /// No server took writes: the primary was gone and no other yet in its place.
    NoPrimary,
    /// All connections of the database were in use.
    ConnectionLimit,
    /// The caller gave up waiting for this call.
    CallTimedOut,
    /// A circuit breaker was open.
    CircuitOpen,
    /// A rate limit was exceeded.
    RateLimited,
    /// Shed to protect what is more important.
    Shed,
    /// All slots kept for such calls were in use.
    BulkheadFull,
    /// The release that answered it was bad.
    BadRelease,
    /// The server had no memory left for it.
    OutOfMemory,
}

/// Every way to fail, with the names used in results and shown to people.
pub const FAILURES: [(Outcome, &str, &str); 16] = [
    (Outcome::BacklogFull, "backlog_full", "backlog full"),
    (Outcome::Unavailable, "unavailable", "no server up"),
    (Outcome::Lost, "lost", "server died"),
    (Outcome::TimedOut, "timed_out", "timed out"),
    (Outcome::SimulatorFull, "simulator_full", "simulator full"),
    (Outcome::Error, "error", "error"),
    (Outcome::Unreachable, "unreachable", "link cut"),
    (Outcome::NoPrimary, "no_primary", "no primary"),
    (Outcome::ConnectionLimit, "connection_limit", "no connection free"),
    (Outcome::CallTimedOut, "call_timed_out", "call timed out"),
    (Outcome::CircuitOpen, "circuit_open", "circuit open"),
    (Outcome::RateLimited, "rate_limited", "rate limited"),
    (Outcome::Shed, "shed", "shed"),
    (Outcome::BulkheadFull, "bulkhead_full", "bulkhead full"),
    (Outcome::BadRelease, "bad_release", "bad release"),
    (Outcome::OutOfMemory, "out_of_memory", "out of memory"),
];

impl Outcome {
    /// Place in [`FAILURES`], or `None` for a good answer.
    #[inline]
    #[must_use]
    pub const fn failure(self) -> Option<usize> {
        match self {
            Self::Good => None,
            other => Some(other as usize - 1),
        }
    }
}
