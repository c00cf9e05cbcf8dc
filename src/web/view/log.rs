//! What happened: the central log with search and filter, the alerts that are raised now, and what
//! all of it means for the business.

use super::format;
use crate::sim::business::Business;
use crate::sim::journal::Line;
use crate::sim::kinds::{Kind, monitor};
use crate::sim::run::log::Severity;
use crate::sim::scenario::Scenario;
use crate::web::summary;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Most lines shown at once.
const MOST: usize = 200;

/// What the panel shows.
#[derive(Properties, PartialEq)]
pub struct LogProps {
    /// The lines, oldest first.
    pub lines: Rc<Vec<Line>>,
    /// The system, for the names of parts.
    pub scenario: Rc<Scenario>,
}

/// Names of the severities, in their order.
const SEVERITIES: [(Severity, &str, &str); 3] = [
    (Severity::Info, "info", "·"),
    (Severity::Warning, "warning", "▲"),
    (Severity::Error, "error", "✕"),
];

fn severity(of: Severity) -> (&'static str, &'static str) {
    let known = SEVERITIES.iter().find(|(known, ..)| *known == of);
    known.map_or(("", ""), |(_, name, sign)| (name, sign))
}

/// A line's part, with the server where it is about one.
fn part(line: &Line, scenario: &Scenario) -> String {
    let name = summary::part_name(&line.part, scenario);
    line.server.map_or_else(|| name.clone(), |server| format!("{name} {server}"))
}

/// What happened, with its numbers.
#[must_use]
pub fn what(line: &Line) -> String {
    let numbers: Vec<String> = line
        .numbers
        .iter()
        .map(|(name, value)| format!("{} {}", format::words(name), format::gauge(name, *value)))
        .collect();
    if numbers.is_empty() {
        line.what.clone()
    } else {
        format!("{}: {}", line.what, numbers.join(", "))
    }
}

/// The lines from a severity on, about a part (or all of them) and with the wanted words in small
/// letters, newest first; each with its part and what happened.
fn found<'a>(
    lines: &'a [Line],
    scenario: &Scenario,
    from: Severity,
    about: &str,
    wanted: &str,
) -> Vec<(&'a Line, String, String)> {
    lines
        .iter()
        .rev()
        .filter(|line| line.severity >= from && (about.is_empty() || line.part == about))
        .map(|line| (line, part(line, scenario), what(line)))
        .filter(|(_, part, what)| {
            wanted.is_empty() || format!("{part} {what}").to_ascii_lowercase().contains(wanted)
        })
        .collect()
}

