//! Where single requests spent their time: hop by hop, waiting, work and network apart. Plain data.

use crate::run::requests::CLASSES;
use crate::sorting;
use serde::{Deserialize, Serialize};

/// What a request did with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spent {
    /// On the network, on its way or back.
    Network,
    /// Waiting: in a backlog, for its share of a processor, for a try that is not yet made.
    Wait,
    /// Being worked on.
    Work,
}

/// One stretch of a hop's own time, in seconds since the user asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// Its beginning.
    pub from_s: f64,
    /// Its end.
    pub to_s: f64,
    /// What it went on.
    pub on: Spent,
}

/// One call of a part, from the moment it was sent there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hop {
    /// The part's name in links.
    pub part: String,
    /// Which of its servers, counted from 1, where it has several.
    pub server: Option<u16>,
    /// How many calls it lies within; 0 for the user's own.
    pub depth: u8,
    /// When it was sent, in seconds since the user asked.
    pub from_s: f64,
    /// When it was over.
    pub to_s: f64,
    /// The hop's own time, that of calls it made left out.
    pub own: Vec<Stretch>,
    /// How it failed, by the reason's name in results.
    pub failure: Option<String>,
    /// Whether it still went on when its user had given up.
    pub unfinished: bool,
}

impl Hop {
    /// Seconds of its own time that went on something.
    #[must_use]
    pub fn spent(&self, on: Spent) -> f64 {
        self.own.iter().filter(|one| one.on == on).map(|one| one.to_s - one.from_s).sum()
    }
}

/// One request of a user, all its attempts included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The class's name in results.
    pub class: String,
    /// The region's code.
    pub region: String,
    /// When the user asked, in simulated seconds.
    pub began_s: f64,
    /// Seconds from then to the answer, or to the end of all hope.
    pub latency_s: f64,
    /// Attempts made.
    pub attempts: u8,
    /// How it failed, by the reason's name in results; `None` for a good answer.
    pub failure: Option<String>,
    /// Its calls, in the order in which they began.
    pub hops: Vec<Hop>,
}

impl Trace {
    /// Seconds of all its hops that went on something.
    #[must_use]
    pub fn spent(&self, on: Spent) -> f64 {
        self.hops.iter().map(|hop| hop.spent(on)).sum()
    }
}

/// Three requests that stand for those that were traced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Traces {
    /// When tracing began, in simulated seconds.
    pub at_s: f64,
    /// Requests that were traced to their end.
    pub traced: u64,
    /// How many of them failed.
    pub failures: u64,
    /// Median latency of those answered well, in seconds.
    pub p50_s: Option<f64>,
    /// The latency that 99 of 100 of them stayed within.
    pub p99_s: Option<f64>,
    /// Of the good answers about the median, the one that spent its time most as they did.
    pub typical: Option<Trace>,
    /// The same about the 99th percentile.
    pub slow: Option<Trace>,
    /// The first that failed.
    pub failed: Option<Trace>,
    /// The same for each class of which there were any, by its name in results.
    pub classes: Vec<(String, Traces)>,
}

/// Of so many requests one more is looked at on either side of a percentile.
const BESIDE: usize = 40;

/// The request that stands for those about a percentile, and the percentile: of the ones beside it
/// that which waited, worked and travelled most as they did on average.
fn nearest(sorted: &[Trace], share: f64) -> Option<(Trace, f64)> {
    let rank = libm::ceil(share * sorted.len() as f64).max(1.0) as usize - 1;
    let percentile = sorted.get(rank)?.latency_s;
    // As many on both sides, and not those at the end: they stand for nothing.
    let beside = (sorted.len() / BESIDE).min((sorted.len() - 1 - rank) / 2).min(rank);
    let near = &sorted[rank - beside..=rank + beside];
    let spent = |one: &Trace| [Spent::Network, Spent::Wait, Spent::Work].map(|on| one.spent(on));
    let mut mean = [0.0; 3];
    for one in near {
        for (mean, s) in mean.iter_mut().zip(spent(one)) {
            *mean += s / near.len() as f64;
        }
    }
    let far = |one: &Trace| -> f64 {
        spent(one).iter().zip(mean).map(|(s, mean)| (s - mean).abs()).sum()
    };
    let one = near.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
    Some((one.clone(), percentile))
}

