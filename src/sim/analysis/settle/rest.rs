//! Whether a system was at rest while it was measured: what still changed says that a longer run
//! would show other figures.

use super::{Estimate, Settled};
use crate::run::meters::Sample;
use serde::{Deserialize, Serialize};

/// What still changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changing {
    /// Servers or workers were added or taken away with the load.
    Servers,
    /// Caches or edges were still filling.
    Caches,
    /// Replicas, sites or workers fell further and further behind.
    Lag,
    /// Times, failures or requests under way went on becoming others.
    Figures,
    /// The run is the course of a failure, from its start on.
    Plan,
}

impl Changing {
    /// What to know of the figures.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Servers => {
                "Servers or workers were still being added or taken away while this was measured: \
                 a longer run would show other figures."
            }
            Self::Caches => {
                "Caches were still filling while this was measured: as they fill, more is found in \
                 them and less is asked behind them."
            }
            Self::Lag => {
                "Copies of the data or workers of a queue fall further and further behind: more \
                 comes than they do, and the longer the run, the older it is."
            }
            Self::Plan => {
                "These are figures of the whole run from its start on, with all that is planned in \
                 it."
            }
            Self::Figures => {
                "Its figures were still moving while this was measured: a longer run would show \
                 others."
            }
        }
    }
}

impl Settled {
    /// Whether it is the course of a failure, from its start on.
    #[must_use]
    pub fn is_course(&self) -> bool {
        self.changing.contains(&Changing::Plan)
    }

    /// Why a percentile of this run has no interval where its mean has one.
    #[must_use]
    pub fn why_alone(&self, percentile: Option<Estimate>) -> Option<&'static str> {
        let has_interval = |of: Option<Estimate>| of.is_some_and(|of| of.half_width.is_some());
        let is_alone = percentile.is_some() && !has_interval(percentile);
        (is_alone && has_interval(self.mean_s)).then_some(
            "no interval: nearly all that is slower came in fewer than five batches of the run, \
             and another run may have more of it, or none",
        )
    }

    /// What to know of the figures of a run that is over, where they are not what the system comes
    /// to: requests pile up, or it was not at rest.
    #[must_use]
    pub fn reservations(&self) -> Vec<&'static str> {
        if !self.complete {
            return Vec::new();
        }
        let piles = self.is_growing().then_some(if self.full {
            "More requests pile up than the simulator holds: times are the least that they come \
             to, and errors called “simulator full” are none of the system's."
        } else {
            "Requests pile up: times and errors are the least that they come to, and more the \
             longer the run."
        });
        piles.into_iter().chain(self.changing.iter().map(|changing| changing.words())).collect()
    }
}

/// A store is still filling where so much more of what is asked is found in the second half of the
/// time than in the first.
const FILLING: f64 = 0.02;
/// A lag that grew by this share of the time grows on, from so many seconds.
const FALLING_BEHIND: f64 = 0.02;
const BEHIND_S: f64 = 1.0;

/// What changed between the first and the last of these samples, in which nothing new befell the
/// system.
pub fn changing(samples: &[&Sample]) -> Vec<Changing> {
    let [Some(first), Some(last)] = [samples.first(), samples.last()] else {
        return Vec::new();
    };
    let seconds = last.at.since(first.at).seconds();
    let falls = |then: f64, now: f64| now > BEHIND_S && now - then > FALLING_BEHIND * seconds;
    let ages = |name: &str| {
        let pairs = first.gauges.iter().flatten().zip(last.gauges.iter().flatten());
        pairs
            .filter(|((known, _), _)| *known == name)
            .any(|((_, then), (_, now))| falls(*then, *now))
    };
    let middle = samples[samples.len() / 2];
    let fills = (0..first.counters.len()).any(|part| {
        let found = |from: &Sample, to: &Sample| -> Option<(f64, f64)> {
            let count = |name| Some(counted(to, part, name)? - counted(from, part, name)?);
            let (hits, all) = (count("hits")?, count("hits")? + count("misses")?);
            // Less what may be chance.
            (all > 0.0).then(|| (hits / all, 2.0 / libm::sqrt(all)))
        };
        let halves = found(first, middle).zip(found(middle, last));
        halves.is_some_and(|((then, _), (now, chance))| now - then > FILLING + chance)
    });
    let all = [
        (Changing::Servers, is_scaling(first, last)),
        (Changing::Caches, fills),
        (Changing::Lag, ["lag_s", "site_lag_s", "oldest_s"].into_iter().any(ages)),
    ];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(changing, _)| changing).collect()
}

