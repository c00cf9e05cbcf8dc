//! The life of a look-up: at the device, at its resolver, at the name service.

use super::Setting;
use super::checks::{CHECK, CHECK_ENDS, CHECKED, Checks};
use super::counts::Counts;
use super::devices::Devices;
use super::policy::{self, Policy, Rules, Zone};
use super::resolvers::Resolvers;
use crate::kinds::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use crate::kinds::param::Spec;
use crate::kinds::{Kind, clients, network};
use crate::law::Law;
use crate::rng::{Draw, Purpose, Stream};
use crate::run::calendar::{LineId, Tag};
use crate::run::log::Severity;
use crate::run::meters::ServerMeter;
use crate::run::requests::{CLASSES, Outcome, Request, RequestId};
use crate::units::{SimTime, Span};

/// How long a resolver asks a name service that does not answer, in nanoseconds.
const GIVE_UP: f64 = 5e9;
const ASKING: u8 = 0;
const ANSWERED: u8 = 1;
const NO_ANSWER: u8 = 2;
const WAITING: u8 = 3;

/// The draws of resolvers' habits lie far from those of users.
const HABITS: u64 = 1 << 40;
/// The name system of a run.
#[derive(Clone, Debug)]
pub struct State {
    lookups: f64,
    ttl: Span,
    answer: LineId,
    miss: Law,
    alive: bool,
    slow: f64,
    sites: u8,
    /// The classes that users do not send to a site.
    to_edge: [bool; CLASSES.len()],
    overstay: f64,
    visit: Span,
    resolvers: Resolvers,
    zone: Zone,
    devices: Devices,
    checks: Checks,
    counts: Counts,
    asks: Stream,
    places: Stream,
    misses: Stream,
    choices: Stream,
}

