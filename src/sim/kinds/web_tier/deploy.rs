//! Deployment: a release is rolled out over the servers, watched, and rolled back if it is bad.

use super::State;
use super::machines::{Duty, Then};
use super::settings::Setting;
use crate::kinds::behavior::Ctx;
use crate::kinds::param::Spec;
use crate::run::log::Severity;
use crate::run::requests::Outcome;
use crate::units::{SECOND, SimTime, Span};
use std::collections::VecDeque;

/// A release: how often it answers dynamic requests with an error, and how many times as long its
/// work takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Release {
    pub errors: f64,
    pub slowdown: f64,
}

impl Release {
    pub fn is_bad(&self) -> bool {
        self.errors > 0.0 || self.slowdown != 1.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    All,
    Rolling,
    Canary,
}

/// How far a roll-out is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Until it is this site's turn.
    Waits,
    /// A batch drains and restarts.
    Rolls,
    /// Between batches, or while the canary is watched.
    Pauses,
    /// All servers have it.
    Watches,
}

/// A roll-out under way.
#[derive(Clone, Debug)]
struct RollOut {
    from: usize,
    to: usize,
    is_back: bool,
    is_first: bool,
    stage: Stage,
    /// End of the stage, or of the restart of the batch.
    until: SimTime,
    /// Answers and failures of servers with the new release, second by second, the last one open.
    seconds: VecDeque<[u64; 2]>,
}

/// Fewest answers by which a release is judged.
const FEWEST: u64 = 10;

/// The releases so far, and the settings of the next.
#[derive(Clone, Debug)]
pub(super) struct Deployment {
    pub releases: Vec<Release>,
    /// The release that new servers get.
    pub current: usize,
    pub rolled_back: u64,
    pub finished: u64,
    under_way: Option<RollOut>,
    next: Release,
    strategy: Strategy,
    batch: usize,
    canary: f64,
    pause: Span,
    watch: Span,
    site_pause: Span,
    drain: Span,
    /// Roll back at this share of failures.
    limit: Option<f64>,
    window: usize,
}

impl Default for Deployment {
    fn default() -> Self {
        let sound = Release { errors: 0.0, slowdown: 1.0 };
        Self {
            releases: vec![sound],
            current: 0,
            rolled_back: 0,
            finished: 0,
            under_way: None,
            next: sound,
            strategy: Strategy::Rolling,
            batch: 1,
            canary: 0.0,
            pause: Span::ZERO,
            watch: Span::ZERO,
            site_pause: Span::ZERO,
            drain: Span::ZERO,
            limit: None,
            window: 1,
        }
    }
}

impl Deployment {
    /// Takes on the settings of the next roll-out, and of the pace of the one under way.
    pub fn configure(&mut self, spec: &Spec, drain: Span) {
        let number = |row: Setting| spec.number(row as usize);
        let seconds = |row: Setting| Span::from_seconds(number(row));
        self.next =
            Release { errors: number(Setting::BadErrors), slowdown: number(Setting::BadSlowdown) };
        self.strategy = match spec.count(Setting::Strategy as usize) {
            0 => Strategy::All,
            1 => Strategy::Rolling,
            _ => Strategy::Canary,
        };
        self.batch = spec.count(Setting::Batch as usize);
        self.canary = number(Setting::CanaryShare);
        (self.pause, self.watch) = (seconds(Setting::Pause), seconds(Setting::Watch));
        self.site_pause = seconds(Setting::SitePause);
        self.drain = drain;
        let limit = number(Setting::RollbackShare);
        self.limit = spec.is_on(Setting::Rollback as usize).then_some(limit);
        self.window = number(Setting::RollbackWindow) as usize;
    }

    /// Whether a roll-out is under way.
    #[inline]
    pub const fn is_on(&self) -> bool {
        self.under_way.is_some()
    }

    /// The release of a server that restarts now and is back at an instant.
    pub fn next_release(&mut self, back: SimTime) -> usize {
        match &mut self.under_way {
            None => self.current,
            Some(rolls) => {
                rolls.until = rolls.until.max(back);
                rolls.to
            }
        }
    }

    /// Takes note of an answer of a server with this release.
    pub fn note(&mut self, release: usize, outcome: Outcome) {
        if let Some(rolls) = &mut self.under_way
            && rolls.to == release
            && let Some(last) = rolls.seconds.back_mut()
        {
            last[0] += 1;
            last[1] += u64::from(outcome != Outcome::Good);
        }
    }
}

impl RollOut {
    /// The share of failures over the window, if that is of enough answers.
    fn failed(&self) -> Option<f64> {
        let answers: u64 = self.seconds.iter().map(|[answers, _]| answers).sum();
        let failures: u64 = self.seconds.iter().map(|[_, failures]| failures).sum();
        (answers >= FEWEST).then(|| failures as f64 / answers as f64)
    }
}

impl State {
    /// A release is to be rolled out.
    pub(super) fn deploy(&mut self, ctx: &mut Ctx) {
        let d = &mut self.deployment;
        if d.is_on() {
            let what = "deployment refused: another is under way";
            return ctx.log(Severity::Warning, None, what, &[]);
        }
        d.releases.push(d.next);
        let wait = Span(d.site_pause.0.saturating_mul(u64::from(self.site)));
        d.under_way = Some(RollOut {
            from: d.current,
            to: d.releases.len() - 1,
            is_back: false,
            is_first: true,
            stage: Stage::Waits,
            until: ctx.now().after(wait),
            seconds: VecDeque::new(),
        });
        self.begin_ticks(ctx);
    }

