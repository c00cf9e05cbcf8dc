//! What the stages offer to try, in their order, each with what is to be seen once it is done.

use crate::sim::kinds::Kind;

/// What a button is about.
pub(super) enum Offer {
    /// So many times the stage's traffic.
    Traffic(f64),
    /// Settings and their other values; what the button says, there and back.
    Switch(&'static [(&'static str, &'static str)], &'static str, &'static str),
    /// Lasting faults of one part; what the button says, there and back.
    Fault(&'static str, &'static str, &'static str),
    /// Something that happens at once, after these settings.
    Event(&'static [(&'static str, &'static str)], &'static str, &'static str),
    /// The next algorithm of the balancer.
    NextAlgorithm,
    /// Without a part, or with it again.
    Without(Kind, &'static str, &'static str),
}

use Offer::{Event, Fault, NextAlgorithm, Switch, Traffic, Without};

/// The offers of all stages.
pub(super) const OFFERS: &[&[(Offer, &str)]] = &[
    &[
        (
            Traffic(3.0),
            "The backlog fills up, and p99 grows with it; what finds it full is refused. Who is \
             refused or gave up tries again and makes it worse.",
        ),
        (
            Fault("kill.web", "Kill the machine", "Bring the machine back"),
            "Nothing is left that could answer, and there is no other machine to turn to.",
        ),
        (
            Switch(&[("web.size", "4")], "Scale up to 4 vCPU", "Back to 1 vCPU"),
            "Less waiting, but p50 hardly moves: most of it is the way over the network.",
        ),
        (
            Switch(&[("web.size", "96")], "The ceiling: 96 vCPU", "Back to 1 vCPU"),
            "Far from 96 times as much: “What limits it now” has the effective cores. The cost?",
        ),
        (
            Switch(&[("db.place", "own")], "Give the database a machine", "All on one machine"),
            "The queries' work has left the web server: both have room now.",
        ),
    ],
    &[
        (
            Traffic(3.0),
            "The web server is full and the database is not: only one of the two has to grow.",
        ),
        (
            Switch(&[("web.size", "2")], "Web server: 2 vCPU", "Web server: 1 vCPU"),
            "The web server is half as full; nothing changes at the database.",
        ),
        (
            Switch(&[("db.size", "4")], "Database: 4 vCPU", "Database: 2 vCPU"),
            "The database is half as full, and users notice nothing: it was not the limit.",
        ),
        (
            Switch(&[("db.kind", "nosql")], "Switch to NoSQL", "Back to relational"),
            "The same queries take less of the machine. What that gives up: “?” beside Kind.",
        ),
        (
            Fault("kill.db", "Kill the database", "Bring the database back"),
            "Files still come. What needs a query fails, is tried again, and fills the web server.",
        ),
    ],
    &[
        (
            Traffic(2.0),
            "The database cannot do as much: web servers wait for it, and refuse calls. Those that \
             get too slow for their health check are taken out, which leaves even less.",
        ),
        (
            Fault("kill.web.2", "Kill web server 2", "Bring web server 2 back"),
            "Requests fail until the health check has found it out; then the others carry on.",
        ),
        (
            Switch(&[("web.servers", "8")], "Double the servers to 8", "Back to 4 servers"),
            "Web servers are half as full. The database is as full as before: it is the limit.",
        ),
        (
            Switch(
                &[("web.sizes", "2,1,1,1")],
                "Unequal servers: 2, 1, 1, 1 vCPU",
                "Equal servers again",
            ),
            "Each gets as many requests, so the big one has the least to do. Try other algorithms.",
        ),
        (NextAlgorithm, "Look at the web servers' bars: is any of them fuller than the others?"),
        (
            Fault("kill.db", "Kill the database", "Bring the database back"),
            "Four web servers, and none can help: all of them wait for the same database.",
        ),
    ],
    &[
        (
            Traffic(2.0),
            "Now the web tier is too small: its backlogs are full, and it refuses calls.",
        ),
        (
            Fault("kill.db.2", "Kill a replica", "Bring the replica back"),
            "The other replica gets all the reads, more than it can do.",
        ),
        (
            Fault("kill.db.1", "Kill the primary", "Bring the old primary back"),
            "Writes fail until a replica is promoted, after half a minute (see the log). Then one \
             machine fewer shares the reads.",
        ),
        (
            Switch(&[("db.lag_ms", "5000")], "Let replicas lag by 5 s", "Lag of 100 ms again"),
            "Nothing gets slower, but readers find what was true 5 s ago: see the lag drawn.",
        ),
        (
            Switch(&[("db.replication", "sync")], "Synchronous replication", "Asynchronous again"),
            "Writes wait for the replicas, which in one site takes a millisecond or two: the lag \
             is gone, and no failover loses any.",
        ),
        (
            Switch(&[("db.failover", "off")], "No failover", "Failover again"),
            "Nothing changes yet. Now kill the primary: no replica takes its place.",
        ),
        (
            Switch(&[("db.replicas", "0")], "Without replicas", "Two replicas again"),
            "One machine does all the reads again, and is full.",
        ),
    ],
    &[
        (Traffic(2.0), "Web servers are full. Cache and edges have hardly noticed."),
        (
            Event(&[], "flush.cache", "Flush the cache"),
            "Every read asks the database until the cache has filled again: watch the replicas.",
        ),
        (
            Fault("kill.cache.1", "Kill a cache node", "Bring the cache node back"),
            "What it held is gone: those reads go through to the database, and web servers wait \
             for them. Too slow for their health check, they are taken out in turn: users must log \
             in again, and calls are refused. The database is not even full.",
        ),
        (
            Fault("kill.cdn.4", "Take edge Europe down", "Bring edge Europe back"),
            "Files for Europe cross the ocean again: see its time at Users.",
        ),
        (
            Event(&[("cdn.ratio", "emergent")], "purge.cdn", "Purge the CDN"),
            "Each edge has to fetch every file anew: its hits start at nothing and come back, and \
             the web tier does the work meanwhile.",
        ),
        (
            Switch(&[("cdn.hit", "0.5")], "CDN hit ratio: 50 %", "CDN hit ratio: 92 %"),
            "Half of the files come from far away: see p50.",
        ),
        (
            Switch(
                &[("cache.strategy", "write-back")],
                "Switch to write-back",
                "Back to cache-aside",
            ),
            "The database has less to do: writes reach it later. If a cache node dies now, the \
             last ones are lost.",
        ),
        (
            Fault("kill.web.2", "Kill web server 2: sessions die", "Bring web server 2 back"),
            "Its users have lost their sessions and must log in again.",
        ),
    ],
    &[
        (
            Fault("spike4.clients", "Flash crowd: × 4", "The crowd has gone"),
            "New servers have to boot first: see the log. Meanwhile requests are refused and tried \
             again, and so it may stay full.",
        ),
        (
            Switch(
                &[("clients.pattern", "daily"), ("clients.day_hours_per_s", "0.02")],
                "Run the daily wave",
                "Steady traffic again",
            ),
            "A day takes 20 minutes, and two at a speed of × 10: traffic follows the sun, and \
             servers go and come with it (see the log).",
        ),
        (
            Switch(&[("web.autoscale", "off")], "No autoscaling", "Autoscaling again"),
            "Nothing changes until traffic does: now send the flash crowd.",
        ),
        (
            Fault("kill.web.2", "Kill web server 2: no session dies", "Bring web server 2 back"),
            "Until its health check has failed it is sent requests, and they fail. But nobody has \
             to log in again.",
        ),
        (
            Switch(
                &[("web.sessions", "memory"), ("lb.algorithm", "sticky")],
                "Sessions in the servers' memory",
                "Sessions in the store again",
            ),
            "Users stick to their servers again: now kill web server 2.",
        ),
        (
            Fault("kill.lb.1", "Kill the active balancer", "Bring the balancer back"),
            "Nothing gets in until the standby has taken over, some seconds later.",
        ),
    ],
    &[
        (
            Fault("kill.network2", "Take Europe down", "Bring Europe back"),
            "Resolvers keep its address for a while: GeoDNS shows how many are still sent there. \
             The other sites get its users, and add servers.",
        ),
        (
            Fault("kill.network1", "Take the home site down", "Bring the home site back"),
            "Writes fail until another site takes them, after a minute, and those not copied yet \
             are lost: see the log.",
        ),
        (
            Switch(&[("dns.ttl_s", "600")], "TTL of 10 minutes", "TTL of 60 s again"),
            "Nothing changes yet. Now take Europe down: its users fail for much longer.",
        ),
        (
            Switch(
                &[("dns.policy", "weighted")],
                "Split evenly, not by distance",
                "Nearest site again",
            ),
            "Many are served from the other side of the world: see p99, and the times at Users.",
        ),
        (
            Switch(&[("dns.check_s", "0")], "No checks of sites", "Checks of sites again"),
            "Nothing changes yet. Now take Europe down: DNS goes on sending its users there.",
        ),
        (
            Event(&[("web.bad_errors", "0.2")], "deploy.web", "Deploy a bad release"),
            "Server by server restarts, a minute each (take a higher speed), and then fails one \
             request in five. Second tries hide most of it.",
        ),
        (
            Switch(&[("web.rollback", "on")], "Roll back by itself", "No roll-back"),
            "Nothing changes until a release fails. Deploy the bad one: its first failures take it \
             back.",
        ),
    ],
    &[
        (
            Without(Kind::Queue, "Jobs in line, without the queue", "Jobs in the queue again"),
            "Web servers process the photos themselves: see how full they are, and p99 of jobs.",
        ),
        (
            Fault("spike3.clients", "Spike: × 3", "Traffic as it was"),
            "The queue takes three times the jobs at once. The web tier has no queue: it refuses \
             requests, and full servers fail their health checks and are taken out, so that it \
             may stay full even when more have booted.",
        ),
        (
            Fault(WORKERS, "Kill all workers", "Bring the workers back"),
            "Users notice nothing: messages wait and grow old. Within two minutes monitoring \
             replaces the workers, and they catch up.",
        ),
        (
            Switch(&[("queue.workers", "16")], "Double the workers", "Eight workers again"),
            "Nothing is faster where no message waits; only the cost has grown.",
        ),
        (
            Switch(
                &[("queue.target", "20")],
                "Workers scale with the backlog",
                "As many workers always",
            ),
            "Without a backlog few are needed: see their number fall, and the cost.",
        ),
        (
            Fault("kill.web2.2", "Kill web server 2 in Europe", "Bring it back"),
            "Monitoring finds it dead and puts a new machine in its place: see the log.",
        ),
        (
            Switch(&[("monitor.heal", "off")], "No self-healing", "Self-healing again"),
            "Nothing changes yet. Now kill web server 2 in Europe: it stays dead.",
        ),
    ],
    &[
        (
            Traffic(2.0),
            "Four primaries share the writes, and none is full. What fills up in their place?",
        ),
        (
            Switch(&[("db.shards", "5")], "Add a shard", "Four shards again"),
            "A fifth of the keys move to it, while all goes on: the shards' cards say how far.",
        ),
        (
            Switch(
                &[("db.placement", "modulo")],
                "Place keys by modulo",
                "Consistent hashing again",
            ),
            "Now add a shard: the log says which share has to move this time.",
        ),
        (
            Switch(&[("clients.hot_user_share", "0.2")], "Make a celebrity", "No celebrity"),
            "A fifth of all requests is one user's, in one region, and belongs to one shard: in \
             the site that serves it that shard is full, while the others are at a third. With a \
             quarter it takes the whole system with it.",
        ),
        (
            Switch(&[("db.denormalised", "on")], "Denormalise", "Joins again"),
            "Reads ask one shard instead of all, and each write is written several times: replicas \
             have less to do, primaries more.",
        ),
        (
            Fault("kill.db1.1", "Kill a shard's primary", "Bring the primary back"),
            "One write in four fails until its replica is promoted. The other shards go on.",
        ),
        (
            Switch(&[("db.shards", "1")], "Back to one primary", "Four shards again"),
            "Fewer machines do the same work: see which are the fullest, and what fails.",
        ),
    ],
];

/// All workers of stage 8, and not the queue, which is the first server of its part.
const WORKERS: &str = "kill.queue.2&kill.queue.3&kill.queue.4&kill.queue.5&kill.queue.6\
                       &kill.queue.7&kill.queue.8&kill.queue.9";

#[cfg(test)]
mod tests {
    use crate::sim::analysis::settle::{FULL, Settled, Settling};
    use crate::sim::scenario::link;
    use crate::sim::topology::Topology;

    fn settled(address: &str) -> Settled {
        let topology = Topology::build(&link::read(address).scenario).expect("it can run");
        Settling::through(topology, FULL).settled().expect("it is complete")
    }

    #[test]
    fn one_user_fills_a_shard_alone() {
        let share = |share: f64| settled(&format!("?stage=9#clients.hot_user_share={share}"));
        let fifth = share(0.2);
        let home = fifth.figures.part("db1").expect("it is there");
        let busy: Vec<f64> = home.servers.iter().map(|server| server.utilisation).collect();
        // Each shard has a primary and a replica, which does the reads.
        assert!(busy[1] > 0.97, "{busy:?}");
        assert!([busy[3], busy[5], busy[7]].iter().all(|other| (0.25..0.42).contains(other)));
        assert!(fifth.error_share.value < 1e-3 && share(0.25).error_share.value > 0.05);
    }

    #[test]
    fn without_a_cache_node_web_servers_refuse_calls_and_the_database_is_not_full() {
        let settled = settled("?stage=5#fault=kill.cache.1");
        let part = |key| settled.figures.part(key).expect("it is there");
        assert!(part("db").servers.iter().all(|server| server.utilisation < 0.85));
        assert!(part("web").tally.failures.iter().any(|f| f.reason == "backlog_full"));
        assert!(settled.error_share.value > 0.1);
    }
}
