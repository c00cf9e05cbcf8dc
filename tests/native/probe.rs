//! What the other tests are made of: scenarios as the text of a file, runs of them, and figures of
//! a run checked against what is expected.

use millionth::sim::analysis::report::{Report, RunPlan, run};
use millionth::sim::kinds::Kind;
use millionth::sim::kinds::behavior::Fault;
use millionth::sim::scenario::{PresentFault, Scenario, file};
use millionth::sim::topology::Topology;
use millionth::sim::units::{SimTime, Span};
use serde_json::{Map, Value, json};

/// What makes a textbook queue of the parts: nobody gives up, nothing is refused, nothing takes
/// time but the services named.
pub const TEXTBOOK: &str = "clients.timeout_s=0 clients.retries=0 clients.static_share=0 \
    clients.read_share=1 web.discipline=slots web.slots=1 web.backlog=1000000 web.queries=0 \
    web.hold=off web.service_ms=10 web.law=exponential lb.latency_ms=0 lb.service_ms=0 \
    lb.check_s=0 lb.backlog=1000000 cache.law=exponential cache.backlog=1000000 \
    db.discipline=slots db.connections=1 db.backlog=1000000 db.law=exponential db.joins=0";

/// Seconds in which a shorter run leaves no trace of its empty start.
const WARM_UP_SHARE: f64 = 0.05;

/// The scenario of a file with these parts, `clients,web`, and settings, `web.slots=4 web.scv=2`.
/// The text goes through the reader of files, as any user's would.
pub fn scenario(parts: &str, settings: &str, seed: u64) -> Scenario {
    let mut values = Map::new();
    for pair in settings.split_whitespace() {
        let (key, text) = pair.split_once('=').expect("a setting is key=value");
        values.insert(key.to_owned(), typed(text));
    }
    let parts: Vec<&str> = parts.split(',').collect();
    values.retain(|key, _| parts.contains(&key.split('.').next().unwrap_or_default()));
    let text = json!({"v": 1, "parts": parts, "settings": values, "seed": seed}).to_string();
    file::read(&text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

/// A setting as the author of a file would type it.
fn typed(text: &str) -> Value {
    let whole = text.parse::<u64>().map(|number| json!(number));
    let number = whole.or_else(|_| text.parse::<f64>().map(|number| json!(number)));
    number.unwrap_or_else(|_| json!(text))
}

/// As [`scenario`], with all that makes a textbook queue set first.
pub fn textbook(parts: &str, settings: &str, seed: u64) -> Scenario {
    scenario(parts, &format!("{TEXTBOOK} {settings}"), seed)
}

/// Something runnable of it.
pub fn topology(scenario: &Scenario) -> Topology {
    Topology::build(scenario).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// Runs a scenario until about so many requests have come, the warm-up apart.
pub fn run_requests(scenario: &Scenario, requests: f64) -> Report {
    let value = file::write(scenario);
    let rate = value["settings"]["clients.rate"].as_f64().unwrap_or(100.0);
    let seconds = requests / rate;
    run_seconds(scenario, WARM_UP_SHARE * seconds, seconds)
}

/// Runs a scenario for so many simulated seconds after the warm-up. The laws of conservation and
/// Little's are checked at its end.
pub fn run_seconds(scenario: &Scenario, warm_up: f64, seconds: f64) -> Report {
    let plan =
        RunPlan { warm_up: Span::from_seconds(warm_up), duration: Span::from_seconds(seconds) };
    let ran = run(topology(scenario), plan, |_| {});
    ran.unwrap_or_else(|law| panic!("{}: {law}", file::write(scenario))).0
}

/// A figure of a report by name: `mean`, `p50`, `p95`, `p99` in seconds, `failed` as a share,
/// `attempts` of a request, `busy` and `wait` of the web tier; `busy db` and
/// `inside db` of any part.
pub fn figure(report: &Report, name: &str) -> f64 {
    let (result, figures) = (&report.result, &report.result.figures);
    let (name, part) = name.split_once(' ').unwrap_or((name, "web"));
    let part = figures.part(part).expect("there is this part");
    let value = match name {
        "mean" => result.mean_s.map(|estimate| estimate.value),
        "p50" => result.p50_s.map(|estimate| estimate.value),
        "p95" => result.p95_s.map(|estimate| estimate.value),
        "p99" => result.p99_s.map(|estimate| estimate.value),
        "failed" => Some(result.error_share.value),
        "attempts" => Some(figures.attempts as f64 / figures.users.arrived as f64),
        "busy" => Some(part.utilisation),
        "inside" => Some(part.mean_inside),
        "wait" => part.mean_wait_s,
        _ => None,
    };
    value.unwrap_or_else(|| panic!("there is no figure {name} in {}", report.link))
}

/// Checks figures of a report: name, expected value, relative tolerance.
pub fn check(case: &str, report: &Report, expected: &[(&str, f64, f64)]) {
    for &(name, value, tolerance) in expected {
        let got = figure(report, name);
        let off = got / value - 1.0;
        assert!(
            off.abs() <= tolerance,
            "{case}: {name} is {got}, expected {value} within {tolerance}: off by {off:.4}\n{}",
            report.link
        );
    }
}

/// One fault and no other, or none at all.
pub fn only(kind: Kind, server: Option<usize>, fault: Option<Fault>) -> Vec<PresentFault> {
    fault
        .map(|fault| PresentFault {
            kind,
            site: None,
            server,
            fault,
            at: SimTime::ZERO,
            lasts: None,
        })
        .into_iter()
        .collect()
}
