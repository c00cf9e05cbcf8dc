//! Rules of style that neither the compiler nor the formatter checks.

use crate::layers::{code, sources};

/// Longest file under `src`, in lines.
const LONGEST_FILE: usize = 400;
/// Longest line, in characters.
const LONGEST_LINE: usize = 100;

/// Fails with the places where something is found.
fn expect_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// Sources of the product, and of the tests as well.
fn all() -> Vec<(std::path::PathBuf, String)> {
    let mut all = sources("src");
    assert!(all.len() > 25, "the sources are found");
    all.extend(sources("tests"));
    all
}

#[test]
fn every_file_says_what_it_owns() {
    let silent = all().into_iter().filter(|(_, text)| !text.starts_with("//! "));
    let silent: Vec<String> = silent.map(|(path, _)| path.display().to_string()).collect();
    expect_none("does not open with //!", &silent);
}

#[test]
fn no_file_is_too_long() {
    let mut long = Vec::new();
    for (path, text) in sources("src") {
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            long.push(format!("{}: {lines} lines", path.display()));
        }
    }
    expect_none("over 400 lines", &long);
}

#[test]
fn no_line_is_too_long() {
    let mut long = Vec::new();
    for (path, text) in all() {
        // Views are mostly HTML, which the formatter leaves as it was written.
        let is_view = path.to_string_lossy().contains("web/view");
        for (n, line) in text.lines().enumerate().filter(|_| !is_view) {
            if line.chars().count() > LONGEST_LINE {
                long.push(format!("{}:{}", path.display(), n + 1));
            }
        }
    }
    expect_none("over 100 characters", &long);
}

#[test]
fn nothing_is_unwrapped_bare() {
    let mut bare = Vec::new();
    for (path, text) in sources("src") {
        for line in code(&text).lines().filter(|line| line.contains(".unwrap()")) {
            bare.push(format!("{}: {}", path.display(), line.trim()));
        }
    }
    expect_none("unwrap() without a reason", &bare);
}

#[test]
fn the_simulation_uses_the_mathematics_that_is_the_same_everywhere() {
    let banned = [
        "ln", "exp", "powf", "powi", "sqrt", "sin", "cos", "tan", "log", "log10", "log2", "exp2",
        "exp_m1", "ln_1p", "cbrt", "hypot", "tanh", "atan", "atan2", "mul_add",
    ];
    let mut found = Vec::new();
    for (path, text) in sources("src/sim") {
        for name in banned {
            let calls = [format!(".{name}("), format!("f64::{name}")];
            // The log of what happens is no logarithm.
            let text = code(&text).replace("ctx.log(", "").replace("engine.log(", "");
            for line in text.lines().filter(|line| calls.iter().any(|c| line.contains(c))) {
                found.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    expect_none("use libm", &found);
}

#[test]
fn no_test_is_ignored_and_none_waits() {
    let (ignored, sleeps) = (concat!("#[", "ignore"), concat!("thread::", "sleep"));
    let found =
        all().into_iter().filter(|(_, text)| text.contains(ignored) || text.contains(sleeps));
    let found: Vec<String> = found.map(|(path, _)| path.display().to_string()).collect();
    expect_none("ignores a test or sleeps", &found);
}
