//! What a database tells of itself: servers, counters and gauges.

use super::State;
use crate::kinds::behavior::Ctx;
use crate::run::meters::ServerMeter;
use crate::units::{SECOND, Span};

/// What a database has counted, shards' writes apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Reads that did not see the last acknowledged write of their key.
    pub stale_reads: u64,
    /// Reads by a user whose own last write was not yet where they read.
    pub own_writes_unseen: u64,
    /// Replicas that took the place of a dead primary.
    pub failovers: u64,
    /// Writes refused because no server took them.
    pub refused_writes: u64,
    /// Nanoseconds without writes, over all shards.
    pub writeless_ns: u64,
    /// Queries that asked all shards.
    pub fan_outs: u64,
    /// Writes to two shards with transactions.
    pub two_phase_commits: u64,
    /// Writes to two keys of which only one came about.
    pub torn_writes: u64,
    /// Queries sent on to the shard that their key had moved to.
    pub redirects: u64,
    /// Keys moved.
    pub moved_keys: u64,
    /// Writes sent on to the home site.
    pub forwarded_writes: u64,
    /// Writes that came from other sites.
    pub received_writes: u64,
    /// Writes to one key in two sites of which the later did not know of the earlier.
    pub conflicts: u64,
    /// Acknowledged writes that no other site had when this one, the home, was lost.
    pub site_lost_writes: u64,
    /// Other sites that took the place of this one, the home.
    pub site_failovers: u64,
    /// Longest time that a write from another site took.
    pub longest_site_lag: Span,
}

fn seconds(span: Span) -> f64 {
    span.0 as f64 / SECOND as f64
}

impl State {
    /// How far a server is behind its primary.
    fn lag(&self, ctx: &Ctx, server: usize) -> Span {
        let (s, m) = self.locate(server);
        let Some(shard) = self.shards.get(s) else { return Span::ZERO };
        let Some(member) = shard.members.get(m).filter(|_| m != shard.primary) else {
            return Span::ZERO;
        };
        shard.behind_since(member.applied).map_or(Span::ZERO, |at| ctx.now().since(at))
    }

    /// The servers, with their lag and disks.
    pub(super) fn meters(&self, ctx: &Ctx) -> Vec<ServerMeter> {
        let mut meters = self.tier.view(ctx);
        for (server, meter) in meters.iter_mut().enumerate() {
            let (s, m) = self.locate(server);
            meter.lag_ns = self.lag(ctx, server).0;
            meter.is_primary = self.shards.get(s).is_some_and(|shard| shard.primary == m);
        }
        if self.policy.disk_ns > 0.0 {
            for (meter, disk) in meters.iter_mut().zip(self.disks.view(ctx)) {
                (meter.has_disk, meter.disk_ns) = (true, disk.busy_ns);
                (meter.disk_arrived, meter.disk_work) = (disk.arrived, disk.work);
                meter.disk_waiting_ns = disk.waiting_ns;
            }
        }
        meters
    }

    /// What it has counted.
    pub(super) fn counted(&self) -> Vec<(&'static str, u64)> {
        let sum = |of: fn(&super::shard::Count) -> u64| -> u64 {
            self.shards.iter().map(|shard| of(&shard.count)).sum()
        };
        let counts = &self.counts;
        vec![
            ("acknowledged_writes", sum(|count| count.acknowledged)),
            ("lost_writes", sum(|count| count.lost)),
            ("recovered_writes", sum(|count| count.recovered)),
            ("refused_writes", counts.refused_writes),
            ("stale_reads", counts.stale_reads),
            ("own_writes_unseen", counts.own_writes_unseen),
            ("failovers", counts.failovers),
            ("writeless_ms", counts.writeless_ns / 1_000_000),
            ("fan_outs", counts.fan_outs),
            ("two_phase_commits", counts.two_phase_commits),
            ("torn_writes", counts.torn_writes),
            ("redirects", counts.redirects),
            ("moved_keys", counts.moved_keys),
            ("forwarded_writes", counts.forwarded_writes),
            ("received_writes", counts.received_writes),
            ("conflicts", counts.conflicts),
            ("site_lost_writes", counts.site_lost_writes),
            ("site_failovers", counts.site_failovers),
        ]
    }

    /// What it measures now.
    pub(super) fn measured(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
        let servers = self.owners.nodes().max(self.policy.shards) * self.group;
        let up = (0..servers).filter(|server| self.tier.is_alive(*server));
        let lag = up.map(|server| self.lag(ctx, server)).max().unwrap_or_default();
        let members = self.shards.iter().flat_map(|shard| &shard.members);
        let worst = members.clone().map(|member| member.worst).max().unwrap_or_default();
        let heads = self.shards.iter().flat_map(|shard| {
            shard.members.iter().map(|member| shard.head() - member.applied.min(shard.head()))
        });
        let since = self.shards.iter().filter_map(|shard| shard.outage);
        let outage = since.map(|outage| ctx.now().since(outage.since)).max();
        let outage = outage.filter(|_| !self.sites.was_home);
        let counts = &self.counts;
        let disk: u32 = self.disks.view(ctx).iter().map(|disk| disk.backlog).sum();
        vec![
            ("lag_s", seconds(lag)),
            ("lag_writes", heads.max().unwrap_or(0) as f64),
            ("longest_lag_s", seconds(worst)),
            ("rpo_writes", self.toll.lost as f64),
            ("rpo_s", seconds(self.toll.rpo)),
            ("rto_s", seconds(outage.unwrap_or(self.toll.rto))),
            ("shards", self.owners.nodes() as f64),
            ("resharded", self.progress()),
            ("share_moved", self.share_moved),
            ("disk_backlog", f64::from(disk)),
            ("home", ctx.run.homes.home.map_or(0.0, |home| f64::from(home) + 1.0)),
            ("site_lag_s", seconds(self.site_lag(ctx))),
            ("longest_site_lag_s", seconds(counts.longest_site_lag)),
        ]
    }
}
