//! The diagram: a live drawing of the system, in SVG, that can be read, pointed at and walked
//! through with the keyboard. It draws what the figures say and nothing else.

mod card;
mod cell;
mod cells;
#[cfg(test)]
mod contrast;
pub mod describe;
mod facts;
pub mod fit;
pub mod flow;
mod forms;
mod gestures;
mod glyph;
mod guards;
mod keys;
mod layout;
mod legend;
mod lines;
mod notes;
mod outage;
mod parts;
mod pieces;
mod scene;
mod shape;
mod site;
pub mod size;
mod spread;
mod state;
mod tier;
mod tools;
pub mod trace;
mod track;
mod twin;
mod users;
mod wires;
pub mod zoom;

use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::Snapshot;
use crate::web::marks::Mark;
use crate::web::markup::prelude::*;
use crate::web::model::Selection;
use crate::web::shell::particles::Particles;
use flow::Flow;
use gestures::{Gestures, use_gestures};
use layout::{Grid, Room};
use parts::{At, Parts};
use scene::Scene;
use shape::{Rect, px};
use size::{reserve, use_size};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, SvgElement};
use wires::Wires;
use zoom::Zoom;

/// Writes a selection for an attribute of the drawing: `web`, `web.0`, `web2.0`.
pub fn write(selection: Selection) -> String {
    let site = selection.site.map_or_else(String::new, |site| (site + 1).to_string());
    let server = selection.server.map_or_else(String::new, |server| format!(".{server}"));
    format!("{}{site}{server}", selection.kind.key())
}

/// Reads what [`write`] wrote.
fn read(text: &str) -> Option<Selection> {
    let (name, server) = match text.split_once('.') {
        Some((name, server)) => (name, Some(server.parse().ok()?)),
        None => (text, None),
    };
    let key = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let site = match &name[key.len()..] {
        "" => None,
        number => Some(number.parse::<u8>().ok()?.checked_sub(1)?),
    };
    Some(Selection { kind: Kind::by_key(key)?, site, server })
}

/// What selects a part, or one of its servers: without a site where there is only one.
fn choose(scene: &Scene<'_>, at: At, server: Option<usize>) -> Selection {
    let site = (scene.parts.is_spread() && !at.kind.is_global()).then_some(at.site);
    Selection { kind: at.kind, site, server }
}

/// What the diagram shows.
#[derive(Properties, PartialEq)]
pub struct DiagramProps {
    /// The settings.
    pub scenario: Rc<Scenario>,
    /// The figures: those of the live window, or the settled ones before anything ran.
    pub figures: Rc<Snapshot>,
    /// What is selected.
    pub selected: Option<Selection>,
    /// Told when something is selected, or nothing any more.
    pub on_select: Callback<Option<Selection>>,
    /// Told when something is selected by the keyboard.
    pub on_enter: Callback<Selection>,
    /// Whether time passes.
    pub playing: bool,
    /// Whether dots may move; false for those who want less motion.
    pub moving: bool,
    /// Simulated seconds in a second.
    pub speed: f64,
    /// The way of one request, drawn over everything.
    #[prop_or_default]
    pub trace: Option<Rc<Vec<trace::Hop>>>,
    /// Single points of failure, where they are to be marked.
    #[prop_or_default]
    pub marks: Option<Rc<Vec<Mark>>>,
}

/// Windows up to this height get the flat drawing.
const LOW_WINDOW: i32 = 740;

/// Where everything stands, from afar and as closely as it is looked at.
#[derive(PartialEq)]
struct Plan {
    parts: Rc<Parts>,
    far: Grid,
    grid: Grid,
    wires: Wires,
}

