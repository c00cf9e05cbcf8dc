//! The formulas of caches against reference values, exact sums over all states, and plain
//! simulations at parameters drawn at random.

use super::super::tests::check;
use super::*;
use crate::rng::{Draw, Purpose, Stream};

fn trials(count: u64) -> impl Iterator<Item = Draw> {
    let stream = Stream::new(31, count, Purpose::Traits);
    (0..count).map(move |trial| stream.at(trial))
}

fn exponential(draw: &mut Draw, rate: f64) -> f64 {
    -libm::log1p(-draw.unit()) / rate
}

#[test]
fn caches_have_the_reference_values() {
    let groups = popularity(&Zipf::new(1_000, 1.0));
    check(&[
        ("Che", Some(lru_hit_ratio(&groups, 100.0)), 0.576_525),
        ("FIFO", Some(fifo_hit_ratio(&groups, 100.0)), 0.520_813),
        ("LFU", Some(lfu_hit_ratio(&groups, 100.0)), 0.692_993),
        ("TTL", Some(ttl_hit_ratio(1.0, 10.0)), 0.909_091),
        ("TTL without writes", Some(invalidated_hit_ratio(1.0, 0.0, 10.0)), 0.909_091),
        ("invalidation", Some(invalidated_hit_ratio(10.0, 1.0, 1.0)), 0.863_410),
        ("stampede", Some(stampede_reads(200.0, 0.05)), 11.0),
        ("write-back", Some(write_back_rate(5.0, 10.0)), 0.098_039_2),
        ("write-back crash", Some(write_back_loss(5.0, 10.0)), 25.490_2),
    ]);
    // The reference for LRU, 0.576500, is of LRU itself, not of Che's approximation.
    assert!((lru_hit_ratio(&groups, 100.0) - 0.576_500).abs() < 5e-5);
}

/// P(exactly k of independent items are held) for k up to `most`.
fn held(chances: impl Iterator<Item = f64>, most: usize) -> Vec<f64> {
    let mut at = vec![0.0; most + 1];
    at[0] = 1.0;
    for h in chances {
        for k in (0..=most).rev() {
            let from_below = if k > 0 { at[k - 1] * h } else { 0.0 };
            at[k] = at[k] * (1.0 - h) + from_below;
        }
    }
    at
}

fn random_law(draw: &mut Draw) -> (Vec<f64>, usize) {
    let law = Zipf::new(30 + draw.below(50), 2.0 * draw.unit());
    let places = 3 + draw.below(law.items() - 6) as usize;
    ((0..law.items()).map(|item| law.probability(item)).collect(), places)
}

fn each(p: &[f64]) -> Vec<Group> {
    p.iter().map(|p| Group { items: 1.0, probability: *p }).collect()
}

#[test]
fn fifo_and_random_are_near_the_exact_sum_over_all_states() {
    for mut draw in trials(30) {
        let (p, places) = random_law(&mut draw);
        // Sets in proportion to the product of p: independent items, given how many are held; any
        // t will do, and one near the fixed point loses no digits.
        let t = characteristic_time(&each(&p), places as f64, |x| x / (1.0 + x));
        let t = t.expect("has fewer places than items");
        let chance: Vec<f64> = p.iter().map(|p| p * t / (1.0 + p * t)).collect();
        let all = held(chance.iter().copied(), places)[places];
        let mut exact = 0.0;
        for (i, p) in p.iter().enumerate() {
            let others = chance.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, h)| *h);
            exact += p * chance[i] * held(others, places - 1)[places - 1] / all;
        }
        let got = fifo_hit_ratio(&each(&p), places as f64);
        assert!((got - exact).abs() < 0.002, "{places} of {}: {got}, not {exact}", p.len());
    }
}

#[test]
fn ches_approximation_is_near_the_exact_integral() {
    for mut draw in trials(12) {
        let (p, places) = random_law(&mut draw);
        // An item is held if fewer others than there are places were asked for since. By s, the
        // share of first gaps that are over: t = -ln(1-s)/p, at the middles of equal steps.
        let steps = 200;
        let mut exact = 0.0;
        for (i, own) in p.iter().enumerate() {
            for step in 0..steps {
                let t = -libm::log1p(-(f64::from(step) + 0.5) / f64::from(steps)) / own;
                let others = p.iter().enumerate().filter(|(j, _)| *j != i);
                let asked = others.map(|(_, p)| -libm::expm1(-p * t));
                let fewer: f64 = held(asked, places - 1).iter().sum();
                exact += own * fewer / f64::from(steps);
            }
        }
        let got = lru_hit_ratio(&each(&p), places as f64);
        assert!((got - exact).abs() < 0.004, "{places} of {}: {got}, not {exact}", p.len());
    }
}

