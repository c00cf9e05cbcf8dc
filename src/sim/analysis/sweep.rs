//! What-if sweeps: settings over ranges, a grid of independent runs, a line of figures for each.

use super::metric::Wanted;
use super::settle::{Estimate, Settled};
use crate::kinds::param::quoted;
use crate::scenario::{Problem, Scenario};
use crate::topology::Topology;
use serde::Serialize;

/// Most points of a sweep.
pub const MOST_POINTS: usize = 10_000;
/// Most problems that are named.
const MOST_PROBLEMS: usize = 50;

/// A setting with the values it takes in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The setting, such as `web.servers`.
    pub key: String,
    /// Its values, as text that the setting reads.
    pub values: Vec<String>,
}

/// One run of a sweep.
#[derive(Clone, Debug)]
pub struct Point {
    /// The values of the axes' settings, in the order of the axes.
    pub values: Vec<String>,
    /// What is run.
    pub topology: Topology,
}

/// A point's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The values of the settings.
    pub values: Vec<String>,
    /// The metrics asked for; `None` where there is no figure.
    pub metrics: Vec<Option<Estimate>>,
}

impl Axis {
    /// Reads `KEY=A..B` (steps of 1), `KEY=A..B:STEP`, `KEY=A..B:*FACTOR` or `KEY=a,b,c`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{} is not KEY=A..B:STEP, KEY=A..B:*FACTOR or KEY=a,b", quoted(text));
        let (key, range) = text.split_once('=').ok_or_else(wrong)?;
        if key.is_empty() || range.is_empty() {
            return Err(wrong());
        }
        let values = match range.split_once("..") {
            None => range.split(',').map(ToOwned::to_owned).collect(),
            Some((from, rest)) => {
                let (to, step) = rest.split_once(':').unwrap_or((rest, "1"));
                let (factor, step) = match step.strip_prefix('*') {
                    Some(factor) => (true, factor),
                    None => (false, step),
                };
                let number = |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite());
                let numbers = (number(from), number(to), number(step));
                let (Some(from), Some(to), Some(step)) = numbers else {
                    return Err(wrong());
                };
                numbers_of(from, to, step, factor)?
            }
        };
        let mut seen = std::collections::BTreeSet::new();
        match values.iter().find(|value| !seen.insert(value.as_str())) {
            Some(twice) => Err(format!("{key}: {} stands twice", quoted(twice))),
            None => Ok(Self { key: key.to_owned(), values }),
        }
    }
}

/// The numbers of a range, both ends included where they are met.
fn numbers_of(from: f64, to: f64, step: f64, factor: bool) -> Result<Vec<String>, String> {
    let moves = if factor { step > 1.0 && from > 0.0 } else { step > 0.0 };
    if !moves {
        let least = if factor { "a factor above 1 from above 0" } else { "a step above 0" };
        return Err(format!("a range goes upwards, by {least}"));
    }
    if from > to {
        return Err(format!("{from} is above {to}"));
    }
    let mut values = Vec::new();
    let (mut at, mut power) = (from, 1.0);
    // What misses the end by rounding alone meets it.
    while at <= to + 1e-9 * (to.abs() + step) {
        if values.len() == MOST_POINTS {
            return Err(format!("more than {MOST_POINTS} values"));
        }
        values.push(tidy(at).to_string());
        power *= step;
        at = if factor { from * power } else { from + step * values.len() as f64 };
    }
    Ok(values)
}

