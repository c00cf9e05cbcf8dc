//! The page's address: a scenario's link, and with it what concerns the page alone.

pub mod options;

use crate::sim::scenario::{Problem, Scenario, link};
pub use options::Options;

/// Colours of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Its name in addresses and in the page.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name)
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }
}

/// All that an address says.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The scenario, and what was wrong with the link.
    pub reading: link::Reading,
    /// What concerns the page.
    pub options: Options,
}

/// Reads an address or any end of one. Like the link's reader it never fails.
#[must_use]
pub fn read(address: &str) -> Route {
    let mut options = Options::default();
    let mut reading = link::read(address);
    let start = address.find(['?', '#']).map_or(address.len(), |at| at + 1);
    let pairs = address[start..].split(['&', '#', '?']).take(1_000);
    for (key, value) in pairs.filter_map(|pair| pair.split_once('=')) {
        if let Err(what) = options.take(key, &link::decode(value)) {
            reading.problems.push(Problem::new(key, what));
        }
    }
    Route { reading, options }
}

/// Writes what stands behind the page's path: the scenario, and the options that are not as usual.
#[must_use]
pub fn write(scenario: &Scenario, options: &Options) -> String {
    let (query, fragment) = (link::write_query(scenario), link::write_fragment(scenario));
    format!("?{query}{}#{fragment}", options.write())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for address in [
            "?stage=1#v=1",
            "?stage=3&theme=dark&motion=0#v=1&web.servers=6&fault=kill.web.2&seed=9",
            "?stage=2&theme=light&embed=1&run=0#v=1",
            "?stage=3&embed=1&stages=1-4&controls=web.servers,db,faults&lock=1#v=1",
            "?stage=3&embed=1&stages=3&controls=none&panel=numbers,lesson&links=0#v=1",
            "?stage=3&embed=1&panel=none#v=1",
        ] {
            let route = read(&format!("https://a.example/b/{address}"));
            assert_eq!(route.reading.problems, []);
            assert_eq!(write(&route.reading.scenario, &route.options), address);
        }
    }

    #[test]
    fn options_count_in_the_fragment_too_and_nonsense_is_ignored() {
        let route = read("#stage=2&theme=dark&motion=0&theme");
        assert_eq!((route.options.theme, route.options.motion), (Some(Theme::Dark), false));
        assert_eq!(read("?theme=pink&é=%&&==").options, Options::default());
        assert_eq!(read("").options, Options::default());
        let said = read("?stage=2&theme=pink&controls=web%2Cmoon").reading.problems;
        let said: Vec<String> = said.iter().map(ToString::to_string).collect();
        let expected = [
            "theme: “pink” is not auto, light or dark",
            "controls: “moon” is not a setting, a part or faults",
        ];
        assert_eq!(said, expected);
    }
}
