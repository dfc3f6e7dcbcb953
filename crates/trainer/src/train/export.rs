//! From a trained network to a calibrated model file.

use super::settings::{Architecture, Settings};
use crate::calibrate::{Calibration, calibrate};
use crate::evaluate::Evaluation;
use crate::features::{Codes, Fit};
use crate::float_model::FloatModel;
use crate::heads::{IntegerAnswer, set_gains};
use crate::integer_model::IntegerModel;
use crate::scoring::{Bench, each_row, scores};
use crate::table::Table;
use crate::{TrainError, rim, threshold};
use sha2::{Digest, Sha256};
use tillwatch_batch::Batch;
use tillwatch_engine::feature::Mark;
use tillwatch_loader::Loader;
use tillwatch_model::Model;

/// Records whose scores the model file keeps as known answers.
const SELF_TEST_RECORDS: usize = 8;
/// The same, of windows and images.
const SELF_TEST_WINDOWS: usize = 2;
/// Rows that go through the network together.
const TOGETHER: usize = 256;

/// Where the model card says how many networks stand side by side, if several do.
pub(crate) const MEMBERS: &str = "members";

/// The rim's format for the residuals of the calibration rows.
pub(super) fn choose_format(
    float: &FloatModel,
    values: &[f32],
    settings: &Settings,
    fitted: &Fit,
) -> Result<rim::Format, TrainError> {
    let width = float.width();
    let square = |(row, reconstruction): (&[f32], &[f32])| -> f64 {
        row.iter().zip(reconstruction).map(|(x, y)| f64::from(x - y) * f64::from(x - y)).sum()
    };
    let mut squares: Vec<f64> = Vec::with_capacity(values.len() / width);
    for rows in values.chunks(TOGETHER * width) {
        let reconstructions = float.reconstruct(rows);
        squares.extend(rows.chunks_exact(width).zip(reconstructions.chunks_exact(width)).map(square));
    }
    squares.sort_by(f64::total_cmp);
    let at = |share: f64| squares[((squares.len() - 1) as f64 * share) as usize];
    let residual = (at(0.5) / width as f64).sqrt();
    rim::choose(residual, at(1.0 - settings.alarm_rate).sqrt(), fitted.furthest())
}

/// Runs the integer network over the calibration rows: gains first, then thresholds on the scores they give.
pub(super) fn calibrate_integer(
    integer: &mut IntegerModel,
    float: &FloatModel,
    codes: &Codes,
    rows: &[usize],
    settings: &Settings,
) -> Result<Calibration, TrainError> {
    let bytes = integer.to_bytes(None, None)?;
    let loader = Loader::new(Model::validate(&bytes)?);
    let zero = loader.model().body().latent.map_or(0, |latent| latent.zero_code);
    let square = |&code: &i8| u64::from((i32::from(code) - i32::from(zero)).unsigned_abs().pow(2));
    let mut answers = Vec::with_capacity(rows.len());
    each_row(&Batch::new(&loader), codes, rows, |row| {
        let latent_square = row.latent().iter().map(square).sum();
        answers.push(IntegerAnswer { reconstruction: row.reconstruction().to_vec(), latent_square });
    });
    set_gains(&mut integer.heads, float, codes, rows, &answers)?;
    let bytes = integer.to_bytes(None, None)?;
    let loader = Loader::new(Model::validate(&bytes)?);
    calibrate(scores(&loader, codes, rows, settings.threads), settings.alarm_rate)
}

/// The threshold that the float model would have.
///
/// # Shapes
/// `values`: the calibration rows; `marks`: theirs.
pub(super) fn float_threshold(float: &FloatModel, values: &[f32], marks: &[Mark], alarm_rate: f64) -> f64 {
    let mut scores = float.scores(values, marks);
    scores.sort_by(f64::total_cmp);
    let rank = ((scores.len() as f64 + 1.0) * (1.0 - alarm_rate) - 1e-9).ceil() as usize;
    scores[rank.clamp(1, scores.len()) - 1]
}

/// Known answers for the model file.
pub(super) fn self_test(
    integer: &IntegerModel,
    calibration: &Calibration,
    table: &Table,
) -> Result<Vec<(Vec<i32>, u64)>, TrainError> {
    let bytes = integer.to_bytes(Some(calibration), None)?;
    let loader = Loader::new(Model::validate(&bytes)?);
    let mut bench = Bench::new(&loader);
    // Records of many samples are long; two of them fill a page of the generated code.
    let count = if table.samples_per_row() > 1 { SELF_TEST_WINDOWS } else { SELF_TEST_RECORDS };
    let stride = table.n_rows().div_ceil(count);
    let records = (0..table.n_rows()).step_by(stride).map(|row| table.raw(row).to_vec());
    Ok(records
        .map(|raw| (bench.score_fresh(&loader, &raw).score, raw))
        .map(|(score, raw)| (raw, score))
        .collect())
}

/// Smallest and largest raw value of each field in the training rows.
pub(super) fn seen_ranges(table: &Table, rows: &[usize]) -> Vec<[i32; 2]> {
    let range = |field: usize| {
        let present = rows
            .iter()
            .flat_map(|&row| table.raw(row)[field..].iter().step_by(table.n_fields()).copied())
            .filter(|&raw| raw != tillwatch_engine::feature::MISSING);
        let range = present.fold(None, |range: Option<[i32; 2]>, raw| {
            let [low, high] = range.unwrap_or([raw, raw]);
            Some([low.min(raw), high.max(raw)])
        });
        range.unwrap_or([0, 0])
    };
    (0..table.n_fields()).map(range).collect()
}

/// SHA-256 of the training files' digests, and of the rows trimmed from training where there are any.
pub(super) fn data_digest(table: &Table) -> [u8; 32] {
    let mut hash = Sha256::new();
    table.files().iter().for_each(|(_, digest)| hash.update(digest.as_bytes()));
    table.trimmed().iter().for_each(|&row| hash.update((row as u64).to_le_bytes()));
    hash.finalize().into()
}

/// SHA-256 of the settings, but for the number of threads, which nothing depends on.
pub(super) fn config_digest(settings: &Settings) -> [u8; 32] {
    let settings = Settings { threads: 1, ..settings.clone() };
    Sha256::digest(format!("{settings:?}").as_bytes()).into()
}

/// The model card.
pub(super) fn card(
    calibration: &Calibration,
    evaluation: &Evaluation,
    architecture: &Architecture,
    rows: [usize; 3],
) -> Vec<(String, String)> {
    let mut card = vec![
        ("rows".to_owned(), format!("{} to train, {} to calibrate, {} to test", rows[0], rows[1], rows[2])),
        ("recipe".to_owned(), architecture.recipe.to_owned()),
        ("hidden widths".to_owned(), format!("{:?}", architecture.hidden_widths())),
        (threshold::ALARM_RATE.to_owned(), threshold::promise(calibration)),
    ];
    if architecture.members > 1 {
        card.push((MEMBERS.to_owned(), architecture.members.to_string()));
    }
    let figure = |value: Option<f64>| value.map_or("not known".to_owned(), |value| format!("{value:.4}"));
    let [measured, recall] = threshold::MEASURED;
    card.push((measured.to_owned(), figure(evaluation.integer.alarm_rate)));
    card.push(("AUROC".to_owned(), figure(evaluation.integer.auroc)));
    card.push(("average precision".to_owned(), figure(evaluation.integer.average_precision)));
    card.push((recall.to_owned(), figure(evaluation.integer.recall)));
    card
}
