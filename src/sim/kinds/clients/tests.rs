//! Who comes, when and for what, against what the settings say.

use super::arrivals::{Arrivals, Bursts, Flow};
use super::demand::{Demand, Sizes};
use super::pattern::{Pattern, Wave};
use super::*;
use crate::kinds::param::Value;
use crate::region::{COUNT, REGIONS};
use crate::rng::{Purpose, Stream};
use crate::run::requests::Class;
use crate::units::{SECOND, SimTime, Span};

fn spec(settings: &[(Setting, f64)]) -> Spec {
    let mut spec = Spec::new(PARAMS);
    for &(row, value) in settings {
        spec.put(row as usize, Value::Number(value));
    }
    spec
}

fn s(seconds: f64) -> SimTime {
    SimTime::ZERO.after(Span::from_seconds(seconds))
}

fn stream(purpose: Purpose) -> Stream {
    Stream::new(3, 0, purpose)
}

/// Arrivals of a flow up to an instant, in seconds.
fn times(flow: Flow, until: f64) -> Vec<f64> {
    let mut arrivals = Arrivals::new(stream(Purpose::Gap));
    let mut at = arrivals.set(flow, SimTime::ZERO, SimTime::NEVER);
    let mut times = Vec::new();
    while at <= s(until) {
        times.push(at.seconds());
        at = arrivals.after(times.len() as u64, at);
    }
    times
}

fn flow(rate: f64, is_poisson: bool, pattern: Pattern) -> Flow {
    Flow { gap: 1e9 / rate, is_poisson, pattern, bursts: None }
}

fn between(times: &[f64], from: f64, to: f64) -> f64 {
    times.iter().filter(|&&t| t > from && t <= to).count() as f64
}

/// The integral of a pattern's factor, by its pieces' definition at many instants.
fn integral(pattern: &Pattern, from: f64, to: f64) -> f64 {
    let steps = 100_000;
    let width = (to - from) / f64::from(steps);
    let at = |step: i32| s(from + (f64::from(step) + 0.5) * width);
    (0..steps).map(|step| pattern.piece(at(step)).factor(at(step)) * width).sum()
}

fn patterns() -> [Pattern; 5] {
    let (at, lasts) = (s(20.0), Span::from_seconds(30.0));
    let mut shares = [0.0; COUNT];
    (shares[0], shares[3]) = (0.25, 0.75);
    [
        Pattern::Ramp { at, lasts, factor: 4.0 },
        Pattern::Ramp { at, lasts, factor: 0.0 },
        Pattern::Step { at, lasts, factor: 3.0 },
        Pattern::Flash { at, lasts, factor: 5.0, fall: Span::from_seconds(8.0) },
        Pattern::Daily(Wave::new(0.6, 5.0, 0.3, &shares)),
    ]
}

#[test]
fn even_arrivals_follow_the_rate_exactly() {
    for pattern in patterns() {
        let times = times(flow(200.0, false, pattern), 100.0);
        for (from, to) in [(0.0, 15.0), (15.0, 35.0), (35.0, 60.0), (60.0, 100.0)] {
            let (got, due) = (between(&times, from, to), 200.0 * integral(&pattern, from, to));
            assert!((got - due).abs() <= 1.02, "{pattern:?} {from} to {to}: {got}, due {due}");
        }
    }
}

#[test]
fn poisson_arrivals_are_poisson_on_the_clock_of_the_rate() {
    for pattern in patterns() {
        let times = times(flow(3_000.0, true, pattern), 100.0);
        // On the clock of the integrated rate, gaps are exponential: mean 1, variance 1.
        let due = 3_000.0 * integral(&pattern, 0.0, 100.0);
        let off = (times.len() as f64 - due) / libm::sqrt(due);
        assert!(off.abs() < 3.5, "{pattern:?}: {} came, {due} due", times.len());
        // In short stretches the count's variance is its mean.
        let bins: Vec<f64> = (0..1_000)
            .map(|i| between(&times, 0.1 * f64::from(i), 0.1 * f64::from(i + 1)))
            .collect();
        let dues = (0..1_000).map(|i| {
            let at = 0.1 * f64::from(i);
            300.0 * pattern.piece(s(at + 0.05)).factor(s(at + 0.05))
        });
        let pairs = bins.iter().zip(dues).filter(|(_, due)| *due > 5.0);
        let squares: Vec<f64> = pairs.map(|(got, due)| (got - due) * (got - due) / due).collect();
        let chi = squares.iter().sum::<f64>() / squares.len() as f64;
        assert!((chi - 1.0).abs() < 0.2, "{pattern:?}: {chi}");
    }
}

