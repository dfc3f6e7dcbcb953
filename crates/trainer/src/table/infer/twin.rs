//! Columns that repeat another one.

use super::super::schema::Schema;
use super::column::Column;

/// The first column before this one that became a field and has the same text in every row.
pub(super) fn twin<'a>(columns: &'a [Column], index: usize, schema: &Schema) -> Option<&'a str> {
    let is_field = |other: &Column| schema.fields.iter().any(|field| field.column == other.header);
    let found = columns[..index].iter().find(|other| is_field(other) && columns[index].is_twin_of(other));
    found.map(|column| column.header.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::{Inferred, infer};

    /// Guesses from 200 rows of four columns.
    fn guess(row: impl Fn(u64) -> String) -> Inferred {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let rows: String = std::iter::once("a,b,c,d\n".to_owned()).chain((0..200).map(row)).collect();
        std::fs::write(&path, rows).unwrap();
        infer(&[path], None).unwrap()
    }

    #[test]
    fn a_column_that_repeats_another_is_ignored() {
        let row = |i: u64, last: u64| format!("{},{},{},{last}\n", i % 7, i % 5, i % 7);
        let found = guess(|i| row(i, i % 5));
        assert_eq!(found.schema.ignore, ["c", "d"]);
        assert_eq!(found.notes.ignore[0], "it is the same as `a` in every row and would count twice");
        assert!(found.notes.ignore[1].contains("`b`"), "{:?}", found.notes.ignore);
        // One row makes the difference, a cell that is empty too.
        let found = guess(|i| row(i, if i == 99 { 6 } else { i % 5 }));
        assert_eq!(found.schema.ignore, ["c"]);
        let found = guess(|i| row(i, i % 5).replace(if i == 99 { ",4\n" } else { "\n\n" }, ",\n"));
        assert_eq!(found.schema.ignore, ["c"]);
    }

    #[test]
    fn a_column_that_is_nearly_constant_has_a_note() {
        let found =
            guess(|i| format!("{},{},{},{}\n", i % 7, i % 5, 5 + 3 * u64::from(i < 2), 3 * u64::from(i < 3)));
        let wanted = "whole numbers, 5 to 8; nearly constant, 5 in 198 of 200 rows";
        assert_eq!(found.notes.fields[2..], [wanted, "whole numbers, 0 to 3"]);
    }
}
