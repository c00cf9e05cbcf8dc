//! Kinds of database, as a table: which settings hold the demands of each, and what it can do.

use super::settings::Setting;
use crate::kinds::param::Spec;
use crate::law::Law;

/// Names of the kinds, in the order of [`ROWS`].
pub const KINDS: &[(&str, &str)] = &[
    ("relational", "relational"),
    ("nosql", "NoSQL"),
    ("key-value", "key-value"),
    ("document", "document"),
    ("graph", "graph"),
    ("column", "column family"),
];

/// What a kind of database is. All but the words can be changed by settings.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Mean work of a read.
    pub read: Setting,
    /// Mean work of a write.
    pub write: Setting,
    /// Work of a read of many rows, in plain reads.
    pub range: Setting,
    /// Work of a join, or the look-ups that replace it, in plain reads.
    pub join: Setting,
    /// Whether it joins.
    pub joins: bool,
    /// Whether it has ACID transactions.
    pub transactions: bool,
    /// How writes scale.
    pub scaling: &'static str,
    /// What reads promise by default.
    pub consistency: &'static str,
}

/// All kinds, in the order of [`KINDS`].
pub const ROWS: [Row; 6] = [
    Row {
        read: Setting::Read,
        write: Setting::Write,
        range: Setting::Range,
        join: Setting::JoinCost,
        joins: true,
        transactions: true,
        scaling: "one primary, larger machines; by hand into shards",
        consistency: "latest at the primary, lagging at replicas",
    },
    Row {
        read: Setting::NosqlRead,
        write: Setting::NosqlWrite,
        range: Setting::NosqlRange,
        join: Setting::JoinReads,
        joins: false,
        transactions: false,
        scaling: "in proportion to the shards",
        consistency: "eventual",
    },
    Row {
        read: Setting::KeyValueRead,
        write: Setting::KeyValueWrite,
        range: Setting::KeyValueRange,
        join: Setting::JoinReads,
        joins: false,
        transactions: false,
        scaling: "in proportion to the shards",
        consistency: "eventual",
    },
    Row {
        read: Setting::DocumentRead,
        write: Setting::DocumentWrite,
        range: Setting::DocumentRange,
        join: Setting::JoinReads,
        joins: false,
        transactions: false,
        scaling: "in proportion to the shards",
        consistency: "latest at the primary, lagging at replicas",
    },
    Row {
        read: Setting::GraphRead,
        write: Setting::GraphWrite,
        range: Setting::GraphRange,
        join: Setting::GraphJoin,
        joins: true,
        transactions: true,
        scaling: "one primary; edges across shards are dear",
        consistency: "latest at the primary, lagging at replicas",
    },
    Row {
        read: Setting::ColumnRead,
        write: Setting::ColumnWrite,
        range: Setting::ColumnRange,
        join: Setting::JoinReads,
        joins: false,
        transactions: false,
        scaling: "in proportion to the shards",
        consistency: "eventual",
    },
];

/// What queries cost and what the database can do, as its kind and settings say.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// Work of a read.
    pub read: Law,
    /// Work of a write.
    pub write: Law,
    /// Share of reads that join, and the work of one in plain reads.
    pub joins: (f64, f64),
    /// Share of reads of many rows, and the work of one in plain reads.
    pub ranges: (f64, f64),
    /// Work of a write in plain writes.
    pub write_factor: f64,
    /// A join asks all shards.
    pub is_joined: bool,
    /// Share of writes that change two keys.
    pub transactions: f64,
    /// Two keys change together or not at all.
    pub is_atomic: bool,
}

impl Model {
    /// The model of these settings.
    #[must_use]
    pub fn new(spec: &Spec) -> Self {
        let number = |setting: Setting| spec.number(setting as usize);
        let row = ROWS[spec.count(Setting::DatabaseKind as usize).min(ROWS.len() - 1)];
        let law = |mean: Setting| {
            Law::new(spec.count(Setting::ServiceLaw as usize), number(mean), number(Setting::Scv))
        };
        let able = |setting: Setting, of_kind: bool| match spec.count(setting as usize) {
            0 => of_kind,
            choice => choice == 1,
        };
        let is_denormalised = spec.is_on(Setting::Denormalised as usize);
        Self {
            read: law(row.read),
            write: law(row.write),
            joins: (number(Setting::Joins), if is_denormalised { 1.0 } else { number(row.join) }),
            ranges: (number(Setting::Ranges), number(row.range)),
            write_factor: if is_denormalised { number(Setting::WriteFactor) } else { 1.0 },
            is_joined: able(Setting::HasJoins, row.joins) && !is_denormalised,
            transactions: number(Setting::Transactions),
            is_atomic: able(Setting::HasTransactions, row.transactions),
        }
    }
}

/// Seconds of one vCPU that a replica takes to apply a write, in the mean.
#[must_use]
pub fn apply_s(spec: &Spec) -> f64 {
    let model = Model::new(spec);
    spec.number(Setting::ApplyShare as usize) * model.write.mean() * model.write_factor / 1e9
}

#[cfg(test)]
mod tests {
    use super::super::PARAMS;
    use super::*;
    use crate::kinds::param::Value;

    #[test]
    fn every_kind_has_its_own_demands_and_settings_override_what_it_can_do() {
        let mut spec = Spec::new(PARAMS);
        let mut means = std::collections::BTreeSet::new();
        for (kind, row) in ROWS.iter().enumerate() {
            spec.put(Setting::DatabaseKind as usize, Value::Number(kind as f64));
            let model = Model::new(&spec);
            assert!(means.insert((model.read.mean() as u64, model.write.mean() as u64)));
            assert_eq!((model.is_joined, model.is_atomic), (row.joins, row.transactions));
        }
        assert_eq!(ROWS.len(), KINDS.len());
        spec.put(Setting::HasJoins as usize, Value::Number(1.0));
        assert!(Model::new(&spec).is_joined);
        spec.put(Setting::Denormalised as usize, Value::Number(1.0));
        let model = Model::new(&spec);
        assert_eq!((model.is_joined, model.joins.1, model.write_factor), (false, 1.0, 3.0));
    }
}
