//! All settings of the selected part, from its table: what is wanted most first, the rest folded away,
//! and a field that finds one by a word where there are many.

use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::web::markup::prelude::*;
use crate::web::model::Selection;
use crate::web::view::Tell;
use crate::web::view::setting::{Setting, note};
use std::rc::Rc;
use web_sys::HtmlInputElement;

/// Settings of a part that are shown first; the rest waits below.
fn first(kind: Kind) -> &'static [&'static str] {
    match kind.key() {
        "clients" => &[
            "rate",
            "pattern",
            "read_share",
            "static_share",
            "job_share",
            "audience",
            "timeout_s",
            "retries",
        ],
        "network" => &["site", "distance", "last_mile", "zones"],
        "dns" => &["policy", "weights", "ttl_s", "overstay", "check_s", "lookups"],
        "cdn" => &["ratio", "hit", "ttl_s", "edges", "fallback"],
        "lb" => &["algorithm", "weights", "pair", "check_s", "failures", "successes"],
        "web" => &[
            "servers",
            "size",
            "sizes",
            "service_ms",
            "slots",
            "hold",
            "sessions",
            "autoscale",
            "deploy",
        ],
        "cache" => &[
            "place", "nodes", "ratio", "hit", "strategy", "ttl_s", "eviction", "entries",
            "coalesce",
        ],
        "sessions" => &["nodes", "replicated", "capacity", "idle_s"],
        "db" => &[
            "kind",
            "size",
            "replicas",
            "replication",
            "lag_ms",
            "failover",
            "shards",
            "placement",
            "home",
            "read_ms",
            "write_ms",
            "connections",
        ],
        "queue" => &["workers", "concurrency", "job_ms", "capacity", "visibility_s", "autoscale"],
        "monitor" => &["every_s", "heal", "rule_a", "above_a", "for_a_s"],
        "chaos" => &["speed_up", "server_mtbf_h", "server_mttr_s"],
        _ => &[],
    }
}

/// So many settings are shown of a part for which none are named first.
const UNNAMED: usize = 6;

/// From so many settings on there is a field to find one.
const MANY: usize = 12;

/// What the settings need.
#[derive(Properties, PartialEq)]
pub struct SettingsProps {
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// The part.
    pub at: Selection,
    /// Whether what is changed holds for all sites.
    pub all: bool,
    /// Where messages go.
    pub tell: Tell,
}

/// The settings.
#[component]
pub fn Settings(props: &SettingsProps) -> Html {
    let word = use_state_eq(String::new);
    let origin = use_memo(Rc::clone(&props.scenario), |scenario| scenario.origin());
    let (kind, site) = (props.at.kind, props.at.place());
    let specs = (props.scenario.spec_at(kind, site), origin.spec_at(kind, site));
    let (Some(spec), Some(usual)) = specs else {
        return Html::default();
    };
    let name = if props.all { kind.key().to_owned() } else { props.at.name() };
    let row = |row: usize| {
        html! {
            <Setting key={format!("{name}-{row}")} {kind} {row} name={name.clone()} value={spec.value(row).clone()}
                usual={usual.value(row).clone()} note={note(kind, row, spec)} place="part" tell={props.tell.clone()} />
        }
    };
    let all = kind.params().len();
    let found = |row: &usize| {
        let (param, word) = (&kind.params()[*row], word.trim().to_ascii_lowercase());
        [param.key, param.label, param.help]
            .iter()
            .any(|text| text.to_ascii_lowercase().contains(&word))
    };
    let mut shown: Vec<usize> = first(kind).iter().filter_map(|key| kind.row(key)).collect();
    if shown.is_empty() {
        shown = (0..all.min(UNNAMED)).collect();
    }
    let rest: Vec<usize> = (0..all).filter(|row| !shown.contains(row)).collect();
    let differ = rest.iter().filter(|row| spec.value(**row) != usual.value(**row)).count();
    let differ = if differ > 0 { format!(", {differ} changed") } else { String::new() };
    let oninput = {
        let word = word.clone();
        Callback::from(move |event: InputEvent| {
            word.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let said = match (word.trim().is_empty(), (0..all).filter(found).count()) {
        (true, _) => String::new(),
        (false, 0) => "No setting has this word.".to_owned(),
        (false, 1) => "1 setting".to_owned(),
        (false, many) => format!("{many} settings"),
    };
    html! {
        <>
            if all > MANY {
                <input type="search" class="entry search" aria-label="Find a setting" placeholder="Find a setting"
                    value={(*word).clone()} {oninput} />
            }
            if word.trim().is_empty() {
                <div class="settings">{ for shown.into_iter().map(row) }</div>
                if !rest.is_empty() {
                    <details key={kind.key()}>
                        <summary>{ format!("{} more settings{differ}", rest.len()) }</summary>
                        <div class="settings">{ for rest.into_iter().map(row) }</div>
                    </details>
                }
            } else {
                <div class="settings">{ for (0..all).filter(found).map(row) }</div>
            }
            // Said, and not the fields themselves: they would be read out with each letter.
            <p class="muted" role="status">{ said }</p>
        </>
    }
}
