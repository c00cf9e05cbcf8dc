//! The newest few minutes of the live run: one point for each half second, as charts over time show
//! them, with all figures of that moment to look back at.

use crate::sim::analysis::names;
use crate::sim::session::Live;
use crate::sim::snapshot::Snapshot;
use std::rc::Rc;

/// Points that are kept.
pub const LONGEST: usize = 240;
/// Servers whose figures are kept to look back at, in all moments together. Each takes about 220
/// bytes, and memory of a page is never given back: 13 MB, enough for all points of every stage.
const MOST_SERVERS: usize = 60_000;
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
    /// The live figures at each of the times: of the oldest only the last slice, so that a large
    /// system takes no more than a small one.
    pub moments: Rc<Vec<Rc<Live>>>,
    /// How many these oldest are.
    slices: usize,
    /// What the visitor did, and when.
    pub edits: Vec<(f64, String)>,
}

impl History {
    /// Takes a point from the live run, unless the last one is too close. A clock that went back is
    /// a new run. Gives what is kept: each server is in the figures once.
    pub fn push(&mut self, mut live: Box<Live>) -> Rc<Live> {
        let parts = live.latest.parts.iter_mut();
        let busy: Vec<Option<f64>> = parts
            .map(|part| {
                let busy = (!part.servers.is_empty()).then(|| names::busy(part).1);
                part.servers = Vec::new();
                busy
            })
            .collect();
        let live = Rc::from(live);
        self.take(&live, &busy);
        live
    }

    fn take(&mut self, live: &Rc<Live>, busy: &[Option<f64>]) {
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
        let rate = |count: u64| Some(count as f64 / figures.window_s);
        add(Rc::make_mut(&mut self.times), now);
        add(Rc::make_mut(&mut self.users), Some(figures.daily_users));
        add(Rc::make_mut(&mut self.offered), rate(figures.users.arrived));
        add(Rc::make_mut(&mut self.goodput), Some(figures.goodput()));
        add(Rc::make_mut(&mut self.failed), rate(figures.users.failed));
        let ended = figures.users.good + figures.users.failed > 0;
        let share = ended.then(|| figures.users.error_share());
        add(Rc::make_mut(&mut self.errors), share);
        add(Rc::make_mut(&mut self.p50), figures.latency.p50_s);
        add(Rc::make_mut(&mut self.p95), figures.latency.p95_s);
        add(Rc::make_mut(&mut self.p99), figures.latency.p99_s);
        add(Rc::make_mut(&mut self.good), share.map(|failed| 1.0 - failed));
        add(Rc::make_mut(&mut self.usd), Some(figures.usd_per_month));
        self.push_parts(figures, busy);
        self.push_moment(live);
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
        self.moments.get(place.saturating_sub(1).max(self.slices))
    }

    /// The times that can be looked back at.
    #[must_use]
    pub fn past(&self) -> &[f64] {
        &self.times[self.slices..]
    }

    fn push_moment(&mut self, live: &Rc<Live>) {
        let moments = Rc::make_mut(&mut self.moments);
        if moments.len() == LONGEST {
            self.slices = self.slices.saturating_sub(1);
        }
        add(moments, Rc::clone(live));
        let mut kept: usize =
            moments[self.slices..].iter().map(|live| servers(&live.figures)).sum();
        while kept > MOST_SERVERS && self.slices + 1 < moments.len() {
            let oldest = Rc::make_mut(&mut moments[self.slices]);
            kept -= servers(&std::mem::take(&mut oldest.figures));
            self.slices += 1;
        }
    }

    /// What has no servers is not busy.
    fn push_parts(&mut self, slice: &Snapshot, busy: &[Option<f64>]) {
        let points = || slice.parts.iter().map(|part| &part.key).zip(busy);
        for (new, _) in points().filter(|(_, busy)| busy.is_some()) {
            if !self.parts.iter().any(|(key, _)| key == new) {
                let blank = vec![None; self.times.len() - 1];
                self.parts.push((new.clone(), Rc::new(blank)));
            }
        }
        for (key, series) in &mut self.parts {
            let point = points().find(|(known, _)| *known == key).and_then(|(_, busy)| *busy);
            add(Rc::make_mut(series), point);
        }
    }
}

/// How many servers have figures of their own.
pub fn servers(figures: &Snapshot) -> usize {
    figures.parts.iter().map(|part| part.servers.len()).sum()
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
    use crate::sim::session::{Command, Session, Update};
    use crate::sim::snapshot::{PartView, ServerView};

    #[test]
    fn a_point_each_half_second_and_a_new_run_starts_anew() {
        let mut history = History::default();
        let mut live = Live::default();
        live.latest.window_s = 0.5;
        let mut push = |history: &mut History, at_s: f64| {
            live.latest.at_s = at_s;
            history.push(Box::new(live.clone()));
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
        assert_eq!((history.moments.len(), history.past().len()), (LONGEST, LONGEST));
    }

    #[test]
    fn of_a_large_system_less_is_kept_to_look_back_at() {
        let mut history = History::default();
        let large = |second: u32, servers: usize| {
            let mut live = Live::default();
            live.latest.window_s = 0.5;
            (live.latest.at_s, live.figures.at_s) = (f64::from(second), f64::from(second));
            let servers = vec![ServerView::default(); servers];
            live.figures.parts =
                vec![PartView { key: "web".into(), servers, ..PartView::default() }];
            live.latest.parts = live.figures.parts.clone();
            Box::new(live)
        };
        let shown = |history: &History, s: f64| history.at(s).map(|live| live.figures.at_s);
        for second in 0..300 {
            history.push(large(second, MOST_SERVERS / 10));
        }
        assert_eq!((history.moments.len(), history.past().len()), (LONGEST, 10));
        assert_eq!((history.past()[0], shown(&history, 295.5)), (290.0, Some(295.0)));
        assert_eq!(shown(&history, 70.0), Some(290.0), "the first that is kept");
        assert_eq!(history.parts[0].1.len(), LONGEST, "charts go on");
        history.push(large(300, 2 * MOST_SERVERS));
        assert_eq!((history.past(), shown(&history, 300.0)), (&[300.0][..], Some(300.0)));
        for second in 301..900 {
            history.push(large(second, MOST_SERVERS / LONGEST));
        }
        assert_eq!(history.past().len(), LONGEST, "all again");
    }

    #[test]
    fn parts_are_as_busy_as_they_were_measured() {
        let (mut history, mut session) = (History::default(), Session::new("?stage=4"));
        for _ in 0..20 {
            for update in session.handle(Command::Step { ms: 500.0 }) {
                if let Update::Live(live) = update {
                    let kept = history.push(live);
                    assert!(kept.latest.parts.iter().all(|part| part.servers.is_empty()));
                }
            }
        }
        let last = |wanted: &str| {
            let series = history.parts.iter().find(|(key, _)| key == wanted);
            series.and_then(|(_, series)| series.last().copied().flatten())
        };
        for part in ["web", "db"] {
            let busy = last(part).expect("it has servers");
            assert!((0.3..0.9).contains(&busy), "{part}: {busy}");
        }
        assert_eq!(last("clients"), None);
    }

    #[test]
    fn each_stage_is_kept_whole() {
        for stage in 1..=9 {
            let mut session = Session::new(&format!("?stage={stage}"));
            let said = session.handle(Command::Step { ms: 500.0 });
            let live = said.iter().find_map(|update| match update {
                Update::Live(live) => Some(servers(&live.figures)),
                _ => None,
            });
            let count = live.expect("a step is told");
            assert!(count > 0 && LONGEST * count <= MOST_SERVERS, "stage {stage}: {count}");
        }
    }
}
