//! Which node a key belongs to, and what moves when nodes are added: remainder, consistent hashing
//! and a directory.
//!
//! Keys are hashed first, so that numbers that follow each other (keys are ranks of popularity) do
//! not meet the nodes in turn. Consistent hashing: Karger et al., "Consistent hashing and random
//! trees", STOC 1997; virtual nodes: DeCandia et al., "Dynamo", SOSP 2007; a directory of a fixed
//! number of buckets is how Redis Cluster places its 16,384 slots.

use crate::rng::{Purpose, Stream};
use crate::sorting;

/// Most nodes.
pub const MOST_NODES: usize = 1_024;
/// Most points of a node on a ring.
pub const MOST_VIRTUAL: usize = 1_024;
/// Buckets of a directory.
pub const BUCKETS: usize = 4_096;

/// How keys are placed on nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// The hash of the key modulo the number of nodes.
    Modulo,
    /// The next point on a ring of hashes, of which each node has several.
    Consistent {
        /// Points of each node, 1 to [`MOST_VIRTUAL`].
        virtual_nodes: usize,
    },
    /// A table that says where each of [`BUCKETS`] parts of the hashes lies.
    Directory,
}

/// Names of the placements, in the order of the setting that chooses one.
pub const PLACEMENTS: &[(&str, &str)] = &[
    ("modulo", "key modulo N"),
    ("consistent", "consistent hashing"),
    ("directory", "directory of buckets"),
];

impl Placement {
    /// The placement in this row of [`PLACEMENTS`].
    #[must_use]
    pub const fn by_row(row: usize, virtual_nodes: usize) -> Self {
        match row {
            0 => Self::Modulo,
            1 => Self::Consistent { virtual_nodes },
            _ => Self::Directory,
        }
    }
}

/// The hash of a key: the same for the same seed, whatever the nodes.
#[derive(Clone, Copy, Debug)]
struct Hash(Stream);

impl Hash {
    const fn new(seed: u64) -> Self {
        // Nodes are numbered from 0, so that this stream is none of theirs.
        Self(Stream::new(seed, u64::MAX, Purpose::Hash))
    }

    #[inline]
    const fn of(self, key: u32) -> u64 {
        self.0.at(key as u64).bits()
    }
}

/// A part of the hashes that a point divides.
const SEARCH: u16 = u16::MAX;
const _: () = assert!(MOST_NODES < SEARCH as usize, "every node has a number");

/// Consistent hashing: a key belongs to the node of the first point at or after its hash.
#[derive(Clone, Debug)]
pub struct Ring {
    /// Hashes and nodes, in rising order.
    points: Vec<(u64, u32)>,
    /// For each part of the hashes, eight to sixteen times as many as points, the node of all its
    /// hashes, or [`SEARCH`].
    parts: Vec<u16>,
    /// How far a hash is shifted to give its part.
    shift: u32,
    hash: Hash,
}

impl Ring {
    /// A ring of so many nodes, each with so many points. The points of a node depend on the seed
    /// and its number alone, so that a ring with more nodes has those of this one too.
    #[must_use]
    pub fn new(seed: u64, nodes: usize, virtual_nodes: usize) -> Self {
        let (nodes, virtual_nodes) =
            (nodes.clamp(1, MOST_NODES), virtual_nodes.clamp(1, MOST_VIRTUAL));
        let of_node = |node: usize| {
            let stream = Stream::new(seed, node as u64, Purpose::Hash);
            (0..virtual_nodes).map(move |point| (stream.at(point as u64).bits(), node as u32))
        };
        let mut points: Vec<(u64, u32)> = (0..nodes).flat_map(of_node).collect();
        points.sort_unstable();
        let bits = points.len().next_power_of_two().trailing_zeros() + 3;
        let shift = u64::BITS - bits;
        let mut first = 0;
        let parts = (0..1u64 << bits).map(|part| {
            let (low, high) = (part << shift, part << shift | ((1 << shift) - 1));
            while points.get(first).is_some_and(|(point, _)| *point < low) {
                first += 1;
            }
            match points.get(first) {
                Some((point, _)) if *point <= high => SEARCH,
                next => next.unwrap_or(&points[0]).1 as u16,
            }
        });
        let parts = parts.collect();
        Self { points, parts, shift, hash: Hash::new(seed) }
    }

    /// The node of a key.
    #[inline]
    #[must_use]
    pub fn owner(&self, key: u32) -> usize {
        self.at(self.hash.of(key))
    }

    #[inline]
    fn at(&self, hash: u64) -> usize {
        let node = self.parts[(hash >> self.shift) as usize];
        if node != SEARCH {
            return node as usize;
        }
        let next = self.points.partition_point(|(point, _)| *point < hash);
        // Past the last point the first follows.
        self.points.get(next).unwrap_or(&self.points[0]).1 as usize
    }

