//! Training of the float network on the codes that the device will see.

use super::settings::{Progress, Settings};
use crate::TrainError;
use crate::features::Codes;
use crate::nn::{Corrupted, Corruption, FitConfig, FitReport, Loss, Network, Noise, Rows};
use crate::quantise::Range;
use crate::recipe::Plan;
use tillwatch_engine::feature::Mark;

/// Smallest batch; small tables get batches of it so that an epoch has enough steps.
const BATCH_ROWS: [usize; 2] = [32, 256];
/// Epochs without improvement before training stops.
const PATIENCE: usize = 15;
/// Share of the training rows that only judge epochs, as its inverse.
const JUDGED: usize = 10;

/// What a network learns from.
pub(super) struct TrainingRows<'a> {
    /// In standard deviations or units, row-major.
    pub(super) values: &'a [f32],
    /// As many: 0 where a feature is missing; `None` where nothing is.
    pub(super) weights: Option<&'a [f32]>,
    /// Columns of a row.
    pub(super) width: usize,
    /// True where a row is a window of a series, or an image.
    pub(super) has_samples: bool,
}

impl<'a> TrainingRows<'a> {
    /// Prepared rows, whose `values` and present `weights` are there already.
    pub(super) const fn of(codes: &Codes, values: &'a [f32], weights: Option<&'a [f32]>) -> Self {
        Self { values, weights, width: codes.n_columns, has_samples: codes.samples_per_row > 1 }
    }
}

/// Trains the layers of a plan. Columns that are not read are 0 for the network and do not count in its loss.
///
/// # Shapes
/// `is_read`: one for each column.
pub(super) fn train_network(
    rows: &TrainingRows<'_>,
    is_read: &[bool],
    range: Range,
    plan: &Plan,
    settings: &Settings,
    progress: &mut dyn FnMut(&Progress),
) -> Result<(Network<f32>, FitReport), TrainError> {
    let width = rows.width;
    let read = || is_read.iter().cycle();
    let clip = |(&x, &is_read): (&f32, &bool)| if is_read { range.clamp(x.into()) as f32 } else { 0.0 };
    let clipped: Vec<f32> = rows.values.iter().zip(read()).map(clip).collect();
    let all_read = is_read.iter().all(|&is_read| is_read);
    let ones;
    let present = match rows.weights {
        None if all_read => None,
        None => {
            ones = vec![1.0; rows.values.len()];
            Some(&ones[..])
        }
        weights => weights,
    };
    let weight = |(&weight, &is_read): (&f32, &bool)| if is_read { weight } else { 0.0 };
    let weights: Option<Vec<f32>> = present.map(|present| present.iter().zip(read()).map(weight).collect());
    let n = rows.values.len() / width;
    // Windows that overlap would judge what they were trained on, so the last ones judge; rows take turns.
    let judged = |index: usize| {
        if rows.has_samples { index >= n - n / JUDGED } else { index % JUDGED == JUDGED - 1 }
    };
    let part = |all: &[f32], wanted: bool| -> Vec<f32> {
        let rows = all.chunks_exact(width).enumerate().filter(|(index, _)| judged(*index) == wanted);
        rows.flat_map(|(_, row)| row).copied().collect()
    };
    let (train, valid) = (part(&clipped, false), part(&clipped, true));
    let masks = weights.map(|weights| (part(&weights, false), part(&weights, true)));
    let (train_mask, valid_mask) = masks.as_ref().map_or((None, None), |(a, b)| (Some(&a[..]), Some(&b[..])));
    let layers = plan.layers.iter().map(|kind| kind.layer()).collect();
    let mut network = Network::new(layers, settings.seed)?;
    let n_train = train.len() / width;
    let config = FitConfig {
        epochs: settings.epochs,
        batch_rows: (n_train / 50).clamp(BATCH_ROWS[0], BATCH_ROWS[1]),
        // The sigmoid is put on afterwards: before it the loss is stable for any output.
        loss: if settings.loss == Loss::Bce { Loss::BceLogits } else { settings.loss },
        optimiser: settings.optimiser,
        schedule: settings.schedule,
        learning_rate: 3e-3,
        patience: Some(PATIENCE),
        seed: settings.seed,
        threads: settings.threads,
        ..FitConfig::default()
    };
    let corruption = AsTheDeviceSees { range, noise: plan.noise, is_read };
    let report = crate::nn::fit(
        &mut network,
        Rows::new(&train, train_mask, width)?,
        Rows::new(&valid, valid_mask, width)?,
        &config,
        Some(&corruption),
        &mut |epoch| progress(&Progress::Epoch(*epoch)),
    )?;
    Ok((network, report))
}

/// Rounds the input as the device does, after the recipe's noise. The target is not rounded: the residual is taken from
/// the wide code.
struct AsTheDeviceSees<'a> {
    range: Range,
    noise: Option<Noise>,
    is_read: &'a [bool],
}

impl Corruption<f32> for AsTheDeviceSees<'_> {
    fn corrupt(&self, part: Corrupted<'_, f32>) {
        let Corrupted { rows, clean, columns, progress, generator } = part;
        if let Some(noise) = self.noise {
            noise.corrupt(Corrupted { rows: &mut *rows, clean, columns, progress, generator });
        }
        for (value, &is_read) in rows.iter_mut().zip(self.is_read.iter().cycle()) {
            *value = if is_read { self.range.render((*value).into()) as f32 } else { 0.0 };
        }
    }
}

/// Weight 0 for every column of a missing feature; `None` where nothing is missing.
pub(super) fn present_weights(codes: &Codes, rows: &[usize]) -> Option<Vec<f32>> {
    let any = rows.iter().any(|&row| codes.row(row).1.iter().any(|mark| mark.has(Mark::MISSING)));
    any.then(|| rows.iter().flat_map(|&row| codes.column_weights(row)).collect())
}
