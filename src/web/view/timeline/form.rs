//! The form that adds a fault or a change: what, where, how much, when and for how long. It offers
//! only what the parts of the scenario can do.

use super::super::field::{Choice, Number, Text};
use crate::sim::kinds::Kind;
use crate::sim::kinds::behavior::Fault;
use crate::sim::scenario::Scenario;
use crate::sim::session::Live;
use crate::sim::snapshot::Snapshot;
use crate::web::markup::prelude::*;
use crate::web::model::Selection;
use crate::web::summary;
use crate::web::timeline::{LONGEST_S, Msg};
use std::rc::Rc;

/// A fault that can be added.
struct Offer {
    /// The word of links.
    word: &'static str,
    /// What the list says.
    label: &'static str,
    /// The usual number, its unit and its bounds, for one that has a number.
    number: Option<(f64, &'static str, f64, f64)>,
    /// One to ask what parts can fail so.
    fault: Fault,
}

const OFFERS: &[Offer] = &[
    offer("kill", "Kill", None, Fault::Kill),
    offer("slow", "Slow down", Some((5.0, "times", 1.0, 1_000.0)), Fault::Slow(5.0)),
    offer("errors", "Answer with errors", Some((0.2, "of calls", 0.0, 1.0)), Fault::Errors(0.2)),
    offer("cut", "Cut the link to", None, Fault::Cut),
    offer("delay", "Delay the link to", Some((200.0, "ms", 0.0, 60_000.0)), Fault::Delay(200.0)),
    offer("flush", "Flush", None, Fault::Flush),
    offer("purge", "Purge", Some((1.0, "of copies", 0.0, 1.0)), Fault::Purge(1.0)),
    offer("expire", "Expire what resolvers know of", None, Fault::Expire),
    offer("spike", "Traffic spike of", Some((3.0, "times", 0.0, 1_000.0)), Fault::Spike(3.0)),
    offer("deploy", "Deploy the release to", None, Fault::Deploy),
];

const fn offer(
    word: &'static str,
    label: &'static str,
    number: Option<(f64, &'static str, f64, f64)>,
    fault: Fault,
) -> Offer {
    Offer { word, label, number, fault }
}

/// The word of a change in the list of what can be added.
const SET: &str = "set";

/// What has been filled in.
#[derive(Clone, PartialEq)]
struct Draft {
    word: String,
    part: String,
    server: String,
    number: f64,
    row: usize,
    value: String,
    at: f64,
    lasts: f64,
}

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct AddFormProps {
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// What there is of each part now.
    pub live: Rc<Live>,
    /// The clock, in simulated seconds.
    pub now: f64,
    /// Where edits go.
    pub edit: Callback<Msg>,
}

/// The form.
#[component]
pub fn AddForm(props: &AddFormProps) -> Html {
    let scenario = &props.scenario;
    let now = props.now;
    let state = use_state(|| Draft {
        word: "kill".to_owned(),
        part: "web".to_owned(),
        server: String::new(),
        number: 5.0,
        row: 0,
        value: String::new(),
        at: libm::ceil(now / 10.0) * 10.0 + 10.0,
        lasts: 60.0,
    });
    let parts = parts(scenario, &state.word);
    // What was chosen before may not be there for another fault.
    let part = parts.iter().find(|(name, _)| *name == state.part).or(parts.first());
    let Some(part) = part.map(|(name, _)| name.clone()) else {
        return Html::default();
    };
    let draft = Draft { part, ..(*state).clone() };
    let change = |take: fn(&mut Draft, String)| {
        let (state, draft) = (state.clone(), draft.clone());
        Callback::from(move |text: String| {
            let mut next = draft.clone();
            take(&mut next, text);
            state.set(next);
        })
    };
    let number = |take: fn(&mut Draft, f64)| {
        let (state, draft) = (state.clone(), draft.clone());
        Callback::from(move |(value, _): (f64, bool)| {
            let mut next = draft.clone();
            take(&mut next, value);
            state.set(next);
        })
    };
    let offer = OFFERS.iter().find(|offer| offer.word == draft.word);
    let add = {
        let (edit, msg) = (props.edit.clone(), finished(scenario, &draft));
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            edit.emit(msg.clone());
        })
    };
    let words = OFFERS.iter().map(|offer| (offer.word, offer.label)).chain([(SET, "Set")]);
    let words = words.filter(|(word, _)| !self::parts(scenario, word).is_empty());
    let choices = |list: Vec<(String, String)>| -> Vec<(AttrValue, AttrValue)> {
        list.into_iter().map(|(value, text)| (value.into(), text.into())).collect()
    };
    let words = words.map(|(word, label)| (word.to_owned(), label.to_owned())).collect();
    let servers = servers(scenario, &props.live.figures, &draft);
    let at = scenario.find(&draft.part).ok();
    let lasts = offer.is_some_and(|offer| !offer.fault.is_instant());
    html! {
        <form class="timeline-form" id="timeline-form" onsubmit={add} aria-label="Add a fault or change">
            <span><label for="fault-what">{ "What" }</label>
                <Choice id="fault-what" choices={choices(words)} value={draft.word.clone()}
                    on_choose={change(|draft, word| {
                        let offer = OFFERS.iter().find(|offer| offer.word == word);
                        draft.number = offer.and_then(|offer| offer.number).map_or(1.0, |n| n.0);
                        (draft.word, draft.server) = (word, String::new());
                    })} /></span>
            <span><label for="fault-part">{ "Part" }</label>
                <Choice id="fault-part" choices={choices(parts)} value={draft.part.clone()}
                    on_choose={change(|draft, part| {
                        (draft.part, draft.server, draft.row) = (part, String::new(), 0);
                    })} /></span>
            if servers > 1 {
                <span><label for="fault-server">{ "Which" }</label>
                    <Choice id="fault-server" choices={choices(numbers(scenario, servers, at))} value={draft.server.clone()}
                        on_choose={change(|draft, server| draft.server = server)} /></span>
            }
            if draft.word == SET {
                { setting(scenario, &draft, &choices, change(|draft, row| draft.row = row.parse().unwrap_or(0)),
                    change(|draft, value| draft.value = value)) }
            }
            if let Some((_, unit, min, max)) = offer.and_then(|offer| offer.number) {
                <span class="measure">
                    <Number label="How much" value={draft.number} {min} {max} on_change={number(|draft, x| draft.number = x)} />
                    <span class="unit">{ unit }</span>
                </span>
            }
            <span class="measure">{ "at" }
                <Number label="At second" value={draft.at} min={0.0} max={LONGEST_S} on_change={number(|draft, x| draft.at = x)} />
                <span class="unit">{ "s" }</span>
            </span>
            if lasts {
                <span class="measure">{ "for" }
                    <Number label="For seconds; 0 is for ever" value={draft.lasts} min={0.0} max={LONGEST_S}
                        on_change={number(|draft, x| draft.lasts = x)} />
                    <span class="unit">{ "s" }</span>
                </span>
            }
            <button type="submit" class="main">{ "Add" }</button>
        </form>
    }
}

