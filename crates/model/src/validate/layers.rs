//! The network: shapes that meet, rules in range, accumulators that cannot overflow.

use super::record::codes_are_wide;
use crate::bytes::CHANNEL_LEN;
use crate::{
    Activation, Body, Cause, Convolution, Dense, InputRule, Latent, Layer, ModelError, Upsample, channels,
    i16s,
};
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::activation::RIM_TABLE_LEN;
use tillwatch_engine::kernel::{Pool, Shape};

/// Longest activation between two layers: 4 MiB of codes would not fit the devices that this is for, and no length can
/// overflow below it.
const MAX_ACTIVATION: usize = 1 << 22;

pub(super) fn check_layers(body: &Body<'_>, n_columns: usize) -> Result<(), ModelError> {
    let InputRule { multiplier, rule } = body.input;
    if !rule_is_sound(rule, i8::MIN.into(), i8::MAX.into()) || rule.bias_shift != 0 || multiplier < 0 {
        return Err(ModelError::new(Cause::LayerRule));
    }
    // A wide code is the accumulator of the input rule.
    if (i64::from(i16::MAX) << rule.shift) > i64::from(i32::MAX) || body.layers.is_empty() {
        return Err(ModelError::new(Cause::LayerShape));
    }
    let last = body.layers.len() - 1;
    let mut width = n_columns;
    for (index, layer) in body.layers.iter().enumerate() {
        width = check_layer(&layer, width, index == last).map_err(|cause| ModelError::at(cause, index))?;
    }
    if width == n_columns { Ok(()) } else { Err(ModelError::at(Cause::LayerShape, last)) }
}

pub(super) fn check_latent(body: &Body<'_>) -> Result<(), ModelError> {
    let is_sound = match body.latent {
        None => body.heads.latent_gain == 0,
        Some(Latent { layer, scale, .. }) => {
            usize::from(layer) + 1 < body.layers.len() && scale.is_finite() && scale > 0.0
        }
    };
    if is_sound { Ok(()) } else { Err(ModelError::new(Cause::Latent)) }
}

/// The number of output codes of a layer that takes `width` of them.
fn check_layer(layer: &Layer<'_>, width: usize, is_last: bool) -> Result<usize, Cause> {
    match layer {
        Layer::Dense(dense) => check_dense(dense, is_last)?,
        Layer::Convolution(layer) => check_convolution(layer, is_last)?,
        Layer::Transposed(layer) => check_transposed(layer, is_last)?,
        Layer::MaxPool(pool) | Layer::AveragePool(pool) => shapes(pool_is_sound(pool))?,
        Layer::Upsample(upsample) => shapes(upsample_is_sound(*upsample))?,
        Layer::TopK(top) => shapes((1..=top.len).contains(&top.keep))?,
    }
    let has_sums = matches!(layer, Layer::Dense(_) | Layer::Convolution(_) | Layer::Transposed(_));
    let out_len = layer.out_len();
    if layer.in_len() != width || out_len > MAX_ACTIVATION || (is_last && !has_sums) {
        return Err(Cause::LayerShape);
    }
    Ok(out_len)
}

fn check_dense(dense: &Dense<'_>, is_last: bool) -> Result<(), Cause> {
    let (in_len, out_len) = (usize::from(dense.in_len), usize::from(dense.out_len));
    let fits = dense.weights.len() == in_len * out_len && dense.channels.len() == CHANNEL_LEN * out_len;
    if in_len == 0 || out_len == 0 || !fits {
        return Err(Cause::LayerShape);
    }
    check_rule(dense.rule, &dense.activation, is_last)?;
    check_sums(dense.weights, in_len, dense.channels, dense.rule)
}

fn check_convolution(layer: &Convolution<'_>, is_last: bool) -> Result<(), Cause> {
    check_geometry(layer)?;
    // The last window begins inside the input or its padding above.
    let begins_inside = |out: u16, stride: u8, padding: u8, within: u16| {
        (u32::from(out) - 1) * u32::from(stride) < u32::from(within) + u32::from(padding)
    };
    let window =
        usize::from(layer.kernel[0]) * usize::from(layer.kernel[1]) * usize::from(layer.input.channels);
    let outs = usize::from(layer.output.channels);
    if !begins_inside(layer.output.height, layer.stride[0], layer.padding[0], layer.input.height)
        || !begins_inside(layer.output.width, layer.stride[1], layer.padding[1], layer.input.width)
        || Some(layer.weights.len()) != window.checked_mul(outs)
        || layer.channels.len() != CHANNEL_LEN * outs
    {
        return Err(Cause::LayerShape);
    }
    check_rule(layer.rule, &layer.activation, is_last)?;
    check_sums(layer.weights, window, layer.channels, layer.rule)
}

