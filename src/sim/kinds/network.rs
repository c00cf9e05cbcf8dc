//! Distances: where the site stands, the way from users to it, the hops inside it, and what its
//! traffic to users costs.

pub mod transport;

use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::{Param, Spec, settings};
use crate::region::{self, REGIONS, ROUND_TRIP_MS};
use crate::run::meters::ServerMeter;
use crate::run::requests::{Outcome, RequestId};
use crate::units::Span;

/// Name in links and files.
pub const KEY: &str = "network";
/// Name shown.
pub const LABEL: &str = "Network";
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &[];

/// Versions of TLS, by the round trips that a full handshake takes.
const TLS: &[(&str, &str)] = &[("none", "none"), ("1.3", "TLS 1.3"), ("1.2", "TLS 1.2")];

settings! {
    Site = Param::choice("site", "Site", region::CHOICES, 0,
        "The region in which the servers stand. Round trips from each region of users come from a \
         table of medians between cloud sites.");
    Distance = Param::number("distance", "Distance factor", (0.0, 1.0, 5.0),
        "Multiplies all round trips between users and the site. 0 takes the network away.");
    LastMile = Param::switch("last_mile", "Last mile", true,
        "Adds the round trip from the user to the nearest edge, 20 to 55 ms by region.");
    Zone = Param::number("zone_ms", "Round trip inside the site", (0.0, 0.5, 20.0),
        "From one machine to another of the same site and back. The whole round trip is spent on \
         the way there. Default from cloud providers' tables for one zone.").unit("ms");
    Zones = Param::count("zones", "Zones", (1, 1, 6),
        "Zones of the site: parts of it that fail one by one. The servers of each tier stand in \
         them in turn.");
    Rtt = Param::list("rtt", "Round trips", (0.0, 10_000.0, region::COUNT * region::COUNT),
        "Round trips in ms in place of the table's: from the first region of users to each region \
         of sites, then from the second, in the order NAE, NAW, SA, EU, AF, ME, SAS, SEA, EA, OC. \
         Where the list ends the table holds.");
    Jitter = Param::number("jitter", "Jitter", (0.0, 0.0, 2.0),
        "How much ways vary: each way there and each way back is lognormal around its mean, with \
         this standard deviation of the logarithm. Paths have 0.1 to 0.25. 0 is none.");
    NewConnections = Param::number("new_connections", "Share on new connections",
        (0.0, 0.0, 1.0),
        "Share of requests that first open a connection: a round trip for TCP and those of TLS. \
         The others use one that is open (keep-alive).");
    Tls = Param::choice("tls", "Encryption", TLS, 1,
        "A full handshake takes a round trip more with TLS 1.3 (RFC 8446), two with TLS 1.2.");
    Bandwidth = Param::number("bandwidth_mbps", "Line speed of a user", (0.0, 0.0, 10_000.0),
        "Down, in Mbit/s: answers take the time of their bytes, and on a new connection the \
         round trips in which the window grows from 14.6 kB, doubling each time (RFC 6928). \
         0 does not count sizes. 50 Mbit/s is a usual line.").unit("Mbit/s");
    Egress = Param::number("egress_usd_gb", "Price of traffic to users", (0.0, 0.0, 10.0),
        "USD for a GB (10^9 bytes) sent to users, by the sizes of answers. Clouds ask 0.09 for \
         the first 10 TB of a month. 0 leaves it out.").unit("USD/GB");
}

/// The zones of the site, which faults may name one by one.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    spec.count(Setting::Zones as usize)
}

/// The first region in which no site stands yet, for the site with this number.
#[must_use]
pub fn next_region(scenario_sites: &[usize]) -> usize {
    (0..region::COUNT).find(|region| !scenario_sites.contains(region)).unwrap_or(0)
}

/// Nothing by the month: traffic is paid by the byte.
#[must_use]
pub const fn monthly_usd(_: &Spec) -> f64 {
    0.0
}

/// The region in which a site stands.
#[must_use]
pub fn home(spec: &Spec) -> usize {
    spec.count(Setting::Site as usize).min(region::COUNT - 1)
}

/// The round trip between a region and the region of a site, in milliseconds.
fn table(spec: &Spec, region: usize) -> f64 {
    let site = home(spec);
    let listed = spec.list(Setting::Rtt as usize).get(region * region::COUNT + site).copied();
    listed.unwrap_or_else(|| f64::from(ROUND_TRIP_MS[region][site]))
}

/// The round trip between a region and a site without users' last mile, in milliseconds: also that
/// from another site, by the region in which it stands.
#[must_use]
pub fn round_trip_ms(spec: &Spec, region: usize) -> f64 {
    table(spec, region) * spec.number(Setting::Distance as usize)
}

fn last(spec: &Spec, region: usize) -> f64 {
    if spec.is_on(Setting::LastMile as usize) { REGIONS[region].last_mile_ms } else { 0.0 }
}

/// One way between a region's users and the site: half the round trip.
#[must_use]
pub fn one_way(spec: &Spec, region: usize) -> Span {
    let round_trip = table(spec, region) + last(spec, region);
    Span::from_millis(0.5 * round_trip * spec.number(Setting::Distance as usize))
}

/// One way between a region's users and the nearest edge: half the round trip of the last mile.
#[must_use]
pub fn last_mile(spec: &Spec, region: usize) -> Span {
    let factor = spec.number(Setting::Distance as usize);
    Span::from_millis(0.5 * last(spec, region) * factor)
}

/// The round trip from machine to machine inside the site.
#[must_use]
pub fn zone(spec: &Spec) -> Span {
    Span::from_millis(spec.number(Setting::Zone as usize))
}

/// The network keeps only its bill: other parts read its settings.
#[derive(Clone, Debug, Default)]
pub struct State {
    site: u8,
    usd_per_byte: f64,
    /// What was paid before the price was last set, and how much had been sent then.
    paid: f64,
    sent: u64,
}

impl State {
    /// The network.
    #[must_use]
    pub fn new(_: u64) -> Self {
        Self::default()
    }

    fn bill(&self, sent: u64) -> f64 {
        self.paid + (sent - self.sent) as f64 * self.usd_per_byte
    }
}

impl Behavior for State {
    fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
        self.site = around.site();
        let sent = ctx.meters().sent[self.site as usize];
        (self.paid, self.sent) = (self.bill(sent), sent);
        self.usd_per_byte = spec.number(Setting::Egress as usize) / 1e9;
    }

    fn arrive(&mut self, _: &mut Ctx, _: RequestId) -> Action {
        Action::Reply(Outcome::Good)
    }

    fn resume(&mut self, _: &mut Ctx, _: RequestId) -> Action {
        Action::Reply(Outcome::Good)
    }

    fn fault(&mut self, _: &mut Ctx, _: Option<usize>, _: Option<Fault>) {}

    fn servers(&self, _: &Ctx) -> Vec<ServerMeter> {
        Vec::new()
    }

    fn spent_usd(&self, ctx: &Ctx) -> Option<f64> {
        let sent = ctx.run.meters.sent[self.site as usize];
        (self.usd_per_byte > 0.0 || self.paid > 0.0).then(|| self.bill(sent))
    }
}