/// The plan, which changes only with the room, with what there is, with the closeness of the look,
/// and with the sites that are down.
#[hook]
fn use_plan(
    node: &NodeRef,
    scenario: &Rc<Scenario>,
    figures: &Snapshot,
    zoom: Zoom,
) -> Option<Rc<Plan>> {
    let size = use_size(node);
    let parts = use_memo(scenario.clone(), |scenario| Parts::of(scenario));
    let down = (0..parts.sites.len() as u8)
        .filter(|site| scene::is_down(figures, &parts, *site))
        .fold(0, |mask, site| mask | 1 << site);
    let plan = use_memo((size, parts, zoom.near(), down), |(size, parts, near, down)| {
        size.map(|size| {
            let at = |near: f64| {
                let room = Room {
                    width: f64::from(size.width) * near,
                    height: f64::from(size.height) * near,
                    tight: size.window <= LOW_WINDOW,
                    near,
                };
                let mut grid = layout::grid(room, parts);
                spread::fold(&mut grid, *down);
                grid
            };
            let grid = at(*near);
            let wires = Wires::of(&grid, parts);
            Rc::new(Plan { parts: parts.clone(), far: at(1.0), grid, wires })
        })
    });
    (*plan).clone()
}

/// The diagram.
#[component]
pub fn Diagram(props: &DiagramProps) -> Html {
    let node = use_node_ref();
    let gestures = use_gestures(&node);
    let as_text = use_state_eq(|| false);
    let zoom = *gestures.zoom;
    let plan = use_plan(&node, &props.scenario, &props.figures, zoom);
    let Some(plan) = plan else {
        return html! { <div ref={node} class="dg" /> };
    };
    // At once, and not after the drawing has been painted: what stands below it would jump.
    reserve(&node, plan.far.least);
    let scene = Scene {
        grid: &plan.grid,
        parts: &plan.parts,
        wires: &plan.wires,
        scenario: &props.scenario,
        figures: &props.figures,
        selected: props.selected,
        marks: props.marks.as_ref().map_or(&[][..], |marks| &marks[..]),
    };
    if *as_text {
        return html! {
            <div ref={node} class="dg">{ twin::draw(&scene) }{ tools::draw(&gestures, &as_text) }</div>
        };
    }
    let flow = props.moving.then(|| Rc::new(Flow::of(&scene, props.speed)));
    let (width, height) = (px(plan.far.width), px(plan.far.height));
    let window = zoom.window(&plan.far, &plan.grid);
    let seen = format!(
        "{} {} {} {}",
        px(window.corner.0),
        px(window.corner.1),
        px(window.size.0),
        px(window.size.1)
    );
    let [ondown, onmove, onup] = pointers(&gestures);
    html! {
        <div ref={node} class={classes!("dg", zoom.is_in().then_some("near"))}>
            <svg class="dg-svg" viewBox={format!("0 0 {width} {height}")} width={width.clone()} height={height.clone()}
                role="group" aria-label={describe::whole(&scene)}
                onclick={on_click(props, &gestures)} onkeydown={on_key(props, &gestures)} onfocusin={on_focus(&gestures)}
                onpointerdown={ondown} onpointermove={onmove} onpointerup={onup.clone()} onpointercancel={onup.clone()} onlostpointercapture={onup}>
                <svg class="dg-near" width={width.clone()} height={px(window.height)} viewBox={seen} preserveAspectRatio="xMinYMin meet">
                    { site::draw(&scene) }
                    { lines::draw(&scene) }
                    if let Some(hops) = &props.trace { { trace::trace_lines(&scene, hops) } }
                    { parts_of(&scene) }
                    { guards::draw(&scene) }
                    { marks(&scene) }
                    if let Some(hops) = &props.trace { { trace::trace_overlay(&scene, hops) } }
                </svg>
                { legend::draw(&scene, &plan.far, flow.as_deref()) }
            </svg>
            if let Some(flow) = flow {
                <Particles {flow} width={plan.far.width} height={plan.far.height} {window} running={props.playing} />
            }
            { tools::draw(&gestures, &as_text) }
        </div>
    }
}

/// Pointers that come down, move and are lifted.
fn pointers(gestures: &Gestures) -> [Callback<PointerEvent>; 3] {
    let on = |act: fn(&Gestures, &PointerEvent)| {
        let gestures = gestures.clone();
        Callback::from(move |event: PointerEvent| act(&gestures, &event))
    };
    [on(Gestures::down), on(Gestures::moves), on(Gestures::up)]
}

