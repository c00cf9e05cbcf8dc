//! Policies and devices apart from any run.

use super::devices::Devices;
use super::policy::{Policy, Rules, Zone, order, weights};
use super::resolvers::Resolver;
use crate::region::COUNT;
use crate::units::{SECOND, SimTime, Span};

fn rules(policy: Policy) -> Rules {
    let mut distances = vec![[50.0; COUNT]; 3];
    (distances[1][4], distances[2][5], distances[0][6]) = (10.0, 20.0, 50.0);
    Rules {
        policy,
        order: order(&[3.0, 1.0], 3),
        weights: weights(&[1.0, 0.0, 3.0], 3),
        distances,
        healthy: vec![true; 3],
    }
}

#[test]
fn lists_of_sites_are_completed() {
    assert_eq!(order(&[3.0, 3.0, 9.0], 3), [2, 0, 1]);
    assert_eq!(order(&[], 2), [0, 1]);
    assert_eq!(weights(&[], 3), [1.0, 1.0, 1.0]);
    assert_eq!(weights(&[0.0, 0.0, 7.0], 2), [1.0, 1.0]);
    assert_eq!(weights(&[90.0], 2), [90.0, 0.0]);
}

#[test]
fn each_policy_names_the_site_it_should() {
    let ill = |policy, sites: &[usize]| {
        let mut rules = rules(policy);
        sites.iter().for_each(|&site| rules.healthy[site] = false);
        rules
    };
    let nearest = |rules: &Rules| [4, 5, 6].map(|region| rules.answer(region, 0.0));
    assert_eq!(nearest(&ill(Policy::Nearest, &[])), [1, 2, 0]);
    assert_eq!(nearest(&ill(Policy::Nearest, &[1])), [0, 2, 0]);
    assert_eq!(nearest(&ill(Policy::Nearest, &[0, 1, 2])), [1, 2, 0]);
    assert_eq!(ill(Policy::One, &[2]).answer(0, 0.5), 2);
    assert_eq!(ill(Policy::Failover, &[]).answer(0, 0.5), 2);
    assert_eq!(ill(Policy::Failover, &[2]).answer(0, 0.5), 0);
    assert!(ill(Policy::Failover, &[2]).is_wrong(0, 2));
    let weighted = ill(Policy::Weighted, &[]);
    let to_last = (0..1_000).filter(|&i| weighted.answer(0, f64::from(i) / 1e3) == 2).count();
    assert_eq!(to_last, 750);
    assert!(weighted.is_wrong(0, 1) && !weighted.is_wrong(0, 0));
    assert_eq!(ill(Policy::Weighted, &[2]).answer(0, 0.9), 0);
}

#[test]
fn what_was_answered_before_a_change_is_known_after_it() {
    let mut zone = Zone::default();
    zone.set(rules(Policy::Failover), SimTime::ZERO);
    zone.judge(2, false, SimTime(5));
    assert_eq!(zone.answer_at(SimTime(4), 0, 0.0), 2);
    assert_eq!(zone.answer_at(SimTime(5), 0, 0.0), 0);
}

#[test]
fn a_device_keeps_a_site_for_a_visit() {
    let mut devices = Devices::default();
    devices.resize(3);
    let at = |seconds: u64| SimTime(seconds * SECOND);
    assert_eq!(devices.known(1, at(0)), None);
    devices.learn(1, 9, at(5), Span(60 * SECOND));
    assert_eq!(devices.known(1, at(64)), Some(9));
    assert_eq!(devices.known(1, at(65)), None);
    assert_eq!(devices.known(2, at(5)), None);
    devices.learn(7, 1, at(5), Span(60 * SECOND));
    assert_eq!(devices.known(7, at(5)), None);
}

#[test]
fn a_resolver_knows_from_before_the_run_for_what_is_left_of_its_time() {
    let at = |seconds: u64| SimTime(seconds * SECOND);
    for (overstays, now, known) in [(false, 0, 30), (false, 100, 130), (true, 100, 400)] {
        let mut resolver = Resolver::default();
        resolver.recall(2, at(now), 0.5, Span(60 * SECOND), overstays);
        assert_eq!((resolver.knew(at(now)), resolver.last.until), (Some(2), at(known)));
        assert_eq!(resolver.last.found, at((2 * now).saturating_sub(known)));
        assert_eq!(resolver.knew(at(known)), None);
    }
}

#[test]
fn visits_from_before_a_resolver_learnt_anew_go_on_with_what_it_knew() {
    let at = |seconds: u64| SimTime(seconds * SECOND);
    let mut resolver = Resolver::default();
    resolver.learn(1, at(10), Span(60 * SECOND), false);
    resolver.learn(2, at(75), Span(60 * SECOND), false);
    let knew = [9, 10, 69, 70, 74, 75, 134, 135].map(|seconds| resolver.knew(at(seconds)));
    let [first, second] = [Some(1), Some(2)];
    assert_eq!(knew, [None, first, first, None, None, second, second, None]);
}
