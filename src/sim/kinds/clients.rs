//! The users: who asks for what, when, from where; how long they wait and how often they try.

pub mod arrivals;
pub mod demand;
pub mod pattern;
pub mod places;
pub mod state;

use super::param::{Param, Spec, settings};
use crate::region::{self, AUDIENCE_SHARES, AUDIENCES};
use crate::units::SECONDS_PER_DAY;
use crate::zipf;
pub use demand::{Sizes, class_shares};
pub use state::State;

/// Name in links and files.
pub const KEY: &str = "clients";
/// Name shown.
pub const LABEL: &str = "Users";
/// One in each site, or one outside all.
pub const PER_SITE: bool = false;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["spike"];

const ARRIVALS: &[(&str, &str)] = &[("poisson", "Poisson"), ("constant", "constant rate")];

settings! {
    Rate = Param::number("rate", "Traffic", (0.01, 100.0, 1_000_000.0),
        "Requests per second that users make, retries not counted, at the busiest hour.")
        .unit("req/s").logarithmic();
    PerUser = Param::number("per_user", "Requests of a user and day", (1.0, 125.0, 10_000.0),
        "Turns requests per second into daily users: a choice between 50 dynamic requests and \
         about 200 with the files a browser does not have yet.").logarithmic();
    Peak = Param::number("peak", "Peak to mean", (1.0, 2.5, 10.0),
        "The busiest hour's rate over the day's mean: 2.5 in one time zone, 1.7 for an audience \
         all over the world. The daily wave has its own.");
    Arrivals = Param::choice("arrivals", "Arrivals", ARRIVALS, 0,
        "Poisson: users do not know of each other. Constant: one request every 1/rate.");
    StaticShare = Param::number("static_share", "Share of static files", (0.0, 0.6, 1.0),
        "Share of web clients' requests that are for files: pictures, style sheets, scripts.");
    ReadShare = Param::number("read_share", "Share of reads", (0.0, 0.95, 1.0),
        "Share of the dynamic requests, jobs apart, that only read. 20 reads for each write are \
         common.");
    Audience = Param::choice("audience", "Audience", AUDIENCES, 0,
        "Where users live: a Western product, or all Internet users of the world.");
    Shares = Param::list("shares", "Shares of regions", (0.0, 1e9, region::COUNT),
        "Users of each region in any unit, in the order NAE, NAW, SA, EU, AF, ME, SAS, SEA, EA, \
         OC; used instead of the audience where given.");
    Users = Param::count("users", "Distinct users", (1, 100_000, 16_000_000),
        "How many different users there are, for stickiness and hashing: each request comes from \
         one of them, all alike but for user 0, who may be a celebrity.").logarithmic();
    Urls = Param::count("urls", "Distinct addresses", (1, 10_000, 16_000_000),
        "How many different addresses are asked for: the keys of caches and databases.")
        .logarithmic();
    Timeout = Param::number("timeout_s", "Patience", (0.0, 10.0, 600.0),
        "Seconds a user waits for an attempt before giving it up; the work under way goes on and \
         is wasted. 0 waits for ever.").unit("s");
    Retries = Param::count("retries", "Retries", (0, 2, 10),
        "Further attempts after one that failed or was given up.");
    Backoff = Param::number("backoff_ms", "Back-off", (0.0, 100.0, 60_000.0),
        "Longest wait before the first retry; it doubles with each further one.").unit("ms");
    Jitter = Param::switch("jitter", "Full jitter", true,
        "On: the wait before a retry is uniform between nothing and the back-off, so that clients \
         do not come back all at once. Off: it is the back-off.");
    JobShare = Param::number("job_share", "Share of jobs", (0.0, 0.0, 1.0),
        "Share of the dynamic requests that ask for slow work, such as the processing of a photo.");
    MobileShare = Param::number("mobile_share", "Share of mobile apps", (0.0, 0.0, 1.0),
        "Share of requests from apps on phones, which ask for JSON and never for files: of all \
         requests, (1 - this) x the share of static files are for files.");
    StaticKb = Param::number("static_kb", "Size of a file", (0.0, 37.0, 100_000.0),
        "kB (1,000 bytes) of a static file: the mean of a request of a median page, Web Almanac \
         2024.").unit("kB").logarithmic();
    HtmlKb = Param::number("html_kb", "Size of a page", (0.0, 18.0, 100_000.0),
        "kB of the HTML that a web client's read is answered with: median page, Web Almanac 2024.")
        .unit("kB").logarithmic();
    JsonKb = Param::number("json_kb", "Size of a JSON answer", (0.0, 6.0, 100_000.0),
        "kB of the answer to an app, to a write and to a job: the mean of Stack Overflow's 2016.")
        .unit("kB").logarithmic();
    Zipf = Param::number("zipf", "Zipf exponent of keys", (0.0, 0.0, zipf::STEEPEST),
        "How uneven the popularity of addresses is: the k-th most popular is asked for in \
         proportion to 1/k^this. 0: all alike. The web has 0.6 to 1.");
    HotKey = Param::number("hot_key_share", "Celebrity's key", (0.0, 0.0, 1.0),
        "Share of all requests that ask for one address, that with number 0, besides its share by \
         popularity.");
    HotUser = Param::number("hot_user_share", "Celebrity's own traffic", (0.0, 0.0, 1.0),
        "Share of all requests that come from one user, the one with number 0, besides that \
         user's share as one of many.");
    PatternChoice = Param::choice("pattern", "Over time", pattern::PATTERNS, 0,
        "Ramp: rises evenly and stays. Step: at once, for a time. Flash crowd: rises evenly, then \
         falls off. Daily wave: 1 + height x cos in each region's own hours, most at 20 h; at the \
         world's busiest hour it is the traffic set.");
    PatternAt = Param::number("pattern_at_s", "Begins at", (0.0, 60.0, 604_800.0),
        "Second of the run at which a ramp, step or flash crowd begins.").unit("s");
    PatternFactor = Param::number("pattern_factor", "Times the usual", (0.0, 5.0, 1_000.0),
        "How much traffic a ramp, step or flash crowd comes to. A flash crowd of 5 times is a \
         choice.").logarithmic();
    PatternLasts = Param::number("pattern_s", "Lasts", (0.0, 120.0, 604_800.0),
        "How long a ramp or a flash crowd rises, or a step lasts; a step of 0 s lasts for ever.")
        .unit("s");
    PatternFall = Param::number("pattern_fall_s", "Falls off in", (0.001, 300.0, 604_800.0),
        "In what time a flash crowd falls to 1/e (37 %) of itself. A choice.").unit("s");
    DaySpeed = Param::number("day_hours_per_s", "Hours of the day in a second",
        (0.000_1, 0.1, 24.0),
        "How many hours of the daily wave pass in a simulated second: 0.1 makes a day of 240 s, \
         0.000277778 is life's own pace. Nothing else gets quicker.").unit("h/s").logarithmic();
    DayBegins = Param::number("day_begins_h", "Hour of the day at the start", (0.0, 0.0, 24.0),
        "Hour by UTC at which the run begins.").unit("h");
    DayHeight = Param::number("day_height", "Height of the daily wave", (0.0, 0.6, 1.0),
        "How far a region's traffic rises above its mean and falls below it, as a share. 0.6 is a \
         choice: four times as much at 20 h as at 8 h.");
    BurstFactor = Param::number("burst_factor", "Bursts", (1.0, 1.0, 1_000.0),
        "Traffic in a burst over that outside; the mean stays the traffic set. 1: no bursts. Both \
         last exponential times (a Poisson process modulated by two states).").logarithmic();
    BurstOn = Param::number("burst_on_s", "Length of a burst", (0.001, 5.0, 86_400.0),
        "Mean length of a burst. A choice.").unit("s").logarithmic();
    BurstOff = Param::number("burst_off_s", "Between bursts", (0.001, 55.0, 86_400.0),
        "Mean time from the end of a burst to the next. A choice.").unit("s").logarithmic();
    RetryBudget = Param::number("retry_budget", "Retry budget", (0.0, 0.0, 10.0),
        "Retries at most this share of requests, saved up for 10 s: a request fails without one \
         where the budget of all users is spent. 0: no budget. Finagle's default is 0.2.");
}

