//! Words and tables follow the live figures a few times a second: nobody reads them faster, and to
//! draw all of the page with each of them is most of what its thread would do. What the visitor
//! does shows at once everywhere; strip, diagram and clock follow each live figure.

use crate::web::markup::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Of so many live figures in a row, one is drawn everywhere.
const EACH: u8 = 3;

/// The parts of the page that are held.
#[derive(Clone, Copy)]
pub enum Place {
    /// The bar above all.
    Head,
    /// The story.
    Lesson,
    /// The panel of the selected part.
    Inspector,
    /// What stands below the first screen.
    Results,
    /// What lies over the page.
    Over,
}

/// How many there are.
const PLACES: usize = Place::Over as usize + 1;

/// Parts of the page as they were drawn last, and whether it is time to draw them anew.
pub struct Held {
    drawn: RefCell<[Option<Drawn>; PLACES]>,
    /// Live figures since all was drawn.
    row: u8,
    is_due: Cell<bool>,
}

impl Default for Held {
    fn default() -> Self {
        Self { drawn: RefCell::default(), row: 0, is_due: Cell::new(true) }
    }
}

impl Held {
    /// Hears of a change: all of the page follows, and the next live figures as well, but of those
    /// that come in a row while time passes only one in some.
    pub fn change(&mut self, is_in_a_row: bool) {
        self.row = if is_in_a_row { (self.row + 1) % EACH } else { EACH - 1 };
        if !is_in_a_row || self.row == 0 {
            self.is_due.set(true);
        }
    }

    /// Whether parts are to be drawn anew.
    #[must_use]
    pub const fn is_due(&self) -> bool {
        self.is_due.get()
    }

    /// A part, drawn anew or as it was.
    pub fn show(&self, place: Place, anew: Option<Html>) -> Html {
        let drawn = &mut self.drawn.borrow_mut()[place as usize];
        if let Some(anew) = anew {
            *drawn = Some(Drawn(Rc::new(anew)));
        }
        drawn.clone().map_or_else(Html::default, |drawn| html! { <Part {drawn} /> })
    }

    /// All that is due was drawn.
    pub fn rest(&self) {
        self.is_due.set(false);
    }
}

/// Elements that are the same only as the very same: comparing them would be work again.
#[derive(Clone)]
struct Drawn(Rc<Html>);

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
struct PartProps {
    drawn: Drawn,
}

/// Stands between the page and a part of it: what is the very same is not looked at.
#[component]
fn Part(props: &PartProps) -> Html {
    (*props.drawn.0).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_visitor_does_is_drawn_at_once_and_figures_in_a_row_now_and_then() {
        let mut held = Held::default();
        let mut is_drawn = |is_in_a_row| {
            held.change(is_in_a_row);
            let is_due = held.is_due();
            held.rest();
            is_due
        };
        assert!(is_drawn(false));
        let row = [true; 7].map(&mut is_drawn);
        assert_eq!(row, [true, false, false, true, false, false, true]);
        assert!(is_drawn(false) && is_drawn(false) && is_drawn(true));
    }

    #[test]
    fn what_is_due_stays_so_until_it_is_drawn() {
        let mut held = Held::default();
        held.rest();
        held.change(false);
        held.change(true);
        held.change(true);
        assert!(held.is_due());
    }
}
