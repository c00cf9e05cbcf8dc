//! Which textbook queue a station is, and what that queue's mean wait and time are.

use super::Queue;
use crate::analysis::theory::{Mmc, allen_cunneen_mean_wait, mg1_mean_time, mmck, rotation_rate};

/// How calls reach a server among several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// By chance: what is Poisson stays so.
    Chance,
    /// In turn among so many.
    Rotation(u32),
    /// To the better ones of so many: what comes depends on what is there.
    Shortest(u32),
}

/// What theory says.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The queue's name.
    pub model: String,
    /// Whether the formula is exact under its assumptions.
    pub exact: bool,
    /// Mean wait in seconds; none where cores are shared.
    pub wait_s: Option<f64>,
    /// Mean time in seconds, or the least that it can be.
    pub mean_s: Option<f64>,
    /// The most that it can be, where only bounds are known.
    pub at_most_s: Option<f64>,
    /// Whether the queue has a full backlog of its own: refusals and overload are part of it.
    pub bounded: bool,
}

/// Work whose squared coefficient of variation is this near to 1 is taken as exponential.
pub const NEAR: f64 = 0.05;

/// The textbook's mean time of a station with so many places in its backlog.
#[must_use]
pub fn time(queue: &Queue, dispatch: Dispatch, room: Option<u32>) -> Prediction {
    let Some(servers) = queue.servers else {
        return first_come(queue, "no limit: nothing waits", true, Some(0.0));
    };
    if queue.shared {
        return shared(queue, servers);
    }
    let (count, mu) = (servers as u32, 1.0 / queue.service_s);
    let memoryless = (queue.scv - 1.0).abs() < NEAR;
    let lambda = queue.arrivals;
    match dispatch {
        Dispatch::Rotation(n) if count == 1 && memoryless => {
            let rate = rotation_rate(lambda * f64::from(n), mu, n);
            let wait = rate.map(|rate| 1.0 / rate - queue.service_s);
            first_come(queue, &format!("E{n}/M/1, in rotation"), true, wait)
        }
        Dispatch::Rotation(n) => {
            let wait = approximate(queue, count, 1.0 / f64::from(n));
            let name = format!("E{n}/G/{count}, Allen-Cunneen (approximation)");
            first_come(queue, &name, false, wait)
        }
        Dispatch::Shortest(n) => between(queue, count, n),
        Dispatch::Chance if memoryless && queue.refused > 0.0 && room.is_some() => {
            let places = count.saturating_add(room.unwrap_or(0));
            let wait = mmck(lambda, mu, count, places).map(|(_, time)| time - queue.service_s);
            let bounded = first_come(queue, &format!("M/M/{count}/{places}"), true, wait);
            Prediction { bounded: true, ..bounded }
        }
        Dispatch::Chance if memoryless => {
            let wait = Mmc::new(lambda, mu, count).map(|queue| queue.mean_wait());
            first_come(queue, &format!("M/M/{count}, Erlang C"), true, wait)
        }
        Dispatch::Chance if count == 1 => {
            let time = mg1_mean_time(lambda, queue.service_s, queue.scv);
            let wait = time.map(|time| time - queue.service_s);
            first_come(queue, "M/G/1, Pollaczek-Khinchine", true, wait)
        }
        Dispatch::Chance => {
            let name = format!("M/G/{count}, Allen-Cunneen (approximation)");
            first_come(queue, &name, false, approximate(queue, count, 1.0))
        }
    }
}

fn first_come(queue: &Queue, model: &str, exact: bool, wait_s: Option<f64>) -> Prediction {
    let mean_s = wait_s.map(|wait| wait + queue.service_s);
    Prediction { model: model.to_owned(), exact, wait_s, mean_s, at_most_s: None, bounded: false }
}

fn approximate(queue: &Queue, count: u32, scv_gaps: f64) -> Option<f64> {
    let mmc = Mmc::new(queue.arrivals, 1.0 / queue.service_s, count)?;
    Some(allen_cunneen_mean_wait(&mmc, scv_gaps, queue.scv))
}

/// Sent to the shorter of several: no worse than by chance, no better than one backlog for all.
fn between(queue: &Queue, count: u32, n: u32) -> Prediction {
    let variation = 0.5 * (1.0 + queue.scv);
    let mu = 1.0 / queue.service_s;
    let wait = |lambda: f64, count: u32| {
        Mmc::new(lambda, mu, count).map(|mmc| variation * mmc.mean_wait() + queue.service_s)
    };
    Prediction {
        model: format!("between one backlog for all {n} and dispatch by chance"),
        exact: (queue.scv - 1.0).abs() < NEAR,
        wait_s: None,
        mean_s: wait(queue.arrivals * f64::from(n), count.saturating_mul(n)),
        at_most_s: wait(queue.arrivals, count),
        bounded: false,
    }
}

/// Cores shared by all at work, one core each at most: the mean number inside is that of M/M/c for
/// any law of work, and a call's mean time is in proportion to its work.
fn shared(queue: &Queue, cores: f64) -> Prediction {
    let (lambda, work) = queue.machine;
    let time = shared_time(lambda, work, cores);
    let stretch = time.map(|time| time / work);
    Prediction {
        model: format!("M/G/{}, processor sharing", crate::analysis::bottleneck::count(cores)),
        exact: true,
        wait_s: None,
        mean_s: stretch.map(|stretch| stretch * queue.service_s),
        at_most_s: None,
        bounded: false,
    }
}

/// The mean time of M/G/PS on `cores`, a number that need not be whole, in seconds. With n inside
/// work is done at the rate min(n, cores): p_n is proportional to a^n / (min(1, c) ... min(n, c)),
/// whatever the law (Cohen 1979), and beyond the cores falls by a / c each.
#[must_use]
pub fn shared_time(lambda: f64, work: f64, cores: f64) -> Option<f64> {
    let erlangs = lambda * work;
    let ratio = erlangs / cores;
    if !(erlangs > 0.0 && cores > 0.0 && ratio < 1.0) {
        return None;
    }
    let whole = cores as u32;
    let (mut weight, mut sum, mut inside) = (1.0, 1.0, 0.0);
    for n in 1..=whole {
        weight *= erlangs / f64::from(n);
        sum += weight;
        inside += f64::from(n) * weight;
        if sum > 1e200 {
            (weight, sum, inside) = (weight * 1e-200, sum * 1e-200, inside * 1e-200);
        }
    }
    // The tail beyond: weight x ratio^k at n = whole + k, for k from 1.
    let tail = weight * ratio / (1.0 - ratio);
    sum += tail;
    inside += f64::from(whole) * tail + weight * ratio / ((1.0 - ratio) * (1.0 - ratio));
    Some(inside / sum / lambda)
}
