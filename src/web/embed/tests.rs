//! The messages, read and written, and what a visitor of an embed may do.

use super::*;
use crate::sim::session::{Live, Update};
use crate::web::model::{Cause, Effect, Msg, Preferences, update};
use std::rc::Rc;

fn page(address: &str) -> Model {
    let mut model = Model::new(address, Preferences::default(), None);
    update(&mut model, Msg::EngineReady(Place::Page(Cause::Shut)));
    model
}

fn tell(model: &mut Model, text: &str) -> Vec<Effect> {
    let message = read(text).expect("is meant for us");
    update(model, Msg::Host(Box::new(message)))
}

fn message(rest: &str) -> String {
    format!(r#"{{"ns":"millionth","v":1,{rest}}}"#)
}

fn settings(model: &Model) -> Vec<String> {
    model.scenario.settings().into_iter().map(|(key, value)| format!("{key}={value}")).collect()
}

#[test]
fn what_is_not_ours_is_passed_over() {
    for text in ["", "null", "[]", "hello", r#"{"type":"play"}"#, r#"{"ns":"other","v":1}"#] {
        assert_eq!(read(text), None, "{text}");
    }
    let long = "x".repeat(LONGEST + 1);
    assert_eq!(read(&long), None);
    assert!(read(&format!("{long}millionth")).is_some_and(|message| message.order.is_err()));
}

#[test]
fn a_wrong_message_is_answered_with_everything_wrong() {
    for (rest, at) in [
        (r#""type":"dance""#, "type"),
        (r#""type":"stage","stage":77"#, "stage"),
        (r#""type":"fault""#, "fault"),
        (r#""type":"fault","heal":"web.x""#, "heal"),
        (r#""type":"fault","heal":"web.77""#, "heal"),
        (r#""type":"set","key":3"#, "set"),
        (r#""type":"load","link":3"#, "load"),
        (r#""type":"export","format":"png""#, "format"),
        (r#""type":"export","format":"csv""#, "The run as CSV"),
        (r#""type":"set","key":"web.moon","value":1"#, "web.moon"),
        (r#""type":"fault","fault":"kill.moon""#, "fault"),
        (r#""type":"load","scenario":{"v":1,"stage":3,"settings":{"web.moon":1}}"#, "web.moon"),
    ] {
        let mut model = page("?stage=3&embed=1");
        let before = model.clone();
        let effects = tell(&mut model, &message(&format!(r#"{rest},"id":7"#)));
        let [Effect::Answer(answer)] = &effects[..] else {
            panic!("{rest}: {effects:?}");
        };
        let answer: Value = serde_json::from_str(answer).expect("is JSON");
        assert_eq!(answer["type"], "error", "{rest}");
        assert_eq!(answer["id"], 7);
        assert_eq!(answer["problems"][0]["at"], at, "{rest}");
        assert_eq!(model, before, "{rest}");
    }
    assert!(read(r#"{"ns":"millionth","v":2,"type":"play"}"#).is_some_and(|m| m.order.is_err()));
}

#[test]
fn all_that_is_wrong_with_settings_is_named_and_what_was_done_is_answered_as_done() {
    let told = |rest: &str| {
        let mut model = page("?stage=3&embed=1");
        let said = tell(&mut model, &message(&format!(r#"{rest},"id":7"#)));
        let answers = said.iter().filter_map(|effect| match effect {
            Effect::Answer(text) => serde_json::from_str::<Value>(text).ok(),
            _ => None,
        });
        let short = |answer: Value| {
            let at = answer["problems"].as_array().map_or(0, Vec::len);
            (answer["type"].as_str().unwrap_or_default().to_owned(), answer["id"] == 7, at)
        };
        (settings(&model), answers.map(short).collect::<Vec<_>>())
    };
    let (error, state) = ("error".to_owned(), ("state".to_owned(), true, 0));
    let two = told(r#""type":"set","settings":{"web.moon":1,"web.servers":6,"lb.sun":2}"#);
    assert_eq!(two, (vec![], vec![(error.clone(), true, 2)]), "nothing has changed");
    let whole = r#""cache.place":"own","db.place":"own","web.discipline":"slots""#;
    for order in [whole, r#""web.discipline":"slots","db.place":"own","cache.place":"own""#] {
        let mut model = page("?stage=1&embed=1");
        tell(&mut model, &message(&format!(r#""type":"set","settings":{{{order}}}"#)));
        assert_eq!(settings(&model).len(), 3, "what needs each other is checked as a whole");
    }
    let ranged = told(r#""type":"set","key":"web.servers","value":9000"#);
    let said = vec![(error.clone(), false, 1), state.clone()];
    assert_eq!(ranged, (vec!["web.servers=500".to_owned()], said.clone()));
    let later = told(r##""type":"load","link":"?stage=3#web.servers=7&moon=1""##);
    assert_eq!(later, (vec!["web.servers=7".to_owned()], said.clone()));
    for loaded in [
        r#""type":"load","link":"?stage=3&moon=1""#,
        r#""type":"load","scenario":{"v":1,"m":2,"stage":3}"#,
    ] {
        assert_eq!(told(loaded), (vec![], said.clone()), "loaded anew");
    }
    let wrong = told(r##""type":"load","link":"?stage=3#web.moon=1&web.queries=0""##);
    assert_eq!(wrong.1, [(error.clone(), true, 3)], "of words and of the whole");
}

#[test]
fn how_things_stand_is_answered_once() {
    let mut model = page("?stage=3&embed=1");
    for (rest, id) in [(r#""type":"get""#, json!(null)), (r#""type":"get","id":3"#, json!(3))] {
        let said: Vec<(Value, Value)> = tell(&mut model, &message(rest))
            .into_iter()
            .map(|effect| match effect {
                Effect::Answer(text) => serde_json::from_str(&text).expect("is JSON"),
                other => panic!("{other:?}"),
            })
            .map(|answer: Value| (answer["type"].clone(), answer["id"].clone()))
            .collect();
        assert_eq!(said, [(json!("metrics"), json!(null)), (json!("state"), id)]);
    }
}

#[test]
fn what_could_be_saved_is_given_as_text() {
    let mut model = page("?stage=3&embed=1&lock=1#web.servers=6");
    let effects = tell(&mut model, &message(r#""type":"export","format":"json","id":1"#));
    let [Effect::Answer(answer)] = &effects[..] else {
        panic!("{effects:?}");
    };
    let answer: Value = serde_json::from_str(answer).expect("is JSON");
    assert_eq!((&answer["type"], &answer["id"]), (&json!("export"), &json!(1)));
    assert_eq!(answer["name"], "millionth-stage-3.json");
    let text = answer["text"].as_str().expect("is a text");
    assert_eq!(file::read(text).map(|scenario| link::write(&scenario)), Ok(model.link.clone()));
    let effects = tell(&mut model, &message(r#""type":"export","format":"svg""#));
    assert!(matches!(&effects[..], [Effect::AnswerPicture { text: held, .. }] if held == text));
}

#[test]
fn the_page_around_does_what_the_visitor_may_not() {
    let mut model = page("?stage=3&embed=1&lock=1");
    let set = Msg::Set { key: "web.servers".into(), text: "9".into(), done: true };
    assert_eq!(update(&mut model, set), []);
    assert_eq!(settings(&model), [""; 0]);
    let three = message(r#""type":"set","settings":{"web.servers":9,"lb.algorithm":"random"}"#);
    assert_eq!(tell(&mut model, &three).len(), 2, "one command, and the address");
    assert_eq!(settings(&model), ["lb.algorithm=random", "web.servers=9"]);
    tell(&mut model, &message(r#""type":"fault","fault":"kill.web.2""#));
    assert_eq!(model.scenario.faults.len(), 1);
    update(&mut model, Msg::Undo);
    assert_eq!(model.scenario.faults.len(), 1, "what the author did stays");
    tell(&mut model, &message(r#""type":"fault","heal":"web.2""#));
    assert_eq!(model.scenario.faults.len(), 0);
    tell(&mut model, &message(r#""type":"reset""#));
    assert_eq!(settings(&model), [""; 0]);
    tell(&mut model, &message(r#""type":"stage","stage":5"#));
    assert_eq!(model.stage(), Some(5));
    tell(&mut model, &message(r##""type":"load","link":"?stage=2#clients.rate=70""##));
    assert_eq!((model.stage(), settings(&model)), (Some(2), vec!["clients.rate=70".to_owned()]));
}

#[test]
fn a_visitor_changes_only_what_the_address_offers() {
    let mut model = page("?stage=3&embed=1&controls=web.servers&stages=3-4#web.size=2");
    let set = |key: &str| Msg::Set { key: key.into(), text: "3".into(), done: true };
    update(&mut model, set("web.servers"));
    update(&mut model, set("web.size"));
    update(&mut model, Msg::ResetAll);
    update(&mut model, Msg::Stage(7));
    update(&mut model, Msg::Act("Kill".into(), vec![Command::Fail { fault: "kill.web".into() }]));
    let given = settings(&page("?stage=3#web.size=2&web.servers=3"));
    assert_eq!(settings(&model), given);
    assert!(model.scenario.faults.is_empty());
    update(&mut model, Msg::Stage(4));
    assert_eq!(model.stage(), Some(4));
    update(&mut model, Msg::Undo);
    update(&mut model, Msg::ResetStage);
    assert_eq!(settings(&model), settings(&page("?stage=3#web.size=2")), "as the author gave it");
}

#[test]
fn a_visitor_may_break_what_the_address_offers_and_no_more() {
    let kill = || Msg::Act("Kill".into(), vec![Command::Fail { fault: "kill.web.4".into() }]);
    let heal = || {
        let command = Command::Heal { part: "web".into(), server: Some(3) };
        Msg::Act("Heal".into(), vec![command])
    };
    let mut model = page("?stage=3&embed=1&controls=web.servers,faults");
    update(&mut model, kill());
    assert_eq!(model.scenario.faults.len(), 1);
    update(&mut model, heal());
    assert_eq!(model.scenario.faults.len(), 0);
    let change =
        vec![Command::Timeline { faults: vec![], changes: vec!["9:web.servers=5".into()] }];
    update(&mut model, Msg::Act("Plan".into(), change));
    assert_eq!(model.scenario.changes.len(), 0, "a planned change is no fault");

    let mut model = page("?stage=3&embed=1&controls=web.servers#fault=kill.web.4");
    update(&mut model, heal());
    assert_eq!(model.scenario.faults.len(), 1);
    update(&mut model, Msg::Set { key: "web.servers".into(), text: "3".into(), done: true });
    assert_eq!(settings(&model), ["web.servers=3"]);
    assert!(model.scenario.faults.is_empty(), "it went with its server");
}

#[test]
fn the_keys_take_back_what_the_buttons_do() {
    let mut model = page("?stage=3&embed=1&controls=web.servers&stages=3-4#web.size=2");
    let back = || Msg::Key { key: "z".into(), command: true, shift: false };
    let drag = |text: &str, done| Msg::Set { key: "web.servers".into(), text: text.into(), done };
    for (servers, done) in [("5", false), ("6", false), ("7", true)] {
        update(&mut model, drag(servers, done));
    }
    update(&mut model, Msg::Stage(4));
    assert_eq!(model.stage(), Some(4));
    update(&mut model, back());
    let dragged = settings(&page("?stage=3#web.size=2&web.servers=7"));
    assert_eq!((model.stage(), settings(&model)), (Some(3), dragged));
    update(&mut model, back());
    assert_eq!(settings(&model), settings(&page("?stage=3#web.size=2")), "one drag is one step");
}

#[test]
fn what_the_address_leaves_to_the_visitor_stands_beside_the_diagram() {
    for (address, stands) in [
        ("?stage=3&sites=2&embed=1&controls=web2.servers", true),
        ("?stage=3&sites=2&embed=1&controls=none", false),
        ("?stage=3&sites=2&embed=1&controls=faults", false),
        ("?stage=3&sites=2&embed=1&controls=web2.servers&lock=1", false),
        ("?stage=3&sites=2&embed=1&controls=web2.servers&panel=time", false),
        ("?stage=3&sites=2&embed=1", false),
    ] {
        assert_eq!(page(address).has_panel(), stands, "{address}");
    }
}

#[test]
fn what_would_be_refused_is_known_and_said() {
    let kill = [Command::Fail { fault: "kill.web.1".into() }];
    for (address, may) in [
        ("?stage=3&embed=1", [true, true, true]),
        ("?stage=3&embed=1&lock=1", [false, false, false]),
        ("?stage=3&embed=1&stages=3-4", [true, true, false]),
        ("?stage=3&embed=1&controls=web.servers,faults", [true, false, false]),
        ("?stage=3&embed=1&controls=web", [false, false, false]),
    ] {
        let mut model = page(address);
        let next = |seed| Scenario { seed, ..presets::stage(4) };
        assert_eq!(
            [model.may_do(&kill), model.may_reach(&next(1)), model.may_reach(&next(2))],
            may,
            "{address}"
        );
        update(&mut model, Msg::Act("Kill".into(), kill.to_vec()));
        assert_eq!(model.scenario.faults.is_empty(), !may[0], "{address}");
        assert_eq!(model.notice.is_empty(), may[0], "{address}: {:?}", model.notice);
    }
}

#[test]
fn out_of_sight_nothing_plays_whoever_asks() {
    let mut model = page("?stage=1&embed=1&run=0");
    update(&mut model, Msg::Hidden(true));
    assert_eq!(tell(&mut model, &message(r#""type":"play""#)), [Effect::Send(Command::Pause)]);
    assert_eq!(update(&mut model, Msg::Hidden(false)), [Effect::Send(Command::Play)]);
}

#[test]
fn what_is_run_ahead_to_is_kept_out_of_sight_and_by_a_new_engine_and_ends_at_a_pause() {
    let mut model = page("?stage=1&embed=1&run=0");
    let ahead = [Effect::Send(Command::Ahead { to_s: 55.0 })];
    assert_eq!(update(&mut model, Msg::Ahead(55.0)), ahead);
    let mut live = Live { ahead_s: Some(55.0), ..Live::default() };
    let told = |live: &Live| Msg::Engine(Box::new(Update::Live(Box::new(live.clone()))));
    update(&mut model, told(&live));
    update(&mut model, Msg::Hidden(true));
    live.ahead_s = None;
    update(&mut model, told(&live));
    assert_eq!(update(&mut model, Msg::Hidden(false)), ahead);
    assert!(update(&mut model, Msg::EngineReady(Place::Worker)).contains(&ahead[0]));
    update(&mut model, Msg::TogglePlay);
    assert_eq!(model.ahead, None);
    assert_eq!(update(&mut model, Msg::TogglePlay), [Effect::Send(Command::Play)]);
}

#[test]
fn an_engine_that_failed_is_told_once_each_time() {
    let mut model = Model::new("?stage=3&embed=1", Preferences::default(), None);
    let mut news = News::default();
    let mut errors = |model: &mut Model, place: Option<Place>| -> Vec<String> {
        if let Some(place) = place {
            update(model, Msg::EngineReady(place));
        }
        let told = news.of(model, 0.0).0.into_iter();
        let told = told.map(|text| serde_json::from_str::<Value>(&text).expect("is JSON"));
        let errors = told.filter(|message| message["type"] == "error");
        errors.map(|message| message["problems"].to_string()).collect()
    };
    let failed = |what: &str| {
        let what = format!("it failed, and {what}: the same system, from time zero");
        vec![json!([{ "at": "engine", "what": what }]).to_string()]
    };
    assert_eq!(errors(&mut model, Some(Place::Worker)), [""; 0]);
    assert_eq!(errors(&mut model, Some(Place::Worker)), [""; 0], "one that had grown too large");
    assert_eq!(errors(&mut model, Some(Place::Again)), failed("a new one was started"));
    assert_eq!(errors(&mut model, None), [""; 0], "once");
    let here = failed("the page runs it itself now, more slowly");
    assert_eq!(errors(&mut model, Some(Place::Page(Cause::Failed))), here);
}

#[test]
fn only_news_is_told_and_figures_four_times_a_second() {
    let mut model = Model::new("?stage=3&embed=1", Preferences::default(), None);
    let mut news = News::default();
    assert_eq!(news.of(&model, 0.0), (vec![], None), "the engine has not answered");
    update(&mut model, Msg::EngineReady(Place::Page(Cause::Shut)));
    let types = |told: Vec<String>| -> Vec<String> {
        let parsed = told.iter().map(|text| serde_json::from_str::<Value>(text).expect("is JSON"));
        parsed.map(|value| value["type"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(types(news.of(&model, 0.0).0), ["ready", "state", "metrics"]);
    assert_eq!(news.of(&model, 10.0), (vec![], None));
    Rc::make_mut(&mut model.live).figures.at_s = 3.0;
    assert_eq!(news.of(&model, 50.0), (vec![], Some(200.0)));
    assert_eq!(types(news.of(&model, 250.0).0), ["metrics"]);
    update(&mut model, Msg::TogglePlay);
    assert_eq!(types(news.of(&model, 260.0).0), ["state"]);
}
