//! The state of servers and parts in words: what is wrong, and how full things are.

use crate::sim::snapshot::{PartView, ServerView};
use crate::web::view::format;

/// How full something is. Colour follows it, but number or shape always say it as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Load {
    /// Less than 60 %.
    Low,
    /// 60 to 85 %.
    Middle,
    /// More than 85 %.
    High,
}

impl Load {
    /// The load of a share of one, as it is written: in whole per cent.
    #[must_use]
    pub fn of(share: f64) -> Self {
        let percent = libm::round(100.0 * share);
        if percent > 85.0 {
            Self::High
        } else if percent >= 60.0 {
            Self::Middle
        } else {
            Self::Low
        }
    }

    /// Its class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Low => "lo",
            Self::Middle => "mid",
            Self::High => "hi",
        }
    }
}

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// Nothing is wrong.
    Sound,
    /// Dead, and nobody checks.
    Dead,
    /// Dead, but still sent requests: the balancer has not noticed.
    Unnoticed,
    /// Dead, and the balancer knows.
    Out,
    /// Up, but the balancer does not trust it.
    Distrusted,
    /// Up, but slow by a factor.
    Slow(f64),
    /// Finishes its work and takes no more.
    Draining,
}

impl Condition {
    /// The condition of a server; `checked` where a balancer checks it.
    #[must_use]
    pub fn of(server: &ServerView, checked: bool) -> Self {
        if !server.alive {
            match (checked, server.healthy) {
                (false, _) => Self::Dead,
                (true, true) => Self::Unnoticed,
                (true, false) => Self::Out,
            }
        } else if server.leaving {
            Self::Draining
        } else if !server.healthy {
            Self::Distrusted
        } else if server.slow > 1.0 {
            Self::Slow(server.slow)
        } else {
            Self::Sound
        }
    }

    /// Whether it is down.
    #[must_use]
    pub const fn is_dead(self) -> bool {
        matches!(self, Self::Dead | Self::Unnoticed | Self::Out)
    }

    /// By how much it is slow, if it is.
    #[must_use]
    pub const fn slowness(self) -> Option<f64> {
        match self {
            Self::Slow(factor) => Some(factor),
            _ => None,
        }
    }

    /// The condition in words; empty when sound.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Sound => String::new(),
            Self::Dead => "dead".to_owned(),
            Self::Unnoticed => "dead · not noticed yet".to_owned(),
            Self::Out => "dead · out".to_owned(),
            Self::Distrusted => "out · checks fail".to_owned(),
            Self::Slow(factor) => format!("×{} slow", factor_text(factor)),
            Self::Draining => "draining".to_owned(),
        }
    }
}

/// A factor without decimals that say nothing: "5", "2.5".
#[must_use]
pub fn factor_text(factor: f64) -> String {
    (libm::round(factor * 10.0) / 10.0).to_string()
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Whether it is bad, and not only worth a look.
    pub bad: bool,
    /// In words, short.
    pub text: String,
}

/// What is wrong with a part, worst first, given the conditions of its servers and the share of its
/// calls that fail in it.
#[must_use]
pub fn troubles(view: &PartView, conditions: &[Condition], own_failures: f64) -> Vec<Trouble> {
    let all = conditions.len();
    let mut troubles = Vec::new();
    let mut say = |bad: bool, text: String| troubles.push(Trouble { bad, text });
    let many = |n: usize| if all == 1 { String::new() } else { format!("{n} ") };
    let dead = conditions.iter().filter(|c| c.is_dead()).count();
    let has_all = dead == all && all > 1;
    // All of one kind are told at once.
    let alike = has_all && conditions.iter().all(|c| *c == conditions[0]);
    if has_all && !alike {
        say(true, format!("all {all} dead"));
    }
    for kind in [Condition::Dead, Condition::Unnoticed, Condition::Out, Condition::Distrusted] {
        let n = conditions.iter().filter(|&&c| c == kind).count();
        if n > 0 && (alike || !has_all || kind != Condition::Dead) {
            say(true, format!("{}{}{}", if alike { "all " } else { "" }, many(n), kind.words()));
        }
    }
    let slow: Vec<f64> = conditions.iter().filter_map(|c| c.slowness()).collect();
    if let Some(&worst) = slow.iter().max_by(|a, b| a.total_cmp(b)) {
        say(true, format!("{}{}", many(slow.len()), Condition::Slow(worst).words()));
    }
    if own_failures > 0.0 && dead < all {
        say(true, format!("{} fail here", format::percent(own_failures)));
    }
    if view.backlog > 0 {
        // More wait than are worked on.
        let is_long = view.backlog > slots(view);
        say(is_long, format!("backlog {}", format::count(view.backlog as f64)));
    }
    let draining = conditions.iter().filter(|c| **c == Condition::Draining).count();
    if draining > 0 {
        say(false, format!("{draining} draining"));
    }
    troubles
}

/// Slots of all servers that are up.
fn slots(view: &PartView) -> u64 {
    let up = view.servers.iter().filter(|server| server.alive);
    up.map(|server| server.slots.map_or(u64::from(u32::MAX), u64::from)).sum()
}

/// The condition of each server of a part.
#[must_use]
pub fn conditions(view: &PartView, checked: bool) -> Vec<Condition> {
    view.servers.iter().map(|server| Condition::of(server, checked)).collect()
}

/// The troubles in one line.
#[must_use]
pub fn line(troubles: &[Trouble]) -> String {
    let texts: Vec<&str> = troubles.iter().map(|t| t.text.as_str()).collect();
    texts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(alive: bool, healthy: bool) -> ServerView {
        ServerView { alive, healthy, slow: 1.0, ..ServerView::default() }
    }

    fn told(view: &PartView, checked: bool) -> Vec<Trouble> {
        troubles(view, &conditions(view, checked), 0.0)
    }

    #[test]
    fn trouble_is_told_in_words() {
        assert_eq!(
            [0.594, 0.596, 0.854, 0.856].map(Load::of),
            [Load::Low, Load::Middle, Load::Middle, Load::High]
        );
        let mut view = PartView {
            servers: vec![server(true, true), server(false, true), server(false, false)],
            backlog: 14,
            ..PartView::default()
        };
        let text = line(&told(&view, true));
        assert_eq!(text, "1 dead · not noticed yet · 1 dead · out · backlog 14");
        view.servers = vec![ServerView { slow: 5.0, ..server(true, true) }];
        assert_eq!(line(&told(&view, true)), "×5 slow · backlog 14");
        view.servers = vec![server(false, true); 2];
        view.backlog = 0;
        assert_eq!(line(&told(&view, false)), "all 2 dead");
        assert_eq!(line(&told(&view, true)), "all 2 dead · not noticed yet");
        view.servers = vec![server(false, false); 2];
        assert_eq!(line(&told(&view, true)), "all 2 dead · out");
        view.servers[0] = server(false, true);
        let mixed = line(&told(&view, true));
        assert_eq!(mixed, "all 2 dead · 1 dead · not noticed yet · 1 dead · out");
        view.servers = vec![server(false, true)];
        assert_eq!(line(&told(&view, false)), "dead");
    }
}
