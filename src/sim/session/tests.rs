//! A session as those who drive it see it.

use super::*;

fn advance(session: &mut Session, ms: f64) -> Vec<Update> {
    session.handle(Command::Advance { wall_ms: ms, events: 2_000_000 })
}

#[test]
fn a_session_plays_pauses_and_steps() {
    let mut session = Session::new("?stage=2");
    advance(&mut session, 100.0);
    assert_eq!(session.engine().now(), SimTime::ZERO, "stands until told to play");
    session.handle(Command::Play);
    advance(&mut session, 250.0);
    assert_eq!(session.engine().now(), SimTime(250 * MILLISECOND));
    session.handle(Command::Speed { factor: 10.0 });
    advance(&mut session, 100.0);
    assert_eq!(session.engine().now(), SimTime(1_250 * MILLISECOND));
    session.handle(Command::Step { ms: 50.0 });
    advance(&mut session, 100.0);
    assert_eq!(session.engine().now(), SimTime(1_300 * MILLISECOND), "a step ends paused");
}

#[test]
fn a_refused_command_changes_nothing_and_says_why() {
    let mut session = Session::new("?stage=1");
    let before = session.scenario().clone();
    session.handle(Command::Pause);
    let updates = session.handle(Command::set("web.discipline", "slots"));
    assert!(matches!(&updates[..], [Update::Refused { problems }] if problems.len() == 2));
    assert_eq!(session.scenario(), &before);
    for fault in ["kill.lb", "nonsense", "kill.web.2", "kill.clients"] {
        let updates = session.handle(Command::Fail { fault: fault.to_owned() });
        assert!(matches!(&updates[..], [Update::Refused { .. }]), "{fault}");
    }
}

#[test]
fn an_edited_timeline_counts_from_now_on_and_the_clock_goes_on() {
    let mut session = Session::new("?stage=3#fault=kill.web.1@1&at=1:web.servers=6");
    session.handle(Command::Step { ms: 500.0 });
    let moved = |faults: &[&str], changes: &[&str]| Command::Timeline {
        faults: faults.iter().map(ToString::to_string).collect(),
        changes: changes.iter().map(ToString::to_string).collect(),
    };
    let alive = |session: &Session| {
        let sample = session.engine().sample();
        let figures = Snapshot::between(session.engine().topology(), &sample, &sample);
        let web = figures.part("web").expect("is there").servers.clone();
        web.iter().map(|server| server.alive).collect::<Vec<_>>()
    };
    session.handle(moved(&["kill.web.2@0.2", "kill.web.3@5"], &["5:web.servers=6"]));
    assert_eq!(session.engine().now(), SimTime(500 * MILLISECOND));
    assert_eq!(alive(&session), [true, false, true, true], "what should have begun has begun");
    session.handle(Command::Step { ms: 1_000.0 });
    assert_eq!(alive(&session), [true, false, true, true], "what was moved away does not come");
    session.handle(Command::Step { ms: 4_000.0 });
    assert_eq!(alive(&session), [true, false, false, true, true, true]);
    session.handle(moved(&[], &["5:web.servers=6"]));
    assert_eq!(alive(&session), [true; 6]);
    session.handle(moved(&[], &[]));
    // Servers that go finish what they have.
    session.handle(Command::Step { ms: 1_000.0 });
    assert_eq!(alive(&session), [true; 4], "without the change it is as it was given");
}

#[test]
fn settled_figures_come_without_playing() {
    let mut session = Session::new("?stage=3");
    let mut settled = Vec::new();
    for _ in 0..40 {
        settled.extend(
            advance(&mut session, 16.0).into_iter().filter(|u| matches!(u, Update::Settled(_))),
        );
    }
    assert_eq!(session.engine().now(), SimTime::ZERO);
    assert!(!settled.is_empty());
    let Some(Update::Settled(last)) = settled.last() else { unreachable!() };
    assert!(last.complete && last.error_share.value < 1e-3, "{last:?}");
}

#[test]
fn a_run_gets_ahead_without_leaving_anything_out_and_plays_on() {
    let link = "?stage=3#fault=kill.db@8";
    let mut session = Session::new(link);
    let stepped = Session::new(link).handle(Command::Step { ms: 5_000.0 });
    let mut shown = None;
    session.handle(Command::Ahead { to_s: 5.0 });
    let mut rounds = 0;
    while session.is_running_ahead() {
        let said = session.handle(Command::Advance { wall_ms: 1.0, events: 2_000 });
        let Some(Update::Live(live)) = said.iter().rfind(|said| matches!(said, Update::Live(_)))
        else {
            continue;
        };
        assert!(live.playing && !live.behind);
        assert_eq!(live.ahead_s, (live.figures.at_s < 5.0).then_some(5.0));
        shown = Some(live.figures.clone());
        rounds += 1;
    }
    assert!(rounds > 3, "it takes many goes, each of few events: {rounds}");
    let known = stepped.iter().find_map(|said| match said {
        Update::Live(live) => Some(live.figures.clone()),
        _ => None,
    });
    assert_eq!(shown, known, "the same figures as at any speed");
    assert_eq!(session.engine().now(), SimTime(5 * SECOND));
    session.handle(Command::Speed { factor: 2.0 });
    advance(&mut session, 100.0);
    assert_eq!(session.engine().now(), SimTime(5_200 * MILLISECOND), "on at the speed there is");
}

#[test]
fn a_run_ahead_ends_where_it_is_told_to_stop() {
    for stop in
        [Command::Pause, Command::Step { ms: 0.0 }, Command::Load { link: "?stage=3".to_owned() }]
    {
        let mut session = Session::new("?stage=3");
        advance(&mut session, 0.0);
        session.handle(Command::Ahead { to_s: 1_000.0 });
        session.handle(Command::Advance { wall_ms: 1.0, events: 2_000 });
        assert!(session.is_running_ahead());
        session.handle(stop.clone());
        assert!(!session.is_running_ahead(), "{stop:?}");
    }
    let mut session = Session::new("?stage=3");
    session.handle(Command::Step { ms: 2_000.0 });
    session.handle(Command::Ahead { to_s: 1.0 });
    assert!(!session.is_running_ahead(), "what has passed is not aimed at");
    advance(&mut session, 100.0);
    assert_eq!(session.engine().now(), SimTime(2_100 * MILLISECOND), "but it plays");
}
