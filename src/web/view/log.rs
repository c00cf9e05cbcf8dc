//! What happened: the central log with search and filter, the alerts that are raised now, and what
//! all of it means for the business.

use super::format;
use crate::sim::business::Business;
use crate::sim::journal::Line;
use crate::sim::kinds::monitor::ALERTS;
use crate::sim::kinds::{Kind, monitor};
use crate::sim::run::log::Severity;
use crate::sim::scenario::Scenario;
use crate::web::markup::prelude::*;
use crate::web::summary;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};

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
    let metric = line.numbers.first().map_or("", |(name, _)| name);
    let number = |(name, value): &(String, f64)| {
        // What an alert's figure is above is told in the same unit.
        let of = if name == "above" { metric } else { name };
        let (words, figure) = measured(of, *value);
        if name == "above" { format!("above {figure}") } else { format!("{words} {figure}") }
    };
    let numbers: Vec<String> = line.numbers.iter().map(number).collect();
    if numbers.is_empty() {
        line.what.clone()
    } else {
        format!("{}: {}", line.what, numbers.join(", "))
    }
}

/// The name and the figure of a metric in words: a unit at the end of the name goes to the figure.
fn measured(name: &str, value: f64) -> (String, String) {
    match name.rsplit_once(", ") {
        Some((name, "ms")) => (name.to_owned(), format::duration(value / 1e3)),
        Some((name, "s")) => (name.to_owned(), format::duration(value)),
        Some((name, "share")) => (name.to_owned(), format::percent(value)),
        _ => (format::words(name), format::gauge(name, value)),
    }
}

/// What a rule watches for: "mean latency above 1 s".
fn watched(metric: &str, above: f64) -> String {
    let (name, figure) = measured(metric, above);
    format!("{name} above {figure}")
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

/// The place of the rule whose alert a line raises.
fn raised(line: &Line) -> Option<usize> {
    ALERTS.iter().position(|says| says[0] == line.what)
}

/// The place of the rule whose alert is over by a line.
fn over(line: &Line) -> Option<usize> {
    ALERTS.iter().position(|says| says[1..].contains(&line.what.as_str()))
}

/// The metric of the rule that raised an alert, and what this is above.
fn rule(line: &Line) -> (&str, f64) {
    match line.numbers.as_slice() {
        [(metric, _), (_, above)] => (metric, *above),
        _ => ("", 0.0),
    }
}

/// The places of the lines whose alerts are raised and not over, oldest first.
#[must_use]
pub fn alerts(lines: &[Line]) -> Vec<usize> {
    let mut firing: Vec<(usize, usize)> = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        if let Some(of) = raised(line) {
            firing.push((of, place));
        } else if let Some(of) = over(line) {
            firing.retain(|(known, _)| *known != of);
        }
    }
    firing.into_iter().map(|(_, place)| place).collect()
}

/// Each rule, and how its alert stands: quiet, raised since a time, or over. What stood there before
/// the rule was changed does not count.
#[must_use]
pub fn alert_states(lines: &[Line], scenario: &Scenario) -> Vec<(String, String)> {
    let rules = scenario.spec(Kind::Monitor).map(monitor::rules).unwrap_or_default();
    let state = |of: usize, name: &str, above: f64| {
        let is_of = |line: &&Line| raised(line) == Some(of) && rule(line) == (name, above);
        let all = lines.iter().filter(is_of).count();
        let Some(last) = lines.iter().rposition(|line| is_of(&line)) else {
            return "quiet".to_owned();
        };
        let from = format::clock(lines[last].at_s);
        match lines[last..].iter().find(|line| over(line) == Some(of)) {
            Some(over) => format!("✓ over: {from} to {}, {all} in all", format::clock(over.at_s)),
            None => format!("▲ raised since {from}"),
        }
    };
    let row = |(place, name, above, seconds)| {
        (format!("{} for {seconds} s", watched(name, above)), state(place, name, above))
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
    let item = |place: &usize| {
        let line = &lines[*place];
        let (metric, above) = rule(line);
        html! { <li>{ watched(metric, above) }<span class="muted">{ format!(" since {}", format::clock(line.at_s)) }</span></li> }
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

    /// A line that monitoring logs of the rule at a place.
    fn of_rule(at_s: f64, what: &str, numbers: &[(&str, f64)]) -> Line {
        Line {
            at_s,
            part: "monitor".to_owned(),
            server: None,
            severity: Severity::Error,
            what: what.to_owned(),
            numbers: numbers.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
        }
    }

    #[test]
    fn an_alert_is_active_until_it_is_over() {
        let lines = [
            of_rule(10.0, ALERTS[0][0], &[("dead servers", 1.0), ("above", 0.0)]),
            of_rule(20.0, ALERTS[1][0], &[("mean latency, ms", 9.0), ("above", 5.0)]),
            of_rule(30.0, ALERTS[0][1], &[("dead servers", 0.0)]),
        ];
        assert_eq!(alerts(&lines), [1]);
        assert_eq!(what(&lines[0]), "alert A raised: dead servers 1, above 0");
        let nine =
            format!("mean latency {}, above {}", format::duration(9e-3), format::duration(5e-3));
        assert_eq!(what(&lines[1]), format!("alert B raised: {nine}"));
        assert_eq!(
            watched("failed share of requests", 0.01),
            format!("failed share of requests above {}", format::percent(0.01))
        );
        let changed = [&lines[..], &[of_rule(40.0, ALERTS[1][2], &[])]].concat();
        assert_eq!(alerts(&changed), [0; 0], "an alert ends with its rule");
    }

    #[test]
    fn two_rules_about_one_metric_are_told_apart() {
        let link = "?parts=clients,web,monitor#monitor.rule_a=utilisation&monitor.above_a=0.5\
                    &monitor.rule_b=utilisation&monitor.above_b=0.9&monitor.rule_c=none";
        let scenario = crate::sim::scenario::link::read(link).scenario;
        let metric = "highest utilisation of a server";
        let lines = [
            of_rule(5.0, ALERTS[0][0], &[(metric, 0.95), ("above", 0.5)]),
            of_rule(6.0, ALERTS[1][0], &[(metric, 0.95), ("above", 0.9)]),
            of_rule(7.0, ALERTS[1][1], &[(metric, 0.7)]),
        ];
        assert_eq!(alerts(&lines), [0], "only the higher one is over");
        let states = |lines: &[Line]| -> Vec<String> {
            alert_states(lines, &scenario).into_iter().map(|(_, state)| state).collect()
        };
        let over = "✓ over: 00:00:06.0 to 00:00:07.0, 1 in all";
        assert_eq!(states(&lines), ["▲ raised since 00:00:05.0", over]);
        assert_eq!(states(&lines[1..2]), ["quiet", "▲ raised since 00:00:06.0"]);
        let earlier = [of_rule(1.0, ALERTS[0][0], &[(metric, 0.95), ("above", 0.4)])];
        assert_eq!(states(&earlier), ["quiet", "quiet"], "what another rule raised is no news");
    }
}
