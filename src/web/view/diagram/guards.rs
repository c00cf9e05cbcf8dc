//! Guards: a shield where the line to what they guard ends, which can be selected like a part.

use super::describe;
use super::notes;
use super::parts::At;
use super::pieces::{Choice, rect};
use super::scene::Scene;
use super::shape::{Point, Rect, px};
use crate::sim::kinds::guard;
use crate::web::markup::prelude::*;
use crate::web::summary;

/// The guard of the calls to a part, where there is one.
#[must_use]
pub fn of(scene: &Scene<'_>, ward: At) -> Option<At> {
    let at = ward.beside(guard::of(ward.kind)?);
    scene.scenario.spec_at(at.kind, at.site).map(|_| at)
}

/// Its name, and what it is set to do beyond passing calls on.
#[must_use]
pub fn title(scene: &Scene<'_>, at: At) -> String {
    let mut said = describe::name(scene, at);
    if let Some(spec) = scene.scenario.spec_at(at.kind, at.site) {
        for (row, param) in at.kind.params().iter().enumerate() {
            let value = spec.value(row);
            if *value != param.initial() {
                let value = summary::value_text(param, value);
                for piece in [", ", param.label, " ", value.as_str()] {
                    said.push_str(piece);
                }
            }
        }
    }
    said
}

/// What it does at the moment.
#[must_use]
pub fn state(scene: &Scene<'_>, ward: At) -> String {
    let troubles = notes::guard(scene, ward);
    if troubles.is_empty() { "all calls pass".to_owned() } else { super::state::line(&troubles) }
}

/// Space between a shield and what it guards.
const BEFORE: f64 = 6.0;

/// Where a shield stands: on the line to its part, or at a part to which no line is drawn.
fn place(scene: &Scene<'_>, ward: At, card: Rect) -> Point {
    let wires = scene.wires;
    let mut lines = wires.fronts.iter().chain(&wires.inner);
    let near = wires.copies.as_ref().map(|(wire, _)| wire);
    let Some(wire) = lines.find(|wire| wire.to == ward).or(near.filter(|wire| wire.to == ward))
    else {
        return (card.x + 0.6 * card.w, card.y);
    };
    let (from, to) = (wire.curve.at(0.9), wire.curve.end());
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let length = (x * x + y * y).sqrt().max(1.0);
    (to.0 - BEFORE * x / length, to.1 - BEFORE * y / length)
}

/// All shields.
pub fn draw(scene: &Scene<'_>) -> Html {
    let shield = |(ward, card): &(At, Rect)| {
        let at = of(scene, *ward)?;
        let (x, y) = place(scene, *ward, *card);
        let is_bad = notes::guard(scene, *ward).iter().any(|trouble| trouble.bad);
        let ring = Rect::new(x - 12.0, y - 12.0, 24.0, 24.0);
        let outline = format!("M{} {}h10v5c0 3-2.5 5-5 6-2.5-1-5-3-5-6Z", px(x - 5.0), px(y - 5.5));
        let content = html! { <>
            { rect(ring, "4", "dg-hit") }
            <path class={classes!("dg-guard", is_bad.then_some("bad"))} d={outline} />
        </> };
        let choice = Choice {
            selection: super::choose(scene, at, None),
            ring: ring.inset(4.0),
            title: title(scene, at),
            label: state(scene, *ward),
            stop: true,
            tip: true,
        };
        Some(choice.draw(scene, content))
    };
    html! { <g>{ for scene.grid.cards.iter().filter_map(shield) }</g> }
}

#[cfg(test)]
mod tests {
    use super::super::scene::sample;
    use super::*;
    use crate::sim::kinds::Kind;
    use crate::sim::scenario::link;
    use crate::sim::snapshot::{PartView, Snapshot};

    #[test]
    fn a_guard_stands_on_the_line_and_says_what_it_is_set_to() {
        let mut view = PartView { key: "to_db".to_owned(), ..PartView::default() };
        view.gauges = vec![("circuit_open".to_owned(), 1.0)];
        let figures = Snapshot { window_s: 10.0, parts: vec![view], ..Snapshot::default() };
        let told = |address: &str| {
            let scenario = link::read(address).scenario;
            sample(&scenario, &figures, |scene| {
                let ward = At::new(Kind::Database, 0);
                let at = of(scene, ward)?;
                let card = scene.grid.card(ward)?;
                let (x, y) = place(scene, ward, card);
                assert!(x < card.x && x > card.x - 8.0 && y > card.y && y < card.bottom());
                Some([title(scene, at), state(scene, ward)])
            })
        };
        assert_eq!(told("?stage=4"), None);
        let [title, state] = told("?stage=4&add=to_db").expect("there is one");
        assert_eq!(title, "Calls to the database");
        assert_eq!(state, "breaker open");
        let set = "?stage=4&add=to_db#v=1&to_db.timeout_ms=200&to_db.breaker=on";
        let [title, _] = told(set).expect("there is one");
        assert_eq!(title, "Calls to the database, Time-out 200\u{202f}ms, Circuit breaker on");
    }
}
