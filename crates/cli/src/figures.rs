//! Evaluation figures as text.

use std::fmt::Write;
use tillwatch_trainer::evaluate::Evaluation;

/// A table of the figures, integer beside float.
pub(crate) fn table(evaluation: &Evaluation) -> String {
    let float = |pick: fn(&tillwatch_trainer::evaluate::Figures) -> Option<f64>| {
        evaluation.float.as_ref().and_then(pick)
    };
    let rows = [
        ("AUROC", evaluation.integer.auroc, float(|figures| figures.auroc)),
        (
            "average precision",
            evaluation.integer.average_precision,
            float(|figures| figures.average_precision),
        ),
        ("recall at the alarm rate", evaluation.integer.recall, float(|figures| figures.recall)),
        ("alarm rate on normal rows", evaluation.integer.alarm_rate, float(|figures| figures.alarm_rate)),
    ];
    let cell = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    let mut text = format!("{:<28}{:>9}{:>9}\n", "", "integer", "float");
    for (name, integer, float) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<28}{:>9}{:>9}", cell(integer), cell(float));
    }
    if let (Some(correlation), Some(flips)) = (evaluation.rank_correlation, evaluation.verdict_flips) {
        let _ = writeln!(
            text,
            "rank correlation of integer and float {correlation:.5}; {flips} of {} verdicts differ",
            evaluation.rows
        );
    }
    text
}
