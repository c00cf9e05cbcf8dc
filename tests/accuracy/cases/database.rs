//! Cases of replicas and shards. To come: HASH-add, RING-10-100, STALE-replica.

use super::Case;

/// The cases.
pub const CASES: &[Case] = &[];
