//! One dense layer in integers.

use super::range::Range;
use super::{Grid, TWO_POW_32, table};
use crate::float_model::FloatLayer;
use crate::nn::Activation;
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::activation::narrow_table;
use tillwatch_engine::kernel::dense_rows;

/// A quantised dense layer.
#[derive(Clone, Debug)]
pub struct IntegerLayer {
    /// Inputs.
    pub in_len: usize,
    /// Outputs.
    pub out_len: usize,
    /// `[out_len, in_len]`, row-major.
    pub weights: Vec<i8>,
    /// Bias and multiplier of each output.
    pub channels: Vec<Channel>,
    /// What the outputs share.
    pub rule: Requantise,
    /// What follows.
    pub activation: IntegerActivation,
}

/// What follows the requantisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntegerActivation {
    /// Nothing: the clamp is the activation.
    Clamp,
    /// A table for 8-bit codes.
    Table(Vec<i8>),
    /// A table for wide codes.
    RimTable(Vec<i16>),
}

impl IntegerLayer {
    /// Runs rows through a hidden layer with the engine's own kernel.
    ///
    /// # Shapes
    /// `rows`: row-major, `in_len` wide; the result `out_len` wide.
    #[must_use]
    pub fn run(&self, rows: &[i8]) -> Vec<i8> {
        let mut out = vec![0_i8; rows.len() / self.in_len * self.out_len];
        for (row, out) in rows.chunks_exact(self.in_len).zip(out.chunks_exact_mut(self.out_len)) {
            dense_rows(&self.weights, self.channels.iter().copied(), self.rule, row, out);
        }
        if let IntegerActivation::Table(entries) = &self.activation
            && let Ok(table) = entries.as_slice().try_into()
        {
            narrow_table(&mut out, table);
        }
        out
    }
}

/// The grids that a layer's sum and output are rounded to.
pub(super) struct Target {
    /// Grid of the requantised sum.
    sum: Grid,
    /// Grid of the output.
    pub(super) output: Grid,
    clamp: (i32, i32),
    activation: IntegerActivation,
}

impl Target {
    /// Grids of a hidden layer, from the sums seen.
    pub(super) fn hidden(activation: Activation, sums: &[f64]) -> Self {
        let output_range = Range::of(sums.iter().map(|&sum| activation.value(sum)));
        let (scale, zero_point) = output_range.affine();
        let output = Grid { scale, zero_point };
        let direct =
            |low| Self { sum: output, output, clamp: (low, 127), activation: IntegerActivation::Clamp };
        match activation {
            Activation::Linear => direct(-128),
            // The range ends at 6 at the latest, so the upper clamp is that of a ReLU6 as well.
            Activation::Relu | Activation::Relu6 => direct(zero_point),
            _ => {
                let (scale, zero_point) = Range::of(sums.iter().copied()).affine();
                let sum = Grid { scale, zero_point };
                let activation = IntegerActivation::Table(table::narrow(activation, sum, output));
                Self { sum, output, clamp: (-128, 127), activation }
            }
        }
    }

    /// Grids of the last layer: the rim's own, or that of a table which leads onto it.
    pub(super) fn rim(activation: Activation, sums: &[f64], step: f64) -> Self {
        const LIMIT: i32 = i16::MAX as i32;
        let rim = Grid { scale: step, zero_point: 0 };
        if activation == Activation::Linear {
            return Self {
                sum: rim,
                output: rim,
                clamp: (-LIMIT, LIMIT),
                activation: IntegerActivation::Clamp,
            };
        }
        // Sums of strange rows go further than those seen; at twice the range a saturating activation is flat.
        let range = Range::of(sums.iter().copied());
        let sum = Grid { scale: 2.0 * range.high.max(-range.low) / f64::from(LIMIT), zero_point: 0 };
        let activation = IntegerActivation::RimTable(table::rim(activation, sum.scale, step));
        Self { sum, output: rim, clamp: (-LIMIT, LIMIT), activation }
    }
}

