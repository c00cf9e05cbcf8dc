//! One setting of a part, made from its row in the table: label, help, field and, for numbers, a
//! slider.

use super::Tell;
use super::field::{Choice, Number, Slider, Text};
use super::format;
use crate::sim::kinds::Kind;
use crate::sim::kinds::param::{Domain, Param, Spec, Value};
use crate::sim::kinds::{queue, web_tier};
use crate::sim::scenario::Scenario;
use crate::web::markup::prelude::*;
use crate::web::model::Msg;
use crate::web::scale::Scale;
use crate::web::summary;

/// What a setting needs.
#[derive(Properties, PartialEq)]
pub struct SettingProps {
    /// The part.
    pub kind: Kind,
    /// Row of its table.
    pub row: usize,
    /// Name of the part in full names: with the number of its site, or for those of all sites.
    pub name: AttrValue,
    /// The value.
    pub value: Value,
    /// The value it has in what the scenario starts from, to go back to.
    #[prop_or_default]
    pub usual: Option<Value>,
    /// What else acts on it, in a sentence.
    #[prop_or_default]
    pub note: Option<AttrValue>,
    /// Sets the fields' identifiers apart from those of the same setting elsewhere.
    pub place: AttrValue,
    /// Where messages go.
    pub tell: Tell,
}

/// A setting at hand of the part of this name, if the scenario has it.
pub fn setting(scenario: &Scenario, name: &str, key: &str, tell: &Tell) -> Html {
    let of = |key: &str| {
        let (part, row, _) = scenario.locate(key).ok()?;
        let part = &scenario.parts[part];
        let value = part.spec.value(row).clone();
        Some((part.kind, row, value, note(part.kind, row, &part.spec)))
    };
    let key = format!("{name}.{key}");
    of(&key).map_or_else(Html::default, |(kind, row, value, note)| {
        html! {
            <Setting {key} {kind} {row} name={name.to_owned()} {value} {note} place="hand" tell={tell.clone()} />
        }
    })
}

/// What is said at the number of a tier that scales by itself.
#[must_use]
pub fn note(kind: Kind, row: usize, spec: &Spec) -> Option<AttrValue> {
    let (range, what) = match (kind, kind.params()[row].key) {
        (Kind::WebTier, "servers") => (web_tier::scaling(spec), ", and goes to when you change it"),
        (Kind::Queue, "workers") => (queue::scaling(spec), ""),
        _ => return None,
    };
    let (least, most) = range?;
    let text = format!(
        "It scales by itself between {least} and {most}: this is only what it starts with{what}, \
         within those bounds."
    );
    Some(text.into())
}

/// A setting.
#[component]
pub fn Setting(props: &SettingProps) -> Html {
    let open = use_state_eq(|| false);
    let param = &props.kind.params()[props.row];
    let name = format!("{}.{}", props.name, param.key);
    let id = format!("{}-{}-{}", props.place, props.name, param.key);
    let label = param.label;
    let set = {
        let (tell, name) = (props.tell.clone(), name);
        Callback::from(move |(text, done): (String, bool)| {
            tell.emit(Msg::Set { key: name.clone(), text, done });
        })
    };
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let help = format!("{id}-help");
    let usual = props.usual.as_ref().filter(|usual| **usual != props.value);
    let back = usual.map(|usual| {
        let text = param.write(usual);
        let shown = summary::value_text(param, usual);
        let onclick = {
            let set = set.clone();
            Callback::from(move |_: MouseEvent| set.emit((text.clone(), true)))
        };
        let name = format!("{label}: back to {shown}");
        html! {
            <button type="button" class="setting-reset" {onclick} aria-label={name.clone()} title={name}>
                { format!("changed · back to {shown}") }
            </button>
        }
    });
    html! {
        <div class={classes!("setting", usual.map(|_| "differs"))}>
            <div class="setting-head">
                <label for={id.clone()}>{ label }</label>
                <button
                    type="button" class="ask" onclick={toggle} aria-expanded={open.to_string()}
                    aria-controls={help.clone()} aria-label={format!("About {label}")}
                >{ "?" }</button>
                { field(param, &props.value, &id, label, &set) }
            </div>
            { slider(param, &props.value, &id, &set) }
            { back }
            if let Some(note) = &props.note { <p class="setting-help">{ note.clone() }</p> }
            <p class="setting-help" id={help} hidden={!*open}>
                { param.help }{ " Range: " }{ param.range_text() }{ "." }
            </p>
        </div>
    }
}

