//! Sessions as the web tier sees them: in a server's memory, or in the session store; and what a
//! log-in costs.

use super::settings::Setting;
use super::{LOGIN, SESSION, State};
use crate::kinds::behavior::{Action, Ctx};
use crate::kinds::param::Spec;
use crate::kinds::station::Admission;
use crate::run::requests::{Outcome, RequestId};
use crate::run::sessions::Found;
use crate::units::Span;

/// Where sessions live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Home {
    #[default]
    None,
    Memory,
    Store,
}

/// What log-ins there were, and what one costs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Logins {
    pub home: Home,
    /// Nanoseconds.
    work: f64,
    idle: Span,
    pub again: u64,
    pub new: u64,
    pub expired: u64,
    pub lost: u64,
}

impl Logins {
    /// Takes on the settings.
    pub fn configure(&mut self, spec: &Spec) {
        self.home = match spec.count(Setting::Sessions as usize) {
            0 => Home::None,
            1 => Home::Memory,
            _ => Home::Store,
        };
        self.work = spec.number(Setting::Login as usize) * 1e6;
        self.idle = Span::from_seconds(spec.number(Setting::Idle as usize));
    }
}

impl State {
    /// Place of a server's sessions in the table of all.
    pub(super) const fn place(&self, server: usize) -> u16 {
        self.site as u16 * super::MOST as u16 + server as u16
    }

    /// A user's request comes to a server that has sessions in memory: the work of logging in, if
    /// the user must. A run begins in the middle of a day: users not seen yet are logged in.
    #[cold]
    pub(super) fn recognise(&mut self, ctx: &mut Ctx, user: u32, server: usize) -> f64 {
        let (now, place, idle) = (ctx.now(), self.place(server), self.logins.idle);
        ctx.sessions().prepare(place, idle, u32::MAX);
        let found = ctx.sessions().visit(user, place, now);
        self.logins.new += u64::from(found == Found::New);
        self.logins.expired += u64::from(found == Found::Expired);
        self.logins.lost += u64::from(found == Found::Lost);
        let must = matches!(found, Found::Expired | Found::Lost);
        self.logins.again += u64::from(must);
        if must { self.logins.work } else { 0.0 }
    }

    /// Asks the session store who this is.
    #[cold]
    pub(super) fn ask_store(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        match self.store {
            Some((to, way)) => {
                ctx.frame(id).phase = SESSION;
                Action::Call { to, way }
            }
            None => self.next_call(ctx, id),
        }
    }

    /// The store has answered. Without an answer nobody knows who it is, and the request fails.
    pub(super) fn recognised(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if outcome != Outcome::Good {
            return self.finish(ctx, id, outcome);
        }
        if ctx.request(id).hit {
            return self.next_call(ctx, id);
        }
        self.logins.again += 1;
        ctx.frame(id).phase = LOGIN;
        let server = ctx.frame(id).server as usize;
        if !ctx.request(id).slot_given_back {
            self.tier.go_on(ctx, server, id, self.logins.work);
            return Action::Wait;
        }
        // The slot was given back: it takes one again.
        self.take_back(ctx, id, server);
        match self.tier.offer_again(ctx, server, id, self.logins.work) {
            Admission::Refused => Action::Reply(Outcome::BacklogFull),
            Admission::Started | Admission::Queued => Action::Wait,
        }
    }
}
