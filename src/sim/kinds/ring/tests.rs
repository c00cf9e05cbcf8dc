//! How evenly keys lie and how many move, against what is known of each placement.

use super::*;

const CONSISTENT: Placement = Placement::Consistent { virtual_nodes: 100 };

/// Nodes from which and to which keys move.
fn moves(old: &Owners, new: &Owners, keys: u32) -> Vec<(usize, usize)> {
    let pairs = (0..keys).map(|key| (old.owner(key), new.owner(key)));
    pairs.filter(|(from, to)| from != to).collect()
}

#[test]
fn a_ring_moves_one_part_in_n_plus_one_and_all_of_it_to_the_new_node() {
    for (nodes, rings, keys) in [(10, 400, 5_000), (3, 400, 5_000)] {
        let mut sum = 0.0;
        for seed in 1..=rings {
            let old = Owners::new(CONSISTENT, seed, nodes);
            let new = old.resized(nodes + 1);
            let moves = moves(&old, &new, keys);
            assert!(moves.iter().all(|(_, to)| *to == nodes), "seed {seed}");
            let share = share_moved(&old, &new, keys);
            assert_eq!(share, moves.len() as f64 / f64::from(keys));
            sum += share / rings as f64;
        }
        // The share of a ring varies by 0.1 of itself, its mean by a twentieth of that.
        let expected = 1.0 / (nodes + 1) as f64;
        assert!((sum / expected - 1.0).abs() < 0.02, "{nodes} nodes: {sum}");
    }
}

#[test]
fn the_remainder_moves_n_parts_in_n_plus_one() {
    for nodes in [1, 2, 10, 31] {
        let old = Owners::new(Placement::Modulo, 4, nodes);
        let share = share_moved(&old, &old.resized(nodes + 1), 200_000);
        let expected = nodes as f64 / (nodes + 1) as f64;
        assert!((share - expected).abs() < 0.003, "{nodes} nodes: {share}");
    }
}

#[test]
fn rings_are_as_uneven_as_is_known() {
    for (nodes, points, largest) in [(10, 100, Some(1.159_43)), (10, 1, None), (5, 20, None)] {
        let (mut most, mut squares) = (0.0, 0.0);
        let rings = if points == 1 { 20_000 } else { 2_000 };
        for seed in 1..=rings {
            let shares = Ring::new(seed, nodes, points).shares();
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let even = shares.iter().map(|share| share * nodes as f64);
            most += even.clone().fold(0.0, f64::max) / rings as f64;
            squares += even.map(|part| (part - 1.0) * (part - 1.0)).sum::<f64>();
        }
        // Stretches between points thrown at random follow the law of Dirichlet.
        let (n, v) = (nodes as f64, points as f64);
        let cv = libm::sqrt((n - 1.0) / (n * v + 1.0));
        let measured = libm::sqrt(squares / n / rings as f64);
        assert!((measured / cv - 1.0).abs() < 0.02, "{nodes} x {points}: {measured}, not {cv}");
        // The largest of n stretches is the harmonic number of n times the mean.
        let one_point = (1..=nodes).map(|k| 1.0 / k as f64).sum::<f64>();
        let expected = largest.or((points == 1).then_some(one_point));
        if let Some(expected) = expected {
            assert!((most / expected - 1.0).abs() < 0.01, "{nodes} x {points}: {most}");
        }
    }
}

#[test]
fn keys_lie_as_the_stretches_of_the_ring_say() {
    let ring = Ring::new(8, 10, 100);
    let mut counts = [0u32; 10];
    for key in 0..200_000 {
        counts[ring.owner(key)] += 1;
    }
    for (share, count) in ring.shares().into_iter().zip(counts) {
        assert!((f64::from(count) / 2e5 - share).abs() < 0.003, "{share}: {count}");
    }
}

#[test]
fn the_search_finds_what_a_walk_along_the_ring_finds() {
    for (nodes, points) in [(1, 1), (2, 1), (3, 7), (20, 50)] {
        let ring = Ring::new(1, nodes, points);
        let edges = ring.points.iter().flat_map(|(point, _)| [*point, point.wrapping_add(1)]);
        for hash in edges.chain([0, 1, u64::MAX]) {
            let walk = ring.points.iter().find(|(point, _)| *point >= hash);
            let (_, node) = walk.unwrap_or(&ring.points[0]);
            assert_eq!(ring.at(hash), *node as usize);
        }
    }
}

#[test]
fn a_directory_stays_even_and_moves_as_little_as_it_can() {
    let steps = [1, 2, 3, 10, 11, 64, 63, 7, 100, 99, 1_024, 5, 1];
    let mut old = Owners::new(Placement::Directory, 2, 4);
    for nodes in steps {
        let new = old.resized(nodes);
        let (Means::Directory(before), Means::Directory(after)) = (&old.means, &new.means) else {
            panic!("a directory stays one");
        };
        let held = after.held();
        let (least, most) = (held.iter().min(), held.iter().max());
        let (least, most) = (*least.expect("has nodes"), *most.expect("has nodes"));
        assert!(most - least <= 1 && held.len() == nodes, "{nodes}: {held:?}");
        let pairs = before.buckets.iter().zip(&after.buckets);
        let moved = pairs.clone().filter(|(from, to)| from != to).count();
        // Growing fills the new nodes and nothing else; shrinking empties those that go.
        let (was, is) = (before.held(), held);
        let needed: usize = if nodes >= was.len() {
            is[was.len()..].iter().sum()
        } else {
            was[nodes..].iter().sum()
        };
        assert_eq!(moved, needed, "{} to {nodes} nodes", was.len());
        old = new;
    }
}

#[test]
fn a_directory_moves_its_share_of_the_keys() {
    let old = Owners::new(Placement::Directory, 2, 10);
    let new = old.resized(11);
    let share = share_moved(&old, &new, 200_000);
    assert!((share - 1.0 / 11.0).abs() < 0.003, "{share}");
    assert!(moves(&old, &new, 200_000).iter().all(|(_, to)| *to == 10));
    assert_eq!(share_moved(&new, &new, 1_000), 0.0);
}

#[test]
fn numbers_of_nodes_beyond_the_bounds_are_brought_within_them() {
    for row in 0..PLACEMENTS.len() {
        let placement = Placement::by_row(row, 0);
        assert_eq!(Owners::new(placement, 1, 0).nodes(), 1);
        assert_eq!(Owners::new(placement, 1, 0).owner(7), 0);
        let most = Owners::new(placement, 1, usize::MAX);
        assert_eq!(most.nodes(), MOST_NODES);
        assert!((0..1_000).all(|key| most.owner(key) < MOST_NODES));
    }
}
