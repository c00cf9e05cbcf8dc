//! Whatever a visitor does, for however long: link and file bring exactly it back, and where the
//! link is longer than is kept everywhere the dialog says so.

use super::forms::KEPT_EVERYWHERE;
use super::{Msg as Share, State};
use crate::sim::kinds::Kind;
use crate::sim::kinds::param::{Domain, Param};
use crate::sim::rng::{Draw, Purpose, Stream};
use crate::sim::scenario::{MOST_SITES, Scenario, file, link, presets};
use crate::sim::session::Command;
use crate::web::model::{Model, Msg, Preferences, update};
use crate::web::{parts, timeline};

fn pick<'a, T>(list: &'a [T], draw: &mut Draw) -> &'a T {
    &list[draw.below(list.len() as u32) as usize]
}

/// A value as a hand gives it: two figures, or all that a number can have.
fn value(param: &Param, draw: &mut Draw) -> String {
    let number = |min: f64, max: f64, draw: &mut Draw| {
        let x = min + draw.unit() * draw.unit() * (max - min);
        if draw.below(4) > 0 { format!("{x:.2}") } else { x.to_string() }
    };
    match param.domain {
        Domain::Switch => (*pick(&["on", "off"], draw)).to_owned(),
        Domain::Choice(names) => pick(names, draw).0.to_owned(),
        Domain::Count { min, max, .. } => {
            format!("{:.0}", min + draw.unit() * draw.unit() * (max - min))
        }
        Domain::Number { min, max, .. } => number(min, max, draw),
        Domain::List { min, max, longest } => {
            let items = [3, longest as u32][usize::from(draw.below(8) == 0)];
            let items = (0..draw.below(items + 1)).map(|_| number(min, max, draw));
            items.collect::<Vec<_>>().join(",")
        }
    }
}

fn setting(scenario: &Scenario, draw: &mut Draw) -> (String, String) {
    let part = pick(&scenario.parts, draw);
    let param = pick(part.kind.params(), draw);
    let name = if draw.below(2) == 0 { part.kind.key().into() } else { scenario.name(part) };
    (format!("{name}.{}", param.key), value(param, draw))
}

/// Something that a visitor can do.
fn step(scenario: &Scenario, draw: &mut Draw) -> Msg {
    let name = |draw: &mut Draw| {
        let part = pick(&scenario.parts, draw);
        scenario.name(part)
    };
    let at = f64::from(draw.below(90_000)) / 100.0;
    match draw.below(20) {
        0 => {
            let (word, part) =
                (*pick(&["kill", "slow3.5", "delay70", "errors0.2"], draw), name(draw));
            Msg::Timeline(timeline::Msg::AddFault(format!("{word}.{part}@{at}for30")))
        }
        1 => {
            let (key, value) = setting(scenario, draw);
            Msg::Timeline(timeline::Msg::AddChange(format!("{at}:{key}={value}")))
        }
        2 => match timeline::marks(scenario).as_slice() {
            [] => Msg::Redo,
            marks => {
                let (name, lasts) = (pick(marks, draw).name.clone(), Some(at));
                Msg::Timeline(timeline::Msg::Move { name, at, lasts, done: true })
            }
        },
        3 => Msg::Parts(parts::Msg::Add(*pick(Kind::ALL, draw))),
        4 if draw.below(8) == 0 => Msg::Parts(parts::Msg::Remove(*pick(Kind::ALL, draw))),
        5 => Msg::Parts(parts::Msg::Sites(1 + draw.below(MOST_SITES.into()) as u8)),
        6 => Msg::Act("Kill".into(), vec![Command::Fail { fault: format!("kill.{}", name(draw)) }]),
        7 => {
            let server = Some(draw.below(6) as usize);
            Msg::Act("Heal".into(), vec![Command::Heal { part: name(draw), server }])
        }
        8 => Msg::Undo,
        9 => Msg::Seed(draw.below(u32::MAX).into()),
        _ => {
            let (key, text) = setting(scenario, draw);
            Msg::Set { key, text, done: true }
        }
    }
}

fn page(link: &str) -> Model {
    Model::new(&format!("https://millionth.example/{link}"), Preferences::default(), None)
}

