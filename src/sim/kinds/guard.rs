//! Guards: what stands in front of a part for all who call it. A guard passes calls on at once and
//! keeps their callers from harm: time-outs, retries, a circuit breaker, a rate limit, shedding, a
//! bulkhead, hedged requests. Each is off unless set, and counts what it does under its own name.

mod breaker;
mod calls;
mod hedge;
mod limit;
mod retry;
mod state;

use super::Kind;
use super::param::{Param, Spec, settings};
pub use state::Guard;

const RATE_SCOPES: &[(&str, &str)] = &[("all", "all calls together"), ("user", "each user")];
const SLOT_SCOPES: &[(&str, &str)] = &[("all", "all calls together"), ("class", "each class")];

settings! {
    Timeout = Param::number("timeout_ms", "Time-out", (0.0, 0.0, 600_000.0),
        "Longest time a caller waits for an answer, without the network on the way. What the part \
         has begun goes on and is wasted. 0 waits for ever, as many clients do by default.")
        .unit("ms");
    Retries = Param::count("retries", "Retries", (0, 0, 10),
        "Further tries of a call that failed or timed out. What the guard itself refuses is not \
         tried again.");
    Backoff = Param::number("backoff_ms", "Back-off", (0.0, 50.0, 60_000.0),
        "Longest wait before the first retry; it doubles with each further one. A choice within \
         25 to 100 ms, the usual defaults of clients.").unit("ms");
    Jitter = Param::switch("jitter", "Full jitter", true,
        "On: the wait is uniform between nothing and the back-off, so that callers do not come \
         back all at once. Off: it is the back-off.");
    Budget = Param::number("budget", "Retry budget", (0.0, 0.2, 1.0),
        "Retries as a share of calls; ten may be saved up. Keeps retries from making an outage \
         worse. 0 sets no limit. Envoy and Finagle use 20 %.");
    RetryWrites = Param::switch("retry_writes", "Retry writes", true,
        "Off: requests that change data are not tried again, as what timed out may have been \
         done. On: they are, which is right where doing a thing twice is the same as once.");
    BreakerOn = Param::switch("breaker", "Circuit breaker", false,
        "Refuses all calls for a while when too many fail, so that callers fail at once and the \
         part can recover; then lets a few through to try.");
    FailureShare = Param::number("failure_share", "Breaker opens at", (0.01, 0.5, 1.0),
        "Share of the calls in the window that failed. Hystrix and resilience4j use 50 %.");
    Window = Param::number("window_s", "Breaker's window", (0.1, 10.0, 600.0),
        "How far back the breaker looks, in steps of a tenth. Hystrix uses 10 s.").unit("s");
    LeastCalls = Param::count("least_calls", "Breaker judges from", (1, 20, 100_000),
        "Calls in the window below which the breaker does not open. Hystrix uses 20.")
        .logarithmic();
    Pause = Param::number("pause_s", "Breaker stays open", (0.1, 5.0, 600.0),
        "Time from the opening to the first calls let through to try. Hystrix uses 5 s.")
        .unit("s");
    Trials = Param::count("trials", "Trial calls", (1, 10, 1_000),
        "Calls let through to try; when all have answered the breaker closes or opens again by \
         its share. resilience4j uses 10.");
    Rate = Param::number("rate", "Rate limit", (0.0, 0.0, 1_000_000.0),
        "Calls per second let through, by a token bucket; more are refused. 0 has no limit.")
        .unit("calls/s");
    Burst = Param::count("burst", "Burst", (1, 10, 1_000_000),
        "Tokens that the bucket holds: calls let through at once after a rest. A choice.")
        .logarithmic();
    RateScope = Param::choice("rate_per", "Rate limit for", RATE_SCOPES, 0,
        "One bucket for all calls, or one for each user.");
    ShedOpen = Param::count("shed_open", "Shed from open calls", (0, 0, 1_000_000),
        "With so many calls open, static files are refused; with 1.25 times as many reads too, \
         with 1.5 times writes and jobs, with twice as many those of paying users. 0 sheds \
         nothing.").logarithmic();
    ShedAge = Param::number("shed_ms", "Shed from an age", (0.0, 0.0, 600_000.0),
        "The same by the time that the oldest open call has waited; the larger multiple counts. 0 \
         sheds nothing.").unit("ms");
    Paying = Param::number("paying_share", "Paying users", (0.0, 0.1, 1.0),
        "Share of the users who pay, by their number: what they ask for is shed last. A choice.");
    Slots = Param::count("slots", "Bulkhead", (0, 0, 1_000_000),
        "Most calls open at once; more are refused, so that a slow part cannot take all slots of \
         its callers. 0 has no limit.").logarithmic();
    SlotScope = Param::choice("slots_per", "Bulkhead for", SLOT_SCOPES, 0,
        "The limit is for all calls together, or for each class apart.");
    Hedge = Param::number("hedge_ms", "Hedge after", (0.0, 0.0, 600_000.0),
        "A read or file not answered after this time is asked for a second time, and the first \
         good answer wins; the other is wasted. Best at the 95th percentile of the answers' time. \
         0 does not.").unit("ms");
}

