//! Output rules and dense layers whose accumulators cannot overflow.

use super::{any_multiplier, seeded_bytes};
use proptest::prelude::*;
use tillwatch_engine::feature::Affine;
use tillwatch_engine::fixed::{Channel, Requantise};

/// Largest shift that leaves room for forty weights of -127: `128 * 127 * 40 * 2^11 < 2^31`.
const MAX_SHIFT: u32 = 11;

/// An output rule that clamps into `low..=high`, with a zero point near it and shifts that any layer here allows.
pub fn requantise_rule(low: i32, high: i32) -> impl Strategy<Value = Requantise> {
    let clamp = prop_oneof![3 => Just((low, high)), 1 => (low..=high, low..=high)];
    let zero_point = prop_oneof![4 => low..=high, 1 => -65_536..=65_536];
    let shifts = (prop_oneof![2 => Just(0), 1 => 0..=MAX_SHIFT], 0..=Requantise::MAX_BIAS_SHIFT);
    (clamp, zero_point, shifts).prop_map(|((a, b), zero_point, (shift, bias_shift))| Requantise {
        zero_point,
        out_min: a.min(b),
        out_max: a.max(b),
        shift,
        bias_shift,
    })
}

/// A standardisation as validation allows it.
pub fn affine() -> impl Strategy<Value = Affine> {
    let scale = prop_oneof![
        any_multiplier().prop_map(|multiplier| (multiplier, 0)),
        (1_i32 << 17..=i32::MAX, 0_u32..=30),
    ];
    (any::<i32>(), 0_u32..32, scale, -32_767..=32_767_i16).prop_map(
        |(center, bits, (multiplier, shift), fill)| Affine {
            center: center >> bits.min(31),
            multiplier,
            shift,
            fill,
        },
    )
}

/// A layer and an input for it.
#[derive(Clone, Debug)]
pub struct DenseCase {
    /// `[out_len, in_len]`, row-major.
    pub weights: Vec<i8>,
    /// One per output.
    pub channels: Vec<Channel>,
    /// What the outputs share.
    pub rule: Requantise,
    /// One code per input.
    pub input: Vec<i8>,
}

impl DenseCase {
    /// A layer of these widths from a seed. Biases reach as far as the accumulator allows.
    ///
    /// # Shapes
    /// `in_len`: at most 40, or the weights leave no room for the largest shift.
    #[must_use]
    pub fn seeded(in_len: usize, out_len: usize, rule: Requantise, seed: u32) -> Self {
        let mut bytes = seeded_bytes(seed, in_len * out_len + in_len + 5 * out_len).into_iter();
        let mut take = |len: usize| -> Vec<u8> { bytes.by_ref().take(len).collect() };
        let weights = take(in_len * out_len).into_iter().map(|byte| (byte as i8).max(-127));
        let weights: Vec<i8> = weights.collect();
        let input = take(in_len).into_iter().map(|byte| byte as i8).collect();
        let channels = weights.chunks(in_len).map(|row| {
            let mass: i32 = row.iter().map(|weight| i32::from(weight.unsigned_abs())).sum();
            let room = ((i32::MAX >> rule.shift) - 128 * mass) >> rule.bias_shift;
            let Ok([b0, b1, m0, m1, bits]) = <[u8; 5]>::try_from(take(5)) else {
                panic!("five bytes were drawn for each output")
            };
            // Biases and multipliers of every size, the small ones most, so that not all outputs are clamped.
            let bias = i32::from(i16::from_le_bytes([b0, b1])).clamp(-room, room) >> (bits & 15);
            let multiplier = i16::from_le_bytes([m0, m1 & 0x7f]) >> (bits >> 4);
            Channel { bias: bias as i16, multiplier }
        });
        Self { channels: channels.collect(), weights, rule, input }
    }
}

/// A layer of 1 to 40 inputs and outputs, its codes within `low..=high`.
pub fn dense_case(low: i32, high: i32) -> impl Strategy<Value = DenseCase> {
    (1..=40_usize, 1..=40_usize, requantise_rule(low, high), any::<u32>())
        .prop_map(|(in_len, out_len, rule, seed)| DenseCase::seeded(in_len, out_len, rule, seed))
}
