//! The alerts of monitoring: those that are raised, and how each rule stands.

use super::super::format;
use super::watched;
use crate::sim::analysis::names;
use crate::sim::journal::Line;
use crate::sim::kinds::Kind;
use crate::sim::kinds::monitor::{self, ALERTS, GAUGES, METRICS};
use crate::sim::scenario::Scenario;
use crate::sim::snapshot::{ServerView, Snapshot};
use crate::web::markup::prelude::*;
use crate::web::model::Model;

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

/// The live figure that a rule is about, by what the log calls its metric.
fn live(metric: &str, sort: &str, figures: &Snapshot) -> Option<f64> {
    // Those that monitoring watches.
    let is_watched = |kind: Kind| !kind.is_global() && kind != Kind::Network;
    let parts = figures.parts.iter();
    let watched = parts.filter(|part| names::kind(&part.key).is_some_and(is_watched));
    let servers = || watched.clone().flat_map(|part| &part.servers);
    let of_servers = |of: fn(&ServerView) -> f64| servers().map(of).reduce(f64::max);
    match METRICS.iter().find(|(_, shown)| *shown == metric)?.0 {
        "p99_ms" => figures.latency.p99_s.map(|s| s * 1e3),
        "mean_ms" => figures.latency.mean_s.map(|s| s * 1e3),
        "errors" => Some(figures.users.error_share()),
        "rate" => Some(figures.offered_rate()),
        "utilisation" => of_servers(|server| server.utilisation),
        "backlog" => of_servers(|server| f64::from(server.backlog)),
        "dead" => Some(servers().filter(|server| !server.alive && !server.leaving).count() as f64),
        _ => figures.parts.iter().filter_map(|part| names::gauge(part, sort)).reduce(f64::max),
    }
}

/// A figure is above its bound, and monitoring has not seen that for long enough.
const ABOVE: &str = "above now, not raised yet";

/// Each rule, and how its alert stands: quiet, above its bound and not raised yet, raised since a
/// time, or over. What stood there before the rule was changed does not count.
#[must_use]
pub fn alert_states(
    lines: &[Line],
    figures: &Snapshot,
    scenario: &Scenario,
) -> Vec<(String, String)> {
    let Some(spec) = scenario.spec(Kind::Monitor) else {
        return Vec::new();
    };
    let sort = GAUGES[spec.count(monitor::Setting::Sort as usize)].0;
    let state = |of: usize, name: &str, above: f64| {
        let has_run = figures.window_s > 0.0;
        let is_above = has_run && live(name, sort, figures).is_some_and(|now| now > above);
        let is_of = |line: &&Line| raised(line) == Some(of) && rule(line) == (name, above);
        let all = lines.iter().filter(is_of).count();
        let Some(last) = lines.iter().rposition(|line| is_of(&line)) else {
            return if is_above { ABOVE } else { "quiet" }.to_owned();
        };
        let from = format::clock(lines[last].at_s);
        match lines[last..].iter().find(|line| over(line) == Some(of)) {
            Some(over) => {
                let again = if is_above { format!("; {ABOVE}") } else { String::new() };
                format!("✓ over: {from} to {}, {all} in all{again}", format::clock(over.at_s))
            }
            None => format!("▲ raised since {from}"),
        }
    };
    let row = |(place, name, above, seconds)| {
        (format!("{} for {seconds} s", watched(name, above)), state(place, name, above))
    };
    monitor::rules(spec).into_iter().map(row).collect()
}

/// The rules of monitoring with their state; nothing without monitoring.
pub fn alert_table(lines: &[Line], figures: &Snapshot, scenario: &Scenario) -> Html {
    let states = alert_states(lines, figures, scenario);
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

/// The line of active alerts, which is there with monitoring, so that an alert moves nothing.
pub fn alert_line(model: &Model) -> Html {
    if model.scenario.spec(Kind::Monitor).is_none() {
        return Html::default();
    }
    let said = said(&model.log);
    let class = classes!("alerts", (said != QUIET).then_some("bad"));
    html! { <section {class} aria-label="Active alerts" title={said.clone()}>{ said }</section> }
}

const QUIET: &str = "no alert";

/// The alerts that are active; of several there is no room to say since when, as the table does.
fn said(log: &[Line]) -> String {
    let firing = alerts(log);
    let name = |place: &usize| {
        let (metric, above) = rule(&log[*place]);
        watched(metric, above)
    };
    match &firing[..] {
        [] => QUIET.to_owned(),
        [one] => format!("1 alert: {} since {}", name(one), format::clock(log[*one].at_s)),
        many => {
            let names: Vec<String> = many.iter().map(name).collect();
            format!("{} alerts: {}", many.len(), names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::what;
    use super::*;
    use crate::sim::run::log::Severity;
    use crate::sim::session::{Command, Live, Session, Update};

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
        let scenario = crate::sim::scenario::presets::stage(8);
        let said = |line| what(line, &scenario);
        assert_eq!(alerts(&lines), [1]);
        let one = super::said(&lines);
        assert!(
            one.starts_with("1 alert: mean latency") && one.contains(" since 00:00:20"),
            "{one}"
        );
        let both = super::said(&lines[..2]);
        assert!(both.starts_with("2 alerts: dead servers") && !both.contains("since"), "{both}");
        assert_eq!(super::said(&[]), QUIET);
        assert_eq!(said(&lines[0]), "alert A raised: dead servers 1, above 0");
        let nine =
            format!("mean latency {}, above {}", format::duration(9e-3), format::duration(5e-3));
        assert_eq!(said(&lines[1]), format!("alert B raised: {nine}"));
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
            alert_states(lines, &Snapshot::default(), &scenario)
                .into_iter()
                .map(|(_, state)| state)
                .collect()
        };
        let over = "✓ over: 00:00:06.0 to 00:00:07.0, 1 in all";
        assert_eq!(states(&lines), ["▲ raised since 00:00:05.0", over]);
        assert_eq!(states(&lines[1..2]), ["quiet", "▲ raised since 00:00:06.0"]);
        let earlier = [of_rule(1.0, ALERTS[0][0], &[(metric, 0.95), ("above", 0.4)])];
        assert_eq!(states(&earlier), ["quiet", "quiet"], "what another rule raised is no news");
    }

    #[test]
    fn what_is_above_its_bound_and_not_raised_yet_is_not_quiet() {
        let link = "?stage=8#v=1&fault=kill.web.1&monitor.rule_a=dead&monitor.above_a=0\
                    &monitor.rule_b=rate&monitor.above_b=1&monitor.rule_c=p99_ms\
                    &monitor.above_c=1e6&monitor.every_s=5";
        let mut session = Session::new(link);
        let mut states_at = |ms: f64| -> Vec<String> {
            let mut live = Live::default();
            for said in session.handle(Command::Step { ms }) {
                if let Update::Live(said) = said {
                    live = *said;
                }
            }
            let states = alert_states(&live.log, &live.figures, session.scenario());
            states.into_iter().map(|(_, state)| state).collect()
        };
        assert_eq!(states_at(4_000.0), [ABOVE, ABOVE, "quiet"]);
        let raised = states_at(36_000.0);
        assert!(raised[0].starts_with("▲ raised") && raised[1].starts_with("▲ raised"));
        assert_eq!(raised[2], "quiet");
    }
}