type Set = Callback<(String, bool)>;

fn by_number(set: &Set) -> Callback<(f64, bool)> {
    set.reform(|(value, done): (f64, bool)| (value.to_string(), done))
}

fn field(param: &Param, value: &Value, id: &str, label: &str, set: &Set) -> Html {
    match (param.domain, value) {
        (Domain::Number { min, max, .. } | Domain::Count { min, max, .. }, Value::Number(x)) => {
            let exact = format!("{label}, exact value");
            html! {
                <span class="measure">
                    <Number label={exact} value={*x} {min} {max} on_change={by_number(set)} />
                    { unit(param.unit) }
                </span>
            }
        }
        (Domain::Choice(names), value) => {
            let choices: Vec<(AttrValue, AttrValue)> =
                names.iter().map(|&(name, text)| (name.into(), text.into())).collect();
            let on_choose = set.reform(|text: String| (text, true));
            html! { <Choice id={id.to_owned()} {choices} value={param.write(value)} {on_choose} /> }
        }
        (Domain::Switch, Value::Number(x)) => {
            let is_on = *x != 0.0;
            let onchange =
                set.reform(move |_: Event| ((if is_on { "off" } else { "on" }).to_owned(), true));
            html! {
                <input type="checkbox" role="switch" class="switch" id={id.to_owned()}
                    checked={is_on} {onchange} />
            }
        }
        (Domain::List { .. }, value) => {
            let on_done = set.reform(|text: String| (text.replace(' ', ""), true));
            html! {
                <span class="measure list">
                    <Text id={AttrValue::from(id.to_owned())} value={param.write(value)}
                        hint={AttrValue::from("all alike")} {on_done} />
                    { unit(param.unit) }
                </span>
            }
        }
        _ => Html::default(),
    }
}

fn unit(unit: &'static str) -> Html {
    if unit.is_empty() {
        Html::default()
    } else {
        html! { <span class="unit">{ unit }</span> }
    }
}

fn slider(param: &Param, value: &Value, id: &str, set: &Set) -> Html {
    match (Scale::of(param), value) {
        (Some(scale), Value::Number(x)) => html! {
            <Slider id={id.to_owned()} value={*x} {scale} spoken={spoken(param, *x)}
                on_change={by_number(set)} />
        },
        _ => Html::default(),
    }
}

/// A value in words, for those who hear the slider.
#[must_use]
pub fn spoken(param: &Param, value: f64) -> String {
    let number = if value.abs() < 1_000.0 { format::plain(value) } else { format::spoken(value) };
    match param.unit {
        "req/s" => format::spoken_rate(value),
        "ms" => format!("{number} milliseconds"),
        "s" => format!("{number} seconds"),
        "USD" => format!("{number} US dollars"),
        "USD/h" => format!("{number} US dollars per hour"),
        "" => number,
        unit => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;

    #[test]
    fn a_tier_that_scales_by_itself_says_what_its_number_of_servers_is() {
        let told = |text: &str, kind: Kind| {
            let scenario = link::read(text).scenario;
            let row = kind.row("servers").or(kind.row("workers")).expect("is a setting");
            note(kind, row, scenario.spec(kind).expect("is a part"))
        };
        assert_eq!(told("?stage=3", Kind::WebTier), None);
        let scaled = "?stage=3#web.autoscale=on&web.scale_min=4&web.scale_max=40";
        let web = told(scaled, Kind::WebTier).expect("scales by itself");
        assert!(web.starts_with("It scales by itself between 4 and 40: this is only"), "{web}");
        assert!(web.ends_with("goes to when you change it, within those bounds."), "{web}");
        assert!(told("?stage=8#queue.target=50", Kind::Queue).is_some());
    }
}
