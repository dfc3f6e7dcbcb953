//! The network: shapes, output rules, accumulators.

use super::{allowed, refused, with_word, zeros};
use crate::toy::{Toy, forever};
use tillwatch_model::{Activation, Cause, Dense};

/// A layer of another input width, whose weights fit it.
fn narrowed(toy: &mut Toy, index: usize, in_len: u16) {
    let layer = toy.dense(index);
    layer.in_len = in_len;
    layer.weights = zeros(usize::from(in_len * layer.out_len));
}

#[test]
fn layer_shapes() {
    refused(&[
        ("no layer", |toy| toy.layers.clear(), Cause::LayerShape, 0),
        ("first layer too narrow", |toy| narrowed(toy, 0, 15), Cause::LayerShape, 0),
        ("layers that do not meet", |toy| narrowed(toy, 1, 5), Cause::LayerShape, 1),
        ("a weight short", |toy| toy.dense(1).weights = zeros(29), Cause::LayerShape, 1),
        ("a channel short", |toy| toy.dense(2).channels = zeros(4 * 15), Cause::LayerShape, 2),
        (
            "no output",
            |toy| *toy.dense(1) = Dense { out_len: 0, weights: &[], channels: &[], ..*toy.dense(1) },
            Cause::LayerShape,
            1,
        ),
        ("an answer narrower than the record", |toy| _ = toy.layers.pop(), Cause::LayerRule, 1),
        (
            "an answer of another width",
            |toy| {
                _ = toy.layers.pop();
                toy.dense(1).activation = Activation::Clamp;
            },
            Cause::LayerShape,
            1,
        ),
    ]);
}

#[test]
fn layer_rules() {
    refused(&[
        ("input below an i8", |toy| toy.body.input.rule.out_min = -129, Cause::LayerRule, 0),
        ("input above an i8", |toy| toy.body.input.rule.out_max = 128, Cause::LayerRule, 0),
        ("input multiplier negative", |toy| toy.body.input.multiplier = -1, Cause::LayerRule, 0),
        ("input shift", |toy| toy.body.input.rule.shift = 16, Cause::LayerRule, 0),
        ("input shift of biases", |toy| toy.body.input.rule.bias_shift = 1, Cause::LayerRule, 0),
        (
            "empty range",
            |toy| (toy.dense(0).rule.out_min, toy.dense(0).rule.out_max) = (1, 0),
            Cause::LayerRule,
            0,
        ),
        ("hidden above an i8", |toy| toy.dense(1).rule.out_max = 128, Cause::LayerRule, 1),
        ("last below a wide code", |toy| toy.dense(2).rule.out_min = -32_768, Cause::LayerRule, 2),
        ("zero point far away", |toy| toy.dense(0).rule.zero_point = 65_537, Cause::LayerRule, 0),
        ("zero point at the end", |toy| toy.dense(0).rule.zero_point = i32::MIN, Cause::LayerRule, 0),
        ("shift", |toy| toy.dense(0).rule.shift = 16, Cause::LayerRule, 0),
        ("shift of biases", |toy| toy.dense(0).rule.bias_shift = 15, Cause::LayerRule, 0),
        (
            "channel multiplier negative",
            |toy| toy.dense(1).channels = with_word(toy.dense(1).channels, 3, -1),
            Cause::LayerRule,
            1,
        ),
        (
            "a table too short",
            |toy| toy.dense(1).activation = Activation::Table(zeros(255)),
            Cause::LayerRule,
            1,
        ),
        (
            "a narrow table at the end",
            |toy| toy.dense(2).activation = Activation::Table(zeros(256)),
            Cause::LayerRule,
            2,
        ),
        (
            "a rim table inside",
            |toy| toy.dense(1).activation = Activation::RimTable(zeros(1026)),
            Cause::LayerRule,
            1,
        ),
        (
            "a rim table too short",
            |toy| toy.dense(2).activation = Activation::RimTable(zeros(1025)),
            Cause::LayerRule,
            2,
        ),
        (
            "a rim table that jumps",
            |toy| {
                let jump = with_word(zeros(1028), 100, i32::from_le_bytes([0, 0xc0, 0x01, 0x40]));
                toy.dense(2).activation = Activation::RimTable(&jump[..1026]);
            },
            Cause::LayerRule,
            2,
        ),
        (
            "a rim table with no wide code",
            |toy| toy.dense(2).activation = Activation::RimTable(&with_word(zeros(1028), 9, 0x8000)[..1026]),
            Cause::LayerRule,
            2,
        ),
    ]);
    allowed(&[
        ("far zero points", |toy| toy.dense(0).rule.zero_point = -65_536),
        ("a rim table that climbs as steeply as it may", |toy| {
            let climb = with_word(zeros(1028), 100, i32::from_le_bytes([0, 0xc0, 0, 0x40]));
            toy.dense(2).activation = Activation::RimTable(&climb[..1026]);
        }),
        ("the largest shift of biases", |toy| toy.dense(0).rule.bias_shift = 14),
        ("the largest input shift", |toy| toy.body.input.rule.shift = 15),
        ("one code only", |toy| (toy.dense(0).rule.out_min, toy.dense(0).rule.out_max) = (7, 7)),
    ]);
}

/// A layer 0 whose first channel has all weights -127, the largest multiplier, this bias in steps of 2^12, and this shift.
fn heavy(toy: &mut Toy, bias: i16, shift: u32) {
    let mut weights = vec![0; 16 * 6];
    weights[..16].fill(0x81);
    let layer = toy.dense(0);
    layer.weights = forever(weights);
    layer.channels = with_word(zeros(4 * 6), 0, i32::from(i16::MAX) << 16 | i32::from(bias as u16));
    (layer.rule.shift, layer.rule.bias_shift) = (shift, 12);
}

/// The largest bias of [`heavy`] under a shift: its weights take 128 * 127 * 16.
const fn most(shift: u32) -> i16 {
    (((1 << (31 - shift)) - 128 * 127 * 16 - 1) >> 12) as i16
}

#[test]
fn accumulators() {
    refused(&[
        ("a bias too many", |toy| heavy(toy, most(5) + 1, 5), Cause::Accumulator, 0),
        ("a negative bias too many", |toy| heavy(toy, -(most(5) + 1), 5), Cause::Accumulator, 0),
        ("the most negative bias", |toy| heavy(toy, i16::MIN, 5), Cause::Accumulator, 0),
        ("a shift too many", |toy| heavy(toy, 1, 13), Cause::Accumulator, 0),
        (
            "a weight of -128",
            |toy| toy.dense(0).weights = with_word(zeros(16 * 6), 3, 0x80),
            Cause::Weight,
            0,
        ),
        (
            "overflow in a later layer",
            |toy| {
                toy.dense(2).channels = with_word(toy.dense(2).channels, 15, i16::MAX.into());
                toy.dense(2).rule.bias_shift = 14;
            },
            Cause::Accumulator,
            2,
        ),
    ]);
    allowed(&[
        ("the largest bias", |toy| heavy(toy, most(5), 5)),
        ("the smallest bias", |toy| heavy(toy, -most(5), 5)),
        ("the largest shift of these weights", |toy| heavy(toy, 0, 13)),
        ("the largest shift and bias", |toy| heavy(toy, most(12), 12)),
    ]);
}