fn check_transposed(layer: &Convolution<'_>, is_last: bool) -> Result<(), Cause> {
    check_geometry(layer)?;
    let covers = layer.kernel[0] >= layer.stride[0] && layer.kernel[1] >= layer.stride[1];
    // The last pixel's window begins no further below the input than it is high.
    let begins_inside = |out: u16, stride: u8, padding: u8, kernel: u8, within: u16| {
        (u32::from(out) - 1 + u32::from(padding)) / u32::from(stride)
            < u32::from(within) + u32::from(kernel.div_ceil(stride))
    };
    let (outs, n_phases) = (usize::from(layer.output.channels), layer.transposed().n_phases());
    let ([down, across], [above, left], [high, wide]) = (layer.stride, layer.padding, layer.kernel);
    if !covers
        || !begins_inside(layer.output.height, down, above, high, layer.input.height)
        || !begins_inside(layer.output.width, across, left, wide, layer.input.width)
        || layer.weights.len() != layer.all_phase_weights()
        || layer.channels.len() != CHANNEL_LEN * outs * n_phases
    {
        return Err(Cause::LayerShape);
    }
    check_rule(layer.rule, &layer.activation, is_last)?;
    let mut weights = layer.weights;
    for (phase, channels) in layer.phases().zip(layer.channels.chunks_exact(CHANNEL_LEN * outs)) {
        let len = layer.phase_weights(phase);
        let (own, rest) = weights.split_at_checked(len).ok_or(Cause::LayerShape)?;
        weights = rest;
        check_sums(own, len / outs, channels, layer.rule)?;
    }
    Ok(())
}

/// What a convolution and a transposed one have in common.
fn check_geometry(layer: &Convolution<'_>) -> Result<(), Cause> {
    shapes(
        shape_is_sound(layer.input)
            && shape_is_sound(layer.output)
            && strides_are_sound(layer.kernel, layer.stride, layer.padding),
    )
}

const fn shapes(are_sound: bool) -> Result<(), Cause> {
    if are_sound { Ok(()) } else { Err(Cause::LayerShape) }
}

/// Strides move on, and no window lies in the padding alone.
pub(super) fn strides_are_sound(kernel: [u8; 2], stride: [u8; 2], padding: [u8; 2]) -> bool {
    stride.iter().all(|&stride| stride > 0)
        && padding.iter().zip(kernel).all(|(&padding, kernel)| padding < kernel)
}

pub(super) fn pool_is_sound(pool: &Pool) -> bool {
    let [high, wide] = pool.kernel.map(u16::from);
    shape_is_sound(pool.input)
        && strides_are_sound(pool.kernel, pool.stride, [0, 0])
        && high <= pool.input.height
        && wide <= pool.input.width
}

pub(super) fn upsample_is_sound(upsample: Upsample) -> bool {
    let fits =
        |len: u16, factor: u8| (1..=u32::from(u16::MAX)).contains(&(u32::from(len) * u32::from(factor)));
    let [down, across] = upsample.factor;
    let input = upsample.input;
    shape_is_sound(input) && fits(input.height, down) && fits(input.width, across)
}

pub(super) fn shape_is_sound(shape: Shape) -> bool {
    let [height, width, channels] = [shape.height, shape.width, shape.channels].map(usize::from);
    let pixels = height * width; // below 2^32
    pixels > 0 && channels > 0 && pixels <= MAX_ACTIVATION / channels
}

fn check_rule(rule: Requantise, activation: &Activation<'_>, is_last: bool) -> Result<(), Cause> {
    let (low, high) =
        if is_last { (-i32::from(i16::MAX), i16::MAX.into()) } else { (i8::MIN.into(), i8::MAX.into()) };
    let table_is_sound = match activation {
        Activation::Clamp => true,
        Activation::Table(table) => !is_last && table.len() == 256,
        Activation::RimTable(table) => is_last && rim_table_is_sound(table),
    };
    if rule_is_sound(rule, low, high) && table_is_sound { Ok(()) } else { Err(Cause::LayerRule) }
}

/// Rows of weights against their biases: no input can make a sum overflow.
fn check_sums(weights: &[u8], in_len: usize, pairs: &[u8], rule: Requantise) -> Result<(), Cause> {
    for (row, channel) in weights.chunks_exact(in_len.max(1)).zip(channels(pairs)) {
        if channel.multiplier < 0 {
            return Err(Cause::LayerRule);
        }
        if row.contains(&0x80) {
            return Err(Cause::Weight);
        }
        let weights: i64 = row.iter().map(|&weight| i64::from((weight as i8).unsigned_abs())).sum();
        // 128 is the largest magnitude of an 8-bit code.
        let bound = (i64::from(rule.bias(channel)).abs() + 128 * weights) << rule.shift;
        if bound > i64::from(i32::MAX) {
            return Err(Cause::Accumulator);
        }
    }
    Ok(())
}

fn rule_is_sound(rule: Requantise, low: i32, high: i32) -> bool {
    let range = low..=high;
    rule.shift <= Requantise::MAX_SHIFT
        && rule.bias_shift <= Requantise::MAX_BIAS_SHIFT
        && rule.out_min <= rule.out_max
        && range.contains(&rule.out_min)
        && range.contains(&rule.out_max)
        && rule.zero_point.unsigned_abs() <= Requantise::MAX_ZERO_POINT
}

fn rim_table_is_sound(table: &[u8]) -> bool {
    let steps = i16s(table).zip(i16s(table).skip(1));
    table.len() == 2 * RIM_TABLE_LEN
        && codes_are_wide(table)
        && steps.into_iter().all(|(low, high)| i32::from(high).abs_diff(i32::from(low)) <= 1 << 15)
}
