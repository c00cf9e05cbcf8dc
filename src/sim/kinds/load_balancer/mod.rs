//! The load balancer: chooses a web server for each request by one of nine algorithms, and checks
//! the servers' health by asking them.

mod servers;
mod settings;

use super::balancing::{Algorithm, Backend, Pool};
use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::fleet::LEARN;
use super::param::Spec;
use super::station::Admission;
use super::tier::{Machine, Plan, Tier};
use super::{Kind, network};
use crate::law::Law;
use crate::rng::{Purpose, Stream};
use crate::run::calendar::LineId;
use crate::run::log::Severity;
use crate::run::meters::ServerMeter;
use crate::run::requests::{Class, Outcome, Request, RequestId, Wish};
use crate::units::{SimTime, Span};
pub use settings::{PARAMS, Setting, drain, keeps_users, monthly_usd, servers};

/// Name in links and files.
pub const KEY: &str = "lb";
/// Name shown.
pub const LABEL: &str = "Load balancer";
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors"];

/// Part of a new answer in the moving average of a server's times.
const RECENT: f64 = 0.1;
/// Phases of a call.
const WORK: u8 = 0;
const LATENCY: u8 = 1;
const AWAY: u8 = 2;
const CHECK: u8 = 3;
/// Timers: the next check of a server; [`LEARN`]; the other of a pair takes over; from the last on
/// they end the check of a server.
const CHECKS: u32 = 0;
const TAKE_OVER: u32 = 2;
const CHECK_ENDS: u32 = 1 << 16;
/// Shortest time between two checks, in nanoseconds, so that time moves on.
const SHORTEST_GAP: u64 = 100_000;
/// Numbers of health checks lie far from those of users' requests.
const CHECK_NUMBERS: u64 = 1 << 47;

/// The balancer of a run.
#[derive(Clone, Debug)]
pub struct State {
    tier: Tier,
    pool: Pool,
    service: Law,
    latency: LineId,
    way: LineId,
    web: u8,
    interval: Span,
    timeout: Span,
    failures: u32,
    successes: u32,
    checks: u64,
    checking: usize,
    next_check: SimTime,
    services: Stream,
    site: u8,
    /// Whether new servers must pass a check first.
    proves: bool,
    /// Which of a pair answers.
    active: usize,
    /// How many there are.
    balancers: usize,
    takeover: Span,
    takeovers: u64,
}

