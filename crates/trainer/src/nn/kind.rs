//! Layers as plain values, for those who export a network or build it again.

use super::activation::Activation;
use super::activity_penalty::ActivityPenalty;
use super::average_pool::AveragePool;
use super::batch_norm::BatchNorm;
use super::convolution::Convolution;
use super::dense::Dense;
use super::dropout::Dropout;
use super::elementwise::Elementwise;
use super::gaussian_sample::GaussianSample;
use super::layer::Layer;
use super::max_pool::MaxPool;
use super::real::Real;
use super::top_k::TopK;
use super::transposed_convolution::TransposedConvolution;
use super::upsample::Upsample;

/// What a layer is, in full. Each type says how it orders its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LayerKind {
    /// Fully connected.
    Dense(Dense),
    /// A function of each value by itself.
    Elementwise(Elementwise),
    /// A convolution over an image or a sequence.
    Convolution(Convolution),
    /// The transpose of a convolution.
    TransposedConvolution(TransposedConvolution),
    /// The largest value of each window.
    MaxPool(MaxPool),
    /// The mean of each window.
    AveragePool(AveragePool),
    /// Each pixel repeated.
    Upsample(Upsample),
    /// Channels brought to mean 0 and variance 1, then scaled and shifted.
    BatchNorm(BatchNorm),
    /// Values dropped at random in training.
    Dropout(Dropout),
    /// The largest values of each row, the rest 0.
    TopK(TopK),
    /// Draws from the normal distributions that its input describes.
    GaussianSample(GaussianSample),
    /// Nothing but an addition to the loss.
    ActivityPenalty(ActivityPenalty),
}

macro_rules! every_kind {
    ($($kind:ident),*) => {
        impl LayerKind {
            /// The layer itself.
            pub fn layer<T: Real>(self) -> Box<dyn Layer<T>> {
                match self {
                    $(LayerKind::$kind(layer) => Box::new(layer),)*
                }
            }
        }

        $(impl From<$kind> for LayerKind {
            fn from(layer: $kind) -> Self {
                LayerKind::$kind(layer)
            }
        })*
    };
}
every_kind!(
    Dense,
    Elementwise,
    Convolution,
    TransposedConvolution,
    MaxPool,
    AveragePool,
    Upsample,
    BatchNorm,
    Dropout,
    TopK,
    GaussianSample,
    ActivityPenalty
);

impl LayerKind {
    /// What follows the sums of a layer with weights, or the function of [`LayerKind::Elementwise`].
    #[must_use]
    pub const fn activation(self) -> Option<Activation> {
        match self {
            LayerKind::Dense(layer) => Some(layer.activation),
            LayerKind::Elementwise(layer) => Some(layer.activation),
            LayerKind::Convolution(layer) => Some(layer.activation),
            LayerKind::TransposedConvolution(layer) => Some(layer.activation),
            _ => None,
        }
    }

    /// What the layer is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            LayerKind::Dense(_) => "dense",
            LayerKind::Elementwise(_) => "activation",
            LayerKind::Convolution(_) => "convolution",
            LayerKind::TransposedConvolution(_) => "transposed convolution",
            LayerKind::MaxPool(_) => "max pool",
            LayerKind::AveragePool(_) => "average pool",
            LayerKind::Upsample(_) => "upsampling",
            LayerKind::BatchNorm(_) => "batch normalisation",
            LayerKind::Dropout(_) => "dropout",
            LayerKind::TopK(_) => "largest k",
            LayerKind::GaussianSample(_) => "gaussian sample",
            LayerKind::ActivityPenalty(_) => "activity penalty",
        }
    }

    /// The same layer with something else after its sums; others stay as they are.
    #[must_use]
    pub const fn with_activation(self, activation: Activation) -> Self {
        match self {
            LayerKind::Dense(layer) => LayerKind::Dense(Dense { activation, ..layer }),
            LayerKind::Elementwise(layer) => LayerKind::Elementwise(Elementwise { activation, ..layer }),
            LayerKind::Convolution(layer) => LayerKind::Convolution(Convolution { activation, ..layer }),
            LayerKind::TransposedConvolution(layer) => {
                LayerKind::TransposedConvolution(TransposedConvolution { activation, ..layer })
            }
            other => other,
        }
    }

    /// For a layer with weights, their number; its biases follow them.
    #[must_use]
    pub const fn weight_len(self) -> Option<usize> {
        match self {
            LayerKind::Dense(layer) => Some(layer.in_len * layer.out_len),
            LayerKind::Convolution(layer) => Some(layer.weight_len()),
            LayerKind::TransposedConvolution(layer) => Some(layer.weight_len()),
            _ => None,
        }
    }
}
