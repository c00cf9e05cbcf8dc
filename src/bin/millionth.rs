//! The headless command: hands arguments, files, the clock and the terminal to the library.

use millionth::headless::{self, Host};
use std::io::{IsTerminal, Read, Write, stderr, stdin, stdout};
use std::process::ExitCode;

/// Longest file that is read, in bytes: anything longer is refused by the reader anyway.
const LONGEST: u64 = (millionth::sim::scenario::file::LONGEST + 1) as u64;

fn read(path: &str) -> Result<String, String> {
    let mut text = String::new();
    let outcome = if path == "-" {
        stdin().take(LONGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text))
    };
    outcome.map(|_| text).map_err(|error| error.to_string())
}

#[expect(clippy::disallowed_methods, reason = "the command says how long it took")]
fn main() -> ExitCode {
    let start = std::time::Instant::now();
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let shows = stderr().is_terminal();
    let tell = |share: f64| {
        if shows {
            // Progress that cannot be shown is no reason to stop.
            let _ = write!(stderr(), "\r{:3.0} %", share * 100.0);
            if share >= 1.0 {
                let _ = write!(stderr(), "\r     \r");
            }
        }
    };
    let clock = || start.elapsed().as_secs_f64();
    let ending = headless::run(&arguments, &Host { read: &read, clock: &clock, tell: &tell });
    // A reader that has gone away (a closed pipe) is no failure of the run.
    let _ = stderr().write_all(ending.err.as_bytes());
    let _ = stdout().write_all(ending.out.as_bytes());
    ExitCode::from(ending.code)
}
