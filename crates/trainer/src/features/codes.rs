//! A whole table as wide codes.

use super::FittedFeature;
use crate::table::Table;
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_loader::prepare;

/// Wide codes and marks of every row.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    /// Row-major, `n_columns` wide.
    pub codes: Vec<i16>,
    /// Row-major, `n_features` wide.
    pub marks: Vec<Mark>,
    /// Columns of each feature.
    pub columns: Vec<u8>,
    /// Columns of a row.
    pub n_columns: usize,
    /// Features of a row.
    pub n_features: usize,
}

impl Codes {
    /// Prepares every row, in order, with the code that a device runs.
    #[must_use]
    pub fn prepare(features: &[FittedFeature], table: &Table) -> Self {
        let n_columns = features.iter().map(FittedFeature::n_columns).sum();
        let n_rows = table.n_rows();
        let mut all = Self {
            codes: vec![0; n_rows * n_columns],
            marks: vec![Mark::NONE; n_rows * features.len()],
            columns: features.iter().map(|feature| feature.n_columns() as u8).collect(),
            n_columns,
            n_features: features.len(),
        };
        let n_memories = features.iter().filter(|feature| feature.preparation.borrow().has_memory()).count();
        let mut memories = vec![Memory::EMPTY; table.n_groups() * n_memories];
        let outputs = all.codes.chunks_exact_mut(n_columns).zip(all.marks.chunks_exact_mut(features.len()));
        for (row, (codes, marks)) in outputs.enumerate() {
            let group = table.group(row) as usize;
            let list = features.iter().map(|feature| (feature.field, feature.preparation.borrow()));
            prepare(list, table.raw(row), &mut memories[group * n_memories..][..n_memories], codes, marks);
        }
        all
    }

    /// The codes and marks of a row.
    #[must_use]
    pub fn row(&self, row: usize) -> (&[i16], &[Mark]) {
        (
            &self.codes[row * self.n_columns..][..self.n_columns],
            &self.marks[row * self.n_features..][..self.n_features],
        )
    }

    /// Weight of each column of a row in training: 0 where its feature is missing, else 1.
    pub fn column_weights(&self, row: usize) -> impl Iterator<Item = f32> {
        let marks = self.row(row).1.iter();
        marks.zip(&self.columns).flat_map(|(mark, &n)| {
            std::iter::repeat_n(if mark.has(Mark::MISSING) { 0.0 } else { 1.0 }, usize::from(n))
        })
    }

    /// The codes of some rows, row-major.
    #[must_use]
    pub fn of(&self, rows: &[usize]) -> Vec<i16> {
        rows.iter().flat_map(|&row| self.row(row).0).copied().collect()
    }
}
