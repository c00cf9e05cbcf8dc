//! What the web tier of a site says of its servers.

/// The web servers of a site as others know them.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// Place of the site's balancer in the engine.
    pub balancer: Option<u8>,
    /// How many servers are in use: the first ones. `None` before the web tier has said so.
    pub count: Option<usize>,
    /// Which of them are to get no more requests for now.
    pub draining: Vec<bool>,
    /// Oldest and newest release in use, by number.
    pub releases: (u32, u32),
    /// Newest release that was rolled back, 0 for none.
    pub withdrawn: u32,
}
