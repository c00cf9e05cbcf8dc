//! How numbers are written for people: short, with a unit and a thin space before it, and as words
//! for those who listen.

/// The space between a number and its unit: narrow, and never a line's end.
const THIN: char = '\u{202f}';

/// So many significant digits, at most, with no decimals from 100 on.
pub fn digits(x: f64, significant: i32) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    let magnitude = libm::floor(libm::log10(x.abs())) as i32;
    let decimals = (significant - 1 - magnitude).clamp(0, 6) as usize;
    let text = format!("{x:.decimals$}");
    // 9.996 with three digits is 10.00: one digit too many, which does no harm but looks odd.
    if decimals > 0 && text.trim_start_matches('-').replace('.', "").len() > significant as usize {
        let fewer = decimals - 1;
        if !text.trim_start_matches('-').starts_with('0') {
            return format!("{x:.fewer$}");
        }
    }
    text
}

/// A number in as few signs as say something: "1.1k".
#[must_use]
pub fn few(x: f64) -> String {
    if x < 999.5 { format!("{x:.0}") } else { digits(x / 1e3, 2) + "k" }
}

/// A number with k, M or G: "100 k".
fn scaled(x: f64) -> (String, &'static str) {
    for (factor, letter) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if x.abs() >= factor * 0.9995 {
            let text = digits(x / factor, 3);
            let short = if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            };
            return (short, letter);
        }
    }
    let text = if x == 0.0 {
        "0".to_owned()
    } else if x.abs() < 10.0 {
        digits(x, 2)
    } else {
        format!("{x:.0}")
    };
    (text, "")
}

/// A time given in seconds: "21 ms", "1.2 s".
#[must_use]
pub fn duration(s: f64) -> String {
    if !s.is_finite() {
        return dash();
    }
    let ms = s * 1e3;
    // Times are whole nanoseconds: less comes from the bins of a histogram and is nothing.
    if ms.abs() < 0.999e-6 {
        format!("0{THIN}ms")
    } else if ms.abs() < 1e-4 {
        format!("{:.0}{THIN}ns", ms * 1e6)
    } else if ms.abs() < 0.0995 {
        format!("{}{THIN}µs", digits(ms * 1e3, 2))
    } else if ms.abs() < 9.95 {
        format!("{}{THIN}ms", digits(ms, 2))
    } else if ms.abs() < 999.5 {
        format!("{ms:.0}{THIN}ms")
    } else if s.abs() < 9.95 {
        format!("{}{THIN}s", digits(s, 2))
    } else {
        format!("{s:.0}{THIN}s")
    }
}

/// What stands where there is nothing to tell.
#[must_use]
pub fn dash() -> String {
    "–".to_owned()
}

/// A time given in seconds, or a dash.
#[must_use]
pub fn time(seconds: Option<f64>) -> String {
    seconds.map_or_else(dash, duration)
}

/// A rate in events per second: "1.45 k/s".
#[must_use]
pub fn rate(per_second: f64) -> String {
    if !per_second.is_finite() {
        return dash();
    }
    let (text, letter) = scaled(per_second);
    format!("{text}{THIN}{letter}/s")
}

/// A share of one as per cent: "99.98 %". Never rounded to nothing or to all where it is neither.
#[must_use]
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return dash();
    }
    // A sum of nothing is minus nothing.
    let x = share * 100.0 + 0.0;
    let text = if x == 0.0 || x == 100.0 {
        format!("{x:.0}")
    } else if x > 0.0 && x < 0.01 {
        "<\u{202f}0.01".to_owned()
    } else if x > 99.99 && x < 100.0 {
        ">\u{202f}99.99".to_owned()
    } else if x.abs() < 1.0 || (x > 99.0 && x < 100.0) {
        format!("{x:.2}")
    } else if x.abs() < 9.95 {
        format!("{x:.1}")
    } else {
        format!("{x:.0}")
    };
    format!("{text}{THIN}%")
}

/// A plain number: "100 k".
#[must_use]
pub fn count(x: f64) -> String {
    if !x.is_finite() {
        return dash();
    }
    let (text, letter) = scaled(x);
    if letter.is_empty() { text } else { format!("{text}{THIN}{letter}") }
}

/// An amount in USD: "$ 1 942".
#[must_use]
pub fn usd(amount: f64) -> String {
    if !amount.is_finite() {
        return dash();
    }
    if amount.abs() < 99.995 {
        format!("${THIN}{amount:.2}")
    } else {
        format!("${THIN}{}", grouped(amount))
    }
}

/// An amount in USD, short: "$ 19.1 k".
#[must_use]
pub fn usd_brief(amount: f64) -> String {
    if amount < 9_999.5 { usd(amount) } else { format!("${THIN}{}", count(amount)) }
}