/// A number to twelve digits: what a step of 0.1 leaves of 0.30000000000000004.
fn tidy(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

/// The points of a grid over a scenario, the last axis fastest. Each is a scenario that can run.
///
/// # Errors
/// All problems at once, those of values that would be brought into range included.
pub fn points(scenario: &Scenario, axes: &[Axis]) -> Result<Vec<Point>, Vec<Problem>> {
    let count = axes.iter().fold(1usize, |n, axis| n.saturating_mul(axis.values.len()));
    if count > MOST_POINTS {
        let what = format!("{count} points are more than {MOST_POINTS}");
        return Err(vec![Problem::new("--over", what)]);
    }
    let mut problems = wrong_values(scenario, axes);
    let mut points = Vec::new();
    for number in 0..if problems.is_empty() { count } else { 0 } {
        let mut changed = scenario.clone();
        let mut values = Vec::new();
        let mut stride = count;
        for axis in axes {
            stride /= axis.values.len();
            let value = &axis.values[number / stride % axis.values.len()];
            // Cannot fail: every value was read above.
            if changed.set(&axis.key, value).is_ok() {
                values.push(value_of(&changed, &axis.key).unwrap_or_default());
            }
        }
        match build(&changed) {
            Ok(topology) => points.push(Point { values, topology }),
            Err(wrong) => {
                let at = values.join(",");
                problems.extend(wrong.into_iter().map(|p| Problem::new(at.clone(), p.to_string())));
            }
        }
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
    }
    if problems.is_empty() { Ok(points) } else { Err(problems) }
}

/// Whether each value of each axis can be set.
///
/// # Errors
/// All problems at once.
pub fn check(scenario: &Scenario, axes: &[Axis]) -> Result<(), Vec<Problem>> {
    let problems = wrong_values(scenario, axes);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// What is wrong with the axes one by one, each value named once.
fn wrong_values(scenario: &Scenario, axes: &[Axis]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, axis) in axes.iter().enumerate() {
        if axes[..place].iter().any(|other| other.key == axis.key) {
            problems.push(Problem::new(axis.key.as_str(), "stands twice"));
        }
        for value in &axis.values {
            let mut changed = scenario.clone();
            match changed.set(&axis.key, value) {
                Ok(said) => problems.extend(said),
                Err(problem) => {
                    let is_key = scenario.locate(&axis.key).is_err();
                    problems.push(problem);
                    if is_key {
                        break;
                    }
                }
            }
        }
    }
    problems.truncate(MOST_PROBLEMS);
    problems
}

/// Something runnable of a scenario. Faults of servers that a point does not have are a problem.
fn build(scenario: &Scenario) -> Result<Topology, Vec<Problem>> {
    let mut checked = scenario.clone();
    let gone = checked.drop_faults_of_nothing();
    if gone.is_empty() { Topology::build(&checked) } else { Err(gone) }
}

/// The value of a setting as the scenario writes it.
#[must_use]
pub fn value_of(scenario: &Scenario, key: &str) -> Option<String> {
    let (part, row, param) = scenario.locate(key).ok()?;
    Some(param.write(scenario.parts[part].spec.value(row)))
}

/// A point's line, from its run.
#[must_use]
pub fn row(values: Vec<String>, wanted: &[Wanted], settled: &Settled) -> Row {
    Row { values, metrics: wanted.iter().map(|wanted| wanted.of(settled)).collect() }
}

/// The first line of a CSV: the settings, then each metric and the half-width of its interval.
#[must_use]
pub fn csv_head(keys: &[&str], wanted: &[Wanted]) -> String {
    let mut cells: Vec<String> = keys.iter().map(|key| cell(key)).collect();
    for wanted in wanted {
        cells.push(cell(&wanted.name()));
        cells.push(cell(&format!("{}_ci95", wanted.name())));
    }
    cells.join(",") + "\n"
}

/// The line of a point. What there is not is left empty.
#[must_use]
pub fn csv_line(row: &Row) -> String {
    let mut cells: Vec<String> = row.values.iter().map(|value| cell(value)).collect();
    for metric in &row.metrics {
        let text = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
        cells.push(text(metric.map(|m| m.value)));
        cells.push(text(metric.and_then(|m| m.half_width)));
    }
    cells.join(",") + "\n"
}

/// A cell of a CSV, in quotes where it needs them (RFC 4180).
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::presets;

    #[test]
    fn axes_are_ranges_factors_and_lists() {
        for (text, expected) in [
            ("web.servers=1..4", "1 2 3 4"),
            ("web.servers=1..6:2", "1 3 5"),
            ("cache.hit=0..0.5:0.1", "0 0.1 0.2 0.3 0.4 0.5"),
            ("clients.rate=10..1000:*10", "10 100 1000"),
            (
                "clients.rate=1..3:*1.1",
                "1 1.1 1.21 1.331 1.4641 1.61051 1.771561 1.9487171 \
              2.14358881 2.357947691 2.5937424601 2.85311670611",
            ),
            ("lb.algorithm=random,two-choices", "random two-choices"),
            ("web.servers=5..5", "5"),
            ("web.servers=-2..0:1", "-2 -1 0"),
        ] {
            let axis = Axis::read(text).expect(text);
            let expected: Vec<&str> = expected.split_whitespace().collect();
            assert_eq!(axis.values, expected, "{text}");
        }
        for text in [
            "",
            "x",
            "x=",
            "=1..2",
            "x=1..",
            "x=1..2:0",
            "x=1..2:-1",
            "x=1..2:*1",
            "x=3..1",
            "x=0..9:*2",
            "x=0..1:1e-9",
            "x=a..b",
            "x=1,1",
            "x=1..inf",
        ] {
            assert!(Axis::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_grid_has_every_pair_and_the_last_axis_is_fastest() {
        let axes = ["web.servers=1..2", "web.size=1,4,2"].map(|t| Axis::read(t).expect(t));
        let points = points(&presets::stage(3), &axes).expect("all can run");
        let values: Vec<String> = points.iter().map(|p| p.values.join(" ")).collect();
        assert_eq!(values, ["1 1", "1 4", "1 2", "2 1", "2 4", "2 2"]);
        let spec = points[3].topology.scenario().parts.iter().map(|part| part.kind.key());
        assert!(spec.eq(["clients", "network", "dns", "lb", "web", "cache", "db"]));
    }

    #[test]
    fn every_wrong_value_is_named_and_nothing_is_brought_into_range() {
        let axes = ["web.servers=0..2", "moon.x=1..9", "web.size=3,1", "web.servers=1"];
        let axes = axes.map(|text| Axis::read(text).expect(text));
        let said = points(&presets::stage(3), &axes).expect_err("is wrong");
        let said: Vec<String> = said.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 4, "{said:?}");
        let many = [
            Axis::read("web.servers=1..500").expect("is one"),
            Axis::read("clients.rate=1..500").expect("is one"),
        ];
        assert!(
            points(&presets::stage(3), &many).expect_err("are many")[0].what.contains("250000")
        );
    }

    #[test]
    fn cells_with_commas_stand_in_quotes() {
        let row = Row {
            values: vec!["1,2".to_owned(), "a\"b".to_owned()],
            metrics: vec![Some(Estimate { value: 0.25, half_width: Some(0.5) }), None],
        };
        assert_eq!(csv_line(&row), "\"1,2\",\"a\"\"b\",0.25,0.5,,\n");
    }
}
