//! What must not die: each part and server, what the structure says of its death, and what its
//! death did when it was tried.

use super::{Tell, format};
use crate::sim::analysis::plan::Goal;
use crate::sim::analysis::spof::{LATE_S, Toll, Tolls, Verdict};
use crate::sim::kinds::Kind;
use crate::sim::scenario::Scenario;
use crate::sim::scenario::presets::GOALS;
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
            <div class="panel-head" data-next=".asks button">
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

/// Whether clearly more failed when it was tried than without the death, by more than the goal of
/// every stage leaves.
fn hurts(toll: &Toll, tolls: &Tolls) -> bool {
    let goals = GOALS.iter().filter_map(|text| Goal::read(text).ok());
    let spare = goals.filter(|goal| goal.wanted.metric.key == "errors").map(|goal| goal.bound);
    let usual = tolls.before.map_or(1.0, |before| before.share);
    let least = usual - spare.fold(0.0, f64::max);
    toll.good.is_some_and(|good| good.high < least)
}

/// What the structure says, as far as the trial bears it out.
fn verdict(toll: &Toll, tolls: &Tolls, scenario: &Scenario) -> (&'static str, String) {
    let threat = &toll.threat;
    let (class, words) = match (threat.verdict, hurts(toll, tolls)) {
        (Verdict::Fatal, _) if marks::is_single(threat, scenario) => {
            ("bad", "◆ single point of failure")
        }
        (Verdict::Fatal, _) => ("muted", "needed, but has several servers"),
        (Verdict::Partial, true) => ("warn-text", "▲ some fail"),
        (Verdict::Partial | Verdict::Survives, _) if tolls.overloads(toll) => {
            ("warn-text", "▲ too much for the rest")
        }
        (Verdict::Partial, false) => ("warn-text", "▲ some can fail"),
        (Verdict::Survives, false) => ("good", "✓ can be spared"),
        (Verdict::Survives, true) if threat.settles_s > 0.0 => {
            let after = format::plain(libm::ceil(threat.settles_s));
            return ("warn-text", format!("▲ some fail, others take over within {after} s"));
        }
        (Verdict::Survives, true) => ("warn-text", "▲ can be done without, but some fail"),
        (Verdict::Unknown, _) => ("muted", "? not known"),
    };
    (class, words.to_owned())
}

/// Why, and how the rest did where it was too much for it.
fn why(toll: &Toll, tolls: &Tolls) -> String {
    // Where all is lost nothing is left to be too much for.
    let tells = toll.threat.verdict != Verdict::Fatal && tolls.overloads(toll);
    let (why, Some(load)) = (&toll.threat.why, toll.load.filter(|_| tells)) else {
        return toll.threat.why.clone();
    };
    let after = format::plain(libm::round(toll.window_s));
    let late = format!(
        "{} of the answers took more than {LATE_S} s",
        format::percent(1.0 - load.prompt.share)
    );
    let refused = format!(
        "{} of the requests were turned away or given up",
        format::percent(1.0 - load.taken.share)
    );
    let seen = if load.prompt.share < load.taken.share { late } else { refused };
    let busy = format::percent(load.busiest);
    format!(
        "{why} But after {after} s the busiest server was busy for {busy} of the time, and {seen}."
    )
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
        let (class, words) = verdict(toll, tolls, scenario);
        let good = toll.good.map_or_else(|| "–".to_owned(), |good| format::percent(good.share));
        html! {
            <tr>
                <th scope="row">{ name(toll, scenario) }</th>
                <td class={class}>{ words }</td>
                <td class="strong number">{ good }</td>
                <td class="why">{ why(toll, tolls) }</td>
            </tr>
        }
    };
    html! {
        <table class="figures threats-table">
            <thead><tr>
                <th scope="col">{ "If this dies" }</th><th scope="col">{ "Verdict" }</th>
                <th scope="col">{ "Answered when tried" }</th><th scope="col">{ "Why" }</th>
            </tr></thead>
            <tbody>{ for tolls.rows.iter().map(row) }</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::analysis::availability::Availability;
    use crate::sim::analysis::spof::{Load, Threat, threats};
    use crate::sim::scenario::link;
    use crate::sim::topology::Topology;

    #[test]
    fn what_is_said_is_what_was_seen() {
        // What dies, how many of 10 000 fail then, and how many fail anyway.
        let said = |address: &str, part: &str, server: Option<usize>, failed: u64, usual: u64| {
            let scenario = link::read(address).scenario;
            let topology = Topology::build(&scenario).expect("can run");
            let is_meant = |t: &Threat| t.part == part && t.server == server;
            let threat = threats(&topology).into_iter().find(is_meant).expect(part);
            let counted = |failed: u64| Some(Availability::counted(10_000 - failed, failed));
            let toll = Toll { threat, alike: 1, good: counted(failed), load: None, window_s: 10.0 };
            let tolls = Tolls { before: counted(usual), ..Tolls::default() };
            verdict(&toll, &tolls, &scenario).1
        };
        let primary = |failed, usual| said("?stage=4", "db", Some(0), failed, usual);
        let late = "▲ some fail, others take over within 35 s";
        assert_eq!(primary(1_900, 0), late);
        assert_eq!(primary(50, 0), late, "more than the goal leaves");
        assert_eq!(primary(10, 0), "✓ can be spared", "no more than that");
        assert_eq!(primary(1_900, 1_900), "✓ can be spared", "they fail anyway");
        let cache = |failed| said("?stage=5", "cache", None, failed, 0);
        assert_eq!(cache(0), "✓ can be spared");
        assert_eq!(cache(5_000), "▲ can be done without, but some fail");
        let names = |failed| said("?stage=4", "dns", None, failed, 0);
        assert_eq!([0, 500].map(names), ["▲ some can fail", "▲ some fail"]);
        assert_eq!(said("?stage=4", "lb", None, 9_900, 0), "◆ single point of failure");
    }

    #[test]
    fn what_the_rest_does_not_carry_is_not_to_be_spared() {
        let scenario = link::read("?stage=4").scenario;
        let topology = Topology::build(&scenario).expect("can run");
        let threat = threats(&topology).into_iter().find(|t| t.part == "cache").expect("a cache");
        let counted = Availability::counted;
        let (all, most) = (counted(10_000, 0), counted(9_000, 1_000));
        let usual = Load { prompt: all, taken: all, left: 0.0, busiest: 0.7 };
        let load = Some(Load { prompt: most, busiest: 0.996, ..usual });
        let toll = Toll { threat, alike: 1, good: Some(all), load, window_s: 40.0 };
        let tolls = Tolls { before: Some(all), usual, ..Tolls::default() };
        assert_eq!(verdict(&toll, &tolls, &scenario).1, "▲ too much for the rest");
        let said = why(&toll, &tolls);
        let late = format!("{} of the answers", format::percent(0.1));
        assert!(said.contains("But after 40 s") && said.contains(&late), "{said}");
        let mut fatal = toll.clone();
        fatal.threat.verdict = Verdict::Fatal;
        assert_eq!(why(&fatal, &tolls), fatal.threat.why);
        let idle = Toll { load: Some(usual), ..toll };
        assert_eq!(verdict(&idle, &tolls, &scenario).1, "✓ can be spared");
        assert_eq!(why(&idle, &tolls), idle.threat.why);
    }
}
