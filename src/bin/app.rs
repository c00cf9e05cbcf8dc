//! The page's program, and its worker's: one file, loaded once, that knows where it is.

fn main() {
    if !millionth::web::shell::worker::serve() {
        millionth::web::shell::start();
    }
}
