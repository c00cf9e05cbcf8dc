//! The way from edges to sites: how far each is, which is the nearest, and which does not answer.

use crate::kinds::behavior::{Ctx, Surroundings};
use crate::kinds::{Kind, network};
use crate::region;
use crate::run::calendar::LineId;
use crate::run::requests::Outcome;
use crate::units::{SimTime, Span};

/// A site as edges see it.
#[derive(Clone, Debug)]
struct Site {
    front: u8,
    /// One way from each region.
    ways: [LineId; region::COUNT],
    /// Until when edges do not try it, for it did not answer.
    out_until: SimTime,
}

/// All sites.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    sites: Vec<Site>,
}

impl Origins {
    /// Takes on where the sites are.
    pub fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings) {
        let known = std::mem::take(&mut self.sites);
        for site in 0..around.sites() {
            let network = around.spec_at(Kind::Network, site);
            let mut ways = [LineId::NOW; region::COUNT];
            for (region, way) in ways.iter_mut().enumerate() {
                let ms = network.map_or(0.0, |spec| network::round_trip_ms(spec, region));
                *way = ctx.line(Span::from_millis(0.5 * ms));
            }
            let out_until = known.get(site as usize).map_or(SimTime::ZERO, |old| old.out_until);
            self.sites.push(Site { front: around.front(site), ways, out_until });
        }
    }

    /// How many sites edges do not try now.
    #[must_use]
    pub fn out(&self, now: SimTime) -> usize {
        self.sites.iter().filter(|site| site.out_until > now).count()
    }

    /// The nearest site that answers, as far as is known; else the nearest.
    #[must_use]
    pub fn nearest(&self, ctx: &Ctx, region: usize) -> u8 {
        let now = ctx.now();
        let rank = |(number, site): &(usize, &Site)| {
            (site.out_until > now, ctx.delay(site.ways[region]), *number)
        };
        let best = self.sites.iter().enumerate().min_by_key(rank);
        best.map_or(0, |(number, _)| number as u8)
    }

    /// The part that a site's requests reach first, and the way there.
    #[must_use]
    pub fn way(&self, site: u8, region: usize) -> (u8, LineId) {
        let site = &self.sites[(site as usize).min(self.sites.len() - 1)];
        (site.front, site.ways[region])
    }

    /// Notes how a site has answered: one that is not there is not tried for a while. Says whether
    /// another can be tried instead.
    pub fn note(&mut self, now: SimTime, site: u8, outcome: Outcome, pause: Span) -> bool {
        if !matches!(outcome, Outcome::Unavailable | Outcome::Unreachable) || self.sites.len() < 2 {
            return false;
        }
        if let Some(site) = self.sites.get_mut(site as usize) {
            site.out_until = now.after(pause);
        }
        self.out(now) < self.sites.len()
    }
}
