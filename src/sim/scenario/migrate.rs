//! Old links and files: each version of the form that ever was written is brought step by step to
//! the one that is written now. Steps are only ever added, and `tests/native/links.golden` holds
//! links of every version with what they mean.

use super::Problem;
use crate::kinds::param::quoted;

/// Version of the form that is written, of links and files alike.
pub const VERSION: u32 = 1;
/// Revision of the model: it grows when the same scenario gives other figures. The form names it
/// as `m` unless it is the first.
pub const MODEL: u32 = 1;

/// What a link or a file says: keys and their texts, in order.
pub type Pairs = Vec<(String, String)>;

/// Brings the pairs of one version to the next.
type Step = fn(&mut Pairs);

/// The step from version 1 to 2 stands first, and so on: as many as there were later versions.
const STEPS: [Step; VERSION as usize - 1] = [];

/// Brings pairs of any version to that of now, and names what is wrong with their version; says
/// whether another revision of the model made them. Pairs that name none are of now: written by
/// hand.
pub fn migrate(pairs: &mut Pairs, problems: &mut Vec<Problem>) -> Option<Problem> {
    let last = |key: &str| pairs.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let (version, model) = (last("v"), last("m"));
    let is_versioned = version.is_some();
    match version.map(|text| text.parse::<u32>().ok().filter(|v| *v > 0).ok_or(text)) {
        None => {}
        Some(Ok(version @ 1..=VERSION)) => through(&STEPS, version, pairs),
        Some(Ok(newer)) => problems.push(Problem::new(
            "v",
            format!("is {newer}: version {VERSION} is read here, and what is newer is passed over"),
        )),
        Some(Err(text)) => {
            problems.push(Problem::new("v", format!("{} is not a version", quoted(&text))));
        }
    }
    pairs.retain(|(key, _)| key != "v" && key != "m");
    let note = revision(model, is_versioned, MODEL).unwrap_or_else(|wrong| {
        problems.push(Problem::new("m", wrong));
        None
    });
    note.map(|what| Problem::new("m", what))
}

/// What there is to say of the model that made it, beside the model of now. What names its version
/// and no model was made with the first.
fn revision(model: Option<String>, is_versioned: bool, now: u32) -> Result<Option<String>, String> {
    let made = match model {
        None if is_versioned => 1,
        None => now,
        Some(text) => {
            let made = text.parse::<u32>().ok().filter(|m| *m > 0);
            made.ok_or_else(|| format!("{} is not a revision", quoted(&text)))?
        }
    };
    let what = format!(
        "made with revision {made} of the model, this is revision {now}: numbers may differ"
    );
    Ok((made != now).then_some(what))
}

/// Takes the steps from a version on, one after the other.
fn through(steps: &[Step], version: u32, pairs: &mut Pairs) {
    for step in steps.iter().skip(version as usize - 1) {
        step(pairs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Pairs {
        let split = text.split('&').filter_map(|pair| pair.split_once('='));
        split.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn a_chain_takes_each_step_from_the_version_on_in_order() {
        let renamed: Step = |pairs| {
            for (key, _) in pairs.iter_mut().filter(|(key, _)| key == "rps") {
                "clients.rps".clone_into(key);
            }
        };
        let again: Step = |pairs| {
            for (key, _) in pairs.iter_mut().filter(|(key, _)| key == "clients.rps") {
                "clients.rate".clone_into(key);
            }
        };
        for (version, old) in [(1, "rps=5"), (2, "clients.rps=5"), (3, "clients.rate=5")] {
            let mut told = pairs(old);
            through(&[renamed, again], version, &mut told);
            assert_eq!(told, pairs("clients.rate=5"), "version {version}");
        }
    }

    #[test]
    fn versions_and_revisions_that_are_not_of_now_are_named_once() {
        let said = |text: &str| -> Vec<String> {
            let mut told = pairs(text);
            let mut problems = Vec::new();
            let note = migrate(&mut told, &mut problems);
            assert!(told.iter().all(|(key, _)| key == "x"), "{told:?}");
            problems.iter().chain(&note).map(|problem| problem.at.clone()).collect()
        };
        let none: [String; 0] = [];
        assert_eq!(said("x=1"), none);
        assert_eq!(said("v=1&m=1&x=1"), none);
        assert_eq!(said("v=9&m=2"), ["v", "m"]);
        assert_eq!(said("v=q&m=0"), ["v", "m"]);
        assert_eq!(said("v=0"), ["v"]);
    }

    #[test]
    fn what_names_its_version_alone_was_made_with_the_first_model() {
        let said = |model: Option<&str>, is_versioned| {
            revision(model.map(ToOwned::to_owned), is_versioned, 3).expect("are revisions")
        };
        assert_eq!((said(None, false), said(Some("3"), true)), (None, None));
        for (model, is_versioned) in [(None, true), (Some("1"), true), (Some("1"), false)] {
            let what = said(model, is_versioned).expect("numbers may differ");
            assert!(what.contains("revision 1 of the model, this is revision 3"), "{what}");
        }
    }
}
