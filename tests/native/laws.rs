//! Laws that hold in every run, whatever the scenario and whatever happens in it: nothing is lost
//! or counted twice, the same seed gives the same bytes however the run is sliced or looked at.

use crate::probe::topology;
use crate::wild::{Happening, any_scenario, any_story, draws, happen};
use millionth::sim::engine::Engine;
use millionth::sim::run::meters::Sample;
use millionth::sim::scenario::{Scenario, link};
use millionth::sim::snapshot::Snapshot;
use millionth::sim::units::{SimTime, Span};

/// Random scenarios tried.
const SCENARIOS: u64 = 300;
/// Events between two looks at the laws, at most.
const STRIDE: u64 = 997;

type Story = Vec<(Span, Happening)>;

fn random_story(seed: u64) -> (Scenario, Story) {
    let mut draw = draws(1).at(seed);
    let scenario = any_scenario(&mut draw, seed);
    let story = any_story(&scenario, &mut draw, 20);
    (scenario, story)
}

/// Tells a story, in slices of so many events, with `look` after each slice. A slice that is not
/// used up has reached the instant.
fn tell(
    scenario: &Scenario,
    story: &Story,
    slice: u64,
    mut look: impl FnMut(&mut Engine),
) -> Engine {
    let mut engine = Engine::new(topology(scenario));
    let mut until = SimTime::ZERO;
    for (wait, happening) in story {
        until = until.after(*wait);
        while engine.run_until(until, slice) == slice {
            look(&mut engine);
        }
        happen(&mut engine, happening);
        look(&mut engine);
    }
    engine
}

/// All that a run has counted, as text.
fn figures(engine: &Engine) -> String {
    let end = engine.sample();
    let totals = Snapshot::between(engine.topology(), &empty(engine), &end);
    format!("{} {} {totals:?} {:?}", engine.events(), engine.in_flight(), end.areas)
}

/// What the run's counters were before it began.
fn empty(engine: &Engine) -> Sample {
    Engine::new(engine.topology().clone()).sample()
}

/// Every number in this text of plain data is a number.
fn has_only_numbers(text: &str) -> bool {
    let word = |c: char| !c.is_ascii_alphanumeric();
    !text.split(word).any(|word| word == "NaN" || word == "inf")
}

#[test]
fn nothing_is_lost_or_counted_twice() {
    let (mut events, mut reasons) = (0, [0; 5]);
    for seed in 1..=SCENARIOS {
        let (scenario, story) = random_story(seed);
        let said = |engine: &Engine, what: String| {
            format!(
                "seed {seed} at {} s: {what}\n{}\n{story:?}",
                engine.now().seconds(),
                link::write(&scenario)
            )
        };
        let mut before = SimTime::ZERO;
        let end = tell(&scenario, &story, STRIDE, |engine| {
            engine.check().unwrap_or_else(|law| panic!("{}", said(engine, law)));
            assert!(engine.now() >= before, "{}", said(engine, "time goes back".to_owned()));
            before = engine.now();
        });
        events += end.events();
        let failed = end.meters().endings().failed;
        reasons.iter_mut().zip(failed).for_each(|(sum, count)| *sum += count);
    }
    // What was never seen was not tested: all reasons but the simulator's own limit occur.
    assert!(events > 1_000_000, "{events} events");
    assert!(reasons[..4].iter().all(|count| *count > 100), "{reasons:?}");
}

#[test]
fn figures_are_numbers_in_their_ranges() {
    for seed in 1..=SCENARIOS {
        let (scenario, story) = random_story(seed);
        let mut last: Option<Sample> = None;
        tell(&scenario, &story, 20 * STRIDE, |engine| {
            let sample = engine.sample();
            let earlier = last.replace(sample.clone()).unwrap_or_else(|| empty(engine));
            let figures = Snapshot::between(engine.topology(), &earlier, &sample);
            let said = || format!("seed {seed}: {}\n{figures:?}", link::write(&scenario));
            assert!(has_only_numbers(&format!("{figures:?}")), "{}", said());
            serde_json::to_value(&figures).expect("is plain data");
            for part in &figures.parts {
                // What a station has used up to now may be a rounding error more than there was.
                let mut shares =
                    part.servers.iter().map(|s| s.utilisation).chain([part.utilisation]);
                let is_share = |share: f64| (-1e-9..=1.0 + 1e-6).contains(&share);
                assert!(shares.all(is_share), "{} {}", part.key, said());
                assert!(
                    part.mean_wait_s.is_none_or(|wait| wait >= -1e-9),
                    "{} {}",
                    part.key,
                    said()
                );
            }
            let tally = &figures.users;
            assert_eq!(tally.failed, tally.failures.iter().map(|f| f.count).sum::<u64>());
        });
    }
}

#[test]
fn slices_and_looks_change_nothing() {
    for seed in 1..=SCENARIOS / 2 {
        let (scenario, story) = random_story(seed);
        let whole = figures(&tell(&scenario, &story, u64::MAX, |_| {}));
        let again = figures(&tell(&scenario, &story, u64::MAX, |_| {}));
        assert_eq!(whole, again, "seed {seed}: told twice");
        let sliced = figures(&tell(&scenario, &story, 1, |_| {}));
        assert_eq!(whole, sliced, "seed {seed}: one event at a time");
        let looked = figures(&tell(&scenario, &story, 3 * STRIDE, |engine| {
            let _ = engine.sample();
        }));
        assert_eq!(whole, looked, "seed {seed}: looked at on the way");
    }
}

#[test]
fn another_seed_is_another_run() {
    let mut same = 0;
    for seed in 1..=SCENARIOS / 4 {
        let (mut scenario, story) = random_story(seed);
        let story: Story = story.into_iter().map(|(wait, _)| (wait, Happening::Nothing)).collect();
        let one = figures(&tell(&scenario, &story, u64::MAX, |_| {}));
        scenario.seed += 1_000_000;
        same += u64::from(one == figures(&tell(&scenario, &story, u64::MAX, |_| {})));
    }
    // A few scenarios may see no arrival at all.
    assert!(same < SCENARIOS / 40, "{same} of {} alike", SCENARIOS / 4);
}
