//! `docs/model.md`: how each part works and every setting it has, written from the sources and the
//! table of kinds, so that it is said once. `make docs` writes it anew.

use crate::layers::sources;
use millionth::sim::kinds::Kind;
use millionth::sim::kinds::param::{Domain, Param, Spec};
use millionth::sim::region::REGIONS;
use millionth::sim::run::requests::{CLASSES, FAILURES};
use millionth::sim::scenario::presets;
use std::path::{Path, PathBuf};

const HEAD: &str = "\
# The model: how each part works, and its settings

Written by `make docs` from the sources and the table of settings; nothing here is written by hand.
What is left out stands in [limits.md](limits.md), how near the simulation comes to theory in
[accuracy.md](accuracy.md). A setting is named as in links, files and `--set`: `web.servers=6`. All
values can be changed while a run goes on.
";

/// The sources of the simulation with their text.
type Sources = Vec<(PathBuf, String)>;

/// What stands at the head of a source: its `//!` lines, with names of the code as plain code.
fn prose(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let text: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    text.join("\n").replace("[`", "`").replace("`]", "`").trim().to_owned()
}

/// The source of a kind: the one that declares its name in links.
fn source_of(kind: Kind, all: &Sources) -> &(PathBuf, String) {
    // Guards share one source.
    let guard = kind.key().starts_with("to_").then_some("pub const KEY: &str = stringify!");
    let own = format!("pub const KEY: &str = \"{}\";", kind.key());
    let declares = guard.unwrap_or(&own);
    let found = all.iter().find(|(_, text)| text.contains(declares));
    found.unwrap_or_else(|| panic!("no source has {declares}"))
}

/// The documented variants of an enum of the simulation: name and sentence.
fn variants(all: &Sources, name: &str) -> Vec<(String, String)> {
    let head = format!("pub enum {name} {{\n");
    let text = all.iter().find_map(|(_, text)| text.split_once(&head)).map(|(_, rest)| rest);
    let body = text.and_then(|rest| rest.split_once("\n}")).map(|(body, _)| body);
    let mut found = Vec::new();
    let mut said = Vec::new();
    for line in body.unwrap_or_else(|| panic!("there is no enum {name}")).lines() {
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("/// ") {
            said.push(doc);
        } else if line.starts_with(|c: char| c.is_ascii_uppercase()) {
            let end = line.find(|c: char| !c.is_alphanumeric()).unwrap_or(line.len());
            found.push((line[..end].to_owned(), said.join(" ")));
            said.clear();
        }
    }
    found
}

/// Text fit for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn range(param: &Param) -> String {
    match param.domain {
        Domain::Choice(names) => {
            let names: Vec<String> = names.iter().map(|(name, _)| format!("`{name}`")).collect();
            names.join(", ")
        }
        Domain::Switch => "`on`, `off`".to_owned(),
        _ => param.range_text(),
    }
}

fn settings(kind: Kind) -> String {
    let mut text =
        "| setting | meaning | unit | range | default |\n|---|---|---|---|---|\n".to_owned();
    for param in kind.params() {
        let default = param.write(&param.initial());
        let default = if default.is_empty() { "none".to_owned() } else { format!("`{default}`") };
        text.push_str(&format!(
            "| `{}.{}` | **{}.** {} | {} | {} | {default} |\n",
            kind.key(),
            param.key,
            cell(param.label),
            cell(param.help),
            cell(param.unit),
            cell(&range(param)),
        ));
    }
    text
}

fn parts(all: &Sources) -> String {
    let mut text = String::new();
    for &kind in Kind::ALL {
        let (path, source) = source_of(kind, all);
        text.push_str(&format!("\n## {} (`{}`)\n\n", kind.label(), kind.key()));
        text.push_str(&format!("{}\n", prose(source)));
        // What a kind keeps in a folder of its own belongs to it.
        let folder = path.with_extension("");
        for (_, inner) in all.iter().filter(|(inner, _)| inner.starts_with(&folder)) {
            text.push_str(&format!("\n{}\n", prose(inner)));
        }
        let servers = kind.servers(&Spec::new(kind.params()));
        let faults = match servers {
            0 => "Faults do not apply to it.".to_owned(),
            _ => format!(
                "Faults apply to it as a whole (`kill.{0}`) or to a server (`kill.{0}.1`).",
                kind.key()
            ),
        };
        // Guards have one table of settings.
        let first = Kind::ALL.iter().find(|first| std::ptr::eq(first.params(), kind.params()));
        let table = match first {
            Some(first) if *first != kind => format!("Settings as of `{}`.\n", first.key()),
            _ => settings(kind),
        };
        text.push_str(&format!("\n{faults}\n\n{table}"));
    }
    text
}

/// The modules that are no kinds: what the parts share, and what runs them.
fn machinery(all: &Sources) -> String {
    let kinds: Vec<PathBuf> =
        Kind::ALL.iter().map(|&kind| source_of(kind, all).0.with_extension("")).collect();
    let is_kind = |path: &Path| kinds.iter().any(|kind| path.with_extension("").starts_with(kind));
    let is_test = |path: &Path| path.file_stem().is_some_and(|stem| stem == "tests");
    let mut text = "\n## What parts share, and what runs them\n\n".to_owned();
    for (path, source) in all.iter().filter(|(path, _)| !is_kind(path) && !is_test(path)) {
        let said = prose(source).replace('\n', " ");
        text.push_str(&format!("- `{}`: {said}\n", path.display()));
    }
    text
}

