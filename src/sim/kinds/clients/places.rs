//! Where users send: to the front of a site, or for files to the edge near them, over which way.

use crate::kinds::behavior::{Ctx, Surroundings};
use crate::kinds::network::transport::Transport;
use crate::kinds::param::Spec;
use crate::kinds::{Kind, cdn, network};
use crate::region;
use crate::run::calendar::LineId;
use crate::run::requests::{CLASSES, Class};

/// A place that users send to.
#[derive(Clone, Debug)]
pub struct Place {
    /// The part that is called.
    pub to: u8,
    /// One way from each region's users.
    pub ways: [LineId; region::COUNT],
    /// What comes on top of the way.
    pub transport: Transport,
    /// Whether there is no more than the way.
    pub is_plain: bool,
    /// The site whose bill the answers are on; `None` for an edge, which has its own.
    pub bill: Option<u8>,
}

/// All places that users send to: the sites in turn, then the edges.
#[derive(Clone, Debug, Default)]
pub struct Places {
    places: Vec<Place>,
    /// The classes that go to an edge.
    to_edge: [bool; CLASSES.len()],
}

/// The edges, and which classes users send there: files, and reads where some are kept there.
#[must_use]
pub fn edge(around: &dyn Surroundings) -> Option<(u8, [bool; CLASSES.len()])> {
    let (place, spec) = (around.place(Kind::Cdn)?, around.spec(Kind::Cdn)?);
    let takes_reads = spec.is_on(cdn::Setting::Reads as usize);
    let takes = |class| class == Class::Static || (class == Class::Read && takes_reads);
    Some((place, CLASSES.map(|(class, _)| takes(class))))
}

impl Places {
    /// Takes on settings; all draws are named by the seed.
    pub fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, seed: u64) {
        let place = |ctx: &mut Ctx, to, spec: Option<&Spec>, bill: Option<u8>| {
            let one_way = |region| match (spec, bill) {
                (None, _) => LineId::NOW,
                (Some(spec), Some(_)) => ctx.line(network::one_way(spec, region)),
                (Some(spec), None) => ctx.line(network::last_mile(spec, region)),
            };
            let ways = core::array::from_fn(one_way);
            let transport = Transport::new(spec, seed);
            let is_plain = transport.is_plain();
            Place { to, ways, transport, is_plain, bill }
        };
        self.places.clear();
        for site in 0..around.sites() {
            let network = around.spec_at(Kind::Network, site);
            self.places.push(place(ctx, around.front(site), network, Some(site)));
        }
        self.to_edge = [false; CLASSES.len()];
        if let Some((to, takes)) = edge(around) {
            self.to_edge = takes;
            self.places.push(place(ctx, to, around.spec_at(Kind::Network, 0), None));
        }
    }

    /// Where a request of a class goes whose user found this site.
    #[inline]
    #[must_use]
    pub fn of(&self, class: Class, site: u8) -> &Place {
        let is_edge = self.to_edge.get(class as usize) == Some(&true);
        let place = if is_edge { self.places.len() - 1 } else { site as usize };
        &self.places[place]
    }
}
