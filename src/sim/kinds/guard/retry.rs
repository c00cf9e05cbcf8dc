//! Further tries of calls that failed: how many, after what wait, and out of what budget.

use crate::kinds::Kind;
use crate::kinds::clients::{self, HOP_SHIFT};
use crate::rng::{Purpose, Stream};

/// Tokens that a budget saves up at most, each worth a retry: enough for single failures, too
/// little for a storm.
const SAVED: f64 = 10.0;
/// The try that stands for a second request sent beside the first.
pub const HEDGE: u16 = 15;

/// How a guard tries again.
#[derive(Clone, Debug)]
pub struct Retry {
    /// Most further tries.
    pub most: u16,
    /// Longest wait before the first, in nanoseconds; doubles with each further one.
    pub backoff: f64,
    /// Whether the wait is uniform between nothing and the longest.
    pub jitter: bool,
    /// Whether calls that change data are tried again.
    pub writes: bool,
    /// Retries as a share of calls; 0 for no limit.
    pub budget: f64,
    tokens: f64,
    tries: Stream,
    backoffs: Stream,
}

impl Retry {
    /// None.
    #[must_use]
    pub const fn new(seed: u64, guard: Kind) -> Self {
        Self {
            most: 0,
            backoff: 0.0,
            jitter: true,
            writes: true,
            budget: 0.0,
            tokens: SAVED,
            tries: Stream::new(seed, guard as u64, Purpose::Hash),
            backoffs: Stream::new(seed, guard as u64, Purpose::Backoff),
        }
    }

    /// A call is made for the first time: it earns its share of a retry.
    pub const fn earn(&mut self) {
        self.tokens = (self.tokens + self.budget).min(SAVED);
    }

    /// Takes a retry out of the budget, if there is one left.
    pub const fn spend(&mut self) -> bool {
        if self.budget == 0.0 {
            return true;
        }
        let is_left = self.tokens >= 1.0;
        if is_left {
            self.tokens -= 1.0;
        }
        is_left
    }

    /// The bits in which the number of a request differs in its try after so many retries: others
    /// for each, so that each draws anew. Applied twice they are gone.
    #[must_use]
    pub const fn bits(&self, number: u64, retries: u16) -> u64 {
        if retries == 0 {
            return 0;
        }
        let wish = clients::wish(number) | ((retries as u64) << 56);
        (self.tries.at(wish).bits() >> 48) << HOP_SHIFT
    }

    /// Nanoseconds to wait before this retry, the first being 1.
    #[must_use]
    pub fn wait(&self, number: u64, retry: u16) -> f64 {
        let longest = self.backoff * f64::from(1u32 << (retry - 1).min(20));
        if self.jitter { longest * self.backoffs.at(number).unit() } else { longest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_allows_its_share_and_a_few_single_ones() {
        let mut retry = Retry::new(1, Kind::ToDatabase);
        retry.budget = 0.1;
        let mut allowed = 0;
        for _ in 0..10_000 {
            retry.earn();
            allowed += u32::from(retry.spend());
        }
        // Sums of tenths are rounded: one retry more or less.
        assert!((1_008..=1_010).contains(&allowed), "{allowed}");
    }

    #[test]
    fn tries_differ_in_their_bits_alone_and_go_back() {
        let retry = Retry::new(1, Kind::ToDatabase);
        let number = (3 << 56) | 12_345;
        let mut seen = std::collections::BTreeSet::new();
        for tries in 0..=HEDGE {
            let changed = number ^ retry.bits(number, tries);
            assert_eq!(clients::wish(changed), clients::wish(number));
            assert_eq!(changed >> 56, 3, "the user's attempt stays");
            assert_eq!(changed ^ retry.bits(changed, tries), number);
            assert!(seen.insert(changed), "{tries}");
        }
    }
}
