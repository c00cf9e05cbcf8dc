//! One shard: a primary, its replicas, and the log of writes between them. Writes are numbered as
//! they are committed; a replica has applied all up to some number, in order.

use super::latest::{Latest, NOBODY};
use super::sites::Peer;
use crate::run::calendar::Tag;
use crate::run::requests::RequestId;
use crate::units::{SimTime, Span};
use std::collections::VecDeque;

/// Most writes whose times are kept for replicas that have not applied them. A replica further
/// behind than that still applies all of them, but its lag in seconds is that of the oldest kept.
const MOST_RECORDS: usize = 1 << 20;

/// A committed write.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// When it was committed.
    pub at: SimTime,
    /// The key that it changed.
    pub key: u32,
    /// Who changed it.
    pub user: u32,
    /// Which version of the key it made, for other sites.
    pub version: u32,
    /// It came from another site.
    pub is_remote: bool,
}

impl Record {
    /// A write of this site.
    #[must_use]
    pub const fn new(at: SimTime, key: u32, user: u32) -> Self {
        Self { at, key, user, version: 0, is_remote: false }
    }
}

/// A server of a shard.
#[derive(Clone, Debug)]
pub struct Member {
    /// How many writes it has applied.
    pub applied: u64,
    /// With the primary gone: how many writes have reached it.
    pub limit: u64,
    /// The write it is applying.
    pub applying: Option<RequestId>,
    /// When it will look at the log next.
    pub armed: SimTime,
    /// Longest time from the commit of a write until it was applied here.
    pub worst: Span,
    /// Has caught up since it was down last.
    pub is_synced: bool,
    /// A old primary: acknowledged writes that it alone has.
    pub spare: u64,
}

impl Member {
    /// A copy of the data up to this write.
    #[must_use]
    pub const fn new(applied: u64) -> Self {
        Self {
            applied,
            limit: u64::MAX,
            applying: None,
            armed: SimTime::NEVER,
            worst: Span::ZERO,
            is_synced: true,
            spare: 0,
        }
    }
}

/// A time without a primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When the primary died.
    pub since: SimTime,
    /// From when on it counts as dead even if it is back.
    pub detected: SimTime,
    /// When another shall take its place.
    pub due: SimTime,
}

/// What happened to the writes of a shard, counted one by one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Acknowledged to their callers, or kept although the callers had not been told.
    pub acknowledged: u64,
    /// Acknowledged and gone with a primary.
    pub lost: u64,
    /// Written again from an old primary that came back.
    pub recovered: u64,
    /// Come from other sites.
    pub received: u64,
}

/// A shard.
#[derive(Clone, Debug)]
pub struct Shard {
    /// The number of its first server.
    pub first: usize,
    /// Which of its members is the primary.
    pub primary: usize,
    /// Its servers.
    pub members: Vec<Member>,
    /// Other sites.
    pub peers: Vec<Peer>,
    /// Writes acknowledged.
    pub acked: u64,
    /// Writes that wait for replicas: their numbers and whom to tell.
    pub waits: VecDeque<(u64, Tag)>,
    /// The outage under way.
    pub outage: Option<Outage>,
    /// What became of its writes.
    pub count: Count,
    head: u64,
    base: u64,
    records: VecDeque<Record>,
    latest: Latest,
}

impl Shard {
    /// An empty shard of so many servers.
    #[must_use]
    pub fn new(first: usize, size: usize) -> Self {
        Self {
            first,
            primary: 0,
            members: vec![Member::new(0); size],
            peers: Vec::new(),
            acked: 0,
            waits: VecDeque::new(),
            outage: None,
            count: Count::default(),
            head: 0,
            base: 0,
            records: VecDeque::new(),
            latest: Latest::default(),
        }
    }

    /// The number of the primary's server.
    #[inline]
    #[must_use]
    pub const fn primary_server(&self) -> usize {
        self.first + self.primary
    }

    /// How many writes are committed.
    #[inline]
    #[must_use]
    pub const fn head(&self) -> u64 {
        self.head
    }

    /// The write after the first `applied` ones, if its record is kept.
    #[inline]
    #[must_use]
    pub fn record(&self, applied: u64) -> Option<&Record> {
        self.records.get(applied.checked_sub(self.base)? as usize)
    }