/// Largest shift of a rule, as the model file's validation has it.
const MAX_SHIFT: u32 = 15;
/// Doublings of a channel's scale after which nothing is left of its weights.
const MAX_DOUBLINGS: usize = 32;

/// Quantises a layer; also the channels whose weights had to become coarser.
///
/// # Shapes
/// `input`: the integer rows that the layer will see; `sums`: what the float layer makes of the same rows.
pub(super) fn quantise(
    view: &FloatLayer,
    grid: Grid,
    target: &Target,
    input: &[i8],
    sums: &[f64],
) -> (IntegerLayer, Vec<usize>) {
    let row_of = |channel: usize| &view.weights[channel * view.in_len..][..view.in_len];
    // A row of zeros may have any scale; this one makes its bias a code of the sum.
    let fallback = target.sum.scale / grid.scale;
    let mut scales: Vec<f64> =
        (0..view.out_len).map(|channel| natural_scale(row_of(channel), fallback)).collect();
    let quantised = |channel: usize, scale: f64| {
        let mut row = Row::new(row_of(channel), view.biases[channel], grid, scale);
        row.correct(input, sums.iter().skip(channel).step_by(view.out_len));
        row
    };
    let mut rows: Vec<Row> = (0..view.out_len).map(|channel| quantised(channel, scales[channel])).collect();
    let mut coarsened = Vec::new();
    let mut shift = shift_of(&scales, fallback);
    for _ in 0..MAX_DOUBLINGS {
        let over: Vec<usize> =
            (0..view.out_len).filter(|&channel| !rows[channel].has_headroom(shift)).collect();
        if over.is_empty() {
            break;
        }
        for &channel in &over {
            scales[channel] *= 2.0;
            rows[channel] = quantised(channel, scales[channel]);
        }
        shift = shift_of(&scales, fallback);
        coarsened.extend(over);
    }
    coarsened.sort_unstable();
    coarsened.dedup();
    let unit = TWO_POW_32 / f64::from(1 << shift) / fallback;
    let channel =
        |(row, scale): (&Row, &f64)| Channel { bias: row.bias, multiplier: (scale * unit).round() as i32 };
    let layer = IntegerLayer {
        in_len: view.in_len,
        out_len: view.out_len,
        channels: rows.iter().zip(&scales).map(channel).collect(),
        weights: rows.into_iter().flat_map(|row| row.weights).collect(),
        rule: Requantise {
            zero_point: target.sum.zero_point,
            out_min: target.clamp.0,
            out_max: target.clamp.1,
            shift,
        },
        activation: target.activation.clone(),
    };
    (layer, coarsened)
}

/// The scale that spreads a row's weights over -127 to 127.
fn natural_scale(weights: &[f32], fallback: f64) -> f64 {
    let largest = weights.iter().fold(0_f64, |largest, &weight| largest.max(f64::from(weight).abs()));
    if largest > 0.0 { largest / 127.0 } else { fallback }
}

/// The least shift under which every multiplier is below 2^31.
fn shift_of(scales: &[f64], unit: f64) -> u32 {
    let largest = scales.iter().copied().fold(0.0, f64::max) / unit;
    let fits = |&k: &u32| (largest * TWO_POW_32 / f64::from(1 << k)).round() <= f64::from(i32::MAX);
    (0..MAX_SHIFT).find(fits).unwrap_or(MAX_SHIFT)
}

/// One output channel.
struct Row {
    weights: Vec<i8>,
    bias: i32,
    /// What a step of the accumulator is worth.
    scale: f64,
}

