//! What the page shows before its program has arrived says of the stages what the program says.

use millionth::sim::scenario::presets::{PRESETS, STAGES};

/// The texts of the elements of a class, in the order in which they stand.
fn texts(html: &str, opening: &str) -> Vec<String> {
    let after = html.split(opening).skip(1);
    let texts = after.filter_map(|rest| rest.split('<').next());
    texts.map(str::to_owned).collect()
}

#[test]
fn the_first_picture_names_the_stages_and_their_users() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/index.html");
    let page = std::fs::read_to_string(page).expect("there is a page");
    let mut names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
    names.push(PRESETS[0].name);
    assert_eq!(texts(&page, "<span class=\"rail-text\"><span>"), names);
    let count = |users: f64| match users {
        users if users >= 1e6 => format!("{}\u{202f}M users", users / 1e6),
        users => format!("{}\u{202f}k users", users / 1e3),
    };
    let mut users: Vec<String> = STAGES.iter().map(|stage| count(stage.users)).collect();
    users.push("build your own".to_owned());
    assert_eq!(texts(&page, "<span class=\"rail-users\">"), users);
}
