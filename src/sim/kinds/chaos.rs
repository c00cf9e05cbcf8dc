//! Random failures: machines and whole sites fail and come back by themselves, each with a mean
//! time between failures and a mean time to repair, both exponential and independent of the others.
//! Life is speeded up, so that something happens while one watches: failures come so many times
//! more often, and repairs take as long as they take.

use super::Kind;
use super::behavior::{Action, Behavior, Ctx, Fault, Order, Surroundings};
use super::param::{Param, Spec, settings};
use crate::law::exponential;
use crate::rng::{Purpose, Stream};
use crate::run::log::Severity;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Outcome, RequestId};
use crate::units::{SimTime, Span};

/// Name in links and files.
pub const KEY: &str = "chaos";
/// Name shown.
pub const LABEL: &str = "Random failures";
/// One in each site, or one outside all.
pub const PER_SITE: bool = false;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &[];

settings! {
    SpeedUp = Param::number("speed_up", "Speed-up of failures", (0.0, 1_000.0, 1e6),
        "Failures come so many times more often than in life, so that something happens within \
         minutes. 0 lets nothing fail.").logarithmic();
    ServerMtbf = Param::number("server_mtbf_h", "Mean time between failures of a server",
        (0.001, 8_760.0, 1e6),
        "Hours a machine runs until it fails, in the mean: a year, by Dean's count of 1,000 \
         failures in the first year of some 1,800 machines. Holds for the machines of all tiers, \
         not for DNS and CDN, which are bought as services.").unit("h").logarithmic();
    ServerMttr = Param::number("server_mttr_s", "Mean time to repair a server",
        (0.001, 300.0, 86_400.0),
        "Seconds until a failed machine is back, in the mean: 300 for a reboot.")
        .unit("s").logarithmic();
    SiteMtbf = Param::number("site_mtbf_h", "Mean time between outages of a site",
        (0.0, 17_520.0, 1e6),
        "Hours from one outage of a whole site to the next, in the mean: two years, a choice. 0 \
         for none.").unit("h").logarithmic();
    SiteMttr = Param::number("site_mttr_s", "Mean time to repair a site",
        (0.001, 7_200.0, 604_800.0),
        "Seconds until a site is back, in the mean: two hours, a choice.").unit("s").logarithmic();
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    0
}

/// Failures cost nothing by themselves.
#[must_use]
pub const fn monthly_usd(_: &Spec) -> f64 {
    0.0
}

/// Most servers of a part that fail at random.
const MOST_SERVERS: usize = 1_000;

/// What can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Server { node: u8, server: u16 },
    Site(u8),
}

/// One victim, and when it fails next.
#[derive(Clone, Copy, Debug)]
struct Fate {
    victim: Victim,
    /// Failures so far, which number its draws.
    count: u64,
    next: SimTime,
}

/// The random failures of a run.
#[derive(Clone, Debug)]
pub struct State {
    fates: Vec<Fate>,
    /// Mean times to failure and repair of servers and of sites, in nanoseconds.
    server: (f64, f64),
    site: (f64, f64),
    draws: Stream,
    failures: u64,
    outages: u64,
}