/// The figures of a failure's course: batches of it differ by what is planned, and no interval can
/// be told from them.
pub fn of_course(figures: Settled) -> Settled {
    let alone = |estimate: Estimate| Estimate { half_width: None, ..estimate };
    Settled {
        changing: vec![Changing::Plan],
        mean_s: figures.mean_s.map(alone),
        p50_s: figures.p50_s.map(alone),
        p95_s: figures.p95_s.map(alone),
        p99_s: figures.p99_s.map(alone),
        goodput: alone(figures.goodput),
        error_share: alone(figures.error_share),
        ..figures
    }
}

fn counted(sample: &Sample, part: usize, wanted: &str) -> Option<f64> {
    let known = sample.counters[part].iter().find(|(name, _)| *name == wanted);
    known.map(|(_, count)| *count as f64)
}

/// Whether servers or workers came, went, or are on their way.
pub fn is_scaling(first: &Sample, last: &Sample) -> bool {
    let moves = |(name, count): &(&str, u64)| {
        matches!(*name, "servers_ordered" | "servers_removed").then_some(*count)
    };
    let count =
        |sample: &Sample| -> u64 { sample.counters.iter().flatten().filter_map(moves).sum() };
    let gauge = |sample: &Sample, wanted: &str| -> f64 {
        let gauges = sample.gauges.iter().flatten().filter(|(name, _)| *name == wanted);
        gauges.map(|(_, value)| value).sum()
    };
    count(first) != count(last)
        || gauge(last, "servers_booting") > 0.0
        || gauge(first, "workers_wanted") != gauge(last, "workers_wanted")
}

#[cfg(test)]
mod tests {
    use super::Changing;
    use crate::analysis::settle::{FULL, Settled, Settling};
    use crate::scenario::link;
    use crate::topology::Topology;

    fn settled(text: &str) -> Settled {
        let scenario = link::read(text).scenario;
        let run = Settling::through(Topology::build(&scenario).expect("it is valid"), FULL);
        run.settled().expect("it has batches enough")
    }

    #[test]
    fn a_failure_counts_from_its_start_on_and_shows_what_the_remedy_is_good_for() {
        let [failing, helped] =
            ["?preset=retry-storm", "?preset=retry-storm#clients.retry_budget=0.2"].map(settled);
        assert!(failing.error_share.value > 0.4 && helped.error_share.value < 0.2);
        for run in [failing, helped] {
            assert_eq!((run.warm_up_s, run.seconds), (0.0, 300.0));
            assert_eq!((run.changing, run.error_share.half_width), (vec![Changing::Plan], None));
        }
    }

    #[test]
    fn a_percentile_without_an_interval_says_why() {
        let known = |half_width| Some(super::Estimate { value: 0.1, half_width });
        let run = Settled { mean_s: known(Some(0.01)), ..Settled::default() };
        assert!(run.why_alone(known(None)).is_some_and(|why| why.contains("fewer than five")));
        assert_eq!((run.why_alone(known(Some(0.1))), run.why_alone(None)), (None, None));
        // Of the course of a failure no figure has one.
        let course = Settled { mean_s: known(None), ..Settled::default() };
        assert_eq!(course.why_alone(known(None)), None);
    }

    #[test]
    fn a_run_waits_for_what_scales_by_itself_and_says_where_it_did_not_end() {
        let tier = "?parts=clients,lb,web#v=1&clients.static_share=0&web.queries=0\
                    &web.service_ms=10&web.autoscale=on&web.scale_max=200";
        for (rate, servers) in [(600, 4), (3000, 32)] {
            let grown = settled(&format!("{tier}&clients.rate={rate}&web.servers={servers}"));
            assert!(grown.changing.is_empty() && grown.error_share.value < 1e-3, "{grown:?}");
            assert!(grown.warm_up_s > 60.0, "it counts from when all servers ran: {grown:?}");
        }
        let slow = settled(&format!("{tier}&clients.rate=6000&web.servers=4"));
        assert_eq!(slow.changing, [Changing::Servers]);
        assert!(!slow.is_final() && slow.reservations()[0].contains("still being added"));
    }

    #[test]
    fn stores_that_fill_and_copies_that_fall_behind_are_told() {
        let cold = "?stage=5#v=1&cdn.ratio=emergent&clients.urls=1000000&clients.zipf=0.8\
                    &cdn.entries=200000&clients.rate=400";
        assert_eq!(settled(cold).changing, [Changing::Caches]);
        let late = settled("?stage=8#v=1&clients.rate=2400");
        assert!(late.changing.contains(&Changing::Lag), "{:?}", late.changing);
        // Two workers of four jobs of 200 ms each do 40 in a second.
        let jobs = "?parts=clients,web,db,queue#v=1&clients.static_share=0&clients.job_share=1\
                    &web.service_ms=1&queue.queries=0&queue.concurrency=4";
        let of = |rate: u32| settled(&format!("{jobs}&clients.rate={rate}")).changing;
        assert_eq!((of(30), of(60)), (vec![], vec![Changing::Lag]));
    }
}
