//! A ranking of test rows with its figures: a head of the score, or a detector beside the model.

use serde_json::{Value, json};
use tillwatch_trainer::baselines::Baseline;

/// What rankings are judged by, as users and files call it.
pub(super) const MEASURES: [(&str, &str); 3] = [
    ("AUROC", "auroc"),
    ("average precision", "average_precision"),
    ("recall at 1 % alarms", "recall_at_one_percent"),
];

/// A named ranking.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judged {
    /// What ranked.
    pub(crate) name: String,
    /// Figures in the order of [`MEASURES`].
    pub(crate) figures: [f64; 3],
}

impl Judged {
    /// The figures of a detector.
    pub(super) fn of(baseline: &Baseline) -> Self {
        let figures = [baseline.auroc, baseline.average_precision, baseline.recall_at_one_percent];
        Self { name: baseline.name.to_owned(), figures }
    }

    /// The ranking as JSON.
    pub(super) fn to_json(&self) -> Value {
        let mut json = json!({ "name": self.name });
        for ((_, key), figure) in MEASURES.into_iter().zip(self.figures) {
            json[key] = json!(figure);
        }
        json
    }

    /// The ranking that [`Judged::to_json`] wrote; none for any other value.
    pub(super) fn from_json(json: &Value) -> Option<Self> {
        let figures: Option<Vec<f64>> = MEASURES.iter().map(|(_, key)| json[key].as_f64()).collect();
        Some(Self { name: json["name"].as_str()?.to_owned(), figures: figures?.try_into().ok()? })
    }
}
