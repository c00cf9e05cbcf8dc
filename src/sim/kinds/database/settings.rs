//! The settings of the database, and what follows from them alone: servers and price.

use super::model::KINDS;
use crate::kinds::param::{Param, Spec, settings};
use crate::kinds::ring::PLACEMENTS;
use crate::kinds::tier::{self, DISCIPLINES, PLACES, SIZES};
use crate::law::LAWS;
use crate::units::HOURS_PER_MONTH;

/// Most shards.
pub const MOST_SHARDS: u32 = 256;
/// Most replicas of a shard.
pub const MOST_REPLICAS: u32 = 50;

const READS: &[(&str, &str)] = &[("replicas", "to replicas"), ("primary", "all to the primary")];
const REPLICATION: &[(&str, &str)] =
    &[("async", "asynchronous"), ("semi-sync", "semi-synchronous"), ("sync", "synchronous")];
const SHARD_KEYS: &[(&str, &str)] = &[("user", "user"), ("url", "address asked for")];
const ABILITIES: &[(&str, &str)] = &[("kind", "as its kind"), ("yes", "yes"), ("no", "no")];

/// A row for the mean work of one query of a kind of database.
const fn demand(key: &'static str, label: &'static str, default: f64, help: &'static str) -> Param {
    Param::number(key, label, (0.001, default, 10_000.0), help).unit("ms").logarithmic()
}

/// A row for what a larger query costs in plain ones.
const fn multiple(
    key: &'static str,
    label: &'static str,
    default: f64,
    help: &'static str,
) -> Param {
    Param::number(key, label, (1.0, default, 1_000.0), help)
}