    /// When the oldest write that a server has not applied was committed.
    #[must_use]
    pub fn behind_since(&self, applied: u64) -> Option<SimTime> {
        let oldest = self.record(applied.max(self.base))?;
        (applied < self.head).then_some(oldest.at)
    }

    /// The primary commits a write; its number is given back.
    pub fn commit(&mut self, record: Record) -> u64 {
        self.head += 1;
        self.members[self.primary].applied = self.head;
        self.records.push_back(record);
        if self.records.len() & 63 == 0 {
            self.trim();
        }
        self.head
    }

    /// The only server commits a write, which is acknowledged at once.
    #[inline]
    pub fn commit_alone(&mut self) {
        self.head += 1;
        self.acked += 1;
        self.count.acknowledged += 1;
        self.base = self.head;
        self.members[self.primary].applied = self.head;
    }

    /// No other server will ask for the log: all in it stays.
    pub fn forget_all(&mut self) {
        self.keep_all();
        self.records.clear();
        self.latest.clear();
        self.base = self.head;
    }

    /// Forgets writes that all have applied.
    fn trim(&mut self) {
        let needed = self.members.iter().map(|m| m.applied).min().unwrap_or(self.head);
        let abroad = self.peers.iter().map(|peer| peer.applied).min().unwrap_or(needed);
        let needed = needed.min(abroad).min(self.acked);
        while self.base < needed || self.records.len() > MOST_RECORDS {
            let record = self.records.pop_front();
            self.base += 1;
            // Of one too many to keep it stays known that a server lacks it.
            if let Some(record) = record.filter(|_| self.base <= needed) {
                self.latest.forget(record.key, self.base);
            }
        }
    }

    /// How many writes had left the primary a span ago: those that a replica has by now.
    #[must_use]
    pub fn shipped(&self, now: SimTime, span: Span) -> u64 {
        let has = |record: &Record| record.at.after(span) <= now;
        self.base + self.records.partition_point(has) as u64
    }

    /// Takes back all writes after the first `head`; those that are forgotten are given to `gone`
    /// with their numbers.
    pub fn cut_back(&mut self, head: u64, mut gone: impl FnMut(u64, Record)) {
        while self.head > head.max(self.base) {
            if let Some(record) = self.records.pop_back() {
                self.latest.forget(record.key, self.head);
                gone(self.head, record);
            }
            self.head -= 1;
        }
        self.acked = self.acked.min(self.head);
        for member in &mut self.members {
            member.applied = member.applied.min(self.head);
        }
        for peer in &mut self.peers {
            peer.applied = peer.applied.min(self.head);
        }
    }

    /// The write with this number made its key this version.
    pub fn set_version(&mut self, number: u64, version: u32) {
        let place = (number - 1).checked_sub(self.base);
        if let Some(record) = place.and_then(|place| self.records.get_mut(place as usize)) {
            record.version = version;
        }
    }

    /// Acknowledged writes of this site that had not left for another when this one was lost, and
    /// when the oldest of them was made.
    #[must_use]
    pub fn missing(&self, peer: usize) -> (u64, Option<SimTime>) {
        let from = self.peers[peer].limit.clamp(self.base, self.acked.max(self.base)) - self.base;
        let to = self.acked.max(self.base) - self.base;
        let records = self.records.range(from as usize..(to as usize).max(from as usize));
        let mut own = records.filter(|record| !record.is_remote);
        let oldest = own.next();
        (oldest.map_or(0, |_| 1 + own.count() as u64), oldest.map(|record| record.at))
    }

    /// When the oldest write of this site after the first `applied` ones was made.
    #[must_use]
    pub fn oldest_own(&self, applied: u64) -> Option<SimTime> {
        let from = (applied.max(self.base) - self.base).min(self.records.len() as u64);
        let mut later = self.records.range(from as usize..);
        later.find(|record| !record.is_remote).map(|record| record.at)
    }

    /// Counts all that is committed as acknowledged: it stays, whether its callers heard or not.
    pub fn keep_all(&mut self) {
        while self.acked < self.head {
            let _ = self.keep_next();
        }
    }

    /// Counts the next committed write as acknowledged, or as recovered if it is one of those that
    /// were lost; its record is given back.
    pub fn keep_next(&mut self) -> Option<Record> {
        let record = self.record(self.acked).copied();
        self.acked += 1;
        if record.is_some_and(|record| record.is_remote) {
            self.count.received += 1;
        } else if record.is_some_and(|record| record.key == NOBODY) {
            self.count.recovered += 1;
        } else {
            self.count.acknowledged += 1;
        }
        record
    }

