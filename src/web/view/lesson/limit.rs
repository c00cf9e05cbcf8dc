//! What limits the system and why, and the change that would help as a button, with what it did
//! when it was tried.

use super::super::{Tell, format, glossary};
use crate::web::compare::Row;
use crate::web::insight;
use crate::web::model::{Model, Msg};
use crate::web::remedy::{self, Remedy};
use crate::web::summary;
use yew::prelude::*;

/// The panel's paragraph.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let limit = &model.insight.limit;
    // A live window that is still filling says little about what limits.
    let why = if limit.why.is_empty() { "Being measured anew …" } else { limit.why.as_str() };
    html! {
        <>
            <h3>{ "What limits it now" }</h3>
            <p id="limit" tabindex="-1">{ why.to_owned() }</p>
            if let Some(hit) = summary::cold_hits(&model.live.figures) {
                <p id="cold">
                    { glossary::text("The {caches|cache} are still {cold|cold cache}: ") }
                    { format!("{} of look-ups find something, and each of the others asks the \
                               database. It has less to do as they fill.", format::percent(hit)) }
                </p>
            }
            if model.fresh && model.settled.as_ref().is_some_and(|settled| !settled.complete) {
                <p class="muted">{ "This is a first estimate, from a short run. A long one is under way." }</p>
            }
            if let Some(remedy) = &limit.remedy { { offer(model, remedy, tell) } }
        </>
    }
}

fn offer(model: &Model, remedy: &Remedy, tell: &Tell) -> Html {
    let act = tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::Remedy));
    let load = |share: f64| format!("{:.0}\u{202f}%", share * 100.0);
    let loads = remedy.load.map_or_else(String::new, |(now, then)| {
        format!("Would be {} full, now {}. ", load(then), load(now))
    });
    let tried = match remedy::tried(model, remedy) {
        Some(rows) => format!("Tried: {}.", rows.iter().map(said).collect::<Vec<_>>().join("; ")),
        None => "Being tried …".to_owned(),
    };
    html! {
        <div class="remedy" data-next="#limit">
            <button type="button" class="try" id="remedy" onclick={act} aria-describedby="remedy-tried">
                <span class="sign" aria-hidden="true">{ "▸" }</span>{ &remedy.what }
            </button>
            <p class="muted" id="remedy-tried">{ format!("{loads}{tried}") }</p>
        </div>
    }
}

/// A figure without and with the change.
fn said(row: &Row) -> String {
    let [now, then] = row.texts.each_ref().map(|text| text.split(" (").next().unwrap_or(text));
    if now == then {
        format!("{} stays {now}", row.name)
    } else {
        format!("{} {now} → {then}", row.name)
    }
}
