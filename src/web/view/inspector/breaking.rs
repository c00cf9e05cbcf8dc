//! How to break the selected part, and how to mend it: a button for each fault that can befall it.

use crate::sim::kinds::Kind;
use crate::sim::kinds::behavior::Fault;
use crate::sim::scenario::PresentFault;
use crate::sim::session::Command;
use crate::sim::snapshot::PartView;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg, Selection};
use crate::web::summary;
use crate::web::view::Tell;

/// Faults by their word: with its number, what the button says, and what it does.
const WORDS: &[(&str, &str, &str, &str)] = &[
    ("cut", "cut", "Cut off", "Calls no longer reach it"),
    ("delay", "delay200", "Delay 200 ms", "Calls take 200 ms more to reach it"),
    ("errors", "errors0.2", "Errors 20 %", "A fifth of the calls is answered with an error"),
    ("flush", "flush", "Flush", "It forgets all that it holds in memory, now"),
    ("purge", "purge1", "Purge", "Copies are thrown away, now"),
    ("expire", "expire", "Expire", "All that resolvers remember runs out, now"),
    ("spike", "spike3", "Spike × 3", "Three times the usual traffic"),
    ("deploy", "deploy", "Deploy", "The release that is set is rolled out, from now"),
];

/// Buttons, and the faults that there are.
pub fn breaking(model: &Model, at: Selection, view: Option<&PartView>, tell: &Tell) -> Html {
    let scenario = &model.scenario;
    let (kind, part) = (at.kind, at.name());
    let is_zone = kind == Kind::Network;
    let name = summary::part_name(&part, scenario);
    let named = match (at.server, view) {
        (Some(s), Some(view)) => summary::numbered_now(&name, scenario, view, s),
        (Some(s), None) => summary::numbered(&name, scenario, (kind, at.site), s),
        (None, _) => name.clone(),
    };
    let place = at.server.map_or_else(String::new, |s| format!(".{}", s + 1));
    let faults: Vec<&PresentFault> = scenario
        .faults
        .iter()
        .filter(|f| f.kind == kind && (f.site.is_none() || at.site.is_none() || f.site == at.site))
        .collect();
    let heal = |server: Option<usize>, what: String| {
        let command = Command::Heal { part: part.clone(), server };
        tell.reform(move |_: MouseEvent| Msg::Act(what.clone(), vec![command.clone()]))
    };
    let item = |fault: &&PresentFault| {
        let text = summary::fault_text(fault, scenario);
        // This one alone: the same server may have another.
        let mut mended = (**scenario).clone();
        mended.faults.retain(|other| other != *fault);
        let (faults, changes) = mended.timeline();
        let (what, mend) = (format!("Heal: {text}"), Command::Timeline { faults, changes });
        let onclick = tell.reform(move |_: MouseEvent| Msg::Act(what.clone(), vec![mend.clone()]));
        html! {
            <li><span>{ text.clone() }</span>
                <button type="button" class="plain" {onclick} aria-label={format!("Heal: {text}")}>{ "Heal" }</button></li>
        }
    };
    let button = |fault: String, label: &str, title: &str, what: String, disabled: bool| {
        let onclick = tell.reform(move |_: MouseEvent| {
            Msg::Act(what.clone(), vec![Command::Fail { fault: fault.clone() }])
        });
        html! {
            <button type="button" class="danger" {onclick} {disabled} data-next="#heal-all" title={title.to_owned()}>{ label.to_owned() }</button>
        }
    };
    // What is broken is the system as it is, whenever the figures beside are from.
    let view = if model.insight.moment.is_some() { model.live.figures.part(&part) } else { view };
    let dead = is_killed(&faults, at.server) || is_dead(view, at.server);
    let has_servers = scenario.servers_at(kind, at.site) > 0;
    let can_kill = has_servers && kind.can(Fault::Kill);
    let kill = match (is_zone, at.server) {
        (true, None) => "Fail the site",
        (true, Some(_)) => "Fail the zone",
        _ => "Kill",
    };
    let words = WORDS.iter().filter(|(word, ..)| kind.troubles().contains(word));
    let words: Vec<Html> = words
        .map(|(_, fault, label, title)| {
            button(format!("{fault}.{part}"), label, title, format!("{label}: {name}"), false)
        })
        .collect();
    // These befall the part whichever of its servers is looked at.
    let is_apart = at.server.is_some() && !words.is_empty();
    html! {
        <>
            <h3 id="break-title" tabindex="-1">{ format!("Break {named}") }</h3>
            <div class="breaks">
                if can_kill {
                    { button(format!("kill.{part}{place}"), kill, "It refuses what comes and loses what it has",
                        format!("{kill} {named}"), dead) }
                }
                if has_servers && kind.can(Fault::Slow(5.0)) {
                    { button(format!("slow5.{part}{place}"), "Slow × 5", "All its work takes five times as long",
                        format!("Slow {named}"), dead) }
                }
                if !is_apart { { for words.clone() } }
                <button type="button" class="plain" id="heal-all" disabled={faults.is_empty()} data-next="#break-title"
                    onclick={heal(None, format!("Heal {name}"))}>{ "Heal all" }</button>
            </div>
            if is_apart {
                <h3>{ format!("Break all of {name}") }</h3>
                <div class="breaks">{ for words }</div>
            }
            <ul class="faults" data-next="#break-title">{ for faults.iter().map(item) }</ul>
        </>
    }
}

/// Whether it is dead from the start on, even where no time has passed yet that would show it.
fn is_killed(faults: &[&PresentFault], server: Option<usize>) -> bool {
    faults.iter().any(|fault| {
        let hits = fault.server.is_none() || fault.server == server;
        fault.fault == Fault::Kill && fault.at.seconds() == 0.0 && fault.lasts.is_none() && hits
    })
}

/// Whether nothing is left of it to be killed.
fn is_dead(view: Option<&PartView>, server: Option<usize>) -> bool {
    let Some(view) = view else {
        return false;
    };
    match server {
        Some(server) => view.servers.get(server).is_some_and(|server| !server.alive),
        None => !view.servers.is_empty() && view.servers.iter().all(|server| !server.alive),
    }
}