settings! {
    Place = Param::choice("place", "Place", PLACES, 0,
        "On a machine of its own, or on the first web server, where it takes part of its vCPUs.");
    DatabaseKind = Param::choice("kind", "Kind", KINDS, 0,
        "Which rows of demands count: work of a read, of a write, of a read of many rows, of a \
         join; whether joins and transactions exist. A kind without joins puts rows together by \
         several look-ups. NoSQL stands for any kind without joins.");
    Replicas = Param::count("replicas", "Read replicas", (0, 0, MOST_REPLICAS),
        "Copies of each shard that share the reads, chosen at random; with none the primary reads \
         too. Every write is applied at each of them.");
    Size = Param::choice("size", "Size of a server", SIZES, 1,
        "vCPUs of each database server. Vertical scaling has the ceiling of the Universal \
         Scalability Law.");
    Read = demand("read_ms", "Work of a read", 1.2,
        "Mean time one vCPU needs for a query of a relational database. Stack Overflow 2016: \
         1.20 ms.");
    Write = demand("write_ms", "Work of a write", 5.0,
        "Mean time one vCPU is kept by a write with its commit, relational. Two I/Os on a network \
         disk, 1 to 10 ms.");
    NosqlRead = demand("nosql_read_ms", "Work of a read, NoSQL", 0.6,
        "Mean time one vCPU needs for a look-up by key. A choice: half a query, with no plan and \
         no transaction.");
    NosqlWrite = demand("nosql_write_ms", "Work of a write, NoSQL", 1.5,
        "Mean time one vCPU is kept by a write that is acknowledged before it is on disk. A \
         choice.");
    KeyValueRead = demand("kv_read_ms", "Work of a read, key-value", 0.3,
        "Mean time one vCPU needs to look up a value by its key. A choice: a hash and a copy.");
    KeyValueWrite = demand("kv_write_ms", "Work of a write, key-value", 0.8,
        "Mean time one vCPU is kept by putting a value under its key. A choice.");
    DocumentRead = demand("document_read_ms", "Work of a read, document", 0.8,
        "Mean time one vCPU needs to find and decode a document by its key. A choice.");
    DocumentWrite = demand("document_write_ms", "Work of a write, document", 2.0,
        "Mean time one vCPU is kept by writing a document and its indexes. A choice.");
    GraphRead = demand("graph_read_ms", "Work of a read, graph", 1.5,
        "Mean time one vCPU needs to find a node with its edges. A choice.");
    GraphWrite = demand("graph_write_ms", "Work of a write, graph", 5.0,
        "Mean time one vCPU is kept by writing a node or an edge, both its ends. A choice.");
    ColumnRead = demand("column_read_ms", "Work of a read, column family", 1.0,
        "Mean time one vCPU needs to merge a row from several sorted files. A choice.");
    ColumnWrite = demand("column_write_ms", "Work of a write, column family", 0.5,
        "Mean time one vCPU is kept by a write to the log and the table in memory, compaction \
         included. A choice.");
    Ranges = Param::number("ranges", "Share of reads of many rows", (0.0, 0.0, 1.0),
        "Share of queries that read many rows that lie together. None of them joins: where both \
         shares make more than 1, those that join come first.");
    Range = multiple("range_cost", "Cost of many rows, relational", 3.0,
        "Work of a read of many rows in plain queries: an index is followed. A choice.");
    NosqlRange = multiple("nosql_range_cost", "Cost of many rows, NoSQL", 10.0,
        "The same for NoSQL: one look-up for each of ten rows. A choice.");
    KeyValueRange = multiple("kv_range_cost", "Cost of many rows, key-value", 10.0,
        "The same for a key-value store: one look-up for each of ten rows. A choice.");
    DocumentRange = multiple("document_range_cost", "Cost of many rows, document", 3.0,
        "The same for a document store, which has indexes. A choice.");
    GraphRange = multiple("graph_range_cost", "Cost of many rows, graph", 4.0,
        "The same for a graph: its nodes lie apart. A choice.");
    ColumnRange = multiple("column_range_cost", "Cost of many rows, column family", 2.0,
        "The same for a column family, whose rows lie sorted by key. A choice.");
    Joins = Param::number("joins", "Share of reads that join", (0.0, 0.1, 1.0),
        "Share of queries that put several tables together.");
    JoinCost = Param::number("join_cost", "Cost of a join", (1.0, 2.0, 100.0),
        "Work of a joining query in a relational database, in plain queries. A choice.");
    JoinReads = Param::number("join_reads", "Reads for a join, NoSQL", (1.0, 6.0, 100.0),
        "Look-ups by key that replace a join where the database has none: NoSQL, key-value, \
         document and column family. A choice.");
    GraphJoin = Param::number("graph_join_cost", "Cost of a join, graph", (1.0, 1.5, 100.0),
        "Work of following edges, in plain reads: what a graph is made for. A choice.");
    HasJoins = Param::choice("has_joins", "Has joins", ABILITIES, 0,
        "Relational and graph databases join; on several shards a join asks all of them and waits \
         for the slowest. The others look up by key, at the price of their row.");
    HasTransactions = Param::choice("has_transactions", "Has transactions", ABILITIES, 0,
        "Relational and graph databases have ACID transactions; with several shards one that \
         touches two of them commits in two phases.");
    Transactions = Param::number("transactions", "Share of writes to two keys", (0.0, 0.0, 1.0),
        "Share of writes that change a second, random key together with the first: in another \
         shard, of n, for 1 - 1/n of them. Without transactions they are two writes that can come \
         apart, and are counted.");
    Denormalised = Param::switch("denormalised", "Denormalised", false,
        "On: what a join would put together is stored together, so that a join is a plain read \
         of one shard, and each write changes several copies.");
    WriteFactor = Param::number("write_factor", "Copies of a write", (1.0, 3.0, 100.0),
        "With denormalised data: the work of a write, in plain writes. A choice.");
    ServiceLaw = Param::choice("law", "Law of the work", LAWS, 3,
        "How the work of queries varies around its mean.");
    Scv = Param::number("scv", "Variation of the work", (0.01, 4.0, 100.0),
        "Squared coefficient of variation. Erlang takes 1/k for the nearest whole k; lognormal \
         any; hyperexponential at least 1; the other laws ignore it.")
        .logarithmic();
    Discipline = Param::choice("discipline", "Discipline", DISCIPLINES, 0,
        "Shared: all connections in use share the vCPUs, one vCPU each at most. Slots: each works \
         at full speed.");
    Connections = Param::count("connections", "Connections of a server", (1, 100, 100_000),
        "Queries a server works on at once. PostgreSQL allows 100 by default.").logarithmic();
    Backlog = Param::count("backlog", "Places in the backlog", (0, 1_000, 1_000_000),
        "Queries that may wait for a connection at a server, as in a pooler; more are refused. \
         With 0 a query that finds no free connection fails by the connection limit.")
        .logarithmic();
    NewConnections = Param::number("new_connections", "Share on new connections", (0.0, 0.0, 1.0),
        "Share of the queries that open a connection first; 0 where callers keep a pool.");
    Connect = Param::number("connect_ms", "Work of a new connection", (0.0, 5.0, 1_000.0),
        "Work of the server to open a connection: a process and a log-in. A choice.").unit("ms");
    Iops = Param::number("iops", "Disk operations", (0.0, 0.0, 1_000_000.0),
        "Operations per second of each server's disk, one after another; 0 for no limit. A \
         general-purpose network volume does 3,000, the fastest 256,000.").unit("1/s");
    DiskReads = Param::number("disk_reads", "Share of reads from disk", (0.0, 0.1, 1.0),
        "Share of reads that do not find their pages in memory and take one disk operation. A \
         choice.");
    DiskWrites = Param::number("disk_writes", "Disk operations of a write", (0.0, 2.0, 100.0),
        "Operations of a write: its log and its page.");
    Reads = Param::choice("reads", "Reads", READS, 0,
        "Replicas share the reads and may answer with old data, or the primary reads it all and \
         answers with the latest.");
    Replication = Param::choice("replication", "Replication", REPLICATION, 0,
        "Asynchronous: a write is acknowledged by the primary alone. Synchronous: when all \
         replicas that are up have applied it, one round trip inside the site and their work \
         later. Semi-synchronous: when as many as set have.");
    Acks = Param::count("acks", "Acknowledgements", (1, 1, MOST_REPLICAS),
        "Replicas that must have a semi-synchronous write, or as many as are up.");
    Lag = Param::number("lag_ms", "Replica lag", (0.0, 100.0, 600_000.0),
        "Time until an asynchronous write reaches a replica, before it is applied there. 10 to \
         200 ms in one region.").unit("ms");
    ApplyShare = Param::number("apply_share", "Work to apply a write", (0.0, 0.2, 10.0),
        "What applying a write costs a replica, as a share of the write's work. Writes are \
         applied one after another; the lag rises when that is too slow. A choice.");
    Failover = Param::switch("failover", "Failover", true,
        "On: when the primary of a shard dies, its most advanced replica takes its place. Off: \
         writes wait for the primary's return.");
    Detect = Param::number("detect_s", "Detection", (0.0, 10.0, 3_600.0),
        "Seconds until a dead primary is noticed; one that is back sooner goes on. A choice, \
         short enough to watch; Patroni takes up to 30 s.").unit("s");
    Promote = Param::number("promote_s", "Promotion", (0.0, 20.0, 3_600.0),
        "Seconds from then until the new primary takes writes. A choice; managed pairs take 60 \
         to 120 s in all.").unit("s");
    Recover = Param::switch("recover", "Recover lost writes", false,
        "On: writes that the old primary had and the new one had not are written again when the \
         old one is back.");
    Shards = Param::count("shards", "Shards", (1, 1, MOST_SHARDS),
        "Parts of the data, each with a primary and replicas of its own. Changing it while \
         running moves keys to their new shards.").logarithmic();
    Placement = Param::choice("placement", "Placement of keys", PLACEMENTS, 1,
        "Modulo moves nearly all keys when a shard is added, consistent hashing and a directory \
         only the new shard's part.");
    VirtualNodes = Param::count("virtual_nodes", "Virtual nodes", (1, 128, 1_024),
        "Points of each shard on the ring of consistent hashing. Cassandra has used 256 and 16.");
    ShardKey = Param::choice("shard_key", "Shard key", SHARD_KEYS, 0,
        "What decides the shard: the user, or the address asked for. All requests of one key \
         meet the same shard, a celebrity's too.");
    KeySize = Param::number("key_kb", "Data of a key", (0.001, 50.0, 1e6),
        "Kilobytes stored for each key, which resharding moves. A choice.").unit("kB")
        .logarithmic();
    MoveRate = Param::number("move_mb_s", "Rate of moving", (0.001, 50.0, 10_000.0),
        "Megabytes per second that resharding moves at most. A choice.").unit("MB/s")
        .logarithmic();
    MoveWork = Param::number("move_ms", "Work of moving a key", (0.0, 0.2, 1_000.0),
        "Time one vCPU of the source, and one of the target, need for each key moved. A choice.")
        .unit("ms");
    Home = Param::count("home", "Home site", (0, 1, 10),
        "With several sites: the site that takes the writes of all. 0: each site takes its own, \
         and writes to one key in two sites that had not met yet count as conflicts.");
    SiteLag = Param::number("site_lag_ms", "Lag between sites", (0.0, 200.0, 600_000.0),
        "Added to half the round trip between two sites until a write reaches the other. Under \
         1 s in managed databases.").unit("ms");
    SitePromotion = Param::number("site_promote_s", "Promotion of a site", (0.0, 60.0, 36_000.0),
        "Seconds from the loss of the home site until another takes the writes. Aurora Global \
         Database: about a minute.").unit("s");
    FailBack = Param::switch("fail_back", "Fail back", true,
        "On: the home site takes the writes again when it is back and has what it missed.");
    Sigma = Param::number("sigma", "Contention", (0.0, 0.03, 1.0),
        "Sigma of the Universal Scalability Law: the share of work that only one vCPU can do.");
    Kappa = Param::number("kappa", "Coherence", (0.0, 0.0005, 0.1),
        "Kappa of the Universal Scalability Law: what each pair of vCPUs costs in agreement.");
    Price = Param::number("price_vcpu_hour", "Price of a vCPU", (0.0, 0.0855, 10.0),
        "USD for a vCPU and hour of a managed server: 2 vCPU with 8 GB cost 0.171 in one zone.")
        .unit("USD/h");
}

/// Effective cores of each server.
#[must_use]
pub fn cores(spec: &Spec) -> f64 {
    tier::speed_up(
        tier::vcpus(spec.count(Setting::Size as usize)),
        spec.number(Setting::Sigma as usize),
        spec.number(Setting::Kappa as usize),
    )
}

/// How many servers there are, which faults may name one by one: shard by shard, in each the
/// primary of the start and then its replicas.
#[must_use]
pub fn servers(spec: &Spec) -> usize {
    spec.count(Setting::Shards as usize) * (1 + spec.count(Setting::Replicas as usize))
}

/// All servers by the hour, unless they live on a web server.
#[must_use]
pub fn monthly_usd(spec: &Spec) -> f64 {
    if spec.count(Setting::Place as usize) == 1 {
        return 0.0;
    }
    let vcpus = tier::vcpus(spec.count(Setting::Size as usize));
    servers(spec) as f64 * vcpus * spec.number(Setting::Price as usize) * HOURS_PER_MONTH
}
