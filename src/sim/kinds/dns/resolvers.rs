//! Resolvers: what each remembers of the name and until when, and who waits for its answer.

use crate::region::COUNT;
use crate::run::calendar::Tag;
use crate::units::{SimTime, Span};

/// Some resolvers keep an answer so many times as long as they may.
pub const OVERSTAY: u64 = 10;

/// An answer that a resolver keeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept {
    /// When it was found.
    pub found: SimTime,
    /// Until when it is kept.
    pub until: SimTime,
    /// The site named.
    pub site: u8,
}

/// One resolver.
#[derive(Clone, Debug, Default)]
pub struct Resolver {
    /// The last answer.
    pub last: Kept,
    /// The one before it, by which visits may go on that began then.
    before: Kept,
    /// Whether it is asking the name service.
    pub asking: bool,
    /// The look-ups that wait for that, and since when.
    pub waiting: Vec<(Tag, SimTime)>,
}

impl Resolver {
    /// The site that it named at an instant, if it knew one.
    #[must_use]
    pub fn knew(&self, when: SimTime) -> Option<u8> {
        let kept = [self.last, self.before];
        let held = kept.iter().find(|kept| kept.found <= when && when < kept.until);
        held.map(|kept| kept.site)
    }

    /// Learns the site named.
    pub fn learn(&mut self, site: u8, now: SimTime, ttl: Span, overstays: bool) {
        self.before = self.last;
        self.last = Kept { found: now, until: now.after(keeps(ttl, overstays)), site };
    }

    /// Has known the site since before it was looked at: `age`, of [0, 1), of the time for which it
    /// is kept is over.
    pub fn recall(&mut self, site: u8, now: SimTime, age: f64, ttl: Span, overstays: bool) {
        let keeps = keeps(ttl, overstays);
        let old = Span((age * keeps.0 as f64) as u64);
        let found = SimTime(now.0.saturating_sub(old.0));
        self.last = Kept { found, until: now.after(Span(keeps.0 - old.0)), site };
    }
}

/// How long a resolver keeps an answer.
const fn keeps(ttl: Span, overstays: bool) -> Span {
    Span(ttl.0.saturating_mul(if overstays { OVERSTAY } else { 1 }))
}

/// All resolvers, region by region.
#[derive(Clone, Debug, Default)]
pub struct Resolvers {
    in_region: u32,
    all: Vec<Resolver>,
}

impl Resolvers {
    /// Makes so many of them in each region; gives back who waited for one of the old ones.
    pub fn resize(&mut self, in_region: u32) -> Vec<(Tag, SimTime)> {
        if in_region == self.in_region {
            return Vec::new();
        }
        self.in_region = in_region;
        let all = vec![Resolver::default(); in_region as usize * COUNT];
        let old = std::mem::replace(&mut self.all, all);
        old.into_iter().flat_map(|resolver| resolver.waiting).collect()
    }

    /// How many there are in each region.
    #[must_use]
    pub const fn in_region(&self) -> u32 {
        self.in_region
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.all.len()
    }

    /// A resolver.
    pub fn at(&mut self, place: usize) -> &mut Resolver {
        &mut self.all[place]
    }

    /// All forget what they know.
    pub fn expire(&mut self, now: SimTime) {
        for Resolver { last, .. } in &mut self.all {
            last.until = last.until.min(now);
        }
    }

    /// All they were asking for is lost.
    pub fn lose(&mut self) {
        for resolver in &mut self.all {
            resolver.asking = false;
            resolver.waiting.clear();
        }
    }
}
