//! What a session holds in memory, counted at the allocator: a worker may run on a telephone, and
//! what a program of wasm has taken once it never gives back.

#[path = "../../benches/counting.rs"]
mod counting;

use counting::{held, most};
use millionth::sim::scenario::link;
use millionth::sim::session::{Command, Question, Session};

const MB: usize = 1_000_000;
/// Events of a slice: many, to have the most after few slices.
const EVENTS: u64 = 400_000;

fn advance(session: &mut Session, slices: usize) {
    for _ in 0..slices {
        session.handle(Command::Advance { wall_ms: 100.0, events: EVENTS });
    }
}

/// Plays a link, compares it with itself, and asks all there is to ask; the most bytes held.
fn all_at_once(session: &mut Session, text: &str) -> usize {
    let before = held();
    most();
    session.handle(Command::Load { link: text.to_owned() });
    session.handle(Command::Speed { factor: 10.0 });
    session.handle(Command::Play);
    advance(session, 12);
    session.handle(Command::Reference { link: text.to_owned() });
    session.handle(Command::Ask(Question::Traces));
    session.handle(Command::Ask(Question::Threats));
    advance(session, 12);
    most() - before
}

#[test]
fn a_stage_takes_little_with_all_that_can_be_asked_of_it() {
    for (text, limit) in [("?stage=2", 10 * MB), ("?stage=9", 40 * MB)] {
        let mut session = Session::new("?stage=1");
        let most = all_at_once(&mut session, text);
        assert!(most < limit, "{text}: {most} bytes");
    }
}

#[test]
fn what_a_large_system_took_is_given_back() {
    let mut session = Session::new("?stage=2");
    all_at_once(&mut session, "?stage=2");
    let small = held();
    let large = all_at_once(&mut session, "?stage=2#v=1&clients.rate=100000");
    assert!(large > 15 * MB, "it is large: {large} bytes");
    all_at_once(&mut session, "?stage=2");
    // What is compared with is settled even so.
    while session.has_references() {
        advance(&mut session, 1);
    }
    assert!(held() < small + 2 * MB, "{} bytes, {small} before", held());
}

#[test]
fn requests_in_flight_take_little_more_than_their_records() {
    let text = "?stage=2#v=1&clients.rate=100000&clients.timeout_s=0";
    let scenario = link::read(text).scenario;
    let mut session = Session::new(&link::write(&scenario));
    session.handle(Command::Play);
    session.handle(Command::Speed { factor: 1_000.0 });
    most();
    let before = held();
    for _ in 0..4 {
        session.handle(Command::Step { ms: 500.0 });
    }
    let many = session.engine().in_flight();
    assert!(many > 40_000, "{many} in flight");
    // A record has 320 bytes; while room is made for more, both rooms are held.
    let each = (held() - before) / many;
    assert!(each < 500, "{each} bytes for each of {many}");
    let each = (most() - before) / many;
    assert!(each < 900, "{each} bytes for each of {many} at most");
}
