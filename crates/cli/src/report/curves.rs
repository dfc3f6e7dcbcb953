//! What every threshold finds and costs, as two curves with their bands.

use super::chart::{Axis, Chart};
use super::operating::Operation;
use super::sections::figure;
use super::{Story, interval};
use tillwatch_trainer::metrics::band;

/// Places across at which a band is drawn.
const COLUMNS: usize = 201;
const LEGEND: &str =
    "Shaded: where the curve of endlessly many such rows lies at each place, with 95 % confidence or more.";

/// Recall against false alarms, and precision against recall; empty where one class is absent.
pub(super) fn curves(story: &Story<'_>) -> String {
    let scores = &story.scores;
    let integer = &story.trained.evaluation.integer;
    let (Some(auroc), Some(average_precision)) = (integer.auroc, integer.average_precision) else {
        return String::new();
    };
    let nothing = scores.at(u64::MAX);
    let operations: Vec<Operation> = std::iter::once(nothing).chain(scores.operations()).collect();
    let unit = |label| Axis::linear(label, 0.0, 1.0);
    let mut text = String::new();

    let mut chart = Chart::new(unit("normal rows that alarm"), unit("anomalies found"));
    let both = |operation: &Operation| Some([operation.alarm_rate(scores)?, operation.recall(scores)?]);
    let boxes: Vec<_> = operations
        .iter()
        .map(|operation| [operation.alarm_rate_interval(scores), operation.recall_interval(scores)])
        .collect();
    chart.band(&band(&boxes, COLUMNS));
    chart.line("grid", [[0.0, 0.0], [1.0, 1.0]].into_iter());
    chart.line("first", operations.iter().filter_map(both));
    let words = format!(
        "Receiver operating characteristic; the area under it is {auroc:.4}{}.",
        interval(story.auroc_interval())
    );
    text.push_str(&figure(chart, &words, &format!("{words} {LEGEND}")));

    let mut chart = Chart::new(unit("anomalies found"), unit("alarms that are right"));
    let both = |operation: &Operation| Some([operation.recall(scores)?, operation.precision(scores)?]);
    let alarming = operations.iter().filter(|operation| operation.alarms() > 0);
    let boxes: Vec<_> = alarming
        .map(|operation| [operation.recall_interval(scores), operation.precision_interval()])
        .collect();
    chart.band(&band(&boxes, COLUMNS));
    chart.line("first", operations.iter().filter_map(both));
    let words = format!(
        "Precision against recall; average precision is {average_precision:.4}{}.",
        interval(story.average_precision_interval())
    );
    text.push_str(&figure(chart, &words, &format!("{words} {LEGEND}")));
    text
}
