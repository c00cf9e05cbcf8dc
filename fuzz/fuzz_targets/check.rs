//! Any text as a claim: both forms that are written of it read back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millionth::sim::scenario::Check;

fuzz_target!(|text: &str| {
    if let Ok(check) = Check::read(text) {
        for form in [check.write(), check.write_for_link()] {
            assert_eq!(Check::read(&form).as_ref(), Ok(&check), "{form}");
        }
    }
});
