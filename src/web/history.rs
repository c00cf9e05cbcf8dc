//! The newest few minutes of the live run: one point for each half second, as charts over time show
//! them, with all figures of that moment to look back at.

use crate::sim::session::Live;
use crate::sim::snapshot::Snapshot;
use std::rc::Rc;

/// Points that are kept.
pub const LONGEST: usize = 240;
/// Simulated seconds between points, at least.
const APART: f64 = 0.499;

/// Values over time; `None` where there was nothing to measure.
pub type Series = Rc<Vec<Option<f64>>>;

/// All series, of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Simulated seconds.
    pub times: Rc<Vec<f64>>,
    /// Daily users that the traffic stands for.
    pub users: Series,
    /// Requests per second that users made.
    pub offered: Series,
    /// Good answers per second.
    pub goodput: Series,
    /// Failed requests per second.
    pub failed: Series,
    /// Failed share.
    pub errors: Series,
    /// Median latency in seconds.
    pub p50: Series,
    /// 95th percentile.
    pub p95: Series,
    /// 99th percentile.
    pub p99: Series,
    /// Share of requests that were answered well.
    pub good: Series,
    /// Cost per month.
    pub usd: Series,
    /// Utilisation by part.
    pub parts: Vec<(String, Series)>,
    /// All live figures at each of the times.
    pub moments: Rc<Vec<Rc<Live>>>,
    /// What the visitor did, and when.
    pub edits: Vec<(f64, String)>,
}

impl History {
    /// Takes a point from the live run, unless the last one is too close. A clock that went back is
    /// a new run.
    pub fn push(&mut self, live: &Rc<Live>) {
        let (now, last) = (live.latest.at_s, self.times.last().copied());
        if last.is_some_and(|last| now < last) {
            *self = Self::default();
        } else if last.is_some_and(|last| now - last < APART) {
            return;
        }
        if live.latest.window_s <= 0.0 {
            return;
        }
        let figures = &live.latest;
        let dead = figures.users.arrived == 0;
        let rate = |count: u64| Some(count as f64 / figures.window_s);
        add(Rc::make_mut(&mut self.times), now);
        add(Rc::make_mut(&mut self.users), Some(figures.daily_users));
        add(Rc::make_mut(&mut self.offered), rate(figures.users.arrived));
        add(Rc::make_mut(&mut self.goodput), Some(figures.goodput()));
        add(Rc::make_mut(&mut self.failed), rate(figures.users.failed));
        let share = (!dead).then(|| figures.users.error_share());
        add(Rc::make_mut(&mut self.errors), share);
        add(Rc::make_mut(&mut self.p50), figures.latency.p50_s);
        add(Rc::make_mut(&mut self.p95), figures.latency.p95_s);
        add(Rc::make_mut(&mut self.p99), figures.latency.p99_s);
        add(Rc::make_mut(&mut self.good), share.map(|failed| 1.0 - failed));
        add(Rc::make_mut(&mut self.moments), Rc::clone(live));
        add(Rc::make_mut(&mut self.usd), Some(figures.usd_per_month));
        self.push_parts(figures);
    }

    /// Notes what the visitor did at a time; what belongs to one gesture is one of them.
    pub fn note(&mut self, at_s: f64, what: String, is_new: bool) {
        if !is_new {
            self.edits.pop();
        }
        add(&mut self.edits, (at_s, what));
    }

    /// The figures at a time, or the last before it that are kept.
    #[must_use]
    pub fn at(&self, seconds: f64) -> Option<&Rc<Live>> {
        let place = self.times.partition_point(|time| *time <= seconds);
        self.moments.get(place.saturating_sub(1))
    }

    fn push_parts(&mut self, figures: &Snapshot) {
        let measured = figures.parts.iter().filter(|part| !part.servers.is_empty());
        for part in measured {
            if !self.parts.iter().any(|(key, _)| *key == part.key) {
                let blank = vec![None; self.times.len() - 1];
                self.parts.push((part.key.clone(), Rc::new(blank)));
            }
        }
        for (key, series) in &mut self.parts {
            let part = figures.part(key).filter(|part| !part.servers.is_empty());
            add(Rc::make_mut(series), part.map(|part| part.utilisation));
        }
    }
}

fn add<T>(series: &mut Vec<T>, value: T) {
    if series.len() >= LONGEST {
        series.remove(0);
    }
    series.push(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_each_half_second_and_a_new_run_starts_anew() {
        let mut history = History::default();
        let mut live = Live::default();
        live.latest.window_s = 0.5;
        let mut push = |history: &mut History, at_s: f64| {
            live.latest.at_s = at_s;
            history.push(&Rc::new(live.clone()));
        };
        for tenth in 0..100 {
            push(&mut history, f64::from(tenth) / 10.0);
        }
        assert_eq!(history.times.len(), 20);
        let at = |history: &History, s: f64| history.at(s).map(|live| live.latest.at_s);
        assert_eq!(at(&history, 3.3), Some(3.0));
        assert_eq!(at(&history, -1.0), Some(0.0), "before the first there is the first");
        push(&mut history, 0.0);
        assert_eq!(history.times.len(), 1);
        for i in 0..1_000 {
            push(&mut history, f64::from(i));
        }
        assert_eq!((history.times.len(), history.p99.len()), (LONGEST, LONGEST));
        assert_eq!(history.moments.len(), LONGEST);
    }
}
