//! One layer in integers.

use super::Grid;
use super::copies::offset;
use super::row::{Row, rounding_error};
use super::scales::Scales;
use super::target::Target;
use super::windows::Window;
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::{Code, Convolution as Geometry, Pool};
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

/// Doublings of a channel's scale after which nothing is left of its weights.
const MAX_DOUBLINGS: usize = 32;
/// The coarsest step of biases, in codes of the sum, that a channel's weights are not made coarser for.
const BIAS_STEP: f64 = 1.0 / 16.0;
/// The same of wide codes: of those a standard deviation has hundreds.
const WIDE_BIAS_STEP: f64 = 0.5;

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
    let unit = target.sum.scale / grid.scale;
    let mut wanted = natural_scales(&weights, unit, target.multiplier_shift);
    let cost = |channel: usize, scale: f64| rounding_error(&weights[channel], seen.in_copies, scale * unit);
    let mut scales = Scales::reaching(&wanted, target.multiplier_shift, cost);
    let quantised = |channel: usize, scale: f64| {
        let (input, sums) = &parts[channel / outs];
        let out = channel % outs;
        let shift = target.sum.scale * offset(out / (outs / seen.out_copies), seen.out_copies);
        let bias = f64::from(seen.biases[out]) + shift;
        let mut row = Row::new(&weights[channel], seen.in_copies, bias, grid, scale * unit);
        row.correct(input, sums.iter().skip(out).step_by(outs).map(|sum| sum + shift));
        row
    };
    let mut rows: Vec<Row> =
        (0..weights.len()).map(|channel| quantised(channel, scales.of(channel))).collect();
    let mut coarsened = Vec::new();
    for _ in 0..MAX_DOUBLINGS {
        let over = without_headroom(&rows, scales.shift);
        let finer = if over.is_empty() { with_long_biases(&rows, &scales, target) } else { Vec::new() };
        if over.is_empty() && finer.is_empty() {
            break;
        }
        for &channel in over.iter().chain(&finer) {
            wanted[channel] = 2.0 * scales.of(channel);
        }
        let next = Scales::reaching(&wanted, target.multiplier_shift, cost);
        for (channel, row) in rows.iter_mut().enumerate() {
            let of = |scales: &Scales| (scales.shift, scales.multipliers[channel]);
            if of(&next) != of(&scales) {
                *row = quantised(channel, next.of(channel));
            }
        }
        scales = next;
        coarsened.extend(over);
    }
    coarsened.sort_unstable();
    coarsened.dedup();
    let bias_shift = bias_shift_of(&rows).min(Requantise::MAX_BIAS_SHIFT);
    let channel = |(row, multiplier): (&Row, &i16)| {
        [row.short_bias(bias_shift).to_le_bytes(), multiplier.to_le_bytes()].concat()
    };
    let sums = IntegerSums {
        channels: rows.iter().zip(&scales.multipliers).flat_map(channel).collect(),
        weights: rows.iter().flat_map(|row| &row.weights).map(|&weight| weight as u8).collect(),
        rule: Requantise {
            zero_point: target.sum.zero_point,
            out_min: target.clamp.0,
            out_max: target.clamp.1,
            shift: scales.shift,
            bias_shift,
        },
        activation: target.activation.clone(),
    };
    (sums, coarsened)
}

/// The scales that spread each row's weights over -127 to 127, in steps of the output for one of the accumulator.
///
/// # Units
/// `unit`: what a step of the output is worth, in steps of the input.
fn natural_scales(weights: &[Vec<f32>], unit: f64, multiplier_shift: u32) -> Vec<f64> {
    let reach = |row: &Vec<f32>| row.iter().fold(0_f64, |most, &weight| most.max(f64::from(weight).abs()));
    let scales: Vec<f64> = weights.iter().map(|row| reach(row) / 127.0 / unit).collect();
    // A row of zeros may have any scale that leaves its bias room.
    let largest = scales.iter().copied().fold(0.0, f64::max);
    let any = if largest > 0.0 { largest } else { Scales::largest_unshifted(multiplier_shift) };
    scales.into_iter().map(|scale| if scale > 0.0 { scale } else { any }).collect()
}

/// The least shift under which every bias fits 16 bits, which may be beyond the largest that there is.
fn bias_shift_of(rows: &[Row]) -> u32 {
    rows.iter().map(Row::bias_shift).max().unwrap_or(0)
}