/// Declares the kinds of guard: name in links, name shown, kind, kind and module guarded.
macro_rules! guards {
    ($($module:ident, $label:literal: $guard:ident for $ward:ident, $of:ident;)*) => {
        $(
            #[doc = concat!("The guard that stands for: ", $label, ".")]
            pub mod $module {
                use super::{Guard, Kind, Param, Spec};

                /// Name in links and files.
                pub const KEY: &str = stringify!($module);
                /// Name shown.
                pub const LABEL: &str = $label;
                /// One in each site, or one outside all.
                pub const PER_SITE: bool = crate::kinds::$of::PER_SITE;
                /// Faults of the part as a whole.
                pub const TROUBLES: &[&str] = &[];
                /// The settings of this kind.
                pub const PARAMS: &[Param] = super::PARAMS;

                /// A guard lives in its callers: it has no servers.
                #[must_use]
                pub const fn servers(_: &Spec) -> usize {
                    0
                }

                /// A guard costs nothing.
                #[must_use]
                pub const fn monthly_usd(_: &Spec) -> f64 {
                    0.0
                }

                /// The guard of a run.
                #[derive(Clone, Debug)]
                pub struct State(Guard);

                impl State {
                    /// A guard that passes all on.
                    #[must_use]
                    pub fn new(seed: u64) -> Self {
                        Self(Guard::new(seed, Kind::$guard, Kind::$ward))
                    }
                }

                impl core::ops::Deref for State {
                    type Target = Guard;
                    fn deref(&self) -> &Guard {
                        &self.0
                    }
                }

                impl core::ops::DerefMut for State {
                    fn deref_mut(&mut self) -> &mut Guard {
                        &mut self.0
                    }
                }
            }
        )*

        /// The kinds of guard, each with the kind it guards.
        pub const GUARDS: &[(Kind, Kind)] = &[$((Kind::$guard, Kind::$ward)),*];
    };
}

guards! {
    to_lb, "Calls to the balancer": ToBalancer for LoadBalancer, load_balancer;
    to_web, "Calls to the web tier": ToWebTier for WebTier, web_tier;
    to_cache, "Calls to the cache": ToCache for Cache, cache;
    to_db, "Calls to the database": ToDatabase for Database, database;
    to_queue, "Calls to the queue": ToQueue for Queue, queue;
    to_sessions, "Calls to the session store": ToSessions for Sessions, sessions;
    to_cdn, "Calls to the CDN": ToCdn for Cdn, cdn;
}

/// The kind that guards parts of this kind.
#[must_use]
pub fn of(ward: Kind) -> Option<Kind> {
    GUARDS.iter().find(|(_, guarded)| *guarded == ward).map(|(guard, _)| *guard)
}