    /// The share of all hashes that belongs to each node.
    #[must_use]
    pub fn shares(&self) -> Vec<f64> {
        let nodes = self.points.iter().map(|(_, node)| *node as usize + 1).max().unwrap_or(0);
        let mut shares = vec![0.0; nodes];
        let mut before = self.points.last().map_or(0, |(point, _)| *point);
        for &(point, node) in &self.points {
            // The first stretch reaches over zero.
            let stretch = point.wrapping_sub(before) as f64;
            shares[node as usize] += stretch / (u64::MAX as f64);
            before = point;
        }
        shares
    }
}

/// A directory: each bucket of hashes has a node written down for it.
#[derive(Clone, Debug)]
pub struct Directory {
    buckets: Vec<u32>,
    nodes: usize,
    hash: Hash,
}

impl Directory {
    /// An even directory for so many nodes.
    #[must_use]
    pub fn new(seed: u64, nodes: usize) -> Self {
        let mut one = Self { buckets: vec![0; BUCKETS], nodes: 1, hash: Hash::new(seed) };
        one.resize(nodes);
        one
    }

    /// The node of a key.
    #[inline]
    #[must_use]
    pub fn owner(&self, key: u32) -> usize {
        self.buckets[(self.hash.of(key) >> (64 - BUCKETS.trailing_zeros())) as usize] as usize
    }

    /// How many buckets each node has.
    #[must_use]
    pub fn held(&self) -> Vec<usize> {
        let mut held = vec![0; self.nodes];
        for node in &self.buckets {
            held[*node as usize] += 1;
        }
        held
    }

    /// Changes the number of nodes and moves as few buckets as make it even again: those of nodes
    /// that are gone, and those that a node has above its part.
    pub fn resize(&mut self, nodes: usize) {
        let nodes = nodes.clamp(1, MOST_NODES);
        let mut held = self.held();
        held.resize(held.len().max(nodes), 0);
        self.nodes = nodes;
        let (part, more) = (BUCKETS / nodes, BUCKETS % nodes);
        // The nodes that hold most may keep one above the even part.
        let mut by_held: Vec<usize> = (0..nodes).collect();
        sorting::by(&mut by_held, |a, b| held[*b].cmp(&held[*a]));
        let mut wanted = vec![0; held.len()];
        for (rank, node) in by_held.into_iter().enumerate() {
            wanted[node] = part + usize::from(rank < more);
        }
        let mut short = 0;
        for bucket in &mut self.buckets {
            let from = *bucket as usize;
            if held[from] <= wanted[from] {
                continue;
            }
            while held[short] >= wanted[short] {
                short += 1;
            }
            held[from] -= 1;
            held[short] += 1;
            *bucket = short as u32;
        }
    }
}

/// Where the keys of a part lie, by one of the placements.
#[derive(Clone, Debug)]
pub struct Owners {
    nodes: usize,
    seed: u64,
    means: Means,
}

#[derive(Clone, Debug)]
enum Means {
    Modulo(Hash),
    Consistent(Ring, usize),
    Directory(Directory),
}

impl Owners {
    /// Places keys on so many nodes (1 to [`MOST_NODES`]).
    #[must_use]
    pub fn new(placement: Placement, seed: u64, nodes: usize) -> Self {
        let nodes = nodes.clamp(1, MOST_NODES);
        let means = match placement {
            Placement::Modulo => Means::Modulo(Hash::new(seed)),
            Placement::Consistent { virtual_nodes } => {
                Means::Consistent(Ring::new(seed, nodes, virtual_nodes), virtual_nodes)
            }
            Placement::Directory => Means::Directory(Directory::new(seed, nodes)),
        };
        Self { nodes, seed, means }
    }

    /// How many nodes there are.
    #[must_use]
    pub const fn nodes(&self) -> usize {
        self.nodes
    }

    /// The node of a key.
    #[inline]
    #[must_use]
    pub fn owner(&self, key: u32) -> usize {
        match &self.means {
            Means::Modulo(hash) => (hash.of(key) % self.nodes as u64) as usize,
            Means::Consistent(ring, _) => ring.owner(key),
            Means::Directory(directory) => directory.owner(key),
        }
    }

    /// The same placement on another number of nodes: the first of them are those there were.
    #[must_use]
    pub fn resized(&self, nodes: usize) -> Self {
        let nodes = nodes.clamp(1, MOST_NODES);
        let means = match &self.means {
            Means::Modulo(hash) => Means::Modulo(*hash),
            Means::Consistent(_, virtual_nodes) => {
                Means::Consistent(Ring::new(self.seed, nodes, *virtual_nodes), *virtual_nodes)
            }
            Means::Directory(directory) => {
                let mut directory = directory.clone();
                directory.resize(nodes);
                Means::Directory(directory)
            }
        };
        Self { nodes, seed: self.seed, means }
    }
}

/// The share of the keys 0 to `keys` - 1 that belongs to another node in `new` than in `old`,
/// counted key by key.
#[must_use]
pub fn share_moved(old: &Owners, new: &Owners, keys: u32) -> f64 {
    let moved = (0..keys).filter(|key| old.owner(*key) != new.owner(*key)).count();
    moved as f64 / f64::from(keys.max(1))
}

#[cfg(test)]
mod tests;
