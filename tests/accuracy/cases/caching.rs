//! Cases of caches. To come: CACHE-1000-100-1.0, TTL-1-10, CACHEASIDE-inval, STAMPEDE, WRITEBACK.

use super::Case;

/// The cases.
pub const CASES: &[Case] = &[];
