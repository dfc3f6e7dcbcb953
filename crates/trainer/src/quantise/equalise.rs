//! The same network with channels that reach about equally far, so that one 8-bit grid serves them all.

use super::{Range, calibration_sample};
use crate::float_model::FloatLayer;
use crate::nn::{Activation, LayerKind};

/// Scales the channels of every hidden layer so that over some rows each reaches nearly as far as the furthest, and scales
/// the weights of the next layer back.
///
/// A layer's codes share one grid. A channel that reaches a tenth as far as another has a tenth of its codes; the same
/// channel, multiplied by ten, has all of them. What follows the channel has to let the factor through: nothing or a ReLU,
/// then pools or nearest neighbours. (A leaky ReLU would too, but its table has a second grid, that of the sums, on which
/// channels that are mostly negative would then reach too far.) Other layers stay as they are, and so does layer `kept`,
/// whose values mean something by themselves.
///
/// # Shapes
/// `rows`: rows of input, row-major.
/// # Units
/// `rows`, `range`: standard deviations; the network sees what 8-bit codes render of them.
/// # Exactness
/// The network's function is the same but for float rounding.
/// # Source
/// Nagel, van Baalen, Blankevoort and Welling, "Data-free quantization through weight equalization and bias correction",
/// ICCV 2019; with reaches measured instead of read off the weights.
pub(crate) fn equalise(layers: &mut [FloatLayer], rows: &[f32], range: Range, kept: Option<usize>) {
    let sample = calibration_sample(layers, rows);
    let mut values: Vec<f64> = sample.map(|value| range.render(value.into())).collect();
    for index in 0..layers.len() {
        let activation = layers[index].activation();
        values = layers[index].sums(&values).into_iter().map(|sum| activation.value(sum)).collect();
        let Some(next) = scalable(layers, index).filter(|_| Some(index) != kept) else { continue };
        let channels = out_channels(layers[index].kind).min(in_channels(layers[next].kind));
        let factors = factors(&values, channels);
        scale_outputs(&mut layers[index], &factors);
        scale_inputs(&mut layers[next], &factors);
        values.iter_mut().zip(factors.iter().cycle()).for_each(|(value, factor)| *value *= factor);
    }
}

/// How much of the distance to the furthest is made up, in logarithms: the rest is left to the next layer's weights, which
/// have 8 bits as well. DESIGN.md, "Quantisation", compares shares.
const BALANCE: f64 = 0.8;
/// Largest factor: a unit that the rows never wake may still wake for others, and its weights must not vanish beside it.
const LARGEST_FACTOR: f64 = 256.0;

/// What brings each channel near the reach of the furthest.
fn factors(values: &[f64], channels: usize) -> Vec<f64> {
    let mut reaches = vec![0_f64; channels];
    for row in values.chunks_exact(channels) {
        reaches.iter_mut().zip(row).for_each(|(reach, value)| *reach = reach.max(value.abs()));
    }
    let furthest = reaches.iter().copied().fold(0.0, f64::max);
    let factor = |reach: f64| {
        if reach > 0.0 { libm::pow(furthest / reach, BALANCE).min(LARGEST_FACTOR) } else { 1.0 }
    };
    reaches.into_iter().map(factor).collect()
}

/// The layer whose weights can take back a factor on a layer's outputs; `None` where something between does not let it
/// through.
fn scalable(layers: &[FloatLayer], index: usize) -> Option<usize> {
    let lets_through = matches!(layers[index].activation(), Activation::Linear | Activation::Relu);
    if layers[index].kind.weight_len().is_none() || !lets_through {
        return None;
    }
    for (place, layer) in layers.iter().enumerate().skip(index + 1) {
        match layer.kind {
            LayerKind::MaxPool(_) | LayerKind::AveragePool(_) | LayerKind::Upsample(_) => {}
            _ => return layer.kind.weight_len().map(|_| place),
        }
    }
    None
}

/// Values of an output pixel; a vector is one pixel.
const fn out_channels(kind: LayerKind) -> usize {
    match kind {
        LayerKind::Convolution(layer) => layer.out_channels,
        LayerKind::TransposedConvolution(layer) => layer.output.channels,
        LayerKind::Dense(layer) => layer.out_len,
        _ => 1,
    }
}

/// Values of an input pixel; a vector is one pixel.
const fn in_channels(kind: LayerKind) -> usize {
    match kind {
        LayerKind::Convolution(layer) => layer.input.channels,
        LayerKind::TransposedConvolution(layer) => layer.input.channels,
        LayerKind::Dense(layer) => layer.in_len,
        _ => 1,
    }
}

/// Every layer has its weights output by output; outputs of a dense layer before a convolution repeat the channels.
fn scale_outputs(layer: &mut FloatLayer, factors: &[f64]) {
    let (n_weights, n_outputs) = (layer.weights().len(), layer.biases().len());
    let (weights, biases) = layer.parameters.split_at_mut(n_weights);
    let outputs = weights.chunks_exact_mut(n_weights / n_outputs).zip(biases);
    for ((weights, bias), factor) in outputs.zip(factors.iter().cycle()) {
        weights.iter_mut().chain([bias]).for_each(|value| *value = (f64::from(*value) * factor) as f32);
    }
}

