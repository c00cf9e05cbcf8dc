//! What happened: the central log with search and filter, the alerts that are raised now, and what
//! all of it means for the business.

mod rules;

pub use rules::{alert_line, alert_table, alerts};

use super::field::Choice;
use super::format;
use crate::sim::business::Business;
use crate::sim::journal::Line;
use crate::sim::run::log::Severity;
use crate::sim::scenario::Scenario;
use crate::sim::sorting;
use crate::web::markup::prelude::*;
use crate::web::summary;
use std::rc::Rc;
use web_sys::HtmlInputElement;

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
    match (line.server, scenario.find(&line.part)) {
        (Some(server), Ok(at)) => summary::numbered(&name, scenario, at, server as usize - 1),
        _ => name,
    }
}

/// What the engine says in short, and what that means.
const WORDS: [(&str, &str); 4] = [
    ("site no longer named", "users are no longer sent to a site"),
    ("site named again", "users are sent to a site again"),
    ("rpo_s", "RPO"),
    ("cut", "calls cut off"),
];

fn in_words(text: &str) -> Option<String> {
    let known = WORDS.iter().find(|(known, _)| *known == text)?;
    Some(known.1.to_owned())
}

/// What happened, with its numbers.
#[must_use]
pub fn what(line: &Line, scenario: &Scenario) -> String {
    let metric = line.numbers.first().map_or("", |(name, _)| name);
    let number = |(name, value): &(String, f64)| {
        // What an alert's figure is above is told in the same unit.
        let of = if name == "above" { metric } else { name };
        if name == "site" {
            return summary::site_name(scenario, *value as u8 - 1).to_owned();
        }
        let (words, figure) = measured(of, *value);
        let words = in_words(name).unwrap_or(if name == "above" { name.clone() } else { words });
        format!("{words} {figure}").trim_start().to_owned()
    };
    let numbers: Vec<String> = line.numbers.iter().map(number).collect();
    let said = in_words(&line.what).unwrap_or_else(|| line.what.clone());
    if numbers.is_empty() { said } else { format!("{said}: {}", numbers.join(", ")) }
}

/// The name and the figure of a metric in words: a unit at the end of the name goes to the figure.
fn measured(name: &str, value: f64) -> (String, String) {
    match name.rsplit_once(", ") {
        Some((name, "ms")) => (name.to_owned(), format::duration(value / 1e3)),
        Some((name, "s")) => (name.to_owned(), format::duration(value)),
        Some((name, "share")) => (name.to_owned(), format::percent(value)),
        _ => match name.strip_prefix("seconds") {
            Some(more) => (format::words(more).trim().to_owned(), format::duration(value)),
            None => (format::words(name), format::gauge(name, value)),
        },
    }
}

/// What a rule watches for: "mean latency above 1 s".
fn watched(metric: &str, above: f64) -> String {
    let (name, figure) = measured(metric, above);
    format!("{name} above {figure}")
}

/// Whether what is said of a part is about another: of all sites it is about each of them.
fn is_about(part: &str, other: &str) -> bool {
    let [all, of] = [part, other].map(|key| key.trim_end_matches(|c: char| c.is_ascii_digit()));
    all == of && (part == other || part == all || other == all)
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
        .filter(|line| line.severity >= from && (about.is_empty() || is_about(&line.part, about)))
        .map(|line| (line, part(line, scenario), what(line, scenario)))
        .filter(|(_, part, what)| {
            wanted.is_empty() || format!("{part} {what}").to_ascii_lowercase().contains(wanted)
        })
        .collect()
}

/// The central log.
#[component]
pub fn Log(props: &LogProps) -> Html {
    let (least, about, wanted) =
        (use_state_eq(String::new), use_state_eq(String::new), use_state_eq(String::new));
    let into = |state: &UseStateHandle<String>| {
        let state = state.clone();
        Callback::from(move |text: String| state.set(text))
    };
    let search = into(&wanted).reform(|event: InputEvent| {
        event.target_unchecked_into::<HtmlInputElement>().value().to_ascii_lowercase()
    });
    let scenario = &props.scenario;
    let mut parts: Vec<&str> = props.lines.iter().map(|line| line.part.as_str()).collect();
    sorting::by(&mut parts, Ord::cmp);
    parts.dedup();
    let mut choices: Vec<(AttrValue, AttrValue)> = vec![("".into(), "all".into())];
    choices.extend(
        parts.iter().map(|&key| (key.to_owned().into(), summary::part_name(key, scenario).into())),
    );
    let severities = SEVERITIES.map(|(_, name, _)| (name.into(), name.into())).to_vec();
    let known = SEVERITIES.iter().find(|(_, name, _)| *name == *least);
    let (from, from_name, _) = known.copied().unwrap_or(SEVERITIES[0]);
    let found = found(&props.lines, scenario, from, &about, &wanted);
    let all = found.len();
    let count = match (all, props.lines.len()) {
        (_, 0) => "nothing is logged yet".to_owned(),
        (_, 1) if all == 1 => "1 line".to_owned(),
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
                <Choice id="log-part" {choices} value={(*about).clone()} on_choose={into(&about)} />
                <label for="log-severity">{ "From" }</label>
                <Choice id="log-severity" choices={severities} value={from_name} on_choose={into(&least)} />
                <label for="log-search">{ "Containing" }</label>
                <input type="search" class="entry" id="log-search" oninput={search} autocomplete="off" />
            </div>
            if all == 0 && !props.lines.is_empty() {
                <p class="muted">{ "No line of the log fits all that is chosen above." }</p>
            } else if all > 0 {
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
        assert_eq!(whats(info, "", "web server 2"), ["out of memory"], "the name counts as well");
        assert!(whats(info, "lb", "memory").is_empty(), "both must hold");
        let of = |about| ["db", "db1", "db2", "web"].map(|part| is_about(part, about));
        assert_eq!(of("db"), [true, true, true, false]);
        assert_eq!(of("db2"), [true, false, true, false], "what all sites have, it has");
    }

    #[test]
    fn what_the_engine_says_in_short_is_told_in_words() {
        let scenario = crate::sim::scenario::presets::stage(7);
        let said = |what_is: &str, numbers: &[(&str, f64)]| {
            let line = Line {
                at_s: 1.0,
                part: "dns".to_owned(),
                server: None,
                severity: Severity::Info,
                what: what_is.to_owned(),
                numbers: numbers.iter().map(|(name, x)| ((*name).to_owned(), *x)).collect(),
            };
            what(&line, &scenario)
        };
        let gone = said("site no longer named", &[("site", 2.0)]);
        assert_eq!(gone, "users are no longer sent to a site: Europe");
        let back = said("primary is back", &[("seconds_without_writes", 30.0)]);
        assert_eq!(back, format!("primary is back: without writes {}", format::duration(30.0)));
        let failed = said("failed", &[("seconds", 30.0)]);
        assert_eq!(failed, format!("failed: {}", format::duration(30.0)));
        assert_eq!(said("server left", &[("cut", 2.0)]), "server left: calls cut off 2");
        assert_eq!(said("found dead", &[]), "found dead");
    }
}
