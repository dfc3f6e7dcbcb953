//! The network of a model file, layer after layer.

use crate::prepare::as_i8;
use tillwatch_engine::kernel::activation::{RIM_TABLE_LEN, narrow_table, rim_table};
use tillwatch_engine::kernel::{
    Code, average_pool, convolve_rows, dense_rows, max_pool, top_k, transpose_rows, upsample,
};
use tillwatch_model::{Activation, Layer, channels, i16s};

/// Runs a layer between two 8-bit activations, for those who need them one by one.
///
/// # Shapes
/// `input`: `in_len` codes; `output`: `out_len`; `patch`: the model's longest patch.
pub fn run_layer(layer: &Layer<'_>, input: &[i8], patch: &mut [i8], output: &mut [i8]) {
    match layer {
        Layer::MaxPool(pool) => max_pool(pool, input, output),
        Layer::AveragePool(pool) => average_pool(pool, input, output),
        Layer::Upsample(layer) => upsample(layer.input, layer.factor, input, output),
        Layer::TopK(layer) => {
            output.copy_from_slice(input);
            top_k(output, layer.keep.into(), layer.zero_code);
        }
        _ => run_sums(layer, input, patch, output),
    }
    if let Some(Activation::Table(table)) = activation(layer)
        && let Ok(table) = as_i8(table).try_into()
    {
        narrow_table(output, table);
    }
}

/// Runs the last layer, which ends in wide codes.
///
/// # Shapes
/// As [`run_layer`].
pub fn run_last(layer: &Layer<'_>, input: &[i8], patch: &mut [i8], output: &mut [i16]) {
    run_sums(layer, input, patch, output);
    if let Some(Activation::RimTable(bytes)) = activation(layer) {
        let mut table = [0; RIM_TABLE_LEN];
        table.iter_mut().zip(i16s(bytes)).for_each(|(entry, value)| *entry = value);
        rim_table(output, &table);
    }
}

/// The layers with weights; others do nothing.
fn run_sums<C: Code>(layer: &Layer<'_>, input: &[i8], patch: &mut [i8], output: &mut [C]) {
    match layer {
        Layer::Dense(dense) => {
            dense_rows(as_i8(dense.weights), channels(dense.channels), dense.rule, input, output);
        }
        Layer::Convolution(layer) => {
            let (geometry, weights) = (layer.geometry(), as_i8(layer.weights));
            convolve_rows(&geometry, weights, channels(layer.channels), layer.rule, input, patch, output);
        }
        Layer::Transposed(layer) => {
            let (geometry, weights) = (layer.transposed(), as_i8(layer.weights));
            transpose_rows(&geometry, weights, channels(layer.channels), layer.rule, input, patch, output);
        }
        _ => {}
    }
}

const fn activation<'a>(layer: &Layer<'a>) -> Option<Activation<'a>> {
    match layer {
        Layer::Dense(dense) => Some(dense.activation),
        Layer::Convolution(layer) | Layer::Transposed(layer) => Some(layer.activation),
        _ => None,
    }
}