/// Requests per second in the busiest hour that a daily user makes.
fn per_daily_user(spec: &Spec) -> f64 {
    let peak = match state::flow(spec).pattern {
        pattern::Pattern::Daily(wave) => wave.peak(),
        _ => spec.number(Setting::Peak as usize),
    };
    spec.number(Setting::PerUser as usize) * peak / SECONDS_PER_DAY
}

/// Daily users whose busiest hour makes this traffic.
#[must_use]
pub fn daily_users(spec: &Spec) -> f64 {
    spec.number(Setting::Rate as usize) / per_daily_user(spec)
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    0
}

/// Users cost nothing.
#[must_use]
pub const fn monthly_usd(_: &Spec) -> f64 {
    0.0
}

/// Share of each region's users, adding up to 1.
#[must_use]
pub fn shares(spec: &Spec) -> [f64; region::COUNT] {
    let listed = spec.list(Setting::Shares as usize);
    let mut shares = AUDIENCE_SHARES[spec.count(Setting::Audience as usize).min(1)];
    if listed.iter().sum::<f64>() > 0.0 {
        shares = [0.0; region::COUNT];
        shares[..listed.len()].copy_from_slice(listed);
    }
    let sum: f64 = shares.iter().sum();
    shares.map(|share| share / sum)
}

/// The attempt stands in this byte of a request's number, so that a retry draws anew.
const ATTEMPT_SHIFT: u32 = 56;
/// From this bit up to the attempt's a guard changes the number for a retry of its own.
pub const HOP_SHIFT: u32 = 40;

/// The number of a user's wish: the same for all its attempts and all retries on the way.
#[must_use]
pub const fn wish(number: u64) -> u64 {
    number & ((1 << HOP_SHIFT) - 1)
}

#[cfg(test)]
mod tests;
