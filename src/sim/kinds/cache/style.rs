//! Strategies: who fetches what a cache does not have, and what becomes of writes.

/// Names of the strategies, in the order of the setting that chooses one.
pub const STRATEGIES: &[(&str, &str)] = &[
    ("aside", "cache-aside"),
    ("read-through", "read-through"),
    ("write-through", "write-through"),
    ("write-back", "write-back"),
    ("write-around", "write-around"),
];

/// What a strategy asks of whoever uses the cache, and of the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Who asked brings the value it has fetched after a miss.
    pub fills: bool,
    /// Who wrote to the database has the cache forget the value.
    pub drops: bool,
    /// Writes go to the cache instead of the database.
    pub writes: bool,
    /// The cache itself fetches what it does not have.
    pub fetches: bool,
    /// The cache keeps writes back, and passes them on later.
    pub keeps_back: bool,
    /// Of those who miss the same key, one is sent to fetch it, and says so if it could not.
    pub leases: bool,
}

impl Style {
    /// The style of the strategy in this row of [`STRATEGIES`].
    #[must_use]
    pub const fn by_row(row: usize, coalesces: bool) -> Self {
        let fetches = matches!(row, 1..=3);
        Self {
            fills: !fetches,
            drops: matches!(row, 0 | 1),
            writes: matches!(row, 2 | 3),
            fetches,
            keeps_back: row == 3,
            leases: !fetches && coalesces,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_strategy_is_what_the_field_calls_it() {
        let names = ["aside", "read-through", "write-through", "write-back", "write-around"];
        assert_eq!(STRATEGIES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        let style = |row| Style::by_row(row, false);
        let none = Style::default();
        assert_eq!(style(0), Style { fills: true, drops: true, ..none });
        assert_eq!(style(1), Style { fetches: true, drops: true, ..none });
        assert_eq!(style(2), Style { fetches: true, writes: true, ..none });
        assert_eq!(style(3), Style { fetches: true, writes: true, keeps_back: true, ..none });
        assert_eq!(style(4), Style { fills: true, ..none });
        assert!(Style::by_row(0, true).leases && !Style::by_row(1, true).leases);
    }
}
