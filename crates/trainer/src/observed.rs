//! What a finished model says of the rows that it was not trained on: what a report shows beyond figures.

use crate::features::Codes;
use crate::quantise::rim_step;
use crate::scoring::{Bench, each_row};
use crate::table::Table;
use std::cmp::Reverse;
use tillwatch_batch::Batch;
use tillwatch_engine::score::Scored;
use tillwatch_loader::Loader;

/// Rows whose reasons are kept.
const STRANGEST: usize = 12;
/// Rows whose latent vectors are kept.
const LATENTS: usize = 2000;

/// The test rows, seen by the integer model.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Every row.
    pub rows: Vec<ObservedRow>,
    /// The rows with the highest scores, the strangest first: number in the table, and what was said of it.
    pub strangest: Vec<(usize, Scored)>,
    /// Root of the mean squared residual of each feature over normal rows and over anomalies, in standard deviations or
    /// units; none where there are no such rows.
    pub residuals: Vec<[Option<f64>; 2]>,
    /// Latent vectors of some rows, evenly spaced, in the units of the latent layer; row-major.
    pub latents: Vec<f32>,
    /// Of which of `rows` they are.
    pub latent_rows: Vec<usize>,
}

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObservedRow {
    /// Score of the integer model.
    pub score: u64,
    /// True for an anomaly; false where nothing is known.
    pub is_anomalous: bool,
}

/// Scores some rows of a table.
///
/// # Shapes
/// `codes`: every row of `table`; `rows`: numbers in it.
#[must_use]
pub fn observe(loader: &Loader<'_>, codes: &Codes, table: &Table, rows: &[usize]) -> Observed {
    let body = loader.model().body();
    let step = rim_step(body.rim_fraction_bits.into());
    let stride = rows.len().div_ceil(LATENTS).max(1);
    let mut squares = vec![[0.0; 2]; codes.n_features];
    let mut counts = [0_usize; 2];
    let mut observed = Observed::default();
    let mut ranked: Vec<(Reverse<u64>, usize)> = Vec::with_capacity(rows.len());
    let mut numbers = rows.iter().enumerate();
    each_row(&Batch::new(loader), codes, rows, |seen| {
        let Some((index, &row)) = numbers.next() else { return };
        let scored = seen.score();
        let is_anomalous = table.label(row) == Some(true);
        let class = usize::from(is_anomalous);
        counts[class] += 1;
        let residuals = seen
            .codes
            .iter()
            .zip(seen.reconstruction())
            .map(|(&u, &v)| f64::from(i32::from(u) - i32::from(v)));
        for (feature, residual) in features_of_columns(&codes.columns).zip(residuals) {
            squares[feature][class] += residual * residual * step * step;
        }
        if let (true, Some(latent)) = (index % stride == 0, body.latent) {
            let zero = i16::from(latent.zero_code);
            let values = seen.latent().iter();
            observed.latents.extend(values.map(|&code| f32::from(i16::from(code) - zero) * latent.scale));
            observed.latent_rows.push(index);
        }
        ranked.push((Reverse(scored.score), row));
        observed.rows.push(ObservedRow { score: scored.score, is_anomalous });
    });
    ranked.sort_unstable();
    let mut bench = Bench::new(loader);
    observed.strangest = ranked
        .into_iter()
        .take(STRANGEST)
        .map(|(_, row)| {
            let (wide, marks) = codes.row(row);
            (row, bench.score_codes(loader, wide, marks))
        })
        .collect();
    let mean = |sum: f64, class: usize, columns: usize| {
        (counts[class] > 0).then(|| (sum / (counts[class] * columns * codes.samples_per_row) as f64).sqrt())
    };
    observed.residuals = squares
        .iter()
        .zip(&codes.columns)
        .map(|(sums, &columns)| [0, 1].map(|class| mean(sums[class], class, columns.into())))
        .collect();
    observed
}

/// The feature of each column, sample after sample without end.
fn features_of_columns(columns: &[u8]) -> impl Iterator<Item = usize> {
    let sample = columns.iter().enumerate();
    let sample: Vec<usize> =
        sample.flat_map(|(feature, &n)| std::iter::repeat_n(feature, usize::from(n))).collect();
    sample.into_iter().cycle()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_know_their_feature_in_every_sample() {
        let features: Vec<usize> = features_of_columns(&[2, 1]).take(7).collect();
        assert_eq!(features, [0, 0, 1, 0, 0, 1, 0]);
    }
}
