//! Layers.

use super::round_half_up;
use tillwatch_engine::fixed::{Channel, Requantise};

/// Accumulator to output code.
///
/// # Units
/// `acc`: accumulator; result: code of the layer's output.
#[must_use]
pub fn requantise(acc: i64, multiplier: i32, rule: Requantise) -> i64 {
    let product = i128::from(acc) * (1_i128 << rule.shift) * i128::from(multiplier);
    let code = i128::from(rule.zero_point) + round_half_up(product, 1 << 32);
    code.clamp(rule.out_min.into(), rule.out_max.into()) as i64
}

/// What a layer ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// 8-bit activations of a hidden layer.
    Narrow,
    /// Wide codes of the last layer.
    Wide,
}

/// The sum of a channel's products to an output code.
///
/// # Units
/// `sum`: accumulator without the bias; result: code of the layer's output.
#[must_use]
pub fn output(sum: i64, channel: Channel, rule: Requantise, codes: Codes) -> i64 {
    let unit = match codes {
        Codes::Narrow => 2_048,
        Codes::Wide => 32_768,
    };
    let acc = sum + i64::from(channel.bias) * (1_i64 << rule.bias_shift);
    requantise(acc, i32::from(channel.multiplier) * unit, rule)
}

/// One fully connected layer.
///
/// # Shapes
/// `weights`: channels.len() rows of input.len(), row-major; result: one code per channel.
#[must_use]
pub fn dense(
    weights: &[i8],
    channels: &[Channel],
    rule: Requantise,
    codes: Codes,
    input: &[i64],
) -> Vec<i64> {
    let mut out = Vec::new();
    for (row, channel) in channels.iter().enumerate() {
        let mut sum = 0;
        for (column, code) in input.iter().enumerate() {
            sum += i64::from(weights[row * input.len() + column]) * code;
        }
        out.push(output(sum, *channel, rule, codes));
    }
    out
}

/// Wide codes to the network's input codes.
#[must_use]
pub fn narrow_input(wide: &[i64], multiplier: i32, rule: Requantise) -> Vec<i64> {
    wide.iter().map(|&code| requantise(code, multiplier, rule)).collect()
}

/// An 8-bit activation: entry `code + 128` of 256.
///
/// # Panics
/// On a code outside -128 to 127, or a shorter table.
#[must_use]
pub fn narrow_table(code: i64, table: &[i8]) -> i64 {
    table[(code + 128) as usize].into()
}

/// A wide activation: linear between two of 513 entries, of which entry `i` belongs to code `128 i - 32768`.
///
/// # Panics
/// On a code outside -32768 to 32767, or a shorter table.
#[must_use]
pub fn rim_table(code: i64, table: &[i16]) -> i64 {
    let position = code + 32_768;
    let (index, fraction) = (position.div_euclid(128), position.rem_euclid(128));
    let low = i128::from(table[index as usize]);
    let high = i128::from(table[index as usize + 1]);
    (low + round_half_up((high - low) * i128::from(fraction), 128)) as i64
}