/// The fields of a change: which setting, and its new value.
fn setting(
    scenario: &Scenario,
    draft: &Draft,
    choices: &impl Fn(Vec<(String, String)>) -> Vec<(AttrValue, AttrValue)>,
    on_row: Callback<String>,
    on_value: Callback<String>,
) -> Html {
    let Ok((kind, _)) = scenario.find(&draft.part) else {
        return Html::default();
    };
    let rows = kind.params().iter().enumerate();
    let rows = rows.map(|(row, param)| (row.to_string(), param.label.to_owned())).collect();
    let param = &kind.params()[draft.row.min(kind.params().len() - 1)];
    html! {
        <>
            <span><label for="fault-setting">{ "Setting" }</label>
                <Choice id="fault-setting" choices={choices(rows)} value={draft.row.to_string()} on_choose={on_row} /></span>
            <span class="measure">
                <Text label="New value" value={draft.value.clone()} hint={param.range_text()} on_done={on_value} />
                <span class="unit">{ param.unit }</span>
            </span>
        </>
    }
}

/// The parts that a fault of this word can befall, or whose settings can change: name and text.
fn parts(scenario: &Scenario, word: &str) -> Vec<(String, String)> {
    let offer = OFFERS.iter().find(|offer| offer.word == word);
    let can = |kind: Kind| match offer {
        None => true,
        Some(Offer { fault, .. }) => {
            kind.can(*fault) && (!fault.is_of_servers() || scenario.servers_at(kind, None) > 0)
        }
    };
    let mut names = Vec::new();
    for kind in scenario.kinds().into_iter().filter(|kind| can(*kind)) {
        names.push(kind.key().to_owned());
        if scenario.sites > 1 && !kind.is_global() {
            let at = |site| Selection { kind, site: Some(site), server: None }.name();
            names.extend((0..scenario.sites).map(at));
        }
    }
    let named = |name: String| {
        let is_all =
            scenario.find(&name).is_ok_and(|(kind, site)| site.is_none() && !kind.is_global());
        let all = if is_all && scenario.sites > 1 { ", all sites" } else { "" };
        let text = format!("{}{all}", summary::part_name(&name, scenario));
        (name, text)
    };
    names.into_iter().map(named).collect()
}

