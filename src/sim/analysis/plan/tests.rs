//! The search finds the cheapest combination, whatever the runs say, and every goal is read.

use super::*;
use crate::analysis::sweep;
use crate::scenario::presets;

/// Figures of a run that was answered within so many seconds, and so many of it failed.
fn settled(p99: f64, half: f64) -> Settled {
    let p99_s = Some(Estimate { value: p99, half_width: Some(half) });
    Settled { p99_s, ..Settled::default() }
}

#[test]
fn goals_have_units_and_are_met_with_their_whole_interval() {
    let goal = Goal::read("p99<=200ms").expect("is a goal");
    assert!((goal.bound - 0.2).abs() < 1e-12 && goal.at_most);
    assert!(goal.is_met(&settled(0.19, 0.01)) && !goal.is_met(&settled(0.19, 0.011)));
    assert!(!goal.is_met(&Settled::default()), "no answer meets no goal");
    let growing = Settled { full: true, ..settled(0.1, 0.01) };
    assert!(!goal.is_met(&growing), "what piles up comes to more");
    for (text, bound) in [("errors<=0.1%", 1e-3), ("p99.read<=2s", 2.0), ("cost<=500", 500.0)] {
        assert!((Goal::read(text).expect(text).bound / bound - 1.0).abs() < 1e-12, "{text}");
    }
    for text in ["", "p99", "p99<1", "p98<=1", "p99<=x", "p99<=5%", "cost<=1ms", "utilisation<=1"] {
        assert!(Goal::read(text).is_err(), "{text}");
    }
}

/// A made-up system: met where work fits the web servers and the database, by any rule.
fn search(rule: &dyn Fn(&Topology) -> bool) -> Found {
    search_with(rule, &|run| run.scenario().monthly_usd())
}

/// The same with costs that depend on use.
fn search_with(rule: &dyn Fn(&Topology) -> bool, cost: &dyn Fn(&Topology) -> f64) -> Found {
    let topology = Topology::build(&presets::stage(3)).expect("a stage can run");
    let axes = usual_axes(&topology);
    assert_eq!(check(&topology, &axes), Ok(()));
    let goals = [Goal::read("p99<=1s").expect("is a goal")];
    let each = |runs: &[Topology]| {
        let figures = |run: &Topology| {
            let mut settled = settled(if rule(run) { 0.5 } else { 2.0 }, 0.0);
            settled.figures.usd_per_month = cost(run);
            settled
        };
        Ok(runs.iter().map(figures).collect())
    };
    Search::new(&topology, &axes, &goals).run(&each).expect("no law is broken")
}

fn number(run: &Topology, key: &str) -> f64 {
    let value = sweep::value_of(run.scenario(), key).expect("is a setting");
    value.parse().expect("is a number")
}

/// The cheapest of all combinations that meet a rule, found by looking at every one.
fn cheapest(rule: &dyn Fn(&Topology) -> bool) -> f64 {
    let scenario = presets::stage(3);
    let axes = usual_axes(&Topology::build(&scenario).expect("a stage can run"));
    let mut best = f64::INFINITY;
    let (first, rest) = axes.split_at(2);
    for a in sweep::points(&scenario, first).expect("can run") {
        for b in sweep::points(a.topology.scenario(), rest).expect("can run") {
            let cost = b.topology.scenario().monthly_usd();
            if cost < best && rule(&b.topology) {
                best = cost;
            }
        }
    }
    best
}

#[test]
fn the_search_finds_what_looking_at_everything_finds_in_few_runs() {
    for (web, database) in [(1.0, 1.0), (5.0, 3.0), (11.0, 30.0), (90.0, 200.0)] {
        let rule = move |run: &Topology| {
            number(run, "web.servers") * number(run, "web.size") >= web
                && (1.0 + number(run, "db.replicas")) * number(run, "db.size") >= database
                && number(run, "db.size") >= 2.0
        };
        let found = search(&rule);
        let best = found.best.as_ref().expect("there is an answer");
        let expected = cheapest(&rule);
        assert!((best.usd_per_month / expected - 1.0).abs() < 1e-12, "{best:?}, {expected}");
        assert!(found.runs < 130 && found.combinations > 10_000, "{} runs", found.runs);
    }
}

#[test]
fn what_cannot_be_met_is_said_after_one_run() {
    let found = search(&|_| false);
    assert!(found.best.is_none() && found.runs == 1 && !found.gave_up);
}

#[test]
fn what_costs_nothing_more_cannot_be_planned() {
    let topology = Topology::build(&presets::stage(3)).expect("a stage can run");
    for text in ["lb.algorithm=random,sticky", "web.servers=4,2", "clients.rate=1..3"] {
        let axis = Axis::read(text).expect(text);
        assert!(check(&topology, &[axis]).is_err(), "{text}");
    }
    let alone = Topology::build(&presets::stage(1)).expect("a stage can run");
    let keys: Vec<String> = usual_axes(&alone).into_iter().map(|axis| axis.key).collect();
    assert_eq!(keys, ["web.servers", "web.size"]);
}

/// What is dearer by price may be cheaper by use: each web server costs more by use than the larger
/// sizes do.
#[test]
fn measured_costs_decide_where_prices_do_not_suffice() {
    let rule = |run: &Topology| number(run, "web.servers") * number(run, "web.size") >= 6.0;
    let by_use = |run: &Topology| run.scenario().monthly_usd() + 100.0 * number(run, "web.servers");
    let found = search_with(&rule, &by_use);
    let best = found.best.expect("there is an answer");
    let by_price = search(&rule).best.expect("there is an answer");
    assert!(best.usd_per_month > best.usd_by_price && best.usd_by_price > by_price.usd_by_price);
    let value = |key: &str| {
        let place = found.keys.iter().position(|known| known == key).expect("was searched");
        best.values[place].clone()
    };
    assert_eq!((value("web.servers").as_str(), value("web.size").as_str()), ("1", "8"));
}

#[test]
fn only_what_matters_is_searched_and_never_too_much() {
    let keys = |text: &str| {
        let scenario = link::read(text).scenario;
        let topology = Topology::build(&scenario).expect("can run");
        let axes = usual_axes(&topology);
        assert_eq!(check(&topology, &axes), Ok(()), "{text}");
        axes.into_iter().map(|axis| axis.key).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys("?stage=3"), "web.servers web.size db.replicas db.size");
    assert_eq!(keys("?stage=3#web.autoscale=on&cache.place=own"), "web.size db.replicas db.size");
    assert_eq!(
        keys("?stage=3&add=queue,sessions#db.shards=4&cache.place=own&cache.nodes=3"),
        "web.servers web.size cache.nodes db.replicas db.size db.shards queue.workers queue.size"
    );
}
