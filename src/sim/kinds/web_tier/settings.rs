//! The settings of the web tier, and what follows from them alone.

use super::MOST;
use crate::kinds::param::{Param, Spec, settings};
use crate::kinds::tier::{self, DISCIPLINES, SIZES};
use crate::law::LAWS;
use crate::units::HOURS_PER_MONTH;

/// Where sessions live.
pub const SESSIONS: &[(&str, &str)] = &[
    ("none", "no sessions"),
    ("memory", "in a server's memory"),
    ("store", "in the session store"),
];
/// What a server does whose memory is full.
pub const FULL: &[(&str, &str)] = &[("refuse", "refuses"), ("die", "dies and restarts")];
/// How a release is rolled out.
pub const STRATEGIES: &[(&str, &str)] =
    &[("all", "all at once"), ("rolling", "rolling"), ("canary", "canary")];

settings! {
    Servers = Param::count("servers", "Servers", (1, 1, MOST),
        "How many web servers there are. Without a balancer only the first is reached.")
        .logarithmic();
    Size = Param::choice("size", "Size of a server", SIZES, 1,
        "Vertical scaling: more vCPUs in each machine, at a price, up to a ceiling set by the \
         Universal Scalability Law.");
    Sizes = Param::list("sizes", "Unequal sizes", (1.0, 96.0, MOST as usize),
        "vCPUs of each server in turn where they differ; servers past the list have the common \
         size.").unit("vCPU");
    Service = Param::number("service_ms", "Work of a dynamic request", (0.01, 10.0, 10_000.0),
        "Mean time one vCPU needs for a read or a write, without cache and database. Stack \
         Overflow needed 7.7 ms for a mean request in 2016, 19 to 23 ms for a question page.")
        .unit("ms").logarithmic();
    ServiceLaw = Param::choice("law", "Law of the work", LAWS, 3,
        "How the work of requests varies around its mean.");
    Scv = Param::number("scv", "Variation of the work", (0.01, 1.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.")
        .logarithmic();
    StaticWork = Param::number("static_ms", "Work of a static file", (0.001, 0.1, 1_000.0),
        "Time one vCPU needs to serve a file. Always the same. A choice within 0.05 to 0.3 ms.")
        .unit("ms").logarithmic();
    Discipline = Param::choice("discipline", "Discipline", DISCIPLINES, 0,
        "Shared: all slots in use share the vCPUs, one vCPU each at most. Slots: each slot works \
         at full speed and the size sets only the price.");
    Slots = Param::count("slots", "Slots of a server", (0, 0, 100_000),
        "Requests a server works on at once. 0 means eight for each vCPU.").logarithmic();
    Backlog = Param::count("backlog", "Places in the backlog", (0, 512, 1_000_000),
        "Requests that may wait at a server for a slot; more are refused. Default from common \
         listen backlogs, 128 to 4,096.").logarithmic();
    Hold = Param::switch("hold", "Hold the slot while waiting", true,
        "On: a request keeps its slot while it waits for cache and database (a thread for each \
         request), so that a slow dependency exhausts the slots. Off: the slot is given back.");
    Queries = Param::count("queries", "Queries of a request", (0, 2, 100),
        "Database queries that a dynamic request makes, one after another; 0 for a site without \
         data. Stack Overflow made 2.4 in 2016.");
    Sigma = Param::number("sigma", "Contention", (0.0, 0.03, 1.0),
        "Sigma of the Universal Scalability Law: the share of work that only one vCPU can do.");
    Kappa = Param::number("kappa", "Coherence", (0.0, 0.0005, 0.1),
        "Kappa of the Universal Scalability Law: what each pair of vCPUs costs in agreement.");
    Price = Param::number("price_vcpu_hour", "Price of a vCPU", (0.0, 0.048, 10.0),
        "USD for a vCPU and hour: 2 vCPU with 8 GB cost 0.096 on demand in US East.")
        .unit("USD/h");
    Sessions = Param::choice("sessions", "Sessions", SESSIONS, 0,
        "Where users' sessions live. Memory: in the one server that the user reached last; \
         elsewhere, or after its death, the user must log in again. Store: each dynamic request \
         asks the session store, which must be there.");
    Login = Param::number("login_ms", "Work of a log-in", (0.0, 100.0, 10_000.0),
        "Work of one vCPU when a user must log in again; a password hash is slow on purpose. A \
         choice. Users that a run has not seen are logged in already, as in the middle of a day.")
        .unit("ms").logarithmic();
    Idle = Param::number("session_idle_s", "Session ends after", (1.0, 1_800.0, 604_800.0),
        "Seconds without a request after which a session in memory is over: 30 minutes, a choice.")
        .unit("s").logarithmic();
    Base = Param::number("memory_mb", "Memory of the process", (0.0, 300.0, 100_000.0),
        "Memory of a server without requests and sessions, a choice.").unit("MB");
    PerRequest = Param::number("memory_request_mb", "Memory of a request", (0.0, 2.0, 10_000.0),
        "For each request that a server works on or waits for, a choice. The backlog takes none.")
        .unit("MB");
    PerSession = Param::number("memory_session_kb", "Memory of a session", (0.0, 50.0, 1e6),
        "For each session in a server's memory, those that users have left behind included until \
         they have idled out. A choice.").unit("kB");
    Memory = Param::number("memory_gb_vcpu", "Memory of a machine", (0.1, 4.0, 1_000.0),
        "GB for each vCPU: 4 for general machines of the clouds, the ratio of the price.")
        .unit("GB/vCPU");
    OnFull = Param::choice("on_full", "Out of memory", FULL, 0,
        "What happens when a request comes for which there is no memory: it is refused, or the \
         server dies with all it has and restarts.");
    WarmUp = Param::number("warm_s", "Warm-up of a returning server", (0.0, 0.0, 3_600.0),
        "Seconds at reduced speed after a server returns or restarts; 0 for full speed at once.")
        .unit("s");
    WarmSpeed = Param::number("warm_speed", "Speed while warming up", (0.05, 0.5, 1.0),
        "Share of the full speed while code is compiled and caches fill: half, a choice.");
    Autoscale = Param::switch("autoscale", "Autoscaling", false,
        "On: the number of servers follows the load, from the number set. Off: it is as set.");
    ScaleLeast = Param::count("scale_min", "Fewest servers", (1, 1, MOST),
        "Autoscaling never goes below.").logarithmic();
    ScaleMost = Param::count("scale_max", "Most servers", (1, 20, MOST),
        "Autoscaling never goes above; 20 is a choice.").logarithmic();
    Target = Param::number("scale_target", "Target utilisation", (0.05, 0.6, 1.0),
        "Servers wanted = servers x utilisation / target, rounded up, the rule of Kubernetes. \
         Waiting rises steeply past 60 to 70 %.");
    Period = Param::number("scale_period_s", "Metric period", (1.0, 60.0, 3_600.0),
        "Seconds from one look at the utilisation to the next: 60 for machines of a cloud, 15 in \
         Kubernetes.").unit("s").logarithmic();
    Tolerance = Param::number("scale_tolerance", "Tolerance", (0.0, 0.1, 1.0),
        "No change while utilisation / target is within this of 1: 0.1 in Kubernetes.");
    Window = Param::number("scale_window_s", "Scale-down window", (0.0, 300.0, 86_400.0),
        "Servers are taken away only to the highest number wanted in this time: 300 s in \
         Kubernetes.").unit("s");
    Cooldown = Param::number("cooldown_s", "Cool-down", (0.0, 0.0, 86_400.0),
        "Seconds after a change without another. Kubernetes has none, machine groups 300 s.")
        .unit("s");
    Boot = Param::number("boot_s", "Boot delay", (0.0, 90.0, 3_600.0),
        "Seconds from the order of a server to its start of service: 60 to 180 for a machine with \
         its software, 5 for a container on a running node. It is paid for from the order on.")
        .unit("s").logarithmic();
    BootWarmUp = Param::number("boot_warm_s", "Warm-up of a new server", (0.0, 30.0, 3_600.0),
        "Seconds at reduced speed of a server that autoscaling has started, a choice.").unit("s");
    Strategy = Param::choice("deploy", "Deployment", STRATEGIES, 1,
        "How deploy.web@60 rolls out a release. All at once: every server stops in the same \
         instant and loses what it has. Rolling: batch after batch, each drained first. Canary: \
         a few, watched, then rolling.");
    Batch = Param::count("batch", "Servers of a batch", (1, 1, MOST),
        "Servers that restart together in a rolling deployment.").logarithmic();
    Pause = Param::number("pause_s", "Pause between batches", (0.0, 10.0, 3_600.0),
        "Seconds from the end of a batch to the next, a choice.").unit("s");
    CanaryShare = Param::number("canary_share", "Share of the canary", (0.001, 0.1, 1.0),
        "Share of the servers that get a release first; at least one.");
    Watch = Param::number("watch_s", "Watch", (0.0, 60.0, 86_400.0),
        "Seconds for which the canary is watched before the others follow, and the release after \
         the last server.").unit("s").logarithmic();
    Restart = Param::number("restart_s", "Restart", (0.0, 20.0, 3_600.0),
        "Seconds for which a server is out while it restarts, a choice.").unit("s");
    BadErrors = Param::number("bad_errors", "Errors of the release", (0.0, 0.0, 1.0),
        "Share of dynamic requests that servers on the next release answer with an error. Health \
         checks pass all the same.");
    BadSlowdown = Param::number("bad_slowdown", "Slowness of the release", (0.01, 1.0, 100.0),
        "Work of dynamic requests on the next release, times this.").logarithmic();
    Rollback = Param::switch("rollback", "Automatic roll-back", false,
        "On: while a release is rolled out and watched, too many errors of the servers that have \
         it bring the old one back.");
    RollbackShare = Param::number("rollback_share", "Roll back at", (0.0, 0.05, 1.0),
        "Share of failed answers to dynamic requests, of at least ten, that is too many; a \
         choice.");
    RollbackWindow = Param::number("rollback_window_s", "Error window", (1.0, 30.0, 3_600.0),
        "Seconds over which errors are counted, a choice.").unit("s");
    SitePause = Param::number("site_pause_s", "Pause between sites", (0.0, 0.0, 86_400.0),
        "With several sites, each begins so many seconds after the one before it, and does not \
         where one before has rolled the release back. Meanwhile their versions differ.")
        .unit("s").logarithmic();
    Job = Param::number("job_ms", "Work of a job", (0.01, 200.0, 100_000.0),
        "Mean extra work of a request that asks for a job, exponential, done in line where there \
         is no queue: 200 ms, as a worker's.").unit("ms").logarithmic();
}

/// vCPUs of the server at this place.
#[must_use]
pub fn vcpus(spec: &Spec, index: usize) -> f64 {
    let listed = spec.list(Setting::Sizes as usize).get(index).copied();
    listed.unwrap_or_else(|| tier::vcpus(spec.count(Setting::Size as usize)))
}

/// Effective cores of the server at this place: its vCPUs' speed-up.
#[must_use]
pub fn cores(spec: &Spec, index: usize) -> f64 {
    let (sigma, kappa) = (Setting::Sigma as usize, Setting::Kappa as usize);
    tier::speed_up(vcpus(spec, index), spec.number(sigma), spec.number(kappa))
}

/// Least and most servers that autoscaling may have; `None` without it.
#[must_use]
pub fn scaling(spec: &Spec) -> Option<(usize, usize)> {
    spec.is_on(Setting::Autoscale as usize).then(|| {
        let least = spec.count(Setting::ScaleLeast as usize);
        (least, spec.count(Setting::ScaleMost as usize).max(least))
    })
}

/// How many servers there are at the start.
#[must_use]
pub fn planned(spec: &Spec) -> usize {
    let set = spec.count(Setting::Servers as usize);
    scaling(spec).map_or(set, |(least, most)| set.clamp(least, most))
}

/// How many servers there are, or may be, which faults may name one by one.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    scaling(spec).map_or_else(|| spec.count(Setting::Servers as usize), |(_, most)| most)
}

/// The servers of the start by the hour.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    let vcpus: f64 = (0..planned(spec)).map(|i| vcpus(spec, i)).sum();
    vcpus * spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}

/// Queries of a dynamic request.
#[must_use]
pub fn queries(spec: &Spec) -> u8 {
    spec.count(Setting::Queries as usize) as u8
}