/// The central log.
#[component]
pub fn Log(props: &LogProps) -> Html {
    let least = use_state_eq(|| 0_usize);
    let wanted = use_state_eq(String::new);
    let choose = {
        let least = least.clone();
        Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            least.set(value.parse().unwrap_or(0));
        })
    };
    let search = {
        let wanted = wanted.clone();
        Callback::from(move |event: InputEvent| {
            wanted.set(
                event.target_unchecked_into::<HtmlInputElement>().value().to_ascii_lowercase(),
            );
        })
    };
    let about = use_state_eq(String::new);
    let choose_part = {
        let about = about.clone();
        Callback::from(move |event: Event| {
            about.set(event.target_unchecked_into::<HtmlSelectElement>().value());
        })
    };
    let scenario = &props.scenario;
    let mut parts: Vec<&str> = props.lines.iter().map(|line| line.part.as_str()).collect();
    parts.sort_unstable();
    parts.dedup();
    let from = SEVERITIES[(*least).min(SEVERITIES.len() - 1)].0;
    let found = found(&props.lines, scenario, from, &about, &wanted);
    let all = found.len();
    let count = match (all, props.lines.len()) {
        (_, 0) => "nothing is logged yet".to_owned(),
        (all, lines) if all == lines => format!("{all} lines, newest first"),
        (all, lines) => format!("{all} of {lines} lines, newest first"),
    };
    let row = |(line, part, what): (&Line, String, String)| {
        let (name, sign) = severity(line.severity);
        html! {
            <tr class={name}>
                <td>{ format::clock(line.at_s) }</td>
                <td><span aria-hidden="true">{ sign }</span>{ " " }{ name }</td>
                <td>{ part }</td>
                <td class="what">{ what }</td>
            </tr>
        }
    };
    html! {
        <div class="card wide log">
            <div class="log-head">
                <h3>{ "Log" }</h3>
                <span class="muted" id="log-count">{ count }</span>
                <label for="log-part">{ "Part" }</label>
                <select class="entry" id="log-part" onchange={choose_part}>
                    <option value="" selected={about.is_empty()}>{ "all" }</option>
                    { for parts.into_iter().map(|key| html! {
                        <option value={key.to_owned()} selected={*about == key}>{ summary::part_name(key, scenario) }</option>
                    }) }
                </select>
                <label for="log-severity">{ "From" }</label>
                <select class="entry" id="log-severity" onchange={choose}>
                    { for SEVERITIES.iter().enumerate().map(|(i, (_, name, _))| html! {
                        <option value={i.to_string()} selected={*least == i}>{ *name }</option>
                    }) }
                </select>
                <label for="log-search">{ "Containing" }</label>
                <input type="search" class="entry" id="log-search" oninput={search} autocomplete="off" />
            </div>
            if !props.lines.is_empty() {
                <div class="log-lines" role="region" tabindex="0" aria-label="Log, newest first">
                    <table class="figures">
                        <thead><tr>
                            <th scope="col">{ "Time" }</th><th scope="col">{ "Severity" }</th>
                            <th scope="col">{ "Part" }</th><th scope="col">{ "What happened" }</th>
                        </tr></thead>
                        <tbody>{ for found.into_iter().take(MOST).map(row) }</tbody>
                    </table>
                </div>
            }
        </div>
    }
}

/// What the log says where an alert begins.
pub const RAISED: &str = "alert raised";

/// The alerts that are raised and not over, each with the time at which it was raised.
#[must_use]
pub fn alerts(lines: &[Line]) -> Vec<(f64, String)> {
    let mut firing: Vec<(f64, String)> = Vec::new();
    for line in lines {
        let Some((rule, _)) = line.numbers.first() else {
            continue;
        };
        match line.what.as_str() {
            RAISED => firing.push((line.at_s, rule.clone())),
            "alert over" => firing.retain(|(_, known)| known != rule),
            _ => {}
        }
    }
    firing
}

/// An alert's rule and how it stands: quiet, raised since a time, or over.
#[must_use]
pub fn alert_states(lines: &[Line], scenario: &Scenario) -> Vec<(String, String)> {
    let rules = scenario.spec(Kind::Monitor).map(monitor::rules).unwrap_or_default();
    let state = |rule: &str| {
        let about = |line: &&Line| line.numbers.first().is_some_and(|(name, _)| name == rule);
        let raised = lines.iter().filter(|line| line.what == RAISED && about(line));
        let raised: Vec<&Line> = raised.collect();
        let over = lines.iter().rfind(|line| line.what == "alert over" && about(line));
        match (raised.last(), over) {
            (None, _) => "quiet".to_owned(),
            (Some(up), Some(over)) if over.at_s >= up.at_s => {
                let (from, to) = (format::clock(up.at_s), format::clock(over.at_s));
                format!("✓ over: {from} to {to}, {} in all", raised.len())
            }
            (Some(up), _) => format!("▲ raised since {}", format::clock(up.at_s)),
        }
    };
    let row = |(name, above, seconds): (&'static str, f64, f64)| {
        let rule = format!("{name} above {above} for {seconds} s");
        (rule, state(name))
    };
    rules.into_iter().map(row).collect()
}

