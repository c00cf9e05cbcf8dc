//! How closely the diagram is looked at: a factor and a middle. Pure; what the visitor does to
//! change it is in `gestures`.

use super::layout::Grid;

/// What of the drawing is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zoom {
    /// How many times larger than all of it at once, 1 to [`Zoom::MOST`].
    pub factor: f64,
    /// The middle of what is seen, as shares of the drawing's width and height.
    pub middle: (f64, f64),
}

/// How the drawing is put on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window {
    /// Upper left corner of what is seen, in the drawing.
    pub corner: (f64, f64),
    /// Size of what is seen, in the drawing.
    pub size: (f64, f64),
    /// Pixels of the screen for one of the drawing.
    pub scale: f64,
    /// Height on the screen.
    pub height: f64,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { factor: 1.0, middle: (0.5, 0.5) }
    }
}

impl Zoom {
    /// The closest look.
    pub const MOST: f64 = 4.0;
    /// Factor of a press of a button or key.
    pub const STEP: f64 = 1.5;

    /// Whether only a part of the drawing is seen.
    #[must_use]
    pub fn is_in(self) -> bool {
        self.factor > 1.0
    }

    /// Closer by a factor, or farther; what is under a place of the screen, given as shares of its
    /// size, stays there.
    #[must_use]
    pub fn by(self, factor: f64, (u, v): (f64, f64)) -> Self {
        let next = (self.factor * factor).clamp(1.0, Self::MOST);
        let keep = |middle: f64, at: f64| middle + (at - 0.5) * (1.0 / self.factor - 1.0 / next);
        let middle = (keep(self.middle.0, u), keep(self.middle.1, v));
        Self { factor: next, middle }.within()
    }

    /// Moved by shares of what is seen, to the right and down.
    #[must_use]
    pub fn moved(self, (right, down): (f64, f64)) -> Self {
        let middle = (self.middle.0 + right / self.factor, self.middle.1 + down / self.factor);
        Self { middle, ..self }.within()
    }

    fn within(self) -> Self {
        // A factor beside 1 is meant as 1.
        let factor = if self.factor < 1.02 { 1.0 } else { self.factor };
        let half = 0.5 / factor;
        let clamp = |x: f64| x.clamp(half, 1.0 - half);
        Self { factor, middle: (clamp(self.middle.0), clamp(self.middle.1)) }
    }

    /// How many times larger than the screen the drawing is laid out: who looks closely sees more
    /// in each part, and not only the same in large. In steps, since each moves something.
    #[must_use]
    pub fn near(self) -> f64 {
        match self.factor {
            f if f < 1.3 => 1.0,
            f if f < 2.0 => 1.35,
            f if f < 3.0 => 1.8,
            _ => 2.6,
        }
    }

    /// What is seen of a drawing whose whole, looked at from afar, is `far`.
    #[must_use]
    pub fn window(self, far: &Grid, grid: &Grid) -> Window {
        let (seen_w, seen_h) = (far.width, far.legend.y);
        let (all_w, all_h) = (grid.width, grid.legend.y);
        let w = all_w / self.factor;
        let h = w * seen_h / seen_w;
        let start = |middle: f64, all: f64, seen: f64| {
            (middle * all - 0.5 * seen).clamp(0.0, (all - seen).max(0.0))
        };
        Window {
            corner: (start(self.middle.0, all_w, w), start(self.middle.1, all_h, h)),
            size: (w, h),
            scale: seen_w / w,
            height: seen_h,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let place = |zoom: Zoom, u: f64| zoom.middle.0 + (u - 0.5) / zoom.factor;
        let first = Zoom::default().by(2.0, (0.75, 0.5));
        assert_eq!(first.factor, 2.0);
        assert!((place(first, 0.75) - 0.75).abs() < 1e-12);
        let second = first.by(1.5, (0.3, 0.5));
        assert!((place(second, 0.3) - place(first, 0.3)).abs() < 1e-12);
    }

    #[test]
    fn who_looks_closely_sees_more_and_not_only_larger() {
        for factor in [1.0, 1.5, 2.25, 3.375, Zoom::MOST] {
            let larger = factor / Zoom { factor, ..Zoom::default() }.near();
            assert!((1.0..1.6).contains(&larger), "{factor}: {larger} times as large");
        }
    }

    #[test]
    fn nothing_beyond_the_edges_is_seen() {
        let corner = Zoom::default().by(2.0, (0.0, 0.0)).moved((-9.0, -9.0));
        assert_eq!(corner.middle, (0.25, 0.25));
        assert_eq!(corner.by(0.1, (0.5, 0.5)), Zoom::default());
        assert_eq!(Zoom::default().by(99.0, (0.5, 0.5)).factor, Zoom::MOST);
        assert_eq!(Zoom::default().moved((0.3, 0.0)), Zoom::default());
    }
}
