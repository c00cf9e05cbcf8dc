//! What a plan searches: the counts and sizes that matter for a system, and whether they can be
//! searched at all.

use super::super::sweep::Axis;
use crate::kinds::param::{Domain, Param};
use crate::kinds::{Kind, queue, web_tier};
use crate::scenario::{Part, Problem};
use crate::topology::Topology;

/// Settings that say how many or how large.
const COUNTED: [&str; 6] = ["servers", "size", "replicas", "nodes", "workers", "shards"];
/// Those that are searched only where the system has several already: to spread data over more
/// nodes is another design.
const SPREAD: [&str; 2] = ["nodes", "shards"];
/// Most values of a setting that was not given a range.
const MOST_VALUES: f64 = 16.0;
/// Most combinations of a grid.
const MOST_COMBINATIONS: usize = 100_000;

/// What is searched where nothing is said: how many there are of each thing and how large they are.
/// Counts go up to 16 or, if that is more, four times what there is; sizes as far as more helps.
/// Nodes and shards count where there are several; what follows the load by itself does not, nor
/// what the system does not use. Where that makes too many combinations, counts are thinned out.
#[must_use]
pub fn usual_axes(topology: &Topology) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for part in topology.scenario().parts.iter().filter(|part| part.site == 0) {
        let rows = part.kind.params().iter().enumerate();
        for (row, param) in rows.filter(|(_, param)| COUNTED.contains(&param.key)) {
            let now = part.spec.number(row);
            if matters(topology, part, param, now) {
                let key = format!("{}.{}", part.kind.key(), param.key);
                axes.push(Axis { key, values: values(part.kind, param, now) });
            }
        }
    }
    // What lives on another's machine costs nothing of its own: it cannot be planned.
    axes.retain(|axis| costs_more(topology, axis));
    while combinations(&axes) > MOST_COMBINATIONS {
        let longest = axes.iter_mut().max_by_key(|axis| axis.values.len());
        let Some(axis) = longest.filter(|axis| axis.values.len() > 3) else { break };
        thin(&mut axis.values);
    }
    axes
}

/// Whether more of it could be of use.
fn matters(topology: &Topology, part: &Part, param: &Param, now: f64) -> bool {
    let scenario = topology.scenario();
    if SPREAD.contains(&param.key) && now < 2.0 {
        return false;
    }
    match (part.kind, param.key) {
        (Kind::WebTier, "servers") => web_tier::scaling(&part.spec).is_none(),
        (Kind::Queue, "workers") => queue::scaling(&part.spec).is_none(),
        (Kind::Sessions, _) => {
            let web = scenario.spec(Kind::WebTier);
            web.is_some_and(|web| web.count(web_tier::Setting::Sessions as usize) == 2)
        }
        _ => true,
    }
}

/// Leaves out every other value, but for the first two and the last.
fn thin(values: &mut Vec<String>) {
    let last = values.len() - 1;
    let mut place = 0;
    values.retain(|_| {
        let stays = place < 2 || place == last || place % 2 == 1;
        place += 1;
        stays
    });
    if values.len() > last {
        values.remove(1);
    }
}

fn combinations(axes: &[Axis]) -> usize {
    axes.iter().fold(1usize, |n, axis| n.saturating_mul(axis.values.len()))
}

/// What keeps axes from being searched; their values can be set.
///
/// # Errors
/// All problems at once.
pub fn check(topology: &Topology, axes: &[Axis]) -> Result<(), Vec<Problem>> {
    let wrong = axes.iter().filter(|axis| !costs_more(topology, axis));
    let what = "a plan needs values of which each costs more than the one before";
    let mut problems: Vec<Problem> =
        wrong.map(|axis| Problem::new(axis.key.as_str(), what)).collect();
    let count = combinations(axes);
    if count > MOST_COMBINATIONS {
        let what = format!("{count} combinations are more than {MOST_COMBINATIONS}");
        problems.push(Problem::new("--over", what));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Whether each value of an axis costs more than the one before, all else equal.
fn costs_more(topology: &Topology, axis: &Axis) -> bool {
    let cost = |value: &String| {
        let mut scenario = topology.scenario().clone();
        scenario.set(&axis.key, value).map_or(f64::NAN, |_| scenario.monthly_usd())
    };
    let costs: Vec<f64> = axis.values.iter().map(cost).collect();
    costs.windows(2).all(|pair| pair[0] < pair[1])
}

fn values(kind: Kind, param: &Param, now: f64) -> Vec<String> {
    match param.domain {
        Domain::Choice(names) => {
            // Past this size the Universal Scalability Law takes more than it gives.
            let useful = names.len() - usize::from(kind.row("kappa").is_some());
            names[..useful].iter().map(|(name, _)| (*name).to_owned()).collect()
        }
        Domain::Count { min, max, .. } => {
            let top = MOST_VALUES.max(4.0 * now).min(max) as u32;
            (min as u32..=top).map(|n| n.to_string()).collect()
        }
        _ => Vec::new(),
    }
}
