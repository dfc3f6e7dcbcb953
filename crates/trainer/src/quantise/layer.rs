//! One layer in integers.

use super::copies::offset;
use super::range::Range;
use super::row::Row;
use super::windows::Window;
use super::{Grid, TWO_POW_32, table};
use crate::nn::Activation;
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::{Convolution as Geometry, Pool};
use tillwatch_loader::{run_last, run_layer};
use tillwatch_model as file;
use tillwatch_model::{Layer, TopK, Upsample};

/// A quantised layer, owned; [`IntegerLayer::borrow`] is the layer of the model file.
#[derive(Clone, Debug)]
pub enum IntegerLayer {
    /// Fully connected.
    Dense {
        /// Inputs.
        in_len: usize,
        /// Outputs.
        out_len: usize,
        /// Weights and what follows.
        sums: IntegerSums,
    },
    /// Convolution.
    Convolution(Geometry, IntegerSums),
    /// Transposed convolution.
    Transposed(Geometry, IntegerSums),
    /// The largest code under each window.
    MaxPool(Pool),
    /// The mean code under each window.
    AveragePool(Pool),
    /// Enlargement.
    Upsample(Upsample),
    /// The largest codes.
    TopK(TopK),
}

/// Weights, biases, multipliers and what follows them, as the bytes of the model file.
#[derive(Clone, Debug)]
pub struct IntegerSums {
    /// Weights as i8.
    pub weights: Vec<u8>,
    /// Bias and multiplier of each output channel, little-endian.
    pub channels: Vec<u8>,
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
    Table(Vec<u8>),
    /// A table for wide codes, little-endian.
    RimTable(Vec<u8>),
}

impl IntegerLayer {
    /// The layer as the model file has it.
    #[must_use]
    pub fn borrow(&self) -> Layer<'_> {
        let convolution = |geometry: &Geometry, sums| {
            let IntegerSums { weights, channels, rule, activation }: &IntegerSums = sums;
            file::Convolution::new(*geometry, weights, channels, *rule, activation.borrow())
        };
        match self {
            Self::Dense { in_len, out_len, sums } => Layer::Dense(file::Dense {
                in_len: *in_len as u16,
                out_len: *out_len as u16,
                weights: &sums.weights,
                channels: &sums.channels,
                rule: sums.rule,
                activation: sums.activation.borrow(),
            }),
            Self::Convolution(geometry, sums) => Layer::Convolution(convolution(geometry, sums)),
            Self::Transposed(geometry, sums) => Layer::Transposed(convolution(geometry, sums)),
            Self::MaxPool(pool) => Layer::MaxPool(*pool),
            Self::AveragePool(pool) => Layer::AveragePool(*pool),
            Self::Upsample(upsample) => Layer::Upsample(*upsample),
            Self::TopK(top) => Layer::TopK(*top),
        }
    }

    /// Runs rows through a hidden layer with the engine's own kernels.
    ///
    /// # Shapes
    /// `rows`: records of the layer's inputs; the result: records of its outputs.
    #[must_use]
    pub fn run(&self, rows: &[i8]) -> Vec<i8> {
        let layer = self.borrow();
        let (in_len, out_len) = (layer.in_len(), layer.out_len());
        let mut patch = vec![0; layer.patch_len()];
        let mut out = vec![0_i8; rows.len() / in_len * out_len];
        for (row, out) in rows.chunks_exact(in_len).zip(out.chunks_exact_mut(out_len)) {
            run_layer(&layer, row, &mut patch, out);
        }
        out
    }

    /// Runs rows through a last layer.
    ///
    /// # Shapes
    /// As [`IntegerLayer::run`]; the result: wide codes.
    #[must_use]
    pub fn run_to_rim(&self, rows: &[i8]) -> Vec<i16> {
        let layer = self.borrow();
        let (in_len, out_len) = (layer.in_len(), layer.out_len());
        let mut patch = vec![0; layer.patch_len()];
        let mut out = vec![0_i16; rows.len() / in_len * out_len];
        for (row, out) in rows.chunks_exact(in_len).zip(out.chunks_exact_mut(out_len)) {
            run_last(&layer, row, &mut patch, out);
        }
        out
    }
}

