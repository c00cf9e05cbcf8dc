//! Sessions: what a visitor does to a running system leaves it consistent, and a link taken at any
//! moment says what is really running.

use crate::probe::{textbook, topology};
use crate::wild::{draws, setting};
use millionth::sim::analysis::settle::Settling;
use millionth::sim::engine::Engine;
use millionth::sim::kinds::{Kind, web_tier};
use millionth::sim::scenario::{Scenario, link, presets};
use millionth::sim::session::{Command, Live, Session, Update};
use millionth::sim::snapshot::Snapshot;
use millionth::sim::units::{SECOND, SimTime, Span};

fn seconds(s: f64) -> SimTime {
    SimTime::ZERO.after(Span::from_seconds(s))
}

/// Plays a session in frames of 16 ms with so many events each; gives its last live figures.
fn play(session: &mut Session, frames: usize, events: u64) -> Option<Live> {
    session.handle(Command::Play);
    let mut last = None;
    for _ in 0..frames {
        for update in session.handle(Command::Advance { wall_ms: 16.0, events }) {
            if let Update::Live(live) = update {
                last = Some(*live);
            }
        }
    }
    session.engine().check().unwrap_or_else(|law| panic!("{law}"));
    last
}

fn set(session: &mut Session, key: &str, value: &str) {
    session.handle(Command::set(key, value));
}

#[test]
fn whatever_a_visitor_does_the_laws_hold() {
    for seed in 1..=40 {
        let mut draw = draws(2).at(seed);
        let mut session = Session::new(&format!("?stage={}&seed={seed}", 1 + draw.below(3)));
        set(&mut session, "clients.rate", "300");
        let faults = ["kill.web.1", "kill.web", "slow4.db", "kill.db", "kill.lb", "kill.dns"];
        for _ in 0..12 {
            play(&mut session, 10, 5_000);
            let part = ["web", "db", "lb", "dns", "cache"][draw.below(5) as usize].to_owned();
            let server = (draw.below(2) == 0).then(|| draw.below(4) as usize);
            let command = match draw.below(5) {
                0 => Command::Fail { fault: faults[draw.below(6) as usize].to_owned() },
                1 => Command::Heal { part, server },
                2 => Command::Step { ms: 100.0 * draw.unit() },
                _ => {
                    let (key, value) = setting(session.scenario(), &mut draw);
                    Command::set(&key, &value)
                }
            };
            session.handle(command);
            let law = session.engine().check();
            assert_eq!(law, Ok(()), "seed {seed}: {}", link::write(session.scenario()));
        }
    }
}

/// Which servers of each part are dead, and how slow each is.
fn condition(engine: &Engine) -> Vec<Vec<(bool, f64)>> {
    let servers = engine.sample().servers;
    servers.iter().map(|part| part.iter().map(|s| (s.alive, s.slow)).collect()).collect()
}

#[test]
fn the_link_says_what_is_running() {
    for (stage, commands) in [
        (3, &["kill.web.2", "kill.db"][..]),
        (3, &["kill.web.2", "slow3.web.2"]),
        (3, &["slow3.web.2", "kill.web.2"]),
        (3, &["kill.web.2", "slow3.web"]),
        (3, &["kill.web", "slow3.web.2"]),
        (3, &["kill.web", "heal web.2"]),
        (3, &["kill.web.2", "kill.web.3", "heal web"]),
        (3, &["slow3.web", "kill.web.2", "heal web.2"]),
        (1, &["kill.db", "kill.web", "heal web"]),
        (1, &["kill.web", "heal web"]),
        (1, &["kill.web", "heal db"]),
    ] {
        let mut session = Session::new(&format!("?stage={stage}"));
        for command in commands {
            play(&mut session, 5, 20_000);
            session.handle(match command.strip_prefix("heal ") {
                None => Command::Fail { fault: (*command).to_owned() },
                Some(place) => {
                    let (part, server) = place.split_once('.').unwrap_or((place, ""));
                    let server = server.parse::<usize>().ok().map(|server| server - 1);
                    Command::Heal { part: part.to_owned(), server }
                }
            });
        }
        let fresh = Engine::new(topology(session.scenario()));
        let (live, fresh) = (condition(session.engine()), condition(&fresh));
        assert_eq!(live, fresh, "{commands:?}: {}", link::write(session.scenario()));
    }
}

