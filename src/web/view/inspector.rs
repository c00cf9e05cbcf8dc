//! The panel of the selected part: its settings, what was measured of it, and how to break it. With
//! nothing selected, the settings that are wanted most.

use super::icon::{self, icon};
use super::setting::{Setting, setting};
use super::{Tell, format};
use crate::sim::kinds::Kind;
use crate::sim::scenario::{PresentFault, Scenario};
use crate::sim::session::Command;
use crate::sim::snapshot::{PartView, ServerView, Snapshot};
use crate::web::model::{Model, Msg};
use crate::web::summary;
use yew::prelude::*;

/// Settings at hand while no part is selected.
const AT_HAND: &[(Kind, &[&str])] = &[
    (Kind::Clients, &["read_share"]),
    (Kind::LoadBalancer, &["algorithm"]),
    (Kind::WebTier, &["servers", "size"]),
    (Kind::Cache, &["hit"]),
    (Kind::Database, &["kind", "size", "replicas"]),
];

/// Settings of a part that are shown first; the rest waits below.
const fn first(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Clients => {
            &["rate", "read_share", "static_share", "audience", "timeout_s", "retries"]
        }
        Kind::Network => &["site", "distance", "last_mile", "zone_ms"],
        Kind::Dns => &["ttl_s", "lookups", "miss_ms"],
        Kind::LoadBalancer => &["algorithm", "weights", "check_s", "failures", "successes"],
        Kind::WebTier => &["servers", "size", "sizes", "service_ms", "slots", "hold"],
        Kind::Cache => &["hit", "place", "op_ms"],
        Kind::Database => &["kind", "size", "replicas", "read_ms", "write_ms", "connections"],
        Kind::Monitor => &["every_s", "heal", "rule_a", "above_a", "for_a_s"],
        Kind::Chaos => &["speed_up", "server_mtbf_h", "server_mttr_s"],
    }
}

/// The panel.
pub fn view(model: &Model, figures: &Snapshot, tell: &Tell) -> Html {
    let class = classes!("inspector", "card", model.selected.map(|_| "open"));
    html! {
        <aside {class} id="inspector" aria-labelledby="inspector-title">
            { match model.selected {
                Some((kind, server)) => part(model, figures, (kind, server), tell),
                None => overview(model, tell),
            } }
        </aside>
    }
}

