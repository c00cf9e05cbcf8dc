//! Failures and what follows: lost and refused writes, stale answers, backlogs and how they drain,
//! replicas wanted, and how long a change takes to be seen. Rates per second, times in seconds.

/// Acknowledged writes lost when the primary dies and a replica takes over that is `lag` seconds
/// behind: those of the lag, w lag, on average. Counts are Poisson, so their variance is the same.
#[must_use]
pub fn failover_lost(writes: f64, lag: f64) -> f64 {
    writes * lag
}

/// Writes refused from the death of the primary to the end of the promotion.
#[must_use]
pub fn failover_refused(writes: f64, detection: f64, promotion: f64) -> f64 {
    writes * (detection + promotion)
}

/// The share of reads of a key at a replica that are stale, where the key is written at `writes`
/// per second (Poisson) and each write arrives `lag` seconds later: those with a write within the
/// last lag, 1 - e^(-w lag).
#[must_use]
pub fn stale_share(writes: f64, lag: f64) -> f64 {
    -libm::expm1(-writes * lag)
}

/// The backlog after `seconds` of more arrivals than can be served, both per second, none before.
#[must_use]
pub fn backlog_after(arrivals: f64, capacity: f64, seconds: f64) -> f64 {
    ((arrivals - capacity) * seconds).max(0.0)
}

/// How long a backlog takes to be gone; `None` if there is nothing to spare.
#[must_use]
pub fn drain_seconds(backlog: f64, arrivals: f64, capacity: f64) -> Option<f64> {
    (capacity > arrivals).then(|| backlog / (capacity - arrivals))
}

/// The replicas wanted by target tracking: ceil(current metric / target), the rule of the
/// Kubernetes Horizontal Pod Autoscaler (its documentation, "Algorithm details"). A billionth above
/// a whole number is taken for rounding. `None` where the target makes no sense.
#[must_use]
pub fn replicas_wanted(current: u32, metric: f64, target: f64) -> Option<u32> {
    let exact = f64::from(current) * metric / target;
    (target > 0.0 && exact >= 0.0).then(|| libm::ceil(exact * (1.0 - 1e-9)) as u32)
}

/// The share of look-ups that still get the old address `since` seconds after a record changed, at
/// resolvers that keep an answer `ttl` seconds and are asked `lookups` times a second each
/// (Poisson). An answer is kept for T of each T + 1/l; its age is uniform over T, so that the old
/// one is there with l (T - t) / (1 + l T).
#[must_use]
pub fn dns_still_old(lookups: f64, ttl: f64, since: f64) -> f64 {
    lookups * (ttl - since).max(0.0).min(ttl) / (1.0 + lookups * ttl)
}