/// The rules of monitoring with their state; nothing without monitoring.
pub fn alert_table(lines: &[Line], scenario: &Scenario) -> Html {
    let states = alert_states(lines, scenario);
    if states.is_empty() {
        return Html::default();
    }
    let row = |(rule, state): &(String, String)| {
        let class = state.starts_with('▲').then_some("bad");
        html! { <tr><th scope="row">{ rule }</th><td class={classes!(class)}>{ state }</td></tr> }
    };
    html! {
        <div class="card wide alert-rules">
            <table class="figures">
                <caption><h3>{ "Alerts" }</h3><span class="muted">{ "Rules are settings of monitoring." }</span></caption>
                <tbody>{ for states.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

/// The line of active alerts; nothing where none is raised.
pub fn alert_line(lines: &[Line]) -> Html {
    let firing = alerts(lines);
    if firing.is_empty() {
        return Html::default();
    }
    let item = |(at, rule): &(f64, String)| {
        let rule = rule.split(", ").next().unwrap_or(rule).to_owned();
        html! { <li>{ rule }<span class="muted">{ format!(" since {}", format::clock(*at)) }</span></li> }
    };
    html! {
        <section class="alerts" aria-label="Active alerts">
            <strong>{ if firing.len() == 1 { "1 alert" } else { "Alerts" } }</strong>
            <ul>{ for firing.iter().map(item) }</ul>
        </section>
    }
}

/// What the figures mean for the business, where monitoring tells.
pub fn business(figures: Option<Business>) -> Html {
    let Some(business) = figures else {
        return Html::default();
    };
    let rows = [
        ("Daily users", format::count(business.daily_users)),
        ("Satisfaction", format::percent(business.satisfaction)),
        ("Users kept", format::count(business.retained_users)),
        ("Revenue a day", format::usd(business.revenue_per_day)),
        ("Lost a day", format::usd(business.lost_per_day)),
    ];
    html! {
        <div class="card wide business">
            <table class="figures">
                <caption><h3>{ "Business" }</h3><span class="muted">{ "A rule of thumb: satisfaction falls with waiting, and is nothing for an error. Its settings are those of monitoring." }</span></caption>
                <tbody>{ for rows.into_iter().map(|(name, value)| html! {
                    <tr><th scope="row">{ name }</th><td class="strong">{ value }</td></tr>
                }) }</tbody>
            </table>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_narrowed_by_part_severity_and_words() {
        let line = |part: &str, server, severity, what: &str| Line {
            at_s: 1.0,
            part: part.to_owned(),
            server,
            severity,
            what: what.to_owned(),
            numbers: Vec::new(),
        };
        let lines = [
            line("web", Some(2), Severity::Error, "out of memory"),
            line("web", None, Severity::Info, "scaling out"),
            line("lb", None, Severity::Warning, "balancer took over"),
        ];
        let scenario = crate::sim::scenario::presets::stage(3);
        let whats = |from, about: &str, wanted: &str| -> Vec<String> {
            found(&lines, &scenario, from, about, wanted).into_iter().map(|l| l.2).collect()
        };
        let info = Severity::Info;
        assert_eq!(whats(info, "", "").len(), 3);
        assert_eq!(whats(info, "web", ""), ["scaling out", "out of memory"], "newest first");
        assert_eq!(whats(info, "lb", ""), ["balancer took over"]);
        assert_eq!(whats(Severity::Warning, "web", ""), ["out of memory"]);
        assert_eq!(whats(info, "", "web tier 2"), ["out of memory"], "the name counts as well");
        assert!(whats(info, "lb", "memory").is_empty(), "both must hold");
    }

    #[test]
    fn an_alert_is_active_until_it_is_over() {
        let line = |at_s: f64, what: &str, rule: &str| Line {
            at_s,
            part: "monitor".to_owned(),
            server: None,
            severity: Severity::Error,
            what: what.to_owned(),
            numbers: vec![(rule.to_owned(), 1.0)],
        };
        let lines = [
            line(10.0, "alert raised", "dead servers"),
            line(20.0, "alert raised", "mean latency, ms"),
            line(30.0, "alert over", "dead servers"),
        ];
        assert_eq!(alerts(&lines), [(20.0, "mean latency, ms".to_owned())]);
        assert_eq!(what(&lines[0]), "alert raised: dead servers 1");
        let scenario = crate::sim::scenario::presets::stage(8);
        let states = alert_states(&lines, &scenario);
        assert!(states.iter().any(|(_, state)| state == "quiet"), "{states:?}");
        let rule = monitor::rules(scenario.spec(Kind::Monitor).expect("stage 8 is monitored"))[0].0;
        let up = [line(5.0, "alert raised", rule)];
        let states = alert_states(&up, &scenario);
        assert_eq!(states[0].1, "▲ raised since 00:00:05.0");
    }
}
