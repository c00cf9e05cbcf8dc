//! The way to the engine, and what is sent over it.

use millionth::sim::session::{Command, Session, Update};
use millionth::web::model::{Model, Msg, Preferences, update};
use millionth::web::shell::driver::Driver;
use millionth::web::shell::worker::{Post, pack, unpack};
use wasm_bindgen_test::wasm_bindgen_test;

/// All that a session says until it has settled.
fn told(link: &str) -> Vec<Update> {
    let mut session = Session::new(link);
    let mut updates = session.handle(Command::Load { link: link.to_owned() });
    updates.extend(session.handle(Command::Play));
    while !updates.iter().any(|update| matches!(update, Update::Settled(s) if s.complete)) {
        updates.extend(session.handle(Command::Advance { wall_ms: 20.0, events: 500_000 }));
    }
    updates
}

#[wasm_bindgen_test]
fn everything_sent_arrives_as_it_was() {
    let link = "?stage=3#v=1&web.servers=5&fault=kill.web.2";
    let mut updates = told(link);
    let refused = Command::Fail { fault: "nonsense".to_owned() };
    updates.extend(Session::new(link).handle(refused));
    for post in [Post::Ready { build: "1".to_owned() }, Post::Said(updates)] {
        let sent = pack(&post).expect("can be sent");
        let got: Post = unpack(&sent).expect("can be read");
        // Not shown when they differ: a post is long.
        assert!(got == post);
    }
    for command in [
        Command::Load { link: link.to_owned() },
        Command::Play,
        Command::Pause,
        Command::Step { ms: 100.0 },
        Command::Speed { factor: 0.1 },
        Command::set("web.servers", "6"),
        Command::Fail { fault: "kill.web.2".to_owned() },
        Command::Heal { part: "web".to_owned(), server: Some(1) },
        Command::Heal { part: "web".to_owned(), server: None },
        Command::Advance { wall_ms: 16.7, events: 1_000_000 },
    ] {
        let sent = pack(&command).expect("can be sent");
        assert_eq!(unpack::<Command>(&sent), Some(command));
    }
}

#[wasm_bindgen_test]
fn slices_of_any_length_settle_to_the_same() {
    let link = "?stage=2#v=1&clients.rate=150";
    let settled = |updates: &[Update]| {
        updates.iter().find_map(|update| match update {
            Update::Settled(settled) if settled.complete => Some((**settled).clone()),
            _ => None,
        })
    };
    let expected = settled(&told(link)).expect("settles");
    for budget_ms in [2.0, 40.0] {
        let mut driver = Driver::new(link);
        let found = loop {
            if let Some(found) = settled(&driver.slice(budget_ms)) {
                break found;
            }
            assert!(driver.due_ms().is_some(), "work is left");
        };
        assert_eq!(found, expected, "{budget_ms} ms");
        assert_eq!(driver.due_ms(), None, "nothing is left to do");
    }
}

#[wasm_bindgen_test]
fn the_page_is_spared_only_once_there_are_figures() {
    // When the next slice is due as long as nothing is settled, and as long as only a little is.
    let dues = |link: &str| {
        let (mut driver, mut has_told) = (Driver::new(link), false);
        let mut dues = [Vec::new(), Vec::new()];
        while let Some(due) = driver.due_ms() {
            dues[usize::from(has_told)].push(due);
            let said = driver.slice(10.0);
            has_told |= said.iter().any(|update| matches!(update, Update::Settled(_)));
        }
        dues
    };
    let [unknown, provisional] = dues("?stage=2");
    assert!(unknown.iter().all(|due| *due == 0), "{unknown:?}");
    assert!(!provisional.is_empty() && provisional.iter().all(|due| *due > 10), "{provisional:?}");
    // Of a failure a short run would have nothing true to say.
    let [unknown, provisional] = dues("?preset=slow-dependency");
    assert!(unknown.contains(&1) && unknown.iter().all(|due| *due <= 1), "{unknown:?}");
    assert!(provisional.is_empty(), "{provisional:?}");
}

#[wasm_bindgen_test]
fn figures_of_a_scenario_that_is_no_more_are_not_shown() {
    let mut model = Model::new("?stage=2&run=0", Preferences::default(), None);
    for said in told("?stage=2") {
        update(&mut model, Msg::Engine(Box::new(said)));
    }
    assert!(model.fresh && model.settled.is_some());
    let set =
        |text: &str| Msg::Set { key: "clients.rate".to_owned(), text: text.to_owned(), done: true };
    update(&mut model, set("300"));
    assert!(!model.fresh, "what was settled is old now");
    let seen = model.settled_seq;
    for said in told("?stage=2") {
        update(&mut model, Msg::Engine(Box::new(said)));
    }
    assert_eq!((model.fresh, model.settled_seq), (false, seen));
    for said in told("?stage=2#clients.rate=300") {
        update(&mut model, Msg::Engine(Box::new(said)));
    }
    assert!(model.fresh && model.settled_seq > seen);
}
