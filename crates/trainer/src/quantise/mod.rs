//! From a float network to the integer one of the contract.
//!
//! First the float network is written so that the channels of a layer reach equally far, which changes nothing that it
//! computes.
//!
//! Weights get one symmetric scale per output channel, the next that a multiplier of 15 bits expresses, activations one
//! scale and zero point per layer, the last layer the rim's own grid. Layers are quantised from input to output; each
//! sees what the integer layers before it really give, so that the mean error of every channel can be taken out of its bias.

mod copies;
mod equalise;
pub(crate) mod geometry;
mod layer;
mod range;
mod row;
mod scales;
mod table;
mod target;
mod windows;

pub(crate) use copies::may_repeat;
pub(crate) use equalise::equalise;
pub use layer::{IntegerActivation, IntegerLayer, IntegerSums};
pub use range::Range;

use crate::float_model::FloatLayer;
use crate::nn::LayerKind;
use layer::Seen;
use target::Target;
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::narrow_input;
use tillwatch_model::{InputRule, Layer, TopK};
use windows::Window;

/// The integer network and what had to give.
#[derive(Clone, Debug)]
pub struct IntegerNetwork {
    /// Wide codes to network input.
    pub input: InputRule,
    /// The layers.
    pub layers: Vec<IntegerLayer>,
    /// What the output codes of each layer but the last stand for.
    pub grids: Vec<Grid>,
    /// Layer and channel whose weights were made coarser so that the accumulator cannot overflow.
    pub coarsened: Vec<(usize, usize)>,
}

impl IntegerNetwork {
    /// What the network makes of rows.
    ///
    /// # Shapes
    /// `codes` and the result: whole rows of wide codes.
    #[must_use]
    pub fn reconstruct(&self, codes: &[i16]) -> Vec<i16> {
        let mut values = vec![0; codes.len()];
        narrow_input(codes, self.input.multiplier, self.input.rule, &mut values);
        let Some((last, hidden)) = self.layers.split_last() else { return Vec::new() };
        for layer in hidden {
            values = layer.run(&values);
        }
        last.run_to_rim(&values)
    }
}

/// Rows that calibration looks at: enough for ranges and mean errors, few enough to be quick at 640 columns.
const CALIBRATION_ROWS: usize = 4096;
/// Values of the longest activation that it looks at, over all rows: what a convolution gathers from them fits memory.
const CALIBRATION_VALUES: usize = 1 << 22;

/// Range of the network's input, in standard deviations: what 8 bits render the training codes best with.
#[must_use]
pub fn input_range(values: &[f32]) -> Range {
    Range::least_error(values)
}

/// Quantises a network.
///
/// # Shapes
/// `codes`: rows of wide codes, row-major; `copies`: for each layer, how often every unit of it stands in integers.
/// # Units
/// `range`: standard deviations; `fraction_bits`: of a wide code.
#[must_use]
pub fn quantise(
    float: &[FloatLayer],
    copies: &[usize],
    codes: &[i16],
    range: Range,
    fraction_bits: u32,
) -> IntegerNetwork {
    let float = copies::widened(float, copies);
    let step = rim_step(fraction_bits);
    let (input_scale, zero_point) = range.affine();
    let rule = Requantise { zero_point, out_min: -128, out_max: 127, shift: 0, bias_shift: 0 };
    let multiplier = (step / input_scale * TWO_POW_32).round().min(f64::from(i32::MAX)) as i32;
    let width = float.first().map_or(1, FloatLayer::in_len);
    let sample: Vec<i16> = calibration_sample(&float, codes).collect();
    let mut floats: Vec<f64> = sample.iter().map(|&code| range.render(f64::from(code) * step)).collect();
    let mut integers = vec![0_i8; sample.len()];
    narrow_input(&sample, multiplier, rule, &mut integers);
    let mut grid = Grid { scale: input_scale, zero_point };
    let mut quantised = IntegerNetwork {
        input: InputRule { multiplier, rule },
        layers: Vec::new(),
        grids: Vec::new(),
        coarsened: Vec::new(),
    };
    for (index, layer) in float.iter().enumerate() {
        let sums = layer.sums(&floats);
        let activation = layer.activation();
        let target = if index + 1 == float.len() {
            Target::rim(activation, &sums, step)
        } else {
            Target::hidden(activation, &sums, sample.len() / width, copies[index])
        };
        let seen = Seen {
            weights: layer.weights(),
            biases: layer.biases(),
            input: &integers,
            sums: &sums,
            in_len: layer.in_len(),
            out_len: layer.out_len(),
            in_copies: if index > 0 { copies[index - 1] } else { 1 },
            out_copies: copies[index],
        };
        let (integer, coarsened) = one_layer(layer.kind, &seen, grid, &target);
        quantised.coarsened.extend(coarsened.into_iter().map(|channel| (index, channel)));
        if has_sums(&integer.borrow()) {
            grid = target.output;
        }
        if index + 1 < float.len() {
            floats = sums.into_iter().map(|sum| activation.value(sum)).collect();
            integers = integer.run(&integers);
            quantised.grids.push(grid);
        }
        quantised.layers.push(integer);
    }
    quantised
}

