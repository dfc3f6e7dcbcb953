//! The scoring heads: weights of the residual, the prototype bank, and their gains.

use crate::TrainError;
use crate::features::{Codes, FittedFeature};
use crate::float_model::FloatModel;
use crate::integer_model::IntegerHeads;
use crate::prototypes::square_distance;
use crate::quantise::rim_step;
use crate::table::Schema;
use tillwatch_engine::fixed::multiply_wide;
use tillwatch_engine::score::{GAIN_FRACTION_BITS, SCORE_ONE, nearest, square_norm};

/// Rows that go through the network together.
const TOGETHER: usize = 256;
/// Share of the mean residual variance that every column has at least, so that a column which the network copies
/// without error does not decide alone.
const VARIANCE_FLOOR: f64 = 4.0;
/// Largest shift of prototype entries, as the model file's validation has it.
const MAX_PROTOTYPE_SHIFT: u32 = 8;

/// Chooses the heads of a float model that has none: column weights and prototypes, without calibration means.
///
/// # Shapes
/// `rows`: training rows in standard deviations, row-major; `prototypes`: a bank of such rows.
pub(crate) fn choose_heads(model: &mut FloatModel, rows: &[f32], prototypes: Vec<f32>) {
    model.prototypes = prototypes;
    model.column_weights = column_weights(model, rows);
}

/// Inverse residual variances with a floor, scaled to a mean of one.
fn column_weights(model: &FloatModel, rows: &[f32]) -> Vec<f32> {
    let width = model.width();
    let mut variances = vec![0_f64; width];
    let n = rows.len() / width;
    for (x, y) in rows.chunks(TOGETHER * width).map(|rows| (rows, model.reconstruct(rows))) {
        for (row, reconstruction) in x.chunks_exact(width).zip(y.chunks_exact(width)) {
            for ((variance, x), y) in variances.iter_mut().zip(row).zip(reconstruction) {
                *variance += f64::from(x - y) * f64::from(x - y) / n as f64;
            }
        }
    }
    let floor = (VARIANCE_FLOOR * variances.iter().sum::<f64>() / width as f64).max(f64::MIN_POSITIVE);
    let inverse: Vec<f64> = variances.iter().map(|variance| 1.0 / (variance + floor)).collect();
    let mean = inverse.iter().sum::<f64>() / width as f64;
    inverse.iter().map(|weight| (weight / mean) as f32).collect()
}

/// Sets the calibration means of the float heads.
///
/// # Shapes
/// `rows`: calibration rows in standard deviations, row-major.
pub(crate) fn set_means(model: &mut FloatModel, rows: &[f32], counts_latent: bool) {
    let width = model.width();
    let n = (rows.len() / width).max(1) as f64;
    let (mut residual, mut distance) = (0.0, 0.0);
    for (x, y) in rows.chunks(TOGETHER * width).map(|rows| (rows, model.reconstruct(rows))) {
        for (row, reconstruction) in x.chunks_exact(width).zip(y.chunks_exact(width)) {
            for ((x, y), weight) in row.iter().zip(reconstruction).zip(&model.column_weights) {
                residual += f64::from(x - y) * f64::from(x - y) * f64::from(*weight);
            }
            distance += f64::from(square_distance(row, model.nearest(row)));
        }
    }
    model.residual_mean = (residual / n).max(f64::from(f32::MIN_POSITIVE)) as f32;
    model.prototype_mean = (distance / n).max(f64::from(f32::MIN_POSITIVE)) as f32;
    if counts_latent {
        let squares: f64 = model.latent_squares(rows).iter().sum();
        model.latent_mean = (squares / n).max(f64::from(f32::MIN_POSITIVE)) as f32;
    }
}

