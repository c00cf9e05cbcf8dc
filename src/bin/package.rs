//! The program of the JavaScript package: what it exports is in `api`.

fn main() {
    #[cfg(target_arch = "wasm32")]
    millionth::api::start();
}