fn overview(model: &Model, tell: &Tell) -> Html {
    let scenario = &model.scenario;
    let button = |kind: Kind| {
        let onclick = tell.reform(move |_: MouseEvent| Msg::Select(Some((kind, None))));
        html! {
            <li><button type="button" class="plain" {onclick}>{ summary::name(kind, scenario) }</button></li>
        }
    };
    let at_hand = |&(kind, keys): &(Kind, &[&'static str])| {
        html! {
            if scenario.spec(kind).is_some() {
                <h3>{ summary::name(kind, scenario) }</h3>
                <div class="settings">
                    { for keys.iter().filter(|key| acts(scenario, kind, key)).map(|key| setting(scenario, (kind, key), "hand", tell)) }
                </div>
            }
        }
    };
    html! {
        <>
            <h2 id="inspector-title">{ "At hand" }</h2>
            { for AT_HAND.iter().map(at_hand) }
            <h3>{ "All settings of a part" }</h3>
            <ul class="chips">{ for scenario.parts.iter().map(|part| button(part.kind)) }</ul>
        </>
    }
}

/// Whether a setting does anything here: a second server is reached only by a balancer, and a guest
/// has no machines of its own.
fn acts(scenario: &Scenario, kind: Kind, key: &str) -> bool {
    let is_guest = kind
        .row("place")
        .and_then(|row| scenario.spec(kind).map(|spec| spec.count(row) == 1))
        .unwrap_or(false);
    match (kind, key) {
        (Kind::WebTier, "servers") => scenario.spec(Kind::LoadBalancer).is_some(),
        (Kind::Database, "size" | "replicas") => !is_guest,
        _ => true,
    }
}

fn part(model: &Model, figures: &Snapshot, at: (Kind, Option<usize>), tell: &Tell) -> Html {
    let (kind, server) = at;
    let view = figures.part(kind.key());
    let close = tell.reform(|_: MouseEvent| Msg::Select(None));
    html! {
        <>
            <div class="inspector-head">
                <h2 id="inspector-title">{ summary::name(kind, &model.scenario) }</h2>
                if view.is_some_and(|view| view.guest) {
                    <span class="muted">{ "on the web servers" }</span>
                }
                <button type="button" class="quiet" onclick={close} aria-label="Close the part's panel">{ icon(icon::CLOSE) }</button>
            </div>
            { settings(model, kind, tell) }
            { servers(model, at, tell) }
            if let Some(view) = view.filter(|view| !view.servers.is_empty() || view.rate > 0.0) {
                { measured(model, view, server) }
            }
            if !matches!(kind, Kind::Clients | Kind::Network) { { breaking(model, at, tell) } }
        </>
    }
}

fn settings(model: &Model, kind: Kind, tell: &Tell) -> Html {
    let Some(spec) = model.scenario.spec(kind) else {
        return Html::default();
    };
    let row = |row: usize| {
        html! {
            <Setting key={row} {kind} {row} value={spec.value(row).clone()} place="part" tell={tell.clone()} />
        }
    };
    let shown: Vec<usize> = first(kind).iter().filter_map(|key| kind.row(key)).collect();
    let rest: Vec<usize> = (0..kind.params().len()).filter(|row| !shown.contains(row)).collect();
    html! {
        <>
            <div class="settings">{ for shown.into_iter().map(row) }</div>
            if !rest.is_empty() {
                <details key={kind.key()}>
                    <summary>{ format!("{} more settings", rest.len()) }</summary>
                    <div class="settings">{ for rest.into_iter().map(row) }</div>
                </details>
            }
        </>
    }
}

/// Which of the servers is looked at.
fn servers(model: &Model, (kind, server): (Kind, Option<usize>), tell: &Tell) -> Html {
    let count = model.scenario.servers(kind);
    if count < 2 {
        return Html::default();
    }
    let choices: Vec<(AttrValue, AttrValue)> =
        std::iter::once(("".into(), format!("all {count}").into()))
            .chain((1..=count).map(|n| (n.to_string().into(), n.to_string().into())))
            .collect();
    let on_choose = tell.reform(move |text: String| {
        let server = text.parse::<usize>().ok().map(|n| n - 1);
        Msg::Select(Some((kind, server)))
    });
    let value = server.map_or_else(String::new, |s| (s + 1).to_string());
    html! {
        <div class="setting-head which">
            <label for="which-server">{ "Servers looked at" }</label>
            <super::field::Choice id="which-server" {choices} {value} {on_choose} />
        </div>
    }
}

fn measured(model: &Model, view: &PartView, server: Option<usize>) -> Html {
    let settled = model.settled.as_ref().and_then(|s| s.figures.part(&view.key));
    let now = server.and_then(|s| view.servers.get(s));
    let then = settled.and_then(|part| part.servers.get(server?));
    let rows: Vec<(&str, String, String)> = match now {
        Some(now) => server_rows(now, then),
        None => part_rows(view, settled),
    };
    html! {
        <table class="figures">
            <caption><h3>{ server.map_or_else(|| "Measured".to_owned(), |s| format!("Measured, server {}", s + 1)) }</h3></caption>
            <thead>
                <tr><th scope="col"><span class="unseen">{ "Figure" }</span></th><th scope="col">{ "now" }</th><th scope="col">{ "settled" }</th></tr>
            </thead>
            <tbody class={classes!((!model.fresh).then_some("stale-last"))}>
                { for rows.into_iter().map(|(name, now, settled)| html! {
                    <tr><th scope="row">{ name }</th><td class="strong">{ now }</td><td>{ settled }</td></tr>
                }) }
            </tbody>
        </table>
    }
}

/// A figure's name, and how it is read off.
type Row<T> = (&'static str, fn(&T) -> String);

fn part_rows(now: &PartView, settled: Option<&PartView>) -> Vec<(&'static str, String, String)> {
    let rows: [Row<PartView>; 8] = [
        ("Busy", |p| format::percent(p.utilisation.min(1.0))),
        ("Calls", |p| format::rate(p.rate)),
        ("Failed", |p| format::percent(p.tally.error_share())),
        ("Wait for a slot", |p| time(p.mean_wait_s)),
        ("Time in it, p50", |p| time(p.latency.p50_s)),
        ("Time in it, p99", |p| time(p.latency.p99_s)),
        ("Inside, mean", |p| format::count(p.mean_inside)),
        ("Cost a month", |p| format::usd(p.usd_per_month)),
    ];
    let text =
        |part: Option<&PartView>, text: fn(&PartView) -> String| part.map_or_else(dash, text);
    let mut all: Vec<_> =
        rows.iter().map(|&(name, of)| (name, of(now), text(settled, of))).collect();
    all.insert(4, ("In the backlog", format::count(now.backlog as f64), dash()));
    all
}

fn server_rows(
    now: &ServerView,
    settled: Option<&ServerView>,
) -> Vec<(&'static str, String, String)> {
    let rows: [Row<ServerView>; 5] = [
        ("Busy", |s| format::percent(s.utilisation.min(1.0))),
        ("Calls", |s| format::rate(s.rate)),
        ("Slots in use", |s| s.slots_used.map_or_else(dash, format::percent)),
        ("Backlog, mean", |s| format::count(s.mean_backlog)),
        ("State", |s| state(s).to_owned()),
    ];
    let text =
        |server: Option<&ServerView>, of: fn(&ServerView) -> String| server.map_or_else(dash, of);
    rows.iter().map(|&(name, of)| (name, of(now), text(settled, of))).collect()
}

fn state(server: &ServerView) -> &'static str {
    match server {
        s if !s.alive => "dead",
        s if !s.healthy => "out",
        s if s.leaving => "leaving",
        s if s.slow > 1.0 => "slow",
        _ => "up",
    }
}

fn dash() -> String {
    "–".to_owned()
}

fn time(seconds: Option<f64>) -> String {
    seconds.map_or_else(dash, format::duration)
}

fn breaking(model: &Model, (kind, server): (Kind, Option<usize>), tell: &Tell) -> Html {
    let place = server.map_or_else(String::new, |s| format!(".{}", s + 1));
    let name = summary::name(kind, &model.scenario);
    let named = server.map_or_else(|| name.to_owned(), |s| format!("{name} {}", s + 1));
    let fault = |word: &str, label: String| {
        let fault = format!("{word}.{}{place}", kind.key());
        tell.reform(move |_: MouseEvent| {
            let command = Command::Fail { fault: fault.clone() };
            Msg::Act(label.clone(), vec![command])
        })
    };
    let faults: Vec<&PresentFault> =
        model.scenario.faults.iter().filter(|f| f.kind == kind).collect();
    let heal = |server: Option<usize>, what: String| {
        let part = kind.key().to_owned();
        let command = Command::Heal { part, server };
        tell.reform(move |_: MouseEvent| Msg::Act(what.clone(), vec![command.clone()]))
    };
    let item = |fault: &&PresentFault| {
        let text = summary::fault_text(fault, &model.scenario);
        let onclick = heal(fault.server, format!("Heal: {text}"));
        html! {
            <li><span>{ text.clone() }</span>
                <button type="button" class="plain" {onclick} aria-label={format!("Heal: {text}")}>{ "Heal" }</button></li>
        }
    };
    html! {
        <>
            <h3>{ format!("Break {named}") }</h3>
            <div class="breaks">
                <button type="button" class="danger" onclick={fault("kill", format!("Kill {named}"))}>{ "Kill" }</button>
                <button type="button" class="danger" onclick={fault("slow5", format!("Slow {named}"))}>{ "Slow × 5" }</button>
                <button type="button" class="plain" disabled={faults.is_empty()}
                    onclick={heal(None, format!("Heal {name}"))}>{ "Heal all" }</button>
            </div>
            <ul class="faults">{ for faults.iter().map(item) }</ul>
        </>
    }
}
