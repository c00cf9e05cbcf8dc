//! What a guard refuses to protect what stands behind it: too many calls in a time, too many at
//! once, and the less important ones when it is under pressure.

use crate::run::requests::{CLASSES, Class};
use crate::units::SimTime;

/// A rate limit: a token bucket, kept as the instant at which it would be full again (the generic
/// cell rate algorithm, which admits the same calls).
#[derive(Clone, Debug, Default)]
pub struct RateLimit {
    /// Nanoseconds from one token to the next; 0 for no limit.
    gap: f64,
    /// Nanoseconds of tokens that the bucket holds, the one in hand left out.
    depth: f64,
    per_user: bool,
    /// When each bucket is full again: one for all, or one for each user.
    full: Vec<f64>,
}

impl RateLimit {
    /// So many calls per second, and so many at once after a rest, in all or for each user.
    pub fn set(&mut self, rate: f64, burst: f64, per_user: bool) {
        self.gap = if rate > 0.0 { 1e9 / rate } else { 0.0 };
        self.depth = (burst - 1.0).max(0.0) * self.gap;
        if per_user != self.per_user || rate == 0.0 {
            self.full = Vec::new();
        }
        self.per_user = per_user;
    }

    /// Takes a token for a call of a user, if there is one.
    pub fn admits(&mut self, now: SimTime, user: u32) -> bool {
        if self.gap == 0.0 {
            return true;
        }
        let place = if self.per_user { user as usize } else { 0 };
        if place >= self.full.len() {
            // Grows in steps of half its size, up to the number of users.
            let size = (place + 1).max(self.full.len() * 3 / 2);
            self.full.resize(size, 0.0);
        }
        let (now, full) = (now.0 as f64, &mut self.full[place]);
        // A thousandth of a nanosecond is no time: sums of gaps are rounded.
        if *full - now > self.depth + 1e-3 {
            return false;
        }
        *full = full.max(now) + self.gap;
        true
    }
}

/// The calls open, and how many may be.
#[derive(Clone, Debug, Default)]
pub struct Bulkhead {
    /// Most calls open; 0 for no limit.
    pub most: u64,
    /// The limit is for each class.
    pub per_class: bool,
    open: [u64; CLASSES.len() + 1],
    in_all: u64,
}

impl Bulkhead {
    /// Whether one more may be open.
    #[must_use]
    pub const fn has_room(&self, class: Class) -> bool {
        let open = if self.per_class { self.open[class as usize] } else { self.in_all };
        self.most == 0 || open < self.most
    }

    /// Calls open.
    #[must_use]
    pub const fn open(&self) -> u64 {
        self.in_all
    }

    /// A call is made.
    pub const fn enter(&mut self, class: Class) {
        self.open[class as usize] += 1;
        self.in_all += 1;
    }

    /// A call is over for its caller.
    pub const fn leave(&mut self, class: Class) {
        self.open[class as usize] -= 1;
        self.in_all -= 1;
    }
}

/// Pressure, as a multiple of what is set, from which on a sort of calls is shed: static files,
/// reads, what changes data, and all calls of paying users.
const SHED_FROM: [f64; 4] = [1.0, 1.25, 1.5, 2.0];

/// Whether a call is shed at this pressure.
#[must_use]
pub const fn is_shed(class: Class, is_paying: bool, pressure: f64) -> bool {
    let rank = match class {
        _ if is_paying => 3,
        Class::Static => 0,
        Class::Read | Class::Probe => 1,
        Class::Write | Class::Job => 2,
    };
    pressure >= SHED_FROM[rank]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{MILLISECOND, SECOND};

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let mut limit = RateLimit::default();
        limit.set(100.0, 20.0, false);
        // Tries of one user each millisecond for ten seconds: the burst, and a token each 10 ms.
        let count = |limit: &mut RateLimit, from: u64| {
            let tries = 0..10 * SECOND / MILLISECOND;
            tries.filter(|ms| limit.admits(SimTime(from + ms * MILLISECOND), 0)).count()
        };
        assert_eq!(count(&mut limit, 0), 20 + 999);
        assert_eq!(count(&mut limit, 60 * SECOND), 20 + 999, "full again after a rest");
    }

    #[test]
    fn each_user_has_a_bucket() {
        let mut limit = RateLimit::default();
        limit.set(1.0, 2.0, true);
        let admitted = |limit: &mut RateLimit, user| limit.admits(SimTime(SECOND), user);
        for user in [0, 70_000] {
            assert!(admitted(&mut limit, user) && admitted(&mut limit, user));
            assert!(!admitted(&mut limit, user));
        }
    }

    #[test]
    fn the_least_important_is_shed_first() {
        let shed = |pressure| {
            let sorts = [Class::Static, Class::Read, Class::Write].map(|class| (class, false));
            let sorts = sorts.into_iter().chain([(Class::Static, true)]);
            sorts.filter(|&(class, paying)| is_shed(class, paying, pressure)).count()
        };
        assert_eq!([0.9, 1.0, 1.3, 1.9, 2.0].map(shed), [0, 1, 2, 3, 4]);
    }
}
