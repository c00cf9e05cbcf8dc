//! Distances: where the site stands, the way from users to it, and the hops inside it.

use super::behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use super::param::{Param, Spec, settings};
use crate::sim::region::{self, REGIONS, ROUND_TRIP_MS};
use crate::sim::run::meters::ServerMeter;
use crate::sim::run::requests::{Outcome, RequestId};
use crate::sim::units::Span;

/// Name in links and files.
pub const KEY: &str = "network";
/// Name shown.
pub const LABEL: &str = "Network";
/// One in each site, or one outside all.
pub const PER_SITE: bool = true;
/// Faults of the part as a whole.
pub const TROUBLES: &[&str] = &[];

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

/// The network sends no bill of its own yet: prices by the byte come with sizes.
#[must_use]
pub const fn monthly_usd(_: &Spec) -> f64 {
    0.0
}

/// One way between a region's users and the site: half the round trip.
#[must_use]
pub fn one_way(spec: &Spec, region: usize) -> Span {
    let site = spec.count(Setting::Site as usize).min(region::COUNT - 1);
    let last =
        if spec.is_on(Setting::LastMile as usize) { REGIONS[region].last_mile_ms } else { 0.0 };
    let round_trip = f64::from(ROUND_TRIP_MS[region][site]) + last;
    Span::from_millis(0.5 * round_trip * spec.number(Setting::Distance as usize))
}

/// The round trip between a region and a site without users' last mile, in milliseconds: also that
/// from another site, by the region in which it stands.
#[must_use]
pub fn round_trip_ms(spec: &Spec, region: usize) -> f64 {
    let site = spec.count(Setting::Site as usize).min(region::COUNT - 1);
    f64::from(ROUND_TRIP_MS[region][site]) * spec.number(Setting::Distance as usize)
}

/// The round trip from machine to machine inside the site.
#[must_use]
pub fn zone(spec: &Spec) -> Span {
    Span::from_millis(spec.number(Setting::Zone as usize))
}

/// The network keeps no state: other parts read its settings.
#[derive(Clone, Debug)]
pub struct State;

impl State {
    /// The network.
    #[must_use]
    pub const fn new(_: u64) -> Self {
        Self
    }
}

impl Behavior for State {
    fn configure(&mut self, _: &mut Ctx, _: &dyn Surroundings, _: &Spec) {}

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
}
