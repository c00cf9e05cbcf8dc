//! What must not die: each part and server, what the structure says of its death, and what its
//! death did when it was tried.

use super::{Tell, format};
use crate::sim::analysis::spof::{Threat, Toll, Tolls, Verdict};
use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::web::insight;
use crate::web::marks;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::summary;

/// The panel; nothing where nothing was asked for.
pub fn view(model: &Model, tell: &Tell) -> Html {
    if !model.insight.trying {
        return Html::default();
    }
    let hide = tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::HideThreats));
    let tolls = model.insight.tolls.as_deref();
    let is_marked = model.insight.marks.is_some();
    let mark = tell.reform(move |_: Event| Msg::Insight(insight::Msg::Marks(!is_marked)));
    html! {
        <section class="card wide" id="threats" tabindex="-1" aria-labelledby="threats-title">
            <div class="panel-head" data-next=".asks button:not(.story)">
                <h3 id="threats-title">{ "What must not die" }</h3>
                <button type="button" class="quiet" onclick={hide}>{ if tolls.is_some_and(|t| t.rows.len() == t.of) { "Close" } else { "Stop" } }</button>
            </div>
            <label class="line">
                <input type="checkbox" role="switch" class="switch" id="marks" checked={is_marked} onchange={mark} />
                { "Mark single points of failure in the diagram" }
            </label>
            <p class="muted">{ tolls.map_or_else(|| "Letting the system fill …".to_owned(), |tolls| said(tolls, &model.scenario)) }</p>
            if let Some(tolls) = tolls.filter(|tolls| !tolls.rows.is_empty()) { { table(tolls, &model.scenario) } }
        </section>
    }
}

/// How it was tried, and how far that has come.
fn said(tolls: &Tolls, scenario: &Scenario) -> String {
    let fatal = singles(tolls, scenario);
    // Trials end after so many events, too: those with much traffic are shorter.
    let windows = || tolls.rows.iter().map(|toll| toll.window_s);
    let (least, most) = (windows().fold(f64::MAX, f64::min), windows().fold(0.0, f64::max));
    let window = match format!("{:.1}", least.min(most)) {
        text if text == format!("{most:.1}") => text,
        text => format!("{text} to {most:.1}"),
    };
    let usual = tolls.before.map_or_else(String::new, |good| {
        format!(" With nothing more dead, {} are answered well.", format::percent(good.share))
    });
    let so_far = if tolls.rows.len() < tolls.of {
        format!(" {} of {} tried so far.", tolls.rows.len(), tolls.of)
    } else {
        String::new()
    };
    format!(
        "Single points of failure: {fatal}. Each was killed in a copy of this run, which then went \
         on for {window} s.{usual}{so_far}"
    )
}

/// How many single points of failure are among those tried.
pub fn singles(tolls: &Tolls, scenario: &Scenario) -> usize {
    tolls.rows.iter().filter(|toll| marks::is_single(&toll.threat, scenario)).count()
}

fn verdict(threat: &Threat, scenario: &Scenario) -> (&'static str, &'static str) {
    match threat.verdict {
        Verdict::Fatal if marks::is_single(threat, scenario) => {
            ("bad", "◆ single point of failure")
        }
        Verdict::Fatal => ("muted", "needed, but has several servers"),
        Verdict::Partial => ("warn-text", "▲ some fail"),
        Verdict::Survives => ("good", "✓ can be spared"),
        Verdict::Unknown => ("muted", "? not known"),
    }
}

/// What dies, for people: a part as a whole, a site by its place.
fn name(toll: &Toll, scenario: &Scenario) -> String {
    let threat = &toll.threat;
    let place = match scenario.find(&threat.part) {
        Ok((Kind::Network, site)) => {
            format!("Site {}", summary::site_name(scenario, site.unwrap_or(0)))
        }
        Ok((kind, site)) if scenario.servers_at(kind, site) > 1 => {
            format!("{}, all of it", summary::part_name(&threat.part, scenario))
        }
        _ => summary::part_name(&threat.part, scenario),
    };
    let name = summary::as_drawn(&threat.name, scenario);
    match threat.server {
        None => place,
        Some(_) if toll.alike > 1 => format!("{name}, any of {} alike", toll.alike),
        Some(_) => name,
    }
}

fn table(tolls: &Tolls, scenario: &Scenario) -> Html {
    let row = |toll: &Toll| {
        let (class, words) = verdict(&toll.threat, scenario);
        let good = toll.good.map_or_else(|| "–".to_owned(), |good| format::percent(good.share));
        html! {
            <tr>
                <th scope="row">{ name(toll, scenario) }</th>
                <td class={class}>{ words }</td>
                <td class="strong number">{ good }</td>
                <td class="why">{ &toll.threat.why }</td>
            </tr>
        }
    };
    html! {
        <table class="figures threats-table">
            <thead><tr>
                <th scope="col">{ "If this dies" }</th><th scope="col">{ "By structure" }</th>
                <th scope="col">{ "Answered when tried" }</th><th scope="col">{ "Why" }</th>
            </tr></thead>
            <tbody>{ for tolls.rows.iter().map(row) }</tbody>
        </table>
    }
}
