//! The headless command: hands arguments, files, the clock, the terminal and the machine's cores to
//! the library.

use millionth::headless::{self, Host};
use std::io::{ErrorKind, IsTerminal, Read, Write, stderr, stdin, stdout};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Longest file that is read, in bytes.
const LONGEST: u64 = millionth::sim::scenario::file::LONGEST as u64;

fn read(path: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let outcome = if path == "-" {
        stdin().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    match outcome {
        Err(error) => Err(error.to_string()),
        Ok(_) if bytes.len() as u64 > LONGEST => Err(format!("is longer than {LONGEST} bytes")),
        Ok(_) => String::from_utf8(bytes).map_err(|_| "is not text in UTF-8".to_owned()),
    }
}

fn write(path: &str, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| error.to_string())
}

/// Progress on a terminal; nothing in a pipe.
fn tell(share: f64) {
    if stderr().is_terminal() {
        // Progress that cannot be shown is no reason to stop.
        let _ = write!(stderr(), "\r{:3.0} %", share * 100.0);
        if share >= 1.0 {
            let _ = write!(stderr(), "\r     \r");
        }
    }
}

/// Does numbered work on as many threads as asked for, and tells how much is done.
fn each(count: usize, jobs: usize, work: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let (done, dones) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(count) {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    work(number);
                    // Nobody listens only when the command ends anyway.
                    let _ = done.send(());
                }
            });
        }
        drop(done);
        for (so_far, ()) in dones.iter().enumerate() {
            tell((so_far + 1) as f64 / count as f64);
        }
    });
}

#[expect(clippy::disallowed_methods, reason = "the command says how long it took")]
fn main() -> ExitCode {
    let start = std::time::Instant::now();
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let clock = || start.elapsed().as_secs_f64();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let host = Host { read: &read, write: &write, clock: &clock, tell: &tell, each: &each, cores };
    let ending = headless::run(&arguments, &host);
    // What cannot be complained of anywhere is passed over.
    let _ = stderr().write_all(ending.err.as_bytes());
    match stdout().write_all(ending.out.as_bytes()).and_then(|()| stdout().flush()) {
        // A reader that has gone away (a closed pipe) is no failure of the run.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let _ = writeln!(stderr(), "millionth: standard output: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::from(ending.code),
    }
}
