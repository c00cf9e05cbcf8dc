//! The laws that hold in every run, checked by looking at every request in flight.

use super::Engine;
use crate::kinds::behavior::Behavior;

impl Engine {
    /// Checks the laws that hold in every run: what came in is what went out or is inside, at every
    /// part and for the users, and the number inside, integrated, is the time spent (Little).
    ///
    /// # Errors
    /// The first law that is broken, with its figures.
    pub fn check(&self) -> Result<(), String> {
        let now = self.ctx.run.now;
        let mut inside = vec![(0u64, 0u128); self.nodes.len()];
        let mut waiting_users = 0u64;
        for (_, request) in self.ctx.run.requests.live() {
            // The lowest call is the part that began the request; it never came in anywhere.
            let floor = (request.floor as usize).max(1);
            let depth = request.depth as usize - usize::from(request.travelling);
            for call in floor..depth {
                let (count, time) = &mut inside[request.frames[call].node as usize];
                *count += 1;
                *time += u128::from(now.since(request.entered[call]).0);
            }
            let is_users = request.floor == 0 && request.is_users();
            waiting_users += u64::from(is_users && !request.abandoned);
        }
        self.nodes.iter().try_for_each(Behavior::check)?;
        let meters = &self.ctx.run.meters;
        for (place, (kind, _)) in self.topology.parts().enumerate().skip(1) {
            let (node, (count, time)) = (&meters.nodes[place], inside[place]);
            if node.inside() != count {
                return Err(format!(
                    "{}: {} inside by count, {count} by look",
                    kind.key(),
                    node.inside()
                ));
            }
            let unfinished = node.unfinished(now);
            if unfinished != time {
                return Err(format!(
                    "{}: Little: {unfinished} ns by area, {time} by look",
                    kind.key()
                ));
            }
        }
        let (offered, ended) = (meters.offered_in_all(), meters.endings().total());
        if offered != ended + waiting_users {
            return Err(format!(
                "users: {offered} offered, {ended} ended, {waiting_users} waiting"
            ));
        }
        Ok(())
    }
}
