//! One training of one kind on one set.

use super::judged::Judged;
use crate::bench::sets::Prepared;
use serde_json::{Value, json};
use std::time::Instant;
use tillwatch_model::Model;
use tillwatch_trainer::ablation::ablation;
use tillwatch_trainer::baselines::{Baseline, baselines_of_model};
use tillwatch_trainer::evaluate::{Evaluation, Figures, evaluate};
use tillwatch_trainer::recipe::{Convolutional, Denoising, Recipe, Sparse, Variational};
use tillwatch_trainer::{Settings, train_on};

/// The kinds, by the names that users write.
pub(crate) const KINDS: [&str; 6] = ["dense", "denoising", "sparse", "variational", "conv1d", "conv2d"];
/// Alarm rates, of which the smallest is promised that the calibration rows carry.
const ALARM_RATES: [f64; 4] = [0.01, 0.02, 0.05, 0.1];

/// Percent of the normal rows that train and that calibrate: together the 70 % that the protocol gives to training.
const PERCENTS: [usize; 2] = [56, 14];
/// Names of a model's figures, in their order.
const FIGURES: [&str; 5] = ["auroc", "average_precision", "recall", "alarm_rate", "recall_at_one_percent"];

/// What one training gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trial {
    /// Name of the set.
    pub(crate) set: String,
    /// Name of the kind.
    pub(crate) kind: String,
    /// Seed of the split, the weights and all else that is drawn.
    pub(crate) seed: u64,
    /// The figures, or why there are none.
    pub(crate) outcome: Result<Outcome, String>,
}

/// Figures of one training.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    /// Training, calibration and test rows.
    pub(crate) rows: [usize; 3],
    /// Outputs of the layers with weights, the last one left out.
    pub(crate) hidden: Vec<usize>,
    /// Alarms per normal row that were promised.
    pub(crate) alarm_rate: f64,
    /// AUROC, average precision, recall, alarm rate and recall at 1 % alarms of the integer model, then of the float model.
    pub(crate) figures: [[f64; 5]; 2],
    /// Rank correlation of the scores of both.
    pub(crate) rank_correlation: f64,
    /// The heads of the integer score alone and together; of rows of tables only.
    pub(crate) heads: Vec<Judged>,
    /// Simpler detectors, fitted to the same rows and judged on the same rows.
    pub(crate) baselines: Vec<Judged>,
    /// Seconds that it took.
    pub(crate) seconds: f64,
}

/// Trains a kind on a set with all defaults.
pub(crate) fn run(name: &str, prepared: &Prepared, kind: &str, seed: u64) -> Trial {
    Trial { set: name.to_owned(), kind: kind.to_owned(), seed, outcome: outcome(prepared, kind, seed) }
}

fn recipe(kind: &str) -> Result<Recipe, String> {
    Ok(match kind {
        "dense" => Recipe::Dense,
        "denoising" => Recipe::Denoising(Denoising::default()),
        "sparse" => Recipe::Sparse(Sparse::default()),
        "variational" => Recipe::Variational(Variational::default()),
        "conv1d" => Recipe::Conv1d(Convolutional::default()),
        "conv2d" => Recipe::Conv2d(Convolutional::default()),
        _ => return Err(format!("--kinds: found `{kind}`, wanted some of {}", KINDS.join(", "))),
    })
}

fn outcome(prepared: &Prepared, kind: &str, seed: u64) -> Result<Outcome, String> {
    let begin = Instant::now();
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let table = &prepared.table;
    let split = match prepared.test {
        // The protocol has dealt the rows already; the test rows of this split are not looked at.
        Some(_) => table.split(seed),
        None => table.split_by(seed, PERCENTS),
    }
    .map_err(|error| text(&error))?;
    let n = split.calibration.len() as f64;
    let alarm_rate = ALARM_RATES.into_iter().find(|rate| (n + 1.0) * rate >= 1.0);
    let settings = Settings {
        recipe: recipe(kind)?,
        seed,
        alarm_rate: alarm_rate.unwrap_or(ALARM_RATES[ALARM_RATES.len() - 1]),
        ..Settings::default()
    };
    let trained =
        train_on(table, &prepared.schema, &split, &settings, &mut |_| ()).map_err(|error| text(&error))?;
    let model = Model::validate(&trained.bytes).map_err(|error| text(&error))?;
    let (evaluation, baselines) = match &prepared.test {
        None => (trained.evaluation, trained.baselines),
        Some(test) => (evaluate(&model, test), baselines_of_model(&model, table, test)),
    };
    let heads = if table.samples_per_row() == 1 {
        let calibration = (kind == "variational").then_some((table, split.calibration.as_slice()));
        match &prepared.test {
            None => ablation(&model, table, &split.test, calibration),
            Some(test) => ablation(&model, test, &(0..test.n_rows()).collect::<Vec<_>>(), calibration),
        }
        .map_err(|error| text(&error))?
    } else {
        Vec::new()
    };
    let judged = |list: &[Baseline]| list.iter().map(Judged::of).collect();
    let [train_rows, calibration_rows, _] = trained.rows;
    Ok(Outcome {
        rows: [train_rows, calibration_rows, evaluation.rows],
        hidden: trained.architecture.hidden_widths(),
        alarm_rate: trained.calibration.alarm_rate,
        figures: both(&evaluation).ok_or("the test rows are all of one class")?,
        rank_correlation: evaluation.rank_correlation.ok_or("scores do not vary")?,
        heads: judged(&heads),
        baselines: judged(&baselines),
        seconds: begin.elapsed().as_secs_f64(),
    })
}