impl State {
    /// No resolvers yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::Dns as u64, purpose);
        Self {
            lookups: 0.0,
            ttl: Span::ZERO,
            answer: LineId::NOW,
            miss: Law::new(0, 0.0, 0.0),
            alive: true,
            slow: 1.0,
            sites: 1,
            to_edge: [false; CLASSES.len()],
            overstay: 0.0,
            visit: Span::ZERO,
            resolvers: Resolvers::default(),
            zone: Zone::default(),
            devices: Devices::default(),
            checks: Checks::default(),
            counts: Counts::default(),
            asks: stream(Purpose::Lookup),
            places: stream(Purpose::Hash),
            misses: stream(Purpose::Service),
            choices: stream(Purpose::Route),
        }
    }

    /// The resolver that a request's user asks.
    fn resolver(&self, ctx: &mut Ctx, id: RequestId) -> usize {
        let request = ctx.request(id);
        let (region, user) = (u32::from(request.region), request.user);
        let in_region = self.resolvers.in_region();
        let place = self.places.at(u64::from(user)).below(in_region);
        (region * in_region + place) as usize
    }

    /// The device knows a site without asking, or will find it by asking: `None`.
    fn known(&mut self, ctx: &mut Ctx, id: RequestId) -> Option<u8> {
        let Request { number, user, region, attempt, .. } = *ctx.request(id);
        let begins = self.asks.at(clients::wish(number)).unit() < self.lookups;
        if begins && attempt == 0 {
            return None;
        }
        let now = ctx.now();
        if let Some(site) = self.devices.known(user, now) {
            return Some(site);
        }
        if attempt > 0 {
            return None;
        }
        // A visit whose first request was not seen: it began at most its length ago.
        let ago = Span((self.choices.at(number).unit() * self.visit.0 as f64) as u64);
        let found = SimTime(now.0.saturating_sub(ago.0));
        let place = self.resolver(ctx, id);
        let site = self.resolvers.at(place).knew(found).unwrap_or_else(|| {
            let unit = self.places.at(HABITS + u64::from(user)).unit();
            self.zone.answer_at(found, region as usize, unit)
        });
        self.devices.learn(user, site, now, Span(self.visit.0 - ago.0));
        Some(site)
    }

    /// Whether a resolver is one of those that keep answers for too long, and its further draws.
    fn habits(&self, place: usize) -> (bool, Draw) {
        let mut draw = self.places.at(2 * HABITS + place as u64);
        (self.sites > 1 && draw.unit() < self.overstay, draw)
    }

    /// The site that the name service names to a region now.
    fn named(&self, region: usize, unit: f64) -> u8 {
        if self.sites > 1 { self.zone.rules().answer(region, unit) } else { 0 }
    }

    /// Resolvers have been asked for long: what each knows may be of any age.
    fn recall(&mut self, now: SimTime) {
        for place in 0..self.resolvers.count() {
            let (stays, mut draw) = self.habits(place);
            let (age, unit) = (draw.unit(), draw.unit());
            let region = place / self.resolvers.in_region() as usize;
            let site = self.named(region, unit);
            self.resolvers.at(place).recall(site, now, age, self.ttl, stays);
        }
    }

    /// A request learns which site to go to.
    fn tell(&mut self, ctx: &mut Ctx, id: RequestId, site: u8) {
        let request = ctx.request(id);
        request.site = site;
        if self.to_edge.get(request.class as usize) == Some(&true) {
            // Goes to the edge, whatever the site.
            return;
        }
        let is_wrong = self.zone.rules().is_wrong(request.region as usize, site);
        self.counts.direct(is_wrong);
    }

    /// A resolver has answered a look-up.
    fn found(&mut self, ctx: &mut Ctx, id: RequestId, site: u8) {
        if self.sites > 1 {
            let user = ctx.request(id).user;
            self.devices.learn(user, site, ctx.now(), self.visit);
            self.tell(ctx, id, site);
        }
    }

    /// The resolver asks the name service.
    fn ask(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let number = ctx.request(id).number;
        let (phase, ns) = if self.alive {
            (ANSWERED, self.slow * self.miss.sample(self.misses.at(number)))
        } else {
            (NO_ANSWER, GIVE_UP)
        };
        ctx.frame(id).phase = phase;
        ctx.request(id).travelled += ns as u64;
        ctx.resume_after(id, ns);
        Action::Wait
    }

    /// The resolver has the name service's answer, or none: those who waited for it go on.
    fn settle(&mut self, ctx: &mut Ctx, id: RequestId, place: usize, good: bool) -> Action {
        let now = ctx.now();
        if good {
            let Request { number, region, .. } = *ctx.request(id);
            let unit = self.choices.at(number).unit();
            let site = self.named(region as usize, unit);
            let (stays, _) = self.habits(place);
            self.resolvers.at(place).learn(site, now, self.ttl, stays);
        }
        let resolver = self.resolvers.at(place);
        resolver.asking = false;
        let site = resolver.last.site;
        let mut waiting = std::mem::take(&mut resolver.waiting);
        for &(tag, since) in &waiting {
            self.go_on(ctx, tag, since, good.then_some(site));
        }
        waiting.clear();
        self.resolvers.at(place).waiting = waiting;
        if !good {
            return Action::Reply(Outcome::Unavailable);
        }
        self.found(ctx, id, site);
        Action::Reply(Outcome::Good)
    }

    /// A look-up that waited for the answer to another goes on with it.
    fn go_on(&mut self, ctx: &mut Ctx, tag: Tag, since: SimTime, site: Option<u8>) {
        let Some(id) = ctx.kept(tag) else { return };
        ctx.request(id).travelled += ctx.now().since(since).0;
        let outcome = match site {
            Some(site) => {
                self.found(ctx, id, site);
                Outcome::Good
            }
            None => Outcome::Unavailable,
        };
        ctx.launch(id, Action::Reply(outcome));
    }

    /// A check has shown how a site is.
    fn judge(&mut self, ctx: &mut Ctx, site: usize, news: Option<bool>) {
        let Some(well) = news else { return };
        self.zone.judge(site, well, ctx.now());
        if !self.zone.rules().healthy.contains(&true) {
            let what = "no site passes its checks, users are sent to all";
            return Ctx::log(ctx, Severity::Error, None, what, &[]);
        }
        let (severity, what) = if well {
            (Severity::Info, "site named again")
        } else {
            (Severity::Error, "site no longer named")
        };
        Ctx::log(ctx, severity, None, what, &[("site", site as f64 + 1.0)]);
    }

    fn is_well(&self, site: usize) -> bool {
        self.zone.rules().healthy[site]
    }
}

