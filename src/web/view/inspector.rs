//! The panel of the selected part: its settings, what was measured of it, and how to break it. With
//! nothing selected, the settings that are wanted most.

mod breaking;
pub mod measured;
mod settings;
mod structure;

use super::diagram;
use super::field::focus;
use super::icon::{self, icon};
use super::setting::setting;
use super::{Tell, frame};
use crate::sim::kinds::Kind;
use crate::sim::kinds::behavior::Fault;
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::{PartView, Snapshot};
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg, Selection};
use crate::web::{parts, summary};
use breaking::breaking;
use measured::measured;
use settings::Settings;
use std::rc::Rc;
use structure::Removal;
pub use structure::Structure;
use web_sys::HtmlInputElement;

/// Settings at hand while no part is selected.
const AT_HAND: &[(&str, &[&str])] = &[
    ("clients", &["read_share", "mobile_share"]),
    ("dns", &["policy", "weights", "ttl_s"]),
    ("cdn", &["hit"]),
    ("lb", &["algorithm"]),
    ("web", &["servers", "size"]),
    ("cache", &["hit", "strategy"]),
    ("sessions", &["nodes"]),
    ("db", &["kind", "size", "replicas", "shards"]),
    ("queue", &["workers"]),
];

/// The panel.
pub fn view(model: &Model, figures: &Snapshot, tell: &Tell) -> Html {
    if !model.has_panel() {
        return Html::default();
    }
    let is_open = model.selected.is_some() || model.at_hand == Some(true);
    let class = classes!("inspector", "card", is_open.then_some("open"));
    html! {
        <aside {class} id="inspector" aria-labelledby="inspector-title" onkeydown={leave(model, tell)}>
            { match model.selected {
                Some(at) => part(model, figures, at, tell),
                None => overview(model, tell),
            } }
        </aside>
    }
}

/// Escape closes the panel as its button does, but where something is written, of which it is the
/// end.
fn leave(model: &Model, tell: &Tell) -> Callback<KeyboardEvent> {
    let close = match model.selected {
        Some(_) => Msg::Select(None),
        None => Msg::AtHand(false),
    };
    let can = model.selected.is_some() || model.options.controls.is_none();
    let tell = tell.clone();
    Callback::from(move |event: KeyboardEvent| {
        let is_written = event
            .target_dyn_into::<HtmlInputElement>()
            .is_some_and(|input| !matches!(input.type_().as_str(), "range" | "checkbox"));
        if can && event.key() == "Escape" && !is_written {
            // The head says where the focus goes once it is gone.
            focus("inspector-title");
            tell.emit(close.clone());
        }
    })
}

