//! The diagram: a live drawing of the system, in SVG, that can be read, pointed at and walked
//! through with the keyboard. It draws what the figures say and nothing else.

mod card;
mod cell;
mod cells;
mod describe;
mod facts;
pub mod fit;
pub mod flow;
mod forms;
mod glyph;
mod layout;
mod legend;
mod lines;
mod parts;
mod pieces;
mod scene;
mod shape;
mod site;
pub mod size;
mod spread;
mod state;
mod tier;
pub mod trace;
mod track;
mod users;
mod wires;

use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::Snapshot;
use crate::web::model::Selection;
use crate::web::shell::particles::Particles;
use flow::Flow;
use layout::{Grid, Room};
use parts::{At, Parts};
use scene::Scene;
use shape::{Rect, px};
use size::{reserve, use_size};
use std::rc::Rc;
use web_sys::{Element, SvgElement};
use wires::Wires;
use yew::prelude::*;

/// Writes a selection for an attribute of the drawing: `web`, `web.0`, `web2.0`.
fn write(selection: Selection) -> String {
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
    /// Whether time passes.
    pub playing: bool,
    /// Whether dots may move; false for those who want less motion.
    pub moving: bool,
    /// Simulated seconds in a second.
    pub speed: f64,
    /// The way of one request, drawn over everything.
    #[prop_or_default]
    pub trace: Option<Rc<Vec<trace::Hop>>>,
}

/// Windows up to this height get the flat drawing.
const LOW_WINDOW: i32 = 740;

/// The grid and the lines, which change only with the room and with what there is.
#[hook]
fn use_plan(node: &NodeRef, scenario: &Rc<Scenario>) -> (Rc<Parts>, Option<Rc<(Grid, Wires)>>) {
    let size = use_size(node);
    let parts = use_memo(scenario.clone(), |scenario| Parts::of(scenario));
    let plan = use_memo((size, parts.clone()), |(size, parts)| {
        size.map(|size| {
            let room = Room {
                width: f64::from(size.width),
                height: f64::from(size.height),
                tight: size.window <= LOW_WINDOW,
            };
            let grid = layout::grid(room, parts);
            let wires = Wires::of(&grid, parts);
            Rc::new((grid, wires))
        })
    });
    (parts, (*plan).clone())
}

/// The diagram.
#[component]
pub fn Diagram(props: &DiagramProps) -> Html {
    let node = use_node_ref();
    let (parts, plan) = use_plan(&node, &props.scenario);
    let least = plan.as_ref().map(|plan| plan.0.least);
    use_effect_with((least, node.clone()), |(least, node)| {
        if let Some(least) = least {
            reserve(node, *least);
        }
    });
    let select = props.on_select.clone();
    let selected = props.selected;
    let onclick = Callback::from(move |event: MouseEvent| {
        let chosen = event.target_dyn_into::<Element>().and_then(|element| part_at(&element));
        select.emit(chosen.filter(|chosen| Some(*chosen) != selected));
    });
    let select = props.on_select.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| on_key(&event, selected, &select));
    let Some(plan) = plan else {
        return html! { <div ref={node} class="dg" /> };
    };
    let (grid, wires) = &*plan;
    let scene = Scene {
        grid,
        parts: &parts,
        wires,
        scenario: &props.scenario,
        figures: &props.figures,
        selected: props.selected,
    };
    let flow = props.moving.then(|| Rc::new(Flow::of(&scene, props.speed)));
    let (width, height) = (px(grid.width), px(grid.height));
    html! {
        <div ref={node} class="dg">
            <svg class="dg-svg" viewBox={format!("0 0 {width} {height}")} width={width.clone()} height={height.clone()}
                role="group" aria-label={describe::whole(&scene)} {onclick} {onkeydown}>
                { site::draw(&scene) }
                { lines::draw(&scene) }
                { parts_of(&scene) }
                { legend::draw(&scene, flow.as_deref()) }
                if let Some(hops) = &props.trace { { trace::trace_overlay(&scene, hops) } }
            </svg>
            if let Some(flow) = flow {
                <Particles {flow} width={grid.width} height={grid.height} running={props.playing} />
            }
        </div>
    }
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

/// The part that an element of the drawing belongs to.
fn part_at(element: &Element) -> Option<Selection> {
    let part = element.closest("[data-part]").ok().flatten()?;
    read(&part.get_attribute("data-part")?)
}

/// Enter and space select, escape lets go, arrow keys walk over the servers of a tier.
fn on_key(
    event: &KeyboardEvent,
    selected: Option<Selection>,
    select: &Callback<Option<Selection>>,
) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let Some(element) = event.target_dyn_into::<Element>() else {
        return;
    };
    let neighbour = match event.key().as_str() {
        "Enter" | " " => {
            let chosen = part_at(&element);
            if chosen.is_some() {
                event.prevent_default();
                select.emit(chosen.filter(|chosen| Some(*chosen) != selected));
            }
            return;
        }
        "Escape" if selected.is_some() => return select.emit(None),
        "ArrowRight" | "ArrowDown" => element.next_element_sibling(),
        "ArrowLeft" | "ArrowUp" => element.previous_element_sibling(),
        _ => return,
    };
    let neighbour = neighbour.filter(|other| other.has_attribute("data-part"));
    if let Some(other) =
        neighbour.and_then(|other| wasm_bindgen::JsCast::dyn_into::<SvgElement>(other).ok())
    {
        event.prevent_default();
        // An element that cannot take the focus leaves it where it is.
        let _ = other.focus();
    }
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
