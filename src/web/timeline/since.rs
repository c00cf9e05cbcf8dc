//! Since when faults that are there to stay have been there in this run. A link has them from the
//! start, and so has the next run.

use super::{Mark, marks};
use crate::sim::scenario::{PresentFault, Scenario};
use crate::sim::units::SimTime;

/// Faults that came while the run went on, and the second of each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Since(Vec<(PresentFault, f64)>);

impl Since {
    /// One scenario took the place of another at a second of the run.
    pub fn follow(&mut self, before: &Scenario, after: &Scenario, now: f64) {
        self.0.retain(|(known, _)| after.faults.contains(known));
        let stays = |fault: &&PresentFault| fault.at == SimTime::ZERO && fault.lasts.is_none();
        let news = after.faults.iter().filter(stays).filter(|fault| !before.faults.contains(fault));
        self.0.extend(news.map(|fault| (*fault, now)));
    }

    /// The marks of a scenario as this run has them.
    #[must_use]
    pub fn marks(&self, scenario: &Scenario) -> Vec<Mark> {
        let mut marks = marks(scenario);
        for (mark, fault) in marks.iter_mut().zip(&scenario.faults) {
            if let Some((_, at)) = self.0.iter().find(|(known, _)| known == fault) {
                mark.at = *at;
            }
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::scenario::link;

    #[test]
    fn what_was_broken_in_the_run_stands_where_that_was_done() {
        let scenario = |faults: &str| link::read(&format!("?stage=3#{faults}")).scenario;
        let steps = [
            (scenario("fault=kill.db"), 0.0),
            (scenario("fault=kill.db&fault=kill.web.2"), 10.0),
            (scenario("fault=kill.db&fault=kill.web.2&fault=slow5.web.1@60"), 20.0),
        ];
        let mut since = Since::default();
        for [(before, _), (after, now)] in [[&steps[0], &steps[1]], [&steps[1], &steps[2]]] {
            since.follow(before, after, *now);
        }
        let at = |since: &Since| since.marks(&steps[2].0).iter().map(|m| m.at).collect::<Vec<_>>();
        assert_eq!(at(&since), [0.0, 10.0, 60.0]);
        since.follow(&steps[2].0, &steps[0].0, 30.0);
        since.follow(&steps[0].0, &steps[2].0, 40.0);
        assert_eq!(at(&since), [0.0, 40.0, 60.0], "it was healed, and broken again");
    }
}
