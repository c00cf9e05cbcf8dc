//! What the command says and how it ends, for right and for wrong input.

use super::*;
use std::cell::RefCell;

/// Runs a line with one file to read, and gives what was written besides.
fn run_writing(line: &str, file: &str, cores: usize) -> (Ending, Vec<(String, String)>) {
    let arguments: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
    let read = |path: &str| match path {
        "file.json" | "-" => Ok(file.to_owned()),
        _ => Err("there is no such file".to_owned()),
    };
    let written = RefCell::new(Vec::new());
    let write = |path: &str, text: &str| match path {
        "full.csv" => Err("no space left".to_owned()),
        _ => {
            written.borrow_mut().push((path.to_owned(), text.to_owned()));
            Ok(())
        }
    };
    // Backwards, so that nothing can rest on the order.
    let each = |count: usize, jobs: usize, work: &(dyn Fn(usize) + Sync)| {
        assert!(jobs > 0, "something has to do it");
        (0..count).rev().for_each(work);
    };
    let host =
        Host { read: &read, write: &write, clock: &|| 0.0, tell: &|_| {}, each: &each, cores };
    let ending = run(&arguments, &host);
    (ending, written.into_inner())
}

fn run_with(line: &str, file: &str) -> Ending {
    run_writing(line, file, 2).0
}

/// Standard output of a line that is right.
fn said(line: &str) -> String {
    let ending = run_with(line, "");
    assert_eq!((ending.code, ending.err.as_str()), (0, ""), "{line}");
    ending.out
}

