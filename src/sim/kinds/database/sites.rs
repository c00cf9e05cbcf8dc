//! Several sites: writes go to the home site and from there to the others, or each site takes its
//! own; what reads find at a site.

use super::fan::NO_SERVER;
use super::latest::NOBODY;
use super::replication::begin_own;
use super::settings::Setting;
use super::shard::Record;
use super::{AWAY, QUERY, RECEIVE, SHIP, STREAMS, State};
use crate::kinds::behavior::{Action, Ctx, Surroundings};
use crate::kinds::param::Spec;
use crate::kinds::{Kind, network};
use crate::region::{self, ROUND_TRIP_MS};
use crate::run::calendar::LineId;
use crate::run::requests::{Outcome, Request, RequestId};
use crate::units::{SimTime, Span};

/// Time between two tries to reach a site, or to give the writes back to it.
pub const AGAIN: Span = Span(1_000_000_000);
/// Peers of a shard, for the names of timers: more than there are sites.
const MOST_PEERS: usize = 16;

/// The database of another site.
#[derive(Clone, Copy, Debug)]
pub struct Other {
    /// Which site.
    pub site: u8,
    /// Its database's place in the engine.
    pub place: u8,
    /// The round trip there.
    way: LineId,
    /// Time until a write gets there.
    pub lag: Span,
}

/// What a database knows of the other sites.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    /// This site.
    pub mine: u8,
    /// The others.
    pub others: Vec<Other>,
    /// Time from the loss of the home until another takes its place.
    pub promotion: Span,
    /// The home takes the writes again when it is back.
    pub fails_back: bool,
    /// The version of each key that this site has.
    held: Vec<u32>,
    /// When this site changed each key last.
    changed: Vec<SimTime>,
    /// Since when some of its data has no server.
    pub lost_since: Option<SimTime>,
    /// It was the home when it was lost, and another took its place.
    pub was_home: bool,
}

impl Sites {
    /// Whether there are several.
    #[inline]
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        !self.others.is_empty()
    }

    fn hold(&mut self, key: u32, version: u32, changed: Option<SimTime>) {
        let place = key as usize;
        if place >= self.held.len() {
            let size = (place + 1).max(self.held.len() * 3 / 2);
            self.held.resize(size, 0);
            self.changed.resize(size, SimTime::NEVER);
        }
        self.held[place] = self.held[place].max(version);
        if let Some(at) = changed {
            self.changed[place] = at;
        }
    }

    /// The version of a key that this site has.
    pub fn version(&self, key: u32) -> u32 {
        self.held.get(key as usize).copied().unwrap_or(0)
    }
}

/// Whether a write made elsewhere conflicts with this site's last one to the same key: that is
/// older, but too young for the other site to have known it. Of two writes that do not know of each
/// other, the later is counted where it arrives, and only there.
fn is_conflict(mine: SimTime, theirs: SimTime, lag: Span) -> bool {
    mine <= theirs && theirs < mine.after(lag)
}

fn home(spec: Option<&Spec>, sites: u8) -> Option<u8> {
    let home = spec.map_or(1, |spec| spec.count(Setting::Home as usize)) as u8;
    home.min(sites).checked_sub(1)
}

/// The stream of a shard's writes to another site.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// How many writes are there.
    pub applied: u64,
    /// With this site gone: how many writes had left it.
    pub limit: u64,
    /// One is on its way.
    pub is_sending: bool,
    /// When the next has had the time to get there.
    pub armed: SimTime,
}

impl Peer {
    /// A stream that begins after so many writes.
    #[must_use]
    pub const fn new(applied: u64) -> Self {
        Self { applied, limit: u64::MAX, is_sending: false, armed: SimTime::NEVER }
    }
}

