//! What must not die: each part and server, what the structure says of its death, and what its
//! death did when it was tried.

use super::{Tell, format};
use crate::sim::analysis::spof::{Toll, Tolls, Verdict};
use crate::sim::scenario::Scenario;
use crate::web::insight;
use crate::web::model::{Model, Msg};
use crate::web::summary;
use yew::prelude::*;

/// The panel; nothing where nothing was asked for.
pub fn view(model: &Model, tell: &Tell) -> Html {
    if !model.insight.trying {
        return Html::default();
    }
    let hide = tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::HideThreats));
    let tolls = model.insight.tolls.as_deref();
    html! {
        <section class="card wide" id="threats" tabindex="-1" aria-labelledby="threats-title">
            <div class="panel-head">
                <h3 id="threats-title">{ "What must not die" }</h3>
                <button type="button" class="quiet" onclick={hide}>{ if tolls.is_some_and(|t| t.rows.len() == t.of) { "Close" } else { "Stop" } }</button>
            </div>
            <p class="muted">{ tolls.map_or_else(|| "Letting the system fill …".to_owned(), said) }</p>
            if let Some(tolls) = tolls.filter(|tolls| !tolls.rows.is_empty()) { { table(tolls, &model.scenario) } }
        </section>
    }
}

/// How it was tried, and how far that has come.
fn said(tolls: &Tolls) -> String {
    let fatal = tolls.rows.iter().filter(|toll| toll.is_fatal()).count();
    let window = tolls.rows.first().map_or(0.0, |toll| toll.window_s);
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
         on for {window:.1} s.{usual}{so_far}"
    )
}

fn verdict(toll: &Toll) -> (&'static str, &'static str) {
    match toll.threat.verdict {
        Verdict::Fatal => ("bad", "✕ single point of failure"),
        Verdict::Partial => ("warn-text", "▲ some fail"),
        Verdict::Survives => ("good", "✓ survived"),
        Verdict::Unknown => ("muted", "? not known"),
    }
}

fn table(tolls: &Tolls, scenario: &Scenario) -> Html {
    let row = |toll: &Toll| {
        let (class, words) = verdict(toll);
        let name = match toll.threat.server {
            None => summary::part_name(&toll.threat.part, scenario),
            Some(_) if toll.alike > 1 => format!("{}, any of {}", toll.threat.name, toll.alike),
            Some(_) => toll.threat.name.clone(),
        };
        let good = toll.good.map_or_else(|| "–".to_owned(), |good| format::percent(good.share));
        html! {
            <tr>
                <th scope="row">{ name }</th>
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
