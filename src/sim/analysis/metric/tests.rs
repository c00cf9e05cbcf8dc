//! Every metric can be asked for, of what there is, and says so where it cannot.

use super::*;
use crate::analysis::settle::Settling;
use crate::scenario::presets;
use crate::units::Span;

#[test]
fn a_metric_is_of_the_system_or_of_what_there_is() {
    let topology = Topology::build(&presets::stage(3)).expect("a stage can run");
    for (text, expected) in [
        ("p99", None),
        ("p99.write", None),
        ("p99.EU", None),
        ("utilisation.web", None),
        ("cost.web", None),
        ("goodput.EU", None),
        ("wasted.web", Some("wasted is of the whole system")),
        ("utilisation", Some("utilisation needs a part, such as utilisation.web")),
        ("p98", Some("“p98” is not a metric")),
        ("utilisation.cdn", Some("“utilisation.cdn”: there are clients, network")),
        ("utilisation.EU", Some("“utilisation.EU”: there are clients, network")),
    ] {
        let read = Wanted::read(text).and_then(|wanted| wanted.check(&topology));
        match expected {
            None => assert_eq!(read, Ok(()), "{text}"),
            Some(said) => assert!(read.is_err_and(|e| e.contains(said)), "{text}"),
        }
    }
}

/// Every counter and gauge of every part can be asked for, and its name is of one sort.
#[test]
fn what_parts_count_can_be_asked_for_by_name() {
    let text = "?stage=3&add=cdn,sessions,queue,monitor,chaos,to_lb,to_web,to_cache,to_db\
                &sites=2#clients.rate=50&web.sessions=store&db.replicas=1";
    let reading = crate::scenario::link::read(text);
    assert_eq!(reading.problems, []);
    let topology = Topology::build(&reading.scenario).expect("can run");
    let mut run = Settling::with_batches(topology.clone(), Span::from_seconds(1.0), 10);
    run.advance(u64::MAX);
    let settled = run.settled().expect("has batches enough");
    let ask = |text: &str| {
        let wanted = Wanted::read(text).expect(text);
        assert_eq!(wanted.check(&topology), Ok(()), "{text}");
        wanted.of(&settled).expect(text).value
    };
    for part in &settled.figures.parts {
        let names = part.counters.iter().map(|(name, count)| ("counter", name, *count as f64));
        let gauges = part.gauges.iter().map(|(name, value)| ("gauge", name, *value));
        for (sort, name, value) in names.chain(gauges) {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(name.chars().all(is_plain), "{}.{name}", part.key);
            assert_eq!(ask(&format!("{sort}.{}.{name}", part.key)), value);
        }
    }
    let both = ask("counter.db1.acknowledged_writes") + ask("counter.db2.acknowledged_writes");
    assert!(both > 0.0 && ask("counter.db.acknowledged_writes") == both);
    assert!(ask("gauge.db.lag_s") >= ask("gauge.db2.lag_s"));
    assert!(ask("satisfaction") > 0.5 && ask("revenue") > ask("lost_revenue"));
    assert_eq!((ask("rto"), ask("rpo")), (0.0, 0.0));
    for (text, expected) in [
        ("counter.db.moon", "there are db1.acknowledged_writes"),
        ("gauge.moon.x", "clients.offered_per_s"),
    ] {
        let wanted = Wanted::read(text).expect(text);
        let said = wanted.check(&topology).expect_err(text);
        assert!(said.contains(expected), "{said}");
    }
    let plain = Topology::build(&presets::stage(1)).expect("a stage can run");
    assert!(Wanted::read("revenue").expect("is one").check(&plain).is_err());
    assert!(Wanted::read("gauge.db").is_err());
}

#[test]
fn every_metric_has_a_unit_or_none_and_a_help() {
    let mut keys = std::collections::BTreeSet::new();
    for metric in METRICS {
        assert!(keys.insert(metric.key) && metric.help.len() > 15, "{}", metric.key);
    }
}
