//! Evaluation figures as text.

use std::fmt::Write;
use tillwatch_trainer::baselines::Baseline;
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

/// A table of simpler detectors beside the integer model, and a line where one of them is ahead; empty without any.
pub(crate) fn baselines(evaluation: &Evaluation, baselines: &[Baseline]) -> String {
    let (Some(auroc), Some(average_precision)) =
        (evaluation.integer.auroc, evaluation.integer.average_precision)
    else {
        return String::new();
    };
    if baselines.is_empty() {
        return String::new();
    }
    let own = Baseline { name: "this model", auroc, average_precision };
    let mut text = format!("{:<28}{:>9}{:>19}\n", "on the same rows", "AUROC", "average precision");
    for Baseline { name, auroc, average_precision } in std::iter::once(&own).chain(baselines) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<28}{auroc:>9.4}{average_precision:>19.4}");
    }
    if let Some(line) = ahead(auroc, baselines) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Says which detectors rank better than the model.
pub(crate) fn ahead(auroc: f64, baselines: &[Baseline]) -> Option<String> {
    let better: Vec<&str> =
        baselines.iter().filter(|baseline| baseline.auroc > auroc).map(|baseline| baseline.name).collect();
    (!better.is_empty())
        .then(|| format!("note: these rank the rows better than this model: {}", better.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ahead_is_named() {
        let baseline = |name, auroc| Baseline { name, auroc, average_precision: 0.5 };
        let others = [baseline("a", 0.91), baseline("b", 0.9), baseline("c", 0.95)];
        assert_eq!(ahead(0.9, &others).unwrap(), "note: these rank the rows better than this model: a, c");
        assert_eq!(ahead(0.95, &others), None);
    }
}
