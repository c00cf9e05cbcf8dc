//! The domain name system: resolvers that remember a site's address for a while, and the name
//! service behind them, which says which site and checks the sites' health.

pub mod checks;
pub mod counts;
pub mod devices;
pub mod policy;
pub mod resolvers;
pub mod state;

use super::param::{Param, Spec, settings};
use crate::run::meters::SITES;
pub use state::State;

/// Name in links and files.
pub const KEY: &str = "dns";
/// Name shown.
pub const LABEL: &str = "DNS";
/// One in each site, or one outside all.
pub const PER_SITE: bool = false;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors", "expire"];

settings! {
    Lookups = Param::number("lookups", "Share that looks up the name", (0.0, 0.1, 1.0),
        "Share of requests that begin a visit: the device does not know the address yet and asks \
         its resolver. A choice: ten requests a visit.");
    Ttl = Param::number("ttl_s", "Time to live", (0.0, 300.0, 86_400.0),
        "How long a resolver remembers the address. 60 s where it should change quickly, 300 s \
         for ordinary records. As a run begins, what each remembers is of any age.").unit("s");
    Resolvers = Param::count("resolvers", "Resolvers in each region", (1, 100, 10_000),
        "Resolvers that users of a region ask, each with a memory of its own; a user always asks \
         the same one.").logarithmic();
    Resolver = Param::number("resolver_ms", "Answer from a resolver", (0.0, 15.0, 1_000.0),
        "The round trip from the user to the resolver. Typical of public resolvers, 5 to 30 ms.")
        .unit("ms");
    Miss = Param::number("miss_ms", "Asking the name service", (0.0, 130.0, 5_000.0),
        "Mean further time where the resolver does not know the address; lognormal with squared \
         coefficient of variation 1. Google Public DNS found 130 ms.").unit("ms");
    Price = Param::number("price_month", "Price", (0.0, 0.5, 1_000.0),
        "USD per month for the zone.").unit("USD");
    Policy = Param::choice("policy", "Which site", policy::POLICIES, 0,
        "With several sites. Nearest: by round trip from the user's region. One address: the first \
         of the order. Weighted: at random. Failover: the first of the order that is well. All but \
         one address leave out sites that are found ill, unless all are.");
    Weights = Param::list("weights", "Weights of sites", (0.0, 1_000.0, SITES),
        "For the weighted split, in the order of the sites: 90,10 is 90 % to the first. None \
         given: all alike.");
    Order = Param::list("order", "Order of sites", (1.0, SITES as f64, SITES),
        "For one address and for failover: numbers of sites, counted from 1, the preferred one \
         first; the others follow in turn.");
    Overstay = Param::number("overstay", "Resolvers that overstay", (0.0, 0.05, 1.0),
        "With several sites: share of resolvers that keep an answer for ten times its time to \
         live. A choice.");
    Visit = Param::number("visit_s", "A device keeps the address", (0.0, 60.0, 86_400.0),
        "With several sites: how long a device goes on with the site it has found, even if that \
         fails; then, or with the next visit, it asks again. Browsers keep names for about a \
         minute (a choice).").unit("s");
    Interval = Param::number("check_s", "Site check every", (0.0, 10.0, 300.0),
        "With several sites: seconds from one check of a site to the next, a request to its front. \
         0 checks nothing. Name services offer 10 and 30 s.").unit("s");
    CheckTimeout = Param::number("check_timeout_s", "Check gives up after", (0.01, 4.0, 60.0),
        "A check that is not answered within this time has failed.").unit("s");
    Failures = Param::count("failures", "Failures until out", (1, 3, 10),
        "Checks in a row that must fail before a site is no longer named.");
    Successes = Param::count("successes", "Successes until in", (1, 3, 10),
        "Checks in a row that must succeed before a site is named again.");
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    1
}

/// The zone by the month.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    spec.number(Setting::Price as usize)
}

#[cfg(test)]
mod tests;