/// A scenario in which much happens at the very same instants: constant gaps and services.
fn in_step() -> Scenario {
    let settings = "clients.rate=100 clients.arrivals=constant web.servers=2 web.law=constant \
                    web.service_ms=20 lb.check_s=1";
    textbook("clients,lb,web", settings, 1)
}

#[test]
fn settled_figures_do_not_depend_on_the_slices() {
    for (name, scenario) in [("stage 3", presets::stage(3)), ("in step", in_step())] {
        let settled = |slice: u64| {
            let batch = Span(SECOND / 2);
            let mut settling = Settling::with_batches(topology(&scenario), batch, 40);
            while !settling.is_complete() {
                settling.advance(slice);
            }
            serde_json::to_string(&settling.settled()).expect("is plain data")
        };
        let whole = settled(u64::MAX);
        for slice in [1, 2, 7, 1_000] {
            assert_eq!(settled(slice), whole, "{name}: {slice} events at a time");
        }
    }
}

#[test]
fn live_figures_do_not_depend_on_the_slices() {
    for (name, scenario) in [("stage 3", presets::stage(3)), ("in step", in_step())] {
        let live = |events: u64| {
            let mut session = Session::new(&link::write(&scenario));
            // The settled figures come first, and take the same events whatever the slices.
            for _ in 0..100 {
                session.handle(Command::Advance { wall_ms: 0.0, events: 1_000_000 });
            }
            session.handle(Command::Play);
            while session.engine().now() < seconds(5.0) {
                session.handle(Command::Advance { wall_ms: 100.0, events });
            }
            let left = seconds(6.0).since(session.engine().now());
            let ms = left.millis() + 1e-7;
            let said = session.handle(Command::Step { ms });
            assert_eq!(session.engine().now(), seconds(6.0));
            let Some(Update::Live(live)) = said.into_iter().last() else {
                panic!("a step tells the figures")
            };
            format!("{:?} {:?}", live.figures, live.latest)
        };
        let whole = live(1_000_000);
        for events in [1, 3, 250] {
            assert_eq!(live(events), whole, "{name}: {events} events at a time");
        }
    }
}

#[test]
fn a_setting_changed_and_changed_back_leaves_the_run_as_it_was() {
    for (key, there, back) in [
        ("lb.check_s", "0", "5"),
        ("lb.check_s", "1", "5"),
        ("clients.rate", "500", "200"),
        ("clients.timeout_s", "0", "10"),
        ("web.servers", "2", "4"),
        ("web.servers", "9", "4"),
        ("web.slots", "1", "0"),
        ("web.size", "8", "1"),
        ("db.discipline", "slots", "shared"),
        ("db.size", "1", "2"),
        ("cache.hit", "1", "0.5"),
        ("dns.resolvers", "5", "100"),
        ("lb.algorithm", "random", "round-robin"),
    ] {
        let run = |changes: bool| {
            let mut scenario = presets::stage(3);
            assert_eq!(scenario.set("clients.rate", "200"), Ok(None));
            let mut engine = Engine::new(topology(&scenario));
            engine.run_until(seconds(20.0), u64::MAX);
            for (at, value) in [(20.5, there), (60.0, back)] {
                if changes {
                    assert_eq!(scenario.set(key, value), Ok(None), "{key}");
                    engine.change(topology(&scenario));
                }
                engine.run_until(seconds(at), u64::MAX);
            }
            let start = engine.sample();
            engine.run_until(seconds(360.0), u64::MAX);
            engine.check().unwrap_or_else(|law| panic!("{key}: {law}"));
            let end = engine.sample();
            Snapshot::between(engine.topology(), &start, &end)
        };
        let (changed, steady) = (run(true), run(false));
        let web = |figures: &Snapshot| figures.part("web").map_or(0, |web| web.tally.arrived);
        let checks = |figures: &Snapshot| web(figures) as i64 - figures.users.arrived as i64;
        // 240 checks in five minutes; a few requests stand on the edges.
        let (now, then) = (checks(&changed), checks(&steady));
        assert!(now.abs_diff(then) <= 60, "{key}: {now} checks, {then} without the change");
        for (name, now, then) in [
            ("mean", changed.latency.mean_s, steady.latency.mean_s),
            ("goodput", Some(changed.goodput()), Some(steady.goodput())),
        ] {
            let off = now.unwrap_or(0.0) / then.unwrap_or(1.0) - 1.0;
            assert!(off.abs() < 0.03, "{key}: {name} {now:?}, without the change {then:?}");
        }
    }
}