impl State {
    /// Nothing fails yet.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            fates: Vec::new(),
            server: (0.0, 0.0),
            site: (0.0, 0.0),
            draws: Stream::new(seed, Kind::Chaos as u64, Purpose::Gap),
            failures: 0,
            outages: 0,
        }
    }

    /// Mean times to failure and repair of a victim.
    const fn means(&self, victim: Victim) -> (f64, f64) {
        match victim {
            Victim::Server { .. } => self.server,
            Victim::Site(_) => self.site,
        }
    }

    /// An exponential length of mean 1 of a victim's history.
    fn draw(&self, victim: Victim, number: u64) -> f64 {
        let name = match victim {
            Victim::Server { node, server } => u64::from(node) << 16 | u64::from(server),
            Victim::Site(site) => 1 << 32 | u64::from(site),
        };
        exponential(self.draws.at(name << 24 | number))
    }

    /// When a victim that is sound from `from` on fails next.
    fn next(&self, victim: Victim, count: u64, from: SimTime) -> SimTime {
        let (mean, _) = self.means(victim);
        if mean <= 0.0 {
            return SimTime::NEVER;
        }
        from.after(Span::from_nanos(mean * self.draw(victim, 2 * count)))
    }

    fn plan(&self, ctx: &mut Ctx) {
        let next = self.fates.iter().map(|fate| fate.next).min();
        if let Some(next) = next.filter(|next| *next < SimTime::NEVER) {
            ctx.wake_at(next, 0);
        }
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let hours = 3.6e12 / spec.number(Setting::SpeedUp as usize);
        let mean = |setting: Setting| {
            let mean = spec.number(setting as usize) * hours;
            if mean.is_finite() { mean } else { 0.0 }
        };
        let (server, site) = (mean(Setting::ServerMtbf), mean(Setting::SiteMtbf));
        let seconds = |setting: Setting| spec.number(setting as usize) * 1e9;
        let is_other = (server, site) != (self.server.0, self.site.0);
        self.server = (server, seconds(Setting::ServerMttr));
        self.site = (site, seconds(Setting::SiteMttr));
        let mut victims = Vec::new();
        for number in 0..around.sites() {
            for &kind in Kind::ALL.iter().filter(|kind| !kind.is_global()) {
                let place = around.place_at(kind, number);
                let Some((node, spec)) = place.zip(around.spec_at(kind, number)) else { continue };
                if kind == Kind::Network {
                    victims.push(Victim::Site(number));
                    continue;
                }
                // It fails with the machine that it lives on.
                if around.is_guest_at(kind, number) {
                    continue;
                }
                let servers = kind.servers(spec).min(MOST_SERVERS) as u16;
                victims.extend((0..servers).map(|server| Victim::Server { node, server }));
            }
        }
        let old = std::mem::take(&mut self.fates);
        for victim in victims {
            let known = old.iter().find(|fate| fate.victim == victim).copied();
            let fate = match known {
                Some(fate) if !is_other => fate,
                // Without memory: a changed mean begins anew.
                other => {
                    let count = other.map_or(0, |fate| fate.count + 1);
                    Fate { victim, count, next: self.next(victim, count, ctx.now()) }
                }
            };
            self.fates.push(fate);
        }
        self.plan(ctx);
    }

    fn arrive(&mut self, _: &mut Ctx, _: RequestId) -> Action {
        Action::Reply(Outcome::Unavailable)
    }

    fn resume(&mut self, _: &mut Ctx, _: RequestId) -> Action {
        Action::Reply(Outcome::Unavailable)
    }

    fn wake(&mut self, ctx: &mut Ctx, _: u32) -> Option<(RequestId, Action)> {
        let now = ctx.now();
        for index in 0..self.fates.len() {
            let Fate { victim, count, next } = self.fates[index];
            if next > now {
                continue;
            }
            let (_, mean) = self.means(victim);
            let lasts = Span::from_nanos(mean * self.draw(victim, 2 * count + 1));
            let numbers = [("seconds", lasts.seconds())];
            match victim {
                Victim::Server { node, server } => {
                    self.failures += 1;
                    ctx.order(Order::Kill { node, server, lasts });
                    let (error, which) = (Severity::Error, Some(server as usize));
                    ctx.log_of(node, error, which, "failed", &numbers);
                }
                Victim::Site(site) => {
                    self.outages += 1;
                    ctx.order(Order::KillSite { site, lasts });
                    ctx.log(Severity::Error, Some(site as usize), "site failed", &numbers);
                }
            }
            let next = self.next(victim, count + 1, now.after(lasts));
            self.fates[index] = Fate { victim, count: count + 1, next };
        }
        self.plan(ctx);
        None
    }

    fn fault(&mut self, _: &mut Ctx, _: Option<usize>, _: Option<Fault>) {}

    fn servers(&self, _: &Ctx) -> Vec<ServerMeter> {
        Vec::new()
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        vec![("server_failures", self.failures), ("site_outages", self.outages)]
    }
}