fn overview(model: &Model, tell: &Tell) -> Html {
    let scenario = &model.scenario;
    let button = |kind: Kind| {
        let at = Selection::of(kind, scenario);
        let onclick = tell.reform(move |_: MouseEvent| Msg::Select(Some(at)));
        html! {
            <li><button type="button" class="plain" {onclick}>{ summary::name(kind, scenario) }</button></li>
        }
    };
    let at_hand = |&(key, keys): &(&str, &[&'static str])| {
        let kind = Kind::by_key(key).filter(|&kind| scenario.spec(kind).is_some());
        let Some(kind) = kind else {
            return Html::default();
        };
        let keys: Vec<&str> =
            keys.iter().copied().filter(|key| acts(scenario, kind, key)).collect();
        html! {
            if !keys.is_empty() {
                <h3>{ summary::name(kind, scenario) }</h3>
                <div class="settings">
                    { for keys.into_iter().map(|key| setting(scenario, kind.key(), key, tell)) }
                </div>
            }
        }
    };
    let close = tell.reform(|_: MouseEvent| Msg::AtHand(false));
    html! {
        <>
            <div class="inspector-head" key="hand" data-next="#settings-open">
                <h2 id="inspector-title" tabindex="-1">{ "At hand" }</h2>
                if scenario.sites > 1 { <span class="muted">{ "for all sites" }</span> }
                if model.options.controls.is_none() {
                    <button type="button" class="quiet" onclick={close} aria-label="Close the settings at hand">{ icon(icon::CLOSE) }</button>
                }
            </div>
            if let Some(controls) = &model.options.controls {
                { frame::settings(model, controls, tell) }
            } else {
                { for AT_HAND.iter().map(at_hand) }
            }
        if model.options.controls.is_none() {
            <h3>{ "All settings of a part" }</h3>
            <ul class="chips">{ for scenario.kinds().into_iter().map(button) }</ul>
        }
        if !model.options.restricts() { <Structure scenario={Rc::clone(scenario)} tell={tell.clone()} /> }
        </>
    }
}

/// Whether a setting does anything here: a second server is reached only by a balancer, a guest
/// has no machines of its own, and names lead to sites only where there are several.
fn acts(scenario: &Scenario, kind: Kind, key: &str) -> bool {
    let Some(row) = kind.row(key) else {
        return false;
    };
    let spec =
        |key: &str| kind.row(key).and_then(|row| scenario.spec(kind).map(|spec| spec.count(row)));
    let is_guest = spec("place") == Some(1);
    match (kind.key(), key) {
        // Two kinds of clients are the first stages' matter.
        ("clients", "mobile_share") => scenario.spec(Kind::LoadBalancer).is_none(),
        ("web", "servers") => scenario.spec(Kind::LoadBalancer).is_some(),
        ("db", "size" | "replicas") => !is_guest,
        ("db", "shards") => spec("shards").unwrap_or(1) > 1,
        ("dns", "policy" | "weights" | "ttl_s") => scenario.sites > 1,
        // The whole cache with its strategies, where it is more than a share that is set.
        ("cache", "hit") | ("cdn", "hit") => spec("ratio").unwrap_or(0) == 0,
        ("cache", "strategy") => !is_guest,
        _ => row < kind.params().len(),
    }
}

fn part(model: &Model, figures: &Snapshot, at: Selection, tell: &Tell) -> Html {
    let view = figures.part(&at.name());
    let close = tell.reform(|_: MouseEvent| Msg::Select(None));
    let breaks = can_fail(&model.scenario, at.kind) && model.options.may_break();
    let breaks = if breaks { breaking(model, at, view, tell) } else { Html::default() };
    // In a low frame what is done to a part comes before what it is set to.
    let (first, later) =
        if model.options.embed { (breaks, Html::default()) } else { (Html::default(), breaks) };
    html! {
        <>
            <div class="inspector-head" key="part" data-next={format!("#diagram [data-part='{}'],#diagram [data-part='{}'],#diagram", diagram::write(at), at.name())}>
                <h2 id="inspector-title" tabindex="-1">{ summary::name(at.kind, &model.scenario) }</h2>
                if view.is_some_and(|view| view.guest) {
                    <span class="muted">{ "on the web servers" }</span>
                } else if at.kind.key().starts_with("to_") {
                    <span class="muted">{ "a guard on their line" }</span>
                }
                <button type="button" class="quiet" onclick={close} aria-label="Close the part's panel">{ icon(icon::CLOSE) }</button>
            </div>
            if let Some(why) = parts::idle(&model.scenario, at.kind) { <p class="muted">{ why }</p> }
            { first }
            { site(model, at, tell) }
            { servers(view, model, at, tell) }
            if has_settings(model) { <Settings key={at.name()} scenario={Rc::clone(&model.scenario)} {at} all={model.all_sites} tell={tell.clone()} /> }
            { later }
            if let Some(view) = view.filter(|view| !view.servers.is_empty() || view.rate > 0.0 || !view.gauges.is_empty()) {
                { measured(model, view, at.server) }
            }
            if !model.options.restricts() { <Removal scenario={Rc::clone(&model.scenario)} kind={at.kind} tell={tell.clone()} /> }
        </>
    }
}

/// Whether all settings of the selected part may be changed.
const fn has_settings(model: &Model) -> bool {
    model.options.controls.is_none() && !model.options.lock
}

/// Which site is looked at, and whether what is changed holds for all of them.
fn site(model: &Model, at: Selection, tell: &Tell) -> Html {
    let Some(site) = at.site else {
        return Html::default();
    };
    let choices: Vec<(AttrValue, AttrValue)> = (0..model.scenario.sites)
        .map(|site| {
            ((site + 1).to_string().into(), summary::site_name(&model.scenario, site).into())
        })
        .collect();
    let on_choose = tell.reform(move |text: String| {
        let site = text.parse::<u8>().ok().and_then(|number| number.checked_sub(1));
        Msg::Select(Some(Selection { site, ..at }))
    });
    let all = model.all_sites;
    let onchange = tell.reform(move |_: Event| Msg::AllSites(!all));
    html! {
        <div class="site-choice">
            <div class="setting-head">
                <label for="which-site">{ "Site" }</label>
                <super::field::Choice id="which-site" {choices} value={(site + 1).to_string()} {on_choose} />
            </div>
            if has_settings(model) {
                <div class="setting-head">
                    <label for="all-sites">{ "Change it in all sites" }</label>
                    <input type="checkbox" role="switch" class="switch" id="all-sites" checked={all} {onchange} />
                </div>
            }
        </div>
    }
}

/// Which of the servers is looked at.
fn servers(view: Option<&PartView>, model: &Model, at: Selection, tell: &Tell) -> Html {
    // Those there are, as they are drawn; of those that come and go, not as many as there may be.
    let planned = model.scenario.servers_at(at.kind, at.site);
    let count = view.map_or(planned, |view| view.servers.len());
    // The one looked at may be gone.
    let last = at.server.map_or(count, |server| count.max(server + 1));
    if last < 2 {
        return Html::default();
    }
    let choices: Vec<(AttrValue, AttrValue)> =
        std::iter::once(("".into(), format!("all {count}").into()))
            .chain((1..=last).map(|n| {
                let place = match view {
                    Some(view) => summary::place_now(&model.scenario, view, n - 1),
                    None => summary::place(&model.scenario, (at.kind, at.site), n - 1),
                };
                let name = place.unwrap_or_else(|| format!("{n} of {count}"));
                (n.to_string().into(), name.into())
            }))
            .collect();
    let on_choose = tell.reform(move |text: String| {
        let server = text.parse::<usize>().ok().map(|n| n - 1);
        Msg::Select(Some(Selection { server, ..at }))
    });
    let value = at.server.map_or_else(String::new, |s| (s + 1).to_string());
    let label = if at.kind == Kind::Network { "Zones looked at" } else { "Servers looked at" };
    html! {
        <div class="setting-head which">
            <label for="which-server">{ label }</label>
            <super::field::Choice id="which-server" {choices} {value} {on_choose} />
        </div>
    }
}

/// Whether any fault can befall a part.
fn can_fail(scenario: &Scenario, kind: Kind) -> bool {
    !kind.troubles().is_empty() || (kind.can(Fault::Kill) && scenario.servers_at(kind, None) > 0)
}
