//! Queueing theory: what the parts of a system would do if they were textbook queues, to stand
//! beside what was measured. Pure formulas; rates per second give times in seconds.
//!
//! Sources: Kleinrock, *Queueing Systems* I (1975); Gross, Shortle, Thompson and Harris,
//! *Fundamentals of Queueing Theory* (2008). Where a queue has no steady state (load of 1 or more),
//! or an argument makes no sense, the answer is `None`.

pub mod caches;
pub mod fanout;
pub mod recovery;

/// Erlang's loss formula B: the share of Poisson arrivals that find all of `servers` busy and are
/// lost, at an offered load of `erlangs`, for any law of service.
/// B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1)).
#[must_use]
pub fn erlang_b(servers: u32, erlangs: f64) -> f64 {
    (1..=servers).fold(1.0, |b, n| erlangs * b / (f64::from(n) + erlangs * b))
}

/// Erlang's delay formula C: the share of arrivals that must wait in M/M/c.
/// C = B / (1 - rho (1 - B)) with rho = a / c.
#[must_use]
pub fn erlang_c(servers: u32, erlangs: f64) -> Option<f64> {
    let rho = erlangs / f64::from(servers);
    let b = erlang_b(servers, erlangs);
    (erlangs >= 0.0 && rho < 1.0).then(|| b / (1.0 - rho * (1.0 - b)))
}

/// M/M/c: Poisson arrivals, exponential services, one backlog without limit. Its mean holds for
/// M/G/c with processor sharing too, of at most one core a job, whatever the law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmc {
    /// Arrivals per second.
    pub arrivals: f64,
    /// Services per second of one server.
    pub service: f64,
    /// Servers.
    pub servers: u32,
}

impl Mmc {
    /// A queue with a steady state; `None` where there is none.
    #[must_use]
    pub fn new(arrivals: f64, service: f64, servers: u32) -> Option<Self> {
        let queue = Self { arrivals, service, servers };
        (arrivals > 0.0 && queue.load() < 1.0).then_some(queue)
    }

    /// rho = lambda / (c mu): the busy share of each server.
    #[must_use]
    pub fn load(&self) -> f64 {
        self.arrivals / (self.service * f64::from(self.servers))
    }

    /// The share of arrivals that must wait: Erlang C.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        erlang_c(self.servers, self.arrivals / self.service).unwrap_or(1.0)
    }

    /// c mu - lambda: the rate at which the backlog is overtaken.
    fn spare(&self) -> f64 {
        self.service * f64::from(self.servers) - self.arrivals
    }

    /// Wq = C / (c mu - lambda), in seconds.
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        self.wait_probability() / self.spare()
    }

    /// T = Wq + 1 / mu, in seconds.
    #[must_use]
    pub fn mean_time(&self) -> f64 {
        self.mean_wait() + 1.0 / self.service
    }

    /// The share of arrivals whose time in the queue, service included, exceeds `t` seconds. The
    /// wait is 0 with probability 1 - C, else exponential with rate c mu - lambda; the service is
    /// exponential with rate mu: P(T > t) = (1 - C) e^(-mu t) + C P(wait + service > t).
    #[must_use]
    pub fn tail(&self, t: f64) -> f64 {
        let (c, slow) = (self.wait_probability(), libm::exp(-self.service * t));
        (1.0 - c) * slow + c * tail_of_two(self.service, self.spare(), t)
    }

    /// The time in the queue that a share `p` of arrivals does not exceed, in seconds.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        solve(p, self.mean_time(), |t| self.tail(t))
    }
}

/// P(X + Y > t) for independent exponentials of rates `a` and `b`:
/// (b e^(-a t) - a e^(-b t)) / (b - a), and where the rates meet, (1 + a t) e^(-a t).
fn tail_of_two(a: f64, b: f64, t: f64) -> f64 {
    let apart = (b - a) * t;
    if apart.abs() < 1e-3 {
        let ratio = 1.0 - apart / 2.0 + apart * apart / 6.0;
        return libm::exp(-a * t) * (1.0 + a * t * ratio);
    }
    (b * libm::exp(-a * t) - a * libm::exp(-b * t)) / (b - a)
}

