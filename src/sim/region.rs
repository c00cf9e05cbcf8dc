//! The ten regions of the world: names, round-trip times between them, and where users live.

/// One region.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// Short code used in links and results.
    pub code: &'static str,
    /// Name shown to people.
    pub name: &'static str,
    /// Round trip of the last mile, user to the nearest edge, in milliseconds. A choice, scaled so
    /// that the world's median is 35 to 39 ms (Schlinker et al., IMC 2019).
    pub last_mile_ms: f64,
    /// Hours by which its clocks are ahead of UTC, without summer time: where most of its users
    /// live.
    pub clock_h: f64,
}

/// Number of regions.
pub const COUNT: usize = 10;

const fn region(code: &'static str, name: &'static str, last_mile_ms: f64, clock_h: f64) -> Region {
    Region { code, name, last_mile_ms, clock_h }
}

/// All regions; a region is named by its index here.
pub const REGIONS: [Region; COUNT] = [
    region("NAE", "North America East", 25.0, -5.0),
    region("NAW", "North America West", 25.0, -8.0),
    region("SA", "South America", 35.0, -3.0),
    region("EU", "Europe", 20.0, 1.0),
    region("AF", "Africa", 55.0, 2.0),
    region("ME", "Middle East", 40.0, 3.0),
    region("SAS", "South Asia", 45.0, 5.5),
    region("SEA", "South-East Asia", 35.0, 7.0),
    region("EA", "East Asia", 25.0, 8.0),
    region("OC", "Oceania", 25.0, 10.0),
];

/// Choices of a region for settings: code and name.
pub const CHOICES: &[(&str, &str)] = &[
    ("NAE", "North America East"),
    ("NAW", "North America West"),
    ("SA", "South America"),
    ("EU", "Europe"),
    ("AF", "Africa"),
    ("ME", "Middle East"),
    ("SAS", "South Asia"),
    ("SEA", "South-East Asia"),
    ("EA", "East Asia"),
    ("OC", "Oceania"),
];

/// Round-trip times in milliseconds, median over one day between cloud sites (CloudPing.co, as kept
/// by the simulator of jvm-libp2p). Real paths break the triangle inequality; so does this table.
pub const ROUND_TRIP_MS: [[u16; COUNT]; COUNT] = [
    [4, 64, 114, 92, 232, 160, 186, 212, 146, 198],
    [64, 3, 174, 140, 274, 212, 218, 162, 98, 140],
    [114, 174, 1, 204, 342, 272, 298, 322, 256, 312],
    [92, 140, 204, 2, 160, 86, 110, 158, 223, 249],
    [232, 274, 342, 160, 3, 145, 158, 203, 356, 412],
    [160, 212, 272, 86, 145, 1, 35, 86, 162, 178],
    [186, 218, 298, 110, 158, 35, 1, 56, 124, 146],
    [212, 162, 322, 158, 203, 86, 56, 4, 68, 93],
    [146, 98, 256, 223, 356, 162, 124, 68, 4, 106],
    [198, 140, 312, 249, 412, 178, 146, 93, 106, 1],
];

/// Audiences: who uses the product, in per cent by region.
pub const AUDIENCES: &[(&str, &str)] = &[("western", "Western product"), ("world", "World")];

/// Shares of the audiences of [`AUDIENCES`] in per cent. "World" is derived from ITU and UN figures
/// (within 15 % each), "Western product" is a choice.
pub const AUDIENCE_SHARES: [[f64; COUNT]; 2] = [
    [27.0, 13.0, 9.0, 30.0, 2.0, 3.0, 6.0, 4.0, 4.0, 2.0],
    [4.6, 2.3, 10.1, 16.3, 8.0, 6.1, 18.8, 9.3, 23.8, 0.7],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_is_symmetric_and_shares_add_up() {
        for (i, row) in ROUND_TRIP_MS.iter().enumerate() {
            for (j, &rtt) in row.iter().enumerate() {
                assert_eq!(rtt, ROUND_TRIP_MS[j][i], "{} {}", REGIONS[i].code, REGIONS[j].code);
            }
            assert_eq!((REGIONS[i].code, REGIONS[i].name), CHOICES[i]);
        }
        for shares in AUDIENCE_SHARES {
            assert!((shares.iter().sum::<f64>() - 100.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_nearest_site_gives_the_mean_round_trips_of_the_reference() {
        let world = &AUDIENCE_SHARES[1];
        for (sites, expected) in
            [(&[0usize][..], 147.304), (&[0, 3], 103.050), (&[0, 3, 8], 60.240)]
        {
            let mean: f64 = (0..COUNT)
                .map(|r| {
                    let nearest = sites.iter().map(|&s| ROUND_TRIP_MS[r][s]).min().unwrap_or(0);
                    world[r] / 100.0 * f64::from(nearest)
                })
                .sum();
            assert!((mean - expected).abs() < 5e-4, "{sites:?}: {mean}");
        }
    }
}