impl Row {
    fn new(weights: &[f32], bias: f32, grid: Grid, weight_scale: f64) -> Self {
        let code = |&weight: &f32| (f64::from(weight) / weight_scale).round().clamp(-127.0, 127.0) as i8;
        let weights: Vec<i8> = weights.iter().map(code).collect();
        let sum: i32 = weights.iter().map(|&weight| i32::from(weight)).sum();
        let scale = grid.scale * weight_scale;
        let own = (f64::from(bias) / scale).round() as i32; // saturates
        Self { bias: own.saturating_sub(grid.zero_point * sum), weights, scale }
    }

    /// Takes the mean error over the calibration rows out of the bias.
    fn correct<'s>(&mut self, input: &[i8], sums: impl Iterator<Item = &'s f64>) {
        let (mut error, mut n) = (0.0, 0.0);
        for (row, want) in input.chunks_exact(self.weights.len()).zip(sums) {
            let products = row.iter().zip(&self.weights).map(|(&x, &w)| i32::from(x) * i32::from(w));
            let got = i64::from(self.bias) + i64::from(products.sum::<i32>());
            error += want - got as f64 * self.scale;
            n += 1.0;
        }
        if n > 0.0 {
            self.bias = self.bias.saturating_add((error / n / self.scale).round() as i32);
        }
    }

    /// True when the accumulator, shifted, stays within an i32 for every input.
    fn has_headroom(&self, shift: u32) -> bool {
        let weights: i64 = self.weights.iter().map(|&weight| i64::from(weight).abs()).sum();
        (i64::from(self.bias).abs() + 128 * weights) << shift <= i64::from(i32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { scale: 0.05, zero_point: -10 };

    fn quantised(weights: &[f32], biases: &[f32], target: &Target) -> (IntegerLayer, Vec<usize>) {
        let in_len = weights.len() / biases.len();
        let view = FloatLayer {
            in_len,
            out_len: biases.len(),
            activation: Activation::Linear,
            weights: weights.to_vec(),
            biases: biases.to_vec(),
        };
        quantise(&view, GRID, target, &[], &[])
    }

    #[test]
    fn a_layer_gives_what_the_float_layer_gives() {
        let target = Target::hidden(Activation::Linear, &[-4.0, 4.0]);
        let (layer, coarsened) = quantised(&[0.5, -0.25, 0.125, 1.0], &[0.3, -0.7], &target);
        assert!(coarsened.is_empty());
        let input = [30_i8, -50];
        let real = input.map(|code| f64::from(i32::from(code) - GRID.zero_point) * GRID.scale);
        let want = [0.5 * real[0] - 0.25 * real[1] + 0.3, 0.125 * real[0] + real[1] - 0.7];
        for (got, want) in layer.run(&input).iter().zip(want) {
            let got = f64::from(i32::from(*got) - target.output.zero_point) * target.output.scale;
            assert!((got - want).abs() <= target.output.scale, "{got} {want}");
        }
    }

    #[test]
    fn a_giant_bias_beside_tiny_weights_is_made_to_fit() {
        let target = Target::hidden(Activation::Linear, &[-4e6, 4e6]);
        let (layer, coarsened) = quantised(&[1e-6, -1e-6, 0.0, 0.0], &[3e6, 0.0], &target);
        assert_eq!(coarsened, [0]);
        let worst = i64::from(layer.channels[0].bias).abs() + 128 * 2 * 127;
        assert!(worst << layer.rule.shift <= i64::from(i32::MAX));
    }

    #[test]
    fn the_mean_error_leaves_through_the_bias() {
        let mut row = Row::new(&[0.4, 0.31], 0.0, GRID, 0.1);
        let input = [10_i8, 20, 30, 40];
        let sums = [2.0, 5.0];
        row.correct(&input, sums.iter());
        let got = |x: [i32; 2]| {
            f64::from(row.bias + x[0] * i32::from(row.weights[0]) + x[1] * i32::from(row.weights[1]))
                * row.scale
        };
        let error = (sums[0] - got([10, 20]) + sums[1] - got([30, 40])) / 2.0;
        assert!(error.abs() <= row.scale, "{error}");
    }
}
