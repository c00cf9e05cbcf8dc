//! Queries of several parts, and writes of several copies: each part takes what a query of its own
//! would, of processors, connections and disks.

use crate::database::{count, database, engine, near, watch};

/// Reads or writes on several shards whose disks do 1,000 operations a second.
const DISKS: &str = "clients.rate=50&db.iops=1000&db.discipline=slots&db.law=constant";

#[test]
fn each_part_of_a_join_draws_for_itself() {
    // Of 50 joins a second, each shard reads 3 of 10 from its disk, and opens every other anew.
    let settings = format!(
        "{DISKS}&clients.read_share=1&db.joins=1&db.join_cost=1&db.read_ms=1&db.shards=4&\
         db.disk_reads=0.3&db.new_connections=0.5&db.connect_ms=4"
    );
    let figures = watch(&mut engine(&settings, 1), 1_000.0);
    for server in &database(&figures).servers {
        near("disk", server.disk.unwrap_or(0.0), 0.015, 0.05);
        near("work", server.work_s.unwrap_or(0.0), 0.003, 0.02);
    }
}

#[test]
fn each_part_of_a_write_to_two_keys_is_a_write_at_its_disk() {
    let settings = format!(
        "{DISKS}&clients.read_share=0&db.transactions=1&db.shards=2&db.write_ms=1&db.disk_writes=3"
    );
    let figures = watch(&mut engine(&settings, 1), 1_000.0);
    let used: f64 = database(&figures).servers.iter().filter_map(|server| server.disk).sum();
    near("disks", used, 50.0 * 2.0 * 3.0 / 1_000.0, 0.02);
}

#[test]
fn a_replica_applies_every_copy_of_a_write() {
    // A write is three, of 2 ms and one operation each; a replica has half the work with it.
    let settings = format!(
        "{DISKS}&clients.read_share=0&db.replicas=1&db.denormalised=on&db.write_factor=3&\
         db.write_ms=2&db.apply_share=0.5&db.disk_writes=1&db.connections=1"
    );
    let figures = watch(&mut engine(&settings, 1), 1_000.0);
    let [primary, replica] = &database(&figures).servers[..] else { panic!("there are two") };
    for (server, work) in [(primary, 0.006), (replica, 0.003)] {
        near("disk", server.disk.unwrap_or(0.0), 0.15, 0.02);
        near("utilisation", server.utilisation, 50.0 * (work + 0.003), 0.03);
    }
    assert!(count(&figures, "acknowledged_writes") > 49_000.0);
}