/// How many servers of the part there are to choose from: those there are now, where that is known;
/// of all sites as many as the largest has.
fn servers(scenario: &Scenario, now: &Snapshot, draft: &Draft) -> usize {
    let of_one = match draft.word.as_str() {
        "kill" | "slow" => true,
        "errors" => draft.part.starts_with(Kind::WebTier.key()),
        "flush" => draft.part.starts_with(Kind::Cache.key()),
        _ => false,
    };
    let part = scenario.find(&draft.part).ok().filter(|_| of_one);
    part.map_or(0, |(kind, site)| {
        let planned = scenario.servers_at(kind, site);
        let sites = site.map_or(0..scenario.sites, |site| site..site + 1);
        let names = sites.map(|site| {
            let site = (scenario.sites > 1 && !kind.is_global()).then_some(site);
            Selection { kind, site, server: None }.name()
        });
        let there = names.filter_map(|name| Some(now.part(&name)?.servers.len())).max();
        there.filter(|count| *count > 0).map_or(planned, |count| count.min(planned))
    })
}

fn numbers(
    scenario: &Scenario,
    servers: usize,
    at: Option<(Kind, Option<u8>)>,
) -> Vec<(String, String)> {
    let all = std::iter::once((String::new(), format!("all {servers}")));
    let name = |n: usize| summary::place(scenario, at?, n - 1);
    let one = |n: usize| (n.to_string(), name(n).unwrap_or_else(|| n.to_string()));
    all.chain((1..=servers).map(one)).collect()
}

/// What adding the draft means.
fn finished(scenario: &Scenario, draft: &Draft) -> Msg {
    let Draft { word, part, server, at, lasts, number, .. } = draft;
    if word == SET {
        let kind = scenario.find(part).ok().map(|(kind, _)| kind);
        let params = kind.map_or(&[][..], |kind| kind.params());
        let key = params.get(draft.row).map_or("", |param| param.key);
        return Msg::AddChange(format!("{at}:{part}.{key}={}", draft.value.trim()));
    }
    let offer = OFFERS.iter().find(|offer| offer.word == word);
    let number = offer.and_then(|offer| offer.number).map_or(String::new(), |_| number.to_string());
    let server = if server.is_empty() { String::new() } else { format!(".{server}") };
    let lasts = match offer {
        Some(offer) if !offer.fault.is_instant() && *lasts > 0.0 => format!("for{lasts}"),
        _ => String::new(),
    };
    Msg::AddFault(format!("{word}{number}.{part}{server}@{at}{lasts}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kinds::Kind;
    use crate::sim::scenario::{PresentFault, link, presets};

    #[test]
    fn every_offer_can_be_added_to_every_part_that_it_names() {
        let scenario = link::read("?stage=9").scenario;
        let mut words = 0;
        for offer in OFFERS {
            for (part, _) in parts(&scenario, offer.word) {
                let draft = Draft {
                    word: offer.word.to_owned(),
                    part,
                    server: String::new(),
                    number: offer.number.map_or(1.0, |n| n.0),
                    row: 0,
                    value: String::new(),
                    at: 20.0,
                    lasts: 30.0,
                };
                let Msg::AddFault(text) = finished(&scenario, &draft) else { unreachable!() };
                assert!(PresentFault::read(&text).is_ok(), "{text}");
                let mut trial = scenario.clone();
                assert_eq!(trial.set_timeline(&[text], &[]), Ok(()));
            }
            words += usize::from(!parts(&scenario, offer.word).is_empty());
        }
        assert_eq!(words, OFFERS.len(), "the last stage can fail in all ways");
    }

    #[test]
    fn of_servers_that_come_and_go_those_that_are_there_are_offered() {
        let scenario = link::read("?stage=3#web.autoscale=on&web.scale_max=40").scenario;
        let draft = Draft {
            word: "kill".to_owned(),
            part: "web".to_owned(),
            server: String::new(),
            number: 1.0,
            row: 0,
            value: String::new(),
            at: 20.0,
            lasts: 30.0,
        };
        let mut now = Snapshot::default();
        assert_eq!(servers(&scenario, &now, &draft), 40, "nothing has run yet");
        let server = crate::sim::snapshot::ServerView::default();
        now.parts.push(crate::sim::snapshot::PartView {
            key: "web".to_owned(),
            servers: vec![server; 4],
            ..Default::default()
        });
        assert_eq!(servers(&scenario, &now, &draft), 4);
    }

    #[test]
    fn no_fault_of_the_model_is_left_out() {
        let offered: Vec<&str> = OFFERS.iter().map(|offer| offer.word).collect();
        let scenario = presets::stage(9);
        for kind in scenario.kinds() {
            for word in kind.troubles() {
                assert!(offered.contains(word), "{word} of {}", kind.key());
            }
        }
        assert!(parts(&scenario, "kill").iter().any(|(name, _)| name == Kind::Network.key()));
    }
}
