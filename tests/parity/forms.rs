//! Every preset from its link and from its file, natively and in wasm: one hash; and damaged links
//! and files, which harm nobody there either. `MILLIONTH_RECORD=1` records the hashes anew.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use millionth::headless::{self, Host};
use millionth::sim::analysis::report::{self, RunPlan};
use millionth::sim::rng::{Draw, Purpose, Stream};
use millionth::sim::scenario::{Scenario, file, link, presets};
use millionth::sim::session::{Command, Session, Update};
use millionth::sim::topology::Topology;
use millionth::sim::units::Span;

fn all() -> Vec<Scenario> {
    let stages = presets::STAGES.iter().map(|stage| presets::stage(stage.number));
    stages.chain((0..presets::PRESETS.len()).map(presets::preset)).collect()
}

fn hash(scenario: &Scenario) -> String {
    let topology = Topology::build(scenario).expect("presets can run");
    let plan = RunPlan { warm_up: Span::from_seconds(0.2), duration: Span::from_seconds(0.3) };
    report::run(topology, plan, |_| {}).expect("keeps the laws").0.hash()
}

#[test]
fn every_preset_has_one_hash_as_link_and_as_file_wherever_it_runs() {
    let mut table = String::new();
    for scenario in all() {
        let link = link::write(&scenario);
        let from_file = file::read(&file::write(&scenario).to_string()).expect("is read back");
        let (one, other) = (hash(&link::read(&link).scenario), hash(&from_file));
        assert_eq!(one, other, "{link}");
        table.push_str(&format!("{one} {link}\n"));
    }
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/presets.txt");
        return std::fs::write(path, &table).expect("the record can be written");
    }
    assert_eq!(table, include_str!("presets.txt"));
}

/// The settled figures that the page shows first, as the engine's session makes them.
#[test]
fn every_preset_settles_to_one_hash_wherever_it_runs() {
    let mut table = String::new();
    for scenario in all() {
        let mut session = Session::new(&link::write(&scenario));
        let mut advance = || session.handle(Command::Advance { wall_ms: 0.0, events: 100_000 });
        let settled = |update| match update {
            Update::Settled(settled) => Some(settled.hash()),
            _ => None,
        };
        let hash = (0..1_000).find_map(|_| advance().into_iter().find_map(settled));
        let hash = hash.expect("it settles");
        table.push_str(&format!("{hash} {}\n", link::write(&scenario)));
    }
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/settled.txt");
        return std::fs::write(path, &table).expect("the record can be written");
    }
    assert_eq!(table, include_str!("settled.txt"));
}

/// What the command says of a line; `file` is what any file holds.
fn said(line: &str, file: &str) -> serde_json::Value {
    let words: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
    let host = Host {
        read: &|_| Ok(file.to_owned()),
        write: &|_, _| Ok(()),
        clock: &|| 0.0,
        tell: &|_| {},
        each: &|count, _, work| (0..count).for_each(work),
        cores: 1,
    };
    let ending = headless::run(&words, &host);
    assert_eq!((ending.code, ending.err.as_str()), (0, ""), "{line}");
    serde_json::from_str(&ending.out).expect("is JSON")
}

/// What the page shows once figures have settled, from the command's `settle`.
#[test]
fn the_command_settles_a_file_and_its_link_to_what_the_page_shows() {
    let mut table = String::new();
    for link in ["?stage=1#v=1", "?stage=3#v=1&web.servers=6&fault=kill.web.2"] {
        let file = file::write(&link::read(link).scenario).to_string();
        let of_link = said(&format!("settle {link} --json"), "");
        let of_file = said("settle lesson.json --json", &file);
        assert_eq!(of_link, of_file, "{link}");
        let hash = of_link["result_hash"].as_str().expect("is a text");
        table.push_str(&format!("{hash} {link}\n"));
    }
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/complete.txt");
        return std::fs::write(path, &table).expect("the record can be written");
    }
    assert_eq!(table, include_str!("complete.txt"));
}

fn damaged(text: &str, draw: &mut Draw) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=draw.below(4) {
        let place = draw.below(bytes.len().max(1) as u32) as usize;
        match draw.below(4) {
            0 => bytes.truncate(place.max(1)),
            1 => bytes[place] ^= 1 << draw.below(8),
            2 => bytes.rotate_left(place),
            _ => bytes.insert(place, b"=&#?%.,9e{}[]\":@"[draw.below(16) as usize]),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A tenth of what the native test reads, for a browser is slower and reads the same code.
#[test]
fn ten_thousand_damaged_links_and_files_harm_nobody() {
    let links: Vec<String> = all().iter().map(link::write).collect();
    let rich = "&web.sizes=1,2&fault=kill.web.2@60for30&at=9:web.servers=3&check=p99+below+1s";
    let draws = Stream::new(12, 6, Purpose::Hash);
    let mut sum = 0;
    for number in 0..10_000 {
        let mut draw = draws.at(number);
        let link = format!("{}{rich}", links[draw.below(links.len() as u32) as usize]);
        if number % 2 == 0 {
            sum += link::read(&damaged(&link, &mut draw)).all_problems().len();
        } else {
            let text = file::write(&link::read(&link).scenario).to_string();
            sum += file::read(&damaged(&text, &mut draw)).map_or_else(|p| p.len(), |_| 0);
        }
    }
    assert_eq!(sum, DAMAGE, "the same everywhere");
}

/// Problems that are named in all of them.
const DAMAGE: usize = 12_942;