    /// Takes a roll-out a second further.
    pub(super) fn roll(&mut self, ctx: &mut Ctx) {
        let Some(mut rolls) = self.deployment.under_way.take() else { return };
        let now = ctx.now();
        self.judge(ctx, &mut rolls);
        let goes_on = match rolls.stage {
            _ if now < rolls.until => true,
            Stage::Waits => self.begin_rolling(ctx, &mut rolls),
            Stage::Rolls => self.end_batch(ctx, &mut rolls),
            Stage::Pauses => {
                self.start_batch(ctx, &mut rolls);
                true
            }
            Stage::Watches => self.finish_rolling(ctx, &rolls),
        };
        self.deployment.under_way = goes_on.then_some(rolls);
    }

    /// Looks at the errors of the last seconds, and turns the roll-out round if they are too many.
    fn judge(&mut self, ctx: &mut Ctx, rolls: &mut RollOut) {
        let share = rolls.failed().filter(|_| !rolls.is_back);
        rolls.seconds.push_back([0; 2]);
        while rolls.seconds.len() > self.deployment.window + 1 {
            rolls.seconds.pop_front();
        }
        let (Some(limit), Some(share)) = (self.deployment.limit, share) else { return };
        if share <= limit {
            return;
        }
        let number = (rolls.to + 1) as f64;
        let numbers = [("release", number), ("failed share", share)];
        ctx.log(Severity::Error, None, "release rolled back", &numbers);
        self.deployment.rolled_back += 1;
        ctx.fleet(self.site).withdrawn = rolls.to as u32 + 1;
        (rolls.to, rolls.from, rolls.is_back) = (rolls.from, rolls.to, true);
        rolls.seconds.clear();
        if rolls.stage != Stage::Rolls {
            self.start_batch(ctx, rolls);
        }
    }

    /// It is this site's turn, unless a site before has rolled the release back.
    fn begin_rolling(&mut self, ctx: &mut Ctx, rolls: &mut RollOut) -> bool {
        let number = rolls.to as u32 + 1;
        let before = ctx.fleets().iter().take(self.site as usize);
        if before.into_iter().any(|fleet| fleet.withdrawn == number) {
            let numbers = [("release", f64::from(number))];
            ctx.log(Severity::Warning, None, "release withheld: rolled back elsewhere", &numbers);
            return false;
        }
        let numbers = [("release", f64::from(number)), ("servers", self.machines.count as f64)];
        ctx.log(Severity::Info, None, "deployment begins", &numbers);
        self.start_batch(ctx, rolls);
        true
    }

    /// The next servers drain, to restart with the other release.
    fn start_batch(&mut self, ctx: &mut Ctx, rolls: &mut RollOut) {
        let d = &self.deployment;
        let (most, drain) = match d.strategy {
            Strategy::All => (usize::MAX, Span::ZERO),
            Strategy::Canary if rolls.is_first && !rolls.is_back => {
                let share = d.canary * self.machines.count as f64;
                ((libm::ceil(share - 1e-9) as usize).max(1), d.drain)
            }
            _ => (d.batch, d.drain),
        };
        let until = ctx.now().after(drain);
        let used = self.machines.all.iter_mut().take(self.machines.count);
        let old = used.filter(|m| m.release != rolls.to && m.duty == Duty::Serves);
        for machine in old.take(most) {
            machine.duty = Duty::Drains(until, Then::Restart);
        }
        (rolls.stage, rolls.until) = (Stage::Rolls, ctx.now());
        self.publish(ctx);
    }

    /// A batch may have restarted; what next.
    fn end_batch(&mut self, ctx: &mut Ctx, rolls: &mut RollOut) -> bool {
        let used = &self.machines.all[..self.machines.count];
        if used.iter().any(|m| matches!(m.duty, Duty::Drains(_, Then::Restart))) {
            return true;
        }
        let now = ctx.now();
        let d = &self.deployment;
        let was_canary = rolls.is_first && d.strategy == Strategy::Canary && !rolls.is_back;
        rolls.is_first = false;
        if used.iter().all(|m| m.release == rolls.to) {
            if rolls.is_back {
                return self.finish_rolling(ctx, rolls);
            }
            (rolls.stage, rolls.until) = (Stage::Watches, now.after(d.watch));
            return true;
        }
        let pause = match (rolls.is_back, was_canary) {
            (true, _) => Span::ZERO,
            (false, true) => d.watch,
            (false, false) => d.pause,
        };
        // The next second at the earliest, as servers come back at the end of this instant.
        (rolls.stage, rolls.until) = (Stage::Pauses, now.after(pause.max(Span(SECOND))));
        true
    }

    fn finish_rolling(&mut self, ctx: &mut Ctx, rolls: &RollOut) -> bool {
        self.deployment.current = rolls.to;
        let what = if rolls.is_back { "roll-back is complete" } else { "deployment is complete" };
        self.deployment.finished += u64::from(!rolls.is_back);
        ctx.log(Severity::Info, None, what, &[("release", (rolls.to + 1) as f64)]);
        false
    }
}
