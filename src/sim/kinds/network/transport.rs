//! What the way to a site and back takes beyond its round trip: jitter, handshakes on a new
//! connection, and the time to move the answer's bytes.

use super::Setting;
use crate::kinds::Kind;
use crate::kinds::param::Spec;
use crate::law::Law;
use crate::rng::{Purpose, Stream};

/// What a server may send before the first acknowledgement, in bytes: ten segments of 1,460 bytes
/// (RFC 6928).
pub const INITIAL_WINDOW: f64 = 14_600.0;
/// Draws of the way back lie far from those of the way there.
const BACK: u64 = 1 << 55;
/// A law of mean one is kept in units of a millisecond.
const ONE: f64 = 1e-6;

/// What is to be added to plain round trips.
#[derive(Clone, Debug)]
pub struct Transport {
    jitter: Law,
    jitters: bool,
    new_share: f64,
    /// Round trips before the request can be sent on a new connection.
    handshakes: f64,
    /// Nanoseconds a byte takes on the user's line; 0 where sizes do not count.
    per_byte: f64,
    shakes: Stream,
    news: Stream,
}

impl Transport {
    /// That of a network with these settings, or of none.
    #[must_use]
    pub fn new(spec: Option<&Spec>, seed: u64) -> Self {
        let stream = |purpose| Stream::new(seed, Kind::Network as u64, purpose);
        let number = |row: Setting| spec.map_or(0.0, |spec| spec.number(row as usize));
        let sigma = number(Setting::Jitter);
        let tls = spec.map_or(0, |spec| spec.count(Setting::Tls as usize));
        let speed = number(Setting::Bandwidth);
        Self {
            jitter: Law::new(3, ONE, libm::expm1(sigma * sigma)),
            jitters: sigma > 0.0,
            new_share: number(Setting::NewConnections),
            handshakes: 1.0 + tls as f64,
            per_byte: if speed > 0.0 { 8e3 / speed } else { 0.0 },
            shakes: stream(Purpose::Service),
            news: stream(Purpose::Lookup),
        }
    }

    /// Whether nothing is to be added.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.jitters && self.new_share == 0.0 && self.per_byte == 0.0
    }

    /// Whether the attempt with this number opens a connection.
    #[must_use]
    pub fn is_new(&self, number: u64) -> bool {
        self.new_share > 0.0 && self.news.at(number).unit() < self.new_share
    }

    fn jitter(&self, number: u64) -> f64 {
        if self.jitters { self.jitter.sample(self.shakes.at(number)) } else { 1.0 }
    }

    /// Nanoseconds until the request is at the site, where one way takes `one_way`.
    #[must_use]
    pub fn there(&self, number: u64, one_way: f64) -> f64 {
        let trips = if self.is_new(number) { 2.0 * self.handshakes } else { 0.0 };
        self.jitter(number) * one_way * (1.0 + trips)
    }

    /// Nanoseconds until an answer of so many bytes is with the user.
    #[must_use]
    pub fn back(&self, number: u64, one_way: f64, bytes: f64) -> f64 {
        let way = self.jitter(number ^ BACK) * one_way;
        if self.per_byte == 0.0 {
            return way;
        }
        let whole = self.per_byte * bytes;
        way + if self.is_new(number) { self.slow_start(2.0 * one_way, bytes) } else { whole }
    }

    /// Nanoseconds from the first byte of an answer to the last on a new connection: the window
    /// doubles with each round trip until it fills the line.
    fn slow_start(&self, round_trip: f64, bytes: f64) -> f64 {
        let (mut time, mut left, mut window) = (0.0, bytes, INITIAL_WINDOW);
        while left > window && window * self.per_byte < round_trip {
            time += round_trip;
            left -= window;
            window *= 2.0;
        }
        time + left * self.per_byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::param::Value;

    fn of(settings: &[(Setting, f64)]) -> Transport {
        let mut spec = Spec::new(super::super::PARAMS);
        for &(row, value) in settings {
            spec.put(row as usize, Value::Number(value));
        }
        Transport::new(Some(&spec), 1)
    }

    #[test]
    fn a_network_at_its_defaults_adds_nothing() {
        assert!(of(&[]).is_plain());
        assert!(Transport::new(None, 1).is_plain());
    }

    #[test]
    fn a_new_connection_grows_its_window_until_the_line_is_full() {
        // 8 Mbit/s: 1,000 ns a byte, so that the window of 14.6 kB takes 14.6 ms.
        let line = of(&[(Setting::NewConnections, 1.0), (Setting::Bandwidth, 8.0)]);
        let back = |ms: f64, bytes| line.back(7, 0.5e6 * ms, bytes) / 1e6;
        let near = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-9, "{got}");
        near(back(80.0, 14_000.0), 40.0 + 14.0);
        // One round for 14.6 kB, then 22.4 kB in the next.
        near(back(80.0, 37_000.0), 40.0 + 80.0 + 22.4);
        // Three rounds; the fourth window, 116.8 kB, fills the line.
        near(back(80.0, 200_000.0), 40.0 + 240.0 + 97.8);
        // Short ways are full at once.
        near(back(10.0, 37_000.0), 5.0 + 37.0);
        let warm = of(&[(Setting::Bandwidth, 8.0)]);
        near(warm.back(7, 40e6, 37_000.0) / 1e6, 40.0 + 37.0);
    }

    #[test]
    fn jitter_keeps_the_mean() {
        let shaken = of(&[(Setting::Jitter, 0.25)]);
        let times: Vec<f64> = (0..200_000).map(|i| shaken.there(i, 1.0)).collect();
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        let logs: Vec<f64> = times.iter().map(|&x| libm::log(x)).collect();
        let centre = logs.iter().sum::<f64>() / logs.len() as f64;
        let square = logs.iter().map(|x| (x - centre) * (x - centre)).sum::<f64>();
        let sigma = libm::sqrt(square / logs.len() as f64);
        assert!((mean - 1.0).abs() < 0.003, "{mean}");
        assert!((sigma - 0.25).abs() < 0.002, "{sigma}");
        assert!(shaken.back(3, 1.0, 0.0) != shaken.there(3, 1.0));
    }
}
