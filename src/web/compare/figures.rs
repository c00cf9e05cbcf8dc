//! The figures of A and B beside each other: which differ by more than chance, and which is better.

use super::summary;
use crate::sim::analysis::availability;
use crate::sim::analysis::bottleneck::{self, Bottleneck};
use crate::sim::analysis::settle::{Estimate, Settled};
use crate::sim::scenario::Scenario;
use crate::sim::topology::Topology;
use crate::web::view::format;

/// Where so much more fails, quicker answers are no better ones: the slow ones may be missing.
const MANY: f64 = 0.01;

/// What two figures say of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// They are the same.
    Same,
    /// Their intervals overlap: no difference is shown.
    Overlap,
    /// B is higher, or else lower, by more than both intervals.
    Apart {
        /// B is the higher one.
        higher: bool,
        /// Whether that is for the better.
        better: Option<bool>,
    },
    /// They differ, and nothing tells by how much chance would make them differ.
    Unsure,
    /// One of them is a first figure, which has no interval yet.
    Early,
    /// There is nothing to compare.
    None,
}

impl Finding {
    /// The finding in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Same => "the same",
            Self::Overlap => "no difference shown",
            Self::Apart { higher: true, better: Some(true) } => "B higher, better",
            Self::Apart { higher: true, better: Some(false) } => "B higher, worse",
            Self::Apart { higher: true, better: None } => "B higher",
            Self::Apart { higher: false, better: Some(true) } => "B lower, better",
            Self::Apart { higher: false, better: Some(false) } => "B lower, worse",
            Self::Apart { higher: false, better: None } => "B lower",
            Self::Unsure => "differs, no interval",
            Self::Early => "not known yet",
            Self::None => "–",
        }
    }

    /// Its class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Apart { better: Some(true), .. } => "good",
            Self::Apart { better: Some(false), .. } => "warn-text",
            _ => "muted",
        }
    }
}

/// A row of the comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name of the figure.
    pub name: &'static str,
    /// A and B in writing.
    pub texts: [String; 2],
    /// B less A, with its sign.
    pub difference: String,
    /// What that says.
    pub finding: Finding,
}

/// A figure of one side: its value, and the ends of its interval.
type Side = Option<(f64, Option<(f64, f64)>)>;
type Within = fn(f64, f64) -> String;

/// How a figure is read and written.
struct Figure {
    name: &'static str,
    of: fn(&Settled) -> Side,
    write: fn(f64) -> String,
    within: Option<Within>,
    /// Whether more is better.
    up: Option<bool>,
    /// A share: differences are points of it.
    is_share: bool,
    /// Follows from settings alone, so that it has no interval.
    is_exact: bool,
    /// Of good answers alone: where more fail, the slow ones may be missing.
    is_of_good: bool,
}

fn estimated(estimate: Option<Estimate>) -> Side {
    let Estimate { value, half_width } = estimate?;
    Some((value, half_width.map(|half| (value - half, value + half))))
}

const FIGURES: [Figure; 8] = [
    Figure {
        name: "Daily users",
        of: |s| Some((s.figures.daily_users, None)),
        is_exact: true,
        ..PLAIN
    },
    Figure {
        name: "Requests",
        of: |s| Some((s.figures.offered_rate(), None)),
        write: format::rate,
        ..PLAIN
    },
    Figure {
        name: "Goodput",
        of: |s| estimated(Some(s.goodput)),
        write: format::rate,
        within: Some(format::rate_within),
        up: Some(true),
        ..PLAIN
    },
    Figure { name: "p50", of: |s| estimated(s.p50_s), ..TIME },
    Figure { name: "p99", of: |s| estimated(s.p99_s), ..TIME },
    Figure {
        name: "Errors",
        of: |s| {
            let good = availability::of(s);
            Some((1.0 - good.share, Some((1.0 - good.high, 1.0 - good.low))))
        },
        write: format::percent,
        within: Some(format::percent_within),
        up: Some(false),
        is_share: true,
        ..PLAIN
    },
    Figure {
        name: "Availability",
        of: |s| {
            let good = availability::of(s);
            Some((good.share, Some((good.low, good.high))))
        },
        write: format::percent,
        within: Some(format::percent_within),
        up: Some(true),
        is_share: true,
        ..PLAIN
    },
    Figure {
        name: "Cost a month",
        of: |s| Some((s.figures.usd_per_month, None)),
        write: format::usd,
        up: Some(false),
        is_exact: true,
        ..PLAIN
    },
];

