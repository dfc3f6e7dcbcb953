//! First weights.

use super::activation::Activation;
use super::random::{Generator, uniform};
use super::real::Real;

/// Half the width of the interval that first weights are drawn from: He for the rectifying family, LeCun for SELU,
/// Glorot for the rest. `ins` values reach one sum, `outs` sums read one value.
fn bound(activation: Activation, ins: usize, outs: usize) -> f64 {
    let (ins, outs) = (ins.max(1) as f64, outs as f64);
    match activation {
        Activation::Relu
        | Activation::Relu6
        | Activation::LeakyRelu
        | Activation::Elu
        | Activation::Gelu
        | Activation::Softplus
        | Activation::Swish => (6.0 / ins).sqrt(),
        Activation::Selu => (3.0 / ins).sqrt(),
        Activation::Linear | Activation::Tanh | Activation::Sigmoid => (6.0 / (ins + outs)).sqrt(),
    }
}

/// Draws first weights and sets the biases, the values from `weight_len` on, to zero.
pub(super) fn initialise<T: Real>(
    parameters: &mut [T],
    weight_len: usize,
    activation: Activation,
    [ins, outs]: [usize; 2],
    generator: &mut Generator,
) {
    let bound = bound(activation, ins, outs);
    let (weights, biases) = parameters.split_at_mut(weight_len);
    for weight in weights {
        *weight = T::from_f64(bound * (2.0 * uniform(generator) - 1.0));
    }
    biases.fill(T::ZERO);
}