/// What the name service answers, as the settings say.
fn rules(around: &dyn Surroundings, spec: &Spec, healthy: Vec<bool>) -> Rules {
    let sites = around.sites();
    let distances = (0..sites).map(|site| {
        let network = around.spec_at(Kind::Network, site);
        let far = |region| network.map_or(0.0, |n| network::round_trip_ms(n, region));
        core::array::from_fn(far)
    });
    Rules {
        policy: Policy::at(spec.count(Setting::Policy as usize)),
        order: policy::order(spec.list(Setting::Order as usize), sites),
        weights: policy::weights(spec.list(Setting::Weights as usize), sites),
        distances: distances.collect(),
        healthy,
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        let number = |row: Setting| spec.number(row as usize);
        self.lookups = number(Setting::Lookups);
        self.ttl = Span::from_seconds(number(Setting::Ttl));
        self.answer = ctx.line(Span::from_millis(number(Setting::Resolver)));
        self.miss = Law::new(3, number(Setting::Miss), 1.0);
        self.sites = around.sites();
        self.to_edge = clients::places::edge(around).map_or([false; CLASSES.len()], |(_, is)| is);
        self.overstay = number(Setting::Overstay);
        self.visit = Span::from_seconds(number(Setting::Visit));
        let are_checked = self.checks.configure(ctx, around, spec);
        let mut healthy = self.zone.rules().healthy.clone();
        if !are_checked {
            healthy.clear();
        }
        healthy.resize(self.sites as usize, true);
        self.zone.set(rules(around, spec, healthy), ctx.now());
        if self.sites > 1 {
            let users = clients::Setting::Users as usize;
            let users = around.spec(Kind::Clients).map_or(0, |clients| clients.count(users));
            self.devices.resize(users);
        }
        let resolvers = spec.count(Setting::Resolvers as usize) as u32;
        let are_new = resolvers != self.resolvers.in_region() || ctx.now() == SimTime::ZERO;
        for (tag, since) in self.resolvers.resize(resolvers) {
            let site = self.zone.rules().answer(0, 0.0);
            self.go_on(ctx, tag, since, Some(site));
        }
        if are_new {
            self.recall(ctx.now());
        }
    }

    #[inline(never)]
    fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        if self.sites > 1 {
            if let Some(site) = self.known(ctx, id) {
                self.tell(ctx, id, site);
                return Action::Reply(Outcome::Good);
            }
        } else {
            let number = ctx.request(id).number;
            // Whether a device knows the address does not change because an attempt failed.
            if self.asks.at(clients::wish(number)).unit() >= self.lookups {
                return Action::Reply(Outcome::Good);
            }
        }
        ctx.frame(id).phase = ASKING;
        if ctx.travel(id, self.answer) { self.resume(ctx, id) } else { Action::Wait }
    }

    #[inline(never)]
    fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let phase = ctx.frame(id).phase;
        if phase == CHECKED {
            let Request { number, site, answer, .. } = *ctx.request(id);
            let (site, well) = (site as usize, answer == Outcome::Good);
            let news = self.checks.answer(site, number, well, self.is_well(site));
            self.judge(ctx, site, news);
            ctx.end(id);
            return Action::Wait;
        }
        let place = self.resolver(ctx, id);
        if phase != ASKING {
            return self.settle(ctx, id, place, phase == ANSWERED);
        }
        let now = ctx.now();
        if let Some(site) = self.resolvers.at(place).knew(now) {
            self.counts.hits += 1;
            self.found(ctx, id, site);
            return Action::Reply(Outcome::Good);
        }
        if self.resolvers.at(place).asking {
            // A resolver asks once for all who want to know.
            self.counts.joined += 1;
            ctx.frame(id).phase = WAITING;
            let tag = ctx.promise(id);
            self.resolvers.at(place).waiting.push((tag, now));
            return Action::Wait;
        }
        self.counts.misses += 1;
        self.resolvers.at(place).asking = true;
        self.ask(ctx, id)
    }

    /// A site has answered a check.
    fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let site = ctx.request(id).site as usize;
        debug_assert!(ctx.frame(id).phase == CHECK, "DNS calls nobody else");
        ctx.request(id).answer = outcome;
        ctx.frame(id).phase = CHECKED;
        let way = self.checks.way(site);
        if ctx.travel(id, way) { self.resume(ctx, id) } else { Action::Wait }
    }

    fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
        if timer < CHECK_ENDS {
            return self.checks.start(ctx, timer as usize, self.alive);
        }
        let site = (timer - CHECK_ENDS) as usize;
        let news = self.checks.end(ctx.now(), site, self.is_well(site));
        self.judge(ctx, site, news);
        None
    }

    fn fault(&mut self, ctx: &mut Ctx, _: Option<usize>, fault: Option<Fault>) {
        match fault {
            Some(Fault::Kill) => {
                if self.alive {
                    // The engine takes away all that was under way.
                    self.resolvers.lose();
                    self.checks.lose();
                }
                self.alive = false;
            }
            Some(Fault::Slow(factor)) => self.slow = factor,
            Some(Fault::Expire) => self.resolvers.expire(ctx.now()),
            None => (self.alive, self.slow) = (true, 1.0),
            _ => {}
        }
    }

    fn servers(&self, _: &Ctx) -> Vec<ServerMeter> {
        let (alive, slow, arrived) = (self.alive, self.slow, self.counts.lookups());
        vec![ServerMeter { alive, slow, arrived, ..ServerMeter::default() }]
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        self.counts.counters(self.checks.made)
    }

    fn gauges(&self, _: &Ctx) -> Vec<(&'static str, f64)> {
        let healthy = if self.sites > 1 { &self.zone.rules().healthy[..] } else { &[] };
        self.counts.gauges(healthy)
    }
}