/// Every layer has the channels of its input innermost.
fn scale_inputs(layer: &mut FloatLayer, factors: &[f64]) {
    let n_weights = layer.weights().len();
    let weights = layer.parameters[..n_weights].iter_mut();
    for (weight, factor) in weights.zip(factors.iter().cycle()) {
        *weight = (f64::from(*weight) / factor) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Convolution, Dense, MaxPool, Network, Padding, Shape};
    use tillwatch_testkit::tolerance::{SUM_F32, within};

    /// A layer with weights that differ from channel to channel by far more than 8 bits tell apart.
    fn layer(kind: LayerKind, channels: usize) -> FloatLayer {
        let parameter = |index: usize| libm::sin(index as f64) * libm::exp2(-((index % 7) as f64));
        let n = Network::<f32>::new(vec![kind.layer()], 1).unwrap().parameters().len();
        let mut layer =
            FloatLayer { kind, parameters: (0..n).map(|index| parameter(index) as f32).collect() };
        let factors: Vec<f64> = (0..channels).map(|channel| 1.0 / (1.0 + channel as f64)).collect();
        scale_outputs(&mut layer, &factors);
        layer
    }

    fn dense(in_len: usize, out_len: usize, activation: Activation) -> LayerKind {
        Dense { in_len, out_len, activation }.into()
    }

    fn outputs(layers: &[FloatLayer], rows: &[f32]) -> Vec<Vec<f64>> {
        let mut values: Vec<f64> = rows.iter().map(|&value| value.into()).collect();
        let one = |layer: &FloatLayer| {
            let activation = layer.activation();
            values = layer.sums(&values).into_iter().map(|sum| activation.value(sum)).collect();
            values.clone()
        };
        layers.iter().map(one).collect()
    }

    /// Rows that the grid of `range` renders exactly.
    fn rows(n: usize) -> (Vec<f32>, Range) {
        let row = |index: usize| ((index * 37) % 200) as f32 / 64.0 - 1.5;
        ((0..n).map(row).collect(), Range { low: -2.0, high: 127.0 / 64.0 })
    }

    fn reaches(values: &[f64], channels: usize) -> Vec<f64> {
        let reach =
            |channel| values.iter().skip(channel).step_by(channels).fold(0_f64, |r, v| r.max(v.abs()));
        (0..channels).map(reach).collect()
    }

    fn check(mut layers: Vec<FloatLayer>, hidden: usize, channels: usize) {
        let (rows, range) = rows(60 * layers[0].in_len());
        let before = outputs(&layers, &rows);
        equalise(&mut layers, &rows, range, None);
        let after = outputs(&layers, &rows);
        let [first, last] = [&before, &after].map(|outputs| outputs.last().unwrap());
        for (before, after) in first.iter().zip(last) {
            assert!(within(*after, *before, SUM_F32 * before.abs().max(1.0)), "{after} {before}");
        }
        let uneven = reaches(&before[hidden], channels);
        let furthest = uneven.iter().copied().fold(0.0, f64::max);
        assert!(uneven.iter().any(|reach| *reach < 0.75 * furthest), "{uneven:?}");
        for (even, uneven) in reaches(&after[hidden], channels).iter().zip(&uneven) {
            let want = furthest * libm::pow(uneven / furthest, 1.0 - BALANCE);
            assert!(within(even / want, 1.0, SUM_F32), "{even} {want}");
        }
    }

    #[test]
    fn channels_of_dense_layers_come_to_reach_about_equally_far() {
        for activation in [Activation::Linear, Activation::Relu] {
            let layers = vec![layer(dense(4, 5, activation), 5), layer(dense(5, 4, Activation::Tanh), 1)];
            check(layers, 0, 5);
        }
    }

    #[test]
    fn channels_of_convolutions_keep_their_scale_through_pools_and_shapes() {
        let shape = Shape::new(4, 4, 2);
        let (kernel, stride) = ([3, 3], [1, 1]);
        let padding = Padding::same(shape, kernel, stride);
        let convolution = Convolution {
            input: shape,
            out_channels: 3,
            kernel,
            stride,
            padding,
            activation: Activation::Relu,
        };
        let pooled = Shape::new(4, 4, 3);
        let layers = vec![
            layer(convolution.into(), 3),
            FloatLayer {
                kind: MaxPool { input: pooled, kernel: [2, 2], stride: [2, 2] }.into(),
                parameters: Vec::new(),
            },
            layer(dense(12, 32, Activation::Linear), 2),
            layer(Convolution { activation: Activation::Linear, ..convolution }.into(), 1),
        ];
        check(layers.clone(), 0, 3);
        check(layers, 2, 2);
    }

    #[test]
    fn what_bends_otherwise_and_what_is_kept_stays() {
        let (rows, range) = rows(40);
        for activation in [Activation::Tanh, Activation::LeakyRelu] {
            let layers = vec![layer(dense(4, 3, activation), 3), layer(dense(3, 4, Activation::Linear), 1)];
            let mut same = layers.clone();
            equalise(&mut same, &rows, range, None);
            assert_eq!(same, layers);
        }
        let relu = vec![layer(dense(4, 3, Activation::Relu), 3), layer(dense(3, 4, Activation::Linear), 1)];
        let mut same = relu.clone();
        equalise(&mut same, &rows, range, Some(0));
        assert_eq!(same, relu);
        let top = FloatLayer { kind: crate::nn::TopK { len: 3, k: 1 }.into(), parameters: Vec::new() };
        let sparse = vec![relu[0].clone(), top, relu[1].clone()];
        let mut same = sparse.clone();
        equalise(&mut same, &rows, range, None);
        assert_eq!(same, sparse);
    }
}
