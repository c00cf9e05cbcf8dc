//! What the data is, to know whether what was read is old: for each key how often it was changed.
//! Kept only from the first question on: runs in which nobody asks do not pay.

/// Versions of all keys.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    is_kept: bool,
    versions: Vec<u32>,
}

impl Truth {
    /// From now on changes are kept: some part compares what it holds with the truth. What was
    /// changed before counts as version 0.
    pub const fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Whether changes are kept.
    #[inline]
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// A change of the key is acknowledged now.
    #[inline]
    pub fn change(&mut self, key: u32) {
        if !self.is_kept {
            return;
        }
        let place = key as usize;
        if place >= self.versions.len() {
            // Grows in steps of half its size, up to the catalogue's.
            let size = (place + 1).max(self.versions.len() * 3 / 2);
            self.versions.resize(size, 0);
        }
        self.versions[place] = self.versions[place].wrapping_add(1);
    }

    /// How often the key was changed.
    #[inline]
    #[must_use]
    pub fn version(&self, key: u32) -> u32 {
        self.versions.get(key as usize).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_once_someone_asks() {
        let mut truth = Truth::default();
        truth.change(7);
        assert_eq!(truth.version(7), 0);
        truth.keep();
        truth.change(7);
        truth.change(7);
        assert_eq!([7, 6, 1 << 30].map(|key| truth.version(key)), [2, 0, 0]);
    }
}
