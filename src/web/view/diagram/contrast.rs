//! Whether what is drawn can be seen: the contrast of the style sheet's colours in both themes, by
//! the formula of WCAG 2.2.

const DIAGRAM: &str = include_str!("../../../../styles/diagram.css");
const PAGE: &str = include_str!("../../../../styles/main.css");

/// Least contrast of text, and of shapes that mean something.
const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;

/// What a property is set to where it is first set in a sheet.
fn value<'a>(sheet: &'a str, name: &str) -> Option<&'a str> {
    let start = sheet.find(&format!("{name}:"))? + name.len() + 1;
    sheet[start..].split(';').next().map(str::trim)
}

/// The inside of a function's brackets, up to the one that closes them.
fn arguments<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(function)?.strip_prefix('(')?;
    rest.trim_end().strip_suffix(')')
}

/// A colour by its name; `dark` for the dark theme.
fn colour(name: &str, dark: bool) -> [f64; 3] {
    let text = value(DIAGRAM, name).or_else(|| value(PAGE, name));
    resolve(text.unwrap_or_else(|| panic!("{name} is set")), dark)
}

fn resolve(text: &str, dark: bool) -> [f64; 3] {
    if let Some(inside) = arguments(text, "var") {
        let (name, other) = inside.split_once(',').unwrap_or((inside, ""));
        return match value(PAGE, name.trim()) {
            Some(found) => resolve(found, dark),
            None => resolve(other.trim(), dark),
        };
    }
    if let Some(inside) = arguments(text, "light-dark") {
        let (light, night) = inside.split_once(',').expect("two colours");
        return resolve(if dark { night } else { light }.trim(), dark);
    }
    let digits = text.strip_prefix('#').unwrap_or_else(|| panic!("{text} is a colour"));
    let digits: String = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        _ => digits.to_owned(),
    };
    [0, 2, 4].map(|i| f64::from(u8::from_str_radix(&digits[i..i + 2], 16).expect("a number")))
}

/// Relative luminance, as WCAG defines it.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|part| {
        let part = part / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { libm::pow((part + 0.055) / 1.055, 2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn check(fronts: &[&str], grounds: &[&str], least: f64) {
    let mut low = Vec::new();
    for dark in [false, true] {
        for (front, ground) in fronts.iter().flat_map(|f| grounds.iter().map(move |g| (f, g))) {
            let found = contrast(
                colour(&format!("--dg-{front}"), dark),
                colour(&format!("--dg-{ground}"), dark),
            );
            if found < least {
                let theme = if dark { "dark" } else { "light" };
                low.push(format!("{theme}: {front} on {ground} is {found:.2}, not {least}"));
            }
        }
    }
    assert!(low.is_empty(), "{}", low.join("\n"));
}

#[test]
fn black_on_white_is_21_to_1() {
    assert!((contrast([0.0; 3], [255.0; 3]) - 21.0).abs() < 1e-9);
    assert_eq!(resolve("light-dark(#fff, #1b1e22)", true), [27.0, 30.0, 34.0]);
}

#[test]
fn text_can_be_read_on_all_that_it_stands_on() {
    check(&["ink", "soft", "warn", "bad"], &["card", "paper", "room"], TEXT);
    // In cells, whatever fills them.
    check(&["ink"], &["cell", "lo", "mid", "hi", "band"], TEXT);
    // Numbers of a request's way.
    check(&["card"], &["accent", "hi-line"], TEXT);
}

#[test]
fn shapes_that_mean_something_can_be_seen() {
    check(&["lo-line", "mid-line", "hi-line"], &["cell", "card"], SHAPE);
    check(&["lo-line"], &["lo"], SHAPE);
    check(&["mid-line"], &["mid"], SHAPE);
    check(&["hi-line"], &["hi", "paper"], SHAPE);
    check(&["core", "dot", "accent", "rim"], &["paper", "card"], SHAPE);
}
