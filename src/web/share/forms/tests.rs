//! Each form in the document, golden and harmless whatever a title or an address holds.

use super::super::{SIDES, SIZES};
use super::*;
use crate::web::route::options::ROWS;

const HOSTILE: &str = "\"><script>alert('1')</script>]({a})`*_ \\ ${x} {{y}} \u{1f600} & &lt;";

fn written(form: &Form, address: &str, title: &str) -> String {
    let picture = "millionth-stage-3.svg";
    (form.write)(&Shared { address, title, picture, size: (800, 500) })
}

/// The document for authors: all options and all forms, as the page has them.
fn document() -> String {
    let mut text = "# Sharing: every option and every form\n\n\
        Written by `make docs` from the tables of the page's share dialog, which makes all of this \
        with a live preview.\n\n## Options of an address\n\n\
        They stand in the query or in the fragment, beside the scenario. What an address does not \
        name is as usual.\n\n| option | values | usual | meaning |\n|---|---|---|---|\n"
        .to_owned();
    for row in ROWS {
        let usual = row.usual;
        text.push_str(&format!("| `{}` | {} | {usual} | {} |\n", row.key, row.values, row.help));
    }
    text.push_str("\n## Forms\n");
    for form in &FORMS {
        let embed = if form.is_frame { "&embed=1" } else { "" };
        let address = format!(
            "https://millionth.example/?stage=3{embed}&controls=web.servers,faults\
             #v=1&lb.algorithm=two-choices"
        );
        let sample = written(form, &address, "Stage 3, Load balancer");
        text.push_str(&format!(
            "\n### {}\n\n{} An address is at most {} characters.\n\n```{}\n{sample}\n```\n",
            form.name, form.place, form.longest, form.language
        ));
    }
    text
}

#[test]
fn every_form_is_written_down() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sharing.md");
    if std::env::var_os("MILLIONTH_RECORD").is_some() {
        return std::fs::write(path, document()).expect("the document can be written");
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(there == document(), "make docs writes it anew");
}

#[test]
fn a_hostile_title_stays_a_title_in_every_form() {
    let hostile_page = "https://a.example/\"'()<b>\\`{$}é/?stage=3#v=1";
    for form in &FORMS {
        let text = written(form, hostile_page, HOSTILE);
        let encoded = "https://a.example/%22%27%28%29%3Cb%3E%5C%60%7B%24%7D%C3%A9/?stage=3#v=1";
        assert!(text.contains(encoded), "{text}");
        match form.language {
            "html" => {
                // Nothing but our own tags, and every quote is one of an attribute.
                let tags = text.matches('<').count();
                assert_eq!(tags, if text.contains("section") { 4 } else { 2 }, "{text}");
                let named = form.name != "Moodle, Canvas";
                assert_eq!(text.contains("&quot;&gt;&lt;script&gt;"), named, "{text}");
                assert!(text.contains("&amp; &amp;lt;") == named, "{text}");
            }
            "jsx" => assert!(text.contains(r#"title={"\"><script>alert('1')</script>]({a})"#)),
            "python" => {
                assert!(text.contains(r#"extras=["title=\"&quot;&gt;&lt;script&gt;"#), "{text}");
                assert!(text.contains(r"*_ \\ ${x} {{y}} "), "{text}");
            }
            "markdown" => {
                let title = r#"[!["\>\<script\>alert('1')\</script\>\]({a})\`\*\_ \\ \${x}"#;
                assert!(text.starts_with(title), "{text}");
                assert!(text.ends_with(&format!("](millionth-stage-3.svg)]({encoded})")));
            }
            other => assert_eq!((other, text.as_str()), ("text", encoded)),
        }
    }
}

#[test]
fn an_ampersand_of_an_address_is_escaped_where_html_reads_it() {
    for form in &FORMS {
        let text = written(form, "https://a.example/?stage=3&embed=1#v=1", "x");
        assert_eq!(text.contains("3&amp;embed"), form.language == "html", "{text}");
    }
}

#[test]
fn a_frame_is_no_wider_than_the_page_around_it_wherever_a_style_is_kept() {
    for form in FORMS.iter().filter(|form| form.takes_size()) {
        let text = written(form, "a", "b");
        let is_narrow = text.contains("max-width:100%;border:0")
            || text.contains("{{maxWidth: \"100%\", border: 0}}");
        assert_eq!(is_narrow, form.name != "Moodle, Canvas", "{text}");
    }
}

#[test]
fn one_form_has_a_picture_and_usual_sizes_are_sizes() {
    let pictured = |form: &Form| written(form, "a", "b").contains(".svg");
    assert_eq!(FORMS.iter().position(pictured), Some(MARKDOWN));
    for (width, height) in SIZES {
        let sides = SIDES.0..=SIDES.1;
        assert!(sides.contains(&f64::from(width)) && sides.contains(&f64::from(height)));
    }
}

#[test]
fn only_what_stands_in_the_text_is_asked_for() {
    let that = |takes: fn(&Form) -> bool| {
        FORMS.iter().filter(|form| takes(form)).map(|form| form.name).collect::<Vec<_>>()
    };
    let frames = ["HTML, mdBook", "MDX, Docusaurus", "reveal.js", "Jupyter", "Moodle, Canvas"];
    assert_eq!(that(Form::takes_size), [&frames[..], &["Obsidian"]].concat());
    let titled = ["HTML, mdBook", "Markdown", "MDX, Docusaurus", "reveal.js", "Jupyter"];
    assert_eq!(that(Form::takes_title), [&titled[..], &["Obsidian"]].concat());
}