/// The channels whose bias no shift makes fit, or whose accumulator, shifted, could leave an i32.
fn without_headroom(rows: &[Row], shift: u32) -> Vec<usize> {
    let bias_shift = bias_shift_of(rows).min(Requantise::MAX_BIAS_SHIFT);
    let fits = |row: &Row| row.bias_shift() <= bias_shift && row.has_headroom(shift, bias_shift);
    (0..rows.len()).filter(|&channel| !fits(&rows[channel])).collect()
}

/// The channels with the longest biases, where all channels would have them rounded coarsely for the sake of few whose weights can
/// become coarser and are still finer than those of others.
fn with_long_biases(rows: &[Row], scales: &Scales, target: &Target) -> Vec<usize> {
    let longest = bias_shift_of(rows);
    let step = f64::from(1_u32 << longest) * scales.largest();
    let finest = if target.multiplier_shift == i8::MULTIPLIER_SHIFT { BIAS_STEP } else { WIDE_BIAS_STEP };
    let of_longest: Vec<usize> =
        (0..rows.len()).filter(|&channel| rows[channel].bias_shift() == longest).collect();
    let has_room = of_longest.iter().all(|&channel| 2.0 * scales.of(channel) <= scales.largest());
    if longest > 0 && step > finest && has_room { of_longest } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Activation;

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
    fn weights_follow_their_multiplier() {
        // Beside the first row the second has few bits of a multiplier, and loses nothing by it.
        let target = Target::hidden(Activation::Linear, &[-4.0, 4.0], 1_000_000, 1);
        let small = 0.5 / 9000.0;
        let (layer, _) = quantised(&[0.5, -0.25, small, -small / 2.0], &[0.0, 0.0], &target);
        let Layer::Dense(layer) = layer.borrow() else { panic!("a dense layer") };
        let steps = file::channels(layer.channels).map(|channel| {
            let scale = f64::from(i32::from(channel.multiplier) << layer.rule.shift) / 2_097_152.0;
            scale * target.output.scale / GRID.scale
        });
        let rows: Vec<(f64, f64)> = layer
            .weights
            .chunks(2)
            .zip(steps)
            .flat_map(|(row, step)| row.iter().map(move |&weight| (f64::from(weight as i8) * step, step)))
            .collect();
        let multipliers: Vec<i16> =
            file::channels(layer.channels).map(|channel| channel.multiplier).collect();
        assert!(multipliers[0] >= 1 << 12 && multipliers[1] < 4, "{multipliers:?}");
        for ((got, step), want) in rows.iter().zip([0.5, -0.25, f64::from(small), f64::from(-small / 2.0)]) {
            assert!((got - want).abs() <= step / 2.0, "{got} {want} {step}");
        }
    }

    #[test]
    fn one_long_bias_does_not_coarsen_those_of_others() {
        // In accumulator steps the second row's bias is 10,000 times the first one's.
        let target = Target::hidden(Activation::Linear, &[-4.0, 4.0], 1_000_000, 1);
        let (layer, coarsened) = quantised(&[0.5, -0.25, 5e-5, -5e-5], &[0.3, 3.0], &target);
        assert!(coarsened.is_empty());
        let zero = |code: i8| (f64::from(code) - f64::from(target.output.zero_point)) * target.output.scale;
        let out = layer.run(&[GRID.zero_point as i8; 2]);
        assert!((zero(out[0]) - 0.3).abs() <= target.output.scale, "{out:?}");
        assert!((zero(out[1]) - 3.0).abs() <= target.output.scale, "{out:?}");
        let Layer::Dense(layer) = layer.borrow() else { panic!("a dense layer") };
        let largest = file::channels(layer.channels).map(|channel| channel.multiplier).max().unwrap();
        let scale = f64::from(i32::from(largest) << layer.rule.shift) / 2_097_152.0;
        assert!(f64::from(1_u32 << layer.rule.bias_shift) * scale <= BIAS_STEP);
    }

    #[test]
    fn a_giant_bias_beside_tiny_weights_is_made_to_fit() {
        let target = Target::hidden(Activation::Linear, &[-4.0, 4.0], 1_000_000, 1);
        let (layer, coarsened) = quantised(&[1.0, -1.0, 0.0, 0.0], &[3e5, 0.0], &target);
        assert_eq!(coarsened, [0]);
        let Layer::Dense(layer) = layer.borrow() else { panic!("a dense layer") };
        let first = file::channels(layer.channels).next().unwrap();
        let worst = i64::from(layer.rule.bias(first)).abs() + 128 * 2 * 127;
        assert!(worst << layer.rule.shift <= i64::from(i32::MAX));
    }
}
