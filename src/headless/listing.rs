//! The tables of settings and of metrics, for people and as JSON.

use super::table;
use crate::sim::analysis::metric::{METRICS, Scope};
use crate::sim::kinds::Kind;
use crate::sim::kinds::param::Domain;
use serde_json::json;

/// All settings as JSON.
#[must_use]
pub fn params_json() -> String {
    let rows: Vec<serde_json::Value> = rows()
        .map(|(kind, param)| {
            let default = param.write(&param.initial());
            let mut row = json!({
                "key": format!("{}.{}", kind.key(), param.key),
                "part": kind.label(),
                "label": param.label,
                "unit": param.unit,
                "range": param.range_text(),
                "default": default,
                "help": param.help,
            });
            if let Domain::Number { min, max, .. } | Domain::Count { min, max, .. } = param.domain {
                row["min"] = json!(min);
                row["max"] = json!(max);
            }
            row
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(rows))
}

/// All settings as text.
#[must_use]
pub fn params_text() -> String {
    let mut text = String::new();
    for (kind, param) in rows() {
        let unit = if param.unit.is_empty() { String::new() } else { format!(" {}", param.unit) };
        text.push_str(&format!(
            "{}.{}\n  {}; {}{unit}; default {}\n",
            kind.key(),
            param.key,
            param.label,
            param.range_text(),
            table::or_none(&param.write(&param.initial())),
        ));
        for line in table::wrap(param.help, 92) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// Every setting of every kind.
pub fn rows() -> impl Iterator<Item = (Kind, &'static crate::sim::kinds::param::Param)> {
    Kind::ALL.iter().flat_map(|&kind| kind.params().iter().map(move |param| (kind, param)))
}

/// What a metric may be asked of, in words.
const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "of the system",
        Scope::Any => "of the system, or of a class, region or part: KEY.write, KEY.EU, KEY.web",
        Scope::Whole => "of the system, or of a part: KEY.web",
        Scope::Part => "of a part: KEY.web",
        Scope::Named => "of a part, by name: KEY.db.NAME; millionth run shows what there is",
    }
}

/// All metrics as JSON.
#[must_use]
pub fn metrics_json() -> String {
    let row = |metric: &crate::sim::analysis::metric::Metric| {
        json!({
            "key": metric.key,
            "unit": metric.unit,
            "help": metric.help,
            "of": scope(metric.scope).replace("KEY", metric.key),
        })
    };
    format!("{:#}\n", serde_json::Value::Array(METRICS.iter().map(row).collect()))
}

/// All metrics as text.
#[must_use]
pub fn metrics_text() -> String {
    let mut text = String::new();
    for metric in METRICS {
        let of = scope(metric.scope).replace("KEY", metric.key);
        let unit = table::or_none(metric.unit);
        text.push_str(&format!("{}\n  unit {unit}; {of}\n", metric.key));
        for line in table::wrap(metric.help, 92) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}
