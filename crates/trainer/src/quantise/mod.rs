//! From a float network to the integer one of the contract.
//!
//! Weights get one symmetric scale per output channel, activations one scale and zero point per layer, the last layer
//! the rim's own grid. Layers are quantised from input to output; each sees what the integer layers before it really
//! give, so that the mean error of every channel can be taken out of its bias.

mod layer;
mod range;
mod table;

pub use layer::{IntegerActivation, IntegerLayer};
pub use range::Range;

use crate::float_model::FloatLayer;
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::narrow_input;
use tillwatch_model::InputRule;

/// The integer network and what had to give.
#[derive(Clone, Debug)]
pub struct IntegerNetwork {
    /// Wide codes to network input.
    pub input: InputRule,
    /// The layers.
    pub layers: Vec<IntegerLayer>,
    /// Layer and channel whose weights were made coarser so that the accumulator cannot overflow.
    pub coarsened: Vec<(usize, usize)>,
}

/// Rows that calibration looks at: enough for ranges and mean errors, few enough to be quick at 640 columns.
pub const CALIBRATION_ROWS: usize = 4096;

/// Range of the network's input, in standard deviations: what 8 bits render the training codes best with.
#[must_use]
pub fn input_range(values: &[f32]) -> Range {
    Range::least_error(values)
}

/// Quantises a network of dense layers.
///
/// # Shapes
/// `codes`: rows of wide codes, row-major.
/// # Units
/// `range`: standard deviations; `fraction_bits`: of a wide code.
#[must_use]
pub fn quantise(dense: &[FloatLayer], codes: &[i16], range: Range, fraction_bits: u32) -> IntegerNetwork {
    let step = rim_step(fraction_bits);
    let (input_scale, zero_point) = range.affine();
    let rule = Requantise { zero_point, out_min: -128, out_max: 127, shift: 0 };
    let multiplier = (step / input_scale * TWO_POW_32).round().min(f64::from(i32::MAX)) as i32;
    let width = dense.first().map_or(1, |layer| layer.in_len);
    let sample: Vec<i16> = evenly(codes, width);
    let mut floats: Vec<f64> = sample.iter().map(|&code| range.render(f64::from(code) * step)).collect();
    let mut integers = vec![0_i8; sample.len()];
    narrow_input(&sample, multiplier, rule, &mut integers);
    let mut grid = Grid { scale: input_scale, zero_point };
    let mut quantised =
        IntegerNetwork { input: InputRule { multiplier, rule }, layers: Vec::new(), coarsened: Vec::new() };
    for (index, view) in dense.iter().enumerate() {
        let sums = float_sums(view, &floats);
        let is_last = index + 1 == dense.len();
        let target = if is_last {
            layer::Target::rim(view.activation, &sums, step)
        } else {
            layer::Target::hidden(view.activation, &sums)
        };
        let (integer, coarsened) = layer::quantise(view, grid, &target, &integers, &sums);
        quantised.coarsened.extend(coarsened.into_iter().map(|channel| (index, channel)));
        floats = sums.iter().map(|&sum| view.activation.value(sum)).collect();
        if !is_last {
            integers = integer.run(&integers);
            grid = target.output;
        }
        quantised.layers.push(integer);
    }
    quantised
}

/// What a step of a wide code is worth, in standard deviations.
#[must_use]
pub fn rim_step(fraction_bits: u32) -> f64 {
    1.0 / f64::from(1_u32 << fraction_bits)
}

/// 2^32, the unit of multipliers.
const TWO_POW_32: f64 = 4_294_967_296.0;

/// What an 8-bit code stands for: `(code - zero_point) * scale`.
#[derive(Clone, Copy, Debug)]
struct Grid {
    scale: f64,
    zero_point: i32,
}

/// At most [`CALIBRATION_ROWS`] of the rows, evenly spaced.
fn evenly(codes: &[i16], width: usize) -> Vec<i16> {
    let stride = (codes.len() / width).div_ceil(CALIBRATION_ROWS).max(1);
    codes.chunks_exact(width).step_by(stride).flatten().copied().collect()
}

fn float_sums(view: &FloatLayer, rows: &[f64]) -> Vec<f64> {
    let weights: Vec<f64> = view.weights.iter().map(|&weight| weight.into()).collect();
    let one = |row: &[f64]| {
        let rows = weights.chunks_exact(view.in_len).zip(&view.biases);
        let sums = rows.map(|(weights, &bias)| {
            f64::from(bias) + weights.iter().zip(row).map(|(w, x)| w * x).sum::<f64>()
        });
        sums.collect::<Vec<f64>>()
    };
    rows.chunks_exact(view.in_len).flat_map(one).collect()
}