#[test]
fn servers_that_go_leave_figures_that_are_right() {
    let mut session = Session::new("?stage=3#clients.rate=300");
    play(&mut session, 400, 100_000);
    set(&mut session, "web.servers", "2");
    let live = play(&mut session, 30, 100_000).expect("says figures");
    let web = live.figures.part("web").expect("there is a web tier");
    let wait = web.mean_wait_s.unwrap_or(-1.0);
    assert!((0.0..10.0).contains(&wait), "mean wait {wait} s");
    assert!(web.servers.iter().all(|s| (0.0..200.0).contains(&s.rate)), "{:?}", web.servers);
}

#[test]
fn guests_go_with_their_machines() {
    let mut session = Session::new("?stage=3#clients.rate=100");
    play(&mut session, 100, 100_000);
    set(&mut session, "web.servers", "1");
    let live = play(&mut session, 1_000, 100_000).expect("says figures");
    let used = |key| live.figures.part(key).map_or(0.0, |part| part.utilisation);
    assert!(used("web") > 0.3 && used("web") == used("cache"), "{} {}", used("web"), used("cache"));
}

#[test]
fn a_flood_that_ends_leaves_nothing_behind() {
    for number in 1..=3 {
        let mut scenario = presets::stage(number);
        let mut engine = Engine::new(topology(&scenario));
        let mut set = |engine: &mut Engine, rate: &str| {
            assert_eq!(scenario.set("clients.rate", rate), Ok(None));
            engine.change(topology(&scenario));
        };
        let mut most = Vec::new();
        for flood in 1..=3 {
            set(&mut engine, "5000");
            engine.run_until(seconds(f64::from(flood) * 100.0 - 80.0), u64::MAX);
            most.push(engine.in_flight());
            set(&mut engine, "0.01");
            engine.run_until(seconds(f64::from(flood) * 100.0), u64::MAX);
            assert!(engine.in_flight() < 5, "stage {number}: {} left", engine.in_flight());
        }
        assert!(most[0] > 500 && most[2] < 2 * most[0], "stage {number}: {most:?}");
    }
}

#[test]
fn time_moves_on_however_often_health_is_checked() {
    for often in ["1e-9", "0.000001", "0.0001"] {
        let settings = format!("web.servers=4 lb.check_s={often}");
        let mut engine = Engine::new(topology(&textbook("clients,lb,web", &settings, 1)));
        engine.run_until(seconds(1.0), 200_000);
        let now = engine.now().seconds();
        assert!(now > 0.001, "{often}: {now} s after {} events", engine.events());
    }
}

#[test]
fn what_was_set_last_counts_by_hand_or_by_the_timeline() {
    let mut session = Session::new(
        "?parts=clients,web#clients.rate=100&web.queries=0&at=10:clients.rate=20\
         &at=30:clients.rate=400&at=10:web.service_ms=1",
    );
    let rate = |session: &mut Session, until: f64| {
        let before = session.engine().sample();
        while session.engine().now() < seconds(until) {
            session.handle(Command::Step { ms: 1_000.0 });
        }
        let now = session.engine().sample();
        Snapshot::between(session.engine().topology(), &before, &now).offered_rate()
    };
    let near = |what: &str, got: f64, expected: f64| {
        assert!((got / expected - 1.0).abs() < 0.25, "{what}: {got}, expected {expected}");
    };
    near("at first", rate(&mut session, 10.0), 100.0);
    near("by the timeline", rate(&mut session, 20.0), 20.0);
    set(&mut session, "web.slots", "10");
    near("another was set", rate(&mut session, 25.0), 20.0);
    set(&mut session, "clients.rate", "200");
    near("by hand", rate(&mut session, 28.0), 200.0);
    set(&mut session, "web.slots", "20");
    near("still", rate(&mut session, 30.0), 200.0);
    near("by the timeline again", rate(&mut session, 40.0), 400.0);
    let web = session.engine().topology().scenario().spec(Kind::WebTier).cloned();
    let web = web.expect("there are web servers");
    assert_eq!(web.number(web_tier::Setting::Service as usize), 1.0, "nobody set it since");
}