/// Every list of choices once, with the settings that use it.
fn choices() -> String {
    type Names = &'static [(&'static str, &'static str)];
    let mut lists: Vec<(Names, Vec<String>)> = Vec::new();
    for kind in Kind::ALL {
        for param in kind.params() {
            let Domain::Choice(names) = param.domain else {
                continue;
            };
            let user = format!("`{}.{}`", kind.key(), param.key);
            match lists.iter_mut().find(|(known, _)| *known == names) {
                Some((_, users)) => users.push(user),
                None => lists.push((names, vec![user])),
            }
        }
    }
    let mut text = "\n## Choices\n".to_owned();
    for (names, users) in lists {
        text.push_str(&format!("\n{}\n\n| in links | shown |\n|---|---|\n", users.join(", ")));
        for (name, shown) in names {
            text.push_str(&format!("| `{name}` | {} |\n", cell(shown)));
        }
    }
    text
}

fn failing(all: &Sources) -> String {
    let mut text = "\n## Faults\n\nPut on a part or a server by hand, or in a link as \
                    `fault=kill.web.2`; `kill.web2.1` is in the second site, `kill.network2` the \
                    whole site and `kill.network.2` a zone. `@60` is when it comes, `@60for30` \
                    for how long. `at=60:web.servers=8` changes a setting at a time.\n\n\
                    | in links | what it does | parts |\n|---|---|---|\n"
        .to_owned();
    for (name, said) in variants(all, "Fault") {
        let word = name.to_lowercase();
        let example = match word.as_str() {
            "slow" => "slow5",
            "errors" => "errors0.1",
            "delay" => "delay50",
            "purge" => "purge0.5",
            "spike" => "spike3",
            word => word,
        };
        let has = |kind: &&Kind| match word.as_str() {
            "kill" | "slow" => kind.servers(&Spec::new(kind.params())) > 0,
            word => kind.troubles().contains(&word),
        };
        let kinds: Vec<String> =
            Kind::ALL.iter().filter(has).map(|kind| format!("`{}`", kind.key())).collect();
        text.push_str(&format!("| `{example}` | {} | {} |\n", cell(&said), kinds.join(", ")));
    }
    text.push_str("\n## Reasons of failure\n\n| in results | shown | meaning |\n|---|---|---|\n");
    let outcomes = variants(all, "Outcome");
    for (outcome, key, shown) in FAILURES {
        let said = outcomes.iter().find(|(name, _)| *name == format!("{outcome:?}"));
        let said = said.map_or("", |(_, said)| said.as_str());
        assert!(!said.is_empty(), "{key} is explained");
        text.push_str(&format!("| `{key}` | {shown} | {} |\n", cell(said)));
    }
    text
}

fn other_tables(all: &Sources) -> String {
    let mut text = "\n## Classes of requests\n\n| in results | meaning |\n|---|---|\n".to_owned();
    let classes = variants(all, "Class");
    for (class, key) in CLASSES {
        let said = classes.iter().find(|(name, _)| *name == format!("{class:?}"));
        text.push_str(&format!("| `{key}` | {} |\n", cell(said.map_or("", |(_, said)| said))));
    }
    text.push_str("\n## Regions\n\n| name | region | last mile, round trip |\n|---|---|---:|\n");
    for region in &REGIONS {
        let row = format!("| `{}` | {} | {} ms |\n", region.code, region.name, region.last_mile_ms);
        text.push_str(&row);
    }
    text.push_str("\n## Stages\n\n| stage | what it adds | daily users |\n|---|---|---:|\n");
    for stage in presets::STAGES {
        text.push_str(&format!("| `{}` | {} | {} |\n", stage.number, stage.name, stage.users));
    }
    text.push_str(
        "\n## Other presets\n\n| in links | name | what is to be seen |\n|---|---|---|\n",
    );
    for preset in presets::PRESETS {
        text.push_str(&format!("| `{}` | {} | {} |\n", preset.key, preset.name, preset.story));
    }
    text
}

/// The whole document.
fn model() -> String {
    let all = sources("src/sim");
    let sections = [parts(&all), choices(), failing(&all), other_tables(&all), machinery(&all)];
    format!("{HEAD}{}", sections.concat())
}

#[test]
fn the_model_is_written_down() {
    let model = model();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/model.md");
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        std::fs::write(path, &model).expect("docs can be written");
    }
    let written = std::fs::read_to_string(path).expect("docs/model.md is there");
    assert!(written == model, "docs/model.md is not that of the sources: make docs");
}

#[test]
fn every_part_is_explained() {
    let all = sources("src/sim");
    for &kind in Kind::ALL {
        let said = prose(&source_of(kind, &all).1);
        assert!(said.len() > 60, "{}: {said}", kind.key());
    }
    assert_eq!(prose("//! See [`a`],\n//! twice.\n\nuse b;"), "See `a`,\ntwice.");
}
