//! The committed figures of every image, and what grew beyond them.

use crate::emulate::firmware::root;
use serde_json::{Map, Value};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Code, constants and instructions that may be lost between two compilers without anyone's fault, in permille.
const TOLERATED_PERMILLE: u64 = 20;
/// The file, seen from the repository's folder.
const FILE: &str = "fixtures/sizes/audit.json";

/// Committed figures by the names of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    rows: Map<String, Value>,
}

impl Baseline {
    /// Reads the committed figures; none where there is no file yet.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub(crate) fn read() -> Result<Self, String> {
        let path = path();
        if !path.exists() {
            return Ok(Self::default());
        }
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| told(&error))?;
        Ok(Self { rows: serde_json::from_str(&text).map_err(|error| told(&error))? })
    }

    /// One line for each figure that grew, and for each row that has no committed figures.
    pub(crate) fn grown(&self, name: &str, figures: &Map<String, Value>) -> Vec<String> {
        let Some(committed) = self.rows.get(name) else {
            return vec![format!(
                "{name}: {FILE} has no such row; if it is wanted, run the command with --bless"
            )];
        };
        let mut grown = Vec::new();
        for (figure, value) in figures {
            let (Some(now), Some(then)) = (value.as_u64(), committed[figure].as_u64()) else {
                grown.push(format!(
                    "{name}: {FILE} has no {figure} to compare {value} with; run with --bless"
                ));
                continue;
            };
            if now > then + then * TOLERATED_PERMILLE / 1000 {
                grown.push(format!("{name}: {figure} grew from {then} to {now}, by {}", now - then));
            }
        }
        grown
    }

    /// Replaces some rows, and writes the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn renew(mut self, rows: Map<String, Value>) -> Result<(), String> {
        self.rows.extend(rows);
        save(&path(), self.rows)?;
        println!("{FILE} is renewed");
        Ok(())
    }
}

/// Writes rows as JSON, whole or not at all.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn save(path: &Path, rows: Map<String, Value>) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| told(&error))?;
    file.write_all(format!("{:#}\n", Value::Object(rows)).as_bytes()).map_err(|error| told(&error))?;
    file.persist(path).map_err(|error| told(&error.error))?;
    Ok(())
}

fn path() -> PathBuf {
    root().join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn growth_is_told_by_row_figure_and_amount() {
        let baseline = Baseline { rows: map(&json!({ "a": { "code": 1000, "stack": 40, "panics": 0 } })) };
        let grown = |figures: Value| baseline.grown("a", &map(&figures));
        assert!(grown(json!({ "code": 1020, "stack": 40, "panics": 0 })).is_empty());
        assert_eq!(
            grown(json!({ "code": 1021, "stack": 44, "panics": 1 })),
            [
                "a: code grew from 1000 to 1021, by 21",
                "a: panics grew from 0 to 1, by 1",
                "a: stack grew from 40 to 44, by 4"
            ]
        );
    }

    #[test]
    fn a_row_or_a_figure_without_a_committed_one_is_told() {
        let baseline = Baseline { rows: map(&json!({ "a": {} })) };
        let figures = map(&json!({ "code": 1 }));
        assert!(baseline.grown("a", &figures)[0].contains("no code to compare 1 with"));
        assert!(baseline.grown("b", &figures)[0].starts_with("b: "));
    }
}
