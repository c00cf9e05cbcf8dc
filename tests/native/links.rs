//! Links and files: those of old that have to mean the same for ever, the way from one form to the
//! other and back, how long they get, and what no input may do.

use crate::wild::any_scenario;
use millionth::headless::{self, Host};
use millionth::sim::analysis::report::{RunPlan, run};
use millionth::sim::rng::{Draw, Purpose, Stream};
use millionth::sim::scenario::{Check, PresentFault, Scenario, file, link, presets, schema};
use millionth::sim::topology::Topology;
use millionth::sim::units::Span;

const GOLDEN: &str = include_str!("links.golden");
/// Longest link that is read everywhere, and longest of the worked examples.
const LONGEST: usize = 2_000;
const LONGEST_EXAMPLE: usize = 400;

fn stages_and_presets() -> Vec<(String, Scenario)> {
    let stages = presets::STAGES.iter().map(|s| (format!("stage-{}", s.number), s.number));
    let stages = stages.map(|(name, number)| (name, presets::stage(number)));
    let others = presets::PRESETS.iter().enumerate();
    stages.chain(others.map(|(at, p)| (p.key.to_owned(), presets::preset(at)))).collect()
}

/// A fingerprint of all that a scenario is: every setting of every part, and its timeline.
fn meaning(scenario: &Scenario) -> String {
    let mut text = String::new();
    for part in &scenario.parts {
        for (row, param) in part.kind.params().iter().enumerate() {
            // What is at its default says nothing: a setting added later changes no old link.
            if *part.spec.value(row) != param.initial() {
                let value = param.write(part.spec.value(row));
                text.push_str(&format!("{}.{}={value};", scenario.name(part), param.key));
            }
        }
        text.push_str(&format!("{};", scenario.name(part)));
    }
    for fault in &scenario.faults {
        text.push_str(&format!("{};", fault.write()));
    }
    for change in &scenario.changes {
        text.push_str(&format!("{};", link::write_change(change)));
    }
    for check in &scenario.checks {
        text.push_str(&format!("{};", check.write()));
    }
    text.push_str(&scenario.seed.to_string());
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

/// Links worth keeping besides the stages and presets: what a page, a slide or a file may hold.
const RICH: &[&str] = &[
    "?stage=3#v=1&lb.algorithm=two-choices&web.servers=6&fault=kill.web.2&seed=9",
    "?stage=7#v=1&web2.servers=12&fault=kill.network3@60for300&at=120:dns.ttl_s=30",
    "?stage=4&add=to_db#v=1&to_db.timeout_ms=200&to_db.breaker=on",
    "?preset=retry-storm&timeline=own#v=1&fault=kill.web.1@30",
    "?stage=9&drop=monitor&sites=2#v=1&clients.rate=90000&web2.servers=80\
     &seed=18446744073709551615",
    "?parts=clients,web#v=1&clients.rate=80&web.discipline=slots&web.slots=1&web.sizes=1,2,4",
    "?stage=3#v=1&check=p99+of+reads+below+200ms+after+60s&check=availability+at-least+99.9pct",
    "?stage=5#v=1&cache.strategy=write-back&fault=flush.cache@90&fault=slow5.db@60for30",
];

#[test]
fn links_of_old_mean_what_they_meant() {
    let mut known =
        stages_and_presets().into_iter().map(|(_, s)| link::write(&s)).collect::<Vec<_>>();
    known.extend(RICH.iter().map(|link| (*link).to_owned()));
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        let mut text = GOLDEN.to_owned();
        for link in known.iter().filter(|link| !GOLDEN.contains(&format!(" {link}\n"))) {
            text.push_str(&format!("{} {link}\n", meaning(&link::read(link).scenario)));
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/native/links.golden");
        return std::fs::write(path, text).expect("the record can be written");
    }
    for line in GOLDEN.lines().filter(|line| !line.starts_with('#')) {
        let (expected, link) = line.split_once(' ').expect("is a hash and a link");
        let reading = link::read(link);
        assert_eq!(reading.all_problems(), [], "{link}");
        assert_eq!(meaning(&reading.scenario), expected, "{link}");
        assert!(Topology::build(&reading.scenario).is_ok(), "{link}");
    }
    for link in known {
        assert!(GOLDEN.contains(&format!(" {link}\n")), "MILLIONTH_RECORD=1 adds {link}");
        assert!(link.len() <= LONGEST_EXAMPLE, "{link}");
    }
}

#[test]
fn any_scenario_becomes_a_link_and_a_file_and_comes_back() {
    let draws = Stream::new(9, 5, Purpose::Hash);
    for seed in 0..400 {
        let mut scenario = any_scenario(&mut draws.at(seed), seed);
        let claim = Check::read("p99 of reads < 200 ms after 60.25 s").expect("is a claim");
        scenario.checks.extend((seed % 3 == 0).then_some(claim));
        let link = link::write(&scenario);
        let reading = link::read(&link);
        assert_eq!((reading.all_problems(), &reading.scenario), (vec![], &scenario), "{link}");
        let file = file::write(&scenario).to_string();
        assert_eq!(file::read(&file).as_ref(), Ok(&scenario), "{file}");
    }
}

#[test]
fn what_can_be_reached_by_sixty_steps_fits_into_a_link() {
    let mut longest = 0;
    for (name, start) in stages_and_presets() {
        let mut draw = Stream::new(3, 8, Purpose::Hash).at(name.len() as u64);
        let mut scenario = start;
        for _ in 0..60 {
            let mut changed = scenario.clone();
            let (key, value) = crate::wild::setting(&changed, &mut draw);
            match draw.below(8) {
                0 => {
                    let server = 1 + draw.below(4);
                    let fault = format!("kill.web.{server}@{}for30", draw.below(300));
                    changed.fail(PresentFault::read(&fault).expect("is a fault"));
                    changed.drop_faults_of_nothing();
                }
                1 => changed.seed = u64::from(draw.below(u32::MAX)),
                _ => drop(changed.set(&key, &value)),
            }
            if Topology::build(&changed).is_ok() {
                scenario = changed;
            }
        }
        let link = link::write(&scenario);
        longest = longest.max(link.len());
        assert!(link.len() <= LONGEST, "{} characters: {link}", link.len());
    }
    assert!(longest > 300, "the states are rich: {longest}");
}

/// Damages a text the way that mail, chats, hands and attackers do.
fn damaged(text: &str, draw: &mut Draw) -> String {
    const HOSTILE: [&str; 12] = [
        "<script>alert(1)</script>",
        "javascript:",
        "%00",
        "\u{202e}",
        "%",
        "%F",
        "%+f",
        "1e999",
        "-0",
        "NaN",
        "&&==##??",
        "𝕏",
    ];
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=draw.below(5) {
        let place = draw.below(bytes.len().max(1) as u32) as usize;
        match draw.below(7) {
            0 => bytes.truncate(place.max(1)),
            1 => bytes[place] ^= 1 << draw.below(8),
            2 => bytes[place] = draw.below(256) as u8,
            3 => drop(bytes.splice(place..place, HOSTILE[draw.below(12) as usize].bytes())),
            4 => bytes.rotate_left(place),
            5 => {
                let piece = bytes[place..].to_vec();
                bytes.extend(piece);
            }
            _ => bytes.insert(place, b"=&#?%.,9e{}[]\":@"[draw.below(16) as usize]),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_hundred_thousand_damaged_links_and_files_harm_nobody() {
    let links: Vec<String> =
        GOLDEN.lines().filter_map(|l| l.split_once(' ')).map(|l| l.1.to_owned()).collect();
    let file = |link: &String| file::write(&link::read(link).scenario).to_string();
    let files: Vec<String> = links.iter().map(file).collect();
    let draws = Stream::new(11, 4, Purpose::Hash);
    let mut good = 0;
    for number in 0..104_000_u64 {
        let mut draw = draws.at(number);
        let pick = draw.below(links.len() as u32) as usize;
        if number % 2 == 0 {
            let text = damaged(&links[pick], &mut draw);
            let reading = link::read(&text);
            assert!(reading.problems.len() <= 50 && reading.unknown.len() <= 50, "{text}");
            for problem in reading.all_problems() {
                assert!(problem.to_string().len() < 2_000, "{text}: {problem}");
            }
            good += usize::from(reading.all_problems().is_empty());
        } else {
            good += usize::from(file::read(&damaged(&files[pick], &mut draw)).is_ok());
        }
    }
    assert!(good > 50, "some are still right: {good}");
}

#[test]
fn huge_input_is_bounded() {
    let many = |piece: &str| format!("?stage=3#{}", piece.repeat((1 << 22) / piece.len()));
    for piece in [
        "&web.servers=6",
        "&fault=kill.web.1@5",
        "&at=5:web.servers=3",
        "&x",
        "&check=p99+below+1s",
    ] {
        let reading = link::read(&many(piece));
        assert!(!reading.all_problems().is_empty() && reading.problems.len() <= 50, "{piece}");
        assert!(link::write(&reading.scenario).len() < link::LONGEST, "{piece}");
    }
    for item in ["\"kill.web.1@5\"", "[[]]", "{}", "1"] {
        let items = vec![item; 40_000].join(",");
        assert!(file::read(&format!("{{\"stage\":3,\"faults\":[{items}]}}")).is_err(), "{item}");
    }
    assert!(file::read(&"{\"a\":".repeat(200_000)).is_err());
    assert!(file::read(&" ".repeat(file::LONGEST + 1)).is_err());
}

#[test]
fn a_link_and_its_file_give_one_result() {
    let plan = RunPlan { warm_up: Span::from_seconds(0.5), duration: Span::from_seconds(0.5) };
    let hash = |scenario: &Scenario| {
        let topology = Topology::build(scenario).expect("presets can run");
        run(topology, plan, |_| {}).expect("keeps the laws").0.hash()
    };
    for (name, scenario) in stages_and_presets() {
        let file = file::read(&file::write(&scenario).to_string()).expect("is read back");
        let link = link::read(&link::write(&scenario)).scenario;
        assert_eq!(hash(&file), hash(&link), "{name}");
    }
}

#[test]
fn the_schema_is_written_down() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scenario.schema.json");
    let text = format!("{:#}\n", schema::schema());
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        return std::fs::write(path, text).expect("the schema can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == text, "make docs writes it anew");
}

/// Runs a line of a document; its words may stand in single quotes.
fn said(line: &str, file: &str) -> (u8, String) {
    let words = line.split('\'').enumerate().flat_map(|(at, piece)| match at % 2 {
        0 => piece.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>(),
        _ => vec![piece.to_owned()],
    });
    let words: Vec<String> = words.skip(1).collect();
    let each = |count: usize, _: usize, work: &(dyn Fn(usize) + Sync)| (0..count).for_each(work);
    let host = Host {
        read: &|_| Ok(file.to_owned()),
        write: &|_, _| Ok(()),
        clock: &|| 0.0,
        tell: &|_| {},
        each: &each,
        cores: 1,
    };
    let ending = headless::run(&words, &host);
    (ending.code, ending.out + &ending.err)
}

#[test]
fn every_example_of_the_documents_works() {
    let mut lines = 0;
    for text in [include_str!("../../docs/checks.md"), include_str!("../../docs/scenario.md")] {
        let mut file = String::new();
        for (at, block) in text.split("```").enumerate().filter(|(at, _)| at % 2 == 1) {
            let (language, body) = block.split_once('\n').expect("a block has a language");
            let links = body.lines().filter(|line| line.starts_with('?'));
            match language {
                "json" => {
                    assert!(file::read(body).is_ok(), "{body}: {:?}", file::read(body));
                    body.clone_into(&mut file);
                }
                "sh" => {
                    for line in body.lines() {
                        let (code, said) = said(line, &file);
                        assert_eq!(code, 0, "{line}: {said}");
                        lines += 1;
                    }
                }
                "text" => {
                    for link in links {
                        let reading = link::read(link);
                        assert_eq!(reading.all_problems(), [], "{link}");
                        assert!(Topology::build(&reading.scenario).is_ok(), "{link}");
                        assert_eq!(link::write(&reading.scenario), link);
                        lines += 1;
                    }
                }
                other => panic!("block {at} is of {other}"),
            }
        }
    }
    assert!(lines >= 8, "{lines}");
}
