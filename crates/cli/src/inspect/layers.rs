//! Layers and samples in words and as JSON.

use serde_json::{Value, json};
use tillwatch_engine::fixed::Requantise;
use tillwatch_engine::kernel::{Pool, Shape};
use tillwatch_model::{Activation, Convolution, Layer, Samples, channels};

/// What samples make a record.
pub(super) fn samples(samples: Samples) -> String {
    match samples {
        Samples::Row => "a record is a row".to_owned(),
        Samples::Window { length, hop } => format!("a record is a window of {length} rows, every {hop} rows"),
        Samples::Image { height, width } => format!("a record is an image of {height} by {width} pixels"),
    }
}

/// A layer in one line.
pub(super) fn line(layer: &Layer<'_>) -> String {
    let (ins, outs) = (layer.in_len(), layer.out_len());
    match layer {
        Layer::Dense(dense) => {
            let (weights, then) = (dense.weights.len(), activation(&dense.activation));
            format!("dense {ins} to {outs}, {weights} weights, {then}")
        }
        Layer::Convolution(layer) => format!("convolution {}", geometry(layer)),
        Layer::Transposed(layer) => format!("transposed convolution {}", geometry(layer)),
        Layer::MaxPool(pool) => format!("max pool {}", window(pool)),
        Layer::AveragePool(pool) => format!("average pool {}", window(pool)),
        Layer::Upsample(layer) => {
            format!("upsampling {} by {} x {}", shape(layer.input), layer.factor[0], layer.factor[1])
        }
        Layer::TopK(top) => format!("largest {} of {}", top.keep, top.len),
    }
}

/// A layer with all its numbers.
pub(super) fn json(whole: &Layer<'_>) -> Value {
    let mut value = json!({ "inputs": whole.in_len(), "outputs": whole.out_len() });
    let mut put = |key: &str, entry: Value| value[key] = entry;
    match whole {
        Layer::Dense(dense) => {
            put("kind", json!("dense"));
            sums(&mut put, dense.weights, dense.channels, dense.rule, &dense.activation);
        }
        Layer::Convolution(layer) | Layer::Transposed(layer) => {
            let is_transposed = matches!(whole, Layer::Transposed(_));
            put("kind", json!(if is_transposed { "transposed convolution" } else { "convolution" }));
            put("input", sizes(layer.input));
            put("output", sizes(layer.output));
            put("kernel", json!(layer.kernel));
            put("stride", json!(layer.stride));
            put("padding", json!(layer.padding));
            put("pad_code", json!(layer.pad_code));
            sums(&mut put, layer.weights, layer.channels, layer.rule, &layer.activation);
        }
        Layer::MaxPool(pool) | Layer::AveragePool(pool) => {
            let is_max = matches!(whole, Layer::MaxPool(_));
            put("kind", json!(if is_max { "max pool" } else { "average pool" }));
            put("input", sizes(pool.input));
            put("kernel", json!(pool.kernel));
            put("stride", json!(pool.stride));
        }
        Layer::Upsample(layer) => {
            put("kind", json!("upsampling"));
            put("input", sizes(layer.input));
            put("factor", json!(layer.factor));
        }
        Layer::TopK(top) => {
            put("kind", json!("largest k"));
            put("keep", json!(top.keep));
            put("zero_code", json!(top.zero_code));
        }
    }
    value
}

fn sums(
    put: &mut impl FnMut(&str, Value),
    weights: &[u8],
    pairs: &[u8],
    rule: Requantise,
    then: &Activation<'_>,
) {
    put("zero_point", json!(rule.zero_point));
    put("out_min", json!(rule.out_min));
    put("out_max", json!(rule.out_max));
    put("shift", json!(rule.shift));
    put("bias_shift", json!(rule.bias_shift));
    put("activation", json!(activation(then)));
    put("weights", json!(weights.iter().map(|&weight| weight as i8).collect::<Vec<_>>()));
    put("biases", json!(channels(pairs).map(|channel| channel.bias).collect::<Vec<_>>()));
    put("multipliers", json!(channels(pairs).map(|channel| channel.multiplier).collect::<Vec<_>>()));
}

fn geometry(layer: &Convolution<'_>) -> String {
    format!(
        "{} to {}, kernel {} x {}, stride {} x {}, {} weights, {}",
        shape(layer.input),
        shape(layer.output),
        layer.kernel[0],
        layer.kernel[1],
        layer.stride[0],
        layer.stride[1],
        layer.weights.len(),
        activation(&layer.activation)
    )
}

fn window(pool: &Pool) -> String {
    let ([high, wide], [down, across]) = (pool.kernel, pool.stride);
    format!("{} by {high} x {wide}, stride {down} x {across}", shape(pool.input))
}

fn shape(shape: Shape) -> String {
    format!("{} x {} x {}", shape.height, shape.width, shape.channels)
}

fn sizes(shape: Shape) -> Value {
    json!([shape.height, shape.width, shape.channels])
}

const fn activation(activation: &Activation<'_>) -> &'static str {
    match activation {
        Activation::Clamp => "clamp",
        Activation::Table(_) => "table",
        Activation::RimTable(_) => "rim table",
    }
}
