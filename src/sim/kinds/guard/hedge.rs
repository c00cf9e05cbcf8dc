//! Second requests sent beside slow first ones: which belong together, and which answer wins.

use super::calls::{Call, Name, Note, name};
use super::retry::HEDGE;
use super::state::Guard;
use crate::kinds::behavior::{Action, Ctx};
use crate::run::calendar::{LineId, Tag};
use crate::run::requests::{Outcome, Request, RequestId, Wish};
use std::collections::BTreeMap;

/// A first request for which a second is under way.
#[derive(Clone, Copy, Debug)]
pub struct First {
    /// The record it is in.
    pub id: RequestId,
    /// Depth of the guard's frame there.
    pub depth: u8,
    /// The promise under which it waits for the second, once it has failed itself.
    pub waits: Tag,
}

/// All first requests with a second under way. Few: a hedge is for the slowest.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    firsts: BTreeMap<Name, First>,
}

impl Pairs {
    /// A second request is sent.
    pub fn add(&mut self, name: Name, id: RequestId, depth: u8) {
        self.firsts.insert(name, First { id, depth, waits: Tag::NONE });
    }

    /// The first request of this name, if its second still matters.
    pub fn get(&mut self, name: Name) -> Option<&mut First> {
        self.firsts.get_mut(&name)
    }

    /// The second no longer matters.
    pub fn remove(&mut self, name: Name) -> Option<First> {
        self.firsts.remove(&name)
    }
}

impl Guard {
    /// The answer of a second request no longer matters, if there is one.
    pub(super) fn forget_second(&mut self, ctx: &mut Ctx, id: RequestId) {
        let request = ctx.request(id);
        let (class, name) = (request.class, name(request, request.depth as usize - 1));
        if Note(ctx.frame(id).server).is_hedged() && self.pairs.remove(name).is_some() {
            self.bulkhead.leave(class);
        }
    }

    /// Sends a second request beside one that is slow.
    pub(super) fn hedge(&mut self, ctx: &mut Ctx, call: Call) {
        let first = *ctx.request(call.id);
        let depth = call.depth as usize;
        if !self.bulkhead.has_room(first.class) {
            return;
        }
        let Request { user, url, class, region, site, .. } = first;
        let number = first.number ^ self.retry.bits(first.number, HEDGE);
        let wish = Wish { number, user, url, class, region, site };
        let Some(second) = ctx.begin(&wish, first.frames[depth].phase) else { return };
        let note = Note(first.frames[depth].server).hedged(true);
        ctx.request(call.id).frames[depth].server = note.0;
        let record = ctx.request(second);
        (record.pick, record.attempt, record.named) = (first.pick, first.attempt, first.named);
        (record.writing, record.version) = (first.writing, first.version);
        record.errand = first.errand;
        record.note = call.name.entered.0;
        record.frames[0].server = note.0;
        self.pairs.add(call.name, call.id, call.depth);
        self.bulkhead.enter(class);
        self.counts.hedges += 1;
        ctx.launch(second, Action::Call { to: self.to, way: LineId::NOW });
    }

    /// A second request has been answered.
    pub(super) fn second_returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) {
        let second = *ctx.request(id);
        ctx.end(id);
        let mut name = name(&second, 0);
        name.entered.0 = second.note;
        let Some(first) = self.pairs.remove(name) else { return };
        self.bulkhead.leave(second.class);
        let depth = first.depth as usize;
        if outcome != Outcome::Good && first.waits == Tag::NONE {
            let frame = &mut ctx.request(first.id).frames[depth];
            frame.server = Note(frame.server).hedged(false).0;
            return;
        }
        let told = Self::take(ctx, first.id, first.depth);
        if outcome == Outcome::Good {
            self.counts.hedge_wins += 1;
            let request = ctx.request(told);
            (request.hit, request.version) = (second.hit, second.version);
        }
        let action = self.settle(ctx, told, outcome);
        ctx.launch(told, action);
    }
}