    /// The write acknowledged last was to this key.
    #[inline]
    pub fn changed(&mut self, key: u32) {
        if self.members.len() > 1 {
            self.latest.set(key, self.acked);
        }
    }

    /// Whether a server lacks the last acknowledged write to a key.
    #[inline]
    #[must_use]
    pub fn lacks(&self, member: usize, key: u32) -> bool {
        self.latest.is_missing(key, self.members[member].applied)
    }

    /// The law of replication: what was acknowledged or waits to be is, at every server, applied,
    /// in flight or lost.
    ///
    /// # Errors
    /// The figures, when it is broken.
    pub fn law(&self) -> Result<(), String> {
        let Count { acknowledged, lost, recovered, received } = self.count;
        let waiting = self.head - self.acked;
        for (place, member) in self.members.iter().enumerate() {
            let kept = self.base + self.records.len() as u64;
            let in_flight = kept.checked_sub(member.applied);
            let sum = in_flight.map(|in_flight| member.applied + in_flight + lost);
            if sum != Some(acknowledged + recovered + received + waiting) {
                return Err(format!(
                    "replication: server {} of a shard: {acknowledged} acknowledged, {recovered} \
                     recovered, {received} received, {waiting} waiting; {} applied, {in_flight:?} \
                     in flight, {lost} lost",
                    place + 1,
                    member.applied,
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(writes: u64) -> Shard {
        let mut shard = Shard::new(0, 3);
        for second in 0..writes {
            shard.commit(Record::new(SimTime(second), second as u32, 0));
            shard.keep_all();
        }
        shard
    }

    #[test]
    fn writes_are_acknowledged_and_applied_or_in_flight_or_lost() {
        let mut shard = shard(1_000);
        shard.members[1].applied = 900;
        shard.members[2].applied = 700;
        assert_eq!(shard.law(), Ok(()));
        assert_eq!(shard.behind_since(700), Some(SimTime(700)));
        assert_eq!(shard.behind_since(1_000), None);
        assert_eq!(shard.shipped(SimTime(1_000), Span(50)), 951);
        let mut gone = Vec::new();
        let lost = shard.head() - 900;
        shard.cut_back(900, |number, record| gone.push((number, record.key)));
        assert_eq!((gone.len(), gone[0], gone[99]), (100, (1_000, 999), (901, 900)));
        assert!(shard.law().is_err(), "what was lost is not yet counted");
        shard.count.lost += lost;
        assert_eq!(shard.law(), Ok(()));
    }

    #[test]
    fn the_log_is_as_long_as_the_slowest_is_behind() {
        let mut shard = shard(10);
        for member in &mut shard.members {
            member.applied = 10;
        }
        for _ in 0..640 {
            shard.commit(Record::new(SimTime(11), 0, 0));
            shard.keep_all();
            shard.members[1].applied = shard.head();
            shard.members[2].applied = shard.head() - 5;
        }
        assert!(shard.records.len() < 80, "{}", shard.records.len());
        assert_eq!(shard.law(), Ok(()));
    }

    #[test]
    fn a_server_lacks_the_last_write_to_a_key_until_it_has_applied_it() {
        let mut shard = shard(0);
        let write = |shard: &mut Shard, key| {
            shard.commit(Record::new(SimTime(1), key, 0));
            shard.keep_all();
            shard.changed(key);
        };
        [7, 8, 7].into_iter().for_each(|key| write(&mut shard, key));
        let lacks = |shard: &Shard| [7, 8, 9].map(|key| shard.lacks(1, key));
        assert_eq!(lacks(&shard), [true, true, false]);
        shard.members[1].applied = 2;
        assert_eq!(lacks(&shard), [true, false, false]);
        shard.cut_back(2, |_, _| {});
        assert_eq!(lacks(&shard), [false; 3], "the write is lost, and nobody has it");
        for key in 0..640 {
            write(&mut shard, key);
            shard.members.iter_mut().for_each(|member| member.applied = u64::from(key) + 3);
        }
        let kept = (0..640).filter(|key| shard.latest.is_missing(*key, 0)).count();
        assert!(kept <= 64, "{kept}: what all have applied is forgotten");
    }
}
