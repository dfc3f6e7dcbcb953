//! Evaluation figures as text.

use std::fmt::Write;
use tillwatch_trainer::baselines::Baseline;
use tillwatch_trainer::evaluate::{Evaluation, Figures};

/// Events that alarms are counted in.
const ALARMS_PER: f64 = 10_000.0;

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
    ];
    let rate =
        |pick: Option<f64>| pick.map_or_else(|| "-".to_owned(), |rate| format!("{:.1}", rate * ALARMS_PER));
    let cell = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    let mut text = format!("{:<28}{:>9}{:>9}\n", "", "integer", "float");
    for (name, integer, float) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<28}{:>9}{:>9}", cell(integer), cell(float));
    }
    let _ = writeln!(
        text,
        "{:<28}{:>9}{:>9}",
        "alarms per 10,000 normals",
        rate(evaluation.integer.alarm_rate),
        rate(float(|figures| figures.alarm_rate))
    );
    if let (Some(correlation), Some(flips)) = (evaluation.rank_correlation, evaluation.verdict_flips) {
        let _ = writeln!(
            text,
            "rank correlation of integer and float {correlation:.5}; {flips} of {} verdicts differ",
            evaluation.rows
        );
    }
    text
}

/// The integer model, then simpler detectors on the same rows; empty where there are none.
pub(crate) fn beside(evaluation: &Evaluation, baselines: &[Baseline]) -> Vec<Baseline> {
    let Figures {
        auroc: Some(auroc),
        average_precision: Some(average_precision),
        recall_at_one_percent: Some(recall_at_one_percent),
        ..
    } = evaluation.integer
    else {
        return Vec::new();
    };
    if baselines.is_empty() {
        return Vec::new();
    }
    let own = Baseline { name: "this model", auroc, average_precision, recall_at_one_percent };
    [&[own], baselines].concat()
}

/// What [`beside`] gave as a table, and a line where a simpler detector is ahead.
pub(crate) fn baselines(beside: &[Baseline]) -> String {
    if beside.is_empty() {
        return String::new();
    }
    let mut text = format!("{:<28}{:>9}{:>19}\n", "on the same rows", "AUROC", "average precision");
    for Baseline { name, auroc, average_precision, .. } in beside {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<28}{auroc:>9.4}{average_precision:>19.4}");
    }
    if let Some(line) = ahead(beside) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Says which detectors rank better than the first.
pub(crate) fn ahead(beside: &[Baseline]) -> Option<String> {
    let (own, others) = beside.split_first()?;
    let better: Vec<&str> =
        others.iter().filter(|other| other.auroc > own.auroc).map(|other| other.name).collect();
    (!better.is_empty())
        .then(|| format!("note: these rank the rows better than this model: {}", better.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ahead_is_named() {
        let baseline =
            |name, auroc| Baseline { name, auroc, average_precision: 0.5, recall_at_one_percent: 0.25 };
        let detectors =
            |own| [baseline("own", own), baseline("a", 0.91), baseline("b", 0.9), baseline("c", 0.95)];
        let found = ahead(&detectors(0.9)).unwrap();
        assert_eq!(found, "note: these rank the rows better than this model: a, c");
        assert_eq!(ahead(&detectors(0.95)), None);
        assert_eq!(ahead(&[]), None);
    }
}
