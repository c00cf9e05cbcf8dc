//! What fails at this moment, what limits the system and why, and the change that would help as a
//! button, with what it did when it was tried.

use super::super::{Tell, format, glossary};
use crate::sim::snapshot::Snapshot;
use crate::sim::units::capital;
use crate::web::compare::Row;
use crate::web::failing;
use crate::web::insight;
use crate::web::markup::prelude::*;
use crate::web::model::{Model, Msg};
use crate::web::remedy::{self, Remedy};
use crate::web::summary;

/// The panel's paragraph.
pub fn view(model: &Model, tell: &Tell) -> Html {
    let limit = &model.insight.limit;
    // A live window that is still filling says little about what limits.
    let why = if limit.why.is_empty() { "Being measured anew …" } else { limit.why.as_str() };
    let settled = model.settled.as_deref().filter(|_| model.fresh);
    let changed_s = model.history.edits.last().map_or(0.0, |(at_s, _)| *at_s);
    let lingers = settled.and_then(|settled| {
        failing::lingering(&model.scenario, model.figures(), settled, changed_s)
    });
    let failing = failing::now(&model.scenario, model.figures(), settled);
    let cold = model.has_run().then(|| summary::cold_hits(model.figures())).flatten();
    let is_now = !failing.is_empty() || lingers.is_some() || cold.is_some();
    html! {
        <>
            <h3>{ "What limits it now" }</h3>
            <div id="limit" tabindex="-1">
                if is_now {
                    <div id="failing">
                        <p><strong>{ "At this moment" }</strong></p>
                        { for failing.into_iter().map(|text| html! { <p>{ text }</p> }) }
                        if let Some(lingers) = &lingers {
                            <p id="lingering">
                                { lingers }
                                { glossary::text(" Where that does not pass by itself it is a \
                                                  {metastable failure}; Restart begins without it.") }
                            </p>
                        }
                        if let Some(hit) = cold {
                            <p id="cold">
                                { glossary::text("The {caches|cache} are still {cold|cold cache}: ") }
                                { format!("{} of look-ups find something, and each of the others asks \
                                           the database. It has less to do as they fill.", format::percent(hit)) }
                            </p>
                        }
                    </div>
                    <p><strong>{ capital(settled.map_or("in the settled run", failing::of_run)) }</strong></p>
                }
                { reasons(why) }
            </div>
            if let Some(settled) = settled.filter(|settled| !settled.complete) {
                <p class="muted">
                    { "This is a first estimate, from a short run. A long one is under way." }
                    { estimate(&settled.figures) }
                    if settled.is_growing() { { " Until then waits and errors go on growing." } }
                </p>
            } else if let Some(settled) = settled {
                { for settled.reservations().into_iter().map(|known| html! { <p class="muted reservation">{ known }</p> }) }
            }
            if let Some(remedy) = &limit.remedy { { offer(model, remedy, tell) } }
        </>
    }
}

/// What to know of a short run's figures.
fn estimate(figures: &Snapshot) -> &'static str {
    let mut servers = figures.parts.iter().flat_map(|part| &part.servers);
    if summary::cold_hits(figures).is_some() {
        " Its caches were cold: once they are warm, what stands behind them has less to do."
    } else if servers.any(|server| server.alive && server.utilisation >= SATURATED) {
        " What is as full as this fills up over minutes, which it does not know of."
    } else {
        ""
    }
}

/// From this use on a queue takes longer to come to rest than a short run lasts.
const SATURATED: f64 = 0.95;

/// So many sentences are read at once; the others are folded.
const READ: usize = 3;

/// One paragraph for each sentence, the first ones in sight.
fn reasons(why: &str) -> Html {
    let all = sentences(why);
    let paragraph = |text: &&str| html! { <p>{ (*text).to_owned() }</p> };
    let (first, more) = all.split_at(all.len().min(READ));
    html! {
        <>
            { for first.iter().map(paragraph) }
            if !more.is_empty() {
                <details>
                    <summary>{ format!("{} more", more.len()) }</summary>
                    { for more.iter().map(paragraph) }
                </details>
            }
        </>
    }
}

/// A text by its sentences: a point ends one where a capital follows, so that none ends within a
/// number.
fn sentences(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    let ends = |rest: &str| {
        rest.match_indices(". ")
            .map(|(at, _)| at + 1)
            .find(|&at| rest[at + 1..].starts_with(|c: char| c.is_uppercase()))
    };
    while let Some(at) = ends(rest) {
        parts.push(&rest[..at]);
        rest = rest[at..].trim_start();
    }
    parts.push(rest);
    parts
}

fn offer(model: &Model, remedy: &Remedy, tell: &Tell) -> Html {
    let act = tell.reform(|_: MouseEvent| Msg::Insight(insight::Msg::Remedy));
    let load = |share: f64| format!("{:.0}\u{202f}%", share * 100.0);
    let loads = remedy.load.map_or_else(String::new, |(now, then)| {
        format!("What users ask for would fill {} of it, now {}. ", load(then), load(now))
    });
    let rows = remedy::tried(model, remedy);
    let tried = rows.as_ref().map_or_else(
        || "Being tried …".to_owned(),
        |rows| format!("Tried: {}.", rows.iter().map(said).collect::<Vec<_>>().join("; ")),
    );
    if remedy.load.is_none() && rows.is_some_and(|rows| remedy::is_vain(&rows)) {
        return html! { <p class="muted" id="remedy-tried">{ format!("Of no help: {}. {tried}", remedy.what) }</p> };
    }
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

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn a_sentence_ends_at_a_point_before_a_capital() {
        let text = "Web tier has 64.6 per second. It is full at 101. With 40 it holds.";
        let parts = ["Web tier has 64.6 per second.", "It is full at 101.", "With 40 it holds."];
        assert_eq!(sentences(text), parts);
        assert_eq!(sentences("Measured anew …"), ["Measured anew …"]);
    }
}