#[test]
fn grouping_items_changes_nothing_that_matters() {
    for exponent in [0.0, 0.7, 1.0, 1.4] {
        let law = Zipf::new(60_000, exponent);
        let (grouped, alone) = (popularity(&law), each(&all(&law)));
        assert!(grouped.len() < 7_000);
        let items: f64 = grouped.iter().map(|group| group.items).sum();
        let sum: f64 = grouped.iter().map(|group| group.items * group.probability).sum();
        assert!(items == 60_000.0 && (sum - 1.0).abs() < 1e-9, "{items} {sum}");
        for places in [50.0, 6_000.0, 50_000.0] {
            for ratio in [lru_hit_ratio, fifo_hit_ratio, lfu_hit_ratio] {
                let off = ratio(&grouped, places) - ratio(&alone, places);
                assert!(off.abs() < 1e-6, "{exponent} {places}: {off}");
            }
        }
    }
}

fn all(law: &Zipf) -> Vec<f64> {
    (0..law.items()).map(|item| law.probability(item)).collect()
}

#[test]
fn a_cache_with_room_for_all_misses_nothing_and_one_without_room_everything() {
    let groups = popularity(&Zipf::new(5_000, 0.9));
    for ratio in [lru_hit_ratio, fifo_hit_ratio, lfu_hit_ratio] {
        assert!((ratio(&groups, 5_000.0) - 1.0).abs() < 1e-9);
        assert!((ratio(&groups, 9_000.0) - 1.0).abs() < 1e-9);
        assert!(ratio(&groups, 0.0) < 1e-9);
        assert!(ratio(&groups, 4_999.0) > 0.99);
        assert!(ratio(&groups, 100.0) < ratio(&groups, 200.0));
    }
    // Items all alike: each eviction holds them in proportion.
    let even = popularity(&Zipf::new(400, 0.0));
    for ratio in [lru_hit_ratio, fifo_hit_ratio, lfu_hit_ratio] {
        assert!((ratio(&even, 100.0) - 0.25).abs() < 1e-9);
    }
}

#[test]
fn hits_of_entries_that_end_are_those_of_a_plain_simulation() {
    for mut draw in trials(8) {
        let (reads, writes) = (0.2 + 20.0 * draw.unit(), 3.0 * draw.unit());
        let ttl = 0.1 + 5.0 * draw.unit();
        let (mut now, mut ends, mut hits) = (0.0, 0.0, 0);
        let mut write = exponential(&mut draw, writes);
        let count = 1_000_000;
        for _ in 0..count {
            now += exponential(&mut draw, reads);
            while write < now {
                ends = f64::min(ends, write);
                write += exponential(&mut draw, writes);
            }
            if now < ends {
                hits += 1;
            } else {
                ends = now + ttl;
            }
        }
        let measured = f64::from(hits) / f64::from(count);
        let expected = invalidated_hit_ratio(reads, writes, ttl);
        assert!((measured - expected).abs() < 0.003, "{reads} {writes} {ttl}: {measured}");
    }
}

#[test]
fn stampedes_and_write_back_are_those_of_a_plain_simulation() {
    for mut draw in trials(8) {
        let (rate, time) = (0.5 + 10.0 * draw.unit(), 0.1 + 3.0 * draw.unit());
        let cycles = 200_000;
        let (mut in_time, mut dirty_time, mut length) = (0.0, 0.0, 0.0);
        for _ in 0..cycles {
            // From one flush to the next: the wait for a write, then all that come in `time`.
            length += exponential(&mut draw, rate) + time;
            (in_time, dirty_time) = (in_time + 1.0, dirty_time + time);
            let mut at = exponential(&mut draw, rate);
            while at < time {
                (in_time, dirty_time) = (in_time + 1.0, dirty_time + time - at);
                at += exponential(&mut draw, rate);
            }
        }
        let near = |name: &str, got: f64, expected: f64| {
            assert!((got / expected - 1.0).abs() < 0.01, "{name}: {got}, not {expected}");
        };
        near("stampede", in_time / f64::from(cycles), stampede_reads(rate, time));
        near("flushes", f64::from(cycles) / length, write_back_rate(rate, time));
        near("lost", dirty_time / length, write_back_loss(rate, time));
    }
}
