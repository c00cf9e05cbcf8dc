//! The settings of the load balancer, and what follows from them alone.

use crate::kinds::balancing::{ALGORITHMS, Algorithm};
use crate::kinds::param::{Param, Spec, settings};
use crate::kinds::web_tier;
use crate::law::LAWS;
use crate::units::{HOURS_PER_MONTH, Span};

settings! {
    AlgorithmChoice = Param::choice("algorithm", "Algorithm", ALGORITHMS, 0,
        "How a server is chosen. Static: round robin, sticky (a user stays with the server of the \
         first request), weighted (smooth), hash of user or address. Dynamic: fewest requests \
         open, shortest recent answer times open requests, random, the better of two at random.");
    Weights = Param::list("weights", "Weights", (1.0, 1_000.0, web_tier::MOST as usize),
        "Weights of the servers in turn for weighted round robin; where the list ends, a server's \
         vCPUs are its weight.");
    Latency = Param::number("latency_ms", "Added latency", (0.0, 1.0, 1_000.0),
        "Constant time a request spends in the balancer, at layer 7 typically 0.2 to 5 ms.")
        .unit("ms");
    Service = Param::number("service_ms", "Work of a request", (0.0, 0.02, 1_000.0),
        "Mean time the balancer needs for a request, one at a time: 0.02 ms is 50,000 requests \
         per second. 0 has no limit.").unit("ms");
    ServiceLaw = Param::choice("law", "Law of the work", LAWS, 0,
        "How the balancer's work varies around its mean.");
    Scv = Param::number("scv", "Variation of the work", (0.01, 1.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.")
        .logarithmic();
    Backlog = Param::count("backlog", "Places in the backlog", (0, 100_000, 1_000_000),
        "Requests that may wait at the balancer; more are refused.").logarithmic();
    Interval = Param::number("check_s", "Health check every", (0.0, 5.0, 300.0),
        "Seconds from one check of a server to the next; the servers are checked in turn. 0 \
         checks nothing. Clouds use 5 to 30 s.").unit("s");
    CheckTimeout = Param::number("check_timeout_s", "Check gives up after", (0.01, 2.0, 60.0),
        "A check that is not answered within this time has failed.").unit("s");
    Failures = Param::count("failures", "Failures until out", (1, 2, 10),
        "Checks in a row that must fail before a server gets no more requests.");
    Successes = Param::count("successes", "Successes until in", (1, 2, 10),
        "Checks in a row that must succeed before a server gets requests again.");
    FailOpen = Param::switch("fail_open", "Fail open", true,
        "On: with every server out, requests go to all of them, as common cloud balancers do. Off: \
         they are refused.");
    NewServers = Param::choice("new_servers", "New servers", NEW_SERVERS, 0,
        "When a server that joins, or is back after a deployment, gets requests: after one good \
         check, as in the clouds, or at once. Without checks it is at once.");
    Drain = Param::number("drain_s", "Draining", (0.0, 30.0, 3_600.0),
        "Seconds for which a server that is taken out may finish the requests it has; the rest is \
         cut. A choice; clouds wait up to 300 s.").unit("s");
    Cookie = Param::number("sticky_s", "Life of a sticky cookie", (1.0, 3_600.0, 604_800.0),
        "Seconds for which a sticky user stays with the server of the first request; then the \
         next in turn. 1 h is a choice; clouds use up to 7 days.").unit("s").logarithmic();
    Pair = Param::switch("pair", "Redundant pair", false,
        "On: a second balancer stands by and takes over the address. Off: the balancer is a \
         single point of failure.");
    Takeover = Param::number("takeover_s", "Take-over", (0.0, 3.0, 600.0),
        "Seconds until the other of the pair has noticed the death of the first and answers in its \
         place: three missed messages, one a second, as VRRP does.").unit("s");
    Price = Param::number("price_hour", "Price", (0.0, 0.0225, 100.0),
        "USD per hour of a layer 7 balancer, without its units of capacity; twice for a \
         pair.").unit("USD/h");
}

/// When new servers get requests.
const NEW_SERVERS: &[(&str, &str)] = &[("check", "after a good check"), ("at-once", "at once")];

/// How many servers there are, which faults may name one by one: two of a pair.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    1 + usize::from(spec.is_on(Setting::Pair as usize))
}

/// Whether a user's requests go to the same server as long as that is well.
#[must_use]
pub fn keeps_users(spec: &Spec) -> bool {
    let algorithm = Algorithm::at(spec.count(Setting::AlgorithmChoice as usize));
    matches!(algorithm, Algorithm::Sticky | Algorithm::IpHash)
}

/// For how long a server that is taken out may finish what it has.
#[must_use]
pub fn drain(spec: &Spec) -> Span {
    Span::from_seconds(spec.number(Setting::Drain as usize))
}

/// The balancers by the hour.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    servers(spec) as f64 * spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}
