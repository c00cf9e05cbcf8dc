//! Claims hold or break, with the figure, its interval and the first moment; what cannot be
//! measured is named.

use super::*;
use crate::scenario::link;

const PLAN: RunPlan =
    RunPlan { warm_up: Span(10 * 1_000_000_000), duration: Span(60 * 1_000_000_000) };

fn system(text: &str) -> Topology {
    let reading = link::read(text);
    assert_eq!(reading.all_problems(), [], "{text}");
    Topology::build(&reading.scenario).expect("can run")
}

fn claim(text: &str, topology: &Topology) -> Result<Claim, String> {
    Claim::new(&Check::read(text)?, topology, PLAN)
}

fn verdicts(link: &str, claims: &[&str]) -> Vec<Verdict> {
    let topology = system(link);
    let read = |text: &&str| claim(text, &topology).unwrap_or_else(|what| panic!("{what}"));
    let claims: Vec<Claim> = claims.iter().map(read).collect();
    run(&topology, PLAN, &claims, |_| {}).expect("keeps the laws").0
}

#[test]
fn claims_are_judged_over_their_own_time() {
    let link = "?stage=3#clients.rate=200&fault=kill.web@30for10";
    let claims = [
        "errors = 0 before kill.web",
        "availability >= 99 % during kill.web",
        "p99 of reads < 1 s before 30 s",
        "goodput > 150 req/s from 15 s to 25 s",
        "errors > 10 %",
        "errors <= 0 from 25 s to 45 s",
        "hottest of web < 50 % before kill.web",
        "inside of web >= 0",
    ];
    let verdicts = verdicts(link, &claims);
    let held: Vec<bool> = verdicts.iter().map(|verdict| verdict.holds).collect();
    assert_eq!(held, [true, false, true, true, true, false, true, true], "{verdicts:#?}");
    assert_eq!((verdicts[1].from_s, verdicts[1].to_s), (30.0, 40.0));
    assert_eq!((verdicts[0].from_s, verdicts[0].to_s), (10.0, 30.0));
    let (from, to) = verdicts[5].broke_s.expect("broke");
    assert!((29.8..=31.0).contains(&from) && to > from, "{from} to {to}");
    assert!(verdicts[0].broke_s.is_none());
    let measured = verdicts[1].measured.expect("was measured");
    assert!(measured.value < 50.0 && measured.half_width.is_some(), "{measured:?}");
    assert_eq!((verdicts[1].expected.as_str(), verdicts[1].unit.as_str()), (">= 99 %", "%"));
}

#[test]
fn what_is_counted_is_found_by_its_name_and_adds_up() {
    let link = "?stage=3#clients.rate=200&db.replicas=1&fault=kill.db.1@30";
    let verdicts = verdicts(link, &["acknowledged writes > 100", "lag s of db < 10 s"]);
    assert!(verdicts.iter().all(|verdict| verdict.holds), "{verdicts:#?}");
}

#[test]
fn watching_changes_no_figure() {
    let topology = system("?stage=2&seed=5");
    let claim = claim("p99 < 1 s from 11.3 s to 17.77 s", &topology).expect("can be measured");
    let watched = run(&topology, PLAN, &[claim], |_| {}).expect("keeps the laws").1;
    let alone = report::run(topology, PLAN, |_| {}).expect("keeps the laws").0;
    assert_eq!(watched.hash(), alone.hash());
}

#[test]
fn what_cannot_be_measured_is_named() {
    let topology = system("?stage=3#fault=kill.web.2@30&fault=kill.db@40for5");
    for (text, expected) in [
        ("speed < 3", "is not a metric"),
        ("p99 of moon < 3 s", "there are"),
        ("p99 < 3 req/s", "is not measured in"),
        ("p99 < 3 s after 70 s", "the run ends at 70 s"),
        ("p99 < 3 s from 30 s to 20 s", "over before it begins"),
        ("p99 < 3 s from 10 s to 80 s", "the run ends at 70 s"),
        ("p99 < 3 s after kill.web.2", "never ends"),
        ("p99 < 3 s during kill.web.3", "on the timeline there is kill.web.2, kill.db"),
        ("utilisation < 3", "needs a part"),
    ] {
        let what = claim(text, &topology).expect_err(text);
        assert!(what.contains(expected), "{text}: {what}");
    }
    for text in ["p99 < 3 s during kill.web.2", "p99 < 3 s after kill.db@40", "errors is 0"] {
        assert!(claim(text, &topology).is_ok(), "{text}");
    }
}
