//! How much room text needs, before there is a browser to ask. Widths are those of a wide common
//! font, so that text in any other fits as well.

/// Weight of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Plain.
    Plain,
    /// Bold.
    Bold,
}

/// Width of a character in parts of the font size.
fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '\'' | '·' | ' ' => 0.32,
        '\u{202f}' => 0.22,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' | 'J' => 0.41,
        's' | 'c' | 'z' | 'k' | '–' => 0.56,
        'm' | '%' | 'W' | '…' => 1.0,
        'w' | '×' | 'M' | '+' | '<' | '>' | '≈' | '✕' => 0.86,
        'A'..='Z' => 0.72,
        _ => 0.64,
    }
}

/// Width of a text in pixels, rather too large than too small.
#[must_use]
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let factor = if weight == Weight::Bold { 1.1 } else { 1.0 };
    text.chars().map(em).sum::<f64>() * size * factor
}

/// The text, shortened to the room.
#[must_use]
pub fn shorten(text: &str, room: f64, size: f64, weight: Weight) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        short.push(c);
        if width(&short, size, weight) + size > room {
            short.pop();
            break;
        }
    }
    let short = short.trim_end_matches([' ', '·', ',', '\u{202f}']);
    if short.is_empty() { String::new() } else { format!("{short}…") }
}

/// The first of several wordings that fits, or the last one shortened.
#[must_use]
pub fn first(wordings: &[String], room: f64, size: f64, weight: Weight) -> String {
    let fits = wordings.iter().find(|text| width(text, size, weight) <= room);
    match (fits, wordings.last()) {
        (Some(text), _) => text.clone(),
        (None, Some(last)) => shorten(last, room, size, weight),
        (None, None) => String::new(),
    }
}

/// The first of several wordings that fits, if one does: a number cut short is another number.
#[must_use]
pub fn whole(wordings: Vec<String>, room: f64, size: f64, weight: Weight) -> Option<String> {
    wordings.into_iter().find(|text| width(text, size, weight) <= room)
}

/// The text in at most so many lines, the last one shortened where it is too long.
#[must_use]
pub fn wrap(text: &str, room: f64, size: f64, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let full = wrapped.len() == lines;
        match wrapped.last_mut() {
            Some(line) if full || width(&format!("{line} {word}"), size, Weight::Plain) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => wrapped.push(word.to_owned()),
        }
    }
    let lines = wrapped.iter().map(|line| shorten(line, room, size, Weight::Plain));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shortened_to_its_room() {
        let text = "weighted round robin";
        for room in [20.0, 60.0, 100.0, 400.0] {
            let short = shorten(text, room, 11.0, Weight::Plain);
            assert!(width(&short, 11.0, Weight::Plain) <= room, "{short}");
        }
        assert_eq!(shorten(text, 400.0, 11.0, Weight::Plain), text);
        let choices = ["Load balancer".to_owned(), "Balancer".to_owned()];
        assert_eq!(first(&choices, 70.0, 13.0, Weight::Bold), "Balancer");
        assert_eq!(wrap(text, 80.0, 11.0, 2), ["weighted", "round robin"]);
    }
}
