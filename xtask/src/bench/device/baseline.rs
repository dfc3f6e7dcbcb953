//! Rows as JSON, and whether one of them grew.

use super::{Bytes, Row};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tillwatch_testkit::tolerance;

/// Rows as JSON.
pub(crate) fn to_json(rows: &[Row]) -> Value {
    let rows: Vec<Value> = rows.iter().map(row_to_json).collect();
    json!({ "counted": "instructions", "modelled": "cycles", "rows": rows })
}

fn row_to_json(row: &Row) -> Value {
    let mut value = json!({
        "subject": row.subject,
        "core": row.core,
        "level": row.level,
        "macs": row.macs,
        "instructions": [row.instructions.0, row.instructions.1],
    });
    if let Some(cycles) = row.cycles {
        value["cycles"] = json!(cycles);
    }
    if let Some(Bytes { flash, constants, ram, stack }) = row.bytes {
        value["bytes"] = json!({ "flash": flash, "constants": constants, "ram": ram, "stack": stack });
    }
    value
}

/// The rows of a JSON file.
///
/// # Errors
/// The file cannot be read, or one of its rows.
pub(crate) fn read(path: &Path) -> Result<Vec<Row>, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| told(&error))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| told(&error))?;
    let rows = value["rows"].as_array().ok_or_else(|| told(&"found no list of rows"))?;
    let row = |(at, value)| {
        row_from_json(value).ok_or_else(|| told(&format!("row {at} lacks a figure that every row has")))
    };
    rows.iter().enumerate().map(row).collect()
}

fn row_from_json(value: &Value) -> Option<Row> {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let bytes = &value["bytes"];
    let byte = |name: &str| bytes[name].as_u64();
    let bytes = match bytes {
        Value::Null => None,
        _ => Some(Bytes {
            flash: byte("flash")?,
            constants: byte("constants")?,
            ram: byte("ram")?,
            stack: byte("stack")?,
        }),
    };
    Some(Row {
        subject: text("subject")?,
        core: text("core")?,
        level: text("level")?,
        macs: value["macs"].as_u64()?,
        instructions: (value["instructions"][0].as_u64()?, value["instructions"][1].as_u64()?),
        cycles: value["cycles"].as_u64(),
        bytes,
    })
}

/// What takes more instructions now than then, beyond what two compilers may differ; a line each.
pub(crate) fn grown(now: &[Row], then: &[Row]) -> Vec<String> {
    let mut lines = Vec::new();
    for row in now {
        let key = |row: &Row| (row.subject.clone(), row.core.clone(), row.level.clone());
        let Some(old) = then.iter().find(|old| key(old) == key(row)) else {
            lines.push(format!("{} on {} at opt-level {} is new", row.subject, row.core, row.level));
            continue;
        };
        let (new, old) = (row.instructions.1, old.instructions.1);
        if new > old + old * tolerance::COUNT_GROWTH_PERMILLE / 1000 {
            lines.push(format!(
                "{} on {} at opt-level {}: instructions grew from {old} to {new}",
                row.subject, row.core, row.level
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(most: u64) -> Row {
        Row {
            subject: "m, network".to_owned(),
            core: "Cortex-M3".to_owned(),
            level: "3".to_owned(),
            macs: 100,
            instructions: (most - 1, most),
            cycles: Some(2 * most),
            bytes: Some(Bytes { flash: 1, constants: 2, ram: 3, stack: 4 }),
        }
    }

    #[test]
    fn rows_come_back_from_json_as_they_went() {
        let rows = [row(1000), Row { cycles: None, bytes: None, ..row(7) }];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.json");
        fs::write(&path, to_json(&rows).to_string()).unwrap();
        assert_eq!(read(&path).unwrap(), rows);
        fs::write(&path, to_json(&rows).to_string().replacen("\"macs\"", "\"mac\"", 1)).unwrap();
        assert!(read(&path).unwrap_err().contains("row 0"));
        assert!(read(&folder.path().join("none.json")).is_err());
    }

    #[test]
    fn growth_beyond_what_is_tolerated_is_told_and_a_row_without_a_past_too() {
        let slack = 1000 * tolerance::COUNT_GROWTH_PERMILLE / 1000;
        assert!(grown(&[row(1000 + slack)], &[row(1000)]).is_empty());
        let lines = grown(&[row(1001 + slack)], &[row(1000)]);
        assert!(lines[0].contains(&format!("grew from 1000 to {}", 1001 + slack)), "{lines:?}");
        assert!(grown(&[row(5)], &[]).concat().contains("is new"));
    }
}