fn one_layer(kind: LayerKind, seen: &Seen<'_>, grid: Grid, target: &Target) -> (IntegerLayer, Vec<usize>) {
    let plain = |layer| (layer, Vec::new());
    match kind {
        LayerKind::Convolution(layer) => {
            let geometry = geometry::of_convolution(&layer, grid.zero_point as i8);
            let (sums, coarsened) = layer::quantise(&Window::convolution(&geometry), seen, grid, target);
            (IntegerLayer::Convolution(geometry, sums), coarsened)
        }
        LayerKind::TransposedConvolution(layer) => {
            let geometry = geometry::of_transposed(&layer, grid.zero_point as i8);
            let (sums, coarsened) = layer::quantise(&Window::transposed(&geometry), seen, grid, target);
            (IntegerLayer::Transposed(geometry, sums), coarsened)
        }
        LayerKind::MaxPool(pool) => plain(IntegerLayer::MaxPool(geometry::of_max_pool(&pool))),
        LayerKind::AveragePool(pool) => plain(IntegerLayer::AveragePool(geometry::of_average_pool(&pool))),
        LayerKind::Upsample(layer) => plain(IntegerLayer::Upsample(geometry::of_upsample(&layer))),
        LayerKind::TopK(layer) => plain(IntegerLayer::TopK(TopK {
            len: layer.len as u16,
            keep: layer.k as u16,
            zero_code: grid.zero_point as i8,
        })),
        _ => {
            let (in_len, out_len) = (seen.in_len, seen.out_len);
            let (sums, coarsened) = layer::quantise(&Window::dense(in_len, out_len), seen, grid, target);
            (IntegerLayer::Dense { in_len, out_len, sums }, coarsened)
        }
    }
}

/// True for the layers that end in a grid of their own.
const fn has_sums(layer: &Layer<'_>) -> bool {
    matches!(layer, Layer::Dense(_) | Layer::Convolution(_) | Layer::Transposed(_))
}

/// What a step of a wide code is worth, in standard deviations.
#[must_use]
pub fn rim_step(fraction_bits: u32) -> f64 {
    1.0 / f64::from(1_u32 << fraction_bits)
}

/// 2^32, the unit of multipliers.
const TWO_POW_32: f64 = 4_294_967_296.0;

/// What an 8-bit code stands for: `(code - zero_point) * scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// What one step is worth.
    pub scale: f64,
    /// Code of real zero.
    pub zero_point: i32,
}

/// The rows that calibration looks at, evenly spaced.
fn calibration_sample<'a, T: Copy>(
    layers: &[FloatLayer],
    rows: &'a [T],
) -> impl Iterator<Item = T> + use<'a, T> {
    let width = layers.first().map_or(1, FloatLayer::in_len);
    let longest = layers.iter().map(FloatLayer::out_len).max().unwrap_or(1).max(width);
    let most = (CALIBRATION_VALUES / longest).clamp(1, CALIBRATION_ROWS);
    let stride = (rows.len() / width).div_ceil(most).max(1);
    rows.chunks_exact(width).step_by(stride).flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, Dense};

    /// A dense layer with weights drawn from a sine.
    fn dense(in_len: usize, out_len: usize, activation: Activation) -> FloatLayer {
        let n = (in_len + 1) * out_len;
        let parameters = (0..n).map(|at| libm::sin((at * at) as f64) as f32 / 2.0).collect();
        FloatLayer { kind: Dense { in_len, out_len, activation }.into(), parameters }
    }

    #[test]
    fn copies_make_codes_and_weights_finer() {
        let layers = [
            dense(4, 6, Activation::Relu),
            dense(6, 3, Activation::Linear),
            dense(3, 6, Activation::Relu),
            dense(6, 4, Activation::Linear),
        ];
        let codes: Vec<i16> = (0..4000).map(|at| (7000.0 * libm::sin((7 * at) as f64)) as i16).collect();
        let range = Range { low: -2.0, high: 2.0 };
        let step = rim_step(12);
        let mut exact: Vec<f64> = codes.iter().map(|&code| range.render(f64::from(code) * step)).collect();
        for layer in &layers {
            exact = layer.sums(&exact).into_iter().map(|sum| layer.activation().value(sum)).collect();
        }
        let error = |copies: usize| {
            let network = quantise(&layers, &[copies, copies, copies, 1], &codes, range, 12);
            let answers = network.reconstruct(&codes);
            let error = |(&code, exact): (&i16, &f64)| (f64::from(code) * step - exact).abs();
            answers.iter().zip(&exact).map(error).sum::<f64>() / exact.len() as f64
        };
        // Codes reach half as far again, so that two copies gain a third and four the factor of 8/3.
        let [one, two, four] = [1, 2, 4].map(error);
        assert!(two < 0.9 * one && four < 0.6 * one, "{one} {two} {four}");
    }
}
