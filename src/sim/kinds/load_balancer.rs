//! The load balancer: chooses a web server for each request by one of nine algorithms, and checks
//! the servers' health by asking them.

use super::balancing::{ALGORITHMS, Algorithm, Backend, Pool};
use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::{Param, Spec, settings};
use super::station::Admission;
use super::tier::{Machine, Plan, Tier};
use super::{Kind, network, web_tier};
use crate::sim::law::{LAWS, Law};
use crate::sim::rng::{Purpose, Stream};
use crate::sim::run::calendar::LineId;
use crate::sim::run::meters::ServerMeter;
use crate::sim::run::requests::{Class, Outcome, Request, RequestId, Wish};
use crate::sim::units::{HOURS_PER_MONTH, SimTime, Span};

/// Name in links and files.
pub const KEY: &str = "lb";
/// Name shown.
pub const LABEL: &str = "Load balancer";
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &["cut", "delay", "errors"];

settings! {
    AlgorithmChoice = Param::choice("algorithm", "Algorithm", ALGORITHMS, 0,
        "How a server is chosen. Static: round robin, sticky (a user stays with the server of the \
         first request), weighted (smooth), hash of user or address. Dynamic: fewest requests \
         open, shortest recent answer times open requests, random, the better of two at random.");
    Weights = Param::list("weights", "Weights", (1.0, 1_000.0, web_tier::MOST as usize),
        "Weights of the servers in turn for weighted round robin; where the list ends, a server's \
         vCPUs are its weight.");
    Latency = Param::number("latency_ms", "Added latency", (0.0, 1.0, 1_000.0),
        "Constant time a request spends in the balancer, at layer 7 typically 0.2 to 5 ms.")
        .unit("ms");
    Service = Param::number("service_ms", "Work of a request", (0.0, 0.02, 1_000.0),
        "Mean time the balancer needs for a request, one at a time: 0.02 ms is 50,000 requests \
         per second. 0 has no limit.").unit("ms");
    ServiceLaw = Param::choice("law", "Law of the work", LAWS, 0,
        "How the balancer's work varies around its mean.");
    Scv = Param::number("scv", "Variation of the work", (0.01, 1.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.")
        .logarithmic();
    Backlog = Param::count("backlog", "Places in the backlog", (0, 100_000, 1_000_000),
        "Requests that may wait at the balancer; more are refused.").logarithmic();
    Interval = Param::number("check_s", "Health check every", (0.0, 5.0, 300.0),
        "Seconds from one check of a server to the next; the servers are checked in turn. 0 \
         checks nothing. Clouds use 5 to 30 s.").unit("s");
    CheckTimeout = Param::number("check_timeout_s", "Check gives up after", (0.01, 2.0, 60.0),
        "A check that is not answered within this time has failed.").unit("s");
    Failures = Param::count("failures", "Failures until out", (1, 2, 10),
        "Checks in a row that must fail before a server gets no more requests.");
    Successes = Param::count("successes", "Successes until in", (1, 2, 10),
        "Checks in a row that must succeed before a server gets requests again.");
    FailOpen = Param::switch("fail_open", "Fail open", true,
        "On: with every server out, requests go to all of them, as common cloud balancers do. Off: \
         they are refused.");
    Price = Param::number("price_hour", "Price", (0.0, 0.0225, 100.0),
        "USD per hour of a layer 7 balancer, without its units of capacity.").unit("USD/h");
}

/// How many servers there are, which faults may name one by one.
#[must_use]
pub const fn servers(_: &Spec) -> usize {
    1
}

/// The balancer by the hour.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}

/// Part of a new answer in the moving average of a server's times.
const RECENT: f64 = 0.1;
/// Phases of a call.
const WORK: u8 = 0;
const LATENCY: u8 = 1;
const AWAY: u8 = 2;
const CHECK: u8 = 3;
/// Timers up to the number of servers start a check; from here on they end one.
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
        }
    }

    #[inline]
    fn forward(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let Request { number, user, url, .. } = *ctx.request(id);
        let Some(server) = self.pool.choose(number, user, url) else {
            return Action::Reply(Outcome::Unavailable);
        };
        self.pool.backends[server].open += 1;
        ctx.request(id).pick = server as u16;
        ctx.frame(id).phase = AWAY;
        ctx.request(id).sent = ctx.now();
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
        ctx.wake_at(ctx.now().after(self.timeout), CHECK_ENDS + server as u32);
        Some((id, Action::Call { to: self.web, way: self.way }))
    }

    /// Takes note of a check's result.
    fn judge(&mut self, server: usize, well: bool) {
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
        let needed = if backend.healthy { self.failures } else { self.successes };
        if backend.contrary >= needed {
            backend.healthy = well;
            backend.contrary = 0;
        }
    }

    /// Plans the next check: the servers take turns, each once in an interval.
    fn plan_check(&mut self, ctx: &mut Ctx) {
        let gap = Span((self.interval.0 / self.pool.count.max(1) as u64).max(SHORTEST_GAP));
        self.next_check = ctx.now().after(gap);
        ctx.wake_at(self.next_check, 0);
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
        self.tier.configure(ctx, &[Plan { slots: 1, room, machine: Machine::Slots }]);
        self.timeout = Span::from_seconds(spec.number(Setting::CheckTimeout as usize));
        self.failures = spec.count(Setting::Failures as usize) as u32;
        self.successes = spec.count(Setting::Successes as usize) as u32;
        self.pool.fail_open = spec.is_on(Setting::FailOpen as usize);
        let zone = around.spec(Kind::Network).map_or_else(Default::default, network::zone);
        self.way = ctx.line(zone);
        self.web = around.place(Kind::WebTier).unwrap_or_default();
        if let Some(web) = around.spec(Kind::WebTier) {
            self.pool.count = web.count(web_tier::Setting::Servers as usize);
            for place in 0..self.pool.count {
                let listed = spec.list(Setting::Weights as usize).get(place).copied();
                let weight = listed.unwrap_or_else(|| web_tier::vcpus(web, place));
                match self.pool.backends.get_mut(place) {
                    Some(backend) => backend.weight = weight,
                    None => self.pool.backends.push(Backend::new(weight)),
                }
            }
        }
        let interval = Span::from_seconds(spec.number(Setting::Interval as usize));
        let is_new = self.interval != interval;
        self.interval = interval;
        if interval == Span::ZERO {
            for backend in &mut self.pool.backends {
                (backend.healthy, backend.contrary) = (true, 0);
            }
        } else if is_new {
            self.plan_check(ctx);
        }
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if !self.tier.is_alive(0) {
            return Action::Reply(Outcome::Unavailable);
        }
        if self.service.mean() == 0.0 {
            ctx.frame(id).phase = LATENCY;
            let is_now = ctx.resume_in_line(id, self.latency);
            return if is_now { self.forward(ctx, id) } else { Action::Wait };
        }
        ctx.frame(id).phase = WORK;
        let number = ctx.request(id).number;
        let work = self.service.sample(self.services.at(number));
        match self.tier.offer(ctx, 0, id, work) {
            None => Action::Reply(Outcome::Unavailable),
            Some(Admission::Refused) => Action::Reply(Outcome::BacklogFull),
            Some(Admission::Started | Admission::Queued) => Action::Wait,
        }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if ctx.frame(id).phase == WORK {
            self.tier.release(ctx, 0);
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
                self.judge(server, outcome == Outcome::Good);
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
                self.judge(server, false);
            }
            return None;
        }
        // Checks may have been switched off, or planned anew, since the timer was set.
        if self.interval == Span::ZERO || ctx.now() != self.next_check {
            return None;
        }
        self.plan_check(ctx);
        if !self.tier.is_alive(0) || self.pool.count == 0 {
            return None;
        }
        self.checking = (self.checking + 1) % self.pool.count;
        self.start_check(ctx, self.checking)
    }

    fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
        self.tier.fault(ctx, server, fault);
        if fault == Some(Fault::Kill) && !self.tier.is_alive(0) {
            // The engine takes away all it had open.
            for backend in &mut self.pool.backends {
                (backend.open, backend.check) = (0, 0);
            }
        }
    }

    fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        self.tier.view(ctx)
    }

    fn health(&self) -> Vec<bool> {
        self.pool.known().iter().map(|b| b.healthy).collect()
    }
}
