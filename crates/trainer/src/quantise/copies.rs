//! Hidden units that stand several times where 8 bits are too coarse for them.
//!
//! The sum of `n` codes of one value, each rounded a further n-th of a step away, is that value's code on a grid `n` times
//! as fine: `floor(x) + floor(x + 1/2) = floor(2 x)`, and so on (Hermite's identity). So a unit with `n` copies has codes of
//! more than 8 bits in the next layer's sum, and the weights that take them up, rounded in the same way, are finer too.
//! The device runs the same kernels on a wider layer.

use crate::float_model::FloatLayer;
use crate::nn::{Activation, Dense, LayerKind};

/// What the rounding of one of several copies is shifted by, in steps; the shifts of all copies cancel.
pub(super) const fn offset(copy: usize, copies: usize) -> f64 {
    (copy as f64 + 0.5) / copies as f64 - 0.5
}

/// True where the units of a layer may stand several times: a dense layer takes them up, and nothing but a clamp lies
/// between the sum that is rounded and the code.
pub(crate) fn may_repeat(layers: &[FloatLayer], index: usize) -> bool {
    let is_dense = |at: usize| matches!(layers.get(at).map(|layer| layer.kind), Some(LayerKind::Dense(_)));
    let is_clamp = matches!(layers[index].activation(), Activation::Linear | Activation::Relu);
    is_dense(index) && is_dense(index + 1) && is_clamp
}

/// The same network with so many copies of every unit of each layer, whose outgoing weights share what one had.
///
/// # Shapes
/// `copies`: one number per layer, 1 for those that [`may_repeat`] does not name. The copies of a layer follow one another,
/// each as a whole.
pub(super) fn widened(layers: &[FloatLayer], copies: &[usize]) -> Vec<FloatLayer> {
    let before = std::iter::once(1).chain(copies.iter().copied());
    let widen = |((layer, &outs), ins): ((&FloatLayer, &usize), usize)| match layer.kind {
        LayerKind::Dense(dense) if ins * outs > 1 => {
            let row =
                |row: &[f32]| row.iter().map(|weight| weight / ins as f32).collect::<Vec<_>>().repeat(ins);
            let rows: Vec<f32> = layer.weights().chunks_exact(dense.in_len).flat_map(row).collect();
            let parameters = [rows.repeat(outs), layer.biases().repeat(outs)].concat();
            let kind = Dense { in_len: ins * dense.in_len, out_len: outs * dense.out_len, ..dense }.into();
            FloatLayer { kind, parameters }
        }
        _ => layer.clone(),
    };
    layers.iter().zip(copies).zip(before).map(widen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Network, TopK};
    use tillwatch_testkit::tolerance::{SUM_F32, within};

    fn dense(in_len: usize, out_len: usize, activation: Activation) -> FloatLayer {
        let kind: LayerKind = Dense { in_len, out_len, activation }.into();
        let n = Network::<f32>::new(vec![kind.layer()], 1).unwrap().parameters().len();
        FloatLayer { kind, parameters: (0..n).map(|at| libm::sin(at as f64) as f32).collect() }
    }

    #[test]
    fn rounded_copies_sum_to_a_finer_code() {
        for copies in 1..=4 {
            // Never halfway between two codes.
            for value in (-500..500).map(|at| f64::from(at) / 97.0 + 0.001) {
                let sum: f64 = (0..copies).map(|copy| (value + offset(copy, copies)).round()).sum();
                assert_eq!(sum, (copies as f64 * value).round(), "{copies} copies of {value}");
            }
        }
    }

    #[test]
    fn a_wider_network_computes_the_same() {
        let layers =
            [dense(3, 4, Activation::Relu), dense(4, 2, Activation::Linear), dense(2, 3, Activation::Linear)];
        let outputs = |layers: &[FloatLayer]| {
            let mut values: Vec<f64> = (0..60).map(|at| libm::cos(f64::from(at))).collect();
            for layer in layers {
                values = layer.sums(&values).into_iter().map(|sum| layer.activation().value(sum)).collect();
            }
            values
        };
        let wide = widened(&layers, &[3, 2, 1]);
        assert_eq!(wide.iter().map(FloatLayer::out_len).collect::<Vec<_>>(), [12, 4, 3]);
        for (wide, narrow) in outputs(&wide).iter().zip(outputs(&layers)) {
            assert!(within(*wide, narrow, SUM_F32 * narrow.abs().max(1.0)), "{wide} {narrow}");
        }
        assert_eq!(widened(&layers, &[1, 1, 1]), layers);
    }

    #[test]
    fn copies_need_a_clamp_and_a_dense_layer_behind() {
        let top = FloatLayer { kind: TopK { len: 3, k: 1 }.into(), parameters: Vec::new() };
        let layers = [
            dense(3, 3, Activation::Relu),
            dense(3, 3, Activation::Tanh),
            dense(3, 3, Activation::Relu),
            top,
            dense(3, 3, Activation::Linear),
        ];
        assert_eq!(
            [0, 1, 2, 3, 4].map(|index| may_repeat(&layers, index)),
            [true, false, false, false, false]
        );
    }
}
