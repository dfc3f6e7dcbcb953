//! The float model that the integer one was made from, kept for comparison on the workstation.
//!
//! A device never reads it: bake leaves it out, and a file may come without it.

use crate::layer::{PoolFields, ShapeFields};
use crate::{Sequence, Upsample};
use serde::{Deserialize, Serialize};
use tillwatch_engine::kernel::{Pool, Shape};

/// The float network and its scoring heads, in units of standard deviations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Reference<'a> {
    /// The layers.
    #[serde(borrow)]
    pub layers: Sequence<'a, ReferenceLayer<'a>>,
    /// Weight of each column's squared residual, little-endian f32.
    pub column_weights: &'a [u8],
    /// Calibration mean of the weighted squared residual.
    pub residual_mean: f32,
    /// Prototype rows, little-endian f32.
    pub prototypes: &'a [u8],
    /// Calibration mean of the squared prototype distance.
    pub prototype_mean: f32,
    /// Calibration mean of the squared length of the latent vector; 0 where it does not count.
    pub latent_mean: f32,
    /// Alarm threshold of the float scores, calibrated on the same rows as the integer one; one is a calibration mean.
    pub alarm: f32,
}

/// One float layer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ReferenceLayer<'a> {
    /// What it does.
    pub kind: ReferenceKind,
    /// What follows its sums.
    pub activation: FloatActivation,
    /// Weights, little-endian f32: `[out_len, in_len]` of a dense layer, `[out channels, kernel height, kernel width,
    /// in channels]` of a convolution and of a transposed one, none of the others; row-major.
    pub weights: &'a [u8],
    /// Biases, little-endian f32.
    pub bias: &'a [u8],
}

/// What a float layer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReferenceKind {
    /// Fully connected.
    Dense {
        /// Number of inputs.
        in_len: u16,
        /// Number of outputs.
        out_len: u16,
    },
    /// Convolution.
    Convolution(ReferenceConvolution),
    /// Transposed convolution.
    Transposed(ReferenceConvolution),
    /// The largest value under each window.
    MaxPool(#[serde(with = "PoolFields")] Pool),
    /// The mean value under each window.
    AveragePool(#[serde(with = "PoolFields")] Pool),
    /// Nearest-neighbour enlargement.
    Upsample(Upsample),
    /// Keeps the largest values.
    TopK {
        /// Number of values.
        len: u16,
        /// How many stay.
        keep: u16,
    },
}

/// The geometry of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceConvolution {
    /// Shape of the input.
    #[serde(with = "ShapeFields")]
    pub input: Shape,
    /// Shape of the output.
    #[serde(with = "ShapeFields")]
    pub output: Shape,
    /// Height and width of the kernel.
    pub kernel: [u8; 2],
    /// Steps down and across.
    pub stride: [u8; 2],
    /// Padding above and to the left.
    pub padding: [u8; 2],
}

impl ReferenceKind {
    /// Values in, values out, weights, biases.
    pub(crate) fn lengths(&self) -> [usize; 4] {
        match self {
            Self::Dense { in_len, out_len } => {
                let [ins, outs] = [usize::from(*in_len), usize::from(*out_len)];
                [ins, outs, ins * outs, outs]
            }
            Self::Convolution(layer) | Self::Transposed(layer) => {
                let outs = usize::from(layer.output.channels);
                let window = usize::from(layer.kernel[0]) * usize::from(layer.kernel[1]);
                let weights = outs * window * usize::from(layer.input.channels);
                [layer.input.len(), layer.output.len(), weights, outs]
            }
            Self::MaxPool(pool) | Self::AveragePool(pool) => [pool.input.len(), pool.output().len(), 0, 0],
            Self::Upsample(upsample) => [upsample.input.len(), upsample.output().len(), 0, 0],
            Self::TopK { len, .. } => [(*len).into(), (*len).into(), 0, 0],
        }
    }
}

/// Activations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variants are the functions' usual names")]
pub enum FloatActivation {
    Linear,
    Relu,
    Relu6,
    LeakyRelu,
    Elu,
    Selu,
    Gelu,
    Softplus,
    Swish,
    Tanh,
    Sigmoid,
}