/// A whole number in groups of three: "1 000 000".
#[must_use]
pub fn grouped(x: f64) -> String {
    let plain = format!("{:.0}", x.abs());
    let mut text = String::new();
    if x < -0.5 {
        text.push('-');
    }
    for (i, digit) in plain.chars().enumerate() {
        if i > 0 && (plain.len() - i) % 3 == 0 {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// A time with half of its interval: "113 ± 0.4 ms". Both in the unit of the time.
#[must_use]
pub fn duration_within(s: f64, half: f64) -> String {
    let (factor, unit) = match s {
        s if s.abs() < 0.000_099_5 => (1e6, "µs"),
        s if s.abs() < 0.9995 => (1e3, "ms"),
        _ => (1.0, "s"),
    };
    within(s * factor, half * factor, unit, f64::INFINITY)
}

/// A rate with half of its interval: "72 ± 0.3 /s".
#[must_use]
pub fn rate_within(per_second: f64, half: f64) -> String {
    let (factor, unit) = match per_second {
        x if x.abs() >= 999_500.0 => (1e-6, "M/s"),
        x if x.abs() >= 9_995.0 => (1e-3, "k/s"),
        _ => (1.0, "/s"),
    };
    within(per_second * factor, half * factor, unit, f64::INFINITY)
}

/// A share with half of its interval, in per cent: "1.2 ± 0.1 %".
#[must_use]
pub fn percent_within(share: f64, half: f64) -> String {
    if half < 5e-5 {
        return percent(share);
    }
    within(share * 100.0, half * 100.0, "%", 100.0)
}

/// As many decimals as the interval bears, no more than one from 10 on and none from 100 on. An
/// interval wider than its value says only how much it is at most: "≤ 375 ms"; one that reaches past
/// all that there can be, how much it is at least: "≥ 96 %".
fn within(x: f64, half: f64, unit: &str, all: f64) -> String {
    if half <= 0.0 {
        return format!("{}{THIN}{unit}", digits(x, 3));
    }
    let first = (-libm::floor(libm::log10(half))).clamp(0.0, 2.0) as usize;
    let most = if x.abs() >= 100.0 {
        0
    } else if x.abs() >= 10.0 {
        1
    } else {
        2
    };
    let decimals = first.min(most);
    // Rounded up: the interval is never shown smaller than it is.
    let scale = libm::pow(10.0, decimals as f64);
    let up = |x: f64| libm::ceil(x * scale - 1e-9) / scale;
    if half > x.abs() {
        return format!("≤{THIN}{:.decimals$}{THIN}{unit}", up(x + half).min(all));
    }
    if x + half > all {
        let least = libm::floor((x - half) * scale + 1e-9) / scale;
        return format!("≥{THIN}{least:.decimals$}{THIN}{unit}");
    }
    let half = up(half);
    // Where a line has to end within it, it ends before the interval.
    format!("{x:.decimals$} ±{THIN}{half:.decimals$}{THIN}{unit}")
}

/// Units at the ends of figures' names, those that end like another before it.
const UNITS: [&str; 7] = ["_per_s", "_s", "_ms", "_mb", "_share", "_usd", "_ratio"];

/// A part's own name of a figure as people read it: without the unit at its end.
#[must_use]
pub fn words(name: &str) -> String {
    if name == "servers_up" {
        // A balancer counts those that it balances.
        return "web servers up".to_owned();
    }
    let plain = UNITS.iter().find_map(|end| name.strip_suffix(end));
    plain.unwrap_or(name).replace('_', " ").replace("rpo", "RPO").replace("rto", "RTO")
}

/// A figure that a part measures under a name of its own; the end of the name tells the unit.
#[must_use]
pub fn gauge(name: &str, value: f64) -> String {
    match name {
        _ if name.ends_with("_per_s") => rate(value),
        _ if name.ends_with("_s") => duration(value),
        _ if name.ends_with("_ms") => duration(value / 1e3),
        _ if name.ends_with("_usd") => usd(value),
        // As servers are sold: a gigabyte has a thousand of them.
        _ if name.ends_with("_mb") && value >= 999.5 => {
            format!("{}{THIN}GB", digits(value / 1e3, 2))
        }
        // A mean of none is minus nothing.
        _ if name.ends_with("_mb") => format!("{:.0}{THIN}MB", value + 0.0),
        _ if ["share", "ratio", "utilisation", "resharded"]
            .iter()
            .any(|word| name.contains(word)) =>
        {
            percent(value)
        }
        _ if name.ends_with("healthy") => if value > 0.0 { "yes" } else { "no" }.to_owned(),
        // What is counted is whole.
        _ if value.abs() < 1_000.0 && value == libm::round(value) => format!("{:.0}", value + 0.0),
        _ => count(value),
    }
}

/// Simulated time on the clock: "00:04:12.3".
#[must_use]
pub fn clock(seconds: f64) -> String {
    let tenths = libm::floor(seconds.max(0.0) * 10.0) as u64;
    let (h, m, s) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60);
    format!("{h:02}:{m:02}:{s:02}.{}", tenths % 10)
}

/// A rate in words: "45 thousand requests per second".
#[must_use]
pub fn spoken_rate(per_second: f64) -> String {
    format!("{} requests per second", spoken(per_second))
}

/// A number in words: "45 thousand".
#[must_use]
pub fn spoken(x: f64) -> String {
    let (text, letter) = scaled(x);
    let word = match letter {
        "k" => " thousand",
        "M" => " million",
        "G" => " billion",
        _ => "",
    };
    format!("{text}{word}")
}

/// A number as a person would type it: no more digits than it needs, and nothing without a sign.
#[must_use]
pub fn plain(x: f64) -> String {
    (x + 0.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(got: &str, expected: &str) {
        assert_eq!(got.replace(THIN, " "), expected);
    }

    #[test]
    fn few_signs_say_how_much() {
        assert_eq!([1_130.0, 41_300.0, 363.0, 4.0].map(few), ["1.1k", "41k", "363", "4"]);
        check(&gauge("memory_mean_mb", -0.0), "0 MB");
    }

    #[test]
    fn the_end_of_a_figures_name_is_its_unit() {
        let shown = |name, value| format!("{}: {}", words(name), gauge(name, value));
        assert_eq!(shown("offered_per_s", 72.0), format!("offered: 72{THIN}/s"));
        assert_eq!(shown("memory_mean_mb", 316.0), format!("memory mean: 316{THIN}MB"));
        assert_eq!(shown("memory_max_mb", 4_000.0), format!("memory max: 4.0{THIN}GB"));
        assert_eq!(shown("lag_s", 0.087), format!("lag: 87{THIN}ms"));
        assert_eq!(shown("rpo_writes", 0.0), "RPO writes: 0");
        assert_eq!(shown("site_1_healthy", 1.0), "site 1 healthy: yes");
    }

    #[test]
    fn nothing_has_no_sign() {
        check(&percent(-0.0), "0 %");
        assert_eq!(plain(-0.0), "0");
    }

    #[test]
    fn numbers_are_short_and_never_untrue() {
        for (s, expected) in [
            (0.0, "0 ms"),
            (0.000_000_000_55, "0 ms"),
            (0.000_000_001, "1 ns"),
            (0.000_000_099, "99 ns"),
            (0.000_000_099_6, "100 ns"),
            (0.000_000_99, "0.99 µs"),
            (0.000_01, "10 µs"),
            (0.001_24, "1.2 ms"),
            (0.021, "21 ms"),
            (0.378, "378 ms"),
            (0.9999, "1.0 s"),
            (1.23, "1.2 s"),
            (12.3, "12 s"),
        ] {
            check(&duration(s), expected);
        }
        for (x, expected) in [
            (0.0, "0 /s"),
            (3.2, "3.2 /s"),
            (362.0, "362 /s"),
            (1_450.0, "1.45 k/s"),
            (45_000.0, "45 k/s"),
            (999_900.0, "1 M/s"),
        ] {
            check(&rate(x), expected);
        }
        for (share, expected) in [
            (0.0, "0 %"),
            (0.000_001, "< 0.01 %"),
            (0.0002, "0.02 %"),
            (0.034, "3.4 %"),
            (0.74, "74 %"),
            (0.9998, "99.98 %"),
            (0.999_999, "> 99.99 %"),
            (1.0, "100 %"),
        ] {
            check(&percent(share), expected);
        }
        check(&percent(-0.0), "0 %");
        check(&duration_within(0.1134, 0.000_012), "113 ± 1 ms");
        check(&duration_within(0.354, 0.0028), "354 ± 3 ms");
        check(&duration_within(0.047_06, 0.000_01), "47.1 ± 0.1 ms");
        check(&duration_within(4.25, 0.31), "4.2 ± 0.4 s");
        check(&rate_within(0.0, 0.0), "0 /s");
        check(&rate_within(72.4, 0.25), "72.4 ± 0.3 /s");
        check(&percent_within(0.0, 0.0), "0 %");
        check(&percent_within(0.341, 0.02), "34 ± 2 %");
        check(&percent_within(0.999, 0.002), "≥ 99.7 %");
        check(&duration_within(0.003, 0.372), "≤ 375 ms");
        check(&duration_within(0.372, 0.371), "372 ± 371 ms");
        check(&percent_within(0.004, 0.0056), "≤ 1.0 %");
        check(&percent_within(0.4, 0.9), "≤ 100 %");
        check(&usd_brief(19_051.0), "$ 19.1 k");
        check(&usd(1_942.4), "$ 1 942");
        check(&usd(35.54), "$ 35.54");
        check(&count(100_000.0), "100 k");
        check(&clock(252.36), "00:04:12.3");
        check(&spoken_rate(45_000.0), "45 thousand requests per second");
    }
}
