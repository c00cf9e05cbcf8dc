//! The ways of moving dots: curves as points that are joined by straight lines.

use super::shape::{Curve, Point};

/// A way, as points close enough together to be joined by straight lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Points, each with its distance from the beginning.
    points: Vec<(Point, f64)>,
}

/// Points on a curve.
const POINTS: usize = 14;

impl Track {
    /// A way through these places.
    #[must_use]
    pub fn through(places: &[Point]) -> Self {
        let mut length = 0.0;
        let mut last = places.first().copied().unwrap_or_default();
        let measured = places.iter().map(|&place| {
            length += distance(last, place);
            last = place;
            (place, length)
        });
        Self { points: measured.collect() }
    }

    /// Along a curve and on to further places.
    #[must_use]
    pub fn along(curve: &Curve, then: &[Point]) -> Self {
        let mut places: Vec<Point> =
            (0..=POINTS).map(|i| curve.at(i as f64 / POINTS as f64)).collect();
        places.extend(then);
        Self::through(&places)
    }

    /// Its length in pixels.
    #[must_use]
    pub fn length(&self) -> f64 {
        self.points.last().map_or(0.0, |last| last.1)
    }

    /// The place so many pixels from its beginning.
    #[must_use]
    pub fn at(&self, pixels: f64) -> Point {
        let next = self.points.partition_point(|(_, reached)| *reached < pixels);
        let Some(&(b, to)) = self.points.get(next).or_else(|| self.points.last()) else {
            return (0.0, 0.0);
        };
        let (a, from) = self.points[next.saturating_sub(1).min(self.points.len() - 1)];
        if to <= from {
            return b;
        }
        let t = ((pixels - from) / (to - from)).clamp(0.0, 1.0);
        (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
    }
}

fn distance(a: Point, b: Point) -> f64 {
    let (x, y) = (b.0 - a.0, b.1 - a.1);
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_is_walked_evenly() {
        let track = Track::through(&[(0.0, 0.0), (30.0, 0.0), (30.0, 40.0)]);
        assert_eq!(track.length(), 70.0);
        assert_eq!(track.at(15.0), (15.0, 0.0));
        assert_eq!(track.at(50.0), (30.0, 20.0));
        assert_eq!(track.at(99.0), (30.0, 40.0));
    }
}