#[test]
fn whatever_is_done_link_and_file_bring_exactly_it_back() {
    let draws = Stream::new(8, 51, Purpose::Hash);
    let mut longest = 0;
    for (walk, link) in ["?stage=3", "?stage=9", "?preset=retry-storm"].into_iter().enumerate() {
        let mut model = page(link);
        for number in 0..300 {
            let mut draw = draws.at(1_000 * walk as u64 + number);
            let msg = step(&model.scenario, &mut draw);
            update(&mut model, msg);
            if number % 10 == 0 {
                let reading = link::read(&model.link);
                assert_eq!(reading.all_problems(), [], "{}", model.link);
                assert!(reading.scenario == *model.scenario, "{}", model.link);
                let text = file::write(&model.scenario).to_string();
                let back = file::read(&text).map(|scenario| link::write(&scenario));
                assert_eq!(back.as_ref(), Ok(&model.link));
                longest = longest.max(model.link.len());
            }
        }
    }
    assert!(longest > 2 * KEPT_EVERYWHERE, "beyond what is shared: {longest}");
}

#[test]
fn what_no_link_would_hold_is_refused() {
    let mut model = page("?stage=3#web.servers=500");
    let sizes: Vec<String> = (0..500).map(|i| (1.0 + f64::from(i) / 7.0).to_string()).collect();
    for number in 0..40 {
        let change = format!("{number}:web.sizes={}", sizes.join(","));
        update(&mut model, Msg::Timeline(timeline::Msg::AddChange(change)));
    }
    let said = model.notice.first().map(ToString::to_string).unwrap_or_default();
    assert!(said.ends_with("of which 131072 are read"), "{said}");
    assert!((2..40).contains(&model.scenario.changes.len()) && model.link.len() <= link::LONGEST);
    assert!(link::read(&model.link).scenario == *model.scenario);
}

/// Settings as a slider or a choice gives them, each of another setting, in a system of one site.
#[test]
fn eighty_changed_settings_fit_into_what_is_kept_everywhere() {
    let draws = Stream::new(8, 52, Purpose::Hash);
    for stage in 1..=9_u64 {
        let mut model = page(&format!("?stage={stage}&sites=1"));
        let (mut changed, mut tried) = (0, 0);
        while changed < 80 && tried < 2_000 {
            tried += 1;
            let mut draw = draws.at(10_000 * stage + tried);
            let (key, mut text) = setting(&model.scenario, &mut draw);
            let is_list = text.contains(',');
            text.truncate(5);
            let before = model.scenario.settings().len();
            if !is_list {
                update(&mut model, Msg::Set { key, text, done: true });
            }
            changed = before.max(model.scenario.settings().len());
        }
        let length = model.link.len();
        assert!(length <= KEPT_EVERYWHERE, "stage {stage}: {length} for {changed} settings");
    }
}

#[test]
fn one_healed_of_a_dead_tier_of_hundreds_is_a_short_link() {
    let mut model = page("?stage=3#web.servers=500");
    for command in [
        Command::Fail { fault: "kill.web".into() },
        Command::Heal { part: "web".into(), server: Some(99) },
        Command::Heal { part: "web".into(), server: Some(299) },
    ] {
        update(&mut model, Msg::Act("x".into(), vec![command]));
    }
    assert_eq!(model.scenario.faults.len(), 498);
    let expected = "?stage=3#v=1&web.servers=500&fault=kill.web.1-99&fault=kill.web.101-299\
                    &fault=kill.web.301-500";
    assert_eq!(model.link, expected);
    assert_eq!(link::read(expected).scenario, *model.scenario);
}

#[test]
fn no_scenario_says_more_than_is_read() {
    let rows: usize = Kind::ALL.iter().map(|kind| kind.params().len()).sum();
    // All settings of all sites, the timeline, checks, and what it starts from.
    let most = rows * usize::from(MOST_SITES) + 1_000 + 200 + 50 + 10;
    let pairs = "&x".repeat(most);
    assert!(most <= 8_192 && link::read(&pairs).unknown.len() == 1, "{most}");
}

#[test]
fn a_longer_link_is_said_to_be_too_long() {
    let mut model = page(&presets_link());
    let warned = |state: &State, scenario: &Scenario| state.text(scenario).1 > state.form().longest;
    assert!(!warned(&model.share, &model.scenario));
    for number in 0..150 {
        let fault = format!("slow3.web.2@{number}for0.5");
        update(&mut model, Msg::Timeline(timeline::Msg::AddFault(fault)));
    }
    assert!(warned(&model.share, &model.scenario));
    // A page of one's own keeps more.
    update(&mut model, Msg::Share(Share::Form(1)));
    assert!(!warned(&model.share, &model.scenario), "{}", model.link.len());
}

fn presets_link() -> String {
    link::write(&presets::stage(3))
}
