//! Claims in continuous integration: the command of the example workflow, its XML and the schema of
//! files, each read by a program of others.

use super::{PROGRAM, ROOT, succeed};
use std::path::Path;
use std::process::Command;

const PYTHON: &str = ".tools/python/bin/python";

fn python(script: &str, words: &[&str]) -> String {
    let mut command = Command::new(PYTHON);
    command.args(["-c", script]).args(words);
    succeed(command)
}

#[test]
fn the_workflow_of_a_course_checks_its_claims() {
    let folder = Path::new(ROOT).join("examples/course-checks");
    let workflow = folder.join(".github/workflows/claims.yml");
    let text = std::fs::read_to_string(&workflow).expect("there is a workflow");
    let line = text.lines().find_map(|line| line.trim().strip_prefix("run: millionth check "));
    let line = line.expect("the workflow checks").replace("claims.xml", "$XML");
    let xml = std::env::temp_dir().join(format!("claims-{}.xml", std::process::id()));
    let xml = xml.to_str().expect("is text");
    let mut command = Command::new("bash");
    command.args(["-ec", &format!("cd examples/course-checks; \"$MILLIONTH\" check {line}")]);
    let said = succeed({
        command.env("XML", xml);
        command
    });
    assert!(said.contains("5 hold, 0 failed"), "{said}");
    let script = "import sys, junitparser as j\n\
                  x = j.JUnitXml.fromfile(sys.argv[1])\n\
                  print(x.tests, x.failures, x.errors, sorted(len(list(s)) for s in x))";
    assert_eq!(python(script, &[xml]).trim(), "5 0 0 [2, 3]");
    std::fs::remove_file(xml).expect("was written");
    let is_yaml = "import sys, yaml; print(list(yaml.safe_load(open(sys.argv[1]))['jobs']))";
    assert_eq!(python(is_yaml, &[workflow.to_str().expect("is text")]).trim(), "['claims']");
}

#[test]
fn hostile_text_stays_text_in_the_xml() {
    let folder = std::env::temp_dir().join(format!("<b>&'{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("can be made");
    let (file, xml) = (folder.join("a\"]]>.json"), folder.join("x.xml"));
    std::fs::write(&file, r#"{"stage": 1, "checks": ["p99 < 0 s"]}"#).expect("can be written");
    let done = Command::new(PROGRAM)
        .args(["check", "--warmup", "1", "--duration", "2", "--junit"])
        .args([&xml, &file])
        .output()
        .expect("can be started");
    assert_eq!(done.status.code(), Some(1), "a claim fails");
    let script = "import sys, junitparser as j\n\
                  x = j.JUnitXml.fromfile(sys.argv[1]); s = next(iter(x)); c = next(iter(s))\n\
                  print(s.name == sys.argv[2], c.name, c.result[0].message)";
    let words = [xml.to_str().expect("is text"), file.to_str().expect("is text")];
    let said = python(script, &words);
    assert!(said.starts_with("True p99 < 0 s expected < 0 s, measured "), "{said}");
    std::fs::remove_dir_all(&folder).expect("was made");
}

#[test]
fn the_schema_takes_what_the_reader_takes_and_refuses_what_it_refuses() {
    let schema = format!("{ROOT}/docs/scenario.schema.json");
    let script = "import sys, json, jsonschema\n\
                  s = json.load(open(sys.argv[1]))\n\
                  jsonschema.Draft202012Validator.check_schema(s)\n\
                  v = jsonschema.Draft202012Validator(s)\n\
                  for f in json.loads(sys.argv[2]):\n    \
                      print(json.dumps(f)[:300], [e.message for e in v.iter_errors(f)][:2])\n    \
                      assert v.is_valid(f) == (sys.argv[3] == 'good'), f\n";
    let mut good = Vec::new();
    for source in
        ["stage-1", "stage-9", "retry-storm", "sandbox", "?stage=7&sites=3#web2.servers=9"]
    {
        let mut command = Command::new(PROGRAM);
        command.args(["convert", source, "--json"]);
        good.push(succeed(command));
    }
    let own = "examples/course-checks/claims/load-balancer.json";
    good.push(std::fs::read_to_string(format!("{ROOT}/{own}")).expect("is there"));
    python(script, &[&schema, &format!("[{}]", good.join(",")), "good"]);
    let bad = r#"[{}, [], {"stage": 77}, {"stage": 1, "preset": "sandbox"}, {"stage": 1, "moon": 1},
        {"stage": 1, "settings": {"web.servers": 0}}, {"stage": 1, "settings": {"web.moon": 1}},
        {"stage": 1, "settings": {"lb.algorithm": "luck"}}, {"stage": 1, "faults": "kill.web"},
        {"parts": ["moon"]}, {"stage": 1, "seed": -1}, {"stage": 1, "v": 9}]"#;
    python(script, &[&schema, bad, "bad"]);
}
