//! Health checks of whole sites, as a name service makes them: a request to the front of each site
//! every so often, from all over the world.

use crate::kinds::behavior::{Action, Ctx, Surroundings};
use crate::kinds::param::Spec;
use crate::kinds::{Kind, network};
use crate::region::COUNT;
use crate::run::calendar::LineId;
use crate::run::requests::{Class, RequestId, Wish};
use crate::units::{SimTime, Span};

use super::Setting;

/// Phase of a check on its way, and of its answer on the way back.
pub const CHECK: u8 = 8;
/// See [`CHECK`].
pub const CHECKED: u8 = 9;
/// Timers up to the number of sites start a check; from here on they end one.
pub const CHECK_ENDS: u32 = 100;
/// Numbers of checks lie far from those of users' requests and of balancers' checks.
const CHECK_NUMBERS: u64 = 1 << 46;
/// Shortest time between two checks of a site, in nanoseconds, so that time moves on.
const SHORTEST_GAP: u64 = 1_000_000;

/// The checks of one site.
#[derive(Clone, Debug)]
struct Watch {
    front: u8,
    way: LineId,
    /// The check under way, 0 for none, and when it began.
    check: u64,
    began: SimTime,
    /// When the next one is due.
    next: SimTime,
    /// Checks in a row that say the contrary of what is known.
    contrary: u32,
}

/// The checks of all sites.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    watches: Vec<Watch>,
    interval: Span,
    timeout: Span,
    failures: u32,
    successes: u32,
    /// Checks begun.
    pub made: u64,
}

/// One way to a site from the checkers, who stand in all regions: the mean.
fn way(spec: &Spec) -> Span {
    let sum: f64 = (0..COUNT).map(|region| network::round_trip_ms(spec, region)).sum();
    Span::from_millis(0.5 * sum / COUNT as f64)
}

impl Checks {
    /// Takes on settings; says whether sites are checked at all.
    pub fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) -> bool {
        let number = |row: Setting| spec.number(row as usize);
        for site in 0..around.sites() {
            let front = around.front(site);
            let way = around.spec_at(Kind::Network, site).map(way).unwrap_or_default();
            let way = ctx.line(way);
            match self.watches.get_mut(site as usize) {
                Some(watch) => (watch.front, watch.way) = (front, way),
                None => self.watches.push(Watch {
                    front,
                    way,
                    check: 0,
                    began: SimTime::ZERO,
                    next: SimTime::NEVER,
                    contrary: 0,
                }),
            }
        }
        self.timeout = Span::from_seconds(number(Setting::CheckTimeout));
        self.failures = spec.count(Setting::Failures as usize) as u32;
        self.successes = spec.count(Setting::Successes as usize) as u32;
        let interval = Span::from_seconds(number(Setting::Interval));
        let interval = if around.sites() > 1 { interval } else { Span::ZERO };
        let is_new = interval != self.interval;
        self.interval = interval;
        if is_new && interval > Span::ZERO {
            (0..self.watches.len()).for_each(|site| self.plan(ctx, site));
        }
        if interval == Span::ZERO {
            self.watches.iter_mut().for_each(|watch| watch.contrary = 0);
        }
        interval > Span::ZERO
    }

    fn plan(&mut self, ctx: &mut Ctx, site: usize) {
        let gap = Span(self.interval.0.max(SHORTEST_GAP));
        self.watches[site].next = ctx.now().after(gap);
        ctx.wake_at(self.watches[site].next, site as u32);
    }

    /// A check of a site is due, if it still is; `alive` says whether there is anyone to make it.
    pub fn start(
        &mut self,
        ctx: &mut Ctx,
        site: usize,
        alive: bool,
    ) -> Option<(RequestId, Action)> {
        // Checks may have been switched off, or planned anew, since the timer was set.
        if self.interval == Span::ZERO || self.watches[site].next != ctx.now() {
            return None;
        }
        self.plan(ctx, site);
        if !alive || self.watches[site].check != 0 {
            return None;
        }
        self.made += 1;
        let number = CHECK_NUMBERS + self.made;
        let (user, url, region) = (0, 0, 0);
        let wish = Wish { number, user, url, class: Class::Probe, region, site: site as u8 };
        let id = ctx.begin(&wish, CHECK)?;
        let watch = &mut self.watches[site];
        (watch.check, watch.began) = (number, ctx.now());
        ctx.wake_at(ctx.now().after(self.timeout), CHECK_ENDS + site as u32);
        Some((id, Action::Call { to: watch.front, way: watch.way }))
    }

    /// The way on which a site's answer comes back.
    pub fn way(&self, site: usize) -> LineId {
        self.watches[site].way
    }

    /// The answer of a check is here: says how the site is found, if that is news.
    pub fn answer(&mut self, site: usize, number: u64, well: bool, known: bool) -> Option<bool> {
        (self.watches[site].check == number).then(|| self.judge(site, well, known))?
    }

    /// A check may have run out: says how the site is found, if that is news.
    pub fn end(&mut self, now: SimTime, site: usize, known: bool) -> Option<bool> {
        let Watch { check, began, .. } = self.watches[site];
        // It may have been answered, and the next begun, since the timer was set.
        let is_over = check != 0 && now >= began.after(self.timeout);
        is_over.then(|| self.judge(site, false, known))?
    }

    fn judge(&mut self, site: usize, well: bool, known: bool) -> Option<bool> {
        let watch = &mut self.watches[site];
        watch.check = 0;
        // Switched off since the check began.
        if self.interval == Span::ZERO || well == known {
            watch.contrary = 0;
            return None;
        }
        watch.contrary += 1;
        let needed = if known { self.failures } else { self.successes };
        (watch.contrary >= needed).then(|| {
            watch.contrary = 0;
            well
        })
    }

    /// What was under way is lost.
    pub fn lose(&mut self) {
        self.watches.iter_mut().for_each(|watch| watch.check = 0);
    }
}