/// How long until a failure is noticed by a check each `interval` seconds that must fail `failures`
/// times in a row: least, mean and most. The first failing check comes after half an interval on
/// average, the last (failures - 1) intervals later; time-outs of the checks come on top.
#[must_use]
pub fn detection_seconds(interval: f64, failures: u32) -> (f64, f64, f64) {
    let rest = f64::from(failures.max(1) - 1);
    (rest * interval, (rest + 0.5) * interval, (rest + 1.0) * interval)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::rng::{Draw, Purpose, Stream};

    #[test]
    fn failures_have_the_reference_values() {
        let backlog = backlog_after(1_000.0, 600.0, 180.0);
        let (least, mean, most) = detection_seconds(10.0, 3);
        check(&[
            ("lost", Some(failover_lost(200.0, 0.5)), 100.0),
            ("refused", Some(failover_refused(200.0, 20.0, 40.0)), 12_000.0),
            ("stale", Some(stale_share(1.0, 0.1)), 0.095_162_6),
            ("backlog", Some(backlog), 72_000.0),
            ("gone", drain_seconds(backlog, 1_000.0, 1_500.0), 144.0),
            ("at once", Some(dns_still_old(1.0, 60.0, 0.0)), 60.0 / 61.0),
            ("half the time", Some(dns_still_old(1.0, 60.0, 30.0)), 30.0 / 61.0),
            ("noticed at best", Some(least), 20.0),
            ("noticed", Some(mean), 25.0),
            ("noticed at worst", Some(most), 30.0),
        ]);
        assert_eq!(failover_lost(200.0, 0.0), 0.0, "synchronous");
        assert_eq!(backlog_after(500.0, 600.0, 180.0), 0.0);
        assert_eq!(drain_seconds(10.0, 600.0, 600.0), None);
        assert_eq!(dns_still_old(1.0, 60.0, 61.0), 0.0);
    }

    #[test]
    fn replicas_are_those_of_whole_numbers() {
        assert_eq!(replicas_wanted(4, 0.9, 0.6), Some(6));
        assert_eq!(replicas_wanted(4, 0.9, 0.0), None);
        assert_eq!(replicas_wanted(4, 0.0, 0.6), Some(0));
        // In hundredths, where whole numbers divide exactly.
        for (current, metric, target) in (1..40).flat_map(|n| [(n, 7, 1), (n, 30, 60), (n, 90, 45)])
        {
            for metric in metric..metric + 60 {
                let wanted = u32::div_ceil(current * metric, target);
                let (m, t) = (f64::from(metric) / 100.0, f64::from(target) / 100.0);
                assert_eq!(replicas_wanted(current, m, t), Some(wanted), "{current} {m} {t}");
            }
        }
    }

    fn exponential(draw: &mut Draw, rate: f64) -> f64 {
        -libm::log1p(-draw.unit()) / rate
    }

    #[test]
    fn stale_reads_and_old_addresses_are_those_of_a_plain_simulation() {
        for trial in 0..6 {
            let mut draw = Stream::new(6, trial, Purpose::Lookup).at(0);
            let (rate, time) = (0.1 + 3.0 * draw.unit(), 0.1 + 2.0 * draw.unit());
            let since = time * draw.unit();
            let (mut stale, mut old) = (0, 0);
            let rounds = 200_000;
            for _ in 0..rounds {
                // Backwards from a read: the last write is as far away as the next would be.
                stale += u32::from(exponential(&mut draw, rate) < time);
                // A resolver runs for long enough to forget its start, then the record changes.
                let change = (30.0 + draw.unit()) * (time + 1.0 / rate);
                let (mut at, mut ends) = (0.0, 0.0);
                while at < change {
                    ends = at + time;
                    at = ends + exponential(&mut draw, rate);
                }
                old += u32::from(ends > change + since);
            }
            let [stale, old] = [stale, old].map(|count| f64::from(count) / f64::from(rounds));
            assert!((stale - stale_share(rate, time)).abs() < 0.005, "{rate} {time}: {stale}");
            let expected = dns_still_old(rate, time, since);
            assert!((old - expected).abs() < 0.005, "{rate} {time} {since}: {old}, {expected}");
        }
    }

    #[test]
    fn losses_backlogs_and_detection_are_those_of_a_plain_simulation() {
        for trial in 0..6 {
            let mut draw = Stream::new(9, trial, Purpose::Gap).at(0);
            let (rate, lag) = (5.0 + 20.0 * draw.unit(), 0.5 + draw.unit());
            let (interval, failures) = (1.0 + draw.unit(), 1 + draw.below(5));
            let (least, mean, most) = detection_seconds(interval, failures);
            let (mut lost, mut seen) = (0, 0.0);
            let rounds = 50_000;
            for _ in 0..rounds {
                let mut at = exponential(&mut draw, rate);
                while at < lag {
                    lost += 1;
                    at += exponential(&mut draw, rate);
                }
                let died = 100.0 * draw.unit() * interval;
                let checks = (0..).map(|check| f64::from(check) * interval);
                let failing = checks.filter(|at| *at >= died).nth(failures as usize - 1);
                let after = failing.expect("checks go on") - died;
                assert!((least..=most).contains(&after) || (after - most).abs() < 1e-9);
                seen += after;
            }
            let near = |name: &str, got: f64, expected: f64| {
                assert!((got / expected - 1.0).abs() < 0.01, "{name}: {got}, not {expected}");
            };
            near("lost", f64::from(lost) / f64::from(rounds), failover_lost(rate, lag));
            near("seen", seen / f64::from(rounds), mean);
            // Second by second, more served than asked once the peak of `lag` minutes is over.
            let (peak, seconds) = (1_000 + draw.below(500), 60 + draw.below(100));
            let (before, after) = (600, peak + 1 + draw.below(400));
            let mut backlog = (0..seconds).map(|_| peak - before).sum::<u32>();
            near(
                "backlog",
                f64::from(backlog),
                backlog_after(f64::from(peak), 600.0, f64::from(seconds)),
            );
            let drains = drain_seconds(f64::from(backlog), f64::from(peak), f64::from(after));
            let mut steps = 0;
            while backlog > 0 {
                backlog = backlog.saturating_sub(after - peak);
                steps += 1;
            }
            assert_eq!(drains.map(libm::ceil), Some(f64::from(steps)));
        }
    }
}
