//! Simpler detectors on the same rows: what an autoencoder has to beat to be worth its flash.

use crate::evaluate::features;
use crate::features::Codes;
use crate::isolation_forest::IsolationForest;
use crate::metrics::{auroc, average_precision, recall_at};
use crate::principal::Spread;
use crate::prototypes::square_distance;
use crate::quantise::rim_step;
use crate::table::Table;
use tillwatch_model::Model;

/// Training rows that a row is compared with.
const REFERENCE_ROWS: usize = 1000;
/// The neighbour whose distance counts.
const NEIGHBOUR: usize = 5;
/// Part of the mean variance that is added to every column's, so that columns which follow from others can be inverted.
const SHRINKAGE: f64 = 0.01;
/// Seed of the forest beside a model file, which does not say the one it was trained with.
const SEED: u64 = 1;
/// Widest rows whose covariance is taken.
const WIDEST: usize = 1024;

/// A detector and how well it does on the test rows.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Baseline {
    /// What it is.
    pub name: &'static str,
    /// Area under the receiver operating characteristic.
    pub auroc: f64,
    /// Average precision.
    pub average_precision: f64,
    /// Share of the anomalies above what at most 1 % of the normal rows exceed.
    pub recall_at_one_percent: f64,
}

impl Baseline {
    /// Judges the scores of a detector; none where one class is absent.
    ///
    /// # Shapes
    /// `scores`, `labels`: one per row; a label is true for an anomaly.
    #[must_use]
    pub fn judge<S: Copy + PartialOrd>(name: &'static str, scores: &[S], labels: &[bool]) -> Option<Self> {
        Some(Self {
            name,
            auroc: auroc(scores, labels)?,
            average_precision: average_precision(scores, labels)?,
            recall_at_one_percent: recall_at(scores, labels, 0.01)?,
        })
    }
}

/// Fits the detectors to training rows and judges them on labelled ones; none where one class is absent.
///
/// * *median distance*: squared distance from the median of every column;
/// * *nearest rows*: distance of the fifth nearest of at most 1,000 training rows;
/// * *principal components*: what as many of them as the latent vector has values do not reproduce;
/// * *Mahalanobis*: distance from the mean in the unit of a covariance that is shrunk a little towards a multiple of one;
/// * *isolation forest*: how few random cuts part a row from others, over 100 trees of 256 training rows.
///
/// Mahalanobis and principal components are left out for rows of more than 1,024 columns.
///
/// # Shapes
/// `train`, `test`: rows of `width` values in the network's unit; `labels`: one per test row, true for an anomaly.
/// # Cost
/// For every test row 1,000 distances and the square of the width.
#[must_use]
pub fn baselines(
    train: &[f32],
    test: &[f32],
    labels: &[bool],
    width: usize,
    components: usize,
    seed: u64,
) -> Vec<Baseline> {
    let mut detectors = vec![
        ("median distance", median_distances(train, test, width)),
        ("nearest rows", nearest_rows(train, test, width)),
    ];
    if width <= WIDEST {
        let spread = Spread::of(train, width);
        detectors.push(("Mahalanobis", mahalanobis(&spread, test, width)));
        detectors.push(("principal components", outside_components(spread, test, width, components)));
    }
    let forest = IsolationForest::grow(train, width, seed);
    detectors.push(("isolation forest", test.chunks_exact(width).map(|row| forest.score(row)).collect()));
    detectors.into_iter().filter_map(|(name, scores)| Baseline::judge(name, &scores, labels)).collect()
}

/// Fits the detectors to the normal rows of one table and judges them on another, both prepared as a model prepares them.
///
/// # Exactness
/// The same tables give the same figures: the forest's seed is fixed.
#[must_use]
pub fn baselines_of_model(model: &Model<'_>, train: &Table, test: &Table) -> Vec<Baseline> {
    let features = features(model);
    let step = rim_step(model.body().rim_fraction_bits.into()) as f32;
    let values = |table: &Table, rows: &[usize]| -> Vec<f32> {
        let codes = Codes::prepare(&features, table).of(rows);
        codes.into_iter().map(|code| f32::from(code) * step).collect()
    };
    let is_normal = |&row: &usize| train.label(row) != Some(true);
    let normal: Vec<usize> = (0..train.n_rows()).filter(is_normal).collect();
    let all: Vec<usize> = (0..test.n_rows()).collect();
    let labels: Vec<bool> = all.iter().map(|&row| test.label(row) == Some(true)).collect();
    let (train, test) = (values(train, &normal), values(test, &all));
    baselines(&train, &test, &labels, model.n_columns(), model.latent_len().max(1), SEED)
}

fn median_distances(train: &[f32], test: &[f32], width: usize) -> Vec<f64> {
    let median = |column: usize| {
        let mut values: Vec<f32> = train.iter().skip(column).step_by(width).copied().collect();
        let middle = values.len() / 2;
        if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f32::total_cmp).1 }
    };
    let medians: Vec<f32> = (0..width).map(median).collect();
    test.chunks_exact(width).map(|row| square_distance(row, &medians).into()).collect()
}

fn nearest_rows(train: &[f32], test: &[f32], width: usize) -> Vec<f64> {
    neighbour_distances(train, test, width, |_| NEIGHBOUR)
}

