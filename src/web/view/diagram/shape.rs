//! Rectangles and smooth curves, and how they are written into the drawing.

/// A place: from the left, from the top.
pub type Point = (f64, f64);

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// A rectangle by its upper left corner and its size.
    #[must_use]
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// Right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Lower edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Its middle.
    #[must_use]
    pub fn centre(&self) -> Point {
        (self.x + 0.5 * self.w, self.y + 0.5 * self.h)
    }

    /// Smaller by so much on each side; larger for a negative number.
    #[must_use]
    pub fn inset(&self, by: f64) -> Self {
        Self::new(self.x + by, self.y + by, self.w - 2.0 * by, self.h - 2.0 * by)
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self::new(x, y, right - x, bottom - y)
    }

    /// Whether the two share any area.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

/// A cubic curve, perhaps after a way straight down to it: so long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve([Point; 4], f64);

impl Curve {
    /// From left to right, leaving and arriving level.
    #[must_use]
    pub fn across(a: Point, b: Point) -> Self {
        let middle = 0.5 * (a.0 + b.0);
        Self([a, (middle, a.1), (middle, b.1), b], 0.0)
    }

    /// From top to bottom, leaving and arriving upright.
    #[must_use]
    pub fn down(a: Point, b: Point) -> Self {
        let middle = 0.5 * (a.1 + b.1);
        Self([a, (a.0, middle), (b.0, middle), b], 0.0)
    }

    /// From left to right, turning early, so that it runs level for most of its way.
    #[must_use]
    pub fn early(a: Point, b: Point) -> Self {
        let x = |share: f64| a.0 + share * (b.0 - a.0);
        Self([a, (x(0.3), a.1), (x(0.12), b.1), b], 0.0)
    }

    /// Down a narrow gap: out of what stands on its right, into what stands on its left.
    #[must_use]
    pub fn gap(a: Point, b: Point) -> Self {
        let middle = 0.5 * (a.0 + b.0);
        Self([a, (middle - 12.0, a.1), (middle + 12.0, b.1), b], 0.0)
    }

    /// A way down that goes straight down at first, so far.
    #[must_use]
    pub fn falling(self, by: f64) -> Self {
        let (a, b) = (self.start(), self.end());
        Self(Self::down((a.0, a.1 + by), b).0, by)
    }

    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> Point {
        (self.0[0].0, self.0[0].1 - self.1)
    }

    /// Where it ends.
    #[must_use]
    pub const fn end(&self) -> Point {
        self.0[3]
    }

    /// A place on it, from 0 at its beginning to 1 at its end.
    #[must_use]
    pub fn at(&self, t: f64) -> Point {
        let t = match (self.1 > 0.0, 2.0 * t - 1.0) {
            (false, _) => t,
            (_, t) if t < 0.0 => return (self.0[0].0, self.0[0].1 + t * self.1),
            (_, t) => t,
        };
        let u = 1.0 - t;
        let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
        let sum = |pick: fn(&Point) -> f64| -> f64 {
            weights.iter().zip(&self.0).map(|(w, p)| w * pick(p)).sum()
        };
        (sum(|p| p.0), sum(|p| p.1))
    }

    /// Its outline for the drawing.
    #[must_use]
    pub fn path(&self) -> String {
        let [a, b, c, d] = self.0.map(|(x, y)| format!("{} {}", px(x), px(y)));
        let (x, y) = self.start();
        let fall = if self.1 > 0.0 { format!("M{} {}L", px(x), px(y)) } else { "M".to_owned() };
        format!("{fall}{a}C{b} {c} {d}")
    }
}

/// A length for the drawing, to a tenth of a pixel.
#[must_use]
pub fn px(x: f64) -> String {
    // Whole numbers are written several times faster than fractions, and a drawing has hundreds.
    let tenths = libm::round(x * 10.0) as i64;
    let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
    let sign = if tenths < 0 { "-" } else { "" };
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_begin_and_end_where_they_should() {
        let curve = Curve::across((0.0, 0.0), (100.0, 40.0));
        assert_eq!((curve.at(0.0), curve.at(1.0)), ((0.0, 0.0), (100.0, 40.0)));
        assert_eq!(curve.at(0.5), (50.0, 20.0));
        assert_eq!(curve.path(), "M0 0C50 0 50 40 100 40");
        let falling = Curve::down((0.0, 0.0), (40.0, 100.0)).falling(60.0);
        assert_eq!((falling.at(0.0), falling.at(1.0)), ((0.0, 0.0), (40.0, 100.0)));
        assert_eq!((falling.at(0.25), falling.at(0.5)), ((0.0, 30.0), (0.0, 60.0)));
        assert_eq!(falling.path(), "M0 0L0 60C0 80 40 80 40 100");
        assert_eq!((px(-0.04), px(12.345)), ("0".to_owned(), "12.3".to_owned()));
    }
}
