//! The order of the modules: each module of the simulation uses only those above it in the list of
//! `src/sim/mod.rs`, and none knows of browser, clock or threads.

use std::fs;
use std::path::{Path, PathBuf};

/// The sources under a folder of the repository, with their text.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("is a folder") {
            let path = entry.expect("can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("is text");
                let name = path.strip_prefix(root).expect("lies below the root");
                found.push((name.to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The part of a source that is built into the product, without comments: what comes before the
/// tests at its end.
pub fn code(text: &str) -> String {
    let built = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = built.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a source holds tests alone: a file of its own named `tests`.
pub fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests")
}

/// The modules of the simulation in the order in which they are listed.
fn listed() -> Vec<String> {
    let all = sources("src/sim");
    let (_, text) =
        all.iter().find(|(path, _)| path.ends_with("src/sim/mod.rs")).expect("there is a list");
    let names = text.lines().filter_map(|line| line.strip_prefix("pub mod "));
    names.map(|name| name.trim_end_matches(';').to_owned()).collect()
}

/// The modules of the simulation that a source names by a path from the root or upwards.
fn named(path: &Path, code: &str) -> Vec<String> {
    let inner = path.strip_prefix("src/sim").expect("lies in sim").with_extension("");
    let steps = inner.iter().filter(|step| *step != "mod").count();
    // `super` as often as the source lies deep leads to the list.
    let up = "super::".repeat(steps);
    let mut names = Vec::new();
    for prefix in ["crate::", &up] {
        for (at, _) in code.match_indices(prefix) {
            if code[..at].ends_with("super::") || code[..at].ends_with("crate::") {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            match rest.strip_prefix('{') {
                Some(group) => names.extend(heads(group)),
                None => names.push(rest[..end].to_owned()),
            }
        }
    }
    names.retain(|name| name != "super");
    names
}

/// The first names of the paths in a group, `a::{b, c}, d}`: `a` and `d`.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut name, mut fresh) = (0, Vec::new(), String::new(), true);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => (name, fresh) = (String::new(), true),
            c if fresh && (c.is_alphanumeric() || c == '_') => name.push(c),
            c if fresh && !c.is_whitespace() => fresh = false,
            _ => {}
        }
        if !fresh && !name.is_empty() {
            heads.push(std::mem::take(&mut name));
        } else if depth == 0 && fresh && c == ',' {
            name.clear();
        }
    }
    heads.extend((!name.is_empty()).then_some(name));
    heads
}

#[test]
fn the_reader_of_paths_reads_them() {
    let code = "use crate::rng::Seed;\nuse super::{units::{A, B}, law};\nlet x = super::run::Y;";
    let mut names = named(Path::new("src/sim/engine.rs"), code);
    names.sort();
    assert_eq!(names, ["law", "rng", "run", "units"]);
    let inside =
        named(Path::new("src/sim/kinds/tier.rs"), "use super::Kind;\nuse super::super::law;");
    assert_eq!(inside, ["law"]);
}

#[test]
fn a_module_uses_only_those_above_it() {
    let order = listed();
    assert!(order.len() > 10, "{order:?}");
    let place = |name: &str| order.iter().position(|other| other == name);
    let mut wrong = Vec::new();
    let mut uses = 0;
    for (path, text) in sources("src/sim") {
        let inner = path.strip_prefix("src/sim").expect("lies in sim").with_extension("");
        let own = inner.iter().next().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(own_place) = place(own) else {
            continue;
        };
        if is_test(&path) {
            continue;
        }
        for name in named(&path, &code(&text)) {
            uses += 1;
            if name != own && place(&name).is_none_or(|other| other > own_place) {
                wrong.push(format!("{} uses {name}", path.display()));
            }
        }
    }
    assert!(uses > 60, "only {uses} uses were found");
    assert_eq!(wrong, Vec::<String>::new(), "the order is {order:?}");
}

#[test]
fn the_simulation_knows_no_browser_no_clock_and_no_threads() {
    let strangers = ["millionth::", "yew", "wasm_bindgen", "web_sys", "js_sys", "gloo"];
    let strangers = strangers.iter().chain(&["std::time", "std::thread", "std::fs", "std::env"]);
    for (path, text) in sources("src/sim") {
        for stranger in strangers.clone() {
            let found = code(&text).contains(stranger);
            assert!(!found, "{} knows {stranger}", path.display());
        }
    }
}
