//! The page's program.

fn main() {
    millionth::web::shell::start();
}
