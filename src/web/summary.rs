//! What the figures say in words: the busiest part, and the state of all of it in a paragraph for
//! those who do not see the diagram.

use super::view::format;
use crate::sim::analysis::settle::Settled;
use crate::sim::kinds::behavior::Fault;
use crate::sim::kinds::{Kind, network};
use crate::sim::region::REGIONS;
use crate::sim::scenario::{Base, PresentFault, Scenario, presets};
use crate::sim::snapshot::{PartView, Snapshot};

/// The part whose servers are used most, and how much. Parts that live on another's machine are
/// seen there.
#[must_use]
pub fn busiest(figures: &Snapshot) -> Option<(&PartView, f64)> {
    figures
        .parts
        .iter()
        .filter(|part| !part.guest && !part.servers.is_empty())
        .map(|part| (part, part.utilisation))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

/// The name of a class of requests, by its name in results.
#[must_use]
pub fn class_name(key: &str) -> &str {
    match key {
        "static" => "Static files",
        "read" => "Reads",
        "write" => "Writes",
        "job" => "Jobs",
        other => other,
    }
}

/// A part's name as people say it; in stage 1 the web tier is the one machine of all.
#[must_use]
pub fn name(kind: Kind, scenario: &Scenario) -> &'static str {
    if kind == Kind::WebTier && scenario.base == Base::Stage(1) { "Server" } else { kind.label() }
}

/// The name in words of a part that figures and links call `web2`: with its site where there are
/// several.
#[must_use]
pub fn part_name(key: &str, scenario: &Scenario) -> String {
    let Ok((kind, site)) = scenario.find(key) else {
        return key.to_owned();
    };
    match site {
        Some(site) => format!("{} {}", name(kind, scenario), site_name(scenario, site)),
        None => name(kind, scenario).to_owned(),
    }
}

/// The same in few letters: the site by the code of its region.
#[must_use]
pub fn part_brief(key: &str, scenario: &Scenario) -> String {
    match scenario.find(key) {
        Ok((kind, Some(site))) => {
            let full = site_name(scenario, site);
            let code = REGIONS.iter().find(|region| region.name == full).map_or("", |r| r.code);
            format!("{} {code}", name(kind, scenario))
        }
        _ => part_name(key, scenario),
    }
}

/// The name of a site: that of its region.
#[must_use]
pub fn site_name(scenario: &Scenario, site: u8) -> &'static str {
    let row = network::Setting::Site as usize;
    let region = scenario.spec_at(Kind::Network, site).map_or(0, |spec| spec.count(row));
    REGIONS[region.min(REGIONS.len() - 1)].name
}

/// What the scenario starts from: "Stage 3, Load balancer".
#[must_use]
pub fn base_name(scenario: &Scenario) -> String {
    match scenario.base {
        Base::Stage(number) => presets::STAGES
            .iter()
            .find(|stage| stage.number == number)
            .map_or_else(String::new, |stage| format!("Stage {number}, {}", stage.name)),
        Base::Preset(place) => presets::PRESETS[place as usize].name.to_owned(),
        Base::Parts => "Own parts".to_owned(),
    }
}

/// A fault in words: "Web tier 2 is dead", with its time where it has one.
#[must_use]
pub fn fault_text(fault: &PresentFault, scenario: &Scenario) -> String {
    let at = fault.at.seconds();
    let from = if at > 0.0 {
        format!(" from {} s on", libm::round(at * 10.0) / 10.0)
    } else {
        String::new()
    };
    let text = fault_alone(fault, scenario);
    if fault.fault.is_instant() && at > 0.0 {
        return format!("{text} at {} s", libm::round(at * 10.0) / 10.0);
    }
    format!("{text}{from}")
}

/// A fault in words, without the time at which it begins.
#[must_use]
pub fn fault_alone(fault: &PresentFault, scenario: &Scenario) -> String {
    let server = fault.server.map_or_else(String::new, |s| format!(" {}", s + 1));
    let what = match fault.fault {
        Fault::Kill => "is dead".to_owned(),
        Fault::Slow(factor) => format!("is {factor} times as slow"),
        Fault::Errors(share) => format!("answers {} with errors", format::percent(share)),
        Fault::Cut => "is cut off".to_owned(),
        Fault::Delay(ms) => format!("is reached {ms} ms late"),
        Fault::Spike(factor) => format!("send {factor} times the usual traffic"),
        Fault::Flush => "is flushed".to_owned(),
        Fault::Purge(share) => format!("is purged of {}", format::percent(share)),
        Fault::Expire => "is forgotten by resolvers".to_owned(),
        Fault::Deploy => "gets a new release".to_owned(),
    };
    let site = fault.site.filter(|_| scenario.sites > 1);
    let site = site.map_or_else(String::new, |s| format!(" in {}", site_name(scenario, s)));
    let until = fault.lasts.map_or_else(String::new, |span| format!(" for {} s", span.seconds()));
    format!("{}{server}{site} {what}{until}", name(fault.kind, scenario))
}

/// The whole state in a paragraph.
#[must_use]
pub fn paragraph(scenario: &Scenario, figures: &Snapshot) -> String {
    let mut text = format!(
        "{}. {} daily users make {}.",
        base_name(scenario),
        format::spoken(figures.daily_users),
        format::spoken_rate(figures.offered_rate()),
    );
    if let Some(p99) = figures.latency.p99_s {
        text.push_str(&format!(" 99 percent are answered within {}.", format::duration(p99)));
    }
    let errors = format::percent(figures.users.error_share());
    text.push_str(&format!(" Errors: {errors}."));
    for fault in scenario.faults.iter().take(5) {
        text.push_str(&format!(" {}.", fault_text(fault, scenario)));
    }
    if let Some((part, load)) = busiest(figures) {
        let label = part_name(&part.key, scenario);
        text.push_str(&format!(" Busiest: {label}, {}.", format::percent(load)));
    }
    text.push_str(&format!(" Cost: {} per month.", format::usd(figures.usd_per_month)));
    text
}

/// Settled figures as one sentence to be heard.
#[must_use]
pub fn settled(settled: &Settled) -> String {
    let p99 =
        settled.p99_s.map_or_else(|| "none answered".to_owned(), |p99| format::duration(p99.value));
    format!(
        "Settled: p99 {p99}, errors {}, {} answered well.",
        format::percent(settled.error_share.value),
        format::spoken_rate(settled.goodput.value),
    )
}