/// The t at which a falling tail reaches 1 - p, by bisection; `scale` is its order of magnitude.
fn solve(p: f64, scale: f64, tail: impl Fn(f64) -> f64) -> Option<f64> {
    if !((0.0..1.0).contains(&p) && scale.is_finite() && scale > 0.0) {
        return None;
    }
    let (mut low, mut high) = (0.0, scale);
    while tail(high) > 1.0 - p {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if tail(middle) > 1.0 - p {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

/// M/M/c/K: as M/M/c with `places` in all, services included; arrivals that find them taken are
/// refused. Gives the refused share and the mean time of the accepted, in seconds:
/// p_n is proportional to a^n / (min(1, c) ... min(n, c)), and T = L / (lambda (1 - p_K)).
#[must_use]
pub fn mmck(arrivals: f64, service: f64, servers: u32, places: u32) -> Option<(f64, f64)> {
    if !(arrivals > 0.0 && service > 0.0 && servers > 0 && places >= servers) {
        return None;
    }
    let (mut weight, mut sum, mut inside) = (1.0, 1.0, 0.0);
    for n in 1..=places {
        weight *= arrivals / service / f64::from(n.min(servers));
        sum += weight;
        inside += weight * f64::from(n);
        if sum > 1e200 {
            (weight, sum, inside) = (weight * 1e-200, sum * 1e-200, inside * 1e-200);
        }
    }
    let refused = weight / sum;
    Some((refused, inside / sum / (arrivals * (1.0 - refused))))
}

/// Pollaczek and Khinchine: the mean time in M/G/1 for services of a mean in seconds and a squared
/// coefficient of variation: T = s + rho s (1 + scv) / (2 (1 - rho)).
#[must_use]
pub fn mg1_mean_time(arrivals: f64, mean_service: f64, scv: f64) -> Option<f64> {
    let rho = arrivals * mean_service;
    (arrivals > 0.0 && rho < 1.0)
        .then(|| mean_service + rho * mean_service * (1.0 + scv) / (2.0 * (1.0 - rho)))
}

/// Allen and Cunneen: an *approximation* of the mean wait of G/G/c, in seconds: that of M/M/c times
/// the mean of the squared coefficients of variation of gaps and services.
#[must_use]
pub fn allen_cunneen_mean_wait(queue: &Mmc, scv_gaps: f64, scv_services: f64) -> f64 {
    queue.mean_wait() * 0.5 * (scv_gaps + scv_services)
}

/// The time in M/D/1 that a share `p` of arrivals does not exceed, in seconds. Exact: Franx, "A
/// simple solution for the M/D/c waiting time distribution" (2001), whose sum has no alternating
/// signs: with d the service and (k-1) d <= x < k d, P(wait <= x) is the sum over j < k of
/// Q(k-1-j) e^(-y) y^j / j!, where y = lambda (k d - x) and Q(m) is P(at most m wait).
#[must_use]
pub fn md1_quantile(arrivals: f64, service_time: f64, p: f64) -> Option<f64> {
    let rho = arrivals * service_time;
    let mean = mg1_mean_time(arrivals, service_time, 0.0)?;
    let mut most = 64;
    loop {
        let waiting = md1_waiting(rho, most);
        // Enough states are known when what lies beyond them is less than what is asked for.
        if 1.0 - waiting[most - 1] < 1e-6 * (1.0 - p) || most >= 1 << 13 {
            let tail = |t: f64| 1.0 - md1_wait_within(&waiting, rho, t / service_time - 1.0);
            return solve(p, mean, tail);
        }
        most *= 2;
    }
}

/// P(wait <= x) in M/D/1, times in services; `waiting[m]` is P(at most m wait).
fn md1_wait_within(waiting: &[f64], rho: f64, x: f64) -> f64 {
    if x < 0.0 {
        return 0.0;
    }
    let k = x as usize + 1;
    let y = rho * (k as f64 - x);
    let mut poisson = libm::exp(-y);
    let mut sum = 0.0;
    for j in 0..k {
        sum += poisson * waiting.get(k - 1 - j).copied().unwrap_or(1.0);
        poisson *= y / (j + 1) as f64;
    }
    sum
}

/// P(at most m wait) in M/D/1 for m below `most`, by balance between {0 .. j-1} and {j ..}: a
/// service goes down with P(no arrival) and up with P(more than so many arrivals).
fn md1_waiting(rho: f64, most: usize) -> Vec<f64> {
    let mut more = Vec::with_capacity(most + 1);
    let (mut poisson, mut sum) = (libm::exp(-rho), 0.0);
    for k in 0..=most {
        sum += poisson;
        more.push((1.0 - sum).max(0.0));
        poisson *= rho / (k + 1) as f64;
    }
    let none = libm::exp(-rho);
    let mut inside = vec![1.0 - rho];
    for j in 1..=most {
        let from_some: f64 = (1..j).map(|i| inside[i] * more[j - i]).sum();
        inside.push((inside[0] * more[j - 1] + from_some) / none);
    }
    let mut all = inside[0];
    let within = inside[1..].iter().map(|share| {
        all += share;
        all
    });
    within.collect()
}

/// Rotation over `servers` alike, each with a backlog of its own: each is E_n/M/1. Gives the rate
/// of the time in it, which is exponential: mu (1 - sigma), with sigma the root in (0, 1) of
/// sigma = (lambda / (lambda + mu (1 - sigma)))^n, lambda the arrivals at all together.
#[must_use]
pub fn rotation_rate(arrivals: f64, service: f64, servers: u32) -> Option<f64> {
    Mmc::new(arrivals, service, servers)?;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let sigma: f64 = 0.5 * (low + high);
        let base = arrivals / (arrivals + service * (1.0 - sigma));
        // Below the root the right side lies above, beyond it below.
        if libm::pow(base, f64::from(servers)) > sigma {
            low = sigma;
        } else {
            high = sigma;
        }
    }
    Some(service * (1.0 - 0.5 * (low + high)))
}

/// Jackson: the mean time through a network of queues, each with its visits of a request.
#[must_use]
pub fn network_mean_time(queues: &[(f64, Mmc)]) -> f64 {
    queues.iter().map(|(visits, queue)| visits * queue.mean_time()).sum()
}

/// The quantile of a sum of independent exponentials of these rates: the time through M/M/1 queues
/// one after another, whose rates are mu - lambda (Reich 1957). By uniformisation, which loses no
/// digits where rates meet: jumps come at the highest rate, each a step ahead or none.
#[must_use]
pub fn sum_quantile(rates: &[f64], p: f64) -> Option<f64> {
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    if rates.is_empty() || rates.iter().any(|rate| *rate <= 0.0 || !rate.is_finite()) {
        return None;
    }
    let mean: f64 = rates.iter().map(|rate| 1.0 / rate).sum();
    solve(p, mean, |t| {
        let jumps = fastest * t;
        let mut at = vec![0.0; rates.len()];
        at[0] = 1.0;
        let mut tail = 0.0;
        for n in 0..(jumps + 12.0 * libm::sqrt(jumps) + 40.0) as usize {
            let log = n as f64 * libm::log(jumps) - jumps - libm::lgamma(n as f64 + 1.0);
            tail += libm::exp(log) * at.iter().sum::<f64>();
            for stage in (0..rates.len()).rev() {
                let step = at[stage] * rates[stage] / fastest;
                at[stage] -= step;
                if let Some(next) = at.get_mut(stage + 1) {
                    *next += step;
                }
            }
        }
        tail
    })
}

/// Mean attempts for a request, and the share that fails in the end, where each attempt fails with
/// the same probability on its own: (1 - f^(r+1)) / (1 - f), and f^(r+1).
#[must_use]
pub fn retries(failure: f64, retries: u32) -> (f64, f64) {
    let fails = libm::pow(failure, f64::from(retries) + 1.0);
    let attempts = (0..=retries).map(|n| libm::pow(failure, f64::from(n))).sum();
    (attempts, fails)
}

/// Availability of parts that are all needed.
#[must_use]
pub fn in_series(parts: &[f64]) -> f64 {
    parts.iter().product()
}

/// Availability of parts of which one is enough.
#[must_use]
pub fn in_parallel(parts: &[f64]) -> f64 {
    1.0 - parts.iter().map(|up| 1.0 - up).product::<f64>()
}

/// Availability of `n` parts alike of which `k` are needed: the upper end of a binomial.
#[must_use]
pub fn k_of_n(k: u32, n: u32, part: f64) -> f64 {
    let mut at_least = vec![0.0; n as usize + 1];
    at_least[0] = 1.0;
    for _ in 0..n {
        for up in (0..n as usize).rev() {
            at_least[up + 1] = at_least[up + 1] * (1.0 - part) + at_least[up] * part;
        }
        at_least[0] *= 1.0 - part;
    }
    at_least.iter().skip(k as usize).sum()
}

#[cfg(test)]
mod tests;
