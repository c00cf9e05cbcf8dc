//! A is kept, compared and exchanged with B.

use super::*;
use crate::sim::analysis::settle::Estimate;
use crate::sim::session::{Command, Update};
use crate::web::insight;
use crate::web::model::{self, Msg as Page, Preferences};

fn page(address: &str) -> Model {
    let mut model = Model::new(address, Preferences::default(), None);
    tell(&mut model, Page::EngineReady(model::Place::Page(model::Cause::Shut)));
    model
}

fn tell(model: &mut Model, msg: Page) -> Vec<Effect> {
    let effects = model::update(model, msg);
    for effect in &effects {
        if let Effect::Send(Command::Set { .. } | Command::Load { .. }) = effect {
            let scenario = Update::Scenario { link: model.link.clone(), problems: Vec::new() };
            model::update(model, Page::Engine(Box::new(scenario)));
        }
    }
    effects
}

fn with(model: &mut Model, msg: Msg) -> Vec<Effect> {
    tell(model, Page::Insight(insight::Msg::Compare(msg)))
}

fn set(model: &mut Model, key: &str, text: &str) {
    tell(model, Page::Set { key: key.to_owned(), text: text.to_owned(), done: true });
}

fn figures(p99_s: f64, half: f64) -> Settled {
    Settled {
        p99_s: Some(Estimate { value: p99_s, half_width: Some(half) }),
        complete: true,
        ..Settled::default()
    }
}

fn settle(model: &mut Model, settled: Settled) {
    model::update(model, Page::Engine(Box::new(Update::Settled(Box::new(settled)))));
}

fn kept(model: &Model) -> &Kept {
    model.insight.kept.as_ref().expect("A is kept")
}

#[test]
fn what_was_before_a_change_is_of_the_same_system() {
    let mut model = page("?stage=3");
    settle(&mut model, figures(0.2, 0.01));
    set(&mut model, "web.servers", "7");
    assert!(model.before.is_some());
    settle(&mut model, figures(0.1, 0.01));
    tell(&mut model, Page::Stage(4));
    assert_eq!(model.before, None, "another stage is no change of it");
}

#[test]
fn a_is_kept_with_its_figures_and_exchanged_with_undo() {
    let mut model = page("?stage=3");
    let asked = with(&mut model, Msg::Keep);
    assert!(matches!(&asked[..], [Effect::Send(Command::Reference { .. })]), "{asked:?}");
    assert_eq!(kept(&model).settled, None);
    settle(&mut model, figures(0.2, 0.01));
    assert!(kept(&model).settled.is_some(), "A's figures are those that it settles to");
    let a = Rc::clone(&model.scenario);
    set(&mut model, "web.servers", "7");
    let b = Rc::clone(&model.scenario);
    assert!(super::figures(&model).is_none(), "B is not measured yet");
    settle(&mut model, figures(0.1, 0.01));
    with(&mut model, Msg::Swap);
    assert_eq!((&*model.scenario, &*kept(&model).scenario), (&*a, &*b));
    assert!(super::figures(&model).is_some(), "known from before");
    model::update(&mut model, Page::Undo);
    assert_eq!((&*model.scenario, &*kept(&model).scenario), (&*b, &*a));
    model::update(&mut model, Page::Redo);
    assert_eq!((&*model.scenario, &*kept(&model).scenario), (&*a, &*b));
    with(&mut model, Msg::Keep);
    set(&mut model, "web.servers", "9");
    model::update(&mut model, Page::Undo);
    assert_eq!((&*model.scenario, &*kept(&model).scenario), (&*a, &*a), "no exchange is undone");
    model::update(&mut model, Page::Undo);
    with(&mut model, Msg::Keep);
    with(&mut model, Msg::Open);
    assert_eq!((&*model.scenario, &*kept(&model).scenario), (&*b, &*b));
    with(&mut model, Msg::Drop);
    assert_eq!(model.insight.kept, None);
    assert_eq!(with(&mut model, Msg::Swap), []);
}

