//! The queue and its workers: a message is acknowledged as soon as it is stored, and its job done
//! later by whichever worker is free, at least once.

mod messages;
mod state;
mod workers;

use super::param::{Param, Spec, settings};
use super::tier::{self, SIZES};
use crate::law::{LAWS, Law};
use crate::units::HOURS_PER_MONTH;
pub use state::State;

/// Name in links and files.
pub const KEY: &str = "queue";
/// Name shown.
pub const LABEL: &str = "Queue and workers";
/// Most workers.
pub const MOST: u32 = 500;
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors"];

settings! {
    Capacity = Param::count("capacity", "Places", (1, 1_000_000, 10_000_000),
        "Messages that may wait; more are refused. A choice.").logarithmic();
    Enqueue = Param::number("enqueue_ms", "Time to store", (0.0, 5.0, 10_000.0),
        "Time from a message's coming to its being stored and acknowledged: 1 to 5 ms for a \
         broker, 20 to 100 ms for a hosted queue.").unit("ms");
    Throughput = Param::number("throughput", "Most messages", (0.0, 20_000.0, 1_000_000.0),
        "Messages per second that the queue can take in, one after another. 20,000 is common for \
         a broker that confirms. 0 has no limit.").unit("msg/s").logarithmic();
    Durable = Param::switch("durable", "Durable", true,
        "On: messages outlive the death of the queue. Off: those that wait are lost, and those at \
         work cannot be delivered again.");
    Servers = Param::count("workers", "Workers", (0, 2, MOST),
        "How many workers there are, unless their number follows the backlog. A choice.")
        .logarithmic();
    Size = Param::choice("size", "Size of a worker", SIZES, 1, "vCPUs of each worker.");
    Concurrency = Param::count("concurrency", "Jobs at once", (0, 0, 10_000),
        "Jobs that a worker does at once, each at full speed. 0 means four for each vCPU, a \
         choice for jobs that mostly wait.").logarithmic();
    Job = Param::number("job_ms", "Time of a job", (0.01, 200.0, 600_000.0),
        "Mean time a job takes, without its queries. The same message takes the same time \
         whenever it is delivered. A choice.").unit("ms").logarithmic();
    JobLaw = Param::choice("law", "Law of the time", LAWS, 1,
        "How the time of jobs varies around its mean.");
    Scv = Param::number("scv", "Variation of the time", (0.01, 1.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.").logarithmic();
    Queries = Param::count("queries", "Writes of a job", (0, 0, 100),
        "Writes to the database at the end of a job, one after another. A choice.");
    Visibility = Param::number("visibility_s", "Visibility time-out", (0.01, 30.0, 43_200.0),
        "Time for which a delivered message is hidden from other workers. If its job is not done \
         by then, it is delivered again. SQS: 30 s.").unit("s");
    Attempts = Param::count("attempts", "Deliveries", (1, 5, 1_000),
        "Deliveries of a message after which it goes to the dead letters. A choice.");
    Poison = Param::number("poison", "Poison messages", (0.0, 0.0, 1.0),
        "Share of messages whose job always fails, at its end.");
    Target = Param::number("target", "Messages for a worker", (0.0, 0.0, 100_000.0),
        "The number of workers follows the messages waiting and in flight, so many for each \
         worker. 0 keeps the number set. Twice the jobs at once is common.");
    Least = Param::count("least", "Fewest workers", (0, 1, MOST),
        "Lower end of the number of workers that follows the backlog.");
    Most = Param::count("most", "Most workers", (1, 20, MOST),
        "Upper end of the number of workers that follows the backlog.").logarithmic();
    Period = Param::number("period_s", "Looks at the backlog every", (0.1, 15.0, 3_600.0),
        "Time between two decisions. 15 s as in Kubernetes.").unit("s");
    Boot = Param::number("boot_s", "Boot of a worker", (0.0, 60.0, 3_600.0),
        "Time until a new worker takes jobs. A choice.").unit("s");
    Cooling = Param::number("cooling_s", "Keeps workers for", (0.0, 300.0, 86_400.0),
        "A worker goes only when none of the decisions of this time wanted it. 300 s as in \
         Kubernetes.").unit("s");
    Price = Param::number("price_vcpu_hour", "Price of a vCPU", (0.0, 0.048, 10.0),
        "USD for a vCPU and hour of the workers: 2 vCPU with 8 GB cost 0.096 on demand in US \
         East.").unit("USD/h");
    CallPrice = Param::number("price_million", "Price of a million calls", (0.0, 0.4, 100.0),
        "USD for a million messages taken in, delivered or deleted. SQS: 0.40.").unit("USD");
}

/// vCPUs of a worker.
fn vcpus(spec: &Spec) -> f64 {
    tier::vcpus(spec.count(Setting::Size as usize))
}

/// Jobs that a worker does at once.
#[must_use]
pub fn slots(spec: &Spec) -> u32 {
    match spec.count(Setting::Concurrency as usize) {
        0 => (4.0 * vcpus(spec)) as u32,
        slots => slots as u32,
    }
}

/// Squared coefficient of variation of the time of jobs.
#[must_use]
pub fn job_scv(spec: &Spec) -> f64 {
    let number = |row: Setting| spec.number(row as usize);
    Law::new(number(Setting::JobLaw) as usize, 1.0, number(Setting::Scv)).scv()
}

/// Fewest and most workers where their number follows the backlog; `None` where it does not.
#[must_use]
pub fn scaling(spec: &Spec) -> Option<(usize, usize)> {
    let [least, most] = [Setting::Least, Setting::Most].map(|row| spec.count(row as usize));
    (spec.number(Setting::Target as usize) > 0.0).then_some((least, most.max(least)))
}

/// The queue itself first, then the workers, as many as there may be.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    let is_scaled = spec.number(Setting::Target as usize) > 0.0;
    1 + spec.count(if is_scaled { Setting::Most } else { Setting::Servers } as usize)
}

/// The workers by the hour, at the number set. What a run costs depends on what happens in it.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    let workers = spec.number(Setting::Servers as usize);
    workers * vcpus(spec) * spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}
