//! What the figures mean for the business: how satisfied users are, and what that earns or loses.
//! A rule of thumb by the settings of the monitoring part, not a measurement of people.

use super::histogram::Histogram;
use super::kinds::monitor::Setting;
use super::kinds::param::Spec;
use serde::{Deserialize, Serialize};

/// Business figures of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Business {
    /// Daily users that the traffic stands for.
    pub daily_users: f64,
    /// Mean satisfaction with a request, from 0 to 1: 1 up to the tolerated latency, then falling
    /// by exp(-excess / scale), 0 for a failure.
    pub satisfaction: f64,
    /// Daily users that such a service keeps: daily users x satisfaction.
    pub retained_users: f64,
    /// USD per day that they bring.
    pub revenue_per_day: f64,
    /// USD per day that full satisfaction would bring on top.
    pub lost_per_day: f64,
}

impl Business {
    /// The figures of a window: times of good answers, failures, and the monitoring's settings.
    #[must_use]
    pub fn of(spec: &Spec, daily_users: f64, times: &Histogram, failed: u64) -> Self {
        let tolerated = spec.number(Setting::Tolerated as usize) / 1e3;
        let scale = spec.number(Setting::Scale as usize) / 1e3;
        let of_answer = |s: f64| libm::exp(-(s - tolerated).max(0.0) / scale);
        let sum: f64 = times.cells().map(|(s, count)| count as f64 * of_answer(s)).sum();
        let all = times.count() + failed;
        let satisfaction = if all == 0 { 1.0 } else { sum / all as f64 };
        let revenue = daily_users * spec.number(Setting::Revenue as usize);
        Self {
            daily_users,
            satisfaction,
            retained_users: daily_users * satisfaction,
            revenue_per_day: revenue * satisfaction,
            lost_per_day: revenue * (1.0 - satisfaction),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kind;
    use crate::units::Span;

    #[test]
    fn quick_answers_satisfy_slow_ones_less_and_failures_not_at_all() {
        let spec = Spec::new(Kind::Monitor.params());
        let mut times = Histogram::default();
        for _ in 0..50 {
            times.record(Span::from_seconds(0.1));
            times.record(Span::from_seconds(10.2));
        }
        let business = Business::of(&spec, 1_000.0, &times, 100);
        let expected = (50.0 + 50.0 * libm::exp(-1.0)) / 200.0;
        assert!((business.satisfaction / expected - 1.0).abs() < 0.01, "{business:?}");
        let earned = business.revenue_per_day + business.lost_per_day;
        assert!((earned - 180.0).abs() < 1e-9, "{business:?}");
    }
}
