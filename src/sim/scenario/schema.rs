//! The JSON Schema of a scenario's file, made from the table of settings, so that it cannot say
//! anything else than the reader does.

use super::migrate::{MODEL, VERSION};
use super::{MOST_CHANGES, MOST_FAULTS, MOST_SITES, check, presets};
use crate::kinds::Kind;
use crate::kinds::param::{Domain, Param};
use serde_json::{Map, Value, json};

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.key()).collect();
    let presets: Vec<&str> = presets::PRESETS.iter().map(|preset| preset.key).collect();
    let list = |help: &str| {
        let items = json!({"enum": kinds});
        json!({"type": "array", "items": items, "uniqueItems": true, "description": help})
    };
    let texts = |most: usize, example: &str, help: &str| {
        let items = json!({"type": "string", "maxLength": check::LONGEST, "examples": [example]});
        json!({"type": "array", "items": items, "maxItems": most, "description": help})
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of Millionth",
        "description": "A web system, what happens to it and what it claims of itself.",
        "type": "object",
        "properties": {
            "$schema": {"type": "string"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "v": {"type": "integer", "minimum": 1, "maximum": VERSION,
                "description": "Version of the form; that of now where it is left out."},
            "m": {"type": "integer", "minimum": 1,
                "description": format!("Revision of the model that made it; {MODEL} is that of \
                    now.")},
            "stage": {"type": "integer", "minimum": 1, "maximum": presets::STAGES.len(),
                "description": "Starts from a stage."},
            "preset": {"enum": presets, "description": "Starts from a preset."},
            "parts": list("Starts from these parts, all at their defaults."),
            "add": list("Parts added to the stage or preset."),
            "drop": list("Parts taken away from it."),
            "sites": {"type": "integer", "minimum": 1, "maximum": MOST_SITES,
                "description": "How many sites."},
            "timeline": {"const": "own",
                "description": "Leaves out the preset's own faults and changes."},
            "settings": settings(),
            "at": texts(MOST_CHANGES, "60:web.servers=8", "Settings that change at a time."),
            "faults": texts(MOST_FAULTS, "kill.web.2@60for30", "What goes wrong, and when."),
            "checks": texts(check::MOST, "p99 of reads < 200 ms after 60 s",
                "What the system claims of itself."),
            "seed": {"type": "integer", "minimum": 0, "maximum": u64::MAX,
                "description": "Seed of all draws."},
        },
        "oneOf": [
            {"required": ["stage"]}, {"required": ["preset"]}, {"required": ["parts"]},
        ],
        "additionalProperties": false,
    })
}

/// All settings; those of a part in a site may name the site: `web2.servers`.
fn settings() -> Value {
    let (mut own, mut of_sites) = (Map::new(), Map::new());
    for kind in Kind::ALL {
        for param in kind.params() {
            own.insert(format!("{}.{}", kind.key(), param.key), setting(param));
            if !kind.is_global() {
                let name = format!("^{}(10|[1-9])\\.{}$", kind.key(), param.key);
                let same = format!("#/properties/settings/properties/{}.{}", kind.key(), param.key);
                of_sites.insert(name, json!({"$ref": same}));
            }
        }
    }
    json!({
        "type": "object",
        "properties": own,
        "patternProperties": of_sites,
        "additionalProperties": false,
    })
}

fn setting(param: &Param) -> Value {
    let unit = if param.unit.is_empty() { String::new() } else { format!(" ({})", param.unit) };
    let mut schema = match param.domain {
        Domain::Number { min, max, .. } => {
            json!({"type": "number", "minimum": min, "maximum": max})
        }
        Domain::Count { min, max, .. } => {
            json!({"type": "integer", "minimum": min, "maximum": max})
        }
        Domain::Switch => json!({"type": "boolean"}),
        Domain::Choice(names) => {
            let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
            json!({"enum": names})
        }
        Domain::List { min, max, longest } => json!({
            "type": "array",
            "items": {"type": "number", "minimum": min, "maximum": max},
            "maxItems": longest,
        }),
    };
    schema["title"] = json!(format!("{}{unit}", param.label));
    schema["description"] = json!(param.help);
    schema["default"] = match param.domain {
        Domain::Switch => json!(param.default != 0.0),
        Domain::Choice(names) => json!(names.get(param.default as usize).map(|(name, _)| *name)),
        Domain::List { .. } => json!([]),
        Domain::Number { .. } | Domain::Count { .. } => json!(param.default),
    };
    schema
}