impl State {
    /// Takes on where the other sites are.
    pub(super) fn join_sites(&mut self, ctx: &mut Ctx, around: &dyn Surroundings) {
        let (mine, sites) = (around.site(), around.sites());
        let Some(spec) = around.spec(Kind::Database).filter(|_| sites > 1) else { return };
        let region = |site: u8| {
            let spec = around.spec_at(Kind::Network, site)?;
            Some(spec.count(network::Setting::Site as usize).min(region::COUNT - 1))
        };
        let mut others = Vec::new();
        for site in (0..sites).filter(|site| *site != mine) {
            let Some(place) = around.place_at(Kind::Database, site) else { continue };
            let ends = (region(mine).unwrap_or(0), region(site).unwrap_or(0));
            let round_trip = f64::from(ROUND_TRIP_MS[ends.0][ends.1]);
            let lag = 0.5 * round_trip + spec.number(Setting::SiteLag as usize);
            let way = ctx.line(Span::from_millis(round_trip));
            others.push(Other { site, place, way, lag: Span::from_millis(lag) });
        }
        self.sites.mine = mine;
        self.sites.others = others;
        self.sites.promotion = Span::from_seconds(spec.number(Setting::SitePromotion as usize));
        self.sites.fails_back = spec.is_on(Setting::FailBack as usize);
        let wanted = home(around.spec_at(Kind::Database, 0), sites);
        ctx.truth().keep();
        let homes = &mut ctx.run.homes;
        if homes.wanted != Some(wanted) {
            homes.wanted = Some(wanted);
            homes.home = wanted;
        }
    }

    /// What comes from, or must go to, the database of another site; `None` for what stays here.
    pub(super) fn abroad(&mut self, ctx: &mut Ctx, id: RequestId) -> Option<Action> {
        let home = ctx.run.homes.home;
        let request = ctx.request(id);
        let caller = *request.caller();
        let others = &self.sites.others;
        if others.iter().any(|other| other.place == caller.node) {
            return (caller.phase == SHIP).then(|| self.receive(ctx, id));
        }
        if !request.writing {
            return None;
        }
        let other = others.iter().find(|other| Some(other.site) == home)?;
        let (to, way) = (other.place, other.way);
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (AWAY, NO_SERVER);
        self.counts.forwarded_writes += 1;
        Some(Action::Call { to, way })
    }

    /// Another site has answered.
    pub(super) fn answered(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
        if ctx.frame(id).phase == AWAY {
            ctx.frame(id).phase = QUERY;
            let is_down = outcome == Outcome::Unavailable;
            return Action::Reply(if is_down { Outcome::NoPrimary } else { outcome });
        }
        let note = ctx.request(id).note as usize;
        ctx.end(id);
        let (s, p) = (note / MOST_PEERS, note % MOST_PEERS);
        if let Some(peer) = self.shards.get_mut(s).and_then(|shard| shard.peers.get_mut(p)) {
            peer.is_sending = false;
            if outcome == Outcome::Good {
                peer.applied += 1;
                self.feed(ctx, s, p);
            } else {
                ctx.wake_at(ctx.now().after(AGAIN), STREAMS + note as u32);
            }
        }
        Action::Wait
    }

    /// Every shard has a stream of writes to each other site.
    pub(super) fn open_streams(&mut self) {
        let peers = self.sites.others.len();
        for shard in &mut self.shards {
            let applied = shard.head();
            shard.peers.resize(peers, Peer::new(applied));
        }
    }

    /// Sends the other sites what they do not have and has had the time to get there.
    pub(super) fn feed_all(&mut self, ctx: &mut Ctx, s: usize) {
        for p in 0..self.shards[s].peers.len() {
            self.feed(ctx, s, p);
        }
    }

    fn feed(&mut self, ctx: &mut Ctx, s: usize, p: usize) {
        let now = ctx.now();
        let other = self.sites.others[p];
        let name = s * MOST_PEERS + p;
        loop {
            let shard = &mut self.shards[s];
            let applied = shard.peers[p].applied;
            let record = shard.record(applied).copied();
            let end = shard.acked;
            let peer = &mut shard.peers[p];
            if peer.is_sending || applied >= end.min(peer.limit) {
                return;
            }
            let Some(record) = record.filter(|record| !record.is_remote) else {
                peer.applied += 1;
                continue;
            };
            let due = record.at.after(other.lag);
            if due > now {
                if peer.armed != due {
                    peer.armed = due;
                    ctx.wake_at(due, STREAMS + name as u32);
                }
                return;
            }
            peer.is_sending = true;
            let Some(id) = begin_own(ctx, SHIP, NO_SERVER as usize, name as u64) else {
                peer.is_sending = false;
                return ctx.wake_at(now.after(AGAIN), STREAMS + name as u32);
            };
            let request = ctx.request(id);
            request.number = applied.wrapping_add((s as u64) << 40);
            (request.url, request.user) = (record.key, record.user);
            (request.version, request.born) = (record.version, record.at);
            return ctx.launch(id, Action::Call { to: other.place, way: LineId::NOW });
        }
    }

