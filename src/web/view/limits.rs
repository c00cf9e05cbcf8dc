//! What the model leaves out, for whoever reads the numbers: `docs/limits.md`, shown in the page.

use crate::web::markup::prelude::*;

/// The text, the same that stands in the repository.
const TEXT: &str = include_str!("../../../docs/limits.md");

/// A block of the text: a heading, or a list of points, or a paragraph.
#[derive(Debug, PartialEq, Eq)]
enum Block<'a> {
    Heading(&'a str),
    Points(Vec<String>),
    Text(String),
}

/// The limits, folded until asked for.
pub fn limits() -> Html {
    html! {
        <details class="limits">
            <summary>{ "What the model leaves out" }</summary>
            { for blocks(TEXT).into_iter().map(show) }
        </details>
    }
}

fn show(block: Block<'_>) -> Html {
    match block {
        Block::Heading(text) => html! { <h4>{ text }</h4> },
        Block::Text(text) => html! { <p>{ text }</p> },
        Block::Points(points) => {
            html! { <ul>{ for points.into_iter().map(|point| html! { <li>{ point }</li> }) }</ul> }
        }
    }
}

/// Reads the little of Markdown that the text uses. The title is left out: the page has its own.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("# ") && !line.trim().is_empty()) {
        let plain = |text: &str| text.trim().replace("**", "");
        if let Some(heading) = line.strip_prefix("## ") {
            blocks.push(Block::Heading(heading));
        } else if let Some(point) = line.strip_prefix("- ") {
            match blocks.last_mut() {
                Some(Block::Points(points)) => points.push(plain(point)),
                _ => blocks.push(Block::Points(vec![plain(point)])),
            }
        } else {
            match blocks.last_mut() {
                Some(Block::Points(points)) if line.starts_with(' ') => {
                    let last = points.last_mut().expect("a list has a point");
                    *last = format!("{last} {}", plain(line));
                }
                Some(Block::Text(text)) => *text = format!("{text} {}", plain(line)),
                _ => blocks.push(Block::Text(plain(line))),
            }
        }
    }
    blocks
}
