//! The cases of theory, with as many requests as a test has time for; the table is that of
//! `docs/accuracy.md`.

use crate::cases::{
    AREAS, Case, MISSING, balancing, caching, database, failures, intervals, queues, ways,
};

/// The cases that the simulation is held against.
const KNOWN: &str = "MM1-0.8 MM1-web MMc-4-0.8 MMc-8-0.9 MD1-0.8 MLN1-0.7-scv4 MMcK-4-20-5.0 \
    ERLB-10-8 PS4-0.8 RR-4-0.8 JSQ-4-0.8 P2C-10-0.8 SWRR-5:1:1 IPHASH-1000-10 JACKSON-cache \
    TANDEM-web CONNECT FANOUT-100 CACHE-1000-100-1.0 TTL-1-10 CACHEASIDE-inval STAMPEDE \
    WRITEBACK HASH-add RING-10-100 GEO FAILOVER STALE-replica RETRY SPIKE HPA HEALTH DNS-ttl \
    AVAIL SETTLED-0.5 SETTLED-0.7 SETTLED-0.9";

/// Runs cases; says of all figures that are too far at once.
fn hold(cases: &[Case]) {
    let mut far = Vec::new();
    for case in cases {
        let run = |seed| case.run(seed, case.test.requests);
        let samples: Vec<_> = (1..=case.test.seeds).map(run).collect();
        let verdicts = case.figures.iter().zip(case.verdicts(&samples));
        for (figure, verdict) in verdicts.filter(|(_, verdict)| !verdict.holds) {
            far.push(format!("{} {}: {verdict:?}\n{}", case.name, figure.name, case.link()));
        }
    }
    assert!(far.is_empty(), "too far from theory:\n{}", far.join("\n"));
}

#[test]
fn single_queues() {
    hold(queues::CASES);
}

#[test]
fn servers_behind_a_balancer() {
    hold(balancing::CASES);
}

#[test]
fn the_way_of_a_request() {
    hold(ways::CASES);
}

#[test]
fn caches() {
    hold(caching::CASES);
}

#[test]
fn databases() {
    hold(database::CASES);
}

#[test]
fn failures_and_scaling() {
    hold(failures::CASES);
}

#[test]
fn settled_runs() {
    hold(intervals::CASES);
}

#[test]
fn every_known_case_is_in_the_table_or_named_as_missing() {
    let cases = || AREAS.iter().flat_map(|(_, cases)| *cases);
    let is_there = |name: &str| cases().any(|case| case.name.split(' ').next() == Some(name));
    for name in KNOWN.split_whitespace() {
        assert_ne!(is_there(name), MISSING.contains(&name), "{name}");
    }
    assert!(MISSING.iter().all(|name| KNOWN.split_whitespace().any(|known| known == *name)));
    let mut names: Vec<&str> = cases().map(|case| case.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases().count(), "a name stands twice");
}

#[test]
fn the_written_table_is_of_these_cases() {
    let text = include_str!("../../docs/accuracy.md");
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.contains("| figure |"));
    let mut rows: Vec<&str> = rows.collect();
    for case in AREAS.iter().flat_map(|(_, cases)| *cases) {
        for figure in case.figures {
            let start = figure.row(case);
            let place = rows.iter().position(|row| row.starts_with(&start));
            let place = place
                .unwrap_or_else(|| panic!("{start} is missing: make accuracy ONLY={}", case.name));
            let row = rows.remove(place);
            assert!(!row.contains("too far"), "{row}");
        }
        assert!(text.contains(&format!("`{}`", case.link())), "{}: another scenario", case.name);
    }
    assert_eq!(rows, [""; 0], "rows of no case: make accuracy");
}