/// The integer heads on wide codes, with gains of one: [`set_gains`] follows when the integer network has run.
pub(crate) fn integer_heads(
    model: &FloatModel,
    schema: &Schema,
    features: &[FittedFeature],
    fraction_bits: u32,
) -> IntegerHeads {
    let step = rim_step(fraction_bits);
    let largest = model.prototypes.iter().fold(0_f64, |largest, &p| largest.max(f64::from(p).abs() / step));
    let shift = (0..MAX_PROTOTYPE_SHIFT).find(|&shift| largest <= 127.0 * f64::from(1_u32 << shift));
    let shift = shift.unwrap_or(MAX_PROTOTYPE_SHIFT);
    let entry =
        |&p: &f32| (f64::from(p) / step / f64::from(1_u32 << shift)).round().clamp(-127.0, 127.0) as i8;
    let may_miss = |feature: &&FittedFeature| {
        schema.fields[usize::from(feature.field)].nullable || feature.preparation.borrow().has_memory()
    };
    let n = features.len() as u64;
    let n_missing = features.iter().filter(may_miss).count() as u64;
    let factor =
        |missing: u64| (n * (1 << 16) + (n - missing) / 2).checked_div(n - missing).unwrap_or(0) as u32;
    IntegerHeads {
        gains: vec![1; model.column_weights.len()],
        rescale: (0..=n_missing).map(factor).collect(),
        prototypes: model.prototypes.iter().map(entry).collect(),
        prototype_shift: shift as u8,
        prototype_gain: 0,
        latent_gain: 0,
    }
}

/// What the integer network makes of a row.
#[derive(Clone, Debug)]
pub(crate) struct IntegerAnswer {
    /// Wide codes, one per column.
    pub(crate) reconstruction: Vec<i16>,
    /// Squared length of the latent vector, in steps of its codes; 0 where it does not count.
    pub(crate) latent_square: u64,
}

/// Sets the gains so that each head has a calibration mean of `SCORE_ONE` on the integer network's own answers.
///
/// # Shapes
/// `answers`: one for each of `rows`.
/// # Errors
/// [`TrainError::RimFormat`] where residuals are too small for the format, so that a gain does not fit 32 bits.
pub(crate) fn set_gains(
    heads: &mut IntegerHeads,
    float: &FloatModel,
    codes: &Codes,
    rows: &[usize],
    answers: &[IntegerAnswer],
) -> Result<(), TrainError> {
    let n = rows.len().max(1) as f64;
    let (mut residual, mut distance, mut latent) = (0.0, 0.0, 0.0);
    for (&row, answer) in rows.iter().zip(answers) {
        let row = codes.row(row).0;
        latent += answer.latent_square as f64 / n;
        for ((&u, &v), &weight) in row.iter().zip(&answer.reconstruction).zip(&float.column_weights) {
            let square = f64::from(i32::from(u) - i32::from(v)) * f64::from(i32::from(u) - i32::from(v));
            residual += square * f64::from(weight) / n;
        }
        let norms = heads.prototypes.chunks_exact(row.len()).map(square_norm);
        let nearest = nearest(&heads.prototypes, norms, heads.prototype_shift.into(), row);
        for (&u, &p) in row.iter().zip(nearest) {
            let difference = (i32::from(u) - (i32::from(p) << heads.prototype_shift)).unsigned_abs();
            distance += multiply_wide(difference, difference) as f64 / n;
        }
    }
    let unit = SCORE_ONE as f64 * f64::from(1_u32 << GAIN_FRACTION_BITS);
    let gain = |weight: f64, mean: f64| {
        let gain = (weight * unit / mean).round();
        if gain <= f64::from(u32::MAX) { Some(gain as u32) } else { None }
    };
    let gains = float.column_weights.iter().map(|&weight| gain(weight.into(), residual)).collect();
    let prototype = if heads.prototypes.is_empty() { Some(0) } else { gain(1.0, distance) };
    let latent = if float.latent_mean > 0.0 { gain(1.0, latent) } else { Some(0) };
    match (gains, prototype, latent) {
        (Some(gains), Some(prototype), Some(latent)) => {
            heads.gains = gains;
            heads.prototype_gain = prototype;
            heads.latent_gain = latent;
            Ok(())
        }
        _ => Err(TrainError::RimFormat {
            feature: String::new(),
            furthest: 0.0,
            residual: (residual / float.column_weights.len() as f64).sqrt(),
        }),
    }
}
