//! The timeline as a whole: all faults and changes of a scenario, put in place of those there were,
//! and what of them goes when parts go.

use super::{PresentFault, Problem, Scenario, link};

impl Scenario {
    /// Puts these faults and changes, written as in links, in place of all that there are.
    ///
    /// # Errors
    /// Every problem at once; nothing has changed then.
    pub fn set_timeline(
        &mut self,
        faults: &[String],
        changes: &[String],
    ) -> Result<(), Vec<Problem>> {
        let mut new = self.clone();
        (new.faults, new.changes) = (Vec::new(), Vec::new());
        let mut problems = Vec::new();
        for text in changes {
            match link::read_change(text) {
                Ok(change) => problems.extend(new.plan(change).err()),
                Err(what) => problems.push(Problem::new("at", what)),
            }
        }
        for text in faults {
            match PresentFault::read(text) {
                Ok(fault) => new.fail(fault),
                Err(what) => problems.push(Problem::new("fault", what)),
            }
        }
        problems.extend(new.drop_faults_of_nothing());
        if problems.is_empty() {
            *self = new;
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Its faults and changes as [`Self::set_timeline`] reads them.
    #[must_use]
    pub fn timeline(&self) -> (Vec<String>, Vec<String>) {
        let faults = self.faults.iter().map(PresentFault::write).collect();
        (faults, self.changes.iter().map(link::write_change).collect())
    }

    /// Takes away the faults and changes of parts, sites and servers that are not there.
    pub fn prune_timeline(&mut self) {
        self.drop_faults_of_nothing();
        let changes = std::mem::take(&mut self.changes);
        self.changes = changes.into_iter().filter(|c| self.locate_all(&c.key).is_ok()).collect();
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::link;

    #[test]
    fn a_timeline_is_put_in_place_as_a_whole_or_not_at_all() {
        let mut scenario = link::read("?stage=3#fault=kill.web.2@60for30").scenario;
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let before = scenario.clone();
        let wrong = scenario.set_timeline(&texts(&["kill.moon", "kill.web.9"]), &texts(&["x"]));
        assert_eq!(wrong.map_err(|problems| problems.len()), Err(3));
        assert_eq!(scenario, before);
        let (faults, changes) = (texts(&["slow5.db@90"]), texts(&["20:web.servers=6"]));
        assert_eq!(scenario.set_timeline(&faults, &changes), Ok(()));
        assert_eq!(scenario.timeline(), (faults, changes));
        assert_eq!(link::read(&link::write(&scenario)).scenario, scenario);
    }
}
