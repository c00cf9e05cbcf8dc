//! Timers that parts set, by names of their own, and whom each wakes.

use std::collections::BTreeMap;

/// Whom a timer wakes: the part at this place, with a name of its own for the timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner(pub u8, pub u32);

/// The timers that parts have named, in the order in which they were first set.
#[derive(Clone, Debug)]
pub struct Timers {
    owners: Vec<Owner>,
    places: BTreeMap<Owner, u32>,
    /// The timers that were asked for last, by a mixture of part and name.
    recent: [u32; RECENT],
}

/// How many timers are found at once.
const RECENT: usize = 256;

impl Default for Timers {
    fn default() -> Self {
        Self { owners: Vec::new(), places: BTreeMap::new(), recent: [0; RECENT] }
    }
}

impl Timers {
    /// The number of a part's timer.
    pub fn place(&mut self, owner: Owner) -> u32 {
        let Self { owners, places, recent } = self;
        let Owner(node, name) = owner;
        let mixture = (name ^ (name >> 16)).wrapping_add(u32::from(node).wrapping_mul(37));
        let recent = &mut recent[mixture as usize % RECENT];
        if owners.get(*recent as usize) != Some(&owner) {
            *recent = *places.entry(owner).or_insert_with(|| {
                owners.push(owner);
                owners.len() as u32 - 1
            });
        }
        *recent
    }

    /// Whose timer has this number.
    #[must_use]
    pub fn owner(&self, place: u32) -> Option<Owner> {
        self.owners.get(place as usize).copied()
    }
}
