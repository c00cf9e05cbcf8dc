//! `millionth check` as a build runs it: how it ends, what it says of what failed, and its XML.

use millionth::headless::{self, Ending, Host};
use std::cell::RefCell;

const HOLDS: &str = r#"{"stage": 2, "checks": ["errors < 1 %", "p99 < 5 s after 10 s"]}"#;
const FAILS: &str = r#"{"stage": 3, "faults": ["kill.web@12for3"],
    "checks": ["errors = 0 before kill.web", "availability >= 99.9 %"]}"#;
const RUN: &str = "--warmup 5 --duration 15";

/// Runs a line; its words may hold gaps written as `_`. Gives what was written into a file, too.
fn check(line: &str) -> (Ending, String) {
    let words: Vec<String> = line.split_whitespace().map(|word| word.replace('_', " ")).collect();
    let written = RefCell::new(String::new());
    let read = |path: &str| match path {
        "holds.json" => Ok(HOLDS.to_owned()),
        "fails.json" => Ok(FAILS.to_owned()),
        "broken.json" => Ok(r#"{"stage": 3, "checks": ["p99 of moon < 3 s"]}"#.to_owned()),
        "unread.json" => Ok(r#"{"stage": 3, "checks": ["p99 is fast"]}"#.to_owned()),
        _ => Err("there is no such file".to_owned()),
    };
    let write = |_: &str, text: &str| {
        text.clone_into(&mut written.borrow_mut());
        Ok(())
    };
    let each = |count: usize, _: usize, work: &(dyn Fn(usize) + Sync)| (0..count).for_each(work);
    let host =
        Host { read: &read, write: &write, clock: &|| 0.0, tell: &|_| {}, each: &each, cores: 2 };
    let ending = headless::run(&words, &host);
    (ending, written.into_inner())
}

#[test]
fn it_ends_with_0_where_all_hold_1_where_one_fails_2_for_wrong_input() {
    for (line, code, expected) in [
        ("check holds.json", 0, "2 hold, 0 failed"),
        ("check stage-2 --check errors_<_1_%", 0, "ok    errors < 1 %"),
        ("check ?stage=2#check=errors+below+1pct", 0, "1 hold"),
        ("check fails.json", 1, "FAIL  availability >= 99.9 %: expected >= 99.9 %, measured"),
        ("check holds.json fails.json", 1, "3 hold, 1 failed"),
        ("check stage-2", 2, "there is none"),
        ("check", 2, "a scenario is needed"),
        ("check broken.json", 2, "moon"),
        ("check unread.json", 2, "no number"),
        ("check holds.json nowhere.json broken.json", 2, "nowhere.json"),
        ("check holds.json --check p99_<_1_s_after_99_s", 2, "the run ends at 20 s"),
        ("check stage-2 --check nonsense", 2, "--check"),
    ] {
        let (ending, _) = check(&format!("{line} {RUN}"));
        let said = format!("{}{}", ending.out, ending.err);
        assert!(ending.code == code && said.contains(expected), "{line}: {}: {said}", ending.code);
        assert_eq!(ending.err.is_empty(), code < 2, "{line}");
    }
    let (ending, _) = check(&format!("check fails.json {RUN}"));
    assert!(ending.out.contains("it first broke between 1"), "{}", ending.out);
}

#[test]
fn the_same_is_told_as_json_and_as_xml() {
    let (ending, xml) = check(&format!("check holds.json fails.json {RUN} --json --junit x.xml"));
    let value: serde_json::Value = serde_json::from_str(&ending.out).expect("is JSON");
    assert_eq!((ending.code, &value["holds"]), (1, &serde_json::json!(false)));
    let failed = &value["scenarios"][1]["checks"][1];
    assert_eq!(failed["check"], "availability >= 99.9 %");
    assert!(failed["measured"]["value"].as_f64().is_some_and(|x| x < 99.9), "{failed}");
    assert!(failed["broke_s"][0].as_f64().is_some_and(|s| (11.0..14.0).contains(&s)), "{failed}");
    for part in [
        "<testsuites name=\"millionth\" tests=\"4\" failures=\"1\" errors=\"0\">",
        "name=\"errors &lt; 1 %\"/>",
        "<failure message=\"expected &gt;= 99.9 %, measured ",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    let alone = check("run fails.json --warmup 5 --duration 15 --json").0.out;
    let alone: serde_json::Value = serde_json::from_str(&alone).expect("is JSON");
    assert_eq!(alone["result_hash"], value["scenarios"][1]["result_hash"]);
}

#[test]
fn links_and_files_become_each_other() {
    let file = check("convert ?stage=3#v=1&web.servers=6&check=p99+below+1s").0.out;
    assert!(file.contains("\"web.servers\": 6") && file.contains("p99 < 1 s"), "{file}");
    let link = check("convert fails.json").0.out;
    let expected = "?stage=3#v=1&fault=kill.web@12for3&check=errors+is+0+before+kill.web\
                    &check=availability+at-least+99.9pct\n";
    assert_eq!(link, expected);
    assert_eq!(check("convert stage-3 --json --link").0.code, 2);
}
