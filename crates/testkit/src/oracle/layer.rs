//! A layer, run from the model file.

use super::{
    Codes, average_pool, convolve, dense, max_pool, narrow_table, rim_table, top_k, transpose, upsample,
    whole_kernel,
};
use tillwatch_engine::fixed::Channel;
use tillwatch_model::{Activation, Layer, channels, i16s};

/// What a layer makes of its input.
pub(super) fn run_layer(layer: &Layer<'_>, codes: Codes, input: &[i64]) -> Vec<i64> {
    let own = |pairs| channels(pairs).collect::<Vec<Channel>>();
    match layer {
        Layer::Dense(layer) => {
            let sums = dense(&signed(layer.weights), &own(layer.channels), layer.rule, codes, input);
            activate(sums, &layer.activation)
        }
        Layer::Convolution(layer) => {
            let (weights, channels) = (signed(layer.weights), own(layer.channels));
            let sums = convolve(&layer.geometry(), &weights, &channels, layer.rule, codes, input);
            activate(sums, &layer.activation)
        }
        Layer::Transposed(layer) => {
            let geometry = layer.transposed();
            let weights = whole_kernel(&geometry, &signed(layer.weights));
            let sums = transpose(&geometry, &weights, &own(layer.channels), layer.rule, codes, input);
            activate(sums, &layer.activation)
        }
        Layer::MaxPool(pool) => max_pool(pool, input),
        Layer::AveragePool(pool) => average_pool(pool, input),
        Layer::Upsample(layer) => upsample(layer.input, layer.factor, input),
        Layer::TopK(layer) => top_k(input, layer.keep.into(), layer.zero_code.into()),
    }
}

fn activate(mut values: Vec<i64>, activation: &Activation<'_>) -> Vec<i64> {
    match activation {
        Activation::Clamp => {}
        Activation::Table(bytes) => {
            let table = signed(bytes);
            values.iter_mut().for_each(|code| *code = narrow_table(*code, &table));
        }
        Activation::RimTable(bytes) => {
            let table: Vec<i16> = i16s(bytes).collect();
            values.iter_mut().for_each(|code| *code = rim_table(*code, &table));
        }
    }
    values
}

fn signed(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|&byte| byte as i8).collect()
}
