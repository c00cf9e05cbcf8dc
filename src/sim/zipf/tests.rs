//! The law against its own probabilities, and those against sums made one by one.

use super::*;
use crate::rng::{Purpose, Stream};

/// Chi-squared of draws against a law, over cells that begin at the items named, as deviations from
/// its mean.
fn deviations(sampled: &Zipf, law: &Zipf, draws: u64, starts: &[u32]) -> f64 {
    let stream = Stream::new(5, u64::from(law.items()), Purpose::Traits);
    let mut counts = vec![0u32; starts.len()];
    for number in 0..draws {
        let item = sampled.sample(&mut stream.at(number));
        assert!(item < law.items());
        counts[starts.partition_point(|start| *start <= item) - 1] += 1;
    }
    let ends = starts[1..].iter().copied().chain([law.items()]);
    let cells = starts.iter().zip(ends).zip(counts);
    let (mut chi2, mut freedom, mut rest, mut rest_count) = (0.0, -1.0, 0.0, 0.0);
    for ((&start, end), count) in cells {
        rest += (law.share_of_first(end) - law.share_of_first(start)) * draws as f64;
        rest_count += f64::from(count);
        // Cells in which too few are expected are put together with the next.
        if rest >= 20.0 {
            chi2 += (rest_count - rest) * (rest_count - rest) / rest;
            freedom += 1.0;
            (rest, rest_count) = (0.0, 0.0);
        }
    }
    if rest > 0.0 {
        chi2 += (rest_count - rest) * (rest_count - rest) / f64::max(rest, 1.0);
        freedom += 1.0;
    }
    (chi2 - freedom) / libm::sqrt(2.0 * f64::max(freedom, 1.0))
}

#[test]
fn draws_of_few_items_follow_the_law() {
    for exponent in [0.0, 0.2, 0.7, 0.999_999_9, 1.0, 1.3, 2.0, 4.0] {
        for items in [1, 2, 3, 10, 50] {
            let law = Zipf::new(items, exponent);
            let starts: Vec<u32> = (0..items).collect();
            let off = deviations(&law, &law, 400_000, &starts);
            assert!(off < 4.5, "{items} items, exponent {exponent}: {off} deviations");
        }
    }
}

#[test]
fn draws_of_many_items_follow_the_law() {
    for exponent in [0.0, 0.6, 0.8, 1.0, 1.2, 2.5] {
        for items in [1_000, 1_000_000, MOST_ITEMS] {
            let law = Zipf::new(items, exponent);
            let mut starts: Vec<u32> = (0..100).collect();
            while starts[starts.len() - 1] < items / 10 * 9 {
                starts.push((f64::from(starts[starts.len() - 1]) * 1.1) as u32);
            }
            let off = deviations(&law, &law, 500_000, &starts);
            assert!(off < 4.5, "{items} items, exponent {exponent}: {off} deviations");
        }
    }
}

#[test]
fn a_wrong_law_is_found_out() {
    let (law, other) = (Zipf::new(1_000, 1.0), Zipf::new(1_000, 1.05));
    let starts: Vec<u32> = (0..1_000).collect();
    assert!(deviations(&law, &other, 400_000, &starts) > 20.0);
}

#[test]
fn the_sum_of_the_weights_is_that_made_one_by_one() {
    for exponent in [0.0, 0.3, 0.999_999_999_9, 1.0, 1.000_1, 1.7, 4.0] {
        for items in [1u32, 7, 1_023, 1_024, 1_025, 5_000, 1_000_000, 3_000_000] {
            let law = Zipf::new(items, exponent);
            // From the smallest, so that nothing is lost.
            let weights = (1..=items).rev().map(|k| libm::pow(f64::from(k), -exponent));
            let sum: f64 = weights.sum();
            assert!((law.norm / sum - 1.0).abs() < 1e-12, "{items}, {exponent}: {}", law.norm);
            let first = law.probability(0);
            assert!((first * sum - 1.0).abs() < 1e-12, "{items}, {exponent}");
            assert!((law.share_of_first(items) - 1.0).abs() < 1e-12);
            assert!(law.probability(items) == 0.0);
        }
    }
}

#[test]
fn arguments_beyond_the_bounds_are_brought_within_them() {
    assert_eq!(Zipf::new(0, 1.0).items(), 1);
    assert_eq!(Zipf::new(u32::MAX, 1.0).items(), MOST_ITEMS);
    assert_eq!(Zipf::new(10, f64::NAN).exponent(), 0.0);
    assert_eq!(Zipf::new(10, 9.0).exponent(), STEEPEST);
    assert_eq!(Zipf::new(10, -1.0).exponent(), 0.0);
}

#[test]
fn the_same_draws_give_the_same_items_everywhere() {
    let mut sum = 0u64;
    for (row, exponent) in [0.0, 0.5, 0.8, 1.0, 1.1, 3.0].into_iter().enumerate() {
        let law = Zipf::new(1_000_000, exponent);
        let stream = Stream::new(1, row as u64, Purpose::Traits);
        for number in 0..20_000 {
            let item = law.sample(&mut stream.at(number));
            sum = sum.wrapping_mul(0x100_0000_01B3) ^ u64::from(item);
        }
    }
    assert_eq!(sum, 2_750_336_181_610_904_496, "a checksum of 120,000 items, taken natively");
}

#[test]
fn the_alias_table_gives_every_item_its_probability() {
    for exponent in [0.0, 0.8, 1.0, 1.5, 4.0] {
        for items in [1, 2, 63, 64, 65, 127, 128, 129, 1_000, 1_023, 1_024, 1_025, 70_000] {
            let law = Zipf::new(items, exponent);
            let mut shares = vec![0.0; law.blocks.len()];
            for (block, cell) in law.cells.iter().enumerate() {
                let own = cell.own as f64 / u64::MAX as f64 / law.cells.len() as f64;
                shares[block] += own;
                shares[cell.other as usize] += 1.0 / law.cells.len() as f64 - own;
            }
            let mut next = 1;
            for (block, share) in law.blocks.iter().zip(shares) {
                assert_eq!(block.first, next, "ranks follow each other");
                next += block.ranks;
                let ranks = block.first - 1..next - 1;
                let expected: f64 = ranks.clone().map(|item| law.probability(item)).sum();
                assert!((share - expected).abs() < 1e-12, "{items}, {exponent}: {block:?}");
                let last = law.probability(ranks.end - 1) / law.probability(ranks.start);
                assert!((block.sure / last - 1.0).abs() < 1e-12 && block.sure > 0.9);
            }
            assert_eq!(next, items + 1);
        }
    }
}