impl Traces {
    /// The three that stand for these requests, which were traced from an instant on.
    #[must_use]
    pub fn of(at_s: f64, done: &[Trace]) -> Self {
        let of_class = |class: &str| {
            let those = done.iter().filter(|one| one.class == class).cloned();
            let those: Vec<Trace> = those.collect();
            (!those.is_empty()).then(|| (class.to_owned(), Self::alike(at_s, &those)))
        };
        let classes = CLASSES.iter().filter_map(|(_, class)| of_class(class)).collect();
        Self { classes, ..Self::alike(at_s, done) }
    }

    /// The three that stand for requests taken as one sort.
    fn alike(at_s: f64, done: &[Trace]) -> Self {
        let mut good: Vec<Trace> =
            done.iter().filter(|one| one.failure.is_none()).cloned().collect();
        sorting::by_number(&mut good, |one| one.latency_s);
        let (typical, slow) = (nearest(&good, 0.5), nearest(&good, 0.99));
        Self {
            at_s,
            traced: done.len() as u64,
            failures: (done.len() - good.len()) as u64,
            p50_s: typical.as_ref().map(|(_, latency)| *latency),
            p99_s: slow.as_ref().map(|(_, latency)| *latency),
            typical: typical.map(|(one, _)| one),
            slow: slow.map(|(one, _)| one),
            failed: done.iter().find(|one| one.failure.is_some()).cloned(),
            classes: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request of 10 ms and a little more each, of which it waited some.
    fn one(number: u32, wait_s: f64) -> Trace {
        let latency_s = 0.01 + f64::from(number) * 1e-6;
        let own = [(0.0, wait_s, Spent::Wait), (wait_s, latency_s, Spent::Work)];
        let own = own.map(|(from_s, to_s, on)| Stretch { from_s, to_s, on }).to_vec();
        let hop = Hop {
            part: "web".to_owned(),
            server: None,
            depth: 0,
            from_s: 0.0,
            to_s: latency_s,
            own,
            failure: None,
            unfinished: false,
        };
        Trace {
            class: "read".to_owned(),
            region: "euw".to_owned(),
            began_s: 0.0,
            latency_s,
            attempts: 1,
            failure: None,
            hops: vec![hop],
        }
    }

    #[test]
    fn the_typical_request_waits_as_those_about_the_median_do() {
        // The very median waited for most of its time, unlike all others.
        let waits = |number| if number == 99 { 0.009 } else { 0.002 };
        let done: Vec<Trace> = (0..200).map(|number| one(number, waits(number))).collect();
        let traces = Traces::of(0.0, &done);
        assert_eq!(traces.p50_s, Some(done[99].latency_s));
        let typical = traces.typical.expect("all were answered well");
        assert_eq!(typical.spent(Spent::Wait), 0.002);
        assert!((typical.latency_s - done[99].latency_s).abs() < 6e-6, "it is still the median's");
    }

    #[test]
    fn what_stands_for_the_slow_ones_is_not_the_slowest() {
        for count in [1, 2, 10, 100, 1000] {
            let done: Vec<Trace> = (0..count).map(|number| one(number, 0.002)).collect();
            let slow = Traces::of(0.0, &done).slow.expect("all were answered well");
            let beyond = done.iter().filter(|one| one.latency_s > slow.latency_s).count();
            assert!(beyond as f64 <= 0.015 * f64::from(count), "{count}: {beyond}");
            assert!(count < 200 || beyond > 0, "{count}");
        }
    }
}
