//! Random draws as functions: `draw(seed, node, purpose, number)` gives the same value whatever
//! else happens in the run, so that adding a part does not change who arrives when.

use core::convert::Infallible;
use rand::TryRng;

/// What a draw is for. Each purpose at each node has a stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Time from one arrival to the next.
    Gap = 1,
    /// Class, region, user and address asked for.
    Traits,
    /// Length of a service.
    Service,
    /// Choice of a server.
    Route,
    /// Wait before a retry.
    Backoff,
    /// Whether a look-up in a cache or resolver answers.
    Lookup,
    /// Whether a read needs a join.
    Join,
    /// Place of a name in a hash.
    Hash,
    /// Which entry leaves a cache for a new one.
    Eviction,
    /// Whether a bad release answers with an error.
    Release,
    /// Work of a job done in line.
    Job,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const NUMBER: u64 = 0xD1B5_4A32_D192_ED03;

/// The finaliser of SplitMix64 (Stafford's variant 13): every input bit changes half the output.
#[inline]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The seed of the draws of a site's parts; the first site's is the run's own.
#[must_use]
pub const fn of_site(seed: u64, site: u8) -> u64 {
    if site == 0 { seed } else { mix(seed ^ (site as u64).wrapping_mul(GOLDEN)) }
}

/// The draws of one purpose at one node.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    key: u64,
}

impl Stream {
    /// The stream of `purpose` at `node` in the run seeded with `seed`.
    #[must_use]
    pub const fn new(seed: u64, node: u64, purpose: Purpose) -> Self {
        let place = mix(node.wrapping_mul(GOLDEN) ^ mix(purpose as u64));
        // Seed 0 would make all streams alike.
        let seed = if seed == 0 { GOLDEN } else { seed };
        Self { key: mix(seed ^ place) ^ mix(place.wrapping_add(seed.wrapping_mul(NUMBER))) }
    }

    /// The draw with this number. The same number always gives the same draw.
    #[inline]
    #[must_use]
    pub const fn at(self, number: u64) -> Draw {
        Draw { state: self.key.wrapping_add(number.wrapping_mul(NUMBER)) }
    }
}

/// One draw: a short SplitMix64 sequence, as long as the sampler needs.
#[derive(Clone, Debug)]
pub struct Draw {
    state: u64,
}

impl Draw {
    /// The next 64 random bits.
    #[inline]
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform in [0, 1), 53 bits.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in 0..n (n at most 2^32; bias below n / 2^32). Zero for n = 0.
    #[inline]
    pub const fn below(&mut self, n: u32) -> u32 {
        (((self.bits() >> 32) * n as u64) >> 32) as u32
    }
}

impl TryRng for Draw {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_seed_node_purpose_and_number_alone() {
        let one = |seed, node, purpose, number| Stream::new(seed, node, purpose).at(number).bits();
        let base = one(1, 2, Purpose::Service, 3);
        assert_eq!(base, one(1, 2, Purpose::Service, 3));
        assert_ne!(base, one(2, 2, Purpose::Service, 3));
        assert_ne!(base, one(1, 3, Purpose::Service, 3));
        assert_ne!(base, one(1, 2, Purpose::Gap, 3));
        assert_ne!(base, one(1, 2, Purpose::Service, 4));
        assert_ne!(one(0, 2, Purpose::Service, 3), one(0, 2, Purpose::Gap, 3));
    }

    #[test]
    fn consecutive_draws_are_uniform_and_uncorrelated() {
        let stream = Stream::new(7, 0, Purpose::Gap);
        let n = 200_000;
        let (mut sum, mut lag, mut before) = (0.0, 0.0, 0.5);
        let mut cells = [0u32; 64];
        for i in 0..n {
            let u = stream.at(i).unit();
            sum += u;
            lag += (u - 0.5) * (before - 0.5);
            before = u;
            cells[(u * 64.0) as usize] += 1;
        }
        assert!((sum / n as f64 - 0.5).abs() < 0.003, "mean {}", sum / n as f64);
        assert!((lag / n as f64).abs() < 0.001, "lag-1 covariance {}", lag / n as f64);
        let expected = n as f64 / 64.0;
        let chi2: f64 =
            cells.iter().map(|&c| f64::from(c) - expected).map(|off| off * off / expected).sum();
        assert!(chi2 < 110.0, "chi-squared with 63 degrees of freedom: {chi2}");
    }
}
