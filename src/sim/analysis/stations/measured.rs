//! How sure the measured times of stations are: their intervals, from batches of the same run.

use super::{Station, grouped, of};
use crate::analysis::batches::half_width;
use crate::run::meters::Sample;
use crate::snapshot::{PartView, Snapshot};
use crate::topology::Topology;
use serde::{Deserialize, Serialize};

/// Batches that intervals rest on.
const BATCHES: usize = 10;

/// A station with half of the 95 % confidence intervals of what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Theory beside measurement.
    pub station: Station,
    /// Half-width for the mean wait, in seconds; none where there were too few batches.
    pub wait_half_s: Option<f64>,
    /// Half-width for the mean time, in seconds.
    pub half_s: Option<f64>,
}

/// The stations of a run between the first and the last of these samples.
#[must_use]
pub fn measured(topology: &Topology, samples: &[Sample]) -> Vec<Measured> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Vec::new();
    };
    let whole = of(topology, &Snapshot::between(topology, first, last));
    // Servers that are alike in the whole run are taken as one in each batch, whatever chance does.
    let alike = |part: &PartView, group: &[usize]| {
        let is_one = |s: &Station| (&s.part, s.server, s.alike) == (&part.key, None, group.len());
        whole.iter().any(is_one)
    };
    let cuts: Vec<&Sample> = samples.iter().step_by(samples.len().div_ceil(BATCHES)).collect();
    let batches: Vec<Vec<Station>> = cuts
        .windows(2)
        .map(|pair| grouped(topology, &Snapshot::between(topology, pair[0], pair[1]), &alike))
        .collect();
    let measure = |station: &Station| {
        let key = |s: &Station| (s.part.clone(), s.server, s.name.clone());
        let same: Vec<&Station> = batches
            .iter()
            .filter_map(|batch| batch.iter().find(|other| key(other) == key(station)))
            .collect();
        let half = |of: fn(&Station) -> Option<f64>| {
            half_width(&same.iter().filter_map(|other| of(other)).collect::<Vec<f64>>())
        };
        Measured {
            wait_half_s: half(|s| s.measured_wait_s),
            half_s: half(|s| s.measured_s),
            station: station.clone(),
        }
    };
    whole.iter().map(measure).collect()
}