const PLAIN: Figure = Figure {
    name: "",
    of: |_| None,
    write: format::count,
    within: None,
    up: None,
    is_share: false,
    is_exact: false,
    is_of_good: false,
};
const TIME: Figure = Figure {
    is_of_good: true,
    write: format::duration,
    within: Some(format::duration_within),
    up: Some(false),
    ..PLAIN
};

impl Figure {
    fn text(&self, side: Side) -> String {
        match (side, self.within) {
            (None, _) => "–".to_owned(),
            (Some((value, Some((low, high)))), Some(within)) => {
                // The wider side of an interval that is not even.
                within(value, (value - low).max(high - value))
            }
            (Some((value, _)), _) => (self.write)(value),
        }
    }

    fn row(&self, a: &Settled, b: &Settled) -> Row {
        let side =
            |s: &Settled| (self.of)(s).map(|(value, ends)| (value, ends.filter(|_| s.is_final())));
        let sides = [side(a), side(b)];
        let texts = sides.map(|side| self.text(side));
        let is_known = self.is_exact || (a.complete && b.complete);
        let (difference, mut finding) = match sides {
            [Some(a), Some(b)] if !is_known => (self.difference(a.0, b.0), Finding::Early),
            [Some(a), Some(b)] => (self.difference(a.0, b.0), self.finding(a, b)),
            _ => ("–".to_owned(), Finding::None),
        };
        if let Finding::Apart { better, .. } = &mut finding
            && let Some(is_b) = *better
        {
            let [mine, other] =
                if is_b { [b, a] } else { [a, b] }.map(|s| availability::of(s).share);
            *better = better.filter(|_| !self.is_of_good || mine > other - MANY);
        }
        Row { name: self.name, texts, difference, finding }
    }

    /// B less A, and by how much of A.
    fn difference(&self, a: f64, b: f64) -> String {
        let less = b - a;
        if less == 0.0 {
            return "0".to_owned();
        }
        let sign = if less > 0.0 { "+" } else { "−" };
        let size = (self.write)(less.abs());
        if self.is_share {
            return format!("{sign}{}", size.replace('%', "points"));
        }
        let of_a = (less / a).abs();
        if a == 0.0 || of_a < 1e-4 {
            return format!("{sign}{size}");
        }
        format!("{sign}{size} ({sign}{})", format::percent(of_a))
    }

    fn finding(
        &self,
        (a, ends_a): (f64, Option<(f64, f64)>),
        (b, ends_b): (f64, Option<(f64, f64)>),
    ) -> Finding {
        let higher = b > a;
        let apart = Finding::Apart { higher, better: self.up.map(|up| up == higher) };
        match (ends_a, ends_b) {
            _ if a == b => Finding::Same,
            (Some(a), Some(b)) if a.0 <= b.1 && b.0 <= a.1 => Finding::Overlap,
            (Some(_), Some(_)) => apart,
            _ if self.is_exact => apart,
            _ => Finding::Unsure,
        }
    }
}

/// All figures of A and B; the last row is what limits each.
#[must_use]
pub fn rows(a: (&Scenario, &Settled), b: (&Scenario, &Settled)) -> Vec<Row> {
    let mut rows: Vec<Row> = FIGURES.iter().map(|figure| figure.row(a.1, b.1)).collect();
    let limits = [a, b].map(|(scenario, settled)| {
        let topology = Topology::build(scenario).ok()?;
        bottleneck::find(&topology, &settled.figures)
    });
    let named = |(found, (scenario, _)): (&Option<Bottleneck>, (&Scenario, &Settled))| {
        found.as_ref().map_or_else(
            || "–".to_owned(),
            |found| {
                let name = summary::as_drawn(&found.name, scenario);
                format!("{name}, {}", format::percent(found.utilisation.min(1.0)))
            },
        )
    };
    let texts = [named((&limits[0], a)), named((&limits[1], b))];
    let difference = match limits.map(|limit| limit.map(|found| (found.part, found.resource))) {
        [None, None] => "–",
        [one, other] if one == other => "the same part",
        _ => "another part",
    };
    let difference = difference.to_owned();
    rows.push(Row { name: "Bottleneck", texts, difference, finding: Finding::None });
    rows
}
