//! The examples that spread a sweep with engines that exist, each run as a user would: the CSV is
//! that of `millionth sweep`, byte for byte. `tools/setup` installs what they need.

mod checks;

use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_millionth");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// What is swept: six points, on a scenario whose link needs quotes in a shell.
const SCENARIO: &str = "?stage=3#v=1&web.size=2&seed=7";
const AXES: [&str; 2] = ["lb.algorithm=random,two-choices", "web.servers=2,3,4"];
const OPTIONS: [&str; 8] =
    ["--warmup", "5", "--duration", "10", "--metric", "p99", "--metric", "hottest.web"];

fn succeed(mut command: Command) -> String {
    let Output { status, stdout, stderr } =
        command.current_dir(ROOT).env("MILLIONTH", PROGRAM).output().expect("can be started");
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}\n{stderr}");
    String::from_utf8(stdout).expect("is text")
}

/// What one command makes of the same sweep.
fn swept() -> String {
    let mut command = Command::new(PROGRAM);
    command.args(["sweep", SCENARIO, "--csv", "-"]).args(OPTIONS);
    for axis in AXES {
        command.args(["--over", axis]);
    }
    let csv = succeed(command);
    let head = "lb.algorithm,web.servers,p99,p99_ci95,hottest.web,hottest.web_ci95\n";
    assert!(csv.starts_with(head) && csv.lines().count() == 7, "{csv}");
    csv
}

/// What an example makes of it, the words before the scenario's given.
fn spread(words: &[&str]) -> Command {
    let (program, rest) = words.split_first().expect("has a program");
    let mut command = Command::new(program);
    command.args(rest).arg(SCENARIO).args(AXES).arg("--").args(OPTIONS);
    command
}

#[test]
fn gnu_parallel_gives_the_csv_of_one_command() {
    assert_eq!(succeed(spread(&["bash", "examples/sweep-parallel.sh"])), swept());
}

#[test]
fn two_workers_of_dask_give_the_csv_of_one_command() {
    assert_eq!(succeed(spread(&[".tools/python/bin/python", "examples/sweep_dask.py"])), swept());
}

#[test]
fn a_point_that_is_wrong_is_no_quiet_gap() {
    let engines: [&[&str]; 2] = [
        &["bash", "examples/sweep-parallel.sh"],
        &[".tools/python/bin/python", "examples/sweep_dask.py"],
    ];
    for words in engines {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).args(["stage-3", "web.servers=2,0"]).env("MILLIONTH", PROGRAM);
        let done = command.args(["--", "--duration", "1"]).current_dir(ROOT).output();
        let done = done.expect("can be started");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(!done.status.success() && said.contains("0 is outside"), "{words:?}: {said}");
    }
}