impl IntegerActivation {
    fn borrow(&self) -> file::Activation<'_> {
        match self {
            Self::Clamp => file::Activation::Clamp,
            Self::Table(table) => file::Activation::Table(table),
            Self::RimTable(table) => file::Activation::RimTable(table),
        }
    }
}

/// The grids that a layer's sum and output are rounded to.
pub(super) struct Target {
    /// Grid of the requantised sum.
    sum: Grid,
    /// Grid of the output.
    output: Grid,
    clamp: (i32, i32),
    activation: IntegerActivation,
}

impl Target {
    /// Grids of a hidden layer whose units have so many copies, from the sums seen in so many records.
    pub(super) fn hidden(activation: Activation, sums: &[f64], n_records: usize, copies: usize) -> Self {
        let room = if copies > 1 { ROOM } else { 1.0 };
        let reach = room + REACH / (n_records.max(1) as f64).sqrt();
        let output_range = Range::of(sums.iter().map(|&sum| activation.value(sum * reach)));
        let (scale, zero_point) = output_range.affine();
        let output = Grid { scale, zero_point };
        let direct =
            |low| Self { sum: output, output, clamp: (low, 127), activation: IntegerActivation::Clamp };
        match activation {
            Activation::Linear => direct(-128),
            // The range ends at 6 at the latest, so the upper clamp is that of a ReLU6 as well.
            Activation::Relu | Activation::Relu6 => direct(zero_point),
            _ => {
                let (scale, zero_point) = Range::of(sums.iter().map(|&sum| sum * reach)).affine();
                let sum = Grid { scale, zero_point };
                let table =
                    table::narrow(activation, sum, output).into_iter().map(|entry| entry as u8).collect();
                let activation = IntegerActivation::Table(table);
                Self { sum, output, clamp: (-128, 127), activation }
            }
        }
    }

    /// Grid of the output.
    pub(super) const fn output(&self) -> Grid {
        self.output
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
        let table = table::rim(activation, sum.scale, step).into_iter().flat_map(i16::to_le_bytes).collect();
        let activation = IntegerActivation::RimTable(table);
        Self { sum, output: rim, clamp: (-LIMIT, LIMIT), activation }
    }
}

/// How far beyond the sums seen the codes of a hidden layer reach, as a share at one record; it falls with the root of
/// their number. A record unlike those seen would saturate there, in integers alone.
const REACH: f64 = 2.0;
/// The same for units that stand several times, as a factor of the sums seen: they have codes to spare. Anomalies whose
/// hidden units saturate are told apart from normal records, but no longer from each other.
const ROOM: f64 = 1.5;
/// Doublings of a channel's scale after which nothing is left of its weights.
const MAX_DOUBLINGS: usize = 32;

/// Weights of a float layer and what they saw.
pub(super) struct Seen<'a> {
    /// The layer's weights, in its own order.
    pub(super) weights: &'a [f32],
    /// One per output channel.
    pub(super) biases: &'a [f32],
    /// Codes that the integer layer will see, records of `in_len`.
    pub(super) input: &'a [i8],
    /// What the float layer makes of the same records, before its activation, records of `out_len`.
    pub(super) sums: &'a [f64],
    /// Values of a record.
    pub(super) in_len: usize,
    /// Values of a record.
    pub(super) out_len: usize,
    /// How often each value of a record of input stands in it.
    pub(super) in_copies: usize,
    /// The same of the output.
    pub(super) out_copies: usize,
}

