//! Which part the inspector shows.

use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;

/// The part, or one of its servers, that the inspector shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// What it is.
    pub kind: Kind,
    /// Its site, counted from 0; `None` where there is one, or for a part outside all.
    pub site: Option<u8>,
    /// One of its servers, counted from 0.
    pub server: Option<usize>,
}

impl Selection {
    /// A part as a whole, in the first site where there are several.
    #[must_use]
    pub fn of(kind: Kind, scenario: &Scenario) -> Self {
        let site = (scenario.sites > 1 && !kind.is_global()).then_some(0);
        Self { kind, site, server: None }
    }

    /// The name of the part in settings, faults and results.
    #[must_use]
    pub fn name(&self) -> String {
        let site = self.site.map_or_else(String::new, |site| (site + 1).to_string());
        format!("{}{site}", self.kind.key())
    }

    /// The site's number, the first where none is meant.
    #[must_use]
    pub fn place(&self) -> u8 {
        self.site.unwrap_or(0)
    }
}