impl State {
    /// A balancer without servers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::LoadBalancer as u64, purpose);
        Self {
            tier: Tier::default(),
            pool: Pool::new(seed),
            service: Law::new(0, 0.0, 0.0),
            latency: LineId::NOW,
            way: LineId::NOW,
            web: 0,
            interval: Span::ZERO,
            timeout: Span::ZERO,
            failures: 1,
            successes: 1,
            checks: 0,
            checking: 0,
            next_check: SimTime::NEVER,
            services: stream(Purpose::Service),
            site: 0,
            proves: true,
            active: 0,
            balancers: 1,
            takeover: Span::ZERO,
            takeovers: 0,
        }
    }

    #[inline(always)]
    fn forward(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let now = ctx.now();
        let Some(server) = self.pool.choose(ctx.request(id), now) else {
            return Action::Reply(Outcome::Unavailable);
        };
        self.pool.backends[server].open += 1;
        ctx.request(id).pick = server as u16;
        ctx.frame(id).phase = AWAY;
        ctx.request(id).sent = now;
        Action::Call { to: self.web, way: self.way }
    }

    /// Asks a server whether it is well.
    fn start_check(&mut self, ctx: &mut Ctx, server: usize) -> Option<(RequestId, Action)> {
        // One check of a server at a time: one that hangs must be able to run out.
        if self.pool.backends[server].check != 0 {
            return None;
        }
        self.checks += 1;
        let number = CHECK_NUMBERS + self.checks;
        let wish = Wish { number, user: 0, url: 0, class: Class::Probe, region: 0, site: 0 };
        let id = ctx.begin(&wish, CHECK)?;
        self.pool.backends[server].check = number;
        self.pool.backends[server].checked = ctx.now();
        ctx.request(id).pick = server as u16;
        ctx.frame(id).server = self.active as u16;
        ctx.wake_at(ctx.now().after(self.timeout), CHECK_ENDS + server as u32);
        Some((id, Action::Call { to: self.web, way: self.way }))
    }

    /// Takes note of a check's result; that a server begins to fail or to pass is in the log.
    fn judge(&mut self, ctx: &mut Ctx, server: usize, well: bool) {
        let backend = &mut self.pool.backends[server];
        backend.check = 0;
        if self.interval == Span::ZERO {
            // Switched off since the check began.
            return;
        }
        if well == backend.healthy {
            backend.contrary = 0;
            return;
        }
        backend.contrary += 1;
        let needed = match backend.healthy {
            true => self.failures,
            false if backend.is_new => 1,
            false => self.successes,
        };
        if backend.contrary >= needed {
            let (severity, what) = match well {
                true => (Severity::Info, "passes its health checks again"),
                false => (Severity::Warning, "fails its health checks"),
            };
            if !backend.is_new {
                ctx.log_of(self.web, severity, Some(server), what, &[]);
            }
            backend.is_new = false;
            backend.healthy = well;
            backend.contrary = 0;
        }
    }

    /// Plans the next check: the servers take turns, each once in an interval.
    fn plan_check(&mut self, ctx: &mut Ctx) {
        let gap = Span((self.interval.0 / self.pool.count.max(1) as u64).max(SHORTEST_GAP));
        self.next_check = ctx.now().after(gap);
        ctx.wake_at(self.next_check, CHECKS);
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        self.pool.algorithm = Algorithm::at(spec.count(Setting::AlgorithmChoice as usize));
        self.service = Law::new(
            spec.count(Setting::ServiceLaw as usize),
            spec.number(Setting::Service as usize),
            spec.number(Setting::Scv as usize),
        );
        self.latency = ctx.line(Span::from_millis(spec.number(Setting::Latency as usize)));
        let room = spec.count(Setting::Backlog as usize) as u32;
        self.balancers = servers(spec);
        let plan = Plan { slots: 1, room, machine: Machine::Slots };
        self.tier.configure(ctx, &vec![plan; self.balancers]);
        self.tier.expect(ctx, self.service.constant());
        self.active = self.active.min(self.balancers - 1);
        self.takeover = Span::from_seconds(spec.number(Setting::Takeover as usize));
        self.proves = spec.count(Setting::NewServers as usize) == 0;
        self.pool.life = Span::from_seconds(spec.number(Setting::Cookie as usize));
        self.timeout = Span::from_seconds(spec.number(Setting::CheckTimeout as usize));
        self.failures = spec.count(Setting::Failures as usize) as u32;
        self.successes = spec.count(Setting::Successes as usize) as u32;
        self.pool.fail_open = spec.is_on(Setting::FailOpen as usize);
        let zone = around.spec(Kind::Network).map_or_else(Default::default, network::zone);
        self.way = ctx.line(zone);
        self.web = around.place(Kind::WebTier).unwrap_or_default();
        let interval = Span::from_seconds(spec.number(Setting::Interval as usize));
        let is_new = self.interval != interval;
        self.interval = interval;
        self.site = around.site();
        if let Some(web) = around.spec(Kind::WebTier) {
            self.weigh(ctx, spec, web);
        }
        if interval == Span::ZERO {
            for backend in &mut self.pool.backends {
                (backend.healthy, backend.is_new, backend.contrary) = (true, false, 0);
            }
        } else if is_new {
            self.plan_check(ctx);
        }
        self.watch_pair(ctx);
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if !self.tier.is_alive(self.active) {
            return Action::Reply(Outcome::Unavailable);
        }
        ctx.frame(id).server = self.active as u16;
        if self.service.mean() == 0.0 {
            ctx.frame(id).phase = LATENCY;
            let is_now = ctx.resume_in_line(id, self.latency);
            return if is_now { self.forward(ctx, id) } else { Action::Wait };
        }
        ctx.frame(id).phase = WORK;
        let number = ctx.request(id).number;
        let work = self.service.sample(self.services.at(number));
        match self.tier.offer(ctx, self.active, id, work) {
            None => Action::Reply(Outcome::Unavailable),
            Some(Admission::Refused) => Action::Reply(Outcome::BacklogFull),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if ctx.frame(id).phase == WORK {
            let server = ctx.frame(id).server as usize;
            self.tier.release(ctx, server);
            ctx.frame(id).phase = LATENCY;
            if !ctx.resume_in_line(id, self.latency) {
                return Action::Wait;
            }
        }
        self.forward(ctx, id)
    }

    #[inline(never)]
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let Request { number, pick, sent, .. } = *ctx.request(id);
        let server = pick as usize;
        if ctx.frame(id).phase == CHECK {
            if self.pool.backends[server].check == number {
                self.judge(ctx, server, outcome == Outcome::Good);
            }
            ctx.end(id);
            return Action::Wait;
        }
        let backend = &mut self.pool.backends[server];
        backend.open -= 1;
        // A failure counts as the longest time a check would wait: it is no quick answer.
        let took = if outcome == Outcome::Good { ctx.now().since(sent) } else { self.timeout };
        let took = took.0 as f64;
        let is_first = backend.time == 0.0;
        backend.time += if is_first { took } else { RECENT * (took - backend.time) };
        Action::Reply(outcome)
    }

    #[inline(never)]
    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        if timer >= CHECK_ENDS {
            let server = (timer - CHECK_ENDS) as usize;
            let Backend { check, checked, .. } = self.pool.backends[server];
            // The check may have been answered, and the next begun, since the timer was set.
            if check != 0 && ctx.now() >= checked.after(self.timeout) {
                self.judge(ctx, server, false);
            }
            return None;
        }
        if timer == LEARN {
            let fleet = ctx.fleet(self.site).clone();
            if let Some(count) = fleet.count {
                self.learn(ctx, count, &fleet.draining);
            }
            return None;
        }
        if timer == TAKE_OVER {
            self.take_over(ctx);
            return None;
        }
        // Checks may have been switched off, or planned anew, since the timer was set.
        if self.interval == Span::ZERO || ctx.now() != self.next_check {
            return None;
        }
        self.plan_check(ctx);
        if !self.tier.is_alive(self.active) || self.pool.count == 0 {
            return None;
        }
        self.checking = (self.checking + 1) % self.pool.count;
        self.start_check(ctx, self.checking)
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        self.tier.fault(ctx, server, fault);
        let is_kill = fault == Some(Fault::Kill) && server.is_none_or(|s| s == self.active);
        if is_kill && !self.tier.is_alive(self.active) {
            // The engine takes away all it had open.
            for backend in &mut self.pool.backends {
                (backend.open, backend.check) = (0, 0);
            }
        }
        if matches!(fault, Some(Fault::Kill) | None) {
            self.watch_pair(ctx);
        }
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }

    fn health(&self) -> Vec<bool> {
        self.pool.known().iter().map(Backend::is_up).collect()
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        vec![("takeovers", self.takeovers)]
    }

    fn gauges(&self, _: &Ctx) -> Vec<(&'static str, f64)> {
        let up = self.pool.known().iter().filter(|b| b.is_up()).count();
        vec![("servers_up", up as f64), ("active_balancer", self.active as f64 + 1.0)]
    }
}
