//! Columns that say the same: each counts, so what they say counts twice.

use super::Table;
use super::schema::{Field, FieldKind, Schema};

impl Table {
    /// A field that equals one before it in every normal row may go, where it has a column of its own.
    pub(super) fn warn_of_twins(&mut self, schema: &Schema) {
        if schema.ratings.is_some() {
            return;
        }
        let normal: Vec<usize> = (0..self.n_rows()).filter(|&row| self.label(row) != Some(true)).collect();
        let Some(&first) = normal.first() else { return };
        let has_column = |field: &Field| !matches!(field.kind, FieldKind::Text { .. });
        // What is constant is warned of already.
        let varies = |index: usize| normal.iter().any(|&row| self.raw(row)[index] != self.raw(first)[index]);
        let fields: Vec<(usize, &Field)> = schema
            .fields
            .iter()
            .enumerate()
            .filter(|&(index, field)| has_column(field) && varies(index))
            .collect();
        let is_twin = |a: &(usize, &Field), b: &(usize, &Field)| {
            a.1.column != b.1.column
                && a.1.kind == b.1.kind
                && normal.iter().all(|&row| self.raw(row)[a.0] == self.raw(row)[b.0])
        };
        let mut warnings = Vec::new();
        for (place, field) in fields.iter().enumerate() {
            if let Some(twin) = fields[..place].iter().find(|twin| is_twin(twin, field)) {
                warnings.push(format!(
                    "{}, column `{}`: field `{}` is the same as `{}` in every normal row and counts twice; ignore the \
                     column",
                    self.files[0].0, field.1.column, field.1.name, twin.1.name
                ));
            }
        }
        self.warnings.append(&mut warnings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ReadOptions;

    fn warnings(row: impl Fn(u64) -> String) -> Vec<String> {
        let field =
            |name: &str| format!("[[field]]\nname = \"{name}\"\nkind = \"number\"\nresolution = \"1\"\n");
        let text = ["a", "b", "c"].map(field).concat();
        let schema = Schema::parse(&format!("label = \"label\"\n{text}"), "s.toml").unwrap();
        let rows: String = std::iter::once("a,b,c,label\n".to_owned()).chain((0..60).map(row)).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, rows).unwrap();
        let table = Table::read(&[&path], &schema, &ReadOptions::default()).unwrap();
        let prefix = format!("{}/", folder.path().display());
        table.warnings().iter().map(|warning| warning.replace(&prefix, "")).collect()
    }

    #[test]
    fn equal_columns_are_named_once() {
        let anomalous = |i: u64| u64::from(i.is_multiple_of(30));
        let found = warnings(|i| format!("{},{},{},{}\n", i % 7, i % 5, i % 7 + anomalous(i), anomalous(i)));
        let wanted = "t.csv, column `c`: field `c` is the same as `a` in every normal row and counts twice; ignore the column";
        assert_eq!(found, [wanted]);
    }

    #[test]
    fn one_other_row_is_enough() {
        let found = warnings(|i| format!("{},{},{},0\n", i % 7, i % 5, if i == 59 { 9 } else { i % 7 }));
        assert_eq!(found, [""; 0]);
    }
}
