//! Layers on images and sequences, whose accumulators cannot overflow.

use super::{DenseCase, requantise_rule, seeded_bytes};
use proptest::prelude::*;
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{Convolution, Pool, Shape, Transposed};

/// Longest side of a kernel.
const MAX_KERNEL: u8 = 4;
/// Most input channels.
const MAX_CHANNELS: u16 = 6;
/// Largest shift that leaves room for the weights of such a patch: `128 * 127 * 96 * 2^10 < 2^31`.
const MAX_SHIFT: u32 = 10;

/// A layer on an image and an input for it; `G` is its geometry.
#[derive(Clone, Debug)]
pub struct ImageCase<G> {
    /// Shapes, kernel, stride, padding.
    pub geometry: G,
    /// Row-major, as the model file has them.
    pub weights: Vec<i8>,
    /// One per output channel, and phase where there are phases.
    pub channels: Vec<Channel>,
    /// What the outputs share.
    pub rule: Requantise,
    /// Codes of the input's shape.
    pub input: Vec<i8>,
}

/// A shape with up to so many pixels a side; every other one is a sequence.
fn shape(longest: u16) -> impl Strategy<Value = Shape> {
    (prop_oneof![Just(1), 1..=longest], 1..=longest, 1..=MAX_CHANNELS)
        .prop_map(|(height, width, channels)| Shape { height, width, channels })
}

fn codes(seed: u32, len: usize) -> Vec<i8> {
    seeded_bytes(seed ^ 0x5eed, len).into_iter().map(|byte| byte as i8).collect()
}

fn rule(low: i32, high: i32) -> impl Strategy<Value = Requantise> {
    requantise_rule(low, high).prop_map(|rule| Requantise { shift: rule.shift.min(MAX_SHIFT), ..rule })
}

/// A convolution whose output reaches as far as or beyond its input, its codes within `low..=high`.
pub fn convolution_case(low: i32, high: i32) -> impl Strategy<Value = ImageCase<Convolution>> {
    let side = || (1..=MAX_KERNEL, 1..=MAX_KERNEL);
    let geometry = (shape(7), shape(6), side(), side(), (0..=5_u8, 0..=5_u8), any::<i8>());
    (geometry, rule(low, high), any::<u32>()).prop_map(
        |((input, output, kernel, stride, padding, pad_code), rule, seed)| {
            let geometry = Convolution {
                input,
                output,
                kernel: kernel.into(),
                stride: stride.into(),
                padding: padding.into(),
                pad_code,
            };
            let dense = DenseCase::seeded(geometry.patch_len(), output.channels.into(), rule, seed);
            let input = codes(seed, input.len());
            ImageCase { geometry, weights: dense.weights, channels: dense.channels, rule, input }
        },
    )
}

/// A transposed convolution of any output size, its codes within `low..=high`.
pub fn transposed_case(low: i32, high: i32) -> impl Strategy<Value = ImageCase<Transposed>> {
    // A stride, and a kernel at least as long.
    let side = || (1..=MAX_KERNEL).prop_flat_map(|kernel| (Just(kernel), 1..=kernel));
    let geometry = (shape(4), shape(9), side(), side(), (0..=5_u8, 0..=5_u8), any::<i8>());
    (geometry, rule(low, high), any::<u32>()).prop_map(
        |((input, output, down, right, padding, pad_code), rule, seed)| {
            let (kernel, stride) = ([down.0, right.0], [down.1, right.1]);
            let geometry = Transposed { input, output, kernel, stride, padding: padding.into(), pad_code };
            let (mut weights, mut channels) = (Vec::new(), Vec::new());
            for [y, x] in phases(&geometry) {
                let taps = in_phase(kernel[0], stride[0], y) * in_phase(kernel[1], stride[1], x);
                let in_len = taps * usize::from(input.channels);
                let seed = seed.wrapping_add(u32::from(y) * 16 + u32::from(x));
                let dense = DenseCase::seeded(in_len, output.channels.into(), rule, seed);
                weights.extend(dense.weights);
                channels.extend(dense.channels);
            }
            ImageCase { geometry, weights, channels, rule, input: codes(seed, input.len()) }
        },
    )
}

/// The phases of a transposed convolution in the order of the model file.
pub fn phases(geometry: &Transposed) -> impl Iterator<Item = [u8; 2]> + use<> {
    let [down, right] = geometry.stride;
    (0..down).flat_map(move |y| (0..right).map(move |x| [y, x]))
}

/// Number of taps of a phase.
fn in_phase(kernel: u8, stride: u8, phase: u8) -> usize {
    (0..kernel).filter(|tap| tap % stride == phase).count()
}

/// A pooling layer with at least one window, and an input for it.
pub fn pool_case() -> impl Strategy<Value = (Pool, Vec<i8>)> {
    let case = |input: Shape| {
        let side = |len: u16| 1..=(len.min(4) as u8);
        let kernel = (side(input.height), side(input.width));
        let stride = (1..=4_u8, 1..=4_u8);
        (Just(input), kernel, stride, prop::collection::vec(any::<i8>(), input.len()))
    };
    shape(7).prop_flat_map(case).prop_map(|(input, kernel, stride, codes)| {
        (Pool { input, kernel: kernel.into(), stride: stride.into() }, codes)
    })
}

/// A shape and wide codes for it, twice: seen and expected.
pub fn wide_image() -> impl Strategy<Value = (Shape, Vec<i16>, Vec<i16>)> {
    shape(7).prop_flat_map(|shape| {
        let codes = || prop::collection::vec(any::<i16>(), shape.len());
        (Just(shape), codes(), codes())
    })
}
