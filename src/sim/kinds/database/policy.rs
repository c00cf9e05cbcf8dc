//! The settings of a database that its work consults again and again, read once.

use super::settings::Setting;
use crate::kinds::param::Spec;
use crate::kinds::ring::Placement;
use crate::units::Span;

/// When a write is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replication {
    /// At once.
    Asynchronous,
    /// When so many replicas have it, or all that are up.
    Semi(usize),
    /// When all replicas that are up have it.
    Synchronous,
}

/// Settings, read.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// All reads go to the primary.
    pub reads_primary: bool,
    /// When a write is acknowledged.
    pub replication: Replication,
    /// Time until a write reaches a replica.
    pub ship: Span,
    /// Work to apply a write, as a share of its work.
    pub apply_share: f64,
    /// Another takes the place of a dead primary.
    pub failover: bool,
    /// Time until a dead primary is noticed.
    pub detect: Span,
    /// Time from then until another takes writes.
    pub promote: Span,
    /// Lost writes are written again when the old primary is back.
    pub recover: bool,
    /// Nanoseconds of the disk for one operation; 0 without a limit.
    pub disk_ns: f64,
    /// Share of reads that need the disk.
    pub disk_reads: f64,
    /// Disk operations of a write.
    pub disk_writes: f64,
    /// Share of queries on new connections.
    pub new_connections: f64,
    /// Nanoseconds of work for a new connection.
    pub connect_ns: f64,
    /// There is no backlog: a query without a connection fails by their limit.
    pub has_no_backlog: bool,
    /// Shards wanted.
    pub shards: usize,
    /// How keys are placed.
    pub placement: Placement,
    /// The shard is decided by the address rather than the user.
    pub by_url: bool,
    /// Different keys there are.
    pub keys: u32,
    /// Keys per second that resharding moves.
    pub move_rate: f64,
    /// Nanoseconds of work at both ends for each of them.
    pub move_ns: f64,
    /// The round trip inside the site.
    pub zone: Span,
}

impl Policy {
    /// The policy of these settings, with the round trip inside the site and the number of
    /// different keys, by address or by user.
    #[must_use]
    pub fn new(spec: &Spec, zone: Span, keys: impl Fn(bool) -> u32) -> Self {
        let number = |setting: Setting| spec.number(setting as usize);
        let count = |setting: Setting| spec.count(setting as usize);
        let seconds = |setting: Setting| Span::from_seconds(number(setting));
        let replication = match count(Setting::Replication) {
            0 => Replication::Asynchronous,
            1 => Replication::Semi(count(Setting::Acks)),
            _ => Replication::Synchronous,
        };
        let is_asynchronous = replication == Replication::Asynchronous;
        let by_url = count(Setting::ShardKey) == 1;
        Self {
            reads_primary: count(Setting::Reads) == 1,
            replication,
            ship: if is_asynchronous { Span::from_millis(number(Setting::Lag)) } else { zone },
            apply_share: number(Setting::ApplyShare),
            failover: spec.is_on(Setting::Failover as usize),
            detect: seconds(Setting::Detect),
            promote: seconds(Setting::Promote),
            recover: spec.is_on(Setting::Recover as usize),
            disk_ns: if number(Setting::Iops) > 0.0 { 1e9 / number(Setting::Iops) } else { 0.0 },
            disk_reads: number(Setting::DiskReads),
            disk_writes: number(Setting::DiskWrites),
            new_connections: number(Setting::NewConnections),
            connect_ns: number(Setting::Connect) * 1e6,
            has_no_backlog: count(Setting::Backlog) == 0,
            shards: count(Setting::Shards),
            placement: Placement::by_row(count(Setting::Placement), count(Setting::VirtualNodes)),
            by_url,
            keys: keys(by_url),
            move_rate: number(Setting::MoveRate) * 1e3 / number(Setting::KeySize),
            move_ns: number(Setting::MoveWork) * 1e6,
            zone,
        }
    }
}
