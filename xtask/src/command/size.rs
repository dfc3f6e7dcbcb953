//! `cargo xtask size`: bytes and instructions of the committed model against the committed ones.

use super::firmware::testify;
use crate::audit::{Row, table};
use crate::emulate::firmware::root;
use crate::witness::read;
use serde_json::{Value, json};
use std::fmt::Write;

/// Instructions, code and constants that may be lost between two compilers without anyone's fault, in permille.
const TOLERATED_PERMILLE: u64 = 20;

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let rows = testify()?.rows;
    print!("{}", table(&rows));
    let path = root().join("fixtures/sizes/point_of_sale.json");
    let mut found: serde_json::Map<String, Value> = serde_json::Map::new();
    for row in &rows {
        found.insert(row.core.clone(), figures(row));
    }
    if arguments.iter().any(|argument| argument == "--bless") {
        let text = format!("{:#}\n", Value::Object(found));
        return std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()));
    }
    let text = String::from_utf8(read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let committed: Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut grown = String::new();
    for (core, figures) in &found {
        for (name, value) in figures.as_object().into_iter().flatten() {
            let (Some(now), Some(then)) = (value.as_u64(), committed[core][name].as_u64()) else { continue };
            if now > then + then * TOLERATED_PERMILLE / 1000 {
                // Writing to a string cannot fail.
                let _ = writeln!(grown, "{core}: {name} grew from {then} to {now}");
            }
        }
    }
    if grown.is_empty() {
        println!("nothing grew beyond fixtures/sizes/point_of_sale.json");
        Ok(())
    } else {
        Err(format!("{grown}if it had to, run cargo xtask size --bless"))
    }
}

fn figures(row: &Row) -> Value {
    json!({
        "code": row.footprint.code,
        "constants": row.footprint.constants,
        "scratch": row.footprint.scratch,
        "memories": row.footprint.memories,
        "monitor": row.footprint.monitor,
        "stack": row.stack,
        "instructions": row.instructions.map(|(_, most)| most),
    })
}
