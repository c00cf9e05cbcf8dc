//! The worker's program: the engine.

fn main() {
    millionth::web::shell::worker::serve();
}