#[test]
fn what_is_kept_is_said_in_words() {
    let mut model = page("?stage=3");
    let about = |model: &Model| kept(model).about().replace('\u{202f}', " ");
    with(&mut model, Msg::Keep);
    let plain = "Stage 3, Load balancer, with nothing changed; kept at 00:00:00.0";
    assert_eq!(about(&model), plain);
    assert_eq!(model.said, format!("A is {plain}. Change anything to compare it."));
    Rc::make_mut(&mut model.live).figures.at_s = 75.0;
    set(&mut model, "web.servers", "7");
    with(&mut model, Msg::Keep);
    let seven = "Stage 3, Load balancer, with Web tier: Servers 4 → 7; kept at 00:01:15.0";
    assert_eq!(about(&model), seven);
    set(&mut model, "web.servers", "5");
    with(&mut model, Msg::Swap);
    assert_eq!(about(&model), seven.replace('7', "5"), "A is what stood there before");
    model::update(&mut model, Page::Undo);
    assert_eq!(about(&model), seven);
    let link = "?stage=2&add=cdn#fault=kill.db&seed=5&web.size=2&web.slots=9";
    let mut model = page(link);
    with(&mut model, Msg::Keep);
    let text = about(&model);
    assert!(text.contains(", with CDN: added; "), "{text}");
    assert!(text.ends_with("; and 1 more; kept at 00:00:00.0"), "{text}");
    let mut model = page("?stage=3&drop=lb#fault=kill.db");
    with(&mut model, Msg::Keep);
    let text = about(&model);
    assert!(text.contains("Load balancer: taken away"), "{text}");
    assert!(text.contains("Database is dead: added"), "{text}");
}

#[test]
fn only_intervals_that_do_not_meet_show_a_difference() {
    let finding = |a: (f64, f64), b: (f64, f64)| {
        let scenario = crate::sim::scenario::presets::stage(1);
        let (a, b) = (figures(a.0, a.1), figures(b.0, b.1));
        let rows = rows((&scenario, &a), (&scenario, &b));
        let row = rows.iter().find(|row| row.name == "p99").expect("there is a row");
        (row.finding.words(), row.difference.replace('\u{202f}', " "))
    };
    assert_eq!(finding((0.2, 0.01), (0.1, 0.01)), ("B lower, better", "−100 ms (−50 %)".into()));
    assert_eq!(
        finding((0.2, 0.01), (0.215, 0.01)),
        ("no difference shown", "+15 ms (+7.5 %)".into())
    );
    assert_eq!(finding((0.2, 0.01), (0.3, 0.02)), ("B higher, worse", "+100 ms (+50 %)".into()));
    assert_eq!(finding((0.2, 0.01), (0.2, 0.02)), ("the same", "0".into()));
}

#[test]
fn who_answers_fewer_is_no_better_for_answering_sooner() {
    let scenario = crate::sim::scenario::presets::stage(1);
    let with = |p99: f64, failed: u64| {
        let mut settled = figures(p99, 0.01);
        (settled.figures.users.good, settled.figures.users.failed) = (10_000 - failed, failed);
        settled
    };
    let finding = |a: &Settled, b: &Settled| {
        let rows = rows((&scenario, a), (&scenario, b));
        rows.iter().find(|row| row.name == "p99").expect("there is a row").finding.words()
    };
    let (sound, failing, slow) = (with(0.2, 0), with(0.1, 1_500), with(0.3, 20));
    assert_eq!(finding(&sound, &failing), "B lower");
    assert_eq!(finding(&failing, &sound), "B higher");
    assert_eq!(finding(&slow, &sound), "B lower, better");
    assert_eq!(finding(&sound, &slow), "B higher, worse");
}

#[test]
fn what_differs_is_listed_once() {
    let read = |text: &str| link::read(text).scenario;
    let plain = |list: Vec<String>| list.join("; ").replace('\u{202f}', " ");
    let said = |a: &str, b: &str| plain(differences(&read(a), &read(b)));
    assert_eq!(said("?stage=3", "?stage=3"), "");
    let text = said("?stage=3", "?stage=3#web.servers=7&lb.algorithm=two-choices&fault=kill.web.2");
    assert!(text.contains("Web tier: Servers") && text.contains("→ 7"), "{text}");
    assert!(
        text.contains("Load balancer: Algorithm") && text.contains("Web server 2 is dead"),
        "{text}"
    );
    let alike = said("?stage=7", "?stage=7#lb.check_s=9");
    assert_eq!(alike.matches("Health check").count(), 1, "{alike}");
    let parts = said("?stage=2", "?stage=3&add=cdn");
    assert!(
        parts.contains("Load balancer: only in B") && parts.contains("CDN: only in B"),
        "{parts}"
    );
}

#[test]
fn first_figures_have_no_interval_and_show_nothing_yet() {
    let scenario = crate::sim::scenario::presets::stage(1);
    let first = Settled { complete: false, ..figures(0.2, 0.01) };
    let later = figures(0.1, 0.01);
    let rows = rows((&scenario, &first), (&scenario, &later));
    let of = |name: &str| rows.iter().find(|row| row.name == name).expect("there is a row");
    let p99 = of("p99");
    assert_eq!(p99.texts.clone().map(|text| text.contains('±')), [false, true]);
    assert_eq!(p99.finding, Finding::Early);
    assert_eq!(of("Cost a month").finding, Finding::Same, "it follows from the settings alone");
}
