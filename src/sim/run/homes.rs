//! What the databases of all sites know of each other: which site takes the writes of all, which
//! sites are there, and what each user wrote last.

/// The sites' databases. With one site nobody asks.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    /// The site that takes the writes of all; `None` where each takes its own.
    pub home: Option<u8>,
    /// The home that was last asked for by the settings; `None` before the first.
    pub wanted: Option<Option<u8>>,
    down: Vec<bool>,
    own: Vec<(u32, u32)>,
}

impl Homes {
    /// Whether the database of a site answers.
    #[must_use]
    pub fn is_up(&self, site: u8) -> bool {
        !self.down.get(site as usize).copied().unwrap_or(false)
    }

    /// The database of a site answers, or no longer does.
    pub fn set_up(&mut self, site: u8, is_up: bool) {
        let place = site as usize;
        if place >= self.down.len() {
            self.down.resize(place + 1, false);
        }
        self.down[place] = !is_up;
    }

    /// A user's write of a key, which made it this version, is acknowledged.
    pub fn wrote(&mut self, user: u32, key: u32, version: u32) {
        let place = user as usize;
        if place >= self.own.len() {
            self.own.resize((place + 1).max(self.own.len() * 3 / 2), (0, 0));
        }
        self.own[place] = (key, version);
    }

    /// The key and version of a user's last write; version 0 for none.
    #[must_use]
    pub fn last(&self, user: u32) -> (u32, u32) {
        self.own.get(user as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_up_until_told_otherwise_and_writes_are_remembered() {
        let mut homes = Homes::default();
        assert!(homes.is_up(3));
        homes.set_up(3, false);
        assert!(!homes.is_up(3) && homes.is_up(2) && homes.is_up(9));
        homes.wrote(5, 7, 2);
        assert_eq!((homes.last(5), homes.last(4), homes.last(99)), ((7, 2), (0, 0), (0, 0)));
    }
}