fn both(evaluation: &Evaluation) -> Option<[[f64; 5]; 2]> {
    let list = |figures: &Figures| {
        let [recall, alarm_rate] = [figures.recall?, figures.alarm_rate?];
        let recall_at = figures.recall_at_one_percent?;
        Some([figures.auroc?, figures.average_precision?, recall, alarm_rate, recall_at])
    };
    Some([list(&evaluation.integer)?, list(&evaluation.float?)?])
}

impl Trial {
    /// The trial as JSON.
    pub(crate) fn to_json(&self) -> Value {
        let mut json = json!({ "set": self.set, "kind": self.kind, "seed": self.seed });
        match &self.outcome {
            Err(message) => json["error"] = json!(message),
            Ok(outcome) => {
                json["rows"] = json!(outcome.rows);
                json["hidden"] = json!(outcome.hidden);
                json["alarm_rate"] = json!(outcome.alarm_rate);
                for (name, figures) in ["integer", "float"].into_iter().zip(&outcome.figures) {
                    for (figure, value) in FIGURES.into_iter().zip(figures) {
                        json[name][figure] = json!(value);
                    }
                }
                for (name, list) in [("heads", &outcome.heads), ("baselines", &outcome.baselines)] {
                    json[name] = list.iter().map(Judged::to_json).collect();
                }
                json["rank_correlation"] = json!(outcome.rank_correlation);
                json["seconds"] = json!(outcome.seconds);
            }
        }
        json
    }

    /// The trial that [`Trial::to_json`] wrote; none for any other value.
    pub(crate) fn from_json(json: &Value) -> Option<Self> {
        let (set, kind) = (json["set"].as_str()?.to_owned(), json["kind"].as_str()?.to_owned());
        let seed = json["seed"].as_u64()?;
        if let Some(message) = json["error"].as_str() {
            return Some(Self { set, kind, seed, outcome: Err(message.to_owned()) });
        }
        let whole = |value: &Value| value.as_u64().map(|value| value as usize);
        let list = |name: &str| json[name].as_array()?.iter().map(whole).collect::<Option<Vec<usize>>>();
        let figures = |name: &str| {
            let found: Option<Vec<f64>> = FIGURES.iter().map(|key| json[name][key].as_f64()).collect();
            found?.try_into().ok()
        };
        let judged =
            |name: &str| json[name].as_array()?.iter().map(Judged::from_json).collect::<Option<Vec<_>>>();
        let outcome = Outcome {
            rows: list("rows")?.try_into().ok()?,
            hidden: list("hidden")?,
            alarm_rate: json["alarm_rate"].as_f64()?,
            figures: [figures("integer")?, figures("float")?],
            rank_correlation: json["rank_correlation"].as_f64()?,
            heads: judged("heads")?,
            baselines: judged("baselines")?,
            seconds: json["seconds"].as_f64()?,
        };
        Some(Self { set, kind, seed, outcome: Ok(outcome) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_there_and_back() {
        let outcome = Outcome {
            rows: [60, 20, 40],
            hidden: vec![8, 2, 8],
            alarm_rate: 0.05,
            figures: [[0.9, 0.8, 0.7, 0.04, 0.6], [0.91, 0.81, 0.71, 0.05, 0.61]],
            rank_correlation: 0.999,
            heads: vec![Judged { name: "residual".to_owned(), figures: [0.85, 0.75, 0.5] }],
            baselines: vec![Judged { name: "nearest rows".to_owned(), figures: [0.95, 0.85, 0.65] }],
            seconds: 1.5,
        };
        for outcome in [Ok(outcome), Err("no".to_owned())] {
            let trial = Trial { set: "a".to_owned(), kind: "dense".to_owned(), seed: 3, outcome };
            assert_eq!(Trial::from_json(&trial.to_json()), Some(trial));
        }
        assert_eq!(Trial::from_json(&json!({ "set": "a" })), None);
    }

    #[test]
    fn every_kind_has_a_recipe_of_its_name() {
        for kind in KINDS {
            assert_eq!(recipe(kind).unwrap().name(), kind);
        }
        assert!(recipe("deep").unwrap_err().starts_with("--kinds: found `deep`"));
    }
}
