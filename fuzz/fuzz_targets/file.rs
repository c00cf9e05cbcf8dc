//! Any text as a file: it is refused or read, and what is written of it reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millionth::sim::scenario::file;

fuzz_target!(|text: &str| {
    if let Ok(scenario) = file::read(text) {
        let json = file::write(&scenario).to_string();
        assert_eq!(file::read(&json), Ok(scenario), "{json}");
    }
});
