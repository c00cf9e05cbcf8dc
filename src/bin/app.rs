//! The page's program, and its worker's: one file, loaded once, that knows where it is.

#[cfg(feature = "counted")]
#[path = "../../benches/counting.rs"]
#[expect(dead_code, reason = "what was held at most is asked for by benchmarks and tests")]
mod counting;

/// Bytes that the program holds, of what it has taken from the browser for good.
#[cfg(feature = "counted")]
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn held() -> usize {
    counting::held()
}

fn main() {
    if !millionth::web::shell::worker::serve() {
        millionth::web::shell::start();
    }
}
