//! Adding and removing parts and sites: what can be, and in words why something cannot.

use crate::sim::kinds::Kind;
use crate::sim::scenario::{MOST_SITES, Scenario};
use crate::web::markup::prelude::*;
use crate::web::model::Msg;
use crate::web::parts::{self, Msg as Edit};
use crate::web::summary;
use crate::web::view::Tell;
use crate::web::view::field::{Choice, Number};
use std::rc::Rc;

/// What adding parts needs.
#[derive(Properties, PartialEq)]
pub struct StructureProps {
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// Where messages go.
    pub tell: Tell,
    /// Whether it stands at the diagram, in one line and without reasons.
    #[prop_or_default]
    pub brief: bool,
}

/// Parts to add, and the number of sites.
#[component]
pub fn Structure(props: &StructureProps) -> Html {
    let missing = use_memo(Rc::clone(&props.scenario), |scenario| parts::missing(scenario));
    let (can, cannot): (Vec<_>, Vec<_>) = missing.iter().partition(|(_, why)| why.is_none());
    // Guards stand on lines of the diagram, and are no part of their own there.
    let text = |kind: Kind| {
        let name = summary::name(kind, &props.scenario);
        let is_guard = kind.key().starts_with("to_");
        if is_guard { name.replacen("Calls", "Guard of calls", 1) } else { name.to_owned() }
    };
    let choices: Vec<(AttrValue, AttrValue)> = std::iter::once(("".into(), "Add a part …".into()))
        .chain(can.iter().map(|(kind, _)| (kind.key().into(), text(*kind).into())))
        .collect();
    let tell = props.tell.clone();
    let on_choose = Callback::from(move |key: String| {
        if let Some(kind) = Kind::by_key(&key) {
            tell.emit(Msg::Parts(Edit::Add(kind)));
        }
    });
    let sites = f64::from(props.scenario.sites);
    let (tell, brief) = (props.tell.clone(), props.brief);
    let on_sites = Callback::from(move |(sites, _): (f64, bool)| {
        if !brief {
            // Several sites would close the panel, and what is worked in with it.
            tell.emit(Msg::KeepAtHand);
        }
        tell.emit(Msg::Parts(Edit::Sites(sites.clamp(1.0, f64::from(MOST_SITES)) as u8)));
    });
    let (class, id) =
        if props.brief { ("build", "add-part") } else { ("structure", "add-part-of") };
    html! {
        <div {class}>
            <div class="setting-head">
                <label for={id}>{ "Parts" }</label>
                <Choice {id} {choices} value="" {on_choose} />
            </div>
            <div class="setting-head">
                <span>{ "Data centers" }</span>
                <span class="measure">
                    <Number label="Data centers" value={sites} min={1.0} max={f64::from(MOST_SITES)} on_change={on_sites} />
                </span>
            </div>
            if !cannot.is_empty() && !props.brief {
                <details>
                    <summary>
                        { cannot.len() }{ if cannot.len() == 1 { " part" } else { " parts" } }{ " cannot be added here" }
                    </summary>
                    <ul class="reasons">
                        { for cannot.iter().map(|(kind, why)| html! {
                            <li><strong>{ text(*kind) }</strong>{ ": " }{ why.clone().unwrap_or_default() }</li>
                        }) }
                    </ul>
                </details>
            }
        </div>
    }
}

/// What removing a part needs.
#[derive(Properties, PartialEq)]
pub struct RemovalProps {
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// The part.
    pub kind: Kind,
    /// Where messages go.
    pub tell: Tell,
}

/// The button that takes a part away, or why it must stay.
#[component]
pub fn Removal(props: &RemovalProps) -> Html {
    let edit = Edit::Remove(props.kind);
    let why = use_memo((Rc::clone(&props.scenario), props.kind), move |(scenario, _)| {
        edit.on(scenario).err()
    });
    let name = summary::name(props.kind, &props.scenario);
    let is_everywhere = props.scenario.sites > 1 && !props.kind.is_global();
    let whose = if is_everywhere { " from all data centers" } else { "" };
    let onclick = props.tell.reform(move |_: MouseEvent| Msg::Parts(edit));
    html! {
        <div class="removal" data-next="#inspector-title,#diagram">
            if let Some(why) = &*why {
                <p class="muted">{ format!("{name} cannot be removed: {why}.") }</p>
            } else {
                <button type="button" class="danger" {onclick}>{ format!("Remove {name}{whose}") }</button>
            }
        </div>
    }
}
