//! Float layers to and from the model file.

use super::FloatLayer;
use crate::nn::{Activation, Dense, LayerKind, TopK};
use crate::quantise::geometry;
use tillwatch_model::{FloatActivation, ReferenceKind, ReferenceLayer, i32s};

const PAIRS: [(Activation, FloatActivation); 11] = [
    (Activation::Linear, FloatActivation::Linear),
    (Activation::Relu, FloatActivation::Relu),
    (Activation::Relu6, FloatActivation::Relu6),
    (Activation::LeakyRelu, FloatActivation::LeakyRelu),
    (Activation::Elu, FloatActivation::Elu),
    (Activation::Selu, FloatActivation::Selu),
    (Activation::Gelu, FloatActivation::Gelu),
    (Activation::Softplus, FloatActivation::Softplus),
    (Activation::Swish, FloatActivation::Swish),
    (Activation::Tanh, FloatActivation::Tanh),
    (Activation::Sigmoid, FloatActivation::Sigmoid),
];

/// The name of an activation in a model file.
pub(crate) fn to_file(activation: Activation) -> FloatActivation {
    PAIRS.iter().find(|pair| pair.0 == activation).map_or(FloatActivation::Linear, |pair| pair.1)
}

/// What a layer is called in a model file; `None` for layers that are folded away before export.
pub(crate) fn kind_to_file(kind: LayerKind) -> Option<ReferenceKind> {
    Some(match kind {
        LayerKind::Dense(dense) => {
            ReferenceKind::Dense { in_len: dense.in_len as u16, out_len: dense.out_len as u16 }
        }
        LayerKind::Convolution(layer) => ReferenceKind::Convolution(geometry::convolution_to_file(&layer)),
        LayerKind::TransposedConvolution(layer) => {
            ReferenceKind::Transposed(geometry::transposed_to_file(&layer))
        }
        LayerKind::MaxPool(pool) => ReferenceKind::MaxPool(geometry::of_max_pool(&pool)),
        LayerKind::AveragePool(pool) => ReferenceKind::AveragePool(geometry::of_average_pool(&pool)),
        LayerKind::Upsample(layer) => ReferenceKind::Upsample(geometry::of_upsample(&layer)),
        LayerKind::TopK(layer) => ReferenceKind::TopK { len: layer.len as u16, keep: layer.k as u16 },
        _ => return None,
    })
}

/// A layer of a validated file.
pub(super) fn layer(layer: &ReferenceLayer<'_>) -> FloatLayer {
    let activation = from_file(layer.activation);
    let kind = match layer.kind {
        ReferenceKind::Dense { in_len, out_len } => {
            Dense { in_len: in_len.into(), out_len: out_len.into(), activation }.into()
        }
        ReferenceKind::Convolution(part) => geometry::convolution_from_file(&part, activation).into(),
        ReferenceKind::Transposed(part) => geometry::transposed_from_file(&part, activation).into(),
        ReferenceKind::MaxPool(pool) => geometry::max_pool_from_file(&pool).into(),
        ReferenceKind::AveragePool(pool) => geometry::average_pool_from_file(&pool).into(),
        ReferenceKind::Upsample(part) => geometry::upsample_from_file(part).into(),
        ReferenceKind::TopK { len, keep } => TopK { len: len.into(), k: keep.into() }.into(),
    };
    FloatLayer { kind, parameters: [floats(layer.weights), floats(layer.bias)].concat() }
}

/// Floats, little-endian.
pub(super) fn floats(bytes: &[u8]) -> Vec<f32> {
    i32s(bytes).map(|bits| f32::from_bits(bits as u32)).collect()
}

fn from_file(activation: FloatActivation) -> Activation {
    PAIRS.iter().find(|pair| pair.1 == activation).map_or(Activation::Linear, |pair| pair.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_activation_has_its_name_in_the_file() {
        assert!(Activation::ALL.iter().all(|&activation| from_file(to_file(activation)) == activation));
    }
}