/// Squared distance of each test row from its n-th nearest of at most 1,000 training rows; `neighbour` gives n for their
/// number.
pub(crate) fn neighbour_distances(
    train: &[f32],
    test: &[f32],
    width: usize,
    neighbour: impl Fn(usize) -> usize,
) -> Vec<f64> {
    let stride = (train.len() / width).div_ceil(REFERENCE_ROWS).max(1);
    let reference: Vec<&[f32]> = train.chunks_exact(width).step_by(stride).collect();
    let neighbour = neighbour(reference.len());
    let distance = |row: &[f32]| {
        let mut distances: Vec<f32> = reference.iter().map(|other| square_distance(row, other)).collect();
        let place = neighbour.saturating_sub(1).min(distances.len().saturating_sub(1));
        if distances.is_empty() { 0.0 } else { *distances.select_nth_unstable_by(place, f32::total_cmp).1 }
    };
    test.chunks_exact(width).map(|row| distance(row).into()).collect()
}

fn outside_components(mut spread: Spread, test: &[f32], width: usize, components: usize) -> Vec<f64> {
    let axes: Vec<Vec<f64>> = (0..components.min(width)).map(|_| spread.take_largest().1).collect();
    let distance = |row: &[f32]| {
        let centred = spread.centred(row);
        let inside: f64 = axes
            .iter()
            .map(|axis| axis.iter().zip(&centred).map(|(a, x)| a * x).sum::<f64>())
            .map(|along| along * along)
            .sum();
        centred.iter().map(|x| x * x).sum::<f64>() - inside
    };
    test.chunks_exact(width).map(distance).collect()
}

fn mahalanobis(spread: &Spread, test: &[f32], width: usize) -> Vec<f64> {
    let factor = cholesky(spread, width);
    // The squared length of z, where factor * z = the centred row.
    let distance = |row: &[f32]| {
        let mut z = spread.centred(row);
        for i in 0..width {
            let known: f64 = factor[i * width..][..i].iter().zip(&z).map(|(l, z)| l * z).sum();
            z[i] = (z[i] - known) / factor[i * width + i];
        }
        z.iter().map(|z| z * z).sum()
    };
    test.chunks_exact(width).map(distance).collect()
}

/// The lower triangle whose product with its transpose is the shrunk covariance.
fn cholesky(spread: &Spread, width: usize) -> Vec<f64> {
    let mut factor = spread.covariance().to_vec();
    let ridge = (SHRINKAGE * spread.total() / width as f64).max(f64::MIN_POSITIVE);
    for i in 0..width {
        factor[i * width + i] += ridge;
        for j in 0..=i {
            let (a, b) = (&factor[i * width..][..j], &factor[j * width..][..j]);
            let rest = factor[i * width + j] - a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            factor[i * width + j] =
                if i == j { rest.max(ridge).sqrt() } else { rest / factor[j * width + j] };
        }
    }
    factor
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thin ellipse along the diagonal.
    fn train() -> Vec<f32> {
        let point = |i: usize| {
            let (along, across) = ((i % 20) as f32 / 5.0 - 2.0, (i / 20) as f32 / 100.0 - 0.05);
            [along - across, along + across]
        };
        (0..200).flat_map(point).collect()
    }

    fn figures(test: &[f32], labels: &[bool]) -> Vec<(&'static str, f64)> {
        baselines(&train(), test, labels, 2, 1, 1)
            .into_iter()
            .map(|found| (found.name, found.auroc))
            .collect()
    }

    #[test]
    fn each_finds_what_it_is_made_for() {
        // Beside the diagonal, but nearer to the middle than the ends of the ellipse.
        let test = [1.0, 1.0, -1.8, -1.8, 1.7, 1.7, 0.5, -0.5, -0.6, 0.6];
        let labels = [false, false, false, true, true];
        let found = figures(&test, &labels);
        let names =
            ["median distance", "nearest rows", "Mahalanobis", "principal components", "isolation forest"];
        assert_eq!(found.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        assert!(found[0].1 < 0.5, "{found:?}");
        assert!(found[1..4].iter().all(|(_, auroc)| *auroc >= 1.0), "{found:?}");
        // Its cuts go along the axes, so it sees less of what lies beside a diagonal.
        assert!(found[4].1 > 0.5, "{found:?}");
    }

    #[test]
    fn without_one_class_nothing_is_judged() {
        assert!(figures(&[1.0, 1.0, 0.0, 0.0], &[false, false]).is_empty());
        assert!(figures(&[], &[]).is_empty());
    }

    #[test]
    fn the_factor_times_its_transpose_is_the_shrunk_covariance() {
        let spread = Spread::of(&train(), 2);
        let factor = cholesky(&spread, 2);
        let ridge = SHRINKAGE * spread.total() / 2.0;
        let [a, b, c] = [factor[0], factor[2], factor[3]];
        let covariance = spread.covariance();
        let want = [covariance[0] + ridge, covariance[2], covariance[3] + ridge];
        for (got, want) in [a * a, a * b, b * b + c * c].into_iter().zip(want) {
            assert!((got / want - 1.0).abs() < tillwatch_testkit::tolerance::BY_HAND, "{got} {want}");
        }
    }
}
