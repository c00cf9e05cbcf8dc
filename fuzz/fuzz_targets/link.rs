//! Any text as a link: it is read without panic, and what is written of it reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millionth::sim::scenario::{file, link};

fuzz_target!(|text: &str| {
    let reading = link::read(text);
    let written = link::write(&reading.scenario);
    let again = link::read(&written);
    assert_eq!(again.problems, [], "{written}");
    assert_eq!(again.scenario, reading.scenario, "{written}");
    let json = file::write(&reading.scenario).to_string();
    assert_eq!(file::read(&json).as_ref(), Ok(&reading.scenario), "{json}");
});