    /// The timer of a stream.
    pub(super) fn stream(&mut self, ctx: &mut Ctx, name: usize) {
        let (s, p) = (name / MOST_PEERS, name % MOST_PEERS);
        if let Some(peer) = self.shards.get_mut(s).and_then(|shard| shard.peers.get_mut(p)) {
            peer.armed = SimTime::NEVER;
            self.feed(ctx, s, p);
        }
    }

    /// A write of another site comes in: it is applied here like any.
    fn receive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
        let s = self.shard_of(ctx, id);
        if !self.takes_writes(&self.shards[s]) {
            return Action::Reply(Outcome::NoPrimary);
        }
        let server = self.shards[s].primary_server();
        let number = ctx.request(id).number;
        let work = self.work_applied(number);
        let frame = ctx.frame(id);
        (frame.phase, frame.server) = (RECEIVE, server as u16);
        self.tier.put_ahead(ctx, server, id, work);
        Action::Wait
    }

    /// A write of another site is applied.
    pub(super) fn has_received(&mut self, ctx: &mut Ctx, id: RequestId, server: usize) -> Action {
        self.tier.release(ctx, server);
        let s = self.shard_of(ctx, id);
        let request = *ctx.request(id);
        let (at, key, user, version) = (request.born, request.url, request.user, request.version);
        if key != NOBODY {
            self.count_conflict(ctx, &request);
            self.sites.hold(key, version, None);
        }
        let record = Record { at: ctx.now(), key, user, version, is_remote: true };
        self.log_write(ctx, s, record, None);
        self.counts.received_writes += 1;
        self.counts.longest_site_lag = self.counts.longest_site_lag.max(ctx.now().since(at));
        Action::Reply(Outcome::Good)
    }

    /// Counts a conflict of a write that comes in with one of this site's own.
    fn count_conflict(&mut self, ctx: &Ctx, request: &Request) {
        let from = request.caller().node;
        let lag = self.sites.others.iter().find(|other| other.place == from).map(|o| o.lag);
        let mine = self.sites.changed.get(request.url as usize).copied();
        if let (Some(lag), Some(mine)) = (lag, mine.filter(|at| *at <= ctx.now())) {
            self.counts.conflicts += u64::from(is_conflict(mine, request.born, lag));
        }
    }

    /// A write of this site is acknowledged: the others will get it.
    pub(super) fn publish(&mut self, ctx: &mut Ctx, s: usize, number: u64, record: Record) {
        let Record { key, user, is_remote, .. } = record;
        if is_remote || key == NOBODY {
            return;
        }
        let version = ctx.truth().version(key);
        self.shards[s].set_version(number, version);
        self.sites.hold(key, version, Some(ctx.now()));
        ctx.run.homes.wrote(user, key, version);
    }

    /// What a read finds at this site: its version. Counts what it does not see.
    pub(super) fn look_up(&mut self, ctx: &mut Ctx, id: RequestId, is_counted: bool) -> u32 {
        let request = ctx.request(id);
        let (key, user) = (request.url, request.user);
        let (own, wrote) = ctx.run.homes.last(user);
        let version = self.sites.version(key);
        let is_stale = version < ctx.truth().version(key);
        self.counts.stale_reads += u64::from(is_stale && !is_counted);
        let unseen = wrote > 0 && self.sites.version(own) < wrote;
        self.counts.own_writes_unseen += u64::from(unseen && !is_counted);
        version
    }

    /// Age of the oldest write that another site does not have.
    pub(super) fn site_lag(&self, ctx: &Ctx) -> Span {
        let peers = self
            .shards
            .iter()
            .flat_map(|shard| shard.peers.iter().filter_map(|peer| shard.oldest_own(peer.applied)));
        peers.min().map_or(Span::ZERO, |at| ctx.now().since(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_within_the_lag_of_each_other_conflict_once() {
        let (first, second, lag) = (SimTime(1_000), SimTime(1_200), Span(500));
        assert!(is_conflict(first, second, lag), "counted where the later one arrives");
        assert!(!is_conflict(second, first, lag), "and not where the earlier one does");
        assert!(!is_conflict(first, SimTime(1_500), lag), "it was known by then");
    }
}
