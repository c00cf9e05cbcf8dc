//! The terms: name, other names, plain words, unit, formula or source.

mod data;
mod measures;
mod serving;

use super::Term;

const fn term(
    name: &'static str,
    also: &'static str,
    text: &'static str,
    unit: &'static str,
    source: &'static str,
) -> Term {
    Term { name, also, text, unit, source }
}

/// All terms: measures first, then the parts and ideas in the order in which the story meets them.
pub const TERMS: [&[Term]; 3] = [measures::TERMS, serving::TERMS, data::TERMS];