#[test]
fn bursts_keep_the_mean_and_have_the_dispersion_of_theory() {
    let (on_s, off_s, factor, rate) = (0.4, 1.6, 9.0, 100.0);
    let bursts = Some(Bursts { factor, on_s, off_s });
    let until = 40_000.0;
    let flow = Flow { bursts, ..flow(rate, true, Pattern::Steady) };
    let times = times(flow, until);
    let mean = times.len() as f64 / until;
    assert!((mean / rate - 1.0).abs() < 0.02, "{mean}");
    // Index of dispersion of counts in long windows of a two-state modulated Poisson process:
    // 1 + 2 (l1 - l2)^2 r1 r2 / ((r1 + r2)^2 (l1 r2 + l2 r1)); l rates, r rates of leaving.
    let quiet = rate * (on_s + off_s) / (factor * on_s + off_s);
    let (l1, l2, r1, r2) = (factor * quiet, quiet, 1.0 / on_s, 1.0 / off_s);
    let gap = (l1 - l2) * (l1 - l2) * r1 * r2;
    let expected = 1.0 + 2.0 * gap / ((r1 + r2) * (r1 + r2) * (l1 * r2 + l2 * r1));
    let mut counts = vec![0.0; 1_000];
    times.iter().for_each(|t| counts[((t / 40.0) as usize).min(999)] += 1.0);
    let centre = counts.iter().sum::<f64>() / 1_000.0;
    let square = counts.iter().map(|c| (c - centre) * (c - centre)).sum::<f64>() / 999.0;
    let index = square / centre;
    assert!((index / expected - 1.0).abs() < 0.15, "{index}, expected {expected}");
}

#[test]
fn a_change_of_the_rate_keeps_the_draw_under_way() {
    for is_poisson in [true, false] {
        for pattern in [Pattern::Steady, patterns()[0], patterns()[4]] {
            let mut arrivals = Arrivals::new(stream(Purpose::Gap));
            let usual = flow(0.1, is_poisson, pattern);
            let first = arrivals.set(usual, SimTime::ZERO, SimTime::NEVER);
            let half = SimTime(first.0 / 2);
            let there = arrivals.set(flow(7.0, is_poisson, pattern), half, first);
            assert!(there < first && there > half);
            let back = arrivals.set(usual, half, there);
            assert!(back.0.abs_diff(first.0) < 2_000, "{pattern:?}: {back:?}, was {first:?}");
            let none = arrivals.spike(0.0, half, back);
            assert_eq!(none, SimTime::NEVER);
            let later = SimTime(half.0 + 5 * SECOND);
            let again = arrivals.spike(1.0, later, none);
            let waited = again.since(later).0 as f64;
            let is_steady = pattern == Pattern::Steady;
            assert!(!is_steady || (waited - first.since(half).0 as f64).abs() < 2_000.0);
        }
    }
}

fn demand(spec: &Spec) -> Demand {
    let mut demand = Demand::new(stream(Purpose::Traits));
    demand.configure(spec, None);
    demand
}

#[test]
fn classes_have_the_shares_that_are_said() {
    let settings = [
        (Setting::StaticShare, 0.5),
        (Setting::ReadShare, 0.8),
        (Setting::JobShare, 0.1),
        (Setting::MobileShare, 0.3),
    ];
    let spec = spec(&settings);
    let said = class_shares(&spec);
    // 0.7 of web clients with 0.5 files; of what is left a tenth jobs, 0.8 of the rest reads.
    let expected = [0.35, 0.65 * 0.9 * 0.8, 0.65 * 0.9 * 0.2, 0.065];
    let demand = demand(&spec);
    let n = 400_000;
    let mut counts = [0.0; 4];
    (0..n).for_each(|i| counts[demand.draw(i, SimTime::ZERO).class as usize] += 1.0);
    for class in 0..4 {
        assert!((said[class] - expected[class]).abs() < 1e-12, "{said:?}");
        let share = counts[class] / n as f64;
        assert!((share - expected[class]).abs() < 0.003, "class {class}: {share}");
    }
}