/// Quantises the weights of a layer; also the channels, counted over all windows, whose weights had to become coarser.
pub(super) fn quantise(
    windows: &[Window],
    seen: &Seen<'_>,
    grid: Grid,
    target: &Target,
) -> (IntegerSums, Vec<usize>) {
    let outs = seen.biases.len();
    // What each channel of each window sees.
    let parts: Vec<(Vec<i8>, Vec<f64>)> = windows
        .iter()
        .map(|window| {
            let rows = window.rows(seen.input, seen.in_len, grid.zero_point as i8);
            (rows, window.sums(seen.sums, seen.out_len, outs))
        })
        .collect();
    let weights: Vec<Vec<f32>> = windows
        .iter()
        .flat_map(|window| window.weights.chunks_exact(window.len))
        .map(|row| row.iter().map(|&at| seen.weights[at]).collect())
        .collect();
    // A row of zeros may have any scale; this one makes its bias a code of the sum.
    let fallback = target.sum.scale / grid.scale;
    let mut scales: Vec<f64> = weights.iter().map(|row| natural_scale(row, fallback)).collect();
    let quantised = |channel: usize, scale: f64| {
        let (input, sums) = &parts[channel / outs];
        let out = channel % outs;
        let shift = target.sum.scale * offset(out / (outs / seen.out_copies), seen.out_copies);
        let bias = f64::from(seen.biases[out]) + shift;
        let mut row = Row::new(&weights[channel], seen.in_copies, bias, grid, scale);
        row.correct(input, sums.iter().skip(out).step_by(outs).map(|sum| sum + shift));
        row
    };
    let mut rows: Vec<Row> =
        scales.iter().enumerate().map(|(channel, &scale)| quantised(channel, scale)).collect();
    let mut coarsened = Vec::new();
    let mut shift = shift_of(&scales, fallback);
    for _ in 0..MAX_DOUBLINGS {
        let over: Vec<usize> =
            (0..rows.len()).filter(|&channel| !rows[channel].has_headroom(shift)).collect();
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
    let channel = |(row, scale): (&Row, &f64)| {
        [row.bias.to_le_bytes(), ((scale * unit).round() as i32).to_le_bytes()].concat()
    };
    let sums = IntegerSums {
        channels: rows.iter().zip(&scales).flat_map(channel).collect(),
        weights: rows.iter().flat_map(|row| &row.weights).map(|&weight| weight as u8).collect(),
        rule: Requantise {
            zero_point: target.sum.zero_point,
            out_min: target.clamp.0,
            out_max: target.clamp.1,
            shift,
        },
        activation: target.activation.clone(),
    };
    (sums, coarsened)
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
    (0..Requantise::MAX_SHIFT).find(fits).unwrap_or(Requantise::MAX_SHIFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { scale: 0.05, zero_point: -10 };

    fn quantised(weights: &[f32], biases: &[f32], target: &Target) -> (IntegerLayer, Vec<usize>) {
        let (in_len, out_len) = (weights.len() / biases.len(), biases.len());
        let seen =
            Seen { weights, biases, input: &[], sums: &[], in_len, out_len, in_copies: 1, out_copies: 1 };
        let (sums, coarsened) = quantise(&Window::dense(in_len, out_len), &seen, GRID, target);
        (IntegerLayer::Dense { in_len, out_len, sums }, coarsened)
    }

    #[test]
    fn a_layer_gives_what_the_float_layer_gives() {
        let target = Target::hidden(Activation::Linear, &[-4.0, 4.0], 1_000_000, 1);
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
    fn codes_reach_beyond_what_few_records_showed() {
        for activation in [Activation::Linear, Activation::Relu, Activation::Elu] {
            let grid = Target::hidden(activation, &[-1.0, 1.0], 16, 1).output();
            let highest = f64::from(127 - grid.zero_point) * grid.scale;
            assert!((highest - 1.5).abs() <= grid.scale, "{} {highest}", activation.name());
        }
        let highest = |copies: usize| {
            let grid = Target::hidden(Activation::Relu, &[-1.0, 1.0], 1_000_000, copies).output();
            f64::from(127 - grid.zero_point) * grid.scale
        };
        assert!(highest(1) < 1.01 && highest(2) > 1.49, "{} {}", highest(1), highest(2));
    }

    #[test]
    fn a_giant_bias_beside_tiny_weights_is_made_to_fit() {
        let target = Target::hidden(Activation::Linear, &[-4e6, 4e6], 1_000_000, 1);
        let (layer, coarsened) = quantised(&[1e-6, -1e-6, 0.0, 0.0], &[3e6, 0.0], &target);
        assert_eq!(coarsened, [0]);
        let Layer::Dense(layer) = layer.borrow() else { panic!("a dense layer") };
        let first = file::channels(layer.channels).next().unwrap();
        let worst = i64::from(first.bias).abs() + 128 * 2 * 127;
        assert!(worst << layer.rule.shift <= i64::from(i32::MAX));
    }
}