/// A click selects, unless it ends a drag.
fn on_click(props: &DiagramProps, gestures: &Gestures) -> Callback<MouseEvent> {
    let (select, selected) = (props.on_select.clone(), props.selected);
    let hand = gestures.hand.clone();
    Callback::from(move |event: MouseEvent| {
        // Clicks of the keyboard and of programs come without a pointer.
        if event.detail() > 0 && hand.borrow().has_dragged() {
            return;
        }
        let chosen = event.target_dyn_into::<Element>().and_then(|element| part_at(&element));
        select.emit(chosen.filter(|chosen| Some(*chosen) != selected));
    })
}

fn on_focus(gestures: &Gestures) -> Callback<FocusEvent> {
    let gestures = gestures.clone();
    Callback::from(move |event: FocusEvent| {
        if let Some(element) = event.target_dyn_into::<Element>() {
            gestures.reveal(&element);
        }
    })
}

/// The parts, in the order in which a request meets them.
fn parts_of(scene: &Scene<'_>) -> Html {
    let part = |(at, place): &(At, Rect)| {
        let drawn = if tier::is_host(scene, *at, *place) {
            tier::draw(scene, *at, *place)
        } else {
            card::draw(scene, *at, *place)
        };
        html! { <g key={at.name(scene.parts.sites.len())} class="dg-part">{ drawn }</g> }
    };
    html! { <>
        <g key="clients" class="dg-part">{ users::draw(scene) }</g>
        { for scene.grid.cards.iter().map(part) }
    </> }
}

/// A sign at the corner of each card that is marked; its words stand in the card.
fn marks(scene: &Scene<'_>) -> Html {
    let marked = scene.grid.cards.iter().filter(|(at, _)| scene.mark(*at).is_some());
    let sign = |(_, r): &(At, Rect)| {
        html! { <path class="dg-spof" d={format!("M{} {}l7 7-7 7-7-7Z", px(r.right() - 12.0), px(r.y - 7.0))} /> }
    };
    html! { <g aria-hidden="true">{ for marked.map(sign) }</g> }
}

/// The part that an element of the drawing belongs to.
fn part_at(element: &Element) -> Option<Selection> {
    let part = element.closest("[data-part]").ok().flatten()?;
    read(&part.get_attribute("data-part")?)
}

/// Enter and space select, escape lets go, arrow keys walk over the servers of a tier; what walks
/// nowhere moves what is seen.
fn on_key(props: &DiagramProps, gestures: &Gestures) -> Callback<KeyboardEvent> {
    let (select, selected) = (props.on_select.clone(), props.selected);
    let (enter, gestures) = (props.on_enter.clone(), gestures.clone());
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let Some(element) = event.target_dyn_into::<Element>() else {
            return;
        };
        let neighbour = match event.key().as_str() {
            "Enter" | " " => {
                let Some(chosen) = part_at(&element) else { return };
                event.prevent_default();
                return match selected == Some(chosen) {
                    true => select.emit(None),
                    false => enter.emit(chosen),
                };
            }
            "Escape" if selected.is_some() => {
                if let Ok(part) = element.dyn_into::<SvgElement>() {
                    // Anew, so that a page that was scrolled down to the panel comes back to it.
                    let _ = part.blur().and_then(|()| part.focus());
                }
                return select.emit(None);
            }
            "ArrowRight" | "ArrowDown" => element.next_element_sibling(),
            "ArrowLeft" | "ArrowUp" => element.previous_element_sibling(),
            _ => None,
        };
        let neighbour = neighbour.filter(|other| other.has_attribute("data-part"));
        if let Some(other) = neighbour.and_then(|other| other.dyn_into::<SvgElement>().ok()) {
            event.prevent_default();
            // An element that cannot take the focus leaves it where it is.
            let _ = other.focus();
        } else if gestures.key(&event.key()) {
            event.prevent_default();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_are_read_as_they_are_written() {
        for selection in [
            Selection { kind: Kind::WebTier, site: None, server: Some(12) },
            Selection { kind: Kind::WebTier, site: Some(1), server: Some(12) },
            Selection { kind: Kind::Clients, site: None, server: None },
        ] {
            assert_eq!(read(&write(selection)), Some(selection));
        }
        assert_eq!(read("moon.1"), None);
        assert_eq!(read("web.x"), None);
        assert_eq!(read("web0"), None);
    }
}
