//! The calls of a dynamic request to other parts, one after another: cache, database, queue.

use super::{CACHE, ENQUEUE, GIVE_UP, QUERY, REMIND, SESSION, State, THROUGH};
use crate::kinds::behavior::{Action, Ctx};
use crate::run::errand::Errand;
use crate::run::requests::{Class, Outcome, RequestId};

impl State {
    /// The next thing a dynamic request needs after its work.
    pub(super) fn next_call(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let is_read = ctx.request(id).class == Class::Read;
        match self.cache {
            Some((to, way)) if is_read && self.queries > 0 => {
                ctx.frame(id).phase = CACHE;
                let request = ctx.request(id);
                (request.errand, request.answer) = (Errand::LookUp, Outcome::Good);
                Action::Call { to, way }
            }
            _ => self.query(ctx, id, 0),
        }
    }

    /// The query with this number, or the end.
    fn query(&mut self, ctx: &mut Ctx, id: RequestId, number: u8) -> Action {
        match self.database {
            Some((to, way)) if number < self.queries => {
                ctx.frame(id).phase = QUERY + number;
                // A write reads what it needs first; its last query changes the data.
                let request = ctx.request(id);
                request.writing = request.class == Class::Write && number + 1 == self.queries;
                if request.writing && self.style.writes {
                    return self.errand(ctx, id, THROUGH, Errand::Write);
                }
                Action::Call { to, way }
            }
            _ => self.remind(ctx, id),
        }
    }

    /// Sends the request to the cache once more.
    fn errand(&mut self, ctx: &mut Ctx, id: RequestId, phase: u8, errand: Errand) -> Action {
        let Some((to, way)) = self.cache else { return self.finish(ctx, id, Outcome::Good) };
        ctx.frame(id).phase = phase;
        let request = ctx.request(id);
        (request.errand, request.answer) = (errand, Outcome::Good);
        Action::Call { to, way }
    }

    /// All queries are answered: the cache takes what was read, or forgets what was written, and
    /// a job is handed to the queue, if there is one.
    fn remind(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        match (ctx.request(id).class, self.queue) {
            (Class::Read, _) if self.style.fills => self.errand(ctx, id, REMIND, Errand::Fill),
            (Class::Write, _) if self.style.drops => self.errand(ctx, id, REMIND, Errand::Drop),
            (Class::Job, Some((to, way))) => {
                ctx.frame(id).phase = ENQUEUE;
                Action::Call { to, way }
            }
            _ => self.finish(ctx, id, Outcome::Good),
        }
    }

    /// The cache has taken a write, or has not.
    fn written(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        match self.database {
            // Without a node to go through, the database is asked itself.
            Some((to, way))
                if outcome == Outcome::Unavailable && ctx.request(id).answer == Outcome::Good =>
            {
                ctx.frame(id).phase = QUERY + self.queries - 1;
                Action::Call { to, way }
            }
            _ => self.finish(ctx, id, outcome),
        }
    }

    /// A query has failed: whoever waits for its value at the cache is told first.
    fn failed(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if !self.style.leases || ctx.request(id).class != Class::Read {
            return self.finish(ctx, id, outcome);
        }
        let action = self.errand(ctx, id, GIVE_UP, Errand::GiveUp);
        ctx.request(id).answer = outcome;
        action
    }

    /// A part that the request called has answered.
    pub(super) fn answered(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        let phase = ctx.frame(id).phase;
        match phase {
            CACHE if outcome == Outcome::Good && (ctx.request(id).hit || self.style.fetches) => {
                self.finish(ctx, id, Outcome::Good)
            }
            // The database has failed the cache.
            CACHE if outcome != Outcome::Good && ctx.request(id).answer == outcome => {
                self.finish(ctx, id, outcome)
            }
            // A cache that fails is a cache that does not have the value.
            CACHE => self.query(ctx, id, 0),
            REMIND => self.finish(ctx, id, Outcome::Good),
            THROUGH => self.written(ctx, id, outcome),
            GIVE_UP => {
                let outcome = ctx.request(id).answer;
                self.finish(ctx, id, outcome)
            }
            SESSION => self.recognised(ctx, id, outcome),
            ENQUEUE => self.finish(ctx, id, outcome),
            _ if outcome != Outcome::Good => self.failed(ctx, id, outcome),
            phase => self.query(ctx, id, phase - QUERY + 1),
        }
    }
}
