//! A whole table as wide codes.

use super::FittedFeature;
use crate::table::Table;
use tillwatch_engine::feature::{Mark, Memory};
use tillwatch_loader::prepare;

/// Wide codes and marks of every row.
///
/// The codes of a row are those of its samples, one after another; windows that overlap share them in memory.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    /// Sample-major, as wide as a sample has columns.
    wide: Vec<i16>,
    /// Where the codes of each row begin.
    starts: Vec<usize>,
    /// Row-major, `n_features` wide.
    marks: Vec<Mark>,
    /// Columns of each feature in a sample.
    pub columns: Vec<u8>,
    /// Samples of a row.
    pub samples_per_row: usize,
    /// Columns of a row: samples times columns of a sample.
    pub n_columns: usize,
    /// Features of a sample.
    pub n_features: usize,
}

impl Codes {
    /// Prepares every sample, in order, with the code that a device runs.
    #[must_use]
    pub fn prepare(features: &[FittedFeature], table: &Table) -> Self {
        let width: usize = features.iter().map(FittedFeature::n_columns).sum();
        let (n_samples, n_features) = (table.n_samples(), features.len());
        let mut codes = vec![0; n_samples * width];
        let mut marks = vec![Mark::NONE; n_samples * n_features];
        let n_memories = features.iter().filter(|feature| feature.preparation.borrow().has_memory()).count();
        let mut memories = vec![Memory::EMPTY; table.n_groups() * n_memories];
        let outputs = codes.chunks_exact_mut(width).zip(marks.chunks_exact_mut(n_features));
        for (sample, (codes, marks)) in outputs.enumerate() {
            // Where a row has several samples, no feature looks back.
            let group = if table.samples_per_row() == 1 { table.group(sample) as usize } else { 0 };
            let list = features.iter().map(|feature| (feature.field, feature.preparation.borrow()));
            let memories = &mut memories[group * n_memories..][..n_memories];
            prepare(list, table.sample(sample), memories, codes, marks);
        }
        let samples_per_row = table.samples_per_row();
        if samples_per_row > 1 {
            marks = marks_of_rows(&marks, n_features, table);
        }
        Self {
            wide: codes,
            starts: (0..table.n_rows()).map(|row| table.first_sample(row) * width).collect(),
            marks,
            columns: features.iter().map(|feature| feature.n_columns() as u8).collect(),
            samples_per_row,
            n_columns: samples_per_row * width,
            n_features,
        }
    }

    /// The codes and marks of a row.
    ///
    /// # Shapes
    /// Codes: `n_columns`, sample after sample; marks: `n_features`, each with whatever any sample of the row has.
    #[must_use]
    pub fn row(&self, row: usize) -> (&[i16], &[Mark]) {
        (
            &self.wide[self.starts[row]..][..self.n_columns],
            &self.marks[row * self.n_features..][..self.n_features],
        )
    }

    /// Weight of each column of a row in training: 0 where its feature is missing, else 1.
    pub fn column_weights(&self, row: usize) -> impl Iterator<Item = f32> {
        let marks = self.row(row).1;
        (0..self.samples_per_row).flat_map(move |_| {
            marks.iter().zip(&self.columns).flat_map(|(mark, &n)| {
                std::iter::repeat_n(if mark.has(Mark::MISSING) { 0.0 } else { 1.0 }, usize::from(n))
            })
        })
    }

    /// The codes of some rows, row-major.
    #[must_use]
    pub fn of(&self, rows: &[usize]) -> Vec<i16> {
        rows.iter().flat_map(|&row| self.row(row).0).copied().collect()
    }
}

/// The marks of each row's samples, joined.
fn marks_of_rows(of_samples: &[Mark], n_features: usize, table: &Table) -> Vec<Mark> {
    let mut of_rows = vec![Mark::NONE; table.n_rows() * n_features];
    for (row, joined) in of_rows.chunks_exact_mut(n_features).enumerate() {
        let samples =
            &of_samples[table.first_sample(row) * n_features..][..table.samples_per_row() * n_features];
        for (index, &mark) in samples.iter().enumerate() {
            // Nothing is missing where a row has several samples, and what is left of the marks a feature has one of:
            // categories are unknown, numbers saturate.
            if mark != Mark::NONE {
                joined[index % n_features] = mark;
            }
        }
    }
    of_rows
}