#[test]
fn every_form_of_a_scenario_gives_the_same_result() {
    let hash = |line: &str, file: &str| {
        let ending = run_with(line, file);
        assert_eq!((ending.code, ending.err.as_str()), (0, ""), "{line}");
        let value: Value = serde_json::from_str(&ending.out).expect("is JSON");
        value["result_hash"].as_str().expect("is text").to_owned()
    };
    let rest = "--warmup 5 --duration 10 --json";
    let first = hash(&format!("run stage-2 --set web.size=4 {rest}"), "");
    let others = [
        (format!("run ?stage=2#web.size=4 {rest}"), ""),
        (format!("run https://a.example/?stage=2#v=1&web.size=4 {rest}"), ""),
        (format!("run file.json {rest}"), r#"{"stage":2,"settings":{"web.size":"4"}}"#),
        (format!("run - {rest}"), "?stage=2#web.size=4"),
        (format!("run file.json {rest}"), "\u{feff}{\"stage\":2,\"settings\":{\"web.size\":4}}"),
    ];
    for (line, file) in others {
        assert_eq!(hash(&line, file), first, "{line}");
    }
    assert_ne!(hash(&format!("run stage-2 --set web.size=4 --seed 2 {rest}"), ""), first);
}

#[test]
fn wrong_input_is_refused_with_every_problem_and_exit_code_2() {
    let cases = [
        ("", "", "a command is needed"),
        ("fly", "", "“fly” is not a command"),
        ("run", "", "a scenario is needed"),
        ("run stage-77", "", "“77” is not a stage"),
        ("run stage-1 --moon", "", "--moon"),
        ("run nowhere.json", "", "as a file: there is no such file"),
        ("run https://a.example/x/", "", "says nothing"),
        ("run retry-strom", "", "is no stage, no preset and no link"),
        ("run file.json", r#"{"stage":1,"title":3,"settings":{"web.queries":0}}"#, "never asked"),
        ("run ?stage=1#web.moon=1&web.queries=0", "", "never asked"),
        ("run stage-1 --csv --json", "", "missing argument for option '--csv'"),
        ("run stage-1 --seed 18446744073709551616", "", "from 0 to 18446744073709551615"),
        ("sweep stage-1 --over web.size=1,2 --jobs 0", "", "from 1 to 1024"),
        ("sweep stage-1 --set web.size=4 --over web.size=1,2", "", "with --set and with --over"),
        ("run file.json", "{", "is not JSON"),
        ("run stage-1 --set web.servers=0 --set x --seed q --duration -1", "", "web.servers"),
        ("run ?stage=1#web.moon=1", "", "web.moon"),
        ("run file.json", r#"{"parts":["web"]}"#, "clients is missing"),
        ("run -", "?stage=1\n?stage=2", "has more than one line"),
        ("run ?stage=1#v=1&m=x", "", "is not a revision"),
        ("run ?stge=3#web.servers=4", "", "“stge” is not a key"),
        ("params extra", "", "extra"),
    ];
    for (line, file, expected) in cases {
        let ending = run_with(line, file);
        assert_eq!(ending.code, 2, "{line}");
        assert!(ending.out.is_empty() && ending.err.contains(expected), "{line}: {}", ending.err);
    }
    let ending = run_with("run stage-1 --set web.servers=0 --set x --seed q --duration -1", "");
    assert_eq!(ending.err.lines().count(), 5, "{}", ending.err);
    assert!(ending.err.ends_with(HINT), "what to do comes last");
    assert_eq!(run_with("compare stage-1 stage-2", "").err.lines().count(), 2);
}

#[test]
fn what_another_revision_of_the_model_made_runs_with_a_notice() {
    let file = r#"{"v":1,"stage":1,"m":2,"checks":["errors < 1"]}"#;
    for (command, source) in [
        ("run --json", "?stage=1#v=1&m=2"),
        ("run --json", "file.json"),
        ("settle", "file.json"),
        ("convert", "file.json"),
        ("check", "file.json"),
    ] {
        let times = if command.starts_with(['r', 'c']) { SHORT } else { "" };
        let times = if command == "convert" { "" } else { times };
        let ending = run_with(&format!("{command} {source} {times}"), file);
        let said = "millionth: m: made with revision 2 of the model, this is revision 1: numbers \
                    may differ\n";
        assert_eq!((ending.code, ending.err.as_str()), (0, said), "{command} {source}");
        let in_json = ending.out.contains("\"notices\": [\n    {\n      \"at\": \"m\"");
        assert_eq!(in_json, command.contains("json"), "{command}: {}", ending.out);
    }
}

#[test]
fn what_is_planned_is_told_where_it_is_not_what_was_measured() {
    let over = "over before the measuring began";
    let within = "within what was measured";
    for (line, places) in [
        ("settle ?stage=3#fault=kill.web.2@60for30", vec![over]),
        ("settle ?stage=3#fault=kill.web.2&fault=flush.cache@60&at=1:web.size=2", vec![within]),
        ("settle ?stage=3#fault=kill.db@60for30", vec![within]),
        ("settle ?stage=3#fault=kill.web.2&at=1:web.servers=6", vec![]),
        ("settle ?preset=retry-storm", vec![]),
        (
            "run ?stage=3#fault=kill.web.2@1for2&at=9:web.size=2&fault=slow2.db@15 \
             --warmup 5 --duration 10",
            vec![over, within, "after the measuring ended"],
        ),
    ] {
        let text = said(line).split_whitespace().collect::<Vec<_>>().join(" ");
        let value: Value = serde_json::from_str(&said(&format!("{line} --json"))).expect("is JSON");
        let all = [over, within, "after the measuring ended"];
        let told: Vec<&str> = all.into_iter().filter(|place| text.contains(place)).collect();
        assert_eq!(told, places, "{line}: {text}");
        assert_eq!(value["notices"].as_array().map(Vec::len), Some(places.len()), "{line}");
    }
}

#[test]
fn the_table_of_settings_names_every_setting() {
    let (text, json) = (run_with("params", "").out, run_with("params --json", "").out);
    for (kind, param) in listing::rows() {
        let key = format!("{}.{}", kind.key(), param.key);
        assert!(text.contains(&key) && json.contains(&key), "{key}");
    }
    assert!(run_with("help", "").out.contains("millionth run"));
    for line in ["version", "--version", "-V"] {
        assert_eq!(said(line), format!("millionth {}\n", env!("CARGO_PKG_VERSION")));
    }
}

const SHORT: &str = "--warmup 5 --duration 10";

#[test]
fn a_sweep_is_the_runs_of_its_points_in_order() {
    let metrics = "--metric p99 --metric errors --metric utilisation.web --metric p50.write";
    let line = format!(
        "sweep stage-3 --set lb.algorithm=random --over web.servers=3..5:2 --over web.size=1,2 \
         {metrics} {SHORT} --csv -"
    );
    let swept = said(&line);
    assert_eq!(swept, run_writing(&format!("{line} --jobs 1"), "", 64).0.out, "for any jobs");
    let mut lines = swept.lines();
    let head = lines.next().expect("has a head");
    assert_eq!(
        head,
        "lb.algorithm,web.servers,web.size,p99,p99_ci95,errors,errors_ci95,utilisation.web,\
         utilisation.web_ci95,p50.write,p50.write_ci95"
    );
    let points = [(3, 1), (3, 2), (5, 1), (5, 2)];
    for (servers, size) in points {
        let point = said(&format!(
            "run stage-3 --set lb.algorithm=random --set web.servers={servers} \
             --set web.size={size} {metrics} {SHORT} --csv -"
        ));
        let line = lines.next().expect("has a line for each point");
        assert!(line.starts_with(&format!("random,{servers},{size},0.")), "{line}");
        assert_eq!(point, format!("{head}\n{line}\n"));
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn a_sweep_has_the_figures_of_the_run_as_json_and_as_a_table() {
    let sweep = format!("sweep stage-2 --over clients.rate=50..100:*2 --metric p95 {SHORT}");
    let value: Value = serde_json::from_str(&said(&format!("{sweep} --json"))).expect("is JSON");
    let run = said(&format!("run stage-2 --set clients.rate=100 {SHORT} --json"));
    let run: Value = serde_json::from_str(&run).expect("is JSON");
    assert_eq!(value["points"][1]["values"][0], "100");
    assert_eq!(value["points"][1]["metrics"][0], run["report"]["result"]["p95_s"]);
    let table = said(&sweep);
    assert!(table.contains("clients.rate  p95 [s]") && table.lines().count() == 6, "{table}");
    let (ending, written) = run_writing(&format!("{sweep} --csv out.csv"), "", 1);
    assert_eq!((ending.code, ending.out == table), (0, true));
    assert_eq!(written.len(), 1);
    assert!(written[0].1.starts_with("clients.rate,p95,p95_ci95\n50,0."), "{written:?}");
    let (ending, _) = run_writing(&format!("{sweep} --csv full.csv"), "", 1);
    assert!(ending.code == 2 && ending.err.contains("no space left"), "{ending:?}");
    assert_eq!(ending.out, table, "what was simulated is not lost");
}

#[test]
fn every_problem_of_a_line_is_named_at_once() {
    let cases: [(&str, &[&str]); 8] = [
        ("sweep stage-1", &["--over: is needed"]),
        (
            "sweep stage-1 --over web.servers=0..2 --over x --metric q --metric hit_ratio.web \
             --jobs -1 --seed q --duration 0",
            &[
                "web.servers: 0 is outside",
                "“x” is not KEY",
                "“q” is not a metric",
                "hit_ratio is of",
                "--jobs",
                "--seed",
                "--duration",
            ],
        ),
        ("sweep stage-1 --over moon.x=1,2", &["there is no setting"]),
        ("sweep stage-1 --over web.discipline=shared,slots", &["slots: db.place"]),
        ("sweep stage-1 --over web.size=1,2 --csv - --json", &["exclude each other"]),
        (
            "plan stage-3 --goal p99<1 --goal utilisation.cdn<=1 --over lb.algorithm=random,sticky",
            &["“p99<1” is not a goal", "utilisation.cdn", "each costs more"],
        ),
        ("run stage-1 --over web.size=1,2 --goal p99<=1s", &["run does not take it"; 2]),
        ("theory stage-1 --metric p99 --csv x", &["theory does not take it"; 2]),
    ];
    for (line, expected) in cases {
        let ending = run_with(line, "");
        assert!(ending.code == 2 && ending.out.is_empty(), "{line}");
        for what in expected {
            assert!(ending.err.contains(what), "{line}: {what}: {}", ending.err);
        }
        assert!(ending.err.lines().count() >= expected.len(), "{line}: {}", ending.err);
    }
}

#[test]
fn a_plan_is_the_cheapest_and_says_how_many_runs_it_took() {
    let line = "plan stage-3 --over web.servers=1..8 --over db.size=1,2,4,8 --goal p99<=500ms \
                --goal errors<=0.5% --warmup 10 --duration 30";
    let text = said(line);
    let first: Vec<&str> = text.lines().take(2).collect();
    assert_eq!(first[0], "goals: p99<=500ms, errors<=0.5%");
    assert!(first[1].starts_with("cheapest: web.servers="), "{text}");
    assert!(text.contains(" of 32 combinations were simulated"), "{text}");
    let value = run_writing(&format!("{line} --json --jobs 7"), "", 1).0.out;
    let value: Value = serde_json::from_str(&value).expect("is JSON");
    let best = &value["found"]["best"];
    let cost = best["usd_per_month"].as_f64().expect("costs something");
    // Every combination, each simulated on its own: none that meets the goals is cheaper.
    let sweep = "sweep stage-3 --over web.servers=1..8 --over db.size=1,2,4,8 --metric p99 \
                 --metric errors --metric cost --warmup 10 --duration 30 --csv -";
    let mut cheapest = f64::INFINITY;
    for line in said(sweep).lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap_or(0.0)).collect();
        if cells[2] > 0.0 && cells[2] + cells[3] <= 0.5 && cells[4] + cells[5] <= 0.005 {
            cheapest = f64::min(cheapest, cells[6]);
        }
    }
    assert!((cost / cheapest - 1.0).abs() < 1e-9, "{cost}, {cheapest}");
    let runs = value["found"]["runs"].as_u64().expect("is a number");
    assert!(runs < 32 && value["found"]["tried"].as_array().map(Vec::len) == Some(runs as usize));
    let never = said("plan stage-3 --goal p50<=1ms --over web.servers=1..3 --duration 10");
    assert!(never.contains("Nothing in the range meets them"), "{never}");
}

#[test]
fn insight_is_in_words_and_as_json() {
    let explained = said(&format!("explain stage-3 {SHORT}"));
    for what in [
        "% of its CPU",
        "it saturates at",
        "single point of failure: Load balancer",
        "nines",
        "USD per million",
    ] {
        assert!(explained.contains(what), "{what}: {explained}");
    }
    let theory = said(&format!("theory stage-2 {SHORT}"));
    assert!(theory.contains("processor sharing") && theory.contains("several times"), "{theory}");
    let killed = said("spof stage-2 --warmup 10 --duration 10");
    assert!(killed.contains("FATAL: static read write") && !killed.contains("NOT BORNE OUT"));
    assert!(killed.contains("first minute good") && killed.contains("RTO"), "{killed}");
    for command in ["explain", "theory", "spof", "run"] {
        let text = said(&format!("{command} stage-2 {SHORT} --json"));
        let value: Value = serde_json::from_str(&text).expect(command);
        assert!(value.is_object(), "{command}");
    }
    let ran = said(&format!("run ?stage=3#db.replicas=1&fault=kill.db.1@8 {SHORT}"));
    for what in [
        "counted, and measured at the end",
        "acknowledged_writes=",
        "log, the last ",
        "error   db.1: primary died: no writes",
    ] {
        assert!(ran.contains(what), "{what}: {ran}");
    }
    let json = said(&format!("run ?stage=3#db.replicas=1&fault=kill.db.1@8 {SHORT} --json"));
    let value: Value = serde_json::from_str(&json).expect("is JSON");
    assert_eq!(value["report"]["log"][0]["what"], "primary died: no writes");
    assert_eq!(value["report"]["log_entries"], 1);
    let metrics = "--metric counter.db.acknowledged_writes --metric gauge.db.lag_s";
    assert!(said(&format!("run stage-3 {SHORT} {metrics}")).contains("gauge.db.lag_s"));
    for (command, expected) in [("metrics", "utilisation\n"), ("metrics --json", "\"p99\"")] {
        assert!(said(command).contains(expected), "{command}");
    }
}
