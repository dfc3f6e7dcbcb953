//! Figures of a model on labelled rows, integer and float.

use crate::features::{Codes, FittedFeature, FittedPreparation};
use crate::float_model::FloatModel;
use crate::metrics::{auroc, average_precision, rank_correlation, recall_at, share_above, verdict_flips};
use crate::quantise::rim_step;
use crate::scoring::{all_cores, scores};
use crate::table::Table;
use std::collections::BTreeMap;
use tillwatch_engine::feature::Mark;
use tillwatch_loader::Loader;
use tillwatch_model::{Feature, Model, Preparation};

/// Rows that the float model scores together.
const TOGETHER: usize = 1024;

/// Figures of one scoring; those that need an absent class are `None`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Figures {
    /// Area under the receiver operating characteristic.
    pub auroc: Option<f64>,
    /// Average precision.
    pub average_precision: Option<f64>,
    /// Share of anomalies above the alarm threshold.
    pub recall: Option<f64>,
    /// Share of normal rows above the alarm threshold.
    pub alarm_rate: Option<f64>,
    /// Share of anomalies above what at most 1 % of these normal rows exceed, whatever the threshold.
    pub recall_at_one_percent: Option<f64>,
}

/// Figures of the integer model, and of the float model beside it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Evaluation {
    /// Rows scored.
    pub rows: usize,
    /// Of these, anomalies.
    pub anomalies: usize,
    /// The integer model.
    pub integer: Figures,
    /// The float model, where there is one.
    pub float: Option<Figures>,
    /// Rank correlation of integer and float scores.
    pub rank_correlation: Option<f64>,
    /// Rows on which integer and float verdicts differ.
    pub verdict_flips: Option<usize>,
}

/// Scores some rows of a table on so many threads and compares with their labels.
///
/// # Shapes
/// `codes`: every row of `table`.
#[must_use]
pub fn evaluate_rows(
    loader: &Loader<'_>,
    float: Option<&FloatModel>,
    codes: &Codes,
    table: &Table,
    rows: &[usize],
    threads: usize,
) -> Evaluation {
    let labels: Vec<bool> = rows.iter().map(|&row| table.label(row) == Some(true)).collect();
    let integer = scores(loader, codes, rows, threads);
    let alarm = loader.model().thresholds().alarm;
    let step = rim_step(loader.model().body().rim_fraction_bits.into()) as f32;
    let float_scores = float.map(|model| {
        // Some rows at a time: all of a large table in floats would not fit memory.
        let part = |rows: &[usize]| {
            let values: Vec<f32> = codes.of(rows).iter().map(|&code| f32::from(code) * step).collect();
            let marks: Vec<Mark> = rows.iter().flat_map(|&row| codes.row(row).1).copied().collect();
            model.scores(&values, &marks)
        };
        (rows.chunks(TOGETHER).flat_map(part).collect::<Vec<f64>>(), f64::from(model.alarm))
    });
    Evaluation {
        rows: rows.len(),
        anomalies: labels.iter().filter(|&&label| label).count(),
        integer: figures(&integer, &labels, alarm),
        float: float_scores.as_ref().map(|(scores, threshold)| figures(scores, &labels, *threshold)),
        rank_correlation: float_scores.as_ref().and_then(|(scores, _)| rank_correlation(&integer, scores)),
        verdict_flips: float_scores
            .as_ref()
            .map(|(scores, threshold)| verdict_flips(&integer, alarm, scores, *threshold)),
    }
}

/// Evaluates a model file on a whole table; each of the two models alarms above its own threshold.
#[must_use]
pub fn evaluate(model: &Model<'_>, table: &Table) -> Evaluation {
    let codes = Codes::prepare(&features(model), table);
    let float = FloatModel::from_file(model.body(), model.reference());
    let rows: Vec<usize> = (0..table.n_rows()).collect();
    evaluate_rows(&Loader::new(*model), float.as_ref(), &codes, table, &rows, all_cores())
}

/// Rows of each kind in the table's text column, and the share of them that alarms.
#[must_use]
pub fn kinds(model: &Model<'_>, table: &Table) -> BTreeMap<String, (usize, f64)> {
    let codes = Codes::prepare(&features(model), table);
    let rows: Vec<usize> = (0..table.n_rows()).collect();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (row, score) in scores(&Loader::new(*model), &codes, &rows, all_cores()).into_iter().enumerate() {
        let (all, alarmed) = counts.entry(table.text(row).unwrap_or("").to_owned()).or_default();
        *all += 1;
        *alarmed += usize::from(score > model.thresholds().alarm);
    }
    counts.into_iter().map(|(kind, (all, alarmed))| (kind, (all, alarmed as f64 / all as f64))).collect()
}

/// The features of a model file, owned.
#[must_use]
pub fn features(model: &Model<'_>) -> Vec<FittedFeature> {
    let feature = |feature: Feature<'_>| FittedFeature {
        name: feature.name.to_owned(),
        field: feature.field,
        preparation: owned(feature.preparation),
    };
    model.body().features.iter().map(feature).collect()
}

fn figures<S: Copy + PartialOrd>(scores: &[S], labels: &[bool], alarm: S) -> Figures {
    Figures {
        auroc: auroc(scores, labels),
        average_precision: average_precision(scores, labels),
        recall: share_above(scores, labels, true, alarm),
        alarm_rate: share_above(scores, labels, false, alarm),
        recall_at_one_percent: recall_at(scores, labels, 0.01),
    }
}

fn owned(preparation: Preparation<'_>) -> FittedPreparation {
    match preparation {
        Preparation::Numeric(affine) => FittedPreparation::Numeric(affine),
        Preparation::Logarithm(affine) => FittedPreparation::Logarithm(affine),
        Preparation::Symlog(rule) => FittedPreparation::Symlog(rule),
        Preparation::OneHot(levels) => FittedPreparation::OneHot(levels.to_vec()),
        Preparation::Surprisal(table) => FittedPreparation::Surprisal(table.to_vec()),
        Preparation::Flag(codes) => FittedPreparation::Flag(codes),
        Preparation::Cyclic(rule) => FittedPreparation::Cyclic(rule),
        Preparation::Delta(affine) => FittedPreparation::Delta(affine),
        Preparation::RatioToMean { affine, window_log2 } => {
            FittedPreparation::RatioToMean { affine, window_log2 }
        }
    }
}