#[test]
fn sizes_go_with_class_and_device() {
    let web = spec(&[]);
    let sizes = [Class::Static, Class::Read, Class::Write, Class::Job];
    let sizes = sizes.map(|class| Sizes::new(&web).of(class, 5));
    assert_eq!(sizes, [37_000, 18_000, 6_000, 6_000]);
    let all = Sizes::new(&spec(&[(Setting::MobileShare, 1.0)]));
    assert_eq!(all.of(Class::Read, 5), 6_000);
}

#[test]
fn keys_follow_zipf_and_celebrities_get_their_share() {
    let settings = [
        (Setting::Zipf, 1.0),
        (Setting::Urls, 1_000.0),
        (Setting::HotKey, 0.2),
        (Setting::HotUser, 0.1),
    ];
    let demand = demand(&spec(&settings));
    let n = 200_000;
    let (mut first, mut second, mut star) = (0.0, 0.0, 0.0);
    for i in 0..n {
        let wish = demand.draw(i, SimTime::ZERO);
        first += f64::from(wish.url == 0);
        second += f64::from(wish.url == 1);
        star += f64::from(wish.user == 0);
    }
    // The thousandth harmonic number is 7.48547.
    for (got, share) in [(first, 0.2 + 0.8 / 7.48547), (second, 0.4 / 7.48547), (star, 0.1)] {
        assert!((got / n as f64 - share).abs() < 0.003, "{got}, expected a share of {share}");
    }
}

#[test]
fn users_come_in_the_evening_of_their_own_region() {
    let mut shares = [0.0; COUNT];
    (shares[0], shares[8]) = (0.5, 0.5);
    let mut world = spec(&[]);
    world.put(Setting::Shares as usize, Value::List(shares.to_vec()));
    let wave = Wave::new(0.6, 0.0, 1.0, &shares);
    let mut demand = Demand::new(stream(Purpose::Traits));
    demand.configure(&world, Some(wave));
    // At one hour a second from midnight UTC: the clocks of NAE stand at 20 h at 25 h, or 1 h.
    for hour in [1.0, 7.0, 12.0, 20.0] {
        let local = |region: usize| hour + REGIONS[region].clock_h - 20.0;
        let height = |r| 1.0 + 0.6 * libm::cos(core::f64::consts::TAU * local(r) / 24.0);
        let expected = height(0) / (height(0) + height(8));
        let n = 100_000;
        let came = (0..n).filter(|&i| demand.draw(i, s(hour)).region == 0).count();
        let share = came as f64 / n as f64;
        assert!((share - expected).abs() < 0.006, "{hour} h: {share}, expected {expected}");
        let all = |hour: f64| {
            let part = |r: usize| {
                let local = hour + REGIONS[r].clock_h - 20.0;
                0.5 + 0.3 * libm::cos(core::f64::consts::TAU * local / 24.0)
            };
            part(0) + part(8)
        };
        let most = (0..2_400).map(|i| all(f64::from(i) / 100.0)).fold(0.0, f64::max);
        let got = Pattern::Daily(wave).piece(s(hour)).factor(s(hour));
        assert!((got - all(hour) / most).abs() < 1e-4, "{hour} h: {got}");
    }
}

#[test]
fn daily_users_make_the_traffic_of_the_busiest_hour() {
    let steady = spec(&[(Setting::Rate, 100.0), (Setting::PerUser, 50.0), (Setting::Peak, 2.0)]);
    // Twice the mean of 86,400 users of 50 requests a day.
    assert!((daily_users(&steady) - 86_400.0).abs() < 1e-6);
    // What comes in a day, which is 240 s here, over what a user asks for in one.
    let daily = spec(&[(Setting::Rate, 543.0), (Setting::PatternChoice, 4.0)]);
    let Pattern::Daily(wave) = state::flow(&daily).pattern else { panic!("it is a wave") };
    let of_day = |i: u32| Pattern::Daily(wave).piece(s(f64::from(i))).factor(s(f64::from(i)));
    let mean = 543.0 * (0..240).map(of_day).sum::<f64>() / 240.0;
    let users = mean * 86_400.0 / daily.number(Setting::PerUser as usize);
    assert!((daily_users(&daily) / users - 1.0).abs() < 1e-4, "{users}");
}
